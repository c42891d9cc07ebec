"""What a command does: read, assess, deliver. The only place where the pure core meets files and the clock.

Renderers are imported by the workflow that needs them: `check` starts without XlsxWriter.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cached_property
from pathlib import Path
from typing import Final

from toolkit.assess import Assessment, assess, clean
from toolkit.digests import digests
from toolkit.errors import UsageError
from toolkit.files import refuse_strangers, replacing, write_text
from toolkit.names import texts
from toolkit.outputs import Outputs, load_outputs
from toolkit.plans import Plan, load_plan
from toolkit.progress import stage
from toolkit.schema import Schema, load_schema
from toolkit.settings import Settings, load_settings
from toolkit.stores.xlsx import read_workbook
from toolkit.viewer import Viewer
from toolkit.views import Dashboard
from toolkit.workbook import Workbook

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
    def viewer(self) -> Viewer:
        """Makes the views."""
        return Viewer(self.assessment, self.outputs)

    @cached_property
    def dashboard(self) -> Dashboard:
        """The community's view."""
        return self.viewer.dashboard()

    def folder(self, out: Path | None) -> Path:
        """Where results go: as told, else as configured, else beside the workbook."""
        return out or self.settings.output.folder or self.path.parent


def today() -> date:
    """Today in China."""
    return datetime.now(CHINA).date()


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


def own_tabs() -> set[str]:
    """Titles of the tabs that this toolkit puts into an entry workbook beside the sheets: nobody misses them."""
    from toolkit.guide import load_guide

    return set(load_guide().tabs.values())


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


def write_reports(loaded: Loaded, out: Path | None) -> list[Path]:
    """Write the dashboard workbook and the page.

    Args:
        loaded: an assessed workbook.
        out: the folder; beside the workbook where None.

    Returns:
        The files written.
    """
    from toolkit.render.dashboard_workbook import write_dashboard
    from toolkit.render.page import page

    folder = loaded.folder(out)
    book, html = folder / loaded.outputs.files["dashboard"], folder / loaded.outputs.files["page"]
    if book.resolve() == loaded.path.resolve():
        raise UsageError(f"{book.name} is the entry workbook itself; choose another folder with --out.")
    for path in (book, html):
        refuse_strangers(path)
    with stage("Writing the dashboard"):
        text = page(loaded.dashboard, loaded.outputs)
        write_dashboard(book, loaded.dashboard, loaded.outputs, loaded.path)
        write_text(html, text)
    return [book, html]


def write_weekly(loaded: Loaded, out: Path | None) -> list[Path]:
    """Write one .eml file for each reader of the weekly digest.

    Args:
        loaded: an assessed workbook.
        out: the folder; a folder for outgoing mail beside the workbook where None.

    Returns:
        The files written, named by the reader's row in 收件人 and role: no name or address stands in a file name.
    """
    from toolkit.render.message import message

    folder = out or loaded.folder(None) / loaded.outputs.files["outbox"]
    sent_at = datetime.now(UTC).astimezone(CHINA)
    written = []
    with stage("Writing the digests"):
        for digest in digests(loaded.viewer, "weekly"):
            mail = message(digest, loaded.outputs, sender=loaded.settings.mail.sender, sent_at=sent_at)
            path = folder / f"weekly-{digest.row:03d}-{digest.role}.eml"
            with replacing(path) as temporary:
                temporary.write_bytes(bytes(mail))
            written.append(path)
        for stale in set(folder.glob("weekly-*.eml")) - set(written):
            stale.unlink()  # of a reader who no longer gets one
    return written


