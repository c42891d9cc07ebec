"""Quotas: who owes what in which period, which rows count for it, and where each obligation stands."""

from __future__ import annotations

from datetime import date

import pytest
from markdown import BASE, workbook

from toolkit.assess import assess
from toolkit.schema import load_schema
from toolkit.standings import assessment_score, compliance

SCHEMA = load_schema()
AS_OF = date(2025, 11, 15)
SCHOOLS, TERMS = BASE[: BASE.index("# 学期")], BASE[BASE.index("# 学期") :]
LEAD, EAST, WEST = "甲镇中心小学", "甲镇东小学", "甲镇西小学"
PEOPLE = """
# 人员
| 工号 | 姓名 | 学校 | 职务 | 称号 | 在岗 |
|---|---|---|---|---|---|
| 001 | 赵一 | 中心 | 教师 | 骨干教师 | |
| 002 | 钱二 | 东校 | 教师 | | |
| 003 | 孙三 | 西校 | 教师 | | |
| 004 | 李四 | 东校 | 中层干部 | 区级名师 | 是 |
| 005 | 周五 | 东校 | 教师 | 骨干教师 | 否 |
"""
EVENTS = """
# 活动
| 活动编号 | 类别 | 主题 | 日期 | 承办学校 | 状态 | 参加学校 | 时长 | 学科 | 佐证材料 |
|---|---|---|---|---|---|---|---|---|---|
"""
PAIRINGS = """
# 结对
| 类别 | 甲方 | 甲方学校 | 乙方 | 乙方学校 | 起始日期 | 结束日期 | 培养目标 |
|---|---|---|---|---|---|---|---|
"""
EXCHANGES = """
# 交流
| 类别 | 人员 | 派出学校 | 接收学校 | 起始日期 | 结束日期 | 学习体会 |
|---|---|---|---|---|---|---|
"""
LOANS = """
# 资源
| 资源编号 | 名称 | 类别 | 所属学校 | 数量 |
|---|---|---|---|---|
| B1 | 书 | 图书 | 东校 | 30 |
| B2 | 显微镜 | 器材 | 西校 | 30 |

# 借用
| 资源编号 | 借出学校 | 借入学校 | 数量 | 借出日期 | 应还日期 |
|---|---|---|---|---|---|
"""
SCORES = """
# 成绩
| 考试 | 日期 | 学校 | 年级 | 学科 | 参考人数 | 平均分 | 满分 | 及格率 |
|---|---|---|---|---|---|---|---|---|
"""
TASKS = """
# 工作计划
| 类别 | 事项 | 责任学校 | 截止日期 | 状态 | 责任人 |
|---|---|---|---|---|---|
"""
PROJECTS = """
# 课题
| 课题名称 | 级别 | 主持学校 | 参与学校 | 立项日期 | 结题日期 | 状态 |
|---|---|---|---|---|---|---|
"""
LESSONS = """
# 教案
| 教师 | 学科 | 课题名 | 上传日期 |
|---|---|---|---|
"""
WAIVERS = """
# 豁免
| 指标编号 | 责任主体 | 周期 | 原因 | 批准人 |
|---|---|---|---|---|
"""
QUOTAS = """
# 指标
| 指标编号 | 名称 | 责任主体 | 周期 | 数据表 | 归属列 | 筛选 | 统计 | 统计列 | 下限 | 上限 | 分值 | 启用 |
|---|---|---|---|---|---|---|---|---|---|---|---|---|
"""


def quotas(*rules):
    """The sheet 指标 with one rule a text, from 责任主体 on; they are numbered from 1."""
    blanks = " |" * 11
    rows = [f"| {number} | 指标{number} {rule}" for number, rule in enumerate(rules, start=1)]
    return QUOTAS + "\n".join(row + blanks[: 2 * (14 - row.count("|"))] for row in rows) + "\n"


def assessed(rules, *texts, as_of=AS_OF, base=BASE, community=None):
    rules = [rules] if isinstance(rules, str) else rules
    return assess(workbook(base, *texts, quotas(*rules)), SCHEMA, as_of, community)


def standings(rules, *texts, **options):
    assessment = assessed(rules, *texts, **options)
    assert [p.message for p in assessment.problems if p.severity == "error"] == []
    return assessment.standings


def done(rule, *texts, **options):
    return {s.obligor.label: s.done if s.done is None else round(s.done, 4) for s in standings(rule, *texts, **options)}


def status(rule, *texts, **options):
    return {s.obligor.label: s.status for s in standings(rule, *texts, **options)}


def rows_of(rule, *texts, **options):
    return {s.obligor.label: [int(row.split("!")[1]) for row in s.evidence] for s in standings(rule, *texts, **options)}


def faults(rule, *texts):
    found = [p for p in assessed(rule, *texts).problems if p.sheet == "指标"]
    return [f"{p.cell} {p.column} {p.severity}" for p in found]


def event(row, **cells):
    """One held event of 东校 on 2025-10-10 with what the test is about."""
    values = {
        "编号": f"H{row}",
        "类别": "开放日",
        "主题": f"主题{row}",
        "日期": "2025-10-10",
        "承办": "东校",
        "状态": "已举行",
    }
    values |= {"参加": "", "时长": "", "学科": "", "佐证": "纪要"} | cells
    return "| " + " | ".join(values.values()) + " |\n"


# Obligors


@pytest.mark.parametrize(
    ("word", "labels"),
    [
        ("共同体", ["共同体"]),
        ("领衔学校", [LEAD]),
        ("成员学校", [EAST, WEST]),
        ("每所学校", [LEAD, EAST, WEST]),
    ],
)
def test_schools_and_the_community_owe_by_their_role(word, labels):
    found = standings(f"| {word} | 学期 | 活动 | 承办学校 | | 次数 |", EVENTS)
    assert [s.obligor.label for s in found] == labels
    assert [s.obligor.school_label for s in found] == ([None] if word == "共同体" else labels)


@pytest.mark.parametrize(
    ("word", "labels"),
    [
        ("教师", ["赵一·甲镇中心小学", "钱二·甲镇东小学", "孙三·甲镇西小学"]),
        ("骨干教师", ["赵一·甲镇中心小学", "李四·甲镇东小学"]),
    ],
)
def test_persons_owe_while_at_work_by_position_or_honour(word, labels):
    found = standings(f"| {word} | 学期 | 教案 | 教师 | | 次数 |", PEOPLE, LESSONS)
    assert [s.obligor.label for s in found] == labels
    assert [s.obligor.school_label for s in found] == [label.split("·")[1] for label in labels]


def test_community_goes_by_its_configured_name():
    (found,) = standings("| 共同体 | 学期 | 活动 | | | 次数 |", EVENTS, community="某镇共同体")
    assert (found.obligor.label, found.rule.number, found.period.label) == ("某镇共同体", "1", "上学期")


def test_label_carries_the_number_where_two_share_name_and_school_whatever_their_state():
    people = """
# 人员
| 工号 | 姓名 | 学校 | 职务 | 在岗 |
| 1 | 周五 | 东校 | 教师 | |
| 2 | 周五 | 东校 | 教师 | 否 |
| 3 | 周五 | 西校 | 教师 | |
| 4 | 吴六 | 西校 | 教师 | |
| 5 | 吴六 | 西校 | 保安 | |
"""
    found = assessed("| 教师 | 学期 | 教案 | 教师 | | 次数 |", people, LESSONS).standings
    assert [s.obligor.label for s in found] == ["周五·甲镇东小学·1", "周五·甲镇西小学", "吴六·甲镇西小学·4"]


