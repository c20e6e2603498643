"""The auth server: GoTrue's sign-up, logins, refresh and logout over `/auth/v1`.

Shapes, statuses and codes follow GoTrue; what is not here answers 404 as it does.
"""

from __future__ import annotations

import asyncio
import json
import re
import secrets
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import jwt
from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from medtui.local.auth import passwords
from medtui.local.auth.errors import (
    AuthError,
    bad_jwt,
    invalid_credentials,
    otp_expired,
    validation_failed,
)
from medtui.local.keys import Keys

TOKEN_SECONDS = 3600
REUSE_SECONDS = 10
CODE_SECONDS = 3600
RESEND_SECONDS = 60
MIN_PASSWORD = 6
MAX_PASSWORD = 72
FAILURES = 30, 300.0
"""So many wrong passwords for one account in so many seconds, then 429."""

Db = AsyncConnection[DictRow]
Body = dict[str, Any]


class Auth:
    """The endpoints. `autoconfirm` off: a sign-up waits for a code from `auth.one_time_codes`."""

    def __init__(
        self, pool: AsyncConnectionPool[Db], keys: Keys, *, autoconfirm: bool = True
    ) -> None:
        self.autoconfirm = autoconfirm
        self.issuer = ""
        self._pool = pool
        self._keys = keys
        self._failures: dict[str, list[float]] = {}
        self._routes: dict[tuple[str, str], Callable[[Request, Body], Awaitable[Response]]] = {
            ("GET", "health"): self._health,
            ("GET", "settings"): self._settings,
            ("POST", "signup"): self._sign_up,
            ("POST", "token"): self._token,
            ("POST", "verify"): self._verify,
            ("POST", "resend"): self._resend,
            ("GET", "user"): self._user,
            ("PUT", "user"): self._update_user,
            ("POST", "logout"): self._logout,
        }

    async def endpoint(self, request: Request) -> Response:
        handler = self._routes.get((request.method, request.path_params["path"]))
        if handler is None:
            return Response("404 page not found\n", 404, media_type="text/plain")
        try:
            return await handler(request, await _body(request))
        except AuthError as error:
            return error.response(request)

    async def _health(self, request: Request, body: Body) -> Response:
        return JSONResponse({"version": "local", "name": "GoTrue", "description": "medtui local"})

    async def _settings(self, request: Request, body: Body) -> Response:
        return JSONResponse(
            {
                "external": {"email": True, "phone": False, "anonymous_users": False},
                "disable_signup": False,
                "mailer_autoconfirm": self.autoconfirm,
                "phone_autoconfirm": False,
                "sms_provider": "",
                "saml_enabled": False,
            }
        )

    async def _sign_up(self, request: Request, body: Body) -> Response:
        email, password = _email(body), _new_password(body)
        hashed = await _hashed(password)
        async with self._pool.connection() as db:
            user = await _one(db, "select * from auth.users where email = %s", email)
            if user and (user["email_confirmed_at"] or self.autoconfirm):
                if self.autoconfirm:
                    raise AuthError(422, "user_already_exists", "User already registered")
                # Nobody learns who has an account: a user that does not exist, without identities.
                return JSONResponse(_user_json({**user, "id": uuid4()}) | {"identities": []})
            user = await _one(
                db,
                """
                insert into auth.users
                  (email, encrypted_password, email_confirmed_at, raw_app_meta_data,
                   raw_user_meta_data)
                values (%s, %s, case when %s then now() end,
                        '{"provider": "email", "providers": ["email"]}', %s)
                on conflict (email) do update
                  set encrypted_password = excluded.encrypted_password, updated_at = now()
                returning *
                """,
                email,
                hashed,
                self.autoconfirm,
                json.dumps(body.get("data") or {}),
            )
            assert user is not None  # noqa: S101  # the statement returns a row
            if not self.autoconfirm:
                await _send_code(db, email, "signup")
                return JSONResponse(_user_json(user))
            return JSONResponse(await self._open(db, user))

    async def _token(self, request: Request, body: Body) -> Response:
        match request.query_params.get("grant_type"):
            case "password":
                return await self._password_grant(body)
            case "refresh_token":
                return await self._refresh_grant(body)
        raise validation_failed("unsupported_grant_type")

    async def _password_grant(self, body: Body) -> Response:
        email = _email(body)
        password = body.get("password")
        if not isinstance(password, str):
            raise invalid_credentials()
        self._refuse_guessing(email)
        async with self._pool.connection() as db:
            user = await _one(db, "select * from auth.users where email = %s", email)
        hashed = user["encrypted_password"] if user else None
        if not await passwords.matches(password, hashed):
            self._failures.setdefault(email, []).append(time.monotonic())
            raise invalid_credentials()
        self._failures.pop(email, None)
        assert user is not None  # noqa: S101  # nobody's password matches
        if user["email_confirmed_at"] is None:
            raise AuthError(400, "email_not_confirmed", "Email not confirmed")
        if user["banned_until"] and user["banned_until"] > datetime.now(UTC):
            raise AuthError(400, "user_banned", "User is banned")
        async with self._pool.connection() as db:
            return JSONResponse(await self._open(db, user))

    def _refuse_guessing(self, email: str) -> None:
        limit, seconds = FAILURES
        since = time.monotonic() - seconds
        recent = [moment for moment in self._failures.get(email, []) if moment > since]
        self._failures[email] = recent
        if len(recent) >= limit:
            raise AuthError(429, "over_request_rate_limit", "Request rate limit reached")
        if not recent:
            del self._failures[email]

    async def _refresh_grant(self, body: Body) -> Response:
        """Rotate a refresh token.

        A token that was replaced may come again within ten seconds, or when it is the active
        one's parent (its answer got lost); otherwise somebody has stolen it, and the whole
        session ends.
        """
        token = body.get("refresh_token")
        if not isinstance(token, str):
            raise validation_failed("refresh_token required")
        async with self._pool.connection() as db:
            row = await _one(
                db,
                """
                select token.*, session.user_id from auth.refresh_tokens as token
                join auth.sessions as session on session.id = token.session_id
                where token.token = %s for update of session
                """,
                token,
            )
            if row is None:
                raise AuthError(
                    400, "refresh_token_not_found", "Invalid Refresh Token: Refresh Token Not Found"
                )
            # Read again: whoever held the session's lock before us may have rotated it.
            row |= (
                await _one(
                    db, "select revoked_at from auth.refresh_tokens where id = %s", row["id"]
                )
                or {}
            )
            user = await _one(db, "select * from auth.users where id = %s", row["user_id"])
            assert user is not None  # noqa: S101  # sessions go with their user
            active = await _one(
                db,
                "select * from auth.refresh_tokens where session_id = %s and revoked_at is null",
                row["session_id"],
            )
            if row["revoked_at"] is not None:
                age = (datetime.now(UTC) - row["revoked_at"]).total_seconds()
                if active and (age < REUSE_SECONDS or active["parent"] == token):
                    return JSONResponse(self._session(user, row["session_id"], active["token"]))
                await db.execute("delete from auth.sessions where id = %s", [row["session_id"]])
                await db.commit()
                raise AuthError(
                    400, "refresh_token_already_used", "Invalid Refresh Token: Already Used"
                )
            await db.execute(
                "update auth.refresh_tokens set revoked_at = clock_timestamp() where id = %s",
                [row["id"]],
            )
            fresh = await _new_token(db, row["session_id"], parent=token)
            return JSONResponse(self._session(user, row["session_id"], fresh))

    async def _verify(self, request: Request, body: Body) -> Response:
        email = _email(body)
        purpose = {"signup": "signup", "email": "signup", "recovery": "recovery"}.get(
            str(body.get("type"))
        )
        if purpose is None:
            raise validation_failed("Verify requires a verification type")
        self._refuse_guessing(email)
        async with self._pool.connection() as db:
            sent = await _one(
                db,
                "select * from auth.one_time_codes where email = %s and purpose = %s",
                email,
                purpose,
            )
            age = (datetime.now(UTC) - sent["sent_at"]).total_seconds() if sent else 0
            if not sent or sent["code"] != str(body.get("token")) or age > CODE_SECONDS:
                self._failures.setdefault(email, []).append(time.monotonic())
                raise otp_expired()
            await db.execute(
                "delete from auth.one_time_codes where email = %s and purpose = %s",
                [email, purpose],
            )
            user = await _one(
                db,
                "update auth.users set email_confirmed_at = coalesce(email_confirmed_at, now())"
                " where email = %s returning *",
                email,
            )
            if user is None:
                raise otp_expired()
            return JSONResponse(await self._open(db, user))

    async def _resend(self, request: Request, body: Body) -> Response:
        email = _email(body)
        if body.get("type") != "signup":
            raise validation_failed("Missing one of these types: signup")
        async with self._pool.connection() as db:
            user = await _one(
                db,
                "select 1 from auth.users where email = %s and email_confirmed_at is null",
                email,
            )
            if user:
                await _send_code(db, email, "signup")
        return JSONResponse({})

    async def _user(self, request: Request, body: Body) -> Response:
        async with self._pool.connection() as db:
            user, _ = await self._caller(db, request)
        return JSONResponse(_user_json(user))

    async def _update_user(self, request: Request, body: Body) -> Response:
        hashed = await _hashed(_new_password(body)) if body.get("password") is not None else None
        async with self._pool.connection() as db:
            user, session_id = await self._caller(db, request)
            if hashed:
                if await passwords.matches(body["password"], user["encrypted_password"]):
                    raise AuthError(
                        422,
                        "same_password",
                        "New password should be different from the old password.",
                    )
                await db.execute(
                    "delete from auth.sessions where user_id = %s and id <> %s",
                    [user["id"], session_id],
                )
            changed = await _one(
                db,
                """
                update auth.users set encrypted_password = coalesce(%s, encrypted_password),
                  raw_user_meta_data = raw_user_meta_data || %s, updated_at = now()
                where id = %s returning *
                """,
                hashed,
                json.dumps(body.get("data") or {}),
                user["id"],
            )
        return JSONResponse(_user_json(changed or user))

    async def _logout(self, request: Request, body: Body) -> Response:
        scope = request.query_params.get("scope", "global")
        which = {
            "global": "user_id = %(user)s",
            "local": "id = %(session)s",
            "others": "user_id = %(user)s and id <> %(session)s",
        }.get(scope)
        if which is None:
            raise validation_failed(f"Unsupported logout scope {scope!r}")
        async with self._pool.connection() as db:
            user, session_id = await self._caller(db, request)
            await db.execute(
                f"delete from auth.sessions where {which}".encode(),  # noqa: S608  # ours
                {"user": user["id"], "session": session_id},
            )
        return Response(status_code=204)

    async def _caller(self, db: Db, request: Request) -> tuple[DictRow, UUID]:
        """The user and the session of the request's access token."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise AuthError(401, "no_authorization", "This endpoint requires a valid Bearer token")
        try:
            claims = self._keys.verify(token)
        except jwt.ExpiredSignatureError as error:
            raise bad_jwt("token has invalid claims: token is expired") from error
        except jwt.InvalidTokenError as error:
            raise bad_jwt("token is malformed or its signature is invalid") from error
        try:
            user_id, session_id = UUID(claims["sub"]), UUID(claims["session_id"])
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            raise bad_jwt("missing sub claim") from error
        user = await _one(db, "select * from auth.users where id = %s", user_id)
        if user is None:
            raise AuthError(403, "user_not_found", "User from sub claim in JWT does not exist")
        if not await _one(db, "select 1 from auth.sessions where id = %s", session_id):
            raise AuthError(
                403, "session_not_found", "Session from session_id claim in JWT does not exist"
            )
        return user, session_id

    async def _open(self, db: Db, user: DictRow) -> Body:
        """Open a login: a session row, its first refresh token, the client's session object."""
        session = await _one(
            db, "insert into auth.sessions (user_id) values (%s) returning id", user["id"]
        )
        assert session is not None  # noqa: S101  # the statement returns a row
        seen = await _one(
            db,
            "update auth.users set last_sign_in_at = now() where id = %s returning *",
            user["id"],
        )
        token = await _new_token(db, session["id"])
        return self._session(seen or user, session["id"], token)

    def _session(self, user: DictRow, session_id: UUID, refresh_token: str) -> Body:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "sub": str(user["id"]),
            "aud": "authenticated",
            "exp": now + TOKEN_SECONDS,
            "iat": now,
            "email": user["email"],
            "phone": "",
            "app_metadata": user["raw_app_meta_data"],
            "user_metadata": user["raw_user_meta_data"],
            "role": "authenticated",
            "aal": "aal1",
            "amr": [{"method": "password", "timestamp": now}],
            "session_id": str(session_id),
            "is_anonymous": False,
        }
        return {
            "access_token": self._keys.sign(claims),
            "token_type": "bearer",
            "expires_in": TOKEN_SECONDS,
            "expires_at": now + TOKEN_SECONDS,
            "refresh_token": refresh_token,
            "user": _user_json(user),
        }


