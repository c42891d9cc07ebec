"""The sheets as `sheets_schema/` declares them, verified."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import Field as Attribute
from pydantic import model_validator

from toolkit.declarations import FOLDER, Part, read_yaml, verified

_MOST_WORDS = 10

Kind = Literal[
    "text", "word", "date", "int", "number", "percent", "bool", "url", "url_or_text", "email", "list", "ref", "bound"
]
Severity = Literal["error", "warning", "notice"]

_KIND_OF_TYPE: dict[tuple[str, str], Kind] = {
    ("string", "default"): "text",
    ("string", "uri"): "url",
    ("string", "email"): "email",
    ("date", "default"): "date",
    ("integer", "default"): "int",
    ("number", "default"): "number",
    ("boolean", "default"): "bool",
}


class Constraints(Part):
    """Table Schema constraints that this toolkit reads."""

    required: bool = False
    unique: bool = False
    minimum: float | None = None
    maximum: float | None = None
    enum: tuple[str, ...] = ()


class FieldExtras(Part):
    """What Table Schema has no word for, under `consortium` of a field."""

    key: str
    type: Literal["percent", "url_or_text", "list", "ref", "bound"] | None = None
    aliases: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    codes: Mapping[str, str] = Attribute(default_factory=dict)
    refers: str | None = None
    within: str | None = None
    when: Mapping[str, tuple[str, ...]] = Attribute(default_factory=dict)
    special: Mapping[str, str] = Attribute(default_factory=dict)
    required_unless: Mapping[str, tuple[str, ...]] = Attribute(default_factory=dict)
    above: float | None = None
    example: str = ""


class Field(Part):
    """One column (https://specs.frictionlessdata.io/table-schema/#field-descriptors)."""

    name: str
    type: str
    format: str = "default"
    description: str
    example: str | float = ""
    bareNumber: bool = True  # noqa: N815 the name Table Schema gives it
    trueValues: tuple[str, ...] = ()  # noqa: N815
    falseValues: tuple[str, ...] = ()  # noqa: N815
    constraints: Constraints = Constraints()
    consortium: FieldExtras

    @property
    def key(self) -> str:
        """The stable English name, used as a frame's column."""
        return self.consortium.key

    @cached_property
    def kind(self) -> Kind:
        """How the text of a cell is read."""
        if self.consortium.type:
            return self.consortium.type
        if self.codes:
            return "word"
        return _KIND_OF_TYPE[self.type, self.format]

    @property
    def shown_example(self) -> str:
        """An example the way staff write it."""
        return self.consortium.example or str(self.example)

    @property
    def codes(self) -> Mapping[str, str]:
        """Allowed word to stable English code; empty where any text goes."""
        return self.consortium.codes

    @cached_property
    def words(self) -> Mapping[str, str]:
        """Code to word, the other way round."""
        return {code: word for word, code in self.codes.items()}

    @property
    def refers(self) -> str | None:
        """Key of the sheet whose rows this column names."""
        return self.consortium.refers

    @property
    def required(self) -> bool:
        """Whether every row needs it."""
        return self.constraints.required

    @model_validator(mode="after")
    def _consistent(self) -> Field:
        if (self.type, self.format) not in _KIND_OF_TYPE and not self.consortium.type:
            message = f"no reading is known for type {self.type}, format {self.format}"
            raise ValueError(message)
        if self.constraints.enum and self.constraints.enum != tuple(self.codes):
            message = "enum and codes must list the same words in the same order"
            raise ValueError(message)
        return self


class Lookup(Part):
    """A column looked up in the row that a reference names; usable in quota filters."""

    name: str
    key: str
    through: str
    field: str


class Period(Part):
    """The column, or the pair of columns, that places a row in time."""

    date: str | None = None
    start: str | None = None
    end: str | None = None


class SheetExtras(Part):
    """What Table Schema has no word for, under `consortium` of a sheet."""

    key: str
    title: str
    number: int
    aliases: tuple[str, ...] = ()
    purpose: str
    period: Period | None = None
    ordered: tuple[tuple[str, str], ...] = ()
    unique_together: tuple[tuple[str, ...], ...] = ()
    owners: tuple[str, ...] = ()
    leans_on_references: bool = False
    lookups: tuple[Lookup, ...] = ()


class SheetSchema(Part):
    """One input sheet (https://specs.frictionlessdata.io/table-schema/)."""

    schema_url: str = Attribute(alias="$schema", default="")
    fields: tuple[Field, ...]
    primaryKey: tuple[str, ...] = ()  # noqa: N815
    foreignKeys: tuple[Mapping[str, Any], ...] = ()  # noqa: N815
    missingValues: tuple[str, ...] = ("",)  # noqa: N815
    consortium: SheetExtras

    @property
    def key(self) -> str:
        """The stable English name of the sheet."""
        return self.consortium.key

    @property
    def title(self) -> str:
        """The title staff see on the tab."""
        return self.consortium.title

    @cached_property
    def by_key(self) -> Mapping[str, Field]:
        """Fields by their English key."""
        return {field.key: field for field in self.fields}

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        """Fields by their header."""
        return {field.name: field for field in self.fields}

    @cached_property
    def headers(self) -> Mapping[str, Field]:
        """Fields by every folded header they answer to; a column's own name wins over another's alias."""
        known = {fold(alias): field for field in self.fields for alias in field.consortium.aliases}
        return known | {fold(field.name): field for field in self.fields}

    @cached_property
    def row_date(self) -> Field | None:
        """The column that dates a row by itself (not one looked up elsewhere)."""
        period = self.consortium.period
        return self.by_name.get(period.date or period.start or "") if period else None

    @model_validator(mode="after")
    def _consistent(self) -> SheetSchema:
        extras = self.consortium
        period = extras.period or Period()
        named = {name for pair in (*extras.ordered, *extras.unique_together, extras.owners) for name in pair}
        named |= {name for name in (period.start, period.end) if name}
        named |= {name for field in self.fields for name in (*field.consortium.when, *field.consortium.required_unless)}
        named |= {field.consortium.within for field in self.fields if field.consortium.within}
        if unknown := named - set(self.by_name):
            message = f"{extras.key}: no such column: {'、'.join(sorted(unknown))}"
            raise ValueError(message)
        return self


class ProblemKind(Part):
    """One kind of problem: how grave, what is said, what to write instead."""

    severity: Severity
    message: str
    suggestion: str = ""


class Messages(Part):
    """The catalogue of `messages.yaml`."""

    places: Mapping[str, str]
    hints: Mapping[str, str]
    problems: Mapping[str, ProblemKind]


class Words(Part):
    """The words of `words.yaml`."""

    totals: tuple[str, ...]
    everyone: tuple[str, ...]
    formula_errors: tuple[str, ...]
    title_suffixes: tuple[str, ...]
    conditions: Mapping[str, str]
    calendar_year: str
    bound_units: tuple[str, ...]
    approximations: tuple[str, ...]
    person_separator: str
    list_separator: str
    and_more: str

    def some(self, items: Sequence[str]) -> str:
        """A list of words as a message quotes it, cut where it would be longer than anyone reads."""
        if len(items) <= _MOST_WORDS:
            return self.list_separator.join(items)
        return self.and_more.format(words=self.list_separator.join(items[: _MOST_WORDS - 2]), count=len(items))


class Schema(Part):
    """Everything declared in `sheets_schema/`.

    Attributes:
        sheets: by key, in the order of the contract.
        messages: the problems' wording.
        words: words with a meaning in any sheet.
    """

    sheets: Mapping[str, SheetSchema]
    messages: Messages
    words: Words

    @cached_property
    def titles(self) -> Mapping[str, SheetSchema]:
        """Sheets by every folded title they answer to."""
        known = {fold(alias): sheet for sheet in self.sheets.values() for alias in sheet.consortium.aliases}
        return known | {fold(sheet.title): sheet for sheet in self.sheets.values()}

    def sheet_for(self, title: str) -> SheetSchema | None:
        """The sheet that a tab's title names, spaces and a trailing 表 aside; None where unknown."""
        folded = fold(title)
        if folded in self.titles:
            return self.titles[folded]
        for suffix in self.words.title_suffixes:
            if folded.endswith(suffix) and folded.removesuffix(suffix) in self.titles:
                return self.titles[folded.removesuffix(suffix)]
        return None

    def by_title(self, title: str) -> SheetSchema:
        """The sheet with exactly this title; KeyError where there is none."""
        return next(sheet for sheet in self.sheets.values() if sheet.title == title)


def fold(text: str) -> str:
    """A header or title without what does not matter: width, spaces, line breaks, invisible signs, `*`, end colon."""
    text = "".join(
        sign for sign in unicodedata.normalize("NFKC", text) if unicodedata.category(sign) not in {"Cf", "Cc"}
    )
    return re.sub(r"[\s*]+", "", text).strip(":").casefold()


def load_schema(folder: Path = FOLDER) -> Schema:
    """Read and verify the declarations.

    Args:
        folder: where the YAML files are; the shipped ones unless told otherwise.

    Raises:
        SchemaError: a file is missing, is no YAML, or contradicts itself; the message names the file.
    """
    special: dict[str, type[Part]] = {"messages.yaml": Messages, "words.yaml": Words}
    loaded: dict[str, Any] = {}
    sheets: list[SheetSchema] = []
    for path in sorted(folder.glob("*.yaml")):
        document = read_yaml(path)
        if path.name in special:
            loaded[path.stem] = verified(special[path.name], document, path.name)
        elif "fields" in document:
            sheets.append(verified(SheetSchema, document, path.name))
    ordered = {sheet.key: sheet for sheet in sorted(sheets, key=lambda sheet: sheet.consortium.number)}
    return Schema(sheets=ordered, **loaded)
