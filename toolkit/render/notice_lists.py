"""What a notice lists: groups under headings, of each as many lines as there is room for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from toolkit.views import Dashboard, LoanLine, ProblemLine

_MOST_LOANS: Final = 60
_MOST_PROBLEMS: Final = 40

Lines = tuple[LoanLine, ...] | tuple[ProblemLine, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """A group of lines.

    Attributes:
        title: name of the school; of one's own loans `late` or `soon`.
        note: how many of which severity; empty for loans.
        lines: those that are shown, the most urgent first.
        count: of all.
    """

    title: str
    note: str
    lines: Lines
    count: int

    @property
    def hidden(self) -> int:
        """How many there was no room for."""
        return self.count - len(self.lines)


def listed_loans(view: Dashboard) -> tuple[Listed, ...]:
    """A school's loans, the overdue ones first; the community's by borrower, the longest overdue first."""
    if view.school:
        late, soon = (tuple(line for line in view.loans if line.overdue == overdue) for overdue in (True, False))
        shown = soon[: _MOST_LOANS - len(late[:_MOST_LOANS])]
        groups = (Listed("late", "", late[:_MOST_LOANS], len(late)), Listed("soon", "", shown, len(soon)))
        return tuple(group for group in groups if group.count)
    found = [tuple(lines) for _, lines in groupby(view.loans, key=lambda line: line.borrower_place)]
    each = _each(_MOST_LOANS, found)
    return tuple(Listed(lines[0].borrower, "", lines[:each], len(lines)) for lines in found)


def listed_problems(view: Dashboard) -> tuple[Listed, ...]:
    """The community's entries to fix by school, the gravest first."""
    each = _each(_MOST_PROBLEMS, view.groups)
    return tuple(Listed(group.title, group.note, group.lines[:each], len(group.lines)) for group in view.groups)


def _each(most: int, groups: Sequence[object]) -> int:
    """How many lines each of the groups may show, so that none is left out for the others."""
    return max(1, most // max(1, len(groups)))
