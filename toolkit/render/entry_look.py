"""Colours, type and measures of the entry workbook."""

from __future__ import annotations

import math
import unicodedata
from typing import Any, Final

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from toolkit.guide import Guide

FONT: Final = {"font_name": "Microsoft YaHei", "font_size": 11}
HUES: Final = (("#0b6b5d", "#d9eee9"), ("#1f5aa6", "#dfeaf8"), ("#7a4b1e", "#f4e8da"))
"""For each group of sheets, the ground of required headers and that of the others; every pair of text and ground has a
contrast of 4.5 or more."""
INK: Final = "#1f2933"
GREY: Final = "#55606e"
RULE: Final = "#c9d1da"
LINK: Final = "#1a56a8"
MISSING: Final = "#ffe0b3"
GUESS: Final[dict[str, object]] = {"font_color": LINK, "italic": True}
CELL: Final[dict[str, object]] = {"border": 1, "border_color": "#dfe4ea"}
ROW: Final = 22
_LINE: Final = 17
_PADDING: Final = 7
STAR: Final = "#ffd166"
_A4: Final = 9


class Look:
    """The formats of one open workbook, each made once."""

    def __init__(self, book: Any, guide: Guide) -> None:  # noqa: ANN401 xlsxwriter is untyped
        self._book, self._footer = book, guide.print_footer.replace("{title}", guide.title)
        self._formats: dict[tuple[tuple[str, object], ...], Format] = {}
        self.missing: Format = book.add_format({"bg_color": MISSING})

    def format(self, **properties: object) -> Format:
        """A format in the workbook's own type."""
        properties = {**FONT, "font_color": INK, "valign": "vcenter"} | properties
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format(properties)
        return self._formats[key]

    def page(self, sheet: Worksheet) -> None:
        """No grid on the screen; A4 landscape on paper, as wide as the page."""
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(_A4)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.center_horizontally()
        sheet.set_footer(self._footer)

    def starred(self, sheet: Worksheet, row: int, column: int, text: str, style: Format, ink: str) -> str:
        """Write a header with the star of a required column; return what the cell then says."""
        word, star = self.format(bold=True, font_color=ink), self.format(bold=True, font_color=STAR)
        sheet.write_rich_string(row, column, word, text, star, " *", style)
        return f"{text} *"


def text_width(text: str) -> float:
    """The width of the widest line, in letters; a Chinese sign is as wide as two."""
    return max(
        (sum(2 if unicodedata.east_asian_width(sign) in "WFA" else 1 for sign in line) for line in text.splitlines()),
        default=0,
    )


def text_lines(text: str, width: float) -> int:
    """How many lines a text takes in a column of this width."""
    return sum(max(1, math.ceil(text_width(line) / width)) for line in text.splitlines()) or 1


def height(lines: int) -> float:
    """The height of a row, in points."""
    return max(ROW, lines * _LINE + _PADDING)
