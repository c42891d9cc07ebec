"""The three figures, how they moved, the trend, and the one most important fact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from toolkit.history import Point
from toolkit.names import NOBODY
from toolkit.periods import Term
from toolkit.standings import compliance
from toolkit.viewer.amounts import percent, whole
from toolkit.viewer.standpoint import Scope, Standpoint
from toolkit.views import Change, Figure, LoanLine, ProblemLine, Trend, TrendPoint, Urgent

_SUNDAY: Final = 6
_WEEK: Final = timedelta(days=7)


def point(scope: Scope) -> Point:
    """What the history keeps of a scope on the as-of day."""
    counted = [standing for standing in scope.standings if standing.counts]
    errors = scope.stand.errors_by_school
    return Point(
        day=scope.stand.assessment.as_of,
        met=sum(standing.status == "met" for standing in counted),
        counted=len(counted),
        behind=sum(scope.stand.is_behind(number) for number in scope.numbers),
        errors=errors[scope.school],
    )


def points(stand: Standpoint) -> dict[str, Point]:
    """What the history keeps of the as-of day, by scope: the community and each school that is part of it."""
    scopes = [Scope(stand, place) for place in (NOBODY, *stand.active)]
    return {scope.label: point(scope) for scope in scopes}


def figures(scope: Scope, problems: Sequence[ProblemLine]) -> tuple[Figure, ...]:
    """达标率, what is behind, and entries to fix, each with its change since the last run and since last week."""
    words, now = scope.stand.outputs, point(scope)
    rate = compliance(scope.standings)
    behind = [n for n in scope.numbers if scope.stand.is_behind(n)]
    persons = sum(scope.stand.assessment.standings[n].rule.is_personal for n in behind)
    lost = sum(not scope.stand.ahead[n].possible for n in behind)
    warnings = sum(line.problem.severity == "warning" for line in problems)
    notes = (
        _compliance_note(scope, now),
        _behind_note(scope, len(behind) - persons, persons, lost),
        words.notes["errors"].format(warnings=warnings) if warnings else "",
    )
    texts = (words.missing_sign if rate is None else percent(rate), str(now.behind), str(now.errors))
    return tuple(
        Figure(key, words.figures[key], text, note, _changes(scope, key, now))
        for key, text, note in zip(("compliance", "behind", "errors"), texts, notes, strict=True)
    )


def _compliance_note(scope: Scope, now: Point) -> str:
    """Met of how many; and that persons' obligations are among them, which those of the matrix leave out."""
    if not now.counted:
        return ""
    notes = scope.stand.outputs.notes
    note = notes["compliance"].format(met=now.met, counted=now.counted)
    persons = any(standing.rule.is_personal and standing.counts for standing in scope.standings)
    return notes["with_persons"].format(note=note) if persons else note


def _behind_note(scope: Scope, own: int, persons: int, lost: int) -> str:
    """How many of those behind are persons', and how many can no longer be met."""
    words = scope.stand.outputs
    key = "own" if scope.whole else "own_school"
    parts = [words.notes[key].format(own=own)] if own and persons else []
    parts += [words.notes["persons"].format(persons=persons)] if persons else []
    parts += [words.notes["lost"].format(lost=lost)] if lost else []
    return words.separator_of_notes.join(parts)


def _changes(scope: Scope, key: str, now: Point) -> tuple[Change, ...]:
    history, words = scope.stand.history, scope.stand.outputs.changes
    last, week = history.last.get(scope.label), history.week_before(scope.label, scope.stand.assessment.as_of)
    if last and week and last.day == week.day:  # one and the same run
        last = None
    earlier = ((last, words["last_run"]), (week, words["last_week"]))
    found = []
    for before, since in earlier:
        old, new = (_value(before, key) if before else None), _value(now, key)
        if old is not None and new is not None:
            found.append(_change(scope, new - old, since, more_is_better=key == "compliance"))
    return tuple(found)


def _value(at: Point, key: str) -> int | None:
    if key == "compliance":
        return whole(at.met / at.counted) if at.counted else None
    return at.behind if key == "behind" else at.errors


def _change(scope: Scope, difference: int, since: str, *, more_is_better: bool) -> Change:
    words = scope.stand.outputs.changes
    if difference == 0:
        return Change(words["same"], None, since)
    text = words["up" if difference > 0 else "down"].format(amount=abs(difference))
    return Change(text, (difference > 0) == more_is_better, since)


