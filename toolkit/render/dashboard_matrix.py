"""The matrix of 看板, schools by their obligations, and the obligations of persons, folded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from toolkit.render.dashboard_flow import LAST, Flow, batched
from toolkit.render.dashboard_look import PALE, SOFT
from toolkit.views import Band, CellView, MatrixRow, PersonLine

_PERSONS: Final = ((0, 2), (3, 3), (4, 4), (5, 7), (8, LAST))
_SHARE: Final = 4
"""The column of the share of persons."""
_MOST_NAMES: Final = 20
"""So many persons are named; of more it is said how many of each school."""
_MOST_SCHOOLS: Final = 30
"""Lines of the matrix on one page of paper."""
_MANY_SCHOOLS: Final = 24
_HIGH: Final = 18
"""Height of a line, in points."""
_LOW: Final = 15
"""The same where there are many schools."""


class Matrix:
    """Writes both, where the flow has come to."""

    def __init__(self, flow: Flow) -> None:
        self.flow, self.pane, self.look, self.view, self.words = flow, flow.pane, flow.look, flow.view, flow.words

    def write(self) -> None:
        """Write every band of the matrix, then the persons."""
        for place, band in enumerate(self.view.matrix.bands):
            self._band(band, first=not place)
        if self.view.persons:
            self._persons()

    # --- schools

    def _band(self, band: Band, *, first: bool) -> None:
        """Some columns of the matrix; the first of them have the school's share and score at the end."""
        lines = list(zip(self.view.matrix.rows, band.cells, strict=True))
        heading, low = self.words.headings, len(lines) > _MANY_SCHOOLS
        for part, some in enumerate(batched(lines, _MOST_SCHOOLS)):
            self.flow.title(heading["schools"], heading["folded"] if first and not part else "")
            self._heads(band, ends=first)
            top = self.flow.row
            for line, cells in some:
                self._row(line, cells, ends=first, least=_LOW if low else _HIGH)
            if first:
                self.flow.bar(top, len(band.heads) + 1)

    def _heads(self, band: Band, *, ends: bool) -> None:
        below = {"bottom": 2, "bottom_color": PALE, "right": 5, "right_color": "#ffffff"}
        group = self.look.format(font_color=SOFT, font_size=9, align="center", shrink=True, **below)
        column = 1
        for title, count in band.groups:
            self.pane.text(self.flow.row, column, title, group, column + count - 1)
            column += count
        self.pane.height(self.flow.row, 18)
        self.flow.row += 1
        texts = [self.flow.rule(rule.number, f"\n{rule.name}") for rule in band.heads]
        texts += [self.words.headings["met"], self.words.headings["score"]] if ends else []
        head = self.look.format(font_size=9, text_wrap=True, align="center")
        for place, text in enumerate(texts, 1):
            self.pane.text(self.flow.row, place, text, head)
        self.flow.fit(texts, [(place, place) for place in range(1, len(texts) + 1)], least=34, size=9)

    def _row(self, line: MatrixRow, cells: Sequence[CellView | None], *, ends: bool, least: float) -> None:
        row = self.flow.row
        self.pane.text(row, 0, line.label, self.look.format(text_wrap=True))
        for column, cell in enumerate(cells, 1):
            if cell:
                self.flow.cell(column, cell)
        if ends:
            share = self.look.format(align="right", num_format="0%", indent=1)
            score = self.look.format(align="center", num_format="0.0")
            self.pane.number(row, len(cells) + 1, line.share, share, self.words.missing_sign)
            self.pane.number(row, len(cells) + 2, line.points, score, self.words.missing_sign)
        self.flow.fit([line.label], [(0, 0)], least=least)

    # --- persons

    def _persons(self) -> None:
        self.flow.title(self.words.headings["persons"])
        self.flow.heads(list(self.words.columns["persons"].values()), _PERSONS)
        top = self.flow.row
        for line in self.view.persons:
            self._person(line)
        self.flow.bar(top, _SHARE)

    def _person(self, line: PersonLine) -> None:
        row, plain = self.flow.row, self.look.cell()
        name, lacking = self.flow.rule(line.head.number, line.head.name), self._lacking(line)
        self.pane.link(row, 0, self.flow.target(line.cell.details), name, plain, last=_PERSONS[0][1])
        self.flow.cell(_PERSONS[1][0], line.cell)
        share = self.look.cell(align="right", num_format="0%", indent=1)
        self.pane.number(row, _SHARE, line.share, share, self.words.missing_sign)
        for text, (first, last) in zip((line.forecast, lacking), _PERSONS[3:], strict=True):
            self.pane.text(row, first, text, plain, last)
        self.flow.fit([name, line.forecast, lacking], [_PERSONS[0], *_PERSONS[3:]], least=24)

    def _lacking(self, line: PersonLine) -> str:
        """Who has not, by school: by name where they are few."""
        if sum(len(some.names) for some in line.lacking) > _MOST_NAMES:
            word, join = self.words.persons_of_school, self.words.separator
            return join.join(word.format(school=some.school, count=len(some.names)) for some in line.lacking)
        word, join = self.words.book["lacking"], self.words.book["lacking_join"]
        named = ((some.school, self.words.separator.join(some.names)) for some in line.lacking)
        return join.join(word.format(school=school, names=names) for school, names in named)
