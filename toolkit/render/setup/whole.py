"""`init --sheet`: from what a spreadsheet holds to the requests that add what it lacks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from toolkit.guide import Guide
from toolkit.render.entry_columns import Row
from toolkit.render.setup.additions import formats, headers, new_tabs, room
from toolkit.render.setup.grid import Json, grids_of
from toolkit.render.setup.ground import Ground
from toolkit.render.setup.guide_tab import guide_tab
from toolkit.render.setup.ids import Ids
from toolkit.render.setup.marks import bands, frozen, guards, looks, metadata, names
from toolkit.render.setup.places import find_places, grown
from toolkit.render.setup.quota_rows import choose, quota_rows, start_row
from toolkit.render.setup.repair import Repaired, repairs
from toolkit.render.setup.rules import rules
from toolkit.schema import Schema
from toolkit.spreadsheet import Spreadsheet

CHINESE_TIME: Final = "Asia/Shanghai"
_SAME_TIME: Final = frozenset(
    {
        CHINESE_TIME,
        "Asia/Chongqing",
        "Asia/Harbin",
        "Asia/Hong_Kong",
        "Asia/Macau",
        "Asia/Taipei",
        "Asia/Singapore",
        "Asia/Kuala_Lumpur",
        "Asia/Manila",
        "Australia/Perth",
        "Etc/GMT-8",
        "PRC",
    }
)
"""Zones eight hours ahead the whole year."""


@dataclass(frozen=True)
class Setup:
    """What set-up adds.

    Attributes:
        requests: of one `batchUpdate`; none where nothing is missing.
        sheets: titles of the input sheets added.
        columns: `sheet: column` of the columns added to sheets that are there.
        quotas: how many quota rules are put in.
        clashing: numbers of the plan's rules that the sheet uses for other rules.
        repaired: where drop-downs are put back.
        left: titles of tabs that bear the title of a sheet, hold something else and are left alone.
        moved: titles of tabs that somebody moved cells in at the same moment, so that headers may stand amiss.
        shaped: ids of the staff's tabs that are given columns or headers.
        time_zone: the spreadsheet's, where its days are not those of China; told, never changed.
    """

    requests: tuple[Json, ...]
    sheets: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    quotas: int = 0
    clashing: tuple[str, ...] = ()
    repaired: tuple[Repaired, ...] = ()
    left: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    shaped: frozenset[int] = frozenset()
    time_zone: str | None = None


def setup(
    sheet: Spreadsheet,
    grids: Json,
    schema: Schema,
    guide: Guide,
    *,
    quotas: Sequence[Row] = (),
    editors: Sequence[str] = (),
    repair: bool = False,
) -> Setup:
    """What a spreadsheet lacks, as requests that add it; nothing that is there is changed.

    The output tabs are another matter (`toolkit.render.grid.dashboard_tabs.frames`).

    Args:
        sheet: its structure.
        grids: what `spreadsheets.get` answered to the parameters of `setup_reads`; `{}` where it gave no range.
        schema: the declarations.
        guide: the words.
        quotas: the plan's rows of 指标; those that are there are left out.
        editors: addresses that may edit the toolkit's own tabs.
        repair: whether drop-downs that pasting destroyed are put back.
    """
    guide, ids = guide.in_a_sheet(), Ids(sheet)
    found = find_places(sheet, dict(grids_of(grids)), schema, guide.in_order(schema.sheets), ids)
    places = found.by_key
    choice = choose(quotas, places.get("quotas"))
    if choice.missing:
        place = places["quotas"]
        places["quotas"] = grown(place, start_row(place) + (len(choice.missing) if place.new else 1))
    ground = Ground(sheet, schema, guide, places, ids)
    lost = list(repairs(ground)) if repair else []
    requests = [
        *guide_tab(ground, editors, assumed=any(row.get("assumed") for row in quotas)),
        *_requests(ground, repair=repair),
        *(request for _, again in lost for request in again),
        *quota_rows(ground, choice.missing),
    ]
    return Setup(
        requests=tuple(requests),
        sheets=tuple(place.tab.title for place in places.values() if place.new),
        columns=tuple(_columns(ground)),
        quotas=len(choice.missing),
        clashing=choice.clashing,
        repaired=tuple(repaired for repaired, _ in lost),
        left=found.left,
        moved=found.moved,
        shaped=frozenset(_shaped(ground)),
        time_zone=None if sheet.time_zone in {"", *_SAME_TIME} else sheet.time_zone,
    )


def _requests(ground: Ground, *, repair: bool) -> Iterator[Json]:
    """Step by step over all sheets: what a later step names must be there."""
    for step in (new_tabs, room, formats, headers):
        yield from step(ground)
    yield from rules(ground, repair=repair)
    for step in (frozen, bands, guards, looks, names, metadata):
        yield from step(ground)


def _shaped(ground: Ground) -> Iterator[int]:
    for place in ground.places.values():
        blank = any(place.grid.blank(place.header, column) for _, column in place.fields)
        if not place.new and (place.added or blank):
            yield place.tab.id


def _columns(ground: Ground) -> Iterator[str]:
    for place in ground.places.values():
        for field, _ in place.fields:
            if field.key in place.added and not place.new:
                yield f"{place.tab.title}: {field.name}"
