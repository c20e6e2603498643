"""One websocket to Realtime, from its handshake to its end, with checks that it is alive.

The client's own reconnection gives up for good and checks no heartbeat's reply, and a callback
that raises ends its listener. So every connection here is a fresh `AsyncRealtimeClient` that never
reconnects: when it breaks, `wait_broken` raises, and the caller opens another one.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from medtui.data.connection import Connection
from medtui.data.errors import Unreachable
from medtui.data.monotonic import elapsed

if TYPE_CHECKING:
    from realtime import AsyncRealtimeChannel, AsyncRealtimeClient, RealtimeSubscribeStates
    from realtime.types import RealtimeChannelBroadcastConfig, RealtimeChannelPresenceConfig

log = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 10.0
OPEN_SECONDS = 6
"""Seconds for the handshake, and for the answer to a join: after an outage, an attempt that began
during it must not be waited for."""

SILENCE_SECONDS = 20.0
"""Seconds after the last frame at which the socket is dead, including time asleep."""
ASLEEP_SECONDS, AWAKE_SECONDS = 5.0, 3.0
"""After a sleep of the first, a heartbeat is sent, and its reply awaited for the second (s)."""

REFUSED = "the server refuses the live feed"


class SocketBroken(Exception):
    """The socket, or a channel on it, cannot be used any more; the text says why."""

    def __init__(self, reason: str, *, token_refused: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.token_refused = token_refused


class JoinRefused(Exception):
    """The server refuses a channel to this user; the socket goes on."""


class Socket:
    """A connected websocket: `open` it, make channels, `wait_broken`, `close` it."""

    def __init__(self, connection: Connection) -> None:
        self.last_life = elapsed()
        self._last_frame = elapsed()
        self._connection = connection
        self._broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._client = _client(connection)
        self._watching: list[asyncio.Task[None]] = []
        self._subscription = connection.client.auth.on_auth_state_change(self._on_auth)
        self._pushes: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Connect. Raises SocketBroken."""
        await self._client.set_auth(self._connection.token)
        try:
            await self._client.connect()
        except Unreachable as error:
            raise SocketBroken(error.message) from error
        except Exception as error:  # websockets, DNS, TLS and proxies raise unrelated classes
            raise SocketBroken("the live feed cannot be reached") from error
        self._on_frame()
        self._watching = [
            asyncio.create_task(self._beat(), name="heartbeat"),
            asyncio.create_task(self._listen_for_silence(), name="silence"),
        ]

    def channel(self, topic: str) -> AsyncRealtimeChannel:
        """A channel that is not joined yet; its callbacks must be wrapped in `guard`."""
        return self._client.channel(topic)

    def private_channel(self, topic: str) -> AsyncRealtimeChannel:
        """A channel that policies protect; its end leaves the socket open. To be left by `drop`."""
        channel = self._private(topic, {"ack": False, "self": False}, has_presence=True)
        _ignore_the_end_of_others(channel)
        return channel

    def listening_channel(self, topic: str) -> AsyncRealtimeChannel:
        """One that policies protect, for what the database broadcasts. To be joined by `join`."""
        return self._private(topic, {"replication_ready": True}, has_presence=False)

    def _private(
        self, topic: str, broadcast: RealtimeChannelBroadcastConfig, *, has_presence: bool
    ) -> AsyncRealtimeChannel:
        presence: RealtimeChannelPresenceConfig = {"key": "", "enabled": has_presence}
        return self._client.channel(
            topic, {"config": {"broadcast": broadcast, "presence": presence, "private": True}}
        )

    async def drop(self, channel: AsyncRealtimeChannel) -> None:
        """Leave a private channel, and stop the client's own attempts to join it again."""
        channel.rejoin_timer.reset()
        try:
            async with asyncio.timeout(1):
                await self._client.remove_channel(channel)
        except Exception as error:  # as in `open`; it is over either way
            log.debug("the channel did not close cleanly: %s", type(error).__name__)

    async def join(self, channel: AsyncRealtimeChannel, *, may_be_refused: bool = False) -> None:
        """Subscribe, and wait until the server has accepted. Raises SocketBroken.

        `may_be_refused`: raises JoinRefused, and the socket goes on, where the server refuses it
        for another reason than the token.
        """
        joined: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

        def on_state(state: RealtimeSubscribeStates, error: Exception | None) -> None:
            self._on_frame()
            if state == "SUBSCRIBED":
                if not joined.done():
                    joined.set_result(True)
                return
            broken = _reason(error)
            if not may_be_refused or broken.reason != REFUSED:
                self._break(broken)
            elif not joined.done():
                joined.set_result(False)

        try:
            await channel.subscribe(self.guard(on_state))
        except Exception as error:  # a socket that dies in between raises as in `open`
            raise SocketBroken("the connection was lost") from error
        waiting: set[asyncio.Future[Any]] = {joined, asyncio.ensure_future(self.wait_broken())}
        done, pending = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for future in pending:
            future.cancel()
        for future in done:
            if future.result() is False:
                channel.rejoin_timer.reset()  # the client would try again
                del self._client.channels[channel.topic]
                raise JoinRefused

    async def wait_broken(self) -> None:
        """Never returns. Raises SocketBroken when the socket breaks."""
        await asyncio.shield(self._broken)

    def on_answer(self) -> None:
        """Reset the silence timer: the server has answered, on this socket or otherwise."""
        self.last_life = elapsed()

    def guard(self, callback: Callable[..., None]) -> Callable[..., None]:
        """Wrap `callback` so that its exceptions do not end the client's listener."""

        def guarded(*args: Any) -> None:
            self._on_frame()
            try:
                callback(*args)
            except Exception:
                log.exception("a callback of the live feed failed")
                self._break(SocketBroken("a message of the live feed could not be understood"))

        return guarded

    async def close(self) -> None:
        """Close the websocket, without a long wait for a server that does not answer."""
        self._subscription.unsubscribe()
        for task in self._watching:
            task.cancel()
        if not self._broken.cancel():
            self._broken.exception()  # seen, so that it is not reported as forgotten
        try:
            async with asyncio.timeout(1):
                await self._client.close()
        except Exception as error:  # as in `open`; it is over either way
            log.debug("the websocket did not close cleanly: %s", type(error).__name__)

    def _on_frame(self) -> None:
        self._last_frame = self.last_life = elapsed()

    def _break(self, broken: SocketBroken) -> None:
        if not self._broken.done():
            self._broken.set_exception(broken)

    def _on_auth(self, event: str, session: Any) -> None:
        """Send a refreshed token to the channels, so that the server does not close them."""
        # A token from another process comes as SIGNED_IN.
        if event in ("TOKEN_REFRESHED", "SIGNED_IN") and session is not None:
            push = asyncio.create_task(self._client.set_auth(session.access_token))
            self._pushes.add(push)
            push.add_done_callback(self._pushes.discard)

    async def _beat(self) -> None:
        """Send heartbeats and check their replies, which the client's own do not."""
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            try:
                await self.round_trip(HEARTBEAT_SECONDS)
            except SocketBroken as broken:
                self._break(broken)
                return

    async def _listen_for_silence(self) -> None:
        """Break the socket after `SILENCE_SECONDS`, by a clock that goes on while asleep.

        Frames read after waking up were sent before the sleep, so they prove nothing.
        """
        before = elapsed()
        while (now := elapsed()) - self._last_frame < SILENCE_SECONDS:
            if now - before > ASLEEP_SECONDS:
                try:
                    await self.round_trip(AWAKE_SECONDS)
                except SocketBroken:
                    break
                now = elapsed()
            before = now
            await asyncio.sleep(1)
        self._break(SocketBroken("the server does not answer"))

    async def round_trip(self, patience: float) -> float:
        """Seconds that one heartbeat takes, at most `patience`. Raises SocketBroken."""
        from realtime import AsyncRealtimeChannel
        from realtime._async.push import AsyncPush
        from realtime.types import RealtimeAcknowledgementStatus

        phoenix = self._client.channels.setdefault(
            "phoenix", AsyncRealtimeChannel(self._client, "phoenix")
        )
        answer: asyncio.Queue[object] = asyncio.Queue()
        push = AsyncPush(phoenix, "heartbeat", {})
        push.receive(RealtimeAcknowledgementStatus.Ok, answer.put_nowait)
        began = elapsed()
        try:
            async with asyncio.timeout(patience):
                await push.send()
                await answer.get()
        except TimeoutError:
            raise SocketBroken("the server does not answer") from None
        finally:
            push.destroy()
        self._on_frame()
        return elapsed() - began


