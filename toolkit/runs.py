"""A run of a job, as it is on record: when, how long, with what result."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, Protocol

Result = Literal["running", "done", "quiet", "again", "failed", "interrupted", "missed"]
"""What became of a run: it is at it; all went well; there was nothing to do, since it is the holidays; it ended early
and is to be tried again; it failed; it was stopped or killed; it never began, and its time is too long ago."""
SETTLED: Final[frozenset[Result]] = frozenset({"done", "quiet", "missed"})
"""Results after which a time that was due is over."""


@dataclass(frozen=True, slots=True)
class Run:
    """A run of a job.

    Attributes:
        id: no two runs are called the same; 16 hexadecimal digits.
        job: its name, such as `weekly`.
        due: the time of the timetable that it is for, with a time zone; None for one that somebody asked for.
        started: when it began, with a time zone.
        result: what became of it.
        machine: opaque name of the machine; empty where that keeps no state.
        ended: when it ended; None while it is running.
        calls: calls to Google.
        rows: rows of entries that were read.
        problems: problems of severity error that were found.
        note: one sentence, in Chinese, on what came of it; it names nobody.
    """

    id: str
    job: str
    due: datetime | None
    started: datetime
    result: Result = "running"
    machine: str = ""
    ended: datetime | None = None
    calls: int = 0
    rows: int = 0
    problems: int = 0
    note: str = ""

    @property
    def duration(self) -> timedelta | None:
        """How long it took; None while it is running."""
        return self.ended - self.started if self.ended else None


class RunLog(Protocol):
    """Where runs are on record: 运行记录 in a Google Sheet, or a file beside a workbook."""

    def runs(self) -> Sequence[Run]:
        """All that are on record, in the order in which they were put there.

        Raises:
            SourceError: the record cannot be read.
        """

    def put(self, runs: Iterable[Run]) -> str | None:
        """Put runs on record; of one that is there, what is said of it now. Safe to repeat.

        Returns:
            A sentence on what was wrong with the record and what was done; None where all is well.

        Raises:
            SourceError: the record cannot be written.
        """
