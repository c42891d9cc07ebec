"""Letters sent: each once, in the ledger before and after; and what became of them."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from toolkit.errors import SourceError
from toolkit.mail.answers import advice_on
from toolkit.mail.delivery import Delivery, Report
from toolkit.mail.entries import Entry, Standing, last_days, standing
from toolkit.mail.ledger import BothLedgers
from toolkit.mail.letters import Letter, letter_key
from toolkit.mail.server import Server, budget_of, resolve_server
from toolkit.mail.submission import Submission
from toolkit.progress import notice, stage
from toolkit.readers import Unreached, unreached
from toolkit.stores.journal import journal_of, lock_of, sending_lock
from toolkit.views import Digest
from toolkit.workflows.letters import Last, Made, Mailing, Writer, is_called
from toolkit.workflows.loading import now
from toolkit.workflows.remembering import Remembered
from toolkit.workflows.tabs import keep_memory

_PATIENCE: Final = 60.0
"""Seconds to wait for another run that is sending."""


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


@dataclass(frozen=True, slots=True)
class Left:
    """A letter that is not sent, for what the ledger says of it.

    Attributes:
        row: of its reader in 收件人.
        entry: of the ledger.
    """

    row: int
    entry: Entry


@dataclass(frozen=True, slots=True)
class Told:
    """Letters of one fate for one reason.

    Attributes:
        fate: `refused`, `unknown` or `again`; the first two with ` before` where an earlier run found so; `elsewhere`
            where another machine was faster; `held back` where it would show something of another school.
        rows: of their readers in 收件人.
        reason: mostly the server's words.
    """

    fate: str
    rows: tuple[int, ...]
    reason: str

    @property
    def advice(self) -> str:
        """What to do about the server's words, where they are known."""
        found = advice_on(self.reason)
        return found.en if found else ""


@dataclass
class Mailed:
    """What came of a mailing.

    Attributes:
        sheet: title of 收件人.
        readers: how many letters there were to send or leave.
        quiet: whether no notices go out because it is the holidays.
        report: of those that were handed in.
        left: those that were not, by what the ledger says of them.
        held_back: letters that would show something of another school.
        unreached: rows of 收件人 that get nothing.
    """

    sheet: str
    readers: int = 0
    quiet: bool = False
    report: Report = field(default_factory=Report)
    left: dict[Standing, list[Left]] = field(default_factory=dict)
    held_back: list[Made] = field(default_factory=list)
    unreached: tuple[Unreached, ...] = ()

    @property
    def code(self) -> int:
        """What the command returns: 3 where a letter is to be tried again, 1 where a person is to look at one."""
        if self.report.count("again"):
            return SourceError.exit_code
        left = self.left.get("unknown") or self.left.get("refused")
        return int(bool(left or self.held_back or self.report.count("refused") or self.report.count("unknown")))

    @property
    def told(self) -> tuple[Told, ...]:
        """All that was not sent, those of one fate for one reason together."""
        found: dict[tuple[str, str], list[int]] = {}
        for fate, row, reason in self._not_sent():
            found.setdefault((fate, reason), []).append(row)
        return tuple(Told(fate, tuple(dict.fromkeys(rows)), reason) for (fate, reason), rows in found.items())

    def _not_sent(self) -> Iterator[tuple[str, int, str]]:
        for line in self.report.lines:
            if line.outcome.fate != "sent":
                yield line.outcome.fate, line.letter.row, line.outcome.answer
        before: tuple[Standing, ...] = ("refused", "unknown")
        for state in before:
            for one in self.left.get(state, ()):
                yield f"{state} before", one.row, one.entry.answer or f"begun {one.entry.claimed:%Y-%m-%d %H:%M}"
        for letter in self.report.lost:
            yield "elsewhere", letter.row, ""
        for made in self.held_back:
            for leak in made.leaks:
                yield "held back", made.digest.row, f"its {leak.part} shows {leak.place}"


