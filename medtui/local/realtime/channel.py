"""A joined topic of one client: what it hears, what it may send, and until when."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from medtui.local.keys import is_opaque
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
from medtui.local.realtime.limits import MAX_BINDINGS, MAX_PAYLOAD, PRESENCE, Limit
from medtui.local.realtime.topics import Topic, Topics

if TYPE_CHECKING:
    from medtui.local.realtime.socket import ClientSocket

EXTENSIONS = frozenset({"broadcast", "presence"})
UNREADABLE = "You do not have permissions to read from this Channel topic: "
REVOKED = "You no longer have permission to read from this Channel topic: "
DAY = 86_400.0


@dataclass(frozen=True)
class Services:
    """What all channels share. `check` raises BadFilter for a binding that a role cannot have."""

    access: Access
    topics: Topics
    check: Callable[[Binding, str], Awaitable[Subscription]]
    clients: set[ClientSocket] = field(default_factory=set)
    large: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held, in the whole server, for one large frame."""


class Channel:
    """Made by `join`, hears from `start` to `close`; in between `handle` takes its frames."""

    def __init__(
        self,
        outlet: ClientSocket,
        services: Services,
        frame: ClientMessage,
        config: JoinConfig,
        caller: Caller,
    ) -> None:
        self.outlet = outlet
        self.topic = frame.topic
        self.config = config
        self.caller = caller
        self.presence_key = config.presence.key or str(uuid.uuid4())
        self.filters = sum(bool(binding.filter) for binding in config.postgres_changes)
        self.subscriptions: list[Subscription] = []
        """To all that the join asked for, or to none."""
        self.receives: frozenset[str] = EXTENSIONS
        """Of broadcast and presence; on a private topic what the policies grant."""
        self.join_ref = frame.join_ref or frame.ref
        self._services = services
        self._token: object = None
        self._topic: Topic | None = None
        self._sends: dict[str, bool] = {}
        self._wants_presence = config.presence.enabled
        self._shown: dict[str, Any] | None = None
        self._presence_limit = Limit(PRESENCE)
        self._expiry: asyncio.TimerHandle | None = None

    @classmethod
    async def join(
        cls, outlet: ClientSocket, services: Services, frame: ClientMessage, token: str
    ) -> Channel:
        """The channel of a join, in the role of the token. Raises Refused."""
        caller, expires_at = services.access.caller(token)
        await services.access.exists(caller)
        config = JoinConfig.of(frame.payload)
        if len(config.postgres_changes) > MAX_BINDINGS:
            raise Refused("", f"Too many postgres_changes: {MAX_BINDINGS} at most")
        channel = cls(outlet, services, frame, config, caller)
        channel._token = token
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
        self._topic = self._services.topics.join(self)
        self._push_state()
        await self._subscribe()

    def close(self) -> None:
        """Leave the topic; the channels that stay are sent a presence leave."""
        if self._expiry is not None:
            self._expiry.cancel()
            self._expiry = None
        if self._topic is not None:
            self._topic = None
            self._services.topics.leave(self)

    def shut(self, reason: str) -> None:
        """Close it, and tell the client why."""
        self.close()
        self._system("system", "error", reason)
        self.push_close()
        self.outlet.drop(self)

    def _push_state(self) -> None:
        """Tell the client who is there, if it wants to know and may."""
        if self._topic is not None and self._wants_presence and "presence" in self.receives:
            self.push("presence_state", self._topic.state())

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
        if "event" not in frame.payload:
            self.reply(frame.ref, "ok", {})
            return
        if not self._presence_limit.allows():
            self.shut("Client presence rate limit exceeded")
            return
        match str(frame.payload.get("event")).lower():
            case "track":
                await self._track(frame)
            case "untrack":
                if self._topic is not None:
                    self._topic.untrack(self)
                self._shown = None
                self.reply(frame.ref, "ok", {})
            case _:
                self.reply(frame.ref, "error", {})

    async def _track(self, frame: ClientMessage) -> None:
        shown = frame.payload.get("payload", {})
        if not await self._may_send("presence") or self._topic is None:
            self.reply(frame.ref, "error", {})
        elif not isinstance(shown, dict):
            self.reply(frame.ref, "error", {"reason": "Presence track payload must be a map"})
        elif len(json.dumps(shown)) > MAX_PAYLOAD:
            self.shut("Track message size exceeded")
        else:
            self.reply(frame.ref, "ok", {})
            if shown != self._shown:
                self._shown = shown
                self._topic.track(self, shown)
            if not self._wants_presence:  # from now on it does, and must know who was there before
                self._wants_presence = True
                self.receives = await self._receivable(self.caller)
                self._push_state()

    async def _renew(self, token: object) -> None:
        """A refreshed token: its claims count once the policies were asked again. No answer."""
        if not token or is_opaque(token) or token == self._token:
            return  # signed out with an opaque key, for one: the real one goes on, too
        try:
            caller, expires_at = self._services.access.caller(token)
            await self._services.access.exists(caller)
            receives = await self._receivable(caller)
        except Refused as refusal:
            self.shut(refusal.message)
            return
        if self._topic is None:  # its old token has expired meanwhile
            return
        if self.receives - receives:
            self.shut((REVOKED if receives else UNREADABLE) + self.name)
            return
        self._token, self.caller, self.receives, self._sends = token, caller, receives, {}
        self._expire_at(expires_at)
        await self._subscribe()

    async def _receivable(self, caller: Caller) -> frozenset[str]:
        """The extensions that the policies let the caller receive here. Raises Refused."""
        if not self.config.private:
            return EXTENSIONS
        asked = EXTENSIONS if self._wants_presence else ["broadcast"]
        return await self._services.access.permitted("receive", self.name, caller, asked)

    async def _may_send(self, extension: str) -> bool:
        """Asked of Postgres the first time, and again after the token has changed."""
        if not self.config.private:
            return True
        while extension not in self._sends:
            caller = self.caller
            try:
                permitted = await self._services.access.permitted(
                    "send", self.name, caller, [extension]
                )
            except Refused:
                return False
            if caller == self.caller:
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
        # A timer takes no more than a day or so on every platform; API keys last for years.
        if (left := expires_at - time.time()) < DAY:
            self._expiry = asyncio.get_running_loop().call_later(
                max(left, 0) + 1, self.shut, EXPIRED
            )

    def _system(self, extension: str, status: str, message: str) -> None:
        said = {"extension": extension, "message": message, "status": status}
        self.push("system", {"channel": self.name, **said})
