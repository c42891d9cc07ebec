"""How sheets are read: the header, rows to skip, and every type of cell in the forms that staff really write."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from markdown import BASE, workbook

from toolkit.assess import assess
from toolkit.schema import load_schema

SCHEMA = load_schema()
AS_OF = date(2025, 11, 15)
PEOPLE = """
# 人员
| 工号 | 姓名 | 学校 | 职务 | 称号 | 在岗 |
|---|---|---|---|---|---|
| 001 | 赵一 | 中心 | 教师 | 骨干教师 | |
| 002 | 钱二 | 东校 | 教师 | | |
| 003 | 孙三 | 西校 | 教师 | | |
| 004 | 李四 | 东校 | 中层干部 | | 否 |
| 005 | 周五 | 东校 | 教师 | | |
| 006 | 周五 | 西校 | 教师 | | |
"""
QUOTA = """
# 指标
| 指标编号 | 名称 | 责任主体 | 周期 | 数据表 | 归属列 | 筛选 | 统计 | 统计列 |
|---|---|---|---|---|---|---|---|---|
"""


def all_problems(*texts):
    return [problem.as_dict() for problem in assess(workbook(*texts), SCHEMA, AS_OF).problems]


def problems_of(sheet, *texts):
    """The problems of one sheet, each as `cell column severity`, with the rest of a sound workbook around it."""
    found = all_problems(BASE, *texts)
    return [f"{p['cell']} {p['column']} {p['severity']}" for p in found if p["sheet"] == sheet]


def errors_of(sheet, *texts):
    return [line for line in problems_of(sheet, *texts) if line.endswith("error")]


def rows_that_count(sheet, where, *texts):
    """The rows of a sheet that a condition picks, worked out by a 次数 rule over all dates."""
    rule = f"| 1 | 一 | 共同体 | 全程 | {sheet} | | {where} | 次数 | |"
    (standing,) = assess(workbook(BASE, *texts, QUOTA + rule), SCHEMA, AS_OF).standings
    return standing.evidence


def total(sheet, column, *texts):
    rule = f"| 1 | 一 | 共同体 | 全程 | {sheet} | | | 合计 | {column} |"
    (standing,) = assess(workbook(BASE, *texts, QUOTA + rule), SCHEMA, AS_OF).standings
    return standing.done


def counts_by_school(sheet, ties, *texts):
    rule = f"| 1 | 一 | 每所学校 | 全程 | {sheet} | {ties} | | 次数 | |"
    return {s.obligor.label: s.done for s in assess(workbook(BASE, *texts, QUOTA + rule), SCHEMA, AS_OF).standings}


def lesson(day):
    return f"""
# 教案
| 教师 | 课题名 | 上传日期 |
|---|---|---|
| 赵一 | 秋天 | {day} |
"""


def event(**cells):
    row = {
        "类别": "开放日",
        "主题": "开放",
        "日期": "2025-10-10",
        "承办学校": "东校",
        "状态": "已举行",
        "佐证材料": "纪要",
    } | cells
    return f"""
# 活动
| {" | ".join(row)} |
|{"---|" * len(row)}
| {" | ".join(row.values())} |
"""


def score(**cells):
    row = {
        "考试": "期中",
        "日期": "2025-10-10",
        "学校": "全市",
        "年级": "三",
        "学科": "语文",
        "参考人数": "",
        "平均分": "80",
    } | cells
    return f"""
# 成绩
| {" | ".join(row)} |
|{"---|" * len(row)}
| {" | ".join(row.values())} |
"""


def resource(**cells):
    row = {"资源编号": "B1", "名称": "书", "类别": "图书", "所属学校": "东校", "数量": "1"} | cells
    return f"""
# 资源
| {" | ".join(row)} |
|{"---|" * len(row)}
| {" | ".join(row.values())} |
"""


# The header


def test_a_sound_workbook_has_no_problem():
    assert all_problems(BASE, PEOPLE) == []


def test_header_is_found_below_title_merged_and_blank_rows():
    text = """
