"""Runs of `weekly` and `remind` as a whole: what they tell, what they leave on record, what the next run makes of it."""

import os
import signal
import subprocess
import sys
import time
from datetime import date

import pytest
from mail_faults import EVERY, Place, counts
from standins.mail_server import Fault
from test_sheet_commands import run  # noqa: F401 a fixture

from toolkit.errors import SourceError, UsageError
from toolkit.mail.delivery import Delivery
from toolkit.mail.ledger import BothLedgers
from toolkit.stores.file_ledger import FileLedger
from toolkit.workflows import load, mailing, tabs
from toolkit.workflows.mailing import Wish, send
from toolkit.workflows.outbox import write_letters
from toolkit.workflows.remembering import Remembered

DAY = "2025-11-26"
TODAY = date.fromisoformat(DAY)


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A community of seven readers, whose state is kept in its own folder."""
    folder = tmp_path / "place"
    folder.mkdir()
    made = Place(folder)
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value)
    return made


@pytest.fixture
def weekly(place, mail_server, run):  # noqa: F811
    """Runs `weekly` with a server of these faults; exit code, output, what it said besides."""

    def command(*arguments, faults=()):
        server = mail_server(faults=faults)
        place.configure(server)
        return *run("weekly", "--config", place.folder / "consortium.toml", "--as-of", DAY, *arguments), server

    return command


def past(place, day=TODAY):
    return Remembered(load(config=place.folder / "consortium.toml", workbook=None, sheet=None, as_of=day))


def test_the_report_groups_what_was_not_sent_by_its_reason(weekly):
    refusals = [
        Fault("rcpt", reply="550 5.1.1 No such user", recipient=f"{who}@example.com") for who in ("east-p", "west-p")
    ]
    code, out, _, _ = weekly(faults=[*refusals, Fault("end", cut=True, letter=1)])
    assert code == 1
    assert out.splitlines()[:2] == ["Weekly digests: 7 letters", "  sent          4"]
    assert "  refused       收件人!5, 收件人!7: 550 5.1.1 No such user\n" in out
    assert "                It may have arrived: ask, and send it again with --resend if not.\n" in out
    code, out, _, server = weekly()
    assert (code, server.accepted) == (1, [])
    assert ("  sent before   4" in out, "  in doubt      收件人!3: " in out) == (True, True)


def test_what_was_not_begun_when_a_limit_was_reached_is_counted(weekly, monkeypatch):
    monkeypatch.setattr("toolkit.mail.delivery.CHUNK", 2)
    code, out, err, _ = weekly(faults=[Fault("mail", reply="550 5.4.5 Daily user sending limit exceeded")])
    assert (code, "  not begun     5\n" in out, err.count("5.4.5"), "5.4.5" in out) == (3, True, 1, False)
    assert "  not yet       收件人!2, 收件人!3\n" in out


def test_nothing_is_told_of_letters_where_none_was_tried(weekly):
    code, out, err, _ = weekly(faults=[Fault("greeting", reply="554 No service")])
    assert (code, out) == (3, "")
    assert "554" in err


def test_a_letter_to_one_reader_and_again_when_asked(weekly):
    assert [len(weekly("--only", who)[3].accepted) for who in ("钱  二", "东校", "WEST-L@example.com")] == [1, 2, 1]
    assert len(weekly()[3].accepted) == EVERY - 4
    first, again = weekly("--resend", "钱二")[3].accepted, weekly("--resend", "钱二")[3].accepted
    assert [letter.recipient for letter in (*first, *again)] == ["lead-p@example.com"] * 2
    assert first[0].content.count(b"Message-ID: <") == 1
    identities = {
        line for letter in (*first, *again) for line in letter.content.splitlines() if line.startswith(b"Message-ID")
    }
    assert len(identities) == 1


def test_a_letter_asked_for_again_that_is_put_off_stays_sent(weekly):
    weekly()
    code, out, _, _ = weekly("--resend", "钱二", faults=[Fault("rcpt", reply="450 4.2.0 Later")])
    assert (code, "Run this again later, with --resend." in out) == (3, True)
    code, out, _, server = weekly()
    assert (code, server.accepted, "sent before   7" in out) == (0, [], True)


def test_nobody_is_called_so(weekly):
    code, out, err, _ = weekly("--only", "nobody\x1b[31m")
    assert (code, out, "nobody" in err, "\x1b" in err) == (2, "", True, False)


def test_a_dry_run_writes_byte_for_byte_what_is_sent(place, weekly):
    code, out, _, _ = weekly("--dry-run", "--out", place.folder / "box")
    files = [path.read_bytes() for path in sorted((place.folder / "box").glob("*.eml"))]
    assert (code, len(out.splitlines()), len(files)) == (0, EVERY, EVERY)
    sent = [letter.content for letter in weekly()[3].accepted]
    assert sorted(sent) == sorted(files) or len({*sent, *files}) == 2 * EVERY  # the hour struck


def test_without_a_name_of_the_community_nothing_is_sent(place, mail_server):
    place.configure(mail_server())
    config = place.folder / "consortium.toml"
    config.write_text("\n".join(config.read_text(encoding="utf-8").splitlines()[2:]), encoding="utf-8")
    with pytest.raises(UsageError, match=r"\[community\]"):
        send(past(place), "weekly", Wish())


def test_a_journal_that_cannot_be_written_keeps_letters_back(place, mail_server, monkeypatch):
    place.configure(server := mail_server())
    whole = FileLedger.settle

    def full(self, entries):
        if entries[0].state == "offered":
            raise SourceError("the disk is full")
        whole(self, entries)

    monkeypatch.setattr(FileLedger, "settle", full)
    mailed = send(past(place), "weekly", Wish(), sleep=lambda _: None)
    assert (server.accepted, counts(mailed).again, counts(mailed).unknown) == ([], EVERY, 0)
    monkeypatch.undo()
    for name, value in place.environment.items():
        monkeypatch.setenv(name, value)
    assert counts(send(past(place), "weekly", Wish())).sent == EVERY


def test_a_memory_that_cannot_be_written_does_not_hide_what_was_sent(place, mail_server, monkeypatch):
    place.configure(mail_server())

    def fails(*_):
        raise SourceError("no memory")

    monkeypatch.setattr(mailing, "keep_memory", fails)
    mailed = send(past(place), "weekly", Wish())
    assert (counts(mailed).sent, str(mailed.report.fault)) == (EVERY, "no memory")
    assert tabs.keep_memory is not fails


def test_the_next_digest_knows_of_the_last_from_the_ledger_too(place, mail_server):
    place.configure(mail_server())
    send(past(place), "weekly", Wish())
    (place.folder / "登记·历次结果.sqlite").unlink()
    later = past(place, date(2025, 12, 3))
    written = write_letters(later, "weekly", place.folder / "box")
    texts = [path.read_bytes() for path in written.files]
    assert len(texts) == EVERY
    writer = mailing.Writer(later, mailing.ledger_of(later.loaded).known())
    assert {digest.since for digest in writer.digests("weekly")} == {"11 月 24 日"}


def test_two_communities_on_one_machine_keep_their_letters_apart(tmp_path, mail_server, monkeypatch):
    server, reports = mail_server(), []
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for name in ("甲", "乙"):
        folder = tmp_path / name
        folder.mkdir()
        community = Place(folder)
        community.configure(server)
        config = folder / "consortium.toml"
        config.write_text(config.read_text(encoding="utf-8").replace("甲镇", f"{name}乡"), encoding="utf-8")
        reports.append(send(past(community), "weekly", Wish()))
        assert len(FileLedger(community.ledger).entries()) == EVERY
    assert [counts(one).sent for one in reports] == [EVERY, EVERY]


def test_what_another_machine_has_just_taken_in_hand_is_not_to_be_sent_again(place, mail_server, monkeypatch, tmp_path):
    place.configure(server := mail_server())
    monkeypatch.setattr(Delivery, "_attempt", lambda *_: os._exit(3))
    if (child := os.fork()) == 0:
        send(past(place), "weekly", Wish())
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 3
    monkeypatch.undo()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "another"))
    mailed = send(past(place), "weekly", Wish())
    assert (mailed.code, {one.fate for one in mailed.told}, server.accepted) == (3, {"elsewhere"}, [])


def test_a_notice_in_doubt_is_pointed_out_on_later_days(place, mail_server):
    place.configure(mail_server(faults=[Fault("end", cut=True, letter=0)]))
    send(past(place), "weekly", Wish())
    place.configure(mail_server())
    mailed = send(past(place, date(2025, 12, 3)), "weekly", Wish())
    assert counts(mailed).sent == EVERY
    assert [(one.fate, one.rows, one.reason) for one in mailed.told] == [("in doubt", (2,), "weekly of 2025-W48")]


def test_whoever_stops_a_run_is_told_how_far_it_came(place, mail_server):
    server = mail_server(faults=[Fault("rcpt", slow=30, letter=3)])
    place.configure(server)
    config = place.folder / "consortium.toml"
    config.write_text(config.read_text(encoding="utf-8").replace("timeout = 0.5", "timeout = 60"), encoding="utf-8")
    command = [sys.executable, "-m", "toolkit", "weekly", "--config", config, "--as-of", DAY]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 60
        while len(server.offers) < 4 and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, "sent          3" in out, "Traceback" in err) == (130, True, False), out + err
    server.faults.clear()
    assert counts(send(past(place), "weekly", Wish())).sent == EVERY - 3


def test_both_ledgers_are_read_once_where_nothing_is_to_be_mended(place, mail_server, monkeypatch):
    place.configure(mail_server())
    send(past(place), "weekly", Wish())
    reads = []
    whole = BothLedgers.entries
    monkeypatch.setattr(BothLedgers, "entries", lambda self: reads.append(1) or whole(self))
    send(past(place), "weekly", Wish())
    assert len(reads) == 1


def test_in_the_holidays_the_reason_is_told(place, mail_server, run):  # noqa: F811
    place.configure(mail_server())
    config = place.folder / "consortium.toml"
    code, out, _ = run("remind", "--config", config, "--as-of", "2026-02-01")
    assert (code, "It is the holidays" in out) == (0, True)
    code, out, err = run("remind", "--config", config, "--as-of", "2026-02-01", "--dry-run")
    assert (code, out, "It is the holidays" in err) == (0, "", True)


def test_doctor_asks_for_the_name_of_the_community(place, mail_server, run):  # noqa: F811
    place.configure(mail_server())
    config = place.folder / "consortium.toml"
    code, out, _ = run("doctor", "--config", config, "--as-of", DAY)
    assert (code, "127.0.0.1 让我们登录" in out, "共同体还没有名称" in out) == (0, True, False)
    config.write_text("\n".join(config.read_text(encoding="utf-8").splitlines()[2:]), encoding="utf-8")
    code, out, _ = run("doctor", "--config", config, "--as-of", DAY)
    assert (code, "共同体还没有名称" in out) == (2, True)


def test_an_earlier_notice_is_asked_for_with_its_day(place, mail_server, run):  # noqa: F811
    place.configure(mail_server())
    code, out, _ = run("remind", "--config", place.folder / "consortium.toml", "--as-of", DAY, "--resend", "李四")
    assert (code, "Nobody who gets these letters is called" in out) == (2, False)
    code, out, _ = run("remind", "--config", place.folder / "consortium.toml", "--as-of", DAY)
    assert (code, "There is nothing to remind anybody of today" in out) == (0, True)
