"""Checks everything that medtui needs of a server, one line for each check.

A check that depends on a failed one is skipped, so that a single fault is a single failure.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

from medtui.core.api_keys import is_secret
from medtui.data.backend import Backend
from medtui.data.connection import Server
from medtui.data.doctor import address, database, feed, login
from medtui.data.doctor.finding import Finding, State, failed, note, ok, skipped
from medtui.data.errors import Invalid, Unreachable
from medtui.data.network import Route
from medtui.data.server_address import tidy_url
from medtui.data.tokens import TokenStore

if TYPE_CHECKING:
    import httpx

__all__ = ["SERVER_LINES", "Finding", "State", "examine", "failed", "kept", "note", "ok", "skipped"]

SERVER_LINES = (
    *("address", "encryption", "server", "clock", "key", "tables"),
    *("migrations", "policies", "live feed"),
)


def kept(folder: Path) -> Finding:
    """Where a login is kept. Can be slow: a keyring asks its daemon."""
    return login.kept(folder)


async def examine(url: str, key: str, tokens: TokenStore) -> AsyncIterator[Finding]:
    """Look at a server and its public key, line by line, in the order of SERVER_LINES.

    Args:
        url, key: as in the settings.
        tokens: where a login may be stored, with which more can be checked.
    """
    told: set[str] = set()
    async for finding in _examine(url, key, tokens):
        told.add(finding.name)
        yield finding
    for name in SERVER_LINES:
        if name not in told:
            yield skipped(name, "Skipped: depends on a failed check.")


async def _examine(url: str, key: str, tokens: TokenStore) -> AsyncIterator[Finding]:
    """The lines, until one fails that all others depend on."""
    import httpx

    try:
        url = tidy_url(url)
    except Invalid as error:
        yield failed("address", error.message, "Choose the server again, or fix SUPABASE_URL.")
        return
    route = await Route.to(url)
    found = await address.reach(route)
    yield found
    if found.state is State.FAILED:
        return
    may_be_sent = key.isascii() and key.isprintable() and not is_secret(key)
    headers = {"apikey": key if may_be_sent else ""}
    from medtui.data.transport import http_client

    async with http_client(route, timeout=address.SECONDS, headers=headers) as http:
        found = await address.certificate(http, url)
        yield found
        if found.state is State.FAILED:
            return
        found, answer = await address.ask(http, url)
        yield found
        if answer is None or found.state is State.FAILED:
            return
        yield address.clock(answer)
        found = database.key(key, answer)
        yield found
        if found.state is State.FAILED:
            return
        opening = Backend.open(Server(url, key), tokens=tokens, notify=lambda event: None)
        async with opening as backend:
            token = backend.connection.token if backend.auth.user else None
            try:
                async for finding in _inside(http, url, token):
                    yield finding
            except (httpx.HTTPError, Unreachable) as error:
                yield failed(
                    "server",
                    f"It gave an answer, and later none ({type(error).__name__}).",
                    "Try again in a moment.",
                )
                return
            yield await feed.live(backend.connection)


async def _inside(http: httpx.AsyncClient, url: str, token: str | None) -> AsyncIterator[Finding]:
    """The lines that need an accepted key. Raises httpx.HTTPError, Unreachable."""
    yield await database.tables(http, url)
    found, is_complete = await database.migrations(http, url)
    yield found
    if is_complete is None:
        yield skipped("policies", "Skipped: depends on a failed check.")
    else:
        yield await database.policies(http, url, is_complete=is_complete, token=token)
