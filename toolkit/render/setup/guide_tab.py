"""The tab 说明 of a shared sheet, made once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, cast

from toolkit.render.entry_guide import write_guide
from toolkit.render.entry_look import Look
from toolkit.render.grid.book import GridBook, Link
from toolkit.render.grid.frame import own_tab, own_tabs
from toolkit.render.grid.paint import frame_of, paint
from toolkit.render.setup.ground import Ground
from toolkit.spreadsheet import Json, anchor
from toolkit.workbook import address

GUIDE: Final = "guide"
"""Which of the toolkit's own tabs it is."""


def guide_tab(ground: Ground, editors: Sequence[str], *, assumed: bool) -> list[Json]:
    """The requests for the tab; none where it is there.

    Args:
        ground: what to go by.
        editors: addresses that may edit it.
        assumed: whether the legend needs the mark of values that a plan does not give.
    """
    if GUIDE in ground.sheet.outputs:
        return []
    book, title = GridBook(), ground.guide.tabs["guide"]
    drawn = book.add_worksheet(title)
    sheets = ground.guide.in_order(ground.places)
    left_out = () if assumed else ("assumed",)
    write_guide(cast(Any, drawn), ground.schema, ground.guide, Look(book, ground.guide), sheets, left_out)
    own = own_tabs({GUIDE: title}, ground.sheet)[GUIDE]
    made = own_tab(own, frame_of(drawn), ground.sheet, editors)
    return [*made, *paint(drawn, own, lambda link: _leads(link, ground))]


def _leads(link: Link, ground: Ground) -> str | None:
    """The first row to fill of the sheet that a link names."""
    titles = {place.declared.title: place for place in ground.places.values()}
    place = titles.get(link.title)
    return anchor(place.tab.id, address(place.first + 1, 0)) if place else None
