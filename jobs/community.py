"""A community as its jobs know it: which one, its settings, and where this machine keeps what it knows of them."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from jobs.school_days import SchoolDays
from jobs.state import JobState
from toolkit.errors import UsageError
from toolkit.folders import state_folder
from toolkit.history import opaque
from toolkit.settings import JobName, Settings, load_communities, load_settings
from toolkit.settings.communities import source_key
from toolkit.stores.locks import exclusive

if TYPE_CHECKING:
    from toolkit.stores.sources import Source

BUSY: Final = 75
"""What a run exits with where another one is at the same job: EX_TEMPFAIL of sysexits.h."""


@dataclass(frozen=True)
class Choice:
    """Which community, as the options of a command say it."""

    config: Path | None = None
    workbook: Path | None = None
    sheet: str | None = None
    community: str | None = None

    @property
    def options(self) -> list[str]:
        """The options again, for a command that is started."""
        given = {
            "--config": self.config and self.config.absolute(),
            "--workbook": self.workbook and self.workbook.absolute(),
            "--sheet": self.sheet,
            "--community": self.community,
        }
        return [part for name, value in given.items() if value for part in (name, str(value))]


@dataclass(frozen=True)
class Community:
    """A community.

    Attributes:
        choice: which.
        settings: what is in force for it.
    """

    choice: Choice
    settings: Settings

    @property
    def key(self) -> str:
        """What the configuration calls it; empty where that has one alone."""
        return self.choice.community or ""

    @cached_property
    def source(self) -> str:
        """The address of its Google Sheet, or the place of its workbook."""
        key = source_key(self.settings)
        if key is None:
            raise UsageError(
                "Which workbook? Put path under [workbook] or id under [sheet] in consortium.toml, and name that file"
                " with --config if it is not in this folder."
            )
        return key

    def refuse_unusable(self) -> None:
        """See that it has one source.

        Raises:
            UsageError: it has none or two.
        """
        _ = self.source
        if self.settings.workbook.path and self.settings.sheet.id:
            place = f"communities.{self.key}." if self.key else ""
            raise UsageError(
                f"{place}workbook.path and {place}sheet.id: keep the one that is meant, and delete the other."
            )

    def opened_source(self) -> Source:
        """Its workbook or Google Sheet, unread.

        Raises:
            UsageError: it has none.
            SheetError: there are no credentials.
        """
        from toolkit.workflows.loading import named_source  # noqa: PLC0415 heavy, and not for the scheduler

        choice = self.choice
        return named_source(choice.config, choice.workbook, choice.sheet, choice.community)

    @cached_property
    def zone(self) -> ZoneInfo:
        """Whose time its timetable is in."""
        return ZoneInfo(self.settings.timetable.zone)

    @property
    def state(self) -> JobState:
        """What this machine knows of its jobs; to be opened."""
        return JobState(self._place("jobs", "sqlite"))

    def school_days(self, state: JobState) -> SchoolDays:
        """Its calendar, with the terms as the last run read them."""
        return SchoolDays.of(self.settings.calendar, state.terms)

    def alone(self, job: JobName) -> AbstractContextManager[None]:
        """Keep other runs of a job out.

        Raises:
            BusySourceError: one is at it.
        """
        return exclusive(self._place(job, "lock"), 0, f"Another run of {job} is at it; wait until it is over.")

    def served(self) -> AbstractContextManager[None]:
        """Keep other schedulers of this community out.

        Raises:
            BusySourceError: there is one.
        """
        name = f" for {self.key}" if self.key else ""
        busy = (
            f"consortium serve or run --due is at work{name} on this machine; stop it first, or leave the work to it."
        )
        return exclusive(self._place("serve", "lock"), 0, busy)

    @property
    def heartbeat(self) -> Path:
        """The file that is touched while its scheduler is well."""
        return self.settings.serve.heartbeat or self._place("serve", "alive")

    def _place(self, name: str, ending: str) -> Path:
        folder = state_folder() or Path(tempfile.gettempdir())
        return folder / f"{name}-{opaque(self.source)}.{ending}"


def communities(choice: Choice) -> list[Community]:
    """Every community that is meant: all of the configuration where none is named.

    Raises:
        UsageError: the configuration is wrong, or names no source.
    """
    if choice.community is not None or choice.workbook or choice.sheet:
        found = [one_community(choice)]
    else:
        found = [
            Community(Choice(choice.config, community=key or None), settings)
            for key, settings in load_communities(choice.config).items()
        ]
    for community in found:
        community.refuse_unusable()
    return found


def one_community(choice: Choice) -> Community:
    """The community that is meant.

    Raises:
        UsageError: the configuration is wrong, names no source, or has several communities and none is named.
    """
    if choice.workbook and choice.sheet:
        raise UsageError("Give either --workbook or --sheet, not both.")
    settings = load_settings(choice.config, choice.community)
    if choice.workbook or choice.sheet:
        book = settings.workbook.model_copy(update={"path": choice.workbook})
        sheet = settings.sheet.model_copy(update={"id": choice.sheet})
        settings = settings.model_copy(update={"workbook": book, "sheet": sheet})
    return Community(choice, settings)


@contextmanager
def some_state_folder() -> Iterator[None]:
    """On a machine without a home for this user, a state folder that lasts as long as this command and its children."""
    if state_folder():
        yield
        return
    with tempfile.TemporaryDirectory(prefix="consortium-") as folder:
        os.environ["XDG_STATE_HOME"] = folder
        try:
            yield
        finally:
            del os.environ["XDG_STATE_HOME"]
