"""A proxy as a network has one: HTTP and SOCKS on one port, to servers that only it can find."""

from __future__ import annotations

import asyncio
import base64
import contextlib
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

HOST = "supabase.test"
"""A name that no resolver knows: the forwarder takes all names for its one server."""


class Forwarder:
    """`seen` holds, for each connection, its kind and the host that it was for."""

    def __init__(self, upstream: str, login: str = "") -> None:
        self.address = ""
        self.seen: list[tuple[str, str]] = []
        self.refuses = False
        self._upstream = urlsplit(upstream)
        self._login = login

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            first = await reader.readexactly(1)
            await (self._socks if first == b"\5" else self._http)(first, reader, writer)
        writer.close()

    async def _http(
        self, first: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        head = first + await reader.readuntil(b"\r\n\r\n")
        method, target, _ = head.split(b"\r\n")[0].decode().split(" ")
        wanted = base64.b64encode(self._login.encode())
        if self.refuses or (self._login and b"Basic " + wanted not in head):
            writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()
            return
        if method == "CONNECT":
            self.seen.append(("CONNECT", target.rpartition(":")[0]))
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await self._join(b"", reader, writer)
        else:
            url = urlsplit(target)
            self.seen.append(("forward", url.hostname or ""))
            # One request a connection: those behind it would be in the proxy's form, too.
            path = url._replace(scheme="", netloc="").geturl()
            head = head.replace(target.encode(), path.encode(), 1)
            lines = [
                line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")
            ]
            lines.insert(1, b"Connection: close")
            await self._join(b"\r\n".join(lines), reader, writer)

    async def _socks(
        self, first: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        methods = await reader.readexactly((await reader.readexactly(1))[0])
        if self._login:
            writer.write(b"\5\2" if 2 in methods else b"\5\xff")
            [_, size] = await reader.readexactly(2)
            user = await reader.readexactly(size)
            password = await reader.readexactly((await reader.readexactly(1))[0])
            is_right = user + b":" + password == self._login.encode()
            writer.write(b"\1\0" if is_right else b"\1\1")
        else:
            writer.write(b"\5\0")
        [_, _, _, kind] = await reader.readexactly(4)
        assert kind == 3, "names are looked up by the proxy"
        host = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
        await reader.readexactly(2)
        if self.refuses:
            writer.write(b"\5\2\0\1\0\0\0\0\0\0")
            await writer.drain()
            return
        self.seen.append(("SOCKS", host))
        writer.write(b"\5\0\0\1\0\0\0\0\0\0")
        await self._join(b"", reader, writer)

    async def _join(
        self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        there_reader, there_writer = await asyncio.open_connection(
            self._upstream.hostname, self._upstream.port
        )
        there_writer.write(head)
        ways = {
            asyncio.create_task(pour(reader, there_writer)),
            asyncio.create_task(pour(there_reader, writer)),
        }
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        there_writer.close()


async def pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()


@contextlib.asynccontextmanager
async def forwarding(upstream: str, login: str = "") -> AsyncIterator[Forwarder]:
    """A forwarder to one server, on a port of its own; `login` is `user:password`."""
    forwarder = Forwarder(upstream, login)
    server = await asyncio.start_server(forwarder.serve, "127.0.0.1", 0)
    forwarder.address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield forwarder
    finally:
        server.close()
