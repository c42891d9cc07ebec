"""What can go wrong between a run and the mail server, each as a whole run with a real server, and a run after it.

`make mail-faults` prints the table; `test_mail_faults.py` goes through the same cases.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

import xlsxwriter
from markdown import BASE, workbook
from standins.mail_server import Fault, MailServer

from toolkit.mail import delivery
from toolkit.workflows import load
from toolkit.workflows.mailed import Mailed
from toolkit.workflows.mailing import Wish, send
from toolkit.workflows.remembering import Remembered

DAY = date(2025, 11, 26)
READERS = ("lead", "lead-p", "lead-l", "east-p", "east-l", "west-p", "west-l")
RECIPIENTS = """
# 收件人
| 姓名 | 邮箱 | 角色 | 学校 | 订阅 |
|---|---|---|---|---|
| 赵一 | lead@example.com | 领导 | | 周报 |
| 钱二 | lead-p@example.com | 校长 | 中心 | |
| 孙三 | lead-l@example.com | 联络员 | 中心 | 周报 |
| 李四 | east-p@example.com | 校长 | 东校 | |
| 周五 | east-l@example.com | 联络员 | 东校 | 周报 |
| 吴六 | west-p@example.com | 校长 | 西校 | |
| 郑七 | west-l@example.com | 联络员 | 西校 | 周报 |
"""
EVERY = len(READERS)
ONE = "east-p@example.com"


@dataclass(frozen=True)
class Counts:
    """What a run says became of its letters; `fault` is the name of what ended it."""

    sent: int = 0
    refused: int = 0
    again: int = 0
    unknown: int = 0
    retried: int = 0
    fault: str = ""


@dataclass
class Place:
    """A community of seven readers in a folder of its own, with a state folder of its own."""

    folder: Path

    def __post_init__(self) -> None:
        """Write the workbook."""
        with xlsxwriter.Workbook(self.book, {"strings_to_urls": False}) as book:
            for sheet in workbook(BASE, RECIPIENTS).sheets:
                tab = book.add_worksheet(sheet.title)
                for number, row in enumerate(sheet.rows):
                    tab.write_row(number, 0, row)

    @property
    def book(self) -> Path:
        """The entry workbook."""
        return self.folder / "登记.xlsx"

    @property
    def ledger(self) -> Path:
        """The ledger beside it."""
        return self.folder / "登记·发送记录.sqlite"

    @property
    def environment(self) -> dict[str, str]:
        """Where this place keeps state and cache."""
        return {"XDG_STATE_HOME": str(self.folder / "state"), "XDG_CACHE_HOME": str(self.folder / "cache")}

    def configure(self, server: MailServer) -> None:
        """Write the configuration for a server."""
        lines = [
            "[community]",
            'name = "甲镇共同体（示例数据）"',
            "[workbook]",
            'path = "登记.xlsx"',
            "[mail]",
            'sender = "office@example.com"',
            f'host = "{server.host}"',
            f"port = {server.port}",
            "timeout = 0.5",
            *((f'ca_file = "{server.ca_file}"',) if server.certificate == "good" else ()),
            f'security = "{SECURITY[server.tls]}"',
        ]
        (self.folder / "consortium.toml").write_text("\n".join(lines), encoding="utf-8")

    def run(self, wish: Wish = Wish()) -> Mailed:  # noqa: B008 frozen
        """One run of `weekly`, which does not wait."""
        with _environment(self.environment):
            return run(self.folder, wish)

    def start(self, *die: str) -> subprocess.Popen[bytes]:
        """The same in a process of its own, which may die on the way."""
        command = [sys.executable, __file__, "--run", str(self.folder), *die]
        return subprocess.Popen(command, env=os.environ | self.environment, stdout=subprocess.DEVNULL)


def run(folder: Path, wish: Wish = Wish()) -> Mailed:  # noqa: B008 frozen
    """One run of `weekly` by the configuration in a folder."""
    loaded = load(config=folder / "consortium.toml", workbook=None, sheet=None, as_of=DAY)
    return send(Remembered(loaded), "weekly", wish, sleep=lambda _: None)


SECURITY = {"none": "none", "starttls": "starttls", "implicit": "tls"}
Between = Callable[[Place, MailServer], None]


def mended(_: Place, server: MailServer) -> None:
    """Whatever was wrong is right now."""
    server.faults.clear()


def restored(place: Place, _: MailServer) -> None:
    """The ledger beside the workbook is lost, as if an old backup had been brought back."""
    place.ledger.unlink()


def forgotten(place: Place, _: MailServer) -> None:
    """The machine's own journal is lost: as on another machine."""
    shutil.rmtree(place.folder / "state")


