"""What the operator is to be told of a run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from jobs.state import JobState
from toolkit.dates import CHINA
from toolkit.runs import Run

_PATIENCE: Final = 3
"""So many times in a row a job may have to be tried again before the operator is told."""
_INSTANT: Final = timedelta(seconds=1)
_LATELY: Final = timedelta(days=7)
"""What is on record from before is no news."""
TELL: Final = "tell"
"""What the telling of the operator is called on record."""
_ONLY_THEN: Final = frozenset({"weekly", "remind", "term_report"})
"""Jobs whose next run does not make up for one that was missed: the operator is told of it."""


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
    kind = _kind(run, *state.streak(run.job, run.ended or run.started))
    return [(kind, run.note), *told] if kind else told


def _kind(run: Run, failed: int, again: int) -> str:
    """The kind of what there is to tell of a run; empty for nothing.

    Args:
        run: as it ended.
        failed: so many runs of its job failed since one went well.
        again: so many were to be tried again since then.
    """
    if run.result == "missed":
        return "missed" if run.job in _ONLY_THEN else ""
    alarmed = _is_alarming(failed, again)
    if run.result == "done":
        return "well again" if alarmed else ""
    alarming = _is_alarming(failed + (run.result == "failed"), again + (run.result == "again"))
    return "failed" if alarming and not alarmed else ""


def _is_alarming(failed: int, again: int) -> bool:
    """Whether the operator is told by the time that so many runs in a row failed or were to be tried again."""
    return failed > 0 or again >= _PATIENCE


def _is_news(state: JobState, run: Run, found: str) -> bool:
    """Whether something was not found before, or not in this week; from now on it was."""
    name, news = f"found by {run.job}", f"{_week(run)} {found}"
    known = state.fact(name)
    state.keep(**{name: news})
    if known is None and (before := state.last(run.job, run.started - _INSTANT)):  # a machine that keeps no facts
        return (_week(before), before.note) != (_week(run), run.note)
    return known != news


def _week(run: Run) -> str:
    return f"{run.started.astimezone(CHINA):%G-W%V}"


def untold(runs: Iterable[Run], now: datetime) -> Iterator[tuple[Run, str]]:
    """What of a record of runs the operator has not been told, for a machine that forgot or never knew.

    Args:
        runs: all that are on record.
        now: with a time zone.

    Yields:
        Runs with the kind of what there is to tell of them, the oldest first.
    """
    ordered = sorted(runs, key=lambda run: run.started)
    told = [run.started for run in ordered if run.job == TELL and run.result == "done"]
    since = max([*told, now - _LATELY])
    streaks: dict[str, tuple[int, int]] = {}
    for run in ordered:
        failed, again = streaks.get(run.job, (0, 0))
        kind = _kind(run, failed, again)
        grown = failed + (run.result == "failed"), again + (run.result == "again")
        streaks[run.job] = (0, 0) if run.result == "done" else grown
        if kind and since < (run.ended or run.started) <= now:
            yield run, kind
