"""The command that shows the configuration in force."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Final

from toolkit.cli.application import app
from toolkit.cli.ends import print_filled, print_json
from toolkit.cli.options import Community, Config, Json

if TYPE_CHECKING:
    from toolkit.settings.in_force import Setting

_WIDEST: Final = 44
"""A value that is wider than so many columns does not push the origins of all others to the right."""


@app.command()
def config(
    config: Config = None,
    community: Community = None,
    json: Json = False,  # noqa: FBT002 a flag of the command line
) -> None:
    """Show every setting in force, and where it comes from.

    Of every community where the file has several and none is named. Passwords are never shown.
    """
    from toolkit.settings.in_force import in_force
    from toolkit.settings.loading import load_configured

    found = {key: in_force(configured) for key, configured in load_configured(config, community, every=True).items()}
    if json:
        print_json([_as_dict(key, setting) for key, settings in found.items() for setting in settings])
    else:
        print_filled("config/body.txt", communities={key: _sections(settings) for key, settings in found.items()})


def _as_dict(community: str, setting: Setting) -> dict[str, object]:
    origin = setting.origin
    return {
        "community": community or None,
        "section": setting.section,
        "key": setting.key,
        "value": setting.value,
        "differs": setting.differs,
        "from": {
            "kind": origin.kind,
            "place": origin.place or None,
            "table": origin.table or None,
            "line": origin.line,
        },
    }


def _sections(settings: Sequence[Setting]) -> dict[str, list[str]]:
    """The lines of each section, names and values under each other."""
    return {
        section: list(_lines(list(inside)))
        for section, inside in groupby(settings, key=lambda setting: setting.section)
    }


def _lines(settings: Sequence[Setting]) -> Iterable[str]:
    from toolkit.render.plain_text import padded, width

    names = max(len(setting.key) for setting in settings)
    values = max((wide for setting in settings if (wide := width(setting.text)) <= _WIDEST), default=0)
    for setting in settings:
        mark = "*" if setting.differs else " "
        yield f"{mark} {setting.key:<{names}} = {padded(setting.text, values)}  {setting.origin}"
