"""Requests of batchUpdate that copy, cut, paste and fill cells."""

from __future__ import annotations

import csv
import io
import re
from itertools import pairwise
from typing import Any, Final

from . import a1
from .book import COLUMNS, ROWS, Book, Cell, Json, Tab
from .errors import invalid
from .formulas import FormulaFault, cell_value
from .references import copied, offset, rewrite
from .requests_dimensions import need_area, need_grid
from .requests_sheets import check_size
from .values import put_value

Block = dict[tuple[int, int], Cell]
_ROW: Final = re.compile(r"<tr[^>]*>(.*?)</tr>", re.DOTALL | re.IGNORECASE)
_CELL: Final = re.compile(r"<t[dh][^>]*>(.*?)</t[dh]>", re.DOTALL | re.IGNORECASE)


def copy_paste(book: Book, request: Json) -> None:
    """Copies cells; a destination that is larger takes the source over and over."""
    tab, source = need_area(book, request.get("source"))
    home = need_grid(book, request.get("destination", {}).get("sheetId"))
    place = a1.area(request.get("destination", {}))
    kind = request.get("pasteType", "PASTE_NORMAL")
    turned = request.get("pasteOrientation") == "TRANSPOSE"
    height, width = (source.bottom or 0) - source.top, (source.right or 0) - source.left
    tall, wide = (width, height) if turned else (height, width)
    block = {
        (row - source.top, column - source.left): cell
        for row, column, cell in tab.filled()
        if source.covers(row, column)
    }
    bottom = place.bottom if place.bottom is not None else home.rows
    right = place.right if place.right is not None else home.columns
    rows = range(place.top, max(place.top + 1, bottom - tall + 1), tall)
    columns = range(place.left, max(place.left + 1, right - wide + 1), wide)
    values = (
        {key: _value_only(book, tab, source, key, cell) for key, cell in block.items()}
        if kind == "PASTE_VALUES"
        else {}
    )
    for top in rows:
        for left in columns:
            paste = _Paste(book, tab, source, home, (top, left), kind, turned=turned)
            paste.cells(values or block, height, width)
            paste.rules()


def _value_only(book: Book, tab: Tab, source: a1.Area, key: tuple[int, int], cell: Cell) -> Cell:
    """A cell with what its formula comes to in the formula's place."""
    value = cell_value(book, tab, source.top + key[0], source.left + key[1])
    if value is None:
        return {name: item for name, item in cell.items() if name != "userEnteredValue"}
    if isinstance(value, FormulaFault):
        return {"userEnteredValue": {"errorValue": {"type": value.kind, "message": value.message}}}
    name = "boolValue" if isinstance(value, bool) else "stringValue" if isinstance(value, str) else "numberValue"
    return {**cell, "userEnteredValue": {name: value}}


