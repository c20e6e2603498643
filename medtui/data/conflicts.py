"""The message for a session that is no longer as the user saw it."""

from __future__ import annotations

from medtui.data.errors import Changed
from medtui.models import PracticeSession


def changed(seen: PracticeSession, present: PracticeSession) -> Changed:
    """The error that names what differs between the row that was `seen` and the `present` one."""
    guest = present.guest.name if present.guest else "somebody"
    differences = [
        (seen.starts_at, present.starts_at, "its time was changed"),
        (
            seen.guest_id,
            present.guest_id,
            f"{guest} booked it" if present.guest_id else "its guest left",
        ),
        (seen.type, present.type, "its type was changed"),
        (seen.room_url, present.room_url, "its room link was changed"),
        (seen.candidate_id, present.candidate_id, "its candidate was changed"),
        (seen.case_id, present.case_id, "its case was changed"),
        (seen.stage, present.stage, f"it is in {present.stage.label} now"),
    ]
    what = [words for before, now, words in differences if before != now]
    reason = " and ".join(what) or "the server did not take the change"
    return Changed(f"Nothing was done, because {reason}: look again and decide.", present)
