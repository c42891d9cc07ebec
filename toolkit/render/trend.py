"""The picture of 达标率 over the weeks of the term, as SVG for the page and as PNG for mails."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, pairwise
from typing import Final

import resvg_py

from toolkit.render.one_line import one_line
from toolkit.render.trend_plane import (
    BOTTOM,
    HEIGHT,
    LEFT,
    RIGHT,
    SMALL,
    TOP,
    WIDTH,
    Box,
    Label,
    Plane,
    Spot,
    figure_label,
    week_labels,
)
from toolkit.templates import FOLDER, fill
from toolkit.views import Trend, TrendPoint

FONT: Final = FOLDER / "fonts" / "NotoSansCJKsc-Regular.otf"
_LONGEST_TITLE = 1000
_SWATCH = 22
"""Length of the piece of line that stands before its name."""


@dataclass(frozen=True, slots=True)
class Theme:
    """What the picture is drawn with; each is the value of an SVG attribute.

    Attributes:
        ink: colour of what matters.
        soft: of what explains.
        line: of what only guides the eye.
        green: of the curve.
        paper: of the ground the picture stands on.
        font: families of letters.
    """

    ink: str
    soft: str
    line: str
    green: str
    paper: str
    font: str


MAIL: Final = Theme("#1b2330", "#5b6675", "#e3e8ef", "#0b6b62", "#ffffff", "Noto Sans CJK SC")
"""Fixed colours and the font that is shipped: the programme that draws the PNG knows no variables."""
PAGE: Final = Theme(
    ink="var(--ink, #1b2330)",
    soft="var(--soft, #5b6675)",
    line="var(--line, #e3e8ef)",
    green="var(--green, #0b6b62)",
    paper="var(--paper, #ffffff)",
    font="inherit",
)
"""The page's own font, and its colours, which change in the dark."""


@dataclass(frozen=True, slots=True)
class Stroke:
    """A stretch of the curve, through these spots; `rebuilt` where one end of each leg was worked out afterwards."""

    spots: tuple[Spot, ...]
    rebuilt: bool


def trend_svg(trend: Trend, words: Mapping[str, str], *, theme: Theme = PAGE) -> str:
    """The picture as an SVG element; empty where there is no point.

    Args:
        trend: what is drawn.
        words: `week`, with {week} for its number; `even`, what even progress is called; `rebuilt`, what is said of
            points that were worked out afterwards.
        theme: its colours.
    """
    if not trend.points:
        return ""
    last = trend.points[-1]
    plane = Plane(max(trend.weeks, last.week))
    spots = [plane.spot(point.week, point.share) for point in trend.points]
    levels = [Label(f"{share:.0%}", LEFT - 8, plane.spot(1, share)[1] + 0.36 * SMALL, "end") for share in (0, 0.5, 1)]
    strokes = _strokes(trend.points, spots)
    legend = _legend(words, rebuilt=any(stroke.rebuilt for stroke in strokes))
    return fill(
        "trend/picture.svg",
        theme=theme,
        size=(WIDTH, HEIGHT),
        frame=(LEFT, TOP, RIGHT, BOTTOM),
        swatch=_SWATCH,
        title=one_line(trend.text, _LONGEST_TITLE),
        labels=[*levels, *legend.values(), *week_labels(last.week, plane, words["week"])],
        legend=legend,
        strokes=strokes,
        spots=spots,
        figure=figure_label(last.share, spots, [*(label.box for label in levels), _covered(legend)]),
    )


@lru_cache(maxsize=64)  # a school's readers share one
def trend_png(svg: str, *, width: int = 2 * WIDTH) -> bytes:
    """The picture as PNG, with no letters but those of the font that is shipped.

    Args:
        svg: from `trend_svg` in the theme `MAIL`.
        width: in pixels; by default two for one of CSS, for fine screens.
    """
    return resvg_py.svg_to_bytes(
        svg_string=svg, width=width, background=MAIL.paper, skip_system_fonts=True, font_files=[str(FONT)]
    )


def _strokes(points: Sequence[TrendPoint], spots: Sequence[Spot]) -> list[Stroke]:
    """The curve, cut where its look changes; neighbours share the spot between them."""
    legs = zip(pairwise(points), pairwise(spots), strict=True)
    stretches = groupby(legs, key=lambda leg: any(point.rebuilt for point in leg[0]))
    return [_stroke([ends for _, ends in stretch], rebuilt=rebuilt) for rebuilt, stretch in stretches]


def _stroke(legs: Sequence[tuple[Spot, Spot]], *, rebuilt: bool) -> Stroke:
    return Stroke((legs[0][0], *(end for _, end in legs)), rebuilt)


def _legend(words: Mapping[str, str], *, rebuilt: bool) -> dict[str, Label]:
    """What the broken lines mean: by key, the words that stand behind a piece of each."""
    labels: dict[str, Label] = {}
    left = LEFT
    for key in ("even", "rebuilt") if rebuilt else ("even",):
        labels[key] = Label(words[key], left + _SWATCH + 6, 17, "start")
        left = labels[key].box[2] + 20
    return labels


def _covered(legend: Mapping[str, Label]) -> Box:
    boxes = [label.box for label in legend.values()]
    return (LEFT, boxes[0][1], boxes[-1][2], boxes[0][3])
