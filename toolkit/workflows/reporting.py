"""Reports written: the dashboard, the pages, and a preview of them and of all letters."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

from markupsafe import escape

from toolkit.errors import UsageError
from toolkit.files import MARK, made_here, refuse_obstacles, refuse_strangers, replacing, write_text
from toolkit.progress import stage
from toolkit.stores.sources import GoogleSheet
from toolkit.workflows.letters import TOPICS
from toolkit.workflows.loading import Loaded
from toolkit.workflows.logs import logs
from toolkit.workflows.outbox import file_name, letters_of, remove_letters
from toolkit.workflows.remembering import Remembered
from toolkit.workflows.tabs import write_tabs

_UNSAFE: Final = re.compile(r'[\x00-\x1f\\/:*?"<>|\u200b-\u200f\u202a-\u202e\u2066-\u2069]')
_LONGEST_NAME: Final = 40


@dataclass(frozen=True, slots=True)
class Reports:
    """What was written.

    Attributes:
        dashboard: the dashboard workbook, or the address of the dashboard in the Google Sheet.
        page: the leaders' page; None where no folder for pages is named.
        schools: the schools' pages.
    """

    dashboard: Path | str
    page: Path | None = None
    schools: tuple[Path, ...] = ()

    @property
    def all(self) -> tuple[Path | str, ...]:
        """Every file or address."""
        return (self.dashboard, *([self.page] if self.page else ()), *self.schools)


def write_reports(past: Remembered, out: Path | None) -> Reports:
    """Write the dashboard, the leaders' page and a page for each school; remember the run.

    Of a workbook the dashboard is a workbook beside it; of a Google Sheet it is tabs of the same, and pages are written
    only where a folder for them is named.

    Args:
        past: an assessed source with its memory.
        out: the folder; where None, the configured one, else beside the workbook.

    Raises:
        UsageError: a file of that name was not made here, or cannot be written.
        SheetError: the Google Sheet cannot be written.
    """
    loaded = past.loaded
    source = loaded.source
    if isinstance(source, GoogleSheet):
        folder = out or loaded.settings.output.folder
        texts = pages(past, folder) if folder else {}
        with stage("Writing the dashboard"):
            address = write_tabs(past, source)
            return _write_pages(texts, loaded, address)
    folder = loaded.folder(out)
    book = folder / loaded.outputs.files["dashboard"]
    if book.resolve() == source.path.resolve():
        raise UsageError(f"{book.name} is the entry workbook itself; choose another folder with --out.")
    refuse_obstacles(book)
    refuse_strangers(book)
    with stage("Writing the dashboard"):
        texts = pages(past, folder)
        write_dashboard_workbook(past, book, source.path)
        written = _write_pages(texts, loaded, book)
    past.record()
    return written


def _write_pages(texts: Mapping[Path, str], loaded: Loaded, dashboard: Path | str) -> Reports:
    if not texts:
        return Reports(dashboard)
    for path, text in texts.items():
        write_text(path, text)
    leaders, *schools = texts
    _remove_stale(leaders.parent / loaded.outputs.files["schools"], schools)
    return Reports(dashboard, leaders, tuple(schools))


def write_dashboard_workbook(past: Remembered, path: Path, source: Path) -> None:
    """Write the dashboard workbook whole or not at all; its links lead to the entry workbook."""
    from toolkit.render.dashboard_workbook import write_dashboard

    loaded = past.loaded
    sheets = loaded.settings.output.school_sheets
    write_dashboard(path, past.viewer.view(), loaded.outputs, source, school_sheets=sheets, logs=logs(loaded))


def pages(past: Remembered, folder: Path) -> Mapping[Path, str]:
    """Each page's text by its path, the leaders' first.

    Args:
        past: an assessed source with its memory.
        folder: where they are going to lie, for the links between them.

    Raises:
        UsageError: a file of that name was not made here.
    """
    from toolkit.render.page import page

    outputs, viewer = past.loaded.outputs, past.viewer
    names = _file_names([viewer.stand.short(place) for place in viewer.stand.active])
    schools = {
        place: folder / outputs.files["schools"] / name for place, name in zip(viewer.stand.active, names, strict=True)
    }
    links = [(viewer.stand.short(place), _href(path, folder)) for place, path in schools.items()]
    leaders = folder / outputs.files["page"]
    texts = {leaders: page(viewer.view(), outputs, links=links, source=_source_href(past.loaded, folder))}
    for place, path in schools.items():
        source = _source_href(past.loaded, path.parent)
        texts[path] = page(viewer.view(place), outputs, source=source, file=path.name)
    for path in texts:
        refuse_strangers(path)
    return texts


def _source_href(loaded: Loaded, folder: Path) -> str:
    """Where a page in this folder finds the entries."""
    source = loaded.source
    return source.seen.structure.address() if isinstance(source, GoogleSheet) else _href(source.path, folder)


def _file_names(labels: Sequence[str]) -> list[str]:
    """A file name for each label, whatever the label holds; equal ones are numbered."""
    names: list[str] = []
    for label in labels:
        stem = _UNSAFE.sub("_", label).strip(" .")[:_LONGEST_NAME] or "_"
        candidates = (f"{stem}{tail}.html" for tail in ("", *(f"~{number}" for number in range(2, 9999))))
        taken = {name.casefold() for name in names}
        names.append(next(name for name in candidates if name.casefold() not in taken))
    return names


def _href(path: Path, folder: Path) -> str:
    """A relative link from a folder to a file; empty where there is none, as between two drives."""
    try:
        relative = os.path.relpath(path.resolve(), folder.resolve())
    except ValueError:
        return ""
    return quote(Path(relative).as_posix())


def _remove_stale(folder: Path, written: Iterable[Path]) -> None:
    """Remove pages of schools that have none any more; copies under other names and other people's files stay."""
    for path in set(folder.glob("*.html")) - set(written):
        if made_here(path) and f"{MARK}; {escape(path.name)}" in path.read_text(encoding="utf-8")[:4096]:
            path.unlink()


