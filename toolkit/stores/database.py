"""Our own SQLite files: opened in one transaction, told from other programs' and from damaged ones."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Final
from urllib.parse import quote

from toolkit.errors import SourceError, UsageError

PATIENCE: Final = 5.0
"""Seconds to wait for another run that is writing."""
COMPANIONS: Final = ("-journal", "-wal", "-shm")
"""Endings of what SQLite lays beside a file; left behind, they would be applied to the file's successor."""

Step = Callable[[sqlite3.Connection], None]
"""Brings a file from one version to the next."""


class DamagedError(SourceError):
    """The file is no database, or a broken one; the message is SQLite's reason."""


@contextmanager
def using(path: Path, ours: int, steps: Sequence[Step], *, writing: bool) -> Iterator[sqlite3.Connection]:
    """A connection in one transaction, which is kept only if writing and all went well.

    Args:
        path: the file; made where missing, if writing.
        ours: the `application_id` of our files.
        steps: make version 1 from an empty file, version 2 from that, and so on; the newest version is their number.
        writing: take the right to write at once, and keep what was written.

    Raises:
        UsageError: the file is of another program or of a newer version.
        DamagedError: the file is no database or a broken one.
        sqlite3.Error: it cannot be used now.
    """
    with _connected(path, writing=writing) as connection, transaction(connection, writing=writing):
        _prepare(connection, path, ours, steps)
        yield connection


@contextmanager
def opened(path: Path, ours: int, steps: Sequence[Step], *, local: bool = False) -> Iterator[sqlite3.Connection]:
    """A connection for many transactions of its user's own, each on the disk before it is over.

    Args:
        path: the file; made where missing.
        ours: the `application_id` of our files.
        steps: as in `using`.
        local: the file is on a disk of this machine and read by nobody else, so it may be written ahead, which takes a
            fraction of the time (https://www.sqlite.org/wal.html).

    Raises:
        UsageError: the file is of another program or of a newer version.
        DamagedError: the file is no database or a broken one.
        sqlite3.Error: it cannot be used now.
    """
    with _connected(path, writing=True) as connection:
        # FULL alone does not sync the folder: after a power cut the old journal would undo the last transaction.
        connection.execute("PRAGMA synchronous = EXTRA")
        with transaction(connection, writing=True):
            _prepare(connection, path, ours, steps)
        if local:
            connection.execute("PRAGMA journal_mode = WAL")
        yield connection


@contextmanager
def transaction(connection: sqlite3.Connection, *, writing: bool) -> Iterator[None]:
    """One transaction, undone if anything is raised in it, and also if not writing.

    Args:
        connection: without a transaction.
        writing: take the right to write at once, and keep what was written.
    """
    connection.execute("BEGIN IMMEDIATE" if writing else "BEGIN")
    try:
        yield
        connection.execute("COMMIT" if writing else "ROLLBACK")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def _connected(path: Path, *, writing: bool) -> Iterator[sqlite3.Connection]:
    # A journal that a killed run left must be rolled back before reading, so reading opens for writing too.
    mode = "rwc" if writing else "rw"
    connection = sqlite3.connect(file_uri(path, mode), uri=True, timeout=PATIENCE, isolation_level=None)
    try:
        yield connection
    except (sqlite3.Error, ValueError) as error:
        if is_damage(error):
            raise DamagedError(str(error)) from error
        raise
    finally:
        connection.close()  # drops what was not committed


def file_uri(path: Path, mode: str) -> str:
    """A path as SQLite takes it: a slash before a drive, two before a server's share, and no sign with a meaning."""
    text = path.absolute().as_posix()
    return f"file://{quote(os.fsencode(text if text.startswith('/') else '/' + text), safe='/:')}?mode={mode}"


def is_damage(error: Exception) -> bool:
    """Whether the file itself is at fault, rather than those who use it, the disk or what is to be stored."""
    if not isinstance(error, sqlite3.Error):
        return not isinstance(error, UnicodeEncodeError)
    code = getattr(error, "sqlite_errorcode", None)  # an error of Python's own, such as text that is no UTF-8, has none
    primary = None if code is None else code & 0xFF
    return primary in {None, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB} or "no such" in str(error)


def _prepare(connection: sqlite3.Connection, path: Path, ours: int, steps: Sequence[Step]) -> None:
    """Refuse what is not ours or is broken, and bring what is older, or empty, to the newest version."""
    owner, version, tables = (
        connection.execute(question).fetchone()[0]
        for question in ("PRAGMA application_id", "PRAGMA user_version", "SELECT count(*) FROM sqlite_master")
    )
    if owner != ours and (owner or version or tables):
        raise UsageError(f"{path} is another program's database; it is left alone: move or rename it.")
    if version > len(steps):
        raise UsageError(f"{path} is of a newer version of this toolkit; it is left alone: update.")
    complaint = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if complaint != "ok":
        raise DamagedError(" ".join(complaint.split()))
    if version < len(steps):
        for step in steps[version:]:
            step(connection)
        connection.execute(f"PRAGMA application_id = {ours}")
        connection.execute(f"PRAGMA user_version = {len(steps)}")


def set_aside(path: Path, day: date) -> Path:
    """Move a damaged file, and what SQLite laid beside it, to a name that is free.

    Args:
        path: the file.
        day: stands in the new name, `name.damaged-YYYYMMDD-n.sqlite`.

    Raises:
        OSError: it cannot be moved.
    """
    number = 1
    while True:
        aside = path.with_name(f"{path.stem}.damaged-{day:%Y%m%d}-{number}.sqlite")
        try:
            aside.touch(exist_ok=False)  # holds the name, so that no other run moves its file over ours
            break
        except FileExistsError:
            number += 1
    for ending in COMPANIONS:
        companion = path.with_name(path.name + ending)
        if companion.exists():
            companion.replace(aside.with_name(aside.name + ending))
    return path.replace(aside)
