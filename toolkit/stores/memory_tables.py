"""The tables of the memory of earlier runs, wherever they are kept: what is on record, and what a run adds to it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from typing import Final

from toolkit.history import Followed, History, Point, Seen, Sighting, before, follow

_KEEP_GONE: Final = timedelta(days=120)
_KEEP_POINTS: Final = timedelta(days=800)


@dataclass(frozen=True, slots=True)
class Run:
    """What one run leaves to the next.

    Attributes:
        as_of: the day it is of.
        at: when it took place.
        points: the figures of the day by scope, as `History.last` has them.
        rebuilt: points of earlier days, worked out for want of runs; kept where a scope has none of that day.
        followed: the problems of now beside those that were recalled.
        events: by uid, the fingerprint and the day on which it last changed.
        digests: by opaque key of the reader, the day of the digest that was sent.
        examinations: opaque keys of the examinations that are entered.
    """

    as_of: date
    at: datetime
    points: Mapping[str, Point] = field(default_factory=dict)
    rebuilt: Mapping[str, Sequence[Point]] = field(default_factory=dict)
    followed: Followed = field(default_factory=Followed)
    events: Mapping[str, tuple[str, date]] = field(default_factory=dict)
    digests: Mapping[str, date] = field(default_factory=dict)
    examinations: frozenset[str] = frozenset()


def _version_1(connection: sqlite3.Connection) -> None:
    """Runs and their figures; what was rebuilt; problems in their order; digests, events and examinations."""
    figures = "met INTEGER NOT NULL, counted INTEGER NOT NULL, behind INTEGER NOT NULL, errors INTEGER"
    texts = "key TEXT NOT NULL, spot TEXT NOT NULL"
    for table in (
        "runs (number INTEGER PRIMARY KEY, day TEXT NOT NULL, at TEXT NOT NULL)",
        f"figures (run INTEGER NOT NULL, scope TEXT NOT NULL, {figures}, PRIMARY KEY (run, scope))",
        f"rebuilt (scope TEXT NOT NULL, day TEXT NOT NULL, {figures}, PRIMARY KEY (scope, day))",
        f"problems ({texts}, schools TEXT NOT NULL, grave INTEGER NOT NULL, first TEXT NOT NULL, gone TEXT)",
        "digests (reader TEXT NOT NULL, day TEXT NOT NULL, PRIMARY KEY (reader, day))",
        "events (uid TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, changed TEXT NOT NULL, seen TEXT NOT NULL)",
        "examinations (key TEXT PRIMARY KEY, first TEXT NOT NULL)",
    ):
        connection.execute(f"CREATE TABLE {table}")


STEPS: Final = (_version_1,)
"""Each brings a file from one version to the next; a new version is one more."""

_POINTS: Final = """
    SELECT scope, day, met, counted, behind, errors, 1 AS made FROM rebuilt WHERE day < :as_of
    UNION ALL
    SELECT scope, day, met, counted, behind, errors, 0 FROM figures JOIN runs ON run = number
    WHERE day < :as_of AND number IN (SELECT max(number) FROM runs GROUP BY day)
    ORDER BY day, made DESC
"""


def history(connection: sqlite3.Connection, as_of: date, points: Mapping[str, Point] | None) -> History:
    """What is on record of the days before one.

    Args:
        connection: to the tables.
        as_of: today; nothing recorded of later days is given.
        points: today's figures by scope. Where the last run was of today and had the same ones, `last` is of the run
            before it, so that the change does not vanish by running twice. Where None, `last` is of the last run.
    """
    day = {"as_of": as_of.isoformat()}
    series: dict[str, dict[str, Point]] = {}
    for scope, text, met, counted, behind, errors, made in connection.execute(_POINTS, day):
        # What was recorded comes after what was made afterwards for the same day, and takes its place.
        series.setdefault(scope, {})[text] = Point(_day(text), met, counted, behind, errors, bool(made))
    digests = connection.execute("SELECT reader, max(day) FROM digests WHERE day < :as_of GROUP BY reader", day)
    events = connection.execute("SELECT uid, fingerprint, changed FROM events WHERE changed <= :as_of", day)
    examinations = connection.execute("SELECT key, first FROM examinations WHERE first < :as_of", day)
    return History(
        points={scope: tuple(days.values()) for scope, days in series.items()},
        last=_last(connection, as_of, points),
        seen=before(_seen(connection), as_of),
        digests={reader: _day(text) for reader, text in digests},
        events={uid: (fingerprint, _day(changed)) for uid, fingerprint, changed in events},
        examinations={key: _day(text) for key, text in examinations},
    )


def _last(connection: sqlite3.Connection, as_of: date, points: Mapping[str, Point] | None) -> dict[str, Point]:
    """The figures of the newest run that differs from today's in its day or in any figure."""
    newest = "SELECT number, day FROM runs WHERE day <= ? ORDER BY number DESC"
    for number, day in connection.execute(newest, (as_of.isoformat(),)):
        rows = connection.execute("SELECT scope, met, counted, behind, errors FROM figures WHERE run = ?", (number,))
        figures = {scope: Point(_day(day), *numbers) for scope, *numbers in rows}
        if figures != points:
            return figures
    return {}


