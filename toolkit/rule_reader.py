"""A row of 指标 read into a quota rule; what cannot be read is a problem at its cell."""

from __future__ import annotations

import re
from typing import Final, cast

from toolkit.checks.ground import Ground
from toolkit.names import SPECIAL, PersonNames
from toolkit.problems import Problem, quoted
from toolkit.rules import PERSON_OBLIGORS, SHARES, Column, Condition, Operator, QuotaRule
from toolkit.schema import Constraints, Field, SheetSchema, fold
from toolkit.tables import Table, cell_problem
from toolkit.values import cleaned, nearest, read

_STAY_SOURCES: Final = frozenset({"exchanges", "pairings"})


_NUMBERS: Final = frozenset({"int", "number", "percent"})


_ORDERED: Final = _NUMBERS | {"date"}


_NEEDS_COLUMN: Final = frozenset({"distinct", "coverage", "share", "total"})


_COMPARISON: Final = re.compile(r"(?P<column>[^=≠≥≤!<>]+)(?P<sign>>=|<=|!=|=|≠|≥|≤)(?P<value>.*)", re.DOTALL)


_SIGNS: Final[dict[str, Operator]] = {"=": "=", "≠": "≠", "!=": "≠", "≥": "≥", ">=": "≥", "≤": "≤", "<=": "≤"}


_TYPED: Final = frozenset({"text", "item", "name"})
"""Facts that quote what staff typed."""


class _UnreadableError(Exception):
    """Why part of a rule cannot be read: a key of the catalogue's hints, and what to write instead."""

    def __init__(self, reason: str, suggestion: str | None = None, **facts: str) -> None:
        super().__init__(reason)
        self.reason, self.suggestion = reason, suggestion
        self.facts = {name: quoted(fact) if name in _TYPED else fact for name, fact in facts.items()}


def read_rules(ground: Ground) -> tuple[tuple[QuotaRule, ...], list[Problem]]:
    """Read every row of 指标.

    Args:
        ground: the linked tables.

    Returns:
        The enabled rules that are readable as far as their own cells go, in sheet order; and a problem at each cell
        that is not. Rows with an error from elsewhere are the caller's to leave out.
    """
    table = ground.tables["quotas"]
    problems: list[Problem] = []
    rules: list[QuotaRule] = []
    if table.broken:
        return (), []
    for index in range(len(table.frame)):
        reader = _RuleReader(ground, table, index)
        rule = reader.read()
        problems += reader.problems
        if rule:
            rules.append(rule)
    return tuple(rules), problems


def needed_sheets(ground: Ground) -> dict[str, list[str]]:
    """Sheets that enabled rules need as 数据表 or for a looked-up column, with the numbers of those rules."""
    table = ground.tables["quotas"]
    needed: dict[str, list[str]] = {}
    for index in [] if table.broken else range(len(table.frame)):
        reader = _RuleReader(ground, table, index)
        source = reader.source
        if source is None or not reader.enabled:
            continue
        period = source.consortium.period
        text = cleaned(table.cells["where"].text(index))
        for lookup in source.consortium.lookups:
            if lookup.name in text or (period and period.date == lookup.name):
                target = source.by_name[lookup.through].refers or ""
                needed.setdefault(target, []).append(reader.text("number"))
        needed.setdefault(source.key, []).append(reader.text("number"))
    return {key: list(dict.fromkeys(numbers)) for key, numbers in needed.items()}


