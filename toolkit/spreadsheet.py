"""The structure of a Google spreadsheet: its tabs, what ties them to the schema, and what lies on them besides cells.

Shapes are those of the Sheets API (https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets).
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

SHEET_KEY: Final = "consortium.sheet"
"""Developer metadata of a tab: the key of its schema and the tab it was given to, such as `events@17` (`tie`)."""
COLUMN_KEY: Final = "consortium.column"
"""Developer metadata of a column: the keys of sheet and field, such as `events.kind`."""
OUTPUT_KEY: Final = "consortium.output"
"""Developer metadata of a tab that the toolkit writes: which one it is, such as `dashboard@17` (`tie`)."""
STATE_KEY: Final = "consortium.state"
"""Developer metadata of the spreadsheet: the fingerprint of what was written last."""

STRUCTURE_FIELDS: Final = (
    "spreadsheetId,spreadsheetUrl,properties(title,locale,timeZone),developerMetadata,namedRanges,"
    "sheets(properties(sheetId,title,index,sheetType,hidden,gridProperties(rowCount,columnCount,frozenRowCount,"
    "frozenColumnCount)),merges,developerMetadata,protectedRanges,bandedRanges(bandedRangeId,range),basicFilter(range),"
    "charts(chartId),conditionalFormats(ranges),data(columnMetadata(developerMetadata)))"
)
"""The field mask of a call that gives all of this and no cell."""

Json = Mapping[str, Any]
_MOST_IDS: Final = 2**31 - 1


@dataclass(frozen=True)
class Tab:
    """One sheet of a spreadsheet.

    Attributes:
        id: the API's `sheetId`; it survives renaming and moving.
        title: as written on the tab.
        rows: of its grid.
        columns: of its grid.
        hidden: whether people see it.
        grid: whether it has cells at all; a tab may be one chart.
        key: key of the schema that its metadata names; None where none does.
        output: which of the toolkit's own tabs its metadata says it is; None for everybody else's.
        fields: the field of that schema that a column's metadata names, such as `events.kind`, by its place from 0.
        raw: the API's `Sheet`.
    """

    id: int
    title: str
    rows: int
    columns: int
    hidden: bool
    grid: bool
    key: str | None
    output: str | None
    fields: Mapping[int, str]
    raw: Json = field(repr=False)

    def some(self, what: str) -> Sequence[Json]:
        """One of the lists of the API's `Sheet`, such as `merges` or `protectedRanges`."""
        found: Sequence[Json] = self.raw.get(what, ())
        return found


@dataclass(frozen=True)
class Spreadsheet:
    """One spreadsheet.

    Attributes:
        id: as in its address.
        title: its name.
        time_zone: such as `Asia/Shanghai`.
        tabs: from left to right.
        raw: the API's `Spreadsheet`.
    """

    id: str
    title: str
    time_zone: str
    tabs: tuple[Tab, ...]
    raw: Json = field(repr=False)

    @cached_property
    def state(self) -> tuple[int, str] | None:
        """The id and the content of what the last write left; None before the first."""
        for item in self.raw.get("developerMetadata", ()):
            if item["metadataKey"] == STATE_KEY:
                return item["metadataId"], item.get("metadataValue", "")
        return None

    @property
    def outputs(self) -> Mapping[str, Tab]:
        """The toolkit's own tabs by what they are."""
        return {tab.output: tab for tab in reversed(self.tabs) if tab.output}

    def titled(self, title: str) -> Tab | None:
        """The tab of exactly this title."""
        return next((tab for tab in self.tabs if tab.title == title), None)

    def address(self, tab: int | None = None, area: str = "") -> str:
        """Where people open it.

        Args:
            tab: id of the tab to show.
            area: the cells to show, such as `D7`.
        """
        return address_of(self.id) if tab is None else f"{address_of(self.id)}{anchor(tab, area)}"


def address_of(number: str) -> str:
    """Where people open the spreadsheet of this id."""
    return f"https://docs.google.com/spreadsheets/d/{number}/edit"


def anchor(sheet: int, area: str) -> str:
    """The end of a link to cells of the same spreadsheet.

    Args:
        sheet: the tab's id.
        area: such as `D7` or `A5:K5`; empty for the whole tab.
    """
    return f"#gid={sheet}&range={area}" if area else f"#gid={sheet}"


def spreadsheet(raw: Json) -> Spreadsheet:
    """What `spreadsheets.get` answered, with the mask `STRUCTURE_FIELDS` or a wider one."""
    tabs = tuple(_tab(sheet) for sheet in raw.get("sheets", ()))
    properties = raw.get("properties", {})
    return Spreadsheet(raw["spreadsheetId"], properties.get("title", ""), properties.get("timeZone", ""), tabs, raw)


def _tab(raw: Json) -> Tab:
    properties = raw["properties"]
    number, grid = properties.get("sheetId", 0), properties.get("gridProperties", {})
    key = _tied_key(raw, SHEET_KEY, number)
    fields: dict[int, str] = {}
    for block in raw.get("data", ()):
        for place, column in enumerate(block.get("columnMetadata", ()), block.get("startColumn", 0)):
            for mark in _marks(column, COLUMN_KEY):
                if key and mark.startswith(f"{key}."):
                    fields.setdefault(place, mark)
    return Tab(
        id=number,
        title=properties["title"],
        rows=grid.get("rowCount", 0),
        columns=grid.get("columnCount", 0),
        hidden=properties.get("hidden", False),
        grid=properties.get("sheetType", "GRID") == "GRID",
        key=key,
        output=_tied_key(raw, OUTPUT_KEY, number),
        fields=fields,
        raw=raw,
    )


def tie(key: str, sheet: int) -> str:
    """The value that ties a tab to a key. It names the tab: a copy that people make of it is theirs and not tied.

    Args:
        key: of a schema, or of one of the toolkit's own tabs.
        sheet: the tab's id.
    """
    return f"{key}@{sheet}"


def _tied_key(raw: Json, name: str, sheet: int) -> str | None:
    """The key that a tab's metadata of this name ties it to; None where it ties some other tab, or nothing."""
    keys = (mark.rpartition("@") for mark in _marks(raw, name))
    return next((key for key, _, number in keys if key and number == str(sheet)), None)


def _marks(raw: Json, name: str) -> Iterator[str]:
    """Values of the developer metadata of this name, in order."""
    for item in raw.get("developerMetadata", ()):
        if item["metadataKey"] == name and item.get("metadataValue"):
            yield item["metadataValue"]


def free_id(name: str, taken: Collection[int]) -> int:
    """An id for a new thing of this name, the same every time as long as nothing else has it.

    Args:
        name: what the thing is, such as `output.dashboard`.
        taken: ids that are used.
    """
    number = zlib.crc32(name.encode()) & _MOST_IDS
    while number in taken or not number:
        number = (number + 1) & _MOST_IDS
    return number


def free_title(title: str, taken: Collection[str]) -> str:
    """A title that no tab has yet, in whatever case: this one, else with a number behind it.

    Args:
        title: the one wished for.
        taken: titles that are used.
    """
    used = {name.casefold() for name in taken}
    numbered = (title if number == 1 else f"{title} {number}" for number in range(1, len(used) + 2))
    return next(name for name in numbered if name.casefold() not in used)


def quoted_title(title: str) -> str:
    """A tab's title as ranges and formulas name it; always in quotes, or `P1` would be a cell."""
    escaped = title.replace("'", "''")
    return f"'{escaped}'"
