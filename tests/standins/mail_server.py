"""A stand-in for a mail server: real SMTP on loopback, with faults at any step of the dialogue.

    with MailServer(faults=[Fault("rcpt", reply="451 4.7.1 Greylisted", times=1)]) as server:
        ...                      # send to server.host, server.port
    assert [letter.recipient for letter in server.accepted] == ["wang@example.com"]

A fault strikes at a step: `greeting`, `ehlo`, `auth`, `mail`, `rcpt`, `data` (the command), `body` (while the content is
on its way), `end` (after the final dot). It answers with `reply` instead of yes, is `slow`, or `cut`s the connection:

    Fault("greeting", reply="421 4.3.2 Closing")                  every connection is turned away
    Fault("rcpt", reply="550 5.1.1 No such user", recipient="li@example.com")
    Fault("rcpt", reply="450 4.2.0 Greylisted", times=2, each=True)   twice for each recipient
    Fault("rcpt", reply="421 4.7.0 Closing", letter=3)            at the fourth letter; 421 always hangs up as well
    Fault("end", reply="452 4.3.1 Full", times=1)
    Fault("body", cut=True, letter=0)                             cut before the dot
    Fault("end", cut=True, letter=0)                              cut after the dot, the letter is lost
    Fault("end", cut=True, letter=0, accepted=True)               cut after the dot, the letter is taken all the same
    Fault("end", slow=3)                                          taken, but the answer comes late

Certificates: `MailServer(tls="implicit")` or `tls="starttls"`; a client trusts them with `server.ca_file`, unless
`certificate` is "expired", "wrong name" or "self-signed". Accounts: `MailServer(accounts={"user": "password"})`.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
import tempfile
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal, NamedTuple, Self

import trustme
from aiosmtpd.smtp import MISSING, SMTP, AuthResult, TLSSetupException

logging.getLogger("mail.log").setLevel(logging.CRITICAL)  # aiosmtpd's own; what fails stands in `failures`

Step = Literal["greeting", "ehlo", "auth", "mail", "rcpt", "data", "body", "end"]
Certificate = Literal["good", "expired", "wrong name", "self-signed"]


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong at one step.

    Attributes:
        step: where.
        reply: the answer given instead of yes, code and text; bytes for another encoding than UTF-8.
        cut: the connection is cut, after the reply if there is one.
        slow: seconds that pass before the answer.
        letter: only at this letter, counted from 0 by MAIL FROM over all connections.
        recipient: only for this address (steps from `rcpt` on).
        times: strikes so often, then no more; always where None.
        each: `times` counts for every recipient by itself.
        accepted: at `end`, whether the letter is taken all the same.
        after: at `body`, so many bytes of content are read before the cut.
    """

    step: Step
    reply: str | bytes | None = None
    cut: bool = False
    slow: float = 0.0
    letter: int | None = None
    recipient: str | None = None
    times: int | None = None
    each: bool = False
    accepted: bool = False
    after: int = 0


class Accepted(NamedTuple):
    """A letter that the server took."""

    sender: str
    recipient: str
    content: bytes


