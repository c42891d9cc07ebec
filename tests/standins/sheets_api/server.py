"""The HTTP server: connections, tokens, faults, compression; what is served is decided in services.py."""

from __future__ import annotations

import gzip
import json
import socket
import sys
import threading
import time
import traceback
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, urlsplit

from . import control, tokens
from .discovery import SHEETS, find
from .drive_answers import Blob
from .errors import ApiError
from .faults import Page, Plan
from .persons import edit
from .refusals import Refusal, no_such_path, page, unauthorized
from .services import Request, serve

if TYPE_CHECKING:
    from .standin import SheetsStandin

_JSON: Final = "application/json; charset=UTF-8"
_HTML: Final = "text/html; charset=UTF-8"
_SMALL: Final = 256
"""Answers up to so many bytes are not compressed."""


@dataclass(frozen=True)
class Served:
    """One request that was served, for the log.

    Attributes:
        method: the HTTP verb.
        path: as sent, without the query.
        query: parameters after the question mark.
        body: the bytes sent.
        status: of the answer; 0 where the connection was cut before anything happened.
        kind: `read` or `write`.
        api: `sheets` or `drive`, empty for paths that no API has.
        method_id: such as `sheets.spreadsheets.values.get`.
        sent: bytes of the answer's body, compressed if it was.
        seconds: it took.
        token: of the bearer.
    """

    method: str
    path: str
    query: dict[str, list[str]]
    body: bytes
    status: int
    kind: str
    api: str
    method_id: str
    sent: int = 0
    seconds: float = 0.0
    token: str = ""


@dataclass
class Answer:
    """What goes back to the client."""

    status: int
    content: bytes = b""
    content_type: str = _JSON
    headers: tuple[tuple[str, str], ...] = ()


