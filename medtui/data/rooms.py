"""Rooms: presence and messages in the private channel of a host and a guest.

Its name has the ids of the session, the host and the guest. A server caches for a while who may
receive and send in a channel, so a guest who has left is in another channel than the next one.
While the seat is free there is no channel. It is left and joined as the session's row changes.

It uses the live feed's socket, and is joined again when the feed comes back.
A user's card (plain data for the other side, chosen by the caller) is in their presence, so that a
late joiner has it at once, and is broadcast when it changes, because presence is slow. A server
that refuses the channel does not disturb the feed.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from medtui.core.models import PracticeSession
from medtui.data.backoff import Pauses
from medtui.data.errors import DataError, Gone
from medtui.data.events import Notify, RoomHeard, RoomMet, RoomParted

if TYPE_CHECKING:
    from realtime import AsyncRealtimeChannel, RealtimeSubscribeStates

    from medtui.data.socket import Socket

log = logging.getLogger(__name__)

CARD = "card"
PAUSE_SECONDS = 1.0, 30.0
"""The first and the longest pause, in seconds, before a closed channel is joined again."""

MOST_TO_SAY = 20
"""The most messages that wait while a channel is being joined."""

TRACK_SECONDS = 7.0
"""Seconds between two presence updates: Realtime closes a channel at the sixth in 30 seconds."""


Find = Callable[[UUID], Awaitable[PracticeSession]]


class Pair(NamedTuple):
    """The host and guest of a room; `guest` None: the seat is free."""

    session: UUID
    host: UUID
    guest: UUID | None

    @property
    def topic(self) -> str:
        """The channel's name; only for a pair with a guest."""
        return f"room:{self.session}:{self.host}:{self.guest}"

    @classmethod
    def of(cls, session: PracticeSession) -> Pair:
        return cls(session.id, session.host_id, session.guest_id)


class Rooms:
    """The rooms that the user is in: `enter`, `send_card` each change of the card, `leave`.

    A user who `listen`s to a room receives and sends messages there without being seen in it.

    Args:
        find: reads a session as it is now. Raises a `DataError`.
    """

    def __init__(self, notify: Notify, find: Find) -> None:
        self._notify = notify
        self._find = find
        self._socket: Socket | None = None
        self._rooms: dict[UUID, _Room] = {}
        self._wanted: dict[str, set[UUID]] = {}
        """The rooms that each part of the program listens to."""
        self._turns: dict[UUID, asyncio.Lock] = {}
        self._closing: set[asyncio.Task[None]] = set()

    def enter(self, session_id: UUID, me: UUID, card: dict[str, Any]) -> None:
        """Join a room's presence; `notify` is called with its events until `leave`."""
        self._open(session_id, _Room(session_id, self._notify, self._find, me, card))

    def send_card(self, session_id: UUID, card: dict[str, Any]) -> None:
        """Send the other side the changed card."""
        if room := self._rooms.get(session_id):
            room.send_card(card)

    def leave(self, session_id: UUID) -> None:
        """Leave a room's presence; if it is listened to, its messages are still received."""
        self._close(session_id)
        if session_id in self._listened:
            self._open(session_id, _Room(session_id, self._notify, self._find))

    def listen(self, session_ids: Collection[UUID], part: str = "sheets") -> None:
        """Receive messages of exactly these rooms, and of those that were entered.

        `part`: which part of the program wants it; the rooms of other parts stay.
        """
        before = self._listened
        self._wanted[part] = set(session_ids)
        for id_ in before - self._listened:
            if (room := self._rooms.get(id_)) is not None and room.is_quiet:
                self._close(id_)
        for id_ in self._listened - self._rooms.keys():
            self._open(id_, _Room(id_, self._notify, self._find))

    @property
    def _listened(self) -> set[UUID]:
        return set().union(*self._wanted.values())

    def send(self, session_id: UUID, event: str, payload: dict[str, Any]) -> None:
        """Broadcast a message once, in a room that was entered or is listened to.

        Whether it arrives is not known: a receiver may answer.
        """
        if room := self._rooms.get(session_id):
            room.send(event, payload)

    def follow(self, sessions: Iterable[PracticeSession]) -> None:
        """Take the sessions' new rows; a room with another pair changes to that pair's channel.

        Messages that waited for the earlier pair are dropped.
        """
        for session in sessions:
            room = self._rooms.get(session.id)
            if room is not None and room.set_pair(Pair.of(session)) and self._socket is not None:
                self._end(session.id)
                self._notify(RoomParted(session.id, is_refused=False))
                self._start(session.id, self._socket)

    def connected(self, socket: Socket) -> None:
        """Join the channels on this socket: the feed is live on it."""
        self._socket = socket
        for id_ in self._rooms:
            self._start(id_, socket)

    def disconnected(self) -> None:
        """Leave all channels: the feed's socket is gone, and presence is unknown."""
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
        # Channels of one room have the same name: the next is joined once the last has closed.
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
    """The channel was closed, or could not be joined; the text is the reason."""


