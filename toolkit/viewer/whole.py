"""The whole view of a scope, put together from its parts."""

from __future__ import annotations

from toolkit.names import NOBODY
from toolkit.viewer import diary, entries, figures, marks
from toolkit.viewer.evidence import evidence
from toolkit.viewer.obligations import Obligations
from toolkit.viewer.standpoint import Scope, Standpoint
from toolkit.viewer.urgent import urgent
from toolkit.views import Dashboard, Urgent


class Viewer:
    """Makes views of one assessment."""

    def __init__(self, stand: Standpoint) -> None:
        """Stand somewhere.

        Args:
            stand: the assessment, the words, what earlier runs saw, the sections of the plan.
        """
        self.stand = stand
        self._views: dict[int, Dashboard] = {}

    def view(self, school: int = NOBODY) -> Dashboard:
        """The view of the community, or of one school only."""
        if school not in self._views:
            self._views[school] = self._made(Scope(self.stand, school))
        return self._views[school]

    def _made(self, scope: Scope) -> Dashboard:
        stand, obligations = self.stand, Obligations(scope)
        term = figures.running_term(stand.assessment.reckoner.terms, stand.assessment.as_of)
        week, words = figures.when(scope, term)
        problems, loans, first = entries.problems(scope), diary.loans(scope), urgent(obligations)
        return Dashboard(
            community=stand.assessment.community,
            school=scope.label,
            label="" if scope.whole else stand.short(scope.school),
            term=term.name if term else "",
            week=week,
            when=words,
            as_of=stand.assessment.as_of,
            workbook=stand.assessment.workbook.name,
            headline=figures.headline(scope, first, problems, loans, _gap(obligations, first)),
            figures=figures.figures(scope, problems),
            urgent=first,
            blocks=obligations.blocks(),
            matrix=obligations.matrix(),
            persons=obligations.persons,
            sections=obligations.sections(),
            trend=figures.trend(scope, term),
            details=obligations.details,
            evidence=tuple(evidence(scope)),
            problems=problems,
            groups=entries.groups(scope, problems),
            loans=loans,
            scores=marks.scores(scope),
            ranks=marks.ranks(scope),
            events=diary.events(scope),
            tasks=diary.tasks(scope),
            tabs={t.schema.title: t.title for t in stand.ground.tables.values() if t.title is not None},
        )


def _gap(obligations: Obligations, lines: tuple[Urgent, ...]) -> str:
    """What the most urgent line lacks, in a few words."""
    if not lines:
        return ""
    numbers = [obligations.scope.numbers[detail] for detail in lines[0].details]
    rule = obligations.scope.stand.assessment.standings[numbers[0]].rule
    if len(numbers) > 1 and rule.is_personal:
        return obligations.scope.stand.outputs.gaps["persons"].format(count=len(numbers))
    return obligations.needs.gap(numbers[0])
