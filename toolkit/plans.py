"""Presets: the quota rules of a plan, ready to load."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import Field

from toolkit.declarations import FOLDER, Part, read_yaml, verified
from toolkit.errors import SchemaError, UsageError


class Plan(Part):
    """One file of `sheets_schema/plans/`.

    Attributes:
        plan: its id, the name of its file.
        title: what it is called.
        summary: what kind of plan it is.
        sections: headings by the first part of 指标编号.
        needs: titles of the input sheets its rules use.
        quotas: rows of 指标 by header; `assumed` lists the columns whose value the plan does not give.
    """

    plan: str
    title: str
    summary: str
    sections: Mapping[str, str]
    needs: tuple[str, ...]
    quotas: tuple[Mapping[str, str | list[str]], ...] = Field(min_length=1)


def plan_names(folder: Path = FOLDER) -> list[str]:
    """The ids of the shipped plans."""
    return sorted(path.stem for path in (folder / "plans").glob("*.yaml"))


def load_plan(name: str, folder: Path = FOLDER) -> Plan:
    """Read one plan.

    Raises:
        UsageError: there is no plan of that name.
        SchemaError: its file contradicts itself.
    """
    known = {plan.casefold(): plan for plan in plan_names(folder)}
    if name.casefold() not in known:
        raise UsageError(f"There is no plan {name}; the plans are {', '.join(known.values())}.")
    file = f"plans/{known[name.casefold()]}.yaml"
    plan = verified(Plan, read_yaml(folder / file), file)
    if plan.plan != known[name.casefold()]:
        raise SchemaError(f"{file}: plan says {plan.plan}; it must be the file's name.")
    return plan
