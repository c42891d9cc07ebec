"""The spreadsheet as the API shows it: properties, sheets, rules, metadata, and cells if asked for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from . import a1, masks
from .book import COLUMNS, DEFAULT_PIXELS, ROWS, Book, Cell, Json, Tab
from .effects import effective_format
from .formats import number_format_of
from .formulas import FormulaFault, cell_value
from .grammar import FormulaError, read
from .outward import outward
from .shown import shown

_LISTS: Final = (
    ("merges", "merges"),
    ("conditionalFormats", "conditional_formats"),
    ("filterViews", "filter_views"),
    ("protectedRanges", "protected"),
    ("basicFilter", "basic_filter"),
    ("charts", "charts"),
    ("bandedRanges", "banded"),
    ("rowGroups", "row_groups"),
    ("columnGroups", "column_groups"),
    ("slicers", "slicers"),
    ("tables", "tables"),
)


def snapshot(
    book: Book,
    places: list[a1.Area] | None = None,
    *,
    grid: bool = False,
    mask: str = "",
    only: Iterable[int] | None = None,
) -> Json:
    """Google's Spreadsheet.

    Args:
        book: the spreadsheet.
        places: if given, only their sheets, and of those only the cells of these areas.
        grid: whether cells are shown; a mask that names them shows them anyway.
        mask: the field mask of the request.
        only: ids of the sheets to be shown whatever `places` says.
    """
    if mask:
        named = "data" in (masks.parse(mask).get("sheets") or {})
        grid = named or (grid and masks.wants(mask, "sheets", "data"))
    wanted = {place.sheet_id for place in places} if places else None
    if only is not None:
        wanted = set(only)
    answer: Json = {"spreadsheetId": book.id, "properties": outward(book.properties)}
    sheets = [
        _sheet(book, tab, [place for place in places or () if place.sheet_id == tab.id], grid=grid, mask=mask)
        for tab in book.sheets
        if wanted is None or tab.id in wanted
    ]
    if sheets:
        answer["sheets"] = sheets
    if book.named_ranges:
        answer["namedRanges"] = outward(list(book.named_ranges.values()))
    answer["spreadsheetUrl"] = f"https://docs.google.com/spreadsheets/d/{book.id}/edit"
    own = [item for item in book.metadata.values() if item["location"]["locationType"] == "SPREADSHEET"]
    if own:
        answer["developerMetadata"] = outward(own)
    return answer


def _sheet(book: Book, tab: Tab, places: list[a1.Area], *, grid: bool, mask: str) -> Json:
    made: Json = {"properties": tab.properties}
    if grid and tab.properties["sheetType"] == "GRID":
        made["data"] = [_grid(book, tab, place, mask) for place in places or [a1.Area(tab.id)]]
    for name, attribute in _LISTS:
        value = getattr(tab, attribute)
        if isinstance(value, dict) and name != "basicFilter":
            value = list(value.values())
        if name == "merges" and places:
            value = [m for m in value if any(a1.area({**m, "sheetId": tab.id}).meets(place) for place in places)]
        if value:
            made[name] = outward(value, name)
    own = [
        item
        for item in book.metadata.values()
        if item["location"]["locationType"] == "SHEET" and item["location"]["sheetId"] == tab.id
    ]
    if own:
        made["developerMetadata"] = outward(own)
    return made


def _grid(book: Book, tab: Tab, place: a1.Area, mask: str) -> Json:
    if place.starts_outside(tab):
        raise a1.outside(tab, place)
    area = place.within(tab)
    made: Json = {}
    if area.top:
        made["startRow"] = area.top
    if area.left:
        made["startColumn"] = area.left
    if not mask or masks.wants(mask, "sheets", "data", "rowData"):
        rows = _rows(book, tab, area, mask)
        if rows:
            made["rowData"] = rows
    for name, dimension, start, end in (
        ("rowMetadata", ROWS, area.top, area.bottom or 0),
        ("columnMetadata", COLUMNS, area.left, area.right or 0),
    ):
        if not mask or masks.wants(mask, "sheets", "data", name):
            made[name] = _dimensions(book, tab, dimension, start, end)
    return made


def _rows(book: Book, tab: Tab, area: a1.Area, mask: str) -> list[Json]:
    show = _Shown(book, tab, mask)
    rows: list[Json] = []
    for row in sorted(row for row in tab.cells if area.top <= row < (area.bottom or 0)):
        width = max((c + 1 for c in tab.cells[row] if area.left <= c < (area.right or 0)), default=area.left)
        if width > area.left:
            rows.extend({} for _ in range(row - area.top - len(rows)))
            rows.append({"values": [show.cell(row, column) for column in range(area.left, width)]})
    return rows


class _Shown:
    """Cells with what takes effect in them, as far as a field mask asks for it."""

    def __init__(self, book: Book, tab: Tab, mask: str) -> None:
        self.book, self.tab = book, tab
        self.known: dict[Any, tuple[Any, ...]] = {}
        self.wanted = {
            name: not mask or masks.wants(mask, "sheets", "data", "rowData", "values", name)
            for name in ("effectiveValue", "formattedValue", "effectiveFormat", "hyperlink")
        }

    def cell(self, row: int, column: int) -> Json:
        """One CellData; an empty one for a cell that has nothing."""
        cell = self.tab.get(row, column)
        if not cell:
            return {}
        made = {name: cell[name] for name in ("userEnteredValue",) if name in cell}
        value = None
        if "userEnteredValue" in cell:
            value = cell_value(self.book, self.tab, row, column)
            made |= self._values(cell, value) if value is not None else {}
        for name in ("userEnteredFormat", "note", "textFormatRuns", "chipRuns", "dataValidation", "pivotTable"):
            if name in cell:
                made[name] = cell[name]
        if self.wanted["effectiveFormat"]:
            made["effectiveFormat"] = effective_format(self.book, self.tab, row, column, value, self.known)
        if self.wanted["hyperlink"] and (link := hyperlink(self.book, self.tab, row, column, cell)):
            made["hyperlink"] = link
        return made

    def _values(self, cell: Cell, value: Any) -> Json:
        made: Json = {}
        if self.wanted["effectiveValue"]:
            made["effectiveValue"] = extended(value)
        if self.wanted["formattedValue"]:
            number_format = number_format_of(self.book, self.tab, cell)
            fault = isinstance(value, FormulaFault)
            made["formattedValue"] = value.shown if fault else shown(value, number_format, self.book.locale)
        return made


def extended(value: Any) -> Json:
    """A value as Google's ExtendedValue."""
    if isinstance(value, FormulaFault):
        return {"errorValue": {"type": value.kind, "message": value.message}}
    if isinstance(value, bool):
        return {"boolValue": value}
    return {"stringValue": value} if isinstance(value, str) else {"numberValue": value}


