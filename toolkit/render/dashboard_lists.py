"""The sheets 指标明细, 依据, 待改 and 借用逾期: tables to filter, each line linked to where it comes from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from toolkit.render.dashboard_look import GREEN, MOST_ROWS, SOFT, STATUS, Look, Pane, row_height
from toolkit.views import Dashboard, DetailLine, EvidenceLine, LoanLine, ProblemGroup, ProblemLine
from toolkit.workbook import address

_FORMS: Final = {"share": "0.0%", "gap": "+0.00;-0.00;0", "plain": "General"}
_DETAILS: Final = {
    "number": 7, "name": 17, "clause": 8, "kind": 8.5, "obligor": 18, "school": 13, "period": 12, "minimum": 8,
    "maximum": 8, "done": 8, "planned": 8, "status": 11, "need": 30, "until": 10, "forecast": 13, "rows": 20,
}  # fmt: skip
_EVIDENCE: Final = {"number": 9, "name": 22, "obligor": 24, "place": 13, "text": 74, "counted": 10, "why": 42}
_PROBLEMS: Final = {
    "school": 13, "severity": 9, "place": 13, "value": 20, "message": 52, "suggestion": 18, "since": 12, "days": 7,
    "effect": 18, "schools": 22,
}  # fmt: skip
_LOANS: Final = {
    "borrower": 24, "state": 14, "resource": 34, "quantity": 8, "lender": 24, "due": 13, "days": 10, "place": 14,
}  # fmt: skip
_ALIGNED: Final = {
    "minimum": "right", "maximum": "right", "done": "right", "planned": "right", "status": "center",
    "severity": "center", "since": "center", "days": "center", "state": "center", "quantity": "center", "due": "center",
}  # fmt: skip
_MOST_PLACES: Final = 3
_SEVERITIES: Final = {"error": "missed", "warning": "at_risk", "notice": "pending"}
_DAY: Final = "yyyy-mm-dd"


class Lists:
    """Writes the four sheets."""

    def __init__(self, look: Look, view: Dashboard, panes: Mapping[str, Pane]) -> None:
        self.look, self.view, self.panes, self.words = look, view, panes, look.words
        self.cell, self.link = look.cell(), look.linked()
        self.soft = look.cell(font_color=SOFT)
        self.outward = self.link if look.source is not None else self.cell
        self.free = look.cell(locked=False)
        self.free_link = look.linked(locked=False) if look.source is not None else self.free
        self.counted = {True: look.cell(font_color=GREEN), False: self.soft}
        self.centred = look.cell(align="center", text_wrap=False, shrink=True)
        self.date = look.cell(num_format=_DAY, align="center")
        self.statuses = {status: look.status(status, text_wrap=True) for status in STATUS}
        # A number too wide for its column would be shown as ####.
        self.numbers = {
            form: look.cell(num_format=code, align="right", text_wrap=False, shrink=True)
            for form, code in _FORMS.items()
        }

    def write(self) -> None:
        """Write them all."""
        self._details(self.panes["details"])
        self._evidence(self.panes["evidence"])
        self.problems(self.panes["problems"], self.view.groups)
        self._loans(self.panes["loans"])

    def _begin(self, pane: Pane, key: str, widths: Mapping[str, float], rows: int, *, row: int = 0) -> list[str]:
        """Set up a table; the keys of its columns."""
        names = self.words.columns[key]
        pane.columns([widths[name] for name in names])
        pane.table(row, names, rows, _ALIGNED)
        return list(names)

    # --- 指标明细

    def _details(self, pane: Pane) -> None:
        names = self._begin(pane, "details", _DETAILS, len(self.view.details))
        pane.sheet.freeze_panes(1, 2)
        if not self.view.details:
            pane.text(1, 0, self.words.headline["nothing"], self.look.format(font_color=SOFT))
        first: dict[int, int] = {}
        rejected: Counter[int] = Counter()
        for row, line in enumerate(self.view.evidence[: MOST_ROWS - 1], 1):
            first.setdefault(line.detail, row)
            rejected[line.detail] += bool(line.why)
        for number, detail in enumerate(self.view.details[: MOST_ROWS - 1]):
            rows = self._rows(detail, rejected[number])
            self._detail(pane, number + 1, names, detail, rows, first.get(number))

    def _detail(
        self, pane: Pane, row: int, names: Sequence[str], line: DetailLine, rows: str, evidence: int | None
    ) -> None:
        for column, key in enumerate(names):
            if key == "status":
                self._status(pane, row, column, line)
            elif key == "rows":
                target = self.look.inside("evidence", evidence) if evidence else None
                pane.link(row, column, target, rows, self.link if target else self.cell)
            elif key in line.numbers:
                pane.number(row, column, line.numbers[key], self.numbers[line.form])
            else:
                pane.text(row, column, getattr(line, key), self.cell)
        pairs = [
            (getattr(line, key), _DETAILS[key]) for key in ("name", "obligor", "period", "school", "need", "forecast")
        ]
        pane.height(row, row_height(*pairs, (rows, _DETAILS["rows"])))

    def _status(self, pane: Pane, row: int, column: int, line: DetailLine) -> None:
        text = self.look.signed(line.sign, line.status_word, lost=line.lost)
        pane.text(row, column, text, self.statuses[line.status])

    def _rows(self, line: DetailLine, rejected: int) -> str:
        """How many rows count, and where the first of them stand."""
        word = self.words.book
        if line.rows:
            key = "rows" if len(line.rows) <= _MOST_PLACES else "rows_more"
            places = self.words.separator.join(line.rows[:_MOST_PLACES])
            return word[key].format(count=len(line.rows), places=places)
        return word["rows_rejected"].format(count=rejected) if rejected else ""

    # --- 依据

    def _evidence(self, pane: Pane) -> None:
        lines = self.view.evidence[: MOST_ROWS - 1]
        self._begin(pane, "evidence", _EVIDENCE, len(lines))
        pane.sheet.freeze_panes(1, 3)
        if not lines:
            pane.text(1, 0, self.words.headings["none"], self.look.format(font_color=SOFT))
        last = -1
        for row, line in enumerate(lines, 1):
            self._evidence_line(pane, row, line, again=line.detail == last)
            last = line.detail

    def _evidence_line(self, pane: Pane, row: int, line: EvidenceLine, *, again: bool) -> None:
        detail, word = self.view.details[line.detail], self.words.book
        label = self.soft if again else self.cell
        pane.link(row, 0, self.look.inside("details", line.detail + 1), detail.number, self.link)
        pane.text(row, 1, detail.name, label)
        pane.text(row, 2, detail.obligor, label)
        pane.link(row, 3, self.look.outside(line.tab, address(line.row, 0)), line.place, self.outward)
        pane.text(row, 4, line.text, self.soft if line.why else self.cell)
        pane.text(row, 5, word["rejected" if line.why else "counted"], self.counted[not line.why])
        pane.text(row, 6, line.why, self.cell)
        texts = (detail.name, detail.obligor, line.place, line.text, line.why)
        widths = (_EVIDENCE[key] for key in ("name", "obligor", "place", "text", "why"))
        pane.height(row, row_height(*zip(texts, widths, strict=True)))

    # --- 待改

    def problems(self, pane: Pane, groups: Sequence[ProblemGroup]) -> None:
        """Write the lines of some groups as one table."""
        lines = [(group.title, line) for group in groups for line in group.lines][: MOST_ROWS - 1]
        names = self._begin(pane, "problems", _PROBLEMS, len(lines))
        pane.sheet.freeze_panes(1, 3)
        if not lines:
            pane.text(1, 0, self.words.book["no_problems"], self.look.format(font_color=GREEN))
        for row, (school, line) in enumerate(lines, 1):
            self._problem(pane, row, names, school, line)

    def _problem(self, pane: Pane, row: int, names: Sequence[str], school: str, line: ProblemLine) -> None:
        """A line to fix. Its cells are not locked: a protected sheet sorts only what it does not lock."""
        look = self.look
        days = None if line.since is None else (self.view.as_of - line.since).days
        for column, key in enumerate(names):
            if key == "severity":
                ink = _SEVERITIES[line.problem.severity]
                pane.text(row, column, line.severity, look.status(ink, text_wrap=True, locked=False))
            elif key == "place":
                cell = line.problem.cell or address(line.problem.row or 1, 0)
                pane.link(row, column, look.outside(line.tab, cell), line.place, self.free_link)
            elif key == "since":
                pane.day(row, column, line.since, look.cell(num_format=_DAY, align="center", locked=False))
            elif key == "days":
                pane.number(row, column, days, look.cell(align="center", shrink=True, text_wrap=False, locked=False))
            else:
                pane.text(row, column, school if key == "school" else getattr(line, key), self.free)
        keys = ("place", "value", "message", "suggestion", "effect", "schools")
        pairs = [(getattr(line, key), _PROBLEMS[key]) for key in keys]
        pane.height(row, row_height((school, _PROBLEMS["school"]), *pairs))

    # --- 借用逾期

    def _loans(self, pane: Pane) -> None:
        lines = sorted(self.view.loans, key=lambda line: not line.overdue)
        pane.columns([_LOANS[key] for key in self.words.columns["loans"]])
        if not lines:
            pane.height(0, 32)
            pane.text(
                0, 0, self.words.book["no_loans"], self.look.format(font_color=GREEN, font_size=12), len(_LOANS) - 1
            )
            return
        row = self._borrowers(pane, lines)
        names = self._begin(pane, "loans", _LOANS, len(lines), row=row)
        pane.sheet.freeze_panes(row + 1, 1)
        for place, line in enumerate(lines, row + 1):
            self._loan(pane, place, names, line)

    def _borrowers(self, pane: Pane, lines: Sequence[LoanLine]) -> int:
        """Who has how many, in a line or two above the table; the next row."""
        row = 0
        for key, overdue, status in (("overdue", True, "missed"), ("soon", False, "pending")):
            counts = Counter(line.borrower for line in lines if line.overdue == overdue)
            if not counts:
                continue
            words = (self.words.book["borrower"].format(borrower=some, count=count) for some, count in counts.items())
            text = self.words.book[key].format(borrowers=self.words.separator.join(words))
            style = self.look.format(font_color=STATUS[status][0], text_wrap=True, bold=overdue)
            pane.text(row, 0, text, style, len(_LOANS) - 1)
            pane.height(row, row_height((text, pane.span(0, len(_LOANS) - 1)), least=22))
            row += 1
        return row

    def _loan(self, pane: Pane, row: int, names: Sequence[str], line: LoanLine) -> None:
        for column, key in enumerate(names):
            if key == "state":
                pane.text(row, column, line.state, self.statuses["missed" if line.overdue else "pending"])
            elif key == "place":
                pane.link(row, column, self.look.outside(line.tab, address(line.row, 0)), line.place, self.outward)
            elif key == "due":
                pane.day(row, column, line.due, self.date)
            elif key in {"quantity", "days"}:
                pane.number(row, column, getattr(line, key), self.centred)
            else:
                pane.text(row, column, getattr(line, key), self.cell)
        pairs = [(getattr(line, key), _LOANS[key]) for key in ("borrower", "resource", "lender")]
        pane.height(row, row_height(*pairs))
