"""Drive's permissions: who else may see a file, and whose it is."""

from __future__ import annotations

import hashlib
from typing import Any, Final

from .access import ROLES, drive_file
from .drive_answers import Json, Query, first, yes
from .errors import ApiError
from .store import Store

_TYPES: Final = ("user", "group", "domain", "anyone")
_WRITABLE: Final = frozenset({"role", "expirationTime", "pendingOwner", "type", "id", "kind"})


def permissions_list(store: Store, path: Json, query: Query, _body: Json) -> Json:
    """All permissions of a file, a page at a time."""
    file = drive_file(store, path["fileId"])
    found = list(store.permissions[file["id"]].values())
    start, size = int(first(query, "pageToken") or 0), int(first(query, "pageSize") or 100)
    answer: Json = {"kind": "drive#permissionList", "permissions": found[start : start + size]}
    if start + size < len(found):
        answer["nextPageToken"] = str(start + size)
    return answer


def permissions_get(store: Store, path: Json, _query: Query, _body: Json) -> Json:
    """One permission."""
    drive_file(store, path["fileId"])
    return _permission(store, path)


def _permission(store: Store, path: Json) -> Json:
    found = store.permissions[path["fileId"]].get(path["permissionId"])
    if found is None:
        text = f"Permission not found: {path['permissionId']}."
        raise ApiError(404, text, reason="notFound", location=("parameter", "permissionId"))
    return found


def permissions_create(store: Store, path: Json, query: Query, body: Json) -> Json:
    """Shares a file; sharing it again with the same person changes the role."""
    file = drive_file(store, path["fileId"], "writer")
    kind = _check(body)
    for held in store.permissions[file["id"]].values():
        if held["role"] == "owner" and held["emailAddress"] == body.get("emailAddress"):
            return held
    if body["role"] == "owner":
        _check_owner(kind, query)
    permission = {"kind": "drive#permission", "id": _id(body), "type": kind, "role": body["role"], "deleted": False}
    if kind in {"user", "group"}:
        email = body["emailAddress"]
        permission |= {"emailAddress": email, "displayName": email.partition("@")[0], "pendingOwner": False}
    elif kind == "domain":
        permission |= {"domain": body["domain"], "displayName": body["domain"]}
    if kind in {"domain", "anyone"}:
        permission["allowFileDiscovery"] = body.get("allowFileDiscovery", False)
    if "expirationTime" in body:
        permission["expirationTime"] = body["expirationTime"]
    if body["role"] == "owner":
        return _new_owner(store, file, permission)
    store.permissions[file["id"]][permission["id"]] = permission
    return permission


def _check(body: Json) -> str:
    for name in ("type", "role"):
        if name not in body:
            raise ApiError(400, f"The permission {name} field is required.", reason="required")
    kind = body["type"]
    if kind not in _TYPES:
        raise ApiError(400, "The permission type is invalid.", reason="invalid")
    if body["role"] not in ROLES:
        raise ApiError(400, "The specified role is invalid or not supported.", reason="invalid")
    needed = {"user": "emailAddress", "group": "emailAddress", "domain": "domain"}.get(kind)
    value = body.get(needed, "") if needed else "@"
    if not value or (needed == "emailAddress" and "@" not in value):
        text = f"The specified {needed} is invalid or not applicable for the given permission type."
        raise ApiError(400, text, reason="invalid")
    return kind


def _check_owner(kind: str, query: Query) -> None:
    _check_transfer(query)
    if kind != "user":
        raise ApiError(403, "Ownership can only be transferred to a user.", reason="ownershipChangeNotPermitted")
    if not yes(query, "sendNotificationEmail", default=True):
        text = "The sendNotificationEmail parameter must be enabled when the permission role is 'owner'."
        raise ApiError(403, text, reason="forbidden", location=("parameter", "sendNotificationEmail"))


def _check_transfer(query: Query) -> None:
    if not yes(query, "transferOwnership"):
        text = "The transferOwnership parameter must be enabled when the permission role is 'owner'."
        raise ApiError(403, text, reason="forbidden", location=("parameter", "transferOwnership"))


def _id(body: Json) -> str:
    if body["type"] == "anyone":
        return "anyone" if body.get("allowFileDiscovery") else "anyoneWithLink"
    named = body.get("emailAddress") or body["domain"]
    number = int.from_bytes(hashlib.sha256(named.lower().encode()).digest()[:8])
    return f"{number:020d}" + ("k" if body["type"] == "domain" else "")


def permissions_update(store: Store, path: Json, query: Query, body: Json) -> Json:
    """Changes a role, offers the file to a new owner, or lets the one it was offered to accept it."""
    file = drive_file(store, path["fileId"], "writer")
    held = _permission(store, path)
    unwritable = [name for name in body if name not in _WRITABLE and body[name] != held.get(name)]
    if unwritable:
        text = "The resource body includes fields which are not directly writable."
        raise ApiError(403, text, reason="fieldNotWritable")
    if body.get("role", "reader") not in ROLES:
        raise ApiError(400, "The specified role is invalid or not supported.", reason="invalid")
    changed = {**held, **{name: body[name] for name in ("role", "expirationTime", "pendingOwner") if name in body}}
    if yes(query, "removeExpiration"):
        changed.pop("expirationTime", None)
    if changed["role"] == "owner" and held["role"] != "owner":
        _check_transfer(query)
        if not held.get("pendingOwner"):
            text = "Consent is required to transfer ownership of a file to another user."
            raise ApiError(403, text, reason="consentRequiredForOwnershipTransfer")
        return _new_owner(store, file, {**changed, "pendingOwner": False})
    if changed.get("pendingOwner") and (held["type"] != "user" or changed["role"] != "writer"):
        text = "Ownership can only be offered to a user who is a writer."
        raise ApiError(403, text, reason="pendingOwnerWriterRequired")
    store.permissions[file["id"]][held["id"]] = changed
    return changed


def _new_owner(store: Store, file: Json, permission: Json) -> Json:
    permissions = store.permissions[file["id"]]
    for key, held in permissions.items():
        if held["role"] == "owner":
            permissions[key] = {**held, "role": "writer"}
    permissions[permission["id"]] = permission
    owner: dict[str, Any] = {
        "kind": "drive#user",
        "displayName": permission["displayName"],
        "me": False,
        "permissionId": permission["id"],
        "emailAddress": permission["emailAddress"],
    }
    file["owners"], file["ownedByMe"] = [owner], False
    return permission


def permissions_delete(store: Store, path: Json, _query: Query, _body: Json) -> None:
    """Takes a permission away; the owner's stays."""
    drive_file(store, path["fileId"], "writer")
    if _permission(store, path)["role"] == "owner":
        text = "The owner of a file cannot be removed."
        raise ApiError(403, text, reason="cannotRemoveOwner")
    del store.permissions[path["fileId"]][path["permissionId"]]
