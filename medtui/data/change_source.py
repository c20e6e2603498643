"""Where the changes of the live feed come from, behind one small interface.

`postgres_changes`, here, asks the server's policies once for every subscriber and change; Broadcast
from the database (`broadcast.py`) sends one message to all (medtui/supabase/README.md has the
figures). `BestSource` there chooses.
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
    """Delivers the changes of `practice_sessions`.

    Servers drop changes silently. A source whose changes are numbered (`is_counted`) knows by the
    server's count that one is missing; of others nothing is known until the window is read.
    """

    @property
    def is_counted(self) -> bool:
        """Whether its changes are numbered."""

    @property
    def has_gap(self) -> bool:
        """Whether a change is missing of which a later one has come."""

    @property
    def is_to_be_restarted(self) -> bool:
        """Whether a change that it has missed means that it is to be opened anew."""

    async def subscribe(self, socket: Socket, put: Callable[[Change], None]) -> None:
        """Call `put` with every change from now on. Raises SocketBroken, or a DataError.

        Returns when the server has subscribed us: no later commit is missed.
        """

    async def has_all(self) -> bool:
        """Whether every change so far has come, by the server's count.

        False: not known, and then what a read of the window says counts from here on. Raises a
        DataError.
        """


class PostgresChanges:
    """Realtime's `postgres_changes`: row-level security and grants decide what comes."""

    is_counted = False
    has_gap = False
    is_to_be_restarted = True

    async def has_all(self) -> bool:
        return False

    async def subscribe(self, socket: Socket, put: Callable[[Change], None]) -> None:
        from realtime.types import RealtimePostgresChangesListenEvent

        listening = asyncio.Event()
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
