"""A self-hosted Supabase behind Envoy: it works, and Envoy's own refusals are clear sentences."""

from __future__ import annotations

from datetime import timedelta

import pytest

from medtui.data import (
    Backend,
    Code,
    DataError,
    MemoryTokens,
    NotAllowed,
    Server,
    TooOften,
    Unreachable,
    check_server,
)
from tests.data.test_live import Watcher
from tests.helpers.envoy import envoy
from tests.helpers.mails import LINKS, copied, mail
from tests.helpers.stack import Stack

SENTENCES: dict[str, tuple[type[DataError], str]] = {
    "away": (Unreachable, "what is behind it does not run"),
    "unhealthy": (Unreachable, "what is behind it does not run"),
    "slow": (Unreachable, "did not answer in time"),
    "forbidden": (NotAllowed, "ask your administrator to allow"),
    "limited": (TooOften, "asks for a pause"),
}


@pytest.mark.parametrize("refusal", [*SENTENCES])
async def test_each_of_its_refusals_is_one_clear_sentence(refusal: str, stack: Stack) -> None:
    """Of every service, for whoever asks: never "the key", "this network" or a code."""
    kind, words = SENTENCES[refusal]
    host = await stack.person()
    session_id = await stack.session(host, starts_in=timedelta(minutes=10))
    async with envoy(stack) as gateway:
        server = Server(gateway.url, stack.anon_key)
        async with Backend.open(server, tokens=MemoryTokens(), notify=lambda event: None) as mine:
            await mine.auth.sign_in(host.email, host.password)
            gateway.refusal = refusal
            asked = (
                mine.sessions.one(session_id),
                mine.assessments.names(session_id),
                mine.auth.sign_in(host.email, host.password),
                mine.codes.send(Code.SIGN_IN, host.email),
                check_server(gateway.url, stack.anon_key),
            )
            for call in asked:
                with pytest.raises(kind, match=words):
                    await call


@pytest.mark.parametrize("refusal", ["unhealthy", "forbidden"])
async def test_a_board_comes_back_when_what_is_behind_it_does(refusal: str, stack: Stack) -> None:
    watcher = Watcher()
    session_id = await stack.session(await stack.person())
    async with envoy(stack, refusal=refusal, path="/realtime/") as gateway:
        server = Server(gateway.url, stack.anon_key)
        async with Backend.open(server, tokens=MemoryTokens(), notify=watcher.notify) as wall:
            wall.live.start()
            await watcher.until(lambda: bool(watcher.stale))
            assert watcher.stale[0].reason == "the live feed cannot be reached"
            gateway.path = "/rest/"
            await watcher.until(lambda: SENTENCES[refusal][1] in watcher.stale[-1].reason)
            gateway.refusal = None
            await watcher.until(lambda: watcher.is_live and session_id in watcher.rows)


async def test_links_whose_address_has_the_path_twice_open_the_account(stack: Stack) -> None:
    """With `/auth/v1` in the external URL, before a gateway that has it, too."""
    person = await stack.person()
    async with envoy(stack) as gateway:
        server = Server(f"{gateway.url}/auth/v1", stack.anon_key)
        async with Backend.open(server, tokens=MemoryTokens(), notify=lambda event: None) as mine:
            await mine.codes.send(Code.SIGN_IN, person.email)
            link = copied(await mail(stack, LINKS, "magiclink", person.email))
            link = link.replace(stack.url, f"{gateway.url}/auth/v1")
            await mine.codes.enter(Code.SIGN_IN, person.email, link)
            assert mine.auth.user is not None
            assert mine.auth.user.id == person.id
