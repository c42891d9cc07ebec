"""The command line as people use it: what it prints, writes and returns."""

import email
import json
import os
import subprocess
import sys
from email.policy import default
from pathlib import Path
from urllib.parse import unquote

import openpyxl
import pytest

OUTPUTS = ["看板", "指标明细", "依据", "待改", "借用逾期", "成绩分析", "发送记录", "运行记录"]
ENVIRONMENT = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
AS_OF = "2025-11-24"


def run(*arguments, cwd=None):
    command = ["consortium", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd, env=ENVIRONMENT)


TERMS = [["学期", "学年", "开始日期", "结束日期"], ["上学期", "2025学年", "2025-09-01", "2026-01-23"]]
SCHOOLS = [
    ["学校", "简称", "角色"],
    ["甲镇中心小学", "中心", "领衔学校"],
    ["甲镇东小学", "东校", "成员学校"],
    ["乙镇西小学", "西校", "成员学校"],
]
EVENTS = [
    ["活动编号", "类别", "主题", "日期", "承办学校", "状态", "佐证材料"],
    ["H1", "联席会议", "秋季", "2025-09-18", "中心", "已举行", "纪要"],
    ["H2", "联席会议", "冬季", "2025-12-18", "东校", "计划", ""],
    ["H3", "开放日", "校园", "2025.13.1", "东校", "已举行", "相册"],
]
QUOTAS = [
    ["指标编号", "名称", "责任主体", "周期", "数据表", "归属列", "筛选", "统计", "统计列", "下限"],
    ["2.3", "联席会议", "共同体", "学期", "活动", "", "类别=联席会议", "次数", "", 2],
    ["4.5", "开放日", "每所学校", "学期", "活动", "承办学校", "类别=开放日", "次数", "", 1],
]
RECIPIENTS = [
    ["姓名", "邮箱", "角色", "学校", "订阅"],
    ["林主任", "leader@example.com", "领导", "", ""],
    ["东校长", "east@example.com", "校长", "东校", "周报"],
    ["西联络", "west@example.com", "联络员", "西校", ""],
    ["不收的", "none@example.com", "联络员", "西校", "催还"],
]
SHEETS = {"学校": SCHOOLS, "学期": TERMS, "活动": EVENTS, "指标": QUOTAS, "收件人": RECIPIENTS}


@pytest.fixture
def book(write_xlsx):
    return write_xlsx(SHEETS)


def test_check_prints_every_problem_and_exits_1_on_errors(book):
    result = run("check", "--workbook", book, "--as-of", AS_OF)
    assert (result.returncode, result.stderr) == (1, "")
    assert "活动 第 4 行「日期」写的是“2025.13.1”，不是有效日期。请写成 2025-09-01 这样的形式。" in result.stdout


def test_check_exits_0_without_errors(write_xlsx):
    result = run("check", "--workbook", write_xlsx({"学校": SCHOOLS, "学期": TERMS}), "--as-of", AS_OF)
    assert (result.returncode, result.stdout) == (0, "登记.xlsx：没有发现问题。\n")


def test_json_is_one_document_with_the_contracts_keys(book):
    result = run("check", "--workbook", book, "--as-of", AS_OF, "--json")
    assert json.loads(result.stdout) == [
        {
            "sheet": "活动",
            "row": 4,
            "column": "日期",
            "cell": "D4",
            "rule": "date.unreadable",
            "severity": "error",
            "value": "2025.13.1",
            "message": "活动 第 4 行「日期」写的是“2025.13.1”，不是有效日期。请写成 2025-09-01 这样的形式。可能要写“2025-01-13”。",
            "suggestion": "2025-01-13",
        }
    ]


def test_check_lists_what_it_read_loosely(write_xlsx):
    terms = [TERMS[0], ["上学期", "2025学年", "2025.9.1", "2026年1月23日"]]
    result = run("check", "--workbook", write_xlsx({"学校": SCHOOLS, "学期": terms}), "--as-of", AS_OF, "--repairs")
    assert "学期!C2「开始日期」“2025.9.1”读作 2025-09-01" in result.stdout
    assert "学期!D2「结束日期」“2026年1月23日”读作 2026-01-23" in result.stdout


