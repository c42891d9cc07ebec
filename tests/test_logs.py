"""The scheduler's log: what a line says, what never stands in it, and what it survives."""

import json
import logging
import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.logs import clean, event, set_up
from toolkit.errors import SourceError
from toolkit.settings.jobs import LogSettings

SHANGHAI = ZoneInfo("Asia/Shanghai")
SLOT = datetime(2026, 11, 23, 7, 0, tzinfo=SHANGHAI)
NOW = datetime(2026, 11, 24, 23, 0, 3, tzinfo=UTC).timestamp()


@pytest.fixture
def path(tmp_path):
    yield tmp_path / "记录" / "serve.log"
    for handler in logging.getLogger("consortium").handlers:
        handler.close()
    logging.getLogger("consortium").handlers.clear()


@pytest.fixture
def clock(monkeypatch):
    """Every event happens at 7:00:03 in Shanghai."""
    monkeypatch.setattr(time, "time", lambda: NOW)
    monkeypatch.setattr(time, "time_ns", lambda: int(NOW) * 1_000_000_000)


def log(path, **settings):
    return set_up(LogSettings(file=path, **settings), zone=SHANGHAI)


def lines(path):
    return path.read_text("utf-8").splitlines()


def documents(path):
    return [json.loads(line) for line in lines(path)]


@pytest.mark.usefixtures("clock")
def test_a_line_for_people_says_when_which_job_and_what(path):
    logger = log(path)
    event(logger, "info", "started", job="weekly", slot=SLOT, run="0123456789abcdef")
    event(
        logger,
        "error",
        "ended",
        community="台头",
        job="weekly",
        result="failed",
        seconds=1.23456,
        note="no server: later",
    )
    assert lines(path) == [
        "2026-11-25 07:00:03 weekly started run=0123456789abcdef slot=2026-11-23T07:00+08:00",
        "2026-11-25 07:00:03 ERROR 台头 weekly ended result=failed seconds=1.235 · no server: later",
    ]


@pytest.mark.usefixtures("clock")
def test_a_json_line_has_its_keys_in_a_fixed_order(path):
    event(log(path, format="json"), "warning", "ended", note="later", seconds=2.0, job="check", slot=SLOT, calls=None)
    assert lines(path) == [
        (
            '{"time": "2026-11-25T07:00:03.000+08:00", "level": "warning", "event": "ended", "job": "check", '
            '"slot": "2026-11-23T07:00+08:00", "seconds": 2.0, "note": "later"}'
        )
    ]


def test_only_listed_facts_are_written(path):
    event(log(path, format="json"), "info", "started", job="weekly", pupil="李小明", address="a@example.com")
    (document,) = documents(path)
    assert list(document) == ["time", "level", "event", "job"]


def test_events_below_the_level_are_left_out(path):
    logger = log(path, level="warning")
    event(logger, "info", "started", job="weekly")
    event(logger, "warning", "late", job="weekly")
    assert [line.split(" ", 2)[2] for line in lines(path)] == ["WARNING weekly late"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("550 no such user zhang.san+a@mail.example.com here", "550 no such user ‹address› here"),
        ("<wang@example.com>, 李<li@example.com>", "<‹address›>, 李<‹address›>"),
        ("张三@例子.中国 不在", "‹address› 不在"),
        ("请找wang＠example.com，谢谢", "‹address›，谢谢"),
        ('"wang san"@example.com', "‹address›"),
        (r'x "wang \"san"@[192.0.2.1] y', "x ‹address› y"),
        ("wang @ example.com", "‹address›"),
        ("mailto:wang%40example.com", "‹address›"),
        ("smtp://wang:secret@mail.example.com:465", "‹address›"),
        ("wang\u200b@\u202eexample.com", "‹address›"),
        ("a@b@c", "‹address›‹address›"),
        ("one\r\n2026-11-25 07:00:03 weekly ended\x1b[2J", "one 2026-11-25 07:00:03 weekly ended[2J"),
        ("95% at 3, tries=40", "95% at 3, tries=40"),
        ("长" * 501, "长" * 499 + "…"),
    ],
)
def test_text_is_cleaned(text, expected):
    assert clean(text) == expected


@given(st.text(), st.from_regex(r"[A-Za-z0-9.+_-]{1,20}", fullmatch=True), st.text())
def test_no_address_stands_in_any_text(before, local, after):
    cleaned = clean(f"{before} {local}@example.com {after}")
    assert not {"@", "＠", "﹫"} & set(cleaned)
    assert f"{local}@" not in cleaned
    assert len(cleaned) <= 500
    assert cleaned.isprintable()


@pytest.mark.parametrize(
    "text", ['\\"' * 200_000, '"' * 200_000, "a" * 400_000, "a " * 200_000, "@" * 200_000, "a%4" * 99_999]
)
def test_masking_takes_linear_time(text):
    began = time.perf_counter()
    clean(text)
    assert time.perf_counter() - began < 5


@given(
    st.text(),
    st.fixed_dictionaries(
        {},
        optional={
            "community": st.text(st.characters()),
            "note": st.text(st.characters()),
            "seconds": st.floats(),
            "rows": st.integers(),
            "error": st.builds(ValueError, st.text()),
        },
    ),
)
def test_a_json_line_always_parses_back(tmp_path_factory, name, facts):
    path = tmp_path_factory.mktemp("log") / "serve.log"
    event(log(path, format="json"), "info", name, **facts)
    (line,) = path.read_bytes().split(b"\n")[:-1]
    document = json.loads(line)
    assert document["event"] == clean(name)
    assert set(document) - {"time", "level", "event"} <= set(facts)


