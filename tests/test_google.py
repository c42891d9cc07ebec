"""Google reached, and what goes wrong there: each fault its own sentence, tries that end, writes that apply once."""

import json
import logging
import stat
from datetime import timedelta

import pytest
import requests
import spreadsheets
from standins.sheets_api.tokens import key_file

from toolkit.budget import Budget
from toolkit.errors import BusySourceError, SourceError
from toolkit.faults import load_faults
from toolkit.schema import load_schema
from toolkit.settings import GoogleSettings
from toolkit.stores.sheets.account import budget_of
from toolkit.stores.sheets.clock import clock_offset
from toolkit.stores.sheets.connection import connect, sheet_id
from toolkit.stores.sheets.credentials import identify
from toolkit.stores.sheets.failures import UnsureError, of_answer
from toolkit.stores.sheets.guard import TrespassError, check_own
from toolkit.stores.sheets.reading import read_sheet
from toolkit.stores.sheets.transport import Transport
from toolkit.stores.sheets.writing import apply, fingerprint, mark

SCHEMA = load_schema()
ROWS = {"学校": [["学校", "角色"], ["甲镇中心小学", "领衔学校"]]}


@pytest.fixture
def number(sheets):
    made = spreadsheets.made(sheets)
    spreadsheets.fill(sheets, made, ROWS)
    sheets.log.clear()
    return made


@pytest.fixture
def link(sheets, number, tmp_path):
    """A connection that notes down how long it would have waited instead of waiting."""
    connection = spreadsheets.opened(sheets, number, tmp_path).connection
    connection.transport.naps = []
    connection.transport._sleep = connection.transport.naps.append
    return connection


def _fault(call):
    with pytest.raises(SourceError) as raised:
        call()
    return raised.value


# --- addresses and credentials


@pytest.mark.parametrize(
    "address",
    [
        "https://docs.google.com/spreadsheets/d/1AbC_d-9/edit#gid=0",
        " https://docs.google.com/spreadsheets/u/1/d/1AbC_d-9 ",
        "https://spreadsheets.google.com/ccc?key=1AbC_d-9&hl=zh",
        "https://drive.google.com/open?id=1AbC_d-9",
        "1AbC_d-9",
        "1AbC_\u00a0d-9\n",
    ],
)
def test_an_address_or_an_id(address):
    assert sheet_id(address) == "1AbC_d-9"


@pytest.mark.parametrize(
    "address", ["登记簿", "https://example.org/x", "a/b", "", "https://docs.google.com/spreadsheets/d/e/2PACX/pubhtml"]
)
def test_what_is_no_address(address):
    error = _fault(lambda: sheet_id(address))
    assert (error.key, error.exit_code) == ("bad_address", 2)


def test_a_key_is_never_shown_and_others_may_not_read_it(sheets, tmp_path):
    path = tmp_path / "key.json"
    key = key_file(sheets.url)
    path.write_text(json.dumps(key))
    path.chmod(0o600)
    identity = identify(path)
    secret = key["private_key"].splitlines()[1]
    assert (identity.account, identity.exposed) == (spreadsheets.ACCOUNT, False)
    assert secret not in repr(identity) + repr(vars(identity)["credentials"])
    path.chmod(path.stat().st_mode | stat.S_IRGRP)
    assert identify(path).exposed


@pytest.mark.parametrize(
    ("content", "key", "word"),
    [
        (None, "key_missing", "no key file"),
        ("{", "key_invalid", "no JSON"),
        ("[]", "key_invalid", "no object"),
        ("{}", "key_invalid", "of what type"),
        ('{"type": "service_account"}', "key_invalid", "Google's"),
        ('{"type": "authorized_user", "client_id": "x"}', "key_invalid", "Google's"),
        ('{"type": "strange"}', "key_invalid", "Google's"),
    ],
)
def test_files_that_are_no_credentials(tmp_path, content, key, word):
    path = tmp_path / "key.json"
    if content is not None:
        path.write_text(content)
    error = _fault(lambda: identify(path))
    assert (error.key, error.exit_code, word in str(error), "\n" in str(error)) == (key, 2, True, False)
    assert error.say("zh") != str(error)


