"""`init --sheet`: what a shared spreadsheet lacks is added, in one batch; nothing that is there is changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from toolkit.guide import load_guide
from toolkit.outputs import load_outputs
from toolkit.plans import load_plan
from toolkit.progress import stage
from toolkit.stores.sources import GoogleSheet

if TYPE_CHECKING:
    from toolkit.render.setup import Setup
    from toolkit.spreadsheet import Json, Spreadsheet

SILENT: Final = frozenset({"api_disabled", "scopes", "not_found", "not_shared"})
"""Why the Drive API may tell nothing of a file although the Sheets API lets it be read."""
_TRIES: Final = 3
_OFFICE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SHEET: Final = "application/vnd.google-apps.spreadsheet"


def set_up(source: GoogleSheet, plan_name: str | None, *, repair: bool) -> Setup:
    """Add what the spreadsheet lacks; a second time nothing is written.

    Args:
        source: the spreadsheet, which a person made and shared.
        plan_name: the plan whose quota rules to put in.
        repair: whether drop-downs that pasting destroyed are put back.

    Returns:
        What was added and put back.

    Raises:
        UsageError: there is no such plan.
        SheetError: the spreadsheet cannot be read or written, lies in the trash or is none.
    """
    from toolkit.stores.sheets.writing import apply, fingerprint

    plan = load_plan(plan_name) if plan_name else None
    lacking = Lacking(source, plan.quotas if plan else (), repair=repair)
    with stage("Looking at the Google Sheet"):
        refuse_what_is_no_sheet(source)
        batch = lacking.requests(source.connection.structure())
    if batch:
        with stage("Setting up the Google Sheet"):
            first = iter([batch])
            state = fingerprint(batch, lacking.structure.state)
            apply(
                source.connection,
                lacking.structure,
                lambda now: next(first, None) or lacking.requests(now),
                lacking.check,
                state,
            )
            lacking.look_again()
    return lacking.found


def first_titles(source: GoogleSheet) -> list[str]:
    """Titles of the sheets to fill in first: the guide's first group."""
    return [source.schema.sheets[key].title for key in load_guide().groups[0].sheets]


class Lacking:
    """What a spreadsheet lacks, looked at once more whenever it has to be.

    Attributes:
        found: what was found to be lacking at the first look.
        structure: the spreadsheet at the last look.
    """

    found: Setup
    structure: Spreadsheet

    def __init__(self, source: GoogleSheet, quotas: Sequence[Any], *, repair: bool) -> None:
        self._source, self._quotas, self._repair = source, quotas, repair
        self._grids: Json = {}
        self._shaped: frozenset[int] = frozenset()

    def requests(self, structure: Spreadsheet) -> list[Json]:
        """The requests that add it; one call to read the cells, more where tabs are deleted meanwhile.

        Raises:
            SheetError: it cannot be read.
        """
        from toolkit.render.grid.dashboard_tabs import frames

        found = self._look(structure)
        batch = [*frames(load_outputs(), self.structure, self._source.connection.identity.editors), *found.requests]
        if not hasattr(self, "found"):
            self.found = replace(found, requests=tuple(batch))
        self._shaped = found.shaped
        return batch

    def look_again(self) -> None:
        """Find out whether somebody moved cells on the way: what was given columns or headers then lacks some still."""
        from toolkit.render.setup import tabs_named

        if self._shaped:
            found = self._look(self._source.connection.structure())
            lacking = tabs_named(found.requests) & self._shaped
            moved = (tab.title for tab in self.structure.tabs if tab.id in lacking)
            self.found = replace(self.found, moved=tuple(dict.fromkeys((*self.found.moved, *found.moved, *moved))))

    def _look(self, structure: Spreadsheet) -> Setup:
        from toolkit.render.setup import setup

        self.structure, self._grids = self._read(structure)
        return setup(
            self.structure,
            self._grids,
            self._source.schema,
            load_guide(),
            quotas=self._quotas,
            editors=self._source.connection.identity.editors,
            repair=self._repair,
        )

    def _read(self, structure: Spreadsheet) -> tuple[Spreadsheet, Json]:
        """The tabs and their cells, of the same moment as far as it matters."""
        from toolkit.render.setup import setup_reads
        from toolkit.stores.sheets.failures import SheetError

        connection = self._source.connection
        for again in range(_TRIES):
            structure = connection.structure() if again else structure
            tabs, fields = setup_reads(structure, self._source.schema, repair=self._repair)
            try:
                return structure, connection.grids(tabs, fields)
            except SheetError as error:
                if error.key != "request":
                    raise
                # A tab was deleted between the two calls.
        raise SheetError("changing", tries=_TRIES)

    def check(self, batch: Sequence[Json], _: Spreadsheet) -> None:
        """Refuse a batch that could change what staff have."""
        from toolkit.render.setup import check_setup

        check_setup(batch, self.structure, self._grids, repair=self._repair)


def refuse_what_is_no_sheet(source: GoogleSheet) -> None:
    """Refuse a file that lies in the trash or is no Google Sheet, as far as Drive tells.

    Raises:
        SheetError: it does, or is none.
    """
    from toolkit.stores.sheets.failures import SheetError

    try:
        file = source.connection.file()
    except SheetError as error:
        if error.key in SILENT:
            return
        raise
    kind, name = file.get("mimeType", _SHEET), file.get("name", "")
    if file.get("trashed"):
        raise SheetError("trashed", name=name)
    if kind == _OFFICE:
        raise SheetError("office_file", sheet=name)
    if kind != _SHEET:
        raise SheetError("not_a_sheet", name=name, kind=kind)
