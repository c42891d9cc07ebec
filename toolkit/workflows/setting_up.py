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
        structure = source.connection.structure()
        batch = lacking.requests(structure)
    if batch:
        with stage("Setting up the Google Sheet"):
            first = iter([batch])
            state = fingerprint(batch, structure.state)
            apply(
                source.connection,
                structure,
                lambda now: next(first, None) or lacking.requests(now),
                lacking.check,
                state,
            )
    return lacking.found


def first_titles(source: GoogleSheet) -> list[str]:
    """Titles of the sheets to fill in first: the guide's first group."""
    return [source.schema.sheets[key].title for key in load_guide().groups[0].sheets]


class Lacking:
    """What a spreadsheet lacks, looked at once more whenever it has to be.

    Attributes:
        found: what was found to be lacking at the first look.
    """

    found: Setup

    def __init__(self, source: GoogleSheet, quotas: Sequence[Any], *, repair: bool) -> None:
        self._source, self._quotas, self._repair = source, quotas, repair
        self._grids: Json = {}

    def requests(self, structure: Spreadsheet) -> list[Json]:
        """The requests that add it; one call to read the cells."""
        from toolkit.render.grid.dashboard_tabs import frames
        from toolkit.render.setup import setup, setup_reads

        source = self._source
        email = source.connection.identity.email
        editors = [email] if email else []
        tabs, fields = setup_reads(structure, source.schema, repair=self._repair)
        self._grids = source.connection.grids(tabs, fields)
        found = setup(
            structure,
            self._grids,
            source.schema,
            load_guide(),
            quotas=self._quotas,
            editors=editors,
            repair=self._repair,
        )
        batch = [*frames(load_outputs(), structure, editors), *found.requests]
        if not hasattr(self, "found"):
            self.found = replace(found, requests=tuple(batch))
        return batch

    def check(self, batch: Sequence[Json], structure: Spreadsheet) -> None:
        """Refuse a batch that could change what staff have."""
        from toolkit.render.setup import check_setup

        check_setup(batch, structure, self._grids, repair=self._repair)


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