class Server(ThreadingHTTPServer):
    """Listens on loopback and keeps its connections open, each in a thread."""

    daemon_threads = True
    request_queue_size = 128
    standin: SheetsStandin

    def __init__(self, address: tuple[str, int], standin: SheetsStandin) -> None:
        self.standin, self.open, self.guard = standin, set[socket.socket](), threading.Lock()
        super().__init__(address, Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remembers the connection, so that stopping can close it."""
        with self.guard:
            self.open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Closes a connection."""
        with self.guard:
            self.open.discard(request)
        super().shutdown_request(request)

    def close_all(self) -> None:
        """Closes what clients keep open."""
        with self.guard:
            for connection in self.open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that go away are not worth a word."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """Serves the requests of one connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: Server

    def version_string(self) -> str:
        """What Google's front end calls itself."""
        return "ESF"

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The Date header, off by what the fault `clock` says."""
        moment = datetime.now(UTC) if timestamp is None else datetime.fromtimestamp(timestamp, UTC)
        return format_datetime(moment + timedelta(minutes=getattr(self, "minutes", 0.0)), usegmt=True)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Nothing on standard error."""

    def serve(self) -> None:
        """One request, whatever its verb."""
        self.minutes, started = 0.0, time.monotonic()
        try:
            content = self._content()
        except (ValueError, OSError, EOFError):
            self.close_connection = True
            self._send(Answer(400, page(400, "Your client has issued a malformed or illegal request.").encode(), _HTML))
            return
        url = urlsplit(self.path)
        query = parse_qs(url.query, keep_blank_values=True)
        if url.path.startswith(control.BASE):
            self._send(Answer(*control.serve(self.server.standin, self.command, url.path, content)))
            return
        self.minutes = tokens.minutes_off(self.server.standin)
        if url.path == tokens.PATH:
            self._send(Answer(*tokens.serve(self.server.standin, content)))
            return
        verb = self.headers.get("X-HTTP-Method-Override", self.command).upper()
        if verb == "GET" and self.command == "POST":
            query |= parse_qs(content.decode("utf-8", "replace"), keep_blank_values=True)
            content = b""
        found = find(verb, url.path)
        if found is None:
            self._log(query, content, 404, None, started)
            self._send(self._refused(no_such_path(url.path), drive=False))
            return
        if "X-Goog-FieldMask" in self.headers:
            query.setdefault("fields", [self.headers["X-Goog-FieldMask"]])
        query.update({name[1:]: query.pop(name) for name in [name for name in query if name == "$fields"]})
        content_type = self.headers.get("Content-Type", "")
        request = Request(*found, query, content, content_type, url.path)
        self._answer(request, started)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = serve  # noqa: N815 - names the base class wants

    def _content(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            content = self._chunks()
        else:
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        return gzip.decompress(content) if self.headers.get("Content-Encoding") == "gzip" else content

    def _chunks(self) -> bytes:
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return b"".join(parts)

    def _answer(self, request: Request, started: float) -> None:
        standin, call = self.server.standin, request.call()
        sent_query, token = {name: list(values) for name, values in request.query.items()}, self._token(request)
        plan = standin.faults.plan(call)
        self.minutes = plan.minutes
        if plan.seconds:
            time.sleep(plan.seconds)
        if plan.cut == "before":
            self._log(sent_query, request.content, 0, request, started)
            self._cut()
            return
        refusal = plan.refusal if token else unauthorized(call, missing=True)
        if refusal is not None:
            answer = self._refused(refusal, drive=request.method.drive)
        else:
            answer = self._served(request, plan)
        answer = self._packed(answer)
        sent = 0 if plan.cut else len(answer.content)
        self._log(sent_query, request.content, answer.status, request, started, sent, token)
        if plan.cut:
            self._cut(answer if plan.partial else None)
        else:
            self._send(answer)

    def _token(self, request: Request) -> str:
        kind, _, token = self.headers.get("Authorization", "").partition(" ")
        given = token.strip() if kind.lower() == "bearer" else ""
        return given or request.query.get("access_token", [""])[-1]

    def _served(self, request: Request, plan: Plan) -> Answer:
        """Does what is asked while nobody else does anything."""
        standin = self.server.standin
        with standin.store.lock:
            self._edit(request, plan.before)
            answer = self._outcome(request)
            self._edit(request, plan.later)
        return answer

    def _edit(self, request: Request, persons: list[Any]) -> None:
        for person in persons:
            try:
                edit(self.server.standin.store, request.call().file_id, person)
            except ApiError as error:
                self.server.standin.failures.append(f"A person's edit was refused: {error.message}")

    def _outcome(self, request: Request) -> Answer:
        standin, drive = self.server.standin, request.method.drive
        try:
            outcome = serve(standin.store, request)
        except ApiError as error:
            return self._refused(error, drive=drive)
        except Exception:  # noqa: BLE001 - a fault of the stand-in must not close the connection
            standin.failures.append(traceback.format_exc())
            sys.stderr.write(f"The stand-in failed at {request.method.id}:\n{standin.failures[-1]}")
            return self._refused(ApiError(500, "Internal error encountered."), drive=drive)
        if outcome is None:
            return Answer(204, content_type="text/html")
        if isinstance(outcome, Blob):
            return Answer(200, outcome.content, outcome.mime_type)
        return Answer(200, json.dumps(outcome, ensure_ascii=False, separators=(",", ":")).encode())

    def _refused(self, refusal: Refusal, *, drive: bool) -> Answer:
        if isinstance(refusal, Page):
            return Answer(refusal.code, refusal.text.encode(), _HTML, refusal.headers)
        body = json.dumps(refusal.body(drive=drive), ensure_ascii=False, indent=2).encode()
        return Answer(refusal.code, body, headers=tuple(refusal.headers.items()))

    def _packed(self, answer: Answer) -> Answer:
        """The answer compressed, if it is worth it and the client takes it."""
        if len(answer.content) <= _SMALL or "gzip" not in self.headers.get("Accept-Encoding", ""):
            return answer
        packed = gzip.compress(answer.content, 1)
        return replace(answer, content=packed, headers=(*answer.headers, ("Content-Encoding", "gzip")))

    def _send(self, answer: Answer, *, part: bool = False) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.content)))
        for name, value in (*answer.headers, ("Vary", "Origin, X-Origin, Referer"), ("X-Frame-Options", "SAMEORIGIN")):
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.content[: len(answer.content) // 2] if part else answer.content)
        self.wfile.flush()

    def _cut(self, answer: Answer | None = None) -> None:
        """Closes the connection, without an answer or in the middle of it."""
        self.close_connection = True
        if answer is not None:
            self._send(answer, part=True)
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def _log(
        self,
        query: dict[str, list[str]],
        content: bytes,
        status: int,
        request: Request | None,
        started: float,
        sent: int = 0,
        token: str = "",
    ) -> None:
        method = request.method if request else None
        writes = request.writes if request else self.command not in {"GET", "HEAD"}
        entry = Served(
            method=self.command,
            path=urlsplit(self.path).path,
            query=query,
            body=content,
            status=status,
            kind="write" if writes else "read",
            api="" if method is None else SHEETS if method.api == SHEETS else "drive",
            method_id=method.id if method else "",
            sent=sent,
            seconds=time.monotonic() - started,
            token=token,
        )
        self.server.standin.log.append(entry)
