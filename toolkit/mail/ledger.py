"""The ledger of letters: who claims one first may send it; the record that people see, and the machine's journal."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from types import TracebackType
from typing import Protocol, Self

from toolkit.mail.entries import Entry, last_days, merged, standing, weight


class Ledger(Protocol):
    """Entries of letters; within `with` it may keep a connection open."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def entries(self) -> Mapping[str, Entry]:
        """The entry that counts for each letter, by Message-ID; makes nothing.

        Raises:
            SourceError: the ledger cannot be read; nothing may be sent.
        """

    def claim(self, entries: Sequence[Entry]) -> frozenset[str]:
        """Take letters in hand; each is won or lost by itself, and on record before this returns.

        Args:
            entries: one a letter; one is won only if the entry that counts is still that of the run in `after`.

        Returns:
            Message-IDs of those won; nobody else may send these.

        Raises:
            SourceError: it cannot be written; nothing may be sent.
        """

    def settle(self, entries: Sequence[Entry]) -> None:
        """Write down what became of letters.

        Args:
            entries: as they were claimed, in their new state. One that is not on record any more is put there again.

        Raises:
            SourceError: it cannot be written.
        """


class Journal(Ledger, Protocol):
    """A ledger that holds letters of several records, on one machine."""

    @property
    def identity(self) -> str:
        """What the machine is called in entries; empty while nothing was ever claimed on it."""

    def of_record(self) -> Mapping[str, Entry]:
        """The entries that count, of the letters of the record in hand alone."""


@dataclass(frozen=True)
class Known:
    """What became of the letters of one community so far.

    Attributes:
        entries: the ones that count, by Message-ID.
        machine: what this machine is called in them.
    """

    entries: Mapping[str, Entry]
    machine: str

    def entry(self, key: str) -> Entry | None:
        """The entry of a letter by its key; of several, under the Message-IDs of several senders, the weightiest."""
        return self._by_key.get(key)

    @cached_property
    def _by_key(self) -> Mapping[str, Entry]:
        found: dict[str, Entry] = {}
        for entry in self.entries.values():
            if entry.key not in found or weight(entry) > weight(found[entry.key]):
                found[entry.key] = entry
        return found

    def last(self, kind: str, before: str) -> Mapping[str, date]:
        """When each reader was last told, before a period: what is said in it does not change by saying it.

        Args:
            kind: of letters.
            before: the period.
        """
        return last_days([entry for entry in self.entries.values() if entry.period < before], kind, self.machine)

    def in_doubt(self, kinds: Collection[str], before: Mapping[str, str], since: datetime) -> list[Entry]:
        """Letters of earlier periods of which nobody knows whether they arrived.

        Args:
            kinds: of letters.
            before: by kind, the period.
            since: those claimed earlier are forgotten.
        """
        return [
            entry
            for entry in self.entries.values()
            if entry.kind in kinds
            and entry.period < before[entry.kind]
            and entry.claimed >= since
            and standing(entry, self.machine) == "unknown"
        ]


class BothLedgers:
    """The record that people see and the journal of this machine, which remembers where the record was lost.

    The record may be far away, written once in a while, or brought back from an old backup. The journal is written at
    every step, so a run that dies leaves there how far it came.
    """

    def __init__(self, record: Ledger, journal: Journal | None) -> None:
        """Take both.

        Args:
            record: the one that all machines see.
            journal: of this machine; None where it keeps none.
        """
        self._record, self._journal = record, journal
        self._recorded: Mapping[str, Entry] = {}
        self._journaled: Mapping[str, Entry] = {}
        self._stale = True
        self._open = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            for ledger in (self._record, self._journal):
                if ledger is not None:
                    stack.enter_context(ledger)
            self._open = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.__exit__(kind, error, trace)

    @property
    def machine(self) -> str:
        """What this machine is called in entries; empty where it keeps no journal, or none yet."""
        return self._journal.identity if self._journal else ""

    def entries(self) -> Mapping[str, Entry]:
        """The entry that counts for each letter in both together."""
        self._recorded = self._record.entries()
        self._journaled = self._journal.entries() if self._journal else {}
        self._stale = False
        return self._merged()

    def known(self) -> Known:
        """What this community's letters came to, as it stands now in both together."""
        entries = self.entries() if self._stale else self._merged()
        own = self._recorded.keys() | (self._journal.of_record().keys() if self._journal else set())
        return Known({name: entries[name] for name in own}, self.machine)

    def _merged(self) -> Mapping[str, Entry]:
        found = dict(self._journaled)
        for message_id, entry in self._recorded.items():
            found[message_id] = merged(entry, found[message_id]) if message_id in found else entry
        return found

    def claim(self, entries: Sequence[Entry]) -> frozenset[str]:
        """Take letters in hand in the journal, then in the record; what is lost there is given up here.

        Args:
            entries: one a letter, made from what `entries` gave last: a letter that anybody claimed since is lost.
        """
        if self._journal is None:
            return self._record.claim(_following(entries, self._recorded))
        mine = self._journal.claim(_following(entries, self._journaled))
        tried = [entry for entry in entries if entry.message_id in mine]
        won = self._record.claim(_following(tried, self._recorded)) if tried else frozenset()
        if lost := [entry.now("again", entry.claimed) for entry in tried if entry.message_id not in won]:
            self._journal.settle(lost)
        return won

    def settle(self, entries: Sequence[Entry]) -> None:
        """Write down at once, on this machine, how far letters came."""
        if self._journal is not None:
            self._journal.settle(entries)

    def settle_record(self, entries: Sequence[Entry]) -> None:
        """Write down in the record what became of letters: at the end of a chunk, for it may be far away."""
        if entries:
            self._record.settle(entries)

    def mend(self, since: datetime | None = None) -> int:
        """Bring into the record what only the journal knows: a run died, or the record is an old one.

        Args:
            since: letters claimed earlier are left alone, for people may have deleted their rows; none where None.

        Returns:
            How many entries it lacked.
        """
        self.entries()
        journaled = self._journal.of_record() if self._journal else {}
        lacking = [
            entry
            for message_id, entry in journaled.items()
            if entry.state != "claimed"
            and (since is None or entry.claimed >= since)
            and _lacks(self._recorded.get(message_id), entry)
        ]
        self.settle_record(lacking)
        self._stale = bool(lacking)
        return len(lacking)


def _following(entries: Sequence[Entry], seen: Mapping[str, Entry]) -> list[Entry]:
    """The same entries, each to take the place of the one that this ledger showed: it may lack what another has."""
    return [replace(entry, after=seen[entry.message_id].run if entry.message_id in seen else "") for entry in entries]


def _lacks(recorded: Entry | None, journaled: Entry) -> bool:
    """Whether the journal's entry is the one that counts and the record does not say the same."""
    return recorded is None or merged(recorded, journaled) is journaled
