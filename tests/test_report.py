"""The report of a term or school year: its figures, its words, and the document that is signed."""

import io
import re
import shutil
import subprocess
import zipfile
from datetime import date, timedelta
from html import unescape
from itertools import pairwise

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Cm
from extremes import EXTREMES, HOSTILE
from markdown import BASE, workbook

from docs.make_report_template import make
from toolkit.assess import assess, assess_on
from toolkit.errors import UsageError
from toolkit.files import MARK
from toolkit.outputs import load_outputs
from toolkit.plans import load_plan, plan_names, section_titles
from toolkit.render.report_document import TEMPLATE, report_document
from toolkit.report import report
from toolkit.sample import build_sample
from toolkit.schema import load_schema
from toolkit.standings import compliance
from toolkit.stores.xlsx import read_workbook
from toolkit.viewer import BEHIND

SCHEMA, OUTPUTS = load_schema(), load_outputs()
TODAY = date(2026, 11, 24)
RUNNING, PAST, YEAR = "2026-2027学年第一学期", "2025-2026学年第一学期", "2025-2026学年"


def assessed(raw, day, community="示例共同体"):
    return assess(raw, SCHEMA, day, community)


def made(assessment, label):
    plans = [load_plan(name) for name in plan_names()]
    sections = section_titles([(rule.number, rule.name) for rule in assessment.rules], plans, ("指标编号", "名称"))
    return report(assessment, OUTPUTS, sections, label)


def written(result):
    return report_document(result, OUTPUTS)


def document(result):
    return Document(io.BytesIO(written(result)))


def text_of(data):
    """Everything the document says, a line a paragraph; the header too."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = [name for name in archive.namelist() if re.fullmatch(r"word/(document|header\d)\.xml", name)]
        parts = [archive.read(name).decode() for name in names]
    paragraphs = [line for part in parts for line in part.split("</w:p>")]
    return "\n".join(unescape("".join(re.findall(r"<w:t(?: [^>]*)?>([^<]*)", line))) for line in paragraphs)


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "sample.xlsx"
    build_sample(path, load_plan("S9").quotas)
    return assessed(read_workbook(path, SCHEMA), TODAY, "台头学区教育发展共同体")


@pytest.fixture(scope="module")
def running(demo):
    return made(demo, RUNNING)


# --- which period, which day


def test_a_running_term_says_that_it_is_not_over(running):
    assert running.running == f"{RUNNING}尚未结束，本报告是截至 2026 年 11 月 24 日的情况。"
    assert running.as_of == "2026 年 11 月 24 日"
    assert running.title == f"{RUNNING}工作报告"
    assert running.file == f"{RUNNING}工作报告.docx"


def test_a_past_term_stands_as_it_ended(demo):
    result = made(demo, PAST)
    then = assess_on(demo, date(2026, 1, 24))
    assert result.running == ""
    assert (result.as_of, result.made_text) == ("2026 年 1 月 23 日", "2026 年 11 月 24 日")
    assert result.figures[0][1] == f"{compliance(then.standings):.0%}"
    of_term = [standing for standing in then.standings if standing.rule.period == "term"]
    assert {standing.status for standing in of_term} <= {"met", "missed", "exceeded", "waived", "no_data"}


def test_a_year_counts_each_of_its_terms(demo):
    result = made(demo, YEAR)
    ends = [assess_on(demo, day) for day in (date(2026, 1, 24), date(2026, 7, 4))]
    standings = [s for end in ends for s in end.standings if s.rule.period == "term"]
    standings += [s for s in ends[1].standings if s.rule.period != "term"]
    met = sum(standing.status == "met" for standing in standings)
    assert result.figures[0] == (
        "达标率",
        f"{compliance(standings):.0%}",
        f"{met}/{sum(s.counts for s in standings)} 项",
    )
    meetings = next(c for section in result.sections for c in section.clauses if c.heading.startswith("2.3 "))
    assert [line.who.split()[0] for line in meetings.lines] == [PAST, "2025-2026学年第二学期"]
    visits = next(c for section in result.sections for c in section.clauses if c.heading.startswith("2.2 "))
    assert len(visits.grids) == 2


def test_where_the_next_term_follows_at_once_what_is_open_on_the_last_day_is_missed():
    raw = workbook(
        BASE.replace("2026-01-23", "2026-02-23"),
        """
