"""Templates of one's own: they take the place of ours, reach no more than ours, and say where they are wrong."""

import re
from dataclasses import dataclass, replace

import pytest
from markdown import BASE, workbook
from test_digests import ENTRIES, PLAN, READERS, STAMP, WORDS, viewer

from toolkit.digests import digests
from toolkit.errors import UsageError
from toolkit.render.digest import parts
from toolkit.template_faults import TemplateFault, template_faults
from toolkit.templates import FOLDER, LETTERS, environment, fill, source_texts


@dataclass(frozen=True, slots=True)
class Thing:
    """What a template is given."""

    name: str


@pytest.fixture
def own(tmp_path):
    """A function that writes templates of one's own, by path, and gives their folder."""

    def write(**files):
        for name, text in files.items():
            path = tmp_path / name.replace("__", "/").replace("_", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return tmp_path

    return write


@pytest.fixture(scope="module")
def digest():
    found = digests(viewer(workbook(BASE, READERS, PLAN, ENTRIES)), "weekly")
    return next(digest for digest in found if digest.role == "leader")


def made(digest, overrides=None):
    return parts(digest, WORDS, sequence={}, stamp=STAMP, overrides=overrides)


def refusal(folder, digest):
    with pytest.raises(UsageError) as told:
        made(digest, folder)
    return str(told.value)


def test_an_empty_folder_changes_nothing(digest, tmp_path):
    assert made(digest, tmp_path) == made(digest)


def test_copies_of_all_templates_change_nothing(digest, own):
    copies = {path.relative_to(FOLDER).as_posix(): path for name in LETTERS for path in (FOLDER / name).rglob("*.*")}
    folder = own(**{name.replace("/", "__").replace(".", "_"): path.read_bytes() for name, path in copies.items()})
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*.*")} == set(copies)
    assert made(digest, folder) == made(digest)


def test_only_what_it_names_is_other(digest, own):
    folder = own(weekly__leader__subject_txt="{{ community }}：请看本周的情况")
    shipped = made(digest)
    assert made(digest, folder) == replace(shipped, subject="甲镇共同体：请看本周的情况")
    assert made(digest) == shipped


def test_templates_of_ours_take_in_those_of_ones_own(digest, own):
    text = (FOLDER / "mail/phrases.html").read_text("utf-8")
    greeting = re.compile(r"({% macro greeting\(\) %}).*?(?={% endmacro)")
    folder = own(mail__phrases_html=greeting.sub(r"\1尊敬的{{ digest.reader }}：", text))
    changed = made(digest, folder)
    assert "尊敬的林主任：" in changed.text
    assert "尊敬的林主任：" in changed.html


def test_templates_of_ones_own_extend_and_take_in_ours_and_each_other(digest, own):
    folder = own(
        weekly__leader__body_html='{% extends "mail/layout.html" %}{% block sections %}'
        '<tr><td>{% include "weekly/leader/seal.html" %}</td></tr>{% endblock %}',
        weekly__leader__seal_html="<b>{{ view.community }}办公室</b>",
    )
    assert "<b>甲镇共同体办公室</b>" in made(digest, folder).html
    assert template_faults(folder) == ()


HOSTILE = '<b>&amp;"王"</b>{{ 7*7 }}'


def test_values_are_escaped_in_pages_and_as_they_are_in_texts(digest, own):
    shown = replace(digest, reader=HOSTILE)
    folder = own(
        weekly__leader__body_html="<p>{{ digest.reader }}</p>",
        weekly__leader__body_txt="{{ digest.reader }}，您好",
        weekly__leader__subject_txt="{{ digest.reader }}",
    )
    changed = made(shown, folder)
    assert changed.html == "<p>&lt;b&gt;&amp;amp;&#34;王&#34;&lt;/b&gt;{{ 7*7 }}</p>"
    assert changed.text == f"{HOSTILE}，您好\n"
    assert changed.subject == HOSTILE


@pytest.mark.parametrize(
    "reach",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ digest.__class__ }}",
        "{{ words.listed.__func__.__globals__ }}",
        "{{ ('{0.__class__}').format(digest) }}",
        "{{ digest | attr('__class__') }}",
        "{{ namespace.__init__.__globals__ }}",
        "{{ faults.clear() }}",
        "{% for _ in range(999999999) %}{% endfor %}",
    ],
)
def test_a_template_cannot_reach_python_behind_what_it_is_given(reach, digest, own):
    told = refusal(own(weekly__leader__subject_txt=reach), digest)
    assert told.startswith("weekly/leader/subject.txt, line 1: ")
    assert "<class" not in told


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        ("weekly__leader__subject_txt", "一\n{{ 二", "weekly/leader/subject.txt, line 2: unexpected end of template"),
        ("weekly__leader__subject_txt", "\n\n{% if x %}", "weekly/leader/subject.txt, line 3: Unexpected end of template"),
        ("weekly__leader__subject_txt", "\n{{ nothing }}", "weekly/leader/subject.txt, line 2: 'nothing' is undefined"),
        ("weekly__leader__body_txt", "{{ view.nothing }}", "weekly/leader/body.txt, line 1: "),
        ("weekly__leader__body_html", "\n\n{{ 1 / 0 }}", "weekly/leader/body.html, line 3: division by zero"),
        ("weekly__leader__body_html", "{{ 1 + '1' }}", "weekly/leader/body.html, line 1: unsupported operand"),
        ("weekly__leader__body_html", "{{ view | nothing }}", "weekly/leader/body.html, line 1: No filter named 'nothing'"),
        ("weekly__leader__body_html", "\n{% include 'mail/no.html' %}", "weekly/leader/body.html, line 2: there is no template mail/no.html"),
        ("weekly__leader__body_html", "{% include '../x' %}", "weekly/leader/body.html, line 1: there is no template ../x"),
        ("weekly__leader__body_html", b"\xff\xfe", "weekly/leader/body.html: 'utf-8' codec can't decode"),
        ("mail__phrases_html", "{# nothing #}", "weekly/leader/body.html, line "),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place_and_what_to_do(name, text, place, digest, own):
    folder = own(**{name: text})
    told = refusal(folder, digest)
    assert told.startswith(place)
    assert told.endswith(f"; correct it in {folder}, or take the file away: then the shipped one is used.")
    assert "\n" not in told


