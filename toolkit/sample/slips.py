"""The mistakes among the sample's entries, planted one by one as `slips.yaml` tells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from toolkit.sample.hand import Typed
from toolkit.sample.material import Entry, load, plain
from toolkit.sample.staff import Staff


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a sheet before it is laid out.

    Attributes:
        cells: what is typed, by field key.
        entry: the plain values; empty where the row is a slip of its own.
        slip: whether it holds a planted mistake.
    """

    cells: Mapping[str, Typed]
    entry: Entry
    slip: bool = False


def plant(sheets: Mapping[str, Sequence[Row]], staff: Staff) -> dict[str, list[Row]]:
    """The sheets with every mistake in its place.

    Args:
        sheets: faultless rows by sheet key.
        staff: who `@简称.职务.3` is.
    """
    planted = {key: list(rows) for key, rows in sheets.items()}
    for slip in load("slips"):
        _plant_one(planted[slip["sheet"]], slip, staff)
    return planted


def _plant_one(rows: list[Row], slip: Mapping[str, Any], staff: Staff) -> None:
    cells = {key: _typed(value, staff) for key, value in slip["set"].items()}
    how = next(way for way in ("edit", "copy", "beside") if way in slip)
    place = next(i for i, row in enumerate(rows) if not row.slip and _alike(row.entry, slip[how], staff))
    changed = Row({**rows[place].cells, **cells}, rows[place].entry, slip=True)
    if how == "edit":
        rows[place] = changed
    else:
        rows.insert(place + slip.get("below", 1), changed if how == "copy" else Row(cells, {}, slip=True))


def _alike(entry: Entry, like: Mapping[str, Any], staff: Staff) -> bool:
    return all(key in entry and plain(entry[key]) == plain(_named(value, staff)) for key, value in like.items())


def _named(value: object, staff: Staff) -> object:
    return staff.person(value) if isinstance(value, str) and value.startswith("@") else value


def _typed(value: object, staff: Staff) -> Typed:
    value = _named(value, staff)
    return Typed(float(value)) if isinstance(value, int | float) else Typed(plain(value))
