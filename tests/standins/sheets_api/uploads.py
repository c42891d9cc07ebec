"""Uploads: the CSV that gspread's `import_csv` sends to Drive v2, and Drive v3's simple and multipart uploads."""

from __future__ import annotations

import email.parser
import email.policy
import json
from typing import Final

from .access import drive_file
from .discovery import UPLOAD, Method
from .drive import CSV, files_update, import_csv, keep_bytes, make_file
from .drive_answers import Json, Query, first, resource, yes
from .errors import ApiError
from .store import SPREADSHEET, Store

_TABLES: Final = frozenset({CSV, "text/tab-separated-values", "text/plain", "application/octet-stream", ""})


def serve(method: Method, store: Store, path: Json, query: Query, content: bytes, content_type: str) -> Json:
    """An upload's answer: the file's resource, in the shape of the API's version."""
    metadata, content, content_type = _parts(first(query, "uploadType"), content, content_type)
    if method.id == "drive.files.create":
        kind = metadata.get("mimeType", content_type or "application/octet-stream")
        return resource(store, make_file(store, {**metadata, "mimeType": kind}, content))
    file = drive_file(store, path["fileId"], "writer")
    if file["mimeType"] == SPREADSHEET:
        if content_type not in _TABLES or (method.api == UPLOAD and not yes(query, "convert")):
            raise ApiError(400, "The requested conversion is not supported.", reason="badRequest")
        import_csv(store, file["id"], content)
    else:
        keep_bytes(store, file, content)
        store.touch(file["id"])
    if method.api == UPLOAD:
        return _old_resource(resource(store, store.files[file["id"]]))
    return files_update(store, path, query, metadata)


def _parts(upload_type: str, content: bytes, content_type: str) -> tuple[Json, bytes, str]:
    """The metadata, the bytes and their type."""
    plain_type = content_type.partition(";")[0].strip().lower()
    if upload_type == "media":
        return {}, content, plain_type
    if upload_type != "multipart":
        raise ApiError(501, f"The stand-in does not take uploads of the type '{upload_type}'.", reason="notImplemented")
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + content)
    parts = list(message.iter_parts())
    if len(parts) != 2:
        raise ApiError(400, "Malformed multipart body.", reason="badContent")
    metadata = json.loads(parts[0].get_payload(decode=True) or b"{}")
    return metadata, parts[1].get_payload(decode=True) or b"", parts[1].get_content_type()


def _old_resource(file: Json) -> Json:
    """A file as Drive v2 shows it."""
    return {
        "kind": "drive#file",
        "id": file["id"],
        "title": file["name"],
        "mimeType": file["mimeType"],
        "labels": {"trashed": file["trashed"], "starred": file["starred"], "hidden": False, "restricted": False},
        "createdDate": file["createdTime"],
        "modifiedDate": file["modifiedTime"],
        "alternateLink": file["webViewLink"],
        "embedLink": file["webViewLink"],
        "exportLinks": file.get("exportLinks", {}),
        "parents": [{"kind": "drive#parentReference", "id": parent} for parent in file["parents"]],
        "owners": file["owners"],
        "ownerNames": [owner["displayName"] for owner in file["owners"]],
        "lastModifyingUser": file["lastModifyingUser"],
        "lastModifyingUserName": file["lastModifyingUser"]["displayName"],
        "shared": file["shared"],
        "editable": file["capabilities"]["canEdit"],
        "copyable": True,
        "version": file["version"],
        "spaces": file["spaces"],
    }
