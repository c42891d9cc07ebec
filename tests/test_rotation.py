"""Which backups may go: what stays whatever clocks and rests do."""

from datetime import datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from toolkit.rotation import to_remove
from toolkit.settings.jobs import BackupSettings

CHINA = timezone(timedelta(hours=8))
NIGHT = datetime(2026, 11, 25, 2, 30, tzinfo=CHINA)
DAY = timedelta(days=1)

times = st.lists(
    st.datetimes(datetime(2020, 1, 1), datetime(2032, 1, 1)).map(lambda time: time.replace(tzinfo=CHINA)),  # noqa: DTZ001
    min_size=1,
    max_size=60,
    unique=True,
)
limits = st.builds(
    BackupSettings,
    daily=st.integers(1, 5),
    weekly=st.integers(0, 4),
    monthly=st.integers(0, 4),
    yearly=st.integers(0, 4),
)


def kept(made, settings, latest=None):
    gone = to_remove(made, settings, latest or max(made))
    return [time for time in made if time not in gone]


def test_a_year_of_nights_leaves_days_weeks_months_and_years():
    settings, there = BackupSettings(daily=3, weekly=2, monthly=2, yearly=2), []
    for number in range(-400, 1):
        there.append(NIGHT + number * DAY)
        there = kept(there, settings)
    assert [f"{time:%m-%d %a}" for time in there] == [
        "12-31 Wed",
        "10-31 Sat",
        "11-22 Sun",
        "11-23 Mon",
        "11-24 Tue",
        "11-25 Wed",
    ]


def test_of_one_day_the_last_stays():
    hours = [NIGHT + timedelta(hours=number) for number in range(5)]
    assert kept(hours, BackupSettings()) == hours[-1:]


def test_a_clock_that_jumps_a_year_ahead_takes_one_place_and_no_more():
    settings = BackupSettings(daily=3, weekly=0, monthly=0, yearly=0)
    nights = [NIGHT - number * DAY for number in range(3)]
    ahead = NIGHT + 365 * DAY
    assert to_remove([*nights, ahead], settings, ahead) == [nights[-1]]
    assert kept([nights[0], nights[1], ahead, NIGHT + DAY], settings, NIGHT + DAY) == [nights[0], ahead, NIGHT + DAY]


def test_what_was_just_made_stays_though_others_are_of_the_future():
    settings = BackupSettings(daily=1, weekly=0, monthly=0, yearly=0)
    assert kept([NIGHT, NIGHT + 365 * DAY], settings, NIGHT) == [NIGHT, NIGHT + 365 * DAY]


def test_a_rest_of_years_removes_nothing():
    old = [NIGHT - (1000 + number) * DAY for number in range(5)]
    assert to_remove([*old, NIGHT], BackupSettings(), NIGHT) == []


@given(times, limits, st.data())
def test_neither_the_newest_nor_the_one_just_made_ever_goes_and_a_second_time_nothing_does(made, settings, data):
    latest = data.draw(st.sampled_from(made))
    left = kept(made, settings, latest)
    assert {max(made), latest} <= set(left)
    assert kept(left, settings, latest) == left


@given(times, limits)
def test_no_more_stay_than_the_settings_say(made, settings):
    most = settings.daily + settings.weekly + settings.monthly + settings.yearly
    assert len(kept(made, settings)) <= most


@given(times, limits)
def test_every_day_week_month_and_year_that_counts_keeps_its_last(made, settings):
    left = set(kept(made, settings))
    for count, span in (
        (settings.daily, lambda time: time.date()),
        (settings.weekly, lambda time: time.isocalendar()[:2]),
        (settings.monthly, lambda time: (time.year, time.month)),
        (settings.yearly, lambda time: time.year),
    ):
        newest = sorted({span(time) for time in made}, reverse=True)[:count]
        assert {max(time for time in made if span(time) == one) for one in newest} <= left
