"""Backups of a Google Sheet, and backups brought back into one: the same said of both, and nothing that is there touched."""

import datetime as dt
import json
import shutil
from collections import Counter

import openpyxl
import pytest
import spreadsheets
from test_ledger import entry
from test_sheet_commands import DAY, OUTPUTS, _cells, full, place, run, sample  # noqa: F401 fixtures
from test_sheet_mail import mailing  # noqa: F401 a fixture

from toolkit.dates import CHINA
from toolkit.runs import Run
from toolkit.sample import AS_OF
from toolkit.stores import archive
from toolkit.stores.file_ledger import FileLedger
from toolkit.stores.file_runs import FileRuns
from toolkit.workflows import load
from toolkit.workflows.backing_up import back_up

LEDGER = OUTPUTS.sheets["ledger"]


@pytest.fixture
def backup(run):  # noqa: F811
    """Runs `backup`; the folder that was made."""

    def command(*arguments):
        code, out, err = run("backup", *arguments)
        assert code == 0, err
        return archive.Path(out.strip())

    return command


@pytest.fixture
def empty(sheets, tmp_path):
    """Another spreadsheet that a person made and shared, and how it is reached."""
    folder = tmp_path / "empty"
    folder.mkdir()
    number = spreadsheets.made(sheets, "新表")
    return number, spreadsheets.config(sheets, number, folder)


def said(run, *where):  # noqa: F811
    """What `check` and `quotas` say of a record."""
    return [run(command, "--json", "--as-of", DAY, *where)[:2] for command in ("check", "quotas")]


def book_of(backup):
    return backup / archive.read_manifest(backup).file_of("workbook")


# --- saving


def test_a_backup_of_a_google_sheet_is_a_workbook_with_every_tab(sheets, full, backup):  # noqa: F811
    tab = sheets.client().open_by_key(full[0]).add_worksheet("大家的备忘", 20, 5)
    tab.update([["'007", "=1+1", "2026-01-31", "=1/0", "60%"], [True, "", "'=1+1", "'TRUE"]], "A1", raw=False)
    made = backup("--config", full[1])
    manifest = archive.read_manifest(made)
    assert (manifest.kind, manifest.name, book_of(made).name) == ("sheet", "示例", "示例.xlsx")
    book = openpyxl.load_workbook(book_of(made))
    titles = [tab.title for tab in sheets.client().open_by_key(full[0]).worksheets()]
    assert [tab.title for tab in manifest.tabs] == book.sheetnames == titles
    found = [[cell.value for cell in row] for row in book["大家的备忘"].iter_rows()]
    assert found == [["007", 2, dt.datetime(2026, 1, 31), "#DIV/0!", 0.6], [True, None, "=1+1", "TRUE", None]]  # noqa: DTZ001
    assert {cell.data_type for row in book["大家的备忘"].iter_rows() for cell in row} == {"s", "n", "d", "b"}
    days = [row[3].value for row in book["活动"].iter_rows(min_row=2) if row[3].value is not None]
    assert sum(isinstance(day, dt.datetime) for day in days) > 20
    assert not [day for day in days if isinstance(day, int | float) and 40_000 < day < 60_000]


def test_titles_that_a_workbook_does_not_allow_are_kept_all_the_same(sheets, full, empty, backup, run):  # noqa: F811
    titles = ["a/b:c", "A-B-C", "History", "'引号'", "很" * 40, "很" * 41]
    book = sheets.client().open_by_key(full[0])
    for title in titles:
        book.add_worksheet(title, 5, 5).update([[title]], "A1")
    made = backup("--config", full[1])
    manifest = archive.read_manifest(made)
    assert [tab.title for tab in manifest.tabs][-6:] == titles
    assert all(len(tab.saved_as) <= 31 for tab in manifest.tabs)
    code, _, err = run("restore", made, "--to-sheet", empty[0], "--config", empty[1])
    assert code == 0, err
    assert [_cells(sheets, empty[0], title) for title in titles] == [[[title]] for title in titles]


def test_a_text_longer_than_a_workbook_holds_comes_back_whole(sheets, full, empty, backup, run):  # noqa: F811
    text = "长" * 40_000
    sheets.client().open_by_key(full[0]).add_worksheet("备忘", 5, 5).update([["", text]], "A2")
    made = backup("--config", full[1])
    assert run("restore", made, "--to-sheet", empty[0], "--config", empty[1])[0] == 0
    assert _cells(sheets, empty[0], "备忘")[1][1] == text


def test_calls_to_google_of_a_backup(sheets, full, backup):  # noqa: F811
    backup("--config", full[1])
    assert Counter(call.kind for call in sheets.log if call.api == "sheets") == {"read": 7}


