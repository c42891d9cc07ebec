"""What is due, what is begun, and what becomes of runs that fail, hang or die."""

import logging
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from jobs.alarms import notices, untold
from jobs.community import BUSY, Choice, communities
from jobs.due import JOBS, Due, due, next_time, pause
from jobs.once import work_off
from jobs.supervisor import Supervisor
from toolkit.cli import timetable
from toolkit.errors import UsageError
from toolkit.runs import Run

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 3, 2, 6, 0, tzinfo=ZONE)
HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)
CONFIG = """
[community]
name = "甲镇共同体（示例数据）"
[workbook]
path = "登记.xlsx"
[operator]
email = "keeper@example.com"
"""


@dataclass
class Child:
    """A process that does as it is told."""

    arguments: list[str]
    code: int | None = 0
    words: str = ""
    pid: int = 1
    calls: list[str] = field(default_factory=list)

    def ended(self):
        return self.code

    def stop(self):
        self.calls.append("stop")

    def kill(self):
        self.calls.append("kill")
        self.code = -9

    def last_words(self):
        return self.words


class Desk:
    """A supervisor, a clock that is set by hand, and the processes that it begins."""

    def __init__(self, folder, config=CONFIG):
        (folder / "consortium.toml").write_text(config, encoding="utf-8")
        self.now, self.steady, self.children = MONDAY, 0.0, []
        self.found = communities(Choice(folder / "consortium.toml"))
        self.supervisor = Supervisor(
            self.found, logging.getLogger("test"), lambda: self.now, lambda: self.steady, self.launch
        )
        self.make = Child

    @property
    def community(self):
        return self.found[0]

    def launch(self, arguments):
        self.children.append(self.make(arguments))
        return self.children[-1]

    def put(self, *runs):
        with self.community.state as state:
            state.put(runs)

    def wait(self, time):
        self.now += time
        self.steady += time.total_seconds()

    def due(self):
        with self.community.state as state:
            return list(due(self.community, state, self.now))

    def begun(self):
        """Jobs of the processes begun since the last time that was asked."""
        self.supervisor.look()
        for _ in range(10):
            self.supervisor.tend()
        jobs, self.children = [child.arguments[1] for child in self.children], []
        return jobs


def a_run(job="check", due=MONDAY, result="done", number="1", ended=None, started=None):
    started = started or due or MONDAY
    return Run(number, job, due, started, result, ended=ended or started)


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


# --- what is due


def test_a_machine_that_knows_nothing_looks_first_and_makes_up_for_nothing(desk):
    assert desk.due() == [Due("check", None)]


def test_of_the_times_that_a_job_missed_only_the_latest_is_due(desk):
    desk.put(a_run(due=None, started=MONDAY - DAY))
    desk.now = MONDAY + 5 * HOUR + MINUTE  # 11:01
    assert {one.job: one.slot.astimezone(ZONE).strftime("%d %H:%M") for one in desk.due()} == {
        "check": "02 11:00",
        "weekly": "02 07:00",
        "remind": "02 07:30",
        "backup": "02 02:30",
        "doctor": "02 06:30",
    }


def test_what_is_settled_is_not_due_again_and_what_was_stopped_is(desk):
    desk.put(a_run(due=None, started=MONDAY))
    slot = MONDAY + HOUR
    desk.now = slot + MINUTE
    desk.put(a_run("weekly", slot, "interrupted", "2"))
    assert "weekly" in {one.job for one in desk.due()}
    desk.put(a_run("weekly", slot, "done", "3"))
    assert "weekly" not in {one.job for one in desk.due()}


def test_a_time_that_is_too_long_ago_is_given_up_and_the_operator_hears_of_it(desk):
    desk.put(a_run(due=None, started=MONDAY))
    desk.now = MONDAY + 5 * DAY + 5 * HOUR  # the digest may be made up for within 96 hours
    assert [one.what for one in desk.due() if one.job == "weekly"] == ["give up"]
    desk.supervisor.look()
    with desk.community.state as state:
        assert [(one.job, one.kind, one.text) for one in state.notices()] == [
            ("weekly", "missed", "03-02 07:00 那一次没有运行，已过补做的期限。")
        ]
        assert state.last("weekly", desk.now) is None
    assert "weekly" not in {one.job for one in desk.due()}


