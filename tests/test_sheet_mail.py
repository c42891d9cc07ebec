"""Mail of a community whose record is a Google Sheet: sent once, on record in the tab 发送记录, with links to the cells."""

import shutil
from collections import Counter
from email import message_from_bytes
from email.policy import default

import pytest
from test_sheet_commands import DAY, OUTPUTS, _cells, _staff, full, place, run, sample  # noqa: F401 fixtures

LEDGER = OUTPUTS.sheets["ledger"]


@pytest.fixture
def mailing(full, mail_server, monkeypatch, tmp_path):  # noqa: F811
    """The sample in a Google Sheet, and a mail server that its configuration names."""
    server = mail_server()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    number, config = full
    with config.open("a") as file:
        file.write(f'host = "{server.host}"\nport = {server.port}\n[community]\nname = "示例共同体"\n')
    return number, config, server


def test_the_weekly_digests_are_sent_once_and_stand_in_the_ledger(sheets, mailing, run):  # noqa: F811
    number, config, server = mailing
    staff = _staff(sheets, number)
    code, out, err = run("weekly", "--config", config, "--as-of", DAY)
    assert (code, "sent          25" in out) == (0, True), out + err
    assert Counter(letter.recipient for letter in server.accepted).most_common(1)[0][1] == 1
    head, *rows = _cells(sheets, number, LEDGER)
    assert (len(rows), {row[head.index("状态")] for row in rows}) == (25, {"已发出"})
    assert _staff(sheets, number) == staff
    code, out, err = run("weekly", "--config", config, "--as-of", DAY)
    assert (code, "sent before   25" in out, len(server.accepted)) == (0, True, 25)


def test_a_second_machine_knows_from_the_tab_what_the_first_has_sent(mailing, run, tmp_path):  # noqa: F811
    _, config, server = mailing
    run("weekly", "--config", config, "--as-of", DAY)
    shutil.rmtree(tmp_path / "state")
    code, out, _ = run("weekly", "--config", config, "--as-of", DAY)
    assert (code, "sent before   25" in out, len(server.accepted)) == (0, True, 25)


def test_a_tab_that_was_deleted_is_made_anew_from_what_this_machine_remembers(sheets, mailing, run):  # noqa: F811
    number, config, server = mailing
    run("weekly", "--config", config, "--as-of", DAY)
    book = sheets.client().open_by_key(number)
    book.del_worksheet(book.worksheet(LEDGER))
    code, out, err = run("weekly", "--config", config, "--as-of", DAY)
    assert (code, "sent before   25" in out, len(server.accepted)) == (0, True, 25), out + err
    assert len(_cells(sheets, number, LEDGER)) == 1 + 25


def test_calls_to_google_of_a_mailing(sheets, mailing, run):  # noqa: F811
    _, config, _ = mailing
    run("dashboard", "--config", config, "--as-of", DAY)
    sheets.log.clear()
    run("weekly", "--config", config, "--as-of", DAY)
    assert Counter(call.kind for call in sheets.log if call.api == "sheets") == {"read": 5, "write": 3}


def test_notices_lead_to_the_very_cells_and_are_not_repeated(sheets, mailing, run):  # noqa: F811
    number, config, server = mailing
    code, _, err = run("remind", "--config", config, "--as-of", DAY)
    assert code == 0, err
    mails = [message_from_bytes(letter.content, policy=default) for letter in server.accepted]
    (loans,) = (
        tab.id
        for tab in sheets.client().open_by_key(number).worksheets()
        if "借" in tab.title and "逾期" not in tab.title
    )
    overdue = next(mail for mail in mails if "overdue" in mail["List-Id"])
    page = overdue.get_body(("html",)).get_content()
    assert f"https://docs.google.com/spreadsheets/d/{number}/edit#gid={loans}&amp;range=" in page
    sent = len(server.accepted)
    code, out, _ = run("remind", "--config", config, "--as-of", DAY)
    assert (code, len(server.accepted), f"sent before   {sent}" in out) == (0, sent, True)


def test_the_next_digest_tells_what_changed_since_the_last(mailing, run):  # noqa: F811
    _, config, server = mailing
    run("weekly", "--config", config, "--as-of", "2026-11-17")
    run("weekly", "--config", config, "--as-of", DAY)
    assert len(server.accepted) == 50
    text = message_from_bytes(server.accepted[-1].content, policy=default).get_body(("plain",)).get_content()
    assert "自 11 月 17 日的周报以来" in text
