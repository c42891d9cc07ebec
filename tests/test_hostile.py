"""Text from sheets is hostile: it comes out as text everywhere, and never as a traceback."""

import datetime as dt
import email
import re
from email.policy import default
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from test_commands import QUOTAS, RECIPIENTS, SCHOOLS, TERMS, run

from toolkit.cli import main

AS_OF = "2025-11-24"
HOSTILE = [
    "=cmd|' /C calc'!A0",
    "+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "<script>alert(1)</script>",
    "</td><img src=x onerror=alert(1)>",
    "{{ 7*7 }}{% raw %}",
    "{value} {0} %s %(x)s",
    "\u200b\u200c\ufeff",
    "喵😺👨‍👩‍👧",
    "\x07\x0b\x1b[31m",
    "长" * 10_000,
    "a\r\nBcc: x@example.com",
    "NaN",
    "inf",
    "-inf",
    "1e999",
    "x" * 60 + "；" * 3,
    "9" * 400,
    "'; DROP TABLE 学校; --",
    "..\\..\\x",
    "\u202e反",
]
VALUES = [
    *HOSTILE,
    -5,
    1e300,
    -1e300,
    123456789012345678,
    float("nan"),
    float("inf"),
    True,
    dt.date(1900, 1, 1),
    dt.date(9999, 12, 31),
]


def sheets_with(value):
    header = ["活动编号", "类别", "主题", "日期", "时长", "承办学校", "参加学校", "主讲人", "状态", "佐证材料"]
    sound = ["H1", "联席会议", "秋季", "2025-09-18", "90分钟", "中心", "全部", "王老师", "已举行", "纪要"]
    rows = [header, sound]
    for place in range(len(header)):
        row = [f"H{place + 10}", "联席会议", f"第{place}次", "2025-09-18", "90", "中心", "全部", "", "已举行", "纪要"]
        row[place] = value
        rows.append(row)
    people = [["姓名", "学校", "职务"], ["王芳", "东校", "教师"], [value, "东校", "教师"], ["王芳", value, "教师"]]
    recipients = [*RECIPIENTS, [value, "x@example.com", "领导", "", ""], ["名", value, "领导", "", ""]]
    quotas = [*QUOTAS, ["9.1", value, "共同体", "学期", "活动", "", value, "次数", "", value]]
    return {"学校": SCHOOLS, "学期": TERMS, "活动": rows, "人员": people, "指标": quotas, "收件人": recipients}


@pytest.fixture(params=range(len(VALUES)), ids=lambda place: ascii(VALUES[place])[:24])
def hostile(request, tmp_path):
    value = VALUES[request.param]
    path = tmp_path / "登记.xlsx"
    with xlsxwriter.Workbook(
        path, {"strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": True}
    ) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for title, rows in sheets_with(value).items():
            sheet = book.add_worksheet(title)
            for r, row in enumerate(rows):
                for c, cell in enumerate(row):
                    if isinstance(cell, dt.date):
                        sheet.write_datetime(r, c, dt.datetime.combine(cell, dt.time()), day)
                    else:
                        sheet.write(r, c, cell)
    return path


COMMANDS = [
    ["check"],
    ["check", "--json"],
    ["check", "--repairs"],
    ["quotas"],
    ["quotas", "--json"],
    ["explain", "2.3"],
    ["explain", "4.5", "--json"],
    ["explain", "9.1"],
    ["dashboard"],
    ["weekly", "--dry-run"],
]


def test_every_output_holds_it_as_text(hostile, tmp_path, monkeypatch, capsys):
    out = tmp_path / "out"
    for command in COMMANDS:
        where = ["--out", str(out)] if command[0] in {"dashboard", "weekly"} else []
        monkeypatch.setattr("sys.argv", ["consortium", *command, *where, "--workbook", str(hostile), "--as-of", AS_OF])
        with pytest.raises(SystemExit) as stop:
            main()
        assert stop.value.code in {0, 1}
    captured = capsys.readouterr()
    expected = ("No letter: 收件人!", "The community has no name")
    assert [
        line for line in captured.err.splitlines() if not line.endswith("…") and not line.startswith(expected)
    ] == []
    assert "\x1b" not in captured.out

    workbook = openpyxl.load_workbook(out / "看板.xlsx")
    assert not [c.coordinate for sheet in workbook for row in sheet.iter_rows() for c in row if c.data_type == "f"]
    pages = [path.read_text(encoding="utf-8") for path in (out / "index.html", *(out / "各校").glob("*.html"))]
    assert len(pages) > 1
    assert {page.count("<script") for page in pages} == {1}  # our own, sealed by the page's security policy
    assert not [page for page in pages if "<img" in page]
    for text in _bodies(out):
        assert "<script" not in text
        assert {"cid:"} >= {source[:4] for source in re.findall(r'<img[^>]+src="([^"]*)"', text)}


def _bodies(folder):
    for path in folder.glob("*.eml"):
        mail = email.message_from_bytes(path.read_bytes(), policy=default)
        assert mail["Bcc"] is None
        assert "\n" not in mail["Subject"]
        yield mail.get_body(("html",)).get_content()


def test_an_18_digit_number_that_lost_its_end_is_said(write_xlsx):
    people = [["工号", "姓名", "学校", "职务"], [123456789012345678, "王芳", "东校", "教师"]]
    result = run("check", "--workbook", write_xlsx({"学校": SCHOOLS, "学期": TERMS, "人员": people}), "--as-of", AS_OF)
    assert "人员 第 2 行「工号」存成了很长的数“123456789012346000”" in result.stdout


def test_a_workbook_without_any_known_sheet_is_said(write_xlsx):
    result = run("check", "--workbook", write_xlsx({"食堂": [["菜", "价"], ["豆腐", 3]]}), "--as-of", AS_OF)
    assert result.returncode == 1
    assert "找不到工作表「学校」" in result.stdout
    assert "食堂" in result.stdout


def test_logs_and_messages_to_the_operator_hold_no_name_or_address(tmp_path):
    result = run("demo", tmp_path / "demo")
    assert "@" not in result.stdout + result.stderr
    assert not [path for path in Path(tmp_path).rglob("*.eml") if "@" in path.name]
