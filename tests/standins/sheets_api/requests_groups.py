"""Requests of batchUpdate about groups of rows or columns."""

from __future__ import annotations

from typing import Any, Final

from . import masks
from .book import ROWS, Book, Json, Tab
from .errors import invalid
from .requests_dimensions import span_of
from .requests_sheets import need_fields


def add_dimension_group(book: Book, request: Json) -> Json:
    """One more level of grouping over a span."""
    tab, dimension, start, end = span_of(book, request.get("range"))
    depths = _depths(tab, dimension)
    for index in range(start, end):
        depths[index] = depths.get(index, 0) + 1
    _regroup(tab, dimension, depths)
    control = "rowGroupControlAfter" if dimension == ROWS else "columnGroupControlAfter"
    grid = {**tab.properties["gridProperties"], control: True}
    tab.properties = {**tab.properties, "gridProperties": grid}
    return {"dimensionGroups": list(tab.groups(dimension))}


def delete_dimension_group(book: Book, request: Json) -> Json:
    """One level of grouping less over a span."""
    tab, dimension, start, end = span_of(book, request.get("range"))
    depths = _depths(tab, dimension)
    if not any(depths.get(index) for index in range(start, end)):
        raise invalid(f"No dimension group found in the range of {dimension} from {start} to {end}.")
    for index in range(start, end):
        depths[index] = max(depths.get(index, 0) - 1, 0)
    _regroup(tab, dimension, depths)
    groups = tab.groups(dimension)
    return {"dimensionGroups": list(groups)} if groups else {}


def update_dimension_group(book: Book, request: Json) -> None:
    """Folds a group in or out."""
    fields = need_fields(request)
    given = request.get("dimensionGroup", {})
    tab, dimension, start, end = span_of(book, given.get("range"))
    groups = tab.groups(dimension)
    for number, group in enumerate(groups):
        span = group["range"]
        if (span["startIndex"], span["endIndex"], group["depth"]) == (start, end, given.get("depth", 1)):
            made = {**masks.merge(group, given, fields), "range": span, "depth": group["depth"]}
            groups[number] = {key: value for key, value in made.items() if value}
            for index in range(start, end):
                meta = {k: v for k, v in tab.meta(dimension).get(index, {}).items() if k != "hiddenByUser"}
                tab.meta(dimension)[index] = meta | ({"hiddenByUser": True} if made.get("collapsed") else {})
            return
    raise invalid(f"No dimension group of depth {given.get('depth', 1)} from {start} to {end}.")


def _depths(tab: Tab, dimension: str) -> dict[int, int]:
    depths: dict[int, int] = {}
    for group in tab.groups(dimension):
        for index in range(group["range"]["startIndex"], group["range"]["endIndex"]):
            depths[index] = max(depths.get(index, 0), group["depth"])
    return depths


def _regroup(tab: Tab, dimension: str, depths: dict[int, int]) -> None:
    """Groups made anew of how deep each row or column is; folded ones stay so."""
    folded = {
        (g["range"]["startIndex"], g["range"]["endIndex"], g["depth"])
        for g in tab.groups(dimension)
        if g.get("collapsed")
    }
    groups = []
    for depth in range(1, max(depths.values(), default=0) + 1):
        inside = sorted(index for index, deep in depths.items() if deep >= depth)
        for start, end in _runs(inside):
            span = {"sheetId": tab.id, "dimension": dimension, "startIndex": start, "endIndex": end}
            groups.append(
                {"range": span, "depth": depth} | ({"collapsed": True} if (start, end, depth) in folded else {})
            )
    groups.sort(key=lambda group: (group["range"]["startIndex"], group["depth"]))
    setattr(tab, "row_groups" if dimension == ROWS else "column_groups", groups)


def _runs(indexes: list[int]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for index in indexes:
        if runs and runs[-1][1] == index:
            runs[-1] = runs[-1][0], index + 1
        else:
            runs.append((index, index + 1))
    return runs


HANDLERS: Final[dict[str, Any]] = {
    "addDimensionGroup": add_dimension_group,
    "deleteDimensionGroup": delete_dimension_group,
    "updateDimensionGroup": update_dimension_group,
}
