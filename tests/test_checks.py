"""Rules between columns, rows and sheets: which cell is at fault, how gravely, and what its row then counts for."""

from __future__ import annotations

from datetime import date

import pytest
from markdown import BASE, workbook

from toolkit.assess import assess
from toolkit.schema import load_schema

SCHEMA = load_schema()
AS_OF = date(2025, 11, 15)
SCHOOLS, TERMS = BASE[: BASE.index("# 学期")], BASE[BASE.index("# 学期") :]
PEOPLE = """
# 人员
| 工号 | 姓名 | 学校 | 职务 | 称号 |
|---|---|---|---|---|
| 001 | 赵一 | 中心 | 教师 | 骨干教师 |
| 002 | 钱二 | 东校 | 教师 | |
| 003 | 孙三 | 西校 | 教师 | |
| 004 | 李四 | 东校 | 教师 | |
"""
RESOURCES = """
# 资源
| 资源编号 | 名称 | 类别 | 所属学校 | 数量 |
|---|---|---|---|---|
| B1 | 秋天的书 | 图书 | 东校 | 3 |
| B2 | 显微镜 | 器材 | 西校 | 1 |
"""
PAIRINGS = """
# 结对
| 类别 | 甲方 | 甲方学校 | 乙方 | 乙方学校 | 起始日期 | 结束日期 | 培养目标 |
|---|---|---|---|---|---|---|---|
"""
EXCHANGES = """
# 交流
| 类别 | 人员 | 派出学校 | 接收学校 | 起始日期 | 结束日期 |
|---|---|---|---|---|---|
"""
LOANS = """
# 借用
| 资源编号 | 借出学校 | 借入学校 | 数量 | 借出日期 | 应还日期 | 归还日期 | 归还情况 |
|---|---|---|---|---|---|---|---|
"""
EVENTS = """
# 活动
| 活动编号 | 类别 | 主题 | 日期 | 结束日期 | 承办学校 | 状态 | 佐证材料 |
|---|---|---|---|---|---|---|---|
"""
SCORES = """
# 成绩
| 考试 | 日期 | 学校 | 年级 | 学科 | 参考人数 | 平均分 | 满分 |
|---|---|---|---|---|---|---|---|
"""
WAIVERS = """
# 指标
| 指标编号 | 名称 | 责任主体 | 周期 | 数据表 | 归属列 | 统计 |
|---|---|---|---|---|---|---|
| 1.1 | 开放日 | 每所学校 | 学期 | 活动 | 承办学校 | 次数 |

# 豁免
| 指标编号 | 责任主体 | 周期 | 原因 | 批准人 |
|---|---|---|---|---|
"""
ATTENDANCE_EVENTS = """
# 活动
| 活动编号 | 类别 | 主题 | 日期 | 承办学校 | 状态 | 佐证材料 |
|---|---|---|---|---|---|---|
| H1 | 教学比武 | 秋天的课 | 2025-10-10 | 东校 | 已举行 | 纪要 |
| H2 | 教学比武 | 冬天的课 | 2025-10-11 | 东校 | 已举行 | 纪要 |
"""


def reported(*texts, as_of=AS_OF):
    return [problem.as_dict() for problem in assess(workbook(*texts), SCHEMA, as_of).problems]


def problems_of(sheet, *texts, as_of=AS_OF):
    """The problems of one sheet, each as `cell column severity`, with sound schools and terms around it."""
    found = reported(BASE, *texts, as_of=as_of)
    return [f"{p['cell']} {p['column']} {p['severity']}" for p in found if p["sheet"] == sheet]


def errors_of(sheet, *texts):
    return [line for line in problems_of(sheet, *texts) if line.endswith("error")]


def clashes_of(sheet, *texts):
    """The whole-row faults of one sheet, each as its row and the earlier rows its message names."""
    found = [
        p for p in reported(BASE, *texts) if p["sheet"] == sheet and p["column"] is None and p["severity"] == "error"
    ]
    assert all(p["cell"] == f"A{p['row']}" for p in found)
    return [(p["row"], [n for n in range(1, p["row"]) if f"第 {n} 行" in p["message"]]) for p in found]


def rows_that_count(sheet, *texts):
    rule = f"""
# 指标
| 指标编号 | 名称 | 责任主体 | 周期 | 数据表 | 统计 |
| 1 | 一 | 共同体 | 全程 | {sheet} | 次数 |
"""
    (standing,) = assess(workbook(BASE, *texts, rule), SCHEMA, AS_OF).standings
    return standing.evidence


# Uniqueness


UNIQUE = {
    "学校": (
        "| 学校 | 角色 |\n| 甲 | 领衔学校 |\n| 乙 | 成员学校 |\n| 甲 | 成员学校 |\n| 甲 | 成员学校 |",
        "A",
        "学校",
    ),
    "人员": (
        "| 工号 | 姓名 | 学校 | 职务 |\n| 1 | 甲 | 东校 | 教师 |\n| 2 | 乙 | 东校 | 教师 |\n| 1 | 丙 | 东校 | 教师 |\n| 1 | 丁 | 东校 | 教师 |",
        "A",
        "工号",
    ),
    "资源": (
        "| 资源编号 | 名称 | 类别 | 所属学校 | 数量 |\n| 1 | 甲 | 图书 | 东校 | 1 |\n| 2 | 甲 | 图书 | 东校 | 1 |\n| 1 | 甲 | 图书 | 东校 | 1 |\n| 1 | 甲 | 图书 | 东校 | 1 |",
        "A",
        "资源编号",
    ),
    "课题": (
        "| 课题名称 | 级别 | 主持学校 | 参与学校 | 立项日期 |\n| 甲 | 区级 | 东校 | 全部 | 2025-09-10 |\n| 乙 | 区级 | 东校 | 全部 | 2025-09-10 |\n| 甲 | 区级 | 东校 | 全部 | 2025-09-10 |\n| 甲 | 区级 | 东校 | 全部 | 2025-09-10 |",
        "A",
        "课题名称",
    ),
    "指标": (
        "| 指标编号 | 名称 | 责任主体 | 周期 | 数据表 | 统计 |\n| 1 | 甲 | 共同体 | 全程 | 学校 | 次数 |\n".replace(
            "学校", "活动"
        )
        + "| 2 | 乙 | 共同体 | 全程 | 活动 | 次数 |\n| 1 | 丙 | 共同体 | 全程 | 活动 | 次数 |\n| 1 | 丙 | 共同体 | 全程 | 活动 | 次数 |",
        "A",
        "指标编号",
    ),
}


