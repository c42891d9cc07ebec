"""The whole report, put together from its parts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from toolkit.assess import Assessment
from toolkit.names import NOBODY
from toolkit.outputs import Outputs
from toolkit.report.accounts import Accounts, Count, accounts, count
from toolkit.report.appendix import Appendix
from toolkit.report.clauses import Clauses
from toolkit.report.pages import Listing, Report
from toolkit.report.records import Records
from toolkit.report.shortfalls import Shortfalls
from toolkit.report.spans import span_of
from toolkit.standings import Standing, assessment_score

_UNFIT = '\\/:*?"<>|'
"""Signs that no file name may hold."""


def report(assessment: Assessment, outputs: Outputs, sections: Mapping[str, str], label: str) -> Report:
    """The report of a term or a school year.

    Args:
        assessment: of the workbook on the day the report is made.
        outputs: the words.
        sections: titles of the plan's sections by the first part of 指标编号.
        label: of the term or school year.

    Raises:
        UsageError: the workbook has no such term, or it has not begun.
    """
    span = span_of(assessment.reckoner.terms, label, assessment.as_of)
    owed = accounts(assessment, outputs, sections, span)
    records, shortfalls = Records(owed), Shortfalls(owed)
    appendix, total = Appendix(records), count(owed.standings)
    title = owed.word("title", label=span.label)
    return Report(
        community=assessment.community,
        label=span.label,
        title=title,
        file=owed.word("file", title=_fit(title)),
        period=owed.word("period", start=owed.day(span.start), end=owed.day(span.end)),
        as_of=owed.day(min(span.day, span.end)),
        made=assessment.as_of,
        made_text=owed.day(assessment.as_of),
        running="" if span.over else owed.word("running", day=owed.day(span.day), label=span.label),
        workbook=assessment.workbook.name,
        figures=_figures(owed, total, records),
        facts=_facts(owed, total, records),
        sections_table=_sections_table(owed, total),
        schools_table=_schools_table(owed),
        sections=Clauses(owed).sections(),
        shortfalls=shortfalls.lines(),
        waivers=shortfalls.waivers(),
        without_data=shortfalls.without_data(),
        exams=records.exams(),
        contests=records.contests(),
        loans=records.loans(),
        loans_table=records.loans_table(),
        overdue=records.overdue(),
        entries=owed.word("entries", day=owed.day(assessment.as_of), errors=records.errors, warnings=records.warnings),
        entries_table=records.entries_table(),
        problems_table=records.problems_table(),
        events=appendix.events(),
        exchanges=appendix.exchanges(),
        lent=appendix.lent(),
        projects=appendix.projects(),
        tasks=appendix.tasks(),
        pairings=appendix.pairings(),
        leads=outputs.separator.join(_leads(owed)),
    )


def _fit(title: str) -> str:
    """A title as a file may be called."""
    return "".join("-" if sign in _UNFIT or not sign.isprintable() else sign for sign in title)


def _rate(owed: Accounts, counted: Count) -> str:
    return owed.outputs.missing_sign if counted.rate is None else f"{counted.rate:.0%}"


def _figures(owed: Accounts, total: Count, records: Records) -> tuple[tuple[str, str, str], ...]:
    notes = owed.outputs.notes
    met = notes["compliance"].format(met=total.met, counted=total.total - total.aside) if total.rate is not None else ""
    warnings = notes["errors"].format(warnings=records.warnings) if records.warnings else ""
    behind = owed.outputs.figures["behind"] if total.open else owed.outputs.statuses["missed"].word
    return (
        (owed.outputs.figures["compliance"], _rate(owed, total), met),
        (behind, str(owed.behind), owed.word("of_total", total=total.total)),
        (owed.outputs.figures["errors"], str(records.errors), warnings),
    )


def _facts(owed: Accounts, total: Count, records: Records) -> tuple[str, ...]:
    entered = owed.word("entered", **records.counts())
    if not total.total:
        return (owed.word("no_rules"), entered)
    rules = owed.word("promised", rules=len(owed.rules), total=total.total)
    state = owed.word(
        "state",
        day=owed.day(min(owed.span.day, owed.span.end)),
        met=total.met,
        failed=total.failed,
        open=total.open,
        waived=total.waived,
        no_data=total.no_data,
        rate=_rate(owed, total),
    )
    return (rules + state, entered)


def _sections_table(owed: Accounts, total: Count) -> Listing:
    grouped: dict[str, list[Standing]] = defaultdict(list)
    titles: dict[str, str] = {}
    for account in owed.parts:
        for standing in map(account.standing, account.numbers):
            key, title = account.obligations.section_of(standing.rule)
            titles.setdefault(key, title)
            grouped[key].append(standing)
    order = list(dict.fromkeys(owed.main.obligations.section_of(rule)[0] for rule in owed.rules))
    rows = [_counted(owed, titles[key], count(grouped[key])) for key in order]
    return Listing((*rows, _counted(owed, owed.word("sum"), total)) if rows else ())


def _counted(owed: Accounts, title: str, counted: Count) -> tuple[str, ...]:
    numbers = (counted.total, counted.met, counted.failed, counted.open, counted.aside)
    return (title, *map(str, numbers), _rate(owed, counted))


def _schools_table(owed: Accounts) -> Listing:
    """Each school's own obligations; those of its persons are not its own."""
    own: dict[int, list[Standing]] = defaultdict(list)
    for standing in owed.standings:
        if standing.obligor.school != NOBODY and not standing.rule.is_personal:
            own[standing.obligor.school].append(standing)
    rows = []
    for place, standings in sorted(own.items()):
        score = assessment_score(standings)
        text = owed.outputs.missing_sign if score is None else f"{score * 100:.1f}"
        rows.append((*_counted(owed, owed.main.stand.schools.label(place), count(standings)), text))
    return Listing(tuple(rows))


def _leads(owed: Accounts) -> list[str]:
    ground = owed.main.stand.ground
    roles = ground.tables["schools"].frame["role"].tolist()
    sound = ground.sound("schools")
    return [
        ground.directory.schools.label(place) for place, role in enumerate(roles) if role == "lead" and sound[place]
    ]
