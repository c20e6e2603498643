"""What the service key may do: make users, and list them."""

from __future__ import annotations

import secrets
from uuid import UUID

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from medtui.local.auth import passwords, users
from medtui.local.auth.errors import AuthError, email_exists, validation_failed
from medtui.local.auth.inputs import checked, email_of, object_of
from medtui.local.auth.sessions import RouteGroup, Routes
from medtui.local.bodies import Json

MOST_USERS = 1000


class AdminRoutes(RouteGroup):
    """The endpoint `admin/users`."""

    def routes(self) -> Routes:
        return {("GET", "admin/users"): self._list, ("POST", "admin/users"): self._create}

    def _allow(self, request: Request) -> None:
        if self.sessions.claims(request).get("role") != "service_role":
            raise AuthError(403, "not_admin", "User not allowed")

    async def _list(self, request: Request, body: Json) -> Response:
        """All users on one page, the newest first."""
        self._allow(request)
        if request.query_params.get("page", "1") not in ("", "1"):
            raise validation_failed("The local server lists users on one page")
        query = b"select * from auth.users order by created_at desc, id limit %s"
        async with self.pool.connection() as db:
            rows = await (await db.execute(query, [MOST_USERS])).fetchall()
        return JSONResponse({"users": [users.as_json(user) for user in rows]})

    async def _create(self, request: Request, body: Json) -> Response:
        self._allow(request)
        if not body.get("email"):
            raise validation_failed("Cannot create a user without either an email or phone")
        email, given = email_of(body), body.get("password") or secrets.token_urlsafe(48)
        hashed = await passwords.hashed(checked(given))
        try:
            user_id = UUID(body["id"]) if body.get("id") else None
        except (ValueError, TypeError, AttributeError) as error:
            raise validation_failed("ID must conform to the uuid v4 format") from error
        async with self.pool.connection() as db:
            user = await users.create(
                db,
                email,
                hashed,
                confirmed=body.get("email_confirm") is True,
                data=object_of(body, "user_metadata"),
                app=object_of(body, "app_metadata"),
                user_id=user_id,
            )
        if user is None:
            raise email_exists()
        return JSONResponse(users.as_json(user))