@pytest.mark.parametrize("sheet", UNIQUE)
def test_first_of_rows_with_one_key_stands_and_each_later_names_it(sheet):
    rows, letter, column = UNIQUE[sheet]
    base = TERMS if sheet == "学校" else BASE
    found = [p for p in reported(base, f"# {sheet}\n{rows}") if p["sheet"] == sheet]
    assert [(p["cell"], p["column"], p["severity"], "第 2 行" in p["message"]) for p in found] == [
        (f"{letter}4", column, "error", True),
        (f"{letter}5", column, "error", True),
    ]


def test_event_numbers_are_unique_and_may_be_blank():
    rows = """\
| H1 | 开放日 | 一 | 2025-10-10 | | 东校 | 已举行 | 纪要 |
| | 开放日 | 二 | 2025-10-10 | | 东校 | 已举行 | 纪要 |
| | 开放日 | 三 | 2025-10-10 | | 东校 | 已举行 | 纪要 |
| H1 | 开放日 | 四 | 2025-10-10 | | 东校 | 已举行 | 纪要 |
"""
    assert problems_of("活动", EVENTS + rows) == ["A5 活动编号 error"]


def test_short_names_are_unique_and_may_be_blank():
    text = """
# 学校
| 学校 | 简称 | 角色 |
| 甲镇中心小学 | 东校 | 领衔学校 |
| 甲镇东小学 | 东校 | 成员学校 |
| 甲镇西小学 | | 成员学校 |
| 甲镇南小学 | | 成员学校 |
"""
    assert [(p["cell"], p["column"]) for p in reported(TERMS, text)] == [("B3", "简称")]


def test_key_that_two_rows_bear_means_the_first():
    resources = """
# 资源
| 资源编号 | 名称 | 类别 | 所属学校 | 数量 |
| B1 | 书 | 图书 | 东校 | 1 |
| B1 | 书 | 图书 | 西校 | 9 |
"""
    rows = """\
| B1 | 东校 | 中心 | 1 | 2025-09-01 | 2025-09-30 | | |
| B1 | 西校 | 中心 | 1 | 2025-09-01 | 2025-09-30 | | |
"""
    assert problems_of("借用", resources, LOANS + rows) == ["B3 借出学校 error", "D3 数量 error"]


# The end is not before the start


@pytest.mark.parametrize(
    ("sheet", "text", "fault"),
    [
        (
            "学校",
            "| 学校 | 角色 | 加入日期 | 退出日期 |\n| 甲 | 领衔学校 | 2025-09-02 | 2025-09-01 |",
            "D2 退出日期 error",
        ),
        ("结对", PAIRINGS + "| 班级 | 一班 | 东校 | 一班 | 西校 | 2025-09-02 | 2025-09-01 | |", "G2 结束日期 error"),
        ("交流", EXCHANGES + "| 挂职学习 | 钱二 | 东校 | 西校 | 2025-09-02 | 2025-09-01 |", "F2 结束日期 error"),
        ("活动", EVENTS + "| | 开放日 | 一 | 2025-09-02 | 2025-09-01 | 东校 | 已举行 | 纪要 |", "E2 结束日期 error"),
        (
            "课题",
            "# 课题\n| 课题名称 | 级别 | 主持学校 | 参与学校 | 立项日期 | 结题日期 |\n| 一 | 区级 | 东校 | 全部 | 2025-09-02 | 2025-09-01 |",
            "F2 结题日期 error",
        ),
        (
            "学期",
            "# 学期\n| 学期 | 学年 | 开始日期 | 结束日期 |\n| 上 | 2025 | 2025-09-02 | 2025-09-01 |",
            "D2 结束日期 error",
        ),
    ],
)
@pytest.mark.parametrize("same_day", [False, True])
def test_end_before_start_is_at_fault_and_one_day_is_not(sheet, text, fault, same_day):
    text = text.replace("2025-09-01", "2025-09-02") if same_day else text
    text = text if text.lstrip().startswith("#") else f"# {sheet}\n{text}"
    sound = {"学校": [TERMS], "学期": [SCHOOLS]}.get(sheet, [BASE])
    found = [
        f"{p['cell']} {p['column']} {p['severity']}"
        for p in reported(*sound, PEOPLE if len(sound[0]) == len(BASE) else "", text)
    ]
    assert [line for line in found if line == fault] == ([] if same_day else [fault])
    assert [line for line in found if line.endswith("error")] == ([] if same_day else [fault])


# 学校 and 学期


