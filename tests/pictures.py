"""Workbooks and documents as LibreOffice shows them, and mails as HTML that a browser can show.

A test that needs LibreOffice is marked `@needs_calc` or `@needs_writer` and skipped where that is missing.
"""

from __future__ import annotations

import base64
import email
import json
import re
import shutil
import subprocess
import tempfile
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Final

import openpyxl
import pytest

_PATIENCE: Final = 120
"""Seconds that a conversion may take."""
_ONE_PAGE_A_SHEET: Final = json.dumps({"SinglePageSheets": {"type": "boolean", "value": "true"}})
_CID: Final = re.compile(r"cid:([^\"')\s>]+)")


def _needs(part: str, library: str) -> pytest.MarkDecorator:
    office = Path(shutil.which("soffice") or "/").resolve()
    there = office.with_name(library).exists() and shutil.which("pdftoppm")
    return pytest.mark.skipif(not there, reason=f"{part} or pdftoppm is not installed")


needs_calc = _needs("libreoffice-calc", "libsclo.so")
needs_writer = _needs("libreoffice-writer", "libswlo.so")


def sheet_pictures(workbook: Path, folder: Path, *, dpi: int = 60) -> dict[str, Path]:
    """One .png for each sheet of an .xlsx, whole however long; LibreOffice shows hidden ones too.

    Args:
        workbook: the file.
        folder: where the pictures go; it is made if need be.
        dpi: how fine; 96 is the size on screen.

    Returns:
        Pictures by the sheet's title, in the workbook's order.
    """
    titles = [sheet.title for sheet in openpyxl.load_workbook(workbook).worksheets]
    pages = _pages(workbook, folder, f"pdf:calc_pdf_Export:{_ONE_PAGE_A_SHEET}", dpi)
    return dict(zip(titles, pages, strict=True))


def print_pictures(workbook: Path, folder: Path, *, dpi: int = 60) -> list[Path]:
    """One .png for each page that an .xlsx takes on paper."""
    return _pages(workbook, folder, "pdf:calc_pdf_Export", dpi)


def document_pictures(document: Path, folder: Path, *, dpi: int = 60) -> list[Path]:
    """One .png for each page of a .docx."""
    return _pages(document, folder, "pdf:writer_pdf_Export", dpi)


def mail_page(mail: Path, page: Path) -> Path:
    """The HTML of an .eml in a file of its own, `cid:` pictures put in as data.

    Args:
        mail: the .eml.
        page: the .html to make.

    Returns:
        `page`.

    Raises:
        ValueError: the mail has no HTML, or names a picture that it does not carry.
    """
    message = email.message_from_bytes(mail.read_bytes(), policy=default)
    body = message.get_body(("html",))
    if body is None:
        raise ValueError(f"{mail.name} has no HTML")
    carried = {str(part["Content-ID"]).strip("<> "): part for part in message.walk() if part["Content-ID"]}
    html = body.get_content()
    if lost := set(_CID.findall(html)) - set(carried):
        raise ValueError(f"{mail.name} does not carry {', '.join(sorted(lost))}")
    page.write_text(_CID.sub(lambda found: _data(carried[found[1]]), html), encoding="utf-8")
    return page


def _data(part: EmailMessage) -> str:
    content = base64.b64encode(part.get_payload(decode=True)).decode()
    return f"data:{part.get_content_type()};base64,{content}"


def _pages(source: Path, folder: Path, form: str, dpi: int) -> list[Path]:
    """Through a PDF; with a profile of its own, so that an open LibreOffice does not matter."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        profile = f"-env:UserInstallation={Path(work, 'profile').as_uri()}"
        convert = ["soffice", profile, "--headless", "--norestore", "--convert-to", form, "--outdir", work, source]
        _run(convert)
        pdf = Path(work, source.stem + ".pdf")
        if not pdf.exists():
            raise RuntimeError(f"LibreOffice made nothing of {source.name}: is its part for such files installed?")
        _run(["pdftoppm", "-png", "-r", str(dpi), pdf, Path(work, "page")])
        return [
            Path(shutil.copy(page, folder / f"{source.stem}-{number}.png"))
            for number, page in enumerate(sorted(Path(work).glob("page-*.png")), 1)
        ]


def _run(command: list[str | Path]) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=_PATIENCE)
