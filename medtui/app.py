"""The app: who is signed in, and which screen is shown."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, tzinfo
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual import work
from textual.screen import Screen
from textual.signal import Signal
from textual.theme import Theme

from medtui.account.server_session import ServerSession
from medtui.config import BadConfig, Settings
from medtui.marking.handover import SheetHandover
from medtui.store import files
from medtui.store.drafts import Drafts
from medtui.store.zones import local_zone
from medtui.text import clean_line
from medtui.ui.app_base import AppBase
from medtui.ui.ending import at_last

if TYPE_CHECKING:
    from textual.command import Provider

    from medtui.data import Backend, DataError
    from medtui.data.events import Event
    from medtui.data.tokens import TokenStore
    from medtui.launcher import Launcher, Login
    from medtui.models import Profile
    from medtui.store.drafts import FormDraft

logger = logging.getLogger(__name__)

SECOND_FACTOR = (
    "Your account has a second factor, which medtui cannot ask for: where the server wants it, "
    "use the platform's web client."
)

SWEEP_SECONDS = 5.0
"""Seconds after start-up at which temporary files of crashed runs are deleted."""

SWEEP_AGAIN_SECONDS = 86_400.0
"""Seconds between two further deletions, while the program stays open."""

GO_ON = {
    "post": "You had begun to post a session: press n to go on.",
    "edit": "You had begun to edit a session: press e on it to go on.",
    "profile": "You had begun to edit your profile: press p to go on.",
}
"""Notices on the board about drafts of an earlier run, by the form's first word."""


NEW_PASSWORD = "new-password"  # noqa: S105  # a form's name
"""The draft that notes that an account's owner must choose a password. It never contains one."""


