"""What is due now, done once: for machines that start every so often and may forget everything in between."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event
from typing import Final

from jobs.alarms import untold
from jobs.community import Choice, Community, communities, some_state_folder
from jobs.logs import set_up
from jobs.running import put_on_record
from jobs.state import SEEN
from jobs.stopping import asked_to_stop, now
from jobs.supervisor import Supervisor
from jobs.work import Work
from toolkit.errors import SourceError
from toolkit.progress import notice
from toolkit.runs import Run

_LOOK: Final = 20.0
"""Seconds between two looks at what is due while something is at work."""
_FRESH: Final = timedelta(days=1)
"""So long the terms are taken to be as they were read."""


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it.

    Attributes:
        runs: those that ended.
        faults: why it cannot be known of communities what is due.
    """

    runs: Sequence[Run]
    faults: Sequence[SourceError]


def run_due(choice: Choice) -> Done:
    """Run what is due by 运行记录, until nothing is.

    Args:
        choice: which communities.

    Raises:
        UsageError: the configuration is wrong.
        BusySourceError: a scheduler of one of them, or another `run --due`, is at work on this machine.
    """
    found = communities(choice)
    with ExitStack() as locks, asked_to_stop() as stop:
        locks.enter_context(some_state_folder())
        for community in found:
            locks.enter_context(community.served())
        known, faults, forgets = _known(found)
        log = set_up(found[0].settings.log, zone=found[0].zone)
        supervisor = Supervisor(known, log, now, forgets=forgets)
        work_off(supervisor, stop)
        supervisor.stop(found[0].settings.serve.grace)
        for community in known:
            with community.state as state:
                if state.unrecorded():
                    put_on_record(community, state)
        return Done(supervisor.ended, faults)


def work_off(supervisor: Supervisor, stop: Event) -> None:
    """Begin what is due and look after it until nothing is, or until it is asked to stop.

    Args:
        supervisor: of the jobs.
        stop: set by who asks.
    """
    looked = None
    while not stop.is_set():
        if looked is None or supervisor.steady() > looked + _LOOK:
            supervisor.look()
            looked = supervisor.steady()
        if supervisor.is_idle:
            break
        if supervisor.tend():
            looked = None  # by what ended another may be due; one that hangs keeps nobody waiting
        stop.wait(0.1)


def _known(found: Sequence[Community]) -> tuple[list[Community], list[SourceError], bool]:
    """Those communities of which it is known what is due; why not of the others; whether this machine knew nothing."""
    known, faults, forgets = [], [], False
    for community in found:
        try:
            forgets |= learn(community, now())
        except SourceError as error:
            faults.append(error)
        else:
            known.append(community)
    return known, faults, forgets


def learn(community: Community, at: datetime) -> bool:
    """Take over what is on record, and the terms where they are not known or were read long ago.

    Args:
        community: whose.
        at: now.

    Returns:
        Whether this machine knew of no run: it is new, or forgets everything in between.

    Raises:
        SourceError: the record cannot be read, and this machine knows nothing of its own.
    """
    with community.state as state:
        forgot = state.begun() is None
        try:
            work = Work(community.choice, at.astimezone(community.zone).date(), state)
            read = state.fact("terms")
            if read is None or at - datetime.fromisoformat(read) > _FRESH:
                work.keep_terms(at)
                source = work.loaded.source
            else:
                source = community.opened_source()
            runs = source.runs.runs()
            state.learn(runs)
            if forgot:
                state.keep(**{SEEN: "unknown"})  # a dashboard that failed after the last check is written now
                for run, kind in untold(runs, at):
                    state.announce(run.ended or run.started, run.job, [(kind, run.note)])
        except SourceError as error:
            if forgot:
                raise
            notice(f"the record of runs cannot be read, so what is due follows from what this machine knows: {error}")
        return forgot
