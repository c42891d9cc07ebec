"""Where a sheet's table begins and which column is which."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from rapidfuzz import fuzz

from toolkit.problems import Catalogue, Problem, quoted
from toolkit.schema import Field, SheetSchema, fold
from toolkit.values import NEAR, shown
from toolkit.workbook import Sheet, address, column_letters

SEARCHED_ROWS = 10
_VERY_NEAR = 70.0
"""A column that may be left out is only missed where a header is this like its name: it may be the staff's own."""
_OWN_NAME, _TIED, _ALIAS = range(3)
_REMARK = re.compile(r"[(\[【].*[)\]】]$")


@dataclass(frozen=True, slots=True)
class Header:
    """The header of one sheet.

    Attributes:
        row: counted from 1.
        positions: column from 0, by the field's key, of every known column the sheet has.
        texts: what the header cell says, by the field's key.
        complete: whether no required column is missing.
    """

    row: int
    positions: Mapping[str, int]
    texts: Mapping[str, str]
    complete: bool


def field_named(text: str, sheet: SheetSchema) -> Field | None:
    """The field that a header cell names, with or without a remark in brackets; None where unknown."""
    folded = fold(text)
    return sheet.headers.get(folded) or sheet.headers.get(_REMARK.sub("", folded))


def find_header(sheet: Sheet, schema: SheetSchema, catalogue: Catalogue) -> tuple[Header | None, list[Problem]]:
    """Find the row among the first ten that names the most known columns (contract section 1).

    Args:
        sheet: the raw tab.
        schema: its declaration.
        catalogue: the wording of problems.

    Returns:
        The header, None where no row names a column; and the faults of structure.
    """
    index = _header_row(sheet, schema)
    if index is None:
        return None, [catalogue.at_sheet("header.missing", sheet=schema.title, columns="、".join(schema.by_name))]
    texts = [shown(cell) for cell in sheet.rows[index]]
    tied = {place: schema.by_key[key] for place, key in sheet.fields.items() if key in schema.by_key}
    positions, repeated = _positions(texts, tied, schema)
    complete = all(field.key in positions for field in schema.fields if field.required)
    header = Header(index + 1, positions, {key: texts[place] for key, place in positions.items()}, complete)
    return header, [
        *_missing(header, texts, schema, catalogue),
        *_repeated(header, texts, repeated, schema, catalogue),
        *_nearly(header, texts, schema, catalogue),
        *_renamed(header, texts, schema, catalogue),
    ]


def _header_row(sheet: Sheet, schema: SheetSchema) -> int | None:
    """The row that names the most known columns; where none names any, the fullest one above the tied columns."""
    rows = sheet.rows[:SEARCHED_ROWS]
    named = [len({field.key for cell in row if (field := field_named(shown(cell), schema))}) for row in rows]
    tied = [sum(place < len(row) and bool(fold(shown(row[place]))) for place in sheet.fields) for row in rows]
    for counts in (named, tied):
        best = max(counts, default=0)
        if best:
            return counts.index(best)
    return None


def has_entries(sheet: Sheet, schema: SheetSchema) -> bool:
    """Whether anything stands below the header."""
    header = _header_row(sheet, schema)
    return header is not None and any(fold(shown(cell)) for row in sheet.rows[header + 1 :] for cell in row)


def resembles(sheet: Sheet, schema: SheetSchema) -> bool:
    """Whether some row among the first ten names at least half of the columns that the sheet must have."""
    required = {field.key for field in schema.fields if field.required}
    for row in sheet.rows[:SEARCHED_ROWS]:
        named = {field.key for cell in row if (field := field_named(shown(cell), schema))}
        if 2 * len(named & required) >= len(required):
            return True
    return False


def _positions(
    texts: list[str], tied: Mapping[int, Field], schema: SheetSchema
) -> tuple[dict[str, int], list[tuple[int, Field]]]:
    """The column of each field, and further columns that claim the same field by the same right.

    A column's own name counts most, then what the column was tied to when the sheet was set up, then an alias; what a
    column says of itself is never overruled by its tie. One that claims a field by a lesser right than another is a
    column of the staff's own.
    """
    claims: dict[str, dict[int, list[int]]] = {}
    for position, text in enumerate(texts):
        field = field_named(text, schema)
        right = _OWN_NAME if field and fold(text) == fold(field.name) else _ALIAS
        if field is None and position in tied:
            field, right = tied[position], _TIED
        if field and fold(text):
            claims.setdefault(field.key, {}).setdefault(right, []).append(position)
    positions: dict[str, int] = {}
    repeated: list[tuple[int, Field]] = []
    for key, rights in claims.items():
        first, *others = rights[min(rights)]
        positions[key] = first
        repeated += [(position, schema.by_key[key]) for position in others]
    return positions, repeated


def _missing(header: Header, texts: list[str], schema: SheetSchema, catalogue: Catalogue) -> list[Problem]:
    problems = []
    for field in schema.fields:
        if field.required and field.key not in header.positions:
            near = _nearest_unknown(field, schema, texts, NEAR)
            hint = (
                ""
                if near is None
                else catalogue.hint("near_header", letters=column_letters(near), text=quoted(texts[near].strip()))
            )
            problems.append(
                catalogue.at_cell(
                    "column.missing",
                    sheet=schema.title,
                    row=header.row,
                    column=field.name,
                    position=None,
                    value=None,
                    hint=hint,
                )
            )
    return problems


def _repeated(
    header: Header, texts: list[str], repeated: list[tuple[int, Field]], schema: SheetSchema, catalogue: Catalogue
) -> list[Problem]:
    return [
        catalogue.at_cell(
            "header.repeated",
            sheet=schema.title,
            row=header.row,
            column=field.name,
            position=position,
            value=texts[position],
            first=address(header.row, header.positions[field.key]),
            cell=address(header.row, position),
        )
        for position, field in repeated
    ]


def _nearly(header: Header, texts: list[str], schema: SheetSchema, catalogue: Catalogue) -> list[Problem]:
    problems = []
    for field in schema.fields:
        if not field.required and field.key not in header.positions:
            near = _nearest_unknown(field, schema, texts, _VERY_NEAR)
            if near is not None:
                problems.append(
                    catalogue.at_cell(
                        "header.nearly",
                        sheet=schema.title,
                        row=header.row,
                        column=field.name,
                        position=near,
                        value=texts[near],
                        suggestion=field.name,
                        cell=address(header.row, near),
                        hint="",
                    )
                )
    return problems


def _renamed(header: Header, texts: list[str], schema: SheetSchema, catalogue: Catalogue) -> list[Problem]:
    """Columns that are still known only because of what they were tied to."""
    return [
        catalogue.at_cell(
            "header.renamed",
            sheet=schema.title,
            row=header.row,
            column=schema.by_key[key].name,
            position=position,
            value=texts[position],
            suggestion=schema.by_key[key].name,
            cell=address(header.row, position),
            hint="",
        )
        for key, position in header.positions.items()
        if field_named(texts[position], schema) is not schema.by_key[key]
    ]


def _nearest_unknown(field: Field, schema: SheetSchema, texts: list[str], least: float) -> int | None:
    """The column whose unknown header is most like the field's name; None where none is."""
    unknown = [(place, fold(text)) for place, text in enumerate(texts) if fold(text) and not field_named(text, schema)]
    scored = [(fuzz.ratio(text, field.name), -place) for place, text in unknown]
    score, place = max(scored, default=(0.0, 0))
    return -place if score >= least else None
