"""The stand-in's spreadsheets answer as Google's do."""

import io
import time

import openpyxl
import pytest
from standins.sheets_api import sheets
from standins.sheets_api.errors import ApiError
from standins.sheets_api.export import XLSX, export
from standins.sheets_api.shown import shown
from standins.sheets_api.store import OWNER, Store


class Doc:
    """One spreadsheet of a new store, spoken to without HTTP."""

    def __init__(self, *titles, locale="en_US", rows=20, columns=8):
        self.store = Store()
        grid = {"rowCount": rows, "columnCount": columns}
        made = [
            {"properties": {"sheetId": number, "title": title, "gridProperties": grid}}
            for number, title in enumerate(titles or ("Sheet1",))
        ]
        body = {"properties": {"title": "Book", "locale": locale}, "sheets": made}
        self.id = sheets.create(self.store, {}, {}, body)["spreadsheetId"]

    def call(self, function, body=None, path=None, **query):
        """A method of the service."""
        lists = {name: value if isinstance(value, list) else [value] for name, value in query.items()}
        return function(self.store, {"spreadsheetId": self.id, **(path or {})}, lists, body or {})

    def batch(self, *requests, **body):
        """The replies of a batchUpdate."""
        return self.call(sheets.batch_update, {"requests": list(requests), **body})["replies"]

    def refused(self, *requests):
        """What a batchUpdate is refused for; nothing changes."""
        before = self.everything()
        with pytest.raises(ApiError) as caught:
            self.batch(*requests)
        assert caught.value.code == 400
        assert self.everything() == before
        return caught.value.message

    def put(self, cells, values, option="RAW", **query):
        """Writes values."""
        return self.call(sheets.values_update, {"values": values}, {"range": cells}, valueInputOption=option, **query)

    def type(self, cells, *row):
        """Types one row."""
        return self.put(cells, [list(row)], "USER_ENTERED")

    def get(self, cells, render="UNFORMATTED_VALUE", **query):
        """The answer of values.get."""
        return self.call(sheets.values_get, path={"range": cells}, valueRenderOption=render, **query)

    def values(self, cells="Sheet1", render="UNFORMATTED_VALUE", **query):
        """The values of a range."""
        return self.get(cells, render, **query).get("values", [])

    def append(self, cells, *rows, option="RAW", **query):
        """Appends rows."""
        return self.call(
            sheets.values_append, {"values": list(rows)}, {"range": cells}, valueInputOption=option, **query
        )

    def everything(self):
        """The spreadsheet with its cells."""
        return self.call(sheets.get, includeGridData="true")

    def sheet(self, index=0, **query):
        """One sheet of the spreadsheet."""
        return self.call(sheets.get, **query)["sheets"][index]

    def cell(self, cells):
        """One CellData."""
        data = self.call(sheets.get, ranges=cells, includeGridData="true")["sheets"][0]["data"][0]
        return data.get("rowData", [{"values": [{}]}])[0]["values"][0]

    def format_of(self, cells):
        """A cell's own number format."""
        return self.cell(cells).get("userEnteredFormat", {}).get("numberFormat")

    def error(self, function, body=None, path=None, **query):
        """What a method is refused for."""
        with pytest.raises(ApiError) as caught:
            self.call(function, body, path, **query)
        return caught.value.code, caught.value.message


def grid(top=None, bottom=None, left=None, right=None, sheet=0):
    names = ("startRowIndex", "endRowIndex", "startColumnIndex", "endColumnIndex")
    ends = zip(names, (top, bottom, left, right), strict=True)
    return {"sheetId": sheet} | {name: end for name, end in ends if end is not None}


def seen(*args):
    """A range of the sheet 0 as answers have it."""
    return {key: value for key, value in grid(*args).items() if key != "sheetId"}


def span(dimension, start, end, sheet=0):
    return {"sheetId": sheet, "dimension": dimension, "startIndex": start, "endIndex": end}


def insert(dimension, start, count, sheet=0, **more):
    return {"insertDimension": {"range": span(dimension, start, start + count, sheet), **more}}


def delete(dimension, start, end, sheet=0):
    return {"deleteDimension": {"range": span(dimension, start, end, sheet)}}


def row_of(*values):
    kinds = {str: "stringValue", int: "numberValue", float: "numberValue", bool: "boolValue"}
    return {"values": [{} if value is None else {"userEnteredValue": {kinds[type(value)]: value}} for value in values]}


@pytest.fixture
def doc():
    return Doc()


# --- the spreadsheet -------------------------------------------------------------------------------------------------


def test_a_new_spreadsheet_is_as_google_makes_it():
    store = Store()
    made = sheets.create(store, {}, {}, {"properties": {"title": "我的"}})
    assert made["sheets"] == [
        {
            "properties": {
                "sheetId": 0,
                "title": "Sheet1",
                "index": 0,
                "sheetType": "GRID",
                "gridProperties": {"rowCount": 1000, "columnCount": 26},
            }
        }
    ]
    assert made["properties"]["locale"] == "en_US"
    assert made["properties"]["timeZone"] == "Etc/GMT"
    assert made["spreadsheetUrl"] == f"https://docs.google.com/spreadsheets/d/{made['spreadsheetId']}/edit"
    assert store.files[made["spreadsheetId"]]["name"] == "我的"


def test_a_chinese_spreadsheet_names_its_sheets_in_chinese():
    made = sheets.create(Store(), {}, {}, {"properties": {"title": "x", "locale": "zh_CN"}})
    assert made["sheets"][0]["properties"]["title"] == "工作表1"


def test_create_takes_sheets_with_cells_and_rules():
    store = Store()
    sheet = {
        "properties": {"title": "A", "sheetId": 7},
        "data": [
            {
                "startRow": 1,
                "rowData": [row_of("x", 2)],
                "columnMetadata": [{"pixelSize": 55}],
            }
        ],
        "merges": [grid(0, 1, 0, 2, sheet=7)],
    }
    made = sheets.create(store, {}, {}, {"properties": {"title": "t"}, "sheets": [sheet]})
    path = {"spreadsheetId": made["spreadsheetId"], "range": "A"}
    assert sheets.values_get(store, path, {}, {})["values"] == [[], ["x", "2"]]
    assert made["sheets"][0]["merges"] == [grid(0, 1, 0, 2, sheet=7)]
    shown_sheet = sheets.get(store, path, {"includeGridData": ["true"]}, {})["sheets"][0]["data"][0]
    assert shown_sheet["columnMetadata"][0] == {"pixelSize": 55}


def test_unknown_spreadsheet():
    store = Store()
    with pytest.raises(ApiError) as caught:
        sheets.get(store, {"spreadsheetId": "nothing"}, {}, {})
    assert (caught.value.code, caught.value.message) == (404, "Requested entity was not found.")


def test_renaming_the_spreadsheet_renames_its_file(doc):
    doc.batch({"updateSpreadsheetProperties": {"properties": {"title": "New"}, "fields": "title"}})
    assert doc.call(sheets.get)["properties"]["title"] == "New"
    assert doc.store.files[doc.id]["name"] == "New"


def test_time_zone_and_locale_change_alone(doc):
    change = {"properties": {"timeZone": "Asia/Shanghai", "locale": "zh_CN"}, "fields": "timeZone,locale"}
    doc.batch({"updateSpreadsheetProperties": change})
    properties = doc.call(sheets.get)["properties"]
    assert (properties["timeZone"], properties["locale"], properties["title"]) == ("Asia/Shanghai", "zh_CN", "Book")
    assert properties["defaultFormat"]["textFormat"]["fontSize"] == 10


# --- batches ---------------------------------------------------------------------------------------------------------


def test_a_batch_with_one_bad_request_changes_nothing(doc):
    message = doc.refused(
        {"addSheet": {"properties": {"title": "New"}}},
        {"updateCells": {"start": {"sheetId": 0}, "rows": [row_of("x")], "fields": "userEnteredValue"}},
        {"addSheet": {"properties": {"title": "Sheet1"}}},
    )
    assert message == (
        'Invalid requests[2].addSheet: A sheet with the name "Sheet1" already exists. Please enter another name.'
    )


def test_replies_stand_in_the_order_of_their_requests(doc):
    replies = doc.batch(
        {"repeatCell": {"range": grid(0, 1, 0, 1), "cell": {"note": "n"}, "fields": "note"}},
        {"addSheet": {"properties": {"title": "T", "sheetId": 5}}},
        {"deleteSheet": {"sheetId": 0}},
    )
    assert replies == [
        {},
        {
            "addSheet": {
                "properties": {
                    "sheetId": 5,
                    "title": "T",
                    "index": 1,
                    "sheetType": "GRID",
                    "gridProperties": {"rowCount": 1000, "columnCount": 26},
                }
            }
        },
        {},
    ]


def test_an_empty_batch_is_refused(doc):
    assert doc.error(sheets.batch_update, {"requests": []}) == (400, "Must specify at least one request.")


def test_a_request_the_stand_in_does_not_know_is_said_so(doc):
    assert doc.error(sheets.batch_update, {"requests": [{"addDataSource": {}}]}) == (
        501,
        "Invalid requests[0].addDataSource: the stand-in does not do this kind of request.",
    )


def test_the_spreadsheet_may_come_with_the_answer(doc):
    answer = doc.call(
        sheets.batch_update,
        {
            "requests": [{"addSheet": {"properties": {"title": "T"}}}],
            "includeSpreadsheetInResponse": True,
            "responseRanges": ["T!A1"],
            "responseIncludeGridData": True,
        },
    )
    assert [sheet["properties"]["title"] for sheet in answer["updatedSpreadsheet"]["sheets"]] == ["T"]
    assert "data" in answer["updatedSpreadsheet"]["sheets"][0]


def test_a_batch_changes_the_files_time(doc):
    before = doc.store.files[doc.id]["modifiedTime"]
    doc.batch({"addSheet": {}})
    assert doc.store.files[doc.id]["modifiedTime"] > before


# --- sheets ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (
            {"addSheet": {"properties": {"title": "b"}}},
            'A sheet with the name "b" already exists. Please enter another name.',
        ),
        ({"addSheet": {"properties": {"sheetId": 1}}}, "Sheet with id 1 already exists."),
        ({"deleteSheet": {"sheetId": 9}}, "No sheet with id: 9"),
        ({"updateSheetProperties": {"properties": {"sheetId": 9}, "fields": "title"}}, "No sheet with id: 9"),
        (
            {"updateSheetProperties": {"properties": {"sheetId": 0}, "fields": "title"}},
            "The sheet name cannot be empty.",
        ),
        (
            {"updateSheetProperties": {"properties": {"sheetId": 0, "title": "x"}}},
            "At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)",
        ),
        (
            {
                "updateSheetProperties": {
                    "properties": {"sheetId": 0, "gridProperties": {"frozenRowCount": 20}},
                    "fields": "gridProperties.frozenRowCount",
                }
            },
            "You can't freeze all visible rows on the sheet.",
        ),
        (
            {
                "updateSheetProperties": {
                    "properties": {"sheetId": 0, "gridProperties": {"rowCount": 10_000_000}},
                    "fields": "gridProperties.rowCount",
                }
            },
            "This action would increase the number of cells in the workbook above the limit of 10000000 cells.",
        ),
        ({"repeatCell": {"range": grid(0, 1, sheet=9), "cell": {}, "fields": "*"}}, "No grid with id: 9"),
        (
            {"repeatCell": {"range": grid(20, 21, 0, 1), "cell": {}, "fields": "note"}},
            "Range (A!A21) exceeds grid limits. Max rows: 20, max columns: 8",
        ),
        (
            {"repeatCell": {"range": grid(20, None, 0, 2), "cell": {}, "fields": "note"}},
            "Range (A!A21:B) exceeds grid limits. Max rows: 20, max columns: 8",
        ),
    ],
)
def test_what_is_wrong_with_a_sheet_is_said_as_google_says_it(request_, message):
    kind = next(iter(request_))
    assert Doc("A", "B").refused(request_) == f"Invalid requests[0].{kind}: {message}"


def test_the_last_sheet_stays(doc):
    message = doc.refused({"deleteSheet": {"sheetId": 0}})
    assert message == "Invalid requests[0].deleteSheet: You can't remove all the sheets in a document."


