"""What each job does: a function that calls workflows and says what came of it. Imported only by a run."""

from collections.abc import Callable, Mapping
from typing import Final

from jobs.outcome import Outcome
from jobs.tasks import backup, check, dashboard, doctor, mailings, term_report
from jobs.work import Work

TASKS: Final[Mapping[str, Callable[[Work], Outcome]]] = {
    "check": check.run,
    "dashboard": dashboard.run,
    "weekly": mailings.weekly,
    "remind": mailings.remind,
    "term_report": term_report.run,
    "backup": backup.run,
    "doctor": doctor.run,
}
"""By the job's name."""

__all__ = ["TASKS"]
