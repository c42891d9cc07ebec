"""The memory in a hidden tab: what goes in comes out, only what differs is written, and damage is told."""

from datetime import date, datetime

import pytest

from toolkit.history import Point, Sighting, follow
from toolkit.stores.memory import recall, record
from toolkit.stores.memory_tables import Run
from toolkit.stores.sheets.memory_tab import TabMemory

MONDAY, TUESDAY, WEDNESDAY = (date(2026, 3, day) for day in (2, 3, 4))


def run(day, met, *, now=(), known=()):
    sightings = [Sighting(key, f"at {key}", ("甲镇东小学",), grave=True) for key in now]
    points = {"": Point(day, met, 40, 3, 2), "甲镇东小学": Point(day, 1, 2, 0, 0)}
    return Run(day, datetime(2026, 3, day.day, 9), points, followed=follow(known, sightings, day), digests={"r": day})  # noqa: DTZ001


def written(cells, memory, *, rows=2, columns=2):
    """The tab's cells after the requests, as the API would give them."""
    grid = [list(row) for row in cells]
    for request in memory.requests(5, rows, columns):
        if "updateSheetProperties" in request:
            continue
        body = request["updateCells"]
        start = body.get("start") or {
            "rowIndex": body["range"].get("startRowIndex", 0),
            "columnIndex": body["range"].get("startColumnIndex", 0),
        }
        lines = body.get("rows")
        if lines is None:
            last = body["range"].get("endColumnIndex", 99)
            for row in grid[start["rowIndex"] :]:
                row[start["columnIndex"] : last] = [""] * len(row[start["columnIndex"] : last])
            continue
        for place, line in enumerate(lines, start["rowIndex"]):
            while len(grid) <= place:
                grid.append([])
            grid[place] += [""] * (start["columnIndex"] + 1 - len(grid[place]))
            grid[place][start["columnIndex"]] = line["values"][0].get("userEnteredValue", {}).get("stringValue", "")
    return grid


def after(cells, some):
    memory = TabMemory(cells)
    assert memory.record(some) is None
    return written(cells, memory), memory


def test_what_is_recorded_is_recalled_as_from_a_file(tmp_path):
    path, cells = tmp_path / "memory.sqlite", []
    for some in (run(MONDAY, 30, now="ab"), run(TUESDAY, 31, now="bc")):
        record(path, some)
        cells, _ = after(cells, some)
    assert TabMemory(cells).recall(WEDNESDAY) == recall(path, WEDNESDAY)
    assert TabMemory(cells).recall(WEDNESDAY).history.points[""][-1].met == 31


def test_an_empty_tab_is_an_empty_memory():
    assert TabMemory([]).recall(MONDAY).fault is None
    assert TabMemory([]).recall(MONDAY).history.points == {}


def test_the_same_run_once_more_writes_nothing_new():
    cells, _ = after([], run(MONDAY, 30))
    again, memory = after(cells, run(MONDAY, 30))
    assert again == cells
    assert all("rows" not in request["updateCells"] for request in memory.requests(5, 9, 9) if "updateCells" in request)


def test_a_table_that_grows_changes_its_own_tail_alone():
    cells, _ = after([], run(MONDAY, 30, now="ab"))
    _, memory = after(cells, run(TUESDAY, 31, now="ab"))
    texts = [
        request["updateCells"] for request in memory.requests(5, 99, 9) if "rows" in request.get("updateCells", {})
    ]
    heads = {cells[0][body["start"]["columnIndex"]] for body in texts}
    assert heads <= {"runs", "figures", "digests", "problems"}
    figures = next(body for body in texts if cells[0][body["start"]["columnIndex"]] == "figures")
    assert figures["start"]["rowIndex"] == 3


def test_what_another_run_left_below_is_cleared():
    cells, _ = after([], run(MONDAY, 30))
    memory = TabMemory(cells)
    memory.record(run(TUESDAY, 31))
    place = cells[0].index("figures")
    foreign = [*(list(row) for row in cells), *([""] * 9 for _ in range(6))]
    foreign[-1][place] = "[9]"
    assert TabMemory(written(foreign, memory)).recall(WEDNESDAY).fault is None


def test_a_cell_that_cannot_be_read_costs_that_cell():
    cells, _ = after([], run(MONDAY, 30))
    cells[1][cells[0].index("digests")] = "nonsense"
    found = TabMemory(cells).recall(TUESDAY)
    assert found.history.points[""][0].met == 30
    assert found.fault.startswith("1 cells")


@pytest.mark.parametrize("place", [0, 2])
@pytest.mark.parametrize("head", ["", "runs", "别的"])
def test_changed_heads_are_told_and_the_memory_begins_anew(head, place):
    cells, _ = after([], run(MONDAY, 30))
    cells[0][place] = head
    memory = TabMemory(cells)
    found = memory.recall(TUESDAY)
    if head == "别的" and place:
        assert found.fault is None
        return
    assert "begins anew" in found.fault
    assert found.history.points == {}
    memory.record(run(TUESDAY, 31))
    assert TabMemory(written(cells, memory)).recall(WEDNESDAY).history.points[""] == (Point(TUESDAY, 31, 40, 3, 2),)


def test_a_newer_version_is_left_alone():
    cells, _ = after([], run(MONDAY, 30))
    cells[1][cells[0].index("version")] = "99"
    memory = TabMemory(cells)
    assert "newer version" in memory.recall(TUESDAY).fault
    assert "newer version" in memory.record(run(TUESDAY, 31))
    assert memory.after is memory.before
    assert memory.requests(5, 9, 9) == []
