"""The output sheets, drawn one after another on whatever paper there is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from toolkit.render.dashboard_charts import Charts
from toolkit.render.dashboard_front import Front
from toolkit.render.dashboard_lists import Lists
from toolkit.render.dashboard_logs import LOGS, LogLines, write_log
from toolkit.render.dashboard_look import Look, Pane, safe
from toolkit.render.dashboard_scores import Scores
from toolkit.views import Dashboard

SHEETS: Final = ("dashboard", "details", "evidence", "problems", "loans", "scores")
"""Keys of the sheets that are always there, in their order."""
_UNFIT: Final = re.compile(r"[\[\]:*?/\\\n]")
_LONGEST_TITLE: Final = 31
"""A sheet's title has no more signs, and none of a few."""


def draw(look: Look, view: Dashboard, *, school_sheets: bool, logs: Mapping[str, LogLines] | None = None) -> None:
    """Draw them all.

    Args:
        look: the paper and the words.
        view: what they show.
        school_sheets: whether each school that has entries to fix gets them on a sheet of its own as well.
        logs: what stands in 发送记录 and 运行记录, by their keys; None where those stand elsewhere.
    """
    day = look.words.headings["as_of"].format(day=view.as_of.isoformat())
    panes = {key: Pane(look, look.words.sheets[key], view.community, day) for key in SHEETS}
    charts = Charts(look)
    Front(panes["dashboard"], view, charts).write()
    lists = Lists(look, view, panes)
    lists.write()
    Scores(panes["scores"], view, charts).write()
    for key, shown in (logs or {}).items():
        write_log(Pane(look, look.words.sheets[key], view.community, day), look, LOGS[key], shown)
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
