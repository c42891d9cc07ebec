"""A source read and assessed: what every command begins with."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path

from toolkit.assess import Assessment, assess
from toolkit.dates import CHINA
from toolkit.errors import UsageError
from toolkit.outputs import Outputs, load_outputs
from toolkit.plans import load_plan, plan_names, section_titles
from toolkit.progress import notice, stage
from toolkit.schema import Schema, load_schema
from toolkit.settings import Settings, load_settings
from toolkit.stores.sources import GoogleSheet, Source, WorkbookFile
from toolkit.viewer import Standpoint, Viewer


@dataclass(frozen=True)
class Loaded:
    """A source read and assessed.

    Attributes:
        assessment: what the core concluded.
        source: where it was read from.
        settings: the configuration in force.
        schema: the declarations.
        outputs: the words of what is written.
    """

    assessment: Assessment
    source: Source
    settings: Settings
    schema: Schema
    outputs: Outputs

    @cached_property
    def stand(self) -> Standpoint:
        """Where views are made from, knowing nothing of earlier runs."""
        names = self.schema.sheets["quotas"].by_key
        rules = [(rule.number, rule.name) for rule in self.assessment.rules]
        plans = [load_plan(name) for name in plan_names()]
        titles = section_titles(rules, plans, (names["number"].name, names["name"].name))
        return Standpoint(self.assessment, self.outputs, sections=titles)

    @cached_property
    def viewer(self) -> Viewer:
        """Makes views that know nothing of earlier runs."""
        return Viewer(self.stand)

    def folder(self, out: Path | None) -> Path:
        """Where results go: as told, else as configured, else beside the workbook."""
        return out or self.settings.output.folder or self.source.folder


def now() -> datetime:
    """Now, in China."""
    return datetime.now(UTC).astimezone(CHINA)


def today() -> date:
    """Today in China."""
    return now().date()


def load(
    *,
    config: Path | None,
    workbook: Path | None,
    sheet: str | None,
    as_of: date | None,
    community: str | None = None,
    opened: Callable[[Source], None] | None = None,
) -> Loaded:
    """Read the source that the options or the configuration name, and assess it.

    Args:
        config: `--config`.
        workbook: `--workbook`.
        sheet: `--sheet`.
        as_of: `--as-of`; today where None.
        community: `--community`.
        opened: told of the source before it is read.

    Raises:
        UsageError: no source is named, or two are.
        SourceError: the source cannot be read.
    """
    settings, schema, outputs = load_settings(config, community), load_schema(), load_outputs()
    source = find_source(settings, workbook, sheet, schema, outputs)
    if opened:
        opened(source)
    with no_garbage_collection():
        with stage(f"Reading {source.name}"):
            raw = source.read()
        with stage("Checking and measuring"):
            assessment = assess(raw, schema, as_of or today(), settings.community.name)
    return Loaded(assessment, source, settings, schema, outputs)


@contextmanager
def no_garbage_collection() -> Iterator[None]:
    """Pause the collector while a workbook becomes values: all of it stays alive, and looking again costs a third."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def find_source(
    settings: Settings, workbook: Path | None, sheet: str | None, schema: Schema, outputs: Outputs
) -> Source:
    """The workbook or the Google Sheet that the options name, else the configuration.

    Args:
        settings: the configuration.
        workbook: `--workbook`.
        sheet: `--sheet`.
        schema: the declarations.
        outputs: the words.

    Raises:
        UsageError: none is named, or both are.
        SheetError: the address of a Google Sheet is none, or there are no credentials.
    """
    if workbook and sheet:
        raise UsageError("Give either --workbook or --sheet, not both.")
    if not workbook and not sheet:
        workbook, sheet = settings.workbook.path, settings.sheet.id
        if workbook and sheet:
            raise UsageError(
                "consortium.toml names both a workbook and a Google Sheet; keep one, [workbook] or [sheet]."
            )
    if sheet:
        return open_sheet(sheet, settings, schema)
    if workbook is None:
        raise UsageError(
            "Which workbook? Give --workbook FILE.xlsx or --sheet ADDRESS, or put path under [workbook] or id under"
            " [sheet] in consortium.toml."
        )
    names = outputs.files
    return WorkbookFile(workbook, schema, names["memory"], names["ledger"], names["runs"])


def open_sheet(address: str, settings: Settings, schema: Schema) -> GoogleSheet:
    """A Google Sheet by its address or id; a key file that others may read is pointed out."""
    from toolkit.stores.sheets.connection import connect

    connection = connect(address, settings.google)
    if connection.identity.exposed:
        notice(f"{connection.identity.path} holds a key and can be read by other users of this machine: chmod 600 it.")
    return GoogleSheet(connection, schema)


def named_source(config: Path | None, workbook: Path | None, sheet: str | None, community: str | None = None) -> Source:
    """The source that the options or the configuration name, unread."""
    return find_source(load_settings(config, community), workbook, sheet, load_schema(), load_outputs())


def named_sheet(config: Path | None, sheet: str, community: str | None = None) -> GoogleSheet:
    """A Google Sheet by its address, reached as the configuration says, unread."""
    return open_sheet(sheet, load_settings(config, community), load_schema())
