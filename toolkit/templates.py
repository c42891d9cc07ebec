"""Templates of `templates/` and those of one's own that take their place, filled in."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from traceback import extract_tb
from typing import Final, NoReturn

from jinja2 import (
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment

from toolkit.errors import UsageError

FOLDER: Final = Path(__file__).resolve().parent.parent / "templates"
LETTERS: Final = ("mail", "weekly", "remind")
"""The folders of what is sent; these templates one's own can take the place of."""

_SLIPS: Final = (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RecursionError)
"""What a template can raise by what stands in it."""


@lru_cache
def environment(overrides: Path | None = None) -> Environment:
    """What fills in templates: HTML escapes everything it is given, and an unknown name is an error.

    The plain texts of letters escape too; who fills them in makes them plain afterwards. Templates of one's own, and
    ours together with them, are filled in a sandbox: they see what they are given and nothing of Python behind it. It
    takes half as long again, so it is not for ours alone.

    Args:
        overrides: a folder with templates of one's own.

    Raises:
        UsageError: there is no such folder.
    """
    if overrides is not None and not overrides.is_dir():
        raise UsageError(f"{overrides} is no folder; correct templates.folder in the configuration, or make it.")
    folders = [FOLDER] if overrides is None else [overrides, FOLDER]
    return (Environment if overrides is None else ImmutableSandboxedEnvironment)(
        loader=ChoiceLoader([FileSystemLoader(folder) for folder in folders]),
        autoescape=_escapes,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _escapes(template: str | None) -> bool:
    return template is not None and (template.endswith(".html") or template.partition("/")[0] in LETTERS)


def fill(template: str, overrides: Path | None = None, /, **values: object) -> str:
    """One template, filled in.

    Args:
        template: its path below `templates/`.
        overrides: a folder with templates of one's own: they take the place of those of the same path.
        values: the views it names.

    Raises:
        UsageError: a template of one's own cannot be read, does not parse or names what is not there.
    """
    if overrides is None:
        return environment().get_template(template).render(**values)
    try:
        return environment(overrides).get_template(template).render(**values)
    except _SLIPS as error:
        _refuse(error, template, overrides)


def _refuse(error: Exception, template: str, overrides: Path) -> NoReturn:
    place, line = _place(error, overrides) or (template, 0)
    where = f"{place}, line {line}" if line else place
    raise UsageError(
        f"{where}: {reason(error)}; correct it in {overrides}, or take the file away: then the shipped one is used."
    ) from error


def _place(error: Exception, overrides: Path) -> tuple[str, int] | None:
    """The template and the line where it happened, best one of one's own."""
    if isinstance(error, TemplateSyntaxError):
        return error.name or "", error.lineno
    found: list[tuple[int, str, int]] = []
    for frame in extract_tb(error.__traceback__):
        for rank, folder in enumerate((FOLDER, overrides)):
            if Path(frame.filename).is_relative_to(folder):
                found.append((rank, Path(frame.filename).relative_to(folder).as_posix(), frame.lineno or 0))
    return max(found, key=lambda it: it[0])[1:] if found else None


def reason(error: Exception) -> str:
    """What a template does wrong, on one line, as Jinja says it."""
    if isinstance(error, TemplateNotFound):
        return f"there is no template {error.name}"
    return " ".join(str(error).split()).rstrip(".") or type(error).__name__


def source_texts(folders: Iterable[str], overrides: Path | None = None) -> str:
    """The templates in force of some folders, as they are written, in one text.

    Args:
        folders: their names below `templates/`.
        overrides: a folder with templates of one's own.

    Raises:
        UsageError: there is no such folder.
    """
    chosen = tuple(f"{folder}/" for folder in folders)
    roots = [FOLDER] if overrides is None else [FOLDER, overrides]
    environment(overrides)
    files = {path.relative_to(root).as_posix(): path for root in roots for path in root.rglob("*") if path.is_file()}
    texts = (path.read_text("utf-8", "replace") for name, path in sorted(files.items()) if name.startswith(chosen))
    return "\n".join(texts)
