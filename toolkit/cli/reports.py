"""Commands that write: the dashboard, the preview, the report."""

from __future__ import annotations

from typing import Annotated

import typer

from toolkit.cli.application import app
from toolkit.cli.ends import load
from toolkit.cli.options import AsOf, Book, Community, Config, GoogleSheet, Out


@app.command()
def dashboard(
    config: Config = None,
    workbook: Book = None,
    sheet: GoogleSheet = None,
    community: Community = None,
    as_of: AsOf = None,
    out: Out = None,
) -> None:
    """Write the dashboard workbook, the leaders' page and a page for each school."""
    from toolkit.workflows.remembering import Remembered
    from toolkit.workflows.reporting import write_reports

    for path in write_reports(Remembered(load(config, workbook, sheet, as_of, community)), out).all:
        typer.echo(path)


@app.command()
def preview(
    config: Config = None,
    workbook: Book = None,
    sheet: GoogleSheet = None,
    community: Community = None,
    as_of: AsOf = None,
    out: Out = None,
    show: Annotated[bool, typer.Option("--open/--no-open", help="Open it in the browser.")] = True,  # noqa: FBT002
) -> None:
    """Show every page and every mail in the browser, from a local folder.

    Nothing is sent.
    """
    import webbrowser

    from toolkit.workflows.remembering import Remembered
    from toolkit.workflows.reporting import write_preview

    index = write_preview(Remembered(load(config, workbook, sheet, as_of, community)), out)
    typer.echo(index)
    if show and not webbrowser.open(index.resolve().as_uri()):
        typer.echo("No browser could be opened; open the file above yourself.", err=True)


@app.command()
def report(
    term: Annotated[str, typer.Option("--term", help="Label of a term or of a school year.", metavar="T")],
    config: Config = None,
    workbook: Book = None,
    sheet: GoogleSheet = None,
    community: Community = None,
    as_of: AsOf = None,
    out: Out = None,
) -> None:
    """Write the report of a term or a school year for the archive, .docx."""
    from toolkit.workflows.reporting import write_term_report

    typer.echo(write_term_report(load(config, workbook, sheet, as_of, community), term, out))