def test_sheets_move_by_the_places_before_the_move():
    doc = Doc("S1", "S2", "S3")

    def move(sheet, index):
        doc.batch({"updateSheetProperties": {"properties": {"sheetId": sheet, "index": index}, "fields": "index"}})
        sheets_ = doc.call(sheets.get)["sheets"]
        assert [sheet["properties"]["index"] for sheet in sheets_] == [0, 1, 2]
        return [sheet["properties"]["title"] for sheet in sheets_]

    assert move(0, 1) == ["S1", "S2", "S3"]
    assert move(0, 2) == ["S2", "S1", "S3"]
    assert move(0, 3) == ["S2", "S3", "S1"]
    assert move(0, 0) == ["S1", "S2", "S3"]


def test_a_hidden_coloured_frozen_sheet(doc):
    properties = {
        "sheetId": 0,
        "tabColorStyle": {"rgbColor": {"red": 1}},
        "gridProperties": {"frozenRowCount": 2, "hideGridlines": True},
    }
    doc.batch(
        {"addSheet": {"properties": {"title": "T", "hidden": True}}},
        {
            "updateSheetProperties": {
                "properties": properties,
                "fields": "tabColorStyle,gridProperties(frozenRowCount,hideGridlines)",
            }
        },
    )
    first, second = doc.call(sheets.get)["sheets"]
    assert first["properties"]["tabColor"] == {"red": 1}
    assert first["properties"]["gridProperties"] == {
        "rowCount": 20,
        "columnCount": 8,
        "frozenRowCount": 2,
        "hideGridlines": True,
    }
    assert second["properties"]["hidden"] is True


def test_a_smaller_grid_loses_what_was_outside(doc):
    doc.put("A1", [["a", "b", "c"], ["d"], ["e"]])
    change = {"sheetId": 0, "gridProperties": {"rowCount": 2, "columnCount": 2}}
    doc.batch({"updateSheetProperties": {"properties": change, "fields": "gridProperties(rowCount,columnCount)"}})
    assert doc.values() == [["a", "b"], ["d"]]


def test_formulas_follow_a_sheets_new_title():
    doc = Doc("One", "Two")
    doc.put("Two!A1", [[5]])
    doc.type("One!A1", "=Two!A1*2", '="Two!A1"', "=SUM(Two!A1:A2)")
    doc.batch({"updateSheetProperties": {"properties": {"sheetId": 1, "title": "名单 2"}, "fields": "title"}})
    assert doc.values("One!A1:C1", "FORMULA") == [["='名单 2'!A1*2", '="Two!A1"', "=SUM('名单 2'!A1:A2)"]]
    assert doc.values("One!A1:C1") == [[10, "Two!A1", 5]]


def test_formulas_that_name_a_deleted_sheet_name_nothing():
    doc = Doc("One", "Two")
    doc.type("One!A1", "=Two!A1", "=SUM(Two!A:A)+1")
    doc.batch({"deleteSheet": {"sheetId": 1}}, {"addSheet": {"properties": {"title": "Two"}}})
    assert doc.values("One!A1:B1", "FORMULA") == [["=#REF!", "=SUM(#REF!)+1"]]
    assert doc.values("One!A1:B1") == [["#REF!", "#REF!"]]


def test_duplicate_sheet_copies_what_google_copies(doc):
    doc.put("A1", [["x"]])
    doc.batch(
        {"mergeCells": {"range": grid(1, 2, 0, 2), "mergeType": "MERGE_ALL"}},
        {"addProtectedRange": {"protectedRange": {"protectedRangeId": 11, "range": grid(0, 1)}}},
        {
            "addBanding": {
                "bandedRange": {"bandedRangeId": 12, "range": grid(0, 5), "rowProperties": {"firstBandColor": {}}}
            }
        },
        metadata("k", "v", {"dimensionRange": span("COLUMNS", 1, 2)}, 13),
    )
    request = {"sourceSheetId": 0, "insertSheetIndex": 1, "newSheetId": 77, "newSheetName": "Copy"}
    reply = doc.batch({"duplicateSheet": request})
    assert reply[0]["duplicateSheet"]["properties"]["sheetId"] == 77
    copied = doc.sheet(1)
    assert copied["merges"] == [grid(1, 2, 0, 2, sheet=77)]
    assert copied["protectedRanges"][0]["range"] == grid(0, 1, sheet=77)
    assert copied["protectedRanges"][0]["protectedRangeId"] != 11
    assert copied["bandedRanges"][0]["range"] == grid(0, 5, sheet=77)
    assert doc.values("Copy") == [["x"]]
    found = doc.call(sheets.metadata_search, {"dataFilters": [lookup(metadataKey="k")]})["matchedDeveloperMetadata"]
    places = [item["developerMetadata"]["location"]["dimensionRange"] for item in found]
    assert sorted(place.get("sheetId", 0) for place in places) == [0, 77]
    doc.put("Copy!A1", [["changed"]])
    assert doc.values("Sheet1!A1") == [["x"]]


def test_copy_to_another_spreadsheet(doc):
    doc.put("A1", [["x", 1]])
    other = sheets.create(doc.store, {}, {}, {"properties": {"title": "Other"}})["spreadsheetId"]
    answer = doc.call(sheets.copy_to, {"destinationSpreadsheetId": other}, {"sheetId": "0"})
    assert answer["title"] == "Copy of Sheet1"
    assert answer["index"] == 1
    path = {"spreadsheetId": other, "range": "Copy of Sheet1!A1:B1"}
    assert sheets.values_get(doc.store, path, {}, {})["values"] == [["x", "1"]]


# --- reading and writing values --------------------------------------------------------------------------------------


def test_update_tells_what_it_changed(doc):
    assert doc.put("Sheet1!B2", [[1, 2], [3]]) == {
        "spreadsheetId": doc.id,
        "updatedRange": "Sheet1!B2:C3",
        "updatedRows": 2,
        "updatedColumns": 2,
        "updatedCells": 3,
    }


def test_trailing_blanks_are_left_out(doc):
    doc.put("A1", [["a", "", "c"], [], ["d", ""]])
    assert doc.get("A1:E9") == {
        "range": "Sheet1!A1:E9",
        "majorDimension": "ROWS",
        "values": [["a", "", "c"], [], ["d"]],
    }
    assert "values" not in doc.get("F1:G9")


def test_columns_as_major_dimension(doc):
    doc.put("A1", [["a", "b"], ["c"]])
    assert doc.get("A1:C3", majorDimension="COLUMNS") == {
        "range": "Sheet1!A1:C3",
        "majorDimension": "COLUMNS",
        "values": [["a", "c"], ["b"]],
    }
    body = {"values": [["x", "y"], ["z"]], "majorDimension": "COLUMNS"}
    doc.call(sheets.values_update, body, {"range": "D1"}, valueInputOption="RAW")
    assert doc.values("D1:E2") == [["x", "z"], ["y"]]


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("Sheet1", "Sheet1!A1:H20"),
        ("'Sheet1'", "Sheet1!A1:H20"),
        ("sheet1", "Sheet1!A1:H20"),
        ("A:B", "Sheet1!A1:B20"),
        ("A3:B", "Sheet1!A3:B20"),
        ("2:4", "Sheet1!A2:H4"),
        ("B2", "Sheet1!B2"),
        ("$B$2:C$3", "Sheet1!B2:C3"),
        ("C3:A1", "Sheet1!A1:C3"),
        ("A1:ZZZ1000", "Sheet1!A1:H20"),
        ("b2:c3", "Sheet1!B2:C3"),
        ("R2C2", "Sheet1!B2"),
        ("Sheet1!A1:A1", "Sheet1!A1"),
    ],
)
def test_ranges_in_a1_notation(doc, asked, answered):
    assert doc.get(asked)["range"] == answered


@pytest.mark.parametrize(
    ("title", "written"),
    [
        ("学校", "'学校'!A1"),
        ("My Sheet", "'My Sheet'!A1"),
        ("九月'24", "'九月''24'!A1"),
        ("a:b", "'a:b'!A1"),
        ("P1", "'P1'!A1"),
        ("Data_2", "Data_2!A1"),
        ("2024", "'2024'!A1"),
    ],
)
def test_titles_are_quoted_where_google_quotes_them(title, written):
    doc = Doc(title)
    assert doc.get("'" + title.replace("'", "''") + "'!A1")["range"] == written


def test_an_unquoted_title_that_looks_like_a_cell_is_a_cell():
    doc = Doc("First", "P1", "CRM26", columns=20)
    doc.put("'P1'!A1", [["in the sheet P1"]])
    doc.put("P1", [["in the cell P1"]])
    assert doc.values("First!P1") == [["in the cell P1"]]
    assert doc.get("P1")["range"] == "First!P1"
    assert doc.values("'P1'!A1") == [["in the sheet P1"]]
    assert doc.error(sheets.values_get, path={"range": "CRM26"}) == (
        400,
        "Range (First!CRM26) exceeds grid limits. Max rows: 20, max columns: 20",
    )


@pytest.mark.parametrize("text", ["X!A1", "Nothing", "Sheet1!", "Sheet1!A0", "'Sheet1'A1", "A1:[5", ""])
def test_what_is_no_range(doc, text):
    assert doc.error(sheets.values_get, path={"range": text}) == (400, f"Unable to parse range: {text}")


def test_ranges_that_begin_outside_the_grid(doc):
    message = "exceeds grid limits. Max rows: 20, max columns: 8"
    assert doc.error(sheets.values_get, path={"range": "A21:B22"}) == (400, f"Range (Sheet1!A21:B22) {message}")
    assert doc.error(sheets.values_update, {"values": [[1]]}, {"range": "I1"}, valueInputOption="RAW") == (
        400,
        f"Range (Sheet1!I1) {message}",
    )
    assert doc.error(sheets.values_batch_clear, {"ranges": ["A1", "A21:Z"]}) == (
        400,
        f"Invalid range[1]: Range (Sheet1!A21:Z) {message}",
    )


def test_writing_beyond_the_range_or_the_grid(doc):
    def refusal(cells, values):
        code, message = doc.error(sheets.values_update, {"values": values}, {"range": cells}, valueInputOption="RAW")
        assert code == 400
        return message

    assert refusal("A1:B2", [[1], [2], [3]]) == "Requested writing within range [A1:B2], but tried writing to row [3]"
    assert refusal("A1:B2", [[1, 2, 3]]) == "Requested writing within range [A1:B2], but tried writing to column [C]"
    assert refusal("Sheet1!A20", [[1], [2]]) == (
        "Requested writing within range [Sheet1!A20], but tried writing to row [21]"
    )
    assert doc.values() == []


def test_null_leaves_a_cell_and_an_empty_text_empties_it(doc):
    doc.put("A1", [["a", "b", "c"]])
    assert doc.put("A1", [[None, "", "x"]])["updatedCells"] == 2
    assert doc.values() == [["a", "", "x"]]


def test_values_may_come_back_with_the_answer(doc):
    answer = doc.put(
        "A1",
        [["1", "x"]],
        "USER_ENTERED",
        includeValuesInResponse="true",
        responseValueRenderOption="UNFORMATTED_VALUE",
    )
    assert answer["updatedData"] == {"range": "Sheet1!A1:B1", "majorDimension": "ROWS", "values": [[1, "x"]]}


def test_values_that_are_none(doc):
    def refusal(value):
        return doc.error(sheets.values_update, {"values": [["a", value]]}, {"range": "A1"}, valueInputOption="RAW")

    assert refusal([])[1].startswith("Invalid values[0][1]: list_value {\n")
    assert refusal({"x": 1})[1].startswith("Invalid values[0][1]: struct_value {\n")
    assert refusal("x" * 50_001) == (
        400,
        "Your input contains more than the maximum of 50000 characters in a single cell.",
    )


def test_the_input_option_is_needed(doc):
    assert doc.error(sheets.values_update, {"values": [[1]]}, {"range": "A1"}) == (
        400,
        "'valueInputOption' is required but not specified",
    )


