"""Realtime leaves changes out silently: what the feed can notice, it reads again soon.

A burst of which some changes are missing       read again within seconds
a change that comes long after its commit       the same
one's own write that does not come back         the same
a storm                                         no more than one reading in a while, and LIVE
a single change that is missing                 found by the usual reading: tests/data/test_live.py
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from medtui.data import Backend, MemoryTokens, Server, doubts
from tests.data.test_live import Watcher, until_equal
from tests.faults.proxy import FaultProxy, faulty
from tests.helpers.stack import Stack


@pytest.fixture
def watcher() -> Watcher:
    return Watcher()


@pytest.fixture
async def proxy(stack: Stack) -> AsyncIterator[FaultProxy]:
    async with faulty(stack.url) as proxy:
        yield proxy


@contextlib.asynccontextmanager
async def opened(stack: Stack, proxy: FaultProxy, watcher: Watcher) -> AsyncIterator[Backend]:
    """A viewer's, live. The usual reading is a minute away."""
    viewer = await stack.person("Vera", "Viewer")
    server = Server(proxy.url, stack.anon_key)
    async with Backend.open(server, tokens=MemoryTokens(), notify=watcher.notify) as backend:
        await backend.auth.sign_in(viewer.email, viewer.password)
        backend.live.start()
        await watcher.until(lambda: watcher.is_live)
        yield backend


@pytest.fixture
async def backend(stack: Stack, proxy: FaultProxy, watcher: Watcher) -> AsyncIterator[Backend]:
    async with opened(stack, proxy, watcher) as backend:
        yield backend


def is_change(text: bytes) -> bool:
    return bool(json.loads(text)["event"] == "postgres_changes")


def readings(proxy: FaultProxy) -> int:
    """How many times the window was read: each time in one page."""
    return sum("/practice_sessions?" in line for line in proxy.asked)


@pytest.mark.detail
async def test_a_burst_of_which_some_is_missing_is_read_again_soon(
    stack: Stack,
    proxy: FaultProxy,
    backend: Backend,
    watcher: Watcher,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(doubts, "LEAST_SECONDS", 1.0)
    host = await stack.person()
    count = 0

    def every_third(text: bytes) -> bytes | None:
        nonlocal count
        count += is_change(text)
        return None if is_change(text) and count % 3 == 0 else text

    proxy.mangle = every_third
    for n in range(45):
        await stack.session(host, starts_in=timedelta(minutes=n))
    await watcher.until(lambda: len(watcher.rows) >= 30)
    proxy.mangle = bytes
    await until_equal(stack, watcher, seconds=20)
    assert {stale.reason for stale in watcher.stale} <= {"the live feed has missed a change"}


@pytest.mark.detail
async def test_a_cancelled_session_that_the_end_of_a_burst_has_lost_goes_soon(
    stack: Stack,
    proxy: FaultProxy,
    backend: Backend,
    watcher: Watcher,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(doubts, "LEAST_SECONDS", 1.0)
    host = await stack.person()
    for n in range(20):
        await stack.session(host, starts_in=timedelta(minutes=n))
    await watcher.until(lambda: len(watcher.rows) == 20)
    proxy.mangle = lambda text: None if is_change(text) and b'"DELETE"' in text else text
    await stack.sql("delete from practice_sessions where datetime_utc > now() + interval '9 min'")
    await until_equal(stack, watcher, seconds=20)


@pytest.mark.detail
async def test_a_change_that_comes_long_after_its_commit_is_a_sign_that_others_are_missing(
    stack: Stack,
    proxy: FaultProxy,
    backend: Backend,
    watcher: Watcher,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(doubts, "LEAST_SECONDS", 0.5)
    host = await stack.person()
    lost = await stack.session(host)
    await watcher.until(lambda: lost in watcher.rows)
    long_ago = (datetime.now(UTC) - timedelta(seconds=30)).isoformat()

    def behind(text: bytes) -> bytes | None:
        frame = json.loads(text)
        if frame["event"] != "postgres_changes":
            return text
        data = frame["payload"]["data"]
        if data["record"]["id"] == str(lost):
            return None
        data["commit_timestamp"] = long_ago
        return json.dumps(frame).encode()

    proxy.mangle = behind
    await stack.sql("update practice_sessions set type = 'lost' where id = %s", lost)
    await stack.session(host)
    await until_equal(stack, watcher, seconds=20)


async def test_ones_own_write_that_does_not_come_back_is_a_sign_that_nothing_comes(
    stack: Stack, proxy: FaultProxy, watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doubts, "LEAST_SECONDS", 0.5)
    host = await stack.person()
    free, other = await stack.session(host), await stack.session(host)
    async with opened(stack, proxy, watcher) as backend:
        proxy.mangle = lambda text: None if is_change(text) else text
        await stack.sql("update practice_sessions set type = 'lost' where id = %s", other)
        backend.live.apply(await backend.sessions.book(watcher.rows[free]))
        await watcher.until(lambda: watcher.rows[other].type == "lost", 25)


@pytest.mark.detail
async def test_ones_own_write_that_comes_back_is_none(
    stack: Stack,
    proxy: FaultProxy,
    backend: Backend,
    watcher: Watcher,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whether its answer or the feed brings it first."""
    monkeypatch.setattr(doubts, "LEAST_SECONDS", 0.5)
    free = await stack.session(await stack.person())
    await watcher.until(lambda: free in watcher.rows)
    booked = await backend.sessions.book(watcher.rows[free])
    await watcher.until(lambda: watcher.rows[free].guest_id is not None)
    backend.live.apply(booked)
    proxy.asked.clear()
    await asyncio.sleep(doubts.LATE_SECONDS + 5)
    assert readings(proxy) == 0


@pytest.mark.detail
async def test_a_storm_costs_the_server_one_reading_in_a_while_and_the_board_stays_live(
    stack: Stack,
    proxy: FaultProxy,
    backend: Backend,
    watcher: Watcher,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What changes while it is read again is no difference."""
    monkeypatch.setattr(doubts, "LEAST_SECONDS", 1.5)
    session_id = await stack.session(await stack.person())
    await watcher.until(lambda: session_id in watcher.rows)
    proxy.asked.clear()
    began = asyncio.get_running_loop().time()
    for n in range(1_000):
        await stack.sql("update practice_sessions set type = %s", f"n{n}")
        await asyncio.sleep(0.03)
        seconds = asyncio.get_running_loop().time() - began
        if seconds > 9:
            break
    # A reading that found a difference looks a second time.
    assert readings(proxy) <= 2 * seconds / (1.5 + 1.0)
    await until_equal(stack, watcher)
    assert not watcher.stale


@pytest.mark.detail
async def test_a_quiet_board_is_read_no_more_often(
    stack: Stack, proxy: FaultProxy, backend: Backend, watcher: Watcher
) -> None:
    host = await stack.person()
    proxy.asked.clear()
    for _ in range(3):
        session_id = await stack.session(host)
        await watcher.until(lambda id_=session_id: id_ in watcher.rows)
    await asyncio.sleep(5)
    assert readings(proxy) == 0
