"""Views of obligations: figures, the matrix, what to do first, every detail with its evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Change:
    """How a figure moved.

    Attributes:
        text: sign and amount, such as `▲ 4`.
        good: whether that is for the better; None where it did not move.
        since: since when, such as `比上周`.
    """

    text: str
    good: bool | None
    since: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One headline figure.

    Attributes:
        key: `compliance`, `behind` or `errors`.
        label: its name.
        text: the figure.
        note: what it is a part of, such as `471/616 项`; may be empty.
        changes: since the last run and since last week, as far as they are known.
    """

    key: str
    label: str
    text: str
    note: str = ""
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class CellView:
    """One obligation of one obligor, as a cell of the matrix or a chip of a block.

    Attributes:
        status: its code; the gravest where it stands for several persons.
        sign: readable without colour.
        word: the status in words.
        text: done and required, such as `1/2`; empty where there is nothing to count.
        lost: whether it can no longer be met in its period.
        details: the numbers of its lines in the details, from 0.
    """

    status: str
    sign: str
    word: str
    text: str
    lost: bool
    details: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RuleHead:
    """What heads a column, a chip or a line: the rule."""

    number: str
    name: str
    clause: str


@dataclass(frozen=True, slots=True)
class Chip:
    """An obligation that one obligor owes; `who` where the block does not say it."""

    head: RuleHead
    who: str
    cell: CellView


@dataclass(frozen=True, slots=True)
class Block:
    """Obligations that belong together, such as those of the community or of a section of the plan.

    Attributes:
        title: of the block.
        note: how many there are, and how many are met.
        chips: in the order of 指标.
    """

    title: str
    note: str
    chips: tuple[Chip, ...]


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One school's line beside the matrix.

    Attributes:
        school: its full name.
        label: its short name.
        place: its place in 学校.
        compliance: 达标率 of its own obligations as text, `–` where nothing counts.
        share: the same from 0 to 1; None where nothing counts.
        score: 考核分 as text.
        points: the same from 0 to 100; None where nothing counts.
    """

    school: str
    label: str
    place: int
    compliance: str
    share: float | None
    score: str
    points: float | None


@dataclass(frozen=True, slots=True)
class Band:
    """Some columns of the matrix that fit beside each other on paper.

    Attributes:
        groups: titles of the plan's sections, each with the number of columns below it.
        heads: a rule a column.
        cells: a line a school, in the order of the matrix's rows; None where the school does not owe it.
    """

    groups: tuple[tuple[str, int], ...]
    heads: tuple[RuleHead, ...]
    cells: tuple[tuple[CellView | None, ...], ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Schools × their own obligations."""

    rows: tuple[MatrixRow, ...]
    bands: tuple[Band, ...]


@dataclass(frozen=True, slots=True)
class Lacking:
    """The persons of one school who lack something.

    Attributes:
        school: the school's short name.
        names: theirs.
        details: the number of each one's line in the details.
    """

    school: str
    names: tuple[str, ...]
    details: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PersonLine:
    """An obligation of persons, folded.

    Attributes:
        head: the rule.
        cell: how many have met it, of how many; its status is the gravest.
        share: the same from 0 to 1; None where nobody counts.
        lacking: who has not, by school.
        forecast: where the pace leads, in words; empty where that means nothing.
    """

    head: RuleHead
    cell: CellView
    share: float | None
    lacking: tuple[Lacking, ...]
    forecast: str


@dataclass(frozen=True, slots=True)
class Urgent:
    """Something to do first.

    Attributes:
        status: code of the gravest standing it stands for.
        sign: of the status.
        word: the status in words.
        head: the rule.
        who: the community, schools, or how many persons.
        progress: done and required.
        need: what must happen, a sentence.
        until: by when, in words.
        due: the last day on which it can still be done; None where that is over or never.
        lost: whether it can no longer be met in its period.
        schools: whether it is schools that owe it.
        details: the numbers of its lines in the details.
    """

    status: str
    sign: str
    word: str
    head: RuleHead
    who: str
    progress: str
    need: str
    until: str
    due: date | None
    lost: bool
    schools: bool
    details: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """How far a section of the plan is."""

    title: str
    met: int
    counted: int
    text: str


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """达标率 at the end of a week of the term; the last one is of today.

    Attributes:
        week: of the term, from 1.
        day: which day it holds for.
        share: from 0 to 1.
        rebuilt: worked out afterwards from what stands in the workbook now, for want of a run at the time.
    """

    week: int
    day: date
    share: float
    rebuilt: bool


@dataclass(frozen=True, slots=True)
class Trend:
    """达标率 over the weeks of the term.

    Attributes:
        points: in order of time.
        weeks: how many the term has.
        text: the same in one sentence, for those who cannot see the picture; empty where there is no point.
    """

    points: tuple[TrendPoint, ...]
    weeks: int
    text: str


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """A row that counts for an obligation, or one that does not and why.

    Attributes:
        detail: the number of the line in the details that it stands under.
        place: such as `活动!7`.
        tab: the tab's own title, to link to.
        row: its number.
        text: what the row says, in the staff's own words.
        why: why it does not count; empty where it does.
    """

    detail: int
    place: str
    tab: str
    row: int
    text: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class DetailLine:
    """One result of contract section 3, worded.

    Attributes:
        who: the obligor as briefly as the reader understands it.
        progress: done and required, as in the matrix.
        numbers: minimum, maximum, done and planned as they are.
        form: how numbers are shown: `share`, `gap` or `plain`.
        school_place: place of the school it belongs to; NOBODY for the community.
        lost: whether it can no longer be met in its period.
        need: what must happen, a sentence; empty where nothing must.
        until: by when, in words.
        forecast: where the pace leads, in words; empty where that means nothing.
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
    who: str
    progress: str
    rows: tuple[str, ...]
    school_place: int
    numbers: Mapping[str, float | None]
    form: str
    lost: bool
    need: str
    until: str
    forecast: str
