"""A slow line to a server: each packet takes its time, and some are lost and sent again."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

PACKET = 1400
"""Bytes of a packet."""


@contextlib.asynccontextmanager
async def slow_line(
    upstream: str, *, round_trip: float = 0.2, loss: float = 0.01, seed: int = 1
) -> AsyncIterator[str]:
    """The URL under which `upstream` is reached by it. Times are in seconds.

    What TCP makes of a lost packet: it comes after another round trip and the time-out for it,
    and all that follows on that connection waits.
    """
    there = urlsplit(upstream)
    dice = random.Random(seed)

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        loop, free_at = asyncio.get_running_loop(), 0.0
        queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

        async def deliver() -> None:
            while True:
                at, data = await queue.get()
                await asyncio.sleep(max(0, at - loop.time()))
                if not data:
                    writer.close()
                    return
                writer.write(data)
                await writer.drain()

        delivery = asyncio.create_task(deliver())
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                takes = round_trip / 2
                for _ in range(0, len(data), PACKET):
                    if dice.random() < loss:
                        takes += 2 * round_trip
                free_at = max(free_at, loop.time() + takes)
                queue.put_nowait((free_at, data))
        queue.put_nowait((free_at, b""))
        with contextlib.suppress(OSError):
            await delivery

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(round_trip)  # the handshake
        up_reader, up_writer = await asyncio.open_connection(there.hostname, there.port)
        await asyncio.gather(carry(reader, up_writer), carry(up_reader, writer))

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
