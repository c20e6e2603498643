"""One client's websocket: its frames in and out, and the topics that it has joined."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging

from starlette.websockets import WebSocket, WebSocketDisconnect
from websockets.frames import CloseCode

from medtui.local.address import address_of
from medtui.local.keys import is_opaque
from medtui.local.limiter import Limiter
from medtui.local.realtime import limits
from medtui.local.realtime.channel import Channel, Services
from medtui.local.realtime.frames import BadFrame, ClientMessage, decode, encode
from medtui.local.realtime.join_config import PREFIX, Refused
from medtui.local.realtime.topics import Member

log = logging.getLogger(__name__)
Clients = set["ClientSocket"]


class ClientSocket:
    """Serves one websocket; `send` never waits, so that a slow client does not delay others."""

    def __init__(
        self, websocket: WebSocket, services: Services, clients: Clients, token: str, version: str
    ) -> None:
        self.version = version
        self.address = address_of(websocket.client)
        self.channels: dict[str, Channel] = {}
        self.messages = Limiter(*limits.MESSAGES)  # Of broadcasts, over all channels of the socket.
        self._websocket = websocket
        self._services, self._clients = services, clients
        self._token = token  # of the API key that the socket was opened with
        self._joins, self._frames = Limiter(*limits.JOINS), Limiter(*limits.FRAMES)
        self._outbox = asyncio.Queue[str]()
        self._outbox_bytes = 0
        self._closing = asyncio.get_running_loop().create_future()
        """Done when we close it; its result is the code."""

    def neighbours(self) -> list[ClientSocket]:
        """The sockets that share its address."""
        return [each for each in self._clients if each.address == self.address]

    async def serve(self) -> None:
        """Until either side closes."""
        await self._websocket.accept()
        tasks = asyncio.create_task(self._read()), asyncio.create_task(self._write())
        try:
            await asyncio.wait({*tasks, self._closing}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self.close(CloseCode.NORMAL_CLOSURE)
            for task in tasks:  # the writer may be waiting for a client that does not read
                task.cancel()
            for result in await asyncio.gather(*tasks, return_exceptions=True):
                if isinstance(result, Exception):
                    log.error("a client's websocket failed", exc_info=result)
            for channel in self.channels.values():
                channel.close()
            self.channels.clear()
            with contextlib.suppress(RuntimeError, WebSocketDisconnect, TimeoutError):
                async with asyncio.timeout(2):
                    await self._websocket.close(self._closing.result())

    def send(self, text: str) -> None:
        """Send a frame, after those before it; a client for whom too many wait is closed."""
        self._outbox_bytes += len(text)
        frames, size = self._outbox.qsize(), self._outbox_bytes
        if frames >= limits.BACKLOG_FRAMES or size > limits.BACKLOG_BYTES:
            self.close(CloseCode.TRY_AGAIN_LATER)
        if not self._closing.done():
            self._outbox.put_nowait(text)

    def close(self, code: int) -> None:
        """Have the socket closed; what waits to be sent is dropped."""
        if not self._closing.done():
            self._closing.set_result(code)

    def drop(self, channel: Member) -> None:
        """Forget a channel that has closed itself."""
        if self.channels.get(channel.topic) is channel:
            del self.channels[channel.topic]

    async def _write(self) -> None:
        while True:
            text = await self._outbox.get()
            try:
                await self._websocket.send_text(text)
            except (RuntimeError, WebSocketDisconnect, OSError):
                return
            self._outbox_bytes -= len(text)

    async def _read(self) -> None:
        loop = asyncio.get_running_loop()
        lonely_since = loop.time()
        while True:
            lonely_until = lonely_since + limits.LONELY_SECONDS
            silent_until = loop.time() + limits.SILENCE_SECONDS
            until = silent_until if self.channels else min(lonely_until, silent_until)
            try:
                async with asyncio.timeout_at(until):
                    message = await self._websocket.receive()
            except (TimeoutError, RuntimeError):
                return
            if message["type"] == "websocket.disconnect":
                return
            if not self._frames.allows():
                self.close(CloseCode.POLICY_VIOLATION)
                return
            if self.channels:
                lonely_since = loop.time()
            text = message.get("text")
            try:
                await self._take(message["bytes"] if text is None else text)
            except BadFrame:
                self.close(CloseCode.UNSUPPORTED_DATA)
                return

    async def _take(self, data: str | bytes) -> None:
        """Do what a frame asks for. Raises BadFrame."""
        if len(data) <= limits.LARGE_FRAME:
            await self._handle(decode(data, self.version))
            await asyncio.sleep(0)  # A client with many frames lets others come between.
            return
        loop = asyncio.get_running_loop()
        async with self._services.large:
            began = loop.time()
            frame = decode(data, self.version)
            if frame.event == "broadcast":
                await self._handle(frame)
            await asyncio.sleep(loop.time() - began)
        if frame.event != "broadcast":  # which may have to ask the database
            await self._handle(frame)

    async def _handle(self, frame: ClientMessage) -> None:
        channel = self.channels.get(frame.topic)
        match frame.event:
            case "heartbeat" if frame.topic == "phoenix":
                self._reply(frame, "ok", {})
            case "phx_join":
                await self._join(frame, channel)
            case "phx_leave":
                self._reply(frame, "ok", {})
                if channel is not None:
                    channel.close()
                    channel.push_close()
                    self.drop(channel)
            case _ if channel is not None:
                await channel.handle(frame)
            case _:
                self._reply(frame, "error", {"reason": "unmatched topic"})

    async def _join(self, frame: ClientMessage, before: Channel | None) -> None:
        if before is not None:  # a topic is joined once: the new one takes the place of the old
            before.close()
            self.drop(before)
        token = frame.payload.get("access_token")
        if not isinstance(token, str) or not token or is_opaque(token):
            token = self._token
        try:
            self._may_join(frame.topic)
            channel = await Channel.join(self, self._services, frame, token)
            channels = [each for near in self.neighbours() for each in near.channels.values()]
            most = limits.MAX_FILTERS
            if sum(each.filters for each in [*channels, channel]) > most:
                channel.close()
                raise Refused("", f"Too many filters of one address: {most} at most")
        except Refused as refusal:
            self._reply(frame, "error", {"reason": str(refusal)})
        else:
            self.channels[frame.topic] = channel
            # As they came: clients compare them with what they have asked for.
            asked = frame.payload.get("config", {}).get("postgres_changes", [])
            bindings = channel.config.postgres_changes
            wanted = [{**a, "id": b.id} for a, b in zip(asked, bindings, strict=True)]
            channel.reply(frame.ref, "ok", {"postgres_changes": wanted})
            await channel.start()
        if before is not None:
            before.push_close()

    def _may_join(self, topic: str) -> None:
        """Raises Refused."""
        if not topic.startswith(PREFIX):
            raise Refused("", "unmatched topic")
        if topic == PREFIX:
            raise Refused("TopicNameRequired", "You must provide a topic name")
        if len(self.channels) >= limits.MAX_CHANNELS:
            raise Refused("ChannelRateLimitReached", "Too many channels")
        if not self._joins.allows():
            raise Refused("ClientJoinRateLimitReached", "Too many joins per second")

    def _reply(self, frame: ClientMessage, status: str, response: object) -> None:
        payload = json.dumps({"status": status, "response": response})
        self.send(
            encode(self.version, frame.topic, "phx_reply", payload, frame.ref, frame.join_ref)
        )
