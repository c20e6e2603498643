"""A server that has become a stranger since yesterday: the app says so, and goes on trying."""

from __future__ import annotations

from typing import Any

import pytest

from tests.helpers.stack import Stack
from tests.helpers.strange import STRANGE, strange


@pytest.mark.detail(after=1)
@pytest.mark.parametrize(
    "kind",
    [
        "a web page",
        *(
            pytest.param(kind, marks=pytest.mark.long)  # beneath the screen, each is in the suite
            for kind in ("a login of the network", "nothing in it", "another API")
        ),
        "another protocol",
    ],
)
async def test_a_stored_login_at_a_strange_server(kind: str, stack: Stack, seat: Any) -> None:
    person = await stack.person()
    async with strange(STRANGE[kind]) as url:
        here = await seat(server=url, key="key", person=person, size=(120, 30))
        await here.until(lambda: "STALE" in here.text or "Try again" in here.text)
        assert "LIVE" not in here.text
        assert "No sessions yet" not in here.text
        assert "Traceback" not in here.text


@pytest.mark.detail
async def test_signing_in_at_a_web_page(seat: Any) -> None:
    async with strange(STRANGE["a web page"]) as url:
        here = await seat(server=url, key="key")
        await here.until_text("Sign in")
        await here.fill("email", "a@example.org")
        await here.fill("password", "password")
        await here.press("enter")
        await here.until_text("could not be understood")
        assert here.screen == "LoginScreen"


@pytest.mark.detail
async def test_a_project_without_the_platforms_tables(
    stack: Stack, seat: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("medtui.data.change_source.SUBSCRIBE_SECONDS", 0.5)
    monkeypatch.setattr("medtui.data.live.POLL_SECONDS", (0.2, 0.5))
    person = await stack.person()
    await stack.sql("drop table practice_sessions cascade")
    here = await seat(person=person, size=(120, 30))
    await here.until_text("lacks a part of the platform", "apply medtui's migrations. Trying")
    assert "LIVE" not in here.text
    stack.has_grants = False  # the tables that frames to strangers would be compared with are gone


@pytest.mark.detail
async def test_a_publishable_key_opens_a_live_board(stack: Stack, seat: Any) -> None:
    here = await seat(server=stack.url, key=stack.keys.publishable_key)
    await here.board(await stack.person())
