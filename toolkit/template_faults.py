"""What is wrong with templates of one's own, found without filling them in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from jinja2 import TemplateSyntaxError
from jinja2.meta import find_referenced_templates
from rapidfuzz import fuzz, process

from toolkit.templates import FOLDER, LETTERS, environment, reason

_ALIKE: Final = 80
"""So many of a hundred is a slip of the pen like what was meant."""

FaultKind = Literal["folder", "unreadable", "reference", "unused"]


@dataclass(frozen=True, slots=True)
class TemplateFault:
    """One thing that is wrong.

    Attributes:
        kind: `folder`: there is no such folder; `unreadable`: a file is no UTF-8 or does not parse; `reference`: it
            takes in a template that is not there; `unused`: it takes the place of none of ours, and none takes it in.
        path: of the file below the folder; empty for the folder itself.
        line: of an unreadable template; 0 where no line is at fault.
        detail: what Jinja says; what a reference names; for an unused file the path that it may have meant.
    """

    kind: FaultKind
    path: str = ""
    line: int = 0
    detail: str = ""


def template_faults(folder: Path) -> tuple[TemplateFault, ...]:
    """What is wrong with the templates of a folder, in the order of their paths; hidden files are none.

    Args:
        folder: what `templates.folder` of the configuration says.
    """
    if not folder.is_dir():
        return (TemplateFault("folder"),)
    ours, own = _letters(FOLDER), _files(folder)
    found, taken_in = [], set(ours)
    for path in own:
        faults, names = _read(folder, path)
        found += faults
        found += [
            TemplateFault("reference", path, detail=name) for name in sorted(names - set(_files(FOLDER)) - set(own))
        ]
        taken_in |= names
    found += [TemplateFault("unused", path, detail=_nearest(path, ours)) for path in own if path not in taken_in]
    return tuple(sorted(found, key=lambda fault: fault.path))


def _read(folder: Path, path: str) -> tuple[list[TemplateFault], set[str]]:
    """The faults of one file, and the templates that it names."""
    try:
        parsed = environment(folder).parse((folder / path).read_text("utf-8"), path)
    except TemplateSyntaxError as error:
        return [TemplateFault("unreadable", path, error.lineno, reason(error))], set()
    except (OSError, UnicodeDecodeError):
        return [TemplateFault("unreadable", path)], set()
    return [], {name for name in find_referenced_templates(parsed) if name}


def _nearest(path: str, ours: list[str]) -> str:
    """The template that a file may have been meant for."""
    found = process.extractOne(path, ours, scorer=fuzz.ratio, score_cutoff=_ALIKE)
    return found[0] if found else ""


def _letters(folder: Path) -> list[str]:
    return [path for path in _files(folder) if path.partition("/")[0] in LETTERS]


def _files(folder: Path) -> list[str]:
    return list(_visible(folder))


def _visible(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if path.is_file() and not any(part.startswith((".", "~")) for part in parts):
            yield "/".join(parts)
