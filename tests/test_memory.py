"""The memory of earlier runs: what is recognised again, what is counted, and that the file survives everything."""

import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from toolkit.declarations import FOLDER
from toolkit.history import (
    Followed,
    History,
    Point,
    Seen,
    Sighting,
    events_after,
    follow,
    opaque,
    problem_changes,
    sequence,
    sighting,
)
from toolkit.problems import Problem
from toolkit.stores import database, memory, memory_tables
from toolkit.stores.memory import Recall, Run, recall, record

MONDAY = date(2026, 3, 2)
DAY = timedelta(days=1)
TUESDAY, WEDNESDAY = MONDAY + DAY, MONDAY + 2 * DAY
EAST, WEST = "甲镇东小学", "甲镇西小学"


def sighted(key, spot="s", schools=(EAST,), *, grave=True):
    return Sighting(key, spot, schools, grave)


def seen(key, spot="s", first=MONDAY, gone=None, schools=(EAST,), *, grave=True):
    return Seen(key, spot, schools, grave, first, gone)


def figures(day, met, **of_schools):
    return {"": Point(day, met, 40, 3, 2)} | {name: Point(day, n, 10, 1, 0) for name, n in of_schools.items()}


def run(day, met=30, *, hour=9, known=(), now=(), **more):
    at = datetime(day.year, day.month, day.day, hour)  # noqa: DTZ001 local time
    return Run(day, at, figures(day, met), followed=follow(known, now, day), **more)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "memory.sqlite"


# --- which problem is which


def test_a_row_that_was_moved_keeps_its_first_day():
    known = [seen("a", "row 2"), seen("b", "row 3", first=TUESDAY)]
    followed = follow(known, [sighted("b", "row 2"), sighted("a", "row 3")], WEDNESDAY)
    assert followed.present == (seen("b", "row 2", first=TUESDAY), seen("a", "row 3", first=MONDAY))
    assert followed.gone == ()


def test_a_cell_that_was_retyped_and_is_still_wrong_keeps_its_first_day():
    assert follow([seen("typed 3月32", "D7")], [sighted("typed 3月33", "D7")], TUESDAY).present == (
        seen("typed 3月33", "D7", first=MONDAY),
    )


def test_content_goes_before_place():
    """The row at D7 moved to D8, and another wrong row came to D7: the newcomer must not inherit its day."""
    followed = follow([seen("a", "D7")], [sighted("new", "D7"), sighted("a", "D8")], TUESDAY)
    assert [one.first for one in followed.present] == [TUESDAY, MONDAY]


def test_equal_ones_are_matched_one_to_one():
    known = [seen("a", "D7", first=MONDAY), seen("a", "D8", first=TUESDAY)]
    followed = follow(known, [sighted("a", "1"), sighted("a", "2"), sighted("a", "3")], WEDNESDAY)
    assert [one.first for one in followed.present] == [MONDAY, TUESDAY, WEDNESDAY]
    followed = follow(known, [sighted("a", "1")], WEDNESDAY)
    assert followed.present == (seen("a", "1", first=MONDAY),)
    assert followed.gone == (seen("a", "D8", first=TUESDAY, gone=WEDNESDAY),)


def test_one_that_comes_back_begins_anew():
    followed = follow([seen("a", gone=TUESDAY)], [sighted("a")], WEDNESDAY)
    assert followed == Followed(present=(seen("a", first=WEDNESDAY),), gone=(seen("a", gone=TUESDAY),))


def test_the_present_ones_stand_in_the_order_of_the_sightings():
    now = [sighted(key, f"spot {key}") for key in "dbacb"]
    followed = follow([seen(key, f"other {key}") for key in "abcd"], now, TUESDAY)
    assert [one.key for one in followed.present] == list("dbacb")
    assert [one.first for one in followed.present] == [MONDAY] * 4 + [TUESDAY]


def test_following_many_takes_time_in_proportion():
    known = [seen("same", str(number)) for number in range(50_000)]
    now = [sighted("same" if number % 2 else f"other {number}", str(-number)) for number in range(50_000)]
    start = time.perf_counter()
    assert len(follow(known, now, TUESDAY).gone) == 25_000
    assert time.perf_counter() - start < 5