def _client(connection: Connection) -> AsyncRealtimeClient:
    """A client for one connection attempt, over the same route as HTTP."""
    from realtime import AsyncRealtimeClient

    class Client(AsyncRealtimeClient):
        async def connect(self) -> None:
            if not self.is_connected:
                opening = connection.route.websocket(self.endpoint_url(), self.timeout)
                self._ws_connection = await opening
                await self._on_connect()

    return Client(
        str(connection.client.realtime_url),
        token=connection.server.key,
        auto_reconnect=False,
        timeout=OPEN_SECONDS,
    )


def _ignore_the_end_of_others(channel: AsyncRealtimeChannel) -> None:
    """Ignore the late close message of an earlier channel of the same topic.

    The client takes it for the new channel's end; the message's `ref` says which channel it is for.
    """
    from realtime.message import ChannelCloseMessage

    handle = channel._handle_message

    def handled(message: Any) -> None:
        if isinstance(message, ChannelCloseMessage) and message.ref not in (
            None,
            channel.join_push.ref,
        ):
            return
        handle(message)

    channel._handle_message = handled  # type: ignore[method-assign]


def _reason(error: Exception | None) -> SocketBroken:
    """A SocketBroken with a channel error's reason, which may be JSON, or websockets' text."""
    if error is None:
        return SocketBroken("the connection was closed")
    text = str(error)
    try:
        parsed = json.loads(text)
        text = str(parsed.get("reason") or parsed.get("message") or "")
    except (ValueError, AttributeError):
        return SocketBroken("the connection was lost")
    if "token" in text.lower() or "jwt" in text.lower():
        return SocketBroken("the login has expired", token_refused=True)
    return SocketBroken(REFUSED)
