"""A workbook's cells put into a Google Sheet at the same addresses, as if people had copied them there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

import gspread
import openpyxl

_EPOCH: Final = datetime(1899, 12, 30)  # noqa: DTZ001 a spreadsheet's day has no zone
_ROOM: Final = (200, 5)
"""Rows and columns left free below and beside what is loaded."""


def load(client: gspread.Client, spreadsheet: str, workbook: Path) -> None:
    """Put every visible cell of a workbook where it stands there; tabs that are missing are made.

    Args:
        client: of the Sheets API or its stand-in.
        spreadsheet: the id.
        workbook: an .xlsx file; days become numbers shown as days, error cells their text.
    """
    book = client.open_by_key(spreadsheet)
    tabs = {tab.title: tab for tab in book.worksheets()}
    source = openpyxl.load_workbook(workbook, data_only=True)
    for sheet in source.worksheets:
        if sheet.sheet_state != "visible":
            continue
        rows, columns = sheet.max_row + _ROOM[0], sheet.max_column + _ROOM[1]
        tab = tabs.get(sheet.title) or book.add_worksheet(sheet.title, rows, columns)
        tab.resize(max(rows, tab.row_count), max(columns, tab.col_count))
        book.batch_update({"requests": list(_requests(tab.id, sheet))})


def _requests(tab: int, sheet: Any) -> Iterator[dict[str, Any]]:
    values = [{"values": [_cell(cell.value) for cell in row]} for row in sheet.iter_rows()]
    start = {"sheetId": tab, "rowIndex": 0, "columnIndex": 0}
    fields = "userEnteredValue,userEnteredFormat.numberFormat"
    yield {"updateCells": {"start": start, "rows": values, "fields": fields}}
    if sheet.merged_cells.ranges:  # a merged cell cannot lie across the border of what is frozen
        loose = {"sheetId": tab, "gridProperties": {"frozenRowCount": 0, "frozenColumnCount": 0}}
        fields = "gridProperties(frozenRowCount,frozenColumnCount)"
        yield {"updateSheetProperties": {"properties": loose, "fields": fields}}
    for area in sheet.merged_cells.ranges:
        where = {
            "sheetId": tab,
            "startRowIndex": area.min_row - 1,
            "endRowIndex": area.max_row,
            "startColumnIndex": area.min_col - 1,
            "endColumnIndex": area.max_col,
        }
        yield {"mergeCells": {"range": where, "mergeType": "MERGE_ALL"}}


def _cell(value: Any) -> dict[str, Any]:
    if value is None or value == "":
        return {}
    if isinstance(value, bool):
        return {"userEnteredValue": {"boolValue": value}}
    if isinstance(value, int | float):
        return {"userEnteredValue": {"numberValue": value}}
    if isinstance(value, date | datetime):
        moment = value if isinstance(value, datetime) else datetime.combine(value, time())
        shown = {"type": "DATE", "pattern": "yyyy-mm-dd"}
        number = (moment - _EPOCH) / timedelta(days=1)
        return {"userEnteredValue": {"numberValue": number}, "userEnteredFormat": {"numberFormat": shown}}
    return {"userEnteredValue": {"stringValue": str(value)}}
