"""The auth server: GoTrue's accounts, logins and one-time codes over `/auth/v1`.

Shapes, statuses and codes follow GoTrue; what is not here answers 404 as it does.
"""

from __future__ import annotations

import logging
import re

import psycopg
from starlette.requests import Request
from starlette.responses import Response

from medtui.local.auth.account import AccountRoutes
from medtui.local.auth.admin import AdminRoutes
from medtui.local.auth.db import Pool
from medtui.local.auth.entry import SignInRoutes
from medtui.local.auth.errors import AuthError
from medtui.local.auth.factors import FactorRoutes
from medtui.local.auth.inputs import body_of
from medtui.local.auth.limits import Limits
from medtui.local.auth.sessions import LoginSessions, Routes
from medtui.local.keys import ServerKeys

_ID = re.compile(r"(?<=^factors/)[^/]+")

log = logging.getLogger(__name__)


class AuthService:
    """The endpoints. `issuer` is what access tokens say they come from.

    `autoconfirm` off: a sign-up waits for a code from the mailbox.
    """

    def __init__(
        self, pool: Pool, keys: ServerKeys, issuer: str, *, autoconfirm: bool, trust_proxy: bool
    ) -> None:
        shared = pool, LoginSessions(keys, issuer), Limits(trust_proxy=trust_proxy), autoconfirm
        self._routes: Routes = {}
        for routes in (SignInRoutes, AccountRoutes, FactorRoutes, AdminRoutes):
            self._routes |= routes(*shared).routes()

    async def endpoint(self, request: Request) -> Response:
        path = request.path_params["path"]
        handler = self._routes.get((request.method, _ID.sub("{id}", path)))
        if handler is None:
            return Response("404 page not found\n", 404, media_type="text/plain")
        try:
            return await handler(request, await body_of(request))
        except AuthError as error:
            return error.response()
        except psycopg.Error as error:
            # Its text may hold what was sent.
            log.warning("%s %s failed: %s", request.method, path, type(error).__name__)
            message = "Unexpected failure, please check server logs for more information"
            return AuthError(500, "unexpected_failure", message).response()
