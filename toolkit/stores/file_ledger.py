"""A ledger in an SQLite file: the record beside a workbook, or the journal of a machine.

Unlike the memory of earlier runs, a file that is damaged or another program's is never put aside and begun anew: it
says what was sent, and without it everything would be sent once more.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from toolkit.errors import BusySourceError, SourceError, UsageError
from toolkit.mail.entries import Entry
from toolkit.stores.database import DamagedError, Step, is_damage, opened, transaction, using

_OURS: Final = 0x43544C31
"""`application_id` of our files, "CTL1": tells them from other programs' databases."""
_FIELDS: Final = (
    "message_id", "kind", "period", "recipient", "name", "role", "school", "fingerprint",
    "state", "run", "after", "machine", "claimed", "settled", "answer",
)  # fmt: skip
_WAITING: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})


def _version_1(connection: sqlite3.Connection) -> None:
    """Entries in their order, the last one of a letter counts; and what this file is called."""
    texts = ", ".join(f'"{name}" TEXT{"" if name == "settled" else " NOT NULL"}' for name in _FIELDS)
    connection.execute(
        f"CREATE TABLE entries (number INTEGER PRIMARY KEY, record TEXT NOT NULL, {texts}, UNIQUE (message_id, run))"
    )
    connection.execute("CREATE TABLE identity (name TEXT NOT NULL)")
    connection.execute("INSERT INTO identity VALUES (lower(hex(randomblob(8))))")


_STEPS: Final[tuple[Step, ...]] = (_version_1,)
_NAMES: Final = ", ".join(f'"{name}"' for name in _FIELDS)
_VALUES: Final = ", ".join(f":{name}" for name in _FIELDS)
_COUNTING: Final = f"SELECT {_NAMES} FROM entries WHERE number IN (SELECT max(number) FROM entries GROUP BY message_id)"  # noqa: S608 our own names
_PUT: Final = f"INSERT OR IGNORE INTO entries (record, {_NAMES}) SELECT :record, {_VALUES}"
_UNCHANGED: Final = """
    WHERE :after = coalesce((SELECT run FROM entries WHERE message_id = :message_id ORDER BY number DESC LIMIT 1), '')
"""
_SETTLE: Final = """UPDATE entries SET state = :state, settled = :settled, answer = :answer
    WHERE message_id = :message_id AND run = :run"""


class FileLedger:
    """A ledger in a file; within `with` one connection is kept open.

    Attributes:
        path: the file.
    """

    def __init__(self, path: Path, record: str = "", *, local: bool = False) -> None:
        """Nothing is opened or made yet.

        Args:
            path: the file; it and its folder are made by the first claim.
            record: of which record the entries are that are claimed here, where the file holds those of several.
            local: whether no other machine reads the file.
        """
        self.path, self._record, self._local = path, record, local
        self._kept: sqlite3.Connection | None = None
        self._open = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._kept = stack.enter_context(self._writing())
            self._open = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._kept = None
        self._open.close()

    @property
    def identity(self) -> str:
        """What this file is called, the same as long as it lives and like no other; empty where it is not made yet."""
        with self._reading() as connection:
            return str(connection.execute("SELECT name FROM identity").fetchone()[0]) if connection else ""

    def entries(self) -> Mapping[str, Entry]:
        """The entry that counts for each letter, by Message-ID; no file is none."""
        return self._read(_COUNTING)

    def of_record(self) -> Mapping[str, Entry]:
        """The same, of this record's letters alone."""
        return self._read(f"{_COUNTING} AND record = :record")

    def claim(self, entries: Sequence[Entry]) -> frozenset[str]:
        """Take letters in hand; whoever else claims them at the same moment loses."""
        with self._writing() as connection, transaction(connection, writing=True):
            return frozenset(
                entry.message_id
                for entry in entries
                if connection.execute(_PUT + _UNCHANGED, self._values(entry)).rowcount
            )

    def settle(self, entries: Sequence[Entry]) -> None:
        """Write down what became of letters; what is not on record any more is put there again."""
        with self._writing() as connection, transaction(connection, writing=True):
            for values in map(self._values, entries):
                if not connection.execute(_SETTLE, values).rowcount:
                    connection.execute(_PUT, values)

    def _values(self, entry: Entry) -> dict[str, Any]:
        values = {name: _stored(getattr(entry, name)) for name in _FIELDS}
        return {**values, "record": self._record}

    def _read(self, query: str) -> dict[str, Entry]:
        with self._reading() as connection:
            rows = connection.execute(query, {"record": self._record}).fetchall() if connection else []
            return {entry.message_id: entry for entry in map(_entry, rows)}

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection | None]:
        """A connection to read from; None where there is no file, or a run was killed while making it."""
        with self._told():
            if self._kept:
                yield self._kept
            elif not self.path.exists() or (self.path.is_file() and not self.path.stat().st_size):
                yield None
            else:
                with using(self.path, _OURS, _STEPS, writing=False) as connection:
                    yield connection

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """A connection to write by; makes the file and its folder where they are missing."""
        with self._told():
            if self._kept:
                yield self._kept
                return
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with opened(self.path, _OURS, _STEPS, local=self._local) as connection:
                yield connection

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What goes wrong with the file, as what the user is told."""
        try:
            yield
        except UsageError as error:
            raise SourceError(f"{error} Until then nothing is sent.") from error
        except (DamagedError, OSError, sqlite3.Error, ValueError) as error:
            raise _failure(self.path, error) from error


def _failure(path: Path, error: Exception) -> SourceError:
    if isinstance(error, DamagedError) or (isinstance(error, sqlite3.Error | ValueError) and is_damage(error)):
        return SourceError(
            f"{path} is damaged ({error}). It says what was sent, so nothing is sent without it: bring it back from a"
            " backup. If there is none, move it away: what this machine remembers comes back, the rest may be sent"
            " again."
        )
    if getattr(error, "sqlite_errorcode", 0) & 0xFF in _WAITING:
        return BusySourceError(f"{path} is in use; nothing is sent: wait until the other run is over, and run again.")
    return SourceError(
        f"{path} cannot be used ({error}); nothing is sent without it: check who may write there and whether the disk"
        " is full."
    )


def _stored(value: str | datetime | None) -> str | None:
    """A value as it is stored: half of a pair of surrogates, which is no text, as a question mark."""
    if isinstance(value, datetime):
        return value.isoformat()
    return value if value is None else value.encode("utf-8", "replace").decode()


def _entry(row: Sequence[Any]) -> Entry:
    values = dict(zip(_FIELDS, row, strict=True))
    times = {name: values[name] and datetime.fromisoformat(values[name]) for name in ("claimed", "settled")}
    return Entry(**values | times)
