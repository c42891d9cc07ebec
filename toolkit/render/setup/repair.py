"""Drop-downs that pasting destroyed, put back in exactly the cells that lost them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from toolkit.render.setup.grid import Json
from toolkit.render.setup.ground import Ground
from toolkit.render.setup.places import Place
from toolkit.render.setup.rules import DROP_DOWNS, bare, lost, rule_of, same, set_rule
from toolkit.render.setup.shapes import Request, runs
from toolkit.workbook import address


@dataclass(frozen=True)
class Repaired:
    """Where drop-downs of one column were put back.

    Attributes:
        title: of the tab.
        column: the header as the schema has it.
        areas: the cells, such as `B7:B9`, downward.
    """

    title: str
    column: str
    areas: tuple[str, ...]


def repairs(ground: Ground) -> Iterator[tuple[Repaired, list[Request]]]:
    """For each column that lost drop-downs, where, and the requests that put them back.

    A column that never had one, because it was not ours until now, gets its rule as a new one does (`rules.rules`).
    """
    for place in ground.places.values():
        for field, column in place.fields:
            expected = rule_of(field, place, ground)
            if not expected or expected["condition"]["type"] not in DROP_DOWNS:
                continue
            if place.grid.in_table(column) or (bare(place, column) and not lost(place, column, expected)):
                continue
            rule = _standing(place, column, expected, ground)
            rows = runs(_differing(place, column, rule, ground))
            if rows:
                areas = tuple(_named(span, column) for span in rows)
                requests = [set_rule(place, column, span, rule) for span in rows]
                yield Repaired(place.tab.title, field.name, areas), requests


def _standing(place: Place, column: int, expected: Json, ground: Ground) -> Json:
    """The rule of the column: the schema's, unless staff have put a drop-down of their own in its place everywhere."""
    found = [rule for _, rule in _rules(place, column) if rule["condition"]["type"] in DROP_DOWNS]
    if any(same(rule["condition"], expected["condition"], ground.sheet) for rule in found):
        return expected
    texts = Counter(json.dumps(rule, sort_keys=True) for rule in found)
    own: Json = json.loads(texts.most_common(1)[0][0]) if texts else expected
    return own


def _rules(place: Place, column: int) -> Iterator[tuple[int, Json]]:
    for row in range(place.first, place.tab.rows):
        rule = place.grid.rule(row, column)
        if rule is not None:
            yield row, rule


def _differing(place: Place, column: int, rule: Json, ground: Ground) -> Iterator[int]:
    """Rows whose cell has no rule or offers something else; one that offers the same stays, however it is drawn."""
    for row in range(place.first, place.tab.rows):
        there = place.grid.rule(row, column)
        if there is None or not same(there["condition"], rule["condition"], ground.sheet):
            yield row


def _named(rows: tuple[int, int], column: int) -> str:
    first, last = address(rows[0] + 1, column), address(rows[1], column)
    return first if first == last else f"{first}:{last}"
