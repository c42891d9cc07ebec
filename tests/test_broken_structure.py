"""One structural fault is one problem: it neither drowns in others nor makes strangers alike."""

from datetime import date

import pytest
from markdown import BASE, workbook

from toolkit.assess import assess
from toolkit.digests import digests
from toolkit.outputs import load_outputs
from toolkit.results import results
from toolkit.schema import load_schema
from toolkit.viewer import Standpoint, Viewer

SCHEMA = load_schema()
AS_OF = date(2025, 11, 24)
TERMS = """
# 学期
| 学期 | 学年 | 开始日期 | 结束日期 |
|-|
| 上学期 | 2025学年 | 2025-09-01 | 2026-01-23 |
"""
LOAN = """
# 借用
| 资源编号 | 借出学校 | 借入学校 | 数量 | 借出日期 | 应还日期 |
|-|
| R1 | 东校 | 中心 | 1 | 2025-09-01 | 2025-09-10 |
"""


def said(*texts):
    return [f"{p.sheet} {p.rule} {p.cell}" for p in assess(workbook(*texts), SCHEMA, AS_OF).problems]


def test_without_the_schools_different_unknown_schools_stay_different():
    sheets = """
# 人员
| 姓名 | 学校 | 职务 |
|-|
| 王伟 | 东校 | 教师 |
| 王伟 | 西校 | 教师 |

# 活动
| 类别 | 主题 | 日期 | 承办学校 | 状态 |
|-|
| 联席会议 | 一 | 2025-12-18 | 东校 | 计划 |
| 联席会议 | 一 | 2025-12-18 | 西校 | 计划 |

# 成绩
| 考试 | 日期 | 学校 | 年级 | 学科 | 参考人数 | 平均分 |
|-|
| 期中 | 2025-11-06 | 全市 | 五 | 数学 | | 85 |
| 期中 | 2025-11-06 | 东校 | 五 | 数学 | 80 | 85 |
| 期中 | 2025-11-06 | 西校 | 五 | 数学 | 80 | 85 |

# 结对
| 类别 | 甲方 | 甲方学校 | 乙方 | 乙方学校 | 起始日期 |
|-|
| 班级 | 1班 | 东校 | 1班 | 西校 | 2025-09-10 |
| 班级 | 1班 | 南校 | 1班 | 北校 | 2025-09-10 |
"""
    assert said(TERMS, sheets) == ["学校 sheet.missing None"]


def test_without_a_column_of_the_people_different_unknown_people_stay_different():
    sheets = """
# 人员
| 姓名 | 学校 |
|-|
| 王伟 | 东校 |

# 活动
| 活动编号 | 类别 | 主题 | 日期 | 承办学校 | 状态 |
|-|
| H1 | 联席会议 | 一 | 2025-12-18 | 东校 | 计划 |

# 签到
| 活动 | 人员 |
|-|
| H1 | 赵一 |
| H1 | 赵二 |

# 交流
| 类别 | 人员 | 派出学校 | 接收学校 | 起始日期 |
|-|
| 挂职学习 | 李三 | 东校 | 西校 | 2025-09-10 |
| 挂职学习 | 李四 | 东校 | 西校 | 2025-09-10 |
"""
    assert said(BASE, sheets) == ["人员 column.missing None"]


def test_a_namesake_of_an_unreadable_school_is_a_candidate_like_any_other():
    people = """
# 人员
| 工号 | 姓名 | 学校 | 职务 |
|-|
| 1 | 李娜 | 中心 | 教师 |
| 2 | 李娜 | 外校 | 教师 |

# 教案
| 教师 | 课题名 | 上传日期 |
|-|
| 李娜 | 观潮 | 2025-09-01 |

# 指标
| 指标编号 | 名称 | 责任主体 | 周期 | 数据表 | 归属列 | 筛选 | 统计 | 下限 |
|-|
| 4.3 | 教案 | 教师 | 学期 | 教案 | 教师 | 教师=李娜 | 次数 | 1 |
"""
    assert said(BASE, people) == [
        "人员 schools.unknown C3",
        "教案 people.ambiguous A2",
        "指标 quotas.where G2",
    ]


