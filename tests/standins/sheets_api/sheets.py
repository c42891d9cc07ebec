"""The Sheets service: what each method of the API does to the spreadsheets of a store."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from . import (
    a1,
    requests_banding,
    requests_cells,
    requests_dimensions,
    requests_edit,
    requests_filters,
    requests_groups,
    requests_metadata,
    requests_objects,
    requests_rules,
    requests_sheets,
    requests_tables,
)
from .book import Book, Json, Tab
from .dates import is_time_zone
from .errors import ApiError, invalid
from .formats import kept
from .outward import outward
from .requests_metadata import matching
from .sheet_values import (
    Query,
    book_of,
    filtered,
    flag,
    one,
    values_append,
    values_batch_clear,
    values_batch_clear_by_data_filter,
    values_batch_get,
    values_batch_get_by_data_filter,
    values_batch_update,
    values_batch_update_by_data_filter,
    values_clear,
    values_get,
    values_update,
)
from .snapshot import snapshot
from .store import Store

Handler = Callable[[Book, Json], Json | None]
HANDLERS: Final[dict[str, Handler]] = {
    **requests_sheets.HANDLERS,
    **requests_dimensions.HANDLERS,
    **requests_groups.HANDLERS,
    **requests_cells.HANDLERS,
    **requests_rules.HANDLERS,
    **requests_banding.HANDLERS,
    **requests_metadata.HANDLERS,
    **requests_objects.HANDLERS,
    **requests_filters.HANDLERS,
    **requests_tables.HANDLERS,
    **requests_edit.HANDLERS,
}


def create(store: Store, path: dict[str, str], query: Query, body: Json) -> Json:  # noqa: ARG001
    """A new spreadsheet, with the sheets, cells and names that it is given."""
    properties = body.get("properties", {})
    book = Book(
        store.new_id(),
        properties.get("title") or "Untitled spreadsheet",
        locale=properties.get("locale") or "en_US",
        time_zone=properties.get("timeZone") or "Etc/GMT",
    )
    if not is_time_zone(book.properties["timeZone"]):
        raise invalid(f"Invalid time zone: {book.properties['timeZone']}")
    for name in ("autoRecalc", "iterativeCalculationSettings"):
        if name in properties:
            book.properties[name] = properties[name]
    for sheet in body.get("sheets", ()):
        _create_sheet(book, sheet)
    if not book.sheets:
        book.sheets.append(Tab(0, "工作表1" if book.locale.startswith("zh") else "Sheet1"))
    for named in body.get("namedRanges", ()):
        requests_rules.add_named_range(book, {"namedRange": named})
    for item in body.get("developerMetadata", ()):
        requests_metadata.create_developer_metadata(book, {"developerMetadata": item})
    store.add_book(book)
    return snapshot(book)


def _create_sheet(book: Book, sheet: Json) -> None:
    properties = {key: item for key, item in sheet.get("properties", {}).items() if key != "index"}
    if "sheetId" not in properties and not book.sheets:
        properties["sheetId"] = 0
    requests_sheets.add_sheet(book, {"properties": properties})
    tab = book.sheets[-1]
    for data in sheet.get("data", ()):
        start = {"sheetId": tab.id, "rowIndex": data.get("startRow", 0), "columnIndex": data.get("startColumn", 0)}
        rows = data.get("rowData", [])
        if rows:
            requests_cells.update_cells(book, {"start": start, "rows": rows, "fields": "*"})
        for dimension, name in (("ROWS", "rowMetadata"), ("COLUMNS", "columnMetadata")):
            for index, meta in enumerate(data.get(name, ())):
                kept_meta = {k: v for k, v in meta.items() if k in {"pixelSize", "hiddenByUser"}}
                if kept_meta:
                    tab.meta(dimension)[index] = kept_meta
    tab.merges = [{**merge, "sheetId": tab.id} for merge in sheet.get("merges", ())]
    tab.conditional_formats = [kept(rule) for rule in sheet.get("conditionalFormats", ())]
    for name, request, key in (
        ("protectedRanges", requests_rules.add_protected_range, "protectedRange"),
        ("bandedRanges", requests_banding.add_banding, "bandedRange"),
        ("charts", requests_objects.add_chart, "chart"),
        ("filterViews", requests_filters.add_filter_view, "filter"),
    ):
        for thing in sheet.get(name, ()):
            request(book, {key: thing})
    if "basicFilter" in sheet:
        requests_filters.set_basic_filter(book, {"filter": sheet["basicFilter"]})


def get(store: Store, path: dict[str, str], query: Query, body: Json) -> Json:  # noqa: ARG001
    """The spreadsheet as JSON, cells only if asked for."""
    book = book_of(store, path)
    places = [a1.parse(book, text) for text in query.get("ranges", ())]
    return snapshot(book, places, grid=flag(query, "includeGridData"), mask=one(query, "fields"))


def get_by_data_filter(store: Store, path: dict[str, str], query: Query, body: Json) -> Json:
    """The spreadsheet as JSON, of it what data filters find."""
    book = book_of(store, path)
    places = [place for each in body.get("dataFilters", ()) for place in filtered(book, each)]
    if body.get("dataFilters") and not places:
        return snapshot(book, None, grid=False, mask=one(query, "fields"), only=())
    return snapshot(book, places, grid=bool(body.get("includeGridData")), mask=one(query, "fields"))


def batch_update(store: Store, path: dict[str, str], query: Query, body: Json) -> Json:  # noqa: ARG001
    """Does all requests, or none of them if one is wrong."""
    book = book_of(store, path, write=True)
    requests = body.get("requests", [])
    if not requests:
        raise invalid("Must specify at least one request.")
    draft = book.copy()
    replies = [_reply(draft, index, request) for index, request in enumerate(requests)]
    draft.computed = None
    store.put_book(draft)
    answer: Json = {"spreadsheetId": book.id, "replies": replies}
    if body.get("includeSpreadsheetInResponse"):
        places = [a1.parse(draft, text) for text in body.get("responseRanges", ())]
        answer["updatedSpreadsheet"] = snapshot(draft, places, grid=bool(body.get("responseIncludeGridData")))
    return answer


def _reply(draft: Book, index: int, request: Json) -> Json:
    kind, content = next(iter(request.items()), ("", {}))
    handler = HANDLERS.get(kind)
    if handler is None:
        raise ApiError(501, f"Invalid requests[{index}].{kind}: the stand-in does not do this kind of request.")
    draft.computed = None
    try:
        reply = handler(draft, content or {})
    except ApiError as error:
        raise ApiError(error.code, f"Invalid requests[{index}].{kind}: {error.message}", error.status) from None
    return {} if reply is None else {kind: outward(reply)}


def copy_to(store: Store, path: dict[str, str], query: Query, body: Json) -> Json:  # noqa: ARG001
    """Copies a sheet into another spreadsheet, or the same one."""
    source = book_of(store, path)
    try:
        tab = source.sheet(int(path["sheetId"]))
    except ValueError:
        tab = None
    if tab is None:
        raise ApiError(400, f"The sheet ({path['sheetId']}) does not exist.")
    target = book_of(store, {"spreadsheetId": body.get("destinationSpreadsheetId", "")}, write=True).copy()
    new_id = target.new_id()
    copied = requests_sheets.copied_sheet(target, tab, new_id, requests_sheets.copy_title(target, tab.title))
    target.sheets.append(copied)
    target.renumber()
    requests_sheets.check_size(target)
    target.metadata.update(requests_sheets.copied_metadata(source, target, tab.id, new_id))
    store.put_book(target)
    return outward(copied.properties)


def metadata_get(store: Store, path: dict[str, str], query: Query, body: Json) -> Json:  # noqa: ARG001
    """Developer metadata of an id."""
    book = book_of(store, path)
    number = path["metadataId"]
    if not number.lstrip("-").isdigit() or int(number) not in book.metadata:
        raise ApiError(404, f"No developer metadata with ID: {number}")
    return outward(book.metadata[int(number)])


def metadata_search(store: Store, path: dict[str, str], query: Query, body: Json) -> Json:  # noqa: ARG001
    """Developer metadata that data filters find, each once with the filters that found it."""
    book = book_of(store, path)
    found: dict[int, tuple[Json, list[Json]]] = {}
    for each in body.get("dataFilters", ()):
        for item in matching(book, each):
            found.setdefault(item["metadataId"], (item, []))[1].append(each)
    matched = [{"developerMetadata": outward(item), "dataFilters": by} for item, by in found.values()]
    return {"matchedDeveloperMetadata": matched} if matched else {}


__all__ = [
    "batch_update",
    "copy_to",
    "create",
    "get",
    "get_by_data_filter",
    "metadata_get",
    "metadata_search",
    "values_append",
    "values_batch_clear",
    "values_batch_clear_by_data_filter",
    "values_batch_get",
    "values_batch_get_by_data_filter",
    "values_batch_update",
    "values_batch_update_by_data_filter",
    "values_clear",
    "values_get",
    "values_update",
]
