"""The stand-in for Google as a server: what it refuses, what goes wrong on request, and Drive."""

import gzip
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import quote

import gspread
import pytest
import requests
from google.oauth2.credentials import Credentials
from googleapiclient.discovery import build_from_document
from googleapiclient.discovery_cache import get_static_doc
from googleapiclient.errors import HttpError
from googleapiclient.http import MediaInMemoryUpload
from standins.fixtures import sheets  # noqa: F401
from standins.sheets_api import SheetsStandin
from standins.sheets_api.discovery import check, find
from standins.sheets_api.errors import ApiError
from standins.sheets_api.masks import merge, parse, pick, wants

SHEETS = "https://sheets.googleapis.com/v4/spreadsheets"
DRIVE = "https://www.googleapis.com/drive/v3"
SPREADSHEET = "application/vnd.google-apps.spreadsheet"
FOLDER = "application/vnd.google-apps.folder"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
def session(sheets):  # noqa: F811
    return sheets.session()


@pytest.fixture
def book(sheets):  # noqa: F811
    return sheets.client().create("登记表")


def error_of(response):
    return response.json()["error"]


def batch(session, book, *wanted, **params):
    return session.post(f"{SHEETS}/{book.id}:batchUpdate", json={"requests": list(wanted)}, params=params)


# Field masks


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a", {"a": {}}),
        ("a,b(c,d/e),f/*", {"a": {}, "b": {"c": {}, "d": {"e": {}}}, "f": {"*": {}}}),
        ("sheets.properties.title", {"sheets": {"properties": {"title": {}}}}),
        ("sheets(data/rowData),sheets.properties", {"sheets": {"data": {"rowData": {}}, "properties": {}}}),
        ("a.b,a", {"a": {}}),
        ("a,a.b", {"a": {}}),
        ("*", {"*": {}}),
        ("", {}),
    ],
)
def test_a_mask_is_parsed(text, tree):
    assert parse(text) == tree


@pytest.mark.parametrize("text", ["a(", "a)", "a,,b", "(a)", "a b", "a.", ",", "a(b"])
def test_a_broken_mask_is_refused(text):
    with pytest.raises(ApiError):
        parse(text)


def test_a_mask_cuts_lists_item_by_item():
    answer = {"sheets": [{"properties": {"title": "一", "index": 0}, "data": []}, {"data": []}], "id": "x"}
    assert pick(answer, "sheets.properties.title") == {"sheets": [{"properties": {"title": "一"}}, {}]}
    assert pick(answer, "*") == answer
    assert pick(answer, "sheets/*/title") == {"sheets": [{"properties": {"title": "一"}, "data": []}, {"data": []}]}


def test_a_mask_says_what_it_wants():
    assert wants("sheets(properties,data.rowData)", "sheets", "data")
    assert not wants("sheets.properties", "sheets", "data")
    assert wants("", "sheets", "data")
    assert wants("sheets", "sheets", "data")


def test_merging_takes_what_the_mask_names_and_clears_what_is_not_given():
    old = {"a": {"b": 1, "c": 2}, "d": 3}
    assert merge(old, {"a": {"b": 9}}, "a.b") == {"a": {"b": 9, "c": 2}, "d": 3}
    assert merge(old, {}, "a.b") == {"a": {"c": 2}, "d": 3}
    assert merge(old, {}, "a") == {"d": 3}
    assert merge(old, {"e": 5}, "*") == {"e": 5}
    assert merge(old, {"a": {"b": 7}}, "a(b,c)") == {"a": {"b": 7}, "d": 3}
    assert merge({"a": {"b": 1}}, {}, "a/b") == {}
    assert merge({}, {"userEnteredFormat": {"x": 1}}, "user_entered_format") == {"userEnteredFormat": {"x": 1}}
    assert old == {"a": {"b": 1, "c": 2}, "d": 3}


# Requests are checked against the discovery documents

TYPES = "type.googleapis.com/google.apps.sheets.v4."
NO_FIELDS = "At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)"
UNKNOWN = "Invalid JSON payload received. Unknown name "


@pytest.mark.parametrize(
    ("request_", "sentence"),
    [
        ({"addSheet": {"foo": 1}}, UNKNOWN + "\"foo\" at 'requests[0].add_sheet': Cannot find field."),
        ({"frobnicate": {}}, UNKNOWN + "\"frobnicate\" at 'requests[0]': Cannot find field."),
        (
            {"addSheet": {"properties": {"title": 5}}},
            "Invalid value at 'requests[0].add_sheet.properties.title' (TYPE_STRING), 5",
        ),
        (
            {"addSheet": {"properties": {"hidden": "maybe"}}},
            "Invalid value at 'requests[0].add_sheet.properties.hidden' (TYPE_BOOL), \"maybe\"",
        ),
        (
            {"addSheet": {"properties": {"gridProperties": {"rowCount": 1.5}}}},
            "Invalid value at 'requests[0].add_sheet.properties.grid_properties.row_count' (TYPE_INT32), 1.5",
        ),
        (
            {"addSheet": {"properties": {"sheetId": 2**31}}},
            "Invalid value at 'requests[0].add_sheet.properties.sheet_id' (TYPE_INT32), 2147483648",
        ),
        (
            {"addSheet": {"properties": {"title": ["a"]}}},
            UNKNOWN
            + "\"title\" at 'requests[0].add_sheet.properties': Proto field is not repeating, cannot start list.",
        ),
        (
            {"addSheet": {"properties": {"sheetId": {}}}},
            "Invalid value at 'requests[0].add_sheet.properties' (sheet_id), Starting an object on a scalar field",
        ),
        (
            {"mergeCells": {"mergeType": "SIDEWAYS"}},
            "Invalid value at 'requests[0].merge_cells.merge_type' ("
            + TYPES
            + 'MergeCellsRequest.MergeType), "SIDEWAYS"',
        ),
        (
            {"addSheet": {}, "deleteSheet": {"sheetId": 0}},
            "Invalid value at 'requests[0]' (oneof), oneof field 'kind' is already set. Cannot set 'deleteSheet'",
        ),
        ({}, "Invalid requests[0]: No request set."),
        (
            {"updateSheetProperties": {"properties": {"title": "x"}}},
            "Invalid requests[0].updateSheetProperties: " + NO_FIELDS,
        ),
    ],
)
def test_a_request_that_is_not_as_documented_is_refused_in_googles_words(session, book, request_, sentence):
    response = batch(session, book, request_)
    assert response.status_code == 400
    assert error_of(response)["message"] == sentence
    assert error_of(response)["status"] == "INVALID_ARGUMENT"


def test_every_fault_of_a_request_is_named_with_its_place(session, book):
    error = error_of(batch(session, book, {"addSheet": {"foo": 1}}, {"deleteSheet": {"sheetId": "x"}}))
    [details] = error["details"]
    assert details["@type"] == "type.googleapis.com/google.rpc.BadRequest"
    assert [violation["field"] for violation in details["fieldViolations"]] == [
        "requests[0].add_sheet",
        "requests[1].delete_sheet.sheet_id",
    ]
    assert error["message"] == "\n".join(violation["description"] for violation in details["fieldViolations"])


