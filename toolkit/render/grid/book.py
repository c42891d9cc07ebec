"""A recorder that speaks XlsxWriter, as far as our renderers do, and keeps what they draw as plain values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

Area = tuple[int, int, int, int]
"""First row, first column, last row, last column, counted from 0, both ends in it."""
Value = str | float | datetime | None
_INSIDE: Final = re.compile(r"internal:'(.*)'!([A-Z]+\d+)", re.DOTALL)
_ENTRIES: Final = re.compile(r"external:#'(.*)'!([A-Z]+\d+)", re.DOTALL)


@dataclass(frozen=True)
class Style:
    """A format: properties as XlsxWriter names them. Two of the same properties are one."""

    items: tuple[tuple[str, object], ...]

    @property
    def properties(self) -> Mapping[str, object]:
        """The properties by name."""
        return dict(self.items)

    def but(self, **properties: object) -> Style:
        """The same with other properties."""
        return style({**self.properties, **properties})


def style(properties: Mapping[str, object]) -> Style:
    """The format of these properties; their order matters to nobody."""
    return Style(tuple(sorted(properties.items())))


@dataclass(frozen=True)
class Link:
    """Where a cell leads.

    Attributes:
        title: of the tab; empty for an address of the web.
        cell: of that tab, or the address.
        own: whether the tab is one of the book itself, not one that people fill in.
    """

    title: str
    cell: str
    own: bool


@dataclass(frozen=True)
class Cell:
    """What stands in a cell.

    Attributes:
        value: None where there is only a format.
        style: its format.
        link: where it leads.
        note: what its note says.
        runs: where parts of its text begin that have a format of their own.
    """

    value: Value = None
    style: Style | None = None
    link: Link | None = None
    note: str = ""
    runs: tuple[tuple[int, Style], ...] = ()


@dataclass(frozen=True)
class Bar:
    """A bar in each cell of an area, from none at one end to a full one at the other."""

    area: Area
    colour: str
    ends: tuple[float, float]


@dataclass(frozen=True)
class Rule:
    """A format for the cells of an area where a formula holds."""

    area: Area
    formula: str
    style: Style


@dataclass
class Chart:
    """A chart as it was set up, in XlsxWriter's words."""

    kind: str
    title: Mapping[str, Any] = field(default_factory=dict)
    legend: Mapping[str, Any] = field(default_factory=dict)
    ground: Mapping[str, Any] = field(default_factory=dict)
    axes: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    series: list[Mapping[str, Any]] = field(default_factory=list)
    size: Mapping[str, int] = field(default_factory=dict)
    blanks: str = "gap"

    def set_title(self, options: Mapping[str, Any]) -> None:
        """What stands above."""
        self.title = options

    def set_legend(self, options: Mapping[str, Any]) -> None:
        """Where the names of the series stand."""
        self.legend = options

    def set_chartarea(self, options: Mapping[str, Any]) -> None:
        """Ground and frame."""
        self.ground = options

    def set_x_axis(self, options: Mapping[str, Any]) -> None:
        """The axis of a chart's names, or of a bar chart's figures."""
        self.axes["x"] = options

    def set_y_axis(self, options: Mapping[str, Any]) -> None:
        """The axis of a chart's figures, or of a bar chart's names."""
        self.axes["y"] = options

    def set_size(self, options: Mapping[str, int]) -> None:
        """Width and height in pixels."""
        self.size = options

    def show_blanks_as(self, option: str) -> None:
        """Whether a missing figure breaks a line."""
        self.blanks = option

    def show_hidden_data(self) -> None:
        """Nothing to keep: a chart on a Google sheet always shows figures that are hidden."""

    def add_series(self, options: Mapping[str, Any]) -> None:
        """A series of figures."""
        self.series.append(options)


@dataclass(frozen=True)
class Placed:
    """A chart, the cell of its upper left corner, and what it says in words."""

    row: int
    column: int
    chart: Chart
    text: str