def problem(**other):
    made = Problem("活动", 7, "日期", "D7", "date_unreadable", "error", "三月三十二", "第 7 行", None, 3)
    return replace(made, **other)


def test_a_sighting_tells_content_from_place_and_holds_no_text():
    one = sighting(problem(), "听课·东校", [EAST])
    assert sighting(problem(row=9, cell="D9"), "听课·东校", [EAST]).key == one.key
    assert sighting(problem(row=9, cell="D9"), "听课·东校", [EAST]).spot != one.spot
    assert sighting(problem(value="三月三十三"), "听课·东校", [EAST]).key != one.key
    assert sighting(problem(value="三月三十三"), "听课·东校", [EAST]).spot == one.spot
    assert sighting(problem(), "听课·西校", [EAST]).key != one.key
    assert set(one.key + one.spot) <= set("0123456789abcdef")
    assert len(one.key) == len(one.spot) == 24


@pytest.mark.parametrize(("severity", "grave"), [("error", True), ("warning", True), ("notice", False)])
def test_a_notice_is_not_grave(severity, grave):
    assert sighting(problem(severity=severity), "", []).grave is grave


def test_digests_keep_the_borders_between_their_parts():
    assert len({opaque("ab", "c"), opaque("a", "bc"), opaque("abc"), opaque("abc", None), opaque("abc", "")}) == 5


# --- what is counted


def test_changes_since_a_day():
    known = [seen("stays"), seen("goes"), seen("came and went", first=TUESDAY), seen("went before", gone=MONDAY)]
    now = [sighted("stays"), sighted("new"), sighted("a mere notice", grave=False)]
    known = [replace(one, spot=one.key) for one in known]
    followed = follow(known, [replace(one, spot=one.key) for one in now], WEDNESDAY)
    assert problem_changes(followed, None, MONDAY, WEDNESDAY) == (1, 1, 1)


def test_changes_of_one_school():
    followed = follow(
        [seen("east", "1"), seen("both", "2", schools=(EAST, WEST))], [sighted("west", "3", schools=(WEST,))], TUESDAY
    )
    assert problem_changes(followed, EAST, MONDAY, TUESDAY) == (0, 2, 0)
    assert problem_changes(followed, WEST, MONDAY, TUESDAY) == (1, 1, 0)
    assert problem_changes(followed, None, MONDAY, TUESDAY) == (1, 2, 0)


def test_without_a_day_to_compare_with_everything_open_stays():
    followed = follow([seen("goes", "1")], [sighted("new", "2"), sighted("too", "3")], TUESDAY)
    assert problem_changes(followed, None, None, TUESDAY) == (0, 0, 2)


def test_the_week_before_is_from_seven_to_thirteen_days_ago():
    def found(*ages):
        points = tuple(Point(MONDAY - age * DAY, age, 40, 0, 0) for age in ages)
        point = History(points={"": points}).week_before("", MONDAY)
        return point and point.met

    assert found(20, 13, 9, 7, 6, 1) == 7
    assert found(20, 13, 6) == 13
    assert found(14, 6) is None
    assert found() is None
    assert History().week_before(EAST, MONDAY) is None


def test_the_share_of_nothing_is_unknown():
    assert Point(MONDAY, 3, 4, 0, 0).share == 0.75
    assert Point(MONDAY, 0, 0, 0, 0).share is None


def test_an_event_that_did_not_change_keeps_its_day():
    history = History(events={"a": ("old", MONDAY), "b": ("old", MONDAY), "called off long ago": ("x", MONDAY)})
    after = events_after(history, {"a": "old", "b": "new", "c": "new"}, TUESDAY)
    assert after == {"a": ("old", MONDAY), "b": ("new", TUESDAY), "c": ("new", TUESDAY)}
    assert sequence(TUESDAY) == sequence(MONDAY) + 1 == 2253
    assert sequence(date(2019, 1, 1)) == 0


# --- what is remembered


def test_a_try_for_a_day_to_come_takes_no_earlier_figures_with_it(path):
    record(path, run(MONDAY, 30))
    future = replace(run(WEDNESDAY, 35), at=run(TUESDAY).at)
    record(path, future)
    record(path, run(TUESDAY, 31))
    points = recall(path, WEDNESDAY + DAY).history.points[""]
    assert [(point.day, point.met) for point in points] == [(MONDAY, 30), (TUESDAY, 31)]


