"""The whole job on the shipped sample community."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from toolkit import workflows
from toolkit.files import write_text
from toolkit.outputs import load_outputs
from toolkit.plans import load_plan
from toolkit.progress import stage
from toolkit.sample import AS_OF, build_sample
from toolkit.settings import DEFAULT_FILE
from toolkit.templates import fill
from toolkit.views import Dashboard


@dataclass(frozen=True, slots=True)
class DemoResult:
    """What the demo made.

    Attributes:
        workbook: the sample entry workbook.
        config: the sample configuration.
        fresh: whether it was made now; one that was there is used as it is, with whatever was typed into it.
        reports: dashboard workbook and page.
        mails: the digests.
        view: the community's view, for a few figures.
    """

    workbook: Path
    config: Path
    fresh: bool
    reports: list[Path]
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
    reports = workflows.write_reports(loaded, folder)
    mails = workflows.write_weekly(loaded, folder / outputs.files["outbox"])
    return DemoResult(workbook, config, fresh, reports, mails, loaded.dashboard)
