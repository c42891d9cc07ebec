"""What is found when everything a run needs is looked at: one line each, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from toolkit.declarations import FOLDER, Part, read_yaml, verified
from toolkit.errors import ToolkitError
from toolkit.faults import Wording

State = Literal["well", "amiss", "unknown"]
SIGNS: Mapping[State, str] = {"well": "✓", "amiss": "✗", "unknown": "○"}


class DoctorWords(Part):
    """Everything `doctor.yaml` declares."""

    checks: Mapping[str, Wording]
    findings: Mapping[str, Wording]
    unreached: Mapping[str, Wording]
    things: Wording
    all_well: Wording
    amiss: Wording


@cache
def load_doctor() -> DoctorWords:
    """The words."""
    return verified(DoctorWords, read_yaml(FOLDER / "doctor.yaml"), "doctor.yaml")


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found at one thing.

    Attributes:
        check: what was looked at, a key of `checks`.
        state: whether it is as it should be.
        zh: the finding in Chinese, with its remedy.
        en: the same in English.
        code: what the command returns on account of it.
    """

    check: str
    state: State
    zh: str
    en: str
    code: int = 0

    @property
    def sign(self) -> str:
        """`✓` where all is well, `✗` where something is to be done, `○` where it cannot be told."""
        return SIGNS[self.state]


@dataclass
class Findings:
    """The findings so far, in order."""

    lines: list[Finding] = field(default_factory=list)

    def add(self, check: str, state: State, key: str, *, code: int = 0, **facts: object) -> None:
        """One more, worded by a key of `findings`; a fact that differs by language is a `Wording`."""
        words = load_doctor().findings[key]
        code = code or (1 if state == "amiss" else 0)
        self.lines.append(Finding(check, state, words.say("zh", **facts), words.say("en", **facts), code))

    def told(self, check: str, zh: str, en: str, *, state: State = "amiss", code: int = 0) -> None:
        """One more, in words that are there already."""
        self.lines.append(Finding(check, state, zh, en, code))

    def failed(self, check: str, error: ToolkitError) -> None:
        """One more that is amiss, as the error says it."""
        self.told(check, error.say("zh"), error.say("en"), code=error.exit_code)

    @property
    def code(self) -> int:
        """What the command returns: 0 where nothing is amiss."""
        return max((line.code for line in self.lines), default=0)

    @property
    def amiss(self) -> int:
        """How many things are to be dealt with."""
        return sum(line.state == "amiss" for line in self.lines)
