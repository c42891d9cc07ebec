"""Files written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from toolkit.errors import BusySourceError, SourceError


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary file beside the target that takes its place when all went well; a reader never sees half.

    Args:
        path: the target.

    Yields:
        The file to write.

    Raises:
        SourceError: the folder cannot be written.
        BusySourceError: the target is held open by another program.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".", suffix=f".tmp{path.suffix}", dir=path.parent)
    except OSError as error:
        raise SourceError(
            f"{path.parent} cannot be written ({error.strerror}); choose another folder with --out."
        ) from error
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o644)
        temporary.replace(path)
    except PermissionError as error:
        raise BusySourceError(f"{path.name} is held open by another program; close it and run again.") from error
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text whole or not at all."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")
