"""How medtui keeps things on this machine: whole or not at all, and readable by their owner alone.

A file is written beside its place, brought to the disk, and put there by a rename, which is
brought to the disk too. So whoever reads finds the old text or the new one, whatever ends the
program or the machine in between; what is left lying beside is swept away at a later start.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from filelock import BaseFileLock

log = logging.getLogger(__name__)

PART = ".part"
"""The end of the name of a file that is being written."""

NO_LOCKS = {
    *(errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EPERM, errno.EINVAL)
}
"""With what file systems refuse `flock`. Where more than the lock is broken, writing fails, too."""

ABANDONED_SECONDS = 60
"""A part older than this belongs to nobody any more: writing takes milliseconds."""


def write(path: Path, content: str | bytes, *, is_synced: bool = True) -> None:
    """Write a file, and the folders that it lies in where they are missing. Raises OSError.

    A link is followed, as those are who keep their settings elsewhere. `is_synced`: it outlives a
    power cut when this returns; otherwise it outlives the program.
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
            if is_synced:
                os.fsync(handle)
        finally:
            os.close(handle)
        part.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise
    if is_synced:
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
        acquire(lock, seconds)
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
        acquire(lock, 0)
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
    make_folder(path.parent)
    return file_lock(path.with_name(f".{path.name}.lock"))


def file_lock(path: Path) -> BaseFileLock:
    """A lock between programs, which is this file; to be acquired by `acquire`."""
    from filelock import FileLock

    # The library's own way round a missing flock would stay locked after a program was killed.
    return FileLock(path, mode=0o600, thread_local=False, fallback_to_soft=False)


def acquire(lock: BaseFileLock, seconds: float) -> None:
    """Acquire a lock within so many seconds. Raises TimeoutError, and OSError.

    Where the file system has no locks, as some networks' and phones' have not, work goes on
    without: two windows may then do the same, which is rare, and better than none that works.
    """
    try:
        lock.acquire(timeout=seconds)
    except TimeoutError:
        raise
    except OSError as error:
        if error.errno not in NO_LOCKS:
            raise
        log.info("the file system has no locks: %s", error.strerror)


def sync(folder: Path) -> None:
    """Make what a folder lists outlive a power cut, where the system can do that."""
    with contextlib.suppress(OSError):  # Windows opens no folders, and needs not
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
