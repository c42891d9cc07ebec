"""The strict rule of set-up, checked once more before anything is sent: it only ever adds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any, Final

from toolkit.errors import ToolkitError
from toolkit.lights import RANGE_NAME
from toolkit.render.setup.additions import SIZES
from toolkit.render.setup.grid import Grid, Json, grids_of
from toolkit.spreadsheet import COLUMN_KEY, SHEET_KEY, STATE_KEY, Spreadsheet, Tab

_ON_NEW_TABS: Final = frozenset(
    {
        "addBanding",
        "addChart",
        "addConditionalFormatRule",
        "addNamedRange",
        "addProtectedRange",
        "addSheet",
        "appendDimension",
        "createDeveloperMetadata",
        "mergeCells",
        "repeatCell",
        "setBasicFilter",
        "setDataValidation",
        "updateCells",
        "updateDimensionProperties",
        "updateSheetProperties",
    }
)
"""What may be done to a tab that the batch itself adds."""
_CONTENT: Final = frozenset({"userEnteredValue", "textFormatRuns", "userEnteredFormat"})
_NAMES: Final = frozenset({"addNamedRange", "updateNamedRange"})
_TIES: Final = frozenset({SHEET_KEY, COLUMN_KEY})
_INNER: Final = re.compile(r"\([^()]*\)")


class SetupError(ToolkitError):
    """A request that could change what staff have: a fault of the programme; nothing was sent."""


def tabs_named(requests: Iterable[Json]) -> set[int]:
    """The ids of the tabs that requests name."""
    return {sheet for request in requests for sheet in _sheets(request)}


def check_setup(requests: Iterable[Json], sheet: Spreadsheet, grids: Json, *, repair: bool = False) -> None:
    """Refuse a batch that could delete, rename, move, resize or overwrite anything that is there.

    On tabs that the batch itself adds, all that adds is fine. On others each kind of request has a test of its own, and
    a kind without one is refused. Columns and rows may be inserted beyond all that is used; from then on the batch is
    tested against the tab with them.

    Args:
        requests: of one `batchUpdate`.
        sheet: the structure they were made for.
        grids: what `setup_reads` gave.
        repair: whether rules that offer something else may be replaced.

    Raises:
        SetupError: some request could.
    """
    requests = list(requests)
    added = {request["addSheet"]["properties"]["sheetId"] for request in requests if "addSheet" in request}
    there = _There(sheet, dict(grids_of(grids)), repair=repair)
    if added & there.tabs.keys():
        raise SetupError("Set-up must not add a tab with the id of one that is there.")
    for request in requests:
        kind, body = next(iter(request.items()))
        named = set(_sheets(body))
        free = kind in _ON_NEW_TABS and named and named <= added
        allowed = free or there.allows(kind, body, named) or _is_mark(kind, body, sheet)
        if len(request) != 1 or not allowed:
            raise SetupError(f"Set-up must not send {kind} to a tab that is there already: {str(body)[:200]}")
        there.follow(kind, body)


class _There:
    """What is there as the batch goes on, and what may be done to it."""

    def __init__(self, sheet: Spreadsheet, grids: dict[int, Grid], *, repair: bool) -> None:
        self.sheet, self.grids, self.repair = sheet, grids, repair
        self.tabs = {tab.id: tab for tab in sheet.tabs}
        self._inserted: dict[int, range] = {}
        """The columns that the batch inserted, by tab."""

    @cached_property
    def _tests(self) -> Mapping[str, Callable[[Json, Tab, Grid], bool]]:
        return {
            "addBanding": lambda _, tab, __: not tab.some("bandedRanges"),
            "addConditionalFormatRule": lambda body, _, grid: body["index"] >= len(grid.looks),
            "addNamedRange": self._new_name,
            "addProtectedRange": lambda body, *_: body["protectedRange"].get("warningOnly") is True,
            "appendDimension": lambda body, *_: body["length"] > 0,
            # The mark of an output tab on one that people fill in would have it overwritten.
            "createDeveloperMetadata": lambda body, *_: body["developerMetadata"]["metadataKey"] in _TIES,
            "copyPaste": self._copied_rules,
            "insertDimension": _beyond_all,
            "repeatCell": _number_formats,
            "setDataValidation": self._rules,
            "updateCells": _blank_cells,
            "updateDimensionProperties": self._inserted_columns,
            "updateSheetProperties": _first_freeze,
        }

    def allows(self, kind: str, body: Json, named: set[int]) -> bool:
        """Whether a request to tabs that are there adds and nothing else; its tab must have been read."""
        number = next(iter(named)) if len(named) == 1 else None
        if number not in self.tabs:
            return False
        if self.tabs[number].output:
            return kind == "addProtectedRange" or (kind in _NAMES and self._own_name(body["namedRange"]))
        if number not in self.grids or kind not in self._tests:
            return False
        return self._tests[kind](body, self.tabs[number], self.grids[number])

    def follow(self, kind: str, body: Json) -> None:
        """Take down that a tab has more rows or columns now."""
        where = body.get("range", body)
        number, dimension = where.get("sheetId"), where.get("dimension")
        if kind not in {"appendDimension", "insertDimension"} or number not in self.tabs:
            return
        start, grid = where.get("startIndex", 0), self.grids[number]
        count = body["length"] if kind == "appendDimension" else where["endIndex"] - start
        tab, columns = self.tabs[number], dimension == "COLUMNS"
        wider = replace(tab, columns=tab.columns + count) if columns else replace(tab, rows=tab.rows + count)
        self.tabs[number] = wider
        if kind == "insertDimension":
            self.grids[number] = grid.with_columns(start, count) if columns else grid.with_rows(start, count)
            if columns:
                self._inserted[number] = range(start, start + count)

    def _inserted_columns(self, body: Json, tab: Tab, _: Grid) -> bool:
        where, own = body["range"], self._inserted.get(tab.id, range(0))
        inside = where["dimension"] == "COLUMNS" and set(range(where["startIndex"], where["endIndex"])) <= set(own)
        return inside and body["fields"] == SIZES

    def _own_name(self, named: Json) -> bool:
        """Whether a named range is the one of the lights, as it is, if it is there, and as it is to be called."""
        there = {item["namedRangeId"]: item["name"] for item in self.sheet.raw.get("namedRanges", ())}
        now = there.get(named["namedRangeId"], RANGE_NAME)
        return bool(now == RANGE_NAME and named.get("name", now) == RANGE_NAME)

    def _new_name(self, body: Json, *_: object) -> bool:
        taken = {named["name"].casefold() for named in self.sheet.raw.get("namedRanges", ())}
        return body["namedRange"]["name"].casefold() not in taken

    def _rules(self, body: Json, tab: Tab, grid: Grid) -> bool:
        """Only cells without a rule; in a repair also those whose rule offers something else."""
        if "rule" not in body:
            where = body["range"]
            columns = set(range(where["startColumnIndex"], where["endColumnIndex"]))
            return columns <= set(self._inserted.get(tab.id, ()))
        return self._lacking(body["rule"]["condition"], body["range"], tab, grid)

    def _copied_rules(self, body: Json, tab: Tab, grid: Grid) -> bool:
        """The rule of one cell for others that lack it; nothing else of the cell."""
        rules = [grid.rule(*cell) for cell in _cells(body["source"], tab)]
        single = len(rules) == 1 and rules[0]
        if not single or not self.repair or body["pasteType"] != "PASTE_DATA_VALIDATION":
            return False
        return self._lacking(single["condition"], body["destination"], tab, grid)

    def _lacking(self, condition: Json, where: Json, tab: Tab, grid: Grid) -> bool:
        there = (grid.rule(*cell) for cell in _cells(where, tab))
        return all(rule is None or (self.repair and rule["condition"] != condition) for rule in there)


def _is_mark(kind: str, body: Json, sheet: Spreadsheet) -> bool:
    """Whether a request only leaves the fingerprint of the batch behind."""
    made = body.get("developerMetadata", {})
    if kind == "createDeveloperMetadata":
        return bool(made["metadataKey"] == STATE_KEY and made["location"] == {"spreadsheet": True})
    lookup = [{"developerMetadataLookup": {"metadataId": sheet.state[0]}}] if sheet.state else None
    return kind == "updateDeveloperMetadata" and body["dataFilters"] == lookup and body["fields"] == "metadataValue"


def _beyond_all(body: Json, tab: Tab, grid: Grid) -> bool:
    """Only to the right of, or below, all that anybody uses."""
    where = body["range"]
    used = grid.last_row() if where["dimension"] == "ROWS" else max(grid.last_column(), *tab.fields, -1)
    return where["startIndex"] > used and not body.get("inheritFromBefore")


def _first_freeze(body: Json, tab: Tab, _: Grid) -> bool:
    grid = tab.raw["properties"].get("gridProperties", {})
    still = grid.get("frozenRowCount", 0) or grid.get("frozenColumnCount", 0)
    return body["fields"] == "gridProperties.frozenRowCount" and not still


def _blank_cells(body: Json, tab: Tab, grid: Grid) -> bool:
    """Values and formats only in blank cells, notes only where there is none."""
    fields, cells = _fields(body["fields"]), list(_cells(body["range"], tab))
    if not fields <= _CONTENT | {"note"}:
        return False
    noted = "note" in fields and any(grid.note(*cell) for cell in cells)
    return not noted and (not fields & _CONTENT or all(grid.blank(*cell) for cell in cells))


def _number_formats(body: Json, tab: Tab, grid: Grid) -> bool:
    """Only how numbers show, in blank cells that have no such format."""
    cells = _cells(body["range"], tab)
    plain = all(grid.blank(*cell) and not grid.formatted(*cell) for cell in cells)
    return body["fields"] == "userEnteredFormat(numberFormat)" and plain


def _cells(where: Json, tab: Tab) -> Iterator[tuple[int, int]]:
    rows = range(where.get("startRowIndex", 0), where.get("endRowIndex", tab.rows))
    columns = range(where.get("startColumnIndex", 0), where.get("endColumnIndex", tab.columns))
    return ((row, column) for row in rows for column in columns)


def _fields(mask: str) -> set[str]:
    """The outermost fields of a mask."""
    while _INNER.search(mask):
        mask = _INNER.sub("", mask)
    return {field.partition(".")[0] for field in mask.split(",")}


def _sheets(body: Any) -> Iterator[int]:  # noqa: ANN401 any part of a request
    """Every tab that a request names."""
    if isinstance(body, Mapping):
        for key, value in body.items():
            if key == "sheetId":
                yield value
            else:
                yield from _sheets(value)
    elif isinstance(body, list):
        for value in body:
            yield from _sheets(value)
