"""A CSV that Drive turns into a spreadsheet, as gspread's `import_csv` asks for."""

from __future__ import annotations

import csv
import io
from typing import Final

from . import sheets
from .book import Book, Tab
from .store import Store

TIME_ZONE: Final = "America/Los_Angeles"
"""Google sets it at every import, whatever the spreadsheet had before."""


def filled(store: Store, book: Book, content: bytes) -> Book:
    """A book like the given one with one new sheet, titled as the book, holding the CSV as if somebody had typed it."""
    text = content.decode("utf-8-sig", "replace")
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)))
    title, new = book.properties["title"], book.copy()
    new.properties = {**book.properties, "timeZone": TIME_ZONE}
    width = max((len(row) for row in rows), default=0)
    new.sheets = [Tab(book.new_id(), title, rows=max(1000, len(rows)), columns=max(26, width))]
    new.named_ranges, new.metadata = {}, {}
    store.books[book.id] = new
    if rows:
        path = {"spreadsheetId": book.id, "range": "'" + title.replace("'", "''") + "'!A1"}
        sheets.values_update(store, path, {"valueInputOption": ["USER_ENTERED"]}, {"values": rows})
    return store.books[book.id]


def _delimiter(text: str) -> str:
    """A comma, unless the first line has semicolons or tabs only."""
    head = text.partition("\n")[0]
    return next((mark for mark in (";", "\t") if mark in head and "," not in head), ",")
