"""A digest or notice as the parts of a message: subject, text, HTML that says the same, picture, calendar files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import datetime
from functools import partial
from html import unescape
from itertools import accumulate, groupby
from pathlib import Path
from typing import Any, Final, TypeVar

from toolkit.outputs import Outputs
from toolkit.readers import WEEKLY
from toolkit.render.calendar_file import CANCEL, PUBLISH, calendar_file, cancellations
from toolkit.render.message import Attachment, MessageParts
from toolkit.render.notice_lists import listed_loans, listed_problems
from toolkit.render.one_line import one_line
from toolkit.render.plain_text import laid_out, padded, width
from toolkit.render.trend import MAIL, trend_png, trend_svg
from toolkit.render.trend_plane import HEIGHT, WIDTH
from toolkit.spreadsheet import anchor
from toolkit.templates import fill
from toolkit.views import (
    Band,
    CellView,
    Dashboard,
    Digest,
    EventLine,
    LoanLine,
    Matrix,
    ProblemLine,
    RuleHead,
    Trend,
)

_T = TypeVar("_T")

_LONGEST: Final = 240
"""So many signs of one text of a sheet are shown."""
_SUBJECT: Final = 60
_NAME: Final = 4
"""So many signs of the community's name stay in the subject at least."""
_WIDEST_LABEL: Final = 14
_COLUMNS: Final = 5
"""So many columns of the matrix stand beside each other on a telephone."""
_CELLS: Final = (400, 200, 100, 0)
"""So many cells of the matrix may a mail show; fewer where the rest of it is long."""
_PAGE: Final = 52_000
"""So many bytes may HTML have: with the styles on the elements it nearly doubles, and Gmail cuts off at 102 kB."""
_WORTH_DRAWING: Final = 2
_PICTURE: Final = "trend@consortium-toolkit"
_WITHOUT_PICTURE: Final = "liaison"
_WITHOUT_SCORES: Final = "liaison"
_UNSEEN: Final = frozenset({"tab"})
"""Attributes by which things are found, not shown."""


@dataclass(frozen=True, slots=True)
class Links:
    """Where a reader can look further; what is empty is not linked.

    Attributes:
        dashboard: of the dashboard.
        page: of the page in the web.
        workbook: of the entry workbook.
        tabs: ids of the entry workbook's tabs by title, where its cells have addresses.
    """

    dashboard: str = ""
    page: str = ""
    workbook: str = ""
    tabs: Mapping[str, int] = field(default_factory=dict)

    def cell(self, line: ProblemLine | LoanLine) -> str:
        """Where the very cell that a line is about is opened, else its row or tab; empty where none has an address."""
        if line.tab not in self.tabs:
            return ""
        row, cell = (line.row, line.cell) if isinstance(line, LoanLine) else (line.problem.row, line.problem.cell)
        return self.workbook + anchor(self.tabs[line.tab], cell or (f"{row}:{row}" if row else ""))


NO_LINKS: Final = Links()


