"""As much of HTTP/1.1 and of websockets as a middlebox has to understand to spoil them."""

from __future__ import annotations

import asyncio
import re
import struct
from dataclasses import dataclass

PLACES = {
    "/rest/": "rest",
    "/auth/": "auth",
    "/storage/": "storage",
    "/realtime/": "websocket",
}


class Ended(Exception):
    """The other side is gone, or says something that is no HTTP."""


@dataclass(frozen=True)
class Request:
    """A request, as it was sent."""

    line: str
    head: bytes
    body: bytes

    @property
    def place(self) -> str:
        """Which of the services it is for."""
        path = self.line.partition(" ")[2]
        return next((place for prefix, place in PLACES.items() if path.startswith(prefix)), "rest")

    @property
    def method(self) -> str:
        return self.line.partition(" ")[0]

    def limited(self, rows: int) -> Request:
        """The same, asking for no more rows than this."""

        def less(match: re.Match[bytes]) -> bytes:
            return b"limit=%d" % min(rows, int(match[1]))

        return Request(
            self.line, re.sub(rb"(?<=[?&])limit=(\d+)", less, self.head, count=1), self.body
        )

    @property
    def is_upgrade(self) -> bool:
        return header(self.head, "upgrade").lower() == "websocket"


@dataclass(frozen=True)
class Answer:
    """An answer, as it was sent; without a body where there is none."""

    status: int
    head: bytes
    body: bytes


def header(head: bytes, name: str) -> str:
    for line in head.split(b"\r\n")[1:]:
        key, _, value = line.partition(b":")
        if key.strip().lower() == name.encode():
            return value.strip().decode("latin-1")
    return ""


async def read_request(reader: asyncio.StreamReader) -> Request:
    """The next request of a connection. Raises Ended."""
    head = await _head(reader)
    line = head.partition(b"\r\n")[0].decode("latin-1")
    return Request(line, head, await _body(reader, head))


async def read_answer(reader: asyncio.StreamReader, method: str) -> Answer:
    """The answer to a request that was forwarded. Raises Ended."""
    head = await _head(reader)
    status = int(head.split(b" ", 2)[1])
    is_empty = method == "HEAD" or status in (101, 204, 304)
    return Answer(status, head, b"" if is_empty else await _body(reader, head))


async def _head(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError) as error:
        raise Ended from error


async def _body(reader: asyncio.StreamReader, head: bytes) -> bytes:
    try:
        if header(head, "transfer-encoding").lower() == "chunked":
            body = b""
            while True:
                size = await reader.readuntil(b"\r\n")
                chunk = await reader.readexactly(int(size, 16) + 2)
                body += size + chunk
                if int(size, 16) == 0:
                    return body
        return await reader.readexactly(int(header(head, "content-length") or 0))
    except (asyncio.IncompleteReadError, OSError) as error:
        raise Ended from error


@dataclass(frozen=True)
class Frame:
    """One frame of a websocket from the server, which masks nothing."""

    raw: bytes
    opcode: int
    payload: bytes

    @property
    def is_change(self) -> bool:
        """Whether it brings a change of the database."""
        text = self.payload.replace(b" ", b"")
        is_broadcast = b'"topic":"realtime:board:' in text and b'"event":"broadcast"' in text
        return self.opcode == 1 and (b'"event":"postgres_changes"' in text or is_broadcast)


def text_frame(payload: bytes) -> bytes:
    """A frame of text from the server."""
    length = len(payload)
    if length < 126:
        return struct.pack("!BB", 0x81, length) + payload
    if length < 2**16:
        return struct.pack("!BBH", 0x81, 126, length) + payload
    return struct.pack("!BBQ", 0x81, 127, length) + payload


async def read_frame(reader: asyncio.StreamReader) -> Frame:
    """The next frame. Raises Ended."""
    try:
        raw = await reader.readexactly(2)
        length = raw[1] & 0x7F
        if length == 126:
            raw += (more := await reader.readexactly(2))
            (length,) = struct.unpack("!H", more)
        elif length == 127:
            raw += (more := await reader.readexactly(8))
            (length,) = struct.unpack("!Q", more)
        payload = await reader.readexactly(length)
    except (asyncio.IncompleteReadError, OSError) as error:
        raise Ended from error
    return Frame(raw + payload, raw[0] & 0x0F, payload)
