"""The output sheets as tabs of a Google Sheet: what is asked for, and what then stands there."""

import json
from dataclasses import replace
from datetime import date, datetime
from functools import cache

import pytest
from extremes import EXTREMES, HOSTILE
from markdown import BASE, workbook
from sample_book import sample
from standins.sheets_api import SheetsStandin
from standins.sheets_api.discovery import check, find

from toolkit.assess import assess
from toolkit.guide import load_guide
from toolkit.history import History, Point
from toolkit.lights import RANGE_NAME, light_keys
from toolkit.outputs import load_outputs
from toolkit.render.entry_guide import write_guide
from toolkit.render.entry_look import Look
from toolkit.render.grid.areas import rectangles
from toolkit.render.grid.book import GridBook, Link, style
from toolkit.render.grid.dashboard_tabs import dashboard_requests, frames, wished_titles
from toolkit.render.grid.formats import cell_format
from toolkit.render.grid.frame import Own
from toolkit.render.grid.paint import frame_of, paint
from toolkit.render.setup import tabs_named
from toolkit.schema import load_schema
from toolkit.spreadsheet import STRUCTURE_FIELDS, spreadsheet
from toolkit.viewer import Standpoint, Viewer

WORDS, SCHEMA = load_outputs(), load_schema()
DAY = date(2025, 11, 24)
SMALL = """
# 人员
| 工号 | 姓名 | 学校 | 职务 |
|---|---|---|---|
| 1 | 王芳 | 东校 | 教师 |

# 活动
| 活动编号 | 类别 | 主题 | 日期 | 承办学校 | 状态 | 佐证材料 |
|---|---|---|---|---|---|---|
| H1 | 联席会议 | =1+1 | 2025-09-18 | 中心 | 已举行 | 纪要 |
| H2 | 开放日 | 校园 | 下周三 | 东校 | 已举行 | 相册 |
| H3 | 开放日 | 操场 | 2025.13.1 | 西校 | 已举行 | 相册 |
| H4 | 开放日 | 食堂 | 2025-10-09 | 中心 | 已举行 | 相册 |

# 成绩
| 考试 | 日期 | 学校 | 年级 | 学科 | 参考人数 | 平均分 |
|---|---|---|---|---|---|---|
| 月考 | 2025-10-15 | 东校 | 六年级 | 语文 | `40` | `80` |
| 月考 | 2025-10-15 | 全市 | 六年级 | 语文 | | `82` |
| 期中 | 2025-11-12 | 东校 | 六年级 | 语文 | `40` | `84` |
| 期中 | 2025-11-12 | 全市 | 六年级 | 语文 | | `82` |

# 指标
| 指标编号 | 名称 | 条款 | 责任主体 | 周期 | 数据表 | 归属列 | 筛选 | 统计 | 统计列 | 下限 |
|---|---|---|---|---|---|---|---|---|---|---|
| 2.3 | 联席会议 | 二(一)3 | 共同体 | 学期 | 活动 | | 类别=联席会议 | 次数 | | 1 |
| 4.5 | 开放日 | 四(一)5 | 每所学校 | 学期 | 活动 | 承办学校 | 类别=开放日 | 次数 | | 1 |
"""
STANDING = ["看板", "指标明细", "依据", "待改", "借用逾期", "成绩分析", "发送记录", "运行记录", "图表数据", "历次结果"]
PAINTED = [title for title in STANDING[:-1] if title not in {"发送记录", "运行记录"}]
WHOLE = (
    "namedRanges,sheets(properties,merges,conditionalFormats,protectedRanges,basicFilter,bandedRanges,charts,developerMetadata,"
    "data(rowData(values(userEnteredValue,userEnteredFormat,note)),rowMetadata,columnMetadata))"
)


@cache
def stand(case="small"):
    if case == "small":
        raw, day = workbook(BASE, SMALL), DAY
    else:
        raw, day = sample() if case == "demo" else EXTREMES[case]()
    if case != "small":
        return Standpoint(assess(raw, SCHEMA, day, "甲镇共同体"), WORDS, History())
    points = (Point(date(2025, 10, 12), 1, 6, 3, None, rebuilt=True), Point(date(2025, 11, 16), 1, 6, 5, 2))
    return Standpoint(assess(raw, SCHEMA, day, "甲镇共同体"), WORDS, History(points={"": points}))


