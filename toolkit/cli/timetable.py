"""Commands of the work on a timetable: the scheduler, one run, how the jobs are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Final

import typer

from toolkit.cli.application import app
from toolkit.cli.ends import print_filled, print_json
from toolkit.cli.options import Book, Community, Config, GoogleSheet, Json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobs.community import Choice
    from jobs.community import Community as Served
    from jobs.standing import Standing
    from toolkit.runs import Run
    from toolkit.settings import JobName

_STOPPED: Final = 130
"""What a command exits with that was stopped, as shells have it: 128 and the number of the signal of Ctrl-C."""
_AFTER: Final[Mapping[str, str]] = {"dashboard": "after a check", "term_report": "after a term"}
"""When jobs are due that have no time of their own to show."""
_JOBS: Final[tuple[JobName, ...]] = ("check", "dashboard", "weekly", "remind", "term_report", "backup", "doctor")


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise typer.BadParameter("a moment needs its time zone.")
    return moment


Slot = Annotated[datetime | None, typer.Option("--slot", parser=_moment, hidden=True)]
Number = Annotated[str | None, typer.Option("--number", hidden=True)]
Tell = Annotated[bool, typer.Option("--tell", hidden=True)]
AllDue = Annotated[
    bool, typer.Option("--due", help="Everything that is due by the record of runs, then end: for cron and CI.")
]
Alive = Annotated[bool, typer.Option("--alive", help="Only exit 0 if the scheduler is well, 1 if not.")]
Job = Annotated[str | None, typer.Argument(help=f"One of {', '.join(_JOBS)}.", metavar="[JOB]")]


@app.command()
def serve(config: Config = None, community: Community = None) -> None:
    """Run all jobs on their timetable until it is stopped.

    Of all communities where the configuration has several. consortium service sets it up to begin with the machine.
    """
    from jobs.community import Choice
    from jobs.serving import serve as run_service

    run_service(Choice(config, community=community), _say_ready)


def _say_ready(communities: Sequence[Served]) -> None:
    for community in communities:
        name = community.settings.community.name or community.key or community.source
        typer.echo(f"Serving {name}; consortium jobs shows when what is due. Stop with Ctrl-C.", err=True)
    if not all(community.settings.operator.email for community in communities):
        typer.echo("Nobody is told when a job fails: put email under [operator].", err=True)


@app.command()
def run(
    job: Job = None,
    config: Config = None,
    workbook: Book = None,
    sheet: GoogleSheet = None,
    community: Community = None,
    due: AllDue = False,  # noqa: FBT002 a flag of the command line
    slot: Slot = None,
    number: Number = None,
    tell: Tell = False,  # noqa: FBT002
) -> None:
    """Run one job now, or with --due all that are due.

    What it does goes on record. Exit 0 if it went well, 1 if somebody is to look at something, 3 if it is to be tried
    again, else as of the command of the job.
    """
    from jobs.community import Choice

    choice = Choice(config, workbook, sheet, community)
    if (job is not None) + due + tell != 1:
        raise typer.BadParameter(f"name one job, of {', '.join(_JOBS)}, or give --due.")
    if due:
        _run_due(choice)
    elif tell:
        _tell(choice, number)
    elif name := next((known for known in _JOBS if known == job), None):
        _run_one(choice, name, slot, number)
    else:
        raise typer.BadParameter(f"there is no job {job!r}: name one of {', '.join(_JOBS)}.")


def _run_one(choice: Choice, job: JobName, slot: datetime | None, number: str | None) -> None:
    from jobs.community import BUSY, one_community
    from jobs.running import carry_out, limit
    from jobs.stopping import now, stops_as_interrupt
    from toolkit.errors import BusySourceError

    community = one_community(choice)
    if number:
        limit(community.settings.timetable.of(job).time_limit * 60 + 60)
    try:
        with stops_as_interrupt():
            ended = carry_out(community, job, now, slot=slot, number=number)
    except BusySourceError as error:
        if number is None:
            raise
        typer.echo(f"consortium: {error}", err=True)
        raise typer.Exit(BUSY) from error
    _print_run(ended.run, with_note=ended.error is None)
    if ended.run.result == "interrupted":
        raise typer.Exit(_STOPPED)
    if ended.error:
        raise ended.error
    if ended.run.result == "again":
        raise typer.Exit(3)
    if ended.found:
        typer.echo(ended.found, err=True)
        raise typer.Exit(1)


def _run_due(choice: Choice) -> None:
    from jobs.once import run_due

    done = run_due(choice)
    for run in done.runs:
        _print_run(run)
    for fault in done.faults[1:]:
        typer.echo(f"consortium: {fault}", err=True)
    if done.faults:
        raise done.faults[0]
    if not done.runs:
        typer.echo("Nothing is due.")
    if any(run.result in ("failed", "again") for run in done.runs):
        raise typer.Exit(3)


def _tell(choice: Choice, number: str | None) -> None:
    from jobs.community import one_community
    from jobs.state import new_number
    from jobs.stopping import now, stops_as_interrupt
    from jobs.telling import tell_operator

    with stops_as_interrupt():
        tell_operator(one_community(choice), number or new_number(), now)


def _print_run(run: Run, *, with_note: bool = True) -> None:
    from jobs.words import load_job_words

    seconds = f" in {run.duration.total_seconds():.1f} s" if run.duration is not None else ""
    typer.echo(f"{run.job}: {load_job_words().results[run.result]}{seconds}. {run.note if with_note else ''}".rstrip())


@app.command()
def jobs(
    config: Config = None,
    workbook: Book = None,
    sheet: GoogleSheet = None,
    community: Community = None,
    json: Json = False,  # noqa: FBT002
    alive: Alive = False,  # noqa: FBT002
) -> None:
    """Show of each job the last run, its result, and when it is due next."""
    from jobs.community import Choice, communities
    from jobs.standing import is_alive, is_served, standings, unpublished
    from jobs.stopping import now

    found = communities(Choice(config, workbook, sheet, community))
    if alive:
        raise typer.Exit(0 if all(map(is_alive, found)) else 1)
    shown = [(one, standings(one, now())) for one in found]
    if json:
        print_json([_as_dict(one, standing) for one, stands in shown for standing in stands])
    else:
        lines = [(one, is_served(one), _lines(one, stands), unpublished(one, now())) for one, stands in shown]
        print_filled("jobs/body.txt", communities=lines)


def _as_dict(community: Served, standing: Standing) -> dict[str, object]:
    last = standing.last
    return {
        "community": community.key or None,
        "job": standing.job,
        "enabled": standing.enabled,
        "last": last
        and {
            "id": last.id,
            "due": _iso(community, last.due),
            "started": _iso(community, last.started),
            "ended": _iso(community, last.ended),
            "result": last.result,
            "calls": last.calls,
            "rows": last.rows,
            "problems": last.problems,
            "note": last.note,
        },
        "next": _iso(community, standing.next),
        "waits_until": _iso(community, standing.waits),
    }


def _iso(community: Served, moment: datetime | None) -> str | None:
    return moment.astimezone(community.zone).isoformat(timespec="seconds") if moment else None


def _lines(community: Served, standings: Sequence[Standing]) -> list[str]:
    from jobs.words import load_job_words

    def shown(moment: datetime | None) -> str:
        return f"{moment.astimezone(community.zone):%a %Y-%m-%d %H:%M}" if moment else ""

    lines = []
    for standing in standings:
        last, due = standing.last, standing.next
        result = load_job_words().results[last.result] if last else "never ran"
        following = "off" if not standing.enabled else shown(due) or _AFTER.get(standing.job, "in the next term")
        if standing.waits:
            following = f"{shown(standing.waits)} again"
        began, note = (shown(last.started), last.note) if last else ("", "")
        lines.append(f"{standing.job:<12} {began:<21} {result:<19} {following:<27} {note}".rstrip())
    return lines
