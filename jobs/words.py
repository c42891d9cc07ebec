"""What jobs say on record and to the operator: `sheets_schema/jobs.yaml`, verified."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from toolkit.declarations import FOLDER, Part, read_yaml, verified


class JobWords(Part):
    """Everything `jobs.yaml` declares."""

    results: Mapping[str, str]
    notes: Mapping[str, str]
    kinds: Mapping[str, str]

    def note(self, key: str, **facts: object) -> str:
        """What goes on record."""
        return self.notes[key].format(**facts)


@cache
def load_job_words() -> JobWords:
    """The words."""
    return verified(JobWords, read_yaml(FOLDER / "jobs.yaml"), "jobs.yaml")
