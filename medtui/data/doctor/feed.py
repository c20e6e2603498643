"""Checks the live feed, and how long a message takes there and back."""

from __future__ import annotations

import asyncio
import time

from medtui.data.broadcast import BestSource
from medtui.data.connection import Connection
from medtui.data.doctor.finding import Finding, failed, ok
from medtui.data.errors import DataError
from medtui.data.socket import Socket, SocketBroken

PATIENCE = 8.0


async def live(connection: Connection) -> Finding:
    """The line `live feed`: opens a websocket, subscribes, and sends a message."""
    socket = Socket(connection)
    began = time.monotonic()
    try:
        async with asyncio.timeout(2 * PATIENCE):
            await socket.open()
            await BestSource(connection).subscribe(socket, lambda change: None)
            listening = time.monotonic() - began
            there_and_back = await socket.round_trip(PATIENCE)
    except (SocketBroken, DataError, TimeoutError) as error:
        reason = error.reason if isinstance(error, SocketBroken) else "the server does not answer"
        return failed(
            "live feed",
            f"It does not work: {reason}.",
            "A proxy may let no websockets through; and Realtime must be on for the table "
            "practice_sessions. Until then the board is STALE.",
        )
    finally:
        await socket.close()
    return ok(
        "live feed",
        f"It listens after {listening * 1000:.0f} ms; a message there and back takes "
        f"{there_and_back * 1000:.0f} ms.",
    )
