"""Writes files whole or not at all, readable by their owner alone.

A file is written under another name, synced, and renamed to its own; then the folder is synced.
So a reader finds the old text or the new one, whatever ends the program or the machine in
between. Part files that are left over are deleted at a later start.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
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
"""Errors by which file systems refuse `flock`. If more than locking fails, writing fails, too."""

ABANDONED_SECONDS = 60
"""Age at which a part file is left over from a killed program: writing takes milliseconds."""


def write(path: Path, content: str | bytes, *, is_synced: bool = True) -> None:
    """Write a file, and make its missing folders. Raises OSError.

    A symbolic link is followed, as some users keep their settings elsewhere. `is_synced`: the file
    survives a power cut when this returns; otherwise it survives the end of the program only.
    """
    path = Path(os.path.realpath(path))
    make_folder(path.parent)
    part = path.parent / f".{path.name}.{os.urandom(4).hex()}{PART}"
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
    """Make a folder with mode 0700, unless it exists. Raises OSError.

    Missing parents get the same mode, which `mkdir(parents=True)` alone would not give them.
    """
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(exist_ok=True, mode=0o700)


@contextlib.contextmanager
def held(path: Path, seconds: float) -> Iterator[None]:
    """Lock a file against other programs while it is read, changed and written. Raises OSError.

    Waits `seconds` at most, then raises TimeoutError. The lock is another file beside it, because
    `write` replaces the file.
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
    """Lock a file until the claim is released or the program ends; None if another holds it."""
    lock = _lock(path)
    try:
        acquire(lock, 0)
    except TimeoutError:
        return None
    return Claim(path, lock)


class Claim:
    """A lock on one file. Made by `claim`."""

    def __init__(self, path: Path, lock: BaseFileLock) -> None:
        self._path = path
        self._lock = lock

    def release(self, *, forget: bool = False) -> None:
        """Release the lock; `forget`: delete the lock file, too, as the file is gone for good."""
        if forget:
            with contextlib.suppress(OSError):
                Path(self._lock.lock_file).unlink(missing_ok=True)
        self._lock.release()


def sweep(folder: Path, *, deep: bool = True) -> None:
    """Delete the part files of killed programs in a folder; `deep`: in its subfolders, too."""
    now, parts = time.time(), f".*{PART}"
    for part in folder.rglob(parts) if deep else folder.glob(parts):
        with contextlib.suppress(OSError):  # another program sweeps, too
            if abs(now - part.stat().st_mtime) > ABANDONED_SECONDS:
                part.unlink()


def _lock(path: Path) -> BaseFileLock:
    make_folder(path.parent)
    return file_lock(path.with_name(f".{path.name}.lock"))


def file_lock(path: Path) -> BaseFileLock:
    """A lock between programs by this lock file; to be acquired by `acquire`."""
    from filelock import FileLock

    # The library's fallback for a missing flock would stay locked after a program was killed.
    return FileLock(path, mode=0o600, thread_local=False, fallback_to_soft=False)


def acquire(lock: BaseFileLock, seconds: float) -> None:
    """Acquire a lock within `seconds`. Raises TimeoutError, and OSError.

    On a file system without locks, as on some networks and phones, work goes on without one: two
    windows could then write at once, which is rare, and better than refusing to work.
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
    """Sync a folder's list of files, so that it survives a power cut, if the system can do that."""
    with contextlib.suppress(OSError):  # Windows opens no folders, and needs not
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
