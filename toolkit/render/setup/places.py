"""Which tab is which sheet and which column is which field, those included that are still to be added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from toolkit.assess import candidates
from toolkit.header import SEARCHED_ROWS, field_named, find_header
from toolkit.problems import Catalogue
from toolkit.render.setup.grid import Grid
from toolkit.render.setup.ids import Ids
from toolkit.render.setup.reads import candidate
from toolkit.render.setup.shapes import Span
from toolkit.schema import Field, Schema, SheetSchema
from toolkit.spreadsheet import COLUMN_KEY, Json, Spreadsheet, Tab, free_title
from toolkit.workbook import Sheet

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
        grid: what the tab holds, the columns included that the batch inserts.
        header: the header's row, from 0.
        columns: the column of each field, by its key, those to be added included.
        added: keys of the columns that are to be added.
        new: whether the tab is to be added.
        inserted: the columns that the batch inserts for those that are to be added; None where it inserts none.
    """

    declared: SheetSchema
    tab: Tab
    grid: Grid
    header: int
    columns: Mapping[str, int]
    added: frozenset[str]
    new: bool
    inserted: Span | None = None

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

    def marked(self, column: int, mark: str) -> bool:
        """Whether a column carries this mark, among whatever others it may have got from elsewhere."""
        return mark in self._marks.get(column, ()) and not (self.inserted and column >= self.inserted[0])

    @cached_property
    def _marks(self) -> Mapping[int, frozenset[str]]:
        return {
            place: marks(column, COLUMN_KEY)
            for block in self.tab.some("data")
            for place, column in enumerate(block.get("columnMetadata", ()), block.get("startColumn", 0))
        }


@dataclass(frozen=True)
class Places:
    """What a spreadsheet has of the schema.

    Attributes:
        by_key: the sheets, those to be added included in the order in which they are added.
        left: titles of tabs that bear a sheet's title but hold something else, which are left alone.
        moved: titles of tabs with a second header above theirs, which are left alone too.
    """

    by_key: dict[str, Place]
    left: tuple[str, ...]
    moved: tuple[str, ...]


def marks(thing: Json, key: str) -> frozenset[str]:
    """All values of developer metadata of this key on a tab or a column, as the API gives it."""
    items = thing.get("developerMetadata", ())
    return frozenset(item.get("metadataValue", "") for item in items if item["metadataKey"] == key)


def find_places(
    sheet: Spreadsheet, grids: Mapping[int, Grid], schema: Schema, order: Sequence[str], ids: Ids
) -> Places:
    """Every sheet of the schema in the spreadsheet.

    Args:
        sheet: its structure.
        grids: the cells of the tabs that may be sheets, by the tab's id.
        schema: the declarations.
        order: keys of the sheets in the order in which missing ones are added.
        ids: for tabs to be added.
    """
    places: dict[str, Place] = {}
    left, moved = [], []
    titles = [tab.title for tab in sheet.tabs]
    for key in order:
        declared = schema.sheets[key]
        tab = _tab_of(declared, sheet, grids, schema)
        if tab is None:
            title = free_title(declared.title, titles)
            titles.append(title)
            places[key] = _new_place(declared, title, ids)
            continue
        grid = grids.get(tab.id, Grid())
        if _second_header(grid.sheet(tab, schema), declared, schema):
            moved.append(tab.title)
        elif place := _place(declared, tab, grid, schema):
            places[key] = grown(place)
        else:
            left.append(tab.title)
    return Places(places, tuple(left), tuple(moved))


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
    sheets = [grids.get(tab.id, Grid()).sheet(tab, schema) for tab in tabs]
    found = candidates(sheets, declared, schema)
    return next((tab for tab, some in zip(tabs, sheets, strict=True) if found and some is found[0]), None)


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


def _second_header(sheet: Sheet, declared: SheetSchema, schema: Schema) -> bool:
    """Whether the row taken for the header lacks required columns and another has them all.

    Set-up put headers into a row that somebody had moved meanwhile; more of them would only bury the real ones.
    """
    found, _ = find_header(sheet, declared, Catalogue(schema.messages))
    if found is None or found.complete:
        return False
    required = {field.key for field in declared.fields if field.required}
    texts = [[str(cell) for cell in row] for row in sheet.rows[:SEARCHED_ROWS]]
    named = [{field.key for text in row if (field := field_named(text, declared))} for row in texts]
    return any(required <= keys for keys in named)


def _place(declared: SheetSchema, tab: Tab, grid: Grid, schema: Schema) -> Place | None:
    """The sheet in a tab that is there already; None where the tab holds something else."""
    sheet = grid.sheet(tab, schema)
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
    """With the columns it lacks, inserted to the right of all that anybody uses; in an empty tab from the first on.

    What the batch itself inserts holds nothing, whatever people do before it arrives.
    """
    lacking = [field.key for field in place.declared.fields if field.key not in place.columns]
    start = max(place.grid.last_column(), *place.columns.values(), *place.tab.fields, -1) + 1
    columns = {**place.columns, **{key: start + number for number, key in enumerate(lacking)}}
    completed = replace(place, columns=columns, added=frozenset(lacking))
    if not (lacking and start):
        return completed
    count = len(lacking)
    tab = replace(place.tab, columns=max(place.tab.columns, start + 1) + count)
    return replace(completed, tab=tab, grid=place.grid.with_columns(start, count), inserted=(start, start + count))
