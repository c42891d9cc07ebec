"""Requests of batchUpdate about what lies on sheets: charts and slicers."""

from __future__ import annotations

from typing import Any, Final

from . import a1, masks
from .book import Book, Json, Tab
from .errors import invalid
from .formats import kept, with_pairs
from .requests_dimensions import need_grid
from .requests_sheets import need_fields

CHARTS: Final = (
    "basicChart",
    "pieChart",
    "bubbleChart",
    "candlestickChart",
    "orgChart",
    "histogramChart",
    "waterfallChart",
    "treemapChart",
    "scorecardChart",
)
_SIZE: Final = {"widthPixels": 600, "heightPixels": 371}


def add_chart(book: Book, request: Json) -> Json:
    """A chart on a sheet, or on a sheet of its own."""
    chart = kept(request.get("chart", {}))
    _check_spec(chart.get("spec"))
    number = chart.get("chartId") or book.new_id()
    if any(number in tab.charts for tab in book.sheets):
        raise invalid(f"Chart with id {number} already exists.")
    tab, position = _position(book, chart.get("position", {}))
    made = {"chartId": number, "spec": _spec(chart["spec"]), "position": position}
    if "border" in chart:
        made["border"] = chart["border"]
    tab.charts[number] = made
    return {"chart": made}


def _check_spec(spec: Json | None) -> None:
    if not spec:
        raise invalid("No chart spec specified.")
    if sum(name in spec for name in CHARTS) != 1:
        raise invalid("Must specify exactly one chart in the ChartSpec.")
    basic = spec.get("basicChart")
    if basic is not None:
        if basic.get("chartType", "BASIC_CHART_TYPE_UNSPECIFIED") == "BASIC_CHART_TYPE_UNSPECIFIED":
            raise invalid("No chartType specified.")
        if not basic.get("series"):
            raise invalid("At least one series must be specified.")


def _spec(spec: Json) -> Json:
    made = {"hiddenDimensionStrategy": "SKIP_HIDDEN_ROWS_AND_COLUMNS", "fontName": "Roboto", **spec}
    return {key: made[key] for key in sorted(made, key=lambda name: name in CHARTS)}


def _position(book: Book, position: Json) -> tuple[Tab, Json]:
    if position.get("newSheet"):
        tab = Tab(book.new_id(), _chart_title(book), rows=1, columns=1)
        tab.properties = {**tab.properties, "sheetType": "OBJECT", "gridProperties": {}}
        book.sheets.append(tab)
        book.renumber()
        return tab, {"sheetId": tab.id}
    if "overlayPosition" not in position:
        raise invalid("No position specified for the embedded object.")
    overlay = position["overlayPosition"]
    anchor = overlay.get("anchorCell", {})
    tab = need_grid(book, anchor.get("sheetId"))
    row, column = anchor.get("rowIndex", 0), anchor.get("columnIndex", 0)
    if row >= tab.rows or column >= tab.columns:
        raise a1.outside(tab, a1.Area(tab.id, row, column, row + 1, column + 1))
    cell = {"sheetId": tab.id, "rowIndex": row, "columnIndex": column}
    return tab, {"overlayPosition": {"anchorCell": cell, **{k: v for k, v in overlay.items() if k != "anchorCell"}}}


def _chart_title(book: Book) -> str:
    number = 1
    while book.titled(f"Chart{number}"):
        number += 1
    return f"Chart{number}"


def _object(book: Book, number: int) -> tuple[Tab, dict[int, Json]]:
    for tab in book.sheets:
        for things in (tab.charts, tab.slicers):
            if number in things:
                return tab, things
    raise invalid(f"No embedded object with id: {number}")


def update_chart_spec(book: Book, request: Json) -> None:
    """Another specification for a chart, which stays where it is."""
    number = request.get("chartId", 0)
    tab = next((tab for tab in book.sheets if number in tab.charts), None)
    if tab is None:
        raise invalid(f"No chart with id: {number}")
    spec = kept(request.get("spec", {}))
    _check_spec(spec)
    tab.charts[number] = {**tab.charts[number], "spec": _spec(spec)}


def update_embedded_object_position(book: Book, request: Json) -> Json:
    """Moves or resizes a chart or slicer."""
    number = request.get("objectId", 0)
    tab, things = _object(book, number)
    new, fields = request.get("newPosition", {}), request.get("fields", "")
    if not new.get("newSheet") and not fields:
        raise invalid("At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)")
    if not new.get("newSheet"):
        old = things[number]["position"].get("overlayPosition", {})
        merged = masks.merge(old, new.get("overlayPosition", {}), fields.replace("overlayPosition.", ""))
        anchor = merged.get("anchorCell") or old.get("anchorCell", {"sheetId": tab.id})
        new = {"overlayPosition": {**merged, "anchorCell": {"sheetId": tab.id, **anchor}}}
    home, position = _position(book, new)
    moved = {**things[number], "position": position}
    if home is not tab:
        del things[number]
    (home.charts if things is tab.charts else home.slicers)[number] = moved
    return {"position": position}


def update_embedded_object_border(book: Book, request: Json) -> None:
    """The line around a chart."""
    fields = with_pairs(need_fields(request))
    _, things = _object(book, request.get("objectId", 0))
    chart = things[request["objectId"]]
    things[request["objectId"]] = {
        **chart,
        "border": masks.merge(chart.get("border", {}), kept(request.get("border", {})), fields),
    }


def delete_embedded_object(book: Book, request: Json) -> None:
    """Takes a chart or slicer away."""
    tab, things = _object(book, request.get("objectId", 0))
    del things[request.get("objectId", 0)]
    if tab.properties["sheetType"] == "OBJECT":
        book.sheets.remove(tab)
        book.renumber()


def add_slicer(book: Book, request: Json) -> Json:
    """A slicer over a range."""
    given = kept(request.get("slicer", {}))
    number = given.get("slicerId") or book.new_id()
    if any(number in tab.slicers for tab in book.sheets):
        raise invalid(f"Slicer with id {number} already exists.")
    tab, position = _position(book, given.get("position", {}))
    tab.slicers[number] = {"slicerId": number, "spec": given.get("spec", {}), "position": position}
    return {"slicer": tab.slicers[number]}


def update_slicer_spec(book: Book, request: Json) -> None:
    """Changes a slicer."""
    fields = with_pairs(need_fields(request))
    number = request.get("slicerId", 0)
    for tab in book.sheets:
        if number in tab.slicers:
            old = tab.slicers[number]
            tab.slicers[number] = {**old, "spec": masks.merge(old["spec"], kept(request.get("spec", {})), fields)}
            return
    raise invalid(f"No slicer with id: {number}")


HANDLERS: Final[dict[str, Any]] = {
    "addChart": add_chart,
    "updateChartSpec": update_chart_spec,
    "updateEmbeddedObjectPosition": update_embedded_object_position,
    "updateEmbeddedObjectBorder": update_embedded_object_border,
    "deleteEmbeddedObject": delete_embedded_object,
    "addSlicer": add_slicer,
    "updateSlicerSpec": update_slicer_spec,
}