# 指标
| 指标编号 | 名称 | 责任主体 | 周期 | 数据表 | 归属列 | 筛选 | 统计 | 下限 |
|---|---|---|---|---|---|---|---|---|
| 1.1 | 开会 | 共同体 | 学期 | 活动 | | 类别=联席会议 | 次数 | 2 |

# 活动
| 类别 | 主题 | 日期 | 承办学校 | 状态 | 佐证材料 |
|---|---|---|---|---|---|
| 联席会议 | 第一次 | 2025-10-08 | 中心 | 已举行 | 有 |
| 联席会议 | 下学期的 | 2026-03-02 | 中心 | 已举行 | 有 |
""",
    )
    result = made(assessed(raw, date(2026, 3, 20)), "上学期")
    line = result.sections[0].clauses[0].lines[0]
    assert (line.done, line.status, line.word) == ("1/2", "missed", "未达标")
    assert result.shortfalls[0].note == "差 1 次联席会议"
    assert result.as_of == "2026 年 2 月 23 日"
    assert [row[0] for row in result.events.rows] == ["2025-10-08"]


def test_spaces_in_the_label_do_not_matter(demo):
    assert made(demo, " 2026-2027 学年 第一学期").label == RUNNING


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("2026-2027学年第一学", f"Did you mean {RUNNING}?"),
        ("下学期", "the workbook has 2025-2026学年第一学期, "),
        ("2026-2027学年第二学期", "begins on 2027-02-22"),
    ],
)
def test_a_term_that_cannot_be_reported_on_is_refused_with_the_known_ones(demo, label, words):
    with pytest.raises(UsageError, match=re.escape(words)):
        made(demo, label)


def test_a_workbook_without_terms_is_refused():
    with pytest.raises(UsageError, match="no readable term"):
        made(assessed(workbook("# 学校\n| 学校 | 角色 |\n|---|---|\n| 甲 | 领衔学校 |\n"), TODAY), "上学期")


# --- the numbers are those of the standings


def test_every_figure_is_that_of_the_standings(demo, running):
    standings = demo.standings
    met = sum(standing.status == "met" for standing in standings)
    counted = sum(standing.counts for standing in standings)
    assert running.figures[0] == ("达标率", f"{compliance(standings):.0%}", f"{met}/{counted} 项")
    total = running.sections_table.rows[-1]
    assert total[:3] == ("合计", str(len(standings)), str(met))
    for column in range(1, 6):
        assert sum(int(row[column]) for row in running.sections_table.rows[:-1]) == int(total[column])
    assert sum(int(number) for number in total[2:6]) == int(total[1])


def test_every_school_rule_names_every_obligor_once(demo, running):
    for section in running.sections:
        for clause in section.clauses:
            number = clause.heading.split()[0]
            owed = [s for s in demo.standings if s.rule.number == number]
            names = [line.who for grid in clause.grids for row in grid.rows for line in row if line.who]
            names += [line.who for line in clause.lines]
            if names:
                assert sorted(names) == sorted(standing.obligor.label for standing in owed)
            rows = {row for standing in owed for row in standing.evidence}
            assert clause.evidence == (f"依据：登记 {len(rows)} 条" if rows else "依据：没有可以计入的登记")
            assert {place for place, _ in clause.rows.rows} <= rows


def test_what_is_behind_is_owned_up_to(demo, running):
    behind = {s.rule.number for s in demo.standings if s.status in BEHIND}
    assert behind <= {line.number for line in running.shortfalls}
    assert [row[0] for row in running.waivers.rows] == ["2.1a"]
    assert running.waivers.rows[0][2:] == ("化龙镇裴岭小学", "2026-2027学年", *running.waivers.rows[0][4:])
    no_data = {s.rule.number for s in demo.standings if s.status == "no_data"}
    assert {row[0] for row in running.without_data.rows} == no_data


def test_what_came_after_the_period_is_no_fault_of_it(demo):
    result = made(demo, PAST)
    events = demo.ground.tables["events"]
    in_time = set(events.rows[(events.frame["date"] <= "2026-01-24").to_numpy()].tolist())
    rejected = [row[0] for section in result.sections for clause in section.clauses for row in clause.rejected.rows]
    late = [place for place in rejected if place.startswith("活动!") and int(place[3:]) not in in_time]
    assert late == []


def test_a_loan_that_came_back_since_was_overdue_then():
    raw = workbook(
        BASE,
        """
