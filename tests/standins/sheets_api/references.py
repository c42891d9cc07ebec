"""References inside formulas and rules: what they become when cells move, are copied, or a sheet is renamed."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from . import a1
from .book import ROWS, Book, Tab
from .grammar import CELLS, SHEET

Json = dict[str, Any]
SpanMap = Callable[[tuple[int, int | None]], tuple[int, int | None] | None]
_IN_FORMULA: Final = re.compile(
    rf'"(?:[^"]|"")*"|(?P<sheet>(?<![\w.]){SHEET})?(?P<cells>(?<![\w.!$]){CELLS}|(?<=!){CELLS})'
)
_CORNER: Final = re.compile(r"(\$?)([A-Za-z]{0,3})(\$?)(\d*)")
Rewriting = Callable[[Tab, "Tab | None", str], str]


def rewrite(book: Book, sheet_id: int, change: Rewriting) -> None:
    """Rewrites the references in every formula of the spreadsheet that may name a sheet.

    Args:
        book: the spreadsheet.
        sheet_id: of the sheet whose cells change their places.
        change: given the formula's sheet, the sheet named (if any) and the cells, gives the cells anew.
    """
    changed = book.sheet(sheet_id)
    for tab in book.sheets:
        for row, column, cell in list(tab.filled()):
            entered = cell.get("userEnteredValue", {}).get("formulaValue")
            if entered and (tab is changed or "!" in entered):
                text = in_formula(book, tab, entered, change)
                if text != entered:
                    tab.put(row, column, {**cell, "userEnteredValue": {"formulaValue": text}})
            rule = cell.get("dataValidation")
            if rule and "values" in rule.get("condition", {}):
                new = _condition(book, tab, rule["condition"], change)
                if new is not rule["condition"]:
                    tab.put(row, column, {**tab.get(row, column), "dataValidation": {**rule, "condition": new}})
        tab.conditional_formats = [_rule(book, tab, rule, change) for rule in tab.conditional_formats]


def _rule(book: Book, tab: Tab, rule: Json, change: Rewriting) -> Json:
    condition = rule.get("booleanRule", {}).get("condition")
    if not condition:
        return rule
    return {**rule, "booleanRule": {**rule["booleanRule"], "condition": _condition(book, tab, condition, change)}}


def _condition(book: Book, tab: Tab, condition: Json, change: Rewriting) -> Json:
    values = [
        {**item, "userEnteredValue": in_formula(book, tab, item["userEnteredValue"], change)}
        if str(item.get("userEnteredValue", "")).startswith("=")
        else item
        for item in condition.get("values", ())
    ]
    return condition if values == condition.get("values", []) else {**condition, "values": values}


def in_formula(book: Book, home: Tab, formula: str, change: Rewriting) -> str:
    """A formula with each of its references changed."""

    def replaced(match: re.Match[str]) -> str:
        if match["cells"] is None:
            return match[0]
        sheet = None
        if match["sheet"]:
            title = match["sheet"][:-1]
            title = title[1:-1].replace("''", "'") if title.startswith("'") else title
            sheet = book.titled(title)
            if sheet is None:
                return match[0]
        return (match["sheet"] or "") + change(home, sheet, match["cells"])

    return _IN_FORMULA.sub(replaced, formula)


def renamed(book: Book, old: str, new: str) -> None:
    """Formulas and rules follow a sheet's new title; called before the sheet has it."""
    _retitled(book, old, lambda cells: a1.quoted(new) + "!" + cells)


def dropped(book: Book, title: str) -> None:
    """Formulas and rules that name a sheet which goes away name nothing any more."""
    _retitled(book, title, lambda _: "#REF!")


def _retitled(book: Book, old: str, change: Callable[[str], str]) -> None:
    pattern = re.compile(rf'"(?:[^"]|"")*"|(?P<sheet>(?<![\w.]){SHEET})(?P<cells>{CELLS})')

    def replaced(match: re.Match[str]) -> str:
        if match["sheet"] is None:
            return match[0]
        name = match["sheet"][:-1]
        name = name[1:-1].replace("''", "'") if name.startswith("'") else name
        return change(match["cells"]) if name.casefold() == old.casefold() else match[0]

    for tab in book.sheets:
        for row, column, cell in list(tab.filled()):
            changed = _renamed_cell(cell, lambda text: pattern.sub(replaced, text))
            if changed is not cell:
                tab.put(row, column, changed)
        tab.conditional_formats = [
            _map_condition(rule, lambda text: pattern.sub(replaced, text)) for rule in tab.conditional_formats
        ]


def _renamed_cell(cell: Json, change: Callable[[str], str]) -> Json:
    made = cell
    formula = cell.get("userEnteredValue", {}).get("formulaValue")
    if formula and change(formula) != formula:
        made = {**made, "userEnteredValue": {"formulaValue": change(formula)}}
    if "dataValidation" in cell and "!" in str(cell["dataValidation"]):
        made = {**made, "dataValidation": _map_values(cell["dataValidation"], change)}
    return made


def _map_condition(rule: Json, change: Callable[[str], str]) -> Json:
    return {**rule, "booleanRule": _map_values(rule["booleanRule"], change)} if "booleanRule" in rule else rule


def _map_values(holder: Json, change: Callable[[str], str]) -> Json:
    condition = holder.get("condition", {})
    values = [
        {**item, "userEnteredValue": change(item["userEnteredValue"])} if "userEnteredValue" in item else item
        for item in condition.get("values", ())
    ]
    return {**holder, "condition": {**condition, "values": values}} if values else holder


def cells_after(cells: str, dimension: str, moved: SpanMap) -> str:
    """Cells in a formula after rows or columns moved; `#REF!` if they are gone."""
    first, colon, last = cells.partition(":")
    one, two = _CORNER.fullmatch(first), _CORNER.fullmatch(last if colon else first)
    if one is None or two is None:
        return cells
    start, end = _index(one, dimension), _index(two, dimension)
    if start is None:
        return cells
    span = moved((start, None if end is None else end + 1))
    if span is None:
        return "#REF!"
    text = _with_index(one, dimension, span[0])
    if not colon:
        return text
    return text + ":" + (last if span[1] is None else _with_index(two, dimension, span[1] - 1))


def _index(corner: re.Match[str], dimension: str) -> int | None:
    if dimension == ROWS:
        return int(corner[4]) - 1 if corner[4] else None
    return a1.column_index(corner[2]) if corner[2] else None


def _with_index(corner: re.Match[str], dimension: str, index: int) -> str:
    if dimension == ROWS:
        return f"{corner[1]}{corner[2]}{corner[3]}{index + 1}"
    return f"{corner[1]}{a1.letters(index)}{corner[3]}{corner[4]}"


def offset(cells: str, down: int, across: int) -> str:
    """References as copying a formula shifts them; what `$` holds stays."""
    out = []
    for part in cells.split(":"):
        corner = _CORNER.fullmatch(part)
        if corner is None:
            return cells
        column, row = corner[2], corner[4]
        fixed_row = corner[3] if column else corner[1]
        if column and not corner[1]:
            index = a1.column_index(column) + across
            if index < 0:
                return "#REF!"
            column = a1.letters(index)
        if row and not fixed_row:
            if int(row) + down < 1:
                return "#REF!"
            row = str(int(row) + down)
        out.append(f"{corner[1]}{column}{corner[3]}{row}")
    return ":".join(out)


def copied(book: Book, tab: Tab, formula: str, down: int, across: int) -> str:
    """A formula as copying its cell changes it."""
    return in_formula(book, tab, formula, lambda _home, _sheet, cells: offset(cells, down, across))
