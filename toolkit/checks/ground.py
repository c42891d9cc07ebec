"""What a check stands on: the linked tables, who is who, today, and the wording."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as attribute
from datetime import date
from functools import cached_property

import numpy as np
import numpy.typing as npt

from toolkit.problems import Catalogue, Problem
from toolkit.references import Directory
from toolkit.schema import Schema
from toolkit.tables import Mask, Table, cell_problem, places
from toolkit.workbook import address

Facts = Callable[[int], dict[str, object]]
Earliest = npt.NDArray[np.intp]
"""For each row, the place of the first earlier row that it clashes with; -1 for none."""


@dataclass(frozen=True)
class Ground:
    """All that a check may look at.

    Attributes:
        tables: linked tables by key.
        directory: names of schools, people, events.
        schema: all declarations.
        as_of: today.
        in_error: rows known to be in error, by sheet key; empty until the first round of checks is through.
    """

    tables: Mapping[str, Table]
    directory: Directory
    schema: Schema
    as_of: date
    in_error: Mapping[str, Mask] = attribute(default_factory=dict)

    @cached_property
    def catalogue(self) -> Catalogue:
        """The wording of problems."""
        return Catalogue(self.schema.messages)

    @cached_property
    def today(self) -> np.datetime64:
        """The as-of date in the type of the frames' dates."""
        return np.datetime64(self.as_of, "s")

    def sound(self, key: str) -> Mask:
        """Rows of a sheet that are not in error."""
        table = self.tables[key]
        return ~self.in_error[key] if key in self.in_error else np.full(len(table.frame), not table.broken)

    def live(self, key: str) -> Mask:
        """Rows that rules run over: all, or none where the sheet lacks a required column."""
        table = self.tables[key]
        return np.full(len(table.frame), not table.broken)

    def report(
        self, rule: str, key: str, column: str, mask: Mask, *, facts: Facts | None = None, suggestion: str | None = None
    ) -> Iterator[Problem]:
        """A problem at one column of every row that the mask picks.

        Args:
            rule: a key of `messages.yaml`.
            key: the sheet.
            column: the field's key.
            mask: rows at fault.
            facts: what the wording names in braces, for the row at a place of the frame.
            suggestion: what to write instead.
        """
        table = self.tables[key]
        for index in places(mask & self.live(key)):
            found = facts(int(index)) if facts else {}
            yield cell_problem(table, self.catalogue, rule, table.schema.by_key[column], index, suggestion, **found)

    def report_clashes(self, rule: str, key: str, column: str | None, earliest: Earliest) -> Iterator[Problem]:
        """A problem for every row that clashes with an earlier one; the message names that row.

        Args:
            rule: a key of `messages.yaml`.
            key: the sheet.
            column: the field's key; None where the row as a whole is at fault.
            earliest: what each row clashes with.
        """
        table = self.tables[key]
        for index in places((earliest >= 0) & self.live(key)):
            first = int(table.rows[earliest[index]])
            if column:
                yield cell_problem(table, self.catalogue, rule, table.schema.by_key[column], index, first=first)
            else:
                row = int(table.rows[index])
                yield self.catalogue.at_row(rule, sheet=table.schema.title, row=row, first=first)

    def report_header(self, rule: str, key: str, column: str) -> Iterator[Problem]:
        """A problem at the header cell of a column; nothing where the sheet has no such column."""
        table = self.tables[key]
        if table.header and column in table.header.positions:
            position = table.header.positions[column]
            yield self.catalogue.at_cell(
                rule,
                sheet=table.schema.title,
                row=table.header.row,
                column=table.schema.by_key[column].name,
                position=position,
                value=table.header.texts[column],
                cell=address(table.header.row, position),
            )


def first_of_same(keys: list[npt.NDArray[np.int64]], mask: Mask) -> Earliest:
    """For each row, the first earlier row with the same keys.

    Args:
        keys: whole-number columns that together make the key.
        mask: rows that take part.

    Returns:
        Places; -1 where there is no such row, or the row takes no part.
    """
    earliest = np.full(len(mask), -1, dtype=np.intp)
    rows = np.flatnonzero(mask)
    if len(rows) < 2:  # noqa: PLR2004 one row clashes with nothing
        return earliest
    combined = keys[0][rows]
    for key in keys[1:]:
        _, dense = np.unique(combined, return_inverse=True)
        combined = dense * (key[rows].max() + 3) + key[rows] + 2
    order = np.argsort(combined, kind="stable")
    ordered = combined[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    group = np.repeat(np.arange(len(starts)), np.diff(np.r_[starts, len(ordered)]))
    first = order[starts][group]
    later = first != order
    earliest[rows[order[later]]] = rows[first[later]]
    return earliest
