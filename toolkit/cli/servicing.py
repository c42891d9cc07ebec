"""The command that makes the files with which a machine keeps the jobs running."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from toolkit.cli.application import app
from toolkit.cli.ends import print_filled
from toolkit.cli.options import Config

if TYPE_CHECKING:
    from collections.abc import Iterable

    from toolkit.workflows.installing import Step


class Kind(StrEnum):
    """What keeps the jobs running."""

    SYSTEMD = "systemd"
    CRON = "cron"
    WINDOWS = "windows"
    CONTAINER = "container"
    CI = "ci"


System = Annotated[bool, typer.Option("--system", help="A service of the machine, not of a user (systemd, windows).")]
Install = Annotated[
    bool, typer.Option("--install", help="Put it in its place and set it going (systemd, cron, windows).")
]
Uninstall = Annotated[bool, typer.Option("--uninstall", help="Stop it and take it away.")]


@app.command()
def service(
    kind: Annotated[Kind | None, typer.Argument(help="What keeps the jobs running.", show_default=False)] = None,
    config: Config = None,
    system: System = False,  # noqa: FBT002 a flag of the command line
    user: Annotated[
        str | None, typer.Option("--user", help="As whom jobs run; as you otherwise.", metavar="NAME")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write the file here instead of printing it.", metavar="FILE")
    ] = None,
    install: Install = False,  # noqa: FBT002 the same
    uninstall: Uninstall = False,  # noqa: FBT002 the same
) -> None:
    """Print what keeps the jobs running here, or install it.

    Without a kind it tells which there are and which fits this machine. All is made from the configuration; one service
    serves all its communities.
    """
    from toolkit import workflows
    from toolkit.workflows.installing import installation, removal
    from toolkit.workflows.service_site import site_of
    from toolkit.workflows.servicing import best_of, choices, service_file, write_file

    if install + uninstall + (out is not None) > 1:
        raise typer.BadParameter("Give one of --install, --uninstall and --out.")
    if kind is None:
        found = choices()
        print_filled("service/choices.txt", choices=found, best=best_of(found))
        return
    if uninstall:
        _do(removal(kind.value, system=system))
        return
    site = site_of(config, system=system, user=user, today=workflows.today())
    if install:
        _do(installation(kind.value, site))
    elif out is not None:
        write_file(kind.value, service_file(kind.value, site), out)
        typer.echo(out)
    else:
        typer.echo(service_file(kind.value, site), nl=False)


def _do(steps: Iterable[Step]) -> None:
    """Tell each step, and do it."""
    for step in steps:
        typer.echo(step.words)
        step.do()
