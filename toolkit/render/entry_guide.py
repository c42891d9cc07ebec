"""The first sheet of the entry workbook: what it is, how it is filled in, which sheet is for what."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from xlsxwriter.worksheet import Worksheet

from toolkit.guide import Group, Guide
from toolkit.render.entry_look import GREY, GUESS, HUES, INK, LINK, MISSING, ROW, RULE, Look, height, text_lines
from toolkit.schema import Schema

_WIDTHS: Final = (2, 18, 82, 23, 31)
_FIRST: Final = 1
_LAST: Final = len(_WIDTHS) - 1
_TEXT_WIDTH: Final = sum(_WIDTHS[2:]) - 4


def write_guide(
    sheet: Worksheet, schema: Schema, guide: Guide, look: Look, sheets: Sequence[str], left_out: Collection[str]
) -> None:
    """Fill the sheet.

    Args:
        sheet: an empty one.
        schema: for titles and purposes.
        guide: the words.
        look: the formats.
        sheets: keys of the input sheets in the workbook.
        left_out: keys of the legend's colours that the workbook does not show.
    """
    look.page(sheet)
    sheet.set_tab_color(INK)
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    # Against slips only: there is no password, links and widths keep working.
    sheet.protect("", {"format_columns": True, "format_rows": True})
    row = _title(sheet, guide, look)
    row = _advice(sheet, row, guide, look)
    row = _legend(sheet, row, guide, look, left_out)
    _sheet_list(sheet, row, schema, guide, look, guide.grouped(sheets))


def _title(sheet: Worksheet, guide: Guide, look: Look) -> int:
    dark, pale = HUES[0]
    sheet.set_row(0, 12)
    band = look.format(bg_color=dark, font_color="#ffffff", font_size=22, bold=True, indent=1)
    sheet.merge_range(1, _FIRST, 1, _LAST, "", band)
    sheet.write_string(1, _FIRST, guide.title, band)
    sheet.set_row(1, 48)
    lead = look.format(bg_color=pale, text_wrap=True, indent=1)
    sheet.merge_range(2, _FIRST, 2, _LAST, "", lead)
    sheet.write_string(2, _FIRST, guide.lead, lead)
    sheet.set_row(2, height(text_lines(guide.lead, _TEXT_WIDTH + _WIDTHS[1])) + 12)
    return 4


def _heading(sheet: Worksheet, row: int, text: str, look: Look) -> int:
    style = look.format(bold=True, font_size=14, font_color=HUES[0][0], bottom=2, bottom_color=HUES[0][0])
    sheet.set_row(row - 1, 14)
    sheet.set_row(row, 28)
    for column in range(_FIRST, _LAST + 1):
        sheet.write_blank(row, column, None, style)
    sheet.write_string(row, _FIRST, text, style)
    return row + 1


def _paragraph(sheet: Worksheet, row: int, text: str, look: Look) -> None:
    style = look.format(text_wrap=True, indent=1)
    sheet.merge_range(row, 2, row, _LAST, "", style)
    sheet.write_string(row, 2, text, style)
    sheet.set_row(row, height(text_lines(text, _TEXT_WIDTH)))


def _advice(sheet: Worksheet, row: int, guide: Guide, look: Look) -> int:
    start = _heading(sheet, row, guide.headings["how"], look)
    for line, advice in enumerate(guide.how, start):
        sheet.write_string(line, _FIRST, advice.head, look.format(bold=True, indent=1))
        _paragraph(sheet, line, advice.text, look)
    return start + len(guide.how) + 1


def _legend(sheet: Worksheet, row: int, guide: Guide, look: Look, left_out: Collection[str]) -> int:
    dark, pale = HUES[0]
    looks: dict[str, dict[str, object]] = {
        "required": {"bg_color": dark, "font_color": "#ffffff", "bold": True},
        "optional": {"bg_color": pale, "bold": True},
        "missing": {"bg_color": MISSING},
        "assumed": GUESS,
    }
    start = _heading(sheet, row, guide.headings["colours"], look)
    shown = [key for key in looks if key not in left_out]
    for line, key in enumerate(shown, start):
        # A white rule between the samples, so that they stand apart.
        style = look.format(**looks[key], indent=1, top=2, bottom=2, border_color="#ffffff")
        if key == "required":
            look.starred(sheet, line, _FIRST, guide.colours[key].sample, style, "#ffffff")
        else:
            sheet.write(line, _FIRST, guide.colours[key].sample or None, style)
        _paragraph(sheet, line, guide.colours[key].text, look)
    return start + len(shown) + 1


def _sheet_list(sheet: Worksheet, row: int, schema: Schema, guide: Guide, look: Look, groups: Sequence[Group]) -> None:
    line = _heading(sheet, row, guide.headings["sheets"], look)
    sheet.set_row(line, ROW)
    for column, text in enumerate(guide.columns.values(), _FIRST):
        sheet.write_string(line, column, text, look.format(font_color=GREY, indent=1))
    for number, group in enumerate(groups):
        line = _group(sheet, line + 1, schema, guide, look, group, HUES[number % len(HUES)])


def _group(
    sheet: Worksheet, row: int, schema: Schema, guide: Guide, look: Look, group: Group, hue: tuple[str, str]
) -> int:
    """One group of sheets; returns its last row."""
    band = look.format(bold=True, bg_color=hue[1], font_color=hue[0], indent=1)
    sheet.merge_range(row, _FIRST, row, _LAST, "", band)
    sheet.write_string(row, _FIRST, group.head, band)
    sheet.set_row(row, ROW + 2)
    link = look.format(bottom=1, bottom_color=RULE, indent=1, font_color=LINK, bold=True, underline=1)
    style = look.format(bottom=1, bottom_color=RULE, indent=1, text_wrap=True)
    for line, (key, keeper) in enumerate(group.sheets.items(), row + 1):
        declared = schema.sheets[key]
        tip = guide.link_tip.format(title=declared.title)
        sheet.write_url(line, _FIRST, f"internal:'{declared.title}'!A2", link, declared.title, tip)
        texts = (declared.consortium.purpose, keeper.who, keeper.when)
        for column, text in enumerate(texts, 2):
            sheet.write_string(line, column, text, style)
        sheet.set_row(line, height(max(map(text_lines, texts, [width - 3 for width in _WIDTHS[2:]]))))
    return row + len(group.sheets)
