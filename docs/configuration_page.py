"""The pages on configuration: every key with its meaning, from the docstrings of `toolkit/settings/`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from inspect import cleandoc
from pathlib import Path
from typing import Any, Final, Literal, get_args, get_origin

import yaml
from pydantic import BaseModel

from toolkit.settings import JobName, JobTimes
from toolkit.settings.in_force import as_toml
from toolkit.settings.whole import Key, all_keys

FOLDER: Final = Path(__file__).resolve().parent
PAGES: Final[Mapping[str, str]] = {"en": "configuration.md", "zh": "configuration.zh-CN.md"}
JOBS: Final[Sequence[str]] = get_args(JobName)
DEFAULT: Final = 2
"""The place of the defaults among the columns."""
_ATTRIBUTE: Final = re.compile(r"^ {4}(\w+): (.+(?:\n {8}.+)*)", re.MULTILINE)
Words = Mapping[str, Any]


@cache
def words(language: str) -> Words:
    """What `configuration.yaml` says in a language."""
    found: Words = yaml.safe_load((FOLDER / "configuration.yaml").read_text("utf-8"))[language]
    return found


def meanings(section: type[BaseModel]) -> dict[str, str]:
    """What the docstrings of a section, and of those it builds on, say of each key."""
    found: dict[str, str] = {}
    for model in section.__mro__[: section.__mro__.index(BaseModel)]:
        attributes = cleandoc(model.__doc__ or "").partition("Attributes:\n")[2]
        for name, meaning in _ATTRIBUTE.findall(attributes):
            found.setdefault(name, " ".join(meaning.split()))
    return found


def page(language: str) -> str:
    """A whole page."""
    said = words(language)
    sections: dict[str, list[Key]] = {}
    for key in all_keys().values():
        sections.setdefault(".".join(key.path[:-1]), []).append(key)
    parts = [f"# {said['title']}\n\n{said['head']}"]
    for name, keys in sections.items():
        if not name.startswith("timetable."):
            parts.append(f"### `[{name}]`\n\n{_about(name, keys[0].section, language)}\n\n{_table(keys, language)}")
        elif name == f"timetable.{JOBS[0]}":
            parts.append(_jobs(sections, language))
    return "\n".join(parts)


def meaning(key: Key, language: str) -> str:
    """What a key means.

    Raises:
        KeyError: nobody wrote it down.
    """
    if language == "en":
        return meanings(key.section)[key.path[-1]]
    shared = issubclass(key.section, JobTimes)
    said: str = words(language)["keys"][f"timetable.JOB.{key.path[-1]}" if shared else key.name]
    return said.rstrip("。")


def _about(name: str, section: type[BaseModel], language: str) -> str:
    if language == "zh":
        return f"{words(language)['sections'][name]}。"
    about = (section.__doc__ or "").splitlines()[0].partition("`: ")[2]
    return about[0].upper() + about[1:]


def _table(keys: Sequence[Key], language: str) -> str:
    said = words(language)
    rows = [
        [f"`{key.path[-1]}`", _kind(key, said["kinds"]), _default(key), meaning(key, language).rstrip(".")]
        for key in keys
    ]
    return _rows([said["columns"], *rows])


def _jobs(sections: Mapping[str, Sequence[Key]], language: str) -> str:
    """What every job can be told, and the defaults of each."""
    said = words(language)
    keys = sections[f"timetable.{JOBS[0]}"]
    rows = [[f"`{key.path[-1]}`", _kind(key, said["kinds"]), meaning(key, language).rstrip(".")] for key in keys]
    what = _rows([[head for place, head in enumerate(said["columns"]) if place != DEFAULT], *rows])
    heads = [said["job"], *(f"`{key.path[-1]}`" for key in keys)]
    defaults = _rows([heads, *([f"`{job}`", *map(_default, sections[f"timetable.{job}"])] for job in JOBS)])
    jobs = ", ".join(f"`{job}`" for job in JOBS)
    return f"{said['jobs'].format(jobs=jobs)}\n{what}\n{said['defaults']}\n\n{defaults}"


def _rows(rows: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(row)} |" for row in rows]
    lines.insert(1, "|" + "---|" * len(rows[0]))
    return "\n".join(lines) + "\n"


def _default(key: Key) -> str:
    value = key.field.default
    return "–" if value is None else f"`{as_toml(value)}`"


def _kind(key: Key, kinds: Mapping[str, str]) -> str:
    """What may stand there, with its bounds."""
    annotation = key.field.annotation
    choices = [kind for kind in (annotation, *get_args(annotation)) if get_origin(kind) is Literal]
    if key.path[-1] == "weekdays":
        return kinds["days"]
    if choices:
        return kinds["or"].join(f'`"{choice}"`' for choice in get_args(choices[0]))
    known = {bool: "bool", int: "int", float: "float", str: "str", Path: "path"}
    plain = next((known[kind] for kind in (annotation, *get_args(annotation)) if kind in known), None)
    if get_origin(annotation) is tuple:
        return kinds[{"times": "time", "days_off": "date", "workdays": "date"}.get(key.path[-1], "list")]
    bounds = {
        name: value
        for rule in key.field.metadata
        for name in ("ge", "gt", "le")
        if (value := getattr(rule, name, None)) is not None
    }
    form = (
        "range"
        if "ge" in bounds and "le" in bounds
        else "least"
        if "ge" in bounds
        else "above"
        if "le" in bounds
        else "above_only"
        if "gt" in bounds
        else ""
    )
    kind = kinds[plain or "list"]
    return kinds[form].format(kind=kind, low=bounds.get("ge"), high=bounds.get("le")) if form else kind


def write_pages() -> None:
    """Write the pages of all languages."""
    for language, name in PAGES.items():
        (FOLDER / name).write_text(page(language), encoding="utf-8")
