"""What this machine knows of a community's jobs, in its state folder: runs, terms, what the operator is to be told.

Whatever is due, and what the operator was told of failures, follows from the runs alone, so a machine that lost this
file, or never had it, learns it anew from 运行记录. Losing it sends nothing twice: letters have a ledger of their own.
What is lost is whether the dashboard is up to date, so it is written once more, and what doctor found this week.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final, Self
from uuid import uuid4

from toolkit.errors import SourceError, UsageError
from toolkit.runs import SETTLED, Run
from toolkit.stores.database import DamagedError, Step, opened, set_aside, transaction
from toolkit.stores.file_runs import CHANGES, COLUMNS, FIELDS, MOST, NAMES, moment_of, run_of, text_of, values_of

_OURS: Final = 0x43544A31
"""`application_id` of our files, "CTJ1": tells them from other programs' databases."""
_STOPPED: Final = 2
"""So often a run may be stopped at one time of the timetable and is begun again at once."""
_KEEP_NOTICES: Final = 1_000
"""So many notices for the operator are kept, told or not."""
SEEN: Final = "seen"
"""Name of the fact that tells what the last run saw."""
SHOWN: Final = "shown"
"""Name of the fact that tells what the dashboard shows."""


def _version_1(connection: sqlite3.Connection) -> None:
    """Runs in their order, terms, facts by name, notices for the operator."""
    notice = "at TEXT NOT NULL, job TEXT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL"
    for table in (
        f"runs (number INTEGER PRIMARY KEY, {COLUMNS}, recorded INTEGER NOT NULL)",
        "terms (first TEXT NOT NULL, last TEXT NOT NULL)",
        "facts (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
        f"notices (number INTEGER PRIMARY KEY AUTOINCREMENT, {notice}, sent INTEGER NOT NULL DEFAULT 0)",
    ):
        connection.execute(f"CREATE TABLE {table}")
    connection.execute("CREATE INDEX runs_of ON runs (job, due)")


_STEPS: Final[tuple[Step, ...]] = (_version_1,)
_VALUES: Final = ", ".join(f":{name}" for name in FIELDS)
_PUT: Final = f"""INSERT INTO runs ({NAMES}, recorded) VALUES ({_VALUES}, :recorded)
    ON CONFLICT (id) DO UPDATE SET {CHANGES}, recorded = :recorded"""  # noqa: S608 our own names
