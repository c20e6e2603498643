"""One connection to one server: the `supabase` client, its token, and how calls are made."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from medtui.data.backoff import Pauses
from medtui.data.error_mapping import TokenRefused, translated
from medtui.data.errors import DataError, Unreachable
from medtui.data.gateway_refusals import refuse
from medtui.data.network import Route
from medtui.data.upload_progress import wait_longer

if TYPE_CHECKING:
    import httpx
    from supabase import AsyncClient

log = logging.getLogger(__name__)

T = TypeVar("T")

READ_ATTEMPTS = 3
READ_PAUSES = 0.6, 1.2
"""Seconds between two attempts: the first pause, and the longest."""

FUNCTIONS, ROUNDS, DELETION, WAITING, BROADCAST = 2, 3, 4, 5, 7
"""Levels of a server: see `Connection.level`."""

NIL = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True, slots=True)
class Server:
    """A server to talk to: its URL, and the public (anonymous) key of either kind."""

    url: str
    key: str


class Connection:
    """The client and the two ways to call it. Made by `connect`, closed by `close`."""

    def __init__(
        self, server: Server, client: AsyncClient, http: httpx.AsyncClient, route: Route
    ) -> None:
        self.server = server
        self.client = client
        self.http = http
        self.route = route
        self.refresh: Callable[[str], Awaitable[None]] | None = None
        """Set by `Auth`: replaces the given access token, or raises NotSignedIn."""
        self.freshen: Callable[[], Awaitable[None]] | None = None
        """Set by `Auth`: the same, if the token is known to have expired."""
        self.known_level: int | None = None
        """The result of `level`; None before the server has answered."""
        self._question: asyncio.Task[int] | None = None

    async def write(self, request: Callable[[AsyncClient], Awaitable[T]]) -> T:
        """Make a call once; a second time only after a refused token was refreshed.

        `request` builds a new call each time, because a call contains its token.
        Raises a `DataError`.
        """
        token = self.token
        try:
            with translated():
                return _understood(await request(self.client))
        except TokenRefused:
            if self.refresh is None or token == self.server.key:
                raise
            await self.refresh(token)
        with translated():
            return _understood(await request(self.client))

    async def read(self, request: Callable[[AsyncClient], Awaitable[T]]) -> T:
        """As `write`, for calls that may be made again when the network fails."""
        pauses = Pauses(*READ_PAUSES)
        for _ in range(1, READ_ATTEMPTS):
            try:
                return await self.write(request)
            except Unreachable:
                await pauses.sleep()
        return await self.write(request)

    async def is_complete(self) -> bool:
        """Whether the server has our functions (kind 1), and not the data model alone."""
        return await self.level() >= FUNCTIONS

    async def level(self) -> int:
        """How many of our migrations the server has, asked once per connection.

        1: the data model alone; from `FUNCTIONS` on with briefs by role; from `ROUNDS` on with
        rounds; from `DELETION` on users delete their accounts; from `WAITING` on they wait for
        seats; from `BROADCAST` on changes are broadcast; from `NOTES` on sessions have notes. Only
        PostgREST's "no such function" means that one is missing; a refusal or a failing network
        says nothing about it.
        """
        if self.known_level is None:
            # Calls in the meantime wait for the same answer, or fail with it.
            # Only a failed request is repeated: its answer may be there and not be read yet.
            question = self._question
            if question is None or (
                question.done() and (question.cancelled() or question.exception() is not None)
            ):
                question = self._question = asyncio.create_task(self.read(_ask_for_level))
            self.known_level = await asyncio.shield(question)
        return self.known_level

    async def has_newer_token(self) -> bool:
        """Refresh the login's token. Returns whether there is a newer one now."""
        if self.refresh is None:
            return False
        try:
            await self.refresh(self.token)
        except DataError as error:  # NotSignedIn: `Auth` has told the user
            log.info("the token could not be refreshed yet: %s", error.title)
            return False
        return True

    @property
    def token(self) -> str:
        """The bearer that calls are made with: the user's access token, or the public key."""
        return str(self.client.options.headers["Authorization"]).removeprefix("Bearer ")

    def forget_login(self) -> None:
        """Send calls without a login from now on. The login itself does not end at the server."""
        self.client.auth._notify_all_subscribers("SIGNED_OUT", None)

    async def close(self) -> None:
        if self._question is not None:
            self._question.cancel()
        await self.http.aclose()


def _understood(answer: T) -> T:
    """Return the answer if it can be PostgREST's. Raises ValueError.

    Its client passes on any other text unchanged: a hotel's login page, a truncated answer.
    """
    if not isinstance(getattr(answer, "data", []), list):
        raise ValueError("no rows")
    return answer


async def _whole(response: httpx.Response) -> None:
    """Refuse an answer whose body is missing: the client would take it for no rows."""
    if not response.is_success or "/rest/v1/" not in response.url.path:
        return
    asked = response.request
    is_wanted = asked.method == "GET" or "return=representation" in asked.headers.get("prefer", "")
    if is_wanted and not await response.aread():
        raise ValueError("nothing")


async def _ask_for_level(client: AsyncClient) -> int:
    from postgrest.exceptions import APIError

    try:
        answer: Any = await client.rpc("medtui_level").execute()
        return int(answer.data)
    except APIError as error:
        if error.code != "PGRST202":
            raise
    try:
        await client.rpc("session_case", {"session_id": NIL}).execute()
    except APIError as error:
        if error.code == "PGRST202":
            return 1
        if error.code != "42501":  # anon may not call it, but it is there
            raise
    return FUNCTIONS


async def connect(server: Server, storage: object) -> Connection:
    """Assemble the client, without any request. `storage` is where auth keeps its session.

    Importing `supabase` and reading the certificates take a quarter of a second:
    both happen in a thread, so that the first frame need not wait for them.
    """
    _, route = await asyncio.gather(asyncio.to_thread(_prepare), Route.to(server.url))

    from httpx import Timeout
    from supabase import AsyncClient, AsyncClientOptions

    from medtui.data.transport import http_client

    http = http_client(
        route,
        timeout=Timeout(10, connect=5),
        hooks={"request": [wait_longer], "response": [refuse, _whole]},
    )
    client = AsyncClient(
        server.url,
        server.key,
        AsyncClientOptions(
            storage=storage,  # type: ignore[arg-type]  # the same methods, no base class
            httpx_client=http,
            auto_refresh_token=False,  # ours refreshes under a lock, and does not give up
            postgrest_client_retry=False,  # `read` retries, sooner
            flow_type="implicit",  # codes are typed in; there is no redirect to come back from
        ),
    )
    return Connection(server, client, http, route)


def _prepare() -> None:
    import supabase  # noqa: F401  # imported here for its cost, used by the caller

    # The client libraries' debug lines contain tokens.
    for name in ("httpx", "httpcore", "realtime", "websockets", "supabase_auth", "hpack"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
