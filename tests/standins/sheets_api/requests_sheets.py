"""Requests of batchUpdate about the spreadsheet and its sheets."""

from __future__ import annotations

import copy
from typing import Any, Final

from . import masks
from .book import Book, Tab
from .dates import is_time_zone
from .errors import invalid
from .formats import kept, with_pairs
from .references import dropped, renamed

Json = dict[str, Any]
CELL_LIMIT: Final = 10_000_000
_LONGEST_TITLE: Final = 100
_DEFAULT_ROWS, _DEFAULT_COLUMNS = 1000, 26


def need_fields(request: Json) -> str:
    """A request's update mask.

    Raises:
        ApiError: 400 if it has none.
    """
    if not request.get("fields"):
        raise invalid("At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)")
    return request["fields"]


def need_sheet(book: Book, sheet_id: int | None) -> Tab:
    """The sheet of an id, for requests about sheets.

    Raises:
        ApiError: 400 if the spreadsheet has none.
    """
    tab = book.sheet(sheet_id or 0)
    if tab is None:
        raise invalid(f"No sheet with id: {sheet_id or 0}")
    return tab


def check_size(book: Book) -> None:
    """Refuses a spreadsheet with more cells than Google keeps."""
    if sum(tab.rows * tab.columns for tab in book.sheets) > CELL_LIMIT:
        raise invalid(
            f"This action would increase the number of cells in the workbook above the limit of {CELL_LIMIT} cells."
        )


def update_spreadsheet_properties(book: Book, request: Json) -> None:
    """Title, locale, time zone and so on."""
    fields = need_fields(request)
    properties = masks.merge(book.properties, request.get("properties", {}), fields)
    for read_only in ("defaultFormat", "spreadsheetTheme"):
        properties.setdefault(read_only, book.properties[read_only])
    if not properties.get("title"):
        raise invalid("The spreadsheet title cannot be empty.")
    if not is_time_zone(properties.get("timeZone", "")):
        raise invalid(f"Invalid time zone: {properties.get('timeZone', '')}")
    book.properties = {**book.properties, **properties}


def add_sheet(book: Book, request: Json) -> Json:
    """A new sheet, at the end unless it names its place."""
    given = kept(request.get("properties", {}))
    sheet_id = given.get("sheetId")
    if sheet_id is None:
        sheet_id = book.new_id()
    elif book.sheet(sheet_id):
        raise invalid(f"Sheet with id {sheet_id} already exists.")
    if sheet_id < 0:
        raise invalid(f"Invalid sheetId: {sheet_id}. Ids must be non-negative.")
    title = given.get("title") or _next_title(book)
    _check_title(book, title, None)
    tab = Tab(sheet_id, title)
    grid = {"rowCount": _DEFAULT_ROWS, "columnCount": _DEFAULT_COLUMNS} | {
        key: value for key, value in given.get("gridProperties", {}).items() if value
    }
    more = {key: value for key, value in given.items() if key not in {"gridProperties", "index", "sheetId", "title"}}
    tab.properties = {
        **tab.properties,
        **{k: v for k, v in more.items() if v not in (False, {})},
        "gridProperties": grid,
    }
    _check_grid(tab)
    _place(book, tab, given.get("index", len(book.sheets)))
    check_size(book)
    return {"properties": tab.properties}


def _next_title(book: Book) -> str:
    base = "工作表" if book.locale.startswith("zh") else "Sheet"
    number = len(book.sheets) + 1
    while book.titled(f"{base}{number}"):
        number += 1
    return f"{base}{number}"


def _check_title(book: Book, title: str, own: Tab | None) -> None:
    if not title:
        raise invalid("The sheet name cannot be empty.")
    if len(title) > _LONGEST_TITLE:
        raise invalid("The sheet name cannot be greater than 100 characters.")
    other = next((tab for tab in book.sheets if tab is not own and tab.title.casefold() == title.casefold()), None)
    if other:
        raise invalid(f'A sheet with the name "{title}" already exists. Please enter another name.')


