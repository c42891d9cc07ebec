"""Notices: who gets one on which day, what it says, and that it says nothing twice."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from browser import Browser, needs_browser, told
from markdown import BASE, workbook
from test_digests import Elements, html
from test_hostile import HOSTILE

from toolkit.assess import assess
from toolkit.history import History
from toolkit.ladder import in_holidays, last_rung
from toolkit.notices import notices
from toolkit.outputs import load_outputs
from toolkit.periods import Term
from toolkit.render.digest import Links, parts
from toolkit.schema import load_schema
from toolkit.settings import RemindSettings
from toolkit.viewer import Standpoint, Viewer

SCHEMA, WORDS, LADDER = load_schema(), load_outputs(), RemindSettings()
TODAY = date(2025, 11, 24)
STAMP = datetime(2025, 11, 24, 7, tzinfo=UTC)
BOOK = "https://docs.google.com/spreadsheets/d/abc/edit"
LINKS = Links(workbook=BOOK, tabs={"借用": 11, "活动": 7})
DESKS = """
# 收件人
| 姓名 | 邮箱 | 角色 | 学校 | 订阅 |
|---|---|---|---|---|
| 东联络 | desk@example.com | 联络员 | 东校 | |
"""
STOCK = """
# 资源
| 资源编号 | 资源名称 | 类别 | 所属学校 | 数量 |
|---|---|---|---|---|
| R1 | 古筝 | 器材 | 中心 | 500 |
| R2 | 鼓 | 器材 | 中心 | 500 |
| R3 | 西校的琴 | 器材 | 西校 | 500 |

