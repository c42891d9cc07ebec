"""An .xlsx file read as a raw workbook."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import Final
from xml.etree import ElementTree as ET

import python_calamine
from python_calamine import CalamineWorkbook, SheetTypeEnum

from toolkit.errors import SourceError
from toolkit.faults import BusyWordedError, WordedError
from toolkit.schema import Schema
from toolkit.stores.merged import fill_merged, reach
from toolkit.workbook import RawValue, Sheet, Workbook, address, column_number

_OLE: Final = bytes.fromhex("d0cf11e0a1b11ae1")
_ZIP: Final = b"PK"
_MOST_CELLS: Final = 60_000_000
"""A sheet whose used area is larger than this is not read: one stray cell far away makes an area of billions."""
_MOST_BYTES: Final = 4 << 30

_ERROR_CELL: Final = re.compile(
    rb"<(?:\w+:)?c\b(?P<head>[^>]*\bt=[\"']e[\"'][^>]*)>(?P<body>.*?)</(?:\w+:)?c>", re.DOTALL
)
_REFERENCE: Final = re.compile(rb"\br=[\"']([A-Z]+)(\d+)[\"']")
_VALUE: Final = re.compile(rb"<(?:\w+:)?v\b[^>]*>(.*?)</(?:\w+:)?v>", re.DOTALL)
_FAR_COLUMN: Final = re.compile(rb"<(?:\w+:)?c\b[^>]*\br=[\"']([A-Z]{2,3})\d+[\"']")
_DIMENSION: Final = re.compile(rb"<(?:\w+:)?dimension\b[^>]*:([A-Z]+)(\d+)[\"']")
_LAST_ROW: Final = re.compile(rb"<(?:\w+:)?row\b[^>]*\br=[\"'](\d+)[\"']")


def read_workbook(path: Path, schema: Schema) -> Workbook:
    """Read every sheet that the schema knows, in one open.

    Error cells, which calamine gives as blanks, are found in the XML and given as their text; merged cells are repeated
    over the area they cover; bools become `TRUE` and `FALSE`.

    Args:
        path: the file.
        schema: says which titles are sheets of the toolkit.

    Raises:
        SourceError: the file is missing, empty, no .xlsx, damaged or protected by a password; one plain sentence.
        BusySourceError: the file is open in a spreadsheet program, or still being copied.
    """
    return _read(path, lambda title: schema.sheet_for(title) is not None)


def read_every_tab(path: Path) -> Workbook:
    """Read every tab with cells, whatever its title, in the same way.

    Raises:
        SourceError: as of `read_workbook`.
    """
    return _read(path, lambda _: True)


def _read(path: Path, wanted: Callable[[str], bool]) -> Workbook:
    _refuse_what_is_no_workbook(path)
    try:
        with zipfile.ZipFile(path) as archive:
            parts = _sheet_parts(archive, path)
            book = CalamineWorkbook.from_path(str(path))
            known: list[Sheet] = []
            others: list[str] = []
            for meta in book.sheets_metadata:
                if meta.typ is not SheetTypeEnum.WorkSheet or not wanted(meta.name):
                    others.append(meta.name)
                    continue
                xml = archive.read(parts[meta.name]) if meta.name in parts else b""
                known.append(_read_sheet(book, meta.name, xml, path))
    except python_calamine.PasswordError as error:
        raise WordedError("book_password", name=path.name) from error
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise BusyWordedError("book_damaged", name=path.name) from error
    except (python_calamine.CalamineError, ET.ParseError, LookupError, OSError, RuntimeError, ValueError) as error:
        raise WordedError("book_unreadable", name=path.name, reason=_one_line(error)) from error
    return Workbook(tuple(known), tuple(others), path.name)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__


def _refuse_what_is_no_workbook(path: Path) -> None:
    if not path.exists():
        raise WordedError("book_missing", path=path)
    if path.is_dir():
        raise SourceError(f"{path} is a folder; give the path of a workbook in it.")
    for lock in lock_files(path):
        raise BusyWordedError("book_open", name=path.name, lock=lock.name)
    try:
        with path.open("rb") as file:
            head = file.read(4096)
            file.seek(0)
            whole = file.read(1 << 20) if head.startswith(_OLE) else b""
    except OSError as error:
        raise WordedError("book_locked", name=path.name, reason=error.strerror) from error
    if not head:
        raise BusyWordedError("book_empty", name=path.name)
    if head.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in whole:
            raise WordedError("book_password", name=path.name)
        raise SourceError(f"{path.name} is an old Excel file (.xls); open it and save it as .xlsx.")
    if not head.startswith(_ZIP):
        raise SourceError(f"{path.name} is {_kind_of_text(head)}, not a workbook; open it and save it as .xlsx.")


def _kind_of_text(head: bytes) -> str:
    start = head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html", b"<table", b"<meta")):
        return "a web page"
    if start.startswith(b"<?xml"):
        return "an XML file"
    if b"\0" in head.replace(b"\0\0", b"") and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "some other kind of file"
    return "a text file (such as .csv)"


def lock_files(path: Path) -> list[Path]:
    """The files that Excel, WPS and LibreOffice leave beside a workbook while it is open."""
    names = (f"~${path.name}", f".~{path.name}", f".~lock.{path.name}#")
    return [path.with_name(name) for name in names if path.with_name(name).exists()]


def _sheet_parts(archive: zipfile.ZipFile, path: Path) -> dict[str, str]:
    """Which part of the package holds which sheet (ECMA-376 part 1, 18.2.20; part 2, 9.3)."""
    names = archive.namelist()
    if "mimetype" in names and b"opendocument" in archive.read("mimetype"):
        raise SourceError(f"{path.name} is an OpenDocument file (.ods); open it and save it as .xlsx.")
    if "xl/workbook.bin" in names:
        raise SourceError(f"{path.name} is a binary Excel file (.xlsb); open it and save it as .xlsx.")
    if "xl/workbook.xml" not in names:
        raise SourceError(f"{path.name} is a ZIP or other Office file, not a workbook; open it and save it as .xlsx.")
    if sum(entry.file_size for entry in archive.infolist()) > _MOST_BYTES:
        raise SourceError(
            f"{path.name} unpacks to more than {_MOST_BYTES >> 30} GB; remove what does not belong in it."
        )
    targets = {
        relation.get("Id"): relation.get("Target", "")
        for relation in ET.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314 entities are not expanded
    }
    parts: dict[str, str] = {}
    for element in ET.fromstring(archive.read("xl/workbook.xml")).iter():  # noqa: S314
        if element.tag.rpartition("}")[2] == "sheet":
            relation = next((value for key, value in element.attrib.items() if key.endswith("}id")), None)
            target = targets.get(relation, "")
            part = target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)
            if part in names:
                parts[element.get("name", "")] = part
    return parts


def _read_sheet(book: CalamineWorkbook, title: str, xml: bytes, path: Path) -> Sheet:
    _refuse_far_cells(title, xml, path)
    sheet = book.get_sheet_by_name(title)
    rows: list[list[RawValue]] = sheet.to_python(skip_empty_area=False)
    if b't="b"' in xml or b"t='b'" in xml:
        rows = [[str(cell).upper() if isinstance(cell, bool) else cell for cell in row] for row in rows]
    for row, column, text in _error_cells(xml):
        reach(rows, row, column)
        rows[row][column] = text
    fill_merged(rows, sheet.merged_cell_ranges or ())
    return Sheet(title, rows)


def _error_cells(xml: bytes) -> Iterator[tuple[int, int, str]]:
    """Error cells as row and column from 0, and their text."""
    if b't="e"' not in xml and b"t='e'" not in xml:
        return
    for cell in _ERROR_CELL.finditer(xml):
        place, value = _REFERENCE.search(cell["head"]), _VALUE.search(cell["body"])
        if place and value:
            yield int(place[2]) - 1, column_number(place[1].decode()), value[1].decode("utf-8", "replace").strip()


def _refuse_far_cells(title: str, xml: bytes, path: Path) -> None:
    """Refuse a sheet in which one cell lies so far away that the area in between would not fit into memory."""
    last = 0
    position = xml.rfind(b"<row ")
    if position < 0:
        position = max(xml.rfind(b":row "), 0)
    for found in _LAST_ROW.finditer(xml, max(0, position - 20)):
        last = max(last, int(found[1]))
    declared = _DIMENSION.search(xml, 0, 4096)
    if declared and int(declared[2]) >= last and last * (column_number(declared[1].decode()) + 1) <= _MOST_CELLS:
        return
    widest = max((column_number(letters.decode()) for letters in set(_FAR_COLUMN.findall(xml))), default=25)
    if last * (widest + 1) > _MOST_CELLS:
        raise SourceError(
            f"{path.name}: sheet {title.strip()} has something as far away as {address(last, widest)};"
            " delete the empty-looking rows and columns behind the table and save."
        )
