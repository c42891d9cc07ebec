"""How the jobs of a community stand: the last run of each, and when it is due next."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from jobs.community import Community
from jobs.due import JOBS, due, next_time
from jobs.school_days import SchoolDays
from jobs.signs import FRESH
from toolkit.errors import BusySourceError
from toolkit.runs import Run
from toolkit.settings import JobName

_AHEAD: Final = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a job stands.

    Attributes:
        job: which.
        enabled: whether it runs by itself.
        last: its last run; None where it never ran.
        next: when it is due next by the timetable; None where it never is by itself.
        waits: it is due, and is tried again then; None where nothing failed.
    """

    job: JobName
    enabled: bool
    last: Run | None
    next: datetime | None
    waits: datetime | None = None


def standings(community: Community, now: datetime) -> Sequence[Standing]:
    """How each job stands, in their order; times in the timetable's zone.

    Args:
        community: whose.
        now: with a time zone.

    Raises:
        SourceError: what this machine knows cannot be read.
    """
    with community.state as state:
        waits = {one.job: one.until for one in due(community, state, now)}
        return [
            Standing(
                job,
                community.settings.timetable.of(job).enabled,
                state.last(job, now),
                next_time(community, state, job, now),
                waits.get(job),
            )
            for job in JOBS
        ]


def is_served(community: Community) -> bool:
    """Whether a scheduler of a community is at work on this machine."""
    try:
        with community.served():
            return False
    except BusySourceError:
        return True


def is_alive(community: Community) -> bool:
    """Whether the scheduler of a community is at work, and showed a sign of life lately."""
    try:
        age = time.time() - community.heartbeat.stat().st_mtime
    except OSError:
        return False
    return age < FRESH and is_served(community)


def unpublished(community: Community, now: datetime) -> int | None:
    """The year, this one or the one in two months, of which nobody knows yet on which days work is made up for."""
    today = now.astimezone(community.zone).date()
    days = SchoolDays.of(community.settings.calendar, None)
    years = (today.year, (today + _AHEAD).year)
    return next((year for year in years if not days.is_published(year)), None)
