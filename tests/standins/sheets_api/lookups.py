"""The functions of formulas that look values up or pick those that meet a condition."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Any

from .a1 import letters, quoted
from .entry import number
from .formula_values import FormulaFault, Table, as_number, as_text, as_truth, compare, flat, single
from .grammar import FormulaError, read

_WILD: re.Pattern[str] = re.compile(r"~([~*?])|([*?])|(.)", re.DOTALL)


def wildcard(text: str) -> re.Pattern[str]:
    """A pattern for text in which * is anything, ? one sign, and ~ takes their meaning away."""
    signs = {"*": ".*", "?": "."}
    parts = (
        signs[sign] if sign else re.escape(plain or other) for plain, sign, other in _WILD.findall(text.casefold())
    )
    return re.compile("".join(parts), re.DOTALL)


def criterion(text: Any) -> Any:
    """A test made of COUNTIF's condition, such as `>5` or `a*`."""
    if not isinstance(text, str):
        return lambda value: value == text and isinstance(value, bool) == isinstance(text, bool)
    match = re.match(r"(<>|<=|>=|=|<|>)?(.*)", text, re.DOTALL)
    sign, rest = (match[1] or "=", match[2]) if match else ("=", text)
    parsed = number(rest, "en_US")
    if parsed is not None:
        return lambda value: (
            compare(sign, value, parsed[0])
            if isinstance(value, int | float) and not isinstance(value, bool)
            else sign == "<>"
        )
    pattern = wildcard(rest)

    def matches(value: Any) -> bool:
        same = bool(pattern.fullmatch("" if value is None else as_text(value).casefold()))
        return (
            same
            if sign == "="
            else not same
            if sign == "<>"
            else (isinstance(value, str) and bool(compare(sign, value, rest)))
        )

    return matches


def address(_: Any, row: Any, column: Any, mode: Any = 1, a1: Any = True, sheet: Any = None) -> str:  # noqa: FBT002
    """ADDRESS: the name of a cell, absolute (1), row alone absolute (2), column alone (3), relative (4)."""
    line, place, kind = (int(as_number(single(part))) for part in (row, column, mode))
    if line < 1 or place < 1 or kind not in {1, 2, 3, 4} or not single(a1):
        raise FormulaFault("VALUE", "An argument of ADDRESS is out of range.")
    cell = f"{'$' if kind in {1, 3} else ''}{letters(place - 1)}{'$' if kind in {1, 2} else ''}{line}"
    return cell if sheet is None else f"{quoted(as_text(single(sheet)))}!{cell}"


def criteria(pairs: tuple[Any, ...]) -> list[tuple[int, int]]:
    """The places, row and column, where every range meets its condition."""
    matched: set[tuple[int, int]] | None = None
    for table, condition in zip(pairs[::2], pairs[1::2], strict=True):
        test = criterion(single(condition))
        table = table if isinstance(table, Table) else Table([[table]])  # noqa: PLW2901
        found = {
            (row, column) for row, line in enumerate(table.rows) for column, value in enumerate(line) if test(value)
        }
        matched = found if matched is None else matched & found
    return sorted(matched or ())


def countifs(_: Any, *pairs: Any) -> int:
    """COUNTIFS and COUNTIF."""
    return len(criteria(pairs))


def picked(table: Any, places: list[tuple[int, int]]) -> list[float]:
    """The numbers at places of a range."""
    rows = table.rows if isinstance(table, Table) else [[table]]
    values = [rows[row][column] for row, column in places if row < len(rows) and column < len(rows[row])]
    return [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]


def sumif(_: Any, table: Any, condition: Any, sums: Any = None) -> float:
    """SUMIF."""
    return total(picked(table if sums is None else sums, criteria((table, condition))))


def match(_: Any, wanted: Any, table: Any, kind: Any = 1) -> int:
    """MATCH."""
    wanted, values = single(wanted), [value for value, _inside in flat((table,))]
    way = as_number(kind)
    if way == 0:
        pattern = wildcard(wanted) if isinstance(wanted, str) else None
        places = [index for index, value in enumerate(values) if value is not None and _same(value, wanted, pattern)]
    else:
        sign = "<=" if way > 0 else ">="
        places = [index for index, value in enumerate(values) if value is not None and compare(sign, value, wanted)][
            -1:
        ]
    if not places:
        raise FormulaFault("N_A", f"Did not find value '{as_text(wanted)}' in MATCH evaluation.")
    return places[0] + 1


def _same(value: Any, wanted: Any, pattern: re.Pattern[str] | None) -> bool:
    """Whether a value is the one looked for; text may hold wildcards."""
    if pattern and isinstance(value, str):
        return bool(pattern.fullmatch(value.casefold()))
    return bool(compare("=", value, wanted))


def vlookup(run: Any, wanted: Any, table: Table, column: Any, sorted_too: Any = True) -> Any:  # noqa: FBT002
    firsts = Table([[row[0]] for row in table.rows])
    try:
        found = match(run, wanted, firsts, 1 if as_truth(sorted_too) else 0)
    except FormulaFault:
        raise FormulaFault("N_A", f"Did not find value '{as_text(wanted)}' in VLOOKUP evaluation.") from None
    row, index = table.rows[found - 1], int(as_number(column))
    if not 1 <= index <= len(row):
        raise FormulaFault("REF", "VLOOKUP evaluates to an out of bounds range.")
    return row[index - 1]


def index(_: Any, table: Any, row: Any = 1, column: Any = 1) -> Any:
    """INDEX."""
    rows = table.rows if isinstance(table, Table) else [[table]]
    down, across = int(as_number(row) or 1), int(as_number(column) or 1)
    if len(rows) == 1 and across == 1 and down > 1:
        down, across = 1, down
    try:
        return rows[down - 1][across - 1]
    except IndexError:
        return None


def indirect(run: Any, text: Any, _style: Any = True) -> Any:  # noqa: FBT002
    wanted = as_text(text)
    try:
        return run.node(read("=" + wanted))
    except FormulaError:
        raise FormulaFault("REF", f"Function INDIRECT parameter 1 value is '{wanted}'.") from None


def sumifs(_: Any, sums: Any, *pairs: Any) -> float:
    """SUMIFS."""
    return total(picked(sums, criteria(pairs)))


def total(numbers: Iterable[float]) -> float:
    """A sum, of whole numbers a whole one."""
    numbers = list(numbers)
    return sum(numbers) if all(isinstance(item, int) for item in numbers) else math.fsum(numbers)
