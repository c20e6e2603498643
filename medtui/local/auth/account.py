"""Changes that a signed-in user makes to their own account."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from psycopg.rows import DictRow
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from medtui.local.auth import codes, passwords, users
from medtui.local.auth.db import Db, one
from medtui.local.auth.entry import send_change
from medtui.local.auth.errors import AuthError, email_exists, validation_failed
from medtui.local.auth.factors import require_aal2
from medtui.local.auth.inputs import checked, email_of, object_of
from medtui.local.auth.sessions import RouteGroup, Routes, end_session, end_sessions
from medtui.local.bodies import Json

NEEDS_AAL2 = "AAL2 session is required to update email or password when MFA is enabled."
RECENT = timedelta(hours=24)
"""A login that is older changes no password without a code, where sign-ups wait for codes."""


class AccountRoutes(RouteGroup):
    """The endpoints `user`, `reauthenticate` and `logout`."""

    def routes(self) -> Routes:
        return {
            ("GET", "user"): self._user,
            ("PUT", "user"): self._update,
            ("GET", "reauthenticate"): self._reauthenticate,
            ("POST", "logout"): self._logout,
        }

    async def _user(self, request: Request, body: Json) -> Response:
        async with self.pool.connection() as db:
            user, _ = await self.sessions.caller(db, request)
            return JSONResponse(await users.shown(db, user))

    async def _update(self, request: Request, body: Json) -> Response:
        """Change password, e-mail (which takes codes), or metadata."""
        async with self.pool.connection() as db:
            user, session_id = await self.sessions.caller(db, request)
            factors = await users.factors_of(db, user)
            is_change = body.get("password") is not None or body.get("email")
            if is_change and any(factor["status"] == "verified" for factor in factors):
                await require_aal2(db, session_id, 401, NEEDS_AAL2)
        self.limits.admit(request)
        email = email_of(body) if body.get("email") else user["email"]
        data, hashed = object_of(body, "data"), None
        if body.get("password") is not None:
            password = checked(body["password"])
            async with self.pool.connection() as db:
                await self._recognise(db, request, user, session_id, body.get("nonce"))
            if await passwords.matches(password, user["encrypted_password"]):
                message = "New password should be different from the old password."
                raise AuthError(422, "same_password", message)
            hashed = await passwords.hashed(password)
        async with self.pool.connection() as db:
            user = await users.locked(db, user["id"])
            if email != user["email"]:
                if await users.by_email(db, email):
                    raise email_exists()
                await send_change(db, user, email)
            if hashed:
                await end_sessions(db, user, but=session_id)
            user = await users.update(
                db,
                user,
                encrypted_password=hashed or user["encrypted_password"],
                raw_user_meta_data=users.merged(user["raw_user_meta_data"], data),
            )
            return JSONResponse(await users.shown(db, user))

    async def _recognise(
        self, db: Db, request: Request, user: DictRow, session_id: UUID | None, nonce: object
    ) -> None:
        """Refuse a change of password from an old login without the code that was sent for it."""
        if self.autoconfirm or await _is_recent(db, session_id):
            return
        if not isinstance(nonce, str) or not nonce:
            message = "Password update requires reauthentication"
            raise AuthError(400, "reauthentication_needed", message)
        self.limits.codes.check(request, user["email"])
        if not await codes.redeem(db, codes.REAUTHENTICATION, user["email"], nonce):
            self.limits.codes.count(request, user["email"], is_known=True)
            message = "Nonce has expired or is invalid"
            raise AuthError(422, "reauthentication_not_valid", message)
        self.limits.codes.forget(request, user["email"])

    async def _reauthenticate(self, request: Request, body: Json) -> Response:
        """Send a code to the signed-in user."""
        async with self.pool.connection() as db:
            user, _ = await self.sessions.caller(db, request)
            self.limits.admit(request)
            await codes.send(db, user, codes.REAUTHENTICATION)
        return JSONResponse({})

    async def _logout(self, request: Request, body: Json) -> Response:
        scope = request.query_params.get("scope") or "global"
        if scope not in ("global", "local", "others"):
            raise validation_failed(f'Unsupported logout scope "{scope}"')
        async with self.pool.connection() as db:
            user, session_id = await self.sessions.caller(db, request)
            if session_id is not None and scope == "local":
                await end_session(db, session_id)
            else:
                await end_sessions(db, user, but=session_id if scope == "others" else None)
        return Response(status_code=204)


async def _is_recent(db: Db, session_id: UUID | None) -> bool:
    if session_id is None:
        return False
    session = await one(db, "select created_at from auth.sessions where id = %s", session_id)
    return session is not None and datetime.now(UTC) - session["created_at"] < RECENT