@dataclass(frozen=True, slots=True)
class Made:
    """What `init` did.

    Attributes:
        path: the file written; None where nothing was missing.
        sheets: titles of the sheets in the file.
        columns: `sheet: column` of columns that the existing workbook lacks.
        quotas: how many quota rules the file holds.
        existing: whether the workbook was there already and stays as it is.
        needs: titles of the sheets that the plan's rules use.
        clashing: numbers of the plan's rules that the existing workbook uses for other rules.
    """

    path: Path | None
    sheets: tuple[str, ...]
    columns: tuple[str, ...]
    quotas: int
    existing: bool = False
    needs: tuple[str, ...] = ()
    clashing: tuple[str, ...] = ()


def make_workbook(path: Path, plan_name: str | None) -> Made:
    """Make an entry workbook; beside an existing one, a file with what it lacks.

    Args:
        path: the workbook. An existing one is never changed.
        plan_name: the plan whose quota rules to load.

    Raises:
        UsageError: there is no such plan, or the name does not end in .xlsx.
        SourceError: the existing workbook cannot be read.
    """
    if path.suffix.lower() != ".xlsx":
        raise UsageError(f"{path.name} should end in .xlsx.")
    schema, outputs = load_schema(), load_outputs()
    plan = load_plan(plan_name) if plan_name else None
    rows = [dict(row) for row in plan.quotas] if plan else []
    if not path.exists():
        sheets = list(schema.sheets)
        _write_entries(path, schema, sheets, rows, plan)
        titles = tuple(schema.sheets[key].title for key in sheets)
        return Made(path, titles, (), len(rows), needs=plan.needs if plan else ())
    lacking = _lacking(read_workbook(path, schema), schema, rows)
    if not lacking.sheets:
        return Made(None, (), (), 0, existing=True, clashing=lacking.clashing)
    target = _free_name(path, outputs.supplement)
    _write_entries(target, schema, lacking.sheets, lacking.rows, plan)
    titles = tuple(schema.sheets[key].title for key in lacking.sheets)
    return Made(target, titles, lacking.columns, len(lacking.rows), existing=True, clashing=lacking.clashing)


def _write_entries(
    path: Path,
    schema: Schema,
    sheets: Sequence[str],
    quotas: Sequence[Mapping[str, str | list[str]]],
    plan: Plan | None,
) -> None:
    from toolkit.guide import load_guide
    from toolkit.render.entry_workbook import write_entry_workbook

    guide = load_guide()
    write_entry_workbook(path, schema, guide.in_order(sheets), {"quotas": quotas} if plan else {}, guide)


@dataclass(frozen=True, slots=True)
class _Lacking:
    sheets: list[str]
    columns: tuple[str, ...]
    rows: list[dict[str, str | list[str]]]
    clashing: tuple[str, ...]


def _lacking(raw: Workbook, schema: Schema, rows: list[dict[str, str | list[str]]]) -> _Lacking:
    """Sheets, columns and quota rules that a workbook does not have."""
    tables, _ = clean(raw, schema, today())
    sheets, columns = [], []
    for key, table in tables.items():
        absent = [f.name for f in table.schema.fields if table.header is None or f.key not in table.header.positions]
        if table.title is not None:
            columns += [f"{table.schema.title}: {name}" for name in absent]
        if absent:
            sheets.append(key)
    number, name = (schema.sheets["quotas"].by_key[key].name for key in ("number", "name"))
    known = dict(zip(texts(tables["quotas"], "number"), texts(tables["quotas"], "name"), strict=True))
    missing = [row for row in rows if row[number] not in known]
    clashing = tuple(str(row[number]) for row in rows if known.get(str(row[number]), row[name]) != row[name])
    if missing and "quotas" not in sheets:
        sheets.append("quotas")
    order = list(schema.sheets)
    return _Lacking(sorted(sheets, key=order.index), tuple(columns), missing, clashing)


def _free_name(path: Path, word: str) -> Path:
    """A name beside the workbook that nothing has yet."""
    names: Iterator[Path] = (
        path.with_name(f"{path.stem}-{word}{'' if number == 1 else number}.xlsx") for number in range(1, 1000)
    )
    return next(name for name in names if not name.exists())
