"""An e-mail message from its finished parts: text, HTML that says the same, a picture in it, files for calendars."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from hashlib import sha256
from typing import Final

from css_inline import CSSInliner

from toolkit.files import MARK
from toolkit.render.mail_headers import checked_address, list_id, mail_to, mailbox, named, subject_line
from toolkit.render.mail_policy import MAIL

_PICTURE: Final = "picture.png"
_LINE: Final = 76
"""So many signs has a line of base64 (RFC 2045, 6.8)."""
_BOUNDARY: Final = "=_{kind}_of_consortium-toolkit"
"""Always the same, so that the same parts give the same bytes: no line of base64, and all parts are that, has `=_` in
it (RFC 2045, 6.8), and nothing else is between the boundaries."""

_INLINER: Final = CSSInliner(keep_at_rules=True, remove_inlined_selectors=True, load_remote_stylesheets=False)
"""Puts the rules of `<style>` on the elements, for mail programmes that drop the block.

`keep_at_rules` leaves the rules with @ (dark mode, phones) in the block; they need `!important`, for what stands on an
element is stronger. `keep_style_tags` would leave the rest there too, a second time. `remove_inlined_selectors` leaves
what cannot stand on an element, such as `a:hover`, and the block in its place; without it css_inline drops the one and
moves the other before the declaration of the charset. Nothing is fetched, from the network or from files.
"""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A calendar file that goes with a message.

    Attributes:
        name: of the file.
        content: the file.
        method: what a calendar does with it (RFC 5546), `PUBLISH` or `CANCEL`; the file says the same.
    """

    name: str
    content: bytes
    method: str


@dataclass(frozen=True, slots=True)
class MessageParts:
    """What a message is made of.

    Attributes:
        reader: the reader's name.
        email: the reader's address.
        subject: any text; it is cut at 120 signs.
        text: the plain text.
        html: a whole page that says the same; it may have a `<style>` block.
        picture: a PNG that the page shows; None where there is none.
        picture_id: what the page calls it by, behind `cid:`; has the form of an address.
        attachments: in their order.
        list_name: what messages of this kind are called, for mail programmes that sort by it.
        unsubscribe: the subject of a mail that asks for no more of them.
    """

    reader: str
    email: str
    subject: str
    text: str
    html: str
    picture: bytes | None = None
    picture_id: str = ""
    attachments: tuple[Attachment, ...] = ()
    list_name: str = ""
    unsubscribe: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """Who all messages of a community come from.

    Attributes:
        address: they come from.
        name: beside it; any text.
        reply_to: the address that answers go to; empty where it is the same.
        community: its name.
    """

    address: str
    name: str
    reply_to: str
    community: str

    @property
    def label(self) -> str:
        """Tells its lists from those of others who write from the same domain, such as qq.com."""
        return sha256(f"{self.community}\n{self.address}".encode("utf-8", "replace")).hexdigest()[:8]

    @property
    def domain(self) -> str:
        """Of the address."""
        return self.address.rpartition("@")[2].lower()


def message_id(origin: Origin, kind: str, period: str, recipient: str) -> str:
    """The Message-ID of a message: always the same for the same one, whatever it says, and with nobody's name in it.

    Args:
        origin: who it comes from; another address at the same domain gives the same.
        kind: such as `weekly`.
        period: what it is of.
        recipient: opaque key of the reader.
    """
    known_by = json.dumps([origin.community, kind, period, recipient])
    return f"<{sha256(known_by.encode()).hexdigest()[:32]}@{origin.domain}>"


def message(parts: MessageParts, *, origin: Origin, kind: str, message_id: str, sent_at: datetime) -> EmailMessage:
    """The message; the same arguments give the same bytes.

    Args:
        parts: what it says and to whom.
        origin: who it comes from.
        kind: such as `weekly`; ASCII letters.
        message_id: its Message-ID, with the angle brackets.
        sent_at: for its Date header, with a time zone.

    Raises:
        UsageError: an address is none.
    """
    mail = _new()
    for name, value in _headers(parts, origin, kind, message_id, sent_at):
        mail[name] = value
    alternatives = [_text(parts.text, "plain"), _page(parts)]
    if not parts.attachments:
        return _joined(mail, "alternative", alternatives)
    files = map(_file, parts.attachments)
    return _joined(mail, "mixed", [_joined(_new(), "alternative", alternatives), *files])


def _headers(
    parts: MessageParts, origin: Origin, kind: str, message_id: str, sent_at: datetime
) -> Iterator[tuple[str, str]]:
    yield "X-Mailer", MARK  # near the top: by this a dry run knows its own files
    yield "From", mailbox(origin.name, origin.address, "From")
    yield "To", mailbox(parts.reader, parts.email, "To")
    if origin.reply_to:
        yield "Reply-To", checked_address(origin.reply_to, "Reply-To")
    yield "Subject", subject_line(parts.subject)
    yield "Date", format_datetime(sent_at)
    yield "Message-ID", message_id
    yield "Auto-Submitted", "auto-generated"  # RFC 3834: no out-of-office reply is wanted
    yield "X-Auto-Response-Suppress", "All"  # the same for Exchange
    yield "List-Id", list_id(parts.list_name, f"{kind}.{origin.label}.{origin.domain}")
    yield "List-Unsubscribe", mail_to(origin.reply_to or origin.address, parts.unsubscribe)
    yield "MIME-Version", "1.0"


def _page(parts: MessageParts) -> EmailMessage:
    """The HTML, together with its picture if it has one."""
    page = _text(_INLINER.inline(_sound(parts.html)), "html")
    if parts.picture is None:
        return page
    picture = _new()
    picture["Content-Type"] = named("image/png", "name", _PICTURE)
    picture["Content-ID"] = f"<{parts.picture_id}>"
    picture["Content-Disposition"] = named("inline", "filename", _PICTURE)  # in its place, not in the list of files
    return _joined(_new(), "related", [page, _filled(picture, parts.picture)])


def _text(text: str, subtype: str) -> EmailMessage:
    """Text with the line ends that all text has in mails (RFC 2046, 4.1.1)."""
    part = _new()
    part["Content-Type"] = f'text/{subtype}; charset="utf-8"'
    return _filled(part, b"".join(line + b"\r\n" for line in _sound(text).encode().splitlines()))


def _file(file: Attachment) -> EmailMessage:
    part = _new()
    part["Content-Type"] = named(f'text/calendar; charset="utf-8"; method={file.method}', "name", file.name)
    part["Content-Disposition"] = named("attachment", "filename", file.name)
    return _filled(part, file.content)


def _filled(part: EmailMessage, content: bytes) -> EmailMessage:
    """A part with its content, as base64: no line of it, however long or strange, is changed on its way."""
    signs = b64encode(content).decode()
    part["Content-Transfer-Encoding"] = "base64"
    part.set_payload("\r\n".join([signs[at : at + _LINE] for at in range(0, len(signs), _LINE)]))
    return part


def _joined(whole: EmailMessage, subtype: str, pieces: Sequence[EmailMessage]) -> EmailMessage:
    """The pieces, as what the whole consists of."""
    first = f'; type="{pieces[0].get_content_type()}"' if subtype == "related" else ""  # RFC 2387, 3.1
    whole["Content-Type"] = f'multipart/{subtype}{first};\r\n boundary="{_BOUNDARY.format(kind=subtype)}"'
    whole.set_payload(list(pieces))
    return whole


def _new() -> EmailMessage:
    return EmailMessage(policy=MAIL)


def _sound(text: str) -> str:
    """Without half signs, which no encoding has."""
    return text.encode("utf-8", "replace").decode()
