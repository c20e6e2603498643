"""What needs a code that the server e-mails: signing up, a forgotten password, a new e-mail."""

from __future__ import annotations

import contextlib
import time
from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING

from medtui.data.auth import Auth, updating
from medtui.data.auth_errors import REFUSALS, SamePassword
from medtui.data.connection import Connection
from medtui.data.error_mapping import translated
from medtui.data.errors import Invalid, NotSignedIn, Unreachable

if TYPE_CHECKING:
    from supabase import AsyncClient
    from supabase_auth.types import AuthResponse, UserAttributes, UserResponse
    from supabase_auth.types import User as SupabaseUser


class Code(Enum):
    """What a code is for. The values are GoTrue's types of verification."""

    SIGN_UP = "signup"
    SIGN_IN = "email"
    RECOVERY = "recovery"
    EMAIL_CHANGE = "email_change"
    PASSWORD_CHANGE = "reauthentication"  # noqa: S105  # entered with the new password


class Codes:
    """E-mailed codes of one connection. All methods raise `DataError`s."""

    def __init__(self, connection: Connection, auth: Auth) -> None:
        self._connection = connection
        self._auth = auth
        self._unanswered: str | None = None
        """A password whose request timed out; the next `same_password` error means it was set."""

    async def send(self, code: Code, email: str) -> None:
        """Have a code sent, or sent again. Raises TooOften.

        That nothing is raised does not mean that there is an account with this e-mail: servers
        answer the same for one that they do not know.
        """
        client = self._connection.client
        if code is Code.PASSWORD_CHANGE:
            await self._auth.as_user(lambda client: client.auth.reauthenticate())
            return
        with translated():
            match code:
                case Code.SIGN_UP | Code.EMAIL_CHANGE:
                    await client.auth.resend({"type": code.value, "email": email})
                case Code.SIGN_IN:
                    await client.auth.sign_in_with_otp(
                        {"email": email, "options": {"should_create_user": False}}
                    )
                case Code.RECOVERY:
                    await client.auth.reset_password_for_email(email)

    async def enter(self, code: Code, email: str, digits: str) -> bool:
        """Sign in by the code that was sent to this e-mail. Raises Invalid (`field` code).

        True: the code has confirmed the address just now, so its owner is here for the first
        time. The password of the account may be another person's, who signed up with the address
        before: follow with `set_first_password`.
        """
        began = time.monotonic()
        answer = await self._verify(code, email, digits)
        took = timedelta(seconds=time.monotonic() - began)
        self._auth.signed_in()
        return code is Code.SIGN_UP or (answer.user is not None and _is_new(answer.user, took))

    async def set_first_password(
        self, password: str, *, digits: str = "", present: str | None = None
    ) -> None:
        """Set the password of an account that was confirmed just now, and end its other logins.

        Doing it again is the same as doing it once. Raises as `set_password`, but for the
        password that the account has already.
        """
        with contextlib.suppress(SamePassword):
            await self.set_password(password, digits=digits, present=present)
        await self._auth.as_user(lambda client: client.auth.sign_out({"scope": "others"}))

    async def set_password(
        self, password: str, *, digits: str = "", present: str | None = None
    ) -> None:
        """Change the signed-in user's password; their other logins end.

        Args:
            password: the new one.
            digits: the code for `Code.PASSWORD_CHANGE`, once the server has asked for one.
            present: the password until now, once the server has asked for it.

        Raises NeedsCode and NeedsPassword for what the server asks for, and Invalid
        (`field` password, code or present).
        """
        wanted: UserAttributes = {"password": password}
        if digits:
            wanted["nonce"] = digits
        if present:
            wanted["current_password"] = present
        try:
            await self._update(wanted)
        except Unreachable:
            self._unanswered = password
            raise
        except SamePassword:
            if password != self._unanswered:
                raise
            # It was set when the answer got lost.
        self._unanswered = None

    async def change_email(self, email: str) -> bool:
        """Ask for another e-mail. True: changed at once; False: codes are on their way.

        Raises Invalid (`field` email) and TooOften.
        """
        answer = await self._update({"email": email})
        return (answer.user.email or "").lower() == email.lower()

    async def enter_change(self, digits: str) -> str | None:
        """Enter one of the codes for a change of e-mail.

        None: the change is done. Otherwise the server wants the code from the other
        address, too, which is returned. The code may be either's. Raises Invalid
        (`field` code).
        """
        user = self._auth.user
        if user is None or user.new_email is None:
            raise Invalid("There is no change of e-mail to finish: begin it again.", field="code")
        for address, other in (user.new_email, user.email), (user.email, user.new_email):
            try:
                answer = await self._verify(Code.EMAIL_CHANGE, address, digits)
            except Invalid:
                if address == user.email:
                    raise
            else:
                return None if answer.session else other
        raise AssertionError  # one of the two has returned or raised

    async def _update(self, wanted: UserAttributes) -> UserResponse:
        async def request(client: AsyncClient) -> UserResponse:
            with updating():
                return await client.auth.update_user(wanted)

        return await self._auth.as_user(request)

    async def _verify(self, code: Code, email: str, digits: str) -> AuthResponse:
        """The server's answer, without a session where it wants another code, too."""
        try:
            with translated():
                return await self._connection.client.auth.verify_otp(
                    {"email": email, "token": digits, "type": code.value}  # type: ignore[typeddict-item]
                )
        except NotSignedIn as error:  # older servers say so that they do not know the e-mail
            raise REFUSALS["otp_expired"].error() from error


def _is_new(user: SupabaseUser, took: timedelta) -> bool:
    """Whether the request that has just signed in has confirmed the address, too.

    By the server's clock alone: what it did in one request is no further apart than the request
    took.
    """
    confirmed, seen = user.email_confirmed_at, user.last_sign_in_at
    return confirmed is not None and seen is not None and abs(seen - confirmed) <= took