def _seen(connection: sqlite3.Connection) -> tuple[Seen, ...]:
    rows = connection.execute("SELECT key, spot, schools, grave, first, gone FROM problems ORDER BY rowid")
    return tuple(
        Seen(key, spot, tuple(json.loads(schools)), bool(grave), _day(first), None if gone is None else _day(gone))
        for key, spot, schools, grave, first, gone in rows
    )


def _day(text: object) -> date:
    return date.fromisoformat(str(text))


def remember(connection: sqlite3.Connection, run: Run) -> None:
    """Write down a run; one of an earlier day than the last on record leaves everything as it is."""
    today = run.at.date()
    newest = _newest(connection)
    if newest and run.as_of <= today < newest:  # a try for a day to come must not stop the memory until that day
        later = today.isoformat()
        connection.execute("DELETE FROM figures WHERE run IN (SELECT number FROM runs WHERE day > ?)", (later,))
        connection.execute("DELETE FROM runs WHERE day > ?", (later,))
        newest = _newest(connection)
    if newest and newest > run.as_of:  # a look into the past must not damage the memory
        return
    _write_figures(connection, run)
    _write_problems(connection, run)
    _write_marks(connection, run)
    _prune(connection, min(run.as_of, today))


def _newest(connection: sqlite3.Connection) -> date | None:
    found = connection.execute("SELECT max(day) FROM runs").fetchone()[0]
    return None if found is None else _day(found)


def _write_figures(connection: sqlite3.Connection, run: Run) -> None:
    if _last(connection, run.as_of, None) != run.points:  # else it is the same run once more
        times = (run.as_of.isoformat(), run.at.isoformat())
        number = connection.execute("INSERT INTO runs (day, at) VALUES (?, ?)", times).lastrowid
        rows = [(number, scope, p.met, p.counted, p.behind, p.errors) for scope, p in run.points.items()]
        connection.executemany("INSERT INTO figures VALUES (?, ?, ?, ?, ?, ?)", rows)
    made = [
        (scope, p.day.isoformat(), p.met, p.counted, p.behind, p.errors)
        for scope, points in run.rebuilt.items()
        for p in points
    ]
    connection.executemany("INSERT OR IGNORE INTO rebuilt VALUES (?, ?, ?, ?, ?, ?)", made)


def _write_problems(connection: sqlite3.Connection, run: Run) -> None:
    followed, known = run.followed, _seen(connection)
    if known:
        # Another run may have written since, or this one could not read: what is on record now is what counts.
        now = [Sighting(one.key, one.spot, one.schools, one.grave) for one in followed.present]
        followed = follow(before(known, run.as_of), now, run.as_of)
    rows = [
        (o.key, o.spot, json.dumps(o.schools), o.grave, o.first.isoformat(), o.gone and o.gone.isoformat())
        for o in (*followed.gone, *followed.present)
    ]
    connection.execute("DELETE FROM problems")
    connection.executemany("INSERT INTO problems VALUES (?, ?, ?, ?, ?, ?)", rows)


