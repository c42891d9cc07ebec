"""The dashboard as a workbook of its own."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime, time
from pathlib import Path
from typing import Final
from urllib.parse import quote

from toolkit.files import MARK, replacing
from toolkit.outputs import Outputs
from toolkit.render.dashboard_logs import LogLines
from toolkit.render.dashboard_look import Look, safe
from toolkit.render.dashboard_sheets import draw
from toolkit.render.new_workbook import new_workbook
from toolkit.views import Dashboard

_OPTIONS: Final = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "in_memory": True,
}


def write_dashboard(
    path: Path,
    dashboard: Dashboard,
    outputs: Outputs,
    source: Path | None,
    *,
    school_sheets: bool = False,
    logs: Mapping[str, LogLines],
) -> None:
    """Write the dashboard workbook whole or not at all.

    Args:
        path: the file to make.
        dashboard: the view.
        outputs: the words.
        source: the entry workbook that problems and evidence link to; None where it has no path.
        school_sheets: whether each school that has entries to fix gets them on a sheet of its own as well.
        logs: what stands in 发送记录 and 运行记录, by their keys.

    Raises:
        UsageError: the file cannot be written.
    """
    with replacing(path) as temporary, new_workbook(temporary, _OPTIONS) as book:
        made = datetime.combine(dashboard.as_of, time())
        about = {"title": safe(dashboard.community), "author": MARK, "comments": dashboard.as_of.isoformat()}
        book.set_properties(about | {"created": made})
        look = Look(book, outputs, _relative(source, path))
        draw(look, dashboard, school_sheets=school_sheets, logs=logs)


def _relative(source: Path | None, path: Path) -> str | None:
    if source is None:
        return None
    try:
        relative = os.path.relpath(source.resolve(), path.parent.resolve())
    except ValueError:  # another drive
        relative = str(source.resolve())
    # XlsxWriter takes the first # for the anchor and a %25 for a sign that all is escaped already.
    return quote(relative, safe="/\\:") if "#" in relative or "%" in relative else relative