async def _body(request: Request) -> Body:
    raw = await request.body()
    if not raw:
        return {}
    try:
        parsed = json.loads(raw)
    except ValueError as error:
        raise AuthError(400, "bad_json", "Could not parse request body as JSON") from error
    if not isinstance(parsed, dict):
        raise AuthError(400, "bad_json", "Could not parse request body as JSON")
    return parsed


def _email(body: Body) -> str:
    email = body.get("email")
    if not isinstance(email, str) or not email:
        raise validation_failed("An email address is required")
    if len(email) > 255 or not re.fullmatch(r"[^@\s\x00]+@[^@\s\x00]+", email):
        raise AuthError(
            400, "validation_failed", "Unable to validate email address: invalid format"
        )
    return email.lower()


def _new_password(body: Body) -> str:
    password = body.get("password")
    if not isinstance(password, str) or not password:
        raise validation_failed("Signup requires a valid password")
    if len(password) < MIN_PASSWORD:
        raise AuthError(
            422,
            "weak_password",
            f"Password should be at least {MIN_PASSWORD} characters.",
            weak_password={"reasons": ["length"]},
        )
    if len(password.encode(errors="surrogatepass")) > MAX_PASSWORD:
        raise validation_failed(f"Password cannot be longer than {MAX_PASSWORD} characters")
    return password


