"""Makes `templates/report/report.docx`, the template of the report for the archive, from `words.yaml` beside it.

    .venv/bin/python docs/make_report_template.py

The same words give the same file. What the report fills in stands in double braces; `{%p`, `{%tr` and the like are
docxtpl's: the tag takes the place of its whole paragraph or table row.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import yaml
from docx.document import Document as Paper
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_TAB_LEADER
from docx.oxml.ns import qn
from docx.shared import Cm
from docx.text.paragraph import Paragraph

from docs.report_paper import CENTRE, LINE, TWIPS, WIDTH, Template, colour, element, fill, frame, set_styles
from toolkit.render.report_document import sealed

FOLDER: Final = Path(__file__).resolve().parent.parent / "templates" / "report"


def _page(template: Template) -> None:
    section = template.paper.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    for side in ("left_margin", "right_margin", "top_margin", "bottom_margin"):
        setattr(section, side, Cm(2.5))
    section.header_distance, section.footer_distance = Cm(1.4), Cm(1.4)
    section.different_first_page_header_footer = True
    head = section.header.paragraphs[0]
    head.text, head.style = "{{ report.community }}\t{{ report.title }}", "Header"
    _stops(head)
    border = element("w:pBdr")
    border.append(element("w:bottom", val="single", sz="4", space="4", color=LINE))
    head._p.pPr.find(qn("w:tabs")).addprevious(border)  # noqa: SLF001
    foot, page = section.footer.paragraphs[0], template.words["page"]
    foot.style, foot.alignment = "Footer", CENTRE
    foot.add_run(page["before"])
    _field(foot, "PAGE")
    foot.add_run(page["between"])
    _field(foot, "NUMPAGES")
    foot.add_run(page["after"])


def _stops(paragraph: Paragraph) -> None:
    """One stop at the right margin."""
    stops = paragraph.paragraph_format.tab_stops
    for place in list(paragraph.style.paragraph_format.tab_stops):
        stops.add_tab_stop(place.position, place.alignment)
    tabs = paragraph._p.get_or_add_pPr().get_or_add_tabs()  # noqa: SLF001
    for tab in list(tabs):
        tab.set(qn("w:val"), "clear")
    tabs.append(element("w:tab", val="right", pos=str(round(WIDTH * TWIPS))))


def _field(paragraph: Paragraph, code: str) -> None:
    field = element("w:fldSimple", instr=code)
    paragraph._p.append(field)  # noqa: SLF001
    run = paragraph.add_run("1")._r  # noqa: SLF001
    field.append(run)


def _cover(template: Template) -> None:
    words = template.words["cover"]
    template.text("{{ report.community }}", "Cover name")
    template.text("{{ report.title }}", "Cover title")
    for label, value in (
        (words["running_of"], "period"),
        (words["as_of"], "as_of"),
        (words["made"], "made_text"),
        (words["workbook"], "workbook"),
    ):
        template.text(f"{label}：{{{{ report.{value} }}}}", "Cover line")
    with template.when("report.running"):
        template.text("{{ report.running }}", "Cover warning")
    template.text("", "Cover line")
    table = template.paper.add_table(rows=1, cols=3)
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    frame(table, (5, 5, 5))
    for place, cell in enumerate(table.rows[0].cells):
        fill(cell, f"{{{{ report.figures[{place}][1] }}}}", "Figure")
        cell.add_paragraph(f"{{{{ report.figures[{place}][0] }}}}", style="Figure name")
        cell.add_paragraph(f"{{{{ report.figures[{place}][2] }}}}", style="Figure name")
    template.text("", "Plain")


def _contents(template: Template) -> None:
    headings = template.words["headings"]
    template.text(template.words["cover"]["contents"], "Contents head").paragraph_format.page_break_before = True
    for name, title in headings.items():
        template.link(title, name, "Contents")
        if name == "clauses":
            with template.each("section in report.sections"):
                template.link("{{ section.title }}　{{ section.note }}", "section_{{ loop.index }}", "Contents inner")


def _overview(template: Template) -> None:
    words = template.words
    heading = template.heading(words["headings"]["overview"], 1, "overview")
    heading.paragraph_format.page_break_before = True
    with template.each("fact in report.facts"):
        template.text("{{ fact }}", "Body")
    numbers = (1.7,) * 6
    with template.when("report.sections_table.rows"):
        template.text(words["captions"]["sections"], "Caption line")
    template.listing("sections", "report.sections_table", (5.8, *numbers), centred=range(1, 7))
    with template.when("report.schools_table.rows"):
        template.text(words["captions"]["schools"], "Caption line")
    template.listing("schools", "report.schools_table", (5.15, *(1.55,) * 7), centred=range(1, 8))


def _state(line: str) -> str:
    return f"{{{{ {line}.sign }}}} {{{{ {line}.word }}}}"


def _clauses(template: Template) -> None:
    words = template.words
    template.heading(words["headings"]["clauses"], 1, "clauses")
    with template.when("not report.sections"):
        template.text(words["none"]["clauses"], "Plain")
    with template.each("section in report.sections"):
        template.heading("{{ section.title }}", 2, "section_{{ loop.index }}")
        template.text("{{ section.note }}", "Section note")
        with template.each("clause in section.clauses"):
            template.heading("{{ clause.heading }}", 3)
            template.text("{{ clause.promise }}", "Promise")
            _standing(template)
            _evidence(template)


def _standing(template: Template) -> None:
    columns = template.words["columns"]
    with template.each("line in clause.lines"):
        paragraph = template.text("{{ line.who }}：{{ line.done }}　", "State")
        paragraph.paragraph_format.keep_with_next = True
        run = paragraph.add_run(_state("line"))
        colour(run._r, "Status{{ line.status }}")  # noqa: SLF001
    with template.each("grid in clause.grids"):
        template.text("{{ grid.caption }}", "Caption line")
        half = ("who", "done")
        cells = [
            *(f"{{{{ row[0].{key} }}}}" for key in half),
            _state("row[0]"),
            *(f"{{{{ row[1].{key} }}}}" for key in half),
            _state("row[1]"),
        ]
        widths = (3.9, 1.9, 2.2) * 2
        template.table(columns["grid"], widths, cells, "row in grid.rows", centred=(1, 4), status=(2, 5))
        template.text("", "Note")
    with template.each("persons in clause.persons"):
        template.text("{{ persons.summary }}", "Caption line")
        template.listing("persons", "persons.lacking", (3.9, 1.8, 10.3), centred=(1,))
        with template.when("persons.complete"):
            template.text("{{ persons.complete }}", "Note")


def _evidence(template: Template) -> None:
    with template.when("clause.rows.rows", "{{ clause.evidence }}"):
        template.text("{{ clause.evidence }}", "Caption line")
        with template.each("row in clause.rows.rows"):
            template.text("{{ row[0] }}\t{{ row[1] }}", "Evidence")
    with template.when("clause.rows.note"):
        template.text("{{ clause.rows.note }}", "Note")
    with template.when("clause.rejected.rows"):
        template.text(template.words["captions"]["rejected"], "Caption line")
    template.listing("rejected", "clause.rejected", (2.2, 6.3, 7.5))


def _shortfalls(template: Template) -> None:
    words = template.words
    titles, none = words["shortfalls"], words["none"]
    template.heading(words["headings"]["shortfalls"], 1, "shortfalls")
    template.heading(titles["behind"], 2)
    with template.when("report.shortfalls", none["behind"]):
        cells = ["number", "name }}\n{{ row.period", "who", "line.done"]
        template.table(
            words["columns"]["shortfalls"],
            (1.2, 3.4, 4.2, 1.8, 1.8, 3.6),
            [*(f"{{{{ row.{cell} }}}}" for cell in cells), _state("row.line"), "{{ row.note }}"],
            "row in report.shortfalls",
            centred=(0, 3),
            status=(4,),
        )
        template.text("", "Note")
    template.heading(titles["waived"], 2)
    template.listing("waivers", "report.waivers", (1.2, 3.2, 3.6, 2.5, 3.9, 1.6), centred=(0,), none=none["waived"])
    template.heading(titles["no_data"], 2)
    template.listing("no_data", "report.without_data", (1.2, 3.6, 3.2, 8.0), centred=(0,), none=none["no_data"])


def _records(template: Template) -> None:
    words = template.words
    headings, captions, none = words["headings"], words["captions"], words["none"]
    template.heading(headings["exams"], 1, "exams")
    _captioned(template, "exams", "report.exams")
    widths = (3.1, 2.4, 2.1, 1.0, 1.2, 1.35, 1.25, 1.25, 2.35)
    template.listing("exams", "report.exams", widths, centred=range(2, 8), none=none["exams"])
    _captioned(template, "contests", "report.contests")
    template.listing("contests", "report.contests", (6.2, 1.4, 2.4, 4.2, 1.8), centred=(1, 4))
    template.heading(headings["loans"], 1, "loans")
    template.text("{{ report.loans }}", "Body")
    _captioned(template, "loans", "report.loans_table")
    template.listing("loans", "report.loans_table", (5.2, *(2.7,) * 4), centred=range(1, 5))
    _captioned(template, "overdue", "report.overdue")
    template.listing("overdue", "report.overdue", (2.5, 2.5, 4.2, 1.2, 2.2, 3.4), centred=(3, 4))
    template.heading(headings["entries"], 1, "entries")
    template.text("{{ report.entries }}", "Body")
    _captioned(template, "entries", "report.entries_table")
    template.listing("entries", "report.entries_table", (5.2, *(3.6,) * 3), centred=range(1, 4))
    template.text(captions["problems"], "Caption line")
    template.listing("problems", "report.problems_table", (8.0, 4.0, 4.0), centred=range(1, 3), none=none["problems"])


def _captioned(template: Template, name: str, source: str) -> None:
    with template.when(f"{source}.rows"):
        template.text(template.words["captions"][name], "Caption line")


def _signatures(template: Template) -> None:
    words = template.words["signatures"]
    template.heading(template.words["headings"]["signatures"], 1, "signatures")
    template.text(words["intro"], "Body").paragraph_format.keep_with_next = True
    lead = words["lead"].replace("{leads}", "{{ report.leads }}")
    for label in (lead, words["members"], words["date"]):
        paragraph = template.text(label, "Sign")
        if label == words["date"]:
            paragraph.add_run(words["day"])
            continue
        paragraph.add_run("\t")
        paragraph.paragraph_format.tab_stops.add_tab_stop(Cm(WIDTH), leader=WD_TAB_LEADER.LINES)
        paragraph.paragraph_format.keep_with_next = True


def _appendix(template: Template) -> None:
    words = template.words
    titles, none = words["appendix"], words["none"]["rows"]
    heading = template.heading(words["headings"]["appendix"], 1, "appendix")
    heading.paragraph_format.page_break_before = True
    for name, widths, centred in (
        ("events", (2.1, 2.7, 6.9, 2.5, 1.8), (0, 4)),
        ("exchanges", (2.3, 2.3, 3.5, 3.5, 2.2, 2.2), (4, 5)),
        ("pairings", (2.6, 4.6, 1.9, 2.5, 2.4, 2.0), (2, 3, 4, 5)),
        ("lent", (4.3, 2.3, 2.3, 1.2, 2.0, 1.95, 1.95), (3, 4, 5, 6)),
        ("projects", (4.3, 1.3, 2.2, 3.2, 1.9, 1.9, 1.2), (1, 4, 5, 6)),
        ("tasks", (2.0, 5.8, 2.3, 2.0, 2.1, 1.8), (4, 5)),
    ):
        template.heading(titles[name], 2)
        if name == "pairings":
            with template.when(f"report.{name}.rows"):
                template.text(titles["pairings_note"], "Section note")
        template.listing(name, f"report.{name}", widths, centred=centred, none=none)


def _settle(paper: Paper, words: dict[str, Any]) -> None:
    """What Word needs besides: names of fonts to take instead, the language, no compatibility mode, no thumbnail."""
    properties = paper.core_properties
    properties.author, properties.comments, properties.title = "", "", ""
    properties.created = properties.modified = datetime(2026, 1, 1, tzinfo=UTC)
    language = paper.styles.element.find(f".//{qn('w:lang')}")
    if language is not None:
        language.set(qn("w:val"), "en-US")
        language.set(qn("w:eastAsia"), "zh-CN")
    fonts = next(part for part in paper.part.package.parts if part.partname == "/word/fontTable.xml")
    listed = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="86"/><w:family w:val="auto"/></w:font>'
        for name, other in words["fonts"]["instead"].items()
    )
    fonts._blob = fonts.blob.replace(b"</w:fonts>", listed.encode() + b"</w:fonts>")  # noqa: SLF001
    for key, relation in list(paper.part.package.rels.items()):
        if relation.reltype.endswith("/thumbnail"):
            del paper.part.package.rels[key]


def make() -> bytes:
    """The template's bytes."""
    template = Template(yaml.safe_load((FOLDER / "words.yaml").read_text("utf-8")))
    set_styles(template)
    _page(template)
    for part in (_cover, _contents, _overview, _clauses, _shortfalls, _records, _signatures, _appendix):
        part(template)
    _settle(template.paper, template.words)
    return sealed(template.paper)


if __name__ == "__main__":
    (FOLDER / "report.docx").write_bytes(make())
