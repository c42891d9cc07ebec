"""A tab that is a log, 发送记录 or 运行记录, as it is made: heads, widths and colours; its rows are added later."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from toolkit.outputs import Outputs
from toolkit.render.dashboard_logs import Log, explain_states
from toolkit.render.dashboard_look import Look, Pane
from toolkit.render.grid.areas import grid_range
from toolkit.render.grid.book import GridBook
from toolkit.render.grid.formats import cell_format
from toolkit.render.grid.frame import Frame, Own, own_tab, own_tabs
from toolkit.render.grid.paint import frame_of, paint
from toolkit.spreadsheet import Json, Spreadsheet
from toolkit.workbook import column_letters

_ROWS: Final = 3_000
"""So far down reach filter and colours at first; the tab grows without end."""
_TECHNICAL: Final = 24
"""Width of the columns that are for the toolkit."""
_ANY: Final = Frame(2, 1)


def log_own(log: Log, outputs: Outputs, sheet: Spreadsheet) -> Own:
    """The tab, there or to be made."""
    return own_tabs({log.key: outputs.sheets[log.key]}, sheet)[log.key]


def log_tab(log: Log, outputs: Outputs, sheet: Spreadsheet, editors: Sequence[str]) -> list[Json]:
    """What makes the tab exist; of one that is there only its protection, where that is missing.

    Args:
        log: which.
        outputs: the words.
        sheet: the spreadsheet as it is.
        editors: addresses of those who may write into it.
    """
    own = log_own(log, outputs, sheet)
    if own.tab is not None:
        return [it for it in own_tab(own, _ANY, sheet, editors) if "updateSheetProperties" not in it]
    heads = outputs.columns[log.key]
    book = GridBook()
    look = Look(book, outputs, "")
    pane = Pane(look, own.title, "", "")
    pane.columns([log.widths.get(name, _TECHNICAL) for name in heads])
    pane.table(0, heads, _ROWS, log.aligned)
    drawn = book.sheets[own.title]
    drawn.freeze_panes(1, 0)
    place = list(heads).index(log.state)
    explain_states(pane, log, place)
    for code, status in log.colours.items():
        rule = f'=${column_letters(place)}2="{log.states(outputs)[code]}"'
        colours = {"type": "formula", "criteria": rule, "format": look.status(status)}
        drawn.conditional_format(1, place, _ROWS, place, colours)
    made = [*own_tab(own, frame_of(drawn), sheet, editors), *paint(drawn, own, lambda _: None)]
    return [*made, *(_format(own, column, look, log, name) for column, name in enumerate(heads))]


def _format(own: Own, column: int, look: Look, log: Log, name: str) -> Json:
    """The format of a whole column below its head: as text, so that what people type stays what it is."""
    style = look.cell(align=log.aligned.get(name, "left"), num_format="@", text_wrap=name in log.widths)
    return {
        "repeatCell": {
            "range": grid_range(own.id, (1, column, _ROWS, column)),
            "cell": {"userEnteredFormat": cell_format(style)},
            "fields": "userEnteredFormat",
        }
    }
