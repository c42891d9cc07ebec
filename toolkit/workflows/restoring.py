"""`restore`: a backup brought back, into a new workbook or an empty Google Sheet; nothing that is there is replaced."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from toolkit.dates import CHINA
from toolkit.errors import SourceError, UsageError
from toolkit.files import replacing
from toolkit.outputs import load_outputs
from toolkit.progress import stage
from toolkit.stores.sources import GoogleSheet
from toolkit.workbook import address
from toolkit.workflows.backing_up import beside

if TYPE_CHECKING:
    from toolkit.mail.entries import Entry
    from toolkit.render.grid.record_tabs import TabToMake
    from toolkit.runs import Run
    from toolkit.spreadsheet import Json, Spreadsheet
    from toolkit.stores.archive import Manifest


@dataclass(frozen=True, slots=True)
class Restored:
    """What was brought back.

    Attributes:
        name: of the workbook or the Google Sheet that was saved.
        made: when it was saved, in China.
        place: where it is now: a path, or an address.
        tabs: how many tabs a Google Sheet was given; none of a workbook.
        files: the databases that lie beside a workbook.
        letters: how many letters are on record as sent or tried.
        lacking: what was damaged already when it was saved.
    """

    name: str
    made: datetime
    place: str
    tabs: int = 0
    files: tuple[Path, ...] = ()
    letters: int = 0
    lacking: tuple[str, ...] = ()


def restore_to_workbook(backup: Path, target: Path) -> Restored:
    """Bring a backup back as a new workbook, the ledger and the memory beside it.

    Args:
        backup: its folder.
        target: the workbook to make.

    Raises:
        UsageError: there is something of that name, or the folder cannot be written.
        SourceError: the backup is none, or damaged.
    """
    if target.suffix.lower() != ".xlsx":
        raise UsageError(f"{target.name} should end in .xlsx.")
    manifest, outputs = _sound(backup), load_outputs()
    names = beside(outputs.files, target.stem)
    copies = {
        target.with_name(names[file.role]): backup / name for name, file in manifest.files.items() if file.role in names
    } | {target: backup / _workbook(manifest)}
    _refuse_what_is_there([target, *map(target.with_name, names.values())])
    with ExitStack() as undo:
        for path, saved in copies.items():  # the workbook last: while it is not there, nobody works on half a record
            with replacing(path) as temporary:
                _copy(saved, temporary)
            undo.callback(path.unlink, missing_ok=True)
        undo.pop_all()
    letters = len(_entries(backup, manifest))
    return replace(_restored(manifest, str(target)), files=tuple(copies)[:-1], letters=letters)


def restore_to_sheet(backup: Path, source: GoogleSheet) -> Restored:
    """Bring a backup back into an empty Google Sheet that was shared with this account, in one write.

    A workbook's record of runs follows in another.

    Args:
        backup: its folder.
        source: the Google Sheet.

    Raises:
        UsageError: something stands in it.
        SourceError: the backup is none, or damaged.
        SheetError: the Google Sheet cannot be read or written.
    """
    from toolkit.stores.sheets.writing import apply, fingerprint
    from toolkit.workflows.setting_up import refuse_what_is_no_sheet

    manifest, connection = _sound(backup), source.connection
    tabs = _tabs(backup, manifest)
    entries = _entries(backup, manifest)
    memory, runs = _memory(backup, manifest), _runs(backup, manifest)
    with stage("Looking at the Google Sheet"):
        refuse_what_is_no_sheet(source)
        structure = connection.structure()
        _refuse_what_is_filled(connection.values([tab.id for tab in structure.tabs if tab.grid]), structure)

    def build(now: Spreadsheet) -> list[Json]:
        return _requests(tabs, entries, memory, source, now)

    with stage("Filling the Google Sheet"):
        state = fingerprint("restore", manifest.source, manifest.made)
        apply(connection, structure, build, _check, state)
        if runs and all(tab.output != "runs" for tab in tabs):
            source.runs.put(runs)
    place = structure.address()
    return replace(_restored(manifest, place), tabs=len(tabs), letters=len(entries))


def _restored(manifest: Manifest, place: str) -> Restored:
    return Restored(manifest.name, manifest.made.astimezone(CHINA), place, lacking=manifest.lacking)


# --- the backup


def _sound(backup: Path) -> Manifest:
    """What a backup holds, once it is known to be as it was saved."""
    from toolkit.stores.archive import damage, read_manifest

    manifest = read_manifest(backup)
    with stage("Looking through the backup"):
        name = damage(backup, manifest)
    if name:
        raise SourceError(
            f"{backup} is damaged: {name} is not as it was saved. Nothing was restored; choose another backup."
        )
    return manifest


def _workbook(manifest: Manifest) -> str:
    name = manifest.file_of("workbook")
    if name is None:
        raise SourceError("This backup holds no workbook; choose another one.")
    return name


def _entries(backup: Path, manifest: Manifest) -> Sequence[Entry]:
    """What the ledger says of each letter."""
    from toolkit.stores.file_ledger import FileLedger

    with _copied(backup, manifest, "ledger") as copy:
        return [*FileLedger(copy).entries().values()] if copy else []


def _runs(backup: Path, manifest: Manifest) -> Sequence[Run]:
    """Which jobs ran."""
    from toolkit.stores.file_runs import FileRuns

    with _copied(backup, manifest, "runs") as copy:
        return FileRuns(copy).runs() if copy else []


def _memory(backup: Path, manifest: Manifest) -> Mapping[str, Sequence[str]]:
    """What earlier runs saw, as the tab of a Google Sheet has it."""
    from toolkit.stores.memory import dumped

    with _copied(backup, manifest, "memory") as copy:
        return dumped(copy) if copy else {}


@contextmanager
def _copied(backup: Path, manifest: Manifest, role: str) -> Iterator[Path | None]:
    """A copy of a database, since reading one may write beside it; None where the backup has none of this role."""
    with TemporaryDirectory(prefix="consortium-") as folder:
        copy, name = Path(folder) / role, manifest.file_of(role)
        if name:
            _copy(backup / name, copy)
        yield copy if name else None


def _copy(saved: Path, target: Path) -> None:
    try:
        shutil.copyfile(saved, target)
    except OSError as error:
        what = f"{target.parent} cannot be written ({error.strerror}); nothing was restored"
        raise SourceError(f"{what}: check who may write there and whether the disk is full.") from error


def _refuse_what_is_there(paths: Iterable[Path]) -> None:
    """Refuse names that are taken, also by what SQLite would take for a part of a database."""
    from toolkit.stores.database import COMPANIONS

    for path in paths:
        for name in (path.name, *(path.name + ending for ending in COMPANIONS if path.suffix == ".sqlite")):
            if path.with_name(name).exists():
                raise UsageError(
                    f"{path.with_name(name)} is there already; a backup is only brought back under a new name."
                )


# --- a Google Sheet


def _tabs(backup: Path, manifest: Manifest) -> list[TabToMake]:
    """The tabs to make; of a workbook all of its own, of a Google Sheet as they were called and tied there."""
    from toolkit.render.grid.record_tabs import TabToMake
    from toolkit.stores.xlsx import read_every_tab

    saved = {tab.saved_as: tab for tab in manifest.tabs}
    made = []
    for sheet in read_every_tab(backup / _workbook(manifest)).sheets:
        tab = saved.get(sheet.title)
        rows = [[*line] for line in sheet.rows]
        if tab is None:
            made.append(TabToMake(sheet.title, rows))
            continue
        for row, line in enumerate(rows):
            line[:] = [tab.long.get(address(row + 1, column), value) for column, value in enumerate(line)]
        made.append(TabToMake(tab.title, rows, tab.hidden, tab.key, tab.output, tab.fields))
    return made


def _refuse_what_is_filled(values: Mapping[int, Sequence[Sequence[object]]], structure: Spreadsheet) -> None:
    for tab in structure.tabs:
        if any(cell != "" for line in values.get(tab.id, ()) for cell in line):
            raise UsageError(
                f"Something stands in the tab {tab.title} of this Google Sheet; a backup is only brought back into an"
                " empty one: make a new spreadsheet, share it with this account, and give its address."
            )


def _requests(
    tabs: Sequence[TabToMake],
    entries: Sequence[Entry],
    memory: Mapping[str, Sequence[str]],
    source: GoogleSheet,
    structure: Spreadsheet,
) -> list[Json]:
    """All that is written: the tabs, and the ledger and the memory where they are no tabs yet."""
    from toolkit.mail.wording import LedgerWords
    from toolkit.render.grid.record_tabs import record_requests
    from toolkit.stores.memory_tables import STEPS
    from toolkit.stores.sheets.ledger_tab import whole_ledger
    from toolkit.stores.sheets.memory_tab import TabMemory
    from toolkit.workflows.tabs import memory_tab

    outputs, editors = load_outputs(), source.connection.identity.editors
    batch, after = record_requests(tabs, structure)
    if entries and "ledger" not in after.outputs:
        batch += whole_ledger(entries, LedgerWords.of(source.schema, outputs), outputs, after, editors)
    if memory and "memory" not in after.outputs:
        kept = TabMemory(())
        kept.after = {"version": [str(len(STEPS))], **memory}
        batch += memory_tab(kept, editors, outputs, after)
    return batch


def _check(batch: Sequence[Json], structure: Spreadsheet) -> None:
    """Make sure that nothing that is there is touched but its title."""
    from toolkit.render.setup import tabs_named
    from toolkit.stores.sheets.guard import TrespassError

    filling = [
        request
        for request in batch
        if "updateSheetProperties" not in request or request["updateSheetProperties"]["fields"] != "title"
    ]
    if tabs_named(filling) & {tab.id for tab in structure.tabs}:
        raise TrespassError("A tab that is there already would be changed; nothing was written.")
