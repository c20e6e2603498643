"""A cable between a client and a server that is cut at the moment one chooses."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from urllib.parse import urlsplit


class Cable:
    """Carries bytes. Each part that arrives, from either end, is a moment, and each that is
    passed on is another.

    Args:
        cut_at: the moment, from 1 on, at which it is cut; 0: never.
        for_good: whether it stays cut, until `mend`; else only what is open then ends.
    """

    def __init__(self, upstream: str, cut_at: int, *, for_good: bool) -> None:
        self.moments = 0
        self.url = ""
        self.pause = 0.0
        """For how many seconds each part is held."""
        self._upstream = urlsplit(upstream)
        self._cut_at = cut_at
        self._for_good = for_good
        self._is_cut = False
        self._ends: list[asyncio.StreamWriter] = []

    def cut(self) -> None:
        """Cut it now, until `mend`."""
        self._is_cut = True
        self._close()

    def mend(self) -> None:
        self._is_cut = False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_cut:
            writer.transport.abort()
            return
        there = await self._dial()
        self._ends += [writer, there[1]]
        ways = [(reader, there[1]), (there[0], writer)]
        tasks = {asyncio.create_task(self._carry(*way)) for way in ways}
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        for end in (writer, there[1]):
            end.close()

    async def _dial(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        is_secure = self._upstream.scheme == "https"
        port = self._upstream.port or (443 if is_secure else 80)
        return await asyncio.open_connection(self._upstream.hostname, port, ssl=is_secure or None)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while (part := await reader.read(65536)) and self._goes_on():
                await asyncio.sleep(self.pause)
                writer.write(self._addressed(part))
                await writer.drain()
                if not self._goes_on():
                    return

    def _addressed(self, part: bytes) -> bytes:
        """Requests for the name of a server that has one: several may be at one address."""
        if self._upstream.scheme != "https":
            return part
        wanted = f"\r\nhost: {self._upstream.netloc}\r\n".encode()
        return re.sub(rb"\r\nhost: 127\.0\.0\.1:\d+\r\n", wanted, part, flags=re.IGNORECASE)

    def _goes_on(self) -> bool:
        self.moments += 1
        if self.moments == self._cut_at:
            self._is_cut = self._for_good
            self._close()
            return False
        return not self._is_cut

    def _close(self) -> None:
        # What the server has been sent whole it obeys, though nobody hears its answer.
        for end in self._ends:
            end.close()


@contextlib.asynccontextmanager
async def cable(upstream: str, cut_at: int = 0, *, for_good: bool = True) -> AsyncIterator[Cable]:
    """A cable before a server, with a port of its own."""
    laid = Cable(upstream, cut_at, for_good=for_good)
    server = await asyncio.start_server(laid.serve, "127.0.0.1", 0)
    laid.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield laid
    finally:
        server.close()
