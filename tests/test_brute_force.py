"""Properties of the whole core: quotas against a plain count, addresses against the cells, and what may not matter."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import chain

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown import BASE, workbook

from toolkit.assess import assess
from toolkit.schema import load_schema
from toolkit.workbook import Sheet, Workbook, column_letters

SCHEMA = load_schema()
AS_OF = date(2025, 11, 15)
QUICK = settings(
    max_examples=20,
    report_multiple_bugs=False,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
)


# A small community as plain Python: each row a dict of its columns; schools by name, persons by number, lists as lists


SCHOOLS = ["甲小学", "乙小学", "丙小学", "丁小学"]
PERSONS = ["01", "02", "03", "04", "05"]
YEAR = (date(2025, 9, 1), date(2026, 7, 3))
TERMS = {"上": (date(2025, 9, 1), date(2026, 1, 23)), "下": (date(2026, 2, 24), date(2026, 7, 3))}
COLUMNS = {
    "学校": "学校 角色 加入日期 退出日期",
    "人员": "工号 姓名 学校 职务 称号 在岗",
    "学期": "学期 学年 开始日期 结束日期",
    "活动": "活动编号 类别 主题 日期 承办学校 状态 参加学校 时长 学科 佐证材料",
    "签到": "活动 人员 角色",
    "教案": "教师 学科 课题名 上传日期",
    "交流": "类别 人员 派出学校 接收学校 起始日期 结束日期 学习体会",
    "结对": "类别 甲方 甲方学校 乙方 乙方学校 起始日期 结束日期 培养目标",
    "课题": "课题名称 级别 主持学校 参与学校 立项日期 结题日期 状态",
    "资源": "资源编号 名称 类别 所属学校 数量",
    "借用": "资源编号 借出学校 借入学校 数量 借出日期 应还日期",
    "工作计划": "类别 事项 责任学校 截止日期 状态",
    "成绩": "考试 日期 学校 年级 学科 参考人数 平均分 满分",
}
BEGINNING = {
    "活动": "日期",
    "签到": "日期",
    "教案": "上传日期",
    "交流": "起始日期",
    "结对": "起始日期",
    "课题": "立项日期",
    "借用": "借出日期",
    "工作计划": "截止日期",
    "成绩": "日期",
}
SCHOOL_TIES = {
    "活动": ["承办学校", "参加学校", "承办学校+参加学校"],
    "签到": ["人员"],
    "教案": ["教师"],
    "交流": ["派出学校", "接收学校", "人员", "派出学校+接收学校"],
    "结对": ["甲方学校", "乙方学校", "甲方学校+乙方学校"],
    "课题": ["主持学校", "参与学校", "参与学校+主持学校"],
    "借用": ["借出学校", "借入学校", "借出学校+借入学校"],
    "工作计划": ["责任学校"],
    "成绩": ["学校"],
}
PERSON_TIES = {"签到": ["人员"], "教案": ["教师"], "交流": ["人员"], "结对": ["甲方", "甲方+乙方"]}
MEASURES = {
    "活动": ["人数 参加学校", "人数 学科", "占比 学科", "占比 参加学校", *["覆盖率 参加学校"] * 3, "合计 时长"],
    "签到": ["人数 人员", "占比 角色"],
    "教案": ["人数 教师", "占比 学科"],
    "交流": ["人数 人员", "占比 学习体会", "覆盖率 接收学校", "最少天数"],
    "结对": ["人数 甲方", "占比 培养目标", "覆盖率 乙方学校", "最少天数"],
    "课题": ["人数 参与学校", "占比 结题日期", "覆盖率 参与学校"],
    "借用": ["合计 数量", "覆盖率 借入学校", "人数 借入学校"],
    "工作计划": ["人数 责任学校", "占比 责任学校", "覆盖率 责任学校"],
    "成绩": ["合计 参考人数", "人数 学科", "覆盖率 学校", "占比 满分", *["均分差 平均分"] * 5],
}
CONDITIONS = {
    "活动": [
        *[
            "类别=开放日",
            "类别≠开放日",
            "学科=语文",
            "学科≠语文、数学",
            "时长≥40",
            "时长≤40",
            "学科有值",
            "参加学校无值",
        ],
        *[
            "参加学校=乙小学",
            "参加学校≠乙小学、丙小学",
            "参加学校含全部学校",
            "日期≥2025-11-01",
            "承办学校=甲小学、丁小学",
        ],
    ],
    "签到": ["活动类别=开放日、献爱心", "日期≤2026-01-01", "人员=01、02", "人员≠03", "角色无值", "状态=计划"],
    "教案": ["学科=语文", "学科≠语文", "教师=01", "上传日期>=2025-11-01"],
    "交流": ["类别=挂职学习", "接收学校≠乙小学", "学习体会有值", "结束日期≤2025-12-01", "结束日期无值"],
    "结对": ["类别=班级", "类别!=班级", "乙方学校=丙小学", "培养目标无值", "结束日期≥2025-12-01"],
    "课题": ["状态≠中止", "级别=区级、市级", "参与学校含全部学校", "参与学校=乙小学", "状态=在研"],
    "借用": ["资源类别=图书", "资源类别≠图书", "数量≥2", "借入学校=乙小学"],
    "工作计划": ["类别=教研计划", "责任学校有值", "责任学校≠乙小学", "状态=进行中"],
    "成绩": ["学科=语文", "年级≠三", "学校≠乙小学", "参考人数≥20", "平均分≤50", "日期≥2025-11-01", "满分无值"],
}
DAYS = st.sampled_from(
    [
        date(2024, 12, 1),
        date(2025, 8, 31),
        *chain.from_iterable([*TERMS.values(), YEAR]),
        date(2026, 2, 1),
        date(2026, 9, 1),
    ]
    + [AS_OF + timedelta(days) for days in (-40, -1, 0, 1, 20)]
)
AFTER = st.sampled_from([None, *(timedelta(days) for days in (0, 1, 30, 200))])
SOME_SCHOOLS = st.one_of(
    st.none(), st.just("全部"), st.lists(st.sampled_from(SCHOOLS), min_size=1, max_size=3, unique=True)
)
SUBJECT = st.sampled_from([None, "语文", "数学"])


@st.composite
def communities(draw):
    def rows(sheet, most):
        return range(draw(st.integers(0, most), label=sheet))

    def school():
        return draw(st.sampled_from(SCHOOLS))

    def span(first, last):
        start, length = draw(DAYS), draw(AFTER)
        return {first: start, last: None if length is None else start + length}

    people = [
        dict(zip(COLUMNS["人员"].split(), cells, strict=True))
        for number in PERSONS
        for cells in [(number, f"人{number}", school(), *(draw(st.sampled_from(words)) for words in POSITIONS))]
    ]
    of = {person["工号"]: person["学校"] for person in people}

    def person():
        return draw(st.sampled_from(PERSONS))

    def pair(number):
        first, second = person(), person()
        kind = draw(st.sampled_from(["师徒", "班级"]))
        sides = {"甲方": first, "甲方学校": of[first], "乙方": second, "乙方学校": of[second]}
        if kind == "班级":
            sides |= {"甲方": f"{number}班", "乙方": f"{number + 9}班"}
        goal = {"培养目标": draw(st.sampled_from([None, "合格"]))}
        return {"类别": kind} | sides | span("起始日期", "结束日期") | goal

    def stay():
        who = person()
        cells = {
            "类别": draw(st.sampled_from(["挂职学习", "组团支教"])),
            "人员": who,
            "派出学校": of[who],
            "接收学校": school(),
        }
        return cells | span("起始日期", "结束日期") | {"学习体会": draw(st.sampled_from([None, "有得"]))}

    def drawn(names, *strategies):
        return dict(zip(names.split(), map(draw, strategies), strict=True))

    school_of, word = st.sampled_from(SCHOOLS), st.sampled_from
    return {
        "学校": [
            {"学校": name, "角色": "领衔学校" if name == "甲小学" else "成员学校"}
            | drawn("加入日期 退出日期", LIFE, LIFE)
            for name in SCHOOLS
        ],
        "人员": people,
        "学期": [
            {"学期": name, "学年": "今年", "开始日期": start, "结束日期": end} for name, (start, end) in TERMS.items()
        ],
        "活动": [
            {"活动编号": f"H{n}", "主题": f"主题{n}", "佐证材料": "纪要"}
            | drawn(
                "类别 日期 承办学校 状态",
                word(["开放日", "献爱心", "其他"]),
                DAYS,
                school_of,
                word(["计划", "已举行", "取消"]),
            )
            | drawn("参加学校 时长 学科", SOME_SCHOOLS, word([None, 20, 40, 60]), SUBJECT)
            for n in rows("活动", 8)
        ],
        "签到": [
            drawn("活动 人员 角色", word([f"H{n}" for n in range(8)]), word(PERSONS), word([None, "评课"]))
            for _ in rows("签到", 8)
        ],
        "教案": [
            drawn("教师 学科 上传日期", word(PERSONS), SUBJECT, DAYS) | {"课题名": f"课{n}"} for n in rows("教案", 8)
        ],
        "交流": [stay() for _ in rows("交流", 6)],
        "结对": [pair(n) for n in rows("结对", 6)],
        "课题": [
            {"课题名称": f"题{n}"}
            | drawn(
                "级别 主持学校 参与学校",
                word(["校级", "区级", "市级"]),
                school_of,
                SOME_SCHOOLS.map(lambda s: s or ["丁小学"]),
            )
            | span("立项日期", "结题日期")
            | drawn("状态", word([None, "在研", "中止"]))
            for n in rows("课题", 6)
        ],
        "资源": [
            {"资源编号": f"B{n}", "名称": "物", "类别": kind, "所属学校": SCHOOLS[n], "数量": 4}
            for n, kind in enumerate(["图书", "器材"])
        ],
        "借用": [
            {"资源编号": f"B{n}", "借出学校": SCHOOLS[n], "应还日期": date(2027, 1, 1)}
            | drawn("借入学校 数量 借出日期", school_of, word([1, 2]), DAYS)
            for n in (draw(st.integers(0, 1)) for _ in rows("借用", 6))
        ],
        "工作计划": [
            {"事项": f"事{n}"}
            | drawn(
                "类别 责任学校 截止日期 状态",
                word(["教研计划", "工作任务"]),
                word([None, *SCHOOLS]),
                DAYS,
                word(["未开始", "进行中", "已完成"]),
            )
            for n in rows("工作计划", 6)
        ],
        "成绩": [
            {"考试": "期中"}
            | drawn("日期 学校 年级", HELD, word(["全市", "全市", *SCHOOLS]), word(["三", "四"]))
            | drawn(
                "学科 参考人数 平均分 满分",
                word(["语文", "数学"]),
                word([10, 20, 30]),
                word([40, 50, 60]),
                word([None, 60, 120]),
            )
            for _ in rows("成绩", 10)
        ],
    }


POSITIONS = [["教师", "中层干部"], [None, "骨干教师"], [None, "是", "否"]]
LIFE = st.one_of(st.none(), st.none(), DAYS)
HELD = st.sampled_from([date(2025, 10, 10), date(2025, 11, 1), date(2026, 3, 1)])


@dataclass(frozen=True)
class Rule:
    """One rule as its parts; 统计 and 统计列 as `人数 人员`, 筛选 as a list."""

    who: str
    period: str
    sheet: str
    ties: str
    where: list[str]
    measure: str
    minimum: float | None
    maximum: float | None

    def row(self, number):
        """Its row in 指标."""
        measure, _, column = self.measure.partition(" ")
        bounds = [shown(self.minimum), shown(self.maximum)]
        return [
            str(number),
            "规则",
            self.who,
            self.period,
            self.sheet,
            self.ties,
            ";".join(self.where),
            measure,
            column,
            *bounds,
        ]


@st.composite
def rules(draw):
    sheet = draw(st.sampled_from(sorted(SCHOOL_TIES)))
    persons = ["教师", "骨干教师"] if sheet in PERSON_TIES else []
    who = draw(st.sampled_from(["共同体", "领衔学校", "成员学校", "每所学校", *persons]))
    ties = "" if who == "共同体" else draw(st.sampled_from((PERSON_TIES if who in persons else SCHOOL_TIES)[sheet]))
    where = draw(st.lists(st.sampled_from(CONDITIONS[sheet]), max_size=2))
    measure = draw(st.sampled_from(["次数", *MEASURES[sheet]]))
    bounds = [None, 0.25, 0.5, 1.0] if measure[:2] in {"占比", "覆盖"} else [None, 0.0, 1.0, 2.0, 30.0]
    period = draw(st.sampled_from(["学期", "学年", "自然年", "全程"]))
    return Rule(
        who, period, sheet, ties, where, measure, draw(st.sampled_from(bounds)), draw(st.sampled_from([None, *bounds]))
    )


def written(community, some_rules):
    sheets = [
        Sheet(
            title,
            [COLUMNS[title].split(), *([shown(row.get(name)) for name in COLUMNS[title].split()] for row in rows)],
        )
        for title, rows in community.items()
    ]
    header = ["指标编号", "名称", "责任主体", "周期", "数据表", "归属列", "筛选", "统计", "统计列", "下限", "上限"]
    quotas = Sheet("指标", [header, *(rule.row(number) for number, rule in enumerate(some_rules, start=1))])
    return Workbook((*sheets, quotas))


def shown(value):
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, list):
        return "、".join(value)
    return value.isoformat() if isinstance(value, date) else float(value)


# The plain count


class PlainCount:
    """Section 3 row by row, as one would count by hand."""

    def __init__(self, community, faulty, as_of):
        self.as_of = as_of
        self.bad = faulty
        self.rows = {
            sheet: [row | {"row": n} for n, row in enumerate(rows, start=2)] for sheet, rows in community.items()
        }
        self.school_of = {row["工号"]: row["学校"] for row in self.rows["人员"]}
        events = {row["活动编号"]: row for row in self.rows["活动"]}
        kinds = {row["资源编号"]: row["类别"] for row in self.rows["资源"]}
        for row in self.rows["签到"]:
            event = events.get(row["活动"], {})
            row |= {"活动类别": event.get("类别"), "日期": event.get("日期"), "状态": event.get("状态")}
        for row in self.rows["借用"]:
            row["资源类别"] = kinds[row["资源编号"]]

    def sound(self, sheet, row):
        """Neither the row nor what it leans on is in error."""
        if (sheet, row["row"]) in self.bad:
            return False
        leans = {"签到": [("人员", "人员", "工号"), ("活动", "活动", "活动编号")]}
        leans["借用"] = [("资源编号", "资源", "资源编号"), ("借出学校", "学校", "学校"), ("借入学校", "学校", "学校")]
        named = {
            (there, other["row"])
            for mine, there, key in leans.get(sheet, [])
            for other in self.rows[there]
            if other[key] == row[mine]
        }
        return not named & self.bad

    def period(self, word):
        """The one that holds the day, or the last that ended before it."""
        if word == "全程":
            return date.min, date.max
        if word == "自然年":
            return date(self.as_of.year, 1, 1), date(self.as_of.year, 12, 31)
        spans = sorted(TERMS.values()) if word == "学期" else [YEAR]
        begun = [span for span in spans if span[0] <= self.as_of]
        return begun[-1] if begun else None

    def active(self, start, end):
        """The schools of some day between two."""
        return [
            row["学校"]
            for row in self.rows["学校"]
            if self.sound("学校", row) and (row["加入日期"] or end) <= end and (row["退出日期"] or start) >= start
        ]

    def cell(self, row, sheet, name):
        """What stands in a column, 全部 spelt out."""
        value = row.get(name)
        day = row.get(BEGINNING[sheet])
        return self.active(day, day) if value == "全部" else value

    def obligors(self, who, active):
        """Label, school and number of the person."""
        if who == "共同体":
            return [("共同体", None, None)]
        if who in {"教师", "骨干教师"}:
            at_work = [
                row
                for row in self.rows["人员"]
                if self.sound("人员", row) and row["在岗"] != "否" and row["学校"] in active
            ]
            owing = [row for row in at_work if (row["职务"] == "教师" if who == "教师" else row["称号"])]
            return [(f"{row['姓名']}·{row['学校']}", row["学校"], row["工号"]) for row in owing]
        roles = {"领衔学校": SCHOOLS[:1], "成员学校": SCHOOLS[1:], "每所学校": SCHOOLS}[who]
        return [(name, name, None) for name in active if name in roles]

    def tied(self, rule, row, school, person):
        """Whether the row is the obligor's."""
        if rule.who == "共同体":
            return True
        values = [self.cell(row, rule.sheet, name) for name in rule.ties.split("+")]
        if person is not None:
            return person in values
        if rule.ties in {"人员", "教师"}:
            return self.school_of[values[0]] == school
        return any(school in (value if isinstance(value, list) else [value]) for value in values)

    def in_period(self, sheet, row, start, end):
        """By the row's day, or by the days it lasts."""
        first = row[BEGINNING[sheet]]
        if sheet in {"结对", "课题"}:
            last = row["结束日期" if sheet == "结对" else "结题日期"]
            return first <= end and (last is None or last >= start)
        return start <= first <= end

    def state(self, sheet, row):
        """Done, planned or neither."""
        if sheet in {"活动", "签到"}:
            after = row["日期"] > self.as_of
            return "done" if row["状态"] == "已举行" else "planned" if row["状态"] == "计划" and after else None
        if sheet == "工作计划":
            return "done" if row["状态"] == "已完成" else "planned"
        return "done" if row[BEGINNING[sheet]] <= self.as_of else "planned"

    def fits(self, sheet, row, condition, active):
        """Whether one condition holds."""
        name, sign, text = next(
            parts
            for sign in ("≠", "!=", "≥", ">=", "≤", "<=", "=", "有值", "无值", "含全部学校")
            if (parts := condition.partition(sign))[1]
        )
        value = self.cell(row, sheet, name)
        items = value if isinstance(value, list) else [] if value is None else [value]
        if sign in {"有值", "无值"}:
            return bool(items) == (sign == "有值")
        if sign == "含全部学校":
            return bool(items) and set(active) <= set(items)
        if sign in {"=", "≠", "!="}:
            return any(str(item) in text.split("、") for item in items) == (sign == "=")
        if value is None:
            return False
        bound = date.fromisoformat(text) if "-" in text else float(text)
        return value >= bound if sign in {"≥", ">="} else value <= bound

    def measure(self, rule, rows, school, active):
        """The figure over some rows; None without data."""
        measure, _, name = rule.measure.partition(" ")
        values = [self.cell(row, rule.sheet, name) for row in rows]
        flat = [
            item for value in values if value is not None for item in (value if isinstance(value, list) else [value])
        ]
        if measure == "次数":
            return len(rows)
        if measure == "人数":
            return len(set(flat))
        if measure == "合计":
            return sum(flat)
        if measure == "占比":
            return sum(value not in (None, []) for value in values) / len(rows) if rows else None
        if measure == "覆盖率":
            others = set(active) - {school}
            return len(set(flat) & others) / len(others) if others else None
        stays = [((row["结束日期"] or self.as_of) - row["起始日期"]).days + 1 for row in rows]
        return min(stays) if stays else None

    def gap(self, rows, city):
        """均分差 over school rows, and the rows of the groups that count."""
        total = pupils = 0
        used = []
        for benchmark in city:
            group = [row for row in rows if (row["年级"], row["学科"]) == (benchmark["年级"], benchmark["学科"])]
            if group:
                size = sum(row["参考人数"] for row in group)
                mean = sum(row["平均分"] * 100 / (row["满分"] or 100) * row["参考人数"] for row in group) / size
                total += size * (mean - benchmark["平均分"] * 100 / (benchmark["满分"] or 100))
                pupils += size
                used += [benchmark, *group]
        return (total / pupils if pupils else None), sorted(used, key=lambda row: row["row"])

    def status(self, rule, amount, planned, start, end):
        """The first that holds, without waivers."""
        if amount is None:
            return "no_data"
        if rule.maximum is not None and amount > rule.maximum:
            return "exceeded"
        if rule.minimum is None or amount >= rule.minimum:
            return "met"
        if end < self.as_of:
            return "missed"
        if amount + planned >= rule.minimum:
            return "on_track"
        early = rule.period != "全程" and 2 * ((self.as_of - start).days + 1) < (end - start).days + 1
        return "pending" if early else "at_risk"

    def results(self, rule):
        """Label, done, planned, status and evidence for each obligor."""
        period = self.period(rule.period)
        if period is None:
            return []
        active = self.active(*period)
        there = [
            row
            for row in self.rows[rule.sheet]
            if self.sound(rule.sheet, row) and self.in_period(rule.sheet, row, *period)
        ]
        fitting = [
            row
            for row in there
            if row.get("学校") != "全市"
            and all(self.fits(rule.sheet, row, condition, active) for condition in rule.where)
        ]
        shared = [condition for condition in rule.where if condition[:2] in {"年级", "学科", "日期"}]
        city = [
            row
            for row in there
            if row.get("学校") == "全市"
            and self.state(rule.sheet, row) == "done"
            and all(self.fits(rule.sheet, row, condition, active) for condition in shared)
        ]
        found = []
        for label, school, person in self.obligors(rule.who, active):
            own = [row for row in fitting if self.tied(rule, row, school, person)]
            rows = [row for row in own if self.state(rule.sheet, row) == "done"]
            planned = 0
            if rule.measure.startswith("均分差"):
                amount, rows = self.gap(rows, city)
            else:
                amount = self.measure(rule, rows, school, active)
            if rule.measure.split()[0] in {"次数", "人数", "合计"}:
                planned = (
                    self.measure(rule, [row for row in own if self.state(rule.sheet, row)], school, active) - amount
                )
            evidence = [f"{rule.sheet}!{row['row']}" for row in rows]
            found.append(
                (label, rounded(amount), rounded(planned), self.status(rule, amount, planned, *period), evidence)
            )
        return found


