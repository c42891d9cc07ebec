"""How many calls a server is asked in a minute: counted across all processes of this machine."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

MINUTE: Final = 60.0
_PATIENCE: Final = 5.0
_SHORTEST: Final = 0.001
_FULL: Final = "SELECT count(*), min(at) FROM (SELECT at FROM calls WHERE bucket = ? ORDER BY at DESC LIMIT ?)"


class Budget:
    """A sliding window of one minute for each limit (https://developers.google.com/workspace/sheets/api/limits)."""

    def __init__(
        self,
        limits: Mapping[str, Mapping[str, int]],
        path: Path | None = None,
        *,
        window: float = MINUTE,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Begin to count.

        Args:
            limits: by kind of call, how many each bucket allows in a window, by the bucket's name.
            path: where the calls are counted; None to count those of this process alone.
            window: its length in seconds.
            clock: seconds since the epoch.
            sleep: waits.
        """
        self._limits, self._window, self._clock, self._sleep = limits, window, clock, sleep
        self._calls = _opened(path)

    def take(self, kind: str) -> float:
        """Wait until one more call fits into every window, and count it.

        Returns:
            How many seconds were waited.
        """
        waited = 0.0
        while wait := self._claim(self._limits[kind]):
            self._sleep(wait)
            waited += wait
        return waited

    def _claim(self, limits: Mapping[str, int]) -> float:
        """Count one call in every bucket; if one is full count none, and say how long to wait."""
        try:
            with self._calls:
                return self._claim_now(limits)
        except sqlite3.Error:  # a file that cannot be used any more: this process counts for itself
            self._calls = _opened(None)
            with self._calls:
                return self._claim_now(limits)

    def _claim_now(self, limits: Mapping[str, int]) -> float:
        now, calls = self._clock(), self._calls
        calls.execute("BEGIN IMMEDIATE")
        # What lies in the future was counted before the clock was set back.
        calls.execute("DELETE FROM calls WHERE at <= ? OR at > ?", (now - self._window, now + 1))
        wait = 0.0
        for bucket, most in limits.items():
            count, oldest = calls.execute(_FULL, (bucket, most)).fetchone()
            if count >= most:
                wait = max(wait, oldest + self._window - now, _SHORTEST)
        if not wait:
            calls.executemany("INSERT INTO calls VALUES (?, ?)", [(bucket, now) for bucket in limits])
        return wait


def _opened(path: Path | None) -> sqlite3.Connection:
    """The file, or a database in memory where there is none or it cannot be used."""
    if path is not None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            return _prepared(sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None))
        except (OSError, sqlite3.Error):
            pass
    return _prepared(sqlite3.connect(":memory:", isolation_level=None))


def _prepared(calls: sqlite3.Connection) -> sqlite3.Connection:
    calls.execute("CREATE TABLE IF NOT EXISTS calls (bucket TEXT NOT NULL, at REAL NOT NULL)")
    calls.execute("CREATE INDEX IF NOT EXISTS calls_of ON calls (bucket, at)")
    return calls
