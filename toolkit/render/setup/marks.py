"""What set-up puts on tabs besides cells: frozen rows, bands, protection, colours by condition, names, metadata."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from toolkit.lights import RANGE_NAME, light_formula
from toolkit.render import entry_columns
from toolkit.render.entry_look import MISSING
from toolkit.render.grid.formats import colour
from toolkit.render.setup.grid import Json
from toolkit.render.setup.ground import Ground
from toolkit.render.setup.places import Place, marks
from toolkit.render.setup.shapes import Request, area, below
from toolkit.spreadsheet import COLUMN_KEY, SHEET_KEY, tie
from toolkit.workbook import column_letters

HEADER_GUARD: Final = "consortium header"
_BAND: Final = "#f7f9fa"
_FAULT: Final = ("#fde3e1", "#9c1c1c")
"""Ground and text of a cell with a fault."""


def frozen(ground: Ground) -> Iterator[Request]:
    """The header kept in view where nothing is."""
    for place in ground.places.values():
        grid = place.tab.raw.get("properties", {}).get("gridProperties", {})
        still = grid.get("frozenRowCount") or grid.get("frozenColumnCount")
        cut = any(m.get("startRowIndex", 0) < place.first < m.get("endRowIndex", 0) for m in place.grid.merges)
        if not (place.new or still or cut):
            properties = {"sheetId": place.tab.id, "gridProperties": {"frozenRowCount": place.first}}
            yield {"updateSheetProperties": {"properties": properties, "fields": "gridProperties.frozenRowCount"}}


def bands(ground: Ground) -> Iterator[Request]:
    """Alternating colours where nobody has chosen any, nor a filter or a table that they would cut across."""
    for place in ground.places.values():
        tab = place.tab
        if tab.some("bandedRanges") or tab.raw.get("basicFilter") or place.grid.tables:
            continue
        colours = {
            # Pale: on a tab of the staff's own the header's letters are dark.
            "headerColorStyle": colour(ground.hue(place)[1]),
            "firstBandColorStyle": colour("#ffffff"),
            "secondBandColorStyle": colour(_BAND),
        }
        banded = {
            "bandedRangeId": ground.ids.new(f"bands.{place.declared.key}"),
            "range": area(tab.id, (place.header, tab.rows), place.span),
            "rowProperties": colours,
        }
        yield {"addBanding": {"bandedRange": banded}}


def guards(ground: Ground) -> Iterator[Request]:
    """A warning before somebody types over a header; whoever has to may go on."""
    for place in ground.places.values():
        if any(_covers(guard, place) for guard in place.tab.some("protectedRanges")):
            continue
        guard = {
            "protectedRangeId": ground.ids.new(f"header.{place.declared.key}"),
            "range": area(place.tab.id, (place.header, place.first)),
            "description": HEADER_GUARD,
            "warningOnly": True,
        }
        yield {"addProtectedRange": {"protectedRange": guard}}


def _covers(guard: Json, place: Place) -> bool:
    where = guard.get("range", {})
    whole = where.get("startRowIndex", 0) <= place.header < where.get("endRowIndex", place.first)
    return guard.get("description") == HEADER_GUARD or (whole and "startColumnIndex" not in where)


def looks(ground: Ground) -> Iterator[Request]:
    """Cells that are still to fill, and those that 待改 names; behind the staff's own conditions."""
    for place in ground.places.values():
        index = len(place.grid.looks)
        for rule in (*_light(place), *_missing(place)):
            yield {"addConditionalFormatRule": {"rule": rule, "index": index}}
            index += 1


def _missing(place: Place) -> Iterator[Request]:
    columns = {field.name: column for field, column in place.fields}
    for field, column in place.fields:
        formula = entry_columns.missing_rule(field, place.declared, columns, place.first + 1)
        if formula and not any(_is_missing(rule, column) for rule in place.grid.looks):
            yield _rule(below(place.tab.id, place.first, column), formula, {"backgroundColorStyle": colour(MISSING)})


def _is_missing(rule: Json, column: int) -> bool:
    """Whether a condition is ours for this column; inserted columns change its letters, not its shape."""
    spans = {(span.get("startColumnIndex", 0), span.get("endColumnIndex")) for span in rule.get("ranges", ())}
    return spans == {(column, column + 1)} and f"LEN(TRIM({column_letters(column)}" in _formula(rule)


def _light(place: Place) -> Iterator[Request]:
    """The light, and one more over columns that this run adds: by its index another's rule might be hit meanwhile."""
    spans = [span for rule in place.grid.looks if is_light(rule) for span in rule.get("ranges", ())]
    ends = [span.get("endColumnIndex", place.width) for span in spans]
    if not ends or (place.added and max(ends) < place.width):
        yield _light_rule(place)


def is_light(rule: Json) -> bool:
    """Whether a condition is the toolkit's own that lights up faults."""
    return RANGE_NAME in _formula(rule)


def _light_rule(place: Place) -> Request:
    text = {"foregroundColorStyle": colour(_FAULT[1]), "bold": True}
    style = {"backgroundColorStyle": colour(_FAULT[0]), "textFormat": text}
    where = {"sheetId": place.tab.id, "startRowIndex": 0, "startColumnIndex": 0, "endColumnIndex": place.width}
    return _rule(where, light_formula(place.declared.key, place.width), style)


def _rule(where: Request, formula: str, style: Request) -> Request:
    condition = {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": formula}]}
    return {"ranges": [where], "booleanRule": {"condition": condition, "format": style}}


def _formula(rule: Json) -> str:
    values: Sequence[Json] = rule.get("booleanRule", {}).get("condition", {}).get("values", ())
    return "".join(value.get("userEnteredValue", "") for value in values)


def names(ground: Ground) -> Iterator[Request]:
    """Named ranges of the columns that others refer to, such as `consortium_schools_name`, for formulas of staff."""
    known = {named["name"].casefold() for named in ground.sheet.raw.get("namedRanges", ())}
    for place in ground.places.values():
        for field, _ in place.fields:
            if found := ground.referred(field, place):
                target, named = found
                name = f"consortium_{target.declared.key}_{named.key}"
                if name not in known:
                    known.add(name)
                    where = below(target.tab.id, target.first, target.columns[named.key])
                    made = {"namedRangeId": str(ground.ids.new(f"name.{name}")), "name": name, "range": where}
                    yield {"addNamedRange": {"namedRange": made}}


def metadata(ground: Ground) -> Iterator[Request]:
    """What ties each sheet and column to the schema, wherever people move or rename it."""
    for place in ground.places.values():
        key, sheet = place.declared.key, place.tab.id
        if place.tab.key != key and tie(key, sheet) not in marks(place.tab.raw, SHEET_KEY):
            yield _metadata(ground, SHEET_KEY, tie(key, sheet), {"sheetId": sheet})
        for field, column in place.fields:
            name = f"{key}.{field.key}"
            if place.tied(column) is None and not place.marked(column, name):
                span = {"sheetId": sheet, "dimension": "COLUMNS", "startIndex": column, "endIndex": column + 1}
                yield _metadata(ground, COLUMN_KEY, name, {"dimensionRange": span})


def _metadata(ground: Ground, key: str, value: str, location: Request) -> Request:
    made = {
        "metadataId": ground.ids.new(f"{key}.{value}"),
        "metadataKey": key,
        "metadataValue": value,
        "location": location,
        "visibility": "DOCUMENT",
    }
    return {"createDeveloperMetadata": {"developerMetadata": made}}
