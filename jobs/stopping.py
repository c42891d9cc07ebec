"""Signals that ask this process to stop; and what time it is."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from types import FrameType


def now() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


@contextmanager
def asked_to_stop() -> Iterator[threading.Event]:
    """An event that a signal sets."""
    stop = threading.Event()

    def ask(_: int, __: FrameType | None) -> None:
        stop.set()

    before = {name: signal.signal(name, ask) for name in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


@contextmanager
def stops_as_interrupt() -> Iterator[None]:
    """SIGTERM ends the work like Ctrl-C: what is at hand is given back and put on record."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
