"""The scheduler while nothing is due, beside a loop of `schedule` that does nothing at all: memory and processor."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PERIOD = 240
"""Seconds of idling that are measured."""
QUIET = 30
"""Seconds without a run after which what was due at the start counts as done."""
LOOP = """
import time, schedule
schedule.every(1).seconds.do(lambda: None)
while True:
    schedule.run_pending()
    time.sleep(2)
"""


def compare(path: Path) -> dict[str, Any]:
    """Let both idle at the same time.

    Args:
        path: the sample workbook.

    Returns:
        For each its peak memory in MB and its part of one processor; how many runs the scheduler began meanwhile.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copy(path, folder / "sample.xlsx")
        (folder / "consortium.toml").write_text('[workbook]\npath = "sample.xlsx"\n', encoding="utf-8")
        with _begun([sys.executable, "-m", "toolkit", "serve"], folder) as serving:
            _wait_until_quiet(serving)
            with _begun([sys.executable, "-c", LOOP], folder) as loop:
                time.sleep(2)
                before = {process: _seconds(process) for process in (serving, loop)}
                runs = _children(serving)
                time.sleep(PERIOD)
                measured = {
                    name: {"memory": _peak(process), "processor": (_seconds(process) - before[process]) / PERIOD}
                    for name, process in {"serve": serving, "bare loop": loop}.items()
                }
                return measured | {"runs": _children(serving) - runs}


@contextmanager
def _begun(command: list[str], folder: Path) -> Iterator[int]:
    environment = os.environ | {"XDG_STATE_HOME": str(folder / "state"), "XDG_CACHE_HOME": str(folder / "cache")}
    with subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.DEVNULL) as process:
        try:
            yield process.pid
        finally:
            process.terminate()


def _wait_until_quiet(process: int) -> None:
    quiet = time.monotonic()
    while time.monotonic() < quiet + QUIET:
        time.sleep(0.5)
        if Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii").strip():
            quiet = time.monotonic()


def _children(process: int) -> int:
    """Page faults of children that ended: they grow with every run."""
    return int(_stat(process)[8])


def _seconds(process: int) -> float:
    """Processor time, without that of children."""
    fields = _stat(process)
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _stat(process: int) -> list[str]:
    """What proc(5) has of a process, from its state on."""
    return Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()


def _peak(process: int) -> float:
    lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1000


def report(told: dict[str, Any]) -> None:
    """Print what was measured."""
    print(f"\nserve while nothing is due, for {PERIOD} s" + (", but for a run that came due" if told["runs"] else ""))
    for name in ("serve", "bare loop"):
        one = told[name]
        print(f"  {name:16}{one['memory']:8.1f} MB {one['processor']:8.3%} of a processor", end="")
        print(f" {one['memory'] / told['bare loop']['memory']:6.2f} × the memory of a bare loop")


if __name__ == "__main__":
    measured = compare(Path(sys.argv[1]))
    print(json.dumps(measured))
    report(measured)
