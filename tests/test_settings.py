"""The configuration: its keys, the environment over the file, communities in one file, and each way to be wrong."""

import importlib
import subprocess
import sys
from datetime import time
from pathlib import Path

import pytest

from toolkit.errors import UsageError
from toolkit.mail.secret import VARIABLE
from toolkit.settings import Settings, load_communities, load_settings
from toolkit.settings.layers import read_document
from toolkit.settings.variables import PASSWORD, all_variables
from toolkit.settings.whole import all_keys

ROOT = Path(__file__).resolve().parent.parent
OFF = "for a job that is not to run by itself, enabled = false."
AFTER = "the report comes after a term, so it cannot rest between terms; leave terms_only away."
WORD = "a community's key is one short word: up to 40 letters, digits, - and _, or Chinese signs."
TWO = """
[mail]
sender = "office@example.com"
port = 25
[communities.taitou.community]
name = "甲共同体"
[communities.taitou.workbook]
path = "a/登记.xlsx"
[communities.taitou.mail]
port = 465
[communities."东镇".community]
name = "乙共同体"
[communities."东镇".workbook]
path = "b/登记.xlsx"
"""


@pytest.fixture
def file(tmp_path):
    """A function that writes a configuration file."""

    def write(text):
        path = tmp_path / "consortium.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def page(monkeypatch):
    monkeypatch.syspath_prepend(ROOT)
    return importlib.import_module("docs.configuration_page")


def refused(load, *arguments, **more):
    with pytest.raises(UsageError) as caught:
        load(*arguments, **more)
    assert caught.value.exit_code == 2
    return str(caught.value)


# --- every key


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_key_has_a_meaning(page, language):
    assert [key.name for key in all_keys().values() if not page.meaning(key, language)] == []


def test_no_meaning_is_of_a_key_that_is_not_there(page):
    for key in all_keys().values():
        assert set(page.meanings(key.section)) <= set(key.section.model_fields)
    jobs = {f"timetable.JOB.{key.path[-1]}" for key in all_keys().values() if len(key.path) == 3}
    assert set(page.words("zh")["keys"]) == jobs | {key.name for key in all_keys().values() if len(key.path) == 2}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_pages_are_up_to_date(page, language):
    assert (ROOT / "docs" / page.PAGES[language]).read_text("utf-8") == page.page(language)


def test_every_key_has_a_variable_of_its_own():
    assert len(all_variables()) == len(all_keys())
    assert all_variables()["CONSORTIUM_TIMETABLE_TERM_REPORT_TIMES"].path == ("timetable", "term_report", "times")
    assert PASSWORD == VARIABLE
    assert PASSWORD not in all_variables()


def test_settings_are_read_without_what_only_slips_need():
    code = "import sys; from toolkit.settings import load_communities; load_communities(None, {}); print(*sys.modules)"
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT / "docs")
    assert {"rapidfuzz", "pandas", "gspread", "jinja2", "numpy"} & set(made.stdout.split()) == set()


