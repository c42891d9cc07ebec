"""Requests of batchUpdate about rows and columns."""

from __future__ import annotations

from typing import Any, Final

from . import a1, masks
from .book import COLUMNS, ROWS, Book, Json, Tab
from .errors import invalid
from .formulas import shown_text
from .requests_sheets import check_size, need_fields
from .shifts import cells_moved, deleted, everywhere, inserted, permuted, place_after
from .shown import text_pixels

_THING: Final = {ROWS: "row", COLUMNS: "column"}
_FROZEN: Final = {ROWS: "frozenRowCount", COLUMNS: "frozenColumnCount"}


def need_grid(book: Book, sheet_id: int | None) -> Tab:
    """The sheet of an id, for requests about cells.

    Raises:
        ApiError: 400 if the spreadsheet has none.
    """
    tab = book.sheet(sheet_id or 0)
    if tab is None:
        raise invalid(f"No grid with id: {sheet_id or 0}")
    return tab


def need_area(book: Book, grid_range: Json | None) -> tuple[Tab, a1.Area]:
    """The sheet and the part of its grid that a GridRange means.

    Raises:
        ApiError: 400 if there is no such sheet or the range begins beyond the grid.
    """
    if grid_range is None:
        raise invalid("No range specified.")
    tab = need_grid(book, grid_range.get("sheetId"))
    place = a1.area(grid_range)
    for start, end, name in ((place.top, place.bottom, "Row"), (place.left, place.right, "Column")):
        if end is not None and end < start:
            raise invalid(
                f"range.end{name}Index[{end}] must be greater than or equal to range.start{name}Index[{start}]."
            )
    if place.starts_outside(tab):
        raise a1.outside(tab, place)
    return tab, place.within(tab)


def span_of(book: Book, place: Json | None) -> tuple[Tab, str, int, int]:
    """The sheet, dimension, start and end of a DimensionRange; an open end is the sheet's own."""
    if place is None:
        raise invalid("No range specified.")
    tab = need_grid(book, place.get("sheetId"))
    dimension = place.get("dimension")
    if dimension not in {ROWS, COLUMNS}:
        raise invalid("No dimension specified.")
    start, end = place.get("startIndex", 0), place.get("endIndex", tab.count(dimension))
    if start < 0 or end < start:
        raise invalid(f"range.endIndex[{end}] must be greater than or equal to range.startIndex[{start}].")
    return tab, dimension, start, end


def insert_dimension(book: Book, request: Json) -> None:
    """Empty rows or columns, formatted like their neighbours."""
    tab, dimension, start, end = span_of(book, request.get("range"))
    before = bool(request.get("inheritFromBefore"))
    size = tab.count(dimension)
    if start > size:
        raise invalid(f"range.startIndex is larger than current grid size ({size})")
    if before and start == 0:
        raise invalid("inheritFromBefore cannot be true when startIndex is 0.")
    if not before and start == size:
        raise invalid(f"range.startIndex must be less than the grid size ({size}) if inheritFromBefore is false.")
    insert(book, tab, dimension, start, end - start)
    _inherit(tab, dimension, start, end, start - 1 if before else end)


def insert(book: Book, tab: Tab, dimension: str, at: int, count: int) -> None:
    """Rows or columns without anything in them; all that names a place follows."""
    moved = inserted(at, count)
    cells_moved(tab, dimension, lambda index: index + count if index >= at else index)
    everywhere(book, tab, dimension, moved)
    tab.resize(dimension, tab.count(dimension) + count)
    frozen = tab.properties["gridProperties"].get(_FROZEN[dimension], 0)
    if at < frozen:
        grid = {**tab.properties["gridProperties"], _FROZEN[dimension]: frozen + count}
        tab.properties = {**tab.properties, "gridProperties": grid}
    check_size(book)


def _inherit(tab: Tab, dimension: str, start: int, end: int, source: int) -> None:
    """New rows or columns take formats and validation, but no values, from a neighbour."""
    names = ("userEnteredFormat", "dataValidation")
    if source in tab.meta(dimension):
        for index in range(start, end):
            tab.meta(dimension)[index] = dict(tab.meta(dimension)[source])
    if dimension == ROWS:
        model = {c: kept for c, cell in tab.cells.get(source, {}).items() if (kept := _only(cell, names))}
        if model:
            for row in range(start, end):
                tab.cells[row] = dict(model)
        return
    for row in list(tab.cells):
        kept = _only(tab.get(row, source), names)
        if kept:
            line = tab.row_for_writing(row)
            line.update(dict.fromkeys(range(start, end), kept))


