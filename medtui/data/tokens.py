"""Where a login is kept between two runs: the OS keyring, or a file where there is none.

A store keeps one text, the session as the `supabase` client serialises it. Stores
never raise: a login that cannot be written is a login until the program ends, and
`notice` says so in a sentence.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from medtui import disk
from medtui.data import pieces

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

log = logging.getLogger(__name__)

LOCK_SECONDS = 20
"""Longer than any refresh takes: past that its holder hangs, and a second refresh does less harm
than none."""


class TokenStore(Protocol):
    """One login's keeper. `notice` is None, or a sentence that the user should see once."""

    notice: str | None

    @property
    def may_hold_login(self) -> bool:
        """Whether it is worth asking, known without asking: a keyring may take its time."""

    async def read(self) -> str | None: ...
    async def write(self, session: str) -> None: ...
    async def clear(self) -> None: ...
    def lock(self) -> contextlib.AbstractAsyncContextManager[None]:
        """Held while a token is refreshed, against other processes with the same login."""


class MemoryTokens:
    """A login that ends with the process: for the demo and for tests."""

    notice: str | None = None

    def __init__(self) -> None:
        self._session: str | None = None
        self._lock = asyncio.Lock()

    @property
    def may_hold_login(self) -> bool:
        return self._session is not None

    async def read(self) -> str | None:
        return self._session

    async def write(self, session: str) -> None:
        self._session = session

    async def clear(self) -> None:
        self._session = None

    @contextlib.asynccontextmanager
    async def lock(self) -> AsyncIterator[None]:
        async with self._lock:
            yield


class StoredTokens:
    """A login in the keyring where one works, else in a file readable by its owner alone.

    Args:
        login: whose it is; the server's URL, so that each server has its own.
        folder: where the stand-in file and the lock between processes lie.
    """

    def __init__(self, login: str, folder: Path) -> None:
        self.notice: str | None = None
        self._login = login
        self._folder = folder
        digest = hashlib.sha256(login.encode()).hexdigest()[:16]
        self._file = folder / f"login-{digest}.json"
        self._mark = folder / f"login-{digest}.kept"
        self._lock_file = folder / f"login-{digest}.lock"
        self._keyring: KeyringBackend | None = None
        self._opened = False
        self._holds_lock = False
        self._session: str | None = None
        self._unwritten: tuple[str | None] | None = None
        """What is found in the place of a login that could not be written."""

    @property
    def may_hold_login(self) -> bool:
        return self._mark.exists()

    async def read(self) -> str | None:
        return await asyncio.to_thread(self._read)

    async def write(self, session: str) -> None:
        async with self._locked():
            await asyncio.to_thread(self._write, session)

    async def clear(self) -> None:
        async with self._locked():
            await asyncio.to_thread(self._clear)

    @contextlib.asynccontextmanager
    async def lock(self) -> AsyncIterator[None]:
        from filelock import FileLock

        lock = FileLock(self._lock_file, timeout=LOCK_SECONDS, thread_local=False, mode=0o600)
        try:
            await asyncio.to_thread(disk.make_folder, self._folder)
            await asyncio.to_thread(lock.acquire)
        except OSError as error:  # Timeout is one, too
            log.warning("the lock on the login could not be had: %s", type(error).__name__)
        self._holds_lock = True
        try:
            yield
        finally:
            self._holds_lock = False
            await asyncio.to_thread(lock.release)

    def _locked(self) -> contextlib.AbstractAsyncContextManager[None]:
        """Against two programs that write at once; a refresh has the lock already."""
        return contextlib.nullcontext() if self._holds_lock else self.lock()

    # The rest runs in threads: a keyring may ask its daemon, or the user.

    def _read(self) -> str | None:
        found = self._find()
        if self._unwritten != (found,):  # another program may have written a newer one
            self._session, self._unwritten = found, None
        return self._session

    def _find(self) -> str | None:
        # First the file: there is one only while the keyring could not be written.
        try:
            return self._file.read_text(encoding="utf-8")
        except FileNotFoundError:
            pass
        except (OSError, UnicodeDecodeError) as error:
            log.warning("the stored login could not be read: %s", type(error).__name__)
            if self._session is not None:  # a disk that fails, or too many open files, ends none
                return self._session
        if backend := self._open_keyring():
            try:
                return pieces.read(backend, self._login)
            except Exception as error:  # backends raise whatever their platform does
                self._fall_back(error)
                if self._session is not None:  # a keyring that fails ends nobody's login
                    self._unwritten = (None,)
        return None

    def _write(self, session: str) -> None:
        self._session, self._unwritten = session, None
        with contextlib.suppress(OSError):
            disk.make_folder(self._folder)
            self._mark.touch(mode=0o600)
        if backend := self._open_keyring():
            try:
                pieces.write(backend, self._login, session)
                disk.remove(self._file)
                return
            except Exception as error:  # as above
                self._fall_back(error)
        try:
            if not self._file.exists():  # said once, not at every start
                self.notice = (
                    "This machine has no keyring, so your login is kept in a file "
                    f"that only you can read: {self._file}"
                )
            disk.write(self._file, session)
        except OSError as error:
            self._unwritten = (self._find(),)
            self.notice = (
                "Your login could not be stored and will be asked for again next time: "
                f"{error.strerror or 'the disk refused it'} ({self._file})."
            )

    def _clear(self) -> None:
        self._session, self._unwritten = None, None
        if backend := self._open_keyring():
            try:
                pieces.clear(backend, self._login)
            except Exception as error:  # as above
                log.warning("the keyring kept the login: %s", type(error).__name__)
        with contextlib.suppress(OSError):
            disk.remove(self._file)
            disk.remove(self._mark)

    def _open_keyring(self) -> KeyringBackend | None:
        if not self._opened:
            self._opened = True
            try:
                self._keyring = usable_keyring()
            except Exception as error:  # a broken backend may raise anything on import
                self._fall_back(error)
        return self._keyring

    def _fall_back(self, error: Exception) -> None:
        log.info("no keyring (%s): the login is kept in a file", type(error).__name__)
        self._keyring = None


def usable_keyring() -> KeyringBackend:
    """The keyring of this machine. Raises LookupError for none; a broken one may raise anything."""
    import keyring
    from keyring.backends import fail, null

    backend = keyring.get_keyring()
    if isinstance(backend, fail.Keyring | null.Keyring) or backend.priority <= 0:
        raise LookupError("no usable keyring")
    return backend
