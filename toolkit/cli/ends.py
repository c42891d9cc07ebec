"""What commands begin and end with: the source read, the result printed."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from toolkit.stores.sources import Source
    from toolkit.workflows import Loaded


def load(
    config: Path | None, workbook: Path | None, sheet: str | None, as_of: date | None, community: str | None
) -> Loaded:
    """Read and assess what the options name."""
    from toolkit import workflows

    return workflows.load(
        config=config, workbook=workbook, sheet=sheet, as_of=as_of, community=community, opened=report_calls
    )


def report_calls(source: Source) -> None:
    """Say at the end of the command, however it ends, how many calls to Google it took."""
    from toolkit.cli.application import at_end
    from toolkit.progress import notice
    from toolkit.stores.sources import GoogleSheet

    if isinstance(source, GoogleSheet):
        usage = source.connection.usage
        at_end(lambda: notice(usage.line) if usage.calls else None)


def print_json(document: Any) -> None:  # noqa: ANN401 any JSON value
    """Print one JSON document."""
    import json

    typer.echo(json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False))


def print_filled(template: str, **values: object) -> None:
    """Print a template, filled in."""
    from toolkit.templates import fill

    typer.echo(fill(template, **values), nl=False)