@settings(QUICK, max_examples=35)
@given(communities(), st.lists(rules(), min_size=16, max_size=24), DAYS)
def test_quotas_equal_a_plain_count(community, some_rules, as_of):
    assessment = assess(written(community, some_rules), SCHEMA, as_of)
    faulty = {(p.sheet, p.row) for p in assessment.problems if p.severity == "error"}
    assert not [p.message for p in assessment.problems if p.sheet == "指标"]
    plain = PlainCount(community, faulty, as_of)
    for number, rule in enumerate(some_rules, start=1):
        standings = [s for s in assessment.standings if s.rule.number == str(number)]
        actual = [(s.obligor.label, rounded(s.done), rounded(s.planned), s.status, s.evidence) for s in standings]
        assert plain.results(rule) == actual, rule


def rounded(number):
    return number if number is None else round(number, 6)


# Clashes, found by comparing every two rows


SPANS = st.tuples(st.integers(0, 12), st.sampled_from([None, None, 0, 1, 4])).map(
    lambda span: (AS_OF + timedelta(span[0]), None if span[1] is None else AS_OF + timedelta(span[0] + span[1]))
)
PARTIES = st.permutations([("一班", "甲小学"), ("二班", "乙小学"), ("一班", "丙小学")]).map(lambda parties: parties[:2])


