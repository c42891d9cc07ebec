"""The shipped sample: an invented community of eleven schools, typed the way staff type.

Everything Chinese stands in `sheets_schema/sample/`. The same workbook comes out every time: chance is seeded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from toolkit.files import replacing
from toolkit.sample.activity import activity
from toolkit.sample.hand import Hand, Typed
from toolkit.sample.material import AS_OF
from toolkit.sample.pages import Pages
from toolkit.sample.slips import Row, plant
from toolkit.sample.staff import Staff
from toolkit.schema import SheetSchema, load_schema

__all__ = ["AS_OF", "build_sample"]


def build_sample(path: Path, quotas: Sequence[Mapping[str, object]]) -> None:
    """Write the sample community as an .xlsx workbook.

    Args:
        path: the file to write; one that is there is replaced.
        quotas: the rows of 指标 by header, such as those of plan S9; they are written as they are, other keys left out.

    Raises:
        UsageError: the file cannot be written.
    """
    schema = load_schema()
    staff = Staff(schema)
    entries = activity(schema, staff)
    hand = Hand(staff, entries["events"])
    sheets = {
        key: [Row(hand.entry(sheet, entry), entry) for entry in entries[key]]
        for key, sheet in schema.sheets.items()
        if key in entries
    }
    sheets["quotas"] = [Row(_quota(schema.sheets["quotas"], quota), {}) for quota in quotas]
    planted = plant(sheets, staff)
    with replacing(path) as temporary:
        Pages(temporary, schema).write(planted)


def _quota(sheet: SheetSchema, quota: Mapping[str, object]) -> dict[str, Typed]:
    """A row of 指标 as it is: numbers in number columns, all else as text."""
    cells = {}
    for name, field in sheet.by_name.items():
        text = str(quota.get(name, ""))
        numeric = field.kind in {"bound", "number"} and text.replace(".", "", 1).isdigit()
        cells[field.key] = Typed(float(text)) if numeric else Typed(text)
    return cells
