"""What this machine keeps of its sending, in the user's state folder: the journal of letters, and who is sending."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from toolkit.folders import state_folder
from toolkit.stores.file_ledger import FileLedger
from toolkit.stores.locks import exclusive

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

    Args:
        path: the file, which is made where missing and stays.
        patience: seconds to wait for another run.

    Raises:
        BusySourceError: another run is sending.
        SourceError: the file cannot be made.
    """
    busy = (
        "Another run on this machine is sending mail of this community; nothing is sent here: wait until it is over,"
        " and run again."
    )
    with exclusive(path, patience, busy, "nothing is sent"):
        yield