def hyperlink(book: Book, tab: Tab, row: int, column: int, cell: Cell) -> str:
    """Where a cell's one link leads: of its formula, its format or its text."""
    formula = cell.get("userEnteredValue", {}).get("formulaValue", "")
    if formula.upper().lstrip("= ").startswith("HYPERLINK"):
        try:
            tree = read(formula)
        except FormulaError:
            return ""
        if tree[0] == "call" and tree[1] == "HYPERLINK" and tree[2]:
            from .formula_values import as_text  # noqa: PLC0415
            from .formulas import Evaluation  # noqa: PLC0415 - needed for few cells

            try:
                return as_text(Evaluation(book, tab, row, column).node(tree[2][0]))
            except FormulaFault:
                return ""
    link = cell.get("userEnteredFormat", {}).get("textFormat", {}).get("link", {}).get("uri")
    if link:
        return link
    links = {run.get("format", {}).get("link", {}).get("uri") for run in cell.get("textFormatRuns", ())} - {None}
    if len(links) == 1:
        return links.pop()
    text = cell.get("userEnteredValue", {}).get("stringValue", "")
    plain = cell.get("userEnteredFormat", {}).get("hyperlinkDisplayType") == "PLAIN_TEXT"
    return text if text.startswith(("http://", "https://")) and " " not in text and not plain else ""


def _dimensions(book: Book, tab: Tab, dimension: str, start: int, end: int) -> list[Json]:
    attached: dict[int, list[Json]] = {}
    for item in book.metadata.values():
        span = item["location"].get("dimensionRange")
        if span and span["sheetId"] == tab.id and span["dimension"] == dimension:
            attached.setdefault(span["startIndex"], []).append(item)
    usual = {"pixelSize": DEFAULT_PIXELS[dimension]}
    made = []
    for index in range(start, end):
        meta = {**usual, **tab.meta(dimension).get(index, {})}
        if index in attached:
            meta["developerMetadata"] = outward(attached[index])
        made.append(meta)
    return made
