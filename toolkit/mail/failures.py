"""What goes wrong between us and a mail server, as errors that say it in both languages."""

from __future__ import annotations

from typing import ClassVar

from toolkit.errors import BusySourceError, SourceError, ToolkitError
from toolkit.faults import Language
from toolkit.mail.presets import load_mail_words


class MailError(ToolkitError):
    """Mail cannot be sent; it says so in English and keeps what is needed to say it in Chinese.

    Attributes:
        key: of `faults` in `mail.yaml`.
        facts: what the wording names in braces; never a password or an address.
    """

    def __init__(self, key: str, **facts: object) -> None:
        self.key, self.facts = key, facts
        super().__init__(self.say("en"))

    def say(self, language: Language) -> str:
        """The sentence."""
        return load_mail_words().faults[self.key].say(language, **self.facts)


class MailConfigError(MailError):
    """The same, because of what is configured: it concerns every letter, and trying again does not help."""

    exit_code: ClassVar[int] = 2


class MailServerError(MailError, SourceError):
    """The same, because of the server."""


class BusyMailError(MailServerError, BusySourceError):
    """The same, and trying again later may help."""


class LimitReachedError(BusyMailError):
    """The server takes no more for now, or for today: the run stops, and no reader is at fault."""