class Kept:
    """What several letters have in common, so that it is made once: readers of one school share a view."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, int], tuple[Dashboard, Any]] = {}

    def once(self, what: str, view: Dashboard, make: Callable[[], _T]) -> _T:
        """What was made of a view, or is made of it now."""
        if (what, id(view)) not in self._made:
            self._made[what, id(view)] = view, make()  # as long as the view is kept no other has its id
        made: _T = self._made[what, id(view)][1]
        return made


def parts(
    digest: Digest,
    outputs: Outputs,
    *,
    links: Links = NO_LINKS,
    sequence: Mapping[str, int],
    stamp: datetime,
    organizer: str = "",
    overrides: Path | None = None,
    kept: Kept | None = None,
) -> MessageParts:
    """Fill the templates of the reader's role; those of a notice are the same for all.

    Texts are filled as HTML is, for they share its phrases, and every value is escaped; then they are made plain.

    Args:
        digest: what the reader gets.
        outputs: the words.
        links: where to look further.
        sequence: by uid of an event, how often it has changed.
        stamp: when the calendar files are made, with a time zone.
        organizer: the address the calendar files come from; left out where empty.
        overrides: a folder with templates of one's own.
        kept: of letters before with the same outputs, sequence, stamp and organizer.

    Raises:
        UsageError: a template of one's own cannot be filled in.
    """
    weekly, kept = digest.topic == WEEKLY, kept or Kept()
    calendars = partial(_calendars, digest.view, outputs, sequence, stamp, organizer)
    files = kept.once("calendars", digest.view, calendars) if weekly else ()
    shown = _presentable(digest, kept)
    quiet = weekly and _is_quiet(shown)
    drawn = weekly and not quiet and digest.role != _WITHOUT_PICTURE
    picture = _picture(shown.view.trend, outputs) if drawn else None
    picture_id = _PICTURE if picture else ""
    folder = f"weekly/{digest.role}" if weekly else f"remind/{digest.topic}"
    values = {"digest": shown, "view": shown.view, "words": outputs, "links": links, "quiet": quiet, "files": files}
    values |= {"faults": _faults(shown.view), "borrowers": _borrowers(shown.view)}
    values |= {"listed_loans": listed_loans(shown.view), "listed_problems": listed_problems(shown.view)}
    values |= {"pad": padded, "label_width": _label_width(shown.view.matrix)}
    values |= {"picture_id": picture_id, "picture_size": (WIDTH, HEIGHT)}

    def filled(name: str, **more: object) -> str:
        made = fill(f"{folder}/{name}", overrides, **values, **more)
        return unescape(made) if name.endswith(".txt") else made

    tables, page = _page(shown.view.matrix, filled)
    topic = outputs.mail.topics[digest.topic]

    return MessageParts(
        reader=digest.reader,
        email=digest.email,
        subject=_subject(shown.view.community, filled),
        text=laid_out(filled("body.txt", tables=tables)),
        html=page,
        picture=picture,
        picture_id=picture_id,
        attachments=files,
        list_name=outputs.mail.list.format(community=shown.view.community, topic=topic),
        unsubscribe=outputs.mail.unsubscribe.format(topic=topic),
    )


# --- what is shown


def _presentable(digest: Digest, kept: Kept) -> Digest:
    """Without what no mail shows, and every text on one line, so that none can pretend to be another."""
    view: Dashboard = kept.once(digest.topic, digest.view, lambda: _tidy(_reduced(digest)))
    return replace(digest, view=view, reader=_tidy(digest.reader), since=_tidy(digest.since), news=_tidy(digest.news))


def _reduced(digest: Digest) -> Dashboard:
    view = replace(digest.view, details=(), evidence=(), ranks=(), tabs={})
    if digest.topic != WEEKLY:  # it shows loans or entries to fix; making the rest ready would take longest
        view = replace(view, urgent=(), blocks=(), matrix=Matrix((), ()), persons=(), scores=(), events=(), tasks=())
    return view


def _tidy(value: Any) -> Any:  # noqa: ANN401 any view, whatever it is made of
    if isinstance(value, str):
        return one_line(value, _LONGEST)
    if type(value) is tuple:
        return tuple(map(_tidy, value))
    if is_dataclass(value) and not isinstance(value, type):
        names = (one.name for one in fields(value) if one.name not in _UNSEEN)
        return replace(value, **{name: _tidy(getattr(value, name)) for name in names})
    return value


def _is_quiet(digest: Digest) -> bool:
    """Whether there is nothing that the reader must do or wait for."""
    view = digest.view
    news = () if digest.role == _WITHOUT_SCORES else digest.news
    grave = digest.role == "liaison" or any(line.problem.severity != "notice" for line in view.problems)
    return not (view.urgent or (view.problems and grave) or view.loans or view.tasks or view.events or news)


def _picture(trend: Trend, outputs: Outputs) -> bytes | None:
    if len(trend.points) < _WORTH_DRAWING:
        return None
    return trend_png(trend_svg(trend, outputs.trend, theme=MAIL))


@dataclass(frozen=True, slots=True)
class Table:
    """Some columns of the matrix, few enough for a telephone.

    Attributes:
        heads: a rule a column.
        cells: a line a school; None where the school does not owe it.
    """

    heads: tuple[RuleHead, ...]
    cells: tuple[tuple[CellView | None, ...], ...]


@dataclass(frozen=True, slots=True)
class Tables:
    """The matrix in tables; `hidden` columns are left out for want of room in a mail."""

    shown: tuple[Table, ...]
    hidden: int


def _page(matrix: Matrix, filled: Callable[..., str]) -> tuple[Tables, str]:
    """The HTML, and the tables that it has room for."""
    made = ((tables, filled("body.html", tables=tables)) for tables in (_tables(matrix, cells) for cells in _CELLS))
    for tables, page in made:  # noqa: B007 the last one where none is short enough
        if len(page.encode()) <= _PAGE:
            break
    return tables, page


def _tables(matrix: Matrix, cells: int) -> Tables:
    room = cells // max(1, len(matrix.rows))
    shown = [part for band in matrix.bands for part in _narrow(band)]
    columns = list(accumulate(len(part.heads) for part in shown))
    fit = sum(count <= room for count in columns)
    return Tables(tuple(shown[:fit]), sum(len(part.heads) for part in shown[fit:]))


def _narrow(band: Band) -> list[Table]:
    """A band in parts of about the same width."""
    count = len(band.heads)
    each = -(-count // -(-count // _COLUMNS)) if count else 1
    spans = [slice(start, start + each) for start in range(0, count, each)]
    return [Table(band.heads[span], tuple(line[span] for line in band.cells)) for span in spans]


def _label_width(matrix: Matrix) -> int:
    return min(_WIDEST_LABEL, max((width(row.label) for row in matrix.rows), default=0))


def _faults(view: Dashboard) -> dict[str, tuple[ProblemLine, ...]]:
    """What to fix, by severity, the gravest first; each in the order of the workbook."""
    severities = ("error", "warning", "notice")
    return {key: tuple(line for line in view.problems if line.problem.severity == key) for key in severities}


def _borrowers(view: Dashboard) -> tuple[tuple[str, tuple[LoanLine, ...]], ...]:
    """What is overdue, by borrower's name, in the order of the view."""
    short = {row.place: row.label for row in view.matrix.rows}

    def name(line: LoanLine) -> str:
        return short.get(line.borrower_place, line.borrower)

    grouped = groupby((line for line in view.loans if line.overdue), key=name)
    return tuple((name, tuple(lines)) for name, lines in grouped)


