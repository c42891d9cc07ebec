"""The same entries in a workbook and in a Google Sheet give the same problems and the same standings, cell for cell."""

from datetime import date, datetime, time
from pathlib import Path

import pytest
import spreadsheets
import xlsxwriter
from markdown import BASE, workbook

from toolkit.assess import assess
from toolkit.plans import load_plan
from toolkit.results import results
from toolkit.sample import AS_OF, build_sample
from toolkit.schema import load_schema
from toolkit.stores.sources import WorkbookFile
from toolkit.workbook import Workbook

GALLERY = Path(__file__).parent / "gallery"
SCHEMA = load_schema()
DAY = date(2025, 11, 24)
OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": True}


class Workbooks:
    """Keeps entries in an .xlsx file."""

    ties = False

    def __init__(self, folder):
        self.path = folder / "登记.xlsx"

    def put(self, raw, merged=()):
        """Store them."""
        with xlsxwriter.Workbook(self.path, OPTIONS) as book:
            day = book.add_format({"num_format": "yyyy-mm-dd"})
            for sheet in raw.sheets:
                tab = book.add_worksheet(sheet.title)
                for row, line in enumerate(sheet.rows):
                    for column, value in enumerate(line):
                        self._write(tab, row, column, value, day)
                for title, area in merged:
                    if title == sheet.title:
                        tab.merge_range(area, sheet.rows[int(area.partition(":")[0][1:]) - 1][ord(area[0]) - ord("A")])
            for title in raw.others:
                book.add_worksheet(title)

    def _write(self, tab, row, column, value, day):
        if isinstance(value, str) and value.startswith("="):
            tab.write_formula(row, column, value, None, ERRORS.get(value, 0))
        elif isinstance(value, date | datetime | time):
            tab.write_datetime(row, column, value, day)
        elif value != "":
            tab.write(row, column, value)

    def read(self):
        """Read them back."""
        return WorkbookFile(self.path, SCHEMA, "{name}.sqlite", "{name}-sent.sqlite", "{name}-runs.sqlite").read()


class Sheets:
    """Keeps entries in a Google Sheet."""

    ties = True

    def __init__(self, standin, folder):
        self.standin, self.folder, self.number = standin, folder, spreadsheets.made(standin)

    def put(self, raw, merged=()):
        """Store them."""
        spreadsheets.fill(self.standin, self.number, raw)
        book = self.standin.client().open_by_key(self.number)
        for title, area in merged:
            book.worksheet(title).merge_cells(area)

    def read(self):
        """Read them back."""
        return spreadsheets.opened(self.standin, self.number, self.folder).read()


@pytest.fixture(params=["workbook", "sheet"])
def store(request, tmp_path):
    return Workbooks(tmp_path) if request.param == "workbook" else Sheets(request.getfixturevalue("sheets"), tmp_path)


def _told(raw, day=DAY):
    assessment = assess(raw, SCHEMA, day)
    return [problem.as_dict() for problem in assessment.problems], results(assessment)


# --- every kind of problem


OLD = "date.out_of_range"
"""A day of 1899 is the number 0 or 1 in a Google Sheet and cannot be told from what somebody typed."""


@pytest.mark.parametrize("path", sorted(GALLERY.glob("*.md")), ids=lambda path: path.stem)
def test_every_kind_of_problem(store, path):
    sheets = path.read_text(encoding="utf-8").partition("<!-- problems -->\n")[0]
    raw = workbook("" if "as it stands" in sheets else BASE, sheets)
    if path.stem == OLD:
        pytest.skip("see below")
    if not store.ties and any(sheet.key for sheet in raw.sheets):
        pytest.skip("a workbook cannot tie a tab to the schema")
    store.put(raw)
    assert _told(store.read()) == _told(raw)


# --- what people do to cells

ERRORS = {"=1/0": "#DIV/0!", "=NOSUCH()": "#NAME?", "=1+1": 2}
EVENTS = ["类别", "主题", "日期", "承办学校", "状态", "时长", "佐证材料"]


def _events(*rows, title="活动", above=()):
    base = workbook(BASE)
    sheet = workbook(f"# {title}").sheets[0]
    return Workbook((*base.sheets, type(sheet)(title, [*above, EVENTS, *rows])), base.others, base.name)


def _seen(store, raw, merged=()):
    store.put(raw, merged)
    problems, _ = _told(store.read())
    return [(problem["rule"], problem["cell"] or problem["row"], problem["value"]) for problem in problems]


