"""What was sent, in words, for the dashboard workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from toolkit.errors import SourceError
from toolkit.progress import notice
from toolkit.workflows.loading import Loaded

if TYPE_CHECKING:
    from toolkit.render.dashboard_letters import Letters


def sent_letters(loaded: Loaded) -> Letters:
    """The letters on record, the newest first; where the record cannot be read that is said, and there are none."""
    from toolkit.mail.wording import LedgerWords
    from toolkit.render.dashboard_letters import Letters

    words = LedgerWords.of(loaded.schema, loaded.outputs)
    try:
        entries = loaded.source.ledger.entries().values()
    except SourceError as error:
        notice(str(error))
        return Letters(readable=False)
    newest = sorted(entries, key=lambda entry: entry.claimed, reverse=True)
    return Letters([words.texts(entry) for entry in newest])
