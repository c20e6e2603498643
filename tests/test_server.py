"""The one way in which commands open the configured server."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from medtui.config import LOCAL, BadConfig, Settings
from medtui.data import DataError, Invalid
from medtui.launcher import Launcher, Login, Started
from medtui.server import opened, ready
from tests.helpers.stack import PASSWORD, Stack


class OneServer:
    """A launcher whose server runs already; it notes what was let go of."""

    def __init__(self, stack: Stack) -> None:
        self.closed = 0
        self._stack = stack

    async def local(self) -> Started:
        async def close() -> None:
            self.closed += 1

        started = Started(self._stack.url, self._stack.anon_key, service_key="service")
        started._resources.push_async_callback(close)
        return started


def settings(tmp_path: Path, server: str, key: str = "") -> Settings:
    return Settings(tmp_path / "config.toml", server, key)


async def test_a_command_opens_the_configured_server(stack: Stack, tmp_path: Path) -> None:
    async with opened(settings(tmp_path, stack.url, stack.anon_key)) as backend:
        assert backend.server.url == stack.url
        assert backend.auth.user is None


@pytest.mark.detail
async def test_a_command_signs_in_with_a_login(stack: Stack, tmp_path: Path) -> None:
    person = await stack.person()
    here = settings(tmp_path, stack.url, stack.anon_key)
    async with opened(here, Login(person.email, PASSWORD)) as backend:
        assert backend.auth.user is not None
        assert backend.auth.user.id == person.id
    with pytest.raises(DataError):
        async with opened(here, Login(person.email, "wrong-password")):
            pytest.fail("it was opened")


async def test_the_server_of_this_machine_is_let_go_of_at_the_end(
    stack: Stack, tmp_path: Path
) -> None:
    one = OneServer(stack)
    launcher = cast("Launcher", one)
    async with ready(settings(tmp_path, LOCAL), launcher) as server:
        assert (server.url, server.service_key) == (stack.url, "service")
        assert "'service'" not in repr(server)
        assert one.closed == 0
    assert one.closed == 1
    with pytest.raises(DataError):
        async with opened(
            settings(tmp_path, LOCAL), Login("x@example.org", "x"), launcher=launcher
        ):
            pytest.fail("it was opened")
    assert one.closed == 2


async def test_what_names_no_server_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match="No server is configured"):
        async with opened(settings(tmp_path, "")):
            pytest.fail("it was opened")
    with pytest.raises(Invalid):
        async with opened(settings(tmp_path, "no address", "no key")):
            pytest.fail("it was opened")
