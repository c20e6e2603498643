"""What the network, the server and the client's own library do to a live feed, one thing at a time.

changes twice, late, outside the window           harmless
a message that nobody understands, in a callback  STALE, and back (the library's listener dies)
the channel is closed at the token's end          a new channel, with a new token
SUBSCRIBED before the database listens            not LIVE yet
heartbeats that nobody answers; a night's sleep   STALE
reconnection that gives up                        ours does not: tests/test_server_goes_away.py
a join that is refused for its token              a new token first; not one attempt after another
more rows than one answer takes                   pages, whatever the server's limit is
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from medtui.data import Backend, MemoryTokens, Server, auth, live, socket
from medtui.data.monotonic import elapsed
from medtui.local.auth import sessions as server_sessions
from tests.data.test_auth import expire
from tests.data.test_live import Watcher, until_equal
from tests.faults.faults import EVERYWHERE, Fault, Kind
from tests.faults.proxy import FaultProxy, faulty
from tests.helpers.sources import both, refuse_broadcast
from tests.helpers.stack import Person, Stack

stack = both


@pytest.fixture
def watcher() -> Watcher:
    return Watcher()


@pytest.fixture
async def viewer(stack: Stack) -> Person:
    return await stack.person("Vera", "Viewer")


@pytest.fixture
async def proxy(stack: Stack) -> AsyncIterator[FaultProxy]:
    async with faulty(stack.url) as proxy:
        yield proxy


@pytest.fixture
async def backend(
    stack: Stack, proxy: FaultProxy, watcher: Watcher, viewer: Person
) -> AsyncIterator[Backend]:
    """Through the proxy, signed in; the feed is not started."""
    server = Server(proxy.url, stack.anon_key)
    async with Backend.open(server, tokens=MemoryTokens(), notify=watcher.notify) as backend:
        await backend.auth.sign_in(viewer.email, viewer.password)
        yield backend


async def go_live(backend: Backend, watcher: Watcher) -> None:
    backend.live.start()
    await watcher.until(lambda: watcher.is_live)


@asynccontextmanager
async def during(
    proxy: FaultProxy, kind: Kind, place: str, **details: object
) -> AsyncIterator[None]:
    fault = Fault(kind, place, 0, 0, details)
    proxy.begin(fault)
    yield
    proxy.end(fault)


@pytest.mark.detail
@pytest.mark.parametrize("late", [0.0, 1.0], ids=["at once", "late"])
async def test_changes_that_come_twice(
    late: float, stack: Stack, proxy: FaultProxy, backend: Backend, watcher: Watcher
) -> None:
    host = await stack.person()
    await go_live(backend, watcher)
    async with during(proxy, Kind.DUPLICATE, "websocket", late=late):
        kept, cancelled = await stack.session(host), await stack.session(host)
        await watcher.until(lambda: len(watcher.rows) == 2)
    # What comes late of the two comes after these, which are not repeated.
    await stack.sql("update practice_sessions set type = 'newer' where id = %s", kept)
    await stack.sql("delete from practice_sessions where id = %s", cancelled)
    await watcher.until(lambda: len(watcher.rows) == 1 and watcher.rows[kept].type == "newer")
    await asyncio.sleep(late + 0.2)
    assert watcher.rows.keys() == {kept}, "a cancelled session came again"
    assert watcher.rows[kept].type == "newer", "an older change came again"
    assert proxy.injected["duplicate"] >= 2
    assert not watcher.stale


@pytest.mark.detail
async def test_changes_outside_the_window(stack: Stack, backend: Backend, watcher: Watcher) -> None:
    host = await stack.person()
    long_ago = await stack.session(host, starts_in=-timedelta(days=3))
    inside = await stack.session(host)
    await go_live(backend, watcher)
    await stack.sql("update practice_sessions set type = 'x' where id = %s", long_ago)
    await stack.sql("delete from practice_sessions where id = %s", long_ago)
    await stack.sql(
        "update practice_sessions set datetime_utc = now() - interval '3 days' where id = %s",
        inside,
    )
    await watcher.until(lambda: not watcher.rows)
    await stack.sql("update practice_sessions set datetime_utc = now() where id = %s", inside)
    await watcher.until(lambda: watcher.rows.keys() == {inside})
    assert not watcher.stale


@pytest.mark.detail
async def test_a_malformed_message(
    stack: Stack, proxy: FaultProxy, backend: Backend, watcher: Watcher
) -> None:
    session_id = await stack.session(await stack.person())
    await go_live(backend, watcher)
    proxy.mangle = lambda text: re.sub(rb'("datetime_utc": ?"\d+)-\d+', rb"\1-99", text)
    await stack.sql("update practice_sessions set type = 'strange'")
    await watcher.until(lambda: bool(watcher.stale))
    assert "understood" in watcher.stale[0].reason
    proxy.mangle = bytes
    await watcher.until(lambda: watcher.is_live and watcher.rows[session_id].type == "strange")


@pytest.mark.detail
async def test_it_is_not_live_before_the_database_listens(
    stack: Stack,
    proxy: FaultProxy,
    backend: Backend,
    watcher: Watcher,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await refuse_broadcast(stack)
    monkeypatch.setattr("medtui.data.change_source.SUBSCRIBE_SECONDS", 1)
    proxy.mangle = lambda text: None if b"Subscribed to PostgreSQL" in text else text
    backend.live.start()
    await watcher.until(lambda: bool(watcher.stale))
    assert watcher.stale[0].since is None
    proxy.mangle = bytes
    await watcher.until(lambda: watcher.is_live)


@pytest.mark.detail
@pytest.mark.stand_in("how long its tokens last")
async def test_a_token_that_ends_under_a_live_board(
    stack: Stack,
    proxy: FaultProxy,
    watcher: Watcher,
    viewer: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The server closes the channel; while no new token can be had, the feed is not LIVE."""
    monkeypatch.setattr(server_sessions, "TOKEN_SECONDS", 2)
    monkeypatch.setattr(auth, "WATCH_SECONDS", 60)
    server = Server(proxy.url, stack.anon_key)
    async with Backend.open(server, tokens=MemoryTokens(), notify=watcher.notify) as backend:
        await backend.auth.sign_in(viewer.email, viewer.password)
        await go_live(backend, watcher)
        async with during(proxy, Kind.BLACK_HOLE, "auth", direction="both", ends="resume"):
            await watcher.until(lambda: bool(watcher.stale), 8)
            await asyncio.sleep(1)
            assert not watcher.is_live
        monkeypatch.setattr(server_sessions, "TOKEN_SECONDS", 3600)
        await watcher.until(lambda: watcher.is_live)
        await stack.session(viewer)
        await until_equal(stack, watcher)
        assert backend.auth.user is not None


