"""Pairs and exchanges: who, from where to where, and not two at one time."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from toolkit.checks.entries import codes_of
from toolkit.checks.ground import Earliest, Ground
from toolkit.problems import Problem
from toolkit.references import person_key
from toolkit.tables import Mask, Table


def first_overlap(group: npt.NDArray[np.int64], start: pd.Series, end: pd.Series, mask: Mask) -> Earliest:
    """For each row, the first earlier row of its group whose dates meet its own, both end days counting.

    Args:
        group: what may not overlap, as a number.
        start: first days.
        end: last days; NaT for none.
        mask: rows that take part.

    Returns:
        Places; -1 where there is no such row.
    """
    earliest = np.full(len(mask), -1, dtype=np.intp)
    rows = np.flatnonzero(mask)
    if not len(rows):
        return earliest
    starts = start.to_numpy().astype("datetime64[s]")[rows]
    ends = end.fillna(pd.Timestamp("9999-12-31")).to_numpy().astype("datetime64[s]")[rows]
    for places in _suspects(group[rows], starts, ends):
        for later in range(1, len(places)):
            here, before = places[later], places[:later]
            meets = (starts[before] <= ends[here]) & (starts[here] <= ends[before])
            if meets.any():
                earliest[rows[here]] = rows[before[meets.argmax()]]
    return earliest


def _suspects(
    group: npt.NDArray[np.int64], starts: npt.NDArray[np.datetime64], ends: npt.NDArray[np.datetime64]
) -> Iterator[npt.NDArray[np.intp]]:
    """The places, in sheet order, of each group in which any start lies no later than an end before it."""
    order = np.lexsort((starts, group))
    frame = pd.DataFrame({"group": group[order], "start": starts[order], "end": ends[order]})
    reach = frame.groupby("group")["end"].cummax()
    same = frame["group"].eq(frame["group"].shift())
    groups = frame["group"][same & (frame["start"] <= reach.shift())].unique()
    chosen = np.flatnonzero(np.isin(group, groups))
    for _, places in pd.Series(chosen).groupby(group[chosen]):
        yield places.to_numpy()


def pair_of_two_schools(ground: Ground) -> Iterator[Problem]:
    """The two sides of a pair are of different schools."""
    frame = ground.tables["pairings"].frame
    same = ((frame["school_a"] == frame["school_b"]) & (frame["school_a"] >= 0)).to_numpy()
    yield from ground.report("pairings.same_school", "pairings", "school_b", same)


def pair_at_its_schools(ground: Ground) -> Iterator[Problem]:
    """Persons in a pair are of the schools named beside them."""
    for party, school in (("party_a", "school_a"), ("party_b", "school_b")):
        yield from _of_the_school(ground, "pairings", party, person_key(party), school)


def exchange_from_own_school(ground: Ground) -> Iterator[Problem]:
    """Who is sent belongs to the school that sends."""
    yield from _of_the_school(ground, "exchanges", "person", "person", "from_school")


def _of_the_school(ground: Ground, key: str, column: str, person: str, school: str) -> Iterator[Problem]:
    people = ground.directory.people
    school_of = np.array([*people.school_of, -1], dtype=np.intp)
    frame = ground.tables[key].frame
    persons, named = frame[person].to_numpy(), frame[school].to_numpy()
    own = school_of[persons]
    elsewhere = (persons >= 0) & (named >= 0) & (own >= 0) & (own != named)
    yield from ground.report(
        "person.elsewhere",
        key,
        column,
        elsewhere,
        facts=lambda i: {
            "person": ground.catalogue.hint(
                "candidate", label=people.label(int(persons[i])), row=int(ground.tables["people"].rows[persons[i]])
            ),
            "named": people.schools.label(int(named[i])),
        },
    )


def exchange_between_schools(ground: Ground) -> Iterator[Problem]:
    """Nobody is sent to the school that sends."""
    frame = ground.tables["exchanges"].frame
    same = ((frame["from_school"] == frame["to_school"]) & (frame["from_school"] >= 0)).to_numpy()
    yield from ground.report("exchanges.same_school", "exchanges", "to_school", same)


def mentor_goal_agreed(ground: Ground) -> Iterator[Problem]:
    """A master and an apprentice have agreed a goal."""
    table = ground.tables["pairings"]
    without = (table.frame["kind"] == "mentor").to_numpy() & table.cells["goal"].blank
    yield from ground.report("pairings.no_goal", "pairings", "goal", without)


def pairs_apart(ground: Ground) -> Iterator[Problem]:
    """The same two parties are not paired twice at one time."""
    table = ground.tables["pairings"]
    a, b = _parties(ground, table)
    kind = codes_of(table, "kind")
    pair = pd.DataFrame({"kind": kind, "low": np.minimum(a, b), "high": np.maximum(a, b)})
    group = pair.groupby(["kind", "low", "high"], sort=False).ngroup().to_numpy().astype(np.int64)
    known = table.filled("kind", "start") & table.readable("end") & (a >= 0) & (b >= 0)
    earliest = first_overlap(group, table.frame["start"], table.frame["end"], known)
    yield from ground.report_clashes("pairings.overlap", "pairings", None, earliest)


def _parties(ground: Ground, table: Table) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Both parties of each pair as numbers, equal where the party is the same; -1 where it is not known.

    A person is a person; anything else is its name at its school, and a school is the school, however it is called.
    """
    kind = table.frame["kind"]
    sides = []
    for party, school in (("party_a", "school_a"), ("party_b", "school_b")):
        text = table.frame[party].astype(object)
        names = [ground.directory.schools.find(str(name)).place for name in text]
        person = table.frame[person_key(party)].to_numpy()
        is_person = kind.isin(["mentor", "cadre", "teacher"]).to_numpy()
        by_school = (kind == "school").to_numpy() & (np.array(names, dtype=np.intp) >= 0)
        of_school = np.where(is_person, -1, table.frame[school].to_numpy())
        identity = text.where(~by_school, [f"\0school {place}" for place in names])
        identity = identity.where(~is_person, [f"\0person {place}" if place >= 0 else None for place in person])
        known = identity.notna() & (is_person | (of_school >= 0))
        sides.append(pd.DataFrame({"school": of_school, "identity": identity, "known": known}))
    both = pd.concat(sides, ignore_index=True)
    number = both.groupby(["school", "identity"], sort=False, dropna=False).ngroup().to_numpy().astype(np.int64)
    number[~both["known"].to_numpy()] = -1
    return number[: len(table.frame)], number[len(table.frame) :]


def stays_apart(ground: Ground) -> Iterator[Problem]:
    """Nobody is on two exchanges at one time."""
    table = ground.tables["exchanges"]
    known = table.filled("person", "start") & table.readable("end")
    earliest = first_overlap(codes_of(table, "person"), table.frame["start"], table.frame["end"], known)
    yield from ground.report_clashes("exchanges.overlap", "exchanges", None, earliest)
