"""A server that has become a stranger since yesterday: the app says so, and goes on trying."""

from __future__ import annotations

from typing import Any

import pytest

from tests.stack import Stack
from tests.strange import STRANGE, strange


@pytest.mark.parametrize(
    "kind",
    ["a web page", "a login of the network", "nothing in it", "another API", "another protocol"],
)
async def test_a_stored_login_at_a_strange_server(kind: str, stack: Stack, seat: Any) -> None:
    person = await stack.person()
    async with strange(STRANGE[kind]) as url:
        here = await seat(server=url, key="key", person=person, size=(120, 30))
        await here.until(lambda: "STALE" in here.text or "Try again" in here.text)
        assert "LIVE" not in here.text
        assert "No sessions yet" not in here.text
        assert "Traceback" not in here.text


async def test_signing_in_at_a_web_page(seat: Any) -> None:
    async with strange(STRANGE["a web page"]) as url:
        here = await seat(server=url, key="key")
        await here.until_text("Sign in")
        await here.fill("email", "a@example.org")
        await here.fill("password", "password")
        await here.press("enter")
        await here.until_text("could not be understood")
        assert here.screen == "LoginScreen"
