"""A workbook that is being written, whose trouble with the disk is told like that of any other file."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError


@contextmanager
def new_workbook(path: Path, options: Mapping[str, Any]) -> Iterator[xlsxwriter.Workbook]:
    """A workbook, written at the end.

    Args:
        path: the file.
        options: of XlsxWriter.

    Raises:
        OSError: it cannot be written; XlsxWriter hides that in an error of its own.
    """
    try:
        with xlsxwriter.Workbook(str(path), dict(options)) as book:
            yield book
    except FileCreateError as error:
        cause = error.args[0] if error.args else None
        raise cause if isinstance(cause, OSError) else OSError(errno.EIO, str(error)) from error
