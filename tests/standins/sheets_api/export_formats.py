"""Google's formats of cells as xlsxwriter's."""

from __future__ import annotations

import weakref
from typing import Any, Final

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook

from .book import Json

_BORDERS: Final = {"DOTTED": 4, "DASHED": 3, "SOLID": 1, "SOLID_MEDIUM": 2, "SOLID_THICK": 5, "DOUBLE": 6}
_VERTICAL: Final = {"TOP": "top", "MIDDLE": "vcenter", "BOTTOM": "bottom"}
_FAMILY: Final = "Arial"
_MADE: weakref.WeakKeyDictionary[Workbook, dict[str, Format]] = weakref.WeakKeyDictionary()


def colour(value: Json) -> str:
    """A colour as #RRGGBB."""
    return "#" + "".join(f"{round((value.get(part) or 0) * 255):02X}" for part in ("red", "green", "blue"))


def properties(style: Json, pattern: str, *, link: bool = False) -> Json:
    """What xlsxwriter calls the parts of a format."""
    made: Json = {"font_name": _FAMILY, "font_size": 10, "valign": _VERTICAL[style.get("verticalAlignment", "BOTTOM")]}
    if pattern:
        made["num_format"] = pattern.replace("am/pm", "AM/PM")
    if "backgroundColor" in style:
        made |= {"bg_color": colour(style["backgroundColor"]), "pattern": 1}
    if style.get("horizontalAlignment") in {"LEFT", "CENTER", "RIGHT"}:
        made["align"] = style["horizontalAlignment"].lower()
    if style.get("wrapStrategy") in {"WRAP", "LEGACY_WRAP"}:
        made["text_wrap"] = True
    made |= _font(style.get("textFormat", {}), link=link)
    for side, line in style.get("borders", {}).items():
        if line.get("style") in _BORDERS:
            made |= {side: _BORDERS[line["style"]], f"{side}_color": colour(line.get("color", {}))}
    rotation = style.get("textRotation", {})
    if rotation.get("vertical"):
        made["rotation"] = 270
    elif rotation.get("angle"):
        made["rotation"] = rotation["angle"]
    return made


def _font(text: Json, *, link: bool) -> Json:
    made: Json = {}
    if link:
        made |= {"font_color": "#1155CC", "underline": 1}
    if text.get("fontFamily"):
        made["font_name"] = text["fontFamily"]
    if text.get("fontSize"):
        made["font_size"] = text["fontSize"]
    for name, other in (("bold", "bold"), ("italic", "italic"), ("strikethrough", "font_strikeout")):
        if text.get(name):
            made[other] = True
    if "underline" in text:
        made["underline"] = 1 if text["underline"] else 0
    if "foregroundColor" in text:
        made["font_color"] = colour(text["foregroundColor"])
    return made


def with_format(made: Workbook, parts: Json) -> Format:
    """A format of the workbook; the same parts give the same one."""
    known = _MADE.setdefault(made, {})
    key = repr(sorted(parts.items()))
    if key not in known:
        known[key] = made.add_format(parts)
    return known[key]


def differential(made: Workbook, style: Json) -> Format:
    """The format of a conditional rule: only what the rule changes."""
    parts: Any = _font(style.get("textFormat", {}), link=False)
    if "backgroundColor" in style:
        parts |= {"bg_color": colour(style["backgroundColor"]), "pattern": 1}
    return made.add_format(parts)
