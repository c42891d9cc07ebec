"""The record of runs: in a file beside a workbook, and in people's words."""

import os
import sqlite3
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import get_args

import pytest

from toolkit.errors import BusySourceError, SourceError
from toolkit.outputs import load_outputs
from toolkit.run_words import RunWords
from toolkit.runs import Result, Run
from toolkit.schema import load_schema
from toolkit.settings import Settings
from toolkit.stores import file_runs
from toolkit.stores.file_runs import FileRuns
from toolkit.workflows import find_source

OUTPUTS = load_outputs()
WORDS = RunWords(OUTPUTS)
CHINA = timezone(timedelta(hours=8))
BEGAN = datetime(2026, 11, 30, 7, 0, 2, tzinfo=CHINA)
DUE = BEGAN - timedelta(seconds=2)
LATER = BEGAN + timedelta(hours=1)


def run(number=1, **more):
    """A run that went well, in twelve and a half seconds."""
    usual = {"job": "weekly", "due": DUE, "started": BEGAN, "result": "done", "machine": "0badcafe", "calls": 4}
    ended = BEGAN + timedelta(seconds=12, milliseconds=500)
    counts = {"rows": 1204, "problems": 3, "note": "应发 9 封，已发出 9 封。", "ended": ended}
    return Run(**{"id": f"{number:016x}"} | usual | counts | more)


# --- the file


@pytest.fixture
def record(tmp_path):
    return FileRuns(tmp_path / "登记簿·运行记录.sqlite")


def test_it_lies_beside_the_workbook(tmp_path):
    source = find_source(Settings(), tmp_path / "登记簿.xlsx", None, load_schema(), OUTPUTS)
    assert source.runs == FileRuns(tmp_path / "登记簿·运行记录.sqlite")


def test_runs_are_read_back_as_they_were_put_and_in_that_order(record):
    put = [run(2), run(1, due=None), run(3, result="running", ended=None, started=LATER)]
    assert record.runs() == ()
    record.put(put[:1])
    record.put(put[1:])
    assert record.runs() == put


def test_reading_makes_no_file_and_putting_nothing_neither(record):
    record.runs()
    record.put([])
    assert not record.path.exists()


def test_a_run_that_is_put_again_is_there_once_with_what_is_said_of_it_now(record):
    record.put([run(1, result="running", ended=None, rows=0), run(2)])
    record.put([run(1)])
    record.put([run(1)])
    assert record.runs() == [run(1), run(2)]


def test_of_too_many_the_first_go(record, monkeypatch):
    monkeypatch.setattr(file_runs, "MOST", 3)
    record.put([run(number) for number in range(5)])
    assert [one.id for one in record.runs()] == [run(number).id for number in (2, 3, 4)]


def test_a_note_that_is_no_text_is_kept_with_question_marks(record):
    record.put([run(note="\ud800坏")])
    assert record.runs() == [run(note="?坏")]


def test_a_damaged_file_is_told_of_and_kept_and_a_new_one_begun(record):
    record.path.write_bytes(b"SQLite format 3\0" + os.urandom(4000))
    damaged = record.path.read_bytes()
    with pytest.raises(SourceError, match=r"is damaged \(.+\); the next run that goes on record moves it aside"):
        record.runs()
    assert record.path.read_bytes() == damaged
    said = record.put([run()])
    assert record.runs() == [run()]
    (aside,) = record.path.parent.glob("*.damaged-*")
    assert aside.read_bytes() == damaged
    assert f"it is kept as {aside.name}" in said
    assert record.put([run()]) is None


def test_another_programs_file_is_left_alone(record):
    connection = sqlite3.connect(record.path)
    connection.execute("CREATE TABLE theirs (it)")
    connection.commit()
    connection.close()
    there = record.path.read_bytes()
    for act in (record.runs, lambda: record.put([run()])):
        with pytest.raises(SourceError, match="another program's database"):
            act()
    assert record.path.read_bytes() == there


