"""How a value is shown in its cell: numbers, dates and times by number format, truth values, errors."""

from __future__ import annotations

import math
import re
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any, Final

from .dates import DAY_SECONDS
from .dates import moment as moment_of

Json = dict[str, Any]
_TOKEN: Final = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|\[\$(?P<money>[^\]-]*)(?:-[^\]]*)?\]|\[(?P<elapsed>[hHmMsS]+)\]|\[[^\]]*\]'
    r"|_.|\*.|(?P<half>am/pm|AM/PM|a/p|A/P)|(?P<date>[yY]+|[mM]+|[dD]+|[hH]+|[sS]+(?:\.0+)?)|(?P<number>[0#?][0#?,]*(?:\.[0#?]*)?|\.[0#?]+)"
    r"|(?P<power>[eE][+-]0+)|(?P<percent>%)|(?P<at>@)|(?P<other>.)",
    re.DOTALL,
)
_DEFAULTS: Final = {
    "NUMBER": "#,##0.00",
    "PERCENT": "0.00%",
    "SCIENTIFIC": "0.00E+00",
    "TEXT": "@",
    "TIME": "h:mm:ss am/pm",
}
_WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_WEEKDAYS_ZH: Final = ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日")
_MONTHS: Final = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905
)
_BIG: Final = 1e15
Tokens = tuple[tuple[str, str], ...]


def default_pattern(kind: str, locale: str) -> str:
    """The pattern of a number format that names only its type."""
    chinese = locale.startswith("zh")
    if kind == "DATE":
        return "yyyy/m/d" if chinese else "M/d/yyyy"
    if kind == "DATE_TIME":
        return default_pattern("DATE", locale) + " H:mm:ss"
    if kind == "CURRENCY":
        return '"¥"#,##0.00' if chinese else '"$"#,##0.00'
    if kind == "TIME" and chinese:
        return "H:mm:ss"
    return _DEFAULTS.get(kind, "")


