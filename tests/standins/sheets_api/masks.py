"""Field masks: which parts of an answer are wanted, and which parts of a value an update touches."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final

from .errors import ApiError

Tree = dict[str, "Tree"]
"""A mask: each name with the mask below it; an empty mask means all of the value, the name `*` any field."""

_TOKENS: Final = re.compile(r"\s*([A-Za-z0-9_@$*-]+|[(),./])")


class _Reader:
    """Reads `a,b(c,d/e),f/*` from left to right."""

    def __init__(self, text: str) -> None:
        self.text, self.tokens, self.at = text, _tokens(text), 0

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self) -> str:
        token = self.peek()
        self.at += 1
        return token

    def items(self, tree: Tree) -> Tree:
        """A list of paths with commas between them, put into `tree`."""
        self.path(tree)
        while self.peek() == ",":
            self.take()
            self.path(tree)
        return tree

    def path(self, tree: Tree) -> None:
        name = self.take()
        if not name or name in "(),./":
            raise _broken(self.text)
        whole = name in tree and not tree[name]
        below: Tree = tree.get(name, {})
        if self.peek() in {"/", "."}:
            self.take()
            self.path(below)
        elif self.peek() == "(":
            self.take()
            self.items(below)
            if self.take() != ")":
                raise _broken(self.text)
        else:
            whole = True
        tree[name] = {} if whole else below


def _tokens(text: str) -> list[str]:
    tokens, at = [], 0
    text = text.strip()
    while at < len(text):
        match = _TOKENS.match(text, at)
        if match is None:
            raise _broken(text)
        tokens.append(match[1])
        at = match.end()
    return tokens


def _broken(text: str) -> ApiError:
    return ApiError(
        400,
        "Request contains an invalid argument.",
        reason="invalidParameter",
        details=[bad_request("fields", f"Error expanding 'fields' parameter. Invalid field mask '{text}'.")],
    )


def bad_request(field: str, description: str) -> dict[str, Any]:
    """The detail of an error body that says which part of the request is wrong."""
    violation = {"field": field, "description": description} if field else {"description": description}
    return {"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [violation]}


@lru_cache(maxsize=512)
def parse(text: str) -> Tree:
    """The tree of a mask such as `a,b(c,d/e),f/*` or `sheets.properties.title`; do not change it."""
    reader = _Reader(text)
    if not reader.tokens:
        return {}
    tree = reader.items({})
    if reader.peek():
        raise _broken(text)
    return tree


def below(tree: Tree, name: str) -> Tree | None:
    """The mask that holds for the field `name`, None where the mask leaves it out, an empty one for all of it."""
    if not tree or name in tree:
        return tree.get(name, {})
    return tree.get("*")


def wants(mask_text: str, *path: str) -> bool:
    """Whether a mask asks for the field at `path`, wholly or for a part of it."""
    tree: Tree | None = parse(mask_text)
    for name in path:
        tree = below(tree, name) if tree is not None else None
    return tree is not None


def pick(value: Any, mask_text: str) -> Any:
    """A value cut down to what the mask names; lists are cut item by item."""
    return _cut(value, parse(mask_text)) if mask_text else value


def _cut(value: Any, tree: Tree) -> Any:
    if not tree:
        return value
    if isinstance(value, list):
        return [_cut(item, tree) for item in value]
    if not isinstance(value, dict):
        return value
    cut = {}
    for name, item in value.items():
        inner = below(tree, name)
        if inner is None:
            continue
        cut[name] = _cut(item, inner) if inner else item
    return cut


def merge(old: dict[str, Any], new: dict[str, Any], mask_text: str) -> dict[str, Any]:
    """The old value with the fields of an update mask taken from the new one; what the new one lacks is cleared.

    Neither argument is changed; parts that stay are shared with the old value.
    """
    return _merged(old, new, parse(mask_text))


def _merged(old: dict[str, Any], new: dict[str, Any], tree: Tree) -> dict[str, Any]:
    if not tree or tree.get("*") == {}:
        return {name: item for name, item in new.items() if item is not None}
    merged = dict(old)
    for given, inner in tree.items():
        name = camel(given)
        before, after = old.get(name), new.get(name)
        if inner and not isinstance(before, list) and not isinstance(after, list):
            after = _merged(before or {}, after or {}, inner) or ({} if after == {} else None)
        if after is None:
            merged.pop(name, None)
        else:
            merged[name] = after
    return merged


def camel(name: str) -> str:
    """The JSON name of a field: Google also takes `user_entered_value` for `userEnteredValue`."""
    if "_" not in name:
        return name
    first, *rest = name.split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in rest)
