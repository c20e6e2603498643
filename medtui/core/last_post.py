"""What a user posted last, and the session that is like it a week later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import cast

from medtui.core.models import PracticeSession, clean_line

MARGIN = timedelta(minutes=10)
"""The least time until a session that is posted again: others should see it first."""


@dataclass(frozen=True, slots=True)
class LastPost:
    """The parts of a posted session that the next one takes over.

    `starts_at` is aware; `is_candidate`: the host was to be the candidate.
    """

    type: str
    starts_at: datetime
    is_candidate: bool
    note: str | None = None

    def next_start(self, now: datetime, zone: tzinfo) -> datetime:
        """The same weekday and local time, the first one that is ahead; in UTC."""
        local = self.starts_at.astimezone(zone)
        weeks = max(0, (now - self.starts_at).days // 7)
        while True:  # once or twice
            day = local.date() + timedelta(weeks=weeks)
            found = datetime.combine(day, local.time(), zone).astimezone(UTC)
            if weeks and found >= now + MARGIN:
                return found
            weeks += 1


def of(session: PracticeSession) -> LastPost:
    """What to keep of a session that was posted."""
    is_candidate = session.candidate_id == session.host_id
    return LastPost(session.type, session.starts_at, is_candidate, session.note)


def stored(last: LastPost) -> list[list[str]]:
    """As JSON."""
    at = last.starts_at.astimezone(UTC).isoformat()
    return [[last.type, at, str(last.is_candidate), last.note or ""]]


def restored(kept: object) -> LastPost | None:
    """From JSON; None if it is none."""
    try:
        ((kind, starts_at, is_candidate, *notes),) = cast("list[list[str]]", kept)
        at = datetime.fromisoformat(starts_at)
        if at.tzinfo is None or not 2000 <= at.year <= 2098:
            return None
        note = clean_line("".join(notes[:1])) or None  # versions before notes wrote none
        return LastPost(clean_line(kind), at, is_candidate == "True", note)
    except (TypeError, ValueError):
        return None
