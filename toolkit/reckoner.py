"""Every rule worked out for each of its obligors in its current period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from toolkit.checks.ground import Ground
from toolkit.conditions import Source, active_schools, holds, special_rows, tied
from toolkit.measures import ADDITIVE, MEASURES, Selection, mean_gap
from toolkit.names import NOBODY, texts
from toolkit.periods import Period, Term, period_of
from toolkit.references import Places
from toolkit.rules import PERSON_OBLIGORS, QuotaRule
from toolkit.standings import Obligor, Standing, status_of
from toolkit.tables import Mask, places

_BENCHMARK_COLUMNS: Final = frozenset({"exam", "grade", "subject", "date"})


@dataclass(frozen=True, slots=True)
class Tally:
    """Which rows count for one rule, and why others do not: one bool a row of the source for each reason."""

    source: Source
    sound: Mask
    in_period: Mask
    conditions: tuple[Mask, ...]
    done: Mask
    planned: Mask
    special: Mask

    @property
    def fitting(self) -> Mask:
        """Rows that count once they are done."""
        fitting = self.sound & self.in_period & ~self.special
        for condition in self.conditions:
            fitting = fitting & condition
        return fitting


class Reckoner:
    """Works out standings over one workbook; keeps what several rules share."""

    def __init__(self, ground: Ground, community: str | None) -> None:
        """Stand on linked tables.

        Args:
            ground: tables with the rows in error known.
            community: the community's name; its word in 指标 where None.
        """
        self.ground = ground
        word = ground.schema.sheets["quotas"].by_key["obligor"].words["community"]
        self.community = community or word
        self.source = lru_cache(maxsize=None)(lambda key: Source(ground, key))
        self.obligors = lru_cache(maxsize=None)(self._obligors)
        self.ties = lru_cache(maxsize=None)(self._ties)
        self.active = lru_cache(maxsize=None)(self._active)

    @cached_property
    def terms(self) -> tuple[Term, ...]:
        """The sound rows of 学期."""
        table = self.ground.tables["terms"]
        rows = zip(
            texts(table, "name"),
            texts(table, "year"),
            table.frame["start"],
            table.frame["end"],
            self.ground.sound("terms"),
            strict=True,
        )
        return tuple(
            Term(name or "", year or "", start.date(), end.date()) for name, year, start, end, sound in rows if sound
        )

    def period(self, rule: QuotaRule) -> Period | None:
        """The period of a rule; None where the calendar gives none."""
        words = self.ground.schema
        whole = words.sheets["quotas"].by_key["period"].words["whole"]
        return period_of(
            rule.period, self.terms, self.ground.as_of, whole=whole, calendar_year=words.words.calendar_year
        )

    def _active(self, period: Period) -> list[int]:
        """Places of the schools active in a period."""
        return active_schools(self.ground, _day(period.start), _day(period.end))

    def _obligors(self, kind: str, period: Period) -> tuple[Obligor, ...]:
        if kind == "community":
            return (Obligor(NOBODY, self.community),)
        active = self.active(period)
        names = self.ground.directory
        if kind not in PERSON_OBLIGORS:
            role = {"lead_school": ("lead",), "member_school": ("member",)}.get(kind, ("lead", "member"))
            fits = self.ground.tables["schools"].frame["role"].isin(role).to_numpy()
            return tuple(Obligor(p, names.schools.label(p), p, names.schools.label(p)) for p in active if fits[p])
        frame = self.ground.tables["people"].frame
        owing = frame["honour"].notna() if kind == "key_teacher" else frame["position"] == "teacher"
        at_work = frame["active"].fillna(value=True).astype(bool)
        of_active = frame["school"].isin(active)
        places = np.flatnonzero((owing & at_work & of_active).to_numpy() & self.ground.sound("people"))
        schools = names.people.school_of
        return tuple(
            Obligor(p, names.people.label(p), schools[p], names.schools.label(schools[p])) for p in places.tolist()
        )

    def _ties(self, key: str, columns: tuple[str, ...], *, to_persons: bool) -> tuple[Places, Places]:
        school_of = np.array(self.ground.directory.people.school_of, dtype=np.intp)
        pairs = [tied(self.source(key), column, school_of, to_persons=to_persons) for column in columns]
        rows, owners = np.concatenate([p[0] for p in pairs]), np.concatenate([p[1] for p in pairs])
        if len(pairs) == 1:
            return rows, owners
        both = np.unique(np.stack([rows, owners], axis=1), axis=0)  # a row with the same owner twice counts once
        return both[:, 0], both[:, 1]

    def tally(self, rule: QuotaRule, period: Period) -> Tally:
        """Which rows of the source count for a rule in a period."""
        source = self.source(rule.source)
        active = self.active(period)
        conditions = tuple(holds(condition, source, active) for condition in rule.conditions)
        done, planned = self._progress(source)
        special = special_rows(source) if rule.measure != "mean_gap" else np.zeros(len(done), dtype=bool)
        return Tally(source, source.sound, self._in_period(source, period), conditions, done, planned, special)

    def _in_period(self, source: Source, period: Period) -> Mask:
        declared = source.schema.consortium.period
        if declared is None:
            return np.ones(len(source.table.frame), dtype=bool)
        start, end = _day(period.start), _day(period.end)
        if declared.date:
            first = last = source.dates(declared.date)
        else:
            first, last = source.dates(declared.start or ""), source.dates(declared.end or "")
            last = np.where(np.isnat(last), np.datetime64("9999-12-31", "s"), last)
        within = ~np.isnat(first)
        if end is not None:
            within &= first <= end
        if start is not None:
            within &= last >= start
        return within

    def _progress(self, source: Source) -> tuple[Mask, Mask]:
        """Rows done, and rows planned (contract section 3)."""
        today = self.ground.today
        dates = source.row_dates
        if source.key in {"events", "attendance"}:
            events = source if source.key == "events" else self.source("events")
            status_name, date_name = events.schema.by_key["status"].name, events.schema.by_key["date"].name
            status, dates = source.values(source.column(status_name)), source.dates(date_name)
            return (status == "held").to_numpy(), (status == "planned").to_numpy() & (dates > today)
        if source.key == "tasks":
            status = source.table.frame["status"]
            return (status == "done").to_numpy(), status.isin(["todo", "doing"]).to_numpy()
        return dates <= today, dates > today

    def selection(self, rule: QuotaRule, period: Period, mask: Mask) -> tuple[tuple[Obligor, ...], Selection]:
        """The rows that a mask picks, each beside the obligors it is tied to."""
        obligors = self.obligors(rule.obligor, period)
        if rule.obligor == "community":
            rows = np.flatnonzero(mask)
            owners = np.zeros(len(rows), dtype=np.intp)
        else:
            to_persons = rule.is_personal
            rows, places = self.ties(rule.source, tuple(field.key for field in rule.ties), to_persons=to_persons)
            size = max(int(places.max(initial=-1)), max((o.place for o in obligors), default=-1)) + 1
            number = np.full(size, NOBODY, dtype=np.intp)
            number[[obligor.place for obligor in obligors]] = np.arange(len(obligors))
            owners = number[places]
            keep = (owners >= 0) & mask[rows]
            rows, owners = rows[keep], owners[keep]
        schools = np.array([obligor.school for obligor in obligors], dtype=np.intp)
        active = np.array(self.active(period), dtype=np.intp)
        return obligors, Selection(
            self.source(rule.source), rows, owners, len(obligors), rule.column, schools, active, self.ground.as_of
        )

    def reckon(self, rule: QuotaRule) -> list[Standing]:
        """The standing of every obligor under a rule; none where the calendar gives no period."""
        period = self.period(rule)
        if period is None:
            return []
        tally = self.tally(rule, period)
        counting = tally.fitting & (tally.done | tally.planned)
        obligors, selection = self.selection(rule, period, counting)
        done_rows = selection.only(tally.done)
        if rule.measure == "mean_gap":
            done, rows, owners = mean_gap(done_rows, self._benchmarks(rule, tally))
            planned = np.zeros(len(obligors))
        else:
            measure = MEASURES[rule.measure]
            done, rows, owners = measure(done_rows), done_rows.rows, done_rows.owners
            planned = measure(selection) - done if rule.measure in ADDITIVE else np.zeros(len(obligors))
        waived = self._waived(rule, obligors, period)
        evidence = _by_owner(tally.source.table.rows[rows], owners, len(obligors))
        return [
            self._standing(rule, obligor, period, done[i], planned[i], evidence[i], waived=waived[i])
            for i, obligor in enumerate(obligors)
        ]

    def _benchmarks(self, rule: QuotaRule, tally: Tally) -> Mask:
        """全市 rows to compare with: conditions on anything but 考试, 年级, 学科 and 日期 pick school rows only."""
        mask = tally.sound & tally.in_period & tally.done & special_rows(tally.source)
        for condition, met in zip(rule.conditions, tally.conditions, strict=True):
            if condition.column.field.key in _BENCHMARK_COLUMNS:
                mask = mask & met
        return mask

    def _standing(
        self,
        rule: QuotaRule,
        obligor: Obligor,
        period: Period,
        done: float,
        planned: float,
        rows: npt.NDArray[np.int64],
        *,
        waived: bool,
    ) -> Standing:
        measured = None if np.isnan(done) else float(done)
        status = status_of(rule, period, self.ground.as_of, measured, float(planned), waived=waived)
        title = self.source(rule.source).schema.title
        return Standing(rule, obligor, period, measured, float(planned), status, title, rows)

    @cached_property
    def _waivers(self) -> list[tuple[int, str | None, str | None]]:
        """The sound rows of 豁免: place of the rule, 责任主体, 周期."""
        table = self.ground.tables["waivers"]
        rows = list(zip(table.frame["quota"].tolist(), texts(table, "obligor"), texts(table, "period"), strict=True))
        return [rows[index] for index in places(self.ground.sound("waivers"))]

    def _waived(self, rule: QuotaRule, obligors: Sequence[Obligor], period: Period) -> list[bool]:
        """Which obligors a sound row of 豁免 excuses."""
        quotas = self.ground.directory.quotas
        words = self.ground.schema.sheets["quotas"].by_key["obligor"].words
        labels = {None, period.label, period.within}
        waived: set[int] = set()
        for quota, who, when in self._waivers:
            if quota < 0 or quotas.label(quota) != rule.number or (when is not None and when not in labels):
                continue
            everyone = who is None or who == words[rule.obligor]
            waived |= {i for i, obligor in enumerate(obligors) if everyone or self._is(who or "", obligor, rule)}
        return [i in waived for i in range(len(obligors))]

    def _is(self, text: str, obligor: Obligor, rule: QuotaRule) -> bool:
        if text == obligor.label:
            return True
        names = self.ground.directory.people if rule.is_personal else self.ground.directory.schools
        return obligor.place >= 0 and names.find(text).place == obligor.place


def _day(day: date | None) -> np.datetime64 | None:
    return None if day is None else np.datetime64(day, "s")


def _by_owner(rows: npt.NDArray[np.int64], owners: Places, size: int) -> list[npt.NDArray[np.int64]]:
    order = np.lexsort((rows, owners))
    ends = np.cumsum(np.bincount(owners, minlength=size))
    return np.split(rows[order], ends[:-1]) if size else []