JOINING = """
# 学校
| 学校 | 角色 | 加入日期 | 退出日期 |
| 甲小学 | 领衔学校 | | |
| 乙小学 | 成员学校 | 2026-01-23 | |
| 丙小学 | 成员学校 | 2026-01-24 | |
| 丁小学 | 成员学校 | | 2025-09-01 |
| 戊小学 | 成员学校 | | 2025-08-31 |
"""


@pytest.mark.parametrize(
    ("period", "labels"),
    [
        ("学期", ["甲小学", "乙小学", "丁小学"]),
        ("学年", ["甲小学", "乙小学", "丙小学", "丁小学"]),
        ("自然年", ["甲小学", "丁小学", "戊小学"]),
        ("全程", ["甲小学", "乙小学", "丙小学", "丁小学", "戊小学"]),
    ],
)
def test_schools_owe_where_active_on_some_day_of_the_period(period, labels):
    found = standings(f"| 每所学校 | {period} | 活动 | 承办学校 | | 次数 |", EVENTS, base=JOINING + TERMS)
    assert [s.obligor.label for s in found] == labels


def test_persons_owe_only_at_schools_active_in_the_period():
    people = """
# 人员
| 姓名 | 学校 | 职务 |
| 赵一 | 甲小学 | 教师 |
| 孙三 | 丙小学 | 教师 |
| 周五 | 戊小学 | 教师 |
"""
    found = standings("| 教师 | 学期 | 教案 | 教师 | | 次数 |", people, LESSONS, base=JOINING + TERMS)
    assert [s.obligor.label for s in found] == ["赵一·甲小学"]


def test_results_stand_by_rule_then_obligor_and_disabled_rules_give_none():
    rules = [
        "| 成员学校 | 学期 | 活动 | 承办学校 | | 次数 |",
        "| 共同体 | 学期 | 活动 | | | 次数 | | | | | 否 |",
        "| 共同体 | 学期 | 活动 | | | 次数 | | | | | 是 |",
    ]
    assert [(s.rule.number, s.obligor.label) for s in standings(rules, EVENTS)] == [
        ("1", EAST),
        ("1", WEST),
        ("3", "共同体"),
    ]


# Periods


@pytest.mark.parametrize(
    ("period", "as_of", "label"),
    [
        ("学期", date(2025, 9, 1), "上学期"),
        ("学期", date(2026, 1, 23), "上学期"),
        ("学期", date(2026, 1, 24), "上学期"),
        ("学期", date(2026, 2, 24), "下学期"),
        ("学期", date(2027, 2, 24), "下学期"),
        ("学期", date(2025, 8, 31), None),
        ("学年", date(2026, 2, 1), "2025学年"),
        ("学年", date(2026, 8, 1), "2025学年"),
        ("学年", date(2025, 8, 31), None),
        ("自然年", date(2025, 8, 31), "2025年"),
        ("自然年", date(2026, 1, 1), "2026年"),
        ("全程", date(2025, 8, 31), "全程"),
    ],
)
def test_period_is_the_one_that_holds_today_or_the_last_that_ended(period, as_of, label):
    found = standings(f"| 共同体 | {period} | 活动 | | | 次数 |", EVENTS, as_of=as_of)
    assert [s.period.label for s in found] == ([label] if label else [])


def test_school_year_runs_from_its_first_term_to_its_last_whatever_their_order():
    terms = """
# 学期
| 学期 | 学年 | 开始日期 | 结束日期 |
| 下 | 今年 | 2026-02-24 | 2026-07-03 |
| 旧 | 去年 | 2025-02-24 | 2025-07-03 |
| 上 | 今年 | 2025-09-01 | 2026-01-23 |
"""
    rows = "".join(
        event(row, 日期=day)
        for row, day in enumerate(["2025-08-31", "2025-09-01", "2026-02-01", "2026-07-03", "2026-07-04"], start=2)
    )
    found = rows_of("| 共同体 | 学年 | 活动 | | | 次数 |", EVENTS + rows, base=SCHOOLS + terms, as_of=date(2026, 8, 1))
    assert found == {"共同体": [3, 4, 5]}


DATED = {
    "活动": (EVENTS, "| | 开放日 | 主题{n} | {day} | 东校 | 已举行 | | | | 纪要 |"),
    "教案": (LESSONS, "| 赵一 | 语文 | 课{n} | {day} |"),
    "借用": (LOANS, "| B1 | 东校 | 西校 | 1 | {day} | 2027-01-01 |"),
    "成绩": (SCORES, "| 期中{n} | {day} | 东校 | 三 | 语文 | 30 | 80 | | |"),
    "工作计划": (TASKS, "| 工作任务 | 事{n} | 东校 | {day} | 已完成 | |"),
    "交流": (EXCHANGES, "| 挂职学习 | 钱二 | 东校 | 西校 | {day} | {day} | |"),
}
EDGES = ["2025-08-31", "2025-09-01", "2026-01-23", "2026-01-24"]


@pytest.mark.parametrize("sheet", DATED)
def test_row_falls_into_a_period_by_its_date(sheet):
    header, row = DATED[sheet]
    text = header + "\n".join(row.format(n=n, day=day) for n, day in enumerate(EDGES))
    found = rows_of(f"| 共同体 | 学期 | {sheet} | | | 次数 |", PEOPLE, text, as_of=date(2026, 2, 1))
    assert found == {"共同体": [3, 4]}


def test_attendance_falls_into_a_period_by_the_date_of_its_event():
    events = EVENTS + "".join(event(row, 日期=day) for row, day in enumerate(EDGES, start=2))
    text = "# 签到\n| 活动 | 人员 |\n" + "".join(f"| H{row} | 赵一 |\n" for row in range(2, 6))
    found = rows_of("| 共同体 | 学期 | 签到 | | | 次数 |", PEOPLE, events, text, as_of=date(2026, 2, 1))
    assert found == {"共同体": [3, 4]}


@pytest.mark.parametrize(
    ("span", "rows"),
    [
        ("2024-09-01 | 2025-08-31", []),
        ("2024-09-01 | 2025-09-01", [2]),
        ("2024-09-01 |", [2]),
        ("2025-10-01 | 2025-10-02", [2]),
        ("2026-01-23 | 2026-06-01", [2]),
        ("2026-01-24 | 2026-06-01", []),
    ],
)
@pytest.mark.parametrize("sheet", ["结对", "课题"])
def test_pairs_and_projects_fall_into_every_period_that_they_meet(sheet, span, rows):
    text = {
        "结对": PAIRINGS + f"| 班级 | 一班 | 东校 | 一班 | 西校 | {span} | |",
        "课题": PROJECTS + f"| 一 | 区级 | 东校 | 全部 | {span} | 在研 |",
    }[sheet]
    found = rows_of(f"| 共同体 | 学期 | {sheet} | | | 次数 |", text, as_of=date(2026, 2, 1))
    assert found == {"共同体": rows}


# Done and planned


def test_events_are_done_once_held_and_planned_only_after_today():
    rows = (
        event(2, 日期="2025-11-14", 状态="已举行")
        + event(3, 日期="2025-11-14", 状态="计划")
        + event(4, 日期="2025-11-15", 状态="计划")
        + event(5, 日期="2025-11-16", 状态="计划")
        + event(6, 日期="2025-11-16", 状态="取消")
        + event(7, 日期="2025-11-15", 状态="已举行")
        + event(8, 日期="2026-01-24", 状态="计划")
    )
    (found,) = standings("| 共同体 | 学期 | 活动 | | | 次数 |", EVENTS + rows)
    assert (found.done, found.planned, found.evidence) == (2, 1, ["活动!2", "活动!7"])


