"""What can befall a run of a job, and what the run after it makes of that: killed at any step, a full disk, a workbook gone.

`python tests/job_faults.py` goes through every step of every job; `test_job_faults.py` takes some of each.
"""

from __future__ import annotations

import hashlib
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
from os import utime
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parent))

from job_world import Forge, Ran
from mail_faults import RECIPIENTS, Place
from markdown import BASE, workbook
from standins.mail_server import MailServer

from jobs.state import JobState
from toolkit.errors import ToolkitError
from toolkit.runs import Run
from toolkit.stores.archive import backups_of, damage, read_manifest
from toolkit.stores.file_ledger import FileLedger
from toolkit.stores.file_runs import FileRuns
from toolkit.stores.locks import exclusive

ZONE = ZoneInfo("Asia/Shanghai")
TIMES = {
    "check": datetime(2025, 11, 26, 12, tzinfo=ZONE),
    "dashboard": datetime(2025, 11, 26, 12, tzinfo=ZONE),
    "weekly": datetime(2025, 11, 24, 7, tzinfo=ZONE),
    "remind": datetime(2025, 11, 24, 7, 30, tzinfo=ZONE),
    "term_report": datetime(2026, 1, 26, 8, tzinfo=ZONE),
    "backup": datetime(2025, 11, 26, 2, 30, tzinfo=ZONE),
    "doctor": datetime(2025, 11, 26, 6, 30, tzinfo=ZONE),
}
"""A time of each job at which it has something to do."""
LETTERS = {"weekly": 7, "remind": 4}
"""How many readers have a letter by then."""
LIMITS = (0, 4096, 20_000, 100_000)
"""Bytes up to which a file grows on a full disk."""
FIRST, SECOND, THIRD = (f"{number:016x}" for number in (1, 2, 3))
ENTRIES = """
# 资源
| 资源编号 | 资源名称 | 类别 | 所属学校 | 数量 |
|---|---|---|---|---|
| R1 | 古筝 | 器材 | 中心 | 9 |

# 借用
| 资源编号 | 借出学校 | 借入学校 | 数量 | 借出日期 | 应还日期 | 归还日期 |
|---|---|---|---|---|---|---|
| R1 | 中心 | 东校 | 1 | 2025-09-08 | 2025-11-20 | |
| R1 | 中心 | 西校 | 1 | 2025-10-08 | 2025-11-20 | |
"""
MORE = """tries = 1
[backup]
folder = "备份"
[operator]
email = "keeper@example.com"
"""


class Post(Place):
    """A community with seven readers, two loans that are overdue, and an operator."""

    def __post_init__(self) -> None:
        """Write the workbook."""
        self.write(workbook(BASE, ENTRIES, RECIPIENTS))

    def configure(self, server: MailServer) -> None:
        """Write the configuration for a server."""
        super().configure(server)
        with (self.folder / "consortium.toml").open("a", encoding="utf-8") as config:
            config.write(f"\n{MORE}")

    def copied(self, folder: Path) -> Post:
        """The same in another folder."""
        shutil.copytree(self.folder, folder)
        copy = object.__new__(Post)
        object.__setattr__(copy, "folder", folder)
        return copy


@dataclass
class Scene:
    """What the plays of one job share: a place to copy, a mail server, and what makes runs."""

    job: str
    folder: Path
    place: Post
    server: MailServer
    forge: Forge
    plays: int = 0

    @property
    def at(self) -> datetime:
        """The time of the timetable that is played."""
        return TIMES[self.job]
