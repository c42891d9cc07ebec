"""Messages: their form, what reaches the reader, and nothing that a sheet could smuggle in."""

import datetime as dt
import email
import re
from dataclasses import replace
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import compat32, default
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_hostile import HOSTILE

from toolkit.errors import UsageError
from toolkit.outputs import load_outputs
from toolkit.render.mail_policy import MAIL
from toolkit.render.message import Attachment, MessageParts, Origin, message, message_id
from toolkit.render.one_line import one_line
from toolkit.render.preview import shown
from toolkit.schema import load_schema

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
CALENDAR = Attachment("活动日历.ics", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "PUBLISH")
CANCELLED = Attachment("cancelled.ics", b"BEGIN:VCALENDAR\r\nMETHOD:CANCEL\r\nEND:VCALENDAR\r\n", "CANCEL")


ORIGIN = Origin("office@example.com", "甲镇共同体", "desk@example.com", "甲镇共同体")
IDENTITY = message_id(ORIGIN, "weekly", "2026-W48", "k")
GOLDEN = Path(__file__).parent / "golden" / "message.eml"
NAMES = ["X-Mailer", "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "Auto-Submitted"]
NAMES += ["X-Auto-Response-Suppress", "List-Id", "List-Unsubscribe", "MIME-Version", "Content-Type"]


def parts(**changes):
    given = {"reader": "王芳", "email": "wang@example.com", "subject": "周报", "text": "您好\n", "html": PAGE}
    given |= {"list_name": "甲镇共同体 · 周报", "unsubscribe": "退订周报"}
    return MessageParts(**{**given, **changes})


def sent(origin=ORIGIN, identity=IDENTITY, **changes):
    return message(parts(**changes), origin=origin, kind="weekly", message_id=identity, sent_at=SENT).as_bytes()


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
    assert dict(received().items()) == {
        "X-Mailer": "consortium-toolkit",
        "From": "甲镇共同体 <office@example.com>",
        "To": "王芳 <wang@example.com>",
        "Reply-To": "desk@example.com",
        "Subject": "周报",
        "Date": "Tue, 24 Nov 2026 07:30:00 +0800",
        "Message-ID": IDENTITY,
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "List-Id": "甲镇共同体 · 周报 <weekly.2e069dd4.example.com>",
        "List-Unsubscribe": "<mailto:desk@example.com?subject=%e9%80%80%e8%ae%a2%e5%91%a8%e6%8a%a5>",
        "MIME-Version": "1.0",
        "Content-Type": 'multipart/alternative; boundary="=_alternative_of_consortium-toolkit"',
    }
    assert list(received()) == NAMES


def test_without_an_address_for_answers_they_go_to_the_sender():
    mail = email.message_from_bytes(sent(replace(ORIGIN, reply_to="")), policy=default)
    assert mail["Reply-To"] is None
    assert mail["List-Unsubscribe"].startswith("<mailto:office@example.com?")


def test_a_sender_without_a_name_and_a_list_without_one_stand_alone():
    mail = email.message_from_bytes(sent(replace(ORIGIN, name=""), list_name=""), policy=default)
    assert (mail["From"], mail["List-Id"]) == ("office@example.com", "<weekly.2e069dd4.example.com>")


def test_the_message_id_is_the_same_for_the_same_message_alone():
    assert re.fullmatch(r"<[0-9a-f]{32}@example\.com>", IDENTITY)
    same = replace(ORIGIN, name="别名", reply_to="", address="Desk@example.com")
    assert message_id(same, "weekly", "2026-W48", "k") == IDENTITY
    others = [
        message_id(replace(ORIGIN, community="乙镇共同体"), "weekly", "2026-W48", "k"),
        message_id(ORIGIN, "overdue", "2026-W48", "k"),
        message_id(ORIGIN, "weekly", "2026-W49", "k"),
        message_id(ORIGIN, "weekly", "2026-W48", "l"),
        message_id(ORIGIN, "weekly2026-W48", "", "k"),
    ]
    assert len({IDENTITY, *others}) == 6


def test_every_topic_has_the_word_that_the_recipients_sheet_uses():
    topics = load_schema().sheets["recipients"].by_key["topics"].words
    assert dict(load_outputs().mail.topics) == dict(topics)


def test_the_whole_message_is_byte_for_byte_what_people_have_looked_at():
    subject = "甲镇共同体 · 东校周报 · 第 13 周：校长指导还差 1 次（1 月 23 日前）"
    given = {**SHOWN, "html": "<p>本周三件</p>", "subject": subject, "reader": "东联络"}
    files = (CALENDAR, replace(CANCELLED, name="取消的活动.ics"))
    assert sent(**given, attachments=files) == GOLDEN.read_bytes()


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
    assert [file.get_filename() for file in files] == ["活动日历.ics", "cancelled.ics"]
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


def test_the_same_parts_give_the_same_bytes():
    whole = {**SHOWN, "attachments": (CALENDAR,)}
    assert sent(**whole) == sent(**whole)


def test_nothing_in_a_part_can_end_it():
    line = "--=_alternative_of_consortium-toolkit--\r\n"
    mail = received(text=line * 3, html=f"<p>{line}</p>", picture=line.encode() * 9, picture_id="a@b")
    assert structure(mail) == WITH_PICTURE
    assert mail.get_body(("plain",)).get_content() == line * 3


def test_a_preview_reads_the_same_from_the_message_made_and_from_its_bytes():
    given = parts(**SHOWN, attachments=(CALENDAR, CANCELLED), subject="长" * 70)
    made = message(given, origin=ORIGIN, kind="weekly", message_id=IDENTITY, sent_at=SENT)
    seen = shown("a", "校长", made)
    assert seen == shown("a", "校长", email.message_from_bytes(made.as_bytes(), policy=default))
    assert (seen.to, seen.subject, seen.text) == ("王芳 <wang@example.com>", "长" * 70, "您好\r\n")
    assert seen.attachments == ("活动日历.ics", "cancelled.ics")
    assert "data:image/png;base64," in seen.html


# --- names of files


def attached(name):
    raw = sent(attachments=(replace(CALENDAR, name=name),))
    head = raw.split(b"\r\n--=_mixed")[2].split(b"\r\n\r\n")[0].decode("ascii")
    (file,) = email.message_from_bytes(raw, policy=default).iter_attachments()
    return head.split("\r\n", 1)[1], file


@pytest.mark.parametrize(
    ("name", "written"),
    [
        (
            "events-2.ics",
            """\
Content-Type: text/calendar; charset="utf-8"; method=PUBLISH;
 name="events-2.ics"
Content-Disposition: attachment;
 filename="events-2.ics"
""",
        ),
        (
            "活动日历.ics",
            """\
Content-Type: text/calendar; charset="utf-8"; method=PUBLISH;
 name="=?UTF-8?B?5rS75Yqo5pel5Y6GLmljcw==?="
Content-Disposition: attachment;
 filename="=?UTF-8?B?5rS75Yqo5pel5Y6GLmljcw==?=";
 filename*=UTF-8''%E6%B4%BB%E5%8A%A8%E6%97%A5%E5%8E%86.ics
""",
        ),
        (
            "台头学区教育发展共同体活动日历.ics",
            """\
Content-Type: text/calendar; charset="utf-8"; method=PUBLISH;
 name="=?UTF-8?B?5Y+w5aS05a2m5Yy65pWZ6IKy5Y+R5bGV5YWx5ZCM5L2T5rS75Yqo5pel?=
 =?UTF-8?B?5Y6GLmljcw==?="
Content-Disposition: attachment;
 filename="=?UTF-8?B?5Y+w5aS05a2m5Yy65pWZ6IKy5Y+R5bGV5YWx5ZCM5L2T5rS75Yqo?=
 =?UTF-8?B?5pel5Y6GLmljcw==?=";
 filename*=UTF-8''%E5%8F%B0%E5%A4%B4%E5%AD%A6%E5%8C%BA%E6%95%99%E8%82%B2%E5%8F%91%E5%B1%95%E5%85%B1%E5%90%8C%E4%BD%93%E6%B4%BB%E5%8A%A8%E6%97%A5%E5%8E%86.ics
""",
        ),
    ],
    ids=["plain", "Chinese", "long"],
)
def test_names_of_files_are_written_as_qq_and_163_write_them(name, written):
    head, file = attached(name)
    assert head.replace("\r\n", "\n") == written + "Content-Transfer-Encoding: base64"
    assert file.get_filename() == name


def test_a_long_name_of_a_file_is_cut_before_its_ending():
    head, file = attached("长" * 300 + ".ics")
    assert file.get_filename() == "长" * 55 + "….ics"
    assert max(map(len, head.split("\r\n"))) <= 998
    assert re.search(r"\*\d", head) is None


# --- text of people


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text)[:24])
def test_hostile_text_stays_where_it_was_put(text):
    raw = sent(reader=text, subject=text, text=text, html=f"<p>{text}</p>", **SHOWN, attachments=(CALENDAR,))
    mail = email.message_from_bytes(raw, policy=default)
    assert structure(mail) == ("multipart/mixed", [WITH_PICTURE, "text/calendar"])
    assert [part.defects for part in mail.walk() if part.defects] == []
    assert [address.addr_spec for address in mail["To"].addresses] == ["wang@example.com"]
    assert mail.get_body(("plain",)).get_content() == text + "\r\n"
    assert_sound(raw)


