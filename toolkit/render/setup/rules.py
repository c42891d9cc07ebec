"""Drop-downs and checks of columns, as the Sheets API has them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from toolkit.render import entry_columns
from toolkit.render.setup.grid import Json
from toolkit.render.setup.ground import Ground
from toolkit.render.setup.places import Place
from toolkit.render.setup.shapes import Request, area
from toolkit.schema import Field
from toolkit.spreadsheet import Spreadsheet, quoted_title
from toolkit.workbook import column_letters

DROP_DOWNS: Final = frozenset({"ONE_OF_LIST", "ONE_OF_RANGE"})
_COMPARISONS: Final = {">=": "NUMBER_GREATER_THAN_EQ", "<=": "NUMBER_LESS_THAN_EQ", "between": "NUMBER_BETWEEN"}
_RANGE: Final = re.compile(r"=(?:'((?:[^']|'')*)'|([^'!]+))!\$?([A-Z]+)\$?(\d*):\$?([A-Z]+)\$?(\d*)")


def rule_of(field: Field, place: Place, ground: Ground) -> Request | None:
    """The rule that the cells of a column should have; None where anything goes.

    Words are all there is, so that others are refused; names may be written short, dates in Chinese, so that those only
    get a mark. Lists have no rule: Google's drop-down of several choices cannot be made through the API, and one that
    staff made must not be replaced (field report 42). Nor has a column that holds names only in some rows (甲方 may
    be a class): a mark on what is right would teach people to overlook marks.
    """
    if field.kind == "list" or (field.refers and field.consortium.when):
        return None
    made = ground.schema.sheets if ground.referred(field, place) else ()
    check = entry_columns.validation(field, place.declared, ground.schema, ground.guide, made, {})
    if check is None:
        return None
    condition = _condition(field, place, ground, check)
    strict = condition["type"] == "ONE_OF_LIST"
    custom = {"showCustomUi": True} if condition["type"] in DROP_DOWNS else {}
    return {"condition": condition, "inputMessage": check["error_message"], "strict": strict} | custom


def _condition(field: Field, place: Place, ground: Ground, check: Mapping[str, Any]) -> Request:
    if found := ground.referred(field, place):
        target, named = found
        return _condition_of("ONE_OF_RANGE", reference(target, target.columns[named.key]))
    if check["validate"] == "list":
        return _condition_of("ONE_OF_LIST", *check["source"])
    if check["validate"] == "date":
        return {"type": "DATE_IS_VALID"}
    bounds = [check[key] for key in ("value", "minimum", "maximum") if key in check]
    return _condition_of(_COMPARISONS[check["criteria"]], *(f"{bound:.15g}" for bound in bounds))


def _condition_of(kind: str, *values: str) -> Request:
    return {"type": kind, "values": [{"userEnteredValue": value} for value in values]}


def reference(place: Place, column: int) -> str:
    """A column below its header, down to the end of the tab: Google keeps it right when either is renamed or moved.

    The API takes ranges in A1 notation only, and no named ones.
    """
    letters = column_letters(column)
    return f"={quoted_title(place.tab.title)}!${letters}${place.first + 1}:${letters}"


def rules(ground: Ground, *, repair: bool) -> Iterator[Request]:
    """The rules of columns that have none in any cell.

    Args:
        ground: what to go by.
        repair: whether `repair.repairs` sees to columns that have lost theirs.
    """
    for place in ground.places.values():
        for field, column in place.fields:
            rule = rule_of(field, place, ground)
            if rule and bare(place, column) and not (repair and lost(place, column, rule)):
                yield set_rule(place, column, (place.first, place.tab.rows), rule)
            elif rule is None and field.key in place.added and _inherits(place):
                where = area(place.tab.id, (place.first, place.tab.rows), (column, column + 1))
                yield {"setDataValidation": {"range": where, "filteredRowsIncluded": True}}


def _inherits(place: Place) -> bool:
    """Whether columns that are inserted get rules from the one to their right."""
    rows, end = range(len(place.grid.cells)), place.inserted[1] if place.inserted else None
    return end is not None and any(place.grid.rule(row, end) for row in rows)


def lost(place: Place, column: int, rule: Json) -> bool:
    """Whether a column had a drop-down before and has none any more."""
    return bool(place.tied(column)) and rule["condition"]["type"] in DROP_DOWNS


def set_rule(place: Place, column: int, rows: tuple[int, int], rule: Json) -> Request:
    """The request that gives cells of a column their rule."""
    where = area(place.tab.id, rows, (column, column + 1))
    # Google leaves out rows that somebody has filtered away unless told not to.
    return {"setDataValidation": {"range": where, "rule": dict(rule), "filteredRowsIncluded": True}}


def bare(place: Place, column: int) -> bool:
    """Whether no cell of a column has a rule, and rules may be set at all."""
    grid = place.grid
    return not grid.in_table(column) and all(
        grid.rule(row, column) is None for row in range(place.first, len(grid.cells))
    )


def same(one: Json, other: Json, sheet: Spreadsheet) -> bool:
    """Whether two conditions offer the same: the same words in any order, or the same column wherever either begins."""
    if one["type"] != other["type"]:
        return False
    first, second = ([value.get("userEnteredValue", "") for value in it.get("values", ())] for it in (one, other))
    if one["type"] == "ONE_OF_RANGE":
        return _column(first[0], sheet) == _column(second[0], sheet)
    return sorted(first) == sorted(second)


def _column(text: str, sheet: Spreadsheet) -> tuple[str, ...]:
    """The tab and the columns of a range; the text itself where it is no such range."""
    for named in sheet.raw.get("namedRanges", ()):
        if text.removeprefix("=") == named["name"]:
            return _columns_of(named["range"], sheet)
    found = _RANGE.fullmatch(text)
    if not found:
        return (text,)
    title = (found[1] or "").replace("''", "'") or found[2]
    return title, found[3], found[5]


def _columns_of(place: Json, sheet: Spreadsheet) -> tuple[str, ...]:
    title = next((tab.title for tab in sheet.tabs if tab.id == place.get("sheetId", 0)), "")
    start = place.get("startColumnIndex", 0)
    return title, column_letters(start), column_letters(place.get("endColumnIndex", start + 1) - 1)
