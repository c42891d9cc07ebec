"""From a request to its answer: every method of the two APIs, with the checks that stand before and the mask after."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote

from . import drive, drive_comments, drive_sharing, masks, sheets, uploads
from .access import sheets_file
from .discovery import DRIVE, SHEETS, Method, check
from .drive_answers import Blob
from .errors import ApiError
from .faults import Call
from .store import Store

Query = dict[str, list[str]]
Answer = dict[str, Any] | Blob | None
Service = Callable[[Store, dict[str, Any], Query, dict[str, Any]], Answer]

_SHEETS: Final[dict[str, Service]] = {
    "sheets.spreadsheets.create": sheets.create,
    "sheets.spreadsheets.get": sheets.get,
    "sheets.spreadsheets.getByDataFilter": sheets.get_by_data_filter,
    "sheets.spreadsheets.batchUpdate": sheets.batch_update,
    "sheets.spreadsheets.values.get": sheets.values_get,
    "sheets.spreadsheets.values.update": sheets.values_update,
    "sheets.spreadsheets.values.append": sheets.values_append,
    "sheets.spreadsheets.values.clear": sheets.values_clear,
    "sheets.spreadsheets.values.batchGet": sheets.values_batch_get,
    "sheets.spreadsheets.values.batchUpdate": sheets.values_batch_update,
    "sheets.spreadsheets.values.batchClear": sheets.values_batch_clear,
    "sheets.spreadsheets.values.batchGetByDataFilter": sheets.values_batch_get_by_data_filter,
    "sheets.spreadsheets.values.batchUpdateByDataFilter": sheets.values_batch_update_by_data_filter,
    "sheets.spreadsheets.values.batchClearByDataFilter": sheets.values_batch_clear_by_data_filter,
    "sheets.spreadsheets.sheets.copyTo": sheets.copy_to,
    "sheets.spreadsheets.developerMetadata.get": sheets.metadata_get,
    "sheets.spreadsheets.developerMetadata.search": sheets.metadata_search,
}
_DRIVE: Final[dict[str, Service]] = {
    "drive.about.get": drive.about_get,
    "drive.files.list": drive.files_list,
    "drive.files.get": drive.files_get,
    "drive.files.create": drive.files_create,
    "drive.files.copy": drive.files_copy,
    "drive.files.update": drive.files_update,
    "drive.files.delete": drive.files_delete,
    "drive.files.emptyTrash": drive.files_empty_trash,
    "drive.files.generateIds": drive.files_generate_ids,
    "drive.files.export": drive.files_export,
    "drive.permissions.list": drive_sharing.permissions_list,
    "drive.permissions.get": drive_sharing.permissions_get,
    "drive.permissions.create": drive_sharing.permissions_create,
    "drive.permissions.update": drive_sharing.permissions_update,
    "drive.permissions.delete": drive_sharing.permissions_delete,
    "drive.comments.list": drive_comments.comments_list,
    "drive.comments.get": drive_comments.comments_get,
    "drive.comments.create": drive_comments.comments_create,
    "drive.comments.update": drive_comments.comments_update,
    "drive.comments.delete": drive_comments.comments_delete,
    "drive.replies.list": drive_comments.replies_list,
    "drive.replies.get": drive_comments.replies_get,
    "drive.replies.create": drive_comments.replies_create,
    "drive.replies.update": drive_comments.replies_update,
    "drive.replies.delete": drive_comments.replies_delete,
}
_READS: Final = frozenset(
    {
        "sheets.spreadsheets.getByDataFilter",
        "sheets.spreadsheets.values.batchGetByDataFilter",
        "sheets.spreadsheets.developerMetadata.search",
    }
)
_BODY_NAME: Final = {
    "sheets.spreadsheets.create": "spreadsheet",
    "sheets.spreadsheets.values.update": "data",
    "sheets.spreadsheets.values.append": "data",
}
_FILE: Final = "kind,id,name,mimeType"
_PERMISSION: Final = "kind,id,type,role"
_USUAL_MASKS: Final = {
    "drive.files.list": f"kind,incompleteSearch,nextPageToken,files({_FILE})",
    "drive.files.get": _FILE,
    "drive.files.create": _FILE,
    "drive.files.copy": _FILE,
    "drive.files.update": _FILE,
    "drive.permissions.list": f"kind,nextPageToken,permissions({_PERMISSION})",
    "drive.permissions.get": _PERMISSION,
    "drive.permissions.create": _PERMISSION,
    "drive.permissions.update": _PERMISSION,
}
_MASK_NEEDED: Final = ("drive.about.", "drive.comments.", "drive.replies.")


@dataclass
class Request:
    """One request as it came.

    Attributes:
        method: of the API.
        path: parameters in the path, decoded.
        query: parameters after the question mark.
        content: the body's bytes.
        content_type: of the body.
    """

    method: Method
    path: dict[str, str]
    query: Query
    content: bytes = b""
    content_type: str = ""
    url_path: str = ""

    def call(self) -> Call:
        """The request as faults see it."""
        method = self.method
        api = SHEETS if method.api == SHEETS else DRIVE
        file_id = self.path.get("spreadsheetId") or self.path.get("fileId", "")
        return Call(method.verb, unquote(self.url_path), api, self.writes, method.id, file_id)

    @property
    def writes(self) -> bool:
        """Whether it counts as a write, as Google's quotas do."""
        return self.method.verb != "GET" and self.method.id not in _READS

    @property
    def uploads(self) -> bool:
        """Whether the body is a file rather than JSON."""
        return self.method.pattern.pattern.startswith("/upload/")


