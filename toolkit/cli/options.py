"""Options that several commands have in common."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

Config = Annotated[
    Path | None, typer.Option(help="Configuration file; consortium.toml here if there is one.", metavar="FILE")
]
Community = Annotated[
    str | None,
    typer.Option(
        help="Which community, where the configuration has several.", metavar="KEY", envvar="CONSORTIUM_COMMUNITY"
    ),
]
Book = Annotated[
    Path | None,
    typer.Option("--workbook", help="The entry workbook; needs no configuration.", metavar="FILE.xlsx", readable=False),
]
GoogleSheet = Annotated[
    str | None,
    typer.Option("--sheet", help="Instead of a workbook, a Google Sheet's address or id.", metavar="URL-or-ID"),
]


def _day(text: str) -> date:
    from toolkit.dates import read_date

    day = read_date(text.strip())
    if not isinstance(day, date):
        raise typer.BadParameter(f"{text} is no date; write it like 2026-11-24.")
    return day


AsOf = Annotated[
    date | None,
    typer.Option(
        "--as-of", help="The day to take for today; today in China otherwise.", parser=_day, metavar="YYYY-MM-DD"
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
Behind = Annotated[bool, typer.Option("--behind", help="List only what is at risk, missed or exceeded.")]
Repairs = Annotated[bool, typer.Option("--repairs", help="List what was read though it is not written plainly.")]
Restore = Annotated[bool, typer.Option("--repair", help="Restore drop-downs lost by pasting (Google Sheets).")]
Out = Annotated[
    Path | None, typer.Option("--out", help="Folder for the results; beside the workbook otherwise.", metavar="DIR")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Write .eml files, byte for byte as they would be sent.")]
Only = Annotated[
    list[str] | None,
    typer.Option("--only", help="Only this reader: name, address or school; repeatable.", metavar="WHO"),
]
Resend = Annotated[
    list[str] | None,
    typer.Option("--resend", help="This reader again, whatever was sent; the others not.", metavar="WHO"),
]
