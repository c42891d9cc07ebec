"""Where entries are read from: a workbook or a Google Sheet, with the memory and the ledger that belong to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from toolkit.history import Point
from toolkit.mail.wording import LedgerWords
from toolkit.outputs import load_outputs
from toolkit.schema import Schema
from toolkit.stores.file_ledger import FileLedger
from toolkit.stores.file_runs import FileRuns
from toolkit.stores.memory import Recall, recall, record
from toolkit.stores.memory_tables import Run
from toolkit.workbook import Workbook

if TYPE_CHECKING:
    from toolkit.stores.sheets.connection import Connection
    from toolkit.stores.sheets.ledger_tab import TabLedger
    from toolkit.stores.sheets.memory_tab import TabMemory
    from toolkit.stores.sheets.reading import Read
    from toolkit.stores.sheets.runs_tab import TabRuns


class Memory(Protocol):
    """What earlier runs saw."""

    def recall(self, as_of: date, points: Mapping[str, Point] | None = None) -> Recall:
        """What is known of the days before one; see `toolkit.stores.memory.recall`."""

    def record(self, run: Run) -> str | None:
        """Remember a run; a sentence on what went wrong, None where all is well."""


@dataclass(frozen=True)
class FileMemory:
    """The memory in a file.

    Attributes:
        path: the file.
    """

    path: Path

    def recall(self, as_of: date, points: Mapping[str, Point] | None = None) -> Recall:
        """What is known of the days before one."""
        return recall(self.path, as_of, points)

    def record(self, run: Run) -> str | None:
        """Remember a run."""
        return record(self.path, run)


@dataclass(frozen=True)
class WorkbookFile:
    """An entry workbook.

    Attributes:
        path: the file.
        schema: says which of its tabs are sheets of the toolkit.
        memory_name: the name of the memory's file beside it, with `{name}` for the workbook's.
        ledger_name: the name of the ledger's file, likewise.
        runs_name: the name of the file with the record of runs, likewise.
    """

    path: Path
    schema: Schema
    memory_name: str
    ledger_name: str
    runs_name: str

    @property
    def name(self) -> str:
        """What to call it."""
        return self.path.name

    @property
    def folder(self) -> Path:
        """Where results go unless told otherwise: beside the workbook."""
        return self.path.parent

    @property
    def memory(self) -> FileMemory:
        """What earlier runs saw."""
        return FileMemory(self.path.with_name(self.memory_name.format(name=self.path.stem)))

    @property
    def ledger(self) -> FileLedger:
        """Which letters were sent."""
        return FileLedger(self.path.with_name(self.ledger_name.format(name=self.path.stem)))

    @property
    def runs(self) -> FileRuns:
        """Which jobs ran."""
        return FileRuns(self.path.with_name(self.runs_name.format(name=self.path.stem)))

    def read(self) -> Workbook:
        """Read it."""
        from toolkit.stores.xlsx import read_workbook  # noqa: PLC0415

        return read_workbook(self.path, self.schema)


@dataclass(frozen=True)
class GoogleSheet:
    """A spreadsheet at Google; it is read once.

    Attributes:
        connection: to it.
        schema: says which of its tabs are sheets of the toolkit.
    """

    connection: Connection
    schema: Schema

    @property
    def name(self) -> str:
        """What to call it before it is read."""
        return "the Google Sheet"

    @property
    def folder(self) -> Path:
        """Where files go unless told otherwise: the folder one is in."""
        return Path()

    @cached_property
    def seen(self) -> Read:
        """What it held when it was read."""
        from toolkit.stores.sheets.reading import read_sheet  # noqa: PLC0415

        return read_sheet(self.connection, self.schema)

    @cached_property
    def memory(self) -> TabMemory:
        """What earlier runs saw; what is added is written together with the output tabs."""
        from toolkit.stores.sheets.memory_tab import TabMemory  # noqa: PLC0415

        return TabMemory(self.seen.memory)

    @cached_property
    def ledger(self) -> TabLedger:
        """Which letters were sent."""
        from toolkit.stores.sheets.ledger_tab import TabLedger  # noqa: PLC0415

        outputs = load_outputs()
        return TabLedger(self.connection, lambda: self.seen.structure, LedgerWords.of(self.schema, outputs), outputs)

    @cached_property
    def runs(self) -> TabRuns:
        """Which jobs ran."""
        from toolkit.stores.sheets.runs_tab import TabRuns  # noqa: PLC0415

        return TabRuns(self.connection, lambda: self.seen.structure, load_outputs())

    def read(self) -> Workbook:
        """Read it."""
        return self.seen.workbook


Source = WorkbookFile | GoogleSheet