class _Paste:
    """One copy of a block of cells."""

    def __init__(
        self, book: Book, tab: Tab, source: a1.Area, home: Tab, to: tuple[int, int], kind: str, *, turned: bool
    ) -> None:
        self.book, self.tab, self.source, self.home = book, tab, source, home
        self.top, self.left = to
        self.kind, self.turned = kind, turned

    def cells(self, block: Block, height: int, width: int) -> None:
        """Writes the cells."""
        tall, wide = (width, height) if self.turned else (height, width)
        if self.kind == "PASTE_CONDITIONAL_FORMATTING":
            return
        self.home.resize(ROWS, max(self.home.rows, self.top + tall))
        self.home.resize(COLUMNS, max(self.home.columns, self.left + wide))
        check_size(self.book)
        for down in range(height):
            for across in range(width):
                row, column = (across, down) if self.turned else (down, across)
                self._put(block.get((down, across), {}), down, across, self.top + row, self.left + column)

    def _put(self, cell: Cell, down: int, across: int, row: int, column: int) -> None:
        old = self.home.get(row, column)
        steps = row - (self.source.top + down), column - (self.source.left + across)
        entered = cell.get("userEnteredValue", {})
        if "formulaValue" in entered:
            text = copied(self.book, self.tab, entered["formulaValue"], *steps)
            cell = {**cell, "userEnteredValue": {"formulaValue": text}}
        names = {
            "PASTE_VALUES": {"userEnteredValue"},
            "PASTE_FORMULA": {"userEnteredValue"},
            "PASTE_FORMAT": {"userEnteredFormat", "dataValidation"},
            "PASTE_DATA_VALIDATION": {"dataValidation"},
        }.get(self.kind)
        if names is None:
            new = cell
        else:
            new = {k: i for k, i in old.items() if k not in names} | {k: i for k, i in cell.items() if k in names}
        if self.kind == "PASTE_NO_BORDERS":
            new = _with_borders(new, old.get("userEnteredFormat", {}).get("borders"))
        self.home.put(row, column, new)

    def rules(self) -> None:
        """Merges and conditional formats go along with formats."""
        if self.kind in {"PASTE_NORMAL", "PASTE_FORMAT", "PASTE_NO_BORDERS"}:
            self._merges()
        if self.kind in {"PASTE_NORMAL", "PASTE_FORMAT", "PASTE_NO_BORDERS", "PASTE_CONDITIONAL_FORMATTING"}:
            self._conditional()

    def _merges(self) -> None:
        for merge in list(self.tab.merges):
            place = a1.area({**merge, "sheetId": self.tab.id})
            if self.source.holds(place):
                moved = self._moved(place)
                self.home.merges = [
                    m for m in self.home.merges if not a1.area({**m, "sheetId": self.home.id}).meets(moved)
                ]
                self.home.merges.append(moved.grid_range())

    def _moved(self, place: a1.Area) -> a1.Area:
        down, across = place.top - self.source.top, place.left - self.source.left
        tall, wide = (place.bottom or 0) - place.top, (place.right or 0) - place.left
        if self.turned:
            down, across, tall, wide = across, down, wide, tall
        top, left = self.top + down, self.left + across
        return a1.Area(self.home.id, top, left, top + tall, left + wide)

    def _conditional(self) -> None:
        for index, rule in enumerate(self.tab.conditional_formats):
            new = []
            for item in rule["ranges"]:
                place = a1.area(item).within(self.tab)
                if not place.meets(self.source):
                    continue
                cut = a1.Area(
                    self.tab.id,
                    max(place.top, self.source.top),
                    max(place.left, self.source.left),
                    min(place.bottom or 0, self.source.bottom or 0),
                    min(place.right or 0, self.source.right or 0),
                )
                moved = self._moved(cut)
                if not any(a1.area(known).holds(moved) for known in rule["ranges"]):
                    new.append(moved.grid_range())
            if new and self.home is self.tab:
                self.tab.conditional_formats[index] = {**rule, "ranges": [*rule["ranges"], *new]}
            elif new:
                self.home.conditional_formats.append({**rule, "ranges": new})


def _with_borders(cell: Cell, borders: Json | None) -> Cell:
    style = {key: item for key, item in cell.get("userEnteredFormat", {}).items() if key != "borders"}
    if borders:
        style["borders"] = borders
    made = {key: item for key, item in cell.items() if key != "userEnteredFormat"}
    return made | ({"userEnteredFormat": style} if style else {})


def cut_paste(book: Book, request: Json) -> None:
    """Moves cells; formulas that name them follow."""
    tab, source = need_area(book, request.get("source"))
    to = request.get("destination", {})
    home = need_grid(book, to.get("sheetId"))
    height, width = (source.bottom or 0) - source.top, (source.right or 0) - source.left
    row, column = to.get("rowIndex", 0), to.get("columnIndex", 0)
    if row >= home.rows or column >= home.columns:
        raise a1.outside(home, a1.Area(home.id, row, column, row + height, column + width))
    kind = request.get("pasteType", "PASTE_NORMAL")
    block: Block = {}
    for r, c, cell in list(tab.filled()):
        if source.covers(r, c):
            block[r - source.top, c - source.left] = cell
            tab.put(
                r,
                c,
                {"userEnteredFormat": cell["userEnteredFormat"]}
                if kind == "PASTE_VALUES" and "userEnteredFormat" in cell
                else {},
            )
    inside = [merge for merge in tab.merges if source.holds(a1.area({**merge, "sheetId": tab.id}))]
    tab.merges = [merge for merge in tab.merges if merge not in inside]
    home.resize(ROWS, max(home.rows, row + height))
    home.resize(COLUMNS, max(home.columns, column + width))
    for down in range(height):
        for across in range(width):
            home.put(row + down, column + across, block.get((down, across), {}))
    shift = row - source.top, column - source.left
    for merge in inside:
        place = a1.area(merge)
        top, left = place.top + shift[0], place.left + shift[1]
        moved = a1.Area(
            home.id, top, left, top + (place.bottom or 0) - place.top, left + (place.right or 0) - place.left
        )
        home.merges.append(moved.grid_range())
    if home is tab:
        _follow(book, tab, source, shift)


