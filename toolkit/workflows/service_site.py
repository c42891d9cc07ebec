"""What the files of a service say of a community and of the machine that its jobs run on."""

from __future__ import annotations

import getpass
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cached_property
from pathlib import Path
from typing import Final, get_args
from zoneinfo import ZoneInfo

from toolkit.errors import UsageError
from toolkit.outputs import load_outputs
from toolkit.settings import DEFAULT_FILE, JobName, JobTimes, Settings, load_communities
from toolkit.settings.whole import all_keys, value_at

JOBS: Final[tuple[JobName, ...]] = get_args(JobName)
_BASES: Final = {"XDG_STATE_HOME": Path(".local", "state"), "XDG_CACHE_HOME": Path(".cache")}
"""Folders of a user that a service has to find where commands by hand do, and where they are below the home."""
_AFTER_GRACE: Final = 30
"""Seconds that the scheduler has to write down what it stopped."""
_NO_ONE: Final = 10001
"""User in a container where the record belongs to root here, or to nobody with a number."""
_HOMELESS: Final = Path("/var/lib/consortium")
"""What a user without a home has instead."""
_HOMES: Final = (Path("/home"), Path("/root"), Path("/run/user"))
_TEMPORARY: Final = (Path("/tmp"), Path("/var/tmp"))  # noqa: S108 nothing is written there
_MINUTES: Final = "5,35"
"""Minutes of an hour in which a rented machine looks: after the times people write, and not when all others start."""


@dataclass(frozen=True)
class Site:
    """What the files say: whose jobs, and what of this machine they need.

    Attributes:
        config: the configuration, absolute.
        communities: what is in force for each, as far as the file says.
        system: whether it is the machine's service and not a user's.
        user: as whom jobs run.
        home: that user's home; None where there is none.
        today: the day whose year the clocks of zones are looked up for.
        environ: the environment.
    """

    config: Path
    communities: Mapping[str, Settings]
    system: bool
    user: str
    home: Path | None
    today: date
    environ: Mapping[str, str]

    @property
    def python(self) -> Path:
        """What runs this; on Windows the one that opens no window."""
        quiet = Path(sys.executable).with_name("pythonw.exe")
        return quiet if sys.platform == "win32" and quiet.is_file() else Path(sys.executable)

    @property
    def environment_file(self) -> Path:
        """Where variables of the service may stand."""
        return self.config.parent / "consortium.env"

    @cached_property
    def variables(self) -> dict[str, str]:
        """Folders of the user that a service would not find by itself."""
        if not self.system:
            return {name: self.environ[name] for name in _BASES if self.environ.get(name)}
        return {name: str(self._base(name)) for name in _BASES}

    def _base(self, name: str) -> Path:
        if self.user == getpass.getuser() and self.environ.get(name):
            return Path(self.environ[name])
        return self.home / _BASES[name] if self.home else _HOMELESS / _BASES[name].name.removeprefix(".")

    @cached_property
    def writable(self) -> list[Path]:
        """Folders that jobs write to, none within another."""
        own = [Path(base) / "consortium" for base in self.variables.values()] if self.system else []
        return _outermost([*self.recorded, *own])

    @cached_property
    def recorded(self) -> list[Path]:
        """Folders of entries, results, backups and signs of life, none within another."""
        files = load_outputs().files
        return _outermost(
            folder for settings in self.communities.values() for folder in _folders(settings, self.config.parent, files)
        )

    @cached_property
    def readable(self) -> list[Path]:
        """What jobs only read besides: the configuration's folder, keys, templates."""
        named = [
            value
            for settings in self.communities.values()
            for key in all_keys().values()
            if isinstance(value := value_at(settings, key.path), Path)
        ]
        inside = [*self.recorded, self.config.parent]
        outside = {path for path in map(_plain, named) if not _is_within(path, inside)}
        own = [] if _is_within(self.config.parent, self.recorded) else [self.config.parent]
        return [*own, *sorted(outside)]

    @property
    def in_homes(self) -> bool:
        """Whether anything it needs lies where users have their homes."""
        return self._needs(_HOMES)

    @property
    def in_temporary(self) -> bool:
        """Whether anything it needs lies in a folder for temporary files."""
        return self._needs(_TEMPORARY)

    def _needs(self, folders: Iterable[Path]) -> bool:
        code, python = Path(__file__), self.python
        needed = {self.config, code, python, *self.writable, *self.readable}
        return any(_is_within(path, folders) for path in needed | {path.resolve() for path in needed})

    @property
    def stop_seconds(self) -> int:
        """How long it may take to end."""
        return round(max(settings.serve.grace for settings in self.communities.values())) + _AFTER_GRACE

    @property
    def windows_arguments(self) -> str:
        """What stands behind the program's name on Windows."""
        return subprocess.list2cmdline(["-P", "-m", "toolkit", "serve", "--config", str(self.config)])

    @property
    def logger(self) -> str | None:
        """The program that writes to the system's log."""
        return shutil.which("logger")

    @property
    def uid(self) -> int:
        """Number of the user who owns the record."""
        return self.config.stat().st_uid or _NO_ONE

    # --- of a machine rented by the minute

    @property
    def zones(self) -> list[str]:
        """Time zones of the timetables."""
        return sorted({settings.timetable.zone for settings in self.communities.values()})

    @property
    def limit_minutes(self) -> int:
        """How long one look may take: as long as the longest job, and half an hour for the others."""
        return round(max(times.time_limit for times in self._times())) + 30

    @cached_property
    def hours(self) -> list[int]:
        """Hours, in UTC, in which a job is due at any time of the year, and the one after each."""
        found: set[int] = set()
        for settings in self.communities.values():
            zone = ZoneInfo(settings.timetable.zone)
            times = [settings.timetable.of(job) for job in JOBS]
            clocks = {clock for one in times if one.enabled for clock in one.times}
            found |= {hour for clock in clocks for hour in _utc_hours(clock, zone, self.today.year)}
        return sorted({(hour + later) % 24 for hour in found for later in (0, 1)})

    @property
    def schedule(self) -> str:
        """When a rented machine looks, as crontab(5) writes it."""
        return f"{_MINUTES} {','.join(map(str, self.hours)) if len(self.hours) < 24 else '*'} * * *"  # noqa: PLR2004

    @property
    def runs_per_month(self) -> int:
        """How often that is."""
        return len(self.hours) * len(_MINUTES.split(",")) * 30

    def _times(self) -> Iterator[JobTimes]:
        for settings in self.communities.values():
            yield from (settings.timetable.of(job) for job in JOBS)


