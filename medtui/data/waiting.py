"""Lines of those who wait for a seat, and seats that are kept for a person."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from medtui.core.key_names import with_keys
from medtui.core.models import PracticeSession
from medtui.core.waiting import NO_KEEPING, NO_LINES, Lines, WaitingLine
from medtui.data.conflicts import changed
from medtui.data.connection import WAITING, Connection
from medtui.data.errors import DataError, NotAllowed
from medtui.data.events import (
    BoardRead,
    Event,
    FeedWentLive,
    LinesChanged,
    Notify,
    SessionsChanged,
)
from medtui.data.rows import iso
from medtui.data.seat_offers import call, next_offer

if TYPE_CHECKING:
    from supabase import AsyncClient

    from medtui.data.auth import Auth
    from medtui.data.clock import ServerClock
    from medtui.data.sessions import Sessions

log = logging.getLogger(__name__)

LATE_SECONDS = 0.3, 2.0
"""The least and the most seconds, at random, from the end of an offer to asking for the next:
the clients that wait do not all ask at once."""

RETRY_SECONDS = 15.0
"""Seconds until what has failed is tried again."""


class Waiting:
    """The user's lines, and what can be done about seats that are taken or kept.

    All methods raise `DataError`s. On a server without waiting lists they say so in one sentence.
    """

    def __init__(
        self,
        connection: Connection,
        auth: Auth,
        sessions: Sessions,
        clock: ServerClock,
        notify: Notify,
    ) -> None:
        self._connection = connection
        self._auth = auth
        self._sessions = sessions
        self._clock = clock
        self._notify = notify
        self._lines: Lines = {}
        self._watched: dict[UUID, PracticeSession] = {}
        """Sessions that the user hosts, waits for, or whose seat is kept for them."""
        self._task: asyncio.Task[None] | None = None
        self._has_news = asyncio.Event()
        self._is_to_read = False
        auth.on_end.append(self._forget)

    @property
    def lines(self) -> Lines:
        """The lines in which the user waits, and those for their own sessions."""
        return self._lines

    async def wait(self, seen: PracticeSession) -> PracticeSession:
        """Wait for a seat. Returns the session as it is now."""
        await self._require(f"This seat is not free, and {NO_LINES}")
        return await self._call("wait_for_seat", seen)

    async def stop(self, seen: PracticeSession) -> PracticeSession:
        """Wait no longer, or pass on what is kept for the user."""
        await self._require("This server has no waiting lists: there is nothing to stop.")
        return await self._call("stop_waiting", seen)

    async def free_absent(self, seen: PracticeSession) -> PracticeSession:
        """Free the seat of a guest who has not come, and offer it on."""
        if await self._connection.level() < WAITING:
            return await self._sessions.remove_guest(seen)
        for tell in self._sessions.on_freeing:
            tell(seen.id)
        try:
            return await self._call("free_absent_guest", seen)
        except NotAllowed:
            present = await self._sessions.one(seen.id)
            if present.guest_id is not None:
                raise
            return present  # done before, and the answer got lost

    async def keep(
        self, seen: PracticeSession, person: UUID | None, until: datetime | None
    ) -> PracticeSession:
        """Keep the free seat of the user's own session for a person; None: for no one any more."""
        await self._require(with_keys(NO_KEEPING))
        values = {"kept_for": person and str(person), "kept_until": until and iso(until)}

        async def update(client: AsyncClient) -> Any:
            query = client.table("practice_sessions").update(values)
            return await query.eq("id", str(seen.id)).is_("guest_id", "null").select("id").execute()

        rows = (await self._connection.read(update)).data  # which can be done twice
        present = await self._sessions.one(seen.id)
        if not rows:
            raise changed(seen, present)
        return present

    async def read(self) -> Lines:
        """Ask the server for the lines; none where there are no such lists."""
        if await self._connection.level() < WAITING or self._auth.user is None:
            return {}

        async def ask(client: AsyncClient) -> Any:
            return await client.rpc("waiting_lines").execute()

        rows = (await self._connection.read(ask)).data
        found = {UUID(row["session_id"]): WaitingLine(row["place"], row["people"]) for row in rows}
        if found != self._lines:
            self._lines = found
            self._notify(LinesChanged())
        return found

    def on_event(self, event: Event) -> None:
        """Handle an event of the live feed."""
        if self._auth.user is None:
            return
        match event:
            case BoardRead(sessions):
                self._watched = {s.id: s for s in sessions if self._concerns(s)}
            case SessionsChanged(changed, removed):
                for id_ in removed:
                    self._watched.pop(id_, None)
                before = self._watched.keys() | self._lines.keys()
                for session in changed:
                    if self._concerns(session):
                        self._watched[session.id] = session
                    else:
                        self._watched.pop(session.id, None)
                if before.isdisjoint(session.id for session in changed):
                    return
            case FeedWentLive():
                pass
            case _:
                return
        self._is_to_read = True
        self._wake()

    async def close(self) -> None:
        """Stop."""
        if self._task is not None:
            self._task.cancel()

    def _concerns(self, session: PracticeSession) -> bool:
        """Whether the end of what is kept is to be watched, or a line may change with it."""
        user = self._auth.user
        is_mine = user is not None and user.id in (session.host_id, session.kept_for)
        return is_mine or session.id in self._lines

    def _wake(self) -> None:
        self._has_news.set()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._follow(), name="waiting lines")

    async def _follow(self) -> None:
        """Read the lines after changes, and ask for the next offer when one has run out."""
        while self._auth.user is not None:
            self._has_news.clear()
            try:
                if await self._connection.level() < WAITING:
                    return
                if self._is_to_read:
                    self._is_to_read = False
                    await self.read()
                for id_ in self._over():
                    await next_offer(self._connection, id_)
                    self._watched.pop(id_, None)  # its change comes by the feed
                pause = self._until_next()
            except DataError as error:
                log.info("the lines could not be followed: %s", error.title)
                self._is_to_read = True
                pause = RETRY_SECONDS
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._has_news.wait()

    def _over(self) -> list[UUID]:
        now = self._clock.now()
        return [
            id_
            for id_, session in self._watched.items()
            if session.guest_id is None and session.kept_until and session.kept_until <= now
        ]

    def _until_next(self) -> float | None:
        """Seconds until what is kept of a seat ends; None: nothing is."""
        ends = [s.kept_until for s in self._watched.values()
                if s.guest_id is None and s.kept_until]  # fmt: skip
        if not ends:
            return None
        left = (min(ends) - self._clock.now()).total_seconds()
        return max(0.0, left) + random.uniform(*LATE_SECONDS)  # no secret

    async def _call(self, name: str, seen: PracticeSession) -> PracticeSession:
        await call(self._connection, name, seen.id)
        self._is_to_read = True
        self._wake()
        return await self._sessions.one(seen.id)

    async def _require(self, sentence: str) -> None:
        if await self._connection.level() < WAITING:
            raise NotAllowed(sentence)

    def _forget(self, person: UUID) -> None:  # in a thread
        self._lines, self._watched = {}, {}
