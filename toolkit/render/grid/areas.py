"""Rectangles: cells that are alike, put together so that a request can name them all at once."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import TypeVar

from toolkit.render.grid.book import Area
from toolkit.spreadsheet import Json

_T = TypeVar("_T", bound=Hashable)


def grid_range(sheet: int, area: Area) -> Json:
    """The `GridRange` of an area."""
    row, column, last_row, last = area
    return {
        "sheetId": sheet,
        "startRowIndex": row,
        "endRowIndex": last_row + 1,
        "startColumnIndex": column,
        "endColumnIndex": last + 1,
    }


def rectangles(kinds: Mapping[tuple[int, int], _T]) -> Iterator[tuple[Area, _T]]:
    """Rectangles that cover these cells, each of one kind; no cell is in two.

    Args:
        kinds: of each cell, by row and column.
    """
    started: dict[tuple[int, int, _T], int] = {}
    last_row = -1
    for row, places in groupby(sorted(kinds), key=lambda place: place[0]):
        runs = set(_runs(row, [column for _, column in places], kinds))
        yield from _ended(started, last_row, runs if row == last_row + 1 else set())
        started |= {run: row for run in runs if run not in started}
        last_row = row
    yield from _ended(started, last_row, set())


def _runs(row: int, columns: Sequence[int], kinds: Mapping[tuple[int, int], _T]) -> Iterator[tuple[int, int, _T]]:
    """Neighbours of one kind in a row: the first column, the last, the kind."""
    keys = ((column - place, kinds[row, column]) for place, column in enumerate(columns))
    for first, end, (shift, kind) in stretches(keys):
        yield first + shift, end - 1 + shift, kind


def _ended(
    started: dict[tuple[int, int, _T], int], last_row: int, going_on: set[tuple[int, int, _T]]
) -> Iterator[tuple[Area, _T]]:
    """The rectangles that do not go on below this row; they are taken out of those that were started."""
    for run in [run for run in started if run not in going_on]:
        column, last, kind = run
        yield (started.pop(run), column, last_row, last), kind


def stretches(kinds: Iterable[_T]) -> Iterator[tuple[int, int, _T]]:
    """Where neighbours are alike: the first place, the place behind the last, what they are."""
    first = 0
    for kind, some in groupby(kinds):
        end = first + sum(1 for _ in some)
        yield first, end, kind
        first = end
