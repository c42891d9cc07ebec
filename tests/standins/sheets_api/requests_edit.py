"""Requests of batchUpdate that edit as menus do: sort, find and replace, trim, split, shuffle."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from typing import Any, Final

from . import a1, requests_paste
from .book import COLUMNS, ROWS, Book, Cell, Json, Tab
from .entry import typed
from .errors import invalid
from .formulas import FormulaFault, cell_value
from .references import copied
from .requests_dimensions import need_area
from .requests_sheets import need_sheet
from .shown import shown

_DELIMITERS: Final = {"COMMA": ",", "SEMICOLON": ";", "PERIOD": ".", "SPACE": " "}
Line = dict[int, Cell]


def sort_range(book: Book, request: Json) -> None:
    """Sorts a range's rows; empty cells come last, rows that are hidden stay where they are."""
    tab, area = need_area(book, request.get("range"))
    for merge in tab.merges:
        place = a1.area({**merge, "sheetId": tab.id})
        if place.meets(area) and (place.bottom or 0) - place.top > 1:
            where = a1.text("", place).split("!", 1)[1]
            raise invalid(f"You can't sort a range containing vertical merges. There is a vertical merge at {where}")
    sort_rows(book, tab, area, request.get("sortSpecs", []))


def sort_rows(book: Book, tab: Tab, area: a1.Area, specs: list[Json]) -> None:
    """Sorts the rows of an area by the columns that `specs` name."""
    hidden = {row for row, meta in tab.row_meta.items() if meta.get("hiddenByUser") or meta.get("hiddenByFilter")}
    places = [row for row in range(area.top, area.bottom or 0) if row not in hidden]
    rows = list(places)
    for spec in reversed(specs):
        column = spec.get("dimensionIndex", 0)
        if not area.left <= column < (area.right or 0):
            raise invalid(f"Sort column {column} is outside the sorted range.")
        falling = spec.get("sortOrder") == "DESCENDING"
        keys = {row: _sort_key(cell_value(book, tab, row, column)) for row in rows}
        filled = sorted((row for row in rows if keys[row] is not None), key=lambda row: keys[row], reverse=False)
        if falling:
            filled = _reversed(filled, keys)
        rows = filled + [row for row in rows if keys[row] is None]
    reorder(book, tab, area, dict(zip(places, rows, strict=True)))


def _reversed(rows: list[int], keys: dict[int, Any]) -> list[int]:
    """The falling order, in which rows that are alike keep their order."""
    groups: list[list[int]] = []
    for row in rows:
        if groups and keys[groups[-1][0]] == keys[row]:
            groups[-1].append(row)
        else:
            groups.append([row])
    return [row for group in reversed(groups) for row in group]


def _sort_key(value: Any) -> tuple[int, Any] | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return 2, value
    if isinstance(value, FormulaFault):
        return 3, value.shown
    return (1, value.casefold()) if isinstance(value, str) else (0, value)


def reorder(book: Book, tab: Tab, area: a1.Area, sources: dict[int, int]) -> None:
    """Puts into each row of an area what another row had there; formulas go along."""
    lines = {row: _line(tab, row, area) for row in sources.values()}
    for row, source in sources.items():
        if row != source:
            _put_line(book, tab, row, area, lines[source], row - source)


def _line(tab: Tab, row: int, area: a1.Area) -> Line:
    return {c: cell for c, cell in tab.cells.get(row, {}).items() if area.left <= c < (area.right or 0)}


def _put_line(book: Book, tab: Tab, row: int, area: a1.Area, line: Line, down: int) -> None:
    for column in set(_line(tab, row, area)) - set(line):
        tab.put(row, column, {})
    for column, cell in line.items():
        formula = cell.get("userEnteredValue", {}).get("formulaValue")
        if formula:
            text = copied(book, tab, formula, down, 0)
            tab.put(row, column, {**cell, "userEnteredValue": {"formulaValue": text}})
        else:
            tab.put(row, column, cell)


def randomize_range(book: Book, request: Json) -> None:
    """Shuffles a range's rows."""
    tab, area = need_area(book, request.get("range"))
    rows = list(range(area.top, area.bottom or 0))
    shuffled = list(rows)
    secrets.SystemRandom().shuffle(shuffled)
    reorder(book, tab, area, dict(zip(rows, shuffled, strict=True)))


def find_replace(book: Book, request: Json) -> Json:
    """Replaces a text, or what a regular expression finds."""
    if not request.get("find"):
        raise invalid("Must specify a string to find.")
    places = _search_places(book, request)
    pattern = _pattern(request)
    replacement = request.get("replacement", "")
    put = (
        re.sub(r"\$(\d+)", r"\\\1", replacement) if request.get("searchByRegex") else replacement.replace("\\", "\\\\")
    )
    counts = {"valuesChanged": 0, "formulasChanged": 0, "occurrencesChanged": 0}
    rows: set[tuple[int, int]] = set()
    for tab, area in places:
        for row, column, cell in list(tab.filled()):
            if not area.covers(row, column) or "userEnteredValue" not in cell:
                continue
            formula = "formulaValue" in cell["userEnteredValue"]
            if formula and not request.get("includeFormulas"):
                continue
            old = _searched(book, tab, row, column, cell)
            new, count = pattern.subn(put, old)
            if count:
                _replace(book, tab, row, column, new, formula=formula)
                counts["formulasChanged" if formula else "valuesChanged"] += 1
                counts["occurrencesChanged"] += count
                rows.add((tab.id, row))
    counts |= {"rowsChanged": len(rows), "sheetsChanged": len({sheet for sheet, _ in rows})}
    return {name: count for name, count in counts.items() if count}


