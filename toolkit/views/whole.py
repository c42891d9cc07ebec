"""Whole views: the dashboard of the community or of one school, and the digest or notice of one reader."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from toolkit.history import ProblemChanges
from toolkit.views.obligations import (
    Block,
    DetailLine,
    EvidenceLine,
    Figure,
    Matrix,
    PersonLine,
    Section,
    Trend,
    Urgent,
)
from toolkit.views.records import EventLine, ExamLine, LoanLine, ProblemGroup, ProblemLine, RankLine, TaskLine


@dataclass(frozen=True, slots=True)
class Dashboard:
    """Everything the output sheets, the pages and the digests are made from: of the community, or of one school only.

    Attributes:
        community: its name.
        school: full name of the school it is limited to; empty for the community as a whole.
        label: its short name.
        term: label of the running term, else of the last one; empty without a calendar.
        week: of the term, from 1; None in the holidays.
        when: term and week in words, such as `2026-2027 学年第一学期 · 第 12 周`.
        as_of: today.
        workbook: the entry workbook's name.
        headline: the one most important fact, for the subject of a mail.
        figures: three.
        urgent: the most urgent first.
        blocks: obligations outside the matrix: of the community and the lead school; in a school's view, its own.
        matrix: schools × their own obligations; without rows in a school's view.
        persons: obligations of persons, folded.
        sections: of the plan, how far each is.
        trend: 达标率 over the weeks of the term; of the school in a school's view.
        details: a line a standing, in the contract's order; `details` elsewhere are places in it.
        evidence: by detail, then as in the workbook, the rows that count before those that do not.
        problems: in the contract's order.
        groups: the same by school, structure first.
        loans: overdue and due within two weeks, by borrower, the longest overdue first.
        scores: examinations beside the city.
        ranks: of contests.
        events: of the next two weeks by day, called-off ones among them.
        tasks: overdue ones and those of the next two weeks, by day.
        tabs: each sheet's own title on its tab, by the title in the contract.
    """

    community: str
    school: str
    label: str
    term: str
    week: int | None
    when: str
    as_of: date
    workbook: str
    headline: str
    figures: tuple[Figure, ...]
    urgent: tuple[Urgent, ...]
    blocks: tuple[Block, ...]
    matrix: Matrix
    persons: tuple[PersonLine, ...]
    sections: tuple[Section, ...]
    trend: Trend
    details: tuple[DetailLine, ...]
    evidence: tuple[EvidenceLine, ...]
    problems: tuple[ProblemLine, ...]
    groups: tuple[ProblemGroup, ...]
    loans: tuple[LoanLine, ...]
    scores: tuple[ExamLine, ...]
    ranks: tuple[RankLine, ...]
    events: tuple[EventLine, ...]
    tasks: tuple[TaskLine, ...]
    tabs: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Digest:
    """What one reader gets: the weekly digest or a notice.

    Attributes:
        role: `leader`, `principal` or `liaison`.
        reader: the reader's name.
        email: the reader's address.
        row: of the reader in 收件人.
        view: the community's for a leader, the school's for everybody else.
        key: opaque, the same for the same reader every time.
        since: the day of the last one of the topic in words; empty where there was none.
        changes: how many problems came, went and stayed since then.
        news: examinations entered since then; those of the term where there was none; none in a notice.
        topic: `weekly`; or of a notice, `overdue` or `problems`.
        last: the day that `since` says; None where there was none.
    """

    role: str
    reader: str
    email: str
    row: int
    key: str
    view: Dashboard
    since: str
    changes: ProblemChanges
    news: tuple[ExamLine, ...]
    topic: str = "weekly"
    last: date | None = None
