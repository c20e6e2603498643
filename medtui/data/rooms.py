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
from collections.abc import Collection
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

MOST_TO_SAY = 20
"""What waits to be said while a channel is being joined."""

TRACK_SECONDS = 7.0
"""Between two updates of one's presence: Realtime closes a channel at the sixth in 30 seconds."""


class Rooms:
    """The rooms that one is in. `enter`, `tell` what changes, `leave`.

    Whoever `listen`s to a room hears and `say`s things there without being seen in it.
    """

    def __init__(self, notify: Notify) -> None:
        self._notify = notify
        self._socket: Socket | None = None
        self._rooms: dict[UUID, _Room] = {}
        self._heard: set[UUID] = set()
        self._turns: dict[UUID, asyncio.Lock] = {}
        self._closing: set[asyncio.Task[None]] = set()

    def enter(self, session_id: UUID, me: UUID, card: dict[str, Any]) -> None:
        """Be seen in a room; from now on `notify` is told of it, until `leave`."""
        self._open(session_id, _Room(session_id, self._notify, me, card))

    def tell(self, session_id: UUID, card: dict[str, Any]) -> None:
        """Let the other side know one's card as it is now."""
        if room := self._rooms.get(session_id):
            room.tell(card)

    def leave(self, session_id: UUID) -> None:
        """Not be seen there any more."""
        self._close(session_id)
        if session_id in self._heard:
            self._open(session_id, _Room(session_id, self._notify))

    def listen(self, session_ids: Collection[UUID]) -> None:
        """Hear what is said in these rooms, seen there or not; and in no others, unless seen."""
        for id_ in self._heard - set(session_ids):
            if (room := self._rooms.get(id_)) is not None and room.is_quiet:
                self._close(id_)
        self._heard = set(session_ids)
        for id_ in self._heard - self._rooms.keys():
            self._open(id_, _Room(id_, self._notify))

    def say(self, session_id: UUID, event: str, payload: dict[str, Any]) -> None:
        """Say something once, in a room where one is or to which one listens.

        Whether anybody hears it is not known: whoever does may answer.
        """
        if room := self._rooms.get(session_id):
            room.say(event, payload)

    def connected(self, socket: Socket) -> None:
        """The feed is live on this socket."""
        self._socket = socket
        for id_ in self._rooms:
            self._start(id_, socket)

    def disconnected(self) -> None:
        """The feed's socket is gone, and with it who is where."""
        self._socket = None
        for id_ in self._rooms:
            self._end(id_)

    def _open(self, session_id: UUID, room: _Room) -> None:
        if session_id in self._rooms:
            self._close(session_id)
        self._rooms[session_id] = room
        if self._socket is not None:
            self._start(session_id, self._socket)

    def _start(self, session_id: UUID, socket: Socket) -> None:
        # Channels of the same room share their name: one begins once the other has closed.
        turn = self._turns.setdefault(session_id, asyncio.Lock())
        self._rooms[session_id].start(socket, turn)

    def _close(self, session_id: UUID) -> None:
        if session_id in self._rooms:
            self._end(session_id)
            del self._rooms[session_id]

    def _end(self, session_id: UUID) -> None:
        if task := self._rooms[session_id].stop():
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)


class _Ended(Exception):
    """The channel was refused, or closed; the text is the server's reason."""


class _Room:
    """One channel. Without a card one is not seen in the room."""

    def __init__(
        self,
        session_id: UUID,
        notify: Notify,
        me: UUID | None = None,
        card: dict[str, Any] | None = None,
    ) -> None:
        self._id = session_id
        self._notify = notify
        self._me = me
        self._card = card
        self._task: asyncio.Task[None] | None = None
        self._is_new = asyncio.Event()
        self._to_say: list[tuple[str, dict[str, Any]]] = []

    @property
    def is_quiet(self) -> bool:
        return self._card is None

    def start(self, socket: Socket, turn: asyncio.Lock) -> None:
        """Join as soon as it is one's turn."""
        self._task = asyncio.create_task(self._follow_in_turn(socket, turn), name="room")

    def tell(self, card: dict[str, Any]) -> None:
        if not self.is_quiet:
            self._card = card
            self._is_new.set()

    def say(self, event: str, payload: dict[str, Any]) -> None:
        if len(self._to_say) < MOST_TO_SAY:
            self._to_say.append((event, payload))
            self._is_new.set()

    def stop(self) -> asyncio.Task[None] | None:
        """Begin to leave; the task is over when that is done."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
        return task

    async def _follow_in_turn(self, socket: Socket, turn: asyncio.Lock) -> None:
        async with turn:
            await self._follow(socket)

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
            is_refused = "unauthorized" in reason.lower()
            log.info("the room's channel %s", "is refused" if is_refused else "ended")
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
        try:
            await self._stay(channel, ended)
        finally:
            if not ended.cancel():
                ended.exception()  # or it is told of as never looked at

    async def _stay(self, channel: AsyncRealtimeChannel, ended: asyncio.Future[None]) -> None:
        loop = asyncio.get_running_loop()
        known, track_at = None, loop.time()
        while True:
            if not ended.done():
                self._is_new.clear()
                card, now = self._card, loop.time()
                if card is not known and now >= track_at:
                    await channel.track({"user": str(self._me), CARD: card})
                    known, track_at = card, now + TRACK_SECONDS
                if card is not None:
                    await channel.send_broadcast(CARD, card)
                while self._to_say:
                    await channel.send_broadcast(*self._to_say.pop(0))
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
