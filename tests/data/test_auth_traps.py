"""What the client's own auth does not survive, and ours does.

a refresh answered 400, 429 or 5xx      the client's timer dies of it; the watchdog goes on
a restart with a stored login           requests and the live feed are the user's, not anon's
signing out while nobody answers        the client keeps the login; we do not
each auth event makes new clients       they share one connection pool
tokens that rotate, an answer that is lost: the parent of the active token is taken
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from medtui.data import Backend, DataError, MemoryTokens, Server, auth
from medtui.data.events import Event, SignedOut
from medtui.local.auth import sessions as server_sessions
from tests.data.test_feed_traps import during
from tests.data.test_live import Watcher
from tests.faults.faults import Kind
from tests.faults.proxy import FaultProxy, faulty
from tests.helpers.stack import Person, Stack


@pytest.fixture
async def proxy(stack: Stack) -> AsyncIterator[FaultProxy]:
    async with faulty(stack.url) as proxy:
        yield proxy


@pytest.fixture
async def person(stack: Stack) -> Person:
    return await stack.person()


def refreshes(proxy: FaultProxy) -> int:
    return sum("grant_type=refresh_token" in line for line in proxy.asked)


@pytest.mark.detail
@pytest.mark.parametrize(
    "status", [429, 500, *(pytest.param(n, marks=pytest.mark.long) for n in (502, 504))]
)
@pytest.mark.stand_in("how long its tokens last")
async def test_a_refresh_that_fails_is_tried_again(
    status: int, stack: Stack, proxy: FaultProxy, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_sessions, "TOKEN_SECONDS", 2)
    monkeypatch.setattr(auth, "WATCH_SECONDS", 0.3)
    events: list[Event] = []
    server = Server(proxy.url, stack.anon_key)
    async with Backend.open(server, tokens=MemoryTokens(), notify=events.append) as backend:
        await backend.auth.sign_in(person.email, person.password)
        async with during(proxy, Kind.REFUSE, "auth", status=status, obeyed=True):
            async with asyncio.timeout(40):
                while refreshes(proxy) < 2:
                    await asyncio.sleep(0.05)
        monkeypatch.setattr(server_sessions, "TOKEN_SECONDS", 3600)
        assert await backend.profiles.mine() is not None
        assert not [event for event in events if isinstance(event, SignedOut)]
        assert backend.auth.user is not None


@pytest.mark.detail
@pytest.mark.parametrize("kind", [Kind.DROP, Kind.TRUNCATE])
async def test_a_rotation_whose_answer_got_lost_ends_no_login(
    kind: Kind, stack: Stack, proxy: FaultProxy, person: Person
) -> None:
    server = Server(proxy.url, stack.anon_key)
    async with Backend.open(server, tokens=MemoryTokens(), notify=lambda event: None) as backend:
        await backend.auth.sign_in(person.email, person.password)
        for _ in range(3):
            async with during(proxy, kind, "auth", obeyed=True, honest=True):
                with contextlib.suppress(DataError):
                    await backend.auth._replace(backend.connection.token)
            await backend.auth._replace(backend.connection.token)
            assert await backend.profiles.mine() is not None


@pytest.mark.detail
async def test_after_a_restart_requests_and_feed_are_the_users(
    stack: Stack, person: Person
) -> None:
    await stack.session(person, room_url="https://example.org/mine")
    tokens, server = MemoryTokens(), Server(stack.url, stack.anon_key)
    async with Backend.open(server, tokens=tokens, notify=print) as first:
        await first.auth.sign_in(person.email, person.password)
    watcher = Watcher()
    async with Backend.open(server, tokens=tokens, notify=watcher.notify) as second:
        second.live.start()
        await watcher.until(lambda: watcher.is_live)
        after = await stack.session(person, room_url="https://example.org/after")
        await watcher.until(lambda: after in watcher.rows)
        # Only who is signed in is sent a room link, by REST and by Realtime.
        assert {session.room_url for session in watcher.rows.values()} == {
            "https://example.org/mine",
            "https://example.org/after",
        }


async def test_signing_out_ends_the_login_while_no_server_answers(
    stack: Stack, proxy: FaultProxy, person: Person
) -> None:
    tokens, server = MemoryTokens(), Server(proxy.url, stack.anon_key)
    async with Backend.open(server, tokens=tokens, notify=lambda event: None) as backend:
        await backend.auth.sign_in(person.email, person.password)
        async with during(proxy, Kind.RESET, "auth", obeyed=False):
            await backend.auth.sign_out()
        assert backend.auth.user is None
        assert await tokens.read() is None
        assert backend.connection.token == stack.anon_key


@pytest.mark.detail
async def test_all_the_clients_that_come_and_go_share_one_pool(
    stack: Stack, person: Person
) -> None:
    server = Server(stack.url, stack.anon_key)
    async with Backend.open(server, tokens=MemoryTokens(), notify=lambda event: None) as backend:
        await backend.auth.sign_in(person.email, person.password)
        http, client = backend.connection.http, backend.connection.client
        for _ in range(3):
            before = client.postgrest
            await backend.auth._replace(backend.connection.token)
            assert client.postgrest is not before
            assert client.postgrest.session is http
            assert await backend.profiles.mine() is not None
    assert http.is_closed