# --- faults of the file


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[mail]\nprot = 3", "line 2: mail.prot: there is no such setting; the nearest is mail.port."),
        ("[mial]\nport = 3", "line 1: mial: there is no such setting; the nearest is mail."),
        ("[timetable.wekly]", "line 1: timetable.wekly: there is no such setting; the nearest is timetable.weekly."),
        ("[comunities.a]", "line 1: comunities: there is no such setting; the nearest is communities."),
        ("host = 'x'", "line 1: host: there is no such setting; the nearest is mail.host."),
        (
            "[mail]\nheartbeat = 'x'",
            "line 2: mail.heartbeat: there is no such setting; the nearest is serve.heartbeat.",
        ),
        (
            "[communities.a.mail]\nprot = 1",
            "line 2: communities.a.mail.prot: there is no such setting; the nearest is communities.a.mail.port.",
        ),
        ('"\\u001b[31m" = 1', 'line 1: "\\u001b[31m": there is no such setting; the nearest is mail.'),
        ("mail = 3", "line 1: mail: write it as a section in brackets."),
        ("[mail]\n\nport = 0", "line 3: mail.port: write a number of 1 or more."),
        ("[mail]\nport = 2.5", "line 2: mail.port: write a whole number, without quotation marks."),
        ("[mail]\nsender = 'x'", "line 2: mail.sender: write it like office@example.com."),
        ("[mail]\ntimeout = 4000", "line 2: mail.timeout: write a number of at most 3600."),
        ("[remind]\nbefore = [\n 3,\n 0]", "line 2: remind.before: value 2 of the list: write a number of 1 or more."),
        ("[calendar]\ncountry = 'China'", "line 2: calendar.country: write it like CN."),
        (
            "[timetable.weekly]\ntimes = ['٠٧:٠٠']",
            'line 2: timetable.weekly.times: value 1 of the list: write times like "07:00".',
        ),
        (
            "[timetable.term_report]\nterms_only = true",
            f"line 2: timetable.term_report.terms_only: {AFTER}",
        ),
        (
            "[timetable]\nzone = 'Mars'",
            'line 2: timetable.zone: write the name of a time zone such as "Asia/Shanghai".',
        ),
        ("[timetable.weekly]\ntimes = '07:00'", "line 2: timetable.weekly.times: write a list in square brackets."),
        (
            "[timetable.weekly]\ntimes = ['25:00']",
            'line 2: timetable.weekly.times: value 1 of the list: write times like "07:00".',
        ),
        (
            "[timetable.weekly]\ntimes = ['07:00', '7:00']",
            "line 2: timetable.weekly.times: 07:00 stands twice; keep one.",
        ),
        (
            "[timetable.weekly]\ntimes = []",
            f"line 2: timetable.weekly.times: write at least one time; {OFF}",
        ),
        (
            "[timetable.remind]\nweekdays = []",
            f"line 2: timetable.remind.weekdays: write at least one day; {OFF}",
        ),
        (
            "[timetable.weekly]\nweekdays = ['monday']",
            'line 2: timetable.weekly.weekdays: write "workdays" or days such as ["mon", "thu"].',
        ),
        (
            "[calendar]\ndays_off = [2026-01-02]\nworkdays = [2026-01-02]",
            "line 3: calendar.workdays: 2026-01-02 stands under days_off too; keep one.",
        ),
        (
            "communities = {}",
            "line 1: communities: write a section for each community, such as [communities.taitou.community].",
        ),
        (
            "[communities.'a/b'.mail]",
            f'line 1: communities."a/b": {WORD}',
        ),
        (
            "[communities.a.serve]",
            "line 1: communities.a.serve: the scheduler serves all communities; write it once, as [serve].",
        ),
    ],
)
def test_a_fault_names_line_and_key_and_what_to_do(file, text, fault):
    path = file(text)
    assert refused(load_settings, path, environ={}) == f"{path}, {fault}"


def test_a_job_that_is_switched_off_needs_neither_times_nor_days(file):
    settings = load_settings(file("[timetable.weekly]\nenabled = false\ntimes = []\nweekdays = []"), environ={})
    assert (settings.timetable.weekly.times, settings.timetable.weekly.weekdays) == ((), ())


def test_a_fault_never_shows_the_value(file):
    for text in ("[mail]\npassword = 'geheim'", "[serve]\nping_url = 'geheim'", "[google]\nproxy = ['geheim']"):
        assert "geheim" not in refused(load_settings, file(text), environ={})


def test_lines_are_those_of_the_file(file):
    text = '# first\n\n[mail] # x\nhost = """\n[log]\n"""\n\nport = [ # y\n  1,\n]\nuser.x = 1\n[log]\r\nkeep = 2\n'
    assert read_document(file(text)).lines == {
        ("mail",): 3,
        ("mail", "host"): 4,
        ("mail", "port"): 8,
        ("mail", "user"): 11,
        ("mail", "user", "x"): 11,
        ("log",): 12,
        ("log", "keep"): 13,
    }


# --- the environment


