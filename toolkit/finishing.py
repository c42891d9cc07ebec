"""What must not be broken off once it has begun: a signal that asks to stop waits until it is over."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import FrameType

_Handler = Callable[[int, FrameType | None], object]


class Finishing(AbstractContextManager["Finishing", None]):
    """Holds signals back from `hold` on, to `release` or the end of `with`. A second signal is not held back.

    Where this is not the main thread, or a signal would end the process without a word, nothing is held back.
    """

    def __init__(self) -> None:
        """Nothing is held back yet."""
        self._handlers: dict[int, _Handler] = {}
        self._waiting: tuple[int, FrameType | None] | None = None

    def __exit__(self, *_: object) -> None:
        self.release()

    def hold(self) -> None:
        """From now on a signal waits."""
        if self._handlers or threading.current_thread() is not threading.main_thread():
            return
        for number in (signal.SIGINT, signal.SIGTERM):
            handler = signal.getsignal(number)
            if callable(handler):
                self._handlers[number] = handler
                signal.signal(number, self._take)

    def release(self) -> None:
        """What waited takes its course.

        Raises:
            KeyboardInterrupt: that is its course.
        """
        handlers, self._handlers = self._handlers, {}
        waiting, self._waiting = self._waiting, None
        for number, handler in handlers.items():
            signal.signal(number, handler)
        if waiting:
            handlers[waiting[0]](*waiting)

    def _take(self, number: int, frame: FrameType | None) -> None:
        self._waiting = number, frame
        for known, handler in self._handlers.items():
            signal.signal(known, handler)
