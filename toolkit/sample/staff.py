"""Who works at the sample's schools."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from random import Random
from typing import Any

from toolkit.sample.material import Entry, Person, School, dice, load, rows
from toolkit.schema import Schema


class Staff:
    """The schools and people of the sample, and how the material names them.

    Attributes:
        schools: in the order of 学校.
        people: in the order of 人员.
    """

    def __init__(self, schema: Schema) -> None:
        """Put everyone in place.

        Args:
            schema: for the words of 职务.
        """
        self.positions = schema.sheets["people"].by_key["position"].words
        self.schools = tuple(_schools())
        self._by_short = {school.short_name: school for school in self.schools}
        people = list(self._people(load("people"), dice("people")))
        self._groups: dict[tuple[School, str], list[Person]] = {}
        for person in people:
            self._groups.setdefault((person.school, person.position), []).append(person)
        left = {self.person(selector) for selector in load("people")["left"]}
        self.people = tuple(replace(person, active=False) if person in left else person for person in people)
        self._groups.clear()
        for person in self.people:
            self._groups.setdefault((person.school, person.position), []).append(person)
        self._names = Counter(person.name for person in self.people)

    def school(self, short_name: str) -> School:
        """The school with this 简称."""
        return self._by_short[short_name]

    def person(self, selector: str) -> Person:
        """Somebody by place, `@简称.职务.3`, counted from 1."""
        short, position, number = selector.removeprefix("@").split(".")
        return self._groups[self.school(short), position][int(number) - 1]

    def at(self, school: School, position: str) -> Sequence[Person]:
        """Everyone in a position at a school.

        Args:
            school: where.
            position: the English code.
        """
        return self._groups[school, self.positions[position]]

    def teachers(self, school: School) -> list[Person]:
        """The teachers at work in a school."""
        return [person for person in self.at(school, "teacher") if person.active]

    def unmistakable(self, person: Person) -> bool:
        """Whether nobody else has the name."""
        return self._names[person.name] == 1

    def _people(self, material: dict[str, Any], chance: Random) -> Iterator[Person]:
        named = list(rows(material["named"]))
        taken = {entry["name"] for entry in named} | {school.facts["principal"] for school in self.schools}
        names = _names(material, taken, chance)
        for school in self.schools:
            mine = [entry for entry in named if entry["school"] == school.short_name]
            for serial, entry in enumerate(self._posts(school, material, mine), start=1):
                number = entry["number"] or _staff_no(school, serial)
                writes = bool(number) and chance.random() < 0.3  # noqa: PLR2004
                yield Person(
                    name=entry["name"] or next(names),
                    school=school,
                    position=entry["position"],
                    subject=entry["subject"],
                    honour=entry["honour"],
                    staff_no=number,
                    email=f"{number.lower()}@{chance.choice(material['addresses'])}" if writes else "",
                    active=True,
                )

    def _posts(self, school: School, material: dict[str, Any], named: list[Entry]) -> Iterator[Entry]:
        """The posts of a school from the principal down, those of people there by name last in their position."""
        honours = material["honours"].get(school.short_name, [])
        subjects = material["subjects"]
        counts = {"principal": 1, "vice_principal": school.facts["vice"], "middle_leader": school.facts["middle"]}
        for code, count in {**counts, "teacher": school.facts["teachers"]}.items():
            position = self.positions[code]
            known = [entry for entry in named if entry["position"] == position]
            for place in range(count - len(known)):
                honour = honours[place] if code == "teacher" and place < len(honours) else ""
                subject = subjects[place % len(subjects)] if code != "principal" else ""
                name = school.facts["principal"] if code == "principal" else ""
                yield {"name": name, "position": position, "subject": subject, "honour": honour, "number": ""}
            for entry in known:
                yield {**entry, "honour": ""}


def _schools() -> Iterator[School]:
    for entry in rows(load("schools")):
        yield School(entry["name"], entry["short_name"], entry["zeal"], entry["habit"], entry)


def _staff_no(school: School, serial: int) -> str:
    return f"{school.facts['number']}{100 + serial:04}" if school.facts["number"] else ""


def _names(material: dict[str, Any], taken: set[str], chance: Random) -> Iterator[str]:
    """Ordinary names put together by chance, each once."""
    while True:
        name = chance.choice(material["surnames"]) + chance.choice(material["given"])
        if name not in taken:
            taken.add(name)
            yield name
