"""Which room channels to listen to for mark sheets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from uuid import UUID

from medtui.core.models import PracticeSession, Stage

SOON = timedelta(minutes=15)
"""How long before its session a host starts to listen to its room."""


class RoomSubscriptions:
    """The rooms that one person listens to.

    Args:
        now: the server's time.
    """

    def __init__(self, me: UUID, now: Callable[[], datetime]) -> None:
        self._me = me
        self._now = now
        self._hosted: set[UUID] = set()
        self._attended: Counter[UUID] = Counter()

    @property
    def rooms(self) -> set[UUID]:
        """The ids of the sessions whose rooms are listened to."""
        return self._hosted | self._attended.keys()

    def attend(self, session_id: UUID) -> None:
        """Increment the watch count of a session."""
        self._attended[session_id] += 1

    def unattend(self, session_id: UUID) -> None:
        """Decrement the watch count of a session."""
        self._attended -= Counter([session_id])

    def look_at(
        self,
        sessions: Collection[PracticeSession],
        removed: Collection[UUID] = (),
        *,
        whole: bool = False,
    ) -> None:
        """Listen to the rooms of hosted sessions that have a guest: a sheet may come late.

        `removed`: ids of deleted sessions. `whole`: `sessions` are all that there are.
        """
        if whole:
            self._hosted.clear()
        self._hosted -= set(removed)
        soon = self._now() + SOON
        for session in sessions:
            is_hosted = session.host_id == self._me and session.guest_id is not None
            if is_hosted and (session.stage is not Stage.PREP or session.starts_at < soon):
                self._hosted.add(session.id)
            else:
                self._hosted.discard(session.id)
