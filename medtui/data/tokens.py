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
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from medtui.data.timeouts import within
from medtui.store import files, keyring_chunks

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

T = TypeVar("T")

log = logging.getLogger(__name__)

KEYRING_SECONDS = 3.0
"""Seconds to wait for a keyring: it may ask for a password that is never typed."""

LOCK_SECONDS = 20
"""Seconds to wait for the lock, longer than any refresh takes: after that its holder hangs, and a
second refresh does less harm than none."""


class NoKeyring(LookupError):
    """This machine has no keyring that a login can be kept in."""


class TokenStore(Protocol):
    """Stores one login. `notice`: a sentence that the user should see once, or None."""

    notice: str | None

    async def may_hold_login(self) -> bool:
        """Whether a login may be stored. Does not ask the keyring, which can be slow."""

    async def read(self) -> str | None: ...
    async def write(self, session: str) -> None: ...
    async def clear(self) -> None: ...
    def lock(self) -> contextlib.AbstractAsyncContextManager[None]:
        """A lock against other processes with the same login, held while a token is refreshed."""


class MemoryTokens:
    """A login that ends with the process: for the demo and for tests."""

    notice: str | None = None

    def __init__(self) -> None:
        self._session: str | None = None
        self._lock = asyncio.Lock()

    async def may_hold_login(self) -> bool:
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
        login: the server's URL, so that each server has its own login.
        folder: where the file and the lock between processes are.
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
        self._asks_keyring = True
        self._no_keyring = "No system keyring"
        """Why the login is not in one, as the beginning of a sentence."""
        self._is_left = False
        """Whether a keyring that is no longer used may still hold a login."""
        self._holds_lock = False
        self._session: str | None = None
        self._unwritten: tuple[str | None] | None = None
        """The text found in place of a login that could not be written, in a tuple; or None."""

    async def may_hold_login(self) -> bool:
        return await asyncio.to_thread(self._mark.exists)

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
        lock = await asyncio.to_thread(files.file_lock, self._lock_file)
        try:
            await asyncio.to_thread(files.make_folder, self._folder)
            await asyncio.to_thread(files.acquire, lock, LOCK_SECONDS)
        except OSError as error:  # Timeout is one, too
            log.warning("the lock on the login could not be had: %s", type(error).__name__)
        self._holds_lock = True
        try:
            yield
        finally:
            self._holds_lock = False
            await asyncio.to_thread(lock.release)

    def _locked(self) -> contextlib.AbstractAsyncContextManager[None]:
        """The lock for a write by itself; a refresh has the lock already."""
        return contextlib.nullcontext() if self._holds_lock else self.lock()

    # The rest runs in threads: a keyring may ask its daemon, or the user.

    def _read(self) -> str | None:
        found = self._find()
        if self._unwritten != (found,):  # another program may have written a newer one
            self._session, self._unwritten = found, None
        return self._session

    def _find(self) -> str | None:
        # The file first: it exists only while the keyring cannot be written. An empty file: the
        # login in the keyring was signed out, and could not be removed.
        try:
            return self._file.read_text(encoding="utf-8") or None
        except FileNotFoundError:
            pass
        except (OSError, UnicodeDecodeError) as error:
            log.warning("the stored login could not be read: %s", type(error).__name__)
            if self._session is not None:  # a failing disk, or too many open files, ends no login
                return self._session
        if self._asks_keyring:
            try:
                return self._ask(lambda keyring: keyring_chunks.read(keyring, self._login))
            except NoKeyring as error:
                self._fall_back(error)
            except Exception as error:  # backends raise whatever their platform does
                self._fall_back(error)
                if self._session is not None:  # a keyring that fails ends no login
                    self._unwritten = (None,)
        return None

    def _write(self, session: str) -> None:
        self._session, self._unwritten = session, None
        with contextlib.suppress(OSError):
            files.make_folder(self._folder)
            self._mark.touch(mode=0o600)
        if self._asks_keyring:
            try:
                self._ask(lambda keyring: keyring_chunks.write(keyring, self._login, session))
                files.remove(self._file)
                return
            except Exception as error:  # as above
                self._fall_back(error)
        try:
            if not self._file.exists():  # notified once, not at every start
                self._log_file()
            files.write(self._file, session)
        except OSError as error:
            self._unwritten = (self._find(),)
            self.notice = (
                "Your login could not be stored and will be asked for again next time: "
                f"{error.strerror or 'the disk refused it'} ({self._file})."
            )

    def _clear(self) -> None:
        self._session, self._unwritten = None, None
        if self._asks_keyring:
            try:
                self._ask(lambda keyring: keyring_chunks.clear(keyring, self._login))
            except Exception as error:  # as above
                self._fall_back(error)
        with contextlib.suppress(OSError):
            files.remove(self._mark)
        with contextlib.suppress(OSError):
            if self._is_left:
                files.write(self._file, "")
            else:
                files.remove(self._file)
        if self._is_left:
            self.notice = (
                f"{self._no_keyring}, so your login may still be in it. It is not used any more:"
                f" remove what the keyring has under “{keyring_chunks.SERVICE}” once it works."
            )

    def _ask(self, work: Callable[[KeyringBackend], T]) -> T:
        """The keyring's answer. Raises NoKeyring, TimeoutError, and what its backend raises."""

        def asked() -> T:
            if self._keyring is None:
                self._keyring = usable_keyring()  # can be slow, too
            return work(self._keyring)

        return within(KEYRING_SECONDS, asked)

    def _fall_back(self, error: Exception) -> None:
        """Use the file until the program ends, and set `notice` if the user did not expect it."""
        log.info("no keyring (%s): the login is kept in a file", type(error).__name__)
        self._asks_keyring = False
        if isinstance(error, NoKeyring):
            return
        self._is_left = True
        if isinstance(error, TimeoutError):
            wait = f"{KEYRING_SECONDS:.0f} seconds"
            self._no_keyring = f"The system keyring did not answer within {wait}"
        else:
            self._no_keyring = "The system keyring does not work"
        self._log_file()

    def _log_file(self) -> None:
        self.notice = f"{self._no_keyring}: login saved in a private file."


def usable_keyring() -> KeyringBackend:
    """The keyring of this machine. Raises NoKeyring; a broken one may raise anything."""
    import keyring
    from keyring.backends import fail, null

    backend = keyring.get_keyring()
    if isinstance(backend, fail.Keyring | null.Keyring) or backend.priority <= 0:
        raise NoKeyring
    return backend
