"""A year of jobs played in minutes: 53 weeks of a community, with everything that can go wrong sown at random.

`make soak` plays it from three seeds and prints what came of it; `test_soak.py` plays some weeks. The scheduler's own
supervisor decides what is due, by a clock that is played; each run is a process of its own, with a real mail server.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import random
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parent))

import spreadsheets
import xlsxwriter
from job_world import HARMLESS, Forge, Played
from mail_faults import RECIPIENTS
from markdown import BASE, workbook
from standins.mail_server import Fault, MailServer
from standins.sheets_api import SheetsStandin

from jobs.community import Choice, Community, communities
from jobs.due import JOBS, due, next_time
from jobs.school_days import SchoolDays
from jobs.supervisor import Supervisor
from jobs.timetable import slots
from toolkit.errors import ToolkitError
from toolkit.mail.entries import Entry
from toolkit.runs import SETTLED, Run
from toolkit.stores.file_ledger import FileLedger
from toolkit.stores.file_runs import FileRuns
from toolkit.stores.sources import GoogleSheet

ZONE = ZoneInfo("Asia/Shanghai")
START = datetime(2025, 9, 1, 6, tzinfo=ZONE)
TERMS = (
    (date(2025, 9, 1), date(2026, 1, 23)),
    (date(2026, 2, 24), date(2026, 7, 3)),
    (date(2026, 8, 31), date(2027, 1, 22)),
)
HOUR, DAY, SECOND = timedelta(hours=1), timedelta(days=1), timedelta(seconds=1)
CALM = 5 * HOUR
"""At the end nothing goes wrong any more."""
ENTRIES = """
# 学期
| 学期 | 学年 | 开始日期 | 结束日期 |
|---|---|---|---|
| 2025学年上学期 | 2025学年 | 2025-09-01 | 2026-01-23 |
| 2025学年下学期 | 2025学年 | 2026-02-24 | 2026-07-03 |
| 2026学年上学期 | 2026学年 | 2026-08-31 | 2027-01-22 |

# 资源
| 资源编号 | 名称 | 类别 | 所属学校 | 数量 |
|---|---|---|---|---|
| R1 | 古筝 | 器材 | 中心 | 9 |

