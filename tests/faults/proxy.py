"""The proxy that faults happen in: real TCP on both sides, every request and frame in its hands."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from urllib.parse import urlsplit

from tests.faults.faults import EVERYWHERE, Fault, Kind
from tests.faults.wire import (
    Answer,
    Ended,
    Request,
    read_answer,
    read_frame,
    read_request,
    text_frame,
)

GOING_DOWN = {Kind.DROP, Kind.RESET, Kind.HALF_CLOSE, Kind.TRUNCATE, Kind.FORGOTTEN}
"""Faults that also happen to the connections that are there when they begin."""


class FaultProxy:
    """Made by `faulty`. `begin` and `end` faults; `injected` counts what they did, by kind."""

    def __init__(self, upstream: str) -> None:
        self.url = ""
        self.injected: Counter[str] = Counter()
        self.met: dict[int, Kind] = {}
        """The faults (`id`) that something has run into, and their kinds."""
        self.log: list[str] = []
        self.last_life = time.monotonic()
        """When the client was last sent a whole frame, or an answer with the board in it."""
        self.asked: list[str] = []
        """The first line of every request that has come."""
        self.max_rows: int | None = None
        """A limit of the server's own on the rows in an answer, as a project may set it."""
        self.mangle: Callable[[bytes], bytes | None] = bytes
        """What becomes of a frame's text; None: it does not come."""
        self._upstream = urlsplit(upstream)
        self._active: list[Fault] = []
        self._connections: set[_Connection] = set()
        self._changed = asyncio.Event()
        self._late: set[asyncio.Task[None]] = set()
        self._began = time.monotonic()

    def start_clock(self) -> None:
        """Times in the log count from here."""
        self._began = time.monotonic()

    def note(self, what: str) -> None:
        self.log.append(f"{time.monotonic() - self._began:6.2f} s  {what}")

    def begin(self, fault: Fault) -> None:
        self.note(f"begins: {fault}")
        self._active.append(fault)
        self._wake()
        if fault.kind in GOING_DOWN:
            for connection in list(self._connections):
                if fault.concerns(connection.place):
                    self.count(fault)
                    connection.suffer(fault)

    def end(self, fault: Fault) -> None:
        self.note(f"ends: {fault.kind} ({fault.place})")
        self._active.remove(fault)
        if fault.kind is Kind.BLACK_HOLE and fault.details["ends"] == "reset":
            for connection in list(self._connections):
                if fault.concerns(connection.place):
                    connection.reset()
        self._wake()

    def count(self, fault: Fault) -> None:
        self.met[id(fault)] = fault.kind
        status = fault.details.get("status", "")
        self.injected[f"{fault.kind} {status}".rstrip()] += 1

    def find(self, kind: Kind, place: str) -> Fault | None:
        return next((f for f in self._active if f.kind is kind and f.concerns(place)), None)

    async def gate(self, place: str, direction: str) -> None:
        """Wait until something may pass in a direction."""
        is_counted = False
        while hole := self._hole(place, direction):
            if not is_counted:
                self.count(hole)
                is_counted = True
            await self._changed.wait()

    async def delay(self, place: str) -> None:
        """Wait as long as a delay says; what is under way when it ends arrives at once."""
        if fault := self.find(Kind.DELAY, place):
            self.count(fault)
            until = time.monotonic() + fault.details["seconds"]
            while fault in self._active and time.monotonic() < until:
                await asyncio.sleep(0.1)

    def later(self, seconds: float, connection: _Connection, data: bytes) -> None:
        async def send() -> None:
            await asyncio.sleep(seconds)
            with contextlib.suppress(OSError, RuntimeError):  # the latter where it is half-closed
                connection.client.write(data)

        task = asyncio.create_task(send())
        self._late.add(task)
        task.add_done_callback(self._late.discard)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = _Connection(self, reader, writer)
        self._connections.add(connection)
        try:
            await connection.run()
        except (Ended, OSError):
            pass
        finally:
            self._connections.discard(connection)
            connection.close()

    async def open_upstream(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(
            self._upstream.hostname, self._upstream.port, limit=2**20
        )

    def _hole(self, place: str, direction: str) -> Fault | None:
        return next(
            (
                fault
                for fault in self._active
                if fault.kind is Kind.BLACK_HOLE
                and fault.concerns(place)
                and fault.details["direction"] in ("both", direction)
            ),
            None,
        )

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


class _Connection:
    """One connection of the client's, and the one to the server that belongs to it."""

    def __init__(
        self, proxy: FaultProxy, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.place = EVERYWHERE
        """Of its last request; not known before the first."""
        self.client = writer
        self._proxy = proxy
        self._reader = reader
        self._server: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._is_dead = False
        self._is_websocket = False

    async def run(self) -> None:
        while True:
            request = await read_request(self._reader)
            self.place = request.place
            self._proxy.asked.append(request.line)
            if limit := self._proxy.max_rows:
                request = request.limited(limit)
            if self._is_dead or not await self._handle(request):
                break
        if self._is_dead:
            await self._swallow()

    def suffer(self, fault: Fault) -> None:
        """What a fault does to a connection that is open as it begins."""
        match fault.kind:
            case Kind.DROP:
                self.close()
            case Kind.RESET:
                self.reset()
            case Kind.HALF_CLOSE:
                # To the client, or to the server, whose own end is not passed on then.
                if fault.details["to_client"]:
                    self._finish(self.client)
                elif self._server:
                    self._is_dead = self._is_websocket
                    self._finish(self._server[1])
            case Kind.TRUNCATE if self._is_websocket:
                with contextlib.suppress(RuntimeError):  # it was half-closed before
                    self.client.write(b"\x81\x7e\x01\x00" + b'{"topic":"realtime:board","event"')
                self.close()
            case Kind.FORGOTTEN:
                self._is_dead = True

    def reset(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            raw = self.client.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.client.transport.abort()
        self.close()

    def close(self) -> None:
        for writer in (self.client, self._server and self._server[1]):
            if writer:
                with contextlib.suppress(OSError):
                    writer.close()

    async def _handle(self, request: Request) -> bool:
        """Have one request answered, or not. Returns whether the connection goes on."""
        proxy, place = self._proxy, request.place
        await proxy.gate(place, "up")
        if self._reader.at_eof():  # nobody waits for it any more: it was never sent
            return False
        if not request.is_upgrade:
            await proxy.delay(place)
        for kind in (Kind.DROP, Kind.RESET, Kind.HALF_CLOSE, Kind.REFUSE):
            if fault := proxy.find(kind, place):
                proxy.count(fault)
                if fault.details["obeyed"] and not request.is_upgrade:
                    await self._ask(request)
                return await self._spoil(fault)
        answer = await self._ask(request)
        if request.is_upgrade and answer.status == 101:
            await self._relay(answer)
            return False
        if fault := proxy.find(Kind.DUPLICATE, place):
            proxy.count(fault)
            answer = await self._ask(request)
        await proxy.gate(place, "down")
        if self._is_dead:
            return False
        if fault := proxy.find(Kind.TRUNCATE, place):
            proxy.count(fault)
            return await self._cut(answer, honest=fault.details["honest"])
        self.client.write(answer.head + answer.body)
        await self.client.drain()
        if (
            answer.status == 200
            and "/practice_sessions?" in request.line
            and "order" in request.line
        ):
            proxy.last_life = time.monotonic()
        return True

    async def _ask(self, request: Request) -> Answer:
        if self._server is None:
            self._server = await self._proxy.open_upstream()
        reader, writer = self._server
        try:
            writer.write(request.head + request.body)
            await writer.drain()
        except RuntimeError as error:  # we have told the server that there is no more to come
            raise Ended from error
        return await read_answer(reader, request.method)

    async def _spoil(self, fault: Fault) -> bool:
        match fault.kind:
            case Kind.RESET:
                self.reset()
            case Kind.REFUSE:
                await self._refuse(fault)
            case Kind.HALF_CLOSE:
                self._finish(self.client)
                await self._swallow()
        return False

    async def _refuse(self, fault: Fault) -> None:
        status = fault.details["status"]
        body = b"" if status == 500 else b"<html><h1>%d</h1></html>" % status
        head = f"HTTP/1.1 {status} Trouble\r\nContent-Type: text/html\r\nConnection: close\r\n"
        if "retry_after" in fault.details:
            head += f"Retry-After: {fault.details['retry_after']}\r\n"
        self.client.write(head.encode() + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        await self.client.drain()

    async def _cut(self, answer: Answer, *, honest: bool) -> bool:
        """Half an answer: with a length that says so, or with the connection's end."""
        half = answer.body[: len(answer.body) // 2]
        head = answer.head
        if honest and b"chunked" not in head.lower():
            lines = [
                line for line in head.split(b"\r\n") if not line.lower().startswith(b"content-len")
            ]
            head = b"\r\n".join([*lines[:1], b"Content-Length: %d" % len(half), *lines[1:]])
        self.client.write(head + half)
        await self.client.drain()
        return honest and b"chunked" not in head.lower()

    def _finish(self, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            writer.write_eof()

    async def _swallow(self) -> None:
        while await self._reader.read(65536):
            pass

    async def _relay(self, answer: Answer) -> None:
        """Both directions of a websocket, until one of them ends."""
        self._is_websocket = True
        self.client.write(answer.head)
        up, down = asyncio.create_task(self._up()), asyncio.create_task(self._down())
        try:
            await asyncio.wait({up, down}, return_when=asyncio.FIRST_COMPLETED)
            if self._is_dead:
                await asyncio.wait({up})
        finally:
            up.cancel()
            down.cancel()
            await asyncio.gather(up, down, return_exceptions=True)

    async def _up(self) -> None:
        assert self._server
        while data := await self._reader.read(65536):
            await self._proxy.gate("websocket", "up")
            await self._proxy.delay("websocket")
            if not self._is_dead:
                self._server[1].write(data)
                await self._server[1].drain()

    async def _down(self) -> None:
        assert self._server
        proxy = self._proxy
        while True:
            frame = await read_frame(self._server[0])
            await proxy.gate("websocket", "down")
            await proxy.delay("websocket")
            raw = frame.raw
            if frame.opcode == 1 and (text := proxy.mangle(frame.payload)) != frame.payload:
                raw = text_frame(text) if text else b""
            if self._is_dead or not raw:
                continue
            if frame.is_change and (fault := proxy.find(Kind.WITHHOLD, "websocket")):
                proxy.count(fault)
                continue
            self.client.write(raw)
            await self.client.drain()
            proxy.last_life = time.monotonic()
            if frame.opcode == 1 and (fault := proxy.find(Kind.DUPLICATE, "websocket")):
                proxy.count(fault)
                proxy.later(fault.details["late"], self, raw)


@contextlib.asynccontextmanager
async def faulty(upstream: str) -> AsyncIterator[FaultProxy]:
    """A proxy before a server, on a port of its own, through which everything passes at first."""
    proxy = FaultProxy(upstream)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0, limit=2**20)
    proxy.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield proxy
    finally:
        server.close()
        for connection in list(proxy._connections):
            connection.close()
