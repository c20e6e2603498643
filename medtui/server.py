"""The configured server, ready for a command: one of our own is started or joined first."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from medtui.config import LOCAL, BadConfig, Settings
from medtui.launcher import Launcher, Login

if TYPE_CHECKING:
    from medtui.data import Backend
    from medtui.data.events import Notify
    from medtui.data.tokens import TokenStore
    from medtui.data.window import SessionWindow


@dataclass(frozen=True, slots=True)
class ReadyServer:
    """Where a server is, and its keys. `service_key` is empty unless it is one of our own."""

    url: str
    key: str
    service_key: str = field(default="", repr=False)


@asynccontextmanager
async def ready(settings: Settings, launcher: Launcher | None = None) -> AsyncIterator[ReadyServer]:
    """The server that the settings name. That of this machine runs at least until the end.

    `launcher` None: the server of this machine keeps its data in the default folder. Raises
    BadConfig where no server is named, and LaunchFailed where that of this machine does not start.
    """
    if not settings.server:
        raise BadConfig(
            "No server is configured: run medtui once and choose one, or set SUPABASE_URL."
        )
    if settings.server != LOCAL:
        yield ReadyServer(settings.server, settings.key)
        return
    started = await (launcher or Launcher()).local()
    try:
        yield ReadyServer(started.url, started.key, started.service_key)
    finally:
        await started.close()


@asynccontextmanager
async def opened(
    settings: Settings,
    login: Login | None = None,
    *,
    tokens: Callable[[str], TokenStore] | None = None,
    launcher: Launcher | None = None,
    notify: Notify | None = None,
    scope: SessionWindow | None = None,
    state: Path | None = None,
) -> AsyncIterator[Backend]:
    """The data module for the server that the settings name, until the end.

    Args:
        login: with what to sign in. None: with what `tokens` has, else as a visitor.
        tokens: makes the keeper of a login, of the server's URL; None: it is kept nowhere.
        notify: called on this event loop with what happens; None: events are dropped.
        scope: what the live feed is about; None: the whole board.
        state: the folder of what is kept for an account; None: nothing is.

    Raises what `ready` raises, Invalid for a URL or a key that is none, and any DataError of
    signing in.
    """
    from medtui.data import Backend, MemoryTokens, Server
    from medtui.data.window import BOARD

    async with (
        ready(settings, launcher) as server,
        Backend.open(
            Server(server.url, server.key),
            tokens=tokens(server.url) if tokens else MemoryTokens(),
            notify=notify or (lambda event: None),
            scope=scope or BOARD,
            state=state,
        ) as backend,
    ):
        if login is not None:
            await backend.auth.sign_in(login.email, login.password)
        yield backend
