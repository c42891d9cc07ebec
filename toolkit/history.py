"""What earlier runs saw: for changes, trends and since when, and for nothing else; an empty history is enough."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final, NamedTuple

from toolkit.problems import Problem

_SIGNS: Final = 24
_WEEK: Final = timedelta(days=7)
_OLDEST_WEEK: Final = timedelta(days=13)
"""A run from longer ago than this says nothing about the change of one week."""
_SEQUENCE_START: Final = date(2020, 1, 1)
_GRAVE: Final = frozenset({"error", "warning"})


@dataclass(frozen=True, slots=True)
class Point:
    """The figures of one scope on one day.

    Attributes:
        day: which day they hold for.
        met: how many of the counted standings are met.
        counted: how many standings count.
        behind: how many are behind.
        errors: how many errors the entries had; None where the point was worked out afterwards.
        rebuilt: worked out afterwards, for want of a run on that day.
    """

    day: date
    met: int
    counted: int
    behind: int
    errors: int | None
    rebuilt: bool = False

    @property
    def share(self) -> float | None:
        """Met of counted, from 0 to 1; None where nothing counts."""
        return self.met / self.counted if self.counted else None


@dataclass(frozen=True, slots=True)
class Sighting:
    """One problem as it is seen now, without any of its text.

    Attributes:
        key: an opaque digest of what is wrong; the same wherever the row is moved to.
        spot: an opaque digest of where it is; the same whatever is typed there.
        schools: full names of those whose it is.
        grave: an error or a warning; notices do not count as changes.
    """

    key: str
    spot: str
    schools: tuple[str, ...]
    grave: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """The life of one problem.

    Attributes:
        key: as of the last sighting.
        spot: as of the last sighting.
        schools: as of the last sighting.
        grave: as of the last sighting.
        first: the first day it was seen.
        gone: the first day it was seen no more; None while it is there.
    """

    key: str
    spot: str
    schools: tuple[str, ...]
    grave: bool
    first: date
    gone: date | None = None


@dataclass(frozen=True, slots=True)
class Followed:
    """The problems of now beside those of earlier runs.

    Attributes:
        present: the life of each sighting, in the order of the sightings.
        gone: those that are there no more, in the order in which they were known.
    """

    present: tuple[Seen, ...] = ()
    gone: tuple[Seen, ...] = ()


@dataclass(frozen=True, slots=True)
class History:
    """What was on record before a day.

    A run replaces an earlier one of the same day, so everything except `last` is as it was at the end of the day
    before: to run twice on one day shows the same changes twice.

    Attributes:
        points: by scope (a school's full name; empty for the community), ascending, one a day at most.
        last: by scope, the point of the last run on record, which may be of the same day.
        seen: problems, those that are gone among them.
        digests: by opaque key of the reader, the day of the last digest sent before the day.
        events: by uid, the fingerprint and the day on which it last changed.
        examinations: by opaque key, the first day on which the examination was seen.
    """

    points: Mapping[str, tuple[Point, ...]] = field(default_factory=dict)
    last: Mapping[str, Point] = field(default_factory=dict)
    seen: tuple[Seen, ...] = ()
    digests: Mapping[str, date] = field(default_factory=dict)
    events: Mapping[str, tuple[str, date]] = field(default_factory=dict)
    examinations: Mapping[str, date] = field(default_factory=dict)

    def week_before(self, scope: str, as_of: date) -> Point | None:
        """The newest point of the scope from 7 to 13 days before; None where there is none."""
        for point in reversed(self.points.get(scope, ())):
            if point.day <= as_of - _WEEK:
                return point if point.day >= as_of - _OLDEST_WEEK else None
        return None


class ProblemChanges(NamedTuple):
    """How many grave problems came, went and stayed since a day."""

    new: int
    fixed: int
    still: int


def opaque(*parts: str | int | None) -> str:
    """A digest of 24 hexadecimal signs: recognises the same parts again and does not tell them."""
    # JSON keeps the borders between the parts and tells None from an empty text.
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:_SIGNS]


def sighting(problem: Problem, fingerprint: str, schools: Iterable[str]) -> Sighting:
    """A problem as the memory may keep it.

    Args:
        problem: the problem.
        fingerprint: whatever tells its row from others though it moves; empty for a problem of a sheet.
        schools: full names of those whose it is.
    """
    return Sighting(
        key=opaque(problem.sheet, problem.column, problem.rule, problem.value, fingerprint),
        spot=opaque(problem.sheet, problem.row, problem.column, problem.rule),
        schools=tuple(schools),
        grave=problem.severity in _GRAVE,
    )


def follow(seen: Sequence[Seen], now: Sequence[Sighting], day: date) -> Followed:
    """Recognise the problems of now among those of earlier runs.

    The same content comes first, so that a row that was moved keeps its first day; then the same place, so that a cell
    that was retyped and is still wrong keeps it too. Equal ones are matched one to one in order. What was gone begins
    anew.

    Args:
        seen: what earlier runs saw.
        now: what is seen now.
        day: today.
    """
    still_open = [one for one in seen if one.gone is None]
    first_days: dict[int, date] = {}
    by_key = _matched(still_open, now, first_days, lambda one: one.key)
    left = [one for number, one in enumerate(still_open) if number not in by_key]
    by_spot = _matched(left, now, first_days, lambda one: one.spot)
    present = (
        Seen(one.key, one.spot, one.schools, one.grave, first_days.get(place, day)) for place, one in enumerate(now)
    )
    vanished = (
        Seen(one.key, one.spot, one.schools, one.grave, one.first, day)
        for number, one in enumerate(left)
        if number not in by_spot
    )
    return Followed(tuple(present), (*(one for one in seen if one.gone is not None), *vanished))


def _matched(
    known: Sequence[Seen],
    now: Sequence[Sighting],
    first_days: dict[int, date],
    mark: Callable[[Seen | Sighting], str],
) -> set[int]:
    """Which of the known are found again by a mark; adds the first days of those found, by place in `now`."""
    waiting: dict[str, deque[int]] = defaultdict(deque)
    for number, one in enumerate(known):
        waiting[mark(one)].append(number)
    found: set[int] = set()
    for place, sighted in enumerate(now):
        if place not in first_days and (numbers := waiting.get(mark(sighted))):
            number = numbers.popleft()
            first_days[place] = known[number].first
            found.add(number)
    return found


def before(seen: Iterable[Seen], day: date) -> tuple[Seen, ...]:
    """Problems as they stood at the end of the day before: what came since is dropped, what went since is open."""
    return tuple(
        one if one.gone is None or one.gone < day else Seen(one.key, one.spot, one.schools, one.grave, one.first)
        for one in seen
        if one.first < day
    )


def problem_changes(followed: Followed, school: str | None, since: date | None, day: date) -> ProblemChanges:
    """Count what became of the grave problems since a day.

    Args:
        followed: the problems of now beside those of earlier runs.
        school: the full name of the school to count for; None for all.
        since: the day to compare with; where None, nothing is new or fixed and all that is open stays.
        day: today; what is recorded of later days does not count.
    """
    present = [one for one in followed.present if _concerns(one, school)]
    if since is None:
        return ProblemChanges(new=0, fixed=0, still=len(present))
    new = sum(since < one.first <= day for one in present)
    fixed = sum(
        one.gone is not None and one.first <= since < one.gone <= day for one in followed.gone if _concerns(one, school)
    )
    return ProblemChanges(new, fixed, still=sum(one.first <= since for one in present))


def _concerns(one: Seen, school: str | None) -> bool:
    return one.grave and (school is None or school in one.schools)


def sequence(day: date) -> int:
    """The revision number of what last changed on a day, as iCalendar's SEQUENCE: days since 2020, never below 0."""
    return max(0, (day - _SEQUENCE_START).days)


def events_after(history: History, fingerprints: Mapping[str, str], day: date) -> dict[str, tuple[str, date]]:
    """The fingerprint of each event and the day on which it last changed; those unchanged keep their day.

    Args:
        history: what earlier runs saw.
        fingerprints: of the events of now, by uid.
        day: today, on which everything new or changed has changed.
    """
    return {
        uid: known if (known := history.events.get(uid)) and known[0] == fingerprint else (fingerprint, day)
        for uid, fingerprint in fingerprints.items()
    }
