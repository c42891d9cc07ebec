"""Google's own discovery documents: which methods there are, and whether a request is what they say it must be."""

from __future__ import annotations

import importlib.util
import json
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

from .errors import ApiError
from .masks import Tree, bad_request, below, camel, parse
from .shapes import Checker, Problems, Shapes, Where, snake

Query = dict[str, list[str]]

SHEETS: Final = "sheets"
DRIVE: Final = "drive"
UPLOAD: Final = "drive.v2"
_TOLERATED: Final = frozenset({"withLink", "includeItemsFromAllDrives"})
"""What gspread sends to Drive v3 where v3 does not have it: real Drive ignores it, and so must the stand-in."""
_MASK_ROOTS: Final = {
    "updateCells": "CellData",
    "repeatCell": "CellData",
    "appendCells": "CellData",
    "updateSheetProperties": "SheetProperties",
    "updateSpreadsheetProperties": "SpreadsheetProperties",
    "updateDimensionProperties": "DimensionProperties",
    "updateDimensionGroup": "DimensionGroup",
    "updateNamedRange": "NamedRange",
    "updateBanding": "BandedRange",
    "updateProtectedRange": "ProtectedRange",
    "updateFilterView": "FilterView",
    "updateDeveloperMetadata": "DeveloperMetadata",
    "updateEmbeddedObjectPosition": "OverlayPosition",
    "updateEmbeddedObjectBorder": "EmbeddedObjectBorder",
    "updateSlicerSpec": "SlicerSpec",
    "updateTable": "Table",
}
_NO_FIELDS: Final = "At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)"


@dataclass
class Method:
    """One method of an API.

    Attributes:
        id: such as `sheets.spreadsheets.values.get`.
        api: `sheets`, `drive` or `drive.v2`.
        verb: of HTTP.
        pattern: matches the path as sent, still percent-encoded.
        parameters: a checker for each query and path parameter.
        repeated: names of the parameters that may come several times.
        limits: the smallest and largest value of numeric parameters.
        required: names of query parameters that must be there.
        request: the checker of the body, if there is one.
        response: the schema's name of the answer, if there is one.
    """

    id: str
    api: str
    verb: str
    pattern: re.Pattern[str]
    response: str
    shapes: Shapes
    request: Checker | None = None
    parameters: dict[str, Checker] = field(default_factory=dict)
    repeated: frozenset[str] = frozenset()
    limits: dict[str, tuple[int, int]] = field(default_factory=dict)
    required: frozenset[str] = frozenset()

    @property
    def drive(self) -> bool:
        """Whether errors are written as Drive writes them."""
        return self.api != SHEETS


@cache
def document(name: str) -> dict[str, Any]:
    """A discovery document of the package google-api-python-client, read without importing it."""
    found = importlib.util.find_spec("googleapiclient")
    if found is None or not found.submodule_search_locations:
        raise RuntimeError("The stand-in needs google-api-python-client: pip install google-api-python-client")
    folder = Path(found.submodule_search_locations[0]) / "discovery_cache" / "documents"
    return json.loads((folder / f"{name}.json").read_text("utf-8"))


@cache
def methods() -> tuple[Method, ...]:
    """All methods of Sheets v4 and Drive v3, and the upload of Drive v2 that gspread uses."""
    sheets, drive, old = document("sheets.v4"), document("drive.v3"), document("drive.v2")
    found = _methods(sheets, SHEETS, "/", Shapes(sheets["schemas"], "google.apps.sheets.v4"))
    found += _methods(drive, DRIVE, "/drive/v3/", Shapes(drive["schemas"], "apps.drive.v3", _TOLERATED))
    old_shapes = Shapes(old["schemas"], "apps.drive.v2", _TOLERATED)
    update = {"resources": {"files": {"methods": {"update": old["resources"]["files"]["methods"]["update"]}}}}
    found += _methods({**old, **update}, UPLOAD, "/upload/drive/v2/", old_shapes)
    uploads = {name: drive["resources"]["files"]["methods"][name] for name in ("create", "update")}
    extra = _methods(
        {**drive, "resources": {"files": {"methods": uploads}}},
        DRIVE,
        "/upload/drive/v3/",
        Shapes(drive["schemas"], "apps.drive.v3", _TOLERATED),
    )
    return tuple(sorted(found + extra, key=lambda method: -_fixed(method.pattern.pattern)))


