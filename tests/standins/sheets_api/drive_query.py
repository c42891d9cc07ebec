"""The query language of Drive's files.list: `mimeType = '…' and (name contains '…' or 'id' in parents)`."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from .errors import ApiError
from .store import OWNER, ROOT, Store

File = dict[str, Any]
Test = Callable[[File], bool]

_TOKEN: Final = re.compile(r"""\s*('(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|<=|>=|!=|[=<>(){}]|[A-Za-z_.0-9:+-]+)""")
_COMPARE: Final = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_TIMES: Final = frozenset({"modifiedTime", "createdTime", "viewedByMeTime", "sharedWithMeTime"})
_FLAGS: Final = frozenset({"trashed", "starred", "sharedWithMe"})
_TEXTS: Final = frozenset({"name", "mimeType", "visibility", "shortcutDetails.targetId"})
_PEOPLE: Final = {"owners": ("owner",), "writers": ("owner", "organizer", "fileOrganizer", "writer"), "readers": None}
_PROPERTIES: Final = frozenset({"properties", "appProperties"})
_CHINESE: Final = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")


def invalid_value(name: str) -> ApiError:
    """Drive's answer to a parameter it cannot read."""
    return ApiError(400, "Invalid Value", reason="invalid", location=("parameter", name))


def test_for(store: Store, text: str) -> Test:
    """A test of files for a query; an empty query takes all."""
    if not text.strip():
        return lambda _file: True
    reader = _Reader(store, text)
    test = reader.either()
    if reader.peek():
        raise invalid_value("q")
    return test


class _Reader:
    """Reads a query from left to right; each method gives a test."""

    def __init__(self, store: Store, text: str) -> None:
        self.store, self.at, self.tokens, place = store, 0, [], 0
        text = text.strip()
        while place < len(text):
            match = _TOKEN.match(text, place)
            if match is None:
                raise invalid_value("q")
            self.tokens.append(match[1])
            place = match.end()

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, *expected: str) -> str:
        token = self.peek()
        if not token or (expected and token not in expected):
            raise invalid_value("q")
        self.at += 1
        return token

    def either(self) -> Test:
        tests = [self.both()]
        while self.peek().lower() == "or":
            self.take()
            tests.append(self.both())
        return tests[0] if len(tests) == 1 else lambda file: any(test(file) for test in tests)

    def both(self) -> Test:
        tests = [self.one()]
        while self.peek().lower() == "and":
            self.take()
            tests.append(self.one())
        return tests[0] if len(tests) == 1 else lambda file: all(test(file) for test in tests)

    def one(self) -> Test:
        if self.peek().lower() == "not":
            self.take()
            test = self.one()
            return lambda file: not test(file)
        if self.peek() == "(":
            self.take()
            test = self.either()
            self.take(")")
            return test
        return self.term()

    def term(self) -> Test:
        first = self.take()
        if first in _FLAGS and self.peek().lower() in {"", "and", "or", ")"}:
            return lambda file: self.flag(file, first)
        verb = self.take("=", "!=", "<", "<=", ">", ">=", "contains", "in", "has")
        if verb == "has":
            return self.having(first)
        second = self.take()
        if verb == "in":
            collection, value = (second, first) if not _quoted(second) else (first, second)
            return self.member(collection, _plain(value))
        if _quoted(first):
            first, second = second, first
        return self.compare(first, verb, second)

    def compare(self, field: str, verb: str, value: str) -> Test:
        wanted: Any = _plain(value)
        if field in _FLAGS and verb in {"=", "!="} and wanted in {"true", "false"}:
            is_wanted = (wanted == "true") == (verb == "=")
            return lambda file: self.flag(file, field) == is_wanted
        if field in _TIMES and verb in _COMPARE:
            moment = _moment(wanted)
            return lambda file: bool(file.get(field)) and _COMPARE[verb](_moment(file[field]), moment)
        if field in {"name", "fullText"} and verb == "contains":
            words = _name_contains if field == "name" else _text_contains
            return lambda file: words(file["name"] if field == "name" else self.full_text(file), wanted)
        if field in _TEXTS and verb == "contains":
            return lambda file: wanted.casefold() in self.text(file, field)
        if field in _TEXTS and verb in {"=", "!="}:
            return lambda file: (self.text(file, field) == wanted.casefold()) == (verb == "=")
        raise invalid_value("q")

    def text(self, file: File, field: str) -> str:
        if field == "visibility":
            return self.visibility(file).casefold()
        value: Any = file
        for part in field.split("."):
            value = value.get(part, {}) if isinstance(value, dict) else ""
        return str(value or "").casefold()

    def visibility(self, file: File) -> str:
        """How widely a file is shared: `limited`, or the widest of the permissions that are not for people."""
        held = self.store.permissions[file["id"]].values()
        found = [
            entry["type"] + ("CanFind" if entry.get("allowFileDiscovery") else "WithLink")
            for entry in sorted(held, key=lambda entry: entry["type"])
            if entry["type"] in {"anyone", "domain"}
        ]
        return found[0] if found else "limited"

    def flag(self, file: File, field: str) -> bool:
        if field == "sharedWithMe":
            return not file.get("ownedByMe", True)
        return bool(file.get(field))

    def member(self, collection: str, value: str) -> Test:
        if collection == "parents":
            wanted = ROOT if value == "root" else value
            return lambda file: wanted in file.get("parents", [])
        if collection not in _PEOPLE:
            raise invalid_value("q")
        roles, email = _PEOPLE[collection], OWNER["emailAddress"] if value == "me" else value
        return lambda file: any(
            entry.get("emailAddress") == email and (roles is None or entry["role"] in roles)
            for entry in self.store.permissions[file["id"]].values()
        )

    def having(self, field: str) -> Test:
        if field not in _PROPERTIES:
            raise invalid_value("q")
        self.take("{")
        pairs = {}
        while self.peek() != "}":
            name = self.take("key", "value")
            self.take("=")
            pairs[name] = _plain(self.take())
            if self.peek() == "and":
                self.take()
        self.take("}")
        return lambda file: file.get(field, {}).get(pairs.get("key", "")) == pairs.get("value")

    def full_text(self, file: File) -> str:
        parts = [file["name"], file.get("description", "")]
        book = self.store.books.get(file["id"])
        for tab in book.sheets if book else ():
            parts.append(tab.title)
            parts += [str(next(iter(c.get("userEnteredValue", {"": ""}).values()), "")) for _, _, c in tab.filled()]
        if file["mimeType"].startswith("text/"):
            parts.append(self.store.contents.get(file["id"], b"").decode("utf-8", "replace"))
        return "\n".join(parts)


def _quoted(token: str) -> bool:
    return token[:1] in {"'", '"'}


def _plain(token: str) -> str:
    return re.sub(r"\\(.)", r"\1", token[1:-1]) if _quoted(token) else token


def _moment(text: str) -> str:
    """An RFC 3339 time in a form that sorts: UTC, with milliseconds."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise invalid_value("q") from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).isoformat(timespec="milliseconds")


def _name_contains(name: str, wanted: str) -> bool:
    """Drive matches beginnings of words in names: `Hello` finds `HelloWorld`, `World` does not."""
    text, part = name.casefold(), wanted.casefold()
    if _CHINESE.search(part):
        return part in text
    return bool(re.search(r"(?:^|[\W_])" + re.escape(part), text)) or text.startswith(part)


def _text_contains(text: str, wanted: str) -> bool:
    """Whole words, all of them; between double quotes in the given order."""
    text, part = text.casefold(), wanted.casefold()
    phrases = [part[1:-1]] if re.fullmatch(r'".*"', part) else part.split()
    return all(
        word in text if _CHINESE.search(word) else bool(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text))
        for word in phrases
    )
