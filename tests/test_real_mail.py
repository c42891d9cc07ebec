"""Mail through a real server: what arrives is what was built, and other people's programmes read what was meant."""

import email
import hashlib
import json
import mailbox
import os
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import datetime
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import SMTP, default
from email.utils import getaddresses
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

import pytest
from standins.postfix import BUSY, GONE
from typer.testing import CliRunner

from toolkit.cli import app
from toolkit.dates import CHINA
from toolkit.mail.failures import MailConfigError, MailServerError
from toolkit.mail.ledger import Known
from toolkit.mail.letters import Letter
from toolkit.mail.server import Server
from toolkit.mail.submission import Submission
from toolkit.plans import load_plan
from toolkit.render.message import Attachment, MessageParts, Origin, message, message_id
from toolkit.sample import AS_OF, build_sample
from toolkit.workflows.letters import TOPICS, Writer
from toolkit.workflows.loading import load
from toolkit.workflows.remembering import Remembered

READER = Path(__file__).parent / "standins" / "mime_reader.pl"
TRACES = {b"return-path", b"delivered-to", b"x-original-to", b"received"}
"""Header fields that servers put in front of a message."""
KINDS = ("weekly leader", "weekly principal", "weekly liaison", "overdue liaison", "problems liaison")
CONFIG = """
[community]
name = "台头学区教育发展共同体（示例数据）"
[workbook]
path = "book.xlsx"
[mail]
sender = "office@example.com"
host = "{host}"
port = {port}
security = "starttls"
ca_file = "{ca_file}"
"""
SENT_AT = datetime(2026, 11, 25, 7, 30, tzinfo=CHINA)
LIMIT = 2.0
"""A mail server with SpamAssassin takes 5.0 for spam."""

needs_perl = pytest.mark.skipif(
    subprocess.run(["perl", "-MEmail::MIME", "-e1"], capture_output=True, check=False).returncode != 0,
    reason="Perl's Email::MIME is missing: apt install libemail-mime-perl",
)
needs_spamassassin = pytest.mark.skipif(
    shutil.which("spamassassin") is None, reason="SpamAssassin is missing: apt install spamassassin"
)


@pytest.fixture(scope="module")
def community(tmp_path_factory, post_office) -> Path:
    """A folder with the sample community, configured to send through the post office."""
    folder = tmp_path_factory.mktemp("community")
    build_sample(folder / "book.xlsx", load_plan("S9").quotas)
    facts = {"host": post_office.host, "port": post_office.smtp_port, "ca_file": post_office.ca_file}
    (folder / "consortium.toml").write_text(CONFIG.format(**facts), "utf-8")
    return folder


@pytest.fixture(scope="module")
def letters(community) -> dict[str, Letter]:
    """The first letter of each kind that the community sends."""
    loaded = load(config=community / "consortium.toml", workbook=None, sheet=None, as_of=AS_OF)
    writer = Writer(Remembered(loaded), Known({}, ""))
    found = {}
    for mailing in TOPICS:
        for digest in writer.digests(mailing):
            kind = f"{digest.topic} {digest.role}"
            if kind in KINDS and kind not in found:
                found[kind] = writer.letter(writer.made(digest))
    return found


class Arrived(NamedTuple):
    """What a reader finds in the mailbox, and what the server there makes of it."""

    content: bytes
    structure: list
    envelope: list


@pytest.fixture(scope="module")
def arrived(letters, post_office) -> dict[str, Arrived]:
    """What became of each letter, by kind."""
    found = {}
    for kind, each in letters.items():
        post_office.clear()
        assert [outcome.fate for outcome in offer(server(post_office), [each])] == ["sent"]
        asked = (post_office.fetch, post_office.bodystructure, post_office.envelope)
        ((content,), (structure,), (envelope,)) = (ask(each.address) for ask in asked)
        found[kind] = Arrived(content, structure, envelope)
    return found


def server(office, security="starttls"):
    port = {"starttls": office.smtp_port, "tls": office.smtps_port}[security]
    return Server(office.host, port, security, office.user, office.password, office.user, office.ca_file, timeout=20)


