"""Counting: each 统计 of a quota rule as one function over rows and the obligors they are tied to.

To add one, write the function beside its like and name it in `MEASURES`; give its word a code in
`sheets_schema/quotas.yaml`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from toolkit.conditions import Source, special_rows
from toolkit.names import NOBODY
from toolkit.references import Places, person_key
from toolkit.schema import Field
from toolkit.tables import Mask

Amounts = npt.NDArray[np.float64]
"""One number an obligor; NaN where there is nothing to measure."""


@dataclass(frozen=True)
class Selection:
    """Rows that count, each beside the obligor it counts for.

    Attributes:
        source: the sheet.
        rows: places in the frame; a row that counts for several obligors stands several times.
        owners: places among the obligors.
        count: how many obligors there are.
        column: 统计列.
        own_school: each obligor's school, NOBODY for the community.
        active: the schools active in the period.
        as_of: the day an open stay runs to.
    """

    source: Source
    rows: Places
    owners: Places
    count: int
    column: Field | None
    own_school: Places
    active: Places
    as_of: date

    def only(self, mask: Mask) -> Selection:
        """The part of it whose rows the mask, one bool a row of the sheet, picks."""
        keep = mask[self.rows]
        return Selection(
            self.source,
            self.rows[keep],
            self.owners[keep],
            self.count,
            self.column,
            self.own_school,
            self.active,
            self.as_of,
        )

    def per_owner(self, weights: Amounts | None = None) -> Amounts:
        """The sum of a weight, or the number of rows, by obligor."""
        return np.bincount(self.owners, weights, minlength=self.count).astype(float)


def count(selection: Selection) -> Amounts:
    """次数: the number of rows."""
    return selection.per_owner()


def distinct(selection: Selection) -> Amounts:
    """人数: the number of different values of 统计列; each item of a list; blanks are none."""
    owners, values = _items(selection)
    return _different(owners, values, selection.count)


def coverage(selection: Selection) -> Amounts:
    """覆盖率: different active schools in 统计列 other than the obligor's own, as a share of all such schools."""
    owners, schools = _items(selection)
    counts = np.isin(schools, selection.active) & (schools != selection.own_school[owners])
    others = len(selection.active) - np.isin(selection.own_school, selection.active)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = _different(owners[counts], schools[counts], selection.count) / others
    return np.where(others > 0, share, np.nan)


def share(selection: Selection) -> Amounts:
    """占比: the share of rows with 统计列 filled."""
    filled = _filled(selection)
    with np.errstate(invalid="ignore"):
        return selection.per_owner(filled[selection.rows].astype(float)) / selection.per_owner()


def shortest_stay(selection: Selection) -> Amounts:
    """最少天数: the shortest stay in days, both end days counting; an open stay runs to the as-of date."""
    frame = selection.source.table.frame
    end = frame["end"].fillna(pd.Timestamp(selection.as_of))
    days = ((end - frame["start"]).dt.days + 1).to_numpy(dtype=float)
    shortest = np.full(selection.count, np.inf)
    np.minimum.at(shortest, selection.owners, days[selection.rows])
    return np.where(np.isinf(shortest), np.nan, shortest)


def total(selection: Selection) -> Amounts:
    """合计: the sum of 统计列; a blank adds nothing."""
    if selection.column is None:
        return np.zeros(selection.count)
    numbers = selection.source.table.frame[selection.column.key].fillna(0.0).to_numpy()
    return selection.per_owner(numbers[selection.rows])


MEASURES: Final[Mapping[str, Callable[[Selection], Amounts]]] = {
    "count": count,
    "distinct": distinct,
    "coverage": coverage,
    "share": share,
    "shortest_stay": shortest_stay,
    "total": total,
}
"""By code of 统计; `mean_gap` compares with rows of its own and stands apart."""

ADDITIVE: Final = frozenset({"count", "distinct", "total"})
"""Measures to which planned rows will add."""


def _filled(selection: Selection) -> Mask:
    column = selection.column
    if column is None:
        return np.zeros(len(selection.source.table.frame), dtype=bool)
    return selection.source.table.filled(column.key)


