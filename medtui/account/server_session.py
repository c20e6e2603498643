"""Which server the app is at: one of our own is started, any other opened, and signed in to."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from medtui.config import LOCAL, BadConfig

if TYPE_CHECKING:
    from medtui.account.context import AccountContext
    from medtui.data import Backend
    from medtui.data.tokens import TokenStore
    from medtui.launcher import Launcher, Login, Started

DEMO = "demo"

OPEN_BEHIND_LOGIN = 0.5
"""The first keys are answered before the imports of the data module compete with them."""


class ServerSession:
    """Opens a server, until a user is signed in there or has to sign in.

    Args:
        launcher: starts servers of our own.
        demo: the server is a throwaway one.
        login: with what to sign in at the configured server, without the form and once.
        tokens: makes the keeper of a login.
    """

    def __init__(
        self,
        context: AccountContext,
        launcher: Launcher,
        *,
        demo: bool,
        login: Login | None,
        tokens: Callable[[str], TokenStore],
    ) -> None:
        self.is_demo = demo
        self.is_invited = False
        """Whether an invitation has opened this server: the user has most likely no account yet."""
        self.launcher = launcher
        self.backend: Backend | None = None
        """The open server; None: no server is open yet."""
        self.opened = asyncio.Event()
        """Set while a server is open."""
        self._context = context
        self._login = login if context.settings.server else None
        self._tokens = tokens
        self._at = ""
        """Which server this is: its URL, LOCAL, DEMO, or empty for none."""
        self.folder = ""
        """Where the server of this machine keeps its data, as far as is known."""
        self._retry: Callable[[], None] | None = None
        self._opened = AsyncExitStack()
        """The data module, of one server at a time."""
        self._own: Started | None = None
        """The server of our own that was started last."""
        self._resources = AsyncExitStack()

    @property
    def name(self) -> str:
        """The server, as people call it."""
        return "the demo" if self._at == DEMO else self._context.settings.name_of(self._at)

    @property
    def is_local(self) -> bool:
        """Whether this is the persistent server of this machine, which e-mails nothing."""
        return self._at == LOCAL

    @property
    def url(self) -> str:
        """The server as it is in the list of those that were used; empty for the demo or none."""
        return "" if self._at == DEMO else self._at

    @property
    def service_key(self) -> str:
        """The open server's service key, where it is one of our own; else empty."""
        own, backend = self._own, self.backend
        is_open = own is not None and backend is not None and own.url == backend.server.url
        return own.service_key if own is not None and is_open else ""

    def begin(self) -> bool:
        """Go to the server that is meant. Whether there is one."""
        settings = self._context.settings
        if self.is_demo:
            self.start_demo()
        elif settings.server == LOCAL:
            self.start_local()
        elif settings.server:
            self.open(settings.server, settings.key, is_invited=self.is_invited)
        else:
            return False
        return True

    async def again(self) -> None:
        """Try once more what failed on the way to the board."""
        if self.backend is not None and self._login is not None:
            await self._sign_in_unattended(self.backend, self._login)
        elif self.backend is not None:
            await self._context.login.enter()
        elif self._retry is not None:
            self._retry()

    def start_demo(self) -> None:
        """Start a throwaway server with sample data, and sign in as a sample person."""
        self._start(DEMO, "Starting the demo with sample data…", self.launcher.demo)

    def start_local(self, *, is_chosen: bool = False) -> None:
        """Start, or join, the persistent server of this machine; the one to use from then on.

        `is_chosen`: just now, on the first screen. Then a group without cases is offered some.
        """
        words = "Starting the server on this computer…"
        self._start(LOCAL, words, self.launcher.local, offers_cases=is_chosen)

    async def remember(self, url: str, key: str) -> None:
        """Keep a server that has answered as the one to use; a failure is said, and no more."""
        context = self._context
        try:  # in a thread: another program may hold the file
            context.settings = await asyncio.to_thread(context.settings.with_server, url, key)
        except BadConfig as error:
            context.notify(str(error), severity="warning", markup=False)

    def open(self, url: str, key: str, *, is_invited: bool = False) -> None:
        """Open the data module for a server. `is_invited`: by an invitation, just now."""
        self._leave_for(url)
        self.is_invited = is_invited
        self._retry = partial(self.open, url, key, is_invited=is_invited)
        self._work(partial(self._open_with_login, url, key))

    async def _open_with_login(self, url: str, key: str) -> None:
        tokens = self._store(url)
        if self._login is not None:
            self._show_status("Signing in…")
        elif await tokens.may_hold_login():
            self._show_status("Opening…")
        else:
            from medtui.account.login import LoginScreen

            self._context.show(LoginScreen(self._context, is_invited=self.is_invited))
            await asyncio.sleep(OPEN_BEHIND_LOGIN)
            await asyncio.to_thread(import_module, "medtui.data.backend")  # keys are answered
        await self._open(url, key, tokens)

    def forget_login(self) -> None:
        """Sign in by the form from now on."""
        self._login = None

    async def close(self) -> None:
        """Close the data module, and let go of a server of our own."""
        await self._opened.aclose()
        await self._resources.aclose()

    def _store(self, url: str) -> TokenStore:
        if self._login is None:
            return self._tokens(url)
        from medtui.data import MemoryTokens

        # A script's login is its own: whose login this machine keeps stays as it is.
        return MemoryTokens()

    def _leave_for(self, at: str) -> None:
        """Stop signing in at the server that was open before."""
        self._at = at
        self._context.leave_board()
        self.backend = self._context.login.profile = None
        self.opened.clear()

    def _work(self, step: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._context.run_worker(step(), exclusive=True, group="server", exit_on_error=False)

    def _show_status(self, words: str, *, failed: bool = False) -> None:
        from medtui.account.opening import OpeningScreen

        self._context.show(OpeningScreen(self._context, words, failed=failed))

    def _start(
        self,
        at: str,
        words: str,
        launch: Callable[[], Awaitable[Started]],
        *,
        offers_cases: bool = False,
    ) -> None:
        self._leave_for(at)
        self._retry = partial(self._start, at, words, launch, offers_cases=offers_cases)
        self._show_status(words)
        self._work(partial(self._launch, launch, offers_cases))

    async def _launch(self, launch: Callable[[], Awaitable[Started]], offers_cases: bool) -> None:
        from medtui.launcher import LaunchFailed

        try:
            started = await launch()
        except LaunchFailed as error:
            self._show_status(str(error), failed=True)
            return
        self._resources.push_async_callback(started.close)
        self._own = started
        self.folder = started.folder
        if offers_cases and started.service_key:
            from medtui.room.sample_cases import offer_samples

            await offer_samples(self._context, started.url, started.service_key)
        if started.login is None:
            if self._context.settings.server != LOCAL or self._context.settings.key:
                await self.remember(LOCAL, "")
            await self._open(started.url, started.key, self._store(started.url))
            return
        from medtui.data import DataError, MemoryTokens

        backend = await self._open_backend(started.url, started.key, MemoryTokens())
        try:
            await backend.auth.sign_in(started.login.email, started.login.password)
        except DataError as error:
            self._context.notify_error(error)
        await self._context.login.enter()

    async def _open(self, url: str, key: str, tokens: TokenStore) -> None:
        from medtui.data import Invalid

        try:
            backend = await self._open_backend(url, key, tokens)
        except Invalid as error:  # flags, the environment and the file may say anything
            self._show_status(error.message, failed=True)
            return
        if self._login is not None:
            await self._sign_in_unattended(backend, self._login)
        elif backend.auth.user is not None or not self._context.is_at_login:
            await self._context.login.enter()

    async def _open_backend(self, url: str, key: str, tokens: TokenStore) -> Backend:
        from medtui.data import Backend, Server

        context = self._context
        await self._opened.aclose()  # its login would go on being looked after, and told of
        opening = Backend.open(
            Server(url, key),
            tokens=tokens,
            notify=context.publish,
            # Whose login is kept nowhere never signs out here, so nothing of theirs stays either.
            state=None if self._login is not None else context.settings.state,
        )
        self.backend = await self._opened.enter_async_context(opening)
        self.opened.set()
        return self.backend

    async def _sign_in_unattended(self, backend: Backend, login: Login) -> None:
        """Sign in without the form; what the server refuses is said on the form."""
        from medtui.account.login import LoginScreen
        from medtui.data import DataError, NeedsConfirmation, Unreachable

        context = self._context
        if login.warning:
            context.notify(login.warning, severity="warning", markup=False, timeout=10)
        try:
            await backend.auth.sign_in(login.email, login.password)
        except Unreachable as error:  # and tried again with the same
            self._show_status(error.message, failed=True)
            return
        except DataError as error:
            self._login = None
            context.show(LoginScreen(context, error.message, email=login.email))
            if isinstance(error, NeedsConfirmation):
                from medtui.account.code import unconfirmed

                context.push_screen(unconfirmed(context, login.email, login.password))
            return
        self._login = None
        await context.login.enter()