def test_batch_get_and_batch_update(doc):
    body = {
        "valueInputOption": "RAW",
        "data": [{"range": "A1", "values": [["a", "b"]]}, {"range": "A3:B3", "values": [["c"]]}],
    }
    answer = doc.call(sheets.values_batch_update, body)
    assert answer == {
        "spreadsheetId": doc.id,
        "totalUpdatedRows": 2,
        "totalUpdatedColumns": 2,
        "totalUpdatedCells": 3,
        "totalUpdatedSheets": 1,
        "responses": [
            {
                "spreadsheetId": doc.id,
                "updatedRange": "Sheet1!A1:B1",
                "updatedRows": 1,
                "updatedColumns": 2,
                "updatedCells": 2,
            },
            {
                "spreadsheetId": doc.id,
                "updatedRange": "Sheet1!A3",
                "updatedRows": 1,
                "updatedColumns": 1,
                "updatedCells": 1,
            },
        ],
    }
    got = doc.call(sheets.values_batch_get, ranges=["A1:B1", "A3"])
    assert [item.get("values") for item in got["valueRanges"]] == [[["a", "b"]], [["c"]]]
    body["data"].append({"range": "No!A1", "values": [["x"]]})
    assert doc.error(sheets.values_batch_update, body) == (400, "Invalid data[2]: Unable to parse range: No!A1")


def test_clear_keeps_formats_and_notes(doc):
    doc.type("A1", "50%")
    doc.batch({"repeatCell": {"range": grid(0, 1, 0, 1), "cell": {"note": "n"}, "fields": "note"}})
    assert doc.call(sheets.values_clear, path={"range": "A1:C3"}) == {
        "spreadsheetId": doc.id,
        "clearedRange": "Sheet1!A1:C3",
    }
    assert doc.values() == []
    assert doc.cell("A1")["note"] == "n"
    assert doc.format_of("A1") == {"type": "PERCENT", "pattern": "0%"}
    assert doc.call(sheets.values_clear, path={"range": "Sheet1"})["clearedRange"] == "Sheet1!A1:H20"


def test_numbers_keep_their_precision(doc):
    numbers = [0.1 + 0.2, 1 / 3, 1234567.891234567, 2**53, -1e-9]
    doc.put("A1", [numbers])
    assert doc.values() == [numbers]
    assert doc.values(render="FORMATTED_VALUE") == [["0.3", "0.3333333333", "1234567.891", "9.0072E+15", "-1E-09"]]


def test_a_named_range_is_a_range_and_goes_before_a_title():
    doc = Doc("Data", "Names")
    doc.put("Data!B2", [["x"]])
    doc.batch({"addNamedRange": {"namedRange": {"name": "Names", "range": grid(1, 2, 1, 2)}}})
    assert doc.get("Names") == {"range": "Data!B2", "majorDimension": "ROWS", "values": [["x"]]}
    assert doc.get("'Names'")["range"] == "Names!A1:H20"
    assert doc.get("'Data'!Names")["range"] == "Data!B2"


# --- what typing means -----------------------------------------------------------------------------------------------

DATE = 46266  # 1 September 2026


@pytest.mark.parametrize(
    ("typed", "value", "kind", "pattern", "look"),
    [
        ("12", 12, None, None, "12"),
        ("-1.50", -1.5, None, None, "-1.5"),
        ("1,234", 1234, "NUMBER", "#,##0", "1,234"),
        ("1,234.5", 1234.5, "NUMBER", "#,##0.00", "1,234.50"),
        ("50%", 0.5, "PERCENT", "0%", "50%"),
        ("12.5%", 0.125, "PERCENT", "0.00%", "12.50%"),
        ("$1,234.50", 1234.5, "CURRENCY", '"$"#,##0.00', "$1,234.50"),
        ("¥88", 88, "CURRENCY", '"¥"#,##0', "¥88"),
        ("1e3", 1000, "SCIENTIFIC", "0.00E+00", "1.00E+03"),
        ("007", 7, None, None, "7"),
        ("2026-09-01", DATE, "DATE", "yyyy-mm-dd", "2026-09-01"),
        ("2026/9/1", DATE, "DATE", "yyyy/m/d", "2026/9/1"),
        ("2026年9月1日", DATE, "DATE", 'yyyy"年"m"月"d"日"', "2026年9月1日"),
        ("10:30", 0.4375, "TIME", "h:mm", "10:30"),
        ("2026-09-01 12:00:00", DATE + 0.5, "DATE_TIME", "yyyy-mm-dd h:mm:ss", "2026-09-01 12:00:00"),
        ("TRUE", True, None, None, "TRUE"),
        ("false", False, None, None, "FALSE"),
        ("'123", "123", None, None, "123"),
        ("'=1+1", "=1+1", None, None, "=1+1"),
        ("2026-02-30", "2026-02-30", None, None, "2026-02-30"),
        ("三年级", "三年级", None, None, "三年级"),
        ("3班", "3班", None, None, "3班"),
        ("1.2.3", "1.2.3", None, None, "1.2.3"),
    ],
)
def test_typing_in_chinese_sheets(typed, value, kind, pattern, look):
    doc = Doc(locale="zh_CN")
    doc.type("A1", typed)
    assert doc.values() == [[value]]
    assert type(doc.values()[0][0]) is type(value)
    assert doc.values(render="FORMATTED_VALUE") == [[look]]
    assert doc.format_of("A1") == ({"type": kind, "pattern": pattern} if kind else None)


@pytest.mark.parametrize(
    ("locale", "typed", "value"),
    [
        ("en_US", "9/1/2026", DATE),
        ("en_GB", "1/9/2026", DATE),
        ("en_GB", "9/1/2026", 46031),
        ("de_DE", "01.09.2026", DATE),
        ("de_DE", "1.234,5", 1234.5),
        ("en_US", "Sep 1, 2026", DATE),
        ("en_US", "2026年9月1日", "2026年9月1日"),
        ("en_US", "13/40/2026", "13/40/2026"),
        ("en_US", "10:30 PM", 0.9375),
        ("en_US", "25:00", 25 / 24),
        ("en_US", "+86138", 86138),
        ("en_US", "+1+1", 2),
        ("en_US", "+/-", "#ERROR!"),
        ("en_US", "+", "+"),
        ("en_US", "-1+2", "-1+2"),
        ("en_US", "1e400", "1e400"),
    ],
)
def test_typing_by_locale(locale, typed, value):
    doc = Doc(locale=locale)
    doc.type("A1", typed)
    assert doc.values() == [[value]]


@pytest.mark.parametrize("text", ["1", "50%", "2026-09-01", "TRUE", "=1+1", "'x", "+1", "007"])
def test_raw_never_parses(doc, text):
    doc.put("A1", [[text]])
    assert doc.values() == [[text]]
    assert doc.values(render="FORMATTED_VALUE") == [[text]]
    assert doc.cell("A1")["userEnteredValue"] == {"stringValue": text}


def test_a_cell_formatted_as_text_keeps_what_is_typed(doc):
    text = {"userEnteredFormat": {"numberFormat": {"type": "TEXT"}}}
    doc.batch({"repeatCell": {"range": grid(0, 1, 0, 2), "cell": text, "fields": "userEnteredFormat.numberFormat"}})
    doc.type("A1", "007", "2026-09-01")
    assert doc.values() == [["007", "2026-09-01"]]


def test_typing_keeps_a_number_format_that_is_there(doc):
    number = {"userEnteredFormat": {"numberFormat": {"type": "DATE", "pattern": "yyyy-mm"}}}
    doc.batch({"repeatCell": {"range": grid(0, 1, 0, 1), "cell": number, "fields": "userEnteredFormat"}})
    doc.type("A1", "2026-09-01")
    assert doc.values(render="FORMATTED_VALUE") == [["2026-09"]]


@pytest.mark.parametrize(
    ("render", "date", "expected"),
    [
        ("FORMATTED_VALUE", "SERIAL_NUMBER", ["2026-09-01", "50%", "3", "TRUE", "x", "4"]),
        ("FORMATTED_VALUE", "FORMATTED_STRING", ["2026-09-01", "50%", "3", "TRUE", "x", "4"]),
        ("UNFORMATTED_VALUE", "SERIAL_NUMBER", [DATE, 0.5, 3, True, "x", 4]),
        ("UNFORMATTED_VALUE", "FORMATTED_STRING", ["2026-09-01", 0.5, 3, True, "x", 4]),
        ("FORMULA", "SERIAL_NUMBER", [DATE, 0.5, 3, True, "x", "=C1+1"]),
        ("FORMULA", "FORMATTED_STRING", ["2026-09-01", 0.5, 3, True, "x", "=C1+1"]),
    ],
)
def test_render_options(doc, render, date, expected):
    doc.type("A1", "2026-09-01", "50%", "3", "TRUE", "x", "=C1+1")
    assert doc.values("A1:F1", render, dateTimeRenderOption=date) == [expected]


@pytest.mark.parametrize(
    ("value", "pattern", "text"),
    [
        (1234.5, "#,##0.00", "1,234.50"),
        (0.5, "0%", "50%"),
        (0.1234, "0.0%", "12.3%"),
        (-3, "0;(0)", "(3)"),
        (1.005, "0.00", "1.01"),
        (5, '0"分"', "5分"),
        (1.5, "[h]:mm", "36:00"),
        (12, "00000", "00012"),
        (0.5, "#.##", ".5"),
        (DATE, "yyyy-mm-dd", "2026-09-01"),
        (DATE + 0.75, "yyyy/m/d hh:mm", "2026/9/1 18:00"),
        (DATE, "dddd", "Tuesday"),
        (DATE, "mmm d", "Sep 1"),
        (DATE + 0.5, "h:mm am/pm", "12:00 PM"),
        (1234567, '#,##0,"K"', "1,235K"),
        (3, "@", "3"),
        (0, '0;-0;"无"', "无"),
        (12, "[$¥-804]#,##0.00", "¥12.00"),
    ],
)
def test_number_formats(value, pattern, text):
    assert shown(value, {"type": "NUMBER", "pattern": pattern}) == text


# --- formulas --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("=1+2*3^2", 19),
        ("=(1+2)*3", 9),
        ("=-2^2", 4),
        ("=10/4", 2.5),
        ("=50%*2", 1),
        ('="a"&1&"b"', "a1b"),
        ("=1<2", True),
        ('="B"="b"', True),
        ("=SUM(A1:A3)", 6),
        ("=SUM(A1:A3,10)", 16),
        ("=AVERAGE(A:A)", 2),
        ("=MIN(A1:A3)&MAX(A1:A3)", "13"),
        ("=COUNT(A1:B3)", 3),
        ("=COUNTA(A1:B3)", 5),
        ('=IF(A1>0,"yes","no")', "yes"),
        ("=ROUND(2.675,2)", 2.68),
        ('=CONCATENATE("x",A2)', "x2"),
        ('=HYPERLINK("https://a.example","go")', "go"),
        ("=Other!A1+1", 8),
        ("='Other'!A1", 7),
        ('=COUNTIF(B1:B3,"x")', 1),
        ('=COUNTIF(A1:A3,">1")', 2),
        ('=COUNTIFS(A1:A3,">0",B1:B3,"y*")', 1),
        ('=SUMIF(B1:B3,"x",A1:A3)', 1),
        ("=MATCH(2,A1:A3,0)", 2),
        ("=VLOOKUP(2,A1:B3,2,FALSE)", "yes"),
        ("=INDEX(A1:B3,2,2)", "yes"),
        ('=IFERROR(1/0,"oops")', "oops"),
        ('=COUNTIF(INDIRECT("Other!A:A"),7)', 1),
        ("=AND(TRUE,1=1)", True),
        ("=DATE(2026,9,1)", DATE),
        ('=TEXT(0.5,"0%")', "50%"),
        ('=LEN("三年级")', 3),
        ("=A9+1", 1),
        ("=1/0", "#DIV/0!"),
        ("=NOTHING(1)", "#NAME?"),
        ("=nothing", "#NAME?"),
        ("=Missing!A1", "#REF!"),
        ("=1+", "#ERROR!"),
        ('="a"+1', "#VALUE!"),
        ("=MATCH(99,A1:A3,0)", "#N/A"),
        ("=D1", "#REF!"),
        ("=1/0+1", "#DIV/0!"),
        ("=SUMPRODUCT((A1:A3>1)*A1:A3)", 5),
        ("=ISBLANK(D9)", True),
        ("=SQRT(A3*3)", 3),
        ("=1E300*1E300", "#NUM!"),
    ],
)
def test_formulas_are_evaluated(formula, value):
    doc = Doc("Sheet1", "Other")
    doc.put("A1", [[1, "x"], [2, "yes"], [3]])
    doc.put("Other!A1", [[7]])
    doc.type("D1", formula)
    assert doc.values("D1") == [[value]]


