"""Header lines of messages, finished: encoded for mail programmes that know little, folded, safe from what they say."""

from __future__ import annotations

import re
from email.charset import BASE64, Charset
from email.header import Header
from functools import lru_cache
from pathlib import PurePath
from typing import Final
from urllib.parse import quote

from toolkit.errors import UsageError
from toolkit.render.one_line import one_line

_LINE: Final = 76
"""So many signs has a line where it can be folded (RFC 2047, 2)."""
_LONGEST: Final = 120
"""So many signs of a subject or a name are shown."""
_LONGEST_FILE: Final = 60
_LONGEST_ENDING: Final = 10
_LONGEST_REQUEST: Final = 40
_LONGEST_ADDRESS: Final = 254
"""RFC 5321, 4.5.3.1.3, less the angle brackets."""
_FOLD: Final = "\r\n "
_PLAIN: Final = re.compile(r"[A-Za-z0-9]+(?: [A-Za-z0-9]+)*")
"""Names that need neither quotation marks nor encoding."""
_PLAIN_FILE: Final = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*")
_PERCENT: Final = re.compile("%[0-9A-F]{2}")
_ATOM: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_ADDRESS: Final = re.compile(rf"(?!.{{65,}}@){_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*")
"""`dot-atom@domain` (RFC 5322, 3.4.1): no quoted local part, nothing that means something between addresses."""

_UTF_8: Final = Charset("utf-8")
_UTF_8.header_encoding = BASE64


def subject_line(text: str) -> str:
    """Any text as a Subject."""
    return _phrase(one_line(text, _LONGEST), "Subject")


def mailbox(name: str, address: str, header: str) -> str:
    """A name with its address.

    Args:
        name: any text; where it is empty the address stands alone.
        address: of one mailbox.
        header: the header it is for.

    Raises:
        UsageError: the address is none.
    """
    shown, sound = _phrase(one_line(name, _LONGEST), header), checked_address(address, header)
    return _beside(shown, f"<{sound}>", header) if shown else sound


def list_id(name: str, identity: str) -> str:
    """A List-Id (RFC 2919, 2): a name for people and an identity such as `weekly.example.com`."""
    shown = _phrase(one_line(name, _LONGEST), "List-Id")
    return _beside(shown, f"<{identity}>", "List-Id") if shown else f"<{identity}>"


def mail_to(address: str, subject: str) -> str:
    """An address to write to with a subject that is ready (RFC 2369, 3.2; RFC 6068)."""
    place = quote(checked_address(address, "List-Unsubscribe"), safe="@")
    uri = f"mailto:{place}?subject={quote(one_line(subject, _LONGEST_REQUEST), safe='')}"
    return f"<{_PERCENT.sub(lambda found: found[0].lower(), uri)}>"  # SpamAssassin takes %AE for an unfilled template


def is_address(text: str) -> bool:
    """Whether a text is one e-mail address that can stand in headers and in commands of SMTP as it is."""
    return len(text) <= _LONGEST_ADDRESS and _ADDRESS.fullmatch(text) is not None


def checked_address(address: str, header: str) -> str:
    """The address, which is one and nothing more.

    Raises:
        UsageError: it is not; the message names the header, not the address.
    """
    if not is_address(address):
        raise UsageError(f"An address for {header} is not like name@example.com in plain ASCII; correct it.")
    return address


def named(value: str, parameter: str, name: str) -> str:
    """A header with the name of a file in it.

    A name that is not ASCII is written as an encoded word within quotation marks. RFC 2047 (5) forbids it, and QQ Mail,
    163 and Outlook write and read it so; they show a name made after RFC 2231 as `tcmime.1388.bin`. In
    Content-Disposition the form of RFC 2231 follows for programmes that keep to the rules: it stands last, for who does
    not know it takes the first, and whole in one parameter, for continuations are what is misread most.

    Args:
        value: the header without the name.
        parameter: `name` of Content-Type or `filename` of Content-Disposition.
        name: any text; long ones are cut before their ending.
    """
    shown = _file_name(name)
    if _PLAIN_FILE.fullmatch(shown):
        return f'{value};{_FOLD}{parameter}="{shown}"'
    written = f'{value};{_FOLD}{parameter}="{_words(shown, _LINE - len(";"), f" {parameter}")}"'
    return written if parameter == "name" else f"{written};{_FOLD}{parameter}*=UTF-8''{quote(shown, safe='')}"


def _file_name(name: str) -> str:
    """On one line and not too long, with its ending."""
    line = one_line(name, len(name) + 1)
    ending = PurePath(line).suffix[:_LONGEST_ENDING]
    return line if len(line) <= _LONGEST_FILE else one_line(line, _LONGEST_FILE - len(ending)) + ending


def _phrase(line: str, header: str) -> str:
    """Text on one line as it stands in a header: itself if it is plain and has room, else in encoded words."""
    plain = _PLAIN.fullmatch(line) and len(header) + len(": ") + len(line) <= _LINE
    return line if plain else _words(line, _LINE, header)


@lru_cache(maxsize=1024)
def _words(line: str, longest: int, header: str) -> str:
    """Encoded words (RFC 2047, 2), each of whole signs, one a line; the first stands two signs behind the header."""
    words = Header(line, _UTF_8, maxlinelen=longest, header_name=header).encode(linesep="\r\n")
    return words.replace("=?utf-8?b?", "=?UTF-8?B?")  # as everybody writes it: some programmes look for capitals


def _beside(shown: str, bracketed: str, header: str) -> str:
    """What is shown and what stands in angle brackets, on one line if there is room."""
    last = len(shown.rpartition(_FOLD)[2]) + (0 if _FOLD in shown else len(header) + 2)
    return shown + (" " if last + 1 + len(bracketed) <= _LINE else _FOLD) + bracketed
