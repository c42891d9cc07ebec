"""Conditions of validation and of conditional formats, checked and written as Google keeps them."""

from __future__ import annotations

import re
from typing import Final

from .book import Book, Json, Tab
from .entry import number, typed
from .errors import invalid
from .formats import kept
from .grammar import FormulaError, read
from .references import in_formula

_CORNERS: Final = re.compile(r"\$?([A-Za-z]{0,3})\$?(\d*)")


def checked_rule(book: Book, tab: Tab, given: Json) -> Json:
    """A validation rule as Google keeps it.

    Raises:
        ApiError: 400 if its condition is none.
    """
    rule = kept(given)
    check_condition(rule.get("condition"))
    rule = {**rule, "condition": stored_condition(book, tab, rule["condition"])}
    return {key: item for key, item in rule.items() if item is not False}


def check_condition(condition: Json | None) -> None:
    """Refuses a condition without its type or values."""
    kind = (condition or {}).get("type", "CONDITION_TYPE_UNSPECIFIED")
    if kind == "CONDITION_TYPE_UNSPECIFIED":
        raise invalid("No condition type specified.")
    count = len((condition or {}).get("values", ()))
    least, most = {
        "BLANK": (0, 0),
        "NOT_BLANK": (0, 0),
        "BOOLEAN": (0, 2),
        "ONE_OF_LIST": (1, 500),
        "TEXT_IS_EMAIL": (0, 0),
        "TEXT_IS_URL": (0, 0),
        "DATE_IS_VALID": (0, 0),
        "NUMBER_BETWEEN": (2, 2),
        "NUMBER_NOT_BETWEEN": (2, 2),
        "DATE_BETWEEN": (2, 2),
        "DATE_NOT_BETWEEN": (2, 2),
    }.get(kind, (1, 500 if kind in {"TEXT_EQ", "NUMBER_EQ", "TEXT_NOT_EQ", "NUMBER_NOT_EQ"} else 1))
    if not least <= count <= most:
        wanted = str(least) if least == most else f"{least} to {most}"
        raise invalid(f"Condition type {kind} requires {wanted} ConditionValues, {count} were given.")


def stored_condition(book: Book, tab: Tab, condition: Json) -> Json:
    """A condition as Google keeps it: a range of allowed values is written with `$`.

    Raises:
        ApiError: 400 if a value does not suit the condition.
    """
    kind, values = condition["type"], []
    for item in condition.get("values", ()):
        text = item.get("userEnteredValue")
        good = text is None or _suits(book, kind, str(text))
        if not good:
            raise invalid(f"Invalid ConditionValue.userEnteredValue: {text} for ConditionType: {kind}")
        if kind == "ONE_OF_RANGE" and text:
            text = in_formula(book, tab, text, lambda _home, _sheet, cells: _CORNERS.sub(_dollars, cells))
            values.append({**item, "userEnteredValue": text})
        else:
            values.append(item)
    return {**condition, "values": values} if values else condition


def _suits(book: Book, kind: str, text: str) -> bool:
    if kind in {"ONE_OF_RANGE", "CUSTOM_FORMULA"} and not text.startswith("="):
        return False
    if text.startswith("=") and kind != "ONE_OF_LIST":
        try:
            read(text)
        except FormulaError:
            return False
        return True
    if kind.startswith("NUMBER_"):
        return number(text.strip(), book.locale) is not None
    if kind.startswith("DATE_"):
        return "numberValue" in (typed(text, book.locale).value or {})
    return True


def _dollars(match: re.Match[str]) -> str:
    return (f"${match[1]}" if match[1] else "") + (f"${match[2]}" if match[2] else "")
