"""The text of one cell read as a value of its declared type."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field as attribute
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final

from rapidfuzz import fuzz, process

from toolkit.dates import read_date, suggest_date
from toolkit.schema import Field, Words
from toolkit.workbook import RawValue

_LIST_SEPARATORS: Final = re.compile(r"[、,;/\n\r]+")
_NUMBER: Final = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|[+-]?\.\d+")
_EMAIL: Final = re.compile(
    r"(?=.{1,254}\Z)(?=[^@]{1,64}@)"
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}",
    re.IGNORECASE | re.ASCII,
)
"""The dot-atom form of RFC 5322, 3.4.1, at a host name of letters, digits and hyphens; its lengths are those of
RFC 5321, 4.5.3.1."""
_URL: Final = re.compile(
    r"(?:https?://[^\s/]+(?:/\S*)?|(?:[\w-]+\.)+[^\W\d_]{2,}(?::\d+)?(?:[/?#]\S*)?)", re.IGNORECASE
)
_LOST_DIGITS: Final = 1e15
_TOO_LARGE: Final = 1e12
NEAR: Final = 50.0
"""The least likeness, from 0 to 100, at which a word is offered instead of another."""


_NEAR_WORD: Final = 60.0


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a text is no value: the kind of problem, the facts its wording needs, what to write instead."""

    rule: str
    suggestion: str | None = None
    facts: dict[str, object] = attribute(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reading:
    """What became of one cell.

    Attributes:
        value: the typed value; None for a blank or an unreadable cell.
        fault: why it could not be read, or a warning beside a value that could.
    """

    value: object = None
    fault: Fault | None = None

    @property
    def unreadable(self) -> bool:
        """Whether there is text that gave no value."""
        return self.value is None and self.fault is not None


def shown(raw: RawValue) -> str:
    """The cell's content as text, the way a spreadsheet would show it unformatted."""
    if isinstance(raw, str):
        return raw
    if isinstance(raw, float | int):
        if raw == raw and abs(raw) < 1e21 and raw == int(raw):  # noqa: PLR0124, PLR2004 a NaN differs from itself
            return str(int(Decimal(format(raw, ".15g"))))  # a spreadsheet keeps 15 figures
        return format(raw, ".15g")
    if isinstance(raw, datetime):
        return raw.isoformat(" ")
    if isinstance(raw, timedelta):
        return str(raw)
    return raw.isoformat()


def cleaned(text: str) -> str:
    """Text as it is compared: NFKC, no control or invisible signs, trimmed, inner white space folded to one space."""
    text = unicodedata.normalize("NFKC", text)
    if not text.isprintable():
        text = "".join(" " if sign.isspace() else sign for sign in text if sign.isspace() or _visible(sign))
    return " ".join(text.split())


def _visible(sign: str) -> bool:
    return unicodedata.category(sign) not in {"Cc", "Cf", "Cs", "Cn", "Co"}


def nearest(text: str, choices: list[str]) -> str | None:
    """The choice most like the text, or None where none is like it."""
    found = process.extractOne(text, choices, scorer=fuzz.ratio, score_cutoff=NEAR)
    return found[0] if found else None


def read(field: Field, raw: RawValue, words: Words, as_of: date) -> Reading:
    """Read one cell as its column's type says (contract section 1, "Reading what staff really write").

    Args:
        field: the column.
        raw: what the store handed over.
        words: words with a meaning anywhere.
        as_of: today; only suggestions for incomplete dates depend on it.

    Returns:
        The value by kind: text, word (its code), date -> `date`, int and number and percent -> `float`,
        bool -> `bool`, list -> tuple of text (of codes where the column has words), ref -> text,
        bound -> (float, is percent).
    """
    text = cleaned(shown(raw))
    if not text:
        return Reading()
    if text.upper() in words.formula_errors:
        return Reading(fault=Fault("formula.error"))
    reading = _READERS[field.kind](field, raw, text, words, as_of)
    return _in_range(field, reading) if isinstance(reading.value, float) else reading


def _in_range(field: Field, reading: Reading) -> Reading:
    number = reading.value
    limits = field.constraints
    if not isinstance(number, float):
        return reading
    if abs(number) > _TOO_LARGE:
        return Reading(fault=Fault("number.too_large"))
    if limits.minimum is not None and number < limits.minimum:
        return Reading(fault=Fault("number.too_small", facts={"least": format(limits.minimum, "g")}))
    if limits.maximum is not None and number > limits.maximum:
        return Reading(fault=Fault("number.above_limit", facts={"most": format(limits.maximum, "g")}))
    if field.consortium.above is not None and number <= field.consortium.above:
        return Reading(fault=Fault("number.not_above", facts={"least": format(field.consortium.above, "g")}))
    return reading


def _text(_field: Field, raw: RawValue, text: str, _words: Words, _as_of: date) -> Reading:
    if isinstance(raw, float) and abs(raw) >= _LOST_DIGITS:
        return Reading(text, Fault("text.lost_digits"))
    return Reading(text)


def _word(field: Field, _raw: RawValue, text: str, words: Words, _as_of: date) -> Reading:
    if text in field.codes:
        return Reading(field.codes[text])
    return _unknown_word(field, text, words)


def _likely_word(text: str, words: list[str]) -> str | None:
    """The one word most like the text; None where two are as like, or none is: a wrong word would pass the check."""
    found = process.extract(text, words, scorer=fuzz.ratio, score_cutoff=_NEAR_WORD, limit=2)
    alone = len(found) == 1 or (len(found) > 1 and found[0][1] > found[1][1])
    return found[0][0] if alone else None


def _unknown_word(field: Field, text: str, words: Words) -> Reading:
    facts: dict[str, object] = {"allowed": words.some(list(field.codes))}
    return Reading(fault=Fault("word.unknown", _likely_word(text, list(field.codes)), facts))


def _date(field: Field, raw: RawValue, text: str, _words: Words, as_of: date) -> Reading:
    if isinstance(raw, time | timedelta):
        return Reading(fault=Fault("date.unreadable"))
    value = read_date(raw if isinstance(raw, float | date) else text)
    if isinstance(value, date):
        return Reading(value)
    if value == "range":
        return Reading(fault=Fault("date.out_of_range"))
    suggestion = suggest_date(text, as_of)
    if suggestion is None and not field.required:
        return Reading(fault=Fault("date.unreadable", facts={"hint_name": "leave_blank"}))
    return Reading(fault=Fault("date.unreadable", suggestion.isoformat() if suggestion else None))


def _plain_number(text: str, units: tuple[str, ...]) -> float | None:
    for unit in sorted(units, key=len, reverse=True):
        if text.endswith(unit):
            text = text.removesuffix(unit).rstrip()
            break
    return float(text.replace(",", "")) if _NUMBER.fullmatch(text) else None


def _number_in(raw: RawValue, text: str, units: tuple[str, ...]) -> float | None:
    if isinstance(raw, float | int):
        return float(raw) if abs(raw) < float("inf") else None
    return _plain_number(text, units) if isinstance(raw, str) else None


def _number(field: Field, raw: RawValue, text: str, words: Words, _as_of: date) -> Reading:
    number = _number_in(raw, text, field.consortium.units)
    if number is None:
        return Reading(fault=Fault("number.unreadable", _digits_in(text, words)))
    return Reading(number)


def _int(field: Field, raw: RawValue, text: str, words: Words, _as_of: date) -> Reading:
    number = _number_in(raw, text, field.consortium.units)
    if number is None:
        return Reading(fault=Fault("int.unreadable", _digits_in(text, words)))
    if not number.is_integer():
        return Reading(fault=Fault("int.fraction"))
    return Reading(number)


def _digits_in(text: str, words: Words) -> str | None:
    """The one number in a text that says nothing else but "about"; other words, such as hours, change its meaning."""
    found = re.findall(r"\d+(?:\.\d+)?", text)
    rest = re.sub(r"\d+(?:\.\d+)?", "", text)
    for word in words.approximations:
        rest = rest.replace(word, "")
    return found[0] if len(found) == 1 and not rest.strip() else None


def read_percent(raw: RawValue, text: str, words: Words) -> float | Fault:
    """A share from 0 to 1, from `92%` or a bare share; a Fault where it is neither."""
    if isinstance(raw, str) and text.endswith("%"):
        body = text[:-1].rstrip()
        share = float(Decimal(body.replace(",", "")) / 100) if _NUMBER.fullmatch(body) else None
    else:
        share = _number_in(raw, text, ())
    if share is None:
        return Fault("percent.unreadable", f"{digits}%" if (digits := _digits_in(text, words)) else None)
    if share > 1:
        bare = not text.endswith("%")
        return Fault("percent.above_one", f"{_likely_percent(share if bare else share * 100):.15g}%")
    if share < 0:
        return Fault("percent.negative")
    return share


def _likely_percent(number: float) -> float:
    """What was meant by a percent that is too large: a digit slipped in, or none where only the sign was left out."""
    while number > 100:  # noqa: PLR2004 a percent
        number /= 10
    return round(number, 6)


def _percent(_field: Field, raw: RawValue, text: str, words: Words, _as_of: date) -> Reading:
    share = read_percent(raw, text, words)
    return Reading(fault=share) if isinstance(share, Fault) else Reading(share)


def _bool(field: Field, _raw: RawValue, text: str, _words: Words, _as_of: date) -> Reading:
    upper = text.upper()
    if upper in {word.upper() for word in field.trueValues}:
        return Reading(value=True)
    if upper in {word.upper() for word in field.falseValues}:
        return Reading(value=False)
    return Reading(fault=Fault("bool.unreadable"))


def _url(_field: Field, _raw: RawValue, text: str, _words: Words, _as_of: date) -> Reading:
    return Reading(text) if _URL.fullmatch(text) else Reading(fault=Fault("url.unreadable"))


def _email(_field: Field, _raw: RawValue, text: str, _words: Words, _as_of: date) -> Reading:
    if _EMAIL.fullmatch(text):
        return Reading(text)
    closed = text.replace(" ", "").replace("。", ".").replace(",", ".")
    return Reading(fault=Fault("email.unreadable", closed if _EMAIL.fullmatch(closed) else None))


def split_list(text: str) -> tuple[str, ...]:
    """The items of a list cell, cleaned, in their order, each once."""
    items = (cleaned(item) for item in _LIST_SEPARATORS.split(unicodedata.normalize("NFKC", text)))
    return tuple(dict.fromkeys(item for item in items if item))


def _list(field: Field, raw: RawValue, _text: str, words: Words, _as_of: date) -> Reading:
    items = split_list(shown(raw))
    if not items:  # nothing but separators
        return Reading(fault=Fault("list.empty"))
    unknown = [item for item in items if item not in field.codes]
    if not field.codes:
        return Reading(items)
    if unknown:
        return _unknown_word(field, unknown[0], words)
    return Reading(tuple(field.codes[item] for item in items))


def _bound(_field: Field, raw: RawValue, text: str, words: Words, _as_of: date) -> Reading:
    if isinstance(raw, str) and text.endswith("%"):
        body = text[:-1].rstrip()
        try:
            return (
                Reading((float(Decimal(body.replace(",", "")) / 100), True)) if _NUMBER.fullmatch(body) else _no_bound()
            )
        except InvalidOperation:
            return _no_bound()
    number = _number_in(raw, text, words.bound_units)
    if number is None or abs(number) > _TOO_LARGE:
        return _no_bound()
    return Reading((number, False))


def _no_bound() -> Reading:
    return Reading(fault=Fault("bound.unreadable"))


_READERS: Final[dict[str, Callable[[Field, RawValue, str, Words, date], Reading]]] = {
    "text": _text,
    "word": _word,
    "date": _date,
    "int": _int,
    "number": _number,
    "percent": _percent,
    "bool": _bool,
    "url": _url,
    "url_or_text": _text,
    "email": _email,
    "list": _list,
    "ref": _text,
    "bound": _bound,
}
