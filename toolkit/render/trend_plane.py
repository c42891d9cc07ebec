"""Where the parts of the picture of the trend lie, and where its words have room."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import hypot
from typing import Final, TypeAlias

WIDTH: Final = 560
"""In CSS pixels, as all lengths here; the origin is the upper left corner."""
HEIGHT: Final = 190
LEFT, TOP, RIGHT, BOTTOM = 46.0, 40.0, 530.0, 162.0
"""The frame between the first week and the last, 100 % and 0 %."""
SMALL, BIG = 13, 17
"""Sizes of letters."""

_GAP = 8
"""The least distance between labels, and from a label to what it stands at."""
_TICK = 14
"""The least distance of two weeks that both get a label."""
_STEP = 4
_LATIN = 0x2E80
"""Signs before it are narrow."""

Spot: TypeAlias = tuple[float, float]
Box: TypeAlias = tuple[float, float, float, float]
"""Left, top, right, bottom."""


@dataclass(frozen=True, slots=True)
class Label:
    """Words in the picture.

    Attributes:
        text: the words.
        x: where the `anchor` of the words is: their `start`, `middle` or `end`.
        y: the line they stand on.
        size: of their letters.
        strong: whether they matter more than others.
    """

    text: str
    x: float
    y: float
    anchor: str = "middle"
    size: int = SMALL
    strong: bool = False

    @property
    def box(self) -> Box:
        """What the words cover."""
        breadth = _breadth(self.text, self.size)
        left = self.x - breadth * {"start": 0, "middle": 0.5, "end": 1}[self.anchor]
        return (left, self.y - 0.8 * self.size, left + breadth, self.y + 0.1 * self.size)


@dataclass(frozen=True, slots=True)
class Plane:
    """The frame, for a term of that many weeks."""

    weeks: int

    def spot(self, week: int, share: float) -> Spot:
        """Where that share of that week lies; what lies outside is moved to the border."""
        right = (min(max(week, 1), self.weeks) - 1) / max(self.weeks - 1, 1)
        up = min(max(share, 0), 1)
        return (round(LEFT + (RIGHT - LEFT) * right, 1), round(BOTTOM - (BOTTOM - TOP) * up, 1))


def week_labels(current: int, plane: Plane, word: str) -> list[Label]:
    """Labels of the first week, the current one and the last.

    Beside the current one there may be room for a bare number only, or for nothing.

    Args:
        current: the week of the last point.
        plane: where weeks lie.
        word: with {week} for the number.
    """
    line, x = BOTTOM + 21, plane.spot(current, 0)[0]
    now = Label(word.format(week=current), x, line, strong=True)
    labels = []
    for week, away, aside in ((1, "start", -6), (plane.weeks, "end", 6)):
        end = plane.spot(week, 0)[0]
        full, bare = Label(word.format(week=week), end, line), Label(str(week), end, line)
        if abs(end - x) < _TICK:
            continue
        if not _apart(bare.box, now.box):
            now = Label(now.text, x + aside, line, away, strong=True)
        labels.append(full if _apart(full.box, now.box) else bare)
    return [*labels, now]


def figure_label(share: float, spots: Sequence[Spot], others: Sequence[Box]) -> Label:
    """The last point's percentage, where it covers neither words nor lines if there is such a place.

    Args:
        share: from 0 to 1.
        spots: of the curve.
        others: what other words cover.
    """
    text, (x, y) = f"{share:.0%}", spots[-1]
    middle = y + 0.36 * BIG
    places = [
        Label(text, x, y - _GAP - 3, "middle", BIG, strong=True),
        Label(text, x + _GAP + 2, middle, "start", BIG, strong=True),
        Label(text, x, y + _GAP + 0.8 * BIG, "middle", BIG, strong=True),
        Label(text, x - _GAP - 2, middle, "end", BIG, strong=True),
    ]
    lines = [*pairwise(spots), ((LEFT, BOTTOM), (RIGHT, TOP))]
    taken = [*others, (0, BOTTOM, WIDTH, HEIGHT), *((a, b, a, b) for line in lines for a, b in _along(*line))]
    return next((label for label in places if _free(label.box, taken)), places[0])


def _breadth(text: str, size: int) -> float:
    """About how broad the text is: Chinese signs are as broad as high, others a little more than half of that."""
    return size * sum(1 if ord(sign) > _LATIN else 0.58 for sign in text)


def _apart(one: Box, other: Box) -> bool:
    return one[2] + _GAP <= other[0] or other[2] + _GAP <= one[0]


def _free(box: Box, taken: Sequence[Box]) -> bool:
    left, top, right, bottom = box
    inside = left >= 0 and right <= WIDTH and top >= 0
    return inside and not any(left < b[2] + 1 and b[0] - 1 < right and top < b[3] and b[1] < bottom for b in taken)


def _along(start: Spot, end: Spot) -> Iterator[Spot]:
    """Spots on a line, close enough to each other that no words fit between them."""
    steps = max(round(hypot(end[0] - start[0], end[1] - start[1]) / _STEP), 1)
    for step in range(steps + 1):
        part = step / steps
        yield (start[0] + (end[0] - start[0]) * part, start[1] + (end[1] - start[1]) * part)
