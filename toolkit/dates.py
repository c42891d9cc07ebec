"""Dates as people write them: read where there is one meaning, otherwise only suggested."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, datetime, time, timedelta, timezone
from typing import Final, Literal

from toolkit.workbook import RawValue

CHINA: Final = timezone(timedelta(hours=8))
"""China has one time zone and no summer time."""
EARLIEST: Final = date(1990, 1, 1)
LATEST: Final = date(2099, 12, 31)

_SERIAL_EPOCH: Final = date(1899, 12, 30)
"""Day 0 of spreadsheet serials (ECMA-376 part 1, 18.17.4.1), right for every date after February 1900."""
_SERIALS: Final = ((EARLIEST - _SERIAL_EPOCH).days, (LATEST - _SERIAL_EPOCH).days + 1)
_COMPACT: Final = (19000101, 20991231)
_TYPED_DAYS: Final = (10_000, 2_958_466)
"""From 1927 to 9999."""
_SECONDS_A_DAY: Final = 86_400

_PART_OF_DAY = r"(?:上午|下午|早上|中午|晚上)"
_CLOCK = r"(?:[01]?\d|2[0-4])(?::[0-5]\d){1,2}(?:\.\d+)?\s*(?:[AP]M)?\s*(?:Z|[+-]\d{2}:?\d{2})?"
_TIME = rf"(?:T|\s+|(?<=[日号]))(?:{_PART_OF_DAY}|{_PART_OF_DAY}?\s*{_CLOCK})"
_WEEKDAY = r"\s*\(?(?:星期|周|礼拜)[一二三四五六日天]\)?"
_DATE: Final = re.compile(
    rf"(\d{{4}})(?:([-/.])(\d{{1,2}})\2(\d{{1,2}})|年(\d{{1,2}})月(\d{{1,2}})[日号]?)(?:{_WEEKDAY})?(?:{_TIME})?(?:{_WEEKDAY})?",
    re.IGNORECASE,
)
_DIGITS: Final = re.compile(rf"(\d{{4}})(\d{{2}})(\d{{2}})(?:{_TIME})?", re.IGNORECASE)
_SERIAL: Final = re.compile(r"\d{5}(?:\.\d+)?")

_SHORT: Final = re.compile(r"(\d{1,2})[-/.月](\d{1,2})[日号]?")
_TWO_DIGIT_YEAR: Final = re.compile(r"(\d{2})[-/.年](\d{1,2})[-/.月](\d{1,2})[日号]?")
_YEAR_LAST: Final = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
_THAT_WEEKDAY: Final = re.compile(r"(上|这|本|下)?(?:个)?(?:星期|周|礼拜)([一二三四五六日天])")
_WEEKDAYS: Final = "一二三四五六日"
_NEARBY: Final = {"前天": -2, "昨天": -1, "今天": 0, "明天": 1, "后天": 2}


def read_date(raw: str | float | date) -> date | Literal["range"] | None:
    """Read a date that has one meaning.

    Args:
        raw: cleaned text, a number cell, or a real date cell.

    Returns:
        The date; `"range"` for a date outside 1990 to 2099; None where it is no date or could mean several.
    """
    if isinstance(raw, datetime):
        raw = raw.date()
    if isinstance(raw, date):
        return raw if EARLIEST <= raw <= LATEST else "range"
    if isinstance(raw, float | int):
        return _from_number(raw)
    text = _tidy(raw)
    if found := _DATE.fullmatch(text):
        year, _, month, day, month_cn, day_cn = found.groups()
        return _checked(int(year), int(month or month_cn), int(day or day_cn))
    if found := _DIGITS.fullmatch(text):
        return _checked(*map(int, found.groups()))
    return _from_number(float(text)) if _SERIAL.fullmatch(text) else None


def shown_time(moment: datetime) -> str:
    """A moment as people see it in a log: China's time, to the second."""
    return moment.astimezone(CHINA).replace(tzinfo=None).isoformat(" ", "seconds")