def test_after_failures_it_waits_longer_each_time_up_to_an_hour():
    assert [pause(number) / MINUTE for number in (1, 2, 3, 4, 5, 6, 5000)] == [5, 10, 20, 40, 60, 60, 60]


def test_a_job_that_failed_waits_and_then_is_tried_again(desk):
    desk.put(a_run(due=None, started=MONDAY))
    slot = MONDAY + HOUR
    desk.put(a_run("weekly", slot, "failed", "2", ended=slot + MINUTE))
    desk.now = slot + 2 * MINUTE
    assert [one for one in desk.due() if one.job == "weekly"] == [Due("weekly", slot, "wait", slot + 6 * MINUTE)]
    desk.now = slot + 7 * MINUTE
    assert [one.what for one in desk.due() if one.job == "weekly"] == ["run"]


def test_a_clock_that_was_a_day_ahead_leaves_nothing_undone(desk):
    desk.put(a_run(due=None, started=MONDAY), a_run("weekly", MONDAY + 7 * DAY + HOUR, "done", "2"))
    desk.now = MONDAY + HOUR + MINUTE  # what lies in the future was settled by a wrong clock
    assert [one.slot for one in desk.due() if one.job == "weekly"] == [MONDAY + HOUR]


def test_the_dashboard_is_due_after_a_check_that_saw_something_else(desk):
    desk.put(a_run(due=None, started=MONDAY))
    desk.now = MONDAY + MINUTE
    with desk.community.state as state:
        state.keep(seen="a", shown="a")
    assert [one.job for one in desk.due()] == []
    with desk.community.state as state:
        state.keep(seen="b")
    assert desk.due() == [Due("dashboard", MONDAY)]
    desk.put(a_run("dashboard", MONDAY, "done", "2"))
    assert desk.due() == []


def test_a_job_that_is_not_enabled_is_never_due(tmp_path):
    desk = Desk(tmp_path, CONFIG + "[timetable.weekly]\nenabled = false\n")
    desk.put(a_run(due=None, started=MONDAY - DAY))
    desk.now = MONDAY + 2 * HOUR
    assert "weekly" not in {one.job for one in desk.due()}
    with desk.community.state as state:
        assert next_time(desk.community, state, "weekly", desk.now) is None


def test_between_terms_nothing_is_checked_and_no_digest_goes_out(desk):
    desk.put(a_run(due=None, started=MONDAY - DAY))
    with desk.community.state as state:
        state.keep_terms([(MONDAY.date() + 30 * DAY, MONDAY.date() + 90 * DAY)], MONDAY)
    desk.now = MONDAY + 4 * HOUR
    assert {one.job for one in desk.due()} == {"remind", "backup", "doctor"}


# --- processes


def test_one_job_that_hangs_delays_no_other_and_is_ended_when_its_time_is_over(desk):
    desk.put(a_run(due=None, started=MONDAY))
    desk.now = MONDAY + HOUR + MINUTE
    desk.make = lambda arguments: Child(arguments, code=None)
    desk.supervisor.look()
    for _ in range(5):
        desk.supervisor.tend()
    jobs = {child.arguments[1]: child for child in desk.children}
    assert jobs.keys() == {"weekly", "doctor"}
    number = jobs["weekly"].arguments[jobs["weekly"].arguments.index("--number") + 1]
    desk.put(replace(a_run("weekly", MONDAY + HOUR, "running", number), ended=None))
    desk.wait(121 * MINUTE)
    desk.supervisor.tend()
    assert jobs["weekly"].calls == ["stop"]
    desk.wait(MINUTE)
    desk.supervisor.tend()
    assert jobs["weekly"].calls == ["stop", "kill"]
    desk.supervisor.tend()
    with desk.community.state as state:
        run = state.run(number)
        assert (run.result, run.note) == ("failed", "超过 120 分钟还没有做完，已停止。")
        assert ("weekly", "failed") in [(one.job, one.kind) for one in state.notices()]


