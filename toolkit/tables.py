"""One sheet, typed: every value keeps its cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from toolkit.header import Header
from toolkit.problems import Catalogue, Problem, quoted
from toolkit.schema import Field, SheetSchema
from toolkit.values import Reading, shown
from toolkit.workbook import RawValue, address

Mask = npt.NDArray[np.bool_]


Codes = npt.NDArray[np.intp]


def places(mask: Mask) -> list[int]:
    """The places, from 0, that a mask picks."""
    return [int(place) for place in np.flatnonzero(mask)]


@dataclass(frozen=True)
class Cells:
    """One column's cells: each distinct content once, and which row holds which.

    Attributes:
        position: the column's place from 0; None where the sheet lacks it.
        contents: distinct raw contents.
        codes: for each row, its place in `contents`.
        readings: for each content, what it was read as.
    """

    position: int | None
    contents: Sequence[RawValue]
    codes: Codes
    readings: Sequence[Reading]

    def where(self, flags: Sequence[bool]) -> Mask:
        """The rows whose content carries the flag."""
        return np.asarray(flags, dtype=bool)[self.codes]

    def text(self, index: int) -> str:
        """The original text of the cell in the row at this place of the frame."""
        return shown(self.contents[self.codes[index]])

    @cached_property
    def blank(self) -> Mask:
        """Rows whose cell is blank."""
        return self.where([reading.value is None and reading.fault is None for reading in self.readings])

    @cached_property
    def unreadable(self) -> Mask:
        """Rows whose cell holds something that gave no value."""
        return self.where([reading.unreadable for reading in self.readings])


@dataclass(frozen=True)
class Repair:
    """A cell that was read as something other than what is written."""

    sheet: str
    row: int
    column: str
    cell: str
    value: str
    read_as: str


@dataclass(frozen=True)
class Table:
    """One sheet, typed.

    Attributes:
        schema: its declaration.
        title: the tab's own title; None where there is no such tab.
        header: None where the tab is missing, empty or without a header.
        broken: the tab has content but lacks its header or a required column: its rows count for nothing.
        frame: index = row numbers as shown; columns = field keys. Text and words (as codes) are categoricals, dates
            `datetime64[s]`, numbers `float64`, bools `boolean`, lists and bounds objects (tuples). A reference is text
            here, and a place in the other sheet's frame (`intp`, -1 for none) once linked.
        cells: the raw cells by field key.
        unreadable: by field key, rows whose cell gave no value; only columns that have any.
    """

    schema: SheetSchema
    title: str | None
    header: Header | None
    broken: bool
    frame: pd.DataFrame
    cells: Mapping[str, Cells]
    unreadable: Mapping[str, Mask]

    @property
    def rows(self) -> npt.NDArray[np.int64]:
        """Row numbers as the spreadsheet shows them."""
        return self.frame.index.to_numpy()

    def readable(self, *keys: str) -> Mask:
        """Rows in which every one of these cells is blank or was read."""
        mask = np.ones(len(self.frame), dtype=bool)
        for key in keys:
            if key in self.unreadable:
                mask &= ~self.unreadable[key]
        return mask

    def filled(self, *keys: str) -> Mask:
        """Rows in which every one of these cells has a value."""
        mask = self.readable(*keys)
        for key in keys:
            mask &= ~self.cells[key].blank
        return mask

    def repairs(self) -> Iterator[Repair]:
        """Every cell whose text was understood though it is not written the plain way, row by row per column."""
        for field in self.schema.fields:
            cells = self.cells[field.key]
            read_as = [
                _read_as(field, raw, reading) for raw, reading in zip(cells.contents, cells.readings, strict=True)
            ]
            for index in places(cells.where([text is not None for text in read_as])):
                row, code = int(self.rows[index]), cells.codes[index]
                cell = address(row, cells.position or 0)
                value, plain = quoted(shown(cells.contents[code])), quoted(read_as[code] or "")
                yield Repair(self.schema.title, row, field.name, cell, value, plain)


def _read_as(field: Field, raw: RawValue, reading: Reading) -> str | None:
    """What to show beside text that was understood loosely; None where it was plain or was not understood."""
    if reading.value is None or not isinstance(raw, str):
        return None
    value = reading.value
    if isinstance(value, date):
        plain = value.isoformat()
    elif isinstance(value, float):
        plain = f"{value * 100:.15g}%" if field.kind == "percent" else f"{value:.15g}"
    elif isinstance(value, str) and not field.codes:
        plain = value
    else:
        return None
    return None if plain == raw else plain


def cell_problem(
    table: Table,
    catalogue: Catalogue,
    rule: str,
    field: Field,
    index: int,
    suggestion: str | None = None,
    **facts: object,
) -> Problem:
    """A problem of one cell of a table.

    Args:
        table: the cleaned sheet.
        catalogue: the wording.
        rule: a key of `messages.yaml`.
        field: the column.
        index: the row's place in the frame, from 0.
        suggestion: what to write instead.
        facts: what the wording names in braces.
    """
    cells = table.cells[field.key]
    return catalogue.at_cell(
        rule,
        sheet=table.schema.title,
        row=int(table.rows[index]),
        column=field.name,
        position=cells.position,
        value=cells.text(index),
        suggestion=suggestion,
        **facts,
    )
