"""Readers: who gets mail, and which rows of 收件人 get none, and why."""

from __future__ import annotations

from datetime import date

import pytest
from markdown import BASE, workbook
from sample_book import sample

from toolkit.assess import assess
from toolkit.doctor import load_doctor
from toolkit.names import NOBODY
from toolkit.readers import Unreached, readers, unreached
from toolkit.schema import load_schema

SCHEMA = load_schema()
TODAY = date(2025, 11, 24)
HEADER = "# 收件人\n| 姓名 | 邮箱 | 角色 | 学校 | 订阅 |\n|---|---|---|---|---|\n"
STAFF = "# 人员\n| 姓名 | 学校 | 职务 | 邮箱 | 在岗 |\n|---|---|---|---|---|\n"
SCHOOLS = """
# 学校
| 学校 | 简称 | 角色 | 加入日期 | 退出日期 |
|---|---|---|---|---|
| 中心小学 | 中心 | 领衔学校 | | |
| 东小学 | 东校 | 成员学校 | | 2025-11-23 |
| 西小学 | 西校 | 成员学校 | | 2025-11-24 |
| 南小学 | 南校 | 成员学校 | 2026-09-01 | |
| 北小学 | 北校 | 成员学校 | | 去年 |
"""


def ground(recipients, staff="", base=BASE):
    return assess(workbook(base, HEADER + recipients, STAFF + staff), SCHEMA, TODAY).ground


def reached(found, topic="weekly"):
    return [reader.row for reader in readers(found, topic)]


def missed(found):
    return {one.row: one.reason for one in unreached(found)}


def one(recipient, *staff):
    """Why a single row gets nothing; empty where it gets something."""
    found = ground(f"| {recipient} |\n", "".join(f"| {person} |\n" for person in staff))
    reason = missed(found).get(2, "")
    assert reached(found) == ([] if reason else [2])
    return reason


def test_a_school_gets_mail_to_its_last_day():
    rows = [
        f"| 甲 | {n}@example.com | 校长 | {name} | |\n"
        for n, name in enumerate(("中心", "东校", "西校", "南校", "北校"))
    ]
    found = ground("".join(rows), base=SCHOOLS)
    assert reached(found) == [2, 4, 5, 6]
    assert missed(found) == {3: "school_left"}


def test_whoever_belongs_to_a_school_that_left_gets_nothing_whatever_the_role():
    rows = "| 甲 | a@example.com | 领导 | 东校 | |\n| 乙 | b@example.com | 联络员 | 东校 | |\n| 丙 | c@example.com | 领导 | | |\n"
    found = ground(rows, base=SCHOOLS)
    assert reached(found) == [4]
    assert missed(found) == {2: "school_left", 3: "school_left"}


@pytest.mark.parametrize(
    ("staff", "reason"),
    [
        ((), ""),
        (("王芳 | 东校 | 教师 | | 是",), ""),
        (("王芳 | 东校 | 教师 | | ",), ""),
        (("王芳 | 东校 | 教师 | | 产假",), ""),
        (("王芳 | 东校 | 教师 | | 否",), "person_left"),
        (("王 芳 | 甲镇东小学 | 教师 | | 否",), "person_left"),
        (("王芳 | 西校 | 教师 | | 否",), ""),
        (("李雷 | 西校 | 教师 | Desk@Example.com | 否",), "person_left"),
        (("李雷 | 西校 | 教师 | desk@example.com | 否", "李雷 | 东校 | 教师 | DESK@example.com | 是"), ""),
        (("王芳 | 东校 | 教师 | | 否", "王芳 | 西校 | 教师 | desk@example.com | 是"), "person_left"),
        (("王芳 | 东校 | 教师 | | 否", "王芳 | 东校 | 教师 | | 是"), ""),
        (("王芳 | 东校 | 没有这个职务 | | 否",), "person_left"),
    ],
)
def test_a_person_out_of_post_by_name_and_school_or_by_address_gets_nothing(staff, reason):
    assert one("王芳 | desk@example.com | 联络员 | 东校 |", *staff) == reason


def test_a_leader_without_a_school_is_known_by_the_address_alone():
    leader = "王芳 | desk@example.com | 领导 | |"
    assert one(leader, "王芳 | 东校 | 教师 | | 否") == ""
    assert one(leader, "王芳 | 没有这所学校 | 教师 | | 否") == ""
    assert one(leader, "王芳 | 东校 | 教师 | desk@example.com | 否") == "person_left"


