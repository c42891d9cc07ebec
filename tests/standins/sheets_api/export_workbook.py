"""A spreadsheet as an Excel workbook, as Google exports it."""

from __future__ import annotations

import io
import math
import re
from typing import Any, Final

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from . import a1
from .book import COLUMNS, DEFAULT_PIXELS, ROWS, Book, Cell, Json, Tab
from .effects import band, laid
from .export_charts import add_charts
from .export_formats import colour, properties, with_format
from .export_rules import add_rules
from .formats import number_format_of
from .formulas import FormulaFault, cell_value, shown_text
from .references import in_formula
from .shown import default_pattern, shown, text_pixels
from .snapshot import hyperlink
from .values import covered_cells

_LONGEST: Final = 32_000
_BANDED_ROWS: Final = 500
_PORTRAIT: Final = 800
_SCHEMES: Final = ("http://", "https://", "ftp://", "mailto:", "internal:")
_GOOGLE_ONLY: Final = re.compile(r"\b(ARRAYFORMULA|JOIN|IMPORTRANGE|QUERY|SPLIT|FLATTEN|REGEX\w+)\(", re.IGNORECASE)
_OPEN: Final = re.compile(r"(\$?[A-Za-z]{1,3})(\$?\d+):(\$?[A-Za-z]{1,3})")


def workbook(book: Book) -> bytes:
    """The bytes of an .xlsx file."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": True}
    with xlsxwriter.Workbook(out, options) as made:
        titles = sheet_titles(book)
        pages = {tab.id: made.add_worksheet(titles[tab.id]) for tab in book.sheets}
        for tab in book.sheets:
            _Sheet(made, pages[tab.id], book, tab, titles).write()
        for named in book.named_ranges.values():
            tab = book.sheet(named["range"].get("sheetId", 0))
            if tab:
                made.define_name(named["name"], "=" + absolute(titles[tab.id], a1.area(named["range"]).within(tab)))
        first = next((tab for tab in book.sheets if not tab.properties.get("hidden")), None)
        if first:
            pages[first.id].activate()
            pages[first.id].set_first_sheet()
    return out.getvalue()


def sheet_titles(book: Book) -> dict[int, str]:
    """Titles that Excel takes: at most 31 characters, some signs not among them."""
    titles: dict[int, str] = {}
    for tab in book.sheets:
        base = re.sub(r"[\[\]:*?/\\]", "_", tab.title).strip("'")[:31] or "_"
        title, number = base, 1
        while title.casefold() in {taken.casefold() for taken in titles.values()}:
            number += 1
            title = f"{base[:27]} ({number})"
        titles[tab.id] = title
    return titles


def absolute(title: str, area: a1.Area) -> str:
    """A reference that Excel keeps when cells are copied."""
    name = "'" + title.replace("'", "''") + "'"
    first = f"${a1.letters(area.left)}${area.top + 1}"
    last = f"${a1.letters((area.right or 1) - 1)}${area.bottom}"
    return f"{name}!{first}" + ("" if first == last else f":{last}")


def excel_formula(book: Book, tab: Tab, formula: str, titles: dict[int, str]) -> str:
    """A formula with its open ranges closed and its sheets' titles as Excel has them."""

    def closed(home: Tab, sheet: Tab | None, cells: str) -> str:
        del home, sheet
        return _OPEN.sub(lambda m: f"{m[1]}{m[2]}:{m[3]}$1048576", cells) if _OPEN.fullmatch(cells) else cells

    text = in_formula(book, tab, formula, closed)
    for other in book.sheets:
        if titles[other.id] != other.title:
            text = text.replace(a1.quoted(other.title) + "!", "'" + titles[other.id].replace("'", "''") + "'!")
    return text


