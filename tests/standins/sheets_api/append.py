"""Appending values: the table that a range touches, and the row below it."""

from __future__ import annotations

from typing import Any

from . import a1
from .book import COLUMNS, ROWS, Book, Tab
from .requests_dimensions import insert
from .requests_sheets import check_size
from .values import Written, sheet_of, write


def append(
    book: Book, place: a1.Area, rows: list[list[Any]], *, major: str, option: str, inserting: bool
) -> tuple[a1.Area | None, Written]:
    """Writes values below the last table that a range touches, starting in the table's first column.

    That the table is found anew from whatever cells are filled, and its first column with it, is why data drift to the
    right when first cells of rows are empty; Google does so.
    """
    tab = sheet_of(book, place)
    if place.starts_outside(tab):
        raise a1.outside(tab, place)
    table = last_table(tab, place.within(tab))
    top, left = (table.bottom or 0, table.left) if table else (place.top, place.left)
    height, width = len(rows), max((len(row) for row in rows), default=0)
    if major == COLUMNS:
        height, width = width, height
    if inserting and height and top < tab.rows:
        insert(book, tab, ROWS, top, height)
    tab.resize(ROWS, max(tab.rows, top + height))
    tab.resize(COLUMNS, max(tab.columns, left + width))
    check_size(book)
    target = a1.Area(tab.id, top, left, top + max(height, 1), left + max(width, 1))
    if top >= tab.rows:
        tab.resize(ROWS, top + 1)
    return table, write(book, a1.text(tab.title, target), target, rows, major=major, option=option)


def last_table(tab: Tab, place: a1.Area) -> a1.Area | None:
    """The last table, a block of filled cells with empty ones around it, that an area touches."""
    for row in sorted((row for row in tab.cells if place.top <= row < (place.bottom or 0)), reverse=True):
        for column in sorted(tab.cells[row], reverse=True):
            if place.left <= column < (place.right or 0) and _filled(tab, row, column):
                return _block(tab, row, column)
    return _around(tab, place)


def _filled(tab: Tab, row: int, column: int) -> bool:
    return "userEnteredValue" in tab.get(row, column)


def _block(tab: Tab, row: int, column: int) -> a1.Area:
    """The block around a filled cell, grown until the cells next to it, corners included, are empty."""
    top, left, bottom, right = row, column, row, column
    grown = True
    while grown:
        grown = False
        while top and _row_filled(tab, top - 1, left, right):
            top, grown = top - 1, True
        while _row_filled(tab, bottom + 1, left, right):
            bottom, grown = bottom + 1, True
        while left and _column_filled(tab, left - 1, top, bottom):
            left, grown = left - 1, True
        while _column_filled(tab, right + 1, top, bottom):
            right, grown = right + 1, True
    return a1.Area(tab.id, top, left, bottom + 1, right + 1)


def _row_filled(tab: Tab, row: int, left: int, right: int) -> bool:
    line = tab.cells.get(row, {})
    return any("userEnteredValue" in line.get(column, ()) for column in range(max(left - 1, 0), right + 2))


def _column_filled(tab: Tab, column: int, top: int, bottom: int) -> bool:
    return any(_filled(tab, row, column) for row in range(max(top - 1, 0), bottom + 2))


def _around(tab: Tab, place: a1.Area) -> a1.Area | None:
    """The block that has the area's empty first cell inside its rectangle."""
    seen: list[a1.Area] = []
    for row, column, cell in tab.filled():
        if "userEnteredValue" not in cell or any(block.covers(row, column) for block in seen):
            continue
        block = _block(tab, row, column)
        seen.append(block)
        if block.meets(place):
            return block
    return None
