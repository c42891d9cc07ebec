"""Runs in processes of their own: begun, looked after, stopped. One that hangs or breaks down takes nothing with it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import IO, Final, Literal, Protocol

from jobs.community import Community
from jobs.logs import clean
from toolkit.settings import JobName

_TO_STOP: Final = 15.0
"""Seconds that a process has to end by itself once it was asked to, before it is killed."""
_TO_DIE: Final = 5.0
"""Seconds that are waited for one that was killed."""
_TO_TELL: Final = timedelta(minutes=10)
_NEW_GROUP: Final = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)


@dataclass(frozen=True, slots=True)
class Order:
    """A run to be begun.

    Attributes:
        community: whose.
        job: which; `tell` for telling the operator.
        number: the id of the run.
        slot: the time of the timetable it is for; None for the first of all.
    """

    community: Community
    job: JobName | Literal["tell"]
    number: str
    slot: datetime | None

    @property
    def limit(self) -> timedelta:
        """How long it may take."""
        if self.job == "tell":
            return _TO_TELL
        return timedelta(minutes=self.community.settings.timetable.of(self.job).time_limit)

    @property
    def arguments(self) -> list[str]:
        """The command that carries it out, without the programme."""
        slot = ["--slot", self.slot.isoformat()] if self.slot else []
        job = "--tell" if self.job == "tell" else self.job
        return ["run", job, *self.community.choice.options, "--number", self.number, *slot]


class Child(Protocol):
    """A process at work."""

    @property
    def pid(self) -> int:
        """Its number."""

    def ended(self) -> int | None:
        """What it exited with, negative where a signal ended it; None while it is at work."""

    def stop(self) -> None:
        """Ask it to end by itself."""

    def kill(self) -> None:
        """End it."""

    def last_words(self) -> str:
        """The last line it wrote to standard error, without addresses."""


Launch = Callable[[Sequence[str]], Child]
"""Begins a process of this programme with arguments."""


class Process:
    """A process of this programme."""

    def __init__(self, arguments: Sequence[str]) -> None:
        """Begin it.

        Args:
            arguments: of the programme.

        Raises:
            OSError: it cannot be begun: no memory, too many processes, no room for what it says.
        """
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 as long as the process
        # A session of its own: Ctrl-C at a terminal asks the scheduler, which asks its processes when it is time.
        self._process = subprocess.Popen(  # noqa: S603 this programme
            [sys.executable, "-P", "-m", "toolkit", *arguments],  # -P: nothing is imported from the folder it is in
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._errors,
            start_new_session=True,
            creationflags=_NEW_GROUP,
        )

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    def ended(self) -> int | None:
        """What it exited with."""
        return self._process.poll()

    def stop(self) -> None:
        """Ask it to end by itself."""
        if self._process.poll() is None:
            self._process.terminate()

    def kill(self) -> None:
        """End it."""
        if self._process.poll() is None:
            self._process.kill()
            with suppress(subprocess.TimeoutExpired):  # one that waits for a disk of another machine dies later
                self._process.wait(_TO_DIE)

    def last_words(self) -> str:
        """The last line it wrote to standard error."""
        self._errors.seek(max(0, self._errors.seek(0, os.SEEK_END) - 4000))
        lines = self._errors.read().decode("utf-8", "replace").split("\n")
        self._errors.close()
        return clean(next((line for line in reversed(lines) if line.strip()), "").removeprefix("consortium: "))


@dataclass
class AtWork:
    """A run that was begun.

    Attributes:
        order: what was to be done.
        child: the process.
        began: when, by the clock on the wall.
        deadline: when it has taken too long, by a clock that is never set.
        asked: when it was asked to stop, by that clock; None where it was not.
    """

    order: Order
    child: Child
    began: datetime
    deadline: float
    asked: float | None = field(default=None)

    def hurry(self, moment: float) -> None:
        """See that it ends: ask it when its time is over, and kill it when asking did not help.

        Args:
            moment: now, by the clock that is never set.
        """
        if self.asked is None and moment > self.deadline:
            self.asked = moment
            self.child.stop()
        elif self.asked is not None and moment > self.asked + _TO_STOP:
            self.child.kill()
