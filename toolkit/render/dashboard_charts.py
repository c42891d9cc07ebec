"""Native charts of the dashboard workbook; their figures stand in a sheet of their own, which is hidden."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from xlsxwriter.worksheet import Worksheet

from toolkit.render.dashboard_look import BLUE, FONT, GREEN, INK, LINE, SOFT, Look, Pane, safe
from toolkit.views import Dashboard, Trend, TrendPoint

Value = str | float | None
Made = tuple[Any, int, str]
"""A chart, its height in pixels, and what it says in words."""
_PIXELS_A_ROW: Final = 20
_LEFT: Final = (0, 560)
_RIGHT: Final = (7, 610)
"""First column and width of the charts on either side of 看板."""
_SPACE: Final = 10
_TREND: Final = 270
_MANY_WEEKS: Final = 30
_BAR: Final = 26
_FRAME: Final = 70
"""Height of a bar, and of what a chart has around its bars, in pixels."""
_THICKEST: Final = 20
_TALLEST: Final = 760
_MOST_BARS: Final = 60
_LONGEST_NAME: Final = 12
PALETTE: Final = (GREEN, BLUE, "#b45f06", "#7b3fa0", "#0e7490", "#a3142a", "#4b5567", "#6b7f1a")


class Charts:
    """Writes charts and the figures they show."""

    def __init__(self, look: Look) -> None:
        self.look, self.words = look, look.words.book
        self._sheet: Worksheet | None = None
        self._column = 0

    # --- figures

    def figures(self, heads: Sequence[str], lines: Sequence[Sequence[Value]]) -> int:
        """Write figures beside those that are there; the place of their first column."""
        if self._sheet is None:
            self._sheet = self.look.book.add_worksheet(self.words["chart_data"])
            self._sheet.hide()
        first, self._column = self._column, self._column + len(heads) + 1
        for column, head in enumerate(heads, first):
            self._sheet.write_string(0, column, safe(head), self.look.head())
        for row, line in enumerate(lines, 1):
            for column, value in enumerate(line, first):
                self._write(row, column, value)
        return first

    def _write(self, row: int, column: int, value: Value) -> None:
        if isinstance(value, str):
            self._sheet.write_string(row, column, safe(value), self.look.format())  # type: ignore[union-attr]
        elif value is not None:
            self._sheet.write_number(row, column, value, self.look.format())  # type: ignore[union-attr]

    def series(self, column: int, names: tuple[int, int], rows: int, colour: str, **more: object) -> dict[str, Any]:
        """A series of a chart: a column of figures with the column, or columns, of their names."""
        sheet = self.words["chart_data"]
        return {
            "name": [sheet, 0, column],
            "categories": [sheet, 1, names[0], rows, names[1]],
            "values": [sheet, 1, column, rows, column],
            "fill": {"color": colour},
        } | more

    # --- charts

    def chart(self, kind: str, title: str, **legend: object) -> Any:  # noqa: ANN401 xlsxwriter is untyped
        """A chart in our type, with a title."""
        chart = self.look.book.add_chart({"type": kind})
        name = {"name": FONT, "size": 11, "bold": True, "color": INK}
        chart.set_title({"name": title, "name_font": name, "overlay": False})
        chart.set_legend({"none": True} if not legend else {"font": self.font()} | legend)
        chart.set_chartarea({"border": {"color": LINE}, "fill": {"color": "#ffffff"}})
        chart.show_blanks_as("gap")
        chart.show_hidden_data()
        return chart

    def font(self, **more: object) -> dict[str, object]:
        """The type of axes, legends and labels."""
        return {"name": FONT, "size": 9, "color": SOFT} | more

    def axis(self, **more: object) -> dict[str, object]:
        """An axis with fine lines."""
        return {
            "num_font": self.font(),
            "line": {"color": LINE},
            "major_gridlines": {"visible": False},
            "major_tick_mark": "none",
        } | more

    def scale(self, **more: object) -> dict[str, object]:
        """An axis of figures, with lines across."""
        return self.axis(major_gridlines={"visible": True, "line": {"color": LINE}}, line={"none": True}) | more

    def place(self, pane: Pane, row: int, column: int, chart: Any, size: tuple[int, int], text: str) -> None:  # noqa: ANN401
        """Put a chart on a sheet, with a text for those who cannot see it."""
        chart.set_size({"width": size[0], "height": size[1]})
        pane.sheet.insert_chart(row, column, chart, {"description": safe(text)[:2000], "object_position": 2})

    # --- those of 看板

    def front(self, pane: Pane, view: Dashboard, top: int) -> int:
        """The charts of 看板, over time and by section on the left, by school on the right; how many rows they take."""
        row = top
        for chart, height, text in (*self._trend(view.trend), *self._sections(view)):
            self.place(pane, row, _LEFT[0], chart, (_LEFT[1], height), text)
            row += _rows(height)
        for chart, height, text in self._points(view, (row - top) * _PIXELS_A_ROW - _SPACE):
            column, width = _RIGHT if row > top else (_LEFT[0], _LEFT[1] + _RIGHT[1])
            self.place(pane, top, column, chart, (width, height), text)
            row = max(row, top + _rows(height))
        return row - top

    def _trend(self, trend: Trend) -> list[Made]:
        """达标率 over the weeks of the whole term; what was worked out afterwards is a broken line."""
        if not any(point.share for point in trend.points):
            return []
        seen = [{point.week: point.share for point in _joined(trend, rebuilt=rebuilt)} for rebuilt in (False, True)]
        weeks = range(1, max(trend.weeks, trend.points[-1].week) + 1)
        words = self.look.words
        heads = [words.headings["trend"], words.trend["even"], words.figures["compliance"], self.words["rebuilt"]]
        even = [(week - 1) / max(1, len(weeks) - 1) for week in weeks]
        lines = [
            (f"{week}", pace, *(shares.get(week) for shares in seen)) for week, pace in zip(weeks, even, strict=True)
        ]
        first = self.figures(heads, lines)
        chart = self.chart("line", self.words["chart_trend"], position="bottom")
        chart.show_blanks_as("span")  # a week without a run does not break the line
        kinds = (("dash", SOFT, 0.75, 0), ("solid", GREEN, 2.5, 6), ("round_dot", GREEN, 1.75, 4))
        for place, (dash, colour, width, size) in enumerate(kinds[: 3 if seen[1] else 2], 1):
            line = {"color": colour, "width": width, "dash_type": dash}
            marker = {"type": "circle", "size": size, "fill": {"color": colour}, "border": {"color": colour}}
            more = {"line": line, "marker": marker if size else {"type": "none"}}
            chart.add_series(self.series(first + place, (first, first), len(weeks), colour, **more))
        chart.set_x_axis(self.axis(interval_unit=1 if len(weeks) < _MANY_WEEKS else 2))
        chart.set_y_axis(self.scale(min=0, max=1, major_unit=0.25, num_format="0%"))
        return [(chart, _TREND, trend.text)]

    def _sections(self, view: Dashboard) -> list[Made]:
        """How far each section of the plan is."""
        counted = [section for section in view.sections if section.counted]
        if not any(section.met for section in counted):
            return []
        word, title = self.words["chart_section"], self.words["chart_sections"]
        lines = [(word.format(title=_cut(some.title), text=some.text), some.met / some.counted) for some in counted]
        return [self._bars(title, lines, highest=1, form="0%")]

    def _points(self, view: Dashboard, least: int) -> list[Made]:
        """考核分 of each school, as they stand in 学校; at least so high."""
        lines = [(_cut(line.label), line.points) for line in view.matrix.rows if line.points is not None]
        if not any(points for _, points in lines):
            return []
        return [self._bars(self.words["chart_points"], lines[:_MOST_BARS], highest=100, form="0.0", least=least)]

    def _bars(
        self, title: str, lines: Sequence[tuple[str, float]], *, highest: float, form: str, least: int = 0
    ) -> Made:
        height = max(least, min(_TALLEST, _FRAME + _BAR * len(lines)))
        gap = slack((height - _FRAME) / len(lines), _THICKEST)
        first = self.figures([title, title], lines)
        chart = self.chart("bar", title)
        labels = {"value": True, "num_format": form, "font": self.font(color=INK)}
        chart.add_series(self.series(first + 1, (first, first), len(lines), GREEN, data_labels=labels, gap=gap))
        chart.set_y_axis(self.axis(reverse=True))
        # Room for the figure behind a full bar.
        chart.set_x_axis(self.scale(min=0, max=highest * 1.1, major_unit=highest / 4, num_format=";;", visible=False))
        items = (self.words["alt_item"].format(name=name, value=_spoken(value, form)) for name, value in lines)
        text = self.words["alt"].format(title=title, text=self.look.words.separator.join(items))
        return chart, height, text


def slack(room: float, thickest: float) -> int:
    """The gap between bars, in hundredths of their thickness, at which they are not thicker than this."""
    return round(min(500, max(40, 100 * (room - thickest) / thickest)))


def _cut(name: str) -> str:
    """A name that leaves room for its bar."""
    return name if len(name) <= _LONGEST_NAME else name[:_LONGEST_NAME] + "…"


def _spoken(value: float, form: str) -> str:
    return f"{value:.0%}" if form.endswith("%") else f"{value:.1f}"


def _rows(height: int) -> int:
    return -(-(height + _SPACE) // _PIXELS_A_ROW)


def _joined(trend: Trend, *, rebuilt: bool) -> list[TrendPoint]:
    """The points of one kind; the broken line goes on to the first point that was recorded."""
    points = trend.points
    return [
        point
        for place, point in enumerate(points)
        if point.rebuilt == rebuilt or (rebuilt and place and points[place - 1].rebuilt)
    ]