def assert_sound(raw):
    """ASCII, line ends as in mails, our headers once each, lines short where they can be folded."""
    assert raw.isascii()
    assert not set(raw.replace(b"\r\n", b"")) & {*range(32), 127} - {9}
    head = raw.split(b"\r\n\r\n")[0].decode().split("\r\n")
    assert [line.split(":")[0] for line in head if line[0] != " "] == NAMES
    long = [line for line in head if len(line) > 76]
    assert [line for line in long if not re.fullmatch(r"(?:Reply-To:|List-Unsubscribe:)? \S*", line)] == []
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert [word for line in head for word in re.findall(r"=\?\S*\?=", line) if len(word) > 75] == []


TEXTS = st.one_of(
    st.text(st.characters(), max_size=200),  # half signs too
    st.text(st.sampled_from("王a \r\n\0\x07\x1b\u202e\u200b\ud800\x85\u2028,;:<>@\"\\()=?_.&%'"), max_size=200),
    st.sampled_from([*HOSTILE, "=?utf-8?q?x?=", "=?UTF-8?B?YQ==?= =?gb18030?b?zfU=?=", "Bcc: x@example.com", "a\n b"]),
)


@settings(deadline=None)
@given(reader=TEXTS, sender=TEXTS, subject=TEXTS, community=TEXTS, request=TEXTS, name=TEXTS, body=TEXTS)
def test_any_text_is_read_back_on_one_line_and_adds_nothing(reader, sender, subject, community, request, name, body):
    origin = Origin("office@example.com", sender, "desk@example.com", community)
    raw = message(
        parts(
            reader=reader, subject=subject, list_name=community, unsubscribe=request, text=body, html=body,
            attachments=(replace(CALENDAR, name=name),),
        ),
        origin=origin, kind="weekly", message_id=message_id(origin, "weekly", community, reader), sent_at=SENT,
    ).as_bytes()  # fmt: skip
    assert_sound(raw)
    mail = email.message_from_bytes(raw, policy=default)
    assert structure(mail) == ("multipart/mixed", [ALTERNATIVE, "text/calendar"])
    assert mail["Subject"] == one_line(subject, 120)
    for header, text, address in (("From", sender, "office@example.com"), ("To", reader, "wang@example.com")):
        (found,) = mail[header].addresses
        assert (joined(found.display_name), found.addr_spec) == (joined(one_line(text, 120)), address)
    older = email.message_from_bytes(raw, policy=compat32)  # it does not decode by itself
    assert read(older["List-Id"]).rpartition("<")[0].strip() == one_line(community, 120)
    assert unquote(mail["List-Unsubscribe"]) == f"<mailto:desk@example.com?subject={one_line(request, 40)}>"
    (file,) = mail.iter_attachments()
    whole = one_line(name, len(name) + 1)
    read_name = file["Content-Disposition"].params["filename"]  # get_filename() takes brackets away
    assert read_name == whole or (len(whole) > 60 and len(read_name) <= 60)


