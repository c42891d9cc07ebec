"""Google Sheets for tests: spreadsheets in the stand-in, and the toolkit's own connection to them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

from standins.sheets_api import SheetsStandin
from standins.sheets_api.tokens import ACCOUNT, key_file

from toolkit.schema import load_schema
from toolkit.settings import GoogleSettings
from toolkit.stores.sheets.connection import connect
from toolkit.stores.sources import GoogleSheet
from toolkit.workbook import RawValue, Workbook

SPREADSHEET: Final = "application/vnd.google-apps.spreadsheet"
OWNER: Final = "head@example.org"
_EPOCH: Final = datetime(1899, 12, 30)  # noqa: DTZ001 a spreadsheet's day has no zone
__all__ = ["ACCOUNT", "OWNER", "cell", "config", "fill", "made", "opened", "settings"]


def made(standin: SheetsStandin, title: str = "登记簿", **more: Any) -> str:
    """A spreadsheet that a person made and shared with the service account; its id."""
    shared = {"owner": OWNER, "role": "writer"} | more
    number: str = standin.add_file(name=title, mimeType=SPREADSHEET, **shared)["id"]
    standin.edit(
        number,
        {
            "request": {
                "updateSpreadsheetProperties": {"properties": {"timeZone": "Asia/Shanghai"}, "fields": "timeZone"}
            }
        },
    )
    return number


def settings(standin: SheetsStandin, folder: Path, **more: Any) -> GoogleSettings:
    """How the stand-in is reached, with a key of its own and a budget that nothing waits for."""
    key = folder / "key.json"
    if not key.exists():
        key.write_text(json.dumps(key_file(standin.url)))
        key.chmod(0o600)
    usual = {"reads_per_minute": 10**6, "writes_per_minute": 10**6, "project_per_minute": 10**6, "timeout": 20}
    return GoogleSettings(credentials=key, sheets_url=standin.url, drive_url=standin.url, **usual | more)


def opened(standin: SheetsStandin, number: str, folder: Path, **more: Any) -> GoogleSheet:
    """A spreadsheet as the toolkit sees it."""
    return GoogleSheet(connect(number, settings(standin, folder, **more)), load_schema())


def config(standin: SheetsStandin, number: str, folder: Path, **google: Any) -> Path:
    """A configuration file that leads to a spreadsheet in the stand-in."""
    found = settings(standin, folder, **google)
    lines = [
        f"{name} = {json.dumps(value)}" for name, value in found.model_dump(mode="json", exclude_none=True).items()
    ]
    path = folder / "consortium.toml"
    path.write_text(
        f'[sheet]\nid = "{number}"\n[google]\n' + "\n".join(lines) + '\n[mail]\nsender = "office@example.org"\n'
    )
    return path


def fill(standin: SheetsStandin, number: str, workbook: Workbook | Mapping[str, Sequence[Sequence[RawValue]]]) -> None:
    """Put raw sheets into a spreadsheet as people would: dates as days, `=` as formulas, the rest as it is; with their ties."""
    sheets = workbook.sheets if isinstance(workbook, Workbook) else ()
    rows = {sheet.title: sheet.rows for sheet in sheets} if isinstance(workbook, Workbook) else dict(workbook)
    rows |= {title: [["…"]] for title in (workbook.others if isinstance(workbook, Workbook) else ())}
    book = standin.client().open_by_key(number)
    there = {tab.title: tab for tab in book.worksheets()}
    batch: list[dict[str, Any]] = []
    first = 1000 + max(tab.id for tab in there.values())
    for place, (title, lines) in enumerate(rows.items(), 1):
        tab = there[title].id if title in there else first + place
        if title not in there:
            size = {"rowCount": len(lines) + 50, "columnCount": max(map(len, lines), default=0) + 5}
            batch.append({"addSheet": {"properties": {"sheetId": tab, "title": title, "gridProperties": size}}})
        cells = [{"values": [cell(value) for value in line]} for line in lines]
        start = {"sheetId": tab, "rowIndex": 0, "columnIndex": 0}
        batch.append(
            {
                "updateCells": {
                    "start": start,
                    "rows": cells,
                    "fields": "userEnteredValue,userEnteredFormat.numberFormat",
                }
            }
        )
    for place, sheet in enumerate(sheets, 1):
        tab = there[sheet.title].id if sheet.title in there else first + place
        if sheet.key:
            batch.append(_mark("consortium.sheet", f"{sheet.key}@{tab}", {"sheetId": tab}))
        for column, field in sheet.fields.items():
            area = {"sheetId": tab, "dimension": "COLUMNS", "startIndex": column, "endIndex": column + 1}
            batch.append(_mark("consortium.column", f"{sheet.key}.{field}", {"dimensionRange": area}))
    if batch:
        book.batch_update({"requests": batch})


def _mark(key: str, value: str, location: dict[str, Any]) -> dict[str, Any]:
    item = {"metadataKey": key, "metadataValue": value, "location": location, "visibility": "DOCUMENT"}
    return {"createDeveloperMetadata": {"developerMetadata": item}}


def cell(value: Any) -> dict[str, Any]:  # noqa: PLR0911 one return a type
    """One cell as the API takes it."""
    if value == "" or value is None:
        return {}
    if isinstance(value, bool):
        return {"userEnteredValue": {"boolValue": value}}
    if isinstance(value, timedelta):
        return _number(value / timedelta(days=1), "TIME", "hh:mm")
    if isinstance(value, time):
        return _number((value.hour * 60 + value.minute) / 1440, "TIME", "hh:mm")
    if isinstance(value, date):
        moment = value if isinstance(value, datetime) else datetime.combine(value, time())
        return _number((moment - _EPOCH) / timedelta(days=1), "DATE", "yyyy-mm-dd")
    if isinstance(value, int | float):
        return {"userEnteredValue": {"numberValue": value}}
    kind = "formulaValue" if value.startswith("=") else "stringValue"
    return {"userEnteredValue": {kind: value}}


def _number(number: float, kind: str, pattern: str) -> dict[str, Any]:
    shown = {"type": kind, "pattern": pattern}
    return {"userEnteredValue": {"numberValue": number}, "userEnteredFormat": {"numberFormat": shown}}
