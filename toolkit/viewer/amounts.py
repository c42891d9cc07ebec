"""Measured numbers as people write them."""

from __future__ import annotations

import math

from toolkit.outlook import Outlook
from toolkit.rules import QuotaRule
from toolkit.standings import Standing

_LARGE = 1e6


def whole(share: float) -> int:
    """A share in points of a hundred, a half upwards as spreadsheets do."""
    return math.floor(share * 100 + 0.5 + 1e-9)


def percent(share: float) -> str:
    """A share as whole percent."""
    return f"{whole(share)}%"


def plain(value: float) -> str:
    """A number without needless digits, and without powers of ten."""
    return f"{round(value, 2):g}" if abs(value) < _LARGE else f"{value:.0f}"


def amount(rule: QuotaRule, value: float | None) -> str:
    """A measured number: a share as percent, a gap with its sign, anything else plain."""
    if value is None:
        return "–"
    if rule.is_share:
        return f"{round(value * 100, 1):g}%"
    if rule.measure == "mean_gap":
        return f"{round(value, 2):+g}"
    return plain(value)


def bound(rule: QuotaRule, value: float | None) -> str:
    """A bound; empty where there is none."""
    if value is None:
        return ""
    return f"{value:g}" if rule.measure == "mean_gap" else amount(rule, value)


def progress(standing: Standing, outlook: Outlook, points: str) -> str:
    """Done and required of the whole period: `1/2`; a whole share as `7/10`; a gap alone; empty without data.

    Args:
        standing: the standing.
        outlook: what is ahead of it.
        points: the unit of a gap.
    """
    rule = standing.rule
    if standing.done is None:
        return ""
    if rule.measure == "mean_gap":
        return f"{amount(rule, standing.done)} {points}"
    if rule.minimum is None and rule.maximum is None:
        return amount(rule, standing.done)
    if rule.minimum is None:
        return f"{amount(rule, standing.done)}≤{amount(rule, rule.maximum)}"
    if rule.is_share and rule.minimum == 1:
        total = outlook.total or len(standing.rows)
        return f"{round(standing.done * total)}/{total}" if total else amount(rule, standing.done)
    return f"{amount(rule, standing.done)}/{bound(rule, rule.minimum)}"