def _fixed(pattern: str) -> int:
    """How much of a path is fixed text: `values:batchGet` is tried before `values/{range}`."""
    return len(re.sub(r"\(\?P<\w+>[^)]*\)", "", pattern))


def _methods(doc: dict[str, Any], api: str, base: str, shapes: Shapes) -> list[Method]:
    found = []
    common = doc["parameters"]

    def walk(resources: dict[str, Any]) -> None:
        for resource in resources.values():
            found.extend(_method(entry, api, base, shapes, common) for entry in resource.get("methods", {}).values())
            walk(resource.get("resources", {}))

    walk(doc["resources"])
    return found


def _method(entry: dict[str, Any], api: str, base: str, shapes: Shapes, common: dict[str, Any]) -> Method:
    own = entry.get("parameters", {})
    pattern = re.escape(base + entry["path"]).replace(r"\{", "{").replace(r"\}", "}")
    # A colon in the last segment starts a custom verb, so an id holds none; a range may hold one ("A1:B2").
    pattern = re.sub(
        r"\{(\w+)\}", lambda name: f"(?P<{name[1]}>{'[^/]+' if name[1] == 'range' else '[^/:]+'})", pattern
    )
    merged = {**common, **own}
    return Method(
        id=entry["id"],
        api=api,
        verb=entry["httpMethod"],
        pattern=re.compile(pattern + r"\Z"),
        response=entry.get("response", {}).get("$ref", ""),
        shapes=shapes,
        request=shapes.message(entry["request"]["$ref"]) if "request" in entry else None,
        parameters={name: shapes.value(schema, name, "") for name, schema in merged.items()},
        repeated=frozenset(name for name, schema in merged.items() if schema.get("repeated")),
        limits={
            name: (int(schema["minimum"]), int(schema["maximum"]))
            for name, schema in own.items()
            if "minimum" in schema and "maximum" in schema
        },
        required=frozenset(name for name, schema in own.items() if schema.get("required") and name not in pattern),
    )


def find(verb: str, path: str) -> tuple[Method, dict[str, str]] | None:
    """The method a path belongs to, with its path parameters decoded; None where Google has no such path."""
    for method in methods():
        match = method.pattern.match(path) if method.verb == verb else None
        if match:
            return method, {name: unquote(value) for name, value in match.groupdict().items()}
    return None


def check(method: Method, path: dict[str, str], query: Query, body: Any, name: str = "") -> dict[str, Any]:
    """The body as the services take it; raises Google's 400 if anything in the request is not as documented.

    `name` is what Google calls the body in its sentences, empty where it has no name of its own.
    """
    problems: Problems = []
    checked = _body(method, body, problems, ((), name) if name else ())
    _query(method, query, problems)
    for parameter, value in path.items():
        method.parameters[parameter](value, ((), parameter), problems)
    if problems:
        sentences = "\n".join(sentence for _path, sentence in problems)
        violations = [
            {"field": where, "description": text} if where else {"description": text} for where, text in problems
        ]
        kind = "type.googleapis.com/google.rpc.BadRequest"
        raise ApiError(400, sentences, reason="badRequest", details=[{"@type": kind, "fieldViolations": violations}])
    check_mask(method, query.get("fields", [""])[-1])
    if method.id == "sheets.spreadsheets.batchUpdate":
        _requests(method, checked)
    return checked


def _body(method: Method, body: Any, problems: Problems, where: Where) -> dict[str, Any]:
    if method.request is None or body is None:
        return {}
    if not isinstance(body, dict):
        problems.append(("", 'Invalid JSON payload received. Unknown name "": Root element must be a message.'))
        return {}
    return method.request(body, where, problems)


