"""Backups as folders: each whole or not there at all, with a manifest by which it can be told whether it still is."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

from pydantic import AwareDatetime, ValidationError

from toolkit.declarations import Part
from toolkit.errors import SourceError
from toolkit.faults import BusyWordedError, WordedError

MANIFEST: Final = "manifest.json"
_UNFINISHED: Final = ".unfinished-"
"""How folders begin that a run was killed while making or removing."""
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})


class SavedFile(Part):
    """A file of a backup.

    Attributes:
        role: `workbook`, `table`, or a key of `files` in `outputs.yaml`, such as `ledger`.
        size: in bytes.
        sha256: in hexadecimal digits.
        rows: of entries; None for what is no table.
    """

    role: str
    size: int
    sha256: str
    rows: int | None = None


class SavedTab(Part):
    """A tab of a Google Sheet, beside what stands in its cells.

    Attributes:
        title: as it is in the Google Sheet.
        saved_as: as it is in the saved workbook, where titles are shorter and fewer signs are allowed.
        hidden: whether people see it.
        key: of the schema that it was tied to.
        output: which of the toolkit's own tabs it is.
        fields: the field that a column was tied to, such as `events.kind`, by its place from 0.
        long: texts by their cells, such as `D7`, that are too long for a workbook's cell.
    """

    title: str
    saved_as: str
    hidden: bool = False
    key: str | None = None
    output: str | None = None
    fields: Mapping[int, str] = {}
    long: Mapping[str, str] = {}


class Manifest(Part):
    """What a backup holds.

    Attributes:
        made_by: tells our folders from others.
        format: of the backup.
        version: of the toolkit.
        made: when.
        kind: of what.
        source: opaque name of what was saved; backups of several can lie in one folder.
        name: of the workbook or the Google Sheet.
        community: its name.
        files: by path within the backup, with `/`.
        lacking: names of files that were damaged already and could not be saved.
        tabs: of a Google Sheet, from left to right.
    """

    made_by: Literal["consortium-toolkit"] = "consortium-toolkit"
    format: Literal[1] = 1
    version: str
    made: AwareDatetime
    kind: Literal["workbook", "sheet"]
    source: str
    name: str
    community: str
    files: Mapping[str, SavedFile]
    lacking: tuple[str, ...] = ()
    tabs: tuple[SavedTab, ...] = ()

    def file_of(self, role: str) -> str | None:
        """The path of the file of this role; None where there is none."""
        return next((name for name, file in self.files.items() if file.role == role), None)


@contextmanager
def new_backup(folder: Path, made: datetime) -> Iterator[tuple[Path, Path]]:
    """A folder to fill, which gets its name when all of it is on the disk.

    Args:
        folder: where backups lie.
        made: gives the name.

    Yields:
        The folder to fill, and where it will be.

    Raises:
        SourceError: it cannot be written.
    """
    with _told(folder):
        place = _free(folder, f"{made:%Y-%m-%d-%H%M}")
        unfinished = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=folder))
        try:
            yield unfinished, place
            for path in [*_files(unfinished).values(), *_folders(unfinished)]:
                _sync(path)
            unfinished.rename(place)
            _sync(folder)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)


def saved_file(path: Path, role: str, rows: int | None = None) -> SavedFile:
    """A file as the manifest has it."""
    return SavedFile(role=role, size=path.stat().st_size, sha256=digest(path), rows=rows)


def digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_manifest(backup: Path) -> Manifest:
    """What a backup holds.

    Raises:
        SourceError: it is none, or its manifest cannot be read.
    """
    try:
        return Manifest.model_validate_json((backup / MANIFEST).read_bytes())
    except OSError as error:
        what = f"{backup} is no backup: {MANIFEST} cannot be read in it ({error.strerror})"
        raise SourceError(f"{what}; give a folder that `consortium backup` made.") from error
    except ValidationError as error:
        what = f"{backup / MANIFEST} is damaged or of a newer version of this toolkit"
        raise SourceError(f"{what}; update the toolkit, or choose another backup.") from error


def damage(backup: Path, manifest: Manifest) -> str | None:
    """The first file of a backup that is not as it was saved; None where all are."""
    there = _files(backup)  # no name in a manifest leads out of its folder
    for name, file in manifest.files.items():
        try:
            if name not in there or there[name].stat().st_size != file.size or digest(there[name]) != file.sha256:
                return name
        except OSError:
            return name
    return None


def backups_of(folder: Path, source: str) -> dict[Path, Manifest]:
    """The backups of a source that lie in a folder; whatever else lies there is left out."""
    found = {}
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or not (path / MANIFEST).is_file():
            continue
        try:
            manifest = read_manifest(path)
        except SourceError:
            continue
        if manifest.source == source:
            found[path] = manifest
    return found


def remove(backup: Path) -> None:
    """Remove a backup; one killed in the middle leaves nothing that looks like a backup.

    Raises:
        SourceError: it cannot be removed.
    """
    with _told(backup.parent):
        going = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=backup.parent))
        try:
            backup.rename(going / backup.name)
        finally:
            shutil.rmtree(going, ignore_errors=True)  # what somebody has open goes with the next backup


def clear_unfinished(folder: Path) -> None:
    """Remove what killed runs left, as far as nobody has it open; nobody else may be at it."""
    for path in folder.glob(f"{_UNFINISHED}*"):
        shutil.rmtree(path, ignore_errors=True)


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    """What goes wrong with the disk, as what the user is told."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise BusyWordedError("backup_no_room", folder=folder) from error
        raise WordedError("backup_no_place", folder=folder, reason=error.strerror or error) from error


def _free(folder: Path, name: str) -> Path:
    names = (folder / (name if number == 1 else f"{name}-{number}") for number in range(1, 10_000))
    return next(path for path in names if not path.exists())


def _files(folder: Path) -> dict[str, Path]:
    return {
        path.relative_to(folder).as_posix(): path
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    }


def _folders(folder: Path) -> list[Path]:
    """A folder and those in it, the inner ones first."""
    return [*(path for path in folder.rglob("*") if path.is_dir()), folder]


def _sync(path: Path) -> None:
    """Have what is written on the disk before going on."""
    if path.is_dir() and os.name == "nt":  # Windows has no such call for folders
        return
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
