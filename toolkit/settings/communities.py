"""Several communities in one configuration file: what each has of its own over what all have in common."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from toolkit.errors import UsageError
from toolkit.settings.layers import Document, Layer, named
from toolkit.settings.variables import COMMUNITY
from toolkit.settings.whole import COMMUNITIES, Settings

_KEY: Final = re.compile(r"[A-Za-z0-9_\u4e00-\u9fff][A-Za-z0-9_\u4e00-\u9fff-]{0,39}")
_SHARED: Final = ("serve", "log")
"""Sections of the scheduler, which serves all communities."""


def layers_by_community(document: Document | None) -> Mapping[str, list[Layer]]:
    """What the file says of each community, by its key, in the order of the file; under "" where it has none.

    Raises:
        UsageError: `[communities]` is not made of sections, or has one that is not a community's.
    """
    if document is None:
        return {"": []}
    common = {name: value for name, value in document.values.items() if name != COMMUNITIES}
    below = Layer(common, document)
    if COMMUNITIES not in document.values:
        return {"": [below]}
    tables = document.values[COMMUNITIES]
    if not isinstance(tables, dict) or not tables:
        raise _fault(
            document, (COMMUNITIES,), "write a section for each community, such as [communities.taitou.community]"
        )
    return {key: [below, _layer(document, key, table)] for key, table in tables.items()}


def _layer(document: Document, key: str, table: Any) -> Layer:  # noqa: ANN401 whatever the file says
    path = (COMMUNITIES, key)
    if not _KEY.fullmatch(key):
        reason = "a community's key is one short word: up to 40 letters, digits, - and _, or Chinese signs"
        raise _fault(document, path, reason)
    if not isinstance(table, dict):
        raise _fault(document, path, f"write its sections in brackets, such as [{named(path)}.community]")
    for section in _SHARED:
        if section in table:
            reason = f"the scheduler serves all communities; write it once, as [{section}]"
            raise _fault(document, (*path, section), reason)
    return Layer(table, document, path)


def _fault(document: Document, path: tuple[str, ...], reason: str) -> UsageError:
    return UsageError(f"{Layer({}, document).where(path)}: {reason}.")


def chosen_key(keys: Mapping[str, object], wish: str | None, document: Document | None) -> str:
    """The community that is meant.

    Args:
        keys: by the keys of all.
        wish: the one asked for; None where none is.
        document: the file.

    Raises:
        UsageError: there is no such community, or there are several and none is asked for.
    """
    if wish is None and len(keys) == 1:
        return next(iter(keys))
    if wish and wish in keys:
        return wish
    name = document.path if document else "the configuration"
    if "" in keys:
        raise UsageError(f"{name} has no [communities]: leave --community away, and unset {COMMUNITY}.")
    several = f"name one of {', '.join(keys)} with --community or {COMMUNITY}."
    if wish is None:
        raise UsageError(f"{name} has several communities: {several}")
    raise UsageError(f"{name} has no community {' '.join(wish.split())[:40]!r}: {several}")


def refuse_shared(communities: Mapping[str, Settings], document: Document | None) -> None:
    """See that no community lacks or shares what each must have of its own: name, entries, folder of results.

    Raises:
        UsageError: one does.
    """
    if document is None or len(communities) == 1:
        return
    for what, section, of in _OWN:
        seen: dict[str, str] = {}
        for key, settings in communities.items():
            own, here = of(settings), named((COMMUNITIES, key, section))
            if own is None:
                raise UsageError(f"{document.path}: community {key} has no {what}; write it under [{here}].")
            if other := seen.get(own):
                both = f"communities {other} and {key} have the same {what}"
                raise UsageError(f"{document.path}: {both}; write another under [{here}].")
            seen[own] = key


def source_key(settings: Settings) -> str | None:
    """What tells a community's source from others: the place of its workbook, or the id of its Google Sheet."""
    if settings.workbook.path:
        return _place(settings.workbook.path)
    in_address = re.search(r"/d/([\w-]+)", settings.sheet.id or "")
    return in_address[1] if in_address else settings.sheet.id


def _folder(settings: Settings) -> str:
    book = settings.workbook.path
    return _place(settings.output.folder or (book.parent if book else Path()))


def _place(path: Path) -> str:
    return os.path.normcase(path.resolve())


_OWN: Final[tuple[tuple[str, str, Callable[[Settings], str | None]], ...]] = (
    ("name", "community", lambda settings: settings.community.name),
    ("workbook or Google Sheet", "workbook", source_key),
    ("folder for results (folder)", "output", _folder),
)
"""What each community must have of its own: in words, its section, how to tell it from another's."""
