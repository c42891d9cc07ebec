"""The dashboard workbook: what stands in its sheets, where its links lead, how it prints."""

import posixpath
import re
import warnings
import zipfile
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from urllib.parse import unquote

import openpyxl
import pytest
from extremes import EXTREMES, HOSTILE
from markdown import BASE, workbook
from pictures import needs_calc, print_pictures
from sample_book import sample
from test_runs import run

from toolkit.assess import assess
from toolkit.history import History, Point, Seen
from toolkit.outputs import load_outputs
from toolkit.render import dashboard_look
from toolkit.render.dashboard_logs import LOGS, RUNS, LogLines
from toolkit.render.dashboard_look import STATUS
from toolkit.render.dashboard_workbook import write_dashboard
from toolkit.run_words import RunWords
from toolkit.schema import load_schema
from toolkit.viewer import Standpoint, Viewer

WORDS, SCHEMA = load_outputs(), load_schema()
DAY = date(2025, 11, 24)
NO_LOGS = {key: LogLines() for key in LOGS}
SHEETS = ["看板", "指标明细", "依据", "待改", "借用逾期", "成绩分析"]
SMALL = """
# 人员
| 工号 | 姓名 | 学校 | 职务 | 称号 |
|---|---|---|---|---|
| 1 | 王芳 | 东校 | 教师 | |
| 2 | 李明 | 西校 | 教师 | |

# 资源
| 资源编号 | 名称 | 类别 | 所属学校 | 数量 |
|---|---|---|---|---|
| Z1 | 古筝 | 器材 | 中心 | 5 |

# 借用␠
| 资源编号 | 借出学校 | 借入学校 | 数量 | 借出日期 | 应还日期 |
|---|---|---|---|---|---|
| Z1 | 中心 | 东校 | `2` | 2025-09-02 | 2025-11-27 |
| Z1 | 中心 | 西校 | `1` | 2025-09-02 | 2025-11-12 |

# 活动
| 活动编号 | 类别 | 主题 | 日期 | 承办学校 | 状态 | 佐证材料 |
|---|---|---|---|---|---|---|
| H1 | 联席会议 | 秋季 | 2025-09-18 | 中心 | 已举行 | 纪要 |
| H2 | 开放日 | 校园 | 2025-10-09 | 东校 | 已举行 | 相册 |
| H3 | 开放日 | 操场 | 2025.13.1 | 西校 | 已举行 | 相册 |

# 教案
| 教师 | 课题名 | 上传日期 |
|---|---|---|
| 王芳 | 观潮 | 2025-09-12 |

# 成绩
| 考试 | 日期 | 学校 | 年级 | 学科 | 参考人数 | 平均分 |
|---|---|---|---|---|---|---|
| 月考 | 2025-10-15 | 东校 | 六年级 | 语文 | `40` | `80` |
| 月考 | 2025-10-15 | 全市 | 六年级 | 语文 | | `82` |
| 期中 | 2025-11-12 | 东校 | 六年级 | 语文 | `40` | `84` |
| 期中 | 2025-11-12 | 西校 | 六年级 | 语文 | `40` | `82` |
| 期中 | 2025-11-12 | 全市 | 六年级 | 语文 | | `82` |

# 评分
| 活动 | 参赛人 | 评委 | 得分 |
|---|---|---|---|
| H2 | 王芳 | 甲 | `90` |

# 指标
| 指标编号 | 名称 | 条款 | 责任主体 | 周期 | 数据表 | 归属列 | 筛选 | 统计 | 统计列 | 下限 |
|---|---|---|---|---|---|---|---|---|---|---|
| 2.3 | 联席会议 | 二(一)3 | 共同体 | 学期 | 活动 | | 类别=联席会议 | 次数 | | 2 |
| 4.5 | 开放日 | 四(一)5 | 每所学校 | 学期 | 活动 | 承办学校 | 类别=开放日 | 次数 | | 1 |
| 4.3 | 教案 | 四(一)3 | 教师 | 学期 | 教案 | 教师 | | 次数 | | 1 |
"""


