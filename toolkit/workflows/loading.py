"""A source read and assessed: what every command begins with."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cached_property
from pathlib import Path
from typing import Final

from toolkit.assess import Assessment, assess
from toolkit.errors import UsageError
from toolkit.outputs import Outputs, load_outputs
from toolkit.plans import load_plan, plan_names, section_titles
from toolkit.progress import stage
from toolkit.schema import Schema, load_schema
from toolkit.settings import Settings, load_settings
from toolkit.stores.xlsx import read_workbook
from toolkit.viewer import Standpoint, Viewer

CHINA: Final = timezone(timedelta(hours=8))
"""China has one time zone and no summer time."""


@dataclass(frozen=True)
class Loaded:
    """A workbook read and assessed.

    Attributes:
        assessment: what the core concluded.
        path: the file it was read from.
        settings: the configuration in force.
        schema: the declarations.
        outputs: the words of what is written.
    """

    assessment: Assessment
    path: Path
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
        return out or self.settings.output.folder or self.path.parent


def now() -> datetime:
    """Now, in China."""
    return datetime.now(UTC).astimezone(CHINA)


def today() -> date:
    """Today in China."""
    return now().date()


def load(*, config: Path | None, workbook: Path | None, sheet: str | None, as_of: date | None) -> Loaded:
    """Read the source that the options or the configuration name, and assess it.

    Args:
        config: `--config`.
        workbook: `--workbook`.
        sheet: `--sheet`.
        as_of: `--as-of`; today where None.

    Raises:
        UsageError: no source is named, or two are.
        SourceError: the source cannot be read.
    """
    settings = load_settings(config)
    path = source_path(settings, workbook, sheet)
    schema, outputs = load_schema(), load_outputs()
    with no_garbage_collection():
        with stage(f"Reading {path.name}"):
            raw = read_workbook(path, schema)
        with stage("Checking and measuring"):
            assessment = assess(raw, schema, as_of or today(), settings.community.name)
    return Loaded(assessment, path, settings, schema, outputs)


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


def source_path(settings: Settings, workbook: Path | None, sheet: str | None) -> Path:
    """The workbook to read or make.

    Raises:
        UsageError: none is named, or both a workbook and a Google Sheet are.
    """
    if workbook and sheet:
        raise UsageError("Give either --workbook or --sheet, not both.")
    if sheet:
        raise UsageError(
            "This version reads .xlsx workbooks only; download the Google Sheet as .xlsx and use --workbook."
        )
    path = workbook or settings.workbook.path
    if path is None:
        raise UsageError("Which workbook? Give --workbook FILE.xlsx, or put path under [workbook] in consortium.toml.")
    return path
