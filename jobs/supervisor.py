"""The supervisor: sees what is due, begins a process for each run, and looks after those at work."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from jobs.alarms import TELL, notices
from jobs.children import AtWork, Launch, Order, Process
from jobs.community import BUSY, Community
from jobs.due import Due, due, keep_timetable, pause
from jobs.logs import Facts, Level, event
from jobs.state import JobState, new_number
from jobs.words import load_job_words
from toolkit.errors import ToolkitError
from toolkit.runs import SETTLED, Run

_AFTER_BUSY: Final = 60.0
"""Seconds until a job that another process is at is looked at again."""
_REMEMBERED: Final = 1_000
"""So many runs that ended are remembered."""
_Key = tuple[str, str]
"""Source of a community, job."""


@dataclass
class _Pause:
    """Until when something waits that no run on record tells of: telling the operator, a job that is busy.

    Attributes:
        failures: so many in a row.
        until: when it may be tried again, by the clock that is never set.
    """

    failures: int = 0
    until: float = 0.0


@dataclass
class Supervisor:
    """Looks after the jobs of communities; nothing that goes wrong with one is in the way of another.

    Attributes:
        communities: whose jobs.
        log: where events go.
        clock: now, with a time zone.
        steady: seconds by a clock that is never set.
        launch: begins a process.
        forgets: whether this machine forgets what it did. It then tells the operator only what is on record: else it
            would tell it again and again.
        ended: runs that ended so far, the newest last.
    """

    communities: Sequence[Community]
    log: logging.Logger
    clock: Callable[[], datetime]
    steady: Callable[[], float] = time.monotonic
    launch: Launch = Process
    forgets: bool = False
    ended: list[Run] = field(default_factory=list)
    _at_work: dict[_Key, AtWork] = field(default_factory=dict)
    _queue: list[Order] = field(default_factory=list)
    _pauses: dict[_Key, _Pause] = field(default_factory=dict)
    _faults: dict[str, str] = field(default_factory=dict)
    _stopping: bool = False

    @property
    def is_idle(self) -> bool:
        """Whether nothing is at work and nothing waits to be begun."""
        return not self._at_work and not self._queue

    def look(self) -> bool:
        """See what is due.

        Returns:
            Whether all is well with what this machine knows of each community.
        """
        self._queue = []
        del self.ended[:-_REMEMBERED]
        sources = {community.source for community in self.communities}
        self._faults = {source: fault for source, fault in self._faults.items() if source in sources}
        for community in self.communities:
            try:
                with community.state as state:
                    self._look_at(community, state)
            except ToolkitError as error:
                self._say_once(community, str(error))
            else:
                self._say_once(community, "")
        self._queue.sort(key=lambda order: order.slot or self.clock())
        return not self._faults

    def tend(self) -> bool:
        """Look after what is at work, and begin the next run that waits: one at a time, for a machine may be small.

        Returns:
            Whether a run ended: another may be due by that.
        """
        over = False
        for key, at_work in list(self._at_work.items()):
            code = at_work.child.ended()
            if code is None:
                at_work.hurry(self.steady())
            else:
                over = True
                del self._at_work[key]
                self._close(key, at_work, code)
        if self._queue and not self._stopping:
            self._begin(self._queue.pop(0))
        return over

    def stop(self, grace: float, sleep: Callable[[float], None] = time.sleep) -> None:
        """Begin nothing any more; let what is at work end by itself, then ask it to, then end it.

        Args:
            grace: seconds it has to end by itself.
            sleep: waits.
        """
        self._stopping, self._queue = True, []
        until = self.steady() + grace
        for at_work in self._at_work.values():
            at_work.deadline = min(at_work.deadline, until)
        while self._at_work:
            self.tend()
            sleep(0.1)

    # --- what is due

    def _look_at(self, community: Community, state: JobState) -> None:
        now = self.clock()
        keep_timetable(community, state, now)
        for one in due(community, state, now):
            key = (community.source, one.job)
            if key in self._at_work or self._is_paused(key):
                continue
            if one.what == "give up":
                self._give_up(community, state, one, now)
            elif one.what == "run":
                self._queue.append(Order(community, one.job, new_number(), one.slot))
        tell = (community.source, TELL)
        wanted = community.settings.operator.email and tell not in self._at_work and not self._is_paused(tell)
        is_known = not (self.forgets and state.unrecorded())
        if wanted and is_known and state.notices():
            self._queue.append(Order(community, TELL, new_number(), None))

    def _is_paused(self, key: _Key) -> bool:
        return key in self._pauses and self.steady() < self._pauses[key].until

    def _give_up(self, community: Community, state: JobState, one: Due, now: datetime) -> None:
        note = load_job_words().note("missed", since=f"{one.slot and one.slot.astimezone(community.zone):%m-%d %H:%M}")
        run = Run(new_number(), one.job, one.slot, now, "missed", state.machine, now, note=note)
        state.finish(run, notices(state, run))
        self.ended.append(run)
        self._event("warning", "missed", community, run)

    # --- processes

    def _begin(self, order: Order) -> None:
        key = (order.community.source, order.job)
        if key in self._at_work:
            return
        slot = order.slot and order.slot.astimezone(order.community.zone)
        facts = Facts(community=order.community.key or None, job=order.job, run=order.number, slot=slot)
        try:
            child = self.launch(order.arguments)
        except OSError as error:
            self._pauses[key] = _Pause(until=self.steady() + _AFTER_BUSY)
            event(self.log, "error", "cannot begin", **(facts | Facts(error=error)))
            return
        deadline = self.steady() + order.limit.total_seconds()
        self._at_work[key] = AtWork(order, child, self.clock(), deadline)
        event(self.log, "info", "started", **(facts | Facts(pid=child.pid)))

    def _close(self, key: _Key, at_work: AtWork, code: int) -> None:
        order, words = at_work.order, at_work.child.last_words()
        if order.job == TELL:
            self._told(key, code, words)
            return
        if code == BUSY:
            self._pauses[key] = _Pause(until=self.steady() + _AFTER_BUSY)
            event(self.log, "info", "busy", community=order.community.key or None, job=order.job, note=words)
            return
        try:
            with order.community.state as state:
                run = self._settled(state, at_work, code, words)
                is_on_record = all(waiting.id != run.id for waiting in state.unrecorded())
        except ToolkitError as error:
            self._pauses[key] = _Pause(until=self.steady() + _AFTER_BUSY)
            self._say_once(order.community, str(error))
            return
        self.ended.append(run)
        bad = run.result in ("failed", "again")
        self._event("warning" if bad else "info", "ended", order.community, run, words if bad else None)
        if not is_on_record and not bad:
            event(self.log, "warning", "not on record yet", job=run.job, run=run.id, note=words)

    def _told(self, key: _Key, code: int, words: str) -> None:
        if not code:
            self._pauses.pop(key, None)
            event(self.log, "info", "operator told")
            return
        failures = self._pauses.get(key, _Pause()).failures + 1
        self._pauses[key] = _Pause(failures, self.steady() + pause(failures).total_seconds())
        event(self.log, "warning", "operator not told", failures=failures, note=words)

    def _settled(self, state: JobState, at_work: AtWork, code: int, words: str) -> Run:
        """How a run ended; where its process did not live to say so, or took too long, that is said here."""
        order, now = at_work.order, self.clock()
        run = state.run(order.number)
        if run and run.result in SETTLED:
            return run
        too_long = at_work.asked is not None and not self._stopping
        if run and run.result != "running" and not too_long:
            return run
        run = run or Run(order.number, order.job, order.slot or at_work.began, at_work.began, machine=state.machine)
        told = load_job_words()
        if self._stopping:
            run = replace(run, result="interrupted", ended=now, note=told.note("stopped"))
        elif too_long:
            minutes = round(order.limit / timedelta(minutes=1))
            run = replace(run, result="failed", ended=now, note=told.note("too_long", minutes=minutes))
        else:
            run = replace(run, result="failed", ended=now, note=told.note("broke_off", code=code, words=words))
        state.finish(run, notices(state, run))
        return run

    # --- what is said

    def _event(self, level: Level, name: str, community: Community, run: Run, words: str | None = None) -> None:
        event(
            self.log,
            level,
            name,
            community=community.key or None,
            job=run.job,
            run=run.id,
            slot=run.due and run.due.astimezone(community.zone),
            result=run.result,
            seconds=None if run.duration is None else run.duration.total_seconds(),
            calls=run.calls,
            rows=run.rows,
            problems=run.problems,
            note=words or run.note,
        )

    def _say_once(self, community: Community, fault: str) -> None:
        """Say what is wrong with a community's state once, not at every look."""
        if fault == self._faults.get(community.source, ""):
            return
        if fault:
            self._faults[community.source] = fault
            event(self.log, "error", "jobs wait", community=community.key or None, note=fault)
        else:
            del self._faults[community.source]
            event(self.log, "info", "jobs go on", community=community.key)
