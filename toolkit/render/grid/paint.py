"""A sheet as it was drawn, as requests that put a tab into exactly that state whatever it showed before."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

from toolkit.render.grid.areas import grid_range, rectangles, stretches
from toolkit.render.grid.book import Area, Bar, Cell, GridSheet, Link, Rule, Style
from toolkit.render.grid.formats import cell_format, colour, text_format
from toolkit.render.grid.frame import Frame, Own
from toolkit.spreadsheet import Json

Leads = Callable[[Link], str | None]
"""Where a link leads, as an address; None where it leads nowhere."""
_ALL: Final = "userEnteredValue,userEnteredFormat,note,dataValidation,textFormatRuns"
_EPOCH: Final = datetime(1899, 12, 30)  # noqa: DTZ001 a spreadsheet's day has no zone
_ROW, _COLUMN = 21, 100
"""Pixels of a row and a column that nobody set."""
_ENVELOPE: Final = 200
"""Letters that a request takes beside its format."""
Parts = Mapping[str, str]
"""Parts of a format, such as `borders`, as JSON."""


def frame_of(sheet: GridSheet) -> Frame:
    """What the tab of a sheet is to be like around its cells."""
    rows, columns = sheet.size
    down, across = sheet.frozen
    # Google does not freeze part of a merged cell.
    if any(column < across <= last for _, column, _, last in sheet.merges):
        across = 0
    if any(row < down <= last_row for row, _, last_row, _ in sheet.merges):
        down = 0
    return Frame(rows, columns, (down, across), sheet.gridlines, sheet.hidden, sheet.colour)


def paint(sheet: GridSheet, own: Own, leads: Leads) -> list[Json]:
    """The requests for everything on a tab but its charts. The tab is there, cleared, at its size.

    Values and links go into one request that clears everything else in the cells. A format follows by rectangles where
    that is shorter, each of its parts by itself; it stays with the value where it is not. (A link given to a cell
    colours and underlines it, so that both are said of every cell with a link.)

    Args:
        sheet: as it was drawn.
        own: the tab.
        leads: where links lead.
    """
    targets = {place: leads(cell.link) for place, cell in sheet.cells.items() if cell.link}
    single, blocks = _formats(sheet, targets)
    return [
        _cells(sheet, own, targets, single),
        *(_format(own, area, parts) for area, parts in blocks.items()),
        *_merges(sheet, own),
        *_measures(sheet, own),
        *_filter(sheet, own),
        *_conditions(sheet, own),
    ]


def cleared(own: Own) -> Iterator[Json]:
    """The requests that take away what lies on a tab besides its cells and charts."""
    if own.tab is None:
        return
    if own.tab.some("merges"):
        yield {"unmergeCells": {"range": {"sheetId": own.id}}}
    if own.tab.raw.get("basicFilter"):
        yield {"clearBasicFilter": {"sheetId": own.id}}
    for index in range(len(own.tab.some("conditionalFormats")) - 1, -1, -1):
        yield {"deleteConditionalFormatRule": {"sheetId": own.id, "index": index}}
    for banding in own.tab.some("bandedRanges"):
        yield {"deleteBanding": {"bandedRangeId": banding["bandedRangeId"]}}


# --- cells


def _cells(
    sheet: GridSheet, own: Own, targets: Mapping[tuple[int, int], str | None], single: Mapping[tuple[int, int], Parts]
) -> Json:
    lines: list[list[Json]] = []
    for place in sorted(sheet.cells):
        data = _data(sheet.cells[place], targets.get(place), single.get(place, {}))
        row, column = place
        if data:
            lines += [[] for _ in range(row + 1 - len(lines))]
            lines[row] += [{} for _ in range(column - len(lines[row]))]
            lines[row].append(data)
    rows, columns = sheet.size
    area = grid_range(own.id, (0, 0, rows - 1, columns - 1))
    return {
        "updateCells": {"range": area, "rows": [{"values": line} if line else {} for line in lines], "fields": _ALL}
    }


def _data(cell: Cell, target: str | None, parts: Parts) -> Json:
    data: dict[str, Any] = {}
    if cell.value is not None:
        data["userEnteredValue"] = _value(cell.value)
    form: dict[str, Any] = {name: json.loads(text) for name, text in parts.items()}
    if target:
        form["textFormat"] = {**form.get("textFormat", {}), "link": {"uri": target}}
    if form:
        data["userEnteredFormat"] = form
    if cell.note:
        data["note"] = cell.note
    if cell.runs:
        data["textFormatRuns"] = [
            {"startIndex": start, "format": text_format(style)} if start else {"format": text_format(style)}
            for start, style in cell.runs
        ]
    return data


def _value(value: str | float | datetime) -> Json:
    """A text is a text, whatever it looks like: nothing here is ever a formula."""
    if isinstance(value, str):
        return {"stringValue": value}
    number = (value - _EPOCH) / timedelta(days=1) if isinstance(value, datetime) else value
    return {"numberValue": int(number) if number == int(number) else number}


# --- formats


def _formats(
    sheet: GridSheet, targets: Mapping[tuple[int, int], str | None]
) -> tuple[Mapping[tuple[int, int], Parts], Mapping[Area, Parts]]:
    """The parts of formats that are said cell by cell, and those that are said of an area."""
    layers: dict[str, dict[tuple[int, int], str]] = {}
    for place, cell in sheet.cells.items():
        for name, text in _parts(cell.style, linked=bool(targets.get(place))).items() if cell.style else ():
            layers.setdefault(name, {})[place] = text
    single: dict[tuple[int, int], dict[str, str]] = {}
    blocks: dict[Area, dict[str, str]] = {}
    for name, layer in layers.items():
        for area, text in rectangles(layer):
            row, column, last_row, last = area
            count = (last_row + 1 - row) * (last + 1 - column)
            if (count - 1) * len(text) > _ENVELOPE:
                blocks.setdefault(area, {})[name] = text
                continue
            for place in ((r, c) for r in range(row, last_row + 1) for c in range(column, last + 1)):
                single.setdefault(place, {})[name] = text
    return single, blocks


@cache
def _parts(style: Style, *, linked: bool) -> Parts:
    form = dict(cell_format(style))
    if linked:
        form["textFormat"] = {"underline": False, **form.get("textFormat", {})}
    return {name: json.dumps(part, separators=(",", ":")) for name, part in form.items()}


def _format(own: Own, area: Area, parts: Parts) -> Json:
    form = {name: json.loads(text) for name, text in parts.items()}
    # Of the text only what is said: a link stays.
    names = [
        f"{name}.{detail}" if detail else name
        for name, part in form.items()
        for detail in (part if name == "textFormat" else ("",))
    ]
    fields = ",".join(f"userEnteredFormat.{name}" for name in names)
    return {"repeatCell": {"range": grid_range(own.id, area), "cell": {"userEnteredFormat": form}, "fields": fields}}


# --- what lies on the cells


def _merges(sheet: GridSheet, own: Own) -> Iterator[Json]:
    """Merged cells; those below each other in one request."""
    wide = {(row, column): last for row, column, last_row, last in sheet.merges if row == last_row}
    for area in sheet.merges:
        row, column, last_row, last = area
        if row != last_row:
            yield {"mergeCells": {"range": grid_range(own.id, area), "mergeType": "MERGE_ALL"}}
        elif wide.get((row - 1, column)) != last:
            while wide.get((last_row + 1, column)) == last:
                last_row += 1
            below = grid_range(own.id, (row, column, last_row, last))
            yield {"mergeCells": {"range": below, "mergeType": "MERGE_ROWS"}}


def _measures(sheet: GridSheet, own: Own) -> Iterator[Json]:
    rows, columns = sheet.size
    widths = [
        (round(7 * sheet.widths[c] + 5) if c in sheet.widths else _COLUMN, c in sheet.unseen) for c in range(columns)
    ]
    heights = [(round(sheet.heights[r] * 4 / 3) if r in sheet.heights else _ROW, False) for r in range(rows)]
    for dimension, sizes in (("COLUMNS", widths), ("ROWS", heights)):
        usual = Counter(sizes).most_common(1)[0][0]
        yield _measure(own, dimension, 0, len(sizes), usual)
        for first, end, size in stretches(sizes):
            if size != usual:
                yield _measure(own, dimension, first, end, size)


def _measure(own: Own, dimension: str, first: int, end: int, size: tuple[int, bool]) -> Json:
    pixels, unseen = size
    return {
        "updateDimensionProperties": {
            "range": {"sheetId": own.id, "dimension": dimension, "startIndex": first, "endIndex": end},
            "properties": {"pixelSize": pixels, "hiddenByUser": unseen},
            "fields": "pixelSize,hiddenByUser",
        }
    }


def _filter(sheet: GridSheet, own: Own) -> Iterator[Json]:
    if sheet.filter:
        yield {"setBasicFilter": {"filter": {"range": grid_range(own.id, sheet.filter)}}}


def _conditions(sheet: GridSheet, own: Own) -> Iterator[Json]:
    for index, condition in enumerate(sheet.conditions):
        rule = {"ranges": [grid_range(own.id, condition.area)], **_condition(condition)}
        yield {"addConditionalFormatRule": {"rule": rule, "index": index}}


def _condition(condition: Bar | Rule) -> Json:
    if isinstance(condition, Rule):
        holds = {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": condition.formula}]}
        return {"booleanRule": {"condition": holds, "format": cell_format(condition.style)}}
    # Google has no bars: the deeper the ground, the more there is.
    ends = zip(("minpoint", "maxpoint"), ("#ffffff", condition.colour), condition.ends, strict=True)
    return {
        "gradientRule": {
            name: {"colorStyle": colour(shade), "type": "NUMBER", "value": f"{value:g}"} for name, shade, value in ends
        }
    }
