"""What stands in a report: finished, sorted, worded values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Listing:
    """A table.

    Attributes:
        rows: the texts of its cells.
        note: what it leaves out, in words; empty where nothing.
    """

    rows: tuple[tuple[str, ...], ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """Where one obligor stands.

    Attributes:
        who: the obligor.
        done: done and required, such as `1/2`.
        status: its code; empty for a line that only fills a place.
        sign: of the status.
        word: the status in words.
    """

    who: str = ""
    done: str = ""
    status: str = ""
    sign: str = ""
    word: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """Schools under one rule in one period, two side by side.

    Attributes:
        caption: the period, and how many have met it.
        rows: the pairs; the last may be half empty.
    """

    caption: str
    rows: tuple[tuple[Line, Line], ...]


@dataclass(frozen=True, slots=True)
class Persons:
    """Persons under one rule in one period, folded.

    Attributes:
        summary: the period, and how many of how many have met it.
        complete: the schools in which all have; empty where there are none.
        lacking: school, met of counted, and the names of those who have not.
    """

    summary: str
    complete: str
    lacking: Listing


@dataclass(frozen=True, slots=True)
class Clause:
    """One rule of the plan.

    Attributes:
        heading: number and name.
        promise: who owes what until when, in words.
        lines: the community or the only school that owes it, a line a period.
        grids: the schools that owe it, a table a period.
        persons: the persons who owe it, a fold a period.
        evidence: how many rows count, or that there is none.
        rows: place and text of those rows.
        rejected: place and text of rows that do not count, and why.
    """

    heading: str
    promise: str
    lines: tuple[Line, ...]
    grids: tuple[Grid, ...]
    persons: tuple[Persons, ...]
    evidence: str
    rows: Listing
    rejected: Listing


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the plan."""

    title: str
    note: str
    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class Shortfall:
    """What is not met.

    Attributes:
        number: 指标编号.
        name: 名称.
        period: when.
        who: all who are in the same state.
        line: that state.
        note: what is missing, or what must happen.
    """

    number: str
    name: str
    period: str
    who: str
    line: Line
    note: str


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that stands in a report.

    Attributes:
        community: its name.
        label: of the term or school year.
        title: what the document is called.
        file: a name for the file.
        period: from when to when.
        as_of: for which day it holds, in words.
        made: the day it was made.
        made_text: the same in words.
        running: that the period is not over, in words; empty where it is.
        workbook: the entry workbook's name.
        figures: name, figure and note of the three figures.
        facts: paragraphs.
        sections_table: of the plan's sections, the sum last.
        schools_table: of the schools' own obligations.
        sections: the plan, rule by rule.
        shortfalls: what is missed, or behind.
        waivers: what was waived and why.
        without_data: rules that found nothing to measure.
        exams: beside the city.
        contests: rankings.
        loans: facts.
        loans_table: by school.
        overdue: not returned in time.
        entries: facts.
        entries_table: by sheet.
        problems_table: by school.
        events: of the period, and so on.
        leads: names of the lead schools.
    """

    community: str
    label: str
    title: str
    file: str
    period: str
    as_of: str
    made: date
    made_text: str
    running: str
    workbook: str
    figures: tuple[tuple[str, str, str], ...]
    facts: tuple[str, ...]
    sections_table: Listing
    schools_table: Listing
    sections: tuple[Section, ...]
    shortfalls: tuple[Shortfall, ...]
    waivers: Listing
    without_data: Listing
    exams: Listing
    contests: Listing
    loans: str
    loans_table: Listing
    overdue: Listing
    entries: str
    entries_table: Listing
    problems_table: Listing
    events: Listing
    exchanges: Listing
    lent: Listing
    projects: Listing
    tasks: Listing
    pairings: Listing
    leads: str