def _only(cell: Json, names: tuple[str, ...]) -> Json:
    return {name: cell[name] for name in names if name in cell}


def append_dimension(book: Book, request: Json) -> None:
    """Rows or columns at the end of the sheet."""
    tab = need_grid(book, request.get("sheetId"))
    dimension, length = request.get("dimension"), request.get("length", 0)
    if dimension not in {ROWS, COLUMNS}:
        raise invalid("No dimension specified.")
    if length < 1:
        raise invalid(f"Invalid length: {length}. It must be greater than 0.")
    tab.resize(dimension, tab.count(dimension) + length)
    check_size(book)


def delete_dimension(book: Book, request: Json) -> None:
    """Takes rows or columns away."""
    tab, dimension, start, end = span_of(book, request.get("range"))
    size, thing = tab.count(dimension), _THING[dimension]
    if end > size or start >= size:
        missing = max(start, size)
        raise invalid(
            f"Cannot delete a {thing} that doesn't exist. "
            f"Tried to delete {thing} index {missing} but there are only {size} {thing}s."
        )
    frozen = tab.properties["gridProperties"].get(_FROZEN[dimension], 0)
    if end - start >= size:
        raise invalid(f"You can't delete all the {thing}s on the sheet.")
    if frozen and start <= frozen and end == size:
        raise invalid(f"Sorry, it is not possible to delete all non-frozen {thing}s.")
    cut(book, tab, dimension, start, end)
    tab.resize(dimension, size - (end - start))
    if start < frozen:
        _refreeze(tab, dimension, frozen - (min(end, frozen) - start))


def _refreeze(tab: Tab, dimension: str, count: int) -> None:
    grid = {key: value for key, value in tab.properties["gridProperties"].items() if key != _FROZEN[dimension]}
    tab.properties = {**tab.properties, "gridProperties": grid | ({_FROZEN[dimension]: count} if count else {})}


def cut(book: Book, tab: Tab, dimension: str, start: int, end: int) -> None:
    """Rows or columns go, with all that was in them; the grid's size is the caller's matter."""

    def place(index: int) -> int | None:
        return index if index < start else None if index < end else index - (end - start)

    cells_moved(tab, dimension, place)
    everywhere(book, tab, dimension, deleted(start, end))


def move_dimension(book: Book, request: Json) -> None:
    """Rows or columns go elsewhere in the sheet."""
    tab, dimension, start, end = span_of(book, request.get("source"))
    to, size = request.get("destinationIndex", 0), tab.count(dimension)
    if end > size or not 0 <= to <= size:
        raise invalid(f"Invalid destinationIndex: {to}. The sheet has {size} {_THING[dimension]}s.")
    if start <= to <= end:
        return
    _check_merges(tab, dimension, start, end, to)
    place = place_after(start, end, to)
    cells_moved(tab, dimension, place)
    everywhere(book, tab, dimension, permuted(start, end, to))


def _check_merges(tab: Tab, dimension: str, start: int, end: int, to: int) -> None:
    first, last = ("startRowIndex", "endRowIndex") if dimension == ROWS else ("startColumnIndex", "endColumnIndex")
    for merge in tab.merges:
        parts = [merge[first] < edge < merge[last] for edge in (start, end, to)]
        if any(parts):
            raise invalid(
                f"Sorry, it is not possible to move a {_THING[dimension]} to a position that crosses a merged cell. "
                "Please unmerge and try again."
            )


def update_dimension_properties(book: Book, request: Json) -> None:
    """Sizes, and whether hidden."""
    fields = need_fields(request)
    tab, dimension, start, end = span_of(book, request.get("range"))
    if start >= tab.count(dimension):
        raise invalid(f"Invalid range: the sheet has only {tab.count(dimension)} {_THING[dimension]}s.")
    meta = tab.meta(dimension)
    for index in range(start, min(end, tab.count(dimension))):
        made = masks.merge(meta.get(index, {}), request.get("properties", {}), fields)
        meta[index] = {key: value for key, value in made.items() if value}


