"""The login: sign-in by password, token refresh, sign-out. Codes: `medtui.data.codes`.

The client's own refresh timer stops silently at the first 400 or 429, and does not know of other
processes with the same login. So it is off, and `Auth` refreshes the token: under a lock between
processes, after reading the stored login again.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from medtui.core.models import clean_line
from medtui.data.auth_errors import LOGIN_ENDED
from medtui.data.connection import Connection
from medtui.data.error_mapping import translated
from medtui.data.errors import DataError, NotSignedIn
from medtui.data.events import Notify, SignedOut
from medtui.data.server_address import json_object
from medtui.data.stored_session import margin, parse, seconds_left
from medtui.data.tokens import TokenStore

if TYPE_CHECKING:
    from supabase import AsyncClient
    from supabase_auth.types import AuthChangeEvent, Session

log = logging.getLogger(__name__)

T = TypeVar("T")

WATCH_SECONDS = 15.0
"""Seconds between two looks at the clock: so fast it notices that a laptop has slept."""

LOGIN_TAKEN = (
    "Another user has signed in on this computer, in another window: sign in again to go on."
)


@dataclass(frozen=True, slots=True)
class User:
    """The user who is signed in."""

    id: UUID
    email: str
    new_email: str | None = None
    """The address that replaces `email` once its codes are entered; None if there is none."""
    has_second_factor: bool = False
    """Whether the account has a second factor, of whatever kind."""
    apps: tuple[str, ...] = ()
    """The ids of its second factors that are an app with six digits."""
    unfinished_factors: tuple[str, ...] = ()
    """The ids of those that were begun, and never confirmed."""
    has_entered_factor: bool = False
    """Whether this login has proven a second factor."""

    @property
    def needs_digits(self) -> bool:
        """Whether the login is not complete before an app's digits are entered."""
        return bool(self.apps) and not self.has_entered_factor


