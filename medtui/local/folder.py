"""The data folder: where it is, who serves it, what of it is ours, and who holds its server.

A local server runs as long as a program holds it. To hold it is to be connected to its Unix socket,
whose path stands in the file `holders` of the data folder. A program that connects is sent one line
of JSON as soon as the server is ready:

    {"API_URL": …, "ANON_KEY": …, "SERVICE_ROLE_KEY": …, "DB_URL": …, "JWT_SECRET": …, "HOLD": …}

`HOLD` is the socket's path. What a holder sends is ignored. If the connection closes without the
line, the server could not start; if it closes later, the server has ended.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import socket
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

from platformdirs import user_data_path

from medtui.local import LocalError
from medtui.local.account import is_ours
from medtui.local.postgres import PATIENCE, locked

CONTENT = (
    *("password", "password.first", "pgdata", "files", "postgresql-*", "postgres.log"),
    *("server.log*", "holders", "pgdata.lock", ".*.part", "settings.json", "lock"),
)
"""All that a server puts into its folder, in the order in which a reset deletes it.

Without the password, a `pgdata` that is half deleted is made again; with the settings, the folder
is still known as ours, and a reset that was cut short can be run again.
"""

# How long a server waits for its first holder, and for another one when the last has gone.
GRACE = 10.0
RELEASE = 2.0


class AlreadyRunning(LocalError):
    """Another process serves this data folder; `server` is its line."""

    def __init__(self, data: Path, server: dict[str, str]) -> None:
        super().__init__(f"A local server is already running in {data}, at {server['API_URL']}.")
        self.server = server


def default_folder() -> Path:
    """Where the data lives unless --data says otherwise.

    Root's own home is closed to the account that runs PostgreSQL, so root's data lies where
    those of a system's services do, if nothing else is said.
    """
    if os.geteuid() == 0 and "XDG_DATA_HOME" not in os.environ:
        return Path("/var/lib/medtui")
    return user_data_path("medtui", appauthor=False) / "local"


def existing(data: Path | None) -> Path:
    """The folder, which must hold a practice. LocalError when it does not."""
    folder = (data or default_folder()).absolute()
    try:
        if (folder / "settings.json").exists() or (folder / "password").exists():
            return folder
    except OSError as error:
        raise LocalError(f"Cannot look into {folder}: {error.strerror}.") from error
    raise LocalError(f"There is no group's data in {folder}: start one with medtui local run.")


@contextlib.asynccontextmanager
async def claimed(data: Path) -> AsyncIterator[None]:
    """Hold the data folder for this process alone. AlreadyRunning when another one serves it."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            lock = os.open(data / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise LocalError(f"Cannot use the data in {data}: {error.strerror}.") from error
        try:
            if locked(lock) and _is_still(data / "lock", lock):
                yield
                return
            server = await asyncio.to_thread(running, data)
            if server is not None:
                raise AlreadyRunning(data, server)
            if time.monotonic() > deadline:
                raise LocalError(f"Another medtui is busy in {data}: try again in a moment.")
        finally:
            os.close(lock)
        await asyncio.sleep(0.05)  # The other has only just started, or is about to end.


def clear_sockets(data: Path) -> None:
    """Delete the folder of sockets of the one who served a claimed folder before.

    It is deleted when the process that made it ends, unless that was killed before there was a
    watcher.
    """
    with contextlib.suppress(FileNotFoundError):
        sockets = Path((data / "holders").read_text()).parent
        if sockets.name.startswith("medtui-") and is_ours(sockets):
            shutil.rmtree(sockets, ignore_errors=True)


def empty(data: Path) -> list[str]:
    """Delete what is ours in a claimed folder, and the folder too if nothing else is in it.

    Returns the names of what others have put there. LocalError when something cannot be deleted.
    """
    try:
        for pattern in CONTENT:
            for path in data.glob(pattern):
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path)
                else:
                    path.unlink()
        left = sorted(path.name for path in data.iterdir())
    except OSError as error:
        raise LocalError(f"Cannot delete {error.filename}: {error.strerror}.") from error
    if not left:
        with contextlib.suppress(OSError):  # the folder it lies in may be another's
            data.rmdir()
    return left


def _is_still(path: Path, lock: int) -> bool:
    """Whether the lock that we got is the folder's, and not one that a reset has deleted."""
    try:
        return os.path.samestat(path.stat(), os.fstat(lock))
    except FileNotFoundError:
        return False


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