# 教案
| 教案登记表 | 教案登记表 | 教案登记表 |
| | | |
| 填表人：赵一 | | 2025年9月 |
| 教师 | 课题名 | 上传日期 |
| 赵一 | 秋天 | 2025-09-10 |
| 赵一 | 冬天 | 下周三 |
"""
    assert problems_of("教案", PEOPLE, text) == ["C6 上传日期 error"]
    assert rows_that_count("教案", "", PEOPLE, text) == ["教案!5"]


def test_header_is_found_in_row_10():
    text = "# 教案\n" + "| | | |\n" * 9 + "| 教师 | 课题名 | 上传日期 |\n| 赵一 | 秋天 | 9.1 |"
    assert problems_of("教案", PEOPLE, text) == ["C11 上传日期 error"]


def test_header_row_is_the_one_with_most_known_headers():
    text = """
# 教案
| 教师 | 说明 | 登记 |
| 教师 | 课题名 | 上传日期 |
| 赵一 | 秋天 | 2025-09-10 |
"""
    assert problems_of("教案", PEOPLE, text) == []
    assert rows_that_count("教案", "", PEOPLE, text) == ["教案!3"]


def test_columns_stand_in_any_order_and_unknown_ones_are_left_alone():
    text = """
# 教案
| 上传日期 | 序号 | 课题名 | 审核 | 教师 |
| 2025-09-10 | 1 | 秋天 | #REF! | 赵一 |
| 下周三 | 2 | 冬天 | | 赵一 |
"""
    assert problems_of("教案", PEOPLE, text) == ["A3 上传日期 error"]
    assert rows_that_count("教案", "", PEOPLE, text) == ["教案!2"]


@pytest.mark.parametrize(
    "name", [" 上传日期 ", "上传日期*", "*上传日期", "上传⏎日期", "上传 日期", "上传日期＊", "上传　日期 *"]
)
def test_headers_may_carry_spaces_line_breaks_and_stars(name):
    text = f"""
# 教案
| 教师 | 课题名 | {name} |
| 赵一 | 秋天 | 2025-09-10 |
"""
    assert problems_of("教案", PEOPLE, text) == []
    assert rows_that_count("教案", "", PEOPLE, text) == ["教案!2"]


@pytest.mark.parametrize("name", ["序号", "备注", "学校", "上传时间", "审核日期"])
def test_unknown_columns_bring_no_problem_of_their_own(name):
    text = f"""
# 教案
| 教师 | 课题名 | 上传日期 | {name} |
| 赵一 | 秋天 | 2025-09-10 | 下周三 |
"""
    assert problems_of("教案", PEOPLE, text) == []


def test_unknown_sheets_are_left_alone():
    assert all_problems(BASE, "# 食堂\n| 菜 | 日期 |\n| #REF! | 下周三 |") == []


# Rows to skip


def test_blank_rows_are_skipped_wherever_they_stand():
    text = """
# 教案
| 教师 | 课题名 | 上传日期 |
| | | |
| 赵一 | 秋天 | 2025-09-10 |
| `"  "` | `"\\u200b"` | `"\\u3000\\n"` |
| 赵一 | 冬天 | 2025-09-11 |
"""
    assert problems_of("教案", PEOPLE, text) == []
    assert rows_that_count("教案", "", PEOPLE, text) == ["教案!3", "教案!5"]


def test_row_filled_only_in_unknown_columns_is_blank():
    text = """
# 教案
| 教师 | 课题名 | 上传日期 | 序号 |
| 赵一 | 秋天 | 2025-09-10 | 1 |
| | | | 2 |
"""
    assert problems_of("教案", PEOPLE, text) == []


@pytest.mark.parametrize("tick", ["TRUE", "FALSE", "否", "√"])
def test_row_that_holds_only_a_bool_is_blank(tick):
    text = f"""
