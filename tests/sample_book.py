"""The shipped sample community as a raw workbook, built once."""

from __future__ import annotations

import tempfile
from datetime import date
from functools import cache
from pathlib import Path

from toolkit.outputs import load_outputs
from toolkit.plans import load_plan
from toolkit.sample import AS_OF, build_sample
from toolkit.schema import load_schema
from toolkit.stores.xlsx import read_workbook
from toolkit.workbook import Workbook


@cache
def sample() -> tuple[Workbook, date]:
    """The sample, and its day."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / load_outputs().files["sample"]
        build_sample(path, load_plan("S9").quotas)
        return read_workbook(path, load_schema()), AS_OF
