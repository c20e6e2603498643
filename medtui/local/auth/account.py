"""Accounts: changed by their signed-in owners; made and listed with the service key."""

from __future__ import annotations

import json
import secrets
from uuid import UUID, uuid4

from psycopg.rows import DictRow
from starlette.requests import Request
from starlette.responses import Response

from medtui.local.auth import codes, passwords, users
from medtui.local.auth.entry import send_change
from medtui.local.auth.errors import AuthError
from medtui.local.auth.factors import require_aal2
from medtui.local.auth.sessions import Answer, RouteGroup, end_sessions
from medtui.local.bodies import Json, uuid_of
from medtui.local.connection import Db, one

MOST_USERS = 1000
RECENT = "24 hours"
"""A login that is older changes no password without a code, where sign-ups wait for codes."""


class AccountRoutes(RouteGroup):
    """The endpoints `user`, `reauthenticate` and `logout`."""

    async def get_user(self, request: Request, body: Json) -> Answer:
        async with self.signed_in(request) as (db, user, _):
            return await users.shown(db, user)

    async def put_user(self, request: Request, body: Json) -> Answer:
        """Change password, e-mail (which takes codes), or metadata."""
        async with self.signed_in(request) as (db, user, session_id):
            factors = await users.factors_of(db, user)
            is_change = body.get("password") is not None or body.get("email")
            if is_change and any(factor["status"] == "verified" for factor in factors):
                await require_aal2(db, session_id, 401)
        self.limits.admit(request)
        email = users.email_of(body) if body.get("email") else user["email"]
        data, hashed = users.object_of(body, "data"), None
        if body.get("password") is not None:
            password = passwords.checked(body["password"])
            async with self.pool.connection() as db:
                await self._recognise(db, request, user, session_id, body.get("nonce"))
            if await passwords.matches(password, user["encrypted_password"]):
                raise AuthError("same_password")
            hashed = await passwords.hashed(password)
        async with self.pool.connection() as db:
            user = await users.locked(db, user["id"])
            if email != user["email"]:
                if await users.by_email(db, email):
                    raise AuthError("email_exists")
                await send_change(db, user, email)
            if hashed:
                await end_sessions(db, user, but=session_id)
            changes = {"encrypted_password": hashed or user["encrypted_password"]}
            changes["raw_user_meta_data"] = users.merged(user["raw_user_meta_data"], data)
            return await users.shown(db, await users.update(db, user, **changes))

    async def _recognise(
        self, db: Db, request: Request, user: DictRow, session_id: UUID | None, nonce: object
    ) -> None:
        """Refuse a change of password from an old login without the code that was sent for it."""
        query = "select 1 from auth.sessions where id = %s and created_at > now() - %s::interval"
        if self.autoconfirm or await one(db, query, session_id, RECENT):
            return
        if not isinstance(nonce, str) or not nonce:
            raise AuthError("reauthentication_needed")
        self.limits.codes.check(request, user["email"])
        if not await codes.redeem(db, codes.REAUTHENTICATION, user["email"], nonce):
            self.limits.codes.count(request, user["email"], is_known=True)
            raise AuthError("reauthentication_not_valid")
        self.limits.codes.forget(request, user["email"])

    async def get_reauthenticate(self, request: Request, body: Json) -> Answer:
        """Send a code to the signed-in user."""
        async with self.signed_in(request) as (db, user, _):
            self.limits.admit(request)
            await codes.send(db, user, codes.REAUTHENTICATION)
        return {}

    async def post_logout(self, request: Request, body: Json) -> Answer:
        scope = request.query_params.get("scope") or "global"
        if scope not in ("global", "local", "others"):
            raise AuthError("validation_failed", f'Unsupported logout scope "{scope}"')
        async with self.signed_in(request) as (db, user, session_id):
            if session_id is not None and scope == "local":
                await db.execute("delete from auth.sessions where id = %s", [session_id])
            else:
                await end_sessions(db, user, but=session_id if scope == "others" else None)
        return Response(status_code=204)


class AdminRoutes(RouteGroup):
    """The endpoint `admin/users`."""

    def _allow(self, request: Request) -> None:
        if self.claims(request).get("role") != "service_role":
            raise AuthError("not_admin")

    async def get_admin_users(self, request: Request, body: Json) -> Answer:
        """All users on one page, the newest first."""
        self._allow(request)
        if request.query_params.get("page", "1") not in ("", "1"):
            raise AuthError("validation_failed", "The local server lists users on one page")
        query = b"select * from auth.users order by created_at desc, id limit %s"
        async with self.pool.connection() as db:
            rows = await (await db.execute(query, [MOST_USERS])).fetchall()
        return {"users": [users.as_json(user) for user in rows]}

    async def post_admin_users(self, request: Request, body: Json) -> Answer:
        self._allow(request)
        email, given = users.email_of(body), body.get("password") or secrets.token_urlsafe(48)
        hashed = await passwords.hashed(passwords.checked(given))
        user_id = uuid_of(body.get("id") or uuid4())
        if user_id is None:
            raise AuthError("validation_failed", "ID must conform to the uuid v4 format")
        confirmed, data = body.get("email_confirm") is True, users.object_of(body, "user_metadata")
        app = json.dumps(users.PROVIDER | users.object_of(body, "app_metadata"))
        async with self.pool.connection() as db:
            user = await users.create(db, email, hashed, confirmed=confirmed, data=data)
            if user is None:
                raise AuthError("email_exists")
            return users.as_json(await users.update(db, user, id=user_id, raw_app_meta_data=app))
