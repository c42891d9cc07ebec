"""The scheduler: ticks, and stops when it is asked to."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from schedule import Scheduler

from jobs.community import Choice, Community, communities
from jobs.logs import event, set_up
from jobs.signs import Heartbeat, Ping, tell_systemd
from jobs.snapshot import Snapshot
from jobs.stopping import asked_to_stop, now
from jobs.supervisor import Supervisor
from jobs.words import load_job_words
from toolkit.errors import ToolkitError
from toolkit.settings import DEFAULT_FILE

_LOOK: Final = 20
"""Seconds between two looks at what is due."""
_TEND: Final = 2.0
"""Seconds between two looks at what is at work."""
_BEAT: Final = 60
_SOON: Final = 600.0
"""Seconds after which a configuration that cannot be used is told to the operator."""
_JUMP: Final = 5.0
"""Seconds by which the clock on the wall may drift between two looks; by more it was set."""


def serve(choice: Choice, ready: Callable[[Sequence[Community]], None]) -> None:
    """Run what is due, until a signal asks to stop.

    Args:
        choice: which communities.
        ready: told of them before the first look.

    Raises:
        UsageError: the configuration is wrong.
        BusySourceError: another scheduler of one of them runs on this machine.
    """
    with Snapshot(choice.config or DEFAULT_FILE) as snapshot, _Locks() as locks, asked_to_stop() as stop:
        found = snapshot.take_up(lambda: locks.hold(communities(choice)))
        log = set_up(found[0].settings.log, zone=found[0].zone)
        ready(found)
        _Service(choice, found, log, locks, snapshot).run(stop)


class _Locks(AbstractContextManager["_Locks", None]):
    """Keep other schedulers out of the communities this one serves."""

    def __init__(self) -> None:
        self._held: dict[str, ExitStack] = {}

    def hold(self, found: Sequence[Community]) -> Sequence[Community]:
        """Hold the locks of these communities and of no others; gives them back.

        Raises:
            BusySourceError: another scheduler has one of them; those held are the same as before.
        """
        taken: dict[str, ExitStack] = {}
        with ExitStack() as undo:
            for community in found:
                if community.source not in self._held:
                    taken[community.source] = undo.enter_context(ExitStack())
                    taken[community.source].enter_context(community.served())
            undo.pop_all()
        self._held |= taken
        for source in self._held.keys() - {community.source for community in found}:
            self._held.pop(source).close()
        return found

    def __exit__(self, *_: object) -> None:
        self.hold([])


@dataclass
class _Slip:
    """What is wrong with the configuration that somebody wrote while this one is in force.

    Attributes:
        fault: what; empty where nothing is.
        since: since when, by the clock that is never set.
        is_told: whether the operator was told.
    """

    fault: str = ""
    since: float = 0.0
    is_told: bool = False


class _Service:
    """The scheduler at work."""

    def __init__(
        self,
        choice: Choice,
        found: Sequence[Community],
        log: logging.Logger,
        locks: _Locks,
        snapshot: Snapshot,
    ) -> None:
        settings = found[0].settings.serve
        self._choice, self._settings, self._log = choice, settings, log
        self._locks, self._snapshot = locks, snapshot
        self._supervisor = Supervisor(found, log, now)
        self._heartbeat = Heartbeat((community.heartbeat for community in found), log)
        self._ping = Ping(settings.ping_url, log) if settings.ping_url else None
        self._is_well = False
        self._offset = _offset()
        self._slip = _Slip()

    def run(self, stop: threading.Event) -> None:
        """Tick until it is asked to stop; then let what is at work end."""
        event(self._log, "info", "scheduler begins")
        scheduler = self._armed()
        tell_systemd("READY=1")
        while not stop.is_set():
            if self._clock_was_set():
                event(self._log, "warning", "the clock was set")
                scheduler = self._armed()
            try:
                scheduler.run_pending()
            except Exception as error:  # noqa: BLE001 a fault of ours must not end what nobody looks after
                self._is_well = False
                event(self._log, "error", "unexpected fault", error=error)
            stop.wait(_TEND)
        tell_systemd("STOPPING=1")
        event(self._log, "info", "scheduler stops")
        self._supervisor.stop(self._settings.grace)
        event(self._log, "info", "scheduler stopped")

    def _armed(self) -> Scheduler:
        """The ticks, from now on: when the clock was set back, those armed before would wait until it is as late."""
        scheduler = Scheduler()
        for seconds, work in (
            (1, self._tend),
            (_LOOK, self._look),
            (_BEAT, self._beat),
            (60 * self._settings.ping_every, self._ask),
        ):
            job = scheduler.every(seconds).seconds.do(work)
            job.next_run = datetime.now()  # noqa: DTZ005 as schedule itself counts
        return scheduler

    def _tend(self) -> None:
        if self._supervisor.tend():
            self._look()

    def _look(self) -> None:
        self._take_up_changes()
        self._is_well = self._supervisor.look()

    def _beat(self) -> None:
        tell_systemd("WATCHDOG=1")
        if self._is_well:
            self._heartbeat.beat()

    def _ask(self) -> None:
        if self._ping and self._is_well:
            self._ping.ask()

    def _clock_was_set(self) -> bool:
        before, self._offset = self._offset, _offset()
        return abs(self._offset - before) > _JUMP

    # --- the configuration

    def _take_up_changes(self) -> None:
        """Take up a configuration that was changed; while it cannot be used, the one before stays in force."""
        if not self._snapshot.is_old:
            return
        try:
            found = self._snapshot.take_up(lambda: self._locks.hold(communities(self._choice)))
        except ToolkitError as error:
            self._stay(error)
            return
        if self._slip.is_told:
            self._tell("well again", load_job_words().note("configured"))
        self._slip = _Slip()
        self._supervisor.communities = found
        self._heartbeat = Heartbeat((community.heartbeat for community in found), self._log)
        event(self._log, "info", "configuration read again")

    def _stay(self, error: ToolkitError) -> None:
        """Say once what is wrong; the operator hears of what was not put right soon: it may be half written."""
        if not self._slip.fault:
            self._slip.since = time.monotonic()
        if str(error) != self._slip.fault:
            event(self._log, "error", "the configuration before stays in force", error=error)
            self._slip.fault = str(error)
        if not self._slip.is_told and time.monotonic() > self._slip.since + _SOON:
            self._slip.is_told = True
            self._tell("failed", load_job_words().note("misconfigured", words=str(error)))

    def _tell(self, kind: str, text: str) -> None:
        for community in self._supervisor.communities:
            try:
                with community.state as state:
                    state.announce(now(), "serve", [(kind, text)])
            except ToolkitError as error:
                event(self._log, "error", "operator not told", community=community.key or None, error=error)


def _offset() -> float:
    """The clock on the wall, by which `schedule` counts, against the one that is never set.

    It is that of the machine's zone, which is set in spring and autumn too.
    """
    wall = datetime.now()  # noqa: DTZ005 as schedule itself counts
    return wall.replace(tzinfo=UTC).timestamp() - time.monotonic()
