"""Write the dashboard and the pages."""

from __future__ import annotations

from jobs.outcome import Outcome
from jobs.state import SEEN, SHOWN
from jobs.tasks.check import what_is_seen
from jobs.words import load_job_words
from jobs.work import Work
from toolkit.workflows.reporting import write_reports


def run(work: Work) -> Outcome:
    """Write the dashboard and the pages."""
    seen = what_is_seen(work)
    write_reports(work.past, None)
    work.state.keep(**{SEEN: seen, SHOWN: seen})
    return Outcome(note=load_job_words().note("shown"))