# 借用
| 资源编号 | 借出学校 | 借入学校 | 数量 | 借出日期 | 应还日期 | 归还日期 |
|---|---|---|---|---|---|---|
"""
LOANS = """
| R1 | 中心 | 东校 | 2 | 2025-09-08 | 2025-11-10 | |
| R2 | 中心 | 东校 | 1 | 2025-09-08 | 2025-11-30 | |
| R1 | 中心 | 东校 | 1 | 2025-09-08 | 2025-12-03 | |
| R1 | 中心 | 东校 | 3 | 2025-09-08 | 2025-11-12 | 2025-11-12 |
| R3 | 西校 | 东校 | 3 | 2025-09-08 | 2025-11-23 | |
| R1 | 中心 | 西校 | 4 | 2025-09-08 | 2025-11-20 | |
"""
FAULTS = """
# 活动
| 活动编号 | 类别 | 主题 | 日期 | 承办学校 | 参加学校 | 状态 | 佐证材料 |
|---|---|---|---|---|---|---|---|
| H1 | 开放日 | 秋季 | 十月 | 东校 | 东校 | 已举行 | 照片 |
| H2 | 开放日 | 冬季 | 2025-10-09 | 东校 | 东校 | 已举行 | |
| H3 | 教师论坛 | 论坛 | 2025-10-10 | 西校 | 西校 | 已举行 | |
"""


def viewer(*texts, as_of=TODAY, history=None):
    raw = workbook(BASE, *texts)
    return Viewer(Standpoint(assess(raw, SCHEMA, as_of, "甲镇共同体"), WORDS, history or History()))


def told_today(*texts, as_of=TODAY, remind=LADDER, history=None, overdue=None, problems=None):
    """Topic, role and row of each notice."""
    found = notices(viewer(*texts, as_of=as_of, history=history), remind, overdue or {}, problems or {})
    return [(digest.topic, digest.role, digest.row) for digest in found]


def key(*texts, place=0):
    """Of a reader who gets a notice."""
    return [digest.key for digest in notices(viewer(*texts), LADDER, {}, {})][place]


def mails(*texts, links=LINKS, history=None, problems=None, remind=LADDER):
    found = notices(viewer(*texts, history=history), remind, {}, problems or {})
    return [parts(digest, WORDS, links=links, sequence={}, stamp=STAMP) for digest in found]


def loan(due):
    return f"| R1 | 中心 | 东校 | 2 | 2025-09-08 | {due} | |"


# --- the ladder

DUE = date(2025, 11, 10)


@pytest.mark.parametrize(
    ("day", "rung"),
    [
        (-8, None), (-7, -7), (-6, -7), (-2, -7), (-1, -1), (0, 0), (1, 1), (2, 1), (6, 1), (7, 7), (13, 7), (14, 14),
        (29, 14), (30, 30), (59, 30), (60, 60), (89, 60), (90, 90), (365, 360),
    ],
)  # fmt: skip
def test_the_newest_rung_that_a_loan_has_reached(day, rung):
    found = last_rung(LADDER, DUE, DUE + timedelta(days=day))
    assert found == (None if rung is None else DUE + timedelta(days=rung))


@pytest.mark.parametrize(
    ("remind", "rungs"),
    [
        ({"then_every": 0}, [-7, -1, 0, 1, 7, 14, 30]),
        ({"before": (), "on_the_day": False}, [1, 7, 14, 30, 60, 90]),
        ({"before": (), "on_the_day": False, "after": ()}, [30, 60, 90]),
        ({"before": (3,), "after": (), "then_every": 10}, [-3, 0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100]),
        ({"before": (1, 7), "after": (30, 1), "then_every": 40}, [-7, -1, 0, 1, 30, 70]),
    ],
)
def test_every_rung_of_a_ladder(remind, rungs):
    days = [last_rung(RemindSettings(**remind), DUE, DUE + timedelta(days=day)) for day in range(-20, 101)]
    assert sorted({(day - DUE).days for day in days if day}) == rungs


def test_all_rungs_of_a_ladder_are_told_of_day_by_day_once_each():
    last, days = {}, []
    who = key(DESKS, STOCK + loan(DUE))
    for day in range(-10, 65):
        as_of = DUE + timedelta(days=day)
        if told_today(DESKS, STOCK + loan(DUE), as_of=as_of, overdue=last):
            days.append(day)
            last = {who: as_of}
    assert days == [-7, -1, 0, 1, 7, 14, 30, 60]


@pytest.mark.parametrize(
    ("due", "last", "goes"),
    [
        ("2025-11-24", None, True),  # today is its day
        ("2025-11-24", "2025-11-24", False),  # said today
        ("2025-11-24", "2025-11-23", True),
        ("2025-12-01", None, True),  # in a week
        ("2025-12-02", None, False),  # in eight days
        ("2025-11-30", None, True),  # yesterday was missed
        ("2025-11-30", "2025-11-23", False),
        ("2025-11-21", "2025-11-22", False),
        ("2025-11-21", "2025-11-21", True),  # the days since, on which nothing ran, are made up for
        ("2025-11-01", "2025-11-14", True),
        ("2025-11-01", "2025-11-15", False),
    ],
)
def test_a_notice_goes_out_where_a_rung_was_reached_after_the_last_one(due, last, goes):
    texts = (DESKS, STOCK + loan(due))
    told_then = {key(DESKS, STOCK + LOANS): date.fromisoformat(last)} if last else {}
    assert told_today(*texts, overdue=told_then) == ([("overdue", "liaison", 2)] if goes else [])


def test_what_was_given_back_or_lost_is_not_asked_for():
    back = "| R1 | 中心 | 东校 | 2 | 2025-09-08 | 2025-11-10 | 2025-11-20 |"
    assert told_today(DESKS, STOCK + back) == []


def test_a_longer_ladder_looks_further_ahead_than_the_dashboard():
    far = (DESKS, STOCK + loan("2025-12-20"))
    assert told_today(*far) == []
    assert told_today(*far, remind=RemindSettings(before=(30, 7))) == [("overdue", "liaison", 2)]
    assert viewer(*far).view().loans == ()


# --- holidays

TERMS = [
    Term("秋", "2025", date(2025, 9, 1), date(2026, 1, 23)),
    Term("春", "2025", date(2026, 2, 24), date(2026, 7, 3)),
]


@pytest.mark.parametrize(
    ("day", "holidays"),
    [
        ("2025-09-01", False), ("2026-01-23", False), ("2026-01-24", True), ("2026-02-23", True),
        ("2026-02-24", False), ("2026-07-03", False), ("2026-07-04", True), ("2026-08-31", True),
        ("2026-09-03", True), ("2026-09-04", False),  # a term that nobody has entered
        ("2025-08-31", True), ("2025-07-01", True), ("2025-06-30", False),
    ],
)  # fmt: skip
def test_the_holidays_are_near_a_term_on_record_and_in_none(day, holidays):
    assert in_holidays(TERMS, date.fromisoformat(day)) == holidays


def test_without_terms_there_are_no_holidays():
    assert not in_holidays([], TODAY)


def test_notices_wait_for_the_end_of_the_holidays():
    texts, holidays = (DESKS, STOCK + loan("2026-02-01")), date(2026, 2, 10)
    assert told_today(*texts, as_of=holidays) == []
    assert told_today(*texts, as_of=holidays, remind=RemindSettings(in_holidays=True)) == [("overdue", "liaison", 2)]
    before = {key(DESKS, STOCK + LOANS): date(2026, 1, 23)}
    assert told_today(*texts, as_of=date(2026, 2, 24), overdue=before) == [("overdue", "liaison", 2)]


def test_a_term_in_error_may_be_the_one_that_is_running():
    terms = BASE.replace("2026-02-24", "二月底")
    raw = workbook(terms, DESKS, STOCK + loan("2026-02-01"))
    stand = Standpoint(assess(raw, SCHEMA, date(2026, 3, 2), "甲镇共同体"), WORDS)
    assert [digest.topic for digest in notices(Viewer(stand), LADDER, {}, {})] == ["overdue"]


# --- who


def test_principals_and_leaders_get_only_what_their_row_names():
    rows = """
