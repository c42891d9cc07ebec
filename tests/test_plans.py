"""The shipped plans say what the plans say."""

from datetime import date

import pytest
from markdown import BASE, workbook

from toolkit.assess import assess
from toolkit.plans import load_plan, plan_names
from toolkit.schema import load_schema

COLUMNS = ["指标编号", "责任主体", "周期", "数据表", "归属列", "筛选", "统计", "统计列", "下限", "上限"]
REGISTER = """
| 1.1 | 每所学校 | 学年 | 借用 | 借出学校 |  | 次数 |  | 1 |  |
| 1.2 | 每所学校 | 学年 | 借用 | 借入学校 | 资源类别=图书 | 次数 |  | 1 |  |
| 2.1a | 成员学校 | 学年 | 交流 | 派出学校 | 类别=挂职学习 | 人数 | 人员 | 1 |  |
| 2.1b | 成员学校 | 学年 | 交流 | 派出学校 | 类别=挂职学习 | 最少天数 |  | 30 |  |
| 2.1c | 成员学校 | 学年 | 交流 | 派出学校 | 类别=挂职学习 | 占比 | 学习体会 | 100% |  |
| 2.2 | 成员学校 | 学期 | 活动 | 承办学校 | 类别=校长到校指导 | 次数 |  | 1 |  |
| 2.3 | 共同体 | 学期 | 活动 |  | 类别=联席会议 | 次数 |  | 2 |  |
| 3.2 | 领衔学校 | 学期 | 交流 | 派出学校 | 类别=组团支教 | 次数 |  | 1 |  |
| 3.3 | 成员学校 | 学年 | 交流 | 派出学校 | 类别=顶岗学教 | 人数 | 人员 | 1 |  |
| 3.4a | 骨干教师 | 学年 | 结对 | 甲方 | 类别=师徒 | 覆盖率 | 乙方学校 | 100% |  |
| 3.4b | 骨干教师 | 学年 | 结对 | 甲方 | 类别=师徒 | 占比 | 培养目标 | 100% |  |
| 4.1a | 共同体 | 学年 | 活动 |  | 类别=教学案例评比 | 次数 |  | 1 |  |
| 4.1b | 共同体 | 学年 | 活动 |  | 类别=教学比武 | 次数 |  | 1 |  |
| 4.2a | 领衔学校 | 学期 | 工作计划 | 责任学校 | 类别=教研计划 | 次数 |  | 1 |  |
| 4.2b | 教师 | 学期 | 签到 | 人员 | 活动类别=集体备课、听课评课、优质课展示 | 次数 |  | 1 |  |
| 4.3 | 教师 | 学期 | 教案 | 教师 |  | 次数 |  | 1 |  |
| 4.4a | 共同体 | 学年 | 课题 |  | 级别=区级、市级、省级、国家级; 参与学校含全部学校 | 次数 |  | 1 |  |
| 4.4b | 共同体 | 学期 | 活动 |  | 类别=课题活动 | 次数 |  | 1 |  |
| 4.5 | 共同体 | 学年 | 活动 |  | 类别=开放日 | 次数 |  | 1 |  |
| 4.6 | 共同体 | 学期 | 活动 |  | 类别=艺体活动 | 次数 |  | 1 |  |
| 5.1 | 每所学校 | 学年 | 结对 | 甲方学校+乙方学校 | 类别=班级、学生、兴趣小组 | 次数 |  | 1 |  |
| 5.2 | 每所学校 | 学年 | 活动 | 参加学校 | 类别=生活体验 | 次数 |  | 1 |  |
| 5.3 | 每所学校 | 学年 | 活动 | 参加学校 | 类别=献爱心 | 次数 |  | 1 |  |
| 6.1 | 共同体 | 学年 | 活动 |  | 类别=教学质量检测 | 次数 |  | 1 |  |
| 6.2 | 共同体 | 学期 | 成绩 |  |  | 均分差 | 平均分 | 0 |  |
| 7.5a | 共同体 | 学期 | 活动 |  | 类别=专题调研 | 次数 |  | 1 |  |
| 7.5b | 共同体 | 学年 | 活动 |  | 类别=工作分析会 | 次数 |  | 1 |  |
"""


def test_s9_is_its_register():
    quotas = load_plan("S9").quotas
    shown = "".join("| " + " | ".join(str(row[name]) for name in COLUMNS) + " |\n" for row in quotas)
    assert shown.replace("  ", " ") == REGISTER.lstrip().replace("  ", " ")


@pytest.mark.parametrize("name", plan_names())
def test_every_rule_of_a_plan_is_readable(name):
    quotas = load_plan(name).quotas
    headers = load_schema().sheets["quotas"].by_name
    lines = ["# 指标", "| " + " | ".join(headers) + " |", "|-|"]
    lines += ["| " + " | ".join(str(row.get(column, "")) for column in headers) + " |" for row in quotas]
    assessment = assess(workbook(BASE, "\n".join(lines)), load_schema(), date(2025, 11, 24))
    assert [problem.message for problem in assessment.problems if problem.sheet == "指标"] == []
    assert len(assessment.rules) == len(quotas)


@pytest.mark.parametrize("name", plan_names())
def test_a_plan_says_which_sheets_its_rules_need(name):
    plan = load_plan(name)
    used = {str(row["数据表"]) for row in plan.quotas}
    used |= {"活动"} if "签到" in used else set()
    assert used | {"学校", "学期"} <= set(plan.needs)
