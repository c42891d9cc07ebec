"""Mails as a reader's programme shows them, on pages of a local folder."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage

from toolkit.outputs import Outputs
from toolkit.templates import fill


@dataclass(frozen=True, slots=True)
class Shown:
    """One mail to look at.

    Attributes:
        name: of its files, without an ending.
        role: of its reader, in words.
        to: its To header.
        subject: its subject.
        html: the page, with its picture in it.
        text: the plain text.
        attachments: names of the files that go with it.
    """

    name: str
    role: str
    to: str
    subject: str
    html: str
    text: str
    attachments: tuple[str, ...]


def shown(name: str, role: str, mail: EmailMessage) -> Shown:
    """What a mail shows, read back from the message itself, so that nothing else is shown than what would be sent."""
    html, text, pictures, attachments = "", "", {}, []
    for part in mail.walk():
        kind = part.get_content_type()
        if part.get_content_disposition() == "attachment":
            attachments.append(part.get_filename() or "")
        elif kind == "text/html":
            html = str(part.get_content())
        elif kind == "text/plain":
            text = str(part.get_content())
        elif part["Content-ID"]:
            data = base64.b64encode(part.get_content()).decode()
            pictures[str(part["Content-ID"]).strip("<>")] = f"data:{kind};base64,{data}"
    for identity, data in pictures.items():
        html = html.replace(f"cid:{identity}", data)
    return Shown(name, role, str(mail["To"]), str(mail["Subject"]), html, text, tuple(attachments))


def preview_page(mails: Sequence[Shown], pages: Sequence[tuple[str, str]], outputs: Outputs, community: str) -> str:
    """The page that leads to all of them.

    Args:
        mails: in the order of 收件人.
        pages: label and relative link of each page.
        outputs: the words.
        community: its name.
    """
    return fill("preview/index.html", mails=mails, pages=pages, words=outputs, community=community)