def renamed(place: Place, server: MailServer) -> None:
    """Letters come from another address by now."""
    server.faults.clear()
    config = place.folder / "consortium.toml"
    config.write_text(
        config.read_text(encoding="utf-8").replace("office@example.com", "Desk@example.org"), encoding="utf-8"
    )


@dataclass(frozen=True)
class Case:
    """Something that goes wrong.

    Attributes:
        name: in words.
        first: what the first run says.
        second: what a run after it says.
        faults: of the server during the first run.
        server: what else the server is like.
        password: that is given.
        between: what happens between the two runs.
        wish: of the second run.
        taken: how many letters the server took in the end.
    """

    name: str
    first: Counts
    second: Counts = field(default_factory=Counts)
    faults: tuple[Fault, ...] = ()
    server: Mapping[str, Any] = field(default_factory=dict)
    password: str = ""
    between: Between = mended
    wish: Wish = field(default_factory=Wish)
    taken: int = EVERY


ALL = Counts(sent=EVERY)
ALL_BUT_ONE = Counts(sent=EVERY - 1, unknown=1)
NOTHING_LEFT = Counts()
CONFIG, SERVER, BUSY, LIMIT = "MailConfigError", "MailServerError", "BusyMailError", "LimitReachedError"

CASES = (
    Case("nothing", ALL),
    Case("the week is run again on another machine", ALL, between=forgotten),
    Case("an old backup of the ledger is brought back", ALL, between=restored),
    Case("the sender is another one the second time", ALL, between=renamed),
    Case(
        "the day's limit, and another sender after it",
        Counts(sent=3, again=4, fault=LIMIT),
        Counts(sent=4),
        faults=tuple(Fault("mail", reply="550 5.4.5 Daily user sending limit exceeded", letter=n) for n in range(3, 9)),
        between=renamed,
    ),
    Case("421 at the greeting, twice", ALL, faults=(Fault("greeting", reply="421 4.3.2 Closing", times=2),)),
    Case("421 after RCPT", Counts(sent=7, retried=1), faults=(Fault("rcpt", reply="421 4.7.0 Closing", letter=3),)),
    Case(
        "greylisting: every reader deferred twice",
        Counts(sent=7, retried=7),
        faults=(Fault("rcpt", reply="450 4.2.0 Greylisted", times=2, each=True),),
    ),
    Case(
        "greylisting without end for one reader",
        Counts(sent=6, again=1, retried=1),
        Counts(sent=1),
        faults=(Fault("rcpt", reply="451 4.7.1 Greylisted", recipient=ONE),),
    ),
    Case(
        "550 for one reader",
        Counts(sent=6, refused=1),
        faults=(Fault("rcpt", reply="550 5.1.1 No such user", recipient=ONE),),
        taken=6,
    ),
    Case(
        "554 after the content of one letter",
        Counts(sent=6, refused=1),
        faults=(Fault("end", reply="554 5.7.1 Refused", letter=2),),
        taken=6,
    ),
    Case(
        "452 after the content, once",
        Counts(sent=7, retried=1),
        faults=(Fault("end", reply="452 4.3.1 Full", times=1),),
    ),
    Case("cut during the content", Counts(sent=7, retried=1), faults=(Fault("body", cut=True, letter=2),)),
    Case("cut after the dot, letter taken", ALL_BUT_ONE, faults=(Fault("end", cut=True, letter=2, accepted=True),)),
    Case("cut after the dot, letter lost", ALL_BUT_ONE, faults=(Fault("end", cut=True, letter=2),), taken=6),
    Case(
        "cut after the dot, letter lost, sent again when asked",
        ALL_BUT_ONE,
        Counts(sent=1),
        faults=(Fault("end", cut=True, letter=3),),
        wish=Wish(resend=("李四",)),
    ),
    Case("the answer comes too late", ALL_BUT_ONE, faults=(Fault("end", slow=3.5, letter=1),)),
    Case(
        "slow before the content",
        Counts(sent=7, retried=1),
        faults=(Fault("rcpt", slow=2.5, letter=1),),
    ),
    Case("five letters a connection", Counts(sent=7, retried=1), server={"letters_per_connection": 5}),
    Case("STARTTLS", ALL, server={"tls": "starttls"}),
    Case("TLS from the first byte", ALL, server={"tls": "implicit"}),
    *(
        Case(
            f"certificate: {bad}",
            Counts(fault=SERVER),
            Counts(fault=SERVER),
            server={"tls": tls, "certificate": bad},
            taken=0,
        )
        for tls, bad in (("starttls", "expired"), ("implicit", "wrong name"), ("implicit", "self-signed"))
    ),
    Case(
        "AUTH refused, in GB18030",
        Counts(fault=CONFIG),
        Counts(fault=CONFIG),
        server={"accounts": {"office@example.com": "right"}, "refusal": b"535 " + "用户名或密码错误".encode("gb18030")},
        password="wrong",  # noqa: S106 it is
        taken=0,
    ),
    Case(
        "From is not the login",
        Counts(again=7, fault=CONFIG),
        ALL,
        faults=(Fault("mail", reply="501 mail from address must be same as authorization user"),),
    ),
    Case(
        "the day's limit after three letters",
        Counts(sent=3, again=4, fault=LIMIT),
        Counts(sent=4),
        faults=tuple(Fault("mail", reply="550 5.4.5 Daily user sending limit exceeded", letter=n) for n in range(3, 9)),
    ),
    Case(
        "the server is away for the whole run",
        Counts(fault=BUSY),
        ALL,
        faults=(Fault("greeting", cut=True),),
    ),
)


