"""Check every entry; say whether the dashboard shows something else by now."""

from __future__ import annotations

from importlib.metadata import version

from jobs.outcome import Outcome
from jobs.state import SEEN, SHOWN
from jobs.words import load_job_words
from jobs.work import Work
from toolkit.stores.sheets.writing import fingerprint


def run(work: Work) -> Outcome:
    """Check every entry. Errors in the data are what it is for, so they do not make it fail."""
    problems = work.loaded.assessment.problems
    seen = what_is_seen(work)
    work.state.keep(**{SEEN: seen})
    key = "checked" if work.state.fact(SHOWN) == seen else "checked_changed"
    return Outcome(note=load_job_words().note(key, errors=work.problems, others=len(problems) - work.problems))


def what_is_seen(work: Work) -> str:
    """A digest of the entries and of the day, equal only if the dashboard would be."""
    assessment = work.loaded.assessment
    sheets = [(sheet.title, sheet.rows) for sheet in assessment.workbook.sheets]
    return fingerprint(version("consortium-toolkit"), assessment.as_of, work.loaded.settings.output, sheets)