def test_a_persons_token(sheets, number, tmp_path, monkeypatch):
    monkeypatch.setattr("google.oauth2.credentials._GOOGLE_OAUTH2_TOKEN_ENDPOINT", f"{sheets.url}/token")
    token = {
        "type": "authorized_user",
        "client_id": "c",
        "client_secret": "s",
        "refresh_token": "r",
    }
    (tmp_path / "key.json").write_text(json.dumps(token))
    source = spreadsheets.opened(sheets, number, tmp_path)
    assert source.connection.identity.email is None
    assert "person who signed in" in source.connection.identity.account
    assert source.read().name == "登记簿"


def test_a_persons_sign_in_is_kept_for_nobody_else(sheets, tmp_path, monkeypatch):
    from google_auth_oauthlib.flow import InstalledAppFlow  # noqa: PLC0415

    class Signed:
        def to_json(self):
            return json.dumps({"type": "authorized_user", "client_id": "c", "client_secret": "s", "refresh_token": "r"})

    asked = []
    monkeypatch.setattr(
        InstalledAppFlow, "run_local_server", lambda self, **_: asked.append(self.oauth2session.proxies) or Signed()
    )
    client = tmp_path / "client.json"
    installed = {"client_id": "c", "client_secret": "s", "auth_uri": sheets.url, "token_uri": f"{sheets.url}/token"}
    client.write_text(json.dumps({"installed": installed}))
    identify(client, proxy="http://proxy:1")
    kept = tmp_path / "client.token.json"
    assert stat.S_IMODE(kept.stat().st_mode) == stat.S_IRUSR | stat.S_IWUSR
    assert identify(client).email is None
    assert asked == [{"http": "http://proxy:1", "https": "http://proxy:1"}]


def test_without_credentials(monkeypatch, tmp_path):
    for name in ("GOOGLE_APPLICATION_CREDENTIALS", "CLOUDSDK_CONFIG"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS")
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    assert _fault(lambda: identify(None)).key == "no_credentials"


@pytest.mark.parametrize(
    "content", ['{"installed": 5}', '{"type": "impersonated_service_account"}', '{"type": "external_account"}']
)
def test_credentials_that_lack_their_parts(tmp_path, content):
    path = tmp_path / "key.json"
    path.write_text(content)
    assert _fault(lambda: identify(path)).key == "key_invalid"


def test_a_key_with_a_byte_order_mark_and_an_exposed_default(sheets, tmp_path, monkeypatch):
    path = tmp_path / "key.json"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(key_file(sheets.url)).encode())
    assert identify(path).account == spreadsheets.ACCOUNT
    path.write_text(json.dumps(key_file(sheets.url)))
    path.chmod(0o644)
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(path))
    assert identify(None).exposed


def test_a_proxys_password_is_not_shown(sheets, number, tmp_path):
    shown = repr(spreadsheets.opened(sheets, number, tmp_path, proxy="http://me:hush@127.0.0.1:1"))
    assert "hush" not in shown


def test_a_user_without_a_home_counts_for_himself(monkeypatch):
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr("pathlib.Path.home", lambda: (_ for _ in ()).throw(RuntimeError))
    assert budget_of("a@b", reads=1, writes=1, project=1).take("read") == 0


def test_application_default_credentials(sheets, tmp_path, monkeypatch):
    path = tmp_path / "key.json"
    path.write_text(json.dumps(key_file(sheets.url)))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(path))
    assert identify(None).account == spreadsheets.ACCOUNT


# --- reading


