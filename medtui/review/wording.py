"""What a session's review says in words: its title, sizes, what is missing. Nothing draws."""

from __future__ import annotations

from datetime import datetime, tzinfo
from uuid import UUID

from medtui.core.agenda import name_of
from medtui.core.key_names import key_of
from medtui.core.models import PracticeSession, Role
from medtui.core.room_rules import title
from medtui.documents.kinds import Kind


def review_title(session: PracticeSession, me: UUID, now: datetime, zone: tzinfo) -> str:
    """ "12 Nov · mock with Mei Tanaka · you were the candidate"."""
    at = session.starts_at.astimezone(zone)
    day = f"{at.day} {at:%b}"
    if at.year != now.astimezone(zone).year:
        day += f" {at.year}"
    role = session.role_of(me)
    words = {Role.CANDIDATE: "you were the candidate", Role.ACTOR: "you were the actor"}
    return " · ".join([day, title(session, me), *([words[role]] if role else [])])


def size_words(size: int | None) -> str:
    """ "512 bytes", "45 KB", "15.2 MB"."""
    if size is None:
        return "size not known"
    if size < 1000:
        return f"{size} byte{'' if size == 1 else 's'}"
    if size < 1_000_000:
        return f"{size / 1000:.0f} KB"
    return f"{size / 1_000_000:.1f} MB"


def missing(kind: Kind, session: PracticeSession, me: UUID, *, any_there: bool) -> str:
    """The words in place of a file: that it is not there, and what will bring it."""
    what = f"No {kind} yet." if any_there else "No transcript and no assessment yet."
    comes = "It will appear here." if any_there else (
        "They will appear here."
    )  # fmt: skip
    if session.host_id == me:
        how = f"Press {key_of('review.add')} to add {'it' if any_there else 'one'} from disk."
    else:
        how = f"{name_of(session.host)}, the host, can add {'it' if any_there else 'them'}."
    return f"{what}\n\n{comes}\n{how}"
