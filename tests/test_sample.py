"""The shipped sample: as large, as messy and as wrong as it means to be, and no more."""

from __future__ import annotations

from collections import Counter

import pytest
from openpyxl import load_workbook

from toolkit.assess import assess
from toolkit.errors import UsageError
from toolkit.sample import AS_OF, build_sample
from toolkit.sample.material import load
from toolkit.schema import load_schema
from toolkit.stores.xlsx import read_workbook

SCHEMA = load_schema()

HEADERS = "指标编号 名称 条款 责任主体 周期 数据表 归属列 筛选 统计 统计列 下限 上限 分值"
QUOTAS = [
    dict(zip(HEADERS.split(), row.split("|"), strict=True))
    for row in """\
1.1|设备互借|四(一)1|每所学校|学年|借用|借出学校||次数||1||
2.1a|干部挂职|四(二)1|成员学校|学年|交流|派出学校|类别=挂职学习|人数|人员|1||
2.1b|挂职满一个月|四(二)1|成员学校|学年|交流|派出学校|类别=挂职学习|最少天数||30||
2.2|校长到校指导|四(二)2|成员学校|学期|活动|承办学校|类别=校长到校指导|次数||1||
2.3|联席会议|四(二)3|共同体|学期|活动||类别=联席会议|次数||2||
3.4a|师徒结对|四(三)4|骨干教师|学年|结对|甲方|类别=师徒|覆盖率|乙方学校|100%||
4.2b|教研活动|四(四)2|教师|学期|签到|人员|活动类别=集体备课、听课评课、优质课展示|次数||1||
4.3|教案上传|四(四)3|教师|学期|教案|教师||次数||1||
4.4a|课题|四(四)4|共同体|学年|课题||级别=区级、市级、省级、国家级;参与学校含全部学校|次数||1||
4.6|艺体活动|四(四)6|共同体|学期|活动||类别=艺体活动|次数||1||
6.2|均分差|四(六)2|共同体|学期|成绩|||均分差|平均分|0||""".splitlines()
]


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("sample") / "sample.xlsx"
    build_sample(path, QUOTAS)
    return path


@pytest.fixture(scope="module")
def assessment(path):
    return assess(read_workbook(path, SCHEMA), SCHEMA, AS_OF)


def statuses(assessment, number):
    return Counter(s.status for s in assessment.standings if s.rule.number == number)


def test_it_is_as_large_as_a_real_community(assessment):
    sizes = {key: len(table.frame) for key, table in assessment.ground.tables.items()}
    assert sum(sizes.values()) >= 1000
    assert 280 <= sizes["people"] <= 320
    assert sizes["schools"] == 11
    assert sizes["attendance"] == max(sizes.values()) >= 300
    assert min(sizes.values()) >= 2, "every sheet is filled"


def test_every_planted_mistake_is_found_and_nothing_else_is_an_error(assessment):
    planted = Counter()
    for slip in load("slips"):
        sheet = SCHEMA.sheets[slip["sheet"]]
        planted[sheet.title, sheet.by_key[slip["column"]].name if slip["column"] else None, slip["rule"]] += 1
    errors = [problem for problem in assessment.problems if problem.severity == "error"]
    assert Counter((e.sheet, e.column, e.rule) for e in errors) == planted
    assert 25 <= len(errors) <= 60
    assert len({e.sheet for e in errors}) >= 12
    assert len({e.rule for e in errors}) >= 20


def test_a_mistake_is_quoted_as_it_was_typed(assessment):
    values = {problem.value for problem in assessment.problems if problem.severity == "error"}
    assert {"2026.11.31", "26.10.15", "下周三", "9.1", "9:30", "920%", "#REF!", "张伟", "若干"} <= values


def test_the_picture_is_believable(assessment):
    assert statuses(assessment, "2.2") == {"met": 5, "on_track": 2, "at_risk": 3}
    assert statuses(assessment, "2.1a")["waived"] == 1
    assert statuses(assessment, "2.3") == {"on_track": 1}
    assert statuses(assessment, "4.4a") == {"met": 1}
    assert statuses(assessment, "4.6") == {"at_risk": 1}
    assert statuses(assessment, "6.2") == {"met": 1}
    for number in ("4.2b", "4.3"):
        counts = statuses(assessment, number)
        assert 0.7 < counts["met"] / counts.total() < 0.9
    assert not any(s.status == "missed" for s in assessment.standings)


def test_one_stay_is_too_short_to_count_as_a_month(assessment):
    short = [s for s in assessment.standings if s.rule.number == "2.1b" and s.done is not None and s.done < 30]
    assert [(s.obligor.label, s.done) for s in short] == [("化龙镇辛店小学", 18)]


def test_loans_are_overdue(assessment):
    loans = assessment.ground.tables["loans"].frame[assessment.ground.sound("loans")]
    late = loans["returned_on"].isna() & (loans["due_on"] < assessment.ground.today)
    assert 4 <= late.sum() <= 6


def test_it_says_at_once_that_it_is_a_sample(path):
    book = load_workbook(path)
    first = book.worksheets[0]
    assert first.title == "说明"
    assert first["A1"].value == "示例数据"
    assert "示例数据" in book.properties.title
    assert "编的" in first["A4"].value
    addresses = [c.value for sheet in book for row in sheet for c in row if isinstance(c.value, str) and "@" in c.value]
    assert addresses
    assert all(
        a.strip("\ufeff\u200b\u3000 ").endswith(("example.com", "example.org", "example，com")) for a in addresses
    )


def test_it_is_typed_as_staff_type(path, assessment):
    book = load_workbook(path)
    assert {"借用 ", "签到登记"} <= set(book.sheetnames)
    assert any(row.hidden for row in book["活动"].row_dimensions.values())
    assert any(area.min_row > 2 for area in book["活动"].merged_cells.ranges)
    assert {p.rule for p in assessment.problems if p.severity == "notice"} == {"row.total"}
    repaired = Counter(repair.sheet for table in assessment.ground.tables.values() for repair in table.repairs())
    assert len(repaired) >= 12
    assert repaired.total() > 300


def test_a_folder_that_cannot_be_made_is_said_plainly(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="is a file, not a folder"):
        build_sample(tmp_path / "file" / "sample.xlsx", QUOTAS)


def test_it_is_the_same_every_time(path, tmp_path):
    build_sample(tmp_path / "again.xlsx", QUOTAS)
    assert (tmp_path / "again.xlsx").read_bytes() == path.read_bytes()
