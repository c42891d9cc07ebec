"""Which rows of a source sheet meet a condition of a quota rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from toolkit.checks.ground import Ground
from toolkit.names import EVERYONE, NOBODY, SPECIAL
from toolkit.references import Places, person_key
from toolkit.rules import Column, Condition
from toolkit.schema import SheetSchema
from toolkit.tables import Mask, Table


@dataclass(frozen=True)
class Source:
    """A sheet that rules count, with its looked-up columns.

    Attributes:
        ground: all linked tables, errors known.
        key: the sheet.
    """

    ground: Ground
    key: str

    @property
    def table(self) -> Table:
        """The linked sheet."""
        return self.ground.tables[self.key]

    @property
    def schema(self) -> SheetSchema:
        """Its declaration."""
        return self.table.schema

    @cached_property
    def sound(self) -> Mask:
        """Rows that may count: not in error, nor leaning on a row in error (签到, 评分 and 借用)."""
        sound = self.ground.sound(self.key)
        if self.schema.consortium.leans_on_references:
            for field in self.schema.fields:
                if field.refers:
                    target = np.append(self.ground.sound(field.refers), False)
                    sound = sound & target[self.table.frame[field.key].to_numpy()]
        return sound

    def column(self, name: str) -> Column:
        """An own or looked-up column by its name; KeyError where there is none."""
        for lookup in self.schema.consortium.lookups:
            if lookup.name == name:
                through = self.schema.by_name[lookup.through]
                target = self.ground.schema.sheets[through.refers or ""]
                return Column(name, target.by_name[lookup.field], through.key)
        return Column(name, self.schema.by_name[name])

    def values(self, column: Column) -> pd.Series:
        """A column's values, one for each row of the sheet; a looked-up one is blank where the reference is."""
        if column.through is None:
            return self.table.frame[column.field.key]
        field = self.schema.by_key[column.through]
        places = self.table.frame[field.key].to_numpy()
        other = self.ground.tables[field.refers or ""].frame[column.field.key]
        return (
            other.reset_index(drop=True)
            .reindex(np.where(places >= 0, places, len(other)))
            .set_axis(self.table.frame.index)
        )

    def dates(self, name: str) -> npt.NDArray[np.datetime64]:
        """A date column as numpy dates; NaT where blank."""
        return cast("npt.NDArray[np.datetime64]", self.values(self.column(name)).to_numpy().astype("datetime64[s]"))

    def filled(self, column: Column) -> Mask:
        """Rows in which the column has a value."""
        if column.through is None:
            return ~self.table.cells[column.field.key].blank & self.table.readable(column.field.key)
        return cast("Mask", self.values(column).notna().to_numpy())

    @cached_property
    def row_dates(self) -> npt.NDArray[np.datetime64]:
        """The day of each row, which says what 全部 means there."""
        field = self.schema.row_date
        return self.dates(field.name) if field else np.full(len(self.table.frame), np.datetime64("NaT"))

    @cached_property
    def _members(self) -> dict[str, tuple[Places, Places]]:
        return {}

    def members(self, field: str) -> tuple[Places, Places]:
        """A list column taken apart, once.

        Returns:
            Places of rows, and beside each the place of one school of its list; 全部 is every school active that day.
        """
        if field not in self._members:
            self._members[field] = self._taken_apart(field)
        return self._members[field]

    def _taken_apart(self, field: str) -> tuple[Places, Places]:
        lists = self.table.frame[field].to_numpy()
        active_on = lru_cache(maxsize=None)(self.active_on)
        rows: list[int] = []
        schools: list[int] = []
        for row, items in enumerate(lists):
            if items is not None and isinstance(items, tuple):
                named = set(items) - {EVERYONE}
                if EVERYONE in items:
                    named |= set(active_on(self.row_dates[row]))
                rows += [row] * len(named)
                schools += sorted(named)
        return np.array(rows, dtype=np.intp), np.array(schools, dtype=np.intp)

    def active_on(self, day: np.datetime64) -> Sequence[int]:
        """Places of the sound schools that belong to the community on a day."""
        return active_schools(self.ground, day, day)


