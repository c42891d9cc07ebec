"""Requests of batchUpdate about rules: validation, conditional formats, protected and named ranges."""

from __future__ import annotations

import re
import secrets
from typing import Any, Final

from . import a1, masks
from .book import Book, Json, Tab
from .condition_checks import check_condition, checked_rule, stored_condition
from .errors import invalid
from .formats import kept
from .grammar import words
from .requests_dimensions import need_area, need_grid
from .requests_sheets import need_fields
from .store import OWNER

_NAME: Final = re.compile(r"[^\W\d][\w.]*")
_POINTS: Final = ("minpoint", "midpoint", "maxpoint")


def set_data_validation(book: Book, request: Json) -> None:
    """A rule on every cell of a range, or none."""
    tab, area = need_area(book, request.get("range"))
    rule = checked_rule(book, tab, request["rule"]) if request.get("rule") else None
    rows = range(area.top, area.bottom or 0) if rule else [r for r in tab.cells if area.top <= r < (area.bottom or 0)]
    for row in rows:
        line = tab.row_for_writing(row)
        for column in range(area.left, area.right or 0):
            old = line.get(column)
            if rule:
                line[column] = {**old, "dataValidation": rule} if old else {"dataValidation": rule}
            elif old and "dataValidation" in old:
                tab.put(row, column, {key: item for key, item in old.items() if key != "dataValidation"})


def add_conditional_format_rule(book: Book, request: Json) -> None:
    """A new rule at its place among the sheet's rules; the first of them wins."""
    rule = kept(request.get("rule", {}))
    tab = _rule_sheet(book, rule)
    rule = _checked_rule(book, tab, rule)
    index = request.get("index", 0)
    if not 0 <= index <= len(tab.conditional_formats):
        raise invalid(f"Invalid conditional format index {index}.")
    tab.conditional_formats.insert(index, rule)


def _rule_sheet(book: Book, rule: Json) -> Tab:
    ranges = rule.get("ranges", [])
    if not ranges:
        raise invalid("No ranges specified.")
    if len({item.get("sheetId", 0) for item in ranges}) > 1:
        raise invalid("All ranges in a conditional format rule must be on the same sheet.")
    for item in ranges:
        need_area(book, item)
    return need_grid(book, ranges[0].get("sheetId"))


def _checked_rule(book: Book, tab: Tab, rule: Json) -> Json:
    if ("booleanRule" in rule) == ("gradientRule" in rule):
        raise invalid("Exactly one of booleanRule and gradientRule must be set.")
    if "gradientRule" in rule:
        _check_gradient(rule["gradientRule"])
        return rule
    boolean = rule["booleanRule"]
    check_condition(boolean.get("condition"))
    condition = stored_condition(book, tab, boolean["condition"])
    for item in condition.get("values", ()):
        _check_own_sheet(book, tab, str(item.get("userEnteredValue", "")))
    return {**rule, "booleanRule": {**boolean, "condition": condition}}


def _check_own_sheet(book: Book, tab: Tab, text: str) -> None:
    """A conditional format may name another sheet only inside INDIRECT."""
    if text.startswith("="):
        for kind, content in words(text):
            other = kind == "reference" and "!" in content and not _is_own(tab, content)
            named = kind == "name" and any(
                item["name"].casefold() == content.casefold() and item["range"].get("sheetId", 0) != tab.id
                for item in book.named_ranges.values()
            )
            if other or named:
                raise invalid("Conditional format rule cannot reference a different sheet.")


def _is_own(tab: Tab, reference: str) -> bool:
    title = reference.rpartition("!")[0]
    title = title[1:-1].replace("''", "'") if title.startswith("'") else title
    return title.casefold() == tab.title.casefold()


def _check_gradient(gradient: Json) -> None:
    for name in _POINTS:
        point = gradient.get(name)
        if name == "midpoint" and point is None:
            continue
        kind = (point or {}).get("type")
        if not kind or kind == "INTERPOLATION_POINT_TYPE_UNSPECIFIED":
            raise invalid("No interpolationPointType specified.")
        if kind not in {"MIN", "MAX"} and not point.get("value"):
            raise invalid("InterpolationPoint.value is required.")


def _rule_at(tab: Tab, index: int) -> Json:
    if not 0 <= index < len(tab.conditional_formats):
        raise invalid(f"No conditional format on sheet: {tab.id} at index: {index}")
    return tab.conditional_formats[index]


def update_conditional_format_rule(book: Book, request: Json) -> Json:
    """Another rule in a rule's place, or another place for a rule."""
    index = request.get("index", 0)
    if ("rule" in request) == ("newIndex" in request):
        raise invalid("Set exactly one of rule or newIndex.")
    if "rule" in request:
        rule = kept(request["rule"])
        tab = _rule_sheet(book, rule)
        rule = _checked_rule(book, tab, rule)
        old = _rule_at(tab, index)
        tab.conditional_formats[index] = rule
        return {"newRule": rule, "newIndex": index, "oldRule": old, "oldIndex": index}
    tab = need_grid(book, request.get("sheetId"))
    rule, place = _rule_at(tab, index), request["newIndex"]
    if not 0 <= place < len(tab.conditional_formats):
        raise invalid(f"Invalid conditional format index {place}.")
    tab.conditional_formats.pop(index)
    tab.conditional_formats.insert(place, rule)
    return {"newRule": rule, "newIndex": place, "oldIndex": index}


