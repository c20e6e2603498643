"""A room's channel: what one tells in a hurry, the other knows, and the channel stays."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest

from medtui.data.events import Event, FeedWentLive, RoomHeard, RoomMet, RoomParted
from tests.data.conftest import Open
from tests.helpers.realtime_door import Subscriber, shout, show, subscriber
from tests.helpers.stack import Person, Stack


class Ear:
    def __init__(self) -> None:
        self.events: list[Event] = []

    async def until(self, condition: Callable[[Event], bool], seconds: float = 40) -> None:
        async with asyncio.timeout(seconds):
            while not any(map(condition, self.events)):
                await asyncio.sleep(0.01)


@pytest.mark.long
async def test_a_dozen_words_in_a_second_do_not_close_the_channel(
    stack: Stack, open_backend: Open
) -> None:
    host, guest = await stack.person(), await stack.person()
    session_id = await stack.session(host, guest=guest)
    hers, his = Ear(), Ear()
    backends = []
    for person, ear in ((host, hers), (guest, his)):
        backend = await open_backend(person, notify=ear.events.append)
        backend.live.start()
        await ear.until(lambda event: isinstance(event, FeedWentLive))
        backend.live.rooms.enter(session_id, person.id, {"minutes": 0})
        backends.append(backend)
    both = frozenset({host.id, guest.id})
    for ear in (hers, his):
        await ear.until(lambda event: isinstance(event, RoomMet) and event.people == both)

    for minutes in range(1, 13):
        backends[0].live.rooms.send_card(session_id, {"minutes": minutes})
        await asyncio.sleep(0.03)

    def is_last(event: Event) -> bool:
        return isinstance(event, RoomHeard) and event.payload == {"minutes": 12}

    await his.until(is_last)
    # A late joiner has it from the presence, a few seconds later.
    await his.until(lambda e: isinstance(e, RoomMet) and {"minutes": 12} in e.cards, 12)
    assert not [event for event in hers.events + his.events if isinstance(event, RoomParted)]


@pytest.mark.detail
async def test_who_listens_is_not_seen_and_who_comes_and_goes_at_once_is_seen_in_the_end(
    stack: Stack, open_backend: Open
) -> None:
    host, guest = await stack.person(), await stack.person()
    session_id = await stack.session(host, guest=guest)
    hers, his = Ear(), Ear()
    backends = []
    for person, ear in ((host, hers), (guest, his)):
        backend = await open_backend(person, notify=ear.events.append)
        backend.live.start()
        await ear.until(lambda event: isinstance(event, FeedWentLive))
        backends.append(backend)
    listens, comes = (backend.live.rooms for backend in backends)
    listens.listen({session_id})
    comes.enter(session_id, guest.id, {})
    alone, both = frozenset({guest.id}), frozenset({host.id, guest.id})
    await his.until(lambda event: isinstance(event, RoomMet) and event.people == alone)

    def said(event: Event) -> bool:
        return isinstance(event, RoomHeard) and event.event == "word"

    for _ in range(50):  # until the other has joined
        comes.send(session_id, "word", {"n": 1})
        await asyncio.sleep(0.05)
        if any(map(said, hers.events)):
            break
    await hers.until(said)
    assert not [e for e in his.events if isinstance(e, RoomMet) and e.people == both]

    for _ in range(3):
        listens.enter(session_id, host.id, {})
        listens.leave(session_id)
    listens.enter(session_id, host.id, {})
    await his.until(lambda event: isinstance(event, RoomMet) and event.people == both)
    hers.events.clear()
    comes.send(session_id, "word", {"n": 2})
    await hers.until(said)
    # She is only heard again, and still hears.
    listens.leave(session_id)
    his.events.clear()
    await his.until(lambda event: isinstance(event, RoomMet) and event.people == alone)
    hers.events.clear()
    for _ in range(50):
        comes.send(session_id, "word", {"n": 3})
        await asyncio.sleep(0.05)
        if any(map(said, hers.events)):
            break
    await hers.until(said)
    assert not [event for event in hers.events + his.events if isinstance(event, RoomParted)]


async def test_the_room_follows_who_has_the_seat(stack: Stack, open_backend: Open) -> None:
    """The channel is left when the guest leaves, and the next guest's is another one."""
    host, first, second = [await stack.person() for _ in range(3)]
    session_id = await stack.session(host, guest=first)
    ear = Ear()
    backend = await open_backend(host, notify=ear.events.append)
    backend.live.start()
    await ear.until(lambda event: isinstance(event, FeedWentLive))
    rooms = backend.live.rooms
    rooms.enter(session_id, host.id, {"minutes": 0})

    def met(*people: Person) -> Callable[[Event], bool]:
        expected = frozenset(person.id for person in people)
        return lambda event: isinstance(event, RoomMet) and event.people == expected

    await ear.until(met(host))
    async with subscriber(stack) as one, subscriber(stack) as two:
        for socket, guest in ((one, first), (two, second)):
            topic = f"realtime:room:{session_id}:{host.id}:{guest.id}"
            ear.events.clear()
            await stack.sql("update practice_sessions set guest_id = %s", guest.id)
            joined = await socket.join(
                guest.token, topic, private=True, presence={"enabled": True, "key": ""}
            )
            assert joined["status"] == "ok"
            if guest is second:
                await ear.until(lambda event: isinstance(event, RoomParted))
            await show(socket, topic, user=str(guest.id), card={})
            await ear.until(met(host, guest))
            ear.events.clear()
            await shout(socket, "hello", topic)
            await ear.until(lambda e: isinstance(e, RoomHeard) and e.event == "said")
            [heard] = [e for e in ear.events if isinstance(e, RoomHeard) and e.event == "said"]
            assert heard.guest_id == guest.id
            ear.events.clear()
            rooms.send(session_id, "word", {"to": guest.name})
            await socket.frame("broadcast")
            await stack.sql("update practice_sessions set guest_id = null")
            await ear.until(lambda event: isinstance(event, RoomParted) and not event.is_refused)
            rooms.send(session_id, "word", {"to": "the first, and not the next one"})
            await socket.frame("presence_diff")  # the host has left
            while (frame := await _next(socket)) is not None:
                assert "the next one" not in str(frame)
        ear.events.clear()
        # What the first one goes on saying in their channel is not heard.
        await shout(one, "still here", f"realtime:room:{session_id}:{host.id}:{first.id}")
        await asyncio.sleep(0.3)
        assert not [e for e in ear.events if isinstance(e, RoomHeard)]


async def _next(socket: Subscriber) -> object:
    try:
        return await socket.frame(seconds=0.2)
    except TimeoutError:
        return None


@pytest.mark.detail
async def test_a_room_whose_row_was_not_seen_is_found_and_one_that_is_gone_is_refused(
    stack: Stack, open_backend: Open
) -> None:
    """Of a session that has left the board's window, the feed says nothing at first."""
    host, guest = await stack.person(), await stack.person()
    long_ago = await stack.session(host, guest=guest, starts_in=-timedelta(days=9), version=3)
    ear = Ear()
    backend = await open_backend(host, notify=ear.events.append)
    backend.live.start()
    await ear.until(lambda event: isinstance(event, FeedWentLive))
    gone = uuid4()
    backend.live.rooms.enter(long_ago, host.id, {})
    backend.live.rooms.listen({gone})
    await ear.until(lambda e: isinstance(e, RoomMet) and e.people == frozenset({host.id}))
    await ear.until(lambda e: e == RoomParted(gone, is_refused=True))