class MailServer:
    """A mail server on loopback, running while its `with` block does.

    Attributes:
        host: `127.0.0.1`; `localhost` where it speaks TLS, as its certificate does.
        port: a free one.
        ca_file: the certificate to trust.
        accepted: what it took, in order.
        offers: sender and recipient of every RCPT TO, whatever the answer.
        connections: how many were made.
        names: what clients called themselves.
        sign_ins: how often one was tried.
        logins: accounts that signed in.
        faults: may be changed while it runs.
        failures: exceptions inside the server; none in a sound test.
    """

    def __init__(
        self,
        *,
        faults: Sequence[Fault] = (),
        tls: Literal["none", "starttls", "implicit"] = "none",
        certificate: Certificate = "good",
        accounts: Mapping[str, str] | None = None,
        refusal: str | bytes = "535 5.7.8 Authentication credentials invalid",
        size: int = 0,
        letters_per_connection: int | None = None,
    ) -> None:
        """Describe the server.

        Args:
            faults: of those that fit a step, the first strikes.
            tls: `implicit` from the first byte, `starttls` offered and demanded.
            certificate: what is wrong with it.
            accounts: passwords by user; where given, nobody sends without signing in.
            refusal: the answer to a wrong password.
            size: bytes a letter may have; 0 for no such limit.
            letters_per_connection: after so many accepted letters the next MAIL FROM is answered with 421.
        """
        self.faults, self.tls, self.certificate = list(faults), tls, certificate
        self.accounts, self.refusal, self.size = accounts, refusal, size
        self.letters_per_connection = letters_per_connection
        self.host, self.port = "127.0.0.1" if tls == "none" else "localhost", 0
        self.accepted: list[Accepted] = []
        self.offers: list[tuple[str, str]] = []
        self.names: list[str] = []
        self.logins: list[str] = []
        self.failures: list[str] = []
        self.connections = self.letters = self.sign_ins = 0
        self._struck: Counter[tuple[int, str]] = Counter()

    def __enter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory()
        self.ca_file = Path(self._folder.name) / "ca.pem"
        self._context = self._certified()
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(lambda _, facts: self.failures.append(str(facts.get("exception", facts))))
        implicit = self._context if self.tls == "implicit" else None
        # Plain loopback, so that no two servers share a port by one taking IPv4 and the other IPv6.
        serving = self._loop.create_server(lambda: _Dialogue(self), "127.0.0.1", 0, ssl=implicit)
        self._server = self._loop.run_until_complete(serving)
        self.port = self._server.sockets[0].getsockname()[1]
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()
        self._folder.cleanup()

    async def _stop(self) -> None:
        self._server.close()
        running = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def struck(self, step: Step, letter: int, recipient: str = "") -> Fault | None:
        """The fault that strikes now, which counts it."""
        for place, fault in enumerate(self.faults):
            key = (place, recipient if fault.each else "")
            fits = (
                fault.step == step
                and fault.letter in (None, letter)
                and fault.recipient in (None, recipient)
                and (fault.times is None or self._struck[key] < fault.times)
            )
            if fits:
                self._struck[key] += 1
                return fault
        return None

    @property
    def context(self) -> ssl.SSLContext | None:
        """For STARTTLS."""
        return self._context if self.tls == "starttls" else None

    def _certified(self) -> ssl.SSLContext:
        trusted, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        trusted.cert_pem.write_to_path(self.ca_file)
        if self.certificate == "self-signed":
            own, chain = trustme.CA(), Path(self._folder.name) / "own.pem"
            chain.write_bytes(own.private_key_pem.bytes() + own.cert_pem.bytes())
            context.load_cert_chain(chain)
            return context
        names = ["mail.example.com"] if self.certificate == "wrong name" else ["localhost", "127.0.0.1"]
        yesterday = datetime.now(UTC) - timedelta(days=1)
        until = {"not_before": yesterday - timedelta(days=90), "not_after": yesterday}
        issued = trusted.issue_cert(*names, **(until if self.certificate == "expired" else {}))
        issued.configure_cert(context)
        return context


class _Hooks:
    """What is answered at each step; aiosmtpd calls these by their names."""

    def __init__(self, server: MailServer) -> None:
        self.server, self.taken = server, 0

    async def handle_EHLO(self, dialogue, session, _envelope, name, answers):  # noqa: N802
        self.server.names.append(name)
        session.host_name = name
        answer = await dialogue.answer("ehlo")
        return answers if answer is MISSING else [answer]

    async def handle_AUTH(self, dialogue, _session, _envelope, _words):  # noqa: N802
        self.server.sign_ins += 1
        return await dialogue.answer("auth")

    async def handle_MAIL(self, dialogue, _session, _envelope, _address, _options):  # noqa: N802
        self.server.letters += 1
        most = self.server.letters_per_connection
        if most is not None and self.taken >= most:
            return await dialogue.say(Fault("mail", reply="421 4.7.0 Too many letters on this connection"))
        return await dialogue.answer("mail")

    async def handle_RCPT(self, dialogue, _session, envelope, address, _options):  # noqa: N802
        self.server.offers.append((envelope.mail_from, address))
        return await dialogue.answer("rcpt", address)

    async def handle_DATA(self, dialogue, _session, envelope):  # noqa: N802
        fault = self.server.struck("end", self.server.letters - 1, envelope.rcpt_tos[0])
        if fault is None or fault.accepted or not (fault.reply or fault.cut):
            self.taken += 1
            self.server.accepted.extend(Accepted(envelope.mail_from, to, envelope.content) for to in envelope.rcpt_tos)
        return "250 2.0.0 OK" if fault is None else await dialogue.say(fault, "250 2.0.0 OK")


