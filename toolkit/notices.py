"""Who gets a notice today: what to give back, and what to fix."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Final

from toolkit.digests import digest
from toolkit.ladder import in_holidays, last_rung
from toolkit.readers import readers
from toolkit.settings import RemindSettings
from toolkit.viewer import Viewer
from toolkit.viewer.diary import loans
from toolkit.viewer.entries import groups
from toolkit.viewer.standpoint import Scope
from toolkit.views import Dashboard, Digest, ProblemLine

OVERDUE: Final = "overdue"
PROBLEMS: Final = "problems"
_GRAVE: Final = frozenset({"error", "warning"})


def notices(
    viewer: Viewer,
    remind: RemindSettings,
    last_overdue: Mapping[str, date],
    last_problems: Mapping[str, date],
    last_weekly: Mapping[str, date] | None = None,
) -> Iterator[Digest]:
    """The notices of today; each lists all that is open, and none goes out where nothing of it is new.

    Args:
        viewer: makes the views.
        remind: when notices go out.
        last_overdue: by reader's key, the day of the last notice of loans.
        last_problems: by reader's key, the day of the last notice of what is to be fixed.
        last_weekly: by reader's key, the day of the last digest; as the history has it where None.
    """
    if is_quiet(viewer, remind):
        return
    yield from overdue(viewer, remind, last_overdue)
    digests = viewer.stand.history.digests if last_weekly is None else last_weekly
    yield from problems(viewer, remind, last_problems, digests)


def is_quiet(viewer: Viewer, remind: RemindSettings) -> bool:
    """Whether no notices go out because it is the holidays; a row of 学期 in error may be the term that is running."""
    stand = viewer.stand
    terms = stand.assessment.reckoner.terms
    sound = bool(stand.ground.sound("terms").all())
    return not remind.in_holidays and sound and in_holidays(terms, stand.assessment.as_of)


def overdue(viewer: Viewer, remind: RemindSettings, last: Mapping[str, date]) -> Iterator[Digest]:
    """One for each reader of whose loans one has reached a rung of the ladder since the last notice."""
    as_of = viewer.stand.assessment.as_of

    @cache
    def view(school: int) -> Dashboard:
        scope = Scope(viewer.stand, school)
        return replace(viewer.view(school), loans=loans(scope, max(remind.before, default=0)))

    for reader in readers(viewer.stand.ground, OVERDUE):
        told, mine = last.get(reader.key), view(reader.scope)
        rungs = (last_rung(remind, line.due, as_of) for line in mine.loans)
        if any(rung and (told is None or rung > told) for rung in rungs):
            yield digest(viewer, reader, OVERDUE, mine, last=told)


def problems(
    viewer: Viewer, remind: RemindSettings, last: Mapping[str, date], digests: Mapping[str, date]
) -> Iterator[Digest]:
    """One for each reader of whose entries one is found wrong that was not when the reader was last told."""
    as_of = viewer.stand.assessment.as_of

    @cache
    def view(school: int) -> Dashboard:
        whole = viewer.view(school)
        lines = tuple(line for line in whole.problems if line.problem.severity in _GRAVE)
        return replace(whole, problems=lines, groups=groups(Scope(viewer.stand, school), lines))

    for reader in readers(viewer.stand.ground, PROBLEMS):
        told = last.get(reader.key)
        if told and (as_of - told).days < remind.to_fix_every:
            continue
        # Of the weekly digests only the liaison's lists all that is to be fixed.
        heard = max(told, digests.get(reader.key, told)) if told and reader.role == "liaison" else told
        if any(_is_new(line, heard) for line in view(reader.scope).problems):
            yield digest(viewer, reader, PROBLEMS, view(reader.scope), last=told)


def _is_new(line: ProblemLine, heard: date | None) -> bool:
    """Whether it was first seen after a day; what is not known may be new."""
    return heard is None or line.since is None or line.since > heard
