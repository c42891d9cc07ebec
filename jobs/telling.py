"""Mail to the operator: what failed, what is well again, what was found; each once."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import TracebackType
from typing import Final, Self

from jobs.alarms import TELL
from jobs.community import Community
from jobs.state import JobState, Notice
from jobs.words import load_job_words
from toolkit.errors import BusySourceError, SourceError
from toolkit.history import opaque
from toolkit.mail.delivery import Delivery
from toolkit.mail.entries import Entry, standing
from toolkit.mail.ledger import BothLedgers
from toolkit.mail.letters import Letter
from toolkit.mail.server import budget_of, resolve_server
from toolkit.mail.submission import Submission
from toolkit.outputs import load_outputs
from toolkit.render.message import MessageParts, Origin, message, message_id
from toolkit.runs import Run
from toolkit.stores.journal import journal_of, lock_of, sending_lock
from toolkit.templates import fill

KIND: Final = "operator"
_PATIENCE: Final = 60.0
"""Seconds to wait for another run that is telling."""
_HELD: Final = "telling"
"""Name of the fact that tells which notices are in the letter in hand: after a crash it is the same letter again."""


def tell_operator(
    community: Community,
    number: str,
    clock: Callable[[], datetime],
    *,
    sleep: Callable[[float], None] | None = None,
) -> None:
    """Mail to the operator what there is to be told, all in one letter; nothing where there is nothing.

    Args:
        community: whose jobs.
        number: what this run is called; no other is called so.
        clock: now, with a time zone.
        sleep: waits between tries; `time.sleep` where None.

    Raises:
        MailConfigError: it is not configured where to send mail.
        MailServerError: the server cannot be reached.
        BusySourceError: the server may take it later.
        SourceError: the journal cannot be used.
    """
    with community.state as state:
        if community.settings.operator.email and (notices := _batch(state)):
            began = clock()
            _deliver(community, _letter(community, notices), number, clock, sleep)
            state.told(notices)
            note = load_job_words().note("told", count=len(notices))
            state.put([Run(number, TELL, None, began, "done", state.machine, clock(), note=note)])


def _batch(state: JobState) -> Sequence[Notice]:
    """The notices of the letter in hand; else all there are, which are in hand from now on."""
    notices = state.notices()
    in_hand = [notice for notice in notices if notice.number <= int(state.fact(_HELD) or 0)]
    if notices and not in_hand:
        state.keep(**{_HELD: str(notices[-1].number)})
    return in_hand or notices


def _letter(community: Community, notices: Sequence[Notice]) -> Letter:
    settings, words = community.settings, load_job_words()
    name = settings.community.name or community.key
    origin = Origin(settings.mail.sender, settings.mail.sender_name or name, "", name)
    last = notices[-1]
    period = f"{last.at:%Y-%m-%dT%H:%M:%SZ} {last.number}"
    jobs = load_outputs().jobs
    shown = [replace(notice, text=_printable(notice.text)) for notice in notices]
    values = {"community": name, "notices": shown, "words": words, "jobs": jobs, "zone": community.zone}
    address = settings.operator.email or ""
    parts = MessageParts(
        reader="",
        email=address,
        subject=" ".join(fill("operator/subject.txt", **values).split()),
        text=fill("operator/body.txt", **values),
        html=fill("operator/body.html", **values),
    )
    identity = message_id(origin, KIND, period, opaque(address))
    mail = message(parts, origin=origin, kind=KIND, message_id=identity, sent_at=last.at.astimezone(community.zone))
    return Letter(KIND, period, opaque(address), "", KIND, "", 0, origin.address, address, identity, bytes(mail))


def _printable(text: str) -> str:
    """Text of others without signs that a terminal or a mail programme would obey."""
    return "\n".join("".join(filter(str.isprintable, line)) for line in text.splitlines())


def _deliver(
    community: Community,
    letter: Letter,
    number: str,
    clock: Callable[[], datetime],
    sleep: Callable[[float], None] | None,
) -> None:
    record = opaque(KIND, community.source)
    journal, lock = journal_of(record), lock_of(record)
    if journal is None or lock is None:
        raise SourceError("This user has no folder for state, so nobody could tell whether the operator was told.")
    mail = community.settings.mail
    server = resolve_server(mail, os.environ)
    with sending_lock(lock, _PATIENCE), BothLedgers(_NoRecord(), journal) as ledger:
        known = ledger.known()
        if standing(known.entries.get(letter.message_id), known.machine) != "free":
            return
        with Submission(server, budget_of(server)) as carrier:
            delivery = Delivery(
                carrier,
                ledger,
                run=number,
                machine=known.machine,
                tries=mail.tries,
                patience=mail.patience,
                clock=clock,
                sleep=sleep,
            )
            report = delivery.deliver([letter], known.entries)
    if report.fault:
        raise report.fault
    if not any(report.count(fate) for fate in ("sent", "refused", "unknown")):
        raise BusySourceError("The mail server did not take the operator's letter yet; it is tried again later.")


class _NoRecord:
    """The record of letters that no record of people is kept of: everybody may claim them."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def entries(self) -> Mapping[str, Entry]:
        """None."""
        return {}

    def claim(self, entries: Sequence[Entry]) -> frozenset[str]:
        """Everybody wins."""
        return frozenset(entry.message_id for entry in entries)

    def settle(self, entries: Sequence[Entry]) -> None:
        """Nothing is kept."""
