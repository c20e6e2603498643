"""The server's connections: how long each may wait, and how many there may be.

A connection without a request that is being answered is a waiting one: it is new, its request's
head is not complete, or its last answer has gone out. It waits for `HEAD_SECONDS` at most. When an
address has too many connections, or all have, a waiting one has to go; if none waits, the new one.
"""

from __future__ import annotations

import asyncio
import resource
from typing import Any, TypeAlias

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame

from medtui.local.address import address_of

HEAD_SECONDS = 10.0  # Until the head of a request is complete.
STALL_SECONDS = 30.0  # For an answer of which the client reads nothing.
HEAD_BYTES = 64 * 1024  # Of a request beside its body; then as much again as there is of the body.
LINGER_SECONDS = 2.0  # How long a websocket may take to say goodbye.
MAX_FRAGMENTS = 1_000  # Parts of one message of a websocket.

PER_ADDRESS = 512
"""Connections of one address: a class may sit behind one, with several for each app."""
SPARE_FILES = 384
"""Files that are kept free for PostgreSQL's connections, uploads, and what is being accepted."""
BACKLOG = 256  # Connections that are accepted at once, before any of them is counted.
WANTED_FILES = 8192


def most_connections() -> int:
    """How many connections there may be in all: each is an open file.

    Takes as many of those as the system gives us.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    unlimited = resource.RLIM_INFINITY
    files = WANTED_FILES if hard == unlimited else min(hard, WANTED_FILES)
    if soft != unlimited and soft < files:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))
    return max(files - SPARE_FILES, files // 2)


Connection: TypeAlias = "HttpConnection | WebSocket"


class Crowd:
    """All connections, by address. Those of `exempt` have no limit by themselves."""

    def __init__(
        self, *, total: int, per_address: int = PER_ADDRESS, exempt: frozenset[str] = frozenset()
    ) -> None:
        self._per_address, self._total, self._exempt = per_address, total, exempt
        self._count = 0
        self._by_address: dict[str, dict[asyncio.Transport, Connection]] = {}

    def enter(self, connection: Connection) -> None:
        """Count a connection, or one that has become a websocket; make room if there is none."""
        address = address_of(connection.client)
        group = self._by_address.setdefault(address, {})
        is_new = connection.transport not in group
        group[connection.transport] = connection
        if not is_new:
            return
        self._count += 1
        if len(group) > self._per_address and address not in self._exempt:
            _make_room(group, connection)
        elif self._count > self._total:
            _make_room(max(self._by_address.values(), key=len), connection)

    def leave(self, connection: Connection) -> None:
        address = address_of(connection.client)
        group = self._by_address.get(address, {})
        if group.get(connection.transport) is connection:
            self._count -= 1
            del group[connection.transport]
            if not group:
                del self._by_address[address]


def _make_room(group: dict[asyncio.Transport, Connection], newcomer: Connection) -> None:
    """End the connection that waits since longest; those that never asked anything come first."""
    waiting = [
        each
        for each in group.values()
        if isinstance(each, HttpConnection) and each.waiting_since is not None
        if not each.transport.is_closing()
    ]
    gone = min(waiting, key=lambda each: (each.has_asked, each.waiting_since), default=newcomer)
    gone.transport.abort()


class HttpConnection(HttpToolsProtocol):
    """A connection of HTTP, which may become a websocket. `crowd` is set by the gateway."""

    crowd: Crowd

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.has_asked = False
        self.waiting_since: float | None = self.loop.time()
        self._surplus = 0
        self._unread, self._unread_since = 0, 0.0
        self._look = self.loop.call_later(HEAD_SECONDS / 10, self._look_after)
        self.crowd.enter(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._look.cancel()
        self.crowd.leave(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._surplus += len(data)
        super().data_received(data)
        if self._surplus > HEAD_BYTES and not self.transport.is_closing():
            self.transport.abort()

    def on_headers_complete(self) -> None:
        self.has_asked = True
        self.waiting_since = None
        self._surplus = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._surplus -= 2 * len(body)
        super().on_body(body)

    def on_response_complete(self) -> None:
        self.waiting_since = self.loop.time()
        super().on_response_complete()
        if self.cycle is not None and not self.cycle.response_complete:
            self.waiting_since = None  # the next request was there already

    def handle_websocket_upgrade(self) -> None:
        self._look.cancel()
        super().handle_websocket_upgrade()

    def _look_after(self) -> None:
        """End it if it has waited too long, or reads nothing of its answer; else look again."""
        now, unread = self.loop.time(), self.transport.get_write_buffer_size()
        if unread != self._unread:
            self._unread, self._unread_since = unread, now
        if unread and now - self._unread_since >= STALL_SECONDS:
            self.transport.abort()
            return
        if self.waiting_since is not None and now - self.waiting_since >= HEAD_SECONDS:
            self.transport.close()  # What is left of an answer still goes out.
        self._look = self.loop.call_later(HEAD_SECONDS / 10, self._look_after)


class WebSocket(WebSocketsSansIOProtocol):
    """A connection that has become a websocket."""

    crowd: Crowd

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.crowd.enter(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self.crowd.leave(self)
        super().connection_lost(exc)

    def handle_cont(self, event: Frame) -> None:
        super().handle_cont(event)
        if len(self.frames) > MAX_FRAGMENTS:
            self.transport.abort()

    async def run_asgi(self) -> None:
        """What is left for a client that has stopped to read is not kept for it for ever."""
        await super().run_asgi()
        self.loop.call_later(LINGER_SECONDS, self.transport.abort)


def counted_by(crowd: Crowd, protocol: type[Any]) -> type[Any]:
    """The protocol of a server with this crowd."""
    return type(protocol.__name__, (protocol,), {"crowd": crowd})
