"""The words of what the toolkit writes, from `sheets_schema/outputs.yaml`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from toolkit.declarations import FOLDER, Part, read_yaml, verified

_FAR = 300
"""A day so many days away is said with its year."""


class StatusWord(Part):
    """How a status is shown: its word, and a sign that reads without colour."""

    word: str
    sign: str


class MailWords(Part):
    """What messages are called in their headers, and the files that go with them.

    Attributes:
        topics: by code of 订阅.
        list: all messages of a topic, with {community} and {topic}.
        unsubscribe: subject of a mail that asks for no more of a {topic}.
        events: file of events that take place.
        cancelled: file of events that do not.
    """

    topics: Mapping[str, str]
    list: str
    unsubscribe: str
    events: str
    cancelled: str


class Outputs(Part):
    """Everything `outputs.yaml` declares."""

    sheets: Mapping[str, str]
    files: Mapping[str, str]
    mail: MailWords
    statuses: Mapping[str, StatusWord]
    lost_sign: str
    missing_sign: str
    severities: Mapping[str, str]
    figures: Mapping[str, str]
    notes: Mapping[str, str]
    changes: Mapping[str, str]
    headings: Mapping[str, str]
    day: str
    full_day: str
    when: Mapping[str, str]
    days_left: str
    today: str
    over: str
    endless: str
    too_late: str
    block_note: str
    section_note: str
    section_other: str
    person_forecast: Mapping[str, str]
    forecast: Mapping[str, str]
    verbs: Mapping[str, str]
    units: Mapping[str, str]
    things: Mapping[str, str]
    plain_things: Mapping[str, str]
    either: str
    needs: Mapping[str, str]
    also: Mapping[str, str]
    gaps: Mapping[str, str]
    persons_of_school: str
    several: str
    own_school: str
    each: str
    separator: str
    separator_of_notes: str
    headline: Mapping[str, str]
    groups: Mapping[str, str]
    since: Mapping[str, str]
    loan_states: Mapping[str, str]
    task_states: Mapping[str, str]
    trend: Mapping[str, str]
    event: str
    loan: str
    columns: Mapping[str, Mapping[str, str]]
    letter_states: Mapping[str, str]
    lost_claim: str
    dead_claim: str
    letter_states_note: str
    jobs: Mapping[str, str]
    run_states: Mapping[str, str]
    run_states_note: str
    durations: Mapping[str, str]
    effects: Mapping[str, str]
    titles: Mapping[str, str]
    book: Mapping[str, str]
    neutral_problem: str
    measures: Mapping[str, str]
    reasons: Mapping[str, str]
    blank: str
    supplement: str
    report: Mapping[str, str]

    def legend(self) -> str:
        """Every sign with its word, on one line."""
        return "\u3000".join(f"{status.sign} {status.word}" for status in self.statuses.values())

    def spoken(self, day: date, as_of: date) -> str:
        """A day as people say it: with its year only where that is not plain."""
        near = day.year == as_of.year or abs((day - as_of).days) < _FAR
        return (self.day if near else self.full_day).format(year=day.year, month=day.month, day=day.day)

    def listed(self, names: Sequence[str], *, most: int, unit: str) -> str:
        """Names in a row; the first of many, with how many there are. None is hidden to save one or two."""
        if len(names) <= most + 2:
            return self.separator.join(names)
        shown = self.separator.join(names[:most])
        return self.several.format(names=shown, count=len(names), unit=self.units[unit])


def load_outputs(folder: Path = FOLDER) -> Outputs:
    """Read and verify the words.

    Raises:
        SchemaError: the file is missing or lacks a word.
    """
    return verified(Outputs, read_yaml(folder / "outputs.yaml"), "outputs.yaml")
