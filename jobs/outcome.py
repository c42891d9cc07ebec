"""What came of a job, as it goes on record."""

from __future__ import annotations

from dataclasses import dataclass

from toolkit.runs import Result


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a job.

    Attributes:
        result: `done`, `quiet`, `again` or `interrupted`; what failed is raised.
        note: one Chinese sentence that names nobody.
        found: what the operator is to be told though the job went well; empty for nothing.
    """

    result: Result = "done"
    note: str = ""
    found: str = ""