# 借用
| 资源编号 | 借出学校 | 借入学校 | 数量 | 借出日期 | 应还日期 | 归还日期 |
|---|---|---|---|---|---|---|
| R1 | 中心 | 东校 | 1 | 2025-09-08 | 2025-10-10 | |
| R1 | 中心 | 西校 | 1 | 2025-10-08 | 2025-12-10 | |
| R1 | 中心 | 东校 | 1 | 2026-03-02 | 2026-04-10 | |
| R1 | 中心 | 西校 | 1 | 2026-04-01 | 2026-06-10 | |
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
timeout = 0.5
tries = 1
security = "none"
[operator]
email = "keeper@example.com"
[backup]
daily = 2
weekly = 2
monthly = 2
yearly = 1
[timetable.check]
times = ["12:00"]
catch_up = 30
[timetable.dashboard]
catch_up = 30
[timetable.backup]
weekdays = ["wed"]
catch_up = 60
[timetable.doctor]
weekdays = ["fri"]
catch_up = 60
[timetable.remind]
weekdays = ["mon", "wed", "fri"]
catch_up = 40
"""
SHEETS = workbook(BASE.partition("# 学期")[0], ENTRIES, RECIPIENTS)
LONG = ("mail down", "machine off", "clock back", "clock forward", "two machines")
"""What lasts for a while, whatever the record is; one at a time."""


@dataclass
class Trouble:
    """Something wrong for a while, on the true clock."""

    kind: str
    start: datetime
    end: datetime


@dataclass
class Counts:
    """What came of a year."""

    seed: int
    weeks: int
    runs: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    digests: int = 0
    digests_sent: int = 0
    letters: int = 0
    twice: int = 0
    lost: int = 0
    checks: int = 0
    checks_ran: int = 0
    checks_late: int = 0
    missing: int = 0
    off: list[str] = field(default_factory=list)


class World:
    """A community, its machine, and what goes wrong with them."""

    own = ("workbook away", "workbook half written", "workbook open elsewhere")
    """What lasts for a while where the record is a workbook."""

    def __init__(self, folder: Path, seed: int, weeks: int, server: MailServer, forge: Forge) -> None:
        self.folder, self.server, self.forge = folder, server, forge
        self.random = random.Random(seed)  # noqa: S311 it plays
        self.counts = Counts(seed, weeks)
        self.kinds = (*LONG, *self.own)
        self.true = START
        self.end = START + timedelta(weeks=weeks)
        self.offset = timedelta()
        self.troubles = self._sown()
        self.log = logging.getLogger("soak")
        self.log.setLevel(logging.CRITICAL)
        self._write()
        self.original = self._entered()
        self.supervisor = self._begun()
        self.seen: list[tuple[Run, datetime]] = []
        self.forgotten: set[str] = set()

    # --- the place

    @property
    def book(self) -> Path:
        return self.folder / "登记.xlsx"

    @property
    def config(self) -> Path:
        return self.folder / "consortium.toml"

    def _write(self) -> None:
        self.config.write_text(CONFIG.format(server=self.server), encoding="utf-8")
        with xlsxwriter.Workbook(self.book, {"strings_to_urls": False}) as book:
            for sheet in SHEETS.sheets:
                tab = book.add_worksheet(sheet.title)
                for number, row in enumerate(sheet.rows):
                    tab.write_row(number, 0, row)

    def _entered(self) -> bytes:
        """All that people entered."""
        return self.book.read_bytes()

    def _letters_on_record(self) -> Mapping[str, Entry]:
        return FileLedger(self.folder / "登记·发送记录.sqlite").entries()

    def _runs_on_record(self) -> Sequence[Run]:
        return FileRuns(self.folder / "登记·运行记录.sqlite").runs()

    @property
    def community(self) -> Community:
        return self.supervisor.communities[0]

    def _begun(self, state: str = "state") -> Supervisor:
        """The scheduler, as after a start of the machine."""

        def launch(arguments: Sequence[str]) -> Played:
            return self._launched(arguments, state)

        with self.at_home(state):
            found = communities(Choice(self.config))
        return Supervisor(found, self.log, lambda: self.now, self._steady, launch)

    def _steady(self) -> float:
        """Seconds by a clock that nobody sets."""
        return (self.true - START).total_seconds()

    @contextmanager
    def at_home(self, state: str = "state") -> Iterator[None]:
        before = os.environ.get("XDG_STATE_HOME")
        os.environ["XDG_STATE_HOME"] = str(self.folder / state)
        try:
            yield
        finally:
            if before is None:
                del os.environ["XDG_STATE_HOME"]
            else:
                os.environ["XDG_STATE_HOME"] = before

    @property
    def now(self) -> datetime:
        """What the clock on the wall says."""
        return self.true + self.offset

    # --- what goes wrong

    def _sown(self) -> list[Trouble]:
        """One trouble every nine days or so, of a day at most."""
        found, at = [], START + 3 * DAY
        kinds = [kind for _ in range(40) for kind in self.random.sample(self.kinds, len(self.kinds))]
        while at < self.end - 6 * DAY:
            at += HOUR * self.random.randrange(20, 24 * 9)
            kind = kinds.pop()
            found.append(Trouble(kind, at, at + HOUR * self.random.choice((1, 4, 12, 24))))
            at = found[-1].end + 2 * DAY
        return found

    def _launched(self, arguments: Sequence[str], state: str) -> Played:
        """A run, with whatever befalls it."""
        self.counts.runs += 1
        fate = self.random.random() if self.true < self.end else 1.0
        fatal, limit, hangs = 0, None, False
        if fate < 0.08:
            fatal = self.random.randrange(1, 60)
        elif fate < 0.10:
            fatal, hangs = self.random.randrange(1, 30), True
        elif fate < 0.12:
            limit = self.random.choice((0, 4096, 20_000))
        ran = self.forge.run(arguments, self.folder, self.now, state=state, fatal=fatal, kinds=HARMLESS, limit=limit)
        hangs = hangs and ran.code == -9  # killed on the way: take it for one that hangs there
        if ran.code == -9:
            self.counts.faults["hangs" if hangs else "killed"] += 1
        elif limit is not None:
            self.counts.faults["disk full"] += 1
        self._look_for_halves()
        for path in self.folder.rglob(".consortium-*.tmp*"):
            os.utime(path, (0, 0))  # what a killed run left is old by the next
        return Played(ran, hangs)

    def _look_for_halves(self) -> None:
        for name in ("看板.xlsx",):
            path = self.folder / name
            if path.exists() and (not zipfile.is_zipfile(path) or zipfile.ZipFile(path).testzip()):
                self.counts.off.append(f"half a {name} at {self.now}")

    @contextmanager
    def wrong(self, trouble: Trouble) -> Iterator[Supervisor | None]:
        """A trouble, and its end; gives what else is at work meanwhile."""
        self.counts.faults[trouble.kind] += 1
        if trouble.kind == "mail down":
            self.server.faults.append(Fault("greeting", cut=True))
        self._hinder(trouble.kind)
        self.offset = {"clock back": -DAY, "clock forward": DAY}.get(trouble.kind, self.offset)
        other = self._begun("state-of-another") if trouble.kind == "two machines" else None
        yield other
        self.server.faults.clear()
        self.offset = timedelta()
        self._set_right()
        if other:
            self._forget("state-of-another")
        if trouble.kind == "machine off" or self.random.random() < 0.3:
            self.supervisor = self._begun()
        if self.random.random() < 0.05:
            self.counts.faults["state lost"] += 1
            self._forget("state")

    def _forget(self, name: str) -> None:
        """A machine loses what it knows, with the runs that it could not put on record yet."""
        with self.at_home(name):
            with self.community.state as state:
                self.forgotten |= {run.id for run in state.unrecorded()}
            self.community.state.path.unlink()

    def _hinder(self, kind: str) -> None:
        """Something is wrong with the record."""
        if kind == "workbook away":
            self.book.unlink()
        elif kind == "workbook half written":
            self.book.write_bytes(self.original[: len(self.original) // 2])
        elif kind == "workbook open elsewhere":
            self.book.with_name(f"~${self.book.name}").write_bytes(b"\4user" + bytes(160))

    def _set_right(self) -> None:
        self.book.write_bytes(self.original)
        self.book.with_name(f"~${self.book.name}").unlink(missing_ok=True)

    # --- a year

    def play(self) -> Counts:
        for trouble in self.troubles:
            self._until(trouble.start)
            with self.wrong(trouble) as other:
                if trouble.kind == "machine off":
                    self.true = trouble.end
                else:
                    self._until(trouble.end, other)
        self._until(self.end)
        self._until(self.end + CALM)  # what waits is done
        return self._counted()

    def _until(self, moment: datetime, other: Supervisor | None = None) -> None:
        while self.true < moment:
            self._tick(self.supervisor, "state")
            if other:
                self._tick(other, "state-of-another")
            self.true = max(self.true + SECOND, min(moment, self._next()))

    def _tick(self, supervisor: Supervisor, state: str) -> None:
        with self.at_home(state):
            for _ in range(60):
                supervisor.look()
                if supervisor.is_idle:
                    break
                while not supervisor.is_idle:
                    before = len(supervisor.ended)
                    supervisor.tend()
                    self.seen += [(run, self.true) for run in supervisor.ended[before:]]
                    if supervisor._at_work and all(one.child.ended() is None for one in supervisor._at_work.values()):
                        self.true += timedelta(minutes=10)  # one hangs
                    else:
                        self.true += SECOND

    def _next(self) -> datetime:
        """When to look again: the next time of a timetable, or the end of a wait; half an hour later at the latest."""
        with self.at_home():
            try:
                with self.community.state as state:
                    nexts = [next_time(self.community, state, job, self.now) for job in JOBS]
                    waits = [one.until for one in due(self.community, state, self.now)]
            except ToolkitError:
                return self.true + HOUR / 2
        moments = [moment - self.offset + SECOND for moment in (*nexts, *waits) if moment]
        return min([self.true + 6 * HOUR, *moments] if not waits else [self.true + HOUR / 2, *moments])

    # --- what came of it

    def _counted(self) -> Counts:
        counts = self.counts
        times = self.community.settings.timetable
        days = SchoolDays.of(self.community.settings.calendar, TERMS)
        self._count_letters(list(slots(times.of("weekly"), ZONE, days, START, self.end + CALM)))
        checks = list(slots(times.of("check"), ZONE, days, START, self.end))
        ran = sorted(run.due for run, _ in self.seen if run.job == "check" and run.result in SETTLED and run.due)
        counts.checks = len(checks)
        for slot, following in zip(checks, [*checks[1:], self.end + DAY], strict=True):
            if slot in ran:
                counts.checks_ran += 1
            elif any(one.start <= following + 2 * HOUR and one.end >= slot for one in self.troubles):
                counts.checks_late += 1  # the next one stood in for it
            else:
                counts.missing += 1
                counts.off.append(f"no check of {slot}")
        self._look_at_the_rest()
        return counts

    def _count_letters(self, weekly: Sequence[datetime]) -> None:
        counts = self.counts
        entries = self._letters_on_record()
        taken = Counter(
            str(message_from_bytes(letter.content)["Message-ID"]).strip() for letter in self.server.accepted
        )
        counts.letters = len(taken)
        counts.twice = sum(number - 1 for number in taken.values())
        weeks = {f"{slot.astimezone(ZONE):%G-W%V}" for slot in weekly}
        readers = len(RECIPIENTS.strip().splitlines()) - 3
        counts.digests = len(weeks) * readers
        sent = Counter(entries[key].period for key in taken if key in entries and entries[key].kind == "weekly")
        counts.digests_sent = sum(sent[week] for week in weeks)
        counts.lost = counts.digests - counts.digests_sent
        if counts.twice:
            counts.off.append(f"{counts.twice} letters arrived twice")
        counts.off += [f"{sent[week]} digests of {week}" for week in sorted(weeks) if sent[week] != readers]
        counts.off += [f"digests of {week}, which has none" for week in sorted(set(sent) - weeks)]
        for entry in entries.values():
            # One that was taken just before its run was killed is in doubt for ever, and rightly not sent again.
            if entry.state not in ("sent", "offered") or entry.message_id not in taken:
                counts.lost += entry.kind != "weekly"
                counts.off.append(f"a letter of {entry.kind} {entry.period} is {entry.state}")

    def _look_at_the_rest(self) -> None:
        counts = self.counts
        with self.at_home():
            with self.community.state as state:
                if state.notices():
                    counts.off.append(f"the operator was not told of {len(state.notices())} things")
                if state.unrecorded():
                    counts.off.append(f"{len(state.unrecorded())} runs are not on record")
            for job in JOBS:
                with self.community.alone(job):
                    pass
            with self.community.served():
                pass
        record = {run.id for run in self._runs_on_record()}
        lacking = [run for run, _ in self.seen if run.id not in record | self.forgotten]
        if lacking:
            counts.off.append(f"{len(lacking)} runs are not on record: {lacking[:3]}")
        if self._entered() != self.original:
            counts.off.append("the entries are not what they were")
        counts.off += [f"left over: {path.name}" for path in self.folder.rglob(".*tmp*")]


class SheetWorld(World):
    """The same with a Google Sheet as the record."""

    own = ("sheet down", "sheet not shared", "sheet refuses to be written")

    def __init__(self, sheets: SheetsStandin, *given: Any) -> None:
        self.sheets = sheets
        super().__init__(*given)

    def _write(self) -> None:
        self.number = spreadsheets.made(self.sheets)
        spreadsheets.fill(self.sheets, self.number, SHEETS)
        google = spreadsheets.settings(self.sheets, self.folder, tries=1, patience=1)
        values = google.model_dump(mode="json", exclude_none=True)
        lines = [f"{name} = {json.dumps(value)}" for name, value in values.items()]
        source = "\n".join(["[sheet]", f'id = "{self.number}"', "[google]", *lines])
        text = CONFIG.format(server=self.server).replace('[workbook]\npath = "登记.xlsx"', source)
        self.config.write_text(text, encoding="utf-8")

    def _source(self) -> GoogleSheet:
        return spreadsheets.opened(self.sheets, self.number, self.folder)

    def _entered(self) -> bytes:
        return repr([sheet.rows for sheet in self._source().read().sheets]).encode()

    def _letters_on_record(self) -> Mapping[str, Entry]:
        return self._source().ledger.entries()

    def _runs_on_record(self) -> Sequence[Run]:
        return self._source().runs.runs()

    def _hinder(self, kind: str) -> None:
        if kind == "sheet down":
            self.sheets.faults.add("error", status=503)
        elif kind == "sheet not shared":
            self.sheets.faults.add("forbidden", reason="not_shared")
        elif kind == "sheet refuses to be written":
            self.sheets.faults.add("error", status=500, path=":batchUpdate")

    def _set_right(self) -> None:
        self.sheets.faults.clear()


def play(seed: int, weeks: int) -> Counts:
    """One year from a seed; of every third the record is a Google Sheet."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        given = folder, seed, weeks, stack.enter_context(MailServer()), stack.enter_context(Forge())
        if seed % 3:
            return World(*given).play()
        return SheetWorld(stack.enter_context(SheetsStandin()), *given).play()


