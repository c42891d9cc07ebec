"""The scheduler's log: one line or one JSON object an event, without addresses and with listed facts alone.

Names of people cannot be told by a pattern. So there is no free text but `note` and the errors of this programme, which
name nobody; of any other exception only its kind and its place are written. Only the scheduler writes the file.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import traceback
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, tzinfo
from logging.handlers import RotatingFileHandler
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TextIO, TypedDict, Unpack

from toolkit.errors import ToolkitError

if TYPE_CHECKING:  # it needs pydantic, this module nothing but the standard library
    from toolkit.settings.jobs import LogSettings

Level = Literal["debug", "info", "warning", "error"]


class Facts(TypedDict, total=False):
    """What an event may tell, in the order in which it is written; anything else is left out.

    Attributes:
        community: of which community.
        job: of which job.
        run: the id of the run.
        slot: the time of the timetable.
        result: what became of it.
        seconds: how long it took.
        calls: calls to Google.
        rows: rows of entries that were read.
        problems: problems of severity error that were found.
        failures: so many in a row.
        lost: events that could not be written.
        pid: the process.
        error: an exception.
        note: one sentence that names nobody.
    """

    community: str | None
    job: str | None
    run: str | None
    slot: datetime | None
    result: str | None
    seconds: float | None
    calls: int | None
    rows: int | None
    problems: int | None
    failures: int | None
    lost: int | None
    pid: int | None
    error: BaseException | None
    note: str | None


_NAMES: Final = tuple(Facts.__annotations__)
_SUBJECT: Final = ("community", "job")
"""Facts that stand before the event on a line for people."""
_LONGEST: Final = 500
_MASK: Final = "‹address›"
_AT: Final = r"(?:[@＠﹫]|%40)"
_ENDS: Final = r"\s<>\",;@＠﹫，。；：、（）《》“”"
_PART: Final = rf"(?:(?!%40)[^{_ENDS}])"
_QUOTED: Final = r'"(?:[^"\\]|\\.){0,256}+"'
# A part before the sign is tried at its beginning alone and never given back: it takes linear time, whatever the text.
_ADDRESS: Final = re.compile(rf"(?:(?:{_QUOTED}|(?<![^{_ENDS}]){_PART}++) {{0,3}}+)?{_AT} {{0,3}}{_PART}*")
_PRIORITIES: Final = {logging.DEBUG: 7, logging.INFO: 6, logging.WARNING: 4, logging.ERROR: 3, logging.CRITICAL: 2}
"""Of sd-daemon(3)."""


def set_up(settings: LogSettings, *, zone: tzinfo | None = None) -> logging.Logger:
    """The log as configured; nothing that goes wrong with it is ever raised.

    Args:
        settings: `[log]`.
        zone: whose time is written; that of this machine where left out.
    """
    logger = logging.getLogger("consortium")
    for old in logger.handlers[:]:
        logger.removeHandler(old)
        old.close()
    handler: logging.Handler
    if settings.file is None:
        handler = _ErrorStream()
    else:
        handler = _LogFile(settings.file, round(settings.megabytes * 1_000_000), settings.keep)
    form = _AsJson(zone) if settings.format == "json" else _ForPeople(zone)
    handler.setFormatter(_WithPriority(form) if settings.file is None and _is_journal(sys.stderr) else form)
    logger.addHandler(handler)
    logger.setLevel(settings.level.upper())
    logger.propagate = False
    return logger


def event(logger: logging.Logger, level: Level, name: str, **facts: Unpack[Facts]) -> None:
    """Write one event down.

    Args:
        logger: what `set_up` gave.
        level: its weight.
        name: what happened, in a word or two, such as `started`.
        facts: what there is to tell of it; what is None is left out.
    """
    logger.log(logging.getLevelNamesMapping()[level.upper()], "%s", name, extra={"facts": facts})


def clean(text: str) -> str:
    """Text on one line: addresses masked, signs that do not print left out, what is too long cut off."""
    line = "".join(sign for sign in " ".join(text.split()) if sign.isprintable())
    line = _ADDRESS.sub(_MASK, line)
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def _told(record: logging.LogRecord) -> dict[str, str | int | float]:
    """The facts of an event that may be written, in order."""
    given: Mapping[str, Any] = getattr(record, "facts", {})
    if record.exc_info and record.exc_info[1]:
        given = {**given, "error": record.exc_info[1]}
    told = ((name, _plain(given[name])) for name in _NAMES if given.get(name) is not None)
    return {name: value for name, value in told if value is not None}


def _plain(value: object) -> str | int | float | None:
    if isinstance(value, float):
        return round(value, 3) if isfinite(value) else None
    if isinstance(value, int):
        return value
    if isinstance(value, datetime):
        return value.isoformat(timespec="minutes")
    return clean(_reason(value) if isinstance(value, BaseException) else str(value))


def _reason(error: BaseException) -> str:
    """What an exception says where it names nobody; otherwise its kind, and where it was raised."""
    if isinstance(error, ToolkitError):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        return f"{type(error).__name__}: {error.strerror}"
    frames = traceback.extract_tb(error.__traceback__)
    place = f" in {Path(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"


class _Form(logging.Formatter):
    """What both forms have in common: the time."""

    def __init__(self, zone: tzinfo | None) -> None:
        super().__init__()
        self._zone = zone

    def _time(self, record: logging.LogRecord) -> datetime:
        return datetime.fromtimestamp(record.created, UTC).astimezone(self._zone)


class _AsJson(_Form):
    """One object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        time = self._time(record).isoformat(timespec="milliseconds")
        document = {"time": time, "level": record.levelname.lower(), "event": clean(record.getMessage())}
        return json.dumps(document | _told(record), ensure_ascii=False, allow_nan=False)


