"""Drive's comments on a file, and the replies to them."""

from __future__ import annotations

import html
from typing import Final

from .access import drive_file
from .drive_answers import Json, Query, first, yes
from .errors import ApiError
from .store import OWNER, Store

_AUTHOR: Final = {name: OWNER[name] for name in ("kind", "displayName", "me")}
_WRITABLE: Final = ("content", "anchor", "quotedFileContent")


def comments_list(store: Store, path: Json, query: Query, _body: Json) -> Json:
    """A file's comments, newest first, a page at a time."""
    file = drive_file(store, path["fileId"])
    since = first(query, "startModifiedTime")
    found = [
        comment
        for comment in reversed(store.comments[file["id"]])
        if (yes(query, "includeDeleted") or not comment["deleted"]) and comment["modifiedTime"] >= since
    ]
    return _page("comment", "comments", found, query)


def _page(kind: str, name: str, found: list[Json], query: Query) -> Json:
    start, size = int(first(query, "pageToken") or 0), int(first(query, "pageSize") or 20)
    answer: Json = {"kind": f"drive#{kind}List", name: found[start : start + size]}
    if start + size < len(found):
        answer["nextPageToken"] = str(start + size)
    return answer


def _new(store: Store, kind: str, body: Json) -> Json:
    moment, content = store.now(), body.get("content", "")
    return {
        "kind": f"drive#{kind}",
        "id": "AAAA" + store.new_id(7),
        "createdTime": moment,
        "modifiedTime": moment,
        "author": dict(_AUTHOR),
        "htmlContent": html.escape(content, quote=False),
        "content": content,
        "deleted": False,
    }


def _content_needed(body: Json, name: str) -> None:
    if not body.get("content"):
        raise ApiError(400, f"{name} content is required.", reason="required")


def comments_create(store: Store, path: Json, _query: Query, body: Json) -> Json:
    """A new comment."""
    file = drive_file(store, path["fileId"], "commenter")
    _content_needed(body, "Comment")
    comment = {**_new(store, "comment", body), "replies": []}
    comment |= {name: body[name] for name in _WRITABLE if name in body}
    store.comments[file["id"]].append(comment)
    return comment


def _comment(store: Store, path: Json, query: Query | None = None) -> Json:
    return _find(store.comments[path["fileId"]], path["commentId"], "Comment", "commentId", query)


def _find(things: list[Json], wanted: str, kind: str, parameter: str, query: Query | None) -> Json:
    deleted_too = query is not None and yes(query, "includeDeleted")
    for thing in things:
        if thing["id"] == wanted and (deleted_too or not thing["deleted"]):
            return thing
    raise ApiError(404, f"{kind} not found: {wanted}.", reason="notFound", location=("parameter", parameter))


def comments_get(store: Store, path: Json, query: Query, _body: Json) -> Json:
    """One comment."""
    drive_file(store, path["fileId"])
    return _comment(store, path, query)


def comments_update(store: Store, path: Json, _query: Query, body: Json) -> Json:
    """Another text for a comment."""
    drive_file(store, path["fileId"], "commenter")
    return _rewrite(store, _comment(store, path), body)


def _rewrite(store: Store, thing: Json, body: Json) -> Json:
    _content_needed(body, "Comment")
    html_content = html.escape(body["content"], quote=False)
    thing.update(content=body["content"], htmlContent=html_content, modifiedTime=store.now())
    return thing


def _delete(store: Store, thing: Json) -> None:
    thing.update(deleted=True, modifiedTime=store.now())
    for name in ("content", "htmlContent"):
        thing.pop(name, None)


def comments_delete(store: Store, path: Json, _query: Query, _body: Json) -> None:
    """Deletes a comment; a list with `includeDeleted` still shows that there was one."""
    drive_file(store, path["fileId"], "commenter")
    _delete(store, _comment(store, path))


def replies_list(store: Store, path: Json, query: Query, _body: Json) -> Json:
    """The replies to a comment, oldest first."""
    drive_file(store, path["fileId"])
    replies = _comment(store, path, query)["replies"]
    return _page("reply", "replies", [r for r in replies if yes(query, "includeDeleted") or not r["deleted"]], query)


def replies_create(store: Store, path: Json, _query: Query, body: Json) -> Json:
    """A reply, which may resolve the comment or open it again."""
    drive_file(store, path["fileId"], "commenter")
    comment = _comment(store, path)
    action = body.get("action")
    if action not in {None, "resolve", "reopen"}:
        raise ApiError(400, "The specified action is invalid.", reason="invalid")
    if action is None:
        _content_needed(body, "Reply")
    reply = _new(store, "reply", body)
    if action:
        reply["action"] = action
        comment["resolved"] = action == "resolve"
    comment["replies"].append(reply)
    comment["modifiedTime"] = reply["modifiedTime"]
    return reply


def _reply(store: Store, path: Json, query: Query | None = None) -> Json:
    return _find(_comment(store, path)["replies"], path["replyId"], "Reply", "replyId", query)


def replies_get(store: Store, path: Json, query: Query, _body: Json) -> Json:
    """One reply."""
    drive_file(store, path["fileId"])
    return _reply(store, path, query)


def replies_update(store: Store, path: Json, _query: Query, body: Json) -> Json:
    """Another text for a reply."""
    drive_file(store, path["fileId"], "commenter")
    return _rewrite(store, _reply(store, path), body)


def replies_delete(store: Store, path: Json, _query: Query, _body: Json) -> None:
    """Deletes a reply."""
    drive_file(store, path["fileId"], "commenter")
    _delete(store, _reply(store, path))
