"""The dashboard as a workbook of its own."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from datetime import datetime, time
from pathlib import Path
from typing import Final
from urllib.parse import quote

import xlsxwriter

from toolkit.files import MARK, replacing
from toolkit.outputs import Outputs
from toolkit.render.dashboard_charts import Charts
from toolkit.render.dashboard_front import Front
from toolkit.render.dashboard_lists import Lists
from toolkit.render.dashboard_look import Look, Pane, safe
from toolkit.render.dashboard_scores import Scores
from toolkit.views import Dashboard

_OPTIONS: Final = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "in_memory": True,
}
_UNFIT: Final = re.compile(r"[\[\]:*?/\\\n]")
_LONGEST_TITLE: Final = 31
"""A sheet's title has no more signs, and none of a few."""
_SHEETS: Final = ("dashboard", "details", "evidence", "problems", "loans", "scores")


def write_dashboard(
    path: Path, dashboard: Dashboard, outputs: Outputs, source: Path | None, *, school_sheets: bool = False
) -> None:
    """Write the dashboard workbook whole or not at all.

    Args:
        path: the file to make.
        dashboard: the view.
        outputs: the words.
        source: the entry workbook that problems and evidence link to; None where it has no path.
        school_sheets: whether each school that has entries to fix gets them on a sheet of its own as well.

    Raises:
        UsageError: the file cannot be written.
    """
    with replacing(path) as temporary, xlsxwriter.Workbook(str(temporary), _OPTIONS) as book:
        made = datetime.combine(dashboard.as_of, time())
        about = {"title": safe(dashboard.community), "author": MARK, "comments": dashboard.as_of.isoformat()}
        book.set_properties(about | {"created": made})
        _write(Look(book, outputs, _relative(source, path)), dashboard, school_sheets=school_sheets)


def _write(look: Look, view: Dashboard, *, school_sheets: bool) -> None:
    day = look.words.headings["as_of"].format(day=view.as_of.isoformat())
    panes = {key: Pane(look, look.words.sheets[key], view.community, day) for key in _SHEETS}
    charts = Charts(look)
    Front(panes["dashboard"], view, charts).write()
    lists = Lists(look, view, panes)
    lists.write()
    Scores(panes["scores"], view, charts).write()
    if school_sheets:
        own = [group for group in view.groups if group.school >= 0]
        for title, group in zip(_titles(look, [group.title for group in own]), own, strict=True):
            lists.problems(Pane(look, title, view.community, day), [group])


def _titles(look: Look, labels: Sequence[str]) -> list[str]:
    """A title that a sheet may have for each school's entries to fix; equal ones are numbered."""
    taken = {title.casefold() for title in (*look.words.sheets.values(), look.words.book["chart_data"])}
    titles = []
    for label in labels:
        stem = _UNFIT.sub(" ", safe(f"{look.words.sheets['problems']}·{label}"))[:_LONGEST_TITLE].strip(" '")
        candidates = (stem, *(f"{stem[: _LONGEST_TITLE - 4]}~{number}" for number in range(2, 999)))
        title = next(title for title in candidates if title.casefold() not in taken)
        taken.add(title.casefold())
        titles.append(title)
    return titles


def _relative(source: Path | None, path: Path) -> str | None:
    if source is None:
        return None
    try:
        relative = os.path.relpath(source.resolve(), path.parent.resolve())
    except ValueError:  # another drive
        relative = str(source.resolve())
    # XlsxWriter takes the first # for the anchor and a %25 for a sign that all is escaped already.
    return quote(relative, safe="/\\:") if "#" in relative or "%" in relative else relative
