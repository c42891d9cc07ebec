"""How the staff of a school type a value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from toolkit.sample.material import Entry, Person, School, dice, load
from toolkit.sample.staff import Staff
from toolkit.schema import Field, SheetSchema

_WIDE: Final = str.maketrans({digit: chr(0xFF10 + digit_value) for digit_value, digit in enumerate("0123456789")})
_THOUSAND: Final = 1000


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in a cell.

    Attributes:
        value: text, a number, or a real date.
        form: the cell's number format; blank for the usual one.
    """

    value: str | float | date
    form: str = ""


BLANK: Final = Typed("")


class Hand:
    """Types plain values the way people do: not everywhere alike, and never wrongly."""

    def __init__(self, staff: Staff, events: list[Entry]) -> None:
        """Get used to the ways of the schools.

        Args:
            staff: says whose name is unmistakable.
            events: says which 主题 is.
        """
        self.staff = staff
        self.ways = load("hand")
        self.chance = dice("hand")
        self._topics = Counter(event["topic"] for event in events)

    def entry(self, schema: SheetSchema, entry: Entry) -> dict[str, Typed]:
        """One row as it is typed, by field key.

        Args:
            schema: the sheet.
            entry: the row in plain values.
        """
        school = _own_school(entry)
        return {
            key: self._cell(field, value, school, entry)
            for key, field in schema.by_key.items()
            if (value := entry.get(key, "")) not in ("", ())
        }

    def _cell(self, field: Field, value: Any, school: School | None, entry: Entry) -> Typed:  # noqa: ANN401 any plain value
        if isinstance(value, date):
            return self._date(value, school)
        if isinstance(value, bool):
            return Typed(self.chance.choice(self.ways["ticked" if value else "unticked"]))
        if isinstance(value, int | float):
            return self._percent(value) if field.kind == "percent" else self._number(field, value, entry)
        return Typed(self._text(field, value))

    def _text(self, field: Field, value: object) -> str:
        match value:
            case tuple():
                return str(self.chance.choice(self.ways["separators"])).join(map(self._item, value))
            case Person():
                text = self._person(value) if field.refers else value.name
            case School():
                text = self._school(value)
            case dict():
                text = self._event(value)
            case _:
                text = str(value)
        return text if field.constraints.unique else self._cluttered(text)

    def _often(self, what: str) -> bool:
        return bool(self.chance.random() < self.ways["odds"][what])

    def _cluttered(self, text: str) -> str:
        if not self._often("clutter"):
            return text
        before = self.chance.random() < 0.3  # noqa: PLR2004
        sign = str(self.chance.choice(self.ways["leading" if before else "trailing"]))
        return sign + text if before else text + sign

    def _date(self, day: date, school: School | None) -> Typed:
        keeps = school is not None and self.chance.random() * 10 < self.ways["habit"]
        name = school.habit if school and keeps else self.chance.choice(self.ways["other_styles"])
        style: Mapping[str, Any] = self.ways["date_styles"][name]
        if "cell" in style:
            return Typed(day, style["cell"])
        text = style["text"].format(y=day.year, m=day.month, d=day.day)
        if style.get("number"):
            return Typed(float(text))
        return Typed(text.translate(_WIDE) if style.get("wide") else text)

    def _number(self, field: Field, number: float, entry: Entry) -> Typed:
        text = f"{number:,.15g}"
        if field.consortium.units and self._often("unit"):
            return Typed(text + entry.get("_unit", field.consortium.units[0]))
        if self._often("wide"):
            return Typed(f"{number:.15g}".translate(_WIDE))
        return Typed(text) if number >= _THOUSAND else Typed(float(number))

    def _percent(self, share: float) -> Typed:
        if self._often("percent_text"):
            return Typed(f"{share * 100:.4g}%")
        return Typed(share) if self._often("percent_share") else Typed(share, "0.0%")

    def _item(self, item: object) -> str:
        if isinstance(item, School):
            return self._school(item)
        if isinstance(item, Person):
            return item.name
        text = str(item)
        return str(self.chance.choice(self.ways["everyone"])) if text in self.ways["everyone"] else text

    def _school(self, school: School) -> str:
        return school.name if self._often("full_name") else school.short_name

    def _person(self, person: Person) -> str:
        if person.staff_no and self._often("staff_no"):
            return person.staff_no
        if self.staff.unmistakable(person) and not self._often("with_school"):
            return person.name
        alike = [other for other in self.staff.people if (other.name, other.school) == (person.name, person.school)]
        return f"{person.name}·{self._school(person.school)}" if len(alike) == 1 else person.staff_no

    def _event(self, event: Entry) -> str:
        by_topic = self._topics[event["topic"]] == 1 and self._often("topic")
        return str(event["topic"] if by_topic else event["number"])


def _own_school(entry: Entry) -> School | None:
    """The school whose liaison officer typed the row."""
    for value in entry.values():
        if isinstance(value, School):
            return value
        if isinstance(value, Person):
            return value.school
    return None
