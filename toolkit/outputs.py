"""The words of what the toolkit writes, from `sheets_schema/outputs.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from toolkit.declarations import FOLDER, Part, read_yaml, verified


class StatusWord(Part):
    """How a status is shown: its word, and a sign that reads without colour."""

    word: str
    sign: str


class Outputs(Part):
    """Everything `outputs.yaml` declares."""

    sheets: Mapping[str, str]
    files: Mapping[str, str]
    statuses: Mapping[str, StatusWord]
    severities: Mapping[str, str]
    figures: Mapping[str, str]
    headings: Mapping[str, str]
    columns: Mapping[str, Mapping[str, str]]
    effects: Mapping[str, str]
    titles: Mapping[str, str]
    neutral_problem: str
    measures: Mapping[str, str]
    reasons: Mapping[str, str]
    blank: str
    supplement: str

    def legend(self) -> str:
        """Every sign with its word, on one line."""
        return "\u3000".join(f"{status.sign} {status.word}" for status in self.statuses.values())


def load_outputs(folder: Path = FOLDER) -> Outputs:
    """Read and verify the words.

    Raises:
        SchemaError: the file is missing or lacks a word.
    """
    return verified(Outputs, read_yaml(folder / "outputs.yaml"), "outputs.yaml")
