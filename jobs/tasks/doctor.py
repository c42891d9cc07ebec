"""Look at everything that runs need; the operator hears of it only when something is wrong."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from jobs.outcome import Outcome
from jobs.words import load_job_words
from jobs.work import Work
from toolkit.workflows.examining import examine

_LONG: Final = timedelta(days=1)
"""So long a run may wait to be put on record."""


def run(work: Work) -> Outcome:
    """Look at everything that runs need."""
    choice, words = work.choice, load_job_words()
    found = examine(
        choice.config, choice.workbook, choice.sheet, choice.community, as_of=work.as_of, opened=work.opened
    )
    lines = [f"{line.sign} {line.zh}" for line in found.lines if line.state == "amiss"]
    waiting = [run for run in work.state.unrecorded() if run.started.date() < work.as_of - _LONG]
    if waiting:
        lines.append(words.note("unrecorded", count=len(waiting)))
    if not lines:
        return Outcome(note=words.note("well"))
    return Outcome(note=words.note("amiss", count=len(lines)), found="\n".join(lines))