@cache
def view(case="small"):
    return Viewer(stand(case)).view()


def blank(*titles):
    """A spreadsheet with these tabs, as it is described."""
    properties = [{"sheetId": number, "title": title} for number, title in enumerate(titles or ["活动", "借用"])]
    return spreadsheet({"spreadsheetId": "S", "properties": {}, "sheets": [{"properties": it} for it in properties]})


def asked(case="small", sheet=None, *, shown=None, school_sheets=True):
    sheet = sheet or blank()
    shown = shown or view(case)
    tabs = {tab.title: tab.id for tab in sheet.tabs if not tab.output}
    lights = light_keys(stand(case).assessment)
    return dashboard_requests(
        shown, WORDS, sheet, tabs=tabs, lights=lights, editors=["robot@x"], school_sheets=school_sheets
    )


def of_kind(requests, kind):
    return [request[kind] for request in requests if kind in request]


def named(thing, name):
    """Every value of this name, however deep."""
    if isinstance(thing, dict):
        for key, value in thing.items():
            yield from [value] if key == name else named(value, name)
    elif isinstance(thing, list):
        for value in thing:
            yield from named(value, name)


# --- what is asked for


@pytest.mark.parametrize("case", ["small", "demo", *EXTREMES])
def test_every_request_is_as_google_documents_it(case):
    method, path = find("POST", "/v4/spreadsheets/S:batchUpdate")
    check(method, path, {}, {"requests": json.loads(json.dumps(asked(case)))})
    check(method, path, {}, {"requests": json.loads(json.dumps(frames(WORDS, blank(), [])))})


@pytest.mark.parametrize("case", ["small", "demo", "hostile", "all_wrong"])
def test_only_own_tabs_are_named_and_links_lead_to_tabs_that_are_there(case):
    requests = asked(case)
    own = {it["properties"]["sheetId"] for it in of_kind(requests, "addSheet")}
    assert {*named(requests, "sheetId")} == own
    assert own & {tab.id for tab in blank().tabs} == set()
    led = {uri.removeprefix("#gid=").split("&range=")[0] for uri in named(requests, "uri")}
    assert led <= {str(number) for number in own | {0, 1}}


@pytest.mark.parametrize("case", ["small", "hostile"])
def test_text_is_text_whatever_it_looks_like(case):
    requests = asked(case)
    assert not [*named(requests, "formulaValue")]
    texts = {*named(of_kind(requests, "updateCells"), "stringValue")}
    assert ({"=1+1"} if case == "small" else {HOSTILE[0], HOSTILE[1], HOSTILE[9]}) <= {
        part for text in texts for part in (text, *text.split(" · "))
    }


def test_the_same_view_asks_for_the_same():
    assert asked("demo") == asked("demo")


def test_the_demo_stays_small():
    size = len(json.dumps(asked("demo", school_sheets=False), ensure_ascii=False, separators=(",", ":")).encode())
    assert size < 1_550_000


# --- the recorder


def test_what_nobody_draws_is_refused():
    sheet = GridBook().add_worksheet("甲")
    with pytest.raises(AttributeError):
        sheet.insert_image(0, 0, "a.png")
    with pytest.raises(TypeError):
        sheet.conditional_format(0, 0, 1, 1, {"type": "icon_set"})
    with pytest.raises(KeyError):
        cell_format(style({"rotation": 90}))


def test_two_sheets_of_one_title_are_refused():
    book = GridBook()
    book.add_worksheet("A")
    with pytest.raises(ValueError, match="two sheets"):
        book.add_worksheet("a")


def test_the_guide_can_be_drawn_as_well():
    book, guide = GridBook(), load_guide()
    sheet = book.add_worksheet("说明")
    write_guide(sheet, SCHEMA, guide, Look(book, guide), [*SCHEMA.sheets], ())
    rich = next(cell for cell in sheet.cells.values() if cell.runs)
    assert [str(rich.value)[start:] for start, _ in rich.runs] == [rich.value, " *"]
    assert {cell.link.title for cell in sheet.cells.values() if cell.link} == {
        it.title for it in SCHEMA.sheets.values()
    }


