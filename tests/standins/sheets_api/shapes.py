"""Checks of JSON values against the schemas of a discovery document, each schema compiled once.

A checker is a function (value, where, problems) -> value: it adds what is wrong to `problems` and gives the value
back, with Google's leniencies straightened out: numbers given as text become numbers, `snake_case` names become
`camelCase`, nulls vanish. `where` is a chain (parent, name or index) that becomes a path only when needed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, Final

from .masks import camel

Where = Any
Problems = list[tuple[str, str]]
Checker = Callable[[Any, Where, Problems], Any]

_HUMP: Final = re.compile(r"(?<!^)([A-Z])")
_LIMITS: Final = {"int32": 2**31, "int64": 2**63, "uint32": 2**32, "uint64": 2**64}
_SPECIAL_NUMBERS: Final = frozenset({"NaN", "Infinity", "-Infinity"})
ONE_OF: Final[dict[str, tuple[str, frozenset[str]]]] = {
    "ExtendedValue": (
        "value",
        frozenset({"numberValue", "stringValue", "boolValue", "formulaValue", "errorValue"}),
    ),
    "ColorStyle": ("kind", frozenset({"rgbColor", "themeColor"})),
    "DataFilter": ("filter", frozenset({"a1Range", "gridRange", "developerMetadataLookup"})),
    "DeveloperMetadataLocation": ("location", frozenset({"spreadsheet", "sheetId", "dimensionRange"})),
    "ConditionalFormatRule": ("rule", frozenset({"booleanRule", "gradientRule"})),
    "UpdateCellsRequest": ("area", frozenset({"start", "range"})),
    "AutoFillRequest": ("area", frozenset({"range", "sourceAndDestination"})),
    "FindReplaceRequest": ("scope", frozenset({"range", "sheetId", "allSheets"})),
    "PasteDataRequest": ("kind", frozenset({"delimiter", "html"})),
    "EmbeddedObjectPosition": ("location", frozenset({"sheetId", "overlayPosition", "newSheet"})),
    "ConditionValue": ("value", frozenset({"relativeDate", "userEnteredValue"})),
}
_ENUMS: Final = {
    "majorDimension": "Dimension",
    "dimension": "Dimension",
    "valueInputOption": "ValueInputOption",
    "valueRenderOption": "ValueRenderOption",
    "responseValueRenderOption": "ValueRenderOption",
    "dateTimeRenderOption": "DateTimeRenderOption",
    "responseDateTimeRenderOption": "DateTimeRenderOption",
    "insertDataOption": "ValuesAppendRequest.InsertDataOption",
    "horizontalAlignment": "HorizontalAlign",
    "verticalAlignment": "VerticalAlign",
    "wrapStrategy": "WrapStrategy",
    "pasteType": "PasteType",
    "pasteOrientation": "PasteOrientation",
    "sortOrder": "SortOrder",
    "themeColor": "ThemeColorType",
    "NumberFormat.type": "NumberFormat.NumberFormatType",
    "BooleanCondition.type": "ConditionType",
    "Border.style": "Style",
    "visibility": "DeveloperMetadata.DeveloperMetadataVisibility",
}


_TYPES: Final = {"Request": "BatchUpdateSpreadsheetRequest.Request"}
_TYPED_TEXT: Final = frozenset({("ConditionValue", "userEnteredValue")})
"""Where gspread's user guide sends numbers for text (`add_validation("A1", number_greater, [10])`)."""


def snake(name: str) -> str:
    """The name of a field as Google's error sentences write it."""
    return _HUMP.sub(r"_\1", name).lower()


def path_of(where: Where) -> str:
    """`requests[0].add_sheet.properties` for a chain."""
    parts: list[str] = []
    while where:
        where, part = where
        parts.append(f"[{part}]" if isinstance(part, int) else f".{snake(part)}")
    return "".join(reversed(parts)).lstrip(".")


def _wrong(problems: Problems, where: Where, kind: str, value: Any) -> None:
    shown = json.dumps(value, ensure_ascii=False) if isinstance(value, str | bool | int | float) else ""
    path = path_of(where)
    problems.append((path, f"Invalid value at '{path}' ({kind}), {shown}".rstrip(", ")))


