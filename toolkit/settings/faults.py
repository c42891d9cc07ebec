"""What is wrong with a value of the configuration, in one sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from toolkit.settings.layers import Layer, named, top_layer
from toolkit.settings.nearest import nearest_key
from toolkit.settings.variables import PASSWORD
from toolkit.settings.whole import COMMUNITIES, KeyPath, all_keys

_REASONS: Final[Mapping[str, str]] = {
    "string_type": "write text in quotation marks",
    "string_too_short": "write something between the quotation marks, or leave the line out",
    "string_pattern_mismatch": "write it like {example}",
    "int_parsing": "write a whole number, without quotation marks",
    "int_from_float": "write a whole number, without quotation marks",
    "int_type": "write a whole number, without quotation marks",
    "float_parsing": "write a number, without quotation marks",
    "float_type": "write a number, without quotation marks",
    "finite_number": "write a number, without quotation marks",
    "greater_than_equal": "write a number of {ge} or more",
    "greater_than": "write a number above {gt}",
    "bool_parsing": "write true or false, without quotation marks",
    "bool_type": "write true or false, without quotation marks",
    "date_type": "write a day like 2026-10-01, without quotation marks",
    "date_parsing": "write a day like 2026-10-01, without quotation marks",
    "date_from_datetime_parsing": "write a day like 2026-10-01, without quotation marks",
    "date_from_datetime_inexact": "write a day like 2026-10-01, without a time",
    "path_type": "write a path in quotation marks",
    "model_type": "write it as a section in brackets",
    "literal_error": "write one of {expected}",
    "less_than_equal": "write a number of at most {le}",
    "tuple_type": "write a list in square brackets",
}
"""What to do about a value of the wrong kind, by pydantic's name of the fault."""
_NOT_HERE: Final = (
    "a password does not belong in this file; put it into a file of its own and name that as password_file, or into the"
    f" environment as {PASSWORD}"
)


def sentence(error: ValidationError, layers: Sequence[Layer]) -> str:
    """The first fault: where it stands, under which key, what to write instead.

    Args:
        error: what pydantic found in the values of all layers together.
        layers: those; the last one that holds the value is named.
    """
    first = error.errors(include_input=False, include_url=False)[0]
    path, item = _place(first)
    layer = top_layer(layers, path) or layers[0]
    return f"{layer.where(path)}: {item}{_reason(first, path, layer)}."


def _place(first: ErrorDetails) -> tuple[KeyPath, str]:
    """The key, and the place in its list as people count it."""
    loc = first["loc"]
    path = tuple(part for part in loc if isinstance(part, str))
    number = next((part for part in loc if isinstance(part, int)), None)
    return path, "" if number is None else f"value {number + 1} of the list: "


def _reason(first: ErrorDetails, path: KeyPath, layer: Layer) -> str:
    if path == ("mail", "password"):
        return _NOT_HERE
    if first["type"] == "extra_forbidden":
        nearest = nearest_key(path)
        shared = nearest[0] == COMMUNITIES
        return f"there is no such setting; the nearest is {named(nearest if shared else (*layer.prefix, *nearest))}"
    facts: dict[str, Any] = {
        name: f"{fact:g}" if isinstance(fact, float) else fact for name, fact in first.get("ctx", {}).items()
    }
    if key := all_keys().get(path):
        facts["example"] = (key.field.examples or [""])[0]
    reason = _REASONS.get(first["type"])
    return reason.format_map(facts) if reason else first["msg"].removeprefix("Value error, ")
