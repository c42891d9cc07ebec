"""Why a Google Sheet cannot be used, in words: `sheets_schema/faults.yaml`, verified."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Literal

from toolkit.declarations import FOLDER, Part, read_yaml, verified
from toolkit.errors import BusySourceError, SourceError

Language = Literal["en", "zh"]


class Wording(Part):
    """One sentence in both languages."""

    en: str
    zh: str

    def say(self, language: Language, **facts: object) -> str:
        """The sentence with its facts; one that differs by language is a wording itself."""
        said = {name: fact.say(language) if isinstance(fact, Wording) else fact for name, fact in facts.items()}
        return (self.en if language == "en" else self.zh).format(**said)

    def with_facts(self, **facts: object) -> Wording:
        """The sentence in both languages."""
        return Wording(en=self.say("en", **facts), zh=self.say("zh", **facts))


class Faults(Part):
    """Everything `faults.yaml` declares."""

    faults: Mapping[str, Wording]
    directions: Mapping[str, Wording]


@cache
def load_faults() -> Faults:
    """The wording of every fault."""
    return verified(Faults, read_yaml(FOLDER / "faults.yaml"), "faults.yaml")


class WordedError(SourceError):
    """A source cannot be used; it says so in English and keeps what is needed to say it in Chinese.

    Attributes:
        key: of `faults.yaml`.
        facts: what the wording names in braces.
    """

    def __init__(self, key: str, **facts: object) -> None:
        """Word it.

        Args:
            key: of `faults.yaml`.
            facts: what the wording names in braces.
        """
        self.key, self.facts = key, facts
        super().__init__(self.say("en"))

    def say(self, language: Language) -> str:
        """The sentence."""
        return load_faults().faults[self.key].say(language, **self.facts)


class BusyWordedError(WordedError, BusySourceError):
    """The same, and trying again later may help."""