@cache
def view(case="small"):
    if case == "small":
        raw, day, name = workbook(BASE, SMALL), DAY, "甲镇共同体"
    elif case == "demo":
        (raw, day), name = sample(), "台头学区教育发展共同体"
    else:
        raw, day, name = *EXTREMES[case](), "示例共同体"
    history = _history() if case == "small" else History()
    made = Viewer(Standpoint(assess(raw, SCHEMA, day, name), WORDS, history)).view()
    return _plain(made) if case == "small" else made


def _plain(made):
    """The sentences of the view are its own matter; here they are one."""
    details = tuple(replace(line, need=line.need and "须办的事", forecast="") for line in made.details)
    urgent = tuple(replace(line, need="须办的事") for line in made.urgent)
    persons = tuple(replace(line, forecast="会达标") for line in made.persons)
    return replace(made, details=details, urgent=urgent, persons=persons)


def _history():
    points = (Point(date(2025, 10, 12), 1, 6, 3, None, rebuilt=True), Point(date(2025, 11, 16), 1, 6, 5, 2))
    result = assess(workbook(BASE, SMALL), SCHEMA, DAY, "甲镇共同体")
    followed = Standpoint(result, WORDS, History()).followed.present
    seen = tuple(Seen(it.key, it.spot, it.schools, it.grave, date(2025, 11, 14)) for it in followed)
    return History(points={"": points}, last={"": points[-1]}, seen=seen)


def written(folder, dashboard, source="登记.xlsx"):
    path = folder / "看板.xlsx"
    write_dashboard(path, dashboard, WORDS, source and folder / source, logs=NO_LOGS)
    return path


def opened(path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # openpyxl leaves data bars of newer files out
        return openpyxl.load_workbook(path)


@pytest.fixture
def book(tmp_path):
    return opened(written(tmp_path, view()))


def grid(sheet):
    """What a sheet says, a line a row, as people read it."""
    rows = ([_said(cell) for cell in row if cell.value is not None] for row in sheet.iter_rows())
    return "\n".join(" | ".join(row) for row in rows if row)


def _said(cell):
    value = cell.value
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}"
    return f"{value:g}" if isinstance(value, float) else str(value).replace("\n", "⏎")


def leads(cell):
    return cell.hyperlink and (cell.hyperlink.target, cell.hyperlink.location)


def find(sheet, text):
    return next(cell for row in sheet.iter_rows() for cell in row if str(cell.value) == text)


# --- what stands there


