"""What the operator is to be told of a run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from jobs.state import JobState
from toolkit.runs import Run

_PATIENCE: Final = 3
"""So many times in a row a job may have to be tried again before the operator is told."""


def notices(state: JobState, run: Run, found: str = "") -> Sequence[tuple[str, str]]:
    """What the operator is to be told of a run: the first failure, the recovery, and what it found.

    What is only to be tried again is told when it was tried a few times in vain; what was found is told when it is new,
    and once a week while it stays.

    Args:
        state: what is known of earlier runs.
        run: as it ended.
        found: what it found.
    """
    told = [("found", found)] if found and _is_news(state, run, found) else []
    failed, again = state.streak(run.job, run.ended or run.started)
    alarmed = _is_alarming(failed, again)
    if run.result == "done" and alarmed:
        return [("well again", run.note), *told]
    alarming = _is_alarming(failed + (run.result == "failed"), again + (run.result == "again"))
    return [("failed", run.note), *told] if alarming and not alarmed else told


def _is_alarming(failed: int, again: int) -> bool:
    """Whether the operator is told by the time that so many runs in a row failed or were to be tried again."""
    return failed > 0 or again >= _PATIENCE


def _is_news(state: JobState, run: Run, found: str) -> bool:
    """Whether something was not found before, or not in this week; from now on it was."""
    name, news = f"found by {run.job}", f"{run.started:%G-W%V} {found}"
    if state.fact(name) == news:
        return False
    state.keep(**{name: news})
    return True