@pytest.mark.detail
async def test_a_token_that_has_ended_is_replaced_before_the_feed_begins(
    stack: Stack, backend: Backend, watcher: Watcher, viewer: Person
) -> None:
    await expire(backend, stack, viewer)
    await go_live(backend, watcher)
    assert not watcher.stale, "it was not tried with the old one"


async def test_a_join_that_is_refused_is_not_tried_again_at_once(
    stack: Stack, backend: Backend, watcher: Watcher, proxy: FaultProxy
) -> None:
    """A server that refuses each token, new or old, is not asked many times a second."""
    proxy.mangle = refuse_joins
    async with during(proxy, Kind.REFUSE, "auth", status=503, obeyed=False):
        backend.live.start()
        await asyncio.sleep(2.5)
    assert 2 <= len([line for line in proxy.asked if "/realtime/" in line]) <= 5
    assert {stale.reason for stale in watcher.stale} == {"the login has expired"}
    assert backend.auth.user is not None
    proxy.mangle = bytes
    await watcher.until(lambda: watcher.is_live)


@pytest.mark.detail
async def test_a_new_token_that_is_refused_too_is_not_replaced_over_and_over(
    stack: Stack, backend: Backend, watcher: Watcher, proxy: FaultProxy
) -> None:
    """Where Realtime takes no token at all, refreshing would use up everybody's rate limit."""
    proxy.mangle = refuse_joins
    backend.live.start()
    refused = "the login has expired"
    await watcher.until(lambda: [s.reason for s in watcher.stale].count(refused) >= 4, 20)
    assert len([line for line in proxy.asked if "grant_type=refresh_token" in line]) == 1
    proxy.mangle = bytes
    await watcher.until(lambda: watcher.is_live)