@pytest.mark.parametrize(
    "address", ["", "desk", "desk@example，com", "a@example.com b@example.com", "王芳@example.com"]
)
def test_a_blank_or_malformed_address_gets_nothing(address):
    assert one(f"王芳 | {address} | 联络员 | 东校 |") == "address"


@pytest.mark.parametrize(
    "rest", ["联络员 | 南校 |", "联络员 | |", "同事 | 东校 |", " | 东校 |", "联络员 | 东校 | 月报"]
)
def test_another_error_in_the_row_is_told(rest):
    assert one(f"王芳 | desk@example.com | {rest}") == "row"


def test_leaving_is_told_before_the_address_and_the_address_before_the_rest():
    rows = "| 甲 | | 校长 | 东校 | |\n| 乙 | x | 同事 | 西校 | |\n"
    assert missed(ground(rows, base=SCHOOLS)) == {2: "school_left", 3: "address"}


def test_the_same_address_role_and_school_is_one_reader():
    rows = (
        "| 甲 | desk@example.com | 联络员 | 东校 | |\n"
        "| 乙 | Desk@Example.com | 联络员 | 甲镇东小学 | 周报 |\n"
        "| 甲 | desk@example.com | 联络员 | 西校 | |\n"
        "| 甲 | desk@example.com | 校长 | 东校 | |\n"
        "| 甲 | desk@example.com | 领导 | | |\n"
        "| 丁 | desk@example.com | 领导 | 东校 | |\n"
    )
    found = ground(rows)
    assert reached(found) == [2, 4, 5, 6]
    assert missed(found) == {3: "duplicate", 7: "duplicate"}


def test_a_second_row_that_asks_for_something_else_is_no_duplicate():
    rows = "| 甲 | a@example.com | 联络员 | 东校 | 周报 |\n| 甲 | a@example.com | 联络员 | 东校 | 周报、催还 |\n"
    found = ground(rows)
    assert (reached(found), reached(found, "overdue"), reached(found, "problems")) == ([2], [3], [])
    assert missed(found) == {}


def test_a_row_that_gets_nothing_makes_no_later_one_a_duplicate():
    rows = "| 王芳 | a@example.com | 联络员 | 东校 | |\n| 李雷 | a@example.com | 联络员 | 东校 | |\n"
    found = ground(rows, "| 王芳 | 东校 | 教师 | | 否 |\n")
    assert reached(found) == [3]
    assert missed(found) == {2: "person_left"}


def test_neither_blank_rows_nor_those_that_do_not_subscribe_are_unreached():
    rows = "| 甲 | a@example.com | 联络员 | 东校 | 催还 |\n| | | | | |\n| 乙 | b@example.com | 联络员 | 东校 | 周报 |\n"
    found = ground(rows)
    assert reached(found) == [4]
    assert unreached(found) == ()


def test_a_sheet_without_a_column_that_it_needs_reaches_nobody():
    found = assess(
        workbook(BASE, "# 收件人\n| 姓名 | 邮箱 | 学校 |\n|---|---|---|\n| 甲 | a@example.com | 东校 |\n"),
        SCHEMA,
        TODAY,
    )
    assert reached(found.ground) == []
    assert unreached(found.ground) == (Unreached(2, "row"),)


def test_without_the_sheet_nobody_is_reached_or_missed():
    found = assess(workbook(BASE), SCHEMA, TODAY).ground
    assert (reached(found), unreached(found)) == ([], ())


def test_the_scope_of_a_reader_is_the_school_and_all_for_leaders_alone():
    rows = "| 甲 | a@example.com | 领导 | 东校 | |\n| 乙 | b@example.com | 校长 | 西校 | |\n"
    assert [reader.scope for reader in readers(ground(rows), "weekly")] == [NOBODY, 2]


def test_of_the_sample_one_address_is_malformed_and_all_others_are_reached():
    raw, as_of = sample()
    found = assess(raw, SCHEMA, as_of).ground
    assert unreached(found) == (Unreached(6, "address"),)
    assert reached(found) == [3, 4, 5, *range(7, 29)]


def test_every_reason_has_its_words_in_both_languages():
    words = load_doctor().unreached
    assert set(words) == {"school_left", "person_left", "address", "row", "duplicate"}
    assert words["address"].say("en", rows="收件人!7") == (
        "收件人!7: the address is blank or malformed, so nothing is sent; correct 邮箱."
    )
    assert words["address"].say("zh", rows="收件人!7") == "收件人!7 的邮箱没有填或者写错了，没法寄：请改好“邮箱”。"
