"""Where the changes of the live feed come from, behind one small interface.

`postgres_changes` asks the server's policies once for every subscriber and change. Where
that becomes too much, Broadcast from the database takes its place (medtui/supabase/README.md
has the sums): another class here, and nothing else changes.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from typing import Any, Protocol

from medtui.data.socket import Socket, SocketBroken

SUBSCRIBE_SECONDS = 15.0

Change = dict[str, Any]
"""One change's `data`: type, record, old_record, commit_timestamp."""


class ChangeSource(Protocol):
    """Delivers the changes of `practice_sessions`."""

    async def subscribe(self, socket: Socket, put: Callable[[Change], None]) -> None:
        """Open the socket and call `put` with every change from now on. Raises SocketBroken.

        Returns when the server has subscribed us: no later commit is missed.
        """


class PostgresChanges:
    """Realtime's `postgres_changes`: row-level security and grants decide what comes."""

    async def subscribe(self, socket: Socket, put: Callable[[Change], None]) -> None:
        from realtime.types import RealtimePostgresChangesListenEvent

        listening = asyncio.Event()
        await socket.open()
        # Any client with the public key may broadcast on a public topic. The changes come whatever
        # its name is, so the name is random.
        channel = socket.channel(f"board-{secrets.token_hex(16)}")
        channel.on_postgres_changes(
            RealtimePostgresChangesListenEvent.All,
            socket.guard(lambda payload: put(payload["data"])),
            table="practice_sessions",
            schema="public",
        )
        channel.on_system(
            socket.guard(
                lambda payload: listening.set() if payload.extension == "postgres_changes" else None
            )
        )
        try:
            async with asyncio.timeout(SUBSCRIBE_SECONDS):
                await socket.join(channel)
                await listening.wait()
        except TimeoutError:
            raise SocketBroken("the server does not answer") from None