def test_where_backups_of_a_google_sheet_go(full, tmp_path):  # noqa: F811
    with full[1].open("a") as file:
        file.write('[output]\nfolder = "web/pages"\n')
    made = back_up(load(config=full[1], workbook=None, sheet=None, as_of=AS_OF), None)
    assert made.path.parent == tmp_path / "web" / "备份"


# --- bringing back


def test_from_a_google_sheet_to_a_workbook(full, backup, run, tmp_path):  # noqa: F811
    run("init", "--config", full[1])
    run("dashboard", "--config", full[1], "--as-of", DAY)
    made, new = backup("--config", full[1]), tmp_path / "新.xlsx"
    code, out, err = run("restore", made, "--to", new)
    assert code == 0, err
    assert "Beside it: 新·历次结果.sqlite" in out
    assert said(run, "--workbook", new) == said(run, "--config", full[1])
    ours, theirs = (
        load(config=config, workbook=book, sheet=None, as_of=AS_OF) for config, book in ((full[1], None), (None, new))
    )
    assert ours.source.memory.recall(AS_OF) == theirs.source.memory.recall(AS_OF)


def test_from_a_google_sheet_to_another(sheets, full, empty, backup, run):  # noqa: F811
    run("init", "--config", full[1])
    book = sheets.client().open_by_key(full[0])
    book.worksheet("活动").update_title("大家的活动")
    run("dashboard", "--config", full[1], "--as-of", DAY)
    made = backup("--config", full[1])
    sheets.log.clear()
    code, out, err = run("restore", made, "--to-sheet", empty[0], "--config", empty[1])
    assert code == 0, err
    assert Counter(call.kind for call in sheets.log if call.api == "sheets") == {"read": 2, "write": 1}
    assert empty[0] in out.splitlines()[0]
    assert said(run, "--config", empty[1]) == said(run, "--config", full[1])
    for title in [tab.title for tab in book.worksheets()]:
        cells, back = _raw(sheets, full[0], title), _raw(sheets, empty[0], title)
        numbers, same = (
            {at: one for at, one in cells.items() if isinstance(one, float) is wanted} for wanted in (True, False)
        )
        assert {at: back.get(at) for at in same} == same, title
        assert [back.get(at) for at in numbers] == pytest.approx([*numbers.values()], rel=1e-15), title
        assert back.keys() == cells.keys()
    for command in ("init", "dashboard"):
        code, out, err = run(command, "--config", empty[1], *(["--as-of", DAY] if command == "dashboard" else []))
        assert code == 0, err
    titles = [tab.title for tab in sheets.client().open_by_key(empty[0]).worksheets()]
    assert Counter(titles).keys() >= {*OUTPUTS.sheets.values()} - {LEDGER}
    assert not [
        title for title in titles if title.endswith(" 2") and title.removesuffix(" 2") in OUTPUTS.sheets.values()
    ]


def _raw(sheets, number, title):
    tab = sheets.client().open_by_key(number).worksheet(title)
    values = tab.get_values(value_render_option="UNFORMATTED_VALUE", date_time_render_option="SERIAL_NUMBER")
    merged = next(one for one in sheets.store.books[number].sheets if one.properties["title"] == title).merges
    cells = {
        (row, column): value for row, line in enumerate(values) for column, value in enumerate(line) if value != ""
    }
    for area in merged:
        first = cells.get((area["startRowIndex"], area["startColumnIndex"]))
        for row in range(area["startRowIndex"], area["endRowIndex"]):
            for column in range(area["startColumnIndex"], area["endColumnIndex"]):
                if first is not None:
                    cells[row, column] = first
    return cells


def test_from_a_workbook_to_a_google_sheet(sample, empty, backup, run, tmp_path):  # noqa: F811
    book = tmp_path / "record" / "登记.xlsx"
    book.parent.mkdir()
    shutil.copy(sample, book)
    entries = [entry(number, "sent") for number in range(3)]
    jobs = [Run("00ff", "weekly", None, dt.datetime(2026, 11, 24, 7, tzinfo=CHINA), "done")]
    FileRuns(book.with_name("登记·运行记录.sqlite")).put(jobs)
    FileLedger(book.with_name("登记·发送记录.sqlite")).settle(entries)
    run("dashboard", "--workbook", book, "--as-of", DAY)
    made = backup("--workbook", book)
    code, out, err = run("restore", made, "--to-sheet", empty[0], "--config", empty[1])
    assert code == 0, err
    assert "3 letters on record" in out
    for ours, theirs in zip(said(run, "--workbook", book), said(run, "--config", empty[1]), strict=True):
        assert ours == theirs
    ours, theirs = (
        load(config=config, workbook=at, sheet=None, as_of=AS_OF) for config, at in ((None, book), (empty[1], None))
    )
    assert ours.source.memory.recall(AS_OF) == theirs.source.memory.recall(AS_OF)
    assert {name: one.state for name, one in theirs.source.ledger.entries().items()} == {
        one.message_id: "sent" for one in entries
    }
    assert [(one.id, one.job, one.result) for one in theirs.source.runs.runs()] == [("00ff", "weekly", "done")]
    assert run("init", "--config", empty[1])[0] == 0
    assert run("dashboard", "--config", empty[1], "--as-of", DAY)[0] == 0


