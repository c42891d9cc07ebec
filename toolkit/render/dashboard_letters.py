"""The sheet 发送记录 of the dashboard workbook: which mails went to whom and when, the newest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from toolkit.render.dashboard_look import SOFT, Look, Pane, row_height

LETTERS: Final = "ledger"
"""Key of the sheet."""
WIDTHS: Final = {
    "claimed": 18, "kind": 8, "period": 12, "name": 14, "role": 9, "school": 26, "state": 11, "settled": 18,
    "answer": 56,
}  # fmt: skip
"""Columns that people read; the ledger has others, for the toolkit alone."""
COLOURS: Final[Mapping[str, str]] = {
    "claimed": "pending", "offered": "at_risk", "sent": "met", "refused": "missed", "again": "pending",
}  # fmt: skip
"""Each state of a letter has the colours of a status."""
ALIGNED: Final = {"claimed": "center", "kind": "center", "period": "center", "state": "center", "settled": "center"}
"""How the columns stand that do not stand on the left."""
_MOST: Final = 5_000
_NOTE: Final = (3.6, 1.7)
"""Size of the note, in times of what is usual."""
_WRAPPED: Final = ("name", "school", "answer")


@dataclass(frozen=True)
class Letters:
    """Which letters were sent.

    Attributes:
        lines: the text of each column by its key, the newest letter first.
        readable: whether the ledger could be read; there are no lines where not.
    """

    lines: Sequence[Mapping[str, str]] = ()
    readable: bool = True


def write_letters(pane: Pane, look: Look, letters: Letters) -> None:
    """Write the sheet.

    Args:
        pane: the sheet.
        look: the formats and the words.
        letters: what it shows; of very many the newest.
    """
    heads = {name: look.words.columns[LETTERS][name] for name in WIDTHS}
    shown = letters.lines[:_MOST]
    pane.columns(list(WIDTHS.values()))
    pane.table(0, heads, len(shown), ALIGNED)
    explain_states(pane, list(heads).index("state"))
    pane.sheet.freeze_panes(1, 0)
    if not shown:
        text = look.words.book["no_letters" if letters.readable else "letters_unread"]
        pane.text(1, 0, text, look.format(font_color=SOFT), len(WIDTHS) - 1)
    words = {look.words.letter_states[code]: look.status(status) for code, status in COLOURS.items()}
    cells = {name: look.cell(align=ALIGNED.get(name, "left")) for name in WIDTHS}
    for row, line in enumerate(shown, 1):
        for column, name in enumerate(WIDTHS):
            style = words.get(line[name], cells[name]) if name == "state" else cells[name]
            pane.text(row, column, line[name], style)
        pane.height(row, row_height(*((line[name], WIDTHS[name]) for name in _WRAPPED)))


def explain_states(pane: Pane, column: int) -> None:
    """Say in a note on its head what the states of letters mean."""
    note = {"x_scale": _NOTE[0], "y_scale": _NOTE[1], "font_size": 9}
    pane.sheet.write_comment(0, column, pane.look.words.letter_states_note, note)
