"""Templates of `templates/`, filled in."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

FOLDER = Path(__file__).resolve().parent.parent / "templates"


@lru_cache
def environment(folder: Path = FOLDER) -> Environment:
    """The environment all templates share: HTML escapes everything it is given, and an unknown name is an error."""
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=select_autoescape(enabled_extensions=("html",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def fill(template: str, **values: object) -> str:
    """One template, filled in.

    Args:
        template: its path below `templates/`.
        values: the views it names.
    """
    return environment().get_template(template).render(**values)
