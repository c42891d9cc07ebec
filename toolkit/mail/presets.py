"""The mail providers and the wording of mail: `sheets_schema/mail.yaml`, verified."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Literal

from pydantic import Field

from toolkit.declarations import FOLDER, Part, read_yaml, verified
from toolkit.faults import Wording

Security = Literal["tls", "starttls", "none"]
"""Encrypted from the first byte; from STARTTLS on (RFC 3207); not at all."""


class Preset(Part):
    """A provider.

    Attributes:
        name: as people call it.
        host: its server for sending.
        port: of that server.
        security: how that port is encrypted.
        from_equals_login: whether it takes mail only from the address that signs in.
        auth: whether it always wants a sign-in.
        per_minute: so many messages a minute are surely fine; our own caution.
        daily: so many messages a day it says to take; None where it does not say.
        hint: which password it wants and where that is made; half a sentence.
    """

    name: Wording
    host: str
    port: int
    security: Security
    from_equals_login: bool
    auth: bool
    per_minute: int = Field(ge=1)
    daily: int | None = None
    hint: Wording


class Advice(Wording):
    """What to do about an answer that fits a pattern."""

    pattern: str


class MailWords(Part):
    """Everything `mail.yaml` declares.

    Attributes:
        presets: providers by name.
        limits: patterns of answers that mean "too many for now".
        renew: patterns of answers after which a new connection helps.
        ours: patterns of answers that concern every letter.
        answers: advice on answers, the first that fits.
        faults: the wording of every fault of mail.
        words: halves of sentences.
    """

    presets: Mapping[str, Preset]
    limits: tuple[str, ...]
    renew: tuple[str, ...]
    ours: tuple[str, ...]
    answers: tuple[Advice, ...]
    faults: Mapping[str, Wording]
    words: Mapping[str, Wording]


@cache
def load_mail_words() -> MailWords:
    """The providers and the wording."""
    return verified(MailWords, read_yaml(FOLDER / "mail.yaml"), "mail.yaml")
