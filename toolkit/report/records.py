"""Examinations, contests, loans and the quality of the entries in a span of time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd

from toolkit.conditions import Source
from toolkit.names import NOBODY
from toolkit.report.accounts import Accounts
from toolkit.report.pages import Listing
from toolkit.tables import Mask, Table, places
from toolkit.viewer import Scope, Standpoint
from toolkit.viewer.amounts import plain
from toolkit.viewer.marks import scores

_DATED: Final = (
    *("pairings", "exchanges", "loans", "events", "attendance", "projects", "lesson_plans", "scores", "tasks"),
)
_MANY: Final = 3


@dataclass(frozen=True)
class Records:
    """What was entered for the span, as the workbook has it today.

    Attributes:
        accounts: of the report.
    """

    accounts: Accounts

    @cached_property
    def stand(self) -> Standpoint:
        """Today's standpoint."""
        return Standpoint(self.accounts.today, self.accounts.outputs)

    def table(self, key: str) -> Table:
        """A sheet."""
        return self.stand.ground.tables[key]

    @cached_property
    def resources(self) -> Sequence[str]:
        """Names of the resources by place, as staff wrote them."""
        table = self.table("resources")
        return [table.cells["name"].text(place).strip() for place in range(len(table.frame))]

    @cached_property
    def first(self) -> np.datetime64:
        """The first day of the span."""
        return np.datetime64(self.accounts.span.start, "s")

    @cached_property
    def last(self) -> np.datetime64:
        """Its last day."""
        return np.datetime64(self.accounts.span.end, "s")

    @cached_property
    def day(self) -> np.datetime64:
        """The day the report holds for."""
        return np.datetime64(self.accounts.span.day, "s")

    def within(self, key: str) -> Mask:
        """Rows of the span, whatever their state; a running span has also those whose date cannot be read."""
        source = Source(self.stand.ground, key)
        declared = source.schema.consortium.period
        if declared is None:
            return np.full(len(source.table.frame), not self.accounts.span.over)
        first = source.dates(declared.date or declared.start or "")
        end = source.dates(declared.end) if declared.end else first
        end = np.where(np.isnat(end) & ~np.isnat(first), self.last, end) if declared.end else end
        undated = np.isnat(first)
        return ((first <= self.last) & (end >= self.first)) | (undated & (not self.accounts.span.over))

    def sound(self, key: str) -> list[int]:
        """Places of the sound rows of the span."""
        return places(self.within(key) & self.stand.ground.sound(key))

    # --- marks

    def exams(self) -> Listing:
        """Every examination of the span beside the city."""
        span, missing = self.accounts.span, self.accounts.outputs.missing_sign
        rows = []
        for line in scores(Scope(self.stand)):
            if line.day is None or not span.start <= line.day <= min(span.end, span.day):
                continue
            absent = self.accounts.outputs.listed(list(line.absent), most=_MANY, unit="schools")
            rows.append(
                (
                    line.exam,
                    f"{line.grade} {line.subject}",
                    line.day.isoformat(),
                    str(line.schools),
                    str(line.pupils),
                    *(missing if value is None else f"{value:.2f}" for value in (line.mean, line.city)),
                    missing if line.gap is None else f"{line.gap:+.2f}",
                    absent,
                )
            )
        return Listing(tuple(rows))

    def contests(self) -> Listing:
        """Every contest of the span, by rank."""
        events = set(self.sound("events"))
        people, schools = self.stand.people, self.stand.schools
        return Listing(
            tuple(
                (
                    line.event,
                    str(line.rank),
                    people.names[line.person] or "",
                    schools.label(people.school_of[line.person]),
                    f"{line.mark:.2f}",
                )
                for line in self.stand.contests
                if line.place in events
            )
        )

    # --- loans

    @cached_property
    def _loans(self) -> tuple[Mask, Mask, Mask, Mask]:
        """Lent in the span, back by its day, overdue on its day, back late."""
        table = self.table("loans")
        frame = table.frame
        usable = self.stand.ground.sound("loans") & table.readable("returned_on")
        due, back = (frame[key].to_numpy().astype("datetime64[s]") for key in ("due_on", "returned_on"))
        lent = frame["lent_on"].to_numpy().astype("datetime64[s]")
        lost = (frame["condition"] == "lost").to_numpy()
        over = min(self.day, self.last)
        by_then = usable & (lent <= over)
        returned = by_then & (back <= over) & ~lost
        overdue = by_then & ~returned & ~lost & (due < self.day)
        return by_then & (lent >= self.first), returned, overdue, returned & (back > due)

    def loans(self) -> str:
        """The span's loans in a sentence."""
        lent, returned, overdue, late = self._loans
        quantity = self.table("loans").frame["quantity"].to_numpy()
        if not lent.any() and not overdue.any():
            return self.accounts.word("loans_none")
        said = self.accounts.word(
            "loans",
            count=int(lent.sum()),
            pieces=plain(float(quantity[lent].sum())),
            returned=int((lent & returned).sum()),
            late=int((lent & late).sum()),
        )
        earlier = int((overdue & ~lent).sum())
        key = "loans_earlier" if earlier else "loans_overdue" if overdue.any() else "loans_in_time"
        day = self.accounts.day(min(self.accounts.span.day, self.accounts.span.end))
        return said + self.accounts.word(key, day=day, overdue=int(overdue.sum()), earlier=earlier)

    def loans_table(self) -> Listing:
        """By school: lent, borrowed, of those returned and overdue."""
        lent, returned, overdue, _ = self._loans
        frame = self.table("loans").frame
        lender, borrower = frame["lender"].to_numpy(), frame["borrower"].to_numpy()
        rows = []
        for place, school in enumerate(self.stand.schools.keys):
            own = borrower == place
            numbers = [
                int(mask.sum()) for mask in (lent & (lender == place), lent & own, lent & own & returned, overdue & own)
            ]
            if any(numbers):
                rows.append((school or "", *map(str, numbers)))
        return Listing(tuple(rows))

    def overdue(self) -> Listing:
        """Loans that were overdue on the day, the longest first; what came back since is said."""
        _, _, overdue, _ = self._loans
        table, rows = self.table("loans"), []
        for index in sorted(places(overdue), key=lambda index: (table.frame["due_on"].iloc[index], index)):
            row = table.frame.iloc[index]
            due, back = row["due_on"].date(), row["returned_on"]
            days = (self.accounts.span.day - due).days
            state = self.accounts.outputs.loan_states["overdue"].format(days=days)
            if pd.notna(back):
                state = self.accounts.word("returned_since", state=state, day=back.date().isoformat())
            borrower, lender = (self.stand.short(int(row[key])) for key in ("borrower", "lender"))
            name = self.resources[int(row["resource"])] if row["resource"] >= 0 else ""
            rows.append((borrower, lender, name, plain(float(row["quantity"])), due.isoformat(), state))
        return Listing(tuple(rows))

    # --- entries

    def counts(self) -> dict[str, int]:
        """How many sound rows of the span each sheet has; of 活动 also how many were held."""
        found = {key: len(self.sound(key)) for key in _DATED}
        held = self.table("events").frame["status"].iloc[self.sound("events")] == "held"
        return {**found, "held": int(held.sum())}

    def entries_table(self) -> Listing:
        """By sheet: rows of the span, and how many of them do not count."""
        rows = []
        for key in _DATED:
            within = self.within(key)
            wrong = within & ~self.stand.ground.sound(key)
            if within.any():
                total, faulty = int(within.sum()), int(wrong.sum())
                rows.append((self.table(key).schema.title, str(total), str(total - faulty), str(faulty)))
        return Listing(tuple(rows))

    @cached_property
    def _problems(self) -> dict[int, list[str]]:
        """Severities of the problems that are open today in entries of the span, by whose they are."""
        found: dict[int, list[str]] = defaultdict(list)
        within = {key: set(self.table(key).rows[self.within(key)].tolist()) for key in self.stand.ground.tables}
        for problem, owners in zip(self.accounts.today.problems, self.stand.owned_by, strict=True):
            key = self.stand.ground.schema.by_title(problem.sheet).key
            if problem.row in within[key] or (problem.row is None and not self.accounts.span.over):
                found[min(owners, default=NOBODY)].append(problem.severity)
        return found

    @property
    def errors(self) -> int:
        """How many entries are to be corrected."""
        return sum(severities.count("error") for severities in self._problems.values())

    @property
    def warnings(self) -> int:
        """How many are to be looked at."""
        return sum(severities.count("warning") for severities in self._problems.values())

    def problems_table(self) -> Listing:
        """By school: what is to be corrected, what is to be looked at."""
        nobody = self.accounts.word("nobody")
        rows = []
        for place, severities in sorted(self._problems.items(), key=lambda item: (item[0] == NOBODY, item[0])):
            errors, warnings = severities.count("error"), severities.count("warning")
            if errors or warnings:
                label = nobody if place == NOBODY else self.stand.schools.label(place)
                rows.append((label, str(errors), str(warnings)))
        return Listing(tuple(rows))
