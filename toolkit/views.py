"""What people are shown: finished, sorted, worded values that every renderer shares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from toolkit.problems import Problem
from toolkit.scores import ExamLine


@dataclass(frozen=True, slots=True)
class Figure:
    """One headline figure."""

    key: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class CellView:
    """One obligation of one obligor, as a cell of the matrix.

    Attributes:
        status: its code; `folded` where it stands for several persons.
        sign: readable without colour.
        text: done and required, such as `1/2`.
        details: the numbers of its lines in the details, from 0.
    """

    status: str
    sign: str
    text: str
    details: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One school's obligations."""

    school: str
    label: str
    cells: tuple[CellView | None, ...]
    compliance: str
    score: str


@dataclass(frozen=True, slots=True)
class RuleHead:
    """The head of a matrix column or a line of the community's block."""

    number: str
    name: str
    clause: str


@dataclass(frozen=True, slots=True)
class Matrix:
    """Schools × obligations; an obligation of persons is folded into one cell a school."""

    heads: tuple[RuleHead, ...]
    rows: tuple[MatrixRow, ...]


@dataclass(frozen=True, slots=True)
class DetailLine:
    """One result of contract section 3, worded.

    Attributes:
        numbers: minimum, maximum, done and planned as they are.
        form: how numbers are shown: `share`, `gap` or `plain`.
    """

    number: str
    name: str
    clause: str
    kind: str
    obligor: str
    school: str
    period: str
    minimum: str
    maximum: str
    done: str
    planned: str
    status: str
    status_word: str
    sign: str
    rows: tuple[str, ...]
    school_place: int
    numbers: Mapping[str, float | None]
    form: str


@dataclass(frozen=True, slots=True)
class ProblemLine:
    """One line of 待改.

    Attributes:
        problem: the problem itself.
        severity: its word.
        place: sheet and cell.
        schools: whose it is, names.
        owners: places of those schools; none for the community as a whole.
        effect: what it means for the figures.
        tab: the tab's own title, to link to.
        message: what is said.
        value: what is written there.
        suggestion: what to write instead; empty where unknown.
    """

    problem: Problem
    severity: str
    place: str
    schools: str
    owners: frozenset[int]
    effect: str
    tab: str
    message: str
    value: str
    suggestion: str


@dataclass(frozen=True, slots=True)
class LoanLine:
    """A loan not returned by its day."""

    place: str
    row: int
    borrower: str
    lender: str
    resource: str
    quantity: float
    due: date
    days: int
    borrower_place: int


@dataclass(frozen=True, slots=True)
class RankLine:
    """One contestant's rank."""

    event: str
    rank: int
    person: str
    school: str
    judges: int
    mark: float


@dataclass(frozen=True, slots=True)
class Dashboard:
    """Everything the output sheets, the page and the digests are made from.

    Attributes:
        workbook: the entry workbook's name.
        tabs: each sheet's own title on its tab, by the title in the contract.
    """

    community: str
    period: str
    as_of: date
    figures: tuple[Figure, ...]
    community_cells: tuple[tuple[RuleHead, CellView], ...]
    matrix: Matrix
    details: tuple[DetailLine, ...]
    problems: tuple[ProblemLine, ...]
    loans: tuple[LoanLine, ...]
    scores: tuple[ExamLine, ...]
    ranks: tuple[RankLine, ...]
    workbook: str
    tabs: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Digest:
    """What one reader gets.

    Attributes:
        role: `leader`, `principal` or `liaison`.
        reader: the reader's name.
        school: the reader's school; empty for a leader.
        subject_fact: the most important fact, for the subject.
        behind: obligations at risk or missed, of the reader's scope.
        standing: every obligation of the scope.
    """

    role: str
    reader: str
    email: str
    row: int
    school: str
    community: str
    period: str
    as_of: date
    figures: tuple[Figure, ...]
    behind: tuple[DetailLine, ...]
    details: tuple[DetailLine, ...]
    problems: tuple[ProblemLine, ...]
    loans: tuple[LoanLine, ...]
    scores: tuple[ExamLine, ...]
