"""Where an obligation stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from toolkit.names import NOBODY
from toolkit.periods import Period
from toolkit.rules import QuotaRule

Status = Literal["waived", "no_data", "exceeded", "met", "missed", "on_track", "pending", "at_risk"]


_HALF: Final = 0.5


_NOISE: Final = 1e-9


"""Sums of decimal fractions are off by less than this; what is this close to a bound has reached it."""


@dataclass(frozen=True, slots=True)
class Obligor:
    """Who owes something.

    Attributes:
        place: of the school or person in its frame; NOBODY for the community.
        label: as results show it.
        school: place of the school, the person's school; NOBODY for the community.
        school_label: the school's full name.
    """

    place: int
    label: str
    school: int = NOBODY
    school_label: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """One result of contract section 3.

    Attributes:
        rule: the rule.
        obligor: who owes it.
        period: when.
        done: the measure over done rows; None without data.
        planned: what planned rows will add.
        status: where it stands.
        source: title of the sheet with the evidence.
        rows: numbers of the rows the measure was taken over, ascending.
    """

    rule: QuotaRule
    obligor: Obligor
    period: Period
    done: float | None
    planned: float
    status: Status
    source: str
    rows: npt.NDArray[np.int64]

    @property
    def evidence(self) -> list[str]:
        """The rows as `活动!5`."""
        return [f"{self.source}!{row}" for row in self.rows.tolist()]

    @property
    def score(self) -> float:
        """Its share of 分值, from 0 to 1; meaningless where waived or without data."""
        if self.status == "exceeded":
            return 0.0
        if self.rule.minimum is None or self.rule.minimum <= 0:
            return float(self.status == "met")
        return min(1.0, max(0.0, (self.done or 0.0) / self.rule.minimum))

    @property
    def counts(self) -> bool:
        """Whether it counts for 达标率 and 考核分."""
        return self.status not in {"waived", "no_data"}


def compliance(standings: Iterable[Standing]) -> float | None:
    """达标率: met, as a share of all but waived and no_data; None where nothing counts."""
    counted = [standing for standing in standings if standing.counts]
    return sum(standing.status == "met" for standing in counted) / len(counted) if counted else None


def assessment_score(standings: Iterable[Standing]) -> float | None:
    """考核分 of one obligor: the score of each standing weighted by 分值; None where nothing counts."""
    counted = [standing for standing in standings if standing.counts]
    points = sum(standing.rule.points for standing in counted)
    return sum(standing.rule.points * standing.score for standing in counted) / points if points else None


def status_of(  # noqa: PLR0911 one return a status
    rule: QuotaRule, period: Period, as_of: date, done: float | None, planned: float, *, waived: bool
) -> Status:
    """The status, in the contract's order, decided before anything is rounded."""
    if waived:
        return "waived"
    if done is None:
        return "no_data"
    if rule.maximum is not None and done > rule.maximum + _NOISE:
        return "exceeded"
    if rule.minimum is None or done >= rule.minimum - _NOISE:
        return "met"
    if period.ended_before(as_of):
        return "missed"
    if done + planned >= rule.minimum - _NOISE:
        return "on_track"
    passed = period.share_passed(as_of)
    return "pending" if passed is not None and passed < _HALF else "at_risk"
