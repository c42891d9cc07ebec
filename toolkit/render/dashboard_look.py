"""Look of the dashboard workbook: formats, safe text, links, pages."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, Final

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from toolkit.outputs import Outputs
from toolkit.render.entry_look import text_lines

INK: Final = "#1b2330"
SOFT: Final = "#5b6675"
LINE: Final = "#dfe4ea"
GROUND: Final = "#f4f6f8"
GREEN: Final = "#0b6b5d"
BLUE: Final = "#1a56a8"
PALE: Final = "#a9d8cd"
STATUS: Final[Mapping[str, tuple[str, str]]] = {
    "met": (GREEN, "#e1f3ef"),
    "on_track": (BLUE, "#e6effb"),
    "pending": ("#4b5567", "#f1f3f6"),
    "at_risk": ("#8a4b00", "#fdf0d9"),
    "missed": ("#a3142a", "#fbe4e7"),
    "exceeded": ("#a3142a", "#fbe4e7"),
    "waived": (SOFT, "#ffffff"),
    "no_data": (SOFT, "#ffffff"),
}
"""Text and ground of each status; every pair has a contrast of 4.5 or more."""
MOST_ROWS: Final = 1_000_000
MOST_LINKS: Final = 65_530
"""A worksheet holds so many links; what is beyond is text."""
FONT: Final = "Microsoft YaHei"
_LONGEST: Final = 32_000
"""A cell holds 32,767 characters."""
_LONGEST_PATH: Final = 1_500
_LONGEST_TIP: Final = 120
_UNSAFE: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_FIRST_YEAR: Final = 1900
_LEADING: Final = 14.5
"""Height of a further line of text in points."""
_PADDING: Final = 6
_TALLEST: Final = 409
_A4: Final = 9
_PAPER: Final = (297 - 2 * 10) / 25.4 * 96, (210 - 2 * 12.7) / 25.4 * 72
"""What A4 landscape leaves between the margins: pixels across, points down."""
_SPARE: Final = 0.97
"""Fonts differ from one machine to the next: so much of a page is counted on."""


def safe(text: str) -> str:
    """Text that a cell can hold."""
    text = _UNSAFE.sub(" ", text)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def row_height(*texts: tuple[str, float], least: float = 20) -> float:
    """The height of a row in points that shows these texts whole, each in a column of its width."""
    # A sign is at most two figures wide: most texts need no closer look.
    lines = [
        text_lines(text[:_LONGEST], max(0.9 * width, width - 2))
        for text, width in texts
        if 2 * len(text) > width or "\n" in text
    ]
    most = max(lines, default=1)
    return least if most == 1 else min(_TALLEST, max(least, most * _LEADING + _PADDING))


class Look:
    """The formats and words of one open workbook, and where its links lead.

    Attributes:
        source: path of the entry workbook; empty where the entries stand in the same file, None where it has no path.
    """

    def __init__(self, book: Any, words: Outputs, source: str | None) -> None:  # noqa: ANN401 xlsxwriter is untyped
        self.book, self.words = book, words
        self.source = source if source is not None and len(source) <= _LONGEST_PATH else None
        self._formats: dict[tuple[tuple[str, object], ...], Format] = {}

    def format(self, **properties: object) -> Format:
        """A format in the workbook's own type; each is made once."""
        properties = {"font_name": FONT, "font_size": 10, "font_color": INK, "valign": "vcenter"} | properties
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self.book.add_format(properties)
        return self._formats[key]

    def status(self, status: str, **properties: object) -> Format:
        """A status in its colours, with a white line around it."""
        ink, ground = STATUS[status]
        white = {"border": 2, "border_color": "#ffffff", "align": "center"}
        return self.format(**{"font_color": ink, "bg_color": ground} | white | properties)

    def head(self, **properties: object) -> Format:
        """The head of a table."""
        base = {"bold": True, "bg_color": "#eef1f5", "text_wrap": True, "bottom": 1, "bottom_color": "#c5cad3"}
        return self.format(**base | properties)

    def cell(self, **properties: object) -> Format:
        """A cell of a table: wrapped, a fine line below."""
        return self.format(**{"text_wrap": True, "bottom": 1, "bottom_color": LINE} | properties)

    def linked(self, **properties: object) -> Format:
        """A cell of a table that leads somewhere."""
        return self.cell(**{"font_color": BLUE, "underline": 1} | properties)

    def signed(self, sign: str, text: str, *, lost: bool) -> str:
        """A text behind its sign; behind it the sign of what is lost, where it is not that already."""
        flag = self.words.lost_sign if lost and sign != self.words.lost_sign else ""
        return f"{sign} {text} {flag}".rstrip()

    def inside(self, key: str, row: int) -> str:
        """A link to the first cell of a row of another sheet, counted from 0."""
        return f"internal:'{self.words.sheets[key]}'!A{row + 1}"

    def outside(self, tab: str, cell: str) -> str | None:
        """A link to a cell of the entry workbook; None where it has no path."""
        quoted = tab.replace("'", "''")
        return f"external:{self.source}#'{quoted}'!{cell}" if self.source is not None else None


