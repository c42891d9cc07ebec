"""What can still be done: what must happen by when, what no longer can, and where a pace leads."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown import BASE, workbook

from toolkit.assess import assess
from toolkit.outlook import forecast
from toolkit.outputs import load_outputs
from toolkit.periods import Period
from toolkit.schema import load_schema
from toolkit.viewer import Standpoint, Viewer

SCHEMA, WORDS = load_schema(), load_outputs()
PEOPLE = """
# 人员
| 工号 | 姓名 | 学校 | 职务 | 称号 |
|---|---|---|---|---|
| 001 | 赵一 | 中心 | 教师 | 骨干教师 |
| 002 | 钱二 | 东校 | 中层干部 | |
| 003 | 孙三 | 西校 | 中层干部 | |
"""
EVENTS = """
# 活动
| 活动编号 | 类别 | 主题 | 日期 | 承办学校 | 状态 | 参加学校 | 佐证材料 |
|---|---|---|---|---|---|---|---|
"""
EXCHANGES = """
# 交流
| 类别 | 人员 | 派出学校 | 接收学校 | 起始日期 | 结束日期 | 学习体会 |
|---|---|---|---|---|---|---|
"""
PAIRINGS = """
# 结对
| 类别 | 甲方 | 甲方学校 | 乙方 | 乙方学校 | 起始日期 | 培养目标 |
|---|---|---|---|---|---|---|
"""
QUOTAS = """
# 指标
| 指标编号 | 名称 | 责任主体 | 周期 | 数据表 | 归属列 | 筛选 | 统计 | 统计列 | 下限 | 上限 |
|---|---|---|---|---|---|---|---|---|---|---|
"""
MEETINGS = "| 2.3 | 联席会议 | 共同体 | 学期 | 活动 | | 类别=联席会议 | 次数 | | 2 | |\n"
STAY = "| 2.1b | 挂职满月 | 成员学校 | 学期 | 交流 | 派出学校 | 类别=挂职学习 | 最少天数 | | 30 | |\n"
SHADOW = "| 2.1a | 挂职 | 成员学校 | 学期 | 交流 | 派出学校 | 类别=挂职学习 | 人数 | 人员 | 1 | |\n"


def view(as_of, *texts, school=None):
    viewer = Viewer(Standpoint(assess(workbook(BASE, *texts), SCHEMA, as_of, "甲镇共同体"), WORDS))
    return viewer.view() if school is None else viewer.view(school)


def first(as_of, *texts):
    return view(as_of, *texts).urgent[0]


def details(as_of, *texts):
    return {line.obligor: line for line in view(as_of, *texts).details}


# --- what must happen


def test_a_meeting_that_is_missing_says_how_many_and_until_when():
    events = EVENTS + "| H1 | 联席会议 | 秋季 | 2025-09-18 | 中心 | 已举行 | | 纪要 |\n"
    line = first(date(2025, 12, 1), events, QUOTAS, MEETINGS)
    assert line.need == "最晚 1 月 23 日前还须召开 1 次联席会议（上次是 9 月 18 日）。"
    assert (line.who, line.progress, line.until, line.due) == ("共同体", "1/2", "还有 53 天", date(2026, 1, 23))


def test_schools_that_need_the_same_are_one_line():
    rule = "| 2.2 | 校长到校 | 成员学校 | 学期 | 活动 | 承办学校 | 类别=校长到校指导 | 次数 | | 1 | |\n"
    lines = view(date(2025, 12, 1), QUOTAS, rule).urgent
    assert [(line.who, line.need) for line in lines] == [("东校、西校", "最晚 1 月 23 日前还须安排 1 次校长到校指导。")]


def test_a_coverage_names_the_schools_that_lack():
    rule = "| 3.4 | 结对 | 骨干教师 | 学期 | 结对 | 甲方 | 类别=师徒 | 覆盖率 | 乙方学校 | 100% | |\n"
    pair = PAIRINGS + "| 师徒 | 赵一 | 中心 | 钱二 | 东校 | 2025-09-10 | 站稳讲台 |\n"
    line = details(date(2025, 12, 1), PEOPLE, pair, QUOTAS, rule)["赵一·甲镇中心小学"]
    assert line.need == "最晚 1 月 23 日前还须与西校各结成 1 对。"


def test_a_share_names_the_rows_that_are_blank():
    rule = "| 2.1c | 学习体会 | 成员学校 | 学期 | 交流 | 派出学校 | 类别=挂职学习 | 占比 | 学习体会 | 100% | |\n"
    stays = EXCHANGES + "| 挂职学习 | 钱二 | 东校 | 中心 | 2025-09-01 | 2025-10-10 | |\n"
    line = details(date(2025, 12, 1), PEOPLE, stays, QUOTAS, rule)["甲镇东小学"]
    assert line.need == "最晚 1 月 23 日前补填「学习体会」：还有 1 行空着，交流!2。"
    assert view(date(2025, 12, 1), PEOPLE, stays, QUOTAS, rule).urgent[0].progress == "0/1"


def test_what_is_over_asks_for_entries_that_were_forgotten():
    line = first(date(2026, 2, 1), QUOTAS, MEETINGS)
    assert line.need == "上学期已于 1 月 23 日结束，还差 2 次联席会议；确实办过的请补登记。"
    assert (line.sign, line.until) == ("✗", "上学期已结束")


def test_people_fold_into_one_line_with_numbers_by_school_and_names_for_the_school():
    rule = "| 4.3 | 教案 | 教师 | 学期 | 教案 | 教师 | | 次数 | | 1 | |\n"
    people = "# 人员\n| 姓名 | 学校 | 职务 |\n|---|---|---|\n| 甲 | 中心 | 教师 |\n| 乙 | 东校 | 教师 |\n| 丙 | 东校 | 教师 |\n"
    line = first(date(2025, 12, 1), people, QUOTAS, rule)
    assert (line.who, line.progress) == ("3 人", "0/3")
    assert line.need == "最晚 1 月 23 日前，还有 3 人要做到：东校 2 人、中心 1 人。"
    own = view(date(2025, 12, 1), people, QUOTAS, rule, school=1).urgent[0]
    assert own.need == "最晚 1 月 23 日前，还有 2 人要做到：乙、丙。"


def test_the_soonest_that_can_still_be_done_stands_first_and_what_is_too_late_last():
    yearly = "| 4.5 | 开放日 | 共同体 | 自然年 | 活动 | | 类别=开放日 | 次数 | | 1 | |\n"
    short = EXCHANGES + "| 挂职学习 | 钱二 | 东校 | 中心 | 2025-09-01 | 2025-09-10 | 有 |\n"
    lines = view(date(2025, 12, 1), PEOPLE, short, QUOTAS, STAY, MEETINGS, yearly).urgent
    assert [(line.head.number, line.lost) for line in lines] == [("4.5", False), ("2.3", False), ("2.1b", True)]


# --- what no longer can


@pytest.mark.parametrize(
    ("as_of", "lost"),
    [(date(2025, 12, 25), False), (date(2025, 12, 26), True), (date(2026, 1, 23), True)],
    ids=["30 days left", "29 days left", "last day"],
)
def test_thirty_days_that_no_longer_fit_are_flagged(as_of, lost):
    line = details(as_of, PEOPLE, QUOTAS, STAY)["甲镇东小学"]
    assert line.lost is lost


def test_a_stay_planned_in_time_is_not_flagged():
    planned = EXCHANGES + "| 挂职学习 | 钱二 | 东校 | 中心 | 2026-01-02 | 2026-02-05 | |\n"
    assert not details(date(2025, 12, 28), PEOPLE, planned, QUOTAS, STAY)["甲镇东小学"].lost


@pytest.mark.parametrize(
    ("start", "end", "lost", "need"),
    [
        ("2025-12-01", "", False, "交流!2 才 10 天，不中断住到 12 月 30 日才满 30 天。"),
        ("2025-11-11", "2025-12-20", False, ""),
        ("2025-11-20", "2025-12-05", True, "交流!2 只有 16 天就结束了，补不到 30 天；若是登记写错，请改结束日期。"),
        ("2025-12-10", "2025-12-20", False, "交流!2 才 11 天，不中断住到 1 月 8 日才满 30 天。"),
    ],
    ids=["going on", "long enough", "over", "can be prolonged"],
)
def test_a_stay_that_is_over_stays_short_one_that_goes_on_does_not(start, end, lost, need):
    stays = EXCHANGES + f"| 挂职学习 | 钱二 | 东校 | 中心 | {start} | {end} | 有 |\n"
    line = details(date(2025, 12, 10), PEOPLE, stays, QUOTAS, STAY)["甲镇东小学"]
    assert (line.lost, line.need) == (lost, need)


def test_a_stay_that_would_be_long_enough_only_after_the_end_is_flagged():
    stays = EXCHANGES + "| 挂职学习 | 钱二 | 东校 | 中心 | 2026-01-05 | | 有 |\n"
    line = details(date(2026, 1, 10), PEOPLE, stays, QUOTAS, STAY)["甲镇东小学"]
    assert (line.lost, line.until) == (True, "已来不及")
    assert line.need == "交流!2 要到 2 月 3 日才满 30 天，超出了上学期。"


def test_a_meeting_can_be_held_on_the_last_day():
    line = first(date(2026, 1, 23), QUOTAS, MEETINGS)
    assert (line.lost, line.until) == (False, "今天")


def test_who_must_stay_thirty_days_must_leave_thirty_days_before_the_end():
    lines = view(date(2025, 12, 1), PEOPLE, QUOTAS, SHADOW, STAY).urgent
    assert lines[0].need == "最晚 12 月 25 日前还须派出 1 人挂职学习。"


def test_a_number_above_its_maximum_cannot_come_down_again():
    rule = "| 9.1 | 比赛不超过 | 共同体 | 学期 | 活动 | | 类别=教学比武 | 次数 | | | 1 |\n"
    events = EVENTS + "".join(f"| H{n} | 教学比武 | 第{n}场 | 2025-10-0{n} | 中心 | 已举行 | | 有 |\n" for n in (1, 2))
    line = first(date(2025, 12, 1), events, QUOTAS, rule)
    assert (line.lost, line.need) == (True, "已超过上限 1，这一周期里降不下来了。")


def test_a_school_that_has_left_can_no_longer_do_it():
    schools = BASE.replace("角色 |", "角色 | 退出日期 |").replace(
        "|---|---|---|\n| 甲镇中心", "|---|---|---|---|\n| 甲镇中心"
    )
    schools = schools.replace("成员学校 |\n| 甲镇西", "成员学校 | 2025-11-30 |\n| 甲镇西")
    rule = "| 2.2 | 校长到校 | 成员学校 | 学期 | 活动 | 承办学校 | 类别=校长到校指导 | 次数 | | 1 | |\n"
    assessed = assess(workbook(schools, QUOTAS, rule), SCHEMA, date(2025, 12, 10))
    lines = {line.obligor: line for line in Viewer(Standpoint(assessed, WORDS)).view().details}
    assert (lines["甲镇东小学"].lost, lines["甲镇东小学"].need) == (True, "学校已于 11 月 30 日退出，没有达到。")
    assert not lines["甲镇西小学"].lost


# --- pace

TERM = Period("上学期", date(2025, 9, 1), date(2026, 1, 23))


def days(*counts):
    """So many in each week of the term."""
    return [TERM.start + timedelta(days=7 * week + 2) for week, count in enumerate(counts) for _ in range(count)]


def test_no_forecast_before_a_third_of_the_period():
    assert forecast(days(2, 2), 20, TERM, TERM.start + timedelta(days=40)) is None
    assert forecast(days(2, 2), 20, TERM, TERM.start + timedelta(days=60)) is not None


def test_no_forecast_after_the_period_or_without_an_end():
    assert forecast(days(2, 2), 20, TERM, date(2026, 2, 1)) is None
    assert forecast(days(2, 2), 20, Period("全程", None, None), date(2025, 12, 1)) is None


def test_a_forecast_says_where_the_pace_leads():
    found = forecast(days(1, 1, 1, 1, 1, 1, 1, 1, 1, 1), 40, TERM, TERM.start + timedelta(days=70))
    assert (found.amount, found.enough) == (20, False)


def test_a_single_week_does_not_turn_a_forecast_round():
    """Just enough all along, then one week without: still enough; two weeks: not any more."""
    steady = [1] * 12
    enough = forecast(days(*steady), 20, TERM, TERM.start + timedelta(days=84))
    one = forecast(days(*steady), 20, TERM, TERM.start + timedelta(days=91))
    two = forecast(days(*steady), 20, TERM, TERM.start + timedelta(days=98))
    assert [enough.enough, one.enough, two.enough] == [True, True, False]


@given(st.lists(st.integers(0, 3), min_size=20, max_size=20), st.integers(4, 30))
def test_a_verdict_never_turns_twice_in_two_weeks(counts, required):
    done = days(*counts)
    verdicts = []
    for week in range(8, 21):
        today = TERM.start + timedelta(days=7 * week - 1)
        found = forecast([day for day in done if day <= today], required, TERM, today)
        verdicts.append(found.enough if found else None)
    turns = [n for n in range(1, len(verdicts)) if verdicts[n] != verdicts[n - 1] and verdicts[n - 1] is not None]
    assert all(later - earlier >= 2 for earlier, later in pairwise(turns))


@given(st.lists(st.integers(0, 3), min_size=12, max_size=12), st.integers(0, 6))
def test_a_forecast_is_the_same_all_through_a_week(counts, weekday):
    done = days(*counts)
    monday = TERM.start + timedelta(days=7 * 12)
    assert forecast(done, 25, TERM, monday) == forecast(done, 25, TERM, monday + timedelta(days=min(weekday, 5)))


def test_progress_is_against_the_whole_period():
    rule = "| 4.1 | 教研 | 共同体 | 学期 | 活动 | | 类别=业务研讨 | 次数 | | 10 | |\n"
    held = ("2025-09-05", "2025-09-25", "2025-10-15", "2025-11-04")
    events = EVENTS + "".join(
        f"| H{n} | 业务研讨 | 第{n}次 | {day} | 中心 | 已举行 | | 有 |\n" for n, day in enumerate(held)
    )
    found = view(date(2025, 11, 10), events, QUOTAS, rule)
    assert found.blocks[0].chips[0].cell.text == "4/10"
    assert found.details[0].forecast == "照现在的进度，到期约为 8"


# --- schools that leave, upper bounds, what is planned


def schools_with(left):
    """The three schools, the west school leaving on a day."""
    rows = "| 甲镇中心小学 | 中心 | 领衔学校 | |\n| 甲镇东小学 | 东校 | 成员学校 | |\n"
    schools = f"# 学校\n| 学校 | 简称 | 角色 | 退出日期 |\n|-|\n{rows}| 甲镇西小学 | 西校 | 成员学校 | {left} |\n"
    return schools + BASE[BASE.index("# 学期") :]


def lines_of(as_of, *texts):
    made = Viewer(Standpoint(assess(workbook(*texts), SCHEMA, as_of), WORDS)).view()
    return made, {line.obligor: line for line in made.details}


def test_a_school_that_is_going_to_leave_has_not_left():
    short = EXCHANGES + "| 挂职学习 | 孙三 | 西校 | 中心 | 2025-09-01 | 2025-09-10 | 有 |\n"
    _, lines = lines_of(date(2025, 11, 1), schools_with("2025-12-10"), PEOPLE, short, QUOTAS, STAY)
    assert lines["甲镇西小学"].need.startswith("交流!2 只有 10 天就结束了")


def test_persons_with_different_last_days_are_different_lines():
    rule = "| 4.3 | 教案 | 教师 | 学期 | 教案 | 教师 | | 次数 | | 2 | |\n"
    people = "# 人员\n| 姓名 | 学校 | 职务 |\n|-|\n| 丙 | 西校 | 教师 |\n| 甲 | 中心 | 教师 |\n| 乙 | 东校 | 教师 |\n"
    made, _ = lines_of(date(2025, 12, 1), schools_with("2025-12-10"), people, QUOTAS, rule)
    assert [(line.who, line.due) for line in made.urgent] == [
        ("丙", date(2025, 12, 10)),
        ("2 人", date(2026, 1, 23)),
    ]


def test_nobody_is_asked_to_pair_with_a_school_that_has_gone():
    rule = "| 3.4 | 结对 | 骨干教师 | 学期 | 结对 | 甲方 | 类别=师徒 | 覆盖率 | 乙方学校 | 100% | |\n"
    pair = PAIRINGS + "| 师徒 | 赵一 | 中心 | 钱二 | 东校 | 2025-09-10 | 站稳讲台 |\n"
    _, lines = lines_of(date(2025, 12, 20), schools_with("2025-12-10"), PEOPLE, pair, QUOTAS, rule)
    assert lines["赵一·甲镇中心小学"].lost


def test_what_exceeds_its_maximum_says_so_in_the_matrix_too():
    rule = "| 9.1 | 比赛 | 每所学校 | 学期 | 活动 | 承办学校 | 类别=教学比武 | 次数 | | | 1 |\n"
    events = EVENTS + "".join(f"| H{n} | 教学比武 | 第{n}场 | 2025-10-0{n} | 东校 | 已举行 | | 有 |\n" for n in (1, 2))
    cell = view(date(2025, 12, 1), events, QUOTAS, rule).matrix.bands[0].cells[1][0]
    assert (cell.status, cell.sign, cell.lost) == ("exceeded", "✗", True)


def test_what_is_planned_has_no_forecast():
    rule = "| 4.1 | 教研 | 共同体 | 学期 | 活动 | | 类别=业务研讨 | 次数 | | 4 | |\n"
    days_ = ("2025-09-10|已举行", "2025-12-20|计划", "2025-12-22|计划", "2025-12-24|计划")
    rows = "".join(
        f"| H{n} | 业务研讨 | 第{n}次 | {d.split('|')[0]} | 中心 | {d.split('|')[1]} | | 有 |\n"
        for n, d in enumerate(days_)
    )
    line = view(date(2025, 12, 10), EVENTS + rows, QUOTAS, rule).details[0]
    assert (line.status, line.forecast, line.need) == ("on_track", "", "已安排，按期完成即可。")
