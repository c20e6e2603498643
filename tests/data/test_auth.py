"""Signing in and staying signed in, over the unmodified client and real HTTP."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from types import SimpleNamespace

import keyring
import keyring.backends.fail
import pytest
from supabase_auth._async import gotrue_client

from medtui.data import (
    Backend,
    Invalid,
    MemoryTokens,
    NotSignedIn,
    Server,
    StoredTokens,
    Unreachable,
    auth,
    stored_session,
)
from medtui.data.events import Event, SignedOut
from tests.data.conftest import Open
from tests.helpers.mails import codes
from tests.helpers.proxy import proxied
from tests.helpers.stack import Person, Stack


async def expire(backend: Backend, stack: Stack, person: Person) -> None:
    """As if the login had been open for an hour."""
    token = stack.token(person, expires_in=-60)
    stored = json.loads(await backend.auth._tokens.read() or "")
    stored |= {"access_token": token, "expires_at": int(time.time()) - 60}
    await backend.auth._tokens.write(json.dumps(stored))
    client = backend._connection.client
    client.options.headers["Authorization"] = f"Bearer {token}"
    client._postgrest = None


@pytest.fixture
async def confirming_nothing(stack: Stack) -> None:
    """A server on which a sign-up waits for no e-mail: not all are."""
    stack.autoconfirm = True
    await stack.restart_gateway()


@pytest.mark.usefixtures("confirming_nothing")
async def test_a_new_account_is_signed_in_at_once(stack: Stack, open_backend: Open) -> None:
    backend = await open_backend()
    assert backend.auth.user is None
    assert await backend.auth.sign_up("new@example.org", "correct horse")
    assert backend.auth.user is not None
    assert backend.auth.user.email == "new@example.org"
    (row,) = await stack.sql("select id from auth.users where email = 'new@example.org'")
    assert row["id"] == backend.auth.user.id


@pytest.mark.usefixtures("confirming_nothing")
async def test_a_second_account_for_an_email_blames_the_email(
    stack: Stack, open_backend: Open
) -> None:
    person = await stack.person()
    backend = await open_backend()
    with pytest.raises(Invalid) as refusal:
        await backend.auth.sign_up(person.email, "correct horse")
    assert refusal.value.field == "email"


async def test_a_wrong_password_blames_the_password(stack: Stack, open_backend: Open) -> None:
    person = await stack.person()
    backend = await open_backend()
    with pytest.raises(Invalid) as refusal:
        await backend.auth.sign_in(person.email, "wrong password")
    assert refusal.value.field == "password"
    assert backend.auth.user is None


async def test_a_weak_password_blames_the_password(open_backend: Open) -> None:
    backend = await open_backend()
    with pytest.raises(Invalid) as refusal:
        await backend.auth.sign_up("new@example.org", "abc")
    assert refusal.value.field == "password"


async def test_a_server_that_is_away_is_unreachable(stack: Stack, open_backend: Open) -> None:
    person = await stack.person()
    backend = await open_backend()
    await stack.stop_gateway()
    with pytest.raises(Unreachable):
        await backend.auth.sign_in(person.email, person.password)


@pytest.mark.detail
async def test_a_login_survives_a_restart(stack: Stack) -> None:
    person = await stack.person()
    tokens, server = MemoryTokens(), Server(stack.url, stack.anon_key)
    async with Backend.open(server, tokens=tokens, notify=print) as first:
        await first.auth.sign_in(person.email, person.password)
    async with Backend.open(server, tokens=tokens, notify=print) as second:
        assert second.auth.user is not None
        assert second.auth.user.id == person.id
        profile = await second.profiles.mine()
        assert profile is not None
        assert profile.name == person.name


@pytest.mark.detail
async def test_a_login_survives_a_restart_while_the_server_is_away(stack: Stack) -> None:
    person = await stack.person()
    tokens, server = MemoryTokens(), Server(stack.url, stack.anon_key)
    async with Backend.open(server, tokens=tokens, notify=print) as first:
        await first.auth.sign_in(person.email, person.password)
    await stack.stop_gateway()
    async with Backend.open(server, tokens=tokens, notify=print) as second:
        assert second.auth.user is not None
        with pytest.raises(Unreachable):
            await second.profiles.mine()


@pytest.mark.detail
async def test_signing_out_forgets_the_login(stack: Stack) -> None:
    person = await stack.person()
    tokens, server = MemoryTokens(), Server(stack.url, stack.anon_key)
    async with Backend.open(server, tokens=tokens, notify=print) as backend:
        await backend.auth.sign_in(person.email, person.password)
        await backend.auth.sign_out()
        assert backend.auth.user is None
    assert await tokens.read() is None
    rows = await stack.sql("select 1 from auth.sessions where user_id = %s", person.id)
    assert not rows, "the server has forgotten it too"


@pytest.mark.detail
async def test_an_expired_token_is_refreshed_and_the_call_made_again(
    stack: Stack, open_backend: Open
) -> None:
    person = await stack.person()
    backend = await open_backend(person)
    await expire(backend, stack, person)
    assert (await backend.profiles.mine()) is not None
    await backend.sessions.window(backend.clock.now())


@pytest.mark.detail
async def test_many_calls_with_an_expired_token_make_one_refresh(
    stack: Stack, open_backend: Open
) -> None:
    person = await stack.person()
    backend = await open_backend(person)
    await expire(backend, stack, person)
    await asyncio.gather(*(backend.profiles.mine() for _ in range(8)))
    rows = await stack.sql(
        "select 1 from auth.refresh_tokens t join auth.sessions s on s.id = t.session_id"
        " where s.user_id = %s",
        person.id,
    )
    assert len(rows) == 2


@pytest.mark.detail
async def test_a_login_that_the_server_has_ended_is_said_once(
    stack: Stack, open_backend: Open
) -> None:
    person = await stack.person()
    events: list[Event] = []
    backend = await open_backend(person, notify=events.append)
    await stack.sql("delete from auth.sessions where user_id = %s", person.id)
    await expire(backend, stack, person)
    with pytest.raises(NotSignedIn):
        await backend.profiles.mine()
    assert [type(event) for event in events] == [SignedOut]
    assert backend.auth.user is None


@pytest.mark.detail
async def test_signing_out_everywhere_ends_every_login(stack: Stack, open_backend: Open) -> None:
    person = await stack.person()
    here, there = await open_backend(person), await open_backend(person)
    assert await here.auth.sign_out(everywhere=True) is True
    assert here.auth.user is None
    assert await stack.sql("select 1 from auth.sessions") == []
    await expire(there, stack, person)
    with pytest.raises(NotSignedIn):
        await there.profiles.mine()


async def test_signing_out_everywhere_without_the_server_ends_it_here_and_says_so(
    stack: Stack, open_backend: Open
) -> None:
    person = await stack.person()
    backend = await open_backend(person)
    await stack.stop_gateway()
    assert await backend.auth.sign_out(everywhere=True) is False
    assert backend.auth.user is None
    assert await backend.auth._tokens.read() is None
    assert len(await stack.sql("select 1 from auth.sessions")) == 1


@pytest.mark.detail
async def test_an_expired_login_is_refreshed_before_the_account_is_changed(
    stack: Stack, open_backend: Open
) -> None:
    person = await stack.person()
    backend = await open_backend(person)
    await expire(backend, stack, person)
    await backend.codes.set_password("a new password")
    rows = await stack.sql("select 1 from auth.refresh_tokens")
    assert len(rows) == 2


async def test_a_refused_token_is_refreshed_once_and_the_account_changed(
    stack: Stack, open_backend: Open
) -> None:
    person = await stack.person()
    backend = await open_backend(person)
    stored = json.loads(await backend.auth._tokens.read() or "")
    # By this machine's clock it is good for an hour; the server sees it otherwise.
    stored |= {"access_token": stack.token(person, expires_in=-60)}
    await backend.auth._tokens.write(json.dumps(stored))
    await backend.auth.adopt()
    await backend.codes.set_password("a new password")
    assert len(await stack.sql("select 1 from auth.refresh_tokens")) == 2


@pytest.mark.detail
async def test_a_change_of_the_account_does_not_bring_back_tokens_that_were_replaced(
    stack: Stack, open_backend: Open
) -> None:
    person = await stack.person()
    backend = await open_backend(person)
    other = await stack.client(person)
    session = await other.auth.get_session()
    assert session is not None

    async def another_process(*_: object) -> None:
        await backend.auth._tokens.write(session.model_dump_json())

    backend.connection.http.event_hooks["response"] = [another_process]
    await backend.codes.set_password("a new password")
    kept = json.loads(await backend.auth._tokens.read() or "")
    assert kept["access_token"] == session.access_token


async def test_a_code_may_be_either_addresss_and_both_are_wanted(
    stack: Stack, open_backend: Open
) -> None:
    stack.autoconfirm = False
    await stack.restart_gateway()
    person = await stack.person()
    backend = await open_backend(person)
    with pytest.raises(Invalid, match="no change of e-mail"):
        await backend.codes.enter_change("123456")
    assert await backend.codes.change_email("moved@example.org") is False
    sent = await codes(stack, person.email, "moved@example.org")
    with pytest.raises(Invalid) as refusal:
        await backend.codes.enter_change(f"{(int(sent[person.email]) + 1) % 10**6:06}x")
    assert refusal.value.field == "code"
    assert await backend.codes.enter_change(sent[person.email]) == "moved@example.org"
    assert await backend.codes.enter_change(sent["moved@example.org"]) is None
    assert backend.auth.user is not None
    assert (backend.auth.user.email, backend.auth.user.new_email) == ("moved@example.org", None)
    assert (await backend.profiles.mine()) is not None


@pytest.mark.detail
async def test_the_client_itself_refreshes_nothing(stack: Stack, open_backend: Open) -> None:
    person = await stack.person()
    backend = await open_backend(person)
    await expire(backend, stack, person)
    client = backend._connection.client
    sessions = await asyncio.gather(*(client.auth.get_session() for _ in range(5)))
    assert all(sessions)
    rows = await stack.sql("select 1 from auth.refresh_tokens")
    assert len(rows) == 1
    await asyncio.gather(*(backend.profiles.mine() for _ in range(5)))
    rows = await stack.sql("select 1 from auth.refresh_tokens")
    assert len(rows) == 2


@pytest.mark.detail
@pytest.mark.parametrize("hours", [-7, 5])
async def test_a_clock_that_is_set_while_one_is_signed_in_costs_one_refresh_at_most(
    hours: int, stack: Stack, open_backend: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auth, "WATCH_SECONDS", 0.1)
    person = await stack.person()
    events: list[Event] = []
    backend = await open_backend(person, notify=events.append)
    wrong = SimpleNamespace(time=lambda: time.time() + hours * 3600)
    for module in (
        stored_session,
        gotrue_client,
    ):  # the server, in this process too, has the right one
        monkeypatch.setattr(module, "time", wrong)
    for _ in range(10):
        await asyncio.sleep(0.05)
        assert await backend.profiles.mine() is not None
    rows = await stack.sql("select 1 from auth.refresh_tokens where parent is not null")
    assert len(rows) == 1
    assert not [event for event in events if isinstance(event, SignedOut)]


@pytest.mark.detail(after=1)
@pytest.mark.parametrize("status", [429, 400, 500, 503])
async def test_refreshes_that_fail_for_a_while_end_no_login(
    status: int, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client's own timer would die of the first, without a word."""
    monkeypatch.setattr(auth, "WATCH_SECONDS", 0.1)
    person = await stack.person()
    events: list[Event] = []
    async with proxied(stack.url) as proxy:
        server, tokens = Server(proxy.url, stack.anon_key), MemoryTokens()
        async with Backend.open(server, tokens=tokens, notify=events.append) as backend:
            await backend.auth.sign_in(person.email, person.password)
            await backend.profiles.mine()
            proxy.spoil = lambda data: (
                f"HTTP/1.1 {status} Spoilt\r\nContent-Length: 2\r\n\r\n{{}}".encode()
            )
            await expire(backend, stack, person)
            async with asyncio.timeout(5):
                while len(proxy.requests("grant_type=refresh_token")) < 3:
                    await asyncio.sleep(0.01)
            assert backend.auth.user is not None
            proxy.spoil = bytes
            async with asyncio.timeout(5):
                while not await stack.sql("select 1 from auth.refresh_tokens where parent != ''"):
                    await asyncio.sleep(0.01)
            assert await backend.profiles.mine() is not None
    assert not [event for event in events if isinstance(event, SignedOut)]


