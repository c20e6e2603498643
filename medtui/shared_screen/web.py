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

from medtui.console import complain, print_error
from medtui.shared_screen.guard import PER_ADDRESS, Guard
from medtui.shared_screen.text_board import TextBoard
from medtui.shared_screen.text_page import HEADERS

PAGE = Path(__file__).with_name("page")
PAGING = frozenset({" ", "\x1b[C", "\x1b[D", "\x1bOC", "\x1bOD", "\x1b[5~", "\x1b[6~"})
MAX_VIEWERS = 24
"""Each costs a process of some 60 MB: one more is asked to come back later."""
GIVEN_UP = 4000
"""The code with which a page's socket closes whose place a newer one of its address has."""
MAX_CELLS = 500, 200


class BoardServer(Server):
    """Serves `medtui board` with these options to browsers.

    `public_host`: the name by which a proxy before us is known, if there is one.
    """

    def __init__(
        self,
        options: Sequence[str],
        host: str,
        port: int,
        public_host: str = "",
        *,
        text: TextBoard,
    ) -> None:
        command = shlex.join([sys.executable, "-m", "medtui", *options])
        super().__init__(command, host, port, title="medtui board", templates_path=PAGE)
        self._text = text
        self._guard = Guard(host, public_host)
        self._viewers: list[tuple[str, web.WebSocketResponse]] = []
        """The pages that are open, the oldest first: of which address, and its socket."""
        self._closing: set[asyncio.Task[None]] = set()

    async def _make_app(self) -> web.Application:
        app = await super()._make_app()
        app.middlewares.append(self._guard.check)
        app.router.add_get("/text", self._text_page)
        app.router.add_get("/text/board", self._text_board)
        app.router.add_get(r"/text/{name:board\.(?:js|css)}", self._text_file)
        app.on_shutdown.append(self._end_text)
        return app

    async def _text_page(self, request: web.Request) -> web.Response:
        return _plain(await self._text.page(), "text/html")

    async def _text_board(self, request: web.Request) -> web.Response:
        return _plain(await self._text.board(), "text/html")

    async def _text_file(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        text = await asyncio.to_thread((PAGE / name).read_text, encoding="utf-8")
        return _plain(text, "text/css" if name.endswith("css") else "text/javascript")

    async def _end_text(self, app: web.Application) -> None:
        await self._text.close()

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
        host = f"[{host}]" if ":" in host else host
        print_error(f"The board is at http://{host}:{port} until ctrl+c.")
        print_error(f"As a plain page, for phones and screen readers: http://{host}:{port}/text")
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
            "given_up": GIVEN_UP,
            "config": {"static": {"url": "/static/"}},
            "application": {"name": self.title},
        }

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        viewer = self._guard.viewer(request)
        of_viewer = [socket for address, socket in self._viewers if address == viewer]
        is_full = len(self._viewers) >= MAX_VIEWERS
        if is_full and not of_viewer:
            raise web.HTTPServiceUnavailable(text="Too many screens are showing this board.")
        socket = web.WebSocketResponse(heartbeat=15, max_msg_size=4096)
        place = (viewer, socket)
        if is_full or len(of_viewer) >= PER_ADDRESS:
            oldest = of_viewer[0]
            self._viewers.remove((viewer, oldest))
            closing = asyncio.create_task(_give_up(oldest))
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)
        self._viewers.append(place)
        board: BoardProcess | None = None
        try:
            await socket.prepare(request)
            if place not in self._viewers:  # newer pages have come meanwhile
                await _give_up(socket)
                return socket
            board = BoardProcess(
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
            if place in self._viewers:
                self._viewers.remove(place)
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


def _plain(text: str, content_type: str) -> web.Response:
    return web.Response(text=text, content_type=content_type, charset="utf-8", headers=HEADERS)


async def _give_up(socket: web.WebSocketResponse) -> None:
    """Close a page's socket, so that the page knows why."""
    if socket.prepared:
        await socket.close(code=GIVEN_UP, message=b"newer pages of this address")


class BoardProcess(AppService):
    """One viewer's process. It tells its title, which the page takes over."""

    async def on_meta(self, data: bytes) -> None:
        told = json.loads(data)
        if told["type"] == "title":
            await self.remote_write_str(json.dumps(["title", told["title"]]))
        elif told["type"] == "exit":
            await self.remote_close()