def test_a_process_that_dies_without_a_word_is_a_failure_with_its_last_words(desk):
    desk.put(a_run(due=None, started=MONDAY))
    desk.now = MONDAY + HOUR + MINUTE
    desk.make = lambda arguments: Child(arguments, code=-11, words="Segmentation fault")
    assert desk.begun()[:2] == ["doctor", "weekly"]
    with desk.community.state as state:
        assert [(one.result, one.note) for one in (state.last("weekly", desk.now),)] == [
            ("failed", "没有做完就断了（-11）：Segmentation fault")
        ]
    assert "weekly" not in desk.begun()


def test_a_job_that_another_process_is_at_is_left_to_it_for_a_minute(desk):
    desk.put(a_run(due=None, started=MONDAY))
    desk.now = MONDAY + HOUR + MINUTE
    desk.make = lambda arguments: Child(arguments, code=BUSY)
    assert "weekly" in desk.begun()
    assert "weekly" not in desk.begun()
    desk.wait(61 * timedelta(seconds=1))
    assert "weekly" in desk.begun()


def test_a_process_that_cannot_be_begun_is_tried_again_and_the_others_are_begun(desk):
    desk.put(a_run(due=None, started=MONDAY))
    desk.now = MONDAY + HOUR + MINUTE
    tried = []

    def no_memory(arguments):
        tried.append(arguments[1])
        if arguments[1] == "doctor":
            raise OSError(12, "Cannot allocate memory")
        return Child(arguments)

    desk.make = no_memory
    desk.begun()
    assert tried == ["doctor", "weekly"]


def test_state_that_cannot_be_used_is_said_once_and_taken_up_again(desk, caplog):
    desk.put(a_run(due=None, started=MONDAY))
    path = desk.community.state.path
    kept = path.with_name("kept")
    path.rename(kept)
    path.mkdir()
    logging.getLogger("test").setLevel("INFO")
    with caplog.at_level("INFO", "test"):
        assert [desk.supervisor.look() for _ in range(3)] == [False] * 3
        path.rmdir()
        kept.rename(path)
        assert desk.supervisor.look()
    assert [record.message for record in caplog.records] == ["jobs wait", "jobs go on"]


def test_when_it_is_stopped_nothing_is_begun_and_what_is_at_work_may_end(desk):
    desk.put(a_run(due=None, started=MONDAY))
    desk.now = MONDAY + HOUR + MINUTE
    desk.make = lambda arguments: Child(arguments, code=None)
    desk.supervisor.look()
    desk.supervisor.tend()
    (child,) = desk.children
    number = child.arguments[child.arguments.index("--number") + 1]

    def sleep(_):
        desk.steady += 5.0

    desk.supervisor.stop(30, sleep)
    assert (child.calls[0], child.calls[-1], len(desk.children)) == ("stop", "kill", 1)
    with desk.community.state as state:
        assert (state.run(number).result, state.notices()) == ("interrupted", ())


def test_the_operator_is_told_by_a_process_of_its_own_and_a_failure_to_tell_waits(desk):
    desk.put(a_run(due=None, started=MONDAY))
    with desk.community.state as state:
        state.finish(a_run("weekly", MONDAY, "failed", "2"), [("failed", "不通")])
    desk.now = MONDAY + MINUTE
    desk.make = lambda arguments: Child(arguments, code=3)
    assert desk.begun() == ["--tell"]
    assert desk.begun() == []
    desk.wait(6 * MINUTE)
    assert desk.begun() == ["--tell"]


# --- what the operator is told


def told(desk, job, *results):
    kinds = []
    with desk.community.state as state:
        for number, result in enumerate(results):
            run = a_run(job, MONDAY + number * MINUTE, result, f"{job}{number}")
            said = notices(state, run)
            state.finish(run, said)
            kinds.append([kind for kind, _ in said])
    return kinds


def test_the_first_failure_is_told_and_the_recovery_and_nothing_between(desk):
    results = ("done", "failed", "failed", "again", "done", "done", "failed")
    assert told(desk, "weekly", *results) == [[], ["failed"], [], [], ["well again"], [], ["failed"]]


def test_what_is_only_to_be_tried_again_is_told_the_third_time(desk):
    results = ("again", "again", "done", "again", "again", "again", "again", "done")
    assert told(desk, "check", *results) == [[], [], [], [], [], ["failed"], [], ["well again"]]


