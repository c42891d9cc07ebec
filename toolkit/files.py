"""Files written whole or not at all."""

from __future__ import annotations

import errno
import os
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from toolkit.errors import BusySourceError, SourceError, UsageError

MARK = "consortium-toolkit"
"""Stands in every file made here that has a name of its own to lose: other people's files are not replaced."""
_TEMPORARY: Final = ".consortium-"
_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})
_LEFT: Final = 3600.0
"""Seconds after which nobody is writing a temporary file any more."""


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary file beside the target that takes its place when all went well; a reader never sees half.

    Args:
        path: the target.

    Yields:
        The file to write.

    Raises:
        UsageError: the folder is a file or cannot be written, or the target is a folder.
        BusySourceError: the target is held open by another program.
        SourceError: the disk is full.
    """
    folder = path.parent
    refuse_obstacles(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=_TEMPORARY, suffix=f".tmp{path.suffix}", dir=folder)
    except (FileExistsError, NotADirectoryError) as error:
        raise UsageError(f"{folder} is a file, not a folder; choose another folder.") from error
    except OSError as error:
        raise UsageError(f"{folder} cannot be written ({error.strerror}); choose another folder.") from error
    os.close(handle)
    temporary = Path(name)
    _remove_leavings(folder)
    try:
        yield temporary
        temporary.chmod(0o644)
        temporary.replace(path)
    except PermissionError as error:
        raise BusySourceError(f"{path.name} is held open by another program; close it and run again.") from error
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        raise SourceError(f"{path} cannot be written ({error.strerror}); make room there and run again.") from error
    finally:
        temporary.unlink(missing_ok=True)


def _remove_leavings(folder: Path) -> None:
    """Remove temporary files of runs that were killed long ago."""
    for path in folder.glob(f"{_TEMPORARY}*.tmp*"):
        with suppress(OSError):  # another run does the same, or it is held open
            if time.time() - path.stat().st_mtime > _LEFT:
                path.unlink()


def refuse_obstacles(path: Path) -> None:
    """Refuse a file that cannot be written because a folder stands in its place, or a file in its folder's.

    Raises:
        UsageError: so it is.
    """
    if path.is_dir():
        raise UsageError(f"{path} is a folder; a file of that name is to be written: move it or choose another folder.")
    if path.parent.exists() and not path.parent.is_dir():
        raise UsageError(f"{path.parent} is a file, not a folder; choose another folder.")


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text whole or not at all."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def refuse_strangers(path: Path) -> None:
    """Refuse to replace a file that was not made by this toolkit.

    Raises:
        UsageError: there is such a file.
    """
    if path.is_file() and not made_here(path):
        raise UsageError(f"{path} is there already and was not made by this toolkit; move it or choose another folder.")


def made_here(path: Path) -> bool:
    """Whether a file carries the mark of this toolkit."""
    if path.suffix == ".xlsx":
        try:
            with zipfile.ZipFile(path) as archive:
                return MARK.encode() in archive.read("docProps/core.xml")
        except (zipfile.BadZipFile, KeyError, OSError):
            return False
    return MARK.encode() in path.read_bytes()[:4096].replace(b"\0", b"")  # it may be in UTF-16