def test_a_folder_that_is_not_there_is_said(digest, tmp_path):
    missing = tmp_path / "没有"
    assert refusal(missing, digest) == (
        f"{missing} is no folder; correct templates.folder in the configuration, or make it."
    )
    assert template_faults(missing) == (TemplateFault("folder"),)


def test_mistakes_in_ours_alone_are_not_blamed_on_the_user():
    with pytest.raises(Exception, match="undefined") as told:
        fill("weekly/leader/subject.txt")
    assert not isinstance(told.value, UsageError)


def test_the_doctor_finds_what_is_wrong_without_filling_anything_in(own):
    folder = own(
        weekly__leader__subject_txt="{{ nothing }}",
        weekly__leader__body_txt="一\n{% if %}",
        weekly__leaders__body_html="<p></p>",
        weekly__liaison__body_html=b"\xff",
        weekly__principal__body_html="{% include 'mail/footer.html' %}{% include 'mail/mine.html' %}",
        mail__mine_html="<p></p>",
        page__index_html="<p></p>",
        notes_txt="",
    )
    (folder / ".DS_Store").touch()
    assert template_faults(folder) == (
        TemplateFault("unused", "notes.txt"),
        TemplateFault("unused", "page/index.html"),
        TemplateFault(
            "unreadable", "weekly/leader/body.txt", 2, "Expected an expression, got 'end of statement block'"
        ),
        TemplateFault("unused", "weekly/leaders/body.html", detail="weekly/leader/body.html"),
        TemplateFault("unreadable", "weekly/liaison/body.html"),
        TemplateFault("reference", "weekly/principal/body.html", detail="mail/footer.html"),
    )


def test_ours_have_no_faults():
    found = [fault for fault in template_faults(FOLDER) if fault.path.partition("/")[0] in LETTERS]
    assert found == []


def test_the_texts_in_force_are_ours_and_those_that_take_their_place(own):
    folder = own(weekly__leader__subject_txt="本周安排", page__index_html="网页")
    found = source_texts(("weekly",), folder)
    assert "本周安排" in found
    assert "网页" not in found
    assert (FOLDER / "weekly/leader/subject.txt").read_text("utf-8") not in found.splitlines()[0:1]
    assert (FOLDER / "weekly/principal/body.html").read_text("utf-8") in found
    assert source_texts(("weekly",)) == source_texts(("weekly",), None)
    assert "本周安排" not in source_texts(LETTERS)


def test_a_template_that_is_corrected_is_used_at_once(digest, own):
    folder = own(weekly__leader__subject_txt="{{ 一")
    refusal(folder, digest)
    own(weekly__leader__subject_txt="一二三")
    assert made(digest, folder).subject == "一二三"
    assert environment(folder) is environment(folder)
