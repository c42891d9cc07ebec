"""Digests: what each role reads, in the subject, in the text and in HTML that mail programmes bear."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from html.parser import HTMLParser
from itertools import pairwise
from unicodedata import east_asian_width

import pytest
from browser import Browser, needs_browser
from extremes import EXTREMES, HOSTILE
from markdown import BASE, workbook

from toolkit.assess import assess
from toolkit.digests import digests
from toolkit.history import History, Point, opaque
from toolkit.outputs import load_outputs
from toolkit.render.digest import Links, parts
from toolkit.render.message import Origin, message
from toolkit.schema import load_schema
from toolkit.viewer import Standpoint, Viewer

SCHEMA, WORDS = load_schema(), load_outputs()
ROLES = ("leader", "principal", "liaison")
TODAY = date(2025, 11, 24)
STAMP = datetime(2025, 11, 24, 7, 30, tzinfo=UTC)
GMAIL = 100_000
ORIGIN = Origin("x@example.com", "", "", "甲镇共同体")
READERS = """
# 收件人
| 姓名 | 邮箱 | 角色 | 学校 | 订阅 |
|---|---|---|---|---|
| 林主任 | leader@example.com | 领导 | | 周报 |
| 东校长 | east@example.com | 校长 | 东校 | 周报 |
| 东联络 | desk@example.com | 联络员 | 东校 | 周报 |
"""
PLAN = """
# 人员
| 工号 | 姓名 | 学校 | 职务 | 教师类别 | 在岗 |
|---|---|---|---|---|---|
| T1 | 王芳 | 东校 | 教师 | | 是 |
| T2 | 李雷 | 东校 | 教师 | | 是 |
| T3 | 韩梅 | 西校 | 教师 | | 是 |

# 指标
| 指标编号 | 名称 | 条款 | 责任主体 | 周期 | 数据表 | 归属列 | 筛选 | 统计 | 下限 |
|---|---|---|---|---|---|---|---|---|---|
| 2.3 | 联席会议 | 管理 | 共同体 | 学期 | 活动 | | 类别=联席会议 | 次数 | 2 |
| 2.2 | 校长指导 | 管理 | 成员学校 | 学期 | 活动 | 承办学校 | 类别=校长到校指导 | 次数 | 1 |
| 1.1 | 设备互借 | 资源 | 每所学校 | 学期 | 借用 | 借出学校 | | 次数 | 1 |
| 4.3 | 上传教案 | 教研 | 教师 | 学期 | 教案 | 教师 | | 次数 | 1 |
"""
ENTRIES = """
# 活动
| 活动编号 | 类别 | 主题 | 日期 | 承办学校 | 参加学校 | 状态 |
|---|---|---|---|---|---|---|
| H1 | 联席会议 | 开学 | 2025-09-10 | 中心 | 全部 | 已举行 |
| H2 | 校长到校指导 | 听课 | 2025-10-10 | 西校 | | 已举行 |
| H3 | 开放日 | 冬季开放日 | 2025-11-28 | 东校 | 全部 | 计划 |
| H4 | 教师论坛 | 青年论坛 | 2025-12-02 | 中心 | 全部 | 取消 |
| H5 | 联席会议 | 期中 | 十一月 | 东校 | 全部 | 已举行 |

# 教案
| 教师 | 学科 | 课题名 | 上传日期 |
|---|---|---|---|
| 王芳 | 语文 | 秋天 | 2025-10-08 |

# 资源
| 资源编号 | 资源名称 | 类别 | 所属学校 | 数量 |
|---|---|---|---|---|
| R1 | 古筝 | 器材 | 中心 | 5 |
| R2 | 鼓 | 器材 | 中心 | 5 |

# 借用
| 资源编号 | 借出学校 | 借入学校 | 数量 | 借出日期 | 应还日期 | 归还日期 |
|---|---|---|---|---|---|---|
| R1 | 中心 | 东校 | 2 | 2025-09-08 | 2025-11-10 | |
| R2 | 中心 | 东校 | 1 | 2025-09-08 | 2025-11-30 | |

# 工作计划
| 类别 | 事项 | 责任学校 | 责任人 | 截止日期 | 状态 |
|---|---|---|---|---|---|
| 工作任务 | 交总结 | 东校 | 王芳 | 2025-12-01 | 进行中 |

