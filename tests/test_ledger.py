"""The ledger: each letter is won by one run, whatever dies, is lost or is brought back meanwhile."""

import os
import random
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from functools import reduce
from itertools import pairwise, permutations

import openpyxl
import pytest

from toolkit.declarations import FOLDER
from toolkit.errors import BusySourceError, SourceError
from toolkit.mail.entries import Entry, claim, folded, last_days, merged, standing
from toolkit.mail.ledger import BothLedgers
from toolkit.mail.letters import Letter
from toolkit.plans import load_plan
from toolkit.sample import build_sample
from toolkit.stores.file_ledger import FileLedger
from toolkit.stores.journal import journal_of, lock_of, sending_lock

CHINA = timezone(timedelta(hours=8))
NOON = datetime(2026, 11, 25, 12, tzinfo=CHINA)
LATER = NOON + timedelta(hours=1)
OURS, THEIRS = "machine-a", "machine-b"
STATES = ("claimed", "offered", "sent", "refused", "again")


def entry(number=1, state="claimed", run="run-a", after="", **more):
    usual = {
        "kind": "weekly", "period": "2026-W48", "recipient": f"reader{number}", "name": "王海燕", "role": "principal",
        "school": "甲镇中心小学", "message_id": f"<{number}@consortium>", "fingerprint": "00ff", "machine": OURS,
        "claimed": NOON, "settled": None if state == "claimed" else LATER,
    }  # fmt: skip
    return Entry(**usual | {"state": state, "run": run, "after": after} | more)


def by_id(*entries):
    return {one.message_id: one for one in entries}


@pytest.fixture
def ledger(tmp_path):
    return FileLedger(tmp_path / "登记·发送记录.sqlite")


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "consortium"


# --- what entries add up to


def test_a_claim_names_the_letter_and_the_entry_it_follows():
    letter = Letter(
        "overdue", "2026-11-25", "reader1", "王海燕", "liaison", "甲镇中心小学", 7, "a@x", "b@x", "<1@consortium>", b"x"
    )
    made = claim(letter, entry(run="run-0"), run="run-a", machine=OURS, at=NOON)
    assert made == Entry(
        "overdue", "2026-11-25", "reader1", "王海燕", "liaison", "甲镇中心小学", "<1@consortium>", letter.fingerprint,
        "claimed", "run-a", "run-0", OURS, NOON,
    )  # fmt: skip
    assert made.key == letter.key
    assert claim(letter, None, run="run-a", machine=OURS, at=NOON).after == ""


def test_an_entry_counts_until_another_follows_it():
    first, second, third = entry(state="sent"), entry(run="run-b", after="run-a"), entry(run="run-c", after="run-b")
    for order in permutations([first, second, third]):
        assert folded(order) == by_id(third)


def test_of_two_claims_of_the_same_moment_the_first_counts_and_afterwards_what_it_became():
    won, lost = entry(run="run-a"), entry(run="run-b")
    assert folded([won, lost]) == by_id(won)
    for state in ("claimed", "offered", "refused", "sent"):
        settled, given_up = replace(won, state=state), replace(lost, state="again")
        assert folded([settled, given_up]) == folded([given_up, settled]) == by_id(settled)


def test_a_claim_made_without_seeing_what_arrived_or_may_have_counts_for_nothing():
    late = entry(run="run-c", after="run-0")
    for state in ("offered", "refused", "sent"):
        done = entry(state=state, run="run-b", after="run-0")
        assert folded([late, done]) == by_id(done)


def test_entries_that_follow_each_other_in_a_ring_still_count():
    ring = entry(run="run-a", after="run-b", state="sent"), entry(run="run-b", after="run-a")
    assert folded(ring) == by_id(ring[0])
    assert folded([entry(run="run-a", after="run-a")]) == by_id(entry(run="run-a", after="run-a"))


def test_a_sent_letter_whose_first_row_was_deleted_is_still_sent():
    assert folded([entry(state="sent", run="run-b", after="deleted")])["<1@consortium>"].state == "sent"


def test_of_one_run_in_two_ledgers_the_later_state_counts():
    for before, after in pairwise(("claimed", "offered", "again", "refused", "sent")):
        assert merged(entry(state=before), entry(state=after)).state == after
        assert merged(entry(state=after), entry(state=before)).state == after


def test_of_two_runs_the_one_that_follows_counts():
    first, second = entry(state="sent"), entry(state="again", run="run-b", after="run-a")
    assert merged(first, second) is merged(second, first) is second


