"""What a finished letter says of another school: its name, its people, its rows.

The views leave such things out when they word what a reader of one school gets. This trusts neither them nor the
templates and looks at the very text that is about to be sent.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from typing import Final, Literal

from toolkit.letter_text import closed, labelled, plain, read
from toolkit.names import NOBODY, texts
from toolkit.viewer import Standpoint

Kind = Literal["school", "person", "row"]
Found = tuple[Kind, str, int]

_SEEN_AGAIN: Final = 256
"""So many texts are remembered: readers of one school get the same calendar files."""
_BEGINNING: Final = 3
"""So many signs of the community's name a subject shows at least."""
_GAP: Final = " {0,3}"
"""So many spaces may stand between the signs of a name."""
_CELL: Final = r"\$?[A-Z]{0,3}\$?(\d{1,7})"
_LINK: Final = re.compile(rf"gid=(\d{{1,10}})&range={_CELL}(?::{_CELL})?")


@dataclass(frozen=True, slots=True)
class Leak:
    """Something of another school in a letter; it can be logged, for it names nobody.

    Attributes:
        part: where in the letter: `subject`, `text`, `html`, `attachment 1`, `name of attachment 1`.
        kind: what it is.
        place: what is named: the row such as `借用!5`, or the row where the school or person is registered.
        owner: place of a school that it belongs to; NOBODY where that is unknown.
    """

    part: str
    kind: Kind
    place: str
    owner: int


@dataclass(frozen=True, slots=True)
class _Known:
    """A name that is looked for; one without a place is for everybody to see."""

    owners: frozenset[int]
    kind: Kind = "person"
    place: str = ""


