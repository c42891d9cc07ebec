"""One batch, applied once: also where the answer got lost, and where somebody changed the tabs meanwhile."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any, Final

from toolkit.spreadsheet import STATE_KEY, Json, Spreadsheet, free_id
from toolkit.stores.sheets.connection import Connection
from toolkit.stores.sheets.failures import SheetError, UnsureError
from toolkit.stores.sheets.guard import Check

Build = Callable[[Spreadsheet], Sequence[Json]]
"""Makes the requests that bring a spreadsheet from what it is to what it should be."""
_TRIES: Final = 3


def fingerprint(*contents: Any) -> str:  # noqa: ANN401 anything whose repr tells all of it
    """A digest of what is to be written: equal for equal contents."""
    return hashlib.sha256(repr(contents).encode("utf-8", "surrogatepass")).hexdigest()


def apply(connection: Connection, sheet: Spreadsheet, build: Build, check: Check, state: str) -> Spreadsheet:
    """Write one batch, all of it or nothing, exactly once.

    The batch leaves a fingerprint behind. Where a write was sent and no answer came, the fingerprint tells whether it
    took effect; if not, the batch is made anew from what the spreadsheet is by then.

    Args:
        connection: to the spreadsheet.
        sheet: as it was read.
        build: makes the requests.
        check: refuses those that may not be sent.
        state: the fingerprint of what is written.

    Returns:
        The spreadsheet that the requests were made for.

    Raises:
        SheetError: it cannot be written.
    """
    for left in reversed(range(_TRIES)):
        batch = list(build(sheet))
        batch.append(mark(sheet, _with_charts(state, batch)))
        check(batch, sheet)
        try:
            connection.update(batch)
        except UnsureError:
            sheet = connection.structure()
            if written(sheet, state):
                return sheet
            if not left:
                raise
        except SheetError as error:
            # A tab of ours was deleted, or one of that title made, since it was read.
            if error.key != "request" or not left:
                raise
            sheet = connection.structure()
        else:
            return sheet
    raise AssertionError  # the last try returns or raises


def written(sheet: Spreadsheet, state: str) -> bool:
    """Whether what is written last is this, and its charts are all there.

    Args:
        sheet: the spreadsheet as it is.
        state: the fingerprint of what is to be written.
    """
    last, _, charts = (sheet.state[1] if sheet.state else "").partition("+")
    present = sum(len(tab.some("charts")) for tab in sheet.outputs.values())
    return last == state and present >= int(charts or 0)


def _with_charts(state: str, batch: Sequence[Json]) -> str:
    """The fingerprint with the number of charts that the batch leaves."""
    return f"{state}+{sum('addChart' in request or 'updateChartSpec' in request for request in batch)}"


def mark(sheet: Spreadsheet, state: str) -> Json:
    """The request that leaves the fingerprint behind."""
    content = {"metadataKey": STATE_KEY, "metadataValue": state, "visibility": "DOCUMENT"}
    if sheet.state is None:
        taken = {item["metadataId"] for item in sheet.raw.get("developerMetadata", ())}
        number = free_id(STATE_KEY, taken)
        location = {"spreadsheet": True}
        return {
            "createDeveloperMetadata": {"developerMetadata": {"metadataId": number, "location": location, **content}}
        }
    lookup = {"developerMetadataLookup": {"metadataId": sheet.state[0]}}
    return {
        "updateDeveloperMetadata": {"dataFilters": [lookup], "developerMetadata": content, "fields": "metadataValue"}
    }