| 东校长 | east@example.com | 校长 | 东校 | |
| 王校长 | wang@example.com | 校长 | 东校 | 周报、催还 |
| 林主任 | lin@example.com | 领导 | | |
| 沈主任 | shen@example.com | 领导 | | 待改 |
| 西联络 | west@example.com | 联络员 | 西校 | 周报 |
| 中联络 | lead@example.com | 联络员 | 中心 | 催还、待改 |
"""
    assert told_today(DESKS + rows.lstrip(), STOCK + LOANS, FAULTS) == [
        ("overdue", "liaison", 2),
        ("overdue", "principal", 4),
        ("problems", "liaison", 2),
        ("problems", "leader", 6),
    ]


def test_the_same_reader_in_two_rows_gets_one_notice_and_keeps_the_key_under_another_name():
    again = "| 东联络员 | DESK@example.com | 联络员 | 东校 | 催还 |\n"
    assert told_today(DESKS + again, STOCK + LOANS) == [("overdue", "liaison", 2)]
    corrected = DESKS.replace("东联络", "董联络").replace("desk@", "Desk@")
    assert key(corrected, STOCK + LOANS) == key(DESKS, STOCK + LOANS)
    assert key(corrected, FAULTS) == key(DESKS, STOCK + LOANS)


def test_where_there_is_nothing_to_say_there_is_no_notice():
    assert told_today(DESKS, STOCK) == []


# --- what is to be fixed


def seen(*texts, first, without=()):
    """A history in which what is wrong was seen on a day, some of it not yet."""
    present = viewer(*texts).stand.followed.present
    return History(seen=tuple(replace(one, first=first) for n, one in enumerate(present) if n not in without))


OLD, LAST = date(2025, 11, 3), date(2025, 11, 20)


@pytest.mark.parametrize(
    ("last", "without", "goes"),
    [
        (None, (), True),  # never told
        (LAST, (), False),  # nothing is new
        (LAST, (0,), True),
        (date(2025, 11, 21), (0,), True),  # three days ago
        (date(2025, 11, 22), (0,), False),  # too soon
        (TODAY, (0,), False),
    ],
)
def test_what_is_new_to_fix_is_told_but_not_too_often(last, without, goes):
    history = seen(DESKS, FAULTS, first=OLD, without=without)
    problems = {key(DESKS, FAULTS): last} if last else {}
    found = told_today(DESKS, FAULTS, history=history, problems=problems)
    assert found == ([("problems", "liaison", 2)] if goes else [])


def test_what_no_run_remembers_may_be_new():
    assert told_today(DESKS, FAULTS, problems={key(DESKS, FAULTS): LAST}) == [("problems", "liaison", 2)]


def test_what_the_weekly_digest_has_told_the_liaison_is_not_told_again():
    rows = DESKS + "| 东校长 | east@example.com | 校长 | 东校 | 待改 |\n"
    keys = [key(rows, FAULTS, place=place) for place in (0, 1)]
    history = replace(seen(rows, FAULTS, first=date(2025, 11, 21)), digests=dict.fromkeys(keys, date(2025, 11, 22)))
    assert told_today(rows, FAULTS, history=history, problems=dict.fromkeys(keys, LAST)) == [
        ("problems", "principal", 3)
    ]


def test_hints_alone_are_no_reason_to_write_and_none_is_listed():
    hints = "\n# 工作计划{tasks}\n| 类别 | 事项 | 截止日期 | 状态 |\n|---|---|---|---|\n| 合计 | | | |\n"
    stand = viewer(DESKS + "| 林主任 | lin@example.com | 领导 | | 待改 |\n", hints)
    assert {problem.severity for problem in stand.stand.assessment.problems} == {"notice"}
    assert list(notices(stand, LADDER, {}, {})) == []
    (mail,) = mails(DESKS.replace("联络员 | 东校 |", "领导 | | 待改"), FAULTS, hints)
    assert "提示" not in mail.text


# --- what they say

OVERDUE = """
甲镇共同体 · 东校借用提醒
上学期 · 第 13 周 · 截至 11 月 24 日

