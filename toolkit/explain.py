"""Why an obligation stands where it stands: the rule, each row that counts, each that nearly does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from toolkit.assess import Assessment
from toolkit.errors import UsageError
from toolkit.names import NOBODY
from toolkit.near import NearRows
from toolkit.outputs import Outputs
from toolkit.problems import quoted
from toolkit.rules import QuotaRule
from toolkit.standings import Standing
from toolkit.values import cleaned, nearest
from toolkit.viewer import Scope, Standpoint
from toolkit.viewer.evidence import RowWords
from toolkit.viewer.obligations import Obligations
from toolkit.views import DetailLine

_MOST_NEAR = 12


@dataclass(frozen=True, slots=True)
class RowNote:
    """One row of evidence, or one that nearly is.

    Attributes:
        place: such as `活动!5`.
        text: what the row says, in the staff's own words.
        why: why it does not count; empty where it does.
    """

    place: str
    text: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """One obligor's standing under a rule.

    Attributes:
        line: the standing, worded.
        counted: the rows the measure was taken over.
        near: rows that fail one requirement only, the likeliest first.
        more: how many further such rows there are.
    """

    line: DetailLine
    counted: tuple[RowNote, ...]
    near: tuple[RowNote, ...]
    more: int


@dataclass(frozen=True, slots=True)
class RuleInWords:
    """The rule itself.

    Attributes:
        number: 指标编号.
        name: 名称.
        clause: 条款.
        kind: 责任主体.
        period: 周期.
        source: 数据表.
        ties: 归属列, worded.
        conditions: of 筛选, as written.
        measure: what is counted, in words.
        minimum: 下限.
        maximum: 上限.
        faults: messages of problems that keep the rule from being used.
    """

    number: str
    name: str
    clause: str
    kind: str
    period: str
    source: str
    ties: tuple[str, ...]
    conditions: tuple[str, ...]
    measure: str
    minimum: str
    maximum: str
    faults: tuple[str, ...] = ()


class Explainer:
    """Explains the rules of one assessment."""

    def __init__(self, assessment: Assessment, outputs: Outputs) -> None:
        """Stand on an assessment.

        Args:
            assessment: what the core concluded.
            outputs: the words to say it in.
        """
        self.assessment, self.outputs = assessment, outputs
        self.stand = Standpoint(assessment, outputs)
        self.near = NearRows(assessment.reckoner)
        self.words = RowWords(self.stand, self.near)
        self.details = Obligations(Scope(self.stand)).details
        self.ground = assessment.ground

    def rule(self, number: str) -> QuotaRule | RuleInWords:
        """The rule of a number; in words, with its faults, where it is not in use.

        Raises:
            UsageError: 指标 has no such number.
        """
        for rule in self.assessment.rules:
            if rule.number == cleaned(number):
                return rule
        quotas = self.ground.directory.quotas
        place = quotas.find(cleaned(number)).place
        if place < 0:
            section = cleaned(number).partition(".")[0] + "."
            known = [key for key in quotas.places if key.startswith(section)] or list(quotas.places)
            near = nearest(cleaned(number), known)
            hint = f" Did you mean {near}?" if near else ""
            raise UsageError(f"There is no quota rule {quoted(number)} in the workbook.{hint}")
        row = int(self.ground.tables["quotas"].rows[place])
        title = self.ground.tables["quotas"].schema.title
        faults = tuple(p.message for p in self.assessment.problems if p.sheet == title and p.row == row)
        return RuleInWords(quotas.label(place), "", "", "", "", "", (), (), "", "", "", faults)

    def in_words(self, rule: QuotaRule) -> RuleInWords:
        """The rule as a head teacher reads it."""
        quotas = self.ground.schema.sheets["quotas"]
        line = next((line for line in self.details if line.number == rule.number), None)
        return RuleInWords(
            rule.number,
            rule.name,
            rule.clause,
            quotas.by_key["obligor"].words[rule.obligor],
            line.period if line else quotas.by_key["period"].words[rule.period],
            self.ground.schema.sheets[rule.source].title,
            tuple(field.name for field in rule.ties),
            tuple(condition.text for condition in rule.conditions),
            self.outputs.measures[rule.measure].format(column=rule.column.name if rule.column else ""),
            line.minimum if line else "",
            line.maximum if line else "",
        )

    def standings(self, rule: QuotaRule, obligor: str | None) -> list[tuple[int, Standing]]:
        """The standings under a rule, with their numbers; of whoever is named, a school naming its persons too.

        Raises:
            UsageError: nobody of that name owes it.
        """
        found = [(i, s) for i, s in enumerate(self.assessment.standings) if s.rule.row == rule.row]
        if obligor is None or not found:  # before the first term nobody owes it yet, whoever is named
            return found
        chosen = [(number, standing) for number, standing in found if self._is_meant(cleaned(obligor), standing)]
        if not chosen and rule.obligor == "community":
            raise UsageError(f"Quota {rule.number} is owed by the community as a whole; leave {quoted(obligor)} out.")
        if not chosen:
            near = nearest(cleaned(obligor), [standing.obligor.label for _, standing in found])
            hint = f" Did you mean {near}?" if near else ""
            raise UsageError(f"Nobody called {quoted(obligor)} owes quota {rule.number}.{hint}")
        return chosen

    def _is_meant(self, text: str, standing: Standing) -> bool:
        """Whether a text names the obligor, is one of its names, or names its school."""
        obligor = standing.obligor
        if text == obligor.label:
            return True
        if obligor.school != NOBODY and self.ground.directory.schools.find(text).place == obligor.school:
            return True
        if not standing.rule.is_personal:
            return False
        person = self.ground.directory.people.find(text)
        return obligor.place in (person.place, *person.candidates)

    def explain(self, number: int, standing: Standing) -> Explanation:
        """One standing with its rows.

        Args:
            number: its place among the standings.
            standing: the standing.
        """
        tally = self.near.tally(standing)
        title = tally.source.schema.title
        counted = tuple(RowNote(f"{title}!{row}", self.words.text(tally, row)) for row in standing.rows.tolist())
        found = self.near.of(standing)
        near = tuple(
            RowNote(f"{title}!{one.row}", self.words.text(tally, one.row), self.words.why(one, standing, tally))
            for one in found[:_MOST_NEAR]
        )
        return Explanation(self.details[number], counted, near, max(0, len(found) - _MOST_NEAR))


def explanations(explainer: Explainer, rule: QuotaRule, obligor: str | None) -> Sequence[Explanation]:
    """Explanations of a rule's standings."""
    return [explainer.explain(number, standing) for number, standing in explainer.standings(rule, obligor)]
