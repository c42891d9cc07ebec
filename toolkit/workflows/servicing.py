"""`service`: the files with which a machine keeps the jobs running, made from the configuration."""

from __future__ import annotations

import json
import shlex
import shutil
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, get_args

from toolkit.errors import UsageError
from toolkit.files import refuse_strangers, replacing
from toolkit.templates import fill
from toolkit.workflows.service_site import Site

Kind = Literal["systemd", "cron", "windows", "container", "ci"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
INSTALLED: Final[tuple[Kind, ...]] = ("systemd", "cron", "windows")
"""Those that can be put in their places; the others are built or kept elsewhere."""

_TEMPLATES: Final[Mapping[Kind, str]] = {
    "systemd": "systemd.service",
    "cron": "crontab",
    "windows": "windows.xml",
    "container": "Containerfile",
    "ci": "ci.yml",
}
_WORDS: Final[Mapping[Kind, str]] = {
    "systemd": "a service of Linux: starts with the machine, is watched, and started again.",
    "cron": "a line of crontab, for other Unix machines: looks every ten minutes what is due.",
    "windows": "a task of Windows: starts when you sign in, with --system when the machine starts.",
    "container": "a Containerfile for Docker or Podman, with a compose file in it.",
    "ci": "a workflow of GitHub: no machine of one's own; for records in a Google Sheet.",
}
_XML_HEAD: Final = '<?xml version="1.0" encoding="UTF-16"?>\n'
"""What schtasks wants; text that is printed may end up in any encoding, so it has none."""
_BOOTED: Final = Path("/run/systemd/system")
"""Is there where systemd runs the machine (sd_booted(3))."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A kind of file, for who has to choose.

    Attributes:
        kind: which.
        words: what it is.
        fits: whether it can be used on this machine as it is.
        state: the same in words.
    """

    kind: Kind
    words: str
    fits: bool
    state: str


def choices() -> tuple[Choice, ...]:
    """Every kind, the ones that suit a machine best first."""
    return tuple(Choice(kind, _WORDS[kind], *_fitting(kind)) for kind in KINDS)


def best_of(found: Iterable[Choice]) -> Kind | None:
    """The kind that fits this machine best; None where none does that can be put in its place."""
    return next((choice.kind for choice in found if choice.fits and choice.kind in INSTALLED), None)


def _fitting(kind: Kind) -> tuple[bool, str]:
    if kind == "systemd":
        fits = _BOOTED.is_dir() and shutil.which("systemctl") is not None
        return fits, "Systemd runs this machine." if fits else "Systemd does not run this machine."
    if kind == "windows":
        fits = sys.platform == "win32"
        return fits, "This is Windows." if fits else "This is not Windows."
    if kind == "ci":
        return True, "Needs nothing here."
    tools = ("crontab",) if kind == "cron" else ("docker", "podman")
    there = [tool for tool in tools if shutil.which(tool)]
    return bool(there), f"{there[0]} is here." if there else f"{' or '.join(tools)} is not here."


def service_file(kind: Kind, site: Site) -> str:
    """The text of a file.

    Args:
        kind: which.
        site: what it says.

    Raises:
        UsageError: the configuration is of no use there.
    """
    if site.system and kind not in ("systemd", "windows"):
        raise UsageError(f"--system is for systemd and windows; leave it away for {kind}.")
    if kind == "container" and sys.platform == "win32":
        raise UsageError("The container file names folders as Linux does; make it on the machine that is to run it.")
    if kind == "ci":
        _refuse_workbooks(site)
    return fill(
        f"service/{_TEMPLATES[kind]}",
        site=site,
        unit_text=_unit_text,
        unit_words=_unit_words,
        cron_word=_cron_word,
        json_words=_json_words,
        compose_word=_compose_word,
    )


def _refuse_workbooks(site: Site) -> None:
    for key, settings in site.communities.items():
        if settings.workbook.path:
            where = f"communities.{key}.workbook" if key else "workbook"
            raise UsageError(
                f"{site.config.name} has [{where}]; a machine that is rented by the minute has no such file. Put the"
                " record into a Google Sheet, or take another kind."
            )


def in_bytes(kind: Kind, text: str) -> bytes:
    """A file as its reader wants it encoded."""
    return f"{_XML_HEAD}{text}".encode("utf-16") if kind == "windows" else text.encode()


def write_file(kind: Kind, text: str, path: Path) -> None:
    """Write a file; one of others is never replaced.

    Raises:
        UsageError: there is one, of others or for another configuration.
    """
    refuse_strangers(path)
    if path.is_file():
        refuse_other_site(_read(path), text, str(path))
    with replacing(path) as temporary:
        temporary.write_bytes(in_bytes(kind, text))


def refuse_other_site(there: str, text: str, place: str) -> None:
    """Refuse to put a file where one for another configuration is.

    Raises:
        UsageError: there is.
    """
    if (other := _made_for(there)) != _made_for(text):
        raise UsageError(
            f"{place} is there already, {other}; have one service for both, with [communities] in one configuration, or"
            " take that one away first: --uninstall."
        )


def _read(path: Path) -> str:
    data = path.read_bytes()
    return data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", "replace")


def _made_for(text: str) -> str:
    """The words of a file of ours that say for which configuration it is."""
    _, mark, rest = text.partition("consortium-toolkit for ")
    return f"{mark}{rest}".partition("\n")[0].partition("</Description>")[0].strip()


def _unit_text(value: object) -> str:
    """A value that takes the whole line of a unit (systemd.unit(5), specifiers)."""
    return str(value).replace("%", "%%")


def _unit_words(values: Iterable[object]) -> str:
    """Words of a line of a unit (systemd.syntax(7), quoting)."""
    return " ".join(f'"{_unit_text(value)}"' for value in values)


def _cron_word(value: object) -> str:
    """A word of a command in crontab(5), where % ends the line."""
    return shlex.quote(str(value)).replace("%", "\\%")


def _json_words(values: Iterable[object]) -> str:
    """Words of a command as a container file wants them."""
    return json.dumps(list(map(str, values)), ensure_ascii=False)


def _compose_word(value: object) -> str:
    """Text in a compose file, where $ begins a variable."""
    return _json_words([value])[1:-1].replace("$", "$$")
