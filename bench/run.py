"""`make bench`: each stage on communities of 10,000 to 1,000,000 rows, beside a bare reading and other libraries.

Machines are noisy: trust the ratios within one run. Every size is measured in a process of its own, so that its peak
memory is its own.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
DATA = HERE / "data"
SIZES = (10_000, 100_000, 1_000_000)
LARGEST_RENDERED = 100_000
"""Outputs are made for communities up to this size: one of a million rows has a hundred schools and is no community."""


def main() -> None:
    """Measure and print everything for the sizes given, or do the one measurement that is named."""
    if len(sys.argv) > 1 and sys.argv[1] in MEASUREMENTS:
        print(json.dumps(MEASUREMENTS[sys.argv[1]](Path(sys.argv[2]))))
        return
    sizes = [int(text) for text in sys.argv[1:]] or list(SIZES)
    sample = _sample()
    _report_rendering(sample)
    _report_cycle(sample)
    _report_mailing(sample)
    _report_idle(sample)
    for size in sizes:
        _report(_generated(size))
        if size <= LARGEST_RENDERED:
            _report_rendering(_generated(size))
    _report_rivals(_generated(max(sizes)))


def _generated(size: int) -> Path:
    from community import write_community

    path = DATA / f"{size}.xlsx"
    if not path.exists():
        print(f"generating {path.name} …", file=sys.stderr)
        DATA.mkdir(exist_ok=True)
        write_community(path, size)
    return path


def _sample() -> Path:
    from toolkit.plans import load_plan
    from toolkit.sample import build_sample

    DATA.mkdir(exist_ok=True)
    build_sample(DATA / "sample.xlsx", load_plan("S9").quotas)
    return DATA / "sample.xlsx"


def _measured(name: str, path: Path) -> dict[str, Any]:
    command = [sys.executable, str(HERE / "run.py"), name, str(path)]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=HERE.parent).stdout
    result: dict[str, Any] = json.loads(output.splitlines()[-1])
    return result


def _report(path: Path) -> None:
    base, job = _measured("calamine", path)["seconds"], _measured("pipeline", path)
    stages, rows = job["stages"], job["rows"]
    total = sum(stages.values())
    print(f"\n{rows:,} entry rows ({path.stat().st_size / 1e6:.1f} MB)")
    for name, seconds in {"bare calamine": base, **stages, "all": total}.items():
        print(f"  {name:16}{seconds:8.2f} s {rows / seconds:12,.0f} rows/s {seconds / base:6.2f} × bare reading")
    print(f"  all that follows reading / reading: {total / stages['read'] - 1:.2f}")
    print(f"  {total / rows * 1e6:.1f} µs a row; peak memory {job['peak']:.2f} GB", end="; ")
    print(f"{job['problems']:,} problems, {job['standings']:,} standings")


def bare(path: Path) -> dict[str, Any]:
    """Merely reading every sheet into Python lists with calamine."""
    from python_calamine import CalamineWorkbook

    from toolkit.workflows import no_garbage_collection

    start = time.perf_counter()
    with no_garbage_collection():
        book = CalamineWorkbook.from_path(str(path))
        sheets = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
    return {"seconds": time.perf_counter() - start, "sheets": len(sheets)}


def pipeline(path: Path) -> dict[str, Any]:
    """The whole core, stage by stage, in the order of `toolkit.assess.assess`."""
    from community import AS_OF

    from toolkit import assess as core
    from toolkit.schema import load_schema
    from toolkit.stores.xlsx import read_workbook
    from toolkit.workflows import no_garbage_collection

    stages: dict[str, float] = {}

    def timed(name: str, work: Callable[[], Any]) -> Any:
        start = time.perf_counter()
        result = work()
        stages[name] = time.perf_counter() - start
        return result

    schema = load_schema()
    with no_garbage_collection():
        raw = timed("read", lambda: read_workbook(path, schema))
        tables, problems = timed("clean", lambda: core.clean(raw, schema, AS_OF))
        checked = timed("link and check", lambda: core.check(tables, schema, AS_OF, None, problems))
        standings = timed("measure", lambda: core.measure(checked))
    return {
        "stages": stages,
        "rows": sum(len(table.frame) for table in tables.values()),
        "problems": len(checked.problems),
        "standings": len(standings),
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6,
    }


def rivals(path: Path) -> dict[str, Any]:
    """The checks of 签到 through pandera and frictionless, as far as each can."""
    from rivals import compare

    return compare(path)


def rendering(path: Path) -> dict[str, Any]:
    """Every output made once."""
    from rendering import compare

    return compare(path)


def cycle(path: Path) -> dict[str, Any]:
    """A whole cycle on a Google Sheet, beside the common way."""
    from cycle import compare

    return compare(path)


def mailing(path: Path) -> dict[str, Any]:
    """A large mailing to a server on this machine."""
    from mailing import compare

    return compare(path)


def idle(path: Path) -> dict[str, Any]:
    """The scheduler while nothing is due."""
    from idle import compare

    return compare(path)


MEASUREMENTS: dict[str, Callable[[Path], dict[str, Any]]] = {
    "calamine": bare,
    "pipeline": pipeline,
    "rendering": rendering,
    "rivals": rivals,
    "cycle": cycle,
    "mailing": mailing,
    "idle": idle,
}


def _report_rendering(path: Path) -> None:
    made = _measured("rendering", path)
    base = made["seconds"]["read and assess"]
    print(
        f"\nEvery output of {path.name}: {made['standings']:,} standings, {made['schools']} schools, "
        f"{made['mails']} mails"
    )
    for name, seconds in made["seconds"].items():
        print(f"  {name:20}{seconds:8.2f} s {seconds / base:6.2f} × reading and assessing")
    print(f"  dashboard workbook {made['workbook'] / 1e6:.2f} MB, leaders' page {made['page'] / 1e6:.2f} MB")


def _report_cycle(path: Path) -> None:
    from cycle import report

    report(_measured("cycle", path))


def _report_mailing(path: Path) -> None:
    from mailing import report

    report(_measured("mailing", path))


def _report_idle(path: Path) -> None:
    from idle import report

    if not Path("/proc/self/stat").exists():
        print("\nserve while nothing is due: measured on Linux alone")
        return
    report(_measured("idle", path))


def _report_rivals(path: Path) -> None:
    results = _measured("rivals", path)
    print(f"\nChecking {results['rows']:,} rows of 签到 already in memory, beside other libraries")
    ours = results["lines"][0]["seconds"] / results["lines"][0]["rows"]
    for line in results["lines"]:
        each = line["seconds"] / line["rows"]
        print(
            f"  {line['name']:14}{line['seconds']:8.2f} s, {line['rows']:>9,} rows, {each / ours:7.2f} × a row",
            end="; ",
        )
        print(line["note"])


if __name__ == "__main__":
    main()
