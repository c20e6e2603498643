"""The server's time, which countdowns and station clocks run on."""

from __future__ import annotations

import asyncio
import time
from datetime import datetime

import pytest

from medtui.data import Backend
from medtui.data.events import Event, FeedWentLive
from tests.data.conftest import Open
from tests.helpers.stack import Stack


async def error(stack: Stack, backend: Backend) -> float:
    """Seconds between the server's time and what we take it for, by the quickest of five looks."""
    looks = []
    for _ in range(5):
        before = backend.clock.now()
        (row,) = await stack.sql("select clock_timestamp() as now")
        after = backend.clock.now()
        told: datetime = row["now"]
        looks.append((after - before, abs(before + (after - before) / 2 - told)))
    return min(looks)[1].total_seconds()


async def live(open_backend: Open) -> Backend:
    is_live = asyncio.Event()

    def notify(event: Event) -> None:
        if isinstance(event, FeedWentLive):
            is_live.set()

    backend = await open_backend(notify=notify)
    backend.live.start()
    await asyncio.wait_for(is_live.wait(), 60)
    return backend


@pytest.mark.detail
async def test_it_is_known_when_the_board_is_live(stack: Stack, open_backend: Open) -> None:
    # At the end of a second, the HTTP date alone would be wrong by half of one.
    await asyncio.sleep((0.9 - time.time()) % 1)
    assert await error(stack, await live(open_backend)) < 0.2


async def test_without_its_function_the_date_of_the_answers_stands_in(
    stack: Stack, open_backend: Open
) -> None:
    await stack.sql("drop function public.server_time()")
    backend = await live(open_backend)
    # Half a second, and as long as the answer took: the next one may have been quicker.
    while await error(stack, backend) >= 1:
        await backend.profiles.mine()