def test_some_school_must_lead():
    text = "# 学校\n| 学校 | 简称 | 角色 |\n| 甲小学 | 甲 | 成员学校 |"
    assert [(p["sheet"], p["cell"], p["column"], p["row"], p["severity"]) for p in reported(TERMS, text)] == [
        ("学校", "C1", "角色", 1, "error")
    ]


def test_terms_overlap_from_one_common_day_on():
    text = """
# 学期
| 学期 | 学年 | 开始日期 | 结束日期 |
| 上 | 2025 | 2025-09-01 | 2026-01-23 |
| 下 | 2025 | 2026-01-24 | 2026-07-03 |
| 暑 | 2025 | 2026-07-03 | 2026-08-31 |
| 又 | 2025 | 2026-08-31 | 2026-09-30 |
"""
    found = [p for p in reported(SCHOOLS, text) if p["sheet"] == "学期"]
    assert [(p["cell"], p["column"], p["severity"]) for p in found] == [("A4", None, "error"), ("A5", None, "error")]
    assert ["第 3 行" in found[0]["message"], "第 4 行" in found[1]["message"]] == [True, True]


@pytest.mark.parametrize(
    ("as_of", "faults"), [(date(2025, 8, 31), ["C1 开始日期 warning"]), (date(2025, 9, 1), []), (date(2027, 1, 1), [])]
)
def test_some_term_must_hold_or_precede_today(as_of, faults):
    assert problems_of("学期", as_of=as_of) == faults


# 人员


def test_namesakes_of_one_school_need_a_number_each():
    text = """
# 人员
| 工号 | 姓名 | 学校 | 职务 |
| 1 | 周五 | 东校 | 教师 |
| | 周五 | 甲镇东小学 | 教师 |
| | 周五 | 西校 | 教师 |
| | 吴六 | 东校 | 教师 |
| | 吴六 | 东校 | 教师 |
"""
    assert problems_of("人员", text) == ["A3 工号 error", "A5 工号 error", "A6 工号 error"]


def test_namesakes_with_numbers_are_sound():
    text = """
# 人员
| 工号 | 姓名 | 学校 | 职务 |
| 1 | 周五 | 东校 | 教师 |
| 2 | 周五 | 东校 | 教师 |
"""
    assert problems_of("人员", text) == []


# 结对


@pytest.mark.parametrize("kind", ["师徒", "班级", "学校"])
def test_pairs_join_two_schools(kind):
    rows = f"| {kind} | 钱二 | 东校 | 李四 | 甲镇东小学 | 2025-09-01 | | 合格 |"
    assert problems_of("结对", PEOPLE, PAIRINGS + rows) == ["E2 乙方学校 error"]


def test_persons_of_a_pair_belong_to_the_schools_named():
    rows = """\
| 师徒 | 赵一 | 中心 | 钱二 | 东校 | 2025-09-01 | | 合格 |
| 师徒 | 赵一 | 西校 | 李四 | 东校 | 2025-09-01 | | 合格 |
| 干部 | 001 | 中心 | 002 | 西校 | 2025-09-01 | | |
| 教师 | 赵一·东校 | 中心 | 吴九 | 西校 | 2025-09-01 | | |
| 班级 | 三(1)班 | 中心 | 三(2)班 | 西校 | 2025-09-01 | | |
"""
    assert problems_of("结对", PEOPLE, PAIRINGS + rows) == [
        "B3 甲方 error",
        "D4 乙方 error",
        "B5 甲方 error",
        "D5 乙方 error",
    ]


def test_master_and_apprentice_without_a_goal_is_a_warning_also_on_a_row_in_error():
    rows = """\
| 师徒 | 赵一 | 中心 | 钱二 | 东校 | 2025-09-01 | | |
| 干部 | 赵一 | 中心 | 钱二 | 东校 | 2025-09-01 | | |
| 师徒 | 赵一 | 中心 | 孙三 | 西校 | 2025-09-02 | 下周三 | |
"""
    found = problems_of("结对", PEOPLE, PAIRINGS + rows)
    assert found == ["H2 培养目标 warning", "G4 结束日期 error", "H4 培养目标 warning"]
    assert rows_that_count("结对", PEOPLE, PAIRINGS + rows) == ["结对!2", "结对!3"]


@pytest.mark.parametrize(
    ("first", "second", "clash"),
    [
        ("2025-09-01 | 2025-09-30", "2025-09-30 | 2025-10-31", True),
        ("2025-09-01 | 2025-09-30", "2025-10-01 | 2025-10-31", False),
        ("2025-09-01 |", "2026-09-01 |", True),
        ("2026-09-01 |", "2025-09-01 |", True),
        ("2025-09-01 |", "2024-09-01 | 2025-08-31", False),
        ("2025-09-10 | 2025-09-20", "2025-09-01 | 2025-09-30", True),
        ("2025-09-10 | 2025-09-10", "2025-09-10 | 2025-09-10", True),
    ],
)
def test_pairs_of_the_same_parties_overlap_from_one_common_day_on(first, second, clash):
    rows = f"| 师徒 | 赵一 | 中心 | 钱二 | 东校 | {first} | 合格 |\n| 师徒 | 001 | 甲镇中心小学 | 002 | 东校 | {second} | 合格 |"
    assert clashes_of("结对", PEOPLE, PAIRINGS + rows) == ([(3, [2])] if clash else [])


