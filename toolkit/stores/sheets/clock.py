"""This machine's clock beside Google's, which takes no token from a clock that is minutes off."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

import requests

from toolkit.faults import load_faults
from toolkit.settings import GoogleSettings
from toolkit.stores.sheets.failures import SheetError

RIGHT: Final = timedelta(minutes=3)
"""A clock that is no more than this off is right: Google tolerates five minutes."""


def clock_offset(settings: GoogleSettings) -> timedelta | None:
    """How far this machine's clock is ahead of Google's, from the `Date` of an answer; None where none comes."""
    proxies = {"http": settings.proxy, "https": settings.proxy} if settings.proxy else None
    try:
        answer = requests.get(settings.sheets_url, timeout=settings.timeout, proxies=proxies)
        return datetime.now(UTC) - parsedate_to_datetime(answer.headers["Date"])
    except (requests.RequestException, KeyError, TypeError, ValueError):
        return None


def wrong_clock(offset: timedelta) -> SheetError:
    """The clock is wrong by so much."""
    direction = load_faults().directions["ahead" if offset > timedelta(0) else "behind"]
    return SheetError("clock", minutes=round(abs(offset) / timedelta(minutes=1)), direction=direction)