def shown(value: Any, number_format: Json | None, locale: str = "en_US") -> str:
    """The text that a cell shows for a value (a number, text, truth value or None)."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    pattern = ""
    if number_format:
        pattern = number_format.get("pattern") or default_pattern(number_format.get("type", ""), locale)
    if isinstance(value, str):
        sections = _sections(pattern) if "@" in pattern else ()
        return _text(value, sections[-1]) if sections else value
    if not pattern or pattern in {"General", "@"}:
        return general(value)
    return _numeric(float(value), value, pattern, locale)


def text_pixels(line: str) -> int:
    """About how wide a line of text is in the usual font."""
    return sum(13 if ord(character) > 0x2E80 else 7 for character in line)


def is_date(number_format: Json | None) -> bool:
    """Whether a number format shows a date, a time or both."""
    if not number_format:
        return False
    if number_format.get("type") in {"DATE", "TIME", "DATE_TIME"}:
        return True
    return bool(number_format.get("pattern")) and any(
        kind in {"date", "elapsed"} for kind, _ in _sections(number_format["pattern"])[0]
    )


def general(value: float) -> str:
    """A number without a number format."""
    if isinstance(value, int) and abs(value) < _BIG:
        return str(value)
    number = float(value)
    if number.is_integer() and abs(number) < _BIG:
        return str(int(number))
    if abs(number) >= _BIG or abs(number) < 1e-5:
        mantissa, _, power = f"{number:.5E}".partition("E")
        return f"{mantissa.rstrip('0').rstrip('.')}E{int(power):+03d}"
    return f"{Decimal(f'{number:.10g}'):f}".rstrip("0").rstrip(".")


def _numeric(number: float, value: float, pattern: str, locale: str) -> str:
    sections = _sections(pattern)
    tokens, magnitude = sections[0], number
    if number < 0 and len(sections) > 1:
        tokens, magnitude = sections[1], -number
    elif number == 0 and len(sections) > 2:
        tokens = sections[2]
    kinds = {kind for kind, _ in tokens}
    if kinds & {"date", "elapsed", "half"}:
        when = moment_of(magnitude)
        return _date(magnitude, when, tokens, locale) if when else general(value)
    if "at" in kinds and "number" not in kinds:
        return _text(general(value), tokens)
    return _number(magnitude, tokens)


@lru_cache(maxsize=512)
def _sections(pattern: str) -> tuple[Tokens, ...]:
    sections: list[list[tuple[str, str]]] = [[]]
    for match in _TOKEN.finditer(pattern):
        if match[0] == ";":
            sections.append([])
            continue
        kind, content = match.lastgroup, match[match.lastgroup] if match.lastgroup else ""
        if kind in {"quoted", "escaped", "money", "other"}:
            sections[-1].append(("literal", content))
        elif kind:
            sections[-1].append((kind, content))
    return tuple(tuple(section) for section in sections)


def _text(value: str, tokens: Tokens) -> str:
    return "".join(value if kind == "at" else content for kind, content in tokens if kind in {"at", "literal"})


def _number(number: float, tokens: Tokens) -> str:
    slots = [content for kind, content in tokens if kind == "number"]
    scale = sum(1 for kind, _ in tokens if kind == "percent")
    pattern = slots[0] if slots else ""
    if len(slots) > 1 and slots[1].startswith("."):
        pattern += slots[1]
    amount = Decimal(repr(number)) * (Decimal(100) ** scale)
    power = next((content for kind, content in tokens if kind == "power"), None)
    exponent = 0
    if power and amount:
        exponent = math.floor(math.log10(abs(float(amount))))
        amount = amount.scaleb(-exponent)
    digits, negative = _digits(amount, pattern)
    out, done = [], False
    for kind, content in tokens:
        if kind == "number":
            out.append("" if done else digits)
            done = True
        elif kind == "power":
            out.append(f"E{'-' if exponent < 0 else '+' if '+' in content else ''}{abs(exponent):0{len(content) - 2}d}")
        elif kind == "percent":
            out.append("%")
        elif kind == "literal":
            out.append(content)
    return ("-" if negative else "") + "".join(out)


def _digits(amount: Decimal, pattern: str) -> tuple[str, bool]:
    whole, _, part = pattern.partition(".")
    while whole.endswith(","):
        whole, amount = whole[:-1], amount / 1000
    least, most = part.count("0"), len(part)
    rounded = abs(amount).quantize(Decimal(1).scaleb(-most), rounding=ROUND_HALF_UP)
    negative = amount < 0 and rounded != 0
    left, _, right = f"{rounded:f}".partition(".")
    while len(right) > least and right.endswith("0"):
        right = right[:-1]
    zeros = whole.replace(",", "").count("0")
    left = left.lstrip("0").rjust(zeros, "0") if zeros else left.lstrip("0")
    if "," in whole:
        left = re.sub(r"(?<=\d)(?=(\d{3})+$)", ",", left)
    return left + ("." + right if right or ("." in pattern and not most) else ""), negative


def _date(number: float, when: datetime, tokens: Tokens, locale: str) -> str:
    half = any(kind == "half" for kind, _ in tokens)
    out = []
    for index, (kind, content) in enumerate(tokens):
        if kind == "date":
            out.append(_date_part(content, when, _is_minute(tokens, index), locale, half=half))
        elif kind == "elapsed":
            unit = {"h": 3600, "m": 60, "s": 1}[content[0].lower()]
            out.append(str(int(round(number * DAY_SECONDS, 3) // unit)).rjust(len(content), "0"))
        elif kind == "half":
            mark = "AM" if when.hour < 12 else "PM"
            out.append(mark if "m" in content.lower() else mark[0])
        elif kind in {"literal", "percent"} or kind == "number":
            out.append(content)
    return "".join(out)


def _is_minute(tokens: Tokens, index: int) -> bool:
    """Whether an `m` means minutes: after hours or before seconds."""
    if tokens[index][1][0] not in "mM" or len(tokens[index][1]) > 2:
        return False
    before = [t for t in tokens[:index] if t[0] in {"date", "elapsed"}]
    after = [t for t in tokens[index + 1 :] if t[0] in {"date", "elapsed"}]
    return bool(before and before[-1][1][0] in "hH") or bool(after and after[0][1][0] in "sS")


def _date_part(content: str, when: datetime, minute: bool, locale: str, *, half: bool) -> str:  # noqa: FBT001
    letter, width = content[0].lower(), len(content)
    if letter == "y":
        return f"{when.year:04d}" if width > 2 else f"{when.year % 100:02d}"
    if letter == "s":
        whole, _, zeros = content.partition(".")
        part = f".{when.microsecond:06d}"[: len(zeros) + 1] if zeros else ""
        return f"{when.second:0{min(len(whole), 2)}d}{part}"
    if letter == "h":
        hour = (when.hour % 12 or 12) if half else when.hour
        return f"{hour:0{min(width, 2)}d}"
    if letter == "m" and minute:
        return f"{when.minute:0{min(width, 2)}d}"
    return _named(letter, width, when, chinese=locale.startswith("zh"))


def _named(letter: str, width: int, when: datetime, *, chinese: bool) -> str:
    number = when.month if letter == "m" else when.day
    if width <= 2:
        return f"{number:0{width}d}"
    if letter == "m":
        name = f"{number}月" if chinese else _MONTHS[number - 1]
        return name if chinese or width > 3 else name[:3]
    name = _WEEKDAYS_ZH[when.weekday()] if chinese else _WEEKDAYS[when.weekday()]
    if width == 3:
        return "周" + name[-1] if chinese else name[:3]
    return name
