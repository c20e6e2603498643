"""The HTTP transport: uses the route's proxy, and limits the size of answers."""

from __future__ import annotations

import ssl
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

import httpx

from medtui.data.errors import PORTAL, Unreachable

if TYPE_CHECKING:
    from medtui.data.network import Route

Hooks = Mapping[str, list[Callable[..., Awaitable[None]]]]

MAX_ANSWER = 16 * 1024**2
"""The most bytes of an unpacked answer; a thousand sessions, or fifty long cases, take far less."""
MAX_FILE = 65 * 1024**2
"""The most bytes of a session's file: a little more than is read of one (`documents.decode`)."""
IDLE_SECONDS = 3.0
"""Seconds after which an unused connection is closed: sooner than a server does (uvicorn after 5),
because a request on a connection that is just being closed fails."""
PART = 64 * 1024
"""Bytes unpacked at a time, so that a bomb is noticed before it is large."""

TOO_LARGE = (
    "The server's answer is larger than any that medtui asks for: check the server's address."
)
NOT_READABLE = "The server's answer could not be unpacked: try again, or check its address."


class Transport(httpx.AsyncBaseTransport):
    """Carries requests over one route. Raises Unreachable beside what httpx raises.

    `largest`: the most bytes of any answer; None: as many as a Supabase sends.
    """

    def __init__(self, route: Route, largest: int | None = None) -> None:
        self._route = route
        self._largest = largest
        self._inner: httpx.AsyncHTTPTransport | None = None
        if route.fault:
            return
        # A route without certificates is unencrypted; an empty context trusts no server.
        trust = route.trust or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        proxy = None
        if (way := route.proxy) is not None:
            login = (way.user, way.password) if way.user or way.password else None
            over_tls = trust if way.scheme == "https" else None
            proxy = httpx.Proxy(way.url, auth=login, ssl_context=over_tls)
        limits = httpx.Limits(
            max_connections=100, max_keepalive_connections=20, keepalive_expiry=IDLE_SECONDS
        )
        self._inner = httpx.AsyncHTTPTransport(
            verify=trust, trust_env=False, proxy=proxy, limits=limits
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self._inner is None:
            raise Unreachable(self._route.fault)
        request.headers["Accept-Encoding"] = "gzip"  # what `_unpacked` can bound
        try:
            response = await self._inner.handle_async_request(request)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
            if (named := self._route.failed(error)) is not None:
                raise named from error
            raise
        refused = None
        if response.status_code == 407 and self._route.proxy is not None:
            refused = self._route.failed(httpx.ProxyError("407"))
        elif response.status_code == 511 or _leads_away(request, response):
            refused = Unreachable(PORTAL)
        if refused is not None:
            await response.aclose()
            raise refused
        return _bounded(request, response, self._largest)

    async def aclose(self) -> None:
        if self._inner is not None:
            await self._inner.aclose()


def _leads_away(request: httpx.Request, response: httpx.Response) -> bool:
    """Whether the answer redirects to another machine, which no Supabase does."""
    if not response.has_redirect_location:
        return False
    try:
        host = urlsplit(response.headers["location"]).hostname
    except ValueError:
        return True
    return host is not None and host != request.url.host


def _bounded(
    request: httpx.Request, response: httpx.Response, largest: int | None
) -> httpx.Response:
    is_file = request.method == "GET" and "/storage/v1/object/" in request.url.path
    stream = cast(httpx.AsyncByteStream, response.stream)
    packing = response.headers.get("content-encoding", "identity").strip().lower()
    # Unpacked here, so httpx must not unpack it again.
    headers = [
        (name, value)
        for name, value in response.headers.raw
        if name.lower() not in (b"content-encoding", b"content-length")
        or (name.lower() == b"content-length" and packing == "identity")
    ]
    return httpx.Response(
        response.status_code,
        headers=headers,
        stream=_Bounded(stream, packing, largest or (MAX_FILE if is_file else MAX_ANSWER)),
        extensions=response.extensions,
    )


class _Bounded(httpx.AsyncByteStream):
    def __init__(self, stream: httpx.AsyncByteStream, packing: str, limit: int) -> None:
        self._stream, self._packing, self._limit = stream, packing, limit

    async def __aiter__(self) -> AsyncIterator[bytes]:
        unpacked = _Plain() if self._packing in ("", "identity") else _Gzip(self._packing)
        left = self._limit
        async for packed in self._stream:
            for part in unpacked.parts(packed):
                left -= len(part)
                if left < 0:
                    raise Unreachable(TOO_LARGE)
                yield part
        yield unpacked.end()

    async def aclose(self) -> None:
        await self._stream.aclose()


class _Plain:
    def parts(self, packed: bytes) -> Iterator[bytes]:
        yield packed

    def end(self) -> bytes:
        return b""


class _Gzip:
    """Unpacks gzip a part at a time. Raises Unreachable if it is cut off or no gzip."""

    def __init__(self, packing: str) -> None:
        if packing not in ("gzip", "x-gzip"):
            raise Unreachable(NOT_READABLE)
        self._unpacking = zlib.decompressobj(zlib.MAX_WBITS | 16)
        self._is_empty = True

    def parts(self, packed: bytes) -> Iterator[bytes]:
        while packed and not self._unpacking.eof:
            self._is_empty = False
            try:
                yield self._unpacking.decompress(packed, PART)
            except zlib.error as error:
                raise Unreachable(NOT_READABLE) from error
            packed = self._unpacking.unconsumed_tail

    def end(self) -> bytes:
        rest = self._unpacking.flush()  # of the last part, some hundred bytes at most
        if not (self._unpacking.eof or self._is_empty):
            raise Unreachable(NOT_READABLE)
        return rest


def http_client(
    route: Route,
    *,
    timeout: httpx.Timeout | float,
    headers: Mapping[str, str] | None = None,
    hooks: Hooks | None = None,
    largest: int | None = None,
) -> httpx.AsyncClient:
    """An HTTP client for a route. Its calls raise Unreachable beside httpx's errors.

    `largest`: the most bytes of an answer; None: what a Supabase sends at most.
    """
    return httpx.AsyncClient(
        transport=Transport(route, largest),
        timeout=timeout,
        headers=headers,
        event_hooks=hooks,
        trust_env=False,
    )
