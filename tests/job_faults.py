"""What can befall a run of a job, and what the run after it makes of that: killed at any step, a full disk, no workbook.

`python tests/job_faults.py` goes through every step of every job; `test_job_faults.py` takes some of each.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parent))

import xlsxwriter
from job_world import Forge, Ran
from mail_faults import RECIPIENTS as SUBSCRIBERS
from markdown import BASE, workbook
from standins.mail_server import MailServer

from jobs.state import JobState
from toolkit.errors import ToolkitError
from toolkit.runs import Run
from toolkit.stores.archive import damage, read_manifest
from toolkit.stores.file_ledger import FileLedger
from toolkit.stores.file_runs import FileRuns
from toolkit.stores.locks import exclusive

ZONE = ZoneInfo("Asia/Shanghai")
TIMES = {
    "check": datetime(2025, 9, 17, 12, tzinfo=ZONE),
    "dashboard": datetime(2025, 9, 17, 12, tzinfo=ZONE),
    "weekly": datetime(2025, 9, 15, 7, tzinfo=ZONE),
    "remind": datetime(2025, 9, 15, 7, 30, tzinfo=ZONE),
    "term_report": datetime(2026, 1, 26, 8, tzinfo=ZONE),
    "backup": datetime(2025, 9, 17, 2, 30, tzinfo=ZONE),
    "doctor": datetime(2025, 9, 17, 6, 30, tzinfo=ZONE),
}
"""A time of each job at which it has something to do; early in the term, for then there is little to look back on."""
LETTERS = {"weekly": 7, "remind": 2}
"""How many letters there are to send by then."""
LIMITS = (0, 4096, 20_000, 33_000, 45_000, 60_000, 100_000)
"""Bytes up to which a file grows on a full disk."""
WELL = (0, 1)
"""Exit codes of a run that went well: a second one may have found something that somebody is to look at."""
FIRST, SECOND, THIRD = (f"{number:016x}" for number in (1, 2, 3))
WEEK = timedelta(weeks=1)
BOOK = "登记.xlsx"
RECIPIENTS = SUBSCRIBERS.replace("校 | 周报", "校 | 周报、催还")
ENTRIES = """
# 资源
| 资源编号 | 资源名称 | 类别 | 所属学校 | 数量 |
|---|---|---|---|---|
| R1 | 古筝 | 器材 | 中心 | 9 |