# --- weeks


@dataclass(frozen=True)
class Weeks:
    """The weeks of a term: Monday to Sunday, the first being the one that its first day falls into.

    Attributes:
        term: the term.
    """

    term: Term

    @property
    def monday(self) -> date:
        """Of the first week."""
        return self.term.start - timedelta(days=self.term.start.weekday())

    def number(self, day: date) -> int:
        """Which week a day falls into, from 1."""
        return (day - self.monday).days // 7 + 1

    @property
    def count(self) -> int:
        """How many there are."""
        return self.number(self.term.end)

    def ends(self, as_of: date) -> list[date]:
        """The last day of each week that is over before a day, none past the term."""
        sundays = (self.monday + _WEEK * n + timedelta(days=_SUNDAY) for n in range(self.count))
        return [day for sunday in sundays if (day := min(sunday, self.term.end)) < as_of]


def running_term(terms: Sequence[Term], as_of: date) -> Term | None:
    """The term that holds a day, else the last that ended before it, else none."""
    begun = [term for term in terms if term.start <= as_of]
    holding = [term for term in begun if as_of <= term.end]
    return min(holding, key=lambda t: t.start) if holding else max(begun, key=lambda t: t.end, default=None)


def when(scope: Scope, term: Term | None) -> tuple[int | None, str]:
    """The week of the term, and term and week in words."""
    words, as_of = scope.stand.outputs.when, scope.stand.assessment.as_of
    if term is None:
        return None, words["before" if scope.stand.assessment.reckoner.terms else "none"]
    if as_of > term.end:
        broken = not scope.stand.ground.sound("terms").all()
        return None, words["broken" if broken else "away"].format(term=term.name)
    week = Weeks(term).number(as_of)
    return week, words["week"].format(term=term.name, week=week)


def trend(scope: Scope, term: Term | None) -> Trend:
    """达标率 at the end of each week of the term as far as it is known, and today."""
    if term is None:
        return Trend((), 0, "")
    weeks, as_of = Weeks(term), scope.stand.assessment.as_of
    known = [at for at in scope.stand.history.points.get(scope.label, ()) if term.start <= at.day < as_of]
    latest: dict[int, Point] = {}
    for at in known:
        if at.share is not None and at.day <= term.end:
            latest[weeks.number(at.day)] = at
    points = [TrendPoint(week, at.day, at.share or 0, at.rebuilt) for week, at in sorted(latest.items())]
    rate = compliance(scope.standings)
    if rate is not None:
        today = weeks.number(min(as_of, term.end))
        points = [p for p in points if p.week < today] + [TrendPoint(today, min(as_of, term.end), rate, rebuilt=False)]
    return Trend(tuple(points), weeks.count, _trend_text(scope, points))


def _trend_text(scope: Scope, points: Sequence[TrendPoint]) -> str:
    words = scope.stand.outputs.trend
    if not points:
        return ""
    first, now = points[0], points[-1]
    if first is now:
        return words["one"].format(week=now.week, now=percent(now.share))
    return words["text"].format(
        first_week=first.week, first=percent(first.share), week=now.week, now=percent(now.share)
    )


def headline(
    scope: Scope, urgent: Sequence[Urgent], problems: Sequence[ProblemLine], loans: Sequence[LoanLine], gap: str
) -> str:
    """The one most important fact.

    Args:
        scope: whose.
        urgent: the most urgent first.
        problems: of the scope.
        loans: overdue and due soon.
        gap: what the most urgent lacks, in a few words.
    """
    words, as_of = scope.stand.outputs, scope.stand.assessment.as_of
    errors = sum(line.problem.severity == "error" for line in problems)
    overdue = sum(loan.overdue for loan in loans)
    if urgent:
        first = urgent[0]
        said = words.headline["lost" if first.lost else "urgent"].format(name=first.head.name, gap=gap)
        facts = [first.who] if scope.whole and first.schools else []
        facts += [words.headline["before"].format(day=words.spoken(first.due, as_of))] if first.due else []
        return said + (words.headline["facts"].format(facts=words.separator_of_notes.join(facts)) if facts else "")
    if errors:
        return words.headline["errors"].format(count=errors)
    if overdue:
        return words.headline["loans"].format(count=overdue)
    return words.headline["fine" if any(s.counts for s in scope.standings) else "nothing"]
