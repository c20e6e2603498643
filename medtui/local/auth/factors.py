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

from medtui.local.auth.errors import AuthError
from medtui.local.auth.sessions import Answer, RouteGroup
from medtui.local.auth.users import factors_of
from medtui.local.bodies import Json, uuid_of
from medtui.local.connection import Db, one, the_one

PERIOD = 30
"""Seconds for which digits are good; those before and after them are taken, too."""
MOST_FACTORS = 10
LAST = "5 minutes"
"""How long a challenge, and a factor that was never verified, are there."""


class FactorRoutes(RouteGroup):
    """The endpoints below `factors`."""

    async def post_factors(self, request: Request, body: Json) -> Answer:
        if body.get("factor_type") != "totp":
            raise AuthError("mfa_phone_enroll_not_enabled")
        name, secret = str(body.get("friendly_name") or ""), secrets.token_bytes(20)
        async with self.signed_in(request) as (db, user, session_id):
            stale = "delete from auth.mfa_factors where user_id = %s and status = 'unverified'"
            await db.execute(f"{stale} and created_at < now() - interval '{LAST}'", [user["id"]])
            factors = await factors_of(db, user)
            if any(factor["friendly_name"] == name for factor in factors):
                raise AuthError("mfa_factor_name_conflict")
            if len(factors) >= MOST_FACTORS:
                raise AuthError("too_many_enrolled_mfa_factors")
            if any(factor["status"] == "verified" for factor in factors):
                await require_aal2(db, session_id, 403)
            insert = (
                "insert into auth.mfa_factors (user_id, friendly_name, secret)"
                " values (%s, %s, %s) returning id"
            )
            factor = await the_one(db, insert, user["id"], name, secret)
        shown = base64.b32encode(secret).decode()
        issuer = quote(str(body.get("issuer") or "medtui"))
        uri = f"otpauth://totp/{issuer}:{user['email']}?secret={shown}&issuer={issuer}"
        totp = {"qr_code": "<svg/>", "secret": shown, "uri": uri}
        return {"id": factor["id"], "type": "totp", "friendly_name": name, "totp": totp}

    async def delete_factors_id(self, request: Request, body: Json) -> Answer:
        async with self.signed_in(request) as (db, user, session_id):
            factor = await _factor(db, request, user)
            if factor["status"] == "verified":
                await require_aal2(db, session_id, 422)
            await remove(db, user, factor["id"])
        return {"id": factor["id"]}

    async def post_factors_id_challenge(self, request: Request, body: Json) -> Answer:
        async with self.signed_in(request) as (db, user, _):
            factor = await _factor(db, request, user)
            insert = "insert into auth.mfa_challenges (factor_id) values (%s) returning id"
            made = await the_one(db, insert, factor["id"])
        expires = int(time.time()) + 300
        return {"id": made["id"], "type": "totp", "expires_at": expires}

    async def post_factors_id_verify(self, request: Request, body: Json) -> Answer:
        """Give the login, with its factor proven: `aal2`. Logins without it end."""
        self.limits.admit(request)
        async with self.signed_in(request) as (db, user, session_id):
            factor = await _factor(db, request, user)
            self.limits.codes.check(request, user["email"])
            query = (
                "select 1 from auth.mfa_challenges where id = %s and factor_id = %s"
                " and created_at > now() - %s::interval"
            )
            challenge = uuid_of(body.get("challenge_id"))
            if session_id is None or not await one(db, query, challenge, factor["id"], LAST):
                raise AuthError("mfa_challenge_expired")
            if not is_right(bytes(factor["secret"]), str(body.get("code")), time.time()):
                self.limits.codes.count(request, user["email"], is_known=True)
                raise AuthError("mfa_verification_failed")
            self.limits.codes.forget(request, user["email"])
            done = "update auth.mfa_factors set status = 'verified' where id = %s"
            await db.execute(done, [factor["id"]])
            others = "delete from auth.mfa_factors where user_id = %s and status = 'unverified'"
            await db.execute(others, [user["id"]])
            await db.execute("delete from auth.mfa_challenges where factor_id = %s", [factor["id"]])
            return await self.raise_login(db, user, session_id)


async def remove(db: Db, user: DictRow, factor_id: UUID | None = None) -> int:
    """Remove a user's factor, or all of them: how many. Without one, logins are as before it."""
    query = "delete from auth.mfa_factors where user_id = %s and id = coalesce(%s, id)"
    removed = await db.execute(query, [user["id"], factor_id])
    if not any(factor["status"] == "verified" for factor in await factors_of(db, user)):
        await db.execute("update auth.sessions set aal = 'aal1' where user_id = %s", [user["id"]])
    return removed.rowcount


async def require_aal2(db: Db, session_id: UUID | None, status: int) -> None:
    """Refuse a login whose second factor was not proven, with the status that GoTrue has for it."""
    query = "select from auth.sessions where id = %s and aal = 'aal2'"
    if session_id is None or await one(db, query, session_id) is None:
        raise AuthError("insufficient_aal", status=status)


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
    factor_id = uuid_of(request.path_params["path"].split("/")[1])
    query = "select * from auth.mfa_factors where id = %s and user_id = %s"
    factor = await one(db, query, factor_id, user["id"])
    if factor is None:
        raise AuthError("mfa_factor_not_found")
    return factor
