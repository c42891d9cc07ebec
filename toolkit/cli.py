"""The command line: each command parses, calls one workflow, prints."""

from __future__ import annotations

import shlex
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from toolkit.errors import ToolkitError

if TYPE_CHECKING:
    from toolkit.workflows import Loaded

app = typer.Typer(
    name="consortium",
    help="Check, measure and report the shared spreadsheets of an education community.",
    epilog="Exit codes: 0 fine; 1 the data has errors (check); 2 wrong usage or configuration; "
    "3 a source cannot be read. --debug shows the traceback of a fault.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Config = Annotated[
    Path | None, typer.Option(help="Configuration file; consortium.toml here if there is one.", metavar="FILE")
]
Book = Annotated[
    Path | None,
    typer.Option("--workbook", help="The entry workbook; needs no configuration.", metavar="FILE.xlsx", readable=False),
]
GoogleSheet = Annotated[
    str | None, typer.Option("--sheet", help="A Google Sheet's URL or id (not in this version).", metavar="URL-or-ID")
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
Out = Annotated[
    Path | None, typer.Option("--out", help="Folder for the results; beside the workbook otherwise.", metavar="DIR")
]


def _load(config: Path | None, workbook: Path | None, sheet: str | None, as_of: date | None) -> Loaded:
    from toolkit import workflows

    return workflows.load(config=config, workbook=workbook, sheet=sheet, as_of=as_of)


def _print_json(document: Any) -> None:  # noqa: ANN401 any JSON value
    import json

    typer.echo(json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False))


def _print_filled(template: str, **values: object) -> None:
    from toolkit.templates import fill

    typer.echo(fill(template, **values), nl=False)


def _version(wanted: bool) -> None:  # noqa: FBT001 a flag of the command line
    if wanted:
        from importlib.metadata import version

        typer.echo(f"consortium {version('consortium-toolkit')}")
        raise typer.Exit


