"""Leaks: whatever a letter says of another school is found, wherever and however it is written; all else passes."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from html import escape
from urllib.parse import quote

import pytest
from extremes import EXTREMES
from markdown import BASE, workbook
from sample_book import sample

from toolkit.assess import assess
from toolkit.digests import digests
from toolkit.leaks import Guard, Leak
from toolkit.names import NOBODY
from toolkit.notices import notices
from toolkit.outputs import load_outputs
from toolkit.render.digest import parts
from toolkit.schema import load_schema
from toolkit.settings import RemindSettings
from toolkit.templates import FOLDER
from toolkit.viewer import Standpoint, Viewer

SCHEMA, WORDS = load_schema(), load_outputs()
STAMP = datetime(2026, 11, 24, 7, tzinfo=UTC)
TABS = {"活动": 17, "借用": 18}


@cache
def vocabulary():
    """The templates of letters as they are in the files."""
    files = [path for name in ("mail", "weekly", "remind") for path in sorted((FOLDER / name).rglob("*.*"))]
    return "\n".join(path.read_text("utf-8") for path in files)


def texts(digest):
    made = parts(digest, WORDS, sequence={}, stamp=STAMP)
    files = {file.name: file.content.decode() for file in made.attachments}
    return {"subject": made.subject, "text": made.text, "html": made.html} | files


@cache
def community():
    """The sample: what makes its views, the guard, and each letter of a school's reader with the school."""
    raw, as_of = sample()
    viewer = Viewer(Standpoint(assess(raw, SCHEMA, as_of, "台头学区共同体"), WORDS))
    made = [*digests(viewer, "weekly"), *notices(viewer, RemindSettings(), {}, {})]
    places = {name: place for place, name in enumerate(viewer.stand.schools.keys)}
    letters = [(places[digest.view.school], texts(digest)) for digest in made if digest.view.school]
    return viewer, Guard(viewer.stand, vocabulary(), TABS), letters


def letter(school=3):
    """The guard, a school's first letter, and what the school is called."""
    viewer, guard, letters = community()
    return guard, dict(next(made for place, made in letters if place == school)), viewer.stand


def calendar_of(made):
    return next(name for name in made if name.endswith(".ics"))


def people(stand, place):
    return [name for name, school in zip(stand.people.names, stand.people.school_of, strict=True) if school == place]


def foreign(stand, school):
    """Names of other schools' people that nobody of the school has, with the place of their school."""
    own = set(people(stand, school))
    told = zip(stand.people.names, stand.people.school_of, strict=True)
    return [(name, place) for name, place in told if name and place >= 0 and place != school and name not in own]


def small(*more, rows="", tabs=None, words=None):
    """The guard of a small community; 东校 is 1 and 西校 2."""
    tables = f"""
# 人员
| 工号 | 姓名 | 学校 | 职务 |
|---|---|---|---|
| T1 | 王芳 | 东校 | 教师 |
| T2 | 韩梅 | 西校 | 教师 |
{rows}
"""
    made = assess(workbook(BASE, tables, *more), SCHEMA, datetime(2025, 11, 24, tzinfo=UTC).date(), "甲镇共同体")
    return Guard(Standpoint(made, WORDS), vocabulary() if words is None else words, tabs or {})


HAN = ("person", "人员!3", 2)
WEST = ("school", "学校!4", 2)


def found(guard, text, part="text", school=1):
    return [(leak.kind, leak.place, leak.owner) for leak in guard.leaks(school, {part: text})]


# --- letters as they are


def test_no_letter_of_the_sample_says_anything_of_another_school():
    _, guard, letters = community()
    assert len(letters) > 22
    assert [guard.leaks(school, made) for school, made in letters] == [()] * len(letters)


