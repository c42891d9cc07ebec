"""One run of a job: on record of this machine before it begins and after it ended, however it ended."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from jobs.alarms import notices
from jobs.community import Community
from jobs.logs import clean
from jobs.outcome import Outcome
from jobs.state import JobState, new_number
from jobs.tasks import TASKS
from jobs.words import load_job_words
from jobs.work import Work
from toolkit.errors import SourceError, ToolkitError, UsageError
from toolkit.progress import notice
from toolkit.runs import Run
from toolkit.settings import JobName
from toolkit.stores.sources import Source

_LEARNT: Final = "learnt"
"""Name of the fact that tells whether this machine took over what is on record."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended.

    Attributes:
        run: as it is on record.
        error: what ended it; None where nothing did.
        found: what somebody is to look at though it went well; empty for nothing.
    """

    run: Run
    error: BaseException | None = None
    found: str = ""


def carry_out(
    community: Community,
    job: JobName,
    clock: Callable[[], datetime],
    *,
    slot: datetime | None = None,
    number: str | None = None,
) -> Ended:
    """Run a job.

    Args:
        community: whose.
        job: which.
        clock: now, with a time zone.
        slot: the time of the timetable it is for; None where somebody asked for it.
        number: the id of the run.

    Raises:
        BusySourceError: another run is at the job.
        SourceError: this machine cannot write down what it does.
    """
    with community.alone(job), community.state as state:
        for dead in state.running(job):
            state.finish(replace(dead, result="interrupted", ended=clock(), note=load_job_words().note("died")))
        run = Run(number or new_number(), job, slot, clock(), machine=state.machine)
        state.put([run])
        work = Work(community.choice, run.started.astimezone(community.zone).date(), state)
        outcome, error = _tried(community, work, run)
        run = replace(
            run,
            result=outcome.result,
            ended=clock(),
            calls=work.calls,
            rows=work.rows,
            problems=work.problems,
            note=clean(outcome.note),
        )
        state.finish(run, notices(state, run, outcome.found))
        if work.is_read:
            work.keep_terms(clock())
        if work.is_read or not isinstance(error, SourceError):
            put_on_record(community, state, work.loaded.source if work.is_read else None)
        return Ended(run, error, outcome.found)


def _tried(community: Community, work: Work, run: Run) -> tuple[Outcome, BaseException | None]:
    words = load_job_words()
    try:
        if _rests(community, work, run):
            return Outcome("quiet", words.note("between_terms")), None
        return TASKS[run.job](work), None
    except KeyboardInterrupt as error:
        return Outcome("interrupted", words.note("stopped")), error
    except ToolkitError as error:
        return Outcome("again" if error.transient else "failed", _in_chinese(error)), error
    except Exception as error:  # noqa: BLE001 whatever breaks a run is on record, and the next one is not kept from it
        return Outcome("failed", words.note("unexpected", kind=_place(error))), error


def _rests(community: Community, work: Work, run: Run) -> bool:
    """Whether a job that rests between terms was begun by a machine that did not know the terms yet."""
    if run.due is None or not community.settings.timetable.of(_job(run)).terms_only:
        return False
    if work.state.terms is None:
        work.keep_terms(run.started)
    return not community.school_days(work.state).in_term(run.due.astimezone(community.zone).date())


def _job(run: Run) -> JobName:
    job: JobName = run.job  # type: ignore[assignment] # the record may tell of jobs of other versions
    return job


def _in_chinese(error: ToolkitError) -> str:
    """What went wrong; of an error that only knows English its kind in Chinese, and the English behind it."""
    said = error.say("zh")
    if said != str(error):
        return said
    key = "source_fault" if isinstance(error, SourceError) else "usage_fault"
    return load_job_words().note(key, words=said)


def _place(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f"{type(error).__name__}, {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""


def put_on_record(community: Community, state: JobState, source: Source | None = None) -> None:
    """Put runs into 运行记录; those that cannot be put there now are at the next run.

    Args:
        community: whose.
        state: what is known of them, opened.
        source: the record, where it is open already.
    """
    try:
        log = (source or community.opened_source()).runs
        if waiting := state.unrecorded():
            if wrong := log.put(waiting):
                notice(wrong)
            state.mark_recorded(waiting)
        if state.fact(_LEARNT) is None:
            state.learn(log.runs())
            state.keep(**{_LEARNT: "1"})
    except (SourceError, UsageError) as error:
        notice(f"this run is not on record yet: {error}")


def limit(seconds: float) -> None:
    """End this process when it takes too long, whatever hangs in it: nobody may be left who would see to it.

    Args:
        seconds: until then.
    """
    import faulthandler  # noqa: PLC0415

    silence = Path("nul" if sys.platform == "win32" else "/dev/null").open("w", encoding="utf-8")  # noqa: SIM115 until then
    faulthandler.dump_traceback_later(seconds, exit=True, file=silence)
