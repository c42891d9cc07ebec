"""Every tab of a Google Sheet in three calls, and which of its numbers are days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from toolkit.spreadsheet import Spreadsheet, Tab
from toolkit.stores.sheets.connection import Connection
from toolkit.stores.sheets.failures import SheetError

_TRIES: Final = 3

Value = str | float | bool


@dataclass(frozen=True)
class WholeTab:
    """A tab with all that stands in its cells.

    Attributes:
        tab: the tab.
        rows: values, those of formulas too; days as serial numbers, errors as they are shown, blanks as "".
        days: rows and columns from 0 of the numbers that are shown as days or times.
    """

    tab: Tab
    rows: Sequence[Sequence[Value]]
    days: frozenset[tuple[int, int]]


def read_whole(connection: Connection) -> tuple[Spreadsheet, tuple[WholeTab, ...]]:
    """Read every tab that has cells, from left to right.

    Google is asked twice, for days as numbers and as they are shown; formats, cell by cell, would be a hundred times as
    much to send.

    Raises:
        SheetError: it cannot be read.
    """
    for _ in range(_TRIES):
        structure = connection.structure()
        tabs = [tab for tab in structure.tabs if tab.grid]
        numbers = [tab.id for tab in tabs]
        try:
            values, shown = connection.values(numbers), connection.values(numbers, "FORMATTED_STRING")
        except SheetError as error:
            if error.key != "request":
                raise
            continue  # a tab was deleted between the calls
        return structure, tuple(_whole(tab, values.get(tab.id, []), shown.get(tab.id, [])) for tab in tabs)
    raise SheetError("changing", tries=_TRIES)


def _whole(tab: Tab, values: Sequence[Sequence[Any]], shown: Sequence[Sequence[Any]]) -> WholeTab:
    return WholeTab(tab, values, frozenset(_days(values, shown)))


def _days(values: Sequence[Sequence[Any]], shown: Sequence[Sequence[Any]]) -> Iterator[tuple[int, int]]:
    for row, lines in enumerate(zip(values, shown, strict=False)):
        for column, (value, text) in enumerate(zip(*lines, strict=False)):
            if isinstance(text, str) and isinstance(value, int | float) and not isinstance(value, bool):
                yield row, column
