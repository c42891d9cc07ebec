"""Commands that send mail: the weekly digests and the notices."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from toolkit.cli.application import app
from toolkit.cli.ends import load, print_filled
from toolkit.cli.options import AsOf, Book, Community, Config, DryRun, GoogleSheet, Only, Out, Resend

if TYPE_CHECKING:
    from toolkit.workflows.letters import Mailing
    from toolkit.workflows.mailing import Wish
    from toolkit.workflows.remembering import Remembered

Named = tuple[Path | None, Path | None, str | None, date | None, str | None]
"""What the options say of the source: configuration, workbook, Google Sheet, today, community."""
NOBODY: Final[Mapping[Mailing, str]] = {
    "weekly": "Nobody receives the weekly digest: the recipients' sheet has no sound row that subscribes to it.",
    "remind": "There is nothing to remind anybody of today, or nobody who subscribes to it.",
}
HOLIDAYS = "It is the holidays: no notices go out. in_holidays = true under [remind] sends them all the same."
ANOTHER_DAY = "Today there is no such letter: to send an earlier one again, give --as-of the day it is of."
TITLES: Final[Mapping[Mailing, str]] = {"weekly": "Weekly digests", "remind": "Notices"}


@app.command()
def weekly(
    config: Config = None,
    workbook: Book = None,
    sheet: GoogleSheet = None,
    community: Community = None,
    as_of: AsOf = None,
    only: Only = None,
    resend: Resend = None,
    dry_run: DryRun = False,  # noqa: FBT002 a flag of the command line
    out: Out = None,
) -> None:
    """Send the weekly digest to each reader, once.

    What was sent is in the ledger and is not sent again, whatever happens. Exit 1 if a letter was refused or nobody
    knows whether it arrived, 3 if one is to be tried again.
    """
    _mail("weekly", (config, workbook, sheet, as_of, community), _wish(only, resend), out, dry_run=dry_run)


@app.command()
def remind(
    config: Config = None,
    workbook: Book = None,
    sheet: GoogleSheet = None,
    community: Community = None,
    as_of: AsOf = None,
    only: Only = None,
    resend: Resend = None,
    dry_run: DryRun = False,  # noqa: FBT002
    out: Out = None,
) -> None:
    """Send the notices of today: loans due and overdue, entries to fix.

    One mail a reader, on the days set under [remind], none in the holidays. Exit codes as of weekly.
    """
    _mail("remind", (config, workbook, sheet, as_of, community), _wish(only, resend), out, dry_run=dry_run)


def _wish(only: list[str] | None, resend: list[str] | None) -> Wish:
    from toolkit.workflows.mailing import Wish

    return Wish(tuple(only or ()), tuple(resend or ()))


def _mail(mailing: Mailing, source: Named, wish: Wish, out: Path | None, *, dry_run: bool) -> None:
    from toolkit.workflows.remembering import Remembered

    if out and not dry_run:
        raise typer.BadParameter("--out is for --dry-run: nothing is written when mail is sent.")
    past = Remembered(load(*source))
    if dry_run:
        _write(past, mailing, wish, out)
    else:
        _send(past, mailing, wish)


def _write(past: Remembered, mailing: Mailing, wish: Wish, out: Path | None) -> None:
    from toolkit.workflows.outbox import write_letters

    written = write_letters(past, mailing, out, wish.readers)
    for path in written.files:
        typer.echo(path)
    for one in written.held_back:
        for leak in one.leaks:
            typer.echo(f"{one.place} is held back: its {leak.part} shows {leak.place} of another school.", err=True)
    if not (written.files or written.held_back):
        typer.echo(HOLIDAYS if written.quiet else NOBODY[mailing], err=True)
    for sentence in _without_letters(past, wish):
        typer.echo(f"No letter: {sentence}", err=True)
    if past.loaded.settings.community.name is None:
        typer.echo("The community has no name, and before mail is sent it needs one: name under [community].", err=True)
    if written.held_back:
        raise typer.Exit(1)


def _send(past: Remembered, mailing: Mailing, wish: Wish) -> None:
    from toolkit.workflows.mailing import send

    mailed = send(past, mailing, wish)
    nobody = HOLIDAYS if mailed.quiet else ANOTHER_DAY if wish.resend else NOBODY[mailing]
    if mailed.report.lines or not mailed.report.fault:
        print_filled(
            "post/body.txt",
            mailed=mailed,
            title=TITLES[mailing],
            nobody=nobody,
            unreached=_without_letters(past, wish),
        )
    if mailed.report.fault:
        raise mailed.report.fault
    if mailed.code:
        raise typer.Exit(mailed.code)


def _without_letters(past: Remembered, wish: Wish) -> list[str]:
    """Which rows get nothing, a sentence a reason; nothing where only some readers are meant."""
    from toolkit.workflows.mailed import told_unreached

    loaded = past.loaded
    return [] if wish.readers else [words.en for words in told_unreached(loaded.assessment.ground)]