def auto_resize_dimensions(book: Book, request: Json) -> None:
    """Columns become as wide as their longest text, rows as high as usual."""
    tab, dimension, start, end = span_of(book, request.get("dimensions"))
    if dimension == ROWS:
        for index in range(start, end):
            tab.row_meta.pop(index, None)
        return
    widths: dict[int, int] = {}
    for row, column, cell in tab.filled():
        if start <= column < end and "userEnteredValue" in cell:
            lines = shown_text(book, tab, row, column).split("\n")
            widths[column] = max(widths.get(column, 0), *(text_pixels(line) + 8 for line in lines))
    for column, width in widths.items():
        tab.column_meta[column] = {**tab.column_meta.get(column, {}), "pixelSize": max(width, 21)}


def insert_range(book: Book, request: Json) -> None:
    """Empty cells; what was there moves down or right."""
    _shift_range(book, request, into=True)


def delete_range(book: Book, request: Json) -> None:
    """Takes cells away; what lies below or to the right moves up."""
    _shift_range(book, request, into=False)


def _shift_range(book: Book, request: Json, *, into: bool) -> None:
    tab, area = need_area(book, request.get("range"))
    dimension = request.get("shiftDimension")
    if dimension not in {ROWS, COLUMNS}:
        raise invalid("No shiftDimension specified.")
    top, left, bottom, right = area.top, area.left, area.bottom or 0, area.right or 0
    down = bottom - top if dimension == ROWS else 0
    across = right - left if dimension == COLUMNS else 0
    if any(_split(merge, area, dimension) for merge in tab.merges):
        raise invalid("You can't shift cells that contain only part of a merged cell.")
    moving: dict[tuple[int, int], Json] = {}
    for row, column, cell in list(tab.filled()):
        behind = (left <= column < right and row >= top) if down else (top <= row < bottom and column >= left)
        if not behind:
            continue
        tab.put(row, column, {})
        if into or not area.covers(row, column):
            sign = 1 if into else -1
            moving[row + sign * down, column + sign * across] = cell
    rows = max((row for row, _ in moving), default=0) + 1
    columns = max((column for _, column in moving), default=0) + 1
    tab.resize(ROWS, max(tab.rows, rows))
    tab.resize(COLUMNS, max(tab.columns, columns))
    for (row, column), cell in moving.items():
        tab.put(row, column, cell)
    tab.merges = _moved_merges(tab, area, dimension, into=into)


def _split(merge: Json, area: a1.Area, dimension: str) -> bool:
    """Whether a merge lies partly in the lane of cells that move."""
    start, end = ("startColumnIndex", "endColumnIndex") if dimension == ROWS else ("startRowIndex", "endRowIndex")
    low, high = (area.left, area.right) if dimension == ROWS else (area.top, area.bottom)
    along, edge = ("endRowIndex", area.top) if dimension == ROWS else ("endColumnIndex", area.left)
    touches = merge[start] < (high or 0) and merge[end] > low and merge[along] > edge
    return touches and not (merge[start] >= low and merge[end] <= (high or 0))


def _moved_merges(tab: Tab, area: a1.Area, dimension: str, *, into: bool) -> list[Json]:
    first, last = ("startRowIndex", "endRowIndex") if dimension == ROWS else ("startColumnIndex", "endColumnIndex")
    edge, far = (area.top, area.bottom or 0) if dimension == ROWS else (area.left, area.right or 0)
    step = (far - edge) if into else -(far - edge)
    made = []
    for merge in tab.merges:
        place = a1.area(merge)
        lane = (
            area.left <= place.left < (area.right or 0)
            if dimension == ROWS
            else area.top <= place.top < (area.bottom or 0)
        )
        if not lane or merge[first] < edge:
            made.append(merge)
        elif into or merge[first] >= far:
            made.append({**merge, first: merge[first] + step, last: merge[last] + step})
    return made


HANDLERS: Final[dict[str, Any]] = {
    "insertDimension": insert_dimension,
    "appendDimension": append_dimension,
    "deleteDimension": delete_dimension,
    "moveDimension": move_dimension,
    "updateDimensionProperties": update_dimension_properties,
    "autoResizeDimensions": auto_resize_dimensions,
    "insertRange": insert_range,
    "deleteRange": delete_range,
}