def test_a_file_in_use_may_be_tried_again(record, monkeypatch):
    monkeypatch.setattr("toolkit.stores.database.PATIENCE", 0.05)
    record.put([run()])
    other = sqlite3.connect(record.path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        with pytest.raises(BusySourceError, match="cannot be used") as caught:
            record.put([run(2)])
    finally:
        other.close()
    assert caught.value.transient


def test_a_folder_in_its_place_is_said_in_a_sentence(record):
    record.path.mkdir()
    with pytest.raises(SourceError, match="check who else uses it"):
        record.runs()


# --- words


def test_a_run_in_words_reads_as_people_speak():
    assert list(WORDS.heads.values()) == [
        "开始", "任务", "结果", "应于", "用时", "读取行数", "错误数", "调用次数", "说明", "结束", "机器", "运行",
    ]  # fmt: skip
    assert list(WORDS.texts(run()).values()) == [
        "2026-11-30 07:00:02", "周报", "完成", "2026-11-30 07:00:00", "12.5 秒", "1204", "3", "4",
        "应发 9 封，已发出 9 封。", "2026-11-30 07:00:14", "0badcafe", "0000000000000001",
    ]  # fmt: skip


@pytest.mark.parametrize("job", [*OUTPUTS.jobs])
@pytest.mark.parametrize("result", [*OUTPUTS.run_states])
def test_a_run_in_words_reads_as_the_same_run(job, result):
    whole = BEGAN + timedelta(seconds=90)
    made = run(
        job=job, result=result, ended=None if result == "running" else whole, due=None if job == "doctor" else DUE
    )
    assert WORDS.run(WORDS.texts(made)) == made


def test_every_result_has_a_word_and_a_meaning():
    assert list(OUTPUTS.run_states) == list(get_args(Result))
    meant = [line.partition("：")[0] for line in OUTPUTS.run_states_note.splitlines()]
    assert meant == list(OUTPUTS.run_states.values())


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0.0 秒"), (-3, "0.0 秒"), (59.94, "59.9 秒"), (59.96, "1 分 0 秒"), (185, "3 分 5 秒"), (3601, "60 分 1 秒")],
)
def test_a_duration_is_said_as_people_say_it(seconds, words):
    assert WORDS.texts(run(ended=BEGAN + timedelta(seconds=seconds)))["duration"] == words


def test_a_run_of_another_version_keeps_the_name_of_its_job():
    made = run(job="archive", ended=LATER)
    assert WORDS.texts(made)["job"] == "archive"
    assert WORDS.run(WORDS.texts(made)) == made


def test_hostile_notes_are_one_line_and_cut():
    assert WORDS.texts(run(note="一\n\x00\u202e\ud800二"))["note"] == "一    二"
    assert WORDS.texts(run(note="长" * 400))["note"] == "长" * 299 + "…"


@pytest.mark.parametrize("typed", ["", "坏了", "9999-12-31", "0001-01-01 00:00:00", "=1/0", "\ud800", "9" * 5000, "-3"])
def test_whatever_people_type_over_a_cell_it_reads_as_a_run_or_as_none(typed, record):
    texts = WORDS.texts(run(ended=LATER))
    for name in texts:
        read = WORDS.run(texts | {name: typed})
        if name in {"started", "result"} or (name == "id" and not typed):
            assert read is None, name
            continue
        beside = FileRuns(record.path.with_name(f"{name}.sqlite"))
        beside.put([read])
        assert beside.runs() == [read], name
        untouched = {field.name for field in fields(Run)} - {name}
        assert all(getattr(read, other) == getattr(run(ended=LATER), other) for other in untouched), name


def test_a_missing_column_reads_as_empty():
    texts = {name: text for name, text in WORDS.texts(run(ended=LATER)).items() if name in {"id", "started", "result"}}
    empty = Run(run().id, "", None, BEGAN, "done")
    assert WORDS.run(texts) == replace(empty, started=BEGAN.astimezone(UTC))
