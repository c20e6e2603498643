"""A joined topic of one client: what it hears, what it may send, and until when."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from medtui.local.keys import is_opaque
from medtui.local.limiter import Limiter
from medtui.local.realtime.access import EXPIRED, Access, Caller
from medtui.local.realtime.frames import ClientMessage, encode
from medtui.local.realtime.join_config import (
    PREFIX,
    BadFilter,
    Binding,
    JoinConfig,
    Refused,
    Subscription,
)
from medtui.local.realtime.limits import MAX_BINDINGS, MAX_PAYLOAD, PRESENCE
from medtui.local.realtime.topics import EXTENSIONS, Member, MemberSocket, Topic, Topics

UNREADABLE = "You do not have permissions to read from this Channel topic: "


@dataclass(frozen=True)
class Services:
    """What all channels share. `check` raises BadFilter for a binding that a role cannot have."""

    access: Access
    check: Callable[[Binding, str], Awaitable[Subscription]]
    is_listening: asyncio.Event
    """Set while the log is followed."""
    topics: Topics
    large: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held, in the whole server, for one large frame."""


class Channel(Member):
    """Made by `join`, hears from `start` to `close`; in between `handle` takes its frames."""

    def __init__(
        self, outlet: MemberSocket, services: Services, frame: ClientMessage, caller: Caller
    ) -> None:
        self.config = JoinConfig.of(frame.payload)
        super().__init__(frame.topic, outlet, self.config.presence.key or str(uuid.uuid4()))
        self.caller = caller
        self.filters = sum(bool(binding.filter) for binding in self.config.postgres_changes)
        self.subscriptions: list[Subscription] = []  # To all that the join asked for, or to none.
        self.join_ref = frame.join_ref or frame.ref
        self._services = services
        self._token: object = None
        self._topic: Topic | None = None
        self._sends: dict[str, bool] = {}
        self._shown: dict[str, Any] | None = None
        self._presence_limit = Limiter(*PRESENCE)
        self._expiry: asyncio.TimerHandle | None = None

    @classmethod
    async def join(
        cls, outlet: MemberSocket, services: Services, frame: ClientMessage, token: str
    ) -> Channel:
        """The channel of a join, in the role of the token. Raises Refused."""
        caller, expires_at = await services.access.caller(token)
        channel = cls(outlet, services, frame, caller)
        channel._token = token
        if len(channel.config.postgres_changes) > MAX_BINDINGS:
            raise Refused("", f"Too many postgres_changes: {MAX_BINDINGS} at most")
        channel.receives = await channel._receivable(caller)
        if not channel.receives:
            raise Refused("Unauthorized", UNREADABLE + channel.name)
        channel._expire_at(expires_at)
        return channel

    @property
    def name(self) -> str:
        return self.topic.removeprefix(PREFIX)

    @property
    def user(self) -> str | None:
        """The id of the account whose token it is; None for an API key."""
        sub = json.loads(self.caller[1]).get("sub")
        return sub.lower() if isinstance(sub, str) else None

    @property
    def is_open(self) -> bool:
        return self._topic is not None

    async def start(self) -> None:
        """Hear what is said from now on; the join has been answered."""
        key = self.name, self.config.private
        self._topic = self._services.topics.setdefault(key, Topic(self.topic))
        self._topic.members[self] = None
        if self.config.presence.enabled and "presence" in self.receives:
            self.push("presence_state", self._topic.state())
        if self.config.broadcast.replication_ready:
            await self._services.is_listening.wait()
            self._system("system", "ok", "Replication connection established")
        await self._subscribe()

    def close(self) -> None:
        """Leave the topic; the channels that stay are sent a presence leave."""
        if self._expiry is not None:
            self._expiry.cancel()
            self._expiry = None
        topic, self._topic = self._topic, None
        if topic is not None:
            topic.leave(self)

    def shut(self, reason: str) -> None:
        """Close it, and tell the client why."""
        self.close()
        self._system("system", "error", reason)
        self.push_close()
        self.outlet.drop(self)

    def push_close(self) -> None:
        self.push("phx_close", {}, self.join_ref)

    def push(self, event: str, payload: Any, ref: str | None = None) -> None:
        """Send the client a frame of this topic; with a `ref` it answers one of theirs."""
        version, join_ref = self.outlet.version, self.join_ref if ref else None
        self.outlet.send(encode(version, self.topic, event, json.dumps(payload), ref, join_ref))

    def reply(self, ref: str | None, status: str, response: Any) -> None:
        self.push("phx_reply", {"status": status, "response": response}, ref)

    async def handle(self, frame: ClientMessage) -> None:
        """Do what a frame of the client's asks for; what is unknown is ignored."""
        match frame.event:
            case "broadcast":
                await self._broadcast(frame)
            case "presence":
                await self._presence(frame)
            case "access_token":
                await self._renew(frame.payload.get("access_token"))

    async def _broadcast(self, frame: ClientMessage) -> None:
        # The real server does not answer a client that may not send, whatever it asked for.
        if not await self._may_send("broadcast") or self._topic is None:
            return
        if not self.outlet.messages.allows():
            self.shut("Too many messages per second")
            return
        payload = json.dumps(frame.payload)
        is_small = len(payload) <= MAX_PAYLOAD
        if is_small:
            self._topic.broadcast(payload, None if self.config.broadcast.echo else self)
        if self.config.broadcast.ack:
            status, response = ("ok", {}) if is_small else ("error", "payload_size_exceeded")
            self.reply(frame.ref, status, response)

    async def _presence(self, frame: ClientMessage) -> None:
        if not self._presence_limit.allows():
            self.shut("Client presence rate limit exceeded")
            return
        match frame.payload:
            case {"event": "track", "payload": dict(shown)}:
                await self._track(frame, shown)
            case {"event": "untrack"} if self._topic is not None:
                self._topic.untrack(self)
                self._shown = None
                self.reply(frame.ref, "ok", {})
            case _:
                self.reply(frame.ref, "error", {})

    async def _track(self, frame: ClientMessage, shown: dict[str, Any]) -> None:
        if not await self._may_send("presence") or self._topic is None:
            self.reply(frame.ref, "error", {})
        elif len(json.dumps(shown)) > MAX_PAYLOAD:
            self.shut("Track message size exceeded")
        else:
            self.reply(frame.ref, "ok", {})
            if shown != self._shown:
                self._shown = shown
                self._topic.track(self, shown)

    async def _renew(self, token: object) -> None:
        """A refreshed token: its claims count once the policies were asked again. No answer."""
        if not token or is_opaque(token) or token == self._token:
            return  # signed out with an opaque key, for one: the real one goes on, too
        try:
            caller, expires_at = await self._services.access.caller(token)
            receives = await self._receivable(caller)
        except Refused as refusal:
            self.shut(refusal.message)
            return
        if self._topic is None:  # its old token has expired meanwhile
            return
        if self.receives - receives:
            self.shut(UNREADABLE + self.name)
            return
        self._token, self.caller, self.receives, self._sends = token, caller, receives, {}
        self._expire_at(expires_at)
        await self._subscribe()

    async def _receivable(self, caller: Caller) -> frozenset[str]:
        """The extensions that the policies let the caller receive here. Raises Refused."""
        if not self.config.private:
            return EXTENSIONS
        asked = EXTENSIONS if self.config.presence.enabled else ["broadcast"]
        return await self._services.access.permitted("receive", self.name, caller, asked)

    async def _may_send(self, extension: str) -> bool:
        """Asked of Postgres the first time, and again after the token has changed."""
        if not self.config.private:
            return True
        if extension not in self._sends:
            ask = self._services.access.permitted
            try:
                permitted = await ask("send", self.name, self.caller, [extension])
            except Refused:
                return False
            self._sends[extension] = extension in permitted
        return self._sends[extension]

    async def _subscribe(self) -> None:
        """Follow the log, or say why not: both after the join, as the real one does."""
        wanted, role = self.config.postgres_changes, self.caller[0]
        if not wanted:
            return
        try:
            self.subscriptions = [await self._services.check(each, role) for each in wanted]
        except BadFilter as error:
            self.subscriptions = []
            self._system("postgres_changes", "error", str(error))
            return
        self._system("postgres_changes", "ok", "Subscribed to PostgreSQL")

    def _expire_at(self, expires_at: float) -> None:
        if self._expiry is not None:
            self._expiry.cancel()
        left = max(expires_at - time.time(), 0) + 1
        self._expiry = asyncio.get_running_loop().call_later(left, self.shut, EXPIRED)

    def _system(self, extension: str, status: str, message: str) -> None:
        said = {"extension": extension, "message": message, "status": status}
        self.push("system", {"channel": self.name, **said})
