"""The dashboard as one self-contained page: of the community, or of one school."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import groupby
from typing import Final, TypeVar

from markupsafe import Markup

from toolkit.outputs import Outputs
from toolkit.render.trend import trend_svg
from toolkit.templates import fill
from toolkit.views import (
    CellView,
    Dashboard,
    DetailLine,
    EvidenceLine,
    ExamLine,
    Matrix,
    MatrixRow,
    ProblemGroup,
    ProblemLine,
    RuleHead,
    Urgent,
)

_FIRST: Final = 7
"""So many urgent lines are shown at once; the others are folded."""
_MOST_PROBLEMS: Final = 300
"""So many lines of 待改 stand on the page; the dashboard workbook has them all."""
_MARGIN: Final = 0.08
"""What is left free at either end of the scale of marks, as a share of its span."""
_GRAVEST: Final = ("missed", "exceeded", "at_risk", "pending", "on_track", "met", "waived", "no_data")

Item = TypeVar("Item")
Key = TypeVar("Key")


def page(
    view: Dashboard, outputs: Outputs, *, links: Sequence[tuple[str, str]] = (), source: str = "", file: str = ""
) -> str:
    """The page's HTML; nothing in it comes from elsewhere.

    Args:
        view: of the community, or of one school.
        outputs: the words.
        links: label and relative address of the schools' pages.
        source: relative address of the entry workbook; empty where there is no way to it.
        file: the page's own name, noted in it: a copy under another name is somebody's own.
    """
    script = fill("page/script.js")
    rules = _rules(view)
    return fill(
        "page/index.html",
        view=view,
        words=outputs,
        links=links,
        pages=_pages(links),
        source=source,
        file=file,
        script=Markup(script),  # noqa: S704 our own file
        seal=_seal(script),
        trend=Markup(trend_svg(view.trend, outputs.trend)),  # noqa: S704 escaped by its own template
        urgent=_urgent(view.urgent),
        schools=_schools(view.matrix),
        rules=rules,
        to=partial(_target, _anchors(rules)),
        loans=_grouped(view.loans, lambda line: line.borrower_place),
        exams=_exams(view.scores),
        contests=_grouped(view.ranks, lambda line: line.contest),
        problems=_problems(view.groups),
    )


def _pages(links: Sequence[tuple[str, str]]) -> Mapping[str, str]:
    """The address of each school's page by its label, where only one school is called that."""
    often = Counter(label for label, _ in links)
    return {label: href for label, href in links if often[label] == 1}


def _seal(script: str) -> str:
    """By which the page's own policy knows its script."""
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _grouped(lines: Iterable[Item], key: Callable[[Item], Key]) -> list[list[Item]]:
    """Lines of the same key together, in the order in which the keys first appear."""
    groups: dict[Key, list[Item]] = defaultdict(list)
    for line in lines:
        groups[key(line)].append(line)
    return list(groups.values())


# --- what to do first


@dataclass(frozen=True, slots=True)
class _Folded:
    """Urgent lines that are shown at once, and those behind them."""

    shown: Sequence[Urgent]
    more: Sequence[Urgent]


def _urgent(lines: Sequence[Urgent]) -> Mapping[str, _Folded]:
    """What can still be done, `open`, apart from what cannot, `lost`; the first few of both together are shown."""
    still = [line for line in lines if not line.lost]
    lost = [line for line in lines if line.lost]
    room = max(0, _FIRST - len(still))
    return {"open": _Folded(still[:_FIRST], still[_FIRST:]), "lost": _Folded(lost[:room], lost[room:])}


# --- a school's line of the matrix, for narrow screens


@dataclass(frozen=True, slots=True)
class _School:
    """One line of the matrix.

    Attributes:
        row: what stands beside it.
        signs: its cells, the gravest first.
        sections: the same with their rules, by section of the plan.
    """

    row: MatrixRow
    signs: Sequence[CellView]
    sections: Sequence[tuple[str, Sequence[tuple[RuleHead, CellView]]]]


def _schools(matrix: Matrix) -> list[_School]:
    return [_school(matrix, place, row) for place, row in enumerate(matrix.rows)] if matrix.bands else []


def _school(matrix: Matrix, place: int, row: MatrixRow) -> _School:
    sections: dict[str, list[tuple[RuleHead, CellView]]] = {}
    for band in matrix.bands:
        titles = [title for title, count in band.groups for _ in range(count)]
        for title, head, cell in zip(titles, band.heads, band.cells[place], strict=True):
            if cell:
                sections.setdefault(title, []).append((head, cell))
    signs = sorted(
        (cell for pairs in sections.values() for _, cell in pairs),
        key=lambda cell: (not cell.lost, _GRAVEST.index(cell.status)),
    )
    return _School(row, signs, list(sections.items()))


