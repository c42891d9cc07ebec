"""The standings a report counts: those of a term as of its end, those of the year as of the year's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Final

from toolkit.assess import Assessment, assess_on
from toolkit.outputs import Outputs
from toolkit.report.spans import Span
from toolkit.rules import QuotaRule
from toolkit.standings import Standing
from toolkit.viewer import Scope, Standpoint
from toolkit.viewer.obligations import Obligations

OPEN: Final = frozenset({"pending", "at_risk", "on_track"})
FAILED: Final = frozenset({"missed", "exceeded"})


@dataclass(frozen=True)
class Account:
    """Standings of one day.

    Attributes:
        span: what it is the account of.
        obligations: of the whole community on that day.
        numbers: places of the standings that the report counts.
    """

    span: Span
    obligations: Obligations
    numbers: tuple[int, ...]

    @property
    def stand(self) -> Standpoint:
        """The standpoint."""
        return self.obligations.scope.stand

    def standing(self, number: int) -> Standing:
        """A standing by its place."""
        return self.stand.assessment.standings[number]

    @cached_property
    def by_rule(self) -> Mapping[int, Sequence[int]]:
        """Places of standings by the rule's row."""
        found: dict[int, list[int]] = defaultdict(list)
        for number in self.numbers:
            found[self.standing(number).rule.row].append(number)
        return found


@dataclass(frozen=True)
class Accounts:
    """All accounts of a report.

    Attributes:
        span: what the report covers.
        today: the assessment on the day the report is made.
        outputs: the words.
        terms: of a year's report, an account a term; none otherwise.
        main: of everything else.
    """

    span: Span
    today: Assessment
    outputs: Outputs
    terms: tuple[Account, ...]
    main: Account

    def word(self, key: str, /, **facts: object) -> str:
        """A text of the report's own, with its facts."""
        return self.outputs.report[key].format(**facts)

    def day(self, day: date) -> str:
        """A day with its year."""
        return self.outputs.full_day.format(year=day.year, month=day.month, day=day.day)

    @property
    def parts(self) -> tuple[Account, ...]:
        """All of them."""
        return (*self.terms, self.main)

    @cached_property
    def rules(self) -> tuple[QuotaRule, ...]:
        """The rules that somebody owes."""
        rows = {row for account in self.parts for row in account.by_rule}
        return tuple(rule for rule in self.main.stand.assessment.rules if rule.row in rows)

    def of_rule(self, rule: QuotaRule) -> Iterator[tuple[Account, Sequence[int]]]:
        """Every account of a rule, with the places of its standings."""
        for account in self.parts:
            if rule.row in account.by_rule:
                yield account, account.by_rule[rule.row]

    @cached_property
    def standings(self) -> tuple[Standing, ...]:
        """All that count."""
        return tuple(account.standing(number) for account in self.parts for number in account.numbers)

    @property
    def behind(self) -> int:
        """How many are missed, exceeded, at risk or can no longer be met."""
        return sum(account.stand.is_behind(number) for account in self.parts for number in account.numbers)


def accounts(assessment: Assessment, outputs: Outputs, sections: Mapping[str, str], span: Span) -> Accounts:
    """Open the accounts of a span.

    Args:
        assessment: on the day the report is made.
        outputs: the words.
        sections: titles of the plan's sections by the first part of 指标编号.
        span: what the report covers.
    """

    def account(part: Span, *, term_rules: bool, others: bool) -> Account:
        on_its_day = assessment if part.day == assessment.as_of else assess_on(assessment, part.day)
        stand = Standpoint(_settled(on_its_day, part), outputs, sections=sections)
        numbers = tuple(
            number
            for number, standing in enumerate(stand.assessment.standings)
            if (term_rules if standing.rule.period == "term" else others)
        )
        return Account(part, Obligations(Scope(stand)), numbers)

    terms = tuple(account(term, term_rules=True, others=False) for term in span.terms)
    return Accounts(span, assessment, outputs, terms, account(span, term_rules=not terms, others=True))


def _settled(assessment: Assessment, span: Span) -> Assessment:
    """What was still open on the last day of a period that is over by now is missed."""
    if not span.over:
        return assessment
    standings = tuple(
        replace(standing, status="missed")
        if standing.status in OPEN and standing.period.end is not None and standing.period.end <= span.day
        else standing
        for standing in assessment.standings
    )
    return replace(assessment, standings=standings)


@dataclass(frozen=True, slots=True)
class Count:
    """How many of some standings are in which state."""

    total: int
    met: int
    failed: int
    open: int
    waived: int
    no_data: int

    @property
    def rate(self) -> float | None:
        """达标率; None where nothing counts."""
        counted = self.total - self.waived - self.no_data
        return self.met / counted if counted else None

    @property
    def aside(self) -> int:
        """How many do not count."""
        return self.waived + self.no_data


def count(standings: Iterable[Standing]) -> Count:
    """Count standings by their state."""
    statuses = [standing.status for standing in standings]
    return Count(
        len(statuses),
        statuses.count("met"),
        sum(status in FAILED for status in statuses),
        sum(status in OPEN for status in statuses),
        statuses.count("waived"),
        statuses.count("no_data"),
    )
