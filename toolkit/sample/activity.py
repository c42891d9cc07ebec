"""What the sample's schools did and plan, entry by entry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import count, cycle
from typing import Any, Final

from toolkit.sample.material import AS_OF, Entry, Person, School, dice, load, rows
from toolkit.sample.staff import Staff
from toolkit.schema import Field, Schema

_TERM_START: Final = date(2026, 9, 1)
_FRIDAY: Final = 4
_UPLOADS: Final = ((1.0, date(2026, 9, 7), 77), (0.1, date(2026, 11, 2), 21), (0.18, date(2025, 10, 8), 250))
"""Of teachers with the greatest zeal so many upload a lesson plan from a day on, in so many days."""


def activity(schema: Schema, staff: Staff) -> dict[str, list[Entry]]:
    """Every entry of every sheet but 指标, in plain values.

    Args:
        schema: the sheets.
        staff: who is there.

    Returns:
        Entries by sheet key, in the order in which they stand.
    """
    told = _Told(schema, staff)
    entries = {key: list(told.entries(key, load(key))) for key in ("terms", "projects", "tasks", "waivers")}
    events = list(_events(schema, told))
    return entries | {
        "schools": [dict(school.facts) for school in staff.schools],
        "people": [_person_entry(person) for person in staff.people],
        "pairings": sorted([*_mentors(staff), *told.entries("pairings", load("pairings")["others"])], key=_start),
        "exchanges": list(_exchanges(told)),
        "resources": list(_with_units(told, "resources")),
        "loans": list(_loans(told)),
        "events": events,
        "attendance": list(_attendance(staff, events)),
        "lesson_plans": sorted(_lesson_plans(staff), key=lambda entry: entry["uploaded_on"]),
        "scores": list(_scores(staff)),
        "contest_scores": list(_contest_scores(staff, events)),
        "recipients": list(_recipients(told, staff)),
    }


class _Told:
    """Reads rows of the material: names become schools and people."""

    def __init__(self, schema: Schema, staff: Staff) -> None:
        self.schema = schema
        self.staff = staff

    def entries(self, key: str, table: Mapping[str, Any]) -> Iterator[Entry]:
        """The rows of a table, its references resolved."""
        fields = self.schema.sheets[key].by_key
        for row in rows(table):
            yield {name: self._value(fields.get(name), value) for name, value in row.items()}

    def _value(self, field: Field | None, value: Any) -> Any:  # noqa: ANN401 as the material has it
        if isinstance(value, list):
            return tuple(self._value(field, item) for item in value)
        if isinstance(value, str) and value.startswith("@"):
            return self.staff.person(value)
        if field and field.refers == "schools" and value and not self._everyone(value):
            return self.staff.school(value)
        return value

    def _everyone(self, value: str) -> bool:
        return value in self.schema.words.everyone


def _person_entry(person: Person) -> Entry:
    keys = ("staff_no", "name", "school", "position", "subject", "honour", "email", "active")
    return {key: getattr(person, key) for key in keys}


def _start(entry: Entry) -> date:
    start: date = entry["start"]
    return start


def _mentors(staff: Staff) -> Iterator[Entry]:
    """Each honoured teacher with an apprentice in as many other schools as the material says."""
    material = load("pairings")["mentor"]
    chance, number, asked = dice("mentors"), count(1), Counter[Person]()
    honoured = [person for person in staff.people if person.honour]
    for master, partners in zip(honoured, load("people")["partners"], strict=True):
        others = [school for school in staff.schools if school is not master.school]
        others.sort(key=lambda school: chance.random() - school.zeal)
        for school in others[:partners]:
            able = [person for person in staff.teachers(school) if not person.honour]
            able.sort(key=lambda person: (person.subject != master.subject, asked[person], chance.random()))
            apprentice = able[0]
            asked[apprentice] += 1
            starts = material["starts"] if chance.random() < 0.7 else material["new_starts"]  # noqa: PLR2004
            yield {
                "kind": material["kind"],
                "party_a": master,
                "school_a": master.school,
                "party_b": apprentice,
                "school_b": school,
                "subject": master.subject,
                "start": chance.choice(starts),
                "goal": "" if next(number) % material["no_goal_every"] == 0 else chance.choice(material["goals"]),
                "outcome": chance.choice(material["outcomes"]),
            }


def _exchanges(told: _Told) -> Iterator[Entry]:
    material = load("exchanges")
    for number, entry in enumerate(told.entries("exchanges", material), start=101):
        text = f"{material['reflections']}{number}" if entry["reflection"] == "y" else entry["reflection"]
        yield {**entry, "from_school": entry["person"].school, "reflection": text}


def _with_units(told: _Told, key: str) -> Iterator[Entry]:
    """Resources, or loans, each knowing what its 数量 is counted in."""
    material = load("resources")
    kinds = {row["number"]: row["kind"] for row in rows(material["resources"])}
    for entry in told.entries(key, material[key]):
        yield {**entry, "_unit": material["units"][kinds[entry.get("resource") or entry["number"]]]}


def _loans(told: _Told) -> Iterator[Entry]:
    owners = {entry["number"]: entry["school"] for entry in told.entries("resources", load("resources")["resources"])}
    for entry in _with_units(told, "loans"):
        yield {**entry, "lender": owners[entry["resource"]]}


def _events(schema: Schema, told: _Told) -> Iterator[Entry]:
    material = load("events")
    status = schema.sheets["events"].by_key["status"].words
    for entry in told.entries("events", material):
        held = entry["date"] < AS_OF
        evidence = f"{material['albums']}{entry['number'].lower()}" if held else ""
        yield {**entry, "status": status["held" if held else "planned"], "evidence": evidence, **entry["more"]}


def _attendance(staff: Staff, events: list[Entry]) -> Iterator[Entry]:
    material = load("attendance")
    contestants = {contest["event"]: _contestants(staff, contest) for contest in load("contests")}
    chance, been = dice("attendance"), Counter[Person]()
    comments = cycle(material["comments"])
    for event in (event for event in events if event["crowd"]):
        leaders = contestants.get(event["number"]) or list(event["speakers"])
        pool = _pool(staff, event, principals=event["kind"] in material["principals"])
        guests = [person for person in pool if person not in leaders]
        guests.sort(key=lambda person: chance.random() ** 0.5 * (2.2 if been[person] else 1) / person.school.zeal**1.5)
        parts = material["parts"][event["kind"]]
        rest = cycle(parts["rest"])
        for person in [*leaders, *guests[: max(0, event["crowd"] - len(leaders))]]:
            part = parts["first"] if person in leaders else next(rest)
            been[person] += event["date"] >= _TERM_START
            says = part in material["commenting"] and chance.random() < 0.8  # noqa: PLR2004
            yield {"event": event, "person": person, "part": part, "comment": next(comments) if says else ""}


def _pool(staff: Staff, event: Entry, *, principals: bool) -> list[Person]:
    """Who may come to an event: teachers of its subjects, or the principals, of the schools that take part."""
    named = [school for school in event["schools"] if isinstance(school, School)]
    schools = named if len(named) == len(event["schools"]) else staff.schools
    if principals:
        return [staff.at(school, "principal")[0] for school in schools]
    teachers = [person for school in schools for person in staff.teachers(school)]
    subjects = event.get("pool") or [event["subject"]]
    return [person for person in teachers if person.subject in subjects or not subjects[0]]


def _contestants(staff: Staff, contest: Mapping[str, Any]) -> list[Person]:
    """The last teacher of the subject in each school that sends one."""
    schools = [staff.school(short) for short in contest["schools"]]
    return [[p for p in staff.teachers(school) if p.subject == contest["subject"]][-1] for school in schools]


def _contest_scores(staff: Staff, events: list[Entry]) -> Iterator[Entry]:
    chance = dice("contests")
    by_number = {event["number"]: event for event in events}
    for contest in load("contests"):
        for contestant, mean in zip(_contestants(staff, contest), contest["means"], strict=True):
            for judge in contest["judges"]:
                points = round((mean + chance.uniform(-1.8, 1.8)) * 2) / 2
                yield {"event": by_number[contest["event"]], "contestant": contestant, "judge": judge, "points": points}


def _lesson_plans(staff: Staff) -> Iterator[Entry]:
    material = load("lessons")
    chance, number = dice("lessons"), count(1001)
    topics = {subject: cycle(names) for subject, names in material["topics"].items()}
    for person in staff.people:
        if person not in staff.teachers(person.school):
            continue
        for odds, first, days in _UPLOADS:
            if chance.random() > odds * person.school.zeal:
                continue
            day = _school_day(first + timedelta(days=chance.randint(0, days)), material["closed"])
            link = f"{chance.choice(material['links'])}{next(number)}" if chance.random() < 0.85 else ""  # noqa: PLR2004
            topic = next(topics[person.subject])
            yield {"teacher": person, "subject": person.subject, "topic": topic, "link": link, "uploaded_on": day}


def _school_day(day: date, closed: Sequence[tuple[date, date]]) -> date:
    """The day, or the last school day before it."""
    while day.weekday() > _FRIDAY or any(first <= day <= last for first, last in closed):
        day -= timedelta(days=1)
    return day


def _scores(staff: Staff) -> Iterator[Entry]:
    material = load("scores")
    chance = dice("scores")
    for group in rows(material):
        shared = {key: group[key] for key in ("exam", "date", "grade", "subject", "full")}
        pupils = [round(school.facts["pupils"] * chance.uniform(0.94, 1.04)) for school in staff.schools]
        lead = [school.facts["strength"] + chance.uniform(-1.2, 1.2) for school in staff.schools]
        middle = sum(p * x for p, x in zip(pupils, lead, strict=True)) / sum(pupils)
        for school, number, ahead in zip(staff.schools, pupils, lead, strict=True):
            better = ahead - middle + group["gap"]
            yield shared | {
                "school": school,
                "pupils": number,
                "mean": round(group["city"] + better * group["full"] / 100, 1),
                "pass_rate": round(min(0.998, group["passed"] + better * 0.008), 3),
                "excellent_rate": round(group["excellent"] + better * 0.014, 3),
            }
        city = {"school": material["city"], "mean": group["city"], "pass_rate": group["passed"]}
        yield shared | city | {"excellent_rate": group["excellent"]}


def _recipients(told: _Told, staff: Staff) -> Iterator[Entry]:
    material = load("recipients")
    yield from told.entries("recipients", material["leaders"])
    people = {"principal": "principal", "liaison": "middle_leader"}
    for number, school in enumerate(staff.schools):
        mailbox, _, domain = school.facts["email"].partition("@")
        for role, position in people.items():
            topics = material["topics"][role]
            yield {
                "name": staff.at(school, position)[0].name,
                "email": f"{mailbox}.{role}@{domain}",
                "role": material["roles"][role],
                "school": school,
                "topics": tuple(topics[number % len(topics)]),
            }
