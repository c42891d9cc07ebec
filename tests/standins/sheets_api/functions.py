"""The functions that formulas may use."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal
from typing import Any, Final

from .dates import DAY_SECONDS, EPOCH
from .dates import moment as moment_of
from .entry import whole
from .formula_values import FormulaFault, Table, as_number, as_text, as_truth, flat, single
from .lookups import address, countifs, index, indirect, match, sumif, sumifs, total, vlookup
from .shown import shown

Function = Callable[..., Any]
ANY: Final = 255


def _numbers(arguments: tuple[Any, ...]) -> list[float]:
    found = []
    for value, inside in flat(arguments):
        if isinstance(value, FormulaFault):
            raise value
        if inside:
            if isinstance(value, int | float) and not isinstance(value, bool):
                found.append(value)
        elif value is not None:
            found.append(as_number(value))
    return found


def _average(_: Any, *arguments: Any) -> float:
    numbers = _numbers(arguments)
    if not numbers:
        raise FormulaFault("DIVIDE_BY_ZERO", "Evaluation of function AVERAGE caused a divide by zero error.")
    return whole(total(numbers) / len(numbers))


def _count(_: Any, *arguments: Any) -> int:
    return sum(
        1 for value, _inside in flat(arguments) if isinstance(value, int | float) and not isinstance(value, bool)
    )


def _round(way: str) -> Function:
    def rounded(_: Any, value: Any, places: Any = 0) -> float:
        digits = int(as_number(places))
        number = Decimal(repr(float(as_number(value))))
        return whole(float(number.quantize(Decimal(1).scaleb(-digits), rounding=way)))

    return rounded


def _if(run: Any, arguments: tuple[Any, ...]) -> Any:
    _need(arguments, "IF", 2, 3)
    if as_truth(run.node(arguments[0])):
        return run.node(arguments[1])
    return run.node(arguments[2]) if len(arguments) > 2 else False


def _need(arguments: tuple[Any, ...], name: str, least: int, most: int) -> None:
    if not least <= len(arguments) <= most:
        raise FormulaFault("N_A", f"Wrong number of arguments to {name}. Got {len(arguments)}.")


def _iferror(run: Any, arguments: tuple[Any, ...]) -> Any:
    _need(arguments, "IFERROR", 1, 2)
    try:
        return single(run.node(arguments[0]))
    except FormulaFault:
        return run.node(arguments[1]) if len(arguments) > 1 else ""


def _is_error(run: Any, arguments: tuple[Any, ...]) -> bool:
    try:
        single(run.node(arguments[0]))
    except FormulaFault:
        return True
    return False


def _is_na(run: Any, arguments: tuple[Any, ...]) -> bool:
    try:
        single(run.node(arguments[0]))
    except FormulaFault as fault:
        return fault.kind == "N_A"
    return False


_TYPES: Final = ("NULL_VALUE", "DIVIDE_BY_ZERO", "VALUE", "REF", "NAME", "NUM", "N_A", "ERROR")


def _error_type(run: Any, arguments: tuple[Any, ...]) -> int:
    try:
        single(run.node(arguments[0]))
    except FormulaFault as fault:
        return _TYPES.index(fault.kind) + 1 if fault.kind in _TYPES else len(_TYPES)
    raise FormulaFault("N_A", "ERROR.TYPE is given no error.")


def _choose(run: Any, arguments: tuple[Any, ...]) -> Any:
    place = int(as_number(single(run.node(arguments[0]))))
    if not 1 <= place < len(arguments):
        raise FormulaFault("NUM", "CHOOSE has no such choice.")
    return run.node(arguments[place])


def _place(run: Any, arguments: tuple[Any, ...], *, row: bool) -> int:
    if not arguments:
        return (run.row if row else run.column) + 1
    area = run.node(arguments[0]).area
    return (area.top if row else area.left) + 1


def _hyperlink(_: Any, url: Any, label: Any = None) -> Any:
    return as_text(url) if label is None else single(label)


def _date(_: Any, year: Any, month: Any, day: Any) -> int:
    months = int(as_number(year)) * 12 + int(as_number(month)) - 1
    first = datetime(months // 12, months % 12 + 1, 1)  # noqa: DTZ001
    return (first - EPOCH).days + int(as_number(day)) - 1


def _part(name: str) -> Function:
    def part(_: Any, value: Any) -> int:
        when = moment_of(as_number(value))
        if when is None:
            raise FormulaFault("NUM", "Result was not a number.")
        return getattr(when, name)

    return part


def _today(_: Any) -> int:
    return (datetime.now(UTC).replace(tzinfo=None) - EPOCH).days


def _now(_: Any) -> float:
    return (datetime.now(UTC).replace(tzinfo=None) - EPOCH).total_seconds() / DAY_SECONDS


def _text(run: Any, value: Any, pattern: Any) -> str:
    value, pattern = single(value), as_text(pattern)
    return shown(0 if value is None else value, {"type": "NUMBER", "pattern": pattern}, run.book.locale)


def _mid(_: Any, value: Any, start: Any, length: Any) -> str:
    first = int(as_number(start)) - 1
    return as_text(value)[first : first + int(as_number(length))]


def _substitute(_: Any, value: Any, old: Any, new: Any) -> str:
    return as_text(value).replace(as_text(old), as_text(new))


def _find(_: Any, what: Any, value: Any, start: Any = 1) -> int:
    place = as_text(value).find(as_text(what), int(as_number(start)) - 1)
    if place < 0:
        raise FormulaFault("VALUE", f"Function FIND parameter 1 value '{as_text(what)}' cannot be found.")
    return place + 1


def _join(_: Any, delimiter: Any, *arguments: Any) -> str:
    return as_text(delimiter).join(as_text(value) for value, _inside in flat(arguments) if value is not None)


def _text_join(_: Any, delimiter: Any, skip: Any, *arguments: Any) -> str:
    texts = [as_text(value) for value, _inside in flat(arguments)]
    return as_text(delimiter).join(text for text in texts if text or not as_truth(skip))


def _product(_: Any, *tables: Table) -> float:
    rows = [[value for value, _inside in flat((table,))] for table in tables]
    return total(
        math.prod(as_number(v) if not isinstance(v, str) else 0 for v in values) for values in zip(*rows, strict=False)
    )


def _na(_: Any) -> Any:
    raise FormulaFault("N_A", "")


def _mod(_: Any, value: Any, by: Any) -> float:
    if as_number(by) == 0:
        raise FormulaFault("DIVIDE_BY_ZERO", "Function MOD parameter 2 cannot be zero.")
    return as_number(value) % as_number(by)


def _extreme(pick: Function) -> Function:
    return lambda _, *arguments: pick(_numbers(arguments), default=0)


def _kind(*kinds: type, blank: bool = False) -> Function:
    def test(_: Any, value: Any) -> bool:
        value = value.rows[0][0] if isinstance(value, Table) and value.rows else value
        if blank:
            return value is None or (isinstance(value, Table) and not value.rows)
        return isinstance(value, kinds) and (bool in kinds or not isinstance(value, bool))

    return test


LAZY: Final[dict[str, Function]] = {
    "IF": _if,
    "IFERROR": _iferror,
    "IFNA": _iferror,
    "ISERROR": _is_error,
    "ISNA": _is_na,
    "ERROR.TYPE": _error_type,
    "CHOOSE": _choose,
    "ROW": lambda run, arguments: _place(run, arguments, row=True),
    "COLUMN": lambda run, arguments: _place(run, arguments, row=False),
}

FUNCTIONS: Final[dict[str, tuple[Function, int, int]]] = {
    "SUM": (lambda _, *a: total(_numbers(a)), 1, ANY),
    "AVERAGE": (_average, 1, ANY),
    "MIN": (_extreme(min), 1, ANY),
    "MAX": (_extreme(max), 1, ANY),
    "COUNT": (_count, 1, ANY),
    "COUNTA": (lambda _, *a: sum(1 for value, _i in flat(a) if value is not None), 1, ANY),
    "COUNTBLANK": (lambda _, *a: sum(1 for value, _i in flat(a) if value in {None, ""}), 1, ANY),
    "COUNTIF": (countifs, 2, 2),
    "COUNTIFS": (countifs, 2, ANY),
    "SUMIF": (sumif, 2, 3),
    "SUMIFS": (sumifs, 3, ANY),
    "SUMPRODUCT": (_product, 1, ANY),
    "PRODUCT": (lambda _, *a: math.prod(_numbers(a)), 1, ANY),
    "ROUND": (_round(ROUND_HALF_UP), 1, 2),
    "ROUNDUP": (_round(ROUND_UP), 1, 2),
    "ROUNDDOWN": (_round(ROUND_DOWN), 1, 2),
    "INT": (lambda _, value: math.floor(as_number(value)), 1, 1),
    "ABS": (lambda _, value: abs(as_number(value)), 1, 1),
    "SQRT": (lambda _, value: math.sqrt(as_number(value)), 1, 1),
    "MOD": (_mod, 2, 2),
    "POWER": (lambda _, one, two: as_number(one) ** as_number(two), 2, 2),
    "AND": (lambda _, *a: all(as_truth(value) for value, _i in flat(a) if value is not None), 1, ANY),
    "OR": (lambda _, *a: any(as_truth(value) for value, _i in flat(a) if value is not None), 1, ANY),
    "NOT": (lambda _, value: not as_truth(value), 1, 1),
    "TRUE": (lambda _: True, 0, 0),
    "FALSE": (lambda _: False, 0, 0),
    "NA": (_na, 0, 0),
    "CONCATENATE": (lambda _, *a: "".join(as_text(value) for value, _i in flat(a)), 1, ANY),
    "CONCAT": (lambda _, one, two: as_text(one) + as_text(two), 2, 2),
    "JOIN": (_join, 2, ANY),
    "TEXTJOIN": (_text_join, 3, ANY),
    "INDIRECT": (indirect, 1, 2),
    "ADDRESS": (address, 2, 5),
    "N": (lambda _, value: as_number(value) if isinstance(single(value), bool | int | float) else 0, 1, 1),
    "HYPERLINK": (_hyperlink, 1, 2),
    "LEN": (lambda _, value: len(as_text(value)), 1, 1),
    "LEFT": (lambda _, value, length=1: as_text(value)[: int(as_number(length))], 1, 2),
    "RIGHT": (lambda _, v, n=1: as_text(v)[max(0, len(as_text(v)) - int(as_number(n))) :], 1, 2),
    "MID": (_mid, 3, 3),
    "UPPER": (lambda _, value: as_text(value).upper(), 1, 1),
    "LOWER": (lambda _, value: as_text(value).lower(), 1, 1),
    "TRIM": (lambda _, value: re.sub(r" +", " ", as_text(value).strip(" ")), 1, 1),
    "SUBSTITUTE": (_substitute, 3, 3),
    "FIND": (_find, 2, 3),
    "TEXT": (_text, 2, 2),
    "VALUE": (lambda _, value: as_number(value), 1, 1),
    "ISBLANK": (_kind(blank=True), 1, 1),
    "ISNUMBER": (_kind(int, float), 1, 1),
    "ISTEXT": (_kind(str), 1, 1),
    "ROWS": (lambda _, table: table.area.bottom - table.area.top, 1, 1),
    "COLUMNS": (lambda _, table: table.area.right - table.area.left, 1, 1),
    "MATCH": (match, 2, 3),
    "VLOOKUP": (vlookup, 3, 4),
    "INDEX": (index, 1, 3),
    "DATE": (_date, 3, 3),
    "YEAR": (_part("year"), 1, 1),
    "MONTH": (_part("month"), 1, 1),
    "DAY": (_part("day"), 1, 1),
    "TODAY": (_today, 0, 0),
    "NOW": (_now, 0, 0),
    "ARRAYFORMULA": (lambda _, table: table, 1, 1),
}
