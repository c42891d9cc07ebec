"""A log in a tab of the Google Sheet: a row a record, in people's words.

Rows are found by what stands in them, never by their place, and only cells that change are written: the tab may be
sorted, its columns moved, and columns and rows of people's own stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from toolkit.outputs import Outputs
from toolkit.render.dashboard_logs import Log
from toolkit.render.grid.log_tab import log_own, log_tab
from toolkit.spreadsheet import Json, Spreadsheet, Tab
from toolkit.stores.sheets.connection import Connection
from toolkit.stores.sheets.failures import SheetError, UnsureError
from toolkit.stores.sheets.guard import check_own

_TRIES: Final = 3
Record = TypeVar("Record")


@dataclass(frozen=True)
class Rows(Generic[Record]):
    """The tab as it was read.

    Attributes:
        places: of the columns, by key.
        rows: the row from 0 and the texts of each that tells of a record, and that record.
    """

    places: Mapping[str, int]
    rows: tuple[tuple[int, Mapping[str, str], Record], ...] = ()

    @property
    def records(self) -> Iterator[Record]:
        """Of all rows, downwards."""
        return (record for _, _, record in self.rows)


def _nothing(_: object) -> Iterable[int]:
    return ()


@dataclass(frozen=True)
class Wording(Generic[Record]):
    """How records stand in the rows of a log.

    Attributes:
        log: which one.
        heads: of the columns, by key, in their order.
        texts: each column's text of a record.
        record: the record that a row's texts tell of; None where they tell of none.
        key: what tells one record from another.
        changing: the columns that change in a row once it is there.
        past: rows, from 0, that have had their time; they are deleted when something is written.
    """

    log: Log
    heads: Mapping[str, str]
    texts: Callable[[Record], Mapping[str, str]]
    record: Callable[[Mapping[str, str]], Record | None]
    key: Callable[[Record], Hashable]
    changing: Sequence[str]
    past: Callable[[Rows[Record]], Iterable[int]] = _nothing


class LogTab(Generic[Record]):
    """A log in a tab, which the first record makes.

    Attributes:
        rows: the tab as it was read last; None before.
    """

    def __init__(
        self,
        connection: Connection,
        structure: Callable[[], Spreadsheet],
        outputs: Outputs,
        wording: Wording[Record],
    ) -> None:
        """Nothing is asked of Google yet.

        Args:
            connection: to the spreadsheet.
            structure: gives it as it was read last.
            outputs: the words of the tab.
            wording: of the rows.
        """
        self.rows: Rows[Record] | None = None
        self._connection, self._first, self._outputs, self._wording = connection, structure, outputs, wording
        self._structure: Spreadsheet | None = None

    # --- reading

    def read(self) -> Rows[Record]:
        """The tab as it is now; no tab has no rows.

        Raises:
            SheetError: it cannot be read, or its heads are not what they were.
        """
        for left in reversed(range(_TRIES)):
            tab = self._look()
            if tab is None:
                self.rows = Rows(_in_order(self._wording.heads))
                return self.rows
            try:
                values = self._connection.values([tab.id]).get(tab.id, [])
            except SheetError as error:
                if error.key != "request" or not left:
                    raise
                self._structure = self._connection.structure()  # it was deleted
            else:
                self.rows = self._understood(values, tab.title)
                return self.rows
        raise AssertionError  # the last try returns or raises

    def _look(self) -> Tab | None:
        """The tab; one that is not there yet is looked for once more, another machine may have made it."""
        key = self._wording.log.key
        if self._structure is None:
            self._structure = self._first()
        if key not in self._structure.outputs:
            self._structure = self._connection.structure()
        return self._structure.outputs.get(key)

    def _understood(self, values: Sequence[Sequence[Any]], title: str) -> Rows[Record]:
        wished = self._wording.heads
        heads = [str(cell).strip() for cell in values[0]] if values else []
        lacking = [head for head in wished.values() if heads.count(head) != 1]
        if lacking:
            fault = f"{self._wording.log.key}_heads"
            raise SheetError(fault, title=title, heads=self._outputs.separator.join(lacking))
        places = {name: heads.index(head) for name, head in wished.items()}
        texts = (
            {name: str(cells[place]) if place < len(cells) else "" for name, place in places.items()}
            for cells in values[1:]
        )
        read = ((row, some, self._wording.record(some)) for row, some in enumerate(texts, 1))
        return Rows(places, tuple((row, some, record) for row, some, record in read if record))

    # --- writing

    def write(self, records: Sequence[Record], rows: Rows[Record] | None) -> None:
        """Bring the rows of these records to what is said of them, and add those that are missing; once.

        Args:
            records: what is to stand there.
            rows: the tab as it was read; where it turns out to be another by now, or the answer gets lost, it is read
                again and only what is still lacking is written.

        Raises:
            SheetError: it cannot be written, or its heads are not what they were.
        """
        for left in reversed(range(_TRIES)):
            rows = rows or self.read()
            batch = self._requests(records, rows)
            if not batch or self._sent(batch, last=not left):
                return
            rows = None

    def _sent(self, batch: Sequence[Json], *, last: bool) -> bool:
        structure = self._structure or self._connection.structure()
        check_own(batch, structure)
        try:
            self._connection.update(batch)
        except UnsureError:
            if last:
                raise
        except SheetError as error:
            # The tab was deleted, or made by another run, since it was looked at.
            if error.key != "request" or last:
                raise
        else:
            if any("addSheet" in request for request in batch):
                self._structure = self._connection.structure()
            return True
        self._structure = self._connection.structure()
        return False

    def _requests(self, records: Sequence[Record], rows: Rows[Record]) -> list[Json]:
        structure, wording = self._structure or self._connection.structure(), self._wording
        own = log_own(wording.log, self._outputs, structure)
        made = [] if own.tab else log_tab(wording.log, self._outputs, structure, self._connection.identity.editors)
        there: dict[Hashable, list[tuple[int, Mapping[str, str]]]] = {}
        for row, texts, record in rows.rows:
            there.setdefault(wording.key(record), []).append((row, texts))
        changes, new = [], []
        for record in records:
            texts = wording.texts(record)
            found = there.get(wording.key(record), ())
            changes += [change for row, old in found for change in self._changes(own.id, row, rows.places, old, texts)]
            new += [] if found else [_row(rows.places, texts)]
        added = [_appended(own.id, new)] if new else []
        return [*made, *changes, *added, *_deleted(own.id, wording.past(rows))] if changes or added else []

    def _changes(
        self, tab: int, row: int, places: Mapping[str, int], old: Mapping[str, str], texts: Mapping[str, str]
    ) -> Iterator[Json]:
        for name in self._wording.changing:
            if old[name] != texts[name]:
                start = {"sheetId": tab, "rowIndex": row, "columnIndex": places[name]}
                cells = {"start": start, "rows": [{"values": [_cell(texts[name])]}], "fields": "userEnteredValue"}
                yield {"updateCells": cells}


def whole_log(
    records: Sequence[Record],
    wording: Wording[Record],
    outputs: Outputs,
    structure: Spreadsheet,
    editors: Sequence[str],
) -> list[Json]:
    """Requests that make the tab with these records in it; there must be none yet.

    Args:
        records: what is to stand there.
        wording: of the rows.
        outputs: of the tab.
        structure: the spreadsheet, so that the tab's id and title are free.
        editors: who may write to it.
    """
    places = _in_order(wording.heads)
    rows = [_row(places, wording.texts(record)) for record in records]
    tab = log_own(wording.log, outputs, structure).id
    return [*log_tab(wording.log, outputs, structure, editors), _appended(tab, rows)]


def _in_order(heads: Mapping[str, str]) -> Mapping[str, int]:
    return {name: place for place, name in enumerate(heads)}


def _appended(tab: int, rows: Sequence[Json]) -> Json:
    return {"appendCells": {"sheetId": tab, "rows": rows, "fields": "userEnteredValue"}}


def _deleted(tab: int, rows: Iterable[int]) -> Iterator[Json]:
    """Requests that delete rows, the lowest first, those that stand together at once."""
    spans: list[tuple[int, int]] = []
    for row in sorted(rows, reverse=True):
        if spans and spans[-1][0] == row + 1:
            spans[-1] = (row, spans[-1][1])
        else:
            spans.append((row, row + 1))
    for start, end in spans:
        area = {"sheetId": tab, "dimension": "ROWS", "startIndex": start, "endIndex": end}
        yield {"deleteDimension": {"range": area}}


def _row(places: Mapping[str, int], texts: Mapping[str, str]) -> Json:
    """A row to append; columns that are people's own stay empty."""
    names = {place: name for name, place in places.items()}
    return {"values": [_cell(texts[names[place]]) if place in names else {} for place in range(max(names) + 1)]}


def _cell(text: str) -> Json:
    """Text as text: what begins with = or + is never a formula."""
    return {"userEnteredValue": {"stringValue": text}} if text else {}
