"""What came of a mailing, as the operator is told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from toolkit.checks.ground import Ground
from toolkit.dates import CHINA
from toolkit.doctor import load_doctor
from toolkit.errors import SourceError
from toolkit.faults import Wording
from toolkit.mail.answers import advice_on
from toolkit.mail.delivery import Report
from toolkit.mail.entries import Entry
from toolkit.readers import unreached
from toolkit.workflows.letters import Made

_INTERRUPTED: Final = 130
"""What a command returns that was stopped by Ctrl-C."""


@dataclass(frozen=True, slots=True)
class Left:
    """A letter that is not sent, for what the ledger says of it.

    Attributes:
        row: of its reader in 收件人.
        entry: of the ledger.
    """

    row: int
    entry: Entry


@dataclass(frozen=True, slots=True)
class Told:
    """Letters of one fate for one reason.

    Attributes:
        fate: `refused`, `unknown` or `again`; the first two with ` before` where an earlier run found so, the last with
            ` when asked` where it was sent before; `in doubt` of earlier periods; `elsewhere` where another machine has
            it in hand; `held back` where it would show something of another school.
        rows: of their readers in 收件人.
        reason: mostly the server's words.
    """

    fate: str
    rows: tuple[int, ...]
    reason: str

    @property
    def advice(self) -> str:
        """What to do about the server's words, where they are known."""
        found = advice_on(self.reason)
        return found.en if found else ""


@dataclass
class Mailed:
    """What came of a mailing.

    Attributes:
        sheet: title of 收件人.
        readers: how many letters there were to send or leave.
        quiet: whether no notices go out because it is the holidays.
        report: of those that were handed in.
        due: how many of them were to be sent.
        stopped: whether somebody stopped the run.
        left: those that were not to be sent, by what the ledger says of them; `elsewhere` where another machine has
            them in hand.
        doubts: letters of earlier days or weeks that may not have arrived.
        held_back: letters that would show something of another school.
        unreached: rows of 收件人 that get nothing.
    """

    sheet: str
    readers: int = 0
    quiet: bool = False
    report: Report = field(default_factory=Report)
    due: int = 0
    stopped: bool = False
    left: dict[str, list[Left]] = field(default_factory=dict)
    doubts: list[Left] = field(default_factory=list)
    held_back: list[Made] = field(default_factory=list)

    @property
    def code(self) -> int:
        """What the command returns: 3 where a letter is to be tried again, 1 where a person is to look at one."""
        if self.stopped:
            return _INTERRUPTED
        if self.report.count("again") or self.left.get("elsewhere"):
            return SourceError.exit_code
        left = self.left.get("unknown") or self.left.get("refused")
        return int(bool(left or self.held_back or self.report.count("refused") or self.report.count("unknown")))

    @property
    def told(self) -> tuple[Told, ...]:
        """All that was not sent, those of one fate for one reason together."""
        found: dict[tuple[str, str], list[int]] = {}
        for fate, row, reason in self._not_sent():
            found.setdefault((fate, reason), []).append(row)
        return tuple(Told(fate, tuple(dict.fromkeys(rows)), reason) for (fate, reason), rows in found.items())

    @property
    def not_begun(self) -> int:
        """How many letters were to be sent and were not taken in hand, since the run ended early."""
        begun = len(self.report.lines) + len(self.report.lost) + len(self.held_back)
        return self.due - begun if self.stopped or self.report.fault else 0

    def _not_sent(self) -> Iterator[tuple[str, int, str]]:
        for line in self.report.lines:
            if line.outcome.fate != "sent":
                asked = " when asked" if line.outcome.fate == "again" and line.asked else ""
                yield line.outcome.fate + asked, line.letter.row, self._reason(line.outcome.answer)
        for state in ("refused", "unknown"):
            for one in self.left.get(state, ()):
                yield f"{state} before", one.row, one.entry.answer or f"begun {_moment(one.entry)}"
        for one in self.left.get("elsewhere", ()):
            yield "elsewhere", one.row, f"taken in hand {_moment(one.entry)}"
        for letter in self.report.lost:
            yield "elsewhere", letter.row, "taken in hand at the same moment"
        for one in self.doubts:
            yield "in doubt", one.row, f"{one.entry.kind} of {one.entry.period}"
        for made in self.held_back:
            for leak in made.leaks:
                yield "held back", made.digest.row, f"its {leak.part} shows {leak.place}"

    def _reason(self, answer: str) -> str:
        """Not what is said at the end anyway."""
        return "" if self.report.fault and answer == str(self.report.fault) else answer


def _moment(entry: Entry) -> str:
    return f"{entry.claimed.astimezone(CHINA):%Y-%m-%d %H:%M}"


def told_unreached(ground: Ground) -> list[Wording]:
    """The rows of 收件人 that get nothing, those of one reason in one sentence.

    Args:
        ground: linked tables, errors known.
    """
    title, rows = ground.schema.sheets["recipients"].title, defaultdict(list)
    for one in unreached(ground):
        rows[one.reason].append(f"{title}!{one.row}")
    words = load_doctor().unreached
    return [words[reason].with_facts(rows=", ".join(rows[reason])) for reason in words if reason in rows]
