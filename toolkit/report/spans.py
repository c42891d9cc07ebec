"""Which stretch of time a report covers, and for which day it holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from toolkit.errors import UsageError
from toolkit.periods import Term, school_years
from toolkit.problems import quoted
from toolkit.schema import fold
from toolkit.values import nearest


@dataclass(frozen=True, slots=True)
class Span:
    """A term or a school year.

    Attributes:
        label: what people call it.
        start: its first day.
        end: its last day.
        day: for which day a report of it holds.
        over: whether it has ended.
        terms: of a school year, the terms that have begun.
    """

    label: str
    start: date
    end: date
    day: date
    over: bool
    terms: tuple[Span, ...] = ()


def span_of(terms: Sequence[Term], label: str, today: date) -> Span:
    """The term or school year of a label.

    Args:
        terms: the calendar.
        label: as typed; spaces and the width of signs do not matter.
        today: the as-of day.

    Raises:
        UsageError: there is none, or it has not begun.
    """
    known = {term.name: _span(term.name, term.start, term.end, terms, today) for term in terms}
    for year in school_years(terms):
        if year.start and year.end:
            begun = tuple(known[t.name] for t in terms if t.year == year.label and t.start <= today)
            known.setdefault(year.label, _span(year.label, year.start, year.end, terms, today, begun))
    found = next((span for name, span in known.items() if fold(name) == fold(label)), None)
    if found is None:
        raise UsageError(_unknown(label, list(known)))
    if today < found.start:
        raise UsageError(f"{found.label} begins on {found.start}; there is nothing to report before that day.")
    return found


def _span(
    label: str, start: date, end: date, terms: Sequence[Term], today: date, within: tuple[Span, ...] = ()
) -> Span:
    return Span(label, start, end, _day(end, terms, today), today > end, tuple(sorted(within, key=lambda s: s.start)))


def _day(end: date, terms: Sequence[Term], today: date) -> date:
    """Today while it runs; then the day after its last one, on which all that is not done is missed."""
    if today <= end:
        return today
    after = end + timedelta(days=1)
    return end if any(term.start <= after <= term.end for term in terms) else after


def _unknown(label: str, known: list[str]) -> str:
    if not known:
        return "The workbook has no readable term, so there is no period to report on."
    near = nearest(label, known)
    hint = f" Did you mean {near}?" if near else ""
    return f"There is no term or school year {quoted(label)}; the workbook has {', '.join(known)}.{hint}"
