"""The sheet 成绩分析: examinations beside the city, and ranks of contests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from toolkit.render.dashboard_charts import PALETTE, Charts, Made, Value, slack
from toolkit.render.dashboard_look import GREEN, SOFT, STATUS, Pane, row_height
from toolkit.views import Dashboard, ExamLine, RankLine

Exams = Mapping[str, Sequence[ExamLine]]
_WIDTHS: Final = (15, 15, 13, 13, 15, 15, 13, 46)
_LAST: Final = len(_WIDTHS) - 1
_EXAM: Final = ("grade", "subject", "schools", "pupils", "mean", "city", "gap", "absent")
_RANK: Final = ("rank", "person", "school", "judges", "mark")
_RANK_SPANS: Final = ((0, 0), (1, 2), (3, 5), (6, 6), (7, 7))
_MOST_BARS: Final = 9
"""Pairs of columns in one chart."""
_MOST_EXAMS: Final = 8
_MOST_LINES: Final = 6
_CHART: Final = (512, 300)
_CHART_ROWS: Final = 16
_MARGINS: Final = 60
_THICKEST: Final = 32
"""Pixels beside the columns of a chart, and the width of a column at most."""
_SECOND: Final = 5
"""First column of the second chart."""
_PODIUM: Final = 3
_RIGHT: Final = {"align": "right"}
_CENTRE: Final = {"align": "center"}
_ALIGNED: Final[Mapping[str, Mapping[str, object]]] = {
    "schools": _RIGHT, "pupils": _RIGHT, "mean": _RIGHT, "city": _RIGHT, "gap": _RIGHT, "absent": {"indent": 2},
    "rank": _CENTRE, "judges": _CENTRE, "mark": {"indent": 2},
}  # fmt: skip
_SIGNED: Final = "+0.00;-0.00;0.00"


class Scores:
    """Writes the sheet from the top downward."""

    def __init__(self, pane: Pane, view: Dashboard, charts: Charts) -> None:
        self.pane, self.look, self.view, self.charts = pane, pane.look, view, charts
        self.words = pane.look.words
        self.exams: dict[str, list[ExamLine]] = {}
        for line in view.scores:
            self.exams.setdefault(line.exam, []).append(line)
        self.row = 0

    def write(self) -> None:
        """Charts first, then the latest examination, then those before it, then contests."""
        self.pane.columns(_WIDTHS)
        self.pane.part(0)
        if not self.view.scores and not self.view.ranks:
            self.pane.height(0, 32)
            calm = self.look.format(font_color=SOFT, font_size=12)
            self.pane.text(0, 0, self.words.book["no_scores"], calm, _LAST)
            self.row = 1
        self._charts()
        if self.exams:
            self._title(self.words.titles["scores"], 14)
        for place, lines in enumerate(reversed(self.exams.values())):
            if place:
                self.pane.part(self.row)
            self._exam(lines)
        self._contests()
        self.pane.paginate(self.row)

    def _title(self, text: str, size: int) -> None:
        self.pane.height(self.row, 26)
        self.pane.text(self.row, 0, text, self.look.format(bold=True, font_size=size), _LAST)
        self.row += 1

    # --- examinations

    def _exam(self, lines: Sequence[ExamLine]) -> None:
        day = lines[-1].day
        spoken = self.words.spoken(day, self.view.as_of) if day else ""
        title = self.words.book["exam"].format(exam=lines[0].exam, day=spoken) if day else lines[0].exam
        self._title(title, 11)
        for column, key in enumerate(_EXAM):
            self.pane.text(self.row, column, self.words.columns["scores"][key], self.look.head(**_ALIGNED.get(key, {})))
        self.pane.height(self.row, 22)
        self.row += 1
        for line in lines:
            self._line(line)
        self.pane.height(self.row, 10)
        self.row += 1

    def _line(self, line: ExamLine) -> None:
        missing = self.words.missing_sign
        absent = self.words.separator.join(line.absent)
        for column, text in ((0, line.grade), (1, line.subject)):
            self.pane.text(self.row, column, text, self.look.cell())
        self.pane.text(self.row, 7, absent, self.look.cell(indent=2))
        whole, mean = self.look.cell(align="right", num_format="0"), self.look.cell(align="right", num_format="0.00")
        self.pane.number(self.row, 2, line.schools, whole)
        self.pane.number(self.row, 3, line.pupils, whole)
        self.pane.number(self.row, 4, line.mean, mean, missing)
        self.pane.number(self.row, 5, line.city, mean, missing)
        colour = SOFT if line.gap is None else GREEN if line.gap >= 0 else STATUS["missed"][0]
        gap = self.look.cell(align="right", num_format=_SIGNED, bold=True, font_color=colour)
        self.pane.number(self.row, 6, line.gap, gap, missing)
        pairs = zip((line.grade, line.subject, absent), (_WIDTHS[0], _WIDTHS[1], _WIDTHS[7]), strict=True)
        self.pane.height(self.row, row_height(*pairs))
        self.row += 1

    # --- charts

    def _charts(self) -> None:
        made = [*self._means(), *self._gaps()]
        if not made:
            return
        for place, (chart, height, text) in enumerate(made):
            self.charts.place(self.pane, self.row, place * _SECOND, chart, (_CHART[0], height), text)
        for row in range(self.row, self.row + _CHART_ROWS):
            self.pane.height(row, 15)
        self.row += _CHART_ROWS
        self.pane.part(self.row)

    def _recent(self) -> Exams:
        """The last examinations, as many as make a chart that can be read."""
        chosen: dict[str, Sequence[ExamLine]] = {}
        for exam, lines in reversed(self.exams.items()):
            compared = [line for line in lines if line.gap is not None]
            if chosen and sum(map(len, chosen.values())) + len(compared) > _MOST_BARS:
                break
            if compared:
                chosen[exam] = compared[:_MOST_BARS]
        return dict(reversed(chosen.items()))

    def _means(self) -> list[Made]:
        """The community beside the city."""
        recent, words, several = self._recent(), self.words.book, self._several_grades()
        lines: list[tuple[Value, ...]] = [
            ("" if place else exam, _subject(line, grades=several), line.mean, line.city)
            for exam, some in recent.items()
            for place, line in enumerate(some)
        ]
        if not lines:
            return []
        columns = self.words.columns["scores"]
        first = self.charts.figures([columns["exam"], columns["subject"], words["community"], words["city"]], lines)
        title = words["chart_means"].format(count=len(recent))
        chart = self.charts.chart("column", title, position="bottom")
        labels = {"value": True, "num_format": "0.0", "font": self.charts.font(size=8)}
        for column, colour in ((first + 2, GREEN), (first + 3, "#b8c2cc")):
            gap = slack((_CHART[0] - _MARGINS) / len(lines), 2 * _THICKEST)
            more = {"data_labels": labels, "overlap": -5, "gap": min(500, 2 * gap)}
            chart.add_series(self.charts.series(column, (first, first + 1), len(lines), colour, **more))
        chart.set_x_axis(self.charts.axis())
        chart.set_y_axis(self.charts.scale(min=0, max=100, major_unit=25))
        return [(chart, _CHART[1], self._told(title, [line for some in recent.values() for line in some]))]

    def _gaps(self) -> list[Made]:
        """The difference from one examination to the next, a line a subject."""
        exams, words, several = list(self.exams.items())[-_MOST_EXAMS:], self.words.book, self._several_grades()
        gaps = {
            (_subject(line, grades=several), exam): line.gap
            for exam, some in exams
            for line in some
            if line.gap is not None
        }
        subjects = list(dict.fromkeys(subject for subject, _ in gaps))[:_MOST_LINES]
        seen = [exam for exam, _ in exams if any(key[1] == exam for key in gaps)]
        if len(seen) <= 1:
            return []
        lines: list[tuple[Value, ...]] = [(exam, *(gaps.get((subject, exam)) for subject in subjects)) for exam in seen]
        first = self.charts.figures([self.words.columns["scores"]["exam"], *subjects], lines)
        title = words["chart_gaps"].format(count=len(seen))
        chart = self.charts.chart("line", title, position="bottom")
        for place, colour in zip(range(1, len(subjects) + 1), PALETTE, strict=False):
            marker = {"type": "circle", "size": 6, "fill": {"color": colour}, "border": {"color": colour}}
            line = {"color": colour, "width": 2.25}
            series = self.charts.series(first + place, (first, first), len(seen), colour, line=line, marker=marker)
            chart.add_series(series)
        chart.set_x_axis(self.charts.axis(label_position="low", line={"color": SOFT}))
        chart.set_y_axis(self.charts.scale(num_format="+0.0;-0.0;0"))
        last = [line for line in self.exams[seen[-1]] if line.gap is not None]
        return [(chart, _CHART[1], self._told(title, last))]

    def _several_grades(self) -> bool:
        """Whether an examination has one subject in several grades, so that lines need both names."""
        return any(len({line.subject for line in some}) < len(some) for some in self.exams.values())

    def _told(self, title: str, lines: Sequence[ExamLine]) -> str:
        word = self.words.book["alt_item"]
        items = (word.format(name=f"{line.exam}{line.grade}{line.subject}", value=f"{line.gap:+.2f}") for line in lines)
        return self.words.book["alt"].format(title=title, text=self.words.separator.join(items))

    # --- contests

    def _contests(self) -> None:
        if not self.view.ranks:
            return
        self.pane.part(self.row)
        self._title(self.words.titles["contests"], 14)
        soft = self.look.format(font_color=SOFT, font_size=9)
        self.pane.text(self.row, 0, self.words.titles["dropped"], soft, _LAST)
        self.row += 1
        contests: dict[str, list[RankLine]] = {}
        for rank in self.view.ranks:
            contests.setdefault(rank.event, []).append(rank)
        for place, (event, ranks) in enumerate(contests.items()):
            if place:
                self.pane.part(self.row)
            self._title(event, 11)
            for key, (first, last) in zip(_RANK, _RANK_SPANS, strict=True):
                self.pane.text(
                    self.row, first, self.words.columns["contests"][key], self.look.head(**_ALIGNED.get(key, {})), last
                )
            self.row += 1
            for rank in ranks:
                self._rank(rank)
            self.row += 1

    def _rank(self, line: RankLine) -> None:
        first = line.rank <= _PODIUM
        more: dict[str, object] = {"bold": True, "bg_color": STATUS["met"][1], "font_color": GREEN} if first else {}
        place = self.look.cell(align="center", num_format='"★ "0' if first else "0", **more)
        self.pane.number(self.row, 0, line.rank, place)
        self.pane.text(self.row, 1, line.person, self.look.cell(**more), 2)
        self.pane.text(self.row, 3, line.school, self.look.cell(**more), 5)
        self.pane.number(self.row, 6, line.judges, self.look.cell(align="center", **more))
        self.pane.number(self.row, 7, line.mark, self.look.cell(align="left", indent=2, num_format="0.00", **more))
        pairs = ((line.person, self.pane.span(1, 2)), (line.school, self.pane.span(3, 5)))
        self.pane.height(self.row, row_height(*pairs))
        self.row += 1


def _subject(line: ExamLine, *, grades: bool) -> str:
    return f"{line.grade}{line.subject}" if grades else line.subject
