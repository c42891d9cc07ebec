"""Letters handed to the mail server: each claimed first and settled after, and tried again where that helps."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Final, Protocol, TypeVar

from toolkit.errors import ToolkitError
from toolkit.finishing import Finishing
from toolkit.mail.entries import Entry, State, claim
from toolkit.mail.failures import LimitReachedError, MailError, MailServerError
from toolkit.mail.ledger import BothLedgers
from toolkit.mail.letters import Fate, Letter, Outcome

_T = TypeVar("_T")

CHUNK: Final = 50
"""So many letters are claimed at a time: enough that a far record is written seldom, few enough that a run that dies
leaves little in doubt."""
_FIRST_WAIT: Final = 15.0
_LONGEST_WAIT: Final = 300.0
"""Seconds between tries: greylisting lets a letter in after some minutes."""
_GROWTH: Final = 3.0
_JITTER: Final = 0.2
_STATES: Final[Mapping[Fate, State]] = {
    "sent": "sent",
    "refused": "refused",
    "again": "again",
    "unknown": "offered",  # as it stands: on its way, and no answer
}
_FINAL: Final = frozenset({"sent", "refused", "offered"})


class Carrier(Protocol):
    """Hands one letter to a server (`toolkit.mail.submission.Submission`)."""

    def open(self) -> None:
        """Connect and sign in."""

    def send(self, letter: Letter, offered: Callable[[], None]) -> Outcome:
        """Hand in one letter."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What became of one letter.

    Attributes:
        letter: the letter, without its content.
        outcome: the last one.
        tries: how often it was handed in.
        asked: whether it was sent before and somebody asked for it again.
    """

    letter: Letter
    outcome: Outcome
    tries: int
    asked: bool = False


@dataclass
class Report:
    """What became of the letters of one run.

    Attributes:
        lines: those that were claimed, in the order in which their fates were known.
        lost: letters that another run claimed at the same moment.
        fault: why the run ended before its time; None where it did not.
        waited: seconds between tries.
    """

    lines: list[Delivered] = field(default_factory=list)
    lost: list[Letter] = field(default_factory=list)
    fault: ToolkitError | None = None
    waited: float = 0.0

    def count(self, fate: Fate) -> int:
        """How many letters had this fate."""
        return sum(line.outcome.fate == fate for line in self.lines)

    @property
    def sent_late(self) -> int:
        """How many letters were sent after further tries."""
        return sum(line.tries > 1 and line.outcome.fate == "sent" for line in self.lines)

    @property
    def retried(self) -> int:
        """How many letters were handed in more than once."""
        return sum(line.tries > 1 for line in self.lines)


@dataclass
class _Held:
    """A letter in hand."""

    letter: Letter
    entry: Entry
    before: Entry | None
    tries: int = 0
    offered: bool = False
    answer: str = ""


class Delivery:
    """One run of sending."""

    def __init__(
        self,
        carrier: Carrier,
        ledger: BothLedgers,
        *,
        run: str,
        machine: str,
        tries: int,
        patience: float,
        clock: Callable[[], datetime],
        tell: Callable[[str], None] = lambda _: None,
        sleep: Callable[[float], None] | None = None,
    ) -> None:
        """Get ready.

        Args:
            carrier: hands letters in.
            ledger: opened.
            run: what this run is called; no other is called so.
            machine: where it takes place.
            tries: how often a letter is handed in at most.
            patience: seconds that may be spent between tries.
            clock: now, with a time zone.
            tell: says a sentence to whoever is watching, before a wait.
            sleep: waits; `time.sleep` where None.
        """
        self._carrier, self._ledger, self._run, self._machine = carrier, ledger, run, machine
        self._tries, self._patience = tries, patience
        self._clock, self._tell, self._sleep = clock, tell, sleep or time.sleep
        self._held: dict[str, _Held] = {}
        self._unwritten: list[Entry] = []
        self._finishing = Finishing()
        self._report = Report()

    @property
    def report(self) -> Report:
        """What became of the letters so far."""
        return self._report

    def deliver(self, letters: Iterable[Letter], known: Mapping[str, Entry]) -> Report:
        """Send letters; one that the server may take later is tried again at the end.

        Args:
            letters: made one after the other, so that there are never many at a time.
            known: what the ledger holds, by Message-ID, as it was when the letters were chosen.

        Returns:
            What became of them. A fault of the server or of the ledger ends the run and is in it, not raised: what was
            not sent is given back for a later run.
        """
        stream, later = iter(letters), list[_Held]()
        try:
            self._patiently(self._carrier.open)  # before anything is claimed: a wrong password leaves no trace
            while chunk := list(islice(stream, CHUNK)):
                later += self._attempt(self._claimed(chunk, known))
                self._write_record()
            self._try_again(later)
        except ToolkitError as error:
            self._report.fault = error
        finally:
            self._give_back()
        return self._report

    def _claimed(self, letters: Sequence[Letter], known: Mapping[str, Entry]) -> list[_Held]:
        now = self._clock()
        wanted = []
        for letter in letters:
            before = known.get(letter.message_id)
            wanted.append(_Held(letter, claim(letter, before, run=self._run, machine=self._machine, at=now), before))
        won = self._ledger.claim([held.entry for held in wanted])
        self._report.lost += [_emptied(held.letter) for held in wanted if held.letter.message_id not in won]
        claimed = [held for held in wanted if held.letter.message_id in won]
        self._held |= {held.letter.message_id: held for held in claimed}
        return claimed

    def _attempt(self, letters: Iterable[_Held]) -> list[_Held]:
        """Hand each in once; those that the server may take later."""
        later = []
        for held in letters:
            with self._finishing:
                outcome = self._handed_in(held)
                if outcome.fate == "again" and held.tries < self._tries:
                    if held.offered:  # or it would look as if nobody knew, should this run die while it waits
                        self._ledger.settle([held.entry.now("again", self._clock(), outcome.answer)])
                    held.answer, held.offered = outcome.answer, False
                    later.append(held)
                else:
                    self._settle(held, outcome)
        return later

    def _handed_in(self, held: _Held) -> Outcome:
        def once() -> Outcome:
            held.tries += 1
            try:
                return self._carrier.send(held.letter, lambda: self._offered(held))
            except MailError as error:
                held.answer, held.offered = str(error), False  # what raises has not taken the letter
                self._finishing.release()
                raise

        return self._patiently(once)

    def _patiently(self, call: Callable[[], _T]) -> _T:
        """Where the server is away all letters wait for it, as long as there is patience."""
        waits = self._waits()
        while True:
            try:
                return call()
            except MailServerError as error:
                wait = next(waits, None)
                if wait is None or not error.transient or isinstance(error, LimitReachedError):
                    raise
                self._tell(f"{error} It is tried again in {wait:.0f} seconds.")
                self._pause(wait)

    def _offered(self, held: _Held) -> None:
        self._ledger.settle([held.entry.now("offered", self._clock())])
        held.offered = True  # only then: a letter whose journal cannot be written is not sent
        self._finishing.hold()  # whoever asks to stop now would leave it unknown whether the letter arrived

    def _try_again(self, later: list[_Held]) -> None:
        for wait in self._waits():
            if not later:
                return
            word = "letter is" if len(later) == 1 else "letters are"
            self._tell(f"{len(later)} {word} tried again in {wait:.0f} seconds: {later[0].answer}")
            self._pause(wait)
            later = self._attempt(later)
            self._write_record()
        for held in later:
            self._settle(held, Outcome("again", held.answer))

    def _settle(self, held: _Held, outcome: Outcome) -> None:
        state = _STATES[outcome.fate]
        asked = held.before is not None and held.before.state in _FINAL
        if state == "again" and held.before and asked:
            state = held.before.state  # what was asked for once more and did not go out is as it was: not free
        entry = held.entry.now(state, self._clock(), outcome.answer)
        del self._held[held.letter.message_id]
        self._unwritten.append(entry)
        self._report.lines.append(Delivered(_emptied(held.letter), outcome, held.tries, asked))
        self._ledger.settle([entry])

    def _write_record(self) -> None:
        entries, self._unwritten = self._unwritten, []
        self._ledger.settle_record(entries)

    def _give_back(self) -> None:
        """What is still in hand, when the run ends early, is free for the next one, unless it may have arrived."""
        stopped = self._report.fault
        for held in list(self._held.values()):
            # A fault of the mail server says that the letter was not taken; anything else that ends the run does not.
            doubt = held.offered and not isinstance(stopped, MailError)
            fate: Fate = "unknown" if doubt else "again"
            try:
                self._settle(held, Outcome(fate, held.answer or (str(stopped) if stopped else "the run was stopped")))
            except ToolkitError as error:
                self._report.fault = stopped or error
        try:
            self._write_record()
        except ToolkitError as error:
            self._report.fault = stopped or error

    def _waits(self) -> Iterator[float]:
        """Seconds before each further try, each longer than the last, until the patience of the run is used up."""
        wait = _FIRST_WAIT
        for _ in range(self._tries - 1):
            jittered = wait * random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311 no secret
            if self._report.waited + jittered > self._patience:
                return
            yield jittered
            wait = min(wait * _GROWTH, _LONGEST_WAIT)

    def _pause(self, seconds: float) -> None:
        self._report.waited += seconds
        self._sleep(seconds)


def _emptied(letter: Letter) -> Letter:
    """The letter without its content: many of them are kept."""
    return replace(letter, content=b"")