def test_without_a_file_nothing_is_remembered_and_none_is_made(path):
    assert recall(path, MONDAY) == Recall(History(), None)
    assert list(path.parent.iterdir()) == []


def test_what_was_recorded_is_recalled(path):
    of_monday = Run(
        MONDAY,
        datetime(2026, 3, 2, 9),  # noqa: DTZ001
        figures(MONDAY, 30, **{EAST: 7}),
        rebuilt={"": [Point(MONDAY - 7 * DAY, 20, 40, 5, None, rebuilt=True)]},
        followed=Followed((seen("b"), seen("a", first=MONDAY - DAY, grave=False, schools=(WEST, EAST)))),
        events={"uid": ("fingerprint", MONDAY)},
        digests={"reader": MONDAY},
        examinations=frozenset({"mid-term"}),
    )
    assert record(path, of_monday) is None
    history = recall(path, TUESDAY).history
    assert history.points == {
        "": (Point(MONDAY - 7 * DAY, 20, 40, 5, None, rebuilt=True), Point(MONDAY, 30, 40, 3, 2)),
        EAST: (Point(MONDAY, 7, 10, 1, 0),),
    }
    assert history.last == figures(MONDAY, 30, **{EAST: 7})
    assert history.seen == of_monday.followed.present
    assert history.digests == {"reader": MONDAY}
    assert history.events == {"uid": ("fingerprint", MONDAY)}
    assert history.examinations == {"mid-term": MONDAY}


def test_of_two_runs_on_one_day_the_later_one_is_the_point(path):
    record(path, run(MONDAY, 30))
    record(path, run(MONDAY, 31, hour=15))
    assert recall(path, TUESDAY).history.points == {"": (Point(MONDAY, 31, 40, 3, 2),)}


def test_a_day_has_no_point_of_itself(path):
    record(path, run(MONDAY, 30))
    record(path, run(TUESDAY, 31))
    history = recall(path, TUESDAY).history
    assert [point.day for point in history.points[""]] == [MONDAY]
    assert history.last[""].day == TUESDAY


def test_the_change_since_the_last_run_does_not_vanish_by_running_twice(path):
    record(path, run(MONDAY, 30))
    for hour in (9, 10, 11):
        assert recall(path, TUESDAY, figures(TUESDAY, 31)).history.last[""].met == 30
        record(path, run(TUESDAY, 31, hour=hour))
    assert recall(path, TUESDAY, figures(TUESDAY, 32)).history.last[""].met == 31
    assert recall(path, TUESDAY).history.last[""].met == 31
    record(path, run(TUESDAY, 32, hour=12))
    assert recall(path, TUESDAY, figures(TUESDAY, 32)).history.last[""].met == 31


def test_the_same_figures_on_another_day_are_a_run_of_their_own(path):
    record(path, run(MONDAY, 30))
    assert recall(path, TUESDAY, figures(TUESDAY, 30)).history.last[""].day == MONDAY
    record(path, run(TUESDAY, 30))
    assert recall(path, WEDNESDAY, figures(WEDNESDAY, 30)).history.last[""].day == TUESDAY


def test_the_first_run_has_no_last_one_however_often_it_is_made(path):
    record(path, run(MONDAY, 30))
    assert recall(path, MONDAY, figures(MONDAY, 30)).history.last == {}


def test_a_recorded_point_goes_before_a_rebuilt_one(path):
    rebuilt = {"": [Point(day, 1, 40, 0, None, rebuilt=True) for day in (MONDAY - DAY, MONDAY)]}
    record(path, run(MONDAY, 30))
    record(path, run(TUESDAY, 31, rebuilt=rebuilt))
    points = recall(path, WEDNESDAY).history.points[""]
    assert [(point.met, point.rebuilt) for point in points] == [(1, True), (30, False), (31, False)]


def test_a_rebuilt_point_stays_as_it_was_first_made(path):
    for met in (1, 2):
        record(path, run(TUESDAY, 31, rebuilt={"": [Point(MONDAY, met, 40, 0, None, rebuilt=True)]}))
    assert recall(path, TUESDAY).history.points[""][0].met == 1


