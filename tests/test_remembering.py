"""The memory beside the workbook: changes and trends between runs, and a report that never needs it."""

import re
import sqlite3
from datetime import date, datetime
from urllib.parse import unquote

import openpyxl
import pytest
from test_commands import AS_OF, EVENTS, QUOTAS, RECIPIENTS, SCHOOLS, SHEETS, TERMS, mails, run

MEMORY = "登记·历次结果.sqlite"
MENDED = [*EVENTS[:3], ["H3", "开放日", "校园", "2025-11-13", "东校", "已举行", "相册"]]


@pytest.fixture
def book(write_xlsx):
    return write_xlsx(SHEETS)


def dashboard(book, as_of=AS_OF):
    result = run("dashboard", "--workbook", book, "--as-of", as_of)
    assert result.returncode == 0, result.stderr
    return result


def page(book):
    text = re.sub(
        r"<style.*?</style>|<script.*?</script>|<[^>]+>",
        " ",
        book.with_name("index.html").read_text("utf-8"),
        flags=re.DOTALL,
    )
    return " ".join(text.split())


def test_a_run_leaves_what_it_saw_and_the_next_says_what_changed(book, write_xlsx):
    dashboard(book, "2025-11-17")
    assert book.with_name(MEMORY).exists()
    assert "比上次" not in page(book)
    write_xlsx(SHEETS | {"活动": MENDED})
    dashboard(book, "2025-11-24")
    assert "▼ 1 比上周" in page(book)
    assert "比上次" not in page(book)  # the last run was that of last week: nothing is said twice


def test_running_twice_says_the_same_twice(book, write_xlsx):
    dashboard(book, "2025-11-17")
    write_xlsx(SHEETS | {"活动": MENDED})
    dashboard(book)
    first = page(book)
    dashboard(book)
    assert page(book) == first


def test_a_lost_memory_is_rebuilt_and_the_report_is_right_without_it(book):
    dashboard(book)
    first = page(book)
    book.with_name(MEMORY).unlink()
    dashboard(book)
    assert page(book) == first
    with sqlite3.connect(book.with_name(MEMORY)) as memory:
        days = [row[0] for row in memory.execute("SELECT DISTINCT day FROM rebuilt ORDER BY day")]
    assert days[0] == "2025-09-07"
    assert days[-1] == "2025-11-23"
    assert len(days) == 12


def test_a_damaged_memory_is_kept_aside_and_the_report_is_complete(book):
    book.with_name(MEMORY).write_bytes(b"not a database at all" * 100)
    result = dashboard(book)
    assert "is damaged" in result.stderr
    assert "Traceback" not in result.stderr
    assert [path.read_bytes()[:3] for path in book.parent.glob("*damaged*")] == [b"not"]
    assert "consortium:" not in dashboard(book).stderr  # what takes its time may say so


def test_a_look_into_the_past_leaves_the_memory_alone(book):
    dashboard(book)
    before = book.with_name(MEMORY).read_bytes()
    dashboard(book, "2025-10-01")
    assert book.with_name(MEMORY).read_bytes() == before


def test_a_dry_run_and_a_preview_leave_no_trace(book, tmp_path):
    run("weekly", "--dry-run", "--workbook", book, "--as-of", AS_OF, "--out", tmp_path / "box")
    run("preview", "--no-open", "--workbook", book, "--as-of", AS_OF, "--out", tmp_path / "look")
    assert not book.with_name(MEMORY).exists()


def test_a_problem_says_since_when_it_stands_though_its_row_moved(book, write_xlsx):
    dashboard(book, "2025-11-03")
    write_xlsx(SHEETS | {"活动": [EVENTS[0], EVENTS[3], EVENTS[1], EVENTS[2]]})
    dashboard(book)
    sheet = openpyxl.load_workbook(book.with_name("看板.xlsx"))["待改"]
    rows = [row for row in sheet.iter_rows(values_only=True) if any("2025.13.1" in str(cell) for cell in row)]
    assert [cell.date() for cell in rows[0] if isinstance(cell, datetime)] == [date(2025, 11, 3)]


def test_the_memory_holds_no_text_of_the_sheets(book):
    dashboard(book)
    content = book.with_name(MEMORY).read_bytes()
    for text in ("2025.13.1", "校园", "林主任", "leader@example.com"):
        assert text.encode() not in content


# --- pages and preview


def test_each_school_has_a_page_that_names_no_other(book):
    dashboard(book)
    folder = book.with_name("各校")
    assert sorted(path.name for path in folder.iterdir()) == ["东校.html", "中心.html", "西校.html"]
    east = (folder / "东校.html").read_text("utf-8")
    assert "东校" in east
    assert not re.search("甲镇中心小学|中心校|西校|乙镇西小学", east)
    assert "东校" in book.with_name("index.html").read_text("utf-8")