def test_two_calls_read_everything(sheets, number, link):
    spreadsheets.fill(sheets, number, {f"别的{count}": [["x"] * 30] * 50 for count in range(12)} | {"活动": [["主题"]]})
    sheets.log.clear()
    read = read_sheet(link, SCHEMA)
    assert [tab.title for tab in read.workbook.sheets] == ["学校", "活动"]
    assert [(call.kind, call.status) for call in sheets.log] == [("read", 200)] * 2
    assert "别的11" in read.workbook.others
    assert (link.usage.reads, link.usage.writes) == (2, 0)


def test_tabs_and_columns_are_followed_when_they_are_renamed_and_moved(sheets, number, link):
    book = sheets.client().open_by_key(number)
    tab = book.worksheet("学校")
    marks = [
        {"metadataKey": "consortium.sheet", "metadataValue": f"schools@{tab.id}", "location": {"sheetId": tab.id}},
        *(
            {
                "metadataKey": "consortium.column",
                "metadataValue": f"schools.{field}",
                "location": {
                    "dimensionRange": {"sheetId": tab.id, "dimension": "COLUMNS", "startIndex": at, "endIndex": at + 1}
                },
            }
            for at, field in enumerate(("name", "role"))
        ),
    ]
    book.batch_update(
        {
            "requests": [
                {"createDeveloperMetadata": {"developerMetadata": {**mark, "visibility": "DOCUMENT"}}} for mark in marks
            ]
        }
    )
    tab.update_title("我们的学校")
    tab.update_acell("B1", "牵头吗")
    tab.insert_cols([["备忘"]], 1)
    (read,) = read_sheet(link, SCHEMA).workbook.sheets
    assert (read.title, read.key, dict(read.fields)) == ("我们的学校", "schools", {1: "name", 2: "role"})
    assert read.rows[0] == ["备忘", "学校", "牵头吗"]


def test_a_tab_renamed_between_the_calls_is_read_all_the_same(sheets, number, link):
    sheet = sheets.client().open_by_key(number).worksheet("学校").id
    renamed = {"updateSheetProperties": {"properties": {"sheetId": sheet, "title": "改了"}, "fields": "title"}}
    sheets.faults.add("person", after=1, times=1, edits=[{"request": renamed}])
    assert read_sheet(link, SCHEMA).workbook.sheets[0].rows[1][0] == "甲镇中心小学"


def test_a_tab_deleted_between_the_calls_is_looked_at_again(sheets, number, link):
    spreadsheets.fill(sheets, number, {"活动": [["主题"]]})
    sheet = sheets.client().open_by_key(number).worksheet("活动").id
    sheets.faults.add("person", after=1, times=1, edits=[{"request": {"deleteSheet": {"sheetId": sheet}}}])
    assert [tab.title for tab in read_sheet(link, SCHEMA).workbook.sheets] == ["学校"]


# --- faults that no trying again will mend

PERMANENT = {
    "not_shared": ({"kind": "forbidden", "reason": "not_shared"}, spreadsheets.ACCOUNT),
    "api_disabled": ({"kind": "forbidden", "reason": "api_disabled"}, "console"),
    "scopes": ({"kind": "forbidden", "reason": "insufficient_scopes"}, "auth/spreadsheets"),
    "not_found": ({"kind": "not_found"}, "address"),
    "refused": ({"kind": "unauthorized"}, "key"),
}


@pytest.mark.parametrize("key", PERMANENT)
def test_a_permanent_fault_is_told_at_once(sheets, link, key):
    fault, word = PERMANENT[key]
    sheets.faults.add(fault)
    error = _fault(link.structure)
    assert (error.key, word in str(error), error.exit_code, error.transient) == (key, True, 3, False)
    assert link.transport.naps == []
    assert link.usage.calls <= 2  # google-auth asks for a new token once after a 401
    assert error.say("zh") != str(error)


def test_a_protection_and_a_full_storage(sheets, link):
    sheets.faults.add("forbidden", reason="protected")
    add = [{"addSheet": {"properties": {"title": "x"}}}]
    assert _fault(lambda: link.update(add)).key == "protected"
    sheets.faults.clear()
    sheets.faults.add("forbidden", reason="storage_quota", api="drive", method="GET")
    assert _fault(link.file).key == "storage_full"
    assert link.transport.naps == []