@pytest.mark.parametrize(
    ("properties", "made"),
    [
        ({"num_format": "General"}, {}),
        ({"num_format": "@"}, {"numberFormat": {"type": "TEXT", "pattern": "@"}}),
        ({"num_format": "yyyy-mm-dd"}, {"numberFormat": {"type": "DATE", "pattern": "yyyy-mm-dd"}}),
        ({"num_format": "0%"}, {"numberFormat": {"type": "PERCENT", "pattern": "0%"}}),
        ({"num_format": "+0.00;-0.00;0"}, {"numberFormat": {"type": "NUMBER", "pattern": "+0.00;-0.00;0"}}),
        ({"shrink": True}, {"wrapStrategy": "CLIP"}),
        ({"shrink": True, "text_wrap": True}, {"wrapStrategy": "WRAP"}),
        ({"font_size": 10, "font_name": "Any", "locked": False}, {}),
        ({"bold": True, "underline": 0}, {"textFormat": {"bold": True}}),
        (
            {"indent": 1, "align": "right"},
            {"horizontalAlignment": "RIGHT", "padding": {"top": 2, "right": 10, "bottom": 2, "left": 3}},
        ),
        (
            {"border": 2, "border_color": "#ffffff", "left": 0, "top": 0, "right": 0},
            {
                "borders": {
                    "bottom": {"style": "SOLID_MEDIUM", "colorStyle": {"rgbColor": {"red": 1, "green": 1, "blue": 1}}}
                }
            },
        ),
    ],
)
def test_formats(properties, made):
    assert cell_format(style(properties)) == made


def test_rectangles_cover_each_cell_once():
    kinds = {(r, c): "ab"[r * c % 5 > 2] for r in range(9) for c in range(7) if (r + c) % 4}
    covered = {}
    for (row, column, last_row, last), kind in rectangles(kinds):
        for place in ((r, c) for r in range(row, last_row + 1) for c in range(column, last + 1)):
            assert place not in covered
            covered[place] = kind
    assert covered == kinds


# --- painting


def replayed(requests):
    """The cells that values and formats leave behind, by a plain reading of the masks."""
    (values,) = of_kind(requests, "updateCells")
    cells = {}
    for row, line in enumerate(values["rows"]):
        for column, data in enumerate(line.get("values", ())):
            cells[row, column] = json.loads(json.dumps(data))
    for it in of_kind(requests, "repeatCell"):
        area, form = it["range"], it["cell"]["userEnteredFormat"]
        for row in range(area["startRowIndex"], area["endRowIndex"]):
            for column in range(area["startColumnIndex"], area["endColumnIndex"]):
                there = cells.setdefault((row, column), {}).setdefault("userEnteredFormat", {})
                for field in it["fields"].split(","):
                    name, _, detail = field.removeprefix("userEnteredFormat.").partition(".")
                    if detail:
                        there.setdefault(name, {})[detail] = form[name][detail]
                    else:
                        there[name] = form[name]
    return {place: data for place, data in cells.items() if data}


