"""The steps in order: clean, link, check, read the rules, measure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import numpy as np
from rapidfuzz import fuzz

from toolkit.checks import CHECKS, YARDSTICK_CHECKS, run
from toolkit.checks.ground import Ground
from toolkit.checks.waivers import waivers_name_something
from toolkit.clean import clean_sheet
from toolkit.header import has_entries, resembles
from toolkit.problems import Catalogue, Problem, in_order, quoted
from toolkit.reckoner import Reckoner
from toolkit.references import link
from toolkit.rule_reader import needed_sheets, read_rules
from toolkit.rules import QuotaRule
from toolkit.schema import Schema, SheetSchema, fold
from toolkit.standings import Standing
from toolkit.tables import Mask, Table
from toolkit.workbook import Sheet, Workbook

_NEAR_TITLE: Final = 60.0
"""A tab this like a missing sheet's title, from 0 to 100, is pointed out."""


@dataclass(frozen=True)
class Assessment:
    """All that can be concluded from one workbook on one day.

    Attributes:
        workbook: the raw sheets.
        ground: the linked tables, who is who, and the rows in error.
        problems: in the contract's order.
        rules: the quota rules in force.
        standings: by rule as in 指标, then obligor as in 学校 or 人员.
        reckoner: answers questions about single rules.
        written: those of the problems that do not depend on the day.
    """

    workbook: Workbook
    ground: Ground
    problems: tuple[Problem, ...]
    rules: tuple[QuotaRule, ...]
    standings: tuple[Standing, ...]
    reckoner: Reckoner
    written: tuple[Problem, ...]

    @property
    def community(self) -> str:
        """The community's name."""
        return self.reckoner.community

    @property
    def as_of(self) -> date:
        """The day it holds for."""
        return self.ground.as_of

    @property
    def schema(self) -> Schema:
        """The declarations it was made by."""
        return self.ground.schema


def assess(workbook: Workbook, schema: Schema, as_of: date, community: str | None = None) -> Assessment:
    """The whole core behind one call: pure, it touches no file, clock or network.

    Args:
        workbook: raw sheets.
        schema: the declarations.
        as_of: today.
        community: the community's name, where one is configured.

    Returns:
        Problems and standings.
    """
    tables, problems = clean(workbook, schema, as_of)
    return _assessment(workbook, check(tables, schema, as_of, community, problems))


def assess_on(assessment: Assessment, day: date) -> Assessment:
    """The same workbook on another day: how it would have stood, had all that it holds now been entered by then.

    Args:
        assessment: of any day.
        day: the other day.
    """
    ground = Ground(assessment.ground.tables, assessment.ground.directory, assessment.schema, day)
    return _assessment(assessment.workbook, _checked(ground, assessment.reckoner.community, assessment.written))


def _assessment(workbook: Workbook, checked: Checked) -> Assessment:
    standings = measure(checked)
    return Assessment(
        workbook, checked.ground, checked.problems, checked.rules, standings, checked.reckoner, checked.written
    )


@dataclass(frozen=True)
class Checked:
    """Tables linked and checked, and the rules that may be measured.

    Attributes:
        ground: the linked tables and the rows in error.
        problems: in the contract's order.
        rules: the quota rules in force.
        reckoner: works out standings.
        written: those of the problems that do not depend on the day.
    """

    ground: Ground
    problems: tuple[Problem, ...]
    rules: tuple[QuotaRule, ...]
    reckoner: Reckoner
    written: tuple[Problem, ...]


def check(
    tables: Mapping[str, Table], schema: Schema, as_of: date, community: str | None, problems: list[Problem]
) -> Checked:
    """Link the references, run every check, read the rules.

    Args:
        tables: cleaned sheets.
        schema: the declarations.
        as_of: today.
        community: the community's name, where one is configured.
        problems: those found in cleaning.
    """
    linked, directory, unlinked = link(tables, schema)
    return _checked(Ground(linked, directory, schema, as_of), community, (*problems, *unlinked))


def _checked(ground: Ground, community: str | None, written: tuple[Problem, ...]) -> Checked:
    rules, unreadable = read_rules(ground)
    found = [*written, *run(CHECKS, ground), *unreadable, *_missing_sheets(ground)]
    ground = replace(ground, in_error=rows_in_error(ground.tables, found))
    reckoner = Reckoner(ground, community)
    found += [*run(YARDSTICK_CHECKS, ground), *waivers_name_something(ground, reckoner.community)]
    sound_rows = set(ground.tables["quotas"].rows[ground.sound("quotas")].tolist())
    in_force = tuple(rule for rule in rules if rule.row in sound_rows)
    return Checked(ground, in_order(found, ground.schema), in_force, reckoner, written)


