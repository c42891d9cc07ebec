"""Rows and columns inserted, deleted or moved: everything that names a place follows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from .book import COLUMNS, ROWS, Book, Row, Tab
from .references import SpanMap, cells_after, rewrite

Json = dict[str, Any]
Span = tuple[int, int | None]
_GRID_KEYS: Final = {"startRowIndex", "endRowIndex", "startColumnIndex", "endColumnIndex"}
_KEYS: Final = {ROWS: ("startRowIndex", "endRowIndex"), COLUMNS: ("startColumnIndex", "endColumnIndex")}


def inserted(at: int, count: int) -> SpanMap:
    """The map of spans when `count` rows or columns come in before `at`."""

    def moved(span: Span) -> Span:
        start, end = span
        return (start + count if start >= at else start), (end + count if end is not None and end > at else end)

    return moved


def deleted(first: int, last: int) -> SpanMap:
    """The map of spans when `first` to `last`, the last excluded, go away."""

    def moved(span: Span) -> Span | None:
        start, end = (_after(index, first, last) if index is not None else None for index in span)
        return None if end is not None and start is not None and end <= start else (start or 0, end)

    return moved


def _after(index: int, first: int, last: int) -> int:
    return index if index <= first else first if index <= last else index - (last - first)


def permuted(first: int, last: int, to: int) -> SpanMap:
    """The map of spans when `first` to `last` go before `to`, counted before they leave."""
    place = place_after(first, last, to)

    def moved(span: Span) -> Span:
        start, end = span
        if end is None:
            return place(start) if start not in range(first, last) else start, None
        indexes = range(start, end)
        mapped = sorted(place(index) for index in indexes)
        if mapped[-1] - mapped[0] == len(mapped) - 1:
            return mapped[0], mapped[-1] + 1
        staying = sorted(place(index) for index in indexes if index not in range(first, last))
        return (staying[0], staying[-1] + 1) if staying else (start, end)

    return moved


def place_after(first: int, last: int, to: int) -> Callable[[int], int]:
    """Where each index is after `first` to `last` went before `to`."""
    count = last - first

    def place(index: int) -> int:
        if first <= index < last:
            return (to - count if to > last else to) + index - first
        if to > last and last <= index < to:
            return index - count
        if to <= first and to <= index < first:
            return index + count
        return index

    return place


def grid_range(value: Json, sheet_id: int, dimension: str, moved: SpanMap) -> Json | None:
    """A GridRange after the change; None if nothing of it is left."""
    if value.get("sheetId", 0) != sheet_id:
        return value
    first, last = _KEYS[dimension]
    if first not in value and last not in value:
        return value
    span = moved((value.get(first, 0), value.get(last)))
    if span is None:
        return None
    made = dict(value)
    if first in value or span[0]:
        made[first] = span[0]
    if last in value:
        made[last] = span[1]
    return made


def everywhere(book: Book, tab: Tab, dimension: str, moved: SpanMap) -> None:
    """Moves whatever names rows or columns of a sheet: ranges, formulas, rules, charts, metadata, groups."""
    _lists(book, tab, dimension, moved)
    for sheet in book.sheets:
        sheet.charts = {key: _deep(chart, tab.id, dimension, moved) for key, chart in sheet.charts.items()}
        sheet.slicers = {key: _deep(item, tab.id, dimension, moved) for key, item in sheet.slicers.items()}
    book.named_ranges = _ranged(book.named_ranges, tab.id, dimension, moved)
    book.metadata = {
        key: item for key, old in book.metadata.items() if (item := _metadata(old, tab.id, dimension, moved))
    }
    rewrite(
        book,
        tab.id,
        lambda home, sheet, cells: cells_after(cells, dimension, moved) if (sheet or home) is tab else cells,
    )


def _lists(book: Book, tab: Tab, dimension: str, moved: SpanMap) -> None:
    tab.merges = [kept for merge in tab.merges if (kept := grid_range(merge, tab.id, dimension, moved)) and _wide(kept)]
    for sheet in book.sheets:
        rules = []
        for rule in sheet.conditional_formats:
            ranges = [kept for old in rule.get("ranges", ()) if (kept := grid_range(old, tab.id, dimension, moved))]
            if ranges:
                rules.append({**rule, "ranges": ranges})
        sheet.conditional_formats = rules
    tab.protected = _ranged(tab.protected, tab.id, dimension, moved)
    tab.banded = _ranged(tab.banded, tab.id, dimension, moved)
    tab.tables = _ranged(tab.tables, tab.id, dimension, moved)
    tab.filter_views = {
        key: _filter(view, dimension, moved)
        for key, view in _ranged(tab.filter_views, tab.id, dimension, moved).items()
    }
    if tab.basic_filter:
        left = _ranged({0: tab.basic_filter}, tab.id, dimension, moved).get(0)
        tab.basic_filter = _filter(left, dimension, moved) if left else None
    groups = []
    for group in tab.groups(dimension):
        span = moved((group["range"].get("startIndex", 0), group["range"].get("endIndex")))
        if span:
            groups.append({**group, "range": {**group["range"], "startIndex": span[0], "endIndex": span[1]}})
    setattr(tab, "row_groups" if dimension == ROWS else "column_groups", groups)


def _wide(merge: Json) -> bool:
    rows = merge["endRowIndex"] - merge["startRowIndex"]
    return rows * (merge["endColumnIndex"] - merge["startColumnIndex"]) > 1


def _ranged(things: dict[Any, Json], sheet_id: int, dimension: str, moved: SpanMap) -> dict[Any, Json]:
    """Things that have a `range`; one whose range is gone goes too."""
    kept = {}
    for key, thing in things.items():
        if "range" not in thing:
            kept[key] = thing
            continue
        left = grid_range(thing["range"], sheet_id, dimension, moved)
        if left is None:
            continue
        made = {**thing, "range": left}
        if "unprotectedRanges" in thing:
            ranges = [grid_range(item, sheet_id, dimension, moved) for item in thing["unprotectedRanges"]]
            made["unprotectedRanges"] = [item for item in ranges if item]
        kept[key] = made
    return kept


def _filter(view: Json, dimension: str, moved: SpanMap) -> Json:
    """A filter's columns follow."""
    if dimension != COLUMNS:
        return view
    made = dict(view)
    if "criteria" in view:
        made["criteria"] = {
            str(span[0]): rule for key, rule in view["criteria"].items() if (span := moved((int(key), int(key) + 1)))
        }
    for name, index in (("sortSpecs", "dimensionIndex"), ("filterSpecs", "columnIndex")):
        if name in view:
            made[name] = [
                {**spec, index: span[0]}
                for spec in view[name]
                if (span := moved((spec.get(index, 0), spec.get(index, 0) + 1)))
            ]
    return made