def test_a_formula_that_comes_to_an_empty_cell_shows_nothing(doc):
    doc.type("A1", "=A9", '=A1&"x"', "=A1+1", "=IF(TRUE,A9)", "=ISBLANK(A1)", '=A1=""')
    assert doc.values() == [["", "x", 1, "", True, True]]
    assert doc.values("A1") == []
    assert doc.values("A1", "FORMATTED_VALUE") == []
    assert doc.values("A1", "FORMULA") == [["=A9"]]


@pytest.mark.parametrize("number", [3.0, "3.0", "300%"])
def test_whole_numbers_have_no_point(doc, number):
    doc.type("A1", number)
    assert type(doc.values("A1")[0][0]) is int


def test_a_cycle_is_an_error(doc):
    doc.type("A1", "=B1", "=A1+1")
    assert doc.values() == [["#REF!", "#REF!"]]


def test_formulas_are_worked_out_anew(doc):
    doc.type("A1", "1", "=A1*2")
    doc.put("A1", [[21]])
    assert doc.values() == [[21, 42]]


def test_a_formula_takes_the_format_of_what_it_names(doc):
    doc.type("A1", "2026-09-01", "=A1+1")
    assert doc.values("B1", "FORMATTED_VALUE") == [["2026-09-02"]]


def test_grid_data_say_what_an_error_is(doc):
    doc.type("A1", "=1/0")
    cell = doc.cell("A1")
    assert cell["effectiveValue"]["errorValue"]["type"] == "DIVIDE_BY_ZERO"
    assert cell["formattedValue"] == "#DIV/0!"
    assert cell["userEnteredValue"] == {"formulaValue": "=1/0"}


# --- append ----------------------------------------------------------------------------------------------------------


def test_append_finds_the_table(doc):
    doc.put("B2", [["h1", "h2"], ["a", "b"]])
    assert doc.append("Sheet1", ["c", "d"]) == {
        "spreadsheetId": doc.id,
        "tableRange": "Sheet1!B2:C3",
        "updates": {
            "spreadsheetId": doc.id,
            "updatedRange": "Sheet1!B4:C4",
            "updatedRows": 1,
            "updatedColumns": 2,
            "updatedCells": 2,
        },
    }


def test_append_to_an_empty_sheet_begins_where_the_range_does(doc):
    answer = doc.append("Sheet1", ["a"])
    assert answer["updates"]["updatedRange"] == "Sheet1!A1"
    assert "tableRange" not in answer


def test_append_drifts_to_the_right_as_google_does(doc):
    for _ in range(3):
        doc.append("Sheet1", ["", "", "x"])
    assert doc.values() == [["", "", "x"], ["", "", "", "", "x"], ["", "", "", "", "", "", "x"]]


def test_append_lands_below_stray_cells(doc):
    doc.put("A1", [["h"], ["a"]])
    doc.put("F7", [["stray"]])
    assert doc.append("Sheet1", ["b"])["updates"]["updatedRange"] == "Sheet1!F8"
    assert doc.append("Sheet1!A1", ["b"])["updates"]["updatedRange"] == "Sheet1!A3"


@pytest.mark.parametrize(
    ("cells", "where"),
    [("Sheet1", "B7"), ("C5:D5", "B7"), ("B2:D4", "B7"), ("A3:G10", "B7"), ("A1", "A3"), ("E4", "E4"), ("A4", "A4")],
)
def test_append_as_googles_guide_has_it(doc, cells, where):
    doc.put("A1", [["x", "y", "z"], ["x", "y", "z"]])
    doc.put("B4", [["x", "y"], ["", "y", "z"], ["x", "y", "z"]])
    assert doc.append(cells, ["new"])["updates"]["updatedRange"] == f"Sheet1!{where}"


def test_append_makes_room(doc):
    doc.put("A20", [["last"]])
    assert doc.append("Sheet1", ["x"] * 10)["updates"]["updatedRange"] == "Sheet1!A21:J21"
    assert doc.sheet()["properties"]["gridProperties"] == {"rowCount": 21, "columnCount": 10}


def test_append_overwrites_or_inserts(doc):
    doc.put("A1", [["a"], ["", "", "c"]])
    doc.put("A4", [["below"]])
    doc.append("A1", ["x"], insertDataOption="INSERT_ROWS")
    assert doc.values("A1:C6") == [["a"], ["x"], ["", "", "c"], [], ["below"]]


# --- cells -----------------------------------------------------------------------------------------------------------


def test_update_cells_writes_text_as_text(doc):
    rows = [row_of(*["=1+1", "50%", 3, True]), {"values": [{"userEnteredValue": {"formulaValue": "=C1*2"}}]}]
    doc.batch({"updateCells": {"start": {"sheetId": 0}, "rows": rows, "fields": "userEnteredValue"}})
    assert doc.values() == [["=1+1", "50%", 3, True], [6]]
    assert doc.values(render="FORMULA") == [["=1+1", "50%", 3, True], ["=C1*2"]]


def test_update_cells_clears_what_the_mask_names_and_the_cell_lacks(doc):
    doc.type("A1", "50%", "x")
    bold = {"userEnteredFormat": {"textFormat": {"bold": True}}, "note": "n"}
    doc.batch({"repeatCell": {"range": grid(0, 1, 0, 2), "cell": bold, "fields": "userEnteredFormat.textFormat,note"}})
    doc.batch({"updateCells": {"start": {"sheetId": 0}, "rows": [row_of(None, "y")], "fields": "userEnteredValue"}})
    assert doc.values() == [["", "y"]]
    assert doc.cell("A1")["userEnteredFormat"] == {
        "numberFormat": {"type": "PERCENT", "pattern": "0%"},
        "textFormat": {"bold": True},
    }
    doc.batch({"updateCells": {"range": grid(0, 1, 0, 2), "fields": "*"}})
    assert doc.cell("A1") == {}
    assert doc.values() == []


def test_update_cells_in_a_range_clears_what_has_no_data(doc):
    doc.put("A1", [["a", "b"], ["c", "d"]])
    doc.batch({"updateCells": {"range": grid(0, 2, 0, 2), "rows": [row_of("x")], "fields": "userEnteredValue"}})
    assert doc.values() == [["x"]]


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (
            {"start": {"sheetId": 0, "columnIndex": 7}, "rows": [row_of("a", "b")], "fields": "userEnteredValue"},
            "Attempting to write column: 8, beyond the last requested column of: 7",
        ),
        (
            {"range": grid(0, 1, 0, 1), "rows": [row_of("a"), row_of("b")], "fields": "userEnteredValue"},
            "Attempting to write row: 1, beyond the last requested row of: 0",
        ),
        (
            {"start": {"sheetId": 0}, "rows": [row_of("a")]},
            "At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)",
        ),
        ({"start": {"sheetId": 4}, "rows": [row_of("a")], "fields": "note"}, "No grid with id: 4"),
    ],
)
def test_update_cells_refused(doc, request_, message):
    assert doc.refused({"updateCells": request_}) == f"Invalid requests[0].updateCells: {message}"


def test_repeat_cell_moves_formulas_along(doc):
    doc.put("A1", [[1], [2], [3]])
    cell = {"userEnteredValue": {"formulaValue": "=A1*$A$1"}}
    doc.batch({"repeatCell": {"range": grid(0, 3, 1, 2), "cell": cell, "fields": "userEnteredValue"}})
    assert doc.values("B1:B3", "FORMULA") == [["=A1*$A$1"], ["=A2*$A$1"], ["=A3*$A$1"]]


def test_colours_are_kept_in_steps_of_a_byte_with_their_style(doc):
    cell = {"userEnteredFormat": {"backgroundColor": {"red": 0.25, "green": 0, "blue": 1, "alpha": 1}}}
    request = {"range": grid(0, 1, 0, 1), "cell": cell, "fields": "userEnteredFormat.backgroundColor"}
    doc.batch({"repeatCell": request})
    colour = {"red": 0.2509804, "blue": 1}
    assert doc.cell("A1")["userEnteredFormat"] == {
        "backgroundColor": colour,
        "backgroundColorStyle": {"rgbColor": colour},
    }
    request = {"range": grid(0, 1, 0, 1), "cell": {}, "fields": "userEnteredFormat.backgroundColorStyle"}
    doc.batch({"repeatCell": request})
    assert doc.cell("A1") == {}


def test_append_cells_goes_below_the_last_row_with_a_value(doc):
    doc.put("D5", [["x"]])
    doc.batch({"appendCells": {"sheetId": 0, "rows": [row_of("a"), row_of("b")], "fields": "userEnteredValue"}})
    assert doc.values("A6:A8") == [["a"], ["b"]]


def test_merged_cells_keep_the_first_value(doc):
    doc.put("A1", [["a", "b"], ["c", "d"]])
    doc.batch({"mergeCells": {"range": grid(0, 2, 0, 2), "mergeType": "MERGE_ALL"}})
    assert doc.values() == [["a"]]
    assert doc.sheet()["merges"] == [seen(0, 2, 0, 2)]
    doc.put("A1", [["x", "y"]])
    assert doc.values() == [["x"]]
    doc.batch({"unmergeCells": {"range": grid(0, 5, 0, 5)}})
    assert "merges" not in doc.sheet()


@pytest.mark.parametrize(
    ("kind", "merges"),
    [
        ("MERGE_ROWS", [seen(0, 1, 0, 2), seen(1, 2, 0, 2)]),
        ("MERGE_COLUMNS", [seen(0, 2, 0, 1), seen(0, 2, 1, 2)]),
    ],
)
def test_merging_by_rows_or_columns(doc, kind, merges):
    doc.batch({"mergeCells": {"range": grid(0, 2, 0, 2), "mergeType": kind}})
    assert doc.sheet()["merges"] == merges


def test_merges_that_cannot_be(doc):
    doc.batch({"mergeCells": {"range": grid(0, 2, 0, 2), "mergeType": "MERGE_ALL"}})
    whole = "You must select all cells in a merged range to merge or unmerge them."
    request = {"mergeCells": {"range": grid(1, 3, 0, 2), "mergeType": "MERGE_ALL"}}
    assert doc.refused(request) == f"Invalid requests[0].mergeCells: {whole}"
    assert doc.refused({"unmergeCells": {"range": grid(0, 1, 0, 2)}}) == f"Invalid requests[0].unmergeCells: {whole}"
    frozen = {
        "properties": {"sheetId": 0, "gridProperties": {"frozenRowCount": 5}},
        "fields": "gridProperties.frozenRowCount",
    }
    message = doc.refused(
        {"updateSheetProperties": frozen}, {"mergeCells": {"range": grid(4, 6, 0, 1), "mergeType": "MERGE_ALL"}}
    )
    assert message == "Invalid requests[1].mergeCells: You can't merge frozen and non-frozen rows."


def test_borders_around_and_inside(doc):
    line, none = {"style": "SOLID", "color": {"red": 1}}, {"style": "NONE"}
    doc.batch({"updateBorders": {"range": grid(0, 2, 0, 2), "top": line, "innerVertical": line}})
    kept = {"style": "SOLID", "color": {"red": 1}, "colorStyle": {"rgbColor": {"red": 1}}}
    assert doc.cell("A1")["userEnteredFormat"]["borders"] == {"top": kept, "right": kept}
    assert doc.cell("B2")["userEnteredFormat"]["borders"] == {"left": kept}
    doc.batch({"updateBorders": {"range": grid(0, 1, 0, 1), "top": none, "right": none}})
    assert doc.cell("A1") == {}


# --- rows and columns ------------------------------------------------------------------------------------------------


