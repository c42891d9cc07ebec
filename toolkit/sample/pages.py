"""The sample's rows laid out as a workbook that looks like one the staff keep."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import cycle
from pathlib import Path
from typing import Any, Final

import xlsxwriter

from toolkit.sample.hand import BLANK, Typed
from toolkit.sample.material import AS_OF, load, plain
from toolkit.sample.slips import Row
from toolkit.schema import Schema

_TITLE: Final = {"bold": True, "font_size": 14, "align": "center", "valign": "vcenter"}
_HEADER: Final = {
    "bold": True,
    "bg_color": "#DDEBF7",
    "border": 1,
    "border_color": "#A6A6A6",
    "align": "center",
    "valign": "vcenter",
    "text_wrap": True,
}
_CELL: Final = {"valign": "vcenter", "border": 1, "border_color": "#D9D9D9"}
_LINE_HEIGHT: Final = 15
_RUN: Final = 2
"""Rows that at least are merged into one cell."""


class Pages:
    """Writes one workbook."""

    def __init__(self, path: Path, schema: Schema) -> None:
        """Start a workbook.

        Args:
            path: the file to write.
            schema: the sheets, for their totals.
        """
        self.schema = schema
        self.look = load("sheets")
        self.book = xlsxwriter.Workbook(str(path))
        self.book.set_properties({**self.look["properties"], "created": datetime(AS_OF.year, AS_OF.month, AS_OF.day)})  # noqa: DTZ001 a document's date has no zone
        self._formats: dict[str, Any] = {}

    def write(self, sheets: Mapping[str, Sequence[Row]]) -> None:
        """Write the explanation and every sheet, and close the file."""
        self._about()
        for key, look in self.look["sheets"].items():
            _Page(self, key, look, sheets[key]).write()
        self.book.close()

    def style(self, name: str, **properties: object) -> Any:  # noqa: ANN401 xlsxwriter is untyped
        """A cell format, made once."""
        if name not in self._formats:
            self._formats[name] = self.book.add_format(properties)
        return self._formats[name]

    def cell_style(self, form: str, *, wrap: bool = False) -> Any:  # noqa: ANN401
        """The format of an entry's cell with this number format."""
        extra = {"num_format": form} if form else {}
        return self.style(f"cell {form} {wrap}", **_CELL, **extra, text_wrap=wrap)

    def _about(self) -> None:
        about = self.look["about"]
        page = self.book.add_worksheet(about["tab"])
        page.hide_gridlines(2)
        page.set_column(0, 0, 90)
        page.write_string(0, 0, about["title"], self.style("about", bold=True, font_size=20, font_color="#C00000"))
        for number, line in enumerate(about["lines"], start=2):
            page.write_string(number, 0, line, self.style("line", text_wrap=True, valign="top"))


class _Page:
    """One sheet."""

    def __init__(self, pages: Pages, key: str, look: Mapping[str, Any], rows: Sequence[Row]) -> None:
        self.pages, self.key, self.look, self.rows = pages, key, look, rows
        self.columns: list[str] = list(look["columns"])
        self.page = pages.book.add_worksheet(look["tab"])

    def write(self) -> None:
        top = self._head()
        merged = set(self._merge(top))
        own = {key: cycle(words) for key, (*_, words) in self._own_columns() if words != "count"}
        for number, (line, row) in enumerate(self._lines(top), start=1):
            for position, key in enumerate(self.columns):
                if key.startswith("+"):
                    value = Typed(next(own[key])) if key in own else Typed(float(number))
                    self._cell(line, position, value)
                elif (line, position) not in merged:
                    self._cell(line, position, row.cells.get(key, BLANK))
            breaks = max((str(typed.value).count("\n") for typed in row.cells.values()), default=0)
            height = _LINE_HEIGHT * (breaks + 1) if breaks else None
            self.page.set_row(line, height, options={"hidden": number in self.look.get("hidden", ())})
        if "total" in self.look:
            self._total(max(line for line, _ in self._lines(top)) + 1)

    def _own_columns(self) -> list[tuple[str, Any]]:
        """The columns that are the staff's own: their key, and header, width and words."""
        return [(key, look) for key, look in self.look["columns"].items() if key.startswith("+")]

    def _head(self) -> int:
        """Title, group headings, header; the line of the first entry."""
        line = 0
        last = len(self.columns) - 1
        if title := self.look.get("title"):
            self.page.merge_range(line, 0, line, last, title, self.pages.style("title", **_TITLE))
            self.page.set_row(line, 28)
            line += 1
        style = self.pages.style("header", **_HEADER)
        if band := self.look.get("band"):
            left = 0
            for text, width in band:
                self.page.merge_range(line, left, line, left + width - 1, text, style)
                left += width
            line += 1
        for position, key in enumerate(self.columns):
            text, width = self.look["columns"][key][:2]
            self.page.write_string(line, position, text, style)
            self.page.set_column(position, position, width)
        self.page.set_row(line, 32)
        self.page.freeze_panes(line + 1, 0)
        return line + 1

    def _lines(self, top: int) -> Iterator[tuple[int, Row]]:
        """Each entry and the line it stands on, blank lines left out."""
        line = top
        for number, row in enumerate(self.rows, start=1):
            yield line, row
            line += 2 if number in self.look.get("blanks", ()) else 1

    def _merge(self, top: int) -> Iterator[tuple[int, int]]:
        """Merge equal neighbours of a column; the cells that are thereby written."""
        placed = list(self._lines(top))
        for key, most in self.look.get("merge", {}).items():
            position = self.columns.index(key)
            runs = [run for run in _runs(placed, key) if len(run) >= _RUN]
            for run in runs[:: max(1, len(runs) // most)][:most]:
                value = run[0][1].cells[key].value
                style = self.pages.cell_style("", wrap=True)
                self.page.merge_range(run[0][0], position, run[-1][0], position, value, style)
                yield from ((line, position) for line, _ in run)

    def _cell(self, line: int, position: int, typed: Typed) -> None:
        value = typed.value
        style = self.pages.cell_style(typed.form, wrap=isinstance(value, str) and "\n" in value)
        if isinstance(value, date):
            self.page.write_datetime(line, position, datetime(value.year, value.month, value.day), style)  # noqa: DTZ001 a cell has no zone
        elif isinstance(value, float):
            self.page.write_number(line, position, value, style)
        elif value.upper() in self.pages.schema.words.formula_errors:
            self.page.write_formula(line, position, f"={value}", style, value)
        elif value:
            self.page.write_string(line, position, value, style)
        else:
            self.page.write_blank(line, position, None, style)

    def _total(self, line: int) -> None:
        key = self.look["total"]
        numbers = [row.entry[key] for row in self.rows if isinstance(row.entry.get(key), int)]
        style = self.pages.style("total", **_CELL, bold=True)
        self.page.write_string(line, 0, self.pages.schema.words.totals[0], style)
        self.page.write_number(line, self.columns.index(key), sum(numbers), style)


def _runs(placed: list[tuple[int, Row]], key: str) -> Iterator[list[tuple[int, Row]]]:
    """Neighbouring lines whose column says the same, none of them with a planted mistake."""
    run: list[tuple[int, Row]] = []
    for line, row in placed:
        fits = bool(run) and line == run[-1][0] + 1 and not row.slip and _said(row, key) == _said(run[-1][1], key)
        if not fits:
            yield run
            run = []
        if not row.slip and _said(row, key):
            run = [*run, (line, row)]
    yield run


def _said(row: Row, key: str) -> str:
    return plain(row.entry.get(key, ""))
