"""The second factor of the signed-in user's account: six digits of an app, beside the password."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from medtui.data.auth import Auth
from medtui.data.auth_errors import WrongDigits
from medtui.data.errors import NotAllowed

if TYPE_CHECKING:
    from supabase import AsyncClient

NAME = "medtui"
"""What the factor is called at the server."""


@dataclass(frozen=True, slots=True)
class NewFactor:
    """A factor that counts once digits of it were entered. Its secret is never logged or saved."""

    id: str
    secret: str
    email: str

    @property
    def uri(self) -> str:
        """What an app scans. Without what is usual, so that its code is small."""
        return f"otpauth://totp/{NAME}:{quote(self.email)}?secret={self.secret}"


class Factors:
    """The second factors of one connection's user. All methods raise `DataError`s."""

    def __init__(self, auth: Auth) -> None:
        self._auth = auth

    async def begin(self) -> NewFactor:
        """A new factor, in place of one that was begun and not confirmed."""
        await self._auth.renew()
        user = self._auth.user
        for factor_id in user.unfinished_factors if user else ():
            await self._remove(factor_id)
        answer = await self._auth.as_user(
            lambda client: client.auth.mfa.enroll({"factor_type": "totp", "friendly_name": NAME})
        )
        if answer.totp is None:
            raise NotAllowed("This server has no such second factor: ask your administrator.")
        return NewFactor(answer.id, answer.totp.secret, user.email if user else "")

    async def enter(self, digits: str, factor_id: str = "") -> None:
        """Enter the digits that an app shows, at a sign-in or for a new factor.

        `factor_id`: of a new one; else they may be of any that the account has. Logins of the
        account that were opened without its factor end. Raises WrongDigits (`field` code).
        """
        user = self._auth.user
        factors = [factor_id] if factor_id else list(user.apps if user else ())
        for last, each in enumerate(factors, 1 - len(factors)):
            try:
                await self._verify(each, digits)
            except WrongDigits:
                if last == 0:
                    raise
            else:
                return

    async def remove(self) -> None:
        """Remove the account's second factors that are apps."""
        user = self._auth.user
        for factor_id in user.apps if user else ():
            await self._remove(factor_id)
        await self._auth.renew()

    async def _verify(self, factor_id: str, digits: str) -> None:
        async def request(client: AsyncClient) -> None:
            await client.auth.mfa.challenge_and_verify({"factor_id": factor_id, "code": digits})

        await self._auth.as_user(request)

    async def _remove(self, factor_id: str) -> None:
        await self._auth.as_user(lambda client: client.auth.mfa.unenroll({"factor_id": factor_id}))