def test_googles_leniencies(session, book):
    response = batch(
        session,
        book,
        {"add_sheet": {"properties": {"sheet_id": "77", "title": "二", "hidden": "false", "tabColor": None}}},
    )
    assert response.json()["replies"][0]["addSheet"]["properties"]["sheetId"] == 77


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "Must specify at least one request."),
        (b'{"requests": []}', "Must specify at least one request."),
        (b"[]", 'Invalid JSON payload received. Unknown name "": Root element must be a message.'),
        (b'{"foo": 1}', 'Invalid JSON payload received. Unknown name "foo": Cannot find field.'),
    ],
)
def test_a_body_must_be_a_batch(session, book, body, sentence):
    response = session.post(f"{SHEETS}/{book.id}:batchUpdate", data=body)
    assert (response.status_code, error_of(response)["message"]) == (400, sentence)


@pytest.mark.parametrize("body", [b"{", b'{"a": NaN}', b"nonsense", b'{"a": 1,}'])
def test_a_body_must_be_json(session, book, body):
    response = session.post(f"{SHEETS}/{book.id}:batchUpdate", data=body)
    assert response.status_code == 400
    assert error_of(response)["message"].startswith("Invalid JSON payload received. Unexpected ")


def test_a_number_too_large_is_refused(session, book):
    body = b'{"values": [[1e400]]}'
    response = session.put(f"{SHEETS}/{book.id}/values/A1", params={"valueInputOption": "RAW"}, data=body)
    assert response.status_code == 400
    assert error_of(response)["message"].startswith(
        "Invalid JSON payload received. Number exceeds the range of double."
    )


@pytest.mark.parametrize(
    ("named", "status"), [("Sheet1!A1:A1", 200), ("A1", 200), ("Sheet1!A1:B1", 400), ("Sheet1!A2", 400)]
)
def test_a_range_in_the_body_is_the_one_in_the_path(session, book, named, status):
    body = {"range": named, "values": [["x"]]}
    response = session.put(f"{SHEETS}/{book.id}/values/Sheet1!A1", params={"valueInputOption": "RAW"}, json=body)
    assert response.status_code == status


def test_an_unknown_time_zone_is_refused(session):
    response = session.post(SHEETS, json={"properties": {"timeZone": "Mars/Olympus"}})
    assert response.status_code == 400


@pytest.mark.parametrize(
    ("values", "place"), [("X", "data.values"), (["X"], "data.values[0]"), ([["a"], {"b": 1}], "data.values[1]")]
)
def test_values_must_be_lists_of_lists(session, book, values, place):
    response = session.put(f"{SHEETS}/{book.id}/values/A1", params={"valueInputOption": "RAW"}, json={"values": values})
    shown = ', "X"' if "X" in values else ""
    assert error_of(response)["message"] == (
        f"Invalid value at '{place}' (type.googleapis.com/google.protobuf.ListValue){shown}"
    )


def test_an_unknown_query_parameter_is_refused(session, book):
    response = session.get(f"{SHEETS}/{book.id}", params={"foo": 1})
    assert error_of(response)["message"] == (
        UNKNOWN + "\"foo\": Cannot bind query parameter. Field 'foo' could not be found in request message."
    )


def test_an_unknown_word_in_a_query_parameter_is_refused(session, book):
    response = session.put(
        f"{SHEETS}/{book.id}/values/A1", params={"valueInputOption": "Text"}, json={"values": [["x"]]}
    )
    assert error_of(response)["message"] == (
        "Invalid value at 'value_input_option' (type.googleapis.com/google.apps.sheets.v4.ValueInputOption), \"Text\""
    )


@pytest.mark.parametrize("name", ["alt", "prettyPrint", "quotaUser", "key", "access_token", "$.xgafv"])
def test_common_parameters_are_accepted(session, book, name):
    value = {"alt": "json", "prettyPrint": "false", "$.xgafv": "2"}.get(name, "x")
    assert session.get(f"{SHEETS}/{book.id}", params={name: value}).status_code == 200


def test_a_mask_cuts_the_answer(session, book):
    answer = session.get(f"{SHEETS}/{book.id}", params={"fields": "properties.title,sheets(properties(sheetId,title))"})
    assert answer.json() == {
        "properties": {"title": "登记表"},
        "sheets": [{"properties": {"sheetId": 0, "title": "Sheet1"}}],
    }


@pytest.mark.parametrize(
    ("mask", "path"),
    [
        ("sheets.sheetProperties", "sheets.sheetProperties"),
        ("properties(title,foo)", "properties.foo"),
        ("sheets.data.rowData.values.effectiveFormat.type", "sheets.data.rowData.values.effectiveFormat.type"),
        ("properties, sheets", " sheets"),
    ],
)
def test_a_mask_that_names_an_unknown_field_is_refused(session, book, mask, path):
    error = error_of(session.get(f"{SHEETS}/{book.id}", params={"fields": mask}))
    assert error["message"] == "Request contains an invalid argument."
    assert error["details"][0]["fieldViolations"] == [
        {
            "field": mask,
            "description": f"Error expanding 'fields' parameter. Cannot find matching fields for path '{path}'.",
        }
    ]


def test_an_update_mask_that_names_an_unknown_field_is_refused(session, book):
    request = {"repeatCell": {"range": {"sheetId": 0}, "cell": {}, "fields": "userEnteredFormat.colour"}}
    response = batch(session, book, request)
    assert response.status_code == 400
    assert "userEnteredFormat.colour" in error_of(response)["message"]


def test_a_batch_of_twenty_thousand_cells_is_checked_quickly():
    cell = {"userEnteredValue": {"numberValue": 1}, "userEnteredFormat": {"textFormat": {"bold": True}}}
    rows = [{"values": [json.loads(json.dumps(cell)) for _ in range(20)]} for _ in range(1000)]
    method, path = find("POST", "/v4/spreadsheets/x:batchUpdate")
    started = time.perf_counter()
    check(method, path, {}, {"requests": [{"updateCells": {"rows": rows, "fields": "*", "start": {"sheetId": 0}}}]})
    assert time.perf_counter() - started < 1


# Addresses, tokens, compression


@pytest.mark.parametrize("path", ["/", "/v4/spreadsheet", "/v4/spreadsheets/x/cells", "/drive/v3/filez", "/v4/<b>"])
def test_an_address_no_api_has_answers_a_page(session, path):
    response = session.get("https://sheets.googleapis.com" + path)
    assert response.status_code == 404
    assert response.headers["Content-Type"] == "text/html; charset=UTF-8"
    assert "Error 404 (Not Found)!!1" in response.text
    assert "<b>" not in response.text.partition("<code>")[2].partition("</code>")[0]


def test_without_a_token_nothing_is_served(sheets, session, book):  # noqa: F811
    del session.headers["Authorization"]
    response = session.get(f"{SHEETS}/{book.id}")
    assert response.status_code == 401
    assert error_of(response)["status"] == "UNAUTHENTICATED"
    assert response.headers["WWW-Authenticate"].startswith("Bearer")
    drive = session.get(f"{DRIVE}/files")
    assert drive.status_code == 401
    assert error_of(drive)["errors"][0]["location"] == "Authorization"
    assert [entry.status for entry in sheets.log[-2:]] == [401, 401]


def test_any_token_is_taken(sheets, book):  # noqa: F811
    assert sheets.session("anything at all").get(f"{SHEETS}/{book.id}").status_code == 200
    assert sheets.log[-1].token == "anything at all"  # noqa: S105 - not secret