def letter(content, sender="office@example.com"):
    mail = email.message_from_bytes(content, policy=default)
    (to,) = mail["To"].addresses
    facts = {"name": to.display_name, "role": "leader", "school": "", "row": 3, "message_id": mail["Message-ID"]}
    return Letter("weekly", "2026-W48", "key", sender=sender, address=to.addr_spec, content=content, **facts)


def offer(where, letters):
    with Submission(where) as submission:
        return [submission.send(each, lambda: None) for each in letters]


def without_traces(content):
    """The message less the header fields that servers put in front of it."""
    field = re.compile(rb"([!-9;-~]+):.*\r\n(?:[ \t].*\r\n)*")
    while (found := field.match(content)) and found[1].lower() in TRACES:
        content = content[found.end() :]
    return content


@pytest.mark.parametrize("kind", KINDS)
def test_what_arrives_is_what_was_built(kind, letters, arrived):
    assert without_traces(arrived[kind].content) == letters[kind].content


def test_the_weekly_command_delivers_what_its_dry_run_showed_and_nothing_twice(
    community, post_office, tmp_path, monkeypatch
):
    folder = shutil.copytree(community, tmp_path / "own")  # what was sent is remembered beside the workbook
    monkeypatch.setattr("toolkit.workflows.letters.now", lambda: SENT_AT)  # no hour may pass between the two
    monkeypatch.setenv("CONSORTIUM_MAIL_PASSWORD", post_office.password)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    weekly = ("weekly", "--config", str(folder / "consortium.toml"), "--as-of", AS_OF.isoformat())
    post_office.clear()
    assert CliRunner().invoke(app, [*weekly, "--dry-run", "--out", str(folder / "shown")]).exit_code == 0
    shown = sorted(path.read_bytes() for path in (folder / "shown").glob("*.eml"))
    readers = {letter(content).address for content in shown}
    assert len(shown) == 25
    for _ in range(2):
        assert CliRunner().invoke(app, weekly).exit_code == 0
        assert sorted(without_traces(found) for each in readers for found in post_office.fetch(each)) == shown


# --- other people's programmes


def as_python_reads(content):
    """What a message says, in the form of `mime_reader.pl`."""
    mail = email.message_from_bytes(content, policy=default)
    raw = email.message_from_bytes(content)  # the newer policy puts spaces between the encoded words of a name
    people = {
        field: [[_plain(name) if name else None, address] for name, address in getaddresses(raw.get_all(field, []))]
        for field in ("from", "to", "reply-to")
    }
    return {"subject": str(mail["Subject"]), **people, "parts": _part(mail)}


def _part(part):
    kind = part.get_content_type()
    if part.is_multipart():
        return [kind, [_part(inner) for inner in part.iter_parts()]]
    content = part.get_content() if kind.startswith("text/") else hashlib.sha256(part.get_content()).hexdigest()
    return [kind, part.get_filename(), content]


def as_perl_reads(content):
    done = subprocess.run(["perl", READER], input=content, capture_output=True, check=True)
    assert done.stderr == b""
    return json.loads(done.stdout)


@needs_perl
@pytest.mark.parametrize("kind", KINDS)
def test_another_parser_reads_the_same(kind, letters, arrived):
    assert as_perl_reads(arrived[kind].content) == as_python_reads(letters[kind].content)


@pytest.mark.parametrize("kind", KINDS)
def test_the_mail_server_that_hands_it_out_sees_the_same_parts_and_people(kind, letters, arrived):
    read = as_python_reads(letters[kind].content)
    assert _shape(arrived[kind].structure) == _bare(read["parts"])
    _, subject, sender, _, reply_to, to, *others, answered, known_by = arrived[kind].envelope
    assert _plain(subject.decode()) == read["subject"]
    assert [_people(each) for each in (sender, to)] == [read["from"], read["to"]]
    assert _people(reply_to) == read["reply-to"]
    assert (others, answered, known_by.decode()) == ([None, None], None, letters[kind].message_id)


