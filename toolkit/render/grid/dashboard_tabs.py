"""The output sheets as tabs of the spreadsheet that people fill in, beside theirs and apart from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from toolkit.lights import RANGE_NAME
from toolkit.outputs import Outputs
from toolkit.problems import Problem
from toolkit.render.dashboard_logs import LOGS
from toolkit.render.dashboard_look import MOST_ROWS, Look
from toolkit.render.dashboard_sheets import SHEETS, draw
from toolkit.render.grid.areas import grid_range
from toolkit.render.grid.book import GridBook, Link
from toolkit.render.grid.charts import chart_requests, settle
from toolkit.render.grid.frame import OUR_MARK, Frame, Own, growth, own_tab, own_tabs
from toolkit.render.grid.log_tab import log_tab
from toolkit.render.grid.paint import cleared, frame_of, paint
from toolkit.spreadsheet import Json, Spreadsheet, anchor, free_id
from toolkit.views import Dashboard

_SCHOOL: Final = "school:"
"""A tab of one school's entries to fix is known by this and its first title."""
_FIGURES: Final = "chart_data"
_MEMORY: Final = "memory"
_FRESH: Final = Frame(20, 15)
"""The size of a tab that nothing stands on yet."""
_LIGHTS_WIDTH: Final = 12


def wished_titles(outputs: Outputs) -> dict[str, str]:
    """Titles of the tabs that are always there, by key, in their order: those of people first, then the hidden ones."""
    seen = {key: outputs.sheets[key] for key in (*SHEETS, *LOGS)}
    return seen | {key: outputs.book[key] for key in (_FIGURES, _MEMORY)}


def frames(outputs: Outputs, sheet: Spreadsheet, editors: Sequence[str], *, first: bool = False) -> list[Json]:
    """What makes the standing tabs and the range of lights exist, empty; nothing where they are there.

    Args:
        outputs: for titles.
        sheet: the spreadsheet as it is.
        editors: addresses of those who may write into them.
        first: whether a new 看板 comes to stand before everybody's tabs, whose order does not change; else behind them.
    """
    requests: list[Json] = []
    owns = own_tabs(wished_titles(outputs), sheet)
    for key, own in owns.items():
        if key in LOGS:
            requests += log_tab(LOGS[key], outputs, sheet, editors)
            continue
        hidden = key in {_FIGURES, _MEMORY}
        frame = Frame(_FRESH.rows, _FRESH.columns, gridlines=False, hidden=hidden)
        made = own_tab(own, frame, sheet, editors, first=first and key == "dashboard")
        requests += [it for it in made if "updateSheetProperties" not in it]
    if not _range_of_lights(sheet):
        requests.append(_lights(sheet, owns["problems"], len(outputs.columns["problems"]), 1))
    return requests


def dashboard_requests(
    view: Dashboard,
    outputs: Outputs,
    sheet: Spreadsheet,
    *,
    tabs: Mapping[str, int],
    lights: Mapping[Problem, str],
    editors: Sequence[str],
    school_sheets: bool,
) -> list[Json]:
    """What puts all output sheets into the state of this view, whatever they showed before.

    Tabs that are missing are made; those of schools that have nothing to fix any more are deleted. No other tab is
    named.

    Args:
        view: what they show.
        outputs: the words.
        sheet: the spreadsheet as it is.
        tabs: ids of people's tabs by title as the view names them, for links; a link to any other is plain text.
        lights: the key of each problem that has a cell (`toolkit.lights`).
        editors: addresses of those who may write into them.
        school_sheets: whether each school that has entries to fix gets them on a tab of its own as well.
    """
    book = _drawn(view, outputs, lights, school_sheets=school_sheets)
    titles = wished_titles(outputs)
    keys = {titles[key]: key for key in (*SHEETS, _FIGURES)}
    wished = {keys.get(title, _SCHOOL + title): title for title in book.sheets}
    owns = dict(zip(book.sheets, own_tabs(wished, sheet).values(), strict=True))
    problems = owns[outputs.sheets["problems"]]
    lines = sum(len(group.lines) for group in view.groups)
    requests = [*_framed(book, owns, sheet, editors)]
    for title, drawn in book.sheets.items():
        requests += paint(drawn, owns[title], lambda link: _leads(link, owns, tabs))
    requests.append(_lights(sheet, problems, len(outputs.columns["problems"]), min(lines, MOST_ROWS - 1)))
    return requests + _charts(book, owns, sheet)


