"""A spreadsheet as a file of another kind: xlsx, csv, tsv, zipped HTML; PDF and ODS by LibreOffice."""

from __future__ import annotations

import csv
import html
import io
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path
from typing import Final

from . import a1
from .book import Book, Tab
from .errors import ApiError
from .export_workbook import workbook
from .values import Render, read

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_OFFICE: Final = {
    "application/pdf": "pdf",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/x-vnd.oasis.opendocument.spreadsheet": "ods",
}
_SECONDS: Final = 120


def export(book: Book, mime_type: str) -> bytes:
    """The spreadsheet's bytes as a type of file.

    Raises:
        ApiError: 400 for a type that spreadsheets do not turn into, 501 where LibreOffice is needed and missing.
    """
    if mime_type == XLSX:
        return workbook(book)
    if mime_type in {"text/csv", "text/tab-separated-values"}:
        return separated(book, book.sheets[0], "," if mime_type == "text/csv" else "\t")
    if mime_type in {"application/zip", "text/html"}:
        return _pages(book)
    if mime_type in _OFFICE:
        return _by_office(workbook(book), _OFFICE[mime_type])
    raise ApiError(400, "The requested conversion is not supported.", reason="badRequest")


def table(book: Book, tab: Tab) -> list[list[str]]:
    """The texts that a sheet shows, rows of equal length."""
    rows = read(book, a1.Area(tab.id), Render()).get("values", [])
    width = max((len(row) for row in rows), default=0)
    return [[*row, *[""] * (width - len(row))] for row in rows]


def separated(book: Book, tab: Tab, delimiter: str) -> bytes:
    """A sheet as lines of texts with a delimiter between them."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerows(table(book, tab))
    return out.getvalue().removesuffix("\r\n").encode()


def _pages(book: Book) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for tab in book.sheets:
            if tab.properties.get("hidden"):
                continue
            rows = "".join(
                "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in table(book, tab)
            )
            page = f'<!DOCTYPE html><meta charset="utf-8"><title>{html.escape(tab.title)}</title><table>{rows}</table>'
            archive.writestr(tab.title.replace("/", "_") + ".html", page)
    return out.getvalue()


def _by_office(content: bytes, kind: str) -> bytes:
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        raise ApiError(501, f"The stand-in makes {kind} files by LibreOffice, which is not installed here.")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "book.xlsx")
        source.write_bytes(content)
        profile = f"-env:UserInstallation=file://{folder}/profile"
        command = [office, profile, "--headless", "--convert-to", kind, "--outdir", folder, str(source)]
        subprocess.run(command, check=False, capture_output=True, timeout=_SECONDS)
        made = source.with_suffix("." + kind)
        if not made.exists():
            raise ApiError(501, f"LibreOffice made no {kind} file.")
        return made.read_bytes()
