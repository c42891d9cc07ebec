"""Unmodified gspread against the stand-in: every public method, and what gspread's user guide shows."""

import inspect
import io
import re
import zipfile
from datetime import UTC, datetime

import gspread
import numpy as np
import openpyxl
import pandas as pd
import pytest
from gspread.exceptions import APIError, GSpreadException, SpreadsheetNotFound, WorksheetNotFound
from gspread.utils import (
    DateTimeOption,
    Dimension,
    ExportFormat,
    GridRangeType,
    InsertDataOption,
    MergeType,
    PasteOrientation,
    PasteType,
    TableDirection,
    ValidationConditionType,
    ValueInputOption,
    ValueRenderOption,
)
from standins.fixtures import sheets  # noqa: F401

COVERED = {}
CLASSES = {"Client": gspread.Client, "Spreadsheet": gspread.Spreadsheet, "Worksheet": gspread.Worksheet}


def covers(*methods):
    """Enters a test into the register of gspread's methods, each as `Class.method`."""

    def enter(test):
        for method in methods:
            COVERED.setdefault(method, []).append(test)
        return test

    return enter


def public(kind):
    return {f"{kind}.{name}" for name in dir(CLASSES[kind]) if not name.startswith("_")}


@pytest.mark.parametrize("kind", CLASSES)
def test_every_public_method_is_exercised(kind):
    assert public(kind) - set(COVERED) == set()


def test_the_register_names_only_what_there_is_and_what_the_tests_call():
    assert set(COVERED) - set().union(*(public(kind) for kind in CLASSES)) == set()
    for method, tests in COVERED.items():
        call = "." + method.partition(".")[2]
        assert any(call in inspect.getsource(test) for test in tests), method


@pytest.fixture
def gc(sheets):  # noqa: F811
    return sheets.client()


@pytest.fixture
def book(gc):
    return gc.create("登记表")


@pytest.fixture
def tab(book):
    return book.sheet1


GRID = [["A1", "B1", "", "D1"], ["", "b2", "", ""], ["", "", "", ""], ["A4", "B4", "", "D4"]]


def properties(book, tab):
    """A sheet as the API shows it now."""
    return next(s for s in book.fetch_sheet_metadata()["sheets"] if s["properties"]["sheetId"] == tab.id)


def grid(book, tab):
    return properties(book, tab)["properties"]["gridProperties"]


def cells(book, area, fields):
    """Parts of the cells of an area, row by row."""
    params = {"ranges": area, "fields": f"sheets.data.rowData.values({fields})"}
    data = book.fetch_sheet_metadata(params=params)["sheets"][0]["data"][0]
    return [row.get("values", []) for row in data.get("rowData", [])]


# The methods of Client - opening, creating, listing


@covers("Client.open", "Client.open_by_key", "Client.open_by_url", "Client.create")
def test_opening_by_title_key_and_url(gc):
    made = gc.create("My poor gym results")
    assert gc.open("My poor gym results").id == made.id
    assert gc.open_by_key(made.id).title == "My poor gym results"
    assert gc.open_by_url(f"https://docs.google.com/spreadsheets/d/{made.id}/edit#gid=0").id == made.id
    assert gc.open_by_url(made.url).id == made.id
    with pytest.raises(SpreadsheetNotFound):
        gc.open("Please don't use this phrase as a name of a sheet.")
    for missing in (
        lambda: gc.open_by_key("test"),
        lambda: gc.open_by_url("https://docs.google.com/spreadsheets/d/test"),
    ):
        with pytest.raises(SpreadsheetNotFound):
            missing()


@covers("Client.open")
def test_of_two_with_one_title_the_latest_is_opened(gc):
    gc.create("同名")
    latest = gc.create("同名")
    assert gc.open("同名").id == latest.id


@covers("Client.create")
def test_a_new_spreadsheet_has_one_empty_sheet(gc):
    made = gc.create("新建")
    assert [(tab.title, tab.id, tab.row_count, tab.col_count) for tab in made.worksheets()] == [("Sheet1", 0, 1000, 26)]
    assert made.sheet1.get_all_values() == [[]]


@covers("Client.create", "Client.list_spreadsheet_files", "Client.open")
def test_a_folder_holds_its_spreadsheets(sheets, gc):  # noqa: F811
    folder = sheets.add_file(name="学年", mimeType="application/vnd.google-apps.folder")["id"]
    inside = gc.create("里面", folder_id=folder)
    gc.create("外面")
    assert [file["name"] for file in gc.list_spreadsheet_files(folder_id=folder)] == ["里面"]
    assert gc.list_spreadsheet_files(title="外面", folder_id=folder) == []
    assert gc.open("里面", folder_id=folder).id == inside.id


@covers("Client.list_spreadsheet_files", "Client.openall")
def test_listing_and_opening_all(sheets, gc):  # noqa: F811
    sheets.add_file(name="图片", mimeType="image/png")
    for title in ("一", "二", "二"):
        gc.create(title)
    files = gc.list_spreadsheet_files()
    assert sorted(file["name"] for file in files) == ["一", "二", "二"]
    assert all(set(file) == {"id", "name", "createdTime", "modifiedTime"} for file in files)
    assert sorted(book.title for book in gc.openall()) == ["一", "二", "二"]
    opened = gc.openall("二")
    assert [book.title for book in opened] == ["二", "二"]
    assert all(book.locale and book.timezone for book in opened)


@covers("Client.del_spreadsheet")
def test_deleting_a_spreadsheet(gc, book):
    gc.del_spreadsheet(book.id)
    with pytest.raises(SpreadsheetNotFound):
        gc.open_by_key(book.id)
    with pytest.raises(APIError) as refusal:
        gc.del_spreadsheet(book.id)
    assert refusal.value.code == 404


@covers("Client.copy")
def test_copying_takes_the_sheets_and_what_is_asked_for(sheets, gc, book, tab):  # noqa: F811
    tab.update([["甲", 1], ["乙", 2]], "A1")
    tab.format("A1", {"textFormat": {"bold": True}})
    book.share("otto@example.com", perm_type="user", role="writer", notify=False)
    book.share(None, perm_type="anyone", role="reader")
    comments = f"https://www.googleapis.com/drive/v3/files/{book.id}/comments"
    for number in range(101):
        sheets.session().post(comments, params={"fields": "id"}, json={"content": f"评语{number}"})
    folder = sheets.add_file(name="夹", mimeType="application/vnd.google-apps.folder")["id"]
    copied = gc.copy(book.id, title="副本", copy_permissions=True, folder_id=folder)
    assert (copied.title, copied.sheet1.get_all_values()) == ("副本", [["甲", "1"], ["乙", "2"]])
    assert copied.fetch_sheet_metadata()["sheets"] == book.fetch_sheet_metadata()["sheets"]
    assert {(p["type"], p["role"], p.get("emailAddress")) for p in copied.list_permissions()} == {
        (p["type"], p["role"], p.get("emailAddress")) for p in book.list_permissions()
    }
    address = f"https://www.googleapis.com/drive/v3/files/{copied.id}/comments"
    answer = sheets.session().get(address, params={"fields": "comments/content", "pageSize": 100}).json()
    assert len(answer["comments"]) == 100
    copied.sheet1.clear()
    assert tab.acell("A1").value == "甲"
    plain = gc.copy(book.id, copy_comments=False)
    assert plain.title == "Copy of 登记表"
    assert [p["role"] for p in plain.list_permissions()] == ["owner"]


@covers("Client.import_csv")
def test_importing_a_csv_replaces_all_sheets_by_one(gc, book):
    book.add_worksheet("二", 10, 10)
    text = '名称,人数,日期\n"第一, 小学",1200,2024-09-01\n第二小学,"8",=1+1\n'
    answer = gc.import_csv(book.id, text)
    assert (answer["id"], answer["title"]) == (book.id, "登记表")
    opened = gc.open_by_key(book.id)
    [only] = opened.worksheets()
    assert (only.title, only.id != 0, opened.timezone) == ("登记表", True, "America/Los_Angeles")
    assert only.get_all_values() == [
        ["名称", "人数", "日期"],
        ["第一, 小学", "1200", "2024-09-01"],
        ["第二小学", "8", "2"],
    ]
    assert only.get("B2", value_render_option=ValueRenderOption.unformatted) == [[1200]]
    gc.import_csv(book.id, "甲;乙\n1;2".encode())
    assert gc.open_by_key(book.id).sheet1.get_all_values() == [["甲", "乙"], ["1", "2"]]