class GridSheet:
    """One sheet as it is drawn."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.cells: dict[tuple[int, int], Cell] = {}
        self.merges: list[Area] = []
        self.widths: dict[int, float] = {}
        self.heights: dict[int, float] = {}
        self.unseen: set[int] = set()
        self.frozen = (0, 0)
        self.filter: Area | None = None
        self.conditions: list[Bar | Rule] = []
        self.charts: list[Placed] = []
        self.hidden, self.gridlines, self.colour = False, True, ""

    @property
    def size(self) -> tuple[int, int]:
        """How many rows and columns it needs: one of each at least, and one more than are frozen."""
        areas = [*self.merges, *([self.filter] if self.filter else [])]
        rows = [row for row, _ in self.cells] + [*self.heights] + [area[2] for area in areas]
        columns = [column for _, column in self.cells] + [*self.widths] + [area[3] for area in areas]
        ends = (max(last, default=0) for last in (rows, columns))
        high, wide = (max(end, still) + 1 for end, still in zip(ends, self.frozen, strict=True))
        return high, wide

    # --- cells

    def write(self, row: int, column: int, value: Value, style: Style | None = None) -> None:
        """Write text, a number or nothing; text never becomes anything else."""
        self.cells[row, column] = Cell(value, style)

    write_string = write_number = write_blank = write_datetime = write

    def write_url(
        self, row: int, column: int, url: str, style: Style | None = None, text: str = "", tip: str | None = None
    ) -> None:
        """Write text that leads somewhere; what stood beside the pointer is Google's."""
        del tip
        self.cells[row, column] = Cell(text or url, style, _link(url))

    def write_rich_string(self, row: int, column: int, *parts: str | Style) -> None:
        """Write text of several formats: each before its text, that of the cell at the end."""
        text, runs = "", []
        whole = parts[-1] if isinstance(parts[-1], Style) else None
        for before, part in zip((None, *parts), parts, strict=False):
            if isinstance(part, str):
                runs += [(_units(text), before)] if isinstance(before, Style) else []
                text += part
        self.cells[row, column] = Cell(text, whole, runs=tuple(runs))

    def write_comment(self, row: int, column: int, text: str, options: Mapping[str, Any] | None = None) -> None:
        """Put a note on a cell."""
        del options
        there = self.cells.get((row, column), Cell())
        self.cells[row, column] = Cell(there.value, there.style, there.link, text, there.runs)

    def merge_range(self, row: int, column: int, last_row: int, last: int, text: str, style: Style) -> None:
        """Make one cell of several; all of them have its format."""
        for place in ((r, c) for r in range(row, last_row + 1) for c in range(column, last + 1)):
            self.cells[place] = Cell(None, style)
        self.write(row, column, text or None, style)
        self.merges.append((row, column, last_row, last))

    # --- the sheet

    def set_column(
        self, first: int, last: int, width: float, style: None = None, options: Mapping[str, bool] | None = None
    ) -> None:
        """Set the width of columns, and whether they are seen."""
        if style is not None or set(options or {}) - {"hidden"}:
            raise TypeError(f"unknown options of a column: {style} {options}")
        for column in range(first, last + 1):
            self.widths[column] = width
            (self.unseen.add if options and options["hidden"] else self.unseen.discard)(column)

    def set_row(self, row: int, height: float) -> None:
        """Set the height of a row, in points."""
        self.heights[row] = height

    def freeze_panes(self, row: int, column: int) -> None:
        """Keep the rows above and the columns on the left in view."""
        self.frozen = (row, column)

    def autofilter(self, row: int, column: int, last_row: int, last: int) -> None:
        """Let people filter a table."""
        self.filter = (row, column, last_row, last)

    def conditional_format(self, row: int, column: int, last_row: int, last: int, options: Mapping[str, Any]) -> None:
        """A bar in each cell, or a format where a formula holds."""
        area = (row, column, last_row, last)
        if options["type"] == "data_bar":
            ends = (options["min_value"], options["max_value"])
            self.conditions.append(Bar(area, options["bar_color"], ends))
        elif options["type"] == "formula":
            self.conditions.append(Rule(area, options["criteria"], options["format"]))
        else:
            raise TypeError(f"unknown kind of condition: {options['type']}")

    def insert_chart(self, row: int, column: int, chart: Chart, options: Mapping[str, Any]) -> None:
        """Put a chart over the cells."""
        self.charts.append(Placed(row, column, chart, options["description"]))

    def hide(self) -> None:
        """Show it to nobody."""
        self.hidden = True

    def hide_gridlines(self, option: int) -> None:
        """Draw no lines between cells: 2 stands for the screen as well as for paper."""
        self.gridlines = option < 2  # noqa: PLR2004 XlsxWriter's number

    def set_tab_color(self, colour: str) -> None:
        """The colour of the tab."""
        self.colour = colour

    def _paper(self, *_: object, **__: object) -> None:
        """Nothing to keep: a page set-up, or what Google's protection does otherwise."""

    set_landscape = set_portrait = set_paper = set_margins = fit_to_pages = center_horizontally = _paper
    set_header = set_footer = repeat_rows = set_h_pagebreaks = print_area = protect = activate = ignore_errors = _paper


class GridBook:
    """A workbook as it is drawn: its sheets in order."""

    def __init__(self) -> None:
        self.sheets: dict[str, GridSheet] = {}

    def add_worksheet(self, title: str) -> GridSheet:
        """A new sheet.

        Raises:
            ValueError: there is one of that title.
        """
        if title.casefold() in {other.casefold() for other in self.sheets}:
            raise ValueError(f"two sheets of one title: {title}")
        self.sheets[title] = GridSheet(title)
        return self.sheets[title]

    def add_format(self, properties: Mapping[str, object]) -> Style:
        """A format."""
        return style(properties)

    def add_chart(self, options: Mapping[str, str]) -> Chart:
        """A new chart, for a sheet to take."""
        return Chart(options["type"])

    def set_properties(self, properties: Mapping[str, object]) -> None:
        """Nothing to keep: the spreadsheet is other people's, its name and author too."""


def _link(url: str) -> Link:
    if found := _INSIDE.fullmatch(url):
        return Link(found[1].replace("''", "'"), found[2], own=True)
    if found := _ENTRIES.fullmatch(url):
        return Link(found[1].replace("''", "'"), found[2], own=False)
    return Link("", url, own=False)


def _units(text: str) -> int:
    """The length of a text as Google counts it."""
    return len(text.encode("utf-16-le")) // 2
