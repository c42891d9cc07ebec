"""The timetable: moments as people count them, whatever clocks, holidays and terms do."""

from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from jobs.school_days import SchoolDays
from jobs.timetable import following, latest, slots
from toolkit.settings.jobs import WEEKDAYS, JobTimes, TimetableSettings

CHINA = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
EVERY_DAY = SchoolDays(country="")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
DEFAULT = TimetableSettings()
TERM = (date(2026, 9, 1), date(2027, 1, 22))

# Weeks in which the clock of a zone was set: forward, back, by half an hour, at midnight, a minute after midnight, by a
# day; and one in which it was not.
SET_CLOCKS = [
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("America/Sao_Paulo", date(2018, 2, 18)),
    ("America/Sao_Paulo", date(2018, 11, 4)),
    ("America/St_Johns", date(2010, 3, 14)),
    ("America/St_Johns", date(2010, 11, 7)),
    ("Pacific/Apia", date(2011, 12, 30)),
    ("Asia/Shanghai", date(1991, 9, 15)),
    ("Asia/Shanghai", date(2026, 10, 1)),
]


def local(text: str, zone: ZoneInfo = CHINA) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def shown(moments, zone: ZoneInfo = CHINA) -> list[str]:
    return [f"{moment.astimezone(zone):%a %m-%d %H:%M}" for moment in moments]


def at(*clock: str, **settings: object) -> JobTimes:
    return JobTimes(times=clock, **settings)


# --- the default timetable over real holidays of China


def test_checks_run_every_hour_of_a_day_made_up_for_and_rest_on_national_day():
    days = SchoolDays(terms=(TERM,))
    due = shown(slots(DEFAULT.check, CHINA, days, local("2026-10-10T00:00"), local("2026-10-12T08:00")))
    assert due == [*(f"Sat 10-10 {hour:02}:00" for hour in range(8, 19)), "Mon 10-12 08:00"]
    assert list(slots(DEFAULT.check, CHINA, days, local("2026-10-01T00:00"), local("2026-10-08T07:59"))) == []


def test_the_weekly_letter_of_a_monday_in_holidays_goes_out_on_the_next_workday():
    days = SchoolDays(terms=(TERM,))
    due = slots(DEFAULT.weekly, CHINA, days, local("2026-09-20T00:00"), local("2026-10-20T00:00"))
    assert shown(due) == ["Mon 09-21 07:00", "Mon 09-28 07:00", "Thu 10-08 07:00", "Mon 10-12 07:00", "Mon 10-19 07:00"]


def test_a_letter_put_off_over_spring_festival_goes_out_once_though_two_mondays_are_off():
    days = SchoolDays(terms=((date(2026, 2, 1), date(2026, 7, 8)),))
    due = slots(DEFAULT.weekly, CHINA, days, local("2026-02-08T00:00"), local("2026-03-04T00:00"))
    assert shown(due) == ["Mon 02-09 07:00", "Tue 02-24 07:00", "Mon 03-02 07:00"]


def test_reminders_leave_out_holidays_and_the_weekend_within_them():
    due = slots(DEFAULT.remind, CHINA, SchoolDays(), local("2026-09-29T12:00"), local("2026-10-08T12:00"))
    assert shown(due) == ["Wed 09-30 07:30", "Thu 10-08 07:30"]


def test_backups_run_every_night_of_the_holidays():
    due = slots(DEFAULT.backup, CHINA, SchoolDays(), local("2026-10-01T00:00"), local("2026-10-08T00:00"))
    assert shown(due) == shown(local(f"2026-10-{day:02}T02:30") for day in range(1, 8))


def test_the_dashboard_has_no_time_of_its_own_by_default():
    window = (local("2026-01-01T00:00"), local("2026-12-31T00:00"))
    assert list(slots(DEFAULT.dashboard, CHINA, SchoolDays(), *window)) == []
    assert latest(DEFAULT.dashboard, CHINA, SchoolDays(), *window) is None
    assert following(DEFAULT.dashboard, CHINA, SchoolDays(), window[0]) is None


# --- terms


