"""Which backups may go: of each of the last days, weeks, months and years that have any, the last one stays."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable
from datetime import datetime
from typing import Final

from toolkit.settings.jobs import BackupSettings

_SPANS: Final[tuple[tuple[str, Callable[[datetime], Hashable]], ...]] = (
    ("daily", lambda time: time.date()),
    ("weekly", lambda time: time.isocalendar()[:2]),
    ("monthly", lambda time: (time.year, time.month)),
    ("yearly", lambda time: time.year),
)
"""Each key of `[backup]`, and what two backups of the same day, week, month or year have in common."""


def to_remove(times: Collection[datetime], settings: BackupSettings, latest: datetime) -> list[datetime]:
    """The backups that are needed no more.

    Days count that have a backup, not those that have passed: neither a clock that jumps nor a long rest removes more.

    Args:
        times: when they were made, all in one time zone.
        settings: of how many days, weeks, months and years one is kept.
        latest: the one that was just made; it stays even where one is said to be younger.

    Returns:
        The times of those that may go, oldest first.
    """
    kept = {latest}
    for name, span in _SPANS:
        last_of = {span(time): time for time in sorted(times)}
        newest_first = sorted(last_of.values(), reverse=True)
        kept.update(newest_first[: getattr(settings, name)])
    return [time for time in sorted(times) if time not in kept]