def _shape(body):
    """The types and file names in a body structure (RFC 3501, section 7.4.2)."""
    if isinstance(body[0], list):
        inner = list(takewhile(lambda part: isinstance(part, list), body))
        return [f"multipart/{body[len(inner)].decode()}", [_shape(part) for part in inner]]
    kind = f"{body[0].decode()}/{body[1].decode()}"
    disposition = body[9 if kind.startswith("text/") else 8]
    return [kind, _plain(disposition[1][1].decode()) if disposition else None]


def _named(part):
    """A file's name in its type and, in both forms, in its disposition; names as Dovecot passes them on."""
    given = (dict(zip(each[::2], each[1::2], strict=True)) for each in (part[2], part[9][1]))
    return [
        unquote(value.decode().removeprefix("UTF-8''")) if key.endswith(b"*") else _plain(value.decode())
        for found in given
        for key, value in found.items()
        if key.strip(b"*") in (b"name", b"filename")
    ]


def _bare(part):
    """The same of what a parser read."""
    return [part[0], [_bare(inner) for inner in part[1]]] if isinstance(part[1], list) else part[:2]


def _plain(header):
    return str(make_header(decode_header(header)))


def _people(addresses):
    """Name and address of each in an envelope, whose addresses are (name, route, user, host)."""
    return [[name and _plain(name.decode()), f"{user.decode()}@{host.decode()}"] for name, _, user, host in addresses]


CALENDAR = "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
HARD = MessageParts(
    reader="王芳, “甲镇”中心小学 <联络员>（兼）；设备、图书、活动、教研都归她管的老师",
    email="hard@example.com",
    subject="台头学区周报 · 第 13 周：还差 1 次（1 月 22 日前），𠮷老师；=?utf-8?q?x?= %E4%BD",
    text="您好：\n.\n..\nFrom 一行\n" + "长" * 1000 + "\n",
    html=f"<!doctype html><html><head><meta charset='utf-8'></head><body><p>{'长' * 1000}</p></body></html>",
    attachments=(
        Attachment("台头学区教育发展共同体·第十三周活动安排；含“取消”的.ics", CALENDAR.encode(), "PUBLISH"),
        Attachment("cancelled.ics", CALENDAR.encode(), "CANCEL"),
    ),
    list_name="台头学区教育发展共同体 · 周报",
    unsubscribe="退订周报",
)
ORIGIN = Origin("office@example.com", "台头学区教育发展共同体，办公室", "liaison@example.org", "共同体")


@pytest.fixture(scope="module")
def hard() -> bytes:
    """A message with all that other programmes stumble over."""
    mark = message_id(ORIGIN, "weekly", "2026-W48", "key")
    return bytes(message(HARD, origin=ORIGIN, kind="weekly", message_id=mark, sent_at=SENT_AT))


@needs_perl
def test_another_parser_reads_what_was_meant(hard):
    read = as_perl_reads(hard)
    assert (read["subject"], read["from"], read["to"], read["reply-to"]) == (
        HARD.subject,
        [[ORIGIN.name, ORIGIN.address]],
        [[HARD.reader, HARD.email]],
        [[None, ORIGIN.reply_to]],
    )
    kind, ((alternative, (text, page)), *files) = read["parts"]
    assert (kind, alternative) == ("multipart/mixed", "multipart/alternative")
    assert text == ["text/plain", None, HARD.text.replace("\n", "\r\n")]
    assert page[:2] == ["text/html", None]
    assert files == [["text/calendar", file.name, CALENDAR] for file in HARD.attachments]


def test_the_hard_one_arrives_as_it_was_built(hard, post_office):
    post_office.clear()
    assert [outcome.fate for outcome in offer(server(post_office), [letter(hard)])] == ["sent"]
    assert [without_traces(found) for found in post_office.fetch(HARD.email)] == [hard]
    ((_, first, second, *_),) = post_office.bodystructure(HARD.email)
    names = [_named(part) for part in (first, second)]
    assert names == [[HARD.attachments[0].name] * 3, [HARD.attachments[1].name] * 2]


SPAM = b"Message-ID: <spam@example.com>\n\nXJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X\n"
"""What every SpamAssassin must know for spam."""


