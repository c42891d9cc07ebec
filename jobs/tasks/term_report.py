"""Write the report of the term that ended last."""

from __future__ import annotations

from jobs.outcome import Outcome
from jobs.words import load_job_words
from jobs.work import Work
from toolkit.workflows.reporting import write_term_report


def run(work: Work) -> Outcome:
    """Write the report of the term that ended last."""
    terms, words = work.loaded.assessment.reckoner.terms, load_job_words()
    over = [term for term in terms if term.end < work.as_of]
    if not over:
        return Outcome(note=words.note("no_term"))
    last = max(over, key=lambda term: term.end)
    path = write_term_report(work.loaded, last.name, None)
    return Outcome(note=words.note("reported", term=last.name, file=path.name))
