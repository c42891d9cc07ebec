"""One whole cycle on a Google Sheet, beside the same cycle written the common way: calls, bytes, seconds."""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LATENCY = 0.2
"""Seconds that a call takes on the way, as one does from a school to Google and back."""


def compare(path: Path) -> dict[str, Any]:
    """Read, assess and report on the sample in the stand-in of the Sheets API.

    Args:
        path: the sample workbook.

    Returns:
        For each way its calls that read and write, bytes sent and received, and seconds, waiting included.
    """
    sys.path.insert(0, str(ROOT / "tests"))
    import spreadsheets
    from standins.loading import load as fill
    from standins.sheets_api import SheetsStandin

    with SheetsStandin() as standin, tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = folder
        number = spreadsheets.made(standin)
        fill(standin.client(), number, path)
        config = spreadsheets.config(standin, number, Path(folder))
        standin.faults.add("latency", seconds=LATENCY)
        ways: dict[str, Callable[[], None]] = {
            "init": lambda: _command("init", config),
            "first dashboard": lambda: _command("dashboard", config, "2026-11-17"),
            "cycle": lambda: _command("dashboard", config, "2026-11-24"),
            "nothing changed": lambda: _command("dashboard", config, "2026-11-24"),
        }
        told = {name: dict(_measured(standin, work)) for name, work in ways.items()}
        shown = _shown(standin, number)
        return told | {"common way": dict(_measured(standin, lambda: _common(standin, number, shown)))}


def _measured(standin: Any, work: Callable[[], None]) -> Iterator[tuple[str, float]]:
    standin.log.clear()
    start = time.perf_counter()
    work()
    yield "seconds", time.perf_counter() - start
    calls = [call for call in standin.log if call.api]
    yield "reads", sum(call.kind == "read" for call in calls)
    yield "writes", sum(call.kind == "write" for call in calls)
    yield "sent", sum(len(call.body) for call in calls)
    yield "received", sum(call.sent for call in calls)


def _command(name: str, config: Path, day: str = "") -> None:
    """A command of ours, all of it, but for starting Python."""
    from toolkit.cli import app

    arguments = [name, "--config", str(config), *(["--as-of", day] if day else [])]
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        app(arguments, standalone_mode=False)


def _shown(standin: Any, number: str) -> dict[str, Sequence[Sequence[Any]]]:
    """What stands in the output tabs."""
    from toolkit.outputs import load_outputs

    book = standin.client().open_by_key(number)
    return {title: book.worksheet(title).get_all_values() for title in load_outputs().sheets.values()}


def _common(standin: Any, number: str, shown: dict[str, Sequence[Sequence[Any]]]) -> None:
    """What most scripts do: one `get_all_records` a sheet, one `update` an output sheet.

    It checks and measures nothing, and writes bare values, half of which a reader may see.
    """
    from toolkit.schema import load_schema

    book = standin.client().open_by_key(number)
    titles = {sheet.title for sheet in load_schema().sheets.values()}
    for tab in book.worksheets():
        if tab.title.strip() in titles:
            tab.get_all_records(expected_headers=[])
    for title, rows in shown.items():
        book.worksheet(title).update(rows)


def report(told: dict[str, Any]) -> None:
    """Print what was measured."""
    print(f"\none cycle on a Google Sheet (the sample, stand-in, {LATENCY:.1f} s a call)")
    for name, way in told.items():
        sizes = f"{way['sent'] / 1e3:7.0f} kB sent {way['received'] / 1e3:7.0f} kB received"
        print(f"  {name:16}{way['reads']:3.0f} reads {way['writes']:2.0f} writes {sizes} {way['seconds']:6.2f} s")


if __name__ == "__main__":
    print(json.dumps(compare(Path(sys.argv[1]))))
