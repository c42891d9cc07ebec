"""The application that commands are added to, and how it ends."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from typing import Annotated

import typer

from toolkit.errors import ToolkitError

app = typer.Typer(
    name="consortium",
    help="Check, measure and report the shared spreadsheets of an education community.",
    epilog="Exit codes: 0 fine; 1 the data has errors (check), or a letter was refused, is in doubt or held back; "
    "2 wrong usage or configuration; 3 a source or the mail server cannot be reached. "
    "--debug shows the traceback of a fault.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


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


_last_words: list[Callable[[], None]] = []


def at_end(say: Callable[[], None]) -> None:
    """Have something said when the command has ended, however it ends."""
    _last_words.append(say)


def main() -> None:
    """Run a command; a fault is one line on standard error, never a traceback unless --debug is given."""
    debug = "--debug" in sys.argv
    sys.argv = [argument for argument in sys.argv if argument != "--debug"]
    if not debug:  # what libraries cannot close on a full disk, when it is too late to say more
        sys.unraisablehook = lambda _: None
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:  # a service of Windows has none
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    try:
        app()
    except ToolkitError as error:
        if debug:
            traceback.print_exc()
        _fail(str(error), error.exit_code)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except Exception as error:  # noqa: BLE001 the one place where anything is caught
        if debug:
            traceback.print_exc()
        _fail(f"an unexpected fault ({type(error).__name__}); run again with --debug and report what it prints.", 2)
    finally:
        while _last_words:
            _last_words.pop()()


def _fail(text: str, code: int) -> None:
    typer.echo(f"consortium: {' '.join(text.split())}", err=True)
    sys.exit(code)
