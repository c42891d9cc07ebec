"""One spreadsheet and its sheets, in Google's own JSON shapes."""

from __future__ import annotations

import copy
import itertools
import zlib
from collections.abc import Iterator
from typing import Any, Final

Cell = dict[str, Any]
Json = dict[str, Any]
Row = dict[int, Cell]

ROWS: Final = "ROWS"
COLUMNS: Final = "COLUMNS"
DEFAULT_PIXELS: Final = {ROWS: 21, COLUMNS: 100}
_CONTAINERS: Final = (
    "merges",
    "conditional_formats",
    "protected",
    "banded",
    "charts",
    "filter_views",
    "slicers",
    "tables",
    "row_meta",
    "column_meta",
    "row_groups",
    "column_groups",
)


class Tab:
    """One sheet. Cells and everything else inside are replaced, never changed in place.

    Attributes:
        properties: Google's SheetProperties; `index` is its place in the book.
        cells: rows by index, each with its cells by column index; only what a user entered.
        merges: merged ranges, in order.
        conditional_formats: rules, in order of priority.
        protected, banded, charts, filter_views, slicers, tables: by id.
        basic_filter: the sheet's filter, if it has one.
        row_meta, column_meta: DimensionProperties (pixelSize, hiddenByUser) by index, where not the usual.
        row_groups, column_groups: DimensionGroups, outermost first.
    """

    def __init__(self, sheet_id: int, title: str, *, rows: int = 1000, columns: int = 26) -> None:
        self.properties: Json = {
            "sheetId": sheet_id,
            "title": title,
            "index": 0,
            "sheetType": "GRID",
            "gridProperties": {"rowCount": rows, "columnCount": columns},
        }
        self.cells: dict[int, Row] = {}
        self.merges: list[Json] = []
        self.conditional_formats: list[Json] = []
        self.protected: dict[int, Json] = {}
        self.banded: dict[int, Json] = {}
        self.charts: dict[int, Json] = {}
        self.filter_views: dict[int, Json] = {}
        self.slicers: dict[int, Json] = {}
        self.tables: dict[str, Json] = {}
        self.basic_filter: Json | None = None
        self.row_meta: dict[int, Json] = {}
        self.column_meta: dict[int, Json] = {}
        self.row_groups: list[Json] = []
        self.column_groups: list[Json] = []
        self._shared: set[int] = set()

    @property
    def id(self) -> int:
        """The sheet's id."""
        return self.properties["sheetId"]

    @property
    def title(self) -> str:
        """The sheet's title."""
        return self.properties["title"]

    @property
    def rows(self) -> int:
        """How many rows the grid has."""
        return self.properties.get("gridProperties", {}).get("rowCount", 0)

    @property
    def columns(self) -> int:
        """How many columns the grid has."""
        return self.properties.get("gridProperties", {}).get("columnCount", 0)

    def count(self, dimension: str) -> int:
        """How many rows or columns the grid has."""
        return self.rows if dimension == ROWS else self.columns

    def resize(self, dimension: str, count: int) -> None:
        """Sets the number of rows or columns; what lies beyond is the caller's matter."""
        key = "rowCount" if dimension == ROWS else "columnCount"
        self.properties = {**self.properties, "gridProperties": {**self.properties["gridProperties"], key: count}}

    def meta(self, dimension: str) -> dict[int, Json]:
        """Properties of rows or of columns, by index."""
        return self.row_meta if dimension == ROWS else self.column_meta

    def groups(self, dimension: str) -> list[Json]:
        """Groups of rows or of columns."""
        return self.row_groups if dimension == ROWS else self.column_groups

    def get(self, row: int, column: int) -> Cell:
        """A cell; an empty one where nobody entered anything."""
        line = self.cells.get(row)
        return line.get(column, {}) if line else {}

    def put(self, row: int, column: int, cell: Cell) -> None:
        """Replaces a cell; an empty one is forgotten."""
        line = self.row_for_writing(row)
        if cell:
            line[column] = cell
        else:
            line.pop(column, None)

    def row_for_writing(self, row: int) -> Row:
        """A row of this sheet alone, not shared with the copy it came from."""
        line = self.cells.get(row)
        if line is None:
            line = self.cells[row] = {}
        elif id(line) in self._shared:
            line = self.cells[row] = dict(line)
        return line

    def filled(self) -> Iterator[tuple[int, int, Cell]]:
        """Every cell that somebody entered something into, in reading order."""
        for row in sorted(self.cells):
            for column in sorted(self.cells[row]):
                yield row, column, self.cells[row][column]

    def copy(self) -> Tab:
        """A sheet that can be changed without changing this one; rows are copied when written to."""
        other = copy.copy(self)
        for name in _CONTAINERS:
            setattr(other, name, copy.copy(getattr(self, name)))
        other.cells = dict(self.cells)
        self._shared = {id(line) for line in self.cells.values()}
        other._shared = set(self._shared)
        return other


