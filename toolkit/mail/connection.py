"""A connection to a mail server, encrypted and signed in; or the fault in words."""

from __future__ import annotations

import smtplib
import socket
import ssl
from contextlib import ExitStack
from typing import Final

from toolkit.mail.answers import Reply, read_reply
from toolkit.mail.failures import BusyMailError, LimitReachedError, MailConfigError, MailError, MailServerError
from toolkit.mail.server import Server

_ANONYMOUS: Final = "[127.0.0.1]"
_READY: Final = 220
_UNKNOWN_MECHANISM: Final = 504
_TOO_SLOW: Final = "no answer in time"


def connect(server: Server) -> smtplib.SMTP:
    """A connection on which letters can be handed in.

    Certificates are verified, and nothing goes out unencrypted where encryption is asked for.

    Raises:
        MailConfigError: the sign-in is refused, or the file of certificates cannot be used.
        BusyMailError: the server cannot be reached or takes nothing now.
        LimitReachedError: it takes no more for now.
        MailServerError: it cannot be trusted, or turns us away.
    """
    context = _context(server)
    try:
        smtp = _called(server, context)
        with ExitStack() as unfinished:
            unfinished.callback(smtp.close)
            _introduce(smtp, server, context)
            _sign_in(smtp, server)
            unfinished.pop_all()
    except OSError as error:  # smtplib's and ssl's exceptions are all of this kind
        raise fault_of(error, server) from error
    except ValueError:  # a name that is none, a challenge that is no base64; not chained, as it may show a password
        raise MailServerError("no_smtp", host=server.host, port=server.port) from None
    return smtp


def refusal(reply: Reply, server: Server) -> MailConfigError:
    """What is said when a server takes no letter of ours at all."""
    hint = reply.advice or server.hint
    return MailConfigError("sender_refused", host=server.host, answer=reply, hint=hint)


def fault_of(error: OSError, server: Server) -> MailError:
    """The fault behind an exception of a connection on which no letter is under way."""
    facts = {"host": server.host, "port": server.port}
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return _login_fault(read_reply(error.smtp_code, error.smtp_error), server)
    if isinstance(error, smtplib.SMTPResponseException):
        return _turned_away(read_reply(error.smtp_code, error.smtp_error), server)
    if isinstance(error, ssl.SSLCertVerificationError):
        return MailServerError("certificate", reason=error.verify_message, **facts)
    reason = reason_of(error)
    hung_up = isinstance(error, ssl.SSLEOFError | ConnectionResetError | smtplib.SMTPServerDisconnected)
    if hung_up and reason != _TOO_SLOW:
        return BusyMailError("hung_up", reason=reason, **facts)
    if isinstance(error, ssl.SSLError):
        return MailServerError("no_tls", reason=reason, **facts)
    return BusyMailError("unreachable", reason=reason, **facts)


def reason_of(error: OSError) -> str:
    """Why a connection broke, in a few plain words."""
    text = str(error).casefold()
    if isinstance(error, socket.gaierror):
        return "no such name"
    known = {
        "timed out": _TOO_SLOW,
        "refused": "connection refused",
        "unreachable": "no way there",
        "not connected": "connection closed",
    }
    if found := next((words for sign, words in known.items() if sign in text), None):
        return found
    if isinstance(error, ssl.SSLError) and error.reason:
        return error.reason.casefold().replace("_", " ")
    return "connection closed" if "clos" in text or "reset" in text else error.strerror or type(error).__name__


def _turned_away(reply: Reply, server: Server) -> MailError:
    facts = {"host": server.host, "answer": reply}
    if reply.meaning == "limit":
        return LimitReachedError("limit", **facts)
    if reply.meaning == "nonsense":
        return MailServerError("no_smtp", host=server.host, port=server.port)
    if 400 <= reply.code < 500:  # noqa: PLR2004
        return BusyMailError("busy", **facts)
    return MailServerError("turned_away", **facts)


def _login_fault(reply: Reply, server: Server) -> MailError:
    facts = {"host": server.host, "answer": reply}
    if reply.meaning == "limit":
        return LimitReachedError("limit", **facts)
    if 400 <= reply.code < 500:  # noqa: PLR2004
        return BusyMailError("login_later", **facts)
    return MailConfigError("login_refused", hint=server.hint, **facts)


def _context(server: Server) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if server.ca_file is not None:
        try:
            context.load_verify_locations(server.ca_file)
        except OSError as error:
            reason = "no certificates" if isinstance(error, ssl.SSLError) else error.strerror
            raise MailConfigError("ca_file", path=server.ca_file, reason=reason) from error
    return context


def _called(server: Server, context: ssl.SSLContext) -> smtplib.SMTP:
    """The server's greeting heard; encrypted already where it is so from the first byte."""
    host, port, own_name = server.host, server.port, _own_name(server)
    if server.security == "tls":
        return smtplib.SMTP_SSL(host, port, local_hostname=own_name, timeout=server.timeout, context=context)
    return smtplib.SMTP(host, port, local_hostname=own_name, timeout=server.timeout)


def _own_name(server: Server) -> str:
    """What we call ourselves: never this machine's name.

    A relay without sign-in may tell by it whose mail it is (https://support.google.com/a/answer/6140680).
    """
    domain = server.sender.rpartition("@")[2]
    return domain if server.password is None and "." in domain else _ANONYMOUS


def _introduce(smtp: smtplib.SMTP, server: Server, context: ssl.SSLContext) -> None:
    if smtp.sock is not None:
        # The dot that ends a letter must not wait until the server has acknowledged all before it.
        smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    smtp.ehlo_or_helo_if_needed()
    if server.security != "starttls":
        return
    if not smtp.has_extn("starttls"):
        raise MailServerError("starttls_missing", host=server.host, port=server.port)
    code, text = smtp.starttls(context=context)
    if code != _READY:
        raise smtplib.SMTPResponseException(code, text)
    smtp.ehlo_or_helo_if_needed()


def _sign_in(smtp: smtplib.SMTP, server: Server) -> None:
    """Once: every refusal counts against the account, so no second mechanism is tried with the same password."""
    if server.user is None or server.password is None:
        return
    offered = smtp.esmtp_features.get("auth", "").upper().split()
    ways = {"PLAIN": smtp.auth_plain, "LOGIN": smtp.auth_login}
    usable = [name for name in ways if name in offered]
    if not usable:
        raise MailConfigError("login_missing", host=server.host, port=server.port)
    smtp.user, smtp.password = server.user, server.password
    for name in usable:
        try:
            smtp.auth(name, ways[name])
        except smtplib.SMTPAuthenticationError as error:
            if error.smtp_code != _UNKNOWN_MECHANISM or name == usable[-1]:
                raise
        else:
            return
