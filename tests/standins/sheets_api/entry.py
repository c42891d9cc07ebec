"""What writing a value into a cell makes of it: as given, or as if a person typed it."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from .dates import DAY_SECONDS, serial

Json = dict[str, Any]
_YEAR_FIRST: Final = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})")
_CHINESE: Final = re.compile(r"(?:(\d{4})年)?(\d{1,2})月(\d{1,2})[日号]")
_YEAR_LAST: Final = re.compile(r"(\d{1,2})([-/.])(\d{1,2})(?:\2(\d{4}|\d{2}))?")
_MONTH_FIRST: Final = re.compile(r"([A-Za-z]{3,9})\.? (\d{1,2})(?:, ?| )(\d{4})")
_MONTH_SECOND: Final = re.compile(r"(\d{1,2})[ -]([A-Za-z]{3,9})\.?[ -](\d{4})")
_TIME: Final = re.compile(r"(\d{1,3}):(\d{2})(?::(\d{2})(\.\d{1,3})?)?(?: ?([AaPp])\.?[Mm]\.?)?")
_NUMBER: Final = re.compile(r"(?P<digits>\d+(?:,\d{3})+|\d+)?(?P<part>\.\d*)?(?P<power>[eE][+-]?\d+)?")
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DIGIT: Final = re.compile(r"[0-9]")
_CURRENCIES: Final = {"$": "$", "¥": "¥", "￥": "￥", "€": "€", "£": "£", "₩": "₩", "₹": "₹"}
_COMMA_LANGUAGES: Final = {"de", "fr", "es", "it", "pt", "nl", "ru", "pl", "tr", "sv", "da", "nb", "fi", "cs"}
_MONTH_FIRST_LOCALES: Final = {"en_US", "en_PH", "zh_CN", "zh_TW", "zh_HK", "ja_JP", "ko_KR"}
_NOON: Final = 12
_CENTURY_TURN: Final = 30


class Entry(NamedTuple):
    """What a cell holds after a value was written: its value, and the number format that typing gave it."""

    value: Json | None
    number_format: Json | None = None


def whole(value: Any) -> Any:
    """A value, a whole number without its point, as Google writes it: 3 for 3.0."""
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else value


def raw(value: Any) -> Entry:
    """A value kept as given; an empty text empties the cell."""
    if isinstance(value, bool):
        return Entry({"boolValue": value})
    if isinstance(value, int | float):
        return Entry({"numberValue": whole(value)})
    if isinstance(value, str):
        return Entry({"stringValue": value} if value else None)
    return Entry({"stringValue": str(value)})


def typed(value: Any, locale: str, *, as_text: bool = False) -> Entry:
    """A value as if a person typed it; `as_text` is a cell formatted as plain text."""
    if not isinstance(value, str) or not value:
        return raw(value)
    if as_text or value.startswith("'"):
        return Entry({"stringValue": value.removeprefix("'")})
    if value.startswith("=") and len(value) > 1:
        return Entry({"formulaValue": value})
    word = value.strip()
    if word.upper() in {"TRUE", "FALSE"}:
        return Entry({"boolValue": word.upper() == "TRUE"})
    found = (number(word, locale) or moment(word, locale)) if _may_be_number(word) else None
    if found:
        return Entry({"numberValue": found[0]}, found[1])
    # Google takes a plus for the beginning of a formula too; a minus or an @ it does not.
    return Entry({"formulaValue": "=" + word} if word.startswith("+") and len(word) > 1 else {"stringValue": value})


def _may_be_number(word: str) -> bool:
    """A quick look that spares most texts the slow one."""
    return bool(_DIGIT.search(word)) and (not word[0].isalpha() or word[:3].lower() in _MONTHS)


def number(word: str, locale: str) -> tuple[float, Json | None] | None:
    """The number that a text is and the number format that typing it gives."""
    sign, rest = _sign(word)
    symbol = next((mark for mark in _CURRENCIES if mark in (rest[:1], rest[-1:])), None) if rest else None
    if symbol:
        rest = rest.strip(symbol).strip()
        sign2, rest = _sign(rest)
        sign *= sign2
    percent = rest.endswith("%")
    rest = rest.removesuffix("%").rstrip()
    if locale[:2] in _COMMA_LANGUAGES:
        rest = rest.translate(str.maketrans(",.", ".,"))
    match = _NUMBER.fullmatch(rest)
    if match is None or not re.search(r"\d", rest) or (match["power"] and (percent or symbol)):
        return None
    plain = float(rest.replace(",", ""))
    if math.isinf(plain):
        return None
    amount = whole(sign * (plain / 100 if percent else plain))
    return amount, _number_format(match, symbol, percent=percent)


def _sign(word: str) -> tuple[int, str]:
    if word.startswith("(") and word.endswith(")"):
        return -1, word[1:-1]
    if word[:1] in {"-", "+"}:
        return (-1 if word[0] == "-" else 1), word[1:].lstrip()
    return 1, word


def _number_format(match: re.Match[str], symbol: str | None, *, percent: bool) -> Json | None:
    decimals = ".00" if match["part"] and len(match["part"]) > 1 else ""
    if percent:
        return {"type": "PERCENT", "pattern": f"0{decimals}%"}
    if symbol:
        return {"type": "CURRENCY", "pattern": f'"{symbol}"#,##0{decimals}'}
    if match["power"]:
        return {"type": "SCIENTIFIC", "pattern": "0.00E+00"}
    if "," in (match["digits"] or ""):
        return {"type": "NUMBER", "pattern": f"#,##0{decimals}"}
    return None


def moment(word: str, locale: str) -> tuple[float, Json] | None:
    """The serial number of a date, time, or date and time, and its number format."""
    if found := day(word, locale):
        return found[0], {"type": "DATE", "pattern": found[1]}
    if time := clock(word):
        return time[0], {"type": "TIME", "pattern": time[1]}
    match = re.fullmatch(r"(.+?)(?:[ ,T]+|(?<=日))(\d{1,2}:.+)", word)
    if match and (found := day(match[1], locale)) and (time := clock(match[2])):
        whole = found[0] + time[0]
        return whole, {"type": "DATE_TIME", "pattern": f"{found[1]} {time[1]}"}
    return None


def clock(word: str) -> tuple[float, str] | None:
    """The fraction of a day that a time is, and its pattern."""
    match = _TIME.fullmatch(word)
    if match is None:
        return None
    hours, minutes, seconds = int(match[1]), int(match[2]), int(match[3] or 0)
    if match[5]:
        if not 1 <= hours <= _NOON:
            return None
        hours = hours % _NOON + (_NOON if match[5].lower() == "p" else 0)
    if minutes > 59 or seconds > 59:
        return None
    fraction = (hours * 3600 + minutes * 60 + seconds + float(match[4] or 0)) / DAY_SECONDS
    hour = "h" if hours < 24 else "[h]"
    pattern = hour + ":mm" + (":ss" if match[3] else "") + (" am/pm" if match[5] else "")
    return (int(fraction) if fraction.is_integer() else fraction), pattern


def day(word: str, locale: str) -> tuple[int, str] | None:
    """The serial number of a day in the ways that a locale writes days, and its pattern."""
    for read in (_year_first, _chinese, _year_last, _named_month):
        if found := read(word, locale):
            number = serial(*found[:3])
            return None if number is None else (number, found[3])
    return None


def _year_first(word: str, _: str) -> tuple[int, int, int, str] | None:
    match = _YEAR_FIRST.fullmatch(word)
    if match is None:
        return None
    wide = len(match[3]) + len(match[4]) == 4
    pattern = f"yyyy{match[2]}mm{match[2]}dd" if wide else f"yyyy{match[2]}m{match[2]}d"
    return int(match[1]), int(match[3]), int(match[4]), pattern


def _chinese(word: str, locale: str) -> tuple[int, int, int, str] | None:
    match = _CHINESE.fullmatch(word)
    if match is None or locale[:2] not in {"zh", "ja"}:
        return None
    year = int(match[1]) if match[1] else _this_year()
    return year, int(match[2]), int(match[3]), ('yyyy"年"' if match[1] else "") + 'm"月"d"日"'


def _year_last(word: str, locale: str) -> tuple[int, int, int, str] | None:
    match = _YEAR_LAST.fullmatch(word)
    if match is None or (match[2] == "." and locale[:2] not in {"de", "ru", "pl", "fi", "cs", "da", "nb", "tr"}):
        return None
    if match[2] == "-" and not match[4]:
        return None
    month_first = locale in _MONTH_FIRST_LOCALES
    month, date = (int(match[1]), int(match[3])) if month_first else (int(match[3]), int(match[1]))
    year = int(match[4]) if match[4] else _this_year()
    if match[4] and len(match[4]) == 2:
        year += 2000 if year < _CENTURY_TURN else 1900
    mark = match[2]
    parts = ["M", "d"] if month_first else ["d", "M"]
    return year, month, date, mark.join(parts + ([("yyyy" if len(match[4]) > 2 else "yy")] if match[4] else []))


def _named_month(word: str, _: str) -> tuple[int, int, int, str] | None:
    if match := _MONTH_FIRST.fullmatch(word):
        name, date, year, shape = match[1], match[2], match[3], "{} d, yyyy"
    elif match := _MONTH_SECOND.fullmatch(word):
        date, name, year, shape = match[1], match[2], match[3], "d {} yyyy"
    else:
        return None
    if name[:3].lower() not in _MONTHS:
        return None
    return (
        int(year),
        _MONTHS.index(name[:3].lower()) + 1,
        int(date),
        shape.format("mmm" if len(name) == 3 else "mmmm"),
    )


def _this_year() -> int:
    return datetime.now(UTC).year
