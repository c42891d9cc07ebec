"""What each reader gets: the community for leaders, one school for everybody else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from toolkit.checks.ground import Ground
from toolkit.history import History, opaque, problem_changes
from toolkit.names import NOBODY, texts
from toolkit.tables import places
from toolkit.viewer import Viewer
from toolkit.viewer.figures import running_term
from toolkit.views import Digest, ExamLine


@dataclass(frozen=True, slots=True)
class Reader:
    """A sound row of 收件人.

    Attributes:
        role: `leader`, `principal` or `liaison`.
        scope: place of the school; NOBODY for a leader.
        name: the reader's name.
        email: the reader's address.
        row: of the reader in 收件人.
        key: opaque, the same for the same reader of the same school whatever the row.
    """

    role: str
    scope: int
    name: str
    email: str
    row: int
    key: str


def readers(ground: Ground, topic: str) -> Iterator[Reader]:
    """The sound rows of 收件人 that subscribe to a topic.

    Args:
        ground: linked tables, errors known.
        topic: code of 订阅, such as `weekly`.
    """
    table = ground.tables["recipients"]
    frame = table.frame
    names, emails = texts(table, "name"), texts(table, "email")
    for index in places(ground.sound("recipients")):
        topics = frame["topics"].iloc[index]
        if topics and topic not in topics:
            continue
        role, school = str(frame["role"].iloc[index]), int(frame["school"].iloc[index])
        scope = NOBODY if role == "leader" else school
        if role != "leader" and scope < 0:  # a school that is not known has no digest: never the whole community's
            continue
        name, email, row = names[index] or "", emails[index] or "", int(table.rows[index])
        key = opaque(topic, role, ground.directory.schools.label(scope), name, email)
        yield Reader(role, scope, name, email, row, key)


def digests(viewer: Viewer, topic: str) -> Iterator[Digest]:
    """One for each reader of a topic, each of its reader's scope only.

    Args:
        viewer: makes the views.
        topic: code of 订阅, such as `weekly`.
    """
    history, words = viewer.stand.history, viewer.stand.outputs
    term = running_term(viewer.stand.assessment.reckoner.terms, viewer.stand.assessment.as_of)
    for reader in readers(viewer.stand.ground, topic):
        view, last = viewer.view(reader.scope), history.digests.get(reader.key)
        yield Digest(
            role=reader.role,
            reader=reader.name,
            email=reader.email,
            row=reader.row,
            key=reader.key,
            view=view,
            since=words.spoken(last, view.as_of) if last else "",
            changes=problem_changes(viewer.stand.followed, view.school or None, last, view.as_of),
            news=_news(history, view.scores, last, term.start if term else date.min),
        )


def examination_key(line: ExamLine) -> str:
    """What the history knows an examination by."""
    return opaque(line.exam, line.grade, line.subject)


def _news(history: History, lines: Sequence[ExamLine], last: date | None, begin: date) -> tuple[ExamLine, ...]:
    """Examinations first seen after the last digest; where there was none, those of the term."""
    if last is None:
        return tuple(line for line in lines if line.day and line.day >= begin)
    return tuple(line for line in lines if history.examinations.get(examination_key(line), date.max) > last)
