"""Views: weeks of the term, changes since earlier runs, what a school's reader sees, and the rows behind each number."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass
from datetime import date

import pytest
from extremes import EXTREMES
from markdown import BASE, workbook

from toolkit.assess import assess
from toolkit.history import History, Point, Seen
from toolkit.outputs import load_outputs
from toolkit.plans import load_plan, plan_names, section_titles
from toolkit.schema import load_schema
from toolkit.viewer import Standpoint, Viewer

SCHEMA, WORDS = load_schema(), load_outputs()
EVENTS = """
# 活动
| 活动编号 | 类别 | 主题 | 日期 | 承办学校 | 状态 | 参加学校 | 佐证材料 |
|---|---|---|---|---|---|---|---|
"""
QUOTAS = """
# 指标
| 指标编号 | 名称 | 条款 | 责任主体 | 周期 | 数据表 | 归属列 | 筛选 | 统计 | 下限 |
|---|---|---|---|---|---|---|---|---|---|
"""
MEETINGS = QUOTAS + "| 2.3 | 联席会议 | 二(一)3 | 共同体 | 学期 | 活动 | | 类别=联席会议 | 次数 | 2 |\n"
TODAY = date(2025, 11, 24)


def viewer(*texts, as_of=TODAY, history=None):
    return Viewer(Standpoint(assess(workbook(BASE, *texts), SCHEMA, as_of, "甲镇共同体"), WORDS, history or History()))


# --- weeks


@pytest.mark.parametrize(
    ("as_of", "week", "when"),
    [
        (date(2025, 9, 1), 1, "上学期 · 第 1 周"),
        (date(2025, 9, 7), 1, "上学期 · 第 1 周"),
        (date(2025, 9, 8), 2, "上学期 · 第 2 周"),
        (date(2025, 11, 24), 13, "上学期 · 第 13 周"),
        (date(2026, 1, 23), 21, "上学期 · 第 21 周"),
        (date(2026, 1, 24), None, "上学期 · 假期"),
        (date(2026, 2, 24), 1, "下学期 · 第 1 周"),
        (date(2026, 3, 1), 1, "下学期 · 第 1 周"),
        (date(2026, 3, 2), 2, "下学期 · 第 2 周"),
        (date(2026, 8, 1), None, "下学期 · 假期"),
        (date(2025, 8, 31), None, "学期还没有开始"),
    ],
)
def test_weeks_run_from_monday_the_first_is_the_one_that_the_term_begins_in(as_of, week, when):
    """2025-09-01 is a Monday, 2026-02-24 a Tuesday."""
    view = viewer(as_of=as_of).view()
    assert (view.week, view.when) == (week, when)


# --- changes


def point(day, met, counted=4, behind=2, errors=5):
    return Point(day, met, counted, behind, errors)


def test_figures_say_how_they_moved_since_the_last_run_and_since_last_week():
    history = History(
        points={"": (point(date(2025, 11, 16), 0, behind=3, errors=9),)},
        last={"": point(date(2025, 11, 23), 0, behind=0)},
    )
    figures = viewer(EVENTS, MEETINGS, history=history).view().figures
    told = {figure.key: [(change.text, change.good, change.since) for change in figure.changes] for figure in figures}
    assert told == {
        "compliance": [("±0", None, "比上次"), ("±0", None, "比上周")],
        "behind": [("▲ 1", False, "比上次"), ("▼ 2", True, "比上周")],
        "errors": [("▼ 5", True, "比上次"), ("▼ 9", True, "比上周")],
    }


def test_without_an_earlier_run_no_change_is_claimed():
    assert all(not figure.changes for figure in viewer(MEETINGS).view().figures)


def test_what_was_rebuilt_claims_no_change_of_errors():
    history = History(points={"": (Point(date(2025, 11, 16), 0, 4, 2, None, rebuilt=True),)})
    assert [len(figure.changes) for figure in viewer(MEETINGS, history=history).view().figures] == [1, 1, 0]


def test_a_run_of_two_weeks_ago_is_not_last_week():
    history = History(points={"": (point(date(2025, 11, 10), 0),)})
    assert all(not figure.changes for figure in viewer(MEETINGS, history=history).view().figures)


BAD = EVENTS + "| H1 | 联席会议 | 秋季 | 9.1 | 东校 | 已举行 | | 纪要 |\n"


def test_a_problem_says_since_when_it_stands():
    seen = viewer(BAD, MEETINGS).stand.followed.present[0]
    history = History(seen=(Seen(seen.key, seen.spot, seen.schools, seen.grave, date(2025, 11, 3)),))
    line = viewer(BAD, MEETINGS, history=history).view().problems[0]
    assert (line.since, line.since_text) == (date(2025, 11, 3), "11 月 3 日起，21 天")


def test_a_problem_that_no_earlier_run_knew_is_of_today_only_where_a_run_is_on_record():
    other = Seen("a", "b", (), grave=True, first=date(2025, 11, 3))
    assert viewer(BAD, MEETINGS, history=History(seen=(other,))).view().problems[0].since_text == "今天起"
    assert viewer(BAD, MEETINGS).view().problems[0].since_text == ""


# --- arrangement


def test_sections_take_their_titles_from_the_plan_that_the_rules_are_of():
    plans = [load_plan(name) for name in plan_names()]
    headers = ("指标编号", "名称")
    rules = [(str(quota["指标编号"]), str(quota["名称"])) for quota in load_plan("S9").quotas]
    assert section_titles(rules, plans, headers) == dict(load_plan("S9").sections)
    assert section_titles([("1.1", "自己定的")], plans, headers) == {}


def test_a_rule_of_no_plan_stands_under_its_clause():
    assert [section.title for section in viewer(MEETINGS).view().sections] == ["二(一)"]


def test_problems_stand_by_school_with_the_structure_on_top():
    broken = BAD + "\n# 教案\n| 教师 | 课题名 |\n|---|---|\n| 甲 | 乙 |\n"
    groups = viewer(broken, MEETINGS).view().groups
    assert [(group.title, [line.place for line in group.lines]) for group in groups] == [
        ("表格结构", ["教案"]),
        ("东校", ["活动!D2"]),
    ]


def test_every_number_opens_its_rows_and_those_that_were_rejected_with_the_reason():
    events = EVENTS + (
        "| H1 | 联席会议 | 秋季 | 2025-09-18 | 中心 | 已举行 | | 纪要 |\n"
        "| H2 | 联席会议 | 冬季 | 2025-13-01 | 中心 | 已举行 | | 纪要 |\n"
        "| H3 | 联席会议 | 取消了 | 2025-10-18 | 中心 | 取消 | | |\n"
        "| H4 | 开放日 | 开放 | 2025-10-18 | 中心 | 已举行 | | 有 |\n"
    )
    lines = viewer(events, MEETINGS).view().evidence
    assert [(line.place, line.why) for line in lines] == [
        ("活动!2", ""),
        (
            "活动!3",
            "这一行有错：活动 第 3 行「日期」写的是“2025-13-01”，不是有效日期。请写成 2025-09-01 这样的形式。可能要写“2025-01-13”。",
        ),
        ("活动!4", "状态或日期说明还没有完成，或者已经取消"),
    ]


def test_loans_stand_by_borrower_the_longest_overdue_first():
    text = """
