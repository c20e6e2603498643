"""Changes by Broadcast from the database: one message for all viewers, and numbered.

The database sends each change to two private topics, of which one has what strangers may read
(medtui/supabase/migrations/20261130220000_broadcast.sql). A server without that migration, or whose
policies show some sessions to some users only, refuses the topic.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from medtui.data.change_count import ChangeCount
from medtui.data.change_source import SUBSCRIBE_SECONDS, Change, ChangeSource, PostgresChanges
from medtui.data.connection import BROADCAST, Connection
from medtui.data.error_mapping import translated
from medtui.data.socket import JoinRefused, Socket, SocketBroken

log = logging.getLogger(__name__)

READY_SECONDS = 1.0
"""Seconds that the server has to say that it follows the database's log. Older ones never do; what
they lose until then is missing in the count."""

COMING_SECONDS = 1.0
"""Seconds for a change that is in the count to come."""

SILENT = 2
"""Readings of the count in a row, with no message between them, after which the topic is dead."""


class Broadcast:
    """The topic of the user's role. Subscribing raises JoinRefused where the server has none."""

    is_counted = True

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._count = ChangeCount()
        self._names = 0
        self._is_new = asyncio.Event()
        self._silent = 0
        self._is_unsure = False

    @property
    def has_gap(self) -> bool:
        return self._count.has_gap or self._is_unsure

    @property
    def is_to_be_restarted(self) -> bool:
        return self._silent >= SILENT

    async def subscribe(self, socket: Socket, put: Callable[[Change], None]) -> None:
        self._count, self._silent, self._is_unsure = ChangeCount(), 0, False
        has_login = self._connection.token != self._connection.server.key
        ready = asyncio.Event()
        channel = socket.listening_channel("board:users" if has_login else "board:strangers")

        def on_message(message: Any) -> None:
            change = message["payload"]
            # Committed before the window was read, or repeated: had a later one of the same session
            # been dropped, it would not be missing in the count.
            self._is_unsure |= self._count.has_all(number := int(change["number"]))
            self._count.came(number)  # before `put`, which finds a gap
            put(change)
            self._silent = 0
            self._is_new.set()

        channel.on_broadcast("*", socket.guard(on_message))
        channel.on_system(socket.guard(lambda _: ready.set()))
        try:
            async with asyncio.timeout(SUBSCRIBE_SECONDS):
                await socket.join(channel, may_be_refused=True)
        except TimeoutError:
            raise SocketBroken("the server does not answer") from None
        try:
            async with asyncio.timeout(READY_SECONDS):
                await ready.wait()
        except TimeoutError:
            log.info("the server does not say that broadcasts will come")
        sessions, self._names = await self._counted()
        self._count.settle(sessions)

    async def has_all(self) -> bool:
        before = self._names
        sessions, self._names = await self._counted()
        try:
            async with asyncio.timeout(COMING_SECONDS):
                while not self._count.has_all(sessions):
                    self._is_new.clear()
                    await self._is_new.wait()
        except TimeoutError:
            self._count.settle(sessions)
            self._silent += 1
            return False
        is_sure, self._is_unsure = not self._is_unsure, False
        return is_sure and self._names == before

    async def _counted(self) -> tuple[int, int]:
        """How many changes of sessions, and of names, there were. Raises a DataError."""
        answer: Any = await self._connection.read(
            lambda client: client.rpc("board_changes").execute()
        )
        with translated():
            [row] = answer.data
            return int(row["sessions"]), int(row["names"])


class BestSource:
    """Broadcast where the server has it for this user, otherwise `postgres_changes`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._broadcast = Broadcast(connection)
        self._source: ChangeSource = PostgresChanges()

    @property
    def is_counted(self) -> bool:
        return self._source.is_counted

    @property
    def has_gap(self) -> bool:
        return self._source.has_gap

    @property
    def is_to_be_restarted(self) -> bool:
        return self._source.is_to_be_restarted

    async def has_all(self) -> bool:
        return await self._source.has_all()

    async def subscribe(self, socket: Socket, put: Callable[[Change], None]) -> None:
        was_dead = self._source is self._broadcast and self._broadcast.is_to_be_restarted
        self._source = PostgresChanges()
        if not was_dead and await self._connection.level() >= BROADCAST:
            try:
                await self._broadcast.subscribe(socket, put)
            except JoinRefused:
                log.info("the server refuses the board's topic: postgres_changes instead")
            else:
                self._source = self._broadcast
                return
        await self._source.subscribe(socket, put)
