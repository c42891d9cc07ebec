"""`backup`: the whole record saved in a folder of its own, and older backups that are needed no more removed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final

from toolkit.assess import clean
from toolkit.errors import BusySourceError, SourceError
from toolkit.history import opaque
from toolkit.progress import notice, stage
from toolkit.rotation import to_remove
from toolkit.stores.locks import exclusive
from toolkit.stores.sources import GoogleSheet, Source, WorkbookFile
from toolkit.workbook import Workbook
from toolkit.workflows.loading import Loaded, now

if TYPE_CHECKING:
    from toolkit.stores.archive import Manifest, SavedFile, SavedTab

_PATIENCE: Final = 60.0
"""Seconds to wait for another backup to the same folder."""
_LOCK: Final = ".lock"
_TRIES: Final = 2
_TABLES: Final = "parquet"


@dataclass(frozen=True, slots=True)
class BackedUp:
    """A backup that was made.

    Attributes:
        path: its folder.
        removed: folders of older ones that are needed no more.
        stuck: those that were needed no more and could not be removed; it is tried again with the next backup.
        lacking: names of files that are damaged and therefore not in it.
        damaged: folders of older ones that are not as they were saved; they are left alone.
    """

    path: Path
    removed: tuple[Path, ...]
    stuck: tuple[Path, ...]
    lacking: tuple[str, ...]
    damaged: tuple[Path, ...]


def back_up(loaded: Loaded, out: Path | None, made: datetime | None = None) -> BackedUp:
    """Save the whole record: every tab, the ledger, the memory, and the cleaned sheets.

    Args:
        loaded: the record, read and assessed.
        out: where backups go; as configured where None.
        made: when; now where None.

    Raises:
        BusySourceError: the workbook is open or being changed, another backup is being made, or the disk is full.
        SourceError: the record cannot be read, or the folder not be written.
    """
    from toolkit.stores.archive import backups_of, clear_unfinished, new_backup

    folder, made = _folder(loaded, out), made or now()
    busy = f"Another backup to {folder} is being made; wait until it is over, and run again."
    with exclusive(folder / _LOCK, _PATIENCE, busy, "no backup is made"), stage("Saving the record"):
        clear_unfinished(folder)
        with new_backup(folder, made) as (unfinished, place):
            manifest = _filled(loaded, unfinished, made)
        removed, stuck, damaged = _rotated(loaded, backups_of(folder, manifest.source), place)
    for path in damaged:
        notice(f"{path} is not as it was saved; it is left alone: look what happened to it.")
    for name in manifest.lacking:
        notice(f"{name} is damaged and is not in this backup; see what consortium doctor says of it.")
    for path in stuck:
        notice(f"{path} is needed no more and cannot be removed; look who has it open.")
    return BackedUp(place, removed, stuck, manifest.lacking, damaged)


def _folder(loaded: Loaded, out: Path | None) -> Path:
    """As told, else as configured, else beside the workbook; of a Google Sheet beside the folder of results."""
    chosen = out or loaded.settings.backup.folder
    if chosen:
        return chosen
    if isinstance(loaded.source, GoogleSheet):  # not in it: results are often put on the web
        results = loaded.settings.output.folder
        return (results.absolute().parent if results else Path()) / loaded.outputs.files["backups"]
    return loaded.source.folder / loaded.outputs.files["backups"]


def _name_of(source: Source) -> str:
    """Opaque name of a source, by which its backups are told from those of others."""
    if isinstance(source, GoogleSheet):
        return opaque(source.connection.id)
    return opaque(os.path.normcase(source.path.resolve()))


def _rotated(
    loaded: Loaded, backups: Mapping[Path, Manifest], latest: Path
) -> tuple[tuple[Path, ...], tuple[Path, ...], tuple[Path, ...]]:
    """Remove what is needed no more; a damaged one is neither removed nor counted.

    Returns:
        Those that were removed, that could not be, and that are damaged.
    """
    from toolkit.stores.archive import damage, remove

    damaged = tuple(path for path, manifest in backups.items() if damage(path, manifest))
    good = {path: manifest.made for path, manifest in backups.items() if path not in damaged}
    going = to_remove(good.values(), loaded.settings.backup, good[latest])
    removed, stuck = [], []
    for path in (path for path, time in good.items() if time in going):
        try:
            remove(path)
        except SourceError:
            stuck.append(path)
        else:
            removed.append(path)
    return tuple(removed), tuple(stuck), damaged


# --- what is saved


@dataclass
class _Saved:
    """What is in a backup so far."""

    files: dict[str, SavedFile] = field(default_factory=dict)
    lacking: list[str] = field(default_factory=list)
    tabs: tuple[SavedTab, ...] = ()


def _filled(loaded: Loaded, folder: Path, made: datetime) -> Manifest:
    """Fill the folder of a backup."""
    from toolkit.stores.archive import MANIFEST, Manifest

    saved, source = _Saved(), loaded.source
    if isinstance(source, GoogleSheet):
        raw = _save_sheet(loaded, source, folder, saved)
    else:
        raw = _save_workbook(source, folder, saved)
        _save_databases(loaded, source, folder, saved)
    _save_tables(loaded, raw, folder, saved)
    manifest = Manifest(
        version=version("consortium-toolkit"),
        made=made,
        kind="sheet" if isinstance(source, GoogleSheet) else "workbook",
        source=_name_of(source),
        name=loaded.assessment.workbook.name,
        community=loaded.assessment.community,
        files=saved.files,
        lacking=tuple(saved.lacking),
        tabs=saved.tabs,
    )
    (folder / MANIFEST).write_text(manifest.model_dump_json(indent=1), encoding="utf-8")
    return manifest


def _save_sheet(loaded: Loaded, source: GoogleSheet, folder: Path, saved: _Saved) -> Workbook:
    """Write every tab into a workbook, and the ledger and the memory as they lie beside one."""
    from toolkit.stores.archive import saved_file
    from toolkit.workflows.saving_sheet import file_stem, save_sheet

    path = folder / f"{file_stem(loaded.assessment.workbook.name)}.xlsx"
    raw, saved.tabs, lost = save_sheet(loaded, source, path)
    saved.files[path.name] = saved_file(path, "workbook")
    saved.lacking += lost
    for role, name in beside(loaded.outputs.files, path.stem).items():
        if (folder / name).exists():
            saved.files[name] = saved_file(folder / name, role)
    return raw


def _save_workbook(source: WorkbookFile, folder: Path, saved: _Saved) -> Workbook:
    """Copy the very bytes, and read the copy; once more where somebody was saving the workbook meanwhile."""
    from toolkit.stores.archive import saved_file
    from toolkit.stores.copying import copy_file
    from toolkit.stores.xlsx import read_workbook

    copy = folder / source.path.name
    for left in reversed(range(_TRIES)):
        try:
            copy_file(source.path, copy)
            raw = read_workbook(copy, source.schema)
        except BusySourceError:
            if not left:
                raise
        else:
            saved.files[copy.name] = saved_file(copy, "workbook")
            return raw
    raise AssertionError  # the last try returns or raises


def _save_databases(loaded: Loaded, source: WorkbookFile, folder: Path, saved: _Saved) -> None:
    """Copy the ledger, the memory and whatever else lies beside the workbook as a database of ours."""
    from toolkit.stores.archive import saved_file
    from toolkit.stores.copying import copy_database
    from toolkit.stores.database import DamagedError

    for role, name in beside(loaded.outputs.files, source.path.stem).items():
        path = source.path.with_name(name)
        if path.is_file() and path.stat().st_size:
            try:
                copy_database(path, folder / name)
            except DamagedError:
                saved.lacking.append(name)
                (folder / name).unlink(missing_ok=True)
            else:
                saved.files[name] = saved_file(folder / name, role)


def beside(files: Mapping[str, str], stem: str) -> dict[str, str]:
    """The names of the databases beside a workbook, by what they are.

    Args:
        files: of `outputs.yaml`.
        stem: the workbook's name without its ending.
    """
    return {role: name.format(name=stem) for role, name in files.items() if name.endswith(".sqlite")}


def _save_tables(loaded: Loaded, raw: Workbook, folder: Path, saved: _Saved) -> None:
    """Each sheet that the schema knows, cleaned."""
    from toolkit.stores.archive import saved_file
    from toolkit.stores.parquet import write_parquet

    (folder / _TABLES).mkdir()
    for key, table in clean(raw, loaded.schema, loaded.assessment.as_of)[0].items():
        path = folder / _TABLES / f"{key}.parquet"
        rows = write_parquet(table, path)
        saved.files[f"{_TABLES}/{path.name}"] = saved_file(path, "table", rows)
