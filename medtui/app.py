"""The app: gives screens what they need, and opens them."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Iterable
from contextlib import ExitStack
from datetime import UTC, datetime, tzinfo
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import work
from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.theme import Theme

from medtui.account.login_flow import LoginFlow
from medtui.account.notice_telling import NoticeTelling
from medtui.account.server_session import ServerSession
from medtui.account.settings_flow import SettingsFlow
from medtui.config import Settings
from medtui.core.key_names import key_of
from medtui.core.text import clean_line
from medtui.marking.handover import SheetHandover
from medtui.store import files
from medtui.store.drafts import Drafts
from medtui.ui.app_base import AppBase
from medtui.ui.ending import at_last
from medtui.ui.feed_state import FeedState

if TYPE_CHECKING:
    from uuid import UUID

    from medtui.core.models import PracticeSession
    from medtui.data import Backend, DataError
    from medtui.data.answer import WriteAnswer
    from medtui.data.events import Event
    from medtui.data.tokens import TokenStore
    from medtui.launcher import Launcher, Login
    from medtui.store.drafts import FormDraft
    from medtui.ui import routes
    from medtui.ui.routes import Route

logger = logging.getLogger(__name__)

SWEEP_SECONDS = 5.0
"""Seconds after start-up at which temporary files of crashed runs are deleted."""

SWEEP_AGAIN_SECONDS = 86_400.0
"""Seconds between two further deletions, while the program stays open."""


def _sweep_old_files(folder: Path) -> None:
    from medtui.store.old_files import sweep

    sweep(folder)


class MedtuiApp(AppBase):
    """The program that `medtui` and `medtui demo` run.

    Args:
        settings: the settings in force.
        launcher: starts servers of our own.
        demo: start with a throwaway server.
        login: credentials for the configured server, used once instead of the login form.
        first: makes the only screen of an app without a server; the app ends with that screen.
        tokens: makes the store of a login; None: the keyring, or a file if there is none.
        clock: returns the time, for tests; None: the server's.
        zone: the zone that times are shown in; None: this machine's.
        code: the session to go to once the board is there; empty: none.
    """

    TITLE = "medtui"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("exclamation_mark", "notices", "Notices", key_display="!", show=False,
                id="app.notices", tooltip="All that you were told since you started medtui"),
    ]  # fmt: skip
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide")]  # noqa: RUF012  # as in App

    def __init__(
        self,
        settings: Settings,
        launcher: Launcher,
        *,
        demo: bool = False,
        login: Login | None = None,
        first: Callable[[], Screen[None]] | None = None,
        tokens: Callable[[str], TokenStore] | None = None,
        clock: Callable[[], datetime] | None = None,
        zone: tzinfo | None = None,
        code: str = "",
    ) -> None:
        if "SSH_CONNECTION" in os.environ:  # over a slow link, movement only costs
            os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
        super().__init__(settings.theme, moves=settings.motion)
        self.settings = settings
        self.drafts = Drafts(settings.state / "drafts", self._warn_of_no_drafts)
        """Drafts: text that was typed into forms and is not confirmed yet."""
        self.sheets = SheetHandover(self, self.publish, self.set_timer)
        """The delivery of submitted mark sheets, and its notifications."""
        self.feed = FeedState(self)
        run = partial(self.run_worker, exclusive=True, group="notices", exit_on_error=False)
        self.notices = NoticeTelling(self, lambda: self.screen_stack, run, self.write_terminal)
        self.servers = ServerSession(
            self, launcher, demo=demo, login=login, tokens=tokens or self._stored_tokens
        )
        self.login = LoginFlow(self)
        self.preferences = SettingsFlow(self, zone)
        self.opened_hosts: set[str] = set()
        """Hosts of other people's room links that were opened: not asked about again."""
        self._first = first
        self._code = code
        self._clock = clock
        self._at_last = ExitStack()
        self._at_last.enter_context(at_last(self.drafts.rescue))

    def on_mount(self) -> None:
        self.use_own_keys(self.settings.keys, self.settings.file)
        self.theme_changed_signal.subscribe(self, self._remember_theme)
        if self._first is not None:
            self.push_screen(self._first(), lambda _: self.exit())
        elif not self.servers.begin():
            from medtui.account.welcome import WelcomeScreen

            self.push_screen(WelcomeScreen(self))
        self.set_timer(SWEEP_SECONDS, self._sweep)

    async def on_unmount(self) -> None:
        await self.notices.close()
        await self.sheets.close()
        await self.drafts.written()
        self._at_last.close()
        await self.servers.close()

    def bell(self) -> None:
        if self.settings.bell:
            super().bell()

    # What screens take: see `Context`

    @property
    def zone(self) -> tzinfo:
        return self.preferences.zone

    @property
    def backend(self) -> Backend:
        """The open server."""
        assert self.servers.backend is not None, "no server is open"  # noqa: S101
        return self.servers.backend

    @property
    def me(self) -> UUID:
        """The signed-in user."""
        assert self.login.profile is not None, "no user is signed in"  # noqa: S101
        return self.login.profile.user_id

    @property
    def server_name(self) -> str:
        return self.servers.name

    @property
    def service_key(self) -> str:
        return self.servers.service_key

    def now(self) -> datetime:
        """The server's time, aware and in UTC."""
        if self._clock is not None:
            return self._clock()
        return self.backend.clock.now() if self.servers.backend else datetime.now(UTC)

    async def write(
        self, seen: PracticeSession | None, work: Awaitable[PracticeSession | None]
    ) -> WriteAnswer[PracticeSession | None]:
        """Do a write to a session; see `Context`."""
        from medtui.data.answer import write_session

        return await write_session(self.backend.live, seen, work, self.now(), self.zone)

    def go(self, route: Route) -> None:
        """Open a route's screen over the present one."""
        from medtui.ui import routes

        match route:
            case routes.Account():
                from medtui.account.screen import AccountScreen

                self.push_screen(AccountScreen(self))
            case routes.OwnProfile():
                from medtui.account.profile import ProfileScreen

                self.push_screen(ProfileScreen(self, self.login.profile))
            case routes.OwnHistory():
                from medtui.history.screen import HistoryScreen

                self.push_screen(HistoryScreen(self))
            case routes.Room(session):
                from medtui.room.screen import RoomScreen

                self.push_screen(RoomScreen(self, session))
            case routes.Review(session):
                from medtui.review.session_review import SessionReviewScreen

                self.push_screen(SessionReviewScreen(self, session))
            case routes.MarkSheet():
                self.run_worker(self._open_mark_sheet(route), exit_on_error=False)

    async def _open_mark_sheet(self, route: routes.MarkSheet) -> None:
        from medtui.marking.handover import decide_first
        from medtui.marking.screen import MarkSheetScreen

        if await decide_first(self, route.session):
            self.push_screen(MarkSheetScreen(self, route.session, route.room))

    def show(self, screen: Screen[None]) -> None:
        """Close all screens and show this one."""
        while len(self.screen_stack) > 2:
            self.pop_screen()
        if len(self.screen_stack) > 1:
            self.switch_screen(screen)
        else:
            self.push_screen(screen)

    def notify_error(self, error: DataError) -> None:
        """Show an error that belongs to no field."""
        self.notify(error.message, title=error.title, severity="error", markup=False, timeout=8)

    def warn(self, sentence: str) -> None:
        """Show a warning that stops nothing."""
        self.notify(clean_line(sentence), severity="warning", markup=False, timeout=10)

    def report_fault(self, error: BaseException) -> None:
        from medtui.account.opening import OpeningScreen

        super().report_fault(error)
        if isinstance(self.screen, OpeningScreen):  # it would wait for ever
            words = "It could not be opened because of an internal error."
            self.show(OpeningScreen(self, words, failed=True))

    # Drafts

    async def draft(self, form: str) -> FormDraft:
        """The signed-in user's draft for a form."""
        return await self.drafts.load(form, self.login.account)

    @work(group="drafts")
    async def _sweep(self) -> None:
        await self.drafts.sweep()
        await asyncio.to_thread(files.sweep, self.settings.state)
        await asyncio.to_thread(_sweep_old_files, self.settings.state)
        await asyncio.to_thread(files.sweep, self.settings.file.parent, deep=False)
        self.set_timer(SWEEP_AGAIN_SECONDS, self._sweep)

    def _warn_of_no_drafts(self, reason: str) -> None:
        self.warn(
            f"Drafts cannot be saved on this computer: {reason.lower()} "
            f"({self.settings.state}). Save a form before you leave it."
        )

    # What the data module tells

    def publish(self, event: Event) -> None:
        from medtui.data.events import BoardRead, FeedWentLive, FeedWentStale, SignedOut

        self.sheets.on_event(event)
        self.notices.on_event(event)
        match event:
            case SignedOut(reason):
                self.login.ended(reason)
            case FeedWentStale():  # the reason may be the server's own words
                logger.info("stale")
            case FeedWentLive():
                logger.info("live")
        self.feed.apply(event)
        if self._code and isinstance(event, BoardRead):
            self.call_later(self._open_code)

    def _open_code(self) -> None:
        """Go to the session that the command line has named."""
        from medtui.board.screen import BoardScreen

        for screen in self.screen_stack:
            if isinstance(screen, BoardScreen) and self._code:
                code, self._code = self._code, ""
                screen.open_code(code)

    @property
    def is_at_login(self) -> bool:
        return any(screen.has_class("login") for screen in self.screen_stack)

    def show_board(self) -> None:
        from medtui.board.screen import BoardScreen

        self.feed.clear()
        self.notices.follow(self.backend, elsewhere=not self.servers.is_demo)
        self.backend.live.start()
        self.sheets.start(self.backend, self.me)
        self.show(BoardScreen(self))

    def follow_notices(self) -> None:
        if self.servers.backend is not None and self.login.profile is not None:
            self.notices.follow(self.backend, elsewhere=not self.servers.is_demo)

    def leave_board(self) -> None:
        self.sheets.stop()
        if self.servers.backend is not None:
            stop = self.servers.backend.live.stop()
            self.run_worker(stop, group="feed", exit_on_error=False)

    # Actions of every screen

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """The palette has the account's actions, too, while a user is signed in."""
        from medtui.account.screen import AccountScreen, commands

        yield from super().get_system_commands(screen)
        if not isinstance(screen, AccountScreen):  # there, its own keys are in the palette
            yield from commands(self)
        if self.servers.backend is not None and self.login.profile is not None:
            from medtui.board.calendar_file import calendar_commands

            yield from calendar_commands(self, self.run_worker)
        yield SystemCommand("Settings", "Theme, time zone, notices, bell", self.action_settings)

    def action_sign_out(self) -> None:
        self.login.sign_out()

    def action_servers(self) -> None:
        from medtui.account.servers import ServersScreen

        self.push_screen(ServersScreen(self))

    def action_settings(self) -> None:
        from medtui.account.settings import SettingsScreen

        self.push_screen(SettingsScreen(self))

    def action_notices(self) -> None:
        from medtui.ui.dialogs.notices import NoticesScreen

        if not isinstance(self.screen, NoticesScreen):
            self.push_screen(NoticesScreen(self.told, self.zone), self._go_to)

    def _go_to(self, session_id: UUID | None) -> None:
        """Go to a session on the board, from whatever screen."""
        from medtui.board.screen import BoardScreen

        boards = [screen for screen in self.screen_stack if isinstance(screen, BoardScreen)]
        if session_id is None or not boards:
            return
        if self.screen.is_modal:
            self.warn(f"Close this dialog first, then press {key_of('app.notices')} again.")
        elif session_id not in self.feed.sessions:
            self.warn(
                "That session is not on the board any more. Your past ones are under "
                f"{key_of('board.history')}."
            )
        else:
            while self.screen is not boards[0]:
                self.pop_screen()
            boards[0].go_to(session_id)

    @work(group="theme")
    async def _remember_theme(self, theme: Theme) -> None:
        from medtui.ui.dialogs.theme import ThemeScreen

        if isinstance(self.screen, ThemeScreen) or self.servers.is_demo:
            return  # it is only looked at
        if failure := await self.preferences.change("theme", theme.name):
            self.warn(failure)

    def _stored_tokens(self, url: str) -> TokenStore:
        from medtui.data import StoredTokens

        return StoredTokens(url, self.settings.state)
