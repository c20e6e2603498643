"""What Envoy, before a self-hosted Supabase, answers by itself: in plain text, as no service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from medtui.data.errors import DataError, NotAllowed, TooOften, Unreachable

if TYPE_CHECKING:
    import httpx

_AWAY = (
    "The server's gateway is there, but what is behind it does not run: try again in a moment, and "
    "if it stays so, ask your administrator."
)
_BEGINNINGS = {
    "no healthy upstream": (Unreachable, _AWAY),
    "upstream connect error": (Unreachable, _AWAY),
    "upstream request timeout": (
        Unreachable,
        "The server did not answer in time: try again in a moment.",
    ),
    "RBAC: access denied": (
        NotAllowed,
        "The server's gateway lets nothing through from here (RBAC): ask your administrator to "
        "allow this network or this part of the server.",
    ),
    "local_rate_limited": (TooOften, "The server asks for a pause: try again in a minute."),
}
"""How its bodies begin, and the error for each."""


def refusal_in(status: int, text: str) -> DataError | None:
    """The error for an answer of Envoy's own; None for another's."""
    if status < 400:
        return None
    found = (each for words, each in _BEGINNINGS.items() if text.startswith(words))
    return next((kind(message) for kind, message in found), None)


async def refuse(response: httpx.Response) -> None:
    """Raise the error for an answer of Envoy's own."""
    kind = response.headers.get("content-type", "text/plain")
    if response.status_code >= 400 and kind.startswith("text/plain"):
        text = (await response.aread())[:100].decode(errors="replace")
        if error := refusal_in(response.status_code, text):
            raise error