def test_an_excel_file_in_drive_and_other_files(sheets, tmp_path):
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    office = sheets.add_file(name="登记.xlsx", mimeType=kind)["id"]
    error = _fault(lambda: spreadsheets.opened(sheets, office, tmp_path).read())
    assert (error.key, "Save as Google Sheets" in str(error)) == ("office_file", True)
    assert _fault(lambda: spreadsheets.opened(sheets, "no-such-id", tmp_path).read()).key == "not_found"


def test_a_clock_that_is_wrong(sheets, number, tmp_path):
    sheets.faults.add("clock", minutes=-42)
    error = _fault(lambda: spreadsheets.opened(sheets, number, tmp_path).read())
    assert (error.key, str(error)) == (
        "clock",
        "The clock of this machine is 42 minutes ahead: set it right (switch on network time), then run again.",
    )
    assert "快" in error.say("zh")


def test_a_key_that_was_deleted(sheets, number, tmp_path):
    sheets.faults.add("revoked")
    error = _fault(lambda: spreadsheets.opened(sheets, number, tmp_path).read())
    assert (error.key, spreadsheets.ACCOUNT not in str(error)) == ("refused", True)


def test_how_far_the_clock_is_off(sheets, tmp_path):
    settings = spreadsheets.settings(sheets, tmp_path)
    assert abs(clock_offset(settings)) < timedelta(seconds=5)
    assert clock_offset(settings.model_copy(update={"sheets_url": "http://127.0.0.1:9"})) is None


# --- faults that may pass


@pytest.mark.parametrize(("status", "html"), [(500, False), (502, True), (503, False)])
def test_a_fault_of_googles_passes(sheets, link, status, html):
    sheets.faults.add("error", status=status, html=html, times=3)
    assert link.structure().title == "登记簿"
    assert (link.usage.reads, link.usage.again, len(link.transport.naps)) == (4, 3, 3)
    assert link.transport.naps[0] >= 1
    assert link.transport.naps[2] > link.transport.naps[0]


def test_a_fault_that_stays_ends(sheets, link):
    sheets.faults.add("error", status=502)
    error = _fault(link.structure)
    assert isinstance(error, BusySourceError)
    assert (error.key, error.transient, link.usage.reads) == ("server", True, link.settings.tries)
    assert "502" in str(error)
    assert "<" not in str(error)


def test_an_answer_that_is_none_of_googles_keeps_its_status_and_200_signs():
    answer = requests.Response()
    answer.status_code, answer._content = 404, ("<html><style>b{}</style><b>" + "Portal " * 90).encode()
    failure = of_answer(answer)
    assert (failure.key, failure.again, len(str(failure.facts["text"]))) == ("no_answer", False, 200)
    assert str(failure.facts["text"]).startswith("Portal Portal")


@pytest.mark.parametrize("body", ["<html>portal</html>", "", "[]", "null"])
def test_an_answer_that_is_no_object_is_told(link, monkeypatch, body):
    answer = requests.Response()
    answer.status_code, answer._content, answer.request = (
        200,
        body.encode(),
        requests.Request("GET", "http://x").prepare(),
    )
    monkeypatch.setattr(link.transport.session, "request", lambda **_: answer)
    error = _fault(link.structure)
    assert (error.key, error.exit_code) == ("no_answer", 3)


def test_an_answer_without_its_parts_is_told(link, monkeypatch):
    answer = requests.Response()
    answer.status_code, answer._content, answer.request = 200, b"{}", requests.Request("GET", "http://x").prepare()
    monkeypatch.setattr(link.transport.session, "request", lambda **_: answer)
    assert _fault(link.structure).key == "no_answer"


def test_words_of_googles_with_braces_are_only_words(sheets, link):
    structure = link.structure()
    sheets.faults.add("error", status=503, message="backend {shard} lost {0}", method="POST")
    error = _fault(lambda: apply(link, structure, _add(), _anything, "one"))
    assert isinstance(error, UnsureError)
    assert "{shard}" in str(error)
    assert "{shard}" in error.say("zh")


