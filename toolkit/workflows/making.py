"""`init`: an entry workbook made, or what an existing one lacks put beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from toolkit.assess import clean
from toolkit.errors import UsageError
from toolkit.guide import load_guide
from toolkit.names import texts
from toolkit.outputs import load_outputs
from toolkit.plans import Plan, load_plan
from toolkit.schema import Schema, load_schema
from toolkit.stores.xlsx import read_workbook
from toolkit.workbook import Workbook
from toolkit.workflows.loading import today


@dataclass(frozen=True, slots=True)
class Made:
    """What `init` did.

    Attributes:
        path: the file written; None where nothing was missing.
        sheets: titles of the sheets in the file.
        columns: `sheet: column` of columns that the existing workbook lacks.
        quotas: how many quota rules the file holds.
        existing: whether the workbook was there already and stays as it is.
        needs: titles of the sheets that the plan's rules use.
        clashing: numbers of the plan's rules that the existing workbook uses for other rules.
    """

    path: Path | None
    sheets: tuple[str, ...]
    columns: tuple[str, ...]
    quotas: int
    existing: bool = False
    needs: tuple[str, ...] = ()
    clashing: tuple[str, ...] = ()


def make_workbook(path: Path, plan_name: str | None) -> Made:
    """Make an entry workbook; beside an existing one, a file with what it lacks.

    Args:
        path: the workbook. An existing one is never changed.
        plan_name: the plan whose quota rules to load.

    Raises:
        UsageError: there is no such plan, or the name does not end in .xlsx.
        SourceError: the existing workbook cannot be read.
    """
    if path.suffix.lower() != ".xlsx":
        raise UsageError(f"{path.name} should end in .xlsx.")
    schema, outputs = load_schema(), load_outputs()
    plan = load_plan(plan_name) if plan_name else None
    rows = [dict(row) for row in plan.quotas] if plan else []
    if not path.exists():
        sheets = list(schema.sheets)
        _write_entries(path, schema, sheets, rows, plan)
        titles = tuple(schema.sheets[key].title for key in sheets)
        return Made(path, titles, (), len(rows), needs=plan.needs if plan else ())
    lacking = _lacking(read_workbook(path, schema), schema, rows)
    if not lacking.sheets:
        return Made(None, (), (), 0, existing=True, clashing=lacking.clashing)
    target = _free_name(path, outputs.supplement)
    _write_entries(target, schema, lacking.sheets, lacking.rows, plan)
    titles = tuple(schema.sheets[key].title for key in lacking.sheets)
    return Made(target, titles, lacking.columns, len(lacking.rows), existing=True, clashing=lacking.clashing)


def _write_entries(
    path: Path,
    schema: Schema,
    sheets: Sequence[str],
    quotas: Sequence[Mapping[str, str | list[str]]],
    plan: Plan | None,
) -> None:
    from toolkit.render.entry_workbook import write_entry_workbook

    guide = load_guide()
    write_entry_workbook(path, schema, guide.in_order(sheets), {"quotas": quotas} if plan else {}, guide)


@dataclass(frozen=True, slots=True)
class _Lacking:
    sheets: list[str]
    columns: tuple[str, ...]
    rows: list[dict[str, str | list[str]]]
    clashing: tuple[str, ...]


def _lacking(raw: Workbook, schema: Schema, rows: list[dict[str, str | list[str]]]) -> _Lacking:
    """Sheets, columns and quota rules that a workbook does not have."""
    tables, _ = clean(raw, schema, today())
    sheets, columns = [], []
    for key, table in tables.items():
        absent = [f.name for f in table.schema.fields if table.header is None or f.key not in table.header.positions]
        if table.title is not None:
            columns += [f"{table.schema.title}: {name}" for name in absent]
        if absent:
            sheets.append(key)
    number, name = (schema.sheets["quotas"].by_key[key].name for key in ("number", "name"))
    known = dict(zip(texts(tables["quotas"], "number"), texts(tables["quotas"], "name"), strict=True))
    missing = [row for row in rows if row[number] not in known]
    clashing = tuple(str(row[number]) for row in rows if known.get(str(row[number]), row[name]) != row[name])
    if missing and "quotas" not in sheets:
        sheets.append("quotas")
    order = list(schema.sheets)
    return _Lacking(sorted(sheets, key=order.index), tuple(columns), missing, clashing)


def _free_name(path: Path, word: str) -> Path:
    """A name beside the workbook that nothing has yet."""
    names: Iterator[Path] = (
        path.with_name(f"{path.stem}-{word}{'' if number == 1 else number}.xlsx") for number in range(1, 1000)
    )
    return next(name for name in names if not name.exists())


def own_tabs() -> set[str]:
    """Titles of the tabs that this toolkit puts into an entry workbook beside the sheets: nobody misses them."""
    return set(load_guide().tabs.values())