def test_parties_are_the_same_in_either_order_and_in_one_kind_only():
    rows = """\
| 班级 | 三(1)班 | 中心 | 三(2)班 | 东校 | 2025-09-01 | | |
| 班级 | 三（2）班 | 东校 | 三(1)班 | 中心 | 2025-09-01 | | |
| 学生 | 三(1)班 | 中心 | 三(2)班 | 东校 | 2025-09-01 | | |
| 班级 | 三(1)班 | 东校 | 三(2)班 | 中心 | 2025-09-01 | | |
| 班级 | 三(1)班 | 中心 | 三(2)班 | 西校 | 2025-09-01 | | |
"""
    assert clashes_of("结对", PAIRINGS + rows) == [(3, [2])]


def test_row_clashes_with_any_earlier_row_faulty_or_not():
    rows = """\
| 班级 | 一班 | 中心 | 一班 | 东校 | 2025-09-01 | 2025-09-30 | |
| 班级 | 一班 | 中心 | 一班 | 东校 | 2025-09-30 | 2025-10-31 | |
| 班级 | 一班 | 中心 | 一班 | 东校 | 2025-10-31 | 2025-11-30 | |
| 班级 | 一班 | 中心 | 一班 | 东校 | 2025-09-01 | 2025-11-30 | |
"""
    assert clashes_of("结对", PAIRINGS + rows) == [(3, [2]), (4, [3]), (5, [2])]


def test_overlap_is_not_asked_where_a_date_is_unreadable():
    rows = """\
| 班级 | 一班 | 中心 | 一班 | 东校 | 2025-09-01 | 9.30 | |
| 班级 | 一班 | 中心 | 一班 | 东校 | 2025-09-01 | | |
"""
    assert problems_of("结对", PAIRINGS + rows) == ["G2 结束日期 error"]


# 交流


def test_stays_are_from_the_persons_own_school_to_another():
    rows = """\
| 挂职学习 | 钱二 | 东校 | 中心 | 2025-09-01 | 2025-09-30 |
| 挂职学习 | 003 | 东校 | 中心 | 2025-09-01 | 2025-09-30 |
| 挂职学习 | 李四 | 东校 | 东校 | 2025-09-01 | 2025-09-30 |
"""
    assert problems_of("交流", PEOPLE, EXCHANGES + rows) == ["B3 人员 error", "D4 接收学校 error"]


@pytest.mark.parametrize(
    ("first", "second", "clash"),
    [
        ("2025-09-01 | 2025-09-30", "2025-09-30 | 2025-10-31", True),
        ("2025-09-01 | 2025-09-30", "2025-10-01 | 2025-10-31", False),
        ("2025-09-01 |", "2026-09-01 |", True),
    ],
)
def test_stays_of_one_person_overlap_from_one_common_day_on(first, second, clash):
    rows = f"| 挂职学习 | 钱二 | 东校 | 中心 | {first} |\n| 顶岗学教 | 002 | 东校 | 西校 | {second} |"
    assert clashes_of("交流", PEOPLE, EXCHANGES + rows) == ([(3, [2])] if clash else [])


# 借用


def test_loans_are_from_the_owner_to_another_school_and_end_after_they_begin():
    rows = """\
| B1 | 东校 | 西校 | 1 | 2025-09-02 | 2025-09-02 | 2025-09-03 | 完好 |
| B1 | 西校 | 中心 | 1 | 2025-09-03 | 2025-09-30 | 2025-09-04 | 完好 |
| B1 | 东校 | 甲镇东小学 | 1 | 2025-09-04 | 2025-09-30 | 2025-09-05 | 完好 |
| B1 | 东校 | 西校 | 1 | 2025-09-05 | 2025-09-04 | 2025-09-06 | 完好 |
| B1 | 东校 | 西校 | 1 | 2025-09-06 | 2025-09-30 | 2025-09-05 | 完好 |
"""
    assert problems_of("借用", RESOURCES, LOANS + rows) == [
        "B3 借出学校 error",
        "C4 借入学校 error",
        "F5 应还日期 error",
        "G6 归还日期 error",
    ]


def test_units_return_on_the_day_they_are_given_back():
    rows = """\
| B1 | 东校 | 西校 | 2 | 2025-09-01 | 2025-09-30 | 2025-09-10 | 完好 |
| B1 | 东校 | 中心 | 2 | 2025-09-09 | 2025-09-30 | 2025-09-09 | 完好 |
| B1 | 东校 | 中心 | 3 | 2025-09-10 | 2025-09-30 | | |
| B1 | 东校 | 西校 | 1 | 2026-09-10 | 2026-09-30 | | |
"""
    assert problems_of("借用", RESOURCES, LOANS + rows) == ["D3 数量 error", "D5 数量 error"]


def test_lost_units_never_come_back():
    rows = """\
| B1 | 东校 | 西校 | 1 | 2025-09-01 | 2025-09-30 | 2025-09-02 | 丢失 |
| B1 | 东校 | 西校 | 1 | 2025-09-03 | 2025-09-30 | 2025-09-04 | 损坏 |
| B1 | 东校 | 中心 | 2 | 2025-09-10 | 2025-09-30 | 2025-09-11 | 完好 |
| B1 | 东校 | 中心 | 3 | 2025-09-12 | 2025-09-30 | 2025-09-13 | 完好 |
"""
    assert problems_of("借用", RESOURCES, LOANS + rows) == ["D5 数量 error"]


def test_loans_are_taken_by_date_then_row():
    rows = """\
| B1 | 东校 | 西校 | 2 | 2025-09-05 | 2025-09-30 | | |
| B1 | 东校 | 中心 | 2 | 2025-09-01 | 2025-09-30 | | |
| B1 | 东校 | 中心 | 1 | 2025-09-01 | 2025-09-30 | | |
"""
    assert problems_of("借用", RESOURCES, LOANS + rows) == ["D2 数量 error"]


