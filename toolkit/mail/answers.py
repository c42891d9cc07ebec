"""What a mail server answers: bytes of any encoding as text that may stand in logs, and what they mean for a letter."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from toolkit.faults import Wording
from toolkit.mail.presets import load_mail_words

Meaning = Literal["yes", "again", "never", "renew", "limit", "ours", "nonsense"]
"""It agrees; later perhaps; never this letter; on a new connection; not so many; no letter of ours; no SMTP at all."""

_LONGEST: Final = 200
_CLOSING: Final = 421
_OUT_OF_ORDER: Final = 503
_SIGN_IN_FIRST: Final = 530
_SIGNS: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+"
# First addresses of plain letters, so that words written against them stay; then whatever else has an @ inside.
_ADDRESSES: Final = (re.compile(rf"<?{_SIGNS}@[A-Za-z0-9.-]*[A-Za-z0-9]>?"), re.compile(r"<?[^\s<>@]+@[^\s<>@]+>?"))
_MASK: Final = "<…>"


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer (RFC 5321, 4.2).

    Attributes:
        code: its three digits; -1 where there were none.
        text: the rest on one line, as `readable` makes it.
    """

    code: int
    text: str

    def __str__(self) -> str:
        return f"{self.code} {self.text}".strip()

    @property
    def meaning(self) -> Meaning:
        """What it means, by its words first, then by its code: the codes of the big providers do not tell all."""
        if 200 <= self.code < 400:  # noqa: PLR2004 agreed, or go on
            return "yes"
        if not 400 <= self.code < 600:  # noqa: PLR2004
            return "nonsense"
        for meaning, pattern in _patterns():
            if pattern.search(self.text):
                return meaning
        if self.code == _SIGN_IN_FIRST:
            return "ours"
        if self.code in (_CLOSING, _OUT_OF_ORDER):
            return "renew"
        return "again" if self.code < 500 else "never"  # noqa: PLR2004

    @property
    def advice(self) -> Wording | None:
        """What to do about it, where that is known; half a sentence."""
        return advice_on(self.text)


def advice_on(answer: str) -> Wording | None:
    """What to do about an answer, such as one that stands in the ledger; None where nothing is known."""
    return next((advice for pattern, advice in _advice() if pattern.search(answer)), None)


def read_reply(code: int, content: bytes | str) -> Reply:
    """An answer from what smtplib gives."""
    return Reply(code, readable(content))


def readable(content: bytes | str) -> str:
    """Text of an answer: one line without control signs and e-mail addresses, of at most 200 signs.

    Servers in China answer in GB18030, others in UTF-8 or ASCII.
    """
    text = _decoded(content) if isinstance(content, bytes) else content
    # Category C holds control signs and those that turn the direction of writing; Zl and Zp break lines.
    plain = "".join(" " if unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp") else sign for sign in text)
    for addresses in _ADDRESSES:
        plain = addresses.sub(_MASK, plain)
    plain = " ".join(plain.split())
    return plain if len(plain) <= _LONGEST else plain[: _LONGEST - 1] + "…"


def _decoded(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content.decode("gb18030", errors="replace")


@cache
def _patterns() -> tuple[tuple[Meaning, re.Pattern[str]], ...]:
    words = load_mail_words()
    groups: tuple[tuple[Meaning, tuple[str, ...]], ...] = (
        ("limit", words.limits),
        ("renew", words.renew),
        ("ours", words.ours),
    )
    return tuple((meaning, re.compile("|".join(patterns), re.IGNORECASE)) for meaning, patterns in groups)


@cache
def _advice() -> tuple[tuple[re.Pattern[str], Wording], ...]:
    return tuple((re.compile(advice.pattern, re.IGNORECASE), advice) for advice in load_mail_words().answers)
