"""The board's wording: days, moments, countdowns, seats. Nothing here draws."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING
from uuid import UUID

from medtui.core.models import PracticeSession, Profile, Stage
from medtui.core.session_fields import what_changed

if TYPE_CHECKING:
    from medtui.core.date_parser import When


def day_label(day: date, today: date) -> str:
    """ "TODAY  Tuesday 24 November"."""
    name = f"{day:%A} {day.day} {day:%B}"
    if day.year != today.year:
        name += f" {day.year}"
    words = {-1: "YESTERDAY", 0: "TODAY", 1: "TOMORROW"}.get((day - today).days)
    return f"{words}  {name}" if words else name


def moment(at: datetime, now: datetime, zone: tzinfo) -> str:
    """ "today 18:30", "tomorrow 07:30", "Fri 27 Nov 07:30"."""
    local = at.astimezone(zone)
    ahead = (local.date() - now.astimezone(zone).date()).days
    day = {-1: "yesterday", 0: "today", 1: "tomorrow"}.get(
        ahead, f"{local:%a} {local.day} {local:%b}"
    )
    return f"{day} {local:%H:%M}"


MOST_READINGS = 3
"""So many readings of a typed moment are named in one sentence."""

GRACE = timedelta(hours=1)
"""So long after its start a session can still be posted: the database's guard says so."""


def typed_moment(when: When, now: datetime, zone: tzinfo) -> tuple[str, str]:
    """What a typed day and time means: a tone of the form's hints, and a sentence."""
    if not when.is_clear:
        named = [in_short(at, now, zone) for at in when.readings[:MOST_READINGS]]
        more = ["…"] if len(when.readings) > MOST_READINGS else []
        return "doubt", f"{' or '.join(named + more)}? {when.advice}"
    words = f"{in_full(when.at, zone)} · {countdown(when.at, now)}"
    if when.at < now - GRACE:
        return "wrong", words
    return ("right" if when.at >= now - timedelta(minutes=1) else "warning"), words


def in_full(at: datetime, zone: tzinfo) -> str:
    """ "Friday 27 November 2026, 07:30 GMT", and in UTC where that is another time."""
    local = at.astimezone(zone)
    words = f"{local:%A} {local.day} {local:%B} {local.year}, {local:%H:%M} {local.tzname()}"
    return f"{words} · {at.astimezone(UTC):%H:%M} UTC" if local.utcoffset() else words


def in_short(at: datetime, now: datetime, zone: tzinfo) -> str:
    """As `moment`, with what tells it from others: the year, and which of two equal hours."""
    local, here = at.astimezone(zone), now.astimezone(zone)
    words = moment(at, now, zone)
    if local.year != here.year:
        words = f"{local:%a} {local.day} {local:%b %Y %H:%M}"
    comes_twice = local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset()
    return f"{words} {local.tzname()}" if comes_twice else words


def as_typed(at: datetime, zone: tzinfo) -> str:
    """A moment as text that the date parser takes for nothing else."""
    local = at.astimezone(zone)
    words = f"{local:%a} {local.day} {local:%b %Y %H:%M}"
    comes_twice = local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset()
    return f"{words} {'second' if local.fold else 'first'}" if comes_twice else words


def countdown(starts_at: datetime, now: datetime) -> str:
    """ "in 26 min", "in 13 h", "in 1 day", "in 3 days", "now", "12 min ago"."""
    seconds = (starts_at - now).total_seconds()
    minutes = round(abs(seconds) / 60)
    if minutes == 0:
        return "now"
    return f"in {_amount(minutes)}" if seconds > 0 else f"{_amount(minutes)} ago"


def _amount(minutes: int) -> str:
    if minutes < 100:
        return f"{minutes} min"
    hours = (minutes + 30) // 60
    if hours < 24:
        return f"{hours} h"
    days = (minutes + 720) // 1440
    return f"{days} days" if days > 1 else "1 day"


def next_words(session: PracticeSession, viewer: UUID, now: datetime, zone: tzinfo) -> str:
    """One's next session in a line: "today 19:00, in 56 min, with Mei Tanaka"."""
    other = session.guest if session.host_id == viewer else session.host
    is_alone = session.guest_id is None
    whom = "seat free" if is_alone else f"with {other.name if other else '(unknown)'}"
    return f"{moment(session.starts_at, now, zone)}, {standing(session, now)}, {whom}"


def standing(session: PracticeSession, now: datetime) -> str:
    """The countdown to a session, or the stage that it is in."""
    if session.stage is Stage.PREP:
        return countdown(session.starts_at, now)
    return session.stage.label


def time_in(session: PracticeSession, now: datetime) -> str:
    """ "4 min in", "2 h in" the present stage; "" if the server does not say when it began."""
    if session.stage is Stage.PREP or session.stage_since is None:
        return ""
    return f"{_amount(max(0, int((now - session.stage_since).total_seconds() // 60)))} in"


def kept_for_others(session: PracticeSession, viewer: UUID | None, now: datetime) -> bool:
    """Whether a free seat is kept for another person."""
    until = session.kept_until
    return until is not None and now < until and session.kept_for not in (None, viewer)


def kept_until(session: PracticeSession, now: datetime) -> datetime | None:
    """Until when a free seat is kept for a person; None: it is not."""
    until = session.kept_until if session.is_open else None
    return until if until is not None and now < until else None


def lasting(until: datetime, now: datetime) -> str:
    """ "12 min", "2 h": for how long something lasts still, a minute at least."""
    return _amount(max(1, math.ceil((until - now).total_seconds() / 60)))


def seats(
    session: PracticeSession, viewer: UUID | None, now: datetime, *, is_waiting: bool = False
) -> list[str]:
    """A mark and words for the guest's seat, from the longest to the shortest form.

    ○ it is open, ◌ it is kept for another, ● it is booked, ▶ the station runs.
    `is_waiting`: the viewer waits for it.
    """
    if session.stage is Stage.PREP and session.guest_id is None:
        until = session.kept_until
        if session.kept_for is None or until is None or now >= until:
            return ["○ open"]
        left = lasting(until, now)
        if session.kept_for == viewer:
            return [f"○ yours for {left}", f"○ yours {left}"]
        kept = [f"◌ kept for {left}", f"◌ kept {left}"]
        return [f"{kept[0]}, you wait", "◌ you wait"] if is_waiting else kept
    if session.stage is Stage.PREP:
        guests = [f"● {guest}" for guest in _guests(session, viewer)]
        return [*(f"{guest}, you wait" for guest in guests), "● you wait"] if is_waiting else guests
    time = time_in(session, now) or session.stage.label
    with_guest = [f"▶ {time} · {guest}" for guest in _guests(session, viewer)]
    return [*with_guest, f"▶ {time}"]


def _guests(session: PracticeSession, viewer: UUID | None) -> list[str]:
    if session.guest_id is None:
        return []
    if session.guest_id == viewer:
        return ["you"]
    if session.guest is None:
        return ["booked"]
    return [session.guest.name, short_name(session.guest)]


def short_name(profile: Profile) -> str:
    """ "J. Bauer"; in full if its script has no case, as an initial says nothing there."""
    initial = profile.first_name[:1]
    has_case = initial.upper() != initial.lower()
    return f"{initial}. {profile.last_name}" if has_case and profile.last_name else profile.name


def difference(seen: PracticeSession, present: PracticeSession, now: datetime, zone: tzinfo) -> str:
    """What changed of a session, as one sentence for a user who saw it before."""
    words = what_changed(seen, present, lambda at: moment(at, now, zone))
    return f"{words[0].upper()}{words[1:]}."