@pytest.mark.parametrize("details", ["null", "[null]", '["x"]'])
def test_strange_error_bodies(details):
    answer = requests.Response()
    answer.status_code, answer._content = 403, f'{{"error": {{"message": "no", "details": {details}}}}}'.encode()
    answer.headers["Retry-After"] = "²"
    assert of_answer(answer).key == "not_shared"


def test_retry_after_is_honoured(sheets, link):
    sheets.faults.add("quota", reads=0, window=60, retry_after=17, times=1)
    link.structure()
    assert link.transport.naps == [17]


def test_patience_has_an_end(sheets, number, tmp_path):
    link = spreadsheets.opened(sheets, number, tmp_path, patience=100).connection
    link.transport._sleep = lambda _: None
    sheets.faults.add("quota", reads=0, window=60, retry_after=3600)
    error = _fault(link.structure)
    assert (error.key, link.usage.reads) == ("busy", 1)


def test_a_cut_connection_and_a_slow_answer(sheets, number, tmp_path):
    link = spreadsheets.opened(sheets, number, tmp_path, timeout=0.3, tries=2).connection
    link.transport._sleep = lambda _: None
    sheets.faults.add("cut_before", times=1)
    assert link.structure().title == "登记簿"
    sheets.faults.add("latency", seconds=1)
    assert _fault(link.structure).key == "slow"


def test_nobody_there(sheets, number, tmp_path):
    connection = spreadsheets.opened(sheets, number, tmp_path, tries=2).connection
    connection.structure()
    connection.transport._sleep = lambda _: None
    sheets.stop()
    error = _fault(connection.structure)
    assert (error.key, error.transient, "127.0.0.1" in str(error)) == ("offline", True, True)


def test_a_proxy_is_used_for_everything(sheets, number, tmp_path):
    """The stand-in takes the place of the proxy: whatever host is asked, it answers."""
    link = spreadsheets.opened(sheets, number, tmp_path).connection
    through = link.settings.model_copy(
        update={"sheets_url": "http://sheets.example.invalid", "proxy": sheets.url, "tries": 1}
    )
    assert connect(number, through).structure().title == "登记簿"


def test_nothing_secret_is_logged(link, caplog):
    caplog.set_level(logging.DEBUG)
    link.structure()
    told = caplog.text + repr(link) + repr(link.transport)
    assert "PRIVATE KEY" not in told
    assert "Bearer" not in told


def test_every_fault_is_worded_in_both_languages():
    for key, wording in load_faults().faults.items():
        assert wording.en.isascii() or "…" in wording.en, key
        assert any(ord(sign) > 0x3000 for sign in wording.zh), key
        assert len(wording.en) < 420, key


# --- the budget


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self):
        self.now, self.naps = 1000.0, []

    def sleep(self, seconds):
        """Let time pass."""
        self.naps.append(seconds)
        self.now += seconds

    def budget(self, limits, path=None):
        """A budget by this clock."""
        return Budget({"read": limits}, path, clock=lambda: self.now, sleep=self.sleep)


def test_the_budget_waits_for_the_window_to_slide():
    clock = Clock()
    budget = clock.budget({"user": 3})
    for _ in range(3):
        assert budget.take("read") == 0
        clock.now += 10
    assert budget.take("read") == pytest.approx(30)
    clock.now += 0.1
    assert budget.take("read") == pytest.approx(9.9)


def test_the_smallest_of_several_limits_counts():
    clock = Clock()
    budget = clock.budget({"user": 5, "project": 2})
    assert [budget.take("read") for _ in range(2)] == [0, 0]
    assert budget.take("read") == pytest.approx(60)


def test_processes_of_one_machine_share_the_budget(tmp_path):
    clock, path = Clock(), tmp_path / "cache" / "calls.sqlite"
    one, two = clock.budget({"user": 2}, path), clock.budget({"user": 2}, path)
    assert (one.take("read"), two.take("read")) == (0, 0)
    assert one.take("read") == pytest.approx(60)