def refuse_joins(text: bytes) -> bytes:
    message = json.loads(text)
    if message["event"] == "phx_reply" and message["topic"].startswith("realtime:board"):
        reason = "InvalidJWTToken: Token has expired 300 seconds ago"
        message["payload"] = {"status": "error", "response": {"reason": reason}}
    return json.dumps(message).encode()


@pytest.mark.detail
async def test_where_websockets_are_blocked_the_board_is_read_now_and_then(
    stack: Stack,
    proxy: FaultProxy,
    backend: Backend,
    watcher: Watcher,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It never says LIVE, but of when it is."""
    monkeypatch.setattr(live, "POLL_SECONDS", (0.5, 0.5))
    host = await stack.person()
    first = await stack.session(host)
    async with during(proxy, Kind.REFUSE, "websocket", status=502, obeyed=False):
        backend.live.start()
        await watcher.until(lambda: first in watcher.rows)
        second = await stack.session(host)
        await watcher.until(lambda: second in watcher.rows)
        since = watcher.stale[-1].since
        assert since is not None
        assert abs(backend.clock.now() - since) < timedelta(seconds=3)
        assert not watcher.is_live
    await watcher.until(lambda: watcher.is_live)
    third = await stack.session(host)
    await watcher.until(lambda: third in watcher.rows)


@pytest.mark.detail
async def test_heartbeats_without_a_reply(
    proxy: FaultProxy, backend: Backend, watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "HEARTBEAT_SECONDS", 0.3)
    monkeypatch.setattr(socket, "SILENCE_SECONDS", 1.5)
    await go_live(backend, watcher)
    await asyncio.sleep(2)
    assert not watcher.stale, "heartbeats keep a quiet feed alive"
    async with during(proxy, Kind.BLACK_HOLE, "websocket", direction="down", ends="reset"):
        await watcher.until(lambda: bool(watcher.stale), 4)
        assert watcher.stale[0].reason == "the server does not answer"
    await watcher.until(lambda: watcher.is_live)


@pytest.mark.detail
async def test_a_laptop_that_has_slept(
    backend: Backend, watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its loop's clock has stood still; the other one has gone on, and so has the server's."""
    await go_live(backend, watcher)
    await asyncio.sleep(0.3)  # the server's time is known
    slept = timedelta(hours=8)

    now = elapsed

    def later() -> float:
        return now() + slept.total_seconds()

    for module in ("socket", "live", "clock"):
        monkeypatch.setattr(f"medtui.data.{module}.elapsed", later)
    assert abs(backend.clock.now() - datetime.now(UTC) - slept) < timedelta(seconds=5)
    await watcher.until(lambda: bool(watcher.stale), 3)
    await watcher.until(lambda: watcher.is_live)


async def test_a_nap_that_a_connection_has_not_outlived(
    proxy: FaultProxy, backend: Backend, watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was sent before, and is read after, proves nothing."""
    await go_live(backend, watcher)
    monkeypatch.setattr(socket, "AWAKE_SECONDS", 0.5)
    async with during(proxy, Kind.BLACK_HOLE, "websocket", direction="up", ends="reset"):
        monkeypatch.setattr(socket, "elapsed", lambda: elapsed() + 8)
        await watcher.until(lambda: bool(watcher.stale), 4)
    await watcher.until(lambda: watcher.is_live)


async def test_it_ends_at_once_while_no_server_answers(
    stack: Stack, proxy: FaultProxy, watcher: Watcher
) -> None:
    async with during(proxy, Kind.BLACK_HOLE, EVERYWHERE, direction="both", ends="reset"):
        server = Server(proxy.url, stack.anon_key)
        async with Backend.open(server, tokens=MemoryTokens(), notify=watcher.notify) as backend:
            backend.live.start()
            await asyncio.sleep(0.5)
            began = time.monotonic()
        assert time.monotonic() - began < 2


@pytest.mark.detail
async def test_what_many_want_to_know_of_a_server_that_is_away_is_asked_once(
    backend: Backend, proxy: FaultProxy
) -> None:
    async with during(proxy, Kind.DROP, "rest", obeyed=False):
        asked = [backend.connection.is_complete() for _ in range(8)]
        answers = await asyncio.gather(*asked, return_exceptions=True)
    assert len({type(answer).__name__ for answer in answers}) == 1
    assert sum("medtui_level" in line for line in proxy.asked) == 3  # a read's three attempts
    assert await backend.connection.is_complete()


@pytest.mark.detail
async def test_a_reread_of_ten_thousand_asks_for_the_window_alone_in_pages(
    stack: Stack,
    proxy: FaultProxy,
    backend: Backend,
    watcher: Watcher,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await many(stack, past=8_200, coming=1_800)
    monkeypatch.setattr(live, "REREAD_SECONDS", 1.5)
    monkeypatch.setattr(live, "UNREAD_SECONDS", 0)
    await go_live(backend, watcher)
    assert len(watcher.rows) == 1_800
    proxy.asked.clear()

    def pages() -> list[str]:
        return [line for line in proxy.asked if "/practice_sessions?" in line]

    async with asyncio.timeout(40):
        while len(pages()) < 4:
            await asyncio.sleep(0.05)
    # A reading is two pages: the count says that nothing comes after the second.
    assert ["&or=" in line for line in pages()[:4]] == [False, True, False, True]
    assert all("limit=1000" in line and "offset" not in line for line in pages())
    assert not watcher.stale


@pytest.mark.detail
@pytest.mark.parametrize("limit", [250, 999, 1_000])
async def test_a_server_that_gives_fewer_rows_than_were_asked_for(
    limit: int, stack: Stack, proxy: FaultProxy, backend: Backend
) -> None:
    await many(stack, past=0, coming=1_999)
    proxy.max_rows = limit
    window = await backend.sessions.window(datetime.now(UTC))
    assert len({session.id for session in window}) == 1_999


@pytest.mark.detail
async def test_a_row_that_old_tables_may_have_does_no_harm(
    stack: Stack, backend: Backend, watcher: Watcher
) -> None:
    await stack.without_checks()
    await stack.sql(
        "alter table practice_sessions alter host_id drop not null, alter type drop not null"
    )
    host = await stack.person()
    shown = await stack.session(host, type=None)
    hostless = await stack.session(host, host_id=None)
    await go_live(backend, watcher)
    assert watcher.rows.keys() == {shown}
    assert watcher.rows[shown].type == ""
    await stack.sql("update practice_sessions set type = 'review'")
    await watcher.until(lambda: watcher.rows[shown].type == "review")
    assert hostless not in watcher.rows
    assert not watcher.stale


@pytest.mark.detail
async def test_a_change_in_the_middle_of_a_reread_is_no_difference(
    stack: Stack,
    proxy: FaultProxy,
    backend: Backend,
    watcher: Watcher,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its answer may be older than what the feed has brought since."""
    await refuse_broadcast(stack)
    session_id = await stack.session(await stack.person())
    monkeypatch.setattr(live, "REREAD_SECONDS", 0.5)
    await go_live(backend, watcher)
    async with during(proxy, Kind.BLACK_HOLE, "rest", direction="down", ends="resume"):
        proxy.asked.clear()
        while not any("/practice_sessions?" in line for line in proxy.asked):
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.3)  # it is answered, but the answer does not come
        await stack.sql("update practice_sessions set type = 'newer'")
        await watcher.until(lambda: watcher.rows[session_id].type == "newer")
    await asyncio.sleep(1.8)
    assert watcher.rows[session_id].type == "newer"
    assert not watcher.stale


async def many(stack: Stack, *, past: int, coming: int) -> None:
    host = await stack.person()
    for first, last in ((-past, -1), (1, coming)):
        await stack.sql(
            "insert into practice_sessions (id, host_id, datetime_utc, type) select"
            " gen_random_uuid(), %s, now() + sign(n) * interval '2 days' + n * interval '1 minute',"
            " 'mock' from generate_series(%s::int, %s::int) n",
            host.id,
            first,
            last,
        )