def joined(name):
    """Without spaces: this parser reads some between the encoded words of a name that are not there."""
    return name.replace(" ", "")


def read(text):
    """Encoded words read by the older half of the library."""
    return str(make_header(decode_header(text)))


@settings(deadline=None)
@given(reader=TEXTS, subject=TEXTS, name=TEXTS)
def test_an_older_parser_reads_the_same(reader, subject, name):
    raw = sent(reader=reader, subject=subject, attachments=(replace(CALENDAR, name=name),))
    newer, older = (email.message_from_bytes(raw, policy=policy) for policy in (default, compat32))
    assert list(older.keys()) == NAMES
    assert read(older["Subject"]) == newer["Subject"]
    assert read(older["To"]).rpartition(" <")[0] == one_line(reader, 120)
    (file,), (part,) = newer.iter_attachments(), [part for part in older.walk() if part.get_filename() is not None]
    names = part.get_filename(), part.get_param("name")
    assert [*map(read, names)] == [file["Content-Disposition"].params["filename"]] * 2


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
    assert (joined(address.display_name), address.addr_spec) == (joined(one_line(reader, 120)), "wang@example.com")


# --- addresses


ODD = [
    "",
    "wang",
    "@example.com",
    "wang@example.com\r\nBcc: x@example.com",
    "wang@example.com, x@example.com",
    "wang@example.com>",
    "<wang@example.com>",
    '"wang"@example.com',
    "wang fang@example.com",
    "wang@exa mple.com",
    "wang@example..com",
    "wang@a@example.com",
    "王@example.com",
    "wang@例子.com",
    "wang@example.com\0",
    "a" * 65 + "@example.com",
    "a@" + "b" * 250 + ".com",
]


