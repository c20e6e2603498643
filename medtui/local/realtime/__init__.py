"""The realtime server: `postgres_changes` from the write-ahead log, broadcast and presence."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from weakref import WeakValueDictionary

from starlette.websockets import WebSocket
from websockets.frames import CloseCode

from medtui.local.keys import ServerKeys
from medtui.local.postgres import SUPERUSER
from medtui.local.realtime.access import Access
from medtui.local.realtime.channel import Channel, Services
from medtui.local.realtime.feed import ChangeLog
from medtui.local.realtime.frames import VERSIONS
from medtui.local.realtime.limits import MAX_SOCKETS
from medtui.local.realtime.socket import Clients, ClientSocket
from medtui.local.realtime.topics import Topics


class Realtime:
    """Serves the sockets of `endpoint`, from `start` to `stop`."""

    def __init__(
        self, dsn: Callable[[str], str], keys: ServerKeys, *, like_hosted: bool = False
    ) -> None:
        self._keys = keys
        self._access = Access(dsn(SUPERUSER), keys)
        topics: Topics = WeakValueDictionary()
        self._feed = ChangeLog(
            dsn(SUPERUSER), topics, self._channels, self._restart, like_hosted=like_hosted
        )
        self._services = Services(self._access, self._feed.check, self._feed.is_listening, topics)
        self._clients: Clients = set()

    async def start(self) -> None:
        """Begin to follow the log; what is committed after this is seen."""
        await self._feed.start()

    async def stop(self) -> None:
        """Close every socket, and the log with its slot."""
        await self._feed.stop()
        await self._access.close()

    async def endpoint(self, websocket: WebSocket) -> None:
        """Serve a client that comes with one of the API keys."""
        token = self._keys.token_of(websocket.query_params.get("apikey"))
        version = websocket.query_params.get("vsn", VERSIONS[0])
        if token is None or version not in VERSIONS:
            await websocket.close()  # before it is accepted: HTTP 403
            return
        client = ClientSocket(websocket, self._services, self._clients, token, version)
        if len(client.neighbours()) >= MAX_SOCKETS:
            await websocket.close()
            return
        self._clients.add(client)
        try:
            await client.serve()
        finally:
            self._clients.discard(client)

    def _channels(self) -> Iterable[Channel]:
        for client in self._clients:
            yield from client.channels.values()

    def _restart(self) -> None:
        for client in self._clients:
            client.close(CloseCode.SERVICE_RESTART)
