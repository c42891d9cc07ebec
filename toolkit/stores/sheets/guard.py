"""What may be written: the toolkit's own tabs and nothing else. Every batch is looked through before it is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from toolkit.errors import ToolkitError
from toolkit.lights import RANGE_NAME
from toolkit.spreadsheet import OUTPUT_KEY, STATE_KEY, Json, Spreadsheet

_ON_TABS: Final = frozenset({
    "addSheet", "deleteSheet", "updateSheetProperties", "updateCells", "repeatCell", "mergeCells", "unmergeCells",
    "updateDimensionProperties", "appendCells", "appendDimension", "deleteDimension", "setBasicFilter",
    "clearBasicFilter", "addConditionalFormatRule", "deleteConditionalFormatRule", "addChart", "addProtectedRange",
    "createDeveloperMetadata", "addNamedRange", "updateNamedRange",
})  # fmt: skip
"""Requests that name the tabs they touch."""
_ON_CHARTS: Final = {
    "updateChartSpec": "chartId",
    "updateEmbeddedObjectPosition": "objectId",
    "updateEmbeddedObjectBorder": "objectId",
    "deleteEmbeddedObject": "objectId",
}
"""Requests that name a chart."""


class TrespassError(ToolkitError):
    """A request would touch something that is not the toolkit's: a fault of the toolkit, nothing was sent."""


def check_own(batch: Sequence[Json], sheet: Spreadsheet) -> None:
    """Make sure that a batch touches nothing but the toolkit's own tabs.

    Args:
        batch: requests of one `batchUpdate`.
        sheet: the spreadsheet as it is.

    Raises:
        TrespassError: it does; nothing may be sent.
    """
    present = {tab.id for tab in sheet.tabs}
    made = {request["addSheet"]["properties"].get("sheetId") for request in batch if "addSheet" in request}
    marked = {
        request["createDeveloperMetadata"]["developerMetadata"]["location"].get("sheetId")
        for request in batch
        if _creates(request, OUTPUT_KEY)
    }
    # A tab made here must carry the mark of our own, or the next run would not know it for ours.
    own = {tab.id for tab in sheet.outputs.values()} | {tab.id for tab in sheet.tabs if tab.output} | (made & marked)
    charts = {chart["chartId"] for tab in sheet.tabs if tab.id in own for chart in tab.some("charts")}
    charts |= {request["addChart"]["chart"].get("chartId") for request in batch if "addChart" in request}
    for request in batch:
        [(kind, content)] = request.items()
        if not _allowed(kind, content, own, charts, sheet):
            raise TrespassError(f"A {kind} request would touch what is not the toolkit's own; nothing was written.")
    if made & present:
        raise TrespassError("A tab that is there already would be made once more; nothing was written.")


def _creates(request: Json, key: str) -> bool:
    made = request.get("createDeveloperMetadata", {}).get("developerMetadata", {})
    return bool(made.get("metadataKey") == key)


def _allowed(kind: str, content: Json, own: set[Any], charts: set[Any], sheet: Spreadsheet) -> bool:
    bands = {band.get("bandedRangeId") for tab in sheet.tabs if tab.id in own for band in tab.some("bandedRanges")}
    if kind == "deleteBanding":
        return content.get("bandedRangeId") in bands
    if kind in _ON_CHARTS:
        return content.get(_ON_CHARTS[kind]) in charts and _named(content) <= own
    if kind == "createDeveloperMetadata" and content["developerMetadata"]["metadataKey"] == STATE_KEY:
        return bool(content["developerMetadata"]["location"] == {"spreadsheet": True})
    if kind == "updateDeveloperMetadata":
        state = sheet.state
        filters = content["dataFilters"]
        return bool(state) and filters == [{"developerMetadataLookup": {"metadataId": state[0] if state else None}}]
    if kind in {"addNamedRange", "updateNamedRange"}:
        return _own_name(content["namedRange"], sheet) and _named(content) <= own
    named = _named(content)
    return kind in _ON_TABS and bool(named) and named <= own


def _own_name(named: Json, sheet: Spreadsheet) -> bool:
    """Whether a named range is the one of ours, both as it is, if it is there, and as it is to be called."""
    taken = {there["namedRangeId"]: there["name"] for there in sheet.raw.get("namedRanges", ())}
    now = taken.get(named["namedRangeId"], RANGE_NAME)
    return bool(now == RANGE_NAME and named.get("name", now) == RANGE_NAME)


def _named(content: object) -> set[Any]:
    """Every tab that a request names, wherever in it; a range without a tab means the first tab."""
    return set(_tabs(content))


def _tabs(content: object) -> Iterator[Any]:
    if isinstance(content, Mapping):
        if "sheetId" in content:
            yield content["sheetId"]
        elif content.keys() & {"startRowIndex", "endRowIndex", "startColumnIndex", "endColumnIndex", "rowIndex"}:
            yield 0
        for part in content.values():
            yield from _tabs(part)
    elif isinstance(content, Sequence) and not isinstance(content, str):
        for part in content:
            yield from _tabs(part)


Check = Callable[[Sequence[Json], Spreadsheet], None]
"""Raises where a batch may not be sent."""