def test_a_name_beside_an_unreadable_school_is_nobody_yet():
    sheets = """
# 人员
| 工号 | 姓名 | 学校 | 职务 |
|-|
| 1 | 张敏 | 外校 | 教师 |
| 2 | 张敏 | 中心 | 教师 |

# 交流
| 类别 | 人员 | 派出学校 | 接收学校 | 起始日期 |
|-|
| 挂职学习 | 1 | 东校 | 西校 | 2025-09-01 |
| 挂职学习 | 张敏 | 错校 | 西校 | 2025-09-01 |
| 挂职学习 | 张敏 | | 西校 | 2025-09-01 |
"""
    assert said(BASE, sheets)[1:] == [
        "交流 schools.unknown C3",
        "交流 people.ambiguous B4",
        "交流 required C4",
    ]


def test_a_bare_name_means_the_only_one_who_has_it_wherever_that_is():
    sheets = """
# 人员
| 工号 | 姓名 | 学校 | 职务 |
|-|
| 1 | 赵一 | 中心 | 教师 |

# 交流
| 类别 | 人员 | 派出学校 | 接收学校 | 起始日期 |
|-|
| 挂职学习 | 1 | 中心 | 西校 | 2025-09-01 |
| 挂职学习 | 赵一 | 东校 | 西校 | 2025-09-01 |
| 挂职学习 | 1 | 东校 | 西校 | 2025-09-01 |
"""
    assert said(BASE, sheets) == [
        "交流 exchanges.overlap A3",
        "交流 person.elsewhere B3",
        "交流 exchanges.overlap A4",
        "交流 person.elsewhere B4",
    ]


@pytest.mark.parametrize(
    "texts",
    [
        (TERMS, "# 资源\n| 资源编号 | 名称 | 类别 | 所属学校 | 数量 |\n|-|\n| R1 | 书 | 图书 | 东校 | 3 |", LOAN),
        (BASE, "# 资源\n| 资源编号 | 类别 |\n|-|", LOAN),
    ],
)
def test_an_overdue_loan_of_something_unknown_is_shown_all_the_same(texts):
    (line,) = Viewer(Standpoint(assess(workbook(*texts), SCHEMA, AS_OF), load_outputs())).view().loans
    assert (line.place, line.resource, line.days) == ("借用!2", line.resource, 75)


def test_no_other_cell_of_a_sheet_without_a_required_column_is_reported_and_its_rules_run_over_no_rows():
    terms = "# 学期\n| 学期 | 学年 | 开始日期 |\n|-|\n| 上学期 | 2025学年 | 9.1 |"
    schools = "# 学校\n| 简称 | 角色 |\n|-|\n| 东校 | 领衔学校 |"
    event = "# 活动\n| 类别 | 主题 | 日期 | 承办学校 | 状态 |\n|-|\n| 联席会议 | 一 | 2025-12-18 | 东校 | 计划 |"
    assert said(terms, schools, event) == [
        "学校 column.missing None",
        "学校 schools.no_lead B1",
        "活动 events.no_term C2",
        "学期 column.missing None",
        "学期 terms.none_begun C1",
    ]


def test_a_rule_over_a_broken_sheet_counts_nothing():
    sheets = """
# 活动
| 主题 | 日期 | 承办学校 | 状态 |
|-|
| 一 | 2025-09-18 | 东校 | 已举行 |

# 指标
| 指标编号 | 名称 | 责任主体 | 周期 | 数据表 | 统计 | 下限 |
|-|
| 1 | 活动 | 共同体 | 学期 | 活动 | 次数 | 1 |
"""
    (result,) = results(assess(workbook(BASE, sheets), SCHEMA, AS_OF))
    assert (result["done"], result["rows"]) == (0, [])


def test_a_reader_of_an_unknown_school_gets_nothing_rather_than_everything():
    readers = "# 收件人\n| 姓名 | 邮箱 | 角色 | 学校 |\n|-|\n| 林 | a@example.com | 领导 | |\n| 东 | b@example.com | 校长 | 东校 |"
    viewer = Viewer(Standpoint(assess(workbook(TERMS, readers), SCHEMA, AS_OF), load_outputs()))
    assert [digest.role for digest in digests(viewer, "weekly")] == ["leader"]