def test_a_clock_set_back_does_not_block(tmp_path):
    clock = Clock()
    budget = clock.budget({"user": 1}, tmp_path / "calls.sqlite")
    budget.take("read")
    clock.now -= 86_400
    assert budget.take("read") == 0


def test_a_cache_that_cannot_be_used_is_done_without(tmp_path):
    (tmp_path / "file").touch()
    clock = Clock()
    budget = clock.budget({"user": 1}, tmp_path / "file" / "calls.sqlite")
    assert budget.take("read") == 0
    assert budget.take("read") == pytest.approx(60)
    (tmp_path / "broken.sqlite").write_bytes(b"no database" * 100)
    assert clock.budget({"user": 1}, tmp_path / "broken.sqlite").take("read") == 0


def test_accounts_of_one_project_share_its_limit(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    limits = [budget_of(name, reads=60, writes=60, project=300)._limits["read"] for name in ("a@p.iam", "b@p.iam")]
    assert [sorted(limit.values()) for limit in limits] == [[60, 300]] * 2
    assert len(limits[0].keys() & limits[1].keys()) == 1
    assert "a@p" not in "".join(limits[0])


def test_the_real_window_is_kept_to(sheets, number, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "own"))
    sheets.faults.add("quota", reads=5, window=1.0)
    link = spreadsheets.opened(sheets, number, tmp_path).connection
    link.transport.budget = Budget({"read": {"user": 5}, "write": {"user": 5}}, window=1.05)
    for _ in range(12):
        link.structure()
    assert {call.status for call in sheets.log} == {200}
    assert link.usage.waited > 1


# --- writing once


def _add(title="新", sheet=77):
    return lambda now: [] if now.titled(title) else [{"addSheet": {"properties": {"sheetId": sheet, "title": title}}}]


def _anything(_batch, _sheet):
    """A check that lets everything through."""


def test_a_batch_leaves_its_fingerprint(sheets, link):
    structure = link.structure()
    apply(link, structure, _add(), _anything, "one")
    after = link.structure()
    assert (after.state[1], after.titled("新").id) == ("one+0", 77)
    apply(link, after, lambda _: [], _anything, "two")
    assert link.structure().state[1] == "two+0"
    assert [call.kind for call in sheets.log].count("write") == 2


@pytest.mark.parametrize("cut", ["cut_after", "cut_before"])
def test_a_write_whose_answer_got_lost_is_applied_once(sheets, link, cut):
    structure = link.structure()
    sheets.faults.add(cut, times=1, method="POST")
    apply(link, structure, _add(), _anything, "one")
    assert [tab.title for tab in link.structure().tabs].count("新") == 1
    assert [call.kind for call in sheets.log].count("write") == (1 if cut == "cut_after" else 2)


def test_a_503_after_which_it_was_written_all_the_same(sheets, link):
    structure = link.structure()
    request = _add()(structure)
    sheets.faults.add("error", status=503, times=1, method="POST")
    sheets.faults.add(
        "person", times=1, method="POST", edits=[{"request": request[0]}, {"request": mark(structure, "one+0")}]
    )
    sheets.edit(link.id, {"request": request[0]}, {"request": mark(structure, "one+0")})
    apply(link, structure, _add(), _anything, "one")
    assert [call.kind for call in sheets.log].count("write") == 1


def test_a_write_that_stays_unsure_ends(sheets, link):
    structure = link.structure()
    sheets.faults.add("cut_before", method="POST")
    error = _fault(lambda: apply(link, structure, _add(), _anything, "one"))
    assert isinstance(error, UnsureError)
    assert error.transient


def test_a_tab_made_by_somebody_meanwhile_is_taken_into_account(sheets, link):
    structure = link.structure()
    sheets.edit(link.id, {"request": {"addSheet": {"properties": {"title": "新"}}}})
    apply(link, structure, _add(), _anything, "one")
    assert link.structure().state[1] == "one+0"


