"""Changes by Broadcast: what it carries to whom, what it misses, and when it is not used."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from medtui.data import Backend, MemoryTokens, Server, broadcast, live
from medtui.data.change_source import PostgresChanges
from medtui.data.window import shared
from medtui.local.realtime.feed import ChangeLog
from tests.data.test_live import Watcher, until_equal
from tests.helpers.proxy import Proxy, proxied
from tests.helpers.sources import refuse_broadcast
from tests.helpers.stack import Person, Stack


@pytest.fixture
def watcher() -> Watcher:
    return Watcher()


@asynccontextmanager
async def viewing(
    stack: Stack, watcher: Watcher, person: Person | None = None
) -> AsyncIterator[tuple[Backend, Proxy]]:
    """A board that is live, behind a proxy that notes what it asks for; a wall without a person."""
    async with proxied(stack.url) as proxy:
        server = Server(proxy.url, stack.anon_key)
        scope = {} if person else {"scope": shared()}
        async with Backend.open(
            server, tokens=MemoryTokens(), notify=watcher.notify, **scope
        ) as backend:
            if person is not None:
                await backend.auth.sign_in(person.email, person.password)
            backend.live.start()
            await watcher.until(lambda: watcher.is_live)
            yield backend, proxy


def reads(proxy: Proxy) -> int:
    return len(proxy.requests("/practice_sessions?"))


@pytest.mark.stand_in("what it has sent to strangers")
async def test_a_wall_is_told_of_changes_without_room_links(stack: Stack, watcher: Watcher) -> None:
    host = await stack.person()
    async with viewing(stack, watcher) as (backend, proxy):
        assert backend.live._source.is_counted
        session_id = await stack.session(host, room_url="https://example.org/secret-room")
        await watcher.until(lambda: session_id in watcher.rows)
        await stack.sql("update practice_sessions set room_url = 'https://example.org/another'")
        await stack.sql("update practice_sessions set type = 'review'")
        await watcher.until(lambda: watcher.rows[session_id].type == "review")
        await stack.sql("delete from practice_sessions")
        await watcher.until(lambda: not watcher.rows)
        assert reads(proxy) == 1, "what was broadcast was enough"
    told = "".join(frame for frame in stack.to_strangers if "board:strangers" in frame)
    assert told.count("commit_timestamp") == 4
    assert "example.org" not in told
    assert "room_url" not in told


async def test_users_are_told_of_room_links(stack: Stack, watcher: Watcher) -> None:
    host = await stack.person()
    async with viewing(stack, watcher, host) as (backend, proxy):
        session_id = await stack.session(host, room_url="https://example.org/room")
        await watcher.until(lambda: session_id in watcher.rows)
        assert watcher.rows[session_id].room_url == "https://example.org/room"
        assert reads(proxy) == 1
        assert backend.live._source.is_counted


async def test_a_server_that_refuses_is_followed_by_postgres_changes_at_once(
    stack: Stack, watcher: Watcher
) -> None:
    await refuse_broadcast(stack)
    async with viewing(stack, watcher, await stack.person()) as (backend, proxy):
        assert not watcher.stale
        assert not backend.live._source.is_counted
        session_id = await stack.session(await stack.person())
        await watcher.until(lambda: session_id in watcher.rows)
        assert len(proxy.requests("/realtime/")) == 1


async def test_the_window_is_not_read_again_while_the_count_says_that_all_is_there(
    stack: Stack, watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "REREAD_SECONDS", 0.1)
    await stack.session(await stack.person())
    async with viewing(stack, watcher) as (_, proxy):
        for n in range(12):
            await stack.sql("update practice_sessions set type = %s", f"n{n}")
        asked = len(proxy.requests("/board_changes"))
        async with asyncio.timeout(40):
            while len(proxy.requests("/board_changes")) < asked + 5:
                await asyncio.sleep(0.02)
        assert reads(proxy) == 1
        await stack.sql("update profiles set last_name = 'Wedding'")
        await watcher.until(
            lambda: {s.host.last_name for s in watcher.rows.values() if s.host} == {"Wedding"}
        )
        assert not watcher.stale


@pytest.mark.stand_in("dropped messages")
async def test_a_dropped_change_is_missed_as_soon_as_the_next_one_comes(
    stack: Stack, watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not at the next look at the count, which is far away, and without a STALE."""
    monkeypatch.setattr(live, "LATE_SECONDS", 0.2)
    monkeypatch.setattr("medtui.data.doubts.LATE_SECONDS", 0.2)
    monkeypatch.setattr("medtui.data.doubts.LEAST_SECONDS", 0.5)
    host = await stack.person()
    first, gone = await stack.session(host), await stack.session(host)
    async with viewing(stack, watcher) as (_, proxy):
        monkeypatch.setattr(ChangeLog, "_drops", lambda *_: True)
        lost = await stack.session(host)
        await stack.sql("delete from practice_sessions where id = %s", gone)
        await asyncio.sleep(0.2)  # they are dropped
        monkeypatch.setattr(ChangeLog, "_drops", lambda *_: False)
        await stack.sql("update practice_sessions set type = 'next' where id = %s", first)
        await watcher.until(lambda: watcher.rows.keys() == {first, lost}, 20)
        await until_equal_without_links(stack, watcher)
        assert not watcher.stale
        assert reads(proxy) >= 2