def _check_grid(tab: Tab) -> None:
    grid = tab.properties["gridProperties"]
    for count, frozen, things in (
        ("rowCount", "frozenRowCount", "rows"),
        ("columnCount", "frozenColumnCount", "columns"),
    ):
        if grid.get(count, 0) < 1:
            raise invalid(f"Invalid {count}: {grid.get(count, 0)}. A sheet must have at least one of its {things}.")
        if grid.get(frozen, 0) >= grid[count]:
            raise invalid(f"You can't freeze all visible {things} on the sheet.")
    for merge in tab.merges:
        if merge["startRowIndex"] < grid.get("frozenRowCount", 0) < merge["endRowIndex"]:
            raise invalid("You can't freeze rows which contain only part of a merged cell.")
        if merge["startColumnIndex"] < grid.get("frozenColumnCount", 0) < merge["endColumnIndex"]:
            raise invalid("You can't freeze columns which contain only part of a merged cell.")


def _place(book: Book, tab: Tab, index: int) -> None:
    if not 0 <= index <= len(book.sheets):
        raise invalid(f"Invalid sheet index: {index}. The index must be at most {len(book.sheets)}.")
    book.sheets.insert(index, tab)
    book.renumber()


def delete_sheet(book: Book, request: Json) -> None:
    """Takes a sheet away, with what belongs to it; the last one stays."""
    tab = need_sheet(book, request.get("sheetId"))
    others = [other for other in book.sheets if other is not tab]
    if not others:
        raise invalid("You can't remove all the sheets in a document.")
    if all(other.properties.get("hidden") for other in others):
        raise invalid("You can't remove all the visible sheets in a document.")
    book.sheets = others
    book.renumber()
    dropped(book, tab.title)
    book.named_ranges = {k: n for k, n in book.named_ranges.items() if n["range"].get("sheetId", 0) != tab.id}
    book.metadata = {key: item for key, item in book.metadata.items() if sheet_of_metadata(item) != tab.id}


def sheet_of_metadata(item: Json) -> int | None:
    """The id of the sheet that metadata belong to, None for the spreadsheet's own."""
    location = item["location"]
    if location["locationType"] == "SPREADSHEET":
        return None
    return location.get("dimensionRange", location).get("sheetId", 0)


def update_sheet_properties(book: Book, request: Json) -> None:
    """Title, place, size, frozen rows, colour, hidden or not."""
    fields = need_fields(request)
    given = kept(request.get("properties", {}))
    tab = need_sheet(book, given.get("sheetId"))
    old = tab.properties
    new = masks.merge(old, given, with_pairs(fields))
    if masks.parse(fields) == {"*": {}}:
        new = {**{key: old[key] for key in ("index", "title", "gridProperties")}, **new}
    new = {**new, "sheetId": tab.id, "sheetType": old["sheetType"]}
    new["gridProperties"] = {key: value for key, value in new.get("gridProperties", {}).items() if value}
    for flag in ("hidden", "rightToLeft"):
        if not new.get(flag):
            new.pop(flag, None)
    _check_title(book, new.get("title", ""), tab)
    if new["title"] != old["title"]:
        renamed(book, old["title"], new["title"])
    index = new.get("index", 0)
    tab.properties = {**new, "index": old["index"]}
    _check_hidden(book)
    _resized(book, tab, old["gridProperties"])
    if index != old["index"] and masks.wants(fields, "index"):
        _moved(book, tab, old["index"], index)
    check_size(book)


def _check_hidden(book: Book) -> None:
    if all(tab.properties.get("hidden") for tab in book.sheets):
        raise invalid("You can't hide all the sheets in a document.")


def _resized(book: Book, tab: Tab, old: Json) -> None:
    from .requests_dimensions import cut  # noqa: PLC0415 - the two need each other

    grid = tab.properties["gridProperties"]
    _check_grid(tab)
    for dimension, key in (("ROWS", "rowCount"), ("COLUMNS", "columnCount")):
        if grid[key] < old[key]:
            cut(book, tab, dimension, grid[key], old[key])


def _moved(book: Book, tab: Tab, old: int, index: int) -> None:
    """Google counts a new place before the sheet leaves its old one."""
    if not 0 <= index <= len(book.sheets):
        raise invalid(f"Invalid sheet index: {index}. The index must be at most {len(book.sheets)}.")
    if index in {old, old + 1}:
        return
    book.sheets.remove(tab)
    book.sheets.insert(index - 1 if index > old else index, tab)
    book.renumber()