class Pane:
    """One sheet: it keeps its widths, heights and links in mind."""

    def __init__(self, look: Look, title: str, community: str, day: str) -> None:
        self.look = look
        self.sheet: Worksheet = look.book.add_worksheet(title)
        self.widths: list[float] = []
        self._heights: dict[int, float] = {}
        self._parts: list[int] = []
        self._links = 0
        self._page(community, day, title)

    def _page(self, community: str, day: str, title: str) -> None:
        sheet = self.sheet
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(_A4)
        sheet.set_margins(left=0.394, right=0.394, top=0.5, bottom=0.5)
        sheet.fit_to_pages(1, 0)
        community, title = (text.replace("&", "&&") for text in (safe(community[:60]).replace("\n", " "), title))
        sheet.set_header(f"&L&9 {community}&R&9 {title}", {"margin": 0.25})
        sheet.set_footer(f"&L&9 {day}&R&9 {self.look.words.book['footer']}", {"margin": 0.25})
        # Protected against slips, not against people: there is no password, and filters keep working.
        sheet.protect("", {"autofilter": True, "sort": True, "format_columns": True, "select_locked_cells": True})

    def columns(self, widths: Sequence[float]) -> None:
        """Set the widths of all columns."""
        self.widths = list(widths)
        for column, width in enumerate(widths):
            self.sheet.set_column(column, column, width)

    def span(self, first: int, last: int) -> float:
        """How many figures fit into these columns together."""
        return sum(self.widths[first : last + 1]) + 0.7 * (last - first)

    def height(self, row: int, points: float) -> None:
        """Set the height of a row."""
        self._heights[row] = points
        self.sheet.set_row(row, points)

    def text(self, row: int, column: int, text: str, style: Format, last: int | None = None) -> None:
        """Write text, over several columns if need be; it never becomes a formula."""
        if last is not None and last > column:
            self.sheet.merge_range(row, column, row, last, "", style)
        if text:
            self.sheet.write_string(row, column, safe(text), style)
        else:
            self.sheet.write_blank(row, column, None, style)

    def link(
        self, row: int, column: int, target: str | None, text: str, style: Format, *, tip: str = "", last: int = 0
    ) -> None:
        """Write text that leads somewhere; it is text alone where there are too many links, or no target."""
        if not text or target is None or self._links >= MOST_LINKS:
            self.text(row, column, text, style, last)
            return
        if last > column:
            self.sheet.merge_range(row, column, row, last, "", style)
        self._links += 1
        self.sheet.write_url(row, column, target, style, safe(text), safe(tip)[:_LONGEST_TIP] or None)

    def number(self, row: int, column: int, number: float | None, style: Format, missing: str = "") -> None:
        """Write a number as a number."""
        if number is not None and math.isfinite(number):
            self.sheet.write_number(row, column, round(number, 4), style)
        else:
            self.text(row, column, missing, style)

    def day(self, row: int, column: int, day: date | None, style: Format) -> None:
        """Write a day as a date."""
        if day is not None and day.year >= _FIRST_YEAR:
            self.sheet.write_datetime(row, column, datetime.combine(day, time()), style)
        else:
            self.text(row, column, day.isoformat() if day else "", style)

    def table(self, row: int, heads: Mapping[str, str], rows: int, aligned: Mapping[str, str]) -> None:
        """Write the head of a table of so many rows that can be filtered; it stays in view and on every page.

        Args:
            row: of the head.
            heads: words by key.
            rows: how many there are.
            aligned: how the columns stand that do not stand on the left.
        """
        for column, (key, text) in enumerate(heads.items()):
            self.text(row, column, text, self.look.head(align=aligned.get(key, "left")))
        self.height(row, row_height(*zip(heads.values(), self.widths, strict=False), least=22))
        self.sheet.autofilter(row, 0, row + max(1, min(rows, MOST_ROWS)), len(heads) - 1)
        self.sheet.repeat_rows(row)

    # --- paper

    def part(self, row: int) -> None:
        """A part begins here that is not to be torn apart on paper."""
        self._parts.append(row)

    def paginate(self, end: int) -> None:
        """Break pages between parts: one that does not fit goes to the next page."""
        across = sum(7 * width + 5 for width in self.widths)
        page, used, breaks = _PAPER[1] * _SPARE * max(1, across / _PAPER[0]), 0.0, []
        for start, stop in zip(self._parts, [*self._parts[1:], end], strict=True):
            height = sum(self._heights.get(row, 15) for row in range(start, stop))
            if used and used + height > page:
                breaks.append(start)
                used = 0
            used = (used + height) % page
        self.sheet.set_h_pagebreaks(breaks)
