"""What the shared screen says of a session, column by column. Nothing here draws."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import TYPE_CHECKING

from medtui.core.avatars import Avatar, avatar_of
from medtui.core.models import NO_NOTES, PracticeSession, Stage
from medtui.core.rounds import ALONE, Round
from medtui.core.wall_sections import Heading, Names, Next, Now
from medtui.core.wording import countdown, day_label, kept_until, moment, time_in

if TYPE_CHECKING:
    from medtui.data import Backend
    from medtui.data.window import SessionWindow


@dataclass(frozen=True, slots=True)
class Words:
    """One session: when, how long until then, who with which level, what, and the seat.

    `short_level` and `short_seat` are said where there is no room for all of it; `avatar` is the
    host's, where names are shown in full.
    """

    when: str
    countdown: str
    who: str
    level: str
    what: str
    seat: str
    short_level: str = ""
    short_seat: str = ""
    avatar: Avatar | None = None


def words_for(
    session: PracticeSession, now: datetime, zone: tzinfo, names: Names, round_: Round = ALONE
) -> Words:
    """The words for a session. A room link, a case's name or condition are not among them.

    A note is, where the window has it.
    """
    host, case = session.host, session.case
    kind = round_.beside(session.type_label)
    topic = [kind, session.note, case and case.category, case and case.domain]
    what = " · ".join(part for part in topic if part)
    when = f"{session.starts_at.astimezone(zone):%H:%M}"
    guest = names.of(session.guest) if session.guest_id else ""
    avatar = avatar_of(host) if names is Names.FULL else None
    if session.starts_at <= now or session.stage is not Stage.PREP:
        people = " · ".join(filter(None, (names.of(host), guest)))
        state, short = _state(session, now, zone)
        return Words(when, "", people, "", what, state, short_seat=short, avatar=avatar)
    level, short = host.level_forms if host and names is not Names.NONE else ("", "")
    seat, short_seat = (f"● with {guest}",) * 2 if guest else _free_seat(session, now, zone)
    due = countdown(session.starts_at, now)
    return Words(when, due, names.of(host), level, what, seat, short, short_seat, avatar)


def missing_words(scope: SessionWindow, backend: Backend) -> str:
    """What was asked for and the server does not have, once the board was read; "": nothing."""
    return NO_NOTES if "note" in scope.columns and not backend.has_notes else ""


def heading_words(heading: Heading, today: date) -> str:
    """ "NOW", "TODAY  Tuesday 24 November"."""
    match heading:
        case Now():
            return "NOW"
        case Next(day):
            return day_label(day, today)


def _free_seat(session: PracticeSession, now: datetime, zone: tzinfo) -> tuple[str, str]:
    """What a seat without a guest is, in a long and a short form."""
    until = kept_until(session, now)
    if until is None:
        return ("○ SEAT FREE",) * 2
    today = now.astimezone(zone).date()
    if until.astimezone(zone).date() != today:
        return f"◌ kept until {moment(until, now, zone)}", "◌ kept"
    at = f"{until.astimezone(zone):%H:%M}"
    return f"◌ kept until {at}", f"◌ kept {at}"


def _state(session: PracticeSession, now: datetime, zone: tzinfo) -> tuple[str, str]:
    """What has become of a session whose time has come, in a long and a short form."""
    if session.stage is not Stage.PREP:
        state = "▶ " + ", ".join(filter(None, (session.stage.label, time_in(session, now))))
        return state, state
    due = f"due {countdown(session.starts_at, now)}"
    if not session.is_open:
        return (f"● {due}",) * 2
    seat, short = _free_seat(session, now, zone)
    return f"{seat}, {due}", f"{short}, {due}"
