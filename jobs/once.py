"""What is due now, done once: for machines that start every so often and may forget everything in between."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import Final

from jobs.community import Choice, Community, communities
from jobs.logs import set_up
from jobs.stopping import asked_to_stop, now
from jobs.supervisor import Supervisor
from jobs.work import Work
from toolkit.dates import CHINA
from toolkit.errors import SourceError
from toolkit.progress import notice
from toolkit.runs import Run
from toolkit.workflows.loading import named_source

_FRESH: Final = timedelta(days=1)
"""So long the terms are taken to be as they were read."""


def run_due(choice: Choice) -> Sequence[Run]:
    """Run what is due by 运行记录, until nothing is.

    Args:
        choice: which communities.

    Returns:
        The runs that ended.

    Raises:
        UsageError: the configuration is wrong.
        BusySourceError: a scheduler of one of them runs on this machine.
        SourceError: it cannot be known what is due.
    """
    found = communities(choice)
    with ExitStack() as locks, asked_to_stop() as stop:
        for community in found:
            locks.enter_context(community.served())
        for community in found:
            learn(community, now())
        supervisor = Supervisor(found, set_up(found[0].settings.log, zone=found[0].zone), now)
        while not stop.is_set():
            supervisor.look()
            if supervisor.is_idle:
                break
            while not supervisor.is_idle and not stop.is_set():
                supervisor.tend()
                stop.wait(0.1)
        supervisor.stop(found[0].settings.serve.grace)
        return supervisor.ended


def learn(community: Community, at: datetime) -> None:
    """Take over what is on record, and the terms where they are not known or were read long ago.

    Args:
        community: whose.
        at: now.

    Raises:
        SourceError: the record cannot be read, and this machine knows nothing of its own.
    """
    with community.state as state:
        try:
            work = Work(community.choice, at.astimezone(CHINA).date(), state)
            read = state.fact("terms")
            if read is None or at - datetime.fromisoformat(read) > _FRESH:
                work.keep_terms(at)
                source = work.loaded.source
            else:
                choice = community.choice
                source = named_source(choice.config, choice.workbook, choice.sheet, choice.community)
            state.learn(source.runs.runs())
        except SourceError as error:
            if state.begun() is None:
                raise
            notice(f"the record of runs cannot be read, so what is due follows from what this machine knows: {error}")
