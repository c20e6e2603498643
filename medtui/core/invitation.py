"""An invitation to one session: a short text for any chat, and the code in what was pasted."""

from __future__ import annotations

import re
from datetime import datetime, tzinfo
from uuid import UUID

from medtui.core.agenda import name_of
from medtui.core.models import PracticeSession
from medtui.core.session_code import LENGTH, code_of, ids_of

_COMMAND = re.compile(r"medtui\s+open\s+([0-9a-f-]{4,36})", re.IGNORECASE)


def command(session_id: UUID) -> str:
    """ "medtui open 7f3a1c2e"."""
    return f"medtui open {code_of(session_id)}"


def invitation(session: PracticeSession, zone: tzinfo) -> str:
    """ "Mock with Amara Okafor, Thu 24 Dec 18:30 (London). To book it: medtui open 7f3a1c2e".

    A note is between the two, in quotes: "… (London): “SCA, in Spanish”. To book it: …".
    """
    at = session.starts_at.astimezone(zone)
    when = f"{at:%a} {at.day} {at:%b} {at:%H:%M} ({place(at)})"
    whom = name_of(session.host)
    note = f": “{session.note}”" if session.note else ""
    return f"{session.type_label} with {whom}, {when}{note}. To book it: {command(session.id)}"


def place(at: datetime) -> str:
    """Whose local time an aware moment is: "London", or the zone's own name, as "UTC"."""
    key = getattr(at.tzinfo, "key", None)
    if isinstance(key, str) and "/" in key and not key.startswith(("/", "Etc/")):
        return key.rpartition("/")[2].replace("_", " ")
    return at.tzname() or "UTC"


def code_in(text: str) -> str | None:
    """The code in a pasted text: in an invitation, or the whole of it; None: there is none."""
    if found := _COMMAND.search(text):
        return found[1] if ids_of(found[1]) else None
    word = text.strip()
    return word if len(word.replace("-", "")) in (LENGTH, 32) and ids_of(word) else None
