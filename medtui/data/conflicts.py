"""The error for a session that is no longer as the user saw it."""

from __future__ import annotations

from medtui.core.models import PracticeSession
from medtui.core.session_fields import what_changed
from medtui.data.errors import Changed


def changed(seen: PracticeSession, present: PracticeSession) -> Changed:
    """The error that names what differs between the row that was `seen` and the `present` one."""
    reason = what_changed(seen, present)
    words = (
        f"Nothing was changed, because {reason}. Look at it, then try again if you still want to."
    )
    return Changed(words, present)