FRONT = """
甲镇共同体
上学期 · 第 13 周 | 截至 2025-11-24
33% | 4 | 1
达标率 | 有风险或未达标 | 待改的条目
2/6 项，含老师的义务 | 学校和共同体 3 项，个人 1 项
比上周 ▲ 16 | 比上周 ▼ 1 | 比上周 ▼ 1
先办这几件
状态 | 义务 | 谁 | 进度 | 要做什么 | 期限
! 有风险 | 2.3 联席会议 | 共同体 | 1/2 | 须办的事 | 还有 60 天
! 有风险 | 4.5 开放日 | 中心、西校 | 各 0/1 | 须办的事 | 还有 60 天
! 有风险 | 4.3 教案 | 李明 | 1/2 | 须办的事 | 还有 60 天
共同体的义务 | 1 项，0 项达标
! 联席会议 | 1/2
各校的义务 | 每格是“已完成/要求”。达标和考核分只算学校自己的义务。
四(一)
4.5⏎开放日 | 达标 | 考核分
中心 | ! 0/1 | 0 | 0
东校 | ✓ 1/1 | 1 | 100
西校 | ! 0/1 | 0 | 0
教师的义务
义务 | 做到 | 占 | 预计 | 还没有做到的
4.3 教案 | ! 1/2 | 0.5 | 会达标 | 西校：李明
✓ 已达标 | → 有安排 | · 时间未到 | ! 有风险 | ✗ 未达标 | ✗ 超出上限 | 免 已豁免 | – 无数据 | 带 ⚑ 的，这一周期里已经来不及。
"""
DETAILS = """
指标编号 | 名称 | 条款 | 责任主体 | 谁 | 学校 | 周期 | 下限 | 上限 | 已完成 | 已安排 | 状态 | 还缺什么 | 期限 | 预计 | 依据
2.3 | 联席会议 | 二(一)3 | 共同体 | 甲镇共同体 | 上学期 | 2 | 1 | ! 有风险 | 须办的事 | 还有 60 天 | 1 行：活动!2
4.5 | 开放日 | 四(一)5 | 每所学校 | 甲镇中心小学 | 甲镇中心小学 | 上学期 | 1 | 0 | ! 有风险 | 须办的事 | 还有 60 天
4.5 | 开放日 | 四(一)5 | 每所学校 | 甲镇东小学 | 甲镇东小学 | 上学期 | 1 | 1 | ✓ 已达标 | 1 行：活动!3
4.5 | 开放日 | 四(一)5 | 每所学校 | 甲镇西小学 | 甲镇西小学 | 上学期 | 1 | 0 | ! 有风险 | 须办的事 | 还有 60 天 | 0 行；没有计入的 1 行
4.3 | 教案 | 四(一)3 | 教师 | 王芳·甲镇东小学 | 甲镇东小学 | 上学期 | 1 | 1 | ✓ 已达标 | 1 行：教案!2
4.3 | 教案 | 四(一)3 | 教师 | 李明·甲镇西小学 | 甲镇西小学 | 上学期 | 1 | 0 | ! 有风险 | 须办的事 | 还有 60 天
"""
EVIDENCE = """
指标编号 | 名称 | 谁 | 位置 | 内容 | 计入 | 没有计入的原因
2.3 | 联席会议 | 甲镇共同体 | 活动!2 | 联席会议 · 秋季 · 2025-09-18 · 中心 · 已举行 | ✓ 计入
4.5 | 开放日 | 甲镇东小学 | 活动!3 | 开放日 · 校园 · 2025-10-09 · 东校 · 已举行 | ✓ 计入
4.5 | 开放日 | 甲镇西小学 | 活动!4 | 开放日 · 操场 · 2025.13.1 · 西校 · 已举行 | ✗ 未计入 | 这一行有错：活动 第 4 行「日期」写的是“2025.13.1”，不是有效日期。请写成 2025-09-01 这样的形式。可能要写“2025-01-13”。
4.3 | 教案 | 王芳·甲镇东小学 | 教案!2 | 王芳 · 观潮 · 2025-09-12 | ✓ 计入
"""
PROBLEMS = """
学校 | 类型 | 位置 | 写的是 | 说明 | 建议改成 | 从何时起 | 天数 | 影响 | 涉及的学校
西校 | 要改 | 活动!D4 | 2025.13.1 | 活动 第 4 行「日期」写的是“2025.13.1”，不是有效日期。请写成 2025-09-01 这样的形式。可能要写“2025-01-13”。 | 2025-01-13 | 2025-11-14 | 10 | 这一行暂不计入统计 | 甲镇西小学
"""
LOANS = """
逾期未还：西校 1 件
两周之内要还：东校 1 件
借入学校 | 状态 | 资源 | 数量 | 借出学校 | 应还日期 | 逾期天数 | 位置
西校 | 已过 12 天 | 古筝 | 1 | 中心 | 2025-11-12 | 12 | 借用!3
东校 | 还有 3 天 | 古筝 | 2 | 中心 | 2025-11-27 | -3 | 借用!2
"""
SCORES = """
各次考试与全市比较
期中（11 月 12 日）
年级 | 学科 | 校数 | 参考人数 | 共同体平均 | 全市平均 | 相差 | 缺成绩的学校
六年级 | 语文 | 2 | 80 | 83 | 82 | 1 | 中心
月考（10 月 15 日）
年级 | 学科 | 校数 | 参考人数 | 共同体平均 | 全市平均 | 相差 | 缺成绩的学校
六年级 | 语文 | 1 | 40 | 80 | 82 | -2 | 中心、西校
评比名次
五个或更多评委时，去掉一个最高分和一个最低分再平均。
校园
名次 | 参赛人 | 学校 | 评委数 | 得分
1 | 王芳 | 东校 | 1 | 90
"""