@app.callback()
def consortium(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Check, measure and report the shared spreadsheets of an education community."""


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="Where to put it.")] = Path("demo"), as_of: AsOf = None
) -> None:
    """Do the whole job on a sample community.

    No set-up, no network. A workbook that is there already is kept and used.
    """
    from toolkit import demo as sample_job

    result = sample_job.run(folder, as_of)
    command = sys.argv[0] if Path(sys.argv[0]).name == "consortium" else "consortium"
    _print_filled("demo/body.txt", result=result, command=command, config=shlex.quote(str(result.config)))


@app.command()
def init(
    config: Config = None,
    workbook: Book = None,
    sheet: GoogleSheet = None,
    plan: Annotated[
        str | None, typer.Option(help="Load the quota rules of a plan, such as S9.", metavar="S1..S9")
    ] = None,
) -> None:
    """Make an entry workbook.

    An existing one is never changed: what it lacks goes into a file beside it.
    """
    from toolkit import workflows
    from toolkit.settings import load_settings

    path = workflows.source_path(load_settings(config), workbook, sheet)
    _print_filled("init/body.txt", made=workflows.make_workbook(path, plan), path=path)


@app.command()
def check(
    config: Config = None,
    workbook: Book = None,
    sheet: GoogleSheet = None,
    as_of: AsOf = None,
    json: Json = False,  # noqa: FBT002 a flag of the command line
    repairs: Repairs = False,  # noqa: FBT002
) -> None:
    """List every problem, to the cell.

    Exit 1 if any is an error.
    """
    from toolkit import workflows

    loaded = _load(config, workbook, sheet, as_of)
    problems = loaded.assessment.problems
    if json:
        _print_json([problem.as_dict() for problem in problems])
    else:
        found = (
            [repair for table in loaded.assessment.ground.tables.values() for repair in table.repairs()]
            if repairs
            else []
        )
        book, own = loaded.assessment.workbook, workflows.own_tabs()
        others = [title for title in book.others if title not in own]
        _print_filled(
            "check/body.txt", problems=problems, repairs=found, words=loaded.outputs, name=book.name, others=others
        )
    if any(problem.severity == "error" for problem in problems):
        raise typer.Exit(1)


@app.command()
def quotas(
    config: Config = None,
    workbook: Book = None,
    sheet: GoogleSheet = None,
    as_of: AsOf = None,
    json: Json = False,  # noqa: FBT002
    behind: Behind = False,  # noqa: FBT002
) -> None:
    """List where every obligation stands."""
    loaded = _load(config, workbook, sheet, as_of)
    if json:
        from toolkit.results import results

        _print_json(results(loaded.assessment))
    else:
        _print_filled("quotas/body.txt", view=loaded.viewer.view(), words=loaded.outputs, behind=behind)


@app.command()
def explain(
    quota: Annotated[str, typer.Argument(help="Number of a rule in the quota sheet.")],
    obligor: Annotated[str | None, typer.Argument(help="A school or person; everyone otherwise.")] = None,
    config: Config = None,
    workbook: Book = None,
    sheet: GoogleSheet = None,
    as_of: AsOf = None,
    json: Json = False,  # noqa: FBT002
) -> None:
    """Say why an obligation stands as it does.

    The rule in words, each row that counts, each that nearly does and why not.
    """
    from dataclasses import asdict

    from toolkit.explain import Explainer, RuleInWords, explanations

    loaded = _load(config, workbook, sheet, as_of)
    explainer = Explainer(loaded.assessment, loaded.outputs)
    rule = explainer.rule(quota)
    words = rule if isinstance(rule, RuleInWords) else explainer.in_words(rule)
    items = [] if isinstance(rule, RuleInWords) else explanations(explainer, rule, obligor)
    if json:
        _print_json({"rule": asdict(words), "obligors": [asdict(item) for item in items]})
    else:
        _print_filled("explain/body.txt", rule=words, items=items)


@app.command()
def dashboard(
    config: Config = None, workbook: Book = None, sheet: GoogleSheet = None, as_of: AsOf = None, out: Out = None
) -> None:
    """Write the dashboard workbook, the leaders' page and a page for each school."""
    from toolkit.workflows.remembering import Remembered
    from toolkit.workflows.reporting import write_reports

    for path in write_reports(Remembered(_load(config, workbook, sheet, as_of)), out).all:
        typer.echo(path)


@app.command()
def weekly(
    config: Config = None,
    workbook: Book = None,
    sheet: GoogleSheet = None,
    as_of: AsOf = None,
    out: Out = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write .eml files, send nothing.")] = False,  # noqa: FBT002
) -> None:
    """Make the weekly digest of each reader."""
    from toolkit.errors import UsageError
    from toolkit.workflows.remembering import Remembered
    from toolkit.workflows.reporting import write_weekly

    if not dry_run:
        raise UsageError("This version sends no mail; use --dry-run to write the digests as .eml files.")
    written = write_weekly(Remembered(_load(config, workbook, sheet, as_of)), out)
    for path in written:
        typer.echo(path)
    if not written:
        typer.echo(
            "Nobody receives the weekly digest: the recipients' sheet has no sound row that subscribes to it.", err=True
        )


@app.command()
def preview(
    config: Config = None,
    workbook: Book = None,
    sheet: GoogleSheet = None,
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

    index = write_preview(Remembered(_load(config, workbook, sheet, as_of)), out)
    typer.echo(index)
    if show and not webbrowser.open(index.resolve().as_uri()):
        typer.echo("No browser could be opened; open the file above yourself.", err=True)


@app.command()
def report(
    term: Annotated[str, typer.Option("--term", help="Label of a term or of a school year.", metavar="T")],
    config: Config = None,
    workbook: Book = None,
    sheet: GoogleSheet = None,
    as_of: AsOf = None,
    out: Out = None,
) -> None:
    """Write the report of a term or a school year for the archive, .docx."""
    from toolkit.workflows.reporting import write_term_report

    typer.echo(write_term_report(_load(config, workbook, sheet, as_of), term, out))


def main() -> None:
    """Run a command; a fault is one line on standard error, never a traceback unless --debug is given."""
    debug = "--debug" in sys.argv
    sys.argv = [argument for argument in sys.argv if argument != "--debug"]
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    try:
        app()
    except ToolkitError as error:
        if debug:
            raise
        _fail(str(error), error.exit_code)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except Exception as error:
        if debug:
            raise
        _fail(f"an unexpected fault ({type(error).__name__}); run again with --debug and report what it prints.", 2)


def _fail(text: str, code: int) -> None:
    typer.echo(f"consortium: {' '.join(text.split())}", err=True)
    sys.exit(code)