# 人员
| 工号 | 姓名 | 学校 | 职务 | 在岗 |
| | | | | {tick} |
"""
    assert problems_of("人员", text) == []


@pytest.mark.parametrize("word", ["合计", "总计", "小计", " 合计 "])
def test_total_rows_are_skipped_with_a_notice_of_the_whole_row(word):
    text = f"""
# 资源
| 资源编号 | 名称 | 类别 | 所属学校 | 数量 |
| B1 | 书 | 图书 | 东校 | 3 |
| {word} | | | | 3 |
"""
    assert problems_of("资源", text) == ["A3 None notice"]


def test_total_row_is_told_by_its_first_filled_cell_in_whatever_column():
    text = """
# 资源
| 资源编号 | 序 | 名称 | 类别 | 所属学校 | 数量 |
| B1 | 1 | 书 | 图书 | 东校 | 3 |
| | 合计 | | | | 3 |
| | | | 小计 | | 3 |
| B2 | 2 | 合计 | 图书 | 东校 | 3 |
"""
    assert problems_of("资源", text) == ["A3 None notice", "A4 None notice"]


def test_total_row_is_read_where_its_column_allows_the_word():
    text = """
# 指标
| 统计 | 指标编号 | 名称 | 责任主体 | 周期 | 数据表 | 统计列 |
| 合计 | 1 | 时长 | 共同体 | 全程 | 活动 | 时长 |
"""
    (standing,) = assess(workbook(BASE, text, event(时长="30")), SCHEMA, AS_OF).standings
    assert standing.done == 30


def test_fault_in_a_merged_cell_is_one_problem_for_each_row_it_covers():
    text = """
# 教案
| 教师 | 课题名 | 上传日期 |
| 赵一 | 秋天 | 下周三 |
| 赵一 | 冬天 | 下周三 |
"""
    assert problems_of("教案", PEOPLE, text) == ["C2 上传日期 error", "C3 上传日期 error"]


# Text


def test_text_is_normalised_trimmed_and_folded_before_it_is_compared():
    text = """
# 资源
| 资源编号 | 名称 | 类别 | 所属学校 | 数量 |
| AB 1 | 书 | 图书 | 东校 | 3 |
| `" ＡＢ\\u3000\\n １ "` | 书 | 图书 | 东校 | 3 |
"""
    assert problems_of("资源", text) == ["A3 资源编号 error"]


def test_words_and_names_are_read_after_normalising():
    assert problems_of("资源", resource(类别=" 图书 ", 所属学校="`'\\u3000甲镇东小学\\u00a0'`")) == []


def test_identifiers_keep_their_zeros_and_whole_numbers_lose_their_point():
    text = """