def delete_conditional_format_rule(book: Book, request: Json) -> Json:
    """Takes a rule away; the later ones move up."""
    tab = need_grid(book, request.get("sheetId"))
    rule = _rule_at(tab, request.get("index", 0))
    tab.conditional_formats.pop(request.get("index", 0))
    return {"rule": rule}


def add_protected_range(book: Book, request: Json) -> Json:
    """Protects a range or sheet; the bearer, as owner, may always edit it."""
    given = _protection(book, kept(request.get("protectedRange", {})))
    tab = need_grid(book, given["range"].get("sheetId"))
    number = given.get("protectedRangeId") or book.new_id()
    if any(number in other.protected for other in book.sheets):
        raise invalid(f"A protected range with id: {number} already exists.")
    tab.protected[number] = {"protectedRangeId": number, **given}
    reply = dict(tab.protected[number])
    if not given.get("warningOnly"):
        users = [user for user in given["editors"].get("users", ()) if user != OWNER["emailAddress"]]
        reply["editors"] = ({"users": users} if users else {}) | {
            key: item for key, item in given["editors"].items() if key != "users"
        }
    return {"protectedRange": reply}


def _protection(book: Book, given: Json) -> Json:
    if "namedRangeId" in given:
        named = book.named_ranges.get(given["namedRangeId"])
        if named is None:
            raise invalid(f"No named range with id: {given['namedRangeId']}")
        given = {**given, "range": named["range"]}
    if "range" not in given:
        raise invalid("No range or namedRangeId specified.")
    need_grid(book, given["range"].get("sheetId"))
    made = {key: item for key, item in given.items() if item not in (False, "", [])}
    made["requestingUserCanEdit"] = True
    if given.get("warningOnly"):
        made.pop("editors", None)
        return made
    editors = {key: item for key, item in given.get("editors", {}).items() if item}
    editors["users"] = list(dict.fromkeys([*editors.get("users", []), OWNER["emailAddress"]]))
    return {**made, "editors": editors}


def holder(book: Book, name: str, key: Any, what: str) -> Tab:
    """The sheet that has a thing of an id.

    Raises:
        ApiError: 400 if none has.
    """
    for tab in book.sheets:
        if key in getattr(tab, name):
            return tab
    raise invalid(f"No {what} with id: {key}")


def update_protected_range(book: Book, request: Json) -> None:
    """Changes a protected range."""
    fields = need_fields(request)
    given = kept(request.get("protectedRange", {}))
    number = given.get("protectedRangeId", 0)
    tab = holder(book, "protected", number, "protected range")
    new = _protection(book, masks.merge(tab.protected[number], given, fields))
    home = need_grid(book, new["range"].get("sheetId"))
    if home is not tab:
        del tab.protected[number]
    home.protected[number] = {**new, "protectedRangeId": number}


def delete_protected_range(book: Book, request: Json) -> None:
    """Takes a protection away."""
    number = request.get("protectedRangeId", 0)
    del holder(book, "protected", number, "protected range").protected[number]


def _check_name(book: Book, name: str, own: str | None) -> None:
    if not _NAME.fullmatch(name) or a1.is_cell(name) or name.upper() in {"TRUE", "FALSE", "R", "C"}:
        raise invalid(f"Invalid name: {name}")
    for key, named in book.named_ranges.items():
        if key != own and named["name"].casefold() == name.casefold():
            raise invalid(f"Cannot add named range with name {name}, a named range with that name already exists.")


def add_named_range(book: Book, request: Json) -> Json:
    """A name for a range."""
    given = request.get("namedRange", {})
    number = given.get("namedRangeId") or str(secrets.randbelow(2_000_000_000))
    _check_name(book, given.get("name", ""), None)
    if number in book.named_ranges:
        raise invalid(f"Cannot add named range with ID {number}, a named range with that ID already exists.")
    need_area(book, given.get("range"))
    book.named_ranges[number] = {"namedRangeId": number, "name": given["name"], "range": given["range"]}
    return {"namedRange": book.named_ranges[number]}


def update_named_range(book: Book, request: Json) -> None:
    """Changes a name or its range."""
    fields = need_fields(request)
    given = request.get("namedRange", {})
    number = given.get("namedRangeId", "")
    if number not in book.named_ranges:
        raise invalid(f"No named range with id: {number}")
    new = {**masks.merge(book.named_ranges[number], given, fields), "namedRangeId": number}
    _check_name(book, new.get("name", ""), number)
    need_area(book, new.get("range"))
    book.named_ranges[number] = new


def delete_named_range(book: Book, request: Json) -> None:
    """Takes a name away."""
    number = request.get("namedRangeId", "")
    if number not in book.named_ranges:
        raise invalid(f"No named range with id: {number}")
    del book.named_ranges[number]


HANDLERS: Final[dict[str, Any]] = {
    "setDataValidation": set_data_validation,
    "addConditionalFormatRule": add_conditional_format_rule,
    "updateConditionalFormatRule": update_conditional_format_rule,
    "deleteConditionalFormatRule": delete_conditional_format_rule,
    "addProtectedRange": add_protected_range,
    "updateProtectedRange": update_protected_range,
    "deleteProtectedRange": delete_protected_range,
    "addNamedRange": add_named_range,
    "updateNamedRange": update_named_range,
    "deleteNamedRange": delete_named_range,
}
