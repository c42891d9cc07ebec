"""The tabs of a Google Sheet as a workbook: values as they are, nothing that calculates."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from toolkit.render.new_workbook import new_workbook
from toolkit.spreadsheet import free_title
from toolkit.workbook import address

LONGEST_TEXT: Final = 32_767
"""So many signs fit into a workbook's cell; into one of a Google Sheet 50,000."""
_LONGEST_TITLE: Final = 31
_ROOM: Final = 4
"""Signs of a title that are left for a number."""
_RESERVED: Final = frozenset({"history"})
_OPTIONS: Final = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_DAY, _TIME, _MOMENT = "yyyy-mm-dd", "hh:mm:ss", "yyyy-mm-dd hh:mm:ss"
_LAST_DAY: Final = 2_958_465
"""31 December 9999: what is not from 0 to this is no day in a workbook."""

Value = str | float | bool
Rows = Sequence[Sequence[Value]]


@dataclass(frozen=True)
class RecordTab:
    """A tab to write.

    Attributes:
        title: one that a workbook allows (`allowed_title`).
        rows: of values; blanks are "".
        days: rows and columns from 0 of the numbers that are days or times, counted from 30 December 1899.
        merges: the merged cells, as the API's `GridRange`.
        hidden: whether people see it.
    """

    title: str
    rows: Rows
    days: Collection[tuple[int, int]]
    merges: Sequence[Mapping[str, int]]
    hidden: bool


def allowed_title(title: str, taken: Collection[str]) -> str:
    """A tab's title as a workbook allows it: up to 31 signs, some not at all, and no two alike."""
    plain = re.sub(r"[\[\]:*?/\\]", "-", title).strip("'")
    fits = len(plain) <= _LONGEST_TITLE and plain.casefold() not in _RESERVED
    return free_title(plain if fits and plain else plain[: _LONGEST_TITLE - _ROOM] + "-", taken)


def long_texts(rows: Rows) -> dict[str, str]:
    """Texts that do not fit into a workbook's cell, by address."""
    return {
        address(row + 1, column): value
        for row, line in enumerate(rows)
        for column, value in enumerate(line)
        if isinstance(value, str) and len(value) > LONGEST_TEXT
    }


def write_record(path: Path, tabs: Sequence[RecordTab]) -> None:
    """Write the workbook: numbers to 16 figures; of texts that are too long for a cell as much as fits.

    Raises:
        OSError: it cannot be written.
    """
    with new_workbook(path, _OPTIONS) as book:
        looks = {pattern: book.add_format({"num_format": pattern}) for pattern in (_DAY, _TIME, _MOMENT)}
        for tab in tabs:
            sheet = book.add_worksheet(tab.title)
            if tab.hidden and any(not other.hidden for other in tabs):
                sheet.hide()
            _merge(sheet, tab)
            for row, line in enumerate(tab.rows):
                for column, value in enumerate(line):
                    is_day = (row, column) in tab.days and isinstance(value, int | float) and 0 <= value <= _LAST_DAY
                    _write(sheet, row, column, value, looks[_pattern(value)] if is_day else None)
        shown = next((place for place, tab in enumerate(tabs) if not tab.hidden), 0)
        book.worksheets()[shown].activate()
        book.worksheets()[shown].set_first_sheet()


def _pattern(value: Value) -> str:
    """How a day or time is shown, by whether it has a day and a time."""
    if not isinstance(value, int | float) or value % 1 == 0:
        return _DAY
    return _TIME if value < 1 else _MOMENT


def _merge(sheet: Worksheet, tab: RecordTab) -> None:
    for area in tab.merges:
        first = area.get("startRowIndex", 0), area.get("startColumnIndex", 0)
        last = area["endRowIndex"] - 1, area["endColumnIndex"] - 1
        if first != last:
            sheet.merge_range(*first, *last, "")


def _write(sheet: Worksheet, row: int, column: int, value: Value, look: Format | None) -> None:
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif not isinstance(value, str):
        sheet.write_number(row, column, value, look)
    elif value:
        sheet.write_string(row, column, value[:LONGEST_TEXT])