def test_connections_are_kept_and_calls_take_no_nagle_pause(session, book):
    session.get(f"{SHEETS}/{book.id}")
    started = time.perf_counter()
    for _ in range(20):
        session.post(f"{SHEETS}/{book.id}/values/A1:clear")
    assert time.perf_counter() - started < 20 * 0.03
    adapter = session.get_adapter(SHEETS)
    [pool] = adapter.poolmanager.pools._container.values()
    assert pool.num_connections == 1


def test_a_large_answer_is_compressed_when_the_client_takes_it(sheets, session, book):  # noqa: F811
    packed = session.get(f"{SHEETS}/{book.id}")
    assert packed.headers["Content-Encoding"] == "gzip"
    plain = session.get(f"{SHEETS}/{book.id}", headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    assert int(plain.headers["Content-Length"]) == len(plain.content)
    assert plain.json() == packed.json()
    assert sheets.log[-2].sent == int(packed.headers["Content-Length"]) < sheets.log[-1].sent


def test_a_compressed_body_is_taken(session, book):
    body = gzip.compress(json.dumps({"values": [["压缩"]]}).encode())
    response = session.put(
        f"{SHEETS}/{book.id}/values/A1",
        params={"valueInputOption": "RAW"},
        data=body,
        headers={"Content-Encoding": "gzip", "Content-Type": "application/json"},
    )
    assert response.status_code == 200
    assert book.sheet1.acell("A1").value == "压缩"


def test_a_chunked_body_is_taken(session, book):
    parts = iter([b'{"values": [["a"', b', "b"]]}'])
    response = session.put(f"{SHEETS}/{book.id}/values/A1", params={"valueInputOption": "RAW"}, data=parts)
    assert response.json()["updatedCells"] == 2


def test_a_percent_encoded_range_is_decoded(session, book):
    book.add_worksheet("a/b:c 'd'", 3, 3)
    response = session.get(f"{SHEETS}/{book.id}/values/%27a%2Fb%3Ac%20%27%27d%27%27%27%21A1%3AB2")
    assert response.json()["range"] == "'a/b:c ''d'''!A1:B2"


def test_a_long_get_may_come_as_a_post(session, book):
    response = session.post(
        f"{SHEETS}/{book.id}/values:batchGet",
        data={"ranges": ["A1", "B2"]},
        headers={"X-HTTP-Method-Override": "GET"},
    )
    assert [one["range"] for one in response.json()["valueRanges"]] == ["Sheet1!A1", "Sheet1!B2"]


def test_a_mask_may_come_as_a_header(session, book):
    response = session.get(f"{SHEETS}/{book.id}", headers={"X-Goog-FieldMask": "spreadsheetId"})
    assert response.json() == {"spreadsheetId": book.id}


def test_a_method_the_stand_in_lacks_says_so(session, book):
    assert session.get(f"{DRIVE}/files/{book.id}/revisions").status_code == 501


def test_the_log_tells_what_was_served(sheets, session, book):  # noqa: F811
    tab = book.sheet1
    sheets.log.clear()
    tab.get("A1")
    tab.update([["x"]], "A1")
    session.post(f"{SHEETS}/{book.id}:getByDataFilter", json={"dataFilters": []})
    assert [(entry.method, entry.kind, entry.api, entry.status) for entry in sheets.log] == [
        ("GET", "read", "sheets", 200),
        ("PUT", "write", "sheets", 200),
        ("POST", "read", "sheets", 200),
    ]
    assert json.loads(sheets.log[1].body)["values"] == [["x"]]
    assert sheets.log[1].query["valueInputOption"] == ["RAW"]
    assert sheets.log[0].method_id == "sheets.spreadsheets.values.get"


# Refusals


def test_unknown_unshared_and_foreign_files(sheets, session):  # noqa: F811
    unknown = session.get(f"{SHEETS}/nothing")
    assert (unknown.status_code, error_of(unknown)) == (
        404,
        {"code": 404, "message": "Requested entity was not found.", "status": "NOT_FOUND"},
    )
    unshared = sheets.add_file(name="别人的", mimeType=SPREADSHEET, shared=False)
    refused = session.get(f"{SHEETS}/{unshared['id']}")
    assert (refused.status_code, error_of(refused)) == (
        403,
        {"code": 403, "message": "The caller does not have permission", "status": "PERMISSION_DENIED"},
    )
    assert session.get(f"{DRIVE}/files/{unshared['id']}").status_code == 404
    with pytest.raises(PermissionError):
        sheets.client().open_by_key(unshared["id"])
    excel = sheets.add_file(name="旧.xlsx", mimeType=EXCEL, content=b"PK")
    office = session.get(f"{SHEETS}/{excel['id']}")
    assert (office.status_code, error_of(office)) == (
        400,
        {
            "code": 400,
            "message": "This operation is not supported for this document",
            "status": "FAILED_PRECONDITION",
        },
    )


def test_a_file_shared_for_reading_cannot_be_written(sheets, session):  # noqa: F811
    file = sheets.add_file(name="只读", mimeType=SPREADSHEET, owner="staff@example.org", role="reader")
    assert session.get(f"{SHEETS}/{file['id']}").status_code == 200
    assert session.post(f"{SHEETS}/{file['id']}/values/A1:clear").status_code == 403
    renamed = session.patch(f"{DRIVE}/files/{file['id']}", json={"name": "x"})
    assert error_of(renamed)["errors"][0]["reason"] == "insufficientFilePermissions"


def test_a_file_of_a_person_shared_with_the_bearer(sheets, session):  # noqa: F811
    file = sheets.add_file(name="登记", mimeType=SPREADSHEET, owner="staff@example.org")
    shown = session.get(f"{DRIVE}/files/{file['id']}", params={"fields": "owners,ownedByMe,shared,capabilities"}).json()
    assert shown["owners"][0]["emailAddress"] == "staff@example.org"
    assert (shown["ownedByMe"], shown["shared"], shown["capabilities"]["canEdit"]) == (False, True, True)
    assert session.delete(f"{DRIVE}/files/{file['id']}").status_code == 403


@pytest.mark.parametrize(
    ("reason", "status", "name", "words"),
    [
        ("not_shared", 403, "PERMISSION_DENIED", "The caller does not have permission"),
        ("api_disabled", 403, "PERMISSION_DENIED", "Google Sheets API has not been used in project"),
        ("insufficient_scopes", 403, "PERMISSION_DENIED", "Request had insufficient authentication scopes."),
    ],
)
def test_sheets_forbids_in_each_way(sheets, session, book, reason, status, name, words):  # noqa: F811
    sheets.faults.add("forbidden", reason=reason)
    response = session.get(f"{SHEETS}/{book.id}")
    assert (response.status_code, error_of(response)["status"]) == (status, name)
    assert error_of(response)["message"].startswith(words)


def test_a_disabled_api_says_where_to_enable_it(sheets, session, book):  # noqa: F811
    sheets.faults.add("forbidden", reason="api_disabled")
    error = error_of(session.get(f"{SHEETS}/{book.id}"))
    info = next(detail for detail in error["details"] if detail["@type"].endswith("ErrorInfo"))
    assert info["reason"] == "SERVICE_DISABLED"
    assert info["metadata"]["activationUrl"] in error["message"]
    assert session.get(f"{DRIVE}/files").status_code == 200
    sheets.faults.add("forbidden", reason="api_disabled", api="drive")
    drive = error_of(session.get(f"{DRIVE}/files"))
    assert drive["errors"][0]["reason"] == "accessNotConfigured"
    assert drive["message"].startswith("Google Drive API has not been used")


def test_a_protected_range_refuses_writes_only(sheets, session, book):  # noqa: F811
    sheets.faults.add("forbidden", reason="protected")
    assert session.get(f"{SHEETS}/{book.id}").status_code == 200
    response = batch(session, book, {"addSheet": {}})
    assert response.status_code == 400
    assert "You are trying to edit a protected cell or object" in error_of(response)["message"]


def test_a_service_account_has_no_storage(sheets, session):  # noqa: F811
    sheets.faults.add("forbidden", reason="storage_quota")
    with pytest.raises(gspread.exceptions.APIError) as refusal:
        sheets.client().create("不行")
    assert refusal.value.error["errors"][0] == {
        "message": "The user's Drive storage quota has been exceeded.",
        "domain": "usageLimits",
        "reason": "storageQuotaExceeded",
    }
    assert session.get(f"{DRIVE}/files").status_code == 200


def test_drive_limits_rates_with_403(sheets, session):  # noqa: F811
    sheets.faults.add("forbidden", reason="rate_limit", times=1)
    refused = session.get(f"{DRIVE}/files")
    assert (refused.status_code, error_of(refused)["errors"][0]["reason"]) == (403, "userRateLimitExceeded")
    assert session.get(f"{DRIVE}/files").status_code == 200


def test_not_found_and_unauthorized_on_request(sheets, session, book):  # noqa: F811
    sheets.faults.add("not_found", times=2)
    assert error_of(session.get(f"{SHEETS}/{book.id}"))["message"] == "Requested entity was not found."
    assert error_of(session.get(f"{DRIVE}/files/{book.id}"))["message"] == f"File not found: {book.id}."
    sheets.faults.add("unauthorized", times=1)
    refused = session.get(f"{SHEETS}/{book.id}")
    assert (refused.status_code, error_of(refused)["status"]) == (401, "UNAUTHENTICATED")
    assert session.get(f"{SHEETS}/{book.id}").status_code == 200


# Quota, server errors, latency, cuts


def test_the_quota_is_a_sliding_window(sheets, session, book):  # noqa: F811
    sheets.faults.add("quota", reads=3, writes=2, window=0.6)
    read, write = f"{SHEETS}/{book.id}", f"{SHEETS}/{book.id}/values/A1:clear"
    assert [session.get(read).status_code for _ in range(2)] == [200, 200]
    time.sleep(0.35)
    assert [session.get(read).status_code for _ in range(2)] == [200, 429]
    assert [session.post(write).status_code for _ in range(3)] == [200, 200, 429]
    time.sleep(0.35)  # the first two reads have left the window, the third has not
    assert [session.get(read).status_code for _ in range(3)] == [200, 200, 429]
    assert session.get(f"{DRIVE}/files").status_code == 200


def test_the_quotas_refusal_is_googles(sheets, session, book):  # noqa: F811
    sheets.faults.add("quota", reads=0, writes=0, retry_after=True, window=30)
    response = session.get(f"{SHEETS}/{book.id}")
    error = error_of(response)
    assert (response.status_code, error["status"]) == (429, "RESOURCE_EXHAUSTED")
    assert re.fullmatch(
        r"Quota exceeded for quota metric 'Read requests' and limit 'Read requests per minute per user' of service "
        r"'sheets\.googleapis\.com' for consumer 'project_number:\d+'\.",
        error["message"],
    )
    info = error["details"][0]
    assert (info["reason"], info["domain"]) == ("RATE_LIMIT_EXCEEDED", "googleapis.com")
    assert info["metadata"]["quota_metric"] == "sheets.googleapis.com/read_requests"
    assert response.headers["Retry-After"] == "30"
    assert "'Write requests'" in error_of(session.post(f"{SHEETS}/{book.id}/values/A1:clear"))["message"]


def test_the_projects_quota_is_worded_differently(sheets, session, book):  # noqa: F811
    sheets.faults.add("quota", reads=0, scope="project")
    response = session.get(f"{SHEETS}/{book.id}")
    assert "'Read requests per minute' of service" in error_of(response)["message"]
    assert "Retry-After" not in response.headers


@pytest.mark.parametrize(("status", "name"), [(500, "INTERNAL"), (503, "UNAVAILABLE")])
def test_a_server_error_is_json(sheets, session, book, status, name):  # noqa: F811
    sheets.faults.add("error", status=status, times=1, retry_after=2)
    response = session.get(f"{SHEETS}/{book.id}")
    assert (response.status_code, error_of(response)["status"]) == (status, name)
    assert response.headers["Retry-After"] == "2"
    assert session.get(f"{SHEETS}/{book.id}").status_code == 200


def test_a_bad_gateway_is_a_page(sheets, session, book):  # noqa: F811
    sheets.faults.add("error", status=502)
    response = session.get(f"{SHEETS}/{book.id}")
    assert response.status_code == 502
    assert response.text.startswith("<!DOCTYPE html>")
    with pytest.raises(gspread.exceptions.APIError) as failure:
        book.sheet1.get("A1")
    assert failure.value.code == -1


def test_latency_delays_only_what_it_matches(sheets, session, book):  # noqa: F811
    sheets.faults.add("latency", seconds=0.3, path="values", method="get")
    started = time.perf_counter()
    session.get(f"{SHEETS}/{book.id}")
    session.post(f"{SHEETS}/{book.id}/values/A1:clear")
    assert time.perf_counter() - started < 0.25
    session.get(f"{SHEETS}/{book.id}/values/A1")
    assert time.perf_counter() - started > 0.3


def test_latency_does_not_hold_up_others(sheets, session, book):  # noqa: F811
    sheets.faults.add("latency", seconds=0.5, times=1)
    slow = threading.Thread(target=session.get, args=(f"{SHEETS}/{book.id}",))
    slow.start()
    time.sleep(0.1)
    started = time.perf_counter()
    sheets.session().get(f"{SHEETS}/{book.id}")
    assert time.perf_counter() - started < 0.3
    slow.join()


def test_a_cut_before_leaves_everything_as_it_was(sheets, session, book):  # noqa: F811
    sheets.faults.add("cut_before", times=1)
    with pytest.raises(requests.exceptions.ConnectionError):
        batch(session, book, {"addSheet": {"properties": {"title": "二"}}})
    assert [sheet.title for sheet in book.worksheets()] == ["Sheet1"]
    assert sheets.log[-2].status == 0


@pytest.mark.parametrize("partial", [False, True])
def test_a_cut_after_comes_when_it_is_done(sheets, session, book, partial):  # noqa: F811
    sheets.faults.add("cut_after", times=1, partial=partial)
    with pytest.raises(requests.exceptions.RequestException):
        batch(session, book, {"addSheet": {"properties": {"title": "二"}}})
    assert [sheet.title for sheet in book.worksheets()] == ["Sheet1", "二"]


def test_faults_may_wait_and_end(sheets, session, book):  # noqa: F811
    sheets.faults.add({"kind": "error", "status": 503, "after": 2, "times": 1})
    assert [session.get(f"{SHEETS}/{book.id}").status_code for _ in range(4)] == [200, 200, 503, 200]
    assert sheets.faults.shown()[0]["used"] == 1
    sheets.faults.clear()
    assert sheets.faults.shown() == []


def test_the_clock_can_be_off(sheets, session, book):  # noqa: F811
    sheets.faults.add("clock", minutes=-90)
    moment = parsedate_to_datetime(session.get(f"{SHEETS}/{book.id}").headers["Date"])
    assert abs((datetime.now(UTC) - moment).total_seconds() - 90 * 60) < 5


@pytest.mark.parametrize(
    "fault", [{"kind": "gremlin"}, {"kind": "error", "staus": 1}, {"kind": "forbidden", "reason": "?"}]
)
def test_a_fault_that_does_not_exist_is_refused(sheets, fault):  # noqa: F811
    with pytest.raises(ApiError):
        sheets.faults.add(fault)


# A person at work


def test_a_person_edits_between_two_calls(sheets, book):  # noqa: F811
    tab = book.sheet1
    tab.update([["甲", "乙"]], "A1")
    sheets.faults.add("person", edits=[{"sheet": "Sheet1", "cell": "B1", "value": "改过"}], after=1, times=1)
    assert tab.row_values(1) == ["甲", "乙"]
    assert tab.row_values(1) == ["甲", "改过"]


def test_a_person_may_do_anything_before_or_after_a_call(sheets, book):  # noqa: F811
    rename = {"updateSheetProperties": {"properties": {"sheetId": 0, "title": "登记"}, "fields": "title"}}
    sheets.faults.add("person", edits=[{"request": rename}], when="after", times=1)
    assert book.sheet1.title == "Sheet1"
    assert book.sheet1.title == "登记"
    sheets.edit(book.id, {"cell": "A1", "value": "=1+1"})
    assert book.sheet1.acell("A1").value == "2"


def test_a_person_may_be_a_function(sheets, book):  # noqa: F811
    seen = []
    sheets.faults.add("person", edits=lambda store, book_id: seen.append((len(store.books), book_id)))
    book.sheet1.acell("A1")
    assert seen == [(1, book.id)] * 2
    assert sheets.faults.shown()[0]["edits"] == "a function"


# Drive


def names(session, query, **params):
    response = session.get(f"{DRIVE}/files", params={"q": query, "orderBy": "name", **params})
    assert response.status_code == 200, response.text
    return [file["name"] for file in response.json()["files"]]


@pytest.fixture
def files(sheets):  # noqa: F811
    """A small Drive: ids by name."""
    folder = sheets.add_file(name="学年", mimeType=FOLDER)
    made = [
        folder,
        sheets.add_file(name="Hello World", mimeType=SPREADSHEET, parents=[folder["id"]]),
        sheets.add_file(name="hello", mimeType="text/plain", content="some notes"),
        sheets.add_file(name="It's", mimeType=EXCEL, owner="staff@example.org", content=b"PK"),
        sheets.add_file(name="垃圾", mimeType=SPREADSHEET, trashed=True),
        sheets.add_file(name="看不见", mimeType=SPREADSHEET, shared=False),
    ]
    sheets.edit(made[1]["id"], {"cell": "A1", "value": "王小明 reading club"})
    return {file["name"]: file["id"] for file in made}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["hello", "Hello World", "It's", "垃圾", "学年"]),
        ("trashed = false", ["hello", "Hello World", "It's", "学年"]),
        ("trashed=true", ["垃圾"]),
        (f"mimeType = '{SPREADSHEET}'", ["Hello World", "垃圾"]),
        (f'mimeType="{SPREADSHEET}" and trashed != true', ["Hello World"]),
        (f"mimeType != '{SPREADSHEET}'", ["hello", "It's", "学年"]),
        ("mimeType contains 'text/'", ["hello"]),
        ("name = 'Hello World'", ["Hello World"]),
        ("name contains 'hello'", ["hello", "Hello World"]),
        ("name contains 'World'", ["Hello World"]),
        ("name contains 'orld'", []),
        ("name contains '年'", ["学年"]),
        (r"name = 'It\'s'", ["It's"]),
        ("fullText contains 'notes'", ["hello"]),
        ("fullText contains 'club'", ["Hello World"]),
        ("fullText contains '小明'", ["Hello World"]),
        ("fullText contains '\"reading club\"'", ["Hello World"]),
        ("fullText contains '\"club reading\"'", []),
        ("name = 'hello' or name = 'It\\'s'", ["hello", "It's"]),
        ("not trashed = true and not (name = 'hello' or name = 'Hello World')", ["It's", "学年"]),
        ("'me' in owners and trashed = false", ["hello", "Hello World", "学年"]),
        ("me in owners and trashed = false", ["hello", "Hello World", "学年"]),
        ("'staff@example.org' in owners", ["It's"]),
        ("'me' in writers and not 'me' in owners", ["It's"]),
        ("sharedWithMe = true", ["It's"]),
        ("sharedWithMe and name contains 'it'", ["It's"]),
        ("not trashed and (sharedWithMe or starred)", ["It's"]),
        ("visibility = 'limited' and name = 'hello'", ["hello"]),
        ("visibility = 'anyoneWithLink'", []),
        ("'root' in parents and trashed = false", ["hello", "It's", "学年"]),
        ("modifiedTime > '2012-06-04T12:00:00' and name = 'hello'", ["hello"]),
        ("modifiedTime < '2012-06-04T12:00:00-08:00'", []),
        ("createdTime >= '2012-06-04' and name = 'hello'", ["hello"]),
        ("starred = true", []),
    ],
)
@pytest.mark.usefixtures("files")
def test_drive_searches(session, query, found):
    assert names(session, query) == found