def read_time(text: str) -> datetime | None:
    """A moment as people see it: China's where it does not say; None where it is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=CHINA)


def day_of_serial(raw: RawValue) -> RawValue:
    """A cell of a store that gives days as numbers, in a column of dates: the day, where the number can be one.

    Args:
        raw: any cell. Numbers as small as 9.1 and as large as 20250901 are what somebody typed and stay as they are.
    """
    if not isinstance(raw, float) or not _TYPED_DAYS[0] <= raw < _TYPED_DAYS[1]:
        return raw
    whole = _SERIAL_EPOCH + timedelta(days=int(raw))
    seconds = round((raw - int(raw)) * _SECONDS_A_DAY)
    return datetime.combine(whole, time()) + timedelta(seconds=seconds) if seconds else whole


def _tidy(text: str) -> str:
    text = re.sub(r"[‐‑‒–—―−]", "-", text).replace("。", ".")
    return re.sub(r"(?<=\d)\s*([-/.年月])\s*(?=\d)|(?<=\d)\s+(?=[日号])", r"\1", text)


def _from_number(number: float) -> date | Literal["range"] | None:
    if _SERIALS[0] <= number < _SERIALS[1]:
        return _SERIAL_EPOCH + timedelta(days=int(number))
    if _COMPACT[0] <= number <= _COMPACT[1] and number == int(number):
        whole = int(number)
        return _checked(whole // 10000, whole // 100 % 100, whole % 100)
    return None


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _checked(year: int, month: int, day: int) -> date | Literal["range"] | None:
    value = _made(year, month, day)
    return "range" if value and not EARLIEST <= value <= LATEST else value


def suggest_date(text: str, as_of: date) -> date | None:  # noqa: PLR0911 one return a way of writing
    """The date that was probably meant by text that `read_date` refuses.

    Args:
        text: cleaned text of the cell.
        as_of: today; a date without a year is taken nearest to it.

    Returns:
        A date to offer, never to use unasked; None where nothing is probable.
    """
    text = _tidy(text).replace(" ", "")
    if text in _NEARBY:
        return as_of + timedelta(days=_NEARBY[text])
    if found := _THAT_WEEKDAY.fullmatch(text):
        weeks = {"上": -1, "下": 1}.get(found[1] or "", 0)
        monday = as_of - timedelta(days=as_of.weekday())
        return monday + timedelta(weeks=weeks, days=_WEEKDAYS.index(found[2].replace("天", "日")))
    if found := _DATE.fullmatch(text) or _DIGITS.fullmatch(text):
        parts = [int(part) for part in found.groups() if part and part.isdigit()]
        return _repaired(*parts[:3])
    if found := _TWO_DIGIT_YEAR.fullmatch(text):
        return _repaired(2000 + int(found[1]), int(found[2]), int(found[3]))
    if found := _YEAR_LAST.fullmatch(text):
        first, second, year = map(int, found.groups())
        one_way = _made(year, first, second) if second > 12 else None  # noqa: PLR2004 no thirteenth month
        return one_way or (_made(year, second, first) if first > 12 else None)  # noqa: PLR2004
    if found := _SHORT.fullmatch(text):
        years = (as_of.year - 1, as_of.year, as_of.year + 1)
        dates = [value for year in years if (value := _made(year, int(found[1]), int(found[2])))]
        return min(dates, key=lambda value: abs(value - as_of), default=None)
    return None


def _repaired(year: int, month: int, day: int) -> date | None:
    """Month and day swapped, or a day past the month's end."""
    if found := _made(year, month, day):
        return found if EARLIEST <= found <= LATEST else None
    if swapped := _made(year, day, month):
        return swapped
    if 1 <= month <= 12 and day == monthrange(year, month)[1] + 1:  # noqa: PLR2004
        return date(year, month, day - 1)
    return None
