"""The browser finds what is wrong with a page, and nothing where nothing is."""

import struct

import pytest
from browser import Browser, needs_browser, told

pytestmark = needs_browser

IMAGE = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='200' height='200'><rect width='200' height='200' fill='red'/></svg>"
GOOD = f"""<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>好</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>:root {{ color-scheme: light dark }} @media print {{ h1 {{ display: none }} }}</style></head>
<body><main><h1>好的一页</h1><p>都在页里。</p><img alt="红块" src="{IMAGE}"><p hidden>看不见</p></main></body></html>"""
BAD = """<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>坏</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<script src="https://example.com/x.js"></script></head>
<body><main><h1>坏的一页</h1><p style="color:#aaa;background:#fff">看不清</p><div style="width:900px">太宽</div></main>
<img src="file:///nowhere.png"><script>throw new Error("broken")</script></body></html>"""


@pytest.fixture(scope="module")
def opened():
    with Browser() as browser:
        yield browser


@pytest.fixture
def browser(opened):
    opened.errors.clear()
    return opened


def size(picture):
    return struct.unpack(">II", picture.read_bytes()[16:24])


def test_a_good_page_has_no_fault(browser):
    assert told(browser.axe(GOOD)) == []
    assert browser.overflow(GOOD, 360) == 0
    assert browser.text(GOOD).split() == ["好的一页", "都在页里。"]
    assert browser.errors == []


def test_a_bad_pages_faults_are_found(browser):
    violations = browser.axe(BAD)
    assert {"color-contrast", "image-alt"} <= {violation["id"] for violation in violations}
    assert [violation["impact"] for violation in violations][:2] == ["critical", "serious"]
    assert browser.overflow(BAD, 360) > 500
    assert "request: https://example.com/x.js" in browser.errors
    assert "script: broken" in browser.errors
    assert "console: Failed to load resource: net::ERR_FILE_NOT_FOUND" in browser.errors


def test_a_page_that_forgets_phones_is_too_wide_for_one(browser):
    assert browser.overflow(GOOD.replace('name="viewport"', 'name="other"'), 360) > 500


def test_pictures(browser, tmp_path):
    page = tmp_path / "页.html"
    page.write_text(GOOD, encoding="utf-8")
    whole = browser.shoot(GOOD, tmp_path / "whole.png", width=400)
    assert size(whole)[0] == 400
    assert size(browser.shoot(page, tmp_path / "part.png", width=400, height=300)) == (400, 300)
    others = [
        browser.shoot(page, tmp_path / "dark.png", width=400, dark=True),
        browser.shoot(page, tmp_path / "bare.png", width=400, images=False),
        browser.shoot(page, tmp_path / "print.png", width=400, print_media=True),
    ]
    assert len({picture.read_bytes() for picture in [whole, *others]}) == 4
    assert browser.errors == []


def test_pdf(browser, tmp_path):
    assert browser.pdf(GOOD, tmp_path / "x.pdf").read_bytes().startswith(b"%PDF-")


def test_two_may_be_open_at_once(browser):
    with Browser() as other:
        assert other.overflow(GOOD, 360) == 0
    assert browser.overflow(GOOD, 360) == 0
