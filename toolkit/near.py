"""Rows that would count under a rule but for one thing, each with that thing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from toolkit.names import NOBODY
from toolkit.periods import Period
from toolkit.reckoner import Reckoner, Tally
from toolkit.rules import QuotaRule
from toolkit.standings import Obligor, Standing
from toolkit.tables import Mask, places

REJECTED: Final = frozenset({"error", "leans", "not_done"})
"""Why a row that was entered for a rule does not count: it has an error, leans on one, or was not held."""


@dataclass(frozen=True, slots=True)
class Near:
    """A row that fails one requirement only.

    Attributes:
        index: its place in the source's frame.
        row: its number.
        reason: `error`, `leans`, `planned`, `not_done`, `period`, `special`, or `condition N` by place in the rule.
    """

    index: int
    row: int
    reason: str


class NearRows:
    """Finds such rows, for all obligors of a rule at once."""

    def __init__(self, reckoner: Reckoner, reasons: frozenset[str] | None = None) -> None:
        """Stand on a reckoner.

        Args:
            reckoner: of the assessment.
            reasons: the only ones to look for; all where None.
        """
        self.reckoner, self.reasons = reckoner, reasons
        self._tallies: dict[int, Tally] = {}
        self._found: dict[int, Mapping[int, list[Near]]] = {}

    def of(self, standing: Standing) -> Sequence[Near]:
        """The rows of a standing's obligor, the likeliest reasons first."""
        row = standing.rule.row
        if row not in self._found:
            self._found[row] = self._of_rule(standing.rule, standing.period, self.tally(standing))
        return self._found[row].get(standing.obligor.place, ())

    def tally(self, standing: Standing) -> Tally:
        """Which rows count for the standing's rule; the rule's rows are looked at once for all its obligors."""
        row = standing.rule.row
        if row not in self._tallies:
            self._tallies[row] = self.reckoner.tally(standing.rule, standing.period)
        return self._tallies[row]

    def _of_rule(self, rule: QuotaRule, period: Period, tally: Tally) -> Mapping[int, list[Near]]:
        failures = self._failures(rule, tally)
        once = np.sum([mask for _, mask in failures], axis=0) == 1
        wanted = [(reason, mask & once) for reason, mask in failures if not self.reasons or reason in self.reasons]
        numbers = tally.source.table.rows
        found: dict[int, list[Near]] = defaultdict(list)
        owners = self._owners(rule, period, np.any([mask for _, mask in wanted], axis=0))
        for reason, mask in wanted:
            for index in places(mask):
                for place in owners.get(index, ()):
                    found[place].append(Near(index, int(numbers[index]), reason))
        return found

    def _owners(self, rule: QuotaRule, period: Period, mask: Mask) -> Mapping[int, list[int]]:
        """Places of the obligors that each row is tied to."""
        obligors: tuple[Obligor, ...]
        obligors, selection = self.reckoner.selection(rule, period, mask)
        owners: dict[int, list[int]] = defaultdict(list)
        for index, owner in zip(selection.rows.tolist(), selection.owners.tolist(), strict=True):
            owners[index].append(obligors[owner].place)
        return owners

    def _failures(self, rule: QuotaRule, tally: Tally) -> list[tuple[str, Mask]]:
        """What each row fails. What a row in error fails for want of a readable cell is that error's doing."""
        source = tally.source
        error = ~self.reckoner.ground.sound(source.key)
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
                for number, (condition, met) in enumerate(zip(rule.conditions, tally.conditions, strict=True))
            ),
        ]

    def leans_on(self, tally: Tally, index: int) -> tuple[str, int] | None:
        """The sheet and row in error that a row refers to first."""
        ground = self.reckoner.ground
        for field in tally.source.schema.fields:
            single = field.refers and field.kind != "list"
            place = int(tally.source.table.frame[field.key].iloc[index]) if single else NOBODY
            if place >= 0 and not ground.sound(field.refers or "")[place]:
                target = ground.tables[field.refers or ""]
                return target.schema.title, int(target.rows[place])
        return None
