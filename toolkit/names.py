"""Which school, person or event a text means."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as attribute
from functools import cached_property

from toolkit.tables import Table
from toolkit.values import nearest

NOBODY = -1
"""The place of a reference that is blank or means nothing."""
SPECIAL = -2
"""The place of a word that stands instead of a reference, such as 全市."""
EVERYONE = -3
"""In a list of schools: every school active on the row's date."""

_DOTS = re.compile(r"\s*[·・•‧∙⋅]\s*")


@dataclass(frozen=True, slots=True)
class Match:
    """What a name means.

    Attributes:
        place: the row's place in the target's frame; NOBODY where unknown or ambiguous.
        candidates: places that the name could mean, where more than one.
    """

    place: int = NOBODY
    candidates: tuple[int, ...] = ()


def texts(table: Table, key: str) -> list[str | None]:
    """A text column as plain values."""
    values = table.frame[key].astype(object)
    return values.where(values.notna(), None).tolist()


def _first_places(names: Iterable[str | None]) -> dict[str, int]:
    """The first place of each name: a key that two rows bear means the first."""
    places: dict[str, int] = {}
    for place, name in enumerate(names):
        if name is not None:
            places.setdefault(name, place)
    return places


@dataclass(frozen=True)
class KeyNames:
    """Rows named by one key column, such as 资源编号."""

    keys: Sequence[str | None]

    @cached_property
    def places(self) -> Mapping[str, int]:
        """Place by key."""
        return _first_places(self.keys)

    @cached_property
    def closed(self) -> Mapping[str, int]:
        """Place by key without its spaces: `李  明` is how some make two signs as long as three."""
        return _first_places(_closed(name) for name in self.places)

    def find(self, text: str) -> Match:
        """The row with this key; spaces within count only where they tell two keys apart."""
        if text in self.places:
            return Match(self.places[text])
        number = self.closed.get(_closed(text))
        return Match() if number is None else Match(list(self.places.values())[number])

    def label(self, place: int) -> str:
        """The key of a row; empty for no row."""
        return self.keys[place] or "" if place >= 0 else ""

    def nearest(self, text: str) -> str | None:
        """The key most like the text."""
        return nearest(text, list(self.places))


@dataclass(frozen=True)
class SchoolNames(KeyNames):
    """Schools, named by 学校 or 简称."""

    short: Sequence[str | None]

    @cached_property
    def places(self) -> Mapping[str, int]:
        """Place by full or short name; a full name goes before another's short one."""
        return _first_places(self.short) | _first_places(self.keys)


@dataclass(frozen=True)
class EventNames(KeyNames):
    """Events, named by 活动编号, or by 主题 where only one event has it."""

    topics: Sequence[str | None]

    @cached_property
    def by_topic(self) -> Mapping[str, tuple[int, ...]]:
        """Places by topic."""
        return _grouped(self.topics)

    def find(self, text: str) -> Match:
        """The event with this number, or the only one with this topic."""
        if text in self.places:
            return Match(self.places[text])
        return _single(self.by_topic.get(text, ()))

    def label(self, place: int) -> str:
        """The number, or the topic where there is none; empty for no row."""
        return self.keys[place] or self.topics[place] or "" if place >= 0 else ""

    def nearest(self, text: str) -> str | None:
        """The number or topic most like the text."""
        return nearest(text, [*self.places, *self.by_topic])


@dataclass(frozen=True)
class PersonNames:
    """People, named by 工号, 姓名, or 姓名·学校.

    Attributes:
        numbers: 工号 by place.
        names: 姓名 by place.
        school_of: the place of each one's school, NOBODY where unknown.
        schools: for 姓名·学校.
        separator: between the parts of a label.
    """

    numbers: Sequence[str | None]
    names: Sequence[str | None]
    school_of: Sequence[int]
    schools: SchoolNames
    separator: str = attribute(default="·")

    @cached_property
    def by_number(self) -> Mapping[str, int]:
        """Place by 工号."""
        return _first_places(self.numbers)

    @cached_property
    def by_name(self) -> Mapping[str, tuple[int, ...]]:
        """Places by 姓名, dots made alike."""
        return _grouped([name and _DOTS.sub("·", name) for name in self.names])

    @cached_property
    def by_closed_name(self) -> Mapping[str, tuple[int, ...]]:
        """Places by 姓名 without its spaces."""
        return _grouped([name and _closed(_DOTS.sub("·", name)) for name in self.names])

    def find(self, text: str, school: int = NOBODY) -> Match:
        """Who is meant.

        Args:
            text: the cleaned cell.
            school: the place of the school that the row itself names; NOBODY where it names none.

        Returns:
            One person, or the candidates. Someone of another school is returned where only one person has the name.
        """
        if text in self.by_number:
            return Match(self.by_number[text])
        name = _DOTS.sub("·", text)
        if places := self.by_name.get(name, ()) or self.by_closed_name.get(_closed(name), ()):
            return _single([p for p in places if school >= 0 and self.school_of[p] == school] or places)
        head, _, tail = name.rpartition("·")
        if not head:
            return Match()
        if self.schools.find(tail).place >= 0:
            return self._at_school(head, self.schools.find(tail).place)
        named = self.find(head)
        return _single([p for p in (named.place, *named.candidates) if p >= 0 and self.numbers[p] == tail])

    def _at_school(self, name: str, school: int) -> Match:
        places = self.by_name.get(name, ()) or self.by_closed_name.get(_closed(name), ())
        return _single([p for p in places if self.school_of[p] == school])

    @cached_property
    def _shared(self) -> set[tuple[str | None, int]]:
        seen: set[tuple[str | None, int]] = set()
        twice: set[tuple[str | None, int]] = set()
        for who in zip(self.names, self.school_of, strict=True):
            (twice if who in seen else seen).add(who)
        return twice

    def label(self, place: int) -> str:
        """`姓名·学校`, with the 工号 behind it where two rows share both (contract section 3); empty for nobody."""
        if place < 0:
            return ""
        name, school = self.names[place] or "", self.school_of[place]
        parts = [name, self.schools.label(school)] if school >= 0 else [name]
        number = self.numbers[place]
        if (self.names[place], school) in self._shared and number:
            parts.append(number)
        return self.separator.join(parts)

    def nearest(self, text: str, school: int = NOBODY) -> str | None:
        """The name most like the text, of the row's own school first."""
        name = _DOTS.sub("·", text).split("·")[0]
        if school >= 0:
            own = [self.names[p] or "" for p in self._of_school.get(school, ())]
            if found := nearest(name, own):
                return found
        found = nearest(name, list(self.by_name))
        return self.label(self.by_name[found][0]) if found else None

    @cached_property
    def _of_school(self) -> Mapping[int, list[int]]:
        places: dict[int, list[int]] = {}
        for place, school in enumerate(self.school_of):
            if self.names[place]:
                places.setdefault(school, []).append(place)
        return places


def _closed(text: str) -> str:
    return text.replace(" ", "")


def _grouped(names: Iterable[str | None]) -> dict[str, tuple[int, ...]]:
    places: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        if name is not None:
            places.setdefault(name, []).append(place)
    return {name: tuple(found) for name, found in places.items()}


def _single(places: Sequence[int]) -> Match:
    return Match(places[0]) if len(places) == 1 else Match(candidates=tuple(places))
