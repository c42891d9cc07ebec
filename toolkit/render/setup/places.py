"""Which tab is which sheet and which column is which field, those included that are still to be added."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from toolkit.assess import candidates
from toolkit.header import find_header
from toolkit.problems import Catalogue
from toolkit.render.setup.grid import Grid
from toolkit.render.setup.ids import Ids
from toolkit.render.setup.reads import candidate
from toolkit.schema import Field, Schema, SheetSchema
from toolkit.spreadsheet import Spreadsheet, Tab

ROWS: Final = 1000
"""Rows of a new tab; Google's own number."""
_COLUMNS: Final = 26
_SPARE: Final = 4
"""Columns at least that a new tab leaves staff for what they want to note themselves."""


@dataclass(frozen=True)
class Place:
    """One sheet of the schema in the spreadsheet.

    Attributes:
        declared: its declaration.
        tab: its tab with the size it will have; of one still to be added, all that it will be.
        grid: what the tab holds.
        header: the header's row, from 0.
        columns: the column of each field, by its key, those to be added included.
        added: keys of the columns that are to be added.
        new: whether the tab is to be added.
    """

    declared: SheetSchema
    tab: Tab
    grid: Grid
    header: int
    columns: Mapping[str, int]
    added: frozenset[str]
    new: bool

    @cached_property
    def fields(self) -> Sequence[tuple[Field, int]]:
        """The fields with their columns, in the declaration's order."""
        return [(field, self.columns[field.key]) for field in self.declared.fields if field.key in self.columns]

    @property
    def first(self) -> int:
        """The first row below the header, from 0."""
        return self.header + 1

    @property
    def width(self) -> int:
        """How many columns the sheet spans, from column A."""
        return max(self.columns.values()) + 1

    @property
    def span(self) -> tuple[int, int]:
        """The columns of the header, those of the staff's own included."""
        columns = [*self.columns.values(), *self.grid.filled(self.header)]
        return min(columns), max(columns) + 1

    def tied(self, column: int) -> str | None:
        """The field that a column's metadata names."""
        return self.tab.fields.get(column)


def find_places(
    sheet: Spreadsheet, grids: Mapping[int, Grid], schema: Schema, order: Sequence[str], ids: Ids
) -> tuple[dict[str, Place], tuple[str, ...]]:
    """Every sheet of the schema in the spreadsheet.

    Args:
        sheet: its structure.
        grids: the cells of the tabs that may be sheets, by the tab's id.
        schema: the declarations.
        order: keys of the sheets in the order in which missing ones are added.
        ids: for tabs to be added.

    Returns:
        The places by key, those of new tabs in the order given; and titles of tabs that bear a sheet's title but
        hold something else, which are left alone.
    """
    places: dict[str, Place] = {}
    left = []
    titles = [tab.title for tab in sheet.tabs]
    for key in order:
        declared = schema.sheets[key]
        tab = _tab_of(declared, sheet, grids, schema)
        if tab is None:
            title = _free_title(declared.title, titles)
            titles.append(title)
            places[key] = _new_place(declared, title, ids)
        elif place := _place(declared, tab, grids.get(tab.id, Grid()), schema):
            places[key] = grown(place)
        else:
            left.append(tab.title)
    return places, tuple(left)


def grown(place: Place, rows: int = 0) -> Place:
    """The place with a tab that is wide and high enough.

    Args:
        place: whose columns are decided.
        rows: how many the tab must have at least.
    """
    rows, columns = max(place.tab.rows, place.first + 1, rows), max(place.tab.columns, place.width)
    return replace(place, tab=replace(place.tab, rows=rows, columns=columns))


def _tab_of(declared: SheetSchema, sheet: Spreadsheet, grids: Mapping[int, Grid], schema: Schema) -> Tab | None:
    """The tab that is read as this sheet."""
    tabs = [tab for tab in sheet.tabs if candidate(tab, schema) is declared]
    sheets = [grids.get(tab.id, Grid()).sheet(tab) for tab in tabs]
    found = candidates(sheets, declared, schema)
    return next((tab for tab, some in zip(tabs, sheets, strict=True) if found and some is found[0]), None)


def _free_title(title: str, taken: Sequence[str]) -> str:
    names: Iterator[str] = (title if number == 1 else f"{title} {number}" for number in range(1, 1000))
    used = {name.casefold() for name in taken}
    return next(name for name in names if name.casefold() not in used)


def _new_place(declared: SheetSchema, title: str, ids: Ids) -> Place:
    count = len(declared.fields)
    tab = Tab(
        id=ids.new(f"sheet.{declared.key}"),
        title=title,
        rows=ROWS,
        columns=max(_COLUMNS, count + _SPARE),
        hidden=False,
        grid=True,
        key=None,
        output=None,
        fields={},
        raw={},
    )
    columns = {field.key: place for place, field in enumerate(declared.fields)}
    return Place(declared, tab, Grid(), 0, columns, frozenset(columns), new=True)


def _place(declared: SheetSchema, tab: Tab, grid: Grid, schema: Schema) -> Place | None:
    """The sheet in a tab that is there already; None where the tab holds something else."""
    sheet = grid.sheet(tab)
    found, _ = find_header(sheet, declared, Catalogue(schema.messages))
    if found is None and not grid.empty():
        return None
    columns = dict(found.positions) if found else {}
    for column, key in sorted(sheet.fields.items()):
        # A column whose header was wiped out is still there, unless another has taken its name.
        if key in declared.by_key and key not in columns and column not in columns.values():
            columns[key] = column
    row = found.row - 1 if found else 0
    return _completed(Place(declared, tab, grid, row, columns, frozenset(), new=False))


def _completed(place: Place) -> Place:
    """With the columns it lacks, in free columns to the right of the header's last."""
    grid, header = place.grid, place.header
    column = max((*grid.filled(header), *place.columns.values()), default=-1) + 1
    columns, added = dict(place.columns), []
    for field in place.declared.fields:
        if field.key not in columns:
            while grid.taken(header, column) or column in place.tab.fields:
                column += 1
            columns[field.key] = column
            added.append(field.key)
            column += 1
    return replace(place, columns=columns, added=frozenset(added))
