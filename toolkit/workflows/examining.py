"""`doctor`: everything that a run needs, looked at one thing after the other; nothing is changed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from toolkit.assess import Assessment, assess
from toolkit.doctor import Findings, State, load_doctor
from toolkit.errors import SourceError, UsageError
from toolkit.faults import Wording
from toolkit.outputs import Outputs, load_outputs
from toolkit.problems import Problem
from toolkit.schema import Schema, load_schema
from toolkit.settings import DEFAULT_FILE, GoogleSettings, Settings, load_communities, load_settings
from toolkit.stores.sources import GoogleSheet, Source, WorkbookFile
from toolkit.workflows.examining_mail import examine_mail, examine_templates
from toolkit.workflows.loading import Loaded, find_source, today
from toolkit.workflows.remembering import Remembered
from toolkit.workflows.setting_up import SILENT, Lacking

_STRUCTURE: Final = frozenset({"sheet", "header", "column"})
"""First parts of the codes of problems that concern a sheet's build."""
_MISSING: Final = frozenset({"sheet.missing", "sheet.needed"})
_ROOM: Final = 20_000_000
"""Bytes that should be free where something is written."""
_BREAK: Final = timedelta(weeks=3)
"""After a term, until the operator is told that no other is entered."""


def communities_of(config: Path | None) -> Sequence[str | None]:
    """The keys of all communities; none is named where there is one, or the configuration is wrong.

    Args:
        config: `--config`.
    """
    try:
        return [key or None for key in load_communities(config)]
    except UsageError:
        return [None]


def examine(
    config: Path | None,
    workbook: Path | None,
    sheet: str | None,
    community: str | None = None,
    *,
    as_of: date | None = None,
    opened: Callable[[Source], None] | None = None,
) -> Findings:
    """Look at configuration, source, sheets, mail; a finding that bars the way to others ends the examination.

    Args:
        config: `--config`.
        workbook: `--workbook`.
        sheet: `--sheet`.
        community: `--community`.
        as_of: the day to take for today; today in China where None.
        opened: told of the source before it is read.
    """
    found = Findings()
    try:
        settings = load_settings(config, community)
        path = config or (DEFAULT_FILE if DEFAULT_FILE.exists() else None)
        if path:
            found.add("configuration", "well", "configured", path=path)
        else:
            found.add("configuration", "well", "unconfigured")
        schema, outputs = load_schema(), load_outputs()
        source = find_source(settings, workbook, sheet, schema, outputs)
    except UsageError as error:
        found.add("configuration", "amiss", "misconfigured", code=error.exit_code, reason=error)
        return found
    except SourceError as error:
        found.failed("configuration" if getattr(error, "key", "") == "bad_address" else "credentials", error)
        return found
    if opened:
        opened(source)
    examination = _Examination(found, settings, schema, outputs, as_of or today())
    examination.source(source)
    return found