def active_schools(ground: Ground, start: np.datetime64 | None, end: np.datetime64 | None) -> list[int]:
    """Places of the sound schools whose membership meets a period (contract section 3).

    Args:
        ground: linked tables, errors known.
        start: first day; None for no beginning.
        end: last day; None for no end.
    """
    frame = ground.tables["schools"].frame
    joined, left = (frame[key].to_numpy().astype("datetime64[s]") for key in ("joined_on", "left_on"))
    active = ground.sound("schools").copy()
    if end is not None:
        active &= np.isnat(joined) | (joined <= end)
    if start is not None:
        active &= np.isnat(left) | (left >= start)
    return np.flatnonzero(active).tolist()


def holds(condition: Condition, source: Source, active: Sequence[int]) -> Mask:
    """The rows that meet a condition.

    Args:
        condition: one condition of 筛选.
        source: the sheet.
        active: the schools active in the period, for 含全部学校.

    Returns:
        One bool a row. A blank satisfies ≠ and 无值, and no other comparison.
    """
    filled = source.filled(condition.column)
    match condition.operator:
        case "filled":
            return filled
        case "blank":
            return ~filled
        case "all_schools":
            return filled & _has_all(condition, source, active)
        case "=":
            return filled & _equals(condition, source)
        case "≠":
            return ~(filled & _equals(condition, source))
    values = source.values(condition.column)
    bound = condition.operands[0]
    limit = bound if isinstance(bound, float) else pd.Timestamp(str(bound))
    return filled & ((values >= limit) if condition.operator == "≥" else (values <= limit)).to_numpy()


def _has_all(condition: Condition, source: Source, active: Sequence[int]) -> Mask:
    rows, schools = source.members(condition.column.field.key)
    wanted = np.isin(schools, active)
    return cast("Mask", np.bincount(rows[wanted], minlength=len(source.table.frame)) == len(active))


def _equals(condition: Condition, source: Source) -> Mask:
    field, wanted = condition.column.field, condition.operands
    if field.kind == "list":
        if field.refers:
            rows, schools = source.members(field.key)
            named = np.isin(schools, [place for place in wanted if isinstance(place, int)])
            return np.bincount(rows[named], minlength=len(source.table.frame)) > 0
        lists = source.table.frame[field.key]
        return np.array([isinstance(items, tuple) and bool(set(items) & set(wanted)) for items in lists], dtype=bool)
    values = source.values(condition.column)
    if field.consortium.when:
        texts = source.table.cells[field.key].where(
            [reading.value in wanted for reading in source.table.cells[field.key].readings]
        )
        persons = source.table.frame[person_key(field.key)].isin([p for p in wanted if isinstance(p, int)]).to_numpy()
        return texts | persons
    if field.kind == "date":
        return cast("Mask", values.isin(pd.to_datetime([str(day) for day in wanted])).to_numpy())
    return cast("Mask", values.isin(list(wanted)).to_numpy())


def special_rows(source: Source) -> Mask:
    """Rows in which a word stands instead of a school: the 全市 rows of 成绩."""
    mask = np.zeros(len(source.table.frame), dtype=bool)
    for field in source.schema.fields:
        if field.consortium.special:
            mask |= (source.table.frame[field.key] == SPECIAL).to_numpy()
    return mask


def tied(source: Source, field_key: str, school_of: Places, *, to_persons: bool) -> tuple[Places, Places]:
    """Rows tied to owners by one column.

    Args:
        source: the sheet.
        field_key: a column of a school, a person, or a list of schools.
        school_of: each person's school.
        to_persons: whether the owners are persons; otherwise a person stands for the person's school.

    Returns:
        Places of rows, and beside each the place of its school or person.
    """
    field = source.schema.by_key[field_key]
    if field.kind == "list":
        return source.members(field_key)
    key = person_key(field_key) if field.consortium.when else field_key
    owners = source.table.frame[key].to_numpy()
    if field.refers == "people" and not to_persons:
        owners = np.append(school_of, NOBODY)[np.where(owners >= 0, owners, -1)]
    rows = np.flatnonzero(owners >= 0)
    return rows, owners[rows].astype(np.intp)