class Book:
    """One spreadsheet.

    Attributes:
        id: the spreadsheet's id.
        properties: Google's SpreadsheetProperties.
        sheets: in order.
        named_ranges: by id.
        metadata: all DeveloperMetadata, wherever it is attached, by id.
        computed: values of formulas, by sheet id; forgotten at every change (see formulas.py).
    """

    def __init__(self, book_id: str, title: str, *, locale: str = "en_US", time_zone: str = "Etc/GMT") -> None:
        self.id = book_id
        self.properties: Json = {
            "title": title,
            "locale": locale,
            "autoRecalc": "ON_CHANGE",
            "timeZone": time_zone,
            "defaultFormat": default_format(),
            "spreadsheetTheme": copy.deepcopy(_THEME),
        }
        self.sheets: list[Tab] = []
        self.named_ranges: dict[str, Json] = {}
        self.metadata: dict[int, Json] = {}
        self.computed: Any = None

    @property
    def locale(self) -> str:
        """The spreadsheet's locale, such as zh_CN."""
        return self.properties.get("locale", "en_US")

    def sheet(self, sheet_id: int) -> Tab | None:
        """The sheet of an id."""
        return next((tab for tab in self.sheets if tab.id == sheet_id), None)

    def titled(self, title: str) -> Tab | None:
        """The sheet of a title; Google compares titles without regard to case."""
        exact = next((tab for tab in self.sheets if tab.title == title), None)
        return exact or next((tab for tab in self.sheets if tab.title.casefold() == title.casefold()), None)

    def renumber(self) -> None:
        """Writes each sheet's place into its properties."""
        for index, tab in enumerate(self.sheets):
            if tab.properties.get("index") != index:
                tab.properties = {**tab.properties, "index": index}

    def copy(self) -> Book:
        """A spreadsheet that can be changed without changing this one."""
        other = copy.copy(self)
        other.sheets = [tab.copy() for tab in self.sheets]
        other.named_ranges, other.metadata = dict(self.named_ranges), dict(self.metadata)
        other.computed = None
        return other

    def new_id(self) -> int:
        """A number that no sheet, chart, range or metadata of this spreadsheet has."""
        taken = {tab.id for tab in self.sheets} | set(self.metadata)
        for tab in self.sheets:
            for things in (tab.protected, tab.banded, tab.charts, tab.filter_views, tab.slicers):
                taken.update(things)
        start = (zlib.crc32(self.id.encode()) % 1_000_000_007) + 7919 * (len(taken) + 1)
        return next(number for number in itertools.count(start % 2_000_000_000 + 1, 104_729) if number not in taken)


def default_format() -> Json:
    """The format of a cell nobody formatted."""
    return {
        "backgroundColor": {"red": 1, "green": 1, "blue": 1},
        "padding": {"top": 2, "right": 3, "bottom": 2, "left": 3},
        "verticalAlignment": "BOTTOM",
        "wrapStrategy": "OVERFLOW_CELL",
        "textFormat": {
            "foregroundColor": {},
            "fontFamily": "arial,sans,sans-serif",
            "fontSize": 10,
            "bold": False,
            "italic": False,
            "strikethrough": False,
            "underline": False,
            "foregroundColorStyle": {"rgbColor": {}},
        },
        "backgroundColorStyle": {"rgbColor": {"red": 1, "green": 1, "blue": 1}},
    }


def _rgb(red: float, green: float, blue: float) -> Json:
    parts = {"red": red, "green": green, "blue": blue}
    return {"rgbColor": {name: part for name, part in parts.items() if part}}


_THEME: Final = {
    "primaryFontFamily": "Arial",
    "themeColors": [
        {"colorType": "TEXT", "color": _rgb(0, 0, 0)},
        {"colorType": "BACKGROUND", "color": _rgb(1, 1, 1)},
        {"colorType": "ACCENT1", "color": _rgb(0.25882354, 0.52156866, 0.95686275)},
        {"colorType": "ACCENT2", "color": _rgb(0.91764706, 0.2627451, 0.20784314)},
        {"colorType": "ACCENT3", "color": _rgb(0.9843137, 0.7372549, 0.015686275)},
        {"colorType": "ACCENT4", "color": _rgb(0.20392157, 0.65882355, 0.3254902)},
        {"colorType": "ACCENT5", "color": _rgb(1, 0.42745098, 0.003921569)},
        {"colorType": "ACCENT6", "color": _rgb(0.27450982, 0.7411765, 0.7764706)},
        {"colorType": "LINK", "color": _rgb(0.06666667, 0.33333334, 0.8)},
    ],
}
