"""Formats of cells: colours as Google keeps them, and the format that takes effect."""

from __future__ import annotations

import struct
from functools import lru_cache
from typing import Any, Final

from . import a1, masks
from .book import Book, Cell, Tab
from .errors import ApiError
from .grammar import FormulaError, read

Json = dict[str, Any]
_COLOURS: Final = ("red", "green", "blue")
_WHOLE: Final = 255


def kept(value: Any) -> Any:
    """A value as Google keeps it: colours in steps of a byte, each with its ColorStyle; what is not specified left out."""
    if isinstance(value, list):
        return [kept(item) for item in value]
    if not isinstance(value, dict):
        return value
    made = {}
    for name, item in value.items():
        if item is None or (isinstance(item, str) and item.endswith("_UNSPECIFIED")):
            continue
        if _is_colour(name, item):
            made[name] = colour(item)
        else:
            made[name] = kept(item)
    return _paired(made)


def _is_colour(name: str, item: Any) -> bool:
    named = name.endswith("Color") or name == "color"
    return named and isinstance(item, dict) and not item.keys() - {*_COLOURS, "alpha"}


def colour(value: Json) -> Json:
    """A colour in steps of 1/255, parts of nothing left out."""
    parts = {name: round(max(0.0, min(1.0, value.get(name) or 0)) * _WHOLE) for name in _COLOURS}
    return {name: _short(part / _WHOLE) for name, part in parts.items() if part}


def _short(number: float) -> float:
    """The shortest number that is the same single-precision float."""
    if number in {0.0, 1.0}:
        return int(number)
    wanted = struct.pack("f", number)
    for digits in range(1, 10):
        short = float(f"{number:.{digits}g}")
        if struct.pack("f", short) == wanted:
            return short
    return number


def _paired(value: Json) -> Json:
    """A colour and its style named alike agree; the style wins."""
    for name in [name for name in value if name.endswith(("Color", "ColorStyle")) or name in {"color", "colorStyle"}]:
        plain = name.removesuffix("Style")
        style = value.get(plain + "Style")
        if style and "rgbColor" in style:
            value[plain] = style["rgbColor"]
        elif style is None and isinstance(value.get(plain), dict) and not value[plain].keys() & {"rgbColor"}:
            value[plain + "Style"] = {"rgbColor": value[plain]}
    return value


def number_format_of(book: Book, tab: Tab, cell: Cell) -> Json | None:
    """The number format in effect: the cell's own, else for a formula the one of the first cell it names."""
    entered = cell.get("userEnteredFormat", {}).get("numberFormat")
    if entered:
        return entered
    formula = cell.get("userEnteredValue", {}).get("formulaValue")
    return _inherited(book, tab, formula, 0) if formula else None


def _inherited(book: Book, tab: Tab, formula: str, depth: int) -> Json | None:
    try:
        tree = read(formula)
    except FormulaError:
        return None
    if tree[0] == "call" and tree[1] in {"TODAY", "DATE"}:
        return {"type": "DATE", "pattern": "yyyy/m/d" if book.locale.startswith("zh") else "M/d/yyyy"}
    if tree[0] == "call" and tree[1] in {"SUM", "AVERAGE", "MIN", "MAX"} and tree[2]:
        tree = tree[2][0]
    while tree[0] == "binary" and tree[1] in {"+", "-"}:
        tree = tree[2]
    if tree[0] != "reference" or depth > 8:
        return None
    sheet, _, cells = tree[1].rpartition("!")
    notation = f"{sheet or a1.quoted(tab.title)}!{cells.replace('$', '')}"
    try:
        place = a1.parse(book, notation)
    except ApiError:
        return None
    source = book.sheet(place.sheet_id) or tab
    cell = source.get(place.top, place.left)
    own = cell.get("userEnteredFormat", {}).get("numberFormat")
    below = cell.get("userEnteredValue", {}).get("formulaValue")
    return own or (_inherited(book, source, below, depth + 1) if below else None)


@lru_cache(maxsize=512)
def with_pairs(fields: str) -> str:
    """An update mask that names a colour's style wherever it names the colour, and the other way round."""
    return mask_text(_pair_tree(masks.parse(fields)))


def _pair_tree(tree: masks.Tree) -> masks.Tree:
    made = {name: _pair_tree(below) for name, below in tree.items()}
    for name in tree:
        if name.endswith("Color") or name == "color":
            made.setdefault(name + "Style", {})
        elif name.endswith("ColorStyle") or name == "colorStyle":
            made.setdefault(name.removesuffix("Style"), {})
    return made


def mask_text(tree: masks.Tree) -> str:
    """The text of a mask."""
    return ",".join(name + (f"({mask_text(below)})" if below else "") for name, below in tree.items())
