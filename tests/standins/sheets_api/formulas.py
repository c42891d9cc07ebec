"""Values of formulas, worked out when they are asked for and kept until the spreadsheet changes."""

from __future__ import annotations

import math
import operator
import re
from typing import Any, Final

from . import a1
from .book import Book, Tab
from .entry import whole
from .formula_values import FormulaFault, Table, as_number, as_text, compare, single
from .functions import FUNCTIONS, LAZY
from .grammar import SHEET, FormulaError, Node, read
from .shown import shown

_REFERENCE: Final = re.compile(rf"(?P<sheet>{SHEET})?(?P<cells>.+)", re.DOTALL)
_RUNNING: Final = object()
_UNKNOWN: Final = object()


def formula_value(formula: str, book: Book, tab: Tab, row: int, column: int) -> Any:
    """What a formula in a cell comes to: a number, text, truth value, an error, or None where it names an empty cell."""
    return Evaluation(book, tab, row, column).value(formula)


def cell_value(book: Book, tab: Tab, row: int, column: int) -> Any:
    """The effective value of a cell: a number, text, truth value, FormulaFault, or None if it is empty."""
    entered = tab.get(row, column).get("userEnteredValue")
    if not entered:
        return None
    if "formulaValue" not in entered:
        return plain(entered)
    if book.computed is None:
        book.computed = {}
    key = (tab.id, row, column)
    found = book.computed.get(key, _UNKNOWN)
    if found is _RUNNING:
        return FormulaFault("REF", "Circular dependency detected.")
    if found is _UNKNOWN:
        book.computed[key] = _RUNNING
        found = book.computed[key] = formula_value(entered["formulaValue"], book, tab, row, column)
    return found


def plain(entered: dict[str, Any]) -> Any:
    """The value in an ExtendedValue that is no formula."""
    for key, value in entered.items():
        if key == "errorValue":
            return FormulaFault(value.get("type", "ERROR"), value.get("message", ""))
        return value
    return None


def shown_text(book: Book, tab: Tab, row: int, column: int) -> str:
    """The text that a cell shows."""
    value = cell_value(book, tab, row, column)
    number_format = tab.get(row, column).get("userEnteredFormat", {}).get("numberFormat")
    return value.shown if isinstance(value, FormulaFault) else shown(value, number_format, book.locale)


