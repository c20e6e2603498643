"""Every connection to our own PostgreSQL: by what its address says, and nothing else."""

from __future__ import annotations

from typing import Any, Self

from psycopg import AsyncConnection
from psycopg.rows import Row

from medtui.environment import forget_postgres


class OwnConnection(AsyncConnection[Row]):
    """As psycopg's, but the environment's `PG…` variables have no say."""

    @classmethod
    async def connect(cls, *address: Any, **options: Any) -> Self:
        """Connect to an address that Cluster.dsn gave. Raises psycopg.OperationalError."""
        forget_postgres()
        return await super().connect(*address, **options)
