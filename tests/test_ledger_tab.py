"""发送记录 in the Google Sheet: rows in people's words, races that one wins, and whatever people do to the tab."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace

import pytest
import spreadsheets
from test_ledger import LATER, OURS, THEIRS, by_id, entry

from toolkit.mail.entries import Entry, standing
from toolkit.mail.ledger import BothLedgers
from toolkit.mail.wording import LedgerWords
from toolkit.outputs import load_outputs
from toolkit.render.grid.dashboard_tabs import frames
from toolkit.schema import load_schema
from toolkit.stores.file_ledger import FileLedger
from toolkit.stores.sheets.failures import SheetError, UnsureError

OUTPUTS = load_outputs()
WORDS = LedgerWords.of(load_schema(), OUTPUTS)
TITLE = "发送记录"
HEADS = [
    "登记时间", "类别", "周期", "姓名", "角色", "学校", "状态", "最后变化", "服务器的回答", "收件人编号", "内容指纹", "运行",
    "接替", "机器", "Message-ID",
]  # fmt: skip
ROW = [
    "2026-11-25 12:00:00", "周报", "2026-W48", "王海燕", "校长", "甲镇中心小学", "已登记", "", "", "reader1", "00ff", "run-a",
    "", "machine-a", "<1@consortium>",
]  # fmt: skip


@pytest.fixture(autouse=True)
def _hurry(monkeypatch):
    monkeypatch.setattr("time.sleep", lambda _: None)


@pytest.fixture
def number(sheets):
    return spreadsheets.made(sheets)


@pytest.fixture
def opened(sheets, number, tmp_path):
    """A function that opens the ledger as another run would."""
    return lambda: spreadsheets.opened(sheets, number, tmp_path).ledger


@pytest.fixture
def tab(sheets, number):
    """A function that gives the tab as gspread sees it."""
    return lambda title=TITLE: sheets.client().open_by_key(number).worksheet(title)


def rows(tab):
    return tab.get_values(value_render_option="UNFORMATTED_VALUE", combine_merged_cells=False, pad_values=True)


def calls(sheets):
    return [(call.kind, call.path.rpartition(":")[2]) for call in sheets.log if call.api == "sheets"]


# --- words


def test_every_attribute_of_an_entry_has_a_column():
    assert sorted(WORDS.heads) == sorted(field.name for field in fields(Entry))
    assert [*WORDS.heads.values()] == HEADS
    assert list(WORDS.words["state"]) == ["claimed", "offered", "sent", "refused", "again"]


@pytest.mark.parametrize("kind", ["weekly", "overdue", "problems"])
@pytest.mark.parametrize("role", ["leader", "principal", "liaison"])
@pytest.mark.parametrize("state", ["claimed", "offered", "sent", "refused", "again"])
def test_an_entry_in_words_reads_as_the_same_entry(kind, role, state):
    made = entry(state=state, kind=kind, role=role, answer="550 5.1.1 没有这个用户", after="run-0")
    assert WORDS.entry(WORDS.texts(made)) == made


def test_a_row_reads_as_people_speak():
    assert list(WORDS.texts(entry()).values()) == ROW


def test_a_row_that_people_spoilt_is_never_free_to_be_sent():
    texts = WORDS.texts(entry(state="again"))
    for name in ("state", "run", "claimed", "settled", "machine", "kind", "fingerprint"):
        found = WORDS.entry(texts | {name: "坏了"})
        assert standing(found, OURS) == ("unknown" if name == "state" else "free"), name
    spoilt = dict.fromkeys(texts, "") | {"message_id": texts["message_id"]}
    assert standing(WORDS.entry(spoilt), OURS) == "unknown"
    assert WORDS.entry(spoilt).run != ""
    assert WORDS.entry(texts | {"message_id": " "}) is None
    claimed = WORDS.texts(entry())
    assert standing(WORDS.entry(claimed | {"machine": ""}), OURS) == "unknown"


# --- the tab


def test_the_first_claim_makes_the_tab_and_a_row_a_letter(opened, tab):
    ledger = opened()
    assert ledger.entries() == {}
    assert ledger.claim([entry(1), entry(2)]) == {"<1@consortium>", "<2@consortium>"}
    assert rows(tab()) == [HEADS, ROW, [*ROW[:9], "reader2", *ROW[10:14], "<2@consortium>"]]
    assert opened().entries() == by_id(entry(1), entry(2))
    sent = entry(1).now("sent", LATER, "250 2.0.0 Ok: queued")
    ledger.settle([sent])
    assert opened().entries() == by_id(sent, entry(2))
    assert rows(tab())[1][6:9] == ["已发出", "2026-11-25 13:00:00", "250 2.0.0 Ok: queued"]


def test_the_tab_is_protected_readable_and_ours(sheets, opened, number, tmp_path):
    opened().claim([entry()])
    structure = spreadsheets.opened(sheets, number, tmp_path).connection.structure()
    found = structure.outputs["ledger"]
    (protection,) = found.some("protectedRanges")
    assert (found.title, found.hidden, protection["description"]) == (TITLE, False, "consortium")
    assert found.raw["properties"]["gridProperties"]["frozenRowCount"] == 1
    assert found.raw["basicFilter"]["range"]["endColumnIndex"] == len(HEADS)
    assert len(found.some("conditionalFormats")) == 5
    assert frames(OUTPUTS, structure, [])[0]["addSheet"]["properties"]["title"] == "看板"
    assert not any(str(found.id) in str(request) for request in frames(OUTPUTS, structure, []))


def test_a_chunk_takes_two_writes_and_three_reads(sheets, opened):
    opened().claim([entry(0)])
    ledger = opened()
    ledger.entries()
    first = len(calls(sheets)) - 1
    chunk = [entry(number) for number in range(1, 26)]
    ledger.claim(chunk)
    ledger.settle([one.now("sent", LATER, "250 Ok") for one in chunk])
    assert calls(sheets)[first:] == [
        ("read", "batchGetByDataFilter"),
        ("write", "batchUpdate"),
        ("read", "batchGetByDataFilter"),
        ("read", "batchGetByDataFilter"),
        ("write", "batchUpdate"),
    ]


def test_settling_what_stands_there_already_writes_nothing(sheets, opened):
    ledger = opened()
    ledger.claim([entry()])
    ledger.settle([entry().now("sent", LATER)])
    sheets.log.clear()
    ledger.settle([entry().now("sent", LATER)])
    assert [kind for kind, _ in calls(sheets)] == ["read"]


@pytest.mark.parametrize("name", ["=IMPORTXML(1)", "+86", "@SUM(1)", "-1+1", "'quoted", "007", "2026-11-25", "TRUE"])
def test_text_stays_text_whatever_it_looks_like(sheets, opened, tab, number, name):
    made = entry(name=name, school=name, state="sent", answer=name)
    opened().settle([made])
    assert rows(tab())[1][3] == name
    assert opened().entries() == by_id(made)
    cells = [cell for line in sheets.store.books[number].sheets[-1].cells.values() for cell in line.values()]
    kinds = {kind for cell in cells for kind in cell.get("userEnteredValue", {})}
    assert kinds == {"stringValue"}


def test_hostile_text_is_one_line_and_cut(opened):
    opened().settle([entry(name="王\n\x00\u202e\ud800海", answer="长" * 60_000, state="sent")])
    found = opened().entries()["<1@consortium>"]
    assert (found.name, found.answer) == ("王    海", "长" * 199 + "…")


# --- races


def test_of_two_claims_the_first_row_wins_and_the_other_says_so(opened, tab):
    one, other = opened(), opened()
    one.entries(), other.entries()
    assert one.claim([entry(1), entry(2)]) == {"<1@consortium>", "<2@consortium>"}
    late = [entry(number, run="run-b", machine=THEIRS) for number in (2, 3)]
    assert other.claim(late) == {"<3@consortium>"}
    assert opened().entries() == by_id(entry(1), entry(2), late[1])
    lost = rows(tab())[3]
    assert lost[6:9] == ["未发出", "2026-11-25 12:00:00", "另一次运行已先登记"]


def test_of_three_machines_at_once_each_letter_goes_to_one(opened):
    opened().claim([entry(99)])
    names = ("run-a", "run-b", "run-c")
    gate = threading.Barrier(len(names))

    def run(name):
        ledger, won = opened(), set()
        for start in range(0, 50, 10):
            chunk = [entry(number, run=name, machine=name) for number in range(start, start + 10)]
            ledger.entries()
            gate.wait()
            held = ledger.claim(chunk)
            ledger.settle([one.now("sent", LATER) for one in chunk if one.message_id in held])
            won |= held
        return won

    with ThreadPoolExecutor(len(names)) as pool:
        won = list(pool.map(run, names))
    assert sum(map(len, won)) == 50
    assert set().union(*won) == {f"<{number}@consortium>" for number in range(50)}
    found = opened().entries()
    assert {one.state for one in found.values() if one.recipient != "reader99"} == {"sent"}


def test_two_machines_that_make_the_tab_at_the_same_moment_share_one(sheets, opened, number):
    one, other = opened(), opened()
    one.entries(), other.entries()
    one.claim([entry(1)])
    assert other.claim([entry(1, run="run-b"), entry(2, run="run-b")]) == {"<2@consortium>"}
    titles = [tab.properties["title"] for tab in sheets.store.books[number].sheets]
    assert titles == ["Sheet1", TITLE]


def test_a_claim_that_did_not_see_what_was_sent_is_lost(opened):
    slow = opened()
    slow.entries()
    opened().settle([entry(state="sent", run="run-b", machine=THEIRS)])
    assert slow.claim([entry()]) == frozenset()


def test_a_person_who_asks_sends_once_more(opened):
    ledger = opened()
    ledger.settle([entry(state="sent", run="run-0")])
    assert ledger.claim([entry(after="run-0")]) == {"<1@consortium>"}
    assert opened().entries() == by_id(entry(after="run-0"))


# --- what people do to the tab


def sort(tab, column):
    tab.sort((HEADS.index(column) + 1, "des"), range=f"A2:O{tab.row_count}")


def test_a_sorted_tab_says_the_same_and_rows_are_found_again(opened, tab):
    ledger = opened()
    chunk = [entry(number, run="run-a") for number in range(5)]
    ledger.claim(chunk)
    opened().claim([entry(number, run="run-b", machine=THEIRS) for number in range(3)])
    ledger.settle([chunk[0].now("offered", LATER)])
    sort(tab(), "收件人编号")
    sort(tab(), "运行")
    sent = [one.now("sent", LATER, "250 Ok") for one in chunk]
    ledger.settle(sent)
    assert opened().entries() == by_id(*sent)
    assert len(rows(tab())) == 9


def test_a_person_who_sorts_between_claim_and_settling_changes_nothing(sheets, opened, tab, number):
    ledger = opened()
    chunk = [entry(number) for number in range(5)]
    ledger.claim(chunk)
    area = {"sheetId": tab().id, "startRowIndex": 1, "endRowIndex": 6, "startColumnIndex": 0, "endColumnIndex": 15}
    order = {"range": area, "sortSpecs": [{"dimensionIndex": 9, "sortOrder": "DESCENDING"}]}
    sheets.faults.add("person", times=1, spreadsheet=number, when="before", edits=[{"request": {"sortRange": order}}])
    sent = [one.now("sent", LATER) for one in chunk]
    ledger.settle(sent)
    assert [line[9] for line in rows(tab())[1:]] == [f"reader{place}" for place in (4, 3, 2, 1, 0)]
    assert opened().entries() == by_id(*sent)


def test_a_row_that_was_deleted_is_put_back_when_it_is_settled(opened, tab):
    ledger = opened()
    ledger.claim([entry(1), entry(2)])
    tab().delete_rows(2)
    sent = [entry(number).now("sent", LATER) for number in (1, 2)]
    ledger.settle(sent)
    assert opened().entries() == by_id(*sent)


def test_moved_and_added_columns_and_another_title_are_followed(opened, tab):
    ledger = opened()
    ledger.claim([entry(1)])
    sheet = tab()
    sheet.insert_cols([["备注", "家长会前再问"]], 1)
    sheet.update_title("邮件")
    one, two = (sheet.col_values(place) for place in (3, 4))
    sheet.update([[*pair] for pair in zip(two, one, strict=True)], f"C1:D{len(one)}", value_input_option="RAW")
    ledger = opened()
    sent = entry(1).now("sent", LATER)
    ledger.settle([sent])
    assert ledger.claim([entry(2)]) == {"<2@consortium>"}
    assert opened().entries() == by_id(sent, entry(2))
    assert [line[0] for line in rows(tab("邮件"))] == ["备注", "家长会前再问", ""]


def test_a_tab_that_is_deleted_is_made_anew_and_what_the_journal_has_comes_back(sheets, opened, tab, number, tmp_path):
    journal = FileLedger(tmp_path / "letters.sqlite")
    with BothLedgers(opened(), journal) as ledgers:
        ledgers.entries()
        ledgers.claim([entry(1), entry(2)])
        sent = [entry(1).now("sent", LATER), entry(2).now("offered", LATER)]
        ledgers.settle(sent)
        sheets.client().open_by_key(number).del_worksheet(tab())
        ledgers.settle_record(sent)
        assert opened().entries() == by_id(*sent)
        sheets.client().open_by_key(number).del_worksheet(tab())
        assert [standing(one, OURS) for one in ledgers.entries().values()] == ["sent", "unknown"]
        assert ledgers.mend() == 2
        assert ledgers.mend() == 0
    assert opened().entries() == by_id(*sent)


@pytest.mark.parametrize("cell", ["O1", "G1", "L1"])
@pytest.mark.parametrize("text", ["", "别的", "登记时间"])
def test_lost_heads_stop_sending_and_nothing_is_written(sheets, opened, tab, cell, text):
    ledger = opened()
    ledger.claim([entry()])
    tab().update_acell(cell, text)
    sheets.log.clear()
    for act in (opened().entries, lambda: opened().claim([entry(2)]), lambda: ledger.settle([entry(state="sent")])):
        with pytest.raises(SheetError, match="lost column heads") as caught:
            act()
        assert "恢复到改动以前" in caught.value.say("zh")
    assert [kind for kind, _ in calls(sheets) if kind == "write"] == []


def test_an_emptied_tab_stops_sending(opened, tab):
    opened().claim([entry()])
    tab().clear()
    with pytest.raises(SheetError, match="lost column heads"):
        opened().entries()


def test_rows_that_people_wrote_stay_and_hold_nothing_up(opened, tab):
    opened().claim([entry(1)])
    tab().append_rows([["以上是上学期的"], [""] * 14 + ["<2@consortium>"], ["", 5, 3.5, True]])
    ledger = opened()
    assert standing(ledger.entries()["<2@consortium>"], OURS) == "unknown"
    assert ledger.claim([entry(2), entry(3)]) == {"<3@consortium>"}
    found = rows(tab())
    assert found[2][0] == "以上是上学期的"
    assert found[3] == [""] * 14 + ["<2@consortium>"]
    spoilt = ledger.entries()["<2@consortium>"]
    assert ledger.claim([entry(2, run="run-b", after=spoilt.run)]) == {"<2@consortium>"}, "asked for by a person"


def test_a_row_that_is_copied_counts_once(opened, tab):
    ledger = opened()
    ledger.claim([entry(1)])
    tab().append_row(rows(tab())[1], value_input_option="RAW")
    sent = entry(1).now("sent", LATER)
    ledger.settle([sent])
    assert opened().entries() == by_id(sent)
    assert [line[6] for line in rows(tab())[1:]] == ["已发出", "已发出"]


# --- answers that get lost


@pytest.mark.parametrize("fault", ["cut_after", "cut_before"])
@pytest.mark.parametrize("new", [True, False])
def test_a_claim_whose_answer_is_lost_is_there_once(sheets, opened, tab, fault, new):
    if not new:
        opened().claim([entry(99)])
    ledger = opened()
    ledger.entries()
    sheets.faults.add(fault, path=":batchUpdate", times=1)
    assert ledger.claim([entry(1), entry(2)]) == {"<1@consortium>", "<2@consortium>"}
    assert [line[-1] for line in rows(tab())[1 if new else 2 :]] == ["<1@consortium>", "<2@consortium>"]


@pytest.mark.parametrize("fault", ["cut_after", "cut_before"])
def test_a_settling_whose_answer_is_lost_is_there(sheets, opened, fault):
    ledger = opened()
    ledger.claim([entry(1)])
    sheets.faults.add(fault, path=":batchUpdate", times=1)
    sent = entry(1).now("sent", LATER)
    ledger.settle([sent])
    assert opened().entries() == by_id(sent)


def test_a_claim_that_cannot_be_written_is_nobodys(sheets, opened):
    opened().claim([entry(99)])
    ledger = opened()
    ledger.entries()
    sheets.faults.add("cut_before", path=":batchUpdate")
    with pytest.raises(UnsureError):
        ledger.claim([entry(1)])
    sheets.faults.clear()
    assert opened().entries() == by_id(entry(99))


def test_a_claim_in_the_journal_alone_is_free_for_the_next_run(sheets, opened, tmp_path):
    journal = FileLedger(tmp_path / "letters.sqlite")
    opened().claim([entry(99)])
    with BothLedgers(opened(), journal) as ledgers:
        ledgers.entries()
        sheets.faults.add("error", status=503, path=":batchUpdate")
        with pytest.raises(SheetError):
            ledgers.claim([entry(1)])
        sheets.faults.clear()
        again = ledgers.entries()
        assert standing(again["<1@consortium>"], OURS) == "free"
        assert ledgers.claim([replace(entry(1, run="run-b"), after=again["<1@consortium>"].run)]) == {"<1@consortium>"}


def test_a_ledger_without_a_right_to_write_says_so(sheets, opened):
    ledger = opened()
    sheets.faults.add("forbidden", reason="protected")
    with pytest.raises(SheetError, match="protected area"):
        ledger.claim([entry(1)])


def test_a_row_of_a_run_that_died_says_so_once_another_has_taken_over(opened, tab):
    first, second = opened(), opened()
    first.claim([entry(1), entry(2)])
    seen = second.entries()
    second.claim([entry(1, run="run-b", after=seen["<1@consortium>"].run)])
    told = [(row[6], row[8]) for row in rows(tab())]
    assert told[1] == ("未发出", OUTPUTS.dead_claim)
    assert opened().entries()["<1@consortium>"].run == "run-b"