def test_attendance_is_done_and_planned_like_its_event():
    events = (
        EVENTS + event(2) + event(3, 日期="2025-11-16", 状态="计划") + event(4, 状态="取消") + event(5, 状态="计划")
    )
    text = "# 签到\n| 活动 | 人员 |\n" + "".join(f"| H{row} | 赵一 |\n" for row in range(2, 6))
    (found,) = standings("| 共同体 | 学期 | 签到 | | | 次数 |", PEOPLE, events, text)
    assert (found.done, found.planned, found.evidence) == (1, 1, ["签到!2"])


def test_tasks_are_done_when_finished_and_planned_otherwise_whatever_the_day():
    rows = """\
| 教研计划 | 一 | 东校 | 2025-12-01 | 已完成 | |
| 教研计划 | 二 | 东校 | 2025-12-01 | 未开始 | |
| 教研计划 | 三 | 东校 | 2025-10-01 | 进行中 | |
| 教研计划 | 四 | 东校 | 2026-10-01 | 进行中 | |
"""
    (found,) = standings("| 共同体 | 学期 | 工作计划 | | | 次数 |", TASKS + rows)
    assert (found.done, found.planned, found.evidence) == (1, 2, ["工作计划!2"])


@pytest.mark.parametrize("sheet", ["教案", "借用", "成绩", "交流"])
def test_other_rows_are_done_up_to_today_and_planned_after(sheet):
    header, row = DATED[sheet]
    text = header + "\n".join(
        row.format(n=n, day=day) for n, day in enumerate(["2025-11-14", "2025-11-15", "2025-11-16"])
    )
    (found,) = standings(f"| 共同体 | 学期 | {sheet} | | | 次数 |", PEOPLE, text)
    assert (found.done, found.planned, found.evidence) == (2, 1, [f"{sheet}!2", f"{sheet}!3"])


def test_pairs_and_projects_are_done_from_their_first_day():
    pairs = """\
| 班级 | 一班 | 东校 | 一班 | 西校 | 2025-11-15 | | |
| 班级 | 二班 | 东校 | 二班 | 西校 | 2025-11-16 | | |
"""
    projects = """\
| 一 | 区级 | 东校 | 全部 | 2025-11-15 | | 中止 |
| 二 | 区级 | 东校 | 全部 | 2025-11-16 | | 在研 |
"""
    rules = [
        "| 共同体 | 学期 | 结对 | | | 次数 |",
        "| 共同体 | 学期 | 课题 | | | 次数 |",
        "| 共同体 | 学期 | 课题 | | 状态≠中止 | 次数 |",
    ]
    found = standings(rules, PAIRINGS + pairs, PROJECTS + projects)
    assert [(s.done, s.planned) for s in found] == [(1, 1), (1, 1), (0, 1)]


def test_planned_of_distinct_values_leaves_out_those_already_done():
    rows = """\
| 挂职学习 | 钱二 | 东校 | 西校 | 2025-10-01 | 2025-10-31 | |
| 挂职学习 | 钱二 | 东校 | 西校 | 2025-12-01 | 2025-12-31 | |
| 挂职学习 | 李四 | 东校 | 西校 | 2025-12-01 | 2025-12-31 | |
"""
    (found,) = standings("| 共同体 | 学期 | 交流 | | | 人数 | 人员 |", PEOPLE, EXCHANGES + rows)
    assert (found.done, found.planned, found.evidence) == (1, 1, ["交流!2"])


@pytest.mark.parametrize("measure", ["占比 | 学习体会", "覆盖率 | 接收学校", "最少天数 | "])
def test_nothing_is_planned_of_shares_and_stays(measure):
    rows = """\
| 挂职学习 | 钱二 | 东校 | 西校 | 2025-10-01 | 2025-10-31 | 有得 |
| 挂职学习 | 李四 | 东校 | 中心 | 2025-12-01 | 2025-12-31 | |
"""
    (found,) = standings(f"| 共同体 | 学期 | 交流 | | | {measure} |", PEOPLE, EXCHANGES + rows)
    assert found.planned == 0


# Conditions


CONDITIONED = (
    EVENTS
    + event(2, 类别="开放日", 日期="2025-10-01", 参加="东校、西校", 时长="30", 学科="语文")
    + event(3, 类别="联席会议", 日期="2025-10-02", 参加="全部", 时长="60", 学科="数学")
    + event(4, 类别="专题讲座", 日期="2025-10-03", 承办="西校", 时长="", 学科="")
    + event(5, 类别="开放日", 日期="2025-10-04", 承办="西校", 参加="中心、东校、西校", 时长="90", 学科="语文")
)


@pytest.mark.parametrize(
    ("where", "rows"),
    [
        ("", [2, 3, 4, 5]),
        ("类别=开放日", [2, 5]),
        ("类别＝开放日", [2, 5]),
        (" 类别 = 开放日 ", [2, 5]),
        ("类别=开放日、联席会议", [2, 3, 5]),
        ("类别=开放日,联席会议", [2, 3, 5]),
        ("类别=开放日，联席会议", [2, 3, 5]),
        ("类别≠开放日", [3, 4]),
        ("类别!=开放日", [3, 4]),
        ("类别≠开放日、联席会议", [4]),
        ("类别=开放日;承办学校=东校", [2]),
        ("类别=开放日； 承办学校=甲镇东小学", [2]),
        ("时长≥60", [3, 5]),
        ("时长>=60", [3, 5]),
        ("时长≤60", [2, 3]),
        ("时长<=60", [2, 3]),
        ("时长=60", [3]),
        ("时长=60分钟", [3]),
        ("时长≠60", [2, 4, 5]),
        ("日期≥2025-10-03", [4, 5]),
        ("日期≤2025年10月2日", [2, 3]),
        ("日期=2025/10/2", [3]),
        ("日期≠2025.10.2", [2, 4, 5]),
        ("学科有值", [2, 3, 5]),
        ("学科无值", [4]),
        ("学科=语文", [2, 5]),
        ("学科≠语文", [3, 4]),
        ("参加学校有值", [2, 3, 5]),
        ("参加学校无值", [4]),
        ("参加学校=西校", [2, 3, 5]),
        ("参加学校=中心", [3, 5]),
        ("参加学校=中心、西校", [2, 3, 5]),
        ("参加学校≠中心", [2, 4]),
        ("参加学校≠中心、甲镇东小学", [4]),
        ("参加学校含全部学校", [3, 5]),
        ("承办学校=东校", [2, 3]),
        ("主题=主题３", [3]),
        ("状态=已举行", [2, 3, 4, 5]),
        ("状态=计划", []),
        ("活动编号=H2、H5", [2, 5]),
    ],
)
def test_conditions_pick_rows(where, rows):
    assert rows_of(f"| 共同体 | 学期 | 活动 | | {where} | 次数 |", CONDITIONED) == {"共同体": rows}


