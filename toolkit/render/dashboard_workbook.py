"""The dashboard as a workbook of its own."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from toolkit.files import MARK, replacing
from toolkit.outputs import Outputs
from toolkit.views import CellView, Dashboard, MatrixRow
from toolkit.workbook import address

_OPTIONS: Final = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "in_memory": True,
}
_LONGEST: Final = 32_000
"""A cell holds 32,767 characters."""
_MOST_LINKS: Final = 60_000
"""A worksheet holds 65,530 links."""
_MOST_ROWS: Final = 1_000_000
_FORMS: Final = {"share": "0.0%", "gap": "+0.00;-0.00;0", "plain": "General"}
_LINE: Final = 18
"""Height of one line of text in points."""
_UNSAFE: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]")

_INK: Final = {
    "met": ("#0b6b5d", "#e1f3ef"),
    "on_track": ("#1a56a8", "#e6effb"),
    "pending": ("#4b5567", "#f1f3f6"),
    "at_risk": ("#8a4b00", "#fdf0d9"),
    "missed": ("#a3142a", "#fbe4e7"),
    "exceeded": ("#a3142a", "#fbe4e7"),
    "waived": ("#6b7280", "#ffffff"),
    "no_data": ("#6b7280", "#ffffff"),
}
"""Text and ground of each status; every pair has a contrast of 4.5 or more."""


def safe(text: str) -> str:
    """Text that a cell can hold."""
    text = _UNSAFE.sub(" ", text)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def _lines(text: str, width: float) -> int:
    """How many lines a text takes in a column; a Chinese sign is about two figures wide."""
    return max(1, math.ceil(sum(2 if sign > "\u2e80" else 1 for sign in text) / width))


def write_dashboard(path: Path, dashboard: Dashboard, outputs: Outputs, source: Path | None) -> None:
    """Write the dashboard workbook whole or not at all.

    Args:
        path: the file to make.
        dashboard: the view.
        outputs: the words.
        source: the entry workbook that problems and evidence link to; None where it has no path.

    Raises:
        UsageError: the file cannot be written.
    """
    with replacing(path) as temporary, xlsxwriter.Workbook(str(temporary), _OPTIONS) as book:
        book.set_properties({"title": dashboard.community, "author": MARK, "comments": dashboard.as_of.isoformat()})
        _Writer(book, dashboard, outputs, _relative(source, path)).write()


def _relative(source: Path | None, path: Path) -> str | None:
    if source is None:
        return None
    try:
        relative = os.path.relpath(source.resolve(), path.parent.resolve())
    except ValueError:  # another drive
        relative = str(source.resolve())
    # XlsxWriter takes the first # for the anchor and a %25 for a sign that all is escaped already.
    return quote(relative, safe="/\\:") if "#" in relative or "%" in relative else relative


class _Writer:
    """Writes the sheets of one dashboard."""

    def __init__(self, book: Any, dashboard: Dashboard, outputs: Outputs, source: str | None) -> None:  # noqa: ANN401 untyped
        self.book, self.view, self.words, self.source = book, dashboard, outputs, source
        self.formats: dict[tuple[tuple[str, object], ...], Format] = {}

    def write(self) -> None:
        self._dashboard()
        self._details()
        self._problems()
        self._loans()
        self._scores()

    def _format(self, **properties: object) -> Format:
        base: dict[str, object] = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "vcenter"}
        properties = base | properties
        key = tuple(sorted(properties.items()))
        if key not in self.formats:
            self.formats[key] = self.book.add_format(properties)
        return self.formats[key]

    def _status(self, status: str, **properties: object) -> Format:
        ink, ground = _INK[status]
        return self._format(
            font_color=ink, bg_color=ground, align="center", border=1, border_color="#ffffff", **properties
        )

    def _sheet(self, key: str) -> Worksheet:
        sheet = self.book.add_worksheet(self.words.sheets[key])
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        # Protected against slips, not against people: there is no password, and filters keep working.
        sheet.protect("", {"autofilter": True, "sort": True, "format_columns": True, "select_locked_cells": True})
        return sheet

    # --- 看板

    def _dashboard(self) -> None:
        sheet, view = self._sheet("dashboard"), self.view
        sheet.set_column(0, 0, 18)
        sheet.set_column(1, len(view.matrix.heads) + 2, 9.5)
        sheet.set_row(0, 30)
        sheet.write_string(0, 0, safe(view.community), self._format(bold=True, font_size=18))
        day = self.words.headings["as_of"].format(day=view.as_of.isoformat())
        sheet.write_string(
            1, 0, safe(" · ".join(part for part in (view.period, day) if part)), self._format(font_color="#4b5567")
        )
        sheet.set_row(3, 34)
        for number, figure in enumerate(view.figures):
            column = number * 4
            sheet.merge_range(3, column, 3, column + 2, "", self._format())
            sheet.write_string(3, column, figure.text, self._format(bold=True, font_size=24))
            sheet.merge_range(4, column, 4, column + 2, "", self._format())
            sheet.write_string(4, column, figure.label, self._format(font_color="#4b5567"))
        row = self._community(sheet, 6)
        self._matrix(sheet, row + 1)

    def _community(self, sheet: Worksheet, row: int) -> int:
        if not self.view.community_cells:
            return row
        sheet.write_string(row, 0, self.words.headings["community"], self._format(bold=True, font_size=12))
        for number, (head, cell) in enumerate(self.view.community_cells):
            line, column = row + 1 + number // 3, number % 3 * 4
            sheet.merge_range(line, column, line, column + 1, "", self._format())
            sheet.write_string(line, column, safe(f"{head.number} {head.name}"), self._format())
            self._cell(sheet, line, column + 2, cell)
        return row + 2 + (len(self.view.community_cells) + 2) // 3

    def _matrix(self, sheet: Worksheet, row: int) -> None:
        matrix, words = self.view.matrix, self.words.headings
        if not matrix.heads:
            return
        sheet.write_string(row, 0, words["schools"], self._format(bold=True, font_size=12))
        head = self._format(bold=True, text_wrap=True, align="center", bottom=1, bottom_color="#c5cad3")
        sheet.set_row(row + 1, 58)
        sheet.write_string(row + 1, 0, words["school"], self._format(bold=True, bottom=1, bottom_color="#c5cad3"))
        for number, rule in enumerate(matrix.heads, 1):
            sheet.write_string(row + 1, number, safe(f"{rule.number}\n{rule.name}"), head)
        sheet.write_string(row + 1, len(matrix.heads) + 1, words["met"], head)
        sheet.write_string(row + 1, len(matrix.heads) + 2, words["score"], head)
        for number, line in enumerate(matrix.rows, row + 2):
            self._matrix_row(sheet, number, line)
        soft = self._format(font_color="#4b5567")
        sheet.write_string(row + len(matrix.rows) + 3, 0, self.words.legend(), soft)
        sheet.write_string(row + len(matrix.rows) + 4, 0, words["folded"], soft)

    def _matrix_row(self, sheet: Worksheet, row: int, line: MatrixRow) -> None:
        sheet.set_row(row, 20)
        sheet.write_string(row, 0, safe(line.label), self._format())
        for number, cell in enumerate(line.cells, 1):
            if cell:
                self._cell(sheet, row, number, cell)
        centred = self._format(align="center")
        sheet.write_string(row, len(line.cells) + 1, line.compliance, centred)
        sheet.write_string(row, len(line.cells) + 2, line.score, centred)

    def _cell(self, sheet: Worksheet, row: int, column: int, cell: CellView) -> None:
        """A cell of the matrix; it leads to its lines in the details."""
        target = f"internal:'{self.words.sheets['details']}'!A{cell.details[0] + 2}"
        sheet.write_url(
            row, column, target, self._status(cell.status, underline=0), f"{cell.sign} {cell.text}".rstrip()
        )

    # --- lists

    def _table(self, sheet: Worksheet, row: int, heads: Sequence[str], widths: Sequence[float]) -> None:
        head = self._format(bold=True, bg_color="#eef1f5", bottom=1, bottom_color="#c5cad3")
        sheet.repeat_rows(row)
        for column, (text, width) in enumerate(zip(heads, widths, strict=True)):
            sheet.write_string(row, column, text, head)
            sheet.set_column(column, column, width)

    def _details(self) -> None:
        sheet, names = self._sheet("details"), self.words.columns["details"]
        self._table(sheet, 0, list(names.values()), [9, 24, 12, 10, 26, 20, 22, 8, 8, 9, 9, 11, 60])
        sheet.freeze_panes(1, 2)
        plain, wrap = self._format(), self._format(text_wrap=True)
        for row, line in enumerate(self.view.details[:_MOST_ROWS], 1):
            sheet.set_row(row, _LINE)  # a long list of evidence shows its first line; the cell holds all of it
            for column, key in enumerate(names):
                if key == "status":
                    sheet.write_string(row, column, f"{line.sign} {line.status_word}", self._status(line.status))
                elif key == "rows":
                    self._evidence(sheet, row, column, line.rows, wrap)
                elif key in line.numbers:
                    self._number(sheet, row, column, line.numbers[key], line.form)
                else:
                    sheet.write_string(row, column, safe(str(getattr(line, key))), plain)
        sheet.autofilter(0, 0, max(1, len(self.view.details)), len(names) - 1)

    def _number(self, sheet: Worksheet, row: int, column: int, number: float | None, form: str) -> None:
        if number is not None:
            rounded = round(number, 4)
            sheet.write_number(row, column, rounded, self._format(num_format=_FORMS[form], align="right"))

    def _evidence(self, sheet: Worksheet, row: int, column: int, rows: Sequence[str], plain: Format) -> None:
        """The evidence rows in one cell; the link leads to the first of them."""
        text = safe("、".join(rows))
        if rows and self.source and row < _MOST_LINKS and self.view.tabs:
            title, _, number = rows[0].rpartition("!")
            self._link(sheet, row, column, self.view.tabs.get(title, title), f"A{number}", text)
        else:
            sheet.write_string(row, column, text, plain)

    def _link(self, sheet: Worksheet, row: int, column: int, tab: str, cell: str, text: str) -> None:
        quoted = tab.replace("'", "''")
        link = self._format(font_color="#1a56a8", underline=1, text_wrap=True)
        if sheet.write_url(row, column, f"external:{self.source}#'{quoted}'!{cell}", link, text) != 0:
            sheet.write_string(row, column, text, self._format())

    def _problems(self) -> None:
        sheet, names = self._sheet("problems"), self.words.columns["problems"]
        self._table(sheet, 0, list(names.values()), [8, 14, 22, 24, 70, 22, 20])
        sheet.freeze_panes(1, 2)
        plain, wrap = self._format(), self._format(text_wrap=True)
        for row, line in enumerate(self.view.problems[:_MOST_ROWS], 1):
            ink = {"error": "missed", "warning": "at_risk", "notice": "pending"}[line.problem.severity]
            sheet.write_string(row, 0, line.severity, self._status(ink))
            sheet.set_row(row, _LINE * _lines(line.message, 70))
            if self.source and row < _MOST_LINKS:
                self._link(sheet, row, 1, line.tab, line.problem.cell or address(line.problem.row or 1, 0), line.place)
            else:
                sheet.write_string(row, 1, line.place, plain)
            texts = (line.schools, line.value, line.message, line.suggestion, line.effect)
            for column, text in enumerate(texts, 2):
                sheet.write_string(row, column, safe(text), wrap)
        sheet.autofilter(0, 0, max(1, len(self.view.problems)), len(names) - 1)

    def _loans(self) -> None:
        sheet, names = self._sheet("loans"), self.words.columns["loans"]
        self._table(sheet, 0, list(names.values()), [12, 22, 22, 28, 8, 12, 10])
        sheet.freeze_panes(1, 0)
        plain = self._format()
        for row, line in enumerate(self.view.loans, 1):
            if self.source and row < _MOST_LINKS:
                tab = self.view.tabs.get(line.place.partition("!")[0], line.place.partition("!")[0])
                self._link(sheet, row, 0, tab, address(line.row, 0), line.place)
            for column, text in enumerate((line.borrower, line.lender, line.resource), 1):
                sheet.write_string(row, column, safe(text), plain)
            sheet.write_number(row, 4, line.quantity, plain)
            sheet.write_datetime(row, 5, line.due, self._format(num_format="yyyy-mm-dd", align="left"))
            sheet.write_number(row, 6, line.days, plain)
        if not self.view.loans:
            sheet.write_string(1, 0, self.words.headings["none"], plain)

    def _scores(self) -> None:
        sheet = self._sheet("scores")
        title = self._format(bold=True, font_size=12)
        number = self._format(num_format="0.00", align="left")
        signed = self._format(num_format="+0.00;-0.00;0.00", align="left")
        sheet.write_string(0, 0, self.words.titles["scores"], title)
        self._table(sheet, 1, list(self.words.columns["scores"].values()), [26, 14, 18, 22, 12, 12, 12, 10])
        row = 2
        for row, line in enumerate(self.view.scores, 2):
            for column, text in enumerate((line.exam, line.grade, line.subject)):
                sheet.write_string(row, column, safe(text), self._format())
            sheet.write_number(row, 3, line.schools, self._format(align="left"))
            sheet.write_number(row, 4, line.pupils, self._format(align="left"))
            for column, (value, style) in enumerate(((line.mean, number), (line.city, number), (line.gap, signed)), 5):
                if value is not None:
                    sheet.write_number(row, column, value, style)
        row += 2
        sheet.write_string(row, 0, self.words.titles["contests"], title)
        sheet.write_string(row, 2, self.words.titles["dropped"], self._format(font_color="#4b5567"))
        head = self._format(bold=True, bg_color="#eef1f5", bottom=1, bottom_color="#c5cad3")
        for column, text in enumerate(self.words.columns["contests"].values()):
            sheet.write_string(row + 1, column, text, head)
        for place, rank in enumerate(self.view.ranks, row + 2):
            sheet.write_string(place, 0, safe(rank.event), self._format())
            sheet.write_number(place, 1, rank.rank, self._format(align="left"))
            sheet.write_string(place, 2, safe(rank.person), self._format())
            sheet.write_string(place, 3, safe(rank.school), self._format())
            sheet.write_number(place, 4, rank.judges, self._format(align="left"))
            sheet.write_number(place, 5, rank.mark, number)
