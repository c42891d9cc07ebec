"""The text of a finished letter as it is read: names in it can be looked for however they are written or broken."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from html import unescape
from itertools import pairwise
from typing import Final
from unicodedata import category, normalize

PLAIN: Final = ""
PAGE: Final = "html"
CALENDAR: Final = ".ics"
"""The forms of a text."""
_BODIES: Final = {"subject": PLAIN, "text": PLAIN, "html": PAGE}
_KNOWN: Final = 8192
"""So many pieces of text are remembered: most of a letter stands in the next one too."""
_TAG: Final = re.compile(r"(<[^<>]*>)")
_INLINE: Final = re.compile(
    r"</?(?:a|abbr|b|bdi|bdo|big|cite|code|em|font|i|ins|mark|q|s|small|span|strong|sub|sup|tt|u|var|wbr)"
    r"(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_TELLING: Final = re.compile(r"[^\x00-\x7f]|&#|\b(?:alt|title|href|src|content|aria-label)\s*=", re.IGNORECASE)
_ESCAPED: Final = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_RARE: Final = re.compile(r"[^\n -~\u3001\u3002\u3010\u3011\u4e00-\u9fff]+")
_DOTS: Final = frozenset("·・•‧∙⋅")


def labelled(parts: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Each text of a letter with what it is called and its form.

    Args:
        parts: `subject`, `text` and `html`; the content of each attachment by its file name.
    """
    count = 0
    for part, text in parts.items():
        if part in _BODIES:
            yield part, _BODIES[part], text
            continue
        count += 1
        yield f"name of attachment {count}", PLAIN, part
        form = next((form for form in (CALENDAR, PAGE) if part.casefold().endswith(form)), PLAIN)
        yield f"attachment {count}", form, text


def read(form: str, text: str) -> tuple[Sequence[str], str]:
    """A text as it is read, in lines and as a whole; both `plain`.

    Args:
        form: of the text.
        text: finished, as it is sent.
    """
    if form == PAGE:
        lines, tags = _page(text)
        return lines, "\n".join((*lines, *tags))
    if form == CALENDAR:  # RFC 5545, 3.1: lines are folded anywhere; 3.3.11: some signs stand behind a backslash
        text = re.sub(r"\\([,;\\])", r"\1", re.sub(r"\r?\n[ \t]", "", text))
        lines = [_piece(line) for line in text.splitlines()]
        return lines, "\n".join(lines)
    written = text.splitlines()
    lines = [_piece(line) for line in written]
    return lines, _unfolded(written, lines)


def _unfolded(written: Sequence[str], lines: Sequence[str]) -> str:
    """Lines in one, joined where they may have been folded: between two signs that are not ASCII."""
    joined = list(lines[:1])
    for (before, after), line in zip(pairwise(written), lines[1:], strict=True):
        folded = before[-1:] > "\x7f" and after.lstrip()[:1] > "\x7f"
        joined.append(line.lstrip() if folded else f"\n{line}")
    return "".join(joined)


def _page(text: str) -> tuple[list[str], list[str]]:
    """What stands in a page, a block a line and an empty one behind each table; and the tags that say something.

    Tags have what is read only by pointing at something, or by nobody: `alt`, `title`, addresses, comments.
    """
    pieces = _TAG.split(text)
    lines, tags, line = list[str](), dict[str, None](), _piece(pieces[0])
    for tag, piece in zip(pieces[1::2], pieces[2::2], strict=True):
        inline, said, ends = _tag(tag)
        if said:
            tags[said] = None
        if not inline:
            if line and not line.isspace():
                lines.append(line)
            lines += ends
            line = ""
        line += _piece(piece)
    return [*lines, line], list(tags)


@lru_cache(maxsize=_KNOWN)
def _tag(tag: str) -> tuple[bool, str, tuple[str, ...]]:
    """Whether text goes on behind it on the same line, what it says itself, and the lines that follow it."""
    ends = ("",) if tag.casefold() == "</table>" else ()
    return _INLINE.fullmatch(tag) is not None, _piece(tag) if _TELLING.search(tag) else "", ends


@lru_cache(maxsize=_KNOWN)
def _piece(text: str) -> str:
    """Text of one line; in a page it has entities, and elsewhere they do no harm."""
    return plain(unescape(text)).replace("\n", " ")


def plain(text: str) -> str:
    """A text as names are compared: NFKC, nothing that is not seen, no marks at signs, dots between names alike.

    What addresses write as percent and digits is written out. Spaces and line breaks stay.
    """
    if "%" in text:
        text = _ESCAPED.sub(lambda found: bytes.fromhex(found[0].replace("%", "")).decode("utf-8", "replace"), text)
    return _RARE.sub(lambda found: "".join(map(_sign, found[0])), normalize("NFKC", text))


@lru_cache(maxsize=_KNOWN)
def _sign(sign: str) -> str:
    if sign.isspace():
        return " "
    if sign in _DOTS:
        return "·"
    return "" if category(sign)[0] in "CM" else sign


def closed(text: str) -> str:
    """Likewise, without spaces: those within a name do not count."""
    return plain(text).replace(" ", "")
