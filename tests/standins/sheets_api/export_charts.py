"""Charts of an exported workbook: bars, columns, lines, areas, points, combinations, pies."""

from __future__ import annotations

from typing import Any, Final

from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from . import a1
from .book import Book, Json, Tab
from .export_formats import colour

_KINDS: Final = {
    "BAR": "bar",
    "COLUMN": "column",
    "LINE": "line",
    "AREA": "area",
    "STEPPED_AREA": "area",
    "SCATTER": "scatter",
    "COMBO": "column",
}
_LEGENDS: Final = {
    "BOTTOM_LEGEND": "bottom",
    "LEFT_LEGEND": "left",
    "RIGHT_LEGEND": "right",
    "TOP_LEGEND": "top",
    "LABELED_LEGEND": "right",
    "NO_LEGEND": "none",
}
_PALETTE: Final = ("#4285F4", "#EA4335", "#FBBC04", "#34A853", "#FF6D01", "#46BDC6")
_AXES: Final = {"BOTTOM_AXIS": "set_x_axis", "LEFT_AXIS": "set_y_axis", "RIGHT_AXIS": "set_y2_axis"}


def add_charts(made: Workbook, page: Worksheet, book: Book, tab: Tab, titles: dict[int, str]) -> None:
    """Writes the charts of a sheet; kinds that Excel lacks are left out."""
    for chart in tab.charts.values():
        drawn = _chart(made, book, chart["spec"], titles)
        if drawn is None:
            continue
        overlay = chart["position"].get("overlayPosition", {})
        anchor = overlay.get("anchorCell", {})
        drawn.set_size({"width": overlay.get("widthPixels", 600), "height": overlay.get("heightPixels", 371)})
        offsets = {"x_offset": overlay.get("offsetXPixels", 0), "y_offset": overlay.get("offsetYPixels", 0)}
        page.insert_chart(anchor.get("rowIndex", 0), anchor.get("columnIndex", 0), drawn, offsets)


def _chart(made: Workbook, book: Book, spec: Json, titles: dict[int, str]) -> Any:
    if "basicChart" in spec:
        drawn = _basic(made, book, spec["basicChart"], titles)
        legend = spec["basicChart"].get("legendPosition", "RIGHT_LEGEND")
    elif "pieChart" in spec:
        drawn = _pie(made, book, spec["pieChart"], titles)
        legend = spec["pieChart"].get("legendPosition", "RIGHT_LEGEND")
    else:
        return None
    if drawn is None:
        return None
    if spec.get("title"):
        drawn.set_title({"name": spec["title"], "name_font": {"size": 14, "bold": False}})
    else:
        drawn.set_title({"none": True})
    drawn.set_legend({"position": _LEGENDS.get(legend, "right")})
    if "backgroundColor" in spec:
        drawn.set_chartarea({"fill": {"color": colour(spec["backgroundColor"])}})
    return drawn


def _basic(made: Workbook, book: Book, basic: Json, titles: dict[int, str]) -> Any:
    kind = _KINDS.get(basic["chartType"], "column")
    header = basic.get("headerCount", 0)
    drawn_series = [
        (series, item, number)
        for number, item in enumerate(basic.get("series", ()))
        if (series := _series(book, item, header, titles))
    ]
    if not drawn_series:
        return None
    domain = next((_source(book, item["domain"], header, titles) for item in basic.get("domains", ())), None)
    over = [each for each in drawn_series if basic["chartType"] == "COMBO" and each[1].get("type") == "LINE"]
    below = [each for each in drawn_series if each not in over]
    stacked = {"STACKED": "stacked", "PERCENT_STACKED": "percent_stacked"}.get(basic.get("stackedType", ""))
    parts = []
    for part, its_kind in ((below, kind), (over, "line")):
        if not part:
            continue
        subtype = {"subtype": stacked} if stacked and its_kind not in {"scatter", "line"} else {}
        chart = made.add_chart({"type": its_kind} | subtype)
        for series, item, number in part:
            _paint(series, item, number, line=its_kind in {"line", "scatter"})
            chart.add_series(series | ({"categories": domain["values"]} if domain else {}))
        parts.append(chart)
    if len(parts) > 1:
        parts[0].combine(parts[1])
    _axes(parts[0], basic, bar=kind == "bar")
    return parts[0]