class _ForPeople(_Form):
    """`2026-11-25 07:00:03 weekly started run=… : note`; weights other than info stand before it."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        told = _told(record)
        weight = [] if record.levelno == logging.INFO else [record.levelname]
        subject = [str(told.pop(name)) for name in _SUBJECT if name in told]
        note = [f"· {told.pop('note')}"] if "note" in told else []
        facts = [
            f"{name}={json.dumps(value, ensure_ascii=False) if ' ' in str(value) else value}"
            for name, value in told.items()
        ]
        words = [*weight, *subject, clean(record.getMessage()), *facts, *note]
        return " ".join([f"{self._time(record):%Y-%m-%d %H:%M:%S}", *words])


class _WithPriority(logging.Formatter):
    """A line with its weight in front, as systemd's journal reads it (sd-daemon(3))."""

    def __init__(self, form: logging.Formatter) -> None:
        super().__init__()
        self._form = form

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        return f"<{_PRIORITIES.get(record.levelno, 6)}>{self._form.format(record)}"


def _is_journal(stream: TextIO | None) -> bool:
    """Whether a stream goes to systemd's journal, as systemd.exec(5) says of JOURNAL_STREAM."""
    try:
        here = os.fstat(stream.fileno()) if stream else None
    except (OSError, ValueError):
        return False
    return here is not None and os.environ.get("JOURNAL_STREAM") == f"{here.st_dev}:{here.st_ino}"


class _ErrorStream(logging.StreamHandler[TextIO]):
    """Standard error, whoever reads it or does not."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 logging's name
        """Nobody is left to tell."""


class _LogFile(RotatingFileHandler):
    """A file that may be on a full disk or in a folder that is away: it goes on once that is over."""

    def __init__(self, path: Path, longest: int, keep: int) -> None:
        self._lost = 0
        super().__init__(path, maxBytes=max(longest, 1), backupCount=keep, encoding="utf-8", delay=True)

    def emit(self, record: logging.LogRecord) -> None:
        """Write an event; what was lost before it is told after it."""
        before = self._lost
        if self.stream is not None and not self._is_in_place():
            self._let_go()
        super().emit(record)
        if before and self._lost == before:
            self._lost = 0
            extra = {"facts": {"lost": before}}
            super().emit(
                logging.makeLogRecord(
                    {"msg": "log goes on", "levelno": logging.WARNING, "levelname": "WARNING"} | extra
                )
            )

    def doRollover(self) -> None:  # noqa: N802 logging's name
        """Begin a new file; where that fails the old one goes on."""
        try:
            if not self.backupCount:  # logging itself would let the file grow
                os.truncate(self.baseFilename, 0)
            super().doRollover()
        except OSError:
            self._let_go()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002, N802 logging's name
        """Count what is lost; say so once."""
        error = sys.exc_info()[1]
        self._let_go()
        self._lost += 1
        if self._lost == 1:
            reason = (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
            with suppress(OSError, ValueError, AttributeError):  # there may be no standard error
                sys.stderr.write(
                    f"consortium: the log {self.baseFilename} cannot be written ({reason}); the work goes on. Make"
                    " room, or correct log.file in the configuration.\n"
                )

    def _open(self) -> Any:  # noqa: ANN401 what logging has it return
        path = Path(self.baseFilename)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        stream = os.fdopen(handle, "a", encoding="utf-8", errors="backslashreplace")
        if _ends_within_a_line(path):  # a full disk or a power cut left it so
            stream.write("\n")
        return stream

    def _is_in_place(self) -> bool:
        """Whether the open file is still the one of that name."""
        try:
            return os.path.samestat(Path(self.baseFilename).stat(), os.fstat(self.stream.fileno()))
        except OSError:
            return False

    def _let_go(self) -> None:
        stream: Any = self.stream
        self.stream: Any = None  # as logging itself does
        if stream is not None:
            with suppress(OSError):
                stream.close()


def _ends_within_a_line(path: Path) -> bool:
    if not path.is_file() or not path.stat().st_size:
        return False
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read() != b"\n"
