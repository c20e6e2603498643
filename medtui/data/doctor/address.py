"""Checks the server's address, certificate and clock."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from medtui.data.doctor.finding import Finding, failed, note, ok
from medtui.data.errors import Unreachable
from medtui.data.network import Route, certificate_error, certificates_asked
from medtui.data.server_address import is_unprotected, json_object

if TYPE_CHECKING:
    import httpx

SECONDS = 8
SOON_DAYS = 14
SKEW_SECONDS = 30.0
"""Clocks that are further apart than this differ; `Date` has whole seconds only."""


async def reach(route: Route) -> Finding:
    """The line `address`: whether the name is known and the port open; the proxy's if any."""
    if route.fault:
        fix = "Correct the variable, or unset it, then run medtui doctor again."
        return failed("address", route.fault, fix)
    parts, proxy = urlsplit(route.url), route.proxy
    if proxy is None:
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        advice = "Check the address and the network, and that the server is running."
    else:
        host, port = proxy.host, proxy.port
        advice = f"It is the proxy that {proxy.source} names: check the variable."
    began = time.monotonic()
    try:
        async with asyncio.timeout(SECONDS):
            _, writer = await asyncio.open_connection(host, port)
            writer.close()
    except socket.gaierror:
        online = "Check the address, and that you are online; a paused project has no name either."
        return failed("address", f"The name {host} is not known.", advice if proxy else online)
    except TimeoutError:
        return failed(
            "address",
            f"{host} did not answer within {SECONDS} seconds.",
            advice if proxy else "Check the network: a firewall may let nothing through to it.",
        )
    except OSError as error:
        what = f"{host} accepts no connection at port {port}: {_reason(error)}."
        return failed("address", what, advice)
    taken = time.monotonic() - began
    found = f"{host}, port {port}: reachable, {taken * 1000:.0f} ms"
    return ok(
        "address", f"{found}; it is the proxy that {proxy.source} names." if proxy else f"{found}."
    )


async def certificate(http: httpx.AsyncClient, url: str) -> Finding:
    """The line `encryption`: whether the certificate is trusted, and for how long."""
    import httpx

    if urlsplit(url).scheme != "https":
        if is_unprotected(url):
            return note(
                "encryption",
                "Traffic to this server is not encrypted: others on the network can read it.",
                "Use its https address if it has one.",
            )
        return ok("encryption", "Not needed: the server is on this computer.")
    try:
        until = await _valid_until(http, url)
    except (httpx.HTTPError, Unreachable) as error:
        if (refused := certificate_error(error)) is not None:
            return failed(
                "encryption",
                f"The certificate is not trusted: {refused.verify_message.rstrip('.')}.",
                "Check this computer's clock; a network that inspects traffic needs its own "
                f"certificate among {certificates_asked()}.",
            )
        what = f"No encrypted connection could be made ({type(error).__name__})."
        return failed(
            "encryption",
            error.message if isinstance(error, Unreachable) else what,
            "Check that the address is an https one, and ask your administrator.",
        )
    days = (until - datetime.now(UTC)).days
    what = f"The certificate is trusted, until {until:%d %B %Y}."
    if days < SOON_DAYS:
        return note("encryption", what, "Ask your administrator to renew it.")
    return ok("encryption", what)


async def _valid_until(http: httpx.AsyncClient, url: str) -> datetime:
    """When the server's certificate expires. Raises httpx.HTTPError, Unreachable."""
    async with http.stream("GET", f"{url}/auth/v1/health") as response:
        connection = response.extensions["network_stream"].get_extra_info("ssl_object")
        told = connection.getpeercert()["notAfter"]
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(told), UTC)


@dataclass(frozen=True)
class ServerAnswer:
    """The server's answer to its public key, and its time by both clocks."""

    status: int
    is_supabase: bool
    date: str | None
    seconds: float
    """How long the answer took."""
    heard: datetime
    """Half-way between request and answer, by this machine's clock."""


async def ask(http: httpx.AsyncClient, url: str) -> tuple[Finding, ServerAnswer | None]:
    """The line `server`: whether a Supabase answers there. The answer is None if none did."""
    import httpx

    began, asked = time.monotonic(), datetime.now(UTC)
    try:
        response = await http.get(f"{url}/auth/v1/settings")
    except Unreachable as error:
        return failed("server", error.message, "Correct that, then run medtui doctor again."), None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        kind = type(error).__name__
        return failed(
            "server",
            f"It was reached, but gave no answer ({kind}).",
            "Try again in a moment; a proxy in between may be to blame.",
        ), None
    taken = time.monotonic() - began
    body = json_object(response.text)
    refuses = response.status_code in (401, 403) and "key" in str(body.get("message", "")).lower()
    answer = ServerAnswer(
        response.status_code,
        refuses or (response.status_code == 200 and "external" in body),
        response.headers.get("date"),
        taken,
        asked + (datetime.now(UTC) - asked) / 2,
    )
    if answer.is_supabase:
        return ok("server", f"Supabase answers within {taken * 1000:.0f} ms."), answer
    if answer.status >= 500:
        return failed(
            "server",
            f"It has a problem (HTTP {answer.status}).",
            "Try again in a moment, or look at the project's own page.",
        ), answer
    return failed(
        "server",
        f"There is a server, but it is not Supabase (HTTP {answer.status}).",
        "Check the address.",
    ), answer


def clock(answer: ServerAnswer) -> Finding:
    """The line `clock`: how far this machine's clock is from the server's."""
    try:
        told = parsedate_to_datetime(answer.date or "")
    except ValueError:
        return note("clock", "The server does not say what time it is.")
    apart = told.timestamp() + 0.5 - answer.heard.timestamp()
    if abs(apart) <= SKEW_SECONDS:
        return ok("clock", "It agrees with the server's.")
    way = "behind" if apart > 0 else "ahead of"
    return failed(
        "clock",
        f"This computer's clock is {_amount(abs(apart))} {way} the server's.",
        "Set it: medtui follows the server's time, but logins and certificates may not.",
    )


def _reason(error: OSError) -> str:
    return os.strerror(error.errno).lower() if error.errno else type(error).__name__


def _amount(seconds: float) -> str:
    for size, name in ((86400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {name}"
    return f"{seconds:.0f} seconds"
