"""A thin fake in front of the local server: Envoy, as self-hosted stacks have it.

It routes `/auth/v1` and the others as they are, and answers by itself in plain text, as Envoy does.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.websockets import WebSocket

from tests.helpers.newer import Newer, served
from tests.helpers.stack import Stack

REFUSALS = {
    "away": (
        503,
        "upstream connect error or disconnect/reset before headers. "
        "reset reason: remote connection failure",
    ),
    "unhealthy": (503, "no healthy upstream"),
    "slow": (504, "upstream request timeout"),
    "forbidden": (403, "RBAC: access denied"),
    "limited": (429, "local_rate_limited"),
}
"""Envoy's own answers, word by word."""


@dataclass
class Envoy(Newer):
    """`refusal`: one of REFUSALS, with which everything below `path` is answered; None: nothing."""

    refusal: str | None = None
    path: str = "/"

    def sign(self, token: str) -> str:
        return token  # it is the tokens of the server behind it

    async def _passed_on(self, request: Request) -> Response:
        if self.refusal and request.url.path.startswith(self.path):
            status, text = REFUSALS[self.refusal]
            headers = {"server": "envoy", "content-type": "text/plain"}
            return PlainTextResponse(text, status, headers)
        return await super()._passed_on(request)

    async def _socket(self, socket_: WebSocket) -> None:
        if self.refusal and socket_.url.path.startswith(self.path):
            status, text = REFUSALS[self.refusal]
            await socket_.send_denial_response(PlainTextResponse(text, status))
            return
        await super()._socket(socket_)


@contextlib.asynccontextmanager
async def envoy(stack: Stack, **options: Any) -> AsyncIterator[Envoy]:
    """A fake before a stack, on a port of its own."""
    async with served(Envoy(stack, "ES256", **options)) as fake:
        assert isinstance(fake, Envoy)
        yield fake
