"""What the service key may do: make, list, change and delete users."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg.errors import UniqueViolation
from psycopg.rows import DictRow
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from medtui.local.auth import passwords, users
from medtui.local.auth.db import Db, Pool, one, the_one
from medtui.local.auth.errors import AuthError, email_exists, user_not_found, validation_failed
from medtui.local.auth.inputs import Body, checked, email_of, object_of
from medtui.local.auth.sessions import LoginSessions, end_sessions

ROLES = ("service_role", "supabase_admin")
PER_PAGE, MOST_PER_PAGE = 50, 1000
UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0}


class Admin:
    """The endpoints below `admin/users`."""

    def __init__(self, pool: Pool, sessions: LoginSessions) -> None:
        self._pool = pool
        self._sessions = sessions
        self.routes = {
            ("GET", "admin/users"): self._list,
            ("POST", "admin/users"): self._create,
            ("GET", "admin/users/:id"): self._get,
            ("PUT", "admin/users/:id"): self._update,
            ("DELETE", "admin/users/:id"): self._delete,
        }

    def _allow(self, request: Request) -> None:
        if self._sessions.claims(request).get("role") not in ROLES:
            raise AuthError(403, "not_admin", "User not allowed")

    async def _list(self, request: Request, body: Body) -> Response:
        self._allow(request)
        page = _number(request, "page", 1)
        per_page = min(_number(request, "per_page", PER_PAGE), MOST_PER_PAGE)
        async with self._pool.connection() as db:
            rows = await db.execute(
                "select * from auth.users order by created_at desc, id limit %s offset %s",
                [per_page, (page - 1) * per_page],
            )
            listed = [users.as_json(user) for user in await rows.fetchall()]
            total = (await the_one(db, "select count(*) from auth.users"))["count"]
        last = max(1, -(-total // per_page))
        links = [f'<{_page(request, last)}>; rel="last"']
        if page < last:
            links.insert(0, f'<{_page(request, page + 1)}>; rel="next"')
        headers = {"x-total-count": str(total), "link": ", ".join(links)}
        return JSONResponse({"users": listed, "aud": "authenticated"}, headers=headers)

    async def _create(self, request: Request, body: Body) -> Response:
        self._allow(request)
        if not body.get("email"):
            message = "Cannot create a user without either an email or phone"
            raise validation_failed(message)
        email, given = email_of(body), body.get("password") or secrets.token_urlsafe(48)
        hashed = await passwords.hashed(checked(given))
        async with self._pool.connection() as db:
            user = await users.create(
                db,
                email,
                hashed,
                confirmed=body.get("email_confirm") is True,
                data=object_of(body, "user_metadata"),
                app=object_of(body, "app_metadata"),
                user_id=_uuid(body["id"]) if body.get("id") else None,
            )
            if user is None:
                raise email_exists()
            user = await _ban(db, user, body)
        return JSONResponse(users.as_json(user))

    async def _get(self, request: Request, body: Body) -> Response:
        self._allow(request)
        async with self._pool.connection() as db:
            return JSONResponse(users.as_json(await _named(db, request)))

    async def _update(self, request: Request, body: Body) -> Response:
        self._allow(request)
        hashed = None
        if body.get("password") is not None:
            hashed = await passwords.hashed(checked(body["password"]))
        async with self._pool.connection() as db:
            user = await _named(db, request)
            try:
                changed = await the_one(
                    db,
                    """
                    update auth.users set
                      email = coalesce(%s, email),
                      encrypted_password = coalesce(%s, encrypted_password),
                      email_confirmed_at =
                        case when %s then coalesce(email_confirmed_at, now())
                        else email_confirmed_at end,
                      raw_user_meta_data = %s, raw_app_meta_data = %s, updated_at = now()
                    where id = %s returning *
                    """,
                    email_of(body) if body.get("email") else None,
                    hashed,
                    body.get("email_confirm") is True,
                    users.merged(user["raw_user_meta_data"], object_of(body, "user_metadata")),
                    users.merged(user["raw_app_meta_data"], object_of(body, "app_metadata")),
                    user["id"],
                )
            except UniqueViolation as error:
                raise email_exists() from error
            if hashed:
                await end_sessions(db, user)
            changed = await _ban(db, changed, body)
        return JSONResponse(users.as_json(changed))

    async def _delete(self, request: Request, body: Body) -> Response:
        self._allow(request)
        if body.get("should_soft_delete"):
            raise validation_failed("Soft deletion is not supported by the local server")
        async with self._pool.connection() as db:
            user = await _named(db, request)
            await db.execute("delete from auth.users where id = %s", [user["id"]])
        return JSONResponse({})


async def _named(db: Db, request: Request) -> DictRow:
    """The user whom the path names, locked."""
    named = request.path_params["path"].rpartition("/")[2]
    try:
        user_id = UUID(named)
    except ValueError as error:
        raise AuthError(404, "validation_failed", "user_id must be an UUID") from error
    user = await one(db, "select * from auth.users where id = %s for update", user_id)
    if user is None:
        raise user_not_found()
    return user


async def _ban(db: Db, user: DictRow, body: Body) -> DictRow:
    if not body.get("ban_duration"):
        return user
    return await the_one(
        db,
        "update auth.users set banned_until = %s where id = %s returning *",
        _until(body["ban_duration"]),
        user["id"],
    )


def _until(duration: Any) -> datetime | None:
    """The end of a ban: `none`, or a duration as `1h30m`."""
    if duration == "none":
        return None
    parts = re.findall(r"(\d+(?:\.\d+)?)([hms])", str(duration))
    if not parts or "".join(map("".join, parts)) != duration:
        raise validation_failed(f'invalid format for ban duration: time: invalid "{duration}"')
    try:
        ban = timedelta(seconds=sum(float(number) * UNITS[unit] for number, unit in parts))
        return datetime.now(UTC) + ban
    except OverflowError as error:
        raise validation_failed("invalid format for ban duration: too long") from error


def _uuid(value: Any) -> UUID:
    try:
        return UUID(str(value))
    except ValueError as error:
        raise validation_failed("ID must conform to the uuid v4 format") from error


def _number(request: Request, name: str, default: int) -> int:
    given = request.query_params.get(name) or str(default)
    if not re.fullmatch(r"0*[1-9]\d{0,8}", given):
        raise validation_failed(f"Bad Pagination Parameters: {name} must be a number above 0")
    return int(given)


def _page(request: Request, page: int) -> str:
    return f"{request.url.path}?page={page}"
