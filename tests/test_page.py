"""The page is whole, fits every screen and A4, opens the rows of every number, and lets no text of people do harm."""

import base64
import hashlib
import html
import re
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from functools import cache
from itertools import pairwise

import pytest
from browser import Browser, needs_browser, told
from extremes import EXTREMES, HOSTILE
from sample_book import sample

from toolkit.assess import assess
from toolkit.history import History, Point
from toolkit.outputs import load_outputs
from toolkit.plans import load_plan, plan_names, section_titles
from toolkit.render.page import page
from toolkit.schema import load_schema
from toolkit.templates import FOLDER
from toolkit.viewer import Standpoint, Viewer

WORDS, SCHEMA = load_outputs(), load_schema()
CASES = ("demo", *EXTREMES)
A_SCHOOL = 5
PAPER = 703
"""So many pixels lie between the margins of A4."""
SOURCE = "登记簿.xlsx"


@cache
def viewer(case):
    raw, day = sample() if case == "demo" else EXTREMES[case]()
    result = assess(raw, SCHEMA, day, "示例共同体")
    rules = [(rule.number, rule.name) for rule in result.rules]
    titles = section_titles(rules, map(load_plan, plan_names()), ("指标编号", "名称"))
    earlier = tuple(Point(day - timedelta(days=7 * n), 50 - 5 * n, 100, 9 * n, 30, n > 3) for n in range(9, 0, -1))
    history = History(points={"": earlier}, last={"": earlier[-1]}) if case == "demo" else History()
    return Viewer(Standpoint(result, WORDS, history, titles))


@cache
def made(case, school=None):
    """The leaders' page of a case, or that of one of its schools by place."""
    views = viewer(case)
    if school is not None:
        return page(views.view(school), WORDS, source=SOURCE)
    links = [(views.stand.short(place), f"pages/{place}.html") for place in views.stand.active]
    return page(views.view(), WORDS, links=links, source=SOURCE)


def text(markup):
    """What a page says, its script and style left out."""
    body = re.sub(r"<(script|style).*?</\1>", "", markup, flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]*>", "\n", body))


@pytest.fixture(scope="module")
def opened():
    with Browser() as browser:
        yield browser


@pytest.fixture
def browser(opened):
    opened.errors.clear()
    yield opened
    assert opened.errors == []


# --- what is in it

FIRST = """
示例共同体 · 看板 | 跳到正文 | 示例共同体 | 2026-2027学年第一学期 · 第 13 周
截至 2026 年 11 月 24 日 | 76% | 达标率 | 471/616 项，含老师的义务 | ▲ 31 | 比上周 | ，好转
99 | 有风险或未达标 | 学校和共同体 5 项，个人 94 项，其中 1 项已来不及 | ▲ 90 | 比上周 | ，变差 | 45
待改的条目 | 另有 14 处请核对 | ▲ 15 | 比上周 | ，变差 | 先办这几件 | ! | 艺体联动活动 | 共同体 | 0/1
还有 59 天 | 最晚 1 月 22 日前还须举办 1 次艺体活动。 | ! | 领衔校校长到校指导 | 大坨小学、辛店小学、裴岭小学
各 0/1 | 还有 59 天 | 最晚 1 月 22 日前还须安排 1 次校长到校指导。 | ! | 教师上传教学设计 | 49 人
179/228 | 还有 59 天
最晚 1 月 22 日前，还有 49 人要做到：大坨小学 9 人、牛头小学 7 人、台头中心 5 人、郑辇小学 5 人、化龙中心 5 人等 11 所。
! | 教师参加校际教研 | 45 人 | 183/228 | 还有 59 天
最晚 1 月 22 日前，还有 45 人要做到：台头中心 9 人、大坨小学 7 人、台头小学 6 人、辛店小学 6 人、实验小学 5 人等 11 所。
这一周期里已来不及的 | ⚑ | 每次挂职满一个月 | 辛店小学 | 18/30 | 已来不及
交流!39 只有 18 天就结束了，补不到 30 天；若是登记写错，请改结束日期。 | 共同体的义务 | 11 项，6 项达标 | →
共同体联席会议 | 1 | /2 | → | 教学案例评比 | 0 | /1 | ✓ | 教学比武 | 1 | /1 | ✓ | 全体学校共研课题
1 | /1 | ✓ | 课题活动 | 1 | /1 | ✓ | 教学开放日 | 1 | /1 | ! | 艺体联动活动 | 0 | /1 | ✓
统一教学质量检测 | 1 | /1 | ✓ | 统考均分不低于全市 | +0.61 分 | → | 每学期专题调研 | 0 | /1 | ·
学年工作分析会 | 0 | /1 | 领衔学校的义务 | 2 项，2 项达标 | ✓ | 领衔校组团支教 | 4 | /1 | ✓
领衔校学期教研计划 | 1 | /1
"""


