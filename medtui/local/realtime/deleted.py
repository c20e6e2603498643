"""Closes the channels of deleted accounts, also when they are deleted by SQL."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable
from typing import Any

import psycopg

from medtui.local.realtime.access import Access, Refused
from medtui.local.realtime.channel import Channel

RETRY_SECONDS = 0.5


class Deletions:
    """Listens to what the database tells of `auth.users`, from `start` to `stop`."""

    def __init__(self, dsn: str, access: Access, channels: Callable[[], Iterable[Channel]]) -> None:
        self._dsn = dsn
        self._access = access
        self._channels = channels
        self._listener: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to listen. Accounts that are deleted after this lose their channels at once."""
        connection = await self._connected()
        self._listener = asyncio.create_task(self._listen_forever(connection), name="deletions")

    async def stop(self) -> None:
        if self._listener is not None:
            self._listener.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._listener

    async def _connected(self) -> psycopg.AsyncConnection[Any]:
        connection = await psycopg.AsyncConnection.connect(self._dsn, autocommit=True)
        await connection.execute("listen medtui_deleted")
        return connection

    async def _listen_forever(self, connection: psycopg.AsyncConnection[Any]) -> None:
        while True:
            with contextlib.suppress(psycopg.Error):
                async with connection:
                    async for notice in connection.notifies():
                        await self._check(user=notice.payload)
            while True:
                try:
                    connection = await self._connected()
                    break
                except psycopg.Error:
                    await asyncio.sleep(RETRY_SECONDS)
            await self._check()  # Of what was deleted meanwhile nothing was heard.

    async def _check(self, user: str | None = None) -> None:
        """Close the channels of the accounts that are not there, of one user or of all."""
        for channel in list(self._channels()):
            if user in (None, channel.user):
                try:
                    await self._access.exists(channel.caller)
                except Refused as refusal:
                    if channel.is_open:
                        channel.shut(refusal.message)