def test_of_an_unknown_exception_only_kind_and_place_are_written(path):
    logger = log(path, format="json")
    try:
        {}["李小明"]
    except KeyError as error:
        event(logger, "error", "failed", error=error)
        logger.exception("failed again")
    event(logger, "error", "failed", error=SourceError("550 <wang@example.com> refused."))
    event(logger, "error", "failed", error=PermissionError(13, "Permission denied", "/srv/李小明.xlsx"))
    first, second, third, fourth = (document["error"] for document in documents(path))
    assert first == second
    assert first.startswith("KeyError in test_logs.py, line ")
    assert third == "550 <‹address›> refused."
    assert fourth == "PermissionError: Permission denied"


def test_files_are_for_their_owner_alone_and_no_more_than_are_kept(path):
    logger = log(path, megabytes=0.001, keep=2)
    for _ in range(100):
        event(logger, "info", "started", job="weekly", note="x" * 100)
    found = sorted(path.parent.iterdir())
    assert [file.name for file in found] == ["serve.log", "serve.log.1", "serve.log.2"]
    assert {file.stat().st_mode & 0o777 for file in found} == {0o600}
    assert all(0 < file.stat().st_size <= 1000 for file in found)


def test_where_none_are_kept_the_file_begins_anew(path):
    logger = log(path, megabytes=0.001, keep=0)
    for _ in range(100):
        event(logger, "info", "started", job="weekly", note="x" * 100)
    assert [file.name for file in path.parent.iterdir()] == ["serve.log"]
    assert 0 < path.stat().st_size <= 1000


def test_a_folder_taken_away_is_told_once_and_the_log_goes_on_when_it_is_back(path, capfd):
    logger = log(path, format="json")
    event(logger, "info", "one")
    path.unlink()
    path.parent.rmdir()
    path.parent.write_text("in the way")
    event(logger, "info", "two")
    event(logger, "info", "three")
    path.parent.unlink()
    event(logger, "info", "four")
    event(logger, "info", "five")
    told = [(document["event"], document.get("lost")) for document in documents(path)]
    assert told == [("four", None), ("log goes on", 2), ("five", None)]
    said = capfd.readouterr().err
    assert said == (
        f"consortium: the log {path} cannot be written (File exists); the work goes on. Make room,"
        " or correct log.file in the configuration.\n"
    )


FULL_DISK = """
import json, resource, sys
from pathlib import Path
from jobs.logs import event, set_up
from toolkit.settings.jobs import LogSettings
path = Path(sys.argv[1])
logger = set_up(LogSettings(file=path, format="json"))
event(logger, "info", "one")
resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 20, resource.RLIM_INFINITY))
event(logger, "info", "two", note="x" * 90)
event(logger, "info", "three", note="x" * 90)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
event(logger, "info", "four")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits of a process are POSIX")
def test_a_full_disk_is_told_once_and_no_later_line_is_spoilt(path):
    done = subprocess.run([sys.executable, "-c", FULL_DISK, path], capture_output=True, text=True, check=True)
    whole = [json.loads(line) for line in lines(path) if line.endswith("}")]
    assert [(document["event"], document.get("lost")) for document in whole] == [
        ("one", None),
        ("four", None),
        ("log goes on", 2),
    ]
    assert done.stderr.count("cannot be written (File too large)") == 1


def test_a_file_that_ends_within_a_line_is_gone_on_with_on_the_next(path):
    path.parent.mkdir()
    path.write_text('{"time": "2026', encoding="utf-8")
    event(log(path, format="json"), "info", "one")
    assert [line[:14] for line in lines(path)] == ['{"time": "2026', '{"time": "2026']


ON_ERROR_STREAM = """
import os
from jobs.logs import event, set_up
from toolkit.settings.jobs import LogSettings
if os.environ.get("AS_JOURNAL"):
    here = os.fstat(2)
    os.environ["JOURNAL_STREAM"] = f"{here.st_dev}:{here.st_ino}"
logger = set_up(LogSettings(level="debug"))
for level in ("debug", "info", "warning", "error"):
    event(logger, level, "tick")
"""


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"AS_JOURNAL": "1"}, ["<7>", "<6>", "<4>", "<3>"]),
        ({"JOURNAL_STREAM": "8:1"}, ["202", "202", "202", "202"]),
        ({}, ["202", "202", "202", "202"]),
    ],
)
def test_weights_stand_in_front_where_the_journal_reads_them(environment, expected):
    done = subprocess.run(
        [sys.executable, "-c", ON_ERROR_STREAM],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | environment,
    )
    assert [line[:3] for line in done.stderr.splitlines()] == expected


def test_a_closed_error_stream_stops_nothing():
    code = f"import os; os.close(2)\n{ON_ERROR_STREAM}\nprint('done')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "done\n"


def test_the_log_needs_nothing_but_the_standard_library():
    code = "import sys, jobs.logs; print([m for m in ('pydantic', 'yaml', 'pandas') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
