"""The memory of earlier runs: one small SQLite file. A report never needs it, so its troubles are told, not raised."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

from toolkit.errors import ToolkitError, UsageError
from toolkit.history import History, Point
from toolkit.stores.database import DamagedError, set_aside, using
from toolkit.stores.memory_tables import STEPS, Run, dump, history, put, remember

_OURS: Final = 0x43544D31
"""`application_id` of our files, "CTM1": tells them from other programs' databases."""
_UNTIL_THEN: Final = "Until then nothing is remembered."


@dataclass(frozen=True, slots=True)
class Recall:
    """What is remembered, or why nothing is.

    Attributes:
        history: empty where nothing is remembered.
        fault: a sentence on why the file could not be used; None where all is well, a missing file included.
    """

    history: History = field(default_factory=History)
    fault: str | None = None


def recall(path: Path, as_of: date, points: Mapping[str, Point] | None = None) -> Recall:
    """What is known of the days before one; makes and changes no file.

    Args:
        path: the memory's file; where there is none the history is empty.
        as_of: today; nothing recorded of later days is given.
        points: today's figures by scope. Where the last run was of today and had the same ones, `last` is of the run
            before it, so that the change does not vanish by running twice. Where None, `last` is of the last run.
    """
    without = "this report is complete but knows nothing of earlier runs"
    try:
        if not path.exists() or (path.is_file() and not path.stat().st_size):  # a run was killed while making it
            return Recall()
        with using(path, _OURS, STEPS, writing=False) as connection:
            return Recall(history(connection, as_of, points))
    except UsageError as error:
        return Recall(fault=f"{error} {_UNTIL_THEN}")
    except DamagedError as error:
        fault = f"{path} is damaged ({error}); {without}; the next run on record moves it aside and begins a new one."
    except (OSError, sqlite3.Error) as error:
        fault = f"{path} cannot be read ({error}); {without}; check who else uses it and who may read it."
    return Recall(fault=fault)


def record(path: Path, run: Run) -> str | None:
    """Remember a run, whole or not at all; one of an earlier day than the last on record leaves the memory as it is.

    A damaged file is moved aside, never deleted; one of another program or of a newer version is left alone.

    Args:
        path: the memory's file; it and its folder are made where missing.
        run: what to remember.

    Returns:
        A sentence on what went wrong and what was done; None where all is well.
    """
    note = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            _write(path, run)
        except DamagedError as error:
            aside = set_aside(path, run.at.date())
            note = f"{path} was damaged ({error}); it is kept as {aside.name} and the memory begins anew."
            _write(path, run)
    except UsageError as error:
        return f"{error} {_UNTIL_THEN}"
    except (ToolkitError, OSError, sqlite3.Error, UnicodeError) as error:
        fault = f"{path} cannot be written ({error}); the reports are complete but this run is not remembered; "
        return f"{note} {fault}check who else uses it, who may write there and whether the disk is full.".lstrip()
    return note or None


def _write(path: Path, run: Run) -> None:
    with using(path, _OURS, STEPS, writing=True) as connection:
        remember(connection, run)


def dumped(path: Path) -> dict[str, list[str]]:
    """Every table's rows as JSON, as the tab of a Google Sheet has them.

    Raises:
        UsageError: the file is another program's or of a newer version.
        DamagedError: it is damaged.
    """
    with using(path, _OURS, STEPS, writing=False) as connection:
        return dump(connection)


def write_dumped(path: Path, rows: Mapping[str, Sequence[str]]) -> int:
    """Make a file of what was dumped.

    Returns:
        How many rows could not be read.
    """
    with using(path, _OURS, STEPS, writing=True) as connection:
        return put(connection, rows)
