"""How one gets in: sign-up, password, refresh token, and one-time codes."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlencode

from psycopg.errors import UniqueViolation
from psycopg.rows import DictRow
from starlette.requests import Request
from starlette.responses import RedirectResponse

from medtui.local.auth import codes, passwords, users
from medtui.local.auth.errors import AuthError
from medtui.local.auth.sessions import Answer, RouteGroup, end_sessions
from medtui.local.bodies import Json
from medtui.local.connection import Db, the_one

ONE_OF_TWO = "Confirmation link accepted. Please proceed to confirm link sent to the other email"
SITE = "http://localhost:3000"
"""Where links lead in the end: the Site URL of a project that has set none."""


class SignInRoutes(RouteGroup):
    """The endpoints for people without a login."""

    async def get_health(self, request: Request, body: Json) -> Answer:
        return {"version": "local", "name": "GoTrue", "description": "medtui local"}

    async def get_settings(self, request: Request, body: Json) -> Answer:
        """GoTrue's settings, and whether there is anybody yet: the first one is greeted so."""
        async with self.pool.connection() as db:
            found = await the_one(db, "select exists(select from auth.users) as has_accounts")
        return {
            "external": {"email": True, "phone": False, "anonymous_users": False},
            "disable_signup": False,
            "mailer_autoconfirm": self.autoconfirm,
            "medtui_has_accounts": found["has_accounts"],
        }

    async def post_signup(self, request: Request, body: Json) -> Answer:
        password, email = passwords.checked(body.get("password")), users.email_of(body)
        data = users.object_of(body, "data")
        self.limits.admit(request)
        hashed = await passwords.hashed(password)
        async with self.pool.connection() as db:
            user = await self._signed_up(db, email, hashed, data, password)
            if user is None:
                if self.autoconfirm:
                    raise AuthError("user_already_exists")
                return users.nobody(email, data)
            if not self.autoconfirm:
                return users.as_json(user)
            return await self.open_login(db, user, "password")

    async def _signed_up(
        self, db: Db, email: str, hashed: str, data: Json, password: str
    ) -> DictRow | None:
        """The new user, confirmed or sent a code; None if the e-mail is taken.

        An account that was never confirmed gets the same answer as a new one. But we cannot know
        whether both sign-ups are one person's. After a second one with another password no
        password opens the account: the person who enters the code sets one.
        """
        user = await users.create(db, email, hashed, confirmed=self.autoconfirm, data=data)
        if user is None:
            user = await the_one(db, "select * from auth.users where email = %s for update", email)
            if user["email_confirmed_at"]:
                return None
            if self.autoconfirm:  # No code will be sent: the account is this caller's.
                return await _confirmed(db, await users.update(db, user, encrypted_password=hashed))
            if not await passwords.matches(password, user["encrypted_password"]):
                user = await users.update(db, user, encrypted_password=None)
                await db.commit()  # whether or not another code may be sent now
        if not self.autoconfirm:
            await codes.send(db, user, codes.SIGN_UP)
        return user

    async def post_token(self, request: Request, body: Json) -> Answer:
        match request.query_params.get("grant_type"), body.get("refresh_token"):
            case "password", _:
                return await self._password_grant(request, body)
            case "refresh_token", str(token):
                async with self.pool.connection() as db:
                    return await self.refresh_login(db, token)
        raise AuthError("validation_failed", "unsupported_grant_type")

    async def _password_grant(self, request: Request, body: Json) -> Answer:
        email, password = users.email_of(body), body.get("password")
        if not isinstance(password, str):
            raise AuthError("invalid_credentials")
        self.limits.admit(request)
        async with self.limits.guessing:
            self.limits.passwords.check(request, email)
            async with self.pool.connection() as db:
                user = await users.by_email(db, email)
            hashed = user["encrypted_password"] if user else None
            if not await passwords.matches(password, hashed) or user is None:
                self.limits.passwords.count(request, email, is_known=user is not None)
                raise AuthError("invalid_credentials")
        self.limits.passwords.forget(request, email)
        users.refuse_banned(user)
        if user["email_confirmed_at"] is None:
            raise AuthError("email_not_confirmed")
        async with self.pool.connection() as db:
            return await self.open_login(db, user, "password")

    async def post_recover(self, request: Request, body: Json) -> Answer:
        """Send a code that lets its owner in without the password. It makes no account."""
        email = users.email_of(body)
        self.limits.admit(request)
        async with self.pool.connection() as db:
            user = await users.by_email(db, email)
            if user:
                await codes.send(db, user, codes.RECOVERY)
        if user is None and request.path_params["path"] == "otp":
            raise AuthError("otp_disabled")
        return {}

    post_otp = post_recover

    async def post_resend(self, request: Request, body: Json) -> Answer:
        kind = body.get("type")
        if kind not in ("signup", "email_change"):
            raise AuthError("validation_failed", "Missing one of these types: signup, email_change")
        email = users.email_of(body)
        self.limits.admit(request)
        async with self.pool.connection() as db:
            user = await users.by_email(db, email)
            if user and kind == "signup" and user["email_confirmed_at"] is None:
                await codes.send(db, user, codes.SIGN_UP)
            elif user and kind == "email_change" and user["email_change"]:
                await send_change(db, user, user["email_change"])
        return {}

    async def post_verify(self, request: Request, body: Json) -> Answer:
        kind, code, token = str(body.get("type")), body.get("token"), body.get("token_hash")
        if token and (body.get("email") or code):
            raise AuthError("validation_failed", "Only the token_hash and type should be provided")
        if not isinstance(proof := token or code, str):
            raise AuthError("otp_expired")  # Text messages are not sent here.
        email = "" if token else users.email_of(body)
        session = await self._redeemed(request, kind, email, proof.replace("-", ""))
        return session or {"msg": ONE_OF_TWO, "code": "200"}

    async def get_verify(self, request: Request, body: Json) -> Answer:
        """A link, opened in a browser: that is signed in, and led to the project's site."""
        token, kind = request.query_params.get("token", ""), request.query_params.get("type", "")
        try:
            session = await self._redeemed(request, kind, "", token) or {"message": ONE_OF_TWO}
            said = {name: value for name, value in session.items() if name != "user"}
        except AuthError as error:
            said = {"error": "access_denied", "error_code": error.code}
            said["error_description"] = "Email link is invalid or has expired"
        return RedirectResponse(f"{SITE}/#{urlencode(said)}", 303)

    async def _redeemed(self, request: Request, kind: str, email: str, code: str) -> Json | None:
        """The session for a code, or for a link's token where `email` is empty.

        None: a change of e-mail waits for the other code. Links are guessed at like codes.
        """
        if kind not in codes.VERIFIED:
            raise AuthError("otp_expired")
        self.limits.admit(request)
        async with self.pool.connection() as db:
            self.limits.codes.check(request, email)
            redeemed = await codes.redeem(db, kind, email, code)
            if redeemed is None:
                is_known = not email or await codes.are_known(db, email)
                self.limits.codes.count(request, email, is_known=is_known)
                raise AuthError("otp_expired")
            self.limits.codes.forget(request, email)
            user = await users.locked(db, redeemed["user_id"])
            users.refuse_banned(user, status=403)
            if kind == "email_change":
                changed = await self._change_email(db, user)
                if changed is None:
                    return None
                user = changed
            else:
                if redeemed["purpose"] != codes.SIGN_UP and user["email_confirmed_at"] is None:
                    user = await users.update(db, user, encrypted_password=None)
                user = await _confirmed(db, user)
            return await self.open_login(db, user, "otp")

    async def _change_email(self, db: Db, user: DictRow) -> DictRow | None:
        """After a code: the user with the new e-mail; None while the other code is missing."""
        if not self.autoconfirm and user["email_change_confirm_status"] == 0:
            await users.update(db, user, email_change_confirm_status=1)
            return None
        await codes.void(db, user, codes.CHANGE_FROM, codes.CHANGE_TO)
        confirmed_at = user["email_confirmed_at"] or datetime.now(UTC)
        changes = {"email": user["email_change"], "email_change": None}
        changes |= {"email_change_confirm_status": 0, "email_confirmed_at": confirmed_at}
        try:
            return await users.update(db, user, **changes)
        except UniqueViolation as error:
            raise AuthError("email_exists") from error


async def send_change(db: Db, user: DictRow, email: str) -> None:
    """Ask for a change of e-mail: a code to the new address, and one to the present one."""
    await codes.send(db, user, codes.CHANGE_TO, email)
    await codes.send(db, user, codes.CHANGE_FROM)
    await users.update(db, user, email_change=email, email_change_confirm_status=0)


async def _confirmed(db: Db, user: DictRow) -> DictRow:
    """The confirmed user. If they were not confirmed before, their earlier logins end."""
    if user["email_confirmed_at"] is not None:
        return user
    await end_sessions(db, user)
    return await users.update(db, user, email_confirmed_at=datetime.now(UTC))
