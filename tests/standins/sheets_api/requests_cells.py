"""Requests of batchUpdate about cells: contents, formats, merges, borders."""

from __future__ import annotations

from typing import Any, Final

from . import a1, masks
from .book import COLUMNS, ROWS, Book, Cell, Json, Tab
from .condition_checks import checked_rule
from .errors import invalid
from .formats import kept, mask_text, with_pairs
from .references import copied
from .requests_dimensions import need_area, need_grid
from .requests_sheets import check_size, need_fields
from .values import check_length, covered_cells

ENTERED: Final = (
    "userEnteredValue",
    "userEnteredFormat",
    "note",
    "dataValidation",
    "textFormatRuns",
    "chipRuns",
    "pivotTable",
)
_SIDES: Final = ("top", "bottom", "left", "right")


class Cleaner:
    """Cells as a client sends them made into what is kept; formats that are alike become one."""

    def __init__(self, book: Book, tab: Tab) -> None:
        self.book, self.tab = book, tab
        self._seen: dict[str, Any] = {}

    def cell(self, given: Json) -> Cell:
        """Only what a user enters, in Google's shape."""
        cell = {}
        for name, item in given.items():
            if name not in ENTERED or item is None:
                continue
            if name == "userEnteredValue":
                entered = {k: v for k, v in item.items() if v is not None}
                if not entered or entered == {"stringValue": ""}:
                    continue
                check_length(str(entered.get("stringValue", "")))
                cell[name] = entered
            elif name == "note":
                if item:
                    cell[name] = item
            elif name == "dataValidation":
                cell[name] = checked_rule(self.book, self.tab, item)
            else:
                made = self._format(item)
                if made:
                    cell[name] = made
        return cell

    def _format(self, item: Any) -> Any:
        key = repr(item)
        if key not in self._seen:
            self._seen[key] = kept(item)
        return self._seen[key]


def update_cells(book: Book, request: Json) -> None:
    """Writes cells; of each, what the mask names and the cell lacks is cleared."""
    fields = with_pairs(need_fields(request))
    rows = request.get("rows", [])
    if "range" in request:
        tab, area = need_area(book, request["range"])
    else:
        start = request.get("start", {})
        tab = need_grid(book, start.get("sheetId"))
        area = a1.Area(tab.id, start.get("rowIndex", 0), start.get("columnIndex", 0)).within(tab)
    top, left, bottom, right = area.top, area.left, area.bottom or 0, area.right or 0
    if top + len(rows) > bottom:
        raise invalid(f"Attempting to write row: {bottom}, beyond the last requested row of: {bottom - 1}")
    merge = _merger(fields, covered_cells(tab))
    cleaner = Cleaner(book, tab)
    for down, line in enumerate(rows):
        values = line.get("values", ())
        if left + len(values) > right:
            raise invalid(f"Attempting to write column: {right}, beyond the last requested column of: {right - 1}")
        for across, given in enumerate(values):
            merge(tab, top + down, left + across, cleaner.cell(given))
    if "range" in request:
        _clear_rest(tab, area, rows, merge)


def _merger(fields: str, covered: set[tuple[int, int]]) -> Any:
    """A function that writes one cell under an update mask."""
    tree = masks.parse(fields)
    parts = {masks.camel(name): mask_text(below) for name, below in tree.items()}
    if "*" in parts:
        parts = dict.fromkeys(ENTERED, "")
    known: dict[tuple[str, int, int], tuple[Any, ...]] = {}

    def merged(name: str, old: Any, new: Any) -> Any:
        """Part of a cell; formats that were alike stay one."""
        if not parts[name]:
            return new
        key = (name, id(old), id(new))
        if key not in known:
            known[key] = (masks.merge(old or {}, new or {}, parts[name]), old, new)
        return known[key][0]

    def merge(tab: Tab, row: int, column: int, given: Cell) -> None:
        old = tab.get(row, column)
        cell = {key: item for key, item in old.items() if key not in parts}
        for name in parts:
            item = merged(name, old.get(name), given.get(name))
            if item and not (name == "userEnteredValue" and (row, column) in covered):
                cell[name] = item
        tab.put(row, column, cell)

    return merge


