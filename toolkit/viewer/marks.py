"""Examinations beside the city, and the rankings of contests."""

from __future__ import annotations

from toolkit.names import NOBODY
from toolkit.scores import exams
from toolkit.viewer.standpoint import Scope
from toolkit.views import ExamLine, RankLine


def scores(scope: Scope) -> tuple[ExamLine, ...]:
    """Every examination: the community, or the scope's school, beside the city."""
    return tuple(
        ExamLine(
            exam.exam,
            exam.grade,
            exam.subject,
            exam.day,
            exam.schools,
            exam.pupils,
            exam.mean,
            exam.city,
            exam.gap,
            tuple(scope.stand.short(place) for place in exam.absent),
        )
        for exam in exams(*scope.stand.exam_rows, NOBODY if scope.whole else scope.school)
    )


def ranks(scope: Scope) -> tuple[RankLine, ...]:
    """Every contestant of the scope with the rank among all."""
    people, lines = scope.stand.people, []
    for line in scope.stand.contests:
        school = people.school_of[line.person]
        if scope.whole or school == scope.school:
            event = "" if scope.mentions_others(line.event) else line.event
            name = people.names[line.person] or ""
            lines.append(
                RankLine(line.place, event, line.rank, name, scope.stand.short(school), school, line.judges, line.mark)
            )
    return tuple(lines)