class _Refused(_Ended):
    """The server refuses to let the user join."""


class _Room:
    """One room's channels, one after another. Without a card the user has no presence there."""

    def __init__(
        self,
        session_id: UUID,
        notify: Notify,
        find: Find,
        me: UUID | None = None,
        card: dict[str, Any] | None = None,
    ) -> None:
        self._id = session_id
        self._notify = notify
        self._find = find
        self._pair: Pair | None = None
        """The pair of the row when it was last read; None: it was not read yet."""
        self._me = me
        self._card = card
        self._task: asyncio.Task[None] | None = None
        self._is_new = asyncio.Event()
        self._to_say: list[tuple[str, dict[str, Any]]] = []

    @property
    def is_quiet(self) -> bool:
        return self._card is None

    def start(self, socket: Socket, turn: asyncio.Lock) -> None:
        """Join on this socket as soon as the lock `turn` is free."""
        self._task = asyncio.create_task(self._follow_in_turn(socket, turn), name="room")

    def set_pair(self, pair: Pair) -> bool:
        """Set the row's pair. Returns whether it has changed."""
        if pair == self._pair:
            return False
        if self._pair is not None:
            self._to_say.clear()
        self._pair = pair
        return True

    def send_card(self, card: dict[str, Any]) -> None:
        if not self.is_quiet:
            self._card = card
            self._is_new.set()

    def send(self, event: str, payload: dict[str, Any]) -> None:
        if len(self._to_say) < MOST_TO_SAY:
            self._to_say.append((event, payload))
            self._is_new.set()

    def stop(self) -> asyncio.Task[None] | None:
        """Begin to leave. Returns the task that ends when that is done; None if there is none."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
        return task

    async def _follow_in_turn(self, socket: Socket, turn: asyncio.Lock) -> None:
        async with turn:
            await self._follow(socket)

    async def _follow(self, socket: Socket) -> None:
        pauses = Pauses(*PAUSE_SECONDS)
        while True:
            try:
                pair = self._pair or await self._look()
                if pair.guest is None:
                    return  # `Rooms.follow` tells of the next guest
                try:
                    await self._be_in(pair, socket)
                except _Refused:
                    if await self._look() == pair:
                        raise
                    continue  # the row had changed
            except _Ended as ended:
                is_refused = isinstance(ended, _Refused)
            log.info("the room's channel %s", "is refused" if is_refused else "ended")
            self._notify(RoomParted(self._id, is_refused=is_refused))
            if is_refused:
                return
            await pauses.sleep()

    async def _look(self) -> Pair:
        """Read the room's pair, unless the feed brings it meanwhile. Raises _Ended."""
        before = self._pair
        try:
            found = Pair.of(await self._find(self._id))
        except Gone as error:
            raise _Refused from error
        except DataError as error:
            raise _Ended(error.title) from error
        if self._pair == before:
            self.set_pair(found)
        assert self._pair is not None  # noqa: S101  # it was taken now, or by the feed
        return self._pair

    async def _be_in(self, pair: Pair, socket: Socket) -> None:
        """Join a pair's channel and stay. Returns never; raises _Ended."""
        channel = socket.private_channel(pair.topic)
        try:
            await self._join(channel, pair, socket)
        except _Ended as ended:
            reason = str(ended)
        except Exception as error:  # a dying socket raises without a family, as in `Socket`
            reason = type(error).__name__
        finally:
            await socket.drop(channel)
        raise _Refused if "unauthorized" in reason.lower() else _Ended(reason)

    async def _join(self, channel: AsyncRealtimeChannel, pair: Pair, socket: Socket) -> None:
        ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def on_state(state: RealtimeSubscribeStates, error: Exception | None) -> None:
            if state != "SUBSCRIBED" and not ended.done():
                ended.set_exception(_Ended(_reason(error) or state))

        channel.on_presence_sync(socket.guard(lambda: self._met(channel, pair)))
        channel.on_broadcast("*", socket.guard(lambda message: self._on_message(message, pair)))
        try:
            await channel.subscribe(socket.guard(on_state))
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

    def _met(self, channel: AsyncRealtimeChannel, pair: Pair) -> None:
        if pair != self._pair:
            return
        people: set[UUID] = set()
        cards: list[Any] = []
        for presences in channel.presence_state().values():
            for presence in presences:
                with contextlib.suppress(ValueError, AttributeError):
                    people.add(UUID(str(presence.get("user"))))
                    cards.append(presence.get(CARD))
        self._notify(RoomMet(self._id, frozenset(people), tuple(cards)))

    def _on_message(self, message: Any, pair: Pair) -> None:
        if pair == self._pair:
            event, payload = str(message.get("event")), message.get("payload")
            self._notify(RoomHeard(self._id, event, payload, pair.guest))


def _reason(error: Exception | None) -> str:
    try:
        parsed = json.loads(str(error))
        return str(parsed.get("reason") or parsed.get("message") or "")
    except (ValueError, AttributeError):
        return ""