def test_inserted_rows_move_all_that_names_a_place():
    doc = Doc("Sheet1", "Other")
    doc.put("A1", [[1], [2], [3]])
    doc.type("B1", "=SUM(A1:A3)", "=A3", "=$A$2")
    doc.type("Other!A1", "=Sheet1!A3", '="A3"')
    rule = {"ranges": [grid(2, 4, 0, 1)], "booleanRule": {"condition": {"type": "NOT_BLANK"}, "format": {}}}
    doc.batch(
        {"mergeCells": {"range": grid(4, 6, 0, 2), "mergeType": "MERGE_ALL"}},
        {"addProtectedRange": {"protectedRange": {"protectedRangeId": 1, "range": grid(0, 4)}}},
        {"addNamedRange": {"namedRange": {"namedRangeId": "n", "name": "n", "range": grid(1, 3, 0, 1)}}},
        {"addConditionalFormatRule": {"rule": rule, "index": 0}},
        {"setBasicFilter": {"filter": {"range": grid(0, 10, 0, 3)}}},
        {"addBanding": {"bandedRange": {"range": grid(3, 8), "rowProperties": {"firstBandColor": {"red": 1}}}}},
        metadata("row", "3", {"dimensionRange": span("ROWS", 2, 3)}, 5),
        chart_on(grid(0, 4, 0, 1), anchor=(5, 3)),
        {"setDataValidation": {"range": grid(2, 3, 3, 4), "rule": one_of_range("=Sheet1!A2:A3")}},
        {
            "updateDimensionProperties": {
                "range": span("ROWS", 4, 5),
                "properties": {"pixelSize": 44},
                "fields": "pixelSize",
            }
        },
    )
    doc.batch(insert("ROWS", 2, 2))
    sheet = doc.everything()["sheets"][0]
    assert doc.values("A1:A6") == [[1], [2], [], [], [3]]
    assert doc.values("B1:D1", "FORMULA") == [["=SUM(A1:A5)", "=A5", "=$A$2"]]
    assert doc.values("Other", "FORMULA") == [["=Sheet1!A5", '="A3"']]
    assert sheet["merges"] == [seen(6, 8, 0, 2)]
    assert sheet["protectedRanges"][0]["range"] == seen(0, 6)
    assert sheet["conditionalFormats"][0]["ranges"] == [seen(4, 6, 0, 1)]
    assert sheet["basicFilter"]["range"] == seen(0, 12, 0, 3)
    assert sheet["bandedRanges"][0]["range"] == seen(5, 10)
    assert doc.call(sheets.get)["namedRanges"][0]["range"] == seen(1, 5, 0, 1)
    assert doc.call(sheets.metadata_get, path={"metadataId": "5"})["location"]["dimensionRange"]["startIndex"] == 4
    chart = sheet["charts"][0]
    assert chart["position"]["overlayPosition"]["anchorCell"] == {"rowIndex": 7, "columnIndex": 3}
    series = chart["spec"]["basicChart"]["series"][0]["series"]["sourceRange"]["sources"]
    assert series == [seen(0, 6, 0, 1)]
    assert doc.cell("D5")["dataValidation"]["condition"]["values"] == [{"userEnteredValue": "=Sheet1!$A$2:$A$5"}]
    assert sheet["data"][0]["rowMetadata"][6] == {"pixelSize": 44}
    assert sheet["properties"]["gridProperties"]["rowCount"] == 22


def test_inserted_columns_take_the_format_of_a_neighbour(doc):
    doc.type("A1", "50%", "x")
    doc.batch(insert("COLUMNS", 1, 1, inheritFromBefore=True))
    assert doc.values() == [[0.5, "", "x"]]
    assert doc.format_of("B1") == {"type": "PERCENT", "pattern": "0%"}


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (insert("ROWS", 21, 1), "range.startIndex is larger than current grid size (20)"),
        (insert("ROWS", 20, 1), "range.startIndex must be less than the grid size (20) if inheritFromBefore is false."),
        (insert("ROWS", 0, 1, inheritFromBefore=True), "inheritFromBefore cannot be true when startIndex is 0."),
        (
            delete("ROWS", 20, 21),
            "Cannot delete a row that doesn't exist. Tried to delete row index 20 but there are only 20 rows.",
        ),
        (
            delete("COLUMNS", 5, 9),
            "Cannot delete a column that doesn't exist. Tried to delete column index 8 but there are only 8 columns.",
        ),
        (delete("ROWS", 0, 20), "You can't delete all the rows on the sheet."),
    ],
)
def test_rows_and_columns_refused(doc, request_, message):
    kind = next(iter(request_))
    assert doc.refused(request_) == f"Invalid requests[0].{kind}: {message}"


def test_the_rows_below_frozen_ones_cannot_all_go(doc):
    frozen = {
        "properties": {"sheetId": 0, "gridProperties": {"frozenRowCount": 1}},
        "fields": "gridProperties.frozenRowCount",
    }
    doc.batch({"updateSheetProperties": frozen})
    message = "Invalid requests[0].deleteDimension: Sorry, it is not possible to delete all non-frozen rows."
    assert doc.refused(delete("ROWS", 1, 20)) == message


def test_deleted_rows_take_along_what_was_in_them(doc):
    doc.put("A1", [[1], [2], [3], [4]])
    doc.type("B1", "=SUM(A1:A4)", "=A2", "=A4")
    doc.batch(
        {"mergeCells": {"range": grid(1, 3, 2, 4), "mergeType": "MERGE_ALL"}},
        {"addProtectedRange": {"protectedRange": {"protectedRangeId": 1, "range": grid(1, 3)}}},
        metadata("in", "", {"dimensionRange": span("ROWS", 1, 2)}, 5),
        metadata("below", "", {"dimensionRange": span("ROWS", 3, 4)}, 6),
    )
    doc.batch(delete("ROWS", 1, 3))
    assert doc.values("A1:A3") == [[1], [4]]
    assert doc.values("B1:D1", "FORMULA") == [["=SUM(A1:A2)", "=#REF!", "=A2"]]
    assert doc.values("B1:D1") == [[5, "#REF!", 4]]
    sheet = doc.sheet()
    assert "merges" not in sheet
    assert "protectedRanges" not in sheet
    assert sheet["properties"]["gridProperties"]["rowCount"] == 18
    found = doc.call(sheets.metadata_search, {"dataFilters": [lookup(locationType="ROW")]})
    assert [item["developerMetadata"]["metadataKey"] for item in found["matchedDeveloperMetadata"]] == ["below"]


def test_moved_columns_take_their_metadata_and_formulas_follow(doc):
    doc.put("A1", [["a", "b", "c", "d"]])
    doc.type("A2", "=D1")
    doc.batch(metadata("c", "", {"dimensionRange": span("COLUMNS", 2, 3)}, 5))
    doc.batch({"moveDimension": {"source": span("COLUMNS", 2, 4), "destinationIndex": 0}})
    assert doc.values("A1:D2") == [["c", "d", "a", "b"], ["", "", "d"]]
    assert doc.values("C2", "FORMULA") == [["=B1"]]
    location = doc.call(sheets.metadata_get, path={"metadataId": "5"})["location"]
    assert location == {
        "locationType": "COLUMN",
        "dimensionRange": {"dimension": "COLUMNS", "startIndex": 0, "endIndex": 1},
    }
    doc.batch({"moveDimension": {"source": span("COLUMNS", 0, 1), "destinationIndex": 4}})
    assert doc.values("A1:D1") == [["d", "a", "b", "c"]]


def test_rows_do_not_move_across_a_merge(doc):
    doc.batch({"mergeCells": {"range": grid(2, 4, 0, 1), "mergeType": "MERGE_ALL"}})
    message = doc.refused({"moveDimension": {"source": span("ROWS", 0, 1), "destinationIndex": 3}})
    assert message == (
        "Invalid requests[0].moveDimension: Sorry, it is not possible to move a row to a position that crosses a "
        "merged cell. Please unmerge and try again."
    )


def test_append_dimension_and_sizes(doc):
    doc.batch(
        {"appendDimension": {"sheetId": 0, "dimension": "COLUMNS", "length": 2}},
        {
            "updateDimensionProperties": {
                "range": span("COLUMNS", 9, 10),
                "properties": {"pixelSize": 33, "hiddenByUser": True},
                "fields": "pixelSize,hiddenByUser",
            }
        },
    )
    data = doc.sheet(includeGridData="true")["data"][0]
    assert data["columnMetadata"][8:] == [{"pixelSize": 100}, {"pixelSize": 33, "hiddenByUser": True}]
    assert data["rowMetadata"] == [{"pixelSize": 21}] * 20


def test_groups_of_columns(doc):
    reply = doc.batch({"addDimensionGroup": {"range": span("COLUMNS", 0, 2)}})
    group = {"range": {"dimension": "COLUMNS", "startIndex": 0, "endIndex": 2}, "depth": 1}
    assert reply == [{"addDimensionGroup": {"dimensionGroups": [group]}}]
    sheet = doc.sheet()
    assert sheet["columnGroups"] == [group]
    assert sheet["properties"]["gridProperties"]["columnGroupControlAfter"] is True
    assert doc.batch({"deleteDimensionGroup": {"range": span("COLUMNS", 0, 2)}}) == [{"deleteDimensionGroup": {}}]
    assert "columnGroups" not in doc.sheet()


def test_cells_shift_when_a_range_comes_or_goes(doc):
    doc.put("A1", [["a", "b"], ["c", "d"], ["e", "f"]])
    doc.batch({"insertRange": {"range": grid(0, 1, 0, 1), "shiftDimension": "ROWS"}})
    assert doc.values() == [["", "b"], ["a", "d"], ["c", "f"], ["e"]]
    doc.batch({"deleteRange": {"range": grid(0, 1, 0, 1), "shiftDimension": "ROWS"}})
    assert doc.values() == [["a", "b"], ["c", "d"], ["e", "f"]]
    doc.batch({"deleteRange": {"range": grid(0, 1, 0, 1), "shiftDimension": "COLUMNS"}})
    assert doc.values() == [["b"], ["c", "d"], ["e", "f"]]


# --- rules -----------------------------------------------------------------------------------------------------------


def one_of_range(text, **more):
    return {"condition": {"type": "ONE_OF_RANGE", "values": [{"userEnteredValue": text}]}, **more}


def test_validation_is_kept_and_not_enforced(doc):
    condition = {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": "是"}, {"userEnteredValue": "否"}]}
    rule = {"condition": condition, "strict": True, "showCustomUi": True}
    doc.batch({"setDataValidation": {"range": grid(1, 3, 0, 1), "rule": rule}})
    doc.type("A2", "或许")
    assert doc.values("A2") == [["或许"]]
    assert doc.cell("A2")["dataValidation"] == rule
    assert doc.cell("A3")["dataValidation"] == rule
    doc.batch({"setDataValidation": {"range": grid(1, 2, 0, 1)}})
    assert "dataValidation" not in doc.cell("A2")


def test_validation_from_a_range_is_kept_with_dollars():
    doc = Doc("Sheet1", "名单")
    doc.batch({"setDataValidation": {"range": grid(0, 1, 0, 1), "rule": one_of_range("='名单'!A2:A", strict=False)}})
    assert doc.cell("A1")["dataValidation"] == one_of_range("='名单'!$A$2:$A")


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        (
            {"type": "ONE_OF_RANGE", "values": [{"userEnteredValue": "Sheet1!A1:A2"}]},
            "Invalid ConditionValue.userEnteredValue: Sheet1!A1:A2 for ConditionType: ONE_OF_RANGE",
        ),
        (
            {"type": "NUMBER_GREATER", "values": [{"userEnteredValue": "viel"}]},
            "Invalid ConditionValue.userEnteredValue: viel for ConditionType: NUMBER_GREATER",
        ),
        (
            {"type": "NUMBER_BETWEEN", "values": [{"userEnteredValue": "1"}]},
            "Condition type NUMBER_BETWEEN requires 2 ConditionValues, 1 were given.",
        ),
        ({}, "No condition type specified."),
    ],
)
def test_conditions_refused(doc, condition, message):
    request = {"setDataValidation": {"range": grid(0, 1), "rule": {"condition": condition}}}
    assert doc.refused(request) == f"Invalid requests[0].setDataValidation: {message}"


