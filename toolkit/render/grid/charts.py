"""Charts of XlsxWriter as charts of a Google sheet."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from toolkit.render.grid.book import Cell, Chart, GridBook, GridSheet, Placed, style
from toolkit.render.grid.formats import colour
from toolkit.spreadsheet import Json, free_id

_KINDS: Final = {"line": "LINE", "column": "COLUMN", "bar": "BAR"}
_LEGENDS: Final = {"bottom": "BOTTOM_LEGEND", "top": "TOP_LEGEND", "right": "RIGHT_LEGEND", "left": "LEFT_LEGEND"}
_DASHES: Final = {"solid": "SOLID", "dash": "MEDIUM_DASHED", "round_dot": "DOTTED"}
_NO_LABELS: Final = ";;"
"""A number format that shows nothing; Excel's way to leave the figures of an axis out."""
_PLACE: Final = "anchorCell,offsetXPixels,offsetYPixels,widthPixels,heightPixels"


def settle(book: GridBook) -> None:
    """Put into the cells of the charts' figures what Google takes from there.

    Excel keeps a number format at the chart, and puts names of two columns in two lines; Google takes the format of the
    figures' own cells, names of one column, and the head of that column for a title below the axis.
    """
    joined: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    for chart in (placed.chart for sheet in book.sheets.values() for placed in sheet.charts):
        for place, series in enumerate(chart.series):
            _shape(book, series["values"], _pattern(chart, series))
            names = tuple(series["categories"])
            if names not in joined:
                joined[names] = _one_column(book, *names)
            chart.series[place] = {**series, "categories": joined[names]}


_MOST: Final = 50
"""So many charts of ours no tab ever had; charts that people add have other ids and stay."""


def chart_requests(
    sheet: GridSheet, key: str, ids: Mapping[str, int], there: Sequence[int], others: Collection[int]
) -> list[Json]:
    """What makes the charts of a tab these ones; one that is there already is changed, not put beside itself.

    Args:
        sheet: the sheet as it was drawn.
        key: which of the toolkit's tabs it is; a chart's id comes from it and the chart's place.
        ids: of the tabs, by title as drawn.
        there: ids of the charts that the tab has.
        others: ids of the charts of all other tabs.
    """
    requests: list[Json] = []
    kept: set[int] = set()
    for place, placed in enumerate(sheet.charts):
        number = free_id(f"output.{key}.chart.{place}", {*others, *kept})
        kept.add(number)
        requests += _chart(number, placed, ids[sheet.title], _spec(placed, ids), new=number not in there)
    ours = {free_id(f"output.{key}.chart.{place}", ()) for place in range(_MOST)} - kept
    return requests + [{"deleteEmbeddedObject": {"objectId": number}} for number in there if number in ours]


def _chart(number: int, placed: Placed, tab: int, spec: Json, *, new: bool) -> list[Json]:
    size = placed.chart.size
    place = {
        "anchorCell": {"sheetId": tab, "rowIndex": placed.row, "columnIndex": placed.column},
        "offsetXPixels": 0,
        "offsetYPixels": 0,
        "widthPixels": size["width"],
        "heightPixels": size["height"],
    }
    position = {"overlayPosition": place}
    border = {"colorStyle": colour(placed.chart.ground["border"]["color"])}
    if new:
        return [{"addChart": {"chart": {"chartId": number, "spec": spec, "position": position, "border": border}}}]
    return [
        {"updateChartSpec": {"chartId": number, "spec": spec}},
        {"updateEmbeddedObjectPosition": {"objectId": number, "newPosition": position, "fields": _PLACE}},
        {"updateEmbeddedObjectBorder": {"objectId": number, "border": border, "fields": "colorStyle"}},
    ]


# --- what a chart looks like


def _spec(placed: Placed, ids: Mapping[str, int]) -> Json:
    chart = placed.chart
    font = chart.title["name_font"]
    return {
        "title": chart.title["name"],
        "titleTextFormat": {
            "bold": font["bold"],
            "fontSize": font["size"],
            "foregroundColorStyle": colour(font["color"]),
        },
        "altText": placed.text,
        "backgroundColorStyle": colour(chart.ground["fill"]["color"]),
        "hiddenDimensionStrategy": "SHOW_ALL",
        "basicChart": _basic(chart, ids),
    }


