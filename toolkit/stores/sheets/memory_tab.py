"""The memory of earlier runs in a hidden tab of the spreadsheet: a column a table, a cell a row, as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from toolkit.history import Point
from toolkit.spreadsheet import Json
from toolkit.stores.memory import Recall
from toolkit.stores.memory_tables import STEPS, Run, dump, history, loaded, remember

_VERSION: Final = "version"


class TabMemory:
    """What earlier runs saw, as it was read, and what this run adds, to be written with everything else.

    Attributes:
        before: by table, the rows as they were read.
        after: by table, the rows that are to stand there.
    """

    def __init__(self, cells: Sequence[Sequence[Any]]) -> None:
        """Take what was read.

        Args:
            cells: of the tab; empty where there is none.
        """
        heads = [str(cell) for cell in cells[0]] if cells else []
        self._damaged = "" in heads or len(set(heads)) < len(heads) or bool(cells and _VERSION not in heads)
        self.before = {} if self._damaged else {head: _column(cells[1:], place) for place, head in enumerate(heads)}
        self.after: Mapping[str, Sequence[str]] = self.before

    @property
    def newer(self) -> bool:
        """Whether a newer version of the toolkit wrote it."""
        version = (self.before.get(_VERSION) or ["0"])[0]
        return not version.isdigit() or int(version) > len(STEPS)

    def recall(self, as_of: date, points: Mapping[str, Point] | None = None) -> Recall:
        """What is known of the days before one; see `toolkit.stores.memory.recall`."""
        if self.newer:
            return Recall(fault=_NEWER)
        connection, lost = loaded(self.before)
        fault = f"{lost} cells of the hidden memory tab cannot be read; they are left out." if lost else None
        return Recall(history(connection, as_of, points), _DAMAGED if self._damaged else fault)

    def record(self, run: Run) -> str | None:
        """Add a run to what is to be written; nothing is written here."""
        if self.newer:
            return _NEWER
        connection, _ = loaded(self.before)
        remember(connection, run)
        self.after = {_VERSION: [str(len(STEPS))], **dump(connection)}
        return None

    def requests(self, sheet: int, rows: int, columns: int, *, new: bool = False) -> list[Json]:
        """What has to be written so that the tab holds what it should: only what differs.

        Args:
            sheet: the tab's id.
            rows: of its grid as it is.
            columns: the same.
            new: whether the tab is made in the same batch, so that nothing stands there yet.
        """
        if self.newer:
            return []
        # Columns keep their places, so that a table that grows changes its own tail alone.
        heads = [*self.before, *(head for head in self.after if head not in self.before)]
        tall = 2 + max((len(some) for some in self.after.values()), default=0)
        made: list[Json] = list(_larger(sheet, max(rows, tall), max(columns, len(heads)), rows, columns))
        made += [_cleared({"sheetId": sheet})] if self._damaged else []
        for place, head in enumerate(heads):
            old = [head, *self.before[head]] if head in self.before and not new else []
            texts = [head, *self.after.get(head, ())]
            made += [_cells(sheet, first, place, some) for first, some in _changes(old, texts)]
            # What another run may have written below since this one read.
            below = {"startRowIndex": len(texts), "startColumnIndex": place, "endColumnIndex": place + 1}
            made.append(_cleared({"sheetId": sheet, **below}))
        return made


def _column(cells: Sequence[Sequence[Any]], place: int) -> list[str]:
    rows = [str(row[place]) if place < len(row) else "" for row in cells]
    while rows and not rows[-1]:
        rows.pop()
    return rows


def _cleared(area: Json) -> Json:
    return {"updateCells": {"range": area, "fields": "userEnteredValue"}}


_DAMAGED: Final = "the heads of the hidden memory tab were changed; what it held is lost and the memory begins anew."
_NEWER: Final = "the memory tab was written by a newer version of this toolkit; it is left alone: update."


def _larger(sheet: int, tall: int, wide: int, rows: int, columns: int) -> Iterator[Json]:
    if (tall, wide) != (rows, columns):
        grid = {"rowCount": tall, "columnCount": wide}
        fields = "gridProperties.rowCount,gridProperties.columnCount"
        yield {"updateSheetProperties": {"properties": {"sheetId": sheet, "gridProperties": grid}, "fields": fields}}


def _changes(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """The parts of a column that differ, each as its first row from 0 and the texts that belong there."""
    longest = max(len(old), len(new))
    before, after = ([*some, *[""] * (longest - len(some))] for some in (old, new))
    part: list[str] = []
    for row in range(longest + 1):
        if row < longest and before[row] != after[row]:
            part.append(after[row])
        elif part:
            yield row - len(part), part
            part = []


def _cells(sheet: int, row: int, column: int, texts: Sequence[str]) -> Json:
    rows = [{"values": [{"userEnteredValue": {"stringValue": text}} if text else {}]} for text in texts]
    start = {"sheetId": sheet, "rowIndex": row, "columnIndex": column}
    return {"updateCells": {"start": start, "rows": rows, "fields": "userEnteredValue"}}
