"""Loans: whose, to whom, and never more than there is."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from toolkit.checks.ground import Ground
from toolkit.problems import Problem


def lender_owns(ground: Ground) -> Iterator[Problem]:
    """What is lent belongs to the school that lends."""
    loans, resources = ground.tables["loans"].frame, ground.tables["resources"].frame
    owner = np.append(resources["school"].to_numpy(), -1)[loans["resource"].to_numpy()]
    lender = loans["lender"].to_numpy()
    foreign = (owner >= 0) & (lender >= 0) & (owner != lender)
    schools = ground.directory.schools
    yield from ground.report(
        "loans.not_owner", "loans", "lender", foreign, facts=lambda i: {"owner": schools.label(int(owner[i]))}
    )


def borrower_is_another(ground: Ground) -> Iterator[Problem]:
    """Nobody borrows from itself."""
    frame = ground.tables["loans"].frame
    same = ((frame["lender"] == frame["borrower"]) & (frame["lender"] >= 0)).to_numpy()
    yield from ground.report("loans.same_school", "loans", "borrower", same)


def stock_suffices(ground: Ground) -> Iterator[Problem]:
    """No more units are out than the resource has.

    A resource's loans are taken by 借出日期, then row. A loan is out until the day before 归还日期; what is 丢失 never
    comes back; faulty loans count (contract section 1).
    """
    table = ground.tables["loans"]
    frame = table.frame
    stock = np.append(ground.tables["resources"].frame["quantity"].to_numpy(), np.nan)[frame["resource"].to_numpy()]
    known = table.filled("resource", "quantity", "lent_on") & table.readable("returned_on") & ~np.isnan(stock)
    lent = frame["lent_on"].to_numpy()
    lost = (frame["condition"] == "lost").to_numpy()
    back = np.where(
        lost | frame["returned_on"].isna(), np.datetime64("9999-12-31", "s"), frame["returned_on"].to_numpy()
    )
    resource, quantity = frame["resource"].to_numpy(), frame["quantity"].to_numpy()
    returns: dict[int, list[tuple[np.datetime64, float]]] = defaultdict(list)
    out: dict[int, float] = defaultdict(float)
    over = np.zeros(len(frame), dtype=bool)
    total = np.zeros(len(frame))
    for index in np.flatnonzero(known)[np.argsort(lent[known], kind="stable")]:
        item = int(resource[index])
        while returns[item] and returns[item][0][0] <= lent[index]:
            out[item] -= heapq.heappop(returns[item])[1]
        out[item] += quantity[index]
        heapq.heappush(returns[item], (back[index], quantity[index]))
        total[index] = out[item]
        over[index] = out[item] > stock[index]
    yield from ground.report(
        "loans.out_of_stock",
        "loans",
        "quantity",
        over,
        facts=lambda i: {"stock": f"{stock[i]:.0f}", "out": f"{total[i] - quantity[i]:.0f}"},
    )
