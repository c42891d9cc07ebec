"""Reads the text of a formula into nested tuples."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

Node = tuple[Any, ...]
SHEET: Final = r"(?:'(?:[^']|'')+'|[^\W\d][\w.]*)!"
CELLS: Final = (
    r"(?:\$?[A-Za-z]{1,3}\$?[1-9]\d*(?::\$?[A-Za-z]{1,3}(?:\$?[1-9]\d*)?)?"
    r"|\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3}(?:\$?[1-9]\d*)?|\$?[1-9]\d*:\$?[1-9]\d*)(?![\w.(])"
)
_TOKEN: Final = re.compile(
    r'\s*(?:(?P<text>"(?:[^"]|"")*")'
    rf"|(?P<reference>(?:{SHEET})?(?:{CELLS}))"
    rf"|(?P<broken>(?:{SHEET})?#REF!)"
    r"|(?P<error>#(?:DIV/0!|N/A|NAME\?|NULL!|NUM!|VALUE!|ERROR!))"
    r"|(?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+)"
    r"|(?P<call>[^\W\d][\w.]*)\s*\("
    r"|(?P<name>[^\W\d][\w.]*)"
    r"|(?P<sign><>|<=|>=|[-+*/^&=<>%(),;{}]))",
    re.DOTALL,
)
_LEVELS: Final = (("=", "<>", "<", ">", "<=", ">="), ("&",), ("+", "-"), ("*", "/"), ("^",))


class FormulaError(Exception):
    """The text is no formula."""


class _Reader:
    def __init__(self, formula: str) -> None:
        self.tokens = list(_tokens(formula))
        self.at = 0

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")

    def take(self) -> tuple[str, str]:
        token = self.peek()
        self.at += 1
        return token

    def expect(self, sign: str) -> None:
        if self.take() != ("sign", sign):
            raise FormulaError

    def binary(self, level: int = 0) -> Node:
        if level == len(_LEVELS):
            return self.unary()
        left = self.binary(level + 1)
        while self.peek()[0] == "sign" and self.peek()[1] in _LEVELS[level]:
            sign = self.take()[1]
            left = ("binary", sign, left, self.binary(level + 1))
        return left

    def unary(self) -> Node:
        kind, content = self.peek()
        if kind == "sign" and content in "+-":
            self.take()
            return ("unary", content, self.unary())
        node = self.atom()
        while self.peek() == ("sign", "%"):
            self.take()
            node = ("binary", "/", node, ("value", 100))
        return node

    def atom(self) -> Node:
        kind, content = self.take()
        if kind == "number":
            number = float(content)
            return ("value", int(number) if number.is_integer() else number)
        if kind == "text":
            return ("value", content[1:-1].replace('""', '"'))
        if kind in {"reference", "broken", "error"}:
            return (kind, content)
        if kind == "call":
            return ("call", content.upper(), self.arguments(")"))
        if kind == "name":
            return ("value", content.upper() == "TRUE") if content.upper() in {"TRUE", "FALSE"} else ("name", content)
        return self.bracket(kind, content)

    def bracket(self, kind: str, content: str) -> Node:
        if (kind, content) == ("sign", "("):
            node = self.binary()
            self.expect(")")
            return node
        if (kind, content) == ("sign", "{"):
            return ("array", self.array())
        raise FormulaError

    def arguments(self, end: str) -> tuple[Node, ...]:
        found: list[Node] = []
        if self.peek() == ("sign", end):
            self.take()
            return ()
        while True:
            empty = self.peek() in {("sign", ","), ("sign", end), ("sign", ";")}
            found.append(("value", None) if empty else self.binary())
            sign = self.take()
            if sign == ("sign", end):
                return tuple(found)
            if sign not in {("sign", ","), ("sign", ";")}:
                raise FormulaError

    def array(self) -> tuple[tuple[Node, ...], ...]:
        rows: list[list[Node]] = [[]]
        while True:
            rows[-1].append(self.binary())
            sign = self.take()
            if sign == ("sign", "}"):
                return tuple(tuple(row) for row in rows)
            if sign == ("sign", ";"):
                rows.append([])
            elif sign != ("sign", ","):
                raise FormulaError


def _tokens(formula: str) -> Iterator[tuple[str, str]]:
    at = 0
    while formula[at:].strip():
        match = _TOKEN.match(formula, at)
        if match is None:
            raise FormulaError
        yield match.lastgroup or "", match[match.lastgroup or 0]
        at = match.end()


def words(formula: str) -> list[tuple[str, str]]:
    """The parts of a formula with their kinds: reference, name, call, text, number, sign.

    Raises:
        FormulaError: if a part is none of them.
    """
    return list(_tokens(formula.strip().removeprefix("=")))


@lru_cache(maxsize=8192)
def read(formula: str) -> Node:
    """The tree of a formula that begins with `=`.

    Raises:
        FormulaError: if it is none.
    """
    reader = _Reader(formula.strip().removeprefix("="))
    tree = reader.binary()
    if reader.peek()[0] != "end":
        raise FormulaError
    return tree
