"""Values of ranges: read with the render options, written, appended to tables, cleared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from . import a1
from .book import COLUMNS, ROWS, Book, Cell, Tab
from .entry import raw, typed
from .errors import invalid
from .formats import number_format_of
from .formula_values import FormulaFault
from .formulas import cell_value, plain
from .shown import is_date, shown

Json = dict[str, Any]
FORMATTED: Final = "FORMATTED_VALUE"
UNFORMATTED: Final = "UNFORMATTED_VALUE"
FORMULA: Final = "FORMULA"
LONGEST: Final = 50_000


class Render(NamedTuple):
    """How values are to be written into an answer."""

    value: str = FORMATTED
    date: str = "SERIAL_NUMBER"
    major: str = ROWS


def read(book: Book, place: a1.Area, render: Render) -> Json:
    """A ValueRange: the area's range with its values, trailing blanks left out.

    Raises:
        ApiError: 400 if the area begins beyond the grid.
    """
    tab = sheet_of(book, place)
    if place.starts_outside(tab):
        raise a1.outside(tab, place)
    area = place.within(tab)
    major = render.major if render.major == COLUMNS else ROWS
    answer: Json = {"range": a1.text(tab.title, area), "majorDimension": major}
    rows = _rows(book, tab, area, render)
    if major == COLUMNS:
        rows = _turned(rows)
    if rows:
        answer["values"] = rows
    return answer


def _rows(book: Book, tab: Tab, area: a1.Area, render: Render) -> list[list[Any]]:
    render_cell = _renderer(book, render)
    rows: list[list[Any]] = []
    left, right = area.left, area.right or 0
    for row in sorted(row for row in tab.cells if area.top <= row < (area.bottom or 0)):
        line = tab.cells[row]
        values: list[Any] = []
        for column in sorted(line):
            cell = line[column]
            if not left <= column < right or "userEnteredValue" not in cell:
                continue
            value = render_cell(tab, row, column, cell)
            if value != "":
                missing = column - left - len(values)
                if missing:
                    values.extend([""] * missing)
                values.append(value)
        if values:
            rows.extend([] for _ in range(row - area.top - len(rows)))
            rows.append(values)
    return rows


def _turned(rows: list[list[Any]]) -> list[list[Any]]:
    width = max((len(row) for row in rows), default=0)
    columns = []
    for index in range(width):
        column = [row[index] if index < len(row) else "" for row in rows]
        while column and column[-1] == "":
            column.pop()
        columns.append(column)
    return columns


def _renderer(book: Book, render: Render) -> Callable[[Tab, int, int, Cell], Any]:
    locale, dates = book.locale, render.date == "FORMATTED_STRING"

    def value_of(tab: Tab, row: int, column: int, cell: Cell) -> Any:
        entered = cell["userEnteredValue"]
        return cell_value(book, tab, row, column) if "formulaValue" in entered else plain(entered)

    def formatted(tab: Tab, row: int, column: int, cell: Cell) -> Any:
        value = value_of(tab, row, column, cell)
        if isinstance(value, str) and "userEnteredFormat" not in cell:
            return value
        if isinstance(value, FormulaFault):
            return value.shown
        return shown(value, number_format_of(book, tab, cell), locale)

    def unformatted(tab: Tab, row: int, column: int, cell: Cell) -> Any:
        value = value_of(tab, row, column, cell)
        if isinstance(value, FormulaFault):
            return value.shown
        if dates and isinstance(value, int | float) and not isinstance(value, bool):
            number_format = number_format_of(book, tab, cell)
            return shown(value, number_format, locale) if is_date(number_format) else value
        return "" if value is None else value

    def formula(tab: Tab, row: int, column: int, cell: Cell) -> Any:
        return cell["userEnteredValue"].get("formulaValue") or unformatted(tab, row, column, cell)

    return {UNFORMATTED: unformatted, FORMULA: formula}.get(render.value, formatted)


def sheet_of(book: Book, place: a1.Area) -> Tab:
    """The sheet of an area.

    Raises:
        ApiError: 400 if the spreadsheet has no such sheet.
    """
    tab = book.sheet(place.sheet_id)
    if tab is None:
        raise invalid(f"No grid with id: {place.sheet_id}")
    return tab


class Written(NamedTuple):
    """What a write changed."""

    area: a1.Area
    rows: int
    columns: int
    cells: int

    def answer(self, book: Book) -> Json:
        """As Google's UpdateValuesResponse; counts of nothing are left out."""
        tab = sheet_of(book, self.area)
        answer = {"spreadsheetId": book.id, "updatedRange": a1.text(tab.title, self.area)}
        counts = {"updatedRows": self.rows, "updatedColumns": self.columns, "updatedCells": self.cells}
        return answer | {name: count for name, count in counts.items() if count}


