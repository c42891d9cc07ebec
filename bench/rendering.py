"""How long each output takes to make, beside the assessment it is made from."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


def compare(path: Path) -> dict[str, Any]:
    """Make every output of a workbook once.

    Args:
        path: an entry workbook.

    Returns:
        Seconds by output, the assessment first; and how large the outputs are.
    """
    sys.path.insert(0, str(ROOT / "bench"))
    import community

    from toolkit import sample
    from toolkit.workflows import load
    from toolkit.workflows.outbox import letters_of
    from toolkit.workflows.remembering import Remembered
    from toolkit.workflows.reporting import pages, write_dashboard_workbook

    day = sample.AS_OF if path.stem == "sample" else community.AS_OF
    seconds: dict[str, float] = {}

    def timed(name: str, work: Callable[[], Any]) -> Any:
        start = time.perf_counter()
        result = work()
        seconds[name] = time.perf_counter() - start
        return result

    loaded = timed("read and assess", lambda: load(config=None, workbook=path, sheet=None, as_of=day))
    past = Remembered(loaded)
    timed("weeks rebuilt", lambda: past.rebuilt)
    view = timed("view of all", past.viewer.view)
    schools = past.viewer.stand.active
    timed("views of schools", lambda: [past.viewer.view(place) for place in schools])
    with tempfile.TemporaryDirectory() as folder:
        book = Path(folder) / "dashboard.xlsx"
        timed("dashboard workbook", lambda: write_dashboard_workbook(past, book, path))
        texts = timed("pages", lambda: pages(past, Path(folder)))
        made = timed("digests", lambda: [bytes(one.mail) for one in letters_of(past, "weekly")])
        return {
            "seconds": seconds,
            "standings": len(view.details),
            "schools": len(schools),
            "workbook": book.stat().st_size,
            "page": len(next(iter(texts.values())).encode()),
            "mails": len(made),
        }
