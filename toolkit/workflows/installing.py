"""`service --install` and `--uninstall`: a service put in its place and set going, or taken away."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from toolkit.errors import SourceError, UsageError
from toolkit.files import MARK, refuse_strangers
from toolkit.workflows.service_site import Site
from toolkit.workflows.servicing import INSTALLED, Kind, in_bytes, refuse_other_site, service_file, write_file

_UNIT: Final = "consortium.service"
_SYSTEM_UNITS: Final = Path("/etc/systemd/system")
_TASK: Final = MARK
_PATIENCE: Final = 300
"""Seconds a command may take: one that stops the scheduler waits until its jobs have ended."""
_BEGIN: Final = f"# >>> Made by {MARK}"
_END: Final = f"# <<< {MARK}"
_TOOLS: Final = {"systemd": "systemctl", "cron": "crontab", "windows": "schtasks"}
_EMPTY: Final = ("no crontab", "can't open")
"""What the programs called crontab say where a user has none."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that is done.

    Attributes:
        words: what.
        do: does it.
    """

    words: str
    do: Callable[[], object]


def installation(kind: Kind, site: Site) -> Iterator[Step]:
    """What puts a service in its place and sets it going; a second time it changes nothing.

    Args:
        kind: which.
        site: what its file says.

    Yields:
        Each step, to be told and done before the next is asked for.

    Raises:
        UsageError: the machine has no such service, the user may not, or something of others is in the way.
        SourceError: a command of the system failed.
    """
    text = service_file(kind, site)
    _refuse_missing(kind, site)
    if kind == "systemd":
        yield from _install_unit(site, text)
    elif kind == "cron":
        yield from _change_crontab(text)
    else:
        yield from _install_task(text)


def removal(kind: Kind, *, system: bool) -> Iterator[Step]:
    """What stops a service and takes it away. Arguments, steps and errors as of `installation`."""
    _refuse_missing(kind, None)
    if kind == "systemd":
        yield from _remove_unit(system=system)
    elif kind == "cron":
        yield from _change_crontab("")
    else:
        yield _command("schtasks", "/Delete", "/TN", _TASK, "/F")


def _refuse_missing(kind: Kind, site: Site | None) -> None:
    if kind not in INSTALLED:
        raise UsageError(f"A file of the kind {kind} has no place on this machine; write it with --out FILE.")
    if shutil.which(_TOOLS[kind]) is None:
        raise UsageError(
            f"{_TOOLS[kind]} is not on this machine; `consortium service` without a kind tells what fits it."
        )
    if kind == "systemd" and site and site.system and not os.access(_SYSTEM_UNITS, os.W_OK):
        raise UsageError(f"{_SYSTEM_UNITS} is written by root alone; run this with sudo, or leave --system away.")


# --- systemd


def _unit_place(*, system: bool) -> Path:
    own = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return (_SYSTEM_UNITS if system else own / "systemd" / "user") / _UNIT


def _systemctl(*words: str, system: bool) -> Step:
    return _command(*_to_systemd(*words, system=system))


def _to_systemd(*words: str, system: bool) -> list[str]:
    return ["systemctl", *([] if system else ["--user"]), *words]


def _refuse_silence(*, system: bool) -> None:
    """See that systemd answers, before anything is written."""
    result = _ran(_to_systemd("show-environment", system=system))
    if result.returncode:
        other = "run this on the machine itself" if system else "sign in as this user itself, not by su or sudo"
        raise SourceError(f"systemd does not answer ({_said(result)}); {other}, or choose another kind of service.")


def _install_unit(site: Site, text: str) -> Iterator[Step]:
    place = _unit_place(system=site.system)
    refuse_strangers(place)
    _refuse_silence(system=site.system)
    for folder in site.writable if site.system else ():
        if not folder.is_dir():
            yield Step(f"make {folder}", partial(_make, folder, site.user))
    changed = not (place.is_file() and place.read_bytes() == in_bytes("systemd", text))
    if changed:
        yield Step(f"write {place}", lambda: write_file("systemd", text, place))
    else:
        yield Step(f"{place} is in its place", lambda: None)
    yield _systemctl("daemon-reload", system=site.system)
    yield _systemctl("enable", _UNIT, system=site.system)
    yield _systemctl("restart" if changed else "start", _UNIT, system=site.system)
    if not site.system and not Path("/var/lib/systemd/linger", site.user).exists():
        hint = f"So that it runs while you are not signed in: loginctl enable-linger {site.user}"
        yield Step(hint, lambda: None)


def _remove_unit(*, system: bool) -> Iterator[Step]:
    place = _unit_place(system=system)
    if not place.is_file():
        yield Step(f"{place} is not there", lambda: None)
        return
    refuse_strangers(place)
    _refuse_silence(system=system)
    yield _systemctl("disable", "--now", _UNIT, system=system)
    yield Step(f"remove {place}", place.unlink)
    yield _systemctl("daemon-reload", system=system)


def _make(folder: Path, user: str) -> None:
    """Make a folder and those above it, all of that user."""
    for missing in reversed([path for path in (folder, *folder.parents) if not path.exists()]):
        missing.mkdir(mode=0o700)
        shutil.chown(missing, user)


# --- cron


def _change_crontab(block: str) -> Iterator[Step]:
    """Put our lines in the place of those that are there; all others stay as they are."""
    there = _crontab()
    before, ours, after = _parted(there)
    if block and ours:
        refuse_other_site(ours, block, "A crontab entry")
    if before and block and not before.endswith("\n"):
        before += "\n"
    wanted = f"{before}{block}{after}"
    if wanted == there:
        yield Step("the crontab is as it is to be", lambda: None)
    else:
        words = "write our lines into the crontab" if block else "take our lines out of the crontab"
        yield Step(words, lambda: _call(["crontab", "-"], wanted))


def _crontab() -> str:
    result = _ran(["crontab", "-l"])
    if result.returncode and not any(words in result.stderr for words in _EMPTY):
        raise _failure(result)
    return "" if result.returncode else result.stdout


def _parted(text: str) -> tuple[str, str, str]:
    """What stands before our lines, they, and what stands behind; new ones come last."""
    begin = text.find(_BEGIN)
    if begin < 0:
        return text, "", ""
    end = text.find(_END, begin)
    if end < 0:
        raise UsageError(f"The crontab has the line {_BEGIN!r} without {_END!r}; correct it with crontab -e.")
    line = text.find("\n", end) + 1 or len(text)
    return text[:begin], text[begin:line], text[line:]


# --- Windows


def _install_task(text: str) -> Iterator[Step]:
    there = _ran(["schtasks", "/Query", "/TN", _TASK, "/XML"])
    if not there.returncode:
        refuse_other_site(there.stdout, text, f"The task {_TASK}")
    yield Step(f"make the task {_TASK}", lambda: _make_task(text))
    yield _command("schtasks", "/Run", "/TN", _TASK)


def _make_task(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "task.xml")
        path.write_bytes(in_bytes("windows", text))
        _call(["schtasks", "/Create", "/TN", _TASK, "/XML", str(path), "/F"])


# --- commands of the system


def _command(*words: str) -> Step:
    return Step(" ".join(words), lambda: _call(words))


def _call(words: Sequence[str], given: str | None = None) -> None:
    result = _ran(words, given)
    if result.returncode:
        raise _failure(result)


def _ran(words: Sequence[str], given: str | None = None) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(  # noqa: S603 words of our own
            [shutil.which(words[0]) or words[0], *words[1:]],
            input=given,
            capture_output=True,
            encoding=None if os.name == "nt" else "utf-8",
            errors="surrogateescape",  # lines of others come back as they were
            timeout=_PATIENCE,
            env={**os.environ, "LC_ALL": "C"},
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise SourceError(f"`{' '.join(words)}` did not end; look what it waits for, and run again.") from error


def _failure(result: subprocess.CompletedProcess[str]) -> SourceError:
    command = " ".join([Path(result.args[0]).name, *result.args[1:]])
    return SourceError(f"`{command}` failed: {_said(result)}. Correct that, and run again.")


def _said(result: subprocess.CompletedProcess[str]) -> str:
    return " ".join((result.stderr or result.stdout).split())[:300].rstrip(".") or f"it exits with {result.returncode}"