def test_between_terms_weekly_letters_rest():
    days = SchoolDays(terms=((date(2026, 3, 2), date(2026, 7, 8)), TERM))
    due = slots(DEFAULT.weekly, CHINA, days, local("2026-06-28T00:00"), local("2026-09-10T00:00"))
    assert shown(due) == ["Mon 06-29 07:00", "Mon 07-06 07:00", "Mon 09-07 07:00"]


def test_a_letter_put_off_past_the_end_of_term_rests_and_one_put_off_into_it_runs():
    weekly = at("07:00", weekdays=["mon"], on_holidays="later", terms_only=True)
    window = (local("2026-10-04T00:00"), local("2026-10-10T00:00"))
    ends = SchoolDays(terms=((date(2026, 9, 1), date(2026, 10, 7)),))
    begins = SchoolDays(terms=((date(2026, 10, 8), date(2027, 1, 22)),))
    assert shown(slots(weekly, CHINA, ends, *window)) == []
    assert shown(slots(weekly, CHINA, begins, *window)) == ["Thu 10-08 07:00"]


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        (date(2026, 7, 8), ["Thu 07-09 07:45"]),
        (date(2026, 7, 10), ["Mon 07-13 07:45"]),
        (date(2026, 9, 30), ["Thu 10-08 07:45"]),  # 国庆 lies between
        (date(2026, 2, 13), ["Sat 02-14 07:45"]),  # a Saturday made up for
    ],
)
def test_the_report_of_a_term_is_due_once_on_the_first_workday_after_it(last, expected):
    days = SchoolDays(terms=((last - 100 * DAY, last),))
    window = (local(f"{last - 100 * DAY}T00:00"), local(f"{last + 200 * DAY}T00:00"))
    assert shown(slots(DEFAULT.term_report, CHINA, days, *window, after_terms=True)) == expected


def test_the_report_of_a_term_runs_at_the_first_of_its_times():
    times = at("18:00", "06:00", weekdays="workdays")
    days = SchoolDays(terms=(TERM,))
    due = slots(times, CHINA, days, local("2027-01-01T00:00"), local("2027-12-01T00:00"), after_terms=True)
    assert shown(due) == ["Mon 01-25 06:00"]


def test_a_report_waits_for_the_first_workday_after_a_term_and_is_given_up_after_two_months():
    off = frozenset(date(2026, 7, 9) + step * DAY for step in range(62))
    terms = ((date(2026, 3, 2), date(2026, 7, 8)),)
    window = (local("2026-07-01T00:00"), local("2026-12-01T00:00"))
    one_less = SchoolDays(terms=terms, days_off=off - {max(off)})
    assert shown(slots(DEFAULT.term_report, CHINA, one_less, *window, after_terms=True)) == ["Tue 09-08 07:45"]
    assert (
        shown(slots(DEFAULT.term_report, CHINA, SchoolDays(terms=terms, days_off=off), *window, after_terms=True)) == []
    )


def test_while_no_term_is_known_no_report_is_due():
    for terms in (None, ()):
        window = (local("2026-01-01T00:00"), local("2027-12-01T00:00"))
        assert list(slots(DEFAULT.term_report, CHINA, SchoolDays(terms=terms), *window, after_terms=True)) == []


# --- days


def test_workdays_leave_out_holidays_whatever_is_said_of_times_on_holidays():
    for on_holidays in ("run", "skip", "later"):
        times = at("07:00", weekdays="workdays", on_holidays=on_holidays)
        due = slots(times, CHINA, SchoolDays(), local("2026-09-30T00:00"), local("2026-10-11T00:00"))
        assert shown(due) == ["Wed 09-30 07:00", "Thu 10-08 07:00", "Fri 10-09 07:00", "Sat 10-10 07:00"]


def test_after_a_long_time_off_what_was_put_off_runs_once_on_the_first_workday():
    off = frozenset(date(2026, 7, 6) + step * DAY for step in range(56))
    times = at("07:00", weekdays=["mon"], on_holidays="later")
    due = slots(times, CHINA, SchoolDays(days_off=off), local("2026-07-01T00:00"), local("2026-09-08T00:00"))
    assert shown(due) == ["Mon 08-31 07:00", "Mon 09-07 07:00"]
    off = off | {date(2026, 8, 31)}
    due = slots(times, CHINA, SchoolDays(days_off=off), local("2026-07-01T00:00"), local("2026-09-08T00:00"))
    assert shown(due) == ["Tue 09-01 07:00", "Mon 09-07 07:00"]


