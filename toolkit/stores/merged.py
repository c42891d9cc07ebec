"""Merged cells: they count for every row and column they cover."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from toolkit.workbook import RawValue

_REACH: Final = 1000
"""How many rows past the last filled one a merged cell is followed."""

Area = tuple[tuple[int, int], tuple[int, int]]
"""First and last cell, each as row and column from 0."""


def fill_merged(rows: list[list[RawValue]], areas: Iterable[Area]) -> None:
    """Repeat the content of each merged cell over the area it covers.

    Args:
        rows: of one sheet; made larger where an area reaches beyond them.
        areas: the merged cells.
    """
    last = len(rows) - 1 + _REACH
    for (top, left), (bottom, right) in areas:
        content = rows[top][left] if top < len(rows) and left < len(rows[top]) else ""
        if content == "":
            continue
        for row in range(top, min(bottom, last) + 1):
            reach(rows, row, right)
            rows[row][left : right + 1] = [content] * (right + 1 - left)


def reach(rows: list[list[RawValue]], row: int, column: int) -> None:
    """Make the grid large enough to hold a cell."""
    width = max(column + 1, len(rows[0]) if rows else 0)
    while len(rows) <= row:
        rows.append([""] * width)
    if len(rows[row]) <= column:
        rows[row].extend([""] * (column + 1 - len(rows[row])))
