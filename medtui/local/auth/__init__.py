"""The auth server: GoTrue's accounts, logins and one-time codes over `/auth/v1`.

Shapes, statuses and codes follow GoTrue; what is not here answers 404 as it does.
"""

from __future__ import annotations

import logging

import psycopg
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from medtui.local.auth.account import AccountRoutes
from medtui.local.auth.admin import AdminRoutes
from medtui.local.auth.db import Pool, auth_pool, the_one
from medtui.local.auth.entry import SignInRoutes
from medtui.local.auth.errors import AuthError, unexpected_failure
from medtui.local.auth.inputs import body_of
from medtui.local.auth.limits import Limits
from medtui.local.auth.sessions import LoginSessions, Routes
from medtui.local.bodies import Json
from medtui.local.keys import ServerKeys

__all__ = ["METHODS", "AuthService", "auth_pool"]

METHODS = ["GET", "POST", "PUT", "DELETE"]

log = logging.getLogger(__name__)


class AuthService:
    """The endpoints. `autoconfirm` off: a sign-up waits for a code from the mailbox."""

    def __init__(
        self, pool: Pool, keys: ServerKeys, *, autoconfirm: bool = True, trust_proxy: bool = False
    ) -> None:
        self._sessions = LoginSessions(keys)
        limits = Limits(trust_proxy=trust_proxy)
        self._pool, self._autoconfirm = pool, autoconfirm
        self._routes: Routes = {
            ("GET", "health"): self._health,
            ("GET", "settings"): self._settings,
        }
        for routes in (SignInRoutes, AccountRoutes, AdminRoutes):
            self._routes |= routes(pool, self._sessions, limits, autoconfirm).routes()

    def issue_as(self, issuer: str) -> None:
        """Say in access tokens from where they come."""
        self._sessions.issuer = issuer

    async def endpoint(self, request: Request) -> Response:
        path = request.path_params["path"]
        handler = self._routes.get((request.method, path))
        if handler is None:
            return Response("404 page not found\n", 404, media_type="text/plain")
        try:
            return await handler(request, await body_of(request))
        except AuthError as error:
            return error.response()
        except psycopg.Error as error:
            # Its text may hold what was sent.
            log.warning("%s %s failed: %s", request.method, path, type(error).__name__)
            return unexpected_failure().response()

    async def _health(self, request: Request, body: Json) -> Response:
        return JSONResponse({"version": "local", "name": "GoTrue", "description": "medtui local"})

    async def _settings(self, request: Request, body: Json) -> Response:
        """GoTrue's settings, and whether there is anybody yet: the first one is greeted so."""
        async with self._pool.connection() as db:
            found = await the_one(db, "select exists(select from auth.users) as has_accounts")
        return JSONResponse(
            {
                "external": {"email": True, "phone": False, "anonymous_users": False},
                "disable_signup": False,
                "mailer_autoconfirm": self._autoconfirm,
                "medtui_has_accounts": found["has_accounts"],
            }
        )
