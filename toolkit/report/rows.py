"""The rows behind a rule: those that count, and those that were entered for it but do not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from toolkit.near import REJECTED, Near
from toolkit.problems import quoted
from toolkit.reckoner import Tally
from toolkit.report.accounts import Account, Accounts
from toolkit.report.pages import Listing
from toolkit.rules import QuotaRule
from toolkit.standings import Standing
from toolkit.tables import Table
from toolkit.viewer.evidence import RowWords

_MOST: Final = 30
_MOST_OF_PERSONS: Final = 10
"""So many rows are shown one by one; those of persons are many and alike."""
_PARTIES: Final = ("party_a", "party_b")
_NAMED: Final = frozenset({"mentor", "cadre", "teacher", "class", "club", "school"})
"""Kinds of 结对 whose parties may be named; pupils may not, nor whoever stands where the kind cannot be read."""


@dataclass(frozen=True)
class Rows:
    """The rows behind one rule.

    Attributes:
        accounts: of the report.
        rule: the rule.
    """

    accounts: Accounts
    rule: QuotaRule

    @property
    def most(self) -> int:
        """How many are shown."""
        return _MOST_OF_PERSONS if self.rule.is_personal else _MOST

    def counted(self) -> tuple[int, Listing]:
        """How many rows count, and the first of them."""
        found: dict[int, tuple[Account, Tally]] = {}
        for account, standing, tally in self._standings():
            for row in standing.rows.tolist():
                found.setdefault(row, (account, tally))
        shown = sorted(found)[: self.most]
        title = self.accounts.main.stand.ground.schema.sheets[self.rule.source].title
        lines = tuple((f"{title}!{row}", text(found[row][1], row)) for row in shown)
        return len(found), Listing(lines, self._more(len(found)))

    def rejected(self) -> Listing:
        """The first rows that do not count, with the reason."""
        found: dict[int, tuple[str, str, str]] = {}
        for account, standing, tally in self._standings():
            words, known = RowWords(account.stand, account.stand.near), _by_day(tally, account)
            for near in account.stand.near.of(standing):
                if near.reason in REJECTED and known[near.index] and near.row not in found:
                    place = f"{tally.source.schema.title}!{near.row}"
                    why = self._why(words, near, standing, tally)
                    found[near.row] = (place, text(tally, near.row), why)
        lines = tuple(found[row] for row in sorted(found)[: self.most])
        return Listing(lines, self._more(len(found)))

    def _standings(self) -> Iterator[tuple[Account, Standing, Tally]]:
        for account, numbers in self.accounts.of_rule(self.rule):
            tally = account.stand.near.tally(account.standing(numbers[0]))
            for number in numbers:
                yield account, account.standing(number), tally

    def _more(self, count: int) -> str:
        return self.accounts.word("more", count=count - self.most) if count > self.most else ""

    def _why(self, words: RowWords, near: Near, standing: Standing, tally: Tally) -> str:
        why = words.why(near, standing, tally)
        if any(part in why for part in _hidden(tally.source.table, near.index)):
            place = f"{tally.source.schema.title}!{near.row}"
            return self.accounts.outputs.neutral_problem.format(place=place)
        return why


def text(tally: Tally, row: int) -> str:
    """The required cells of a row, as staff wrote them, without the names of pupils."""
    table = tally.source.table
    index = int(np.searchsorted(table.rows, row))
    hidden = _PARTIES if _hides(table, index) else ()
    keys = [field.key for field in table.schema.fields if field.required and field.key not in hidden]
    return " · ".join(quoted(part) for key in keys if (part := table.cells[key].text(index).strip()))


def _hides(table: Table, index: int) -> bool:
    return table.schema.key == "pairings" and table.frame["kind"].iloc[index] not in _NAMED


def _hidden(table: Table, index: int) -> list[str]:
    """What the row says that may not be repeated."""
    if not _hides(table, index):
        return []
    return [quoted(part) for key in _PARTIES if (part := table.cells[key].text(index).strip())]


def _by_day(tally: Tally, account: Account) -> np.ndarray:
    """Rows of the account's time: what came later is no fault of it, nor what has no date once it is over."""
    declared = tally.source.schema.consortium.period
    name = (declared.date or declared.start) if declared else None
    if name is None:
        return np.ones(len(tally.sound), dtype=bool)
    dates, today = tally.source.dates(name), account.stand.ground.today
    return dates <= today if account.span.over else ~(dates > today)
