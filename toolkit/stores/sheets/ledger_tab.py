"""The ledger in a tab of the Google Sheet.

A claim appends rows in one batch, which Google applies one after another, and then looks which row of each letter comes
first. Rows of letters long past may be deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Final, Self

from toolkit.mail.entries import Entry, folded
from toolkit.mail.wording import LedgerWords
from toolkit.outputs import Outputs
from toolkit.render.dashboard_logs import LETTERS
from toolkit.spreadsheet import Json, Spreadsheet
from toolkit.stores.sheets.connection import Connection
from toolkit.stores.sheets.log_tab import LogTab, Wording, whole_log

_CHANGING: Final = ("state", "settled", "answer")


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
        self._words, self._tab = words, LogTab(connection, structure, outputs, _wording(words))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is kept open."""

    def entries(self) -> Mapping[str, Entry]:
        """The entry that counts for each letter, by Message-ID; no tab is none."""
        return folded(self._tab.read().records)

    def claim(self, entries: Sequence[Entry]) -> frozenset[str]:
        """Take letters in hand: append rows, then look who came first. Rows that lost, or whose run died, say so."""
        rows = self._tab.rows or self._tab.read()
        followed = {(entry.message_id, entry.after): entry.claimed for entry in entries if entry.after}
        dead = [
            entry.now("again", followed[entry.message_id, entry.run], self._words.dead)
            for entry in rows.records
            if entry.state == "claimed" and (entry.message_id, entry.run) in followed
        ]
        self._tab.write([*dead, *entries], rows)
        runs = {message_id: entry.run for message_id, entry in self.entries().items()}
        won = {entry.message_id for entry in entries if runs.get(entry.message_id) == entry.run}
        if lost := [entry for entry in entries if entry.message_id not in won]:
            self._tab.write([entry.now("again", entry.claimed, self._words.lost) for entry in lost], self._tab.rows)
        return frozenset(won)

    def settle(self, entries: Sequence[Entry]) -> None:
        """Write down what became of letters; rows that are gone are put there again."""
        self._tab.write(entries, self._tab.read())


def _wording(words: LedgerWords) -> Wording[Entry]:
    return Wording(LETTERS, words.heads, words.texts, words.entry, _key, _CHANGING)


def _key(entry: Entry) -> tuple[str, str]:
    return entry.message_id, entry.run


def whole_ledger(
    entries: Sequence[Entry], words: LedgerWords, outputs: Outputs, structure: Spreadsheet, editors: Sequence[str]
) -> list[Json]:
    """Requests that make the tab with these entries in it; there must be none yet; see `whole_log`."""
    return whole_log(entries, _wording(words), outputs, structure, editors)