东联络，您好。
2 件已逾期、1 件 6 天内到期。

请先还已经逾期的。还了以后，在“借用”表里填上“归还日期”，就不再提醒；早就还了的，补填
日期即可。

【已经逾期】2 件
古筝 × 2，应还 11 月 10 日，已过 14 天（借用!2）
借用!6，应还 11 月 23 日，已过 1 天（借用!6）

【快要到期】1 件
鼓 × 1，应还 11 月 30 日，还有 6 天（借用!3）

--
登记簿：https://docs.google.com/spreadsheets/d/abc/edit
这封信由登记簿里的内容自动写成。有疑问，或者不想再收，直接回信就可以。
"""
PROBLEMS = """
甲镇共同体 · 东校待改提醒
上学期 · 第 13 周 · 截至 11 月 24 日

东联络，您好。
1 处要改，1 处请核对。

请先改“要改”的：改好以前，这些行不计入统计。打开登记簿，照着提示改好即可，不用回信；
改好的不再提醒。
自 11 月 20 日的待改提醒以来，登记里要改和请核对的，新增 1 处，改好 0 处，原有的还
剩 1 处。

【要改：1 处】这一行暂不计入统计

活动
  D2（新）  写的是“十月”
    活动 第 2 行「日期」写的是“十月”，不是有效日期。请写成 2025-09-01 这样的形式。
    （今天起）

【请核对：1 处】

活动
  H3
    活动 第 3 行「佐证材料」没有填。已举行的活动请写上照片、纪要的链接或存放的地方。
    （11 月 3 日起，21 天）

