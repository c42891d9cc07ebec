"""The school calendar: China as published, a year that is not, terms, and what the configuration adds or takes away."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.school_days import SchoolDays
from toolkit.settings.jobs import CalendarSettings

CHINA = SchoolDays()
TERMS = ((date(2026, 3, 2), date(2026, 7, 8)), (date(2026, 9, 1), date(2027, 1, 22)))


def days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=step) for step in range((last - first).days + 1)]


def drawn(calendar: SchoolDays, first: date, last: date) -> str:
    """Each day as a sign: w workday, h holiday, - an ordinary weekend."""
    signs = {(True, False): "w", (False, True): "h", (False, False): "-"}
    return "".join(signs[calendar.is_workday(day), calendar.is_holiday(day)] for day in days(first, last))


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        # 元旦 2026: 1-3 January; Sunday the 4th made up for
        (date(2025, 12, 29), date(2026, 1, 11), "wwwhh-w wwwww--"),
        # 春节 2026: to 23 February; Saturdays 14 and 28 made up for
        (date(2026, 2, 9), date(2026, 3, 1), "wwwwww- hhhhhhh hwwwww-"),
        # 清明 2026: 4-6 April; its first two days are a weekend, and no list says so of the Saturday
        (date(2026, 3, 30), date(2026, 4, 12), "wwwww-h hwwww--"),
        # 劳动节 2026: 1-5 May; Saturday the 9th made up for
        (date(2026, 4, 27), date(2026, 5, 10), "wwwwhhh hhwwww-"),
        # 端午 and 中秋 2026: a Friday each
        (date(2026, 6, 15), date(2026, 6, 21), "wwwwh--"),
        # 国庆 2026: 1-7 October; Sunday 20 September and Saturday 10 October made up for
        (date(2026, 9, 14), date(2026, 10, 11), "wwwww-w wwwwh-- wwwhhhh hhhwww-"),
    ],
)
def test_holidays_of_2026_and_days_made_up_for_are_those_published(first, last, expected):
    assert drawn(CHINA, first, last) == expected.replace(" ", "")


def test_a_year_not_yet_published_has_its_statutory_holidays_and_nothing_made_up_for():
    assert [CHINA.is_published(year) for year in (2025, 2026, 2027)] == [True, True, False]
    assert drawn(CHINA, date(2027, 9, 27), date(2027, 10, 10)) == "wwwwhhhhhwww--"
    assert [
        day for day in days(date(2027, 1, 1), date(2027, 12, 31)) if CHINA.is_workday(day) and day.weekday() > 4
    ] == []


def test_without_a_country_there_are_weekends_and_nothing_else_is_to_be_published():
    calendar = SchoolDays(country="")
    assert drawn(calendar, date(2026, 9, 28), date(2026, 10, 11)) == "wwwww--wwwww--"
    assert calendar.is_published(2027)


def test_another_country_has_its_own_holidays_and_the_days_between_them():
    easter = drawn(SchoolDays(country="DE"), date(2026, 3, 30), date(2026, 4, 12))
    assert easter == "wwwwhhhhwwww--"
    assert SchoolDays(country="DE").is_published(2027)


@pytest.mark.parametrize("country", ["ZZ", "EU"])
def test_a_country_nobody_knows_is_refused_in_one_sentence(country):
    with pytest.raises(ValueError, match=f'^the holidays of {country} are not known; write another country, or "" for'):
        SchoolDays(country=country)


def test_the_configuration_adds_days_off_and_days_with_school():
    settings = CalendarSettings(
        days_off=(date(2026, 9, 20), date(2026, 11, 25)), workdays=(date(2026, 10, 5), date(2026, 11, 28))
    )
    calendar = SchoolDays.of(settings, None)
    assert drawn(calendar, date(2026, 9, 14), date(2026, 9, 20)) == "wwwww-h"
    # the weekend of 3 and 4 October is named half by the country: what is left of it is an ordinary Sunday
    assert drawn(calendar, date(2026, 9, 28), date(2026, 10, 11)) == "wwwhhh-whhwww-"
    assert drawn(calendar, date(2026, 11, 23), date(2026, 11, 29)) == "wwhwww-"


def test_a_weekend_within_days_off_is_off_too():
    off = frozenset(days(date(2026, 11, 23), date(2026, 12, 4))) - {date(2026, 11, 28), date(2026, 11, 29)}
    calendar = SchoolDays(days_off=off)
    assert drawn(calendar, date(2026, 11, 16), date(2026, 12, 6)) == "wwwww--hhhhhhhhhhhh--"


def test_days_of_terms_are_in_term_and_so_is_every_day_while_none_is_known():
    calendar = SchoolDays(terms=TERMS)
    ends = [date(2026, 3, 1), date(2026, 3, 2), date(2026, 7, 8), date(2026, 7, 9), date(2026, 9, 1), date(2027, 1, 23)]
    assert [calendar.in_term(day) for day in ends] == [False, True, True, False, True, False]
    assert SchoolDays(terms=None).in_term(date(2026, 8, 1))
    assert SchoolDays(terms=()).in_term(date(2026, 8, 1))


def test_the_term_that_ended_is_the_last_one_over():
    calendar = SchoolDays(terms=(*reversed(TERMS),))
    asked = [date(2026, 7, 8), date(2026, 7, 9), date(2027, 1, 22), date(2027, 1, 23)]
    assert [calendar.ended_term(day) for day in asked] == [None, TERMS[0], TERMS[0], TERMS[1]]
    assert SchoolDays().ended_term(date(2026, 7, 9)) is None


@pytest.mark.parametrize("country", ["CN", "DE", "US", "IL", "IN", "JP", "SA", "TH", "RU", ""])
def test_no_day_of_any_year_breaks_the_calendar(country):
    calendar = SchoolDays(country=country)
    years = [*range(1, 40), *range(1580, 1590), *range(1895, 2160), *range(2390, 2410), *range(9990, 10000)]
    for year in years:
        calendar.is_published(year)
        for day in (date(year, 1, 1), date(year, 2, 28), date(year, 12, 31)):
            assert not (calendar.is_workday(day) and calendar.is_holiday(day))


@given(st.dates(), st.frozensets(st.dates(), max_size=3), st.frozensets(st.dates(), max_size=3))
def test_a_day_is_a_workday_or_a_holiday_or_an_ordinary_weekend(day, off, made_up):
    calendar = SchoolDays(days_off=off - made_up, workdays=made_up)
    assert [calendar.is_workday(day), calendar.is_holiday(day)].count(True) <= 1
    assert calendar.is_workday(day) or calendar.is_holiday(day) or day.weekday() > 4
    assert calendar.is_workday(day) or day not in made_up
    assert calendar.is_holiday(day) or day not in off - made_up
