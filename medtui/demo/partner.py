"""The demo's partner: a colleague who joins the room that the viewer enters, and acts there.

It watches the private channel of one session as the colleague's own client. While the viewer is
there, the colleague is, too; a hosting one chooses the roles and a case, starts the station, and
ends it when its time is up.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

from supabase import AsyncClient

log = logging.getLogger(__name__)

PHASES = (("Reading", 30), ("Interview", 120))
"""Seconds of each phase: a station of the demo is short, so that its end is seen."""

LINGER_SECONDS = 5
COLUMNS = "id,host_id,guest_id,candidate_id,case_id,version,stage_since"


def card() -> dict[str, Any]:
    """The card that medtui's clients exchange: here, with the length of the phases."""
    phases = [
        {"name": name, "seconds": seconds, "bell": 1, "warnings": [60] if seconds > 60 else [],
         "brief": True}
        for name, seconds in PHASES
    ]  # fmt: skip
    return {
        "preset": {"id": "demo", "name": "Demo", "phases": phases},
        "station": None,
        "added": [],
        "paused": 0.0,
        "paused_at": None,
        "writes": [1, 0],
        "shown": [],
    }


class Partner:
    """One colleague in one room. `live` until it is cancelled.

    Args:
        client: the colleague's, signed in.
        me: the colleague.
        viewer: who is waited for.
        pace: seconds between two acts.
    """

    def __init__(
        self,
        client: AsyncClient,
        me: UUID,
        viewer: UUID,
        session_id: UUID,
        pace: float,
        dice: random.Random,
    ) -> None:
        self._client, self._me, self._viewer = client, str(me), str(viewer)
        self._session, self._pace, self._dice = str(session_id), pace, dice
        self._is_met = asyncio.Event()
        self._their_card: dict[str, Any] = {}

    async def live(self) -> None:
        """Wait for the viewer, act while they are there, and wait again."""
        room = await self._row()
        if room is None or room["guest_id"] is None:
            return
        session = await self._client.auth.get_session()
        await self._client.realtime.set_auth(session.access_token if session else None)
        channel = self._client.channel(
            f"room:{self._session}:{room['host_id']}:{room['guest_id']}",
            {
                "config": {
                    "broadcast": {"ack": False, "self": False},
                    "presence": {"key": "", "enabled": True},
                    "private": True,
                }
            },
        )

        def on_sync() -> None:
            self._is_met.clear()
            for presence in [p for people in channel.presence_state().values() for p in people]:
                seen = cast(dict[str, Any], presence)
                if seen.get("user") == self._viewer:
                    self._their_card = seen.get("card") or {}
                    self._is_met.set()

        channel.on_presence_sync(on_sync)
        await channel.subscribe()
        try:
            while True:
                await self._is_met.wait()
                await asyncio.sleep(self._pace * self._dice.uniform(0.3, 0.7))
                row = await self._row()
                hosts = row is not None and row["host_id"] == self._me
                # A guest leaves the timing to the host.
                await channel.track({"user": self._me, "card": card() if hosts else {}})
                while self._is_met.is_set():
                    await asyncio.sleep(self._pace)
                    if hosts:
                        await self._host()
                await channel.untrack()
        finally:
            with contextlib.suppress(Exception):  # the server may be gone
                await self._client.remove_channel(channel)

    async def _row(self) -> dict[str, Any] | None:
        query = self._client.table("practice_sessions").select(COLUMNS).eq("id", self._session)
        rows = (await query.execute()).data
        return cast(dict[str, Any], rows[0]) if rows else None

    async def _host(self) -> None:
        """Do a host's next step, if there is one."""
        row = await self._row()
        if row is None or row["guest_id"] != self._viewer:
            return
        if row["version"] == 2:
            if self._is_over(datetime.fromisoformat(row["stage_since"])):
                await self._change(row, version=3)
        elif row["version"] != 1:
            return
        elif row["candidate_id"] is None:
            await self._change(row, candidate_id=self._viewer)
        elif row["case_id"] is None:
            cases = (await self._client.table("cases").select("id").execute()).data
            if cases:
                chosen = cast(dict[str, Any], self._dice.choice(cases))
                await self._change(row, case_id=chosen["id"])
        else:
            await self._change(row, version=2)

    def _is_over(self, since: datetime) -> bool:
        """Whether the station's time is up, with what the viewer has done to the clock."""
        length = sum(seconds for _, seconds in PHASES) + LINGER_SECONDS
        theirs = self._their_card
        if theirs.get("station") and datetime.fromisoformat(theirs["station"]) == since:
            if theirs["paused_at"]:
                return False
            length += sum(theirs["added"]) + theirs["paused"]
        return (datetime.now(UTC) - since).total_seconds() > length

    async def _change(self, row: dict[str, Any], **values: Any) -> None:
        query = self._client.table("practice_sessions").update(values).eq("id", self._session)
        await query.eq("version", row["version"]).eq("guest_id", self._viewer).execute()


class Partners:
    """All the viewer's colleagues, each waiting in their room."""

    def __init__(self, viewer: UUID, pace: float, dice: random.Random) -> None:
        self._viewer, self._pace, self._dice = viewer, pace, dice
        self._waiting: dict[tuple[UUID, UUID], asyncio.Task[None]] = {}

    def wanted(self, rooms: set[tuple[UUID, UUID]]) -> set[tuple[UUID, UUID]]:
        """Those of `rooms` (session, colleague) that no partner waits in; other rooms are left."""
        for room in self._waiting.keys() - rooms:
            self._waiting.pop(room).cancel()
        for room in [room for room, task in self._waiting.items() if task.done()]:
            del self._waiting[room]
        return rooms - self._waiting.keys()

    def wait(self, room: tuple[UUID, UUID], client: AsyncClient) -> None:
        """Have a colleague wait in a room."""
        session_id, person = room
        partner = Partner(client, person, self._viewer, session_id, self._pace, self._dice)
        task = asyncio.create_task(partner.live(), name="partner")
        task.add_done_callback(_report)
        self._waiting[room] = task


def _report(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        log.debug("a partner has left: %s", type(error).__name__)
