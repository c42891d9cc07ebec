"""The checks of 签到 through other libraries, as far as each can express them.

The checks: 活动 and 人员 filled and known, 角色 one of its words, nobody twice at one event. What the others cannot say
at all: that a person may be named in several ways, the nearest name, the row that stands first of two that clash.
"""

from __future__ import annotations

import contextlib
import io
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
from community import AS_OF
from frictionless import Resource, system, validate
from frictionless import Schema as FrictionlessSchema
from pandera.errors import SchemaErrors
from pandera.pandas import Check, Column, DataFrameSchema

from toolkit import assess as core
from toolkit.schema import load_schema
from toolkit.stores.xlsx import read_workbook
from toolkit.workflows import no_garbage_collection

_FRICTIONLESS_ROWS = 20_000
"""It takes a hundred times as long; its time a row is flat."""
_PARTS = ["主讲", "主备", "讨论", "听课", "评课", "评委", "参赛", "参加"]


def compare(path: Path) -> dict[str, Any]:
    """Measure our checks and theirs on the same rows in memory."""
    schema = load_schema()
    with no_garbage_collection():
        raw = read_workbook(path, schema)
    sheets = {sheet.title: sheet.rows for sheet in raw.sheets}
    header, *rows = sheets["签到"]
    frame = pd.DataFrame(rows, columns=[str(name) for name in header])
    events = {str(row[0]) for row in sheets["活动"][1:]}
    people = {str(name) for row in sheets["人员"][1:] for name in row[:2]}

    def ours() -> int:
        with no_garbage_collection():
            tables, problems = core.clean(raw, schema, AS_OF)
            return len(core.check(tables, schema, AS_OF, None, problems).problems)

    few = frame.head(_FRICTIONLESS_ROWS)
    lines = [
        _line("this toolkit", len(rows), ours, "every sheet, every check of the contract, messages and suggestions"),
        _line(
            "pandera",
            len(rows),
            lambda: _pandera(frame, events, people),
            "签到 alone; text must be clean beforehand; a name in one way only; a failure a row, no wording",
        ),
        _line(
            "frictionless",
            len(few),
            lambda: _frictionless(few),
            "签到 alone; references and pairs of columns not checked; stops at 1,000 errors unless told otherwise",
        ),
    ]
    return {"rows": len(rows), "lines": lines}


def _line(name: str, rows: int, work: Callable[[], int], note: str) -> dict[str, Any]:
    start = time.perf_counter()
    found = work()
    return {"name": name, "rows": rows, "seconds": time.perf_counter() - start, "note": f"{found:,} found; {note}"}


def _pandera(frame: pd.DataFrame, events: set[str], people: set[str]) -> int:
    clean = frame.assign(**{name: frame[name].astype(str).str.strip() for name in ("活动", "人员", "角色")})
    schema = DataFrameSchema(
        {
            "活动": Column(str, [Check.str_length(min_value=1), Check.isin(events)]),
            "人员": Column(str, [Check.str_length(min_value=1), Check.isin(people)]),
            "角色": Column(str, Check.isin([*_PARTS, ""])),
        },
        unique=["活动", "人员"],
    )
    try:
        schema.validate(clean, lazy=True)
    except SchemaErrors as errors:
        return len(errors.failure_cases)
    return 0


def _frictionless(frame: pd.DataFrame) -> int:
    fields = [
        {"name": "活动", "type": "string", "constraints": {"required": True}},
        {"name": "人员", "type": "string", "constraints": {"required": True}},
        {"name": "角色", "type": "string", "constraints": {"enum": _PARTS}},
        {"name": "意见建议", "type": "string"},
    ]
    data = [list(frame.columns), *frame.to_numpy().tolist()]
    resource = Resource(data=data, schema=FrictionlessSchema.from_descriptor({"fields": fields}))
    with system.use_context(trusted=True), contextlib.redirect_stdout(io.StringIO()):
        report = validate(resource, limit_errors=10**9)
    return int(report.stats["errors"])
