"""Lines on standard error: for work that takes its time, and for what people should know though all went well."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE = 1.0
"""Seconds of silence before a stage names itself."""


@contextmanager
def stage(label: str) -> Iterator[None]:
    """Say what is going on if it takes over a second.

    Args:
        label: such as `Reading F.xlsx`.
    """
    timer = threading.Timer(PATIENCE, lambda: print(f"{label} …", file=sys.stderr, flush=True))  # noqa: T201 for people
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def notice(text: str) -> None:
    """Say something that does not change the result.

    Args:
        text: a sentence.
    """
    print(f"consortium: {text}", file=sys.stderr, flush=True)  # noqa: T201 for people