@dataclass(frozen=True)
class Result:
    """What came of a case: both runs' counts, letters taken, letters taken more than once, Message-IDs that differ."""

    first: Counts
    second: Counts
    taken: int
    twice: int


def play(case: Case, folder: Path) -> Result:
    """Go through a case in a folder that is empty."""
    place = Place(folder)
    with (
        MailServer(faults=case.faults, **case.server) as server,
        _environment({"CONSORTIUM_MAIL_PASSWORD": case.password}),
    ):
        place.configure(server)
        first = counts(place.run())
        case.between(place, server)
        second = counts(place.run(case.wish))
        return Result(first, second, *taken(server))


def counts(mailed: Mailed) -> Counts:
    """What a run says."""
    report = mailed.report
    fates = {fate: report.count(fate) for fate in ("sent", "refused", "again", "unknown")}
    return Counts(**fates, retried=report.retried, fault=type(report.fault).__name__ if report.fault else "")


def taken(server: MailServer) -> tuple[int, int]:
    """How many letters the server took, and how many of them more than once."""
    by_reader = Counter(letter.recipient for letter in server.accepted)
    return len(by_reader), sum(number - 1 for number in by_reader.values())


# --- runs that die


DEATHS = (("claimed", 0, 0, 7), ("offered", 2, 2, 4), ("answered", 2, 3, 4), ("settled", 2, 3, 4))
"""Where a run is killed: at a step of a letter, counted from 0; how many were sent by then; how many the next run sends.

Letters are claimed; the dot is about to be sent; the server has taken it; that is written down. Of the letter whose dot
was about to be sent nobody knows: it is in doubt, and not sent unasked.
"""
KILLED = 9


