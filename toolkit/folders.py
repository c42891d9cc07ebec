"""Folders of this user on this machine (XDG Base Directory; %LOCALAPPDATA% on Windows)."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path
from typing import Final

_NAME: Final = "consortium"
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def cache_folder() -> Path | None:
    """Where programs keep what may be lost; None for a user without a home, as in some containers."""
    return _folder("XDG_CACHE_HOME", ".cache")


def state_folder() -> Path | None:
    """Where programs keep what must outlive a run and is no document; None for a user without a home."""
    return _folder("XDG_STATE_HOME", ".local", "state")


def _folder(variable: str, *default: str) -> Path | None:
    try:
        if sys.platform == "win32":
            base = os.environ.get("LOCALAPPDATA")
            return Path(base or Path.home() / "AppData" / "Local") / _NAME
        if given := os.environ.get(variable):
            return Path(given) / _NAME
        home = Path.home()
    except RuntimeError:
        return None
    # Containers give a user without a home the root of all files, where nobody should leave anything.
    return None if home == home.parent else home.joinpath(*default) / _NAME


def is_exposed(path: Path) -> bool:
    """Whether other users of this machine may read a file; on Windows that cannot be told this way."""
    return sys.platform != "win32" and bool(path.stat().st_mode & _OTHERS)