def test_the_page_of_a_school_that_left_is_taken_away(book, write_xlsx):
    dashboard(book)
    write_xlsx(SHEETS | {"学校": SCHOOLS[:3], "收件人": RECIPIENTS[:3]})
    dashboard(book)
    assert sorted(path.name for path in book.with_name("各校").iterdir()) == ["东校.html", "中心.html"]


def test_a_page_of_somebody_elses_in_that_folder_is_refused_not_removed(book):
    mine = book.with_name("各校") / "西校.html"
    mine.parent.mkdir()
    mine.write_text("<h1>mine</h1>")
    result = run("dashboard", "--workbook", book, "--as-of", AS_OF)
    assert (result.returncode, mine.read_text()) == (2, "<h1>mine</h1>")


@pytest.mark.parametrize("short", ["../../x", "a/b", "CON?*", " .. ", "x" * 60])
def test_a_schools_name_never_leads_out_of_the_folder(write_xlsx, short):
    schools = [SCHOOLS[0], SCHOOLS[1], ["甲镇东小学", short, "成员学校"]]
    book = write_xlsx({"学校": schools, "学期": TERMS, "指标": QUOTAS, "活动": EVENTS})
    before = {path for path in book.parent.rglob("*") if path.is_file()}
    dashboard(book)
    made = {path for path in book.parent.rglob("*") if path.is_file()} - before
    assert {path.parent.name for path in made} <= {book.parent.name, "各校"}
    assert len([path for path in made if path.parent.name == "各校"]) == 2


def test_preview_shows_every_page_and_every_mail(book, tmp_path):
    result = run("preview", "--no-open", "--workbook", book, "--as-of", AS_OF, "--out", tmp_path / "look")
    assert (result.returncode, result.stdout.strip()) == (0, str(tmp_path / "look" / "预览.html"))
    index = (tmp_path / "look" / "预览.html").read_text("utf-8")
    assert index.count("<iframe") == 3
    for href in re.findall(r'(?:href|src)="([^"]+)"', index):
        assert (tmp_path / "look" / unquote(href)).exists(), href
    mail = (tmp_path / "look" / "mails" / "weekly-002-leader.html").read_text("utf-8")
    assert "cid:" not in mail


def test_digests_of_the_dry_run_are_those_of_the_preview(book, tmp_path):
    run("weekly", "--dry-run", "--workbook", book, "--as-of", AS_OF, "--out", tmp_path / "box")
    run("preview", "--no-open", "--workbook", book, "--as-of", AS_OF, "--out", tmp_path / "look")
    index = (tmp_path / "look" / "预览.html").read_text("utf-8")
    for mail in mails(tmp_path / "box").values():
        assert str(mail["Subject"]) in index


def test_mails_and_pages_of_somebody_elses_are_neither_replaced_nor_removed(book, tmp_path):
    mine = {
        "box/weekly-notes.eml": "weekly --dry-run",
        "box/weekly-002-leader.eml": "weekly --dry-run",
        "look/pages/index.html": "preview --no-open",
        "look/mails/weekly-news.html": "preview --no-open",
    }
    for name, command in mine.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("mine")
        run(*command.split(), "--workbook", book, "--as-of", AS_OF, "--out", tmp_path / name.split("/")[0])
        assert path.read_text() == "mine", name


def test_a_copy_of_a_page_and_a_page_of_somebody_elses_stay(book):
    dashboard(book)
    folder = book.with_name("各校")
    copy = folder / "中心 十月存档.html"
    copy.write_bytes((folder / "中心.html").read_bytes())
    (folder / "说明.html").write_text("mine")
    dashboard(book)
    assert copy.exists()
    assert (folder / "说明.html").read_text() == "mine"


def test_a_look_into_the_future_does_not_stop_the_memory(book, write_xlsx):
    dashboard(book, "2025-11-17")
    dashboard(book, "2099-01-01")
    write_xlsx(SHEETS | {"活动": MENDED})
    dashboard(book)
    assert "▼ 1 比上周" in page(book)
    with sqlite3.connect(book.with_name(MEMORY)) as memory:
        assert [row[0] for row in memory.execute("SELECT day FROM runs ORDER BY day")] == ["2025-11-17", AS_OF]


def test_no_two_schools_share_a_page(write_xlsx):
    schools = [
        SCHOOLS[0],
        ["甲", "A/", "领衔学校"],
        ["乙", "A:", "成员学校"],
        ["丙", "A_~2", "成员学校"],
        ["丁", "a_", "成员学校"],
    ]
    book = write_xlsx({"学校": schools, "学期": TERMS})
    dashboard(book)
    assert len(list(book.with_name("各校").iterdir())) == 4
