"""Whose entry a row is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from toolkit.checks.ground import Ground
from toolkit.names import EVERYONE, NOBODY
from toolkit.problems import Problem
from toolkit.schema import Field


@dataclass(frozen=True)
class Owners:
    """Says which schools a row belongs to.

    Attributes:
        ground: the linked tables.
    """

    ground: Ground

    def of(self, problem: Problem) -> frozenset[int]:
        """Places of the schools whose entry the row of a problem is."""
        return frozenset() if problem.row is None else self.of_row(self._key(problem), problem.row)

    def of_row(self, key: str, row: int) -> frozenset[int]:
        """Places of the schools whose entry a row is: those that its owner columns name; none where it has none.

        Args:
            key: of the sheet.
            row: as the spreadsheet shows it.
        """
        schema = self.ground.schema.sheets[key]
        if key == "schools":
            index = self._index(key, row)
            return frozenset() if index is None else frozenset({index})
        return self._named(key, row, (schema.by_name[name] for name in schema.consortium.owners))

    def concerned(self, key: str, row: int) -> frozenset[int]:
        """Places of all schools that a row names in any column, itself or by a person: they take part in it.

        Args:
            key: of the sheet.
            row: as the spreadsheet shows it.
        """
        fields = self.ground.schema.sheets[key].fields
        linked = (field for field in fields if field.refers in {"schools", "people"} and not field.consortium.when)
        return self.of_row(key, row) | self._named(key, row, linked)

    def _named(self, key: str, row: int, fields: Iterable[Field]) -> frozenset[int]:
        index = self._index(key, row)
        if index is None:
            return frozenset()
        return frozenset(place for field in fields for place in self._schools(field, key, index) if place >= 0)

    def _key(self, problem: Problem) -> str:
        return self.ground.schema.by_title(problem.sheet).key

    def _index(self, key: str, row: int | None) -> int | None:
        """The row's place in its frame."""
        if row is None:
            return None
        rows = self.ground.tables[key].rows
        index = int(np.searchsorted(rows, row))
        return index if index < len(rows) and rows[index] == row else None

    def _schools(self, field: Field, key: str, index: int) -> Iterable[int]:
        value = self.ground.tables[key].frame[field.key].iloc[index]
        if field.kind == "list":
            items: tuple[int, ...] = value if isinstance(value, tuple) else ()
            return range(len(self.ground.directory.schools.keys)) if EVERYONE in items else items
        place = int(value)
        if field.refers == "people":
            return (self.ground.directory.people.school_of[place] if place >= 0 else NOBODY,)
        return (place,)

    def fingerprint(self, problem: Problem) -> str:
        """What else the row of a problem says: the same row is known again by it wherever it moves."""
        key = self._key(problem)
        index = self._index(key, problem.row)
        if index is None:
            return ""
        table = self.ground.tables[key]
        cells = [table.cells[field.key] for field in table.schema.fields if field.name != problem.column]
        return "\x1f".join(column.text(index) for column in cells)