def sheet_of(title, rows):
    names = COLUMNS[title].split()
    return Sheet(title, [names, *([shown(row.get(name)) for name in names] for row in rows)])


def around(*sheets):
    community = {
        "学校": [{"学校": name, "角色": "领衔学校" if name == "甲小学" else "成员学校"} for name in SCHOOLS],
        "人员": [{"工号": number, "姓名": f"人{number}", "学校": "甲小学", "职务": "教师"} for number in PERSONS],
        "资源": [{"资源编号": "B0", "名称": "物", "类别": "图书", "所属学校": "甲小学", "数量": 3}],
        "学期": [{"学期": "上", "学年": "今年", "开始日期": TERMS["上"][0], "结束日期": TERMS["下"][1]}],
    }
    return Workbook((*(sheet_of(title, rows) for title, rows in community.items()), *sheets))


def meet(one, other):
    return one[0] <= (other[1] or date.max) and other[0] <= (one[1] or date.max)


def clashes(assessment):
    return [(p.row, p.message) for p in assessment.problems if p.column is None and p.severity == "error"]


@QUICK
@given(st.lists(st.tuples(st.sampled_from(["班级", "学生"]), PARTIES, SPANS), max_size=8))
def test_each_later_pair_that_overlaps_is_at_fault_and_names_the_first(pairs):
    rows = [
        {
            "类别": kind,
            "甲方": a,
            "甲方学校": at,
            "乙方": b,
            "乙方学校": there,
            "起始日期": span[0],
            "结束日期": span[1],
        }
        for kind, ((a, at), (b, there)), span in pairs
    ]
    first = {
        later: next(
            (e for e in range(later) if like(pairs[e], pairs[later]) and meet(pairs[e][2], pairs[later][2])), None
        )
        for later in range(len(pairs))
    }
    found = clashes(assess(around(sheet_of("结对", rows)), SCHEMA, AS_OF))
    expected = [(later + 2, earlier + 2) for later, earlier in first.items() if earlier is not None]
    assert expected == [(row, next(n for n in range(2, row) if f"第 {n} 行" in message)) for row, message in found]


