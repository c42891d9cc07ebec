"""Calendar files: what a calendar reads in them, and nothing that a sheet could smuggle in."""

import dataclasses
import datetime as dt
import re

import icalendar
import pytest
from test_hostile import HOSTILE

from toolkit.render.calendar_file import calendar_file, cancellations
from toolkit.views import EventLine

STAMP = dt.datetime(2026, 11, 24, 7, 30, tzinfo=dt.timezone(dt.timedelta(hours=8)))
EVENT = EventLine(
    uid="0a1b2c",
    day=dt.date(2026, 11, 26),
    last=dt.date(2026, 11, 26),
    kind="联合教研",
    title="六年级数学复习",
    host="中心",
    cancelled=False,
    fingerprint="f",
    place="活动!7",
)
LONG = dataclasses.replace(EVENT, uid="3d4e5f", last=dt.date(2026, 11, 28), host="", title="夏令营" * 40)
OFF = dataclasses.replace(EVENT, uid="6a7b8c", cancelled=True)


def options(**changes):
    return {
        "name": "甲镇学区共同体",
        "summary": "{kind}：{title}",
        "sequence": {"3d4e5f": 2},
        "stamp": STAMP,
        **changes,
    }


def entries(content):
    return icalendar.Calendar.from_ical(content).walk("VEVENT")


def lines(content):
    return content.replace(b"\r\n ", b"").decode().split("\r\n")


def test_coming_events_are_published_as_whole_days():
    content = calendar_file([EVENT, OFF, LONG], **options())
    calendar = icalendar.Calendar.from_ical(content)
    assert (calendar["method"], calendar["version"], str(calendar["x-wr-calname"])) == (
        "PUBLISH",
        "2.0",
        "甲镇学区共同体",
    )
    assert [str(zone["tzid"]) for zone in calendar.walk("VTIMEZONE")] == ["Asia/Shanghai"]
    first, second = entries(content)
    assert str(first["uid"]) == "0a1b2c"
    assert str(first["summary"]) == "联合教研：六年级数学复习"
    assert (first["location"], first["status"], first["transp"]) == ("中心", "CONFIRMED", "TRANSPARENT")
    assert (first.decoded("dtstart"), first.decoded("dtend")) == (dt.date(2026, 11, 26), dt.date(2026, 11, 27))
    assert (second.decoded("dtstart"), second.decoded("dtend")) == (dt.date(2026, 11, 26), dt.date(2026, 11, 29))
    assert (first["sequence"], second["sequence"]) == (0, 2)
    assert first.decoded("dtstamp") == STAMP
    assert "location" not in second
    assert "DTSTART;VALUE=DATE:20261126" in lines(content)
    assert "DTSTAMP:20261123T233000Z" in lines(content)


def test_called_off_events_are_cancelled():
    content = cancellations([EVENT, OFF], **options(sequence={"6a7b8c": 3}))
    assert icalendar.Calendar.from_ical(content)["method"] == "CANCEL"
    (entry,) = entries(content)
    assert (str(entry["uid"]), entry["status"], entry["sequence"]) == ("6a7b8c", "CANCELLED", 3)


def test_without_events_there_is_no_file():
    assert calendar_file([OFF], **options()) is None
    assert cancellations([EVENT], **options()) is None


def test_a_title_that_may_not_be_shown_leaves_the_kind():
    (entry,) = entries(calendar_file([dataclasses.replace(EVENT, title="")], **options()))
    assert str(entry["summary"]) == "联合教研"


def test_who_it_comes_from():
    (entry,) = entries(calendar_file([EVENT], **options(organizer="office@example.com", name='甲镇";X=1:共同体')))
    assert str(entry["organizer"]) == "mailto:office@example.com"
    assert list(entry["organizer"].params) == ["CN"]


def test_lines_are_folded_at_75_octets_and_never_within_a_sign():
    content = calendar_file([LONG], **options())
    folded = content.split(b"\r\n")
    assert max(map(len, folded)) <= 75
    assert any(line.startswith(b" ") for line in folded)
    assert b"\n" not in content.replace(b"\r\n", b"")
    for line in folded:
        line.decode()
    assert str(entries(content)[0]["summary"]) == "联合教研：" + "夏令营" * 40


def test_the_same_events_give_the_same_bytes():
    assert calendar_file([EVENT, LONG], **options()) == calendar_file([EVENT, LONG], **options())


def names(content):
    """Of the properties; a place is there only where there is a host."""
    found = [re.split("[:;]", line)[0] for line in lines(content)]
    return [name for name in found if name != "LOCATION"]


INJECTIONS = [
    "a\r\nATTENDEE:mailto:x@example.com",
    "a\nEND:VEVENT\nBEGIN:VALARM",
    "a\rEND:VEVENT",
    "a\u2028END:VEVENT",
    "a\x85END:VEVENT\x0bX:1",
    "a\\nEND:VEVENT",
    "\\N\\;\\,;,:\"'",
    "{title}{0}",
]


@pytest.mark.parametrize("text", [*HOSTILE, *INJECTIONS], ids=lambda text: ascii(text)[:24])
def test_hostile_text_stays_one_value(text):
    hostile = dataclasses.replace(EVENT, kind=text, title=text, host=text, uid=text)
    content = calendar_file([hostile, EVENT], **options(name=text, organizer="office@example.com"))
    plain = calendar_file([EVENT, EVENT], **options(organizer="office@example.com"))
    assert names(content) == names(plain)
    assert all(len(line.splitlines()) <= 1 for line in content.decode().split("\r\n"))
    first, second = entries(content)
    assert "\n" not in str(first["summary"])
    assert str(second["summary"]) == "联合教研：六年级数学复习"
    assert len(str(first["summary"])) <= 250