def test_what_the_doctor_finds_is_told_when_it_is_new_and_once_a_week_while_it_stays(desk):
    with desk.community.state as state:
        told = [
            [text for _, text in notices(state, a_run("doctor", MONDAY + day * DAY, number=str(day)), found)]
            for day, found in ((0, "✗ 一"), (1, "✗ 一"), (2, "✗ 二"), (3, ""), (4, "✗ 二"), (7, "✗ 二"))
        ]
    assert told == [["✗ 一"], [], ["✗ 二"], [], [], ["✗ 二"]]


def test_the_command_line_knows_the_jobs_that_there_are():
    assert timetable._JOBS == JOBS


# --- the communities


def test_a_community_without_a_source_is_refused(tmp_path):
    (tmp_path / "consortium.toml").write_text('[community]\nname = "甲"\n', encoding="utf-8")
    with pytest.raises(UsageError, match="Which workbook"):
        communities(Choice(tmp_path / "consortium.toml"))


def test_a_country_that_nobody_knows_is_refused_with_the_key(tmp_path):
    (tmp_path / "consortium.toml").write_text(CONFIG + '[calendar]\ncountry = "XX"\n', encoding="utf-8")
    with pytest.raises(UsageError, match=r"line 9: calendar\.country: its holidays are not known"):
        communities(Choice(tmp_path / "consortium.toml"))


# --- clocks that were wrong


def test_a_day_ahead_hides_neither_checks_nor_failures_of_now(desk):
    desk.put(a_run(due=None, started=MONDAY), a_run("check", MONDAY + 3 * DAY, "done", "2"))
    with desk.community.state as state:
        state.keep(seen="b", shown="a")
        state.finish(a_run("weekly", MONDAY + 3 * DAY, "done", "3"))
    desk.now = MONDAY + MINUTE
    assert desk.due() == [Due("dashboard", MONDAY)]
    assert told(desk, "weekly", "failed", "failed") == [["failed"], []]


def test_a_run_that_is_always_stopped_waits_too(desk):
    desk.put(a_run(due=None, started=MONDAY))
    slot = MONDAY + HOUR
    desk.now = slot + MINUTE
    for number in range(4):
        desk.put(a_run("weekly", slot, "interrupted", f"s{number}", ended=slot))
        whats = [one.what for one in desk.due() if one.job == "weekly"]
        assert whats == (["run"] if number < 2 else ["wait"])


def test_what_a_machine_that_forgot_has_to_tell_follows_from_the_record():
    def at(minutes):
        return MONDAY + minutes * MINUTE

    record = [
        a_run("backup", at(0), "failed", "1"),
        a_run("tell", None, "done", "2", started=at(1)),
        a_run("backup", at(2), "failed", "3"),
        a_run("check", at(3), "again", "4"),
        a_run("check", at(4), "again", "5"),
        a_run("check", at(5), "again", "6"),
        a_run("check", at(6), "done", "7"),
        a_run("weekly", at(7), "missed", "8"),
        a_run("doctor", at(8), "missed", "9"),
        a_run("backup", at(9), "done", "10"),
    ]
    shown = [(run.job, kind) for run, kind in untold(reversed(record), at(10))]
    assert shown == [("check", "failed"), ("check", "well again"), ("weekly", "missed"), ("backup", "well again")]
    assert [(run.id, kind) for run, kind in untold(record[:1], at(10))] == [("1", "failed")]
    assert list(untold([*record, a_run("tell", None, "done", "11", started=at(9))], at(10))) == []
    assert list(untold(record, at(10) + 8 * DAY)) == []


def test_a_machine_that_forgets_tells_only_what_is_on_record(desk):
    desk.put(a_run(due=None, started=MONDAY))
    with desk.community.state as state:
        state.mark_recorded([a_run(due=None, started=MONDAY)])
        failed = a_run("weekly", MONDAY, "failed", "2")
        state.finish(failed, [("failed", "不通")])
    desk.supervisor.forgets = True
    desk.now = MONDAY + MINUTE
    assert desk.begun() == []
    with desk.community.state as state:
        state.mark_recorded([failed])
    assert desk.begun() == ["--tell"]