def like(one, other):
    return one[0] == other[0] and set(one[1]) == set(other[1])


@QUICK
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["B0", "B0", "B0"]), st.integers(1, 4), SPANS, st.sampled_from([None, "完好", "丢失"])
        ),
        max_size=8,
    )
)
def test_loan_is_at_fault_where_the_units_then_out_exceed_the_stock(loans):
    rows = [
        {
            "资源编号": number,
            "借出学校": "甲小学",
            "借入学校": "乙小学",
            "数量": count,
            "借出日期": out,
            "应还日期": out,
        }
        | {"归还日期": back, "归还情况": state}
        for number, count, (out, back), state in loans
    ]
    names = [*COLUMNS["借用"].split(), "归还日期", "归还情况"]
    sheet = Sheet("借用", [names, *([shown(row[name]) for name in names] for row in rows)])
    queue = sorted(range(len(loans)), key=lambda place: (loans[place][2][0], place))
    expected = []
    for turn, place in enumerate(queue):
        _, count, (day, _), _ = loans[place]
        out = sum(
            n
            for _, n, (_, back), state in (loans[p] for p in queue[:turn])
            if state == "丢失" or back is None or back > day
        )
        expected += [f"D{place + 2}"] if out + count > 3 else []
    found = assess(around(sheet), SCHEMA, AS_OF).problems
    assert sorted(expected) == sorted(p.cell for p in found)


