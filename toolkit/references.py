"""References linked: each cell that names a school, person or row of another sheet gets that row's place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from toolkit.names import EVERYONE, NOBODY, SPECIAL, EventNames, KeyNames, Match, PersonNames, SchoolNames, texts
from toolkit.problems import Catalogue, Problem, quoted
from toolkit.schema import Field, Schema
from toolkit.tables import Mask, Table, cell_problem, places
from toolkit.values import split_list

Places = npt.NDArray[np.intp]

_SINGLE = frozenset({"schools", "people"})
"""Sheets of which a cell that names several is a likely slip."""
_MOST_CANDIDATES = 5
_MOST_GUESSES = 200
"""Names for which a likeness is looked up in one column: beyond that a guess helps nobody and costs time."""


def person_key(key: str) -> str:
    """The frame column that holds the person behind a column which names persons only in some rows (结对.甲方)."""
    return f"{key}_person"


@dataclass(frozen=True)
class Directory:
    """The names that references are looked up in, from tables already linked."""

    tables: Mapping[str, Table]
    separator: str

    @cached_property
    def schools(self) -> SchoolNames:
        """Schools by name."""
        table = self.tables["schools"]
        return SchoolNames(texts(table, "name"), texts(table, "short_name"))

    @cached_property
    def people(self) -> PersonNames:
        """People by name; their schools must be linked."""
        table = self.tables["people"]
        school_of = table.frame["school"].to_numpy().tolist()
        return PersonNames(texts(table, "staff_no"), texts(table, "name"), school_of, self.schools, self.separator)

    @cached_property
    def events(self) -> EventNames:
        """Events by number or topic."""
        table = self.tables["events"]
        return EventNames(texts(table, "number"), texts(table, "topic"))

    @cached_property
    def resources(self) -> KeyNames:
        """Resources by number."""
        return KeyNames(texts(self.tables["resources"], "number"))

    @cached_property
    def quotas(self) -> KeyNames:
        """Quota rules by number."""
        return KeyNames(texts(self.tables["quotas"], "number"))

    def names(self, sheet: str) -> KeyNames | PersonNames:
        """The names of a sheet's rows."""
        return cast("KeyNames | PersonNames", getattr(self, sheet))

    def verifiable(self, sheet: str) -> bool:
        """Whether a name unknown there is a fault of the cell: not where the sheet itself lacks what it must have."""
        table = self.tables[sheet]
        return not (table.broken or (sheet == "schools" and table.header is None))


def link(tables: Mapping[str, Table], schema: Schema) -> tuple[dict[str, Table], Directory, list[Problem]]:
    """Replace every reference by the place of the row it names.

    Args:
        tables: cleaned sheets by key, in the order of the contract: a sheet refers only to sheets before it.
        schema: all declarations.

    Returns:
        The linked tables, the directory of names, and a problem for each name that is unknown or ambiguous.
    """
    linked: dict[str, Table] = {}
    directory = Directory(linked, schema.words.person_separator)
    problems: list[Problem] = []
    for key, table in tables.items():
        linker = _Linker(table, directory, schema)
        linked[key], found = linker.link()
        problems += found
    return linked, directory, problems


