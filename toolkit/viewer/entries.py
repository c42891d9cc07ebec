"""Entries to fix: a line a problem, grouped by whose it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from toolkit.history import Seen
from toolkit.names import NOBODY
from toolkit.problems import Problem
from toolkit.viewer.standpoint import Scope
from toolkit.views import ProblemGroup, ProblemLine

_GRAVEST: Final = ("error", "warning", "notice")


def problems(scope: Scope) -> tuple[ProblemLine, ...]:
    """A line a problem of the scope, in the contract's order."""
    stand = scope.stand
    lines = []
    for problem, owners, seen in zip(stand.assessment.problems, stand.owned_by, stand.followed.present, strict=True):
        if scope.whole or scope.school in owners:
            lines.append(_scoped(scope, _line(scope, problem, owners, seen)))
    return tuple(lines)


def _line(scope: Scope, problem: Problem, owners: frozenset[int], seen: Seen) -> ProblemLine:
    stand = scope.stand
    table = stand.ground.tables[stand.ground.schema.by_title(problem.sheet).key]
    known = bool(stand.history.seen)
    return ProblemLine(
        problem=problem,
        severity=stand.outputs.severities[problem.severity],
        place=f"{problem.sheet}!{problem.cell}" if problem.cell else problem.sheet,
        schools=stand.outputs.separator.join(stand.schools.label(place) for place in sorted(owners)),
        owners=owners,
        effect=stand.outputs.effects[problem.severity],
        tab=table.title or problem.sheet,
        message=problem.message,
        value=problem.value or "",
        suggestion=problem.suggestion or "",
        since=seen.first if known else None,
        since_text=_since(scope, seen) if known else "",
        structure=problem.row is None or (table.header is not None and problem.row == table.header.row),
    )


def _since(scope: Scope, seen: Seen) -> str:
    as_of, words = scope.stand.assessment.as_of, scope.stand.outputs
    days = (as_of - seen.first).days
    if days == 0:
        return words.since["today"]
    return words.since["days"].format(day=words.spoken(seen.first, as_of), days=days)


def _scoped(scope: Scope, line: ProblemLine) -> ProblemLine:
    """The line for a reader of one school: where its words name another, only the place is said."""
    if scope.whole:
        return line
    line = replace(line, schools=scope.label, owners=frozenset({scope.school}))
    if not any(scope.mentions_others(text) for text in (line.message, line.value, line.suggestion)):
        return line
    message = scope.stand.outputs.neutral_problem.format(place=line.place)
    return replace(line, message=message, value="", suggestion="")


def groups(scope: Scope, lines: Sequence[ProblemLine]) -> tuple[ProblemGroup, ...]:
    """The lines by school, the structure of the workbook first, what belongs to no school before the schools."""
    words = scope.stand.outputs.groups
    structure = [line for line in lines if line.structure]
    by_school: dict[int, list[ProblemLine]] = defaultdict(list)
    for line in lines:
        if not line.structure:
            by_school[min(line.owners, default=NOBODY)].append(line)
    found = [(words["structure"], NOBODY, structure)] if structure else []
    found += [
        (words["nobody"] if place == NOBODY else scope.stand.short(place), place, by_school[place])
        for place in sorted(by_school)
    ]
    return tuple(ProblemGroup(title, place, _note(scope, group), _sorted(group)) for title, place, group in found)


def _sorted(lines: Sequence[ProblemLine]) -> tuple[ProblemLine, ...]:
    return tuple(sorted(lines, key=lambda line: _GRAVEST.index(line.problem.severity)))


def _note(scope: Scope, lines: Sequence[ProblemLine]) -> str:
    words = scope.stand.outputs
    count = {severity: sum(line.problem.severity == severity for line in lines) for severity in _GRAVEST}
    return words.separator_of_notes.join(
        words.groups[key].format(count=number) for key, number in count.items() if number
    )
