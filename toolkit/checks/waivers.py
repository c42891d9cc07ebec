"""Waivers excuse somebody from something at some time."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from toolkit.checks.ground import Ground
from toolkit.names import texts
from toolkit.problems import Problem
from toolkit.tables import places
from toolkit.values import nearest


def waivers_name_something(ground: Ground, community: str) -> Iterator[Problem]:
    """责任主体 of a waiver names one school, person or word of 指标; 周期 names a period."""
    table = ground.tables["waivers"]
    who, when = _unknown_obligors(ground, community), _unknown_periods(ground)
    for key, rule, (mask, known) in (("obligor", "waivers.nobody", who), ("period", "waivers.no_period", when)):
        values = texts(table, key)
        for index in places(mask):
            one = np.arange(len(mask)) == index
            yield from ground.report(rule, "waivers", key, one, suggestion=nearest(values[index] or "", known))


def _unknown_obligors(ground: Ground, community: str) -> tuple[np.ndarray, list[str]]:
    names, table = ground.directory, ground.tables["waivers"]
    words = {community, *ground.schema.sheets["quotas"].by_key["obligor"].codes}
    known = [text is None or text in words or _names_one(ground, text) for text in texts(table, "obligor")]
    return ~np.array(known, dtype=bool) & table.readable("obligor"), [
        *words,
        *names.schools.places,
        *names.people.by_name,
    ]


def _names_one(ground: Ground, text: str) -> bool:
    return ground.directory.schools.find(text).place >= 0 or ground.directory.people.find(text).place >= 0


def _unknown_periods(ground: Ground) -> tuple[np.ndarray, list[str]]:
    table, terms = ground.tables["waivers"], ground.tables["terms"]
    whole = ground.schema.sheets["quotas"].by_key["period"].words["whole"]
    labels = {label for key in ("name", "year") for label in texts(terms, key) if label} | {whole}
    year = re.compile(re.escape(ground.schema.words.calendar_year).replace(r"\{year\}", r"\d{4}"))
    known = [text is None or text in labels or bool(year.fullmatch(text)) for text in texts(table, "period")]
    return ~np.array(known, dtype=bool) & table.readable("period"), sorted(labels)
