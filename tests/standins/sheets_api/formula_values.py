"""Values inside formulas: numbers, texts, truth values, ranges and errors, and how one is taken for another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from .entry import moment, number
from .shown import general

SHOWN: Final = {
    "DIVIDE_BY_ZERO": "#DIV/0!",
    "REF": "#REF!",
    "NAME": "#NAME?",
    "VALUE": "#VALUE!",
    "N_A": "#N/A",
    "NUM": "#NUM!",
    "NULL_VALUE": "#NULL!",
    "ERROR": "#ERROR!",
}


class FormulaFault(Exception):  # noqa: N818 - a value of its own
    """An error as a cell's value.

    Attributes:
        kind: Google's ErrorType.
        message: Google's sentence.
    """

    def __init__(self, kind: str, message: str = "") -> None:
        super().__init__(message)
        self.kind, self.message = kind, message

    @classmethod
    def of(cls, text: str) -> FormulaFault:
        """The error that a text such as `#N/A` names."""
        return cls(next((kind for kind, shown in SHOWN.items() if shown == text), "ERROR"))

    @property
    def shown(self) -> str:
        """What the cell shows, `#REF!` and so on."""
        return SHOWN.get(self.kind, "#ERROR!")


class Table:
    """A rectangle of values; of a sheet, with its place, if a reference named it.

    Attributes:
        rows: values row by row; trailing empty rows may be missing.
        tab: the sheet, None for values made by a formula.
        area: where on it.
    """

    def __init__(self, rows: list[list[Any]], tab: Any = None, area: Any = None) -> None:
        self.rows, self.tab, self.area = rows, tab, area

    @property
    def many(self) -> bool:
        """Whether it is more than one value."""
        return len(self.rows) != 1 or len(self.rows[0]) != 1


def single(value: Any) -> Any:
    """One value; of a rectangle its first.

    Raises:
        FormulaFault: if the value is an error.
    """
    if isinstance(value, Table):
        value = value.rows[0][0] if value.rows and value.rows[0] else None
    if isinstance(value, FormulaFault):
        raise value
    return value


def flat(arguments: tuple[Any, ...]) -> Iterator[tuple[Any, bool]]:
    """Every value of the arguments, and whether it came out of a range."""
    for argument in arguments:
        if isinstance(argument, Table):
            inside = argument.tab is not None
            for row in argument.rows:
                for value in row:
                    yield value, inside
        else:
            yield argument, False


def as_number(value: Any) -> float:
    """A value taken for a number."""
    value = single(value)
    if value is None or value == "":
        if value == "":
            raise FormulaFault("VALUE", "'' is a text and cannot be coerced to a number.")
        return 0
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int | float):
        return value
    found = number(value.strip(), "en_US") or moment(value.strip(), "en_US")
    if found is None:
        raise FormulaFault("VALUE", f"'{value}' is a text and cannot be coerced to a number.")
    return found[0]


def as_text(value: Any) -> str:
    """A value taken for a text."""
    value = single(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return value if isinstance(value, str) else general(value)


def as_truth(value: Any) -> bool:
    """A value taken for true or false."""
    value = single(value)
    if isinstance(value, str):
        if value.upper() in {"TRUE", "FALSE"}:
            return value.upper() == "TRUE"
        raise FormulaFault("VALUE", f"'{value}' is a text and cannot be coerced to a boolean.")
    return bool(value)


def compare(sign: str, one: Any, two: Any) -> bool:
    """Two values compared as a spreadsheet does: numbers before texts before truth values, letters of either case alike."""
    left, right = _rank(one, two), _rank(two, one)
    return {
        "=": left == right,
        "<>": left != right,
        "<": left < right,
        ">": left > right,
        "<=": left <= right,
        ">=": left >= right,
    }[sign]


def _rank(value: Any, other: Any) -> tuple[int, Any]:
    if value is None:
        value = "" if isinstance(other, str) else False if isinstance(other, bool) else 0
    if isinstance(value, bool):
        return 2, value
    if isinstance(value, str):
        return 1, value.casefold()
    return 0, value
