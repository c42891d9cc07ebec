"""Serial dates: days since 30 December 1899, the time of day as their fraction."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

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
