"""A letter: one finished message to one reader, with what it is known by; and what becomes of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

Fate = Literal["sent", "refused", "again", "unknown"]
"""What became of a letter that was offered to the server: it took it; it will never take it; it may take it later; or
the answer got lost, so that nobody knows."""


@dataclass(frozen=True)
class Letter:
    """One finished message to one reader.

    Attributes:
        kind: `weekly`, `overdue` or `problems`.
        period: what it is of: a week such as `2026-W48`, or a day such as `2026-11-25`.
        recipient: opaque key of the reader, the same every time.
        name: the reader's name.
        role: `leader`, `principal` or `liaison`.
        school: full name of the reader's school; empty for the community's.
        row: of the reader in 收件人.
        sender: the address it comes from.
        address: the address it goes to.
        message_id: its Message-ID with the angle brackets: always the same for the same kind, period and recipient.
        content: the message as it is sent, lines ending with CRLF.
    """

    kind: str
    period: str
    recipient: str
    name: str
    role: str
    school: str
    row: int
    sender: str
    address: str
    message_id: str
    content: bytes

    @property
    def key(self) -> str:
        """What it is known by: of two letters with the same key only one is ever sent unasked."""
        return letter_key(self.kind, self.period, self.recipient)

    @cached_property
    def fingerprint(self) -> str:
        """A digest of its content."""
        return hashlib.sha256(self.content).hexdigest()[:16]


def letter_key(kind: str, period: str, recipient: str) -> str:
    """What a letter is known by within a community."""
    return f"{kind}|{period}|{recipient}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a letter.

    Attributes:
        fate: which.
        answer: what the server said, on one line: code and text, without addresses; or why there was no answer.
    """

    fate: Fate
    answer: str
