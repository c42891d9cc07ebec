"""One spreadsheet at Google, and the few calls that are made to it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import Any, Final

import requests
from gspread.urls import DRIVE_FILES_API_V3_URL, SPREADSHEET_URL, SPREADSHEET_VALUES_BATCH_URL

from toolkit.settings import GoogleSettings
from toolkit.spreadsheet import STRUCTURE_FIELDS, Json, Spreadsheet, spreadsheet
from toolkit.stores.sheets.budget import budget_of
from toolkit.stores.sheets.credentials import DRIVE_SCOPE, SHEETS_SCOPE, Identity, identify, session
from toolkit.stores.sheets.failures import SheetError
from toolkit.stores.sheets.transport import Transport, Usage

_IN_ADDRESS: Final = re.compile(r"/d/([\w-]+)|[?&]key=([\w-]+)", re.ASCII)
_ID: Final = re.compile(r"[\w-]+", re.ASCII)
_FILE_FIELDS: Final = "id,name,mimeType,trashed,capabilities(canEdit)"
_VALUES_BY_FILTER: Final = f"{SPREADSHEET_VALUES_BATCH_URL}ByDataFilter"
_MOST_MINUTES: Final = 3
"""A clock that is this much off is wrong: Google takes tokens of five minutes' difference at most."""


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

    def grids(self, ranges: Sequence[str], fields: str) -> Json:
        """Cells with their notes, formats and rules; one call.

        Args:
            ranges: in A1 notation.
            fields: the mask.
        """
        return self._get({"ranges": list(ranges), "fields": fields})

    def values(self, tabs: Sequence[int]) -> Mapping[int, list[list[Any]]]:
        """The contents of whole tabs by the tab's id; one call, whatever their number, none if there are none.

        Tabs are asked for by id, so that one that is renamed meanwhile is read all the same. Numbers come as numbers,
        days as serial numbers; trailing blanks are left out.
        """
        if not tabs:
            return {}
        body = {
            "dataFilters": [{"gridRange": {"sheetId": tab}} for tab in tabs],
            "valueRenderOption": "UNFORMATTED_VALUE",
            "dateTimeRenderOption": "SERIAL_NUMBER",
            "majorDimension": "ROWS",
        }
        answer = self._told(lambda: self.transport.request("post", _VALUES_BY_FILTER % self.id, json=body)).json()
        return {
            matched["dataFilters"][0]["gridRange"].get("sheetId", 0): matched["valueRange"].get("values", [])
            for matched in answer.get("valueRanges", ())
        }

    def update(self, batch: Sequence[Json]) -> None:
        """Do all of this or nothing of it; one call.

        Raises:
            UnsureError: it may have taken effect or not.
        """
        body = {"requests": list(batch)}
        self._told(lambda: self.transport.batch_update(self.id, body))

    def file(self) -> Json:
        """What Google Drive says of the file; needs the Drive API and a scope of its own."""
        identity = identify(self.settings.credentials, (DRIVE_SCOPE,))
        drive = _transport(identity, self.settings)
        drive.usage = self.transport.usage
        parameters = {"fields": _FILE_FIELDS, "supportsAllDrives": "true"}
        answer: Json = self._told(
            lambda: drive.request("get", f"{DRIVE_FILES_API_V3_URL}/{self.id}", params=parameters)
        ).json()
        return answer

    def clock_offset(self) -> timedelta | None:
        """How far this machine's clock is ahead of Google's, from the `Date` of any answer; None where none came."""
        return clock_offset(self.settings)

    @cached_property
    def facts(self) -> Mapping[str, object]:
        """What the wording of faults names."""
        return {"account": self.identity.account, "sheet": self.id, "scope": SHEETS_SCOPE}

    def _get(self, parameters: dict[str, Any]) -> Json:
        answer: Json = self._told(
            lambda: self.transport.request("get", SPREADSHEET_URL % self.id, params=parameters)
        ).json()
        return answer

    def _told(self, call: Any) -> Any:  # noqa: ANN401 whatever gspread gives
        """Make a call; a fault is told with the account, the spreadsheet, and how wrong the clock is."""
        try:
            return call()
        except SheetError as error:
            offset = clock_offset(self.settings) if error.key in {"clock", "refused"} else None
            raise told(error, offset, self.facts) from error


def told(error: SheetError, offset: timedelta | None, facts: Mapping[str, object]) -> SheetError:
    """A fault with all that its wording names; a refusal that comes of a wrong clock says so."""
    minutes = round(abs(offset) / timedelta(minutes=1)) if offset else 0
    if offset and minutes >= _MOST_MINUTES:
        return wrong_clock(offset)
    if error.key == "clock":
        return SheetError("refused", **error.facts)
    return type(error)(error.key, **{**facts, **error.facts})


def wrong_clock(offset: timedelta) -> SheetError:
    """The clock is wrong by so much."""
    from toolkit.faults import load_faults  # noqa: PLC0415

    direction = load_faults().directions["ahead" if offset > timedelta(0) else "behind"]
    minutes = round(abs(offset) / timedelta(minutes=1))
    return SheetError("clock", minutes=minutes, direction=direction)


def clock_offset(settings: GoogleSettings) -> timedelta | None:
    """How far this machine's clock is ahead of Google's; None where Google does not answer."""
    proxies = {"http": settings.proxy, "https": settings.proxy} if settings.proxy else None
    try:
        answer = requests.get(settings.sheets_url, timeout=settings.timeout, proxies=proxies)
        return datetime.now(UTC) - parsedate_to_datetime(answer.headers["Date"])
    except (requests.RequestException, KeyError, TypeError, ValueError):
        return None


def connect(address: str, settings: GoogleSettings) -> Connection:
    """Reach a spreadsheet; nothing is asked of it yet.

    Args:
        address: the address in the browser, or the id.
        settings: how Google is reached.

    Raises:
        SheetError: the address is none, or there are no credentials.
    """
    number = sheet_id(address)
    identity = identify(settings.credentials)
    return Connection(number, identity, settings, _transport(identity, settings))


def _transport(identity: Identity, settings: GoogleSettings) -> Transport:
    budget = budget_of(
        identity.account,
        reads=settings.reads_per_minute,
        writes=settings.writes_per_minute,
        project=settings.project_per_minute,
    )
    return Transport(session(identity.credentials, settings.proxy, settings.timeout), settings, budget)


def sheet_id(address: str) -> str:
    """The id in an address as the browser shows it, or the id itself.

    Raises:
        SheetError: it is neither.
    """
    text = "".join(address.split())
    found = _IN_ADDRESS.search(text)
    if found:
        return found[1] or found[2]
    if not _ID.fullmatch(text):
        raise SheetError("bad_address", text=" ".join(address.split())[:120])
    return text
