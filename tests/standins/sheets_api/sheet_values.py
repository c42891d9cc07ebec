"""The values methods of the Sheets service."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from . import a1, values
from .access import sheets_file
from .append import append
from .book import Book, Json
from .errors import ApiError, invalid
from .requests_metadata import filter_area, matching, metadata_area
from .store import Store
from .values import Render, Written

Query = dict[str, list[str]]


def book_of(store: Store, path: dict[str, str], *, write: bool = False) -> Book:
    """The spreadsheet that a path names.

    Raises:
        ApiError: 404, 403 or 400 where Google answers so.
    """
    file_id = path["spreadsheetId"]
    sheets_file(store, file_id, write=write)
    if file_id not in store.books:
        raise ApiError(404, "Requested entity was not found.")
    return store.books[file_id]


def one(query: Query, name: str, default: str = "") -> str:
    """The last value of a query parameter."""
    found = query.get(name)
    return found[-1] if found else default


def flag(query: Query, name: str) -> bool:
    """Whether a query parameter says true."""
    return one(query, name).lower() in {"true", "1"}


def values_get(store: Store, path: dict[str, str], query: Query, body: Json) -> Json:  # noqa: ARG001
    """Values of one range."""
    book = book_of(store, path)
    return values.read(book, a1.parse(book, path["range"]), _render(query))


def values_batch_get(store: Store, path: dict[str, str], query: Query, body: Json) -> Json:  # noqa: ARG001
    """Values of several ranges."""
    book = book_of(store, path)
    places = [a1.parse(book, text) for text in query.get("ranges", ())]
    answer: Json = {"spreadsheetId": book.id}
    if places:
        answer["valueRanges"] = [values.read(book, place, _render(query)) for place in places]
    return answer


def _render(query: Query) -> Render:
    return Render(
        one(query, "valueRenderOption", values.FORMATTED),
        one(query, "dateTimeRenderOption", "SERIAL_NUMBER"),
        one(query, "majorDimension", "ROWS"),
    )


def _option(text: str) -> str:
    if text not in {"RAW", "USER_ENTERED"}:
        raise invalid("'valueInputOption' is required but not specified")
    return text


def values_update(store: Store, path: dict[str, str], query: Query, body: Json) -> Json:
    """Writes values into one range."""
    draft = book_of(store, path, write=True).copy()
    option = _option(one(query, "valueInputOption"))
    notation = path["range"]
    if body.get("range") and not a1.parse(draft, body["range"]).same(a1.parse(draft, notation), draft):
        raise invalid(f"Request range[{notation}] does not match value's range[{body['range']}]")
    written = _write(draft, notation, a1.parse(draft, notation), body, option)
    store.put_book(draft)
    return _written(draft, written, body, _response_render(query), included=flag(query, "includeValuesInResponse"))


def _write(book: Book, notation: str, place: a1.Area, body: Json, option: str) -> Written:
    rows = body.get("values", [])
    return values.write(book, notation, place, rows, major=body.get("majorDimension", "ROWS"), option=option)


def _response_render(query: Query) -> Render:
    return Render(
        one(query, "responseValueRenderOption", values.FORMATTED),
        one(query, "responseDateTimeRenderOption", "SERIAL_NUMBER"),
    )


def _written(book: Book, written: Written, body: Json, render: Render, *, included: bool) -> Json:
    answer = written.answer(book)
    if included:
        major = body.get("majorDimension", "ROWS")
        answer["updatedData"] = values.read(book, written.area, render._replace(major=major))
    return answer


def values_batch_update(store: Store, path: dict[str, str], query: Query, body: Json) -> Json:  # noqa: ARG001
    """Writes values into several ranges, or nothing if one is wrong."""
    draft = book_of(store, path, write=True).copy()
    option = _option(body.get("valueInputOption", ""))
    done = []
    for index, each in enumerate(body.get("data", ())):
        with _part(f"data[{index}]"):
            done.append(_write(draft, each.get("range", ""), a1.parse(draft, each.get("range", "")), each, option))
    store.put_book(draft)
    render, included = _body_render(body), bool(body.get("includeValuesInResponse"))
    answers = (
        [_written(draft, item, each, render, included=included) for item, each in zip(done, body["data"], strict=True)]
        if done
        else []
    )
    return _totals(draft, done) | ({"responses": answers} if answers else {})


@contextmanager
def _part(what: str) -> Iterator[None]:
    """Says in an error which part of the request is wrong."""
    try:
        yield
    except ApiError as error:
        raise ApiError(error.code, f"Invalid {what}: {error.message}", error.status) from None


def _body_render(body: Json) -> Render:
    return Render(
        body.get("responseValueRenderOption", values.FORMATTED),
        body.get("responseDateTimeRenderOption", "SERIAL_NUMBER"),
    )


def _totals(book: Book, done: list[Written]) -> Json:
    rows = {(w.area.sheet_id, row) for w in done for row in range(w.area.top, w.area.top + w.rows)}
    columns = {(w.area.sheet_id, column) for w in done for column in range(w.area.left, w.area.left + w.columns)}
    counts = {
        "totalUpdatedRows": len(rows),
        "totalUpdatedColumns": len(columns),
        "totalUpdatedCells": sum(w.cells for w in done),
        "totalUpdatedSheets": len({w.area.sheet_id for w in done if w.cells}),
    }
    return {"spreadsheetId": book.id} | {name: count for name, count in counts.items() if count}


def values_append(store: Store, path: dict[str, str], query: Query, body: Json) -> Json:
    """Writes values below the table that the range touches."""
    draft = book_of(store, path, write=True).copy()
    option = _option(one(query, "valueInputOption"))
    place = a1.parse(draft, path["range"])
    rows, major = body.get("values", []), body.get("majorDimension", "ROWS")
    inserting = one(query, "insertDataOption") == "INSERT_ROWS"
    table, written = append(draft, place, rows, major=major, option=option, inserting=inserting)
    store.put_book(draft)
    included = flag(query, "includeValuesInResponse")
    updates = _written(draft, written, body, _response_render(query), included=included)
    answer: Json = {"spreadsheetId": draft.id}
    if table:
        answer["tableRange"] = a1.text(values.sheet_of(draft, table).title, table)
    return answer | {"updates": updates}


def values_clear(store: Store, path: dict[str, str], query: Query, body: Json) -> Json:  # noqa: ARG001
    """Empties one range of values."""
    draft = book_of(store, path, write=True).copy()
    cleared = values.clear(draft, a1.parse(draft, path["range"]))
    store.put_book(draft)
    return {"spreadsheetId": draft.id, "clearedRange": cleared}


def values_batch_clear(store: Store, path: dict[str, str], query: Query, body: Json) -> Json:  # noqa: ARG001
    """Empties several ranges of values."""
    draft = book_of(store, path, write=True).copy()
    cleared = []
    for index, text in enumerate(body.get("ranges", ())):
        with _part(f"range[{index}]"):
            cleared.append(values.clear(draft, a1.parse(draft, text)))
    store.put_book(draft)
    return {"spreadsheetId": draft.id} | ({"clearedRanges": cleared} if cleared else {})


def filtered(book: Book, data_filter: Json) -> list[a1.Area]:
    """The areas that a data filter finds."""
    if "developerMetadataLookup" not in data_filter:
        return [filter_area(book, data_filter)]
    return [place for item in matching(book, data_filter) if (place := metadata_area(item))]


def values_batch_get_by_data_filter(store: Store, path: dict[str, str], query: Query, body: Json) -> Json:  # noqa: ARG001
    """Values of what data filters find, each range once with the filters that found it."""
    book = book_of(store, path)
    render = Render(
        body.get("valueRenderOption", values.FORMATTED),
        body.get("dateTimeRenderOption", "SERIAL_NUMBER"),
        body.get("majorDimension", "ROWS"),
    )
    found: dict[a1.Area, list[Json]] = {}
    for each in body.get("dataFilters", ()):
        for place in filtered(book, each):
            found.setdefault(place, []).append(each)
    ranges = [{"valueRange": values.read(book, place, render), "dataFilters": by} for place, by in found.items()]
    return {"spreadsheetId": book.id} | ({"valueRanges": ranges} if ranges else {})


def values_batch_update_by_data_filter(store: Store, path: dict[str, str], query: Query, body: Json) -> Json:  # noqa: ARG001
    """Writes values into what data filters find."""
    draft = book_of(store, path, write=True).copy()
    option = _option(body.get("valueInputOption", ""))
    done: list[tuple[Written, Json]] = []
    for index, each in enumerate(body.get("data", ())):
        with _part(f"data[{index}]"):
            for place in filtered(draft, each.get("dataFilter", {})):
                notation = a1.text(values.sheet_of(draft, place).title, place)
                done.append((_write(draft, notation, place, each, option), each))
    store.put_book(draft)
    render, included = _body_render(body), bool(body.get("includeValuesInResponse"))
    responses = []
    for item, each in done:
        answer = _written(draft, item, each, render, included=included)
        responses.append({k: v for k, v in answer.items() if k != "spreadsheetId"} | {"dataFilter": each["dataFilter"]})
    return _totals(draft, [item for item, _ in done]) | ({"responses": responses} if responses else {})


def values_batch_clear_by_data_filter(store: Store, path: dict[str, str], query: Query, body: Json) -> Json:  # noqa: ARG001
    """Empties what data filters find of values."""
    draft = book_of(store, path, write=True).copy()
    places = dict.fromkeys(place for each in body.get("dataFilters", ()) for place in filtered(draft, each))
    cleared = [values.clear(draft, place) for place in places]
    store.put_book(draft)
    return {"spreadsheetId": draft.id} | ({"clearedRanges": cleared} if cleared else {})
