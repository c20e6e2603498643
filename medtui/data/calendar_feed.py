"""The address of the user's calendar feed, which medtui's own local server alone has."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from medtui.data.auth_errors import LOGIN_ENDED
from medtui.data.error_mapping import TokenRefused
from medtui.data.errors import NotSignedIn, ServerTooOld, Unreachable

if TYPE_CHECKING:
    from supabase import AsyncClient

    from medtui.data.backend import Backend

ONLY_LOCAL = (
    "Only medtui's own local server has calendar addresses, and this server has none: "
    "write a file instead, with medtui calendar --output FILE."
)


async def feed_address(backend: Backend, length: timedelta) -> str:
    """The user's secret address, made if there is none. Raises DataError.

    `length`: of each session in it.
    """
    answer = await _ask(backend, "POST", {"minutes": length // timedelta(minutes=1)})
    path = answer.get("path")
    if not isinstance(path, str) or not path.startswith("/calendar/") or not path.isprintable():
        raise ServerTooOld(ONLY_LOCAL)
    return backend.server.url.rstrip("/") + path


async def end_feed(backend: Backend) -> bool:
    """End the user's address. Returns whether there was one. Raises DataError."""
    answer = await _ask(backend, "DELETE", {})
    if not isinstance(answer.get("ended"), bool):
        raise ServerTooOld(ONLY_LOCAL)
    return bool(answer["ended"])


async def _ask(backend: Backend, method: str, body: dict[str, int]) -> dict[str, Any]:
    """The server's answer; empty if it is none of a local server's."""
    if backend.auth.user is None:
        raise NotSignedIn("Sign in first.")
    connection = backend.connection

    async def ask(client: AsyncClient) -> dict[str, Any]:
        headers = {"apikey": connection.server.key, "Authorization": f"Bearer {connection.token}"}
        address = connection.server.url.rstrip("/") + "/calendar"
        answer = await connection.http.request(method, address, headers=headers, json=body)
        if answer.status_code in (401, 403):
            raise TokenRefused(LOGIN_ENDED)
        if answer.status_code >= 500:
            raise Unreachable("The server has a problem: try again in a moment.")
        if answer.status_code != 200 or "json" not in answer.headers.get("content-type", ""):
            return {}
        value = answer.json()
        return value if isinstance(value, dict) else {}

    return await connection.write(ask)