def test_a_slow_down_is_obeyed_while_writing(sheets, link):
    structure = link.structure()
    sheets.faults.add("quota", writes=0, window=60, retry_after=3, times=2)
    apply(link, structure, _add(), _anything, "one")
    assert link.transport.naps[0] == 3
    assert link.structure().state[1] == "one+0"


def test_equal_contents_have_one_fingerprint():
    assert fingerprint("甲", (1, 2.5)) == fingerprint("甲", (1, 2.5))
    assert fingerprint("甲") != fingerprint("乙")
    assert len(fingerprint("\ud800")) == 64


# --- what may be written

RANGE = {"startRowIndex": 0, "endRowIndex": 1}
OWN = {
    "createDeveloperMetadata": {
        "developerMetadata": {
            "metadataKey": "consortium.output",
            "metadataValue": "dashboard@5",
            "location": {"sheetId": 5},
            "visibility": "DOCUMENT",
        }
    }
}


@pytest.mark.parametrize(
    "request_",
    [
        {"updateCells": {"range": {"sheetId": 0, **RANGE}, "fields": "*"}},
        {"updateCells": {"range": RANGE, "fields": "*"}},
        {"repeatCell": {"range": {"sheetId": 9}, "cell": {}, "fields": "*"}},
        {"deleteSheet": {"sheetId": 0}},
        {"updateSheetProperties": {"properties": {"title": "x"}, "fields": "title"}},
        {"updateSpreadsheetProperties": {"properties": {"title": "x"}, "fields": "title"}},
        {"findReplace": {"find": "a", "replacement": "b", "allSheets": True}},
        {"sortRange": {"range": {"sheetId": 5, **RANGE}, "sortSpecs": []}},
        {"deleteEmbeddedObject": {"objectId": 3}},
        {"deleteNamedRange": {"namedRangeId": "x"}},
        {"addNamedRange": {"namedRange": {"name": "mine", "namedRangeId": "1", "range": {"sheetId": 5}}}},
        {
            "updateDeveloperMetadata": {
                "dataFilters": [{"developerMetadataLookup": {"metadataKey": "x"}}],
                "developerMetadata": {},
                "fields": "*",
            }
        },
        {"createDeveloperMetadata": {"developerMetadata": {"metadataKey": "x", "location": {"spreadsheet": True}}}},
        {"copyPaste": {"source": {"sheetId": 5}, "destination": {"sheetId": 0}}},
    ],
    ids=lambda request: next(iter(request)),
)
def test_a_batch_that_touches_what_is_not_ours_is_not_sent(sheets, link, request_):
    structure = link.structure()
    batch = [{"addSheet": {"properties": {"sheetId": 5, "title": "看板"}}}, OWN, request_]
    with pytest.raises(TrespassError):
        apply(link, structure, lambda _: batch, check_own, "one")
    assert [call.kind for call in sheets.log] == ["read"]


def test_a_tab_without_our_mark_is_not_ours(link):
    batch = [{"addSheet": {"properties": {"sheetId": 5, "title": "看板"}}}]
    with pytest.raises(TrespassError):
        check_own(batch, link.structure())


def test_what_is_ours_may_be_written(link):
    update = {"updateCells": {"range": {"sheetId": 5, **RANGE}, "fields": "*"}}
    check_own([{"addSheet": {"properties": {"sheetId": 5, "title": "看板"}}}, OWN, update], link.structure())


def test_gspreads_client_is_ours_only_where_it_must_be():
    settings = GoogleSettings(sheets_url="http://127.0.0.1:1/x")
    transport = Transport(requests.Session(), settings, Budget({"read": {}, "write": {}}))
    assert (
        transport._address("https://sheets.googleapis.com/v4/spreadsheets/a")
        == "http://127.0.0.1:1/x/v4/spreadsheets/a"
    )
    assert transport._address("https://example.org/") == "https://example.org/"
