"""What earlier runs saw: recalled, filled up where runs are missing, and recorded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from toolkit.assess import assess_on
from toolkit.digests import examination_key
from toolkit.history import History, Point, events_after
from toolkit.progress import notice, stage
from toolkit.stores.memory_tables import Run
from toolkit.stores.sources import Memory
from toolkit.viewer import Standpoint, Viewer
from toolkit.viewer.figures import Weeks, points, running_term
from toolkit.workflows.loading import Loaded, now


@dataclass(frozen=True)
class Remembered:
    """A loaded source with the memory of its earlier runs.

    Attributes:
        loaded: the source.
    """

    loaded: Loaded

    @property
    def memory(self) -> Memory:
        """Where it is kept."""
        return self.loaded.source.memory

    @cached_property
    def today(self) -> Mapping[str, Point]:
        """The figures of today by scope."""
        return points(self.loaded.stand)

    @cached_property
    def recalled(self) -> History:
        """What earlier runs saw; a memory that cannot be used is said once, and the report goes on without."""
        found = self.memory.recall(self.loaded.assessment.as_of, self.today)
        if found.fault:
            notice(found.fault)
        return found.history

    @cached_property
    def rebuilt(self) -> Mapping[str, tuple[Point, ...]]:
        """Figures at the ends of those weeks of the term that no run is on record for, by scope."""
        assessment = self.loaded.assessment
        term = running_term(assessment.reckoner.terms, assessment.as_of)
        if term is None:
            return {}
        weeks = Weeks(term)
        known = {weeks.number(at.day) for at in self.recalled.points.get("", ()) if term.start <= at.day <= term.end}
        missing = [day for day in weeks.ends(assessment.as_of) if weeks.number(day) not in known and day >= term.start]
        found: dict[str, list[Point]] = {}
        with stage("Working out the weeks that no run is on record for"):
            for day in missing:
                for scope, at in self._points_on(day).items():
                    found.setdefault(scope, []).append(replace(at, errors=None, rebuilt=True))
        return {scope: tuple(line) for scope, line in found.items()}

    def _points_on(self, day: date) -> Mapping[str, Point]:
        return points(Standpoint(assess_on(self.loaded.assessment, day), self.loaded.outputs))

    @cached_property
    def viewer(self) -> Viewer:
        """Makes views that know of earlier runs."""
        merged = dict(self.recalled.points)
        for scope, line in self.rebuilt.items():
            merged[scope] = tuple(sorted((*merged.get(scope, ()), *line), key=lambda at: at.day))
        return Viewer(replace(self.loaded.stand, history=replace(self.recalled, points=merged)))

    @property
    def events(self) -> Mapping[str, tuple[str, date]]:
        """The fingerprint of each coming event, and the day on which it last changed."""
        fingerprints = {event.uid: event.fingerprint for event in self.viewer.view().events}
        return events_after(self.recalled, fingerprints, self.loaded.assessment.as_of)

    def record(self, digests: Mapping[str, date] | None = None) -> None:
        """Leave to later runs what this one saw.

        Args:
            digests: by reader's key, the day of the digest that was sent.
        """
        view = self.viewer.view()
        run = Run(
            as_of=self.loaded.assessment.as_of,
            at=now(),
            points=self.today,
            rebuilt=self.rebuilt,
            followed=self.viewer.stand.followed,
            events=self.events,
            digests=digests or {},
            examinations=frozenset(map(examination_key, view.scores)),
        )
        fault = self.memory.record(run)
        if fault:
            notice(fault)
