"""运行记录 in the Google Sheet: rows in people's words, and whatever people do to the tab."""

from dataclasses import replace
from datetime import timedelta

import pytest
import spreadsheets
from test_runs import BEGAN, LATER, run

from toolkit.stores.sheets import runs_tab
from toolkit.stores.sheets.failures import SheetError, UnsureError

TITLE = "运行记录"
HEADS = ["开始", "任务", "结果", "应于", "用时", "读取行数", "错误数", "调用次数", "说明", "结束", "机器", "运行"]
ROW = [
    "2026-11-30 07:00:02", "周报", "完成", "2026-11-30 07:00:00", "1 分 30 秒", "1204", "3", "4",
    "应发 9 封，已发出 9 封。", "2026-11-30 07:01:32", "0badcafe", "0000000000000001",
]  # fmt: skip


@pytest.fixture(autouse=True)
def _hurry(monkeypatch):
    monkeypatch.setattr("time.sleep", lambda _: None)


@pytest.fixture
def number(sheets):
    return spreadsheets.made(sheets)


@pytest.fixture
def opened(sheets, number, tmp_path):
    """A function that opens the record as another run would."""
    return lambda: spreadsheets.opened(sheets, number, tmp_path).runs


@pytest.fixture
def tab(sheets, number):
    """A function that gives the tab as gspread sees it."""
    return lambda title=TITLE: sheets.client().open_by_key(number).worksheet(title)


def whole(number=1, **more):
    """A run whose times are whole seconds, as the tab shows them."""
    return run(number, **{"ended": BEGAN + timedelta(seconds=90)} | more)


def rows(tab):
    return tab.get_values(value_render_option="UNFORMATTED_VALUE", combine_merged_cells=False, pad_values=True)


def calls(sheets):
    return [(call.kind, call.path.rpartition(":")[2]) for call in sheets.log if call.api == "sheets"]


def ids(record):
    return [int(one.id, 16) for one in record.runs()]


def test_the_first_run_makes_the_tab_and_a_row(opened, tab):
    record = opened()
    assert record.runs() == []
    record.put([whole(1), whole(2, job="check", due=None)])
    assert rows(tab()) == [HEADS, ROW, [ROW[0], "检查", "完成", "", *ROW[4:11], "0000000000000002"]]
    assert opened().runs() == [whole(1), whole(2, job="check", due=None)]


def test_a_run_that_settles_is_brought_up_to_date_in_its_row(opened, tab):
    begun = whole(1, result="running", ended=None, rows=0, problems=0, calls=0, note="")
    opened().put([begun, whole(2)])
    assert opened().runs() == [begun, whole(2)]
    opened().put([whole(1)])
    assert rows(tab())[1] == ROW
    assert opened().runs() == [whole(1), whole(2)]


def test_the_tab_is_protected_readable_and_ours(sheets, opened, number, tmp_path):
    opened().put([whole()])
    found = spreadsheets.opened(sheets, number, tmp_path).connection.structure().outputs["runs"]
    (protection,) = found.some("protectedRanges")
    assert (found.title, found.hidden, protection["description"]) == (TITLE, False, "consortium")
    assert found.raw["properties"]["gridProperties"]["frozenRowCount"] == 1
    assert found.raw["basicFilter"]["range"]["endColumnIndex"] == len(HEADS)
    assert len(found.some("conditionalFormats")) == 7


def test_reading_takes_one_call_and_putting_one_more(sheets, opened):
    opened().put([whole(1)])
    record = opened()
    record.runs()
    sheets.log.clear()
    record.runs()
    record.put([whole(2)])
    read, write = ("read", "batchGetByDataFilter"), ("write", "batchUpdate")
    assert calls(sheets) == [read, read, write]


def test_putting_what_stands_there_already_writes_nothing(sheets, opened):
    made = run(1)  # its times have fractions, which the tab does not show
    record = opened()
    record.put([made])
    sheets.log.clear()
    record.put([made])
    record.put([])
    assert [kind for kind, _ in calls(sheets)] == ["read"]


@pytest.mark.parametrize("text", ["=IMPORTXML(1)", "+86", "@SUM(1)", "-1+1", "'quoted", "007", "2026-11-25", "TRUE"])
def test_text_stays_text_whatever_it_looks_like(sheets, opened, tab, number, text):
    made = whole(note=text, machine=text)
    opened().put([made])
    assert rows(tab())[1][8] == text
    assert opened().runs() == [made]
    cells = [cell for line in sheets.store.books[number].sheets[-1].cells.values() for cell in line.values()]
    assert {kind for cell in cells for kind in cell.get("userEnteredValue", {})} == {"stringValue"}