def test_drive_searches_in_a_folder_and_in_properties(session, files):
    assert names(session, f"'{files['学年']}' in parents") == ["Hello World"]
    assert names(session, f'parents in "{files["学年"]}"') == ["Hello World"]
    session.patch(f"{DRIVE}/files/{files['hello']}", json={"properties": {"年": "2024"}})
    assert names(session, "properties has { key='年' and value='2024' }") == ["hello"]
    assert names(session, "appProperties has { key='年' and value='2024' }") == []


@pytest.mark.parametrize(
    "query",
    ["name", "name =", "foo = 'x'", "name = x and", "(name = 'x'", "name like 'x'", "trashed = 'x'", "name = 'x"],
)
def test_drive_refuses_a_query_it_cannot_read(session, query):
    response = session.get(f"{DRIVE}/files", params={"q": query})
    assert response.status_code == 400
    assert error_of(response)["errors"] == [
        {
            "message": "Invalid Value",
            "domain": "global",
            "reason": "invalid",
            "locationType": "parameter",
            "location": "q",
        }
    ]


def test_drive_lists_by_the_page(sheets, session):  # noqa: F811
    for number in range(7):
        sheets.add_file(name=f"{number}", mimeType="text/plain")
    seen, token = [], None
    for _ in range(3):
        params = {"pageSize": 3, "orderBy": "name desc", "pageToken": token}
        page = session.get(f"{DRIVE}/files", params=params).json()
        seen.append([file["name"] for file in page["files"]])
        token = page.get("nextPageToken")
    assert seen == [["6", "5", "4"], ["3", "2", "1"], ["0"]]
    assert token is None
    assert session.get(f"{DRIVE}/files", params={"pageToken": "nonsense"}).status_code == 400
    refused = session.get(f"{DRIVE}/files", params={"pageSize": 1001})
    assert error_of(refused)["message"] == "Invalid value '1001'. Values must be within the range: [1, 1000]"
    assert session.get(f"{DRIVE}/files", params={"orderBy": "colour"}).status_code == 400