@pytest.mark.detail
async def test_a_login_that_cannot_be_written_is_one_until_the_end(
    stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyring, "get_keyring", keyring.backends.fail.Keyring)
    person = await stack.person()
    occupied = tmp_path / "occupied"
    occupied.write_text("a file where the folder should be")
    server, tokens = Server(stack.url, stack.anon_key), StoredTokens(stack.url, occupied)
    async with Backend.open(server, tokens=tokens, notify=print) as backend:
        await backend.auth.sign_in(person.email, person.password)
        assert "could not be stored" in (backend.auth.notice or "")
        await expire(backend, stack, person)
        await asyncio.gather(*(backend.profiles.mine() for _ in range(3)))
        assert await backend.profiles.mine() is not None
    rows = await stack.sql("select 1 from auth.refresh_tokens where parent is not null")
    assert len(rows) == 1


async def test_a_password_whose_answer_got_lost_is_set_once(stack: Stack) -> None:
    person = await stack.person()
    async with proxied(stack.url) as proxy:
        server = Server(proxy.url, stack.anon_key)
        async with Backend.open(server, tokens=MemoryTokens(), notify=print) as backend:
            await backend.auth.sign_in(person.email, person.password)
            with pytest.raises(Invalid, match="already your"):
                await backend.codes.set_password(person.password)
            proxy.answers_to_lose["PUT"] = 1
            with pytest.raises(Unreachable):
                await backend.codes.set_password("a new password")
            await backend.codes.set_password("a new password")
            with pytest.raises(Invalid, match="already your"):
                await backend.codes.set_password("a new password")
