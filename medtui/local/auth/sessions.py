"""Logins: opened by a password or a code, kept by rotating refresh tokens, ended by a logout."""

from __future__ import annotations

import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import jwt
from psycopg.rows import DictRow
from starlette.requests import Request
from starlette.responses import Response

from medtui.local.auth.errors import AuthError
from medtui.local.auth.limits import Limits
from medtui.local.auth.users import refuse_banned, shown, update
from medtui.local.bodies import Json, uuid_of
from medtui.local.connection import Db, Pool, one, the_one
from medtui.local.db_role import bearer
from medtui.local.keys import ServerKeys

TOKEN_SECONDS = 3600
REUSE_SECONDS = 10

Answer = Json | Response


@dataclass(frozen=True)
class RouteGroup:
    """What the endpoints share. `autoconfirm` off: a sign-up waits for a code from the mailbox.

    An endpoint is a method that is named as it is asked for, `post_signup`; it takes the request
    and its JSON. `issuer` is what access tokens say they come from.
    """

    pool: Pool
    keys: ServerKeys
    issuer: str
    limits: Limits
    autoconfirm: bool

    @asynccontextmanager
    async def signed_in(self, request: Request) -> AsyncIterator[tuple[Db, DictRow, UUID | None]]:
        """The database, and the user and the session of the access token, if it names a session."""
        claims = self.claims(request)
        async with self.pool.connection() as db:
            query = "select * from auth.users where id = %s"
            user = await one(db, query, uuid_of(claims.get("sub")))
            if user is None:
                raise AuthError("user_not_found")
            session_id = uuid_of(claims.get("session_id"))
            query = "select 1 from auth.sessions where id = %s and user_id = %s"
            if claims.get("session_id") and not await one(db, query, session_id, user["id"]):
                raise AuthError("session_not_found")
            yield db, user, session_id

    async def open_login(self, db: Db, user: DictRow, method: str) -> Json:
        """Open a login by `password` or `otp`: the session object that clients keep."""
        insert = "insert into auth.sessions (user_id, method) values (%s, %s) returning *"
        session = await the_one(db, insert, user["id"], method)
        seen = await update(db, user, last_sign_in_at=session["created_at"])
        return await self._session(db, seen, session)

    async def raise_login(self, db: Db, user: DictRow, session_id: UUID) -> Json:
        """The login after its second factor, with new tokens. The user's lesser ones end."""
        query = "update auth.sessions set aal = 'aal2' where id = %s returning *"
        session = await the_one(db, query, session_id)
        lesser = "delete from auth.sessions where user_id = %s and aal = 'aal1'"
        await db.execute(lesser, [user["id"]])
        return await self._session(db, user, session)

    async def refresh_login(self, db: Db, token: str) -> Json:
        """Rotate a refresh token: the session with its new tokens.

        A token that was replaced may come again within ten seconds, or when it is the active
        one's parent (its answer got lost); otherwise it counts as stolen, and the whole session
        ends.
        """
        query = """
            select session.* from auth.sessions as session
            join auth.refresh_tokens as token on token.session_id = session.id
            where token.token = %s for update of session
        """
        session = await one(db, query, token)
        if session is None:
            raise AuthError("refresh_token_not_found")
        user = await the_one(db, "select * from auth.users where id = %s", session["user_id"])
        refuse_banned(user)
        # Read now: another request may have rotated it before we got the session's lock.
        old = await the_one(db, "select * from auth.refresh_tokens where token = %s", token)
        if old["revoked_at"] is not None:
            query = "select * from auth.refresh_tokens where session_id = %s and revoked_at is null"
            active = await one(db, query, session["id"])
            age = (datetime.now(UTC) - old["revoked_at"]).total_seconds()
            if active and (age < REUSE_SECONDS or active["parent"] == token):
                return await self._session(db, user, session, active["token"])
            await db.execute("delete from auth.sessions where id = %s", [session["id"]])
            await db.commit()
            raise AuthError("refresh_token_already_used")
        return await self._session(db, user, session)

    def claims(self, request: Request) -> Json:
        """The claims of the request's bearer."""
        token = bearer(request)
        if not token:
            raise AuthError("no_authorization")
        try:
            return self.keys.verify(token)
        except jwt.InvalidTokenError as error:
            raise AuthError("bad_jwt", f"invalid JWT: {error}") from error

    async def _session(self, db: Db, user: DictRow, session: DictRow, token: str = "") -> Json:
        """The session object. Without a refresh `token` it has a new one."""
        now, opened = int(time.time()), int(session["created_at"].timestamp())
        methods = [session["method"], *(["totp"] if session["aal"] == "aal2" else [])]
        claims = {
            "iss": self.issuer,
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
            "access_token": self.keys.sign(claims),
            "token_type": "bearer",
            "expires_in": TOKEN_SECONDS,
            "expires_at": now + TOKEN_SECONDS,
            "refresh_token": token or await _new_token(db, session["id"]),
            "user": await shown(db, user),
        }


async def end_sessions(db: Db, user: DictRow, *, but: UUID | None = None) -> None:
    """End all of a user's logins, except the one of the session `but`."""
    query = "delete from auth.sessions where user_id = %s and id is distinct from %s"
    await db.execute(query, [user["id"], but])


async def _new_token(db: Db, session_id: UUID) -> str:
    """A new refresh token, in the place of the session's active one."""
    revoke = (
        "update auth.refresh_tokens set revoked_at = clock_timestamp()"
        " where session_id = %s and revoked_at is null returning token"
    )
    old, token = await one(db, revoke, session_id), secrets.token_urlsafe(16)
    insert = "insert into auth.refresh_tokens (token, session_id, parent) values (%s, %s, %s)"
    await db.execute(insert, [token, session_id, old and old["token"]])
    return token
