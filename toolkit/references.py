"""References linked: each cell that names a school, person or row of another sheet gets that row's place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from toolkit.clean import Mask, Table, cell_problem
from toolkit.names import EVERYONE, NOBODY, SPECIAL, EventNames, KeyNames, Match, PersonNames, SchoolNames, texts
from toolkit.problems import Catalogue, Problem
from toolkit.schema import Field, Schema

Places = npt.NDArray[np.intp]

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
        for field in sorted((f for f in self.table.schema.fields if f.refers), key=lambda f: f.consortium.within is not None):
            if field.kind == "list":
                frame[field.key], bad, found = self._lists(field)
            else:
                places, bad, found = self._single(field, frame)
                frame[person_key(field.key) if field.consortium.when else field.key] = places
            if bad.any():
                unreadable[field.key] = unreadable.get(field.key, np.zeros(len(frame), dtype=bool)) | bad
            problems += found
        return replace(self.table, frame=frame, unreadable=unreadable), [] if self.table.broken else problems

    def _single(self, field: Field, frame: pd.DataFrame) -> tuple[Places, Mask, list[Problem]]:
        refers = field.refers or ""
        within = self._within(field, frame)
        column = self.table.frame[field.key].cat
        names = column.categories.tolist()
        codes = column.codes.to_numpy().astype(np.int64)
        wanted = codes >= 0
        for name, words in field.consortium.when.items():
            condition = self.table.schema.by_name[name]
            wanted &= self.table.frame[condition.key].isin([condition.codes[word] for word in words]).to_numpy()
        pairs, asked = pd.factorize(codes[wanted] * (1 << 32) + within[wanted] + 1)
        matches = [self._match(field, names[int(pair >> 32)], int(pair & 0xFFFFFFFF) - 1) for pair in asked.tolist()]
        places = np.full(len(codes), NOBODY, dtype=np.intp)
        places[wanted] = np.array([match.place for match in matches], dtype=np.intp)[pairs] if matches else NOBODY
        bad = wanted & (places == NOBODY)
        if not self.directory.verifiable(refers) or (refers == "people" and not self.directory.verifiable("schools")):
            return places, np.zeros_like(bad), []
        if refers == "people" and field.consortium.within:
            several = np.zeros_like(bad)
            several[wanted] = np.array([bool(match.candidates) for match in matches], dtype=bool)[pairs] if matches else False
            # Which of several is meant depends on a school that cannot be read: that cell's fault, not this one's.
            return places, bad, self._faults(field, bad & ~(several & (within == NOBODY)), within)
        return places, bad, self._faults(field, bad, within)

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
        names = self.directory.names(field.refers or "")
        guesses: dict[tuple[str, int], str | None] = {}
        problems = []
        for index in np.flatnonzero(bad):
            text = str(self.table.cells[field.key].readings[self.table.cells[field.key].codes[index]].value)
            school = int(within[index])
            match = self._match(field, text, school)
            if match.candidates:
                rows = self.directory.tables[field.refers or ""].rows
                candidates = self.schema.words.list_separator.join(
                    self.catalogue.hint("candidate", label=names.label(place), row=int(rows[place]))
                    for place in match.candidates[:5]
                )
                facts: dict[str, object] = {"candidates": candidates, "count": len(match.candidates)}
                problems.append(cell_problem(self.table, self.catalogue, f"{field.refers}.ambiguous", field, index, **facts))
                continue
            if (text, school) not in guesses:
                near = names.nearest(text, school) if isinstance(names, PersonNames) else names.nearest(text)
                guesses[text, school] = near if len(guesses) < _MOST_GUESSES else None
            rule = f"{field.refers}.unknown"
            problems.append(
                cell_problem(self.table, self.catalogue, rule, field, index, suggestion=guesses[text, school], item=text)
            )
        return problems

    def _lists(self, field: Field) -> tuple[npt.NDArray[np.object_], Mask, list[Problem]]:
        cells = self.table.cells[field.key]
        everyone = self.schema.words.everyone
        schools = self.directory.schools
        linked = np.empty(len(cells.contents), dtype=object)
        unknown: list[list[str]] = []
        for code, reading in enumerate(cells.readings):
            items = cast("tuple[str, ...]", reading.value or ())
            places = [EVERYONE if item in everyone else schools.find(item).place for item in items]
            unknown.append([item for item, place in zip(items, places, strict=True) if place == NOBODY])
            linked[code] = tuple(dict.fromkeys(p for p in places if p != NOBODY)) if items else None
        if not self.directory.verifiable("schools"):
            return linked[cells.codes], np.zeros(len(cells.codes), dtype=bool), []
        bad = cells.where([bool(items) for items in unknown])
        problems = []
        for index in np.flatnonzero(bad):
            items = unknown[cells.codes[index]]
            facts: dict[str, object] = {"item": self.schema.words.list_separator.join(items)}
            near = schools.nearest(items[0]) if len(items) == 1 else None
            problems.append(cell_problem(self.table, self.catalogue, "schools.unknown", field, index, suggestion=near, **facts))
        return linked[cells.codes], bad, problems
