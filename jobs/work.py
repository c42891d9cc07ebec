"""What a job works with: the source, read once; today; what this machine knows of the jobs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from jobs.community import Choice
from jobs.state import JobState
from toolkit.stores.sources import GoogleSheet, Source
from toolkit.workflows import Loaded, load
from toolkit.workflows.remembering import Remembered


@dataclass
class Work:
    """What one run of a job works with.

    Attributes:
        choice: which community.
        as_of: the day to take for today.
        state: what this machine knows of the community's jobs.
    """

    choice: Choice
    as_of: date
    state: JobState
    _sources: list[Source] = field(default_factory=list)

    @cached_property
    def loaded(self) -> Loaded:
        """The source, read and assessed."""
        return load(
            config=self.choice.config,
            workbook=self.choice.workbook,
            sheet=self.choice.sheet,
            as_of=self.as_of,
            community=self.choice.community,
            opened=self.opened,
        )

    @cached_property
    def past(self) -> Remembered:
        """The same with the memory of earlier runs."""
        return Remembered(self.loaded)

    def opened(self, source: Source) -> None:
        """A source is about to be read: its calls count."""
        self._sources.append(source)

    @property
    def is_read(self) -> bool:
        """Whether the source was read."""
        return "loaded" in self.__dict__

    @property
    def calls(self) -> int:
        """Calls to Google so far."""
        return sum(source.connection.usage.calls for source in self._sources if isinstance(source, GoogleSheet))

    @property
    def rows(self) -> int:
        """Rows of entries that were read."""
        tables = self.loaded.assessment.ground.tables.values() if self.is_read else ()
        return sum(len(table.frame) for table in tables)

    @property
    def problems(self) -> int:
        """Problems of severity error that were found."""
        found = self.loaded.assessment.problems if self.is_read else ()
        return sum(problem.severity == "error" for problem in found)

    def keep_terms(self, at: datetime) -> None:
        """Keep the terms for the scheduler, which does not read entries; while a row of them is wrong, those it knows.

        Where it knows none yet, the sound rows will do.

        Args:
            at: now.
        """
        assessment = self.loaded.assessment
        if self.state.terms is None or assessment.ground.sound("terms").all():
            self.state.keep_terms([(term.start, term.end) for term in assessment.reckoner.terms], at)
