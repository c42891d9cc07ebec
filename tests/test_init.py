"""The empty workbook that staff fill in: the core finds everything in it, and it helps without ever refusing."""

from __future__ import annotations

import warnings
from datetime import date, datetime

import openpyxl
import pytest

from toolkit.assess import assess
from toolkit.errors import UsageError
from toolkit.guide import load_guide
from toolkit.plans import load_plan, plan_names
from toolkit.render import entry_workbook
from toolkit.render.entry_workbook import write_entry_workbook
from toolkit.schema import Schema, load_schema
from toolkit.stores.xlsx import read_workbook

SCHEMA = load_schema()
GUIDE = load_guide()
AS_OF = date(2026, 11, 24)
QUOTA = {
    "指标编号": "1.1",
    "名称": "校际借用",
    "责任主体": "每所学校",
    "周期": "学年",
    "数据表": "借用",
    "归属列": "借出学校",
    "统计": "次数",
    "下限": "1",
    "分值": "2",
    "assumed": ["下限"],
}


def make(path, rows=None, sheets=None, schema=SCHEMA):
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # xlsxwriter warns where it leaves something out
        write_entry_workbook(path, schema, sheets or GUIDE.in_order(SCHEMA.sheets), rows or {}, GUIDE)
    return openpyxl.load_workbook(path, rich_text=False)


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    path = tmp_path_factory.mktemp("init") / "登记簿.xlsx"
    return path, make(path)


def validations(sheet, header):
    """The validation of a column's cells, and that of its header cell."""
    column = [cell.value.removesuffix(" *") for cell in sheet[1]].index(header) + 1
    letter = openpyxl.utils.get_column_letter(column)
    below = [v for v in sheet.data_validations.dataValidation if f"{letter}500" in v.sqref]
    above = [v for v in sheet.data_validations.dataValidation if f"{letter}1" in v.sqref]
    return (below[0] if below else None), above[0]


def column_format(sheet, number):
    """The number format of a whole column; columns that look alike are stored together."""
    return next(d.number_format for d in sheet.column_dimensions.values() if d.min <= number <= d.max)


def fields():
    return [(sheet, field) for sheet in SCHEMA.sheets.values() for field in sheet.fields]


def test_the_core_finds_every_sheet_and_column_and_misses_only_a_lead_school_and_a_term(empty):
    path, _ = empty
    assessment = assess(read_workbook(path, SCHEMA), SCHEMA, AS_OF)

    assert [(p.cell, p.rule) for p in assessment.problems] == [("C1", "schools.no_lead"), ("C1", "terms.none_begun")]
    for key, table in assessment.ground.tables.items():
        assert table.header.row == 1
        assert list(table.header.positions) == [field.key for field in SCHEMA.sheets[key].fields]
        assert len(table.frame) == 0


def test_the_guide_comes_first_and_leads_to_every_sheet(empty):
    _, book = empty
    guide = book[book.sheetnames[0]]
    texts = [cell.value for row in guide.iter_rows() for cell in row if cell.value]
    targets = [cell.hyperlink.location for row in guide.iter_rows() for cell in row if cell.hyperlink]

    assert book.sheetnames == ["说明", *(SCHEMA.sheets[key].title for key in GUIDE.in_order(SCHEMA.sheets))]
    assert targets == [f"'{title}'!A2" for title in book.sheetnames[1:]]
    assert all(sheet.consortium.purpose in texts for sheet in SCHEMA.sheets.values())
    assert guide.protection.sheet


def test_the_guide_knows_every_sheet_and_its_own_tabs_are_none_the_toolkit_reads():
    assert {key for group in GUIDE.groups for key in group.sheets} == set(SCHEMA.sheets)
    assert [SCHEMA.sheet_for(title) for title in GUIDE.tabs.values()] == [None, None]


def test_sheets_stand_in_the_order_of_use_with_what_is_referred_to_before_what_refers():
    order = GUIDE.in_order(SCHEMA.sheets)

    assert order[:3] == ["schools", "people", "terms"]
    assert [f"{s.title}.{f.name}" for s, f in fields() if f.refers and order.index(f.refers) > order.index(s.key)] == []