def test_conditions_read_percents_persons_and_events_like_cells():
    scores = """\
| 期中 | 2025-11-01 | 东校 | 三 | 语文 | 30 | 80 | | 60% |
| 期末 | 2025-11-01 | 东校 | 三 | 语文 | 30 | 80 | | 0.5 |
| 月考 | 2025-11-01 | 东校 | 三 | 语文 | 30 | 80 | | |
"""
    lessons = "| 钱二 | 语文 | 一 | 2025-10-10 |\n| 孙三 | 语文 | 二 | 2025-10-10 |\n"
    signed = "# 签到\n| 活动 | 人员 |\n| H2 | 钱二 |\n| 主题3 | 钱二 |\n"
    rules = [
        "| 共同体 | 学期 | 成绩 | | 及格率≥60% | 次数 |",
        "| 共同体 | 学期 | 成绩 | | 及格率≤0.6 | 次数 |",
        "| 共同体 | 学期 | 教案 | | 教师=002 | 次数 |",
        "| 共同体 | 学期 | 教案 | | 教师≠钱二·东校 | 次数 |",
        "| 共同体 | 学期 | 签到 | | 活动=主题2 | 次数 |",
    ]
    found = standings(rules, PEOPLE, SCORES + scores, LESSONS + lessons, EVENTS + event(2) + event(3), signed)
    assert [s.evidence for s in found] == [["成绩!2"], ["成绩!2", "成绩!3"], ["教案!2"], ["教案!3"], ["签到!2"]]


def test_looked_up_columns_serve_as_conditions():
    loans = "| B1 | 东校 | 西校 | 1 | 2025-10-10 | 2026-01-01 |\n| B2 | 西校 | 东校 | 1 | 2025-10-10 | 2026-01-01 |\n"
    events = (
        EVENTS
        + event(2, 类别="集体备课")
        + event(3, 日期="2025-10-20")
        + event(4, 类别="听课评课", 日期="2025-11-20", 状态="计划")
    )
    signed = "# 签到\n| 活动 | 人员 |\n| H2 | 钱二 |\n| H3 | 钱二 |\n| H4 | 钱二 |\n"
    rules = [
        "| 共同体 | 学期 | 借用 | | 资源类别=图书 | 次数 |",
        "| 共同体 | 学期 | 借用 | | 资源类别≠图书 | 次数 |",
        "| 共同体 | 学期 | 签到 | | 活动类别=集体备课、听课评课 | 次数 |",
        "| 共同体 | 学期 | 签到 | | 日期≥2025-10-11 | 次数 |",
        "| 共同体 | 学期 | 签到 | | 状态=计划 | 次数 |",
    ]
    found = standings(rules, PEOPLE, LOANS + loans, events, signed)
    assert [(s.evidence, s.planned) for s in found] == [
        (["借用!2"], 0),
        (["借用!3"], 0),
        (["签到!2"], 1),
        (["签到!3"], 1),
        ([], 1),
    ]


def test_all_schools_in_a_condition_are_those_active_in_the_period():
    projects = """\
| 一 | 区级 | 甲小学 | 甲小学、乙小学、丁小学 | 2025-09-10 | | 在研 |
| 二 | 区级 | 甲小学 | 甲小学、丁小学 | 2025-09-10 | | 在研 |
| 三 | 区级 | 甲小学 | 甲小学、乙小学、丙小学、丁小学 | 2025-09-10 | | 在研 |
"""
    found = rows_of("| 共同体 | 学期 | 课题 | | 参与学校含全部学校 | 次数 |", PROJECTS + projects, base=JOINING + TERMS)
    assert found == {"共同体": [2, 4]}


# The column that ties a row to an obligor


def test_row_counts_for_each_school_of_a_list_and_once_for_either_of_two_columns():
    text = EVENTS + event(2, 承办="东校", 参加="东校、西校") + event(3, 承办="西校", 参加="中心")
    assert rows_of("| 每所学校 | 学期 | 活动 | 参加学校 | | 次数 |", text) == {LEAD: [3], EAST: [2], WEST: [2]}
    assert rows_of("| 每所学校 | 学期 | 活动 | 承办学校+参加学校 | | 次数 |", text) == {
        LEAD: [3],
        EAST: [2],
        WEST: [2, 3],
    }


@pytest.mark.parametrize("ties", ["甲方学校+乙方学校", "乙方学校 + 甲方学校", "甲方学校＋乙方学校"])
def test_pair_counts_for_either_side(ties):
    pairs = (
        "| 班级 | 一班 | 东校 | 一班 | 西校 | 2025-10-01 | | |\n| 班级 | 二班 | 中心 | 二班 | 东校 | 2025-10-01 | | |\n"
    )
    assert rows_of(f"| 每所学校 | 学期 | 结对 | {ties} | | 次数 |", PAIRINGS + pairs) == {
        LEAD: [3],
        EAST: [2, 3],
        WEST: [2],
    }


def test_column_of_persons_ties_a_row_to_the_person_or_to_the_persons_school():
    lessons = (
        "| 钱二 | 语文 | 一 | 2025-10-10 |\n| 李四 | 语文 | 二 | 2025-10-10 |\n| 赵一 | 语文 | 三 | 2025-10-10 |\n"
    )
    by_school = rows_of("| 每所学校 | 学期 | 教案 | 教师 | | 次数 |", PEOPLE, LESSONS + lessons)
    by_person = rows_of("| 教师 | 学期 | 教案 | 教师 | | 次数 |", PEOPLE, LESSONS + lessons)
    assert by_school == {LEAD: [4], EAST: [2, 3], WEST: []}
    assert by_person == {f"赵一·{LEAD}": [4], f"钱二·{EAST}": [2], f"孙三·{WEST}": []}


def test_parties_of_pairs_of_persons_tie_to_persons_and_other_parties_to_none():
    pairs = """\
| 师徒 | 赵一 | 中心 | 钱二 | 东校 | 2025-10-01 | | 合格 |
| 班级 | 赵一 | 中心 | 钱二 | 东校 | 2025-10-01 | | |
| 教师 | 孙三 | 西校 | 001 | 中心 | 2025-10-01 | | |
"""
    found = [
        rows_of(f"| 骨干教师 | 学期 | 结对 | {ties} | | 次数 |", PEOPLE, PAIRINGS + pairs)
        for ties in ["甲方", "甲方+乙方"]
    ]
    assert found == [{f"赵一·{LEAD}": [2], f"李四·{EAST}": []}, {f"赵一·{LEAD}": [2, 4], f"李四·{EAST}": []}]


def test_community_counts_all_rows_whatever_stands_in_the_column():
    for ties in ["", "承办学校", "主讲人", "没有的列"]:
        assert done(f"| 共同体 | 学期 | 活动 | {ties} | | 次数 |", EVENTS + event(2) + event(3, 承办="西校")) == {
            "共同体": 2
        }


# Measures


def test_distinct_values_count_persons_items_and_words_once_and_blanks_never():
    exchanges = """\
| 挂职学习 | 钱二 | 东校 | 西校 | 2025-10-01 | 2025-10-10 | |
| 挂职学习 | 002 | 东校 | 中心 | 2025-10-11 | 2025-10-20 | |
| 挂职学习 | 李四·东校 | 东校 | 中心 | 2025-10-11 | 2025-10-20 | |
"""
    events = (
        EVENTS + event(2, 参加="东校、西校", 学科="语文") + event(3, 参加="甲镇东小学", 学科="语文") + event(4, 学科="")
    )
    rules = [
        "| 共同体 | 学期 | 交流 | | | 人数 | 人员 |",
        "| 共同体 | 学期 | 活动 | | | 人数 | 参加学校 |",
        "| 共同体 | 学期 | 活动 | | | 人数 | 学科 |",
        "| 共同体 | 学期 | 活动 | | 类别=联席会议 | 人数 | 学科 |",
    ]
    found = standings(rules, PEOPLE, EXCHANGES + exchanges, events)
    assert [s.done for s in found] == [2, 2, 1, 0]
    assert found[0].evidence == ["交流!2", "交流!3", "交流!4"]


