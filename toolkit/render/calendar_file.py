"""Coming events as a file for calendars (RFC 5545), and those that were called off as one that takes them out again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from icalendar import Calendar, Event, Timezone, TimezoneStandard, vCalAddress, vText

from toolkit.render.one_line import one_line
from toolkit.views import EventLine

PUBLISH: Final = "PUBLISH"
"""The method (RFC 5546) of a file of events that take place."""
CANCEL: Final = "CANCEL"
"""The method of a file of events that do not."""

_MAKER = "-//consortium-toolkit//calendar//ZH"
_ZONE = "Asia/Shanghai"
_OFFSET = timedelta(hours=8)
_SINCE = datetime(1991, 9, 15)  # noqa: DTZ001 local time, as RFC 5545 wants it: since then China has had no summer time
_LONGEST = 250


def calendar_file(
    events: Sequence[EventLine],
    *,
    name: str,
    summary: str,
    sequence: Mapping[str, int],
    stamp: datetime,
    organizer: str = "",
) -> bytes | None:
    """Those that take place, as whole days; None where there are none.

    Args:
        events: in the order of the file; called-off ones are left out.
        name: of the calendar.
        summary: what an event is called, with {kind} and {title}; its kind alone where it has no title.
        sequence: by uid, how often the event has changed since it was first sent; 0 where it is not there.
        stamp: when the file is made, with a time zone; it is all the file knows of the clock.
        organizer: the address it comes from, which RFC 5546 asks for; left out where empty.
    """
    chosen = [event for event in events if not event.cancelled]
    return _file(chosen, PUBLISH, "CONFIRMED", name, summary, sequence, stamp, organizer)


def cancellations(
    events: Sequence[EventLine],
    *,
    name: str,
    summary: str,
    sequence: Mapping[str, int],
    stamp: datetime,
    organizer: str = "",
) -> bytes | None:
    """Those that are called off, to take them out of calendars; None where there are none.

    Args:
        events: in the order of the file; those that take place are left out.
        name: of the calendar.
        summary: what an event is called, with {kind} and {title}; its kind alone where it has no title.
        sequence: by uid, how often the event has changed since it was first sent: calling it off is a change.
        stamp: when the file is made, with a time zone.
        organizer: the address it comes from; left out where empty.
    """
    chosen = [event for event in events if event.cancelled]
    return _file(chosen, CANCEL, "CANCELLED", name, summary, sequence, stamp, organizer)


def _file(
    events: Sequence[EventLine],
    method: str,
    status: str,
    name: str,
    summary: str,
    sequence: Mapping[str, int],
    stamp: datetime,
    organizer: str,
) -> bytes | None:
    if not events:
        return None
    calendar = Calendar()
    for key, value in (("prodid", _MAKER), ("version", "2.0"), ("calscale", "GREGORIAN"), ("method", method)):
        calendar.add(key, value)
    calendar.add("x-wr-calname", _text(name))
    calendar.add("x-wr-timezone", _text(_ZONE))
    calendar.add_component(_zone())
    for event in events:
        entry = _entry(event, status, summary, sequence.get(event.uid, 0), stamp)
        if organizer:
            entry["organizer"] = _address(organizer, name)
        calendar.add_component(entry)
    return bytes(calendar.to_ical())


def _entry(event: EventLine, status: str, summary: str, sequence: int, stamp: datetime) -> Event:
    entry = Event()
    entry.add("uid", _text(event.uid))
    entry.add("sequence", sequence)
    entry.add("status", status)
    entry.add("dtstamp", stamp)
    entry.add("dtstart", event.day)
    entry.add("dtend", max(event.last, event.day) + timedelta(days=1))  # the first day that is free again
    entry.add("summary", _text(summary.format(kind=event.kind, title=event.title) if event.title else event.kind))
    entry.add("transp", "TRANSPARENT")  # nobody counts as busy for what somebody else may attend
    if event.host:
        entry.add("location", _text(event.host))
    return entry


def _text(text: str) -> vText:
    r"""Text as a value: on one line, without the backslash, for icalendar takes `\N` in it for a line break."""
    return vText(one_line(text.replace("\\", "＼"), _LONGEST))


def _address(address: str, name: str) -> vCalAddress:
    value = vCalAddress(f"mailto:{one_line(address, _LONGEST)}")
    value.params["CN"] = one_line(name, _LONGEST)
    return value


def _zone() -> Timezone:
    """The zone of the days, written out: a reader may lack it, and another year's table must not change the file."""
    standard = TimezoneStandard()
    standard.add("dtstart", _SINCE)
    standard.add("tzoffsetfrom", _OFFSET)
    standard.add("tzoffsetto", _OFFSET)
    standard.add("tzname", "CST")
    zone = Timezone()
    zone.add("tzid", _ZONE)
    zone.add_component(standard)
    return zone
