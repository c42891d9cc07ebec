"""Backups of a workbook: whole or not at all, told from others', brought back the same."""

import hashlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import datetime, timedelta, timezone

import duckdb
import openpyxl
import pytest
from mail_faults import EVERY, Place
from test_ledger import entry
from test_sheet_commands import run, sample  # noqa: F401 fixtures

from toolkit.errors import BusySourceError, SourceError, UsageError
from toolkit.sample import AS_OF
from toolkit.stores import archive
from toolkit.stores.file_ledger import FileLedger
from toolkit.workflows import load
from toolkit.workflows.backing_up import back_up
from toolkit.workflows.restoring import restore_to_workbook

CHINA = timezone(timedelta(hours=8))
NIGHT = datetime(2026, 11, 25, 2, 30, tzinfo=CHINA)
DAY = timedelta(days=1)
BOOK, LEDGER, MEMORY = "登记.xlsx", "登记·发送记录.sqlite", "登记·历次结果.sqlite"


@pytest.fixture
def book(sample, tmp_path):  # noqa: F811
    """The sample community in a folder of its own, with one letter on record."""
    path = tmp_path / "record" / BOOK
    path.parent.mkdir()
    shutil.copy(sample, path)
    FileLedger(path.with_name(LEDGER)).settle([entry(1, "sent")])
    return path


def loaded(book):
    return load(config=None, workbook=book, sheet=None, as_of=AS_OF)