# 成绩
| 考试 | 考试日期 | 学校 | 年级 | 学科 | 参考人数 | 平均分 |
|---|---|---|---|---|---|---|
| 期中 | 2025-11-12 | 全市 | 五年级 | 语文 | | 80 |
| 期中 | 2025-11-12 | 东校 | 五年级 | 语文 | 40 | 81.5 |
| 期中 | 2025-11-12 | 西校 | 五年级 | 语文 | 40 | 77 |
"""


def viewer(raw, as_of=TODAY, history=None):
    return Viewer(Standpoint(assess(raw, SCHEMA, as_of, "甲镇共同体"), WORDS, history or History()))


def made(*texts, role, as_of=TODAY, history=None, links=Links(), sequence=None):  # noqa: B008 frozen
    found = digests(viewer(workbook(BASE, READERS, *texts), as_of, history), "weekly")
    digest = next(digest for digest in found if digest.role == role)
    return parts(digest, WORDS, links=links, sequence=sequence or {}, stamp=STAMP)


@cache
def extreme(name):
    """What makes its views, and a digest to put them into: its 收件人 may be empty."""
    return viewer(*EXTREMES[name]()), next(digests(viewer(workbook(BASE, READERS)), "weekly"))


@cache
def of_extreme(name, role, school=0):
    """The parts of a digest of such a community."""
    stand, digest = extreme(name)
    view = stand.view() if role == "leader" else stand.view(school)
    return parts(replace(digest, role=role, view=view, news=view.scores), WORDS, sequence={}, stamp=STAMP)


def html(made_parts):
    """The HTML as it is sent, with the styles on the elements."""
    mail = message(made_parts, origin=ORIGIN, kind="weekly", message_id="<1@example.com>", sent_at=STAMP)
    return mail.get_body(("html",)).get_content()


class Elements(HTMLParser):
    """Every element with its attributes, and every text."""

    def __init__(self, text):
        super().__init__()
        self.found, self.words = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        """Keep the element."""
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data):
        """Keep the text."""
        self.words.append(data)


def width(line):
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in line)


SUBJECTS = {
    "leader": "甲镇共同体周报 · 第 13 周：联席会议还差 1 次（1 月 23 日前）",
    "principal": "甲镇共同体 · 东校周报 · 第 13 周：校长指导还差 1 次（1 月 23 日前）",
    "liaison": "甲镇共同体 · 东校周报 · 第 13 周：校长指导还差 1 次（1 月 23 日前）",
}
TEXTS = {
    "leader": """
甲镇共同体周报
上学期 · 第 13 周 · 截至 11 月 24 日

林主任，您好。
联席会议还差 1 次（1 月 23 日前）。

达标率 33%（3/9 项，含老师的义务）
有风险或未达标 6（学校和共同体 4 项，个人 2 项）
待改的条目 1（另有 3 处请核对）

【先办这几件】
! 2.3 联席会议：共同体，1/2，有风险，还有 60 天
  最晚 1 月 23 日前还须召开 1 次联席会议（上次是 9 月 10 日）。
! 2.2 校长指导：东校，0/1，有风险，还有 60 天
  最晚 1 月 23 日前还须安排 1 次校长到校指导。
! 1.1 设备互借：东校、西校，各 0/1，有风险，还有 60 天
  最晚 1 月 23 日前还须借出 1 次。
! 4.3 上传教案：2 人，1/3，有风险，还有 60 天
  最晚 1 月 23 日前，还有 2 人要做到：东校 1 人、西校 1 人。

【共同体的义务】1 项，0 项达标
! 1/2   2.3 联席会议

【各校的义务】
中心 达标 100%  考核分 100.0
东校 达标 0%    考核分 0.0
西校 达标 50%   考核分 50.0

2.2 校长指导；1.1 设备互借
学校 2.2          1.1
中心              ✓ 2/1
东校 ! 0/1        ! 0/1
西校 ✓ 1/1        ! 0/1

✓ 已达标　→ 有安排　· 时间未到　! 有风险　✗ 未达标　✗ 超出上限　免 已豁免　– 无数据
每格是“已完成/要求”。达标和考核分只算学校自己的义务。带 ⚑ 的，这一周期里已经来不及。

【教师的义务】
! 1/3     4.3 上传教案

