"""An e-mail message from its finished parts: text, HTML that says the same, a picture in it, files for calendars."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256
from typing import Final

from css_inline import CSSInliner

from toolkit.files import MARK
from toolkit.render.one_line import one_line

_LONGEST_HEADER = 120

_PLAIN: Final = {ord(sign): ord(sign) + 0xFEE0 for sign in '()<>[]:;@,\\"'}
"""Full-width forms of the signs that mean something between addresses: where the standard library breaks a long name
over lines it forgets the quotation marks around it, and a comma in it would begin another address."""

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
        name: of the file, in ASCII.
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
    """

    reader: str
    email: str
    subject: str
    text: str
    html: str
    picture: bytes | None = None
    picture_id: str = ""
    attachments: tuple[Attachment, ...] = ()


def message(parts: MessageParts, *, sender: str, sent_at: datetime) -> EmailMessage:
    """The message; the same parts give the same bytes.

    Args:
        parts: what it says and to whom.
        sender: the address it comes from.
        sent_at: for its Date header, with a time zone.

    Raises:
        ValueError: the reader's address has a line break; `values.py` lets no such address pass.
    """
    mail, mark = EmailMessage(policy=SMTP), _mark(parts)
    mail["X-Mailer"] = MARK  # near the top: by this a dry run knows its own files
    mail["From"] = sender
    user, _, domain = parts.email.rpartition("@")
    mail["To"] = Address(one_line(parts.reader, _LONGEST_HEADER).translate(_PLAIN), user, domain)
    mail["Subject"] = one_line(parts.subject, _LONGEST_HEADER)
    mail["Date"] = format_datetime(sent_at)
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office reply is wanted
    mail.set_content(parts.text, cte="base64")  # no line of it, however long or strange, is changed on its way
    mail.make_alternative(boundary=f"{mark}_alternative")
    mail.attach(_page(parts, mark))
    if parts.attachments:
        mail.make_mixed(boundary=f"{mark}_mixed")
    for file in parts.attachments:
        how = {"method": file.method, "charset": "utf-8"}
        mail.add_attachment(file.content, "text", "calendar", filename=file.name, params=how)
    return mail


def _page(parts: MessageParts, mark: str) -> EmailMessage:
    """The HTML, together with its picture if it has one."""
    page = EmailMessage(policy=SMTP)
    page.set_content(_INLINER.inline(parts.html), subtype="html", cte="base64")
    if parts.picture is not None:
        page.make_related(boundary=f"{mark}_related")
        page.set_param("type", "text/html")  # RFC 2387: what the first part is
        page.add_related(
            parts.picture,
            "image",
            "png",
            cid=f"<{parts.picture_id}>",
            filename="picture.png",
            disposition="inline",  # in its place in the page, not in the list of files
        )
    return page


def _mark(parts: MessageParts) -> str:
    """What boundaries begin with: always the same for the same parts, and in none of them.

    The standard library would draw lots. No line of base64 has `=_` in it.
    """
    return f"=_{sha256(repr(parts).encode('utf-8', 'backslashreplace')).hexdigest()[:32]}"