@pytest.mark.parametrize(
    ("title", "told"), list(zip(SHEETS, (FRONT, DETAILS, EVIDENCE, PROBLEMS, LOANS, SCORES), strict=True))
)
def test_each_sheet_says(book, title, told):
    assert grid(book[title]) == told.strip()


def test_the_figures_of_charts_stand_behind_in_a_hidden_sheet(book):
    assert sorted(book.sheetnames) == sorted([*SHEETS, "发送记录", "运行记录", "图表数据"])
    assert [sheet.title for sheet in book if sheet.sheet_state == "visible"] == [*SHEETS, "发送记录", "运行记录"]
    assert book.active.title == "看板"


def test_numbers_are_numbers_and_days_are_days(book):
    details, problems, loans = book["指标明细"], book["待改"], book["借用逾期"]
    assert [details.cell(2, column).value for column in (8, 10)] == [2, 1]
    assert (problems["G2"].value, problems["H2"].value) == (datetime(2025, 11, 14), 10)  # noqa: DTZ001 a day of a sheet
    assert (loans["D4"].value, loans["F4"].value) == (1, datetime(2025, 11, 12))  # noqa: DTZ001 the same


def test_only_the_most_urgent_are_shown_and_the_rest_is_counted(tmp_path):
    many = replace(view(), urgent=view().urgent * 5)
    cell = find(opened(written(tmp_path, many))["看板"], "另有 5 项，见明细")
    assert leads(cell) == (None, "'指标明细'!A1")


def test_what_is_lost_is_marked(tmp_path):
    lost = replace(view().urgent[0], lost=True, until="已来不及")
    marked = replace(lost, sign=WORDS.lost_sign, word="已来不及")
    front = opened(written(tmp_path, replace(view(), urgent=(lost, marked))))["看板"]
    assert find(front, "! 有风险 ⚑").row + 1 == find(front, "⚑ 已来不及").row


@pytest.mark.parametrize(
    ("case", "sheet", "said"),
    [
        ("no_rules", "看板", "还没有可算的指标"),
        ("before_calendar", "看板", "还没有可算的指标"),
        ("everything_met", "看板", "没有要抓紧的事。"),
        ("two_schools", "待改", "没有要改的，也没有要核对的。"),
        ("two_schools", "借用逾期", "没有逾期未还的，两周之内也没有要还的。"),
        ("nothing_entered", "成绩分析", "还没有登记考试成绩和评比得分。"),
    ],
)
def test_an_empty_part_is_calm_and_says_so(tmp_path, case, sheet, said):
    assert find(opened(written(tmp_path, view(case)))[sheet], said)


def test_nothing_entered_draws_no_chart(tmp_path):
    book = opened(written(tmp_path, view("nothing_entered")))
    assert [len(sheet._charts) for sheet in book] == [0] * (len(SHEETS) + 2)


# --- links


def test_every_cell_leads_to_its_first_line_in_the_details(book):
    front = book["看板"]
    chip = [cell for row in front.iter_rows() for cell in row if cell.value == "! 联席会议"]
    assert [leads(cell) for cell in chip] == [(None, "'指标明细'!A2")]
    row = find(front, "东校").row
    assert leads(front.cell(row, 2)) == (None, "'指标明细'!A4")
    person = find(front, "4.3 教案").row
    top = find(front, "! 有风险").row
    urgent = [leads(front.cell(row, 1)) for row in range(top, top + 3)]
    assert urgent == [(None, f"'指标明细'!A{number}") for number in (2, 3, 7)]
    assert leads(front.cell(person, 1)) == (None, "'指标明细'!A7")


def test_links_of_the_front_name_the_rule_they_stand_for(tmp_path):
    """Whatever the order of lines: the line that a cell of the matrix leads to is of that rule and that school."""
    shown = view("demo")
    book = opened(written(tmp_path, shown))
    front, details = book["看板"], book["指标明细"]
    band = shown.matrix.bands[0]
    top = find(front, shown.matrix.rows[0].label).row
    checked = 0
    for down, line in enumerate(shown.matrix.rows):
        for across, head in enumerate(band.heads):
            if band.cells[down][across]:
                row = int(re.search(r"A(\d+)$", leads(front.cell(top + down, 2 + across))[1])[1])
                assert (details.cell(row, 1).value, details.cell(row, 5).value) == (head.number, line.school)
                checked += 1
    assert checked > 90