def test_faulty_loans_take_their_units_too():
    rows = """\
| B1 | 东校 | 西校 | 4 | 2025-09-01 | 2025-09-30 | | |
| B1 | 东校 | 中心 | 1 | 2025-09-02 | 2025-09-30 | | |
| B2 | 东校 | 中心 | 1 | 2025-09-02 | 2025-09-30 | | |
| B2 | 西校 | 中心 | 1 | 2025-09-03 | 2025-09-30 | | |
"""
    assert problems_of("借用", RESOURCES, LOANS + rows) == [
        "D2 数量 error",
        "D3 数量 error",
        "B4 借出学校 error",
        "D5 数量 error",
    ]


def test_loan_returned_on_the_day_it_went_out_is_out_while_it_is_lent():
    rows = """\
| B2 | 西校 | 东校 | 2 | 2025-09-01 | 2025-09-30 | 2025-09-01 | 完好 |
| B2 | 西校 | 中心 | 1 | 2025-09-02 | 2025-09-30 | 2025-09-02 | 完好 |
| B2 | 西校 | 中心 | 1 | 2025-09-03 | 2025-09-30 | | |
| B2 | 西校 | 东校 | 1 | 2025-09-04 | 2025-09-30 | 2025-09-04 | 完好 |
"""
    assert problems_of("借用", RESOURCES, LOANS + rows) == ["D2 数量 error", "D5 数量 error"]


@pytest.mark.parametrize(
    "unreadable",
    [
        "一本 | 2025-09-01 | 2025-09-30 | ",
        "3 | 9.1 | 2025-09-30 | ",
        "3 | 2025-09-01 | 2025-09-30 | 上周",
    ],
)
def test_loan_with_an_unreadable_number_or_date_takes_no_part(unreadable):
    rows = f"| B1 | 东校 | 西校 | {unreadable} | |\n| B1 | 东校 | 中心 | 3 | 2025-09-02 | 2025-09-30 | | |\n"
    assert [line for line in problems_of("借用", RESOURCES, LOANS + rows) if line.startswith("D3")] == []


def test_loan_with_an_unreadable_due_date_is_out_all_the_same():
    rows = "| B1 | 东校 | 西校 | 3 | 2025-09-01 | 月底 | | |\n| B1 | 东校 | 中心 | 3 | 2025-09-02 | 2025-09-30 | | |\n"
    assert problems_of("借用", RESOURCES, LOANS + rows) == ["F2 应还日期 error", "D3 数量 error"]


def test_loan_of_a_resource_in_error_is_no_fault_and_counts_for_nothing():
    resources = """
# 资源
| 资源编号 | 名称 | 类别 | 所属学校 | 数量 |
| B1 | | 图书 | 东校 | 3 |
| B2 | 书 | 图书 | 东校 | 3 |
"""
    rows = """\
| B1 | 东校 | 西校 | 1 | 2025-09-01 | 2025-09-30 | | |
| B2 | 东校 | 西校 | 1 | 2025-09-01 | 2025-09-30 | | |
"""
    assert problems_of("借用", resources, LOANS + rows) == []
    assert rows_that_count("借用", resources, LOANS + rows) == ["借用!3"]


# 活动


def test_event_cannot_have_taken_place_after_today():
    rows = """\
| | 开放日 | 一 | 2025-11-15 | | 东校 | 已举行 | 纪要 |
| | 开放日 | 二 | 2025-11-16 | | 东校 | 已举行 | 纪要 |
| | 开放日 | 三 | 2025-11-16 | | 东校 | 计划 | |
| | 开放日 | 四 | 2025-11-16 | | 东校 | 取消 | |
"""
    assert problems_of("活动", EVENTS + rows) == ["D3 日期 error"]


def test_event_still_planned_before_today_is_a_warning():
    rows = """\
| | 开放日 | 一 | 2025-11-14 | | 东校 | 计划 | |
| | 开放日 | 二 | 2025-11-15 | | 东校 | 计划 | |
"""
    assert problems_of("活动", EVENTS + rows) == ["G2 状态 warning"]


def test_event_without_evidence_is_a_warning_once_it_has_taken_place():
    rows = """\
| | 开放日 | 一 | 2025-11-14 | | 东校 | 已举行 | |
| | 开放日 | 二 | 2025-11-14 | | 东校 | 取消 | |
| | 开放日 | 三 | 2025-11-16 | | 东校 | 已举行 | |
"""
    assert problems_of("活动", EVENTS + rows) == ["H2 佐证材料 warning", "D4 日期 error", "H4 佐证材料 warning"]
    assert rows_that_count("活动", EVENTS + rows) == ["活动!2"]


def test_event_in_no_term_is_a_warning():
    rows = """\
| | 开放日 | 一 | 2025-08-31 | | 东校 | 已举行 | 纪要 |
| | 开放日 | 二 | 2025-09-01 | | 东校 | 已举行 | 纪要 |
| | 开放日 | 三 | 2026-01-23 | | 东校 | 计划 | |
| | 开放日 | 四 | 2026-01-24 | | 东校 | 计划 | |
"""
    assert problems_of("活动", EVENTS + rows) == ["D2 日期 warning", "D5 日期 warning"]


def test_term_in_error_is_no_yardstick():
    terms = """
# 学期
| 学期 | 学年 | 开始日期 | 结束日期 |
| 上 | | 2025-09-01 | 2026-01-23 |
| 旧 | 2024 | 2025-02-24 | 2025-07-03 |
"""
    rows = "| | 开放日 | 一 | 2025-10-10 | | 东校 | 已举行 | 纪要 |"
    found = reported(SCHOOLS, terms, EVENTS + rows)
    assert [f"{p['sheet']}!{p['cell']} {p['severity']}" for p in found] == ["活动!D2 warning", "学期!B2 error"]


