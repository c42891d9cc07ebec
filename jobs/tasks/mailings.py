"""Send the weekly digests, or the notices of a day."""

from __future__ import annotations

from jobs.outcome import Outcome
from jobs.words import load_job_words
from jobs.work import Work
from toolkit.errors import SourceError
from toolkit.workflows.letters import Mailing
from toolkit.workflows.mailing import Wish, send


def weekly(work: Work) -> Outcome:
    """Send the week's digest to each reader, once."""
    return _send(work, "weekly")


def remind(work: Work) -> Outcome:
    """Send the notices of today, each once."""
    return _send(work, "remind")


def _send(work: Work, mailing: Mailing) -> Outcome:
    words, mail = load_job_words(), work.loaded.settings.mail
    if not (mail.host or mail.preset):
        return Outcome(note=words.note("no_server"))
    mailed = send(work.past, mailing, Wish())
    if mailed.report.fault:
        raise mailed.report.fault
    if mailed.quiet:
        return Outcome("quiet", words.note("holidays"))
    if mailed.stopped:
        return Outcome("interrupted", words.note("stopped"))
    key = "mailed_partly" if mailed.code else "mailed" if mailed.due else "nothing_to_send"
    note = words.note(key, due=mailed.due, sent=mailed.report.count("sent"))
    if mailed.code == SourceError.exit_code:
        return Outcome("again", note)
    rows = sorted({row for told in mailed.told for row in told.rows}) if mailed.code else ()
    places = "、".join(f"{mailed.sheet}!{row}" for row in rows)
    return Outcome(note=note, found=words.note("not_delivered", rows=places, command=mailing) if rows else "")