def test_gspread_lists_more_than_a_page(sheets):  # noqa: F811
    for number in range(1003):
        sheets.add_file(name=f"表{number}", mimeType="application/vnd.google-apps.spreadsheet")
    assert len(sheets.client().list_spreadsheet_files()) == 1003


def test_drive_shows_four_fields_unless_asked(session, files):
    address = f"{DRIVE}/files/{files['hello']}"
    assert session.get(address).json() == {
        "kind": "drive#file",
        "id": files["hello"],
        "name": "hello",
        "mimeType": "text/plain",
    }
    assert set(session.patch(address, json={"name": "hello"}).json()) == {"kind", "id", "name", "mimeType"}
    assert set(session.get(f"{DRIVE}/files").json()) == {"kind", "incompleteSearch", "files"}
    whole = session.get(address, params={"fields": "*"}).json()
    assert whole["size"] == "10"
    assert whole["permissions"][0]["role"] == "owner"
    few = session.get(f"{DRIVE}/files", params={"fields": "files(name, owners/emailAddress)", "q": "name='hello'"})
    assert few.json() == {
        "files": [{"name": "hello", "owners": [{"emailAddress": "stand-in@example.iam.gserviceaccount.com"}]}]
    }
    refused = session.get(address, params={"fields": "foo"})
    assert error_of(refused)["message"] == "Invalid field selection foo"
    assert error_of(refused)["errors"][0]["location"] == "fields"


