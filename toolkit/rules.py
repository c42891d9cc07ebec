"""Quota rules: what they ask, of whom, when, and how it is counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from toolkit.schema import Field

Operator = Literal["=", "≠", "≥", "≤", "filled", "blank", "all_schools"]


PERSON_OBLIGORS: Final = frozenset({"teacher", "key_teacher"})


SHARES: Final = frozenset({"share", "coverage"})


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a source sheet, its own or one looked up.

    Attributes:
        name: as people call it in this sheet.
        field: the declaration, of the other sheet where looked up.
        through: key of the reference it is looked up through; None for an own column.
    """

    name: str
    field: Field
    through: str | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of 筛选.

    Attributes:
        text: as the rule writes it.
        column: what it looks at.
        operator: how it compares.
        operands: what it compares with, any of which will do: codes, places, texts, numbers or dates.
    """

    text: str
    column: Column
    operator: Operator
    operands: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class QuotaRule:
    """A readable row of 指标 (contract section 3).

    Attributes:
        row: its row in 指标.
        number: 指标编号.
        name: 名称.
        clause: 条款.
        obligor: code of 责任主体.
        period: code of 周期.
        source: key of the sheet that 数据表 names.
        ties: the columns that tie a row to an obligor; none for the community.
        conditions: all must hold.
        measure: code of 统计.
        column: 统计列.
        minimum: 下限; a share for percent.
        maximum: 上限.
        points: 分值.
    """

    row: int
    number: str
    name: str
    clause: str
    obligor: str
    period: str
    source: str
    ties: tuple[Field, ...]
    conditions: tuple[Condition, ...]
    measure: str
    column: Field | None
    minimum: float | None
    maximum: float | None
    points: float

    @property
    def is_personal(self) -> bool:
        """Whether persons owe it."""
        return self.obligor in PERSON_OBLIGORS

    @property
    def is_share(self) -> bool:
        """Whether its numbers are shares, shown as percent."""
        return self.measure in SHARES