def test_coverage_is_a_share_of_the_other_active_schools():
    pairs = """\
| 师徒 | 赵一 | 中心 | 钱二 | 东校 | 2025-10-01 | | 合格 |
| 师徒 | 李四 | 东校 | 赵一 | 中心 | 2025-10-01 | | 合格 |
| 师徒 | 李四 | 东校 | 孙三 | 西校 | 2025-10-01 | | 合格 |
"""
    rule = "| 骨干教师 | 学期 | 结对 | 甲方 | 类别=师徒 | 覆盖率 | 乙方学校 | 100% |"
    assert done(rule, PEOPLE, PAIRINGS + pairs) == {f"赵一·{LEAD}": 0.5, f"李四·{EAST}": 1}
    assert done(rule, PEOPLE, PAIRINGS) == {f"赵一·{LEAD}": 0, f"李四·{EAST}": 0}


def test_coverage_of_a_school_leaves_out_itself_and_of_the_community_takes_all():
    events = EVENTS + event(2, 承办="东校", 参加="东校、西校")
    assert done("| 每所学校 | 学期 | 活动 | 承办学校 | | 覆盖率 | 参加学校 |", events) == {LEAD: 0, EAST: 0.5, WEST: 0}
    assert done("| 共同体 | 学期 | 活动 | | | 覆盖率 | 参加学校 |", events) == {"共同体": 0.6667}


def test_coverage_counts_only_schools_active_in_the_period():
    projects = "| 一 | 区级 | 甲小学 | 甲小学、乙小学、丙小学、戊小学 | 2025-09-10 | | 在研 |\n"
    found = done(
        "| 领衔学校 | 学期 | 课题 | 主持学校 | | 覆盖率 | 参与学校 |", PROJECTS + projects, base=JOINING + TERMS
    )
    assert found == {"甲小学": 0.5}


def test_coverage_without_another_school_has_no_data():
    schools = "# 学校\n| 学校 | 角色 |\n| 甲小学 | 领衔学校 |\n"
    events = EVENTS + event(2, 承办="甲小学", 参加="甲小学")
    rules = [
        "| 每所学校 | 学期 | 活动 | 承办学校 | | 覆盖率 | 参加学校 | 1 |",
        "| 共同体 | 学期 | 活动 | | | 覆盖率 | 参加学校 | 1 |",
    ]
    found = standings(rules, events, base=schools + TERMS)
    assert [(s.done, s.status) for s in found] == [(None, "no_data"), (1, "met")]


def test_share_is_of_rows_with_the_column_filled():
    rows = """\
| 挂职学习 | 钱二 | 东校 | 西校 | 2025-10-01 | 2025-10-10 | 有得 |
| 挂职学习 | 钱二 | 东校 | 西校 | 2025-10-11 | 2025-10-20 | |
| 挂职学习 | 李四 | 东校 | 西校 | 2025-12-01 | 2025-12-20 | 有得 |
"""
    found = standings("| 每所学校 | 学期 | 交流 | 派出学校 | | 占比 | 学习体会 | 100% |", PEOPLE, EXCHANGES + rows)
    assert [(s.done, s.status, s.evidence) for s in found] == [
        (None, "no_data", []),
        (0.5, "at_risk", ["交流!2", "交流!3"]),
        (None, "no_data", []),
    ]


@pytest.mark.parametrize(
    ("span", "days"),
    [
        ("2025-10-01 | 2025-10-30", 30),
        ("2025-10-01 | 2025-10-01", 1),
        ("2025-10-01 | 2025-12-31", 92),
        ("2025-11-01 |", 15),
        ("2025-11-15 |", 1),
    ],
)
@pytest.mark.parametrize("sheet", ["交流", "结对"])
def test_stay_lasts_from_its_first_day_to_its_last_or_to_today_where_open(sheet, span, days):
    text = {
        "交流": EXCHANGES + f"| 挂职学习 | 钱二 | 东校 | 西校 | {span} | |",
        "结对": PAIRINGS + f"| 班级 | 一班 | 东校 | 一班 | 西校 | {span} | |",
    }[sheet]
    assert done(f"| 共同体 | 学期 | {sheet} | | | 最少天数 |", PEOPLE, text) == {"共同体": days}


def test_shortest_stay_counts_and_without_a_done_one_there_is_no_data():
    rows = """\
| 挂职学习 | 钱二 | 东校 | 西校 | 2025-10-01 | 2025-10-30 | |
| 挂职学习 | 李四 | 东校 | 西校 | 2025-10-01 | 2025-10-10 | |
| 挂职学习 | 孙三 | 西校 | 东校 | 2025-12-01 | 2025-12-02 | |
"""
    found = standings("| 成员学校 | 学期 | 交流 | 派出学校 | | 最少天数 | | 30 |", PEOPLE, EXCHANGES + rows)
    assert [(s.done, s.status, s.evidence) for s in found] == [
        (10, "at_risk", ["交流!2", "交流!3"]),
        (None, "no_data", []),
    ]


def test_sum_adds_a_column_and_is_0_without_rows():
    rows = (
        event(2, 时长="30")
        + event(3, 时长="")
        + event(4, 时长="45")
        + event(5, 日期="2025-12-01", 状态="计划", 时长="20")
    )
    found = standings("| 成员学校 | 学期 | 活动 | 承办学校 | | 合计 | 时长 | 100 |", EVENTS + rows)
    assert [(s.done, s.planned, s.evidence) for s in found] == [(75, 20, ["活动!2", "活动!3", "活动!4"]), (0, 0, [])]


# The gap to the city


GAPS = """\
| 期中 | 2025-11-01 | 全市 | 三 | 语文 | | 80 | | |
| 期中 | 2025-11-01 | 东校 | 三 | 语文 | 30 | 84 | | |
| 期中 | 2025-11-01 | 西校 | 三 | 语文 | 10 | 76 | | |
| 期中 | 2025-11-02 | 全市 | 三 | 数学 | | 90 | 120 | |
| 期中 | 2025-11-02 | 东校 | 三 | 数学 | 20 | 60 | 120 | |
| 期中 | 2025-11-02 | 东校 | 四 | 数学 | 20 | 60 | | |
| 期中 | 2025-11-02 | 全市 | 五 | 数学 | | 60 | | |
"""


def test_gap_is_the_mean_of_differences_weighted_by_pupils():
    (found,) = standings("| 共同体 | 学期 | 成绩 | | | 均分差 | 平均分 | 0 |", SCORES + GAPS)
    assert found.done == pytest.approx((40 * (82 - 80) + 20 * (50 - 75)) / 60)
    assert found.evidence == [f"成绩!{row}" for row in (2, 3, 4, 5, 6)]
    assert (found.status, found.planned) == ("at_risk", 0)


def test_gap_is_taken_after_scaling_every_row_to_100():
    rows = """\
| 期中 | 2025-11-01 | 全市 | 三 | 语文 | | 96 | 120 | |
| 期中 | 2025-11-01 | 东校 | 三 | 语文 | 30 | 84 | | |
| 期中 | 2025-11-01 | 西校 | 三 | 语文 | 10 | 120 | 150 | |
"""
    assert done("| 共同体 | 学期 | 成绩 | | | 均分差 | 平均分 |", SCORES + rows) == {"共同体": 3}


