"""What must happen, said in one sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from toolkit.outlook import Outlook
from toolkit.outputs import Outputs
from toolkit.rules import Condition, QuotaRule
from toolkit.standings import Standing
from toolkit.viewer.amounts import amount, bound, plain
from toolkit.viewer.standpoint import Scope, Standpoint

_MOST_PLACES: Final = 3
_MOST_SCHOOLS: Final = 5
_QUIET: Final = frozenset({"met", "waived"})


@dataclass(frozen=True)
class Thing:
    """What a rule counts, in words.

    Attributes:
        verb: what is done with it.
        unit: what it is counted in.
        name: what it is.
        rest: the conditions that the name does not say.
    """

    verb: str
    unit: str
    name: str
    rest: Sequence[str]


@dataclass(frozen=True)
class Needs:
    """Says what standings need.

    Attributes:
        scope: whose reader it is said to; a reader of one school is told no other school's name.
    """

    scope: Scope

    @property
    def stand(self) -> Standpoint:
        """The standpoint."""
        return self.scope.stand

    @property
    def words(self) -> Outputs:
        """The words."""
        return self.stand.outputs

    def day(self, day: date | None) -> str:
        """A day as people say it; empty for none."""
        return self.words.spoken(day, self.stand.assessment.as_of) if day else ""

    def thing(self, rule: QuotaRule) -> Thing:
        """What a rule counts."""
        kind = next((c for c in rule.conditions if c.operator == "=" and c.column.field.codes), None)
        kinds = self._kinds(kind)
        codes = [str(code) for code in kind.operands] if kind and len(kind.operands) == 1 else []
        ties = [field.key for field in rule.ties]
        specific = [f"{rule.source}.{key}" for key in (*codes, *ties) if f"{rule.source}.{key}" in self.words.verbs]
        verb = self.words.verbs[specific[0] if specific else rule.source]
        things = self.words.things if kinds else self.words.plain_things
        name = things.get(rule.source, "{kinds}").format(kinds=kinds)
        rest = [condition.text for condition in rule.conditions if condition is not kind]
        if rule.measure == "distinct" and rule.source != "exchanges":
            verb = self.words.verbs["distinct"]
        return Thing(verb, self._unit(rule), name, rest)

    def _kinds(self, condition: Condition | None) -> str:
        if condition is None:
            return ""
        words = condition.column.field.words
        names = [words.get(str(code), str(code)) for code in condition.operands]
        if len(names) == 1:
            return names[0]
        return self.words.either.format(most=self.words.separator.join(names[:-1]), last=names[-1])

    def _unit(self, rule: QuotaRule) -> str:
        if rule.measure == "shortest_stay":
            return self.words.units["days"]
        if rule.measure == "mean_gap":
            return self.words.units["points"]
        if rule.measure == "coverage":
            return self.words.units["schools"]
        if rule.measure == "distinct" and rule.column is not None:
            refers = rule.column.refers or ("people" if rule.column.consortium.when else "other")
            return self.words.units.get(refers, self.words.units["other"])
        return self.words.units.get(rule.source, self.words.units["other"])

    def need(self, number: int) -> str:
        """What one standing needs; empty where it needs nothing."""
        standing, ahead = self.stand.assessment.standings[number], self.stand.ahead[number]
        if standing.status in _QUIET or (standing.status == "no_data" and standing.rule.measure != "shortest_stay"):
            return ""
        if standing.status == "on_track":
            return self.words.needs["planned"]
        if standing.status == "exceeded":
            key = "exceeded" if ahead.possible else "exceeded_lost"
            return self.words.needs[key].format(maximum=bound(standing.rule, standing.rule.maximum))
        if standing.status == "missed":
            return self._missed(standing, ahead)
        if ahead.left_on and ahead.left_on < self.stand.assessment.as_of:
            return self.words.needs["left"].format(day=self.day(ahead.left_on))
        return self._missing(standing, ahead)

    def _missed(self, standing: Standing, ahead: Outlook) -> str:
        rule, thing = standing.rule, self.thing(standing.rule)
        counted = rule.measure in {"count", "distinct"}
        return self.words.needs["missed" if counted else "missed_plain"].format(
            period=standing.period.label,
            day=self.day(standing.period.end),
            amount=plain(ahead.missing),
            unit=thing.unit,
            thing=thing.name,
        )

    def _missing(self, standing: Standing, ahead: Outlook) -> str:
        match standing.rule.measure:
            case "share":
                places = [f"{standing.source}!{row}" for row in ahead.blanks]
                return self._said(
                    "share",
                    ahead,
                    amount=len(ahead.blanks),
                    column=self._column(standing.rule),
                    places=self.words.listed(places, most=_MOST_PLACES, unit="other"),
                )
            case "coverage":
                return self._coverage(standing, ahead)
            case "shortest_stay":
                return self._stay(standing, ahead)
            case "mean_gap":
                return self._mean_gap(standing, ahead)
            case "total":
                return self._said("total", ahead, amount=plain(ahead.missing), column=self._column(standing.rule))
        thing = self.thing(standing.rule)
        return self._said(
            "count",
            ahead,
            amount=plain(ahead.missing),
            verb=thing.verb,
            unit=thing.unit,
            thing=thing.name,
            also=self._also(standing, ahead, thing),
        )

    def _said(self, key: str, ahead: Outlook, **facts: object) -> str:
        """A sentence with its day, or its form for a period without an end."""
        key = key if ahead.latest else f"{key}_endless"
        return self.words.needs[key].format(day=self.day(ahead.latest), **facts)

    def _column(self, rule: QuotaRule) -> str:
        return rule.column.name if rule.column else ""

    def _also(self, standing: Standing, ahead: Outlook, thing: Thing) -> str:
        also = self.words.also
        if thing.rest:
            return also["requirement"].format(conditions=self.words.separator.join(thing.rest))
        if standing.planned:
            return also["planned"].format(amount=plain(standing.planned), unit=thing.unit)
        return also["last"].format(day=self.day(ahead.last)) if ahead.last else ""

    def _coverage(self, standing: Standing, ahead: Outlook) -> str:
        thing = self.thing(standing.rule)
        names = [self.stand.short(place) for place in ahead.absent]
        every = ahead.missing >= len(names)
        unit = self.words.units["schools"]
        schools = (
            self.words.listed(names, most=_MOST_SCHOOLS, unit="schools")
            if self.scope.whole
            else f" {len(names)} {unit}"
        )
        source_unit = self.words.units.get(standing.rule.source, self.words.units["other"])
        return self._said(
            "coverage" if every else "coverage_some",
            ahead,
            schools=schools,
            verb=thing.verb,
            unit=source_unit,
            amount=plain(ahead.missing),
        )

    def _stay(self, standing: Standing, ahead: Outlook) -> str:
        needed, period = plain(standing.rule.minimum or 0), standing.period
        needs = self.words.needs
        if not ahead.stays:
            key = "stay_none" if ahead.possible else "stay_none_late"
            left = (period.end - self.stand.assessment.as_of).days + 1 if period.end else 0
            key = key if period.end else "stay_none_endless"
            return needs[key].format(day=self.day(ahead.latest), period=period.label, left=left, needed=needed)
        worst = min(ahead.stays, key=lambda stay: (not stay.over, -stay.full.toordinal()))
        late = period.end is not None and worst.full > period.end
        key = "stay_over" if worst.over else "stay_late" if late else "stay"
        return needs[key].format(
            places=f"{standing.source}!{worst.row}",
            days=worst.days,
            day=self.day(worst.full),
            needed=needed,
            period=period.label,
        )

    def _mean_gap(self, standing: Standing, ahead: Outlook) -> str:
        facts = {
            "amount": plain(abs(standing.done or 0)),
            "done": amount(standing.rule, standing.done),
            "minimum": bound(standing.rule, standing.rule.minimum),
        }
        if standing.rule.minimum and ahead.latest:
            return self.words.needs["mean_gap_bound"].format(day=self.day(ahead.latest), **facts)
        return self._said("mean_gap", ahead, **facts)

    def until(self, number: int) -> str:
        """By when, in words: so many days are left, it is over, or too late."""
        standing, ahead = self.stand.assessment.standings[number], self.stand.ahead[number]
        if standing.status in _QUIET or standing.status == "no_data":
            return ""
        if standing.period.ended_before(self.stand.assessment.as_of):
            return self.words.over.format(period=standing.period.label)
        if not ahead.possible:
            return self.words.too_late
        return self.left(ahead.latest)

    def left(self, day: date | None) -> str:
        """How many days are left until a day."""
        if day is None:
            return self.words.endless
        days = (day - self.stand.assessment.as_of).days
        return self.words.today if days == 0 else self.words.days_left.format(days=days)

    def gap(self, number: int) -> str:
        """What is missing, in a few words."""
        standing, ahead = self.stand.assessment.standings[number], self.stand.ahead[number]
        if standing.rule.measure not in {"count", "distinct", "coverage"} or ahead.missing <= 0:
            return self.words.gaps["other"]
        return self.words.gaps["count"].format(amount=plain(ahead.missing), unit=self._unit(standing.rule))

    def persons(self, names: Sequence[str], by_school: Mapping[str, int], day: date | None) -> str:
        """What is missing where persons owe it: names for one school, numbers by school for all."""
        if self.scope.whole and len(by_school) > 1:
            form = self.words.persons_of_school
            counts = sorted(by_school.items(), key=lambda item: -item[1])
            listed = [form.format(school=school, count=count) for school, count in counts]
            unit = "schools"
        else:
            listed, unit = list(names), "people"
        text = self.words.listed(listed, most=_MOST_SCHOOLS, unit=unit)
        key = "persons_by_day" if day else "persons"
        return self.words.needs[key].format(count=len(names), names=text, day=self.day(day))
