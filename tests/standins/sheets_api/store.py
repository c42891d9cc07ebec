"""All files of one pretended Google account, and the lock that guards them."""

from __future__ import annotations

import secrets
import string
import threading
from datetime import UTC, datetime
from typing import Any, Final

from .book import Book

SPREADSHEET: Final = "application/vnd.google-apps.spreadsheet"
FOLDER: Final = "application/vnd.google-apps.folder"
ROOT: Final = "0AStandInRootFolderPVA"
OWNER: Final[dict[str, Any]] = {
    "kind": "drive#user",
    "displayName": "Stand-in",
    "me": True,
    "permissionId": "10000000000000000001",
    "emailAddress": "stand-in@example.iam.gserviceaccount.com",
}
_LETTERS: Final = string.ascii_letters + string.digits + "-_"


class Store:
    """One account's spreadsheets and Drive files.

    Attributes:
        lock: held by the server while one request is served.
        books: spreadsheets by id; each has an entry in `files` too.
        files: Drive file resources by id, folders and other types of file included.
        contents: bytes of files that are not spreadsheets, by id.
        permissions: of each file, by permission id.
        comments: of each file, in order.
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.books: dict[str, Book] = {}
        self.files: dict[str, dict[str, Any]] = {}
        self.contents: dict[str, bytes] = {}
        self.permissions: dict[str, dict[str, dict[str, Any]]] = {}
        self.comments: dict[str, list[dict[str, Any]]] = {}
        self._last = datetime.fromtimestamp(0, UTC)

    def new_id(self, length: int = 44) -> str:
        """An id as Drive makes them."""
        return "1" + "".join(secrets.choice(_LETTERS) for _ in range(length - 1))

    def now(self) -> str:
        """The time as Drive writes it; later at every call by a millisecond at least."""
        moment = datetime.now(UTC)
        if (moment - self._last).total_seconds() < 0.001:
            moment = datetime.fromtimestamp(self._last.timestamp() + 0.001, UTC)
        self._last = moment
        return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"

    def add_file(self, name: str, mime_type: str, file_id: str | None = None, **more: Any) -> dict[str, Any]:
        """A new Drive file owned by the bearer; `more` are further fields of its resource."""
        file_id, moment = file_id or self.new_id(), self.now()
        self.files[file_id] = {
            "kind": "drive#file",
            "id": file_id,
            "name": name,
            "mimeType": mime_type,
            "starred": False,
            "trashed": False,
            "parents": [ROOT],
            "version": "1",
            "createdTime": moment,
            "modifiedTime": moment,
            "owners": [dict(OWNER)],
            "lastModifyingUser": dict(OWNER),
            "ownedByMe": True,
            "shared": False,
            **more,
        }
        self.permissions[file_id] = {
            OWNER["permissionId"]: {
                "kind": "drive#permission",
                "id": OWNER["permissionId"],
                "type": "user",
                "role": "owner",
                "emailAddress": OWNER["emailAddress"],
                "displayName": OWNER["displayName"],
                "deleted": False,
                "pendingOwner": False,
            }
        }
        self.comments[file_id] = []
        return self.files[file_id]

    def add_book(self, book: Book, **more: Any) -> dict[str, Any]:
        """Keeps a new spreadsheet and makes its Drive file."""
        self.books[book.id] = book
        return self.add_file(book.properties["title"], SPREADSHEET, book.id, **more)

    def put_book(self, book: Book) -> None:
        """Keeps a changed spreadsheet: its file is modified and has the spreadsheet's title."""
        self.books[book.id] = book
        self.touch(book.id)["name"] = book.properties["title"]

    def rename(self, file_id: str, name: str) -> None:
        """Gives a file, and the spreadsheet that it is, another name."""
        self.files[file_id]["name"] = name
        if file_id in self.books:
            book = self.books[file_id] = self.books[file_id].copy()
            book.properties = {**book.properties, "title": name}

    def touch(self, file_id: str) -> dict[str, Any]:
        """Marks a file as modified now."""
        file = self.files[file_id]
        file["modifiedTime"], file["version"] = self.now(), str(int(file.get("version", "0")) + 1)
        return file
