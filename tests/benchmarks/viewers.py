"""Many light viewers in a process of their own: `python viewers.py`, told by one line of JSON.

{"url", "key", "tokens" (null: without a login), "source": broadcast or postgres_changes, "ask":
method and path of what each viewer asks of REST every so many seconds, as a board does}. Each
viewer is a raw websocket that joins as a board does; 120 share an address, as no more than 256
may. Prints "ready" when all have joined. Told how many changes there were, it waits for them and
prints {"heard": of each viewer, "twice", "delays": in seconds from before the write, sorted,
"asked", "refused"}.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import random
import re
import struct
import sys
import time
from typing import Any
from urllib.parse import urlsplit

CHANGE = re.compile(rb'"type": ?"@(\d+) ([\d.]+)"')
SHARE = 120
BEAT = '{"topic": "phoenix", "event": "heartbeat", "payload": {}, "ref": "9"}'


class Viewer(asyncio.Protocol):
    """One websocket: its handshake, its join, and the changes that it hears."""

    def __init__(self, job: dict[str, Any], token: str | None, delays: list[float]) -> None:
        self.joined = asyncio.get_running_loop().create_future()
        self.heard: set[int] = set()
        self.twice = 0
        self._job, self._token, self._delays = job, token, delays
        self._buffer = bytearray()
        self._is_open = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport
        server = urlsplit(self._job["url"]).netloc
        nonce = base64.b64encode(os.urandom(16)).decode()
        path = f"/realtime/v1/websocket?apikey={self._job['key']}&vsn=1.0.0"
        self._transport.write(
            f"GET {path} HTTP/1.1\r\nHost: {server}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {nonce}\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._is_open:
            _, end, rest = bytes(self._buffer).partition(b"\r\n\r\n")
            if not end:
                return
            self._is_open, self._buffer = True, bytearray(rest)
            self._join()
        while (frame := self._frame()) is not None:
            self._on_frame(frame)

    def connection_lost(self, error: Exception | None) -> None:
        if not self.joined.done():
            self.joined.set_exception(error or ConnectionError("closed"))

    def send(self, text: str) -> None:
        size = len(text.encode())
        head = bytes([0x81]) + (
            bytes([0x80 | size]) if size < 126 else struct.pack("!BH", 0x80 | 126, size)
        )
        self._transport.write(head + bytes(4) + text.encode())  # masked with zeros

    def _join(self) -> None:
        config: dict[str, Any] = {"presence": {"enabled": False}}
        if self._job["source"] == "broadcast":
            self._topic = "realtime:board:users" if self._token else "realtime:board:strangers"
            config |= {"private": True, "broadcast": {"replication_ready": True}}
        else:
            self._topic = f"realtime:board-{random.getrandbits(64)}"
            wanted = {"event": "*", "schema": "public", "table": "practice_sessions"}
            config |= {"postgres_changes": [wanted]}
        join = {"config": config, "access_token": self._token or self._job["key"]}
        frame = {"topic": self._topic, "event": "phx_join", "payload": join, "ref": "1"}
        self.send(json.dumps(frame))

    def _frame(self) -> bytes | None:
        """The next whole frame's payload; None if there is none yet. Pings are answered."""
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        size, at = buffer[1] & 0x7F, 2
        if size == 126:
            if len(buffer) < 4:
                return None
            (size,), at = struct.unpack_from("!H", buffer, 2), 4
        if len(buffer) < at + size:
            return None
        payload = bytes(buffer[at : at + size])
        if buffer[0] & 0x0F == 9:
            self._transport.write(bytes([0x8A, 0x80 | size]) + bytes(4) + payload)
        del buffer[: at + size]
        return payload

    def _on_frame(self, frame: bytes) -> None:
        match = CHANGE.search(frame)
        if match:
            self._delays.append(time.time() - float(match[2]))
            number = int(match[1])
            self.twice += number in self.heard
            self.heard.add(number)
        elif b'"system"' in frame and not self.joined.done():
            self.joined.set_result(None)


async def ask(job: dict[str, Any], number: int, tally: dict[str, int]) -> None:
    """What `number` boards ask of REST, over a few connections, evenly."""
    server = urlsplit(job["url"])
    method, path, every = job["ask"]
    reader, writer = await asyncio.open_connection(
        server.hostname, server.port, local_addr=("127.0.0.90", 0)
    )
    body, prefer = (b"{}", "return=minimal") if method == "POST" else (b"", "count=exact")
    request = (
        f"{method} {path} HTTP/1.1\r\nHost: {server.netloc}\r\napikey: {job['key']}\r\n"
        f"Authorization: Bearer {job['key']}\r\nPrefer: {prefer}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode() + body
    due = time.monotonic()
    while True:
        due += every / number
        await asyncio.sleep(max(0, due - time.monotonic()))
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        tally["asked"] += 1
        tally["refused"] += b" 20" not in head.partition(b"\r\n")[0]
        await reader.readexactly(int(re.findall(rb"content-length: (\d+)", head)[0]))


async def main() -> None:
    job = json.loads(sys.stdin.readline())
    server, delays, loop = urlsplit(job["url"]), [], asyncio.get_running_loop()
    viewers: list[Viewer] = []
    for n, token in enumerate(job["tokens"]):
        _, viewer = await loop.create_connection(
            lambda token=token: Viewer(job, token, delays),
            server.hostname,
            server.port,
            local_addr=(f"127.0.0.{2 + n // SHARE}", 0),
        )
        viewers.append(viewer)
        if n % 25 == 24:
            await asyncio.gather(*(each.joined for each in viewers))
    await asyncio.gather(*(each.joined for each in viewers))
    tally = {"asked": 0, "refused": 0}
    parts = 5
    asking = [asyncio.create_task(ask(job, len(viewers) // parts, tally)) for _ in range(parts)]
    print("ready", flush=True)

    async def beat() -> None:
        while True:
            for viewer in viewers:
                await asyncio.sleep(25 / len(viewers))
                viewer.send(BEAT)

    beating = asyncio.create_task(beat())
    changes = int(await asyncio.to_thread(sys.stdin.readline))
    deadline = time.monotonic() + 20
    while any(len(each.heard) < changes for each in viewers) and time.monotonic() < deadline:
        await asyncio.sleep(0.05)
    for task in (*asking, beating):
        task.cancel()
    heard = [len(each.heard) for each in viewers]
    told = {"heard": heard, "twice": sum(each.twice for each in viewers), "delays": sorted(delays)}
    print(json.dumps(told | tally), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
