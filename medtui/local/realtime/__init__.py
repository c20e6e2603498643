"""The realtime server: `postgres_changes` over websockets, straight from the write-ahead log."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Callable
from typing import Any

import psycopg
from psycopg import AsyncConnection
from starlette.websockets import WebSocket

from medtui.local.keys import Keys
from medtui.local.realtime.changes import Binding, Caller, Change, Changes
from medtui.local.realtime.pgoutput import (
    Begin,
    Commit,
    Decoder,
    Delete,
    Insert,
    Malformed,
    Update,
)
from medtui.local.realtime.socket import RESTART, Channel, ClientSocket
from medtui.local.realtime.wal import Log, LogEnded

log = logging.getLogger(__name__)

SUPERUSER = "supabase_admin"
PUBLICATION = "supabase_realtime"
RETRY_SECONDS = 0.2


class Realtime:
    """Follows the log from `start` to `stop`, and serves the sockets of `endpoint`."""

    def __init__(self, dsn: Callable[[str], str], keys: Keys) -> None:
        self._dsn = dsn(SUPERUSER)
        self._keys = keys
        self._sockets: set[ClientSocket] = set()
        self._changes: Changes | None = None
        self._log: Log | None = None
        self._follower: asyncio.Task[None] | None = None
        self._is_listening = asyncio.Event()

    async def start(self) -> None:
        """Begin to follow the log; what is committed after this is seen."""
        await self._open()
        self._follower = asyncio.create_task(self._follow_forever(), name="log follower")

    async def stop(self) -> None:
        """Close every socket, and the log with its slot."""
        if self._follower is not None:
            self._follower.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._follower
        await self._close()

    async def endpoint(self, websocket: WebSocket) -> None:
        """Serve a client that asks for protocol 1.0.0 with one of the API keys."""
        token = self._keys.token_of(websocket.query_params.get("apikey"))
        version = websocket.query_params.get("vsn", "1.0.0")
        if token is None or version != "1.0.0":
            await websocket.close()  # before it is accepted: HTTP 403
            return
        client = ClientSocket(websocket, self._keys, token, self._check, self._listening)
        self._sockets.add(client)
        try:
            await client.serve()
        finally:
            self._sockets.discard(client)

    async def _check(self, binding: Binding, role: str) -> None:
        await self._listening()
        if self._changes is not None:
            await self._changes.check(binding, role)

    async def _listening(self) -> None:
        await self._is_listening.wait()

    async def _open(self) -> None:
        connection: AsyncConnection[Any] = await AsyncConnection.connect(self._dsn, autocommit=True)
        try:
            self._log = await Log.open(self._dsn, PUBLICATION)
        except BaseException:
            await connection.close()
            raise
        self._changes = Changes(connection)
        self._connection = connection
        self._is_listening.set()

    async def _close(self) -> None:
        """Close the sockets too: what their owners miss now, they must read again."""
        self._is_listening.clear()
        for client in list(self._sockets):
            client.close(RESTART)
        if self._log is not None:
            await self._log.close()
            await self._connection.close()
            self._log = None

    async def _follow_forever(self) -> None:
        while True:
            try:
                await self._follow()
            except (LogEnded, Malformed, psycopg.Error) as error:
                log.warning("the log was lost (%s): all subscribers read again", error)
            await self._close()
            while True:
                try:
                    await self._open()
                    break
                except (LogEnded, psycopg.Error):
                    await asyncio.sleep(RETRY_SECONDS)

    async def _follow(self) -> None:
        """Deliver what is committed, in the order of commits. Raises when the log ends."""
        assert self._log is not None  # noqa: S101  # `_open` came before
        decoder = Decoder()
        begin: Begin | None = None
        rows: list[Insert | Update | Delete] = []
        async for data in self._log.messages():
            match decoder.decode(data):
                case Begin() as begin:
                    rows = []
                case Insert() | Update() | Delete() as row:
                    rows.append(row)
                case Commit() if begin is not None and rows and self._changes is not None:
                    await self._changes.visible(begin.xid)
                    for row in rows:
                        await self._deliver(Change(row, begin.committed_at))

    async def _deliver(self, change: Change) -> None:
        relation = change.row.relation
        # With whose eyes it is seen is settled here: a token may be renewed while we ask.
        wanted: list[tuple[ClientSocket, Channel, Caller, list[Binding]]] = []
        for client in self._sockets:
            for channel in client.channels.values():
                bindings = [b for b in channel.bindings if b.wants(change.kind, relation)]
                if bindings:
                    wanted.append((client, channel, channel.caller, bindings))
        if not wanted or self._changes is None:
            return
        prepared = await self._changes.prepare(
            change,
            {caller for _, _, caller, _ in wanted},
            [binding for *_, bindings in wanted for binding in bindings],
        )
        texts: dict[str, str] = {}
        for client, channel, caller, bindings in wanted:
            ids = [binding.id for binding in bindings if binding.id in prepared.matching]
            if not ids or caller not in prepared.seen_by:
                continue
            role, _ = caller
            if role not in texts:
                texts[role] = json.dumps(await self._changes.payload(relation, prepared, role))
            client.send(
                f'{{"topic": {json.dumps(channel.topic)}, "event": "postgres_changes",'
                f' "payload": {{"ids": {json.dumps(ids)}, "data": {texts[role]}}}, "ref": null}}'
            )
