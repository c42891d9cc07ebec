"""Every standing worded, and how the standings are arranged: matrix, blocks, persons, sections."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from toolkit.names import NOBODY
from toolkit.rules import QuotaRule
from toolkit.standings import Standing, assessment_score, compliance
from toolkit.viewer.amounts import amount, bound, percent, progress
from toolkit.viewer.needs import Needs
from toolkit.viewer.standpoint import Scope
from toolkit.views import (
    Band,
    Block,
    CellView,
    Chip,
    DetailLine,
    Lacking,
    Matrix,
    MatrixRow,
    PersonLine,
    RuleHead,
    Section,
)

_WIDEST: Final = 12
"""So many columns of the matrix fit beside each other on paper and on a screen."""
_GRAVEST: Final = ("missed", "exceeded", "at_risk", "pending", "on_track", "met", "waived", "no_data")


@dataclass(frozen=True)
class Obligations:
    """Views of the standings of one scope.

    Attributes:
        scope: whose.
    """

    scope: Scope

    @cached_property
    def needs(self) -> Needs:
        """Says what standings need."""
        return Needs(self.scope)

    @cached_property
    def details(self) -> tuple[DetailLine, ...]:
        """A line a standing of the scope, in the contract's order."""
        return tuple(self._detail(number) for number in self.scope.numbers)

    @cached_property
    def place_of(self) -> Mapping[int, int]:
        """Place in the details by place among all standings."""
        return {number: place for place, number in enumerate(self.scope.numbers)}

    def _detail(self, number: int) -> DetailLine:
        stand, standing = self.scope.stand, self.scope.stand.assessment.standings[number]
        rule, word = standing.rule, stand.outputs.statuses[standing.status]
        return DetailLine(
            number=rule.number,
            name=rule.name,
            clause=rule.clause,
            kind=stand.ground.schema.sheets["quotas"].by_key["obligor"].words[rule.obligor],
            obligor=standing.obligor.label,
            school=standing.obligor.school_label or "",
            period=standing.period.label,
            minimum=bound(rule, rule.minimum),
            maximum=bound(rule, rule.maximum),
            done=amount(rule, standing.done),
            planned=amount(rule, standing.planned) if standing.planned else "",
            status=standing.status,
            status_word=word.word,
            sign=word.sign,
            who=self._who(standing),
            progress=self.progress(number),
            rows=tuple(standing.evidence),
            school_place=standing.obligor.school,
            numbers={
                "minimum": rule.minimum,
                "maximum": rule.maximum,
                "done": standing.done,
                "planned": standing.planned or None,
            },
            form="share" if rule.is_share else "gap" if rule.measure == "mean_gap" else "plain",
            lost=stand.is_lost(number),
            need=self.needs.need(number),
            until=self.needs.until(number),
            forecast=self._forecast(standing),
        )

    def _who(self, standing: Standing) -> str:
        """The obligor's short name; a person's name alone for a reader of the person's own school."""
        stand, obligor = self.scope.stand, standing.obligor
        if standing.rule.is_personal:
            return obligor.label if self.scope.whole else stand.people.names[obligor.place] or obligor.label
        return stand.short(obligor.school) or obligor.label

    def _forecast(self, standing: Standing) -> str:
        ahead = self.scope.stand.outlooks.pace(standing)
        if ahead is None or (ahead.enough and standing.status == "at_risk"):
            return ""
        words = self.scope.stand.outputs.forecast
        return words["enough"] if ahead.enough else words["short"].format(amount=ahead.amount)

    def cell(self, number: int) -> CellView:
        """One standing as a cell."""
        stand, standing = self.scope.stand, self.scope.stand.assessment.standings[number]
        word, lost = stand.outputs.statuses[standing.status], stand.is_lost(number)
        text, details = self.progress(number), (self.place_of[number],)
        if (
            lost and standing.counts and standing.status != "exceeded"
        ):  # its status does not say yet what is known already
            return CellView("missed", stand.outputs.lost_sign, stand.outputs.too_late, text, lost, details)
        return CellView(standing.status, word.sign, word.word, text, lost, details)

    def progress(self, number: int) -> str:
        """Done and required of one standing."""
        stand = self.scope.stand
        return progress(stand.assessment.standings[number], stand.ahead[number], stand.outputs.units["points"])

    # --- matrix

    @cached_property
    def rules(self) -> tuple[QuotaRule, ...]:
        """The rules that give a standing in the scope."""
        rows = {standing.rule.row for standing in self.scope.standings}
        return tuple(rule for rule in self.scope.stand.assessment.rules if rule.row in rows)

    def section_of(self, rule: QuotaRule) -> tuple[str, str]:
        """The key of the section of the plan that a rule belongs to, and its title."""
        key = rule.number.partition(".")[0]
        title = self.scope.stand.sections.get(key) or rule.clause.rstrip("0123456789")
        return key, title or self.scope.stand.outputs.section_other

    def matrix(self) -> Matrix:
        """Schools × what every or every member school owes; empty for one school."""
        if not self.scope.whole:
            return Matrix((), ())
        rules = [rule for rule in self.rules if rule.obligor in {"member_school", "each_school"}]
        places = sorted({s.obligor.school for s in self.scope.standings} - {NOBODY})
        return Matrix(
            tuple(map(self._row, places)),
            tuple(self._band(part, places) for part in self._parts(rules)) if places else (),
        )

    def _parts(self, rules: Sequence[QuotaRule]) -> list[list[QuotaRule]]:
        """Rules side by side: whole sections as far as they fit."""
        sections: dict[str, list[QuotaRule]] = defaultdict(list)
        for rule in rules:
            sections[self.section_of(rule)[0]].append(rule)
        parts: list[list[QuotaRule]] = []
        for section in sections.values():
            pieces = [section[start : start + _WIDEST] for start in range(0, len(section), _WIDEST)]
            for piece in pieces:
                if parts and len(parts[-1]) + len(piece) <= _WIDEST:
                    parts[-1] += piece
                else:
                    parts.append(list(piece))
        return parts

    def _band(self, rules: Sequence[QuotaRule], places: Sequence[int]) -> Band:
        groups: list[tuple[str, int]] = []
        for rule in rules:
            _, title = self.section_of(rule)
            if groups and groups[-1][0] == title:
                groups[-1] = (title, groups[-1][1] + 1)
            else:
                groups.append((title, 1))
        numbers = self.scope.stand.numbers
        cells = tuple(
            tuple(self.cell(found[0]) if (found := numbers.get((rule.row, place))) else None for rule in rules)
            for place in places
        )
        return Band(tuple(groups), tuple(map(head, rules)), cells)

    def _row(self, place: int) -> MatrixRow:
        stand = self.scope.stand
        own = [s for s in self.scope.standings if s.obligor.school == place and not s.rule.is_personal]
        rate, score = compliance(own), assessment_score(own)
        missing = stand.outputs.missing_sign
        return MatrixRow(
            stand.schools.label(place),
            stand.short(place),
            place,
            missing if rate is None else percent(rate),
            rate,
            missing if score is None else f"{score * 100:.1f}",
            None if score is None else score * 100,
        )

    # --- blocks

    def blocks(self) -> tuple[Block, ...]:
        """Of the community: its own and the lead school's obligations. Of a school: its own by section."""
        words = self.scope.stand.outputs.headings
        if self.scope.whole:
            kinds = (("community", words["community"]), ("lead_school", words["lead"]))
            grouped = [(title, [rule for rule in self.rules if rule.obligor == kind]) for kind, title in kinds]
        else:
            sections: dict[str, list[QuotaRule]] = defaultdict(list)
            for rule in self.rules:
                if not rule.is_personal:
                    sections[self.section_of(rule)[1]].append(rule)
            grouped = list(sections.items())
        return tuple(self._block(title, rules) for title, rules in grouped if rules)

    def _block(self, title: str, rules: Sequence[QuotaRule]) -> Block:
        owed = [(rule, n) for rule in rules for n in self.scope.numbers if self._standing(n).rule.row == rule.row]
        leads = {self._standing(n).obligor.school for _, n in owed}
        stand = self.scope.stand
        chips = tuple(
            Chip(head(rule), stand.short(self._standing(n).obligor.school) if len(leads) > 1 else "", self.cell(n))
            for rule, n in owed
        )
        met = sum(chip.cell.status == "met" for chip in chips)
        return Block(title, stand.outputs.block_note.format(count=len(chips), met=met), chips)

    def _standing(self, number: int) -> Standing:
        return self.scope.stand.assessment.standings[number]

    # --- persons

    @cached_property
    def _by_rule(self) -> Mapping[int, Sequence[int]]:
        numbers: dict[int, list[int]] = defaultdict(list)
        for number in self.scope.numbers:
            numbers[self._standing(number).rule.row].append(number)
        return numbers

    @cached_property
    def persons(self) -> tuple[PersonLine, ...]:
        """The obligations of persons, a line a rule."""
        return tuple(self._person_line(rule, self._by_rule[rule.row]) for rule in self.rules if rule.is_personal)

    def _person_line(self, rule: QuotaRule, numbers: Sequence[int]) -> PersonLine:
        standings = [self._standing(number) for number in numbers]
        share = compliance(standings)
        ahead = self.scope.stand.outlooks.pace_of_persons(standings)
        words = self.scope.stand.outputs.person_forecast
        forecast = ""
        at_risk = any(standing.status == "at_risk" for standing in standings)
        if ahead is not None and not (ahead.enough and at_risk):  # the two would seem to contradict each other
            forecast = words["enough"] if ahead.enough else words["short"].format(amount=ahead.amount)
        return PersonLine(head(rule), self._folded(numbers), share, self._lacking(numbers), forecast)

    def _folded(self, numbers: Sequence[int]) -> CellView:
        standings = [self._standing(number) for number in numbers]
        counted = [standing for standing in standings if standing.counts]
        met = sum(standing.status == "met" for standing in counted)
        status = min((standing.status for standing in standings), key=_GRAVEST.index)
        word = self.scope.stand.outputs.statuses[status]
        lost = any(map(self.scope.stand.is_lost, numbers))
        text = f"{met}/{len(counted)}" if counted else ""
        return CellView(status, word.sign, word.word, text, lost, tuple(self.place_of[n] for n in numbers))

    def _lacking(self, numbers: Sequence[int]) -> tuple[Lacking, ...]:
        stand = self.scope.stand
        by_school: dict[int, list[int]] = defaultdict(list)
        for number in numbers:
            standing = self._standing(number)
            if standing.counts and standing.status != "met":
                by_school[standing.obligor.school].append(number)
        return tuple(
            Lacking(
                stand.short(place),
                tuple(stand.people.names[self._standing(n).obligor.place] or "" for n in lacking),
                tuple(self.place_of[n] for n in lacking),
            )
            for place, lacking in sorted(by_school.items())
        )

    # --- sections

    def sections(self) -> tuple[Section, ...]:
        """How far each section of the plan is: obligations met of those that count."""
        met: dict[str, int] = defaultdict(int)
        counted: dict[str, int] = defaultdict(int)
        titles: dict[str, str] = {}
        for standing in self.scope.standings:
            key, title = self.section_of(standing.rule)
            titles.setdefault(key, title)
            counted[key] += standing.counts
            met[key] += standing.status == "met"
        form = self.scope.stand.outputs.section_note
        return tuple(
            Section(title, met[key], counted[key], form.format(met=met[key], counted=counted[key]))
            for key, title in titles.items()
        )


def head(rule: QuotaRule) -> RuleHead:
    """What heads a rule's column, chip or line."""
    return RuleHead(rule.number, rule.name, rule.clause)