# A workbook of every sheet, into which anything may be typed


WHOLE = (
    BASE
    + """
# 人员
| 工号 | 姓名 | 学校 | 职务 | 学科 | 称号 | 邮箱 | 在岗 |
| 001 | 赵一 | 中心 | 教师 | 语文 | 骨干教师 | a@example.com | 是 |
| 002 | 钱二 | 东校 | 教师 | 数学 | | | |
| 003 | 孙三 | 西校 | 中层干部 | | 区级名师 | | 否 |

# 结对
| 类别 | 甲方 | 甲方学校 | 乙方 | 乙方学校 | 起始日期 | 结束日期 | 培养目标 | 达成情况 | 备注 |
| 师徒 | 赵一 | 中心 | 钱二 | 东校 | 2025-09-01 | | 合格 | 进行中 | |
| 班级 | 一班 | 东校 | 一班 | 西校 | 2025-09-01 | 2025-12-31 | | | |
| 班级 | 一班 | 西校 | 一班 | 东校 | 2025-10-01 | | | | |

# 交流
| 类别 | 人员 | 派出学校 | 接收学校 | 起始日期 | 结束日期 | 学习体会 |
| 挂职学习 | 钱二 | 东校 | 中心 | 2025-09-01 | 2025-10-10 | 有得 |
| 顶岗学教 | 002 | 东校 | 中心 | 2025-10-10 | | |

# 资源
| 资源编号 | 名称 | 类别 | 所属学校 | 数量 |
| B1 | 书 | 图书 | 东校 | 3 |
| B2 | 镜 | 器材 | 西校 | 1 |

# 借用
| 资源编号 | 借出学校 | 借入学校 | 数量 | 借出日期 | 应还日期 | 归还日期 | 归还情况 |
| B1 | 东校 | 西校 | 2 | 2025-09-01 | 2025-09-30 | | |
| B1 | 东校 | 中心 | 2 | 2025-09-02 | 2025-09-30 | 2025-10-08 | 完好 |
| B2 | 东校 | 中心 | 1 | 2025-09-02 | 2025-09-01 | | 丢失 |

# 活动
| 活动编号 | 类别 | 主题 | 日期 | 结束日期 | 时长 | 承办学校 | 主讲人 | 参加学校 | 状态 | 佐证材料 |
| H1 | 开放日 | 一 | 2025-10-10 | | 30 | 东校 | 赵一 | 全部 | 已举行 | 纪要 |
| H2 | 集体备课 | 二 | 2025-12-10 | 2025-12-11 | | 西校 | | 东校、西校 | 计划 | |
| H3 | 献爱心 | 三 | 2025-12-10 | | | 西校 | | | 已举行 | |

# 签到
| 活动 | 人员 | 角色 | 意见建议 |
| H1 | 赵一 | 评课 | 好 |
| 一 | 001 | | |
| H3 | 钱二 | | |

# 课题
| 课题名称 | 级别 | 主持学校 | 参与学校 | 立项日期 | 结题日期 | 状态 |
| 题一 | 区级 | 中心 | 全部 | 2025-09-10 | | 在研 |

# 教案
| 教师 | 学科 | 课题名 | 链接 | 上传日期 |
| 赵一 | 语文 | 秋天 | https://example.com | 2025-10-10 |
| 钱二 | 数学 | 分数 | | 2025-10-11 |

# 成绩
| 考试 | 日期 | 学校 | 年级 | 学科 | 参考人数 | 平均分 | 满分 | 及格率 | 优秀率 |
| 期中 | 2025-11-01 | 全市 | 三 | 语文 | | 80 | | 90% | 0.5 |
| 期中 | 2025-11-01 | 东校 | 三 | 语文 | 30 | 81.5 | | 92% | |
| 期中 | 2025-11-01 | 西校 | 三 | 数学 | 31 | 79 | 120 | | |

# 评分
| 活动 | 参赛人 | 评委 | 得分 |
| H1 | 赵一 | 王 | 90 |
| H1 | 钱二 | 王 | 88.5 |

# 工作计划
| 类别 | 事项 | 责任学校 | 截止日期 | 状态 |
| 教研计划 | 一 | 中心 | 2025-10-10 | 已完成 |
| 教研计划 | 二 | 东校 | 2025-10-11 | 进行中 |

# 指标
| 指标编号 | 名称 | 责任主体 | 周期 | 数据表 | 归属列 | 筛选 | 统计 | 统计列 | 下限 | 上限 | 分值 | 启用 |
| 1 | 一 | 每所学校 | 学期 | 活动 | 承办学校+参加学校 | 类别≠其他 | 次数 | | 1 | 3 | | |
| 2 | 二 | 骨干教师 | 学年 | 结对 | 甲方 | 类别=师徒 | 覆盖率 | 乙方学校 | 100% | | 2 | 是 |
| 3 | 三 | 教师 | 学期 | 签到 | 人员 | 活动类别=开放日;日期≥2025-09-01 | 次数 | | 1 | | | |
| 4 | 四 | 共同体 | 学期 | 成绩 | | 年级=三 | 均分差 | 平均分 | 0 | | | |
| 5 | 五 | 成员学校 | 自然年 | 借用 | 借出学校 | 资源类别=图书 | 合计 | 数量 | 5 | | | |
| 6 | 六 | 每所学校 | 全程 | 交流 | 人员 | | 最少天数 | | 30 | | | |
| 7 | 七 | 共同体 | 学年 | 课题 | | 参与学校含全部学校 | 占比 | 结题日期 | 50% | | | |
| 8 | 八 | 领衔学校 | 学期 | 工作计划 | 责任学校 | | 人数 | 类别 | 1 | | | |

# 收件人
| 姓名 | 邮箱 | 角色 | 学校 | 订阅 |
| 王 | a@example.com | 领导 | | |
| 李 | b@example.com | 校长 | 东校 | 周报、待改 |

# 豁免
| 指标编号 | 责任主体 | 周期 | 原因 | 批准人 |
| 1 | 东校 | 上学期 | 修缮 | 王 |
"""
)
SHEETS = list(workbook(WHOLE).sheets)
STAFF_WROTE = [
    *[
        "",
        " ",
        "全部",
        "合计",
        "东校",
        "西校",
        "南校",
        "甲镇东小学",
        "赵一",
        "钱二·东校",
        "001",
        "009",
        "H1",
        "B1",
        "一",
        "教师",
        "师徒",
    ],
    *[
        "2025-09-01",
        "2025年9月1日",
        "9.1",
        "下周三",
        "2025-13-01",
        "45931",
        "2",
        "-3",
        "1,024",
        "1,2",
        "30分钟",
        "92%",
        "0.92",
        "120%",
    ],
    *[
        "#REF!",
        "是",
        "FALSE",
        "√",
        "东校、西校",
        "东校;南校",
        "/",
        "；",
        "类别=其他",
        "类别≥其他",
        "参加学校=全部",
        "人数",
        "合计",
        "学期",
    ],
    *[
        "已举行",
        "计划",
        "取消",
        "开放日",
        "图书",
        "https://example.com",
        "a@b",
        "每所学校",
        "上学期",
        "2025学年",
        "领衔学校",
        "全市",
        "100%",
    ],
]
TEXTS = st.one_of(
    st.sampled_from(STAFF_WROTE),
    st.sampled_from(
        [
            "\u200b",
            "\ufeff东校",
            "东\u200d校",
            "\x00",
            "\x1b[31m",
            "😀🏫",
            "𠮷",
            "'",
            '"',
            "=1+1",
            "{place}",
            "{",
            "%s",
            "<b>",
            "\r\n",
        ]
    ),
    st.text(max_size=6),
)
ODDITIES = st.one_of(
    TEXTS,
    st.floats(),
    st.sampled_from(
        [0.0, -0.0, 1e308, -1e308, 9.1, 45931.0, 45931.75, 1e15, 2958465.0, 2958466.0, math.nan, math.inf, -math.inf]
    ),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
    st.sampled_from(
        [
            date.min,
            date.max,
            time(0, 0),
            timedelta.max,
            "9" * 400,
            "1e999",
            "nan",
            "inf",
        ]
    ),
)


