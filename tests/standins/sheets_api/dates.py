"""Serial dates: days since 30 December 1899, the time of day as their fraction."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

EPOCH: Final = datetime(1899, 12, 30)  # noqa: DTZ001 - a sheet's dates have no zone
DAY_SECONDS: Final = 86_400


def serial(year: int, month: int, day: int) -> int | None:
    """The serial number of a day, None if the calendar has no such day."""
    try:
        return (date(year, month, day) - EPOCH.date()).days
    except ValueError:
        return None


def moment(number: float) -> datetime | None:
    """The day and time of a serial number, to the millisecond; None beyond the calendar."""
    try:
        return EPOCH + timedelta(milliseconds=round(number * DAY_SECONDS * 1000))
    except OverflowError:
        return None


def is_time_zone(name: str) -> bool:
    """Whether a spreadsheet may have this time zone: `Asia/Shanghai`, or `GMT-07:00`."""
    if re.fullmatch(r"GMT([+-]\d{1,2}:\d{2})?", name):
        return True
    try:
        return bool(ZoneInfo(name))
    except (ValueError, OSError, KeyError):
        return "/" in name and not available_timezones()  # a machine without a time zone database knows none
