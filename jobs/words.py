"""What jobs say on record and to the operator: `sheets_schema/jobs.yaml`, verified."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from toolkit.declarations import FOLDER, Part, read_yaml, verified
from toolkit.faults import Wording


class JobWords(Part):
    """Everything `jobs.yaml` declares."""

    results: Mapping[str, str]
    notes: Mapping[str, Wording]
    kinds: Mapping[str, Wording]

    def note(self, key: str, **facts: object) -> str:
        """What goes on record."""
        return self.notes[key].say("zh", **facts)


@cache
def load_job_words() -> JobWords:
    """The words."""
    return verified(JobWords, read_yaml(FOLDER / "jobs.yaml"), "jobs.yaml")
