"""The stand-in as one object: started, steered, asked what it served, stopped."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import urlsplit

import gspread
import requests
from requests.adapters import HTTPAdapter

from . import control, persons
from .faults import Faults
from .server import Served, Server
from .store import Store

_HOSTS: Final = ("https://sheets.googleapis.com", "https://www.googleapis.com")


class SheetsStandin:
    """A pretended Google account behind a real HTTP server on loopback.

    Attributes:
        store: all spreadsheets and files.
        faults: what goes wrong, see `faults.Faults.add`.
        log: the requests served, in the order in which their answers were ready.
        failures: tracebacks of faults of the stand-in itself; a sound test leaves none.
    """

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        self.store, self.faults = Store(), Faults()
        self.log: list[Served] = []
        self.failures: list[str] = []
        self._address = (host, port)
        self._server: Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """The base URL."""
        if self._server is None:
            raise RuntimeError("The stand-in is not started.")
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}"

    def start(self) -> Self:
        """Begins to listen."""
        self._server = Server(self._address, self)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, name="sheets stand-in", daemon=True
        )
        self._thread.start()
        return self

    def stop(self) -> None:
        """Closes all connections and stops listening; does nothing if it does not run."""
        if self._server is None or self._thread is None:
            return
        self._server.shutdown()
        self._server.close_all()
        self._server.server_close()
        self._thread.join()
        self._server = self._thread = None

    def __enter__(self) -> Self:
        return self if self._server else self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def reset(self) -> None:
        """Forgets all files, faults and the log."""
        with self.store.lock:
            for kept in (self.store.books, self.store.files, self.store.contents, self.store.permissions):
                kept.clear()
            self.store.comments.clear()
        self.faults.clear()
        self.log.clear()

    def session(self, token: str = "test") -> requests.Session:  # noqa: S107 - no secret
        """A session that takes Google's addresses to the stand-in."""
        session = requests.Session()
        session.trust_env = False
        session.headers["Authorization"] = f"Bearer {token}"
        for host in _HOSTS:
            session.mount(host, _Redirected(self))
        return session

    def client(self) -> gspread.Client:
        """Unmodified gspread that speaks with the stand-in."""
        return gspread.Client(auth=None, session=self.session())

    def add_file(self, **settings: Any) -> dict[str, Any]:
        """A file as a person might have made it, see `control.add_file`."""
        with self.store.lock:
            return control.add_file(self.store, **settings)

    def edit(self, spreadsheet: str, *edits: dict[str, Any]) -> None:
        """Edits as a person makes them: `{"sheet", "cell", "value"}` or `{"request": …}`."""
        with self.store.lock:
            for one in edits:
                persons.make(self.store, spreadsheet, one)


class _Redirected(HTTPAdapter):
    """Sends to the stand-in what is meant for Google; connections are kept open."""

    def __init__(self, standin: SheetsStandin) -> None:
        self._standin = standin
        super().__init__()

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        parts = urlsplit(request.url or "")
        request.url = self._standin.url + parts.path + (f"?{parts.query}" if parts.query else "")
        return super().send(request, *args, **kwargs)