def test_of_two_runs_without_a_link_what_may_have_arrived_counts_and_of_equal_ones_that_of_the_record():
    for light, heavy in pairwise(("again", "claimed", "refused", "offered", "sent")):
        one, other = entry(state=light), entry(state=heavy, run="run-b")
        assert merged(one, other) is merged(other, one) is other
    for state in STATES:
        recorded, journaled = entry(state=state), entry(state=state, run="run-b", claimed=LATER)
        assert merged(recorded, journaled) is recorded


def test_merging_never_frees_what_either_ledger_holds_back_unless_a_person_or_the_outcome_did():
    held = {"sent", "refused", "unknown"}
    for one in STATES:
        for other in STATES:
            pair = entry(state=one, machine=THEIRS), entry(state=other, run="run-b", machine=THEIRS)
            stood = {standing(some, OURS) for some in pair}
            assert (standing(reduce(merged, pair), OURS) in held) == bool(stood & held)


@pytest.mark.parametrize(
    ("state", "machine", "expected"),
    [
        ("claimed", OURS, "free"),
        ("claimed", THEIRS, "unknown"),
        ("offered", OURS, "unknown"),
        ("sent", THEIRS, "sent"),
        ("refused", OURS, "refused"),
        ("again", THEIRS, "free"),
    ],
)
def test_what_a_new_run_may_make_of_a_letter(state, machine, expected):
    assert standing(entry(state=state, machine=machine), OURS) == expected


def test_a_letter_without_an_entry_is_free_and_a_machine_without_a_journal_owns_no_claim():
    assert standing(None, OURS) == "free"
    assert standing(entry(machine=""), "") == "unknown"


def test_the_last_day_is_of_letters_that_arrived_or_may_have():
    notices = [
        entry(1, "sent", period="2026-11-20", kind="overdue"),
        entry(2, "sent", period="2026-11-24", kind="overdue", recipient="reader1"),
        entry(3, "again", period="2026-11-25", kind="overdue", recipient="reader1"),
        entry(4, "offered", period="2026-11-22", kind="overdue"),
        entry(5, "claimed", period="2026-11-22", kind="overdue"),
        entry(6, "claimed", period="2026-11-22", kind="overdue", machine=THEIRS),
        entry(7, "sent"),
    ]
    assert last_days(notices, "overdue", OURS) == {
        "reader1": date(2026, 11, 24),
        "reader4": date(2026, 11, 22),
        "reader6": date(2026, 11, 22),
    }
    assert last_days(notices, "weekly", OURS) == {"reader7": date(2026, 11, 25)}
    assert last_days([entry(1, "sent", period="2026-99-99")], "weekly", OURS) == {"reader1": date(2026, 11, 25)}


# --- the file


def test_what_is_claimed_and_settled_comes_back(ledger):
    assert ledger.claim([entry(1), entry(2)]) == {"<1@consortium>", "<2@consortium>"}
    sent = entry(1).now("sent", LATER, "250 2.0.0 Ok: queued")
    ledger.settle([sent])
    assert ledger.entries() == by_id(sent, entry(2))


def test_looking_makes_no_file(ledger):
    assert ledger.entries() == {}
    assert ledger.identity == ""
    assert not ledger.path.exists()
    ledger.path.touch()
    assert ledger.entries() == {}


def test_a_claim_is_won_only_after_the_entry_that_counts(ledger):
    ledger.claim([entry()])
    assert ledger.claim([entry(run="run-b")]) == frozenset()
    assert ledger.claim([entry(run="run-b", after="run-0")]) == frozenset()
    assert ledger.claim([entry(run="run-b", after="run-a")]) == {"<1@consortium>"}
    assert ledger.claim([entry(run="run-c", after="run-a")]) == frozenset()
    assert ledger.entries() == by_id(entry(run="run-b", after="run-a"))


def test_a_run_that_claims_a_letter_once_more_does_not_win_it(ledger):
    assert ledger.claim([entry(), entry()]) == {"<1@consortium>"}
    assert ledger.claim([entry()]) == ledger.claim([entry(after="run-a")]) == frozenset()


def test_settling_what_is_not_on_record_puts_it_there(ledger):
    ledger.settle([entry(state="sent")])
    assert ledger.entries() == by_id(entry(state="sent"))


def test_settling_an_entry_that_another_follows_leaves_the_other_in_place(ledger):
    ledger.claim([entry()])
    ledger.claim([entry(run="run-b", after="run-a")])
    ledger.settle([entry(state="sent")])
    assert ledger.entries() == by_id(entry(run="run-b", after="run-a"))


