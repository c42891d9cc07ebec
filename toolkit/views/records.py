"""Views of records: entries to fix, loans, contests, events, tasks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from toolkit.problems import Problem


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
        since: the first day it was seen; None where no earlier run knew of it or none is on record.
        since_text: the same in words.
        structure: whether it is of a sheet or a header rather than of an entry.
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
    since: date | None = None
    since_text: str = ""
    structure: bool = False


@dataclass(frozen=True, slots=True)
class ProblemGroup:
    """The lines of one school, or those of the workbook's structure.

    Attributes:
        title: the school's short name, or the word for structure or for nobody's.
        school: place of the school; NOBODY for the others.
        note: how many of which severity.
        lines: the gravest first, then as in the workbook.
    """

    title: str
    school: int
    note: str
    lines: tuple[ProblemLine, ...]


@dataclass(frozen=True, slots=True)
class LoanLine:
    """A loan that is overdue or due soon.

    Attributes:
        days: past its day; negative before it.
        state: in words, such as `已过 12 天`.
        cell: where its 归还日期 is to be filled in; empty where the sheet has no such column.
    """

    place: str
    tab: str
    row: int
    borrower: str
    lender: str
    resource: str
    quantity: float
    due: date
    days: int
    state: str
    borrower_place: int
    cell: str = ""

    @property
    def overdue(self) -> bool:
        """Whether its day has passed."""
        return self.days > 0


@dataclass(frozen=True, slots=True)
class ExamLine:
    """One 考试, 年级 and 学科: the community, or one school, beside the city.

    Attributes:
        day: when it was held.
        schools: how many schools have entered their row.
        pupils: Σ 参考人数.
        mean: in points of 100; None without a school's row.
        city: in points of 100; None without a 全市 row.
        gap: mean minus city.
        absent: short names of the schools without a row.
    """

    exam: str
    grade: str
    subject: str
    day: date | None
    schools: int
    pupils: int
    mean: float | None
    city: float | None
    gap: float | None
    absent: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RankLine:
    """One contestant's rank.

    Attributes:
        contest: place of the event in 活动: two contests may have one name.
    """

    contest: int
    event: str
    rank: int
    person: str
    school: str
    school_place: int
    judges: int
    mark: float


@dataclass(frozen=True, slots=True)
class EventLine:
    """An event of the next two weeks, or one that is called off.

    Attributes:
        uid: stable as long as the event keeps its number, or else its kind, topic and host; one of a series, its day.
        day: its first day.
        last: its last day.
        kind: 类别.
        title: 主题.
        host: 承办学校, short; empty in a view of a school that is not the host.
        cancelled: whether it is called off.
        fingerprint: changes whenever anything of it does.
        place: sheet and row.
    """

    uid: str
    day: date
    last: date
    kind: str
    title: str
    host: str
    cancelled: bool
    fingerprint: str
    place: str


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A task of 工作计划 that is not done and is overdue or due within two weeks."""

    title: str
    who: str
    due: date
    days: int
    state: str
    place: str