def _search_places(book: Book, request: Json) -> list[tuple[Tab, a1.Area]]:
    if request.get("allSheets"):
        return [(tab, a1.Area(tab.id)) for tab in book.sheets]
    if "range" in request:
        return [need_area(book, request["range"])]
    if "sheetId" in request:
        tab = need_sheet(book, request["sheetId"])
        return [(tab, a1.Area(tab.id))]
    raise invalid("Must specify a range, a sheet or all sheets.")


def _pattern(request: Json) -> re.Pattern[str]:
    text = request["find"] if request.get("searchByRegex") else re.escape(request["find"])
    if request.get("matchEntireCell"):
        text = rf"\A(?:{text})\Z"
    try:
        return re.compile(text, 0 if request.get("matchCase") else re.IGNORECASE)
    except re.error:
        raise invalid(f"Invalid regular expression: {request['find']}") from None


def _searched(book: Book, tab: Tab, row: int, column: int, cell: Cell) -> str:
    entered = cell["userEnteredValue"]
    if "formulaValue" in entered:
        return entered["formulaValue"]
    number_format = cell.get("userEnteredFormat", {}).get("numberFormat")
    value = cell_value(book, tab, row, column)
    return value.shown if isinstance(value, FormulaFault) else shown(value, number_format, book.locale)


def _replace(book: Book, tab: Tab, row: int, column: int, text: str, *, formula: bool) -> None:
    cell = {
        key: item for key, item in tab.get(row, column).items() if key not in {"userEnteredValue", "textFormatRuns"}
    }
    number_format = cell.get("userEnteredFormat", {}).get("numberFormat", {})
    entry = typed(text, book.locale, as_text=number_format.get("type") == "TEXT" and not formula)
    if entry.value is not None:
        cell = {"userEnteredValue": entry.value, **cell}
    tab.put(row, column, cell)


def trim_whitespace(book: Book, request: Json) -> Json:
    """Takes blanks away at the ends of texts, and all but one between words."""
    count = _each_text(book, request, lambda text: re.sub(r"[ \t\u00a0]+", " ", text.strip()))
    return {"cellsChangedCount": count} if count else {}


def _each_text(book: Book, request: Json, change: Callable[[str], str]) -> int:
    tab, area = need_area(book, request.get("range"))
    count = 0
    for row, column, cell in list(tab.filled()):
        text = cell.get("userEnteredValue", {}).get("stringValue")
        if text is not None and area.covers(row, column) and change(text) != text:
            kept = {key: item for key, item in cell.items() if key not in {"userEnteredValue", "textFormatRuns"}}
            new = change(text)
            tab.put(row, column, kept | ({"userEnteredValue": {"stringValue": new}} if new else {}))
            count += 1
    return count


def delete_duplicates(book: Book, request: Json) -> Json:
    """Takes rows away that repeat an earlier one; the rows below move up."""
    tab, area = need_area(book, request.get("range"))
    columns = list(range(area.left, area.right or 0))
    if request.get("comparisonColumns"):
        columns = [
            column
            for span in request["comparisonColumns"]
            for column in range(span.get("startIndex", 0), span.get("endIndex", tab.columns))
        ]
    seen: set[tuple[Any, ...]] = set()
    kept: list[int] = []
    last = max((row for row in tab.cells if row < (area.bottom or 0)), default=area.top - 1)
    for row in range(area.top, last + 1):
        values = tuple(_sort_key(cell_value(book, tab, row, column)) for column in columns)
        if values not in seen or all(value is None for value in values):
            kept.append(row)
        seen.add(values)
    removed = last + 1 - area.top - len(kept)
    lines = [_line(tab, row, area) for row in kept]
    for index, row in enumerate(range(area.top, last + 1)):
        down = row - kept[index] if index < len(kept) else 0
        _put_line(book, tab, row, area, lines[index] if index < len(lines) else {}, down)
    return {"duplicatesRemovedCount": removed} if removed else {}


def text_to_columns(book: Book, request: Json) -> None:
    """Splits a column's texts over the columns to its right."""
    tab, area = need_area(book, request.get("source"))
    if (area.right or 0) - area.left != 1:
        raise invalid("The source range must be exactly one column wide.")
    delimiter = _delimiter(tab, area, request)
    for row in range(area.top, area.bottom or 0):
        text = tab.get(row, area.left).get("userEnteredValue", {}).get("stringValue")
        if text is None or delimiter not in text:
            continue
        parts = [part.strip() for part in text.split(delimiter)]
        tab.resize(COLUMNS, max(tab.columns, area.left + len(parts)))
        for across, part in enumerate(parts):
            _replace(book, tab, row, area.left + across, part, formula=False)


def _delimiter(tab: Tab, area: a1.Area, request: Json) -> str:
    kind = request.get("delimiterType", "CUSTOM" if request.get("delimiter") else "AUTODETECT")
    if kind == "CUSTOM":
        if not request.get("delimiter"):
            raise invalid("A delimiter must be specified for the delimiter type CUSTOM.")
        return request["delimiter"]
    if kind in _DELIMITERS:
        return _DELIMITERS[kind]
    texts = [
        cell["userEnteredValue"].get("stringValue", "")
        for row, column, cell in tab.filled()
        if area.covers(row, column) and "userEnteredValue" in cell
    ]
    return max((",", ";", "\t", " "), key=lambda mark: sum(mark in text for text in texts))


HANDLERS: Final[dict[str, Any]] = {
    "sortRange": sort_range,
    "randomizeRange": randomize_range,
    "findReplace": find_replace,
    "trimWhitespace": trim_whitespace,
    "deleteDuplicates": delete_duplicates,
    "textToColumns": text_to_columns,
    **requests_paste.HANDLERS,
}
__all__ = ["HANDLERS", "ROWS"]