def site_of(config: Path | None, *, system: bool, user: str | None, today: date) -> Site:
    """What the files say, found out here.

    Args:
        config: the configuration; the one of this folder where None.
        system: whether it is the machine's service and not a user's.
        user: as whom jobs run; as who asks where None.
        today: today.

    Raises:
        UsageError: there is no configuration, it is wrong, or there is no such user.
    """
    path = Path(os.path.abspath(config or DEFAULT_FILE))  # noqa: PTH100 resolve() would lose the name people gave
    if not path.is_file():
        raise UsageError(f"{path} is not there; a service needs a configuration: name it with --config FILE.")
    _refuse_unwritable(path)
    # Variables of this terminal are not there when the service starts, so they do not count.
    communities = load_communities(path, {})
    name, home = _account(user, system=system)
    site = Site(path, communities, system, name, home, today, os.environ)
    for folder in (*site.writable, *site.readable):
        _refuse_unwritable(folder)
    return site


def _account(user: str | None, *, system: bool) -> tuple[str, Path | None]:
    """As whom jobs run, and that user's home."""
    if sys.platform == "win32":
        domain = os.environ.get("USERDOMAIN")
        return user or (f"{domain}\\{getpass.getuser()}" if domain else getpass.getuser()), Path.home()
    import pwd

    name = user or (os.environ.get("SUDO_USER") if system else None) or getpass.getuser()
    if system and not user and name == "root":
        raise UsageError("As whom are jobs to run? Not as root: add --user NAME, a user who may write to the folders.")
    try:
        home = Path(pwd.getpwnam(name).pw_dir)
    except KeyError:
        raise UsageError(f"This machine knows no user {name!r}; add that user, or name another with --user.") from None
    return name, home if home.is_dir() else None


def _refuse_unwritable(path: Path) -> None:
    """Refuse a path with signs that mean something else in one of the files, whatever is put around them."""
    text = str(path)
    if not text.isprintable() or '"' in text or (sys.platform != "win32" and "\\" in text):
        raise UsageError(f"{text!a} has a sign in it that service files cannot hold; rename that file or folder.")


def _folders(settings: Settings, beside: Path, files: Mapping[str, str]) -> Iterator[Path]:
    """Folders that jobs of a community write to."""
    book, results, backups = settings.workbook.path, settings.output.folder, settings.backup.folder
    yield from (folder for folder in (results, backups) if folder)
    if book:
        yield book.parent
    elif results and not backups:
        yield results.parent / files["backups"]
    elif not results:
        yield beside
    yield from (path.parent for path in (settings.log.file, settings.serve.heartbeat) if path)


def _plain(path: Path) -> Path:
    return Path(os.path.abspath(path))  # noqa: PTH100 links stay as they are


def _is_within(path: Path, folders: Iterable[Path]) -> bool:
    return any(path.is_relative_to(folder) for folder in folders)


def _outermost(folders: Iterable[Path]) -> list[Path]:
    found: list[Path] = []
    for folder in sorted(set(map(_plain, folders))):
        if not _is_within(folder, found):
            found.append(folder)
    return found


def _utc_hours(clock: time, zone: ZoneInfo, year: int) -> set[int]:
    """The hours of UTC in which a time of day falls, winter and summer."""
    days = (datetime.combine(date(year, month, 1), clock, zone) for month in range(1, 13))
    return {moment.astimezone(UTC).hour for moment in days}