# --- details and what they stand on


@dataclass(frozen=True, slots=True)
class _Line:
    """One obligation of one obligor.

    Attributes:
        number: its place in the details.
        detail: itself.
        counted: rows that count.
        rejected: rows that do not.
        hidden: how many more count than are shown.
    """

    number: int
    detail: DetailLine
    counted: Sequence[EvidenceLine]
    rejected: Sequence[EvidenceLine]
    hidden: int


@dataclass(frozen=True, slots=True)
class _Rule:
    """One rule with its lines.

    Attributes:
        anchor: by which it is linked to.
        first: any of its details, for what they share.
        folded: how many persons have met it; None for a rule that is not of persons.
        numbers: places of all its details.
        lines: those that are shown.
    """

    anchor: str
    first: DetailLine
    folded: CellView | None
    numbers: Sequence[int]
    lines: Sequence[_Line]

    @property
    def left_out(self) -> int:
        """How many persons who lack nothing are not shown."""
        return len(self.numbers) - len(self.lines)


def _rules(view: Dashboard) -> list[_Rule]:
    """The details by rule. The community's page shows of persons only those who lack something."""
    folded = {number: line.cell for line in view.persons for number in line.cell.details}
    line = _liner(view)
    rules = []
    same = groupby(enumerate(view.details), key=lambda pair: (pair[1].number, pair[1].name, pair[1].kind))
    for place, (_, group) in enumerate(same):
        numbers = [number for number, _ in group]
        brief = not view.school and numbers[0] in folded
        shown = [n for n in numbers if not (brief and view.details[n].status in {"met", "waived", "no_data"})]
        first = view.details[numbers[0]]
        rules.append(_Rule(f"r-{place}", first, folded.get(numbers[0]), numbers, list(map(line, shown))))
    return rules


def _liner(view: Dashboard) -> Callable[[int], _Line]:
    """Makes lines of places in the details."""
    evidence: dict[int, list[EvidenceLine]] = defaultdict(list)
    for row in view.evidence:
        evidence[row.detail].append(row)

    def line(number: int) -> _Line:
        detail, rows = view.details[number], evidence[number]
        counted = [row for row in rows if not row.why]
        rejected = [row for row in rows if row.why]
        return _Line(number, detail, counted, rejected, len(detail.rows) - len(counted))

    return line


def _anchors(rules: Sequence[_Rule]) -> Mapping[int, str]:
    """Where each detail is shown: at its line, else at its rule."""
    anchors = {number: rule.anchor for rule in rules for number in rule.numbers}
    return anchors | {line.number: f"d-{line.number}" for rule in rules for line in rule.lines}


def _target(anchors: Mapping[int, str], details: Sequence[int]) -> str:
    """The address of the first of these details that has a line, else of their rule."""
    places = [anchors[number] for number in details]
    return "#" + next((place for place in places if place.startswith("d-")), places[0])


# --- marks


@dataclass(frozen=True, slots=True)
class _Marks:
    """One line of an examination on the scale that all share.

    Attributes:
        line: itself.
        mean: where the mean lies, in percent of the scale; None where there is none.
        city: the same of the city's.
    """

    line: ExamLine
    mean: float | None
    city: float | None


@dataclass(frozen=True, slots=True)
class _Exam:
    """One examination."""

    name: str
    day: date | None
    lines: Sequence[_Marks]


def _exams(lines: Sequence[ExamLine]) -> list[_Exam]:
    """Examinations, the latest first."""
    values = [value for line in lines for value in (line.mean, line.city) if value is not None]
    low, high = min(values, default=0), max(values, default=0)
    span = (high - low) or 1

    def place(value: float | None) -> float | None:
        return None if value is None else 100 * (_MARGIN + (1 - 2 * _MARGIN) * (value - low) / span)

    exams = [
        _Exam(group[0].exam, group[0].day, [_Marks(line, place(line.mean), place(line.city)) for line in group])
        for group in _grouped(lines, lambda line: (line.exam, line.day))
    ]
    return sorted(exams, key=lambda exam: exam.day or date.min, reverse=True)


# --- entries to fix


@dataclass(frozen=True, slots=True)
class _Problems:
    """Groups of 待改 with the lines that are shown, and how many are not."""

    groups: Sequence[tuple[ProblemGroup, Sequence[ProblemLine]]]
    hidden: int


def _problems(groups: Sequence[ProblemGroup]) -> _Problems:
    shown, room = [], _MOST_PROBLEMS
    for group in groups:
        lines = group.lines[:room]
        room -= len(lines)
        shown.append((group, lines))
    return _Problems(shown, sum(len(group.lines) for group in groups) - (_MOST_PROBLEMS - room))
