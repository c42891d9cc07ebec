"""A1 notation: which cells a text such as `'Sheet 1'!A1:C` means, and the text for cells."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, Final

from .book import Book, Tab
from .errors import ApiError, invalid

_CELL: Final = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9]\d{0,7})")
_COLUMN: Final = re.compile(r"\$?([A-Za-z]{1,3})")
_ROW: Final = re.compile(r"\$?([1-9]\d{0,7})")
_R1C1: Final = re.compile(r"R([1-9]\d*)C([1-9]\d*)", re.IGNORECASE)
_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
Corner = tuple[int | None, int | None]


@dataclass(frozen=True)
class Area:
    """A rectangle of one sheet, from 0, ends excluded; an end of None is open.

    Attributes:
        single: written as one cell without a colon, so that it is an origin rather than a bound.
    """

    sheet_id: int
    top: int = 0
    left: int = 0
    bottom: int | None = None
    right: int | None = None
    single: bool = False

    def within(self, tab: Tab) -> Area:
        """The part of it that the sheet's grid has."""
        bottom = tab.rows if self.bottom is None else min(self.bottom, tab.rows)
        right = tab.columns if self.right is None else min(self.right, tab.columns)
        return replace(self, bottom=max(bottom, self.top), right=max(right, self.left))

    def starts_outside(self, tab: Tab) -> bool:
        """Whether its first cell lies beyond the grid."""
        return self.top >= tab.rows or self.left >= tab.columns

    def meets(self, other: Area) -> bool:
        """Whether the two share a cell."""
        return self.sheet_id == other.sheet_id and (
            _overlap((self.top, self.bottom), (other.top, other.bottom))
            and _overlap((self.left, self.right), (other.left, other.right))
        )

    def same(self, other: Area, book: Book) -> bool:
        """Whether it means the same cells as another, however the two are written."""
        tab = book.sheet(self.sheet_id)
        if tab is None or self.sheet_id != other.sheet_id:
            return False
        return replace(self.within(tab), single=False) == replace(other.within(tab), single=False)

    def covers(self, row: int, column: int) -> bool:
        """Whether a cell is in it."""
        return (
            self.top <= row
            and self.left <= column
            and (self.bottom is None or row < self.bottom)
            and (self.right is None or column < self.right)
        )

    def holds(self, other: Area) -> bool:
        """Whether the other lies wholly in it."""
        return (
            self.sheet_id == other.sheet_id
            and self.top <= other.top
            and self.left <= other.left
            and (self.bottom is None or (other.bottom is not None and other.bottom <= self.bottom))
            and (self.right is None or (other.right is not None and other.right <= self.right))
        )

    def grid_range(self) -> dict[str, Any]:
        """As Google's GridRange; open ends and starts at an open beginning are left out."""
        made = {"sheetId": self.sheet_id}
        if self.bottom is not None or self.top:
            made["startRowIndex"] = self.top
        if self.bottom is not None:
            made["endRowIndex"] = self.bottom
        if self.right is not None or self.left:
            made["startColumnIndex"] = self.left
        if self.right is not None:
            made["endColumnIndex"] = self.right
        return made


def _overlap(one: tuple[int, int | None], two: tuple[int, int | None]) -> bool:
    return (one[1] is None or two[0] < one[1]) and (two[1] is None or one[0] < two[1])


def area(grid_range: dict[str, Any]) -> Area:
    """The area of a GridRange."""
    return Area(
        grid_range.get("sheetId", 0),
        grid_range.get("startRowIndex", 0),
        grid_range.get("startColumnIndex", 0),
        grid_range.get("endRowIndex"),
        grid_range.get("endColumnIndex"),
    )


def is_cell(word: str) -> bool:
    """Whether a word is the name of a cell, such as A1 or CRM26."""
    return bool(_CELL.fullmatch(word) or _R1C1.fullmatch(word))


def letters(column: int) -> str:
    """The name of a column: 0 is A."""
    name, number = "", column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name


def column_index(name: str) -> int:
    """The index of a column's name: A is 0."""
    number = 0
    for letter in name.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


def quoted(title: str) -> str:
    """A sheet's title as Google writes it in a range: in quotes unless a plain word that is no cell."""
    if _PLAIN.fullmatch(title) and not _CELL.fullmatch(title) and not _R1C1.fullmatch(title):
        return title
    return "'" + title.replace("'", "''") + "'"