# 资源
| 资源编号 | 名称 | 类别 | 所属学校 | 数量 |
|---|---|---|---|---|
| R1 | 投影仪 | 设备 | 中心 | 9 |

# 借用
| 资源编号 | 借出学校 | 借入学校 | 数量 | 借出日期 | 应还日期 | 归还日期 |
|---|---|---|---|---|---|---|
| R1 | 中心 | 东校 | 1 | 2025-10-08 | 2025-11-01 | 2026-02-03 |
| R1 | 中心 | 西校 | 2 | 2025-10-09 | 2025-11-01 | 2025-11-20 |
| R1 | 中心 | 西校 | 1 | 2026-03-09 | 2026-04-01 | |
""",
    )
    result = made(assessed(raw, date(2026, 3, 20)), "上学期")
    assert result.loans.startswith("本期借出 2 笔共 3 件，其中已归还 1 笔（逾期归还 1 笔）。")
    assert [row[-1] for row in result.overdue.rows] == ["已过 84 天，后于 2026-02-03 归还"]
    assert ("甲镇中心小学", "2", "0", "0", "0") in result.loans_table.rows


# --- whose names may not stand in it


def test_no_pupil_is_named_and_no_address_shown():
    raw = workbook(
        BASE,
        """
# 指标
| 指标编号 | 名称 | 责任主体 | 周期 | 数据表 | 归属列 | 筛选 | 统计 | 下限 |
|---|---|---|---|---|---|---|---|---|
| 1.1 | 手拉手 | 每所学校 | 学期 | 结对 | 甲方学校 | 类别=学生、班级 | 次数 | 1 |
| 1.2 | 开会 | 共同体 | 学期 | 活动 | | | 次数 | 1 |

# 结对
| 类别 | 甲方 | 甲方学校 | 乙方 | 乙方学校 | 起始日期 |
|---|---|---|---|---|---|
| 学生 | 赵小宝 | 中心 | 钱小妹 | 东校 | 2025-10-08 |
| 学生 | 孙小弟 | 中心 | 李小囡 | 东校 | 下周三 |
| 班级 | 四年级1班 | 中心 | 四年级2班 | 东校 | 2025-10-08 |

