"""The shared screen in a browser: textual-serve, made read-only and independent.

Each browser has a `medtui board` of its own, a process that ends when the page goes away.
Nothing that a visitor types reaches it but the keys that turn pages.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import shlex
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import aiohttp_jinja2
from aiohttp import WSMsgType, web
from textual_serve.app_service import AppService
from textual_serve.server import Server, to_int

from medtui.console import complain, tell

PAGE = Path(__file__).with_name("page")
PAGING = frozenset({" ", "\x1b[C", "\x1b[D", "\x1bOC", "\x1bOD", "\x1b[5~", "\x1b[6~"})
MAX_VIEWERS = 24
"""Each costs a process of some 60 MB: one more is asked to come back later."""
MAX_CELLS = 500, 200


class BoardServer(Server):
    """Serves `medtui board` with these options to whoever opens the page."""

    def __init__(self, options: Sequence[str], host: str, port: int) -> None:
        command = shlex.join([sys.executable, "-m", "medtui", *options])
        super().__init__(command, host, port, title="medtui board", templates_path=PAGE)
        self._viewers = 0

    async def run(self) -> int:
        """Serve until SIGINT or SIGTERM; 1, and a sentence, when the port cannot be had."""
        logging.getLogger("textual-serve").setLevel(logging.CRITICAL)
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        runner = web.AppRunner(await self._make_app(), access_log=None, shutdown_timeout=1)
        await runner.setup()
        try:
            site = web.TCPSite(runner, self.host, self.port)
            await site.start()
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno else str(error)
            complain(f"cannot listen on {self.host}, port {self.port}: {reason}.")
            await runner.cleanup()
            return 1
        host, port = runner.addresses[0][:2]
        tell(f"The board is at http://{host}:{port} until ctrl+c.")
        await stop.wait()
        await runner.cleanup()
        return 0

    async def on_startup(self, app: web.Application) -> None:
        """Print no banner."""

    @aiohttp_jinja2.template("app_index.html")
    async def handle_index(self, request: web.Request) -> dict[str, Any]:
        """The page. Its addresses are those that it was asked for by, whatever we listen on."""
        scheme = (
            "wss" if request.headers.get("X-Forwarded-Proto", request.scheme) == "https" else "ws"
        )
        return {
            "font_size": max(6, min(to_int(request.query.get("fontsize", "20"), 20), 100)),
            "app_websocket_url": f"{scheme}://{request.host}/ws",
            "config": {"static": {"url": "/static/"}},
            "application": {"name": self.title},
        }

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        if self._viewers >= MAX_VIEWERS:
            raise web.HTTPServiceUnavailable(text="Too many screens look at this board.")
        self._viewers += 1
        socket = web.WebSocketResponse(heartbeat=15, max_msg_size=4096)
        board: Board | None = None
        try:
            await socket.prepare(request)
            board = Board(
                self.command,
                write_bytes=socket.send_bytes,
                write_str=socket.send_str,
                close=socket.close,  # type: ignore[arg-type]  # its answer is not used
                download_manager=self.download_manager,
            )
            await board.start(
                to_int(request.query.get("width", "80"), 80),
                to_int(request.query.get("height", "24"), 24),
            )
            await self._process_messages(socket, board)
        finally:
            self._viewers -= 1
            if board is not None:
                await board.stop()
        return socket

    async def _process_messages(
        self, websocket: web.WebSocketResponse, app_service: AppService
    ) -> None:
        """Pass on what a viewer's page says: its size, and keys that turn pages."""
        async for message in websocket:
            if message.type is not WSMsgType.TEXT:
                continue
            try:
                kind, value = json.loads(message.data)[:2]
                if kind == "stdin" and value in PAGING:
                    await app_service.send_bytes(value.encode())
                elif kind == "resize":
                    width, height = (
                        max(1, min(int(value[name]), most))
                        for name, most in zip(("width", "height"), MAX_CELLS, strict=True)
                    )
                    await app_service.set_terminal_size(width, height)
                elif kind == "ping":
                    await websocket.send_json(["pong", value])
            except (ValueError, TypeError, KeyError, RecursionError):
                continue


class Board(AppService):
    """One viewer's process. It tells its title, which the page takes over."""

    async def on_meta(self, data: bytes) -> None:
        told = json.loads(data)
        if told["type"] == "title":
            await self.remote_write_str(json.dumps(["title", told["title"]]))
        elif told["type"] == "exit":
            await self.remote_close()
