"""Settings of the work on a timetable: when each job runs, who is told of trouble, what is kept."""

from __future__ import annotations

import re
from datetime import date, time
from functools import cache
from pathlib import Path
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator

from toolkit.declarations import Part

JobName = Literal["check", "dashboard", "weekly", "remind", "term_report", "backup", "doctor"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: Final[tuple[Weekday, ...]] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _clock(value: object) -> object:
    """A time as people write it, `7:00` or `07:00`; TOML's own local times are times already."""
    if isinstance(value, str):
        found = re.fullmatch(r"([0-9]{1,2}):([0-5][0-9])", value.strip())
        if found and int(found[1]) < 24:  # noqa: PLR2004
            return time(int(found[1]), int(found[2]))
    if isinstance(value, time):
        return value.replace(second=0, microsecond=0)
    raise ValueError('write times like "07:00"')


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError('write the name of a time zone such as "Asia/Shanghai"') from error
    return name


def _distinct(values: tuple[object, ...]) -> tuple[object, ...]:
    for place, value in enumerate(values):
        if value in values[:place]:
            shown = f"{value:%H:%M}" if isinstance(value, time) else value
            raise ValueError(f"{shown} stands twice; keep one")
    return values


def _days(value: object) -> object:
    """Refuse what is neither the word nor days, in one sentence for both."""
    listed = isinstance(value, list | tuple) and all(day in WEEKDAYS for day in value)
    if value != "workdays" and not listed:
        raise ValueError('write "workdays" or days such as ["mon", "thu"]')
    return _distinct(tuple(value)) if isinstance(value, list | tuple) else value


Clock = Annotated[time, BeforeValidator(_clock)]
"""A time of day, to the minute."""
CatchUp = Annotated[float, Field(ge=0.25, le=24 * 14)]
"""Hours; less than the time between two looks would give every run up."""
TimeLimit = Annotated[float, Field(ge=1, le=24 * 60)]
"""Minutes."""
Times = Annotated[tuple[Clock, ...], AfterValidator(_distinct)]
Weekdays = Annotated[Literal["workdays"] | tuple[Weekday, ...], BeforeValidator(_days)]
Days = Annotated[tuple[date, ...], AfterValidator(_distinct)]


class JobTimes(Part):
    """`[timetable.JOB]`: when a job runs.

    Attributes:
        enabled: whether it runs by itself at all.
        times: times of day, as "07:00".
        weekdays: days of the week, as "mon"; or "workdays": Monday to Friday without public holidays, and the days on
            which work is made up for.
        on_holidays: what becomes of a time on a public holiday: "run" all the same, "skip" it, or run "later", at that
            time of the next workday.
        terms_only: whether it rests between the terms of 学期.
        catch_up: so many hours after its time a run that was missed is made up for; then it is given up.
        time_limit: after so many minutes a run is stopped.
    """

    enabled: bool = True
    times: Times = ()
    weekdays: Weekdays = WEEKDAYS
    on_holidays: Literal["run", "skip", "later"] = "run"
    terms_only: bool = False
    catch_up: CatchUp = 24
    time_limit: TimeLimit = 30

    @field_validator("times")
    @classmethod
    def _some_time(cls, times: tuple[time, ...], info: ValidationInfo) -> tuple[time, ...]:
        """A job that is enabled has a time; one that has none by default runs after others."""
        if not times and info.data.get("enabled") and cls.model_fields["times"].default:
            raise ValueError("write at least one time; for a job that is not to run by itself, enabled = false")
        return times

    @field_validator("weekdays")
    @classmethod
    def _some_day(cls, days: Weekdays, info: ValidationInfo) -> Weekdays:
        if not days and info.data.get("enabled") and info.data.get("times"):
            raise ValueError("write at least one day; for a job that is not to run by itself, enabled = false")
        return days


class CheckTimes(JobTimes):
    """`[timetable.check]`: every hour of school days; the dashboard is written after a check that found a change."""

    times: Times = tuple(time(hour) for hour in range(8, 19))
    weekdays: Weekdays = "workdays"
    on_holidays: Literal["run", "skip", "later"] = "skip"
    terms_only: bool = True
    catch_up: CatchUp = 12


class DashboardTimes(JobTimes):
    """`[timetable.dashboard]`: times of its own besides those after a check that found a change."""

    catch_up: CatchUp = 12


class WeeklyTimes(JobTimes):
    """`[timetable.weekly]`: Monday morning, in terms."""

    times: Times = (time(7),)
    weekdays: Weekdays = ("mon",)
    on_holidays: Literal["run", "skip", "later"] = "later"
    terms_only: bool = True
    catch_up: CatchUp = 96
    time_limit: TimeLimit = 120


class RemindTimes(JobTimes):
    """`[timetable.remind]`: every morning; what a holiday leaves out the next notice makes up for."""

    times: Times = (time(7, 30),)
    on_holidays: Literal["run", "skip", "later"] = "skip"
    catch_up: CatchUp = 12
    time_limit: TimeLimit = 120


class TermReportTimes(JobTimes):
    """`[timetable.term_report]`: once after each term, on the first of these days and times after its last day.

    It may not keep to terms: by then there is none.
    """

    times: Times = (time(7, 45),)
    weekdays: Weekdays = "workdays"
    on_holidays: Literal["run", "skip", "later"] = "skip"
    catch_up: CatchUp = 24 * 7

    @field_validator("terms_only")
    @classmethod
    def _between_terms(cls, terms_only: bool) -> bool:  # noqa: FBT001 pydantic's way
        if terms_only:
            raise ValueError("the report comes after a term, so it cannot rest between terms; leave terms_only away")
        return terms_only


class BackupTimes(JobTimes):
    """`[timetable.backup]`: every night."""

    times: Times = (time(2, 30),)
    catch_up: CatchUp = 20


class DoctorTimes(JobTimes):
    """`[timetable.doctor]`: every morning before the others."""

    times: Times = (time(6, 30),)
    catch_up: CatchUp = 12
    time_limit: TimeLimit = 10


class TimetableSettings(Part):
    """`[timetable]`: when jobs run, and in whose time.

    Attributes:
        zone: the time zone of all times.
    """

    zone: Annotated[str, AfterValidator(_zone)] = "Asia/Shanghai"
    check: CheckTimes = CheckTimes()
    dashboard: DashboardTimes = DashboardTimes()
    weekly: WeeklyTimes = WeeklyTimes()
    remind: RemindTimes = RemindTimes()
    term_report: TermReportTimes = TermReportTimes()
    backup: BackupTimes = BackupTimes()
    doctor: DoctorTimes = DoctorTimes()

    def of(self, job: JobName) -> JobTimes:
        """When a job runs."""
        times: JobTimes = getattr(self, job)
        return times


@cache
def has_known_holidays(country: str) -> bool:
    """Whether the public holidays of a country, by its two letters, are known; empty is none and has none."""
    if country in ("", "CN"):
        return True
    from holidays import list_supported_countries  # noqa: PLC0415 it is large, and seldom asked

    return country in list_supported_countries()


class CalendarSettings(Part):
    """`[calendar]`: public holidays, beside the terms of 学期.

    Attributes:
        country: whose public holidays count, by its two letters (ISO 3166-1); "" for none.
        days_off: further days on which there is no school.
        workdays: further days on which there is school, for holidays or weekends.
    """

    country: str = Field(default="CN", pattern=r"^([A-Z]{2})?$", examples=["CN"])
    days_off: Days = ()
    workdays: Days = ()

    @field_validator("country")
    @classmethod
    def _known(cls, country: str) -> str:
        if not has_known_holidays(country):
            raise ValueError('its holidays are not known; write another country, or "" for none')
        return country

    @field_validator("workdays")
    @classmethod
    def _not_both(cls, days: tuple[date, ...], info: ValidationInfo) -> tuple[date, ...]:
        for day in days:
            if day in info.data.get("days_off", ()):
                raise ValueError(f"{day} stands under days_off too; keep one")
        return days


class OperatorSettings(Part):
    """`[operator]`: who keeps this running.

    Attributes:
        email: who is told when a job fails, when it is well again, and when doctor finds something.
    """

    email: str | None = Field(default=None, pattern=r"^[^@\s]+@[^@\s]+$", examples=["office@example.com"])


class ServeSettings(Part):
    """`[serve]`: the scheduler itself.

    Attributes:
        heartbeat: a file that is touched every minute while all is well.
        ping_url: an address that is asked for every so often while all is well, as monitoring services want it.
        ping_every: so many minutes between two pings.
        grace: so many seconds a running job has to end by itself when the scheduler is stopped.
    """

    heartbeat: Path | None = None
    ping_url: str | None = Field(
        default=None, pattern=r"^https?://[^/\s]+(/[^\s]*)?$", examples=["https://ping.example.com/abc"], repr=False
    )
    ping_every: int = Field(default=5, ge=1, le=24 * 60)
    grace: float = Field(default=60, ge=0, le=3600)


class LogSettings(Part):
    """`[log]`: what the scheduler writes down of its doings; never names of people or addresses.

    Attributes:
        file: where it goes; standard error where left out.
        format: "human", one line an event, or "json", one object a line.
        level: from which weight on.
        megabytes: a file that grows beyond this is put aside and a new one begun.
        keep: so many that were put aside are kept.
    """

    file: Path | None = None
    format: Literal["human", "json"] = "human"
    level: Literal["debug", "info", "warning", "error"] = "info"
    megabytes: float = Field(default=5, gt=0, le=1000)
    keep: int = Field(default=5, ge=0, le=1000)


class BackupSettings(Part):
    """`[backup]`: where backups go and how many are kept: of each day, week, month and year the last one.

    Attributes:
        folder: where they go; where left out, `备份` beside the workbook, or beside a Google Sheet's folder of results.
        daily: of so many days.
        weekly: of so many weeks.
        monthly: of so many months.
        yearly: of so many years.
    """

    folder: Path | None = None
    daily: int = Field(default=14, ge=1, le=366)
    weekly: int = Field(default=8, ge=0, le=520)
    monthly: int = Field(default=24, ge=0, le=240)
    yearly: int = Field(default=10, ge=0, le=100)