def test_a_look_into_the_past_changes_nothing_and_sees_only_its_past(path):
    record(path, run(MONDAY, 30, now=[sighted("a")], digests={"r": MONDAY}, events={"u": ("1", MONDAY)}))
    known = recall(path, WEDNESDAY).history.seen
    record(path, run(WEDNESDAY, 32, known=known, digests={"r": WEDNESDAY}, events={"u": ("2", WEDNESDAY)}))
    content = path.read_bytes()
    past = run(TUESDAY, 10, now=[sighted("b")], digests={"r": TUESDAY})
    assert record(path, replace(past, at=run(WEDNESDAY).at)) is None
    assert path.read_bytes() == content
    history = recall(path, TUESDAY).history
    assert history.last[""].met == 30
    assert history.digests == {"r": MONDAY}
    assert history.seen == (seen("a"),)  # it went only on Wednesday
    assert history.events == {}  # what it was on Monday is not known any more


def test_points_of_the_future_that_were_rebuilt_do_not_keep_runs_out(path):
    record(path, run(MONDAY, 30, rebuilt={"": [Point(WEDNESDAY, 1, 40, 0, None, rebuilt=True)]}))
    assert record(path, run(TUESDAY, 31)) is None
    assert recall(path, WEDNESDAY).history.last[""].met == 31


def test_a_second_digest_on_one_day_compares_with_the_same_day_as_the_first(path):
    record(path, run(MONDAY, digests={"reader": MONDAY}))
    record(path, run(TUESDAY, digests={"reader": TUESDAY}))
    assert recall(path, TUESDAY).history.digests == {"reader": MONDAY}
    assert recall(path, WEDNESDAY).history.digests == {"reader": TUESDAY}


def test_a_problem_that_was_away_for_an_hour_keeps_its_first_day(path):
    """A header was broken in the morning, so its sheet's problems were not seen; at noon it was mended."""
    record(path, run(MONDAY, now=[sighted("a")]))
    record(path, run(TUESDAY, known=recall(path, TUESDAY).history.seen, now=[]))
    noon = run(TUESDAY, 31, hour=12, known=recall(path, TUESDAY).history.seen, now=[sighted("a")])
    assert noon.followed.present == (seen("a", first=MONDAY),)
    record(path, noon)
    assert recall(path, WEDNESDAY).history.seen == (seen("a", first=MONDAY),)


def test_first_days_survive_a_run_that_could_not_read_them(path):
    record(path, run(MONDAY, now=[sighted("a", "1"), sighted("b", "2")]))
    record(path, run(TUESDAY, known=(), now=[sighted("a", "1"), sighted("c", "3")]))
    assert recall(path, WEDNESDAY).history.seen == (
        seen("b", "2", gone=TUESDAY),
        seen("a", "1", first=MONDAY),
        seen("c", "3", first=TUESDAY),
    )


def test_an_event_that_a_run_did_not_see_is_not_forgotten(path):
    record(path, run(MONDAY, events={"a": ("1", MONDAY), "b": ("1", MONDAY)}))
    record(path, run(TUESDAY, events={"b": ("2", TUESDAY)}))
    assert recall(path, WEDNESDAY).history.events == {"a": ("1", MONDAY), "b": ("2", TUESDAY)}


def test_an_examination_keeps_the_first_day_it_was_seen(path):
    record(path, run(MONDAY, examinations=frozenset({"a"})))
    record(path, run(TUESDAY, examinations=frozenset({"a", "b"})))
    assert recall(path, TUESDAY).history.examinations == {"a": MONDAY}
    assert recall(path, WEDNESDAY).history.examinations == {"a": MONDAY, "b": TUESDAY}


def test_what_is_old_is_forgotten(path):
    record(path, run(MONDAY, known=[seen("gone")], digests={"r": MONDAY}, events={"u": ("1", MONDAY)}))
    later = MONDAY + 120 * DAY
    record(path, run(later, known=recall(path, later).history.seen))
    assert [one.key for one in recall(path, later + DAY).history.seen] == ["gone"]
    record(path, run(later + DAY, known=recall(path, later + DAY).history.seen))
    assert recall(path, later + 2 * DAY).history.seen == ()
    record(path, run(MONDAY + 801 * DAY))
    history = recall(path, MONDAY + 900 * DAY).history
    assert [point.day for point in history.points[""]] == [later, later + DAY, MONDAY + 801 * DAY]
    assert (history.digests, history.events) == ({}, {})


