"""A digest as the parts of a message: subject, text, HTML that says the same, a picture, files for calendars."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import datetime
from html import unescape
from itertools import accumulate, groupby
from typing import Any, Final
from unicodedata import east_asian_width

from toolkit.outputs import Outputs
from toolkit.render.calendar_file import CANCEL, PUBLISH, calendar_file, cancellations
from toolkit.render.message import Attachment, MessageParts
from toolkit.render.one_line import one_line
from toolkit.render.trend import MAIL, trend_png, trend_svg
from toolkit.render.trend_plane import HEIGHT, WIDTH
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

_LONGEST: Final = 240
"""So many signs of one text of a sheet are shown."""
_SUBJECT: Final = 60
_NAME: Final = 4
"""So many signs of the community's name stay in the subject at least."""
_WIDEST_LABEL: Final = 14
_LINE: Final = 84
"""So many columns has a line of the plain text; a Chinese sign takes two."""
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
_CLOSING_WIDE: Final = frozenset("，。、；：！？）」』”’》")
_CLOSING: Final = _CLOSING_WIDE | frozenset("%,.;:!?)")
_OPENING: Final = frozenset("（「『“‘《(")


@dataclass(frozen=True, slots=True)
class Links:
    """Where a reader can look further; what is empty is not linked.

    Attributes:
        dashboard: of the dashboard.
        page: of the page in the web.
        workbook: of the entry workbook.
    """

    dashboard: str = ""
    page: str = ""
    workbook: str = ""


NO_LINKS: Final = Links()


def parts(
    digest: Digest,
    outputs: Outputs,
    *,
    links: Links = NO_LINKS,
    sequence: Mapping[str, int],
    stamp: datetime,
    organizer: str = "",
) -> MessageParts:
    """Fill the templates of the reader's role.

    Texts are filled as HTML is, for they share its phrases, and every value is escaped; then they are made plain.

    Args:
        digest: what the reader gets.
        outputs: the words.
        links: where to look further.
        sequence: by uid of an event, how often it has changed.
        stamp: when the calendar files are made, with a time zone.
        organizer: the address the calendar files come from; left out where empty.
    """
    files = _calendars(digest, outputs, sequence, stamp, organizer)
    shown = _presentable(digest)
    quiet = _is_quiet(shown)
    picture = None if quiet or digest.role == _WITHOUT_PICTURE else _picture(shown.view.trend, outputs)
    picture_id = _PICTURE if picture else ""
    values = {"digest": shown, "view": shown.view, "words": outputs, "links": links, "quiet": quiet, "files": files}
    values |= {"faults": _faults(shown.view), "borrowers": _borrowers(shown.view)}
    values |= {"pad": _padded, "label_width": _label_width(shown.view.matrix)}
    values |= {"picture_id": picture_id, "picture_size": (WIDTH, HEIGHT)}

    def filled(name: str, **more: object) -> str:
        made = fill(f"weekly/{digest.role}/{name}", **values, **more)
        return unescape(made) if name.endswith(".txt") else made

    tables, page = _page(shown.view.matrix, filled)

    return MessageParts(
        reader=digest.reader,
        email=digest.email,
        subject=_subject(shown.view.community, filled),
        text=_laid_out(filled("body.txt", tables=tables)),
        html=page,
        picture=picture,
        picture_id=picture_id,
        attachments=files,
    )


# --- what is shown


def _presentable(digest: Digest) -> Digest:
    """Without what no mail shows, and every text on one line, so that none can pretend to be another."""
    view = replace(digest.view, details=(), evidence=(), ranks=(), tabs={})
    shown: Digest = _tidy(replace(digest, view=view))
    return shown


def _tidy(value: Any) -> Any:  # noqa: ANN401 any view, whatever it is made of
    if isinstance(value, str):
        return one_line(value, _LONGEST)
    if type(value) is tuple:
        return tuple(map(_tidy, value))
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{field.name: _tidy(getattr(value, field.name)) for field in fields(value)})
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
    return min(_WIDEST_LABEL, max((_width(row.label) for row in matrix.rows), default=0))


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
    digest: Digest, outputs: Outputs, sequence: Mapping[str, int], stamp: datetime, organizer: str
) -> tuple[Attachment, ...]:
    events = tuple(_named(event, outputs) for event in digest.view.events)
    made = (
        (
            name,
            method,
            make(
                events,
                name=digest.view.community,
                summary="{title}",
                sequence=sequence,
                stamp=stamp,
                organizer=organizer,
            ),
        )
        for name, method, make in (
            ("events.ics", PUBLISH, calendar_file),
            ("cancelled.ics", CANCEL, cancellations),
        )
    )
    return tuple(Attachment(name, content, method) for name, method, content in made if content is not None)


def _named(event: EventLine, outputs: Outputs) -> EventLine:
    """The event with all it is called as its title: one whose title is not for the reader goes by its kind."""
    title = outputs.event.format(kind=event.kind, title=event.title) if event.title else event.kind
    return replace(event, title=title)


# --- plain text


def _laid_out(text: str) -> str:
    """Lines folded, and never two empty ones together."""
    lines: list[str] = []
    for line in text.strip().splitlines():
        if line.strip() or (lines and lines[-1]):
            lines += _folded(line.rstrip())
    return "\n".join(lines) + "\n"


def _folded(line: str) -> list[str]:
    """A line in pieces of at most `_LINE` columns where it can be parted; those that follow stand below its text."""
    indent = " " * (len(line) - len(line.lstrip()))
    rest, found = line, []
    while _width(rest) > _LINE and (place := _break(rest, len(indent))):
        found.append(rest[:place].rstrip())
        rest = indent + rest[place:].lstrip()
    return [*found, rest]


def _break(line: str, indent: int) -> int:
    """Where to break: the last place that fits, else the first one; 0 where there is none."""
    places = [n for n in range(indent + 1, len(line)) if _may_part(line[n - 1], line[n])]
    return max((n for n in places if _width(line[:n]) <= _LINE), default=min(places, default=0))


def _may_part(before: str, after: str) -> bool:
    """Not within a word, nor between a number and what is counted, nor before what closes, nor after what opens."""
    if after in _CLOSING or before in _OPENING or after == " ":
        return False
    return before in _CLOSING_WIDE or (_width(before) > 1 and _width(after) > 1)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def _width(text: str) -> int:
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)
