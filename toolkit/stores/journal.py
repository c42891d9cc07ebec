"""What this machine keeps of its sending, in the user's state folder: the journal of letters, and who is sending."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from toolkit.errors import BusySourceError, SourceError
from toolkit.folders import state_folder
from toolkit.stores.file_ledger import FileLedger

_JOURNAL: Final = "letters.sqlite"
_LOCK: Final = "sending-{record}.lock"


def journal_of(record: str) -> FileLedger | None:
    """The journal of all letters that this machine sends, for one record; None for a user without a home.

    Its `identity` is what this machine is called in entries.

    Args:
        record: opaque name of the record.
    """
    folder = state_folder()
    return FileLedger(folder / _JOURNAL, record, local=True) if folder else None


def lock_of(record: str) -> Path | None:
    """The file by which one run at a time sends for a record; None for a user without a home.

    Args:
        record: opaque name of the record.
    """
    folder = state_folder()
    return folder / _LOCK.format(record=record) if folder else None


@contextmanager
def sending_lock(path: Path, patience: float) -> Iterator[None]:
    """Keep all other runs on this machine from sending for the same record, until this is over.

    An SQLite file that is never written: its lock works on every system, and ends with the process.

    Args:
        path: the file, which is made where missing and stays.
        patience: seconds to wait for another run.

    Raises:
        BusySourceError: another run is sending.
        SourceError: the file cannot be made.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        connection = sqlite3.connect(path, timeout=patience, isolation_level=None)
    except (OSError, sqlite3.Error) as error:
        raise _unusable(path, error) from error
    with closing(connection):
        try:
            connection.execute("PRAGMA journal_mode = MEMORY")  # nothing is written: no file is laid beside this one
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_BUSY:
                raise _unusable(path, error) from error
            raise BusySourceError(
                "Another run on this machine is sending mail of this community; nothing is sent here: wait until it is"
                " over, and run again."
            ) from error
        yield


def _unusable(path: Path, error: Exception) -> SourceError:
    return SourceError(f"{path} cannot be used ({error}); nothing is sent: check who may write there.")
