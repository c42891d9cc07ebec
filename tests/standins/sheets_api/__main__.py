"""`python -m tests.standins.sheets_api --port N` serves until it is told to stop."""

from __future__ import annotations

import argparse
import signal
import threading

from .standin import SheetsStandin


def main() -> None:
    """Prints the base URL first, then serves."""
    parser = argparse.ArgumentParser(description="A stand-in for Google Sheets and Drive on loopback.")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen at (127.0.0.1)")
    parser.add_argument("--port", type=int, default=0, help="the port, 0 for any that is free (0)")
    options = parser.parse_args()
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    with SheetsStandin(options.host, options.port) as standin:
        print(standin.url, flush=True)  # noqa: T201 - the first line is for who started it
        stopped.wait()


if __name__ == "__main__":
    main()
