"""Drive v3 over the store: files, folders, copies, exports, and the uploads that make files of bytes."""

from __future__ import annotations

import base64
import binascii
import hashlib
from datetime import UTC, datetime
from typing import Any, Final

from .access import drive_file, role
from .book import Book, Tab
from .drive_answers import EXPORTS, Blob, Json, Query, first, resource
from .drive_query import invalid_value, test_for
from .errors import ApiError
from .store import FOLDER, OWNER, ROOT, SPREADSHEET, Store

CSV: Final = "text/csv"
_WRITABLE: Final = frozenset(
    {
        "name",
        "description",
        "starred",
        "properties",
        "appProperties",
        "createdTime",
        "modifiedTime",
        "viewedByMeTime",
        "folderColorRgb",
        "writersCanShare",
        "copyRequiresWriterPermission",
        "originalFilename",
        "contentHints",
        "contentRestrictions",
        "shortcutDetails",
    }
)
_ORDERS: Final = {
    "createdTime": "createdTime",
    "modifiedTime": "modifiedTime",
    "modifiedByMeTime": "modifiedTime",
    "recency": "modifiedTime",
    "viewedByMeTime": "viewedByMeTime",
    "sharedWithMeTime": "sharedWithMeTime",
    "name": "name",
    "name_natural": "name",
    "quotaBytesUsed": "size",
    "starred": "starred",
    "folder": "mimeType",
}


def about_get(_store: Store, _path: Json, _query: Query, _body: Json) -> Json:
    """The account."""
    return {
        "kind": "drive#about",
        "user": OWNER,
        "storageQuota": {"usage": "0", "usageInDrive": "0", "usageInDriveTrash": "0"},
        "exportFormats": {SPREADSHEET: list(EXPORTS)},
        "importFormats": {CSV: [SPREADSHEET]},
        "maxUploadSize": "5242880000000",
        "appInstalled": False,
        "canCreateDrives": False,
    }


def files_list(store: Store, _path: Json, query: Query, _body: Json) -> Json:
    """The files shared with the bearer that answer a query, a page at a time."""
    asked, test = first(query, "q"), test_for(store, first(query, "q"))
    found = [file for file in store.files.values() if role(store, file["id"]) and test(file)]
    order = first(query, "orderBy") or "modifiedTime desc"
    for key in reversed(order.split(",")):
        name, _, direction = key.strip().partition(" ")
        if name not in _ORDERS or direction.strip() not in {"", "desc"}:
            raise invalid_value("orderBy")
        found.sort(key=lambda file, name=name: _sort_key(file, name), reverse=bool(direction))
    start, size = _offset(first(query, "pageToken"), asked), int(first(query, "pageSize", "100"))
    answer = {"kind": "drive#fileList", "incompleteSearch": False}
    if start + size < len(found):
        answer["nextPageToken"] = base64.urlsafe_b64encode(f"{start + size} {asked}".encode()).decode()
    return {**answer, "files": [resource(store, file) for file in found[start : start + size]]}


def _sort_key(file: Json, name: str) -> Any:
    if name == "folder":
        return file["mimeType"] != FOLDER
    value = file.get(_ORDERS[name], "")
    return int(value or 0) if name == "quotaBytesUsed" else value.casefold() if isinstance(value, str) else not value


def _offset(token: str, asked: str) -> int:
    if not token:
        return 0
    try:
        number, _, query = base64.urlsafe_b64decode(token).decode().partition(" ")
        if query == asked:
            return int(number)
    except (ValueError, binascii.Error):
        pass
    raise invalid_value("pageToken")


def files_get(store: Store, path: Json, query: Query, _body: Json) -> Json | Blob:
    """A file's resource, or with `alt=media` its bytes."""
    file = drive_file(store, path["fileId"])
    if first(query, "alt") != "media":
        return resource(store, file)
    if file["mimeType"].startswith("application/vnd.google-apps"):
        text = "Only files with binary content can be downloaded. Use Export with Docs Editors files."
        raise ApiError(403, text, reason="fileNotDownloadable", location=("parameter", "alt"))
    return Blob(store.contents.get(file["id"], b""), file["mimeType"])


def files_create(store: Store, _path: Json, _query: Query, body: Json) -> Json:
    """A new file without bytes: a spreadsheet with one empty sheet, a folder, or anything else."""
    return resource(store, make_file(store, body))


def make_file(store: Store, body: Json, content: bytes | None = None) -> Json:
    """A new file, of bytes if there are any."""
    name, mime_type = body.get("name", "Untitled"), body.get("mimeType", "application/octet-stream")
    parents = _parents(store, body.get("parents", [ROOT]))
    file_id = body.get("id") or store.new_id(44 if mime_type == SPREADSHEET else 33)
    if file_id in store.files:
        raise ApiError(409, "A file already exists with the provided ID.", reason="fileIdInUse")
    more = {key: value for key, value in body.items() if key in _WRITABLE - {"name"}}
    if mime_type == SPREADSHEET:
        file = store.add_book(new_book(file_id, name), parents=parents, **more)
        if content is not None:
            import_csv(store, file_id, content)
        return file
    file = store.add_file(name, mime_type, file_id, parents=parents, **more)
    if content is not None or mime_type != FOLDER:
        keep_bytes(store, file, content or b"")
    return file


def new_book(book_id: str, title: str) -> Book:
    """A spreadsheet as Drive makes it."""
    book = Book(book_id, title)
    book.sheets = [Tab(0, "Sheet1")]
    return book


