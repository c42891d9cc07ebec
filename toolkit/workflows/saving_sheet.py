"""What a backup of a Google Sheet holds: a workbook of all its tabs, the ledger and the memory."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from toolkit.assess import clean
from toolkit.dates import day_of_serial
from toolkit.stores.sources import GoogleSheet
from toolkit.workbook import Workbook
from toolkit.workflows.loading import Loaded

if TYPE_CHECKING:
    from toolkit.render.record_workbook import RecordTab
    from toolkit.stores.archive import SavedTab
    from toolkit.stores.sheets.whole import Value, WholeTab
    from toolkit.tables import Table

_LONGEST_NAME: Final = 40
_NO_DAYS: Final = frozenset({"int", "number", "percent", "bound", "bool"})
"""In columns of these kinds a number is a number, whatever it looks like."""
_MEMORY: Final = "memory"


def file_stem(title: str) -> str:
    """A spreadsheet's title as the name of a file."""
    plain = re.sub(r'[\\/:*?"<>|\x00-\x1f]', "-", title)[:_LONGEST_NAME].strip(" .")
    return plain or "sheet"


def save_sheet(loaded: Loaded, source: GoogleSheet, path: Path) -> tuple[Workbook, tuple[SavedTab, ...], list[str]]:
    """Write all tabs as a workbook.

    Args:
        loaded: the record.
        source: the Google Sheet.
        path: the file to write; the ledger and the memory go beside it.

    Returns:
        The raw sheets that the schema knows, what is to be kept of the tabs beside their cells, and the titles of those
        of the toolkit's own that are damaged.

    Raises:
        SheetError: it cannot be read.
    """
    from toolkit.render.record_workbook import write_record
    from toolkit.stores.sheets.reading import known_tabs, sheet_of
    from toolkit.stores.sheets.whole import read_whole

    structure, tabs = read_whole(source.connection)
    values = {whole.tab.id: whole.rows for whole in tabs}
    known = tuple(sheet_of(tab, values[tab.id], loaded.schema) for tab in known_tabs(structure, loaded.schema))
    others = tuple(whole.tab.title for whole in tabs if not whole.tab.output)
    raw = Workbook(known, others, structure.title)
    tables = clean(raw, loaded.schema, loaded.assessment.as_of)[0]
    records, saved = _records(tabs, tables)
    write_record(path, records)
    memory = structure.outputs.get(_MEMORY)
    lost = _save_logs(loaded, source, path)
    if memory:
        lost += _save_memory(loaded, values[memory.id], path, memory.title)
    return raw, saved, lost


def _records(tabs: tuple[WholeTab, ...], tables: Mapping[str, Table]) -> tuple[list[RecordTab], tuple[SavedTab, ...]]:
    from toolkit.render.record_workbook import RecordTab, allowed_title, long_texts
    from toolkit.stores.archive import SavedTab

    records: list[RecordTab] = []
    saved: list[SavedTab] = []
    by_title = {table.title: table for table in tables.values() if table.title is not None}
    for whole in tabs:
        tab = whole.tab
        title = allowed_title(tab.title, [one.title for one in records])
        days = frozenset(_days(whole, None if tab.output else by_title.get(tab.title)))
        records.append(RecordTab(title, whole.rows, days, tab.some("merges"), tab.hidden))
        ties = {"hidden": tab.hidden, "key": tab.key, "output": tab.output, "fields": dict(tab.fields)}
        saved.append(SavedTab(title=tab.title, saved_as=title, long=long_texts(whole.rows), **ties))
    return records, tuple(saved)


def _days(whole: WholeTab, table: Table | None) -> Iterator[tuple[int, int]]:
    """Which numbers are days, as the toolkit reads them: all in columns of days, in columns of numbers none."""
    positions = table.header.positions if table and table.header else {}
    fields = table.schema.by_key if table else {}
    kinds = {position: fields[key].kind for key, position in positions.items()}
    for row, line in enumerate(whole.rows):
        for column, value in enumerate(line):
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            is_day = (row, column) in whole.days
            if is_number and kinds.get(column) == "date":
                is_day = isinstance(day_of_serial(float(value)), date)
            if is_day and kinds.get(column) not in _NO_DAYS:
                yield row, column


def _save_logs(loaded: Loaded, source: GoogleSheet, path: Path) -> list[str]:
    """Write the ledger and the record of runs as they lie beside a workbook; the titles of unreadable tabs."""
    from toolkit.stores.file_ledger import FileLedger
    from toolkit.stores.file_runs import FileRuns
    from toolkit.stores.sheets.failures import SheetError

    lost = []
    for role in ("ledger", "runs"):
        target = path.with_name(loaded.outputs.files[role].format(name=path.stem))
        try:
            if role == "ledger" and (entries := source.ledger.entries()):
                FileLedger(target).settle([*entries.values()])
            elif role == "runs" and (runs := source.runs.runs()):
                FileRuns(target).put(runs)
        except SheetError as error:
            if error.key != f"{role}_heads":
                raise
            lost.append(loaded.outputs.sheets[role])
    return lost


def _save_memory(loaded: Loaded, cells: Sequence[Sequence[Value]], path: Path, title: str) -> list[str]:
    """Write the memory as the file that lies beside a workbook."""
    from toolkit.stores.memory import write_dumped
    from toolkit.stores.sheets.memory_tab import TabMemory

    memory = TabMemory(cells)
    if memory.newer:
        return [title]
    if not memory.before:
        return []
    lost = write_dumped(path.with_name(loaded.outputs.files[_MEMORY].format(name=path.stem)), memory.before)
    return [title] if lost else []