@covers("Client.export", "Spreadsheet.export")
@pytest.mark.parametrize(
    ("form", "expected"),
    [(ExportFormat.CSV, b"a1,\xe7\x94\xb2\r\n2,0.5"), (ExportFormat.TSV, b"a1\t\xe7\x94\xb2\r\n2\t0.5")],
)
def test_exporting_text(gc, book, tab, form, expected):
    tab.update([["a1", "甲"], [2, 0.5]], "A1")
    assert gc.export(book.id, form) == expected
    assert book.export(format=form) == expected


@covers("Client.export", "Spreadsheet.export")
def test_exporting_a_workbook_and_a_web_page(gc, book, tab):
    tab.update([["a1", "甲"], [2, "=A2*2"]], "A1", raw=False)
    tab.format("A1", {"textFormat": {"bold": True}})
    workbook = openpyxl.load_workbook(io.BytesIO(gc.export(book.id, ExportFormat.EXCEL)))
    assert workbook["Sheet1"]["B1"].value == "甲"
    assert workbook["Sheet1"]["A1"].font.bold
    with zipfile.ZipFile(io.BytesIO(book.export(ExportFormat.ZIPPED_HTML))) as archive:
        [page] = [name for name in archive.namelist() if name.endswith(".html")]
        assert "甲" in archive.read(page).decode()


@covers("Client.insert_permission", "Client.list_permissions", "Client.remove_permission")
def test_permissions_by_the_client(gc, book):
    made = gc.insert_permission(book.id, "otto@example.org", perm_type="user", role="writer").json()
    gc.insert_permission(book.id, None, perm_type="anyone", role="reader")
    gc.insert_permission(book.id, "example.org", perm_type="domain", role="reader")
    shown = gc.list_permissions(book.id)
    assert [(p["type"], p["role"]) for p in shown] == [
        ("user", "owner"),
        ("user", "writer"),
        ("anyone", "reader"),
        ("domain", "reader"),
    ]
    gc.remove_permission(book.id, made["id"])
    assert "otto@example.org" not in {p.get("emailAddress") for p in gc.list_permissions(book.id)}
    with pytest.raises(ValueError, match="Invalid permission type"):
        gc.insert_permission(book.id, "x", perm_type="robot", role="reader")


@covers("Client.get_file_drive_metadata")
def test_metadata_of_drive(gc, book):
    metadata = gc.get_file_drive_metadata(book.id)
    assert set(metadata) == {"id", "name", "createdTime", "modifiedTime"}
    assert (metadata["id"], metadata["name"]) == (book.id, "登记表")


@covers("Client.set_timeout")
def test_a_timeout(sheets, gc, book):  # noqa: F811
    gc.set_timeout(0.2)
    sheets.faults.add("latency", seconds=1, times=1)
    with pytest.raises(Exception, match="timed out"):
        book.fetch_sheet_metadata()
    gc.set_timeout(None)
    assert book.fetch_sheet_metadata()["spreadsheetId"] == book.id


@covers("Client.expiry")
def test_the_expiry_of_the_credentials(sheets):  # noqa: F811
    class Credentials:
        """What a client with credentials holds."""

        expiry = datetime(2030, 1, 1, tzinfo=UTC)

    client = sheets.client()
    client.http_client.auth = Credentials()
    assert client.expiry.year == 2030


# The methods of Spreadsheet


@covers(
    "Spreadsheet.id",
    "Spreadsheet.title",
    "Spreadsheet.url",
    "Spreadsheet.timezone",
    "Spreadsheet.locale",
    "Spreadsheet.sheet1",
)
def test_properties_of_a_spreadsheet(book):
    assert re.fullmatch(r"[a-zA-Z0-9-_]{44}", book.id)
    assert book.title == "登记表"
    assert book.url == f"https://docs.google.com/spreadsheets/d/{book.id}"
    assert (book.timezone, book.locale) == ("Etc/GMT", "en_US")
    assert book.sheet1.title == "Sheet1"
    assert repr(book) == f"<Spreadsheet '登记表' id:{book.id}>"


@covers(
    "Spreadsheet.creationTime",
    "Spreadsheet.lastUpdateTime",
    "Spreadsheet.get_lastUpdateTime",
    "Spreadsheet.update_drive_metadata",
)
@pytest.mark.filterwarnings("ignore:worksheet.lastUpdateTime is deprecated")
def test_times_of_a_spreadsheet(book, tab):
    created, first = book.creationTime, book.get_lastUpdateTime()
    assert datetime.fromisoformat(created) <= datetime.now(UTC)
    assert book.lastUpdateTime == first
    tab.update_acell("A1", "x")
    assert book.get_lastUpdateTime() > first
    assert book.lastUpdateTime == first
    book.update_drive_metadata()
    assert book.lastUpdateTime > first
    assert book.creationTime == created


@covers("Spreadsheet.update_title", "Spreadsheet.update_timezone", "Spreadsheet.update_locale")
def test_changing_title_time_zone_and_locale(gc, book):
    book.update_title("🎊 新标题 #123 🎉")
    book.update_timezone("Asia/Shanghai")
    book.update_locale("zh_CN")
    fetched = book.fetch_sheet_metadata()["properties"]
    assert (fetched["title"], fetched["timeZone"], fetched["locale"]) == ("🎊 新标题 #123 🎉", "Asia/Shanghai", "zh_CN")
    assert (book.title, book.timezone, book.locale) == ("🎊 新标题 #123 🎉", "Asia/Shanghai", "zh_CN")
    assert gc.open("🎊 新标题 #123 🎉").id == book.id
    with pytest.raises(APIError):
        book.update_timezone("Mars/Olympus")