def test_gap_needs_a_row_of_the_city_that_is_done_in_the_period():
    rows = "| 期中 | {} | 全市 | 三 | 语文 | | 80 | | |\n| 期中 | 2025-11-01 | 东校 | 三 | 语文 | 30 | 84 | | |\n"
    found = [
        done("| 共同体 | 学期 | 成绩 | | | 均分差 | 平均分 |", SCORES + rows.format(day))
        for day in ["2025-10-31", "2025-11-16", "2025-08-31"]
    ]
    assert found == [{"共同体": 4}, {"共同体": None}, {"共同体": None}]


def test_gap_of_a_school_is_of_its_own_rows():
    found = standings("| 每所学校 | 学期 | 成绩 | 学校 | | 均分差 | 平均分 | 0 |", SCORES + GAPS)
    assert [(s.obligor.label, s.status) for s in found] == [(LEAD, "no_data"), (EAST, "at_risk"), (WEST, "at_risk")]
    assert [None if s.done is None else round(s.done, 4) for s in found] == [
        None,
        round((30 * 4 - 20 * 25) / 50, 4),
        -4,
    ]
    assert [s.evidence for s in found] == [[], ["成绩!2", "成绩!3", "成绩!5", "成绩!6"], ["成绩!2", "成绩!4"]]


@pytest.mark.parametrize(
    ("where", "gap", "rows"),
    [
        ("学校=东校", (30 * 4 - 20 * 25) / 50, [2, 3, 5, 6]),
        ("参考人数≥15", (30 * 4 - 20 * 25) / 50, [2, 3, 5, 6]),
        ("平均分≤80", (10 * -4 + 20 * -25) / 30, [2, 4, 5, 6]),
        ("学科=语文", 2, [2, 3, 4]),
        ("日期≥2025-11-02", -25, [5, 6]),
        ("年级≠四", (40 * 2 - 20 * 25) / 60, [2, 3, 4, 5, 6]),
        ("满分有值", -25, [5, 6]),
        ("考试=期末", None, []),
        ("学校≠东校", -4, [2, 4]),
    ],
)
def test_conditions_on_the_school_leave_the_citys_row_beside_it(where, gap, rows):
    (found,) = standings(f"| 共同体 | 学期 | 成绩 | | {where} | 均分差 | 平均分 | 0 |", SCORES + GAPS)
    assert found.done == (gap if gap is None else pytest.approx(gap))
    assert found.evidence == [f"成绩!{row}" for row in rows]


def test_rows_of_the_city_count_for_nothing_else():
    rules = [
        "| 共同体 | 学期 | 成绩 | | | 次数 |",
        "| 共同体 | 学期 | 成绩 | | | 人数 | 学校 |",
        "| 共同体 | 学期 | 成绩 | | | 合计 | 平均分 |",
        "| 共同体 | 学期 | 成绩 | | | 占比 | 参考人数 |",
        "| 共同体 | 学期 | 成绩 | | | 覆盖率 | 学校 |",
    ]
    found = standings(rules, SCORES + GAPS)
    assert [round(s.done, 4) for s in found] == [4, 2, 280, 1, 0.6667]
    assert {tuple(s.evidence) for s in found} == {("成绩!3", "成绩!4", "成绩!6", "成绩!7")}


# Bounds and status


def standing_of(count, *, minimum="", maximum="", planned=0, as_of=AS_OF, period="学期"):
    rows = "".join(event(row, 日期="2025-09-02") for row in range(2, 2 + count))
    rows += "".join(event(row, 日期="2026-01-20", 状态="计划") for row in range(20, 20 + planned))
    rule = f"| 共同体 | {period} | 活动 | | | 次数 | | {minimum} | {maximum} |"
    (found,) = standings(rule, EVENTS + rows, as_of=as_of)
    return found.status


PENDING, AT_RISK, ENDED = date(2025, 11, 11), date(2025, 11, 12), date(2026, 1, 24)


@pytest.mark.parametrize(
    ("expected", "case"),
    [
        ("exceeded", {"count": 3, "minimum": 1, "maximum": 2}),
        ("met", {"count": 2, "minimum": 1, "maximum": 2}),
        ("exceeded", {"count": 3, "maximum": 2, "as_of": ENDED}),
        ("met", {"count": 0}),
        ("met", {"count": 0, "maximum": 2}),
        ("met", {"count": 2, "minimum": 2, "as_of": ENDED}),
        ("met", {"count": 0, "minimum": 0}),
        ("missed", {"count": 1, "minimum": 2, "as_of": ENDED}),
        ("on_track", {"count": 1, "minimum": 2, "planned": 1, "as_of": AT_RISK}),
        ("on_track", {"count": 1, "minimum": 2, "planned": 1, "as_of": date(2025, 9, 3)}),
        ("pending", {"count": 1, "minimum": 3, "planned": 1, "as_of": PENDING}),
        ("at_risk", {"count": 1, "minimum": 3, "planned": 1, "as_of": AT_RISK}),
        ("at_risk", {"count": 1, "minimum": 2, "as_of": date(2026, 1, 23)}),
        ("at_risk", {"count": 1, "minimum": 2, "as_of": PENDING, "period": "全程"}),
        ("at_risk", {"count": 1, "minimum": 2, "as_of": ENDED, "period": "全程"}),
        ("pending", {"count": 1, "minimum": 2, "as_of": date(2026, 1, 30), "period": "学年"}),
        ("at_risk", {"count": 1, "minimum": 2, "as_of": date(2026, 1, 31), "period": "学年"}),
        ("missed", {"count": 1, "minimum": 2, "as_of": date(2026, 7, 4), "period": "学年"}),
    ],
)
def test_status_is_the_first_that_holds(expected, case):
    assert standing_of(**case) == expected


@pytest.mark.parametrize(
    ("minimum", "expected"), [("66.6%", "met"), ("0.6666", "met"), ("66.67%", "at_risk"), ("1", "at_risk")]
)
def test_status_is_decided_before_rounding(minimum, expected):
    rows = event(2, 学科="语文") + event(3, 学科="语文") + event(4)
    found = status(f"| 共同体 | 学期 | 活动 | | | 占比 | 学科 | {minimum} |", EVENTS + rows)
    assert found == {"共同体": expected}


@pytest.mark.parametrize("bound", ["100%", "1", "`1`", "100％"])
def test_bound_of_a_share_is_a_percent_or_a_number_alike(bound):
    (found,) = standings(f"| 共同体 | 学期 | 活动 | | | 占比 | 学科 | {bound} |", EVENTS + event(2, 学科="语文"))
    assert (found.rule.minimum, found.status) == (1, "met")


# Waivers


RULES = ["| 每所学校 | 学期 | 活动 | 承办学校 | | 次数 | | 1 |", "| 教师 | 学年 | 教案 | 教师 | | 次数 | | 1 |"]


@pytest.mark.parametrize(
    ("waiver", "waived"),
    [
        ("1 | |", [LEAD, EAST, WEST]),
        ("1 | 每所学校 |", [LEAD, EAST, WEST]),
        ("1 | 成员学校 |", []),
        ("1 | 东校 |", [EAST]),
        ("1 | 甲镇东小学 | 上学期", [EAST]),
        ("1 | 东校 | 2025学年", [EAST]),
        ("1 | 东校 | 下学期", []),
        ("1 | 钱二 |", []),
        ("2 | |", [f"赵一·{LEAD}", f"钱二·{EAST}", f"孙三·{WEST}"]),
        ("2 | 教师 |", [f"赵一·{LEAD}", f"钱二·{EAST}", f"孙三·{WEST}"]),
        ("2 | 钱二 |", [f"钱二·{EAST}"]),
        ("2 | 002 |", [f"钱二·{EAST}"]),
        ("2 | 钱二·东校 |", [f"钱二·{EAST}"]),
        (f"2 | 钱二·{EAST} | 2025学年", [f"钱二·{EAST}"]),
        ("2 | 钱二 | 上学期", []),
        ("2 | 东校 |", []),
    ],
)
def test_waiver_fits_by_number_obligor_and_period(waiver, waived):
    found = standings(
        RULES, PEOPLE, EVENTS, LESSONS, WAIVERS + f"| {waiver} {'| ' * (3 - waiver.count('|'))}修缮 | 王 |"
    )
    assert [s.obligor.label for s in found if s.status == "waived"] == waived