def _items(selection: Selection) -> tuple[Places, Places]:
    """Obligors, and beside each one value of 统计列 as a number."""
    source, column = selection.source, selection.column
    if column is None:
        return selection.owners[:0], selection.owners[:0]
    if column.kind == "list":
        rows, values = source.members(column.key) if column.refers else _list_items(source, column)
        order = np.argsort(rows, kind="stable")
        begin, end = (
            np.searchsorted(rows[order], selection.rows, "left"),
            np.searchsorted(rows[order], selection.rows, "right"),
        )
        counts = end - begin
        places = np.repeat(begin - np.r_[0, np.cumsum(counts)[:-1]], counts) + np.arange(counts.sum())
        return np.repeat(selection.owners, counts), values[order][places]
    values = _numbers(source, column)[selection.rows]
    return selection.owners[values >= 0], values[values >= 0]


def _list_items(source: Source, column: Field) -> tuple[Places, Places]:
    lists = source.table.frame[column.key]
    pairs = [(row, item) for row, items in enumerate(lists) if isinstance(items, tuple) for item in items]
    codes = pd.factorize(np.array([item for _, item in pairs], dtype=object))[0] if pairs else np.zeros(0)
    return np.array([row for row, _ in pairs], dtype=np.intp), codes.astype(np.intp)


def _numbers(source: Source, column: Field) -> Places:
    """A column as numbers, equal where the values are; negative where there is none."""
    series = source.table.frame[column.key]
    if column.consortium.when:
        persons = source.table.frame[person_key(column.key)].to_numpy()
        texts = series.cat.codes.to_numpy().astype(np.intp)
        return np.where(persons >= 0, persons + len(series.cat.categories), texts)
    if column.refers:
        return series.to_numpy().astype(np.intp)
    if isinstance(series.dtype, pd.CategoricalDtype):
        return series.cat.codes.to_numpy().astype(np.intp)
    return pd.factorize(series)[0].astype(np.intp)


def _different(owners: Places, values: Places, size: int) -> Amounts:
    if not len(owners):
        return np.zeros(size)
    width = int(values.max()) + 1
    pairs = np.unique(owners.astype(np.int64) * width + values)
    return np.bincount(pairs // width, minlength=size).astype(float)


def mean_gap(selection: Selection, benchmarks: Mask) -> tuple[Amounts, Places, Places]:
    """均分差: the schools' mean minus the city's, over 考试, 年级 and 学科 (contract section 3).

    Args:
        selection: the school rows by obligor.
        benchmarks: the 全市 rows they may be compared with.

    Returns:
        The mean of the differences by obligor, weighted by 参考人数, in points of 100; and the evidence: rows, both
        school and 全市, with the obligor each counts for.
    """
    frame = selection.source.table.frame
    group = frame.groupby(["exam", "grade", "subject"], observed=True, sort=False, dropna=False).ngroup().to_numpy()
    mean = (frame["mean"] / frame["full"].fillna(100.0) * 100).to_numpy()
    city_rows = np.flatnonzero(benchmarks)
    city_of = np.full(int(group.max(initial=-1)) + 1, NOBODY, dtype=np.intp)
    city_of[group[city_rows]] = city_rows
    schools = selection.only(~special_rows(selection.source) & (city_of[group] >= 0))
    table = pd.DataFrame(
        {"owner": schools.owners, "group": group[schools.rows], "pupils": frame["pupils"].to_numpy()[schools.rows]}
    )
    table["marks"] = mean[schools.rows] * table["pupils"]
    sums = table.groupby(["owner", "group"], sort=True)[["pupils", "marks"]].sum().reset_index()
    city = city_of[sums["group"].to_numpy(dtype=np.intp)]
    gap = (sums["marks"] / sums["pupils"] - mean[city]) * sums["pupils"]
    owners = sums["owner"].to_numpy(dtype=np.intp)
    weight = np.bincount(owners, sums["pupils"], minlength=selection.count)
    with np.errstate(invalid="ignore"):
        result = np.bincount(owners, gap, minlength=selection.count) / weight
    return result, np.r_[schools.rows, city].astype(np.intp), np.r_[schools.owners, owners].astype(np.intp)