@pytest.mark.parametrize("name", ["thirty_schools", "one_big_school", "eighty_rules", "all_wrong", "loans", "exams"])
def test_no_letter_of_a_community_at_the_edge_does(name):
    raw, as_of = EXTREMES[name]()
    viewer = Viewer(Standpoint(assess(raw, SCHEMA, as_of, "甲镇共同体"), WORDS))
    guard = Guard(viewer.stand, vocabulary())
    base, _, _ = community()
    digest = next(one for one in digests(base, "weekly") if one.role == "liaison")
    for school in viewer.stand.active[:12]:
        for role in ("principal", "liaison"):
            view = viewer.view(school)
            assert guard.leaks(school, texts(replace(digest, role=role, view=view, news=view.scores))) == ()


def test_the_names_of_the_sample_are_all_looked_for():
    viewer, guard, _ = community()
    known = guard._names
    for name in (*viewer.stand.schools.keys, *viewer.stand.schools.short, *viewer.stand.people.names):
        assert known[name].place.startswith(("学校!", "人员!"))


def test_a_leader_may_see_all():
    viewer, guard, _ = community()
    digest = next(digest for digest in digests(viewer, "weekly") if digest.role == "leader")
    assert guard.leaks(NOBODY, texts(digest)) == ()


def test_the_communitys_digest_is_refused_to_a_school():
    viewer, guard, _ = community()
    for digest in digests(viewer, "weekly"):
        if digest.role != "leader":
            school = list(viewer.stand.schools.keys).index(digest.view.school)
            leaks = guard.leaks(school, texts(replace(digest, view=viewer.view())))
            assert {"text", "html"} <= {leak.part for leak in leaks}
            assert all(leak.owner != school for leak in leaks)


def test_another_schools_digest_is_refused():
    _, guard, letters = community()
    for school, made in letters:
        for other in range(11):
            assert bool(guard.leaks(other, made)) == (other != school)


# --- planted

PLACES = {
    "subject": lambda made, name: made | {"subject": f"{made['subject']}{name}"},
    "text": lambda made, name: made | {"text": made["text"].replace("您好。", f"您好。请找{name}老师。")},
    "html": lambda made, name: made | {"html": made["html"].replace("您好。", f"您好。请找{escape(name)}老师。")},
    "alternative text": lambda made, name: made | {"html": made["html"].replace("<body", f'<img alt="{name}"><body')},
    "tip": lambda made, name: made | {"html": made["html"].replace("</table>", f"<td title='{name}'></table>")},
    "address": lambda made, name: made | {"html": made["html"] + f'<a href="https://x.cn/{quote(name)}.html">看</a>'},
    "comment": lambda made, name: made | {"html": made["html"].replace("<body", f"<!-- {name} --><body")},
    "calendar": lambda made, name: (
        made | {calendar_of(made): made[calendar_of(made)].replace("SUMMARY:", f"SUMMARY:{name}")}
    ),
    "name of a file": lambda made, name: made | {f"{name}.ics": ""},
    "another file": lambda made, name: made | {"名单.csv": f"序号,姓名\r\n1,{name}\r\n"},
}
PARTS = {
    "subject": "subject",
    "text": "text",
    "calendar": "attachment 1",
    "name of a file": "name of attachment 2",
    "another file": "attachment 2",
}


@pytest.mark.parametrize("place", PLACES)
def test_a_name_planted_anywhere_is_found_and_its_place_told(place):
    guard, made, stand = letter()
    part = PARTS.get(place, "html")
    name = foreign(stand, 3)[0][0]
    row = stand.ground.tables["people"].rows[list(stand.people.names).index(name)]
    assert guard.leaks(3, made) == ()
    assert guard.leaks(3, PLACES[place](made, stand.schools.keys[5])) == (Leak(part, "school", "学校!8", 5),)
    assert guard.leaks(3, PLACES[place](made, stand.schools.short[5])) == (Leak(part, "school", "学校!8", 5),)
    assert guard.leaks(3, PLACES[place](made, name)) == (Leak(part, "person", f"人员!{row}", 0),)
    assert guard.leaks(3, PLACES[place](made, people(stand, 3)[0])) == ()