def keep_bytes(store: Store, file: Json, content: bytes) -> None:
    """Keeps a file's bytes, and what its resource says of them."""
    store.contents[file["id"]] = content
    file["size"] = str(len(content))
    file["md5Checksum"] = hashlib.md5(content, usedforsecurity=False).hexdigest()
    file["originalFilename"] = file["name"]
    if "." in file["name"]:
        file["fileExtension"] = file["fullFileExtension"] = file["name"].rpartition(".")[2]


def _parents(store: Store, parents: list[str]) -> list[str]:
    known = [ROOT if parent == "root" else parent for parent in parents]
    for parent in known:
        if parent != ROOT:
            drive_file(store, parent, "writer")
    if len(known) > 1:
        raise ApiError(400, "A shared drive item must have exactly one parent.", reason="invalid")
    return known


def files_copy(store: Store, path: Json, _query: Query, body: Json) -> Json:
    """A copy; permissions and comments stay behind."""
    source = drive_file(store, path["fileId"])
    if source["mimeType"] == FOLDER:
        raise ApiError(403, "This file cannot be copied by the user.", reason="cannotCopyFile")
    wanted = body.get("mimeType", source["mimeType"])
    if wanted != source["mimeType"]:
        raise ApiError(400, "Bad Request. Conversion is not supported.", reason="badRequest")
    name = body.get("name", f"Copy of {source['name']}")
    kept = {key: value for key, value in source.items() if key in {"description", "properties"}}
    more = {**kept, **{key: value for key, value in body.items() if key in _WRITABLE - {"name"}}}
    more["parents"] = _parents(store, body.get("parents", source.get("parents", [ROOT])))
    if source["id"] in store.books:
        book = store.books[source["id"]].copy()
        book.id, book.properties = store.new_id(), {**book.properties, "title": name}
        return resource(store, store.add_book(book, **more))
    file = store.add_file(name, source["mimeType"], **more)
    keep_bytes(store, file, store.contents.get(source["id"], b""))
    return resource(store, file)


def files_update(store: Store, path: Json, query: Query, body: Json) -> Json:
    """Changes a file's metadata and its place."""
    file = drive_file(store, path["fileId"], "writer")
    for key in body:
        _check_writable(key, body, file)
    if "trashed" in body:
        drive_file(store, file["id"], "owner")
        _trash(store, file, trashed=body["trashed"])
    if "name" in body:
        store.rename(file["id"], body["name"])
    for key in _WRITABLE & set(body) - {"name"}:
        if key in {"properties", "appProperties"}:
            merged = {**file.get(key, {}), **body[key]}
            file[key] = {name: value for name, value in merged.items() if value is not None}
        else:
            file[key] = body[key]
    removed = set(first(query, "removeParents").split(","))
    added = [parent for parent in first(query, "addParents").split(",") if parent]
    if removed - {""} or added:
        kept = [parent for parent in file.get("parents", []) if parent not in removed]
        file["parents"] = _parents(store, (added or kept)[:1]) or [ROOT]
    if "modifiedTime" not in body:
        store.touch(file["id"])
    return resource(store, file)


def _check_writable(key: str, body: Json, file: Json) -> None:
    if key in _WRITABLE or key in {"trashed", "kind"} or body[key] == file.get(key):
        return
    text = "The resource body includes fields which are not directly writable."
    if key == "parents":
        text = (
            "The parents field is not directly writable in update requests. "
            "Use the addParents and removeParents parameters instead."
        )
    raise ApiError(403, text, reason="fieldNotWritable")


def _trash(store: Store, file: Json, *, trashed: bool) -> None:
    file["trashed"] = trashed
    if trashed:
        file["trashedTime"] = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    else:
        file.pop("trashedTime", None)
    for child in _children(store, file["id"]):
        _trash(store, child, trashed=trashed)


def _children(store: Store, folder_id: str) -> list[Json]:
    return [file for file in store.files.values() if folder_id in file.get("parents", [])]


def files_delete(store: Store, path: Json, _query: Query, _body: Json) -> None:
    """Deletes for good, past the trash, with all that lies in a folder."""
    file = drive_file(store, path["fileId"], "owner")
    for child in _children(store, file["id"]):
        files_delete(store, {"fileId": child["id"]}, {}, {})
    for kept in (store.files, store.books, store.contents, store.permissions, store.comments):
        kept.pop(file["id"], None)


def files_empty_trash(store: Store, _path: Json, _query: Query, _body: Json) -> None:
    """Deletes what lies in the trash."""
    for file_id in [file["id"] for file in store.files.values() if file.get("trashed")]:
        if file_id in store.files:
            files_delete(store, {"fileId": file_id}, {}, {})


def files_generate_ids(store: Store, _path: Json, query: Query, _body: Json) -> Json:
    """Ids for files to come."""
    count = int(first(query, "count", "10"))
    return {"kind": "drive#generatedIds", "space": "drive", "ids": [store.new_id(33) for _ in range(count)]}


def files_export(store: Store, path: Json, query: Query, _body: Json) -> Blob:
    """A spreadsheet in another format."""
    from .export import export  # noqa: PLC0415 - openpyxl is slow to import, and few need it

    file = drive_file(store, path["fileId"])
    if file["id"] not in store.books:
        text = "Export only supports Docs Editors files."
        raise ApiError(403, text, reason="fileNotExportable", location=("parameter", "fileId"))
    mime_type = first(query, "mimeType")
    if mime_type not in EXPORTS:
        raise ApiError(400, "The requested conversion is not supported.", reason="badRequest")
    return Blob(export(store.books[file["id"]], mime_type), mime_type)


def import_csv(store: Store, file_id: str, content: bytes) -> None:
    """Replaces all sheets of a spreadsheet by its first, holding a parsed CSV and nothing else."""
    from .csv_import import filled  # noqa: PLC0415 - needs the Sheets service, which needs no Drive

    store.put_book(filled(store, store.books[file_id], content))
