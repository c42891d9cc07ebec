"""Validation, conditional formats and filters of an exported workbook."""

from __future__ import annotations

from typing import Any, Final

from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from . import a1
from .book import Book, Json, Tab
from .entry import typed
from .export_formats import colour, differential

_SIGNS: Final = {
    "GREATER": ">",
    "GREATER_THAN_EQ": ">=",
    "LESS": "<",
    "LESS_THAN_EQ": "<=",
    "EQ": "==",
    "NOT_EQ": "!=",
    "BETWEEN": "between",
    "NOT_BETWEEN": "not between",
    "BEFORE": "<",
    "AFTER": ">",
    "ON_OR_BEFORE": "<=",
    "ON_OR_AFTER": ">=",
}
_TEXTS: Final = {
    "TEXT_CONTAINS": "containing",
    "TEXT_NOT_CONTAINS": "not containing",
    "TEXT_STARTS_WITH": "begins with",
    "TEXT_ENDS_WITH": "ends with",
}
_LIST_LIMIT: Final = 255
_NOTE_LIMIT: Final = 250


def add_rules(made: Workbook, page: Worksheet, book: Book, tab: Tab, titles: dict[int, str]) -> None:
    """Writes a sheet's rules."""
    for key, places in _validated(tab).items():
        options = _validation(book, tab, key[1], titles)
        if options:
            for top, left, bottom, right in places:
                page.data_validation(top, left, bottom, right, dict(options))
    for rule in tab.conditional_formats:
        _conditional(made, page, book, tab, rule, titles)
    if tab.basic_filter:
        area = a1.area(tab.basic_filter["range"]).within(tab)
        page.autofilter(
            area.top, area.left, max((area.bottom or 1) - 1, area.top), max((area.right or 1) - 1, area.left)
        )


class _Key(tuple[str, Any]):
    """A rule that can be a key: alike where its text is."""

    __slots__ = ()

    def __hash__(self) -> int:
        return hash(self[0])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, tuple) and self[0] == other[0]


def _validated(tab: Tab) -> dict[_Key, list[tuple[int, int, int, int]]]:
    """Runs of cells down a column that have the same rule."""
    runs: dict[_Key, list[tuple[int, int, int, int]]] = {}
    cells = (
        sorted((c, r, cell["dataValidation"]) for r, c, cell in tab.filled() if "dataValidation" in cell)
        if tab.cells
        else []
    )
    last: tuple[_Key, int, int] | None = None
    for column, row, rule in cells:
        key = _Key((repr(rule), rule))
        places = runs.setdefault(key, [])
        if last == (key, column, row - 1) and places:
            top, left, _, right = places[-1]
            places[-1] = (top, left, row, right)
        else:
            places.append((row, column, row, column))
        last = (key, column, row)
    return runs


def _values(book: Book, tab: Tab, condition: Json, titles: dict[int, str]) -> list[Any]:
    from .export_workbook import excel_formula  # noqa: PLC0415 - the two need each other

    values = []
    for item in condition.get("values", ()):
        text = str(item.get("userEnteredValue", ""))
        if text.startswith("="):
            values.append(excel_formula(book, tab, text, titles))
        else:
            values.append(next(iter((typed(text, book.locale).value or {"": ""}).values())))
    return values


def _validation(book: Book, tab: Tab, rule: Json, titles: dict[int, str]) -> Json | None:
    condition = rule["condition"]
    kind, values = condition["type"], _values(book, tab, condition, titles)
    made: Json | None = None
    if kind == "ONE_OF_LIST":
        items = [str(item.get("userEnteredValue", "")) for item in condition["values"]]
        made = {"validate": "list", "source": items} if len(",".join(items)) <= _LIST_LIMIT else None
    elif kind == "ONE_OF_RANGE":
        made = {"validate": "list", "source": values[0]}
    elif kind == "BOOLEAN":
        made = {"validate": "list", "source": ["TRUE", "FALSE"]}
    elif kind == "CUSTOM_FORMULA":
        made = {"validate": "custom", "value": values[0]}
    elif kind.startswith(("NUMBER_", "DATE_")) and kind.partition("_")[2] in _SIGNS:
        made = {"validate": "decimal", "criteria": _SIGNS[kind.partition("_")[2]]}
        made |= {"minimum": values[0], "maximum": values[1]} if len(values) > 1 else {"value": values[0]}
    if made is None:
        return None
    made["error_type"] = "stop" if rule.get("strict") else "warning"
    made["dropdown"] = rule.get("showCustomUi", kind == "BOOLEAN")
    if rule.get("inputMessage"):
        made["input_message"] = rule["inputMessage"][:_NOTE_LIMIT]
    return made


def _conditional(made: Workbook, page: Worksheet, book: Book, tab: Tab, rule: Json, titles: dict[int, str]) -> None:
    places = [a1.area(item).within(tab) for item in rule["ranges"]]
    places = [place for place in places if not place.starts_outside(tab)]
    options = _scale(rule["gradientRule"]) if "gradientRule" in rule else _boolean(made, book, tab, rule, titles)
    if not options or not places:
        return
    if len(places) > 1:
        texts = [a1.text("", place).partition("!")[2] for place in places]
        options["multi_range"] = " ".join(texts)
    first = places[0]
    page.conditional_format(first.top, first.left, (first.bottom or 1) - 1, (first.right or 1) - 1, options)


def _boolean(made: Workbook, book: Book, tab: Tab, rule: Json, titles: dict[int, str]) -> Json | None:
    condition = rule["booleanRule"]["condition"]
    kind, values = condition["type"], _values(book, tab, condition, titles)
    options: Json | None = None
    if kind == "CUSTOM_FORMULA":
        options = {"type": "formula", "criteria": values[0]}
    elif kind in {"BLANK", "NOT_BLANK"}:
        options = {"type": "blanks" if kind == "BLANK" else "no_blanks"}
    elif kind in _TEXTS:
        options = {"type": "text", "criteria": _TEXTS[kind], "value": str(values[0])}
    elif kind == "TEXT_EQ":
        options = {"type": "cell", "criteria": "==", "value": '"' + str(values[0]).replace('"', '""') + '"'}
    elif kind.startswith(("NUMBER_", "DATE_")) and kind.partition("_")[2] in _SIGNS:
        options = {"type": "cell", "criteria": _SIGNS[kind.partition("_")[2]]}
        options |= {"minimum": values[0], "maximum": values[1]} if len(values) > 1 else {"value": values[0]}
    if options is None:
        return None
    return {**options, "format": differential(made, rule["booleanRule"].get("format", {})), "stop_if_true": False}


def _scale(gradient: Json) -> Json:
    names = ["minpoint", "midpoint", "maxpoint"] if "midpoint" in gradient else ["minpoint", "maxpoint"]
    made: Json = {"type": f"{len(names)}_color_scale"}
    for name in names:
        point, short = gradient[name], name[:3]
        made[f"{short}_color"] = colour(point.get("color", {}))
        kind = {"MIN": "min", "MAX": "max", "NUMBER": "num", "PERCENT": "percent", "PERCENTILE": "percentile"}[
            point["type"]
        ]
        made[f"{short}_type"] = kind
        if "value" in point:
            made[f"{short}_value"] = float(point["value"])
    return made