@st.composite
def disturbed(draw, values, *, headers=False, most=12):
    """The whole workbook with some cells overwritten."""
    grids = {sheet.title: [list(row) for row in sheet.rows] for sheet in SHEETS}
    for _ in range(draw(st.integers(1, most))):
        rows = grids[draw(st.sampled_from(sorted(grids)))]
        row = rows[draw(st.integers(0 if headers else 1, len(rows) - 1))]
        row[draw(st.integers(0, len(row) - 1))] = draw(values)
    return grids


def book(grids):
    return Workbook(tuple(Sheet(title, rows) for title, rows in grids.items()))


@QUICK
@given(disturbed(TEXTS))
def test_reported_cell_holds_the_quoted_value_below_the_named_header(grids):
    for problem in assess(book(grids), SCHEMA, AS_OF).problems:
        rows = grids[problem.sheet]
        if problem.column is None:
            assert problem.cell == (problem.row and f"A{problem.row}")
            continue
        column = rows[0].index(problem.column)
        assert problem.cell == f"{column_letters(column)}{problem.row}"
        assert problem.value in (None, rows[problem.row - 1][column])


@QUICK
@given(disturbed(TEXTS))
def test_problems_are_worded_and_stand_in_order(grids):
    problems = assess(book(grids), SCHEMA, AS_OF).problems
    titles = [sheet.title for sheet in SCHEMA.sheets.values()]
    places = [
        (titles.index(p.sheet), p.row or 0, -1 if p.column is None else grids[p.sheet][0].index(p.column))
        for p in problems
    ]
    assert places == sorted(places)
    assert [p for p in problems if not p.message.strip() or p.severity not in {"error", "warning", "notice"}] == []


