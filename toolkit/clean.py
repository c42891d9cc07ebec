"""One raw sheet made into typed columns, every value keeping its cell."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from datetime import date
from operator import itemgetter
from typing import Any

import numpy as np
import pandas as pd

from toolkit.dates import day_of_serial
from toolkit.header import Header, field_named, find_header
from toolkit.problems import Catalogue, Problem
from toolkit.schema import Field, Schema, SheetSchema
from toolkit.tables import Cells, Mask, Table, cell_problem, places
from toolkit.values import Fault, Reading, cleaned, read, shown
from toolkit.workbook import RawValue, Sheet

_LIKELY = (2015, 2040)
"""Years of the days that people may have meant."""
_LONGEST_TOTAL = 16
"""No word for a sum is longer, spaces and all."""


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
    columns = {
        f.key: _column(f, header.positions.get(f.key), body, schema, as_of, serial=sheet.serial_dates)
        for f in sheet_schema.fields
    }
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
    field: Field,
    position: int | None,
    body: Sequence[Sequence[RawValue]],
    schema: Schema,
    as_of: date,
    *,
    serial: bool,
) -> Cells:
    if position is None:
        return Cells(None, ("",), np.zeros(len(body), dtype=np.intp), (Reading(),))
    content = np.empty(len(body), dtype=object)
    content[:] = _cells_at(body, position)
    codes, contents = pd.factorize(content, use_na_sentinel=False)
    raws: list[RawValue] = contents.tolist()
    if serial and field.kind == "date":
        raws = [day_of_serial(raw) for raw in raws]
    readings = [read(field, raw, schema.words, as_of) for raw in raws]
    if serial and field.kind in {"int", "number"}:
        readings = [_like_day(raw, reading) for raw, reading in zip(raws, readings, strict=True)]
    return Cells(position, raws, codes, readings)


def _like_day(raw: RawValue, reading: Reading) -> Reading:
    """A number of a store that gives days as numbers: pointed out where it is one of a day of these years."""
    day = day_of_serial(raw) if isinstance(raw, float) and raw == int(raw) and reading.fault is None else raw
    if isinstance(day, date) and _LIKELY[0] <= day.year <= _LIKELY[1]:
        return Reading(reading.value, Fault("number.like_date", facts={"day": day.isoformat()}))
    return reading


def _cells_at(body: Sequence[Sequence[RawValue]], position: int) -> list[RawValue]:
    """One column of rows that may be shorter than it."""
    try:
        return [*map(itemgetter(position), body)]
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
            contents = _cells_at([body[row] for row in open_rows.tolist()], position)
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
