"""One spreadsheet at Google, and the few calls that are made to it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from gspread.urls import DRIVE_FILES_API_V3_URL, SPREADSHEET_URL, SPREADSHEET_VALUES_BATCH_URL

from toolkit.settings import GoogleSettings
from toolkit.spreadsheet import STRUCTURE_FIELDS, Json, Spreadsheet, spreadsheet
from toolkit.stores.sheets.account import budget_of
from toolkit.stores.sheets.credentials import DRIVE_SCOPE, SHEETS_SCOPE, Identity, identify, session
from toolkit.stores.sheets.failures import SheetConfigError, SheetError
from toolkit.stores.sheets.transport import Transport, Usage

_IN_ADDRESS: Final = re.compile(r"/d/(?!e/)([\w-]+)|[?&](?:key|id)=([\w-]+)", re.ASCII)
"""Not `/d/e/…`: that is the address of a copy published on the web, which has no id."""
_ID: Final = re.compile(r"[\w-]+", re.ASCII)
_FILE_FIELDS: Final = "id,name,mimeType,trashed,capabilities(canEdit)"
_VALUES_BY_FILTER: Final = f"{SPREADSHEET_VALUES_BATCH_URL}ByDataFilter"


@dataclass(frozen=True)
class Connection:
    """A spreadsheet that can be read and written.

    Attributes:
        id: the spreadsheet's.
        identity: who this programme is.
        settings: how Google is reached.
        transport: gspread's client within its budget.
    """

    id: str
    identity: Identity
    settings: GoogleSettings
    transport: Transport = field(repr=False)

    @property
    def usage(self) -> Usage:
        """What this run has taken from Google so far."""
        return self.transport.usage

    def structure(self) -> Spreadsheet:
        """Its tabs and what lies on them besides cells; one call."""
        return spreadsheet(self._get({"fields": STRUCTURE_FIELDS}))

    def grids(self, tabs: Sequence[int], fields: str) -> Json:
        """Whole tabs with their notes, formats and rules; one call, none if there are no tabs.

        Args:
            tabs: their ids, so that one that is renamed meanwhile is read all the same.
            fields: the mask.
        """
        if not tabs:
            return {}
        url = f"{SPREADSHEET_URL % self.id}:getByDataFilter"
        body = {"dataFilters": [{"gridRange": {"sheetId": tab}} for tab in tabs]}
        answer: Json = self.transport.request("post", url, params={"fields": fields}, json=body).json()
        return answer

    def values(
        self, tabs: Sequence[int], days: Literal["SERIAL_NUMBER", "FORMATTED_STRING"] = "SERIAL_NUMBER"
    ) -> Mapping[int, list[list[Any]]]:
        """The contents of whole tabs by the tab's id; one call, whatever their number, none if there are none.

        Tabs are asked for by id, so that one that is renamed meanwhile is read all the same. Numbers come as numbers;
        trailing blanks are left out.

        Args:
            tabs: their ids.
            days: whether days and times come as serial numbers or as they are shown.
        """
        if not tabs:
            return {}
        body = {
            "dataFilters": [{"gridRange": {"sheetId": tab}} for tab in tabs],
            "valueRenderOption": "UNFORMATTED_VALUE",
            "dateTimeRenderOption": days,
            "majorDimension": "ROWS",
        }
        answer = self.transport.request("post", _VALUES_BY_FILTER % self.id, json=body).json()
        return {
            matched["dataFilters"][0]["gridRange"].get("sheetId", 0): matched["valueRange"].get("values", [])
            for matched in answer.get("valueRanges", ())
        }

    def update(self, batch: Sequence[Json]) -> None:
        """Do all of this or nothing of it; one call.

        Raises:
            UnsureError: it may have taken effect or not.
        """
        self.transport.batch_update(self.id, {"requests": list(batch)})

    def file(self) -> Json:
        """What Google Drive says of the file; needs the Drive API and a scope of its own."""
        identity = identify(self.settings.credentials, (DRIVE_SCOPE,))
        drive = _transport(self.id, identity, self.settings)
        drive.usage = self.transport.usage
        parameters = {"fields": _FILE_FIELDS, "supportsAllDrives": "true"}
        answer: Json = drive.request("get", f"{DRIVE_FILES_API_V3_URL}/{self.id}", params=parameters).json()
        return answer

    def _get(self, parameters: dict[str, Any]) -> Json:
        answer: Json = self.transport.request("get", SPREADSHEET_URL % self.id, params=parameters).json()
        if "spreadsheetId" not in answer:
            raise SheetError("no_answer", host=self.settings.sheets_url, status=200, text=str(answer)[:200])
        return answer


def connect(address: str, settings: GoogleSettings) -> Connection:
    """Reach a spreadsheet; nothing is asked of it yet.

    Args:
        address: the address in the browser, or the id.
        settings: how Google is reached.

    Raises:
        SheetConfigError: the address is none, or there are no credentials.
    """
    number = sheet_id(address)
    identity = identify(settings.credentials, proxy=settings.proxy)
    return Connection(number, identity, settings, _transport(number, identity, settings))


def _transport(number: str, identity: Identity, settings: GoogleSettings) -> Transport:
    budget = budget_of(
        identity.account,
        reads=settings.reads_per_minute,
        writes=settings.writes_per_minute,
        project=settings.project_per_minute,
    )
    signed = session(identity.credentials, settings.proxy, settings.timeout)
    facts = {"account": identity.account, "sheet": number, "scope": SHEETS_SCOPE}
    return Transport(signed, settings, budget, facts)


def sheet_id(address: str) -> str:
    """The id in an address as the browser shows it, or the id itself.

    Raises:
        SheetConfigError: it is neither.
    """
    text = "".join(address.split())
    found = _IN_ADDRESS.search(text)
    if found:
        return found[1] or found[2]
    if not _ID.fullmatch(text):
        raise SheetConfigError("bad_address", text=" ".join(address.split())[:120])
    return text
