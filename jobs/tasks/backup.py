"""Save the whole record, and remove older backups that are needed no more."""

from __future__ import annotations

from jobs.outcome import Outcome
from jobs.words import load_job_words
from jobs.work import Work
from toolkit.workflows.backing_up import back_up


def run(work: Work) -> Outcome:
    """Save the whole record. What is damaged or in the way is told."""
    made, words = back_up(work.loaded, None), load_job_words()
    note = words.note("saved", name=made.path.name, removed=len(made.removed))
    wrong = [
        words.note(key, names="、".join(names))
        for key, names in (
            ("saved_partly", [*made.lacking, *(path.name for path in made.damaged)]),
            ("stuck", [path.name for path in made.stuck]),
        )
        if names
    ]
    return Outcome(note="".join([note, *wrong]), found="\n".join(wrong))