def test_event_entered_twice_is_at_fault_as_a_row():
    rows = """\
| H1 | 开放日 | 一 | 2025-10-10 | | 东校 | 已举行 | 纪要 |
| H2 | 开放日 | 一 | 2025/10/10 | | 甲镇东小学 | 取消 | |
| H3 | 开放日 | 一 | 2025-10-10 | | 西校 | 已举行 | 纪要 |
| H4 | 开放日 | 一 | 2025-10-10 | | 东校 | 已举行 | 纪要 |
| H5 | 开放日 | 一 | 10.10 | | 东校 | 已举行 | 纪要 |
"""
    assert clashes_of("活动", EVENTS + rows) == [(3, [2]), (5, [2])]


# 签到 and 评分


def test_person_signs_in_once_at_one_event():
    text = """
# 签到
| 活动 | 人员 | 角色 |
| H1 | 赵一 | 讨论 |
| 秋天的课 | 001 | 评课 |
| H2 | 赵一 | 讨论 |
| H1 | 钱二 | 讨论 |
"""
    assert clashes_of("签到", PEOPLE, ATTENDANCE_EVENTS, text) == [(3, [2])]


def test_attendance_that_leans_on_a_row_in_error_is_no_fault_and_counts_for_nothing():
    events = ATTENDANCE_EVENTS + "| H3 | 教学比武 | 错 | 2025-10-12 | 东校 | 已经 | 纪要 |\n"
    people = PEOPLE + "| 005 | 坏 | 东校 | 保安 | |\n"
    text = """
# 签到
| 活动 | 人员 |
| H1 | 赵一 |
| H3 | 赵一 |
| H1 | 坏 |
"""
    assert problems_of("签到", people, events, text) == []
    assert rows_that_count("签到", people, events, text) == ["签到!2"]


def test_only_a_direct_reference_leans_on_a_row_in_error():
    schools = SCHOOLS + "| 甲镇南小学 | 南校 | 老大 |\n"
    people = PEOPLE + "| 005 | 吴六 | 南校 | 教师 | |\n"
    text = "# 签到\n| 活动 | 人员 |\n| H1 | 吴六 |"
    rule = """
# 指标
| 指标编号 | 名称 | 责任主体 | 周期 | 数据表 | 归属列 | 统计 |
| 1 | 一 | 共同体 | 全程 | 签到 | | 次数 |
"""
    (standing,) = assess(workbook(schools, TERMS, people, ATTENDANCE_EVENTS, text, rule), SCHEMA, AS_OF).standings
    assert standing.evidence == ["签到!2"]


def test_judge_scores_one_contestant_once_at_one_event():
    text = """
# 评分
| 活动 | 参赛人 | 评委 | 得分 |
| H1 | 赵一 | 王 | 90 |
| H1 | 001 | 王 | 91 |
| H1 | 赵一 | 李 | 91 |
| H2 | 赵一 | 王 | 91 |
| H1 | 钱二 | 王 | 101 |
"""
    found = problems_of("评分", PEOPLE, ATTENDANCE_EVENTS, text)
    assert found == ["A3 None error", "D6 得分 error"]
    assert clashes_of("评分", PEOPLE, ATTENDANCE_EVENTS, text) == [(3, [2])]


# 成绩


def test_mean_keeps_to_full_marks_which_are_100_where_blank():
    rows = """\
| 期中 | 2025-11-01 | 全市 | 三 | 语文 | | 120 | 120 |
| 期中 | 2025-11-01 | 东校 | 三 | 语文 | 30 | 101 | 120 |
| 期中 | 2025-11-01 | 西校 | 三 | 语文 | 30 | 101 | |
| 期中 | 2025-11-01 | 中心 | 三 | 语文 | 30 | 120.5 | 120 |
| 期末 | 2025-11-01 | 全市 | 三 | 语文 | | 80 | 一百 |
| 期末 | 2025-11-01 | 中心 | 三 | 语文 | 30 | 120.5 | 一百 |
"""
    assert errors_of("成绩", SCORES + rows) == [
        "G4 平均分 error",
        "G5 平均分 error",
        "H6 满分 error",
        "H7 满分 error",
    ]


def test_score_entered_twice_is_at_fault_as_a_row():
    rows = """\
| 期中 | 2025-11-01 | 全市 | 三 | 语文 | | 80 | |
| 期中 | 2025-11-01 | 东校 | 三 | 语文 | 30 | 81 | |
| 期中 | 2025-11-02 | 甲镇东小学 | 三 | 语文 | 31 | 82 | |
| 期中 | 2025-11-01 | 全市 | 三 | 语文 | | 80 | |
| 期中 | 2025-11-01 | 东校 | 四 | 语文 | 30 | 81 | |
"""
    assert clashes_of("成绩", SCORES + rows) == [(4, [3]), (5, [2])]


def test_score_without_a_row_of_the_city_is_a_warning_on_each_row():
    rows = """\
| 期中 | 2025-11-01 | 全市 | 三 | 语文 | | 80 | |
| 期中 | 2025-11-01 | 东校 | 三 | 语文 | 30 | 81 | |
| 期中 | 2025-11-01 | 东校 | 三 | 数学 | 30 | 81 | |
| 期中 | 2025-11-01 | 西校 | 三 | 数学 | 30 | 81 | |
| 期末 | 2025-11-01 | 西校 | 三 | 语文 | 30 | 81 | |
"""
    assert problems_of("成绩", SCORES + rows) == ["A4 考试 warning", "A5 考试 warning", "A6 考试 warning"]


