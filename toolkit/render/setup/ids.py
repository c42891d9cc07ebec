"""Ids for what set-up adds, none used twice."""

from __future__ import annotations

from collections.abc import Iterator

from toolkit.spreadsheet import Json, Spreadsheet, free_id


class Ids:
    """Hands out ids for new things; the same ones every time as long as the spreadsheet is the same.

    A batch that is sent again after its outcome was lost fails as a whole at the first id that is there already.
    """

    def __init__(self, sheet: Spreadsheet) -> None:
        self._taken = set(_used(sheet))

    def new(self, name: str) -> int:
        """An id for a thing of this name."""
        number = free_id(name, self._taken)
        self._taken.add(number)
        return number


def _used(sheet: Spreadsheet) -> Iterator[int]:
    yield from _metadata(sheet.raw)
    for tab in sheet.tabs:
        yield tab.id
        yield from (chart["chartId"] for chart in tab.some("charts"))
        yield from (guard["protectedRangeId"] for guard in tab.some("protectedRanges"))
        yield from (bands["bandedRangeId"] for bands in tab.some("bandedRanges") if "bandedRangeId" in bands)
        yield from _metadata(tab.raw)
        for block in tab.some("data"):
            for column in block.get("columnMetadata", ()):
                yield from _metadata(column)


def _metadata(thing: Json) -> Iterator[int]:
    yield from (item["metadataId"] for item in thing.get("developerMetadata", ()) if "metadataId" in item)