@QUICK
@given(disturbed(TEXTS))
def test_rows_in_error_are_never_evidence_and_no_rule_in_error_runs(grids):
    assessment = assess(book(grids), SCHEMA, AS_OF)
    faulty = {f"{p.sheet}!{p.row}" for p in assessment.problems if p.severity == "error"}
    used = set(chain.from_iterable(standing.evidence for standing in assessment.standings))
    assert used & faulty == set()
    assert {f"指标!{standing.rule.row}" for standing in assessment.standings} & faulty == set()


@st.composite
def rearrangements(draw):
    """A disturbed workbook, the same with everything in another place, and where each row and column went."""
    grids = draw(disturbed(TEXTS))
    moved, row_of, column_of = {}, {}, {}
    for title, rows in grids.items():
        width = max(map(len, rows))
        order = draw(st.permutations(range(width)))
        above = draw(st.lists(st.sampled_from([["登记表"] * width, [""] * width, ["", "2025年9月"]]), max_size=3))
        gaps = [0, *(draw(st.integers(0, 3)) // 2 for _ in rows[1:])]
        placed = list(above)
        for number, (gap, row) in enumerate(zip(gaps, rows, strict=True), start=1):
            placed += [["", " ", "\u200b"][:width]] * gap + [[row[column] for column in order]]
            row_of[title, number] = len(placed)
        moved[title] = placed
        column_of |= {(title, name): order.index(column) for column, name in enumerate(rows[0])}
    return grids, moved, row_of, column_of


@QUICK
@given(rearrangements())
def test_order_of_columns_blank_rows_and_titles_change_nothing_but_addresses(case):
    grids, moved, row_of, column_of = case
    before, after = (assess(book(sheets), SCHEMA, AS_OF) for sheets in (grids, moved))

    def at(problem):
        if problem.row is None:
            return (problem.sheet, None, None, None)
        row = row_of[problem.sheet, problem.row]
        letters = "A" if problem.column is None else column_letters(column_of[problem.sheet, problem.column])
        return (problem.sheet, row, problem.column, f"{letters}{row}")

    def rest(problem):
        return (problem.rule, problem.severity, problem.value, problem.suggestion)

    expected = sorted(map(repr, ((at(p), rest(p)) for p in before.problems)))
    actual = sorted(map(repr, (((p.sheet, p.row, p.column, p.cell), rest(p)) for p in after.problems)))
    assert expected == actual

    def outcome(standing, evidence):
        return (
            standing.rule.number,
            standing.obligor,
            standing.period,
            standing.done,
            standing.planned,
            standing.status,
            evidence,
        )

    assert [outcome(s, [f"{s.source}!{row_of[s.source, row]}" for row in s.rows]) for s in before.standings] == [
        outcome(s, s.evidence) for s in after.standings
    ]


@settings(QUICK, max_examples=50)
@given(disturbed(ODDITIES, headers=True, most=25))
def test_no_content_makes_a_traceback(grids):
    assessment = assess(book(grids), SCHEMA, AS_OF)
    assert all(isinstance(problem.as_dict()["message"], str) for problem in assessment.problems)
    assert all(s.done is None or math.isfinite(s.done) for s in assessment.standings)


@QUICK
@given(st.lists(st.sampled_from(range(len(SHEETS))), unique=True), st.lists(st.lists(ODDITIES, max_size=5), max_size=5))
def test_missing_and_broken_sheets_make_no_traceback(kept, rows):
    sheets = [SHEETS[number] for number in kept]
    broken = [Sheet(sheet.title, rows) for number, sheet in enumerate(SHEETS) if number not in kept and number % 2]
    assess(Workbook((*sheets, *broken)), SCHEMA, AS_OF)
