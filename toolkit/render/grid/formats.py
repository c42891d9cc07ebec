"""Formats of XlsxWriter in the words of the Sheets API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

from toolkit.render.grid.book import Style
from toolkit.spreadsheet import Json

_SIDES: Final = ("top", "bottom", "left", "right")
_LINES: Final = {1: "SOLID", 2: "SOLID_MEDIUM", 5: "SOLID_THICK"}
_ACROSS: Final = {"left": "LEFT", "center": "CENTER", "right": "RIGHT"}
_DOWN: Final = {"top": "TOP", "vcenter": "MIDDLE", "bottom": "BOTTOM"}
_PADDING: Final = {"top": 2, "right": 3, "bottom": 2, "left": 3}
"""What Google leaves around a text; whoever changes one side has to say all four."""
_INDENT: Final = 7
"""Pixels of one step."""
_DEFAULT_SIZE: Final = 10
_WITHOUT: Final = frozenset({"font_name", "locked", "text_wrap", "shrink", "indent", "border", "border_color"})
"""Properties that have no place of their own. The type is left to the spreadsheet: ours is none of Google's, and beside
the sheets that people fill in theirs looks best."""


@cache
def cell_format(style: Style) -> Json:
    """The `CellFormat` of a format; parts that are Google's own defaults are left out.

    Raises:
        KeyError: a property has no counterpart that we know of.
    """
    properties = style.properties
    made: dict[str, Any] = {}
    for name, value in properties.items():
        if name in _PARTS:
            made.update(_PARTS[name](value))
        elif name not in _WITHOUT and name not in _TEXT and name.removesuffix("_color") not in _SIDES:
            raise KeyError(name)
    if text := text_format(style):
        made["textFormat"] = text
    if borders := _borders(properties):
        made["borders"] = borders
    if indent := properties.get("indent"):
        side = "right" if properties.get("align") == "right" else "left"
        made["padding"] = {**_PADDING, side: _PADDING[side] + _INDENT * int(str(indent))}
    if properties.get("text_wrap"):
        made["wrapStrategy"] = "WRAP"
    elif properties.get("shrink"):
        # Google shrinks nothing: what does not fit ends at the edge instead of covering the next cell.
        made["wrapStrategy"] = "CLIP"
    return made


@cache
def text_format(style: Style) -> Json:
    """The `TextFormat` of a format."""
    made: dict[str, Any] = {}
    for name, value in style.properties.items():
        if name in _TEXT:
            made.update(_TEXT[name](value))
    return made


def colour(code: str) -> Json:
    """A `ColorStyle` of a code such as `#0b6b5d`."""
    red, green, blue = (round(int(code[place : place + 2], 16) / 255, 3) for place in (1, 3, 5))
    return {"rgbColor": {"red": red, "green": green, "blue": blue}}


def number_format(pattern: str) -> Json:
    """A `NumberFormat`; none for Excel's `General`."""
    if pattern == "General":
        return {}
    kind = "NUMBER"
    if pattern == "@":
        kind = "TEXT"
    elif "%" in pattern:
        kind = "PERCENT"
    elif "yy" in pattern:
        kind = "DATE"
    return {"type": kind, "pattern": pattern}


def _borders(properties: Mapping[str, Any]) -> Json:
    made = {}
    for side in _SIDES:
        if weight := properties.get(side, properties.get("border", 0)):
            shade = properties.get(f"{side}_color", properties.get("border_color", "#000000"))
            made[side] = {"style": _LINES[weight], "colorStyle": colour(shade)}
    return made


def _pattern(value: str) -> Json:
    form = number_format(value)
    return {"numberFormat": form} if form else {}


_PARTS: Final[Mapping[str, Callable[[Any], Json]]] = {
    "bg_color": lambda value: {"backgroundColorStyle": colour(value)},
    "align": lambda value: {"horizontalAlignment": _ACROSS[value]},
    "valign": lambda value: {"verticalAlignment": _DOWN[value]},
    "num_format": _pattern,
}
_TEXT: Final[Mapping[str, Callable[[Any], Json]]] = {
    "font_color": lambda value: {"foregroundColorStyle": colour(value)},
    "font_size": lambda value: {} if value == _DEFAULT_SIZE else {"fontSize": int(value)},
    "bold": lambda value: {"bold": True} if value else {},
    "italic": lambda value: {"italic": True} if value else {},
    "underline": lambda value: {"underline": True} if value else {},
}