def _basic(chart: Chart, ids: Mapping[str, int]) -> Json:
    lying = chart.kind == "bar"
    names, figures = ("y", "x") if lying else ("x", "y")
    # From the head of a column Google takes the name of its series, but also one for the axis: without a legend
    # there is no use for either.
    heads = 0 if chart.legend.get("none") else 1
    # Google's bars begin at the top, Excel's at the bottom.
    reverse = bool(chart.axes.get(names, {}).get("reverse")) != lying
    domain: dict[str, Any] = {"domain": _source(chart.series[0]["categories"], ids, heads)}
    made: dict[str, Any] = {
        "chartType": _KINDS[chart.kind],
        "legendPosition": _LEGENDS[chart.legend["position"]] if heads else "NO_LEGEND",
        "headerCount": heads,
        "domains": [domain | ({"reversed": True} if reverse else {})],
        "series": [_series(chart.kind, series, ids, heads) for series in chart.series],
        "axis": _axis("BOTTOM_AXIS" if lying else "LEFT_AXIS", chart.axes.get(figures, {})),
    }
    if chart.blanks == "span":
        made["interpolateNulls"] = True
    return made


def _axis(position: str, options: Mapping[str, Any]) -> list[Json]:
    ends = {"viewWindowMin": options.get("min"), "viewWindowMax": options.get("max")}
    given = {name: round(end, 6) for name, end in ends.items() if end is not None}
    return [{"position": position, "viewWindowOptions": {**given, "viewWindowMode": "EXPLICIT"}}] if given else []


def _series(kind: str, series: Mapping[str, Any], ids: Mapping[str, int], heads: int) -> Json:
    made: dict[str, Any] = {
        "series": _source(series["values"], ids, heads),
        "targetAxis": "BOTTOM_AXIS" if kind == "bar" else "LEFT_AXIS",
        "colorStyle": colour(series["fill"]["color"]),
    }
    if line := series.get("line"):
        made["lineStyle"] = {"type": _DASHES[line.get("dash_type", "solid")], "width": max(1, round(line["width"]))}
    if (marker := series.get("marker", {"type": "none"}))["type"] != "none":
        made["pointStyle"] = {"shape": marker["type"].upper(), "size": marker["size"]}
    if labels := series.get("data_labels"):
        font = labels["font"]
        form = {"fontSize": font["size"], "foregroundColorStyle": colour(font["color"])}
        made["dataLabel"] = {"type": "DATA", "placement": "OUTSIDE_END", "textFormat": form}
    return made


def _source(area: Sequence[Any], ids: Mapping[str, int], heads: int) -> Json:
    title, row, column, last_row, last = area
    grid = {
        "sheetId": ids[title],
        "startRowIndex": row - heads,
        "endRowIndex": last_row + 1,
        "startColumnIndex": column,
        "endColumnIndex": last + 1,
    }
    return {"sourceRange": {"sources": [grid]}}


# --- what Google takes from the cells


def _pattern(chart: Chart, series: Mapping[str, Any]) -> str:
    """How the figures of a series are written: at its bars, or else along the axis."""
    axis = chart.axes.get("x" if chart.kind == "bar" else "y", {})
    pattern: str = series.get("data_labels", {}).get("num_format") or axis.get("num_format", "")
    return "" if pattern == _NO_LABELS else pattern


def _shape(book: GridBook, area: Sequence[Any], pattern: str) -> None:
    title, row, column, last_row, last = area
    cells = book.sheets[title].cells
    for place in [(r, c) for r in range(row, last_row + 1) for c in range(column, last + 1)]:
        if pattern and place in cells:
            cells[place] = replace(cells[place], style=(cells[place].style or style({})).but(num_format=pattern))


def _one_column(book: GridBook, title: str, row: int, column: int, last_row: int, last: int) -> tuple[Any, ...]:
    """Names without a head; those of two columns in one at the right, the inner name and below it the outer one."""
    sheet = book.sheets[title]
    if column == last:
        sheet.cells.pop((row - 1, column), None)
        return title, row, column, last_row, last
    new = sheet.size[1]
    for r in range(row, last_row + 1):
        cells = (sheet.cells.get((r, c), Cell()) for c in range(last, column - 1, -1))
        sheet.write_string(r, new, "\n".join(str(cell.value) for cell in cells if cell.value))
    return title, row, new, last_row, new
