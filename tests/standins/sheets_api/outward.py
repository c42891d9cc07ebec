"""Ranges as Google writes them in answers: the id of the sheet 0 is left out."""

from __future__ import annotations

from typing import Any, Final

_PLACES: Final = {
    "startRowIndex",
    "endRowIndex",
    "startColumnIndex",
    "endColumnIndex",
    "rowIndex",
    "columnIndex",
    "dimension",
}
_HOLDERS: Final = {"range", "ranges", "unprotectedRanges", "sources", "merges", "anchorCell"}


def outward(value: Any, name: str = "") -> Any:
    """A value for an answer."""
    if isinstance(value, list):
        return [outward(item, name) for item in value]
    if not isinstance(value, dict):
        return value
    made = {key: outward(item, key) if isinstance(item, dict | list) else item for key, item in value.items()}
    if made.get("sheetId") == 0 and (name in _HOLDERS or made.keys() & _PLACES) and "properties" not in made:
        del made["sheetId"]
    return made
