"""Where views are made from: one assessment, its words, what earlier runs saw, and how much of it a reader may see."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from toolkit.assess import Assessment
from toolkit.checks.ground import Ground
from toolkit.conditions import Source
from toolkit.history import Followed, History, follow, sighting
from toolkit.names import NOBODY, PersonNames, SchoolNames, texts
from toolkit.near import REJECTED, NearRows
from toolkit.outlook import Outlook, Outlooks
from toolkit.outputs import Outputs
from toolkit.scores import ContestLine, contest_lines, exam_rows
from toolkit.standings import Standing
from toolkit.values import cleaned
from toolkit.viewer.owners import Owners

BEHIND = frozenset({"missed", "exceeded", "at_risk"})


class Registered(NamedTuple):
    """A name on record.

    Attributes:
        name: of a school or a person.
        school: place of that school, or of the person's.
        kind: `school` or `person`.
        place: where it is entered, such as 人员!7.
    """

    name: str
    school: int
    kind: Literal["school", "person"]
    place: str


@dataclass(frozen=True)
class Standpoint:
    """What all views of one assessment share.

    Attributes:
        assessment: what the core concluded.
        outputs: the words to say it in.
        history: what earlier runs saw; empty where nothing is on record.
        sections: titles of the plan's sections by the first part of 指标编号.
    """

    assessment: Assessment
    outputs: Outputs
    history: History = field(default_factory=History)
    sections: Mapping[str, str] = field(default_factory=dict)

    @property
    def ground(self) -> Ground:
        """The linked tables."""
        return self.assessment.ground

    @property
    def schools(self) -> SchoolNames:
        """Who is which school."""
        return self.ground.directory.schools

    @property
    def people(self) -> PersonNames:
        """Who is who."""
        return self.ground.directory.people

    @cached_property
    def outlooks(self) -> Outlooks:
        """Looks ahead."""
        return Outlooks(self.assessment.reckoner, self.assessment.rules)

    @cached_property
    def near(self) -> NearRows:
        """Finds rows that were entered for a rule and do not count."""
        return NearRows(self.assessment.reckoner, REJECTED)

    @cached_property
    def ahead(self) -> tuple[Outlook, ...]:
        """An outlook a standing."""
        return tuple(self.outlooks.outlook(standing) for standing in self.assessment.standings)

    @cached_property
    def owners(self) -> Owners:
        """Says whose entry a problem is."""
        return Owners(self.ground)

    @cached_property
    def owned_by(self) -> tuple[frozenset[int], ...]:
        """Places of the schools whose entry each problem is."""
        return tuple(self.owners.of(problem) for problem in self.assessment.problems)

    @cached_property
    def errors_by_school(self) -> Counter[int]:
        """How many errors each school has; all of them under NOBODY."""
        owned = zip(self.assessment.problems, self.owned_by, strict=True)
        errors = [owners for problem, owners in owned if problem.severity == "error"]
        return Counter([place for owners in errors for place in owners]) + Counter({NOBODY: len(errors)})

    @cached_property
    def active(self) -> tuple[int, ...]:
        """Places of the sound schools that are part of the community today; of all where none is."""
        today = self.assessment.reckoner.source("events").active_on(self.ground.today)
        return tuple(today or np.flatnonzero(self.ground.sound("schools")).tolist())

    @cached_property
    def numbers(self) -> Mapping[tuple[int, int], Sequence[int]]:
        """Places of standings by the rule's row and the school's place."""
        numbers: dict[tuple[int, int], list[int]] = defaultdict(list)
        for number, standing in enumerate(self.assessment.standings):
            numbers[standing.rule.row, standing.obligor.school].append(number)
        return numbers

    @cached_property
    def exam_rows(self) -> tuple[Source, pd.DataFrame]:
        """成绩, and its rows for comparing with the city."""
        source = self.assessment.reckoner.source("scores")
        return source, exam_rows(source)

    @cached_property
    def contests(self) -> tuple[ContestLine, ...]:
        """Every contest's ranking."""
        return tuple(contest_lines(self.ground))

    @cached_property
    def of_school(self) -> Mapping[int, Sequence[int]]:
        """Places of standings by the school's place."""
        numbers: dict[int, list[int]] = defaultdict(list)
        for number, standing in enumerate(self.assessment.standings):
            numbers[standing.obligor.school].append(number)
        return numbers

    @cached_property
    def followed(self) -> Followed:
        """The problems of now beside those of earlier runs."""
        now = [
            sighting(problem, self.owners.fingerprint(problem), tuple(map(self.schools.label, sorted(owners))))
            for problem, owners in zip(self.assessment.problems, self.owned_by, strict=True)
        ]
        return follow(self.history.seen, now, self.assessment.as_of)

    @cached_property
    def registered(self) -> tuple[Registered, ...]:
        """Every name of a school or a person that is on record, with whose it is."""
        schools, people = self.ground.tables["schools"], self.ground.tables["people"]
        entered = [f"{schools.schema.title}!{row}" for row in schools.rows.tolist()]
        found = [
            Registered(name, place, "school", entered[place])
            for names in (self.schools.keys, self.schools.short)
            for place, name in enumerate(names)
            if name
        ]
        for name, place, row in zip(self.people.names, self.people.school_of, people.rows.tolist(), strict=True):
            if name:
                found.append(Registered(name, place, "person", f"{people.schema.title}!{row}"))
        principals = enumerate(texts(schools, "principal"))
        found += [Registered(name, place, "person", entered[place]) for place, name in principals if name]
        return tuple(found)

    def short(self, place: int) -> str:
        """A school's short name, else its name."""
        return (self.schools.short[place] or self.schools.label(place)) if place >= 0 else ""

    def is_behind(self, number: int) -> bool:
        """Whether something must be done about a standing: it is behind, or can no longer be met."""
        standing = self.assessment.standings[number]
        return standing.status in BEHIND or (standing.counts and self.is_lost(number))

    def is_lost(self, number: int) -> bool:
        """Whether a standing can no longer be met though its period goes on; when that is over, its status says so."""
        over = self.assessment.standings[number].period.ended_before(self.assessment.as_of)
        return not over and not self.ahead[number].possible