def text(title: str, place: Area) -> str:
    """An area in A1 notation with its sheet, such as `Sheet1!A1:B2` and `Sheet1!A3:B`."""
    first = f"{letters(place.left)}{place.top + 1}"
    last = (letters(place.right - 1) if place.right is not None else "") + (
        str(place.bottom) if place.bottom is not None else ""
    )
    return f"{quoted(title)}!{first}" + (f":{last}" if last and last != first else "")


def parse(book: Book, notation: str) -> Area:
    """The area that a text means, as Google reads it.

    Raises:
        ApiError: 400 if it means nothing.
    """
    title, cells = _split(notation)
    if title is not None:
        tab = book.titled(title)
        found = tab and (_of_sheet(book, tab, cells) if cells is not None else Area(tab.id))
    else:
        found = _bare(book, notation.strip())
    if not found:
        raise unparsable(notation)
    return found


def unparsable(notation: str) -> ApiError:
    """Google's refusal of a text that is no range."""
    return invalid(f"Unable to parse range: {notation}")


def outside(tab: Tab, place: Area) -> ApiError:
    """Google's refusal of a range that begins beyond the grid."""
    return invalid(
        f"Range ({text(tab.title, place)}) exceeds grid limits. Max rows: {tab.rows}, max columns: {tab.columns}"
    )


def _split(notation: str) -> tuple[str | None, str | None]:
    """The sheet's title and the cells; no title if only cells, a named range or a bare word are given."""
    if notation.startswith("'"):
        match = re.match(r"'((?:[^']|'')*)'(?:!(.*))?$", notation, re.DOTALL)
        return (match[1].replace("''", "'"), match[2]) if match else ("", "")
    if "!" in notation:
        title, _, cells = notation.rpartition("!")
        return title, cells
    return None, None


def _of_sheet(book: Book, tab: Tab, cells: str) -> Area | None:
    return _cells(tab, cells) or _named(book, cells)


def _named(book: Book, word: str) -> Area | None:
    for named in book.named_ranges.values():
        if named["name"].casefold() == word.casefold():
            return area(named["range"])
    return None


def _bare(book: Book, word: str) -> Area | None:
    """Cells of the first sheet, else a named range, else a sheet's title; in this order, as with Google."""
    first = next((tab for tab in book.sheets if tab.rows and not tab.properties.get("hidden")), book.sheets[0])
    found = _cells(first, word)
    if found is not None and not (_COLUMN.fullmatch(word) or _ROW.fullmatch(word)):
        return found
    if named := _named(book, word):
        return named
    tab = book.titled(word)
    return Area(tab.id) if tab else None


def _cells(tab: Tab, cells: str) -> Area | None:
    first, colon, last = cells.partition(":")
    start = _corner(first)
    if start is None or (not colon and None in start):
        return None
    if not colon:
        row, column = start
        return Area(tab.id, row or 0, column or 0, (row or 0) + 1, (column or 0) + 1, single=True)
    end = _corner(last)
    if end is None:
        return None
    return _rectangle(tab, start, end)


def _rectangle(tab: Tab, start: Corner, end: Corner) -> Area | None:
    rows, columns = (start[0], end[0]), (start[1], end[1])
    if rows == (None, None) and columns == (None, None):
        return None
    top, bottom = _ends(*rows)
    left, right = _ends(*columns)
    return Area(tab.id, top, left, bottom, right)


def _ends(one: int | None, two: int | None) -> tuple[int, int | None]:
    if one is not None and two is not None:
        return min(one, two), max(one, two) + 1
    return (one if one is not None else two) or 0, None


def _corner(cell: str) -> Corner | None:
    """Row and column of a corner, either of them None if it names a whole column or row."""
    if match := _CELL.fullmatch(cell):
        return int(match[2]) - 1, column_index(match[1])
    if match := _COLUMN.fullmatch(cell):
        return None, column_index(match[1])
    if match := _ROW.fullmatch(cell):
        return int(match[1]) - 1, None
    if match := _R1C1.fullmatch(cell):
        return int(match[1]) - 1, int(match[2]) - 1
    return None
