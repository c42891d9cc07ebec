"""The school calendar: terms of 学期, public holidays, and the days on which work is made up for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Self
from warnings import catch_warnings

from toolkit.settings.jobs import CalendarSettings, has_known_holidays

if TYPE_CHECKING:
    from holidays import HolidayBase

Terms = Sequence[tuple[date, date]]
"""First and last day of each."""
_SATURDAY: Final = 5


@dataclass(frozen=True)
class SchoolDays:
    """On which days there is school.

    Attributes:
        country: whose public holidays count, by its two letters; empty for none.
        terms: first and last days; None while they are not known.
        days_off: further days without school.
        workdays: further days with school.
    """

    country: str = "CN"
    terms: tuple[tuple[date, date], ...] | None = None
    days_off: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        """Refuse a country whose holidays nobody knows.

        Raises:
            ValueError: it is one.
        """
        if not has_known_holidays(self.country):
            raise ValueError(f'the holidays of {self.country} are not known; write another country, or "" for none')

    @classmethod
    def of(cls, settings: CalendarSettings, terms: Terms | None) -> Self:
        """The calendar as configured.

        Args:
            settings: `[calendar]`.
            terms: first and last days; None while they are not known.
        """
        known = None if terms is None else tuple(terms)
        return cls(settings.country, known, frozenset(settings.days_off), frozenset(settings.workdays))

    def is_published(self, year: int) -> bool:
        """Whether it is known for a year on which days work is made up for. China says so in the November before."""
        return self.country != "CN" or bool(_days(self.country, year)[1])

    def is_holiday(self, day: date) -> bool:
        """Whether a day is a public holiday or off by the configuration; an ordinary weekend is neither."""
        if self._is_made_up_for(day):
            return False
        return self._is_off(day) or (day.weekday() >= _SATURDAY and self._is_within_holidays(day))

    def _is_made_up_for(self, day: date) -> bool:
        return day in self.workdays or (day in _days(self.country, day.year)[1] and day not in self.days_off)

    def _is_off(self, day: date) -> bool:
        """Whether a day is named as one without school, by the country or the configuration."""
        return day not in self.workdays and (day in self.days_off or day in _days(self.country, day.year)[0])

    def _is_within_holidays(self, day: date) -> bool:
        """Whether a day of a weekend that no list names lies between days that are off: the list leaves such out."""
        saturday = day - timedelta(days=day.weekday() - _SATURDAY)
        around = [saturday - timedelta(days=1), *(saturday + timedelta(days=step) for step in range(3))]
        place = around.index(day)
        return any(map(self._is_off, around[:place])) and any(map(self._is_off, around[place + 1 :]))

    def is_workday(self, day: date) -> bool:
        """Whether there is school: Monday to Friday without holidays, and the days on which work is made up for."""
        return self._is_made_up_for(day) or (day.weekday() < _SATURDAY and not self.is_holiday(day))

    def in_term(self, day: date) -> bool:
        """Whether a day lies in a term; so does every day while no term is known."""
        return not self.terms or any(first <= day <= last for first, last in self.terms)

    def ended_term(self, day: date) -> tuple[date, date] | None:
        """The last term that is over on a day."""
        over = [term for term in self.terms or () if term[1] < day]
        return max(over, key=lambda term: term[1]) if over else None


@lru_cache(maxsize=64)
def _days(country: str, year: int) -> tuple[frozenset[date], frozenset[date]]:
    """Holidays of a year, and the weekend days on which work is made up for; none where nobody knows."""
    if not country:
        return frozenset(), frozenset()
    found = _calendar(country, year)
    if found is None:
        return frozenset(), frozenset()
    made_up = frozenset(day for day in found.weekend_workdays if day.year == year)
    return frozenset(found) - made_up, made_up


def _calendar(country: str, year: int) -> HolidayBase | None:
    """The library's calendar of a year; None where it has none, such as of years long ago."""
    from holidays import country_holidays  # noqa: PLC0415 only where there is a country: it is large

    try:
        with catch_warnings(action="ignore"):  # of years the library is not sure about
            return country_holidays(country, years=year, expand=False)
    except (ValueError, OverflowError, NotImplementedError, LookupError):
        return None
