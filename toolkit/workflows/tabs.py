"""The dashboard written into the Google Sheet itself: one batch, or none where nothing changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from importlib.metadata import version
from typing import TYPE_CHECKING

from toolkit.lights import RANGE_NAME, light_keys
from toolkit.progress import notice
from toolkit.stores.sources import GoogleSheet
from toolkit.workflows.remembering import Remembered

if TYPE_CHECKING:
    from toolkit.outputs import Outputs
    from toolkit.spreadsheet import Json, Spreadsheet
    from toolkit.stores.sheets.memory_tab import TabMemory

_MEMORY = "memory"
_FRONT = "dashboard"


def write_tabs(past: Remembered, source: GoogleSheet) -> str:
    """Write all output tabs and the memory of this run at once; nothing else is touched.

    Args:
        past: an assessed Google Sheet with its memory.
        source: the Google Sheet.

    Returns:
        The address of the dashboard.

    Raises:
        SheetError: it cannot be written.
    """
    from toolkit.stores.sheets.guard import check_own
    from toolkit.stores.sheets.writing import apply, fingerprint, written

    past.record()
    drawing = _Drawing(past, source)
    structure = source.seen.structure
    state = fingerprint(version("consortium-toolkit"), drawing.contents, source.memory.after)
    if not (written(structure, state) and drawing.stands_in(structure)):
        structure = apply(source.connection, structure, drawing.requests, check_own, state)
    else:
        notice("nothing has changed since the last run; nothing was written.")
    return structure.address(drawing.front(structure))


class _Drawing:
    """All that is written, as requests for whatever the spreadsheet is by then."""

    def __init__(self, past: Remembered, source: GoogleSheet) -> None:
        loaded = past.loaded
        self.view, self.outputs, self.source = past.viewer.view(), loaded.outputs, source
        self.lights = light_keys(loaded.assessment)
        self.school_sheets = loaded.settings.output.school_sheets

    @property
    def contents(self) -> tuple[object, ...]:
        """What a reader sees, for telling whether it changed."""
        tabs = tuple((tab.id, tab.title) for tab in self.source.seen.structure.tabs if not tab.output)
        return self.view, tuple(self.lights.values()), tabs, self.school_sheets

    def stands_in(self, structure: Spreadsheet) -> bool:
        """Whether every tab is there and protected, and the range of lights too."""
        from toolkit.render.grid.dashboard_tabs import wished_titles

        there = {key for key, tab in structure.outputs.items() if tab.some("protectedRanges")}
        names = {named["name"] for named in structure.raw.get("namedRanges", ())}
        return wished_titles(self.outputs).keys() <= there and RANGE_NAME in names

    def requests(self, structure: Spreadsheet) -> list[Json]:
        """What brings the spreadsheet from what it is to what it should show."""
        from toolkit.render.dashboard_logs import LOGS
        from toolkit.render.grid.dashboard_tabs import dashboard_requests
        from toolkit.render.grid.log_tab import log_tab

        editors = self.source.connection.identity.editors
        # Under the titles they had when they were read, which is what the view calls them.
        there = {tab.id for tab in structure.tabs}
        tabs = {tab.title: tab.id for tab in self.source.seen.structure.tabs if not tab.output and tab.id in there}
        return [
            *_memory_requests(self.source, self.outputs, structure),
            *(it for log in LOGS.values() for it in log_tab(log, self.outputs, structure, editors)),
            *dashboard_requests(
                self.view,
                self.outputs,
                structure,
                tabs=tabs,
                lights=self.lights,
                editors=editors,
                school_sheets=self.school_sheets,
            ),
        ]

    def front(self, structure: Spreadsheet) -> int:
        """The tab of the dashboard, made or about to be."""
        from toolkit.render.grid.frame import own_tabs

        return own_tabs({_FRONT: self.outputs.sheets[_FRONT]}, structure)[_FRONT].id


def keep_memory(past: Remembered, digests: Mapping[str, date]) -> None:
    """Leave to later runs what this one saw, without writing a dashboard.

    Args:
        past: an assessed source with its memory.
        digests: by reader's key, the day of the digest that was sent.

    Raises:
        SheetError: the Google Sheet cannot be written.
    """
    past.record(digests)
    source, outputs = past.loaded.source, past.loaded.outputs
    if isinstance(source, GoogleSheet):
        from toolkit.stores.sheets.guard import check_own
        from toolkit.stores.sheets.writing import apply, fingerprint

        state = fingerprint(version("consortium-toolkit"), source.memory.after)
        structure = source.seen.structure
        apply(source.connection, structure, lambda now: _memory_requests(source, outputs, now), check_own, state)


def _memory_requests(source: GoogleSheet, outputs: Outputs, structure: Spreadsheet) -> list[Json]:
    return memory_tab(source.memory, source.connection.identity.editors, outputs, structure)


def memory_tab(memory: TabMemory, editors: Sequence[str], outputs: Outputs, structure: Spreadsheet) -> list[Json]:
    """What brings the hidden tab of the memory to what it should hold; makes it where it is missing."""
    from toolkit.render.grid.frame import Frame, own_tab, own_tabs

    own = own_tabs({_MEMORY: outputs.book[_MEMORY]}, structure)[_MEMORY]
    fresh = Frame(2, 8, hidden=True)
    made = [] if own.tab else own_tab(own, fresh, structure, editors)
    rows, columns = (own.tab.rows, own.tab.columns) if own.tab else (fresh.rows, fresh.columns)
    return [*made, *memory.requests(own.id, rows, columns, new=own.tab is None)]