def _query(method: Method, query: Query, problems: Problems) -> None:
    for name, values in list(query.items()):
        known = name if name in method.parameters else camel(name)
        checker = method.parameters.get(known)
        if checker is None:
            if name not in method.shapes.tolerated:
                why = f"Cannot bind query parameter. Field '{name}' could not be found in request message."
                problems.append(("", f'Invalid JSON payload received. Unknown name "{name}": {why}'))
            continue
        checked = [checker(value, ((), known), problems) for value in values]
        if known != name:
            query[known] = query.pop(name)
        _limits(method, known, checked[-1])
    for name in sorted(method.required - set(query)):
        raise (
            ApiError(400, f"Required parameter: {name}", reason="required", location=("parameter", name))
            if method.drive
            else ApiError(400, f"'{snake(name)}' is required but was not specified")
        )


def _limits(method: Method, name: str, value: Any) -> None:
    if name in method.limits and isinstance(value, int):
        low, high = method.limits[name]
        if not low <= value <= high:
            text = f"Invalid value '{value}'. Values must be within the range: [{low}, {high}]"
            raise ApiError(400, text, reason="invalidParameter", location=("parameter", name))


def check_mask(method: Method, text: str) -> None:
    """Raises Google's 400 if a `fields` parameter names what the answer cannot have."""
    if not text or not method.response:
        return
    if not method.drive and re.search(r"\s", text):
        raise _mask_error(method, text, next(part for part in re.split(r"[,(]", text) if re.search(r"\s", part)))
    try:
        tree = parse(text)
    except ApiError as error:
        raise _mask_error(method, text, text) from error
    wrong = wrong_path(method.shapes, {"$ref": method.response}, tree, ())
    if wrong is not None:
        raise _mask_error(method, text, ".".join(wrong))


def _mask_error(method: Method, text: str, path: str) -> ApiError:
    if method.drive:
        return ApiError(
            400, f"Invalid field selection {path}", reason="invalidParameter", location=("parameter", "fields")
        )
    why = f"Error expanding 'fields' parameter. Cannot find matching fields for path '{path}'."
    return ApiError(400, "Request contains an invalid argument.", details=[bad_request(text, why)])


def wrong_path(shapes: Shapes, schema: dict[str, Any], tree: Tree, at: tuple[str, ...]) -> tuple[str, ...] | None:
    """The first path of a mask that a schema does not have, None if it has all."""
    while schema.get("type") == "array":
        schema = schema["items"]
    if "$ref" in schema:
        schema = shapes.schemas[schema["$ref"]]
    properties = schema.get("properties", {})
    free = "additionalProperties" in schema or schema.get("type") == "any"
    for name, inner in tree.items():
        known = name if name in properties else camel(name)
        wrong: tuple[str, ...] | None = None
        if name == "*":
            fits = not inner or not properties or any(_has(shapes, child, inner) for child in properties.values())
            wrong = None if fits else (*at, name)
        elif known not in properties:
            wrong = None if free else (*at, name)
        elif inner:
            wrong = wrong_path(shapes, properties[known], inner, (*at, name))
        if wrong is not None:
            return wrong
    return None


def _has(shapes: Shapes, schema: dict[str, Any], tree: Tree) -> bool:
    return wrong_path(shapes, schema, tree, ()) is None


def _requests(method: Method, body: dict[str, Any]) -> None:
    """Checks of a batch that the schemas do not hold: each request has a kind, and its update mask fits."""
    if not body.get("requests"):
        raise ApiError(400, "Must specify at least one request.")
    for number, request in enumerate(body["requests"]):
        if not isinstance(request, dict) or not request:
            raise ApiError(400, f"Invalid requests[{number}]: No request set.")
        kind = next(iter(request))
        root = _MASK_ROOTS.get(kind)
        if root is None or (kind == "updateEmbeddedObjectPosition" and "fields" not in request[kind]):
            continue
        text = request[kind].get("fields", "")
        tree = parse(text)
        if not tree:
            raise ApiError(400, f"Invalid requests[{number}].{kind}: {_NO_FIELDS}")
        wrong = wrong_path(method.shapes, {"$ref": root}, tree, ())
        if wrong is not None and below(tree, "*") is None:
            raise ApiError(400, f"Invalid requests[{number}].{kind}: Invalid field: {'.'.join(wrong)}")
