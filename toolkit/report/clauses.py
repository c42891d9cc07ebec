"""The plan rule by rule: what was promised, where everyone stands, and the rows that show it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from toolkit.names import PersonNames
from toolkit.report.accounts import OPEN, Account, Accounts, count
from toolkit.report.pages import Clause, Grid, Line, Listing, Persons, Section
from toolkit.report.rows import Rows
from toolkit.rules import QuotaRule
from toolkit.standings import Obligor
from toolkit.viewer.amounts import bound

_COUNTED: Final = frozenset({"count", "distinct"})
_MOST_NAMES: Final = 80
"""So many persons of one school are named who lack something."""


@dataclass(frozen=True)
class Clauses:
    """Words the rules of a report.

    Attributes:
        accounts: of the report.
    """

    accounts: Accounts

    def sections(self) -> tuple[Section, ...]:
        """The plan's sections in the order of 指标."""
        grouped: dict[str, list[QuotaRule]] = defaultdict(list)
        titles: dict[str, str] = {}
        for rule in self.accounts.rules:
            key, title = self.accounts.main.obligations.section_of(rule)
            titles.setdefault(key, title)
            grouped[key].append(rule)
        return tuple(self._section(titles[key], number, rules) for number, (key, rules) in enumerate(grouped.items()))

    def _section(self, title: str, number: int, rules: Sequence[QuotaRule]) -> Section:
        owed = [
            account.standing(n) for rule in rules for account, numbers in self.accounts.of_rule(rule) for n in numbers
        ]
        counted = count(owed)
        note = self.accounts.word(
            "section_note", rules=len(rules), met=counted.met, counted=counted.total - counted.aside
        )
        heading = self.accounts.word("section", number=numeral(self.accounts, number + 1), title=title)
        return Section(heading, note, tuple(map(self._clause, rules)))

    def _clause(self, rule: QuotaRule) -> Clause:
        owed = list(self.accounts.of_rule(rule))
        persons = rule.is_personal
        alone = not persons and all(len(numbers) == 1 for _, numbers in owed)
        rows = Rows(self.accounts, rule)
        counted, listing = rows.counted()
        clause = self.accounts.word("clause", clause=rule.clause) if rule.clause else ""
        return Clause(
            heading=f"{rule.number} {rule.name}",
            promise=f"{clause}{self._promise(rule, owed)}",
            lines=tuple(self.line(account, numbers[0], dated=True) for account, numbers in owed) if alone else (),
            grids=() if persons or alone else tuple(self._grid(account, numbers) for account, numbers in owed),
            persons=tuple(self._persons(account, numbers) for account, numbers in owed) if persons else (),
            evidence=self.accounts.word("evidence", count=counted) if counted else self.accounts.word("no_evidence"),
            rows=listing,
            rejected=rows.rejected(),
        )

    # --- what was promised

    def _promise(self, rule: QuotaRule, owed: Sequence[tuple[Account, Sequence[int]]]) -> str:
        words = self.accounts.main.stand.ground.schema.sheets["quotas"].by_key["obligor"].words
        how_many = max(len(numbers) for _, numbers in owed)
        unit = self.accounts.outputs.units["people" if rule.is_personal else "schools"]
        who = words[rule.obligor]
        if rule.obligor != "community":
            who = self.accounts.word("obligors", who=who, count=how_many, unit=unit)
        periods = dict.fromkeys(account.standing(numbers[0]).period.label for account, numbers in owed)
        return self.accounts.word(
            "promise", who=who, period=self.accounts.outputs.separator.join(periods), what=self.promised(rule)
        )

    def promised(self, rule: QuotaRule) -> str:
        """The requirement in words."""
        thing = self.accounts.main.obligations.needs.thing(rule)
        named = any(condition.operator == "=" and condition.column.field.codes for condition in rule.conditions)
        sheet = self.accounts.main.stand.ground.schema.sheets[rule.source].title
        facts = {
            "verb": thing.verb,
            "unit": thing.unit,
            "thing": thing.name if named or thing.name != rule.name else "" if rule.measure in _COUNTED else sheet,
            "column": rule.column.name if rule.column else "",
            "minimum": bound(rule, rule.minimum),
            "maximum": bound(rule, rule.maximum),
        }
        parts = []
        if rule.minimum is not None:
            every = "_all" if rule.is_share and rule.minimum == 1 else ""
            parts.append(self.accounts.word(f"promise_{rule.measure}{every}", **facts))
        if rule.maximum is not None:
            parts.append(self.accounts.word("promise_maximum", **facts))
        if not parts:
            parts.append(self.accounts.word("promise_none", **facts))
        if thing.rest:
            conditions = self.accounts.outputs.separator.join(thing.rest)
            parts.append(self.accounts.word("promise_conditions", conditions=conditions))
        return self.accounts.word("comma").join(parts)

    # --- where everyone stands

    def line(self, account: Account, number: int, *, dated: bool = False) -> Line:
        """One standing; with its period in front where the report has several."""
        cell, standing, outputs = account.obligations.cell(number), account.standing(number), self.accounts.outputs
        who = standing.obligor.label
        if dated and self.accounts.terms and standing.rule.period == "term":
            who = self.accounts.word("dated", period=standing.period.label, who=who)
        done = cell.text or outputs.missing_sign
        if cell.lost and cell.status in OPEN:
            return Line(who, done, "at_risk", outputs.statuses["at_risk"].sign, outputs.too_late)
        return Line(who, done, cell.status, cell.sign, cell.word)

    def _grid(self, account: Account, numbers: Sequence[int]) -> Grid:
        standings = [account.standing(number) for number in numbers]
        counted = count(standings)
        caption = self.accounts.word(
            "grid", period=standings[0].period.label, met=counted.met, counted=counted.total - counted.aside
        )
        lines = [self.line(account, number) for number in numbers]
        half = (len(lines) + 1) // 2
        right = [*lines[half:], Line()]
        return Grid(caption, tuple(zip(lines[:half], right, strict=False)))

    def _persons(self, account: Account, numbers: Sequence[int]) -> Persons:
        stand = account.stand
        met: dict[int, int] = defaultdict(int)
        names: dict[int, list[str]] = defaultdict(list)
        for standing in map(account.standing, numbers):
            if standing.counts:
                place = standing.obligor.school
                met[place] += standing.status == "met"
                if standing.status != "met":
                    names[place].append(_name(stand.people, standing.obligor))
        counted = count(map(account.standing, numbers))
        period = account.standing(numbers[0]).period.label
        owed = counted.total - counted.aside
        rate = f"{counted.rate:.0%}" if counted.rate is not None else self.accounts.outputs.missing_sign
        rows = tuple(
            (
                stand.schools.label(place),
                f"{met[place]}/{met[place] + len(names[place])}",
                self.accounts.outputs.listed(names[place], most=_MOST_NAMES, unit="people"),
            )
            for place in sorted(names)
        )
        complete = [stand.schools.label(place) for place in sorted(met) if place not in names]
        return Persons(
            self.accounts.word("persons", period=period, met=counted.met, counted=owed, rate=rate),
            self.accounts.word("complete", schools=self.accounts.outputs.separator.join(complete)) if complete else "",
            Listing(rows),
        )


def _name(people: PersonNames, obligor: Obligor) -> str:
    """A person's name beside the school's; with the 工号 where two share it."""
    name, number = people.names[obligor.place] or "", people.numbers[obligor.place]
    shared = number is not None and obligor.label.endswith(f"{people.separator}{number}")
    return f"{name}{people.separator}{number}" if shared else name


def numeral(accounts: Accounts, number: int) -> str:
    """A number from 1 to 99 in Chinese; in digits above."""
    digits = accounts.outputs.report["numerals"]
    tens, ones = divmod(number, len(digits))
    if tens >= len(digits):
        return str(number)
    if not tens:
        return digits[ones - 1]
    return (digits[tens - 1] if tens > 1 else "") + digits[-1] + (digits[ones - 1] if ones else "")
