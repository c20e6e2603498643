"""Every connection to our own PostgreSQL: by what its address says, and nothing else."""

from __future__ import annotations

from typing import Any, Self

from psycopg import AsyncConnection
from psycopg.rows import Row

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