def names(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


# --- saving


def test_a_backup_holds_the_very_bytes_the_ledger_and_a_table_for_each_sheet(book):
    made = back_up(loaded(book), None, NIGHT)
    assert made.path == book.parent / "备份" / "2026-11-25-0230"
    assert (made.removed, made.lacking, made.damaged) == ((), (), ())
    assert digest(made.path / BOOK) == digest(book)
    tables = [name for name in names(made.path) if name.startswith("parquet/")]
    assert (len(tables), set(names(made.path)) - set(tables)) == (17, {BOOK, LEDGER, "manifest.json"})
    manifest = json.loads((made.path / "manifest.json").read_text("utf-8"))
    assert {name: file["sha256"] for name, file in manifest["files"].items()} == {
        name: digest(made.path / name) for name in [*tables, BOOK, LEDGER]
    }
    assert (manifest["kind"], manifest["name"], manifest["made"]) == ("workbook", BOOK, "2026-11-25T02:30:00+08:00")
    assert str(book.parent) not in json.dumps(manifest)


def test_tables_have_typed_columns_and_the_number_of_each_row(book):
    ours, made = loaded(book), back_up(loaded(book), None, NIGHT)
    table = ours.assessment.ground.tables["events"]
    found = duckdb.sql(f"SELECT * FROM '{made.path / 'parquet' / 'events.parquet'}'")  # noqa: S608
    kinds = dict(zip(found.columns, map(str, found.types), strict=True))
    assert list(kinds) == ["row", *(field.key for field in table.schema.fields)]
    assert (kinds["row"], kinds["date"], kinds["kind"], kinds["schools"]) == ("BIGINT", "DATE", "VARCHAR", "VARCHAR[]")
    frame = found.df()
    assert frame["row"].tolist() == table.rows.tolist()
    assert frame["date"].dropna().tolist() == table.frame["date"].dropna().tolist()
    manifest = archive.read_manifest(made.path)
    assert manifest.files["parquet/events.parquet"].rows == len(table.frame)


def test_a_sheet_that_is_empty_or_lacks_everything_is_a_table_without_rows(write_xlsx):
    made = back_up(loaded(write_xlsx({"学校": [["学校"]], "自己的": [["甲"]]})), None, NIGHT)
    manifest = archive.read_manifest(made.path)
    assert {file.rows for file in manifest.files.values() if file.role == "table"} == {0}


def test_lists_bounds_bools_and_references_are_plain_values(write_xlsx):
    from markdown import BASE, workbook  # noqa: PLC0415

    path = write_xlsx({sheet.title: sheet.rows for sheet in workbook(BASE).sheets})
    made, ground = back_up(loaded(path), None, NIGHT), loaded(path).assessment.ground
    for key, table in ground.tables.items():
        rows = duckdb.sql(f"SELECT * FROM '{made.path / 'parquet' / key}.parquet'").fetchall()  # noqa: S608
        assert len(rows) == len(table.frame)
        for number, field in enumerate(table.schema.fields, 1):
            values = {type(row[number]).__name__ for row in rows} - {"NoneType"}
            wanted = {"date": "date", "list": "list", "bool": "bool"} | dict.fromkeys(
                ("int", "number", "percent", "bound"), "float"
            )
            assert values <= {wanted.get(field.kind, "str")}, (key, field.key)


def test_older_backups_go_as_the_settings_say_and_nothing_else_does(book):
    (book.parent / "consortium.toml").write_text(
        f'[workbook]\npath = "{BOOK}"\n[backup]\nfolder = "away"\ndaily = 2\nweekly = 0\nmonthly = 0\nyearly = 0\n',
        encoding="utf-8",
    )
    ours = load(config=book.parent / "consortium.toml", workbook=None, sheet=None, as_of=AS_OF)
    folder = book.parent / "away"
    (folder / "2020-01-01-0230").mkdir(parents=True)
    (folder / "我的.txt").write_text("x")
    made = [back_up(ours, None, NIGHT + number * DAY) for number in range(4)]
    assert [len(one.removed) for one in made] == [0, 0, 1, 1]
    assert sorted(path.name for path in folder.iterdir()) == [
        ".lock",
        "2020-01-01-0230",
        "2026-11-27-0230",
        "2026-11-28-0230",
        "我的.txt",
    ]


def test_backups_of_others_in_the_same_folder_are_neither_counted_nor_removed(book):
    other = book.parent / "elsewhere" / BOOK
    other.parent.mkdir()
    shutil.copy(book, other)
    folder = book.parent / "all"
    theirs = [back_up(loaded(other), folder, NIGHT - number * DAY).path for number in (20, 10)]
    ours = [back_up(loaded(book), folder, NIGHT + number * DAY) for number in range(20)]
    assert all(path.exists() for path in theirs)
    gone = {path for one in ours for path in one.removed}
    assert gone
    assert not gone & set(theirs)


def test_two_backups_of_one_minute_lie_side_by_side(book):
    folder = book.parent / "all"
    other = book.with_name("另一本.xlsx")
    shutil.copy(book, other)
    paths = [back_up(loaded(path), folder, NIGHT).path.name for path in (book, other)]
    assert paths == ["2026-11-25-0230", "2026-11-25-0230-2"]


def test_a_damaged_backup_never_pushes_out_a_good_one(book, capsys):
    folder = book.parent / "all"
    good = back_up(loaded(book), folder, NIGHT).path
    bad = back_up(loaded(book), folder, NIGHT + timedelta(hours=1)).path
    assert not good.exists()
    good = back_up(loaded(book), folder, NIGHT + timedelta(hours=2)).path
    (good / BOOK).write_bytes(b"PK half")
    assert not bad.exists()
    after = back_up(loaded(book), folder, NIGHT + timedelta(hours=3))
    assert (after.removed, after.damaged) == ((), (good,))
    assert "is not as it was saved" in capsys.readouterr().err


def test_an_old_backup_that_somebody_has_open_stays_and_is_pointed_out_and_the_others_go(book, capsys, monkeypatch):
    folder = book.parent / "all"
    (book.parent / "consortium.toml").write_text("[backup]\ndaily = 1\nweekly = 0\nmonthly = 0\nyearly = 0\n")
    rename, opened = archive.Path.rename, []
    monkeypatch.setattr(archive.Path, "rename", lambda self, to: refuse() if self in opened else rename(self, to))

    def refuse():
        raise PermissionError(13, "Permission denied")

    def made(days):
        config = book.parent / "consortium.toml"
        return back_up(load(config=config, workbook=book, sheet=None, as_of=AS_OF), folder, NIGHT + days * DAY)

    opened.append(made(0).path)
    after = made(1)
    assert (after.removed, after.stuck) == ((), (opened[0],))
    assert "look who has it open" in capsys.readouterr().err
    assert (made(2).removed, opened[0].exists()) == ((after.path,), True)
    assert [path.name for path in folder.glob(".unfinished-*")] == []
    opened.clear()
    assert len(made(3).removed) == 2


# --- what goes wrong


def test_a_workbook_that_is_open_is_not_saved(book):
    ours = loaded(book)
    book.with_name(f"~${BOOK}").touch()
    with pytest.raises(BusySourceError, match="is open in a spreadsheet program"):
        back_up(ours, None, NIGHT)
    assert names(book.parent / "备份") == [".lock"]


def test_a_workbook_that_is_half_copied_is_not_saved(book):
    ours, whole = loaded(book), book.read_bytes()
    book.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BusySourceError, match="half copied"):
        back_up(ours, None, NIGHT)
    book.write_bytes(whole)
    assert digest(back_up(ours, None, NIGHT).path / BOOK) == digest(book)


