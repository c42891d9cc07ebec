"""What set-up needs to read before it decides anything."""

from __future__ import annotations

from typing import Final

from toolkit.schema import Schema, SheetSchema
from toolkit.spreadsheet import Spreadsheet, Tab

_FIELDS: Final = (
    "sheets(properties(sheetId),merges,tables(range),conditionalFormats(ranges,booleanRule(condition)),"
    "data(startRow,rowData(values(formattedValue,userEnteredValue,note,userEnteredFormat(numberFormat(type)),"
    "dataValidation{rule}))))"
)


def setup_reads(sheet: Spreadsheet, schema: Schema, *, repair: bool) -> tuple[list[int], str]:
    """The parameters of one call that gives the cells of every tab that may be one of ours.

    Whole tabs are read: whether a column is free, or has a rule anywhere, is not to be seen from its first rows.

    Args:
        sheet: its structure.
        schema: the declarations.
        repair: whether rules are compared; else it is enough to know that there is one.

    Returns:
        The tabs' ids and the field mask. Without tabs nothing needs to be read.
    """
    tabs = [tab.id for tab in sheet.tabs if candidate(tab, schema)]
    return tabs, _FIELDS.format(rule="(condition)" if repair else "(condition(type))")


def candidate(tab: Tab, schema: Schema) -> SheetSchema | None:
    """The sheet that a tab may be: that of its metadata, else the one its title names; None where it is none."""
    if tab.output or not tab.grid:
        return None
    if tab.key and tab.key in schema.sheets:
        return schema.sheets[tab.key]
    return schema.sheet_for(tab.title)
