"""The known name that a misspelt one was meant for."""

from __future__ import annotations

from collections.abc import Iterable

from toolkit.settings.whole import COMMUNITIES, KeyPath, all_keys


def nearest_of(name: str, known: Iterable[str]) -> str:
    """The one that is most alike; of equals, the first."""
    from rapidfuzz import fuzz, process, utils  # noqa: PLC0415 needed after a slip only, and `serve` is to stay small

    return str(process.extractOne(name, list(known), scorer=fuzz.ratio, processor=utils.default_process)[0])


def nearest_key(path: KeyPath) -> KeyPath:
    """The key or section that an unknown one was meant for.

    Args:
        path: of the unknown one; what it stands in is known.

    Returns:
        One of the same name in another section, or else the most alike in the same.
    """
    elsewhere = {".".join(known): known for known in all_keys() if known[-1] == path[-1]}
    if elsewhere:
        return elsewhere[nearest_of(".".join(path), elsewhere)]
    depth = len(path)
    beside = {known[depth - 1]: known[:depth] for known in all_keys() if known[: depth - 1] == path[:-1]}
    if depth == 1:
        beside[COMMUNITIES] = (COMMUNITIES,)
    return beside[nearest_of(path[-1], beside)]
