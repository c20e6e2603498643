"""A room's channel: what one tells in a hurry, the other knows, and the channel stays."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from medtui.data.events import Event, FeedWentLive, RoomHeard, RoomMet, RoomParted
from tests.data.conftest import Open
from tests.stack import Stack


class Ear:
    def __init__(self) -> None:
        self.events: list[Event] = []

    async def until(self, condition: Callable[[Event], bool], seconds: float = 10) -> None:
        async with asyncio.timeout(seconds):
            while not any(map(condition, self.events)):
                await asyncio.sleep(0.01)


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
        backends[0].live.rooms.tell(session_id, {"minutes": minutes})
        await asyncio.sleep(0.03)

    def is_last(event: Event) -> bool:
        return isinstance(event, RoomHeard) and event.payload == {"minutes": 12}

    await his.until(is_last)
    # Whoever comes late has it from the presence, a few seconds later.
    await his.until(lambda e: isinstance(e, RoomMet) and {"minutes": 12} in e.cards, 12)
    assert not [event for event in hers.events + his.events if isinstance(event, RoomParted)]
