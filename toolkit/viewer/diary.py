"""What has a day: loans, events and tasks."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

from toolkit.names import NOBODY, texts
from toolkit.tables import places
from toolkit.viewer.standpoint import Scope
from toolkit.views import EventLine, LoanLine, TaskLine
from toolkit.workbook import address

SOON: Final = 14
"""So many days ahead are shown."""


def loans(scope: Scope, ahead: int = SOON) -> tuple[LoanLine, ...]:
    """Loans not returned that are overdue or due soon, by borrower, the borrower with the longest overdue first.

    Args:
        scope: of a school, those it has borrowed.
        ahead: so many days ahead is soon.
    """
    stand = scope.stand
    table = stand.ground.tables["loans"]
    frame = table.frame
    soon = stand.ground.today + np.timedelta64(ahead, "D")
    open_still = (frame["due_on"] <= soon) & frame["returned_on"].isna() & (frame["condition"] != "lost")
    mask = open_still.to_numpy() & stand.ground.sound("loans") & table.readable("returned_on")
    if not scope.whole:
        mask = mask & (frame["borrower"] == scope.school).to_numpy()
    names = texts(stand.ground.tables["resources"], "name")
    lines = [_loan(scope, int(index), names) for index in places(mask)]
    worst: dict[int, int] = {}
    for line in lines:
        worst[line.borrower_place] = max(line.days, worst.get(line.borrower_place, line.days))
    return tuple(sorted(lines, key=lambda ln: (-worst[ln.borrower_place], ln.borrower_place, -ln.days, ln.row)))


def _loan(scope: Scope, index: int, names: list[str | None]) -> LoanLine:
    stand = scope.stand
    table = stand.ground.tables["loans"]
    row = table.frame.iloc[index]
    due = row["due_on"].date()
    days = (stand.assessment.as_of - due).days
    resource = names[int(row["resource"])] or "" if row["resource"] >= 0 else ""
    column = table.cells["returned_on"].position
    return LoanLine(
        place=f"{table.schema.title}!{table.rows[index]}",
        tab=table.title or table.schema.title,
        row=int(table.rows[index]),
        borrower=stand.short(int(row["borrower"])),
        lender=stand.short(int(row["lender"])) if scope.whole else "",
        resource="" if scope.mentions_others(resource) else resource,
        quantity=float(row["quantity"]),
        due=due,
        days=days,
        state=_state(stand.outputs.loan_states, days),
        borrower_place=int(row["borrower"]),
        cell="" if column is None else address(int(table.rows[index]), column),
    )


def _state(words: Mapping[str, str], days: int) -> str:
    key = "overdue" if days > 0 else "today" if days == 0 else "soon"
    return words[key].format(days=abs(days))


def events(scope: Scope) -> tuple[EventLine, ...]:
    """Sound events from today on for two weeks, planned or called off; of a school those it hosts or takes part in."""
    stand = scope.stand
    table = stand.ground.tables["events"]
    frame = table.frame
    today, soon = stand.ground.today, stand.ground.today + np.timedelta64(SOON, "D")
    mask = (
        (frame["date"] >= today) & (frame["date"] <= soon) & frame["status"].isin(["planned", "cancelled"])
    ).to_numpy()
    mask = mask & stand.ground.sound("events")
    if not scope.whole:
        mask = mask & _concerns(scope)
    numbers, topics = texts(table, "number"), texts(table, "topic")
    series = _series(scope)
    lines = [
        _event(scope, index, numbers[index], topics[index] or "", repeated=bool(series[index]))
        for index in places(mask)
    ]
    return tuple(sorted(lines, key=lambda line: (line.day, line.place)))


def _concerns(scope: Scope) -> np.ndarray:
    source = scope.stand.assessment.reckoner.source("events")
    rows, schools = source.members("schools")
    mask = (source.table.frame["host"] == scope.school).to_numpy().copy()
    mask[rows[schools == scope.school]] = True
    return mask


def _series(scope: Scope) -> npt.NDArray[np.bool_]:
    """Events that share kind, topic and host with another: only their day tells them apart."""
    repeated: npt.NDArray[np.bool_] = (
        scope.stand.ground.tables["events"].frame.duplicated(["kind", "topic", "host"], keep=False).to_numpy()
    )
    return repeated


def _event(scope: Scope, index: int, number: str | None, topic: str, *, repeated: bool) -> EventLine:
    stand = scope.stand
    table = stand.ground.tables["events"]
    row = table.frame.iloc[index]
    host, day = int(row["host"]), row["date"].date()
    last = row["end"].date() if row["end"] == row["end"] else day
    kind = table.schema.by_key["kind"].words[row["kind"]]
    identity = number or "\x1f".join((kind, topic, stand.schools.label(host), *([day.isoformat()] if repeated else [])))
    cancelled = row["status"] == "cancelled"
    facts = "\x1f".join(map(str, (kind, topic, day, last, host, cancelled)))
    shown = scope.whole or host == scope.school
    return EventLine(
        uid=_digest(f"{stand.assessment.community}\x1f{identity}"),
        day=day,
        last=last,
        kind=kind,
        title="" if scope.mentions_others(topic) else topic,
        host=stand.short(host) if shown else "",
        cancelled=cancelled,
        fingerprint=_digest(facts),
        place=f"{table.schema.title}!{table.rows[index]}",
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def tasks(scope: Scope) -> tuple[TaskLine, ...]:
    """Sound tasks that are not done and overdue or due soon, by day; of a school its own."""
    stand = scope.stand
    table = stand.ground.tables["tasks"]
    frame = table.frame
    soon = stand.ground.today + np.timedelta64(SOON, "D")
    mask = ((frame["due_on"] <= soon) & (frame["status"] != "done")).to_numpy() & stand.ground.sound("tasks")
    if not scope.whole:
        mask = mask & (frame["school"] == scope.school).to_numpy()
    topics, persons = texts(table, "topic"), texts(table, "person")
    lines = []
    for index in places(mask):
        due: date = frame["due_on"].iloc[index].date()
        school = int(frame["school"].iloc[index])
        who = [stand.short(school) if school != NOBODY else "", persons[index] or ""]
        texts_ = [topics[index] or "", " ".join(part for part in who if part)]
        title, owner = ("" if scope.mentions_others(text) else text for text in texts_)
        days = (stand.assessment.as_of - due) // timedelta(days=1)
        place = f"{table.schema.title}!{table.rows[index]}"
        lines.append(TaskLine(title, owner, due, days, _state(stand.outputs.task_states, days), place))
    return tuple(sorted(lines, key=lambda line: (line.due, line.place)))
