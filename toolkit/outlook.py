"""What an obligation still lacks, until when it can be had, and where the pace leads."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from toolkit.measures import ADDITIVE
from toolkit.names import NOBODY
from toolkit.periods import Period
from toolkit.reckoner import Reckoner
from toolkit.rules import QuotaRule
from toolkit.standings import Standing

_NOISE: Final = 1e-9
_GROWING: Final = ADDITIVE | {"coverage"}
"""Measures that further rows can only raise."""
_SETTLED: Final = frozenset({"met", "waived"})
_FEWEST: Final = 4
"""Below this requirement a pace means nothing: one meeting is either held or not."""
_MANY_PERSONS: Final = 10
_THIRD: Final = 1 / 3
_IN_A_ROW: Final = 2
"""So many weeks must agree before a forecast turns round; a single good or bad week does not make it flicker."""


@dataclass(frozen=True, slots=True)
class ShortStay:
    """A stay shorter than it must be.

    Attributes:
        row: its row.
        days: how long it is.
        full: the day on which it would be long enough.
        over: whether it has ended, so that nothing but a correction can lengthen it.
    """

    row: int
    days: int
    full: date
    over: bool


@dataclass(frozen=True, slots=True)
class Outlook:
    """What can still be done about a standing.

    Attributes:
        missing: to the bound in whole units: rows, persons, schools, days; points for a mean. 0 where nothing is.
        total: of what `missing` is a part, where the measure is a share: rows or schools.
        latest: the last day on which what is missing can begin; None where the period is over or has no end.
        possible: whether it can still be met in its period.
        last: the day of the last row that counts.
        blanks: numbers of the rows whose 统计列 is blank, for 占比.
        absent: places of the schools not reached yet, for 覆盖率.
        stays: those that are too short, for 最少天数.
        left_on: the day the obligor's school left, where that ends the period for it.
    """

    missing: float = 0
    total: int = 0
    latest: date | None = None
    possible: bool = True
    last: date | None = None
    blanks: tuple[int, ...] = ()
    absent: tuple[int, ...] = ()
    stays: tuple[ShortStay, ...] = ()
    left_on: date | None = None


@dataclass(frozen=True, slots=True)
class Forecast:
    """Where the pace leads.

    Attributes:
        amount: at the end of the period, going on as before.
        enough: whether that will do; it changes only after two weeks that agree.
    """

    amount: int
    enough: bool


class Outlooks:
    """Looks ahead from the standings of one assessment."""

    def __init__(self, reckoner: Reckoner, rules: Sequence[QuotaRule]) -> None:
        """Stand on a reckoner.

        Args:
            reckoner: of the assessment.
            rules: those in force.
        """
        self.reckoner, self.rules = reckoner, rules
        self.as_of = reckoner.ground.as_of
        self._dates = lru_cache(maxsize=None)(self._row_dates)
        left = reckoner.ground.tables["schools"].frame["left_on"]
        self._left: list[date | None] = [None if day is pd.NaT else day.date() for day in left]
        self._needed = {rule.row: self._companion(rule) for rule in rules}

    def outlook(self, standing: Standing) -> Outlook:
        """What can still be done about a standing."""
        rule, period = standing.rule, standing.period
        if standing.status in _SETTLED or (rule.minimum is None and standing.status != "exceeded"):
            return Outlook(total=len(self._others(standing)) if rule.measure == "coverage" else 0)
        left_on = self._left_on(standing)
        end = min((day for day in (period.end, left_on) if day), default=None)
        open_still = end is None or self.as_of <= end
        if standing.status == "exceeded":
            possible = open_still and rule.measure not in _GROWING
            return Outlook(latest=end if possible else None, possible=possible, left_on=left_on)
        found = self._found(standing, end)
        latest = found.latest if open_still else None
        return Outlook(
            found.missing,
            found.total,
            latest,
            open_still and found.possible,
            self._last(standing),
            found.blanks,
            found.absent,
            found.stays,
            left_on,
        )

    def _found(self, standing: Standing, end: date | None) -> Outlook:
        match standing.rule.measure:
            case "shortest_stay":
                return self._stay(standing, end)
            case "share":
                return self._share(standing, end)
            case "coverage":
                return self._coverage(standing, end)
            case "mean_gap":
                return Outlook((standing.rule.minimum or 0) - (standing.done or 0), latest=end)
        missing = (standing.rule.minimum or 0) - (standing.done or 0)
        return Outlook(missing, latest=self._latest(standing.rule, end))

    def _latest(self, rule: QuotaRule, end: date | None) -> date | None:
        """The last day to begin: the end, or so long before it that the stays a sister rule asks for still fit."""
        needed = self._needed[rule.row]
        if end is None or needed is None:
            return end
        begin = end - timedelta(days=needed - 1)
        return begin if begin >= self.as_of else end

    def _companion(self, rule: QuotaRule) -> int | None:
        """How long the rows that a rule counts must be, where another rule says so of the very same rows."""

        def what(other: QuotaRule) -> tuple[object, ...]:
            return other.obligor, other.period, other.source, other.ties, {c.text for c in other.conditions}

        for other in self.rules:
            if other.measure == "shortest_stay" and other.minimum and what(other) == what(rule):
                return math.ceil(other.minimum - _NOISE)
        return None

    def _stay(self, standing: Standing, end: date | None) -> Outlook:
        """A stay that is over stays short; one that goes on must reach its length before the end."""
        needed = math.ceil((standing.rule.minimum or 0) - _NOISE)
        if standing.done is None:
            return self._no_stay(standing, needed, end)
        frame = self.reckoner.source(standing.rule.source).table.frame.loc[standing.rows]
        stays = []
        for row, start, stop in zip(standing.rows.tolist(), frame["start"].dt.date, frame["end"], strict=True):
            ended = None if stop is pd.NaT else stop.date()
            days = ((ended or self.as_of) - start).days + 1
            if days < needed:
                full = start + timedelta(days=needed - 1)
                stays.append(ShortStay(row, days, full, over=ended is not None and ended <= self.as_of))
        possible = all(not stay.over and (end is None or stay.full <= end) for stay in stays)
        latest = max((stay.full for stay in stays), default=end)
        return Outlook(needed - standing.done, latest=latest, possible=possible, stays=tuple(stays))

    def _no_stay(self, standing: Standing, needed: int, end: date | None) -> Outlook:
        """No stay yet: one that is planned will do if it is long enough, else one must begin in time to fit."""
        period, rule = standing.period, standing.rule
        tally = self.reckoner.tally(rule, period)
        obligors, planned = self.reckoner.selection(rule, period, tally.fitting & tally.planned)
        rows = planned.rows[planned.owners == obligors.index(standing.obligor)]
        frame = self.reckoner.source(rule.source).table.frame.iloc[rows]
        long_enough = frame["end"].isna() | ((frame["end"] - frame["start"]).dt.days + 1 >= needed)
        if long_enough.any():
            return Outlook(needed, latest=end)
        begin = end - timedelta(days=needed - 1) if end else None
        return Outlook(needed, latest=begin, possible=begin is None or self.as_of <= begin)

    def _share(self, standing: Standing, end: date | None) -> Outlook:
        rule, total = standing.rule, len(standing.rows)
        source = self.reckoner.source(rule.source)
        if rule.column is None or not total:
            return Outlook(latest=end)
        filled = source.filled(source.column(rule.column.name))
        places = np.searchsorted(source.table.rows, standing.rows)
        blanks = tuple(standing.rows[~filled[places]].tolist())
        wanted = math.ceil((rule.minimum or 0) * total - _NOISE)
        return Outlook(wanted - (total - len(blanks)), total, end, blanks=blanks)

    def _coverage(self, standing: Standing, end: date | None) -> Outlook:
        rule, others = standing.rule, self._others(standing)
        reached = self._reached(standing)
        absent = [place for place in others if place not in reached]
        there = tuple(place for place in absent if (self._left[place] or self.as_of) >= self.as_of)
        wanted = math.ceil((rule.minimum or 0) * len(others) - _NOISE)
        missing = wanted - (len(others) - len(absent))
        return Outlook(missing, len(others), end, possible=missing <= len(there), absent=there)

    def _others(self, standing: Standing) -> list[int]:
        return [place for place in self.reckoner.active(standing.period) if place != standing.obligor.school]

    def _reached(self, standing: Standing) -> set[int]:
        """Places of the schools that 统计列 names in the rows that count."""
        column, source = standing.rule.column, self.reckoner.source(standing.rule.source)
        if column is None:
            return set()
        places = np.searchsorted(source.table.rows, standing.rows)
        if column.kind == "list":
            rows, schools = source.members(column.key)
            return set(schools[np.isin(rows, places)].tolist())
        return set(source.table.frame[column.key].to_numpy()[places].tolist()) - {NOBODY}

    def _left_on(self, standing: Standing) -> date | None:
        """The day the obligor's school left, if that falls into the period."""
        day = self._left[standing.obligor.school] if standing.obligor.school != NOBODY else None
        return day if day and standing.period.holds(day) else None

    def _row_dates(self, key: str) -> npt.NDArray[np.datetime64]:
        source = self.reckoner.source(key)
        declared = source.schema.consortium.period
        name = declared and (declared.date or declared.start)
        return source.dates(name) if name else np.full(len(source.table.frame), np.datetime64("NaT"))

    def _days(self, standing: Standing) -> list[date]:
        """The days of the rows that count, in order."""
        source = self.reckoner.source(standing.rule.source)
        days = self._dates(standing.rule.source)[np.searchsorted(source.table.rows, standing.rows)]
        return sorted(day.astype("datetime64[D]").item() for day in days if not np.isnat(day))

    def _last(self, standing: Standing) -> date | None:
        days = self._days(standing) if standing.rule.measure in ADDITIVE else []
        return days[-1] if days else None

    # --- pace

    def pace(self, standing: Standing) -> Forecast | None:
        """Where one obligation's pace leads; None where that means nothing."""
        rule = standing.rule
        countable = rule.measure == "count" and rule.minimum is not None and rule.minimum >= _FEWEST
        if not countable or standing.status in {*_SETTLED, "exceeded", "missed", "on_track"}:
            return None
        return forecast(self._days(standing), math.ceil(rule.minimum or 0), standing.period, self.as_of)

    def pace_of_persons(self, standings: Sequence[Standing]) -> Forecast | None:
        """Where the number of persons who have met a rule leads; None where that means nothing."""
        counted = [standing for standing in standings if standing.counts]
        first = counted[0] if counted else None
        if first is None or not first.rule.is_personal or first.rule.measure != "count":
            return None
        if len(counted) < _MANY_PERSONS or all(standing.status == "met" for standing in counted):
            return None
        needed = math.ceil((first.rule.minimum or 1) - _NOISE)
        met_on = [days[needed - 1] for s in counted if len(days := self._days(s)) >= needed > 0]
        return forecast(sorted(met_on), len(counted), first.period, self.as_of)


def forecast(days: Sequence[date], required: int, period: Period, as_of: date) -> Forecast | None:
    """Where a pace leads, looked at once a week and turned round only by two weeks that agree.

    Args:
        days: on which one more was done, ascending.
        required: by the end of the period.
        period: with a beginning and an end.
        as_of: today.

    Returns:
        None before a third of the period, after it, and in a period without an end.
    """
    if period.start is None or period.end is None or not period.holds(as_of):
        return None
    week_ends = [period.start + timedelta(days=7 * n - 1) for n in range(1, (as_of - period.start).days // 7 + 2)]
    looks = [day for day in week_ends if day <= as_of and (period.share_passed(day) or 0) >= _THIRD]
    verdict, against, amount = None, 0, 0.0
    for day in looks:
        done = sum(other <= day for other in days)
        amount = done / (period.share_passed(day) or 1)
        enough = amount >= required - _NOISE
        against = 0 if enough == verdict else against + 1
        if verdict is None or against >= _IN_A_ROW:
            verdict, against = enough, 0
    if verdict is None:
        return None
    likely = max(int(amount + _NOISE), len(days))
    return Forecast(likely if verdict else min(likely, required - 1), verdict)
