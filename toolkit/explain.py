"""Why an obligation stands where it stands: the rule, each row that counts, each that nearly does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from toolkit.assess import Assessment
from toolkit.errors import UsageError
from toolkit.names import NOBODY
from toolkit.outputs import Outputs
from toolkit.problems import Problem, quoted
from toolkit.reckoner import Tally
from toolkit.rules import PERSON_OBLIGORS, Condition, QuotaRule
from toolkit.standings import Standing
from toolkit.tables import Mask, places
from toolkit.values import cleaned, nearest
from toolkit.viewer import Viewer
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
        self.viewer = Viewer(assessment, outputs)
        self.ground = assessment.ground
        self._tallies: dict[int, Tally] = {}

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
        line = next((line for line in self.viewer.details if line.number == rule.number), None)
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
        if obligor is None:
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
        if standing.rule.obligor not in PERSON_OBLIGORS:
            return False
        person = self.ground.directory.people.find(text)
        return obligor.place in (person.place, *person.candidates)

    def explain(self, number: int, standing: Standing) -> Explanation:
        """One standing with its rows.

        Args:
            number: its place among the standings.
            standing: the standing.
        """
        tally = self._tally(standing)
        title = tally.source.schema.title
        counted = tuple(RowNote(f"{title}!{row}", self._row_text(tally, row)) for row in standing.rows.tolist())
        near = list(self._near(standing, tally))
        return Explanation(
            self.viewer.details[number], counted, tuple(near[:_MOST_NEAR]), max(0, len(near) - _MOST_NEAR)
        )

    def _tally(self, standing: Standing) -> Tally:
        """The rows of a rule, looked at once for all its obligors."""
        row = standing.rule.row
        if row not in self._tallies:
            self._tallies[row] = self.assessment.reckoner.tally(standing.rule, standing.period)
        return self._tallies[row]

    def _row_text(self, tally: Tally, row: int) -> str:
        """The required cells of a row, as staff wrote them."""
        table = tally.source.table
        index = int(np.searchsorted(table.rows, row))
        parts = [table.cells[field.key].text(index).strip() for field in table.schema.fields if field.required]
        return " · ".join(quoted(part) for part in parts if part)

    def _near(self, standing: Standing, tally: Tally) -> Iterator[RowNote]:
        """Rows of this obligor that fail exactly one requirement."""
        rows = self._own_rows(standing, tally)
        failures = self._failures(standing, tally)
        count = np.sum([mask for _, mask in failures], axis=0)
        title = tally.source.schema.title
        for reason, mask in failures:
            for index in places(mask & rows & (count == 1)):
                row = int(tally.source.table.rows[index])
                yield RowNote(f"{title}!{row}", self._row_text(tally, row), self._why(reason, standing, tally, index))

    def _failures(self, standing: Standing, tally: Tally) -> list[tuple[str, Mask]]:
        """What each row fails. What a row in error fails for want of a readable cell is that error's doing."""
        source = tally.source
        error = ~self.ground.sound(source.key)
        undated = np.isnat(source.row_dates) if source.schema.row_date else np.zeros(len(error), dtype=bool)
        doing = ~tally.done & ~tally.planned
        return [
            ("error", error),
            ("leans", ~tally.sound & ~error),
            ("planned", tally.planned),
            ("not_done", doing & ~error),
            ("period", ~tally.in_period & ~(error & undated)),
            ("special", tally.special),
            *(
                (f"condition {number}", ~met & ~(error & ~source.filled(condition.column)))
                for number, (condition, met) in enumerate(zip(standing.rule.conditions, tally.conditions, strict=True))
            ),
        ]

    def _own_rows(self, standing: Standing, tally: Tally) -> Mask:
        everything = np.ones(len(tally.source.table.frame), dtype=bool)
        if standing.obligor.place == NOBODY:
            return everything
        obligors, selection = self.assessment.reckoner.selection(standing.rule, standing.period, everything)
        place = obligors.index(standing.obligor)
        return np.isin(np.arange(len(everything)), selection.rows[selection.owners == place])

    def _why(self, reason: str, standing: Standing, tally: Tally, index: int) -> str:
        kind, _, number = reason.partition(" ")
        text = self.outputs.reasons[kind]
        if kind == "error":
            return text.format(message=self._fault_of(tally.source.schema.title, int(tally.source.table.rows[index])))
        if kind == "leans":
            return text.format(row=self._leans_on(tally, index))
        if kind == "condition":
            condition = standing.rule.conditions[int(number)]
            return text.format(condition=condition.text, value=self._written(tally, condition, index))
        return text.format(period=standing.period.label)

    def _leans_on(self, tally: Tally, index: int) -> str:
        """The first row in error that a row refers to."""
        for field in tally.source.schema.fields:
            place = int(tally.source.table.frame[field.key].iloc[index]) if field.refers else NOBODY
            if place >= 0 and not self.ground.sound(field.refers or "")[place]:
                target = self.ground.tables[field.refers or ""]
                return f"{target.schema.title}!{target.rows[place]}"
        return ""

    @cached_property
    def _errors(self) -> dict[tuple[str, int | None], Problem]:
        errors = (problem for problem in self.assessment.problems if problem.severity == "error")
        first: dict[tuple[str, int | None], Problem] = {}
        for problem in errors:
            first.setdefault((problem.sheet, problem.row), problem)
        return first

    def _fault_of(self, title: str, row: int) -> str:
        problem = self._errors.get((title, row))
        return problem.message if problem else ""

    def _written(self, tally: Tally, condition: Condition, index: int) -> str:
        source, column = tally.source, condition.column
        table, place = source.table, index
        if column.through:
            field = source.schema.by_key[column.through]
            place = int(table.frame[field.key].iloc[index])
            table = self.ground.tables[field.refers or ""]
        text = table.cells[column.field.key].text(place).strip() if place >= 0 else ""
        return quoted(text) or self.outputs.blank


def explanations(explainer: Explainer, rule: QuotaRule, obligor: str | None) -> Sequence[Explanation]:
    """Explanations of a rule's standings."""
    return [explainer.explain(number, standing) for number, standing in explainer.standings(rule, obligor)]
