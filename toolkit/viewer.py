"""Views made from one assessment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property

import numpy as np

from toolkit.assess import Assessment
from toolkit.names import NOBODY, texts
from toolkit.outputs import Outputs
from toolkit.problems import Problem
from toolkit.rules import PERSON_OBLIGORS, QuotaRule
from toolkit.schema import Field
from toolkit.scores import ExamLine, contest_lines, exam_lines
from toolkit.standings import Standing, assessment_score, compliance
from toolkit.tables import places
from toolkit.views import (
    CellView,
    Dashboard,
    DetailLine,
    Figure,
    LoanLine,
    Matrix,
    MatrixRow,
    ProblemLine,
    RankLine,
    RuleHead,
)

BEHIND = ("missed", "exceeded", "at_risk")


def amount(rule: QuotaRule, value: float | None) -> str:
    """A measured number as people write it: a share as percent, a gap with its sign, anything else plain."""
    if value is None:
        return "–"
    if rule.is_share:
        return f"{round(value * 100, 1):g}%"
    if rule.measure == "mean_gap":
        return f"{round(value, 2):+g}"
    return f"{round(value, 2):g}" if abs(value) < 1e6 else f"{value:.0f}"  # noqa: PLR2004 no powers of ten for people


def bound(rule: QuotaRule, value: float | None) -> str:
    """A bound as people write it; empty where there is none."""
    if value is None:
        return ""
    return f"{value:g}" if rule.measure == "mean_gap" else amount(rule, value)


def figures_of(standings: Sequence[Standing], errors: int, outputs: Outputs) -> tuple[Figure, ...]:
    """The three headline figures of any scope."""
    rate = compliance(standings)
    counted = [standing for standing in standings if standing.counts]
    met = sum(standing.status == "met" for standing in counted)
    rate_text = "–" if rate is None else f"{rate:.0%}"
    return (
        Figure("compliance", f"{outputs.figures['compliance']}（{met}/{len(counted)}）", rate_text),
        Figure("at_risk", outputs.figures["at_risk"], str(sum(standing.status in BEHIND for standing in standings))),
        Figure("errors", outputs.figures["errors"], str(errors)),
    )


class Viewer:
    """Makes views of one assessment."""

    def __init__(self, assessment: Assessment, outputs: Outputs) -> None:
        """Stand on an assessment.

        Args:
            assessment: what the core concluded.
            outputs: the words to say it in.
        """
        self.assessment, self.outputs = assessment, outputs
        self.ground = assessment.ground
        self.schools = self.ground.directory.schools
        self.people = self.ground.directory.people

    def dashboard(self) -> Dashboard:
        """The whole community's view."""
        errors = sum(problem.severity == "error" for problem in self.assessment.problems)
        return Dashboard(
            community=self.assessment.community,
            period=self.period,
            as_of=self.assessment.as_of,
            figures=figures_of(self.assessment.standings, errors, self.outputs),
            community_cells=self._community_cells(),
            matrix=self._matrix(),
            details=self.details,
            problems=self.problems,
            loans=self.loans,
            scores=self.scores,
            ranks=self._ranks(),
            workbook=self.assessment.workbook.name,
            tabs={table.schema.title: table.title for table in self.ground.tables.values() if table.title is not None},
        )

    @cached_property
    def period(self) -> str:
        """The running term, else the last one."""
        terms = [standing.period.label for standing in self.assessment.standings if standing.rule.period == "term"]
        return terms[0] if terms else ""

    # --- obligations

    @cached_property
    def details(self) -> tuple[DetailLine, ...]:
        """A line a standing, in the contract's order."""
        return tuple(self._detail(standing) for standing in self.assessment.standings)

    def _detail(self, standing: Standing) -> DetailLine:
        rule = standing.rule
        word = self.outputs.statuses[standing.status]
        return DetailLine(
            number=rule.number,
            name=rule.name,
            clause=rule.clause,
            kind=self.ground.schema.sheets["quotas"].by_key["obligor"].words[rule.obligor],
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
            rows=tuple(standing.evidence),
            school_place=standing.obligor.school,
            numbers={
                "minimum": rule.minimum,
                "maximum": rule.maximum,
                "done": standing.done,
                "planned": standing.planned or None,
            },
            form="share" if rule.is_share else "gap" if rule.measure == "mean_gap" else "plain",
        )

    def _cell(self, number: int) -> CellView:
        line = self.details[number]
        text = f"{line.done}/{line.minimum}" if line.minimum else line.done
        return CellView(line.status, line.sign, "" if line.status == "no_data" else text, (number,))

    def _folded(self, numbers: Sequence[int]) -> CellView:
        lines = [self.details[number] for number in numbers]
        counted = [line for line in lines if line.status not in {"waived", "no_data"}]
        met = sum(line.status == "met" for line in counted)
        order = ("missed", "exceeded", "at_risk", "pending", "on_track", "met", "waived", "no_data")
        status = min((line.status for line in lines), key=order.index)
        text = f"{met}/{len(counted)}" if counted else ""
        return CellView(status, self.outputs.statuses[status].sign, text, tuple(numbers))

    @cached_property
    def _numbers(self) -> dict[tuple[int, int], list[int]]:
        """Numbers of detail lines by the rule's row and the school's place."""
        numbers: dict[tuple[int, int], list[int]] = defaultdict(list)
        for number, standing in enumerate(self.assessment.standings):
            numbers[standing.rule.row, standing.obligor.school].append(number)
        return numbers

    def _community_cells(self) -> tuple[tuple[RuleHead, CellView], ...]:
        return tuple(
            (_head(rule), self._cell(number))
            for rule in self.assessment.rules
            if rule.obligor == "community"
            for number in self._numbers.get((rule.row, NOBODY), ())
        )

    def _matrix(self) -> Matrix:
        rules = [rule for rule in self.assessment.rules if rule.obligor != "community"]
        places = sorted({standing.obligor.school for standing in self.assessment.standings} - {NOBODY})
        return Matrix(tuple(map(_head, rules)), tuple(self._matrix_row(place, rules) for place in places))

    def _matrix_row(self, place: int, rules: Sequence[QuotaRule]) -> MatrixRow:
        cells: list[CellView | None] = []
        for rule in rules:
            numbers = self._numbers.get((rule.row, place), [])
            if not numbers:
                cells.append(None)
            else:
                cells.append(self._folded(numbers) if rule.obligor in PERSON_OBLIGORS else self._cell(numbers[0]))
        own = self.owed_by_school(place)
        rate, score = compliance(own), assessment_score(own)
        return MatrixRow(
            self.schools.label(place),
            self.schools.short[place] or self.schools.label(place),
            tuple(cells),
            "–" if rate is None else f"{rate:.0%}",
            "–" if score is None else f"{score * 100:.1f}",
        )

    def owed_by_school(self, place: int) -> list[Standing]:
        """The standings of a school itself, not of its persons."""
        return [
            s
            for s in self.assessment.standings
            if s.obligor.place == place == s.obligor.school and not _personal(s.rule)
        ]

    # --- entries to fix

    @cached_property
    def problems(self) -> tuple[ProblemLine, ...]:
        """A line a problem, in the contract's order."""
        return tuple(self._problem(problem) for problem in self.assessment.problems)

    def _problem(self, problem: Problem) -> ProblemLine:
        owners = self._owners(problem)
        names = self.ground.schema.words.list_separator.join(self.schools.label(place) for place in sorted(owners))
        table = self.ground.tables[self.ground.schema.by_title(problem.sheet).key]
        place = f"{problem.sheet}!{problem.cell}" if problem.cell else problem.sheet
        return ProblemLine(
            problem,
            self.outputs.severities[problem.severity],
            place,
            names,
            owners,
            self.outputs.effects[problem.severity],
            table.title or problem.sheet,
            problem.message,
            problem.value or "",
            problem.suggestion or "",
        )

    def _owners(self, problem: Problem) -> frozenset[int]:
        """Places of the schools whose entry it is: those that the row's owner columns name."""
        if problem.row is None:
            return frozenset()
        schema = self.ground.schema.by_title(problem.sheet)
        table = self.ground.tables[schema.key]
        found = np.flatnonzero(table.rows == problem.row)
        if not len(found):
            return frozenset()
        if schema.key == "schools":
            return frozenset({int(found[0])})
        places = [self._owner(schema.by_name[name], schema.key, int(found[0])) for name in schema.consortium.owners]
        return frozenset(place for place in places if place >= 0)

    def _owner(self, field: Field, key: str, index: int) -> int:
        place = int(self.ground.tables[key].frame[field.key].iloc[index])
        if field.refers == "people":
            return self.people.school_of[place] if place >= 0 else NOBODY
        return place

    # --- loans, scores, contests

    @cached_property
    def loans(self) -> tuple[LoanLine, ...]:
        """Loans whose 应还日期 has passed without a 归还日期, longest overdue first; rows in error left out."""
        table = self.ground.tables["loans"]
        frame = table.frame
        overdue = (frame["due_on"] < self.ground.today) & frame["returned_on"].isna() & (frame["condition"] != "lost")
        mask = overdue.to_numpy() & self.ground.sound("loans") & table.readable("returned_on")
        names = texts(self.ground.tables["resources"], "name")
        lines = [self._loan(int(index), names) for index in places(mask)]
        return tuple(sorted(lines, key=lambda line: (-line.days, line.row)))

    def _loan(self, index: int, names: Sequence[str | None]) -> LoanLine:
        table = self.ground.tables["loans"]
        row = table.frame.iloc[index]
        due = row["due_on"].date()
        return LoanLine(
            f"{table.schema.title}!{table.rows[index]}",
            int(table.rows[index]),
            self.schools.label(int(row["borrower"])),
            self.schools.label(int(row["lender"])),
            (names[int(row["resource"])] or "") if row["resource"] >= 0 else "",
            float(row["quantity"]),
            due,
            (self.assessment.as_of - due).days,
            int(row["borrower"]),
        )

    @cached_property
    def scores(self) -> tuple[ExamLine, ...]:
        """Every examination beside the city."""
        return tuple(exam_lines(self.ground))

    def _ranks(self) -> tuple[RankLine, ...]:
        return tuple(
            RankLine(
                line.event,
                line.rank,
                self.people.names[line.person] or "",
                self.schools.label(self.people.school_of[line.person]),
                line.judges,
                line.mark,
            )
            for line in contest_lines(self.ground)
        )


def _personal(rule: QuotaRule) -> bool:
    return rule.obligor in PERSON_OBLIGORS


def _head(rule: QuotaRule) -> RuleHead:
    return RuleHead(rule.number, rule.name, rule.clause)
