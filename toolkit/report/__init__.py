"""The report of a term or school year for the archive: what was promised, done and missed, clause by clause."""

from toolkit.report.pages import Report
from toolkit.report.whole import report

__all__ = ["Report", "report"]
