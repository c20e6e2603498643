"""One client's websocket: the Phoenix protocol, version 1.0.0, and its channels."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import jwt
from starlette.websockets import WebSocket, WebSocketDisconnect

from medtui.local.keys import Keys, is_opaque
from medtui.local.realtime.changes import BadFilter, Binding, Caller

BACKLOG = 1_000
"""Frames that may wait for a slow client; one more, and it is closed."""

TRY_AGAIN = 1013
RESTART = 1012
ROLES = frozenset({"anon", "authenticated", "service_role"})

_binding_ids = itertools.count(1)


class Refused(Exception):
    """A join that is not granted; the text is the reason that the client is told."""


@dataclass
class Channel:
    """A joined topic: who joined it, and what of the log they want."""

    topic: str
    join_ref: str | None
    caller: Caller
    bindings: list[Binding]
    expiry: asyncio.TimerHandle | None = None

    @property
    def name(self) -> str:
        return self.topic.removeprefix("realtime:")


class ClientSocket:
    """Serves one websocket; `send` never waits, so that a slow client delays nobody else."""

    def __init__(
        self,
        websocket: WebSocket,
        keys: Keys,
        token: str,
        check: Callable[[Binding, str], Awaitable[None]],
        listening: Callable[[], Awaitable[None]],
    ) -> None:
        self.channels: dict[str, Channel] = {}
        self._websocket = websocket
        self._keys = keys
        self._token = token  # of the API key that the socket was opened with
        self._check = check
        self._listening = listening
        self._outbox: asyncio.Queue[str] = asyncio.Queue()
        self._closing = asyncio.Event()
        self._close_code = 1000

    async def serve(self) -> None:
        """Until either side closes."""
        await self._websocket.accept()
        reading = asyncio.create_task(self._read())
        writing = asyncio.create_task(self._write())
        closing = asyncio.create_task(self._closing.wait())
        tasks = {reading, writing, closing}
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for channel in self.channels.values():
                _cancel_expiry(channel)
            self.channels.clear()
            for task in tasks:  # the writer may be waiting for a client that does not read
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            with contextlib.suppress(RuntimeError, WebSocketDisconnect):
                async with asyncio.timeout(2):
                    await self._websocket.close(self._close_code)

    def send(self, text: str) -> None:
        if self._outbox.qsize() >= BACKLOG:
            self.close(TRY_AGAIN)
        else:
            self._outbox.put_nowait(text)

    def close(self, code: int) -> None:
        """Have the socket closed; what waits to be sent is dropped."""
        self._close_code = code
        self._closing.set()

    async def _write(self) -> None:
        while True:
            try:
                await self._websocket.send_text(await self._outbox.get())
            except (RuntimeError, WebSocketDisconnect, OSError):
                return

    async def _read(self) -> None:
        while True:
            try:
                frame = json.loads(await self._websocket.receive_text())
                topic, event = frame["topic"], frame["event"]
                payload, ref = frame.get("payload") or {}, frame.get("ref")
            except (WebSocketDisconnect, RuntimeError):
                return
            except (ValueError, TypeError, KeyError, AttributeError):
                self.close(1003)
                return
            await self._handle(topic, event, payload, ref)

    async def _handle(self, topic: str, event: str, payload: Any, ref: str | None) -> None:
        match event:
            case "heartbeat":
                self._reply(topic, ref, "ok", {})
            case "phx_join":
                try:
                    await self._join(topic, payload, ref)
                except Refused as refusal:
                    self._reply(topic, ref, "error", {"reason": str(refusal)})
            case "phx_leave":
                if channel := self.channels.pop(topic, None):
                    _cancel_expiry(channel)
                self._reply(topic, ref, "ok", {})
                self._push(topic, "phx_close", {}, ref)
            case "access_token":
                if channel := self.channels.get(topic):
                    self._renew(channel, payload.get("access_token"))
            case _:
                reason = f"{event} is not supported by the local server"
                self._reply(topic, ref, "error", {"reason": reason})

    async def _join(self, topic: str, payload: Any, ref: str | None) -> None:
        config = payload.get("config") or {}
        if not topic.startswith("realtime:"):
            raise Refused("UnmatchedTopic: unmatched topic")
        if config.get("private"):
            raise Refused(
                "Unauthorized: You do not have permissions to read from this Channel topic"
            )
        token = payload.get("access_token")
        if not token or is_opaque(token):
            token = self._token
        caller, expires_at = self._caller(token)
        bindings, shown = [], []
        for wanted in config.get("postgres_changes") or []:
            binding = Binding(
                next(_binding_ids),
                str(wanted.get("event", "*")).upper(),
                wanted.get("schema") or "public",
                wanted.get("table") or "*",
                wanted.get("filter"),
            )
            if wanted.get("select"):
                raise Refused("select is not supported by the local server")
            try:
                await self._check(binding, caller[0])
            except BadFilter as error:
                raise Refused(str(error)) from error
            bindings.append(binding)
            shown.append({"id": binding.id, **wanted})
        if old := self.channels.pop(topic, None):
            _cancel_expiry(old)
        channel = Channel(topic, ref, caller, bindings)
        self.channels[topic] = channel
        self._expire_at(channel, expires_at)
        self._reply(topic, ref, "ok", {"postgres_changes": shown})
        if bindings:
            await self._listening()
            self._system(channel, "postgres_changes", "ok", "Subscribed to PostgreSQL")

    def _renew(self, channel: Channel, token: Any) -> None:
        """A refreshed token: its claims count from now on. There is no answer."""
        if is_opaque(token):
            return  # Signed out, with an opaque key: the real one goes on, too.
        try:
            channel.caller, expires_at = self._caller(token)
        except Refused as refusal:
            self._expel(channel, str(refusal))
            return
        self._expire_at(channel, expires_at)

    def _caller(self, token: Any) -> tuple[Caller, float]:
        """Who a token is, and when it expires. Raises Refused with Realtime's own words."""
        try:
            claims = self._keys.verify(str(token or ""))
        except jwt.ExpiredSignatureError as error:
            claims = jwt.decode(str(token), options={"verify_signature": False})
            ago = int(time.time() - claims["exp"])
            raise Refused(f"InvalidJWTToken: Token has expired {ago} seconds ago") from error
        except jwt.InvalidSignatureError as error:
            raise Refused("JwtSignatureError: Failed to validate JWT signature") from error
        except jwt.InvalidTokenError as error:
            raise Refused("MalformedJWT: The token provided is not a valid JWT") from error
        role = claims.get("role")
        if role not in ROLES:
            raise Refused("InvalidJWTToken: Fields `role` and `exp` are required in JWT")
        return (role, json.dumps(claims, sort_keys=True)), float(claims.get("exp", "inf"))

    def _expire_at(self, channel: Channel, expires_at: float) -> None:
        _cancel_expiry(channel)
        # A timer takes no more than a day or so on every platform; API keys last for years.
        if (left := expires_at - time.time()) < 86_400:
            channel.expiry = asyncio.get_running_loop().call_later(
                max(left, 0) + 1, self._expel, channel, "Token has expired 1 seconds ago"
            )

    def _expel(self, channel: Channel, reason: str) -> None:
        if self.channels.get(channel.topic) is channel:
            del self.channels[channel.topic]
            _cancel_expiry(channel)
            self._system(channel, "system", "error", reason)
            self._push(channel.topic, "phx_close", {}, channel.join_ref)

    def _system(self, channel: Channel, extension: str, status: str, message: str) -> None:
        payload = {
            "channel": channel.name,
            "extension": extension,
            "message": message,
            "status": status,
        }
        self._push(channel.topic, "system", payload)

    def _reply(self, topic: str, ref: str | None, status: str, response: Any) -> None:
        self._push(topic, "phx_reply", {"status": status, "response": response}, ref)

    def _push(self, topic: str, event: str, payload: Any, ref: str | None = None) -> None:
        # Clients insist on the key `ref` being there, null where the frame is no answer.
        self.send(json.dumps({"topic": topic, "event": event, "payload": payload, "ref": ref}))


def _cancel_expiry(channel: Channel) -> None:
    if channel.expiry is not None:
        channel.expiry.cancel()
        channel.expiry = None