@pytest.fixture(scope="module")
def judged(arrived, tmp_path_factory) -> dict[str, tuple[float, str]]:
    """By Message-ID the score by SpamAssassin's own rules and the rules that were broken; no network, no Bayes.

    What came over loopback gets a point less than it would from a stranger; that rule does not count.
    """
    home = tmp_path_factory.mktemp("spamassassin")
    given, taken = mailbox.mbox(home / "given"), mailbox.mbox(home / "taken")
    for content in (*(each.content for each in arrived.values()), SPAM):
        given.add(content)
    given.close()
    command = [
        "spamassassin",
        "--local",
        "--nocreate-prefs",
        "--cf=score ALL_TRUSTED 0",
        "--cf=report_safe 0",
        "--mbox",
    ]
    with (home / "taken").open("wb") as out:
        subprocess.run([*command, home / "given"], stdout=out, check=True, env={**os.environ, "HOME": str(home)})
    found = {}
    for mail in taken:
        status = re.search(r"score=(\S+) .*tests=(.*?)\s*autolearn", mail["X-Spam-Status"], re.DOTALL)
        found[mail["Message-ID"]] = (float(status[1]), "".join(status[2].split()))
    return found


@needs_spamassassin
@pytest.mark.parametrize("kind", KINDS)
def test_it_does_not_look_like_spam(kind, letters, judged):
    score, rules = judged[letters[kind].message_id]
    print(f"{kind}: {score} of {LIMIT}: {rules}")  # noqa: T201 shown by pytest -rP
    assert score < LIMIT, rules


@needs_spamassassin
def test_spam_is_known_when_it_is_seen(judged):
    score, rules = judged["<spam@example.com>"]
    assert score > 100
    assert "GTUBE" in rules


# --- what a real server says


@pytest.fixture
def note() -> bytes:
    """A small message whose lines could be taken for its end."""
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = "office@example.com", "note@example.com", "开会"
    mail["Date"], mail["Message-ID"] = "Wed, 25 Nov 2026 07:30:00 +0800", "<note@example.com>"
    mail.set_content(".\n..\n.会\n", cte="8bit")
    return bytes(mail)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_message_arrives_either_way(security, note, post_office):
    post_office.clear()
    (outcome,) = offer(server(post_office, security), [letter(note)])
    assert (outcome.fate, outcome.answer[:21]) == ("sent", "250 2.0.0 Ok: queued ")
    assert [without_traces(found) for found in post_office.fetch("note@example.com")] == [note]


def test_one_refused_and_one_put_off_do_not_keep_the_others_back(note, post_office):
    post_office.clear()
    addresses = ["first@example.com", GONE, BUSY, "stranger@example.net", "last@example.org"]
    outcomes = offer(server(post_office), [replace(letter(note), address=address) for address in addresses])
    assert [outcome.fate for outcome in outcomes] == ["sent", "refused", "again", "refused", "sent"]
    assert [outcome.answer for outcome in outcomes[1:4]] == [
        "550 5.1.1 <…>: Recipient address rejected: No such user",
        "450 4.2.1 <…>: Recipient address rejected: Mailbox busy",
        "554 5.7.1 <…>: Recipient address rejected: Access denied",
    ]
    assert [len(post_office.fetch(address)) for address in addresses] == [1, 0, 0, 0, 1]


@pytest.mark.parametrize(
    ("changes", "sender", "error", "key"),
    [
        ({"password": "wrong"}, "office@example.com", MailConfigError, "login_refused"),
        ({}, "other@example.com", MailConfigError, "sender_refused"),
        ({"ca_file": None}, "office@example.com", MailServerError, "certificate"),
        ({"host": "127.0.0.2"}, "office@example.com", MailServerError, "unreachable"),
    ],
    ids=["password", "sender", "certificate", "host"],
)
def test_what_concerns_every_message_stops_the_sending(changes, sender, error, key, note, post_office):
    post_office.clear()
    with pytest.raises(error) as caught:
        offer(replace(server(post_office), **changes), [letter(note, sender)])
    assert caught.value.key == key
    assert post_office.fetch("note@example.com") == []
