"""Letters written to files and shown instead of sent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from toolkit.files import made_here, refuse_strangers, replacing
from toolkit.progress import stage
from toolkit.views import Digest
from toolkit.workflows.letters import TOPICS, Made, Mailing, Writer, keeps_quiet
from toolkit.workflows.mailing import ledger_of
from toolkit.workflows.remembering import Remembered

_NAME: Final = re.compile(r"(weekly|overdue|problems)-\d{3,}-(leader|principal|liaison)")


@dataclass(frozen=True, slots=True)
class Outbox:
    """What was written.

    Attributes:
        files: one a letter.
        held_back: letters that would show something of another school.
        quiet: whether no notices go out because it is the holidays.
    """

    files: tuple[Path, ...]
    held_back: tuple[Made, ...]
    quiet: bool = False


def write_letters(past: Remembered, mailing: Mailing, out: Path | None, only: Sequence[str] = ()) -> Outbox:
    """Write each letter to an .eml file, byte for byte as it would be sent; nothing is sent, nothing remembered.

    Args:
        past: an assessed source with its memory.
        mailing: the weekly digests or the notices.
        out: the folder; a folder for outgoing mail beside the workbook where None.
        only: readers that are meant; all where empty. Files of others are then left alone.

    Raises:
        UsageError: a file cannot be written, or a reader that is named is none.
    """
    folder = out or past.loaded.folder(None) / past.loaded.outputs.files["outbox"]
    with stage("Writing the letters"):
        letters = list(letters_of(past, mailing, only))
        made = {folder / f"{file_name(one.digest)}.eml": bytes(one.mail) for one in letters if not one.leaks}
        for path in made:
            refuse_strangers(path)
        for path, content in made.items():
            with replacing(path) as temporary:
                temporary.write_bytes(content)
        if not only:
            remove_letters(folder, "eml", made, TOPICS[mailing])
    held_back = tuple(one for one in letters if one.leaks)
    return Outbox(tuple(made), held_back, keeps_quiet(past, mailing))


def letters_of(past: Remembered, mailing: Mailing, only: Sequence[str] = ()) -> Iterable[Made]:
    """The letters as they would be sent today if none had been.

    Args:
        past: an assessed source with its memory.
        mailing: which.
        only: readers that are meant; all where empty.
    """
    writer = Writer(past, ledger_of(past.loaded).known())
    return map(writer.made, writer.digests(mailing, only))


def file_name(digest: Digest) -> str:
    """Kind, row in 收件人 and role: no name or address stands in a file's name."""
    return f"{digest.topic}-{digest.row:03d}-{digest.role}"


def remove_letters(folder: Path, ending: str, written: Iterable[Path], topics: Sequence[str]) -> None:
    """Remove files of letters made here that nobody gets any more.

    Args:
        folder: where they lie.
        ending: of the files.
        written: those that are right.
        topics: kinds of letters that were written now.
    """
    for path in set(folder.glob(f"*.{ending}")) - set(written):
        found = _NAME.fullmatch(path.stem)
        if found and found[1] in topics and made_here(path):
            path.unlink()
