"""A person who works in a spreadsheet while a program does: edits that a fault makes between two calls."""

from __future__ import annotations

from typing import Any

from . import sheets
from .errors import ApiError
from .store import Store


def edit(store: Store, file_id: str, settings: dict[str, Any]) -> None:
    """Makes the edits of a fault `person` in its spreadsheet, or else in the one the call concerns.

    Each edit is `{"sheet": title, "cell": "B3", "value": what is typed}` or `{"request": one request of a
    batchUpdate}`; in-process, `edits` may be a function of the store and the spreadsheet's id.
    """
    edits, book_id = settings.get("edits", []), settings.get("spreadsheet") or file_id
    if book_id not in store.books:
        return
    if callable(edits):
        edits(store, book_id)
        return
    for one in edits:
        make(store, book_id, one)


def make(store: Store, book_id: str, one: dict[str, Any]) -> None:
    """Makes one edit."""
    if "request" in one:
        sheets.batch_update(store, {"spreadsheetId": book_id}, {}, {"requests": [one["request"]]})
        return
    if "cell" not in one:
        raise ApiError(400, "An edit is {sheet, cell, value} or {request}.")
    title = one.get("sheet") or store.books[book_id].sheets[0].title
    path = {"spreadsheetId": book_id, "range": "'" + title.replace("'", "''") + f"'!{one['cell']}"}
    sheets.values_update(store, path, {"valueInputOption": ["USER_ENTERED"]}, {"values": [[one.get("value", "")]]})
