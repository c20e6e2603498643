"""The auth server's way to its tables."""

from __future__ import annotations

from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool

from medtui.local.connection import SharedPool

Db = AsyncConnection[DictRow]
Pool = AsyncConnectionPool[Db]


def auth_pool(dsn: str) -> Pool:
    """Connections of the auth server."""
    # Checked: a connection that PostgreSQL has dropped, as after a crash, must fail no sign-in.
    check = AsyncConnectionPool.check_connection
    return SharedPool(dsn, min_size=0, max_size=4, check=check, kwargs={"row_factory": dict_row})


async def one(db: Db, query: str, *parameters: object) -> DictRow | None:
    """The first row of the answer, if there is one."""
    return await (await db.execute(query.encode(), parameters)).fetchone()


async def the_one(db: Db, query: str, *parameters: object) -> DictRow:
    """The row of a statement that always gives one, as `insert … returning` does."""
    row = await one(db, query, *parameters)
    assert row is not None  # noqa: S101  # see above
    return row
