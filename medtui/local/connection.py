"""Connections to our own PostgreSQL, and pools of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Self, TypeVar
from weakref import WeakValueDictionary

from psycopg import AsyncConnection, AsyncRawCursor
from psycopg.rows import DictRow, Row
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from medtui.local.address import current
from medtui.store.environment import forget_postgres


class OwnConnection(AsyncConnection[Row]):
    """As psycopg's, but the environment's `PG…` variables have no say, nor has an impostor.

    Other processes of the account that runs PostgreSQL can take the place of its socket, and ask
    for the password as it is: it is not given to a server that asks in any way but SCRAM's.
    """

    @classmethod
    async def connect(cls, *address: Any, **options: Any) -> Self:
        """Connect to an address that Cluster.dsn gave. Raises psycopg.OperationalError."""
        forget_postgres()
        return await super().connect(*address, **{"require_auth": "scram-sha-256"} | options)


Connection = TypeVar("Connection", bound=AsyncConnection[Any])
Db = AsyncConnection[DictRow]
Pool = AsyncConnectionPool[Db]


async def one(db: Db, query: str, *parameters: object) -> DictRow | None:
    """The first row of the answer, if there is one."""
    return await (await db.execute(query.encode(), parameters)).fetchone()


async def the_one(db: Db, query: str, *parameters: object) -> DictRow:
    """The row of a statement that always gives one, as `insert … returning` does."""
    row = await one(db, query, *parameters)
    assert row is not None  # noqa: S101  # see above
    return row


class Turns:
    """So many at a time of one address; what the server does by itself waits for none of them."""

    def __init__(self, most: int) -> None:
        self._most = most
        # Of an address only while a request has a turn, or waits for one.
        self._of = WeakValueDictionary[str, asyncio.Semaphore]()

    @asynccontextmanager
    async def take(self, seconds: float) -> AsyncIterator[None]:
        """Have a turn of the present request's address. PoolTimeout when there is none in time."""
        address = current.get()
        if not address:
            yield
            return
        turns = self._of.setdefault(address, asyncio.Semaphore(self._most))
        try:
            async with asyncio.timeout(seconds):
                await turns.acquire()
        except TimeoutError:
            raise PoolTimeout("too many requests from one address are waiting") from None
        try:
            yield
        finally:
            turns.release()


class SharedPool(AsyncConnectionPool[Connection]):
    """Requests from one address wait for each other when they have half of the connections.

    To be opened on the loop that uses it.
    """

    def __init__(self, dsn: str, *, kwargs: dict[str, Any], **options: Any) -> None:
        own: Any = OwnConnection
        super().__init__(dsn, connection_class=own, open=False, kwargs=kwargs, **options)
        self._turns = Turns(max(1, self.max_size // 2))

    @classmethod
    def raw(cls, dsn: str, size: int, options: str, **kwargs: Any) -> Self:
        """Connections that commit by themselves and take numbered parameters."""
        kwargs |= {"autocommit": True, "cursor_factory": AsyncRawCursor, "options": options}
        return cls(dsn, min_size=1, max_size=size, kwargs=kwargs)

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