def custom(formula, ranges, **style):
    condition = {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": formula}]}
    return {"ranges": ranges, "booleanRule": {"condition": condition, "format": style}}


def test_conditional_formats_in_their_order(doc):
    first, second = (custom(f"=$A1>{n}", [grid(0, 9)], backgroundColor={"red": 1}) for n in (1, 2))
    doc.batch(
        {"addConditionalFormatRule": {"rule": first, "index": 0}},
        {"addConditionalFormatRule": {"rule": second, "index": 0}},
    )

    def formulas():
        rules = doc.sheet().get("conditionalFormats", [])
        return [rule["booleanRule"]["condition"]["values"][0]["userEnteredValue"] for rule in rules]

    assert formulas() == ["=$A1>2", "=$A1>1"]
    reply = doc.batch({"updateConditionalFormatRule": {"sheetId": 0, "index": 0, "newIndex": 1}})
    assert reply[0]["updateConditionalFormatRule"]["newIndex"] == 1
    assert formulas() == ["=$A1>1", "=$A1>2"]
    reply = doc.batch({"deleteConditionalFormatRule": {"sheetId": 0, "index": 1}})
    assert reply[0]["deleteConditionalFormatRule"]["rule"]["ranges"] == [seen(0, 9)]
    message = doc.refused({"deleteConditionalFormatRule": {"sheetId": 0, "index": 4}})
    assert message == "Invalid requests[0].deleteConditionalFormatRule: No conditional format on sheet: 0 at index: 4"


def test_a_conditional_format_names_its_own_sheet_only():
    doc = Doc("Sheet1", "待改")
    rule = custom("=COUNTIF('待改'!A:A,$A1)>0", [grid(0, 9)], backgroundColor={"red": 1})
    message = doc.refused({"addConditionalFormatRule": {"rule": rule, "index": 0}})
    assert message == (
        "Invalid requests[0].addConditionalFormatRule: Conditional format rule cannot reference a different sheet."
    )
    rule = custom('=COUNTIF(INDIRECT("待改!A:A"),$A1)>0', [grid(0, 9)], backgroundColor={"red": 1})
    doc.batch({"addConditionalFormatRule": {"rule": rule, "index": 0}})
    doc.put("Sheet1!A1", [["a"], ["b"]])
    doc.put("'待改'!A1", [["b"]])
    assert doc.cell("A1")["effectiveFormat"]["backgroundColor"] == {"red": 1, "green": 1, "blue": 1}
    assert doc.cell("A2")["effectiveFormat"]["backgroundColor"] == {"red": 1}


def test_protected_ranges_never_refuse_their_owner(doc):
    given = {"range": grid(0, 2, 0, 2), "description": "d", "editors": {"users": []}, "warningOnly": False}
    reply = doc.batch({"addProtectedRange": {"protectedRange": given}})[0]["addProtectedRange"]["protectedRange"]
    number = reply.pop("protectedRangeId")
    assert reply == {"range": seen(0, 2, 0, 2), "description": "d", "requestingUserCanEdit": True, "editors": {}}
    assert doc.sheet()["protectedRanges"][0]["editors"] == {"users": [OWNER["emailAddress"]]}
    doc.put("A1", [["x"]])
    change = {"protectedRangeId": number, "warningOnly": True}
    doc.batch({"updateProtectedRange": {"protectedRange": change, "fields": "warningOnly"}})
    assert doc.sheet()["protectedRanges"] == [
        {
            "protectedRangeId": number,
            "range": seen(0, 2, 0, 2),
            "description": "d",
            "warningOnly": True,
            "requestingUserCanEdit": True,
        }
    ]
    assert doc.batch({"deleteProtectedRange": {"protectedRangeId": number}}) == [{}]
    message = doc.refused({"deleteProtectedRange": {"protectedRangeId": number}})
    assert message == f"Invalid requests[0].deleteProtectedRange: No protected range with id: {number}"


def test_named_ranges(doc):
    named = {"namedRangeId": "7", "name": "学校", "range": grid(0, 5, 0, 1)}
    assert doc.batch({"addNamedRange": {"namedRange": named}}) == [
        {"addNamedRange": {"namedRange": {**named, "range": seen(0, 5, 0, 1)}}}
    ]
    again = {"addNamedRange": {"namedRange": {"name": "学校", "range": grid(0, 1)}}}
    assert doc.refused(again) == (
        "Invalid requests[0].addNamedRange: Cannot add named range with name 学校, "
        "a named range with that name already exists."
    )
    bad = {"addNamedRange": {"namedRange": {"name": "A1", "range": grid(0, 1)}}}
    assert doc.refused(bad) == "Invalid requests[0].addNamedRange: Invalid name: A1"
    doc.batch({"updateNamedRange": {"namedRange": {"namedRangeId": "7", "name": "校"}, "fields": "name"}})
    assert doc.call(sheets.get)["namedRanges"] == [{"namedRangeId": "7", "name": "校", "range": seen(0, 5, 0, 1)}]
    doc.batch({"deleteNamedRange": {"namedRangeId": "7"}})
    assert "namedRanges" not in doc.call(sheets.get)


def test_banding(doc):
    rows = {"headerColor": {"red": 1}, "firstBandColor": {"green": 1}, "secondBandColor": {"blue": 1}}
    banded = {"bandedRangeId": 9, "range": grid(0, 4, 0, 2), "rowProperties": rows}
    reply = doc.batch({"addBanding": {"bandedRange": banded}})[0]["addBanding"]["bandedRange"]
    assert reply["rowProperties"]["headerColorStyle"] == {"rgbColor": {"red": 1}}
    doc.put("A1", [["h"], ["a"], ["b"]])
    colours = [doc.cell(f"A{row}")["effectiveFormat"]["backgroundColor"] for row in (1, 2, 3)]
    assert colours == [{"red": 1}, {"green": 1}, {"blue": 1}]
    again = {"addBanding": {"bandedRange": {"range": grid(3, 6, 0, 1), "rowProperties": rows}}}
    assert doc.refused(again) == (
        "Invalid requests[0].addBanding: You cannot add alternating background colors to a range that already has "
        "alternating background colors."
    )
    doc.batch({"deleteBanding": {"bandedRangeId": 9}})
    assert "bandedRanges" not in doc.sheet()


# --- developer metadata ----------------------------------------------------------------------------------------------


def metadata(key, value, location, number=None, visibility="DOCUMENT"):
    item = {"metadataKey": key, "metadataValue": value, "location": location, "visibility": visibility}
    return {"createDeveloperMetadata": {"developerMetadata": item | ({"metadataId": number} if number else {})}}


def lookup(**wanted):
    return {"developerMetadataLookup": wanted}


@pytest.fixture
def marked():
    doc = Doc("Sheet1", "Other")
    doc.batch(
        metadata("book", "b", {"spreadsheet": True}, 1),
        metadata("sheet", "s", {"sheetId": 0}, 2),
        metadata("column", "c", {"dimensionRange": span("COLUMNS", 1, 2)}, 3),
        metadata("row", "r", {"dimensionRange": span("ROWS", 4, 5)}, 4, "PROJECT"),
        metadata("sheet", "o", {"sheetId": 1}, 5),
    )
    return doc


@pytest.mark.parametrize(
    ("data_filter", "found"),
    [
        (lookup(metadataKey="sheet"), [2, 5]),
        (lookup(metadataKey="sheet", metadataValue="o"), [5]),
        (lookup(metadataValue="c"), [3]),
        (lookup(metadataId=4), [4]),
        (lookup(locationType="COLUMN"), [3]),
        (lookup(locationType="SPREADSHEET"), [1]),
        (lookup(visibility="PROJECT"), [4]),
        (lookup(metadataLocation={"sheetId": 0}), [2]),
        (lookup(metadataLocation={"sheetId": 0}, locationMatchingStrategy="INTERSECTING_LOCATION"), [2, 3, 4]),
        (lookup(metadataLocation={"dimensionRange": span("ROWS", 4, 5)}), [4]),
        (lookup(metadataLocation={"spreadsheet": True}), [1]),
        ({"gridRange": grid(0, 1, 1, 2)}, [2, 3]),
        ({"gridRange": grid(4, 5, 0, 1)}, [2, 4]),
        ({"a1Range": "Other!A1"}, [5]),
        ({"a1Range": "B5"}, [2, 3, 4]),
        (lookup(metadataKey="nothing"), []),
    ],
)
def test_metadata_are_found(marked, data_filter, found):
    answer = marked.call(sheets.metadata_search, {"dataFilters": [data_filter]})
    matched = answer.get("matchedDeveloperMetadata", [])
    assert [item["developerMetadata"]["metadataId"] for item in matched] == found
    assert all(item["dataFilters"] == [data_filter] for item in matched)


def test_metadata_stand_where_google_shows_them(marked):
    everything = marked.everything()
    assert everything["developerMetadata"] == [
        {
            "metadataId": 1,
            "metadataKey": "book",
            "metadataValue": "b",
            "location": {"locationType": "SPREADSHEET", "spreadsheet": True},
            "visibility": "DOCUMENT",
        }
    ]
    sheet = everything["sheets"][0]
    assert sheet["developerMetadata"][0]["location"] == {"locationType": "SHEET", "sheetId": 0}
    assert sheet["data"][0]["columnMetadata"][1]["developerMetadata"][0]["metadataId"] == 3
    assert sheet["data"][0]["rowMetadata"][4]["developerMetadata"][0]["metadataId"] == 4


def test_metadata_change_and_go(marked):
    change = {
        "dataFilters": [lookup(metadataId=3)],
        "developerMetadata": {"metadataValue": "new"},
        "fields": "metadataValue",
    }
    reply = marked.batch({"updateDeveloperMetadata": change})[0]["updateDeveloperMetadata"]
    assert [item["metadataValue"] for item in reply["developerMetadata"]] == ["new"]
    reply = marked.batch({"deleteDeveloperMetadata": {"dataFilter": lookup(metadataKey="sheet")}})
    deleted = reply[0]["deleteDeveloperMetadata"]["deletedDeveloperMetadata"]
    assert [item["metadataId"] for item in deleted] == [2, 5]
    marked.batch(delete("COLUMNS", 1, 2), {"deleteSheet": {"sheetId": 1}})
    found = marked.call(sheets.metadata_search, {"dataFilters": [{"a1Range": "Sheet1"}]})
    assert [item["developerMetadata"]["metadataId"] for item in found["matchedDeveloperMetadata"]] == [4]
    assert marked.error(sheets.metadata_get, path={"metadataId": "3"})[0] == 404


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (
            metadata("k", "", {"spreadsheet": True}, 1),
            "Cannot add developer metadata with ID [1] because developer metadata with that ID already exists.",
        ),
        (
            metadata("k", "", {"dimensionRange": span("ROWS", 1, 3)}),
            "Developer metadata can only be associated with a single row or column.",
        ),
        (metadata("", "", {"spreadsheet": True}), "Developer metadata key must be specified."),
        (metadata("k", "", {}), "Developer metadata location must be specified."),
    ],
)
def test_metadata_refused(marked, request_, message):
    assert marked.refused(request_) == f"Invalid requests[0].createDeveloperMetadata: {message}"


def test_values_by_data_filters(marked):
    marked.put("A1", [["a", "b"], ["c", "d"]])
    column, cells = lookup(metadataKey="column"), {"a1Range": "A1:A2"}
    got = marked.call(
        sheets.values_batch_get_by_data_filter,
        {"dataFilters": [column, cells], "valueRenderOption": "UNFORMATTED_VALUE"},
    )
    assert got["valueRanges"] == [
        {
            "valueRange": {"range": "Sheet1!B1:B20", "majorDimension": "ROWS", "values": [["b"], ["d"]]},
            "dataFilters": [column],
        },
        {
            "valueRange": {"range": "Sheet1!A1:A2", "majorDimension": "ROWS", "values": [["a"], ["c"]]},
            "dataFilters": [cells],
        },
    ]
    body = {"valueInputOption": "RAW", "data": [{"dataFilter": column, "values": [["x"], ["y"]]}]}
    answer = marked.call(sheets.values_batch_update_by_data_filter, body)
    assert answer["totalUpdatedCells"] == 2
    assert answer["responses"][0]["dataFilter"] == column
    assert answer["responses"][0]["updatedRange"] == "Sheet1!B1:B2"
    cleared = marked.call(sheets.values_batch_clear_by_data_filter, {"dataFilters": [cells]})
    assert cleared["clearedRanges"] == ["Sheet1!A1:A2"]
    assert marked.values("Sheet1!A1:B2") == [["", "x"], ["", "y"]]
    shown_book = marked.call(sheets.get_by_data_filter, {"dataFilters": [column], "includeGridData": True})
    assert shown_book["sheets"][0]["data"][0]["startColumn"] == 1


# --- charts and other things on sheets -------------------------------------------------------------------------------