@dataclass(frozen=True)
class Guard:
    """Looks through letters; made once a run.

    Attributes:
        stand: the standpoint that the letters were made from.
        vocabulary: the letters' templates, whatever they are: a person called like one of their words cannot be told
            from it and is not looked for.
        tabs: ids of the entry tabs by their titles, where links lead to cells.
    """

    stand: Standpoint
    vocabulary: str = ""
    tabs: Mapping[str, int] = field(default_factory=dict)

    def leaks(self, school: int, parts: Mapping[str, str]) -> tuple[Leak, ...]:
        """What a letter says of other schools.

        Args:
            school: place of the reader's school; NOBODY for a leader, who may see all.
            parts: finished text by `subject`, `text` and `html`; the content of each attachment by its file name.
        """
        if school == NOBODY:
            return ()
        found = [Leak(part, *it) for part, form, text in labelled(parts) for it in self._look(school, form, text)]
        return tuple(dict.fromkeys(found))

    @cached_property
    def _look(self) -> Callable[[int, str, str], tuple[Found, ...]]:
        @lru_cache(maxsize=_SEEN_AGAIN)
        def look(school: int, form: str, text: str) -> tuple[Found, ...]:
            lines, whole = read(form, text)
            return (*self._named(school, whole), *self._rows_told(school, whole, lines))

        return look

    # --- names

    def _named(self, school: int, text: str) -> Iterator[Found]:
        for match in self._pattern.finditer(text):
            known = self._names[match[0].replace(" ", "")]
            if known.place and school not in known.owners:
                yield known.kind, known.place, min(known.owners, default=NOBODY)

    @cached_property
    def _names(self) -> Mapping[str, _Known]:
        """By name without its spaces; the community's own words that hold one of the names are among them."""
        found: dict[str, _Known] = {}
        for name, owner, kind, place in self.stand.registered:
            key = closed(name)
            if len(key) > 1:
                before = found.get(key, _Known(frozenset(), kind, place))
                found[key] = _Known(before.owners | ({owner} - {NOBODY}), before.kind, before.place)
        for name, school in self._recipients():
            if (known := found.get(closed(name))) and school != NOBODY:
                found[closed(name)] = _Known(known.owners | {school}, known.kind, known.place)
        common = closed("\n".join(self._words()))
        names = found | {name: _Known(frozenset()) for name in found if name in common}
        phrases = {closed(phrase) for phrase in self._phrases()}
        return names | {phrase: _Known(frozenset()) for phrase in phrases if any(name in phrase for name in found)}

    def _recipients(self) -> Iterator[tuple[str, int]]:
        """Readers' names with their schools: a letter greets its reader, wherever 人员 has the name."""
        table = self.stand.ground.tables["recipients"]
        for name, school in zip(texts(table, "name"), table.frame["school"].tolist(), strict=True):
            if name:
                yield name, school

    def _words(self) -> Iterator[str]:
        """The fixed vocabulary: what is written whoever reads it."""
        schema = self.stand.ground.schema
        yield self.vocabulary
        yield self.stand.outputs.model_dump_json()
        yield schema.messages.model_dump_json()
        for sheet in schema.sheets.values():
            yield sheet.title
            for column in sheet.fields:
                yield from (column.name, *column.codes, *column.consortium.special)

    def _phrases(self) -> Iterator[str]:
        """What every reader may see: the names of community, workbook, tabs, terms and examinations, and the rules."""
        assessment, tables = self.stand.assessment, self.stand.ground.tables
        name = plain(assessment.community)
        yield from (name, assessment.workbook.name)
        yield from (f"{name[:length]}..." for length in range(_BEGINNING, len(name)))  # a subject may cut it
        yield from (table.title for table in tables.values() if table.title)
        for term in assessment.reckoner.terms:
            yield from (term.name, term.year)
        for rule in assessment.rules:
            yield from (rule.name, rule.clause, *(condition.text for condition in rule.conditions))
        yield from {exam for exam in texts(tables["scores"], "exam") if exam}
        yield from self.stand.sections.values()

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        """Finds the longest name at a place, spaces between its signs aside; sorted by first signs it is fast."""
        by_sign: dict[str, list[str]] = defaultdict(list)
        for name in sorted(self._names, key=len, reverse=True):
            end = r"(?![A-Za-z0-9])" if re.match("[A-Za-z0-9]", name[-1]) else ""
            by_sign[name[0]].append("".join(f"{_GAP}{re.escape(sign)}" for sign in name[1:]) + end)
        groups = []
        for sign, rests in by_sign.items():
            begin = f"(?<![A-Za-z0-9]{sign})" if re.match("[A-Za-z0-9]", sign) else ""
            groups.append(f"{re.escape(sign)}{begin}(?:{'|'.join(rests)})")
        return re.compile("|".join(groups) or r"(?!)")

    # --- rows

    def _rows_told(self, school: int, text: str, lines: Sequence[str]) -> Iterator[Found]:
        """Rows of other schools; a row that names the reader's school is the reader's too."""
        told = (*self._references(text), *self._links(text), *self._listed(lines))
        for key, first, last in dict.fromkeys(told):
            for row, owners, concerned in self._owned(key, first, last):
                if school not in concerned:
                    yield "row", f"{self.stand.ground.schema.sheets[key].title}!{row}", min(owners)

    @cached_property
    def _owned(self) -> Callable[[str, int, int], tuple[tuple[int, frozenset[int], frozenset[int]], ...]]:
        """The rows from one to another that belong to somebody: the row, whose it is, who takes part in it."""
        owners = self.stand.owners

        @cache
        def owned(key: str, first: int, last: int) -> tuple[tuple[int, frozenset[int], frozenset[int]], ...]:
            rows = self.stand.ground.tables[key].rows
            chosen = rows[(rows >= first) & (rows <= last)].tolist()
            return tuple((row, mine, owners.concerned(key, row)) for row in chosen if (mine := owners.of_row(key, row)))

        return owned

    @cached_property
    def _titles(self) -> Mapping[str, str]:
        """Key of a sheet by its title, in the contract and on its tab."""
        tables = self.stand.ground.tables
        return {
            plain(title).strip(): key
            for key, table in tables.items()
            for title in (table.title, table.schema.title)
            if title
        }

    @cached_property
    def _row_form(self) -> str:
        """How a row is named where its sheet is known: what is around its number in the wording of problems."""
        form = plain(self.stand.ground.schema.messages.places["row"]).replace("{sheet}", "").strip()
        return re.escape(form).replace(re.escape("{row}"), r"(\d{1,7})").replace(r"\ ", _GAP)

    @cached_property
    def _reference(self) -> re.Pattern[str]:
        """`活动!D7`, `活动!7`, a range of them, or a row in words behind its sheet."""
        titles = "|".join(map(re.escape, sorted(self._titles, key=len, reverse=True)))
        return re.compile(rf"({titles})(?:'?{_GAP}!{_GAP}{_CELL}(?::{_CELL})?|{_GAP}{self._row_form})")

    def _references(self, text: str) -> Iterator[tuple[str, int, int]]:
        for match in self._reference.finditer(text):
            first, last, row = match.groups()[1:]
            yield self._titles[match[1]], int(first or row), int(last or first or row)

    def _links(self, text: str) -> Iterator[tuple[str, int, int]]:
        keys = {number: self._titles.get(plain(title).strip(), "") for title, number in self.tabs.items()}
        for match in _LINK.finditer(text):
            if key := keys.get(int(match[1])):
                yield key, int(match[2]), int(match[3] or match[2])

    @cached_property
    def _spot(self) -> re.Pattern[str]:
        """A row or cell at the beginning of a line."""
        return re.compile(rf" *(?:{self._row_form}|[A-Z]{{1,3}}(\d{{1,7}}))(?= |$)")

    def _listed(self, lines: Sequence[str]) -> Iterator[tuple[str, int, int]]:
        """Rows and cells that begin lines under one with the title of their sheet, to the next empty line."""
        key = ""
        for line in lines:
            stripped = line.strip()
            key = self._titles.get(stripped, key) if stripped else ""
            if key and (match := self._spot.match(line)):
                row = int(match[1] or match[2])
                yield key, row, row