# --- a preview


def write_preview(past: Remembered, out: Path | None) -> Path:
    """Write every page and every mail into a folder of its own, for looking at; nothing is sent or remembered.

    Args:
        past: an assessed workbook with its memory.
        out: the folder; one beside the workbook where None.

    Returns:
        The page that leads to all of them.
    """
    from toolkit.render.preview import preview_page, shown

    outputs = past.loaded.outputs
    folder = out or past.loaded.folder(None) / outputs.files["preview"]
    if folder.is_file():
        raise UsageError(f"{folder} is a file, not a folder; choose another folder.")
    roles = past.loaded.schema.sheets["recipients"].by_key["role"].words
    with stage("Writing the preview"):
        shown_pages = pages(past, folder / "pages")
        made = [one for mailing in TOPICS for one in letters_of(past, mailing) if not one.leaks]
        seen = [shown(file_name(one.digest), roles[one.digest.role], one.mail) for one in made]
        labels = (outputs.headings["title"], *map(past.viewer.stand.short, past.viewer.stand.active))
        links = [(label, _href(path, folder)) for label, path in zip(labels, shown_pages, strict=True)]
        index = folder / outputs.files["preview_page"]
        letters = {folder / "mails" / f"{mail.name}.html": f"<!-- {MARK} -->{mail.html}" for mail in seen}
        texts = {**shown_pages, **letters, index: preview_page(seen, links, outputs, past.loaded.assessment.community)}
        for path in texts:
            refuse_strangers(path)
        for path, text in texts.items():
            write_text(path, text)
        _remove_stale(folder / "pages" / outputs.files["schools"], texts)
        remove_letters(folder / "mails", "html", texts, [topic for topics in TOPICS.values() for topic in topics])
    return index


# --- the archive


def write_term_report(loaded: Loaded, term: str, out: Path | None) -> Path:
    """Write the report of a term or a school year for the archive.

    Args:
        loaded: an assessed workbook.
        term: label of a 学期 or a 学年.
        out: the folder; beside the workbook where None.

    Raises:
        UsageError: there is no such term, it has not begun, or the file cannot be written.
    """
    from toolkit.render.report_document import report_document
    from toolkit.report import report

    with stage("Writing the report"):
        made = report(loaded.assessment, loaded.outputs, loaded.stand.sections, term)
        path = loaded.folder(out) / made.file
        refuse_strangers(path)
        with replacing(path) as temporary:
            temporary.write_bytes(report_document(made, loaded.outputs))
    return path