# 资源
| 资源编号 | 名称 | 类别 | 所属学校 | 数量 |
| 007 | 书 | 图书 | 东校 | 3 |
| `7` | 书 | 图书 | 东校 | 3 |
| 7 | 书 | 图书 | 东校 | 3 |
"""
    found = [p for p in all_problems(BASE, text) if p["sheet"] == "资源"]
    assert [(p["cell"], "第 3 行" in p["message"]) for p in found] == [("A4", True)]


@pytest.mark.parametrize("word", ["开放 日会", "open_days", "联席"])
def test_word_that_a_column_does_not_allow_is_an_error(word):
    assert errors_of("活动", event(类别=word)) == ["A2 类别 error"]


# Dates


@pytest.mark.parametrize(
    "written",
    [
        "2025-09-01",
        "2025/9/1",
        "2025.9.1",
        "2025年9月1日",
        "20250901",
        "２０２５－０９－０１",
        "２０２５年９月１日",
        "2025-09-01 14:30",
        "2025/9/1 8:05:09",
        "`date(2025, 9, 1)`",
        "`datetime(2025, 9, 1, 14, 30)`",
        f"`{(date(2025, 9, 1) - date(1899, 12, 30)).days}`",
        f"`{(date(2025, 9, 1) - date(1899, 12, 30)).days}.6`",
        "`20250901`",
        " 2025-9-1 ",
    ],
)
def test_dates_are_read_in_every_form(written):
    assert problems_of("教案", PEOPLE, lesson(written)) == []
    assert rows_that_count("教案", "上传日期=2025-09-01", PEOPLE, lesson(written)) == ["教案!2"]


@pytest.mark.parametrize(
    "written",
    ["9.1", "`9.1`", "25/9/1", "下周三", "2025-13-01", "2025-02-30", "2025年9月", "1", "`1`", "2025-09-01至09-03"],
)
def test_dates_that_would_have_to_be_guessed_are_reported(written):
    (problem,) = [p for p in all_problems(BASE, PEOPLE, lesson(written)) if p["sheet"] == "教案"]
    assert (problem["cell"], problem["column"], problem["severity"]) == ("C2", "上传日期", "error")
    assert problem["value"] == written.strip("`")


@pytest.mark.parametrize(
    ("day", "faults"),
    [
        (date(1989, 12, 31), ["C2 上传日期 error"]),
        (date(1990, 1, 1), []),
        (date(2099, 12, 31), []),
        (date(2099, 12, 31) + timedelta(1), ["C2 上传日期 error"]),
    ],
)
def test_serials_are_dates_from_1990_to_2099_only(day, faults):
    assert problems_of("教案", PEOPLE, lesson(f"`{(day - date(1899, 12, 30)).days}`")) == faults


# Numbers, percents, bools


@pytest.mark.parametrize(
    ("written", "minutes"),
    [("３０", 30), ("30分钟", 30), ("95分", 95), ("1,024", 1024), ("`45`", 45), ("1，024", 1024), (" 40 分钟 ", 40)],
)
def test_numbers_are_read_in_every_form(written, minutes):
    assert problems_of("活动", event(时长=written)) == []
    assert total("活动", "时长", event(时长=written)) == minutes


@pytest.mark.parametrize("written", ["半小时", "1,2", "30.5", "`30.5`", "30-40", "#VALUE!"])
def test_what_is_no_whole_number_is_reported(written):
    assert errors_of("活动", event(时长=written)) == ["G2 时长 error"]


@pytest.mark.parametrize(
    ("written", "faults"), [("1", []), ("0", ["E2 数量 error"]), ("-1", ["E2 数量 error"]), ("", ["E2 数量 error"])]
)
def test_numbers_keep_to_their_least(written, faults):
    assert problems_of("资源", resource(数量=written)) == faults


@pytest.mark.parametrize(
    ("written", "faults"),
    [("0", []), ("100", []), ("-0.5", ["G2 平均分 error"]), ("100.5", ["G2 平均分 error"]), ("85.5分", [])],
)
def test_mean_scores_run_from_0_to_full_marks(written, faults):
    assert errors_of("成绩", score(平均分=written)) == faults


@pytest.mark.parametrize(("full", "faults"), [("120", []), ("0", ["H2 满分 error"]), ("-5", ["H2 满分 error"])])
def test_full_marks_are_above_0(full, faults):
    assert [line for line in errors_of("成绩", score(满分=full)) if "满分" in line] == faults


@pytest.mark.parametrize(
    ("written", "share"),
    [("92%", "92%"), ("`0.92`", "92%"), ("0.92", "92%"), ("９２％", "92%"), ("1", "100%"), ("0", "0%")],
)
def test_percents_are_read_as_shares(written, share):
    text = score(学校="东校", 参考人数="30", 及格率=written)
    assert errors_of("成绩", text) == []
    assert rows_that_count("成绩", f"及格率={share}", text) == ["成绩!2"]


@pytest.mark.parametrize(("written", "suggestion"), [("92", "92%"), ("`92`", "92%")])
def test_percents_above_one_are_errors_that_suggest_the_sign(written, suggestion):
    (problem,) = [p for p in all_problems(BASE, score(及格率=written)) if p["column"] == "及格率"]
    assert (problem["cell"], problem["severity"], problem["suggestion"]) == ("H2", "error", suggestion)


@pytest.mark.parametrize("written", ["120%", "`1.2`", "1.5", "-5%"])
def test_percents_out_of_range_are_errors(written):
    assert errors_of("成绩", score(及格率=written)) == ["H2 及格率 error"]


@pytest.mark.parametrize("written", ["120%", "`1.2`", "1.5"])
def test_percents_above_one_hundred_come_with_a_suggestion(written):
    (problem,) = [p for p in all_problems(BASE, score(及格率=written)) if p["column"] == "及格率"]
    assert problem["suggestion"]


@pytest.mark.parametrize(
    ("written", "owing"),
    [(word, 1) for word in ["", "是", "√", "有", "1", "TRUE", "`1`", "true"]]
    + [(word, 0) for word in ["否", "×", "无", "0", "FALSE", "`0`"]],
)
def test_bools_are_read_in_every_form(written, owing):
    people = f"""
