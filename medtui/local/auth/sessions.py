"""Logins: opened by a password or a code, kept by rotating refresh tokens, ended by a logout."""

from __future__ import annotations

import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import jwt
from psycopg.rows import DictRow
from starlette.requests import Request
from starlette.responses import Response

from medtui.local.auth.db import Db, Pool, one, the_one
from medtui.local.auth.errors import AuthError, bad_jwt
from medtui.local.auth.limits import Limits
from medtui.local.auth.users import is_banned, shown, update
from medtui.local.bodies import Json
from medtui.local.db_role import bearer
from medtui.local.keys import ServerKeys

TOKEN_SECONDS = 3600
REUSE_SECONDS = 10

Routes = dict[tuple[str, str], Callable[[Request, Json], Awaitable[Response]]]
"""Endpoints by method and path; each takes the request's JSON."""


@dataclass(frozen=True)
class LoginSessions:
    """Gives out and reads access tokens. `issuer` is what they say they come from."""

    _keys: ServerKeys
    _issuer: str

    async def open(self, db: Db, user: DictRow, method: str) -> dict[str, Any]:
        """Open a login by `password` or `otp`: the session object that clients keep."""
        insert = "insert into auth.sessions (user_id, method) values (%s, %s) returning *"
        session = await the_one(db, insert, user["id"], method)
        seen = await update(db, user, last_sign_in_at=session["created_at"])
        return await self._shown(db, seen, session, await _new_token(db, session["id"]))

    async def raised(self, db: Db, user: DictRow, session_id: UUID) -> dict[str, Any]:
        """The login after its second factor, with new tokens. The user's lesser ones end."""
        query = "update auth.sessions set aal = 'aal2' where id = %s returning *"
        session = await the_one(db, query, session_id)
        lesser = "delete from auth.sessions where user_id = %s and aal = 'aal1'"
        await db.execute(lesser, [user["id"]])
        revoke = (
            "update auth.refresh_tokens set revoked_at = clock_timestamp()"
            " where session_id = %s and revoked_at is null returning token"
        )
        old = await one(db, revoke, session_id)
        token = await _new_token(db, session_id, parent=old["token"] if old else None)
        return await self._shown(db, user, session, token)

    async def refresh(self, db: Db, token: str) -> dict[str, Any]:
        """Rotate a refresh token: the session with its new tokens.

        A token that was replaced may come again within ten seconds, or when it is the active
        one's parent (its answer got lost); otherwise it counts as stolen, and the whole session
        ends.
        """
        session = await one(
            db,
            """
            select session.* from auth.sessions as session
            join auth.refresh_tokens as token on token.session_id = session.id
            where token.token = %s for update of session
            """,
            token,
        )
        if session is None:
            message = "Invalid Refresh Token: Refresh Token Not Found"
            raise AuthError(400, "refresh_token_not_found", message)
        user = await the_one(db, "select * from auth.users where id = %s", session["user_id"])
        if is_banned(user):
            raise AuthError(400, "user_banned", "Invalid Refresh Token: User Banned")
        # Read now: another request may have rotated it before we got the session's lock.
        old = await the_one(db, "select * from auth.refresh_tokens where token = %s", token)
        if old["revoked_at"] is not None:
            query = "select * from auth.refresh_tokens where session_id = %s and revoked_at is null"
            active = await one(db, query, session["id"])
            age = (datetime.now(UTC) - old["revoked_at"]).total_seconds()
            if active and (age < REUSE_SECONDS or active["parent"] == token):
                return await self._shown(db, user, session, active["token"])
            await end_session(db, session["id"])
            await db.commit()
            message = "Invalid Refresh Token: Already Used"
            raise AuthError(400, "refresh_token_already_used", message)
        revoke = "update auth.refresh_tokens set revoked_at = clock_timestamp() where id = %s"
        await db.execute(revoke, [old["id"]])
        new = await _new_token(db, session["id"], parent=token)
        return await self._shown(db, user, session, new)

    def claims(self, request: Request) -> dict[str, Any]:
        """The claims of the request's bearer."""
        token = bearer(request)
        if not token:
            raise AuthError(401, "no_authorization", "This endpoint requires a valid Bearer token")
        try:
            return self._keys.verify(token)
        except jwt.InvalidTokenError as error:
            raise bad_jwt(str(error)) from error

    async def caller(self, db: Db, request: Request) -> tuple[DictRow, UUID | None]:
        """The user and the session of the request's access token, if it names a session."""
        claims = self.claims(request)
        try:
            user_id = UUID(claims["sub"])
            session_id = UUID(claims["session_id"]) if claims.get("session_id") else None
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            raise bad_jwt("sub and session_id must be UUIDs") from error
        user = await one(db, "select * from auth.users where id = %s", user_id)
        if user is None:
            raise AuthError(403, "user_not_found", "User from sub claim in JWT does not exist")
        query = "select 1 from auth.sessions where id = %s and user_id = %s"
        if session_id and not await one(db, query, session_id, user_id):
            message = "Session from session_id claim in JWT does not exist"
            raise AuthError(403, "session_not_found", message)
        return user, session_id

    async def _shown(
        self, db: Db, user: DictRow, session: DictRow, refresh_token: str
    ) -> dict[str, Any]:
        now, opened = int(time.time()), int(session["created_at"].timestamp())
        methods = [session["method"], *(["totp"] if session["aal"] == "aal2" else [])]
        claims = {
            "iss": self._issuer,
            "sub": str(user["id"]),
            "aud": "authenticated",
            "exp": now + TOKEN_SECONDS,
            "iat": now,
            "email": user["email"],
            "app_metadata": user["raw_app_meta_data"],
            "user_metadata": user["raw_user_meta_data"],
            "role": "authenticated",
            "aal": session["aal"],
            "amr": [{"method": method, "timestamp": opened} for method in methods],
            "session_id": str(session["id"]),
        }
        return {
            "access_token": self._keys.sign(claims),
            "token_type": "bearer",
            "expires_in": TOKEN_SECONDS,
            "expires_at": now + TOKEN_SECONDS,
            "refresh_token": refresh_token,
            "user": await shown(db, user),
        }


@dataclass(frozen=True)
class RouteGroup:
    """What the endpoints share. `autoconfirm` off: a sign-up waits for a code."""

    pool: Pool
    sessions: LoginSessions
    limits: Limits
    autoconfirm: bool


async def end_session(db: Db, session_id: UUID) -> None:
    await db.execute("delete from auth.sessions where id = %s", [session_id])


async def end_sessions(db: Db, user: DictRow, *, but: UUID | None = None) -> None:
    """End all of a user's logins, except the one of the session `but`."""
    query = "delete from auth.sessions where user_id = %s and id is distinct from %s"
    await db.execute(query, [user["id"], but])


async def _new_token(db: Db, session_id: UUID, *, parent: str | None = None) -> str:
    token = secrets.token_urlsafe(16)
    insert = "insert into auth.refresh_tokens (token, session_id, parent) values (%s, %s, %s)"
    await db.execute(insert, [token, session_id, parent])
    return token
