"""A thin fake in front of the local server, which makes it a project of 2026.

Its tokens are signed by ES256 or RS256 and are verified with the keys that it publishes (JWKS); the
legacy keys can be off; PostgREST can be set to say little, and has newer codes.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
import jwt
import uvicorn
import websockets
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from tests.helpers.stack import Stack

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
RECODED = {"42P01": "PGRST205", "PGRST301": "PGRST303"}
LEGACY_OFF = {
    "message": "Legacy API keys are disabled",
    "hint": "Re-enable them in the Supabase dashboard, or use the new publishable and secret keys.",
}


@dataclass
class Newer:
    """The fake. `algorithm`: of its tokens; `says_little`: without details and hints."""

    stack: Stack
    algorithm: str
    has_legacy_keys: bool = True
    says_little: bool = False
    url: str = ""
    signed: dict[str, str] = field(default_factory=dict)
    """The token behind each that was given out."""

    def __post_init__(self) -> None:
        is_curve = self.algorithm == "ES256"
        self._key: Any = (
            ec.generate_private_key(ec.SECP256R1())
            if is_curve
            else rsa.generate_private_key(public_exponent=65537, key_size=2048)
        )

    def application(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/auth/v1/.well-known/jwks.json", self._jwks),
                Route("/{path:path}", self._passed_on, methods=METHODS),
                WebSocketRoute("/{path:path}", self._socket),
            ]
        )

    def sign(self, token: str) -> str:
        """The same claims under this project's own signature."""
        claims = jwt.decode(token, options={"verify_signature": False})
        claims["jti"] = uuid4().hex  # RS256 would sign two tokens of one second alike
        signed = jwt.encode(claims, self._key, self.algorithm, headers={"kid": "2026"})
        self.signed[signed] = token
        return signed

    def plain(self, text: str) -> str:
        """A text of a client's with the tokens that the local server knows, if they verify."""
        for signed, token in self.signed.items():
            if signed in text:
                options = {"verify_aud": False}
                key = self._key.public_key()
                jwt.decode(signed, key, algorithms=[self.algorithm], options=options)
                text = text.replace(signed, token)
        return text

    async def _jwks(self, request: Request) -> Response:
        kind = jwt.get_algorithm_by_name(self.algorithm)
        key = kind.to_jwk(self._key.public_key(), as_dict=True)
        return JSONResponse({"keys": [key | {"kid": "2026", "alg": self.algorithm}]})

    async def _passed_on(self, request: Request) -> Response:
        legacy = (self.stack.anon_key, self.stack.service_key)
        key = request.headers.get("apikey", "")
        if key in legacy and not self.has_legacy_keys:
            return JSONResponse(LEGACY_OFF, 401)
        headers = {name: self.plain(value) for name, value in request.headers.items()}
        for name in ("host", "content-length", "accept-encoding"):
            headers.pop(name, None)
        url = f"{self.stack.url}{request.url.path}?{request.url.query}"
        async with httpx.AsyncClient(timeout=40) as http:
            body = await request.body()
            answer = await http.request(request.method, url, headers=headers, content=body)
        kept = {k: v for k, v in answer.headers.items() if k not in ("content-length", "date")}
        content = answer.content
        if answer.headers.get("content-type", "").startswith("application/json") and content:
            content = json.dumps(self._said(request, answer.json())).encode()
        return Response(content, answer.status_code, kept)

    def _said(self, request: Request, said: Any) -> Any:
        if not isinstance(said, dict):
            return said
        if token := said.get("access_token"):
            said["access_token"] = self.sign(token)
        if request.url.path.startswith("/rest/") and {"code", "message"} <= said.keys():
            said["code"] = RECODED.get(said["code"], said["code"])
            if self.says_little:
                said |= {"details": None, "hint": None}
        return said

    async def _socket(self, socket_: WebSocket) -> None:
        """Realtime, whose frames carry tokens, too."""
        if self.stack.anon_key in str(socket_.url) and not self.has_legacy_keys:
            await socket_.close()
            return
        there = self.stack.url.replace("http", "ws", 1)
        url = f"{there}{socket_.url.path}?{socket_.url.query}"
        await socket_.accept()
        async with websockets.connect(url, max_size=None) as upstream:

            async def up() -> None:
                async for text in socket_.iter_text():
                    await upstream.send(self.plain(text))

            async def down() -> None:
                async for text in upstream:
                    await socket_.send_text(str(text))

            ways = {asyncio.create_task(up()), asyncio.create_task(down())}
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for way in ways:
                way.cancel()


@contextlib.asynccontextmanager
async def newer(stack: Stack, algorithm: str = "ES256", **options: Any) -> AsyncIterator[Newer]:
    """A fake before a stack, on a port of its own."""
    async with served(Newer(stack, algorithm, **options)) as fake:
        yield fake


@contextlib.asynccontextmanager
async def served(fake: Newer) -> AsyncIterator[Newer]:
    """Serve a fake on a port of its own."""
    listening = socket.create_server(("127.0.0.1", 0))
    fake.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    config = uvicorn.Config(fake.application(), log_config=None, lifespan="off")
    config.timeout_graceful_shutdown = 1
    server = uvicorn.Server(config)
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign, assignment]
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield fake
    finally:
        server.should_exit = True
        await serving
