"""What needs a code that the server e-mails: signing up, a forgotten password, a new e-mail.

Many servers e-mail a link, and no code. Its token does what the code would do (`core/mail_link`).
"""

from __future__ import annotations

import contextlib
import time
from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING

from medtui.core.mail_link import BadLink, MailLink, is_link, read
from medtui.data.auth import Auth
from medtui.data.auth_errors import REFUSALS, SamePassword
from medtui.data.connection import Connection
from medtui.data.error_mapping import translated
from medtui.data.errors import Invalid, NotSignedIn, Unreachable
from medtui.data.stored_session import updating

if TYPE_CHECKING:
    from supabase import AsyncClient
    from supabase_auth.types import AuthResponse, UserAttributes, UserResponse
    from supabase_auth.types import User as SupabaseUser


OF_ANOTHER = (
    "This link was sent to another address, and is used up now: copy the one from the e-mail "
    "to yours."
)
FOR_ANOTHER_PURPOSE = (
    "This link is from an e-mail about something else: copy the one from the latest e-mail."
)
USED_LINK = (
    "This link is too old or was used already, as opening it does: have another e-mail sent, "
    "and copy its link without opening it."
)


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

    async def enter(self, code: Code, email: str, entry: str) -> bool:
        """Sign in by the code or the link that was sent to this e-mail. Raises Invalid (`field`
        code), also for a link that was sent to another e-mail: it is used up then.

        True: the code has confirmed the address just now, so its owner is here for the first
        time. The password of the account may be another person's, who signed up with the address
        before: follow with `set_first_password`.
        """
        proof = self._proof(code, entry)
        began = time.monotonic()
        answer = await self._verify(code, email, proof)
        took = timedelta(seconds=time.monotonic() - began)
        user = self._auth.signed_in()
        if user.email.lower() != email.lower():  # a link decides by itself whose account it opens
            await self._auth.sign_out()
            raise Invalid(OF_ANOTHER, field="code")
        is_sign_up = (proof.type if isinstance(proof, MailLink) else code.value) == "signup"
        return is_sign_up or (answer.user is not None and _is_new(answer.user, took))

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

    async def enter_change(self, entry: str) -> str | None:
        """Enter one of the codes, or the links, for a change of e-mail.

        None: the change is done. Otherwise the server wants the one from the other
        address, too, which is returned; empty if it is not known which that is, as after a
        link. The code may be either's. Raises Invalid (`field` code).
        """
        user = self._auth.user
        if user is None or user.new_email is None:
            raise Invalid("There is no change of e-mail to finish: begin it again.", field="code")
        proof = self._proof(Code.EMAIL_CHANGE, entry)
        if isinstance(proof, MailLink):
            answer = await self._verify(Code.EMAIL_CHANGE, "", proof)
            if answer.user is not None and answer.user.id != str(user.id):
                await self._auth.sign_out()
                raise NotSignedIn(OF_ANOTHER)
            return None if answer.session else ""
        for address, other in (user.new_email, user.email), (user.email, user.new_email):
            try:
                answer = await self._verify(Code.EMAIL_CHANGE, address, proof)
            except Invalid:
                if address == user.email:
                    raise
            else:
                return None if answer.session else other
        raise AssertionError  # one of the two has returned or raised

    async def is_changed(self) -> bool:
        """Whether no change of e-mail waits any more, as after its links were opened."""
        await self._auth.renew()
        return self._auth.user is not None and self._auth.user.new_email is None

    def _proof(self, code: Code, entry: str) -> str | MailLink:
        """The digits, or what the pasted link holds. Raises Invalid (`field` code)."""
        if not is_link(entry):
            return entry
        try:
            link = read(entry, self._connection.server.url)
        except BadLink as error:
            raise Invalid(str(error), field="code") from error
        if (link.type == "email_change") is not (code is Code.EMAIL_CHANGE):
            raise Invalid(FOR_ANOTHER_PURPOSE, field="code")
        return link

    async def _update(self, wanted: UserAttributes) -> UserResponse:
        async def request(client: AsyncClient) -> UserResponse:
            with updating():
                return await client.auth.update_user(wanted)

        return await self._auth.as_user(request)

    async def _verify(self, code: Code, email: str, proof: str | MailLink) -> AuthResponse:
        """The server's answer, without a session where it wants another code, too."""
        auth, is_by_link = self._connection.client.auth, isinstance(proof, MailLink)
        try:
            with translated():
                if isinstance(proof, MailLink):
                    return await auth.verify_otp(
                        {"token_hash": proof.token_hash, "type": proof.type}  # type: ignore[typeddict-item]
                    )
                return await auth.verify_otp(
                    {"email": email, "token": proof, "type": code.value}  # type: ignore[typeddict-item]
                )
        except NotSignedIn as error:  # older servers say so that they do not know the e-mail
            refused = Invalid(USED_LINK, field="code") if is_by_link else None
            raise refused or REFUSALS["otp_expired"].error() from error
        except Invalid as error:
            if is_by_link and error.field == "code":
                raise Invalid(USED_LINK, field="code") from error
            raise


def _is_new(user: SupabaseUser, took: timedelta) -> bool:
    """Whether the request that has just signed in has confirmed the address, too.

    By the server's clock alone: what it did in one request is no further apart than the request
    took.
    """
    confirmed, seen = user.email_confirmed_at, user.last_sign_in_at
    return confirmed is not None and seen is not None and abs(seen - confirmed) <= took
