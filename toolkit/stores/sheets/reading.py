"""A whole Google Sheet in two calls: what tabs there are, then what stands in those the schema knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from toolkit.schema import Schema
from toolkit.spreadsheet import Spreadsheet, Tab
from toolkit.stores.merged import Area, fill_merged
from toolkit.stores.sheets.connection import Connection
from toolkit.stores.sheets.failures import SheetError
from toolkit.workbook import RawValue, Sheet, Workbook

_MEMORY: Final = "memory"
_TRIES: Final = 3


@dataclass(frozen=True)
class Read:
    """What one look at a spreadsheet gave.

    Attributes:
        structure: its tabs.
        workbook: the sheets that the schema knows.
        memory: the cells of the tab that keeps what earlier runs saw; empty where there is none.
    """

    structure: Spreadsheet
    workbook: Workbook
    memory: Sequence[Sequence[Any]]


def read_sheet(connection: Connection, schema: Schema) -> Read:
    """Read every sheet that the schema knows.

    Tabs and columns that were tied to the schema when the sheet was set up are known by that, whatever they are called
    now; others by their title.

    Args:
        connection: to the spreadsheet.
        schema: says which titles are sheets of the toolkit.

    Raises:
        SheetError: it cannot be read.
    """
    for _ in range(_TRIES):
        structure = connection.structure()
        known = known_tabs(structure, schema)
        memory = structure.outputs.get(_MEMORY)
        try:
            values = connection.values([tab.id for tab in (*known, *([memory] if memory else ()))])
        except SheetError as error:
            if error.key != "request":
                raise
            continue  # a tab was deleted between the two calls
        sheets = tuple(sheet_of(tab, values.get(tab.id, []), schema) for tab in known)
        others = tuple(tab.title for tab in structure.tabs if tab not in known and not tab.output)
        workbook = Workbook(sheets, others, structure.title)
        return Read(structure, workbook, values.get(memory.id, []) if memory else ())
    raise SheetError("changing", tries=_TRIES)


def known_tabs(structure: Spreadsheet, schema: Schema) -> list[Tab]:
    """The tabs that are sheets of the schema, by what they were tied to or by title; never the toolkit's own."""
    return [
        tab
        for tab in structure.tabs
        if tab.grid and not tab.output and (tab.key in schema.sheets or schema.sheet_for(tab.title) is not None)
    ]


def sheet_of(tab: Tab, values: Sequence[Sequence[Any]], schema: Schema) -> Sheet:
    """A tab as a raw sheet, with what ties it and its columns to the schema."""
    rows: list[list[RawValue]] = [[_value(cell) for cell in row] for row in values]
    fill_merged(rows, map(_area, tab.some("merges")))
    key = tab.key if tab.key in schema.sheets else None
    ties = ((place, *mark.partition(".")[::2]) for place, mark in tab.fields.items())
    fields = {place: field for place, sheet, field in ties if sheet == key}
    return Sheet(tab.title, rows, key, fields, serial_dates=True)


def _value(cell: Any) -> RawValue:  # noqa: ANN401 any JSON value
    if isinstance(cell, bool):
        return str(cell).upper()
    return float(cell) if isinstance(cell, int | float) else str(cell)


def _area(merge: Mapping[str, int]) -> Area:
    first = merge.get("startRowIndex", 0), merge.get("startColumnIndex", 0)
    return first, (merge["endRowIndex"] - 1, merge["endColumnIndex"] - 1)
