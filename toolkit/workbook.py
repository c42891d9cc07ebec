"""Raw sheets exactly as read, and the addresses of their cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

RawValue = str | float | date | datetime | time | timedelta
"""What a store hands over for one cell: a blank is `""`, an error cell its text (`#REF!`), a bool `TRUE` or `FALSE`."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One tab.

    Attributes:
        title: as written on the tab, spaces and all.
        rows: `rows[0]` is spreadsheet row 1 and `rows[0][0]` is A1; rows may differ in length; merged cells are
            already repeated over the area they cover.
        key: the key of the schema that the tab was tied to when it was set up, whatever its title is now; None where
            the store knows of no such tie.
        fields: the same for columns: the field's key by the column's place from 0.
        serial_dates: the store cannot tell a day from a number: in columns of dates, numbers are days.
    """

    title: str
    rows: Sequence[Sequence[RawValue]]
    key: str | None = None
    fields: Mapping[int, str] = field(default_factory=dict)
    serial_dates: bool = False


@dataclass(frozen=True, slots=True)
class Workbook:
    """All that was read in one pass.

    Attributes:
        sheets: the tabs whose titles the schema knows, in workbook order.
        others: titles of the tabs left alone.
        name: what to call the source in messages (a file name, never a path).
    """

    sheets: tuple[Sheet, ...]
    others: tuple[str, ...] = ()
    name: str = ""


def column_letters(column: int) -> str:
    """The letters of a column.

    Args:
        column: counted from 0.

    Returns:
        `A` for 0, `AA` for 26.
    """
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """The place of a column, counted from 0, from its letters: 0 for `A`, 26 for `AA`."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def address(row: int, column: int) -> str:
    """The address of a cell as the spreadsheet shows it.

    Args:
        row: counted from 1, as shown.
        column: counted from 0.

    Returns:
        For example `D7` for row 7, column 3.
    """
    return f"{column_letters(column)}{row}"