def duplicate_sheet(book: Book, request: Json) -> Json:
    """A copy of a sheet in the same spreadsheet."""
    source = need_sheet(book, request.get("sourceSheetId"))
    new_id = request.get("newSheetId")
    if new_id is None:
        new_id = book.new_id()
    elif book.sheet(new_id):
        raise invalid(f"Sheet with id {new_id} already exists.")
    title = request.get("newSheetName") or copy_title(book, source.title)
    _check_title(book, title, None)
    tab = copied_sheet(book, source, new_id, title)
    _place(book, tab, request.get("insertSheetIndex", 0))
    book.metadata.update(copied_metadata(book, book, source.id, new_id))
    check_size(book)
    return {"properties": tab.properties}


def copy_title(book: Book, title: str) -> str:
    """The title that Google gives a copy."""
    pattern = "{}的副本" if book.locale.startswith("zh") else "Copy of {}"
    name = pattern.format(title)
    number = 1
    while book.titled(name):
        number += 1
        name = pattern.format(title) + (f" {number}" if not book.locale.startswith("zh") else f"（{number}）")
    return name


def copied_sheet(book: Book, source: Tab, new_id: int, title: str) -> Tab:
    """A sheet with all of another's, under its own id; objects on it get new ids in `book`."""
    tab = source.copy()
    tab.properties = {**copy.deepcopy(source.properties), "sheetId": new_id, "title": title}
    taken = book.copy()
    taken.sheets.append(tab)

    def fresh(things: dict[Any, Json], key: str) -> dict[Any, Json]:
        made = {}
        for thing in things.values():
            number = taken.new_id()
            tab.slicers[-number] = {}
            made[number] = {**_rehomed(thing, source.id, new_id), key: number}
            taken.metadata[number] = {}
        return made

    slicers = dict(tab.slicers)
    tab.protected = fresh(source.protected, "protectedRangeId")
    tab.banded = fresh(source.banded, "bandedRangeId")
    tab.charts = fresh(source.charts, "chartId")
    tab.filter_views = fresh(source.filter_views, "filterViewId")
    tab.slicers = fresh(slicers, "slicerId")
    tab.tables = {
        f"{key}{new_id}": {**_rehomed(table, source.id, new_id), "tableId": f"{key}{new_id}"}
        for key, table in source.tables.items()
    }
    for name in ("merges", "conditional_formats", "row_groups", "column_groups"):
        setattr(tab, name, _rehomed(getattr(source, name), source.id, new_id))
    tab.basic_filter = _rehomed(source.basic_filter, source.id, new_id)
    return tab


def _rehomed(value: Any, old: int, new: int) -> Any:
    """A value whose ranges name the new sheet instead of the old one."""
    if isinstance(value, list):
        return [_rehomed(item, old, new) for item in value]
    if not isinstance(value, dict):
        return value
    made = {key: _rehomed(item, old, new) for key, item in value.items()}
    places = {
        "startRowIndex",
        "endRowIndex",
        "startColumnIndex",
        "endColumnIndex",
        "rowIndex",
        "columnIndex",
        "dimension",
    }
    if ("sheetId" in made or made.keys() & places) and made.get("sheetId", 0) == old and "filterCriteria" not in made:
        made["sheetId"] = new
    return made


def copied_metadata(source: Book, target: Book, old: int, new: int) -> dict[int, Json]:
    """Developer metadata of a sheet and its rows and columns, for its copy."""
    made: dict[int, Json] = {}
    for item in source.metadata.values():
        if sheet_of_metadata(item) != old:
            continue
        number = target.new_id()
        while number in made:
            number += 1
        location = dict(item["location"])
        if "dimensionRange" in location:
            location["dimensionRange"] = {**location["dimensionRange"], "sheetId": new}
        else:
            location["sheetId"] = new
        made[number] = {**item, "metadataId": number, "location": location}
    return made


HANDLERS: Final = {
    "updateSpreadsheetProperties": update_spreadsheet_properties,
    "addSheet": add_sheet,
    "deleteSheet": delete_sheet,
    "updateSheetProperties": update_sheet_properties,
    "duplicateSheet": duplicate_sheet,
}
