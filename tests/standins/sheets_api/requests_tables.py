"""Requests of batchUpdate about tables."""

from __future__ import annotations

import secrets
from typing import Any, Final

from . import a1, masks
from .book import Book, Json, Tab
from .errors import invalid
from .formats import kept, with_pairs
from .formulas import shown_text
from .requests_dimensions import need_area
from .requests_sheets import check_size, need_fields


def table_of(book: Book, table_id: str) -> tuple[Tab, Json]:
    """The sheet and the table of an id.

    Raises:
        ApiError: 400 if there is none.
    """
    for tab in book.sheets:
        if table_id in tab.tables:
            return tab, tab.tables[table_id]
    raise invalid(f"No table with id: {table_id}")


def add_table(book: Book, request: Json) -> Json:
    """A table over a range; its columns take their names from the first row unless they have them."""
    given = kept(request.get("table", {}))
    tab, area = need_area(book, given.get("range"))
    if any(a1.area(other["range"]).meets(area) for other in tab.tables.values()):
        raise invalid("You cannot add a table that overlaps with an existing table.")
    names = {table["name"] for other in book.sheets for table in other.tables.values()}
    name = given.get("name") or next(f"Table{n}" for n in range(1, 10_000) if f"Table{n}" not in names)
    if name in names:
        raise invalid(f"A table with the name {name} already exists.")
    table_id = given.get("tableId") or secrets.token_urlsafe(8)
    columns = _table_columns(book, tab, area, given.get("columnProperties", []))
    tab.tables[table_id] = {**given, "tableId": table_id, "name": name, "columnProperties": columns}
    check_size(book)
    return {"table": tab.tables[table_id]}


def _table_columns(book: Book, tab: Tab, area: a1.Area, given: list[Json]) -> list[Json]:
    known = {item.get("columnIndex", 0): item for item in given}
    columns = []
    for index in range((area.right or 0) - area.left):
        item = dict(known.get(index, {}))
        if item.get("columnType") == "DROPDOWN" and not item.get("dataValidationRule"):
            raise invalid("Condition must be set for dropdown column type.")
        if item.get("dataValidationRule") and item.get("columnType") != "DROPDOWN":
            raise invalid("Cannot set condition for non-dropdown column type.")
        header = shown_text(book, tab, area.top, area.left + index)
        name = item.get("columnName") or header or f"Column {index + 1}"
        if name != header:
            cell = {**tab.get(area.top, area.left + index), "userEnteredValue": {"stringValue": name}}
            tab.put(area.top, area.left + index, cell)
        columns.append(({"columnIndex": index} if index else {}) | {**item, "columnName": name})
    return columns


def update_table(book: Book, request: Json) -> None:
    """Changes a table."""
    fields = with_pairs(need_fields(request))
    given = kept(request.get("table", {}))
    tab, old = table_of(book, given.get("tableId", ""))
    new = {**masks.merge(old, given, fields), "tableId": old["tableId"]}
    _, area = need_area(book, new.get("range"))
    new["columnProperties"] = _table_columns(book, tab, area, new.get("columnProperties", []))
    tab.tables[old["tableId"]] = new


def delete_table(book: Book, request: Json) -> None:
    """Takes a table away with its contents."""
    tab, table = table_of(book, request.get("tableId", ""))
    area = a1.area(table["range"]).within(tab)
    for row, column, _ in list(tab.filled()):
        if area.covers(row, column):
            tab.put(row, column, {})
    del tab.tables[table["tableId"]]


HANDLERS: Final[dict[str, Any]] = {
    "addTable": add_table,
    "updateTable": update_table,
    "deleteTable": delete_table,
}
