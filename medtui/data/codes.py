"""What takes a code that the server e-mails: signing up, getting back in, a new e-mail."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from medtui.data.auth import Auth, User, updating
from medtui.data.connection import Connection
from medtui.data.errors import Invalid, NotSignedIn, Unreachable
from medtui.data.gotrue import REFUSALS, SamePassword
from medtui.data.translate import translated

if TYPE_CHECKING:
    from supabase import AsyncClient
    from supabase_auth.types import UserAttributes, UserResponse


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
        """A password of which it is not known whether it was set."""

    async def send(self, code: Code, email: str) -> None:
        """Have a code sent, or sent again. Raises TooOften.

        That nothing is raised does not mean that somebody has this e-mail: servers
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

    async def enter(self, code: Code, email: str, digits: str) -> User:
        """Enter the code that was sent to this e-mail: whoever is signed in now.

        Raises Invalid (`field` code).
        """
        await self._verify(code, email, digits)
        return self._auth.signed_in()

    async def set_password(
        self, password: str, *, digits: str = "", present: str | None = None
    ) -> None:
        """Change the password of whoever is signed in; their other logins end.

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
                is_done = await self._verify(Code.EMAIL_CHANGE, address, digits)
            except Invalid:
                if address == user.email:
                    raise
            else:
                return None if is_done else other
        raise AssertionError  # one of the two has returned or raised

    async def _update(self, wanted: UserAttributes) -> UserResponse:
        async def request(client: AsyncClient) -> UserResponse:
            with updating():
                return await client.auth.update_user(wanted)

        return await self._auth.as_user(request)

    async def _verify(self, code: Code, email: str, digits: str) -> bool:
        """True: it opened a login. False: the server wants another code, too."""
        try:
            with translated():
                answer = await self._connection.client.auth.verify_otp(
                    {"email": email, "token": digits, "type": code.value}  # type: ignore[typeddict-item]
                )
        except NotSignedIn as error:  # older servers say so that they do not know the e-mail
            raise REFUSALS["otp_expired"].error() from error
        return answer.session is not None