def test_a_variable_is_stronger_than_the_file(file):
    path = file('[mail]\nhost = "a"\nport = 25\n[workbook]\npath = "x.xlsx"\n[google]\ncredentials = "key.json"')
    settings = load_settings(
        path,
        environ={
            "CONSORTIUM_MAIL_HOST": "12345",
            "CONSORTIUM_MAIL_PORT": "",
            "CONSORTIUM_MAIL_USER": '"quoted"',
            "CONSORTIUM_MAIL_SECURITY": "none",
            "CONSORTIUM_OUTPUT_SCHOOL_SHEETS": "true",
            "CONSORTIUM_LOG_FILE": "x.log",
            "CONSORTIUM_WORKBOOK_PATH": "here.xlsx",
            "CONSORTIUM_TIMETABLE_ZONE": "Europe/Berlin",
            "CONSORTIUM_TIMETABLE_WEEKLY_TIMES": '["06:00"]',
            "CONSORTIUM_TIMETABLE_REMIND_WEEKDAYS": "workdays",
            "CONSORTIUM_MAIL_PASSWORD": "1",
            "CONSORTIUM_COMMUNITY": "",
            "PATH": "/bin",
        },
    )
    assert (settings.mail.host, settings.mail.port, settings.mail.user) == ("12345", 25, "quoted")
    assert (settings.mail.security, settings.output.school_sheets) == ("none", True)
    assert (settings.log.file, settings.workbook.path) == (Path("x.log"), Path("here.xlsx"))
    assert settings.google.credentials == path.parent / "key.json"
    assert (settings.timetable.zone, settings.timetable.weekly.times) == ("Europe/Berlin", (time(6),))
    assert settings.timetable.remind.weekdays == "workdays"


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("CONSORTIUM_MAIL_PORT", "x", "write a whole number, without quotation marks."),
        ("CONSORTIUM_MAIL_PORT", "1\nhost = 2", "write a whole number, without quotation marks."),
        ("CONSORTIUM_TIMETABLE_WEEKLY_TIMES", "07:00", "write a list in square brackets."),
        (
            "CONSORTIUM_MAIL_HSOT",
            "x",
            "there is no such variable; the nearest is CONSORTIUM_MAIL_HOST. Correct it or unset it.",
        ),
        (
            "CONSORTIUM_COMUNITY",
            "x",
            "there is no such variable; the nearest is CONSORTIUM_COMMUNITY. Correct it or unset it.",
        ),
    ],
)
def test_a_fault_of_the_environment_names_the_variable(file, name, text, fault):
    assert refused(load_settings, file(""), environ={name: text}) == f"{name}: {fault}"


# --- several communities


def test_a_community_has_its_own_over_what_is_common(file):
    path = file(TWO)
    found = load_communities(path, {})
    assert list(found) == ["taitou", "东镇"]
    assert [(one.community.name, one.mail.sender, one.mail.port) for one in found.values()] == [
        ("甲共同体", "office@example.com", 465),
        ("乙共同体", "office@example.com", 25),
    ]
    assert found["东镇"].workbook.path == path.parent / "b/登记.xlsx"
    assert load_settings(path, "东镇", {}) == found["东镇"]


def test_a_file_without_communities_is_of_one_without_a_key(file):
    assert load_communities(file(""), {}) == {"": Settings()}


def test_one_community_need_not_be_named(file):
    path = file("[communities.taitou.mail]\nport = 465")
    assert load_settings(path, environ={}).mail.port == 465
    assert list(load_communities(path, {})) == ["taitou"]


def test_a_community_that_is_not_there_is_answered_with_those_that_are(file):
    path = file(TWO)
    several = "name one of taitou, 东镇 with --community or CONSORTIUM_COMMUNITY."
    assert refused(load_settings, path, environ={}) == f"{path} has several communities: {several}"
    assert refused(load_settings, path, "x", {}) == f"{path} has no community 'x': {several}"
    path = file("")
    assert refused(load_settings, path, "x", {}) == (
        f"{path} has no [communities]: leave --community away, and unset CONSORTIUM_COMMUNITY."
    )


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ("乙", "甲", 'have the same name; write another under [communities."东镇".community].'),
        ("b/", "x/../a/", 'have the same workbook or Google Sheet; write another under [communities."东镇".workbook].'),
        (
            "b/登记",
            "a/登记2",
            'have the same folder for results (folder); write another under [communities."东镇".output].',
        ),
    ],
)
def test_what_a_community_must_have_of_its_own_is_not_shared(file, before, after, fault):
    path = file(TWO.replace(before, after))
    assert refused(load_communities, path, {}) == f"{path}: communities taitou and 东镇 {fault}"
    assert refused(load_settings, path, "taitou", {}) == f"{path}: communities taitou and 东镇 {fault}"


def test_a_google_sheet_is_the_same_by_address_and_by_id(file):
    text = TWO.replace('workbook]\npath = "a/登记.xlsx"', 'sheet]\nid = "abc123"')
    path = file(
        text.replace(
            'workbook]\npath = "b/登记.xlsx"', 'sheet]\nid = "https://docs.google.com/spreadsheets/d/abc123/edit"'
        )
    )
    assert "have the same workbook or Google Sheet" in refused(load_communities, path, {})


def test_a_community_without_a_name_or_entries_is_pointed_out(file):
    path = file(TWO.replace('path = "b/登记.xlsx"', ""))
    fault = 'community 东镇 has no workbook or Google Sheet; write it under [communities."东镇".workbook].'
    assert refused(load_communities, path, {}) == f"{path}: {fault}"


def test_a_variable_concerns_the_community_that_is_meant(file):
    path = file(TWO)
    environ = {"CONSORTIUM_WORKBOOK_PATH": "c/登记.xlsx"}
    assert load_settings(path, "taitou", environ).workbook.path == Path("c/登记.xlsx")
    assert "have the same workbook" in refused(load_communities, path, environ)
