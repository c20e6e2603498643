"""The data folder: where it is, who serves it, and what of it is ours."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import time
from collections.abc import AsyncIterator
from pathlib import Path

from platformdirs import user_data_path

from medtui.local import LocalError
from medtui.local.account import is_ours
from medtui.local.lease import running
from medtui.local.postgres import PATIENCE, locked

CONTENT = (
    *("password", "password.first", "pgdata", "files", "postgresql-*", "postgres.log"),
    *("server.log*", "holders", "pgdata.lock", ".*.part", "settings.json", "lock"),
)
"""All that a server puts into its folder, in the order in which a reset deletes it.

Without the password, a `pgdata` that is half deleted is made again; with the settings, the folder
is still known as ours, and a reset that was cut short can be run again.
"""


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
