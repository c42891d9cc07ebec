"""What tests in other processes steer the stand-in by, below `/_standin/`."""

from __future__ import annotations

import base64
import dataclasses
import json
from typing import TYPE_CHECKING, Any, Final

from . import persons
from .drive import keep_bytes, make_file
from .drive_answers import resource
from .errors import ApiError
from .store import OWNER, Store

if TYPE_CHECKING:
    from .standin import SheetsStandin

BASE: Final = "/_standin/"


def serve(standin: SheetsStandin, verb: str, path: str, content: bytes) -> tuple[int, bytes]:
    """The status and the JSON for one request."""
    try:
        body = json.loads(content) if content.strip() else None
        status, answer = 200, _answer(standin, verb, path.removeprefix(BASE).strip("/"), body)
    except ApiError as error:
        status, answer = error.code, error.body()
    except (ValueError, TypeError, KeyError) as error:
        status, answer = 400, ApiError(400, f"{type(error).__name__}: {error}").body()
    return status, json.dumps(answer, ensure_ascii=False).encode()


def _answer(standin: SheetsStandin, verb: str, name: str, body: Any) -> Any:
    if (verb, name) == ("GET", "log"):
        return [logged(entry) for entry in list(standin.log)]
    if (verb, name) == ("DELETE", "log"):
        standin.log.clear()
        return []
    if name == "faults":
        return _faults(standin, verb, body)
    with standin.store.lock:
        if (verb, name) == ("POST", "files"):
            return resource(standin.store, add_file(standin.store, **(body or {})))
        if (verb, name) == ("POST", "edits"):
            for one in body["edits"]:
                persons.make(standin.store, body["spreadsheet"], one)
            return {}
        if (verb, name) == ("POST", "reset"):
            standin.reset()
            return {}
    raise ApiError(404, f"The stand-in has no {verb} {BASE}{name}.")


def _faults(standin: SheetsStandin, verb: str, body: Any) -> list[dict[str, Any]]:
    if verb == "DELETE":
        standin.faults.clear()
    elif verb == "POST":
        for fault in body if isinstance(body, list) else [body]:
            standin.faults.add(fault)
    return standin.faults.shown()


def logged(entry: Any) -> dict[str, Any]:
    """One line of the log as JSON."""
    shown = dataclasses.asdict(entry)
    return {**shown, "body": entry.body.decode("utf-8", "replace")}


def add_file(
    store: Store,
    *,
    name: str = "Untitled",
    mimeType: str = "application/octet-stream",  # noqa: N803 - Drive's name for it
    shared: bool = True,
    owner: str = "",
    role: str = "",
    trashed: bool = False,
    content: str | bytes | None = None,
    **more: Any,
) -> dict[str, Any]:
    """A file as somebody might have made it: of any type, trashed, not shared with the bearer, or owned by another.

    Args:
        store: where it goes.
        name: its name.
        mimeType: its type; a spreadsheet gets one empty sheet.
        shared: whether the bearer may see it.
        owner: the owner's address where the bearer is not the owner; he then has the role `writer`.
        role: the bearer's role.
        trashed: whether it lies in the trash.
        content: its bytes; text from another process may be `base64:…`.
        more: further fields of a Drive file, such as `id` and `parents`.
    """
    file = make_file(store, {"name": name, "mimeType": mimeType, **more})
    if content is not None:
        keep_bytes(store, file, _bytes(content))
    file["trashed"] = trashed
    if owner or not shared or role not in {"", "owner"}:
        _give_away(store, file, owner or "owner@example.org", (role or "writer") if shared else "")
    return file


def _bytes(content: str | bytes) -> bytes:
    if isinstance(content, bytes):
        return content
    kind, _, rest = content.partition(":")
    return base64.b64decode(rest) if kind == "base64" else content.encode()


def _give_away(store: Store, file: dict[str, Any], owner: str, role: str) -> None:
    """Makes a file another's; the bearer keeps a role, or none."""
    permissions = store.permissions[file["id"]]
    own = permissions.pop(OWNER["permissionId"])
    person = {**own, "id": "20000000000000000002", "emailAddress": owner, "displayName": owner.partition("@")[0]}
    permissions[person["id"]] = person
    if role:
        permissions[own["id"]] = {**own, "role": role}
    user = {"kind": "drive#user", "displayName": person["displayName"], "me": False}
    file["owners"] = [{**user, "permissionId": person["id"], "emailAddress": owner}]
    file["ownedByMe"] = False
    if role:
        file["sharedWithMeTime"] = file["createdTime"]
