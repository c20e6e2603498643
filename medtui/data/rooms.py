"""Who is in a room, and what the two in it tell each other: its private channel, `room:{id}`.

The channel rides on the live feed's socket, and is joined anew whenever the feed comes back.
One's card (whatever plain data the owner of the room wants the other side to know) is in
one's presence, so that a late joiner has it at once, and is broadcast when it changes, because
presence takes its time. A server that refuses the channel costs the feed nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import random
from typing import TYPE_CHECKING, Any
from uuid import UUID

from medtui.data.events import Notify, RoomHeard, RoomMet, RoomParted

if TYPE_CHECKING:
    from realtime import AsyncRealtimeChannel, RealtimeSubscribeStates

    from medtui.data.socket import Socket

log = logging.getLogger(__name__)

CARD = "card"
PAUSE_SECONDS = 1.0, 30.0
"""The first and the longest pause before a channel that was closed is joined again."""

TRACK_SECONDS = 7.0
"""Between two updates of one's presence: Realtime closes a channel at the sixth in 30 seconds."""


class Rooms:
    """The rooms that one is in. `enter`, `tell` what changes, `leave`."""

    def __init__(self, notify: Notify) -> None:
        self._notify = notify
        self._socket: Socket | None = None
        self._rooms: dict[UUID, _Room] = {}
        self._closing: set[asyncio.Task[None]] = set()

    def enter(self, session_id: UUID, me: UUID, card: dict[str, Any]) -> None:
        """Be seen in a room; from now on `notify` is told of it, until `leave`."""
        room = self._rooms[session_id] = _Room(session_id, me, card, self._notify)
        if self._socket is not None:
            room.start(self._socket)

    def tell(self, session_id: UUID, card: dict[str, Any]) -> None:
        """Let the other side know one's card as it is now."""
        if room := self._rooms.get(session_id):
            room.tell(card)

    def leave(self, session_id: UUID) -> None:
        """Not be seen there any more."""
        if room := self._rooms.pop(session_id, None):
            self._end(room)

    def connected(self, socket: Socket) -> None:
        """The feed is live on this socket."""
        self._socket = socket
        for room in self._rooms.values():
            room.start(socket)

    def disconnected(self) -> None:
        """The feed's socket is gone, and with it who is where."""
        self._socket = None
        for room in self._rooms.values():
            self._end(room)

    def _end(self, room: _Room) -> None:
        if task := room.stop():
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)


class _Ended(Exception):
    """The channel was refused, or closed; the text is the server's reason."""


class _Room:
    def __init__(self, session_id: UUID, me: UUID, card: dict[str, Any], notify: Notify) -> None:
        self._id = session_id
        self._me = me
        self._card = card
        self._notify = notify
        self._task: asyncio.Task[None] | None = None
        self._is_new = asyncio.Event()

    def start(self, socket: Socket) -> None:
        self._task = asyncio.create_task(self._follow(socket), name="room")

    def tell(self, card: dict[str, Any]) -> None:
        self._card = card
        self._is_new.set()

    def stop(self) -> asyncio.Task[None] | None:
        """Begin to leave; the task is over when that is done."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
        return task

    async def _follow(self, socket: Socket) -> None:
        pause, longest = PAUSE_SECONDS
        while True:
            channel = socket.private_channel(f"room:{self._id}")
            try:
                await self._be_in(channel, socket)
            except _Ended as ended:
                reason = str(ended)
            except Exception as error:  # a dying socket raises without a family, as in `Socket`
                reason = type(error).__name__
            finally:
                await socket.drop(channel)
            log.info("the room's channel ended: %s", reason)
            is_refused = "unauthorized" in reason.lower()
            self._notify(RoomParted(self._id, is_refused=is_refused))
            if is_refused:
                return
            await asyncio.sleep(pause * random.uniform(0.5, 1))
            pause = min(pause * 2, longest)

    async def _be_in(self, channel: AsyncRealtimeChannel, socket: Socket) -> None:
        """Join and stay. Returns never; raises _Ended."""
        ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def on_state(state: RealtimeSubscribeStates, error: Exception | None) -> None:
            if state != "SUBSCRIBED" and not ended.done():
                ended.set_exception(_Ended(_reason(error) or state))

        channel.on_presence_sync(socket.guard(lambda: self._met(channel)))
        channel.on_broadcast("*", socket.guard(self._heard))
        await channel.subscribe(socket.guard(on_state))
        loop = asyncio.get_running_loop()
        known, track_at = None, loop.time()
        while True:
            if not ended.done():
                self._is_new.clear()
                card, now = self._card, loop.time()
                if card is not known and now >= track_at:
                    await channel.track({"user": str(self._me), CARD: card})
                    known, track_at = card, now + TRACK_SECONDS
                await channel.send_broadcast(CARD, card)
            news = asyncio.create_task(self._is_new.wait())
            either: set[asyncio.Future[Any]] = {news, ended}
            wait = None if known is self._card else max(0, track_at - loop.time())
            try:
                await asyncio.wait(either, timeout=wait, return_when=asyncio.FIRST_COMPLETED)
            finally:
                news.cancel()
            if ended.done():
                ended.result()

    def _met(self, channel: AsyncRealtimeChannel) -> None:
        people: set[UUID] = set()
        cards: list[Any] = []
        for presences in channel.presence_state().values():
            for presence in presences:
                with contextlib.suppress(ValueError, AttributeError):
                    people.add(UUID(str(presence.get("user"))))
                    cards.append(presence.get(CARD))
        self._notify(RoomMet(self._id, frozenset(people), tuple(cards)))

    def _heard(self, message: Any) -> None:
        self._notify(RoomHeard(self._id, str(message.get("event")), message.get("payload")))


def _reason(error: Exception | None) -> str:
    try:
        parsed = json.loads(str(error))
        return str(parsed.get("reason") or parsed.get("message") or "")
    except (ValueError, AttributeError):
        return ""