class _Examination:
    """Looks at one source."""

    def __init__(self, found: Findings, settings: Settings, schema: Schema, outputs: Outputs, as_of: date) -> None:
        self.found, self.settings, self.schema, self.outputs, self.as_of = found, settings, schema, outputs, as_of

    def source(self, source: Source) -> None:
        """Look at all of it, as far as it can be reached."""
        reached = self._google(source) if isinstance(source, GoogleSheet) else self._workbook(source)
        if not reached:
            return
        assessment = assess(source.read(), self.schema, self.as_of, self.settings.community.name)
        self._sheets(assessment)
        self._terms(assessment)
        if isinstance(source, GoogleSheet):
            try:
                _Tabs(self.found, source, self.outputs).look()
            except SourceError as error:
                self.found.failed("setup", error)
        memory = source.memory.recall(assessment.as_of)
        if memory.fault:
            self.found.add("memory", "amiss", "forgotten", reason=memory.fault)
        elif memory.history.last or memory.history.points:
            self.found.add("memory", "well", "remembered")
        else:
            self.found.add("memory", "unknown", "nothing_yet")
        self._runs(source)
        examine_mail(self.found, assessment, source, self.settings)
        examine_templates(self.found, Remembered(Loaded(assessment, source, self.settings, self.schema, self.outputs)))

    # --- reaching it

    def _workbook(self, source: WorkbookFile) -> bool:
        try:
            source.read()
        except SourceError as error:
            self.found.failed("access", error)
            return False
        self.found.add("access", "well", "opened", name=source.name)
        self._folders(source.folder, self.settings.output.folder, self.settings.backup.folder)
        return True

    def _folders(self, *folders: Path | None) -> None:
        """Whether what is written beside the workbook, results and backups find a place."""
        for folder in dict.fromkeys(folder.resolve() for folder in folders if folder):
            there = next(path for path in (folder, *folder.parents) if path.is_dir())
            room = shutil.disk_usage(there).free
            if not os.access(there, os.W_OK):
                self.found.add("writing", "amiss", "folder_locked", code=2, path=folder)
            elif room < _ROOM:
                self.found.add("writing", "amiss", "folder_full", path=folder, megabytes=room // 1_000_000)
            else:
                self.found.add("writing", "well", "folder_writable", path=folder)

    def _google(self, source: GoogleSheet) -> bool:
        connection = source.connection
        identity = connection.identity
        account, path = identity.account, identity.path
        if identity.exposed:
            self.found.add("credentials", "amiss", "key_exposed", account=account, path=path)
        else:
            self.found.add("credentials", "well", "key_safe", account=account, path=path)
        self._clock(connection.settings)
        try:
            structure = source.seen.structure
        except SourceError as error:
            if not any(line.check == "clock" and line.state == "amiss" for line in self.found.lines):
                self.found.failed("access", error)
            return False
        self.found.add("access", "well", "opened", name=structure.title)
        self._file(source)
        self._folders(self.settings.output.folder, self.settings.backup.folder)
        return True

    def _clock(self, settings: GoogleSettings) -> None:
        from toolkit.stores.sheets.clock import RIGHT, clock_offset, wrong_clock

        offset = clock_offset(settings)
        if offset is None:
            self.found.add("clock", "unknown", "clock_unknown")
        elif abs(offset) > RIGHT:
            self.found.failed("clock", wrong_clock(offset))
        else:
            self.found.add("clock", "well", "clock_right", minutes=round(RIGHT / timedelta(minutes=1)))

    def _file(self, source: GoogleSheet) -> None:
        """What only the Drive API tells."""
        from toolkit.stores.sheets.failures import SheetError

        try:
            file = source.connection.file()
        except SheetError as error:
            if error.key not in SILENT:
                self.found.failed("trash", error)
                return
            self.found.add("trash", "unknown", "trash_unknown")
            self.found.add("writing", "unknown", "writing_unknown")
            return
        if file.get("trashed"):
            self.found.failed("trash", SheetError("trashed", name=file.get("name", "")))
        else:
            self.found.add("trash", "well", "not_in_trash")
        if file.get("capabilities", {}).get("canEdit", True):
            self.found.add("writing", "well", "writable")
        else:
            connection = source.connection
            barred = SheetError("not_writable", account=connection.identity.account, sheet=connection.id)
            self.found.failed("writing", barred)

    # --- what is in it

    def _sheets(self, assessment: Assessment) -> None:
        tables, problems = assessment.ground.tables.values(), assessment.problems
        missing = [table.schema.title for table in tables if table.title is None]
        needed = {problem.sheet for problem in problems if problem.rule in _MISSING}
        if missing:
            names = self.outputs.separator.join(missing)
            if needed & set(missing):
                self.found.add("sheets", "amiss", "sheets_missing", sheets=names)
            else:
                self.found.add("sheets", "unknown", "sheets_spare", sheets=names)
        else:
            self.found.add("sheets", "well", "sheets_there", count=len(tables))
        faults = [
            problem
            for problem in problems
            if problem.rule.partition(".")[0] in _STRUCTURE
            and not (problem.rule in _MISSING and problem.sheet in missing)
        ]
        if len(missing) < len(tables):
            self._headers(faults)

    def _headers(self, faults: Sequence[Problem]) -> None:
        for problem in faults:
            place = f"{problem.sheet}!{problem.cell}" if problem.cell else problem.sheet
            state: State = "unknown" if problem.severity == "notice" else "amiss"
            self.found.add("headers", state, "structure", message=problem.message, rule=problem.rule, place=place)
        if not faults:
            self.found.add("headers", "well", "headers_right")

    def _runs(self, source: Source) -> None:
        try:
            count = len(source.runs.runs())
        except SourceError as error:
            self.found.failed("runs", error)
        else:
            self.found.add("runs", "well" if count else "unknown", "runs_there" if count else "runs_none", count=count)

    def _terms(self, assessment: Assessment) -> None:
        """The calendar, by which jobs rest: when nobody enters the next term, nothing else would say why they do."""
        ground, terms = assessment.ground, assessment.reckoner.terms
        if ground.tables["terms"].header is None:
            return  # said of the sheet
        end = max((term.end for term in terms), default=None)
        if not ground.sound("terms").all():
            self.found.add("terms", "amiss", "terms_wrong")
        elif end is None:
            self.found.add("terms", "unknown", "terms_none")
        elif end + _BREAK < assessment.as_of:
            self.found.add("terms", "amiss", "terms_over", end=end)
        else:
            self.found.add("terms", "well", "terms_known", end=end)


class _Tabs:
    """Looks at what set-up makes in a Google Sheet besides cells."""

    def __init__(self, found: Findings, source: GoogleSheet, outputs: Outputs) -> None:
        self.found, self.source, self.outputs = found, source, outputs

    def look(self) -> None:
        """Time zone, what set-up would add or repair, protections."""
        from toolkit.stores.sheets.reading import known_tabs

        lacks = Lacking(self.source, (), repair=True)
        batch = lacks.requests(self.source.seen.structure)
        setup = lacks.found
        zone = self.source.seen.structure.time_zone
        if setup.time_zone:
            self.found.add("time_zone", "amiss", "time_zone_wrong", zone=zone)
        else:
            self.found.add("time_zone", "well", "time_zone_right", zone=zone)
        lacking = len(batch) - sum(len(some.areas) for some in setup.repaired)
        if lacking > 0:
            things = self.outputs.separator.join(setup.columns)
            several = load_doctor().things
            counted = Wording(zh=several.say("zh", count=lacking), en=several.say("en", count=lacking))
            if things or not setup.sheets:  # what sheets are missing was said before
                self.found.add("setup", "amiss", "lacking", things=things or counted)
        else:
            self.found.add("setup", "well", "set_up")
        if setup.repaired:
            named = (f"{some.title} {some.column} {' '.join(some.areas)}" for some in setup.repaired)
            places = self.outputs.separator.join(named)
            self.found.add("dropdowns", "amiss", "dropdowns_lost", places=places)
        elif known_tabs(self.source.seen.structure, self.source.schema):
            self.found.add("dropdowns", "well", "dropdowns_whole")
        self._protections()

    def _protections(self) -> None:
        tabs = self.source.seen.structure.outputs.values()
        bare = [tab.title for tab in tabs if not tab.some("protectedRanges")]
        if not tabs:
            self.found.add("protections", "unknown", "not_yet")
        elif bare:
            self.found.add("protections", "amiss", "unprotected", tabs=self.outputs.separator.join(bare))
        else:
            self.found.add("protections", "well", "protected")
