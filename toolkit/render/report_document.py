"""The report of a term or school year as a Word document, filled into `templates/report/report.docx`."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, datetime, time
from typing import Any, Final

from docx.document import Document
from docxtpl import DocxTemplate
from jinja2 import Environment, StrictUndefined

from toolkit.files import MARK
from toolkit.outputs import Outputs
from toolkit.render.one_line import one_line
from toolkit.report import Report
from toolkit.templates import FOLDER

TEMPLATE: Final = FOLDER / "report" / "report.docx"
_LONGEST: Final = 4000
_ADDRESS: Final = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
_FIRST: Final = ("[Content_Types].xml", "_rels/.rels", "docProps/core.xml")
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)


def report_document(report: Report, outputs: Outputs) -> bytes:
    """The document's bytes; the same report gives the same bytes.

    Args:
        report: what stands in it.
        outputs: the words.
    """
    template = DocxTemplate(TEMPLATE)
    template.render({"report": report}, _environment(outputs))
    document: Document = template.docx
    made = datetime.combine(report.made, time(), UTC)
    properties = document.core_properties
    properties.title, properties.subject = one_line(report.title, 200), one_line(report.community, 200)
    properties.author, properties.last_modified_by, properties.keywords = "", "", MARK
    properties.created = properties.modified = made
    properties.revision = 1
    return sealed(document)


def _environment(outputs: Outputs) -> Environment:
    """Everything printed is escaped, stands on one line, and shows no address."""
    instead = outputs.report["address"]

    def printed(value: Any) -> Any:  # noqa: ANN401 whatever the template prints
        return _ADDRESS.sub(instead, one_line(value, _LONGEST)) if isinstance(value, str) else value

    return Environment(autoescape=True, undefined=StrictUndefined, finalize=printed)


def sealed(document: Document) -> bytes:
    """A document's bytes without the hour they were made; its properties lie open at the front.

    Args:
        document: any document.
    """
    loose, tight = io.BytesIO(), io.BytesIO()
    document.save(loose)
    with zipfile.ZipFile(loose) as source, zipfile.ZipFile(tight, "w") as target:
        names = source.namelist()
        for name in (*(name for name in _FIRST if name in names), *sorted(set(names) - set(_FIRST))):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_STORED if name == _FIRST[-1] else zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            target.writestr(entry, source.read(name))
    return tight.getvalue()
