"""Small workbooks written as Markdown tables, so that a test shows its input."""

from __future__ import annotations

import re

from toolkit.workbook import RawValue, Sheet, Workbook

BASE = """
# 学校
| 学校 | 简称 | 角色 |
|---|---|---|
| 甲镇中心小学 | 中心 | 领衔学校 |
| 甲镇东小学 | 东校 | 成员学校 |
| 甲镇西小学 | 西校 | 成员学校 |

# 学期
| 学期 | 学年 | 开始日期 | 结束日期 |
|---|---|---|---|
| 上学期 | 2025学年 | 2025-09-01 | 2026-01-23 |
| 下学期 | 2025学年 | 2026-02-24 | 2026-07-03 |
"""


def workbook(*texts: str) -> Workbook:
    """A workbook from Markdown: `# title` begins a sheet; rows before the dashes are rows like any other.

    A cell may be written in Python between backquotes, such as a number or `date(2025, 9, 1)`; blank lines between the rows
    of one table are blank rows only where written `| |`. A tie to the schema stands in braces behind a title or a column's
    name, as in `# 我们的活动{events}`; `#~ title` is a tab that the store leaves alone.
    """
    sheets: dict[str, list[list[RawValue]]] = {}
    others = []
    title = ""
    for line in "\n".join(texts).splitlines():
        if line.startswith("#~ "):
            others.append(line[3:])
        elif line.startswith("# "):
            title = line[2:].replace("␠", " ")
            sheets[title] = []
        elif line.startswith("|") and not set(line) <= set("|-: "):
            sheets[title].append([_cell(text) for text in line.strip()[1:-1].split("|")])
        elif line.startswith("|") and "-" not in line:
            sheets[title].append([""] * (line.count("|") - 1))
    return Workbook(tuple(_sheet(name, rows) for name, rows in sheets.items()), tuple(others))


def _sheet(name: str, rows: list[list[RawValue]]) -> Sheet:
    title, key = _untied(name)
    fields = {place: tie for row in rows for place, cell in enumerate(row) if (tie := _untied(cell)[1])}
    plain = [[_untied(cell)[0] for cell in row] for row in rows]
    # A store that knows ties gives days as numbers, too.
    return Sheet(title, plain, key, fields, serial_dates=key is not None)


def _untied(text: RawValue) -> tuple[RawValue, str | None]:
    found = re.fullmatch(r"(.*)\{(\w+)\}", text) if isinstance(text, str) else None
    return (found[1], found[2]) if found else (text, None)


def _cell(text: str) -> RawValue:
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] == "`":
        from datetime import date, datetime, time  # noqa: F401, PLC0415 names that a cell may use

        value = eval(text[1:-1])  # noqa: S307 a test's own text
        return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
    return text.replace("⏎", "\n")