class _Sheet:
    """One sheet being written."""

    def __init__(self, made: Workbook, page: Worksheet, book: Book, tab: Tab, titles: dict[int, str]) -> None:
        self.made, self.page, self.book, self.tab, self.titles = made, page, book, tab, titles
        self.known: dict[Any, tuple[Any, ...]] = {}

    def write(self) -> None:
        """Everything of the sheet."""
        if self.tab.properties["sheetType"] == "GRID":
            self._frame()
            self._dimensions()
            self._fit_rows()
            self._merges()
            self._bands()
            for row, column, cell in self.tab.filled():
                if row < self.tab.rows and column < self.tab.columns:
                    self._cell(row, column, cell)
            add_rules(self.made, self.page, self.book, self.tab, self.titles)
        add_charts(self.made, self.page, self.book, self.tab, self.titles)

    def _frame(self) -> None:
        properties_, grid = self.tab.properties, self.tab.properties["gridProperties"]
        frozen = grid.get("frozenRowCount", 0), grid.get("frozenColumnCount", 0)
        if any(frozen):
            self.page.freeze_panes(*frozen)
        if grid.get("hideGridlines"):
            self.page.hide_gridlines(2)
        if properties_.get("hidden"):
            self.page.hide()
        if properties_.get("rightToLeft"):
            self.page.right_to_left()
        if "tabColor" in properties_:
            self.page.set_tab_color(colour(properties_["tabColor"]))
        self.page.fit_to_pages(1, 0)
        widths = [self.tab.column_meta.get(c, {}).get("pixelSize", 100) for c in _used_columns(self.tab)]
        if sum(widths) > _PORTRAIT:
            self.page.set_landscape()
        whole = {"sheetId"}
        if any(item["range"].keys() <= whole and not item.get("warningOnly") for item in self.tab.protected.values()):
            self.page.protect()

    def _dimensions(self) -> None:
        self.page.set_column_pixels(0, max(self.tab.columns - 1, 0), 100)
        for dimension in (COLUMNS, ROWS):
            levels = _levels(self.tab, dimension)
            meta = self.tab.meta(dimension)
            for index in sorted(set(meta) | set(levels)):
                item = meta.get(index, {})
                hidden = bool(item.get("hiddenByUser") or item.get("hiddenByFilter"))
                options = {"hidden": hidden, "level": min(levels.get(index, 0), 7)}
                if dimension == COLUMNS:
                    self.page.set_column_pixels(index, index, item.get("pixelSize", 100), None, options)
                elif "pixelSize" in item:
                    self.page.set_row_pixels(index, item["pixelSize"], None, options)
                else:
                    self.page.set_row(index, None, None, options)

    def _fit_rows(self) -> None:
        """Rows without a height of their own become as high as their wrapped or large text needs."""
        covered = covered_cells(self.tab) | {(m["startRowIndex"], m["startColumnIndex"]) for m in self.tab.merges}
        heights: dict[int, int] = {}
        for row, column, cell in self.tab.filled():
            if "userEnteredValue" in cell and (row, column) not in covered:
                heights[row] = max(heights.get(row, 0), self._height(row, column, cell))
        for row, height in heights.items():
            meta = self.tab.row_meta.get(row, {})
            if height > DEFAULT_PIXELS[ROWS] and "pixelSize" not in meta and not meta.get("hiddenByUser"):
                self.page.set_row_pixels(row, height)

    def _height(self, row: int, column: int, cell: Cell) -> int:
        style = cell.get("userEnteredFormat", {})
        size = style.get("textFormat", {}).get("fontSize", 10) / 10
        lines = shown_text(self.book, self.tab, row, column).split("\n")
        count = len(lines)
        if style.get("wrapStrategy") == "WRAP":
            room = self.tab.column_meta.get(column, {}).get("pixelSize", DEFAULT_PIXELS[COLUMNS]) - 6
            count = sum(max(1, math.ceil(size * text_pixels(line) / max(room, 8))) for line in lines)
        return math.ceil(count * size * 17 + 4)

    def _merges(self) -> None:
        for merge in self.tab.merges:
            place = a1.area(merge)
            style = self._format(place.top, place.left, self.tab.get(place.top, place.left))
            self.page.merge_range(place.top, place.left, (place.bottom or 1) - 1, (place.right or 1) - 1, "", style)

    def _bands(self) -> None:
        for banded in self.tab.banded.values():
            place = a1.area(banded["range"]).within(self.tab)
            used = max((row for row in self.tab.cells if self.tab.cells[row]), default=0) + 1
            for row in range(place.top, min(place.bottom or 0, max(used, place.top), place.top + _BANDED_ROWS)):
                for column in range(place.left, place.right or 0):
                    if not self.tab.get(row, column):
                        self.page.write_blank(row, column, None, self._format(row, column, {}))

    def _format(self, row: int, column: int, cell: Cell, *, link: bool = False) -> Format:
        own, banded = cell.get("userEnteredFormat"), band(self.tab, row, column)
        number_format = number_format_of(self.book, self.tab, cell)
        key = (id(own), id(number_format), repr(banded), link)
        if key not in self.known:
            pattern = ""
            if number_format:
                kind = number_format.get("type", "")
                pattern = number_format.get("pattern") or default_pattern(kind, self.book.locale)
            style = with_format(self.made, properties(laid(banded, own or {}), pattern, link=link))
            self.known[key] = (style, own, number_format)
        return self.known[key][0]

    def _cell(self, row: int, column: int, cell: Cell) -> None:
        if "note" in cell:
            self.page.write_comment(row, column, cell["note"])
        link = hyperlink(self.book, self.tab, row, column, cell)
        style = self._format(row, column, cell, link=bool(link))
        entered = cell.get("userEnteredValue")
        if not entered:
            if "userEnteredFormat" in cell:
                self.page.write_blank(row, column, None, style)
            return
        value = cell_value(self.book, self.tab, row, column)
        if link:
            self._link(row, column, link, value, style)
        elif "formulaValue" in entered:
            self._formula(row, column, entered["formulaValue"], value, style)
        elif isinstance(value, str) and cell.get("textFormatRuns"):
            self._runs(row, column, value, cell, style)
        else:
            self._value(row, column, value, style)

    def _value(self, row: int, column: int, value: Any, style: Format) -> None:
        if isinstance(value, FormulaFault):
            self.page.write_string(row, column, value.shown, style)
        elif isinstance(value, bool):
            self.page.write_boolean(row, column, value, style)
        elif isinstance(value, str):
            self.page.write_string(row, column, value[:_LONGEST], style)
        elif value is not None:
            self.page.write_number(row, column, value, style)

    def _formula(self, row: int, column: int, formula: str, value: Any, style: Format) -> None:
        if _GOOGLE_ONLY.search(formula) or isinstance(value, FormulaFault):
            self._value(row, column, value, style)
            return
        text = excel_formula(self.book, self.tab, formula, self.titles)
        result = "" if value is None else str(value).upper() if isinstance(value, bool) else value
        self.page.write_formula(row, column, text, style, result)

    def _link(self, row: int, column: int, link: str, value: Any, style: Format) -> None:
        number_format = number_format_of(self.book, self.tab, self.tab.get(row, column))
        text = value.shown if isinstance(value, FormulaFault) else shown(value, number_format, self.book.locale)
        target = self._target(link)
        if not target.startswith(_SCHEMES) or self.page.write_url(row, column, target, style, text[:_LONGEST]) != 0:
            self._value(row, column, value, style)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            self.page.write_number(row, column, value, style)

    def _target(self, link: str) -> str:
        """Where a link leads; a `#gid=` of this spreadsheet becomes a place inside the workbook."""
        here, _, place = link.partition("#")
        match = re.search(r"gid=(\d+)(?:&range=([^&]+))?", place)
        if not match or (here and self.book.id not in here):
            return link
        tab = self.book.sheet(int(match[1]))
        if tab is None:
            return link
        return f"internal:'{self.titles[tab.id].replace(chr(39), chr(39) * 2)}'!{match[2] or 'A1'}"

    def _runs(self, row: int, column: int, value: str, cell: Cell, style: Format) -> None:
        runs: list[Json] = cell["textFormatRuns"]
        starts = [run.get("startIndex", 0) for run in runs]
        pieces: list[Any] = [value[: starts[0]]] if starts and starts[0] else []
        base = cell.get("userEnteredFormat", {})
        for run, start, end in zip(runs, starts, [*starts[1:], len(value)], strict=True):
            if start < end:
                look = laid(base, {"textFormat": run.get("format", {})})
                pieces += [
                    with_format(self.made, properties({"textFormat": look.get("textFormat", {})}, "")),
                    value[start:end],
                ]
        texts = [piece for piece in pieces if isinstance(piece, str)]
        if len(texts) < 2 or self.page.write_rich_string(row, column, *pieces, style) != 0:
            self._value(row, column, value, style)


def _used_columns(tab: Tab) -> range:
    """Columns up to the last one with something in it or a chart on it."""
    last = max((column for line in tab.cells.values() for column in line), default=0)
    anchors = [chart["position"].get("overlayPosition", {}) for chart in tab.charts.values()]
    return range(max([last, *(a.get("anchorCell", {}).get("columnIndex", 0) + 4 for a in anchors)]) + 1)


def _levels(tab: Tab, dimension: str) -> dict[int, int]:
    levels: dict[int, int] = {}
    for group in tab.groups(dimension):
        for index in range(group["range"]["startIndex"], group["range"]["endIndex"]):
            levels[index] = max(levels.get(index, 0), group["depth"])
    return levels
