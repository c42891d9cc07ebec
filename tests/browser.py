"""Pages as a browser shows them: pictures, PDF, accessibility, overflow, and whatever they ask of the outside.

No page reaches the network. A test that needs it is marked `@needs_browser` and skipped where Chromium is missing.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, Final, Self

import axe_playwright_python
import playwright.sync_api
import pytest

CHROMIUM: Final = Path("/usr/bin/chromium")
AXE: Final = Path(axe_playwright_python.__file__).with_name("axe.min.js")
PHONE: Final = 600
"""Below this width a page is laid out as a phone does it, by its viewport declaration."""

_ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)
_INSIDE: Final = ("file:", "data:", "about:", "blob:")
_GRAVITY: Final = ("critical", "serious", "moderate", "minor")

needs_browser = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"{CHROMIUM} is not installed")


class Browser:
    """A headless Chromium, to be used in a `with`; several may be open at once.

    Attributes:
        errors: what pages complained of, and whatever they asked for beyond `file:` and `data:`; empty is right.
    """

    _driver: ClassVar[playwright.sync_api.Playwright | None] = None
    _users: ClassVar[int] = 0

    def __init__(self) -> None:
        self.errors: list[str] = []
        self._browsers: dict[bool, playwright.sync_api.Browser] = {}

    def __enter__(self) -> Self:
        if Browser._driver is None:
            Browser._driver = playwright.sync_api.sync_playwright().start()
        Browser._users += 1
        self._folder = tempfile.TemporaryDirectory()
        return self

    def __exit__(self, *_: object) -> None:
        for browser in self._browsers.values():
            browser.close()
        self._folder.cleanup()
        Browser._users -= 1
        if not Browser._users and Browser._driver:
            Browser._driver.stop()
            Browser._driver = None

    def shoot(
        self,
        page: Path | str,
        picture: Path,
        *,
        width: int,
        height: int | None = None,
        dark: bool = False,
        images: bool = True,
        print_media: bool = False,
    ) -> Path:
        """Take a picture.

        Args:
            page: a file, or HTML text.
            picture: the .png to make.
            width: of the window.
            height: of the window; the whole page where None.
            dark: as for a reader who prefers dark.
            images: False as a mail programme shows it that loads none.
            print_media: with the styles for paper.

        Returns:
            `picture`.
        """
        with self._open(page, width, height, dark=dark, images=images) as shown:
            if print_media:
                shown.emulate_media(media="print")
            shown.screenshot(path=picture, full_page=height is None, animations="disabled")
        return picture

    def pdf(self, page: Path | str, out: Path) -> Path:
        """Print to A4 as the print dialogue does unless told otherwise: without backgrounds, the page's margins."""
        with self._open(page, 1280) as shown:
            shown.pdf(path=out, format="A4", prefer_css_page_size=True)
        return out

    def axe(self, page: Path | str, *, width: int = 1280, dark: bool = False) -> list[dict[str, Any]]:
        """Violations that axe-core finds, the gravest first; see `told`."""
        with self._open(page, width, dark=dark) as shown:
            shown.evaluate(AXE.read_text(encoding="utf-8"))
            found = shown.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
        return sorted(found, key=lambda violation: _GRAVITY.index(violation["impact"] or "minor"))

    def overflow(self, page: Path | str, width: int) -> int:
        """How many pixels the page is wider than the window; 0 is right."""
        with self._open(page, width) as shown:
            return max(0, int(shown.evaluate("document.documentElement.scrollWidth")) - width)

    def text(self, page: Path | str, width: int = 1280) -> str:
        """The text a reader sees, what is hidden left out."""
        with self._open(page, width) as shown:
            return shown.inner_text("body")

    @contextmanager
    def _open(
        self, page: Path | str, width: int, height: int | None = None, *, dark: bool = False, images: bool = True
    ) -> Iterator[playwright.sync_api.Page]:
        context = self._chromium(images=images).new_context(
            viewport={"width": width, "height": height or 900},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            is_mobile=width < PHONE,
            service_workers="block",
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
        )
        try:
            context.route("**/*", self._route)
            shown = context.new_page()
            shown.on("console", self._console)
            shown.on("pageerror", lambda error: self.errors.append(f"script: {error}"))
            shown.on("websocket", lambda socket: self.errors.append(f"request: {socket.url}"))
            shown.goto(self._address(page), wait_until="load")
            shown.evaluate("document.fonts.ready.then(() => null)")
            yield shown
        finally:
            context.close()

    def _chromium(self, *, images: bool) -> playwright.sync_api.Browser:
        if images not in self._browsers:
            if Browser._driver is None:
                message = "a Browser is used in a `with`"
                raise RuntimeError(message)
            arguments = [*_ARGUMENTS, *([] if images else ["--blink-settings=imagesEnabled=false"])]
            self._browsers[images] = Browser._driver.chromium.launch(executable_path=CHROMIUM, args=arguments)
        return self._browsers[images]

    def _address(self, page: Path | str) -> str:
        if isinstance(page, str) and "<" in page:
            path = Path(self._folder.name) / "page.html"
            path.write_text(page, encoding="utf-8")
            page = path
        return Path(page).resolve().as_uri()

    def _route(self, route: playwright.sync_api.Route) -> None:
        if route.request.url.startswith(_INSIDE):
            route.continue_()
        else:
            self.errors.append(f"request: {route.request.url}")
            route.abort()

    def _console(self, message: playwright.sync_api.ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(f"console: {message.text}")


def told(violations: Sequence[dict[str, Any]]) -> list[str]:
    """Violations as lines for a failing test: gravity, axe's rule, where, and what it says of the first place."""
    return [
        f"{violation['impact']} {violation['id']}: {violation['nodes'][0]['target']} and {len(violation['nodes']) - 1} more: "
        f"{violation['nodes'][0].get('failureSummary', violation['help'])}"
        for violation in violations
    ]
