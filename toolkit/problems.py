"""A data problem: a value that says where, what is wrong and what to write instead."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from toolkit.schema import Messages, ProblemKind, Schema, Severity
from toolkit.workbook import address

_QUOTE_LIMIT = 40


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault, fixed to a cell (contract section 2).

    Attributes:
        sheet: the sheet's title in the contract.
        row: as the spreadsheet shows it; None for a fault of the sheet as a whole.
        column: the column's name in the contract; None for a fault of a row or a sheet.
        cell: the address, such as `D7`; A of its row for a fault of the row; None where no cell can be named.
        rule: the kind of problem, a key of `messages.yaml`.
        severity: `error`, `warning` or `notice`.
        value: what is written there, unchanged; None where no cell is meant.
        message: a sentence for staff, in Chinese.
        suggestion: what to write instead, where that can be told.
        position: the column's place in the sheet, from 0; -1 for the row as a whole.
    """

    sheet: str
    row: int | None
    column: str | None
    cell: str | None
    rule: str
    severity: Severity
    value: str | None
    message: str
    suggestion: str | None
    position: int = -1

    def as_dict(self) -> dict[str, str | int | None]:
        """The nine keys of contract section 2, in its order."""
        return {
            "sheet": self.sheet,
            "row": self.row,
            "column": self.column,
            "cell": self.cell,
            "rule": self.rule,
            "severity": self.severity,
            "value": self.value,
            "message": self.message,
            "suggestion": self.suggestion,
        }


@dataclass(frozen=True)
class Catalogue:
    """Makes problems from the wording in `messages.yaml`."""

    messages: Messages

    @cached_property
    def kinds(self) -> dict[str, ProblemKind]:
        """The declared kinds of problem by code."""
        return dict(self.messages.problems)

    def at_cell(
        self,
        rule: str,
        *,
        sheet: str,
        row: int,
        column: str,
        position: int | None,
        value: str | None,
        suggestion: str | None = None,
        **facts: object,
    ) -> Problem:
        """A problem of one cell.

        Args:
            rule: a key of `messages.yaml`.
            sheet: the sheet's title.
            row: counted from 1.
            column: the column's name.
            position: the column's place from 0; None where the column is missing from the sheet.
            value: the original text of the cell.
            suggestion: what to write instead; the kind's own suggestion where None.
            facts: what the wording names in braces.
        """
        place = self.messages.places["cell"].format(sheet=sheet, row=row, column=column)
        cell = None if position is None else address(row, position)
        return self._made(
            rule, sheet, row, column, cell, -1 if position is None else position, value, suggestion, place, facts
        )

    def at_row(self, rule: str, *, sheet: str, row: int, **facts: object) -> Problem:
        """A problem of a row as a whole; its cell is the one in column A."""
        place = self.messages.places["row"].format(sheet=sheet, row=row)
        return self._made(rule, sheet, row, None, address(row, 0), -1, None, None, place, facts)

    def at_sheet(self, rule: str, *, sheet: str, **facts: object) -> Problem:
        """A problem of a sheet as a whole."""
        place = self.messages.places["sheet"].format(sheet=sheet)
        return self._made(rule, sheet, None, None, None, -1, None, None, place, facts)

    def _made(
        self,
        rule: str,
        sheet: str,
        row: int | None,
        column: str | None,
        cell: str | None,
        position: int,
        value: str | None,
        suggestion: str | None,
        place: str,
        facts: dict[str, object],
    ) -> Problem:
        kind = self.kinds[rule]
        written = self.messages.hints["written" if value else "blank"].format(value=quoted(value or ""))
        facts = facts | {
            "written": written,
            "place": place,
            "value": quoted(value or ""),
            "sheet": sheet,
            "row": row,
            "column": column,
        }
        if suggestion is None and kind.suggestion:
            suggestion = kind.suggestion.format(**facts)
        message = kind.message.format(**facts)
        if "hint_name" in facts:
            message += self.messages.hints[str(facts["hint_name"])]
        elif suggestion and "hint" not in facts:
            message += self.messages.hints["suggestion"].format(suggestion=quoted(suggestion))
        elif facts.get("hint"):
            message += str(facts["hint"])
        return Problem(sheet, row, column, cell, rule, kind.severity, value, message, suggestion, position)

    def hint(self, name: str, /, **facts: object) -> str:
        """A sentence to end a message with, from the catalogue's `hints`."""
        return self.messages.hints[name].format(**facts)


def quoted(text: str) -> str:
    """Text as a message quotes it: on one line, no control signs, cut when long."""
    line = re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]+", " ", text)
    return line if len(line) <= _QUOTE_LIMIT else line[: _QUOTE_LIMIT - 1] + "…"


def in_order(problems: list[Problem], schema: Schema) -> tuple[Problem, ...]:
    """Problems as contract section 2 orders them: by sheet, row, whole row first, then column by column."""
    rank = {sheet.title: number for number, sheet in enumerate(schema.sheets.values())}
    ordered = sorted(problems, key=lambda p: (rank[p.sheet], p.row or 0, p.column is not None, p.position))
    return tuple(dict.fromkeys(ordered))
