"""The shared screen's sessions for the plain page: one feed for all who read it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from datetime import UTC, datetime

from medtui.config import BadConfig, Settings
from medtui.core.wall_sections import SharedBoard
from medtui.data import Backend, DataError
from medtui.data.events import (
    BoardRead,
    Event,
    FeedWentLive,
    FeedWentStale,
    SessionsChanged,
)
from medtui.data.window import SessionWindow
from medtui.launcher import Launcher, LaunchFailed
from medtui.server import opened
from medtui.shared_screen.screen import Look
from medtui.shared_screen.text_page import board_html, page_html
from medtui.shared_screen.wording import missing_words

AGAIN_SECONDS = 5.0
"""After a server that could not be opened, the next attempt."""

FIRST_SECONDS = 4.0
"""For so long the first page waits for the board to be read."""


class TextBoard:
    """Follows the board from the first page that is asked for until `close`."""

    def __init__(
        self,
        settings: Callable[[], Settings],
        launcher: Launcher,
        look: Look,
        scope: SessionWindow,
    ) -> None:
        self._settings = settings
        self._launcher = launcher
        self._look = look
        self._scope = scope
        self._board = SharedBoard(look.zone, look.days)
        self._backend: Backend | None = None
        self._task: asyncio.Task[None] | None = None
        self._is_read = asyncio.Event()
        self._is_live = False
        self._since: datetime | None = None
        self._reason = ""

    async def page(self) -> str:
        """The whole page, as HTML."""
        await self._begin()
        return page_html(self._board_html())

    async def board(self) -> str:
        """The page's state and table alone."""
        await self._begin()
        return self._board_html()

    async def close(self) -> None:
        """Stop following."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _begin(self) -> None:
        if self._task is None:
            self._task = asyncio.create_task(self._follow())
        if not self._is_read.is_set() and not self._reason:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._is_read.wait(), FIRST_SECONDS)

    async def _follow(self) -> None:
        while True:
            try:
                async with opened(
                    self._settings(), launcher=self._launcher, notify=self._hear, scope=self._scope
                ) as self._backend:
                    self._backend.live.start()
                    await asyncio.Event().wait()
            except (BadConfig, DataError, LaunchFailed, OSError) as error:
                self._is_live, self._reason = False, str(error)
            finally:
                self._backend = None
            await asyncio.sleep(AGAIN_SECONDS)

    def _hear(self, event: Event) -> None:
        match event:
            case BoardRead(sessions):
                self._board.read(sessions)
                self._is_read.set()
            case SessionsChanged(changed, removed):
                self._board.apply(changed, removed)
            case FeedWentLive():
                self._is_live, self._reason = True, ""
            case FeedWentStale(since, reason):
                self._is_live, self._since, self._reason = False, since, reason

    def _board_html(self) -> str:
        now = self._backend.clock.now() if self._backend else datetime.now(UTC)
        is_read = self._is_read.is_set()
        missing = missing_words(self._scope, self._backend) if self._backend and is_read else ""
        return board_html(
            self._board, self._look, now, self._state(), is_read=is_read, missing=missing
        )

    def _state(self) -> tuple[str, str]:
        """A sign and words, as the shared screen has them."""
        if self._is_live:
            return "●", "LIVE"
        if self._since is not None:
            since = f"{self._since.astimezone(self._look.zone):%H:%M}"
            return "▲", f"STALE since {since}" + (f": {self._reason}" if self._reason else "")
        return "○", f"connecting… {self._reason}".strip()
