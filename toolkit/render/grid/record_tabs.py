"""The tabs of a record as requests that make them anew: text as text, days as days, tied to the schema as they were."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from toolkit.spreadsheet import (
    COLUMN_KEY,
    OUTPUT_KEY,
    SHEET_KEY,
    Json,
    Spreadsheet,
    free_id,
    free_title,
    spreadsheet,
    tie,
)
from toolkit.workbook import RawValue

_EPOCH: Final = datetime(1899, 12, 30)  # noqa: DTZ001 a spreadsheet's day has no zone
_DAY: Final = timedelta(days=1)
_ROOM: Final = 100
"""Rows that are left free below what stands in a tab."""
_PATTERNS: Final = {"DATE": "yyyy-mm-dd", "DATE_TIME": "yyyy-mm-dd hh:mm:ss", "TIME": "hh:mm:ss"}
_BOOLS: Final = {"TRUE": True, "FALSE": False}


@dataclass(frozen=True)
class TabToMake:
    """A tab to make.

    Attributes:
        title: of the tab.
        rows: what stands in it, from A1; bools are `TRUE` and `FALSE`.
        hidden: whether people see it.
        key: of the schema that it is tied to.
        output: which of the toolkit's own tabs it is.
        fields: the field that a column is tied to, such as `events.kind`, by its place from 0.
    """

    title: str
    rows: Sequence[Sequence[RawValue]]
    hidden: bool = False
    key: str | None = None
    output: str | None = None
    fields: Mapping[int, str] = field(default_factory=dict)


def record_requests(tabs: Sequence[TabToMake], sheet: Spreadsheet) -> tuple[list[Json], Spreadsheet]:
    """The requests that make these tabs; nothing that is there is touched, but for titles that are needed.

    Args:
        tabs: from left to right.
        sheet: the spreadsheet as it is; its own tabs are empty.

    Returns:
        The requests, and the spreadsheet as it will be, in so far as ids and titles go.
    """
    titles = [tab.title for tab in tabs]
    wanted = {title.casefold() for title in titles}
    batch: list[Json] = []
    taken = {tab.id for tab in sheet.tabs}
    raws: list[Json] = []
    for there in sheet.tabs:
        title = there.title
        if title.casefold() in wanted:
            title = free_title(title, [*titles, *(tab.title for tab in sheet.tabs)])
            batch.append(
                {"updateSheetProperties": {"properties": {"sheetId": there.id, "title": title}, "fields": "title"}}
            )
        raws.append({**there.raw, "properties": {**there.raw["properties"], "title": title}})
    for place, tab in enumerate(tabs):
        number = free_id(f"record.{tab.title}", taken)
        taken.add(number)
        properties = _properties(tab, number, place)
        ties = list(_ties(tab, number))
        batch += [{"addSheet": {"properties": properties}}, *_values(tab, number)]
        batch += [{"createDeveloperMetadata": {"developerMetadata": made}} for made in ties]
        raws.append(
            {"properties": properties, "developerMetadata": [one for one in ties if "sheetId" in one["location"]]}
        )
    return batch, spreadsheet({**sheet.raw, "sheets": raws})


def _properties(tab: TabToMake, number: int, place: int) -> Json:
    columns = max(map(len, tab.rows), default=0)
    grid = {"rowCount": len(tab.rows) + _ROOM, "columnCount": max(columns, 1)}
    return {"sheetId": number, "title": tab.title, "index": place, "hidden": tab.hidden, "gridProperties": grid}


def _values(tab: TabToMake, number: int) -> Iterator[Json]:
    rows = [{"values": [_cell(value) for value in line]} for line in tab.rows]
    if rows:
        start = {"sheetId": number, "rowIndex": 0, "columnIndex": 0}
        fields = "userEnteredValue,userEnteredFormat.numberFormat"
        yield {"updateCells": {"start": start, "rows": rows, "fields": fields}}


def _ties(tab: TabToMake, number: int) -> Iterator[dict[str, Any]]:
    """What ties the tab and its columns, as developer metadata."""
    for name, key in ((SHEET_KEY, tab.key), (OUTPUT_KEY, tab.output)):
        if key:
            yield _metadata(name, tie(key, number), {"sheetId": number})
    for column, mark in tab.fields.items():
        area = {"sheetId": number, "dimension": "COLUMNS", "startIndex": column, "endIndex": column + 1}
        yield _metadata(COLUMN_KEY, mark, {"dimensionRange": area})


def _metadata(key: str, value: str, location: Json) -> dict[str, Any]:
    return {"metadataKey": key, "metadataValue": value, "location": location, "visibility": "DOCUMENT"}


def _cell(value: RawValue) -> Json:
    """One cell; text that begins with = is text."""
    if value == "":
        return {}
    if isinstance(value, str):
        kind = {"boolValue": _BOOLS[value]} if value in _BOOLS else {"stringValue": value}
        return {"userEnteredValue": kind}
    if isinstance(value, int | float):
        return {"userEnteredValue": {"numberValue": value}}
    serial, shown = _serial(value)
    number_format = {"numberFormat": {"type": shown, "pattern": _PATTERNS[shown]}}
    return {"userEnteredValue": {"numberValue": serial}, "userEnteredFormat": number_format}


def _serial(value: date | time | timedelta) -> tuple[float, str]:
    """A day or time as a number, and how it is shown."""
    if isinstance(value, timedelta):
        return value / _DAY, "TIME"
    if isinstance(value, time):
        return (datetime.combine(_EPOCH, value) - _EPOCH) / _DAY, "TIME"
    if isinstance(value, datetime):
        return (value - _EPOCH) / _DAY, "DATE" if value.time() == time() else "DATE_TIME"
    return float((value - _EPOCH.date()).days), "DATE"
