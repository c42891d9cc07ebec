"""The picture of the trend: what it shows, that it needs no font of the machine, and that hostile text stays text."""

import datetime as dt
import itertools
import re
import struct
import xml.etree.ElementTree as ET
import zlib

import pytest
import resvg_py
from fontTools.ttLib import TTFont
from test_hostile import HOSTILE

from toolkit.render.trend import FONT, MAIL, PAGE, trend_png, trend_svg
from toolkit.render.trend_plane import HEIGHT, WIDTH, Plane, figure_label, week_labels
from toolkit.views import Trend, TrendPoint

WORDS = {"week": "第 {week} 周", "even": "匀速进度", "rebuilt": "按现有登记倒推"}
SVG = "{http://www.w3.org/2000/svg}"


def trend(last, *, weeks=20, rebuilt=0, share=None, text="本学期达标率到第 12 周的 62%"):
    days = (dt.date(2026, 9, 6) + dt.timedelta(7 * week) for week in itertools.count())
    shares = [share(week) if share else 0.9 * week / weeks for week in range(1, last + 1)]
    points = [
        TrendPoint(week, day, part, week <= rebuilt)
        for week, (part, day) in enumerate(zip(shares, days, strict=False), 1)
    ]
    return Trend(tuple(points), weeks, text)


def words_of(svg):
    found = [element.text for element in ET.fromstring(svg).iter(f"{SVG}text")]  # noqa: S314 our own
    return list(dict.fromkeys(found))


def pixels(png):
    """Rows of RGB, from a PNG of eight bits a channel without interlacing."""
    width, height, depth, kind = struct.unpack(">IIBB", png[16:26])
    channels = {2: 3, 6: 4}[kind]
    assert depth == 8
    data, place = b"", 8
    while place < len(png):
        (length,) = struct.unpack(">I", png[place : place + 4])
        data += png[place + 8 : place + 8 + length] if png[place + 4 : place + 8] == b"IDAT" else b""
        place += 12 + length
    return width, height, _unfiltered(zlib.decompress(data), width * channels, channels)


