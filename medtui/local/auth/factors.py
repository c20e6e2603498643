"""The second factor: six digits that an app makes from a secret and the time (TOTP, RFC 6238)."""

from __future__ import annotations

import base64
import hmac
import secrets
import time
from urllib.parse import quote
from uuid import UUID

from psycopg.rows import DictRow
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from medtui.local.auth.db import Db, one, the_one
from medtui.local.auth.errors import AuthError, validation_failed
from medtui.local.auth.sessions import RouteGroup, Routes
from medtui.local.auth.users import factors_of
from medtui.local.bodies import Json

PERIOD = 30
"""Seconds for which digits are good; those before and after them are taken, too."""
MOST_FACTORS = 10
LAST = "5 minutes"
"""How long a challenge, and a factor that was never verified, are there."""


class FactorRoutes(RouteGroup):
    """The endpoints below `factors`."""

    def routes(self) -> Routes:
        return {
            ("POST", "factors"): self._enroll,
            ("DELETE", "factors/{id}"): self._unenroll,
            ("POST", "factors/{id}/challenge"): self._challenge,
            ("POST", "factors/{id}/verify"): self._verify,
        }

    async def _enroll(self, request: Request, body: Json) -> Response:
        if body.get("factor_type") != "totp":
            message = "MFA enroll is disabled for Phone"
            raise AuthError(422, "mfa_phone_enroll_not_enabled", message)
        name, secret = str(body.get("friendly_name") or ""), secrets.token_bytes(20)
        async with self.pool.connection() as db:
            user, session_id = await self.sessions.caller(db, request)
            stale = "delete from auth.mfa_factors where user_id = %s and status = 'unverified'"
            await db.execute(f"{stale} and created_at < now() - interval '{LAST}'", [user["id"]])
            factors = await factors_of(db, user)
            if any(factor["friendly_name"] == name for factor in factors):
                message = f'A factor with the friendly name "{name}" for this user already exists'
                raise AuthError(422, "mfa_factor_name_conflict", message)
            if len(factors) >= MOST_FACTORS:
                message = "Maximum number of verified factors reached, unenroll to continue"
                raise AuthError(422, "too_many_enrolled_mfa_factors", message)
            if any(factor["status"] == "verified" for factor in factors):
                await require_aal2(db, session_id, 403, "AAL2 required to enroll a new factor")
            insert = (
                "insert into auth.mfa_factors (user_id, friendly_name, secret)"
                " values (%s, %s, %s) returning id"
            )
            factor = await the_one(db, insert, user["id"], name, secret)
        shown = base64.b32encode(secret).decode()
        issuer = quote(str(body.get("issuer") or "medtui"))
        uri = f"otpauth://totp/{issuer}:{user['email']}?secret={shown}&issuer={issuer}"
        totp = {"qr_code": "<svg/>", "secret": shown, "uri": uri}
        answer = {"id": str(factor["id"]), "type": "totp", "friendly_name": name, "totp": totp}
        return JSONResponse(answer)

    async def _unenroll(self, request: Request, body: Json) -> Response:
        async with self.pool.connection() as db:
            user, session_id = await self.sessions.caller(db, request)
            factor = await _factor(db, request, user)
            if factor["status"] == "verified":
                message = "AAL2 required to unenroll verified factor"
                await require_aal2(db, session_id, 422, message)
            await remove(db, user, factor["id"])
        return JSONResponse({"id": str(factor["id"])})

    async def _challenge(self, request: Request, body: Json) -> Response:
        async with self.pool.connection() as db:
            user, _ = await self.sessions.caller(db, request)
            factor = await _factor(db, request, user)
            insert = "insert into auth.mfa_challenges (factor_id) values (%s) returning id"
            made = await the_one(db, insert, factor["id"])
        expires = int(time.time()) + 300
        return JSONResponse({"id": str(made["id"]), "type": "totp", "expires_at": expires})

    async def _verify(self, request: Request, body: Json) -> Response:
        """Give the login, with its factor proven: `aal2`. Logins without it end."""
        self.limits.admit(request)
        async with self.pool.connection() as db:
            user, session_id = await self.sessions.caller(db, request)
            factor = await _factor(db, request, user)
            self.limits.codes.check(request, user["email"])
            challenge = await one(
                db,
                f"select created_at > now() - interval '{LAST}' as is_fresh"  # noqa: S608  # ours
                " from auth.mfa_challenges where id::text = %s and factor_id = %s",
                str(body.get("challenge_id")),
                factor["id"],
            )
            if challenge is None or session_id is None:
                message = "MFA factor with the provided challenge ID not found"
                raise AuthError(422, "mfa_factor_not_found", message)
            if not challenge["is_fresh"]:
                message = "MFA challenge has expired, create a new challenge."
                raise AuthError(422, "mfa_challenge_expired", message)
            if not is_right(bytes(factor["secret"]), str(body.get("code")), time.time()):
                self.limits.codes.count(request, user["email"], is_known=True)
                raise AuthError(422, "mfa_verification_failed", "Invalid TOTP code entered")
            self.limits.codes.forget(request, user["email"])
            done = "update auth.mfa_factors set status = 'verified' where id = %s"
            await db.execute(done, [factor["id"]])
            others = "delete from auth.mfa_factors where user_id = %s and status = 'unverified'"
            await db.execute(others, [user["id"]])
            await db.execute("delete from auth.mfa_challenges where factor_id = %s", [factor["id"]])
            return JSONResponse(await self.sessions.raised(db, user, session_id))


async def remove(db: Db, user: DictRow, factor_id: UUID | None = None) -> int:
    """Remove a user's factor, or all of them: how many. Without one, logins are as before it."""
    query = "delete from auth.mfa_factors where user_id = %s and id = coalesce(%s, id)"
    removed = await db.execute(query, [user["id"], factor_id])
    if not any(factor["status"] == "verified" for factor in await factors_of(db, user)):
        await db.execute("update auth.sessions set aal = 'aal1' where user_id = %s", [user["id"]])
    return removed.rowcount


async def require_aal2(db: Db, session_id: UUID | None, status: int, message: str) -> None:
    """Refuse a login whose second factor was not proven."""
    query = "select from auth.sessions where id = %s and aal = 'aal2'"
    if session_id is None or await one(db, query, session_id) is None:
        raise AuthError(status, "insufficient_aal", message)


def digits(secret: bytes, moment: float) -> str:
    """The six digits of a moment, in seconds since 1970."""
    code = hmac.digest(secret, int(moment // PERIOD).to_bytes(8, "big"), "sha1")
    start = code[-1] & 15
    return f"{(int.from_bytes(code[start : start + 4], 'big') & 0x7FFFFFFF) % 10**6:06}"


def is_right(secret: bytes, code: str, moment: float) -> bool:
    """Whether these are the digits of the moment, or of the ones beside it."""
    near = (moment - PERIOD, moment, moment + PERIOD)
    return any(hmac.compare_digest(digits(secret, at).encode(), code.encode()) for at in near)


async def _factor(db: Db, request: Request, user: DictRow) -> DictRow:
    """The user's factor that the path names."""
    try:
        factor_id = UUID(request.path_params["path"].split("/")[1])
    except ValueError as error:
        raise validation_failed("factor_id must be an UUID") from error
    query = "select * from auth.mfa_factors where id = %s and user_id = %s"
    factor = await one(db, query, factor_id, user["id"])
    if factor is None:
        raise AuthError(404, "mfa_factor_not_found", "Factor not found")
    return factor
