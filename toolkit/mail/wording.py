"""An entry of the ledger in people's words, column by column, and back."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, cast

from toolkit.dates import read_time, shown_time
from toolkit.mail.answers import readable
from toolkit.mail.entries import Entry, State
from toolkit.outputs import Outputs
from toolkit.schema import Schema

_LONGEST: Final = 500
"""So many signs of a text of people or of a server are kept."""
_LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)
_TIMES: Final = ("claimed", "settled")


@dataclass(frozen=True)
class LedgerWords:
    """The words of 发送记录.

    Attributes:
        heads: of the columns, by attribute of an entry, in their order.
        words: of an attribute's codes, by attribute and code.
        lost: the answer in a row whose letter another run claimed first.
        dead: the answer in a row of a run that died, once another has taken the letter in hand.
    """

    heads: Mapping[str, str]
    words: Mapping[str, Mapping[str, str]]
    lost: str
    dead: str

    @classmethod
    def of(cls, schema: Schema, outputs: Outputs) -> LedgerWords:
        """The words as declared: those of 收件人 for what stands there too."""
        recipients = schema.sheets["recipients"].by_key
        words = {"kind": recipients["topics"].words, "role": recipients["role"].words, "state": outputs.letter_states}
        return cls(outputs.columns["ledger"], words, outputs.lost_claim, outputs.dead_claim)

    def texts(self, entry: Entry) -> dict[str, str]:
        """Each column's text, by attribute."""
        return {name: self._text(name, getattr(entry, name)) for name in self.heads}

    def _text(self, name: str, value: str | datetime | None) -> str:
        if isinstance(value, datetime):
            return shown_time(value)
        text = self.words.get(name, {}).get(value or "", value or "")
        line = "".join(sign if sign.isprintable() else " " for sign in text)
        return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"

    def entry(self, texts: Mapping[str, str]) -> Entry | None:
        """The entry that a row's texts tell of, whatever people did to them; None without a Message-ID.

        What cannot be read must not make a letter free: a state that is none of ours is that of a letter which may have
        arrived, a claim of a machine that cannot be read is nobody's. A run without a name is known by its row's texts.
        """
        found: dict[str, Any] = {name: texts.get(name, "").strip() for name in self.heads}
        if not found["message_id"]:
            return None
        for name, words in self.words.items():
            found[name] = next((code for code, word in words.items() if word == found[name]), found[name])
        if found["state"] not in self.words["state"]:
            found["state"] = "offered"
        found["state"] = cast("State", found["state"])
        found["answer"] = readable(found["answer"])
        found["run"] = found["run"] or hashlib.sha256(repr(sorted(texts.items())).encode()).hexdigest()[:16]
        claimed, settled = (read_time(found[name]) for name in _TIMES)
        return Entry(**found | {"claimed": claimed or settled or _LONG_AGO, "settled": settled})