def measure(checked: Checked) -> tuple[Standing, ...]:
    """The standing of every obligor under every rule in force."""
    return tuple(standing for rule in checked.rules for standing in checked.reckoner.reckon(rule))


def clean(workbook: Workbook, schema: Schema, as_of: date) -> tuple[dict[str, Table], list[Problem]]:
    """Every sheet of the schema typed; a sheet the workbook lacks is an empty table."""
    problems: list[Problem] = []
    tables: dict[str, Table] = {}
    for key, sheet_schema in schema.sheets.items():
        tabs = candidates(workbook.sheets, sheet_schema, schema)
        tables[key], found = clean_sheet(tabs[0] if tabs else None, sheet_schema, schema, as_of)
        problems += found + _about_tabs(tabs, sheet_schema, schema, workbook.others)
    return tables, problems


def candidates(sheets: Sequence[Sheet], sheet_schema: SheetSchema, schema: Schema) -> list[Sheet]:
    """The tabs that could be a sheet, the likeliest first.

    A tab that was tied to the sheet when it was set up is the sheet, else one of exactly the right title. One that only
    answers to another name is taken for it where its header says so too; otherwise it is the staff's own.
    """
    tied = [sheet for sheet in sheets if sheet.key == sheet_schema.key]
    untied = [sheet for sheet in sheets if sheet.key is None]
    named = [sheet for sheet in untied if schema.sheet_for(sheet.title) is sheet_schema]
    like = [sheet for sheet in named if not _titled(sheet, sheet_schema) and resembles(sheet, sheet_schema)]
    found = [
        *sorted(tied, key=lambda sheet: not _titled(sheet, sheet_schema)),
        *(sheet for sheet in named if _titled(sheet, sheet_schema)),
        *like,
    ]
    # A form that nobody has filled in is no rival of one that somebody has.
    return [sheet for sheet in found if has_entries(sheet, sheet_schema)] or found if len(found) > 1 else found


def _titled(sheet: Sheet, sheet_schema: SheetSchema) -> bool:
    return fold(sheet.title) == fold(sheet_schema.title)


def _about_tabs(tabs: list[Sheet], sheet_schema: SheetSchema, schema: Schema, others: Sequence[str]) -> list[Problem]:
    """What people should know of tabs that were read under another title, or were not read."""
    catalogue, title = Catalogue(schema.messages), sheet_schema.title
    if not tabs:
        scored = [(fuzz.ratio(fold(tab), fold(title)), tab) for tab in others]
        return [
            catalogue.at_sheet("sheet.nearly", sheet=title, tab=quoted(tab))
            for score, tab in sorted(scored, reverse=True)[:1]
            if score >= _NEAR_TITLE
        ]
    first, *unread = tabs
    problems = [
        catalogue.at_sheet("sheet.repeated", sheet=title, tab=other.title, read=first.title) for other in unread
    ]
    if first.key and schema.sheet_for(first.title) is not sheet_schema:
        problems.append(catalogue.at_sheet("sheet.renamed", sheet=title, tab=quoted(first.title)))
    return problems


def _missing_sheets(ground: Ground) -> list[Problem]:
    """学校 and 学期 are always needed; others where an enabled rule counts them or looks something up in them."""
    needed: dict[str, list[str]] = {"schools": [], "terms": [], **needed_sheets(ground)}
    problems = []
    for key, quotas in needed.items():
        table = ground.tables[key]
        if table.header is None and not table.broken:
            rule = "sheet.needed" if quotas else "sheet.missing"
            names = ground.schema.words.list_separator.join(quotas)
            problems.append(ground.catalogue.at_sheet(rule, sheet=table.schema.title, quotas=names))
    return problems


def rows_in_error(tables: Mapping[str, Table], problems: list[Problem]) -> dict[str, Mask]:
    """Which rows count for nothing: those with an error, and all of a sheet without a required column."""
    faulty: dict[str, set[int]] = {}
    for problem in problems:
        if problem.severity == "error" and problem.row is not None:
            faulty.setdefault(problem.sheet, set()).add(problem.row)
    return {
        key: np.isin(table.rows, list(faulty.get(table.schema.title, ()))) | table.broken
        for key, table in tables.items()
    }