def test_quotas_in_json_have_the_contracts_keys(book):
    result = run("quotas", "--workbook", book, "--as-of", AS_OF, "--json")
    assert result.returncode == 0
    assert json.loads(result.stdout)[0] == {
        "quota": "2.3",
        "name": "联席会议",
        "obligor_kind": "共同体",
        "obligor": "共同体",
        "school": None,
        "period": "上学期",
        "minimum": 2,
        "maximum": None,
        "done": 1,
        "planned": 1,
        "status": "on_track",
        "rows": ["活动!2"],
    }


def test_the_communitys_name_comes_from_the_configuration(book):
    config = book.with_name("consortium.toml")
    config.write_text('[community]\nname = "甲镇共同体"\n[workbook]\npath = "登记.xlsx"\n', encoding="utf-8")
    result = run("quotas", "--config", config, "--as-of", AS_OF, "--json")
    assert json.loads(result.stdout)[0]["obligor"] == "甲镇共同体"


def test_explain_says_which_rows_count_and_why_others_do_not(book):
    joint = run("explain", "2.3", "--workbook", book, "--as-of", AS_OF).stdout
    assert "活动!2  联席会议 · 秋季 · 2025-09-18 · 中心 · 已举行" in joint
    assert "活动!3  联席会议 · 冬季 · 2025-12-18 · 东校 · 计划 —— 还只是计划" in joint
    east = run("explain", "4.5", "东校", "--workbook", book, "--as-of", AS_OF).stdout
    assert "活动!4  开放日 · 校园 · 2025.13.1 · 东校 · 已举行 —— 这一行有错：" in east
    assert "甲镇中心小学" not in east


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["explain", "2.33"], "There is no quota rule 2.33 in the workbook. Did you mean 2.3?"),
        (["explain", "4.5", "东小"], "Nobody called 东小 owes quota 4.5."),
    ],
)
def test_explain_of_something_unknown_is_wrong_usage(book, arguments, said):
    result = run(*arguments, "--workbook", book, "--as-of", AS_OF)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith(f"consortium: {said}")


@pytest.mark.parametrize(
    "arguments",
    [
        ["check"],
        ["check", "--as-of", "2025-13-01", "--workbook", "x.xlsx"],
        ["check", "--workbook", "x.xlsx", "--sheet", "abc"],
        ["check", "--config", "nowhere.toml"],
        ["init", "--workbook", "x.xlsx", "--plan", "S10"],
        ["init", "--workbook", "x.csv"],
        ["weekly", "--workbook", "x.xlsx", "--out", "box"],
        ["frobnicate"],
    ],
)
def test_wrong_usage_exits_2_with_one_reason_and_no_traceback(tmp_path, arguments):
    result = run(*arguments, cwd=tmp_path)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("text", ["[community\n", "[community]\nnam = 'x'\n", "[workbook]\npath = 3\n", "\udcff"])
def test_a_faulty_configuration_is_wrong_usage(tmp_path, text):
    config = tmp_path / "consortium.toml"
    config.write_bytes(text.encode("utf-8", "surrogateescape"))
    result = run("check", "--config", config)
    assert result.returncode == 2
    assert result.stderr.startswith(f"consortium: {config}")
    assert result.stderr.count("\n") == 1