def test_earlier_runs_of_earlier_days_do_not_pile_up(path):
    for hour in range(10):
        record(path, run(MONDAY, hour, hour=hour))
    record(path, run(TUESDAY))
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT day, count(*) FROM runs GROUP BY day").fetchall() == [
            ("2026-03-02", 1),
            ("2026-03-03", 1),
        ]
        assert connection.execute("SELECT count(*) FROM figures").fetchone() == (2,)


def test_no_text_of_the_workbook_is_in_the_file(path):
    now = [sighting(problem(value="张三的电话13800000000"), "张三·听课·2026-03-01", [EAST])]
    record(path, run(MONDAY, now=now))
    content = path.read_bytes()
    for text in ("张三", "13800000000", "听课", "日期", "三月", "date_unreadable", "D7"):
        assert text.encode() not in content
        assert text.encode("utf-16-le") not in content


# --- files that cannot be used


DAMAGE = {
    "text": b"this is a note, not a database\n" * 50,
    "a word": b"note",
    "zeros": bytes(8192),
    "a head and nothing more": b"SQLite format 3\0",
}


@pytest.mark.parametrize("content", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_file_is_kept_aside_and_the_memory_begins_anew(path, content):
    path.write_bytes(content)
    told = recall(path, MONDAY)
    assert told.history == History()
    assert "is damaged" in told.fault
    assert path.read_bytes() == content
    fault = record(path, run(MONDAY, 30))
    assert "memory.damaged-20260302-1.sqlite" in fault
    assert (path.parent / "memory.damaged-20260302-1.sqlite").read_bytes() == content
    assert recall(path, TUESDAY).history.last[""].met == 30
    assert recall(path, TUESDAY).fault is None


def big(path):
    record(path, run(MONDAY, now=[sighted(f"key {n}", f"spot {n}") for n in range(2000)]))
    return path.read_bytes()


@pytest.mark.parametrize("kind", ["cut", "scratched"])
def test_a_file_that_is_broken_in_the_middle_is_damaged_too(path, kind):
    content = big(path)
    half = len(content) // 2
    path.write_bytes(content[:half] if kind == "cut" else content[:8192] + b"\xff" * half + content[8192 + half :])
    assert "is damaged" in recall(path, TUESDAY).fault
    assert "begins anew" in record(path, run(TUESDAY))
    assert recall(path, WEDNESDAY).history.last[""].day == TUESDAY


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE problems",
        "ALTER TABLE figures DROP COLUMN behind",
        "UPDATE runs SET day = '2026-02-30'",
        "UPDATE problems SET schools = 'no list'",
        "UPDATE problems SET schools = CAST(x'ff' AS TEXT)",
    ],
)
def test_a_file_that_somebody_changed_by_hand_is_damaged_too(path, statement):
    record(path, run(MONDAY, now=[sighted("a")]))
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement)
    assert "is damaged" in recall(path, TUESDAY).fault
    assert "begins anew" in record(path, run(TUESDAY))
    assert recall(path, WEDNESDAY).fault is None


def test_what_was_kept_aside_is_never_written_over(path):
    for number in range(1, 4):
        path.write_bytes(b"damage %d" % number)
        record(path, run(MONDAY))
        assert (path.parent / f"memory.damaged-20260302-{number}.sqlite").read_bytes() == b"damage %d" % number
    assert (path.parent / "memory.damaged-20260302-1.sqlite").read_bytes() == b"damage 1"


def test_a_journal_goes_aside_with_its_file(path):
    """Left behind, SQLite would apply it to the new file of that name."""
    path.write_bytes(b"damage")
    path.with_name("memory.sqlite-journal").write_bytes(b"journal")
    aside = database.set_aside(path, MONDAY)
    assert sorted(file.name for file in path.parent.iterdir()) == [aside.name, f"{aside.name}-journal"]


