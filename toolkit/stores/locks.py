"""Locks between processes of this machine that end with the process, however it ends."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from toolkit.errors import BusySourceError, SourceError
from toolkit.faults import WordedError


@contextmanager
def exclusive(path: Path, patience: float, busy: str, useless: str = "") -> Iterator[None]:
    """Keep all other processes of this machine out, until this is over.

    An SQLite file that is never written: its lock works on every system, and ends with the process.

    Args:
        path: the file, which is made where missing and stays.
        patience: seconds to wait for another process.
        busy: what to say where another one has the lock.
        useless: what becomes of it where the file cannot be made, such as `nothing is sent`.

    Raises:
        BusySourceError: another process has it.
        SourceError: the file cannot be made.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        connection = sqlite3.connect(path, timeout=patience, isolation_level=None)
    except (OSError, sqlite3.Error) as error:
        raise _unusable(path, error, useless) from error
    with closing(connection):
        try:
            connection.execute("PRAGMA journal_mode = MEMORY")  # nothing is written: no file is laid beside this one
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_BUSY:
                raise _unusable(path, error, useless) from error
            raise BusySourceError(busy) from error
        yield


def _unusable(path: Path, error: Exception, useless: str) -> SourceError:
    useless = useless or "nothing is begun"
    if isinstance(error, FileExistsError | NotADirectoryError):
        file = next((above for above in path.parents if above.is_file()), path.parent)
        return WordedError("lock_is_file", path=file, useless=useless)
    why = getattr(error, "strerror", None) or error
    return WordedError("lock_unusable", path=path, reason=why, useless=useless)