def test_details_lead_to_their_evidence_and_evidence_leads_back(book):
    details, evidence = book["指标明细"], book["依据"]
    assert [leads(details.cell(row, 16)) for row in range(2, 8)] == [
        (None, "'依据'!A2"),
        None,
        (None, "'依据'!A3"),
        (None, "'依据'!A4"),
        (None, "'依据'!A5"),
        None,
    ]
    assert [leads(evidence.cell(row, 1))[1] for row in range(2, 6)] == [f"'指标明细'!A{row}" for row in (2, 4, 5, 6)]


def test_evidence_problems_and_loans_lead_to_their_very_row(book):
    evidence, problems, loans = book["依据"], book["待改"], book["借用逾期"]
    assert leads(evidence["D3"]) == ("登记.xlsx", "'活动'!A3")
    assert leads(problems["C2"]) == ("登记.xlsx", "'活动'!D4")
    assert [leads(loans[cell]) for cell in ("H4", "H5")] == [("登记.xlsx", f"'借用 '!A{row}") for row in (3, 2)]


@pytest.mark.parametrize("name", ["1# 登记 100%25.xlsx", "登记'甲&乙.xlsx", "../登记.xlsx"])
def test_links_survive_odd_names(tmp_path, name):
    target, location = leads(opened(written(tmp_path, view(), name))["待改"]["C2"])
    assert (posixpath.normpath(unquote(target).replace("\\", "/")), location) == (name, "'活动'!D4")


def test_without_a_path_places_are_text(tmp_path):
    book = opened(written(tmp_path, view(), None))
    assert (book["待改"]["C2"].value, leads(book["待改"]["C2"])) == ("活动!D4", None)
    assert (book["依据"]["D2"].value, leads(book["依据"]["D2"])) == ("活动!2", None)


def test_beyond_the_most_links_a_place_is_text(tmp_path, monkeypatch):
    monkeypatch.setattr(dashboard_look, "MOST_LINKS", 3)
    evidence = opened(written(tmp_path, view()))["依据"]
    linked = [[bool(leads(evidence.cell(row, column))) for column in (1, 4)] for row in range(2, 6)]
    assert linked == [[True, True], [True, False], [False, False], [False, False]]
    assert evidence["D5"].value == "教案!2"


# --- charts


def charts(path):
    with zipfile.ZipFile(path) as archive:
        names = sorted(name for name in archive.namelist() if name.startswith("xl/charts/chart"))
        return [archive.read(name).decode() for name in names]


def test_charts_are_native_and_draw_on_their_figures(tmp_path):
    found = {}
    for chart in charts(written(tmp_path, view())):
        title = re.search(r"<a:t>(.*?)</a:t>", chart)[1]
        kind = re.search(r"<c:(line|bar)Chart>(?:<c:barDir val=\"(\w+)\")?", chart)
        found[title] = (kind[2] or kind[1], re.findall(r"<c:f>'?图表数据'?!(\S+?)</c:f>", chart))
    assert found == {
        "本学期达标率（横轴是周次）": (
            "line",
            [
                "$B$1",
                "$A$2:$A$22",
                "$B$2:$B$22",
                "$C$1",
                "$A$2:$A$22",
                "$C$2:$C$22",
                "$D$1",
                "$A$2:$A$22",
                "$D$2:$D$22",
            ],
        ),
        "各部分达标率": ("bar", ["$G$1", "$F$2:$F$3", "$G$2:$G$3"]),
        "各校考核分": ("bar", ["$J$1", "$I$2:$I$4", "$J$2:$J$4"]),
        "共同体与全市平均分（最近 2 次考试，折成百分制）": (
            "col",
            ["$N$1", "$L$2:$M$3", "$N$2:$N$3", "$O$1", "$L$2:$M$3", "$O$2:$O$3"],
        ),
        "与全市相差的分数（最近 2 次考试）": ("line", ["$R$1", "$Q$2:$Q$3", "$R$2:$R$3"]),
    }