def test_within_with_one_connection_serves_and_others_see_every_step(ledger):
    with ledger:
        ledger.claim([entry()])
        assert FileLedger(ledger.path).entries() == by_id(entry())
        ledger.settle([entry(state="offered")])
        assert FileLedger(ledger.path).entries() == by_id(entry(state="offered"))
    assert ledger.entries() == by_id(entry(state="offered"))


def test_a_file_is_called_the_same_always_and_like_no_other(tmp_path):
    one, other = FileLedger(tmp_path / "one.sqlite"), FileLedger(tmp_path / "other.sqlite")
    for some in (one, other):
        some.claim([entry()])
    assert one.identity == FileLedger(one.path).identity != other.identity


def test_entries_of_several_records_lie_in_one_journal(tmp_path):
    ours, theirs = (FileLedger(tmp_path / "letters.sqlite", name) for name in ("ours", "theirs"))
    ours.claim([entry(1)])
    theirs.claim([entry(2)])
    assert ours.entries() == theirs.entries() == by_id(entry(1), entry(2))
    assert ours.of_record() == by_id(entry(1))
    assert ours.claim([entry(2, run="run-b")]) == frozenset()


@pytest.mark.parametrize(
    "name",
    ["=cmd|' /C calc'!A0", "王'; DROP TABLE entries; --", "a\x00b", "\u202e\ufeff", "长" * 100_000, "{name}\r\n"],
)
def test_any_name_and_answer_come_back_as_they_were(ledger, name):
    made = entry(name=name, school=name, answer=name)
    ledger.claim([made])
    assert ledger.entries() == by_id(made)


def test_half_a_pair_of_surrogates_is_a_question_mark(ledger):
    ledger.claim([entry(name="王\ud800")])
    assert ledger.entries() == by_id(entry(name="王?"))


# --- races


def test_of_two_threads_that_claim_the_same_letters_each_letter_goes_to_one(ledger):
    gate = threading.Barrier(2)

    def run(name):
        gate.wait()
        return [ledger.claim([entry(number, run=name)]) for number in range(50)]

    with ThreadPoolExecutor(2) as pool:
        won = [frozenset().union(*parts) for parts in pool.map(run, ("run-a", "run-b"))]
    assert not won[0] & won[1]
    assert won[0] | won[1] == {f"<{number}@consortium>" for number in range(50)}


PROCESS = """
import sys, os
sys.path.insert(0, "tests")
from pathlib import Path
from test_ledger import entry
from toolkit.stores.file_ledger import FileLedger
path, run, end = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
with FileLedger(path) as ledger:
    input()
    for number in range(50):
        if ledger.claim([entry(number, run=run)]):
            print(number, flush=True)
        if end == "claimed" and number == 25:
            os._exit(9)
        if end == "offered" and number == 25:
            ledger.settle([entry(25, "offered", run=run)])
            os._exit(9)
"""


def process(path, run, end=""):
    command = [sys.executable, "-c", PROCESS, str(path), run, end]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=FOLDER.parent)


def test_of_four_processes_that_claim_the_same_letters_each_letter_goes_to_one(ledger):
    runs = [process(ledger.path, f"run-{number}") for number in range(4)]
    for run in runs:
        run.stdin.write("\n")
        run.stdin.flush()
    won = [number for run in runs for number in run.communicate()[0].split()]
    assert sorted(map(int, won)) == list(range(50))


@pytest.mark.parametrize(("end", "expected"), [("claimed", "free"), ("offered", "unknown")])
def test_a_run_that_is_killed_leaves_how_far_it_came(ledger, end, expected):
    run = process(ledger.path, "run-a", end)
    run.communicate("\n")
    assert run.returncode == 9
    found = ledger.entries()
    assert len(found) == 26
    assert standing(found["<25@consortium>"], OURS) == expected
    assert standing(found["<0@consortium>"], OURS) == "free"


def test_one_run_at_a_time_sends_and_a_dead_one_holds_nobody_up(tmp_path):
    path = tmp_path / "deep" / "sending.lock"
    with sending_lock(path, 0), pytest.raises(BusySourceError, match="wait until it is over"), sending_lock(path, 0):
        pass
    code = f"""
from pathlib import Path
from toolkit.stores.journal import sending_lock
import os
import random
with sending_lock(Path({str(path)!r}), 0):
    print("held", flush=True)
    input()
    os._exit(9)
"""
    other = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=FOLDER.parent
    )
    assert other.stdout.readline() == "held\n"
    with pytest.raises(BusySourceError), sending_lock(path, 0):
        pass
    threading.Timer(0.3, lambda: other.stdin.write("\n") and other.stdin.flush()).start()
    with sending_lock(path, 30):
        assert other.wait() == 9
    assert path.stat().st_size == 0
    other.stdin.close()
    other.stdout.close()


