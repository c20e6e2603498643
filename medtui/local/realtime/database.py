"""One connection that may take every role, for as long as the server lives."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from psycopg import AsyncConnection, sql

from medtui.local.connection import OwnConnection


class Database:
    """Opened when it is needed, and again after it has died. Every statement is a transaction."""

    def __init__(self, dsn: str, *, options: str = "") -> None:
        self._dsn = dsn
        self._options = options
        self._connection: AsyncConnection[Any] | None = None
        self._opening = asyncio.Lock()

    async def rows(
        self, query: str | sql.Composed, parameters: Sequence[Any] | dict[str, Any] = ()
    ) -> list[tuple[Any, ...]]:
        """What a statement gives. Raises psycopg.Error."""
        connection = await self._opened()
        text = query.encode() if isinstance(query, str) else query
        cursor = await connection.execute(text, parameters or None)
        return await cursor.fetchall()

    async def row(
        self, query: str | sql.Composed, parameters: Sequence[Any] | dict[str, Any] = ()
    ) -> tuple[Any, ...]:
        """The one row that a statement gives."""
        [row] = await self.rows(query, parameters)
        return row

    async def close(self) -> None:
        """Close it; it opens again when it is asked."""
        if self._connection is not None:
            await self._connection.close()

    async def _opened(self) -> AsyncConnection[Any]:
        async with self._opening:
            if self._connection is None or self._connection.closed:
                self._connection = await OwnConnection.connect(
                    self._dsn, autocommit=True, options=self._options
                )
            return self._connection
