"""Letters sent: each once, in the ledger before and after."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from toolkit.errors import SourceError, UsageError
from toolkit.mail.delivery import Delivery
from toolkit.mail.entries import standing
from toolkit.mail.ledger import BothLedgers
from toolkit.mail.letters import Letter
from toolkit.mail.server import Server, budget_of, resolve_server
from toolkit.mail.submission import Submission
from toolkit.progress import notice, stage
from toolkit.readers import readers
from toolkit.stores.journal import journal_of, lock_of, sending_lock
from toolkit.views import Digest
from toolkit.workflows.letters import TOPICS, Mailing, Writer, keeps_quiet, record_of
from toolkit.workflows.loading import Loaded, now
from toolkit.workflows.mailed import Left, Mailed
from toolkit.workflows.remembering import Remembered
from toolkit.workflows.tabs import keep_memory

_PATIENCE: Final = 60.0
"""Seconds to wait for another run that is sending."""
_STILL_SENDING: Final = timedelta(hours=1)
"""So long another machine may still be at what it has in hand."""
_LONGEST_DOUBT: Final = timedelta(days=7)
"""So long a letter that may not have arrived is pointed out."""
_LONG_AGO: Final = timedelta(weeks=8)
"""Rows of letters from before that are not put into the record again: people may have deleted them."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Which of the letters are meant.

    Attributes:
        only: names, addresses or schools of readers; all where empty.
        resend: the same, of those who get theirs again whatever the ledger says.
    """

    only: Sequence[str] = ()
    resend: Sequence[str] = ()

    @property
    def readers(self) -> tuple[str, ...]:
        """All that are named; none where everybody is meant."""
        return (*self.only, *self.resend)


def ledger_of(loaded: Loaded) -> BothLedgers:
    """The ledger of a source: the record that people see, and the journal of this machine."""
    return BothLedgers(loaded.source.ledger, journal_of(record_of(loaded)))


def send(past: Remembered, mailing: Mailing, wish: Wish, *, sleep: Callable[[float], None] | None = None) -> Mailed:
    """Send what is to be sent, to everybody once.

    Args:
        past: an assessed source with its memory.
        mailing: the weekly digests or the notices.
        wish: which of them.
        sleep: waits between tries; `time.sleep` where None.

    Raises:
        MailConfigError: it is not configured where to send mail.
        UsageError: a reader that is named is none; the community has no name; a template cannot be used.
        SourceError: the ledger cannot be used, or another run is sending.
    """
    loaded = past.loaded
    server = resolve_server(loaded.settings.mail, os.environ)
    if loaded.settings.community.name is None:
        raise UsageError(
            "The community has no name: put name under [community] in consortium.toml. Letters are told apart by it,"
            " and their subjects begin with it."
        )
    if server.exposed:
        notice(f"{server.exposed} holds a password and can be read by other users of this machine: chmod 600 it.")
    with ExitStack() as stack:
        if lock := lock_of(record_of(loaded)):
            with stage("Another run is sending mail of this community; waiting for it"):
                stack.enter_context(sending_lock(lock, _PATIENCE))
        return _Sending(past, server, stack.enter_context(ledger_of(loaded)), sleep).send(mailing, wish)


class _Sending:
    """One run, alone on this machine."""

    def __init__(
        self, past: Remembered, server: Server, ledger: BothLedgers, sleep: Callable[[float], None] | None
    ) -> None:
        self._server, self._ledger, self._sleep = server, ledger, sleep
        if lacking := ledger.mend(now() - _LONG_AGO):
            notice(f"the ledger lacked {lacking} entries that this machine remembers; they are there again.")
        self._known = ledger.known()
        self._writer = Writer(past, self._known)
        self._mailed = Mailed(past.loaded.schema.sheets["recipients"].title)

    def send(self, mailing: Mailing, wish: Wish) -> Mailed:
        self._mailed.quiet = keeps_quiet(self._writer.past, mailing)
        due = [digest for digest in self._writer.digests(mailing, wish.readers) if self._is_due(digest, wish)]
        if not wish.readers:
            self._mailed.doubts = self._doubts(mailing)
        if due:
            self._try_templates(due)
            self._deliver(due)
        try:
            self._remember()
        except SourceError as error:  # the letters are sent, and what became of them is to be told first
            self._mailed.report.fault = self._mailed.report.fault or error
        return self._mailed

    def _deliver(self, due: Sequence[Digest]) -> None:
        with stage("Sending mail"), Submission(self._server, budget_of(self._server)) as carrier:
            delivery = self._delivery(carrier)
            self._mailed.report, self._mailed.due = delivery.report, len(due)
            try:
                delivery.deliver(self._letters(due), self._known.entries)
            except KeyboardInterrupt:
                self._mailed.stopped = True

    def _is_due(self, digest: Digest, wish: Wish) -> bool:
        self._mailed.readers += 1
        entry = self._writer.entry(digest)
        state: str = standing(entry, self._known.machine)
        if entry is None or state == "free" or any(self._writer.is_called(digest, who) for who in wish.resend):
            return True
        if entry.state == "claimed" and now() - entry.claimed < _STILL_SENDING:
            state = "elsewhere"
        self._mailed.left.setdefault(state, []).append(Left(digest.row, entry))
        return False

    def _doubts(self, mailing: Mailing) -> list[Left]:
        """Letters of earlier days or weeks that may not have arrived."""
        kinds = TOPICS[mailing]
        periods = {kind: self._writer.period(kind) for kind in kinds}
        ground = self._writer.loaded.assessment.ground
        rows = {reader.key: reader.row for kind in kinds for reader in readers(ground, kind)}
        doubtful = self._known.in_doubt(kinds, periods, now() - _LONGEST_DOUBT)
        return [Left(rows[entry.recipient], entry) for entry in doubtful if entry.recipient in rows]

    def _try_templates(self, due: Sequence[Digest]) -> None:
        """Fill in templates of one's own once for each kind before anything is sent: half a mailing helps nobody."""
        if self._writer.loaded.settings.templates.folder:
            for digest in {(digest.topic, digest.role): digest for digest in due}.values():
                self._writer.made(digest)

    def _delivery(self, carrier: Submission) -> Delivery:
        mail = self._writer.loaded.settings.mail
        return Delivery(
            carrier,
            self._ledger,
            run=uuid.uuid4().hex[:16],
            machine=self._known.machine,
            tries=mail.tries,
            patience=mail.patience,
            clock=now,
            tell=notice,
            sleep=self._sleep,
        )

    def _letters(self, due: Sequence[Digest]) -> Iterator[Letter]:
        for digest in due:
            made = self._writer.made(digest)
            if made.leaks:
                self._mailed.held_back.append(made)
            else:
                yield self._writer.letter(made)

    def _remember(self) -> None:
        """What this run saw, and who got a digest: the next one says what changed since then."""
        day = self._writer.loaded.assessment.as_of
        lines = self._mailed.report.lines
        sent = {
            line.letter.recipient: day for line in lines if line.letter.kind == "weekly" and line.outcome.fate == "sent"
        }
        keep_memory(self._writer.past, sent)
