"""Whatever befalls a run of a job, the run after it finishes the work, and no letter goes out twice."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections import Counter
from datetime import timedelta

import pytest
import spreadsheets
from job_faults import (
    BOOK,
    ENTRIES,
    FIRST,
    LETTERS,
    LIMITS,
    RECIPIENTS,
    SECOND,
    TIMES,
    WELL,
    fill,
    kill,
    scene,
    write_book,
)
from job_world import Forge
from mail_faults import READERS
from markdown import BASE, workbook
from standins.mail_server import Fault

from jobs.state import JobState

STRIDE = {"weekly": 25, "remind": 19}
"""One of so many steps of a job is taken here; `python tests/job_faults.py` takes all."""
USUAL_STRIDE = 13
MONDAY = TIMES["weekly"]
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def forge():
    with Forge() as made:
        yield made


@pytest.fixture
def staged(request, forge, tmp_path):
    """The scene of a job."""
    with scene(request.param, forge, tmp_path) as made:
        yield made
    assert made.server.failures == []


every_job = pytest.mark.parametrize("staged", TIMES, indirect=True)


@every_job
def test_after_a_run_that_was_killed_at_any_step_the_next_one_does_the_rest(staged):
    steps = staged.steps
    assert steps > 20
    stride = STRIDE.get(staged.job, USUAL_STRIDE)
    assert [fault for step in range(1, steps + 1, stride) for fault in kill(staged, step)] == []


@every_job
def test_on_a_full_disk_a_run_says_so_and_leaves_nothing_half_done(staged):
    assert [fault for limit in LIMITS[1::2] for fault in fill(staged, limit)] == []


@every_job
def test_on_a_disk_that_filled_up_since_the_last_run_as_well(staged):
    staged.season()
    assert [fault for limit in (0, 33_000) for fault in fill(staged, limit)] == []


# --- the workbook


@every_job
@pytest.mark.parametrize("step", [1, 17])
def test_a_workbook_that_is_deleted_meanwhile_is_missed_or_was_read_before(staged, step):
    with staged.play() as play:
        away = play.folder / "away"
        first = play.run(FIRST, fatal=step, move=(play.book, away))
        assert not play.book.exists()
        away.rename(play.book)
        well = first.code in WELL
        assert well or (first.code == 3 and f"{BOOK} does not exist; give the workbook's path" in first.words)
        assert play.again() == []


@every_job
@pytest.mark.parametrize("step", [9])
def test_of_a_workbook_that_is_replaced_meanwhile_a_run_sees_the_old_one_or_the_new_one(staged, step):
    with staged.play() as play:
        write_book(new := play.folder / "new.tmp")
        play.original = new.read_bytes()
        first = play.run(FIRST, fatal=step, move=(new, play.book))
        assert (first.code in WELL, new.exists()) == (True, False)
        assert play.again() == []


@every_job
def test_while_the_workbook_is_open_elsewhere_it_is_tried_again_later(staged):
    with staged.play() as play:
        (lock := play.folder / f"~${BOOK}").write_bytes(b"\4user" + bytes(160))
        first = play.run(FIRST)
        lock.unlink()
        (path,) = play.folder.glob("state/*/jobs-*.sqlite")
        with JobState(path) as state:
            result = state.run(FIRST).result
        if staged.job == "doctor":  # it says so, and went well
            assert (first.code, result) == (1, "done")
        else:
            assert (first.code, result) == (3, "again")
            assert f"{BOOK} is open in a spreadsheet program" in first.words
        assert play.again() == []
        with JobState(path) as state:
            assert state.run(SECOND).result == "done"


# --- folders


@pytest.mark.parametrize("staged", ["dashboard", "term_report", "backup"], indirect=True)
def test_a_run_whose_folder_of_results_is_a_file_says_so(staged):
    with staged.play() as play:
        config = play.folder / "consortium.toml"
        usual = config.read_text("utf-8")
        config.write_text(f'{usual}[output]\nfolder = "结果"\n[backup]\nfolder = "结果"\n', "utf-8")
        (play.folder / "结果").touch()
        first = play.run(FIRST)
        assert first.code in (2, 3)
        assert first.words.startswith("consortium: ")
        assert "结果" in first.words
        config.write_text(usual, "utf-8")
        assert play.again() == []


@every_job
def test_a_run_whose_folder_of_state_is_a_file_says_so_and_sends_nothing(staged):
    with staged.play() as play:
        (state := play.folder / "state").touch()
        first = play.run(FIRST)
        assert (first.code, staged.server.accepted) == (3, [])
        assert f"{state} is a file, not a folder; nothing is begun: move it away" in first.words
        state.unlink()
        assert play.again() == []


WRITES_ANYWHERE = ("setpriv", "--bounding-set", "-dac_override") if os.geteuid() == 0 else ()
"""Takes from root what lets it write where nobody may."""


READ_ONLY = {"check": 0, "dashboard": 2, "weekly": 3, "backup": 3}
"""Exit codes in such a folder; a check has nothing to write but its record, which waits."""


@pytest.mark.skipif(os.geteuid() == 0 and not shutil.which("setpriv"), reason="root writes anywhere")
@pytest.mark.parametrize("job", READ_ONLY)
def test_a_run_in_a_folder_that_is_read_only_says_so_and_sends_nothing(job, forge, tmp_path):
    with scene(job, forge, tmp_path) as staged, staged.play() as play:
        environment = {"XDG_STATE_HOME": str(tmp_path / "state"), "XDG_CACHE_HOME": str(tmp_path / "cache")}
        command = [*WRITES_ANYWHERE, sys.executable, "-m", "toolkit", "run", job, "--config", "consortium.toml"]
        play.folder.chmod(0o555)
        try:
            ran = subprocess.run(
                command, cwd=play.folder, env=os.environ | environment, capture_output=True, text=True, check=False
            )
        finally:
            play.folder.chmod(0o755)
        assert sorted(path.name for path in play.folder.iterdir()) == ["consortium.toml", BOOK]
        assert staged.server.accepted == []
        assert ran.returncode == READ_ONLY[job], ran.stderr
        assert ran.stderr.strip().splitlines()[-1].startswith("consortium: "), ran.stderr


# --- servers that are down for a day


def hourly(play_run, day=24):
    """Codes of runs at every hour of a day."""
    return Counter(play_run(number).code for number in range(day))


@pytest.mark.parametrize("staged", ["weekly"], indirect=True)
def test_when_the_mail_server_was_down_for_a_day_each_letter_goes_out_once(staged):
    with staged.play() as play:
        staged.server.faults.append(Fault("greeting", cut=True))

        def run(number):
            return play.run(f"{number + 16:016x}", now=TIMES[staged.job] + number * HOUR)

        assert hourly(run) == {3: 24}
        assert staged.server.accepted == []
        staged.server.faults.clear()
        assert run(24).code == run(25).code == 0
        assert play.letters() == []
        assert len(staged.server.accepted) == LETTERS[staged.job]


@pytest.mark.parametrize("down", ["503", "connection refused"])
def test_when_google_was_down_for_a_day_each_digest_goes_out_once_and_the_operator_hears_of_it(
    down, forge, sheets, mail_server, tmp_path
):
    server = mail_server()
    number = spreadsheets.made(sheets)
    spreadsheets.fill(sheets, number, workbook(BASE, ENTRIES, RECIPIENTS))

    def configure():
        (tmp_path / "key.json").unlink(missing_ok=True)  # it names the port
        config = spreadsheets.config(sheets, number, tmp_path, tries=1)
        with config.open("a") as file:
            file.write(f'tries = 1\nsecurity = "none"\nhost = "{server.host}"\nport = {server.port}\n')
            file.write('[community]\nname = "甲镇共同体（示例数据）"\n')

    def run(hour):
        now = MONDAY + hour * HOUR
        arguments = ["run", "weekly", "--config", "consortium.toml", "--number", f"{hour + 16:016x}"]
        return forge.run([*arguments, "--slot", MONDAY.isoformat()], tmp_path, now)

    configure()
    if down == "503":
        sheets.faults.add("error", status=503)
    else:
        sheets.stop()
    assert hourly(run) == {3: 24}
    assert server.accepted == []
    if down == "503":
        sheets.faults.clear()
    else:
        sheets.start()
        configure()
    assert [run(hour).code for hour in (24, 25)] == [0, 0]
    assert Counter(letter.recipient for letter in server.accepted) == dict.fromkeys(
        (f"{name}@example.com" for name in READERS), 1
    )
    (path,) = tmp_path.glob("state/*/jobs-*.sqlite")
    with JobState(path) as state:
        assert [notice.kind for notice in state.notices()] == ["failed", "well again"]
        assert state.unrecorded() == ()