def _drawn(view: Dashboard, outputs: Outputs, lights: Mapping[Problem, str], *, school_sheets: bool) -> GridBook:
    """The book with all sheets, the one for figures too if there is no chart, and the keys of the lights in 待改."""
    book = GridBook()
    draw(Look(book, outputs, ""), view, school_sheets=school_sheets)
    if outputs.book[_FIGURES] not in book.sheets:
        book.add_worksheet(outputs.book[_FIGURES]).hide()
    settle(book)
    problems, column = book.sheets[outputs.sheets["problems"]], len(outputs.columns["problems"])
    problems.set_column(column, column, _LIGHTS_WIDTH, None, {"hidden": True})
    problems.write_string(0, column, OUR_MARK)
    lines = [line for group in view.groups for line in group.lines][: MOST_ROWS - 1]
    for row, line in enumerate(lines, 1):
        if key := lights.get(line.problem):
            problems.write_string(row, column, key)
    return book


def _framed(book: GridBook, owns: Mapping[str, Own], sheet: Spreadsheet, editors: Sequence[str]) -> list[Json]:
    """Tabs that are too many go, those that stay are cleared and come to their size, new ones are made."""
    kept = {own.id for own in owns.values()}
    schools = [tab for key, tab in sheet.outputs.items() if key.startswith(_SCHOOL)]
    requests: list[Json] = [{"deleteSheet": {"sheetId": tab.id}} for tab in schools if tab.id not in kept]
    for own in owns.values():
        requests += cleared(own)
    frames = {title: frame_of(drawn) for title, drawn in book.sheets.items()}
    for title in sorted(frames, key=lambda title: growth(owns[title], frames[title])):
        requests += own_tab(owns[title], frames[title], sheet, editors) if owns[title].tab else ()
    for title, frame in frames.items():
        requests += () if owns[title].tab else own_tab(owns[title], frame, sheet, editors)
    return requests


def _leads(link: Link, owns: Mapping[str, Own], tabs: Mapping[str, int]) -> str | None:
    if link.own:
        return anchor(owns[link.title].id, link.cell)
    if link.title:
        return anchor(tabs[link.title], link.cell) if link.title in tabs else None
    return link.cell


def _charts(book: GridBook, owns: Mapping[str, Own], sheet: Spreadsheet) -> list[Json]:
    ids = {title: own.id for title, own in owns.items()}
    charts = {tab.id: [chart["chartId"] for chart in tab.some("charts")] for tab in sheet.tabs}
    requests: list[Json] = []
    for title, drawn in book.sheets.items():
        own = owns[title]
        others = {number for tab, numbers in charts.items() if tab != own.id for number in numbers}
        requests += chart_requests(drawn, own.key, ids, charts.get(own.id, []), others)
    return requests


# --- which cells of the entry sheets light up


def _range_of_lights(sheet: Spreadsheet) -> Json | None:
    return next((item for item in sheet.raw.get("namedRanges", ()) if item["name"] == RANGE_NAME), None)


def _lights(sheet: Spreadsheet, problems: Own, column: int, lines: int) -> Json:
    """The named range over the keys of the lights; one cell at least."""
    area = grid_range(problems.id, (1, column, max(1, lines), column))
    if there := _range_of_lights(sheet):
        named = {"namedRangeId": there["namedRangeId"], "range": area}
        return {"updateNamedRange": {"namedRange": named, "fields": "range"}}
    taken = {int(number) for item in sheet.raw.get("namedRanges", ()) if (number := item["namedRangeId"]).isdecimal()}
    number = f"{free_id(RANGE_NAME, taken)}"
    return {"addNamedRange": {"namedRange": {"namedRangeId": number, "name": RANGE_NAME, "range": area}}}
