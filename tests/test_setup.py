"""A shared sheet set up: what is missing is added, what is there stays, and a second run finds nothing to do."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

import pytest
import spreadsheets
from gspread.urls import SPREADSHEET_URL
from standins.sheets_api import SheetsStandin

from toolkit.guide import load_guide
from toolkit.lights import RANGE_NAME
from toolkit.outputs import load_outputs
from toolkit.plans import load_plan
from toolkit.render.grid.dashboard_tabs import frames
from toolkit.render.setup import Repaired, SetupError, check_setup, setup, setup_reads
from toolkit.schema import Schema, load_schema
from toolkit.spreadsheet import COLUMN_KEY, SHEET_KEY, STRUCTURE_FIELDS, spreadsheet
from toolkit.stores.sheets.failures import SheetError
from toolkit.templates import fill
from toolkit.workflows.setting_up import set_up

SCHEMA, GUIDE, OUTPUTS = load_schema(), load_guide(), load_outputs()
TAB = (
    "sheets(properties,merges,protectedRanges,bandedRanges,conditionalFormats,developerMetadata,data(columnMetadata,"
    "rowMetadata,rowData(values(userEnteredValue,userEnteredFormat,note,dataValidation))))"
)
LIST = "ONE_OF_LIST"
EDITORS = ("t@x.iam.gserviceaccount.com",)


@dataclass
class Shared:
    """A spreadsheet in the stand-in, made by a person."""

    book: object
    schema: Schema = SCHEMA

    def only(self, *keys):
        """The same with a few sheets, which takes less time."""
        few = {key: SCHEMA.sheets[key] for key in keys}
        return replace(self, schema=Schema(sheets=few, messages=SCHEMA.messages, words=SCHEMA.words))

    def init(self, *, repair=False, quotas=()):
        """What `init --sheet` does."""
        seen = spreadsheet(self.get(STRUCTURE_FIELDS))
        tabs, fields = setup_reads(seen, self.schema, repair=repair)
        grids = self.grids(tabs, fields) if tabs else {}
        made = setup(seen, grids, self.schema, GUIDE, quotas=quotas, editors=EDITORS, repair=repair)
        batch = [*frames(OUTPUTS, seen, EDITORS), *made.requests]
        check_setup(batch, seen, grids, repair=repair)
        if batch:
            self.send(*batch)
        return made

    def get(self, fields, ranges=()):
        """What `spreadsheets.get` answers."""
        return self.book.client.spreadsheets_get(self.book.id, params={"fields": fields, "ranges": list(ranges)})

    def grids(self, tabs, fields):
        """What `spreadsheets.getByDataFilter` answers."""
        url = f"{SPREADSHEET_URL % self.book.id}:getByDataFilter"
        filters = [{"gridRange": {"sheetId": tab}} for tab in tabs]
        return self.book.client.request("post", url, params={"fields": fields}, json={"dataFilters": filters}).json()

    def send(self, *requests):
        """One `batchUpdate`."""
        return self.book.client.batch_update(self.book.id, {"requests": list(requests)})

    def tab(self, title, area=""):
        """One tab with its cells."""
        return self.get(TAB, [f"'{title}'{area}"])["sheets"][0]

    def column(self, title, header):
        """The place of a column, from 0, by the text of its header in any of the first rows."""
        for row in self.book.worksheet(title).get_all_values()[:5]:
            for place, text in enumerate(row):
                if text.removesuffix(" *") == header:
                    return place
        raise KeyError(header)

    def cells(self, title, row=0):
        """The cells of one row."""
        return self.tab(title, f"!{row + 1}:{row + 1}")["data"][0]["rowData"][0]["values"]

    def rules(self, title, header):
        """The rule of each row of a column, None where there is none."""
        place = self.column(title, header)
        rows = self.tab(title)["data"][0].get("rowData", [])
        cells = [row.get("values", []) for row in rows]
        return [row[place].get("dataValidation") if place < len(row) else None for row in cells]

    def grid(self, title, row, row_end, header):
        """A range of a column."""
        place = self.column(title, header)
        sheet = self.book.worksheet(title).id
        return {
            "sheetId": sheet,
            "startRowIndex": row,
            "endRowIndex": row_end,
            "startColumnIndex": place,
            "endColumnIndex": place + 1,
        }


@pytest.fixture
def standin():
    with SheetsStandin() as standin:
        yield standin
        assert standin.failures == []


@pytest.fixture
def shared(standin):
    return Shared(standin.client().create("共同体"))


@pytest.fixture(scope="module")
def ready():
    """A spreadsheet that was empty and has been set up; tests only look at it."""
    with SheetsStandin() as standin:
        shared = Shared(standin.client().create("共同体"))
        yield shared, shared.init(quotas=load_plan("S1").quotas)


def put(shared, title, rows):
    sheet = shared.book.add_worksheet(title, rows=60, cols=15)
    sheet.update(rows, "A1", raw=True)
    return sheet


def test_an_empty_spreadsheet_is_given_everything(ready):
    shared, made = ready
    assert made.sheets == tuple(SCHEMA.sheets[key].title for key in GUIDE.in_order(SCHEMA.sheets))
    titles = [sheet.title for sheet in shared.book.worksheets()]
    assert titles == [
        "Sheet1",
        *OUTPUTS.sheets.values(),
        "图表数据",
        "历次结果",
        "说明",
        *made.sheets,
    ]
    assert made.quotas == 17
    assert shared.book.worksheet("活动").row_values(1)[:3] == ["活动编号", "类别 *", "主题 *"]
    assert "必填" in shared.cells("活动")[1]["note"]
    assert shared.book.worksheet("指标").acell("A2").value == "1.1"
    names = {named["name"] for named in shared.get("namedRanges")["namedRanges"]}
    assert names >= {"consortium_schools_name", "consortium_people_name", "consortium_lights"}


def test_a_second_run_sends_nothing(ready):
    shared, _ = ready
    assert shared.init().requests == ()
    again = shared.init(quotas=load_plan("S1").quotas, repair=True)
    assert again.requests == ()
    assert (again.sheets, again.columns, again.quotas, again.repaired) == ((), (), 0, ())


def test_words_are_strict_names_are_not_and_lists_are_free(ready):
    shared, _ = ready
    kind, school, day, people = (shared.rules("活动", name)[1] for name in ("类别", "承办学校", "日期", "参加学校"))
    assert (kind["condition"]["type"], kind["strict"], kind["showCustomUi"]) == (LIST, True, True)
    assert [value["userEnteredValue"] for value in kind["condition"]["values"]][:2] == ["联席会议", "校长到校指导"]
    assert school["condition"]["type"] == "ONE_OF_RANGE"
    assert "学校" in school["condition"]["values"][0]["userEnteredValue"]
    assert not school.get("strict")
    assert "简称" in school["inputMessage"]
    assert day["condition"]["type"] == "DATE_IS_VALID"
    assert not day.get("strict")
    assert people is None
    assert shared.rules("活动", "类别")[999] == kind


def test_headers_are_frozen_and_guarded_by_a_warning(ready):
    shared, _ = ready
    tab = shared.tab("人员")
    assert tab["properties"]["gridProperties"]["frozenRowCount"] == 1
    (guard,) = tab["protectedRanges"]
    assert (guard["description"], guard["warningOnly"]) == ("consortium header", True)
    assert (guard["range"]["startRowIndex"], guard["range"]["endRowIndex"]) == (0, 1)
    own = shared.tab("说明")["protectedRanges"][0]
    assert (own["description"], own.get("warningOnly", False)) == ("consortium", False)


def test_what_staff_made_stays_as_it_is(shared):
    """Title rows, another order, own columns, own formats, own rules, own bands: only what lacks is added."""
    shared = shared.only("schools", "events")
    sheet = put(
        shared,
        "活动",
        [
            ["2025学年活动登记"],
            [],
            ["序号", "主题", "活动类别", "日 期", "备注", "经费"],
            ["1", "=SUM(1,2)", "专题讲座", "2025-09-10", "", "300"],
        ],
    )
    gid = sheet.id
    area = {"sheetId": gid, "startRowIndex": 3, "endRowIndex": 60}
    own_rule = {"condition": {"type": LIST, "values": [{"userEnteredValue": "讲座"}, {"userEnteredValue": "其他"}]}}
    red = {"backgroundColorStyle": {"rgbColor": {"red": 1}}, "numberFormat": {"type": "DATE", "pattern": "m月d日"}}
    shared.send(
        {
            "mergeCells": {
                "range": {
                    "sheetId": gid,
                    "startRowIndex": 0,
                    "endRowIndex": 1,
                    "startColumnIndex": 0,
                    "endColumnIndex": 6,
                }
            }
        },
        {
            "setDataValidation": {
                "range": {**area, "startRowIndex": 30, "startColumnIndex": 2, "endColumnIndex": 3},
                "rule": own_rule,
            }
        },
        {
            "repeatCell": {
                "range": {**area, "startColumnIndex": 3, "endColumnIndex": 4},
                "cell": {"userEnteredFormat": red},
                "fields": "userEnteredFormat",
            }
        },
        {
            "updateCells": {
                "range": {**area, "startRowIndex": 2, "endRowIndex": 3, "startColumnIndex": 1, "endColumnIndex": 2},
                "rows": [{"values": [{"note": "我的提示"}]}],
                "fields": "note",
            }
        },
        {
            "addBanding": {
                "bandedRange": {
                    "range": {**area, "startRowIndex": 2, "startColumnIndex": 0, "endColumnIndex": 6},
                    "rowProperties": {
                        "firstBandColorStyle": {"rgbColor": {"red": 1}},
                        "secondBandColorStyle": {"rgbColor": {"blue": 1}},
                    },
                }
            }
        },
    )
    before = shared.tab("活动")
    made = shared.init()
    after = shared.tab("活动")
    assert after["properties"]["index"] == before["properties"]["index"]
    assert after["bandedRanges"] == before["bandedRanges"]
    assert after["merges"] == before["merges"]
    assert kept(before) == kept(after, like=before)
    header = shared.book.worksheet("活动").row_values(3)
    assert header[:6] == ["序号", "主题", "活动类别", "日 期", "备注", "经费"]
    assert header[6:] == [
        "活动编号",
        "结束日期",
        "时长",
        "承办学校 *",
        "主讲人",
        "参加学校",
        "学科",
        "状态 *",
        "佐证材料",
    ]
    assert [text for text in made.columns if text.startswith("活动")][:2] == ["活动: 活动编号", "活动: 结束日期"]
    assert "活动" not in made.sheets
    assert shared.rules("活动", "活动类别")[29:31] == [None, {**own_rule, **shared.rules("活动", "活动类别")[30]}]
    assert shared.cells("活动", 3)[1]["userEnteredValue"] == {"stringValue": "=SUM(1,2)"}
    assert after["properties"]["gridProperties"]["frozenRowCount"] == 3
    assert shared.init().requests == ()


def kept(tab, like=None):
    """What every cell that held something holds, but for notes and rules where there was none."""
    source = (like or tab)["data"][0]["rowData"]
    rows = tab["data"][0]["rowData"]
    found = {}
    for r, row in enumerate(source):
        for c, cell in enumerate(row.get("values", [])):
            for key in ("userEnteredValue", "userEnteredFormat", "note", "dataValidation"):
                if key in cell:
                    found[r, c, key] = rows[r]["values"][c].get(key)
    sizes = [m["pixelSize"] for m in tab["data"][0]["columnMetadata"]][:6]
    sizes += [m["pixelSize"] for m in tab["data"][0]["rowMetadata"]]
    return found, sizes


def test_a_narrow_tab_is_given_columns(shared):
    shared = shared.only("quotas", "waivers")
    sheet = shared.book.add_worksheet("豁免", rows=1, cols=2)
    sheet.update([["指标编号", "原因"]], "A1", raw=True)
    shared.init()
    assert shared.book.worksheet("豁免").row_values(1) == ["指标编号", "原因", "责任主体", "周期", "批准人 *"]
    assert shared.init().requests == ()


def test_a_used_column_is_never_taken(shared):
    shared = shared.only("schools")
    sheet = put(shared, "学校", [["学校", "简称", "角色"], ["甲校", "甲", "领衔学校"]])
    sheet.update([["校址在山上"]], "E9", raw=True)
    shared.init()
    assert shared.book.worksheet("学校").row_values(1)[:6] == ["学校", "简称", "角色", "", "", "学段"]
    assert shared.book.worksheet("学校").acell("E9").value == "校址在山上"


def test_a_renamed_tab_and_column_are_known_by_their_metadata(shared):
    shared = shared.only("schools", "resources", "loans")
    shared.init()
    sheet = shared.book.worksheet("借用")
    sheet.update_title("器材往来")
    sheet.update_acell("E1", "经办老师")
    made = shared.init()
    assert made.requests == ()
    assert "借用" not in [sheet.title for sheet in shared.book.worksheets()]


def test_a_header_that_was_wiped_out_comes_back(shared):
    shared = shared.only("schools", "loans")
    shared.init()
    shared.book.worksheet("借用").update_acell("D1", "")
    made = shared.init()
    assert [next(iter(request)) for request in made.requests] == ["updateCells"]
    assert shared.book.worksheet("借用").acell("D1").value == "数量 *"


def test_a_sheet_that_staff_made_is_tied_by_its_alias(shared):
    shared = shared.only("schools", "people", "pairings")
    put(shared, "结对登记", [["类别", "甲方", "甲方学校", "乙方", "乙方学校", "开始日期"]])
    made = shared.init()
    tab = shared.tab("结对登记")
    assert (SHEET_KEY, f"pairings@{tab['properties']['sheetId']}") in {
        (m["metadataKey"], m["metadataValue"]) for m in tab["developerMetadata"]
    }
    columns = tab["data"][0]["columnMetadata"]
    assert [m["metadataValue"] for m in columns[5]["developerMetadata"] if m["metadataKey"] == COLUMN_KEY] == [
        "pairings.start"
    ]
    assert "结对" not in made.sheets
    assert shared.init().requests == ()


def test_a_tab_of_our_title_that_holds_something_else_is_left_alone(shared):
    shared = shared.only("schools", "scores")
    put(shared, "成绩", [["合唱比赛"], ["第一名"]])
    before = shared.tab("成绩")
    made = shared.init()
    assert made.left == ("成绩",)
    assert shared.tab("成绩") == before
    assert "成绩" in fill("init/sheet.txt", made=made, first=["学校"], address="https://docs.google.com/")


def test_drop_downs_that_pasting_destroyed_come_back_exactly_there(shared):
    shared = shared.only("schools", "people", "events")
    shared.init()
    other = {"condition": {"type": LIST, "values": [{"userEnteredValue": "高"}, {"userEnteredValue": "低"}]}}
    shared.send(
        {"setDataValidation": {"range": shared.grid("活动", 6, 9, "类别")}},
        {"setDataValidation": {"range": shared.grid("活动", 19, 20, "类别"), "rule": other}},
        {"setDataValidation": {"range": shared.grid("活动", 1, 1000, "承办学校")}},
    )
    made = shared.init(repair=True)
    assert made.repaired == (Repaired("活动", "类别", ("B7:B9", "B20")), Repaired("活动", "承办学校", ("G2:G1000",)))
    assert [next(iter(request)) for request in made.requests] == ["copyPaste", "copyPaste", "setDataValidation"]
    assert len({json.dumps(rule) for rule in shared.rules("活动", "类别")[1:]}) == 1
    assert shared.init(repair=True).requests == ()
    assert "Restored the drop-down of 活动 类别: B7:B9, B20" in fill(
        "init/sheet.txt", made=made, first=["学校"], address="https://docs.google.com/"
    )


def test_a_choice_of_several_that_staff_made_is_not_replaced(shared):
    """Google tells of such a rule only its words, so that one with these words in any order is left alone."""
    shared = shared.only("schools", "people", "events")
    shared.init()
    words = [{"userEnteredValue": word} for word in reversed(SCHEMA.sheets["events"].by_key["kind"].codes)]
    several = {"condition": {"type": LIST, "values": words}, "showCustomUi": True}
    own = {"condition": {"type": LIST, "values": [{"userEnteredValue": "甲校"}]}, "showCustomUi": True}
    shared.send(
        {"setDataValidation": {"range": shared.grid("活动", 1, 1000, "类别"), "rule": several}},
        {"setDataValidation": {"range": shared.grid("活动", 1, 1000, "参加学校"), "rule": own}},
        {"setDataValidation": {"range": shared.grid("人员", 1, 1000, "学校"), "rule": own}},
    )
    assert shared.init(repair=True).requests == ()
    shared.send({"setDataValidation": {"range": shared.grid("人员", 4, 5, "学校")}})
    assert shared.init(repair=True).repaired == (Repaired("人员", "学校", ("C5",)),)
    assert shared.rules("人员", "学校")[4]["condition"]["values"] == own["condition"]["values"]


def test_quota_rules_go_below_those_that_are_there(shared):
    shared = shared.only("quotas")
    rows = load_plan("S1").quotas
    headers = list(SCHEMA.sheets["quotas"].by_name)
    put(shared, "指标", [headers, [rows[0]["指标编号"], rows[0]["名称"]], ["", ""], [rows[1]["指标编号"], "另一条"]])
    made = shared.init(quotas=rows)
    assert made.quotas == len(rows) - 2
    assert made.clashing == (rows[1]["指标编号"],)
    values = shared.book.worksheet("指标").get_all_values()
    assert values[3][1] == "另一条"
    assert [row[0] for row in values[4 : 4 + made.quotas]] == [row["指标编号"] for row in rows[2:]]
    assert shared.init(quotas=rows).requests == ()


def test_a_text_that_looks_like_a_formula_stays_a_text(shared):
    shared = shared.only("quotas")
    row = {**load_plan("S1").quotas[0], "指标编号": "=1+1", "名称": "+86", "条款": "'引"}
    shared.init(quotas=[row])
    cells = shared.cells("指标", 1)
    assert [cell["userEnteredValue"] for cell in cells[:3]] == [
        {"stringValue": text} for text in ("=1+1", "+86", "'引")
    ]


def test_added_columns_widen_the_light(shared):
    shared = shared.only("terms")
    put(shared, "学期", [["学期", "学年", "开始日期"]])
    shared.init()
    sheet = shared.book.worksheet("学期")
    sheet.delete_columns(4)
    made = shared.init()
    assert made.columns == ("学期: 结束日期",)
    lights = [look for look in shared.tab("学期")["conditionalFormats"] if "consortium_lights" in json.dumps(look)]
    assert max(light["ranges"][0]["endColumnIndex"] for light in lights) == 4
    assert shared.init().requests == ()


@pytest.mark.parametrize(
    ("zone", "told"), [("Asia/Shanghai", None), ("Asia/Singapore", None), ("America/New_York", "America/New_York")]
)
def test_another_time_zone_is_told(shared, zone, told):
    shared = shared.only("terms")
    shared.send({"updateSpreadsheetProperties": {"properties": {"timeZone": zone}, "fields": "timeZone"}})
    made = shared.init()
    assert made.time_zone == told
    assert shared.get("properties")["properties"]["timeZone"] == zone
    assert (
        "time zone" in fill("init/sheet.txt", made=made, first=["学校"], address="https://docs.google.com/")
    ) == bool(told)


STRICT = {
    "deleteSheet": {"sheetId": 5},
    "deleteDimension": {"range": {"sheetId": 5, "dimension": "ROWS", "startIndex": 0, "endIndex": 1}},
    "moveDimension": {
        "source": {"sheetId": 5, "dimension": "COLUMNS", "startIndex": 0, "endIndex": 1},
        "destinationIndex": 3,
    },
    "sortRange": {"range": {"sheetId": 5}},
    "findReplace": {"find": "a", "replacement": "b", "allSheets": True},
    "updateSheetProperties": {"properties": {"sheetId": 5, "title": "x"}, "fields": "title"},
    "updateDimensionProperties": {
        "range": {"sheetId": 5, "dimension": "COLUMNS", "startIndex": 0, "endIndex": 1},
        "properties": {"pixelSize": 9},
        "fields": "pixelSize",
    },
    "updateCells": {
        "range": {"sheetId": 5, "startRowIndex": 0, "endRowIndex": 1, "startColumnIndex": 0, "endColumnIndex": 1},
        "rows": [{}],
        "fields": "userEnteredValue",
    },
    "repeatCell": {"range": {"sheetId": 5}, "cell": {}, "fields": "userEnteredFormat"},
    "setDataValidation": {
        "range": {"sheetId": 5, "startRowIndex": 1, "endRowIndex": 2, "startColumnIndex": 0, "endColumnIndex": 1},
        "rule": {"condition": {"type": "BOOLEAN"}},
    },
    "addProtectedRange": {"protectedRange": {"range": {"sheetId": 5}}},
    "addConditionalFormatRule": {"rule": {"ranges": [{"sheetId": 5}]}, "index": 0},
    "updateSpreadsheetProperties": {"properties": {"timeZone": "Asia/Shanghai"}, "fields": "timeZone"},
    "mergeCells": {"range": {"sheetId": 5}},
    "insertDimension": {"range": {"sheetId": 5, "dimension": "COLUMNS", "startIndex": 0, "endIndex": 1}},
    "updateNamedRange": {"namedRange": {"namedRangeId": "1", "range": {"sheetId": 5}}, "fields": "range"},
}


@pytest.mark.parametrize("kind", STRICT)
def test_the_guard_lets_nothing_through_that_changes_what_is_there(kind):
    grid = {"rowCount": 9, "columnCount": 3, "frozenRowCount": 1}
    seen = spreadsheet(
        {"spreadsheetId": "x", "sheets": [{"properties": {"sheetId": 5, "title": "学校", "gridProperties": grid}}]}
    )
    cell = {"formattedValue": "学校", "note": "n"}
    ruled = {"dataValidation": {"condition": {"type": LIST}}}
    looks = [{"ranges": [{"sheetId": 5}]}]
    data = [{"rowData": [{"values": [cell]}, {"values": [ruled]}]}]
    grids = {"sheets": [{"properties": {"sheetId": 5}, "conditionalFormats": looks, "data": data}]}
    with pytest.raises(SetupError):
        check_setup([{kind: STRICT[kind]}], seen, grids)


# --- what formats hide, what is merged


HIDDEN = {
    "userEnteredValue": {"numberValue": 2026},
    "userEnteredFormat": {"numberFormat": {"type": "NUMBER", "pattern": ";;;"}},
}


def hide(shared, title, row, column):
    """A value in a cell whose format shows nothing of it."""
    start = {"sheetId": shared.book.worksheet(title).id, "rowIndex": row, "columnIndex": column}
    fields = "userEnteredValue,userEnteredFormat.numberFormat"
    shared.send({"updateCells": {"start": start, "rows": [{"values": [HIDDEN]}], "fields": fields}})


def test_a_value_that_its_format_hides_stays(shared):
    shared = shared.only("schools", "quotas")
    rows = load_plan("S1").quotas
    put(shared, "学校", [["学校", "简称", "角色"], ["甲校", "甲", "领衔学校"]])
    put(shared, "指标", [list(SCHEMA.sheets["quotas"].by_name)])
    hide(shared, "学校", 0, 3)
    hide(shared, "指标", 4, 1)
    shared.init(quotas=rows)
    assert [cell.get("userEnteredValue") for cell in shared.cells("学校")[3:5]] == [
        HIDDEN["userEnteredValue"],
        {"stringValue": "学段"},
    ]
    assert shared.cells("指标", 4)[1]["userEnteredValue"] == HIDDEN["userEnteredValue"]
    assert shared.book.worksheet("指标").acell("A6").value == rows[0]["指标编号"]
    assert shared.init(quotas=rows).requests == ()


@pytest.mark.parametrize(
    ("cell", "merges"),
    [
        ({"userEnteredValue": {"numberValue": 1}}, ()),
        ({}, [{"sheetId": 5, "startRowIndex": 0, "endRowIndex": 1, "startColumnIndex": 0, "endColumnIndex": 3}]),
    ],
)
def test_the_guard_knows_what_is_hidden_or_merged(cell, merges):
    grid = {"rowCount": 9, "columnCount": 3}
    seen = spreadsheet(
        {"spreadsheetId": "x", "sheets": [{"properties": {"sheetId": 5, "title": "学校", "gridProperties": grid}}]}
    )
    data = [{"rowData": [{"values": [{}, cell]}]}]
    grids = {"sheets": [{"properties": {"sheetId": 5}, "merges": merges, "data": data}]}
    where = {"sheetId": 5, "startRowIndex": 0, "endRowIndex": 1, "startColumnIndex": 1, "endColumnIndex": 2}
    write = {"updateCells": {"range": where, "rows": [{}], "fields": "userEnteredValue"}}
    with pytest.raises(SetupError):
        check_setup([write], seen, grids)
    columns = {"sheetId": 5, "dimension": "COLUMNS", "startIndex": 1, "endIndex": 2}
    with pytest.raises(SetupError):
        check_setup([{"insertDimension": {"range": columns}}], seen, grids)


def test_columns_inserted_beside_hidden_ones_with_rules_are_seen_and_have_their_own(shared):
    shared = shared.only("schools", "loans", "resources")
    sheet = put(shared, "借用", [["资源编号", "借出学校"]])
    spare = {"sheetId": sheet.id, "dimension": "COLUMNS", "startIndex": 2, "endIndex": 15}
    cells = {"sheetId": sheet.id, "startColumnIndex": 2, "endColumnIndex": 15}
    rule = {"condition": {"type": "BOOLEAN"}}
    shared.send(
        {"updateDimensionProperties": {"range": spare, "properties": {"hiddenByUser": True}, "fields": "hiddenByUser"}},
        {"setDataValidation": {"range": cells, "rule": rule}},
    )
    shared.init()
    tab = shared.tab("借用")
    seen = [column.get("hiddenByUser", False) for column in tab["data"][0]["columnMetadata"]]
    added = len(SCHEMA.sheets["loans"].fields) - 2
    assert seen == [False] * (2 + added) + [True] * 13
    rules = [cell.get("dataValidation", {}).get("condition", {}).get("type") for cell in shared.cells("借用", 4)]
    assert "BOOLEAN" not in rules[: 2 + added]
    assert set(rules[2 + added :]) == {"BOOLEAN"}
    assert shared.init().requests == ()


# --- people who go on meanwhile


EVENTS = [["类别", "主题", "日期", "承办学校", "状态"], ["联席会议", "甲", "2026-09-10", "甲小学", "已举行"]]


@dataclass
class Met:
    """A spreadsheet that the workflow sets up while people go on editing it."""

    standin: SheetsStandin
    folder: object
    number: str

    def run(self, plan=None):
        """`init --sheet`."""
        return set_up(spreadsheets.opened(self.standin, self.number, self.folder, tries=2), plan, repair=False)

    def meanwhile(self, *edits, after=2, times=1):
        """Edits before a call: the first gives the structure, the second the cells, the third writes."""
        self.standin.faults.add(
            "person",
            spreadsheet=self.number,
            api="sheets",
            after=after,
            times=times,
            when="before",
            edits=[edit if "cell" in edit else {"request": edit} for edit in edits],
        )

    def edit(self, *requests):
        """Edits now."""
        self.standin.edit(self.number, *({"request": request} for request in requests))

    def tab(self, title):
        """One tab's id and cells."""
        sheet = self.standin.client().open_by_key(self.number).worksheet(title)
        return sheet.id, sheet.get_all_values()

    @property
    def calls(self):
        """What kinds of calls were made to the Sheets API."""
        return [call.kind for call in self.standin.log if call.api == "sheets"]


