"""A Word template while it is being made: paragraphs, tags of docxtpl, tables and styles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from docx import Document
from docx.document import Document as Paper
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

INK, GREY, LINE, SHADE = "1F2A37", "5B6573", "B8C0CA", "EEF1F5"
STATUSES: Final = {
    "met": "1B6E3C",
    "on_track": "24577A",
    "pending": GREY,
    "at_risk": "9A5B00",
    "missed": "B3261E",
    "exceeded": "B3261E",
    "waived": GREY,
    "no_data": GREY,
    "": INK,
}
WIDTH: Final = 16.0
"""Of the text on the page, in cm."""
CENTRE: Final = WD_ALIGN_PARAGRAPH.CENTER
TWIPS: Final = 567
"""To a cm."""


class Template:
    """The document while it is being made.

    Attributes:
        words: of `words.yaml`.
        paper: the document.
    """

    def __init__(self, words: dict[str, Any]) -> None:
        """Begin with an empty document."""
        self.words = words
        self.paper: Paper = Document()
        self._bookmarks = 0
        for paragraph in list(self.paper.paragraphs):
            _drop(paragraph._p)  # noqa: SLF001 python-docx has no other way

    def text(self, text: str, style: str = "Normal") -> Paragraph:
        """A paragraph."""
        return self.paper.add_paragraph(text, style=style)

    def tag(self, tag: str) -> None:
        """A paragraph that is nothing but a tag of docxtpl."""
        self.paper.add_paragraph("{%p " + tag + " %}")

    @contextmanager
    def each(self, loop: str) -> Iterator[None]:
        """What is repeated: `row in rows`."""
        self.tag(f"for {loop}")
        yield
        self.tag("endfor")

    @contextmanager
    def when(self, condition: str, otherwise: str = "") -> Iterator[None]:
        """What is there only then; else a line of text, if any."""
        self.tag(f"if {condition}")
        yield
        if otherwise:
            self.tag("else")
            self.text(otherwise, "State")
        self.tag("endif")

    def heading(self, text: str, level: int, bookmark: str = "") -> Paragraph:
        """A heading, with a bookmark to jump to."""
        paragraph = self.text(text, f"Heading {level}")
        if bookmark:
            self._bookmarks += 1
            start, end = element("w:bookmarkStart"), element("w:bookmarkEnd")
            number = f"{self._bookmarks}{{{{ loop.index }}}}" if "{{" in bookmark else f"{self._bookmarks}"
            start.set(qn("w:id"), number)
            start.set(qn("w:name"), bookmark)
            end.set(qn("w:id"), number)
            paragraph._p.insert(1, start)  # noqa: SLF001
            paragraph._p.append(end)  # noqa: SLF001
        return paragraph

    def link(self, text: str, bookmark: str, style: str) -> None:
        """A line of the contents that jumps to its heading."""
        paragraph = self.text("", style)
        link = element("w:hyperlink", anchor=bookmark, history="1")
        run = paragraph.add_run(text)._r  # noqa: SLF001
        paragraph._p.append(link)  # noqa: SLF001
        link.append(run)

    # --- tables

    def table(
        self,
        columns: Sequence[str],
        widths: Sequence[float],
        cells: Sequence[str],
        loop: str,
        *,
        centred: Sequence[int] = (),
        status: Sequence[int] = (),
    ) -> Table:
        """A table that repeats its head on every page and one row for each thing of a loop.

        Args:
            columns: their heads.
            widths: of the columns, in cm.
            cells: what stands in a row.
            loop: `row in rows`.
            centred: columns whose cells stand in the middle.
            status: columns that bear the colour of the status before it, `line.status`, up to the last dot.
        """
        table = self.paper.add_table(rows=4, cols=len(columns))
        table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
        frame(table, widths)
        head, opening, body, closing = table.rows
        for cell, column in zip(head.cells, columns, strict=True):
            _shade(cell)
            fill(cell, column, "Table head")
        _mark(head, "w:tblHeader", "w:cantSplit")
        fill(opening.cells[0], "{%tr for " + loop + " %}", "Table text")
        for cell in (*head.cells, *body.cells):
            cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
        for place, (cell, text) in enumerate(zip(body.cells, cells, strict=True)):
            paragraph = fill(cell, "" if place in status else text, "Table text")
            if place in status:
                run = paragraph.add_run(text)
                owner = text.removeprefix("{{ ").split(".sign")[0]
                colour(run._r, "Status{{ " + owner + ".status }}")  # noqa: SLF001
            if place in centred:
                paragraph.alignment = CENTRE
        _mark(body, "w:cantSplit")
        fill(closing.cells[0], "{%tr endfor %}", "Table text")
        return table

    def listing(
        self, name: str, source: str, widths: Sequence[float], *, centred: Sequence[int] = (), none: str = ""
    ) -> None:
        """A table of a `Listing` with its note, or a line where it has no row."""
        columns = self.words["columns"][name]
        with self.when(f"{source}.rows", none):
            cells = [f"{{{{ row[{place}] }}}}" for place in range(len(columns))]
            self.table(columns, widths, cells, f"row in {source}.rows", centred=centred)
            self.text(f"{{{{ {source}.note }}}}", "Note")


Xml = Any
"""Elements of lxml and python-docx have no public type."""


def element(name: str, **attributes: str) -> Xml:
    """An element of WordprocessingML with attributes of its namespace."""
    made = OxmlElement(name)
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    return made


def _drop(old: Xml) -> None:
    old.getparent().remove(old)


def fill(cell: _Cell, text: str, style: str) -> Paragraph:
    """Text in the empty cell; what follows a line break stands below, smaller."""
    paragraph = cell.paragraphs[0]
    paragraph.style = style
    lines = text.split("\n")
    paragraph.add_run(lines[0])
    for line in lines[1:]:
        cell.add_paragraph(line, style="Table small")
    return paragraph


def _shade(cell: _Cell) -> None:
    cell._tc.get_or_add_tcPr().append(element("w:shd", val="clear", color="auto", fill=SHADE))  # noqa: SLF001


def _mark(row: Xml, *names: str) -> None:
    for name in sorted(names):
        row._tr.get_or_add_trPr().append(element(name))  # noqa: SLF001


def colour(run: Xml, style: str) -> None:
    """Give a run a character style, which may be named by a tag."""
    run.get_or_add_rPr().insert(0, element("w:rStyle", val=style))


def frame(table: Table, widths: Sequence[float]) -> None:
    """Thin lines, fixed widths, a little air."""
    properties = table._tbl.tblPr  # noqa: SLF001
    size = properties.find(qn("w:tblW"))
    size.set(qn("w:type"), "dxa")
    size.set(qn("w:w"), str(round(sum(widths) * TWIPS)))
    borders = element("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        borders.append(element(f"w:{side}", val="single", sz="4", space="0", color=LINE))
    margins = element("w:tblCellMar")
    for side, size in (("top", 30), ("left", 70), ("bottom", 30), ("right", 70)):
        margins.append(element(f"w:{side}", w=str(size), type="dxa"))
    layout = properties.find(qn("w:tblLayout"))
    layout.addprevious(borders)
    layout.addnext(margins)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
        for cell in column.cells:
            cell.width = Cm(width)


# --- styles


def _fonts(
    style: Xml, words: dict[str, Any], *, head: bool, size: float, colour: str = INK, bold: bool = False
) -> None:
    fonts = words["fonts"]
    latin, chinese = (fonts["head_latin"], fonts["head"]) if head else (fonts["text_latin"], fonts["text"])
    style.font.size, style.font.bold, style.font.italic = Pt(size), bold, False
    style.font.color.rgb = RGBColor.from_string(colour)
    properties = style.element.get_or_add_rPr()
    for old in properties.findall(qn("w:rFonts")):
        properties.remove(old)
    properties.insert(0, element("w:rFonts", ascii=latin, hAnsi=latin, cs=latin, eastAsia=chinese, hint="eastAsia"))


def _paragraphs(
    style: ParagraphStyle, *, before: float = 0, after: float = 0, spacing: float = 1.0, indent: float = 0
) -> None:
    form = style.paragraph_format
    form.space_before, form.space_after = Pt(before), Pt(after)
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.MULTIPLE, spacing
    if indent:
        form.first_line_indent = Pt(indent)


def set_styles(template: Template) -> None:
    """Define every style the template uses."""
    styles, words = template.paper.styles, template.words

    def new(name: str, *, head: bool = False, size: float = 12, colour: str = INK, **form: float) -> ParagraphStyle:
        style = styles[name] if name in styles else styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = styles["Normal"] if name != "Normal" else None
        _fonts(style, words, head=head, size=size, colour=colour)
        _paragraphs(style, **form)
        style.hidden, style.quick_style = False, True
        return style

    new("Normal", size=12, spacing=1.4, after=4)
    styles["Normal"].paragraph_format.widow_control = True
    new("Plain", size=12, spacing=1.4, after=4)
    new("Body", size=12, spacing=1.4, after=4, indent=24)
    new("Cover name", head=True, size=18, spacing=1.3, before=120, after=10).paragraph_format.alignment = CENTRE
    new("Cover title", head=True, size=26, spacing=1.3, after=24).paragraph_format.alignment = CENTRE
    new("Cover line", size=12, spacing=1.4, after=2, colour=GREY).paragraph_format.alignment = CENTRE
    new("Cover warning", size=12, spacing=1.4, before=10, colour="9A5B00").paragraph_format.alignment = CENTRE
    new("Figure", head=True, size=24, spacing=1.1, before=6).paragraph_format.alignment = CENTRE
    new("Figure name", size=10.5, spacing=1.2, colour=GREY).paragraph_format.alignment = CENTRE
    new("Contents head", head=True, size=14, spacing=1.3, before=4, after=8).paragraph_format.alignment = CENTRE
    new("Contents", size=12, spacing=1.35, before=2)
    new("Contents inner", size=11, spacing=1.25, colour=GREY).paragraph_format.left_indent = Cm(0.9)
    for level, (size, before, after) in enumerate(((16, 18, 8), (14, 14, 6), (12, 10, 3)), start=1):
        style = new(f"Heading {level}", head=True, size=size, spacing=1.25, before=before, after=after)
        style.paragraph_format.keep_with_next, style.paragraph_format.keep_together = True, True
    new("Promise", size=10.5, spacing=1.3, after=3, colour=GREY)
    new("Section note", size=10.5, spacing=1.3, after=3, colour=GREY)
    new("State", size=11, spacing=1.3, after=3)
    new("Caption line", head=True, size=10.5, spacing=1.25, before=6, after=3).paragraph_format.keep_with_next = True
    new("Note", size=9, spacing=1.15, before=2, after=4, colour=GREY)
    row = new("Evidence", size=9, spacing=1.15, colour=INK)
    row.paragraph_format.left_indent, row.paragraph_format.first_line_indent = Cm(2.4), Cm(-2.4)
    row.paragraph_format.tab_stops.add_tab_stop(Cm(2.4))
    new("Table text", size=9.5, spacing=1.1)
    new("Table small", size=8, spacing=1.1, colour=GREY)
    new("Table head", head=True, size=9.5, spacing=1.1).paragraph_format.alignment = CENTRE
    new("Sign", size=12, spacing=1.6, before=16)
    for name in ("Header", "Footer"):
        new(name, size=9, spacing=1.0, colour=GREY)
    for code, colour in STATUSES.items():
        style = styles.add_style(f"Status{code}", WD_STYLE_TYPE.CHARACTER)
        style.font.color.rgb = RGBColor.from_string(colour)