def test_every_person_of_another_school_planted_once_is_found():
    viewer, guard, letters = community()
    chance, count = random.Random(5), 0  # noqa: S311 the same every time
    for school in range(11):
        made = next(dict(made) for place, made in letters if place == school)
        for name, _ in foreign(viewer.stand, school):
            place = chance.choice(list(PLACES))
            leaks = guard.leaks(school, PLACES[place](made, name))
            assert [leak.kind for leak in leaks] == ["person"], (school, name, place)
            count += 1
    assert count > 2900


WAYS = {
    "folded": "请各校联系韩\n  梅，谢谢",
    "folded with two signs at the line's end": "请各校联系韩\r\n梅，谢谢",
    "hidden signs": "韩\u200b\u2060梅",
    "a soft hyphen": "韩\u00ad梅",
    "marks": "韩\u0332梅\ufe0f",
    "spaces": "韩  梅",
    "a wide space": "韩\u3000梅",
    "compatibility signs": "韩\ufa44",
}


@pytest.mark.parametrize("way", WAYS)
def test_a_name_is_found_however_it_is_written_in_text(way):
    assert found(small(), WAYS[way]) == [HAN]


@pytest.mark.parametrize(
    "page",
    [
        "<p>&#38889;&#26757;</p>",
        "<p>&#x97e9;&#x6885;</p>",
        "<p>韩&zwnj;梅</p>",
        "<p>韩&nbsp;梅</p>",
        "<p>韩<b>梅</b></p>",
        '<p>韩<span class="x">梅</span></p>',
        "<p>韩<wbr>梅</p>",
        "<p>韩\n梅</p>",
        "<p>韩 <b> 梅</b></p>",
        '<img alt="a > b 韩梅">',
        '<img alt="&#38889;&#26757;">',
        "<td data-who='韩梅'>",
        "<style>.x:after { content: '韩梅' }</style>",
        '<a href="mailto:a@b.cn?subject=%E9%9F%A9%E6%A2%85">写信</a>',
        "<TD>韩梅</TD>",
    ],
)
def test_a_name_is_found_however_it_is_written_in_a_page(page):
    assert found(small(), page, "html") == [HAN]


def test_signs_of_two_blocks_make_no_name():
    guard = small()
    assert found(guard, "<td>韩</td><td>梅</td>", "html") == []
    assert found(guard, "<p>韩</p>\n<p>梅</p>", "html") == []


def test_a_calendar_file_is_unfolded():
    guard = small()
    assert found(guard, "SUMMARY:开放日：韩\r\n 梅", "a.ics") == [HAN]
    assert found(guard, "SUMMARY:开放日：借用!\r\n 9\\, 韩梅", "a.ics") == [HAN]


def test_a_name_in_latin_letters_is_a_word():
    guard = small(rows="| T3 | Ann Li | 西校 | 教师 |\n| T4 | 阿依古丽·买买提 | 西校 | 教师 |")
    ann, other = ("person", "人员!4", 2), ("person", "人员!5", 2)
    assert found(guard, "Ann Li 老师") == [ann]
    assert found(guard, "AnnLi") == [ann]
    assert found(guard, "Joann Li, Ann Lily") == []
    assert found(guard, "阿依古丽•买买提") == [other]
    assert found(guard, "阿依古丽 ・ 买买提") == [other]
    assert found(guard, "阿依古丽") == []


# --- what passes


def test_own_names_pass():
    guard = small(rows="| T3 | 韩梅 | 东校 | 教师 |")
    assert found(guard, "东校 甲镇东小学 王芳 韩梅") == []
    assert found(guard, "西校的韩梅") == [WEST]


def test_a_name_within_a_longer_own_name_passes():
    guard = small(rows="| T3 | 王韩梅 | 东校 | 教师 |\n| T4 | 李王芳 | 西校 | 教师 |")
    assert found(guard, "王韩梅") == []
    assert found(guard, "李王芳") == [("person", "人员!5", 2)]
    assert found(guard, "王韩梅、韩梅") == [HAN]


