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


class Turns:
    """So many at a time of one address; what the server does by itself waits for none of them."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._of: dict[str, _Address] = {}

    @asynccontextmanager
    async def take(self, seconds: float) -> AsyncIterator[None]:
        """Have a turn of the present request's address. PoolTimeout when there is none in time."""
        address = current.get()
        if not address:
            yield
            return
        turns = self._of.setdefault(address, _Address(self._most))
        turns.users += 1
        try:
            try:
                async with asyncio.timeout(seconds):
                    await turns.acquire()
            except TimeoutError:
                raise PoolTimeout("too many requests from one address are waiting") from None
            try:
                yield
            finally:
                turns.release()
        finally:
            turns.users -= 1
            if not turns.users:
                del self._of[address]


class _Address(asyncio.Semaphore):
    """`users` counts those who have a turn or wait for one."""

    users = 0


class SharedPool(AsyncConnectionPool[Connection]):
    """Requests from one address wait for each other when they have half of the connections."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._turns = Turns(max(1, self.max_size // 2))

    @asynccontextmanager
    async def connection(
        self,
        timeout: float | None = None,  # noqa: ASYNC109  # psycopg's
    ) -> AsyncIterator[Connection]:
        """As of any pool: PoolTimeout when there is none in time."""
        async with (
            self._turns.take(timeout or self.timeout),
            super().connection(timeout) as connection,
        ):
            yield connection
