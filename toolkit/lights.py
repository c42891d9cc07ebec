"""Which cells of the entry sheets are to light up: keys that a conditional format looks for.

A key says where a fault is and what stands there. The format compares it with what stands there now, so that the light
goes out as soon as the cell is changed or moved, without anything being written into the entry sheets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Final

from toolkit.assess import Assessment
from toolkit.problems import Problem
from toolkit.workbook import RawValue, column_letters, column_number

RANGE_NAME: Final = "consortium_lights"
"""The named range that holds the keys; a conditional format reaches another tab only through INDIRECT."""
_LONGEST: Final = 200
_ERRORS: Final = ("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#ERROR!")
"""Error cells by their ERROR.TYPE, from 1."""
_CELL: Final = re.compile(r"([A-Z]+)(\d+)")
_EPOCH: Final = datetime(1899, 12, 30)  # noqa: DTZ001 a spreadsheet's day has no zone


def light_keys(assessment: Assessment) -> Mapping[Problem, str]:
    """The key of each problem that has a cell, such as `events!D7|下周三`.

    Args:
        assessment: whose workbook the keys are for.
    """
    return dict(_keys(assessment))


def _keys(assessment: Assessment) -> Iterator[tuple[Problem, str]]:
    tables = assessment.ground.tables
    sheets = {sheet.title: sheet for sheet in assessment.workbook.sheets}
    for problem in assessment.problems:
        found = _CELL.fullmatch(problem.cell or "")
        key = assessment.schema.by_title(problem.sheet).key
        title = tables[key].title
        if found and title is not None and title in sheets:
            row, column = int(found[2]) - 1, column_number(found[1])
            rows = sheets[title].rows
            value = rows[row][column] if row < len(rows) and column < len(rows[row]) else ""
            yield problem, f"{key}!{problem.cell}|{_content(value)}"


def light_formula(sheet_key: str, columns: int) -> str:
    """The formula of the conditional format, for cell A1 of a range that begins there.

    Args:
        sheet_key: key of the sheet's schema.
        columns: how many columns of the sheet the format covers.
    """
    last = column_letters(columns - 1)
    place = f'"{sheet_key}!"&ADDRESS(ROW(A1),COLUMN(A1),4)&"|"'
    errors = ",".join(f'"{text}"' for text in _ERRORS)
    content = f'IFERROR(LEFT(IF(ISNUMBER(A1),N(A1)&"",A1&""),{_LONGEST}),CHOOSE(ERROR.TYPE(A1),{errors}))'
    for sign in "~*?":  # MATCH would take them for wildcards
        content = f'SUBSTITUTE({content},"{sign}","~{sign}")'
    return f'=AND(COUNTA($A1:${last}1)>0,ISNUMBER(MATCH({place}&{content},INDIRECT("{RANGE_NAME}"),0)))'


def _content(value: RawValue) -> str:
    """What the formula makes of a cell: numbers and days as numbers, anything else as its text."""
    if isinstance(value, datetime):
        value = (value - _EPOCH) / timedelta(days=1)
    elif isinstance(value, date):
        value = float((datetime.combine(value, time()) - _EPOCH).days)
    text = f"{value:.15g}" if isinstance(value, float) else str(value)
    return text[:_LONGEST]
