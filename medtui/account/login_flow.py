"""The way of a user from the login to the board, and back."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from medtui.core.key_names import with_keys

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Coroutine
    from uuid import UUID

    from textual.notifications import SeverityLevel

    from medtui.account.context import AccountContext
    from medtui.core.models import Profile
    from medtui.data import User

logger = logging.getLogger(__name__)

SECOND_FACTOR = (
    "Your account has a second factor of a kind that medtui cannot ask for: where the server wants "
    "it, use the platform's web client."
)

GO_ON = {
    "post": "Unfinished session: press {board.post} to continue.",
    "edit": "Unfinished edit: press {board.edit} on the session to continue.",
    "profile": "Unfinished profile: press {board.profile} to continue.",
}
"""Notices on the board about drafts of an earlier run, by the form's first word."""

NEW_PASSWORD = "new-password"  # noqa: S105  # a form's name
"""The draft that notes that an account's owner must choose a password. It never contains one."""


class LoginFlow:
    """Who is signed in, and which screen that leads to."""

    def __init__(self, context: AccountContext) -> None:
        self.profile: Profile | None = None
        """The signed-in user's profile; None: no user is signed in, or none was set up yet."""
        self._context = context
        self._email = ""
        self._told = ""
        """The notice about where the login is kept that was shown last."""

    @property
    def user(self) -> User | None:
        """The signed-in user; None also if no server is open."""
        backend = self._context.servers.backend
        return backend.auth.user if backend else None

    @property
    def account(self) -> str:
        """The account that drafts belong to; empty while no user is signed in."""
        return self._account_of(self.user.id) if self.user else ""

    def _account_of(self, person: UUID) -> str:
        return f"{self._context.backend.server.url} {person}"

    async def enter(self) -> None:
        """Open the screen for the login's state: the login, the profile, or the board."""
        from medtui.data import DataError, NotSignedIn

        context, user = self._context, self.user
        if user is None:
            servers = context.servers
            is_first = servers.is_local and not await context.backend.auth.has_accounts()
            folder = servers.folder if servers.is_local else ""
            # Said because two people who are both root share it.
            where = f"The data of this group is in {folder}." if folder else ""
            self.ask(where, is_first=is_first)
            self._notify_of_login()
            return
        self._email = user.email
        if user.needs_digits:
            self._ask_for_digits()
            return
        if await self._needs_password():
            self.choose_password(is_needed=True)
            return
        try:
            self.profile = await context.backend.profiles.mine()
        except NotSignedIn as error:
            self.ask(error.message)
            return
        except DataError as error:
            from medtui.account.opening import OpeningScreen

            context.show(OpeningScreen(context, error.message, failed=True))
            return
        self._notify_of_login()
        if user.has_second_factor and not user.apps:
            context.notify(SECOND_FACTOR, severity="warning", timeout=10)
        if self.profile is None:
            from medtui.account.profile import ProfileScreen

            context.show(ProfileScreen(context, None))
        else:
            context.show_board()
            self._work(self._offer_drafts(), group="drafts")

    def enter_again(self) -> None:
        """Repeat what failed on the way to the board."""
        self._work(self._context.servers.again())

    def choose_password(self, *, is_recovery: bool = False, is_needed: bool = False) -> None:
        """Show the form for a new password; see `PasswordScreen`."""
        from medtui.account.password import PasswordScreen

        async def again() -> None:
            self.choose_password(is_recovery=is_recovery, is_needed=is_needed)

        context = self._context
        if self.user is not None and self.user.needs_digits:  # without, no password is changed
            self._ask_for_digits(then=again)
        else:
            context.show(PasswordScreen(context, is_recovery=is_recovery, is_needed=is_needed))

    def _ask_for_digits(self, then: Callable[[], Awaitable[None]] | None = None) -> None:
        """Show the second step of a sign-in; see `DigitsScreen`."""
        from medtui.account.second_factor import DigitsScreen

        self._context.show(DigitsScreen(self._context, then=then))

    def remove_second_factor(self) -> None:
        """Remove the second factor of the account, which was asked about."""
        self._work(self._remove_second_factor(), group="account")

    async def _remove_second_factor(self) -> None:
        from medtui.data.answer import write

        answer = await write(self._context.backend.factors.remove())
        words = answer.words or "Your second factor is removed: the password is enough."
        severity: SeverityLevel = "error" if answer.error else "information"
        self._context.notify(words, severity=severity, markup=False)

    async def need_password(self) -> None:
        """Save a note that the owner must choose a password; it survives a crash."""
        note = await self._context.draft(NEW_PASSWORD)
        note.save({"needed": "yes"})
        note.leave()
        await self._context.drafts.written()

    async def password_is_set(self) -> None:
        """Delete that note."""
        (await self._context.draft(NEW_PASSWORD)).drop()

    async def _needs_password(self) -> bool:
        note = await self._context.draft(NEW_PASSWORD)
        note.leave()
        return bool(note.found)

    def email_changed(self, email: str) -> None:
        """Show the user's new e-mail, and fill it in at the next login."""
        self._email = email
        self._context.notify(f"Your e-mail is {email} now.", markup=False)

    def sign_out(self, *, everywhere: bool = False) -> None:
        """End the login on this machine, or on all."""
        self._work(self._sign_out(everywhere))

    async def _sign_out(self, everywhere: bool) -> None:
        from medtui.account.opening import OpeningScreen

        context, is_done = self._context, True
        if (backend := context.servers.backend) is not None:
            # The server may take its time to answer, and a board without a feed is not live.
            context.show(OpeningScreen(context, "Signing out…"))
            await backend.live.stop()
            is_done = await backend.auth.sign_out(everywhere=everywhere)
        if not everywhere:
            words = "You are signed out."
        elif is_done:
            words = "Signed out here. Your other devices follow within the hour."
        else:
            words = (
                "Signed out here, but not elsewhere: the server cannot be "
                "reached. Sign in once it can be, and sign out everywhere again."
            )
        self.ask(words)
        self._notify_of_login()

    def account_deleted(self, person: UUID, sessions: Collection[UUID]) -> None:
        """End the login of an account that was deleted, and delete what this machine keeps of it.

        `sessions`: the ids of those that were the account's.
        """
        self._work(self._leave_deleted(person, sessions))

    async def _leave_deleted(self, person: UUID, sessions: Collection[UUID]) -> None:
        from medtui.account.opening import OpeningScreen
        from medtui.store import account_files

        context = self._context
        context.show(OpeningScreen(context, "Deleting your account's data on this computer…"))
        context.leave_board()  # first, so that nothing is written any more
        await context.backend.auth.sign_out()
        state, account = context.settings.state, self._account_of(person)
        is_gone = await asyncio.to_thread(account_files.delete, state, person, sessions)
        try:
            await context.drafts.forget(account)
        except OSError:
            is_gone = False
        left = "" if is_gone else f" Some of your files are left: delete them in {state}."
        self.ask(f"Your account is deleted.{left}")

    def ended(self, reason: str) -> None:
        """Show the login: it has ended without the user asking for it."""
        logger.info("signed out")
        self.ask(reason, self._email)

    def ask(self, reason: str, email: str = "", *, is_first: bool = False) -> None:
        """Show the login; see `LoginScreen`."""
        from medtui.account.login import LoginScreen

        self.profile = None
        self._context.leave_board()
        self._context.show(LoginScreen(self._context, reason, email=email, is_first=is_first))

    def _notify_of_login(self) -> None:
        """Show once where the login is kept, if that is not the keyring."""
        backend = self._context.servers.backend
        notice = backend.auth.notice if backend else None
        if notice and notice != self._told:
            self._told = notice
            self._context.notify(notice, title="Your login", markup=False, timeout=8)

    async def _offer_drafts(self) -> None:
        for form in await self._context.drafts.waiting(self.account):
            if words := GO_ON.get(form.partition("-")[0]):
                self._context.notify(with_keys(words), markup=False, timeout=8)

    def _work(self, work: Coroutine[Any, Any, None], *, group: str = "enter") -> None:
        exclusive = group == "enter"
        self._context.run_worker(work, group=group, exclusive=exclusive, exit_on_error=False)
