"""The user's sessions as iCalendar: what an entry says, and what has changed since the last time.

A calendar knows an entry by its UID, and takes the one with the higher SEQUENCE. The server's rows
have no revision, and a cancelled session has no row. So the entries that were written last are kept
on this machine, and each difference raises an entry's SEQUENCE. It counts minutes since 2020, so
that it also rises on another machine, and where what was kept is lost.

No I/O and no Textual. Cases, briefs and e-mails are never in an entry.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationError

from medtui.core.agenda import name_of
from medtui.core.invitation import command
from medtui.core.models import Line, Moment, PracticeSession, safe_link

if TYPE_CHECKING:
    from icalendar import Alarm, Event

KEPT = timedelta(days=30)
"""Sessions that began longer ago are in no calendar any more."""

ALARMS = (timedelta(minutes=10), timedelta(minutes=1))
"""How long before a session it is announced."""

FIRST = datetime(2020, 1, 1, tzinfo=UTC)


class CalendarEntry(BaseModel):
    """A session as a calendar has it. `changed_at`: when its values were first written.

    `place` is the room's link, or its name; `link` is empty where no browser should open it.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: UUID
    starts_at: Moment
    title: Line
    seat: Line
    place: Line = ""
    link: Line = ""
    note: Line = ""
    is_settled: bool = False
    """Whether the guest's seat is taken."""
    is_cancelled: bool = False
    sequence: int = 0
    changed_at: Moment = FIRST


def entry_of(session: PracticeSession, me: UUID) -> CalendarEntry:
    """The entry of one of the user's sessions, not yet numbered."""
    partner, link = session.partner_of(me), safe_link(session.room_url)
    is_settled = session.guest_id is not None
    whom = f"with {name_of(partner)}" if is_settled else "(seat free)"
    return CalendarEntry(
        id=session.id,
        starts_at=session.starts_at,
        title=f"{session.type_label} {whom}",
        seat="host" if session.host_id == me else "guest",
        place=link[0] if link else session.room_url or "",
        link=link[0] if link else "",
        note=session.note or "",
        is_settled=is_settled,
    )


def revised(
    before: Mapping[UUID, CalendarEntry],
    sessions: Iterable[PracticeSession],
    me: UUID,
    now: datetime,
    *,
    since: datetime,
) -> dict[UUID, CalendarEntry]:
    """The entries of a calendar that is written now, by session, earliest first.

    Args:
        before: those that were written last.
        sessions: all of the user's sessions that start at `since` or later; others are ignored.
            An earlier entry that is not among them stays as it is, a later one is cancelled.
    """
    found = {session.id: entry_of(session, me) for session in sessions if session.involves(me)}
    entries = {}
    for id_, last in before.items():
        if id_ not in found and last.starts_at > now - KEPT:
            is_over = last.starts_at < since or last.is_cancelled
            entries[id_] = last if is_over else _next(last, now, is_cancelled=True)
    for id_, entry in found.items():
        last_one = before.get(id_)
        same = last_one and entry.model_copy(
            update={"sequence": last_one.sequence, "changed_at": last_one.changed_at}
        )
        if last_one is not None and same == last_one:
            entries[id_] = last_one
        else:
            entries[id_] = _next(entry, now, last_one.sequence if last_one else -1)
    return dict(sorted(entries.items(), key=lambda item: (item[1].starts_at, item[0])))


def entries_in(value: Any) -> dict[UUID, CalendarEntry]:
    """The entries in a kept value; none if it is malformed."""
    try:
        entries = [CalendarEntry.model_validate(item) for item in value or ()]
    except (ValidationError, TypeError):
        return {}
    return {entry.id: entry for entry in entries}


def _next(
    entry: CalendarEntry, now: datetime, last: int | None = None, *, is_cancelled: bool = False
) -> CalendarEntry:
    """The entry with a number above `last`, by default its own."""
    last = entry.sequence if last is None else last
    sequence = max(last + 1, (now - FIRST) // timedelta(minutes=1))
    update = {
        "sequence": sequence,
        "changed_at": now.replace(microsecond=0),
        "is_cancelled": is_cancelled,
    }
    return entry.model_copy(update=update)


def as_icalendar(entries: Iterable[CalendarEntry], length: timedelta) -> bytes:
    """A calendar file, as RFC 5545 has it. `length`: of each session, whose rows have none."""
    from icalendar import Calendar

    from medtui import __version__

    calendar = Calendar()
    calendar.add("prodid", f"-//medtui//medtui {__version__}//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", "medtui")
    for entry in entries:
        calendar.add_component(_event(entry, length))
    return bytes(calendar.to_ical())


def _event(entry: CalendarEntry, length: timedelta) -> Event:
    from icalendar import Event, vUri

    event = Event()
    event.add("uid", str(entry.id))
    event.add("dtstamp", entry.changed_at)
    event.add("last-modified", entry.changed_at)
    event.add("sequence", entry.sequence)
    event.add("dtstart", entry.starts_at)
    event.add("dtend", entry.starts_at + length)
    event.add("summary", entry.title)
    says = f"You are the {entry.seat}. {command(entry.id)}"
    event.add("description", "\n".join(filter(None, (entry.note, says))))
    if entry.place:
        event.add("location", entry.place)
    if entry.link:
        event.add("url", vUri(entry.link))
    if entry.is_cancelled:
        event.add("status", "CANCELLED")
        return event
    event.add("status", "CONFIRMED" if entry.is_settled else "TENTATIVE")
    for before in ALARMS:
        event.add_component(_alarm(entry, before))
    return event


def _alarm(entry: CalendarEntry, before: timedelta) -> Alarm:
    from icalendar import Alarm

    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", entry.title)
    alarm.add("trigger", -before)
    return alarm
