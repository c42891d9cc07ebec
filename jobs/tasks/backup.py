"""Save the whole record, and remove older backups that are needed no more."""

from __future__ import annotations

from jobs.outcome import Outcome
from jobs.words import load_job_words
from jobs.work import Work
from toolkit.workflows.backing_up import back_up


def run(work: Work) -> Outcome:
    """Save the whole record. What was damaged before it could be saved is told."""
    made, words = back_up(work.loaded, None), load_job_words()
    note = words.note("saved", name=made.path.name, removed=len(made.removed))
    if not (made.lacking or made.damaged):
        return Outcome(note=note)
    names = ", ".join([*made.lacking, *(path.name for path in made.damaged)])
    lacking = words.note("saved_partly", names=names)
    return Outcome(note=f"{note}{lacking}", found=lacking)
