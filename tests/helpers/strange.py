"""What is at a Supabase's address and is none: a hotel's page, a proxy, another program."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator


def answer(status: str, body: bytes = b"", **headers: str) -> bytes:
    named = {"Content-Length": str(len(body)), "Connection": "close", **headers}
    lines = [f"{name.replace('_', '-')}: {value}\r\n" for name, value in named.items()]
    return f"HTTP/1.1 {status}\r\n{''.join(lines)}\r\n".encode() + body


PAGE = b"<!doctype html><html><title>Welcome to our wifi</title>Please sign in</html>"

STRANGE = {
    "a web page": answer("200 OK", PAGE, Content_Type="text/html"),
    "a login of the network": answer("302 Found", Location="http://login.wifi.example/"),
    "nothing in it": answer("200 OK", Content_Type="application/json"),
    "another API": answer("200 OK", b'{"ok": true}', Content_Type="application/json"),
    "rows of something else": answer("200 OK", b'[{"x": 1}]', Content_Type="application/json"),
    "a page that is not there": answer("404 Not Found", PAGE, Content_Type="text/html"),
    "no gateway behind": answer("502 Bad Gateway", PAGE, Content_Type="text/html"),
    "half an answer": answer("200 OK", b'[{"id": "7b', Content_Length="5000"),
    "another protocol": b"SSH-2.0-OpenSSH_9.6\r\n",
    "a connection that ends": b"",
}


@contextlib.asynccontextmanager
async def strange(said: bytes) -> AsyncIterator[str]:
    """A server that says the same to everybody; gives its URL."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            await reader.read(65536)
            writer.write(said)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
