"""Requests of batchUpdate about filters and filter views."""

from __future__ import annotations

from typing import Any, Final

from . import a1, masks
from .book import Book, Json, Tab
from .errors import invalid
from .formats import kept
from .formulas import shown_text
from .requests_dimensions import need_area, need_grid
from .requests_sheets import need_fields
from .requests_tables import table_of


def set_basic_filter(book: Book, request: Json) -> None:
    """The sheet's filter; another one takes its place."""
    given = kept(request.get("filter", {}))
    if "tableId" in given:
        given = {**given, "range": table_of(book, given["tableId"])[1]["range"]}
    tab, area = need_area(book, given.get("range"))
    place = {"sheetId": tab.id, "startRowIndex": area.top, "endRowIndex": area.bottom}
    place |= {"startColumnIndex": area.left, "endColumnIndex": area.right}
    tab.basic_filter = {**given, "range": place}
    hide_filtered(book, tab)


def clear_basic_filter(book: Book, request: Json) -> None:
    """Takes the sheet's filter away and shows the rows that it hid."""
    tab = need_grid(book, request.get("sheetId"))
    tab.basic_filter = None
    hide_filtered(book, tab)


def hide_filtered(book: Book, tab: Tab) -> None:
    """Hides the rows whose shown texts the basic filter hides."""
    tab.row_meta = {
        index: left
        for index, meta in tab.row_meta.items()
        if (left := {key: item for key, item in meta.items() if key != "hiddenByFilter"})
    }
    if not tab.basic_filter:
        return
    hidden = {int(key): set(rule.get("hiddenValues", ())) for key, rule in tab.basic_filter.get("criteria", {}).items()}
    for spec in tab.basic_filter.get("filterSpecs", ()):
        hidden[spec.get("columnIndex", 0)] = set(spec.get("filterCriteria", {}).get("hiddenValues", ()))
    area = a1.area(tab.basic_filter["range"])
    for row in range(area.top + 1, area.bottom or 0):
        if any(values and shown_text(book, tab, row, column) in values for column, values in hidden.items()):
            tab.row_meta[row] = {**tab.row_meta.get(row, {}), "hiddenByFilter": True}


def _view(book: Book, number: int) -> Tab:
    for tab in book.sheets:
        if number in tab.filter_views:
            return tab
    raise invalid(f"No filter with id: {number}")


def add_filter_view(book: Book, request: Json) -> Json:
    """A filter that somebody may look through."""
    given = kept(request.get("filter", {}))
    if "namedRangeId" in given and given["namedRangeId"] in book.named_ranges:
        given["range"] = book.named_ranges[given["namedRangeId"]]["range"]
    tab, _ = need_area(book, given.get("range"))
    number = given.get("filterViewId") or book.new_id()
    if any(number in other.filter_views for other in book.sheets):
        raise invalid(f"Filter view with id {number} already exists.")
    title = given.get("title") or f"Filter {sum(len(other.filter_views) for other in book.sheets) + 1}"
    tab.filter_views[number] = {"filterViewId": number, **given, "title": title}
    return {"filter": tab.filter_views[number]}


def update_filter_view(book: Book, request: Json) -> None:
    """Changes a filter view."""
    fields = need_fields(request)
    given = kept(request.get("filter", {}))
    number = given.get("filterViewId", 0)
    tab = _view(book, number)
    new = {**masks.merge(tab.filter_views[number], given, fields), "filterViewId": number}
    home, _ = need_area(book, new.get("range"))
    if home is not tab:
        del tab.filter_views[number]
    home.filter_views[number] = new


def duplicate_filter_view(book: Book, request: Json) -> Json:
    """A copy of a filter view."""
    number = request.get("filterId", 0)
    view = _view(book, number).filter_views[number]
    return add_filter_view(
        book, {"filter": {k: v for k, v in view.items() if k != "filterViewId"} | {"title": f"Copy of {view['title']}"}}
    )


def delete_filter_view(book: Book, request: Json) -> None:
    """Takes a filter view away."""
    number = request.get("filterId", 0)
    del _view(book, number).filter_views[number]


HANDLERS: Final[dict[str, Any]] = {
    "setBasicFilter": set_basic_filter,
    "clearBasicFilter": clear_basic_filter,
    "addFilterView": add_filter_view,
    "updateFilterView": update_filter_view,
    "duplicateFilterView": duplicate_filter_view,
    "deleteFilterView": delete_filter_view,
}