HEADS = ("seed", "weeks", "runs", "killed", "hung", "other faults", "digests", "sent", "lost", "twice", "letters", "checks",
         "ran", "stood in for", "missing")  # fmt: skip


def cells(counts: Counts) -> list[str]:
    faults = counts.faults
    others = sum(faults.values()) - faults["killed"] - faults["hangs"]
    return [
        str(cell)
        for cell in (
            counts.seed, counts.weeks, counts.runs, faults["killed"], faults["hangs"], others, counts.digests,
            counts.digests_sent, counts.lost, counts.twice, counts.letters, counts.checks, counts.checks_ran,
            counts.checks_late, counts.missing,
        )
    ]  # fmt: skip


def main() -> int:
    """Play, print the table, and say what it comes to in one sentence."""
    parser = argparse.ArgumentParser(description="A year of jobs in minutes, with everything that can go wrong.")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--weeks", type=int, default=53)
    wish = parser.parse_args()
    with ProcessPoolExecutor(max_workers=os.cpu_count()) as pool:
        years = list(pool.map(play, wish.seeds, [wish.weeks] * len(wish.seeds)))
    rows = [list(HEADS), *map(cells, years)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEADS))]
    for row in rows:
        print("  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)))
    kinds = sum((year.faults for year in years), Counter())
    print("faults:", ", ".join(f"{kind} {number}" for kind, number in sorted(kinds.items())))
    for year in years:
        for fault in year.off[:20]:
            print(f"seed {year.seed}: {fault}")
    off = sum(len(year.off) for year in years)
    print(
        f"{len(years)} years of {wish.weeks} weeks with {sum(kinds.values())} faults: "
        f"{sum(year.digests_sent for year in years)} of {sum(year.digests for year in years)} digests sent, "
        f"{sum(year.twice for year in years)} twice, {sum(year.lost for year in years)} lost; "
        f"{sum(year.missing for year in years)} checks missing; {off} things off."
    )
    return 1 if off else 0


if __name__ == "__main__":
    sys.exit(main())
