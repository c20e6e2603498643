"""Projects of 2026: tokens of other signatures, keys of the newer kind alone, fewer words."""

from __future__ import annotations

from datetime import timedelta

import httpx
import jwt
import pytest

from medtui.data import (
    Backend,
    Code,
    Invalid,
    MemoryTokens,
    NotAllowed,
    Server,
    ServerTooOld,
    check_server,
)
from medtui.data.case_import import import_cases
from medtui.data.error_mapping import from_postgrest
from tests.data.test_case_import import case
from tests.data.test_live import Watcher
from tests.helpers.mails import LINKS, copied, mail
from tests.helpers.newer import newer
from tests.helpers.stack import Stack


@pytest.mark.parametrize("algorithm", ["ES256", "RS256"])
async def test_tokens_of_another_signature_and_the_publishable_key_alone(
    algorithm: str, stack: Stack
) -> None:
    host, guest = await stack.person(), await stack.person("Mei")
    session_id = await stack.session(host, starts_in=timedelta(minutes=10))
    watcher = Watcher()
    async with newer(stack, algorithm, has_legacy_keys=False) as project:
        server = Server(project.url, stack.keys.publishable_key)
        tokens = MemoryTokens()
        async with Backend.open(server, tokens=tokens, notify=watcher.notify) as backend:
            await backend.auth.sign_in(guest.email, guest.password)
            [token] = project.signed
            assert jwt.get_unverified_header(token)["alg"] == algorithm
            backend.live.start()
            await watcher.until(lambda: watcher.is_live and session_id in watcher.rows)
            booked = await backend.sessions.book(watcher.rows[session_id])
            assert booked.guest_id == guest.id
            await stack.sql("update practice_sessions set type = 'review'")
            await watcher.until(lambda: watcher.rows[session_id].type == "review")
            await backend.auth.renew()
            assert len(project.signed) == 2
        async with Backend.open(server, tokens=tokens, notify=watcher.notify) as again:
            assert again.auth.user is not None
            assert (await again.profiles.mine()) is not None


async def test_a_project_publishes_its_keys(stack: Stack) -> None:
    """Else the fake would sign what no client could verify."""
    person = await stack.person()
    async with newer(stack) as project, httpx.AsyncClient() as http:
        keys = (await http.get(f"{project.url}/auth/v1/.well-known/jwks.json")).json()
        signed = project.sign(person.token)
        key = jwt.PyJWKSet.from_dict(keys)["2026"]
        assert jwt.decode(signed, key, ["ES256"], audience="authenticated")["sub"] == str(person.id)


async def test_a_legacy_key_that_is_off_is_named_as_the_key(stack: Stack) -> None:
    async with newer(stack, has_legacy_keys=False) as project:
        assert await check_server(project.url, stack.keys.publishable_key) == project.url
        with pytest.raises(Invalid, match="refuses this key") as refused:
            await check_server(project.url, stack.anon_key)
        assert refused.value.field == "key"
        with pytest.raises(Invalid, match="secret key"):
            await check_server(project.url, stack.keys.secret_key)


async def test_the_secret_key_of_the_newer_kind_imports(stack: Stack) -> None:
    async with newer(stack, has_legacy_keys=False) as project:
        done = await import_cases(project.url, stack.keys.secret_key, [case("Keratitis")])
        assert len(done.added) == 1


async def test_a_guards_sentence_without_its_hint_is_shown(stack: Stack) -> None:
    host, stranger = await stack.person(), await stack.person("Mei", profile=False)
    session_id = await stack.session(host)
    async with newer(stack, says_little=True) as project:
        server = Server(project.url, stack.anon_key)
        async with Backend.open(server, tokens=MemoryTokens(), notify=lambda event: None) as mine:
            await mine.auth.sign_in(stranger.email, stranger.password)
            with pytest.raises(NotAllowed, match="Set up your profile before you book a session"):
                await mine.sessions.book(await mine.sessions.one(session_id))
    [row] = await stack.sql("select guest_id from practice_sessions")
    assert row["guest_id"] is None


@pytest.mark.parametrize(
    "message",
    [
        "permission denied for table cases",
        'new row violates row-level security policy for table "cases"',
    ],
)
def test_what_postgres_says_by_itself_is_not_shown(message: str) -> None:
    from postgrest.exceptions import APIError

    said = {"code": "42501", "message": message, "hint": None, "details": None}
    assert from_postgrest(APIError(said)).message == "The server does not allow you to do this."


async def test_a_project_without_the_tables_says_so_by_its_newer_code(stack: Stack) -> None:
    await stack.sql("drop table profiles cascade")
    async with newer(stack) as project:
        with pytest.raises(ServerTooOld, match="lacks the platform's tables"):
            await check_server(project.url, stack.anon_key)


async def test_a_token_that_expired_is_renewed_after_the_newer_code(stack: Stack) -> None:
    person = await stack.person()
    async with newer(stack) as project:
        server = Server(project.url, stack.anon_key)
        async with Backend.open(server, tokens=MemoryTokens(), notify=lambda event: None) as mine:
            await mine.auth.sign_in(person.email, person.password)
            client = mine._connection.client
            old = project.sign(stack.token(person, expires_in=-90))
            project.signed |= {old: stack.token(person, expires_in=-90)}
            client.options.headers["Authorization"] = f"Bearer {old}"
            client._postgrest = None
            assert (await mine.profiles.mine()) is not None


async def test_a_link_of_a_server_whose_external_url_has_the_path(stack: Stack) -> None:
    """As self-hosted ones behind Envoy send them: `API_EXTERNAL_URL` ends in `/auth/v1`."""
    stack.autoconfirm = False
    await stack.restart_gateway()
    person = await stack.person()
    await stack.sql("update auth.users set email_confirmed_at = now() - interval '1 day'")
    server = Server(stack.url, stack.anon_key)
    async with Backend.open(server, tokens=MemoryTokens(), notify=lambda event: None) as backend:
        await backend.codes.send(Code.SIGN_IN, person.email)
        link = copied(await mail(stack, LINKS, "magiclink", person.email))
        doubled = link.replace("/auth/v1/", "/auth/v1/auth/v1/")
        assert not await backend.codes.enter(Code.SIGN_IN, person.email, doubled)
