"""Files copied while somebody may be writing to them: as they were at one moment, or not at all."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from toolkit.errors import BusySourceError, SourceError
from toolkit.faults import BusyWordedError
from toolkit.stores.archive import digest
from toolkit.stores.database import COMPANIONS, PATIENCE, DamagedError, file_uri, is_damage
from toolkit.stores.xlsx import lock_files

_WAITING: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})


def copy_file(path: Path, target: Path) -> None:
    """Copy a workbook byte for byte.

    Raises:
        BusySourceError: it is open in a spreadsheet program, or changed meanwhile.
        SourceError: it is gone, or cannot be read.
    """
    for lock in lock_files(path):
        raise BusyWordedError("book_open_no_backup", name=path.name, lock=lock.name)
    try:
        before = path.stat()
        shutil.copyfile(path, target)
        after = path.stat()
        same = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
        if not same or digest(path) != digest(target):
            raise BusySourceError(f"{path.name} was changed while it was copied; run again when nobody is saving it.")
    except FileNotFoundError as error:
        raise SourceError(f"{path} does not exist any more; put it back, or correct path under [workbook].") from error


def copy_database(path: Path, target: Path) -> None:
    """Copy one of our SQLite files as it is between two transactions.

    Args:
        path: the file.
        target: a file that is not there yet.

    Raises:
        DamagedError: it is damaged; the copy is removed.
        BusySourceError: another run is at it, or the disk is full.
        SourceError: it cannot be read.
    """
    try:
        with (
            closing(sqlite3.connect(file_uri(path, "rw"), uri=True, timeout=PATIENCE)) as source,
            closing(sqlite3.connect(target)) as copy,
        ):
            source.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # all of it in one file
            complaint = copy.execute("PRAGMA quick_check(1)").fetchone()[0]
        if complaint != "ok":
            raise DamagedError(" ".join(complaint.split()))
    except sqlite3.Error as error:
        raise _failure(path, error) from error
    finally:
        for ending in COMPANIONS:
            target.with_name(target.name + ending).unlink(missing_ok=True)


def _failure(path: Path, error: sqlite3.Error) -> SourceError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in _WAITING:
        return BusySourceError(f"{path.name} is in use; wait until the other run is over, and run again.")
    if code == sqlite3.SQLITE_FULL:
        return BusySourceError(f"The disk is full; {path.name} was not copied: make room, and run again.")
    if is_damage(error):
        return DamagedError(str(error))
    return SourceError(f"{path} cannot be copied ({error}); check who may read it.")
