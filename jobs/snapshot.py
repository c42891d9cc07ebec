"""The configuration as it was last usable: what runs read while somebody is writing another one."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TypeVar

from toolkit.errors import SourceError, UsageError
from toolkit.folders import state_folder
from toolkit.history import opaque
from toolkit.settings.variables import IN_FORCE

T = TypeVar("T")


class Snapshot(AbstractContextManager["Snapshot", None]):
    """A copy of the configuration, which this process and those it begins read in its stead, within `with`."""

    def __init__(self, config: Path) -> None:
        """Nothing is copied yet.

        Args:
            config: the file; it need not be there.
        """
        folder = state_folder() or Path(tempfile.gettempdir())
        self._config, self._copy = config, folder / f"serve-{opaque(str(config.absolute()))}.toml"
        self._stamp = 0

    def __exit__(self, *_: object) -> None:
        if os.environ.get(IN_FORCE) == str(self._copy):  # it may be another scheduler's
            self._copy.unlink(missing_ok=True)
        _read_from(None)

    @property
    def is_old(self) -> bool:
        """Whether the file was written, or removed, since it was taken up."""
        return self._written() != self._stamp

    def _written(self) -> int:
        """When the file was last written; 0 where there is none."""
        try:
            return self._config.stat().st_mtime_ns
        except OSError:
            return 0

    def take_up(self, use: Callable[[], T]) -> T:
        """Have something read the file as it is now; where it can, so does everybody else from now on.

        Args:
            use: reads the configuration; where it raises, what was in force before stays.

        Raises:
            UsageError: the file was there and is gone.
            SourceError: the copy cannot be written.
        """
        before, fresh = os.environ.get(IN_FORCE), self._copy.with_suffix(f".{os.getpid()}")
        stamp = self._written()  # before it is read: what is written meanwhile is another one
        is_there = self._config.is_file()
        if before and not is_there:
            raise UsageError(f"{self._config} is gone; put it back: after a restart nothing would run without it.")
        try:
            if is_there:
                _write(fresh, self._config.read_bytes())
            _read_from(str(fresh) if is_there else None)
            used = use()
            if is_there:
                fresh.replace(self._copy)
                _read_from(str(self._copy))
        except BaseException as error:
            _read_from(before)
            fresh.unlink(missing_ok=True)
            if isinstance(error, OSError):
                fault = f"{fresh} cannot be written ({error.strerror}); check who may write there."
                raise SourceError(fault) from error
            raise
        self._stamp = stamp
        return used


def _read_from(copy: str | None) -> None:
    os.environ.pop(IN_FORCE, None)
    if copy is not None:
        os.environ[IN_FORCE] = copy


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_bytes(content)
