"""A run in people's words, column by column, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, cast

from toolkit.dates import read_time, shown_time
from toolkit.outputs import Outputs
from toolkit.runs import Result, Run

_LONGEST: Final = 300
"""So many signs of a text are kept."""
_MINUTE: Final = 60
_YEARS: Final = range(1970, 9000)
"""Of moments that every time zone has, whatever people typed."""


@dataclass(frozen=True)
class RunWords:
    """The words of 运行记录.

    Attributes:
        outputs: the words of what is written.
    """

    outputs: Outputs

    @property
    def heads(self) -> Mapping[str, str]:
        """Of the columns, by key, in their order."""
        return self.outputs.columns["runs"]

    def texts(self, run: Run) -> dict[str, str]:
        """Each column's text."""
        return {
            "started": _shown(run.started),
            "job": self.outputs.jobs.get(run.job, _line(run.job)),
            "result": self.outputs.run_states[run.result],
            "due": _shown(run.due),
            "duration": self._duration(run.duration),
            "rows": str(run.rows),
            "problems": str(run.problems),
            "calls": str(run.calls),
            "note": _line(run.note),
            "ended": _shown(run.ended),
            "machine": run.machine,
            "id": run.id,
        }

    def run(self, texts: Mapping[str, str]) -> Run | None:
        """The run that a row's texts tell of; None where people made it unreadable."""
        given = {name: _line(texts.get(name, "").strip()) for name in self.heads}
        started, result = _moment(given["started"]), _code(self.outputs.run_states, given["result"])
        if not given["id"] or started is None or result not in self.outputs.run_states:
            return None
        counts: dict[str, Any] = {name: _count(given[name]) for name in ("rows", "problems", "calls")}
        return Run(
            id=given["id"],
            job=_code(self.outputs.jobs, given["job"]),
            due=_moment(given["due"]),
            started=started,
            result=cast("Result", result),
            machine=given["machine"],
            ended=_moment(given["ended"]),
            note=given["note"],
            **counts,
        )

    def _duration(self, duration: timedelta | None) -> str:
        if duration is None:
            return ""
        words, seconds = self.outputs.durations, max(0.0, round(duration.total_seconds(), 1))  # a clock may be set back
        if seconds < _MINUTE:
            return words["seconds"].format(seconds=seconds)
        minutes, rest = divmod(round(seconds), _MINUTE)
        return words["minutes"].format(minutes=minutes, seconds=rest)


def _code(words: Mapping[str, str], text: str) -> str:
    return next((code for code, word in words.items() if word == text), text)


def _line(text: str) -> str:
    """Any text on one line, cut."""
    line = "".join(sign if sign.isprintable() else " " for sign in text)
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def _shown(moment: datetime | None) -> str:
    return shown_time(moment) if moment else ""


def _moment(text: str) -> datetime | None:
    """A moment of a year in which somebody may have run something."""
    moment = read_time(text)
    return moment if moment and moment.year in _YEARS else None


def _count(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0  # noqa: PLR2004 no count is longer
