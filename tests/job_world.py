"""A community whose jobs run at any time of any year, in processes that can be killed at any step.

One process has all modules loaded and forks a child for each run, so that a run takes a tenth of a second. The child's
clock is set to the moment that is played, and it can be told to die at its n-th step: before or after a transaction of
SQLite, when it opens a file to write, renames or removes one, or speaks to a server. Instead of its death, somebody may
move a file away at that step, or another one into its place.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Self

sys.path.insert(0, str(Path(__file__).resolve().parent))

import toolkit.outputs
import toolkit.schema

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
HEAVY = (
    "render.dashboard_workbook", "render.digest", "render.message", "stores.xlsx", "workflows.backing_up",
    "workflows.mailing", "workflows.reporting",
)  # fmt: skip
STEPS = ("os.rename", "os.remove", "os.mkdir", "sqlite3.connect", "socket.connect")


# --- in the child


class Steps:
    """Counts the steps of this process, and at one of them ends it, or moves a file."""

    def __init__(self, fatal: int, kinds: Sequence[str], move: Sequence[str] | None = None) -> None:
        self.fatal, self.kinds, self.move, self.count = fatal, kinds, move, 0

    def step(self, kind: str) -> None:
        if kind not in self.kinds:
            return
        self.count += 1
        if self.count == self.fatal:
            if self.move is None:
                os.kill(os.getpid(), signal.SIGKILL)
            else:
                Path(self.move[0]).replace(self.move[1])  # a step of its own, which is after the fatal one

    def watch(self) -> None:
        import smtplib
        import sqlite3

        def hook(event: str, given: Any) -> None:
            if event in STEPS or (event == "open" and isinstance(given[2], int) and given[2] & WRITING):
                self.step("file" if event != "socket.connect" else "server")

        steps = self

        class Dying(sqlite3.Connection):
            def execute(self, query: str, *given: Any) -> Any:
                ends = query in ("COMMIT", "BEGIN IMMEDIATE")
                if ends:
                    steps.step("begin" if query.startswith("BEGIN") else "commit")
                made = super().execute(query, *given)
                if ends:
                    steps.step("commit" if query == "COMMIT" else "begin")
                return made

        connect, send = sqlite3.connect, smtplib.SMTP.send

        def sent(smtp: Any, text: Any) -> Any:
            steps.step("server")
            return send(smtp, text)

        sqlite3.connect = lambda *given, **named: connect(*given, **named | {"factory": Dying})  # type: ignore[assignment]
        smtplib.SMTP.send = sent  # type: ignore[method-assign]
        sys.addaudithook(hook)


def set_clock(moment: datetime) -> None:
    """Have this process take a moment for now."""
    import jobs.stopping
    from toolkit.workflows import loading

    class Played(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
            return moment.astimezone(tz)

    loading.datetime = Played  # type: ignore[misc]
    jobs.stopping.now = lambda: moment


def child(order: Mapping[str, Any], report: int) -> None:
    """One run, by the command line."""
    os.environ.update(order["environment"])
    os.chdir(order["folder"])
    set_clock(datetime.fromisoformat(order["now"]))
    steps = Steps(order["fatal"], order["kinds"], order["move"])
    steps.watch()
    errors = os.open(order["errors"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(errors, 2)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    if order["bytes"] is not None:
        import resource

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (order["bytes"], order["bytes"]))
    from toolkit.cli import main

    sys.argv = ["consortium", *order["arguments"]]
    code: Any = 0
    try:
        main()
    except SystemExit as end:
        code = end.code or 0
    os.write(report, str(steps.count).encode())
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 1)


def warm(folder: Path) -> None:
    """Do once what every child would do for the first time: templates are read, expressions compiled."""
    from mail_faults import Place

    from toolkit.workflows import load
    from toolkit.workflows.outbox import write_letters
    from toolkit.workflows.remembering import Remembered
    from toolkit.workflows.reporting import write_reports

    past = Remembered(load(config=None, workbook=Place(folder).book, sheet=None, as_of=date(2025, 11, 26)))
    write_reports(past, None)
    write_letters(past, "weekly", None)


def loaded() -> None:
    """Serve orders, one a line, until there are no more."""
    for module, function in ((toolkit.schema, "load_schema"), (toolkit.outputs, "load_outputs")):
        setattr(module, function, cache(getattr(module, function)))  # before others take it from there
    for name in ("jobs.once", "jobs.running", "jobs.telling", *(f"toolkit.{name}" for name in HEAVY)):
        import_module(name)  # once for all children
    with tempfile.TemporaryDirectory() as folder:
        warm(Path(folder))

    for line in sys.stdin:
        order = json.loads(line)
        reads, writes = os.pipe()
        number = os.fork()
        if not number:
            os.close(reads)
            try:
                child(order, writes)
            finally:
                os._exit(70)
        os.close(writes)
        _, status = os.waitpid(number, 0)
        steps = os.read(reads, 20).decode()
        os.close(reads)
        answer = {"code": os.waitstatus_to_exitcode(status), "steps": int(steps or 0)}
        print(json.dumps(answer), flush=True)


# --- in the parent

ALL_KINDS = ("file", "begin", "commit", "server")
HARMLESS = ("file", "begin")
"""Steps that do not lie between the handing over of a letter and its being on record: of such a letter nobody could know
whether it arrived."""


@dataclass(frozen=True)
class Ran:
    """How a child ended: its exit code, negative where a signal ended it; how many steps it took; what it said last."""

    code: int
    steps: int
    words: str


class Forge:
    """Makes children, one after another."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-P", __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(10)

    def run(
        self,
        arguments: Sequence[str],
        folder: Path,
        now: datetime,
        *,
        state: str = "state",
        fatal: int = 0,
        kinds: Sequence[str] = ALL_KINDS,
        limit: int | None = None,
        move: tuple[Path, Path] | None = None,
    ) -> Ran:
        """One run.

        Args:
            arguments: of the command line.
            folder: where state and cache are kept.
            now: the moment that is played.
            state: name of the folder for what a machine keeps.
            fatal: the step at which it is killed, counted from 1; none where 0.
            kinds: of the steps that are counted.
            limit: no file grows beyond so many bytes, as on a full disk.
            move: at the fatal step it is not killed; the first file gets the second one's name.
        """
        assert self._process.stdin
        assert self._process.stdout
        errors = folder / "errors.txt"
        environment = {"XDG_STATE_HOME": str(folder / state), "XDG_CACHE_HOME": str(folder / "cache")}
        order = {
            "arguments": list(arguments),
            "environment": environment,
            "folder": str(folder),
            "now": now.isoformat(),
            "fatal": fatal,
            "kinds": list(kinds),
            "bytes": limit,
            "errors": str(errors),
            "move": move and list(map(str, move)),
        }
        print(json.dumps(order), file=self._process.stdin, flush=True)
        answer = json.loads(self._process.stdout.readline())
        said = errors.read_text(encoding="utf-8", errors="replace") if errors.exists() else ""
        return Ran(answer["code"], answer["steps"], (said.strip().splitlines() or [""])[-1])


@dataclass
class Played:
    """A child that has ended already, as the supervisor sees it; one that hangs ends when it is killed."""

    ran: Ran
    hangs: bool = False
    pid: int = 0
    _killed: bool = field(default=False)

    def ended(self) -> int | None:
        return (-9 if self._killed else None) if self.hangs else self.ran.code

    def stop(self) -> None: ...

    def kill(self) -> None:
        self._killed = True

    def last_words(self) -> str:
        return self.ran.words


Launcher = Callable[[Sequence[str]], Played]

if __name__ == "__main__":
    loaded()
