"""Real files, sound and otherwise."""

import datetime as dt
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from toolkit.assess import assess
from toolkit.errors import SourceError
from toolkit.schema import load_schema
from toolkit.stores.xlsx import read_workbook
from toolkit.workbook import Sheet

SCHEMA = load_schema()
SCHOOLS = {"学校": [["学校", "角色"], ["甲小学", "领衔学校"]]}


def test_values_come_as_they_are(tmp_path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("活动 ")
        day, time = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"num_format": "hh:mm"})
        sheet.write_row("A1", ["日期", 5, True])
        sheet.write_datetime("D1", dt.date(2025, 9, 1), day)
        sheet.write_number("E1", 0.5, time)
        sheet.write_formula("F1", "=1/0", None, "#DIV/0!")
        sheet.write_string("G1", "=cmd()")
    assert read_workbook(path, SCHEMA).sheets == (
        Sheet("活动 ", [["日期", 5.0, "TRUE", dt.date(2025, 9, 1), dt.time(12), "#DIV/0!", "=cmd()"]]),
    )


def test_a_merged_cell_counts_for_all_it_covers(tmp_path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("活动")
        sheet.write_row("A1", ["类别", "主题", "承办学校"])
        sheet.write_column("B2", ["一", "二"])
        sheet.merge_range("C2:C3", "甲小学")
        sheet.merge_range("A4:B5", "其他")
    assert read_workbook(path, SCHEMA).sheets[0].rows == [
        ["类别", "主题", "承办学校"],
        ["", "一", "甲小学"],
        ["", "二", "甲小学"],
        ["其他", "其他", ""],
        ["其他", "其他", ""],
    ]


def test_a_merge_down_to_the_last_row_does_not_make_a_million_rows(tmp_path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("活动")
        sheet.write_row("A1", ["类别", "主题"])
        sheet.merge_range("A2:A1048576", "其他")
    assert len(read_workbook(path, SCHEMA).sheets[0].rows) < 2000


def test_sheets_of_no_known_title_are_left_alone(write_xlsx):
    book = read_workbook(write_xlsx({**SCHOOLS, "食堂": [["菜"]]}), SCHEMA)
    assert ([sheet.title for sheet in book.sheets], book.others) == (["学校"], ("食堂",))


def test_a_hundred_thousand_formatted_empty_rows_are_no_rows(tmp_path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("学校")
        sheet.write_row("A1", ["学校", "角色"])
        sheet.write_row("A2", ["甲小学", "领衔学校"])
        style = book.add_format({"border": 1})
        for row in range(2, 100_000):
            sheet.write_blank(row, 0, None, style)
    assessment = assess(read_workbook(path, SCHEMA), SCHEMA, dt.date(2025, 11, 24))
    assert len(assessment.ground.tables["schools"].frame) == 1


@pytest.mark.parametrize("cell", ["XFD1048576", "XFD50000"])
def test_a_cell_far_away_is_named_instead_of_filling_the_memory(tmp_path, cell):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("活动")
        sheet.write("A1", "类别")
        sheet.write(cell, "x")
    with pytest.raises(SourceError, match=f"sheet 活动 has something as far away as {cell}"):
        read_workbook(path, SCHEMA)


@pytest.fixture
def good(write_xlsx):
    return write_xlsx(SCHOOLS)


def missing(good):
    return good.with_name("nowhere.xlsx")


def folder(good):
    return good.parent


def empty(good):
    good.write_bytes(b"")
    return good


def truncated(good):
    good.write_bytes(good.read_bytes()[:-800])
    return good


def half_copied(good):
    good.write_bytes(good.read_bytes()[: good.stat().st_size // 2])
    return good


def corrupt(good):
    data = bytearray(good.read_bytes())
    start = data.find(b"xl/worksheets/sheet1.xml") + 40
    data[start : start + 30] = bytes(30)
    good.write_bytes(bytes(data))
    return good


def no_xml(good):
    changed = good.with_name("changed.xlsx")
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(changed, "w") as target:
        for name in source.namelist():
            target.writestr(name, b"<broken" if name == "xl/workbook.xml" else source.read(name))
    return changed


def csv(good):
    good.write_text("学校,角色\n甲小学,领衔学校\n", encoding="utf-8-sig")
    return good


def html(good):
    good.write_text("<html><table><tr><td>学校</td></tr></table></html>", encoding="utf-8")
    return good


def other_zip(good):
    with zipfile.ZipFile(good, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    return good


def old_xls(good):
    good.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(4096))
    return good


def encrypted(good):
    good.write_bytes(
        bytes.fromhex("d0cf11e0a1b11ae1") + bytes(512) + "EncryptedPackage".encode("utf-16-le") + bytes(512)
    )
    return good


def open_in_excel(good):
    good.with_name(f"~${good.name}").write_bytes(b"")
    return good


def open_in_wps(good):
    good.with_name(f".~{good.name}").write_bytes(b"")
    return good


def open_in_libreoffice(good):
    good.with_name(f".~lock.{good.name}#").write_bytes(b"")
    return good


FAULTS = {
    missing: "does not exist",
    folder: "is a folder",
    empty: "is empty",
    truncated: "half copied",
    half_copied: "half copied",
    corrupt: "",
    no_xml: "cannot be read",
    csv: r"a text file \(such as .csv\)",
    html: "a web page",
    other_zip: "not a workbook",
    old_xls: r"old Excel file \(.xls\)",
    encrypted: "protected by a password",
    open_in_excel: "is open in a spreadsheet program",
    open_in_wps: "is open in a spreadsheet program",
    open_in_libreoffice: "is open in a spreadsheet program",
}


@pytest.mark.parametrize(("spoil", "said"), FAULTS.items(), ids=lambda value: getattr(value, "__name__", ""))
def test_a_file_that_cannot_be_read_is_one_clear_line_and_exit_3(good, spoil, said):
    path = spoil(good)
    result = subprocess.run(
        ["consortium", "check", "--workbook", path], capture_output=True, text=True, check=False, env=_path()
    )
    assert (result.returncode, result.stdout) == (3, "")
    assert re.fullmatch(rf"consortium: .*{said}.*\n", result.stderr)


def _path():
    return {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize(("suffix", "said"), [("ods", ".ods"), ("xls", ".xls")])
def test_other_formats_renamed_to_xlsx_are_named(good, tmp_path, suffix, said):
    subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", suffix, good],
        check=True,
        capture_output=True,
        cwd=tmp_path,
    )
    renamed = tmp_path / "renamed.xlsx"
    good.with_suffix(f".{suffix}").rename(renamed)
    with pytest.raises(SourceError, match=re.escape(said)):
        read_workbook(renamed, SCHEMA)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_a_workbook_saved_by_libreoffice_reads_the_same(good, tmp_path):
    (tmp_path / "saved").mkdir()
    subprocess.run(
        [
            "soffice",
            f"-env:UserInstallation=file://{tmp_path}/profile",
            "--headless",
            "--convert-to",
            "xlsx",
            "--outdir",
            tmp_path / "saved",
            good,
        ],
        check=True,
        capture_output=True,
    )
    assert read_workbook(tmp_path / "saved" / good.name, SCHEMA).sheets == read_workbook(good, SCHEMA).sheets