@covers("Spreadsheet.fetch_sheet_metadata")
def test_metadata_of_a_spreadsheet(book, tab):
    tab.update_acell("A1", "x")
    metadata = book.fetch_sheet_metadata()
    assert set(metadata) == {"spreadsheetId", "properties", "sheets", "spreadsheetUrl"}
    assert metadata["properties"]["defaultFormat"]["textFormat"]["fontSize"] == 10
    assert metadata["sheets"] == [
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
    full = book.fetch_sheet_metadata(params={"includeGridData": "true", "ranges": "Sheet1!A1:B2"})
    cell = full["sheets"][0]["data"][0]["rowData"][0]["values"][0]
    assert (cell["formattedValue"], cell["userEnteredValue"]) == ("x", {"stringValue": "x"})


@covers("Spreadsheet.add_worksheet", "Spreadsheet.del_worksheet", "Spreadsheet.del_worksheet_by_id")
def test_adding_and_deleting_sheets(book):
    made = book.add_worksheet(title="A worksheet", rows=100, cols=20)
    first = book.add_worksheet(title="最前", rows="5", cols="4", index=0)
    assert (made.row_count, made.col_count, made.index) == (100, 20, 1)
    assert [(tab.title, tab.index) for tab in book.worksheets()] == [("最前", 0), ("Sheet1", 1), ("A worksheet", 2)]
    with pytest.raises(APIError) as refusal:
        book.add_worksheet(title="A worksheet", rows=1, cols=1)
    assert refusal.value.error["message"] == (
        'Invalid requests[0].addSheet: A sheet with the name "A worksheet" already exists. Please enter another name.'
    )
    book.del_worksheet(made)
    book.del_worksheet_by_id(str(first.id))
    assert [tab.title for tab in book.worksheets()] == ["Sheet1"]
    with pytest.raises(APIError) as last:
        book.del_worksheet(book.sheet1)
    assert last.value.code == 400
    with pytest.raises(ValueError, match="id should be int"):
        book.del_worksheet_by_id("x")


@covers(
    "Spreadsheet.get_worksheet", "Spreadsheet.get_worksheet_by_id", "Spreadsheet.worksheet", "Spreadsheet.worksheets"
)
def test_selecting_a_sheet(book):
    january = book.add_worksheet("January", 10, 10)
    assert book.get_worksheet(0).title == "Sheet1"
    assert book.get_worksheet(1).id == january.id
    assert book.get_worksheet_by_id(january.id).title == "January"
    assert book.get_worksheet_by_id(str(january.id)).title == "January"
    assert book.worksheet("January").id == january.id
    assert [tab.id for tab in book] == [tab.id for tab in book.worksheets()]
    for missing in (
        lambda: book.get_worksheet(9),
        lambda: book.get_worksheet_by_id(9),
        lambda: book.worksheet("no"),
    ):
        with pytest.raises(WorksheetNotFound):
            missing()


@covers("Spreadsheet.worksheets", "Worksheet.hide", "Worksheet.show", "Worksheet.isSheetHidden")
def test_hiding_sheets(book, tab):
    with pytest.raises(APIError) as refusal:
        tab.hide()
    assert refusal.value.error["message"] == (
        "Invalid requests[0].updateSheetProperties: You can't hide all the sheets in a document."
    )
    secret = book.add_worksheet("you cannot see me", 2, 2)
    secret.hide()
    assert secret.isSheetHidden
    assert [one.title for one in book.worksheets(exclude_hidden=True)] == ["Sheet1"]
    assert len(book.worksheets()) == 2
    secret.show()
    assert not book.worksheet("you cannot see me").isSheetHidden


@covers("Spreadsheet.reorder_worksheets", "Worksheet.update_index", "Worksheet.index")
def test_reordering_sheets(book):
    for title in ("二", "三", "四"):
        book.add_worksheet(title, 2, 2)
    book.reorder_worksheets(reversed(book.worksheets()))
    assert [tab.title for tab in book.worksheets()] == ["四", "三", "二", "Sheet1"]
    book.reorder_worksheets([book.worksheet("Sheet1")])
    assert [tab.title for tab in book.worksheets()] == ["Sheet1", "四", "三", "二"]
    last = book.worksheets()[-1]
    last.update_index(0)
    assert last.index == 0
    assert [(tab.title, tab.index) for tab in book.worksheets()] == [("二", 0), ("Sheet1", 1), ("四", 2), ("三", 3)]


@covers("Spreadsheet.duplicate_sheet", "Worksheet.duplicate")
def test_duplicating_a_sheet(book, tab):
    tab.update([["甲", "=1+1"]], "A1", raw=False)
    tab.insert_note("A1", "注")
    tab.merge_cells("C1:D2")
    twin = book.duplicate_sheet(tab.id, insert_sheet_index=0, new_sheet_id=123, new_sheet_name="孪生")
    assert (twin.id, twin.title, twin.index) == (123, "孪生", 0)
    assert twin.get_all_values() == [["甲", "2"]]
    assert twin.get_note("A1") == "注"
    assert properties(book, twin)["merges"][0]["sheetId"] == 123
    second = tab.duplicate()
    assert second.title == "Copy of Sheet1"
    assert tab.duplicate(new_sheet_name="再一").get_all_values() == [["甲", "2"]]
    with pytest.raises(APIError):
        tab.duplicate(new_sheet_id=123)


@covers("Spreadsheet.batch_update")
def test_a_batch_is_all_or_nothing(book):
    good = {"addSheet": {"properties": {"title": "好"}}}
    with pytest.raises(APIError) as refusal:
        book.batch_update({"requests": [good, {"deleteSheet": {"sheetId": 999}}]})
    assert refusal.value.code == 400
    assert refusal.value.error["message"].startswith("Invalid requests[1].deleteSheet: No sheet with id: 999")
    assert [tab.title for tab in book.worksheets()] == ["Sheet1"]
    answer = book.batch_update({"requests": [good], "includeSpreadsheetInResponse": True})
    assert answer["spreadsheetId"] == book.id
    assert answer["replies"][0]["addSheet"]["properties"]["title"] == "好"
    assert len(answer["updatedSpreadsheet"]["sheets"]) == 2


@covers(
    "Spreadsheet.values_get",
    "Spreadsheet.values_update",
    "Spreadsheet.values_append",
    "Spreadsheet.values_clear",
    "Spreadsheet.values_batch_get",
    "Spreadsheet.values_batch_update",
    "Spreadsheet.values_batch_clear",
)
def test_values_by_the_spreadsheet(book):
    book.add_worksheet("🌵 仙人掌", 10, 10)
    fruit = [["🍇", "🍉", "🍋"], ["🍐", "🍎", "🍓"]]
    answer = book.values_update("🌵 仙人掌!A1", params={"valueInputOption": "RAW"}, body={"values": fruit})
    assert answer == {
        "spreadsheetId": book.id,
        "updatedRange": "'🌵 仙人掌'!A1:C2",
        "updatedRows": 2,
        "updatedColumns": 3,
        "updatedCells": 6,
    }
    assert book.values_get("🌵 仙人掌") == {
        "range": "'🌵 仙人掌'!A1:J10",
        "majorDimension": "ROWS",
        "values": fruit,
    }
    columns = book.values_batch_get([f"🌵 仙人掌!{name}:{name}" for name in "ABC"])
    assert [one["values"] for one in columns["valueRanges"]] == [[["🍇"], ["🍐"]], [["🍉"], ["🍎"]], [["🍋"], ["🍓"]]]
    appended = book.values_append("🌵 仙人掌!A1", {"valueInputOption": "RAW"}, {"values": [["🥝"]]})
    assert appended["tableRange"] == "'🌵 仙人掌'!A1:C2"
    assert appended["updates"]["updatedRange"] == "'🌵 仙人掌'!A3"
    written = book.values_batch_update(
        {"valueInputOption": "USER_ENTERED", "data": [{"range": "Sheet1!A1", "values": [["=1/2"]]}]}
    )
    assert (written["totalUpdatedCells"], written["totalUpdatedSheets"]) == (1, 1)
    assert book.values_get("A1", params={"valueRenderOption": "UNFORMATTED_VALUE"})["values"] == [[0.5]]
    assert book.values_clear("🌵 仙人掌!A1:C1") == {"spreadsheetId": book.id, "clearedRange": "'🌵 仙人掌'!A1:C1"}
    cleared = book.values_batch_clear(body={"ranges": ["Sheet1!A1", "🌵 仙人掌!A:A"]})
    assert cleared["clearedRanges"] == ["Sheet1!A1", "'🌵 仙人掌'!A1:A10"]
    assert "values" not in book.values_get("Sheet1")


@covers("Spreadsheet.share", "Spreadsheet.list_permissions", "Spreadsheet.remove_permissions")
def test_sharing(book):
    book.share("otto@example.com", perm_type="user", role="writer")
    book.share("otto-family@example.com", perm_type="group", role="reader", notify=True, email_message="来看")
    book.share("example.com", perm_type="domain", role="reader", with_link=True)
    found = {p.get("emailAddress") or p.get("domain"): p["role"] for p in book.list_permissions()}
    assert found["otto@example.com"] == "writer"
    assert found["otto-family@example.com"] == "reader"
    assert found["example.com"] == "reader"
    assert book.remove_permissions("otto@example.com", role="reader") == []
    assert len(book.remove_permissions("otto@example.com", role="writer")) == 1
    assert len(book.remove_permissions("example.com")) == 1
    assert {p.get("emailAddress") for p in book.list_permissions()} == {
        "otto-family@example.com",
        "stand-in@example.iam.gserviceaccount.com",
    }


@covers("Spreadsheet.transfer_ownership", "Spreadsheet.accept_ownership")
def test_giving_a_spreadsheet_to_another(book):
    made = book.share("otto@example.com", perm_type="user", role="writer").json()
    assert book.transfer_ownership(made["id"]).ok
    assert next(p for p in book.list_permissions() if p["id"] == made["id"])["pendingOwner"] is True
    assert book.accept_ownership(made["id"]).ok
    assert {p["emailAddress"]: p["role"] for p in book.list_permissions()} == {
        "otto@example.com": "owner",
        "stand-in@example.iam.gserviceaccount.com": "writer",
    }


@covers(
    "Spreadsheet.named_range",
    "Spreadsheet.list_named_ranges",
    "Worksheet.define_named_range",
    "Worksheet.delete_named_range",
)
def test_named_ranges(book, tab):
    tab.update([[1, 2], [3, 4]], "A1")
    made = tab.define_named_range("A1:B2", "TestNamedRange")["replies"][0]["addNamedRange"]["namedRange"]
    assert book.list_named_ranges() == [
        {
            "namedRangeId": made["namedRangeId"],
            "name": "TestNamedRange",
            "range": {"startRowIndex": 0, "endRowIndex": 2, "startColumnIndex": 0, "endColumnIndex": 2},
        }
    ]
    assert [cell.value for cell in book.named_range("TestNamedRange")] == ["1", "2", "3", "4"]
    assert [cell.value for cell in tab.range("TestNamedRange")] == ["1", "2", "3", "4"]
    assert tab.get("TestNamedRange") == [["1", "2"], ["3", "4"]]
    tab.batch_clear(["TestNamedRange"])
    assert tab.get_all_values() == [[]]
    tab.delete_named_range(made["namedRangeId"])
    assert book.list_named_ranges() == []
    assert book.fetch_sheet_metadata(params={"fields": "namedRanges"}) == {}


@covers("Spreadsheet.list_protected_ranges", "Worksheet.add_protected_range", "Worksheet.delete_protected_range")
def test_protected_ranges(book, tab):
    made = tab.add_protected_range(
        "A1:B2",
        editor_users_emails=["otto@example.com"],
        description="勿动",
        requesting_user_can_edit=True,
    )["replies"][0]["addProtectedRange"]["protectedRange"]
    tab.add_protected_range("D4", warning_only=True)
    assert made["requestingUserCanEdit"] is True
    first, second = book.list_protected_ranges(tab.id)
    assert first["protectedRangeId"] == made["protectedRangeId"]
    assert first["range"] == {"startRowIndex": 0, "endRowIndex": 2, "startColumnIndex": 0, "endColumnIndex": 2}
    assert set(first["editors"]["users"]) == {"otto@example.com", "stand-in@example.iam.gserviceaccount.com"}
    assert (first["description"], second["warningOnly"]) == ("勿动", True)
    tab.delete_protected_range(made["protectedRangeId"])
    assert len(book.list_protected_ranges(tab.id)) == 1
    with pytest.raises(WorksheetNotFound):
        book.list_protected_ranges(999)


# The methods of Worksheet - properties


@covers(
    "Worksheet.id",
    "Worksheet.title",
    "Worksheet.url",
    "Worksheet.spreadsheet",
    "Worksheet.row_count",
    "Worksheet.col_count",
    "Worksheet.column_count",
    "Worksheet.update_title",
)
def test_properties_of_a_sheet(book, tab):
    assert (tab.id, tab.title, tab.row_count, tab.col_count, tab.column_count) == (0, "Sheet1", 1000, 26, 26)
    assert tab.spreadsheet is book
    assert tab.url == f"https://docs.google.com/spreadsheets/d/{book.id}#gid=0"
    tab.update_title("December Transactions")
    assert tab.title == book.sheet1.title == "December Transactions"
    assert repr(tab) == "<Worksheet 'December Transactions' id:0>"


@covers("Worksheet.update_tab_color", "Worksheet.tab_color", "Worksheet.get_tab_color", "Worksheet.clear_tab_color")
def test_the_colour_of_a_tab(book, tab):
    assert tab.tab_color is None
    tab.update_tab_color("#FF0000")
    assert tab.tab_color == tab.get_tab_color() == "#FF0000"
    fetched = book.sheet1
    assert fetched.get_tab_color() == "#FF0000"
    assert properties(book, tab)["properties"]["tabColor"] == {"red": 1}
    tab.clear_tab_color()
    assert tab.tab_color is None
    assert book.sheet1.tab_color is None


@covers("Worksheet.resize", "Worksheet.add_rows", "Worksheet.add_cols")
def test_resizing(book, tab):
    tab.update_acell("C3", "边")
    tab.add_rows(10)
    tab.add_cols(4)
    assert grid(book, tab) == {"rowCount": 1010, "columnCount": 30}
    tab.resize(rows=2)
    tab.resize(cols=5)
    assert grid(book, tab) == {"rowCount": 2, "columnCount": 5}
    assert (tab.row_count, tab.col_count) == (2, 5)
    tab.resize(10, 10)
    assert tab.acell("C3").value is None
    with pytest.raises(TypeError):
        tab.resize()


@covers("Worksheet.freeze", "Worksheet.frozen_row_count", "Worksheet.frozen_col_count")
def test_freezing(book, tab):
    tab.freeze(2)
    tab.freeze(cols=1)
    assert (tab.frozen_row_count, tab.frozen_col_count) == (2, 1)
    assert (book.sheet1.frozen_row_count, book.sheet1.frozen_col_count) == (2, 1)
    tab.freeze(0, 0)
    assert grid(book, tab) == {"rowCount": 1000, "columnCount": 26}
    with pytest.raises(TypeError):
        tab.freeze()


@covers("Worksheet.hide_gridlines", "Worksheet.show_gridlines", "Worksheet.is_gridlines_hidden")
def test_grid_lines(book, tab):
    assert not tab.is_gridlines_hidden
    tab.hide_gridlines()
    assert tab.is_gridlines_hidden
    assert book.sheet1.is_gridlines_hidden
    tab.show_gridlines()
    assert not book.sheet1.is_gridlines_hidden


# The methods of Worksheet - reading


@covers("Worksheet.acell", "Worksheet.cell")
def test_reading_a_cell(tab):
    tab.update([["$12.00", "=2*3"]], "A1", raw=False)
    assert tab.acell("B1").value == tab.cell(1, 2).value == "6"
    assert tab.acell("b1", value_render_option="FORMULA").value == "=2*3"
    assert tab.cell(1, 2, value_render_option=ValueRenderOption.formula).value == "=2*3"
    assert tab.cell(1, 1, value_render_option=ValueRenderOption.unformatted).value == 12
    empty = tab.cell(5, 5)
    assert (empty.value, empty.row, empty.col, empty.address) == (None, 5, 5, "E5")


@covers("Worksheet.get")
def test_formatted_unformatted_and_formula(tab):
    tab.update_acell("A1", "$12.00")
    assert tab.get("A1:B2") == [["$12.00"]]
    assert tab.get("A1:B2", value_render_option=ValueRenderOption.unformatted) == [[12]]
    tab.update_acell("G6", "=1/1024")
    assert tab.get("G6", value_render_option=ValueRenderOption.formula) == [["=1/1024"]]
    assert tab.get("G6", value_render_option=ValueRenderOption.unformatted) == [[1 / 1024]]
    assert tab.acell("G6").numeric_value == 0.0009765625


@covers("Worksheet.get", "Worksheet.update")
def test_getting_a_range(tab):
    tab.update(GRID, "A1")
    values = tab.get("A1:D4")
    assert values == [["A1", "B1", "", "D1"], ["", "b2"], [], ["A4", "B4", "", "D4"]]
    assert (values.range, values.major_dimension, values.first()) == ("Sheet1!A1:D4", "ROWS", "A1")
    assert tab.get() == values
    assert tab.get("A1:D4", pad_values=True) == GRID
    assert tab.get("A1:E5", maintain_size=True) == [[*row, ""] for row in GRID] + [[""] * 5]
    assert tab.get("A1:B4", major_dimension=Dimension.cols) == [["A1", "", "", "A4"], ["B1", "b2", "", "B4"]]
    assert tab.get("B2:B2", return_type=GridRangeType.ListOfLists) == [["b2"]]
    assert tab.get("Z9") == [[]]
    assert tab.get("A2:A3") == [[]]


@covers("Worksheet.get_values", "Worksheet.get_all_values")
def test_getting_lists_of_lists(tab):
    tab.update(GRID, "A1")
    assert tab.get_all_values() == tab.get_values() == GRID
    assert tab.get_values("A2:B4") == [["", "b2"], ["", ""], ["A4", "B4"]]
    assert tab.get_all_values(major_dimension=Dimension.cols)[1] == ["B1", "b2", "", "B4"]


@covers("Worksheet.get_all_values", "Worksheet.update_title")
@pytest.mark.parametrize("title", ["D3", "R1C1", "it's", "学校 名单", "a!b", "A:B", "2024", "TRUE", "x-y"])
def test_a_sheet_of_any_title_is_read_and_written(book, tab, title):
    tab.update_title(title)
    tab.update(GRID, "A1")
    assert book.sheet1.get_all_values() == GRID
    tab.batch_clear(["B1:D4", "A2:A4"])
    assert tab.append_row(["末"])["updates"]["updatedCells"] == 1
    assert tab.get("A1:A2") == [["A1"], ["末"]]


@covers("Worksheet.get", "Worksheet.merge_cells")
def test_merged_cells_may_be_filled(tab):
    tab.update([["甲", "乙"], ["", "丙"], ["", "丁"]], "A1")
    tab.merge_cells("A1:A3")
    assert tab.get("A1:B3") == [["甲", "乙"], ["", "丙"], ["", "丁"]]
    assert tab.get("A1:B3", combine_merged_cells=True) == [["甲", "乙"], ["甲", "丙"], ["甲", "丁"]]


@covers("Worksheet.get")
def test_dates(tab):
    tab.update([["2024-09-01", "9:30", "1/2/2024"]], "A1", raw=False)
    assert tab.get("A1:C1") == [["2024-09-01", "9:30", "1/2/2024"]]
    assert tab.get("A1:B1", value_render_option=ValueRenderOption.unformatted) == [[45536, pytest.approx(9.5 / 24)]]
    text = tab.get(
        "A1:B1",
        value_render_option=ValueRenderOption.unformatted,
        date_time_render_option=DateTimeOption.formatted_string,
    )
    assert text == [["2024-09-01", "9:30"]]


@covers("Worksheet.batch_get")
def test_getting_several_ranges(tab):
    tab.update(GRID, "A1")
    ranges = tab.batch_get(["A1:B1", "B4:D4", "Z9"])
    assert ranges == [[["A1", "B1"]], [["B4", "", "D4"]], []]
    assert [one.range for one in ranges] == ["Sheet1!A1:B1", "Sheet1!B4:D4", "Sheet1!Z9"]
    assert ranges[0].first() == "A1"
    assert tab.batch_get(["A1:B1"], major_dimension="COLUMNS") == [[["A1"], ["B1"]]]


@covers("Worksheet.range", "Worksheet.get_all_cells")
def test_ranges_of_cells(tab):
    tab.resize(4, 4)
    tab.update(GRID, "A1")

    def seen(found):
        return [(cell.row, cell.col, cell.value) for cell in found]

    assert seen(tab.range("A1:A3")) == [(1, 1, "A1"), (2, 1, ""), (3, 1, "")]
    assert seen(tab.range(1, 1, 3, 1)) == seen(tab.range("A1:A3"))
    assert seen(tab.range("A1:C")) == seen(tab.range(1, 1, 4, 3))
    assert seen(tab.range("D4:A1")) == seen(tab.range("A1:D4"))
    assert seen(tab.range("D4")) == [(4, 4, "D4")]
    assert seen(tab.range()) == seen(tab.get_all_cells()) == seen(tab.range("A1:D4"))
    assert len(tab.get_all_cells()) == 16


@covers("Worksheet.row_values", "Worksheet.col_values")
def test_values_of_a_row_and_of_a_column(tab):
    tab.update([["a", "", "=1+1"], ["b"], ["", "x"], ["c"]], "A1", raw=False)
    assert tab.row_values(1) == ["a", "", "2"]
    assert tab.row_values(1, value_render_option=ValueRenderOption.unformatted) == ["a", "", 2]
    assert tab.row_values(9) == []
    assert tab.col_values(1) == ["a", "b", "", "c"]
    assert tab.col_values(3, value_render_option=ValueRenderOption.formula) == ["=1+1"]
    assert tab.col_values(26) == []


@covers("Worksheet.get_all_records")
def test_records(tab):
    rows = [["A1", "B1", "", "D1"], [1, "b2", 1.45, ""], ["", "", "", ""], ["A4", 0.4, "", 4]]
    tab.update(rows, "A1")
    assert tab.get_all_records() == [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    assert tab.get_all_records(default_blank=None)[1] == dict.fromkeys(rows[0])
    assert tab.get_all_records(empty2zero=True)[1] == dict.fromkeys(rows[0], 0)
    assert tab.get_all_records(numericise_ignore=["all"])[0]["A1"] == "1"
    assert tab.get_all_records(numericise_ignore=[1])[0] == {"A1": "1", "B1": "b2", "": 1.45, "D1": ""}


@covers("Worksheet.get_all_records")
def test_records_of_headers_elsewhere_and_rendered_otherwise(book, tab):
    tab.update([["", ""], ["名", "数"], ["甲", "1_000"]], "A1")
    assert tab.get_all_records(head=2, allow_underscores_in_numeric_literals=True) == [{"名": "甲", "数": 1000}]
    other = book.add_worksheet("二", 2, 4)
    other.update([["=4/2", "2020-01-01", "string", 53], ["=3/2", 0.12, "1999-01-02", ""]], "A1", raw=False)
    assert other.get_all_records()[0] == {"2": 1.5, "2020-01-01": 0.12, "string": "1999-01-02", "53": ""}
    unformatted = other.get_all_records(value_render_option=ValueRenderOption.unformatted)
    assert unformatted[0] == {2: 1.5, 43831: 0.12, "string": 36162, 53: ""}
    formulas = other.get_all_records(value_render_option=ValueRenderOption.formula)
    assert formulas[0] == {"=4/2": "=3/2", 43831: 0.12, "string": 36162, 53: ""}


@covers("Worksheet.get_all_records")
def test_records_need_headers_that_differ(book, tab):
    assert book.add_worksheet("空", 3, 3).get_all_records() == []
    tab.update([["A1", "A1", "C"], [1, 2, 3]], "A1")
    with pytest.raises(GSpreadException, match="duplicates"):
        tab.get_all_records()
    with pytest.raises(GSpreadException, match="unknown"):
        tab.get_all_records(expected_headers=["E5"])
    assert tab.get_all_records(expected_headers=["C"])[0]["C"] == 3


@covers("Worksheet.find", "Worksheet.findall")
def test_finding(tab):
    tab.update([["Dough", "Big dough", "rug store"], ["x", "Rug store", "Rug store"], ["Small rug", "dough", ""]], "A1")
    cell = tab.find("Dough")
    assert (cell.row, cell.col, cell.value) == (1, 1, "Dough")
    assert tab.find(re.compile(r"(Big|Enormous) dough")).address == "B1"
    assert tab.find("nothing") is None
    assert tab.find("DOUGH", case_sensitive=False).address == "A1"
    assert tab.find("dough", in_row=3).address == "B3"
    assert tab.find("Rug store", in_column=3).address == "C2"
    assert [found.address for found in tab.findall("Rug store")] == ["B2", "C2"]
    assert [found.address for found in tab.findall("rug STORE", case_sensitive=False)] == ["C1", "B2", "C2"]
    assert [found.address for found in tab.findall(re.compile(r"(Small|Room-tiering) rug"))] == ["A3"]
    assert tab.findall("nothing") == []


@covers("Worksheet.expand")
def test_a_table_is_extracted(tab):
    heroes = [
        ["ID", "Name", "Universe", "Super power"],
        ["1", "Batman", "DC", "Very rich"],
        ["2", "DeadPool", "Marvel", "self healing"],
        ["3", "Superman", "DC", "super human"],
        ["", "-", "-", "-"],
        ["5", "Lavigne958", "", "maintains Gspread"],
    ]
    tab.update(heroes, "A1")
    assert tab.expand("A2") == heroes[1:4]
    assert tab.expand() == heroes[:4]
    assert tab.expand("B1", TableDirection.down) == [[row[1]] for row in heroes]
    assert tab.expand("A1", TableDirection.right) == [heroes[0]]


# The methods of Worksheet - writing


@covers("Worksheet.update_acell", "Worksheet.update_cell")
def test_updating_a_cell(tab):
    assert tab.update_acell("B1", "Bingo!")["updatedRange"] == "Sheet1!B1"
    assert tab.acell("B1").value == "Bingo!"
    for typed, shown in [
        (42, "42"),
        ("0042", "42"),
        (42.01, "42.01"),
        ("Артур", "Артур"),
        ("a\nb", "a\nb"),
        ("=1+1", "2"),
    ]:
        tab.update_cell(1, 2, typed)
        assert tab.cell(1, 2).value == shown
    tab.update_acell("A1", "2,000,000.01")
    assert tab.acell("A1").numeric_value == 2000000.01
    tab.update_acell("A1", "'=text")
    assert tab.acell("A1").value == "=text"
    tab.update_acell("A1", "")
    assert tab.acell("A1").value is None


@covers("Worksheet.update_cells", "Worksheet.range")
def test_updating_cells(tab):
    found = tab.range("A1:D6")
    for number, cell in enumerate(found):
        cell.value = f"值{number}\n二行"
    tab.update_cells(found)
    assert [cell.value for cell in tab.range("A1:D6")] == [f"值{number}\n二行" for number in range(24)]
    found[0].value, found[-1].value = "=1+1", "=2+2"
    tab.update_cells([found[0], found[-1]])
    assert [tab.acell("A1").value, tab.acell("B1").value, tab.acell("D6").value] == ["=1+1", "值1\n二行", "=2+2"]
    tab.update_cells([found[0]], value_input_option=ValueInputOption.user_entered)
    assert tab.acell("A1").value == "2"
    tab.update_cells([gspread.Cell(1, 2, "r1c2"), gspread.Cell(2, 1, "r2c1")])
    assert [tab.acell("B1").value, tab.acell("A2").value] == ["r1c2", "r2c1"]


@covers("Worksheet.update")
def test_updating_a_range(tab):
    answer = tab.update([[1, 2], [3, 4]], "A1:B2")
    assert answer["updatedCells"] == 4
    assert tab.get("A1:B2", value_render_option=ValueRenderOption.unformatted) == [[1, 2], [3, 4]]
    tab.update([["=1+1", "TRUE"]], "A1")
    assert tab.get("A1:B1") == [["=1+1", "TRUE"]]
    tab.update([["=1+1", "TRUE"]], "A1", raw=False)
    assert tab.get("A1:B1", value_render_option=ValueRenderOption.unformatted) == [[2, True]]
    tab.update([["列", "向"]], "D1", major_dimension=Dimension.cols)
    assert tab.get("D1:D2") == [["列"], ["向"]]
    back = tab.update([["50%"]], "E1", value_input_option="USER_ENTERED", include_values_in_response=True)
    assert back["updatedData"] == {"range": "Sheet1!E1", "majorDimension": "ROWS", "values": [["50%"]]}
    tab.update([[None, "新"]], "A1")
    assert tab.get("A1:B1") == [["2", "新"]]
    tab.update([["左上"]])
    assert tab.acell("A1").value == "左上"


@covers("Worksheet.update")
def test_updating_beyond_the_grid_or_the_range_is_refused(tab):
    tab.resize(3, 3)
    with pytest.raises(APIError) as beyond:
        tab.update([["x"]], "A4")
    assert beyond.value.error["message"] == "Range (Sheet1!A4) exceeds grid limits. Max rows: 3, max columns: 3"
    with pytest.raises(APIError) as outside:
        tab.update([["x", "y"]], "A1:A1")
    assert "tried writing to column [B]" in outside.value.error["message"]
    with pytest.raises(APIError) as misread:
        tab.spreadsheet.values_get("没有!A1")
    assert misread.value.error["message"] == "Unable to parse range: 没有!A1"


@covers("Worksheet.batch_update")
def test_updating_several_ranges(tab):
    answer = tab.batch_update(
        [
            {"range": "A1:D1", "values": [["A1", "B1", "", "D1"]]},
            {"range": "A4:D4", "values": [["A4", "B4", "", "=1+1"]]},
        ],
        value_input_option=ValueInputOption.user_entered,
        include_values_in_response=True,
    )
    assert answer["totalUpdatedCells"] == 8
    assert answer["responses"][1]["updatedData"]["values"] == [["A4", "B4", "", "2"]]
    assert tab.get("A1:D4") == [["A1", "B1", "", "D1"], [], [], ["A4", "B4", "", "2"]]
    with pytest.raises(APIError):
        tab.batch_update([{"range": "A1", "values": [["改"]]}, {"range": "ZZZ99999", "values": [["x"]]}])
    assert tab.acell("A1").value == "A1"


@covers("Worksheet.append_row", "Worksheet.append_rows")
def test_appending(tab):
    first = tab.append_row(["甲", "=1+1"])
    assert first["updates"]["updatedRange"] == "Sheet1!A1:B1"
    assert "tableRange" not in first
    second = tab.append_rows([["乙", "=1+1"], ["丙", 3]], value_input_option="USER_ENTERED", table_range="A1")
    assert (second["tableRange"], second["updates"]["updatedRange"]) == ("Sheet1!A1:B1", "Sheet1!A2:B3")
    assert tab.get_all_values() == [["甲", "=1+1"], ["乙", "2"], ["丙", "3"]]
    tab.update_acell("A6", "下面")
    tab.append_row(["插"], insert_data_option=InsertDataOption.insert_rows, table_range="A1")
    assert tab.col_values(1) == ["甲", "乙", "丙", "插", "", "", "下面"]
    values = tab.append_row(["回"], include_values_in_response=True, table_range="A7")
    assert values["updates"]["updatedData"]["values"] == [["回"]]


@covers("Worksheet.append_row")
def test_appending_drifts_where_a_row_has_a_gap(tab):
    first = tab.append_row(["一", "", "三"])
    assert first["updates"] == {
        "spreadsheetId": tab.spreadsheet.id,
        "updatedRange": "Sheet1!A1:C1",
        "updatedRows": 1,
        "updatedColumns": 3,
        "updatedCells": 3,
    }
    second = tab.append_row(["一", "", "三"])
    assert (second["tableRange"], second["updates"]["updatedRange"]) == ("Sheet1!C1", "Sheet1!C2:E2")
    assert tab.row_values(2) == ["", "", "一", "", "三"]
    tab.clear()
    tab.append_row(["一", "", "三"])
    tab.append_row(["一", "", "三"], table_range="A1")
    assert tab.row_values(2) == ["一", "", "三"]


@covers("Worksheet.append_rows", "Worksheet.append_row")
def test_appending_widens_and_lengthens_the_sheet(book):
    small = book.add_worksheet("小", 2, 2)
    small.append_rows([[1, 2, 3], [4, 5, 6], [7, 8, 9]])
    assert grid(book, small)["columnCount"] >= 3
    assert grid(book, small)["rowCount"] >= 3
    assert small.get_all_values() == [["1", "2", "3"], ["4", "5", "6"], ["7", "8", "9"]]
    small.append_row(["末"])
    assert small.col_values(1)[-1] == "末"


@covers("Worksheet.insert_row", "Worksheet.insert_rows")
def test_inserting_rows(tab):
    tab.update([["a", 1], ["b", "=B1*10"]], "A1", raw=False)
    tab.insert_row(["新", 5], 2)
    assert tab.get_all_values() == [["a", "1"], ["新", "5"], ["b", "10"]]
    assert tab.acell("B3", value_render_option="FORMULA").value == "=B1*10"
    tab.insert_rows([["x"], ["y", "=1+1"]], row=1, value_input_option="USER_ENTERED")
    assert tab.get_all_values() == [["x", ""], ["y", "2"], ["a", "1"], ["新", "5"], ["b", "10"]]
    assert tab.acell("B5", value_render_option="FORMULA").value == "=B3*10"
    tab.insert_rows([["z"]], row=6, inherit_from_before=True)
    assert tab.acell("A6").value == "z"
    with pytest.raises(GSpreadException):
        tab.insert_row(["x"], 1, inherit_from_before=True)


@covers("Worksheet.insert_cols")
def test_inserting_columns(book, tab):
    tab.update([["a", "b"], ["c", "=CONCATENATE(A1,B1)"]], "A1", raw=False)
    tab.insert_cols([["新1", "新2"], ["更1"]], col=2)
    assert tab.get_all_values() == [["a", "新1", "更1", "b"], ["c", "新2", "", "ab"]]
    assert tab.acell("D2", value_render_option="FORMULA").value == "=CONCATENATE(A1,D1)"
    assert grid(book, tab)["columnCount"] == 28
    with pytest.raises(GSpreadException):
        tab.insert_cols([["x"]], 1, inherit_from_before=True)


@covers("Worksheet.delete_rows", "Worksheet.delete_columns", "Worksheet.delete_dimension")
def test_deleting_rows_and_columns(book, tab):
    tab.update([[f"{column}{row}" for column in "ABCDE"] for row in range(1, 7)], "A1")
    tab.delete_rows(2)
    tab.delete_rows(3, 4)
    assert tab.col_values(1) == ["A1", "A3", "A6"]
    tab.delete_columns(1, 2)
    tab.delete_dimension(Dimension.cols, 2)
    assert tab.get_all_values() == [["C1", "E1"], ["C3", "E3"], ["C6", "E6"]]
    assert grid(book, tab) == {"rowCount": 997, "columnCount": 23}
    assert (tab.row_count, tab.col_count) == (997, 23)


@covers("Worksheet.delete_rows")
def test_deleting_what_a_formula_refers_to(tab):
    tab.update([["1"], ["2"], ["=A1+A2"], ["=SUM(A1:A2)"]], "A1", raw=False)
    tab.delete_rows(2)
    assert tab.col_values(1) == ["1", "#REF!", "1"]


@covers("Worksheet.clear", "Worksheet.batch_clear")
def test_clearing(book, tab):
    tab.update([["12345", "文"], ["", "", "5678", "二", "三"]], "A1")
    tab.format("A1", {"textFormat": {"bold": True}})
    tab.batch_clear(["A1:B1", "C2:E2"])
    assert tab.get_values("A1:E2") == [[]]
    assert cells(book, "A1", "userEnteredFormat.textFormat.bold")[0][0]["userEnteredFormat"]["textFormat"]["bold"]
    tab.update([["x"]], "Z100")
    assert tab.clear() == {"spreadsheetId": book.id, "clearedRange": "Sheet1!A1:Z1000"}
    assert tab.get_all_values() == [[]]


# The methods of Worksheet - formats, notes, validation, filters, merges, groups


@covers("Worksheet.format")
def test_formatting(book, tab):
    look = {
        "backgroundColor": {"red": 0.0, "green": 0.0, "blue": 0.0},
        "horizontalAlignment": "CENTER",
        "textFormat": {"foregroundColor": {"red": 1.0, "green": 1.0, "blue": 1.0}, "fontSize": 12, "bold": True},
    }
    tab.update([["标题", "二"]], "A1")
    tab.format("A1:B1", {"textFormat": {"bold": True}})
    tab.format("A2:B2", look)
    tab.format(["C1:C2", "D1"], {"numberFormat": {"type": "PERCENT", "pattern": "0.0%"}})
    tab.update([[0.125]], "C1")
    assert tab.acell("C1").value == "12.5%"
    [first], [second] = cells(book, "A1:A2", "userEnteredFormat")
    assert first["userEnteredFormat"] == {"textFormat": {"bold": True}}
    found = second["userEnteredFormat"]
    assert (found["horizontalAlignment"], found["textFormat"]["fontSize"]) == ("CENTER", 12)
    assert found["textFormat"]["foregroundColor"] == {"red": 1, "green": 1, "blue": 1}
    assert found["backgroundColor"] == {}
    assert found["backgroundColorStyle"] == {"rgbColor": {}}
    tab.format("A1", {"textFormat": {"italic": True}})
    assert cells(book, "A1", "userEnteredFormat")[0][0]["userEnteredFormat"] == {"textFormat": {"italic": True}}
    assert tab.acell("A1").value == "标题"


@covers("Worksheet.batch_format")
def test_formatting_several_ranges(book, tab):
    tab.batch_format(
        [
            {"range": "A1:J1", "format": {"textFormat": {"bold": True}}},
            {"range": "A2:A5", "format": {"wrapStrategy": "WRAP", "borders": {"top": {"style": "SOLID"}}}},
        ]
    )
    found = cells(book, "A1:J2", "userEnteredFormat")
    assert len(found[0]) == 10
    assert found[0][9]["userEnteredFormat"]["textFormat"] == {"bold": True}
    assert found[1][0]["userEnteredFormat"]["wrapStrategy"] == "WRAP"
    with pytest.raises(APIError):
        tab.format("A1", {"textFormat": {"weight": 700}})


@covers(
    "Worksheet.get_note",
    "Worksheet.get_notes",
    "Worksheet.update_note",
    "Worksheet.update_notes",
    "Worksheet.insert_note",
    "Worksheet.insert_notes",
    "Worksheet.clear_note",
    "Worksheet.clear_notes",
)
def test_notes(tab):
    assert tab.get_note("A1") == ""
    asked = {"ranges": "Sheet1!A1", "fields": "sheets/data/rowData/values/note"}
    assert tab.spreadsheet.fetch_sheet_metadata(params=asked) == {"sheets": [{"data": [{}]}]}
    tab.insert_note("A1", "slim shaddy")
    assert tab.get_note("A1") == "slim shaddy"
    tab.update_note("A1", "the real slim shaddy")
    assert tab.get_note("A1") == "the real slim shaddy"
    tab.clear_note("A1")
    assert tab.get_note("A1") == ""
    asked = {"ranges": "Sheet1!A1", "fields": "sheets/data/rowData/values/note"}
    assert tab.spreadsheet.fetch_sheet_metadata(params=asked) == {"sheets": [{"data": [{}]}]}
    tab.insert_notes({"A1": "read my note", "B2": "Or don't"})
    assert tab.get_notes() == [["read my note"], ["", "Or don't"]]
    tab.update_notes({"A1": "一", "B2": "二"})
    assert tab.get_notes(grid_range="A1:B2", default_empty_value=None) == [["一"], [None, "二"]]
    tab.update_acell("A1", "值")
    assert tab.get_note("A1") == "一"
    tab.clear_notes(["A1", "B2"])
    assert tab.get_note("B2") == ""
    with pytest.raises(TypeError):
        tab.insert_note("A1", 42)


@covers("Worksheet.add_validation")
def test_validation(book, tab):
    tab.add_validation(
        "A1", ValidationConditionType.number_greater, [10], strict=True, inputMessage="Value must be greater than 10"
    )
    tab.add_validation("C2:C7", ValidationConditionType.one_of_list, ["Yes", "No"], showCustomUi=True)
    [[rule]] = cells(book, "A1", "dataValidation")
    assert rule["dataValidation"] == {
        "condition": {"type": "NUMBER_GREATER", "values": [{"userEnteredValue": "10"}]},
        "inputMessage": "Value must be greater than 10",
        "strict": True,
    }
    [found] = cells(book, "C7", "dataValidation")
    assert found[0]["dataValidation"]["condition"]["values"] == [
        {"userEnteredValue": "Yes"},
        {"userEnteredValue": "No"},
    ]
    assert found[0]["dataValidation"]["showCustomUi"] is True
    with pytest.raises(TypeError):
        tab.add_validation("A1", "ONE_OF_LIST", ["x"])


@covers("Worksheet.set_basic_filter", "Worksheet.clear_basic_filter")
def test_filters(book, tab):
    tab.resize(20, 20)
    tab.set_basic_filter()
    whole = properties(book, tab)["basicFilter"]["range"]
    assert whole == {"startRowIndex": 0, "endRowIndex": 20, "startColumnIndex": 0, "endColumnIndex": 20}
    for area in (("B1:C2",), (1, 2, 2, 3)):
        tab.set_basic_filter(*area)
        found = properties(book, tab)["basicFilter"]["range"]
        assert found == {"startRowIndex": 0, "endRowIndex": 2, "startColumnIndex": 1, "endColumnIndex": 3}
    tab.clear_basic_filter()
    assert "basicFilter" not in properties(book, tab)


@covers("Worksheet.sort")
def test_sorting(tab):
    rows = [["Apple", "2012", "4"], ["Banana", "2013", "3"], ["Canada", "2007", "1"], ["Dinosaur", "2013", "6"]]
    tab.resize(4, 3)
    tab.update(rows, "A1")
    tab.sort((3, "asc"), range="A1:C4")
    assert tab.col_values(3) == ["1", "3", "4", "6"]
    tab.sort((2, "asc"), (3, "des"), range="A1:C4")
    assert tab.col_values(1) == ["Canada", "Apple", "Dinosaur", "Banana"]
    tab.sort((1, "des"))
    assert tab.col_values(1) == ["Dinosaur", "Canada", "Banana", "Apple"]
    tab.freeze(1)
    tab.sort((1, "asc"))
    assert tab.col_values(1) == ["Dinosaur", "Apple", "Banana", "Canada"]
    tab.update([[10, "x"], [9, "y"], ["", "z"], ["a", "w"]], "A1")
    tab.freeze(0)
    tab.sort((1, "asc"), range="A1:B4")
    assert tab.get("A1:B4") == [["9", "y"], ["10", "x"], ["a", "w"], ["", "z"]]
    with pytest.raises(ValueError, match="asc"):
        tab.sort((1, "up"))


@covers("Worksheet.merge_cells", "Worksheet.unmerge_cells", "Worksheet.batch_merge")
def test_merging(book, tab):
    def merges():
        return properties(book, tab).get("merges", [])

    tab.update([[42, 43], [43, 44]], "A1:B2")
    tab.merge_cells(1, 1, 2, 2, merge_type=MergeType.merge_rows)
    assert len(merges()) == 2
    assert tab.get("A1:B2") == [["42"], ["43"]]
    tab.merge_cells("A1:B2")
    assert merges() == [{"startRowIndex": 0, "endRowIndex": 2, "startColumnIndex": 0, "endColumnIndex": 2}]
    tab.unmerge_cells("A1:B2")
    assert merges() == []
    tab.batch_merge([{"range": "A1:B1"}, {"range": "D1:E3", "mergeType": MergeType.merge_columns}])
    assert len(merges()) == 3
    with pytest.raises(APIError):
        tab.unmerge_cells("A1")


@covers(
    "Worksheet.add_dimension_group_columns",
    "Worksheet.add_dimension_group_rows",
    "Worksheet.delete_dimension_group_columns",
    "Worksheet.delete_dimension_group_rows",
    "Worksheet.list_dimension_group_columns",
    "Worksheet.list_dimension_group_rows",
)
def test_groups(tab):
    answer = tab.add_dimension_group_columns(0, 2)
    group = {"range": {"dimension": "COLUMNS", "startIndex": 0, "endIndex": 2}, "depth": 1}
    assert answer["replies"] == [{"addDimensionGroup": {"dimensionGroups": [group]}}]
    tab.add_dimension_group_rows(1, 5)
    tab.add_dimension_group_rows(2, 3)
    [columns] = tab.list_dimension_group_columns()
    assert columns["range"] == {"dimension": "COLUMNS", "startIndex": 0, "endIndex": 2}
    assert columns["depth"] == 1
    rows = tab.list_dimension_group_rows()
    assert sorted((one["depth"], one["range"]["startIndex"], one["range"]["endIndex"]) for one in rows) == [
        (1, 1, 5),
        (2, 2, 3),
    ]
    tab.delete_dimension_group_columns(0, 2)
    assert tab.list_dimension_group_columns() == []
    tab.delete_dimension_group_rows(1, 5)
    [left] = tab.list_dimension_group_rows()
    assert (left["depth"], left["range"]["startIndex"], left["range"]["endIndex"]) == (1, 2, 3)


@covers("Worksheet.hide_columns", "Worksheet.hide_rows", "Worksheet.unhide_columns", "Worksheet.unhide_rows")
def test_hiding_rows_and_columns(book, tab):
    def hidden(kind):
        fields = {"fields": f"sheets.data.{kind}"}
        found = book.fetch_sheet_metadata(params=fields)["sheets"][0]["data"][0][kind]
        return [number for number, one in enumerate(found) if one.get("hiddenByUser")]

    tab.hide_columns(0, 2)
    tab.hide_rows(3, 5)
    assert (hidden("columnMetadata"), hidden("rowMetadata")) == ([0, 1], [3, 4])
    tab.unhide_columns(0, 1)
    tab.unhide_rows(3, 5)
    assert (hidden("columnMetadata"), hidden("rowMetadata")) == ([1], [])


@covers("Worksheet.columns_auto_resize", "Worksheet.rows_auto_resize")
def test_automatic_sizes(book, tab):
    def widths():
        found = book.fetch_sheet_metadata(params={"fields": "sheets.data.columnMetadata"})
        return [one["pixelSize"] for one in found["sheets"][0]["data"][0]["columnMetadata"]]

    assert widths()[:2] == [100, 100]
    tab.update_acell("A1", "A" * 1024)
    tab.columns_auto_resize(0, 1)
    assert widths()[0] > 100
    assert widths()[1] == 100
    assert tab.rows_auto_resize(0, 2)["replies"] == [{}]


@covers("Worksheet.copy_range", "Worksheet.cut_range")
def test_copying_and_cutting_ranges(book, tab):
    tab.update([["甲", 1], ["乙", "=B1+1"]], "A1", raw=False)
    tab.format("A1", {"textFormat": {"bold": True}})
    tab.copy_range("A1:B2", "D1:E2")
    assert tab.get("D1:E2") == [["甲", "1"], ["乙", "2"]]
    assert tab.acell("E2", value_render_option="FORMULA").value == "=E1+1"
    assert cells(book, "D1", "userEnteredFormat")[0][0]["userEnteredFormat"]["textFormat"]["bold"]
    tab.copy_range("A1:B2", "G1", paste_type=PasteType.values)
    assert tab.acell("H2", value_render_option="FORMULA").value == 2
    assert "userEnteredFormat" not in str(cells(book, "G1", "userEnteredFormat"))
    tab.copy_range("A1:B2", "J1", paste_orientation=PasteOrientation.transpose)
    assert tab.get("J1:K1") == [["甲", "乙"]]
    assert tab.acell("J2").value == "1"
    tab.cut_range("A1:A2", "C5")
    assert tab.get("A1:A2") == [[]]
    assert tab.get("C5:C6") == [["甲"], ["乙"]]


@covers("Worksheet.copy_to")
def test_copying_a_sheet_to_another_spreadsheet(gc, tab):
    tab.update([["甲", "=1+1"]], "A1", raw=False)
    other = gc.create("别处")
    answer = tab.copy_to(other.id)
    assert answer["title"] == "Copy of Sheet1"
    assert answer["index"] == 1
    assert other.worksheet("Copy of Sheet1").get_all_values() == [["甲", "2"]]
    assert tab.copy_to(other.id)["title"] == "Copy of Sheet1 2"
    with pytest.raises(APIError) as missing:
        tab.copy_to("nowhere")
    assert missing.value.code == 404


# pandas and NumPy, as the user guide shows


def test_pandas_reads_and_writes(tab):
    frame = pd.DataFrame({"名": ["甲", "乙"], "数": [1, 2.5]})
    tab.update([frame.columns.to_list(), *frame.to_numpy().tolist()])
    assert pd.DataFrame(tab.get_all_records()).equals(frame)


def test_numpy_reads_and_writes(tab):
    array = np.array([[1, 2, 3], [4, 5, 6]])
    tab.update(array.tolist(), "A2")
    assert np.array(tab.get_all_values()[1:]).astype(int).tolist() == array.tolist()


@covers("Worksheet.update")
def test_a_client_that_backs_off_gets_through(sheets, monkeypatch):  # noqa: F811
    waits = []
    monkeypatch.setattr("gspread.http_client.time.sleep", waits.append)
    client = gspread.Client(None, session=sheets.session(), http_client=gspread.BackOffHTTPClient)
    sheet = client.create("慢慢来").sheet1
    sheets.faults.add("quota", reads=60, writes=0, window=60, times=2)
    sheet.update([["x"]], "A1")
    assert waits == [2, 4]
