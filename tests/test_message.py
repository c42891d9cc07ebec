"""Messages: their structure, what reaches the reader, and nothing that a sheet could smuggle in."""

import datetime as dt
import email
import re
from email.policy import default

import pytest
from test_hostile import HOSTILE

from toolkit.render.message import Attachment, MessageParts, message

SENT = dt.datetime(2026, 11, 24, 7, 30, tzinfo=dt.timezone(dt.timedelta(hours=8)))
PAGE = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><style>
p { color: #1b2330; margin: 0 }
a:hover { color: red }
@media (prefers-color-scheme: dark) { p { color: #eeeeee !important } }
@media (max-width: 480px) { p { font-size: 18px !important } }
</style></head><body><p>本周 &lt;三&gt; 件</p><img src="cid:trend@consortium" alt="走势"></body></html>
"""
PICTURE = b"\x89PNG\r\n\x1a\n\x00\r\n--"
CALENDAR = Attachment("events.ics", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "PUBLISH")
CANCELLED = Attachment("cancelled.ics", b"BEGIN:VCALENDAR\r\nMETHOD:CANCEL\r\nEND:VCALENDAR\r\n", "CANCEL")


def parts(**changes):
    given = {"reader": "王芳", "email": "wang@example.com", "subject": "周报", "text": "您好\n", "html": PAGE}
    return MessageParts(**{**given, **changes})


def sent(**changes):
    return message(parts(**changes), sender="office@example.com", sent_at=SENT).as_bytes()


def received(**changes):
    return email.message_from_bytes(sent(**changes), policy=default)


def structure(part):
    kind = part.get_content_type()
    return (kind, [structure(inner) for inner in part.iter_parts()]) if part.is_multipart() else kind


ALTERNATIVE = ("multipart/alternative", ["text/plain", "text/html"])
WITH_PICTURE = ("multipart/alternative", ["text/plain", ("multipart/related", ["text/html", "image/png"])])
SHOWN = {"picture": PICTURE, "picture_id": "trend@consortium"}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ALTERNATIVE),
        (SHOWN, WITH_PICTURE),
        ({"attachments": (CALENDAR,)}, ("multipart/mixed", [ALTERNATIVE, "text/calendar"])),
        (
            {**SHOWN, "attachments": (CALENDAR, CANCELLED)},
            ("multipart/mixed", [WITH_PICTURE, "text/calendar", "text/calendar"]),
        ),
    ],
    ids=["text", "picture", "attachment", "all"],
)
def test_only_what_is_there_has_a_place(changes, expected):
    mail = received(**changes)
    assert structure(mail) == expected
    assert [part.defects for part in mail.walk() if part.defects] == []


def test_headers():
    mail = received()
    assert mail["From"] == "office@example.com"
    assert (mail["To"].addresses[0].display_name, mail["To"].addresses[0].addr_spec) == ("王芳", "wang@example.com")
    assert mail["Subject"] == "周报"
    assert mail["Date"].datetime == SENT
    assert mail["Auto-Submitted"] == "auto-generated"
    assert len({key.lower() for key in mail}) == len(list(mail))


def test_the_reader_gets_the_text_the_page_the_picture_and_the_calendar():
    mail = received(**SHOWN, attachments=(CALENDAR, CANCELLED))
    assert mail.get_body(("plain",)).get_content() == "您好\r\n"
    assert "本周 &lt;三&gt; 件" in mail.get_body(("html",)).get_content()
    (picture,) = [part for part in mail.walk() if part.get_content_type() == "image/png"]
    assert picture.get_content() == PICTURE
    assert picture["Content-ID"] == "<trend@consortium>"
    assert picture.get_content_disposition() == "inline"
    (related,) = [part for part in mail.walk() if part.get_content_type() == "multipart/related"]
    assert related.get_param("type") == "text/html"
    files = list(mail.iter_attachments())
    assert [file.get_filename() for file in files] == ["events.ics", "cancelled.ics"]
    assert [file.get_param("method") for file in files] == ["PUBLISH", "CANCEL"]
    assert [file.get_payload(decode=True) for file in files] == [CALENDAR.content, CANCELLED.content]


def test_rules_stand_on_elements_and_those_for_the_dark_and_for_phones_in_the_block():
    page = received().get_body(("html",)).get_content()
    assert re.search(r'<p style="color: ?#1b2330; ?margin: ?0;?">', page)
    block = re.search(r"<style>(.*?)</style>", page, re.DOTALL)[1]
    assert "prefers-color-scheme: dark" in block
    assert "max-width: 480px" in block
    assert "a:hover" in block
    assert "#1b2330" not in block
    assert page.index("charset") < page.index("<style>")


def test_a_page_fetches_nothing(tmp_path):
    (tmp_path / "secret.css").write_text("p{color:rebeccapurple}")
    link = f'<link rel="stylesheet" href="file://{tmp_path}/secret.css"><link rel="stylesheet" href="http://127.0.0.1:9/x">'
    page = received(html=PAGE.replace("<style>", link + "<style>")).get_body(("html",)).get_content()
    assert "rebeccapurple" not in page
    assert "<link" not in page


def test_the_same_parts_give_the_same_bytes_and_others_other_boundaries():
    whole = {**SHOWN, "attachments": (CALENDAR,)}
    assert sent(**whole) == sent(**whole)
    assert received(**whole).get_boundary() != received(**whole, text="再见\n").get_boundary()


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text)[:24])
def test_hostile_text_stays_where_it_was_put(text):
    raw = sent(reader=text, subject=text, text=text, html=f"<p>{text}</p>", **SHOWN, attachments=(CALENDAR,))
    mail = email.message_from_bytes(raw, policy=default)
    assert structure(mail) == ("multipart/mixed", [WITH_PICTURE, "text/calendar"])
    assert [part.defects for part in mail.walk() if part.defects] == []
    names = ["X-Mailer", "From", "To", "Subject", "Date", "Auto-Submitted", "MIME-Version", "Content-Type"]
    assert sorted(mail.keys()) == sorted(names)
    assert [address.addr_spec for address in mail["To"].addresses] == ["wang@example.com"]
    assert len(mail["Subject"]) <= 120
    assert mail["Subject"].isprintable()
    assert mail["Subject"] == mail["Subject"].strip()
    assert mail.get_body(("plain",)).get_content() == text + "\r\n"
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert b"\r" not in raw.replace(b"\r\n", b"")


@pytest.mark.parametrize(
    "reader",
    [
        "王, 芳 <boss@example.com>",
        '"王" 芳; (甲)',
        "Wang, Fang " * 9,
        "Dr. Wang. " * 9,
        "a:b;c " * 20,
        '"' * 90,
        "<x@example.com>," * 6,
        "=?utf-8?q?x?=",
        "王芳，" * 30,
        "",
    ],
)
def test_a_name_cannot_become_an_address(reader):
    (address,) = received(reader=reader)["To"].addresses
    assert address.addr_spec == "wang@example.com"


def test_an_address_cannot_become_a_header_or_two_addresses():
    with pytest.raises(ValueError, match="CR or LF"):
        sent(email="wang@example.com\r\nBcc: x@example.com")
    assert len(received(email="wang@example.com, x@example.com")["To"].addresses) == 1