def test_the_readers_own_name_passes_wherever_it_is_registered():
    recipients = """
# 收件人
| 姓名 | 邮箱 | 角色 | 学校 |
|---|---|---|---|
| 韩梅 | desk@example.com | 联络员 | 东校 |
"""
    assert found(small(recipients), "韩梅，您好。") == []
    assert found(small(), "韩梅，您好。") == [HAN]


def test_someone_called_like_a_word_of_the_letters_is_not_looked_for():
    guard = small(rows="| T3 | 安排 | 西校 | 教师 |\n| T4 | 达标 | 西校 | 教师 |")
    assert found(guard, "有安排，已达标") == []
    assert found(small(rows="| T3 | 祝好 | 西校 | 教师 |", words="祝好！"), "祝好") == []
    assert found(small(rows="| T3 | 祝好 | 西校 | 教师 |", words=""), "祝好") == [("person", "人员!4", 2)]


def test_someone_with_a_name_of_one_sign_is_not_looked_for():
    assert found(small(rows="| T3 | 韩 | 西校 | 教师 |"), "韩") == []


def test_what_every_reader_may_see_passes():
    more = """
# 指标
| 指标编号 | 名称 | 条款 | 责任主体 | 周期 | 数据表 | 归属列 | 筛选 | 统计 | 下限 |
|---|---|---|---|---|---|---|---|---|---|
| 1 | 到西校交流 | 西校章 | 每所学校 | 学期 | 活动 | 承办学校 | 参加学校=西校 | 次数 | 1 |

# 活动
| 活动编号 | 类别 | 主题 | 日期 | 承办学校 | 参加学校 | 状态 |
|---|---|---|---|---|---|---|

# 成绩
| 考试 | 日期 | 学校 | 年级 | 学科 | 参考人数 | 平均分 |
|---|---|---|---|---|---|---|
| 西校联考 | 2025-11-12 | 全市 | 五年级 | 语文 | | 80 |
"""
    guard = small(more)
    assert found(guard, "到西校交流（西校章）：参加学校=西校。西校联考") == []
    assert found(guard, "到西校") == [WEST]
    stand = guard.stand
    named = replace(
        stand, assessment=replace(stand.assessment, workbook=replace(stand.assessment.workbook, name="西校登记.xlsx"))
    )
    assert found(Guard(named), "登记簿“西校登记.xlsx”，西校") == [WEST]


def test_the_communitys_name_passes_though_a_subject_cuts_it():
    made = assess(workbook(BASE), SCHEMA, datetime(2025, 11, 24, tzinfo=UTC).date(), "西校教育发展共同体")
    guard = Guard(Standpoint(made, WORDS))
    assert found(guard, "西校教育发展共同体周报", "subject") == []
    assert found(guard, "西校教育…周报", "subject") == []
    assert found(guard, "西校的周报", "subject") == [WEST]


# --- rows

ROWS = """
# 活动
| 活动编号 | 类别 | 主题 | 日期 | 承办学校 | 参加学校 | 状态 |
|---|---|---|---|---|---|---|
| H1 | 联席会议 | 一 | 2025-09-10 | 东校 | | 已举行 |
| H2 | 联席会议 | 二 | 2025-09-11 | 西校 | | 已举行 |
| H3 | 联席会议 | 三 | 2025-09-12 | 西校 | 东校 | 已举行 |
| H4 | 联席会议 | 四 | 2025-09-13 | 西校 | 全部 | 已举行 |
| H5 | 联席会议 | 五 | 2025-09-14 | | | 已举行 |

# 签到
| 活动 | 人员 | 角色 |
|---|---|---|
| H1 | 王芳 | 参加 |
| H1 | 韩梅 | 参加 |
"""
OTHER = ("row", "活动!3", 2)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("活动!3", [OTHER]),
        ("活动!D3 有问题", [OTHER]),
        ("活动！Ｄ３", [OTHER]),
        ("活动!$D$3", [OTHER]),
        ("'活动'!D3", [OTHER]),
        ("活动!A2:G3", [OTHER]),
        ("活动 第 3 行「主题」", [OTHER]),
        ("活动第3行", [OTHER]),
        ("签到!3", [("row", "签到!3", 2)]),
        ("签到!2", []),
        ("学校!4", [("row", "学校!4", 2)]),
        ("学校!3", []),
        ("人员!3", [("row", "人员!3", 2)]),
        ("学期!2", []),
        ("活动!2", []),
        ("活动!4、活动!5", []),
        ("活动!6", []),
        ("活动!1", []),
        ("活动!99999999999", []),
        ("活动!300、签到 第 2 行", []),
        ("与第 3 行重复", []),
    ],
)
def test_a_row_is_another_schools_unless_it_names_ones_own(text, expected):
    assert found(small(ROWS), text) == expected
    assert found(small(ROWS), f"<p>{escape(text)}</p>", "html") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("活动\n  第 3 行\n    没有填", [OTHER]),
        ("活动\n  D2\n  D3  写的是“x”\n", [OTHER]),
        ("活动\n  D2\n  第 4 行\n", []),
        ("活动\n  D2\n\nA3 × 2，应还 11 月 10 日\n", []),
        ("签到\n  A2\n活动\n  A3\n", [OTHER]),
        ("签到\n  A2 与 A3\n", []),
    ],
)
def test_rows_under_the_title_of_their_sheet_are_seen(text, expected):
    assert found(small(ROWS), text) == expected


