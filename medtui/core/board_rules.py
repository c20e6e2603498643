"""What one may do with a session of the board, and a sentence why not. No I/O, no Textual."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from medtui.core.agenda import BOOKABLE_AFTER_START, name_of
from medtui.core.key_names import key_of
from medtui.core.models import (
    CANNOT_LEAVE,
    LONGEST_NOTE,
    FileKind,
    PracticeSession,
    Stage,
    is_openable_link,
    safe_link,
)
from medtui.core.wording import kept_for_others, lasting

# Each `why_not_…` returns a sentence why an action cannot be done, or None if it can.


def why_not_book(session: PracticeSession, viewer: UUID, now: datetime) -> str | None:
    if session.host_id == viewer:
        return "You host this session: others can book it."
    if session.guest_id == viewer:
        return "You have booked this session already."
    if session.guest_id is not None:
        return f"This session is already booked by {name_of(session.guest)}."
    if session.stage is not Stage.PREP:
        return f"It has already begun, and is in {session.stage.label}."
    if kept_for_others(session, viewer, now):
        left = lasting(session.kept_until or now, now)
        if session.kept_as in (None, "round"):
            return f"This seat is kept for the guest of the last round for {left}."
        return f"This seat is kept for another person for {left}."
    if now - session.starts_at > BOOKABLE_AFTER_START:
        return "Its time is over: a seat can be booked until an hour after the start."
    return None


def why_not_leave(
    session: PracticeSession, viewer: UUID, *, is_complete: bool = True
) -> str | None:
    """Why the viewer cannot give back their seat. `is_complete`: the server has our migrations."""
    if session.host_id == viewer:
        return f"You host this session: {key_of('board.cancel')} cancels it."
    if session.guest_id != viewer:
        return "You have not booked this session."
    return None if is_complete else CANNOT_LEAVE


def why_not_edit(session: PracticeSession, viewer: UUID) -> str | None:
    if session.host_id == viewer:
        return None
    return f"{name_of(session.host)} hosts this session: only the host can change or cancel it."


def why_not_cancel(session: PracticeSession, viewer: UUID, *, was_held: bool = False) -> str | None:
    """Why the viewer cannot cancel. `was_held`: its station has started before, it is known."""
    if (reason := why_not_edit(session, viewer)) or session.guest_id is None:
        return reason
    if session.stage is Stage.PREP and not was_held:
        return None
    return (
        f"You and {name_of(session.guest)} have started this session, so it belongs to both of "
        f"you and stays. To delete its files press {key_of('board.review')}, "
        f"then {key_of('review.delete')}."
    )


def why_not_review(session: PracticeSession, viewer: UUID) -> str | None:
    if session.involves(viewer):
        return None
    return "Only the two participants can open the files."


def is_to_review(session: PracticeSession, viewer: UUID, now: datetime) -> bool:
    """Whether there may be files to read or to upload by now."""
    return session.involves(viewer) and (session.stage is Stage.WRAP_UP or session.starts_at <= now)


def why_no_link(session: PracticeSession, *, to_open: bool) -> str | None:
    if not session.room_url:
        return "This session has no room link."
    if to_open and not is_openable_link(session.room_url):
        if ":" in session.room_url:
            return f"This link does not say plainly where it leads: {session.room_url}"
        return f"This is the name of a room, not a link: {session.room_url}"
    return None


def why_not_room_link(link: str) -> str | None:
    """Why a room link cannot be taken, if it cannot: https, or a bare identifier."""
    if not link:
        return None
    if len(link) > 500:
        return "This is too long for a room link."
    if any(char.isspace() or not char.isprintable() for char in link):
        return "A room link has no spaces."
    if "://" in link:
        if not link.startswith("https://"):
            return "Only https links can be used."
        if (safe := safe_link(link)) is None:
            return (
                "This link does not say plainly where it leads: use one as https://zoom.us/j/123."
            )
        if safe[0].lower() != link.lower():
            return f"Write the host in plain letters: this one is {safe[1]}."
    if "://" not in link and not all(char.isalnum() or char in "-_." for char in link):
        return "Enter an https link, or a name of letters, digits, - _ and dots."
    return None


def why_not_note(note: str) -> str | None:
    """Why a session's note, cleaned, cannot be taken."""
    if len(note) > LONGEST_NOTE:
        return (
            f"A note has {LONGEST_NOTE} characters at most, and this has {len(note)}: shorten it."
        )
    if "://" in note:
        return "Strangers can read a note: a link belongs to the room."
    return None


def why_not_invite(session: PracticeSession, now: datetime) -> str | None:
    """Why no person can be invited to a session."""
    if session.is_open and now - session.starts_at <= BOOKABLE_AFTER_START:
        return None
    return "The seat is taken: there is none to offer."


def room_link(template: str, session_id: UUID) -> str:
    """The room link of a new session, from the template in the settings."""
    return template.replace("{id}", session_id.hex)


def why_not_with_files(session: PracticeSession, names: Collection[str]) -> str:
    """A sentence why a session with these files is not cancelled, and what to do."""
    known = [kind.value for kind in FileKind if kind.filename in names]
    files = " and ".join(known) if len(known) == len(names) else f"{len(names)} files"
    loser = f"{session.guest.name} would lose its {files}, too" if session.guest else (
        f"it has files ({files})"
    )  # fmt: skip
    return (
        f"The session is not cancelled: {loser}. To delete files press {key_of('board.review')}, "
        f"then {key_of('review.delete')}."
    )
