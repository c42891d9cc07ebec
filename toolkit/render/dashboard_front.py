"""The sheet 看板: how things stand, what to do first, every obligation of every school."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from toolkit.render.dashboard_charts import Charts
from toolkit.render.dashboard_flow import GAP, LAST, Flow
from toolkit.render.dashboard_look import BLUE, GREEN, GROUND, SOFT, STATUS, Pane
from toolkit.render.dashboard_matrix import Matrix
from toolkit.views import Block, Change, Chip, Dashboard, Figure, Urgent

_FIGURES: Final = ((0, 4), (5, 9), (10, LAST))
_URGENT: Final = ((0, 0), (1, 3), (4, 5), (6, 6), (7, 12), (13, LAST))
_CHIPS: Final = 5
"""Chips beside each other, of three columns each."""
_MOST_URGENT: Final = 10


class Front:
    """Writes the sheet from the top downward."""

    def __init__(self, pane: Pane, view: Dashboard, charts: Charts) -> None:
        self.flow, self.charts = Flow(pane, view), charts
        self.pane, self.look, self.view, self.words = pane, pane.look, view, pane.look.words

    def write(self) -> None:
        """Write all parts; those that are empty vanish."""
        self.pane.part(0)
        self._top()
        self._urgent()
        for block in self.view.blocks:
            self._block(block)
        Matrix(self.flow).write()
        if self.view.details:
            self._legend()
        self._charts()
        self.pane.paginate(self.flow.row)
        self.pane.sheet.activate()

    # --- the top

    def _top(self) -> None:
        day = self.words.headings["as_of"].format(day=self.view.as_of.isoformat())
        self.pane.height(0, 34)
        title = self.look.format(bold=True, font_size=18, shrink=True)
        self.pane.text(0, 0, self.view.community, title, LAST)
        self.pane.text(1, 0, self.view.when, self.look.format(font_color=SOFT), 9)
        self.pane.text(1, 10, day, self.look.format(font_color=SOFT, align="right"), LAST)
        self.pane.height(1, 20)
        self.pane.height(2, 8)
        moved = any(figure.changes for figure in self.view.figures)
        for figure, (first, last) in zip(self.view.figures, _FIGURES, strict=False):
            self._figure(figure, first, last, moved=moved)
        heights = (40, 18, 18, 18) if moved else (40, 18, 20)
        for row, height in enumerate(heights, 3):
            self.pane.height(row, height)
        self.flow.row = 3 + len(heights)

    def _figure(self, figure: Figure, first: int, last: int, *, moved: bool) -> None:
        ground = {"bg_color": GROUND, "indent": 1, "right": 5, "right_color": "#ffffff"}
        soft = self.look.format(font_color=SOFT, font_size=9, shrink=True, **ground)
        self.pane.text(3, first, figure.text, self.look.format(bold=True, font_size=26, **ground), last)
        self.pane.text(4, first, figure.label, self.look.format(bold=True, **ground), last)
        self.pane.text(5, first, figure.note, soft, last)
        for place, (left, right) in enumerate(((first, first + 1), (first + 2, last)) if moved else ()):
            change = figure.changes[place] if place < len(figure.changes) else None
            self._change(change, left, right, ground if right == last else ground | {"right": 0})

    def _change(self, change: Change | None, first: int, last: int, ground: Mapping[str, object]) -> None:
        moved = {True: GREEN, False: STATUS["missed"][0], None: SOFT}
        colour = moved[change.good if change else None]
        text = f"{change.since} {change.text}" if change else ""
        self.pane.text(6, first, text, self.look.format(font_color=colour, font_size=9, **ground), last)

    # --- what to do first

    def _urgent(self) -> None:
        if not self.view.details:
            self._calm(self.words.headline["nothing"])
        elif not self.view.urgent:
            self._calm(self.words.headings["urgent_none"])
        else:
            self.flow.title(self.words.headings["urgent"])
            self.flow.heads(list(self.words.columns["urgent"].values()), _URGENT)
            for line in self.view.urgent[:_MOST_URGENT]:
                self._urgent_line(line)
            self._urgent_more(len(self.view.urgent) - _MOST_URGENT)

    def _calm(self, text: str) -> None:
        self.pane.height(self.flow.row, GAP)
        self.pane.height(self.flow.row + 1, 32)
        style = self.look.format(font_color=GREEN, bg_color=STATUS["met"][1], font_size=12, indent=1)
        self.pane.text(self.flow.row + 1, 0, text, style, LAST)
        self.flow.row += 2

    def _urgent_line(self, line: Urgent) -> None:
        row, target, plain = self.flow.row, self.flow.target(line.details), self.look.cell()
        name = self.flow.rule(line.head.number, line.head.name)
        sign = self.look.signed(line.sign, line.word, lost=line.lost)
        standing = self.look.status("missed" if line.lost else line.status, underline=0)
        self.pane.link(row, 0, target, sign, standing, tip=line.need)
        self.pane.link(row, 1, target, name, self.look.cell(bold=True), tip=line.need, last=_URGENT[1][1])
        until = self.look.cell(bold=True, font_color=STATUS["missed"][0] if line.lost else SOFT)
        texts = (line.who, line.progress, line.need, line.until)
        styles = (plain, self.look.cell(align="center"), plain, until)
        for text, style, (first, last) in zip(texts, styles, _URGENT[2:], strict=True):
            self.pane.text(row, first, text, style, last)
        self.flow.fit([name, *texts], _URGENT[1:], least=24)

    def _urgent_more(self, count: int) -> None:
        if count > 0:
            text = self.words.headings["urgent_more"].format(count=count)
            link = self.look.format(font_color=BLUE, underline=1)
            self.pane.link(self.flow.row, 1, self.look.inside("details", 0), text, link, last=3)
            self.flow.row += 1

    # --- chips

    def _block(self, block: Block) -> None:
        self.flow.title(block.title, block.note)
        for chips in (block.chips[at : at + _CHIPS] for at in range(0, len(block.chips), _CHIPS)):
            for place, chip in enumerate(chips):
                self._chip(chip, 3 * place)
            texts = [self._chip_name(chip) for chip in chips]
            self.flow.fit(texts, [(3 * place, 3 * place + 1) for place in range(len(chips))], least=24, size=9)

    def _chip_name(self, chip: Chip) -> str:
        name = f"{chip.cell.sign} {chip.head.name}"
        return f"{name} · {chip.who}" if chip.who else name

    def _chip(self, chip: Chip, column: int) -> None:
        cell, target, tip = chip.cell, self.flow.target(chip.cell.details), self.flow.tip(chip.cell)
        left = self.look.status(cell.status, align="left", indent=1, right=0, text_wrap=True, font_size=9)
        self.pane.link(self.flow.row, column, target, self._chip_name(chip), left, tip=tip, last=column + 1)
        text = f"{cell.text} {self.words.lost_sign}" if cell.lost and cell.sign != self.words.lost_sign else cell.text
        right = self.look.status(cell.status, align="right", indent=1, left=0, right=5, shrink=True)
        self.pane.link(self.flow.row, column + 2, target, text, right, tip=tip)

    # --- the end

    def _legend(self) -> None:
        soft = self.look.format(font_color=SOFT, text_wrap=True)
        self.pane.height(self.flow.row, GAP)
        self.flow.row += 1
        for column, (status, word) in enumerate(self.words.statuses.items()):
            style = self.look.status(status, font_size=9, shrink=True)
            self.pane.text(self.flow.row, column, f"{word.sign} {word.word}", style)
        self.pane.text(self.flow.row, len(self.words.statuses), self.words.headings["lost"], soft, LAST)
        self.pane.height(self.flow.row, 20)
        self.flow.row += 1

    def _charts(self) -> None:
        start = self.flow.row
        self.pane.height(start, GAP)
        if used := self.charts.front(self.pane, self.view, start + 1):
            self.pane.part(start)
            for row in range(start + 1, start + 1 + used):
                self.pane.height(row, 15)
            self.flow.row += 1 + used