def unknown(problems: Problems, where: Where, name: str, why: str) -> None:
    """Notes a name that does not belong where it stands."""
    path = path_of(where)
    problems.append((path, f'Invalid JSON payload received. Unknown name "{name}"{_at(path)}: {why}'))


def _at(path: str) -> str:
    return f" at '{path}'" if path else ""


class Shapes:
    """The schemas of one discovery document.

    Attributes:
        package: of Google's type names, such as `google.apps.sheets.v4`.
        tolerated: names ignored though no schema has them.
    """

    def __init__(self, schemas: dict[str, Any], package: str, tolerated: frozenset[str] = frozenset()) -> None:
        self.schemas, self.package, self.tolerated = schemas, package, tolerated
        self._messages: dict[str, Checker] = {}

    def message(self, name: str) -> Checker:
        """The checker of a schema."""
        if name not in self._messages:
            self._messages[name] = self._object(self.schemas[name], name)
        return self._messages[name]

    def value(self, schema: dict[str, Any], name: str, owner: str) -> Checker:
        """The checker of a property or parameter."""
        if "$ref" in schema:
            return self._late(schema["$ref"])
        kind = schema.get("type", "any")
        if kind == "array":
            return self._array(schema["items"], name, owner)
        if kind == "object":
            return self._map(schema, name, owner)
        if "enum" in schema:
            named = _ENUMS.get(f"{owner}.{name}") or _ENUMS.get(name) or f"{owner}.{name[:1].upper()}{name[1:]}"
            return _enum(frozenset(schema["enum"]), f"type.googleapis.com/{self.package}.{named}")
        return _typed if (owner, name) in _TYPED_TEXT else _scalar(kind, schema.get("format", ""))

    def _late(self, name: str) -> Checker:
        def check(value: Any, where: Where, problems: Problems) -> Any:
            return self.message(name)(value, where, problems)

        return check

    def _object(self, schema: dict[str, Any], name: str) -> Checker:
        fields = {key: self.value(inner, key, name) for key, inner in schema.get("properties", {}).items()}
        type_name = f"type.googleapis.com/{self.package}.{_TYPES.get(name, name)}"
        one_of = ONE_OF.get(name) or (("kind", frozenset(fields)) if name == "Request" else None)
        lookup, tolerated = fields.get, self.tolerated

        def check(value: Any, where: Where, problems: Problems) -> Any:
            if type(value) is not dict:
                if type(value) is list:
                    _refuse(problems, where, type_name, value)
                else:
                    _wrong(problems, where, type_name, value)
                return value
            changed = False
            for key, item in value.items():
                checker = lookup(key)
                if checker is None or item is None:
                    changed = True
                    continue
                new = checker(item, (where, key), problems)
                if new is not item:
                    value[key] = new
            if changed:
                value = self._rest(value, fields, where, problems, tolerated)
            if one_of and len(value) > 1:
                _one_of(value, one_of, where, problems)
            return value

        return check

    def _rest(
        self, value: dict[str, Any], fields: dict[str, Checker], where: Where, problems: Problems, ok: frozenset[str]
    ) -> dict[str, Any]:
        """The names that were not found at once: nulls, `snake_case` names and unknown ones."""
        kept = {}
        for key, item in value.items():
            name = key if key in fields else camel(key)
            if name not in fields:
                if key not in ok:
                    unknown(problems, where, key, "Cannot find field.")
            elif item is not None:
                kept[name] = item if name == key else fields[name](item, (where, name), problems)
        return kept

    def _array(self, items: dict[str, Any], name: str, owner: str) -> Checker:
        inner = self.value(items, name, owner)
        nested = items.get("type") == "array"
        kind = "type.googleapis.com/google.protobuf.ListValue"
        free = nested and items["items"].get("type") == "any"

        def check(value: Any, where: Where, problems: Problems) -> Any:
            if type(value) is not list:
                if nested:
                    _wrong(problems, where, kind, value)
                    return value
                return [inner(value, where, problems)]
            for number, item in enumerate(value):
                if free:
                    if type(item) is not list:
                        _wrong(problems, (where, number), kind, item)
                    continue
                new = inner(item, (where, number), problems) if item is not None else None
                if new is not item:
                    value[number] = new
            return value if free or None not in value else [item for item in value if item is not None]

        return check

    def _map(self, schema: dict[str, Any], name: str, owner: str) -> Checker:
        if schema.get("properties"):
            return self._object(schema, f"{owner}.{name}")
        inner = self.value(schema.get("additionalProperties", {"type": "any"}), name, owner)

        def check(value: Any, where: Where, problems: Problems) -> Any:
            if type(value) is not dict:
                _wrong(problems, where, "Map", value)
                return value
            return {key: item if item is None else inner(item, (where, key), problems) for key, item in value.items()}

        return check


