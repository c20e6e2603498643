"""Backends on the local Supabase, for one person each."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from medtui.data import Backend, MemoryTokens, Server
from medtui.data.events import Event
from tests.helpers.stack import Person, Stack

Open = Callable[..., Awaitable[Backend]]


@pytest.fixture
async def open_backend(stack: Stack) -> AsyncIterator[Open]:
    """`await open_backend(person)`: a backend on which that person is signed in."""
    async with contextlib.AsyncExitStack() as opened:

        async def open_(
            person: Person | None = None, *, notify: Callable[[Event], None] = _drop
        ) -> Backend:
            server = Server(stack.url, stack.anon_key)
            backend = await opened.enter_async_context(
                Backend.open(server, tokens=MemoryTokens(), notify=notify)
            )
            if person is not None:
                await backend.auth.sign_in(person.email, person.password)
            return backend

        yield open_


def _drop(event: Event) -> None:
    pass