@pytest.mark.parametrize("weekday", ["thu", "fri", "sat", "sun", "mon", "tue", "wed"])
def test_each_day_of_national_day_is_put_off_to_the_first_workday_after_it(weekday):
    times = at("07:00", weekdays=[weekday], on_holidays="later")
    due = slots(times, CHINA, SchoolDays(), local("2026-10-01T00:00"), local("2026-10-08T23:00"))
    assert shown(due) == ["Thu 10-08 07:00"]


def test_times_put_off_keep_their_clock_and_meet_those_of_the_day():
    times = at("12:00", "07:00", weekdays=["wed", "thu"], on_holidays="later")
    due = slots(times, CHINA, SchoolDays(), local("2026-10-06T00:00"), local("2026-10-10T00:00"))
    assert shown(due) == ["Thu 10-08 07:00", "Thu 10-08 12:00"]


# --- clocks that are set


def test_a_time_that_the_clock_leaps_over_is_due_at_the_first_moment_after_the_gap():
    due = slots(at("02:00", "02:30", "03:30"), BERLIN, EVERY_DAY, local("2026-03-28T12:00"), local("2026-03-29T12:00"))
    assert shown(due, BERLIN) == ["Sun 03-29 03:00", "Sun 03-29 03:30"]


def test_a_time_that_comes_twice_is_due_the_first_time_only():
    due = slots(at("02:30"), BERLIN, EVERY_DAY, local("2026-10-24T12:00"), local("2026-10-26T00:00"))
    assert list(due) == [datetime(2026, 10, 25, 0, 30, tzinfo=UTC)]


def test_a_midnight_that_comes_before_the_clock_goes_back_to_the_day_before_is_not_lost():
    """In Newfoundland the clock went from 00:01 of 7 November 2010 back to 23:01 of the 6th."""
    zone = ZoneInfo("America/St_Johns")
    again = local("2010-11-06T23:30", zone).replace(fold=1)
    due = datetime(2010, 11, 7, 2, 30, tzinfo=UTC)
    assert list(slots(at("00:00"), zone, EVERY_DAY, local("2010-11-06T12:00", zone), again)) == [due]
    assert latest(at("00:00"), zone, EVERY_DAY, local("2010-11-06T12:00", zone), again) == due


def test_a_day_that_the_calendar_leaps_over_leaves_one_moment():
    """In Samoa 30 December 2011 never was."""
    zone = ZoneInfo("Pacific/Apia")
    due = slots(at("00:00", "07:00"), zone, EVERY_DAY, local("2011-12-29T12:00", zone), local("2011-12-31T12:00", zone))
    assert shown(due, zone) == ["Sat 12-31 00:00", "Sat 12-31 07:00"]


# --- any timetable, by the plain definition


@cache
def minutes(zone: ZoneInfo, middle: date) -> tuple[tuple[datetime, ...], tuple[datetime, ...]]:
    """Every minute of the fortnight about a day, and the latest time the clock has shown by then."""
    begin = datetime.combine(middle - 7 * DAY, time(12), UTC)
    moments = tuple(begin + step * MINUTE for step in range(14 * 24 * 60))
    latest_shown, highest = [], datetime(1, 1, 1)  # noqa: DTZ001
    for moment in moments:
        highest = max(highest, moment.astimezone(zone).replace(tzinfo=None))
        latest_shown.append(highest)
    return moments, tuple(latest_shown)


