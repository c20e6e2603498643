"""In which rooms one listens for a mark sheet that may come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from uuid import UUID

from medtui.models import PracticeSession, Stage

SOON = timedelta(minutes=15)
"""So long before its session begins a room is heard."""


class RoomSubscriptions:
    """One person's. `now` is the server's time."""

    def __init__(self, me: UUID, now: Callable[[], datetime]) -> None:
        self._me = me
        self._now = now
        self._hosted: set[UUID] = set()
        self._attended: Counter[UUID] = Counter()

    @property
    def rooms(self) -> set[UUID]:
        """The sessions whose rooms are to be heard."""
        return self._hosted | self._attended.keys()

    def attend(self, session_id: UUID) -> None:
        """Somebody looks at this session: once more, if they do so already."""
        self._attended[session_id] += 1

    def unattend(self, session_id: UUID) -> None:
        """They do not any more, or once less."""
        self._attended -= Counter([session_id])

    def look_at(
        self,
        sessions: Collection[PracticeSession],
        removed: Collection[UUID] = (),
        *,
        whole: bool = False,
    ) -> None:
        """A host hears the rooms of all that they host with somebody: a sheet may come late.

        `whole`: these are all there are.
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
