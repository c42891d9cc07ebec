"""The timetable: at which moments a job is due, by the clock on the wall of its time zone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from jobs.school_days import SchoolDays
from toolkit.settings.jobs import WEEKDAYS, JobTimes

_DAY: Final = timedelta(days=1)
_LOOK_BACK: Final = 14
"""So many days back times that were put off are looked for: in a longer break each day of the week comes again."""
_AFTER_TERM: Final = 62
"""So many days after a term something that comes after terms can be due: longer than any holiday."""


def slots(
    times: JobTimes,
    zone: ZoneInfo,
    days: SchoolDays,
    after: datetime,
    until: datetime,
    *,
    after_terms: bool = False,
) -> Iterator[datetime]:
    """The moments at which a job is due, in order, in UTC: two moments of one zone would be compared by the wall clock.

    A time that the clock leaps over in spring is due at the first moment after the gap; one that comes twice in autumn
    is due the first time.

    Args:
        times: when.
        zone: whose clock.
        days: the calendar.
        after: with a time zone; moments later than this.
        until: with a time zone; moments up to this one.
        after_terms: whether it is due only once after each term.
    """
    after, until = after.astimezone(UTC), until.astimezone(UTC)
    day, last = _day(after, zone) - _DAY, _day(until, zone) + _DAY  # clocks set at midnight change the date too
    while times.times and day <= last:
        for moment in _of_day(times, zone, days, day, after_terms):
            if after < moment <= until:
                yield moment
                after = moment  # where a whole day is leapt over its times meet the next day's
        day += _DAY


def latest(
    times: JobTimes,
    zone: ZoneInfo,
    days: SchoolDays,
    after: datetime,
    until: datetime,
    *,
    after_terms: bool = False,
) -> datetime | None:
    """The last of the moments at which a job is due; None where it is not. Arguments as of `slots`."""
    after, until = after.astimezone(UTC), until.astimezone(UTC)
    day, first = _day(until, zone) + _DAY, _day(after, zone) - _DAY
    while times.times and day >= first:
        due = [moment for moment in _of_day(times, zone, days, day, after_terms) if after < moment <= until]
        if due:
            return due[-1]
        day -= _DAY
    return None


def following(
    times: JobTimes,
    zone: ZoneInfo,
    days: SchoolDays,
    after: datetime,
    *,
    after_terms: bool = False,
    horizon: timedelta = timedelta(days=400),
) -> datetime | None:
    """The first moment after another at which a job is due; None where there is none up to the horizon."""
    until = after.astimezone(UTC) + horizon
    return next(slots(times, zone, days, after, until, after_terms=after_terms), None)


def _day(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()


def _of_day(times: JobTimes, zone: ZoneInfo, days: SchoolDays, day: date, after_terms: bool) -> list[datetime]:  # noqa: FBT001
    """The moments of a day, each once, in order."""
    if not (_is_first_after_term if after_terms else _runs_on)(times, days, day):
        return []
    clock = sorted(times.times)
    return sorted({_moment(day, at, zone) for at in (clock[:1] if after_terms else clock)})


def _runs_on(times: JobTimes, days: SchoolDays, day: date) -> bool:
    if times.terms_only and not days.in_term(day):
        return False
    if _is_listed(times, days, day) and not (times.on_holidays != "run" and days.is_holiday(day)):
        return True
    return times.on_holidays == "later" and days.is_workday(day) and _is_put_off_to(times, days, day)


def _is_listed(times: JobTimes, days: SchoolDays, day: date) -> bool:
    return days.is_workday(day) if times.weekdays == "workdays" else WEEKDAYS[day.weekday()] in times.weekdays


def _is_put_off_to(times: JobTimes, days: SchoolDays, day: date) -> bool:
    """Whether a holiday before a workday, with no workday between, leaves its times to it."""
    for before in _back(day, _LOOK_BACK):
        if days.is_workday(before):
            return False
        if days.is_holiday(before) and _is_listed(times, days, before):
            return True
    return False


def _is_first_after_term(times: JobTimes, days: SchoolDays, day: date) -> bool:
    ended = days.ended_term(day)
    if ended is None or (day - ended[1]).days > _AFTER_TERM or not _runs_on(times, days, day):
        return False
    return not any(ended[1] < before and _runs_on(times, days, before) for before in _back(day, _AFTER_TERM))


def _back(day: date, so_many: int) -> Iterable[date]:
    """The days before one, the nearest first."""
    return (day - timedelta(days=number) for number in range(1, so_many + 1))


def _moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The first moment at which the clock shows a time or, where it leaps over that, a later one."""
    wall = datetime.combine(day, at)
    moment = wall.replace(tzinfo=zone).astimezone(UTC)
    return moment if moment.astimezone(zone).replace(tzinfo=None) == wall else _after_gap(wall, zone)


def _after_gap(wall: datetime, zone: ZoneInfo) -> datetime:
    """The first moment after the gap in which a time lies.

    The time, counted with the offset from before the gap, lies after it by as much as the time lies in the gap; with
    the one from after it, before it. The change is between the two.
    """
    early = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    late = wall.replace(tzinfo=zone).astimezone(UTC)
    offset = early.astimezone(zone).utcoffset()
    while late - early > timedelta(seconds=1):
        middle = early + (late - early) / 2
        if middle.astimezone(zone).utcoffset() == offset:
            early = middle
        else:
            late = middle
    return late.replace(microsecond=0)
