"""`make pictures`: the README's pictures, taken of the sample community. Needs Debian's chromium and LibreOffice."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from browser import Browser  # noqa: E402 the tests' browser
from pictures import mail_page, sheet_pictures  # noqa: E402

from toolkit import demo  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"


def main() -> None:
    """Make the sample and take its pictures."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        made = demo.run(Path(folder), None)
        leader = next(path for path in made.mails if path.stem.endswith("leader"))
        with Browser() as browser:
            page = made.reports.page
            browser.shoot(page, PICTURES / "page.png", width=1280, height=1000)
            browser.shoot(page, PICTURES / "page-dark.png", width=1280, height=1000, dark=True)
            browser.shoot(page, PICTURES / "page-phone.png", width=360, height=780)
            browser.shoot(made.reports.schools[1], PICTURES / "school.png", width=800, height=900)
            mail = mail_page(leader, Path(folder) / "mail.html")
            browser.shoot(mail, PICTURES / "mail.png", width=700, height=1000)
        sheets = sheet_pictures(made.reports.dashboard, Path(folder) / "sheets", dpi=80)
        first = next(iter(sheets.values()))
        (PICTURES / "dashboard.png").write_bytes(first.read_bytes())


if __name__ == "__main__":
    main()