【两周之内】
11 月 28 日  开放日：冬季开放日（东校承办）
12 月 2 日  【取消】教师论坛：青年论坛（中心承办）
打开附件 活动日历.ics，可以把活动加进日历。
取消的活动：打开附件 取消的活动.ics，可以从日历里去掉。

【到期的任务】
12 月 1 日  交总结（东校 王芳），还有 7 天

【逾期未还的借用】
东校 1 件
  古筝 × 2，应还 11 月 10 日，已过 14 天
两周之内还有 1 件要还。

【成绩与全市比较】
期中 五年级 语文：▼ 低 0.75 分（共同体 79.25，全市 80.00），中心还没有登记

【本学期走势】
第 13 周达标率 33%。

【登记里的问题】
中心：1 处请核对
东校：1 处要改，1 处请核对
西校：1 处请核对

--
这封信由登记簿里的内容自动写成。有疑问，或者不想再收，直接回信就可以。
""",
    "principal": """
甲镇共同体 · 东校周报
上学期 · 第 13 周 · 截至 11 月 24 日

东校长，您好。
校长指导还差 1 次（1 月 23 日前）。

达标率 25%（1/4 项，含老师的义务）
有风险或未达标 3（本校 2 项，个人 1 项）
待改的条目 1（另有 1 处请核对）

【先办这几件】
! 2.2 校长指导：本校，0/1，有风险，还有 60 天
  最晚 1 月 23 日前还须安排 1 次校长到校指导。
! 1.1 设备互借：本校，0/1，有风险，还有 60 天
  最晚 1 月 23 日前还须借出 1 次。
! 4.3 上传教案：李雷，1/2，有风险，还有 60 天
  最晚 1 月 23 日前，还有 1 人要做到：李雷。

【本校的义务】
管理：1 项，0 项达标
! 0/1   2.2 校长指导

资源：1 项，0 项达标
! 0/1   1.1 设备互借

【还没有做到的老师】
! 1/2     4.3 上传教案
  李雷

【要归还的借用】
古筝 × 2，应还 11 月 10 日，已过 14 天（借用!2）
鼓 × 1，应还 11 月 30 日，还有 6 天（借用!3）

【到期的任务】
12 月 1 日  交总结（东校 王芳），还有 7 天

【两周之内】
11 月 28 日  开放日：冬季开放日（东校承办）
12 月 2 日  【取消】教师论坛：青年论坛
打开附件 活动日历.ics，可以把活动加进日历。
取消的活动：打开附件 取消的活动.ics，可以从日历里去掉。

【成绩与全市比较】
期中 五年级 语文：▲ 高 1.50 分（本校 81.50，全市 80.00）

【本学期走势】
第 13 周达标率 25%。

【登记里的问题】1 处要改，1 处请核对
[要改] 活动 第 6 行「日期」写的是“十一月”，不是有效日期。请写成 2025-09-01 这样的形
式。
[请核对] 活动 第 6 行「佐证材料」没有填。已举行的活动请写上照片、纪要的链接或存放的
地方。

--
这封信由登记簿里的内容自动写成。有疑问，或者不想再收，直接回信就可以。
""",
    "liaison": """
甲镇共同体 · 东校周报
上学期 · 第 13 周 · 截至 11 月 24 日

东联络，您好。
校长指导还差 1 次（1 月 23 日前）。

达标率 25%（1/4 项，含老师的义务）
有风险或未达标 3（本校 2 项，个人 1 项）
待改的条目 1（另有 1 处请核对）

【要改：1 处】这一行暂不计入统计

活动
  D6  写的是“十一月”
    活动 第 6 行「日期」写的是“十一月”，不是有效日期。请写成 2025-09-01 这样的形式。

【请核对：1 处】

活动
  第 6 行
    活动 第 6 行「佐证材料」没有填。已举行的活动请写上照片、纪要的链接或存放的地方。

【要归还的借用】
古筝 × 2，应还 11 月 10 日，已过 14 天（借用!2）
鼓 × 1，应还 11 月 30 日，还有 6 天（借用!3）

【到期的任务】
12 月 1 日  交总结（东校 王芳），还有 7 天

【先办这几件】
! 2.2 校长指导：本校，0/1，有风险，还有 60 天
  最晚 1 月 23 日前还须安排 1 次校长到校指导。
! 1.1 设备互借：本校，0/1，有风险，还有 60 天
  最晚 1 月 23 日前还须借出 1 次。
