"""The auth server: GoTrue's accounts, logins and one-time codes over `/auth/v1`.

Shapes, statuses and codes follow GoTrue; what is not here answers 404 as it does.
"""

from __future__ import annotations

import logging
import re

import psycopg
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool
from starlette.requests import Request
from starlette.responses import Response

from medtui.local.auth.account import AccountRoutes, AdminRoutes
from medtui.local.auth.entry import SignInRoutes
from medtui.local.auth.errors import AuthError
from medtui.local.auth.factors import FactorRoutes
from medtui.local.bodies import answer, json_object
from medtui.local.connection import Pool, SharedPool

_ID = re.compile(r"(?<=^factors/)[^/]+")

log = logging.getLogger(__name__)


def auth_pool(dsn: str) -> Pool:
    """Connections of the auth server."""
    # Checked: a connection that PostgreSQL has dropped, as after a crash, must fail no sign-in.
    check = AsyncConnectionPool.check_connection
    return SharedPool(dsn, min_size=0, max_size=4, check=check, kwargs={"row_factory": dict_row})


class AuthService(SignInRoutes, AccountRoutes, FactorRoutes, AdminRoutes):
    """All the endpoints."""

    async def endpoint(self, request: Request) -> Response:
        path = request.path_params["path"]
        name = f"{request.method.lower()}_{_ID.sub('id', path).replace('/', '_')}"
        handler = None if "_" in path else getattr(self, name, None)
        if handler is None:
            return Response("404 page not found\n", 404, media_type="text/plain")
        try:
            body = await json_object(request)
        except ValueError as error:
            raise AuthError("bad_json") from error
        try:
            found = await handler(request, body)
            return found if isinstance(found, Response) else answer(found)
        except psycopg.Error as error:
            # Its text may hold what was sent.
            log.warning("%s %s failed: %s", request.method, path, type(error).__name__)
            raise AuthError("unexpected_failure") from None
