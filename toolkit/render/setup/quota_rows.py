"""Quota rules of a plan, below those that are there already."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from toolkit.render.entry_columns import Row
from toolkit.render.entry_look import GUESS
from toolkit.render.grid.formats import colour, number_format
from toolkit.render.setup.additions import inserted
from toolkit.render.setup.ground import Ground
from toolkit.render.setup.places import Place
from toolkit.render.setup.shapes import Request, area
from toolkit.schema import Field

_NUMBER: Final = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?")
_NUMERIC: Final = frozenset({"int", "number", "percent", "bound"})


@dataclass(frozen=True)
class Choice:
    """Which rules of a plan are put in.

    Attributes:
        missing: those whose number the sheet does not have.
        clashing: numbers that the sheet has for rules of another name.
    """

    missing: tuple[Row, ...] = ()
    clashing: tuple[str, ...] = ()


def choose(rows: Sequence[Row], place: Place | None) -> Choice:
    """The rules that 指标 lacks.

    Args:
        rows: the plan's.
        place: where 指标 is; without it nothing can be put in.
    """
    if place is None:
        return Choice()
    number, name = (place.declared.by_key[key] for key in ("number", "name"))
    columns = [place.columns[field.key] for field in (number, name)]
    known: dict[str, str] = {}
    for row in range(place.first, len(place.grid.cells)):
        texts = [place.grid.text(row, column).strip() for column in columns]
        known.setdefault(texts[0], texts[1])
    missing = tuple(row for row in rows if row[number.name] not in known)
    clashing = tuple(
        str(row[number.name]) for row in rows if known.get(str(row[number.name]), row[name.name]) != row[name.name]
    )
    return Choice(missing, clashing)


def start_row(place: Place) -> int:
    """The first row below the last filled one."""
    return max(place.first, place.grid.last_row() + 1)


def quota_rows(ground: Ground, rows: Sequence[Row]) -> Iterator[Request]:
    """The requests that put rules below the last filled row, the last ones of a batch.

    In a tab that is there they go into rows inserted for them, which hold nothing, whatever people do meanwhile.
    (`appendCells` knows only values: it would write into the notes and merged cells below them, and one mask for all
    cells would take away their formats.)
    """
    place = ground.places.get("quotas")
    if place is not None and rows:
        if not place.new:
            yield inserted(place, "ROWS", (start_row(place), start_row(place) + len(rows)))
        for field, column in place.fields:
            yield from _column(field, place, column, start_row(place), rows, ground.guide.assumed)


def _column(
    field: Field, place: Place, column: int, start: int, rows: Sequence[Row], assumed: str
) -> Iterator[Request]:
    cells = [_value(field, str(row.get(field.name, ""))) for row in rows]
    if any(cells):
        where = area(place.tab.id, (start, start + len(rows)), (column, column + 1))
        lines = [{"values": [cell]} for cell in cells]
        yield {"updateCells": {"range": where, "rows": lines, "fields": "userEnteredValue"}}
    for row, (line, cell) in enumerate(zip(rows, cells, strict=True), start):
        extra: Request = {}
        if field.name in line.get("assumed", ()):
            style = {"italic": True, "foregroundColorStyle": colour(str(GUESS["font_color"]))}
            extra = {"note": assumed, "userEnteredFormat": {"textFormat": style}}
        if field.kind == "bound" and cell and "%" in str(line[field.name]) and not _formatted(place, column):
            extra.setdefault("userEnteredFormat", {})["numberFormat"] = number_format("0%")
        if extra:
            where = area(place.tab.id, (row, row + 1), (column, column + 1))
            fields = [f"userEnteredFormat({','.join(_parts(extra))})", *(key for key in extra if key == "note")]
            yield {"updateCells": {"range": where, "rows": [{"values": [extra]}], "fields": ",".join(fields)}}


def _formatted(place: Place, column: int) -> bool:
    """Whether somebody has said how numbers show there; inserted rows have the formats of the one below them."""
    return not place.new and place.grid.formatted(start_row(place), column)


def _parts(extra: Request) -> Iterator[str]:
    """Of a text's format only what is set here, so that its size stays."""
    for part, value in extra["userEnteredFormat"].items():
        yield f"{part}({','.join(value)})" if part == "textFormat" else part


def _value(field: Field, text: str) -> Request:
    """A plain number or percentage as such, so that it adds up; anything else as the text it is; a blank as nothing."""
    if not text:
        return {}
    bare = text.removesuffix("%")
    if field.kind in _NUMERIC and _NUMBER.fullmatch(bare):
        number = Decimal(bare) / (1 if bare == text else 100)
        return {"userEnteredValue": {"numberValue": float(number)}}
    return {"userEnteredValue": {"stringValue": text}}