def test_the_trend_spans_the_term_and_weeks_without_value_are_empty(book):
    lines = list(book["图表数据"].iter_rows(min_row=2, max_row=22, max_col=4, values_only=True))
    assert [line[0] for line in lines] == [str(week) for week in range(1, 22)]
    assert {line[0]: line[2] for line in lines if line[2] is not None} == pytest.approx({"11": 1 / 6, "13": 1 / 3})
    assert {line[0]: line[3] for line in lines if line[3] is not None} == pytest.approx({"6": 1 / 6, "11": 1 / 6})


def test_charts_say_in_words_what_they_show(tmp_path):
    with zipfile.ZipFile(written(tmp_path, view())) as archive:
        drawings = "".join(archive.read(name).decode() for name in archive.namelist() if "drawings/drawing" in name)
    told = re.findall(r'descr="(.*?)"', drawings)
    assert len(told) == 5
    assert told[0] == view().trend.text
    assert told[2] == "各校考核分：中心 0.0、东校 100.0、西校 0.0"


def test_many_examinations_leave_charts_readable(tmp_path):
    wide = [re.findall(r"<c:ptCount val=\"(\d+)\"", chart) for chart in charts(written(tmp_path, view("exams")))]
    assert max(int(count) for counts in wide[-2:] for count in counts) <= 9


# --- paper, protection, safety


@pytest.mark.parametrize("title", SHEETS)
def test_each_sheet_prints_on_a4_as_wide_as_the_page(book, title):
    sheet = book[title]
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
    assert "甲镇共同体" in sheet.oddHeader.left.text
    assert sheet.oddFooter.left.text == "截至 2025-11-24"
    assert sheet.oddFooter.right.text == "第 &[Page] 页，共 &N 页".replace("&[Page]", "&P")


@pytest.mark.parametrize(("title", "row"), [("指标明细", 1), ("依据", 1), ("待改", 1), ("借用逾期", 3)])
def test_tables_repeat_their_head_stay_in_view_and_can_be_filtered(book, title, row):
    sheet = book[title]
    assert sheet.print_title_rows == f"${row}:${row}"
    assert sheet.auto_filter.ref.startswith(f"A{row}:")
    assert sheet.freeze_panes.endswith(str(row + 1))
    assert not sheet.merged_cells.ranges or row > 1
    assert all(merged.max_row < row for merged in sheet.merged_cells.ranges)


@pytest.mark.parametrize("case", ["demo", "thirty_schools", "eighty_rules"])
def test_the_front_is_wide_enough_to_be_read_on_paper_and_breaks_between_parts(tmp_path, case):
    sheet = opened(written(tmp_path, view(case)))["看板"]
    pixels = sum(7 * it.width * (it.max - it.min + 1) for it in sheet.column_dimensions.values())
    assert 1047 / pixels > 0.8
    starts = [it.id + 2 for it in sheet.row_breaks.brk]  # a gap, then the title of a part, or charts
    assert starts
    titles = [sheet.cell(row, 1) for row in starts]
    assert all(title.value is None or (title.font.bold and title.font.size == 12) for title in titles)


def test_sheets_are_protected_against_slips_without_a_password(book):
    for title in SHEETS:
        protection = book[title].protection
        assert (protection.sheet, protection.password) == (True, None)
        assert not protection.autoFilter
        assert not protection.sort


@pytest.mark.parametrize("case", ["small", "demo", *EXTREMES])
def test_every_case_is_written_and_opens_again(tmp_path, case):
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # XlsxWriter warns of what it leaves out
        path = written(tmp_path, view(case))
    book = opened(path)
    assert [sheet.title for sheet in book][: len(SHEETS)] == SHEETS
    assert not [c.coordinate for sheet in book for row in sheet.iter_rows() for c in row if c.data_type == "f"]
    assert book["指标明细"].max_row == max(2 if not view(case).details else 1, len(view(case).details) + 1)
    assert max(row.height or 0 for sheet in book for row in sheet.row_dimensions.values()) <= 409