def test_days_with_and_without_a_time(store):
    rows = [
        ["联席会议", "一", date(2025, 10, 9), "中心", "已举行", 90.0, "有"],
        ["联席会议", "二", datetime(2025, 10, 9, 14, 30), "中心", "已举行", 90.0, "有"],  # noqa: DTZ001
        ["联席会议", "三", date(2025, 12, 30), "中心", "已举行", 90.0, "有"],
    ]
    assert _seen(store, _events(*rows)) == [("events.held_in_future", "C4", "2025-12-30")]


def test_days_out_of_range(store):
    rows = [["联席会议", f"{day}", day, "中心", "计划", 90.0, ""] for day in (date(1980, 1, 1), date(2100, 1, 1))]
    assert _seen(store, _events(*rows)) == [
        ("date.out_of_range", "C2", "1980-01-01"),
        ("date.out_of_range", "C3", "2100-01-01"),
    ]


def test_numbers_that_are_no_days(store):
    rows = [["联席会议", "一", value, "中心", "计划", 90.0, ""] for value in (9.1, 20251230.0, "9.1", "2025-13-01")]
    assert _seen(store, _events(*rows)) == [
        ("date.unreadable", "C2", "9.1"),
        ("date.unreadable", "C4", "9.1"),
        ("date.unreadable", "C5", "2025-13-01"),
    ]


def test_errors_of_formulas(store):
    rows = [
        ["联席会议", "一", "2025-12-18", "中心", "计划", "=1/0", ""],
        ["讲座", "=NOSUCH()", "2025-12-18", "中心", "计划", "=1+1", ""],
    ]
    assert _seen(store, _events(*rows)) == [
        ("formula.error", "F2", "#DIV/0!"),
        ("word.unknown", "A3", "讲座"),
        ("formula.error", "B3", "#NAME?"),
    ]


def test_title_rows_and_merged_cells(store):
    rows = [
        ["联席会议", "一", "2025-12-18", "没有的学校", "计划", 90.0, ""],
        ["联席会议", "二", "2025-12-19", "", "计划", 90.0, ""],
    ]
    raw = _events(*rows, above=[["2025 年的活动", "", "", "", "", "", ""], ["", "", "", "", "", "", ""]])
    assert _seen(store, raw, [("活动", "A1:G1"), ("活动", "D4:D5")]) == [
        ("schools.unknown", "D4", "没有的学校"),
        ("schools.unknown", "D5", "没有的学校"),
    ]


def test_text_that_looks_like_something_else(store):
    rows = [
        ["联席会议", text, "2025-12-18", "中心", "计划", "９０分钟", ""]
        for text in ("0007", "3-2", "'引号", "+86", "1,2", "TRUE")
    ]
    raw = _events(*rows)
    store.put(raw)
    assert _told(store.read()) == _told(raw)
    topics = assess(store.read(), SCHEMA, DAY).ground.tables["events"].frame["topic"].tolist()
    assert topics == ["0007", "3-2", "'引号", "+86", "1,2", "TRUE"]


def test_ticks_blanks_and_rows_far_below(store):
    header = ["姓名", "学校", "职务", "在岗"]
    rows = [
        ["王老师", "中心", "教师", True],
        ["李老师", "东校", "教师", False],
        ["", "", "", False],
        ["　", " ", "\u200b", ""],
    ]
    rows += [["", "", "", ""]] * 40 + [["赵老师", "西校", "教师", "√"], ["合计", "", "", ""]]
    base = workbook(BASE)
    raw = Workbook((*base.sheets, type(base.sheets[0])("人员", [header, *rows])))
    store.put(raw)
    assessment = assess(store.read(), SCHEMA, DAY)
    frame = assessment.ground.tables["people"].frame
    assert frame.index.tolist() == [2, 3, 46]
    assert frame["active"].tolist() == [True, False, True]
    assert [(problem.rule, problem.row) for problem in assessment.problems] == [("row.total", 47)]


def test_tabs_that_look_like_cells_and_formulas(store):
    raw = _events(["联席会议", "一", "2025-12-18", "中心", "计划", 90.0, ""], title="活动 ")
    raw = Workbook(raw.sheets, ("P1", "CRM26", "九月 24", "R1C1"), raw.name)
    store.put(raw)
    read = store.read()
    assert set(raw.others) <= set(read.others)
    assert _told(read) == _told(raw)


# --- the sample community


def test_the_sample_community(store, tmp_path):
    path = tmp_path / "sample.xlsx"
    build_sample(path, load_plan("S9").quotas)
    expected = _told(
        WorkbookFile(path, SCHEMA, "{name}.sqlite", "{name}-sent.sqlite", "{name}-runs.sqlite").read(), AS_OF
    )
    if isinstance(store, Sheets):
        from standins.loading import load  # noqa: PLC0415

        load(store.standin.client(), store.number, path)
    else:
        path.rename(store.path)
    assert _told(store.read(), AS_OF) == expected