class Evaluation:
    """One formula of one cell being worked out."""

    def __init__(self, book: Book, tab: Tab, row: int, column: int) -> None:
        self.book, self.tab, self.row, self.column = book, tab, row, column

    def value(self, formula: str) -> Any:
        """The value of a whole formula; None if it comes to an empty cell, which Google then shows as empty."""
        try:
            found = whole(single(self.node(read(formula))))
        except FormulaError:
            return FormulaFault("ERROR", "Formula parse error.")
        except FormulaFault as fault:
            return fault
        except RecursionError:
            return FormulaFault("REF", "Circular dependency detected.")
        except (OverflowError, ValueError, TypeError, ArithmeticError):
            return FormulaFault("NUM", "Result was not a number.")
        if isinstance(found, float) and not math.isfinite(found):
            return FormulaFault("NUM", "Result was not a number.")
        return found

    def node(self, node: Node) -> Any:
        """The value of a part; a Table where it is a range."""
        return getattr(self, "_" + node[0])(*node[1:])

    def _value(self, value: Any) -> Any:
        return value

    def _error(self, text: str) -> Any:
        raise FormulaFault.of(text)

    def _broken(self, _: str) -> Any:
        raise FormulaFault("REF", "Reference does not exist.")

    def _name(self, name: str) -> Any:
        for named in self.book.named_ranges.values():
            if named["name"].casefold() == name.casefold():
                return self._area(a1.area(named["range"]))
        raise FormulaFault("NAME", f"Unknown range name: '{name.upper()}'.")

    def _array(self, rows: tuple[tuple[Node, ...], ...]) -> Table:
        return Table([[single(self.node(cell)) for cell in row] for row in rows])

    def _reference(self, text: str) -> Any:
        match = _REFERENCE.fullmatch(text)
        tab = self.tab
        if match and match["sheet"]:
            title = match["sheet"][:-1]
            title = title[1:-1].replace("''", "'") if title.startswith("'") else title
            found = self.book.titled(title)
            if found is None:
                raise FormulaFault("REF", f"Unresolved sheet name '{title}'.")
            tab = found
        place = a1.parse(self.book, f"{a1.quoted(tab.title)}!{match['cells'].replace('$', '') if match else ''}")
        return self._area(place)

    def _area(self, place: a1.Area) -> Any:
        tab = self.book.sheet(place.sheet_id)
        if tab is None or place.starts_outside(tab):
            raise FormulaFault("REF", "Reference does not exist.")
        area = place.within(tab)
        top, left, bottom, right = area.top, area.left, area.bottom or 0, area.right or 0
        if bottom - top == 1 and right - left == 1:
            return Table([[cell_value(self.book, tab, top, left)]], tab, area)
        last = max((row for row in tab.cells if row < bottom and tab.cells[row]), default=top - 1)
        rows = [
            [cell_value(self.book, tab, row, column) for column in range(left, right)]
            for row in range(top, min(bottom, last + 1))
        ]
        return Table(rows, tab, area)

    def _unary(self, sign: str, operand: Node) -> Any:
        value = single(self.node(operand))
        return -as_number(value) if sign == "-" else value

    def _binary(self, sign: str, left: Node, right: Node) -> Any:
        one, two = self.node(left), self.node(right)
        if (isinstance(one, Table) and one.many) or (isinstance(two, Table) and two.many):
            return _broadcast(sign, one, two)
        return _operate(sign, single(one), single(two))

    def _call(self, name: str, arguments: tuple[Node, ...]) -> Any:
        if name in LAZY:
            return LAZY[name](self, arguments)
        if name not in FUNCTIONS:
            raise FormulaFault("NAME", f"Unknown function: '{name}'.")
        function, least, most = FUNCTIONS[name]
        if not least <= len(arguments) <= most:
            raise FormulaFault("N_A", f"Wrong number of arguments to {name}. Got {len(arguments)}.")
        return function(self, *(self.node(argument) for argument in arguments))


def _broadcast(sign: str, one: Any, two: Any) -> Table:
    tables = [side for side in (one, two) if isinstance(side, Table)]
    height, width = max(len(t.rows) for t in tables), max((len(t.rows[0]) if t.rows else 0) for t in tables)

    def at(side: Any, row: int, column: int) -> Any:
        if not isinstance(side, Table):
            return side
        line = side.rows[row if len(side.rows) > 1 else 0] if side.rows else [None]
        return line[column if len(line) > 1 else 0]

    return Table(
        [
            [_operate(sign, at(one, row, column), at(two, row, column)) for column in range(width)]
            for row in range(height)
        ]
    )


def _operate(sign: str, one: Any, two: Any) -> Any:
    for side in (one, two):
        if isinstance(side, FormulaFault):
            raise side
    if sign == "&":
        return as_text(one) + as_text(two)
    if sign in {"=", "<>", "<", ">", "<=", ">="}:
        return compare(sign, one, two)
    return _reckon(sign, as_number(one), as_number(two))


def _reckon(sign: str, left: float, right: float) -> Any:
    if sign == "/":
        if right == 0:
            raise FormulaFault("DIVIDE_BY_ZERO", "Function DIVIDE parameter 2 cannot be zero.")
        return whole(left / right)
    reckon = {"+": operator.add, "-": operator.sub, "*": operator.mul, "^": operator.pow}[sign]
    result = whole(reckon(float(left), float(right)))
    if isinstance(result, complex):
        raise FormulaFault("NUM", "Result was not a number.")
    return result
