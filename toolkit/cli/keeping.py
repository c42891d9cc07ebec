"""Commands that keep the record: save it, and bring it back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from toolkit.cli.application import app
from toolkit.cli.ends import load, print_filled, report_calls
from toolkit.cli.options import Book, Community, Config, GoogleSheet


@app.command()
def backup(
    config: Config = None,
    workbook: Book = None,
    sheet: GoogleSheet = None,
    community: Community = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for backups; [backup] folder otherwise.", metavar="DIR")
    ] = None,
) -> None:
    """Save the whole record in a folder of its own.

    Every tab, which mails were sent, what earlier runs saw; and each sheet as a Parquet file. Older backups that are
    needed no more are removed.
    """
    from toolkit.workflows.backing_up import back_up

    typer.echo(back_up(load(config, workbook, sheet, None, community), out).path)


@app.command()
def restore(
    backup: Annotated[Path, typer.Argument(metavar="BACKUP", help="The folder of the backup.")],
    to: Annotated[Path | None, typer.Option("--to", help="The new workbook.", metavar="FILE.xlsx")] = None,
    to_sheet: Annotated[
        str | None, typer.Option("--to-sheet", help="An empty Google Sheet's address or id.", metavar="URL-or-ID")
    ] = None,
    config: Config = None,
    community: Community = None,
) -> None:
    """Bring a backup back, into a new workbook or an empty Google Sheet.

    Nothing that is there is replaced. Mails that were sent are known to have been.
    """
    from toolkit import workflows
    from toolkit.workflows.restoring import restore_to_sheet, restore_to_workbook

    if (to is None) == (to_sheet is None):
        raise typer.BadParameter("Give either --to FILE.xlsx or --to-sheet ADDRESS.")
    if to is not None:
        print_filled("restore/body.txt", restored=restore_to_workbook(backup, to))
        return
    source = workflows.named_sheet(config, to_sheet or "", community)
    report_calls(source)
    print_filled("restore/body.txt", restored=restore_to_sheet(backup, source))
