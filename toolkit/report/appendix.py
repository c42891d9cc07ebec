"""The entries of a span, sheet by sheet, without what only concerns pupils."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from toolkit.names import EVERYONE
from toolkit.report.pages import Listing
from toolkit.report.records import Records
from toolkit.viewer.amounts import plain

_MOST: Final = 300


@dataclass(frozen=True)
class Appendix:
    """Lists sound entries.

    Attributes:
        records: of the report.
    """

    records: Records

    def events(self) -> Listing:
        """活动 by day."""
        return self._listing("events", "date", ("date", "kind", "topic", "host", "status"))

    def exchanges(self) -> Listing:
        """交流 by day."""
        return self._listing("exchanges", "start", ("kind", "person", "from_school", "to_school", "start", "end"))

    def lent(self) -> Listing:
        """借用 by day."""
        columns = ("resource", "lender", "borrower", "quantity", "lent_on", "due_on", "returned_on")
        return self._listing("loans", "lent_on", columns)

    def projects(self) -> Listing:
        """课题 by day."""
        return self._listing("projects", "start", ("name", "level", "school", "schools", "start", "end", "status"))

    def tasks(self) -> Listing:
        """工作计划 by day."""
        return self._listing("tasks", "due_on", ("kind", "topic", "school", "person", "due_on", "status"))

    def pairings(self) -> Listing:
        """结对 added up by kind and school: nobody is named."""
        frame = self.records.table("pairings").frame.iloc[self.records.sound("pairings")]
        kinds = self.records.table("pairings").schema.by_key["kind"].words
        groups: dict[tuple[int, int], list[int]] = defaultdict(list)
        order = list(kinds)
        for place, (kind, school) in enumerate(zip(frame["kind"], frame["school_a"], strict=True)):
            groups[order.index(kind), int(school)].append(place)
        rows = []
        for (kind, school), found in sorted(groups.items()):
            part = frame.iloc[found]
            rows.append(
                (
                    kinds[order[kind]],
                    self.records.stand.schools.label(school),
                    str(len(part)),
                    str(part["school_b"].nunique()),
                    str(int(part["goal"].notna().sum())),
                    str(int((part["outcome"] == "achieved").sum())),
                )
            )
        return Listing(tuple(rows))

    def _listing(self, key: str, day: str, columns: Sequence[str]) -> Listing:
        frame = self.records.table(key).frame
        found = sorted(self.records.sound(key), key=lambda index: (frame[day].iloc[index], index))
        shown = found[:_MOST]
        cells = [self._column(key, column, shown) for column in columns]
        note = self.records.accounts.word("more", count=len(found) - _MOST) if len(found) > _MOST else ""
        return Listing(tuple(zip(*cells, strict=True)), note)

    def _column(self, key: str, column: str, found: Sequence[int]) -> list[str]:
        """One column's cells, worded."""
        table, missing = self.records.table(key), self.records.accounts.outputs.missing_sign
        field, values = table.schema.by_key[column], table.frame[column].iloc[list(found)]
        if field.kind == "ref":
            return [self._named(field.refers or "", int(place)) or missing for place in values]
        if field.kind == "list":
            return [self._schools(items) or missing for items in values]
        blank = values.isna().to_numpy()
        if field.kind == "date":
            return [missing if gone else day.date().isoformat() for day, gone in zip(values, blank, strict=True)]
        if field.kind == "word":
            return [missing if gone else field.words[code] for code, gone in zip(values, blank, strict=True)]
        if field.kind == "int":
            return [missing if gone else plain(number) for number, gone in zip(values, blank, strict=True)]
        return [table.cells[column].text(place).strip() or missing for place in found]

    def _named(self, sheet: str, place: int) -> str:
        stand = self.records.stand
        if place < 0:
            return ""
        if sheet == "schools":
            return stand.short(place)
        if sheet == "people":
            return stand.people.names[place] or ""
        return self.records.resources[place]

    def _schools(self, items: object) -> str:
        if not isinstance(items, tuple):
            return ""
        outputs = self.records.accounts.outputs
        if EVERYONE in items:
            return self.records.accounts.word("everyone")
        return outputs.listed([self.records.stand.short(place) for place in items], most=8, unit="schools")
