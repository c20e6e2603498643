"""Seats that are kept, and the lines of those who wait for one: rules and sentences. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from uuid import UUID

from medtui.core.agenda import BOOKABLE_AFTER_START
from medtui.core.key_names import key_of
from medtui.core.models import PracticeSession, Stage
from medtui.core.notices import when
from medtui.core.wording import kept_for_others

ABSENT_AFTER = timedelta(minutes=5)
"""How long after the start a host waits alone before they free the seat of an absent guest."""

NO_LINES = "this server has no waiting lists: try again later, or book another session."
NO_KEEPING = (
    "This server keeps no seats for a person: send them an invitation ({board.invite}) instead."
)


@dataclass(frozen=True, slots=True)
class WaitingLine:
    """The line for one seat. `place`: the viewer's, from 1; None: they do not wait in it."""

    place: int | None
    people: int


Lines = Mapping[UUID, WaitingLine]
"""The lines in which the viewer waits, and those for their own sessions, by session."""


def is_waiting(session: PracticeSession, lines: Lines) -> bool:
    """Whether the viewer waits for a session's seat."""
    line = lines.get(session.id)
    return line is not None and line.place is not None and session.stage is Stage.PREP


def is_offered(session: PracticeSession, viewer: UUID, now: datetime) -> bool:
    """Whether the free seat is kept for the viewer: their turn in the line, or an invitation."""
    return (
        session.guest_id is None
        and session.kept_for == viewer
        and session.kept_as in ("offer", "invited")
        and session.kept_until is not None
        and now < session.kept_until
    )


def why_not_wait(session: PracticeSession, viewer: UUID, now: datetime) -> str | None:
    """Why the viewer cannot wait for a seat: it is not taken, or will not be given any more."""
    if session.host_id == viewer:
        return "You host this session: others wait for its seat."
    if session.guest_id == viewer:
        return "You have booked this session already."
    if session.stage is not Stage.PREP or now - session.starts_at > BOOKABLE_AFTER_START:
        return "Its seat is not given any more."
    if session.guest_id is None and not kept_for_others(session, viewer, now):
        return f"The seat is free: {key_of('board.book')} books it."
    return None


def why_not_keep(session: PracticeSession, viewer: UUID, now: datetime) -> str | None:
    """Why the viewer cannot keep a seat for a person."""
    if session.host_id != viewer:
        return "Only the host keeps the seat for a person."
    if session.guest_id is not None:
        return "The seat is taken: there is none to keep."
    if session.stage is not Stage.PREP or now >= session.starts_at:
        return "The session has begun: its seat is kept for no one any more."
    if session.kept_as == "offer" and session.kept_until and now < session.kept_until:
        return "The seat is offered to a person who waits for it: keep it when it is free."
    return None


def ordinal(number: int) -> str:
    """ "1st", "2nd", "11th"."""
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if number % 100 in (11, 12, 13) else ending}"


def line_words(line: WaitingLine | None) -> str:
    """A sentence about a line; empty where there is none."""
    if line is None or not line.people:
        return ""
    if line.place is not None:
        return f"You wait for this seat: {ordinal(line.place)} in line."
    wait = "person waits" if line.people == 1 else "people wait"
    return f"{line.people} {wait} for this seat."


def kept_sentence(session: PracticeSession, viewer: UUID, now: datetime, zone: tzinfo) -> str:
    """For whom a free seat is kept until when, as a sentence; empty: for no person."""
    if session.guest_id is not None or session.kept_until is None or now >= session.kept_until:
        return ""
    until = f"until {when(session.kept_until, zone)}"
    is_offer = session.kept_as == "offer"
    if session.kept_for == viewer and is_offer:
        return (
            f"Your turn: the seat is kept for you {until}. {key_of('board.book')} books it, "
            f"{key_of('board.leave')} passes it on."
        )
    if session.kept_for == viewer and session.kept_as == "invited":
        return (
            f"You are invited: the seat is kept for you {until}. {key_of('board.book')} books it, "
            f"{key_of('board.leave')} declines."
        )
    if session.kept_for == viewer:
        return f"The seat is kept for you {until}."
    if session.host_id == viewer and is_offer:
        return f"The seat is offered to the first in line {until}."
    if session.host_id == viewer and session.kept_as == "invited":
        return f"You keep the seat for a person {until}. {key_of('board.keep')} changes that."
    return f"The seat is kept for another person {until}."


class Absence:
    """How long a host has been alone in the room of one session after its start."""

    def __init__(self) -> None:
        self._alone_since: datetime | None = None

    def note(self, is_alone: bool, now: datetime) -> None:
        """Take who is in the room now. `is_alone`: it is known that the guest is not."""
        if not is_alone:
            self._alone_since = None
        elif self._alone_since is None:
            self._alone_since = now

    def is_due(self, session: PracticeSession, now: datetime) -> bool:
        """Whether the host may free the guest's seat by one key."""
        if self._alone_since is None or session.stage is not Stage.PREP:
            return False
        since = max(self._alone_since, session.starts_at)
        return now - since >= ABSENT_AFTER and now - session.starts_at <= BOOKABLE_AFTER_START
