"""The shared screen's program: finds its server, and goes on without anybody's help."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType

from medtui.config import BadConfig, Settings
from medtui.core.text import clean_line
from medtui.data.events import BoardRead, Event
from medtui.shared_screen.screen import Look, SharedBoardScreen
from medtui.shared_screen.wording import missing_words
from medtui.ui.app_base import AppBase
from medtui.ui.feed_state import FeedState

if TYPE_CHECKING:
    from medtui.data import Backend
    from medtui.data.window import SessionWindow
    from medtui.launcher import Launcher

LOOK_AGAIN_SECONDS = 5.0
"""Between two looks at settings that name no server, or at one that did not start."""

NOTHING_CONFIGURED = (
    "No server is configured yet.\n\n"
    "Run medtui on this computer once and choose one,\n"
    "or set SUPABASE_URL and SUPABASE_ANON_KEY. This screen updates then."
)


class SharedBoardApp(AppBase):
    """The program that `medtui board` runs.

    Args:
        settings: reads the settings in force; called again until they name a server.
        launcher: starts, or joins, the server of this machine.
        look: how the screen was asked to be.
        scope: which sessions, and which columns.
        warning: a sentence about the environment, shown at the start; empty: none.
    """

    TITLE = "medtui board"
    ENABLE_COMMAND_PALETTE = False

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "quit", "Quit", id="shared.quit", tooltip="Quit"),
    ]

    def __init__(
        self,
        settings: Callable[[], Settings],
        launcher: Launcher,
        look: Look,
        scope: SessionWindow,
        *,
        theme: str | None = None,
        warning: str = "",
    ) -> None:
        super().__init__(theme)
        self.backend: Backend | None = None
        self.feed = FeedState(self)
        self._settings = settings
        self._launcher = launcher
        self._look = look
        self._scope = scope
        self._warning = warning
        self._is_read = False
        self._resources = AsyncExitStack()
        self._keys: tuple[tuple[str, object], ...] = ()
        """What the settings that were read last have as `[keys]`."""

    def on_mount(self) -> None:
        self.board = SharedBoardScreen(self._look, self.now, self.feed)
        self.push_screen(self.board)
        self.feed.events.subscribe(self, self._on_feed_event)
        self._warn(self._warning)
        self._run_forever()

    def _on_feed_event(self, event: Event) -> None:
        """After the first reading it is known what the server has."""
        if isinstance(event, BoardRead) and self.backend and not self._is_read:
            self._is_read = True
            self._warn(missing_words(self._scope, self.backend))

    def _warn(self, words: str) -> None:
        if words:
            self.notify(clean_line(words), severity="warning", markup=False, timeout=20)

    async def on_unmount(self) -> None:
        if self.backend is not None:
            await self.backend.live.stop()
        await self._resources.aclose()

    def now(self) -> datetime:
        """The server's time, aware and in UTC."""
        return self.backend.clock.now() if self.backend else datetime.now(UTC)

    def watch_title(self, title: str) -> None:
        """In a browser, the page's title tells the state too."""
        if write_meta := getattr(self._driver, "write_meta", None):
            write_meta({"type": "title", "title": title})

    @work(exit_on_error=False)
    async def _run_forever(self) -> None:
        """Find the server, however long it takes; then the feed looks after itself."""
        backend = await self._open()
        while backend is None:
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
            backend = await self._open()
        self.backend = backend
        backend.live.start()

    async def _open(self) -> Backend | None:
        """The data module; None, and the screen says why, when it cannot be opened."""
        from medtui.data import Invalid
        from medtui.launcher import LaunchFailed
        from medtui.server import opened

        try:
            settings = await asyncio.to_thread(self._settings)
            if settings.keys != self._keys:
                self._keys = settings.keys
                self.use_own_keys(settings.keys, settings.file)
            if not settings.server:
                self.board.show_status(NOTHING_CONFIGURED)
                return None
            opening = opened(
                settings, launcher=self._launcher, notify=self.feed.apply, scope=self._scope
            )
            backend = await self._resources.enter_async_context(opening)
        except (BadConfig, LaunchFailed, Invalid) as error:
            self.board.show_status(str(error))
            return None
        self.board.show_status("Connecting…")
        return backend