# 人员
| 姓名 | 学校 | 职务 | 在岗 |
| 赵一 | 中心 | 教师 | {written} |
"""
    rule = QUOTA + "| 1 | 一 | 教师 | 全程 | 教案 | 教师 | | 次数 | |"
    assessment = assess(workbook(BASE, people, rule, "# 教案\n| 教师 | 课题名 | 上传日期 |"), SCHEMA, AS_OF)
    assert [problem.as_dict() for problem in assessment.problems] == []
    assert len(assessment.standings) == owing


def test_what_is_no_bool_is_reported():
    text = """
# 人员
| 姓名 | 学校 | 职务 | 在岗 |
| 赵一 | 中心 | 教师 | 产假 |
"""
    assert problems_of("人员", text) == ["D2 在岗 error"]


# Lists


@pytest.mark.parametrize(
    "written",
    ["东校、西校", "东校,西校", "东校，西校", "东校;西校", "东校；西校", "东校/西校", "东校⏎西校", "东校、 西校、"],
)
def test_lists_are_split_at_every_separator(written):
    text = event(参加学校=written)
    assert problems_of("活动", text) == []
    assert counts_by_school("活动", "参加学校", text) == {"甲镇中心小学": 0, "甲镇东小学": 1, "甲镇西小学": 1}


def test_unknown_item_of_a_list_is_an_error_that_names_it():
    (problem,) = [p for p in all_problems(BASE, event(参加学校="东校、南校")) if p["sheet"] == "活动"]
    assert (problem["cell"], problem["column"], "南校" in problem["message"]) == ("G2", "参加学校", True)


@pytest.mark.parametrize("word", ["全部", "全体", "所有学校"])
def test_all_schools_means_those_active_on_the_date_of_the_row(word):
    schools = """
# 学校
| 学校 | 角色 | 加入日期 | 退出日期 |
| 甲小学 | 领衔学校 | | |
| 乙小学 | 成员学校 | 2025-10-10 | |
| 丙小学 | 成员学校 | 2025-10-11 | |
| 丁小学 | 成员学校 | | 2025-10-10 |
| 戊小学 | 成员学校 | | 2025-10-09 |
"""
    terms = BASE[BASE.index("# 学期") :]
    rule = QUOTA + "| 1 | 一 | 每所学校 | 学期 | 活动 | 参加学校 | | 次数 | |"
    text = event(承办学校="甲小学", 参加学校=word)
    assessment = assess(workbook(schools, terms, text, rule), SCHEMA, AS_OF)
    done = {s.obligor.label: s.done for s in assessment.standings}
    assert done == {"甲小学": 1, "乙小学": 1, "丙小学": 0, "丁小学": 1, "戊小学": 0}
    assert [problem.as_dict() for problem in assessment.problems] == []


def test_subscriptions_are_a_list_of_known_words():
    text = """
