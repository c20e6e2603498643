"""Connections to PostgreSQL, of which no address gets more than half."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from medtui.local.address import current

Connection = TypeVar("Connection", bound=AsyncConnection[Any])


class SharedPool(AsyncConnectionPool[Connection]):
    """Requests from one address wait for each other when they have half of the connections.

    What the server does by itself waits for none of them.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._turns: dict[str, _Turns] = {}

    @asynccontextmanager
    async def connection(
        self,
        timeout: float | None = None,  # noqa: ASYNC109  # psycopg's
    ) -> AsyncIterator[Connection]:
        """As of any pool: PoolTimeout when there is none in time."""
        address = current.get()
        if not address:
            async with super().connection(timeout) as connection:
                yield connection
            return
        turns = self._turns.setdefault(address, _Turns(max(1, self.max_size // 2)))
        turns.users += 1
        try:
            try:
                async with asyncio.timeout(timeout or self.timeout):
                    await turns.acquire()
            except TimeoutError:
                raise PoolTimeout("too many requests from one address are waiting") from None
            try:
                async with super().connection(timeout) as connection:
                    yield connection
            finally:
                turns.release()
        finally:
            turns.users -= 1
            if not turns.users:
                del self._turns[address]


class _Turns(asyncio.Semaphore):
    """Of one address; `users` counts those who have a turn or wait for one."""

    users = 0