def test_row_of_the_city_in_error_is_no_yardstick():
    rows = """\
| 期中 | 2025-11-01 | 东校 | 三 | 语文 | 30 | 81 | |
| 期中 | 2025-11-01 | 全市 | 三 | 语文 | | 八十 | |
"""
    assert problems_of("成绩", SCORES + rows)[0] == "A2 考试 warning"


# 工作计划


def test_task_past_its_day_and_not_finished_is_a_warning():
    text = """
# 工作计划
| 类别 | 事项 | 截止日期 | 状态 |
| 教研计划 | 一 | 2025-11-14 | 进行中 |
| 教研计划 | 二 | 2025-11-14 | 已完成 |
| 教研计划 | 三 | 2025-11-15 | 未开始 |
| 教研计划 | 四 | 2025-11-14 | 未开始 |
"""
    assert problems_of("工作计划", text) == ["C2 截止日期 warning", "C5 截止日期 warning"]


# 豁免


@pytest.mark.parametrize(
    "who",
    [
        "",
        "东校",
        "甲镇东小学",
        "赵一",
        "赵一·中心",
        "001",
        "每所学校",
        "共同体",
        "领衔学校",
        "成员学校",
        "教师",
        "骨干教师",
    ],
)
def test_waiver_may_name_a_school_a_person_or_a_word(who):
    assert problems_of("豁免", PEOPLE, WAIVERS + f"| 1.1 | {who} | | 修缮 | 王 |") == []


@pytest.mark.parametrize("who", ["南校", "周五", "全体教师", "东校、西校"])
def test_waiver_that_names_no_single_one_is_a_warning(who):
    people = PEOPLE + "| 005 | 周五 | 东校 | 教师 | |\n| 006 | 周五 | 西校 | 教师 | |\n"
    assert problems_of("豁免", people, WAIVERS + f"| 1.1 | {who} | | 修缮 | 王 |") == ["B2 责任主体 warning"]


@pytest.mark.parametrize(
    ("when", "faults"), [("", []), ("上学期", []), ("2025学年", []), ("去年", ["C2 周期 warning"])]
)
def test_waiver_for_no_period_is_a_warning(when, faults):
    assert problems_of("豁免", WAIVERS + f"| 1.1 | | {when} | 修缮 | 王 |") == faults


# Knock-on faults


def test_need_for_another_column_is_asked_only_where_what_it_hangs_on_is_readable():
    scores = "| 期中 | 2025-11-01 | 南校 | 三 | 语文 | | 80 | |\n| 期中 | 2025-11-01 | 全市 | 三 | 语文 | | 80 | |\n"
    recipients = "# 收件人\n| 姓名 | 邮箱 | 角色 | 学校 |\n| 王 | a@example.com | 校工 | |\n"
    assert problems_of("成绩", SCORES + scores) == ["C2 学校 error"]
    assert problems_of("收件人", recipients) == ["C2 角色 error"]


def test_rules_between_columns_stay_silent_where_a_cell_they_read_is_unreadable():
    loans = """\
| B9 | 东校 | 南校 | 9 | 2025-09-02 | 2025-09-03 | | |
| B1 | 东校 | 西校 | 1 | 9.2 | 2025-09-01 | 2025-09-01 | |
"""
    pairs = "| 师 | 无人 | 东校 | 无人 | 西校 | 2025-09-01 | | |\n| 师徒 | 钱二 | 南校 | 孙三 | 西校 | 2025-09-01 | | 合格 |\n"
    assert problems_of("借用", RESOURCES, LOANS + loans) == [
        "A2 资源编号 error",
        "C2 借入学校 error",
        "E3 借出日期 error",
    ]
    assert problems_of("结对", PEOPLE, PAIRINGS + pairs) == ["A2 类别 error", "C3 甲方学校 error"]


def test_warnings_are_given_on_rows_in_error():
    rows = "| | 开门日 | 一 | 2025-08-10 | | 南校 | 计划 | |\n"
    assert problems_of("活动", EVENTS + rows) == [
        "B2 类别 error",
        "D2 日期 warning",
        "F2 承办学校 error",
        "G2 状态 warning",
    ]


# Missing sheets and columns


@pytest.mark.parametrize(("there", "missing"), [(TERMS, "学校"), (SCHOOLS, "学期")])
def test_schools_and_terms_are_always_needed(there, missing):
    found = [p for p in reported(there) if p["severity"] == "error"]
    assert [(p["sheet"], p["row"], p["column"], p["cell"]) for p in found] == [(missing, None, None, None)]


NEEDS = """
# 指标
| 指标编号 | 名称 | 责任主体 | 周期 | 数据表 | 筛选 | 统计 | 启用 |
|---|---|---|---|---|---|---|---|
"""
SIGNED = "# 签到\n| 活动 | 人员 |"
LENT = "# 借用\n| 资源编号 | 借出学校 | 借入学校 | 数量 | 借出日期 | 应还日期 |"