class _RuleReader:
    """Reads one row of 指标, gathering what is wrong with it."""

    def __init__(self, ground: Ground, table: Table, index: int) -> None:
        self.ground, self.table, self.index = ground, table, index
        self.problems: list[Problem] = []
        self.schema = ground.schema

    def text(self, key: str) -> str:
        """A text cell of the row, cleaned; empty where blank."""
        cells = self.table.cells[key]
        value = cells.readings[cells.codes[self.index]].value
        return value if isinstance(value, str) else ""

    def value(self, key: str) -> object:
        """What a cell of the row was read as."""
        cells = self.table.cells[key]
        return cells.readings[cells.codes[self.index]].value

    @property
    def enabled(self) -> bool:
        """Whether the rule is in use."""
        return self.value("enabled") is not False

    @property
    def source(self) -> SheetSchema | None:
        """The sheet that 数据表 names."""
        return self.schema.sheets.get(self.text("source"))

    def read(self) -> QuotaRule | None:
        source, obligor, measure = self.source, self.text("obligor"), self.text("measure")
        minimum, maximum = self._bound("minimum", measure), self._bound("maximum", measure)
        if source is None:
            return None
        ties = self._ties(source, obligor) if obligor else ()
        conditions = self._conditions(source)
        column = self._column(source, measure) if measure else None
        if self.problems or not self.enabled or not (obligor and measure and self.text("period")):
            return None
        points = self.value("points")
        return QuotaRule(
            row=int(self.table.rows[self.index]),
            number=self.text("number"),
            name=self.text("name"),
            clause=self.text("clause"),
            obligor=obligor,
            period=self.text("period"),
            source=source.key,
            ties=ties,
            conditions=conditions,
            measure=measure,
            column=column,
            minimum=minimum,
            maximum=maximum,
            points=points if isinstance(points, float) else 1.0,
        )

    def _report(self, rule: str, key: str, error: _UnreadableError) -> None:
        catalogue = self.ground.catalogue
        reason = catalogue.hint(error.reason, **error.facts)
        field = self.table.schema.by_key[key]
        self.problems.append(
            cell_problem(self.table, catalogue, rule, field, self.index, error.suggestion, reason=reason, **error.facts)
        )

    def _bound(self, key: str, measure: str) -> float | None:
        value = self.value(key)
        if not isinstance(value, tuple):
            return None
        number, is_percent = cast("tuple[float, bool]", value)
        if is_percent and measure and measure not in SHARES:
            self._report("quotas.bound", key, _UnreadableError("bound_percent", f"{number * 100:.15g}"))
        elif measure in SHARES and not 0 <= number <= 1:
            suggestion = f"{number:.15g}%" if not is_percent and 1 < number <= 100 else None  # noqa: PLR2004 a percent
            self._report("quotas.bound", key, _UnreadableError("bound_share", suggestion))
        return number

    def _ties(self, source: SheetSchema, obligor: str) -> tuple[Field, ...]:
        if obligor == "community":
            return ()
        try:
            return tuple(self._tie(part, source, obligor) for part in self.text("ties").split("+"))
        except _UnreadableError as error:
            self._report("quotas.ties", "ties", error)
            return ()

    def _tie(self, text: str, source: SheetSchema, obligor: str) -> Field:
        fitting = [field for field in source.fields if field.refers in _fitting_targets(obligor)]
        names = self.schema.words.list_separator.join(field.name for field in fitting)
        if not text.strip():
            raise _UnreadableError("ties_blank", fitting[0].name if len(fitting) == 1 else None, columns=names)
        field = _own_column(text, source)
        if field not in fitting:
            only = fitting[0].name if len(fitting) == 1 else None
            raise _UnreadableError("ties_unfit", only, text=text.strip(), columns=names or "—")
        return field

    def _column(self, source: SheetSchema, measure: str) -> Field | None:
        text = self.text("column")
        if measure == "shortest_stay" and source.key not in _STAY_SOURCES:
            self._report("quotas.measure", "measure", _UnreadableError("measure_source", source=source.title))
            return None
        if measure == "mean_gap" and source.key != "scores":
            self._report("quotas.measure", "measure", _UnreadableError("measure_source", source=source.title))
            return None
        try:
            return _fitting_column(text, source, measure, self.schema.words.list_separator)
        except _UnreadableError as error:
            self._report("quotas.column", "column", error)
            return None

    def _conditions(self, source: SheetSchema) -> tuple[Condition, ...]:
        text = self.text("where")
        conditions = []
        for part in text.split(";"):
            if part.strip():
                try:
                    conditions.append(self._condition(part.strip(), source))
                except _UnreadableError as error:
                    self._report("quotas.where", "where", error)
        return tuple(conditions)

    def _condition(self, text: str, source: SheetSchema) -> Condition:
        if found := _COMPARISON.fullmatch(text):
            column = self._source_column(found["column"], source, text)
            operator = _SIGNS[found["sign"]]
            return Condition(text, column, operator, self._values(column, operator, found["value"].strip(), text))
        for name, word in self.schema.words.conditions.items():
            if text.endswith(word):
                column = self._source_column(text.removesuffix(word), source, text)
                if name == "all_schools" and not (column.field.kind == "list" and column.field.refers == "schools"):
                    raise _UnreadableError("where_all_schools", text=text)
                return Condition(text, column, cast("Operator", name))
        raise _UnreadableError("where_sign", text=text)

    def _source_column(self, name: str, source: SheetSchema, text: str) -> Column:
        folded = fold(name)
        for lookup in source.consortium.lookups:
            if fold(lookup.name) == folded:
                through = source.by_name[lookup.through]
                target = self.schema.sheets[through.refers or ""]
                return Column(lookup.name, target.by_name[lookup.field], through.key)
        if field := source.headers.get(folded):
            return Column(field.name, field)
        known = [field.name for field in source.fields] + [lookup.name for lookup in source.consortium.lookups]
        raise _UnreadableError(
            "where_column", text=text, name=name.strip(), source=source.title, near=self._near(nearest(folded, known))
        )

    def _near(self, name: str | None) -> str:
        return self.ground.catalogue.hint("near", near=name) if name else ""

    def _values(self, column: Column, operator: Operator, text: str, condition: str) -> tuple[object, ...]:
        if operator in {"≥", "≤"}:
            if column.field.kind not in _ORDERED:
                raise _UnreadableError("where_order", text=condition, name=column.name)
            return (self._value(column, text, condition),)
        parts = [part.strip() for part in re.split(r"[、,]", text)]
        return tuple(self._value(column, part, condition) for part in parts)

    def _value(self, column: Column, text: str, condition: str) -> object:
        """One value, read like a cell of the column (contract section 3)."""
        if not text:
            raise _UnreadableError("where_empty", text=condition)
        if text in self.schema.words.everyone:
            raise _UnreadableError("where_everyone", text=condition)
        field = column.field
        if field.refers:
            return self._named(field, text, condition)
        if field.kind == "list":
            return text
        reading = read(_without_limits(field), text, self.schema.words, self.ground.as_of)
        if reading.value is None:
            allowed = self.schema.words.some(list(field.codes))
            reason = "where_word" if field.codes else "where_value"
            raise _UnreadableError(reason, text=condition, item=text, name=column.name, allowed=allowed)
        return reading.value

    def _named(self, field: Field, text: str, condition: str) -> object:
        if text in field.consortium.special:
            return SPECIAL
        names = self.ground.directory.names(field.refers or "")
        place = names.find(text).place
        if place >= 0:
            return place
        if field.consortium.when:  # in other rows of this column the text is a name of its own
            return text
        near = names.nearest(text)
        if isinstance(names, PersonNames) and names.find(text).candidates:
            raise _UnreadableError("where_ambiguous", text=condition, item=text)
        raise _UnreadableError("where_name", text=condition, item=text, near=self._near(near))