# 收件人
| 姓名 | 邮箱 | 角色 | 学校 | 订阅 |
| 王 | a@example.com | 领导 | | 周报、待改 |
| 李 | b@example.com | 校长 | 东校 | 日报 |
| 张 | c@example | 联络员 | 东校 | |
| 吴 | d@example.com | 联络员 | | |
"""
    assert problems_of("收件人", text) == ["E3 订阅 error", "B4 邮箱 error", "D5 学校 error"]


# Links


@pytest.mark.parametrize(
    ("written", "faults"),
    [
        ("https://example.com/a?b=1", []),
        ("http://example.com", []),
        ("www.example.com/教案", []),
        ("example.edu.cn", []),
        ("在U盘里", ["D2 链接 error"]),
        ("ftp://example.com", ["D2 链接 error"]),
    ],
)
def test_links_are_addresses_or_bare_domains(written, faults):
    text = f"""
# 教案
| 教师 | 课题名 | 上传日期 | 链接 |
| 赵一 | 秋天 | 2025-09-10 | {written} |
"""
    assert problems_of("教案", PEOPLE, text) == faults


@pytest.mark.parametrize("written", ["档案室第 3 盒", "https://example.com", "照片12张"])
def test_column_for_a_link_or_text_takes_anything(written):
    assert problems_of("活动", event(佐证材料=written)) == []


# References


@pytest.mark.parametrize("written", ["甲镇东小学", "东校", " 东校 "])
def test_schools_go_by_full_or_short_name(written):
    assert counts_by_school("活动", "承办学校", event(承办学校=written))["甲镇东小学"] == 1


def test_unknown_school_is_an_error_with_the_nearest_name():
    (problem,) = [p for p in all_problems(BASE, event(承办学校="甲镇东小")) if p["sheet"] == "活动"]
    assert (problem["cell"], problem["column"], problem["severity"]) == ("D2", "承办学校", "error")
    assert "甲镇东小学" in problem["message"] + str(problem["suggestion"])


@pytest.mark.parametrize("written", ["002", "钱二", "钱二·甲镇东小学", "钱二·东校", "`'钱二 · 东校'`"])
def test_persons_go_by_number_name_or_name_and_school(written):
    text = f"""
# 教案
| 教师 | 课题名 | 上传日期 |
| {written} | 秋天 | 2025-09-10 |
"""
    assert problems_of("教案", PEOPLE, text) == []
    assert counts_by_school("教案", "教师", PEOPLE, text)["甲镇东小学"] == 1


@pytest.mark.parametrize("written", ["李四", "004", "李四·东校"])
def test_people_who_left_still_answer_to_their_names(written):
    assert problems_of("教案", PEOPLE, lesson("2025-09-10").replace("赵一", written)) == []


def test_ambiguous_person_is_an_error_that_lists_the_candidates():
    (problem,) = [
        p for p in all_problems(BASE, PEOPLE, lesson("2025-09-10").replace("赵一", "周五")) if p["sheet"] == "教案"
    ]
    assert (problem["cell"], problem["column"], problem["severity"]) == ("A2", "教师", "error")
    assert "周五·甲镇东小学" in problem["message"]
    assert "周五·甲镇西小学" in problem["message"]


@pytest.mark.parametrize("written", ["赵乙", "赵一·东校", "009"])
def test_unknown_person_is_an_error(written):
    assert problems_of("教案", PEOPLE, lesson("2025-09-10").replace("赵一", written)) == ["A2 教师 error"]


def test_nearest_person_is_named():
    people = PEOPLE + "| 007 | 欧阳明华 | 中心 | 教师 | | |\n"
    (problem,) = [
        p for p in all_problems(BASE, people, lesson("2025-09-10").replace("赵一", "欧阳明化")) if p["sheet"] == "教案"
    ]
    assert "欧阳明华" in problem["message"] + str(problem["suggestion"])


def test_name_is_looked_for_in_the_school_that_sends():
    text = """
