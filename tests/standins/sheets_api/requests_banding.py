"""Requests of batchUpdate about alternating colours."""

from __future__ import annotations

from typing import Any, Final

from . import a1, masks
from .book import Book, Json, Tab
from .errors import invalid
from .formats import kept, with_pairs
from .requests_dimensions import need_area
from .requests_rules import holder
from .requests_sheets import need_fields


def add_banding(book: Book, request: Json) -> Json:
    """Alternating colours over a range."""
    given = kept(request.get("bandedRange", {}))
    tab, area = need_area(book, given.get("range"))
    number = given.get("bandedRangeId") or book.new_id()
    if any(number in other.banded for other in book.sheets):
        raise invalid(f"A banded range with id: {number} already exists.")
    _check_banding(tab, area, None)
    _check_colours(given)
    tab.banded[number] = {"bandedRangeId": number, **given}
    return {"bandedRange": tab.banded[number]}


def _check_colours(banded: Json) -> None:
    if "rowProperties" not in banded and "columnProperties" not in banded:
        raise invalid("At least one of rowProperties or columnProperties must be specified.")


def _check_banding(tab: Tab, area: a1.Area, own: int | None) -> None:
    if any(key != own and a1.area(other["range"]).meets(area) for key, other in tab.banded.items()):
        raise invalid(
            "You cannot add alternating background colors to a range that already has alternating background colors."
        )


def update_banding(book: Book, request: Json) -> None:
    """Changes alternating colours."""
    fields = with_pairs(need_fields(request))
    given = kept(request.get("bandedRange", {}))
    number = given.get("bandedRangeId", 0)
    tab = holder(book, "banded", number, "banded range")
    new = {**masks.merge(tab.banded[number], given, fields), "bandedRangeId": number}
    _check_colours(new)
    home, area = need_area(book, new.get("range"))
    _check_banding(home, area, number)
    if home is not tab:
        del tab.banded[number]
    home.banded[number] = new


def delete_banding(book: Book, request: Json) -> None:
    """Takes alternating colours away."""
    number = request.get("bandedRangeId", 0)
    del holder(book, "banded", number, "banded range").banded[number]


HANDLERS: Final[dict[str, Any]] = {
    "addBanding": add_banding,
    "updateBanding": update_banding,
    "deleteBanding": delete_banding,
}
