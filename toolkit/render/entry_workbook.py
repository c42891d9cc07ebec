"""The empty workbook that staff fill in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from xlsxwriter.worksheet import Worksheet

from toolkit.files import replacing
from toolkit.guide import Guide
from toolkit.render import entry_columns as columns
from toolkit.render.entry_columns import LAST_ROW, Row
from toolkit.render.entry_guide import write_guide
from toolkit.render.entry_look import CELL, FONT, GUESS, HUES, INK, ROW, Look, height, text_lines
from toolkit.render.new_workbook import new_workbook
from toolkit.schema import Field, Schema, SheetSchema
from toolkit.workbook import column_letters

_OPTIONS: Final = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "in_memory": True,
}
_NOTE: Final = {"width": 300, "color": "#fffdf3", "author": "", **FONT, "font_size": 10}
_NOTE_LETTERS: Final = 34
"""How much of a note fits into a line, with some room for other fonts."""
_NUMBER: Final = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?")
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


def write_entry_workbook(
    path: Path, schema: Schema, sheets: Sequence[str], rows: Mapping[str, Sequence[Row]], guide: Guide
) -> None:
    """Write the workbook whole or not at all: the guide first, then one tab a sheet.

    Args:
        path: the file to make; one that exists is replaced.
        schema: the declarations.
        sheets: keys of the input sheets to make, in the order of the tabs (`Guide.in_order` gives the order of use).
        rows: rows to put in, by sheet key, then header. `assumed` lists the headers whose value is only a default.
        guide: the words.

    Raises:
        UsageError: the file cannot be written.
    """
    options = _OPTIONS | {"default_format_properties": dict(FONT)}  # XlsxWriter adds to what it is given
    with replacing(path) as temporary, new_workbook(temporary, options) as book:
        book.set_properties({"title": guide.title})
        look = Look(book, guide)
        guessed = any(line.get("assumed") for lines in rows.values() for line in lines)
        first = book.add_worksheet(guide.tabs["guide"])
        write_guide(first, schema, guide, look, sheets, () if guessed else ("assumed",))
        writer = _Writer(book, schema, guide, look, list(sheets))
        for key in sheets:
            writer.write(schema.sheets[key], rows.get(key, ()))
        writer.write_lists()


class _Writer:
    """Writes the input sheets of one open workbook."""

    def __init__(self, book: Any, schema: Schema, guide: Guide, look: Look, made: Sequence[str]) -> None:  # noqa: ANN401
        self.book, self.schema, self.guide, self.look, self.made = book, schema, guide, look, made
        self.hues = {
            key: HUES[number % len(HUES)] for number, group in enumerate(guide.grouped(made)) for key in group.sheets
        }
        self.long_lists: list[Sequence[str]] = []

    def write(self, declared: SheetSchema, rows: Sequence[Row]) -> None:
        """One input sheet with its rows."""
        sheet = self.book.add_worksheet(declared.title)
        self._frame(sheet, declared)
        widths = [columns.column_width(field, rows) for field in declared.fields]
        for place, (field, width) in enumerate(zip(declared.fields, widths, strict=True)):
            # The format belongs to the column, not to cells: it reaches to the last row, and blank rows stay blank.
            sheet.set_column(place, place, width, self.look.format(**CELL, **columns.cell_format(field)))
            self._header(sheet, place, field, self.hues[declared.key])
            self._helps(sheet, place, field, declared)
        for row, line in enumerate(rows, 1):
            self._row(sheet, row, line, declared, widths)

    def _frame(self, sheet: Worksheet, declared: SheetSchema) -> None:
        last = len(declared.fields) - 1
        self.look.page(sheet)
        sheet.set_tab_color(self.hues[declared.key][0])
        sheet.set_default_row(ROW)
        sheet.set_row(0, 32)
        sheet.freeze_panes(1, 1 if declared.primaryKey[:1] == (declared.fields[0].name,) else 0)
        sheet.repeat_rows(0)
        sheet.autofilter(0, 0, LAST_ROW - 1, last)
        # An 工号 of digits only is text on purpose; no green corners.
        sheet.ignore_errors({"number_stored_as_text": f"A2:{column_letters(last)}{LAST_ROW}"})

    def _header(self, sheet: Worksheet, place: int, field: Field, hue: tuple[str, str]) -> None:
        ground, ink = (hue[0], "#ffffff") if field.required else (hue[1], INK)
        style = self.look.format(bold=True, bg_color=ground, font_color=ink, border=1, border_color="#ffffff", indent=1)
        text = field.name
        if field.required:
            text = self.look.starred(sheet, 0, place, field.name, style, ink)
        else:
            sheet.write_string(0, place, text, style)
        note = columns.header_note(field, self.guide)
        sheet.write_comment(0, place, note, {**_NOTE, "height": 20 + 19 * text_lines(note, _NOTE_LETTERS)})
        sheet.data_validation(0, place, 0, place, columns.header_guard(field, text, self.guide))

    def _helps(self, sheet: Worksheet, place: int, field: Field, declared: SheetSchema) -> None:
        """The drop-down or check below the header, and the colour of a cell still to fill."""
        ranges = {}
        if len(",".join(field.codes)) > columns.LONGEST_LIST:
            ranges[field.name] = self._long_list(list(field.codes))
        check = columns.validation(field, declared, self.schema, self.guide, self.made, ranges)
        if check:
            sheet.data_validation(1, place, LAST_ROW - 1, place, check)
        rule = columns.missing_rule(field, declared)
        if rule:
            look = {"type": "formula", "criteria": rule, "format": self.look.missing}
            sheet.conditional_format(1, place, LAST_ROW - 1, place, look)

    def _row(self, sheet: Worksheet, row: int, line: Row, declared: SheetSchema, widths: Sequence[float]) -> None:
        assumed = line.get("assumed", ())
        lines = 1
        for place, field in enumerate(declared.fields):
            text = line.get(field.name, "")
            if not isinstance(text, str) or not text:
                continue
            guess = field.name in assumed
            self._value(sheet, row, place, field, text, GUESS if guess else {})
            if guess:
                sheet.write_comment(row, place, self.guide.assumed, {**_NOTE, "height": 62})
            lines = max(lines, text_lines(text, widths[place] - 2))
        sheet.set_row(row, height(lines))

    def _value(
        self, sheet: Worksheet, row: int, place: int, field: Field, text: str, extra: Mapping[str, object]
    ) -> None:
        """A plain date or number as such, so that it sorts and adds up; anything else as the text it is."""
        look = {**CELL, **columns.cell_format(field), **extra}
        number = text.removesuffix("%")
        if field.kind == "date" and (day := _day(text)):
            sheet.write_datetime(row, place, day, self.look.format(**look))
        elif field.kind in {"percent", "bound"} and number != text and _NUMBER.fullmatch(number):
            look["num_format"] = "0.0%" if "." in number or field.kind == "percent" else "0%"
            sheet.write_number(row, place, float(Decimal(number) / 100), self.look.format(**look))
        elif field.kind in {"int", "number", "percent", "bound"} and _NUMBER.fullmatch(text):
            sheet.write_number(row, place, float(text), self.look.format(**look))
        else:
            sheet.write_string(row, place, text, self.look.format(**look))

    def _long_list(self, words: Sequence[str]) -> str:
        """The range of the hidden sheet where words too long for one cell will stand."""
        self.long_lists.append(words)
        letters = column_letters(len(self.long_lists) - 1)
        return f"='{self.guide.tabs['lists']}'!${letters}$1:${letters}${len(words)}"

    def write_lists(self) -> None:
        """The hidden sheet, where one is needed."""
        if not self.long_lists:
            return
        sheet = self.book.add_worksheet(self.guide.tabs["lists"])
        sheet.hide()
        sheet.protect()
        for column, words in enumerate(self.long_lists):
            for row, word in enumerate(words):
                sheet.write_string(row, column, word)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None