@pytest.mark.parametrize("address", ODD, ids=ascii)
def test_an_address_that_is_none_is_refused_without_being_told(address):
    for refused in (
        lambda: sent(email=address),
        lambda: sent(replace(ORIGIN, address=address)),
        lambda: sent(replace(ORIGIN, reply_to=address or "@")),
    ):
        with pytest.raises(UsageError, match="in plain ASCII") as told:
            refused()
        assert address in {"", "@example.com"} or address not in str(told.value)


def test_odd_but_sound_addresses_stay_what_they_are():
    for address in ("a+b%c?d&e=f@example.com", "consortium@localhost", "a" * 64 + "@" + "b." * 80 + "cn"):
        raw = sent(replace(ORIGIN, reply_to=address), email=address, reader="长" * 120)
        assert_sound(raw)
        mail = email.message_from_bytes(raw, policy=default)
        assert (mail["To"].addresses[0].addr_spec, mail["Reply-To"]) == (address, address)
        assert unquote(mail["List-Unsubscribe"].partition("?")[0]) == f"<mailto:{address}"


@pytest.mark.parametrize(
    "identity", ["<a@b>\r\nBcc: x@example.com", "<a@b>\n", "<王@b>", "<a@b>\r\n ", "<" + "a" * 999 + "@b>", "\0"]
)
def test_a_message_id_cannot_become_a_header(identity):
    with pytest.raises(ValueError, match="the header Message-ID is not finished"):
        sent(identity=identity)


def test_a_header_stands_once():
    mail = EmailMessage(policy=MAIL)
    mail["Subject"] = "a"
    with pytest.raises(ValueError, match="at most 1"):
        mail["subject"] = "b"
