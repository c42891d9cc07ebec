"""Presets: the quota rules of a plan, ready to load."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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


def section_titles(
    rules: Iterable[tuple[str, str]], plans: Iterable[Plan], headers: tuple[str, str]
) -> Mapping[str, str]:
    """Titles of the plan's sections by the first part of a rule's number, from the plan that the rules are most like.

    Args:
        rules: number and name of each rule in force.
        plans: the shipped plans.
        headers: the headers of number and name in 指标.

    Returns:
        Only sections of which a rule is the plan's own; nothing where no plan has a rule in common.
    """
    mine, best, titles = set(rules), 0, dict[str, str]()
    for plan in plans:
        shared = mine & {(str(quota[headers[0]]), str(quota[headers[1]])) for quota in plan.quotas}
        if len(shared) > best:
            best = len(shared)
            keys = {number.partition(".")[0] for number, _ in shared}
            titles = {key: title for key, title in plan.sections.items() if key in keys}
    return titles
