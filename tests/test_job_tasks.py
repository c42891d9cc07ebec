"""What each job does, and what goes on record of it."""

from datetime import UTC, date, datetime

import openpyxl
import pytest
from markdown import BASE, workbook

from jobs.community import Choice, one_community
from jobs.once import learn
from jobs.outcome import Outcome
from jobs.running import carry_out
from jobs.state import SEEN, SHOWN, JobState
from jobs.tasks import TASKS
from jobs.words import load_job_words
from jobs.work import Work
from toolkit.outputs import load_outputs
from toolkit.runs import Run
from toolkit.stores.file_runs import FileRuns

DAY = date(2025, 11, 26)


@pytest.fixture
def place(tmp_path, write_xlsx):
    write_xlsx({sheet.title: sheet.rows for sheet in workbook(BASE).sheets})
    lines = ["[community]", 'name = "甲镇共同体（示例数据）"', "[workbook]", 'path = "登记.xlsx"']
    (tmp_path / "consortium.toml").write_text("\n".join(lines), encoding="utf-8")
    with JobState(tmp_path / "state" / "jobs.sqlite") as state:
        yield tmp_path, state


def work_on(place, day=DAY):
    folder, state = place
    return Work(Choice(folder / "consortium.toml"), day, state)


def test_a_check_asks_for_the_dashboard_only_while_that_shows_something_else(place):
    first = TASKS["check"](work_on(place))
    assert "看板将更新" in first.note
    assert TASKS["dashboard"](work_on(place)) == Outcome(note="看板已更新。")
    assert "看板将更新" not in TASKS["check"](work_on(place)).note


def test_the_next_day_the_dashboard_shows_something_else(place):
    TASKS["dashboard"](work_on(place))
    assert "看板将更新" in TASKS["check"](work_on(place, date(2025, 11, 27))).note


def test_what_was_read_is_counted(place):
    work = work_on(place)
    assert (work.rows, work.problems, work.calls) == (0, 0, 0)
    TASKS["check"](work)
    assert work.rows == sum(len(table.frame) for table in work.loaded.assessment.ground.tables.values()) > 0


def test_no_report_is_written_before_a_term_is_over(place):
    assert TASKS["term_report"](work_on(place)).note == load_job_words().note("no_term")


def test_the_doctor_tells_the_operator_what_is_wrong_and_nothing_else(place):
    assert TASKS["doctor"](work_on(place)).found == ""
    (place[0] / "登记.xlsx").write_bytes(b"")
    outcome = TASKS["doctor"](work_on(place))
    assert outcome.note == "1 处要处理，运行 consortium doctor 看是什么。"
    assert outcome.found.startswith("✗ ")


@pytest.mark.parametrize(
    ("day", "said"), [(date(2026, 7, 24), ""), (date(2026, 7, 25), "最后一个学期 2026-07-03 就结束了")]
)
def test_the_operator_hears_of_it_when_nobody_enters_the_next_term(place, day, said):
    assert said in TASKS["doctor"](work_on(place, day)).found
    assert bool(TASKS["doctor"](work_on(place, day)).found) is bool(said)


def test_the_operator_hears_of_a_term_that_does_not_count(place):
    path = place[0] / "登记.xlsx"
    book = openpyxl.load_workbook(path)
    book["学期"]["A4"], book["学期"]["B4"], book["学期"]["C4"], book["学期"]["D4"] = (
        "上学期", "2026学年", "2026-08-31", "2027-01-22"
    )  # fmt: skip
    book.save(path)
    assert "“学期”表里有写错的行" in TASKS["doctor"](work_on(place)).found


def test_the_operator_hears_of_a_record_of_runs_that_cannot_be_written(place):
    (place[0] / "登记·运行记录.sqlite").mkdir()
    assert "登记·运行记录.sqlite cannot be used" in TASKS["doctor"](work_on(place)).found
    (place[0] / "登记·运行记录.sqlite").rmdir()
    place[1].put([Run("1", "check", None, datetime(2025, 11, 20, tzinfo=UTC), "done")])
    assert TASKS["doctor"](work_on(place)).found == load_job_words().note("unrecorded", count=1)


def test_today_is_that_of_the_timetables_zone(place, monkeypatch):
    seen = []
    monkeypatch.setitem(TASKS, "check", lambda work: seen.append(work.as_of) or Outcome())
    with (place[0] / "consortium.toml").open("a", encoding="utf-8") as file:
        file.write('\n[timetable]\nzone = "America/New_York"\n')
    monkeypatch.setenv("XDG_STATE_HOME", str(place[0] / "state"))
    carry_out(
        one_community(Choice(place[0] / "consortium.toml")), "check", lambda: datetime(2025, 11, 27, 2, tzinfo=UTC)
    )
    assert seen == [date(2025, 11, 26)]


def test_a_machine_that_knew_of_no_run_learns_what_there_is_to_tell(place, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(place[0] / "another"))
    at = datetime(2025, 11, 26, 4, tzinfo=UTC)
    failed = Run("1" * 16, "backup", at, at, "failed", "elsewhere", at, note="磁盘满了。")
    FileRuns(place[0] / "登记·运行记录.sqlite").put([failed])
    community = one_community(Choice(place[0] / "consortium.toml"))
    assert learn(community, at)
    assert not learn(community, at)
    with community.state as state:
        assert [(notice.job, notice.kind, notice.text) for notice in state.notices()] == [
            ("backup", "failed", "磁盘满了。")
        ]
        assert state.fact(SEEN) != state.fact(SHOWN)


def test_every_job_has_a_name():
    assert TASKS.keys() <= load_outputs().jobs.keys()


def test_a_backup_is_named_and_what_is_damaged_is_told(place):
    outcome = TASKS["backup"](work_on(place))
    (made,) = (path for path in (place[0] / "备份").iterdir() if path.name != ".lock")
    assert outcome == Outcome(note=f"已备份：{made.name}；清理了 0 份旧备份。")
    (place[0] / "登记·发送记录.sqlite").write_text("no database")
    outcome = TASKS["backup"](work_on(place))
    assert outcome.note.endswith("清理了 1 份旧备份。有文件已损坏，请查看：登记·发送记录.sqlite。")
    assert outcome.found == "有文件已损坏，请查看：登记·发送记录.sqlite。"