# 资源
| 资源编号 | 名称 | 类别 | 所属学校 | 数量 |
|---|---|---|---|---|
| B1 | 书 | 图书 | 中心 | 90 |

# 借用
| 资源编号 | 借出学校 | 借入学校 | 数量 | 借出日期 | 应还日期 | 归还日期 |
|---|---|---|---|---|---|---|
| B1 | 中心 | 东校 | 1 | 2025-09-01 | 2025-11-20 | |
| B1 | 中心 | 西校 | 2 | 2025-09-01 | 2025-10-01 | |
| B1 | 中心 | 东校 | 3 | 2025-09-01 | 2025-12-08 | |
| B1 | 中心 | 东校 | 4 | 2025-09-01 | 2025-12-09 | |
| B1 | 中心 | 西校 | 5 | 2025-09-01 | 2025-10-01 | 2025-10-02 |
"""
    lines = viewer(text).view().loans
    assert [(line.borrower, line.quantity, line.state) for line in lines] == [
        ("西校", 2, "已过 54 天"),
        ("东校", 1, "已过 4 天"),
        ("东校", 3, "还有 14 天"),
    ]
    assert [line.place for line in viewer(text).view(1).loans] == ["借用!2", "借用!4"]


def test_an_event_keeps_its_identity_when_it_is_moved():
    row = "| H9 | 开放日 | 冬季开放 | {} | 东校 | {} | 全部 | |\n"
    before, moved = (viewer(EVENTS + row.format(day, "计划")).view().events[0] for day in ("2025-11-28", "2025-12-02"))
    assert before.uid == moved.uid
    assert before.fingerprint != moved.fingerprint
    off = viewer(EVENTS + row.format("2025-11-28", "取消")).view().events[0]
    assert (off.uid, off.cancelled) == (before.uid, True)


def test_the_matrix_is_cut_into_bands_that_fit_a_page():
    view = Viewer(
        Standpoint(assess(EXTREMES["eighty_rules"]()[0], SCHEMA, EXTREMES["eighty_rules"]()[1]), WORDS)
    ).view()
    assert all(len(band.heads) <= 12 for band in view.matrix.bands)
    assert all(sum(span for _, span in band.groups) == len(band.heads) for band in view.matrix.bands)
    assert all(len(line) == len(band.heads) for band in view.matrix.bands for line in band.cells)


# --- one school


def texts(value):
    """Every text in a view."""
    if isinstance(value, str):
        yield value
    elif is_dataclass(value):
        for field in fields(value):
            if field.name not in {"tabs", "workbook", "community", "problem"}:
                yield from texts(getattr(value, field.name))
    elif isinstance(value, tuple | list):
        for item in value:
            yield from texts(item)


@pytest.mark.parametrize("name", [name for name in EXTREMES if name not in {"hostile", "long_names"}])
def test_a_school_sees_no_other_school_and_nobody_of_another(name):
    raw, as_of = EXTREMES[name]()
    made = Viewer(Standpoint(assess(raw, SCHEMA, as_of), WORDS))
    schools, people = made.stand.schools, made.stand.people
    for place in made.stand.active[:4]:
        own = {schools.keys[place], schools.short[place]}
        own |= {person for person, school in zip(people.names, people.school_of, strict=True) if school == place}
        others = {n for names in (schools.keys, schools.short, people.names) for n in names if n and len(n) > 1} - own
        pattern = re.compile("|".join(map(re.escape, sorted(others, key=len, reverse=True))))
        for text in texts(made.view(place)):
            found = pattern.search(
                re.sub("|".join(map(re.escape, sorted(filter(None, own), key=len, reverse=True))), "", text)
            )
            assert not found, (place, text)


@pytest.mark.parametrize("name", list(EXTREMES))
def test_every_extreme_has_a_view_of_the_whole_and_of_each_school(name):
    raw, as_of = EXTREMES[name]()
    made = Viewer(Standpoint(assess(raw, SCHEMA, as_of), WORDS))
    for place in (-1, *made.stand.active):
        view = made.view(place)
        assert len(view.figures) == 3
        assert all(number < len(view.details) for line in view.urgent for number in line.details)
        assert all(line.need for line in view.urgent)
        assert all(0 <= line.detail < len(view.details) for line in view.evidence)


@pytest.mark.parametrize(
    ("own", "other"), [("实验小学", "第二实验小学"), ("台头中学", "台头中学分校"), ("城关小学", "城北（分）小学")]
)
def test_a_name_that_holds_our_own_is_still_another_schools(own, other):
    schools = f"# 学校\n| 学校 | 角色 |\n|-|\n| {own} | 领衔学校 |\n| {other} | 成员学校 |\n"
    terms = BASE[BASE.index("# 学期") :]
    tasks = (
        "# 工作计划\n| 类别 | 事项 | 责任学校 | 截止日期 | 状态 |\n|-|\n"
        f"| 工作任务 | 帮扶{other} | {own} | 2025-11-26 | 未开始 |\n| 工作任务 | 在{own}开会 | {own} | 2025-11-26 | 未开始 |\n"
    )
    made = Viewer(Standpoint(assess(workbook(schools, terms, tasks), SCHEMA, TODAY), WORDS))
    assert [task.title for task in made.view(0).tasks] == ["", f"在{own}开会"]


def test_the_events_of_a_series_are_different_events():
    rows = "".join(
        f"| | 集体备课 | 数学备课 | 2025-12-0{day} | 东校 | {state} | | |\n"
        for day, state in ((1, "取消"), (8, "计划"))
    )
    first, second = viewer(EVENTS + rows).view().events
    assert first.uid != second.uid


def test_two_contests_of_one_name_are_two():
    events = EVENTS + (
        "| A1 | 教学比武 | 赛课 | 2025-10-10 | 中心 | 已举行 | | 有 |\n| A2 | 教学比武 | 赛课 | 2025-11-10 | 中心 | 已举行 | | 有 |\n"
    )
    people = "# 人员\n| 姓名 | 学校 | 职务 |\n|-|\n| 赵一 | 东校 | 教师 |\n| 钱二 | 西校 | 教师 |\n"
    marks = "# 评分\n| 活动 | 参赛人 | 评委 | 得分 |\n|-|\n| A1 | 赵一 | 甲 | 90 |\n| A2 | 钱二 | 甲 | 80 |\n"
    ranks = viewer(events, people, marks).view().ranks
    assert [(line.contest, line.rank, line.person) for line in ranks] == [(0, 1, "赵一"), (1, 1, "钱二")]