@pytest.mark.parametrize(
    "statements",
    [
        ["CREATE TABLE bookmarks (url TEXT)"],
        ["PRAGMA application_id = 252006674"],
        ["PRAGMA user_version = 7"],
    ],
    ids=["other tables", "another number", "another version"],
)
def test_a_strangers_database_is_left_alone(path, statements):
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)
    content = path.read_bytes()
    assert "another program's" in recall(path, MONDAY).fault
    assert recall(path, MONDAY).history == History()
    assert "another program's" in record(path, run(MONDAY))
    assert path.read_bytes() == content
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_file_of_a_newer_version_is_left_alone(path):
    record(path, run(MONDAY))
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA user_version = 99")
    content = path.read_bytes()
    assert "newer version" in recall(path, TUESDAY).fault
    assert "newer version" in record(path, run(TUESDAY))
    assert path.read_bytes() == content


def test_an_older_version_is_read_without_changing_it_and_brought_up_when_written(path, monkeypatch):
    record(path, run(MONDAY, 30))
    content = path.read_bytes()

    def version_2(connection):
        connection.execute("ALTER TABLE runs ADD COLUMN by TEXT")

    monkeypatch.setattr(memory, "STEPS", (*memory.STEPS, version_2))
    monkeypatch.setattr(
        memory_tables, "_write_figures", lambda connection, _: connection.execute("SELECT by FROM runs")
    )
    assert recall(path, TUESDAY).history.last[""].met == 30
    assert path.read_bytes() == content
    assert record(path, run(TUESDAY)) is None
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (2,)


def test_an_empty_file_is_as_good_as_none(path):
    path.touch()
    assert recall(path, MONDAY) == Recall()
    assert record(path, run(MONDAY, 30)) is None
    assert recall(path, TUESDAY).history.last[""].met == 30


# --- places that cannot be used


def test_a_folder_in_its_place_is_told(path):
    path.mkdir()
    assert "cannot be read" in recall(path, MONDAY).fault
    assert "cannot be written" in record(path, run(MONDAY))
    assert list(path.iterdir()) == []


def test_a_file_in_place_of_its_folder_is_told(tmp_path):
    (tmp_path / "folder").write_text("a file")
    path = tmp_path / "folder" / "memory.sqlite"
    assert recall(path, MONDAY) == Recall()
    assert "cannot be written" in record(path, run(MONDAY))


def test_a_file_that_may_not_be_written_is_still_read(path, monkeypatch):
    record(path, run(MONDAY, 30))
    content = path.read_bytes()
    # Root may write everywhere, so the file is opened as a system without that right would open it.
    uri = database.file_uri
    monkeypatch.setattr(database, "file_uri", lambda path, _: uri(path, "ro"))
    assert recall(path, TUESDAY).history.last[""].met == 30
    assert "readonly" in record(path, run(TUESDAY))
    assert path.read_bytes() == content


def test_a_locked_file_is_told_after_a_while(path, monkeypatch):
    record(path, run(MONDAY, 30))
    monkeypatch.setattr(database, "PATIENCE", 0.05)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert "locked" in recall(path, TUESDAY).fault
        assert "locked" in record(path, run(TUESDAY, 31))
    assert recall(path, WEDNESDAY).history.last[""].met == 30


def test_a_full_disk_is_told_and_leaves_what_was_there(path, monkeypatch):
    record(path, run(MONDAY, 30))
    prune = memory_tables._prune

    def fills_up(connection, as_of):
        prune(connection, as_of)
        connection.execute("PRAGMA max_page_count = 1")  # SQLite's own way to have no room left
        connection.execute("CREATE TABLE too_much AS SELECT randomblob(1000000)")

    monkeypatch.setattr(memory_tables, "_prune", fills_up)
    assert "full" in record(path, run(TUESDAY, 31))
    assert recall(path, WEDNESDAY).history.last[""].met == 30


def test_any_name_will_do(tmp_path):
    path = tmp_path / "新 建#1?" / "记 忆%20&a=b?mode=memory#.sqlite"
    assert record(path, run(MONDAY, 30)) is None
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    assert recall(path, TUESDAY).history.last[""].met == 30


def test_a_path_becomes_what_sqlite_takes_on_every_system():
    class Windows:
        def __init__(self, text):
            self.text = text

        def absolute(self):
            return self

        def as_posix(self):
            return self.text

    assert database.file_uri(Windows("C:/a b/m#.sqlite"), "rw") == "file:///C:/a%20b/m%23.sqlite?mode=rw"
    assert database.file_uri(Windows("//server/share/m.sqlite"), "rw") == "file:////server/share/m.sqlite?mode=rw"