class Auth:
    """The login of one connection. All methods raise `DataError`s."""

    def __init__(self, connection: Connection, tokens: TokenStore, notify: Notify) -> None:
        self.user: User | None = None
        self._connection = connection
        self._tokens = tokens
        self._notify = notify
        self.on_end: list[Callable[[UUID], None]] = []
        """Called in a thread, in turn, with the id of the user whose login has ended."""
        self._flight = asyncio.Lock()
        self._watchdog: asyncio.Task[None] | None = None
        connection.refresh = self._replace
        connection.freshen = self._freshen
        connection.client.auth.on_auth_state_change(self._on_event)

    @property
    def notice(self) -> str | None:
        """A sentence about where the login is kept; None if it is in the keyring."""
        return self._tokens.notice

    async def adopt(self) -> None:
        """Use the login that an earlier run has stored, if there is one.

        Only an expired token needs the network; offline, the login is kept and the
        watchdog goes on trying.
        """
        stored = parse(await self._tokens.read())
        if stored is None:
            return
        await self._adopt(stored)
        try:
            if seconds_left(stored) <= 0:
                await self._replace(stored.access_token)
        finally:
            if self.user is not None:
                self._watch()

    async def sign_in(self, email: str, password: str) -> User:
        """Sign in by password. Raises Invalid (`field` password), NeedsConfirmation, TooOften."""
        with translated():
            await self._connection.client.auth.sign_in_with_password(
                {"email": email, "password": password}
            )
        return self.signed_in()

    async def sign_up(self, email: str, password: str) -> bool:
        """Make an account. Returns True if signed in at once, False if a code was e-mailed.

        A server that e-mails codes answers the same for an address that has an account already.
        """
        with translated():
            answer = await self._connection.client.auth.sign_up(
                {"email": email, "password": password}
            )
        if answer.session is None:
            return False
        self.signed_in()
        return True

    async def has_accounts(self) -> bool:
        """Whether the server has any account; True if it does not say. Never raises."""
        server, http = self._connection.server, self._connection.http
        with contextlib.suppress(DataError), translated():
            url = f"{server.url.rstrip('/')}/auth/v1/settings"
            answer = await http.get(url, headers={"apikey": server.key})
            return json_object(answer.text).get("medtui_has_accounts") is not False
        return True

    async def sign_out(self, *, everywhere: bool = False) -> bool:
        """End this login here; at the server too, if it can be reached.

        Args:
            everywhere: end all other logins of this person, too.

        Returns False if the server could not be told, so that logins elsewhere may not have ended;
        else True. The login is deleted from this machine in either case.
        """
        self._stop_watching()
        stored = parse(await self._tokens.read())
        if stored is not None and self._is_anothers(stored):  # whose login is not ours to end
            await self._let_go()
            return False
        try:
            if everywhere:  # the client keeps the session when this fails, and can end it below
                await self.as_user(lambda client: client.auth.sign_out({"scope": "global"}))
            with translated():
                await self._connection.client.auth.sign_out({"scope": "local"})
            is_told = True
        except DataError as error:
            log.info("signed out without telling the server: %s", error.title)
            is_told = False
            if everywhere:  # it forgets the login first, and would wait for the server then
                with contextlib.suppress(DataError, TimeoutError), translated():
                    async with asyncio.timeout(1):
                        await self._connection.client.auth.sign_out({"scope": "local"})
        await self._tokens.clear()
        await self._let_go()
        return is_told

    async def as_user(self, request: Callable[[AsyncClient], Awaitable[T]]) -> T:
        """Make a call to the auth server that needs the login, with a fresh token.

        The client would refresh an expired token without the lock. The call is repeated once, only
        after its token was refused and replaced.
        """
        stored = parse(await self._tokens.read())
        if stored is None:
            raise NotSignedIn(LOGIN_ENDED)
        if self._is_anothers(stored):  # the client would ask with their token
            await self._adopt(stored)
        if seconds_left(stored) < margin(stored):
            await self._replace(stored.access_token)
        return await self._connection.write(request)

    async def renew(self) -> None:
        """Get a fresh token, and with it what the server knows of the user by now.

        Raises NotSignedIn when the login is over.
        """
        stored = parse(await self._tokens.read())
        if stored is None:
            raise NotSignedIn(LOGIN_ENDED)
        await self._replace(stored.access_token)

    async def close(self) -> None:
        self._stop_watching()

    def is_user(self, person: UUID) -> bool:
        """Whether this person is signed in."""
        return self.user is not None and self.user.id == person

    def signed_in(self) -> User:
        """The user after a sign-in. Raises NotSignedIn when the server has not signed them in."""
        if self.user is None:
            raise NotSignedIn("The server did not sign you in: try again.")
        self._watch()
        return self.user

    def _on_event(self, event: AuthChangeEvent, session: Session | None) -> None:
        if session is not None:
            self._remember(session)

    def _remember(self, session: Session) -> None:
        user = session.user
        apps = [factor for factor in user.factors or () if factor.factor_type == "totp"]
        self.user = User(
            UUID(user.id),
            clean_line(user.email or ""),
            clean_line(user.new_email or "") or None,
            any(factor.status == "verified" for factor in user.factors or ()),
            tuple(factor.id for factor in apps if factor.status == "verified"),
            tuple(factor.id for factor in apps if factor.status == "unverified"),
            _level(session.access_token) == "aal2",
        )

    async def _let_go(self) -> None:
        """Clear the login, and call each of `on_end` with the user's id, in a thread."""
        self._connection.forget_login()
        ended, self.user = self.user, None
        if ended is not None:
            for forget in self.on_end:
                await asyncio.to_thread(forget, ended.id)

    def _is_anothers(self, session: Session) -> bool:
        """Whether a stored session is another user's, who has signed in in another window."""
        return self.user is not None and self.user.id != UUID(session.user.id)

    async def _adopt(self, session: Session) -> None:
        """Have the client use this stored session from now on.

        Raises NotSignedIn when it is another user's, who has signed in in another window.
        """
        if self._is_anothers(session):
            self._stop_watching()
            await self._let_go()
            self._notify(SignedOut(LOGIN_TAKEN))
            raise NotSignedIn(LOGIN_TAKEN)
        with translated():
            await self._connection.client.auth.initialize_from_storage()
        self._remember(session)

    async def _replace(self, access_token: str) -> None:
        """Get a newer token than `access_token`. Raises NotSignedIn when the login is over.

        One refresh at a time; a call that waited finds the work done.
        """
        async with self._flight, self._tokens.lock():
            stored = parse(await self._tokens.read())
            if stored is None:
                await self._end()
                raise NotSignedIn(LOGIN_ENDED)
            if stored.access_token != access_token and seconds_left(stored) > 0:
                await self._adopt(stored)  # another process, or an earlier call, was here
                return
            try:
                with translated():
                    await self._connection.client.auth.refresh_session(stored.refresh_token)
            except NotSignedIn:
                newer = parse(await self._tokens.read())
                if newer and newer.refresh_token != stored.refresh_token:
                    await self._adopt(newer)  # there was another sign-in meanwhile
                    return
                await self._end()
                raise

    async def _freshen(self) -> None:
        """Replace a token that has expired, as after an outage or a night's sleep."""
        stored = parse(await self._tokens.read())
        if self.user is not None and stored is not None and seconds_left(stored) <= 0:
            await self._replace(stored.access_token)

    async def _end(self) -> None:
        """Clear a login that the server has ended, and notify with `SignedOut`."""
        was_signed_in = self.user is not None
        await self._tokens.clear()
        await self.sign_out()
        if was_signed_in:
            self._notify(SignedOut(LOGIN_ENDED))

    def _watch(self) -> None:
        if self._watchdog is None:
            self._watchdog = asyncio.create_task(self._keep_fresh(), name="token watchdog")

    def _stop_watching(self) -> None:
        if self._watchdog is not None and self._watchdog is not asyncio.current_task():
            self._watchdog.cancel()
        self._watchdog = None

    async def _keep_fresh(self) -> None:
        """Refresh the token a while before it expires, for as long as the login lasts."""
        while self.user is not None:
            stored = parse(await self._tokens.read())
            pause = WATCH_SECONDS
            try:
                if stored is None or seconds_left(stored) < margin(stored):
                    await self._replace(stored.access_token if stored else "")
                else:
                    if stored.access_token != self._connection.token:
                        await self._adopt(stored)  # another process was here
                    pause = min(pause, seconds_left(stored) - margin(stored))
            except NotSignedIn:
                return
            except DataError as error:
                log.info("the token could not be refreshed yet: %s", error.title)
            except Exception:  # a fault of ours is no reason to let the login expire
                log.exception("the token could not be looked after")
            await asyncio.sleep(max(pause, WATCH_SECONDS / 60) * random.uniform(0.8, 1.2))


def _level(access_token: str) -> str:
    """The assurance level that a token claims; empty if it has none. It is not verified here."""
    import jwt

    with contextlib.suppress(jwt.InvalidTokenError):
        return str(jwt.decode(access_token, options={"verify_signature": False}).get("aal", ""))
    return ""