class _Dialogue(SMTP):
    """One connection."""

    def __init__(self, server: MailServer) -> None:
        self.mail_server = server
        super().__init__(
            _Hooks(server),
            hostname="mail.example.com",
            data_size_limit=server.size or None,
            tls_context=server.context,
            require_starttls=True,
            authenticator=self._known,
            loop=asyncio.get_event_loop(),
            auth_require_tls=False,
        )
        self._auth_required = server.accounts is not None  # as an argument it warns about loopback without TLS

    def _known(self, _dialogue, _session, _envelope, _mechanism, login) -> AuthResult:
        user, password = login.login.decode(), login.password.decode()
        if (self.mail_server.accounts or {}).get(user) != password:
            return AuthResult(success=False, handled=False, message=self.mail_server.refusal)
        self.mail_server.logins.append(user)
        return AuthResult(success=True)

    async def _handle_client(self) -> None:
        self.mail_server.connections += 1
        if (answer := await self.answer("greeting")) is not MISSING:
            await self.push(answer)
            self.transport.close()
            return
        await super()._handle_client()

    async def handle_exception(self, error: Exception) -> str:
        """An exception of this stand-in's own; handshakes that a client breaks off are the client's right."""
        if not isinstance(error, TLSSetupException):
            self.mail_server.failures.append(repr(error))
        return "500 5.3.0 The stand-in failed"

    async def push(self, status: str | bytes) -> None:
        """One answer; text travels as UTF-8."""
        await super().push(status.encode() if isinstance(status, str) else status)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        """The command, and the content up to the dot."""
        letter = self.mail_server.letters - 1
        recipient = self.envelope.rcpt_tos[0] if self.envelope.rcpt_tos else ""
        if fault := self.mail_server.struck("data", letter, recipient):
            await self.push(await self.say(fault, "354 Go ahead"))
        elif recipient and (fault := self.mail_server.struck("body", letter, recipient)):
            await self._broken_off(fault)
        else:
            await super().smtp_DATA(arg)

    async def _broken_off(self, fault: Fault) -> None:
        connection = self.transport.get_extra_info("socket")
        if not fault.after:
            # The go-ahead and the end of the connection travel in one packet: no client can be quick enough.
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
        await self.push("354 Go ahead")
        await asyncio.sleep(fault.slow)
        if fault.after:
            await self._reader.readexactly(fault.after)
        else:
            connection.shutdown(socket.SHUT_WR)
        self._hang_up()

    async def answer(self, step: Step, recipient: str = "") -> object:
        """What is said at a step: MISSING for what aiosmtpd would say."""
        fault = self.mail_server.struck(step, self.mail_server.letters - 1, recipient)
        return MISSING if fault is None else await self.say(fault)

    async def say(self, fault: Fault, usual: object = MISSING) -> object:
        """What a fault makes of the usual answer."""
        await asyncio.sleep(fault.slow)
        if fault.reply is not None and (fault.cut or fault.reply[:3] in ("421", b"421")):
            await self.push(fault.reply)
            self.transport.close()
            raise asyncio.CancelledError
        if fault.cut:
            self._hang_up()
        return usual if fault.reply is None else fault.reply

    def _hang_up(self) -> None:
        self.transport.abort()
        raise asyncio.CancelledError  # how aiosmtpd itself ends a dialogue whose connection is gone
