"""Many shared screens on one local server: each is true, and soon."""

from __future__ import annotations

import asyncio
import random
import time
from contextlib import AsyncExitStack
from datetime import timedelta
from uuid import UUID

import pytest

from medtui.core.wall_sections import SharedBoard
from medtui.data import Backend, MemoryTokens, Server
from medtui.data.events import BoardRead, Event, FeedWentLive, SessionsChanged
from medtui.data.window import shared
from tests.helpers.seats import LONDON
from tests.helpers.stack import Stack

RATE = 10.0
"""Changes a second."""


class Feed:
    """A shared screen's feed and board, and when which change was there."""

    def __init__(self) -> None:
        self.board = SharedBoard(LONDON)
        self.is_live = asyncio.Event()
        self.arrived: dict[tuple[UUID, str], float] = {}

    def told(self, event: Event) -> None:
        match event:
            case BoardRead(sessions):
                self.board.read(sessions)
            case SessionsChanged(changed, removed):
                self.board.apply(changed, removed)
                for session in changed:
                    self.arrived[session.id, session.type] = time.perf_counter()
            case FeedWentLive():
                self.is_live.set()


async def boards(stack: Stack, count: int, seconds: float) -> list[float]:
    """Latencies of all changes on all boards, each of which is true at the end."""
    host = await stack.person()
    ids = [await stack.session(host, starts_in=timedelta(minutes=9 * n)) for n in range(1, 60)]
    latencies: list[float] = []
    async with AsyncExitStack() as resources:
        feeds = [Feed() for _ in range(count)]
        for feed in feeds:
            backend = await resources.enter_async_context(
                Backend.open(
                    Server(stack.url, stack.anon_key),
                    tokens=MemoryTokens(),
                    notify=feed.told,
                    scope=shared(),
                )
            )
            backend.live.start()
        async with asyncio.timeout(60):
            await asyncio.gather(*(feed.is_live.wait() for feed in feeds))
        committed: dict[tuple[UUID, str], float] = {}
        dice = random.Random(1)
        for n in range(int(RATE * seconds)):
            began = time.perf_counter()
            id_, type_ = dice.choice(ids), f"n{n}"
            await stack.sql("update practice_sessions set type = %s where id = %s", type_, id_)
            committed[id_, type_] = time.perf_counter()
            await asyncio.sleep(max(0, began + 1 / RATE - time.perf_counter()))
        truth = {
            row["id"]: row["type"]
            for row in await stack.sql("select id, type from practice_sessions")
        }
        async with asyncio.timeout(10):
            for feed in feeds:
                while {s.id: s.type for s in feed.board._sessions.values()} != truth:
                    await asyncio.sleep(0.05)
        for feed in feeds:
            # A change that another one overtook in the same burst is not shown by itself.
            latencies += [
                feed.arrived[key] - at for key, at in committed.items() if key in feed.arrived
            ]
    return sorted(latencies)


async def test_ten_boards_are_each_true(stack: Stack) -> None:
    latencies = await boards(stack, 10, 2)
    assert len(latencies) > 150
    assert latencies[int(len(latencies) * 0.99)] < 1


@pytest.mark.long
async def test_a_hundred_boards_are_each_true(stack: Stack) -> None:
    latencies = await boards(stack, 100, 60)
    p50, p99 = (latencies[int(len(latencies) * share)] for share in (0.5, 0.99))
    print(f"\n100 boards, 10 changes a second, {len(latencies)} arrivals: "
          f"p50 {p50 * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms")  # fmt: skip
    assert p99 < 1