async def until_equal_without_links(stack: Stack, watcher: Watcher) -> None:
    await stack.sql("update practice_sessions set room_url = null")
    await until_equal(stack, watcher)


async def test_a_number_that_a_failed_transaction_took_costs_a_read_and_no_more(
    stack: Stack, watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "REREAD_SECONDS", 0.1)
    monkeypatch.setattr(broadcast, "COMING_SECONDS", 0.1)
    await stack.session(await stack.person())
    async with viewing(stack, watcher) as (_, proxy):
        await stack.sql(
            "do $$ begin update practice_sessions set type = 'undone'; raise 'undone';"
            " exception when others then end $$"
        )
        async with asyncio.timeout(40):
            while reads(proxy) < 2:
                await asyncio.sleep(0.02)
        before = len(proxy.requests("/board_changes"))
        async with asyncio.timeout(40):
            while len(proxy.requests("/board_changes")) < before + 4:
                await asyncio.sleep(0.02)
        assert reads(proxy) == 2
        assert not watcher.stale


@pytest.mark.stand_in("dropped messages")
async def test_a_topic_that_brings_nothing_is_left_for_postgres_changes(
    stack: Stack, watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "REREAD_SECONDS", 0.1)
    monkeypatch.setattr(broadcast, "COMING_SECONDS", 0.1)
    monkeypatch.setattr(ChangeLog, "_broadcast", lambda *_: None)
    session_id = await stack.session(await stack.person())
    async with viewing(stack, watcher) as (backend, _):
        async with asyncio.timeout(40):
            n = 0
            while not watcher.stale:
                n += 1
                await stack.sql("update practice_sessions set type = %s", f"n{n}")
                await watcher.until(
                    lambda n=n: bool(watcher.stale) or watcher.rows[session_id].type == f"n{n}"
                )
        await watcher.until(lambda: watcher.is_live)
        assert isinstance(backend.live._source._source, PostgresChanges)  # type: ignore[attr-defined]
        await stack.sql("update practice_sessions set type = 'told'")
        await watcher.until(lambda: watcher.rows[session_id].type == "told")


async def test_a_transaction_of_many_changes_is_read_rather_than_told(
    stack: Stack, watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "REREAD_SECONDS", 0.1)
    host = await stack.person()
    async with viewing(stack, watcher, host):
        await stack.sql(
            "insert into practice_sessions (host_id, datetime_utc, type)"
            " select %s, now() + n * interval '1 minute', 'mock' from generate_series(1, 150) n",
            host.id,
        )
        await until_equal(stack, watcher)
        assert not watcher.stale


@pytest.mark.detail
async def test_a_database_without_realtime_is_migrated_all_the_same(stack: Stack) -> None:
    """A write is told of to nobody there, and does not fail."""
    await stack.sql("alter function medtui_private.shows_all_sessions_to rename to gone")
    session_id = await stack.session(await stack.person())
    [row] = await stack.sql("select id from practice_sessions")
    assert row["id"] == session_id