def test_each_header_is_bold_frozen_marked_if_required_and_explained(empty):
    _, book = empty
    for sheet in SCHEMA.sheets.values():
        tab = book[sheet.title]
        assert tab.freeze_panes in {"A2", "B2"}
        assert tab.auto_filter.ref.startswith("A1:")
        assert tab.print_title_rows == "$1:$1"
        assert (tab.page_setup.orientation, tab.page_setup.paperSize, tab.page_setup.fitToHeight) == (
            "landscape",
            9,
            0,
        )
        for cell, field in zip(tab[1], sheet.fields, strict=True):
            assert cell.value == (f"{field.name} *" if field.required else field.name)
            assert cell.font.b
            assert cell.fill.fill_type == "solid"
            assert field.description in cell.comment.text
            assert field.shown_example in cell.comment.text
            assert all(word in cell.comment.text for word in field.codes)


def test_nothing_is_ever_refused(empty):
    _, book = empty
    kinds = {v.errorStyle for tab in book for v in tab.data_validations.dataValidation if v.type and v.showErrorMessage}

    assert kinds == {"warning", "information"}


@pytest.mark.parametrize(("sheet", "field"), [pytest.param(s, f, id=f"{s.title}.{f.name}") for s, f in fields()])
def test_each_column_helps_according_to_its_kind(empty, sheet, field):
    _, book = empty
    tab = book[sheet.title]
    check, guard = validations(tab, field.name)
    number_format = column_format(tab, sheet.fields.index(field) + 1)

    assert guard.errorStyle == "warning"
    match field.kind:
        case "word":
            assert check.formula1 == f'"{",".join(field.codes)}"'
        case "bool":
            assert check.formula1 == '"是,否"'
        case "ref":
            assert check.type == "list"
            assert f"'{SCHEMA.sheets[field.refers].title}'!$" in check.formula1
            assert len(check.formula1) <= 255
            assert check.errorStyle == "information"
            assert number_format == "@"
        case "list":
            assert check.type is None
            assert field.description in check.prompt
            assert number_format == "@"
        case "date":
            assert (check.type, number_format) == ("date", "yyyy-mm-dd")
        case "int" | "number" | "percent":
            assert check.type in {"whole", "decimal"}
            assert number_format == {"int": "0", "number": "0.0#", "percent": "0.0%"}[field.kind]
        case "text":
            assert number_format == "@"
            assert (check is not None) == bool(field.refers)


def test_names_come_from_the_column_that_a_reference_names(empty):
    _, book = empty

    assert validations(book["借用"], "借出学校")[0].formula1.startswith("OFFSET('学校'!$A$2")
    assert validations(book["签到"], "人员")[0].formula1.startswith("OFFSET('人员'!$B$2")
    assert validations(book["签到"], "活动")[0].formula1.startswith("OFFSET('活动'!$A$2")
    assert validations(book["豁免"], "指标编号")[0].formula1.startswith("OFFSET('指标'!$A$2")
    assert "全市" in validations(book["成绩"], "学校")[0].error


def test_a_column_of_people_in_some_rows_only_offers_names_and_says_nothing(empty):
    _, book = empty
    check, _ = validations(book["结对"], "甲方")

    assert (check.type, check.showErrorMessage) == ("list", False)


def test_a_required_cell_is_coloured_only_once_its_row_has_begun(empty):
    _, book = empty
    rules = {
        str(area.sqref): rule[0].formula[0] for area, rule in book["成绩"].conditional_formatting._cf_rules.items()
    }

    assert rules["A2:A20000"] == "AND(COUNTA($A2:$J2)>0,LEN(TRIM(A2))=0)"
    assert rules["F2:F20000"] == 'AND(COUNTA($A2:$J2)>0,LEN(TRIM(F2))=0,$C2<>"",$C2<>"全市")'
    assert "H2:H20000" not in rules


