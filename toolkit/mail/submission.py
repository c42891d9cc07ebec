"""Handing letters to a mail server, each with a certain outcome or a known uncertainty."""

from __future__ import annotations

import re
import select
import smtplib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Final, Self

from toolkit.budget import Budget
from toolkit.mail.answers import Reply, read_reply
from toolkit.mail.connection import connect, reason_of, refusal
from toolkit.mail.failures import LimitReachedError
from toolkit.mail.letters import Letter, Outcome
from toolkit.mail.server import Server
from toolkit.render.mail_headers import is_address

_LINE_START_DOT: Final = re.compile(rb"^\.", re.MULTILINE)
_LONGEST_LINE: Final = 998
_GO_AHEAD: Final = 354
_TOO_LARGE: Final = 552
_LONGER: Final = 5
"""So many times as long as usual we wait for the answer to the dot: a server may look through a letter first, and
giving up leaves it in doubt (RFC 5321, 4.5.3.2.6, has ten minutes)."""
_FAREWELL: Final = 5.0
"""So many seconds we wait for a goodbye."""


class Submission:
    """A connection that hands in many letters, opened when the first is there and again after it broke.

    Up to the dot that ends its content a letter certainly was not taken; after that a lost answer means that nobody
    knows (RFC 5321, 4.2.5). Whenever `send` raises, the letter was certainly not taken.
    """

    def __init__(self, server: Server, budget: Budget | None = None) -> None:
        """Get ready; nothing is connected yet.

        Args:
            server: where to.
            budget: counts the letters a minute; as `budget_of` makes it.
        """
        self._server, self._budget = server, budget
        self._smtp: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def open(self) -> None:
        """Connect and sign in, if that is not done; `send` does it by itself.

        Raises:
            MailConfigError, BusyMailError, LimitReachedError, MailServerError: as `connection.connect`.
        """
        self._alive()

    def close(self) -> None:
        """Say goodbye, if anyone is there."""
        smtp, self._smtp = self._smtp, None
        if smtp is None:
            return
        try:
            if smtp.sock is not None:
                smtp.sock.settimeout(_FAREWELL)
            smtp.quit()
        except OSError:
            smtp.close()

    def send(self, letter: Letter, offered: Callable[[], None]) -> Outcome:
        """Hand in one letter.

        Args:
            letter: which.
            offered: called once, just before the dot that ends the content: from then on the server may take it.

        Raises:
            MailConfigError: the server takes no letter of this sender.
            LimitReachedError: it takes no more for now.
            BusyMailError, MailServerError: it cannot be reached, as in `open`.
        """
        if fault := _unfit(letter):
            return Outcome("refused", fault)
        if self._budget is not None:
            self._budget.take("letter")
        smtp = self._alive()
        if (most := _size_limit(smtp)) and len(letter.content) > most:
            return Outcome("refused", f"not offered: {len(letter.content)} bytes, and the server takes at most {most}")
        try:
            refused = self._handed_over(smtp, letter)
        except OSError as error:
            self._drop()
            return Outcome("again", f"not taken: {reason_of(error)}")
        if refused is not None:
            return refused
        self._announce(offered)
        return self._ended(smtp)

    def _alive(self) -> smtplib.SMTP:
        """A connection; a new one where the server meanwhile ended the old one, as it does when it waits too long."""
        if self._smtp is not None and _has_spoken(self._smtp):
            self._drop()
        if self._smtp is None:
            self._smtp = connect(self._server)
        return self._smtp

    def _handed_over(self, smtp: smtplib.SMTP, letter: Letter) -> Outcome | None:
        """All but the dot, or why not."""
        size = f" SIZE={len(letter.content)}" if smtp.has_extn("size") else ""
        for command in (f"MAIL FROM:<{letter.sender}>{size}", f"RCPT TO:<{letter.address}>", "DATA"):
            reply = read_reply(*smtp.docmd(command))
            if reply.meaning != "yes" or (command == "DATA" and reply.code != _GO_AHEAD):
                # A size that does not fit is this letter's fault; any other "never" at MAIL FROM is every letter's.
                ours = command.startswith("MAIL") and reply.meaning == "never" and reply.code != _TOO_LARGE
                return self._declined(reply, ours=ours)
        smtp.send(_dot_stuffed(letter.content))
        if _has_spoken(smtp):  # before its turn: it hung up, or takes no more of this
            early = read_reply(*smtp.getreply())
            self._drop()
            return self._declined(early, ours=False)
        return None

    def _declined(self, reply: Reply, *, ours: bool) -> Outcome:
        """The outcome of a letter that got no yes before its content; the connection is made ready for the next."""
        if reply.meaning in ("renew", "nonsense", "yes") or not self._begun_anew():
            self._drop()
        if ours:
            raise refusal(reply, self._server)
        self._raise_what_concerns_all(reply)
        return _outcome(reply)

    def _begun_anew(self) -> bool:
        try:
            return self._smtp is not None and read_reply(*self._smtp.rset()).meaning == "yes"
        except OSError:
            return False

    def _announce(self, offered: Callable[[], None]) -> None:
        """If that fails the letter must not be taken: without its dot it is not."""
        done = False
        try:
            offered()
            done = True
        finally:
            if not done:
                self._drop()

    def _ended(self, smtp: smtplib.SMTP) -> Outcome:
        """The dot, and what the server makes of the letter."""
        try:
            with _patience(smtp, self._server.timeout * _LONGER):
                smtp.send(b".\r\n")
                reply = read_reply(*smtp.getreply())
        except OSError as error:
            self._drop()
            return Outcome("unknown", f"the answer got lost: {reason_of(error)}")
        self._raise_what_concerns_all(reply)
        if reply.meaning in ("renew", "nonsense"):
            self._drop()
        if 200 <= reply.code < 300:  # noqa: PLR2004
            return Outcome("sent", str(reply))
        return _outcome(reply) if reply.code >= 400 else Outcome("unknown", f"no proper answer: {reply}")  # noqa: PLR2004

    def _raise_what_concerns_all(self, reply: Reply) -> None:
        if reply.meaning == "ours":
            raise refusal(reply, self._server)
        if reply.meaning == "limit":
            raise LimitReachedError("limit", host=self._server.host, answer=reply)

    def _drop(self) -> None:
        """Close the connection without a word: a letter under way is then not taken."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            smtp.close()


def _outcome(reply: Reply) -> Outcome:
    """Of a letter that was not taken."""
    return Outcome("refused" if reply.meaning == "never" else "again", str(reply))


def _unfit(letter: Letter) -> str:
    """Why a letter cannot be offered as it is: servers would refuse it, or take it for something else."""
    if not all(is_address(address) for address in (letter.sender, letter.address)):
        return "not offered: no single plain e-mail address"
    lines = letter.content.split(b"\r\n")
    text = b"".join(lines)
    if any(sign in text for sign in (b"\r", b"\n", b"\0")):
        return "not offered: half a line end or a NUL in its content"
    if max(map(len, lines)) > _LONGEST_LINE:
        return f"not offered: a line of more than {_LONGEST_LINE} bytes in its content"
    return ""


def _dot_stuffed(content: bytes) -> bytes:
    """Content such that no line of it ends the letter (RFC 5321, 4.5.2)."""
    return _LINE_START_DOT.sub(b"..", content if content.endswith(b"\r\n") else content + b"\r\n")


def _size_limit(smtp: smtplib.SMTP) -> int:
    """Bytes that a letter may have (RFC 1870); 0 where the server does not say."""
    size = smtp.esmtp_features.get("size", "")
    return int(size) if size.isascii() and size.isdigit() else 0


def _has_spoken(smtp: smtplib.SMTP) -> bool:
    """Whether the server said something, or hung up, though it was not asked."""
    return smtp.sock is None or bool(select.select([smtp.sock], [], [], 0)[0])


@contextmanager
def _patience(smtp: smtplib.SMTP, seconds: float) -> Iterator[None]:
    """Wait longer for a while; getreply leaves no socket behind where the connection broke."""
    sock = smtp.sock
    usual = sock.gettimeout() if sock else None
    if sock:
        sock.settimeout(seconds)
    try:
        yield
    finally:
        if smtp.sock is not None:
            smtp.sock.settimeout(usual)
