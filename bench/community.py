"""A generated community of any size, most of its rows in 签到, written the messy way."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import xlsxwriter

Row = list[str | float]
AS_OF = date(2026, 11, 24)

_EVENT_KINDS = ("集体备课", "听课评课", "联席会议", "优质课展示", "开放日", "艺体活动")
_RULES: list[Row] = [
    ["2.3", "联席会议", "共同体", "学期", "活动", "", "类别=联席会议", "次数", "", 2],
    ["4.2", "参加教研", "教师", "学期", "签到", "人员", "活动类别=集体备课、听课评课、优质课展示", "次数", "", 1],
    ["4.3", "上传教案", "教师", "学期", "教案", "教师", "", "次数", "", 1],
    ["5.2", "参加活动", "每所学校", "学年", "活动", "参加学校", "类别=开放日、艺体活动", "次数", "", 1],
    ["5.3", "参加人数", "每所学校", "学期", "签到", "人员", "", "人数", "人员", 10],
    ["5.4", "留下意见", "每所学校", "学期", "签到", "人员", "", "占比", "意见建议", "50%"],
]


def write_community(path: Path, rows: int) -> None:
    """Write a workbook with about so many entry rows.

    Args:
        path: the .xlsx to make.
        rows: entry rows in all sheets together; nine tenths of them in 签到.
    """
    with xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_formulas": False}) as book:
        for title, content in _sheets(rows, random.Random(rows)):  # noqa: S311 the same community every time
            sheet = book.add_worksheet(title)
            for number, row in enumerate(content):
                sheet.write_row(number, 0, row)


def _sheets(rows: int, chance: random.Random) -> Iterator[tuple[str, Iterator[Row]]]:
    schools = max(11, rows // 10_000)
    people = max(60, rows // 40)
    events = max(30, rows // 60)
    yield "学校", _schools(schools)
    yield (
        "学期",
        iter(
            [
                ["学期", "学年", "开始日期", "结束日期"],
                ["2025秋", "2025-2026", "2025-09-01", "2026-01-23"],
                ["2026春", "2025-2026", "2026-02-24", "2026-07-03"],
                ["2026秋", "2026-2027", "2026-09-01", "2027-01-22"],
            ]
        ),
    )
    yield "人员", _people(people, schools, chance)
    yield "活动", _events(events, schools, chance)
    plans = rows // 20
    yield "教案", _lesson_plans(plans, people, chance)
    yield "签到", _attendance(rows - people - events - plans - schools, people, events, chance)
    yield (
        "指标",
        iter([["指标编号", "名称", "责任主体", "周期", "数据表", "归属列", "筛选", "统计", "统计列", "下限"], *_RULES]),
    )


def _schools(count: int) -> Iterator[Row]:
    yield ["学校", "简称", "角色"]
    for number in range(count):
        yield [f"第{number}小学校", f"{number}小", "成员学校" if number else "领衔学校"]


def _people(count: int, schools: int, chance: random.Random) -> Iterator[Row]:
    yield ["工号", "姓名", "学校", "职务", "称号", "在岗"]
    for number in range(count):
        honour = "骨干教师" if chance.random() < 0.05 else ""
        yield [f"T{number:06d}", f"师{number}", f"{number % schools}小", "教师", honour, chance.choice(["是", "√", ""])]


def _messy_date(chance: random.Random) -> str | float:
    day = date(2025, 9, 1) + timedelta(days=chance.randrange((AS_OF - date(2025, 9, 1)).days))
    forms = (
        day.isoformat(),
        f"{day.year}.{day.month}.{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day:%Y%m%d}",
    )
    if chance.random() < 0.002:
        return f"{day.year}.13.{day.day}"
    return chance.choice(forms) if chance.random() < 0.5 else float((day - date(1899, 12, 30)).days)


def _events(count: int, schools: int, chance: random.Random) -> Iterator[Row]:
    yield ["活动编号", "类别", "主题", "日期", "承办学校", "参加学校", "状态", "佐证材料"]
    for number in range(count):
        host, guest = chance.randrange(schools), chance.randrange(schools)
        kind = chance.choice(_EVENT_KINDS)
        yield [
            f"H{number}",
            kind,
            f"第{number}次",
            _messy_date(chance),
            f"{host}小",
            f"{guest}小、{host}小",
            "已举行",
            "相册",
        ]


def _lesson_plans(count: int, people: int, chance: random.Random) -> Iterator[Row]:
    yield ["教师", "学科", "课题名", "上传日期"]
    for number in range(count):
        yield [f"T{chance.randrange(people):06d}", "语文", f"第{number % 500}课", _messy_date(chance)]


def _attendance(count: int, people: int, events: int, chance: random.Random) -> Iterator[Row]:
    yield ["活动", "人员", "角色", "意见建议"]
    roles = ("听课", "评课", "参加", "讨论", "")
    for number in range(count):
        who = chance.randrange(people)
        name = f"T{who:06d}" if chance.random() < 0.7 else f" 师{who}"
        if chance.random() < 0.001:
            name = f"帅{who}"
        yield [f"H{chance.randrange(events)}", name, chance.choice(roles), f"意见{number % 1000}" if number % 3 else ""]
