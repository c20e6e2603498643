"""How long a local server runs: as long as a program holds it.

To hold a server is to be connected to its Unix socket, whose path stands in the file `holders` of
the data folder. A program that connects is sent one line of JSON as soon as the server is ready:

    {"API_URL": …, "ANON_KEY": …, "SERVICE_ROLE_KEY": …, "DB_URL": …, "JWT_SECRET": …, "HOLD": …}

`HOLD` is the socket's path. What a holder sends is ignored. If the connection closes without the
line, the server could not start; if it closes later, the server has ended.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from medtui.local.account import is_ours

# How long a server waits for its first holder, and for another one when the last has gone.
GRACE = 10.0
RELEASE = 2.0


class Holders:
    """The server's side. Start it early: who connects before `ready` waits for the line.

    `background`: the server is there for others alone; otherwise it is its own first holder.
    """

    def __init__(self, *, background: bool) -> None:
        self._line: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._released = asyncio.Event()
        self._count = 0 if background else 1
        self._end: asyncio.TimerHandle | None = None
        self._server: asyncio.Server | None = None

    async def listen(self, path: str) -> None:
        """Listen at the path, for our own user's programs alone."""
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(path)
        await asyncio.to_thread(Path(path).chmod, 0o600)
        self._server = await asyncio.start_unix_server(self._hold, sock=listener)

    def ready(self, server: dict[str, str]) -> None:
        """Send the line to those who wait, and begin to count on holders."""
        self._line.set_result(json.dumps(server).encode() + b"\n")
        if self._count == 0:
            self._end_in(GRACE)

    async def released(self) -> None:
        """Wait until no program holds the server any more."""
        await self._released.wait()
        while self._count:  # A program connected at the moment when the wait was over.
            self._released.clear()
            await self._released.wait()

    def close(self) -> None:
        """Let go of all who are there, and take no more. Once is enough."""
        self._line.cancel()
        if self._end:
            self._end.cancel()
        if self._server:
            self._server.close()

    async def _hold(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._server is None or not self._server.is_serving():
            writer.close()  # Too late: this server is about to end.
            return
        self._count += 1
        if self._end:
            self._end.cancel()
        try:
            with contextlib.suppress(OSError, asyncio.CancelledError):
                writer.write(await asyncio.shield(self._line))
                await writer.drain()
                while await reader.read(1024):
                    pass
        finally:
            writer.close()
            self._count -= 1
            if self._count == 0 and self._line.done():
                self._end_in(RELEASE)

    def _end_in(self, seconds: float) -> None:
        self._end = asyncio.get_running_loop().call_later(seconds, self._released.set)


@contextlib.contextmanager
def held(data: Path, *, patience: float = 20.0) -> Iterator[dict[str, Any] | None]:
    """Hold the server that runs in `data`: its line, once it is ready; None when there is none."""
    with contextlib.ExitStack() as stack:
        try:
            path = (data / "holders").read_text()
            if not is_ours(Path(path).parent):
                # Left behind by a server that was killed: others may have made it again.
                raise FileNotFoundError(path)
            connection = stack.enter_context(socket.socket(socket.AF_UNIX))
            connection.settimeout(patience)
            connection.connect(path)
            line = stack.enter_context(connection.makefile("rb")).readline()
        except OSError:
            line = b""
        yield json.loads(line) if line else None


def running(data: Path, *, patience: float = 20.0) -> dict[str, Any] | None:
    """The line of the server that runs in `data`, as `held` gives it, without holding it."""
    with held(data, patience=patience) as server:
        return server
