"""The whole job on the shipped sample community."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

import numpy as np

from toolkit import workflows
from toolkit.assess import Assessment, assess_on
from toolkit.dates import CHINA
from toolkit.digests import examination_key
from toolkit.files import write_text
from toolkit.outputs import load_outputs
from toolkit.plans import load_plan
from toolkit.problems import Problem
from toolkit.progress import stage
from toolkit.readers import readers
from toolkit.sample import AS_OF, build_sample
from toolkit.settings import DEFAULT_FILE
from toolkit.stores.memory_tables import Run
from toolkit.templates import fill
from toolkit.viewer import Scope, Standpoint
from toolkit.viewer.figures import points
from toolkit.viewer.marks import scores
from toolkit.views import Dashboard
from toolkit.workflows.outbox import write_letters
from toolkit.workflows.remembering import Remembered
from toolkit.workflows.reporting import Reports, write_reports


@dataclass(frozen=True, slots=True)
class DemoResult:
    """What the demo made.

    Attributes:
        workbook: the sample entry workbook.
        config: the sample configuration.
        fresh: whether it was made now; one that was there is used as it is, with whatever was typed into it.
        reports: dashboard workbook and pages.
        mails: the digests and notices.
        view: the community's view, for a few figures.
    """

    workbook: Path
    config: Path
    fresh: bool
    reports: Reports
    mails: list[Path]
    view: Dashboard


def run(folder: Path, as_of: date | None) -> DemoResult:
    """Build the sample, read it like any other workbook, and write everything.

    Args:
        folder: where to.
        as_of: the day to take for today; the sample's own where None.

    Raises:
        SourceError: the folder cannot be written.
    """
    outputs = load_outputs()
    workbook = folder / outputs.files["sample"]
    fresh = not workbook.exists()
    if fresh:
        with stage("Building the sample community"):
            build_sample(workbook, load_plan("S9").quotas)
    config = folder / DEFAULT_FILE
    if not config.exists():
        write_text(config, fill("demo/consortium.toml", workbook=workbook.name))
    loaded = workflows.load(config=config, workbook=None, sheet=None, as_of=as_of or AS_OF)
    past = Remembered(loaded)
    if fresh and not past.recalled.points:
        _last_week(past)
        past = Remembered(loaded)
    reports = write_reports(past, folder)
    outbox = folder / outputs.files["outbox"]
    mails = [*write_letters(past, "weekly", outbox).files, *write_letters(past, "remind", outbox).files]
    return DemoResult(workbook, config, fresh, reports, mails, past.viewer.view())


def _last_week(past: Remembered) -> None:
    """Leave a run of a week ago behind: it saw whatever is dated by then, and sent its digests."""
    loaded = past.loaded
    day = loaded.assessment.as_of - timedelta(days=7)
    earlier = replace(assess_on(loaded.assessment, day), problems=tuple(_by(loaded.assessment, day)))
    stand = Standpoint(earlier, loaded.outputs)
    sent = {reader.key: day for reader in readers(earlier.ground, "weekly")}
    at = datetime.combine(day, time(7), CHINA)
    held = frozenset(examination_key(line) for line in scores(Scope(stand)) if line.day and line.day <= day)
    run = Run(day, at, points=points(stand), followed=stand.followed, digests=sent, examinations=held)
    past.memory.record(run)


def _by(assessment: Assessment, day: date) -> Iterator[Problem]:
    """The problems of rows that are not dated later than a day."""
    for problem in assessment.problems:
        source = assessment.reckoner.source(assessment.schema.by_title(problem.sheet).key)
        found = source.row_dates[source.table.rows == problem.row]
        if not (len(found) and found[0] > np.datetime64(day)):
            yield problem