@pytest.mark.parametrize("times", [1, 2])
def test_a_workbook_saved_while_it_is_copied_is_copied_once_more(book, monkeypatch, times):
    ours, copy, left = loaded(book), shutil.copyfile, [None] * times

    def while_somebody_saves(source, target):
        copy(source, target)
        if left:
            left.pop()
            with openpyxl_saved(book):
                pass

    monkeypatch.setattr("toolkit.stores.copying.shutil.copyfile", while_somebody_saves)
    if times == 1:
        assert digest(back_up(ours, None, NIGHT).path / BOOK) == digest(book)
        return
    with pytest.raises(BusySourceError, match="was changed while it was copied"):
        back_up(ours, None, NIGHT)
    assert names(book.parent / "备份") == [".lock"]


class openpyxl_saved:  # noqa: N801 reads as what it does
    """A person changes a cell and saves."""

    def __init__(self, path):
        changed = openpyxl.load_workbook(path)
        changed["学校"]["Z99"] = time.time()
        changed.save(path)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None


def test_a_workbook_that_is_gone(book):
    ours = loaded(book)
    book.unlink()
    with pytest.raises(SourceError, match="does not exist"):
        back_up(ours, None, NIGHT)


def test_a_damaged_ledger_is_left_out_and_pointed_out(book, capsys):
    ours = loaded(book)
    book.with_name(LEDGER).write_bytes(b"no database " * 500)
    made = back_up(ours, None, NIGHT)
    assert made.lacking == (LEDGER,)
    assert LEDGER not in names(made.path)
    assert f"{LEDGER} is damaged" in capsys.readouterr().err
    restored = restore_to_workbook(made.path, book.with_name("新.xlsx"))
    assert (restored.lacking, restored.files) == ((LEDGER,), ())


