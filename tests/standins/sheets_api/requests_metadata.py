"""Developer metadata: made, found by data filters, changed, deleted."""

from __future__ import annotations

from typing import Any, Final

from . import a1, masks
from .book import ROWS, Book, Json
from .errors import invalid
from .requests_dimensions import need_grid
from .requests_sheets import need_fields, sheet_of_metadata

_KINDS: Final = {"SPREADSHEET", "SHEET", "ROW", "COLUMN"}


def create_developer_metadata(book: Book, request: Json) -> Json:
    """Metadata on the spreadsheet, a sheet, a row or a column."""
    given = dict(request.get("developerMetadata", {}))
    if not given.get("metadataKey"):
        raise invalid("Developer metadata key must be specified.")
    if given.get("visibility", "DEVELOPER_METADATA_VISIBILITY_UNSPECIFIED").endswith("UNSPECIFIED"):
        raise invalid("Developer metadata visibility must be specified.")
    location = located(book, given.get("location", {}))
    number = given.get("metadataId") or book.new_id()
    if number in book.metadata:
        raise invalid(
            f"Cannot add developer metadata with ID [{number}] because developer metadata with that ID already exists."
        )
    item = {"metadataId": number, "metadataKey": given["metadataKey"]}
    if given.get("metadataValue"):
        item["metadataValue"] = given["metadataValue"]
    book.metadata[number] = {**item, "location": location, "visibility": given["visibility"]}
    return {"developerMetadata": book.metadata[number]}


def located(book: Book, given: Json) -> Json:
    """A location in Google's shape, with its type.

    Raises:
        ApiError: 400 if it names no single place.
    """
    if "dimensionRange" in given:
        span = dict(given["dimensionRange"])
        tab = need_grid(book, span.get("sheetId"))
        start, end = span.get("startIndex", 0), span.get("endIndex", 0)
        if end - start != 1:
            raise invalid("Developer metadata can only be associated with a single row or column.")
        if span.get("dimension") not in {"ROWS", "COLUMNS"}:
            raise invalid("No dimension specified.")
        if end > tab.count(span["dimension"]):
            raise invalid("Developer metadata location is outside the grid.")
        place = {"sheetId": tab.id, "dimension": span["dimension"], "startIndex": start, "endIndex": end}
        return {"locationType": "ROW" if span["dimension"] == ROWS else "COLUMN", "dimensionRange": place}
    if "sheetId" in given:
        return {"locationType": "SHEET", "sheetId": need_grid(book, given["sheetId"]).id}
    if given.get("spreadsheet"):
        return {"locationType": "SPREADSHEET", "spreadsheet": True}
    raise invalid("Developer metadata location must be specified.")


def matching(book: Book, data_filter: Json) -> list[Json]:
    """Metadata that a data filter finds, in order of their ids."""
    lookup = data_filter.get("developerMetadataLookup")
    if lookup is not None:
        return [book.metadata[key] for key in sorted(book.metadata) if _looked_up(book, book.metadata[key], lookup)]
    place = filter_area(book, data_filter)
    return [book.metadata[key] for key in sorted(book.metadata) if _inside(book.metadata[key], place)]


def filter_area(book: Book, data_filter: Json) -> a1.Area:
    """The area of a data filter that names one."""
    if "a1Range" in data_filter:
        return a1.parse(book, data_filter["a1Range"])
    if "gridRange" in data_filter:
        need_grid(book, data_filter["gridRange"].get("sheetId"))
        return a1.area(data_filter["gridRange"])
    raise invalid("Must specify a filter in the DataFilter.")


def _inside(item: Json, place: a1.Area) -> bool:
    """Whether metadata belong to rows, columns or the sheet that a range touches."""
    where = metadata_area(item)
    return where is not None and where.meets(place)


def metadata_area(item: Json) -> a1.Area | None:
    """The cells that metadata are about; None for the whole spreadsheet."""
    sheet = sheet_of_metadata(item)
    if sheet is None:
        return None
    span = item["location"].get("dimensionRange")
    if span is None:
        return a1.Area(sheet)
    if span["dimension"] == ROWS:
        return a1.Area(sheet, span["startIndex"], 0, span["endIndex"], None)
    return a1.Area(sheet, 0, span["startIndex"], None, span["endIndex"])


def _looked_up(book: Book, item: Json, lookup: Json) -> bool:
    for name in ("metadataId", "metadataKey", "metadataValue", "visibility"):
        if name in lookup and lookup[name] != item.get(name, ""):
            return False
    kind = lookup.get("locationType")
    if kind in _KINDS and item["location"]["locationType"] != kind:
        return False
    if "metadataLocation" not in lookup:
        return True
    return _at(book, item, lookup["metadataLocation"], lookup.get("locationMatchingStrategy", "EXACT_LOCATION"))


def _at(book: Book, item: Json, given: Json, strategy: str) -> bool:
    own = item["location"]
    if strategy == "INTERSECTING_LOCATION":
        if given.get("spreadsheet"):
            return True
        if "sheetId" in given:
            return sheet_of_metadata(item) == given["sheetId"]
        span = given.get("dimensionRange", {})
        wanted = metadata_area({"location": {"locationType": "ROW", "dimensionRange": _closed(book, span)}})
        where = metadata_area(item)
        return where is not None and wanted is not None and where.meets(wanted)
    if "dimensionRange" in given:
        return own.get("dimensionRange") == _closed(book, given["dimensionRange"])
    if "sheetId" in given:
        return own["locationType"] == "SHEET" and own["sheetId"] == given["sheetId"]
    return bool(given.get("spreadsheet")) and own["locationType"] == "SPREADSHEET"


def _closed(book: Book, span: Json) -> Json:
    tab = need_grid(book, span.get("sheetId"))
    dimension = span.get("dimension", ROWS)
    end = span.get("endIndex", tab.count(dimension))
    return {"sheetId": tab.id, "dimension": dimension, "startIndex": span.get("startIndex", 0), "endIndex": end}


def update_developer_metadata(book: Book, request: Json) -> Json:
    """Changes all metadata that the filters find."""
    fields = need_fields(request)
    given = request.get("developerMetadata", {})
    changed = []
    found = {item["metadataId"]: item for each in request.get("dataFilters", ()) for item in matching(book, each)}
    for number, item in found.items():
        new = {**masks.merge(item, given, fields), "metadataId": number}
        if not new.get("metadataKey"):
            raise invalid("Developer metadata key must be specified.")
        if new.get("location") is not item["location"]:
            new["location"] = located(book, new.get("location", {}))
        book.metadata[number] = new
        changed.append(new)
    return {"developerMetadata": changed} if changed else {}


def delete_developer_metadata(book: Book, request: Json) -> Json:
    """Deletes all metadata that the filter finds."""
    found = matching(book, request.get("dataFilter", {}))
    for item in found:
        del book.metadata[item["metadataId"]]
    return {"deletedDeveloperMetadata": found} if found else {}


HANDLERS: Final[dict[str, Any]] = {
    "createDeveloperMetadata": create_developer_metadata,
    "updateDeveloperMetadata": update_developer_metadata,
    "deleteDeveloperMetadata": delete_developer_metadata,
}
