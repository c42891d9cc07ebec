"""Plain text laid out: lines folded where they may be parted, columns under each other."""

from __future__ import annotations

from itertools import accumulate
from typing import Final
from unicodedata import east_asian_width

_LINE: Final = 84
"""So many columns has a line of the plain text; a Chinese sign takes two."""
_CLOSING_WIDE: Final = frozenset("，。、；：！？）」』”’》")
_CLOSING: Final = _CLOSING_WIDE | frozenset("%,.;:!?)")
_OPENING: Final = frozenset("（「『“‘《(")


def laid_out(text: str) -> str:
    """Lines folded, and never two empty ones together."""
    lines: list[str] = []
    for line in text.strip().splitlines():
        if line.strip() or (lines and lines[-1]):
            lines += _folded(line.rstrip())
    return "\n".join(lines) + "\n"


def _folded(line: str) -> list[str]:
    """A line in pieces of at most `_LINE` columns where it can be parted; those that follow stand below its text."""
    indent = " " * (len(line) - len(line.lstrip()))
    rest, found = line, []
    while width(rest) > _LINE and (place := _break(rest, len(indent))):
        found.append(rest[:place].rstrip())
        rest = indent + rest[place:].lstrip()
    return [*found, rest]


def _break(line: str, indent: int) -> int:
    """Where to break: the last place that fits, else the first one; 0 where there is none."""
    places = [n for n in range(indent + 1, len(line)) if _may_part(line[n - 1], line[n])]
    widths = [0, *accumulate(map(width, line))]
    return max((n for n in places if widths[n] <= _LINE), default=min(places, default=0))


def _may_part(before: str, after: str) -> bool:
    """Not within a word, nor between a number and what is counted, nor before what closes, nor after what opens."""
    if after in _CLOSING or before in _OPENING or after == " ":
        return False
    return before in _CLOSING_WIDE or (width(before) > 1 and width(after) > 1)


def padded(text: str, columns: int) -> str:
    """A text with spaces behind it, so many columns wide."""
    return text + " " * (columns - width(text))


def width(text: str) -> int:
    """How many columns a text takes."""
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)