def test_a_ledger_that_another_run_is_writing_is_saved_as_it_was_before(book):
    with sqlite3.connect(book.with_name(LEDGER)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("DELETE FROM entries")
        made = back_up(loaded(book), None, NIGHT)
        connection.rollback()
    assert len(FileLedger(made.path / LEDGER).entries()) == 1


def test_a_folder_that_is_a_file(book):
    other = book.parent / "备份"
    other.write_text("x")
    with pytest.raises(SourceError, match="is a file, not a folder; no backup is made: move it away"):
        back_up(loaded(book), None, NIGHT)
    assert other.read_text() == "x"


def in_a_small_place(book, size, code):
    """What a backup says where the disk of its folder is this small; None where this machine lets nobody mount one."""
    script = f"""
mkdir -p {book.parent}/备份 && mount -t tmpfs -o size={size} tmpfs {book.parent}/备份 || exit 99
{sys.executable} -m toolkit backup --workbook {book}; code=$?
ls -A {book.parent}/备份; {code}
exit $code"""
    return subprocess.run(["unshare", "--mount", "sh", "-c", script], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("size", ["16k", "120k", "160k"])
def test_a_disk_that_is_full_keeps_nothing_and_says_so(book, size):
    result = in_a_small_place(book, size, ":")
    if result.returncode in {1, 99}:
        pytest.skip("mounting is not allowed here")
    said = [line for line in result.stderr.splitlines() if not line.endswith("…")]
    assert (result.returncode, len(said), "full" in said[0]) == (3, 1, True), said
    assert result.stdout.split() in ([".lock"], [])


def test_a_folder_that_cannot_be_written(book):
    result = in_a_small_place(book, "4m,ro", ":")
    if result.returncode in {1, 99}:
        pytest.skip("mounting is not allowed here")
    assert result.returncode == 3
    assert "check who may write there" in result.stderr


def test_a_run_that_is_killed_leaves_nothing_that_looks_like_a_backup(book):
    folder = book.parent / "备份"
    code = (
        "import os, signal, sys\nfrom toolkit.stores import archive\n"
        "archive._sync = lambda path: os.kill(os.getpid(), signal.SIGKILL)\n"
        "from toolkit.cli import main; main()"
    )
    arguments = [sys.executable, "-c", code, "backup", "--workbook", book]
    assert subprocess.run(arguments, check=False, capture_output=True).returncode == -signal.SIGKILL
    assert [path.name[:12] for path in folder.iterdir() if path.name != ".lock"] == [".unfinished-"]
    made = back_up(loaded(book), None, NIGHT)
    assert sorted(path.name for path in folder.iterdir()) == [".lock", made.path.name]


def test_two_backups_at_the_same_time_wait_for_each_other(book):
    arguments = [sys.executable, "-m", "toolkit", "backup", "--workbook", book, "--out", book.parent / "all"]
    both = [subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    paths = [one.communicate(timeout=60)[0].strip() for one in both]
    assert [one.returncode for one in both] == [0, 0]
    assert sum(os.path.exists(path) for path in paths) == 1  # noqa: PTH110 of one day the last stays
    assert (
        len(archive.backups_of(book.parent / "all", archive.read_manifest(book.parent / "all" / max(paths)).source))
        == 1
    )


# --- bringing back


def test_a_restored_workbook_says_the_same_in_every_respect(book, run, tmp_path):  # noqa: F811
    run("dashboard", "--workbook", book, "--as-of", AS_OF, "--out", tmp_path / "one")
    code, out, err = run("backup", "--workbook", book)
    assert code == 0, err
    new = tmp_path / "new" / "新.xlsx"
    new.parent.mkdir()
    code, said, err = run("restore", out.strip(), "--to", new)
    assert code == 0, err
    assert said.splitlines()[0] == str(new)
    assert "1 letters on record" in said
    assert names(new.parent) == ["新.xlsx", "新·历次结果.sqlite", "新·发送记录.sqlite"]
    for command in ("check", "quotas"):
        results = [run(command, "--json", "--workbook", path, "--as-of", AS_OF) for path in (book, new)]
        assert results[0] == results[1]
    assert FileLedger(new.with_name("新·发送记录.sqlite")).entries() == FileLedger(book.with_name(LEDGER)).entries()
    assert loaded(book).source.memory.recall(AS_OF) == loaded(new).source.memory.recall(AS_OF)


@pytest.mark.parametrize("there", ["新.xlsx", "新·发送记录.sqlite", "新·历次结果.sqlite-journal"])
def test_nothing_that_is_there_is_replaced(book, there):
    made = back_up(loaded(book), None, NIGHT)
    book.with_name(there).write_text("mine")
    before = names(book.parent)
    with pytest.raises(UsageError, match="is there already"):
        restore_to_workbook(made.path, book.with_name("新.xlsx"))
    assert (names(book.parent), book.with_name(there).read_text()) == (before, "mine")


@pytest.mark.parametrize("spoil", ["changed", "gone", "manifest", "elsewhere"])
def test_what_is_damaged_is_not_brought_back(book, spoil):
    made, manifest = back_up(loaded(book), None, NIGHT), None
    if spoil == "changed":
        with (made.path / BOOK).open("r+b") as file:
            file.seek(5000)
            file.write(b"\0")
    elif spoil == "gone":
        (made.path / LEDGER).unlink()
    else:
        path = made.path / "manifest.json"
        manifest = path.read_text("utf-8")
        path.write_text(manifest[:-50] if spoil == "manifest" else manifest.replace(f'"{LEDGER}"', '"../../outside"'))
    with pytest.raises(SourceError, match="damaged"):
        restore_to_workbook(made.path, book.with_name("新.xlsx"))
    assert not book.with_name("新.xlsx").exists()


def test_a_folder_that_is_no_backup(book):
    with pytest.raises(SourceError, match="is no backup"):
        restore_to_workbook(book.parent, book.with_name("新.xlsx"))


def test_a_disk_that_fills_up_meanwhile_leaves_nothing(book, monkeypatch):
    made, copy = back_up(loaded(book), None, NIGHT), shutil.copyfile

    def full(source, target):
        if source.name == BOOK:
            raise OSError(28, "No space left on device")
        copy(source, target)

    monkeypatch.setattr("toolkit.workflows.restoring.shutil.copyfile", full)
    before = names(book.parent)
    with pytest.raises(SourceError, match="disk is full"):
        restore_to_workbook(made.path, book.with_name("新.xlsx"))
    assert names(book.parent) == before


def test_where_to_is_said_once(book, run):  # noqa: F811
    made = back_up(loaded(book), None, NIGHT).path
    assert run("restore", made)[0] == 2
    assert run("restore", made, "--to", "a.xlsx", "--to-sheet", "x")[0] == 2
    assert run("restore", made, "--to", "a.csv")[0] == 2


def test_a_restored_record_sends_nothing_again_even_on_another_machine(run, mail_server, tmp_path, monkeypatch):  # noqa: F811
    folder = tmp_path / "place"
    folder.mkdir()
    place, server = Place(folder), mail_server()
    place.configure(server)
    config = folder / "consortium.toml"
    for name, value in place.environment.items():
        monkeypatch.setenv(name, value)
    assert run("weekly", "--config", config, "--as-of", "2025-11-26")[0] == 0
    assert len(server.accepted) == EVERY
    path = run("backup", "--config", config)[1].strip()
    run("restore", path, "--to", folder / "新.xlsx")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "other machine"))
    code, out, err = run("weekly", "--config", config, "--workbook", folder / "新.xlsx", "--as-of", "2025-11-26")
    assert (code, len(server.accepted), "sent before   7" in out) == (0, EVERY, True), err