@pytest.mark.parametrize(
    ("rule", "there", "missing"),
    [
        ("课题 | | 次数 | |", "", ["课题"]),
        ("课题 | | 次数 | 否 |", "", []),
        ("签到 | 活动类别=集体备课 | 次数 | 是 |", SIGNED, ["活动"]),
        ("签到 | 活动类别=集体备课 | 次数 | 否 |", SIGNED, []),
        ("借用 | 资源类别=图书 | 次数 | |", LENT, ["资源"]),
        ("借用 | | 次数 | |", LENT, []),
        ("借用 | 资源类别=图书 | 次数 | |", "", ["资源", "借用"]),
    ],
)
def test_sheet_that_an_enabled_quota_needs_is_an_error_if_missing(rule, there, missing):
    found = reported(BASE, there, NEEDS + f"| 7.7 | 一 | 共同体 | 全程 | {rule}")
    assert [(p["sheet"], p["row"], p["column"], p["cell"], p["severity"]) for p in found] == [
        (sheet, None, None, None, "error") for sheet in missing
    ]
    assert all(p["sheet"] in p["message"] for p in found)


def test_missing_required_column_is_one_error_and_silences_its_sheet():
    text = """
# 活动
| 活动登记 | | | |
| 主题 | 日期 | 承办学校 | 状态 |
| 一 | 下周三 | 南校 | 已举行 |
| 一 | #REF! | 东校 | 好 |
| 二 | 2025-10-10 | 东校 | 已举行 |
"""
    found = [p for p in reported(BASE, text) if p["sheet"] == "活动"]
    assert [(p["row"], p["column"], p["cell"], p["severity"]) for p in found] == [(2, "类别", None, "error")]
    assert rows_that_count("活动", text) == []


def test_each_missing_required_column_is_an_error():
    text = "# 教案\n| 教师 | 学科 |\n| 赵一 | 语文 |"
    found = [p for p in reported(BASE, PEOPLE, text) if p["sheet"] == "教案"]
    assert [(p["row"], p["column"], p["cell"]) for p in found] == [(1, "课题名", None), (1, "上传日期", None)]


def test_missing_optional_column_is_no_problem():
    assert problems_of("学校", "") == []


# What a row in error counts for


def test_row_in_error_still_answers_to_its_name():
    schools = SCHOOLS + "| 甲镇南小学 | 南校 | 老大 |\n"
    rows = "| | 开放日 | 一 | 2025-10-10 | | 南校 | 已举行 | 纪要 |"
    found = reported(schools, TERMS, EVENTS + rows)
    assert [f"{p['sheet']}!{p['cell']}" for p in found] == ["学校!C5"]


def test_school_in_error_owes_nothing_and_is_not_active():
    schools = SCHOOLS + "| 甲镇南小学 | 南校 | 老大 |\n"
    rule = """
# 指标
| 指标编号 | 名称 | 责任主体 | 周期 | 数据表 | 归属列 | 统计 |
| 1 | 一 | 每所学校 | 学期 | 活动 | 承办学校 | 次数 |
"""
    rows = "| | 开放日 | 一 | 2025-10-10 | | 南校 | 已举行 | 纪要 |"
    standings = assess(workbook(schools, TERMS, EVENTS + rows, rule), SCHEMA, AS_OF).standings
    assert [s.obligor.label for s in standings] == ["甲镇中心小学", "甲镇东小学", "甲镇西小学"]


def test_row_in_error_counts_for_nothing_and_a_row_with_a_warning_counts():
    rows = """\
| | 开放日 | 一 | 2025-10-10 | | 东校 | 已举行 | |
| | 开放日 | 二 | 2025-10-10 | | 南校 | 已举行 | 纪要 |
"""
    assert problems_of("活动", EVENTS + rows) == ["H2 佐证材料 warning", "F3 承办学校 error"]
    assert rows_that_count("活动", EVENTS + rows) == ["活动!2"]


# Problems as a list


def test_problems_have_nine_keys_and_a_message():
    (problem,) = reported(BASE, EVENTS + "| | 开放日 | 一 | 2025-13-01 | | 东校 | 计划 | |")
    message = problem.pop("message")
    assert problem == {
        "sheet": "活动",
        "row": 2,
        "column": "日期",
        "cell": "D2",
        "rule": "date.unreadable",
        "severity": "error",
        "value": "2025-13-01",
        "suggestion": problem["suggestion"],
    }
    assert "2025-13-01" in message


def test_problems_stand_by_sheet_then_row_then_column_as_in_the_workbook():
    text = """
# 教案
| 上传日期 | 课题名 | 教师 |
| 下周三 | | 无名 |

# 借用
| 资源编号 | 借出学校 | 借入学校 | 数量 | 借出日期 | 应还日期 |
| B1 | 东校 | 东校 | 9 | 2025-09-01 | 2025-08-01 |

# 活动
| 状态 | 佐证材料 | 日期 | 承办学校 | 主题 | 类别 |
| 已举行 | 纪要 | 2025-10-10 | 东校 | 一 | 开放日 |
| 已举行 | 纪要 | 2025-10-10 | 东校 | 一 | 开放日 |
| 已举行 | | 2025-08-10 | 南校 | 一 | 开放 |

# 指标
| 指标编号 | 名称 | 责任主体 | 周期 | 数据表 | 统计 |
| 1 | 一 | 共同体 | 学期 | 课题 | 次数 |
"""
    found = reported(BASE, PEOPLE, RESOURCES, text)
    assert [f"{p['sheet']}!{p['cell']} {p['severity']}" for p in found] == [
        "借用!C2 error",
        "借用!D2 error",
        "借用!F2 error",
        "活动!A3 error",
        "活动!B4 warning",
        "活动!C4 warning",
        "活动!D4 error",
        "活动!F4 error",
        "课题!None error",
        "教案!A2 error",
        "教案!B2 error",
        "教案!C2 error",
    ]