def last_told(entries: Mapping[str, Entry], machine: str, before: date) -> Last:
    """When readers were told last, before a day: what they are told on it does not change by telling them.

    Args:
        entries: of the ledger.
        machine: this one.
        before: that day.
    """
    earlier = [entry for entry in entries.values() if entry.period < before.isoformat()]
    return lambda kind: last_days(earlier, kind, machine)


def ledger_of(writer: Writer) -> BothLedgers:
    """The ledger of a source: the record that people see, and the journal of this machine."""
    return BothLedgers(writer.loaded.source.ledger, journal_of(writer.record))


def send(past: Remembered, mailing: Mailing, wish: Wish, *, sleep: Callable[[float], None] | None = None) -> Mailed:
    """Send what is to be sent, to everybody once.

    Args:
        past: an assessed source with its memory.
        mailing: the weekly digests or the notices.
        wish: which of them.
        sleep: waits between tries; `time.sleep` where None.

    Raises:
        MailConfigError: it is not configured where to send mail.
        UsageError: a reader that is named is none; a template of one's own cannot be used.
        SourceError: the ledger cannot be used, or another run is sending.
    """
    writer = Writer(past)
    server = resolve_server(past.loaded.settings.mail, os.environ)
    if server.exposed:
        notice(f"{server.exposed} holds a password and can be read by other users of this machine: chmod 600 it.")
    with ExitStack() as stack:
        if lock := lock_of(writer.record):
            stack.enter_context(sending_lock(lock, _PATIENCE))
        return _Sending(writer, server, stack.enter_context(ledger_of(writer)), sleep).send(mailing, wish)


class _Sending:
    """One run, alone on this machine."""

    def __init__(
        self, writer: Writer, server: Server, ledger: BothLedgers, sleep: Callable[[float], None] | None
    ) -> None:
        self._writer, self._server, self._ledger, self._sleep = writer, server, ledger, sleep
        loaded = writer.loaded
        self._mailed = Mailed(loaded.schema.sheets["recipients"].title, unreached=unreached(loaded.assessment.ground))

    def send(self, mailing: Mailing, wish: Wish) -> Mailed:
        if lacking := self._ledger.mend():
            notice(f"the ledger lacked {lacking} entries that this machine remembers; they are there again.")
        known, machine = self._ledger.entries(), self._ledger.machine
        last = last_told(known, machine, self._writer.loaded.assessment.as_of)
        self._mailed.quiet = self._writer.is_quiet(mailing)
        due = [
            digest
            for digest in self._writer.digests(mailing, last, wish.readers)
            if self._is_due(digest, known, machine, wish)
        ]
        if due:
            self._try_templates(due)
            with stage("Sending mail"), Submission(self._server, budget_of(self._server)) as carrier:
                self._mailed.report = self._delivery(carrier, machine).deliver(self._letters(due), known)
        self._remember()
        return self._mailed

    def _is_due(self, digest: Digest, known: Mapping[str, Entry], machine: str, wish: Wish) -> bool:
        self._mailed.readers += 1
        # By its key too: the Message-ID is another where the sender or the community's name has changed since.
        key = letter_key(digest.topic, self._writer.period(digest), digest.key)
        entry = known.get(self._writer.message_id(digest)) or self._ledger.recorded.get(key)
        state = standing(entry, machine)
        if entry is None or state == "free" or any(is_called(digest, who) for who in wish.resend):
            return True
        self._mailed.left.setdefault(state, []).append(Left(digest.row, entry))
        return False

    def _try_templates(self, due: Sequence[Digest]) -> None:
        """Fill in templates of one's own once for each kind before anything is sent: half a mailing helps nobody."""
        if self._writer.loaded.settings.templates.folder:
            for digest in {(digest.topic, digest.role): digest for digest in due}.values():
                self._writer.made(digest)

    def _delivery(self, carrier: Submission, machine: str) -> Delivery:
        mail = self._writer.loaded.settings.mail
        return Delivery(
            carrier,
            self._ledger,
            run=uuid.uuid4().hex[:16],
            machine=machine,
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