def plain_slots(times: JobTimes, zone: ZoneInfo, middle: date, days: SchoolDays) -> list[datetime]:
    """For each day and time: the first minute by which the clock has shown it."""
    moments, latest_shown = minutes(zone, middle)
    due = set()
    for day in (middle + step * DAY for step in range(-6, 7)):
        runs_on = day
        if times.on_holidays != "run" and days.is_holiday(day):
            while times.on_holidays == "later" and not days.is_workday(runs_on):
                runs_on += DAY
            if times.on_holidays == "skip":
                continue
        listed = days.is_workday(day) if times.weekdays == "workdays" else WEEKDAYS[day.weekday()] in times.weekdays
        if listed and (days.in_term(runs_on) or not times.terms_only):
            places = (bisect_left(latest_shown, datetime.combine(runs_on, clock)) for clock in times.times)
            due |= {moments[place] for place in places if place < len(moments)}
    return sorted(due)


clocks = st.builds(time, st.integers(0, 23), st.integers(0, 59)) | st.builds(
    time, st.sampled_from([0, 1, 2, 3, 23]), st.sampled_from([0, 1, 15, 30, 45, 59])
)
timetables = st.builds(
    JobTimes,
    times=st.lists(clocks, min_size=1, max_size=5, unique=True),
    weekdays=st.just("workdays") | st.lists(st.sampled_from(WEEKDAYS), min_size=1, unique=True),
    on_holidays=st.sampled_from(["run", "skip", "later"]),
    terms_only=st.booleans(),
)
fortnights = st.sampled_from([(ZoneInfo(name), middle) for name, middle in SET_CLOCKS])


@st.composite
def calendars(draw, middle: date) -> SchoolDays:
    near = st.integers(-5, 5).map(lambda step: middle + step * DAY)
    off, made_up = draw(st.frozensets(near, max_size=4)), draw(st.frozensets(near, max_size=2))
    first, last = sorted((draw(near), draw(near)))
    terms = draw(st.sampled_from([None, ((first, last),), ((first - 99 * DAY, first), (last, last + 99 * DAY))]))
    return SchoolDays(draw(st.sampled_from(["", "CN"])), terms, off - made_up, made_up)


@given(st.data(), timetables, fortnights)
@settings(max_examples=400, deadline=None)
def test_slots_are_the_first_minutes_at_which_the_clock_has_shown_each_time(data, times, fortnight):
    zone, middle = fortnight
    days = data.draw(calendars(middle))
    begin, end = (datetime.combine(middle + step * DAY, time(12), UTC) for step in (-4, 4))
    expected = [moment for moment in plain_slots(times, zone, middle, days) if begin < moment <= end]
    assert list(slots(times, zone, days, begin, end)) == expected


@given(st.data(), timetables, fortnights, st.booleans())
@settings(max_examples=400, deadline=None)
def test_slots_between_moments_join_without_loss_or_double_and_latest_and_following_are_among_them(
    data, times, fortnight, after_terms
):
    zone, middle = fortnight
    days = data.draw(calendars(middle))
    quarters = st.integers(-500, 500).map(lambda step: datetime.combine(middle, time(), UTC) + step * 15 * MINUTE)
    a, b, c = sorted(data.draw(st.tuples(quarters, quarters, quarters)))
    whole = list(slots(times, zone, days, a, c, after_terms=after_terms))
    first_half = list(slots(times, zone, days, a, b.astimezone(zone), after_terms=after_terms))
    assert first_half + list(slots(times, zone, days, b.astimezone(zone), c, after_terms=after_terms)) == whole
    assert all(one < other for one, other in pairwise(whole))
    assert latest(times, zone, days, a, c, after_terms=after_terms) == (whole[-1] if whole else None)
    found = following(times, zone, days, a, after_terms=after_terms, horizon=c - a)
    assert found == (whole[0] if whole else None)


@given(st.data(), timetables, fortnights)
@settings(max_examples=200, deadline=None)
def test_a_slot_begins_after_its_moment_and_ends_with_it(data, times, fortnight):
    zone, middle = fortnight
    days = data.draw(calendars(middle))
    begin = datetime.combine(middle - 3 * DAY, time(), UTC)
    found = following(times, zone, days, begin, horizon=6 * DAY)
    assume(found is not None)
    assert list(slots(times, zone, days, begin, found)) == [found]
    assert list(slots(times, zone, days, begin, found - timedelta(microseconds=1))) == []
    assert found not in slots(times, zone, days, found, found + 6 * DAY)