def chart_on(*sources, anchor=(0, 4), number=None, kind="COLUMN"):
    series = [{"series": {"sourceRange": {"sources": [source]}}} for source in sources]
    spec = {"title": "T", "basicChart": {"chartType": kind, "series": series}}
    cell = {"sheetId": 0, "rowIndex": anchor[0], "columnIndex": anchor[1]}
    chart = {"spec": spec, "position": {"overlayPosition": {"anchorCell": cell}}}
    return {"addChart": {"chart": chart | ({"chartId": number} if number else {})}}


def test_charts_are_added_changed_moved_and_deleted(doc):
    reply = doc.batch(chart_on(grid(0, 4, 0, 1), number=8))[0]["addChart"]["chart"]
    assert reply["chartId"] == 8
    assert reply["position"]["overlayPosition"]["anchorCell"] == {"rowIndex": 0, "columnIndex": 4}
    assert (
        doc.refused(chart_on(grid(0, 1), number=8)) == "Invalid requests[0].addChart: Chart with id 8 already exists."
    )
    spec = {"title": "New", "pieChart": {"series": {"sourceRange": {"sources": [grid(0, 2, 0, 1)]}}}}
    move = {"overlayPosition": {"anchorCell": {"sheetId": 0, "rowIndex": 9, "columnIndex": 1}, "widthPixels": 300}}
    doc.batch(
        {"updateChartSpec": {"chartId": 8, "spec": spec}},
        {"updateEmbeddedObjectPosition": {"objectId": 8, "newPosition": move, "fields": "anchorCell,widthPixels"}},
    )
    chart = doc.sheet()["charts"][0]
    assert chart["spec"]["title"] == "New"
    assert "basicChart" not in chart["spec"]
    assert chart["position"]["overlayPosition"] == {
        "anchorCell": {"rowIndex": 9, "columnIndex": 1},
        "widthPixels": 300,
    }
    doc.batch({"deleteEmbeddedObject": {"objectId": 8}})
    assert "charts" not in doc.sheet()
    message = doc.refused({"deleteEmbeddedObject": {"objectId": 8}})
    assert message == "Invalid requests[0].deleteEmbeddedObject: No embedded object with id: 8"


def test_a_filter_hides_rows(doc):
    doc.put("A1", [["h"], ["x"], ["y"]])
    doc.batch({"setBasicFilter": {"filter": {"range": grid(0, 3, 0, 1), "criteria": {"0": {"hiddenValues": ["x"]}}}}})
    rows = doc.sheet(includeGridData="true")["data"][0]["rowMetadata"]
    assert rows[:3] == [{"pixelSize": 21}, {"pixelSize": 21, "hiddenByFilter": True}, {"pixelSize": 21}]
    doc.batch({"clearBasicFilter": {"sheetId": 0}})
    assert "basicFilter" not in doc.sheet()
    assert doc.sheet(includeGridData="true")["data"][0]["rowMetadata"][1] == {"pixelSize": 21}


def test_filter_views_and_slicers(doc):
    view = {"filterViewId": 3, "title": "V", "range": grid(0, 5)}
    doc.batch(
        {"addFilterView": {"filter": view}},
        {"duplicateFilterView": {"filterId": 3}},
        {"updateFilterView": {"filter": {"filterViewId": 3, "title": "W"}, "fields": "title"}},
        {
            "addSlicer": {
                "slicer": {
                    "slicerId": 4,
                    "spec": {"dataRange": grid(0, 5), "columnIndex": 0, "title": "S"},
                    "position": {"overlayPosition": {"anchorCell": {"sheetId": 0}}},
                }
            }
        },
        {"updateSlicerSpec": {"slicerId": 4, "spec": {"title": "Z"}, "fields": "title"}},
    )
    sheet = doc.sheet()
    assert [item["title"] for item in sheet["filterViews"]] == ["W", "Copy of V"]
    assert sheet["slicers"][0]["spec"]["title"] == "Z"
    doc.batch({"deleteFilterView": {"filterId": 3}}, {"deleteEmbeddedObject": {"objectId": 4}})
    assert "slicers" not in doc.sheet()


def test_tables(doc):
    doc.put("A1", [["名", "数"], ["a", 1]])
    reply = doc.batch({"addTable": {"table": {"name": "T", "tableId": "t", "range": grid(0, 3, 0, 2)}}})
    assert reply[0]["addTable"]["table"]["columnProperties"] == [
        {"columnName": "名"},
        {"columnIndex": 1, "columnName": "数"},
    ]
    doc.batch({"appendCells": {"tableId": "t", "rows": [row_of("b", 2)], "fields": "userEnteredValue"}})
    assert doc.values() == [["名", "数"], ["a", 1], ["b", 2]]
    doc.batch({"deleteTable": {"tableId": "t"}})
    assert doc.values() == []


# --- editing ---------------------------------------------------------------------------------------------------------


def test_sorting(doc):
    doc.put("A1", [["h", ""], ["b", 2], ["", 9], ["A", 1], [10, 3], ["b", 1]])
    specs = [{"dimensionIndex": 0, "sortOrder": "ASCENDING"}, {"dimensionIndex": 1, "sortOrder": "DESCENDING"}]
    doc.batch({"sortRange": {"range": grid(1, 6, 0, 2), "sortSpecs": specs}})
    assert doc.values() == [["h"], [10, 3], ["A", 1], ["b", 2], ["b", 1], ["", 9]]
    doc.batch(
        {"sortRange": {"range": grid(1, 6, 0, 2), "sortSpecs": [{"dimensionIndex": 0, "sortOrder": "DESCENDING"}]}}
    )
    assert doc.values() == [["h"], ["b", 2], ["b", 1], ["A", 1], [10, 3], ["", 9]]


def test_sorting_takes_formulas_and_formats_along(doc):
    doc.type("A1", "2", "=A1*10")
    doc.type("A2", "50%", "=A2*10")
    doc.batch({"sortRange": {"range": grid(0, 2, 0, 2), "sortSpecs": [{"dimensionIndex": 0}]}})
    assert doc.values(render="FORMULA") == [[0.5, "=A1*10"], [2, "=A2*10"]]
    assert doc.format_of("A1") == {"type": "PERCENT", "pattern": "0%"}


def test_find_and_replace(doc):
    doc.put("A1", [["cat", "Cat hat"], ["concat", 5]])
    doc.type("A3", '="cat"')
    request = {"find": "cat", "replacement": "dog", "allSheets": True}
    assert doc.batch({"findReplace": request}) == [
        {"findReplace": {"valuesChanged": 3, "occurrencesChanged": 3, "rowsChanged": 2, "sheetsChanged": 1}}
    ]
    assert doc.values("A1:B2") == [["dog", "dog hat"], ["condog", 5]]
    request = {"find": "^(d)og$", "replacement": "$1uck", "searchByRegex": True, "sheetId": 0, "matchCase": True}
    doc.batch({"findReplace": request})
    assert doc.values("A1") == [["duck"]]
    request = {"find": "cat", "replacement": "cow", "includeFormulas": True, "range": grid(2, 3)}
    assert doc.batch({"findReplace": request})[0]["findReplace"]["formulasChanged"] == 1
    assert doc.batch({"findReplace": {"find": "nothing", "allSheets": True}}) == [{"findReplace": {}}]


def test_copy_and_paste(doc):
    doc.type("A1", "50%", "=A1*2")
    copy = {"source": grid(0, 1, 0, 2), "destination": grid(2, 4, 0, 2)}
    doc.batch({"copyPaste": copy})
    assert doc.values("A3:B4", "FORMULA") == [[0.5, "=A3*2"], [0.5, "=A4*2"]]
    assert doc.format_of("A4") == {"type": "PERCENT", "pattern": "0%"}
    doc.batch({"copyPaste": {"source": grid(0, 1, 0, 2), "destination": grid(5, 6, 0, 2), "pasteType": "PASTE_VALUES"}})
    assert doc.values("A6:B6", "FORMULA") == [[0.5, 1]]
    assert doc.format_of("A6") is None
    turned = {
        "source": grid(0, 1, 0, 2),
        "destination": grid(7, 8, 3, 4),
        "pasteOrientation": "TRANSPOSE",
        "pasteType": "PASTE_VALUES",
    }
    doc.batch({"copyPaste": turned})
    assert doc.values("D8:D9") == [[0.5], [1]]
    doc.batch(
        {"copyPaste": {"source": grid(0, 1, 0, 1), "destination": grid(9, 10, 0, 1), "pasteType": "PASTE_FORMAT"}}
    )
    assert doc.values("A10") == []
    assert doc.format_of("A10") == {"type": "PERCENT", "pattern": "0%"}


def test_cut_and_paste(doc):
    doc.put("A1", [["a", "b"]])
    doc.type("D1", "=A1")
    doc.batch(
        {"cutPaste": {"source": grid(0, 1, 0, 2), "destination": {"sheetId": 0, "rowIndex": 4, "columnIndex": 1}}}
    )
    assert doc.values("A1:E5") == [["", "", "", "a"], [], [], [], ["", "a", "b"]]
    assert doc.values("D1", "FORMULA") == [["=B5"]]


def test_filling_down(doc):
    doc.put("A1", [[1, "x"], [3, "y"]])
    doc.type("C1", "=A1*2")
    doc.batch(
        {"autoFill": {"sourceAndDestination": {"source": grid(0, 2, 0, 2), "dimension": "ROWS", "fillLength": 2}}},
        {"autoFill": {"range": grid(0, 4, 2, 3)}},
    )
    assert doc.values("A1:C4", "FORMULA") == [
        [1, "x", "=A1*2"],
        [3, "y", "=A2*2"],
        [5, "x", "=A3*2"],
        [7, "y", "=A4*2"],
    ]


def test_trimming_splitting_and_removing_duplicates(doc):
    doc.put("A1", [["  a   b "], ["c,1"], ["c,1"], ["C,1"], ["d"]])
    assert doc.batch({"trimWhitespace": {"range": grid(0, 5, 0, 1)}}) == [{"trimWhitespace": {"cellsChangedCount": 1}}]
    assert doc.values("A1") == [["a b"]]
    assert doc.batch({"deleteDuplicates": {"range": grid(0, 5, 0, 1)}}) == [
        {"deleteDuplicates": {"duplicatesRemovedCount": 2}}
    ]
    assert doc.values() == [["a b"], ["c,1"], ["d"]]
    doc.batch({"textToColumns": {"source": grid(0, 3, 0, 1), "delimiterType": "COMMA"}})
    assert doc.values() == [["a b"], ["c", 1], ["d"]]


def test_shuffling_and_pasting_data(doc):
    doc.batch({"pasteData": {"coordinate": {"sheetId": 0}, "data": "1,x\n2,y", "delimiter": ","}})
    assert doc.values() == [[1, "x"], [2, "y"]]
    doc.batch({"randomizeRange": {"range": grid(0, 2)}})
    assert sorted(doc.values()) == [[1, "x"], [2, "y"]]


# --- snapshots -------------------------------------------------------------------------------------------------------


def test_a_mask_that_names_data_brings_them(doc):
    doc.batch({"repeatCell": {"range": grid(1, 2, 1, 2), "cell": {"note": "n"}, "fields": "note"}})
    rows = doc.sheet(fields="sheets.data.rowData.values.note")["data"][0]["rowData"]
    assert rows == [{}, {"values": [{}, {"note": "n"}]}]
    assert "data" not in doc.sheet(fields="sheets.properties", includeGridData="true")
    assert "data" not in doc.sheet(fields="sheets")
    assert "data" in doc.sheet(fields="sheets", includeGridData="true")


def test_grid_data_of_ranges(doc):
    doc.put("B2", [["x"]])
    answer = doc.call(sheets.get, ranges=["B2:C3", "E5"], includeGridData="true")["sheets"][0]["data"]
    assert (answer[0]["startRow"], answer[0]["startColumn"]) == (1, 1)
    assert answer[0]["rowData"][0]["values"][0]["formattedValue"] == "x"
    assert len(answer[0]["rowMetadata"]) == 2
    assert "rowData" not in answer[1]


def test_a_get_that_names_ranges_has_their_sheets_and_merges_only():
    doc = Doc("A", "B")
    doc.batch(
        {"mergeCells": {"range": grid(0, 2, 0, 2, sheet=1), "mergeType": "MERGE_ALL"}},
        {"mergeCells": {"range": grid(5, 6, 0, 2, sheet=1), "mergeType": "MERGE_ALL"}},
    )
    answer = doc.call(sheets.get, ranges="B!A1:A2")["sheets"]
    assert [sheet["properties"]["title"] for sheet in answer] == ["B"]
    assert answer[0]["merges"] == [grid(0, 2, 0, 2, sheet=1)]