async def _hashed(password: str) -> str:
    return await asyncio.to_thread(passwords.hash_password, password)


async def _one(db: Db, query: str, *parameters: object) -> DictRow | None:
    return await (await db.execute(query.encode(), parameters)).fetchone()


async def _new_token(db: Db, session_id: UUID, *, parent: str | None = None) -> str:
    token = secrets.token_urlsafe(16)
    await db.execute(
        "insert into auth.refresh_tokens (token, session_id, parent) values (%s, %s, %s)",
        [token, session_id, parent],
    )
    return token


async def _send_code(db: Db, email: str, purpose: str) -> None:
    """Put a fresh code into the table that stands for everybody's mailbox."""
    sent = await _one(
        db,
        "select extract(epoch from now() - sent_at)::int as age from auth.one_time_codes"
        " where email = %s and purpose = %s",
        email,
        purpose,
    )
    if sent and sent["age"] < RESEND_SECONDS:
        raise AuthError(
            429,
            "over_email_send_rate_limit",
            "For security purposes, you can only request this after "
            f"{RESEND_SECONDS - sent['age']} seconds.",
        )
    await db.execute(
        """
        insert into auth.one_time_codes (email, purpose, code) values (%s, %s, %s)
        on conflict (email, purpose) do update set code = excluded.code, sent_at = now()
        """,
        [email, purpose, f"{secrets.randbelow(10**6):06}"],
    )


def _user_json(user: DictRow) -> Body:
    """GoTrue's user. RFC 3339 with a `T`: the Python client refuses a space."""
    confirmed = _time(user["email_confirmed_at"])
    return {
        "id": str(user["id"]),
        "aud": "authenticated",
        "role": "authenticated",
        "email": user["email"],
        "email_confirmed_at": confirmed,
        "phone": "",
        "confirmed_at": confirmed,
        "last_sign_in_at": _time(user["last_sign_in_at"]),
        "app_metadata": user["raw_app_meta_data"],
        "user_metadata": user["raw_user_meta_data"],
        "identities": [],
        "created_at": _time(user["created_at"]),
        "updated_at": _time(user["updated_at"]),
        "is_anonymous": False,
    }


def _time(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment else None


def auth_pool(dsn: str) -> AsyncConnectionPool[Db]:
    """Connections of the auth server; to be opened on the loop that uses them."""
    return AsyncConnectionPool(
        dsn, min_size=1, max_size=4, open=False, kwargs={"row_factory": dict_row}
    )