def test_a_workbook_that_was_a_google_sheet_becomes_one_again(full, empty, backup, run, tmp_path):  # noqa: F811
    run("init", "--config", full[1])
    run("dashboard", "--config", full[1], "--as-of", DAY)
    new = tmp_path / "新.xlsx"
    run("restore", backup("--config", full[1]), "--to", new)
    code, _, err = run("restore", backup("--workbook", new), "--to-sheet", empty[0], "--config", empty[1])
    assert code == 0, err
    assert said(run, "--config", empty[1]) == said(run, "--config", full[1])


def test_only_an_empty_google_sheet_is_filled(sheets, full, empty, backup, run):  # noqa: F811
    made = backup("--config", full[1])
    sheets.client().open_by_key(empty[0]).sheet1.update([["mine"]], "C7")
    sheets.log.clear()
    code, out, err = run("restore", made, "--to-sheet", empty[0], "--config", empty[1])
    assert (code, out, "Something stands in the tab" in err) == (2, "", True)
    assert [call.kind for call in sheets.log if call.kind == "write"] == []


def test_an_empty_tab_whose_title_is_needed_is_renamed_and_stays(sheets, full, empty, backup, run):  # noqa: F811
    book = sheets.client().open_by_key(empty[0])
    tab = book.sheet1
    tab.update_title("活动")
    code, _, err = run("restore", backup("--config", full[1]), "--to-sheet", empty[0], "--config", empty[1])
    assert code == 0, err
    assert book.get_worksheet_by_id(tab.id).title == "活动 2"
    assert said(run, "--config", empty[1]) == said(run, "--config", full[1])


@pytest.mark.parametrize("cut", ["cut_before", "cut_after"])
def test_a_lost_answer_fills_it_once(sheets, full, empty, backup, run, cut):  # noqa: F811
    made = backup("--config", full[1])
    sheets.faults.add(cut, path="batchUpdate", times=1)
    code, _, err = run("restore", made, "--to-sheet", empty[0], "--config", empty[1])
    assert code == 0, err
    assert said(run, "--config", empty[1]) == said(run, "--config", full[1])


def test_mail_that_was_sent_is_not_sent_again_from_either(mailing, empty, backup, run, tmp_path, monkeypatch):  # noqa: F811
    _, config, server = mailing
    assert run("weekly", "--config", config, "--as-of", DAY)[0] == 0
    sent = len(server.accepted)
    made = backup("--config", config)
    assert run("restore", made, "--to", tmp_path / "新.xlsx")[0] == 0
    assert run("restore", made, "--to-sheet", empty[0], "--config", empty[1])[0] == 0
    with empty[1].open("a") as file:
        file.write(f'host = "{server.host}"\nport = {server.port}\n[community]\nname = "示例共同体"\n')
    for number, where in enumerate([("--workbook", tmp_path / "新.xlsx"), ("--sheet", empty[0])]):
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / f"machine {number}"))
        code, out, err = run("weekly", "--config", empty[1], *where, "--as-of", DAY)
        assert (code, len(server.accepted), f"sent before   {sent}" in out) == (0, sent, True), err


@pytest.mark.parametrize("role", ["ledger", "runs"])
def test_a_log_that_cannot_be_understood_is_pointed_out(sheets, mailing, backup, run, role):  # noqa: F811
    number, config, _ = mailing
    run("run", "weekly", "--config", config)
    title = OUTPUTS.sheets[role]
    sheets.client().open_by_key(number).worksheet(title).update([["?"]], "A1")
    made = backup("--config", config)
    assert archive.read_manifest(made).lacking == (title,)
    assert json.loads((made / "manifest.json").read_text("utf-8"))["lacking"] == [title]
    code, out, _ = run("doctor", "--config", config, "--as-of", DAY)
    assert (code, "?" not in out, title in out) == (3, True, True)