# 活动
| 类别 | 主题 | 日期 | 承办学校 | 状态 | 佐证材料 |
|---|---|---|---|---|---|
| 联席会议 | 报名请写 zhao.li@school.example.com | 2025-10-08 | 中心 | 已举行 | 有 |
""",
    )
    text = text_of(written(made(assessed(raw, date(2025, 11, 1)), "上学期")))
    assert "学生 · 中心 · 东校 · 2025-10-08" in text
    assert "班级 · 四年级1班 · 中心 · 四年级2班" in text
    assert [name for name in ("赵小宝", "钱小妹", "孙小弟", "李小囡") if name in text] == []
    assert "报名请写 （邮箱略）" in text
    assert "@" not in text


# --- the document


@pytest.mark.parametrize("label", [RUNNING, PAST, YEAR])
def test_the_document_is_well_formed(demo, label):
    data = report_document(made(demo, label), OUTPUTS)
    paper = Document(io.BytesIO(data))
    levels = [int(p.style.name[-1]) for p in paper.paragraphs if p.style.name.startswith("Heading")]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert set(levels) == {1, 2, 3}
    text = text_of(data)
    assert re.search(r"\{\{|\}\}|\{%|%\}", text) is None
    section = paper.sections[0]
    assert (round(section.page_width.cm, 1), round(section.page_height.cm, 1)) == (21.0, 29.7)
    assert abs(section.left_margin - Cm(2.5)) < 1000
    assert "台头学区教育发展共同体" in section.header.paragraphs[0].text
    for table in paper.tables[1:]:
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)
        assert len({len(row._tr.tc_lst) for row in table.rows}) == 1


def test_every_link_of_the_contents_leads_somewhere(running):
    body = document(running).element.body
    marks = [mark.get(qn("w:name")) for mark in body.iter(qn("w:bookmarkStart"))]
    numbers = [mark.get(qn("w:id")) for mark in body.iter(qn("w:bookmarkStart"))]
    assert len(set(marks)) == len(marks) == len(set(numbers))
    assert {link.get(qn("w:anchor")) for link in body.iter(qn("w:hyperlink"))} == set(marks)


def test_every_style_that_is_named_is_there(running):
    paper = document(running)
    known = {style.style_id for style in paper.styles}
    kinds = ("w:rStyle", "w:pStyle", "w:tblStyle")
    assert {e.get(qn("w:val")) for kind in kinds for e in paper.element.body.iter(qn(kind))} <= known


def test_chinese_has_its_fonts(running):
    styles = document(running).styles
    assert styles["Normal"].element.rPr.rFonts.get(qn("w:eastAsia")) == "宋体"
    assert styles["Heading 1"].element.rPr.rFonts.get(qn("w:eastAsia")) == "黑体"


def test_the_same_report_gives_the_same_bytes(demo, running):
    first = report_document(running, OUTPUTS)
    assert first == report_document(made(demo, RUNNING), OUTPUTS)
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert MARK.encode() in first[:4096]


def test_the_template_is_the_one_that_is_made():
    assert make() == TEMPLATE.read_bytes()


@pytest.mark.parametrize("name", sorted(EXTREMES))
def test_a_report_of_any_community_can_be_made(name):
    raw, day = EXTREMES[name]()
    assessment = assessed(raw, day)
    begun = [term for term in assessment.reckoner.terms if term.start <= day]
    for label in {label for term in begun[-1:] for label in (term.name, term.year)}:
        result = made(assessment, label)
        text = text_of(written(result))
        assert all(line.name in text for line in result.shortfalls if line.name.isprintable())


def test_what_people_typed_stays_text():
    raw, day = EXTREMES["hostile"]()
    result = made(assessed(raw, day), "2025学年上学期")
    data = report_document(result, OUTPUTS)
    text = text_of(data)
    for typed in HOSTILE:
        shown = " ".join("".join(sign if sign.isprintable() else " " for sign in typed).split())
        assert shown in text
    assert "49" not in text.splitlines()
    xml = zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml").decode()
    assert "\u202e" not in xml
    assert "<script" not in xml


def test_nothing_entered_is_said_plainly():
    raw, day = EXTREMES["nothing_entered"]()
    result = made(assessed(raw, day), "2025学年上学期")
    text = text_of(written(result))
    assert result.figures[0][1] == "0%"
    assert "本期没有借用登记。" in text
    assert "本期没有登记考试成绩。" in text
    assert "依据：没有可以计入的登记" in text


def test_a_year_long_list_is_cut_and_says_so():
    start = date(2025, 9, 1)
    events = "\n".join(
        f"| 其他 | 第{n}次 | {start + timedelta(days=n % 140)} | 中心 | 已举行 | 有 |" for n in range(340)
    )
    raw = workbook(
        BASE, "# 活动\n| 类别 | 主题 | 日期 | 承办学校 | 状态 | 佐证材料 |\n|---|---|---|---|---|---|\n" + events
    )
    result = made(assessed(raw, date(2026, 1, 22)), "上学期")
    assert (len(result.events.rows), result.events.note) == (300, "另有 40 条，见登记簿。")


@pytest.mark.skipif(
    not shutil.which("soffice") or not shutil.which("pdftotext"), reason="needs LibreOffice and poppler"
)
def test_libreoffice_opens_it(running, tmp_path):
    (tmp_path / "report.docx").write_bytes(report_document(running, OUTPUTS))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", tmp_path, tmp_path / "report.docx"]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    made_text = subprocess.run(["pdftotext", "-layout", tmp_path / "report.pdf", "-"], check=True, capture_output=True)
    text = re.sub(r"\s+", "", made_text.stdout.decode())
    assert f"{RUNNING}工作报告" in text
    assert running.figures[0][2].replace(" ", "") in text
    assert re.sub(r"\s+", "", running.facts[0]) in text
    for part in (
        "一、总体情况",
        "二、逐条落实",
        "三、未达成事项",
        "四、学业质量",
        "五、借用情况",
        "六、登记质量",
        "附录",
    ):
        assert part in text
    assert "第2页共" in text
