"""What each reader gets: the community for leaders, one school for everybody else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from toolkit.history import History, opaque, problem_changes
from toolkit.readers import Reader, readers
from toolkit.viewer import Viewer
from toolkit.viewer.figures import running_term
from toolkit.views import Dashboard, Digest, ExamLine


def digests(viewer: Viewer, topic: str, lasts: Mapping[str, date] | None = None) -> Iterator[Digest]:
    """One for each reader of a topic, each of its reader's scope only.

    Args:
        viewer: makes the views.
        topic: code of 订阅, such as `weekly`.
        lasts: by reader's key, the day of the last digest; as the history has it where None.
    """
    history = viewer.stand.history
    lasts = history.digests if lasts is None else lasts
    term = running_term(viewer.stand.assessment.reckoner.terms, viewer.stand.assessment.as_of)
    for reader in readers(viewer.stand.ground, topic):
        view, last = viewer.view(reader.scope), lasts.get(reader.key)
        news = _news(history, view.scores, last, term.start if term else date.min)
        yield digest(viewer, reader, topic, view, last=last, news=news)


def digest(
    viewer: Viewer, reader: Reader, topic: str, view: Dashboard, *, last: date | None, news: tuple[ExamLine, ...] = ()
) -> Digest:
    """What one reader gets.

    Args:
        viewer: made the view.
        reader: who gets it.
        topic: code of 订阅.
        view: of the reader's scope.
        last: the day of the last one of that topic; None where there was none.
        news: examinations entered since then.
    """
    return Digest(
        role=reader.role,
        reader=reader.name,
        email=reader.email,
        row=reader.row,
        key=reader.key,
        view=view,
        since=viewer.stand.outputs.spoken(last, view.as_of) if last else "",
        changes=problem_changes(viewer.stand.followed, view.school or None, last, view.as_of),
        news=news,
        topic=topic,
        last=last,
    )


def examination_key(line: ExamLine) -> str:
    """What the history knows an examination by."""
    return opaque(line.exam, line.grade, line.subject)


def _news(history: History, lines: Sequence[ExamLine], last: date | None, begin: date) -> tuple[ExamLine, ...]:
    """Examinations first seen after the last digest; where there was none, those of the term."""
    if last is None:
        return tuple(line for line in lines if line.day and line.day >= begin)
    return tuple(line for line in lines if history.examinations.get(examination_key(line), date.max) > last)
