"""The gateway: one HTTP server in front of auth, REST, Storage and Realtime, as Supabase has it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.convertors import PathConvertor, register_url_convertor
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute

from medtui.local import bodies, connections
from medtui.local.address import address_of, current
from medtui.local.auth import AuthService, auth_pool
from medtui.local.auth.limits import Limits
from medtui.local.calendar_feeds import CalendarFeeds
from medtui.local.connections import Crowd, HttpConnection, WebSocket, counted_by
from medtui.local.db_role import bearer
from medtui.local.keys import ServerKeys, is_opaque
from medtui.local.realtime import Realtime
from medtui.local.rest import MAX_ROWS, Rest
from medtui.local.storage import Storage
from medtui.local.storage.objects import MAX_FILE, storage_pool

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
"""Services refuse by themselves what they have no use for, in their shape."""

MAX_BODY = 2 * 1024 * 1024
"""Of a request to auth and REST: many times the longest that medtui sends."""
MAX_UPLOAD = MAX_FILE + MAX_BODY
"""Of a request to Storage: the largest file, and the form that it comes in."""
LOOPBACK = ["127.0.0.1", "::1"]
log = logging.getLogger(__name__)

Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass
class Gateway:
    """Made by `start`, ended by `stop`. Serves in the event loop that started it."""

    url: str
    _server: uvicorn.Server
    _serving: asyncio.Task[None]
    _resources: contextlib.AsyncExitStack

    @classmethod
    async def start(
        cls,
        dsn: Callable[[str], str],
        keys: ServerKeys,
        *,
        files: Path,
        host: str = "127.0.0.1",
        port: int = 0,
        autoconfirm: bool = True,
        max_rows: int = MAX_ROWS,
        trust_proxy: bool = False,
        like_hosted: bool = False,
        sockets: Sequence[socket.socket] | None = None,
    ) -> Gateway:
        """Serve one database.

        Args:
            dsn: gives, for a role, how to connect to the database as that role.
            files: the folder of the database's files; made if it is not there.
            host, port: where; port 0 is any free one. Or `sockets` that listen already.
            autoconfirm: whether a sign-up is confirmed at once, or by a code.
            max_rows: rows, and entries of a folder, in one answer: PostgREST's `db-max-rows`.
            trust_proxy: whether a proxy on this machine says, by `X-Forwarded-For`, whom requests
                 come from. From others the header means nothing.
            like_hosted: whether changes are late, and lost, as a hosted project has it.
        """
        listening = list(sockets or [socket.create_server((host, port))])
        for listener in listening:
            # Connections inherit it: without, a frame behind another waits 40 ms for an answer.
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        url = f"http://{host}:{listening[0].getsockname()[1]}"
        async with contextlib.AsyncExitStack() as resources:
            rest = Rest(dsn("authenticator"), keys, most=max_rows)
            users = auth_pool(dsn("supabase_auth_admin"))
            objects = storage_pool(dsn("supabase_storage_admin"))
            for opened in (rest.pool, users, objects):
                await resources.enter_async_context(opened)
            limits = Limits(trust_proxy=trust_proxy)
            auth = AuthService(users, keys, f"{url}/auth/v1", limits, autoconfirm)
            storage = Storage(objects, keys, files, most=max_rows)
            await storage.start()
            realtime = Realtime(dsn, keys, like_hosted=like_hosted)
            await realtime.start()
            resources.push_async_callback(realtime.stop)
            exempt = frozenset(LOOPBACK if trust_proxy else ())
            crowd = Crowd(total=connections.most_connections(), exempt=exempt)
            server = uvicorn.Server(
                uvicorn.Config(
                    _application(auth, rest, storage, realtime, keys),
                    log_config=None,
                    access_log=False,
                    lifespan="off",
                    proxy_headers=trust_proxy,
                    forwarded_allow_ips=LOOPBACK,
                    backlog=connections.BACKLOG,
                    http=counted_by(crowd, HttpConnection),
                    ws=counted_by(crowd, WebSocket),
                    ws_max_size=1024 * 1024,
                    ws_per_message_deflate=False,  # as the real one's sockets
                    timeout_graceful_shutdown=1,
                )
            )
            # Signals are for the program that runs this loop, not for uvicorn.
            server.capture_signals = contextlib.nullcontext  # type: ignore[assignment]
            serving = asyncio.create_task(server.serve(sockets=listening), name="gateway")
            while not server.started:  # noqa: ASYNC110  # uvicorn has no event for it
                await asyncio.sleep(0.002)
            return cls(url, server, serving, resources.pop_all())

    async def stop(self) -> None:
        """Close every connection and let go of the database."""
        # First of all the websockets: an open one would hold up the server's end.
        await self._resources.aclose()
        self._server.should_exit = True
        await self._serving


class _AnyPath(PathConvertor):
    """A path with whatever is in it: `path` does not take line breaks."""

    regex = r"[\s\S]*"


register_url_convertor("any", _AnyPath())


def _application(
    auth: AuthService, rest: Rest, storage: Storage, realtime: Realtime, keys: ServerKeys
) -> Starlette:
    def guarded(endpoint: Endpoint, *, keyless: bool = False, most: int = MAX_BODY) -> Endpoint:
        async def answered(request: Request) -> Response:
            current.set(address_of(request.client))
            try:
                admitted = _admitted(bodies.limited(request, most), keys, keyless=keyless)
                answer = await endpoint(admitted)
            except bodies.RefusedRequest as refusal:
                answer = refusal.response()
            if answer.status_code >= HTTPStatus.BAD_REQUEST:
                # Without its query, which may hold a key, and people's words; nor a feed's address.
                path = request.scope.get("raw_path", b"").decode("ascii", "backslashreplace")
                path = "a calendar" if "secret" in request.path_params else path
                log.info("%s %s: %d", request.method, path, answer.status_code)
            return answer

        return answered

    feeds = CalendarFeeds(auth, rest.pool)
    # The storage server is content with a bearer, without an API key.
    stored = guarded(storage.endpoint, keyless=True, most=MAX_UPLOAD)
    return Starlette(
        routes=[
            Route("/calendar", guarded(feeds.manage), methods=["POST", "DELETE"]),
            Route("/calendar/{secret}.ics", guarded(feeds.read, keyless=True)),
            Route("/auth/v1/{path:path}", guarded(auth.endpoint), methods=METHODS),
            Route("/rest/v1/{path:any}", guarded(rest.endpoint), methods=METHODS),
            Route("/storage/v1/{path:any}", stored, methods=METHODS),
            WebSocketRoute("/realtime/v1/websocket", realtime.endpoint),
        ],
        exception_handlers={404: _no_route, 405: _no_route, 500: _broken},
    )


def _admitted(request: Request, keys: ServerKeys, *, keyless: bool) -> Request:
    """The request as services see it: with its role's JWT in the place of an opaque key.

    Raises RefusedRequest for a missing or unknown API key, in the real gateway's words.
    """
    key = request.headers.get("apikey") or request.query_params.get("apikey")
    token, given = keys.token_of(key), bearer(request)
    if request.method == "GET" and request.url.path == "/auth/v1/verify":
        return request  # an e-mailed link, opened in a browser
    if not key and not keyless:
        raise bodies.RefusedRequest(401, {"message": "No API key found in request"})
    # An opaque key is no bearer, unless it repeats the request's API key, as clients do.
    if not keyless and (token is None or (is_opaque(given) and given != key)):
        message = "Unregistered API key" if is_opaque(key) else "Invalid API key"
        raise bodies.RefusedRequest(401, {"message": message})
    if token is None or not is_opaque(key) or (given and given != key):
        return request
    headers = MutableHeaders(scope=request.scope)
    headers["apikey"], headers["authorization"] = token, f"Bearer {token}"
    return Request(request.scope, request.receive)


async def _no_route(request: Request, error: Exception) -> Response:
    return bodies.answer({"message": "no Route matched with those values"}, 404)


async def _broken(request: Request, error: Exception) -> Response:
    return bodies.answer({"message": "An unexpected error occurred"}, 500)
