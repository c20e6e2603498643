"""How medtui keeps things on this machine: whole or not at all, and readable by their owner alone.

A file is written beside its place, brought to the disk, and put there by a rename, which is
brought to the disk too. So whoever reads finds the old text or the new one, whatever ends the
program or the machine in between; what is left lying beside is swept away at a later start.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from filelock import BaseFileLock

PART = ".part"
"""The end of the name of a file that is being written."""

ABANDONED_SECONDS = 60
"""A part older than this belongs to nobody any more: writing takes milliseconds."""


def write(path: Path, content: str | bytes) -> None:
    """Write a file, and the folders that it lies in where they are missing. Raises OSError.

    A link is followed, as those are who keep their settings elsewhere.
    """
    path = Path(os.path.realpath(path))
    make_folder(path.parent)
    part = path.parent / f".{path.name}.{secrets.token_hex(4)}{PART}"
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            left = memoryview(content.encode() if isinstance(content, str) else content)
            while left:
                left = left[os.write(handle, left) :]
            os.fsync(handle)
        finally:
            os.close(handle)
        part.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise
    sync(path.parent)


def remove(path: Path) -> None:
    """Remove a file, if it is there. Raises OSError."""
    try:
        path.unlink()
    except FileNotFoundError:
        return
    sync(path.parent)


def make_folder(folder: Path) -> None:
    """Make a folder that only its owner can look into, unless it is there. Raises OSError.

    So are those that it lies in, as far as they are missing: `mkdir` alone would open these to all.
    """
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(exist_ok=True, mode=0o700)


@contextlib.contextmanager
def held(path: Path, seconds: float) -> Iterator[None]:
    """Hold a file against other programs while what it says is changed. Raises OSError.

    The lock is a file of its own beside it, because `write` puts another in its place.
    """
    lock = _lock(path)
    try:
        lock.acquire(timeout=seconds)
    except TimeoutError as error:
        raise TimeoutError(errno.ETIMEDOUT, "another program holds it") from error
    try:
        yield
    finally:
        lock.release()


def claim(path: Path) -> Claim | None:
    """Hold a file until the claim is released or the program ends; None where another holds it."""
    lock = _lock(path)
    try:
        lock.acquire(blocking=False)
    except TimeoutError:
        return None
    return Claim(path, lock)


class Claim:
    """Made by `claim`."""

    def __init__(self, path: Path, lock: BaseFileLock) -> None:
        self._path = path
        self._lock = lock

    def release(self, *, forget: bool = False) -> None:
        """Let others hold it; `forget`: the file is gone for good, so its lock may go, too."""
        if forget:
            with contextlib.suppress(OSError):
                Path(self._lock.lock_file).unlink(missing_ok=True)
        self._lock.release()


def sweep(folder: Path, *, deep: bool = True) -> None:
    """Remove what programs that were killed have left lying in a folder, `deep`: and within."""
    now, parts = time.time(), f".*{PART}"
    for part in folder.rglob(parts) if deep else folder.glob(parts):
        with contextlib.suppress(OSError):  # another program sweeps, too
            if abs(now - part.stat().st_mtime) > ABANDONED_SECONDS:
                part.unlink()


def _lock(path: Path) -> BaseFileLock:
    from filelock import FileLock

    make_folder(path.parent)
    return FileLock(path.with_name(f".{path.name}.lock"), mode=0o600, thread_local=False)


def sync(folder: Path) -> None:
    """Make what a folder lists outlive a power cut, where the system can do that."""
    with contextlib.suppress(OSError):  # Windows opens no folders, and needs not
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