def serve(store: Store, request: Request) -> Answer:
    """The answer to a request; raises `ApiError`."""
    method = request.method
    if needs_mask(method, request.query):
        text = "The 'fields' parameter is required for this method."
        raise ApiError(400, text, reason="required", location=("parameter", "fields"))
    body = None if request.uploads else parsed(request.content)
    checked = check(method, request.path, request.query, body, _BODY_NAME.get(method.id, ""))
    if request.uploads:
        answer: Answer = uploads.serve(
            method, store, request.path, request.query, request.content, request.content_type
        )
    else:
        answer = _service(method)(store, _typed(store, request), request.query, checked)
    return _cut(method, request.query, answer)


def _typed(store: Store, request: Request) -> dict[str, str]:
    """The path's parameters, after the check that the bearer may do this to that spreadsheet."""
    method = request.method
    if method.api == SHEETS and "spreadsheetId" in request.path:
        sheets_file(store, request.path["spreadsheetId"], write=request.writes)
    return request.path


def _service(method: Method) -> Service:
    service = _SHEETS.get(method.id) or _DRIVE.get(method.id)
    if service is None:
        text = "Operation is not implemented, or supported, or enabled."
        raise ApiError(501, f"{text} (The stand-in does not have {method.id}.)", reason="notImplemented")
    return service


def _cut(method: Method, query: Query, answer: Answer) -> Answer:
    if not isinstance(answer, dict):
        return answer
    mask = query.get("fields", [""])[-1]
    if not mask:
        mask = _USUAL_MASKS.get(method.id, "") if method.api == DRIVE else ""
    return masks.pick(answer, mask)


def needs_mask(method: Method, query: Query) -> bool:
    """Whether Drive insists on a `fields` parameter that is not there."""
    return method.verb != "DELETE" and method.id.startswith(_MASK_NEEDED) and not query.get("fields", [""])[-1]


def parsed(content: bytes) -> Any:
    """A body's JSON, None for an empty one; raises Google's 400 where it is none."""
    if not content.strip():
        return None
    try:
        return json.loads(content, parse_constant=_refuse_constant, parse_float=_double)
    except OverflowError as error:
        message = f"Invalid JSON payload received. Number exceeds the range of double.\n{error}\n^"
        raise ApiError(400, message, reason="parseError", details=[masks.bad_request("", message)]) from error
    except (ValueError, RecursionError) as error:
        at = getattr(error, "pos", 0)
        text = content.decode("utf-8", "replace")
        shown, what = text[at : at + 20], "Unexpected token." if at < len(text) else "Unexpected end of string."
        message = f"Invalid JSON payload received. {what}\n{shown}\n^"
        raise ApiError(400, message, reason="parseError", details=[masks.bad_request("", message)]) from error


def _double(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise OverflowError(text)
    return number


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")
