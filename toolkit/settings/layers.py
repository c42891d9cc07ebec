"""Where values stand: layers of the configuration, each over the ones before it."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from toolkit.errors import UsageError
from toolkit.settings.whole import KeyPath

_PLAIN: Final = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True)
class Document:
    """A configuration file.

    Attributes:
        path: where it is.
        text: as it was read.
        values: what it says, table in table.
    """

    path: Path
    text: str
    values: Mapping[str, Any]

    @cached_property
    def lines(self) -> Mapping[KeyPath, int]:
        """Line of the file, from 1, where a table or a key begins.

        tomllib tells no lines. So each statement is read by itself, together with the header it stands under: a
        statement is whole as soon as tomllib takes it.
        """
        found: dict[KeyPath, int] = {}
        header, statement, start = "", "", 1
        for number, line in enumerate(self.text.split("\n"), 1):
            if not statement and not line.strip().partition("#")[0]:
                continue
            start = start if statement else number
            statement += f"{line}\n"
            is_header = statement.lstrip().startswith("[")
            try:
                paths = _paths(tomllib.loads(statement if is_header else header + statement))
            except tomllib.TOMLDecodeError:
                continue
            for path in paths:
                found.setdefault(path, start)
            header, statement = statement if is_header else header, ""
        return found


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value stands.

    Attributes:
        kind: the file, a variable of the environment, or nowhere: the default holds.
        place: path of the file or name of the variable; empty for a default.
        table: the table of the file, such as `communities.taitou.mail`; empty for the others.
        line: of the file, from 1; None for the others.
    """

    kind: str
    place: str = ""
    table: str = ""
    line: int | None = None

    def __str__(self) -> str:
        """In a few words, such as `consortium.toml [mail], line 7`."""
        table = f" [{self.table}]" if self.table else ""
        line = f", line {self.line}" if self.line else ""
        return f"{self.place or self.kind}{table}{line}"


@dataclass(frozen=True)
class Layer:
    """Values that stand in one place.

    Attributes:
        values: section in section, as `Settings` has them.
        document: the file they stand in; None for the environment.
        prefix: tables of the file that the sections stand in.
        variables: name of the variable of each key, for the environment.
    """

    values: Mapping[str, Any]
    document: Document | None = None
    prefix: KeyPath = ()
    variables: Mapping[KeyPath, str] = field(default_factory=dict)

    def holds(self, path: KeyPath) -> bool:
        """Whether something stands there."""
        value: object = self.values
        for part in path:
            if not isinstance(value, Mapping) or part not in value:
                return False
            value = value[part]
        return True

    def origin(self, path: KeyPath) -> Origin:
        """Where something stands."""
        if self.document is None:
            return Origin("variable", self.variables[path])
        whole = (*self.prefix, *path)
        return Origin("file", str(self.document.path), named(whole[:-1]), self.document.lines.get(whole))

    def where(self, path: KeyPath) -> str:
        """Where something stands and what it is called there, such as `consortium.toml, line 7: mail.port`."""
        if self.document is None:
            return self.variables[path]
        whole = (*self.prefix, *path)
        line = self.document.lines.get(whole)
        return f"{self.document.path}{f', line {line}' if line else ''}: {named(whole)}"


def named(path: KeyPath) -> str:
    """A key or a table as TOML writes it, with quotation marks where it needs them."""
    return ".".join(part if _PLAIN.fullmatch(part) else json.dumps(part, ensure_ascii=False) for part in path)


def top_layer(layers: Sequence[Layer], path: KeyPath) -> Layer | None:
    """The layer whose value is in force; None where the default is."""
    return next((layer for layer in reversed(layers) if layer.holds(path)), None)


def merged(layers: Sequence[Layer]) -> dict[str, Any]:
    """All values, key by key those of the last layer that has one."""
    whole: dict[str, Any] = {}
    for layer in layers:
        whole = _over(whole, layer.values)
    return whole


def read_document(path: Path, copy: Path | None = None) -> Document:
    """Read a configuration file.

    Args:
        path: the file.
        copy: what is read in its stead where it is there; paths in it count from the file all the same.

    Raises:
        UsageError: it cannot be read or is no TOML.
    """
    try:
        text = (copy if copy and copy.is_file() else path).read_text(encoding="utf-8-sig")
        return Document(path, text, tomllib.loads(text))
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror}); check the path given with --config.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        hint = "In paths, write / instead of \\; put quotation marks around keys in Chinese."
        raise UsageError(f"{path} is no valid TOML in UTF-8: {error}. {hint}") from error


def _over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    whole = dict(below)
    for name, value in above.items():
        both = isinstance(value, Mapping) and isinstance(below.get(name), Mapping)
        whole[name] = _over(below[name], value) if both else value
    return whole


def _paths(values: Mapping[str, Any], above: KeyPath = ()) -> list[KeyPath]:
    found: list[KeyPath] = []
    for name, value in values.items():
        found.append((*above, name))
        if isinstance(value, Mapping):
            found += _paths(value, (*above, name))
    return found
