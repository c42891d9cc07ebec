"""Look at everything that runs need; the operator hears of it only when something is wrong."""

from __future__ import annotations

from jobs.outcome import Outcome
from jobs.words import load_job_words
from jobs.work import Work
from toolkit.workflows.examining import examine


def run(work: Work) -> Outcome:
    """Look at everything that runs need."""
    choice, words = work.choice, load_job_words()
    found = examine(
        choice.config, choice.workbook, choice.sheet, choice.community, as_of=work.as_of, opened=work.opened
    )
    if not found.amiss:
        return Outcome(note=words.note("well"))
    lines = [f"{line.sign} {line.zh}" for line in found.lines if line.state == "amiss"]
    return Outcome(note=words.note("amiss", count=found.amiss), found="\n".join(lines))