def test_a_lock_where_nothing_can_be_made_is_told(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(SourceError, match="is a file, not a folder"), sending_lock(tmp_path / "file" / "lock", 0):
        pass
    (tmp_path / "lock").mkdir()
    with pytest.raises(SourceError, match="cannot be used"), sending_lock(tmp_path / "lock", 0):
        pass


# --- files that cannot be used


@pytest.mark.parametrize("content", [b"not a database at all" * 99, b"SQLite format 3\x00" + b"\xff" * 4096])
def test_a_damaged_file_stops_sending_and_stays_as_it_is(ledger, content):
    ledger.path.write_bytes(content)
    for act in (ledger.entries, lambda: ledger.claim([entry()]), lambda: ledger.settle([entry()]), ledger.__enter__):
        with pytest.raises(SourceError, match="bring it back from a backup"):
            act()
    assert ledger.path.read_bytes() == content
    assert list(ledger.path.parent.iterdir()) == [ledger.path]


def test_a_file_with_a_broken_entry_stops_sending(ledger):
    ledger.claim([entry()])
    with closing(sqlite3.connect(ledger.path)) as connection, connection:
        connection.execute("UPDATE entries SET claimed = 'yesterday'")
    with pytest.raises(SourceError, match="is damaged"):
        ledger.entries()


def test_another_programs_file_and_one_of_a_newer_version_stop_sending(ledger):
    with closing(sqlite3.connect(ledger.path)) as connection, connection:
        connection.execute("CREATE TABLE foreign_table (a)")
    with pytest.raises(SourceError, match=r"another program's database.*nothing is sent"):
        ledger.claim([entry()])
    ledger.path.unlink()
    ledger.claim([entry()])
    with closing(sqlite3.connect(ledger.path)) as connection, connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(SourceError, match=r"newer version.*nothing is sent"):
        ledger.entries()


def test_a_folder_that_cannot_be_made_stops_sending(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(SourceError, match="check who may write there"):
        FileLedger(tmp_path / "file" / "ledger.sqlite").claim([entry()])
    (tmp_path / "folder.sqlite").mkdir()
    with pytest.raises(SourceError, match="check who may write there"):
        FileLedger(tmp_path / "folder.sqlite").entries()


@pytest.mark.skipif(os.geteuid() == 0, reason="the administrator may write everywhere")
def test_a_folder_that_is_read_only_stops_sending(ledger):
    ledger.path.parent.chmod(0o500)
    with pytest.raises(SourceError, match="check who may write there"):
        ledger.claim([entry()])


def test_a_file_in_use_is_told_as_such(ledger, monkeypatch):
    monkeypatch.setattr("toolkit.stores.database.PATIENCE", 0.05)
    ledger.claim([entry()])
    with closing(sqlite3.connect(ledger.path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(BusySourceError, match="is in use"):
            ledger.claim([entry(2)])
    assert ledger.claim([entry(2)]) == {"<2@consortium>"}


# --- the record and the journal


@pytest.fixture
def both(tmp_path):
    return FileLedger(tmp_path / "record.sqlite"), FileLedger(tmp_path / "journal.sqlite", "ours")


def test_a_letter_is_won_in_both_or_not_at_all(both):
    record, journal = both
    record.claim([entry(1, run="run-b", machine=THEIRS)])
    journal.claim([entry(2, run="run-c")])
    with BothLedgers(record, journal) as ledgers:
        assert ledgers.claim([entry(number) for number in (1, 2, 3)]) == {"<3@consortium>"}
        assert record.entries() == by_id(entry(1, run="run-b", machine=THEIRS), entry(3))
        assert journal.entries() == by_id(entry(1).now("again", NOON), entry(2, run="run-c"), entry(3))


def test_a_claim_follows_what_each_ledger_showed(both):
    record, journal = both
    record.claim([entry(run="run-r", state="again", machine=THEIRS)])
    journal.claim([entry(run="run-j", state="again")])
    with BothLedgers(record, journal) as ledgers:
        before = ledgers.entries()["<1@consortium>"]
        assert ledgers.claim([entry(after=before.run)]) == {"<1@consortium>"}
    assert record.entries() == by_id(entry(after="run-r"))
    assert journal.entries() == by_id(entry(after="run-j"))


def test_what_is_claimed_between_looking_and_claiming_is_lost(both):
    record, journal = both
    with BothLedgers(record, journal) as ledgers:
        assert ledgers.entries() == {}
        record.claim([entry(run="run-b", machine=THEIRS)])
        assert ledgers.claim([entry()]) == frozenset()


def test_settling_is_at_once_in_the_journal_and_in_the_record_when_told(both):
    record, journal = both
    with BothLedgers(record, journal) as ledgers:
        ledgers.claim([entry()])
        sent = entry().now("sent", LATER, "250 Ok")
        ledgers.settle([sent])
        assert (record.entries(), journal.entries()) == (by_id(entry()), by_id(sent))
        assert ledgers.entries() == by_id(sent)
        ledgers.settle_record([sent])
        assert record.entries() == by_id(sent)


def test_a_record_brought_back_from_a_backup_is_mended_and_nothing_is_free(both):
    record, journal = both
    with BothLedgers(record, journal) as ledgers:
        ledgers.claim([entry(1)])
    backup = record.path.read_bytes()
    sent = [entry(1).now("sent", LATER, "250 Ok"), entry(2).now("sent", LATER, "250 Ok")]
    with BothLedgers(record, journal) as ledgers:
        ledgers.entries()
        ledgers.claim([entry(2)])
        ledgers.settle(sent)
        ledgers.settle_record(sent)
    record.path.write_bytes(backup)
    with BothLedgers(record, journal) as ledgers:
        assert [standing(some, OURS) for some in ledgers.entries().values()] == ["sent", "sent"]
        assert ledgers.mend() == 2
        assert record.entries() == by_id(*sent)
        assert ledgers.mend() == 0


def test_mending_leaves_letters_of_other_records_and_claims_that_died_alone(both):
    record, journal = both
    FileLedger(journal.path, "theirs").claim([entry(1, "sent")])
    journal.claim([entry(2), entry(3, "again")])
    assert BothLedgers(record, journal).mend() == 1
    assert record.entries() == by_id(entry(3, "again"))


def test_a_lost_journal_loses_nothing_that_the_record_has(both):
    record, journal = both
    with BothLedgers(record, journal) as ledgers:
        ledgers.claim([entry()])
        ledgers.settle_record([entry(state="sent")])
    journal.path.unlink()
    with BothLedgers(record, journal) as ledgers:
        assert ledgers.entries() == by_id(entry(state="sent"))
        assert ledgers.claim([entry(run="run-b", after="")]) == {"<1@consortium>"}, "asked for by a person"


def test_without_a_journal_the_record_serves_alone(both):
    record, _ = both
    with BothLedgers(record, None) as ledgers:
        assert ledgers.claim([entry()]) == {"<1@consortium>"}
        ledgers.settle([entry(state="offered")])
        assert record.entries() == by_id(entry())
        ledgers.settle_record([entry(state="sent")])
        assert ledgers.mend() == 0
        assert ledgers.entries() == by_id(entry(state="sent"))


def test_the_journal_and_the_lock_lie_in_the_users_state_folder(home):
    journal = journal_of("ours")
    assert journal.path == home / "letters.sqlite"
    journal.claim([entry()])
    assert journal_of("ours").of_record() == by_id(entry())
    assert home.stat().st_mode & 0o077 == 0
    with sending_lock(lock_of("ours"), 0), sending_lock(lock_of("theirs"), 0):
        names = sorted(path.name for path in home.iterdir())
        assert names == ["letters.sqlite", "sending-ours.lock", "sending-theirs.lock"]


# --- the sheet in the dashboard workbook


@pytest.fixture
def book(tmp_path):
    path = tmp_path / "示例.xlsx"
    build_sample(path, load_plan("S9").quotas)
    return path


def sheet_of(book):
    """The sheet 发送记录 of the dashboard workbook that is written for an entry workbook, and what was said."""
    command = [sys.executable, "-m", "toolkit", "dashboard", "--workbook", book, "--as-of", "2026-11-25"]
    result = subprocess.run(command, capture_output=True, text=True, check=True, cwd=FOLDER.parent)
    rows = openpyxl.load_workbook(book.with_name("看板.xlsx"))["发送记录"].iter_rows(values_only=True)
    return [list(row) for row in rows], result.stderr


HEADS = ["登记时间", "类别", "周期", "姓名", "角色", "学校", "状态", "最后变化", "服务器的回答"]


def test_the_dashboard_workbook_shows_what_was_sent_the_newest_first(book):
    ledger = FileLedger(book.with_name("示例·发送记录.sqlite"))
    newer = entry(2, "refused", name="=1+1", claimed=LATER, answer="550 5.1.1 没有这个用户")
    ledger.settle([entry(1, "sent", answer="250 Ok"), newer])
    assert sheet_of(book)[0] == [
        HEADS,
        ["2026-11-25 13:00:00", "周报", "2026-W48", "=1+1", "校长", "甲镇中心小学", "被拒收", "2026-11-25 13:00:00", "550 5.1.1 没有这个用户"],
        ["2026-11-25 12:00:00", "周报", "2026-W48", "王海燕", "校长", "甲镇中心小学", "已发出", "2026-11-25 13:00:00", "250 Ok"],
    ]  # fmt: skip


def test_without_a_ledger_the_sheet_is_empty_and_none_is_made(book):
    rows, _ = sheet_of(book)
    assert rows == [HEADS, ["还没有发出过邮件。", *[None] * 8]]
    assert not book.with_name("示例·发送记录.sqlite").exists()


def test_a_damaged_ledger_is_said_and_the_dashboard_is_complete(book):
    book.with_name("示例·发送记录.sqlite").write_bytes(b"not a database at all" * 99)
    rows, said = sheet_of(book)
    assert rows[1][0].startswith("发送记录的文件读不了")
    assert "bring it back from a backup" in said


# --- whatever happens, in any order


class World:
    """Machines that send for one record, die at any point, and a server that counts what it took."""

    def __init__(self, folder, seed, machines):
        self.folder, self.chance, self.machines = folder, random.Random(seed), machines  # noqa: S311 a test
        self.record, self.accepted, self.backups = folder / "record.sqlite", Counter(), []

    def ledgers(self, machine):
        """What a run on a machine sees."""
        return BothLedgers(FileLedger(self.record), FileLedger(self.folder / f"{machine}.sqlite", "record"))

    def live(self, step):
        """One run, and what else happens meanwhile."""
        if self.record.exists() and self.chance.random() < 0.1:
            self.backups.append(self.record.read_bytes())
        if len(self.machines) == 1 and self.backups and self.chance.random() < 0.1:
            self.record.write_bytes(self.chance.choice(self.backups))
        machine, *others = self.chance.sample(self.machines, len(self.machines))
        with self.ledgers(machine) as ledgers:
            if self.chance.random() < 0.7:
                ledgers.mend()
            wanted = self.wanted(ledgers, machine, f"{machine}{step}")
            if others and self.chance.random() < 0.4:  # between looking and claiming
                with self.ledgers(others[0]) as theirs:
                    self.send(theirs, self.wanted(theirs, others[0], f"{others[0]}{step}"))
            self.send(ledgers, wanted)

    def wanted(self, ledgers, machine, run):
        """Claims for all letters that are free."""
        known = ledgers.entries()
        letters = [entry(number, run=run, machine=machine) for number in range(4)]
        free = [one for one in letters if standing(known.get(one.message_id), machine) == "free"]
        return [replace(one, after=known[one.message_id].run if one.message_id in known else "") for one in free]

    def send(self, ledgers, wanted):
        """Claim and send, and perhaps be killed."""
        won, done = ledgers.claim(wanted), []
        for one in wanted:
            if one.message_id not in won:
                continue
            for state in ("offered", self.chance.choice(["sent", "sent", "again", "refused"])):
                if self.chance.random() < 0.1:
                    return  # killed
                self.accepted[one.message_id] += state == "sent"
                if self.chance.random() < 0.1:
                    return
                ledgers.settle([one.now(state, LATER)])
            done.append(one.now(state, LATER))
        if self.chance.random() < 0.8:
            ledgers.settle_record(done)


@pytest.mark.parametrize("machines", [["machine-a"], ["machine-a", "machine-b"]], ids=len)
@pytest.mark.parametrize("seed", range(20))
def test_no_letter_that_was_taken_is_ever_sent_again_unasked(tmp_path, seed, machines):
    world = World(tmp_path, seed, machines)
    for step in range(25):
        world.live(step)
    assert set(world.accepted.values()) <= {0, 1}
    known = world.ledgers(machines[0]).entries()
    taken = [known[message_id] for message_id, count in world.accepted.items() if count]
    assert {standing(one, machines[0]) for one in taken} <= {"sent", "unknown"}