# 交流
| 类别 | 人员 | 派出学校 | 接收学校 | 起始日期 | 结束日期 |
| 互派任教 | 周五 | 东校 | 中心 | 2025-09-01 | 2025-09-30 |
| 互派任教 | 周五 | 西校 | 中心 | 2025-09-01 | 2025-09-30 |
| 互派任教 | 周五 | 中心 | 西校 | 2025-09-01 | 2025-09-30 |
| 互派任教 | 006 | 西校 | 中心 | 2025-10-01 | |
"""
    assert problems_of("交流", PEOPLE, text) == ["B4 人员 error"]


@pytest.mark.parametrize("master", ["周五", "005", "周五·东校", "周五·甲镇东小学"])
@pytest.mark.parametrize("kind", ["师徒", "干部", "教师"])
def test_parties_of_pairs_of_persons_are_persons_of_their_schools(kind, master):
    text = f"""
# 结对
| 类别 | 甲方 | 甲方学校 | 乙方 | 乙方学校 | 起始日期 | 培养目标 |
| {kind} | {master} | 东校 | 孙三 | 西校 | 2025-09-01 | 合格 |
"""
    assert problems_of("结对", PEOPLE, text) == []


EVENTS = """
# 活动
| 活动编号 | 类别 | 主题 | 日期 | 承办学校 | 状态 | 佐证材料 |
|---|---|---|---|---|---|---|
| H1 | 听课评课 | 秋天的课 | 2025-10-10 | 东校 | 已举行 | 纪要 |
| H2 | 听课评课 | 公开课 | 2025-10-11 | 东校 | 已举行 | 纪要 |
| H3 | 听课评课 | 公开课 | 2025-10-12 | 东校 | 已举行 | 纪要 |
"""


def test_events_go_by_number_or_by_a_topic_that_only_one_has():
    text = """
# 签到
| 活动 | 人员 |
| H1 | 赵一 |
| 秋天的课 | 钱二 |
| H2 | 赵一 |
| 公开课 | 钱二 |
| 冬天的课 | 钱二 |
"""
    assert problems_of("签到", PEOPLE, EVENTS, text) == ["A5 活动 error", "A6 活动 error"]
    assert rows_that_count("签到", "", PEOPLE, EVENTS, text) == ["签到!2", "签到!3", "签到!4"]


def test_ambiguous_event_is_an_error_that_lists_the_candidates():
    text = "# 签到\n| 活动 | 人员 |\n| 公开课 | 赵一 |"
    (problem,) = [p for p in all_problems(BASE, PEOPLE, EVENTS, text) if p["sheet"] == "签到"]
    assert ("H2" in problem["message"], "H3" in problem["message"], "H1" in problem["message"]) == (True, True, False)


def test_unknown_resource_and_quota_are_errors():
    text = """
# 借用
| 资源编号 | 借出学校 | 借入学校 | 数量 | 借出日期 | 应还日期 |
| B9 | 东校 | 西校 | 1 | 2025-09-01 | 2025-09-30 |

# 豁免
| 指标编号 | 责任主体 | 周期 | 原因 | 批准人 |
| 9.9 | | | 修缮 | 王 |
"""
    assert problems_of("借用", resource(), text) == ["A2 资源编号 error"]
    assert problems_of("豁免", resource(), text) == ["A2 指标编号 error"]


# Formula errors


@pytest.mark.parametrize("written", ["#REF!", "#N/A", "#DIV/0!", "#VALUE!", "#NAME?", " #REF! "])
@pytest.mark.parametrize(
    ("column", "cell"),
    [("主题", "B2"), ("日期", "C2"), ("承办学校", "D2"), ("佐证材料", "F2"), ("时长", "G2"), ("备注", "H2")],
)
def test_formula_errors_are_reported_once_at_their_cell(column, cell, written):
    text = event(**{"时长": "30", "备注": "无", column: written})
    assert problems_of("活动", text) == [f"{cell} {column} error"]


def test_formula_errors_in_unknown_columns_are_left_alone():
    assert problems_of("活动", event(经费="#REF!")) == []


# Required cells


def test_required_cells_that_are_blank_are_errors():
    text = """
