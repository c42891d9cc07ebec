"""A large mailing: letters rendered, claimed, handed to a mail server on this machine; the share of each step."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LETTERS = 5_000


def compare(path: Path) -> dict[str, Any]:
    """Send the weekly digest to many readers of the sample.

    Args:
        path: the sample workbook.

    Returns:
        Seconds by step and in all, how many letters were sent, how large they are, and what took them.
    """
    from toolkit.sample import AS_OF
    from toolkit.workflows import load
    from toolkit.workflows.mailing import Wish, send
    from toolkit.workflows.remembering import Remembered

    with tempfile.TemporaryDirectory() as folder, _sink() as (port, sink):
        os.environ |= {"XDG_STATE_HOME": folder, "XDG_CACHE_HOME": folder, "CONSORTIUM_MAIL_PASSWORD": ""}
        book, config = Path(folder) / "many.xlsx", Path(folder) / "consortium.toml"
        _with_readers(path, book)
        mail = f'sender = "a@example.com"\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"'
        config.write_text(f'[community]\nname = "many"\n[workbook]\npath = "many.xlsx"\n[mail]\n{mail}\n')
        seconds = Counter[str]()
        past = Remembered(load(config=config, workbook=None, sheet=None, as_of=AS_OF))
        _ = past.viewer
        with _timed(seconds) as size:
            start = time.perf_counter()
            mailed = send(past, "weekly", Wish())
            total = time.perf_counter() - start
        if mailed.report.count("sent") < LETTERS:
            raise SystemExit(f"only {mailed.report.count('sent')} letters were sent: {mailed.report.fault}")
        seconds["all else"] = total - seconds.total()
        sent = mailed.report.count("sent")
        return {"seconds": dict(seconds), "total": total, "letters": sent, "bytes": size["bytes"], "sink": sink}


def report(made: dict[str, Any]) -> None:
    """Print what `compare` measured."""
    total, letters = made["total"], made["letters"]
    each = made["bytes"] / letters / 1000
    speed = f"{letters / total:,.0f} letters/s, {total:.1f} s"
    print(f"\n{letters:,} letters of {each:.0f} kB sent to {made['sink']}: {speed}")
    for name, seconds in made["seconds"].items():
        print(f"  {name:20}{seconds:8.2f} s {seconds / total:6.1%} {seconds / letters * 1e3:8.2f} ms a letter")


def _with_readers(path: Path, book: Path) -> None:
    """The sample with so many rows in 收件人: its own readers again and again, under other names and addresses."""
    import openpyxl

    shutil.copy(path, book)
    whole = openpyxl.load_workbook(book)
    tab = whole["收件人"]
    head = next(row for row in range(1, 9) if str(tab.cell(row, 1).value).startswith("姓名"))
    filled = ([cell.value for cell in row] for row in tab.iter_rows(min_row=head + 1))
    rows = [row for row in filled if row[0] and "@" in str(row[1])]
    tab.delete_rows(head + 1, tab.max_row)
    for number in range(LETTERS):
        name, _, *rest = rows[number % len(rows)]
        tab.append([name, f"reader{number}@example.com", *rest[:2], "周报"])
    whole.save(book)


@contextmanager
def _timed(seconds: Counter[str]) -> Iterator[Counter[str]]:
    """Time the steps of each letter."""
    from toolkit.mail.ledger import BothLedgers
    from toolkit.mail.submission import Submission
    from toolkit.render import digest, message
    from toolkit.workflows.letters import Writer

    size = Counter[str]()
    steps = {
        "render": (digest, "parts"),
        "compose": (message, "message"),
        "guard": (Writer, "_leaks"),
        "bytes": (Writer, "letter"),
        "claim": (BothLedgers, "claim"),
        "settle": (BothLedgers, "settle"),
        "settle the record": (BothLedgers, "settle_record"),
        "hand over": (Submission, "send"),
    }
    inner = {"hand over": "settle"}  # what is written down before the dot is no work of the mail server

    def watch(name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*given: Any, **more: Any) -> Any:
            before = seconds[inner.get(name, "")]
            start = time.perf_counter()
            result = work(*given, **more)
            seconds[name] += time.perf_counter() - start - (seconds[inner.get(name, "")] - before)
            size["bytes"] += len(result.content) if name == "bytes" else 0
            return result

        return watched

    originals = {(place, attribute): getattr(place, attribute) for place, attribute in steps.values()}
    for name, (place, attribute) in steps.items():
        setattr(place, attribute, watch(name, originals[place, attribute]))
    try:
        yield size
    finally:
        for (place, attribute), original in originals.items():
            setattr(place, attribute, original)
        del seconds[""]


@contextmanager
def _sink() -> Iterator[tuple[int, str]]:
    """A server that takes everything: Postfix's smtp-sink where it is installed, else the tests' own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = shutil.which("smtp-sink", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program:
        command = [program, *(["-u", "nobody"] if os.getuid() == 0 else []), f"127.0.0.1:{port}", "100"]
    else:
        own = "import time; from standins.mail_server import MailServer as Server\n"
        own += "with Server() as it: print(it.port, flush=True); time.sleep(3600)"
        command = [sys.executable, "-c", own]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT / "tests") as server:
        try:
            port = port if program or server.stdout is None else int(server.stdout.readline())
            _await(port)
            yield port, "smtp-sink" if program else "the tests' server"
        finally:
            server.kill()


def _await(port: int) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