@pytest.mark.parametrize(
    "cell",
    [
        {"userEnteredValue": {"formulaValue": '=HYPERLINK("#gid=0&range=B2","go")'}},
        {
            "userEnteredValue": {"stringValue": "go"},
            "userEnteredFormat": {"textFormat": {"link": {"uri": "#gid=0&range=B2"}}},
        },
        {
            "userEnteredValue": {"stringValue": "go"},
            "textFormatRuns": [{"format": {"link": {"uri": "#gid=0&range=B2"}}}],
        },
    ],
)
def test_links(doc, cell):
    fields = "userEnteredValue,userEnteredFormat,textFormatRuns"
    doc.batch({"updateCells": {"start": {"sheetId": 0}, "rows": [{"values": [cell]}], "fields": fields}})
    shown_cell = doc.cell("A1")
    assert shown_cell["hyperlink"] == "#gid=0&range=B2"
    assert shown_cell["formattedValue"] == "go"


# --- speed and exports -----------------------------------------------------------------------------------------------


def test_large_sheets_are_quick():
    doc = Doc(rows=2000, columns=12)
    rows = [
        row_of(*(f"r{row}c{column}" if column % 2 else row * column for column in range(12))) for row in range(2000)
    ]
    body = {"updateCells": {"start": {"sheetId": 0}, "rows": rows, "fields": "userEnteredValue"}}
    began = time.perf_counter()
    doc.batch(body)
    assert time.perf_counter() - began < 1
    best = 9.0
    for _ in range(3):
        began = time.perf_counter()
        assert len(doc.values()) == 2000
        best = min(best, time.perf_counter() - began)
    assert best < 0.2


def test_the_exported_workbook_has_what_the_sheet_has():
    doc = Doc("入学", "Hidden", locale="zh_CN")
    doc.type("A1", "姓名", "2026年9月1日", "50%", "=1+2", '=HYPERLINK("#gid=1&range=B2","去")')
    red = {"userEnteredFormat": {"backgroundColor": {"red": 1}, "textFormat": {"bold": True}}, "note": "注"}
    doc.batch(
        {"repeatCell": {"range": grid(0, 1, 0, 1), "cell": red, "fields": "userEnteredFormat,note"}},
        {"mergeCells": {"range": grid(2, 3, 0, 3), "mergeType": "MERGE_ALL"}},
        {"updateSheetProperties": {"properties": {"sheetId": 1, "hidden": True}, "fields": "hidden"}},
        {
            "updateSheetProperties": {
                "properties": {"sheetId": 0, "gridProperties": {"frozenRowCount": 1}},
                "fields": "gridProperties.frozenRowCount",
            }
        },
        {
            "updateDimensionProperties": {
                "range": span("COLUMNS", 1, 2),
                "properties": {"pixelSize": 210},
                "fields": "pixelSize",
            }
        },
        {
            "updateDimensionProperties": {
                "range": span("COLUMNS", 2, 3),
                "properties": {"hiddenByUser": True},
                "fields": "hiddenByUser",
            }
        },
        {"setDataValidation": {"range": grid(1, 5, 5, 6), "rule": one_of_range("=Hidden!A1:A3", strict=True)}},
        {
            "addConditionalFormatRule": {
                "rule": custom('=$A1<>""', [grid(0, 9, 6, 7)], backgroundColor={"blue": 1}),
                "index": 0,
            }
        },
        {"setBasicFilter": {"filter": {"range": grid(0, 5, 0, 3)}}},
        chart_on(grid(0, 4, 3, 4)),
    )
    made = openpyxl.load_workbook(io.BytesIO(export(doc.store.books[doc.id], XLSX)))
    page = made["入学"]
    assert made["Hidden"].sheet_state == "hidden"
    assert page["A1"].fill.start_color.rgb == "FFFF0000"
    assert page["A1"].font.bold
    assert page["A1"].comment.text == "注"
    assert (page["B1"].number_format, page["C1"].number_format) == ('yyyy"年"m"月"d"日"', "0%")
    assert page["B1"].value.isoformat()[:10] == "2026-09-01"
    assert page["D1"].value == "=1+2"
    assert page["E1"].hyperlink.location == "'Hidden'!B2"
    assert [str(item) for item in page.merged_cells.ranges] == ["A3:C3"]
    assert page.freeze_panes == "A2"
    assert round(page.column_dimensions["B"].width) == 30
    assert page.column_dimensions["C"].hidden
    assert page.data_validations.dataValidation[0].formula1 == "Hidden!$A$1:$A$3"
    assert page.auto_filter.ref == "A1:C5"
    assert len(page.conditional_formatting) == 1
    cached = openpyxl.load_workbook(io.BytesIO(export(doc.store.books[doc.id], XLSX)), data_only=True)
    assert cached["入学"]["D1"].value == 3


@pytest.mark.parametrize(
    ("mime_type", "content"),
    [("text/csv", 'a,"b,c"\r\n1,50%'), ("text/tab-separated-values", "a\tb,c\r\n1\t50%")],
)
def test_exports_as_text(doc, mime_type, content):
    doc.put("A1", [["a", "b,c"]])
    doc.type("A2", "1", "50%")
    assert export(doc.store.books[doc.id], mime_type).decode() == content


# --- there and back again --------------------------------------------------------------------------------------------


@pytest.fixture
def full():
    doc = Doc("Sheet1", "Other")
    doc.put("A1", [[row * 10 + column for column in range(6)] for row in range(10)])
    doc.type("G1", "=SUM(A1:F10)", "=$C$4+E6")
    doc.type("Other!A1", "=Sheet1!D5", "=SUM(Sheet1!B:D)")
    rows = {"firstBandColor": {"red": 1}, "secondBandColor": {"green": 1}}
    frozen = {"sheetId": 0, "gridProperties": {"frozenRowCount": 1}}
    doc.batch(
        {"mergeCells": {"range": grid(2, 4, 2, 4), "mergeType": "MERGE_ALL"}},
        {"addProtectedRange": {"protectedRange": {"protectedRangeId": 1, "range": grid(3, 7, 1, 5)}}},
        {"addNamedRange": {"namedRange": {"namedRangeId": "n", "name": "n", "range": grid(1, 9, 1, 4)}}},
        {"addBanding": {"bandedRange": {"bandedRangeId": 2, "range": grid(0, 8, 0, 5), "rowProperties": rows}}},
        {"addConditionalFormatRule": {"rule": custom("=$B4>3", [grid(3, 8, 0, 4)], backgroundColor={}), "index": 0}},
        {"setDataValidation": {"range": grid(2, 6, 5, 6), "rule": one_of_range("=Other!A1:A3")}},
        {"setBasicFilter": {"filter": {"range": grid(0, 9, 0, 5), "criteria": {"3": {"hiddenValues": ["33"]}}}}},
        {"addFilterView": {"filter": {"filterViewId": 4, "title": "v", "range": grid(1, 9, 0, 5)}}},
        {"addDimensionGroup": {"range": span("ROWS", 3, 6)}},
        {
            "updateDimensionProperties": {
                "range": span("ROWS", 4, 6),
                "properties": {"pixelSize": 30},
                "fields": "pixelSize",
            }
        },
        {"updateSheetProperties": {"properties": frozen, "fields": "gridProperties.frozenRowCount"}},
        metadata("r", "", {"dimensionRange": span("ROWS", 5, 6)}, 6),
        metadata("c", "", {"dimensionRange": span("COLUMNS", 3, 4)}, 7),
        chart_on(grid(0, 9, 0, 1), grid(0, 9, 4, 5), anchor=(6, 6), number=8),
    )
    return doc


@pytest.mark.parametrize("dimension", ["ROWS", "COLUMNS"])
@pytest.mark.parametrize("start", range(8))
def test_what_comes_in_and_goes_out_leaves_no_trace(full, dimension, start):
    before = full.everything()
    full.batch(insert(dimension, start, 2))
    assert full.everything() != before
    full.batch(delete(dimension, start, start + 2))
    assert full.everything() == before


@pytest.mark.parametrize(
    ("dimension", "start", "end", "to"),
    [("ROWS", 6, 7, 9), ("COLUMNS", 6, 7, 8), ("COLUMNS", 4, 6, 1), ("ROWS", 8, 9, 5)],
)
def test_what_is_moved_and_moved_back_is_as_before(full, dimension, start, end, to):
    before = full.values(render="FORMULA"), full.values("Other", "FORMULA"), full.call(sheets.get)["namedRanges"]
    full.batch({"moveDimension": {"source": span(dimension, start, end), "destinationIndex": to}})
    assert full.values(render="FORMULA") != before[0]
    count = end - start
    at, back = (to - count, start) if to > end else (to, end)
    full.batch({"moveDimension": {"source": span(dimension, at, at + count), "destinationIndex": back}})
    after = full.values(render="FORMULA"), full.values("Other", "FORMULA"), full.call(sheets.get)["namedRanges"]
    assert after == before


@pytest.mark.parametrize(
    ("kind", "values", "lit"),
    [
        ("NUMBER_GREATER", ["2"], [False, False, True, False, False]),
        ("NUMBER_BETWEEN", ["1", "2"], [True, True, False, False, False]),
        ("NUMBER_NOT_EQ", ["1"], [False, True, True, False, False]),
        ("TEXT_CONTAINS", ["b"], [False, False, False, True, False]),
        ("TEXT_EQ", ["ABC"], [False, False, False, True, False]),
        ("BLANK", [], [False, False, False, False, True]),
        ("NOT_BLANK", [], [True, True, True, True, False]),
        ("CUSTOM_FORMULA", ["=ISTEXT($A1)"], [False, False, False, True, False]),
        ("CUSTOM_FORMULA", ["=A1=A$1"], [True, False, False, False, False]),
    ],
)
def test_conditional_formats_light_up(doc, kind, values, lit):
    doc.put("A1", [[1], [2], [3], ["abc"]])
    note = {"range": grid(0, 5, 0, 1), "cell": {"note": "n"}, "fields": "note"}
    condition = {"type": kind} | ({"values": [{"userEnteredValue": value} for value in values]} if values else {})
    rule = {
        "ranges": [grid(0, 5, 0, 1)],
        "booleanRule": {"condition": condition, "format": {"backgroundColor": {"red": 1}}},
    }
    doc.batch({"repeatCell": note}, {"addConditionalFormatRule": {"rule": rule, "index": 0}})
    colours = [doc.cell(f"A{row}")["effectiveFormat"]["backgroundColor"] for row in range(1, 6)]
    assert [colour == {"red": 1} for colour in colours] == lit


def test_a_folded_group_hides_its_rows(doc):
    doc.batch(
        {"addDimensionGroup": {"range": span("ROWS", 1, 3)}},
        {
            "updateDimensionGroup": {
                "dimensionGroup": {"range": span("ROWS", 1, 3), "depth": 1, "collapsed": True},
                "fields": "collapsed",
            }
        },
    )
    sheet = doc.sheet(includeGridData="true")
    assert sheet["rowGroups"][0]["collapsed"] is True
    hidden = [meta.get("hiddenByUser", False) for meta in sheet["data"][0]["rowMetadata"][:4]]
    assert hidden == [False, True, True, False]


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("=ADDRESS(7,4)", "$D$7"),
        ("=ADDRESS(ROW(D7),COLUMN(D7),4)", "D7"),
        ('=ADDRESS(1,28,3,TRUE,"九月 24")', "'九月 24'!$AB1"),
        ("=N(TRUE)", 1),
        ('=N("7")', 0),
    ],
)
def test_functions_that_name_cells(doc, formula, value):
    doc.type("C1", formula)
    assert doc.values("C1") == [[value]]


def test_what_is_looked_for_may_hold_wildcards(doc):
    doc.put("A1:A3", [["axb"], ["a*b"], ["a~b"]])
    doc.type("C1", '=MATCH("a~*b",A1:A3,0)', '=MATCH("a*b",A1:A3,0)', '=MATCH("a~~b",A1:A3,0)')
    assert doc.values("C1:E1") == [[2, 1, 3]]