def _one_of(value: dict[str, Any], rule: tuple[str, frozenset[str]], where: Where, problems: Problems) -> None:
    field, members = rule
    present = [key for key in value if key in members]
    path = path_of(where)
    for key in present[1:]:
        text = f"Invalid value at '{path}' (oneof), oneof field '{field}' is already set. Cannot set '{key}'"
        problems.append((path, text))


def _enum(words: frozenset[str], kind: str) -> Checker:
    def check(value: Any, where: Where, problems: Problems) -> Any:
        if type(value) is str:
            if value not in words:
                _wrong(problems, where, kind, value)
        elif type(value) is not int:
            _refuse(problems, where, kind, value)
        return value

    return check


def _refuse(problems: Problems, where: Where, kind: str, value: Any) -> None:
    """Notes a value of the wrong type; lists and objects have sentences of their own."""
    if isinstance(value, list):
        unknown(problems, where[0], str(where[1]), "Proto field is not repeating, cannot start list.")
    elif isinstance(value, dict):
        path, field = path_of(where[0]), snake(str(where[1]))
        place = f" at '{path}'" if path else ""
        problems.append((path, f"Invalid value{place} ({field}), Starting an object on a scalar field"))
    else:
        _wrong(problems, where, kind, value)


def _scalar(kind: str, form: str) -> Checker:
    if kind == "any":
        return lambda value, _where, _problems: value
    if kind == "string" and form in _LIMITS:
        return _integer(form, text=True)
    if kind == "integer":
        return _integer(form or "int32", text=False)
    return {"string": _string, "boolean": _boolean, "number": _float if form == "float" else _double}[kind]


def _string(value: Any, where: Where, problems: Problems) -> Any:
    if type(value) is not str:
        _refuse(problems, where, "TYPE_STRING", value)
    return value


def _typed(value: Any, where: Where, problems: Problems) -> Any:
    if type(value) in {int, float, bool}:
        return json.dumps(value)
    return _string(value, where, problems)


def _boolean(value: Any, where: Where, problems: Problems) -> Any:
    if type(value) is not bool:
        if type(value) is str and value.lower() in {"true", "false"}:
            return value.lower() == "true"
        _refuse(problems, where, "TYPE_BOOL", value)
    return value


def _double(value: Any, where: Where, problems: Problems) -> Any:
    return _number(value, where, problems, "TYPE_DOUBLE")


def _float(value: Any, where: Where, problems: Problems) -> Any:
    return _number(value, where, problems, "TYPE_FLOAT")


def _number(value: Any, where: Where, problems: Problems, kind: str) -> Any:
    if type(value) in {int, float}:
        return value
    if type(value) is str and value not in _SPECIAL_NUMBERS:
        try:
            return float(value)
        except ValueError:
            pass
    _refuse(problems, where, kind, value)
    return value


def _integer(form: str, *, text: bool) -> Checker:
    limit, kind = _LIMITS[form], f"TYPE_{form.upper()}"

    def check(value: Any, where: Where, problems: Problems) -> Any:
        number = value
        if (type(value) is str and re.fullmatch(r"[+-]?\d+", value)) or (type(value) is float and value.is_integer()):
            number = int(value)
        if type(number) is not int or not -limit <= number < limit:
            _refuse(problems, where, kind, value)
            return value
        return str(number) if text else number

    return check