def test_each_cell_ends_up_with_its_value_its_format_and_its_link():
    sheet = GridBook().add_worksheet("甲")
    looks = [
        style({"bold": True, "font_color": "#0b6b5d"}),
        style({"border": 1, "font_size": 9}),
        style({"text_wrap": 1}),
    ]
    for row in range(12):
        for column in range(6):
            sheet.write(row, column, f"{row}.{column}", looks[(row // 4 + column // 3) % 3])
    sheet.write_url(3, 2, "internal:'乙'!A9", looks[1], "去")
    sheet.write_url(4, 2, "external:#'丙''s'!B7", looks[2], "去")
    sheet.write_url(5, 2, "internal:'丁'!A1", looks[0], "去")
    sheet.write_datetime(6, 1, datetime(2025, 9, 1), looks[0])  # noqa: DTZ001 a spreadsheet's day has no zone
    sheet.write_comment(0, 0, "便条")
    leads = {Link("乙", "A9", own=True): "#1", Link("丙's", "B7", own=False): "#2"}.get
    expected = {}
    for place, cell in sheet.cells.items():
        form = json.loads(json.dumps(cell_format(cell.style)))
        if cell.link and leads(cell.link):
            text = form.setdefault("textFormat", {})
            text |= {"underline": False, "link": {"uri": leads(cell.link)}}
        value = {"numberValue": 45901} if isinstance(cell.value, datetime) else {"stringValue": cell.value}
        note = {"note": cell.note} if cell.note else {}
        expected[place] = {"userEnteredValue": value, "userEnteredFormat": form} | note
    assert replayed(paint(sheet, Own("key", 7, "甲", None), leads)) == expected


def test_merged_cells_are_not_frozen_in_part():
    sheet = GridBook().add_worksheet("甲")
    sheet.merge_range(0, 0, 0, 3, "长", style({}))
    sheet.freeze_panes(2, 1)
    frame = frame_of(sheet)
    assert (frame.rows, frame.columns, frame.frozen) == (3, 4, (2, 0))


def test_an_empty_sheet_is_one_cell():
    sheet = GridBook().add_worksheet("甲")
    assert sheet.size == (1, 1)
    (cells,) = of_kind(paint(sheet, Own("key", 7, "甲", None), {}.get), "updateCells")
    assert cells["rows"] == []


def test_bars_become_a_ground_that_deepens():
    (rule, *_) = of_kind(asked(), "addConditionalFormatRule")
    ends = rule["rule"]["gradientRule"]
    assert [(ends[end]["type"], ends[end]["value"]) for end in ("minpoint", "maxpoint")] == [
        ("NUMBER", "0"),
        ("NUMBER", "1"),
    ]
    assert ends["minpoint"]["colorStyle"] == {"rgbColor": {"red": 1, "green": 1, "blue": 1}}


# --- charts


def test_charts_draw_on_the_hidden_tab():
    requests = asked()
    (figures,) = [it["properties"] for it in of_kind(requests, "addSheet") if it["properties"]["title"] == "图表数据"]
    found = []
    for chart in of_kind(requests, "addChart"):
        spec, basic = chart["chart"]["spec"], chart["chart"]["spec"]["basicChart"]
        assert spec["hiddenDimensionStrategy"] == "SHOW_ALL"
        assert spec["altText"]
        assert {*named(basic, "sheetId")} == {figures["sheetId"]}
        names = [it["domain"]["sourceRange"]["sources"][0]["startColumnIndex"] for it in basic["domains"]]
        columns = [it["series"]["sourceRange"]["sources"][0]["startColumnIndex"] for it in basic["series"]]
        found.append((spec["title"], basic["chartType"], basic["legendPosition"], names, columns))
    assert found == [
        ("本学期达标率（横轴是周次）", "LINE", "BOTTOM_LEGEND", [0], [1, 2, 3]),
        ("各部分达标率", "BAR", "NO_LEGEND", [5], [6]),
        ("各校考核分", "BAR", "NO_LEGEND", [8], [9]),
        ("共同体与全市平均分（最近 2 次考试，折成百分制）", "COLUMN", "BOTTOM_LEGEND", [18], [13, 14]),
        ("与全市相差的分数（最近 2 次考试）", "LINE", "BOTTOM_LEGEND", [16], [17]),
    ]


def test_the_first_bar_is_at_the_top_and_an_axis_keeps_its_ends():
    bars = [it["chart"]["spec"]["basicChart"] for it in of_kind(asked(), "addChart")][2]
    assert "reversed" not in bars["domains"][0]  # Google begins at the top
    assert bars["series"][0]["targetAxis"] == "BOTTOM_AXIS"
    ends = {"viewWindowMin": 0, "viewWindowMax": 110, "viewWindowMode": "EXPLICIT"}
    assert bars["axis"] == [{"position": "BOTTOM_AXIS", "viewWindowOptions": ends}]


def test_figures_of_charts_have_the_form_and_the_names_that_google_takes_from_cells(client):
    shared = Shared(client)
    shared.write()
    assert shared.cell("图表数据", "B3")["formattedValue"] == "5%"
    assert shared.cell("图表数据", "J2")["formattedValue"] == "100.0"
    names = shared.book.worksheet("图表数据").get_values("S1:S3")
    assert names == [[""], ["语文\n月考"], ["语文\n期中"]]
    assert shared.cell("图表数据", "N1")["formattedValue"] == "共同体"


# --- in a spreadsheet


class Shared:
    """A spreadsheet that people made, with a tab of theirs, and what stands in it."""

    def __init__(self, client, *titles):
        self.book = client.create("登记")
        properties = [{"sheetId": number, "title": title} for number, title in enumerate(titles, 1)]
        if titles:
            self.send([{"addSheet": {"properties": it}} for it in properties])

    @property
    def now(self):
        """Its structure."""
        return spreadsheet(self.book.client.fetch_sheet_metadata(self.book.id, {"fields": STRUCTURE_FIELDS}))

    @property
    def whole(self):
        """All there is."""
        return self.book.client.fetch_sheet_metadata(self.book.id, {"fields": WHOLE})

    @property
    def own(self):
        """The toolkit's tabs by title."""
        return {tab.title: tab for tab in self.now.tabs if tab.output}

    def send(self, requests):
        """Send requests as they are."""
        self.book.batch_update({"requests": json.loads(json.dumps(requests))})

    def write(self, case="small", **more):
        """Write the output tabs of a case."""
        self.send(asked(case, self.now, **more))

    def cell(self, title, address):
        """A cell with all that is on it."""
        sheets = self.book.client.fetch_sheet_metadata(
            self.book.id, {"ranges": f"'{title}'!{address}", "includeGridData": "true"}
        )["sheets"]
        return sheets[0]["data"][0]["rowData"][0]["values"][0]


@pytest.fixture
def client():
    with SheetsStandin() as standin:
        yield standin.client()
        assert standin.failures == []


def test_tabs_are_made_once_behind_all_others(client):
    shared = Shared(client, "活动")
    shared.send(frames(WORDS, shared.now, ["robot@x"]))
    before = [tab.title for tab in shared.now.tabs]
    assert before[2:] == STANDING
    assert [tab.title for tab in shared.now.tabs if tab.hidden] == STANDING[-2:]
    assert frames(WORDS, shared.now, ["robot@x"]) == []
    shared.write(school_sheets=False)
    assert [tab.title for tab in shared.now.tabs] == before
    for tab in shared.own.values():
        (protection,) = tab.some("protectedRanges")
        assert protection["description"] == "consortium"
        assert "robot@x" in protection["editors"]["users"]


def test_a_new_dashboard_may_come_first(client):
    shared = Shared(client, "活动")
    shared.send(frames(WORDS, shared.now, [], first=True))
    assert [tab.title for tab in shared.now.tabs][:3] == ["看板", "Sheet1", "活动"]


def test_what_is_there_already_is_not_made_again(client):
    shared = Shared(client)
    shared.write()
    made = frames(WORDS, shared.now, [])
    new = {
        it["addSheet"]["properties"]["sheetId"]: it["addSheet"]["properties"]["title"]
        for it in made
        if "addSheet" in it
    }
    assert [*new.values()] == ["发送记录", "运行记录", "历次结果"]
    assert tabs_named(made) == {*new}


@pytest.mark.parametrize("case", ["small", "exams"])
def test_painted_twice_is_painted_once(client, case):
    shared = Shared(client, "活动", "借用")
    shared.write(case)
    first = shared.whole
    shared.write(case)
    assert shared.whole == first


@pytest.mark.parametrize("before", ["demo", "all_wrong", "exams"])
def test_whatever_was_there_before_the_state_is_the_same(client, before):
    fresh, used = Shared(client, "活动"), Shared(client, "活动")
    fresh.write("small")
    used.write(before)
    used.write("small")
    assert {tab.title for tab in used.now.tabs} == {tab.title for tab in fresh.now.tabs}
    ends = []
    for shared in (fresh, used):
        sheets = {sheet["properties"]["title"]: sheet for sheet in shared.whole["sheets"]}
        for sheet in sheets.values():
            sheet["properties"].pop("index")  # tabs that were added later stand further right
            sheet["developerMetadata"] = [it["metadataValue"] for it in sheet.get("developerMetadata", ())]
        ends.append(sheets)
    assert ends[1] == ends[0]


def test_what_a_person_did_to_an_own_tab_is_undone(client):
    shared = Shared(client, "活动")
    shared.write()
    fresh, own = shared.whole, shared.own["指标明细"].id
    area = {"sheetId": own, "startRowIndex": 1, "endRowIndex": 3, "startColumnIndex": 0, "endColumnIndex": 2}
    lines = {"sheetId": own, "dimension": "ROWS", "startIndex": 1, "endIndex": 2}
    cell = {
        "note": "?",
        "userEnteredValue": {"formulaValue": "=1+1"},
        "userEnteredFormat": {"textRotation": {"angle": 9}},
    }
    holds = {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": "=A1=1"}]}
    rule = {"ranges": [area], "booleanRule": {"condition": holds, "format": {}}}
    colours = {"firstBandColor": {"red": 1}, "secondBandColor": {"blue": 1}}
    shared.send([
        {"repeatCell": {"range": area, "cell": cell, "fields": "*"}},
        {"mergeCells": {"range": area, "mergeType": "MERGE_ALL"}},
        {"updateDimensionProperties": {"range": lines, "properties": {"hiddenByUser": True}, "fields": "hiddenByUser"}},
        {"addConditionalFormatRule": {"rule": rule, "index": 0}},
        {"addConditionalFormatRule": {"rule": rule, "index": 0}},
        {"addBanding": {"bandedRange": {"range": area, "rowProperties": colours}}},
        {"appendDimension": {"sheetId": own, "dimension": "ROWS", "length": 7}},
    ])  # fmt: skip
    assert shared.whole != fresh
    shared.write()
    assert shared.whole == fresh


def test_nothing_of_other_people_changes(client):
    shared = Shared(client, "活动", "看板")
    shared.book.worksheet("看板").update([["我的", "=1+1"]], "A1", raw=False)
    theirs = shared.whole["sheets"]
    shared.write("demo")
    shared.write("two_schools")
    assert shared.whole["sheets"][: len(theirs)] == theirs
    assert "看板 2" in shared.own


def test_a_tab_that_people_renamed_keeps_its_title(client):
    shared = Shared(client, "活动")
    shared.write()
    shared.book.worksheet("指标明细").update_title("细目")
    shared.write()
    assert "细目" in shared.own
    assert "指标明细" not in shared.own
    target = shared.cell("依据", "A2")["userEnteredFormat"]["textFormat"]["link"]["uri"]
    assert target == f"#gid={shared.own['细目'].id}&range=A2"


def test_links_lead_to_the_very_cell_or_are_text(client):
    shared = Shared(client, "活动")
    tab = shared.now.titled("活动")
    shared.write()
    place = shared.cell("待改", "C2")
    assert place["userEnteredValue"] == {"stringValue": "活动!D3"}
    assert place["userEnteredFormat"]["textFormat"]["link"] == {"uri": f"#gid={tab.id}&range=D3"}
    shared.book.del_worksheet_by_id(tab.id)
    shared.write()
    assert "link" not in shared.cell("待改", "C2")["userEnteredFormat"]["textFormat"]


def test_charts_are_kept_and_updated(client):
    shared = Shared(client)
    shared.write("exams")
    charts = {tab.title: [it["chartId"] for it in tab.some("charts")] for tab in shared.now.tabs}
    assert [len(charts[title]) for title in ("看板", "成绩分析")] == [3, 2]
    again = asked("exams", shared.now)
    assert (len(of_kind(again, "addChart")), len(of_kind(again, "updateChartSpec"))) == (0, 5)
    shared.write("nothing_entered")
    assert [it for tab in shared.now.tabs for it in tab.some("charts")] == []
    shared.write("exams")
    assert {tab.title: [it["chartId"] for it in tab.some("charts")] for tab in shared.now.tabs} == charts


def test_a_community_without_entries_is_calm(client):
    shared = Shared(client)
    shared.write("nothing_entered")
    assert [*shared.own] == PAINTED
    assert shared.cell("借用逾期", "A1")["formattedValue"] == "没有逾期未还的，两周之内也没有要还的。"
    figures = shared.own["图表数据"]
    assert (figures.rows, figures.columns, figures.hidden) == (1, 1, True)


def test_tabs_are_as_large_as_what_stands_on_them(client):
    shared = Shared(client)
    shared.write("demo")
    large = shared.own["指标明细"]
    assert (large.rows, large.columns) == (1 + len(view("demo").details), 16)
    shared.write()
    small = shared.own["指标明细"]
    assert (small.rows, small.columns) == (1 + len(view().details), 16)


def test_tabs_that_shrink_come_before_those_that_grow():
    raw = dict(blank().raw)
    mark = {"metadataKey": "consortium.output", "metadataValue": "evidence@5"}
    grid = {"rowCount": 900_000, "columnCount": 10, "frozenRowCount": 3}
    old = {"properties": {"sheetId": 5, "title": "依据", "gridProperties": grid}, "developerMetadata": [mark]}
    requests = asked("small", spreadsheet(raw | {"sheets": [*raw["sheets"], old]}))
    sized = [next(iter(it)) for it in requests if "updateSheetProperties" in it or "addSheet" in it]
    assert sized[0] == "updateSheetProperties"


def test_what_is_frozen_is_loosened_before_a_tab_shrinks_to_it():
    raw = dict(blank().raw)
    mark = {"metadataKey": "consortium.output", "metadataValue": "scores@5"}
    grid = {"rowCount": 9, "columnCount": 10, "frozenColumnCount": 9}
    old = {"properties": {"sheetId": 5, "title": "成绩分析", "gridProperties": grid}, "developerMetadata": [mark]}
    requests = asked("nothing_entered", spreadsheet(raw | {"sheets": [*raw["sheets"], old]}))
    loosened = of_kind(requests, "updateSheetProperties")[0]
    assert loosened["properties"]["gridProperties"] == {"frozenRowCount": 0, "frozenColumnCount": 0}


# --- schools and lights


def test_each_school_may_have_its_entries_to_fix_on_a_tab_of_its_own(client):
    shared = Shared(client)
    shared.write(school_sheets=True)
    own = [title for title in shared.own if title.startswith("待改·")]
    assert own == [f"待改·{group.title}" for group in view().groups if group.school >= 0]
    shared.write("two_schools", school_sheets=True)
    assert not set(own) & set(shared.own)
    shared.write(school_sheets=False)
    assert {title for title in shared.own if title.startswith("待改·")} == set()


def test_the_keys_of_lights_stand_hidden_beside_their_lines(client):
    shared = Shared(client)
    shared.write()
    (found,) = [it for it in shared.now.raw["namedRanges"] if it["name"] == RANGE_NAME]
    lines = [line for group in view().groups for line in group.lines]
    area = found["range"]
    assert (area["startRowIndex"], area["endRowIndex"]) == (1, 1 + len(lines))
    keys = shared.book.worksheet("待改").get_values(f"K1:K{1 + len(lines)}")
    lights = light_keys(stand().assessment)
    assert keys == [["consortium"], *([lights[line.problem]] for line in lines)]
    assert keys[1] == ["events!D3|下周三"]
    hidden = of_kind(asked(), "updateDimensionProperties")
    assert [it["range"]["startIndex"] for it in hidden if it["properties"]["hiddenByUser"]] == [10]


def test_without_anything_to_fix_the_range_of_lights_is_one_empty_cell(client):
    shared = Shared(client)
    shared.write()
    shared.write("two_schools", shown=replace(view("two_schools"), groups=()))
    (found,) = [it for it in shared.now.raw["namedRanges"] if it["name"] == RANGE_NAME]
    assert (found["range"]["startRowIndex"], found["range"]["endRowIndex"]) == (1, 2)
    assert shared.book.worksheet("待改").get_values("K2") == [[]]


def test_every_wished_title_is_another():
    titles = wished_titles(WORDS)
    assert [*titles.values()] == STANDING
