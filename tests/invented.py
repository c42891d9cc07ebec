"""An invented community of any size that does all a fullest plan asks; material for `extremes`.

A community is a mapping of sheet title to rows below the header. Rows may be written `一|二|三`.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product
from typing import Final

from toolkit.plans import load_plan
from toolkit.workbook import RawValue, Sheet, Workbook

Rows = list[list[RawValue]]
Sheets = dict[str, Rows]

FIRST, SECOND = ("2025学年上学期", date(2025, 9, 1)), ("2025学年下学期", date(2026, 2, 24))
_SETTING: Final = ("学校", "人员", "学期", "指标", "资源")
_ONCE: Final = "集体备课 联席会议 教学案例评比 教学比武 课题活动 开放日 艺体活动 生活体验 献爱心 教学质量检测 专题调研"
_SURNAMES, _GIVEN = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨", "安平康宁明亮文武英华秀芳建国志强春晓红梅青松海波云霞玉兰金凤"

HEADERS: Final = {
    "学校": "学校 简称 角色 校长 加入日期 退出日期",
    "人员": "工号 姓名 学校 职务 称号 在岗",
    "结对": "类别 甲方 甲方学校 乙方 乙方学校 起始日期 结束日期 培养目标 达成情况 备注",
    "交流": "类别 人员 派出学校 接收学校 起始日期 结束日期 学习体会 备注",
    "资源": "资源编号 名称 类别 所属学校 数量 备注",
    "借用": "资源编号 借出学校 借入学校 数量 经手人 借出日期 应还日期 归还日期 归还情况 备注",
    "活动": "活动编号 类别 主题 日期 承办学校 参加学校 状态 佐证材料 主讲人 备注",
    "签到": "活动 人员 角色 意见建议",
    "课题": "课题名称 级别 主持学校 参与学校 立项日期 结题日期 状态 主持人",
    "教案": "教师 学科 课题名 上传日期",
    "成绩": "考试 日期 学校 年级 学科 参考人数 平均分",
    "工作计划": "类别 事项 责任学校 截止日期 状态 目标 责任人",
    "学期": "学期 学年 开始日期 结束日期",
    "指标": "指标编号 名称 条款 责任主体 周期 数据表 归属列 筛选 统计 统计列 下限 上限 分值",
    "收件人": "姓名 邮箱 角色 学校",
    "豁免": "指标编号 责任主体 周期 原因 批准人",
}


def book(*parts: Sheets) -> Workbook:
    """A workbook of what the parts hold together, each sheet with its header."""
    sheets = {title: [[*HEADERS[title].split()], *content] for title, content in together(*parts).items()}
    return Workbook(tuple(Sheet(title, content) for title, content in sheets.items()), name="极端.xlsx")


def sheets_of(workbook: Workbook) -> Sheets:
    """The sheets by title, header row included, as `write_xlsx` of conftest takes them."""
    return {sheet.title: [list(row) for row in sheet.rows] for sheet in workbook.sheets}


def rows(texts: Iterable[str]) -> Rows:
    """Rows written `一|二|三`."""
    return [[*text.split("|")] for text in texts]


def together(*parts: Sheets) -> Sheets:
    """All rows of each sheet in one."""
    whole: Sheets = {}
    for part in parts:
        for title, content in part.items():
            whole.setdefault(title, []).extend(content)
    return whole


def thinned(sheets: Sheets, share: float) -> Sheets:
    """About this share of the entries, and always the first of each sheet, on which others lean."""
    chance = random.Random(7)  # noqa: S311 the same every time
    return {
        title: [row for place, row in enumerate(content) if title in _SETTING or not place or chance.random() < share]
        for title, content in sheets.items()
    }


def plan(*numbers: str) -> Sheets:
    """The rules of plan S9: those named, or all."""
    quotas = [row for row in load_plan("S9").quotas if not numbers or row["指标编号"] in numbers]
    return {"指标": [[str(row.get(name, "")) for name in HEADERS["指标"].split()] for row in quotas]}


def rules(*texts: str) -> Sheets:
    """Rules written like rows of 指标, as far as they go."""
    width = len(HEADERS["指标"].split())
    return {"指标": [row + [""] * (width - len(row)) for row in rows(texts)]}


def numeral(number: int) -> str:
    """A number below 100 in Chinese."""
    tens, ones = divmod(number, 10)
    digits = ["", *"一二三四五六七八九"]
    return (digits[tens] if tens > 1 else "") + ("十" if tens else "") + digits[ones]


@dataclass(frozen=True)
class Community:
    """So many schools, the first leading, each with a head, a middle leader and teachers.

    Attributes:
        size: how many schools.
        as_of: entries after this day are plans.
        teachers: of each school, at least two.
        key_teachers: how many schools, from the first on, have one.
    """

    size: int
    as_of: date
    teachers: int = 3
    key_teachers: int = 1

    @property
    def schools(self) -> list[str]:
        """Full names; the short one is without 示例."""
        return [f"示例{numeral(number + 1)}小" for number in range(self.size)]

    @property
    def ring(self) -> list[tuple[int, str, str]]:
        """Each school's number, the school, and the next one."""
        return [(n, school, self.schools[(n + 1) % self.size]) for n, school in enumerate(self.schools)]

    @property
    def staff(self) -> list[str]:
        """工号 of all teachers."""
        return [self.who(*one) for one in product(range(self.size), range(2, self.teachers + 2))]

    def who(self, school: int, place: int) -> str:
        """工号 of a member of staff: place 0 is the head, 1 the middle leader, 2 and up the teachers."""
        return f"T{school + 1:02d}{place + 1:03d}"

    def setting(self) -> Sheets:
        """学校, 人员, 学期: what stands before any entry."""
        schools = [f"{name}|{name[2:]}|{'成员学校' if n else '领衔学校'}|||" for n, name in enumerate(self.schools)]
        people = []
        for number, (place, school) in enumerate(product(range(self.teachers + 2), range(self.size))):
            name = _SURNAMES[number % 16] + _GIVEN[number // 16 % 30]
            position = ("校长", "中层干部", "教师")[min(place, 2)]
            honour = "骨干教师" if place == 2 and school < self.key_teachers else ""
            people.append(f"{self.who(school, place)}|{name}|{self.schools[school]}|{position}|{honour}|")
        terms = [f"{FIRST[0]}|2025学年|2025-09-01|2026-01-23", f"{SECOND[0]}|2025学年|2026-02-24|2026-07-03"]
        return {"学校": rows(schools), "人员": rows(people), "学期": rows(terms)}

    def term(self, term: tuple[str, date] = FIRST) -> Sheets:
        """All that plan S9 asks of one term, and of the year as well."""
        name, start = term
        key, lead = name[-3], self.schools[0]
        day = [(start + timedelta(days=after)).isoformat() for after in range(130)]
        meetings = [f"教研计划|{name}教研计划|{lead}|{day[20]}|{self._state(day[20], '未开始', '已完成')}||"]
        attended = [f"{key}0|{who}|参加|{'受益' if n % 2 else ''}" for n, who in enumerate(self.staff)]
        lessons = [f"{who}|语文|{name}第{n + 1}课|{day[n % 40]}" for n, who in enumerate(self.staff)]
        stock = [f"{key}R{n}|绘本|图书|{school}|30|" for n, school, _ in self.ring]
        lent = [
            f"{key}R{n}|{school}|{other}|10||{day[5 + n]}|{day[60]}|{day[50]}|完好|" for n, school, other in self.ring
        ]
        marks = [f"{name}统考|{day[75]}|{school}|六年级|语文|40|{81 + n % 9}" for n, school, _ in self.ring]
        return {
            "活动": rows(self._events(key, name, day)),
            "签到": rows(attended),
            "教案": rows(lessons),
            "资源": rows(stock),
            "借用": rows(lent),
            "交流": rows(self._exchanges(day)),
            "结对": rows(self._pairings(day)),
            "课题": rows([f"{name}共研|区级|{lead}|全部|{day[6]}||在研|"]),
            "成绩": rows([f"{name}统考|{day[75]}|全市|六年级|语文||80", *marks]),
            "工作计划": rows(meetings),
        }

    def _state(self, day: str, before: str, after: str) -> str:
        return after if day <= self.as_of.isoformat() else before

    def _events(self, key: str, name: str, day: list[str]) -> Iterator[str]:
        whole = [
            (kind, 3 + 7 * n, self.schools[0], "全部")
            for n, kind in enumerate([*_ONCE.split(), "联席会议", "工作分析会"])
        ]
        visits = [("校长到校指导", 10 + n, school, "") for n, school in enumerate(self.schools[1:])]
        for number, (kind, after, host, guests) in enumerate([*whole, *visits]):
            state = self._state(day[after], "计划|", "已举行|照片存办公室")
            yield f"{key}{number}|{kind}|{name}{kind}{number}|{day[after]}|{host}|{guests}|{state}||"

    def _exchanges(self, day: list[str]) -> Iterator[str]:
        lead, *members = self.schools
        yield f"组团支教|{self.who(0, 2)}|{lead}|{members[0]}|{day[9]}|{day[30]}||"
        for number, school in enumerate(members, 1):
            yield f"挂职学习|{self.who(number, 1)}|{school}|{lead}|{day[7]}|{day[60]}|有体会|"
            yield f"顶岗学教|{self.who(number, 2)}|{school}|{lead}|{day[9]}|{day[30]}||"

    def _pairings(self, day: list[str]) -> Iterator[str]:
        for key, (number, school, other) in product(range(self.key_teachers), self.ring):
            if number != key:
                parties = f"{self.who(key, 2)}|{self.schools[key]}|{self.who(number, 3)}|{school}"
                yield f"师徒|{parties}|{day[2]}|{day[120]}|上好课||"
            if not key:
                yield f"班级|三年级1班|{school}|三年级2班|{other}|{day[4]}|{day[120]}||进行中|"