def _axes(drawn: Any, basic: Json, *, bar: bool) -> None:
    """Titles of axes and light lines; bars stand in the order of their rows, the first on top."""
    light = {"visible": True, "line": {"color": "#D9D9D9"}}
    across, up = ("set_y_axis", "set_x_axis") if bar else ("set_x_axis", "set_y_axis")
    options: dict[str, Json] = {across: {"major_gridlines": {"visible": False}}, up: {"major_gridlines": light}}
    if bar:
        options[across] |= {"reverse": True, "crossing": "max"}
    for axis in basic.get("axis", ()):
        if axis.get("title") and axis.get("position") in _AXES:
            swap = {"set_x_axis": "set_y_axis", "set_y_axis": "set_x_axis"} if bar else {}
            name = _AXES[axis["position"]]
            options.setdefault(swap.get(name, name), {})["name"] = axis["title"]
    for name, content in options.items():
        getattr(drawn, name)(content)


def _series(book: Book, item: Json, header: int, titles: dict[int, str]) -> Json | None:
    series = _source(book, item.get("series", {}), header, titles)
    if series is None:
        return None
    label = item.get("dataLabel", {})
    if label.get("type") == "DATA":
        series["data_labels"] = {"value": True}
    if item.get("targetAxis") == "RIGHT_AXIS":
        series["y2_axis"] = True
    return series


def _paint(series: Json, item: Json, number: int, *, line: bool) -> None:
    shade = colour(item["color"]) if "color" in item else _PALETTE[number % len(_PALETTE)]
    if line:
        series["line"] = {"color": shade, "width": item.get("lineStyle", {}).get("width", 2)}
    else:
        series["fill"] = {"color": shade}
    points = [None] * (max((p.get("index", 0) for p in item.get("styleOverrides", ())), default=-1) + 1)
    for point in item.get("styleOverrides", ()):
        points[point.get("index", 0)] = {"fill": {"color": colour(point.get("color", {}))}}
    if points:
        series["points"] = points


def _source(book: Book, data: Json, header: int, titles: dict[int, str]) -> Json | None:
    """The first range of chart data: its name, if it has a header, and its values."""
    from .export_workbook import absolute  # noqa: PLC0415 - the two need each other

    sources = data.get("sourceRange", {}).get("sources", [])
    if not sources:
        return None
    tab = book.sheet(sources[0].get("sheetId", 0))
    if tab is None:
        return None
    place = a1.area(sources[0]).within(tab)
    across = (place.bottom or 0) - place.top == 1 and (place.right or 0) - place.left > 1
    made: Json = {}
    top, left = place.top, place.left
    if header:
        made["name"] = "=" + absolute(titles[tab.id], a1.Area(tab.id, top, left, top + 1, left + 1))
        top, left = (top, left + header) if across else (top + header, left)
    if place.starts_outside(tab) or top >= (place.bottom or 0) or left >= (place.right or 0):
        return None
    made["values"] = "=" + absolute(titles[tab.id], a1.Area(tab.id, top, left, place.bottom, place.right))
    return made


def _pie(made: Workbook, book: Book, pie: Json, titles: dict[int, str]) -> Any:
    series = _source(book, pie.get("series", {}), 0, titles)
    if series is None:
        return None
    drawn = made.add_chart({"type": "doughnut" if pie.get("pieHole") else "pie"})
    domain = _source(book, pie.get("domain", {}), 0, titles)
    if domain:
        series["categories"] = domain["values"]
    series["points"] = [{"fill": {"color": shade}} for shade in _PALETTE * 4]
    if pie.get("legendPosition") == "LABELED_LEGEND":
        series["data_labels"] = {"category": True, "percentage": True}
    drawn.add_series(series)
    if pie.get("pieHole"):
        drawn.set_hole_size(max(10, min(90, round(pie["pieHole"] * 100))))
    return drawn
