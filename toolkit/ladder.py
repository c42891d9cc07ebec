"""When notices go out: on the rungs before and after a loan's day, and not in the holidays."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from toolkit.periods import Term
from toolkit.settings import RemindSettings

_LONGEST_HOLIDAY: Final = timedelta(days=62)
"""July and August. Further from the terms on record nobody can tell: a term may just not have been entered."""


def last_rung(remind: RemindSettings, due: date, as_of: date) -> date | None:
    """The day of the newest rung that a loan has reached; None where it has reached none.

    Args:
        remind: the ladder.
        due: the loan's 应还日期.
        as_of: today.
    """
    passed = (as_of - due).days
    fixed = (*(-days for days in remind.before), *((0,) if remind.on_the_day else ()), *remind.after)
    reached = [days for days in fixed if days <= passed]
    end = max(remind.after, default=0)
    if remind.then_every and passed >= end + remind.then_every:
        reached.append(passed - (passed - end) % remind.then_every)
    return due + timedelta(days=max(reached)) if reached else None


def in_holidays(terms: Iterable[Term], as_of: date) -> bool:
    """Whether a day is in the holidays: in no term, but near one that has ended or is to come.

    Args:
        terms: the terms on record; without any there are no holidays.
        as_of: today.
    """
    near = False
    for term in terms:
        if term.start <= as_of <= term.end:
            return False
        near |= term.start - _LONGEST_HOLIDAY <= as_of <= term.end + _LONGEST_HOLIDAY
    return near
