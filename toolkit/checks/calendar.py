"""Events, tasks and terms against the calendar."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from toolkit.checks.ground import Facts, Ground
from toolkit.checks.stays import first_overlap
from toolkit.problems import Problem
from toolkit.tables import Mask


def held_not_in_future(ground: Ground) -> Iterator[Problem]:
    """What has been held lies not ahead."""
    frame = ground.tables["events"].frame
    ahead = ((frame["status"] == "held") & (frame["date"] > ground.today)).to_numpy()
    yield from ground.report("events.held_in_future", "events", "date", ahead)


def planned_not_in_past(ground: Ground) -> Iterator[Problem]:
    """What is planned lies ahead."""
    frame = ground.tables["events"].frame
    past = ((frame["status"] == "planned") & (frame["date"] < ground.today)).to_numpy()
    yield from ground.report(
        "events.planned_in_past", "events", "status", past, facts=_day_of(ground, "events", "date")
    )


def held_has_evidence(ground: Ground) -> Iterator[Problem]:
    """What has been held left some evidence."""
    table = ground.tables["events"]
    without = (table.frame["status"] == "held").to_numpy() & table.cells["evidence"].blank
    yield from ground.report("events.no_evidence", "events", "evidence", without)


def event_in_a_term(ground: Ground) -> Iterator[Problem]:
    """Every event falls into a term."""
    if ground.tables["terms"].header is None:
        return  # that there are no terms is said once, not for each event
    table = ground.tables["events"]
    dates = table.frame["date"].to_numpy()
    inside = np.zeros(len(dates), dtype=bool)
    terms = ground.tables["terms"].frame[ground.sound("terms")]
    for start, end in zip(terms["start"], terms["end"], strict=True):
        inside |= (dates >= start) & (dates <= end)
    yield from ground.report("events.no_term", "events", "date", table.filled("date") & ~inside)


def task_done_in_time(ground: Ground) -> Iterator[Problem]:
    """No task is open after its day."""
    frame = ground.tables["tasks"].frame
    open_tasks: Mask = frame["status"].isin(["todo", "doing"]).to_numpy()
    late = open_tasks & (frame["due_on"] < ground.today).to_numpy()
    yield from ground.report("tasks.overdue", "tasks", "due_on", late, facts=_days_late(ground))


def _days_late(ground: Ground) -> Facts:
    due = ground.tables["tasks"].frame["due_on"]
    return lambda i: {"days": (ground.as_of - due.iloc[i].date()).days}


def _day_of(ground: Ground, key: str, column: str) -> Facts:
    dates = ground.tables[key].frame[column]
    return lambda i: {"day": dates.iloc[i].date().isoformat()}


def terms_apart(ground: Ground) -> Iterator[Problem]:
    """No two terms overlap."""
    table = ground.tables["terms"]
    known = table.filled("start", "end")
    one_group = np.zeros(len(known), dtype=np.int64)
    earliest = first_overlap(one_group, table.frame["start"], table.frame["end"], known)
    yield from ground.report_clashes("terms.overlap", "terms", None, earliest)


def a_term_for_today(ground: Ground) -> Iterator[Problem]:
    """Some term has begun by today."""
    starts = ground.tables["terms"].frame["start"][ground.sound("terms")]
    if not (starts <= ground.today).any():
        yield from ground.report_header("terms.none_begun", "terms", "start")
