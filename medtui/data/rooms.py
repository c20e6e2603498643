"""Who is in a room, and what the two in it tell each other: the private channel of the pair.

Its name holds the session, the host and the guest. A server remembers for a while who may hear
and speak in a channel: so a guest who has left is in another channel than the next one. While the
seat is free there is none. The channel is left and joined as the session's row says.

It rides on the live feed's socket, and is joined again whenever the feed comes back.
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
from collections.abc import Awaitable, Callable, Collection, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from medtui.data.errors import DataError, Gone
from medtui.data.events import Notify, RoomHeard, RoomMet, RoomParted
from medtui.models import PracticeSession

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


Find = Callable[[UUID], Awaitable[PracticeSession]]


class Pair(NamedTuple):
    """Who shares a room; `guest` None: the seat is free."""

    session: UUID
    host: UUID
    guest: UUID | None

    @property
    def topic(self) -> str:
        """The channel's name, where there is a guest."""
        return f"room:{self.session}:{self.host}:{self.guest}"

    @classmethod
    def of(cls, session: PracticeSession) -> Pair:
        return cls(session.id, session.host_id, session.guest_id)


class Rooms:
    """The rooms that one is in. `enter`, `tell` what changes, `leave`.

    Whoever `listen`s to a room hears and `say`s things there without being seen in it.

    Args:
        find: reads a session as it is now. Raises a `DataError`.
    """

    def __init__(self, notify: Notify, find: Find) -> None:
        self._notify = notify
        self._find = find
        self._socket: Socket | None = None
        self._rooms: dict[UUID, _Room] = {}
        self._heard: set[UUID] = set()
        self._turns: dict[UUID, asyncio.Lock] = {}
        self._closing: set[asyncio.Task[None]] = set()

    def enter(self, session_id: UUID, me: UUID, card: dict[str, Any]) -> None:
        """Be seen in a room; from now on `notify` is told of it, until `leave`."""
        self._open(session_id, _Room(session_id, self._notify, self._find, me, card))

    def tell(self, session_id: UUID, card: dict[str, Any]) -> None:
        """Let the other side know one's card as it is now."""
        if room := self._rooms.get(session_id):
            room.tell(card)

    def leave(self, session_id: UUID) -> None:
        """Not be seen there any more."""
        self._close(session_id)
        if session_id in self._heard:
            self._open(session_id, _Room(session_id, self._notify, self._find))

    def listen(self, session_ids: Collection[UUID]) -> None:
        """Hear what is said in these rooms, seen there or not; and in no others, unless seen."""
        for id_ in self._heard - set(session_ids):
            if (room := self._rooms.get(id_)) is not None and room.is_quiet:
                self._close(id_)
        self._heard = set(session_ids)
        for id_ in self._heard - self._rooms.keys():
            self._open(id_, _Room(id_, self._notify, self._find))

    def say(self, session_id: UUID, event: str, payload: dict[str, Any]) -> None:
        """Say something once, in a room where one is or to which one listens.

        Whether anybody hears it is not known: whoever does may answer.
        """
        if room := self._rooms.get(session_id):
            room.say(event, payload)

    def follow(self, sessions: Iterable[PracticeSession]) -> None:
        """The rows are so now: where the pair is another one, its channel takes the other's place.

        What waited to be said to the pair of before is not said to this one.
        """
        for session in sessions:
            room = self._rooms.get(session.id)
            if room is not None and room.take(Pair.of(session)) and self._socket is not None:
                self._end(session.id)
                self._notify(RoomParted(session.id, is_refused=False))
                self._start(session.id, self._socket)

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
    """The channel was closed, or could not be joined; the text is the reason."""


class _Refused(_Ended):
    """The server does not let one in."""


class _Room:
    """One room's channels, one after another. Without a card one is not seen in the room."""

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
        """As the row was when it was last seen; None: it was not seen yet."""
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

    def take(self, pair: Pair) -> bool:
        """The row says that it is this pair's. Whether that is news."""
        if pair == self._pair:
            return False
        if self._pair is not None:
            self._to_say.clear()
        self._pair = pair
        return True

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
            await asyncio.sleep(pause * random.uniform(0.5, 1))
            pause = min(pause * 2, longest)

    async def _look(self) -> Pair:
        """Read whose room it is, unless the feed says it meanwhile. Raises _Ended."""
        before = self._pair
        try:
            found = Pair.of(await self._find(self._id))
        except Gone as error:
            raise _Refused from error
        except DataError as error:
            raise _Ended(error.title) from error
        if self._pair == before:
            self.take(found)
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
        channel.on_broadcast("*", socket.guard(lambda message: self._heard(message, pair)))
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

    def _heard(self, message: Any, pair: Pair) -> None:
        if pair == self._pair:
            event, payload = str(message.get("event")), message.get("payload")
            self._notify(RoomHeard(self._id, event, payload, pair.guest))


def _reason(error: Exception | None) -> str:
    try:
        parsed = json.loads(str(error))
        return str(parsed.get("reason") or parsed.get("message") or "")
    except (ValueError, AttributeError):
        return ""