@dataclass(frozen=True)
class Scope:
    """How much a reader may see: all of the community, or one school.

    Attributes:
        stand: the standpoint.
        school: place of the school; NOBODY for all.
    """

    stand: Standpoint
    school: int = NOBODY

    @property
    def whole(self) -> bool:
        """Whether it is the whole community."""
        return self.school == NOBODY

    @property
    def label(self) -> str:
        """The key of the scope in the history: the school's full name; empty for the community."""
        return "" if self.whole else self.stand.schools.label(self.school)

    @cached_property
    def numbers(self) -> tuple[int, ...]:
        """Places of the standings that belong to it."""
        everything = range(len(self.stand.assessment.standings))
        return tuple(everything) if self.whole else tuple(self.stand.of_school.get(self.school, ()))

    @cached_property
    def standings(self) -> tuple[Standing, ...]:
        """Those standings."""
        return tuple(self.stand.assessment.standings[number] for number in self.numbers)

    @cached_property
    def _names(self) -> Mapping[str, bool]:
        """Names of schools and people, each with whether it is another school's, or of a person of one."""
        owned = [(one.name, one.school) for one in self.stand.registered]
        own = {name for name, place in owned if name and place == self.school}
        return {name: name not in own for name, _ in owned if name and len(name) > 1} | dict.fromkeys(own, False)

    @cached_property
    def _lengths(self) -> tuple[int, ...]:
        return tuple(sorted({len(name) for name in self._names}, reverse=True))

    def mentions_others(self, text: str) -> bool:
        """Whether a text names another school or a person of one; never for the whole community.

        The longest name at a place counts: 实验小学 within 第二实验小学 is the other school.
        """
        if self.whole or not text:
            return False
        text, place = cleaned(text), 0  # names are kept in this form
        while place < len(text):
            pieces = (text[place : place + length] for length in self._lengths)
            name = next((piece for piece in pieces if piece in self._names), "")
            if name and self._names[name]:
                return True
            place += len(name) or 1
        return False