! 4.3 上传教案：李雷，1/2，有风险，还有 60 天
  最晚 1 月 23 日前，还有 1 人要做到：李雷。

【本校的义务】
管理：1 项，0 项达标
资源：1 项，0 项达标
! 1/2     4.3 上传教案

【两周之内】
11 月 28 日  开放日：冬季开放日（东校承办）
12 月 2 日  【取消】教师论坛：青年论坛
打开附件 活动日历.ics，可以把活动加进日历。
取消的活动：打开附件 取消的活动.ics，可以从日历里去掉。

--
这封信由登记簿里的内容自动写成。有疑问，或者不想再收，直接回信就可以。
""",
}


@pytest.mark.parametrize("role", ROLES)
def test_what_each_role_reads(role):
    mail = made(PLAN, ENTRIES, role=role)
    assert mail.subject == SUBJECTS[role]
    assert mail.text == TEXTS[role].lstrip("\n")


# --- subject


def test_the_name_of_the_community_gives_way_to_the_fact():
    raw = workbook(BASE, READERS, PLAN)
    name = "某某省某某市某某区某某镇小学教育发展共同体"
    stand = Viewer(Standpoint(assess(raw, SCHEMA, TODAY, name), WORDS, History()))
    subjects = [parts(digest, WORDS, sequence={}, stamp=STAMP).subject for digest in digests(stand, "weekly")]
    assert subjects[0] == f"{name}周报 · 第 13 周：联席会议还差 2 次（1 月 23 日前）"
    assert "校长指导还差 1 次（1 月 23 日前）" in subjects[1]
    assert max(map(len, subjects)) <= 60
    view = stand.view()
    far = replace(view, headline="事" * 40)
    digest = replace(next(digests(stand, "weekly")), view=far)
    subject = parts(digest, WORDS, sequence={}, stamp=STAMP).subject
    assert subject.endswith("…周报 · 第 13 周：" + "事" * 40)
    assert len(subject) == 60


def test_in_the_holidays_the_subject_says_so():
    assert "周报 · 假期：" in made(PLAN, ENTRIES, role="leader", as_of=date(2026, 2, 1)).subject


# --- a quiet week, empty sections, changes

QUIET = "没有要催办的事，也没有要改的登记。\n两周之内没有活动，也没有要到期的任务和借用。\n"


@pytest.mark.parametrize("role", ROLES)
def test_a_quiet_week_takes_two_lines(role):
    mail = made(role=role, links=Links(workbook="https://example.com/book"))
    assert QUIET in mail.text
    assert "【" not in mail.text
    assert mail.picture is None
    assert mail.attachments == ()
    page = Elements(html(mail))
    assert all(line in "".join(page.words) for line in QUIET.splitlines())
    assert [tag for tag, _ in page.found if tag in {"h1", "h2", "img"}] == []
    assert [attributes["href"] for tag, attributes in page.found if tag == "a"] == ["https://example.com/book"]


@pytest.mark.parametrize("role", ROLES)
def test_empty_sections_vanish(role):
    rules = [line for line in PLAN.splitlines() if not line.startswith(("| 1.1", "| 4.3"))]
    mail = made("\n".join(rules), ENTRIES.partition("| H1")[0], role=role)
    for title in ("两周之内", "到期的任务", "逾期未还的借用", "要归还的借用", "成绩", "登记里的问题", "要改："):
        assert f"【{title}" not in mail.text
        assert f">{title}" not in mail.html
    assert "【先办这几件】" in mail.text


def with_past():
    """A run a week ago, whose digests were sent: one problem of then is gone, one of now is new."""
    stand = viewer(workbook(BASE, READERS, PLAN, ENTRIES))
    old = date(2025, 11, 3)
    seen = [replace(one, first=old) for one in stand.stand.followed.present[1:]]
    gone = replace(seen[0], key="gone", spot="gone", first=old, gone=date(2025, 11, 20))
    return History(
        points={"": (Point(date(2025, 11, 10), 1, 9, 8, 2), Point(date(2025, 11, 17), 2, 9, 7, 2))},
        seen=(*seen, gone),
        digests={digest.key: date(2025, 11, 17) for digest in digests(stand, "weekly")},
    )


def test_what_changed_since_the_last_digest_is_said():
    mail = made(PLAN, ENTRIES, role="leader", history=with_past())
    told = "自 11 月 17 日的周报以来，登记里要改和请核对的，新增 1 处，改好 1 处，原有的还剩 3 处。"
    assert told in mail.text.replace("\n", "")
    assert told in mail.html
    assert "达标率 33%（3/9 项，含老师的义务），比上周 ▲ 11\n" in mail.text
    assert "有风险或未达标 6（学校和共同体 4 项，个人 2 项），比上周 ▼ 1\n" in mail.text
    assert re.search(r'<span class="up">▲ 11</span>', mail.html)


def test_scores_of_earlier_digests_are_not_told_again():
    past = with_past()
    assert "【新登记的成绩】" in made(PLAN, ENTRIES, role="principal", history=past).text
    exam = viewer(workbook(BASE, READERS, ENTRIES)).view().scores[0]
    known = replace(past, examinations={opaque(exam.exam, exam.grade, exam.subject): date(2025, 11, 13)})
    assert "成绩】" not in made(PLAN, ENTRIES, role="principal", history=known).text


def test_there_is_nothing_of_changes_without_a_digest_before():
    assert "以来" not in made(PLAN, ENTRIES, role="leader").text


# --- the picture and the files


@pytest.mark.parametrize("role", ROLES)
def test_the_trend_is_a_picture_for_leaders_and_principals(role):
    history = with_past()
    points = {"甲镇东小学": history.points[""]}
    mail = made(PLAN, ENTRIES, role=role, history=replace(history, points=history.points | points))
    images = [attributes for tag, attributes in Elements(html(mail)).found if tag == "img"]
    if role == "liaison":
        assert (mail.picture, images) == (None, [])
        return
    assert mail.picture.startswith(b"\x89PNG")
    (image,) = images
    assert image["src"] == f"cid:{mail.picture_id}"
    assert image["alt"].startswith("本学期达标率从第 11 周的")
    assert {"width", "height"} <= set(image)
    assert image["alt"] in mail.text


def test_events_and_cancellations_are_files_for_calendars():
    files = {file.name: file for file in made(PLAN, ENTRIES, role="principal").attachments}
    assert {name: file.method for name, file in files.items()} == {
        "活动日历.ics": "PUBLISH",
        "取消的活动.ics": "CANCEL",
    }
    assert "SUMMARY:开放日：冬季开放日" in files["活动日历.ics"].content.decode()
    assert "SUMMARY:教师论坛：青年论坛" in files["取消的活动.ics"].content.decode()


def test_an_event_whose_title_names_another_school_goes_by_its_kind():
    other = ENTRIES.replace("冬季开放日", "到中心小学")
    mail = made(PLAN, other, role="principal")
    assert "SUMMARY:开放日\r\n" in mail.attachments[0].content.decode()
    assert "11 月 28 日  开放日（东校承办）" in mail.text


def test_a_file_carries_the_revision_of_its_event():
    uid = viewer(workbook(BASE, ENTRIES)).view().events[0].uid
    (file, _) = made(PLAN, ENTRIES, role="leader", sequence={uid: 7}).attachments
    assert "SEQUENCE:7" in file.content.decode()


def test_links_stand_only_where_they_are_given():
    assert "<a " not in made(PLAN, ENTRIES, role="leader").html
    links = Links(dashboard='https://example.com/?a=1&b="', page="https://example.com/page")
    mail = made(PLAN, ENTRIES, role="leader", links=links)
    assert [a["href"] for tag, a in Elements(mail.html).found if tag == "a"] == [links.dashboard, links.page]
    assert f"看板：{links.dashboard}\n网页：{links.page}\n" in mail.text
    assert "登记簿：" not in mail.text


def test_what_the_liaison_is_to_do_is_linked_to_the_very_cell():
    book = "https://example.com/book"
    mail = made(PLAN, ENTRIES, role="liaison", links=Links(workbook=book, tabs={"活动": 7, "借用": 11}))
    cells = [f"{book}#gid={area}" for area in ("7&range=D6", "7&range=6:6", "11&range=G2", "11&range=G3")]
    assert [a["href"] for tag, a in Elements(mail.html).found if tag == "a"] == [*cells, book]
    assert mail.text == TEXTS["liaison"].lstrip("\n").replace("--\n", f"--\n登记簿：{book}\n")


# --- what mail programmes bear

LARGE = ("thirty_schools", "one_big_school", "eighty_rules", "all_wrong", "loans", "long_names", "exams", "hostile")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", LARGE)
def test_html_has_only_what_mail_programmes_bear(name, role):
    mail = of_extreme(name, role)
    page = html(mail)
    found = Elements(page).found
    assert len(page.encode()) < GMAIL
    assert {tag for tag, _ in found} & {"script", "link", "form", "iframe", "svg", "object", "base"} == set()
    assert not re.search(r"\b(flex|grid|position|float)\b|var\(|url\(|@import", page)
    assert all(attributes.get("alt") for tag, attributes in found if tag == "img")
    assert "prefers-color-scheme: dark" in page
    tables = [attributes for tag, attributes in found if tag == "table"]
    assert all("width" in attributes and "cellpadding" in attributes for attributes in tables)
    heads = sum(tag == "th" and attributes.get("scope") == "col" for tag, attributes in found)
    assert (heads > 0) == any("role" not in attributes for attributes in tables)
    assert not re.search(r"font-size: ?(?:[2-9]|1[0-3])px", page)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", LARGE)
def test_lines_of_the_text_are_short_and_those_of_its_tables_whole(name, role):
    lines = of_extreme(name, role).text.splitlines()
    assert [line for line in lines if width(line) > 84 and not re.search("[a-z]{9}", line)] == []
    assert not any(before == after == "" for before, after in pairwise(lines))
    assert not [line for line in lines if line != line.rstrip()]


@pytest.mark.parametrize("name", ["thirty_schools", "eighty_rules"])
def test_what_a_mail_has_no_room_for_is_counted(name):
    mail = of_extreme(name, "leader")
    shown, matrix = mail.html.count('<th class="mh"'), extreme(name)[0].view().matrix
    total = sum(len(band.heads) for band in matrix.bands)
    assert shown <= total
    hidden = re.search(r"另有 (\d+) 条指标，见看板", mail.text.partition("【教师的义务】")[0])
    assert shown + (int(hidden[1]) if hidden else 0) == total


@pytest.mark.parametrize("role", ROLES)
def test_what_is_hostile_is_text(role):
    """In HTML it makes no element; in text it stands as it was typed, but on one line and without what is not seen."""
    for school in range(len(HOSTILE)):
        mail = of_extreme("hostile", role, school)
        page = Elements(html(mail))
        assert [
            attributes for tag, attributes in page.found if "onerror" in attributes or tag in {"script", "img"}
        ] == []
        assert not re.search("[\u202e\u200b\u2060\ufeff]", mail.text + mail.subject)
        assert "\n" not in mail.subject
        if role != "liaison":
            for text in (*HOSTILE[:3], *HOSTILE[5:7], HOSTILE[9], "第一行 第二行"):
                assert text in mail.text
                assert text in re.sub(r"\s+", " ", "".join(page.words))


@pytest.mark.parametrize("role", ["principal", "liaison"])
def test_a_school_is_told_of_no_other(role):
    mail = made(PLAN, ENTRIES, role=role)
    for text in (mail.subject, mail.text, mail.html, *(file.content.decode() for file in mail.attachments)):
        assert not re.search("西校|中心|韩梅|甲镇西|李主任", text)


@pytest.mark.parametrize("role", ROLES)
def test_the_hidden_line_says_the_second_thing(role):
    page = made(PLAN, ENTRIES, role=role).html
    hidden = re.search(r'<div class="hid">([^&]*)', page)[1]
    second = {
        "leader": "校长指导（东校）：最晚 1 月 23 日前",
        "principal": "设备互借（本校）：",
        "liaison": "1 处要改，1 处请核对",
    }
    assert hidden.startswith(second[role])


def test_the_text_says_what_the_html_says():
    for role in ROLES:
        mail = made(PLAN, ENTRIES, role=role)
        said = re.sub(r"\W", "", mail.text)
        shown = re.sub('<div class="hid">.*?</div>', "", mail.html)
        words = re.findall("[\u4e00-\u9fff]{2,}", "\n".join(Elements(shown).words))
        assert [word for word in words if word not in said] == []


@needs_browser
@pytest.mark.parametrize("name", ["thirty_schools", "eighty_rules", "long_names", "hostile"])
def test_a_telephone_need_not_scroll_sideways(name):
    with Browser() as browser:
        assert {role: browser.overflow(html(of_extreme(name, role)), 360) for role in ROLES} == dict.fromkeys(ROLES, 0)
        assert browser.errors == []