@pytest.mark.parametrize(
    ("community", "who"), [(None, "共同体"), ("某镇共同体", "某镇共同体"), ("某镇共同体", "共同体")]
)
def test_waiver_may_name_the_community(community, who):
    waiver = WAIVERS + f"| 1 | {who} | | 修缮 | 王 |"
    (found,) = standings("| 共同体 | 学期 | 活动 | | | 次数 | | 1 |", EVENTS, waiver, community=community)
    assert found.status == "waived"


@pytest.mark.parametrize(("period", "label"), [("自然年", "2025年"), ("全程", "全程")])
def test_waiver_may_name_the_label_of_any_period(period, label):
    waiver = WAIVERS + f"| 1 | | {label} | 修缮 | 王 |"
    (found,) = standings(f"| 共同体 | {period} | 活动 | | | 次数 | | 1 |", EVENTS, waiver)
    assert found.status == "waived"


def test_waiver_takes_a_label_that_carries_a_number():
    people = "# 人员\n| 工号 | 姓名 | 学校 | 职务 |\n| 1 | 周五 | 东校 | 教师 |\n| 2 | 周五 | 东校 | 教师 |\n"
    waiver = WAIVERS + "| 1 | 周五·甲镇东小学·2 | | 产假 | 王 |"
    assert status("| 教师 | 学期 | 教案 | 教师 | | 次数 | | 1 |", people, LESSONS, waiver) == {
        "周五·甲镇东小学·1": "at_risk",
        "周五·甲镇东小学·2": "waived",
    }


def test_waived_comes_before_every_other_status_and_keeps_what_is_done():
    rules = [
        "| 共同体 | 学期 | 活动 | | | 次数 | | | 1 |",
        "| 共同体 | 学期 | 活动 | | 类别=献爱心 | 占比 | 学科 | 1 |",
    ]
    waivers = WAIVERS + "| 1 | | | 修缮 | 王 |\n| 2 | | | 修缮 | 王 |"
    found = standings(rules, EVENTS + event(2) + event(3), waivers)
    assert [(s.status, s.done) for s in found] == [("waived", 2), ("waived", None)]


def test_waiver_in_error_excuses_nobody():
    waiver = WAIVERS + "| 1 | | | 修缮 | |"
    found = assessed("| 共同体 | 学期 | 活动 | | | 次数 | | 1 |", EVENTS, waiver).standings
    assert [s.status for s in found] == ["at_risk"]


# 考核分 and 达标率


def test_score_weighs_each_rule_by_its_points():
    rules = [
        "| 共同体 | 学期 | 活动 | | | 次数 | | 2 | | 3 |",
        "| 共同体 | 学期 | 活动 | | | 次数 | | 4 | | |",
        "| 共同体 | 学期 | 活动 | | | 次数 | | 1 | 1 | 2 |",
        "| 共同体 | 学期 | 活动 | | | 次数 | | | | 1 |",
        "| 共同体 | 学期 | 活动 | | | 占比 | 学科 | 1 | | 1 |",
        "| 共同体 | 学期 | 活动 | | 类别=献爱心 | 占比 | 学科 | 1 | | 9 |",
        "| 共同体 | 学期 | 活动 | | | 次数 | | 9 | | 9 |",
    ]
    found = standings(rules, EVENTS + event(2) + event(3), WAIVERS + "| 7 | | | 修缮 | 王 |")
    assert [s.status for s in found] == ["met", "at_risk", "exceeded", "met", "at_risk", "no_data", "waived"]
    assert assessment_score(found) == pytest.approx((3 * 1 + 1 * 0.5 + 2 * 0 + 1 * 1 + 1 * 0) / 8)
    assert compliance(found) == pytest.approx(2 / 5)


def test_score_of_a_gap_runs_from_0_to_1():
    rows = (
        "| 期中 | 2025-11-01 | 全市 | 三 | 语文 | | 80 | | |\n| 期中 | 2025-11-01 | 东校 | 三 | 语文 | 30 | 78 | | |\n"
    )
    rules = [f"| 共同体 | 学期 | 成绩 | | | 均分差 | 平均分 | {minimum} |" for minimum in ("0", "-3", "2", "-1")]
    found = standings(rules, SCORES + rows)
    assert [(round(s.done, 4), s.status, s.score) for s in found] == [
        (-2, "at_risk", 0),
        (-2, "met", 1),
        (-2, "at_risk", 0),
        (-2, "at_risk", 0),
    ]


def test_nothing_that_counts_gives_no_score():
    found = standings("| 共同体 | 学期 | 活动 | | | 占比 | 学科 | 1 |", EVENTS)
    assert (assessment_score(found), compliance(found)) == (None, None)


