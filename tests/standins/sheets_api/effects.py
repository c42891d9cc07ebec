"""The format that takes effect in a cell: usual format, banding, its own, conditional formats."""

from __future__ import annotations

from typing import Any, Final

from . import a1
from .book import Book, Json, Tab
from .conditions import holds
from .formats import number_format_of
from .formula_values import FormulaFault

_COLOURS: Final = ("backgroundColor", "backgroundColorStyle")


Known = dict[Any, tuple[Any, ...]]


def effective_format(book: Book, tab: Tab, row: int, column: int, value: Any, known: Known) -> Json:
    """The format of a cell with all that bears on it; `known` keeps what cells have in common."""
    cell = tab.get(row, column)
    own, banded = cell.get("userEnteredFormat"), band(tab, row, column)
    number_format = number_format_of(book, tab, cell)
    side = _side(value)
    key = (id(own), id(number_format), side, repr(banded))
    if key not in known:
        known[key] = (_laid_out(book, own or {}, banded, number_format, side), own, number_format)
    made: Json = known[key][0]
    for rule in reversed(tab.conditional_formats):
        if "booleanRule" in rule and _applies(book, tab, rule, row, column):
            made = laid(made, rule["booleanRule"].get("format", {}))
    return made


def _side(value: Any) -> str:
    if value is None:
        return ""
    return "LEFT" if isinstance(value, str) else "CENTER" if isinstance(value, bool | FormulaFault) else "RIGHT"


def _laid_out(book: Book, own: Json, banded: Json, number_format: Json | None, side: str) -> Json:
    made = laid(laid(book.properties["defaultFormat"], banded), own)
    if number_format:
        made["numberFormat"] = number_format
    if side and "horizontalAlignment" not in own:
        made["horizontalAlignment"] = side
    made.setdefault("hyperlinkDisplayType", "PLAIN_TEXT")
    return made


def laid(below: Json, above: Json) -> Json:
    """One format over another."""
    made = dict(below)
    for name, item in above.items():
        old = made.get(name)
        whole = name.endswith(("Color", "ColorStyle")) or not isinstance(item, dict) or not isinstance(old, dict)
        made[name] = item if whole else laid(old, item)
    return made


def band(tab: Tab, row: int, column: int) -> Json:
    """The background that alternating colours give a cell."""
    for banded in tab.banded.values():
        place = a1.area(banded["range"])
        if not place.covers(row, column):
            continue
        if "rowProperties" in banded:
            last = place.within(tab).bottom
            return _banded(banded["rowProperties"], row - place.top, row == (last or 0) - 1)
        last = place.within(tab).right
        return _banded(banded["columnProperties"], column - place.left, column == (last or 0) - 1)
    return {}


def _banded(colours: Json, index: int, last: bool) -> Json:  # noqa: FBT001
    header = "headerColor" in colours or "headerColorStyle" in colours
    if header and index == 0:
        name = "headerColor"
    elif last and ("footerColor" in colours or "footerColorStyle" in colours):
        name = "footerColor"
    else:
        name = "firstBandColor" if (index - header) % 2 == 0 else "secondBandColor"
    pairs = zip(_COLOURS, (name, name + "Style"), strict=True)
    return {key: colours[source] for key, source in pairs if source in colours}


def _applies(book: Book, tab: Tab, rule: Json, row: int, column: int) -> bool:
    places = [a1.area(item) for item in rule["ranges"]]
    if not any(place.covers(row, column) for place in places):
        return False
    corner = min(place.top for place in places), min(place.left for place in places)
    return holds(book, tab, rule["booleanRule"]["condition"], row, column, corner)
