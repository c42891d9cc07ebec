"""What the parts of 看板 share: the grid, the row they have come to, titles, cells of one obligation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeVar

from toolkit.render.dashboard_look import PALE, SOFT, Pane, row_height
from toolkit.views import CellView, Dashboard

_WIDTHS: Final = (15.0, *[10.3] * 14)
"""The school, twelve rules, and two columns for the share and the score."""
LAST: Final = len(_WIDTHS) - 1
_T = TypeVar("_T")
GAP: Final = 12
"""Height of the row above a title, in points."""


class Flow:
    """The sheet, written from the top downward."""

    def __init__(self, pane: Pane, view: Dashboard) -> None:
        self.pane, self.look, self.view, self.words = pane, pane.look, view, pane.look.words
        self.row = 0
        pane.columns(_WIDTHS)

    # --- titles and heads

    def title(self, title: str, note: str = "") -> None:
        """The title of a part, on a page with what follows."""
        self.pane.height(self.row, GAP)
        self.pane.part(self.row)
        self.pane.height(self.row + 1, 22)
        last = 2 if note else LAST
        self.pane.text(self.row + 1, 0, title, self.look.format(bold=True, font_size=12), last)
        if note:
            self.pane.text(self.row + 1, 3, note, self.look.format(font_color=SOFT, font_size=9), LAST)
        self.row += 2

    def heads(self, heads: Sequence[str], spans: Sequence[tuple[int, int]]) -> None:
        """Quiet heads of columns."""
        for text, (first, last) in zip(heads, spans, strict=True):
            align = "left" if last > first else "center"
            style = self.look.format(font_color=SOFT, font_size=9, bottom=1, bottom_color="#c5cad3", align=align)
            self.pane.text(self.row, first, text, style, last)
        self.pane.height(self.row, 18)
        self.row += 1

    # --- obligations

    def cell(self, column: int, cell: CellView) -> None:
        """One obligation; it leads to its first line in the details."""
        text = self.look.signed(cell.sign, cell.text, lost=cell.lost)
        style = self.look.status(cell.status, underline=0, shrink=True)
        self.pane.link(self.row, column, self.target(cell.details), text, style, tip=self.tip(cell))

    def bar(self, top: int, column: int) -> None:
        """A bar in the cell behind each share."""
        bar = {"type": "data_bar", "bar_solid": True, "bar_color": PALE, "data_bar_2010": True}
        ends = {"min_type": "num", "max_type": "num", "min_value": 0, "max_value": 1, "bar_border_color": PALE}
        self.pane.sheet.conditional_format(top, column, self.row - 1, column, bar | ends)

    # --- words and measures

    def rule(self, number: str, name: str) -> str:
        """A rule as it is called."""
        return self.words.book["rule"].format(number=number, name=name).replace(" \n", "\n")

    def target(self, details: Sequence[int]) -> str | None:
        """A link to the first of these lines of the details."""
        return self.look.inside("details", details[0] + 1) if details else None

    def tip(self, cell: CellView) -> str:
        """What stands beside the pointer: the missing thing."""
        return (self.view.details[cell.details[0]].need if len(cell.details) == 1 else "") or cell.word

    def fit(self, texts: Sequence[str], spans: Sequence[tuple[int, int]], *, least: float, size: float = 10) -> None:
        """Make the row as high as its texts need, and go on to the next."""
        pairs = [(text, self.pane.span(*span) * 10 / size) for text, span in zip(texts, spans, strict=True)]
        self.pane.height(self.row, row_height(*pairs, least=least))
        self.row += 1


def batched(things: Sequence[_T], most: int) -> list[Sequence[_T]]:
    """Things in parts as equal as may be, each of so many at most."""
    parts = -(-len(things) // most)
    size = -(-len(things) // parts) if parts else 1
    return [things[start : start + size] for start in range(0, len(things), size)]
