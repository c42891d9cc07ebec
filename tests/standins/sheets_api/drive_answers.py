"""What Drive's services share: reading parameters, and the resource that a file is shown as."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from .access import role
from .store import FOLDER, SPREADSHEET, Store

Query = dict[str, list[str]]
Json = dict[str, Any]

EXPORTS: Final = (
    "application/x-vnd.oasis.opendocument.spreadsheet",
    "text/tab-separated-values",
    "application/pdf",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "text/csv",
    "application/zip",
    "application/vnd.oasis.opendocument.spreadsheet",
)


@dataclass(frozen=True)
class Blob:
    """An answer that is not JSON."""

    content: bytes
    mime_type: str


def first(query: Query, name: str, default: str = "") -> str:
    """A query parameter's value."""
    return query.get(name, [default])[-1]


def yes(query: Query, name: str, *, default: bool = False) -> bool:
    """Whether a query parameter is true."""
    return first(query, name, str(default)).lower() == "true"


def resource(store: Store, file: Json) -> Json:
    """A file as Drive shows it, with everything that follows from the store."""
    file_id, permissions = file["id"], store.permissions.get(file["id"], {})
    can_write = role(store, file_id) in {"writer", "owner"}
    shown = {
        **file,
        "spaces": ["drive"],
        "webViewLink": _link(file),
        "iconLink": f"https://drive-thirdparty.googleusercontent.com/16/type/{file['mimeType']}",
        "shared": len(permissions) > 1,
        "explicitlyTrashed": file.get("trashed", False),
        "modifiedByMe": True,
        "modifiedByMeTime": file["modifiedTime"],
        "viewedByMe": True,
        "writersCanShare": True,
        "copyRequiresWriterPermission": False,
        "permissionIds": list(permissions),
        "permissions": list(permissions.values()),
        "capabilities": {"canEdit": can_write, "canCopy": True, "canShare": can_write, "canDownload": True},
        "quotaBytesUsed": file.get("size", "0"),
    }
    if file["mimeType"] == SPREADSHEET:
        url = f"https://docs.google.com/spreadsheets/export?id={file_id}&exportFormat="
        shown["exportLinks"] = {mime: url + mime.rpartition("/")[2] for mime in EXPORTS}
    return shown


def _link(file: Json) -> str:
    if file["mimeType"] == SPREADSHEET:
        return f"https://docs.google.com/spreadsheets/d/{file['id']}/edit?usp=drivesdk"
    kind = "drive/folders" if file["mimeType"] == FOLDER else "file/d"
    return f"https://drive.google.com/{kind}/{file['id']}"
