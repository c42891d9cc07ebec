"""What is not met, what was waived, and what found nothing to measure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from toolkit.names import texts
from toolkit.outlook import Outlook
from toolkit.report.accounts import FAILED, Account, Accounts
from toolkit.report.clauses import Clauses
from toolkit.report.pages import Line, Listing, Shortfall
from toolkit.rules import QuotaRule
from toolkit.standings import Standing
from toolkit.tables import places
from toolkit.viewer.amounts import amount, bound, plain

_GRAVEST: Final = ("missed", "exceeded", "at_risk", "pending")
_COUNTED: Final = frozenset({"count", "distinct"})


@dataclass(frozen=True)
class Shortfalls:
    """Finds what a report must own up to.

    Attributes:
        accounts: of the report.
    """

    accounts: Accounts

    def lines(self) -> tuple[Shortfall, ...]:
        """What is missed, exceeded, at risk or too late, rule by rule; whoever is alike in one line."""
        return tuple(
            line
            for rule in self.accounts.rules
            for account, numbers in self.accounts.of_rule(rule)
            for line in self._of_rule(rule, account, [n for n in numbers if account.stand.is_behind(n)])
        )

    def _of_rule(self, rule: QuotaRule, account: Account, behind: Sequence[int]) -> list[Shortfall]:
        if not behind:
            return []
        if rule.is_personal:
            return [self._of_persons(rule, account, behind)]
        clauses, alike = Clauses(self.accounts), defaultdict[tuple[Line, str], list[str]](list)
        for number in behind:
            line = clauses.line(account, number)
            alike[Line("", line.done, line.status, line.sign, line.word), self._note(account, number)].append(line.who)
        period = account.standing(behind[0]).period.label
        separator = self.accounts.outputs.separator
        return [
            Shortfall(rule.number, rule.name, period, separator.join(who), line, note)
            for (line, note), who in alike.items()
        ]

    def _of_persons(self, rule: QuotaRule, account: Account, behind: Sequence[int]) -> Shortfall:
        standings = [account.standing(number) for number in behind]
        outputs, schools = self.accounts.outputs, len({standing.obligor.school for standing in standings})
        every = [account.standing(number) for number in account.by_rule[rule.row]]
        counted = [standing for standing in every if standing.counts]
        status = min((s.status for s in standings), key=lambda s: _GRAVEST.index(s) if s in _GRAVEST else len(_GRAVEST))
        word = outputs.statuses[status]
        met = sum(standing.status == "met" for standing in counted)
        line = Line("", f"{met}/{len(counted)}", status, word.sign, word.word)
        who = self.accounts.word("persons_missing", count=len(behind), schools=schools)
        note = self.accounts.word("names_above", number=rule.number)
        return Shortfall(rule.number, rule.name, standings[0].period.label, who, line, note)

    def _note(self, account: Account, number: int) -> str:
        """What is missing, of what is over; what must happen, of what is not."""
        standing = account.standing(number)
        if standing.status not in FAILED:
            return account.obligations.needs.need(number)
        return self._missing(standing, account.stand.ahead[number], account)

    def _missing(self, standing: Standing, ahead: Outlook, account: Account) -> str:
        rule = standing.rule
        if standing.status == "exceeded":
            return self.accounts.word("exceeded", maximum=bound(rule, rule.maximum))
        if rule.measure in _COUNTED:
            thing = account.obligations.needs.thing(rule)
            return self.accounts.word("missing", amount=plain(ahead.missing), unit=thing.unit, thing=thing.name)
        key = "short_mean_gap" if rule.measure == "mean_gap" else "short"
        return self.accounts.word(key, done=amount(rule, standing.done), minimum=bound(rule, rule.minimum))

    # --- waivers

    def waivers(self) -> Listing:
        """The sound rows of 豁免 that excused somebody, with what they say."""
        ground = self.accounts.today.ground
        table, directory = ground.tables["waivers"], ground.directory
        columns = [texts(table, key) for key in ("obligor", "period")]
        rows = []
        for index in places(ground.sound("waivers")):
            number = directory.quotas.label(int(table.frame["quota"].iloc[index]))
            who, when = (column[index] for column in columns)
            reason, approved = (table.cells[key].text(index).strip() for key in ("reason", "approved_by"))
            excused = [s for s in self.accounts.standings if s.status == "waived" and s.rule.number == number]
            excused = [s for s in excused if self._fits(s, who, when)]
            if excused:
                labels = dict.fromkeys(standing.obligor.label for standing in excused)
                named = self.accounts.outputs.listed(list(labels), most=6, unit="other")
                period = when or self.accounts.word("always")
                rows.append((number, excused[0].rule.name, named, period, reason, approved))
        return Listing(tuple(rows))

    def _fits(self, standing: Standing, who: str | None, when: str | None) -> bool:
        """Whether a row of 豁免 is about a standing (contract section 3)."""
        ground, rule, obligor = self.accounts.today.ground, standing.rule, standing.obligor
        if when is not None and when not in {standing.period.label, standing.period.within}:
            return False
        word = ground.schema.sheets["quotas"].by_key["obligor"].words[rule.obligor]
        if who in {None, word, obligor.label}:
            return True
        names = ground.directory.people if rule.is_personal else ground.directory.schools
        return obligor.place >= 0 and names.find(who or "").place == obligor.place

    # --- nothing to measure

    def without_data(self) -> Listing:
        """Rules that found nothing to measure, and for whom."""
        rows = []
        for rule in self.accounts.rules:
            for account, numbers in self.accounts.of_rule(rule):
                found = [s for s in map(account.standing, numbers) if s.status == "no_data"]
                if found:
                    unit = "people" if rule.is_personal else "schools"
                    labels = [standing.obligor.label for standing in found]
                    who = self.accounts.outputs.listed(labels, most=30, unit=unit)
                    rows.append((rule.number, rule.name, found[0].period.label, who))
        return Listing(tuple(rows))