def _write_marks(connection: sqlite3.Connection, run: Run) -> None:
    today = run.as_of.isoformat()
    sent = [(reader, day.isoformat()) for reader, day in run.digests.items()]
    connection.executemany("INSERT OR IGNORE INTO digests VALUES (?, ?)", sent)
    events = [(uid, fingerprint, day.isoformat(), today) for uid, (fingerprint, day) in run.events.items()]
    connection.executemany("INSERT OR REPLACE INTO events VALUES (?, ?, ?, ?)", events)
    connection.executemany("INSERT OR IGNORE INTO examinations VALUES (?, ?)", [(k, today) for k in run.examinations])


def _prune(connection: sqlite3.Connection, as_of: date) -> None:
    """Drop what is too old to be shown, and of earlier days all runs but the last."""
    days = {
        "as_of": as_of.isoformat(),
        "gone": (as_of - _KEEP_GONE).isoformat(),
        "old": (as_of - _KEEP_POINTS).isoformat(),
    }
    replaced = "day < :as_of AND number NOT IN (SELECT max(number) FROM runs GROUP BY day)"
    for what in (
        f"runs WHERE day < :old OR ({replaced})",
        "figures WHERE run NOT IN (SELECT number FROM runs)",
        "rebuilt WHERE day < :old",
        "digests WHERE day < :old",
        "events WHERE seen < :old",
        "problems WHERE gone < :gone",
    ):
        connection.execute(f"DELETE FROM {what}", days)  # noqa: S608 no text from outside


def dump(connection: sqlite3.Connection) -> dict[str, list[str]]:
    """Every table's rows as JSON, in the order in which they were written."""
    return {table: [json.dumps(row, ensure_ascii=False) for row in _rows(connection, table)] for table in _tables()}


def loaded(rows: Mapping[str, Sequence[str]]) -> tuple[sqlite3.Connection, int]:
    """The tables in the computer's memory, filled with what was dumped.

    Args:
        rows: by table, each row as JSON; tables that there are none of any more are left out.

    Returns:
        The connection, and how many rows could not be read.
    """
    connection = sqlite3.connect(":memory:", isolation_level=None)
    for step in STEPS:
        step(connection)
    return connection, put(connection, rows)


def put(connection: sqlite3.Connection, rows: Mapping[str, Sequence[str]]) -> int:
    """Fill empty tables with what was dumped.

    Args:
        connection: to the tables.
        rows: as of `loaded`.

    Returns:
        How many rows could not be read.
    """
    lost = 0
    for table in _tables():
        columns = [column for _, column, *_ in connection.execute(f"PRAGMA table_info({table})")]
        places = ", ".join("?" * len(columns))
        for row in rows.get(table, ()):
            try:
                values = json.loads(row)
                for column, value in zip(columns, values, strict=True):
                    _verify(column, value)
                connection.execute(f"INSERT INTO {table} VALUES ({places})", values)  # noqa: S608 our own tables
            except (ValueError, TypeError, sqlite3.Error):
                lost += 1
    connection.execute("DELETE FROM figures WHERE run NOT IN (SELECT number FROM runs)")
    return lost


_DAYS: Final = frozenset({"day", "first", "changed", "seen", "gone"})
_NUMBERS: Final = frozenset({"number", "run", "met", "counted", "behind", "errors", "grave"})
_MAY_LACK: Final = frozenset({"gone", "errors"})


def _verify(column: str, value: object) -> None:
    """Raise ValueError or TypeError where a value is none of its column: somebody may have typed over it."""
    if value is None and column in _MAY_LACK:
        return
    if column in _NUMBERS:
        if not isinstance(value, int):
            raise TypeError(column)
    elif not isinstance(value, str):
        raise TypeError(column)
    elif column in _DAYS:
        date.fromisoformat(value)
    elif column == "at":
        datetime.fromisoformat(value)
    elif column == "schools" and not all(isinstance(school, str) for school in json.loads(value)):
        raise TypeError(column)


def _rows(connection: sqlite3.Connection, table: str) -> list[tuple[object, ...]]:
    return connection.execute(f"SELECT * FROM {table} ORDER BY rowid").fetchall()  # noqa: S608 our own tables


@cache
def _tables() -> tuple[str, ...]:
    """Names of all tables, in the order in which they were made."""
    connection = sqlite3.connect(":memory:")
    for step in STEPS:
        step(connection)
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY rowid").fetchall()
    connection.close()
    return tuple(name for (name,) in names)