def _unfiltered(data, stride, step):
    rows, above = [], bytearray(stride)
    for start in range(0, len(data), stride + 1):
        how, row = data[start], bytearray(data[start + 1 : start + 1 + stride])
        for i in range(stride):
            left, up, corner = (row[i - step] if i >= step else 0), above[i], (above[i - step] if i >= step else 0)
            guess = left + up - corner
            paeth = min((left, up, corner), key=lambda value: abs(guess - value))
            row[i] = (row[i] + (0, left, up, (left + up) // 2, paeth)[how]) % 256
        rows.append(row)
        above = row
    return [[tuple(row[i : i + 3]) for i in range(0, stride, step)] for row in rows]


def around_week_12(svg):
    """The picture cut down to the label of the week, for speed."""
    return re.sub(
        'viewBox="[^"]*" width="[^"]*" height="[^"]*"', 'viewBox="280 168 100 22" width="100" height="22"', svg
    )


def dark(part):
    return sum(sum(pixel) < 600 for row in part for pixel in row)


def written(text):
    """The text alone, in the shipped font alone."""
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="60" height="20"><text x="2" y="16" font-size="14" font-family="{MAIL.font}">{text}</text></svg>'
    return pixels(trend_png(svg, width=120))[2]


def test_without_points_there_is_no_picture():
    assert trend_svg(Trend((), 20, ""), WORDS) == ""


def test_it_tells_those_who_cannot_see_it():
    root = ET.fromstring(trend_svg(trend(12), WORDS))  # noqa: S314 our own
    assert root.get("role") == "img"
    assert root[0].tag == f"{SVG}title"
    assert root[0].text == "本学期达标率到第 12 周的 62%"


@pytest.mark.parametrize(
    ("last", "weeks", "labels"),
    [
        (1, 20, ["第 20 周", "第 1 周"]),
        (2, 20, ["1", "第 20 周", "第 2 周"]),
        (3, 20, ["1", "第 20 周", "第 3 周"]),
        (4, 20, ["第 1 周", "第 20 周", "第 4 周"]),
        (12, 20, ["第 1 周", "第 20 周", "第 12 周"]),
        (19, 20, ["第 1 周", "20", "第 19 周"]),
        (20, 20, ["第 1 周", "第 20 周"]),
        (2, 60, ["第 60 周", "第 2 周"]),
        (1, 1, ["第 1 周"]),
    ],
)
def test_labels_of_weeks(last, weeks, labels):
    assert [label.text for label in week_labels(last, Plane(weeks), WORDS["week"])] == labels


@pytest.mark.parametrize("weeks", [1, 2, 5, 18, 20, 25, 60])
def test_labels_never_lie_on_each_other_or_outside(weeks):
    for week in range(1, weeks + 1):
        boxes = sorted(label.box for label in week_labels(week, Plane(weeks), WORDS["week"]))
        assert all(one[2] < other[0] for one, other in itertools.pairwise(boxes))
        assert boxes[0][0] >= 0
        assert boxes[-1][2] <= WIDTH


@pytest.mark.parametrize("week", range(1, 21))
def test_the_percentage_is_within_the_picture(week):
    for share in (0, 0.03, 0.25, 0.47, 0.5, 0.75, 0.97, 1):
        plane = Plane(20)
        left, top, right, bottom = figure_label(share, [plane.spot(week, share)], []).box
        assert left >= 0
        assert top >= 0
        assert right <= WIDTH
        assert bottom <= HEIGHT


def test_the_last_point_and_the_scale_have_words():
    svg = trend_svg(trend(12, share=lambda _week: 0.62), WORDS)
    assert set(words_of(svg)) == {"0%", "50%", "100%", "匀速进度", "第 1 周", "第 12 周", "第 20 周", "62%"}


def test_what_was_worked_out_afterwards_looks_different_and_is_explained():
    svg = trend_svg(trend(12, rebuilt=7), WORDS)
    lines = ET.fromstring(svg).findall(f".//{SVG}polyline")  # noqa: S314 our own
    dotted = [line.get("stroke-dasharray") is not None for line in lines]
    assert dotted == [True, False]
    assert lines[0].get("points").split()[-1] == lines[1].get("points").split()[0]
    assert "按现有登记倒推" in words_of(svg)
    assert "按现有登记倒推" not in words_of(trend_svg(trend(12), WORDS))


def test_points_outside_the_frame_are_moved_to_its_border():
    svg = trend_svg(trend(22, weeks=20, share=lambda week: week - 3), WORDS)
    numbers = [float(number) for points in re.findall(r'points="([^"]+)"', svg) for number in re.split("[ ,]", points)]
    assert min(numbers) >= 0
    assert max(numbers) <= WIDTH


def test_the_page_has_its_own_colours_and_the_mail_fixed_ones():
    page, mail = trend_svg(trend(12), WORDS), trend_svg(trend(12), WORDS, theme=MAIL)
    assert all(value in page for value in (PAGE.ink, PAGE.soft, PAGE.line, PAGE.green))
    assert "var(" not in mail
    assert "id=" not in page


def test_the_png_is_twice_as_fine_as_the_page_and_the_same_each_time():
    svg = trend_svg(trend(12), WORDS, theme=MAIL)
    png = trend_png(svg)
    assert struct.unpack(">II", png[16:24]) == (2 * WIDTH, 2 * HEIGHT)
    assert trend_png(svg) == png


def test_the_picture_is_green_on_white():
    _, _, rows = pixels(trend_png(trend_svg(trend(12), WORDS, theme=MAIL), width=WIDTH // 2))
    assert rows[0][0] == (255, 255, 255)
    assert (11, 107, 98) in {pixel for row in rows for pixel in row}


def test_chinese_labels_come_from_the_shipped_font_alone():
    assert len({str(written(text)) for text in ("周", "免", "达", "\U000f0000")}) == 4
    assert str(written("\U000f0000")) == str(written("\U000f0001"))
    assert dark(written("周")) > 50


def test_the_label_of_the_week_is_drawn():
    def area(words):
        return pixels(trend_png(around_week_12(trend_svg(trend(12), words, theme=MAIL)), width=200))[2]

    weeks, others = area(WORDS), area({**WORDS, "week": "满 {week} 月"})
    unknown = area({**WORDS, "week": "\U000f0000 {week} \U000f0000"})
    assert dark(weeks) > 100
    assert weeks != others
    assert unknown not in (weeks, others)


def test_without_the_shipped_font_there_would_be_no_words():
    svg = around_week_12(trend_svg(trend(12), WORDS, theme=MAIL))
    bare = resvg_py.svg_to_bytes(svg_string=svg, width=200, background="#ffffff", skip_system_fonts=True)
    assert dark(pixels(bare)[2]) == 0


def test_the_font_holds_all_of_gb2312_and_is_small_and_free():
    assert FONT.stat().st_size < 1_900_000
    font = TTFont(FONT)
    cells = (bytes((high, low)).decode("gb2312", "ignore") for high in range(0xB0, 0xF8) for low in range(0xA1, 0xFF))
    needed = {*map(chr, range(0x20, 0x7F)), *cells, *"✓→▲▼·–—…！？，。、；：“”（）《》％１Ａ"} - {""}
    assert {sign for sign in needed if ord(sign) not in font.getBestCmap()} == set()
    assert len(needed) > 6763
    licence = (FONT.parent / "OFL.txt").read_text("utf-8")
    assert font["name"].getDebugName(0) in licence
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    assert "Open Font License" in font["name"].getDebugName(13)


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text)[:24])
def test_hostile_text_is_text(text):
    svg = trend_svg(trend(12, rebuilt=3, text=text), WORDS, theme=MAIL)
    tags = {element.tag.removeprefix(SVG) for element in ET.fromstring(svg).iter()}  # noqa: S314 our own
    assert tags == {"svg", "title", "g", "line", "polygon", "polyline", "circle", "text"}
    assert trend_png(svg).startswith(b"\x89PNG")
