"""Calendar files, as two readers read them that know nothing of each other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class ReadEvent:
    """What both readers have found of an entry."""

    title: str
    starts_at: datetime
    ends_at: datetime
    status: str
    sequence: int
    url: str
    alarms: tuple[timedelta, ...]


def read_calendar(content: bytes) -> dict[str, ReadEvent]:
    """The entries by UID; both readers have to find the same, and each UID once."""
    ours, others = _by_icalendar(content), _by_ical(content)
    assert ours == others
    return ours


def _by_icalendar(content: bytes) -> dict[str, ReadEvent]:
    from icalendar import Calendar

    calendar = Calendar.from_ical(content)
    events = calendar.walk("VEVENT")
    assert not [error for part in calendar.walk() for error in part.errors]
    found = {
        str(event["UID"]): ReadEvent(
            str(event["SUMMARY"]),
            event.decoded("DTSTART"),
            event.decoded("DTEND"),
            str(event["STATUS"]),
            int(event["SEQUENCE"]),
            str(event.get("URL", "")),
            tuple(alarm.decoded("TRIGGER") for alarm in event.walk("VALARM")),
        )
        for event in events
    }
    assert len(found) == len(events)
    return found


def _by_ical(content: bytes) -> dict[str, ReadEvent]:
    from ical.calendar_stream import IcsCalendarStream  # half a second, so not for each process

    calendar = IcsCalendarStream.calendar_from_ics(content.decode())
    found = {
        event.uid: ReadEvent(
            event.summary or "",
            event.dtstart,
            event.dtend,
            event.status.value if event.status else "",
            event.sequence or 0,
            str(event.url or ""),
            tuple(alarm.trigger for alarm in event.alarm),
        )
        for event in calendar.events
    }
    assert len(found) == len(calendar.events)
    return found
