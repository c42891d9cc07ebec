"""What stands in the logs of the dashboard workbook, in words: what was sent, and what ran."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from toolkit.errors import SourceError
from toolkit.progress import notice
from toolkit.workflows.loading import Loaded

if TYPE_CHECKING:
    from toolkit.render.dashboard_logs import LogLines

_Texts = Iterable[Mapping[str, str]]


def logs(loaded: Loaded) -> Mapping[str, LogLines]:
    """Each log by its key, the newest line first; where a record cannot be read that is said, and there are none."""
    from toolkit.render.dashboard_logs import LETTERS, RUNS

    return {
        LETTERS.key: _lines(lambda: _letters(loaded)),
        RUNS.key: _lines(lambda: _runs(loaded)),
    }


def _lines(read: Callable[[], _Texts]) -> LogLines:
    from toolkit.render.dashboard_logs import LogLines

    try:
        return LogLines(list(read()))
    except SourceError as error:
        notice(str(error))
        return LogLines(readable=False)


def _letters(loaded: Loaded) -> _Texts:
    from toolkit.mail.wording import LedgerWords

    words = LedgerWords.of(loaded.schema, loaded.outputs)
    entries = loaded.source.ledger.entries().values()
    return map(words.texts, sorted(entries, key=lambda entry: entry.claimed, reverse=True))


def _runs(loaded: Loaded) -> _Texts:
    from toolkit.run_words import RunWords

    runs = loaded.source.runs.runs()
    return map(RunWords(loaded.outputs).texts, sorted(runs, key=lambda run: run.started, reverse=True))
