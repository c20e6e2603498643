"""Shared screens under Textual's pilot."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import pytest
from textual.pilot import Pilot

from medtui.config import Settings
from medtui.data.clock import ServerClock
from medtui.data.window import shared
from medtui.launcher import Launcher, Login
from medtui.shared_screen.app import SharedBoardApp
from medtui.shared_screen.screen import Look
from tests.helpers.seats import LONDON, NOW, Seat
from tests.helpers.seats import picture as picture
from tests.helpers.stack import Stack


class Wall(Seat):
    """A viewer of a shared screen."""

    app: SharedBoardApp  # type: ignore[assignment]

    async def live(self) -> None:
        await self.until_text("● LIVE")

    async def resize(self, width: int, height: int) -> None:
        with self.app._context():
            await self.pilot.resize_terminal(width, height)
            await self.pilot.pause()
            self.app.board.redraw()
        await self.pause()


@pytest.fixture
def wall(stack: Stack, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """`async with wall() as here`: a shared screen before the stack's server."""

    @asynccontextmanager
    async def open_(
        *,
        size: tuple[int, int] = (80, 24),
        settings: Any = None,
        theme: str = "medtui-dark",
        now: datetime | None = NOW,
        launcher: Any = None,
        sessions_of: str | None = None,
        notes: bool = False,
        **look: Any,
    ) -> AsyncIterator[Wall]:
        if now is not None:
            monkeypatch.setattr(ServerClock, "now", lambda self: now)
        configured = Settings(tmp_path / "config.toml", server=stack.url, key=stack.anon_key)
        app = SharedBoardApp(
            settings or (lambda: configured),
            launcher or Launcher(viewer=lambda: Login("", "")),
            Look(LONDON, **look),
            shared(look.get("days"), sessions_of, notes=notes),
            theme=theme,
        )
        ready: asyncio.Future[Pilot[int]] = asyncio.get_running_loop().create_future()
        over = asyncio.Event()

        async def stand() -> None:
            # In a task of its own: Textual keeps the app in a context variable.
            async with app.run_test(size=size) as pilot:
                ready.set_result(pilot)
                await over.wait()
            if app.fault is not None:
                raise app.fault

        standing = asyncio.create_task(stand())
        await asyncio.wait({standing, ready}, return_when=asyncio.FIRST_COMPLETED)
        if not ready.done():
            await standing
        try:
            yield Wall(app, ready.result())  # type: ignore[arg-type]
        finally:
            over.set()
            await standing

    return open_
