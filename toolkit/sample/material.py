"""What the sample is made of, as `sheets_schema/sample/` tells it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any, Final

from toolkit.declarations import FOLDER, read_yaml

AS_OF: Final = date(2026, 11, 24)
"""The day on which the sample is meant to be looked at: week 13 of the term."""

Entry = dict[str, Any]
"""One row in plain values by field key: text, numbers, dates, tuples, `School`, `Person`, or an event's own entry."""


@dataclass(frozen=True, slots=True, eq=False)
class School:
    """A school of the sample.

    Attributes:
        name: in full.
        short_name: as people say it.
        zeal: how readily its teachers take part, from 0 to 1.
        habit: the way its liaison officer writes dates.
        facts: everything else that `schools.yaml` says of it.
    """

    name: str
    short_name: str
    zeal: float
    habit: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """Somebody who works at a school; every field as its column in 人员."""

    name: str
    school: School
    position: str
    subject: str
    honour: str
    staff_no: str
    email: str
    active: bool


def load(name: str) -> Any:  # noqa: ANN401 a document of any shape
    """One file of the material, without its ending."""
    return read_yaml(FOLDER / "sample" / f"{name}.yaml")


def rows(table: Mapping[str, Any]) -> Iterator[Entry]:
    """The rows of a table written as `columns` and `rows`, blanks as empty text."""
    for row in table["rows"]:
        yield {key: "" if value is None else value for key, value in zip(table["columns"], row, strict=True)}


def dice(purpose: str) -> Random:
    """Chance that falls alike every time, on its own for each purpose."""
    return Random(f"sample {purpose}")  # noqa: S311 nothing here is secret


def plain(value: object) -> str:
    """A value as the material refers to it."""
    if isinstance(value, Person):
        return value.name
    if isinstance(value, School):
        return value.short_name
    if isinstance(value, dict):
        return str(value["number"])
    return str(value)