def _metadata(item: Json, sheet_id: int, dimension: str, moved: SpanMap) -> Json | None:
    where = item["location"].get("dimensionRange")
    if not where or where.get("sheetId", 0) != sheet_id or where.get("dimension") != dimension:
        return item
    span = moved((where.get("startIndex", 0), where.get("endIndex")))
    if span is None:
        return None
    place = {**where, "startIndex": span[0], "endIndex": span[1]}
    return {**item, "location": {**item["location"], "dimensionRange": place}}


def _deep(value: Any, sheet_id: int, dimension: str, moved: SpanMap) -> Any:
    """Every GridRange and GridCoordinate inside a chart or slicer; a range that is gone is dropped."""
    if isinstance(value, list):
        return [item for item in (_deep(item, sheet_id, dimension, moved) for item in value) if item is not None]
    if not isinstance(value, dict):
        return value
    if value.keys() & _GRID_KEYS:
        return grid_range(value, sheet_id, dimension, moved)
    if "anchorCell" in value:
        return {**value, "anchorCell": _anchor(value["anchorCell"], sheet_id, dimension, moved)}
    made = {key: _deep(item, sheet_id, dimension, moved) for key, item in value.items()}
    return {key: item for key, item in made.items() if item is not None}


def _anchor(cell: Json, sheet_id: int, dimension: str, moved: SpanMap) -> Json:
    if cell.get("sheetId", 0) != sheet_id:
        return cell
    key = "rowIndex" if dimension == ROWS else "columnIndex"
    index = cell.get(key, 0)
    span = moved((index, index + 1))
    while span is None and index:
        index -= 1
        span = moved((index, index + 1))
    return {**cell, key: span[0] if span else 0}


def cells_moved(tab: Tab, dimension: str, place: Callable[[int], int | None]) -> None:
    """Gives every row or column, with its cells and properties, its new place; None drops it."""
    meta = {new: item for old, item in tab.meta(dimension).items() if (new := place(old)) is not None}
    setattr(tab, "row_meta" if dimension == ROWS else "column_meta", meta)
    if dimension == ROWS:
        tab.cells = {new: line for old, line in tab.cells.items() if (new := place(old)) is not None}
        return
    tab.cells = {row: _row_moved(line, place) for row, line in tab.cells.items()}


def _row_moved(line: Row, place: Callable[[int], int | None]) -> Row:
    return {new: cell for old, cell in line.items() if (new := place(old)) is not None}