# 借用
| 资源编号 | 借出学校 | 借入学校 | 数量 | 借出日期 | 应还日期 | 归还日期 |
|---|---|---|---|---|---|---|
| R1 | 中心 | 东校 | 1 | 2025-09-02 | 2025-09-12 | |
| R1 | 中心 | 西校 | 1 | 2025-09-03 | 2025-09-12 | |
"""
CONFIG = """
[community]
name = "甲镇共同体（示例数据）"
[workbook]
path = "登记.xlsx"
[mail]
sender = "office@example.com"
host = "{server.host}"
port = {server.port}
timeout = 5
tries = 1
security = "none"
[operator]
email = "keeper@example.com"
"""


def write_book(path: Path) -> None:
    """Write a workbook with three schools, seven readers, and two loans that are overdue."""
    with xlsxwriter.Workbook(path, {"strings_to_urls": False}) as book:
        for sheet in workbook(BASE, ENTRIES, RECIPIENTS).sheets:
            tab = book.add_worksheet(sheet.title)
            for number, row in enumerate(sheet.rows):
                tab.write_row(number, 0, row)


@dataclass
class Scene:
    """What the plays of one job share.

    Attributes:
        job: which.
        folder: for the plays.
        server: takes the mail.
        forge: makes the runs.
    """

    job: str
    folder: Path
    server: MailServer
    forge: Forge

    def __post_init__(self) -> None:
        """Prepare the place that each play gets a copy of."""
        self.template.mkdir()
        write_book(self.template / BOOK)
        (self.template / "consortium.toml").write_text(CONFIG.format(server=self.server), encoding="utf-8")

    @property
    def template(self) -> Path:
        """The place."""
        return self.folder / "template"

    @contextmanager
    def play(self) -> Iterator[Play]:
        """A play in a copy of the place; the mail server has forgotten all letters by then."""
        folder = self.folder / "play"
        shutil.copytree(self.template, folder)
        self.server.accepted.clear()
        try:
            yield Play(self, folder)
        finally:
            shutil.rmtree(folder)

    def season(self) -> None:
        """The place is one where the job ran a week ago."""
        with self.play() as play:
            play.run("0" * 15 + "a", now=TIMES[self.job] - WEEK)
            shutil.rmtree(self.template)
            shutil.copytree(play.folder, self.template)

    @property
    def steps(self) -> int:
        """How many steps a run takes that nothing befalls."""
        with self.play() as play:
            return play.run(FIRST).steps


@dataclass
class Play:
    """A place in which runs take place.

    Attributes:
        scene: of which it is a copy.
        folder: where it is.
    """

    scene: Scene
    folder: Path

    def __post_init__(self) -> None:
        """Remember what nobody may change."""
        self.original = self.book.read_bytes()
        self.before = frozenset(self.sent())

    @property
    def book(self) -> Path:
        """The workbook."""
        return self.folder / BOOK

    def run(self, number: str, *, job: str = "", now: datetime | None = None, **fate: object) -> Ran:
        """A run of the job, or of another; `fate` as of `Forge.run`."""
        job, now = job or self.scene.job, now or TIMES[self.scene.job]
        arguments = ["run", job, "--config", "consortium.toml", "--number", number, "--slot", now.isoformat()]
        return self.scene.forge.run(arguments, self.folder, now + timedelta(seconds=int(number, 16)), **fate)  # type: ignore[arg-type]

    def sent(self) -> dict[str, str]:
        """States of letters by Message-ID, as the ledger has them."""
        ledger = FileLedger(self.folder / "登记·发送记录.sqlite")
        return {key: entry.state for key, entry in ledger.entries().items()}

    def again(self) -> list[str]:
        """The run after, an hour later by the clock of the files, and what is not as it must be then."""
        off = self.halves()
        for path in self.temporary():
            os.utime(path, (0, 0))
        second = self.run(SECOND)
        if second.code not in WELL:
            off.append(f"the second run exits {second.code}: {second.words}")
        if self.scene.job == "doctor":
            self.run(THIRD, job="check")  # doctor reads nothing by which it could put itself on record
        return [*off, *self.halves(), *self.letters(), *self.left(), *self.record()]

    # --- what must be so

    def halves(self) -> list[str]:
        """Results that are not whole; a workbook that is not as it was."""
        off = [] if self.book.read_bytes() == self.original else ["the workbook is not what it was"]
        zipped = [*self.folder.glob("[!.]*.xlsx"), *self.folder.glob("[!.]*.docx")]
        off += [f"half a {path.name}" for path in zipped if not _is_whole(path)]
        pages = [path for path in self.folder.rglob("*.html") if not path.name.startswith(".")]
        off += [f"half a {page.name}" for page in pages if not page.read_text("utf-8").rstrip().endswith("</html>")]
        for backup in self.folder.glob("备份/[!.]*"):
            manifest = read_manifest(backup) if (backup / "manifest.json").is_file() else None
            if manifest is None or damage(backup, manifest):
                off.append(f"half a backup {backup.name}")
        return off

    def letters(self) -> list[str]:
        """Letters that arrived twice, or not at all; one may be in doubt, and is not sent again."""
        taken = Counter(
            str(message_from_bytes(letter.content)["Message-ID"]).strip() for letter in self.scene.server.accepted
        )
        states = {key: state for key, state in self.sent().items() if key not in self.before}
        off = [f"{number} times the same letter" for number in taken.values() if number > 1]
        if len(states) != (wanted := LETTERS.get(self.scene.job, 0)):
            off.append(f"{len(states)} letters in the ledger, not {wanted}")
        off += [f"a letter is {state}" for state in states.values() if state not in ("sent", "offered")]
        if (doubt := list(states.values()).count("offered")) > 1:
            off.append(f"{doubt} letters in doubt")
        lost = [key for key, state in states.items() if state == "sent" and key not in taken]
        return off + [f"{len(lost)} letters on record as sent did not arrive"] * bool(lost)

    def temporary(self) -> list[Path]:
        """Files and folders that a run which is over has no use for."""
        kept = [path for name in (".consortium-*", ".unfinished-*") for path in self.folder.rglob(name)]
        return [*kept, *self.folder.rglob("*.tmp*")]

    def left(self) -> list[str]:
        """What lies about, and locks that are held."""
        off = [f"left over: {path.name}" for path in self.temporary()]
        for lock in self.folder.rglob("*.lock"):
            try:
                with exclusive(lock, 0, "held"):
                    pass
            except ToolkitError as error:
                off.append(f"{lock.name}: {error}")
        return off

    def record(self) -> list[str]:
        """Runs that are not on record as they ended, once each."""
        (path,) = self.folder.glob("state/*/jobs-*.sqlite")
        with JobState(path) as state:
            first, second, third = (state.run(number) for number in (FIRST, SECOND, THIRD))
            waiting, running = state.unrecorded(), state.running(self.scene.job)
        off = [f"the first run is {first.result}" for _ in (1,) if first and first.result == "running"]
        off += [f"the second run is {second and second.result}" for _ in (1,) if not second or second.result != "done"]
        off += [f"{len(waiting)} runs wait for their record"] * bool(waiting)
        off += [f"{len(running)} runs are still at work"] * bool(running)
        on_record = [run for run in FileRuns(self.folder / "登记·运行记录.sqlite").runs() if int(run.id, 16) < 4]
        known: list[Run] = [run for run in (first, second, third) if run]
        if sorted(on_record, key=_id) != sorted(known, key=_id):
            off.append(f"on record: {[(run.id, run.result) for run in on_record]}")
        return off


def _is_whole(path: Path) -> bool:
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return archive.testzip() is None


def _id(run: Run) -> str:
    return run.id


@contextmanager
def scene(job: str, forge: Forge, folder: Path) -> Iterator[Scene]:
    """The scene of a job, in a folder that is empty."""
    with MailServer() as server:
        yield Scene(job, folder, server, forge)


def kill(scene: Scene, step: int) -> list[str]:
    """A run is killed at a step, and run again; what is off."""
    with scene.play() as play:
        ran = play.run(FIRST, fatal=step)
        return [f"step {step}: {fault}" for fault in [*([] if ran.code == -9 else [f"exit {ran.code}"]), *play.again()]]


def fill(scene: Scene, limit: int) -> list[str]:
    """A run on a disk that is full, and one when there is room again; what is off."""
    with scene.play() as play:
        ran = play.run(FIRST, limit=limit)
        off = []
        if ran.code not in (*WELL, 2, 3) and limit:  # where nothing at all can be written, nor can it say how it ended
            off.append(f"exit {ran.code}")
        if limit and ran.code not in WELL and (not ran.words.startswith("consortium: ") or "unexpected" in ran.words):
            off.append(f"it says: {ran.words}")
        return [f"{limit} bytes: {fault}" for fault in [*off, *play.again()]]


def main() -> int:
    """Go through every step and every limit, in places where nothing ran before and in others; print what is off."""
    found, began = 0, time.monotonic()
    with Forge() as forge:
        for job in TIMES:
            for seasoned in (False, True):
                with tempfile.TemporaryDirectory() as folder, scene(job, forge, Path(folder)) as made:
                    if seasoned:
                        made.season()
                    steps = made.steps
                    off = [fault for step in range(1, steps + 1) for fault in kill(made, step)]
                    off += [fault for limit in LIMITS for fault in fill(made, limit)]
                where = "that ran before" if seasoned else "that never ran"
                sys.stdout.write(f"{job:<12} {where}: {steps} steps, {len(LIMITS)} limits, {len(off)} things off\n")
                sys.stdout.writelines(f"  {fault}\n" for fault in off)
                sys.stdout.flush()
                found += len(off)
    sys.stdout.write(f"{found} things off, in {time.monotonic() - began:.0f} seconds\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
