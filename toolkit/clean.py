"""One raw sheet made into typed columns, every value keeping its cell."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from operator import itemgetter
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from toolkit.header import Header, field_named, find_header
from toolkit.problems import Catalogue, Problem
from toolkit.schema import Field, Schema, SheetSchema
from toolkit.values import Reading, cleaned, read, shown
from toolkit.workbook import RawValue, Sheet, address

_LONGEST_TOTAL = 16
"""No word for a sum is longer, spaces and all."""

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
                yield Repair(self.schema.title, row, field.name, cell, shown(cells.contents[code]), read_as[code] or "")


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


def clean_sheet(
    sheet: Sheet | None, sheet_schema: SheetSchema, schema: Schema, as_of: date
) -> tuple[Table, list[Problem]]:
    """Read one sheet: find the header, drop rows that are no entries, type every cell.

    Args:
        sheet: the raw tab; None where the workbook has none.
        sheet_schema: its declaration.
        schema: all declarations, for words and wording.
        as_of: today, for suggestions only.

    Returns:
        The table, and the problems of structure and of single cells.
    """
    catalogue = Catalogue(schema.messages)
    if sheet is None or not any(cleaned(shown(cell)) for row in sheet.rows for cell in row):
        return _empty(sheet_schema, sheet.title if sheet else None, broken=False), []
    header, problems = find_header(sheet, sheet_schema, catalogue)
    if header is None:
        return _empty(sheet_schema, sheet.title, broken=True), problems
    body = sheet.rows[header.row :]
    columns = {f.key: _column(f, header.positions.get(f.key), body, schema, as_of) for f in sheet_schema.fields}
    kept, notices = _entries(body, header, columns, sheet_schema, schema, catalogue)
    columns = {key: Cells(c.position, c.contents, c.codes[kept], c.readings) for key, c in columns.items()}
    frame = pd.DataFrame(
        {field.key: _typed(field, columns[field.key]) for field in sheet_schema.fields},
        index=pd.Index(np.flatnonzero(kept) + header.row + 1, dtype="int64"),
    )
    unreadable = {key: cells.unreadable for key, cells in columns.items() if cells.unreadable.any()}
    table = Table(sheet_schema, sheet.title, header, not header.complete, frame, columns, unreadable)
    if header.complete:
        problems += [*notices, *_cell_problems(table, catalogue)]
    return table, problems


def _empty(sheet_schema: SheetSchema, title: str | None, *, broken: bool) -> Table:
    cells = Cells(None, ("",), np.zeros(0, dtype=np.intp), (Reading(),))
    columns = dict.fromkeys(sheet_schema.by_key, cells)
    frame = pd.DataFrame({f.key: _typed(f, cells) for f in sheet_schema.fields}, index=pd.Index([], dtype="int64"))
    return Table(sheet_schema, title, None, broken, frame, columns, {})


def _column(
    field: Field, position: int | None, body: Sequence[Sequence[RawValue]], schema: Schema, as_of: date
) -> Cells:
    if position is None:
        return Cells(None, ("",), np.zeros(len(body), dtype=np.intp), (Reading(),))
    content = np.empty(len(body), dtype=object)
    content[:] = _cells_at(body, position)
    codes, contents = pd.factorize(content, use_na_sentinel=False)
    readings = [read(field, raw, schema.words, as_of) for raw in contents]
    return Cells(position, contents.tolist(), codes, readings)


def _cells_at(body: Sequence[Sequence[RawValue]], position: int) -> list[RawValue]:
    """One column of rows that may be shorter than it."""
    try:
        return list(map(itemgetter(position), body))
    except IndexError:
        return [row[position] if position < len(row) else "" for row in body]


def _entries(
    body: Sequence[Sequence[RawValue]],
    header: Header,
    columns: Mapping[str, Cells],
    sheet_schema: SheetSchema,
    schema: Schema,
    catalogue: Catalogue,
) -> tuple[Mask, list[Problem]]:
    """Which rows are entries; blank rows, sums and repeated headers are not."""
    filled = np.zeros(len(body), dtype=bool)
    for field in sheet_schema.fields:
        cells = columns[field.key]
        # A tick alone makes no entry: check boxes are ticked or unticked all the way down.
        filled |= ~cells.blank & (cells.unreadable if field.kind == "bool" else True)
    sums = _sums(body, header, columns, sheet_schema, schema) & filled
    again = _headers_again(columns, sheet_schema) & filled & ~sums
    notices = [
        catalogue.at_row(rule, sheet=sheet_schema.title, row=int(index) + header.row + 1)
        for rule, mask in (("row.total", sums), ("row.header_again", again))
        for index in places(mask)
    ]
    return filled & ~sums & ~again, notices


def _sums(
    body: Sequence[Sequence[RawValue]],
    header: Header,
    columns: Mapping[str, Cells],
    sheet_schema: SheetSchema,
    schema: Schema,
) -> Mask:
    """Rows whose first filled cell says 合计, unless that column allows the word."""
    keys = {position: key for key, position in header.positions.items()}
    found = np.zeros(len(body), dtype=bool)
    open_rows = np.arange(len(body))  # rows blank so far, from the left
    for position in range(max(map(len, body), default=0)):
        if not len(open_rows):
            break
        codes: Container[str] = ()
        if position in keys:
            cells = columns[keys[position]]
            codes = sheet_schema.by_key[keys[position]].codes
            blank = cells.blank[open_rows]
            total = cells.where([_is_total(raw, codes, schema) for raw in cells.contents])[open_rows]
        else:
            contents = _cells_at([body[row] for row in open_rows], position)
            blank = np.array([raw == "" or not cleaned(shown(raw)) for raw in contents], dtype=bool)
            total = np.array([_is_total(raw, codes, schema) for raw in contents], dtype=bool)
        found[open_rows[total]] = True
        open_rows = open_rows[blank]
    return found


def _is_total(raw: RawValue, codes: Container[str], schema: Schema) -> bool:
    if not isinstance(raw, str) or not raw or len(raw) > _LONGEST_TOTAL:
        return False
    word = cleaned(raw).replace(" ", "").rstrip(":")
    return word in schema.words.totals and word not in codes


def _headers_again(columns: Mapping[str, Cells], sheet_schema: SheetSchema) -> Mask:
    """Rows, at least two cells of which are filled, that hold nothing but the headers of their own columns."""
    first = next(iter(columns.values()))
    candidates = np.ones(len(first.codes), dtype=bool)
    count = np.zeros(len(first.codes), dtype=np.intp)
    for field in sheet_schema.fields:
        cells = columns[field.key]
        wanted = set(np.unique(cells.codes[candidates]).tolist())
        again = cells.where(
            [
                code in wanted and isinstance(raw, str) and field_named(raw, sheet_schema) is field
                for code, raw in enumerate(cells.contents)
            ]
        )
        candidates &= again | cells.blank
        count += again
    return candidates & (count > 1)


def _typed(field: Field, cells: Cells) -> Any:  # noqa: ANN401 one of pandas' array types
    values = [reading.value for reading in cells.readings]
    match field.kind:
        case "date":
            days = np.array(
                [np.datetime64("NaT") if value is None else value for value in values], dtype="datetime64[s]"
            )
            return days[cells.codes]
        case "int" | "number" | "percent":
            return np.array([np.nan if value is None else value for value in values], dtype="float64")[cells.codes]
        case "bool":
            return pd.array([pd.NA if value is None else bool(value) for value in values], dtype="boolean")[cells.codes]
        case "list" | "bound":
            objects = np.empty(len(values), dtype=object)
            objects[:] = values
            return objects[cells.codes]
        case _:
            # Two ways of writing may clean to one text: factorize once more so that equal text has one code.
            codes, texts = pd.factorize(np.array(values, dtype=object))
            return pd.Categorical.from_codes(codes[cells.codes], categories=pd.Index(texts, dtype=object))


def _cell_problems(table: Table, catalogue: Catalogue) -> list[Problem]:
    problems = []
    for field in table.schema.fields:
        cells = table.cells[field.key]
        if field.required and cells.blank.any():
            problems += [cell_problem(table, catalogue, "required", field, index) for index in places(cells.blank)]
        faulty = cells.where([reading.fault is not None for reading in cells.readings])
        for index in places(faulty):
            fault = cells.readings[cells.codes[index]].fault
            if fault:
                problems.append(
                    cell_problem(table, catalogue, fault.rule, field, index, suggestion=fault.suggestion, **fault.facts)
                )
    return problems


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
