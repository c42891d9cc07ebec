"""Every kind of problem has a file in the gallery: a small workbook, and all that is said about it."""

from datetime import date
from pathlib import Path

import pytest
from markdown import BASE, workbook

from toolkit.assess import assess
from toolkit.schema import load_schema

GALLERY = Path(__file__).parent / "gallery"
SCHEMA = load_schema()
AS_OF = date(2025, 11, 24)


def test_every_kind_of_problem_is_shown():
    assert sorted(path.stem for path in GALLERY.glob("*.md")) == sorted(SCHEMA.messages.problems)


@pytest.mark.parametrize("path", sorted(GALLERY.glob("*.md")), ids=lambda path: path.stem)
def test_gallery(path):
    sheets, _, expected = path.read_text(encoding="utf-8").partition("<!-- problems -->\n")
    base = "" if "as it stands" in sheets else BASE
    problems = assess(workbook(base, sheets), SCHEMA, AS_OF).problems
    assert [_shown(problem) for problem in problems] == expected.splitlines()
    assert path.stem in {problem.rule for problem in problems}


def _shown(problem):
    place = f"{problem.sheet}!{problem.cell or problem.row or ''}"
    suggestion = f" ⇒ {problem.suggestion}" if problem.suggestion else ""
    return f"- {problem.severity} {problem.rule} {place} {problem.message}{suggestion}"