def test_drive_makes_moves_renames_trashes_and_deletes(session, files):
    folder = session.post(f"{DRIVE}/files", json={"name": "箱", "mimeType": FOLDER}).json()["id"]
    body = {"name": "表", "mimeType": SPREADSHEET, "parents": [folder], "description": "说明"}
    book = session.post(f"{DRIVE}/files", json=body, params={"supportsAllDrives": True}).json()["id"]
    assert session.get(f"{SHEETS}/{book}").json()["properties"]["title"] == "表"
    moved = session.patch(
        f"{DRIVE}/files/{book}",
        params={"addParents": files["学年"], "removeParents": folder, "fields": "parents,description"},
    )
    assert moved.json() == {"parents": [files["学年"]], "description": "说明"}
    session.patch(f"{DRIVE}/files/{book}", json={"name": "新名"})
    assert session.get(f"{SHEETS}/{book}").json()["properties"]["title"] == "新名"
    session.patch(f"{DRIVE}/files/{files['学年']}", json={"trashed": True})
    assert session.get(f"{DRIVE}/files/{book}", params={"fields": "trashed"}).json() == {"trashed": True}
    assert session.get(f"{SHEETS}/{book}").status_code == 200
    deleted = session.delete(f"{DRIVE}/files/{files['学年']}")
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert session.get(f"{SHEETS}/{book}").status_code == 404
    assert session.delete(f"{DRIVE}/files/trash").status_code == 204
    assert names(session, "trashed = true") == []


@pytest.mark.parametrize(
    ("body", "reason"),
    [({"mimeType": "text/csv"}, "fieldNotWritable"), ({"parents": ["x"]}, "fieldNotWritable")],
)
def test_drive_refuses_what_cannot_be_changed(session, files, body, reason):
    response = session.patch(f"{DRIVE}/files/{files['hello']}", json=body)
    assert (response.status_code, error_of(response)["errors"][0]["reason"]) == (403, reason)


def test_drive_refuses_unknown_names_and_files(session):
    assert session.post(f"{DRIVE}/files", json={"title": "v2"}).status_code == 400
    missing = session.get(f"{DRIVE}/files/none")
    assert error_of(missing)["errors"] == [
        {
            "message": "File not found: none.",
            "domain": "global",
            "reason": "notFound",
            "locationType": "parameter",
            "location": "fileId",
        }
    ]
    assert session.post(f"{DRIVE}/files", json={"parents": ["none"]}).status_code == 404


def test_drive_gives_bytes_and_takes_them(session, files):
    media = session.get(f"{DRIVE}/files/{files['hello']}", params={"alt": "media"})
    assert (media.content, media.headers["Content-Type"]) == (b"some notes", "text/plain")
    refused = session.get(f"{DRIVE}/files/{files['Hello World']}", params={"alt": "media"})
    assert error_of(refused)["errors"][0]["reason"] == "fileNotDownloadable"
    related = (
        b'--b\r\nContent-Type: application/json\r\n\r\n{"name": "x.csv", "mimeType": "'
        + SPREADSHEET.encode()
        + b'"}\r\n'
        b"--b\r\nContent-Type: text/csv\r\n\r\n\xe5\xad\xa6\xe6\xa0\xa1,12\r\n--b--"
    )
    made = session.post(
        "https://www.googleapis.com/upload/drive/v3/files?uploadType=multipart",
        data=related,
        headers={"Content-Type": "multipart/related; boundary=b"},
    )
    values = session.get(f"{SHEETS}/{made.json()['id']}/values/A1:B1?valueRenderOption=UNFORMATTED_VALUE").json()
    assert values["values"] == [["学校", 12]]
    session.patch(
        f"https://www.googleapis.com/upload/drive/v3/files/{files['hello']}?uploadType=media",
        data=b"new",
        headers={"Content-Type": "text/plain"},
    )
    assert session.get(f"{DRIVE}/files/{files['hello']}?alt=media").content == b"new"


def test_drive_copies(session, files):
    copied = session.post(f"{DRIVE}/files/{files['Hello World']}/copy", json={}).json()
    assert copied["name"] == "Copy of Hello World"
    assert session.get(f"{SHEETS}/{copied['id']}/values/A1").json()["values"] == [["王小明 reading club"]]
    session.post(f"{SHEETS}/{copied['id']}/values/A1:clear")
    assert "values" in session.get(f"{SHEETS}/{files['Hello World']}/values/A1").json()
    plain = session.post(f"{DRIVE}/files/{files['hello']}/copy", json={"name": "二"}).json()["id"]
    assert session.get(f"{DRIVE}/files/{plain}?alt=media").content == b"some notes"
    assert session.post(f"{DRIVE}/files/{files['学年']}/copy", json={}).status_code == 403


def test_drive_exports_only_what_can_be_exported(session, files):
    table = session.get(f"{DRIVE}/files/{files['Hello World']}/export", params={"mimeType": "text/csv"})
    assert table.content.decode().strip() == "王小明 reading club"
    unsupported = session.get(f"{DRIVE}/files/{files['Hello World']}/export", params={"mimeType": "image/png"})
    assert (unsupported.status_code, error_of(unsupported)["message"]) == (
        400,
        "The requested conversion is not supported.",
    )
    missing = session.get(f"{DRIVE}/files/{files['Hello World']}/export")
    assert error_of(missing)["errors"][0] == {
        "message": "Required parameter: mimeType",
        "domain": "global",
        "reason": "required",
        "locationType": "parameter",
        "location": "mimeType",
    }
    plain = session.get(f"{DRIVE}/files/{files['hello']}/export", params={"mimeType": "text/csv"})
    assert error_of(plain)["errors"][0]["reason"] == "fileNotExportable"