def test_python_m_toolkit_is_the_same(book):
    command = [sys.executable, "-m", "toolkit", "check", "--workbook", book, "--as-of", AS_OF, "--json"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (result.returncode, len(json.loads(result.stdout))) == (1, 1)


def test_help_imports_nothing_heavy():
    code = "import sys; sys.argv = ['consortium', '--help']\ntry:\n from toolkit.cli import main; main()\nexcept SystemExit: pass\nprint(*sys.modules)"
    modules = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    heavy = {
        "pandas",
        "numpy",
        "gspread",
        "jinja2",
        "pydantic",
        "yaml",
        "rich",
        "xlsxwriter",
        "python_calamine",
        "rapidfuzz",
    }
    assert heavy & set(modules) == set()


def test_dashboard_lies_beside_the_workbook_or_where_told(book, tmp_path):
    assert run("dashboard", "--workbook", book, "--as-of", AS_OF).returncode == 0
    assert run("dashboard", "--workbook", book, "--as-of", AS_OF, "--out", tmp_path / "out").returncode == 0
    for folder in (book.parent, tmp_path / "out"):
        sheets = openpyxl.load_workbook(folder / "看板.xlsx").sheetnames
        assert [title for title in sheets if title in OUTPUTS] == OUTPUTS
        assert "甲镇" in (folder / "index.html").read_text("utf-8") or "中心" in (folder / "index.html").read_text(
            "utf-8"
        )
        assert len(list((folder / "各校").glob("*.html"))) == 3


def test_each_line_to_fix_links_to_its_cell(book, tmp_path):
    run("dashboard", "--workbook", book, "--as-of", AS_OF, "--out", tmp_path / "out")
    place = linked(tmp_path / "out" / "看板.xlsx", "活动!D4")
    assert (place.hyperlink.target, place.hyperlink.location) == ("..\\登记.xlsx", "'活动'!D4")


def linked(dashboard, text):
    """The cell of 待改 that leads to a place."""
    rows = openpyxl.load_workbook(dashboard)["待改"].iter_rows()
    return next(cell for row in rows for cell in row if cell.value == text)


def mails(folder):
    return {
        path.name: email.message_from_bytes(path.read_bytes(), policy=default) for path in sorted(folder.glob("*.eml"))
    }


def test_weekly_dry_run_writes_a_mail_a_reader_of_that_readers_scope(book, tmp_path):
    result = run("weekly", "--dry-run", "--workbook", book, "--as-of", AS_OF, "--out", tmp_path / "box")
    assert result.returncode == 0
    found = mails(tmp_path / "box")
    assert list(found) == ["weekly-002-leader.eml", "weekly-003-principal.eml", "weekly-004-liaison.eml"]
    assert [str(mail["To"]) for mail in found.values()] == [
        "林主任 <leader@example.com>",
        "东校长 <east@example.com>",
        "西联络 <west@example.com>",
    ]
    for name, others in {"weekly-003-principal.eml": ("中心", "西"), "weekly-004-liaison.eml": ("中心", "东")}.items():
        for kind in ("plain", "html"):
            text = found[name].get_body((kind,)).get_content()
            assert not [other for other in others if other in text.replace("东校长", "").replace("西联络", "")]
    leader = found["weekly-002-leader.eml"]
    for kind in ("plain", "html"):
        text = leader.get_body((kind,)).get_content()
        assert "联席会议" in text or "开放日" in text
    liaison = run("weekly", "--dry-run", "--workbook", book, "--as-of", AS_OF, "--out", tmp_path / "box")
    assert liaison.returncode == 0


def test_init_never_changes_a_workbook_and_writes_what_it_lacks_beside_it(book):
    before = book.read_bytes()
    result = run("init", "--workbook", book, "--plan", "S9")
    assert result.returncode == 0
    assert book.read_bytes() == before
    beside = openpyxl.load_workbook(book.with_name("登记-补充.xlsx"))
    assert "活动" in beside.sheetnames  # it lacks columns
    assert "结对" in beside.sheetnames
    numbers = [cell.value for cell in beside["指标"]["A"][1:] if cell.value]
    assert "1.1" in numbers
    assert "2.3" not in numbers  # the workbook has that rule already
    again = run("init", "--workbook", book, "--plan", "S9")
    assert "登记-补充2.xlsx" in again.stdout


def test_demo_does_the_whole_job_and_keeps_what_was_typed_into_it(tmp_path):
    first = run("demo", tmp_path / "demo")
    assert (first.returncode, first.stderr) == (0, "") or "…" in first.stderr
    workbook = next((tmp_path / "demo").glob("*示例数据*.xlsx"))
    stamp = workbook.stat().st_mtime_ns
    assert (tmp_path / "demo" / "看板.xlsx").exists()
    assert (tmp_path / "demo" / "index.html").exists()
    assert list((tmp_path / "demo" / "待发邮件").glob("*.eml"))
    assert run("demo", tmp_path / "demo").returncode == 0
    assert workbook.stat().st_mtime_ns == stamp


@pytest.mark.parametrize(("name", "content"), [("index.html", b"<h1>mine</h1>"), ("看板.xlsx", b"mine")])
def test_a_file_that_was_not_made_here_is_not_replaced(book, name, content):
    mine = book.with_name(name)
    mine.write_bytes(content)
    result = run("dashboard", "--workbook", book, "--as-of", AS_OF)
    assert (result.returncode, mine.read_bytes()) == (2, content)
    assert f"{name} is there already and was not made by this toolkit" in result.stderr


def test_our_own_files_are_replaced(book):
    assert run("dashboard", "--workbook", book, "--as-of", AS_OF).returncode == 0
    assert run("dashboard", "--workbook", book, "--as-of", AS_OF).returncode == 0


@pytest.mark.parametrize("obstacle", ["file", "folder"])
def test_an_output_folder_that_is_none_is_wrong_usage(book, tmp_path, obstacle):
    out = tmp_path / "out"
    if obstacle == "file":
        out.write_text("")
    else:
        (out / "看板.xlsx").mkdir(parents=True)
    result = run("dashboard", "--workbook", book, "--as-of", AS_OF, "--out", out)
    assert (result.returncode, result.stderr.count("\n")) == (2, 1)


def test_links_survive_odd_names(write_xlsx):
    book = write_xlsx(SHEETS, name="1# 登记 100%25.xlsx")
    assert run("dashboard", "--workbook", book, "--as-of", AS_OF).returncode == 0
    link = linked(book.with_name("看板.xlsx"), "活动!D4").hyperlink
    assert (unquote(link.target), link.location) == ("1# 登记 100%25.xlsx", "'活动'!D4")


def test_numbers_in_the_dashboard_are_numbers(book):
    run("dashboard", "--workbook", book, "--as-of", AS_OF)
    head, line = list(openpyxl.load_workbook(book.with_name("看板.xlsx"))["指标明细"].iter_rows(values_only=True))[:2]
    shown = dict(zip(head, line, strict=True))
    assert (shown["下限"], shown["已完成"], shown["已安排"]) == (2, 1, 1)


def test_a_digest_of_someone_who_no_longer_gets_one_is_taken_away(book, write_xlsx, tmp_path):
    box = tmp_path / "box"
    run("weekly", "--dry-run", "--workbook", book, "--as-of", AS_OF, "--out", box)
    fewer = write_xlsx(SHEETS | {"收件人": RECIPIENTS[:2]}, name="少.xlsx")
    run("weekly", "--dry-run", "--workbook", fewer, "--as-of", AS_OF, "--out", box)
    assert list(mails(box)) == ["weekly-002-leader.eml"]


def test_init_names_the_rules_whose_number_is_taken(book):
    result = run("init", "--workbook", book, "--plan", "s9")
    assert "other rules of the same number: 2.3、4.5" in result.stdout


PEOPLE = [["姓名", "学校", "职务"], ["李  明", "东校", "教师"], ["张伟", "东校", "教师"], ["张伟", "西校", "教师"]]
TEACHERS = [*QUOTAS, ["4.3", "教案", "教师", "学期", "教案", "教师", "", "次数", "", 1]]


def test_explain_takes_a_school_for_its_persons_and_a_shared_name_for_all_who_have_it(write_xlsx):
    plans = [["教师", "课题名", "上传日期"], ["李明", "观潮", "2025-10-12"]]
    book = write_xlsx(SHEETS | {"人员": PEOPLE, "指标": TEACHERS, "教案": plans})
    east = run("explain", "4.3", "东校", "--workbook", book, "--as-of", AS_OF).stdout
    assert [line for line in east.splitlines() if line and line[0] in "✓!·"] == [
        "✓ 李 明·甲镇东小学：1 / 1，已达标",
        "! 张伟·甲镇东小学：0 / 1，有风险",
    ]
    both = run("explain", "4.3", "张伟", "--workbook", book, "--as-of", AS_OF).stdout
    assert both.count("张伟·") == 2
    joint = run("explain", "2.3", "东校", "--workbook", book, "--as-of", AS_OF)
    assert joint.stderr == "consortium: Quota 2.3 is owed by the community as a whole; leave 东校 out.\n"


def test_quotas_behind_lists_only_those(book):
    text = run("quotas", "--behind", "--workbook", book, "--as-of", "2026-01-20").stdout
    assert "有风险  2.3" in text or "有风险  4.5" in text
    assert "已达标" not in text


def test_report_writes_the_document_of_a_term_beside_the_workbook(book):
    result = run("report", "--term", "上学期", "--workbook", book, "--as-of", AS_OF)
    assert (result.returncode, result.stdout.strip()) == (0, str(book.with_name("上学期工作报告.docx")))
    assert book.with_name("上学期工作报告.docx").read_bytes()[:2] == b"PK"


def test_report_of_an_unknown_term_names_those_there_are(book):
    result = run("report", "--term", "下学期", "--workbook", book, "--as-of", AS_OF)
    assert (result.returncode, result.stdout) == (2, "")
    assert "上学期" in result.stderr
    assert result.stderr.count("\n") == 1