# --- several at once, and sudden death


CHILD = """
import sys, time
from datetime import date, datetime
from pathlib import Path
from toolkit.history import Followed, Point, Sighting, follow
from toolkit.stores import memory, memory_tables

path, name = Path(sys.argv[1]), sys.argv[2]
"""


def start(code, path, name):
    command = [sys.executable, "-c", CHILD + code, str(path), name]
    return subprocess.Popen(command, cwd=FOLDER.parent, stdout=subprocess.PIPE, text=True)


def test_two_processes_may_write_at_the_same_time(path):
    code = """
while not path.with_name("go").exists():
    time.sleep(0.001)
for number in range(20):
    day = date(2026, 3, 2)
    run = memory.Run(day, datetime(2026, 3, 2), {"": Point(day, number, 40, 0, 0)}, digests={f"{name} {number}": day})
    print(memory.record(path, run), memory.recall(path, day).fault)
"""
    children = [start(code, path, name) for name in ("one", "two")]
    time.sleep(0.5)
    path.with_name("go").touch()
    assert [child.communicate()[0].split() for child in children] == [["None", "None"] * 20] * 2
    sent = {f"{name} {number}": MONDAY for name in ("one", "two") for number in range(20)}
    assert recall(path, TUESDAY).history.digests == sent


DYING = """
day, count = date.fromisoformat(name.split()[0]), int(name.split()[1])

def stall(connection, as_of):
    print("half", flush=True)
    time.sleep(60)

memory_tables._prune = stall
now = [Sighting(f"new {n}" * 8, f"place {n}" * 8, (), True) for n in range(count)]
run = memory.Run(day, datetime(2026, 3, 3), {"": Point(day, 31, 40, 0, 0)}, followed=follow((), now, day))
memory.record(path, run)
"""


@pytest.mark.parametrize("count", [1, 50_000], ids=["in memory", "already partly in the file"])
def test_a_run_that_is_killed_while_writing_leaves_the_old_state(path, count):
    record(path, run(MONDAY, 30, now=[sighted("old")]))
    size = path.stat().st_size
    child = start(DYING, path, f"2026-03-03 {count}")
    assert child.stdout.readline() == "half\n"
    child.kill()
    child.wait()
    assert (path.stat().st_size > size) == (count > 1)
    told = recall(path, WEDNESDAY)
    assert told.fault is None
    assert told.history.last[""].met == 30
    assert told.history.seen == (seen("old"),)
    assert record(path, run(WEDNESDAY, 32)) is None
    assert recall(path, WEDNESDAY + DAY).history.last[""].met == 32


@pytest.mark.parametrize("count", [1, 50_000], ids=["in memory", "already partly in the file"])
def test_a_run_that_is_killed_while_making_the_file_leaves_nothing(path, count):
    child = start(DYING, path, f"2026-03-03 {count}")
    assert child.stdout.readline() == "half\n"
    child.kill()
    child.wait()
    assert recall(path, WEDNESDAY) == Recall()
    assert record(path, run(WEDNESDAY, 32)) is None
    assert recall(path, WEDNESDAY + DAY).history.last[""].met == 32


def test_a_run_that_is_killed_at_any_moment_leaves_one_state_or_the_other(path):
    code = """
from itertools import count
for number in count(1):
    day = date(2026, 3, 2)
    now = [Sighting(f"{number}", f"{n} of {number}", (), True) for n in range(300)]
    point = {"": Point(day, number, 40, 0, 0)}
    fault = memory.record(path, memory.Run(day, datetime(2026, 3, 2), point, followed=follow((), now, day)))
    print(number, fault, flush=True)
"""
    for moment in range(6):
        child = start(code, path, "")
        assert child.stdout.readline() == "1 None\n"
        time.sleep(0.03 + 0.0171 * moment)
        child.kill()
        told = int(([1, *(line.split()[0] for line in child.communicate()[0].splitlines() if "None" in line)])[-1])
        history = recall(path, TUESDAY).history
        met = history.last[""].met
        assert met in {told, told + 1}
        assert {one.key for one in history.seen} == {str(met)}
        assert len(history.seen) == 300
