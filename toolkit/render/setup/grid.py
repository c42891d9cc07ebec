"""The cells of one tab as `spreadsheets.get` gives them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

from toolkit.schema import Schema
from toolkit.spreadsheet import Tab
from toolkit.workbook import Sheet

Json = Mapping[str, Any]
Cell = Mapping[str, Any]
_BLANK: Final[Cell] = {}


@dataclass(frozen=True)
class Grid:
    """What a tab holds.

    Attributes:
        cells: the API's `CellData` by row, then column; rows differ in length.
        merges: merged areas.
        looks: conditional formats.
        tables: what staff have made a table of; Google keeps rules and bands of those.
    """

    cells: Sequence[Sequence[Cell]] = ()
    merges: Sequence[Json] = ()
    looks: Sequence[Json] = ()
    tables: Sequence[Json] = ()

    def cell(self, row: int, column: int) -> Cell:
        """One cell; nothing where nothing is."""
        cells = self.cells[row] if row < len(self.cells) else ()
        return cells[column] if column < len(cells) else _BLANK

    def text(self, row: int, column: int) -> str:
        """What the cell shows."""
        shown: str = self.cell(row, column).get("formattedValue", "")
        return shown

    def note(self, row: int, column: int) -> str:
        """The note on a cell."""
        note: str = self.cell(row, column).get("note", "")
        return note

    def blank(self, row: int, column: int) -> bool:
        """Whether nothing is entered, not even what a format hides, nothing shows, and no merged cell covers it."""
        cell = self.cell(row, column)
        return not (cell.get("formattedValue") or cell.get("userEnteredValue") or (row, column) in self._covered)

    @cached_property
    def _covered(self) -> frozenset[tuple[int, int]]:
        """The cells of merged areas but for the first of each."""
        return frozenset(
            (row, column)
            for merge in self.merges
            for row in range(merge.get("startRowIndex", 0), merge["endRowIndex"])
            for column in range(merge.get("startColumnIndex", 0), merge["endColumnIndex"])
            if (row, column) != (merge.get("startRowIndex", 0), merge.get("startColumnIndex", 0))
        )

    def untouched(self, row: int, column: int) -> bool:
        """Whether a cell has no note either."""
        return self.blank(row, column) and not self.note(row, column)

    def empty(self) -> bool:
        """Whether nobody has put anything anywhere."""
        return not self.merges and all(
            self.untouched(row, column) for row, cells in enumerate(self.cells) for column in range(len(cells))
        )

    def filled(self, row: int) -> list[int]:
        """The columns in which a row holds anything."""
        cells = self.cells[row] if row < len(self.cells) else ()
        return [column for column in range(len(cells)) if not self.untouched(row, column)]

    def rule(self, row: int, column: int) -> Json | None:
        """The drop-down or check of a cell."""
        return self.cell(row, column).get("dataValidation")

    def formatted(self, row: int, column: int) -> bool:
        """Whether somebody has said how numbers show there."""
        return bool(self.cell(row, column).get("userEnteredFormat", {}).get("numberFormat"))

    def in_table(self, column: int) -> bool:
        """Whether a column belongs to a table, whose rules and formats are the table's own."""
        return any(_within(table.get("range", {}), "Column", column) for table in self.tables)

    def last_row(self) -> int:
        """The last row that somebody uses, in any column; -1 where there is none."""
        filled = (row for row in range(len(self.cells) - 1, -1, -1) if self.filled(row))
        last = (merge["endRowIndex"] - 1 for merge in self.merges)
        found: int = max(next(filled, -1), *last, -1)
        return found

    def last_column(self) -> int:
        """The last column that somebody uses, in any row; -1 where there is none."""
        areas = (*self.merges, *(table.get("range", {}) for table in self.tables))
        filled = (columns[-1] for row in range(len(self.cells)) if (columns := self.filled(row)))
        return max((*filled, *(area.get("endColumnIndex", 0) - 1 for area in areas)), default=-1)

    def with_columns(self, start: int, count: int) -> Grid:
        """The same with blank columns inserted to the right of all that is used."""
        blank = (_BLANK,) * count
        return replace(self, cells=[(*row[:start], *blank, *row[start:]) if row[start:] else row for row in self.cells])

    def with_rows(self, start: int, count: int) -> Grid:
        """The same with blank rows inserted below all that is used."""
        blank: tuple[Sequence[Cell], ...] = ((),) * count
        return replace(self, cells=(*self.cells[:start], *blank, *self.cells[start:])) if self.cells[start:] else self

    def sheet(self, tab: Tab, schema: Schema) -> Sheet:
        """The tab as the rest of the toolkit reads it, what it shows as text; a tie to something unknown is none."""
        key = tab.key if tab.key in schema.sheets else None
        rows = [[str(cell.get("formattedValue", "")) for cell in cells] for cells in self.cells]
        for merge in self.merges:
            top, left = merge.get("startRowIndex", 0), merge.get("startColumnIndex", 0)
            right = merge.get("endColumnIndex", left + 1)
            for row in range(top, min(merge.get("endRowIndex", top + 1), len(rows))):
                rows[row] += [""] * (right - len(rows[row]))
                rows[row][left:right] = [self.text(top, left)] * (right - left)
        ties = ((place, *mark.partition(".")[::2]) for place, mark in tab.fields.items())
        return Sheet(tab.title, rows, key, {place: field for place, sheet, field in ties if sheet == key})


def _within(merge: Json, side: str, place: int) -> bool:
    start, end = merge.get(f"start{side}Index", 0), merge.get(f"end{side}Index")
    return bool(start <= place and (end is None or place < end))


def grids_of(raw: Json) -> Iterator[tuple[int, Grid]]:
    """The tabs in an answer, by their id.

    Args:
        raw: what `spreadsheets.get` answered to the parameters of `setup_reads`.
    """
    for sheet in raw.get("sheets", ()):
        cells: list[Sequence[Cell]] = []
        for block in sheet.get("data", ()):
            cells += [()] * (block.get("startRow", 0) - len(cells))
            cells += [row.get("values", ()) for row in block.get("rowData", ())]
        yield (
            sheet["properties"].get("sheetId", 0),
            Grid(cells, sheet.get("merges", ()), sheet.get("conditionalFormats", ()), sheet.get("tables", ())),
        )
