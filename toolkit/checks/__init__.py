"""Rules between columns and sheets: one function each, named after what it asserts, listed in one tuple.

To add one, write `def what_it_asserts(ground: Ground) -> Iterator[Problem]` beside its like, name it in the tuple below
and give its kind of problem a wording in `sheets_schema/messages.yaml`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from toolkit.checks import calendar, entries, stays, stock
from toolkit.checks.ground import Ground
from toolkit.problems import Problem

Check = Callable[[Ground], Iterator[Problem]]

CHECKS: tuple[Check, ...] = (
    entries.dates_in_order,
    entries.keys_unique,
    entries.rows_unique,
    entries.needed_unless,
    entries.a_lead_school,
    entries.namesakes_numbered,
    entries.mean_within_full_mark,
    stays.pair_of_two_schools,
    stays.pair_at_its_schools,
    stays.mentor_goal_agreed,
    stays.pairs_apart,
    stays.exchange_from_own_school,
    stays.exchange_between_schools,
    stays.stays_apart,
    stock.lender_owns,
    stock.borrower_is_another,
    stock.stock_suffices,
    calendar.held_not_in_future,
    calendar.planned_not_in_past,
    calendar.held_has_evidence,
    calendar.task_done_in_time,
    calendar.terms_apart,
)
"""Checks of the entries as they stand."""

YARDSTICK_CHECKS: tuple[Check, ...] = (
    calendar.a_term_for_today,
    calendar.event_in_a_term,
    entries.benchmark_present,
)
"""Checks against rows that must themselves be sound; they run once the errors of all others are known."""


def run(checks: tuple[Check, ...], ground: Ground) -> list[Problem]:
    """Every problem that the checks find; none hides another's."""
    return [problem for check in checks for problem in check(ground)]
