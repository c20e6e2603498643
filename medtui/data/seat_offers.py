"""Has the server write whose a free seat is by now, where an offer of it has run out."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from medtui.data.connection import WAITING, Connection

if TYPE_CHECKING:
    from supabase import AsyncClient


async def next_offer(connection: Connection, session_id: UUID) -> None:
    """Do it for one session; nothing on a server without waiting lists. Raises `DataError`s."""
    if await connection.level() >= WAITING:
        await call(connection, "next_offer", session_id)


async def call(connection: Connection, name: str, session_id: UUID) -> None:
    """Call a function of waiting lists, each of which may be called twice."""

    async def ask(client: AsyncClient) -> None:
        await client.rpc(name, {"session_id": str(session_id)}).execute()

    await connection.read(ask)
