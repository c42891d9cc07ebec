"""The record of runs in an SQLite file beside a workbook."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from toolkit.errors import BusySourceError, SourceError, UsageError
from toolkit.runs import Run
from toolkit.stores.database import DamagedError, Step, set_aside, using

_OURS: Final = 0x43545231
"""`application_id` of our files, "CTR1": tells them from other programs' databases."""
FIELDS: Final = (
    "id", "job", "due", "started", "result", "machine", "ended", "calls", "rows", "problems", "note",
)  # fmt: skip
_TIMES: Final = frozenset({"due", "started", "ended"})
_TYPES: Final = {"due": "TEXT", "ended": "TEXT"} | dict.fromkeys(("calls", "rows", "problems"), "INTEGER NOT NULL")
MOST: Final = 20_000
"""So many runs are kept."""
NAMES: Final = ", ".join(f'"{name}"' for name in FIELDS)
COLUMNS: Final = ", ".join(
    f'"{name}" {_TYPES.get(name, "TEXT NOT NULL")}{" UNIQUE" if name == "id" else ""}' for name in FIELDS
)
"""What a table of runs has, beside a number of its own."""
CHANGES: Final = ", ".join(f'"{name}" = :{name}' for name in ("result", "ended", "calls", "rows", "problems", "note"))
"""What changes in a run once it is there."""
_VALUES: Final = ", ".join(f":{name}" for name in FIELDS)
_PUT: Final = f"INSERT INTO runs ({NAMES}) VALUES ({_VALUES}) ON CONFLICT (id) DO UPDATE SET {CHANGES}"  # noqa: S608 our own names


def _version_1(connection: sqlite3.Connection) -> None:
    """Runs in their order."""
    connection.execute(f"CREATE TABLE runs (number INTEGER PRIMARY KEY, {COLUMNS})")


_STEPS: Final[tuple[Step, ...]] = (_version_1,)


@dataclass(frozen=True)
class FileRuns:
    """The record of runs in a file.

    Attributes:
        path: the file, which the first run makes.
    """

    path: Path

    def runs(self) -> Sequence[Run]:
        """All that are on record; none where there is no file."""
        with self._told():
            if not self.path.exists() or (self.path.is_file() and not self.path.stat().st_size):
                return ()
            with using(self.path, _OURS, _STEPS, writing=False) as connection:
                rows = connection.execute(f"SELECT {NAMES} FROM runs ORDER BY number").fetchall()  # noqa: S608
            return [run_of(row) for row in rows]

    def put(self, runs: Iterable[Run]) -> str | None:
        """Put runs on record. A damaged file is moved aside, never deleted."""
        given = list(runs)
        if not given:
            return None
        with self._told():
            try:
                self._write(given)
            except DamagedError as error:
                aside = set_aside(self.path, datetime.now(UTC).date())
                self._write(given)
                return f"{self.path} was damaged ({error}); it is kept as {aside.name}, and a new one is begun."
        return None

    def _write(self, runs: Sequence[Run]) -> None:
        with using(self.path, _OURS, _STEPS, writing=True) as connection:
            connection.executemany(_PUT, [values_of(run) for run in runs])
            connection.execute("DELETE FROM runs WHERE number <= (SELECT max(number) FROM runs) - ?", (MOST,))

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What goes wrong with the file, as what the user is told."""
        try:
            yield
        except DamagedError as error:
            raise SourceError(
                f"{self.path} is damaged ({error}); the next run that goes on record moves it aside and begins a new"
                " one."
            ) from error
        except UsageError as error:
            raise SourceError(str(error)) from error
        except (OSError, sqlite3.Error, ValueError) as error:
            busy = getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY
            kind = BusySourceError if busy else SourceError
            raise kind(
                f"{self.path} cannot be used ({error}); check who else uses it, who may write there, and whether the"
                " disk is full."
            ) from error


def values_of(run: Run) -> dict[str, Any]:
    """A run as the columns of its row; half of a pair of surrogates, which is no text, becomes a question mark."""
    values = {name: getattr(run, name) for name in FIELDS}
    note = run.note.encode("utf-8", "replace").decode()
    return values | {name: values[name] and text_of(values[name]) for name in _TIMES} | {"note": note}


def run_of(row: Sequence[Any]) -> Run:
    """A row as the run it is of."""
    values = dict(zip(FIELDS, row, strict=True))
    return Run(**values | {name: moment_of(values[name]) for name in _TIMES})


def text_of(moment: datetime) -> str:
    """A moment as text that sorts as it does."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def moment_of(text: str | None) -> datetime | None:
    """The moment of a text."""
    return datetime.fromisoformat(text) if text else None
