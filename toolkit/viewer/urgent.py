"""What to do first: the standings that are behind, like beside like, the soonest deadline on top."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Final

from toolkit.names import NOBODY
from toolkit.standings import Standing
from toolkit.viewer.obligations import Obligations, head
from toolkit.views import CellView, Urgent

_MOST_NAMES: Final = 4
_KINDS: Final = ("community", "lead_school", "member_school", "each_school", "key_teacher", "teacher")
_GRAVEST: Final = ("missed", "exceeded", "at_risk", "pending")


def urgent(obligations: Obligations) -> tuple[Urgent, ...]:
    """Everything that is behind or can no longer be met.

    What can still be done comes first, by its last day; then who owes it, the community before schools before
    persons; then how many. What is too late follows, then what is over.
    """
    groups: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for number in obligations.scope.numbers:
        if obligations.scope.stand.is_behind(number):
            groups[_likeness(obligations, number)].append(number)
    lines = [_line(obligations, numbers) for numbers in groups.values()]
    return tuple(line for _, line in sorted(lines, key=lambda pair: pair[0]))


def _likeness(obligations: Obligations, number: int) -> tuple[object, ...]:
    """Standings that are alike are one line: of persons all of a rule, of schools those that need the same."""
    stand = obligations.scope.stand
    standing, ahead = stand.assessment.standings[number], stand.ahead[number]
    if standing.rule.is_personal:
        return standing.rule.row, ahead.possible, ahead.latest
    return standing.rule.row, ahead.possible, obligations.cell(number).text, obligations.needs.need(number)


def _line(obligations: Obligations, numbers: Sequence[int]) -> tuple[tuple[object, ...], Urgent]:
    stand, needs = obligations.scope.stand, obligations.needs
    standings = [stand.assessment.standings[number] for number in numbers]
    first, ahead = standings[0], stand.ahead[numbers[0]]
    persons = first.rule.is_personal
    due = ahead.latest if ahead.possible else None
    status = min((s.status for s in standings), key=lambda s: _GRAVEST.index(s) if s in _GRAVEST else len(_GRAVEST))
    word = stand.outputs.statuses[status]
    cell = _folded(obligations, first) if persons else obligations.cell(numbers[0])
    late = stand.is_lost(numbers[0]) and status != "exceeded"
    line = Urgent(
        status="missed" if late else status,
        sign=stand.outputs.lost_sign if late else word.sign,
        word=stand.outputs.too_late if late else word.word,
        head=head(first.rule),
        who=_who(obligations, standings),
        progress=cell.text if persons or len(numbers) == 1 else stand.outputs.each.format(progress=cell.text),
        need=_persons_need(obligations, standings, due) if persons else needs.need(numbers[0]),
        until=needs.until(numbers[0]),
        due=due,
        lost=not ahead.possible,
        schools=not persons and first.obligor.school != NOBODY,
        details=tuple(obligations.place_of[number] for number in numbers),
    )
    over = first.period.ended_before(stand.assessment.as_of)
    rank = (
        2 if over else 1 if line.lost else 0,
        due or date.max,
        _KINDS.index(first.rule.obligor),
        -len(numbers),
        first.rule.row,
        numbers[0],
    )
    return rank, line


def _folded(obligations: Obligations, standing: Standing) -> CellView:
    return next(line.cell for line in obligations.persons if line.head == head(standing.rule))


def _who(obligations: Obligations, standings: Sequence[Standing]) -> str:
    stand, first = obligations.scope.stand, standings[0]
    if first.rule.is_personal:
        if len(standings) == 1:
            return stand.people.names[first.obligor.place] or ""
        return f"{len(standings)} {stand.outputs.units['people']}"
    if not obligations.scope.whole:
        return stand.outputs.own_school
    if first.obligor.school == NOBODY:
        return stand.ground.schema.sheets["quotas"].by_key["obligor"].words[first.rule.obligor]
    names = [stand.short(standing.obligor.school) for standing in standings]
    return stand.outputs.listed(names, most=_MOST_NAMES, unit="schools")


def _persons_need(obligations: Obligations, standings: Sequence[Standing], due: date | None) -> str:
    stand = obligations.scope.stand
    by_school: dict[str, int] = defaultdict(int)
    for standing in standings:
        by_school[stand.short(standing.obligor.school)] += 1
    names = [stand.people.names[standing.obligor.place] or "" for standing in standings]
    return obligations.needs.persons(names, by_school, due)
