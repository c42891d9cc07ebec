"""The record of runs in a tab of the Google Sheet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from toolkit.outputs import Outputs
from toolkit.render.dashboard_logs import RUNS
from toolkit.run_words import RunWords
from toolkit.runs import Run
from toolkit.spreadsheet import Spreadsheet
from toolkit.stores.sheets.connection import Connection
from toolkit.stores.sheets.log_tab import LogTab, Rows, Wording

_CHANGING: Final = ("result", "ended", "duration", "rows", "problems", "calls", "note")
_MOST: Final = 3_000
_FEWER: Final = 2_500
"""A tab that grows over the most rows is brought down to so many: the oldest go."""


class TabRuns:
    """The record of runs in a tab, which the first run makes."""

    def __init__(self, connection: Connection, structure: Callable[[], Spreadsheet], outputs: Outputs) -> None:
        """Nothing is asked of Google yet.

        Args:
            connection: to the spreadsheet.
            structure: gives it as it was read last.
            outputs: the words.
        """
        self._tab = LogTab(connection, structure, outputs, runs_wording(outputs))

    def runs(self) -> Sequence[Run]:
        """All that are on record; no tab is none, and rows that people made unreadable are passed over."""
        return [*{run.id: run for run in self._tab.read().records}.values()]

    def put(self, runs: Iterable[Run]) -> None:
        """Put runs on record; rows that are there are brought to what is said of them now, found by what they say."""
        if given := list(runs):
            self._tab.write(given, self._tab.read())


def runs_wording(outputs: Outputs) -> Wording[Run]:
    """How runs stand in the rows of the tab."""
    words = RunWords(outputs)
    return Wording(RUNS, words.heads, words.texts, words.run, lambda run: run.id, _CHANGING, _past)


def _past(tab: Rows[Run]) -> Iterable[int]:
    """The rows of the oldest runs, where there are too many."""
    if len(tab.rows) <= _MOST:
        return ()
    oldest = sorted(tab.rows, key=lambda found: found[2].started)
    return [row for row, _, _ in oldest[: len(tab.rows) - _FEWER]]
