"""The toolkit's own tabs: which they are, and what makes them exist at their size, marked and protected."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from toolkit.render.grid.formats import colour
from toolkit.spreadsheet import OUTPUT_KEY, Json, Spreadsheet, Tab, free_id, free_title, tie

OUR_MARK: Final = "consortium"
"""What a protection of ours says, and the head of the column of lights."""
_SHOWN: Final = "gridProperties(rowCount,columnCount,frozenRowCount,frozenColumnCount,hideGridlines)"


@dataclass(frozen=True)
class Own:
    """One of the toolkit's own tabs.

    Attributes:
        key: which one, such as `dashboard`.
        id: its `sheetId`.
        title: what stands on it, or will.
        tab: None where it has yet to be made.
    """

    key: str
    id: int
    title: str
    tab: Tab | None


@dataclass(frozen=True)
class Frame:
    """What a tab is to be like around its cells.

    Attributes:
        rows: of its grid.
        columns: of its grid.
        frozen: how many rows and columns stay in view.
        gridlines: whether lines are drawn between cells.
        hidden: whether it is made hidden; one that people have brought to light stays there.
        colour: of its tab; empty for none.
    """

    rows: int
    columns: int
    frozen: tuple[int, int] = (0, 0)
    gridlines: bool = True
    hidden: bool = False
    colour: str = ""

    def properties(self) -> dict[str, Any]:
        """The `GridProperties`."""
        return {
            "rowCount": self.rows,
            "columnCount": self.columns,
            "frozenRowCount": self.frozen[0],
            "frozenColumnCount": self.frozen[1],
            "hideGridlines": not self.gridlines,
        }


def own_tabs(wished: Mapping[str, str], sheet: Spreadsheet) -> dict[str, Own]:
    """Which tabs are the toolkit's, and which have yet to be made.

    One that is there is known by its metadata and keeps the title that people may have given it. A new one has the
    title that was wished for, with a number behind it where somebody else's tab is called so.

    Args:
        wished: titles by key, such as `dashboard`.
        sheet: the spreadsheet as it is.
    """
    ids, titles = {tab.id for tab in sheet.tabs}, {tab.title for tab in sheet.tabs}
    found = {}
    for key, title in wished.items():
        tab = sheet.outputs.get(key)
        own = (
            Own(key, tab.id, tab.title, tab) if tab else Own(key, _free_tab(key, ids), free_title(title, titles), None)
        )
        ids.add(own.id)
        titles.add(own.title)
        found[key] = own
    return found


def _free_tab(key: str, ids: Collection[int]) -> int:
    return free_id(f"output.{key}", ids)


def own_tab(own: Own, frame: Frame, sheet: Spreadsheet, editors: Sequence[str], *, first: bool = False) -> list[Json]:
    """What makes an own tab exist: its grid, its mark, its protection; an old one is brought to its size.

    Args:
        own: the tab.
        frame: what it is to be like.
        sheet: the spreadsheet as it is.
        editors: addresses of those who may write; empty where only whoever asks is known.
        first: whether a new tab comes to stand before all others, whose order does not change; else behind them.
    """
    return [*_grid(own, frame, first=first), *_protection(own, sheet, editors)]


def growth(own: Own, frame: Frame) -> int:
    """By how many cells a tab grows: those that shrink go first, or the spreadsheet is too large on the way."""
    return frame.rows * frame.columns - (own.tab.rows * own.tab.columns if own.tab else 0)


def _grid(own: Own, frame: Frame, *, first: bool) -> Iterator[Json]:
    shown = {"sheetId": own.id, "gridProperties": frame.properties()}
    tint = {"tabColorStyle": colour(frame.colour)} if frame.colour else {}
    if own.tab is None:
        place = {"index": 0} if first else {}
        yield {"addSheet": {"properties": {**shown, "title": own.title, "hidden": frame.hidden, **tint, **place}}}
        mark = {"metadataKey": OUTPUT_KEY, "metadataValue": tie(own.key, own.id), "visibility": "DOCUMENT"}
        yield {"createDeveloperMetadata": {"developerMetadata": {**mark, "location": {"sheetId": own.id}}}}
        return
    if _still(own.tab, "frozenRowCount") >= frame.rows or _still(own.tab, "frozenColumnCount") >= frame.columns:
        # A grid cannot shrink to what is frozen.
        loose = {"sheetId": own.id, "gridProperties": {"frozenRowCount": 0, "frozenColumnCount": 0}}
        fields = "gridProperties(frozenRowCount,frozenColumnCount)"
        yield {"updateSheetProperties": {"properties": loose, "fields": fields}}
    fields = f"{_SHOWN},tabColorStyle" if tint else _SHOWN
    yield {"updateSheetProperties": {"properties": {**shown, **tint}, "fields": fields}}


def _still(tab: Tab, name: str) -> int:
    count: int = tab.raw["properties"].get("gridProperties", {}).get(name, 0)
    return count


def _protection(own: Own, sheet: Spreadsheet, editors: Sequence[str]) -> Iterator[Json]:
    if own.tab and any(_ours(item) for item in own.tab.some("protectedRanges")):
        return
    taken = {item["protectedRangeId"] for tab in sheet.tabs for item in tab.some("protectedRanges")}
    protection: dict[str, Any] = {
        "protectedRangeId": free_id(f"output.{own.key}", taken),
        "range": {"sheetId": own.id},
        "description": OUR_MARK,
        "warningOnly": False,
    }
    if editors:
        protection["editors"] = {"users": list(editors)}
    yield {"addProtectedRange": {"protectedRange": protection}}


def _ours(protection: Json) -> bool:
    """Whether a protection is one of ours: of a whole tab, whatever its range says besides."""
    area = protection.get("range", {})
    return protection.get("description") == OUR_MARK and not any(name.endswith("Index") for name in area)