def test_what_a_machine_without_facts_found_before_in_this_week_is_no_news(desk):
    with desk.community.state as state:
        first = replace(a_run("doctor", None, started=MONDAY + DAY), note="1 处要处理。")
        assert [kind for kind, _ in notices(state, first, "✗ 保护")] == ["found"]
        state.finish(first)
    for path in desk.community.state.path.parent.glob("jobs-*"):
        path.unlink()
    desk.put(first)
    with desk.community.state as state:
        second = replace(first, id="2", started=MONDAY + 2 * DAY)
        assert notices(state, second, "✗ 保护") == []
        third = replace(first, id="3", started=MONDAY + 8 * DAY)
        assert [kind for kind, _ in notices(state, third, "✗ 保护")] == ["found"]


# --- everything that is due, once


class Played:
    """Asked to stop by nobody; a minute passes at each wait."""

    def __init__(self, desk, until):
        self.desk, self.until = desk, until

    def is_set(self):
        return self.desk.now > self.until

    def wait(self, _):
        self.desk.wait(MINUTE)


def test_of_what_is_due_one_that_hangs_delays_no_other(tmp_path):
    desk = Desk(tmp_path, CONFIG.partition("[operator]")[0])
    desk.put(a_run(due=None, started=MONDAY - DAY))
    desk.now, began = MONDAY + HOUR + MINUTE, []

    def launch(arguments):
        job, slot = arguments[1], arguments[arguments.index("--slot") + 1]
        began.append((desk.now, job))
        if job != "weekly":
            number = arguments[arguments.index("--number") + 1]
            desk.put(a_run(job, datetime.fromisoformat(slot), "done", number))
        return Child(arguments, code=None if job == "weekly" else 0)

    desk.supervisor.launch = launch
    work_off(desk.supervisor, Played(desk, MONDAY + 2.9 * HOUR))
    reminded = next(moment for moment, job in began if job == "remind")
    checks = [moment for moment, job in began if job == "check"]
    assert reminded < MONDAY + 1.6 * HOUR
    assert (len(checks), checks[0] < MONDAY + 2.1 * HOUR) == (1, True)
    assert [job for _, job in began].count("weekly") == 1


# --- a timetable that is changed


def test_a_job_that_was_changed_does_not_owe_what_its_new_times_would_have_been(tmp_path):
    desk = Desk(tmp_path, CONFIG + "[timetable.weekly]\nenabled = false\n")
    desk.put(a_run(due=None, started=MONDAY - DAY))
    desk.now = MONDAY + 2 * DAY
    desk.begun()
    (tmp_path / "consortium.toml").write_text(CONFIG, encoding="utf-8")
    desk.supervisor.communities = communities(Choice(tmp_path / "consortium.toml"))
    assert "weekly" not in desk.begun()
    desk.now = MONDAY + 7 * DAY + HOUR + MINUTE
    assert "weekly" in desk.begun()


def test_a_change_that_a_wrong_clock_saw_does_no_harm(tmp_path):
    desk = Desk(tmp_path)
    desk.put(a_run(due=None, started=MONDAY - DAY))
    desk.begun()
    desk.now = MONDAY + 300 * DAY
    config = CONFIG + '[timetable.remind]\ntimes = ["07:31"]\n'
    (tmp_path / "consortium.toml").write_text(config, encoding="utf-8")
    desk.supervisor.communities = communities(Choice(tmp_path / "consortium.toml"))
    desk.supervisor.look()
    desk.supervisor._queue = []
    desk.now = MONDAY + 2 * HOUR
    with desk.supervisor.communities[0].state as state:
        assert "remind" in {one.job for one in due(desk.supervisor.communities[0], state, desk.now)}


def test_a_community_with_two_records_is_refused(tmp_path):
    (tmp_path / "consortium.toml").write_text(CONFIG + '[sheet]\nid = "abc"\n', encoding="utf-8")
    with pytest.raises(UsageError, match=r"workbook\.path and sheet\.id: keep the one that is meant"):
        communities(Choice(tmp_path / "consortium.toml"))
