"""What every entry must be: complete, unique, in order."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from toolkit.checks.ground import Facts, Ground, first_of_same
from toolkit.names import SPECIAL
from toolkit.problems import Problem
from toolkit.schema import Field
from toolkit.tables import Table


def codes_of(table: Table, key: str) -> npt.NDArray[np.int64]:
    """A column as whole numbers, equal where the values are; below -1 only for special words, -1 for none."""
    column = table.frame[key]
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.codes.to_numpy().astype(np.int64)
    if column.dtype.kind == "M":
        return column.to_numpy().astype("datetime64[D]").astype(np.int64)
    return column.to_numpy().astype(np.int64)


def dates_in_order(ground: Ground) -> Iterator[Problem]:
    """No end lies before its start."""
    for key, table in ground.tables.items():
        for start_name, end_name in table.schema.consortium.ordered:
            start, end = table.schema.by_name[start_name], table.schema.by_name[end_name]
            late = (table.frame[end.key] < table.frame[start.key]).to_numpy()
            yield from ground.report("dates.order", key, end.key, late, facts=_written(table, start))


def _written(table: Table, start: Field) -> Facts:
    return lambda index: {"start": start.name, "start_value": table.cells[start.key].text(index)}


def keys_unique(ground: Ground) -> Iterator[Problem]:
    """What names a row names one row."""
    for key, table in ground.tables.items():
        for field in table.schema.fields:
            if field.constraints.unique:
                filled = table.filled(field.key)
                yield from ground.report_clashes(
                    "unique", key, field.key, first_of_same([codes_of(table, field.key)], filled)
                )


def rows_unique(ground: Ground) -> Iterator[Problem]:
    """No entry is made twice."""
    for key, table in ground.tables.items():
        for names in table.schema.consortium.unique_together:
            keys = [table.schema.by_name[name].key for name in names]
            earliest = first_of_same([codes_of(table, k) for k in keys], table.filled(*keys))
            yield from ground.report_clashes(f"{key}.repeated", key, None, earliest)


def needed_unless(ground: Ground) -> Iterator[Problem]:
    """A column that only some rows may leave blank is filled in all others."""
    for key, table in ground.tables.items():
        for field in table.schema.fields:
            for name, words in field.consortium.required_unless.items():
                condition = table.schema.by_name[name]
                column = table.frame[condition.key]
                if condition.refers:
                    excused = (column == SPECIAL).to_numpy()
                else:
                    excused = column.isin([condition.codes[word] for word in words]).to_numpy()
                blank = table.cells[field.key].blank & table.filled(condition.key) & ~excused
                yield from ground.report("required", key, field.key, blank)


def a_lead_school(ground: Ground) -> Iterator[Problem]:
    """Some school leads the community."""
    roles = ground.tables["schools"].frame["role"][ground.live("schools")]
    if not (roles == "lead").any():
        yield from ground.report_header("schools.no_lead", "schools", "role")


def namesakes_numbered(ground: Ground) -> Iterator[Problem]:
    """Two people of one name in one school have a 工号 each."""
    table = ground.tables["people"]
    known = table.filled("name", "school")
    who = pd.DataFrame({"name": codes_of(table, "name"), "school": codes_of(table, "school")})[known]
    several = np.zeros(len(known), dtype=bool)
    several[known] = who.duplicated(keep=False).to_numpy()
    yield from ground.report("people.namesake", "people", "staff_no", several & table.cells["staff_no"].blank)


def mean_within_full_mark(ground: Ground) -> Iterator[Problem]:
    """No mean is above the full mark."""
    table = ground.tables["scores"]
    full = table.frame["full"].fillna(100.0)
    above = table.readable("full") & (table.frame["mean"] > full).to_numpy()
    yield from ground.report(
        "scores.above_full", "scores", "mean", above, facts=lambda i: {"full": f"{full.iloc[i]:.15g}"}
    )


def benchmark_present(ground: Ground) -> Iterator[Problem]:
    """Each examination, grade and subject has its 全市 row."""
    table = ground.tables["scores"]
    keys = ["exam", "grade", "subject"]
    known = table.filled(*keys)
    groups = pd.DataFrame({key: codes_of(table, key) for key in keys})
    number = groups.groupby(keys, sort=False).ngroup().to_numpy()
    benchmarks = (table.frame["school"] == SPECIAL).to_numpy() & ground.sound("scores") & known
    lacking = known & ~np.isin(number, number[benchmarks])
    yield from ground.report("scores.no_benchmark", "scores", "exam", lacking)
