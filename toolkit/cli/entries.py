"""Commands on the entries: make them, check them, measure them, explain them."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from toolkit.cli.application import app
from toolkit.cli.ends import load, print_filled, print_json, report_calls
from toolkit.cli.options import AsOf, Behind, Book, Community, Config, GoogleSheet, Json, Repairs, Restore


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
    print_filled("demo/body.txt", result=result, command=command, config=shlex.quote(str(result.config)))


@app.command()
def init(
    config: Config = None,
    workbook: Book = None,
    sheet: GoogleSheet = None,
    community: Community = None,
    plan: Annotated[
        str | None, typer.Option(help="Load the quota rules of a plan, such as S9.", metavar="S1..S9")
    ] = None,
    repair: Restore = False,  # noqa: FBT002 a flag of the command line
) -> None:
    """Make an entry workbook, or add to a Google Sheet what it lacks.

    An existing workbook is never changed: what it lacks goes into a file beside it. In a Google Sheet nothing that is
    there is changed, deleted or moved.
    """
    from toolkit import workflows
    from toolkit.spreadsheet import address_of
    from toolkit.stores.sources import GoogleSheet

    source = workflows.named_source(config, workbook, sheet, community)
    report_calls(source)
    if isinstance(source, GoogleSheet):
        made, first = workflows.set_up(source, plan, repair=repair), workflows.first_titles(source)
        print_filled("init/sheet.txt", made=made, first=first, address=address_of(source.connection.id))
        return
    if repair:
        raise typer.BadParameter("--repair is for a Google Sheet: a workbook is never changed.")
    print_filled("init/body.txt", made=workflows.make_workbook(source.path, plan), path=source.path)


@app.command()
def check(
    config: Config = None,
    workbook: Book = None,
    sheet: GoogleSheet = None,
    community: Community = None,
    as_of: AsOf = None,
    json: Json = False,  # noqa: FBT002 a flag of the command line
    repairs: Repairs = False,  # noqa: FBT002
) -> None:
    """List every problem, to the cell.

    Exit 1 if any is an error.
    """
    from toolkit import workflows

    loaded = load(config, workbook, sheet, as_of, community)
    problems = loaded.assessment.problems
    if json:
        print_json([problem.as_dict() for problem in problems])
    else:
        found = (
            [repair for table in loaded.assessment.ground.tables.values() for repair in table.repairs()]
            if repairs
            else []
        )
        book, own = loaded.assessment.workbook, workflows.own_tabs()
        others = [title for title in book.others if title not in own]
        print_filled(
            "check/body.txt", problems=problems, repairs=found, words=loaded.outputs, name=book.name, others=others
        )
    if any(problem.severity == "error" for problem in problems):
        raise typer.Exit(1)


@app.command()
def quotas(
    config: Config = None,
    workbook: Book = None,
    sheet: GoogleSheet = None,
    community: Community = None,
    as_of: AsOf = None,
    json: Json = False,  # noqa: FBT002
    behind: Behind = False,  # noqa: FBT002
) -> None:
    """List where every obligation stands."""
    loaded = load(config, workbook, sheet, as_of, community)
    if json:
        from toolkit.results import results

        print_json(results(loaded.assessment))
    else:
        print_filled("quotas/body.txt", view=loaded.viewer.view(), words=loaded.outputs, behind=behind)


@app.command()
def explain(
    quota: Annotated[str, typer.Argument(help="Number of a rule in the quota sheet.")],
    obligor: Annotated[str | None, typer.Argument(help="A school or person; everyone otherwise.")] = None,
    config: Config = None,
    workbook: Book = None,
    sheet: GoogleSheet = None,
    community: Community = None,
    as_of: AsOf = None,
    json: Json = False,  # noqa: FBT002
) -> None:
    """Say why an obligation stands as it does.

    The rule in words, each row that counts, each that nearly does and why not.
    """
    from dataclasses import asdict

    from toolkit.explain import Explainer, RuleInWords, explanations

    loaded = load(config, workbook, sheet, as_of, community)
    explainer = Explainer(loaded.assessment, loaded.outputs)
    rule = explainer.rule(quota)
    words = rule if isinstance(rule, RuleInWords) else explainer.in_words(rule)
    items = [] if isinstance(rule, RuleInWords) else explanations(explainer, rule, obligor)
    if json:
        print_json({"rule": asdict(words), "obligors": [asdict(item) for item in items]})
    else:
        print_filled("explain/body.txt", rule=words, items=items)


@app.command()
def doctor(
    config: Config = None,
    workbook: Book = None,
    sheet: GoogleSheet = None,
    as_of: AsOf = None,
    community: Community = None,
) -> None:
    """Look at everything a run needs; each finding with its remedy, in Chinese and English.

    Exit 0 if all is well.
    """
    from toolkit.doctor import load_doctor
    from toolkit.workflows.examining import communities_of, examine

    code = 0
    for key in [community] if community or workbook or sheet else communities_of(config):
        found = examine(config, workbook, sheet, key, as_of=as_of, opened=report_calls)
        print_filled("doctor/body.txt", key=key, lines=found.lines, amiss=found.amiss, words=load_doctor())
        code = code or found.code
    if code:
        raise typer.Exit(code)
