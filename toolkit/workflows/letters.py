"""Letters made from digests and notices: the same whether they are sent, written to files or shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal

from toolkit.digests import digests
from toolkit.errors import UsageError
from toolkit.history import opaque, sequence
from toolkit.leaks import Guard, Leak
from toolkit.mail.entries import Entry
from toolkit.mail.ledger import Known
from toolkit.mail.letters import Letter, letter_key
from toolkit.notices import OVERDUE, PROBLEMS, is_quiet, notices
from toolkit.readers import WEEKLY, Reader, readers
from toolkit.render.one_line import one_line
from toolkit.stores.sources import GoogleSheet
from toolkit.templates import LETTERS, source_texts
from toolkit.values import cleaned
from toolkit.views import Digest
from toolkit.workflows.loading import Loaded, now
from toolkit.workflows.remembering import Remembered

if TYPE_CHECKING:
    from email.message import EmailMessage

    from toolkit.render.digest import Kept, Links
    from toolkit.render.message import MessageParts, Origin

Mailing = Literal["weekly", "remind"]
"""What goes out together: the weekly digests, or the notices of a day."""
TOPICS: Final[Mapping[Mailing, tuple[str, ...]]] = {"weekly": (WEEKLY,), "remind": (OVERDUE, PROBLEMS)}
"""The kinds of letters of a mailing."""


@dataclass(frozen=True, slots=True)
class Made:
    """A finished message.

    Attributes:
        digest: what it says.
        mail: the message.
        leaks: what it says of other schools; one with leaks is neither sent nor written.
        place: where its reader is entered, such as 收件人!7: that names nobody.
    """

    digest: Digest
    mail: EmailMessage
    leaks: tuple[Leak, ...]
    place: str


class Writer:
    """Makes the letters of one source."""

    def __init__(self, past: Remembered, known: Known) -> None:
        """Begin.

        Args:
            past: an assessed source with its memory.
            known: what became of earlier letters.
        """
        self.past, self.known = past, known
        # To the hour, so that what a dry run shows is what is sent soon after, byte for byte.
        self.stamp: datetime = now().replace(minute=0, second=0, microsecond=0)

    @property
    def loaded(self) -> Loaded:
        """The source."""
        return self.past.loaded

    def digests(self, mailing: Mailing, only: Sequence[str] = ()) -> Iterator[Digest]:
        """What is to be said to whom.

        Args:
            mailing: which.
            only: names, addresses or schools of the readers that are meant; all readers where empty.

        Raises:
            UsageError: nobody who is called so subscribes to any of it.
        """
        if only:
            self._refuse_strangers(mailing, only)
        for digest in self._all(mailing):
            if not only or any(self.is_called(digest, who) for who in only):
                yield digest

    def _all(self, mailing: Mailing) -> Iterator[Digest]:
        viewer = self.past.viewer
        if mailing == "weekly":
            return digests(viewer, WEEKLY, self._last_digests)
        day, remind = self.period(OVERDUE), self.loaded.settings.remind
        overdue, problems = self.known.last(OVERDUE, day), self.known.last(PROBLEMS, day)
        return notices(viewer, remind, overdue, problems, self._last_digests)

    @property
    def _last_digests(self) -> Mapping[str, date]:
        """When each reader got a digest last, before this week: by the ledger, and by what earlier runs remember."""
        as_of = self.loaded.assessment.as_of
        monday = as_of - timedelta(days=as_of.weekday())
        found = {key: day for key, day in self.past.recalled.digests.items() if day < monday}
        for key, day in self.known.last(WEEKLY, self.period(WEEKLY)).items():
            found[key] = max(day, found.get(key, day))
        return found

    def _refuse_strangers(self, mailing: Mailing, only: Sequence[str]) -> None:
        for who in only:
            if not any(_form(who) in self._names(one) for topic, one in self._subscribers if topic in TOPICS[mailing]):
                raise UsageError(
                    f"Nobody who gets these letters is called {one_line(who, 60)}: give a name or an address as it"
                    " stands in the recipients' sheet, or a school. If it is there, its row gets none of these letters:"
                    " consortium doctor says why."
                )

    def period(self, topic: str) -> str:
        """What a letter is of: the ISO week of a weekly digest, the day of a notice."""
        day = self.loaded.assessment.as_of
        year, week, _ = day.isocalendar()
        return f"{year}-W{week:02d}" if topic == WEEKLY else day.isoformat()

    def entry(self, digest: Digest) -> Entry | None:
        """What became of a letter so far; None where it was never taken in hand."""
        return self.known.entry(letter_key(digest.topic, self.period(digest.topic), digest.key))

    def message_id(self, digest: Digest) -> str:
        """The Message-ID: the one that the letter had before, else one made from kind, period and reader."""
        from toolkit.render.message import message_id

        before = self.entry(digest)
        made = message_id(self.origin, digest.topic, self.period(digest.topic), digest.key)
        return before.message_id if before else made

    def made(self, digest: Digest) -> Made:
        """The message of a digest.

        Raises:
            UsageError: a template of one's own cannot be used.
        """
        from toolkit.render.digest import parts
        from toolkit.render.message import message

        filled = parts(
            digest,
            self.loaded.outputs,
            links=self.links,
            sequence=self._revisions,
            stamp=self.stamp,
            organizer=self.origin.address,
            overrides=self.loaded.settings.templates.folder,
            kept=self._kept,
        )
        identity = self.message_id(digest)
        mail = message(filled, origin=self.origin, kind=digest.topic, message_id=identity, sent_at=self.stamp)
        return Made(digest, mail, self._leaks(digest, filled), self.place(digest.row))

    def letter(self, made: Made) -> Letter:
        """A message as it is sent."""
        digest = made.digest
        return Letter(
            kind=digest.topic,
            period=self.period(digest.topic),
            recipient=digest.key,
            name=digest.reader,
            role=digest.role,
            school=digest.view.school,
            row=digest.row,
            sender=self.origin.address,
            address=digest.email,
            message_id=self.message_id(digest),
            content=bytes(made.mail),
        )

    def place(self, row: int) -> str:
        """Where a reader is entered."""
        return f"{self.loaded.schema.sheets['recipients'].title}!{row}"

    @cached_property
    def origin(self) -> Origin:
        """Who the letters come from."""
        from toolkit.render.message import Origin

        mail, community = self.loaded.settings.mail, self.loaded.assessment.community
        name = mail.sender_name or community
        return Origin(mail.sender, name, mail.reply_to or self._officer(), community)

    def _officer(self) -> str:
        """The address of the lead school's liaison; empty where there is none."""
        roles = self.loaded.assessment.ground.tables["schools"].frame["role"]
        officers = (
            reader.email
            for _, reader in self._subscribers
            if reader.role == "liaison" and roles.iloc[reader.scope] == "lead"
        )
        return next(officers, "")

    @cached_property
    def _subscribers(self) -> Sequence[tuple[str, Reader]]:
        """Everybody who gets letters, by topic."""
        ground = self.loaded.assessment.ground
        return [(topic, one) for topics in TOPICS.values() for topic in topics for one in readers(ground, topic)]

    def _names(self, reader: Reader) -> set[str]:
        stand = self.loaded.stand
        schools = (stand.schools.label(reader.scope), stand.short(reader.scope))
        return {_form(name) for name in (reader.name, reader.email, *schools) if name}

    def is_called(self, digest: Digest, who: str) -> bool:
        """Whether the reader of a digest is meant: by name, address or school."""
        names = (digest.reader, digest.email, digest.view.school, digest.view.label)
        return _form(who) in {_form(name) for name in names if name}

    @cached_property
    def links(self) -> Links:
        """Where a reader can look further: a Google Sheet has addresses, a workbook on a drive has none."""
        from toolkit.render.digest import Links

        source = self.loaded.source
        if not isinstance(source, GoogleSheet):
            return Links()
        structure = source.seen.structure
        front = structure.outputs.get("dashboard")
        return Links(
            dashboard=structure.address(front.id) if front else "",
            workbook=structure.address(),
            tabs={tab.title: tab.id for tab in structure.tabs if tab.grid},
        )

    @cached_property
    def _kept(self) -> Kept:
        from toolkit.render.digest import Kept

        return Kept()

    @cached_property
    def _revisions(self) -> Mapping[str, int]:
        return {uid: sequence(day) for uid, (_, day) in self.past.events.items()}

    @cached_property
    def _guard(self) -> Guard:
        folder = self.loaded.settings.templates.folder
        return Guard(self.past.viewer.stand, source_texts(LETTERS, folder), self.links.tabs)

    @cached_property
    def _scopes(self) -> Mapping[int, int]:
        """How much each reader may see, by row."""
        return {reader.row: reader.scope for _, reader in self._subscribers}

    def _leaks(self, digest: Digest, filled: MessageParts) -> tuple[Leak, ...]:
        # By the reader's row, not by the view: a view of too much is the very thing to find.
        school = self._scopes[digest.row]
        texts = {"subject": filled.subject, "text": filled.text, "html": filled.html}
        files = {file.name: file.content.decode("utf-8", "replace") for file in filled.attachments}
        return self._guard.leaks(school, texts | files)


def keeps_quiet(past: Remembered, mailing: Mailing) -> bool:
    """Whether nothing goes out because it is the holidays."""
    return mailing == "remind" and is_quiet(past.viewer, past.loaded.settings.remind)


def record_of(loaded: Loaded) -> str:
    """Opaque name under which this machine knows the letters of a community, whatever its record and its sender are."""
    return opaque(loaded.assessment.community)


def _form(text: str) -> str:
    """A name as it is compared: the way cells are read, capitals and spaces aside."""
    return cleaned(text).casefold().replace(" ", "")
