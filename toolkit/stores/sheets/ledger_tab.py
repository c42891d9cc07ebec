"""The ledger in a tab of the Google Sheet: a row an entry, in people's words.

A claim appends rows in one batch, which Google applies one after another, and then looks which row of each letter comes
first. Afterwards rows are found by what stands in them, never by their place, and only the cells that say how far a
letter came are written: the tab may be sorted, its columns moved, and rows of letters long past deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self

from toolkit.mail.entries import Entry, folded
from toolkit.mail.wording import LedgerWords
from toolkit.outputs import Outputs
from toolkit.render.dashboard_letters import LETTERS
from toolkit.render.grid.ledger_tab import ledger_own, ledger_tab
from toolkit.spreadsheet import Json, Spreadsheet, Tab
from toolkit.stores.sheets.connection import Connection
from toolkit.stores.sheets.failures import SheetError, UnsureError
from toolkit.stores.sheets.guard import check_own

_TRIES: Final = 3
_SETTLED: Final = ("state", "settled", "answer")
"""What changes in a row once it is there."""


@dataclass(frozen=True)
class _Log:
    """The tab as it was read.

    Attributes:
        places: of the columns, by attribute of an entry.
        rows: the row from 0 and the texts of each that has a Message-ID, and the entry that they tell of.
    """

    places: Mapping[str, int]
    rows: tuple[tuple[int, Mapping[str, str], Entry], ...]

    @property
    def entries(self) -> Iterator[Entry]:
        return (entry for _, _, entry in self.rows)


class TabLedger:
    """The ledger in a tab, which the first claim makes."""

    def __init__(
        self, connection: Connection, structure: Callable[[], Spreadsheet], words: LedgerWords, outputs: Outputs
    ) -> None:
        """Nothing is asked of Google yet.

        Args:
            connection: to the spreadsheet.
            structure: gives it as it was read last.
            words: of the rows.
            outputs: of the tab.
        """
        self._connection, self._first, self._words, self._outputs = connection, structure, words, outputs
        self._structure: Spreadsheet | None = None
        self._log: _Log | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is kept open."""

    def entries(self) -> Mapping[str, Entry]:
        """The entry that counts for each letter, by Message-ID; no tab is none."""
        return folded(self._read().entries)

    def claim(self, entries: Sequence[Entry]) -> frozenset[str]:
        """Take letters in hand: append rows, then look who came first. Rows that lost, or whose run died, say so."""
        log = self._log or self._read()
        followed = {(entry.message_id, entry.after): entry.claimed for entry in entries if entry.after}
        dead = [
            entry.now("again", followed[entry.message_id, entry.run], self._words.dead)
            for entry in log.entries
            if entry.state == "claimed" and (entry.message_id, entry.run) in followed
        ]
        self._write([*dead, *entries], log)
        runs = {message_id: entry.run for message_id, entry in self.entries().items()}
        won = {entry.message_id for entry in entries if runs.get(entry.message_id) == entry.run}
        if lost := [entry for entry in entries if entry.message_id not in won]:
            self._write([entry.now("again", entry.claimed, self._words.lost) for entry in lost], self._log)
        return frozenset(won)

    def settle(self, entries: Sequence[Entry]) -> None:
        """Write down what became of letters; rows that are gone are put there again."""
        self._write(entries, self._read())

    # --- reading

    def _look(self) -> Tab | None:
        """The tab; one that is not there yet is looked for once more, another machine may have made it."""
        if self._structure is None:
            self._structure = self._first()
        if LETTERS not in self._structure.outputs:
            self._structure = self._connection.structure()
        return self._structure.outputs.get(LETTERS)

    def _read(self) -> _Log:
        """The tab as it is now.

        Raises:
            SheetError: it cannot be read, or its heads are not what they were.
        """
        for left in reversed(range(_TRIES)):
            tab = self._look()
            if tab is None:
                self._log = _Log({name: place for place, name in enumerate(self._words.heads)}, ())
                return self._log
            try:
                values = self._connection.values([tab.id]).get(tab.id, [])
            except SheetError as error:
                if error.key != "request" or not left:
                    raise
                self._structure = self._connection.structure()  # it was deleted
            else:
                self._log = self._understood(values, tab.title)
                return self._log
        raise AssertionError  # the last try returns or raises

    def _understood(self, values: Sequence[Sequence[Any]], title: str) -> _Log:
        heads = [str(cell).strip() for cell in values[0]] if values else []
        lacking = [head for head in self._words.heads.values() if heads.count(head) != 1]
        if lacking:
            raise SheetError("ledger_heads", title=title, heads=self._outputs.separator.join(lacking))
        places = {name: heads.index(head) for name, head in self._words.heads.items()}
        texts = (
            {name: str(cells[place]) if place < len(cells) else "" for name, place in places.items()}
            for cells in values[1:]
        )
        read = ((row, some, self._words.entry(some)) for row, some in enumerate(texts, 1))
        return _Log(places, tuple((row, some, entry) for row, some, entry in read if entry))

    # --- writing

    def _write(self, entries: Sequence[Entry], log: _Log | None) -> None:
        """Bring the rows of these entries to their state, and add those that are missing; once, whatever happens.

        Args:
            entries: what is to stand there.
            log: the tab as it was read; where it turns out to be another by now, or the answer gets lost, it is read
                again and only what is still lacking is written.
        """
        for left in reversed(range(_TRIES)):
            log = log or self._read()
            batch = self._requests(entries, log)
            if not batch or self._sent(batch, last=not left):
                return
            log = None

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

    def _requests(self, entries: Sequence[Entry], log: _Log) -> list[Json]:
        structure = self._structure or self._connection.structure()
        tab = ledger_own(self._outputs, structure)
        made = [] if tab.tab else ledger_tab(self._outputs, structure, self._connection.identity.editors)
        there: dict[tuple[str, str], list[tuple[int, Mapping[str, str]]]] = {}
        for row, texts, entry in log.rows:
            there.setdefault((entry.message_id, entry.run), []).append((row, texts))
        changes, new = [], []
        for entry in entries:
            texts = self._words.texts(entry)
            rows = there.get((entry.message_id, entry.run), ())
            changes += [change for row, old in rows for change in _changes(tab.id, row, log.places, old, texts)]
            new += [] if rows else [_row(log.places, texts)]
        added = [{"appendCells": {"sheetId": tab.id, "rows": new, "fields": "userEnteredValue"}}] if new else []
        return [*made, *changes, *added] if changes or added else []


def _changes(
    tab: int, row: int, places: Mapping[str, int], old: Mapping[str, str], texts: Mapping[str, str]
) -> Iterator[Json]:
    for name in _SETTLED:
        if old[name] != texts[name]:
            start = {"sheetId": tab, "rowIndex": row, "columnIndex": places[name]}
            cells = {"start": start, "rows": [{"values": [_cell(texts[name])]}], "fields": "userEnteredValue"}
            yield {"updateCells": cells}


def _row(places: Mapping[str, int], texts: Mapping[str, str]) -> Json:
    """A row to append; columns that are people's own stay empty."""
    names = {place: name for name, place in places.items()}
    return {"values": [_cell(texts[names[place]]) if place in names else {} for place in range(max(names) + 1)]}


def _cell(text: str) -> Json:
    """Text as text: what begins with = or + is never a formula."""
    return {"userEnteredValue": {"stringValue": text}} if text else {}
