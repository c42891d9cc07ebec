"""Signs of life of the scheduler: a file that is touched, an address that is asked, and what systemd wants to hear."""

from __future__ import annotations

import logging
import os
import socket
import threading
import urllib.request
from collections.abc import Iterable
from contextlib import closing, suppress
from pathlib import Path
from typing import Final
from urllib.error import URLError

from jobs.logs import event

FRESH: Final = 180.0
"""Seconds after which a heartbeat is none any more; it beats every minute."""
_PATIENCE: Final = 10.0


def tell_systemd(message: str) -> None:
    """Tell systemd how the service is; nothing where it is none (sd_notify(3)).

    Args:
        message: such as `READY=1`.
    """
    address = os.environ.get("NOTIFY_SOCKET", "")
    if address.startswith(("/", "@")):
        with suppress(OSError), closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as to:
            to.connect(f"\0{address[1:]}" if address.startswith("@") else address)
            to.sendall(message.encode())


class Heartbeat:
    """Files that are touched while all is well."""

    def __init__(self, paths: Iterable[Path], log: logging.Logger) -> None:
        """Nothing is touched yet.

        Args:
            paths: the files; they and their folders are made.
            log: is told once when they cannot be.
        """
        self._paths, self._log, self._ill = sorted(set(paths)), log, False

    def beat(self) -> None:
        """Touch them."""
        try:
            for path in self._paths:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.touch()
        except OSError as error:
            if not self._ill:
                event(self._log, "error", "no heartbeat", error=error)
            self._ill = True
        else:
            self._ill = False


class Ping:
    """Asks an address now and then; whoever watches it misses this machine when it does not."""

    def __init__(self, url: str, log: logging.Logger) -> None:
        """Nothing is asked yet.

        Args:
            url: the address; it may hold a key, so it is not written down.
            log: is told when it cannot be reached, once, and when it can again.
        """
        self._url, self._log, self._ill = url, log, False
        self._asking: threading.Thread | None = None

    def ask(self) -> None:
        """Ask, without waiting for the answer."""
        if self._asking is None or not self._asking.is_alive():
            self._asking = threading.Thread(target=self._ask, daemon=True)
            self._asking.start()

    def _ask(self) -> None:
        try:
            with urllib.request.urlopen(self._url, timeout=_PATIENCE) as answer:  # noqa: S310 the configuration says http
                answer.read(1)
        except (OSError, ValueError) as error:
            if not self._ill:
                why = str(error.reason) if isinstance(error, URLError) else type(error).__name__
                event(self._log, "warning", "ping failed", note=why)
            self._ill = True
        else:
            if self._ill:
                event(self._log, "info", "ping again")
            self._ill = False
