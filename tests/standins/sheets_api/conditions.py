"""Whether a condition of a conditional format holds in a cell."""

from __future__ import annotations

from typing import Any, Final

from .book import Book, Json, Tab
from .entry import typed
from .formula_values import FormulaFault, compare
from .formulas import cell_value, formula_value
from .references import copied
from .shown import general

_SIGNS: Final = {
    "NUMBER_GREATER": ">",
    "NUMBER_GREATER_THAN_EQ": ">=",
    "NUMBER_LESS": "<",
    "NUMBER_LESS_THAN_EQ": "<=",
    "NUMBER_EQ": "=",
    "NUMBER_NOT_EQ": "<>",
    "DATE_EQ": "=",
    "DATE_NOT_EQ": "<>",
    "DATE_BEFORE": "<",
    "DATE_AFTER": ">",
    "DATE_ON_OR_BEFORE": "<=",
    "DATE_ON_OR_AFTER": ">=",
}


def holds(book: Book, tab: Tab, condition: Json, row: int, column: int, corner: tuple[int, int]) -> bool:
    """Whether it holds; formulas in it are as for the cell at `corner`."""
    value, kind = cell_value(book, tab, row, column), condition["type"]
    if isinstance(value, FormulaFault) and kind != "CUSTOM_FORMULA":
        return False
    if kind in {"BLANK", "NOT_BLANK"}:
        return (value is None or value == "") == (kind == "BLANK")
    operands = [_operand(book, tab, item, row, column, corner) for item in condition.get("values", ())]
    if any(isinstance(operand, FormulaFault) for operand in operands):
        return False
    if kind == "CUSTOM_FORMULA":
        return not isinstance(operands[0], str) and bool(operands[0])
    if kind.startswith("TEXT"):
        return _text(kind, "" if value is None else value if isinstance(value, str) else general(value), operands)
    return not isinstance(value, bool | str) and value is not None and _number(kind, value, operands)


def _number(kind: str, value: float, operands: list[Any]) -> bool:
    if kind in _SIGNS:
        return compare(_SIGNS[kind], value, operands[0])
    if not kind.endswith("BETWEEN"):
        return False
    inside = compare(">=", value, operands[0]) and compare("<=", value, operands[1])
    return inside != ("NOT" in kind)


def _operand(book: Book, tab: Tab, item: Json, row: int, column: int, corner: tuple[int, int]) -> Any:
    text = str(item.get("userEnteredValue", ""))
    if text.startswith("="):
        moved = copied(book, tab, text, row - corner[0], column - corner[1])
        found = formula_value(moved, book, tab, row, column)
        return "" if found is None else found
    entered = typed(text, book.locale).value or {}
    return next(iter(entered.values()), "")


def _text(kind: str, text: str, operands: list[Any]) -> bool:
    wanted = [
        general(item) if isinstance(item, int | float) and not isinstance(item, bool) else str(item)
        for item in operands
    ]
    own, first = text.casefold(), (wanted[0].casefold() if wanted else "")
    return {
        "TEXT_CONTAINS": first in own,
        "TEXT_NOT_CONTAINS": first not in own,
        "TEXT_STARTS_WITH": own.startswith(first),
        "TEXT_ENDS_WITH": own.endswith(first),
        "TEXT_EQ": own in [item.casefold() for item in wanted],
        "TEXT_NOT_EQ": own not in [item.casefold() for item in wanted],
        "TEXT_IS_EMAIL": "@" in own and "." in own,
        "TEXT_IS_URL": own.startswith(("http://", "https://")),
    }.get(kind, False)