def test_of_too_many_rows_the_oldest_go_and_those_of_people_stay(opened, tab, monkeypatch):
    monkeypatch.setattr(runs_tab, "_MOST", 5)
    monkeypatch.setattr(runs_tab, "_FEWER", 2)
    hours = (3, 0, 5, 1, 4, 2)
    opened().put([whole(number, started=BEGAN + timedelta(hours=hour)) for number, hour in enumerate(hours)])
    tab().insert_row(["以上是上学期的"], 4)
    opened().put([whole(9, started=BEGAN + timedelta(hours=9))])
    assert ids(opened()) == [2, 4, 9]
    assert [line[0] for line in rows(tab())[1:]] == [
        "以上是上学期的", "2026-11-30 12:00:02", "2026-11-30 11:00:02", "2026-11-30 16:00:02",
    ]  # fmt: skip


# --- what people do to the tab


def test_a_sorted_tab_says_the_same_and_rows_are_found_again(opened, tab):
    begun = [whole(number, result="running", ended=None) for number in range(4)]
    opened().put(begun)
    sheet = tab()
    sheet.sort((len(HEADS), "des"), range=f"A2:L{sheet.row_count}")
    opened().put([whole(1)])
    assert opened().runs() == [begun[3], begun[2], whole(1), begun[0]]


def test_moved_and_added_columns_and_another_title_are_followed_and_peoples_own_stay(opened, tab):
    opened().put([whole(1, result="running", ended=None)])
    sheet = tab()
    sheet.insert_cols([["备注", "问过老师"]], 1)
    sheet.update_title("任务记录")
    one, two = (sheet.col_values(place) for place in (3, 4))
    sheet.update([[*pair] for pair in zip(two, one, strict=True)], f"C1:D{len(one)}", value_input_option="RAW")
    opened().put([whole(1), whole(2)])
    assert opened().runs() == [whole(1), whole(2)]
    assert [line[:4] for line in rows(tab("任务记录"))] == [
        ["备注", "开始", "结果", "任务"],
        ["问过老师", ROW[0], "完成", "周报"],
        ["", ROW[0], "完成", "周报"],
    ]


def test_rows_that_people_wrote_or_spoilt_are_passed_over_and_stay(opened, tab):
    opened().put([whole(1), whole(2), whole(3)])
    tab().update_acell("A2", "昨天")
    tab().update_acell("C3", "好了")
    tab().append_rows([["以上是上学期的"], ["", 5, 3.5, True]])
    assert opened().runs() == [whole(3)]
    opened().put([whole(4)])
    assert ids(opened()) == [3, 4]
    assert [line[0] for line in rows(tab())[1:]] == ["昨天", ROW[0], ROW[0], "以上是上学期的", "", ROW[0]]


def test_a_row_that_is_copied_counts_once(opened, tab):
    opened().put([whole(1, result="running", ended=None)])
    tab().append_row(rows(tab())[1], value_input_option="RAW")
    opened().put([whole(1)])
    assert opened().runs() == [whole(1)]
    assert rows(tab())[1:] == [ROW, ROW]


def test_a_tab_that_is_deleted_is_made_anew(sheets, opened, tab, number):
    record = opened()
    record.put([whole(1)])
    sheets.client().open_by_key(number).del_worksheet(tab())
    assert record.runs() == []
    record.put([whole(2)])
    assert opened().runs() == [whole(2)]


def test_two_machines_that_make_the_tab_at_the_same_moment_share_one(sheets, opened, number):
    one, other = opened(), opened()
    one.runs(), other.runs()
    one.put([whole(1)])
    other.put([whole(2)])
    assert ids(opened()) == [1, 2]
    assert [sheet.properties["title"] for sheet in sheets.store.books[number].sheets] == ["Sheet1", TITLE]


@pytest.mark.parametrize("cell", ["A1", "C1", "L1"])
def test_lost_heads_are_told_of_and_nothing_is_written(sheets, opened, tab, cell):
    opened().put([whole()])
    tab().update_acell(cell, "别的")
    sheets.log.clear()
    for act in (opened().runs, lambda: opened().put([whole(2)])):
        with pytest.raises(SheetError, match="lost column heads") as caught:
            act()
        assert "新的运行记不进去" in caught.value.say("zh")
    assert [kind for kind, _ in calls(sheets) if kind == "write"] == []


# --- answers that get lost


@pytest.mark.parametrize("fault", ["cut_after", "cut_before"])
@pytest.mark.parametrize("new", [True, False])
def test_a_run_whose_answer_is_lost_is_there_once(sheets, opened, fault, new):
    if not new:
        opened().put([whole(9)])
    record = opened()
    record.runs()
    sheets.faults.add(fault, path=":batchUpdate", times=1)
    record.put([whole(1), whole(2)])
    assert ids(opened()) == ([1, 2] if new else [9, 1, 2])


def test_a_run_that_cannot_be_written_is_told_of(sheets, opened):
    opened().put([whole(1)])
    sheets.faults.add("cut_before", path=":batchUpdate", times=None)
    with pytest.raises(UnsureError):
        opened().put([whole(2)])
    sheets.faults.clear()
    assert ids(opened()) == [1]


def test_a_failed_run_keeps_its_reason(opened):
    failed = replace(whole(1), result="failed", note="收件人!7 的邮箱写错了", ended=LATER)
    opened().put([failed])
    assert opened().runs() == [failed]
