"""Shapes of the Sheets API that set-up uses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from toolkit.render.entry_look import INK
from toolkit.render.grid import book, formats

Request = dict[str, Any]
Span = tuple[int, int]
"""Rows or columns, counted from 0; the end is not part of it."""

_LETTER: Final = 7.5
"""How many pixels a letter takes."""
_POINT: Final = 4 / 3
_AIR: Final = {"top": 4, "bottom": 4}
"""Rows are as high as their text and this, since none has a height of its own."""


def area(sheet: int, rows: Span | None = None, columns: Span | None = None) -> Request:
    """A GridRange; without rows or columns it reaches to the ends of the grid, however far it grows."""
    named: Request = {"sheetId": sheet}
    for name, span in (("Row", rows), ("Column", columns)):
        if span:
            named |= {f"start{name}Index": span[0], f"end{name}Index": span[1]}
    return named


def below(sheet: int, row: int, column: int) -> Request:
    """A GridRange of one column from a row down to the end of the grid, however far it grows."""
    return {"sheetId": sheet, "startRowIndex": row, "startColumnIndex": column, "endColumnIndex": column + 1}


def look(properties: Mapping[str, object]) -> Request:
    """A CellFormat from a format of the entry workbook."""
    whole = {"font_size": 11, "font_color": INK, "valign": "vcenter", **properties}
    made = dict(formats.cell_format(book.style(whole)))
    return made | {"padding": {"left": 3, "right": 3, **made.get("padding", {}), **_AIR}}


def pixels(letters: float) -> int:
    """How wide a column of so many letters is."""
    return round(letters * _LETTER) + 5


def tall(points: float) -> int:
    """How high a row of so many points is, in pixels."""
    return round(points * _POINT)


def runs(places: Iterable[int]) -> list[Span]:
    """Neighbouring rows or columns put together.

    Args:
        places: in rising order.
    """
    found: list[Span] = []
    for place in places:
        if found and found[-1][1] == place:
            found[-1] = (found[-1][0], place + 1)
        else:
            found.append((place, place + 1))
    return found
