"""What is due: which job at which time of the timetable, by what is on record of its runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, get_args

from jobs.community import Community
from jobs.school_days import SchoolDays
from jobs.state import SEEN, SHOWN, JobState
from jobs.timetable import following, latest
from toolkit.settings import JobName

JOBS: Final[tuple[JobName, ...]] = get_args(JobName)
_INSTANT: Final = timedelta(seconds=1)
"""What is due at the very moment of the first run on record counts."""
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)
_TIMES: Final = "times of {job}"
"""Name of the fact that tells since when a job has which times."""
_WHEN: Final = {"enabled", "times", "weekdays", "on_holidays", "terms_only"}
_FIRST_PAUSE: Final = timedelta(minutes=5)
_LONGEST_PAUSE: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Due:
    """A time of the timetable that is not over yet for a job.

    Attributes:
        job: which.
        slot: the time, with a time zone; None for the first run of all, by which a machine learns what there is.
        what: whether it is to run now; to wait after a failure; or to be given up, its time being too long ago.
        until: how long it is to wait; None otherwise.
    """

    job: JobName
    slot: datetime | None
    what: Literal["run", "wait", "give up"] = "run"
    until: datetime | None = None


def due(community: Community, state: JobState, now: datetime) -> Iterator[Due]:
    """What is due, in the order of the jobs. Of the times that one job missed only the latest is.

    Args:
        community: whose jobs.
        state: what is known of them, opened.
        now: with a time zone.
    """
    begun = state.begun()
    if begun is None:
        yield Due("check", None)
        return
    days = community.school_days(state)
    for job in JOBS:
        times = community.settings.timetable.of(job)
        if not times.enabled:
            continue
        since = max(state.settled(job, now) or min(begun, now) - _INSTANT, _changed(state, job, now))
        slot = _latest(community, job, days, state, since, now)
        if slot is None:
            continue
        if now - slot > timedelta(hours=times.catch_up):
            yield Due(job, slot, "give up")
            continue
        trouble = state.trouble(job, since, now)
        until = trouble.last + pause(trouble.failures) if trouble.last else None
        yield Due(job, slot, "wait", until) if until and until > now else Due(job, slot)


def keep_timetable(community: Community, state: JobState, now: datetime) -> None:
    """Remember since when each job has its times: it does not owe those that it would have had before.

    Args:
        community: whose jobs.
        state: what is known of them, opened.
        now: with a time zone.
    """
    for job in JOBS:
        times = community.settings.timetable.of(job)
        wish = f"{community.zone.key} {times.model_dump_json(include=_WHEN)}"
        before = state.fact(_TIMES.format(job=job))
        if before is None or before.partition(" ")[2] != wish:
            since = "always" if before is None else now.isoformat()
            state.keep(**{_TIMES.format(job=job): f"{since} {wish}"})


def _changed(state: JobState, job: JobName, now: datetime) -> datetime:
    """When the times of a job were changed last, as far as this machine saw it; long ago where it did not."""
    since = (state.fact(_TIMES.format(job=job)) or "always").partition(" ")[0]
    moment = _LONG_AGO if since == "always" else datetime.fromisoformat(since)
    return moment if moment <= now else _LONG_AGO  # of a clock that was wrong


def pause(failures: int) -> timedelta:
    """How long to wait after so many failures in a row: 5 minutes, then twice as long each time, up to an hour."""
    return min(_FIRST_PAUSE * (1 << min(failures - 1, 10)), _LONGEST_PAUSE)


def next_time(community: Community, state: JobState, job: JobName, now: datetime) -> datetime | None:
    """When a job is due next by the timetable; None for one that never is by itself."""
    times = community.settings.timetable.of(job)
    if not times.enabled:
        return None
    days = community.school_days(state)
    return following(times, community.zone, days, now, after_terms=job == "term_report")


def _latest(
    community: Community, job: JobName, days: SchoolDays, state: JobState, since: datetime, now: datetime
) -> datetime | None:
    """The last time after one at which a job was due: by its timetable, or since the dashboard is out of date."""
    times = community.settings.timetable.of(job)
    found = latest(times, community.zone, days, since, now, after_terms=job == "term_report")
    if job == "dashboard" and state.fact(SEEN) != state.fact(SHOWN):
        check = state.last("check", now)
        if check and since < check.started and (found is None or check.started > found):
            return check.started
    return found