def test_drive_shares(session, files):
    address = f"{DRIVE}/files/{files['hello']}/permissions"
    body = {"type": "user", "role": "reader", "emailAddress": "otto@example.org"}
    made = session.post(address, json=body, params={"sendNotificationEmail": False, "emailMessage": "你好"}).json()
    assert made == {"kind": "drive#permission", "id": made["id"], "type": "user", "role": "reader"}
    again = session.post(address, json={**body, "role": "writer"}).json()
    assert (again["id"], again["role"]) == (made["id"], "writer")
    session.post(address, json={"type": "anyone", "role": "reader"})
    session.post(address, json={"type": "domain", "role": "reader", "domain": "example.org"})
    everyone = session.get(address, params={"fields": "permissions(id,type,domain,emailAddress,role)"}).json()
    assert [one["type"] for one in everyone["permissions"]] == ["user", "user", "anyone", "domain"]
    assert everyone["permissions"][2]["id"] == "anyoneWithLink"
    changed = session.patch(f"{address}/{made['id']}", json={"role": "commenter"})
    assert changed.json()["role"] == "commenter"
    assert session.get(f"{address}/{made['id']}").json()["role"] == "commenter"
    assert session.delete(f"{address}/{made['id']}").status_code == 204
    assert error_of(session.get(f"{address}/{made['id']}"))["message"] == f"Permission not found: {made['id']}."
    page = session.get(address, params={"pageSize": 2}).json()
    assert (len(page["permissions"]), page["nextPageToken"]) == (2, "2")


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"role": "reader"}, "The permission type field is required."),
        ({"type": "anyone"}, "The permission role field is required."),
        ({"type": "robot", "role": "reader"}, "The permission type is invalid."),
        ({"type": "anyone", "role": "king"}, "The specified role is invalid or not supported."),
        (
            {"type": "user", "role": "reader"},
            "The specified emailAddress is invalid or not applicable for the given permission type.",
        ),
        (
            {"type": "domain", "role": "reader"},
            "The specified domain is invalid or not applicable for the given permission type.",
        ),
        (
            {"type": "user", "role": "owner", "emailAddress": "otto@example.org"},
            "The transferOwnership parameter must be enabled when the permission role is 'owner'.",
        ),
    ],
)
def test_drive_refuses_to_share_wrongly(session, files, body, sentence):
    response = session.post(f"{DRIVE}/files/{files['hello']}/permissions", json=body)
    assert response.status_code in {400, 403}
    assert error_of(response)["message"] == sentence


def test_drive_transfers_ownership_with_consent(session, files):
    address = f"{DRIVE}/files/{files['hello']}/permissions"
    body = {"type": "user", "role": "writer", "emailAddress": "otto@example.org"}
    otto = session.post(address, json=body).json()["id"]
    early = session.patch(f"{address}/{otto}", json={"role": "owner"}, params={"transferOwnership": True})
    assert error_of(early)["errors"][0]["reason"] == "consentRequiredForOwnershipTransfer"
    session.patch(f"{address}/{otto}", json={"role": "writer", "pendingOwner": True})
    session.patch(f"{address}/{otto}", json={"role": "owner"}, params={"transferOwnership": True})
    shown = session.get(f"{DRIVE}/files/{files['hello']}", params={"fields": "owners/emailAddress,permissions/role"})
    assert shown.json() == {
        "owners": [{"emailAddress": "otto@example.org"}],
        "permissions": [{"role": "writer"}, {"role": "owner"}],
    }


def test_drive_keeps_comments_and_replies(session, files):
    address = f"{DRIVE}/files/{files['hello']}/comments"
    mask = {"fields": "*"}
    assert error_of(session.post(address, json={"content": "x"}))["message"] == (
        "The 'fields' parameter is required for this method."
    )
    first = session.post(address, json={"content": "<请改>"}, params=mask).json()
    second = session.post(address, json={"content": "二", "anchor": "a"}, params={"fields": "id"}).json()
    assert set(second) == {"id"}
    assert first["htmlContent"] == "&lt;请改&gt;"
    reply = session.post(f"{address}/{first['id']}/replies", json={"action": "resolve", "content": "好"}, params=mask)
    got = session.get(f"{address}/{first['id']}", params=mask).json()
    assert (got["resolved"], got["replies"][0]["content"]) == (True, "好")
    replies = f"{address}/{first['id']}/replies"
    session.patch(f"{replies}/{reply.json()['id']}", json={"content": "好的"}, params=mask)
    assert session.get(replies, params={"fields": "replies/content"}).json() == {"replies": [{"content": "好的"}]}
    assert session.delete(f"{replies}/{reply.json()['id']}").status_code == 204
    assert session.get(replies, params={"fields": "replies/content"}).json() == {"replies": []}
    session.patch(f"{address}/{first['id']}", json={"content": "改好了"}, params=mask)
    session.delete(f"{address}/{second['id']}")
    left = session.get(address, params={"fields": "comments(content,deleted)"}).json()
    assert left == {"comments": [{"content": "改好了", "deleted": False}]}
    both = session.get(address, params={"fields": "comments/deleted", "includeDeleted": True}).json()["comments"]
    assert both == [{"deleted": True}, {"deleted": False}]
    page = session.get(address, params={"fields": "*", "pageSize": 1, "includeDeleted": True}).json()
    assert (len(page["comments"]), page["nextPageToken"]) == (1, "1")
    assert session.post(address, json={}, params=mask).status_code == 400


def test_drive_says_who_is_asking(session):
    shown = session.get(f"{DRIVE}/about", params={"fields": "user(emailAddress,me)"}).json()
    assert shown == {"user": {"me": True, "emailAddress": "stand-in@example.iam.gserviceaccount.com"}}
    ids = session.get(f"{DRIVE}/files/generateIds", params={"count": 3}).json()["ids"]
    assert len(set(ids)) == 3
    assert session.post(f"{DRIVE}/files", json={"id": ids[0], "name": "x"}).json()["id"] == ids[0]
    assert session.post(f"{DRIVE}/files", json={"id": ids[0]}).status_code == 409


def test_a_write_moves_the_modified_time(session, files):
    address, mask = f"{DRIVE}/files/{files['Hello World']}", {"fields": "modifiedTime,version"}
    before = session.get(address, params=mask).json()
    session.post(f"{SHEETS}/{files['Hello World']}/values/A1:clear")
    after = session.get(address, params=mask).json()
    assert after["modifiedTime"] > before["modifiedTime"]
    assert int(after["version"]) > int(before["version"])


# Steering over HTTP, and as a process of its own


