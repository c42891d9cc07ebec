"""Examinations against the city, and contests by their marks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import pandas as pd

from toolkit.checks.ground import Ground
from toolkit.conditions import Source, special_rows
from toolkit.names import NOBODY, texts

_MANY_JUDGES = 5


@dataclass(frozen=True, slots=True)
class Exam:
    """One 考试, 年级 and 学科: the community beside the city.

    Attributes:
        exam: 考试.
        grade: 年级.
        subject: 学科.
        day: its first 日期.
        schools: how many schools have a sound row.
        pupils: Σ 参考人数.
        mean: the schools' mean weighted by 参考人数, in points of 100; None without a school row.
        city: the city's mean in points of 100; None without a 全市 row.
        absent: places of the schools active that day that have no sound row.
    """

    exam: str
    grade: str
    subject: str
    day: date | None
    schools: int
    pupils: int
    mean: float | None
    city: float | None
    absent: tuple[int, ...]

    @property
    def gap(self) -> float | None:
        """The community's mean minus the city's."""
        return None if self.mean is None or self.city is None else self.mean - self.city


@dataclass(frozen=True, slots=True)
class ContestLine:
    """One contestant's place in a contest.

    Attributes:
        place: of the contest in 活动.
        event: what it is called.
        rank: from 1; equal marks share a rank.
        person: place of the contestant.
        judges: how many marks there are.
        mark: the mean; of five marks or more without the highest and the lowest.
    """

    place: int
    event: str
    rank: int
    person: int
    judges: int
    mark: float


_KEYS: Final = ["exam", "grade", "subject"]


def exam_rows(source: Source) -> pd.DataFrame:
    """The sound rows of 成绩: which examination, whose, how many pupils, the mean in points of 100."""
    frame = source.table.frame
    data = pd.DataFrame({key: texts(source.table, key) for key in _KEYS})
    data["city"] = special_rows(source)
    data["school"], data["day"] = frame["school"].to_numpy(), frame["date"].to_numpy()
    data["pupils"] = frame["pupils"].to_numpy()
    data["mean"] = (frame["mean"] / frame["full"].fillna(100.0) * 100).to_numpy()
    return data[source.sound & frame["mean"].notna().to_numpy()]


def exams(source: Source, data: pd.DataFrame, school: int = NOBODY) -> list[Exam]:
    """Every examination in the order of the sheet.

    Args:
        source: 成绩.
        data: its `exam_rows`.
        school: the one school whose rows stand beside the city's; all where NOBODY.
    """
    if school != NOBODY:
        own = data[data["school"] == school]
        data = data[data["city"] | (data["school"] == school)].merge(own[_KEYS].drop_duplicates(), on=_KEYS)
    return [_exam(source, key, rows, alone=school != NOBODY) for key, rows in data.groupby(_KEYS, sort=False)]


def _exam(source: Source, key: object, rows: pd.DataFrame, *, alone: bool) -> Exam:
    exam, grade, subject = key if isinstance(key, tuple) else (key, "", "")
    schools, city = rows[~rows["city"]], rows[rows["city"]]
    pupils = schools["pupils"].sum()
    mean = float((schools["mean"] * schools["pupils"]).sum() / pupils) if pupils else None
    day = rows["day"].min()
    there = set(schools["school"].tolist())
    active = [] if alone or pd.isna(day) else source.active_on(np.datetime64(day, "s"))
    return Exam(
        exam,
        grade,
        subject,
        None if pd.isna(day) else day.date(),
        len(schools),
        int(pupils),
        mean,
        float(city["mean"].iloc[0]) if len(city) else None,
        tuple(place for place in active if place not in there),
    )


def contest_lines(ground: Ground) -> Iterator[ContestLine]:
    """Every contest's ranking, in the order of 活动."""
    source = Source(ground, "contest_scores")
    frame = source.table.frame[source.sound]
    for place in sorted(frame["event"].unique().tolist()):
        marks = frame[frame["event"] == place]
        label = ground.directory.events.topics[place] or ground.directory.events.label(place)
        averages = [
            (who, len(given), fair_mean(given))
            for who in marks["contestant"].unique().tolist()
            if (given := marks["points"][marks["contestant"] == who].tolist())
        ]
        averages.sort(key=lambda line: (-round(line[2], 4), line[0]))
        for who, judges, mark in averages:
            rank = 1 + sum(round(other, 4) > round(mark, 4) for _, _, other in averages)
            yield ContestLine(place, label, rank, who, judges, mark)


def fair_mean(marks: list[float]) -> float:
    """The mean; of five marks or more without the highest and the lowest."""
    marks = sorted(marks)
    return float(np.mean(marks[1:-1] if len(marks) >= _MANY_JUDGES else marks))