def _clear_rest(tab: Tab, area: a1.Area, rows: list[Json], merge: Any) -> None:
    """The cells of the range for which the request has no data lose what the mask names."""
    for row in [row for row in tab.cells if area.top <= row < (area.bottom or 0)]:
        given = len(rows[row - area.top].get("values", ())) if row - area.top < len(rows) else 0
        for column in [c for c in tab.cells[row] if area.left + given <= c < (area.right or 0)]:
            merge(tab, row, column, {})


def repeat_cell(book: Book, request: Json) -> None:
    """Writes the same cell all over a range; a formula's references move along."""
    fields = with_pairs(need_fields(request))
    tab, area = need_area(book, request.get("range"))
    merge = _merger(fields, covered_cells(tab))
    cell = Cleaner(book, tab).cell(request.get("cell", {}))
    formula = cell.get("userEnteredValue", {}).get("formulaValue")
    for row in range(area.top, area.bottom or 0):
        for column in range(area.left, area.right or 0):
            given = cell
            if formula and (row, column) != (area.top, area.left):
                text = copied(book, tab, formula, row - area.top, column - area.left)
                given = {**cell, "userEnteredValue": {"formulaValue": text}}
            merge(tab, row, column, given)


def append_cells(book: Book, request: Json) -> None:
    """Writes cells below the last row of the sheet that has a value, or of a table; the grid grows as needed."""
    fields = with_pairs(need_fields(request))
    rows = request.get("rows", [])
    if request.get("tableId"):
        tab, top, left = _below_table(book, request["tableId"], len(rows))
    else:
        tab, left = need_grid(book, request.get("sheetId")), 0
        filled = [row for row, _, cell in tab.filled() if "userEnteredValue" in cell]
        top = max(filled, default=-1) + 1
    width = max((len(line.get("values", ())) for line in rows), default=0)
    tab.resize(ROWS, max(tab.rows, top + len(rows)))
    tab.resize(COLUMNS, max(tab.columns, left + width))
    check_size(book)
    merge, cleaner = _merger(fields, covered_cells(tab)), Cleaner(book, tab)
    for down, line in enumerate(rows):
        for across, given in enumerate(line.get("values", ())):
            merge(tab, top + down, left + across, cleaner.cell(given))


def _below_table(book: Book, table_id: str, count: int) -> tuple[Tab, int, int]:
    for tab in book.sheets:
        table = tab.tables.get(table_id)
        if table:
            place = a1.area(table["range"]).within(tab)
            used = [r for r, c, cell in tab.filled() if place.covers(r, c) and "userEnteredValue" in cell]
            top = max(used, default=place.top) + 1
            end = max(place.bottom or 0, top + count)
            tab.tables[table_id] = {**table, "range": {**table["range"], "endRowIndex": end}}
            return tab, top, place.left
    raise invalid(f"No table with id: {table_id}")


def merge_cells(book: Book, request: Json) -> None:
    """Joins cells; only the first one's contents stay."""
    tab, area = need_area(book, request.get("range"))
    kind = request.get("mergeType", "MERGE_ALL")
    _check_whole_merges(tab, area)
    tab.merges = [merge for merge in tab.merges if not a1.area({**merge, "sheetId": tab.id}).meets(area)]
    for part in _parts(area, kind):
        rows, columns = (part.bottom or 0) - part.top, (part.right or 0) - part.left
        if rows * columns < 2:
            continue
        _check_frozen(tab, part)
        tab.merges.append(part.grid_range() | {"startRowIndex": part.top, "startColumnIndex": part.left})
        _keep_first(tab, part)


