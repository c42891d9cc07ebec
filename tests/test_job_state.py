"""What a machine knows of its jobs: what is over, what failed, what is to be told."""

from datetime import UTC, date, datetime, timedelta

import pytest

from jobs.state import JobState, Trouble
from toolkit.errors import SourceError
from toolkit.runs import Run

MONDAY = datetime(2026, 11, 30, 7, tzinfo=UTC)
HOUR = timedelta(hours=1)


def run(number, job="weekly", due=MONDAY, result="done", started=MONDAY, **more):
    ended = None if result == "running" else started + timedelta(seconds=5)
    return Run(f"{number:016x}", job, due, started, result, ended=ended, **more)


@pytest.fixture
def state(tmp_path):
    with JobState(tmp_path / "state" / "jobs.sqlite") as opened:
        yield opened


def test_a_run_is_read_back_as_it_was_put(state):
    one = run(1, calls=3, rows=120, problems=4, note="都好")
    state.put([one])
    assert state.last("weekly", MONDAY + HOUR) == one
    assert state.run(one.id) == one


def test_a_time_is_over_once_a_run_for_it_ended_well_and_not_before(state):
    state.put([run(1, result="again"), run(2, result="interrupted"), run(3, result="failed")])
    assert state.settled("weekly", MONDAY + HOUR) is None
    state.put([run(4)])
    assert state.settled("weekly", MONDAY + HOUR) == MONDAY


def test_what_was_settled_before_the_clock_was_set_back_comes_again(state):
    state.put([run(1), run(2, due=MONDAY + timedelta(days=7))])
    assert state.settled("weekly", MONDAY + timedelta(days=1)) == MONDAY


def test_failures_since_the_last_good_run_are_counted_and_a_stopped_run_is_none(state):
    later = MONDAY + HOUR
    state.put([run(1, result="failed"), run(2), run(3, due=later, result="again", started=later)])
    state.put([run(4, due=later, result="interrupted", started=later)])
    assert state.trouble("weekly", MONDAY, later + HOUR) == Trouble(1, later + timedelta(seconds=5))


def test_what_the_record_has_is_learned_once_and_not_put_there_again(state):
    old, own = run(1), run(2, due=MONDAY + HOUR)
    state.put([own])
    state.learn([old, own])
    state.learn([old])
    assert state.unrecorded() == (own,)
    assert state.run(old.id).result == state.run(own.id).result == "done"
    state.mark_recorded([own])
    assert state.unrecorded() == ()


def test_a_run_that_changed_after_it_was_recorded_is_recorded_again(state):
    begun = run(1, result="running")
    state.put([begun], recorded=True)
    state.finish(run(1))
    assert [one.result for one in state.unrecorded()] == ["done"]


def test_the_operator_is_told_each_thing_once(state):
    state.finish(run(1, result="failed"), [("failed", "邮件服务器连不上")])
    (notice,) = state.notices()
    assert (notice.job, notice.kind, notice.text) == ("weekly", "failed", "邮件服务器连不上")
    state.told([notice])
    assert state.notices() == ()


def test_terms_are_unknown_until_a_run_has_read_them(state):
    assert state.terms is None
    state.keep_terms([], MONDAY)
    assert state.terms == ()
    term = (date(2026, 9, 1), date(2027, 1, 20))
    state.keep_terms([term], MONDAY)
    assert state.terms == (term,)


def test_a_damaged_file_is_put_aside_and_begun_anew(tmp_path):
    path = tmp_path / "jobs.sqlite"
    path.write_bytes(b"no database at all " * 300)
    with JobState(path) as state:
        assert state.begun() is None
    assert [file.name for file in tmp_path.glob("*.damaged-*")]


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SourceError, match="jobs wait for it"), JobState(tmp_path / "file" / "jobs.sqlite"):
        pass
