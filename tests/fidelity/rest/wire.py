"""HTTP/1.1 without a library's good manners: any bytes in any place, as an attacker sends them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body's value; an Ellipsis where there is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return ...

    @property
    def code(self) -> str | None:
        """An error's code."""
        value = self.json
        return value.get("code") if isinstance(value, dict) and self.status >= 300 else None


@dataclass
class Wire:
    """One kept connection to `url`, made again when the server closes it."""

    url: str
    _streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = field(default=None)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self._close()

    async def request(
        self, method: str, target: bytes, headers: Mapping[bytes, bytes], body: bytes | None = None
    ) -> Answer:
        """Send a request for `target` below the URL's path, and return the answer."""
        where = urlsplit(self.url)
        lines = [method.encode() + b" " + where.path.encode() + target + b" HTTP/1.1"]
        lines.append(b"Host: " + where.netloc.encode())
        if body is not None:
            lines.append(b"Content-Length: %d" % len(body))
        lines += [name + b": " + value for name, value in headers.items()]
        sent = b"\r\n".join(lines) + b"\r\n\r\n" + (body or b"")
        for attempt in (1, 2):
            if self._streams is None:
                port = where.port or 80
                self._streams = await asyncio.open_connection(where.hostname, port)
            reader, writer = self._streams
            try:
                writer.write(sent)
                return await self._answer(method, reader)
            except (ConnectionError, asyncio.IncompleteReadError):
                self._close()
                if attempt == 2:
                    raise
        raise AssertionError

    async def _answer(self, method: str, reader: asyncio.StreamReader) -> Answer:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.rstrip("\r\n").split("\r\n")
        status = int(first.split()[1])
        headers = {}
        for line in lines:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        body = b""
        if method != "HEAD" and status not in (204, 304):
            if "content-length" in headers:
                body = await reader.readexactly(int(headers["content-length"]))
            elif headers.get("transfer-encoding") == "chunked":
                while size := int((await reader.readuntil(b"\r\n")).strip(), 16):
                    body += (await reader.readexactly(size + 2))[:-2]
                await reader.readexactly(2)
        if headers.get("connection", "").lower() == "close":
            self._close()
        return Answer(status, headers, body)

    def _close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None