@dataclass(frozen=True)
class _Linker:
    """Links the references of one table."""

    table: Table
    directory: Directory
    schema: Schema

    @cached_property
    def catalogue(self) -> Catalogue:
        return Catalogue(self.schema.messages)

    def link(self) -> tuple[Table, list[Problem]]:
        frame = self.table.frame.copy(deep=False)
        unreadable = dict(self.table.unreadable)
        problems: list[Problem] = []
        # Persons are looked up within the school that the row names, so schools come first.
        linked_fields = [field for field in self.table.schema.fields if field.refers]
        for field in sorted(linked_fields, key=lambda field: field.consortium.within is not None):
            if field.kind == "list":
                frame[field.key], bad, found = self._lists(field)
            else:
                target = person_key(field.key) if field.consortium.when else field.key
                frame[target], bad, found = self._single(field, frame)
            if bad.any():
                unreadable[field.key] = unreadable.get(field.key, np.zeros(len(frame), dtype=bool)) | bad
            problems += found
        return replace(self.table, frame=frame, unreadable=unreadable), [] if self.table.broken else problems

    def _single(self, field: Field, frame: pd.DataFrame) -> tuple[Places, Mask, list[Problem]]:
        """Look each different name up once, within the school that its row names."""
        within = self._within(field, frame)
        column = self.table.frame[field.key].cat
        codes = column.codes.to_numpy().astype(np.int64)
        wanted = (codes >= 0) & self._when(field)
        pair_of_row, pairs = pd.factorize(codes[wanted] << 32 | within[wanted] + 1)
        names = column.categories
        matches = [self._match(field, names[int(p) >> 32], (int(p) & 0xFFFFFFFF) - 1) for p in pairs]
        linked = np.full(len(codes), NOBODY, dtype=np.intp)
        linked[wanted] = np.array([match.place for match in matches], dtype=np.intp)[pair_of_row]
        bad = wanted & (linked == NOBODY)
        if not self._verifiable(field):
            return linked, bad, []
        several = np.zeros_like(bad)
        several[wanted] = np.array([bool(match.candidates) for match in matches], dtype=bool)[pair_of_row]
        # Which of several is meant may depend on a school that cannot be read: that cell's fault, not this one's.
        excused = several & (within == NOBODY) & self._school_written(field)
        return linked, bad, self._faults(field, bad & ~excused, within)

    def _school_written(self, field: Field) -> Mask:
        """Rows that name a school, readable or not, in which a person is to be looked up."""
        if not field.consortium.within:
            return np.zeros(len(self.table.frame), dtype=bool)
        return ~self.table.cells[self.table.schema.by_name[field.consortium.within].key].blank

    def _when(self, field: Field) -> Mask:
        """Rows in which the column names a row of another sheet; in all of them, unless its kind depends on another."""
        mask = np.ones(len(self.table.frame), dtype=bool)
        for name, words in field.consortium.when.items():
            condition = self.table.schema.by_name[name]
            mask &= self.table.frame[condition.key].isin([condition.codes[word] for word in words]).to_numpy()
        return mask

    def _verifiable(self, field: Field) -> bool:
        sheets = {field.refers or "", "schools"} if field.refers == "people" else {field.refers or ""}
        return all(self.directory.verifiable(sheet) for sheet in sheets)

    def _within(self, field: Field, frame: pd.DataFrame) -> Places:
        if not field.consortium.within:
            return np.full(len(frame), NOBODY, dtype=np.intp)
        return cast("Places", frame[self.table.schema.by_name[field.consortium.within].key].to_numpy())

    def _match(self, field: Field, name: str, within: int) -> Match:
        if name in field.consortium.special:
            return Match(SPECIAL)
        names = self.directory.names(field.refers or "")
        return names.find(name, within) if isinstance(names, PersonNames) else names.find(name)

    def _faults(self, field: Field, bad: Mask, within: Places) -> list[Problem]:
        cells = self.table.cells[field.key]
        guesses: dict[tuple[str, int], str | None] = {}
        problems = []
        for index in places(bad):
            text, school = str(cells.readings[cells.codes[index]].value), int(within[index])
            match = self._match(field, text, school)
            if match.candidates:
                facts = {"candidates": self._labels(field, match.candidates), "count": str(len(match.candidates))}
                problems.append(self._problem(f"{field.refers}.ambiguous", field, index, None, facts))
                continue
            written = quoted(cells.text(index).strip())
            if field.refers in _SINGLE and len(split_list(text)) > 1:
                facts = {"item": written, "hint_name": "one_only"}
                problems.append(self._problem(f"{field.refers}.unknown", field, index, None, facts))
                continue
            if (text, school) not in guesses:
                guesses[text, school] = self._nearest(field, text, school) if len(guesses) < _MOST_GUESSES else None
            problems.append(
                self._problem(f"{field.refers}.unknown", field, index, guesses[text, school], {"item": written})
            )
        return problems

    def _problem(
        self, rule: str, field: Field, index: int, suggestion: str | None, facts: Mapping[str, str]
    ) -> Problem:
        return cell_problem(self.table, self.catalogue, rule, field, index, suggestion, **facts)

    def _labels(self, field: Field, found: Sequence[int]) -> str:
        names, rows = self.directory.names(field.refers or ""), self.directory.tables[field.refers or ""].rows
        labels = [
            self.catalogue.hint("candidate", label=names.label(place), row=int(rows[place]))
            for place in found[:_MOST_CANDIDATES]
        ]
        return self.schema.words.list_separator.join(labels)

    def _nearest(self, field: Field, text: str, school: int) -> str | None:
        names = self.directory.names(field.refers or "")
        return names.nearest(text, school) if isinstance(names, PersonNames) else names.nearest(text)

    def _lists(self, field: Field) -> tuple[npt.NDArray[np.object_], Mask, list[Problem]]:
        cells = self.table.cells[field.key]
        everyone = self.schema.words.everyone
        schools = self.directory.schools
        linked = np.empty(len(cells.contents), dtype=object)
        unknown: list[list[str]] = []
        for code, reading in enumerate(cells.readings):
            items = reading.value if isinstance(reading.value, tuple) else ()
            found = [EVERYONE if item in everyone else schools.find(item).place for item in items]
            unknown.append([item for item, place in zip(items, found, strict=True) if place == NOBODY])
            linked[code] = tuple(dict.fromkeys(place for place in found if place != NOBODY)) if items else None
        bad = cells.where([bool(items) for items in unknown])
        if not self.directory.verifiable("schools"):
            return linked[cells.codes], bad, []
        problems = []
        for index in places(bad):
            named = unknown[cells.codes[index]]
            near = schools.nearest(named[0]) if len(named) == 1 else None
            facts = {"item": quoted(self.schema.words.list_separator.join(named))}
            problems.append(self._problem("schools.unknown", field, index, near, facts))
        return linked[cells.codes], bad, problems
