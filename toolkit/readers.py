"""Who is a reader: the rows of 收件人 that can be reached, and why the others cannot."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from toolkit.checks.ground import Ground
from toolkit.history import opaque
from toolkit.names import NOBODY, Match, texts
from toolkit.tables import Mask, Table

WEEKLY: Final = "weekly"
"""The topic of the weekly digest; all others are notices."""


@dataclass(frozen=True, slots=True)
class Reader:
    """A sound row of 收件人.

    Attributes:
        role: `leader`, `principal` or `liaison`.
        scope: place of the school; NOBODY for a leader.
        name: the reader's name.
        email: the reader's address.
        row: of the reader in 收件人.
        key: opaque, the same for the same address, role and school whatever the row, the name and the topic.
    """

    role: str
    scope: int
    name: str
    email: str
    row: int
    key: str


@dataclass(frozen=True, slots=True)
class Unreached:
    """A row of 收件人 that gets nothing.

    Attributes:
        row: in 收件人.
        reason: `school_left` or `person_left`; `address` where it is blank or malformed; `row` where something else in
            it is wrong; `duplicate` where all it asks for goes to an earlier row of the same address, role and school.
    """

    row: int
    reason: str


def readers(ground: Ground, topic: str) -> Iterator[Reader]:
    """The rows of 收件人 that subscribe to a topic and can be reached, the first of those that are the same reader.

    Args:
        ground: linked tables, errors known.
        topic: code of 订阅, such as `weekly`.
    """
    recipients, known = _Recipients(ground), set[str]()
    for index in recipients.places:
        if recipients.subscribes(index, topic) and not recipients.hindrance(index):
            reader = recipients.reader(index)
            if reader.key not in known:
                known.add(reader.key)
                yield reader


def unreached(ground: Ground) -> tuple[Unreached, ...]:
    """The rows of 收件人 that get nothing, in the order of the sheet; one that only does not subscribe is none of them.

    Args:
        ground: linked tables, errors known.
    """
    recipients, known, found = _Recipients(ground), set[tuple[str, str]](), []
    topics = ground.schema.sheets["recipients"].by_key["topics"].codes.values()
    for index in recipients.places:
        reason = recipients.hindrance(index)
        if not reason:
            key = recipients.reader(index).key
            wanted = {(topic, key) for topic in topics if recipients.subscribes(index, topic)}
            reason = "duplicate" if wanted <= known else ""
            known |= wanted
        if reason:
            found.append(Unreached(int(recipients.table.rows[index]), reason))
    return tuple(found)


@dataclass(frozen=True)
class _Recipients:
    """The rows of 收件人.

    Attributes:
        ground: linked tables, errors known.
    """

    ground: Ground

    @cached_property
    def table(self) -> Table:
        return self.ground.tables["recipients"]

    @property
    def places(self) -> range:
        """Of all its rows; blank ones are none."""
        return range(len(self.table.frame))

    @cached_property
    def names(self) -> list[str | None]:
        return texts(self.table, "name")

    @cached_property
    def addresses(self) -> list[str | None]:
        return texts(self.table, "email")

    def subscribes(self, index: int, topic: str) -> bool:
        return _subscribes(self._role(index), self.table.frame["topics"].iloc[index], topic)

    def reader(self, index: int) -> Reader:
        """The reader of a row without a hindrance."""
        role, name, email = self._role(index), self.names[index] or "", self.addresses[index] or ""
        scope = NOBODY if role == "leader" else self._school(index)
        key = opaque(role, self.ground.directory.schools.label(scope), email.casefold())
        return Reader(role, scope, name, email, int(self.table.rows[index]), key)

    def hindrance(self, index: int) -> str:
        """Why a row gets nothing whatever it asks for; empty where it can be reached."""
        school = self._school(index)
        if school >= 0 and self._schools_left[school]:
            return "school_left"
        if self._has_left(index):
            return "person_left"
        if not self.addresses[index]:
            return "address"
        unknown = school < 0 and self._role(index) != "leader"  # never the whole community's digest
        return "" if self._sound[index] and not unknown else "row"

    def _role(self, index: int) -> str:
        return str(self.table.frame["role"].iloc[index])

    def _school(self, index: int) -> int:
        return int(self.table.frame["school"].iloc[index])

    @cached_property
    def _sound(self) -> Mask:
        return self.ground.sound("recipients")

    @cached_property
    def _schools_left(self) -> Mask:
        """Schools that are out; on its last day one still belongs to the community (contract section 3)."""
        left: Mask = (self.ground.tables["schools"].frame["left_on"] < self.ground.today).to_numpy()
        return left

    @cached_property
    def _people_left(self) -> Mask:
        """People who are out of post: a blank or unreadable 在岗 means yes."""
        return ~self.ground.tables["people"].frame["active"].fillna(value=True).to_numpy(dtype=bool)

    @cached_property
    def _by_address(self) -> Mapping[str, Sequence[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for place, address in enumerate(texts(self.ground.tables["people"], "email")):
            if address:
                found[address.casefold()].append(place)
        return found

    def _has_left(self, index: int) -> bool:
        """Whether all of 人员 who have the name at the school are out of post, or all who have the address."""
        people, school = self.ground.directory.people, self._school(index)
        match = people.find(self.names[index] or "", school) if school >= 0 else Match()
        named = [
            place for place in (match.place, *match.candidates) if place >= 0 and people.school_of[place] == school
        ]
        addressed = self._by_address.get((self.addresses[index] or "").casefold(), ())
        return any(len(group) > 0 and self._people_left[list(group)].all() for group in (named, addressed))


def _subscribes(role: str, topics: Collection[str] | None, topic: str) -> bool:
    """Whether a row asks for a topic. A blank one asks for all that is the role's: notices are the liaison's."""
    return topic in topics if topics else topic == WEEKLY or role == "liaison"