def write(book: Book, notation: str, place: a1.Area, values: list[list[Any]], *, major: str, option: str) -> Written:
    """Writes values from an area's first cell on; null leaves a cell, an empty text empties it.

    Raises:
        ApiError: 400 if the values reach beyond the area or the grid.
    """
    tab = sheet_of(book, place)
    if place.starts_outside(tab):
        raise a1.outside(tab, place)
    rows = _turned_whole(values) if major == COLUMNS else values
    _check_room(tab, notation, place, rows)
    _check_values(values)
    changed_rows, changed_columns, cells = set(), set(), 0
    covered = covered_cells(tab)
    for down, line in enumerate(rows):
        for across, value in enumerate(line):
            if value is None:
                continue
            row, column = place.top + down, place.left + across
            changed_rows.add(row)
            changed_columns.add(column)
            cells += 1
            if (row, column) not in covered:
                put_value(book, tab, row, column, value, option)
    width = max((len(line) for line in rows), default=0)
    area = a1.Area(tab.id, place.top, place.left, place.top + max(len(rows), 1), place.left + max(width, 1))
    return Written(area, len(changed_rows), len(changed_columns), cells)


def _turned_whole(columns: list[list[Any]]) -> list[list[Any]]:
    height = max((len(column) for column in columns), default=0)
    return [[column[index] if index < len(column) else None for column in columns] for index in range(height)]


def _check_room(tab: Tab, notation: str, place: a1.Area, rows: list[list[Any]]) -> None:
    area = a1.Area(tab.id, place.top, place.left) if place.single else place
    area = area.within(tab)
    bottom, right = area.bottom or 0, area.right or 0
    if place.top + len(rows) > bottom:
        raise invalid(f"Requested writing within range [{notation}], but tried writing to row [{bottom + 1}]")
    if place.left + max((len(line) for line in rows), default=0) > right:
        raise invalid(f"Requested writing within range [{notation}], but tried writing to column [{a1.letters(right)}]")


def _check_values(values: list[list[Any]]) -> None:
    for row, line in enumerate(values):
        for column, value in enumerate(line):
            if isinstance(value, list | dict):
                raise invalid(f"Invalid values[{row}][{column}]: {_dump(value)}")
            if isinstance(value, str):
                check_length(value)


def _dump(value: Any, indent: str = "") -> str:
    """A value as protocol buffers print it, which is how Google shows one that no cell can hold."""
    inner = indent + "  "
    if isinstance(value, list):
        parts = "".join(f"{inner}values {{\n{_dump(item, inner + '  ')}{inner}}}\n" for item in value)
        return f"{indent}list_value {{\n{parts}{indent}}}\n"
    if isinstance(value, dict):
        parts = "".join(
            f'{inner}fields {{\n{inner}  key: "{key}"\n{inner}  value {{\n{_dump(item, inner + "    ")}{inner}  }}\n{inner}}}\n'
            for key, item in value.items()
        )
        return f"{indent}struct_value {{\n{parts}{indent}}}\n"
    if value is None:
        return f"{indent}null_value: NULL_VALUE\n"
    if isinstance(value, bool):
        return f"{indent}bool_value: {str(value).lower()}\n"
    return f'{indent}string_value: "{value}"\n' if isinstance(value, str) else f"{indent}number_value: {float(value)}\n"


def check_length(text: str) -> None:
    """Refuses a text that is longer than a cell may hold."""
    if len(text) > LONGEST:
        raise invalid(f"Your input contains more than the maximum of {LONGEST} characters in a single cell.")


def covered_cells(tab: Tab) -> set[tuple[int, int]]:
    """Cells below a merge's first one, which hold no value."""
    return {
        (row, column)
        for merge in tab.merges
        for row in range(merge["startRowIndex"], merge["endRowIndex"])
        for column in range(merge["startColumnIndex"], merge["endColumnIndex"])
        if (row, column) != (merge["startRowIndex"], merge["startColumnIndex"])
    }


def put_value(book: Book, tab: Tab, row: int, column: int, value: Any, option: str) -> None:
    """Writes one value into a cell; typing may give the cell a number format."""
    old = tab.get(row, column)
    entered_format = old.get("userEnteredFormat", {})
    if option == "USER_ENTERED":
        entry = typed(value, book.locale, as_text=entered_format.get("numberFormat", {}).get("type") == "TEXT")
    else:
        entry = raw(value)
    cell = {key: item for key, item in old.items() if key not in {"userEnteredValue", "textFormatRuns", "chipRuns"}}
    if entry.value is not None:
        cell["userEnteredValue"] = entry.value
    if entry.number_format and "numberFormat" not in entered_format:
        cell["userEnteredFormat"] = {"numberFormat": entry.number_format, **entered_format}
    tab.put(row, column, cell)


def clear(book: Book, place: a1.Area) -> str:
    """Empties an area's cells of their values, keeping formats, and gives the cleared range."""
    tab = sheet_of(book, place)
    if place.starts_outside(tab):
        raise a1.outside(tab, place)
    area = place.within(tab)
    for row in [row for row in tab.cells if area.top <= row < (area.bottom or 0)]:
        for column in [c for c in tab.cells[row] if area.left <= c < (area.right or 0)]:
            cell = tab.cells[row][column]
            if "userEnteredValue" in cell:
                kept = {k: item for k, item in cell.items() if k not in {"userEnteredValue", "textFormatRuns"}}
                tab.put(row, column, kept)
    return a1.text(tab.title, area)