def _account_commands() -> type[Provider]:
    from medtui.account.screen import AccountCommands

    return AccountCommands


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
    """

    TITLE = "medtui"
    COMMANDS = AppBase.COMMANDS | {_account_commands}
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
    ) -> None:
        if "SSH_CONNECTION" in os.environ:  # over a slow link, movement only costs
            os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
        super().__init__(settings.theme)
        self.settings = settings
        self.zone, self._zone_warning = (zone, "") if zone else local_zone()
        self.backend: Backend | None = None
        self.profile: Profile | None = None
        self.drafts = Drafts(settings.state / "drafts", self._tell_of_no_drafts)
        """Drafts: text that was typed into forms and is not confirmed yet."""
        self.sheets = SheetHandover(self)
        """The delivery of submitted mark sheets, and its notifications."""
        self.told: Signal[Event] = Signal(self, "told")
        """Publishes the data module's events; screens subscribe to it."""
        self.opened = asyncio.Event()
        """Set when the backend is open."""
        self.servers = ServerSession(
            self, launcher, demo=demo, login=login, tokens=tokens or self._stored_tokens
        )
        self.opened_hosts: set[str] = set()
        """Hosts of other people's room links that were opened: not asked about again."""
        self._first = first
        self._clock = clock
        self._at_last = ExitStack()
        self._at_last.enter_context(at_last(self.drafts.rescue))
        self._email = ""
        self._told_of_login = ""
        self._news: set[str] = set()
        """Keys of the notices that wait to be read."""
        self._keeping = asyncio.Lock()

    def on_mount(self) -> None:
        self.theme_changed_signal.subscribe(self, self._remember_theme)
        if self._zone_warning:
            self.warn(self._zone_warning)
        if self._first is not None:
            self.push_screen(self._first(), lambda _: self.exit())
        elif not self.servers.begin():
            from medtui.account.welcome import WelcomeScreen

            self.push_screen(WelcomeScreen())
        self.set_timer(SWEEP_SECONDS, self._sweep)

    async def on_unmount(self) -> None:
        await self.sheets.close()
        await self.drafts.written()
        self._at_last.close()
        await self.servers.close()

    def now(self) -> datetime:
        """The server's time, aware and in UTC."""
        if self._clock is not None:
            return self._clock()
        return self.backend.clock.now() if self.backend else datetime.now(UTC)

    def show(self, screen: Screen[None]) -> None:
        """Close all screens and show this one."""
        while len(self.screen_stack) > 2:
            self.pop_screen()
        if len(self.screen_stack) > 1:
            self.switch_screen(screen)
        else:
            self.push_screen(screen)

    def say(self, error: DataError) -> None:
        """Show an error that belongs to no field."""
        self.notify(error.message, title=error.title, severity="error", markup=False, timeout=8)

    def warn(self, sentence: str) -> None:
        """Show a warning that stops nothing."""
        self.notify(clean_line(sentence), severity="warning", markup=False, timeout=10)

    def tell_fault(self, error: BaseException) -> None:
        from medtui.account.opening import OpeningScreen

        super().tell_fault(error)
        if isinstance(self.screen, OpeningScreen):  # it would wait for ever
            words = "It could not be opened because of a fault of medtui's own."
            self.show(OpeningScreen(words, failed=True))

    # Drafts

    async def draft(self, form: str) -> FormDraft:
        """The signed-in user's draft for a form."""
        return await self.drafts.take(form, self._account)

    @property
    def _account(self) -> str:
        """The account that drafts belong to; empty while no user is signed in."""
        if self.backend is None or self.backend.auth.user is None:
            return ""
        return f"{self.backend.server.url} {self.backend.auth.user.id}"

    @work(group="drafts")
    async def _sweep(self) -> None:
        await self.drafts.sweep()
        await asyncio.to_thread(files.sweep, self.settings.state)
        await asyncio.to_thread(_sweep_old_files, self.settings.state)
        await asyncio.to_thread(files.sweep, self.settings.file.parent, deep=False)
        self.set_timer(SWEEP_AGAIN_SECONDS, self._sweep)

    def _tell_of_no_drafts(self, reason: str) -> None:
        self.warn(
            f"What you type cannot be kept on this machine: {reason.lower()} "
            f"({self.settings.state}). Save a form before you leave it."
        )

    @work(group="drafts")
    async def _tell_of_drafts(self) -> None:
        for form in await self.drafts.waiting(self._account):
            if words := GO_ON.get(form.partition("-")[0]):
                self.notify(words, markup=False, timeout=8)

    # Who is signed in

    def tell(self, event: Event) -> None:
        from medtui.data.events import FeedWentLive, FeedWentStale, NoticesChanged, SignedOut

        self.sheets.hear(event)
        match event:
            case SignedOut(reason):
                logger.info("signed out")
                self._show_login(reason, self._email)
            case FeedWentStale():  # the reason may be the server's own words
                logger.info("stale")
            case FeedWentLive():
                logger.info("live")
            case NoticesChanged():
                self._tell_news()
        self.told.publish(event)

    def _tell_news(self) -> None:
        """Show new notices, unless the board shows them."""
        from medtui.board.screen import BoardScreen
        from medtui.core.notices import What, words
        from medtui.room.screen import RoomScreen

        waiting = self.backend.news.waiting if self.backend else ()
        new = [notice for notice in waiting if notice.key not in self._news]
        self._news = {notice.key for notice in waiting}
        if isinstance(self.screen, BoardScreen):
            return
        rooms = {s.session.id for s in self.screen_stack if isinstance(s, RoomScreen)}
        for notice in new:  # the room itself tells of its session, but for files
            if notice.what is What.FILES or notice.session_id not in rooms:
                self.notify(words(notice, self.zone), severity="warning", markup=False)

    @property
    def is_at_login(self) -> bool:
        return any(screen.has_class("login") for screen in self.screen_stack)

    async def enter(self) -> None:
        """Open the screen for the login's state: the login, the profile, or the board."""
        from medtui.data import DataError, NotSignedIn

        assert self.backend is not None  # noqa: S101  # a login needs an open server
        if self.backend.auth.user is None:
            is_first = self.servers.is_local and not await self.backend.auth.has_accounts()
            folder = self.servers.folder if self.servers.is_local else ""
            # Said because two people who are both root share it.
            where = f"The data of this group is in {folder}." if folder else ""
            self._show_login(where, is_first=is_first)
            self._tell_of_login()
            return
        self._email = self.backend.auth.user.email
        if await self._needs_password():
            from medtui.account.password import PasswordScreen

            self.show(PasswordScreen(is_needed=True))
            return
        try:
            self.profile = await self.backend.profiles.mine()
        except NotSignedIn as error:
            self._show_login(error.message)
            return
        except DataError as error:
            from medtui.account.opening import OpeningScreen

            self.show(OpeningScreen(error.message, failed=True))
            return
        self._tell_of_login()
        if self.backend.auth.user.has_second_factor:
            self.notify(SECOND_FACTOR, severity="warning", timeout=10)
        if self.profile is None:
            from medtui.account.profile import ProfileScreen

            self.show(ProfileScreen(None))
        else:
            self.show_board()
            self._tell_of_drafts()

    async def need_password(self) -> None:
        """Save a note that the owner must choose a password; it survives a crash."""
        note = await self.draft(NEW_PASSWORD)
        note.keep({"needed": "yes"})
        note.leave()
        await self.drafts.written()

    async def password_is_set(self) -> None:
        """Delete that note."""
        (await self.draft(NEW_PASSWORD)).drop()

    async def _needs_password(self) -> bool:
        note = await self.draft(NEW_PASSWORD)
        note.leave()
        return bool(note.found)

    @work(exclusive=True, group="enter", exit_on_error=False)
    async def enter_again(self) -> None:
        """Repeat what failed on the way to the board."""
        await self.servers.again()

    def show_board(self) -> None:
        from medtui.board.screen import BoardScreen

        assert self.backend is not None  # noqa: S101
        assert self.profile is not None  # noqa: S101
        self.sheets.start(self.backend, self.profile.user_id)
        self.show(BoardScreen(self.backend, self.profile))

    @work(exclusive=True, group="enter", exit_on_error=False)
    async def sign_out(self, *, everywhere: bool = False) -> None:
        """End the login on this machine, or on all."""
        from medtui.account.opening import OpeningScreen

        is_done = True
        if self.backend is not None:
            # The server may take its time to answer, and a board without a feed is not live.
            self.show(OpeningScreen("Signing out…"))
            await self.backend.live.stop()
            is_done = await self.backend.auth.sign_out(everywhere=everywhere)
        if not everywhere:
            words = "You are signed out."
        elif is_done:
            words = "You are signed out here, and elsewhere as soon as it is noticed there."
        else:
            words = (
                "You are signed out here. Elsewhere you are not, as the server cannot be reached: "
                "sign in once it can, and sign out everywhere again."
            )
        self._show_login(words)
        self._tell_of_login()

    def _tell_of_login(self) -> None:
        """Show once where the login is kept, if that is not the keyring."""
        notice = self.backend.auth.notice if self.backend else None
        if notice and notice != self._told_of_login:
            self._told_of_login = notice
            self.notify(notice, title="Your login", markup=False, timeout=8)

    def email_changed(self, email: str) -> None:
        """Show the user's new e-mail, and fill it in at the next login."""
        self._email = email
        self.notify(f"Your e-mail is {email} now.", markup=False)

    def _show_login(self, reason: str, email: str = "", *, is_first: bool = False) -> None:
        from medtui.account.login import LoginScreen

        self.profile = None
        self.sheets.stop()
        self.show(LoginScreen(reason, email=email, is_first=is_first))

    # Actions of every screen

    def action_sign_out(self) -> None:
        self.sign_out()

    def action_servers(self) -> None:
        from medtui.account.servers import ServersScreen

        self.push_screen(ServersScreen())

    @work(group="theme")
    async def _remember_theme(self, theme: Theme) -> None:
        async with self._keeping:  # one after the other, so that the last one stays
            if theme.name == self.settings.theme or self.servers.is_demo:
                return
            keep = partial(self.settings.with_changes, theme=theme.name)
            try:
                self.settings = await asyncio.to_thread(keep)
            except BadConfig as error:
                self.notify(str(error), severity="warning", markup=False)

    def _stored_tokens(self, url: str) -> TokenStore:
        from medtui.data import StoredTokens

        return StoredTokens(url, self.settings.state)
