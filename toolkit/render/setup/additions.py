"""Tabs, columns and rows that are missing, with the cells of their headers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from toolkit.render import entry_columns
from toolkit.render.entry_look import CELL, INK, STAR
from toolkit.render.grid.formats import colour
from toolkit.render.setup.ground import Ground
from toolkit.render.setup.places import Place
from toolkit.render.setup.shapes import Request, Span, area, look, pixels, runs, tall
from toolkit.schema import Field

_HEADER_HEIGHT: Final = 32
SIZES: Final = "pixelSize,hiddenByUser"
"""What is set of columns and rows; those that are inserted would be hidden where their neighbours are."""


def new_tabs(ground: Ground) -> Iterator[Request]:
    """Every missing sheet, behind the tabs that are there."""
    for place in (place for place in ground.places.values() if place.new):
        sides = place.declared.primaryKey[:1] == (place.declared.fields[0].name,)
        grid = {
            "rowCount": place.tab.rows,
            "columnCount": place.tab.columns,
            "frozenRowCount": 1,
            "frozenColumnCount": 1 if sides else 0,
        }
        properties = {"sheetId": place.tab.id, "title": place.tab.title, "gridProperties": grid}
        yield {"addSheet": {"properties": properties | {"tabColorStyle": colour(ground.hue(place)[0])}}}
        # Rows below are given no height: one with a height of its own would not grow with a text of several lines.
        yield _size(place, "ROWS", 0, 1, tall(_HEADER_HEIGHT))
        yield from _widths(place)


def _widths(place: Place) -> Iterator[Request]:
    """The widths of columns in new tabs and of inserted ones."""
    for field, column in place.fields:
        if field.key in place.added:
            width = entry_columns.column_width(field, ())
            yield _size(place, "COLUMNS", column, column + 1, pixels(width))


def _size(place: Place, dimension: str, start: int, end: int, size: int) -> Request:
    span = {"sheetId": place.tab.id, "dimension": dimension, "startIndex": start, "endIndex": end}
    change = {"range": span, "properties": {"pixelSize": size, "hiddenByUser": False}, "fields": SIZES}
    return {"updateDimensionProperties": change}


def room(ground: Ground) -> Iterator[Request]:
    """The columns that are added, and more of them and of rows where the grid is too small for what comes.

    What is added goes into columns that are inserted, never into those that were found free: by the time it arrives
    they may not be. Google inserts only before a column, so that one is appended where there is none to the right.
    """
    for place in ground.places.values():
        there = next((tab for tab in ground.sheet.tabs if tab.id == place.tab.id), place.tab)
        columns = place.inserted[0] + 1 if place.inserted else place.tab.columns
        for dimension, length in (("COLUMNS", columns - there.columns), ("ROWS", place.tab.rows - there.rows)):
            if length > 0:
                yield {"appendDimension": {"sheetId": place.tab.id, "dimension": dimension, "length": length}}
        if place.inserted:
            yield inserted(place, "COLUMNS", place.inserted)
            yield from _widths(place)


def inserted(place: Place, dimension: str, span: Span) -> Request:
    """Blank columns or rows, with the formats of those to the right or below."""
    where = {"sheetId": place.tab.id, "dimension": dimension, "startIndex": span[0], "endIndex": span[1]}
    return {"insertDimension": {"range": where, "inheritFromBefore": False}}


def formats(ground: Ground) -> Iterator[Request]:
    """How cells look: wholly in a new tab; elsewhere only how numbers show, in blank cells without a format."""
    for place in ground.places.values():
        for field, column in place.fields:
            style = look({**CELL, **entry_columns.cell_format(field)})
            if place.new:
                yield _repeated(place, column, (place.first, place.tab.rows), style)
            elif "numberFormat" in style and not place.grid.in_table(column):
                for rows in runs(_unformatted(place, column)):
                    yield _repeated(place, column, rows, {"numberFormat": style["numberFormat"]})


def _repeated(place: Place, column: int, rows: tuple[int, int], style: Request) -> Request:
    where, fields = area(place.tab.id, rows, (column, column + 1)), f"userEnteredFormat({','.join(style)})"
    return {"repeatCell": {"range": where, "cell": {"userEnteredFormat": style}, "fields": fields}}


def _unformatted(place: Place, column: int) -> Iterator[int]:
    grid = place.grid
    for row in range(place.first, place.tab.rows):
        if grid.blank(row, column) and not grid.formatted(row, column):
            yield row


def headers(ground: Ground) -> Iterator[Request]:
    """The header cells that are blank, and the notes of those that have none; neighbours in one request."""
    for place in ground.places.values():
        contents = {column: _header(field, column, place, ground) for field, column in place.fields}
        masks: dict[str, list[int]] = {}
        for column in sorted(contents):
            if contents[column]:
                masks.setdefault(_mask(contents[column]), []).append(column)
        for mask, columns in masks.items():
            for span in runs(columns):
                where = area(place.tab.id, (place.header, place.first), span)
                values = [contents[column] for column in range(*span)]
                yield {"updateCells": {"range": where, "rows": [{"values": values}], "fields": mask}}


def _mask(content: Request) -> str:
    """The fields of a header cell; whoever sets its format sets the formats within its text."""
    return ",".join(sorted({*content, *(["textFormatRuns"] if "userEnteredFormat" in content else [])}))


def _header(field: Field, column: int, place: Place, ground: Ground) -> Request:
    """What a header cell is given; nothing where it has a text and a note."""
    content: Request = {}
    if place.grid.blank(place.header, column):
        content |= _text(field)
        if field.key in place.added:
            content |= _style(field, ground.hue(place))
    if not place.grid.note(place.header, column):
        content["note"] = entry_columns.header_note(field, ground.guide)
    return content


def _text(field: Field) -> Request:
    return {"userEnteredValue": {"stringValue": f"{field.name} *" if field.required else field.name}}


def _style(field: Field, hue: tuple[str, str]) -> Request:
    """Required columns darker and with a golden star."""
    ground, ink = (hue[0], "#ffffff") if field.required else (hue[1], INK)
    rules = {"left": 1, "right": 1, "border_color": "#ffffff"}
    style = look({"bold": True, "bg_color": ground, "font_color": ink, "indent": 1, "text_wrap": True, **rules})
    star = {"startIndex": len(field.name), "format": {"foregroundColorStyle": colour(STAR)}}
    runs_of_text = {"textFormatRuns": [{"format": {}}, star]} if field.required else {}
    return {"userEnteredFormat": style, **runs_of_text}
