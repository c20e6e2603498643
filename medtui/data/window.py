"""The window: which sessions a board shows, and which of their columns it reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from medtui.core.models import PracticeSession
from medtui.core.profile_fields import PROFILE_COLUMNS, SHARED_PROFILE_COLUMNS
from medtui.core.session_fields import FIELDS

EDGE = timedelta(minutes=2)
"""Rows this close to an end of the window may be in one reading and not in the next."""


@dataclass(frozen=True)
class SessionWindow:
    """A window of time around now, and the columns that are read of its sessions.

    Attributes:
        back, ahead: how far it reaches from now; `ahead` None: without end.
        type: only sessions of this type; None: of every type.
        columns: of the session's row, as far as the reader may see them.
        people: columns of its host's and guest's profiles.
        pauses: the first and the longest, in seconds, between two attempts to connect.
        doubts: the shortest and the longest, in seconds, before the window is read again because
            changes may be missing.
    """

    back: timedelta
    ahead: timedelta | None = None
    type: str | None = None
    columns: tuple[str, ...] = tuple(field.column for field in FIELDS)
    people: tuple[str, ...] = PROFILE_COLUMNS
    pauses: tuple[float, float] = (0.5, 2.0)
    doubts: tuple[float, float] = (1.0, 4.0)

    def holds(self, session: PracticeSession, now: datetime) -> bool:
        """Whether a session belongs to the window at `now`."""
        return (
            session.starts_at >= now - self.back
            and (self.ahead is None or session.starts_at <= now + self.ahead)
            and self.type in (None, session.type)
        )

    def may_have_left(self, session: PracticeSession, now: datetime) -> bool:
        """Whether a session is so old that one reading may have it, and the next not."""
        return session.starts_at <= now - self.back + EDGE

    def may_have_come_in(self, session: PracticeSession, now: datetime) -> bool:
        """Whether a session is so far ahead that one reading may lack it, and the next not."""
        return self.ahead is not None and session.starts_at > now + self.ahead - EDGE


BOARD = SessionWindow(back=timedelta(hours=24))
"""The signed-in user's board: sessions stay on it for a day."""


def shared(
    days: int | None = None,
    type: str | None = None,  # noqa: A002
    *,
    notes: bool = False,
) -> SessionWindow:
    """The shared screen's window: `days` from now, with the columns that it shows and no more.

    `notes`: with the hosts' notes.
    """
    return SessionWindow(
        back=timedelta(hours=4),
        ahead=None if days is None else timedelta(days=days),
        type=type,
        columns=tuple(f.column for f in FIELDS if f.is_shared or (notes and f.name == "note")),
        people=SHARED_PROFILE_COLUMNS,
        pauses=(4.0, 20.0),  # so that a hundred boards do not reconnect at once
        doubts=(2.0, 10.0),
    )


HISTORY = SessionWindow(
    back=timedelta.max,
    columns=tuple(field.column for field in FIELDS if field.is_past),
    people=SHARED_PROFILE_COLUMNS,
)
"""One's past sessions, without their room links, which are of no more use."""
