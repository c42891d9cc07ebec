"""Whose entry a row is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from toolkit.checks.ground import Ground
from toolkit.names import NOBODY
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
        """Places of the schools whose entry it is: those that the row's owner columns name."""
        index = self._index(problem)
        if index is None:
            return frozenset()
        schema = self.ground.schema.by_title(problem.sheet)
        if schema.key == "schools":
            return frozenset({index})
        places = [self._owner(schema.by_name[name], schema.key, index) for name in schema.consortium.owners]
        return frozenset(place for place in places if place >= 0)

    def _index(self, problem: Problem) -> int | None:
        """The row's place in its frame."""
        if problem.row is None:
            return None
        table = self.ground.tables[self.ground.schema.by_title(problem.sheet).key]
        index = int(np.searchsorted(table.rows, problem.row))
        return index if index < len(table.rows) and table.rows[index] == problem.row else None

    def _owner(self, field: Field, key: str, index: int) -> int:
        place = int(self.ground.tables[key].frame[field.key].iloc[index])
        if field.refers == "people":
            return self.ground.directory.people.school_of[place] if place >= 0 else NOBODY
        return place

    def fingerprint(self, problem: Problem) -> str:
        """What else the row of a problem says: the same row is known again by it wherever it moves."""
        index = self._index(problem)
        if index is None:
            return ""
        table = self.ground.tables[self.ground.schema.by_title(problem.sheet).key]
        cells = [table.cells[field.key] for field in table.schema.fields if field.name != problem.column]
        return "\x1f".join(column.text(index) for column in cells)