def test_steering_over_http(sheets, session, book):  # noqa: F811
    control = f"{sheets.url}/_standin"
    requests = sheets.session()
    fault = {"kind": "error", "status": 503, "times": 1}
    assert requests.post(f"{control}/faults", json=[fault]).json() == [{**fault, "used": 0}]
    assert session.get(f"{SHEETS}/{book.id}").status_code == 503
    assert requests.get(f"{control}/faults").json()[0]["used"] == 1
    assert requests.delete(f"{control}/faults").json() == []
    wrong = requests.post(f"{control}/faults", json={"kind": "gremlin"})
    assert (wrong.status_code, "gremlin" in wrong.text) == (400, True)
    made = requests.post(
        f"{control}/files", json={"name": "旧.xlsx", "mimeType": EXCEL, "content": "base64:UEs=", "trashed": True}
    ).json()
    assert (made["size"], made["trashed"]) == ("2", True)
    requests.post(f"{control}/edits", json={"spreadsheet": book.id, "edits": [{"cell": "B2", "value": "5%"}]})
    assert book.sheet1.acell("B2").value == "5%"
    tab = book.sheet1
    requests.delete(f"{control}/log")
    tab.update([["记"]], "A1")
    [entry] = requests.get(f"{control}/log").json()
    assert (entry["method"], entry["status"], json.loads(entry["body"])["values"]) == ("PUT", 200, [["记"]])
    assert requests.get(f"{control}/nothing").status_code == 404
    requests.post(f"{control}/reset")
    assert session.get(f"{SHEETS}/{book.id}").status_code == 404


def test_it_runs_as_a_process_of_its_own():
    root = Path(__file__).parent.parent
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.standins.sheets_api", "--port", "0"],
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": ""},
    )
    try:
        url = process.stdout.readline().strip()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", url)
        head = {"Authorization": "Bearer x"}
        made = requests.post(
            f"{url}/v4/spreadsheets", json={"properties": {"title": "独立"}}, headers=head, timeout=9
        ).json()
        again = requests.get(f"{url}/v4/spreadsheets/{made['spreadsheetId']}", headers=head, timeout=9)
        assert again.status_code == 200
    finally:
        process.send_signal(signal.SIGTERM)
        rest, complaints = process.communicate(timeout=10)
    assert (process.returncode, rest, complaints) == (0, "", "")


def test_stopping_closes_connections_and_frees_the_port(capfd):
    standin = SheetsStandin().start()
    session, port = standin.session(), int(standin.url.rpartition(":")[2])
    session.get(f"{DRIVE}/files")
    started = time.perf_counter()
    standin.stop()
    standin.stop()
    assert time.perf_counter() - started < 1
    with socket.socket() as probe, pytest.raises(ConnectionRefusedError):
        probe.connect(("127.0.0.1", port))
    assert capfd.readouterr() == ("", "")
    with pytest.raises(RuntimeError):
        _ = standin.url


def test_many_clients_at_once(sheets, book):  # noqa: F811
    def write(number):
        sheets.session().put(
            f"{SHEETS}/{book.id}/values/A{number}",
            params={"valueInputOption": "RAW"},
            json={"values": [[f"{number}"]]},
        ).raise_for_status()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(1, 31)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert book.sheet1.col_values(1) == [f"{number}" for number in range(1, 31)]


def test_googles_own_client_speaks_with_it(sheets):  # noqa: F811
    def service(name, version):
        document = json.loads(get_static_doc(name, version))
        document["rootUrl"] = f"{sheets.url}/"
        document["baseUrl"] = sheets.url + "/" + document["servicePath"]
        document.pop("mtlsRootUrl", None)
        return build_from_document(document, credentials=Credentials("anything"))

    tables, drive = service("sheets", "v4").spreadsheets(), service("drive", "v3").files()
    made = tables.create(
        body={"properties": {"title": "官方"}, "sheets": [{"properties": {"title": "学校"}}]}
    ).execute()
    key = {"spreadsheetId": made["spreadsheetId"]}
    values = tables.values()
    body = {"values": [[1, "2024-09-01", "=A1+1", True, None, "5%"]]}
    values.update(**key, range="学校!A1", valueInputOption="USER_ENTERED", body=body).execute()
    row = values.get(**key, range="学校!A1:F1").execute()["values"]
    assert row == [["1", "2024-09-01", "2", "TRUE", "", "5%"]]
    many = values.batchGet(**key, ranges=[f"学校!A{number}" for number in range(1, 400)]).execute()
    assert len(many["valueRanges"]) == 399
    assert sheets.log[-1].method == "POST"  # so long an address goes as a POST that stands for a GET
    upload = MediaInMemoryUpload(b"a,b\n1,2", "text/csv")
    drive.create(body={"name": "上传", "mimeType": SPREADSHEET}, media_body=upload).execute()
    assert {file["name"] for file in drive.list(q="trashed=false").execute()["files"]} == {"官方", "上传"}
    assert drive.export(fileId=made["spreadsheetId"], mimeType="text/csv").execute() == b"1,2024-09-01,2,TRUE,,5%"
    with pytest.raises(HttpError) as missing:
        drive.get(fileId="nope").execute()
    assert missing.value.error_details[0]["reason"] == "notFound"


@pytest.mark.parametrize("head", [b"Content-Encoding: gzip\r\nContent-Length: 3", b"Content-Length: many"])
def test_a_malformed_request_is_answered_and_harms_nobody(sheets, session, book, head, capfd):  # noqa: F811
    host, port = sheets.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as raw:
        raw.sendall(b"POST /v4/spreadsheets HTTP/1.1\r\nHost: x\r\n" + head + b"\r\n\r\nabc")
        assert raw.makefile("rb").readline().startswith(b"HTTP/1.1 400 ")
    assert session.get(f"{SHEETS}/{book.id}").status_code == 200
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    ("place", "body", "sentence"),
    [
        ("'Data Tab'!A1:C10", {"values": [[1]]}, "Unable to parse range: 'Data Tab'!A1:C10"),
        ("A1:B2:C3", {"values": [[1]]}, "Unable to parse range: A1:B2:C3"),
        (
            "Sheet1!A100000",
            {"values": [[1]]},
            "Range (Sheet1!A100000) exceeds grid limits. Max rows: 1000, max columns: 26",
        ),
        (
            "Sheet1!A1:B1",
            {"values": [[1, 2, 3]]},
            "Requested writing within range [Sheet1!A1:B1], but tried writing to column [C]",
        ),
        (
            "Sheet1!A1:B1",
            {"values": [[1], [2]]},
            "Requested writing within range [Sheet1!A1:B1], but tried writing to row [2]",
        ),
        (
            "Sheet1!A1",
            {"values": [[1], [[1]]]},
            "Invalid values[1][0]: list_value {\n  values {\n    number_value: 1.0\n  }\n}\n",
        ),
        (
            "Sheet1!Z99",
            {"range": "Sheet1!Z98", "values": [[1]]},
            "Request range[Sheet1!Z99] does not match value's range[Sheet1!Z98]",
        ),
    ],
)
def test_values_that_do_not_fit_are_refused_in_googles_words(session, book, place, body, sentence):
    params = {"valueInputOption": "RAW"}
    response = session.put(f"{SHEETS}/{book.id}/values/{quote(place, safe='')}", params=params, json=body)
    assert (response.status_code, error_of(response)["message"]) == (400, sentence)


def test_a_request_that_is_a_word_is_refused_in_googles_words(session, book):
    assert error_of(batch(session, book, "repeatCell"))["message"] == (
        f"Invalid value at 'requests[0]' ({TYPES}BatchUpdateSpreadsheetRequest.Request), \"repeatCell\""
    )
