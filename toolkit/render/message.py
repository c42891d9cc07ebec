"""A digest as an e-mail message."""

from __future__ import annotations

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from toolkit.outputs import Outputs
from toolkit.templates import fill
from toolkit.views import Digest

_LONGEST_HEADER = 120


def message(digest: Digest, outputs: Outputs, *, sender: str, sent_at: datetime) -> EmailMessage:
    """A message whose plain text and HTML say the same.

    Args:
        digest: what the reader gets.
        outputs: the words.
        sender: the address it comes from.
        sent_at: for its Date header, with a time zone.
    """
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender
    user, _, domain = digest.email.rpartition("@")
    mail["To"] = Address(_one_line(digest.reader), user, domain)
    mail["Subject"] = _one_line(fill("weekly/subject.txt", view=digest, words=outputs))
    mail["Date"] = format_datetime(sent_at)
    mail.set_content(fill("weekly/body.txt", view=digest, words=outputs))
    mail.add_alternative(fill("weekly/body.html", view=digest, words=outputs), subtype="html")
    return mail


def _one_line(text: str) -> str:
    """Text that may stand in a header: no line break gets there from a sheet, and nothing that fills a screen."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return line if len(line) <= _LONGEST_HEADER else line[: _LONGEST_HEADER - 1] + "…"
