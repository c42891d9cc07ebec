"""How messages are written whose header lines are finished: as they are, after a last look at each."""

from __future__ import annotations

import re
from base64 import b64encode
from email.header import decode_header
from email.policy import EmailPolicy, default
from functools import lru_cache
from typing import Any, Final

_LONGEST_LINE: Final = 998
"""So many signs may a line have (RFC 5322, 2.1.1)."""
_FINISHED: Final = re.compile(r"(?:[!-~](?:[ -~]|\r\n [!-~])*)?")
"""ASCII without control signs; a line break only where a header is folded, before a space and something to read."""
_FOLD: Final = re.compile(r"\r\n(?= )")
_WORDS: Final = re.compile(r"=\?UTF-8\?B\?\S+\?=(?: =\?UTF-8\?B\?\S+\?=)+")
"""Encoded words one behind the other."""


class FinishedHeaders(EmailPolicy):
    """Takes headers as they are to stand in the message and writes them untouched.

    The standard library's policy would fold them anew: names of files then get the continuations of RFC 2231
    (`filename*0*=`), which QQ Mail cannot read, and long names of people lose the quotation marks around them. Here no
    header is folded but by who made it, none stands twice, and one that could end the headers or begin another is
    refused. What is read from the message is decoded, as ever.
    """

    def header_max_count(self, name: str) -> int:  # noqa: ARG002 the signature of the library
        """Every header once."""
        return 1

    def header_store_parse(self, name: str, value: Any) -> tuple[str, Any]:  # noqa: ANN401 the library's
        """Keep a finished header.

        Raises:
            ValueError: it has a sign that is not ASCII, a line break that does not fold, or a line that is too long.
        """
        lines = f"{name}: {value}".split("\r\n")
        if not _FINISHED.fullmatch(value) or max(map(len, lines)) > _LONGEST_LINE:
            raise ValueError(f"the header {name} is not finished")
        return name, value

    def header_fetch_parse(self, name: str, value: str) -> Any:  # noqa: ANN401 the library's
        """The header as it is read."""
        return _read(name, value)

    def fold(self, name: str, value: str) -> str:
        """The header as text."""
        return f"{name}: {value}{self.linesep}"

    def fold_binary(self, name: str, value: str) -> bytes:
        """The header as it is sent."""
        return self.fold(name, value).encode("ascii")


@lru_cache(maxsize=256)
def _read(name: str, value: str) -> Any:  # noqa: ANN401 a string with what its kind of header has
    """Reading is dear, and the headers of the parts are the same in all messages."""
    return default.header_factory(name, _WORDS.sub(_one_word, _FOLD.sub("", value)))


def _one_word(words: re.Match[str]) -> str:
    """Words that belong together as one: the library reads spaces between them in names, against RFC 2047 (6.2)."""
    ((content, _),) = decode_header(words.group())
    return f"=?UTF-8?B?{b64encode(content).decode()}?="


MAIL: Final = FinishedHeaders(linesep="\r\n")
"""For all messages made here."""