--
登记簿：https://docs.google.com/spreadsheets/d/abc/edit
这封信由登记簿里的内容自动写成。有疑问，或者不想再收，直接回信就可以。
"""


def problem_mail(**more):
    history = seen(DESKS, FAULTS, first=OLD, without=(0,))
    (mail,) = mails(DESKS, FAULTS, history=history, problems={key(DESKS, FAULTS): LAST}, **more)
    return mail


def test_the_notice_of_loans():
    (mail,) = mails(DESKS, STOCK + LOANS)
    assert mail.subject == "催还：2 件已逾期、1 件 6 天内到期（东校）"
    assert mail.text == OVERDUE.lstrip("\n")
    assert (mail.picture, mail.attachments) == (None, ())


def test_the_notice_of_what_is_to_be_fixed():
    mail = problem_mail()
    assert mail.subject == "待改：1 处要改，1 处请核对，新增 1 处（东校）"
    assert mail.text == PROBLEMS.lstrip("\n")
    assert (mail.picture, mail.attachments) == (None, ())


@pytest.mark.parametrize(
    ("days", "subject"),
    [
        (["2025-11-24"], "催还：1 件今天到期（东校）"),
        (["2025-11-24", "2025-11-25"], "催还：2 件 1 天内到期（东校）"),
        (["2025-11-17"], "催还：1 件已逾期（东校）"),
    ],
)
def test_the_subject_says_how_many_and_how_soon(days, subject):
    (mail,) = mails(DESKS, STOCK + "\n".join(map(loan, days)))
    assert mail.subject == subject.replace("件今天", "件 今天")


def test_leaders_are_told_by_school_from_whom_it_is():
    leader = DESKS.replace("联络员 | 东校 |", "领导 | | 催还、待改")
    loans, faults = mails(leader, STOCK + LOANS, FAULTS)
    assert loans.subject == "催还：3 件已逾期、1 件 6 天内到期（甲镇共同体）"
    assert "【东校】3 件\n古筝 × 2，应还 11 月 10 日，已过 14 天，借自中心（借用!2）\n" in loans.text
    assert "【西校】1 件\n古筝 × 4，应还 11 月 20 日，已过 4 天，借自中心（借用!7）\n" in loans.text
    assert faults.subject == "待改：1 处要改，2 处请核对（甲镇共同体）"
    assert "【东校】1 处要改，1 处请核对\n  活动!D2  写的是“十月”\n" in faults.text
    assert "【西校】1 处请核对\n  活动!H4\n" in faults.text


def test_a_school_is_told_of_no_other():
    rows = DESKS + "| 东校长 | east@example.com | 校长 | 东校 | 催还、待改 |\n"
    made = mails(rows, STOCK + LOANS, FAULTS)
    assert len(made) == 4
    for text in (part for mail in made for part in (mail.subject, mail.text, mail.html)):
        assert not re.search("西校|中心|甲镇西|论坛", text)


def many(count, name="古筝"):
    return STOCK.replace("古筝", name) + "\n".join(loan(date(2025, 10, 1) + timedelta(days=n)) for n in range(count))


def test_sixty_loans_are_one_mail_that_lists_them_all():
    (mail,) = mails(DESKS, many(60))
    assert mail.subject == "催还：54 件已逾期、6 件 5 天内到期（东校）"
    assert mail.text.count("古筝 × 2，") == 60
    assert mail.html.count("古筝 × 2<") == 60
    assert mail.text.index("已过 54 天") < mail.text.index("已过 1 天") < mail.text.index("还有 5 天")
    assert len(mail.html.encode()) < 52_000


def test_of_more_loans_the_most_urgent_are_listed_and_the_others_counted():
    (mail,) = mails(DESKS, many(64, "长" * 200), remind=RemindSettings(before=(14,)))
    assert mail.text.count(" × 2，") == 60
    assert "另有 4 件，见看板的“借用逾期”。" in mail.text
    assert len(mail.html.encode()) < 52_000
    leader = DESKS.replace("联络员 | 东校 |", "领导 | | 催还")
    west = "\n| R1 | 中心 | 西校 | 2 | 2025-09-08 | 2025-11-20 | |"
    (mail,) = mails(leader, many(40) + west)
    assert "【东校】40 件\n" in mail.text
    assert "另有 10 件" in mail.text
    assert "【西校】1 件\n古筝 × 2，" in mail.text


# --- links


def hrefs(mail):
    return [attributes["href"] for tag, attributes in Elements(html(mail)).found if tag == "a"]


def test_each_place_is_a_link_to_the_very_cell():
    (mail,) = mails(DESKS, STOCK + LOANS)
    assert hrefs(mail) == [f"{BOOK}#gid=11&range={cell}" for cell in ("G2", "G6", "G3")] + [BOOK]
    assert hrefs(problem_mail()) == [f"{BOOK}#gid=7&range=D2", f"{BOOK}#gid=7&range=H3", BOOK]
    assert f"{BOOK}#" not in mail.text


def test_a_column_that_is_not_there_has_no_cell_but_its_row():
    without = "\n".join(line.removesuffix("佐证材料 |").removesuffix("照片 |") for line in FAULTS.splitlines())
    (mail,) = mails(DESKS, without)
    assert hrefs(mail) == [f"{BOOK}#gid=7&range={area}" for area in ("D2", "2:2", "3:3")] + [BOOK]


def test_a_workbook_on_a_drive_has_no_links():
    (mail,) = mails(DESKS, STOCK + LOANS, links=Links())
    assert hrefs(mail) == []
    assert "借用!2" in mail.html


def test_links_are_found_by_the_tabs_own_title_and_escaped():
    renamed = STOCK.replace("# 借用", "# 借用 ")
    odd = Links(workbook='https://example.com/?a=1&b="', tabs={"借用 ": 11})
    (mail,) = mails(DESKS, renamed + LOANS, links=odd)
    assert hrefs(mail)[0] == 'https://example.com/?a=1&b="#gid=11&range=G2'
    (mail,) = mails(DESKS, STOCK + LOANS, links=Links(workbook=BOOK, tabs={"别的": 1}))
    assert hrefs(mail) == [BOOK]


# --- what mail programmes bear


def made():
    leader = DESKS.replace("联络员 | 东校 |", "领导 | | 催还、待改")
    return [*mails(DESKS, STOCK + LOANS), problem_mail(), *mails(leader, STOCK + LOANS, FAULTS)]


def test_the_text_says_what_the_html_says():
    for mail in made():
        said = re.sub(r"\W", "", mail.text)
        shown = re.sub('<div class="hid">.*?</div>', "", mail.html)
        words = re.findall("[\u4e00-\u9fff]{2,}", "\n".join(Elements(shown).words))
        assert [word for word in words if word not in said] == []


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text)[:24])
def test_hostile_texts_are_text(text):
    cell = re.sub(r"[|\r\n]", "⏎", text)
    stock = STOCK.replace("古筝", cell) + LOANS
    for mail in mails(DESKS.replace("东联络", cell or "无名"), stock, FAULTS.replace("十月", cell)):
        assert "\n" not in mail.subject
        page = html(mail)
        tags = {tag for tag, _ in Elements(page).found}
        assert tags <= {"html", "head", "meta", "title", "style", "body", "div", "table", "tr", "td", "span", "br"} | {
            "tbody", "p", "h1", "h2", "a", "b", "u",
        }  # fmt: skip
        assert not re.search("[\u202e\u200b\ufeff\x07\x1b]", page + mail.text)
        assert len(mail.html.encode()) < 52_000


NO_MATTER = {"landmark-one-main", "region"}
"""Landmarks are for whole pages; a mail programme shows a mail within its own."""


@needs_browser
def test_pages_are_accessible_and_fit_a_telephone():
    with Browser() as browser:
        for mail in made():
            page = html(mail)
            assert browser.overflow(page, 360) == 0
            for dark in (False, True):
                found = browser.axe(page, width=700, dark=dark)
                assert told([one for one in found if one["id"] not in NO_MATTER]) == []
        assert browser.errors == []