_OVER: Final = ", ".join(f"'{result}'" for result in sorted(SETTLED))


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to tell the operator.

    Attributes:
        number: which.
        at: since when it is to be told.
        job: of which job.
        kind: `failed`, `well again`, `found` or `missed`.
        text: what there is to say; it names nobody.
    """

    number: int
    at: datetime
    job: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """How a job fared since it was last all right.

    Attributes:
        failures: so many runs in a row that did not end well.
        last: when the last of them ended.
    """

    failures: int = 0
    last: datetime | None = None


class JobState:
    """The file, open within `with`."""

    def __init__(self, path: Path) -> None:
        """Nothing is opened yet.

        Args:
            path: the file; it and its folder are made.
        """
        self.path = path
        self._open = ExitStack()
        self._connection: sqlite3.Connection | None = None

    def __enter__(self) -> Self:
        with self._told(), ExitStack() as stack:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                self._connection = stack.enter_context(opened(self.path, _OURS, _STEPS, local=True))
            except DamagedError:
                set_aside(self.path, datetime.now(UTC).date())
                self._connection = stack.enter_context(opened(self.path, _OURS, _STEPS, local=True))
            self._open = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._connection = None
        self._open.close()

    # --- runs

    def put(self, runs: Iterable[Run], *, recorded: bool = False) -> None:
        """Write runs down; of one that is there, what is said of it now.

        Args:
            runs: in their order.
            recorded: whether 运行记录 has them.
        """
        with self._writing() as connection:
            connection.executemany(_PUT, [_values(run, recorded=recorded) for run in runs])

    def learn(self, runs: Iterable[Run]) -> None:
        """Take over what 运行记录 has and this machine does not know."""
        with self._writing() as connection:
            known = {number for (number,) in connection.execute("SELECT id FROM runs")}
            fresh = [_values(run, recorded=True) for run in runs if run.id not in known]
            connection.executemany(_PUT, fresh)

    def unrecorded(self) -> tuple[Run, ...]:
        """Runs that are over and that 运行记录 does not have as they are."""
        return self._runs("NOT recorded AND result != 'running' ORDER BY number")

    def mark_recorded(self, runs: Iterable[Run]) -> None:
        """运行记录 has these now."""
        with self._writing() as connection:
            pairs = [(run.id, run.result) for run in runs]
            connection.executemany("UPDATE runs SET recorded = 1 WHERE id = ? AND result = ?", pairs)

    def run(self, number: str) -> Run | None:
        """A run by its id."""
        return next(iter(self._runs("id = :id", id=number)), None)

    @property
    def machine(self) -> str:
        """What this machine is called on record: the same as long as this file is there."""
        if (name := self.fact("machine")) is None:
            self.keep(machine=(name := uuid4().hex[:8]))
        return name

    def running(self, job: str) -> tuple[Run, ...]:
        """Runs of a job that nobody has seen end."""
        return self._runs("job = :job AND result = 'running' ORDER BY number", job=job)

    def last(self, job: str, now: datetime) -> Run | None:
        """The newest run of a job that began; one of the future is of a clock that was wrong."""
        newest = "job = :job AND result != 'missed' AND started <= :now ORDER BY started DESC, number DESC LIMIT 1"
        return next(iter(self._runs(newest, job=job, now=text_of(now))), None)

    def begun(self) -> datetime | None:
        """When the first run on record began."""
        with self._told():
            text = self._live.execute("SELECT min(started) FROM runs").fetchone()[0]
        return moment_of(text)

    def settled(self, job: str, now: datetime) -> datetime | None:
        """The last time of the timetable up to now that is over for a job.

        What lies in the future was settled before the clock was set back, and comes again.
        """
        with self._told():
            query = f"SELECT max(due) FROM runs WHERE job = ? AND due <= ? AND result IN ({_OVER})"  # noqa: S608
            return moment_of(self._live.execute(query, (job, text_of(now))).fetchone()[0])

    def trouble(self, job: str, since: datetime, now: datetime) -> Trouble:
        """How a job fared at times after one; a run that was stopped is no failure, but one that always is."""
        with self._told():
            query = """SELECT coalesce(sum(result != 'interrupted'), 0), count(*), max(ended) FROM runs WHERE job = ?
                AND due > ? AND due <= ? AND ended <= ? AND result IN ('failed', 'again', 'interrupted')"""
            given = (job, text_of(since), text_of(now), text_of(now))
            failed, all_of_them, last = self._live.execute(query, given).fetchone()
        failures = failed + max(0, all_of_them - failed - _STOPPED)
        return Trouble(failures, moment_of(last) if failures else None)

    def streak(self, job: str, now: datetime) -> tuple[int, int]:
        """How many runs of a job failed, and were to be tried again, since one last went well, up to now.

        It follows from the runs alone, so a machine that learnt them from the record knows what the operator was told.
        """
        query = """SELECT coalesce(sum(result = 'failed'), 0), coalesce(sum(result = 'again'), 0) FROM runs
            WHERE job = :job AND started <= :now AND started > (SELECT coalesce(max(started), '') FROM runs
            WHERE job = :job AND started <= :now AND result = 'done')"""
        with self._told():
            failed, again = self._live.execute(query, {"job": job, "now": text_of(now)}).fetchone()
        return int(failed), int(again)

    def _runs(self, condition: str, **facts: str) -> tuple[Run, ...]:
        with self._told():
            rows = self._live.execute(f"SELECT {NAMES} FROM runs WHERE {condition}", facts).fetchall()  # noqa: S608
        return tuple(run_of(row) for row in rows)

    # --- what runs saw

    @property
    def terms(self) -> tuple[tuple[date, date], ...] | None:
        """First and last days of the terms of 学期, as the last run read them; None where none has."""
        if self.fact("terms") is None:
            return None
        with self._told():
            rows = self._live.execute("SELECT first, last FROM terms ORDER BY first").fetchall()
        return tuple((date.fromisoformat(first), date.fromisoformat(last)) for first, last in rows)

    def keep_terms(self, terms: Iterable[tuple[date, date]], now: datetime) -> None:
        """Keep the terms for those who do not read 学期."""
        with self._writing() as connection:
            connection.execute("DELETE FROM terms")
            rows = [(first.isoformat(), last.isoformat()) for first, last in terms]
            connection.executemany("INSERT INTO terms VALUES (?, ?)", rows)
            connection.execute("INSERT OR REPLACE INTO facts VALUES ('terms', ?)", (text_of(now),))

    def fact(self, name: str) -> str | None:
        """What is known under a name."""
        with self._told():
            found = self._live.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return found[0] if found else None

    def keep(self, **facts: str) -> None:
        """Keep facts by their names, together."""
        with self._writing() as connection:
            connection.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?)", list(facts.items()))

    # --- the operator

    def finish(self, run: Run, notices: Sequence[tuple[str, str]] = ()) -> None:
        """Write down how a run ended, together with what the operator is to be told of it.

        Args:
            run: as it ended.
            notices: kind and text of each.
        """
        with self._writing() as connection:
            connection.execute(_PUT, _values(run, recorded=False))
            _announce(connection, run.ended or run.started, run.job, notices)
            connection.execute("DELETE FROM runs WHERE number <= (SELECT max(number) FROM runs) - ?", (MOST,))

    def announce(self, at: datetime, job: str, notices: Sequence[tuple[str, str]]) -> None:
        """Write down what the operator is to be told besides.

        Args:
            at: since when.
            job: of which job.
            notices: kind and text of each.
        """
        with self._writing() as connection:
            _announce(connection, at, job, notices)

    def notices(self) -> tuple[Notice, ...]:
        """What the operator has not been told yet, the oldest first."""
        with self._told():
            rows = self._live.execute("SELECT number, at, job, kind, text FROM notices WHERE NOT sent ORDER BY number")
            return tuple(Notice(number, datetime.fromisoformat(at), *rest) for number, at, *rest in rows.fetchall())

    def told(self, notices: Iterable[Notice]) -> None:
        """The operator was told these."""
        with self._writing() as connection:
            numbers = [(notice.number,) for notice in notices]
            connection.executemany("UPDATE notices SET sent = 1 WHERE number = ?", numbers)

    # --- the file

    @property
    def _live(self) -> sqlite3.Connection:
        if self._connection is None:
            raise SourceError(f"{self.path} is not open.")
        return self._connection

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._told(), transaction(self._live, writing=True):
            yield self._live

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What goes wrong with the file, as what the user is told."""
        try:
            yield
        except UsageError as error:
            raise SourceError(str(error)) from error
        except (OSError, sqlite3.Error, ValueError) as error:
            raise SourceError(
                f"{self.path} cannot be used ({error}); jobs wait for it: check who may write there and whether the"
                " disk is full."
            ) from error


def _announce(connection: sqlite3.Connection, at: datetime, job: str, notices: Sequence[tuple[str, str]]) -> None:
    rows = [(text_of(at), job, kind, text) for kind, text in notices]
    connection.executemany("INSERT INTO notices (at, job, kind, text) VALUES (?, ?, ?, ?)", rows)
    connection.execute("DELETE FROM notices WHERE number <= (SELECT max(number) FROM notices) - ?", (_KEEP_NOTICES,))


def new_number() -> str:
    """An id that no other run has."""
    return uuid4().hex[:16]


def _values(run: Run, *, recorded: bool) -> dict[str, Any]:
    return values_of(run) | {"recorded": recorded}
