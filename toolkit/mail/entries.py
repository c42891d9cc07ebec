"""An entry of the ledger: one run's hold on one letter, how far it came, and what entries of one letter add up to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final, Literal

from toolkit.mail.letters import Letter, letter_key

State = Literal["claimed", "offered", "sent", "refused", "again"]
"""How far a letter came: a run has it in hand; its last byte is about to go to the server; the server took it; the
server will never take it; it was not taken for certain, and a later run may try."""
Standing = Literal["free", "sent", "refused", "unknown"]
"""What a new run may make of a letter: send it; leave it, for the server took it, or will never; or ask a person, for
nobody knows."""

_PROGRESS: Final[Mapping[State, int]] = {"claimed": 0, "offered": 1, "again": 2, "refused": 3, "sent": 4}
"""Of one run's entry, kept twice: which state is the later one. The last three are final; of two that differ, which
only a person's hand can bring about, the one that sends less."""
_WEIGHT: Final[Mapping[State, int]] = {"again": 0, "claimed": 1, "refused": 2, "offered": 3, "sent": 4}
"""Of entries of different runs none of which follows the other: which one counts. What may have arrived weighs more
than what has not, and what is in hand more than what was given up."""
_DAY: Final = len("2026-11-25")


@dataclass(frozen=True, slots=True)
class Entry:
    """One run's hold on one letter.

    Attributes:
        kind: of the letter: `weekly`, `overdue` or `problems`.
        period: what it is of: a week such as `2026-W48`, or a day such as `2026-11-25`.
        recipient: opaque key of the reader.
        name: the reader's name.
        role: `leader`, `principal` or `liaison`.
        school: full name of the reader's school; empty for the community's.
        message_id: what the letter is known by.
        fingerprint: of the letter's content.
        state: how far it came.
        run: the run that has, or had, the letter in hand; no two runs of any machine are called the same.
        after: the run whose entry this one takes the place of; empty if there was none.
        machine: where the run took place; empty where the machine keeps no journal.
        claimed: when the run took it in hand, with a time zone.
        settled: when its state last changed; None while it is as it was claimed.
        answer: one line, the server's words; it may hold anything.
    """

    kind: str
    period: str
    recipient: str
    name: str
    role: str
    school: str
    message_id: str
    fingerprint: str
    state: State
    run: str
    after: str
    machine: str
    claimed: datetime
    settled: datetime | None = None
    answer: str = ""

    @property
    def key(self) -> str:
        """What the letter is known by (`toolkit.mail.letters.Letter.key`)."""
        return letter_key(self.kind, self.period, self.recipient)

    def now(self, state: State, at: datetime, answer: str = "") -> Entry:
        """The same entry in another state.

        Args:
            state: which.
            at: when it came to be so.
            answer: the server's words.
        """
        return replace(self, state=state, settled=at, answer=answer)


def claim(letter: Letter, before: Entry | None, *, run: str, machine: str, at: datetime) -> Entry:
    """What a run that wants to send a letter puts into the ledger.

    Args:
        letter: the letter.
        before: its entry as the run saw it; None where there is none.
        run: the run.
        machine: where it takes place.
        at: now, with a time zone.
    """
    return Entry(
        kind=letter.kind,
        period=letter.period,
        recipient=letter.recipient,
        name=letter.name,
        role=letter.role,
        school=letter.school,
        message_id=letter.message_id,
        fingerprint=letter.fingerprint,
        state="claimed",
        run=run,
        after=before.run if before else "",
        machine=machine,
        claimed=at,
    )


def folded(entries: Iterable[Entry]) -> dict[str, Entry]:
    """The entry that counts for each letter, by Message-ID.

    An entry is out once another follows it, which is to say names its run in `after`. Of those left, several runs
    claimed at the same moment: the one that counts weighs most, and of equal ones the first. So the order in which they
    came to be on record decides a race, and only that: whoever loses gives up, the winner's letter gets a state that
    weighs more, and from then on rows may be sorted, and those that nobody needs be deleted, without harm.

    Args:
        entries: of any letters; those of one letter in the order in which they were recorded.
    """
    by_letter: dict[str, list[Entry]] = {}
    for entry in entries:
        by_letter.setdefault(entry.message_id, []).append(entry)
    return {message_id: _counting(some) for message_id, some in by_letter.items()}


def _counting(entries: list[Entry]) -> Entry:
    followed = {entry.after for entry in entries if entry.after and entry.after != entry.run}
    left = [entry for entry in entries if entry.run not in followed] or entries
    return max(left, key=lambda entry: _WEIGHT[entry.state])


def merged(one: Entry, other: Entry) -> Entry:
    """The entry that counts of two of one letter, from two ledgers.

    Of the same run the one that came further, for one ledger is written later than the other. Of different runs the one
    that follows the other; where neither does, one ledger lacks entries: what weighs more counts, and of equal ones the
    first, so that nothing is sent because a record was lost.

    Args:
        one: from the ledger that all machines see.
        other: from another.
    """
    if one.run == other.run:
        return other if _PROGRESS[other.state] > _PROGRESS[one.state] else one
    if one.after == other.run:
        return one
    if other.after == one.run:
        return other
    return other if _WEIGHT[other.state] > _WEIGHT[one.state] else one


def standing(entry: Entry | None, machine: str) -> Standing:
    """What a new run may make of a letter.

    Args:
        entry: the one that counts; None where there is none.
        machine: this one; empty where it keeps no journal. Only one run at a time sends here, and it is the one that
            asks (`toolkit.stores.journal.sending_lock`): what another run of this machine claimed and never offered is
            free, for that run is dead. Of other machines nobody can tell.
    """
    if entry is None or entry.state == "again":
        return "free"
    if entry.state == "claimed":
        return "free" if entry.machine and entry.machine == machine else "unknown"
    return "unknown" if entry.state == "offered" else entry.state


def last_days(entries: Iterable[Entry], kind: str, machine: str) -> dict[str, date]:
    """The day of the last letter of a kind that each reader got, or may have got, or whose server refused it.

    Whoever's server refuses letters is not to be offered one every day.

    Args:
        entries: those that count.
        kind: which letters.
        machine: this one; see `standing`.
    """
    days: dict[str, date] = {}
    for entry in entries:
        if entry.kind == kind and standing(entry, machine) != "free":
            days[entry.recipient] = max(_day(entry), days.get(entry.recipient, date.min))
    return days


def weight(entry: Entry) -> int:
    """How much an entry counts beside others of the same letter: what may have arrived most."""
    return _WEIGHT[entry.state]


def _day(entry: Entry) -> date:
    """The day a letter is of: of a week the day of the claim, or its Monday where that was made another time."""
    claimed = entry.claimed.date()
    try:
        if len(entry.period) == _DAY:
            return date.fromisoformat(entry.period)
        monday = date.fromisoformat(f"{entry.period}-1")
    except ValueError:  # a person may have typed over it
        return claimed
    return claimed if monday <= claimed < monday + timedelta(days=7) else monday