# 教案
| 教师 | 课题名 | 上传日期 | 学科 |
| 赵一 | | | |
"""
    assert problems_of("教案", PEOPLE, text) == ["B2 课题名 error", "C2 上传日期 error"]


@pytest.mark.parametrize(("school", "faults"), [("全市", []), ("东校", ["F2 参考人数 error"])])
def test_number_of_pupils_is_required_but_for_the_city(school, faults):
    assert errors_of("成绩", score(学校=school)) == faults


@pytest.mark.parametrize("title", ["活动登记", "活动表", "活动␠", "活动登记表", "活 动"])
def test_a_tab_by_another_name_is_the_sheet_if_its_header_says_so(title):
    sheet = f"# {title}\n| 类别 | 主题 | 日期 | 承办学校 | 状态 | 佐证材料 |\n|-|\n| 联席会议 | 一 | 2025-09-18 | 中心 | 已举行 | 纪要 |"
    assert len(assess(workbook(BASE, sheet), SCHEMA, AS_OF).ground.tables["events"].frame) == 1


def test_a_tab_by_another_name_with_columns_of_its_own_is_left_alone():
    own = "# 活动表\n| 场地 | 钥匙在谁手里 | 日期 |\n|-|\n| 操场 | 门卫 | 9.1 |"
    assert all_problems(BASE, own) == []


@pytest.mark.parametrize(
    "written",
    ["2025 年 9 月 1 日", "2025年9月1日上午", "2025-09-01 下午 3:30", "2025/9/1 周一", "2025。9。1", "2025–09–01"],
)
def test_a_date_with_spaces_time_of_day_or_weekday_is_read(written):
    event = f"# 活动\n| 类别 | 主题 | 日期 | 承办学校 | 状态 |\n|-|\n| 联席会议 | 一 | {written} | 中心 | 取消 |"
    (day,) = assess(workbook(BASE, event), SCHEMA, AS_OF).ground.tables["events"].frame["date"]
    assert day.date() == date(2025, 9, 1)


@pytest.mark.parametrize(
    "written", ["2025-09-01 25:00", "2025-09-01 9点", "2025年9月", "1/9/2025", "二〇二五年九月一日"]
)
def test_a_date_that_is_not_one_is_reported(written):
    event = f"# 活动\n| 类别 | 主题 | 日期 | 承办学校 | 状态 |\n|-|\n| 联席会议 | 一 | {written} | 中心 | 取消 |"
    (problem,) = all_problems(BASE, event)
    assert (problem["cell"], problem["rule"], problem["value"]) == ("C2", "date.unreadable", written)


@pytest.mark.parametrize(("listed", "written"), [("李  明", "李明"), ("李明", "李　明"), ("李明", "李 明·东校")])
def test_spaces_within_a_name_do_not_matter_where_no_other_has_it(listed, written):
    people = f"# 人员\n| 姓名 | 学校 | 职务 |\n|-|\n| {listed} | 东校 | 教师 |"
    plan = f"# 教案\n| 教师 | 课题名 | 上传日期 |\n|-|\n| {written} | 观潮 | 2025-10-12 |"
    assert all_problems(BASE, people, plan) == []


@pytest.mark.parametrize(
    ("column", "written", "suggestion"),
    [
        ("时长", "1.5小时", None),
        ("时长", "约90", "90"),
        ("时长", "九十", None),
        ("类别", "开会", None),
        ("类别", "联席会义", "联席会议"),
        ("承办学校", "东校、西校", None),
        ("承办学校", "东小", "甲镇东小学"),
        ("结束日期", "至今", None),
    ],
)
def test_nothing_is_suggested_that_would_only_pass_the_check(column, written, suggestion):
    row = {"类别": "联席会议", "主题": "一", "日期": "2025-09-18", "承办学校": "中心", "状态": "取消", column: written}
    event = f"# 活动\n| {' | '.join(row)} |\n|-|\n| {' | '.join(row.values())} |"
    (problem,) = all_problems(BASE, event)
    assert (problem["column"], problem["value"], problem["suggestion"]) == (column, written, suggestion)