@pytest.fixture
def met(standin, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    number = spreadsheets.made(standin)
    spreadsheets.fill(standin, number, {"活动": EVENTS})
    standin.log.clear()
    return Met(standin, tmp_path, number)


def inserted(tab, dimension, start=0):
    where = {"sheetId": tab, "dimension": dimension, "startIndex": start, "endIndex": start + 1}
    return {"insertDimension": {"range": where}}


def test_what_is_typed_meanwhile_beside_the_table_stays(met):
    met.meanwhile(
        {"sheet": "活动", "cell": "F1", "value": "我的列"}, {"sheet": "活动", "cell": "F2", "value": "我在写"}
    )
    made = met.run()
    assert met.calls == ["read", "read", "write", "read", "read"]
    _, (header, row) = met.tab("活动")
    place = header.index("我的列")
    assert row[place] == "我在写"
    assert [text.removesuffix(" *") for text in header[:5]] == EVENTS[0]
    assert set(header) == {
        *EVENTS[0],
        "我的列",
        *(column.partition(": ")[2] for column in made.columns if "活动" in column),
    }
    assert made.moved == ()
    assert met.run().requests == ()


def test_without_columns_or_headers_nothing_is_read_once_more(met):
    met.run()
    tab, _ = met.tab("活动")
    met.edit(inserted(tab, "ROWS", 1))
    name = spreadsheets_name(met)
    met.edit({"deleteNamedRange": {"namedRangeId": name}})
    met.standin.log.clear()
    met.run()
    assert met.calls == ["read", "read", "write"]


def spreadsheets_name(met):
    """The id of the range of lights."""
    names = met.standin.store.books[met.number].named_ranges.values()
    return next(named["namedRangeId"] for named in names if named["name"] == RANGE_NAME)


def test_a_table_that_moves_meanwhile_keeps_all_its_cells_and_is_told_of(met):
    tab, _ = met.tab("活动")
    met.standin.log.clear()
    met.meanwhile(inserted(tab, "ROWS"), inserted(tab, "COLUMNS"))
    made = met.run()
    assert made.moved == ("活动",)
    _, rows = met.tab("活动")
    assert [[text for text in row if text] for row in rows[1:]] == EVENTS
    told = fill("init/sheet.txt", made=made, first=["学校"], address="https://docs.google.com/")
    assert "Somebody edited 活动 at the same moment" in told
    again = met.run()
    assert (again.requests, again.moved) == ((), ("活动",))
    assert met.tab("活动")[1] == rows
    told = fill("init/sheet.txt", made=again, first=["学校"], address="https://docs.google.com/")
    assert "lacks nothing" not in told
    met.edit({"deleteDimension": {"range": {"sheetId": tab, "dimension": "ROWS", "startIndex": 0, "endIndex": 1}}})
    assert met.run().moved == ()
    assert met.run().requests == ()
    _, rows = met.tab("活动")
    assert rows[1][1:5] == EVENTS[1][:4]
    assert [text.removesuffix(" *") for text in rows[0] if text].count("类别") == 1


def test_in_a_tab_without_a_free_column_nothing_is_overwritten_either(met):
    tab, rows = met.tab("活动")
    size = {"sheetId": tab, "gridProperties": {"columnCount": 5}}
    met.edit({"updateSheetProperties": {"properties": size, "fields": "gridProperties.columnCount"}})
    met.standin.log.clear()
    met.meanwhile(inserted(tab, "COLUMNS"))
    met.run()
    _, after = met.tab("活动")
    assert after[1][1:5] + [text for text in after[1][5:] if text] == rows[1]
    assert set(rows[0]) <= set(after[0])


def test_quota_rules_overwrite_nothing_that_is_typed_meanwhile(met):
    spreadsheets.fill(met.standin, met.number, {"指标": [list(SCHEMA.sheets["quotas"].by_name), ["9.9", "我们的"]]})
    met.run()
    met.standin.log.clear()
    met.meanwhile({"sheet": "指标", "cell": "A3", "value": "8.8"}, {"sheet": "指标", "cell": "B3", "value": "刚写的"})
    made = met.run("S1")
    _, rows = met.tab("指标")
    assert ["8.8", "刚写的"] in [row[:2] for row in rows]
    assert [row[0] for row in rows[2 : 2 + made.quotas]] == [row["指标编号"] for row in load_plan("S1").quotas]
    assert met.run("S1").requests == ()


def test_a_tab_that_is_deleted_meanwhile_is_not_set_up(met):
    tab, _ = met.tab("活动")
    met.standin.log.clear()
    met.meanwhile({"deleteSheet": {"sheetId": tab}}, after=1)
    made = met.run()
    assert "活动" in made.sheets
    assert met.calls == ["read", "read", "read", "write"]
    assert met.run().requests == ()


def test_tabs_that_go_again_and_again_are_told_of(met):
    titles = ("学校", "学期", "人员")
    spreadsheets.fill(met.standin, met.number, {title: [["x"]] for title in titles})
    for number, tab in enumerate([met.tab(title)[0] for title in titles]):
        met.meanwhile({"deleteSheet": {"sheetId": tab}}, after=1 + 2 * number)
    met.standin.log.clear()
    with pytest.raises(SheetError) as raised:
        met.run()
    assert raised.value.key == "changing"
    assert met.calls == ["read"] * 6


# --- ties and names


def test_the_range_of_lights_comes_back_by_itself(met):
    met.run()
    met.edit({"deleteNamedRange": {"namedRangeId": spreadsheets_name(met)}})
    made = met.run()
    assert [next(iter(request)) for request in made.requests] == ["addNamedRange"]
    assert spreadsheets_name(met)
    assert met.run().requests == ()


def test_the_range_of_lights_lies_on_an_own_tab(shared):
    shared.only("terms").init()
    seen = spreadsheet(shared.get(STRUCTURE_FIELDS))
    own = seen.outputs["problems"].id
    name = next(named for named in shared.get("namedRanges")["namedRanges"] if named["name"] == RANGE_NAME)
    check_setup(
        [{"updateNamedRange": {"namedRange": {**name, "range": {"sheetId": own}}, "fields": "range"}}], seen, {}
    )
    other = {"namedRangeId": "7", "name": "consortium_other", "range": {"sheetId": own}}
    with pytest.raises(SetupError):
        check_setup([{"addNamedRange": {"namedRange": other}}], seen, {})


def mark(met, key, value, location):
    made = {"metadataKey": key, "metadataValue": value, "location": location, "visibility": "DOCUMENT"}
    met.edit({"createDeveloperMetadata": {"developerMetadata": made}})


@pytest.mark.parametrize("value", ["nonsense@{tab}", "nonsense", "people@{tab}1", ""])
def test_a_tie_to_nothing_is_none(met, value):
    tab, _ = met.tab("活动")
    mark(met, SHEET_KEY, value.format(tab=tab), {"sheetId": tab})
    made = met.run()
    assert "活动" not in made.sheets
    assert met.run().requests == ()


@pytest.mark.parametrize("value", ["people.name", "events.topic", "nonsense", ""])
def test_a_stale_mark_beside_ours_is_written_over_once(met, value):
    tab, _ = met.tab("活动")
    span = {"sheetId": tab, "dimension": "COLUMNS", "startIndex": 0, "endIndex": 1}
    mark(met, COLUMN_KEY, value, {"dimensionRange": span})
    met.run()
    assert met.run().requests == ()
    mark(met, COLUMN_KEY, "people.role", {"dimensionRange": span})
    assert met.run().requests == ()


@pytest.mark.parametrize("source", ["结对", "活动"])
def test_a_copied_tab_under_another_title_is_set_up_once(met, source):
    met.run()
    tab, _ = met.tab(source)
    old, _ = met.tab("活动")
    met.edit(
        {"duplicateSheet": {"sourceSheetId": tab, "newSheetId": 779, "newSheetName": "新活动"}},
        {"deleteSheet": {"sheetId": old}},
        {"updateSheetProperties": {"properties": {"sheetId": 779, "title": "活动"}, "fields": "title"}},
        {"updateCells": {"range": {"sheetId": 779}, "fields": "userEnteredValue"}},
    )
    spreadsheets.fill(met.standin, met.number, {"活动": EVENTS[:1]})
    made = met.run()
    assert "活动" not in made.sheets
    assert (made.requests != (), met.run().requests) == (True, ())