def _check_whole_merges(tab: Tab, area: a1.Area) -> None:
    for merge in tab.merges:
        place = a1.area({**merge, "sheetId": tab.id})
        if place.meets(area) and not area.holds(place):
            raise invalid("You must select all cells in a merged range to merge or unmerge them.")


def _check_frozen(tab: Tab, part: a1.Area) -> None:
    grid = tab.properties["gridProperties"]
    if part.top < grid.get("frozenRowCount", 0) < (part.bottom or 0):
        raise invalid("You can't merge frozen and non-frozen rows.")
    if part.left < grid.get("frozenColumnCount", 0) < (part.right or 0):
        raise invalid("You can't merge frozen and non-frozen columns.")


def _parts(area: a1.Area, kind: str) -> list[a1.Area]:
    top, left, bottom, right = area.top, area.left, area.bottom or 0, area.right or 0
    if kind == "MERGE_ROWS":
        return [a1.Area(area.sheet_id, row, left, row + 1, right) for row in range(top, bottom)]
    if kind == "MERGE_COLUMNS":
        return [a1.Area(area.sheet_id, top, column, bottom, column + 1) for column in range(left, right)]
    return [a1.Area(area.sheet_id, top, left, bottom, right)]


def _keep_first(tab: Tab, part: a1.Area) -> None:
    """The first value of a merge goes to its first cell; the others go away."""
    inside = [(r, c, cell) for r, c, cell in tab.filled() if part.covers(r, c)]
    first = next((cell["userEnteredValue"] for _, _, cell in inside if "userEnteredValue" in cell), None)
    for row, column, cell in inside:
        if "userEnteredValue" in cell:
            tab.put(row, column, {key: item for key, item in cell.items() if key != "userEnteredValue"})
    if first is not None:
        tab.put(part.top, part.left, {"userEnteredValue": first, **tab.get(part.top, part.left)})


def unmerge_cells(book: Book, request: Json) -> None:
    """Separates joined cells."""
    tab, area = need_area(book, request.get("range"))
    _check_whole_merges(tab, area)
    tab.merges = [merge for merge in tab.merges if not a1.area({**merge, "sheetId": tab.id}).meets(area)]


def update_borders(book: Book, request: Json) -> None:
    """Lines around and inside a range."""
    tab, area = need_area(book, request.get("range"))
    given = {name: kept(request[name]) for name in (*_SIDES, "innerHorizontal", "innerVertical") if name in request}
    for row in range(area.top, area.bottom or 0):
        for column in range(area.left, area.right or 0):
            lines = _lines(given, area, row, column)
            if lines:
                _put_borders(tab, row, column, lines)


def _lines(given: Json, area: a1.Area, row: int, column: int) -> Json:
    ends = {
        "top": (row == area.top, "innerHorizontal"),
        "bottom": (row == (area.bottom or 0) - 1, "innerHorizontal"),
        "left": (column == area.left, "innerVertical"),
        "right": (column == (area.right or 0) - 1, "innerVertical"),
    }
    named = {side: side if outer else inner for side, (outer, inner) in ends.items()}
    return {side: given[name] for side, name in named.items() if name in given}


def _put_borders(tab: Tab, row: int, column: int, lines: Json) -> None:
    cell = tab.get(row, column)
    old = cell.get("userEnteredFormat", {})
    borders = {**old.get("borders", {}), **lines}
    borders = {side: line for side, line in borders.items() if line.get("style", "NONE") != "NONE"}
    new = {key: item for key, item in old.items() if key != "borders"} | ({"borders": borders} if borders else {})
    made = {key: item for key, item in cell.items() if key != "userEnteredFormat"}
    tab.put(row, column, made | ({"userEnteredFormat": new} if new else {}))


HANDLERS: Final[dict[str, Any]] = {
    "updateCells": update_cells,
    "repeatCell": repeat_cell,
    "appendCells": append_cells,
    "mergeCells": merge_cells,
    "unmergeCells": unmerge_cells,
    "updateBorders": update_borders,
}