def test_words_too_long_for_a_cell_stand_on_a_hidden_sheet(tmp_path):
    kind = SCHEMA.sheets["events"].by_key["kind"]
    codes = {f"很长很长很长很长很长的类别{number}": f"kind_{number}" for number in range(40)}
    extras = kind.consortium.model_copy(update={"codes": codes})
    events = SCHEMA.sheets["events"]
    longer = tuple(f.model_copy(update={"consortium": extras}) if f is kind else f for f in events.fields)
    sheets = {**SCHEMA.sheets, "events": events.model_copy(update={"fields": longer})}
    schema = Schema(sheets=sheets, messages=SCHEMA.messages, words=SCHEMA.words)
    book = make(tmp_path / "a.xlsx", schema=schema)
    check, _ = validations(book["活动"], "类别")

    assert check.formula1 == "'下拉选项'!$A$1:$A$40"
    assert book["下拉选项"].sheet_state == "hidden"
    assert [cell.value for cell in book["下拉选项"]["A"]] == list(codes)


def test_text_that_looks_like_a_formula_or_a_number_stays_text(tmp_path):
    texts = ["=1+1", "+86", "-无", "@全体", "007", "http://example.com/a"]
    rows = [{"资源编号": text, "名称": text, "数量": "40本"} for text in texts]
    tab = make(tmp_path / "a.xlsx", {"resources": rows})["资源"]

    assert [cell.value for cell in tab["A"][1:]] == texts
    assert {cell.data_type for row in tab.iter_rows(min_row=2, max_col=2) for cell in row} == {"s"}
    assert {cell.value for cell in tab["E"][1:]} == {"40本"}
    assert not any(cell.hyperlink for cell in tab["A"])


def test_plain_dates_and_numbers_are_written_as_such_and_others_as_typed(tmp_path):
    scores = [
        {"日期": "2026-06-25", "参考人数": "86", "及格率": "96%"},
        {"日期": "6.25", "参考人数": "86人", "及格率": "九成"},
    ]
    tab = make(tmp_path / "a.xlsx", {"scores": scores})["成绩"]

    assert [tab[cell].value for cell in ("B2", "F2", "I2")] == [datetime(2026, 6, 25), 86, 0.96]  # noqa: DTZ001
    assert [tab[cell].value for cell in ("B3", "F3", "I3")] == ["6.25", "86人", "九成"]


def test_a_quota_says_where_its_number_is_only_a_default(tmp_path):
    book = make(tmp_path / "a.xlsx", {"quotas": [QUOTA]})
    tab = book["指标"]

    assert tab["K2"].comment.text == GUIDE.assumed
    assert tab["M2"].comment is None
    assert any(cell.value == GUIDE.colours["assumed"].text for row in book["说明"].iter_rows() for cell in row)


def test_the_legend_of_defaults_is_left_out_where_there_are_none(empty):
    _, book = empty

    assert all(cell.value != GUIDE.colours["assumed"].text for row in book["说明"].iter_rows() for cell in row)


@pytest.mark.parametrize("name", plan_names())
def test_the_rows_of_a_plan_land_in_the_quotas_and_are_read_without_a_problem(tmp_path, name):
    plan = load_plan(name)
    make(tmp_path / "a.xlsx", {"quotas": plan.quotas})
    assessment = assess(read_workbook(tmp_path / "a.xlsx", SCHEMA), SCHEMA, AS_OF)

    assert [rule.number for rule in assessment.rules] == [row["指标编号"] for row in plan.quotas]
    assert [problem.message for problem in assessment.problems if problem.sheet == "指标"] == []


def test_a_workbook_of_a_few_sheets_refers_to_nothing_it_does_not_have(tmp_path):
    book = make(tmp_path / "a.xlsx", sheets=["loans", "schools"])

    assert book.sheetnames == ["说明", "借用", "学校"]
    assert validations(book["借用"], "资源编号")[0] is None
    assert validations(book["借用"], "借出学校")[0].type == "list"


def test_a_failure_leaves_the_old_file_and_no_other(tmp_path, monkeypatch):
    path = tmp_path / "登记簿.xlsx"
    path.write_text("before")
    monkeypatch.setattr(entry_workbook, "write_guide", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        make(path)

    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_cannot_be_made_is_one_plain_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="is a file, not a folder"):
        make(tmp_path / "file" / "登记簿.xlsx")
