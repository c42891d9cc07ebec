"""Who may do what: the bearer's role in a file, and what Google answers where it does not suffice."""

from __future__ import annotations

from typing import Any, Final

from .errors import ApiError
from .store import OWNER, SPREADSHEET, Store

ROLES: Final = ("reader", "commenter", "writer", "fileOrganizer", "organizer", "owner")
_DOMAIN: Final = OWNER["emailAddress"].partition("@")[2]


def role(store: Store, file_id: str) -> str:
    """The highest role the bearer has in a file, empty if the file is not shared with it."""
    roles = [entry["role"] for entry in store.permissions.get(file_id, {}).values() if _concerns_bearer(entry)]
    return max(roles, key=ROLES.index, default="")


def _concerns_bearer(permission: dict[str, Any]) -> bool:
    kind = permission["type"]
    if kind == "domain":
        return permission.get("domain") == _DOMAIN
    return kind == "anyone" or permission.get("emailAddress") == OWNER["emailAddress"]


def at_least(store: Store, file_id: str, wanted: str) -> bool:
    """Whether the bearer has a role or a higher one."""
    held = role(store, file_id)
    return bool(held) and ROLES.index(held) >= ROLES.index(wanted)


def drive_file(store: Store, file_id: str, wanted: str = "reader") -> dict[str, Any]:
    """A file for Drive: one that is not shared does not exist, as far as Drive says."""
    if file_id not in store.files or not role(store, file_id):
        raise ApiError(404, f"File not found: {file_id}.", reason="notFound", location=("parameter", "fileId"))
    if not at_least(store, file_id, wanted):
        raise ApiError(
            403,
            "The user does not have sufficient permissions for this file.",
            reason="insufficientFilePermissions",
        )
    return store.files[file_id]


def sheets_file(store: Store, file_id: str, *, write: bool) -> None:
    """Raises what the Sheets API answers for a file that is unknown, not shared, or not a spreadsheet."""
    if file_id not in store.files:
        raise ApiError(404, "Requested entity was not found.")
    if not at_least(store, file_id, "writer" if write else "reader"):
        raise ApiError(403, "The caller does not have permission")
    if store.files[file_id]["mimeType"] != SPREADSHEET:
        raise ApiError(400, "This operation is not supported for this document", "FAILED_PRECONDITION")