def _follow(book: Book, tab: Tab, source: a1.Area, shift: tuple[int, int]) -> None:
    def change(owner: Tab, sheet: Tab | None, cells: str) -> str:
        if (sheet or owner) is not tab:
            return cells
        place = a1.parse(book, f"{a1.quoted(tab.title)}!{cells.replace('$', '')}")
        if not source.holds(place):
            return cells
        dollars = "$" in cells
        moved = offset(cells.replace("$", ""), *shift)
        return re.sub(r"([A-Z]+)(\d+)", r"$\1$\2", moved) if dollars else moved

    rewrite(book, tab.id, change)


def auto_fill(book: Book, request: Json) -> None:
    """Continues what cells begin: numbers and dates that step, else the same again."""
    if "sourceAndDestination" in request:
        given = request["sourceAndDestination"]
        tab, source = need_area(book, given.get("source"))
        _fill(book, tab, source, given.get("dimension", ROWS), given.get("fillLength", 0))
        return
    tab, area = need_area(book, request.get("range"))
    filled = [(r, c) for r, c, cell in tab.filled() if area.covers(r, c) and "userEnteredValue" in cell]
    if not filled:
        return
    bottom, right = max(r for r, _ in filled) + 1, max(c for _, c in filled) + 1
    source = a1.Area(tab.id, area.top, area.left, bottom, right)
    if bottom < (area.bottom or 0):
        _fill(book, tab, source, ROWS, (area.bottom or 0) - bottom)
        source = a1.Area(tab.id, area.top, area.left, area.bottom, right)
    if right < (area.right or 0):
        _fill(book, tab, source, COLUMNS, (area.right or 0) - right)


def _fill(book: Book, tab: Tab, source: a1.Area, dimension: str, length: int) -> None:
    height, width = (source.bottom or 0) - source.top, (source.right or 0) - source.left
    size, lanes = (height, width) if dimension == ROWS else (width, height)

    def cell_at(lane: int, index: int) -> tuple[int, int]:
        return (
            (source.top + index, source.left + lane) if dimension == ROWS else (source.top + lane, source.left + index)
        )

    steps = range(size, size + length) if length >= 0 else range(-1, length - 1, -1)
    for lane in range(lanes):
        numbers = [tab.get(*cell_at(lane, i)).get("userEnteredValue", {}).get("numberValue") for i in range(size)]
        step = _step(numbers)
        for index in steps:
            row, column = cell_at(lane, index)
            if row < 0 or column < 0 or row >= tab.rows or column >= tab.columns:
                continue
            model_row, model_column = cell_at(lane, index % size)
            cell = tab.get(model_row, model_column)
            formula = cell.get("userEnteredValue", {}).get("formulaValue")
            if formula:
                text = copied(book, tab, formula, row - model_row, column - model_column)
                cell = {**cell, "userEnteredValue": {"formulaValue": text}}
            elif step is not None:
                cell = {**cell, "userEnteredValue": {"numberValue": numbers[0] + step * index}}
            tab.put(row, column, cell)


def _step(numbers: list[Any]) -> float | None:
    """The step of a row of numbers, None if they do not step evenly."""
    if len(numbers) < 2 or any(number is None for number in numbers):
        return None
    steps = {round(two - one, 9) for one, two in pairwise(numbers)}
    return numbers[1] - numbers[0] if len(steps) == 1 else None


def paste_data(book: Book, request: Json) -> None:
    """Pastes text, split at a delimiter, or the cells of an HTML table, as if typed."""
    to = request.get("coordinate", {})
    tab = need_grid(book, to.get("sheetId"))
    data = request.get("data", "")
    if request.get("html"):
        rows = [[re.sub(r"<[^>]+>", "", cell).strip() for cell in _CELL.findall(row)] for row in _ROW.findall(data)]
    elif request.get("delimiter"):
        mark = request["delimiter"]
        lines = io.StringIO(data)
        rows = (
            list(csv.reader(lines, delimiter=mark))
            if len(mark) == 1
            else [line.split(mark) for line in data.splitlines()]
        )
    else:
        raise invalid("Must specify a delimiter or html.")
    top, left = to.get("rowIndex", 0), to.get("columnIndex", 0)
    tab.resize(ROWS, max(tab.rows, top + len(rows)))
    tab.resize(COLUMNS, max(tab.columns, left + max((len(row) for row in rows), default=0)))
    check_size(book)
    for down, row in enumerate(rows):
        for across, value in enumerate(row):
            put_value(book, tab, top + down, left + across, value, "USER_ENTERED")


HANDLERS: Final[dict[str, Any]] = {
    "copyPaste": copy_paste,
    "cutPaste": cut_paste,
    "autoFill": auto_fill,
    "pasteData": paste_data,
}
