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
from toolkit.render.setup.shapes import Request, Span, area, runs
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
            condition, source = _standing(place, column, expected["condition"], ground)
            rows = runs(_differing(place, column, condition, ground))
            if rows:
                areas = tuple(_named(span, column) for span in rows)
                put = [set_rule(place, column, span, expected) for span in rows]
                copied = [_copied(place, column, source, span) for span in rows] if source is not None else put
                yield Repaired(place.tab.title, field.name, areas), copied


def _standing(place: Place, column: int, expected: Json, ground: Ground) -> tuple[Json, int | None]:
    """What the column offers, and a row that still does; None where none does.

    It is what the schema offers, unless staff have put a drop-down of their own in its place everywhere.
    """
    found = [(row, condition) for row, condition in _conditions(place, column) if condition["type"] in DROP_DOWNS]
    rows = [row for row, condition in found if same(condition, expected, ground.sheet)]
    if rows or not found:
        return expected, next(iter(rows), None)
    texts = Counter(json.dumps(condition, sort_keys=True) for _, condition in found)
    own: Json = json.loads(texts.most_common(1)[0][0])
    return own, next(row for row, condition in found if condition == own)


def _conditions(place: Place, column: int) -> Iterator[tuple[int, Json]]:
    for row in range(place.first, place.tab.rows):
        rule = place.grid.rule(row, column)
        if rule is not None:
            yield row, rule["condition"]


def _differing(place: Place, column: int, condition: Json, ground: Ground) -> Iterator[int]:
    """Rows whose cell has no rule or offers something else; one that offers the same stays, however it is drawn."""
    for row in range(place.first, place.tab.rows):
        there = place.grid.rule(row, column)
        if there is None or not same(there["condition"], condition, ground.sheet):
            yield row


def _copied(place: Place, column: int, row: int, rows: Span) -> Request:
    """The rule of a cell given to others: a copy keeps what the API does not tell of, such as a choice of several."""
    source, target = (area(place.tab.id, span, (column, column + 1)) for span in ((row, row + 1), rows))
    return {"copyPaste": {"source": source, "destination": target, "pasteType": "PASTE_DATA_VALIDATION"}}


def _named(rows: Span, column: int) -> str:
    first, last = address(rows[0] + 1, column), address(rows[1], column)
    return first if first == last else f"{first}:{last}"
