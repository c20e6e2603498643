"""Tells the signed-in user what passes: it has the feed's events, the time, and the rooms."""

from __future__ import annotations

import asyncio
from asyncio import sleep
from collections.abc import Collection, Iterable
from uuid import UUID

from medtui.core.notices import Notice, What
from medtui.core.passing_notices import PassingNotices
from medtui.data.auth import Auth
from medtui.data.clock import ServerClock
from medtui.data.events import BoardRead, Event, NoticePassed, Notify, RoomMet, SessionsChanged
from medtui.data.rooms import Rooms

TICK_SECONDS = 2.0
"""Seconds between two looks at the clock."""


class Passing:
    """Publishes a `NoticePassed` for each notice, once.

    `muted`: kinds that are not told.
    """

    def __init__(self, auth: Auth, clock: ServerClock, notify: Notify) -> None:
        self.muted: Collection[What] = ()
        self._auth = auth
        self._clock = clock
        self._notify = notify
        self._me: UUID | None = None
        self._notices: PassingNotices | None = None
        self._ticking: asyncio.Task[None] | None = None

    def on_event(self, event: Event, rooms: Rooms) -> None:
        """Handle an event of the live feed; `rooms` are listened to for partners who arrive."""
        user = self._auth.user
        if user is None or not isinstance(event, BoardRead | SessionsChanged | RoomMet):
            return
        if self._notices is None or user.id != self._me:
            self._me, self._notices = user.id, PassingNotices(user.id)
        if self._ticking is None or self._ticking.done():  # it ends with a login
            self._ticking = asyncio.create_task(self._tick(rooms), name="passing notices")
        now = self._clock.now()
        match event:
            case BoardRead(sessions):
                self._tell(self._notices.read(sessions, now))
            case SessionsChanged(changed, removed):
                self._tell(self._notices.apply(changed, removed, now))
            case RoomMet(session_id, people):
                self._tell(self._notices.met(session_id, people, now))

    async def close(self) -> None:
        """Stop."""
        if self._ticking is not None:
            self._ticking.cancel()

    async def _tick(self, rooms: Rooms) -> None:
        listened: set[UUID] = set()
        while self._notices is not None and self._auth.user is not None:
            now = self._clock.now()
            self._tell(self._notices.tick(now))
            wanted = set() if What.ARRIVED in self.muted else self._notices.rooms(now)
            if wanted != listened:
                rooms.listen(wanted, "notices")
                listened = wanted
            await sleep(TICK_SECONDS)

    def _tell(self, notices: Iterable[Notice]) -> None:
        for notice in notices:
            if notice.what not in self.muted:
                self._notify(NoticePassed(notice))
