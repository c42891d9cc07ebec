"""Terms and years, and which one holds a date."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Term:
    """A sound row of 学期."""

    name: str
    year: str
    start: date
    end: date


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of time in which an obligation is measured; both end days count.

    Attributes:
        label: what people call it.
        start: None for a period without a beginning.
        end: None for a period without an end.
        within: the label of the school year it belongs to, where it is a term.
    """

    label: str
    start: date | None
    end: date | None
    within: str | None = None

    def share_passed(self, as_of: date) -> float | None:
        """How much of its days has passed on that day, from 0 to 1; None without an end (contract section 3)."""
        if self.start is None or self.end is None:
            return None
        days = (as_of - self.start).days + 1
        return min(1.0, max(0.0, days / ((self.end - self.start).days + 1)))

    def ended_before(self, as_of: date) -> bool:
        """Whether it is over on that day."""
        return self.end is not None and self.end < as_of

    def holds(self, day: date) -> bool:
        """Whether the day falls into it."""
        return (self.start is None or self.start <= day) and (self.end is None or day <= self.end)


def school_years(terms: Iterable[Term]) -> list[Period]:
    """School years, each from the first 开始日期 to the last 结束日期 of its terms."""
    spans: dict[str, tuple[date, date]] = {}
    for term in terms:
        start, end = spans.get(term.year, (term.start, term.end))
        spans[term.year] = (min(start, term.start), max(end, term.end))
    return [Period(year, start, end) for year, (start, end) in spans.items()]


def current(periods: Iterable[Period], as_of: date) -> Period | None:
    """The period that holds the day; else the last that ended before it; None where there is neither."""
    begun = sorted((p for p in periods if p.start and p.start <= as_of), key=lambda p: (p.start, p.end))
    holding = [p for p in begun if p.holds(as_of)]
    if holding:
        return holding[0]
    return max(begun, key=lambda p: p.end or as_of, default=None)


def period_of(kind: str, terms: Iterable[Term], as_of: date, *, whole: str, calendar_year: str) -> Period | None:
    """The period of a rule on a day (contract section 3).

    Args:
        kind: `term`, `year`, `calendar_year` or `whole`.
        terms: the sound rows of 学期.
        as_of: the day.
        whole: the label of all time.
        calendar_year: the label of a calendar year, with `{year}` in it.
    """
    if kind == "term":
        return current([Period(t.name, t.start, t.end, t.year) for t in terms], as_of)
    if kind == "year":
        return current(school_years(terms), as_of)
    if kind == "calendar_year":
        return Period(calendar_year.format(year=as_of.year), date(as_of.year, 1, 1), date(as_of.year, 12, 31))
    return Period(whole, None, None)
