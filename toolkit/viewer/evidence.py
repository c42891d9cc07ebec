"""The rows behind each number: those that count, and those that were entered for it but do not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from toolkit.near import Near, NearRows
from toolkit.problems import Problem, quoted
from toolkit.reckoner import Tally
from toolkit.rules import Condition
from toolkit.standings import Standing
from toolkit.viewer.standpoint import Scope, Standpoint
from toolkit.views import EvidenceLine

_MOST_ROWS: Final = 60
"""So many rows of one obligation are shown one by one; its line in the details names them all."""


@dataclass(frozen=True)
class RowWords:
    """Says what a row of a source says, and why it does not count.

    Attributes:
        stand: the standpoint.
        near: finds the rows.
    """

    stand: Standpoint
    near: NearRows

    def text(self, tally: Tally, row: int) -> str:
        """The required cells of a row, as staff wrote them."""
        table = tally.source.table
        index = int(np.searchsorted(table.rows, row))
        parts = [table.cells[field.key].text(index).strip() for field in table.schema.fields if field.required]
        return " · ".join(quoted(part) for part in parts if part)

    def why(self, near: Near, standing: Standing, tally: Tally) -> str:
        """Why a row does not count."""
        kind, _, number = near.reason.partition(" ")
        text = self.stand.outputs.reasons[kind]
        if kind == "error":
            problem = self._errors.get((tally.source.schema.title, near.row))
            return text.format(message=problem.message if problem else "")
        if kind == "leans":
            leans = self.near.leans_on(tally, near.index)
            return text.format(row="!".join(map(str, leans)) if leans else "")
        if kind == "condition":
            condition = standing.rule.conditions[int(number)]
            return text.format(condition=condition.text, value=self._written(tally, condition, near.index))
        return text.format(period=standing.period.label)

    @cached_property
    def _errors(self) -> dict[tuple[str, int | None], Problem]:
        first: dict[tuple[str, int | None], Problem] = {}
        for problem in self.stand.assessment.problems:
            if problem.severity == "error":
                first.setdefault((problem.sheet, problem.row), problem)
        return first

    def _written(self, tally: Tally, condition: Condition, index: int) -> str:
        source, column = tally.source, condition.column
        table, place = source.table, index
        if column.through:
            field = source.schema.by_key[column.through]
            place = int(table.frame[field.key].iloc[index])
            table = self.stand.ground.tables[field.refers or ""]
        text = table.cells[column.field.key].text(place).strip() if place >= 0 else ""
        return quoted(text) or self.stand.outputs.blank


def evidence(scope: Scope) -> Iterator[EvidenceLine]:
    """Every row behind every standing of a scope; a reader of one school is shown no text that names another."""
    words = RowWords(scope.stand, scope.stand.near)
    for detail, standing in enumerate(scope.standings):
        rejected = scope.stand.near.of(standing)
        if not len(standing.rows) and not rejected:
            continue
        tally = scope.stand.near.tally(standing)
        title = tally.source.schema.title
        tab = tally.source.table.title or title
        for row in standing.rows[:_MOST_ROWS].tolist():
            yield EvidenceLine(detail, f"{title}!{row}", tab, row, _allowed(scope, words.text(tally, row)))
        for near in rejected[:_MOST_ROWS]:
            why = _allowed(scope, words.why(near, standing, tally)) or scope.stand.outputs.neutral_problem.format(
                place=f"{title}!{near.row}"
            )
            text = _allowed(scope, words.text(tally, near.row))
            yield EvidenceLine(detail, f"{title}!{near.row}", tab, near.row, text, why)


def _allowed(scope: Scope, text: str) -> str:
    return "" if scope.mentions_others(text) else text