def test_rows_under_a_title_are_seen_in_a_page():
    page = (
        '<p class="sub">活动</p>\n<table><tr><td><span class="k">&nbsp;D{row}&nbsp;</span></td><td>x</td></tr></table>'
    )
    guard = small(ROWS)
    assert found(guard, page.format(row=3), "html") == [OTHER]
    assert found(guard, page.format(row=2), "html") == []
    assert found(guard, f"{page.format(row=2)}<td>A3 × 2</td>", "html") == []


def test_a_link_to_a_cell_is_seen():
    guard, link = (
        small(ROWS, tabs=TABS),
        '<a href="https://docs.google.com/spreadsheets/d/1/edit#gid={tab}&amp;range={area}">看</a>',
    )
    assert found(guard, link.format(tab=17, area="D3"), "html") == [OTHER]
    assert found(guard, link.format(tab=17, area="A3:G3"), "html") == [OTHER]
    assert found(guard, link.format(tab=17, area="D2"), "html") == []
    assert found(guard, link.format(tab=99, area="D3"), "html") == []
    assert found(small(ROWS), link.format(tab=17, area="D3"), "html") == []
    assert found(guard, "https://docs.google.com/spreadsheets/d/1/edit#gid=17&range=D3") == [OTHER]


def test_a_row_is_known_by_the_title_of_its_tab():
    guard = small(ROWS.replace("# 活动", "# 我们的活动{events}"), tabs={"我们的活动": 5})
    assert found(guard, "我们的活动!3") == [OTHER]
    assert found(guard, "活动!3") == [OTHER]
    assert found(guard, "#gid=5&range=A3") == [OTHER]


# --- odd communities


def test_without_names_nothing_is_found():
    made = assess(workbook("# 学校\n| 学校 | 角色 |\n"), SCHEMA, datetime(2025, 11, 24, tzinfo=UTC).date())
    assert Guard(Standpoint(made, WORDS)).leaks(0, {"text": "甲镇西小学", "subject": ""}) == ()


def test_what_is_hostile_does_no_harm():
    guard = small(ROWS, rows="| T3 | (.*)+[ | 西校 | 教师 |")
    text = "活动!" + "9" * 9999 + "\ud800\x00%ff%E9\u202e(.*)+[" + "<" * 999 + "&#999999999999;"
    expected = [("person", "人员!4", 2)]
    assert found(guard, text) == expected
    assert found(guard, text, "html") == expected
    assert found(guard, text, "a.ics") == expected


def test_a_leak_names_nobody():
    guard, made, stand = letter()
    leaks = guard.leaks(3, made | {f"{foreign(stand, 3)[0][0]}.ics": ""})
    assert repr(leaks) == "(Leak(part='name of attachment 2', kind='person', place='人员!3', owner=0),)"
