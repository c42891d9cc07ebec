"""Sheets that are logs, the newest line first: 发送记录, which mails went to whom; 运行记录, which jobs ran."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from toolkit.outputs import Outputs
from toolkit.render.dashboard_look import SOFT, Look, Pane, row_height

_MOST: Final = 5_000
_NOTE_WIDTH: Final = 3.6
"""Of the note, in times of what is usual."""


@dataclass(frozen=True)
class Log:
    """What a log looks like.

    Attributes:
        key: of the sheet.
        widths: of the columns that people read; others are for the toolkit.
        centered: columns that stand in the middle.
        wrapped: columns whose text may take several lines.
        state: the column that is coloured.
        colours: the status whose colours each code of that column has.
        note: height of the note on that column's head, in times of what is usual.
    """

    key: str
    widths: Mapping[str, float]
    centered: frozenset[str]
    wrapped: tuple[str, ...]
    state: str
    colours: Mapping[str, str]
    note: float

    def states(self, words: Outputs) -> Mapping[str, str]:
        """The words of the codes of the coloured column."""
        return words.letter_states if self.key == "ledger" else words.run_states

    def explanation(self, words: Outputs) -> str:
        """What they mean."""
        return words.letter_states_note if self.key == "ledger" else words.run_states_note

    @property
    def aligned(self) -> Mapping[str, str]:
        """How the columns stand that do not stand on the left."""
        return dict.fromkeys(self.centered, "center")


LETTERS: Final = Log(
    "ledger",
    {
        "claimed": 18, "kind": 8, "period": 12, "name": 14, "role": 9, "school": 26, "state": 11, "settled": 18,
        "answer": 56,
    },
    frozenset({"claimed", "kind", "period", "state", "settled"}),
    ("name", "school", "answer"),
    "state",
    {"claimed": "pending", "offered": "at_risk", "sent": "met", "refused": "missed", "again": "pending"},
    1.7,
)  # fmt: skip
RUNS: Final = Log(
    "runs",
    {
        "started": 19, "job": 12, "result": 12, "due": 19, "duration": 12, "rows": 10, "problems": 8, "calls": 8,
        "note": 64,
    },
    frozenset({"started", "job", "result", "due", "duration", "rows", "problems", "calls"}),
    ("note",),
    "result",
    {
        "running": "pending", "done": "met", "quiet": "pending", "again": "at_risk", "failed": "missed",
        "interrupted": "at_risk", "missed": "missed",
    },
    2.4,
)  # fmt: skip
LOGS: Final = {log.key: log for log in (LETTERS, RUNS)}


@dataclass(frozen=True)
class LogLines:
    """What stands in a log.

    Attributes:
        lines: the text of each column by its key, the newest first.
        readable: whether the record could be read; there are no lines where not.
    """

    lines: Sequence[Mapping[str, str]] = ()
    readable: bool = True


def write_log(pane: Pane, look: Look, log: Log, shown: LogLines) -> None:
    """Write the sheet.

    Args:
        pane: the sheet.
        look: the formats and the words.
        log: which.
        shown: what stands there; of very many the newest.
    """
    heads = {name: look.words.columns[log.key][name] for name in log.widths}
    lines = shown.lines[:_MOST]
    pane.columns(list(log.widths.values()))
    pane.table(0, heads, len(lines), log.aligned)
    explain_states(pane, log, list(heads).index(log.state))
    pane.sheet.freeze_panes(1, 0)
    if not lines:
        text = look.words.book[f"no_{log.key}" if shown.readable else f"{log.key}_unread"]
        pane.text(1, 0, text, look.format(font_color=SOFT), len(log.widths) - 1)
    words = {log.states(look.words)[code]: look.status(status) for code, status in log.colours.items()}
    cells = {name: look.cell(align=log.aligned.get(name, "left")) for name in log.widths}
    for row, line in enumerate(lines, 1):
        for column, name in enumerate(log.widths):
            style = words.get(line[name], cells[name]) if name == log.state else cells[name]
            pane.text(row, column, line[name], style)
        pane.height(row, row_height(*((line[name], log.widths[name]) for name in log.wrapped)))


def explain_states(pane: Pane, log: Log, column: int) -> None:
    """Say in a note on its head what the words of the coloured column mean."""
    note = {"x_scale": _NOTE_WIDTH, "y_scale": log.note, "font_size": 9}
    pane.sheet.write_comment(0, column, log.explanation(pane.look.words), note)