def die(step: str, number: int) -> None:
    """Have this process killed at the step of a letter, counted from 0."""
    original = delivery.Delivery
    seen = Counter[str]()

    def strike(now: str) -> None:
        seen[now] += 1
        if now == step and seen[now] == number + 1:
            os._exit(KILLED)

    class Dying(original):  # type: ignore[misc, valid-type]
        def _claimed(self, *given: Any) -> Any:
            made = super()._claimed(*given)
            strike("claimed")
            return made

        def _offered(self, *given: Any) -> None:
            super()._offered(*given)
            strike("offered")

        def _settle(self, *given: Any) -> None:
            strike("answered")
            super()._settle(*given)
            strike("settled")

    import toolkit.workflows.mailing as sending

    sending.Delivery = Dying  # type: ignore[misc]


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def run_once(folder: Path, *death: str) -> None:
    """One run in a place that is there, which dies at a step if one is named."""
    if death:
        die(death[0], int(death[1]))
    run(folder)


# --- the table


def play_death(step: str, number: int, folder: Path) -> Result:
    """A run is killed at a step of a letter; another follows."""
    place = Place(folder)
    with MailServer() as server:
        place.configure(server)
        assert place.start(step, str(number)).wait(60) == KILLED
        before = len(server.accepted)
        second = counts(place.run())
        return Result(Counts(sent=before), second, *taken(server))


def play_two(folder: Path) -> Result:
    """Two runs are started at the same moment."""
    place = Place(folder)
    with MailServer() as server:
        place.configure(server)
        runs = [place.start(), place.start()]
        assert [run.wait(90) for run in runs] == [0, 0]
        return Result(Counts(sent=len(server.accepted)), counts(place.run()), *taken(server))


KILLED = 9


def plays() -> Iterator[tuple[str, Result, Callable[[Path], Result]]]:
    """Every case by name: what is expected, and what goes through it."""
    for case in CASES:
        yield case.name, Result(case.first, case.second, case.taken, 0), partial(play, case)
    for step, number, first, second in DEATHS:
        expected = Result(Counts(sent=first), Counts(sent=second), first + second, 0)
        yield f"killed: letter {number + 1} {step}", expected, partial(play_death, step, number)
    yield "two runs at the same moment", Result(Counts(sent=EVERY), NOTHING_LEFT, EVERY, 0), play_two


def main() -> None:
    """Print the table, or be a run that dies."""
    if sys.argv[1:2] == ["--run"]:
        run_once(Path(sys.argv[2]), *sys.argv[3:])
        return
    head = (
        f"{'sent':>5}{'refused':>8}{'again':>6}{'unknown':>8}{'retried':>8}{'then sent':>11}{'readers':>9}{'twice':>7}"
    )
    print(f"{'fault':54}{head}")
    off, total = [], Counter[str]()
    for name, expected, go in plays():
        with tempfile.TemporaryDirectory() as folder:
            result = go(Path(folder))
        off += [] if result == expected else [name]
        line(name, result, "" if result == expected else f"  EXPECTED {expected}")
        for run in (result.first, result.second):
            total.update({"sent": run.sent, "refused": run.refused, "retried": run.retried, "unknown": run.unknown})
        total.update({"twice": result.twice, "faults": 1})
    figures = (
        f"{total['sent']} sent, {total['refused']} refused, {total['retried']} retried, {total['unknown']} in doubt"
    )
    print(f"{total['faults']} faults: {figures}, {total['twice']} sent twice unasked; {len(off)} other than expected.")
    sys.exit(bool(off))


def line(name: str, result: Result, note: str) -> None:
    """One line of the table."""
    one = result.first
    first = f"{one.sent:>5}{one.refused:>8}{one.again:>6}{one.unknown:>8}{one.retried:>8}"
    print(f"{name:54}{first}{result.second.sent:>11}{result.taken:>9}{result.twice:>7}  {one.fault}{note}", flush=True)


if __name__ == "__main__":
    main()