# --- subject


def _subject(community: str, filled: Callable[..., str]) -> str:
    """The subject, with as much of the community's name as there is room for beside the fact."""
    over = len(one_line(filled("subject.txt", community=community), _LONGEST)) - _SUBJECT
    name = one_line(community, max(_NAME, len(community) - max(0, over)))
    return one_line(filled("subject.txt", community=name), _LONGEST)


# --- calendars


def _calendars(
    view: Dashboard, outputs: Outputs, sequence: Mapping[str, int], stamp: datetime, organizer: str
) -> tuple[Attachment, ...]:
    events = tuple(_named(event, outputs) for event in view.events)
    made = (
        (
            name,
            method,
            make(
                events,
                name=view.community,
                summary="{title}",
                sequence=sequence,
                stamp=stamp,
                organizer=organizer,
            ),
        )
        for name, method, make in (
            (outputs.mail.events, PUBLISH, calendar_file),
            (outputs.mail.cancelled, CANCEL, cancellations),
        )
    )
    return tuple(Attachment(name, content, method) for name, method, content in made if content is not None)


def _named(event: EventLine, outputs: Outputs) -> EventLine:
    """The event with all it is called as its title: one whose title is not for the reader goes by its kind."""
    title = outputs.event.format(kind=event.kind, title=event.title) if event.title else event.kind
    return replace(event, title=title)