# Rules that cannot be read


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        ("| 全体 | 学期 | 活动 | 承办学校 | | 次数 |", "C2 责任主体 error"),
        ("| 每所学校 | 月 | 活动 | 承办学校 | | 次数 |", "D2 周期 error"),
        ("| 每所学校 | 学期 | 食堂 | 承办学校 | | 次数 |", "E2 数据表 error"),
        ("| 每所学校 | 学期 | 豁免 | 承办学校 | | 次数 |", "E2 数据表 error"),
        ("| 每所学校 | 学期 | 活动 | 主办学校 | | 次数 |", "F2 归属列 error"),
        ("| 每所学校 | 学期 | 活动 | | | 次数 |", "F2 归属列 error"),
        ("| 每所学校 | 学期 | 活动 | 主讲人 | | 次数 |", "F2 归属列 error"),
        ("| 每所学校 | 学期 | 活动 | 日期 | | 次数 |", "F2 归属列 error"),
        ("| 每所学校 | 学期 | 活动 | 承办学校+主讲人 | | 次数 |", "F2 归属列 error"),
        ("| 每所学校 | 学期 | 课题 | 主持人 | | 次数 |", "F2 归属列 error"),
        ("| 每所学校 | 学期 | 工作计划 | 责任人 | | 次数 |", "F2 归属列 error"),
        ("| 教师 | 学期 | 活动 | 承办学校 | | 次数 |", "F2 归属列 error"),
        ("| 骨干教师 | 学期 | 结对 | 甲方学校 | | 次数 |", "F2 归属列 error"),
        ("| 共同体 | 学期 | 活动 | | 类型=开放日 | 次数 |", "G2 筛选 error"),
        ("| 共同体 | 学期 | 活动 | | 类别=开门日 | 次数 |", "G2 筛选 error"),
        ("| 共同体 | 学期 | 活动 | | 类别=开放日、开门日 | 次数 |", "G2 筛选 error"),
        ("| 共同体 | 学期 | 活动 | | 类别 开放日 | 次数 |", "G2 筛选 error"),
        ("| 共同体 | 学期 | 活动 | | 类别= | 次数 |", "G2 筛选 error"),
        ("| 共同体 | 学期 | 活动 | | 类别≠ | 次数 |", "G2 筛选 error"),
        ("| 共同体 | 学期 | 活动 | | 承办学校=南校 | 次数 |", "G2 筛选 error"),
        ("| 共同体 | 学期 | 活动 | | 参加学校=全部 | 次数 |", "G2 筛选 error"),
        ("| 共同体 | 学期 | 活动 | | 参加学校≠全部 | 次数 |", "G2 筛选 error"),
        ("| 共同体 | 学期 | 活动 | | 主题=全部 | 次数 |", "G2 筛选 error"),
        ("| 共同体 | 学期 | 活动 | | 参加学校=所有学校 | 次数 |", "G2 筛选 error"),
        ("| 共同体 | 学期 | 活动 | | 类别=开放日、 | 次数 |", "G2 筛选 error"),
        ("| 共同体 | 学期 | 活动 | | 主题≥5 | 次数 |", "G2 筛选 error"),
        ("| 共同体 | 学期 | 活动 | | 类别≤开放日 | 次数 |", "G2 筛选 error"),
        ("| 共同体 | 学期 | 活动 | | 承办学校≥东校 | 次数 |", "G2 筛选 error"),
        ("| 共同体 | 学期 | 活动 | | 时长≥很久 | 次数 |", "G2 筛选 error"),
        ("| 共同体 | 学期 | 活动 | | 日期≥9.1 | 次数 |", "G2 筛选 error"),
        ("| 共同体 | 学期 | 活动 | | 主题含全部学校 | 次数 |", "G2 筛选 error"),
        ("| 共同体 | 学期 | 活动 | | 资源类别=图书 | 次数 |", "G2 筛选 error"),
        ("| 共同体 | 学期 | 活动 | | | 平均 |", "H2 统计 error"),
        ("| 共同体 | 学期 | 活动 | | | 最少天数 |", "H2 统计 error"),
        ("| 共同体 | 学期 | 活动 | | | 均分差 | 时长 |", "H2 统计 error"),
        ("| 共同体 | 学期 | 活动 | | | 人数 |", "I2 统计列 error"),
        ("| 共同体 | 学期 | 活动 | | | 人数 | 老师 |", "I2 统计列 error"),
        ("| 共同体 | 学期 | 活动 | | | 占比 |", "I2 统计列 error"),
        ("| 共同体 | 学期 | 活动 | | | 合计 | 主题 |", "I2 统计列 error"),
        ("| 共同体 | 学期 | 活动 | | | 合计 | |", "I2 统计列 error"),
        ("| 共同体 | 学期 | 活动 | | | 覆盖率 | 主题 |", "I2 统计列 error"),
        ("| 共同体 | 学期 | 活动 | | | 覆盖率 | |", "I2 统计列 error"),
        ("| 共同体 | 学期 | 活动 | | | 次数 | | 一次 |", "J2 下限 error"),
        ("| 共同体 | 学期 | 活动 | | | 次数 | | 50% |", "J2 下限 error"),
        ("| 共同体 | 学期 | 活动 | | | 次数 | | | 50% |", "K2 上限 error"),
        ("| 共同体 | 学期 | 活动 | | | 合计 | 时长 | 50% |", "J2 下限 error"),
        ("| 共同体 | 学期 | 成绩 | | | 均分差 | 平均分 | 50% |", "J2 下限 error"),
        ("| 共同体 | 学期 | 活动 | | | 次数 | | 1 | | 很多 |", "L2 分值 error"),
    ],
)
def test_rule_that_cannot_be_read_is_a_problem_at_its_cell_and_the_others_run(rule, fault):
    rules = [rule, "| 共同体 | 学期 | 活动 | | | 次数 |"]
    assessment = assessed(rules, EVENTS, SCORES, PROJECTS, TASKS, PAIRINGS)
    assert [f"{p.cell} {p.column} {p.severity}" for p in assessment.problems] == [fault]
    assert [s.rule.number for s in assessment.standings] == ["2"]


def test_words_of_a_rule_are_asked_for_each_column_alone():
    rule = "| 每所学校 | 学期 | 活动 | 主办学校 | 类型=开放日 | 人数 | 老师 | 50% | 一 |"
    assert faults(rule, EVENTS) == [
        "F2 归属列 error",
        "G2 筛选 error",
        "I2 统计列 error",
        "J2 下限 error",
        "K2 上限 error",
    ]


# Rows in error


def test_rows_in_error_are_no_evidence():
    rows = event(2) + event(3, 日期="2025-13-01") + event(4, 日期="2025-11-16") + event(5, 佐证="")
    assert rows_of("| 共同体 | 学期 | 活动 | | | 次数 |", EVENTS + event(2)) == {"共同体": [2]}
    (found,) = assessed("| 共同体 | 学期 | 活动 | | | 次数 |", EVENTS + rows).standings
    assert found.evidence == ["活动!2", "活动!5"]


def test_person_in_error_owes_nothing_and_what_others_sign_for_it_still_counts():
    people = PEOPLE + "| 009 | 坏 | 东校 | 教师 | 大师 | |\n"
    lessons = "| 坏 | 语文 | 一 | 2025-10-10 |\n"
    rules = ["| 教师 | 学期 | 教案 | 教师 | | 次数 |", "| 共同体 | 学期 | 教案 | | | 次数 |"]
    found = assessed(rules, people, LESSONS + lessons).standings
    assert [(s.obligor.label, s.done) for s in found] == [
        (f"赵一·{LEAD}", 0),
        (f"钱二·{EAST}", 0),
        (f"孙三·{WEST}", 0),
        ("共同体", 1),
    ]


def test_score_and_loan_that_lean_on_rows_in_error_count_for_nothing():
    loans = LOANS.replace("| B1 | 书 | 图书 |", "| B1 | 书 | 纸 |")
    loans += "| B1 | 东校 | 西校 | 1 | 2025-10-10 | 2026-01-01 |\n| B2 | 西校 | 东校 | 1 | 2025-10-10 | 2026-01-01 |\n"
    (found,) = assessed("| 共同体 | 学期 | 借用 | | | 次数 |", loans).standings
    assert found.evidence == ["借用!3"]


def test_loan_from_a_school_in_error_counts_for_nothing():
    schools = SCHOOLS + "| 甲镇南小学 | 南校 | 老大 |\n"
    loans = (
        LOANS
        + "| B1 | 东校 | 南校 | 1 | 2025-10-10 | 2026-01-01 |\n| B1 | 东校 | 西校 | 1 | 2025-10-10 | 2026-01-01 |\n"
    )
    (found,) = assessed("| 共同体 | 学期 | 借用 | | | 次数 |", loans, base=schools + TERMS).standings
    assert found.evidence == ["借用!3"]


def test_event_of_a_school_in_error_counts_for_the_community():
    schools = SCHOOLS + "| 甲镇南小学 | 南校 | 老大 |\n"
    rules = ["| 共同体 | 学期 | 活动 | | | 次数 |", "| 共同体 | 学期 | 活动 | | | 覆盖率 | 承办学校 |"]
    found = assessed(rules, EVENTS + event(2, 承办="南校"), base=schools + TERMS).standings
    assert [s.done for s in found] == [1, 0]


def test_term_in_error_is_no_period():
    terms = TERMS.replace("| 下学期 | 2025学年 |", "| 下学期 | |")
    found = assessed(
        "| 共同体 | 学期 | 活动 | | | 次数 |", EVENTS, base=SCHOOLS + terms, as_of=date(2026, 3, 1)
    ).standings
    assert [s.period.label for s in found] == ["上学期"]