def test_the_first_screens_say():
    """Down to the matrix, the pieces of text in their order."""
    lines = [line.strip() for line in text(made("demo")).splitlines() if line.strip()]
    lines = lines[: lines.index(WORDS.headings["schools"])]
    assert lines == FIRST.replace("\n", " | ").strip(" |").split(" | ")


@pytest.mark.parametrize("case", CASES)
def test_every_link_into_the_page_has_its_target_and_every_target_is_one(case):
    markup = made(case)
    ids = Counter(re.findall(r'\bid="([^"]*)"', markup))
    assert [name for name, count in ids.items() if count > 1] == []
    assert set(re.findall(r'href="#([^"]*)"', markup)) <= set(ids)
    assert set(re.findall(r'aria-labelledby="([^"]*)"', markup)) <= set(ids)


@pytest.mark.parametrize("case", CASES)
def test_every_cell_and_chip_links_to_its_rows(case):
    view, markup = viewer(case).view(), made(case)
    cells = [cell for band in view.matrix.bands for row in band.cells for cell in row if cell]
    chips = [chip.cell for block in view.blocks for chip in block.chips]
    assert len(re.findall(r'<td><a class="\w+" href="#d-\d+">', markup)) == len(cells)
    assert {f"#d-{cell.details[0]}" for cell in (*cells, *chips)} <= set(re.findall(r'href="([^"]*)"', markup))
    assert all(f'href="#d-{line.details[0]}"' in markup for line in view.urgent)


@pytest.mark.parametrize("case", CASES)
def test_headings_stand_in_order(case):
    levels = [int(level) for level in re.findall(r"<h([1-6])", made(case))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_the_page_lets_nothing_in_but_its_own_script():
    markup = made("demo")
    (script,) = re.findall(r"<script>(.*?)</script>", markup, flags=re.DOTALL)
    seal = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{seal}'; img-src data:" in markup
    assert re.findall(r'\b(?:src|srcset|action)=|url\(|@import|javascript:|\bon\w+="', markup) == []
    assert {href for href in re.findall(r'href="([^"#][^"]*)"', markup) if not href.startswith("data:")} == {
        SOURCE,
        *(f"pages/{place}.html" for place in viewer("demo").stand.active),
    }


def test_text_of_people_is_text():
    markup = made("hostile")
    assert re.findall(r"<(?:img|/table><)|onerror=1>$|49</", markup) == []
    assert len(re.findall("<script", markup)) == 1
    for hostile in ("<script>alert(1)</script>", '"><img src=x onerror=1>', "{{7*7}}", "&lt;b&gt; & </td></table>"):
        assert hostile in HOSTILE
        assert hostile in text(markup)


@pytest.mark.parametrize("case", ["demo", "long_names", "exams", "leavers"])
def test_a_schools_page_names_no_other_school(case):
    views = viewer(case)
    rows = {row.place: {row.school, row.label} for row in views.view().matrix.rows}
    for place in views.stand.active:
        said = text(made(case, place))
        assert rows[place] & set(re.findall(r"[^\n]+", said))
        for own in sorted(rows[place], key=len, reverse=True):
            said = said.replace(own, "")
        others = set().union(*(names for other, names in rows.items() if other != place)) - rows[place]
        assert [name for name in others if name in said] == []


def test_of_persons_the_leaders_page_lists_those_who_lack_something():
    view, markup = viewer("demo").view(), made("demo")
    line = next(line for line in view.persons if line.cell.text == "179/228")
    listed = [number for number in line.cell.details if f'id="d-{number}"' in markup]
    assert len(listed) == 49
    assert {view.details[number].status for number in listed} == {"at_risk"}
    assert "另外 179 人不缺什么" in text(markup)


@pytest.mark.parametrize(
    ("case", "said", "unsaid"),
    [
        ("everything_met", "没有要抓紧的事。", "已来不及的"),
        ("no_rules", "「指标」表里还没有能算的义务", "各校的义务"),
        ("before_calendar", "「指标」表里还没有能算的义务", "明细和依据"),
        ("nothing_entered", "登记簿里还没有能算进来的行", "待改\n"),
        ("holidays", "现在是假期", "借用逾期"),
        ("loans", "60 件借用逾期", "没有要抓紧的事"),
    ],
)
def test_what_is_not_there_is_left_out_and_said_in_words(case, said, unsaid):
    assert said in text(made(case))
    assert unsaid not in text(made(case))


def called_off():
    """The demo's page, were its events called off."""
    view = viewer("demo").view()
    return page(replace(view, events=tuple(replace(event, cancelled=True) for event in view.events)), WORDS)


def test_an_event_called_off_says_so():
    events = len(viewer("demo").view().events)
    assert events
    assert text(called_off()).count("已取消") == events


def test_of_two_schools_of_one_short_name_neither_is_linked_in_the_matrix():
    (one, href), *_ = links = [(row.label, f"{row.place}.html") for row in viewer("demo").view().matrix.rows]
    assert f'<a href="{href}">{one}</a></th>' in page(viewer("demo").view(), WORDS, links=links)
    doubled = page(viewer("demo").view(), WORDS, links=[*links, (one, "other.html")])
    assert f"{one}</a></th>" not in doubled
    assert f'<li><a href="other.html">{one}</a></li>' in doubled


def test_of_very_many_entries_to_fix_three_hundred_are_shown():
    view = viewer("all_wrong").view()
    many = tuple(replace(group, lines=group.lines * 9) for group in view.groups)
    markup = page(replace(view, groups=many), WORDS)
    hidden = sum(len(group.lines) for group in many) - 300
    assert markup.count('<span class="since">') == 300
    assert f"另有 {hidden} 处，见看板.xlsx的「待改」。" in text(markup)


def test_pages_are_small():
    assert len(made("demo").encode()) < 700_000
    assert len(made("thirty_schools").encode()) < 3_000_000


def test_no_rule_of_the_style_is_for_nothing():
    style = (FOLDER / "page" / "style.css").read_text("utf-8")
    style = re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL)
    named = set(re.findall(r"\.([a-z_][\w-]*)", " ".join(re.findall(r"([^{};]*)\{", style))))
    pages = [*map(made, CASES), made("demo", A_SCHOOL), called_off()]
    used = {name for markup in pages for names in re.findall(r'class="([^"]*)"', markup) for name in names.split()}
    assert named - used == set()


