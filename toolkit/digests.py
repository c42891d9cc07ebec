"""What each reader gets: the community for leaders, one school for everybody else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from toolkit.names import NOBODY, texts
from toolkit.tables import places
from toolkit.viewer import BEHIND, Viewer, figures_of
from toolkit.views import Digest, ProblemLine


def digests(viewer: Viewer, topic: str) -> Iterable[Digest]:
    """One for each sound row of 收件人 that subscribes to the topic, each of its reader's scope only.

    Args:
        viewer: makes the views.
        topic: code of 订阅, such as `weekly`.
    """
    table = viewer.ground.tables["recipients"]
    frame = table.frame
    names, emails = texts(table, "name"), texts(table, "email")
    for index in places(viewer.ground.sound("recipients")):
        topics = frame["topics"].iloc[index]
        if topics and topic not in topics:
            continue
        role, school = str(frame["role"].iloc[index]), int(frame["school"].iloc[index])
        name, email = names[index] or "", emails[index] or ""
        if role == "leader":
            yield _digest(viewer, role, name, email, int(table.rows[index]), NOBODY)
        elif school >= 0:  # a school that is not known has no digest: never the whole community's instead
            yield _digest(viewer, role, name, email, int(table.rows[index]), school)


def _digest(viewer: Viewer, role: str, name: str, email: str, row: int, school: int) -> Digest:
    whole = school == NOBODY
    standings = [s for s in viewer.assessment.standings if whole or s.obligor.school == school]
    details = tuple(line for line in viewer.details if whole or line.school_place == school)
    problems = (
        viewer.problems
        if whole
        else tuple(_scoped(viewer, line, school) for line in viewer.problems if school in line.owners)
    )
    errors = sum(line.problem.severity == "error" for line in problems)
    return Digest(
        role=role,
        reader=name,
        email=email,
        row=row,
        school="" if whole else viewer.schools.label(school),
        community=viewer.assessment.community,
        period=viewer.period,
        as_of=viewer.assessment.as_of,
        figures=figures_of(standings, errors, viewer.outputs),
        behind=tuple(line for line in details if line.status in BEHIND),
        details=details,
        problems=problems,
        loans=tuple(line for line in viewer.loans if whole or line.borrower_place == school),
        scores=viewer.scores if whole else (),
    )


def _scoped(viewer: Viewer, line: ProblemLine, school: int) -> ProblemLine:
    """The line for a reader of one school: where its words name another school, only the place is said."""
    own = {viewer.schools.label(school), viewer.schools.short[school] or ""} - {""}
    text = f"{line.message} {line.value} {line.suggestion}"
    for name in sorted(own, key=len, reverse=True):
        text = text.replace(name, "")
    others = {name for names in (viewer.schools.keys, viewer.schools.short) for name in names if name} - own
    line = replace(line, schools=viewer.schools.label(school), owners=frozenset({school}))
    if not any(other in text for other in others):
        return line
    return replace(line, message=viewer.outputs.neutral_problem.format(place=line.place), value="", suggestion="")
