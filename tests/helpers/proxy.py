"""A proxy between a client and a server: it writes down what is asked, and spoils answers."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Callable
from urllib.parse import unquote_plus, urlsplit


class Proxy:
    """Forwards bytes. `asked` holds the first line of every request, decoded."""

    def __init__(self, upstream: str) -> None:
        self.url = ""
        self.asked: list[str] = []
        self.heard = bytearray()
        """All that clients have sent."""
        self.answers_to_lose: dict[str, int] = {}
        """How many answers to requests of each method never arrive, though they were obeyed."""
        self.refused: str | None = None
        """Requests whose first line has this in it are answered with 404."""
        self.spoil: Callable[[bytes], bytes] = bytes
        """What becomes of the bytes of answers."""
        self._upstream = urlsplit(upstream)

    def requests(self, part: str) -> list[str]:
        return [line for line in self.asked if part in line]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection(
            self._upstream.hostname, self._upstream.port
        )
        lose = asyncio.Event()

        async def there() -> None:
            while data := await reader.read(65536):
                self.heard += data
                for line in data.split(b"\r\n"):
                    if not line.endswith(b" HTTP/1.1"):
                        continue
                    self.asked.append(unquote_plus(line.decode()))
                    method = line.partition(b" ")[0].decode(errors="replace")
                    if self.answers_to_lose.get(method, 0) > 0:
                        self.answers_to_lose[method] -= 1
                        lose.set()
                    if self.refused is not None and self.refused in self.asked[-1]:
                        writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
                        await writer.drain()
                        return
                there_writer.write(data)
                await there_writer.drain()

        async def back() -> None:
            while data := await there_reader.read(65536):
                if lose.is_set():
                    return
                writer.write(self.spoil(data))
                await writer.drain()

        tasks = {asyncio.create_task(there()), asyncio.create_task(back())}
        with contextlib.suppress(OSError):
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        for task in tasks:
            task.cancel()
        for end in (writer, there_writer):
            end.close()


@contextlib.asynccontextmanager
async def proxied(upstream: str, tls: ssl.SSLContext | None = None) -> AsyncIterator[Proxy]:
    """A proxy before a server, on a port of its own."""
    proxy = Proxy(upstream)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0, ssl=tls)
    scheme = "https" if tls else "http"
    proxy.url = f"{scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield proxy
    finally:
        server.close()