# --- how it is shown


@needs_browser
@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("school", [None, A_SCHOOL], ids=["leaders", "school"])
def test_everybody_can_read_it_with_every_fold_open(browser, school, width):
    markup = re.sub(r"<details(?! class=.line)", "<details open", made("demo", school))
    dark = (width == 360) == (school is None)  # each page light and dark, each width light and dark
    assert told(browser.axe(markup, width=width, dark=dark)) == []


@needs_browser
@pytest.mark.parametrize("case", CASES)
def test_it_fits_every_screen_and_paper(browser, case):
    with browser._open(made(case), 1280) as shown:
        for width in (360, 800, 1280):
            shown.set_viewport_size({"width": width, "height": 900})
            assert shown.evaluate("document.documentElement.scrollWidth") <= width
        shown.evaluate("document.querySelectorAll('details').forEach(node => node.open = true)")
        for width in (360, 800):
            shown.set_viewport_size({"width": width, "height": 900})
            assert shown.evaluate("document.documentElement.scrollWidth") <= width
        shown.emulate_media(media="print")
        shown.set_viewport_size({"width": PAPER, "height": 900})
        assert shown.evaluate("document.documentElement.scrollWidth") <= PAPER
        beyond = (
            "[...document.querySelectorAll('main *')].filter(n => n.getBoundingClientRect().right > innerWidth + 1)"
        )
        assert shown.evaluate(f"{beyond}.map(n => n.outerHTML.slice(0, 80))") == []


@needs_browser
@pytest.mark.parametrize("case", ["long_names", "hostile", "demo"])
def test_a_schools_page_fits_too(browser, case):
    markup = made(case, viewer(case).stand.active[-1])
    with browser._open(markup, 1280) as shown:
        for width in (360, 800, 1280):
            shown.set_viewport_size({"width": width, "height": 900})
            assert shown.evaluate("document.documentElement.scrollWidth") <= width


@needs_browser
@pytest.mark.parametrize("width", [360, 1280])
def test_state_and_first_task_stand_on_the_first_screen(browser, width):
    with browser._open(made("demo"), width, 740 if width == 360 else 800) as shown:
        bottom = "document.querySelectorAll('.urgent li')[2].getBoundingClientRect().bottom"
        assert shown.evaluate(bottom) < shown.evaluate("innerHeight")


@needs_browser
def test_following_a_number_opens_its_rows(browser):
    number = viewer("demo").view().matrix.bands[0].cells[1][1].details[0]
    with browser._open(made("demo"), 1280) as shown:
        rows = shown.locator(f"#d-{number} ul")
        assert not rows.is_visible()
        shown.locator(f"table a[href='#d-{number}']").click()
        rows.wait_for(state="visible")
        shown.locator(f"#d-{number} > summary").click()
        rows.wait_for(state="hidden")


@needs_browser
def test_it_is_printed_on_a_few_pages(browser, tmp_path):
    def pages(case, school=None):
        made_pdf = browser.pdf(made(case, school), tmp_path / "page.pdf")
        return len(re.findall(rb"/Type\s*/Page\b", made_pdf.read_bytes()))

    assert 2 <= pages("demo") <= 4
    assert 2 <= pages("demo", A_SCHOOL) <= 5
    assert pages("eighty_rules") <= 7
