"""What somebody who is signed in does with their own account."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from medtui.local.auth import passwords, users
from medtui.local.auth.db import Pool, the_one
from medtui.local.auth.entry import send_change
from medtui.local.auth.errors import AuthError, email_exists, validation_failed
from medtui.local.auth.inputs import Body, checked, email_of, object_of
from medtui.local.auth.limits import Limits
from medtui.local.auth.sessions import Sessions, end_sessions


class Account:
    """The endpoints `user` and `logout`."""

    def __init__(self, pool: Pool, sessions: Sessions, limits: Limits) -> None:
        self._pool = pool
        self._sessions = sessions
        self._limits = limits
        self.routes = {
            ("GET", "user"): self._user,
            ("PUT", "user"): self._update,
            ("POST", "logout"): self._logout,
        }

    async def _user(self, request: Request, body: Body) -> Response:
        async with self._pool.connection() as db:
            user, _ = await self._sessions.caller(db, request)
        return JSONResponse(users.as_json(user))

    async def _update(self, request: Request, body: Body) -> Response:
        """Change password, e-mail (which takes codes), or metadata."""
        async with self._pool.connection() as db:
            user, session_id = await self._sessions.caller(db, request)
        if body.get("app_metadata") is not None:
            message = "Updating app_metadata requires admin privileges"
            raise AuthError(403, "not_admin", message)
        self._limits.admit(request)
        email = email_of(body) if body.get("email") else user["email"]
        data, hashed = object_of(body, "data"), None
        if body.get("password") is not None:
            password = checked(body["password"])
            if await passwords.matches(password, user["encrypted_password"]):
                message = "New password should be different from the old password."
                raise AuthError(422, "same_password", message)
            hashed = await passwords.hashed(password)
        async with self._pool.connection() as db:
            user = await the_one(
                db, "select * from auth.users where id = %s for update", user["id"]
            )
            if email != user["email"]:
                if await users.by_email(db, email):
                    raise email_exists()
                await send_change(db, user, email)
            if hashed:
                await end_sessions(db, user, but=session_id)
            user = await the_one(
                db,
                """
                update auth.users set encrypted_password = coalesce(%s, encrypted_password),
                  raw_user_meta_data = %s, updated_at = now()
                where id = %s returning *
                """,
                hashed,
                users.merged(user["raw_user_meta_data"], data),
                user["id"],
            )
        return JSONResponse(users.as_json(user))

    async def _logout(self, request: Request, body: Body) -> Response:
        scope = request.query_params.get("scope") or "global"
        if scope not in ("global", "local", "others"):
            raise validation_failed(f'Unsupported logout scope "{scope}"')
        async with self._pool.connection() as db:
            user, session_id = await self._sessions.caller(db, request)
            if session_id is None or scope == "global":
                await end_sessions(db, user)
            elif scope == "others":
                await end_sessions(db, user, but=session_id)
            else:
                await db.execute("delete from auth.sessions where id = %s", [session_id])
        return Response(status_code=204)
