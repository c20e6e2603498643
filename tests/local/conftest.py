"""What the tests of the local server share."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

import httpx
import pytest

if TYPE_CHECKING:
    from tests.local.auth_door import AuthDoor
    from tests.local.process import Serve
    from tests.stack import Stack


@pytest.fixture
async def auth(stack: Stack) -> AsyncIterator[AuthDoor]:
    from tests.local.auth_door import AuthDoor

    async with httpx.AsyncClient() as http:
        yield AuthDoor(stack, http)


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts servers; whatever they do, none is left when the test is over."""
    from tests.local.process import Server

    with ExitStack() as started:

        def start(*options: object) -> Server:
            server = Server(*options)
            started.callback(server.process.communicate)
            started.callback(server.process.kill)
            return server

        yield start