def _fitting_targets(obligor: str) -> frozenset[str]:
    return frozenset({"people"}) if obligor in PERSON_OBLIGORS else frozenset({"schools", "people"})


def _own_column(text: str, source: SheetSchema) -> Field | None:
    return source.headers.get(fold(text))


def _fitting_column(text: str, source: SheetSchema, measure: str, separator: str) -> Field | None:
    field = _own_column(text, source) if text else None
    if text and field is None:
        names = [known.name for known in source.fields]
        raise _UnreadableError("column_unknown", nearest(fold(text), names), text=text, source=source.title)
    fits = [f for f in source.fields if _fits(f, measure)]
    if field is None and measure not in _NEEDS_COLUMN:
        return None
    if field is None or field not in fits:
        only = fits[0].name if len(fits) == 1 else None
        raise _UnreadableError("column_unfit", only, columns=separator.join(f.name for f in fits) or "—")
    return field


def _fits(field: Field, measure: str) -> bool:
    if measure == "coverage":
        return field.refers == "schools"
    if measure == "total":
        return field.kind in _NUMBERS
    if measure == "mean_gap":
        return field.key == "mean"
    return True


def _without_limits(field: Field) -> Field:
    extras = field.consortium.model_copy(update={"above": None})
    return field.model_copy(update={"constraints": Constraints(), "consortium": extras})