def test_hostile_text_is_text(tmp_path):
    book = opened(written(tmp_path, view("hostile")))
    said = {cell.value for row in book["指标明细"].iter_rows() for cell in row}
    assert {HOSTILE[0], HOSTILE[1], HOSTILE[9]} <= said
    assert {leads(cell)[0] for row in book["依据"].iter_rows(min_row=2) for cell in row if leads(cell)} == {
        None,
        "登记.xlsx",
    }


def test_a_community_whose_name_is_code_of_headers_is_a_name(tmp_path):
    path = written(tmp_path, replace(view(), community="R&D &Z\ud800共同体"))
    with zipfile.ZipFile(path) as archive:
        assert "&amp;L&amp;9 R&amp;&amp;D &amp;&amp;Z 共同体&amp;R" in archive.read("xl/worksheets/sheet1.xml").decode()


def test_the_same_view_makes_the_same_file(tmp_path):
    first, second = (written(tmp_path / name, view("two_schools")) for name in "ab")
    parts = [
        {name: archive.read(name) for name in archive.namelist()} for archive in map(zipfile.ZipFile, (first, second))
    ]
    assert parts[0] == parts[1]


@needs_calc
def test_libreoffice_prints_every_sheet_and_no_empty_page(tmp_path):
    assert len(print_pictures(written(tmp_path, view()), tmp_path / "pages", dpi=20)) <= len(SHEETS) + 4


@needs_calc
def test_libreoffice_prints_the_demo(tmp_path):
    assert len(print_pictures(written(tmp_path, view("demo")), tmp_path / "pages", dpi=10)) > 2 * len(SHEETS)


def test_each_school_may_have_its_entries_to_fix_on_a_sheet_of_its_own(tmp_path):
    made = view("all_wrong")
    names = {group.school: f"[{place}]/" + "长" * 40 for place, group in enumerate(made.groups)}
    groups = tuple(replace(group, title=names[group.school]) for group in made.groups)
    path = tmp_path / "看板.xlsx"
    write_dashboard(path, replace(made, groups=groups), WORDS, None, school_sheets=True, logs=NO_LOGS)
    book = openpyxl.load_workbook(path)
    own = [sheet for sheet in book.worksheets if sheet.title.startswith("待改·")]
    assert len(own) == sum(group.school >= 0 for group in groups)
    assert all(len(sheet.title) <= 31 for sheet in own)
    for sheet, group in zip(own, [group for group in groups if group.school >= 0], strict=True):
        assert [row[2].value for row in sheet.iter_rows(min_row=2)] == [line.place for line in group.lines]
        assert sheet.protection.sheet
        assert not sheet["C2"].protection.locked  # a protected sheet sorts only what is not locked


def shown_log(folder, title, logs):
    path = folder / "看板.xlsx"
    write_dashboard(path, view("small"), WORDS, None, logs=NO_LOGS | logs)
    return openpyxl.load_workbook(path)[title]


def test_runs_stand_in_people_s_words_with_the_colours_of_their_results(tmp_path):
    texts = RunWords(WORDS).texts
    lines = [texts(run(number, result=result)) for number, result in enumerate(WORDS.run_states)]
    sheet = shown_log(tmp_path, "运行记录", {"runs": LogLines(lines)})
    rows = [[cell.value or "" for cell in row] for row in sheet.iter_rows()]
    assert rows[0] == ["开始", "任务", "结果", "应于", "用时", "读取行数", "错误数", "调用次数", "说明"]
    assert rows[1:] == [list(line.values())[:9] for line in lines]
    grounds = {cell.value: cell.fill.fgColor.rgb[2:].lower() for cell in sheet["C"][1:]}
    colours = {word: STATUS[RUNS.colours[code]][1].lstrip("#") for code, word in WORDS.run_states.items()}
    assert grounds == colours
    assert sheet["C1"].comment.text == WORDS.run_states_note
    assert (sheet.freeze_panes, sheet.auto_filter.ref, sheet.protection.sheet) == ("A2", "A1:I8", True)


def test_logs_without_lines_say_why(tmp_path):
    assert shown_log(tmp_path, "运行记录", {})["A2"].value == "还没有按时间表运行过。"
    unread = {"runs": LogLines(readable=False)}
    assert shown_log(tmp_path, "运行记录", unread)["A2"].value == "运行记录的文件读不了，这里暂时空着。"
